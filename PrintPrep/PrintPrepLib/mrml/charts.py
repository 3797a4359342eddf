"""Charts in the view layout: one set of nodes, used again by every plot. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from .volumes import provenance_of

PLOT = "PrintPrep.Plot"
_BINS = 60


@dataclass(frozen=True)
class Chart:
    """What is plotted: the first column is x, every other one a series.

    :param bars: bars instead of lines.
    """

    title: str
    x: str
    y: str
    columns: Mapping[str, np.ndarray]
    bars: bool = False


def show_chart(chart: Chart) -> Any:
    """Fill the chart's nodes, and show it in a layout that has a plot view.

    :returns: the chart node.
    """
    table, node = _node("vtkMRMLTableNode", 0), _node("vtkMRMLPlotChartNode", 0)
    # First: a shown series shall not look for columns that are gone.
    node.RemoveAllPlotSeriesNodeIDs()
    table.RemoveAllColumns()
    for name, values in chart.columns.items():
        column = numpy_to_vtk(np.ascontiguousarray(values, np.float64), deep=True)
        column.SetName(name)
        table.AddColumn(column)
    x, *series = chart.columns
    for index, name in enumerate(series):
        node.AddAndObservePlotSeriesNodeID(_series(index, table, x, name, chart.bars).GetID())
    _remove_series(len(series))
    node.SetTitle(chart.title)
    node.SetXAxisTitle(chart.x)
    node.SetYAxisTitle(chart.y)
    node.SetLegendVisibility(len(series) > 1)
    slicer.modules.plots.logic().ShowChartInLayout(node)
    # Without this a view may stay empty when the same nodes are filled again.
    node.Modified()
    return node


def remove_charts() -> None:
    """Take all that plots have added out of the scene."""
    for kind in ("vtkMRMLPlotChartNode", "vtkMRMLPlotSeriesNode", "vtkMRMLTableNode"):
        for node in slicer.util.getNodesByClass(kind):
            if node.GetAttribute(PLOT) is not None:
                slicer.mrmlScene.RemoveNode(node)


def steps_columns(volume_node: Any, names: tuple[str, str]) -> dict[str, np.ndarray] | None:
    """The distance from each slice to the next; None where it is not known.

    :param names: of slice number and distance.
    """
    steps = np.array(provenance_of(volume_node).get("steps_mm") or (), float)
    if not len(steps):
        return None
    return dict(zip(names, (np.arange(1.0, len(steps) + 1), steps), strict=True))


def drift_columns(volume_node: Any, names: tuple[str, str, str]) -> dict[str, np.ndarray] | None:
    """How far the tilt carries the slices sideways, along rows and columns, in mm.

    :param names: of slice number, drift along rows, drift along columns.
    :returns: None where the slices stand straight above each other, or nothing is known.
    """
    provenance = provenance_of(volume_node)
    steps = np.array(provenance.get("steps_mm") or (), float)
    shear = np.array(provenance.get("source", {}).get("shear") or (0.0, 0.0), float)
    if not len(steps) or not np.abs(shear).max() > 0:
        return None
    along = np.concatenate([[0.0], np.cumsum(steps)])
    drift = along[:, None] * shear
    values = (np.arange(1.0, len(along) + 1), drift[:, 0], drift[:, 1])
    return dict(zip(names, values, strict=True))


def histogram_columns(
    model_node: Any, array: str, low: float, high: float, names: tuple[str, str]
) -> dict[str, np.ndarray] | None:
    """How many points of a model have which value; None where it carries no such values.

    Values beyond the range stand in its first and last bin.

    :param names: of value and share of the points (percent).
    """
    polydata = None if model_node is None else model_node.GetPolyData()
    found = None if polydata is None else polydata.GetPointData().GetArray(array)
    if found is None:
        return None
    values = vtk_to_numpy(found)
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    counts, edges = np.histogram(np.clip(values, low, high), bins=_BINS, range=(low, high))
    middles = (edges[:-1] + edges[1:]) / 2
    return dict(zip(names, (middles, 100.0 * counts / len(values)), strict=True))


def _series(index: int, table: Any, x: str, y: str, bars: bool) -> Any:
    node = _node("vtkMRMLPlotSeriesNode", index)
    node.SetName(y)
    node.SetAndObserveTableNodeID(table.GetID())
    node.SetXColumnName(x)
    node.SetYColumnName(y)
    node.SetPlotType(node.PlotTypeScatterBar if bars else node.PlotTypeScatter)
    node.SetLineStyle(node.LineStyleSolid)
    node.SetMarkerStyle(node.MarkerStyleNone if bars else node.MarkerStyleCircle)
    node.SetMarkerSize(5)
    node.SetColor(*((0.19, 0.55, 0.78), (0.85, 0.45, 0.10))[index % 2])
    return node


def _node(kind: str, index: int) -> Any:
    """The node of that kind and number, made where it is missing; it is not saved."""
    for node in slicer.util.getNodesByClass(kind):
        if node.GetAttribute(PLOT) == str(index):
            return node
    node = slicer.mrmlScene.AddNewNodeByClass(kind, "PrintPrep plot")
    node.SetAttribute(PLOT, str(index))
    node.SetSaveWithScene(False)
    return node


def _remove_series(first: int) -> None:
    for node in slicer.util.getNodesByClass("vtkMRMLPlotSeriesNode"):
        number = node.GetAttribute(PLOT)
        if number is not None and int(number) >= first:
            slicer.mrmlScene.RemoveNode(node)
