"""Places in the scene: dimension lines on a model, and where to look for what a check says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from ..core.phrases import _, translated
from ..mesh.triangle_mesh import bounds
from .maps import map_array
from .models import mesh_from_model_node, remove
from .volumes import provenance_of, volume_from_node

DIMENSION = "PrintPrep.Dimension"
#: Checks whose places stand in a part of another name.
_PARTS = {"thin_walls": ("wall_thickness",)}
#: Checks of how far the model is off the grey values; the map on the model tells where.
_OFF = ("surface_truth", "edits")
#: Checks about the widest step between slices, and about edges where the surface is not closed.
_OF_STEPS = ("gap", "irregular", "coarse_steps", "slice_coverage", "missing")
_OF_EDGES = ("watertight", "manifold", "non_manifold")


def dimension_lines(model_node: Any) -> list[Any]:
    """Lines along three edges of a model's box, with their lengths; earlier ones go."""
    remove_dimension_lines()
    low, high = bounds(mesh_from_model_node(model_node))
    scene = model_node.GetScene()
    corner = np.array([low[0], low[1], low[2]])
    nodes = []
    names = translated(_("Width")), translated(_("Depth")), translated(_("Height"))
    for axis, name in enumerate(names):
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


def has_place(check: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Whether ``place_of`` may know a place: quick, because nothing is looked for.

    :param check: an entry of the record.
    """
    name = check["id"]
    if name in _OFF or _kept_place(name, record) is not None:
        return True
    return check["status"] != "pass" and name in (*_OF_STEPS, *_OF_EDGES, "field_of_view")


def place_of(
    check_id: str, volume_node: Any, model_node: Any, record: Mapping[str, Any] | None = None
) -> tuple[float, float, float] | None:
    """Where (RAS) to look for what a check is about; None where no place is known.

    :param record: holds the places (LPS mm) that measuring the model found.
    """
    kept = _kept_place(check_id, record or {})
    if kept is not None:
        return kept
    if check_id in _OF_STEPS:
        return _widest_step(volume_node)
    if check_id == "field_of_view":
        return _at_border(volume_node, model_node)
    if check_id in _OFF:
        return _farthest_off(model_node)
    if check_id in _OF_EDGES:
        return _open_edge(model_node)
    return None


def _kept_place(check_id: str, record: Mapping[str, Any]) -> tuple[float, float, float] | None:
    """The first place that the part of the record holds which a check reads.

    The part has the check's own name, in the model or in the segment. Checks that read a part
    of another name stand in ``_PARTS``.
    """
    for key in (check_id, *_PARTS.get(check_id, ())):
        for owner in ("model", "segment"):
            part = (record.get(owner) or {}).get(key)
            place = _first_place(part) if isinstance(part, Mapping) else None
            if place is not None:
                return _ras(place)
    return None


def _first_place(part: Mapping[str, Any]) -> np.ndarray | None:
    """``place_mm`` (3), or the first of ``places_mm`` (N, 3); None where there is none."""
    for key in ("place_mm", "places_mm"):
        values = part.get(key)
        if values:
            return np.array(values, float).reshape(-1, 3)[0]
    return None


def _farthest_off(model_node: Any) -> tuple[float, float, float] | None:
    """The point of the model whose distance to the images is largest."""
    name, polydata = map_array(model_node, "grey"), model_node.GetPolyData()
    if name is None:
        return None
    array = polydata.GetPointData().GetArray(name)
    away = np.nan_to_num(np.abs(vtk_to_numpy(array)), nan=0.0)
    return tuple(polydata.GetPoint(int(away.argmax()))) if len(away) and away.max() else None


def _widest_step(volume_node: Any) -> tuple[float, float, float] | None:
    steps = provenance_of(volume_node).get("steps_mm") or ()
    if not steps:
        return None
    widest = int(np.argmax(steps))
    volume = volume_from_node(volume_node)
    plane = (sum(steps[:widest]) + steps[widest] / 2) / volume.spacing_mm[2]
    i, j = volume.dimensions[:2]
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


# One point in the scene that the user sets inside an object. No Qt.

_KIND = "vtkMRMLMarkupsFiducialNode"
_VIEWS = ("Red", "Yellow", "Green")


def add_marker(name: str) -> Any:
    """A node for one point, without it yet."""
    node = slicer.mrmlScene.AddNewNodeByClass(_KIND, name)
    node.CreateDefaultDisplayNodes()
    node.SetMaximumNumberOfControlPoints(1)
    return node


def marked_place(node: Any) -> tuple[float, float, float] | None:
    """Where the point is (RAS mm); None where it is not set."""
    if node is None or not node.GetNumberOfDefinedControlPoints():
        return None
    place = [0.0, 0.0, 0.0]
    node.GetNthControlPointPositionWorld(0, place)
    return place[0], place[1], place[2]


def mark_slices_centre(node: Any) -> None:
    """Put the point where the slice views cross."""
    views = slicer.util.getNodesByClass("vtkMRMLSliceNode")
    views = [view for view in views if view.GetLayoutName() in _VIEWS]
    to_ras = [slicer.util.arrayFromVTKMatrix(view.GetSliceToRAS()) for view in views]
    normals = np.array([matrix[:3, 2] for matrix in to_ras]).reshape(-1, 3)
    centers = np.array([matrix[:3, 3] for matrix in to_ras]).reshape(-1, 3)
    middle = centers.mean(axis=0) if len(centers) else np.zeros(3)
    # Of all points on the planes the one nearest to the middle of the views.
    offset = ((centers - middle) * normals).sum(axis=1)
    place = middle + np.linalg.lstsq(normals, offset, rcond=None)[0]
    node.RemoveAllControlPoints()
    node.AddControlPointWorld(vtk.vtkVector3d(*place))


def start_placing(node: Any) -> None:
    """The next click into a view sets the point."""
    node.RemoveAllControlPoints()
    selection, interaction = _modes()
    selection.SetReferenceActivePlaceNodeClassName(_KIND)
    selection.SetActivePlaceNodeID(node.GetID())
    interaction.SetPlaceModePersistence(0)
    interaction.SetCurrentInteractionMode(interaction.Place)


def stop_placing(node: Any) -> None:
    """Clicks into views do again what they always do."""
    if is_placing(node):
        _selection, interaction = _modes()
        interaction.SetCurrentInteractionMode(interaction.ViewTransform)


def is_placing(node: Any) -> bool:
    """Whether the next click sets the point of this node."""
    if node is None:
        return False
    selection, interaction = _modes()
    placing = interaction.GetCurrentInteractionMode() == interaction.Place
    return placing and selection.GetActivePlaceNodeID() == node.GetID()


def _modes() -> tuple[Any, Any]:
    scene = slicer.mrmlScene
    return (
        scene.GetNodeByID("vtkMRMLSelectionNodeSingleton"),
        scene.GetNodeByID("vtkMRMLInteractionNodeSingleton"),
    )
