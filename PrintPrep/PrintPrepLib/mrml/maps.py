"""Colour maps on models: what was measured at every point of the surface. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
import vtk
from vtkmodules.util.numpy_support import numpy_to_vtk

TABLE = "PrintPrep.Map"
#: Points whose value is not known.
UNKNOWN_COLOR = (0.62, 0.62, 0.62)
_COLORS = 256


@dataclass(frozen=True)
class ColorMap:
    """How one array of points is shown.

    The range is fixed, so that two models can be compared; what lies beyond it has the colour
    of its end.

    :param array: name of the point data.
    :param low, high: range, in mm but for marks.
    :param stops: (share of the range, red, green, blue), from 0 to 1.
    :param edge_array: the same for a model at the edges, where it has another name.
    """

    array: str
    low: float
    high: float
    stops: tuple[tuple[float, float, float, float], ...]
    edge_array: str = ""


#: From missing to too much material: blue, white, red. Told apart by the colour-blind, too.
_BOTH_WAYS = (
    (0.0, 0.13, 0.27, 0.62),
    (0.25, 0.45, 0.66, 0.86),
    (0.5, 0.97, 0.97, 0.97),
    (0.75, 0.94, 0.56, 0.38),
    (1.0, 0.70, 0.07, 0.12),
)
#: From walls that no printer makes to walls that all of them make.
_THIN_IS_RED = (
    (0.0, 0.70, 0.07, 0.12),
    (0.2, 0.95, 0.60, 0.25),
    (0.4, 0.99, 0.93, 0.65),
    (0.6, 0.60, 0.80, 0.87),
    (1.0, 0.13, 0.27, 0.62),
)
#: Blue, yellow, red without anything between: what became of the edge.
_THREE_KINDS = (
    (0.0, 0.13, 0.27, 0.62),
    (0.33, 0.13, 0.27, 0.62),
    (0.34, 0.97, 0.85, 0.35),
    (0.66, 0.97, 0.85, 0.35),
    (0.67, 0.70, 0.07, 0.12),
    (1.0, 0.70, 0.07, 0.12),
)
#: What an edge surface leaves with its points: how far each was moved, in mm, and its mark.
EDGE_MOVED, EDGE_MARK = "EdgeMovedMm", "EdgeMark"
MAPS = {
    "wall": ColorMap("WallThicknessMm", 0.0, 5.0, _THIN_IS_RED),
    "grey": ColorMap("DistanceToGreyValuesMm", -0.5, 0.5, _BOTH_WAYS, "DistanceToEdgeMm"),
    "reference": ColorMap("DistanceToReferenceMm", -1.0, 1.0, _BOTH_WAYS),
    "moved": ColorMap(EDGE_MOVED, -1.0, 1.0, _BOTH_WAYS),
    "mark": ColorMap(EDGE_MARK, 0.0, 2.0, _THREE_KINDS),
}


def put_maps(model_node: Any, maps: dict[str, np.ndarray]) -> None:
    """Leave values with the points of a model, under their names."""
    polydata = model_node.GetPolyData()
    for name, values in maps.items():
        array = numpy_to_vtk(np.ascontiguousarray(values, np.float32), deep=True)
        array.SetName(name)
        polydata.GetPointData().AddArray(array)
    model_node.Modified()


def has_map(model_node: Any, key: str) -> bool:
    """Whether the model's points carry the values of a map."""
    return map_array(model_node, key) is not None


def map_array(model_node: Any, key: str) -> str | None:
    """The name of the values of a map that the model's points carry; None: they carry none."""
    polydata = None if model_node is None else model_node.GetPolyData()
    if polydata is None:
        return None
    names = (MAPS[key].edge_array, MAPS[key].array)
    there = [name for name in names if name and polydata.GetPointData().HasArray(name) == 1]
    return there[0] if there else None


def show_map(model_node: Any, key: str, title: str) -> None:
    """Colour a model by one of ``MAPS``, with a legend beside it.

    :param title: of the legend.
    """
    chosen, display = MAPS[key], model_node.GetDisplayNode()
    with slicer.util.NodeModify(display):
        display.SetAndObserveColorNodeID(_table(model_node.GetScene(), key).GetID())
        array = map_array(model_node, key) or chosen.array
        display.SetActiveScalar(array, vtk.vtkAssignAttribute.POINT_DATA)
        display.SetScalarRangeFlag(slicer.vtkMRMLDisplayNode.UseManualScalarRange)
        display.SetScalarRange(chosen.low, chosen.high)
        display.SetScalarVisibility(True)
    legend = slicer.modules.colors.logic().AddDefaultColorLegendDisplayNode(model_node)
    if legend is not None:
        legend.SetTitleText(title)
        legend.SetLabelFormat("%.2f")
        legend.SetVisibility(True)
    _sweep()


def shown_map(model_node: Any) -> str:
    """The key of the map that a model is coloured by; "" for its own colour."""
    display = None if model_node is None else model_node.GetDisplayNode()
    if display is None or not display.GetScalarVisibility() or display.GetColorNode() is None:
        return ""
    return display.GetColorNode().GetAttribute(TABLE) or ""


def remove_maps(model_node: Any) -> None:
    """Give a model its own colour back; legends and colours that nobody uses go."""
    if model_node is not None and shown_map(model_node):
        display = model_node.GetDisplayNode()
        display.SetScalarVisibility(False)
        for index in reversed(range(model_node.GetNumberOfDisplayNodes())):
            other = model_node.GetNthDisplayNode(index)
            if other.IsA("vtkMRMLColorLegendDisplayNode"):
                model_node.GetScene().RemoveNode(other)
    _sweep()


def _sweep() -> None:
    """Take colours out of the scene that no model is shown in any more."""
    models = slicer.util.getNodesByClass("vtkMRMLModelNode")
    used = {shown_map(node) for node in models}
    for node in slicer.util.getNodesByClass("vtkMRMLColorTableNode"):
        key = node.GetAttribute(TABLE)
        if key is not None and key not in used:
            slicer.mrmlScene.RemoveNode(node)


def _table(scene: Any, key: str) -> Any:
    """The colours of a map: one node for each, also in a scene that was saved with it."""
    for node in slicer.util.getNodesByClass("vtkMRMLColorTableNode"):
        if node.GetAttribute(TABLE) == key:
            break
    else:
        name = f"PrintPrep {MAPS[key].array}"
        node = scene.AddNewNodeByClass("vtkMRMLColorTableNode", name)
        node.SetAttribute(TABLE, key)
        node.SetTypeToUser()
        node.SetNumberOfColors(_COLORS)
        node.GetLookupTable().SetNumberOfTableValues(_COLORS)
    # A scene saved without its files keeps the table but not its colours.
    with slicer.util.NodeModify(node):
        for index, color in enumerate(_ramp(MAPS[key].stops)):
            node.SetColor(index, str(index), *color, 1.0)
        node.GetLookupTable().SetNanColor(*UNKNOWN_COLOR, 1.0)
        node.Modified()
    return node


def _ramp(stops: tuple[tuple[float, float, float, float], ...]) -> list[tuple[float, ...]]:
    """The stops with even steps between them."""
    ramp = vtk.vtkColorTransferFunction()
    for stop in stops:
        ramp.AddRGBPoint(*stop)
    return [ramp.GetColor(index / (_COLORS - 1)) for index in range(_COLORS)]
