"""Volumes and models as nodes of a MRML scene (RAS), and volumes as files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import get_vtk_array_type, vtk_to_numpy

from .errors import ExportError, GeometryError
from .files import require_folder, staging
from .mesh import TriangleMesh, from_polydata, to_polydata
from .pixel_findings import in_hounsfield
from .regularize import RegularVolume

INSTANCE_UIDS = "DICOM.instanceUIDs"
SOURCE_INSTANCE_UIDS = "PrintPrep.SourceInstanceUIDs"
PROVENANCE = "PrintPrep.Provenance"

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
#: (code, scheme, meaning) of what the voxels of a modality measure, and in which unit.
_QUANTITIES = {
    "CT": (
        ("112031", "DCM", "Attenuation Coefficient"),
        ("[hnsf'U]", "UCUM", "Hounsfield unit"),
    ),
    "MR": (("110852", "DCM", "MR signal intensity"), ("1", "UCUM", "no units")),
}
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


def add_volume_node(
    volume: RegularVolume,
    name: str,
    scene: Any = None,
    node_class: str = "vtkMRMLScalarVolumeNode",
) -> Any:
    """Put a volume into the scene, with all that its provenance knows.

    The voxels are copied once. Quantity and unit follow the modality, window and level the
    header; ``DICOM.instanceUIDs`` is set where the voxels stand as they were acquired.

    :param name: made unique in the scene.
    :returns: the node, with a display node and without a storage node.
    """
    scene = scene or headless_scene()
    node = scene.AddNewNodeByClass(node_class, scene.GenerateUniqueName(name))
    node.SetIJKToRASMatrix(vtk_matrix(volume.ijk_to_ras))
    _describe_values(node, volume.provenance)
    # Before the image: without a window Slicer works one out from all voxels, which takes
    # longer than loading them.
    node.CreateDefaultDisplayNodes()
    _set_windows(node, volume.provenance.get("window", ()))
    node.SetAndObserveImageData(_image(volume.voxels))
    _set_provenance(node, volume.provenance)
    return node


def volume_from_node(node: Any) -> RegularVolume:
    """A volume node as the library works on it: a view of its voxels, not a copy.

    Coordinates are the node's own: a transform above it is left out. Without provenance the
    whole volume counts as acquired.

    :raises GeometryError: the node holds no image, or more than one value per voxel.
    """
    voxels = voxels_of(node)
    provenance = provenance_of(node)
    treatment = provenance.get("volume", {})
    planes, rows, columns = voxels.shape
    whole = np.tile([0, columns - 1, 0, rows - 1], (planes, 1))
    field = np.array(treatment.get("field", whole), np.int64).reshape(-1, 4)
    if len(field) != planes:
        field = whole
    background = treatment.get("background")
    if background is None:
        background = float(voxels.min())
    return RegularVolume(
        voxels, _LPS_TO_RAS @ ijk_to_ras(node), field, float(background), provenance
    )


def voxels_of(node: Any) -> np.ndarray:
    """A view [k, j, i] of a node's voxels.

    :raises GeometryError: the node holds no image, or more than one value per voxel.
    """
    image = node.GetImageData()
    scalars = None if image is None else image.GetPointData().GetScalars()
    if scalars is None or not scalars.GetNumberOfTuples():
        raise GeometryError(f"the volume {node.GetName()} holds no image")
    if scalars.GetNumberOfComponents() != 1:
        raise GeometryError(
            f"the volume {node.GetName()} holds {scalars.GetNumberOfComponents()} values per "
            "voxel, not one",
            remedy="Choose a scalar volume",
        )
    return vtk_to_numpy(scalars).reshape(image.GetDimensions()[::-1])


def provenance_of(node: Any) -> dict[str, Any]:
    """What ``add_volume_node`` wrote about the origin of a volume; {} where nothing is known."""
    text = node.GetAttribute(PROVENANCE)
    if not text:
        return {}
    provenance = json.loads(text)
    uids = node.GetAttribute(INSTANCE_UIDS) or node.GetAttribute(SOURCE_INSTANCE_UIDS) or ""
    return {**provenance, "instance_uids": uids.split()}


def place_under_study(node: Any, info: Any) -> None:
    """Put a node under its patient and study in the subject hierarchy.

    :param info: a ``SeriesInfo``. For series that come from files; those of Slicer's DICOM
        database are placed by Slicer.
    """
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    uid_name, prefix = constants.GetDICOMUIDName(), constants.GetDICOMAttributePrefix()
    tree, item = hierarchy_item(node)
    patient_id = info.patient_id or f"Patient-{info.study_uid}"
    known = {uid: tree.GetItemByUID(uid_name, uid) for uid in (patient_id, info.study_uid)}
    tree.SetItemUID(item, uid_name, info.uid)
    tree.SetItemAttribute(item, f"{prefix}Modality", info.modality)
    tree.SetItemAttribute(item, f"{prefix}SeriesNumber", info.number)
    slicer.vtkSlicerSubjectHierarchyModuleLogic.InsertDicomSeriesInHierarchy(
        tree, patient_id, info.study_uid, info.uid
    )
    names = {patient_id: info.patient_name or "No name", info.study_uid: "No study description"}
    for uid, existed in known.items():
        if not existed:
            tree.SetItemName(tree.GetItemByUID(uid_name, uid), names[uid])


def hierarchy_item(node: Any) -> tuple[Any, int]:
    """The subject hierarchy and the node's item in it, made where it is missing."""
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(node.GetScene())
    return tree, tree.GetItemByDataNode(node) or tree.CreateItem(tree.GetSceneItemID(), node)


