"""Checks of a model against the images, and of what threshold, blur and metal do to it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...core.findings import Finding, graded
from ...core.phrases import Phrase, _, in_words, joined
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
    segment: Mapping[str, Any],
    model: Mapping[str, Any],
    modality: str | None = "CT",
    by_edges: bool = False,
) -> list[Finding]:
    """The checks of a record's ``segment`` and ``model`` against the grey values.

    :param by_edges: the surface lies at the edges, not where the grey values cross the range.

    :param modality: of the source; what counts in HU is for CT alone.
    """
    checks = [_edits(segment), _feature(segment)]
    # Of a surface at the edges ``edge_checks`` tells these.
    if not by_edges:
        checks = [_truth(model), *checks, _partial_volume(segment)]
    if modality == "CT":
        checks += [None if by_edges else _effect(segment), _metal(segment)]
    return [check for check in checks if check is not None]


def _truth(model: Mapping[str, Any]) -> Finding | None:
    truth = model.get("surface_truth")
    if not truth:
        return None
    total, title = truth["total"], _("Model against the images")
    p95, farthest, mean = total["p95_mm"], total["max_mm"], total["signed_mean_mm"]
    values: dict[str, Any] = {"p95": p95}
    if p95 is None:
        status, limit = "warn", TRUTH_PASS_MM
        template = _(
            "Nowhere does the model follow a surface of the grey values, so the images cannot "
            "tell whether its size is right."
        )
    else:
        status, limit = graded(p95, TRUTH_PASS_MM, TRUTH_FAIL_MM)
        values |= {"mean": sided(mean), "farthest": sided(farthest)}
        template = _(
            "95 % of the model's surface lies within {p95:.2f} mm of where the grey values cross "
            "the threshold, on average {mean} of it; the farthest place lies {farthest}."
        )
    told = joined((Phrase(template, values), *_beside(truth)), " ")
    return Finding("surface_truth", status, told.template, told.values, p95, "mm", limit, title)


def sided(distance: float) -> Phrase:
    """A distance, and on which side."""
    template = _("{mm:.2f} mm outside") if distance > 0 else _("{mm:.2f} mm inside")
    return Phrase(template, {"mm": abs(distance)})


def _beside(truth: Mapping[str, Any]) -> Iterator[Phrase]:
    """What share of the surface has no counterpart in the images, and why; and what smoothed."""
    reasons = (
        ("cut_share", _("{percent:.1f} % (where the scanned field ends)")),
        (
            "edited_share",
            _("{percent:.1f} % (edited by hand or too far from any such surface)"),
        ),
    )
    yield from not_compared(truth, reasons)
    if truth["total"]["p95_mm"] is not None:
        yield from of_smoothing(truth)


def not_compared(truth: Mapping[str, Any], reasons: Iterable[tuple[str, str]]) -> Iterator[Phrase]:
    """Which shares of the surface have no counterpart in the images, and why.

    :param reasons: keys of ``truth``, with marked templates for a ``{percent}``.
    """
    shares = [
        Phrase(template, {"percent": 100 * truth[key]})
        for key, template in reasons
        if truth[key] >= 5e-4
    ]
    if shares:
        yield Phrase(_("Not compared: {shares}."), {"shares": in_words(shares)})


def of_smoothing(truth: Mapping[str, Any]) -> Iterator[Phrase]:
    """How much of the distances is owed to smoothing and thinning out."""
    deviation = (truth.get("refinement") or {}).get("deviation")
    if deviation:
        yield Phrase(
            _("Smoothing and thinning out account for up to {mm:.2f} mm of that."),
            {"mm": deviation["max_mm"]},
        )


def _edits(segment: Mapping[str, Any]) -> Finding | None:
    edits = segment.get("edits")
    if not edits:
        return None
    percent = 100 * (edits["painted_surface_share"] + edits["erased_surface_share"])
    if not edits["painted_mm3"] and not edits["erased_mm3"]:
        template = _("Nothing was painted or erased: grey values alone set the surface.")
    elif edits["painted_depth_mm"]:
        template = _(
            "{percent:.1f} % of the surface was set by hand: {painted:.0f} mm³ were painted, up to "
            "{depth:.1f} mm from anything in the range, and {erased:.0f} mm³ beside the segment "
            "erased. There the model shows a decision, which the images do not confirm."
        )
    else:
        template = _(
            "{percent:.1f} % of the surface was set by hand: {painted:.0f} mm³ were painted and "
            "{erased:.0f} mm³ beside the segment erased. There the model shows a decision, which "
            "the images do not confirm."
        )
    values = {
        "percent": percent,
        "painted": edits["painted_mm3"],
        "erased": edits["erased_mm3"],
        "depth": edits["painted_depth_mm"],
    }
    (status, limit), title = graded(percent, EDITED_PASS_PERCENT, math.inf), _("Painted and erased")
    return Finding("edits", status, template, values, percent, "%", limit, title)


def _effect(segment: Mapping[str, Any]) -> Finding | None:
    effect = segment.get("threshold_effect")
    if not effect:
        return None
    shifts = [effect["shift_out_mm"], effect["shift_in_mm"]]
    volumes = [effect["volume_percent_out"], effect["volume_percent_in"]]
    if None in shifts or None in volumes:
        return None
    largest = max(map(abs, shifts))
    status, limit = graded(largest, EFFECT_PASS_MM, EFFECT_FAIL_MM)
    template = _(
        "A threshold {delta:g} HU off would move the surface by {out:+.2f} or {inwards:+.2f} mm on "
        "average and change the volume by {more:+.1f} or {less:+.1f} %."
    )
    values = dict(zip(("out", "inwards", "more", "less"), shifts + volumes, strict=True))
    values["delta"], title = effect["delta_hu"], _("Effect of the threshold")
    return Finding("threshold_effect", status, template, values, largest, "mm", limit, title)


def _partial_volume(segment: Mapping[str, Any]) -> Finding | None:
    mixed, volume = segment.get("partial_volume"), segment.get("volume_mm3")
    if not mixed or not volume:
        return None
    percent = 100 * mixed["mixed_volume_mm3"] / volume
    template = _(
        "Voxels at the surface that hold more than one tissue make up {percent:.0f} % of the "
        "segment's volume. Their share depends on the threshold; the rest does not."
    )
    status, limit = graded(percent, MIXED_PASS_PERCENT, math.inf)
    values, title = {"percent": percent}, _("Mixed voxels")
    return Finding("partial_volume", status, template, values, percent, "%", limit, title)


def _feature(segment: Mapping[str, Any]) -> Finding | None:
    """The larger of what the blur and what the spacing of the voxels hide."""
    mixed = segment.get("partial_volume")
    if not mixed:
        return None
    size, spacing = mixed["thinnest_wall_mm"], mixed["largest_spacing_mm"]
    if size is None:
        template = _(
            "No wall that is as thin as the blur reaches this threshold: a hole in the model need "
            "not be one in the patient."
        )
    elif size >= spacing:
        template = _(
            "At this blur and threshold walls thinner than {size:.2f} mm vanish: a hole in the "
            "model need not be one in the patient."
        )
    else:
        size = spacing
        template = _(
            "Walls thinner than {size:.2f} mm can fall between two slices: a hole in the model "
            "need not be one in the patient."
        )
    status = "pass" if size is not None and size <= FEATURE_PASS_MM else "warn"
    values, title = {"size": size}, _("Smallest visible wall")
    return Finding("smallest_feature", status, template, values, size, "mm", FEATURE_PASS_MM, title)


def _metal(segment: Mapping[str, Any]) -> Finding | None:
    metal = segment.get("metal")
    if not metal:
        return None
    volume = metal["volume_mm3"]
    if volume > LEAST_MM3:
        status = "warn"
        template = _(
            "{volume:.0f} mm³ in and near the segment read {metal:g} HU and more, as metal does: "
            "it looks larger than it is, and its streaks add to the anatomy beside it and eat "
            "into it."
        )
    else:
        status, template = "pass", _("No metal was found in and near the segment.")
    told = Phrase(template, {"volume": volume, "metal": METAL_HU})
    if status == "warn" and metal["saturated"]:
        ends = _("Its grey values end at the top of the stored range.")
        told = joined((told, Phrase(ends)), " ")
    title = _("Metal")
    return Finding("metal", status, told.template, told.values, volume, "mm³", LEAST_MM3, title)
