"""Checks of a model against the images, and of what threshold, blur and metal do to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.findings import Check, graded
from ..threshold_effects import LEAST_MM3, METAL_HU

#: Half a usual pixel, near the 0.21 mm that careful surfaces of machined bone are off (Wang
#: 2009, CMIG 33:235); and the millimetre within which medical models are accepted.
TRUTH_PASS_MM, TRUTH_FAIL_MM = 0.25, 1.0
#: With more of the surface edited, the model is drawn in good part.
EDITED_PASS_PERCENT = 5.0
#: As the shift against half contrast: a threshold as good as the chosen one may do no more.
EFFECT_PASS_MM, EFFECT_FAIL_MM = 0.25, 1.0
#: With more of its volume in mixed voxels, a model is edge rather than body.
MIXED_PASS_PERCENT = 50.0
#: The walls of orbit and sinuses, which models are made for, measure about as much and less.
FEATURE_PASS_MM = 1.0


def truth_checks(
    segment: Mapping[str, Any], model: Mapping[str, Any], modality: str | None = "CT"
) -> list[Check]:
    """The checks of a record's ``segment`` and ``model`` against the grey values.

    :param modality: of the source; what counts in HU is for CT alone.
    """
    checks = [_truth(model), _edits(segment), _partial_volume(segment), _feature(segment)]
    if modality == "CT":
        checks += [_effect(segment), _metal(segment)]
    return [check for check in checks if check is not None]


def _truth(model: Mapping[str, Any]) -> Check | None:
    truth = model.get("surface_truth")
    if not truth:
        return None
    total = truth["total"]
    without = _without(truth)
    if total["p95_mm"] is None:
        return Check(
            "surface_truth",
            "Model against the images",
            "warn",
            None,
            TRUTH_PASS_MM,
            "mm",
            "Nowhere does the model follow a surface of the grey values, so the images cannot "
            f"tell whether its size is right.{without}",
        )
    p95, farthest, mean = total["p95_mm"], total["max_mm"], total["signed_mean_mm"]
    return Check(
        "surface_truth",
        "Model against the images",
        graded(p95, TRUTH_PASS_MM, TRUTH_FAIL_MM),
        p95,
        TRUTH_PASS_MM,
        "mm",
        f"95 % of the model's surface lies within {p95:.2f} mm of where the grey values cross the "
        f"threshold, on average {abs(mean):.2f} mm {_side(mean)} of it; the farthest place lies "
        f"{abs(farthest):.2f} mm {_side(farthest)}.{without}{_refined(truth.get('refinement'))}",
    )


def _without(truth: Mapping[str, Any]) -> str:
    """What share of the surface has no counterpart in the images, and why."""
    reasons = (
        ("cut_share", "where the scanned field ends"),
        ("edited_share", "edited by hand or too far from any such surface"),
    )
    shares = [f"{100 * truth[key]:.1f} % ({text})" for key, text in reasons if truth[key] >= 5e-4]
    return f" Not compared: {' and '.join(shares)}." if shares else ""


def _refined(refinement: Mapping[str, Any] | None) -> str:
    if not refinement or not refinement.get("deviation"):
        return ""
    return (
        " Smoothing and thinning out account for up to "
        f"{refinement['deviation']['max_mm']:.2f} mm of that."
    )


def _side(value: float) -> str:
    return "outside" if value > 0 else "inside"


def _edits(segment: Mapping[str, Any]) -> Check | None:
    edits = segment.get("edits")
    if not edits:
        return None
    painted, erased = edits["painted_surface_share"], edits["erased_surface_share"]
    percent = 100 * (painted + erased)
    if not edits["painted_mm3"] and not edits["erased_mm3"]:
        message = "Nothing was painted or erased: grey values alone set the surface."
    else:
        message = (
            f"{percent:.1f} % of the surface was set by hand: {edits['painted_mm3']:.0f} mm³ were "
            f"painted{_deep(edits)} and {edits['erased_mm3']:.0f} mm³ beside the segment erased. "
            "There the model shows a decision, which the images do not confirm."
        )
    return Check(
        "edits",
        "Painted and erased",
        "pass" if percent <= EDITED_PASS_PERCENT else "warn",
        percent,
        EDITED_PASS_PERCENT,
        "%",
        message,
    )


def _deep(edits: Mapping[str, Any]) -> str:
    depth = edits["painted_depth_mm"]
    return f", up to {depth:.1f} mm from anything in the range," if depth else ""


def _effect(segment: Mapping[str, Any]) -> Check | None:
    effect = segment.get("threshold_effect")
    if not effect:
        return None
    shifts = [effect["shift_out_mm"], effect["shift_in_mm"]]
    volumes = [effect["volume_percent_out"], effect["volume_percent_in"]]
    if None in shifts or None in volumes:
        return None
    largest = max(map(abs, shifts))
    return Check(
        "threshold_effect",
        "Effect of the threshold",
        graded(largest, EFFECT_PASS_MM, EFFECT_FAIL_MM),
        largest,
        EFFECT_PASS_MM,
        "mm",
        f"A threshold {effect['delta_hu']:g} HU off would move the surface by {shifts[0]:+.2f} or "
        f"{shifts[1]:+.2f} mm on average and change the volume by {volumes[0]:+.1f} or "
        f"{volumes[1]:+.1f} %.",
    )


def _partial_volume(segment: Mapping[str, Any]) -> Check | None:
    mixed, volume = segment.get("partial_volume"), segment.get("volume_mm3")
    if not mixed or not volume:
        return None
    percent = 100 * mixed["mixed_volume_mm3"] / volume
    return Check(
        "partial_volume",
        "Mixed voxels",
        "pass" if percent <= MIXED_PASS_PERCENT else "warn",
        percent,
        MIXED_PASS_PERCENT,
        "%",
        f"Voxels at the surface that hold more than one tissue make up {percent:.0f} % of the "
        "segment's volume. Their share depends on the threshold; the rest does not.",
    )


def _feature(segment: Mapping[str, Any]) -> Check | None:
    """The larger of what the blur and what the spacing of the voxels hide."""
    mixed = segment.get("partial_volume")
    if not mixed:
        return None
    wall, spacing = mixed["thinnest_wall_mm"], mixed["largest_spacing_mm"]
    if wall is None:
        size, reason = None, "No wall that is as thin as the blur reaches this threshold"
    elif wall >= spacing:
        size, reason = wall, f"At this blur and threshold walls thinner than {wall:.2f} mm vanish"
    else:
        size, reason = spacing, f"Walls thinner than {spacing:.2f} mm can fall between two slices"
    passes = size is not None and size <= FEATURE_PASS_MM
    return Check(
        "smallest_feature",
        "Smallest visible wall",
        "pass" if passes else "warn",
        size,
        FEATURE_PASS_MM,
        "mm",
        f"{reason}: a hole in the model need not be one in the patient.",
    )


def _metal(segment: Mapping[str, Any]) -> Check | None:
    metal = segment.get("metal")
    if not metal:
        return None
    volume = metal["volume_mm3"]
    found = volume > LEAST_MM3
    message = (
        f"{volume:.0f} mm³ in and near the segment read {METAL_HU:g} HU and more, as metal does: "
        "it looks larger than it is, and its streaks add to the anatomy beside it and eat into it."
        if found
        else "No metal was found in and near the segment."
    )
    if found and metal["saturated"]:
        message += " Its grey values end at the top of the stored range."
    return Check("metal", "Metal", "warn" if found else "pass", volume, LEAST_MM3, "mm³", message)
