"""What may be typed as the value of an option of the command line."""

from __future__ import annotations

import argparse
import math
import re
from datetime import date
from typing import TYPE_CHECKING

from ..core.errors import GeometryError, ProtocolError
from ..qa.protocol import parse_surgery_date

if TYPE_CHECKING:
    from ..geometry.manual import EnteredGeometry

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST_NAME = 100


def number(text: str) -> float:
    """A number that is one.

    :raises ArgumentTypeError: it is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return value


def positive(text: str) -> float:
    """A number above zero.

    :raises ArgumentTypeError: it is none.
    """
    value = number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def spacing(text: str) -> str | float:
    """A way to choose the distance of planes, or millimetres.

    :raises ArgumentTypeError: it is none.
    """
    return text if text in ("native", "isotropic") else positive(text)


def stack(text: str) -> int | str:
    """The number of a stack, or ``all``.

    :raises ArgumentTypeError: it is neither.
    """
    return text if text == "all" else _counted(text, "all")


def section(text: str) -> int | str:
    """The number of a section, ``all`` or ``merged``.

    :raises ArgumentTypeError: it is none of these.
    """
    return text if text in ("all", "merged") else _counted(text, "all, merged")


def _counted(text: str, words: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is neither {words} nor a number from 1 on")
    return int(text)


def tilt(text: str) -> float:
    """Degrees of a gantry tilt, with their sign.

    :raises ArgumentTypeError: it is no number.
    """
    return number(text.removesuffix("°"))


def geometry(text: str) -> EnteredGeometry:
    """``ROWxCOLUMNxSTEP``.

    :raises ArgumentTypeError: it is none, or impossible.
    """
    from ..geometry.manual import EnteredGeometry

    try:
        return EnteredGeometry.from_text(text)
    except GeometryError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def threshold(text: str) -> tuple[float, float | None]:
    """``LOW[:HIGH]``.

    :raises ArgumentTypeError: it is none.
    """
    low, colon, high = text.partition(":")
    bounds = number(low), number(high) if colon else None
    if bounds[1] is not None and bounds[1] < bounds[0]:
        raise argparse.ArgumentTypeError(f"in {text} the lower value is above the higher one")
    return bounds


def preset(text: str) -> str:
    """The name of a range of grey values.

    :raises ArgumentTypeError: it is none.
    """
    from ..surface.threshold import presets

    if text not in presets():
        raise argparse.ArgumentTypeError(
            f"there is no preset {text!r}; there are {', '.join(presets())}"
        )
    return text


def formats(text: str) -> list[str]:
    """Kinds of model files, separated by commas; each once.

    :raises ArgumentTypeError: it is none.
    """
    from ..mesh.io.export import FORMATS

    chosen = [name.strip().lower().removeprefix(".") for name in text.split(",")]
    for name in chosen:
        if name not in FORMATS:
            raise argparse.ArgumentTypeError(
                f"there is no format {name!r}; there are {', '.join(FORMATS)}"
            )
    return list(dict.fromkeys(chosen))


def name_of_file(text: str) -> str:
    """A name that every system takes for a file, without the suffix of a model.

    :raises ArgumentTypeError: it is none.
    """
    name = text[:-4] if text.lower().endswith((".stl", ".3mf", ".obj", ".ply")) else text
    if (
        not name
        or len(name.encode()) > _LONGEST_NAME
        or _UNSAFE.search(name)
        or _RESERVED.fullmatch(name)
        or name[0] in ".-"
        or name[0].isspace()
        or name[-1] in ". "
    ):
        raise argparse.ArgumentTypeError(f"{text!r} is no safe name for a file")
    return name


def day(text: str) -> date:
    """``YYYY-MM-DD`` as a date."""
    try:
        return parse_surgery_date(text)
    except ProtocolError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
