"""What the geometry of a stack means, in words that a radiologist uses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from ..core.findings import Finding
from ..dicom.elscint_block import REMEDY
from ..pixels.elscint_codec import KNOWN
from .fan import Fan, fan_of
from .header_claims import claims, one_place
from .regularity import GAP_FAIL_MM
from .stack_geometry import StackGeometry

if TYPE_CHECKING:
    from .stack import SliceStack

_DRIFT_MM = 0.1
_LISTED = 5


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
    if len(stack.slices) < 2 and stack.coincident:
        return one_place(stack)
    if len(stack.slices) < 2:
        return Finding(
            "single_slice", "fail", "There is only one slice; a model needs at least two."
        )
    if stack.conflicting:
        return Finding(
            "ambiguous_positions",
            "fail",
            "{count} positions hold different images, and neither headers nor slice numbers tell "
            "which belong together. Send each reconstruction as a series of its own.",
            {"count": stack.conflicting},
            stack.conflicting,
        )
    return drift_findings(fan_of(stack.slices))[1] if stack.drifting else None


def describe(stack: SliceStack, geometry: StackGeometry) -> list[Finding]:
    """The findings about a stack that can be judged, in the order of their weight."""
    found = [_mixed(stack), _derived(stack), _duplicates(stack, geometry)]
    if len(stack.slices) > 1:
        found += [_sectioned(stack, geometry), _joined(stack), _gap(geometry)]
        if stack.drifting:
            found += [drift_findings(fan_of(stack.slices))[0], _steps(geometry)]
        else:
            found += [_tilt(stack, geometry), _steps(geometry), _drift(geometry)]
        found += claims(stack, geometry)
    found.append(_private_compression(stack))
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


def _mixed(stack: SliceStack) -> Finding | None:
    if stack.stacks_in_series < 2:
        return None
    return Finding(
        "mixed",
        "info",
        "The series holds {stacks} stacks of slices that do not fit together (other orientation, "
        "matrix, pixel spacing or reconstruction). This is stack {number}{apart}, with {slices} "
        "slices.",
        {
            "stacks": stack.stacks_in_series,
            "number": stack.number,
            "apart": f" ({stack.told_apart})" if stack.told_apart else "",
            "slices": len(stack.slices),
        },
        stack.stacks_in_series,
    )


def _derived(stack: SliceStack) -> Finding | None:
    derived = sum(item.image_type[:1] == ("DERIVED",) for item in stack.slices)
    if not derived:
        return None
    return Finding(
        "derived",
        "warn",
        "{derived} of {slices} images are derived, not taken by the scanner as they are: a "
        "reformat or a processed series may have lost detail. Use the original series where "
        "there is one.",
        {"derived": derived, "slices": len(stack.slices)},
        derived,
    )


def _duplicates(stack: SliceStack, geometry: StackGeometry) -> Finding | None:
    if not geometry.duplicates:
        return None
    if stack.conflicting:
        return None
    if stack.coincident:
        return Finding(
            "duplicate_positions",
            "warn",
            "{count} images stand at the position of another one, and their headers do not tell "
            "them apart. Their pixels decide: equal images are left out, different ones are never "
            "mixed.",
            {"count": geometry.duplicates},
            geometry.duplicates,
        )
    return Finding(
        "duplicate_positions",
        "info",
        "{count} images were there twice, pixel for pixel, and are left out.",
        {"count": geometry.duplicates},
        geometry.duplicates,
    )


def _sectioned(stack: SliceStack, geometry: StackGeometry) -> Finding | None:
    if geometry.sectioned:
        gaps = [float(geometry.steps[index]) for index in geometry.partings]
        template = "The series is made of {sections} sections with nothing scanned between them "
        template += "(gaps: {gaps}). "
        template += (
            "They are one volume here; background fills the gaps."
            if stack.section == 0
            else "Each section is a volume of its own, in its true place."
        )
        values = {"sections": geometry.sections, "gaps": _listed(f"{gap:.1f} mm" for gap in gaps)}
        return Finding("sectioned", "warn", template, values, max(gaps), "mm")
    if stack.sections < 2 or stack.section == 0:
        return None
    return Finding(
        "sectioned",
        "warn",
        "This is section {section} of {sections} of the series ({first:.1f} to {last:.1f} mm along "
        "the normal); the others are volumes of their own.",
        {
            "section": stack.section,
            "sections": stack.sections,
            "first": float(geometry.along[0]),
            "last": float(geometry.along[-1]),
        },
        stack.sections,
    )


def _joined(stack: SliceStack) -> Finding | None:
    if not stack.joints:
        return None
    return Finding(
        "joined_runs",
        "info",
        "The series was scanned in {runs} runs that overlap. Where they do they show the same "
        "anatomy at the same place, so one hands over to the next at {places}.",
        {
            "runs": len(stack.joints) + 1,
            "places": _listed(f"{place:.1f} mm" for place in stack.joints),
        },
        len(stack.joints) + 1,
    )


def _gap(geometry: StackGeometry) -> Finding | None:
    if not geometry.gaps:
        return None
    widest = float(geometry.steps[list(geometry.gaps)].max())
    template = (
        "{gaps} gap(s) of up to {gap:.2f} mm where the usual step is {usual:.2f} mm, behind slice "
        "{behind}: the anatomy there is guessed, not seen."
    )
    if geometry.missing:
        template += (
            " The width fits {missing} missing slice(s), at {places} along the normal: ask for the "
            "complete series."
        )
    return Finding(
        "gap",
        "fail" if widest > GAP_FAIL_MM else "warn",
        template,
        {
            "gaps": len(geometry.gaps),
            "gap": widest,
            "usual": geometry.usual_mm,
            "behind": _listed(str(index + 1) for index in geometry.gaps),
            "missing": geometry.missing,
            "places": _listed(f"{place:.1f} mm" for place in geometry.missing_at_mm),
        },
        widest,
        "mm",
    )


def _listed(texts: Iterable[str]) -> str:
    """The first few of a list, and how many there are more."""
    texts = list(texts)
    more = len(texts) - _LISTED
    return ", ".join(texts[:_LISTED]) + (f" and {more} more" if more > 0 else "")


def _tilt(stack: SliceStack, geometry: StackGeometry) -> Finding | None:
    if not geometry.tilted:
        return None
    ct = stack.info.modality in ("CT", "")
    return Finding(
        "tilted",
        "warn",
        ("The gantry was tilted" if ct else "The slices lean against their stack")
        + " by {tilt:.2f}°: each slice is shifted against its neighbour, and the volume is "
        "straightened by shifting the slices back.",
        {"tilt": geometry.tilt_deg},
        geometry.tilt_deg,
        "°",
    )


def _steps(geometry: StackGeometry) -> Finding | None:
    steps = geometry.inner_steps
    if not len(steps):
        return None
    low, high = float(steps.min()), float(steps.max())
    if geometry.irregular:
        return Finding(
            "irregular",
            "warn",
            "The distance between slices varies from {low:.3f} to {high:.3f} mm (median "
            "{median:.3f} mm): the volume is interpolated onto equal steps.",
            {"low": low, "high": high, "median": float(np.median(steps))},
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


def drift_findings(fan: Fan) -> tuple[Finding, Finding | None]:
    """What the drift is, and why it cannot be served (None where it can)."""
    found = Finding(
        "drifting",
        "warn",
        "The orientation drifts by {turn:.2f}° over the series: each slice is put in its own "
        "place on a grid in their mean orientation.",
        {"turn": fan.turn_deg},
        fan.turn_deg,
        "°",
    )
    crossed = fan.crossing()
    if crossed is None:
        return found, None
    return found, Finding(
        "crossing_slices",
        "fail",
        "The orientation turns from slice to slice, and slices {first} and {second} cross or "
        "coincide within the image: one place has two values, so no volume can be made. Ask for a "
        "reconstruction in one orientation.",
        {"first": crossed[0] + 1, "second": crossed[1] + 1},
    )
