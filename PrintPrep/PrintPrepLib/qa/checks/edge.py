"""What a surface at the anatomy's edges rests on, and how true it is to them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ...core.findings import Finding, graded
from ...core.phrases import Phrase, _, joined
from .accuracy import TRUTH_FAIL_MM, TRUTH_PASS_MM, not_compared, of_smoothing, sided

#: With more of the surface left where the grey values put it, the edge does not say where it lies.
KEPT_PASS_PERCENT = 5.0
#: With more of the surface on walls thinner than their profile, they are worth a word.
THIN_PASS_PERCENT = 20.0
#: Of the volume; what the edge's move does not explain within this is a mistake in the surface.
UNEXPLAINED_PASS_PERCENT = 10.0


def at_edge(model: Mapping[str, Any]) -> bool:
    """Whether a record's model lies at edges, as far as the scan shows them."""
    blur = (model.get("edge") or {}).get("blur_mm") or {}
    return blur.get("in_plane") is not None


def edge_checks(
    segment: Mapping[str, Any], model: Mapping[str, Any], modality: str | None = "CT"
) -> list[Finding]:
    """The checks of a record's ``segment`` and ``model``; none where no edge was looked for.

    :param modality: of the source; what counts in HU is for CT alone.
    """
    edge = model.get("edge")
    if not edge:
        return []
    if not at_edge(model):
        template = _(
            "No edge could be measured: the images show none, or their slices lie too far apart. "
            "The surface lies where the grey values cross the range."
        )
        title = _("Surface at the edges")
        return [Finding("edge_surface", "warn", template, {}, 100.0, "%", KEPT_PASS_PERCENT, title)]
    checks = [
        _rests_on(edge),
        _thin_walls(edge),
        _truth(model),
        _threshold(segment, model),
        _volume(segment, model),
        _idle_threshold(segment) if modality == "CT" else None,
        _mixed(segment),
    ]
    return [check for check in checks if check is not None]


def _rests_on(edge: Mapping[str, Any]) -> Finding:
    percent = {name: 100 * edge[f"share_{name}"] for name in ("fitted", "thin", "kept")}
    status, limit = graded(percent["kept"], KEPT_PASS_PERCENT, math.inf)
    template = _(
        "{fitted:.1f} % of the surface lie at an edge that was measured there, {thin:.1f} % on "
        "walls so thin that their material is taken from thicker ones nearby, {kept:.1f} % where "
        "no edge could be told and the surface stayed where the segment has it."
    )
    told = Phrase(template, percent)
    if status == "warn":
        look = _("Compare the model with the images at those places.")
        told = joined((told, Phrase(look)), " ")
    title = _("Surface at the edges")
    return Finding(
        "edge_surface", status, told.template, told.values, percent["kept"], "%", limit, title
    )


def _thin_walls(edge: Mapping[str, Any]) -> Finding:
    percent, blur = 100 * edge["share_thin"], edge["blur_mm"]
    status = "pass" if percent <= THIN_PASS_PERCENT else "info"
    template = _(
        "The images are blurred by {in_plane:.2f} mm in the slices and {across:.2f} mm across them "
        "(standard deviation); on {percent:.0f} % of the surface the wall is thinner than that "
        "shows. Its thickness is right as far as it is of the same material as thicker walls "
        "nearby."
    )
    values = {"in_plane": blur["in_plane"], "across": blur["across_slices"], "percent": percent}
    title = _("Walls thinner than the blur")
    return Finding("thin_walls", status, template, values, percent, "%", THIN_PASS_PERCENT, title)


def _truth(model: Mapping[str, Any]) -> Finding | None:
    truth = model.get("surface_truth")
    if not truth or truth.get("to") != "edge":
        return None
    total, title = truth["total"], _("Model against the images")
    p95 = total["p95_mm"]
    if p95 is None:
        template = _(
            "Nowhere near the model do the images show an edge, so they cannot tell whether its "
            "size is right."
        )
        told = joined((Phrase(template), *_beside(truth)), " ")
        return Finding(
            "surface_truth",
            "warn",
            told.template,
            told.values,
            None,
            "mm",
            TRUTH_PASS_MM,
            title,
        )
    status, limit = graded(p95, TRUTH_PASS_MM, TRUTH_FAIL_MM)
    template = _(
        "95 % of the model's surface lies within {p95:.2f} mm of the edges in the images, on "
        "average {mean} of them; the farthest place lies {farthest}."
    )
    values = {
        "p95": p95,
        "mean": sided(total["signed_mean_mm"]),
        "farthest": sided(total["max_mm"]),
    }
    told = joined((Phrase(template, values), *_beside(truth)), " ")
    return Finding("surface_truth", status, told.template, told.values, p95, "mm", limit, title)


