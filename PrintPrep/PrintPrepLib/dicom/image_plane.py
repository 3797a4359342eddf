"""Where a header says its slice lies: the image plane module (PS3.3 C.7.6.2), value by value."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from ..core.phrases import Phrase

#: ``text("0020,0032")`` gives the values as written, joined by backslashes, "" when absent.
TagText = Callable[[str], str]

_UNIT_TOLERANCE = 2e-3
#: From the finest X-ray microscope to the coarsest gamma camera.
_SMALLEST_PIXEL_MM, _LARGEST_PIXEL_MM = 1e-4, 20.0


class NotASlice(Exception):
    """A header that cannot be used as a slice; the text says why, for the user.

    ``series_uid`` names the series that the object belongs to, "" when unknown.
    """

    series_uid = ""

    @property
    def why(self) -> Phrase:
        return Phrase(str(self))


class InvalidGeometry(NotASlice):
    """A slice whose header does not say where it lies. ``text`` gives the header's tags."""

    text: TagText | None = None


def parts_of(text: str) -> list[str]:
    """The values of a tag's text."""
    return [part.strip() for part in text.split("\\")] if text.strip() else []


def image_position(text: str) -> tuple[float, float, float]:
    """ImagePositionPatient, LPS mm.

    :raises InvalidGeometry: it is missing or no three numbers.
    """
    return _numbers(parts_of(text), 3, "ImagePositionPatient")


def pixel_spacing(text: str) -> tuple[float, float]:
    """PixelSpacing: distance between rows and between columns, mm.

    :raises InvalidGeometry: it is missing, no two positive numbers, or absurd.
    """
    spacing = _numbers(parts_of(text), 2, "PixelSpacing")
    if min(spacing) <= 0:
        raise InvalidGeometry(f"PixelSpacing is {spacing[0]:g}, {spacing[1]:g}: not positive")
    if min(spacing) < _SMALLEST_PIXEL_MM or max(spacing) > _LARGEST_PIXEL_MM:
        raise InvalidGeometry(
            f"PixelSpacing is {spacing[0]:g}, {spacing[1]:g} mm, as no scanner has it"
        )
    return spacing


@lru_cache(maxsize=64)
def orientation(
    text: str,
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """ImageOrientationPatient as orthonormal LPS vectors along a row and down a column.

    :raises InvalidGeometry: it is missing, or its vectors are not of unit length and at
        right angles.
    """
    values = np.array(_numbers(parts_of(text), 6, "ImageOrientationPatient"))
    row, column = values[:3], values[3:]
    lengths = np.linalg.norm(row), np.linalg.norm(column)
    if max(abs(length - 1) for length in lengths) > _UNIT_TOLERANCE:
        raise InvalidGeometry(
            "ImageOrientationPatient does not hold unit vectors "
            f"(lengths {lengths[0]:.4g} and {lengths[1]:.4g})"
        )
    row = row / lengths[0]
    if abs(row @ column) > _UNIT_TOLERANCE:
        raise InvalidGeometry("the vectors of ImageOrientationPatient are not perpendicular")
    # Rounded cosines are not exactly perpendicular; every later formula needs them so.
    column = column - (column @ row) * row
    column = column / np.linalg.norm(column)
    return tuple(row.tolist()), tuple(column.tolist())


def _numbers(parts: list[str], count: int, name: str) -> tuple[float, ...]:
    if not parts:
        raise InvalidGeometry(f"{name} is missing")
    try:
        values = tuple(float(part) for part in parts)
    except ValueError:
        raise InvalidGeometry(f"{name} is not numeric") from None
    if len(values) != count or not all(math.isfinite(value) for value in values):
        raise InvalidGeometry(f"{name} does not hold {count} finite numbers")
    return values


def written_decimals(text: str) -> int:
    """The decimals that a decimal string shows: 2 for "-1.85", 3 for "1.5e-2"."""
    mantissa, _, exponent = text.strip().lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return max(0, decimals - int(exponent or 0))


def optional_number(text: str) -> float | None:
    """The first value as a finite number, or None."""
    try:
        value = float(text.split("\\")[0])
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def series_number(text: str) -> int | None:
    """The series number as a number; None where the header has none."""
    text = text.strip()
    return int(text) if text.lstrip("+-").isdecimal() else None
