"""What was made of which volume: a segment or a model of one is never taken for another's."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import slicer
import vtk

from ..core.errors import GeometryError, SegmentError
from ..core.phrases import Phrase, _
from .scene import hierarchy_item, ijk_to_ras
from .segments import between, grid_offset, segment_has_voxels, segment_of
from .volumes import grid_differs, instances_of, of_other_scan, remember_scan, voxels_of

VOLUME_ROLE = "PrintPrep.Volume"
#: The grid of a model's volume as it was when the model was made.
_GRID = "PrintPrep.VolumeGrid"
#: How far (in voxels) a segmentation that comes without a volume may reach beyond one.
_BEYOND_VOXELS = 1.0
CHOOSE_OR_SEGMENT = _("Choose the volume that it was made of, or make a segment of this volume")
MAKE_AGAIN = _("Make the segment and the model again")


def volume_of(segmentation_node: Any) -> Any:
    """The volume that a segmentation was made of, or None where it does not say."""
    role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
    return segmentation_node.GetNodeReference(role)


def segment_foreign(
    volume_node: Any, segmentation_node: Any, segment_id: str = ""
) -> Phrase | None:
    """Why a segment does not belong to a volume; None where it does.

    It belongs to the volume that it was made of, as long as that stands as it stood then; to
    another one only where that is the same scan on the same grid, or where the segment lies on
    that one's grid and not on its own. One without a volume (from a file) has to lie on it.

    :param segment_id: "" for the segmentation as a whole.
    """
    made_of = volume_of(segmentation_node)
    names = {"segmentation": segmentation_node.GetName(), "volume": volume_node.GetName()}
    grid = _grid(segmentation_node, segment_id)
    to_volume = _linear(segmentation_node, volume_node)
    if made_of is None and of_other_scan(segmentation_node, volume_node):
        template = _("the segmentation {segmentation} was made of another volume than {volume}")
        return Phrase(template, names)
    if grid is None or to_volume is None or volume_node.GetImageData() is None:
        if made_of in (None, volume_node):
            return None
        return _of_another(names, made_of)
    matrix, extent = grid
    here = to_volume @ matrix
    if grid_offset(here, ijk_to_ras(volume_node)) is not None:
        fits = made_of in (None, volume_node) or _on_another_grid(matrix, segmentation_node)
        return None if fits or _same_scan(volume_node, made_of) else _of_another(names, made_of)
    if made_of is volume_node and _stood_otherwise(volume_node, segmentation_node):
        template = _("{volume} was changed after the segmentation {segmentation} was made of it")
        return Phrase(template, names)
    if made_of not in (None, volume_node):
        return _of_another(names, made_of)
    if _reaches_beyond(here, extent, volume_node):
        return Phrase(_("the segmentation {segmentation} does not lie on {volume}"), names)
    return None


def told_foreign(volume_node: Any, segmentation_node: Any, segment_id: str) -> Phrase | None:
    """``segment_foreign`` as a sentence that also says what to do."""
    reason = segment_foreign(volume_node, segmentation_node, segment_id)
    return None if reason is None else _refused(reason).told


def _refused(reason: Phrase) -> SegmentError:
    return SegmentError("{why}", why=reason, remedy=CHOOSE_OR_SEGMENT)


def segment_for(volume_node: Any) -> tuple[Any, str]:
    """The segmentation that was made of a volume last, and its first segment that is not empty.

    :returns: (None, "") where there is none.
    """
    for node in reversed(slicer.util.getNodesByClass("vtkMRMLSegmentationNode")):
        if volume_of(node) is volume_node and segment_foreign(volume_node, node) is None:
            ids = list(node.GetSegmentation().GetSegmentIDs())
            filled = [name for name in ids if segment_has_voxels(node, name)]
            return node, next(iter(filled or ids), "")
    return None, ""


def remember_made_of(segmentation_node: Any, volume_node: Any) -> None:
    """Keep with a segmentation of a volume which images that was made of."""
    if volume_of(segmentation_node) is volume_node:
        remember_scan(segmentation_node, volume_node)


def require_segment(volume_node: Any, segmentation_node: Any, segment_id: str) -> None:
    """:raises SegmentError: the segment does not belong to the volume."""
    reason = segment_foreign(volume_node, segmentation_node, segment_id)
    if reason is not None:
        raise _refused(reason)


def remember_volume(model_node: Any, volume_node: Any) -> None:
    """Keep with a model which volume it was made of, and how that stood."""
    model_node.SetNodeReferenceID(VOLUME_ROLE, volume_node.GetID())
    remember_scan(model_node, volume_node)
    grid = {
        "dimensions": volume_node.GetImageData().GetDimensions(),
        "spacing_mm": volume_node.GetSpacing(),
        "ijk_to_ras": ijk_to_ras(volume_node).tolist(),
    }
    model_node.SetAttribute(_GRID, json.dumps(grid))


def model_foreign(model_node: Any, volume_node: Any = None) -> Phrase | None:
    """Why a model does not belong to a volume as it stands now; None where it does.

    :param volume_node: None for the one that it was made of, as far as it is still there.
    """
    made_of = model_node.GetNodeReference(VOLUME_ROLE)
    if made_of is None:
        if volume_node is None or not of_other_scan(model_node, volume_node):
            return None
        template = _("the model {model} was made of another volume than {volume}")
        return Phrase(template, {"model": model_node.GetName(), "volume": volume_node.GetName()})
    names = {"model": model_node.GetName(), "volume": made_of.GetName()}
    if volume_node is not None and made_of is not volume_node:
        return Phrase(_("the model {model} was made of another volume, {volume}"), names)
    grid = model_node.GetAttribute(_GRID)
    if grid and grid_differs(json.loads(grid), made_of):
        return Phrase(_("{volume} was changed after the model {model} was made of it"), names)
    return None


def require_model(model_node: Any, volume_node: Any = None) -> None:
    """:raises GeometryError: the model does not belong to the volume as it stands now."""
    reason = model_foreign(model_node, volume_node)
    if reason is not None:
        raise GeometryError("{why}", why=reason, remedy=MAKE_AGAIN)


def _of_another(names: dict[str, str], made_of: Any) -> Phrase:
    template = _("the segmentation {segmentation} was made of another volume, {other}")
    return Phrase(template, {**names, "other": made_of.GetName()})


def _grid(node: Any, segment_id: str) -> tuple[np.ndarray, list[int]] | None:
    """Matrix and extent of a segment's voxels, else those that the segmentation is made for."""
    if segment_of(node, segment_id) is not None:
        labels = node.GetBinaryLabelmapInternalRepresentation(segment_id)
        if labels is not None and not labels.IsEmpty():
            matrix = vtk.vtkMatrix4x4()
            labels.GetImageToWorldMatrix(matrix)
            return slicer.util.arrayFromVTKMatrix(matrix), list(labels.GetExtent())
    return _reference_grid(node)


