"""What the panel asks of the scene, and the small changes that it makes there. No Qt."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from .contrast import HalfContrast, half_contrast
from .errors import SegmentError
from .findings import verdict
from .islands import islands_above, largest_island
from .mesh import TriangleMesh, from_polydata
from .mrml_nodes import (
    add_model_node,
    provenance_of,
    volume_from_node,
    voxels_of,
)
from .mrml_record import mark_untouched
from .mrml_segments import (
    BONE_COLOR,
    THRESHOLD_TAG,
    keep_islands_above,
    keep_largest_island,
    segment_mask,
    segment_surface,
    threshold_text,
)
from .pixel_findings import in_hounsfield
from .progress import Progress, part, report
from .record import plain
from .source_checks import bound_mm
from .surface import grey_value_surface

SEGMENTATION_ROLE = "PrintPrep.Segmentation"
VOLUME_ROLE = "PrintPrep.Volume"
SEGMENT_ID = "PrintPrep.SegmentID"
OUTDATED = "PrintPrep.Outdated"
REFINEMENT = "PrintPrep.Refinement"

_HOUNSFIELD = "[hnsf'U]"


# Volumes


def geometry_of(volume_node: Any) -> dict[str, Any]:
    """How a volume was acquired and treated, for showing.

    :returns: ``problem`` (why it is not regular yet, else ""), ``verdict``, ``findings``,
        ``steps`` (mm, [] where unknown) and ``treatment`` (a sentence).
    """
    provenance = provenance_of(volume_node)
    findings = list(provenance.get("findings", ()))
    answer = {
        "problem": "",
        "verdict": verdict(item["severity"] for item in findings),
        "findings": findings,
        "steps": list(provenance.get("steps_mm") or ()),
        "treatment": _treatment(provenance),
    }
    if volume_node.GetImageData() is None:
        answer["problem"] = "The volume holds no image."
    elif volume_node.GetParentTransformNode() is not None:
        answer["problem"] = "The volume stands under a transform. Make a regular volume of it."
    elif "source" not in provenance or "volume" not in provenance:
        answer["problem"] = (
            "PrintPrep has not seen the geometry of this volume yet. Make a regular volume of "
            "it; where it is regular already, its voxels stay as they are."
        )
    return answer


def _treatment(provenance: dict[str, Any]) -> str:
    volume = provenance.get("volume")
    if not volume:
        return ""
    size = " × ".join(str(value) for value in volume["dimensions"])
    spacing = " × ".join(f"{value:.3f}" for value in volume["spacing_mm"])
    if volume["interpolation"] == "none":
        return f"{size} voxels of {spacing} mm, just as acquired."
    residual = (volume.get("residual_mm") or {}).get("max")
    true = "" if residual is None else f"; no voxel is misplaced by more than {bound_mm(residual)}"
    return f"{size} voxels of {spacing} mm, interpolated onto a straight, even grid{true}."


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
    report(progress, 0.0, "Finding the surface")
    mask = volume.voxels >= low
    if high is not None and high < value_range(volume_node)[1]:
        mask &= volume.voxels <= high
    else:
        high = None
    mesh = grey_value_surface(
        volume.voxels,
        mask,
        volume.ijk_to_lps,
        low,
        high,
        field=volume.acquired_field,
        progress=part(progress, 0.1, 0.8),
    )
    report(progress, 0.8, "Measuring")
    found = half_contrast(volume.voxels, volume.ijk_to_lps, mesh)
    if found is None:
        raise SegmentError(
            "the surface of this range shows no contrast to measure",
            remedy="Choose a range that parts the object from its surroundings",
        )
    return found


# Segments


def add_segment(segmentation_node: Any, name: str) -> str:
    """An empty segment; its ID. The first one of a segmentation has the colour of bone."""
    segmentation = segmentation_node.GetSegmentation()
    first = segmentation.GetNumberOfSegments() == 0
    segment_id = segmentation.AddEmptySegment("", name)
    if first:
        segmentation.GetSegment(segment_id).SetColor(*BONE_COLOR)
    return segment_id


def segment_of(segmentation_node: Any, segment_id: str) -> Any:
    """The vtkSegment, or None."""
    if segmentation_node is None or not segment_id:
        return None
    return segmentation_node.GetSegmentation().GetSegment(segment_id)


#: Whether a segment has voxels, by its identifier, with the state of the voxels it was true for.
_FILLED: dict[str, tuple[tuple[int, int, int], bool]] = {}


def segment_has_voxels(segmentation_node: Any, segment_id: str) -> bool:
    """Whether there is such a segment with anything in it."""
    segment = segment_of(segmentation_node, segment_id)
    if segment is None:
        return False
    if segmentation_node.GetSegmentation().GetSourceRepresentationName() != _binary():
        return True
    labels = segmentation_node.GetBinaryLabelmapInternalRepresentation(segment_id)
    if labels is None or labels.IsEmpty():
        return False
    # Asked several times after every stroke: looked through once for each state of the voxels.
    state = (labels.GetMTime(), segment.GetLabelValue(), labels.GetNumberOfPoints())
    known = _FILLED.get(segment_id)
    if known is None or known[0] != state:
        values = vtk_to_numpy(labels.GetPointData().GetScalars())
        known = (state, bool((values == segment.GetLabelValue()).any()))
        _FILLED[segment_id] = known
    return known[1]


def label_stamps(segmentation_node: Any) -> dict[str, int]:
    """When the voxels of each segment were changed last (or those of one it shares a map with)."""
    if segmentation_node is None:
        return {}
    stamps = {}
    for segment_id in segmentation_node.GetSegmentation().GetSegmentIDs():
        labels = segmentation_node.GetBinaryLabelmapInternalRepresentation(segment_id)
        if labels is not None:
            stamps[segment_id] = labels.GetMTime()
    return stamps


def tag_threshold(
    volume_node: Any, segmentation_node: Any, segment_id: str, low: float, high: float
) -> bool:
    """Keep the range with a segment that the Threshold effect filled; False where it did not.

    The range counts where every voxel of the segment lies in it: undo with the effect still
    active changes the segment, too.
    """
    segment = segment_of(segmentation_node, segment_id)
    if segment is None or not segment_has_voxels(segmentation_node, segment_id):
        return False
    values = voxels_of(volume_node)[segment_mask(segmentation_node, segment_id, volume_node)]
    if not values.size or values.min() < low or values.max() > high:
        return False
    upper = None if high >= value_range(volume_node)[1] else high
    segment.SetTag(THRESHOLD_TAG, threshold_text(low, upper))
    return True


def _binary() -> str:
    return slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()


# Models


def segment_model(
    volume_node: Any,
    segmentation_node: Any,
    segment_id: str,
    keep: str = "all",
    smallest_mm3: float = 0.0,
    progress: Progress | None = None,
) -> TriangleMesh:
    """The surface of the parts of a segment that are to stay; the segment is left alone.

    :param keep: ``all``, ``largest`` or ``above`` (``smallest_mm3``).
    :raises SegmentError: nothing is left.
    :raises Cancelled: progress asked for it.
    """
    if keep == "all":
        return segment_surface(volume_node, segmentation_node, segment_id, progress)
    voxel = float(np.prod(np.abs(volume_node.GetSpacing())))

    def clean(mask: np.ndarray) -> np.ndarray:
        kept = (
            largest_island(mask) if keep == "largest" else islands_above(mask, smallest_mm3, voxel)
        )
        if not kept.any():
            raise SegmentError(
                f"no part of the segment is as large as {smallest_mm3:g} mm³",
                remedy="Choose a smaller size",
            )
        return kept

    return segment_surface(volume_node, segmentation_node, segment_id, progress, clean)


def clean_segment(
    volume_node: Any,
    segmentation_node: Any,
    segment_id: str,
    keep: str,
    smallest_mm3: float = 0.0,
) -> None:
    """Remove from a segment what ``segment_model`` left out."""
    if keep == "largest":
        keep_largest_island(segmentation_node, segment_id, volume_node)
    elif keep == "above":
        keep_islands_above(segmentation_node, segment_id, volume_node, smallest_mm3)


def put_model(
    mesh: TriangleMesh,
    volume_node: Any,
    segmentation_node: Any,
    segment_id: str,
    refinement: dict[str, Any] | None = None,
) -> Any:
    """The model node of a segment with a new surface, made where it is missing.

    :param refinement: what was done to the surface since, for the record.
    """
    segment = segment_of(segmentation_node, segment_id)
    node = model_of(segmentation_node, segment_id)
    if node is None:
        node = add_model_node(mesh, segment.GetName(), volume_node.GetScene())
        node.GetDisplayNode().SetColor(segment.GetColor())
        node.SetNodeReferenceID(SEGMENTATION_ROLE, segmentation_node.GetID())
        node.SetAttribute(SEGMENT_ID, segment_id)
        node.SetAndObserveTransformNodeID(volume_node.GetTransformNodeID())
    else:
        made = add_model_node(mesh, "PrintPrep new surface", volume_node.GetScene())
        node.SetAndObservePolyData(made.GetPolyData())
        remove(made)
    node.SetNodeReferenceID(VOLUME_ROLE, volume_node.GetID())
    node.SetAttribute(OUTDATED, None)
    node.SetAttribute(REFINEMENT, None if refinement is None else json.dumps(plain(refinement)))
    if refinement is None:
        mark_untouched(node)
    node.SetDisplayVisibility(True)
    return node


def refinement_of(model_node: Any) -> dict[str, Any] | None:
    """What smoothing and thinning did to a model; None for nothing."""
    text = model_node.GetAttribute(REFINEMENT)
    return json.loads(text) if text else None


def models_of(segmentation_node: Any) -> list[Any]:
    """The models that PrintPrep made of a segmentation, in the order of its segments."""
    if segmentation_node is None:
        return []
    ids = segmentation_node.GetSegmentation().GetSegmentIDs()
    found = (model_of(segmentation_node, segment_id) for segment_id in ids)
    return [node for node in found if node is not None]


def model_of(segmentation_node: Any, segment_id: str) -> Any:
    """The model that PrintPrep made of a segment, or None."""
    if segment_of(segmentation_node, segment_id) is None:
        return None
    for node in slicer.util.getNodesByClass("vtkMRMLModelNode"):
        if (
            node.GetAttribute(SEGMENT_ID) == segment_id
            and node.GetNodeReference(SEGMENTATION_ROLE) is segmentation_node
            and node.GetPolyData() is not None
        ):
            return node
    return None


def mark_outdated(segmentation_node: Any, segment_id: str | None) -> None:
    """Note that a segment changed since its model was made; None for all of them."""
    for node in models_of(segmentation_node):
        if not segment_id or node.GetAttribute(SEGMENT_ID) == segment_id:
            node.SetAttribute(OUTDATED, "1")


def slicer_surface(segmentation_node: Any, segment_id: str) -> TriangleMesh:
    """The closed surface that Slicer makes of a segment, with its present settings.

    :raises SegmentError: Slicer makes none.
    """
    source = segmentation_node.GetSegmentation()
    converter = slicer.vtkSegmentationConverter
    name = converter.GetSegmentationClosedSurfaceRepresentationName()
    # A copy: the user's segmentation is not to show a surface because of a comparison.
    copy = slicer.vtkSegmentation()
    copy.SetSourceRepresentationName(source.GetSourceRepresentationName())
    copy.CopyConversionParameters(source)
    copied = copy.CopySegmentFromSegmentation(source, segment_id)
    polydata = None
    if copied and copy.CreateRepresentation(name):
        polydata = copy.GetSegment(segment_id).GetRepresentation(name)
    if polydata is None or not polydata.GetNumberOfCells():
        raise SegmentError("Slicer makes no surface of this segment")
    triangles = vtk.vtkTriangleFilter()
    triangles.SetInputData(polydata)
    triangles.PassLinesOff()
    triangles.PassVertsOff()
    triangles.Update()
    mesh = from_polydata(triangles.GetOutput())
    return TriangleMesh(mesh.points * [-1.0, -1.0, 1.0], mesh.triangles)


def side_model(mesh: TriangleMesh, name: str, color: tuple[float, float, float], like: Any) -> Any:
    """A model to look at beside another one, under its transform."""
    node = add_model_node(mesh, name, like.GetScene())
    node.GetDisplayNode().SetColor(*color)
    node.SetAndObserveTransformNodeID(like.GetTransformNodeID())
    return node


def remove(node: Any) -> None:
    """Take a node with its display and storage nodes out of the scene."""
    if node is None or node.GetScene() is None:
        return
    scene = node.GetScene()
    for index in reversed(range(node.GetNumberOfDisplayNodes())):
        scene.RemoveNode(node.GetNthDisplayNode(index))
    if node.GetStorageNode() is not None:
        scene.RemoveNode(node.GetStorageNode())
    scene.RemoveNode(node)


def refinement(found: Any, smoothing_mm: float | None, reduction: float | None) -> dict[str, Any]:
    """What was done to a surface, as the record's ``model`` part holds it."""
    return {"deviation": asdict(found), "smoothing_mm": smoothing_mm, "reduction": reduction}


def set_refinement(model_node: Any, done: dict[str, Any]) -> None:
    """Keep with a model what was done to its surface."""
    model_node.SetAttribute(REFINEMENT, json.dumps(plain(done)))
