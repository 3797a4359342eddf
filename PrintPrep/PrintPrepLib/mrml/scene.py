"""The scene to work in, its hierarchy, and matrices between numpy and VTK."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk

#: Logics outside Slicer live as long as the process: they register the node classes.
_HEADLESS: list[Any] = []


def headless_scene() -> Any:
    """The scene to work in: Slicer's own, or outside Slicer one that is made at first need.

    Outside Slicer this also sets ``slicer.mrmlScene``, so that ``slicer.util`` works.
    """
    scene = getattr(slicer, "mrmlScene", None)
    if scene is not None:
        return scene
    scene = slicer.vtkMRMLScene()
    application = slicer.vtkSlicerApplicationLogic()
    application.SetMRMLScene(scene)
    _HEADLESS.append(application)
    for name in ("vtkSlicerVolumesLogic", "vtkSlicerSegmentationsModuleLogic"):
        logic = getattr(slicer, name)()
        logic.SetMRMLApplicationLogic(application)
        logic.SetMRMLScene(scene)
        _HEADLESS.append(logic)
    slicer.mrmlScene = scene
    return scene


def hierarchy_item(node: Any) -> tuple[Any, int]:
    """The subject hierarchy and the node's item in it, made where it is missing."""
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(node.GetScene())
    return tree, tree.GetItemByDataNode(node) or tree.CreateItem(tree.GetSceneItemID(), node)


def ijk_to_ras(node: Any) -> np.ndarray:
    """A volume node's own IJK-to-RAS matrix, (4, 4)."""
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def vtk_matrix(matrix: np.ndarray) -> vtk.vtkMatrix4x4:
    """A (4, 4) array as VTK's matrix."""
    result = vtk.vtkMatrix4x4()
    result.DeepCopy(np.asarray(matrix, float).ravel())
    return result
