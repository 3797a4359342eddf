"""Where a volume came from and what was done to it, as data that travels with it."""

from __future__ import annotations

import hashlib
import os
from typing import Any

import numpy as np

from .geometry import StackGeometry
from .grid import GridPlan
from .residual import Residual
from .series import Rejected, SliceStack

SCHEMA = "printprep-provenance/1"


def series_id(uid: str) -> str:
    """A pseudonym of a UID: the same series gives the same one, and nothing leads back."""
    return hashlib.sha256(uid.encode()).hexdigest()[:16]


def relative_rejections(
    rejected: tuple[Rejected, ...], slices: tuple[str, ...] = ()
) -> list[dict[str, str]]:
    """Rejected files with names relative to the folder that holds everything."""
    paths = [os.path.abspath(item.file) for item in rejected]
    if not paths:
        return []
    folders = {os.path.dirname(path) for path in [*paths, *map(os.path.abspath, slices)]}
    try:
        root = os.path.commonpath(folders)
    except ValueError:  # different drives
        return [
            {"file": os.path.basename(p), "reason": r.reason}
            for p, r in zip(paths, rejected, strict=True)
        ]
    return [
        {"file": os.path.relpath(path, root), "reason": item.reason}
        for path, item in zip(paths, rejected, strict=True)
    ]


def source_record(
    stack: SliceStack, geometry: StackGeometry, identify: bool = False
) -> dict[str, Any]:
    """The ``source`` part of a record: what the headers say of the stack.

    Lengths in mm, angles in degrees; nothing that names the patient unless ``identify``.
    """
    info, first = stack.info, stack.slices[0]
    steps = geometry.steps
    record = {
        "kind": "dicom",
        "series_id": series_id(info.uid),
        "modality": info.modality,
        "manufacturer": info.manufacturer,
        "slices": len(stack.slices),
        "rejected": relative_rejections(stack.rejected, tuple(item.path for item in stack.slices)),
        "pixel_spacing_mm": list(first.pixel_spacing),
        "slice_thickness_mm": info.slice_thickness_mm,
        "steps_mm": {
            "min": float(steps.min()) if len(steps) else None,
            "median": float(np.median(steps)) if len(steps) else None,
            "max": float(steps.max()) if len(steps) else None,
        },
        "step_mm": geometry.step,
        "tilt_deg": geometry.tilt_deg,
        "shear": list(geometry.shear),
        "tilt_tag_deg": info.tilt_tag_deg,
        "tilted": geometry.tilted,
        "irregular": geometry.irregular,
        "sections": geometry.sections,
        "section": 1,
        "duplicates": geometry.duplicates,
        "missing": geometry.missing,
        "compression": _compression(stack),
        "matrix": [first.rows, first.columns],
        "image_type": list(first.image_type),
        "kernel": info.kernel,
    }
    if identify:
        record |= {
            "series_uid": info.uid,
            "study_uid": info.study_uid,
            "patient_name": info.patient_name,
            "patient_id": info.patient_id,
            "folder": os.path.dirname(os.path.abspath(first.path)),
        }
    return record


def _compression(stack: SliceStack) -> str | None:
    layout = stack.slices[0].layout
    return None if layout is None else layout.compression


def volume_record(
    plan: GridPlan, residual: Residual, interpolation: str, choice: str | float
) -> dict[str, Any]:
    """The ``volume`` part of a record: the grid, how it was filled, how true it is."""
    to_ras = np.diag([-1.0, -1.0, 1.0, 1.0])
    return {
        "dimensions": list(plan.dimensions),
        "spacing_mm": list(plan.spacing),
        "ijk_to_ras": (to_ras @ plan.ijk_to_lps).tolist(),
        "interpolation": interpolation,
        "residual_mm": {"max": residual.max, "rms": residual.rms},
        "spacing_choice": choice,
        "averaged_planes": plan.averages,
    }
