"""One point in the scene that the user sets inside an object. No Qt."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk

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
