"""The geometry record of what stands in a scene."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .contrast import half_contrast
from .errors import GeometryError
from .export import ExportedFile
from .mesh import measure
from .mrml_nodes import mesh_from_model_node, volume_from_node
from .mrml_segments import segment_mask, segment_surface, threshold_of
from .progress import Progress, part, report
from .record import model_record, plain, qa_record, segment_record

EXPORTED = "PrintPrep.ExportedFile"
_NO_FILE = ExportedFile(Path(), "", "", 0, 1.0, (0.0, 0.0, 0.0))


def remember_export(model_node: Any, exported: ExportedFile) -> None:
    """Keep with a model what was written of it last: name, checksum, scale, but no folder."""
    kept = {**vars(exported), "path": exported.path.name}
    model_node.SetAttribute(EXPORTED, json.dumps(plain(kept)))


def exported_file(model_node: Any) -> ExportedFile | None:
    """What was written of a model last; None where nothing was, or the model changed since."""
    text = model_node.GetAttribute(EXPORTED)
    if not text:
        return None
    kept = json.loads(text)
    if kept["triangles"] != model_node.GetPolyData().GetNumberOfPolys():
        return None
    offset = tuple(kept["center_offset_mm"])
    return ExportedFile(**{**kept, "path": Path(kept["path"]), "center_offset_mm": offset})


def scene_record(
    volume_node: Any,
    segmentation_node: Any,
    segment_id: str,
    model_node: Any = None,
    *,
    slicer_version: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The geometry record (qa.json) of a volume, a segment and the model made of it.

    :param model_node: None for the surface that ``segment_surface`` would make.
    :raises GeometryError: the volume stands under a transform, or PrintPrep does not know
        where it comes from.
    :raises SegmentError: the segment is empty or does not exist.
    :raises Cancelled: progress asked for it.
    """
    volume = volume_from_node(volume_node)
    remedy = "Make a regular volume of it first (regularizeVolume)"
    if volume_node.GetParentTransformNode() is not None:
        raise GeometryError(f"{volume_node.GetName()} stands under a transform", remedy=remedy)
    if "source" not in volume.provenance or "volume" not in volume.provenance:
        raise GeometryError(
            f"PrintPrep does not know the acquisition of {volume_node.GetName()}", remedy=remedy
        )
    exported = None
    if model_node is None:
        mesh = segment_surface(volume_node, segmentation_node, segment_id, part(progress, 0.0, 0.5))
    else:
        mesh = mesh_from_model_node(model_node)
        exported = exported_file(model_node)
    report(progress, 0.5, "Measuring")
    half = half_contrast(volume.voxels, volume.ijk_to_lps, mesh)
    report(progress, 0.8, "Measuring")
    known = threshold_of(segmentation_node, segment_id)
    low, high = known or (None, None)
    segment = segment_record(
        segment_mask(segmentation_node, segment_id, volume_node),
        volume.ijk_to_lps,
        "segment" if known is None else "threshold",
        low,
        high,
        volume.acquired_field,
        half_contrast=None if half is None else vars(half),
    )
    model = model_record(measure(mesh), [exported or _NO_FILE])
    if exported is None:
        model["files"] = []
    return qa_record(volume.provenance, segment, model, slicer=slicer_version)