def _beside(truth: Mapping[str, Any]) -> Iterator[Phrase]:
    reasons = (
        ("cut_share", _("{percent:.1f} % (where the scanned field ends)")),
        ("edited_share", _("{percent:.1f} % (painted or erased by hand)")),
        ("kept_share", _("{percent:.1f} % (kept where the segment has it)")),
        ("no_edge_share", _("{percent:.1f} % (no clear edge nearby)")),
    )
    yield from not_compared(truth, reasons)
    yield from of_smoothing(truth)


def _threshold(segment: Mapping[str, Any], model: Mapping[str, Any]) -> Finding | None:
    """What the range alone would have made of it."""
    low, high = segment.get("threshold_hu") or (None, None)
    moved = (model.get("surface_truth") or {}).get("moved_mm")
    if (low is None and high is None) or not moved:
        return None
    if high is None:
        bounds = _("from {low:g} upwards")
    else:
        bounds = _("from {low:g} to {high:g}") if low is not None else _("up to {high:g}")
    template = _(
        "The grey values {bounds} only say what is meant. A surface where they end would lie "
        "{mean} of the edge on average, by {first:+.2f} to {last:+.2f} mm on 90 % of it."
    )
    values = {
        "bounds": Phrase(bounds, {"low": low, "high": high}),
        "mean": sided(-moved["mean"]),
        "first": -moved["p95"],
        "last": -moved["p05"],
    }
    title = _("What the threshold alone would cost")
    return Finding("threshold", "info", template, values, -moved["mean"], "mm", None, title)


def _volume(segment: Mapping[str, Any], model: Mapping[str, Any]) -> Finding | None:
    """The voxels' volume and the model's differ by what the edge moved the surface."""
    voxels, moved = segment.get("volume_mm3"), _moved(segment, model)
    if not voxels or moved is None:
        return None
    percent = 100 * (model["volume_mm3"] / voxels - 1)
    explained = 100 * moved * model["area_mm2"] / voxels
    status = graded(abs(percent - explained), UNEXPLAINED_PASS_PERCENT, math.inf)[0]
    template = (
        _(
            "The model encloses {percent:.1f} % more than the voxels of the segment. On average "
            "the edge lies {moved} of where the segment ends, which makes about {explained:+.1f} %."
        )
        if percent > 0
        else _(
            "The model encloses {percent:.1f} % less than the voxels of the segment. On average "
            "the edge lies {moved} of where the segment ends, which makes about {explained:+.1f} %."
        )
    )
    values = {"percent": abs(percent), "moved": sided(moved), "explained": explained}
    title = _("Model against segment")
    return Finding(
        "volume_agreement",
        status,
        template,
        values,
        percent - explained,
        "%",
        UNEXPLAINED_PASS_PERCENT,
        title,
    )


def _moved(segment: Mapping[str, Any], model: Mapping[str, Any]) -> float | None:
    """How far the edge lies from the segment's own boundary on average, mm."""
    mask = segment.get("mask")
    if not mask:
        moved = (model.get("surface_truth") or {}).get("moved_mm")
        return None if moved is None else moved["mean"]
    known = [label for label in mask["labels"] if label["moved_mm"]["mean"] is not None]
    whole = sum(label["volume_mm3"] for label in known)
    if not whole:
        return None
    return sum(label["volume_mm3"] * label["moved_mm"]["mean"] for label in known) / whole


def _idle_threshold(segment: Mapping[str, Any]) -> Finding | None:
    low, high = segment.get("threshold_hu") or (None, None)
    if low is None and high is None:
        return None
    template = _(
        "Another threshold would not move this surface: it lies at the edges. It would only "
        "change what belongs to the segment."
    )
    title = _("Effect of the threshold")
    return Finding("threshold_effect", "info", template, {}, None, "mm", None, title)


def _mixed(segment: Mapping[str, Any]) -> Finding | None:
    mixed, volume = segment.get("partial_volume"), segment.get("volume_mm3")
    if not mixed or not volume:
        return None
    percent = 100 * mixed["mixed_volume_mm3"] / volume
    template = _(
        "Voxels at the surface that hold more than one tissue make up {percent:.0f} % of the "
        "segment's volume. The edge was found between them."
    )
    values, title = {"percent": percent}, _("Mixed voxels")
    return Finding("partial_volume", "info", template, values, percent, "%", None, title)
