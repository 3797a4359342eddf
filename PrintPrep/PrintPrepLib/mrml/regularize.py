"""Make a volume regular that is in the scene already, also one under a transform."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from ..core.findings import Finding
from ..core.phrases import _
from ..core.progress import Progress
from ..dicom.header import SeriesInfo
from ..volume.regular_volume import RegularVolume
from ..volume.scene_volume import regularize_scene, scene_stack
from .scene import hierarchy_item, ijk_to_ras
from .volumes import (
    INSTANCE_UIDS,
    SOURCE_INSTANCE_UIDS,
    add_volume_node,
    kept_provenance,
    provenance_of,
    voxels_of,
)

_HOUNSFIELD = "[hnsf'U]"
#: Below it are the roundings of files and of rotation matrices.
_SAME_SIZE_PERCENT = 1e-3


def regularize_volume_node(
    node: Any, spacing: str | float = "native", progress: Progress | None = None
) -> Any:
    """Make a regular volume of a volume node, the source left as it is.

    Its IJK-to-RAS matrix may be sheared or left-handed, and it may stand under a linear
    transform or under the grid transform that Slicer adds to irregular acquisitions. A volume
    that is regular where it stands comes back as a copy with the same voxels.

    :param spacing: ``native``, ``isotropic`` or millimetres.
    :returns: a new volume node in world coordinates, beside the source in the hierarchy.
    :raises GeometryError: the volume holds no image, or its slices are bent or skewed.
    :raises GridError: the spacing is impossible or the grid too large.
    :raises Cancelled: progress asked for it; the scene is unchanged.
    """
    voxels = voxels_of(node)
    labels = node.IsA("vtkMRMLLabelMapVolumeNode")
    transform = node.GetParentTransformNode()
    linear = transform is None or bool(transform.IsTransformToWorldLinear())
    earlier = provenance_of(node)
    field = earlier.get("volume", {}).get("field")
    stack = scene_stack(
        voxels,
        lambda ijk: _world_lps(node, ijk),
        linear,
        _series_info(node),
        (node.GetAttribute(INSTANCE_UIDS) or node.GetAttribute(SOURCE_INSTANCE_UIDS) or "").split(),
        np.array(field) if field and len(field) == len(voxels) else None,
    )
    volume = regularize_scene(stack, spacing, progress, labels=labels, earlier=earlier)
    stretched = _stretched(node, transform if linear else None)
    if stretched is not None:
        volume.provenance["findings"] = [*volume.provenance["findings"], stretched.as_entry()]
    if transform is not None and linear:
        # The voxels may be untouched, but the headers no longer say where they stand.
        volume.provenance["moved"] = True
    return _add_beside(node, volume)


def _stretched(node: Any, transform: Any) -> Finding | None:
    """The finding that somebody changed the size of a volume in the scene, or None.

    :param transform: the linear transform above it, or None.
    """
    made = kept_provenance(node).get("volume", {}).get("ijk_to_ras")
    before = ijk_to_ras(node) if made is None else np.array(made, float)
    to_world = vtk.vtkMatrix4x4()
    if transform is not None:
        transform.GetMatrixTransformToWorld(to_world)
    now = slicer.util.arrayFromVTKMatrix(to_world) @ ijk_to_ras(node)
    change = now[:3, :3] @ np.linalg.inv(before[:3, :3])
    off = 100 * float(np.abs(np.linalg.svd(change, compute_uv=False) - 1).max())
    if off < _SAME_SIZE_PERCENT:
        return None
    return Finding(
        "changed_size",
        "fail",
        _(
            "The volume was stretched, scaled or sheared in Slicer after it was read, by up to "
            "{percent:.2f} %: sizes are no longer the scanner's. Load the series again, unless "
            "this is what you want."
        ),
        {"percent": off},
        off,
        "%",
    )


def _add_beside(node: Any, volume: RegularVolume) -> Any:
    result = add_volume_node(
        volume, f"{node.GetName()} regular", node.GetScene(), node.GetClassName()
    )
    result.SetVoxelValueQuantity(node.GetVoxelValueQuantity())
    result.SetVoxelValueUnits(node.GetVoxelValueUnits())
    if node.GetDisplayNode() is not None:
        result.GetDisplayNode().SetAndObserveColorNodeID(node.GetDisplayNode().GetColorNodeID())
    tree, source = hierarchy_item(node)
    _, item = hierarchy_item(result)
    tree.SetItemParent(item, tree.GetItemParent(source))
    return result


def _window(node: Any) -> tuple[tuple[float, float], ...]:
    """Centre and width that the volume is shown with now."""
    display = node.GetDisplayNode()
    if display is None or not display.IsA("vtkMRMLScalarVolumeDisplayNode"):
        return ()
    return ((display.GetLevel(), display.GetWindow()),)


def _world_lps(node: Any, ijk: np.ndarray) -> np.ndarray:
    """Where voxels (N, 3) stand in the world, LPS mm."""
    matrix = ijk_to_ras(node)
    ras = ijk @ matrix[:3, :3].T + matrix[:3, 3]
    transform = node.GetParentTransformNode()
    if transform is not None:
        to_world = vtk.vtkGeneralTransform()
        transform.GetTransformToWorld(to_world)
        points, moved = vtk.vtkPoints(), vtk.vtkPoints()
        for item in (points, moved):
            item.SetDataTypeToDouble()
        points.SetData(numpy_to_vtk(np.ascontiguousarray(ras), deep=True))
        to_world.TransformPoints(points, moved)
        ras = vtk_to_numpy(moved.GetData())
    return ras * [-1.0, -1.0, 1.0]


def _series_info(node: Any) -> SeriesInfo:
    """What the scene knows of the series that the volume came from."""
    tree, item = hierarchy_item(node)
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    prefix = constants.GetDICOMAttributePrefix()
    units = node.GetVoxelValueUnits()
    modality = tree.GetItemAttribute(item, f"{prefix}Modality")
    if not modality and units is not None and units.GetCodeValue() == _HOUNSFIELD:
        modality = "CT"
    return SeriesInfo(
        uid=tree.GetItemUID(item, constants.GetDICOMUIDName()),
        study_uid="",
        number=tree.GetItemAttribute(item, f"{prefix}SeriesNumber"),
        description=node.GetName(),
        modality=modality,
        manufacturer=tree.GetItemAttribute(item, f"{prefix}Manufacturer"),
        slice_thickness_mm=None,
        spacing_between_slices_mm=None,
        tilt_tag_deg=None,
        kernel="",
        window=_window(node),
        patient_name="",
        patient_id="",
    )
