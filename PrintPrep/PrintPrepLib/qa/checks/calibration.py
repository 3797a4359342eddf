"""What a calibration, and a printed object, mean for the size of the print."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ...core.errors import CalibrationError
from ...core.findings import Check, graded

#: What the scanner's scale may do to a length of ``EXTENT_MM`` (a head).
SCALE_PASS_MM = 0.25
SCALE_FAIL_MM = 1.0
EXTENT_MM = 200.0
#: Scanners are serviced at least once a year.
AGE_PASS_DAYS = 366.0
PRINT_PASS_MM = 0.25
PRINT_FAIL_MM = 0.5
_NAMES = {"x": "right to left", "y": "front to back", "z": "foot to head"}


def calibration_checks(
    source: Mapping[str, Any],
    calibration: Mapping[str, Any] | None,
    extent_mm: float = EXTENT_MM,
) -> list[Check]:
    """The checks of a record's ``measure`` (``store.latest_for``).

    :param source: the record's ``source``.
    :param calibration: None or without an entry: the scanner was never checked.
    :param extent_mm: the largest extent of the model.
    """
    if not calibration or not calibration.get("known"):
        return [_unknown(source)]
    checks = [_scale(calibration, extent_mm), _age(calibration)]
    return [check for check in checks if check is not None]


def _unknown(source: Mapping[str, Any]) -> Check:
    why = (
        "The header does not say which scanner made the series, so no calibration belongs to it. "
        if "scanner_id" in source and not source["scanner_id"]
        else ""
    )
    return Check(
        "calibration",
        "Scale of the scanner",
        "info",
        None,
        SCALE_PASS_MM,
        "mm",
        f"{why}The scale of this scanner was never checked against an object of known size. "
        "Scan one, then run printprep calibrate.",
    )


def _scale(calibration: Mapping[str, Any], extent: float) -> Check | None:
    axes = calibration.get("scale")
    if not isinstance(axes, Mapping):
        return None
    known = {name: one for name, one in axes.items() if one is not None}
    title = "Scale of the scanner"
    if not known:
        return Check(
            "calibration",
            title,
            "warn",
            None,
            SCALE_PASS_MM,
            "mm",
            "The calibration of this scanner says nothing of its scale along any axis.",
        )
    off = {name: abs(one["scale"] - 1) * extent for name, one in known.items()}
    half = {name: one["uncertainty"] * extent for name, one in known.items()}
    worst = max(off, key=lambda name: off[name])
    status = graded(off[worst], SCALE_PASS_MM, math.inf)
    if any(off[name] - half[name] > SCALE_FAIL_MM for name in known):
        status = "fail"
    message = (
        f"Over {extent:.0f} mm the scanner's scale is off by {off[worst]:.2f} ± "
        f"{half[worst]:.2f} mm at most ({_NAMES.get(worst, worst)}, measured on an object of known "
        "size). The model was not rescaled."
    )
    unsure = [name for name in known if half[name] > SCALE_PASS_MM]
    unseen = [name for name in _NAMES if name not in known]
    if unsure:
        message += f" The scale {_listed(unsure)} is not known well enough: use a larger object."
    if unseen:
        message += f" The scale {_listed(unseen)} was not checked."
    if (unsure or unseen) and status == "pass":
        status = "warn"
    return Check("calibration", title, status, off[worst], SCALE_PASS_MM, "mm", message)


def _listed(axes: Sequence[str]) -> str:
    return " and ".join(_NAMES.get(name, name) for name in axes)


def _age(calibration: Mapping[str, Any]) -> Check | None:
    days = calibration.get("age_days")
    if days is None:
        return None
    old = days > AGE_PASS_DAYS
    message = (
        f"The calibration is {days:.0f} days old: scan the object again."
        if old
        else f"The calibration is {max(days, 0):.0f} days old."
    )
    return Check(
        "calibration_age",
        "Age of the calibration",
        "warn" if old else "pass",
        days,
        AGE_PASS_DAYS,
        "d",
        message,
    )


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
            "the caliper readings cannot be used",
            remedy="Give one reading or more, in millimetres above zero",
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


def printed_checks(printed: Mapping[str, Any] | None) -> list[Check]:
    """The checks of a record's ``printed`` part."""
    if not printed or printed.get("mean_mm") is None or printed.get("file_mm") is None:
        return []
    off = abs(printed["mean_mm"] - printed["file_mm"])
    half = printed.get("uncertainty_mm") or 0.0
    status = graded(off, PRINT_PASS_MM, PRINT_FAIL_MM)
    message = (
        f"The print measures {printed['mean_mm']:.2f} ± {half:.2f} mm where the file holds "
        f"{printed['file_mm']:.2f} mm"
    )
    if printed.get("nominal_mm"):
        message += f" and the object itself {printed['nominal_mm']:.2f} mm"
    message += "."
    if status == "pass" and half > PRINT_PASS_MM:
        status = "warn"
        message += " The readings scatter too much: take more."
    return [Check("printed_size", "Size of the print", status, off, PRINT_PASS_MM, "mm", message)]