def add_model_node(mesh: TriangleMesh, name: str, scene: Any = None) -> Any:
    """Put a mesh (LPS) into the scene as a model (RAS), with normals for the display.

    :param name: made unique in the scene.
    """
    scene = scene or headless_scene()
    normals = vtk.vtkPolyDataNormals()
    normals.SetInputData(to_polydata(_mirrored(mesh)))
    normals.SplittingOff()
    normals.ConsistencyOff()
    normals.Update()
    node = scene.AddNewNodeByClass("vtkMRMLModelNode", scene.GenerateUniqueName(name))
    node.SetAndObservePolyData(normals.GetOutput())
    node.CreateDefaultDisplayNodes()
    return node


def mesh_from_model_node(node: Any) -> TriangleMesh:
    """A model's surface in LPS mm, transforms above the node applied.

    :raises ExportError: the model holds no surface.
    """
    polydata = node.GetPolyData()
    if polydata is None or not polydata.GetNumberOfPolys():
        raise ExportError(f"the model {node.GetName()} holds no surface")
    if node.GetParentTransformNode() is not None:
        to_world = vtk.vtkGeneralTransform()
        node.GetParentTransformNode().GetTransformToWorld(to_world)
        move = vtk.vtkTransformPolyDataFilter()
        move.SetInputData(polydata)
        move.SetTransform(to_world)
        move.Update()
        polydata = move.GetOutput()
    return _mirrored(from_polydata(polydata))


def save_volume(node: Any, path: str | os.PathLike[str], compressed: bool = False) -> Path:
    """Write a volume node as NRRD: under a temporary name first, then moved into place.

    :returns: the path written.
    :raises ExportError: the file could not be written; nothing is left behind.
    """
    target = Path(path)
    storage = slicer.vtkMRMLVolumeArchetypeStorageNode()
    storage.SetUseCompression(compressed)
    require_folder(target.parent)
    # A folder of its own: Slicer's writer leaves one behind when it fails.
    with staging(target.parent) as folder:
        staged = folder / target.name
        storage.SetFileName(str(staged))
        written = storage.WriteData(node) and staged.is_file()
        # A writer that runs out of space may not say so.
        least = 1 if compressed else voxels_of(node).nbytes
        if not written or staged.stat().st_size < least:
            raise ExportError(
                "the volume could not be written",
                file=str(target),
                remedy="Free some space or choose another folder",
            )
    return target


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


def _image(voxels: np.ndarray) -> vtk.vtkImageData:
    image = vtk.vtkImageData()
    image.SetDimensions(*voxels.shape[::-1])
    image.AllocateScalars(get_vtk_array_type(voxels.dtype), 1)
    vtk_to_numpy(image.GetPointData().GetScalars()).reshape(voxels.shape)[...] = voxels
    return image


def _describe_values(node: Any, provenance: dict[str, Any]) -> None:
    """What the voxels measure, and in which unit: as the volume itself says, or by modality."""
    source = provenance.get("source", {})
    modality = source.get("modality", "")
    # A derived map of a CT measures what only its own header could name.
    known = modality != "CT" or in_hounsfield(source)
    codes = provenance.get("values") or (_QUANTITIES.get(modality) if known else None)
    if codes is None:
        return
    setters = (node.SetVoxelValueQuantity, node.SetVoxelValueUnits)
    for setter, code in zip(setters, codes, strict=True):
        entry = slicer.vtkCodedEntry()
        entry.SetValueSchemeMeaning(*code)
        setter(entry)


def _set_windows(node: Any, windows: Any) -> None:
    """Every window of the header as a preset, the first one shown."""
    display = node.GetScalarVolumeDisplayNode()
    if display is None or not windows:
        return
    for center, width in windows:
        display.AddWindowLevelPreset(width, center)
    display.SetWindowLevelFromPreset(0)


def _set_provenance(node: Any, provenance: dict[str, Any]) -> None:
    if not provenance:
        return
    untouched = provenance.get("volume", {}).get("interpolation") == "none"
    as_acquired = untouched and not provenance.get("moved", False)
    # The frames of one object share its UID.
    uids = " ".join(dict.fromkeys(provenance.get("instance_uids", ())))
    if uids:
        node.SetAttribute(INSTANCE_UIDS if as_acquired else SOURCE_INSTANCE_UIDS, uids)
    kept = {key: value for key, value in provenance.items() if key != "instance_uids"}
    node.SetAttribute(PROVENANCE, json.dumps(kept, separators=(",", ":")))


def _mirrored(mesh: TriangleMesh) -> TriangleMesh:
    """LPS ↔ RAS: a half turn about z, so triangles keep their outside."""
    return TriangleMesh(mesh.points * [-1.0, -1.0, 1.0], mesh.triangles)
