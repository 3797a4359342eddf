"""What a calibration, and a printed object, mean for the size of the print."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ...core.errors import CalibrationError
from ...core.findings import Finding, graded
from ...core.phrases import Phrase, _, in_words, joined

#: What the scanner's scale may do to a length of ``EXTENT_MM`` (a head).
SCALE_PASS_MM = 0.25
SCALE_FAIL_MM = 1.0
EXTENT_MM = 200.0
#: Scanners are serviced at least once a year.
AGE_PASS_DAYS = 366.0
PRINT_PASS_MM = 0.25
PRINT_FAIL_MM = 0.5
_NAMES = {"x": _("right to left"), "y": _("front to back"), "z": _("foot to head")}
_SCALE = _("Scale of the scanner")


def calibration_checks(
    source: Mapping[str, Any],
    calibration: Mapping[str, Any] | None,
    extent_mm: float = EXTENT_MM,
) -> list[Finding]:
    """The checks of a record's ``measure`` (``store.latest_for``).

    :param source: the record's ``source``.
    :param calibration: None or without an entry: the scanner was never checked.
    :param extent_mm: the largest extent of the model.
    """
    if not calibration or not calibration.get("known"):
        return [_unknown(source)]
    checks = [_scale(calibration, extent_mm), _age(calibration)]
    return [check for check in checks if check is not None]


def _unknown(source: Mapping[str, Any]) -> Finding:
    template = (
        _(
            "The header does not say which scanner made the series, so no calibration belongs to "
            "it. The scale of this scanner was never checked against an object of known size. "
            "Scan one, and calibrate the scanner with it."
        )
        if "scanner_id" in source and not source["scanner_id"]
        else _(
            "The scale of this scanner was never checked against an object of known size. Scan "
            "one, and calibrate the scanner with it."
        )
    )
    return Finding("calibration", "info", template, {}, None, "mm", SCALE_PASS_MM, _SCALE)


def _scale(calibration: Mapping[str, Any], extent: float) -> Finding | None:
    axes = calibration.get("scale")
    if not isinstance(axes, Mapping):
        return None
    known = {name: one for name, one in axes.items() if one is not None}
    if not known:
        template = _("The calibration of this scanner says nothing of its scale along any axis.")
        return Finding("calibration", "warn", template, {}, None, "mm", SCALE_PASS_MM, _SCALE)
    off = {name: abs(one["scale"] - 1) * extent for name, one in known.items()}
    half = {name: one["uncertainty"] * extent for name, one in known.items()}
    worst = max(off, key=lambda name: off[name])
    told = [
        Phrase(
            _(
                "Over {extent:.0f} mm the scanner's scale is off by {off:.2f} ± {half:.2f} mm at "
                "most ({axis}, measured on an object of known size). The model was not rescaled."
            ),
            {"extent": extent, "off": off[worst], "half": half[worst], "axis": _axes([worst])},
        )
    ]
    unsure = [name for name in known if half[name] > SCALE_PASS_MM]
    if unsure:
        unknown = _("The scale {axes} is not known well enough: use a larger object.")
        told.append(Phrase(unknown, {"axes": _axes(unsure)}))
    unseen = [name for name in _NAMES if name not in known]
    if unseen:
        told.append(Phrase(_("The scale {axes} was not checked."), {"axes": _axes(unseen)}))
    status, limit = graded(off[worst], SCALE_PASS_MM, math.inf)
    if any(off[name] - half[name] > SCALE_FAIL_MM for name in known):
        status, limit = "fail", SCALE_FAIL_MM
    elif unsure or unseen:
        status = "warn"
    text = joined(told, " ")
    return Finding(
        "calibration", status, text.template, text.values, off[worst], "mm", limit, _SCALE
    )


def _axes(names: Sequence[str]) -> Phrase:
    return in_words(Phrase(_NAMES.get(name, name)) for name in names)


def _age(calibration: Mapping[str, Any]) -> Finding | None:
    days = calibration.get("age_days")
    if days is None:
        return None
    status, limit = graded(days, AGE_PASS_DAYS, math.inf)
    template = (
        _("The calibration is {days:.0f} days old.")
        if status == "pass"
        else _("The calibration is {days:.0f} days old: scan the object again.")
    )
    values, title = {"days": max(days, 0)}, _("Age of the calibration")
    return Finding("calibration_age", status, template, values, days, "d", limit, title)


def print_check(
    nominal: float, file_extent: float, readings: Sequence[float], resolution: float = 0.01
) -> dict[str, Any]:
    """The ``printed`` part of a record: what a caliper says of the printed object.

    The uncertainty is the 95 % half-width of the mean: Student's t of the readings' scatter
    and the caliper's last digit (a uniform distribution of half a digit either way), as in
    the Guide to the Expression of Uncertainty in Measurement (JCGM 100:2008, 4.2 and 4.3.7).

    :param nominal: the object's known size in mm.
    :param file_extent: the same length in the model's file in mm.
    :param readings: caliper readings in mm.
    :param resolution: the caliper's last digit in mm.
    :raises CalibrationError: there is no reading, or a length is not positive.
    """
    from scipy.special import stdtrit

    count = len(readings)
    lengths = [nominal, file_extent, resolution, *readings]
    if not count or not all(math.isfinite(value) and value > 0 for value in lengths):
        raise CalibrationError(
            _("the caliper readings cannot be used"),
            remedy=_("Give one reading or more, in millimetres above zero"),
        )
    mean = math.fsum(readings) / count
    scatter, deviation = 0.0, None
    if count > 1:
        deviation = math.sqrt(math.fsum((r - mean) ** 2 for r in readings) / (count - 1))
        scatter = float(stdtrit(count - 1, 0.975)) * deviation / math.sqrt(count)
    digit = 1.96 * resolution / math.sqrt(12)
    return {
        "nominal_mm": nominal,
        "file_mm": file_extent,
        "readings_mm": [float(reading) for reading in readings],
        "resolution_mm": resolution,
        "mean_mm": mean,
        "standard_deviation_mm": deviation,
        "uncertainty_mm": math.hypot(scatter, digit),
        "ratio_to_file": mean / file_extent,
        "ratio_to_nominal": mean / nominal,
    }


def printed_checks(printed: Mapping[str, Any] | None) -> list[Finding]:
    """The checks of a record's ``printed`` part."""
    if not printed or printed.get("mean_mm") is None or printed.get("file_mm") is None:
        return []
    off = abs(printed["mean_mm"] - printed["file_mm"])
    half = printed.get("uncertainty_mm") or 0.0
    status, limit = graded(off, PRINT_PASS_MM, PRINT_FAIL_MM)
    template = (
        _(
            "The print measures {mean:.2f} ± {half:.2f} mm where the file holds {file:.2f} mm and "
            "the object itself {nominal:.2f} mm."
        )
        if printed.get("nominal_mm")
        else _("The print measures {mean:.2f} ± {half:.2f} mm where the file holds {file:.2f} mm.")
    )
    values = {key: printed.get(f"{key}_mm") for key in ("mean", "file", "nominal")}
    told = Phrase(template, {**values, "half": half})
    if status == "pass" and half > PRINT_PASS_MM:
        status = "warn"
        told = joined((told, Phrase(_("The readings scatter too much: take more."))), " ")
    title = _("Size of the print")
    return [Finding("printed_size", status, told.template, told.values, off, "mm", limit, title)]
