"""Volumes as nodes of a MRML scene (RAS), and as files."""

from __future__ import annotations

import hashlib
import json
import os
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import get_vtk_array_type, vtk_to_numpy

from ..core.errors import GeometryError, SegmentError
from ..core.findings import verdict
from ..core.phrases import Phrase, _, bound_mm, translated
from ..core.progress import Progress, meanwhile, part, report
from ..geometry.hounsfield import in_hounsfield
from ..image_io.nrrd import write_nrrd
from ..job.model import segment_mesh
from ..surface.contrast import HalfContrast, half_contrast
from ..surface.threshold import range_mask
from ..volume.regular_volume import RegularVolume
from .scene import headless_scene, hierarchy_item, ijk_to_ras, vtk_matrix

INSTANCE_UIDS = "DICOM.instanceUIDs"
SOURCE_INSTANCE_UIDS = "PrintPrep.SourceInstanceUIDs"
PROVENANCE = "PrintPrep.Provenance"
#: Digest of the images that a segmentation or a model was made of: it outlives the volume.
_SCAN = "PrintPrep.VolumeScan"

#: How far a corner may stand from where it was made: what files round, and no more.
UNMOVED_MM = 0.001
_UNMOVED_VOXELS = 0.01
CHANGED = _(
    "The spacing, place or size of the volume was changed after PrintPrep read it. Load the "
    "series again, or make a regular volume of it as it stands now."
)

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
#: (code, scheme, meaning) of what the voxels of a modality measure, and in which unit.
_QUANTITIES = {
    "CT": (
        ("112031", "DCM", "Attenuation Coefficient"),
        ("[hnsf'U]", "UCUM", "Hounsfield unit"),
    ),
    "MR": (("110852", "DCM", "MR signal intensity"), ("1", "UCUM", "no units")),
}


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
        raise GeometryError(_("the volume {volume} holds no image"), volume=node.GetName())
    if scalars.GetNumberOfComponents() != 1:
        raise GeometryError(
            _("the volume {volume} holds {count} values per voxel, not one"),
            volume=node.GetName(),
            count=scalars.GetNumberOfComponents(),
            remedy=_("Choose a scalar volume"),
        )
    return vtk_to_numpy(scalars).reshape(image.GetDimensions()[::-1])


def provenance_of(node: Any) -> dict[str, Any]:
    """What ``add_volume_node`` wrote about the origin of a volume.

    {} where nothing is known, and where the volume no longer stands as it was made: what
    changed its spacing, place or size made another volume of it.
    """
    return {} if changed_since_made(node) else kept_provenance(node)


def changed_since_made(node: Any) -> bool:
    """Whether a volume's grid is another one than that which its provenance describes."""
    made = kept_provenance(node).get("volume", {})
    return "ijk_to_ras" in made and grid_differs(made, node)


def grid_differs(made: dict[str, Any], node: Any) -> bool:
    """Whether a volume's grid is another one than it was.

    :param made: its ``dimensions``, ``spacing_mm`` and ``ijk_to_ras`` (RAS) as they were.
    """
    image = node.GetImageData()
    if image is None:
        return False
    size = image.GetDimensions()
    if tuple(made["dimensions"]) != size:
        return True
    corners = np.array([[*corner, 1] for corner in product(*((0, n - 1) for n in size))])
    away = corners @ (ijk_to_ras(node) - np.array(made["ijk_to_ras"], float))[:3].T
    limit = min(UNMOVED_MM, _UNMOVED_VOXELS * min(made["spacing_mm"]))
    # Written so that a matrix of NaN counts as changed, too.
    return not np.linalg.norm(away, axis=1).max() <= limit


def kept_provenance(node: Any) -> dict[str, Any]:
    """What ``add_volume_node`` wrote, whatever has become of the volume since; {} for nothing."""
    text = node.GetAttribute(PROVENANCE)
    if not text:
        return {}
    provenance = json.loads(text)
    uids = node.GetAttribute(INSTANCE_UIDS) or node.GetAttribute(SOURCE_INSTANCE_UIDS) or ""
    return {**provenance, "instance_uids": uids.split()}


def instances_of(node: Any) -> list[str]:
    """The UIDs of the images that a volume was made of; [] where they are not known."""
    uids = node.GetAttribute(INSTANCE_UIDS) or node.GetAttribute(SOURCE_INSTANCE_UIDS) or ""
    return sorted(uids.split())


def remember_scan(node: Any, volume_node: Any) -> None:
    """Keep with a segmentation or a model which images it was made of, but no UID of them."""
    uids = instances_of(volume_node)
    digest = hashlib.sha256(" ".join(uids).encode()).hexdigest() if uids else None
    if node.GetAttribute(_SCAN) != digest:
        node.SetAttribute(_SCAN, digest)


def of_other_scan(node: Any, volume_node: Any) -> bool:
    """Whether a node is known to be made of other images than a volume's."""
    uids, digest = instances_of(volume_node), node.GetAttribute(_SCAN)
    if not uids or not digest:
        return False
    return digest != hashlib.sha256(" ".join(uids).encode()).hexdigest()


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


