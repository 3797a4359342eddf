"""From a stack to its geometry, with findings in words that a radiologist uses.

The entry to this package.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from ..core.errors import GeometryError
from ..core.findings import Finding
from ..core.phrases import Phrase, _, counted, joined, listed
from ..dicom.elscint_block import REMEDY
from ..pixels.elscint_codec import KNOWN
from .fan import Fan, fan_of
from .header_claims import claims
from .hounsfield import pixel_findings, unmapped_finding
from .regularity import GAP_FAIL_MM
from .stack import ENTER_GEOMETRY, SliceStack, tolerance_of
from .stack_geometry import StackGeometry, analyse_positions, standing

_DRIFT_MM = 0.1
_LISTED = 5
#: Steps below this are told in tenths of a micrometre.
_FINE_MM = 0.1


def analyse(stack: SliceStack) -> StackGeometry:
    """Work out the geometry of a stack, with findings in plain words.

    Of slices at one position the first stands for all of them.

    :raises GeometryError: the stack has no slice.
    """
    if not stack.slices:
        raise GeometryError(_("The stack holds no slice"))
    slices = standing(stack)
    fan = fan_of(slices)
    positions, row, column = fan.positions, fan.rows[0], fan.columns[0]
    if stack.drifting:
        # The corners rise and fall as the slices turn; their middles do not.
        positions, row, column = fan.middles, fan.axes[0], fan.axes[1]
    tolerance = tolerance_of(slices)
    geometry = analyse_positions(positions, row, column, tolerance)
    duplicates = len(stack.slices) - len(slices) + len(stack.duplicate_places)
    geometry = replace(geometry, duplicates=duplicates)
    stack = replace(stack, slices=slices)
    refusal = _refusal(stack, fan)
    noted = [item for item in stack.noted if item is not refusal]
    found = [refusal, *noted, *pixel_findings(stack), *_described(stack, geometry, fan)]
    return replace(
        geometry,
        findings=tuple(item for item in found if item is not None),
        refusal=None if refusal is None else refusal.message,
    )


def drift_findings(fan: Fan) -> tuple[Finding, Finding | None]:
    """What the drift is, and why it cannot be served (None where it can)."""
    drifts = _(
        "The orientation drifts by {turn:.2f}° over the series: each slice is put in its own place "
        "on a grid in their mean orientation."
    )
    turn, crossed = fan.turn_deg, fan.crossing()
    found = Finding("drifting", "warn", drifts, {"turn": turn}, turn, "°")
    if crossed is None:
        return found, None
    cross = _(
        "The orientation turns from slice to slice, and slices {first} and {second} cross or "
        "coincide within the image: one place has two values, so no volume can be made. Ask for a "
        "reconstruction in one orientation."
    )
    values = {"first": crossed[0] + 1, "second": crossed[1] + 1}
    return found, Finding("crossing_slices", "fail", cross, values)


def _refusal(stack: SliceStack, fan: Fan) -> Finding | None:
    """Why no volume can be made of this stack, or None."""
    values: dict[str, Any]
    for noted in stack.noted:
        if noted.status == "fail":
            return noted
    if stack.compression is not None and stack.compression not in KNOWN:
        template = _(
            "The pixels are in the private compression {name}, which cannot be decoded here. "
            "{way_out}."
        )
        name = stack.compression or Phrase(_("without a name"))
        values = {"name": name, "way_out": Phrase(REMEDY)}
        return Finding("unknown_compression", "fail", template, values)
    if len(stack.slices) < 2 and stack.coincident:
        template = _(
            "The headers do not say where the slices lie: all {count} claim the same position. "
            "Either one place was seen {count} times, or the positions were lost. {way_out}."
        )
        count = stack.coincident + 1
        values = {"count": count, "way_out": Phrase(ENTER_GEOMETRY)}
        return Finding("invalid_geometry", "fail", template, values, count)
    if len(stack.slices) < 2:
        template = _("There is only one slice; a model needs at least two.")
        return Finding("single_slice", "fail", template)
    if stack.conflicting:
        template = _(
            "{count} positions hold different images, and neither headers nor slice numbers tell "
            "which belong together. Send each reconstruction as a series of its own."
        )
        count = stack.conflicting
        return Finding("ambiguous_positions", "fail", template, {"count": count}, count)
    return drift_findings(fan)[1] if stack.drifting else None


def _described(stack: SliceStack, geometry: StackGeometry, fan: Fan) -> list[Finding | None]:
    """The findings about a stack that can be judged, in the order of their weight."""
    found = [_mixed(stack), _derived(stack), _duplicates(stack, geometry), _shared_uids(stack)]
    found += [unmapped_finding(stack), _odd_numbers(stack)]
    if len(stack.slices) > 1:
        found += [_sectioned(stack, geometry), _joined(stack), _gap(geometry)]
        if stack.drifting:
            found += [drift_findings(fan)[0], _steps(geometry)]
        else:
            found += [_tilt(stack, geometry), _steps(geometry), _drift(geometry)]
        found += claims(stack, geometry)
    if stack.compression is not None:
        undone = _(
            "The pixels are in the Philips/Elscint private compression {name}, which most programs "
            "cannot read; it is undone without loss."
        )
        found.append(Finding("private_compression", "info", undone, {"name": stack.compression}))
    return found


def _mixed(stack: SliceStack) -> Finding | None:
    if stack.stacks_in_series < 2:
        return None
    template = _(
        "The series holds {stacks} stacks of slices that do not fit together (other orientation, "
        "matrix, pixel spacing or reconstruction). This is stack {number}{apart}, with {slices} "
        "slices."
    )
    stacks, slices = stack.stacks_in_series, len(stack.slices)
    apart = Phrase(" ({words})", {"words": stack.told_apart}) if stack.told_apart else ""
    values = {"stacks": stacks, "number": stack.number, "apart": apart, "slices": slices}
    return Finding("mixed", "info", template, values, stacks)


def _derived(stack: SliceStack) -> Finding | None:
    derived = sum(item.image_type[:1] == ("DERIVED",) for item in stack.slices)
    if not derived:
        return None
    template = _(
        "{derived} of {slices} images are derived, not taken by the scanner as they are: a "
        "reformat or a processed series may have lost detail. Use the original series where there "
        "is one."
    )
    values = {"derived": derived, "slices": len(stack.slices)}
    return Finding("derived", "warn", template, values, derived)


def _duplicates(stack: SliceStack, geometry: StackGeometry) -> Finding | None:
    count = geometry.duplicates
    if not count or stack.conflicting:
        return None
    twice = _("{count} images were there twice, pixel for pixel, and are left out.")
    undecided = _(
        "{count} images stand at the position of another one, and their headers do not tell them "
        "apart. Their pixels decide: equal images are left out, different ones are never mixed."
    )
    status, template = ("warn", undecided) if stack.coincident else ("info", twice)
    return Finding("duplicate_positions", status, template, {"count": count}, count)


def _shared_uids(stack: SliceStack) -> Finding | None:
    """Different slices under one SOPInstanceUID: the UID is wrong, not the slices."""
    told = {(item.sop_instance_uid, item.frame) for item in stack.slices if item.sop_instance_uid}
    count = sum(bool(item.sop_instance_uid) for item in stack.slices) - len(told)
    if not count:
        return None
    template = _(
        "{slices} the SOPInstanceUID of another one, but another place or other pixels: the UID "
        "is wrong, and every slice is used."
    )
    slices = counted(count, _("{count} slice has"), _("{count} slices have"))
    return Finding("shared_instance_uid", "warn", template, {"slices": slices}, count)


def _odd_numbers(stack: SliceStack) -> Finding | None:
    """Numbers that are read though they are not written as DICOM asks."""
    names: set[str] = set()
    for item in stack.slices:
        names.update(item.odd_numbers, item.layout.odd_numbers if item.layout else ())
    if not names:
        return None
    template = _(
        "Numbers are not written as DICOM asks ({names}: a decimal comma or a unit). They are read "
        "as they are meant; other programs may take them for nothing."
    )
    return Finding("number_format", "warn", template, {"names": ", ".join(sorted(names))})


def _sectioned(stack: SliceStack, geometry: StackGeometry) -> Finding | None:
    if geometry.sectioned:
        gaps = [float(geometry.steps[index]) for index in geometry.partings]
        template = _(
            "The series is made of {sections} sections with nothing scanned between them (gaps: "
            "{gaps}). {kept}"
        )
        kept = _("Each section is a volume of its own, in its true place.")
        if stack.section == 0:
            kept = _("They are one volume here; background fills the gaps.")
        values = {"sections": geometry.sections, "gaps": _lengths(gaps), "kept": Phrase(kept)}
        return Finding("sectioned", "warn", template, values, max(gaps), "mm")
    if stack.sections < 2 or stack.section == 0:
        return None
    template = _(
        "This is section {section} of {sections} of the series ({first:.1f} to {last:.1f} mm along "
        "the normal); the others are volumes of their own."
    )
    first, last = geometry.along[[0, -1]].tolist()
    values = {"section": stack.section, "sections": stack.sections, "first": first, "last": last}
    return Finding("sectioned", "warn", template, values, stack.sections)


def _joined(stack: SliceStack) -> Finding | None:
    if not stack.joints:
        return None
    template = _(
        "The series was scanned in {runs} runs that overlap. Where they do they show the same "
        "anatomy at the same place, so one hands over to the next at {places}."
    )
    runs = len(stack.joints) + 1
    values = {"runs": runs, "places": _lengths(stack.joints)}
    return Finding("joined_runs", "info", template, values, runs)


def _gap(geometry: StackGeometry) -> Finding | None:
    if not geometry.gaps:
        return None
    widest = float(geometry.steps[list(geometry.gaps)].max())
    usual = geometry.usual_mm
    template = _(
        "{gaps} of up to {gap} mm where the usual step is {usual} mm, behind slice {behind}: the "
        "anatomy there is guessed, not seen."
    )
    values: dict[str, Any] = {
        "gaps": counted(len(geometry.gaps), _("{count} gap"), _("{count} gaps")),
        "gap": _length(widest, 2, usual),
        "usual": _length(usual, 2, usual),
        "behind": listed((str(index + 1) for index in geometry.gaps), _LISTED),
    }
    if geometry.missing:
        template = _(
            "{gaps} of up to {gap} mm where the usual step is {usual} mm, behind slice {behind}: "
            "the anatomy there is guessed, not seen. The width fits {missing}, at {places} along "
            "the normal: ask for the complete series."
        )
        one, many = _("{count} missing slice"), _("{count} missing slices")
        values["missing"] = counted(geometry.missing, one, many)
        values["places"] = _lengths(geometry.missing_at_mm, usual)
    status = "fail" if widest > GAP_FAIL_MM else "warn"
    return Finding("gap", status, template, values, widest, "mm")


def _length(length: float, decimals: int, usual: float) -> str:
    """A length with its decimals, and more of them where steps are micrometres."""
    return f"{length:.{decimals if usual >= _FINE_MM else 4}f}"


def _lengths(lengths: Iterable[float], usual: float = math.inf) -> Phrase | str:
    return listed((f"{_length(length, 1, usual)} mm" for length in lengths), _LISTED)


def _tilt(stack: SliceStack, geometry: StackGeometry) -> Finding | None:
    tilt = geometry.tilt_deg
    if not geometry.tilted:
        return None
    template = _(
        "The gantry was tilted by {tilt:.2f}°: each slice is shifted against its neighbour, and "
        "the volume is straightened by shifting the slices back."
    )
    if stack.info.modality not in ("CT", ""):
        template = _(
            "The slices lean against their stack by {tilt:.2f}°: each slice is shifted against its "
            "neighbour, and the volume is straightened by shifting the slices back."
        )
    told = [Phrase(template, {"tilt": tilt})]
    tag = stack.info.tilt_tag_deg
    if tag is not None and tag < 0:
        signed = _(
            "The header states {tag:g}°: which way minus means differs between manufacturers, so "
            "the direction is taken from the positions."
        )
        told.append(Phrase(signed, {"tag": tag}))
    whole = joined(told, " ") if len(told) > 1 else told[0]
    return Finding("tilted", "warn", whole.template, whole.values, tilt, "°")


def _steps(geometry: StackGeometry) -> Finding | None:
    steps, step = geometry.inner_steps, geometry.step
    if not len(steps):
        return None
    low, high = float(steps.min()), float(steps.max())
    if geometry.irregular:
        varies = _(
            "The distance between slices varies from {low:.3f} to {high:.3f} mm (median "
            "{median:.3f} mm): the volume is interpolated onto equal steps."
        )
        values = {"low": low, "high": high, "median": float(np.median(steps))}
        return Finding("irregular", "warn", varies, values, high - low, "mm")
    if step is None or not geometry.rounded:
        return None
    explained = _(
        "Single steps read {low:.3f} to {high:.3f} mm only because the positions are rounded: a "
        "step of {step:.4f} mm explains every one of them, so no voxel is changed. Relabelling the "
        "step as {high:.3f} mm would stretch the print by {stretch:.1f} %."
    )
    values = {"low": low, "high": high, "step": step, "stretch": 100 * (high / step - 1)}
    return Finding("rounded_positions", "info", explained, values, step, "mm")


def _drift(geometry: StackGeometry) -> Finding | None:
    drift = geometry.drift_mm
    straight = geometry.displaced and not geometry.tilted
    if drift <= _DRIFT_MM and not (straight and not geometry.sectioned):
        return None
    if not (geometry.tilted or straight):
        return None
    displaced = _(
        "The slices are displaced within their plane by up to {drift:.2f} mm beyond a constant "
        "tilt; each one is put back to its own position."
    )
    if straight:
        displaced = _(
            "The slices are displaced within their plane by up to {drift:.2f} mm, which no tilt "
            "explains (the image was centred anew, for instance); each one is put back to its own "
            "position."
        )
    return Finding("in_plane_drift", "warn", displaced, {"drift": drift}, drift, "mm")