def _reference_grid(node: Any) -> tuple[np.ndarray, list[int]] | None:
    converter = slicer.vtkSegmentationConverter
    name = converter.GetReferenceImageGeometryParameterName()
    text, matrix = node.GetSegmentation().GetConversionParameter(name), vtk.vtkMatrix4x4()
    extent = [0, -1, 0, -1, 0, -1]
    if not text or not converter.DeserializeImageGeometry(text, matrix, extent):
        return None
    return slicer.util.arrayFromVTKMatrix(matrix), extent


def _stood_otherwise(volume_node: Any, segmentation_node: Any) -> bool:
    """Whether a volume has moved since its segmentation was made, with as many voxels.

    A grid of another size was chosen for the segmentation by the user.
    """
    made_for, to_volume = (
        _reference_grid(segmentation_node),
        _linear(segmentation_node, volume_node),
    )
    if made_for is None or to_volume is None:
        return False
    size = np.array(made_for[1][1::2]) - made_for[1][::2] + 1
    same = size.tolist() == list(volume_node.GetImageData().GetDimensions())
    return same and grid_offset(to_volume @ made_for[0], ijk_to_ras(volume_node)) is None


def _on_another_grid(matrix: np.ndarray, segmentation_node: Any) -> bool:
    """Whether a segment stands on another grid than its segmentation was made for."""
    made_for = _reference_grid(segmentation_node)
    return made_for is not None and grid_offset(matrix, made_for[0]) is None


def _linear(source: Any, target: Any) -> np.ndarray | None:
    """The matrix from one node's coordinates to another's; None where it is no matrix."""
    transform, linear = between(source, target), vtk.vtkTransform()
    if transform is None:
        return np.eye(4)
    if not slicer.vtkMRMLTransformNode.IsGeneralTransformLinear(transform, linear):
        return None
    return slicer.util.arrayFromVTKMatrix(linear.GetMatrix())


def _same_scan(one: Any, other: Any) -> bool:
    """Whether two volumes on one grid are the same images, as far as they say so."""
    named = [instances_of(node) for node in (one, other)]
    if all(named):
        return named[0] == named[1]
    patients = [_patient(node) for node in (one, other)]
    if all(patients):
        return patients[0] == patients[1]
    return bool(np.array_equal(voxels_of(one), voxels_of(other)))


def _patient(node: Any) -> int:
    level = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMLevelPatient()
    tree, item = hierarchy_item(node)
    return tree.GetItemAncestorAtLevel(item, level)


def _reaches_beyond(matrix: np.ndarray, extent: list[int], volume_node: Any) -> bool:
    """Whether a box of voxels reaches beyond a volume."""
    sides = np.array(extent, float).reshape(3, 2) + np.array([-0.5, 0.5])
    corners = np.array(np.meshgrid(*sides)).reshape(3, -1)
    corners = np.vstack([corners, np.ones(corners.shape[1])])
    ijk = (np.linalg.inv(ijk_to_ras(volume_node)) @ matrix @ corners)[:3]
    last = np.array(volume_node.GetImageData().GetDimensions())[:, None] - 0.5
    return bool(((ijk < -0.5 - _BEYOND_VOXELS) | (ijk > last + _BEYOND_VOXELS)).any())
