"""Acquisition protocols: what a maker of models asks of a scan, as data with its source.

The library brings some (``data/protocol_*.json``); users add files of the same form.
``protocol_checks`` holds the checks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

from ..core.errors import ProtocolError

_PREFIX, _SUFFIX = "protocol_", ".json"
_LARGEST_FILE = 1_000_000
_LARGEST_NUMBER = 1e6


@dataclass(frozen=True)
class Protocol:
    """What a scan must be like.

    :param id: its name, or that of its file.
    :param source: where the rules come from, for the reader of a record.
    :param rules: limits by the keys of ``RULES``; a rule that is absent is not checked.
    :param confirm: sentences that a reviewer confirms, because no header tells.
    """

    id: str
    title: str
    source: str
    rules: Mapping[str, Any]
    confirm: tuple[str, ...] = ()


def protocol_names() -> tuple[str, ...]:
    """The names of the protocols that the library brings."""
    return tuple(_brought())


def load_protocol(name_or_path: str | os.PathLike[str]) -> Protocol:
    """A protocol of the library by its name, or one from a JSON file.

    :raises ProtocolError: there is none, or the file is malformed; the text names the file,
        the key and what to do.
    """
    place = os.fspath(name_or_path)
    text = _brought().get(place)
    if text is not None:
        return _parsed(text, place, f"{_PREFIX}{place}{_SUFFIX}")
    path = Path(place)
    if not os.path.exists(path):
        known = ", ".join(protocol_names())
        raise ProtocolError(
            f"there is no protocol {place!r}",
            remedy=f"Choose one of {known}, or give the path of a protocol's JSON file",
        )
    return _parsed(_read(path), path.stem, place)


def protocol_record(
    protocol: Protocol,
    source: Mapping[str, Any],
    scan_date: str | None = None,
    surgery_date: date | str | None = None,
) -> dict[str, Any]:
    """The ``protocol`` part of a record; of the dates only the age of the scan enters.

    :param source: the ``source`` part of the same record.
    :param scan_date: ISO date, as ``provenance["scan_date"]`` has it; "" or None: unknown.
    :param surgery_date: the day of the operation; text is an ISO date. None: not given.
    :raises ProtocolError: the date of surgery is none.
    """
    surgery = parse_surgery_date(surgery_date) if isinstance(surgery_date, str) else surgery_date
    scan = _iso_date(scan_date or "")
    return {
        "id": protocol.id,
        "title": protocol.title,
        "source": protocol.source,
        "limits": {
            key: dict(value) if isinstance(value, Mapping) else value
            for key, value in protocol.rules.items()
        },
        "confirm": list(protocol.confirm),
        "scan_date_known": scan is not None,
        "surgery_date_given": surgery is not None,
        "age_days": None if scan is None or surgery is None else (surgery - scan).days,
    }


def parse_surgery_date(text: str) -> date:
    """A date as the user gives it, YYYY-MM-DD.

    :raises ProtocolError: it is none.
    """
    found = _iso_date(text)
    if found is None:
        raise ProtocolError(
            f"{text!r} is not a date of surgery", remedy="Give it as YYYY-MM-DD, like 2025-03-31"
        )
    return found


def _iso_date(text: str) -> date | None:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()
    except ValueError:
        return None


@cache
def _brought() -> dict[str, str]:
    found = {}
    for item in (resources.files("PrintPrepLib") / "data").iterdir():
        if item.name.startswith(_PREFIX) and item.name.endswith(_SUFFIX):
            name = item.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
            found[name] = item.read_text("utf-8")
    return dict(sorted(found.items()))


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ProtocolError(
                "this is too large for a protocol",
                file=str(path),
                remedy="Give the path of a protocol's JSON file",
            )
        return path.read_text("utf-8-sig")  # editors put a mark in front of UTF-8
    except OSError as error:
        raise ProtocolError(
            f"the file cannot be read ({error.strerror or error})",
            file=str(path),
            remedy="Give the path of a protocol's JSON file",
        ) from error
    except UnicodeDecodeError as error:
        raise ProtocolError(
            f"the file is not text in UTF-8 (byte {error.start})",
            file=str(path),
            remedy="Save it as UTF-8",
        ) from error


def _parsed(text: str, name: str, file: str) -> Protocol:
    try:
        content = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
        return _protocol(content, name)
    except _Wrong as wrong:
        problem = f"{wrong.key}: {wrong.problem}" if wrong.key else wrong.problem
        raise ProtocolError(problem, file=file, remedy=wrong.remedy) from wrong
    except json.JSONDecodeError as error:
        raise ProtocolError(
            f"the file is not JSON: {error.msg} in line {error.lineno}, column {error.colno}",
            file=file,
            remedy="Correct that line",
        ) from error
    except RecursionError as error:
        raise ProtocolError(
            "the file is nested too deeply", file=file, remedy="Follow docs/protocols.md"
        ) from error
    except ValueError as error:
        raise ProtocolError(
            f"the file holds a number that is none ({error})", file=file, remedy="Correct it"
        ) from error


class _Wrong(Exception):
    """A key that is wrong; ``problem`` and ``remedy`` are for the user."""

    def __init__(self, key: str | None, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.key, self.problem, self.remedy = key, problem, remedy


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets the last of two equal keys win, which would silently undo a rule."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Wrong(key, "stands there twice", "Keep one of the two")
        found[key] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise _Wrong(None, f"{name} is not a number", "Write a finite number")


def _protocol(content: Any, name: str) -> Protocol:
    if not isinstance(content, dict):
        raise _Wrong(None, "the file does not hold an object", "Follow docs/protocols.md")
    _only(content, _KEYS, "")
    for key in ("title", "source", "rules"):
        if key not in content:
            raise _Wrong(key, "is missing", f"Add the key {key}")
    rules = content["rules"]
    if not isinstance(rules, dict) or not rules:
        raise _Wrong("rules", "must hold at least one rule", "Add one of " + ", ".join(RULES))
    _only(rules, RULES, "rules.")
    return Protocol(
        id=name,
        title=_text(content["title"], "title"),
        source=_text(content["source"], "source"),
        rules={key: RULES[key](value, f"rules.{key}") for key, value in rules.items()},
        confirm=tuple(_texts(content.get("confirm", []), "confirm", empty=True)),
    )


def _only(content: Mapping[str, Any], known: Mapping[str, Any] | tuple[str, ...], at: str) -> None:
    for key in content:
        if key not in known:
            raise _Wrong(
                f"{at}{key}", "is not known", "Take it out, or use one of " + ", ".join(known)
            )


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Wrong(key, "must be a text", "Write it in quotes")
    return value.strip()


def _texts(value: Any, key: str, empty: bool = False) -> list[str]:
    if not isinstance(value, list) or not (value or empty):
        raise _Wrong(key, "must be a list of texts", 'Write it like ["first", "second"]')
    return [_text(item, f"{key}[{number}]") for number, item in enumerate(value)]


def _number(value: Any, key: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not abs(value) < _LARGEST_NUMBER:
        raise _Wrong(key, "must be a number", "Write it without quotes and without a unit")
    return value


def _positive(value: Any, key: str) -> float:
    if _number(value, key) <= 0:
        raise _Wrong(key, f"is {value:g}, not above zero", "Give a value above zero")
    return value


def _zero_or_more(value: Any, key: str) -> float:
    if _number(value, key) < 0:
        raise _Wrong(key, f"is {value:g}, below zero", "Give zero or more")
    return value


def _demanded(value: Any, key: str) -> bool:
    if value is not True:
        raise _Wrong(key, "must be true", "Write true, or take the rule out")
    return True


def _contiguity(value: Any, key: str) -> str:
    if value not in ("equal", "no_gap"):
        raise _Wrong(
            key,
            'must be "equal" or "no_gap"',
            'Write "equal" for slices as thick as their distance, "no_gap" where they may overlap',
        )
    return value


def _kernels(value: Any, key: str) -> dict[str, list[str]]:
    if not isinstance(value, dict) or not value:
        raise _Wrong(key, "must name kernels by manufacturer", 'Write it like {"GE": ["STANDARD"]}')
    for maker in value:
        _text(maker, f"{key} (name of a manufacturer)")
    return {maker: _texts(names, f"{key}.{maker}") for maker, names in value.items()}


_KEYS = ("title", "source", "rules", "confirm")
#: The rules that a protocol can hold, with what reads their values.
RULES: Mapping[str, Callable[[Any, str], Any]] = {
    "modality": _text,
    "max_slice_spacing_mm": _positive,
    "contiguous": _contiguity,
    "max_pixel_mm": _positive,
    "max_tilt_deg": _zero_or_more,
    "tilt_not_removed": _demanded,
    "image_type": _texts,
    "uncompressed": _demanded,
    "kernels": _kernels,
    "max_age_days": _positive,
}
