"""Places in the scene: dimension lines on a model, and where to look for what a check says."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk

from .mesh import bounds
from .mrml_nodes import mesh_from_model_node, provenance_of, volume_from_node
from .mrml_panel import remove

DIMENSION = "PrintPrep.Dimension"


def dimension_lines(model_node: Any) -> list[Any]:
    """Lines along three edges of a model's box, with their lengths; earlier ones go."""
    remove_dimension_lines()
    low, high = bounds(mesh_from_model_node(model_node))
    scene = model_node.GetScene()
    corner = np.array([low[0], low[1], low[2]])
    nodes = []
    for axis, name in enumerate(("Width", "Depth", "Height")):
        end = corner.copy()
        end[axis] = high[axis]
        node = scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", name)
        node.SetAttribute(DIMENSION, str(axis))
        node.CreateDefaultDisplayNodes()
        for point in (corner, end):
            node.AddControlPoint(vtk.vtkVector3d(*(point * [-1.0, -1.0, 1.0])))
        node.SetLocked(True)
        nodes.append(node)
    return nodes


def remove_dimension_lines() -> None:
    """Take the dimension lines away."""
    for node in slicer.util.getNodesByClass("vtkMRMLMarkupsLineNode"):
        if node.GetAttribute(DIMENSION) is not None:
            remove(node)


def place_of(check_id: str, volume_node: Any, model_node: Any) -> tuple[float, float, float] | None:
    """Where (RAS) to look for what a check is about; None where no place is known."""
    if check_id in ("gap", "irregular", "coarse_steps", "slice_coverage", "missing"):
        return _widest_step(volume_node)
    if check_id == "field_of_view":
        return _at_border(volume_node, model_node)
    if check_id in ("watertight", "manifold", "non_manifold"):
        return _open_edge(model_node)
    return None


def _widest_step(volume_node: Any) -> tuple[float, float, float] | None:
    steps = provenance_of(volume_node).get("steps_mm") or ()
    if not steps:
        return None
    widest = int(np.argmax(steps))
    volume = volume_from_node(volume_node)
    plane = (sum(steps[:widest]) + steps[widest] / 2) / volume.spacing_mm[2]
    i, j, _ = volume.dimensions
    return _ras(volume.ijk_to_lps @ [i / 2, j / 2, plane, 1.0])


def _at_border(volume_node: Any, model_node: Any) -> tuple[float, float, float] | None:
    """The middle of the model's points on that side of the volume where most of them are."""
    volume = volume_from_node(volume_node)
    points = mesh_from_model_node(model_node).points
    inverse = np.linalg.inv(volume.ijk_to_lps)
    ijk = points @ inverse[:3, :3].T + inverse[:3, 3]
    last = np.array(volume.dimensions) - 1
    sides = [ijk[:, axis] <= 0 for axis in range(3)] + [
        ijk[:, axis] >= last[axis] for axis in range(3)
    ]
    most = max(sides, key=np.count_nonzero)
    return _ras(points[most].mean(axis=0)) if most.any() else None


def _open_edge(model_node: Any) -> tuple[float, float, float] | None:
    edges = vtk.vtkFeatureEdges()
    edges.SetInputData(model_node.GetPolyData())
    edges.FeatureEdgesOff()
    edges.ManifoldEdgesOff()
    edges.BoundaryEdgesOn()
    edges.NonManifoldEdgesOn()
    edges.Update()
    found = edges.GetOutput()
    return tuple(found.GetPoint(0)) if found.GetNumberOfPoints() else None


def _ras(lps: np.ndarray) -> tuple[float, float, float]:
    return (-float(lps[0]), -float(lps[1]), float(lps[2]))
