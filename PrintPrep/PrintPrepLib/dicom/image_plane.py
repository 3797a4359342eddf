"""Where a header says its slice lies: the image plane module (PS3.3 C.7.6.2), value by value."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from ..core.errors import Explained
from ..core.phrases import _

#: ``text("0020,0032")`` gives the values as written, joined by backslashes, "" when absent.
TagText = Callable[[str], str]

_UNIT_TOLERANCE = 2e-3
#: From the finest X-ray microscope to the coarsest gamma camera.
_SMALLEST_PIXEL_MM, _LARGEST_PIXEL_MM = 1e-4, 20.0


_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
#: Units that some writers append to a decimal string.
_UNIT = re.compile(r"\s*\[?(?:mm|hu|deg|degrees?|°|Â°)\]?", re.IGNORECASE)
_GROUPS_COMMA = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]*")
_GROUPS_POINT = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]*")
_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]*(?:[eE][+-]?[0-9]{1,4})?")
#: One comma that may part thousands as well as decimals.
_EITHER = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_QUOTED = 40
#: More decimals than any position has.
_MOST_DECIMALS = 20
#: DICOM allows twelve characters.
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)


class NotASlice(Explained):
    """A header that cannot be used as a slice; ``why`` says it to the user.

    ``series_uid`` names the series that the object belongs to, "" when unknown.
    """

    series_uid = ""


class InvalidGeometry(NotASlice):
    """A slice whose header does not say where it lies. ``text`` gives the header's tags."""

    text: TagText | None = None


def parts_of(text: str) -> list[str]:
    """The values of a tag's text."""
    return [part.strip() for part in text.split("\\")] if text.strip() else []


@lru_cache(maxsize=4096)
def decimal_text(text: str, small: bool = False) -> str | None:
    """A decimal string (DS) as DICOM writes it, with a point and without a unit.

    :param small: a number that is never in the thousands, so that its comma is a decimal one.
    :returns: None for what is no number or could be two.
    """
    text = text.strip(" \0")
    if _NUMBER.fullmatch(text):
        return text
    unit = _UNIT.search(text)
    if unit is not None and unit.end() == len(text):
        text = text[: unit.start()]
    if _GROUPS_COMMA.fullmatch(text):
        text = text.replace(",", "")
    elif _GROUPS_POINT.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif _COMMA.fullmatch(text) and (small or not _EITHER.fullmatch(text)):
        text = text.replace(",", ".")
    return text if _NUMBER.fullmatch(text) else None


def oddly_written(text: str) -> bool:
    """Whether a tag's numbers are read though they are not written as DICOM asks."""
    return any(not _NUMBER.fullmatch(part) for part in parts_of(text))


def shown(text: str) -> str:
    """A header's text as a message may quote it."""
    quoted = "".join(part if part.isprintable() else "?" for part in text)
    return quoted if len(quoted) <= _QUOTED else f"{quoted[:_QUOTED]}..."


def image_position(text: str) -> tuple[float, float, float]:
    """ImagePositionPatient, LPS mm.

    :raises InvalidGeometry: it is missing or no three numbers.
    """
    x, y, z = _numbers(text, 3, "ImagePositionPatient", small=False)
    return x, y, z


def pixel_spacing(text: str) -> tuple[float, float]:
    """PixelSpacing: distance between rows and between columns, mm.

    :raises InvalidGeometry: it is missing, no two positive numbers, or absurd.
    """
    rows, columns = _numbers(text, 2, "PixelSpacing")
    smallest, largest = min(rows, columns), max(rows, columns)
    if smallest <= 0:
        wrong = _("PixelSpacing is {rows:g}, {columns:g}: not positive")
    elif smallest < _SMALLEST_PIXEL_MM or largest > _LARGEST_PIXEL_MM:
        wrong = _("PixelSpacing is {rows:g}, {columns:g} mm, as no scanner has it")
    else:
        return rows, columns
    raise InvalidGeometry(wrong, rows=rows, columns=columns)


@lru_cache(maxsize=64)
def orientation(
    text: str,
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """ImageOrientationPatient as orthonormal LPS vectors along a row and down a column.

    :raises InvalidGeometry: it is missing, or its vectors are not of unit length and at
        right angles.
    """
    values = np.array(_numbers(text, 6, "ImageOrientationPatient"))
    row, column = values[:3], values[3:]
    lengths = np.linalg.norm(row), np.linalg.norm(column)
    if max(abs(length - 1) for length in lengths) > _UNIT_TOLERANCE:
        raise InvalidGeometry(
            _(
                "ImageOrientationPatient does not hold unit vectors "
                "(lengths {row:.4g} and {column:.4g})"
            ),
            row=lengths[0],
            column=lengths[1],
        )
    row = row / lengths[0]
    if abs(row @ column) > _UNIT_TOLERANCE:
        raise InvalidGeometry(_("the vectors of ImageOrientationPatient are not perpendicular"))
    # Rounded cosines are not exactly perpendicular; every later formula needs them so.
    column = column - (column @ row) * row
    column = column / np.linalg.norm(column)
    return tuple(row.tolist()), tuple(column.tolist())


def _numbers(text: str, count: int, keyword: str, small: bool = True) -> tuple[float, ...]:
    parts = parts_of(text)
    if not parts:
        raise InvalidGeometry(_("{keyword} is missing"), keyword=keyword)
    written = [decimal_text(part, small) for part in parts]
    values = tuple(float(part) for part in written if part is not None)
    if len(values) < len(parts):
        raise InvalidGeometry(_("{keyword} is not numeric"), keyword=keyword)
    if len(values) != count or not all(math.isfinite(value) for value in values):
        raise InvalidGeometry(
            _("{keyword} does not hold {count} finite numbers"), keyword=keyword, count=count
        )
    return values


def written_decimals(text: str) -> int:
    """The decimals that a decimal string shows: 2 for "-1.85", 3 for "1.5e-2"."""
    mantissa, exponent = (decimal_text(text) or "").lower().partition("e")[::2]
    decimals = len(mantissa.partition(".")[2])
    return min(max(0, decimals - int(exponent or 0)), _MOST_DECIMALS)


def optional_number(text: str, small: bool = False) -> float | None:
    """The first value as a finite number, or None.

    :param small: as in ``decimal_text``.
    """
    written = decimal_text(text.split("\\")[0], small)
    value = math.nan if written is None else float(written)
    return value if math.isfinite(value) else None


def small_number(text: str) -> float | None:
    """``optional_number`` of a thickness, a spacing or an angle."""
    return optional_number(text, small=True)


def whole_number(text: str) -> int | None:
    """An integer string (IS) as a number; None for everything that is none."""
    text = text.strip(" \0")
    return int(text) if _WHOLE.fullmatch(text) else None


def series_number(text: str) -> int | None:
    """The series number as a number; None where the header has none."""
    return whole_number(text)