def save_volume(node: Any, path: str | os.PathLike[str], compressed: bool = False) -> Path:
    """Write a volume node as NRRD: under a temporary name first, then moved into place.

    :returns: the path written.
    :raises ExportError: the file could not be written; nothing is left behind.
    """
    return write_nrrd(path, voxels_of(node), _LPS_TO_RAS @ ijk_to_ras(node), compressed)


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


def identity_of(volume_node: Any) -> dict[str, str]:
    """Name and number of the patient that a volume stands under in the subject hierarchy.

    :returns: ``patient_name`` and ``patient_id``, as a record that identifies has them in its
        ``source`` part; {} where it stands under no patient.
    """
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    tree, item = hierarchy_item(volume_node)
    patient = tree.GetItemAncestorAtLevel(item, constants.GetDICOMLevelPatient())
    if not patient:
        return {}
    number = tree.GetItemUID(patient, constants.GetDICOMUIDName())
    # The DICOM module calls the item by name and number.
    name = tree.GetItemName(patient).removesuffix(f" ({number})")
    return {"patient_name": name, "patient_id": number}


_HOUNSFIELD = "[hnsf'U]"


def geometry_of(volume_node: Any) -> dict[str, Any]:
    """How a volume was acquired and treated, for showing.

    :returns: ``problem`` (why it is not regular yet, else ""), ``verdict``, ``findings``,
        ``steps`` (mm, [] where unknown) and ``treatment`` (a sentence).
    """
    provenance = provenance_of(volume_node)
    findings = list(provenance.get("findings", ()))
    if volume_node.GetImageData() is None:
        problem = _("The volume holds no image.")
    elif volume_node.GetParentTransformNode() is not None:
        problem = _("The volume stands under a transform. Make a regular volume of it.")
    elif changed_since_made(volume_node):
        problem = CHANGED
    elif "source" not in provenance or "volume" not in provenance:
        problem = _(
            "PrintPrep has not seen the geometry of this volume yet. Make a regular volume of "
            "it; where it is regular already, its voxels stay as they are."
        )
    else:
        problem = ""
    return {
        "problem": translated(problem),
        "verdict": verdict(item["severity"] for item in findings),
        "findings": findings,
        "steps": list(provenance.get("steps_mm") or ()),
        "treatment": _treatment(provenance),
    }


def _treatment(provenance: dict[str, Any]) -> str:
    volume = provenance.get("volume")
    if not volume:
        return ""
    size = " × ".join(str(value) for value in volume["dimensions"])
    spacing = " × ".join(f"{value:.3f}" for value in volume["spacing_mm"])
    residual = (volume.get("residual_mm") or {}).get("max")
    if volume["interpolation"] == "none":
        template = _("{size} voxels of {spacing} mm, just as acquired.")
    elif residual is None:
        template = _("{size} voxels of {spacing} mm, interpolated onto a straight, even grid.")
    else:
        template = _(
            "{size} voxels of {spacing} mm, interpolated onto a straight, even grid; no voxel is "
            "misplaced by more than {bound}."
        )
    bound = "" if residual is None else bound_mm(residual)
    return Phrase(template, {"size": size, "spacing": spacing, "bound": bound}).said


def has_hounsfield_units(volume_node: Any) -> bool:
    """Whether the grey values of a volume are HU, as far as it says so."""
    units = volume_node.GetVoxelValueUnits()
    if units is not None and units.GetCodeValue():
        return units.GetCodeValue() == _HOUNSFIELD
    return in_hounsfield(provenance_of(volume_node).get("source", {}))


def value_range(volume_node: Any) -> tuple[float, float]:
    """The lowest and the highest grey value."""
    low, high = volume_node.GetImageData().GetScalarRange()
    return float(low), float(high)


def measure_half_contrast(
    volume_node: Any, low: float, high: float | None, progress: Progress | None = None
) -> HalfContrast:
    """Half contrast at the surface that a range gives.

    :raises SegmentError: the range holds no voxel, or its surface shows no contrast.
    :raises Cancelled: progress asked for it.
    """
    volume = volume_from_node(volume_node)
    report(progress, 0.0, _("Finding the surface"))
    if high is not None and high >= value_range(volume_node)[1]:
        high = None
    mask = meanwhile(
        progress, 0.0, _("Finding the surface"), lambda: range_mask(volume.voxels, low, high)
    )
    mesh = segment_mesh(volume, mask, (low, high), part(progress, 0.1, 0.8))
    report(progress, 0.8, _("Measuring"))
    found = meanwhile(
        progress,
        0.8,
        _("Measuring"),
        lambda: half_contrast(volume.voxels, volume.ijk_to_lps, mesh),
    )
    if found is None:
        raise SegmentError(
            _("the surface of this range shows no contrast to measure"),
            remedy=_("Choose a range that parts the object from its surroundings"),
        )
    return found
