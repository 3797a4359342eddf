"""What the geometry of a stack means, in words that a radiologist uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .claims import claims
from .elscint import KNOWN
from .elscintfile import REMEDY
from .findings import Finding

if TYPE_CHECKING:
    from .geometry import StackGeometry
    from .series import SliceStack

_DRIFT_MM = 0.1


def refusal(stack: SliceStack, geometry: StackGeometry) -> Finding | None:
    """Why no volume can be made of this stack, or None."""
    compression = _compression(stack)
    if compression is not None and compression not in KNOWN:
        return Finding(
            "unknown_compression",
            "fail",
            "The pixels are in the private compression {name}, which cannot be decoded here. "
            + REMEDY
            + ".",
            {"name": compression or "without a name"},
        )
    if stack.stacks_in_series > 1:
        kind = "drifting" if stack.drifting else "mixed"
        template = (
            "The orientation drifts from slice to slice ({stacks} orientations); such series "
            "are not served by this version."
            if stack.drifting
            else "The slices differ in orientation, matrix size or pixel spacing ({stacks} "
            "groups); such series are not served by this version."
        )
        return Finding(kind, "fail", template, {"stacks": stack.stacks_in_series})
    if len(stack.slices) < 2:
        return Finding(
            "single_slice", "fail", "There is only one slice; a model needs at least two."
        )
    if geometry.duplicates:
        return Finding(
            "duplicate_positions",
            "fail",
            "{count} slices stand at the position of another slice; such series are not served "
            "by this version.",
            {"count": geometry.duplicates},
            geometry.duplicates,
        )
    if geometry.sectioned:
        return Finding(
            "sectioned",
            "fail",
            "The series is made of {sections} sections with up to {gap:.1f} mm between them; "
            "sectioned series are not served by this version.",
            {"sections": geometry.sections, "gap": float(geometry.steps.max())},
            float(geometry.steps.max()),
            "mm",
        )
    return None


def describe(stack: SliceStack, geometry: StackGeometry) -> list[Finding]:
    """The findings about a stack that can be judged, in the order of their weight."""
    if len(stack.slices) < 2 or geometry.duplicates:
        return []
    found = [_gap(geometry), _tilt(geometry), _steps(geometry), _drift(geometry)]
    found += [*claims(stack, geometry), _private_compression(stack)]
    return [item for item in found if item is not None]


def _compression(stack: SliceStack) -> str | None:
    layout = stack.slices[0].layout
    return None if layout is None else layout.compression


def _private_compression(stack: SliceStack) -> Finding | None:
    compression = _compression(stack)
    if compression is None:
        return None
    return Finding(
        "private_compression",
        "info",
        "The pixels are in the Philips/Elscint private compression {name}, which most programs "
        "cannot read; it is undone without loss.",
        {"name": compression},
    )


def _gap(geometry: StackGeometry) -> Finding | None:
    if not geometry.gaps or geometry.sectioned:
        return None
    widest = float(geometry.steps[list(geometry.gaps)].max())
    template = (
        "{gaps} gap(s) of up to {gap:.2f} mm where the usual step is {median:.2f} mm, first "
        "behind slice {first}: the anatomy there is guessed, not seen."
    )
    if geometry.missing:
        template += " The width fits {missing} missing slice(s): ask for the complete series."
    return Finding(
        "gap",
        "fail",
        template,
        {
            "gaps": len(geometry.gaps),
            "gap": widest,
            "median": float(np.median(geometry.steps)),
            "first": geometry.gaps[0] + 1,
            "missing": geometry.missing,
        },
        widest,
        "mm",
    )


def _tilt(geometry: StackGeometry) -> Finding | None:
    if not geometry.tilted:
        return None
    return Finding(
        "tilted",
        "warn",
        "The gantry was tilted by {tilt:.2f}°: each slice is shifted against its neighbour, and "
        "the volume is straightened by shifting the slices back.",
        {"tilt": geometry.tilt_deg},
        geometry.tilt_deg,
        "°",
    )


def _steps(geometry: StackGeometry) -> Finding | None:
    low, high = float(geometry.steps.min()), float(geometry.steps.max())
    if geometry.irregular:
        return Finding(
            "irregular",
            "warn",
            "The distance between slices varies from {low:.3f} to {high:.3f} mm (median "
            "{median:.3f} mm): the volume is interpolated onto equal steps.",
            {"low": low, "high": high, "median": float(np.median(geometry.steps))},
            high - low,
            "mm",
        )
    if geometry.rounded:
        return Finding(
            "rounded_positions",
            "info",
            "Single steps read {low:.3f} to {high:.3f} mm only because the positions are rounded: "
            "a step of {step:.4f} mm explains every one of them, so no voxel is changed. "
            "Relabelling the step as {high:.3f} mm would stretch the print by {stretch:.1f} %.",
            {
                "low": low,
                "high": high,
                "step": geometry.step,
                "stretch": 100 * (high / geometry.step - 1),
            },
            geometry.step,
            "mm",
        )
    return None


def _drift(geometry: StackGeometry) -> Finding | None:
    if geometry.drift_mm <= _DRIFT_MM or not geometry.tilted:
        return None
    return Finding(
        "in_plane_drift",
        "warn",
        "The slices are displaced within their plane by up to {drift:.2f} mm beyond a constant "
        "tilt; each one is put back to its own position.",
        {"drift": geometry.drift_mm},
        geometry.drift_mm,
        "mm",
    )
