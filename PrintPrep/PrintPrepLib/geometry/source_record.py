"""Where a volume came from and what was done to it, as data that travels with it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..dicom.header import scanner_id
from ..dicom.pixel_layout import UNCOMPRESSED
from ..dicom.tags import CONVOLUTION_KERNEL
from .fan import drift_record, fan_of
from .header_claims import names_tilt
from .hounsfield import value_unit
from .manual import entered_record
from .privacy import persons_of, unnamed_source
from .reconstructions import trait
from .stack import SliceStack, rejected_files
from .stack_geometry import StackGeometry, standing

SCHEMA = "printprep-provenance/1"
#: A step that differs by more from the usual one is named.
DEVIATES_MM = 0.05
#: The same as a share of that step, in micro-CT.
_DEVIATES_SHARE = 0.25
#: Of lengths that stand in the record slice by slice: 0.1 µm.
_DECIMALS = 4


def source_record(
    stack: SliceStack,
    geometry: StackGeometry,
    identify: bool = False,
    inputs: Sequence[str | os.PathLike[str]] = (),
) -> dict[str, Any]:
    """The ``source`` part of a record: what the headers say of the stack.

    Lengths in mm, angles in degrees; nothing that names the patient unless ``identify``.

    :param inputs: as the user gave them; rejected files are then named relative to them.
    """
    # Of slices at one position the first stands for all of them.
    stack = replace(stack, slices=standing(stack))
    info, first = stack.info, stack.slices[0]
    # Gaps between sections are no steps.
    steps = geometry.inner_steps
    thickness = [item.thickness_mm for item in stack.slices if item.thickness_mm is not None]
    mixed = len(set(thickness)) > 1
    record = {
        "kind": "dicom",
        "series_id": info.id,
        "modality": info.modality,
        "manufacturer": info.manufacturer,
        "scanner_model": info.model,
        "scanner_id": scanner_id(info),
        "slices": len(stack.slices),
        "rejected": rejected_files(stack.rejected, identify, inputs),
        "pixel_spacing_mm": list(first.pixel_spacing),
        "slice_thickness_mm": max(thickness, default=info.slice_thickness_mm),
        "slice_thickness_range_mm": [min(thickness), max(thickness)] if mixed else None,
        "steps_mm": {
            "min": float(steps.min()) if len(steps) else None,
            "median": float(np.median(steps)) if len(steps) else None,
            "max": float(steps.max()) if len(steps) else None,
        },
        "step_lengths_mm": np.round(geometry.steps, _DECIMALS).tolist(),
        "gap_steps": sorted(geometry.gaps + geometry.partings),
        "deviating_slices": _deviating(geometry),
        "in_plane_offsets_mm": _in_plane_offsets(geometry),
        "step_mm": geometry.step,
        "slice_gap_mm": _slice_gaps(stack, geometry),
        "tilt_deg": geometry.tilt_deg,
        "shear": list(geometry.shear),
        "tilt_tag_deg": info.tilt_tag_deg,
        "spacing_between_slices_mm": info.spacing_between_slices_mm,
        "tilted": geometry.tilted,
        "irregular": geometry.irregular,
        "stack": stack.number,
        "stacks": stack.stacks_in_series,
        "told_apart": stack.told_apart.text if stack.told_apart else "",
        "sections": max(geometry.sections, stack.sections),
        "section": stack.section,
        "gaps": _gaps(geometry),
        "joined_at_mm": list(stack.joints),
        "drift": drift_record(fan_of(stack.slices)) if stack.drifting else None,
        "entered": entered_record(stack.slices),
        "applied_tilt_deg": stack.applied_tilt_deg,
        "duplicates": geometry.duplicates,
        "missing": geometry.missing,
        "missing_at_mm": np.round(geometry.missing_at_mm, _DECIMALS).tolist(),
        "compression": stack.compression,
        "matrix": [first.rows, first.columns],
        "transfer_syntax": _transfer_syntax(stack),
        "lossy": _lossy(stack),
        "image_type": list(first.image_type),
        "image_types": sorted({"\\".join(item.image_type) for item in stack.slices}),
        "derivation_names_tilt": names_tilt(info),
        "kernel": trait(first, CONVOLUTION_KERNEL) or info.kernel,
        "value_unit": value_unit(stack),
    }
    if not identify:
        record = unnamed_source(record, persons_of(info))
    else:
        record |= {
            "series_uid": info.uid,
            "study_uid": info.study_uid,
            "patient_name": info.patient_name,
            "patient_id": info.patient_id,
            "scan_date": info.scan_date,
            "folder": os.path.dirname(os.path.abspath(first.path)),
        }
    return record


def _gaps(geometry: StackGeometry) -> list[dict[str, float]]:
    """What was not scanned between sections, along the normal in patient coordinates."""
    along = np.round(geometry.along, _DECIMALS).tolist()
    return [
        {
            "from_mm": along[index],
            "to_mm": along[index + 1],
            "width_mm": round(along[index + 1] - along[index], _DECIMALS),
        }
        for index in geometry.partings
    ]


def _deviating(geometry: StackGeometry) -> list[dict[str, float]]:
    """The slices behind which an irregular stack leaves its usual step."""
    if not geometry.irregular:
        return []
    steps = np.round(geometry.steps, _DECIMALS)
    least = min(DEVIATES_MM, _DEVIATES_SHARE * geometry.usual_mm)
    off = np.abs(geometry.steps - geometry.usual_mm) > least
    off[list(geometry.partings)] = False
    return [
        {"slice": int(index) + 1, "step_mm": float(steps[index])} for index in np.flatnonzero(off)
    ]


def _in_plane_offsets(geometry: StackGeometry) -> list[list[float]] | None:
    """Where each slice stands along (row, column) from the first, mm; None where they are level."""
    if not (geometry.tilted or geometry.displaced):
        return None
    moved = geometry.header_positions - geometry.header_positions[0]
    across = np.stack([moved @ geometry.row, moved @ geometry.column], axis=1)
    return np.round(across, _DECIMALS).tolist()


def _slice_gaps(stack: SliceStack, geometry: StackGeometry) -> dict[str, float] | None:
    """What lies between neighbours beyond their thickness; negative where they overlap."""
    thickness = [item.thickness_mm for item in stack.slices]
    if len(thickness) < 2 or not all(thickness):
        return None
    halves = np.array(thickness, dtype=float) / 2
    gaps = np.diff(geometry.distances) - halves[:-1] - halves[1:]
    gaps = np.delete(gaps, geometry.partings)
    if not len(gaps):
        return None
    return {"min": float(gaps.min()), "max": float(gaps.max())}


def _transfer_syntax(stack: SliceStack) -> str | None:
    """UID of the slices' transfer syntax, of the packed ones where some are; None if unknown."""
    found = [item.layout.transfer_syntax for item in stack.slices if item.layout is not None]
    packed = [syntax for syntax in found if syntax not in UNCOMPRESSED]
    return next(iter(packed + found), None)


def _lossy(stack: SliceStack) -> dict[str, Any] | bool | None:
    """The loss by compression, the largest of all slices; False: none; None: unknown."""
    layouts = [item.layout for item in stack.slices]
    losses = [layout.loss for layout in layouts if layout is not None and layout.loss is not None]
    if losses:
        worst = max(losses, key=lambda item: item.ratio or 0)
        return {"ratio": worst.ratio, "method": worst.method, "slices": len(losses)}
    return None if None in layouts else False
