"""The geometry QA of what stands in a scene. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from os.path import exists
from typing import Any

from ..calibration.measure import fit_object as fitted
from ..calibration.object_fit import ObjectFit
from ..calibration.store import add_calibration, calibration_entry
from ..compare.comparison import compare as compared
from ..compare.comparison import comparison_map
from ..compare.record import comparison_record
from ..core.errors import GeometryError
from ..core.jsonable import plain
from ..core.phrases import _
from ..core.progress import Progress, part, report
from ..job.model import contrast_bounds
from ..job.record import checked, named_standards
from ..mesh.io.placement import size_and_unit
from ..mesh.io.read import read_model
from ..qa.assessment import Subject
from ..qa.checks.calibration import print_check
from ..volume.regular_volume import RegularVolume
from .belonging import require_model, require_segment
from .maps import put_maps
from .models import (
    edge_of,
    exported_file,
    is_followed,
    is_untouched,
    mesh_from_model_node,
    refinement_of,
    surface_of,
)
from .segments import made_surface, segment_mask, threshold_of
from .volumes import changed_since_made, volume_from_node

_REMEDY = _("Make a regular volume of it first")


def check(
    volume_node: Any,
    segmentation_node: Any,
    segment_id: str,
    model_node: Any = None,
    *,
    protocol: str = "",
    surgery_date: str = "",
    printer: str = "",
    calibrations: str = "",
    slicer_version: str | None = None,
    quick: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The geometry record (qa.json) of a volume, a segment and the model made of it.

    What was measured at every point of the model is left with it, as point data.

    :param model_node: None for the surface that ``made_surface`` would make.
    :param protocol: name of a protocol, or path of a user's own; "" for none.
    :param surgery_date: ISO date, for protocols that limit the age of the scan.
    :param printer: name of a printer, or the size of its bed; "" for none.
    :param calibrations: file with the calibrations of the scanners; "" for none.
    :param quick: leave out what takes long on large models; the record names it.
    :raises GeometryError: the volume stands under a transform, or PrintPrep does not know
        where it comes from.
    :raises SegmentError: the segment is empty or does not exist, or belongs to another volume.
    :raises ProtocolError: the protocol or the date is none.
    :raises Cancelled: progress asked for it.
    """
    standards = named_standards(
        protocol, surgery_date, printer, calibrations if exists(calibrations) else ""
    )
    volume = _known_volume(volume_node)
    require_segment(volume_node, segmentation_node, segment_id)
    if model_node is not None:
        require_model(model_node, volume_node)
    exported, refinement, untouched, followed = None, None, True, True
    if model_node is None:
        made = made_surface(
            volume_node, segmentation_node, segment_id, progress=part(progress, 0.0, 0.2)
        )
        mesh, edge, surface = made.mesh, made.edge, made.surface
    else:
        mesh = mesh_from_model_node(model_node)
        edge, surface = edge_of(model_node, mesh), surface_of(model_node)
        followed = is_followed(model_node)
        exported = exported_file(model_node)
        refinement = refinement_of(model_node)
        untouched = is_untouched(model_node, mesh)
    report(progress, 0.2, _("Measuring"))
    mask = segment_mask(segmentation_node, segment_id, volume_node)
    known = threshold_of(segmentation_node, segment_id)
    low, high = known or (None, None)
    if known is None and followed and edge is None:
        low, high = contrast_bounds(volume, mesh)
    found = checked(
        Subject(
            volume,
            mask,
            mesh,
            low,
            high,
            untouched=untouched,
            refinement=refinement,
            edge=edge,
        ),
        "segment" if known is None else "threshold",
        known or (None, None),
        standards,
        [] if exported is None else [exported],
        slicer=slicer_version,
        maps=model_node is not None,
        quick=quick,
        progress=part(progress, 0.2, 1.0),
        surface=surface,
    )
    if model_node is not None:
        put_maps(model_node, found.maps)
    return found.record


def _known_volume(node: Any) -> RegularVolume:
    if node.GetParentTransformNode() is not None:
        raise GeometryError(
            _("{volume} stands under a transform"), volume=node.GetName(), remedy=_REMEDY
        )
    if changed_since_made(node):
        raise GeometryError(
            _("the spacing, place or size of {volume} was changed after PrintPrep read it"),
            volume=node.GetName(),
            remedy=_("Load the series again, or make a regular volume of it"),
        )
    volume = volume_from_node(node)
    if "source" not in volume.provenance or "volume" not in volume.provenance:
        raise GeometryError(
            _("PrintPrep does not know the acquisition of {volume}"),
            volume=node.GetName(),
            remedy=_REMEDY,
        )
    return volume


# Comparison


def compare(
    model_node: Any, reference: Any, align: bool = False, progress: Progress | None = None
) -> dict[str, Any]:
    """A model against another one, as ``printprep compare --json`` prints it.

    The distance of every point is left with the model, as point data.

    :param reference: a model node, or the path of a model file.
    :raises MeshError: a model has no surface, or the file is none.
    :raises Cancelled: progress asked for it.
    """
    mesh = mesh_from_model_node(model_node)
    if hasattr(reference, "GetPolyData"):
        other = mesh_from_model_node(reference)
    else:
        other = read_model(reference)
    found = compared(mesh, other, align, part(progress, 0.0, 0.8))
    values = comparison_map(mesh, other, found.transform, part(progress, 0.8, 1.0))
    put_maps(model_node, {"DistanceToReferenceMm": values})
    return plain(comparison_record(found))


# Calibration


def fit_object(
    volume_node: Any,
    kind: str,
    nominal_mm: tuple[float, ...],
    place_ras: tuple[float, float, float],
    progress: Progress | None = None,
) -> dict[str, Any]:
    """An object of known size in a volume, as ``measure.fit_object`` measures it.

    :raises CalibrationError: there is no such object; the text says why.
    """
    x, y, z = place_ras
    volume = _known_volume(volume_node)
    return plain(fitted(volume, kind, (-x, -y, z), nominal_mm, progress=progress).as_dict())


def keep_calibration(volume_node: Any, fits: list[dict[str, Any]], store_path: str) -> None:
    """Keep what ``fit_object`` measured for the volume's scanner, one entry an object.

    :raises CalibrationError: the scanner is not known, or the store cannot be read.
    :raises ExportError: the store cannot be written; it is as it was.
    """
    source = _known_volume(volume_node).provenance["source"]
    for fit in fits:
        entry = calibration_entry(source, [ObjectFit.from_dict(fit)])
        add_calibration(store_path, entry)


def caliper(
    record: Mapping[str, Any],
    nominal_mm: float,
    readings_mm: list[float],
    resolution_mm: float,
) -> dict[str, Any]:
    """The ``printed`` part of a record: a print that was measured with a caliper.

    :param nominal_mm: true length of what was measured.
    :raises CalibrationError: the readings are none.
    """
    size, _in_file = size_and_unit(record["model"])
    return print_check(nominal_mm, nominal_mm * size, readings_mm, resolution_mm)
