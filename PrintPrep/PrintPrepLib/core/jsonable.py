"""Records as JSON knows them: plain values and their text, and JSON that others wrote."""

from __future__ import annotations

import itertools
import json
import math
import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from .errors import PrintPrepError
from .outward import json_text
from .phrases import _

_DEEPEST = 64
#: Whole numbers of more digits are beyond what a length, a count or a grey value can be.
_MOST_DIGITS = 300
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


class JsonError(PrintPrepError):
    """A JSON file from outside that cannot be read, or is not fit to be used."""


def plain(value: Any) -> Any:
    """The same as JSON knows it: no numpy types, no tuples, null for NaN and infinity."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a record")


def to_json(
    record: Mapping[str, Any] | Sequence[Mapping[str, Any]], *, ascii_only: bool = False
) -> str:
    """One record or several as JSON text that ends with a line break.

    :param ascii_only: for a terminal, whose character set may be narrow.
    """
    text = json.dumps(plain(record), indent=2, ensure_ascii=ascii_only, allow_nan=False)
    return json_text(text) + "\n"


def read_json(path: str | os.PathLike[str], most_bytes: int = 64 << 20) -> Any:
    """What a JSON file from outside holds: finite numbers, no key twice, nothing endless.

    :raises JsonError: anything else; the text says what, not in which file.
    """
    path = Path(path)
    try:
        state = path.stat()
        if not (stat.S_ISREG(state.st_mode) or stat.S_ISDIR(state.st_mode)):
            raise JsonError(_("this is no file, but a pipe or a device"))
        if state.st_size > most_bytes:
            raise JsonError(_("the file is too large ({size:,} bytes)"), size=state.st_size)
        text = path.read_text("utf-8-sig")  # editors put a mark in front of UTF-8
    except OSError as error:
        reason = error.strerror or str(error)
        raise JsonError(_("the file cannot be read ({reason})"), reason=reason) from error
    except UnicodeDecodeError as error:
        problem = _("the file is not text in UTF-8 (byte {byte})")
        raise JsonError(problem, byte=error.start, remedy=_("Save it as UTF-8")) from error
    return parse_json(text)


def parse_json(text: str) -> Any:
    """The same for a text.

    :raises JsonError: as ``read_json``.
    """
    brackets = re.findall(r"[\[\]{}]", _STRING.sub("", text))
    depth = itertools.accumulate(1 if one in "[{" else -1 for one in brackets)
    if max(depth, default=0) > _DEEPEST:
        raise JsonError(_("the file is nested too deeply"))
    try:
        value = json.loads(
            text,
            object_pairs_hook=_once,
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_countable,
        )
        if "\\ud" in text.lower():  # half of a character, which nothing can write
            # Bytes of names of files that are no UTF-8 are written so, and are read back.
            json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogateescape")
    except json.JSONDecodeError as error:
        raise JsonError(
            _("the file is not JSON: {reason} in line {line}, column {column}"),
            reason=error.msg,
            line=error.lineno,
            column=error.colno,
            remedy=_("Correct that line"),
        ) from error
    except UnicodeEncodeError as error:
        raise JsonError(_("the file holds half of a character")) from error
    return value


def is_number(value: Any) -> bool:
    """Whether JSON holds a finite number there, and not true or false."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)


def numbers_of(value: Any, *shape: int) -> np.ndarray:
    """Lists of finite numbers within lists, as an array of a shape.

    :raises ValueError: there is something else, or more or less.
    """

    def flat(part: Any, lengths: tuple[int, ...]) -> list[float]:
        if not lengths:
            if not is_number(part):
                raise ValueError(f"{str(part)[:40]} is no number")
            return [float(part)]
        if not isinstance(part, list) or len(part) != lengths[0]:
            raise ValueError(f"{str(part)[:40]} is no list of {lengths[0]}")
        return [one for inner in part for one in flat(inner, lengths[1:])]

    return np.array(flat(value, shape), dtype=float).reshape(shape)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets the last of two equal keys win, which would silently undo the first."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            problem = _("{key}: stands there twice")
            raise JsonError(problem, key=key[:40], remedy=_("Keep one of the two"))
        found[key] = value
    return found


def _no_number(text: str) -> NoReturn:
    short = text if len(text) <= 40 else f"{text[:40]} …"
    problem = _("{name} is not a number")
    raise JsonError(problem, name=short, remedy=_("Write a finite number"))


def _finite(text: str) -> float:
    return value if math.isfinite(value := float(text)) else _no_number(text)


def _countable(text: str) -> int:
    return int(text) if len(text) <= _MOST_DIGITS else _no_number(text)
