"""Acquisition protocols: what a maker of models asks of a scan, as data with its source.

The library brings some (``data/protocol_*.json``); users add files of the same form.
``protocol_checks`` holds the checks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..core.errors import ProtocolError
from ..core.jsonable import JsonError, read_json
from ..core.package_data import data_json, data_names
from ..core.phrases import _

_PREFIX, _SUFFIX = "protocol_", ".json"
_LARGEST_FILE = 1_000_000
_LARGEST_NUMBER = 1e6
_GIVE = _("Give the path of a protocol's JSON file")
_FOLLOW = _("Follow docs/protocols.md")


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
    names = (name for name in data_names() if name.startswith(_PREFIX))
    return tuple(name.removeprefix(_PREFIX).removesuffix(_SUFFIX) for name in names)


def load_protocol(name_or_path: str | os.PathLike[str]) -> Protocol:
    """A protocol of the library by its name, or one from a JSON file.

    :raises ProtocolError: there is none, or the file is malformed; the text names the file,
        the key and what to do.
    """
    place = os.fspath(name_or_path)
    if place in protocol_names():
        return _protocol(data_json(f"{_PREFIX}{place}{_SUFFIX}"), place)
    if not os.path.exists(place):
        raise ProtocolError(
            _("there is no protocol {name!r}"),
            name=place,
            known=", ".join(protocol_names()),
            remedy=_("Choose one of {known}, or give the path of a protocol's JSON file"),
        )
    path = Path(place)
    try:
        return _protocol(_content(path), path.stem)
    except ProtocolError as error:
        error.file = place
        raise


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
            _("{text!r} is not a date of surgery"),
            text=text,
            remedy=_("Give it as YYYY-MM-DD, like 2025-03-31"),
        )
    return found


def _iso_date(text: str) -> date | None:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()
    except ValueError:
        return None


def _content(path: Path) -> Any:
    """The JSON of a file."""
    if path.is_file() and path.stat().st_size > _LARGEST_FILE:
        raise ProtocolError(_("this is too large for a protocol"), remedy=_GIVE)
    try:
        return read_json(path, _LARGEST_FILE)
    except JsonError as error:
        remedy = error.remedy_template or (_GIVE if error.__cause__ else _FOLLOW)
        raise ProtocolError(error.template, remedy=remedy, **error.values) from error


def _protocol(content: Any, name: str) -> Protocol:
    if not isinstance(content, dict):
        raise ProtocolError(_("the file does not hold an object"), remedy=_FOLLOW)
    _only(content, _KEYS, "")
    for key in ("title", "source", "rules"):
        if key not in content:
            raise ProtocolError(_("{key}: is missing"), key=key, remedy=_("Add the key {key}"))
    rules = content["rules"]
    if not isinstance(rules, dict) or not rules:
        raise ProtocolError(
            _("rules: must hold at least one rule"),
            known=", ".join(RULES),
            remedy=_("Add one of {known}"),
        )
    _only(rules, RULES, "rules.")
    return Protocol(
        id=name,
        title=_text(content["title"], "title"),
        source=_text(content["source"], "source"),
        rules={key: RULES[key](value, f"rules.{key}") for key, value in rules.items()},
        confirm=tuple(_texts(content.get("confirm", []), "confirm", empty=True)),
    )


def _only(content: Mapping[str, Any], known: Iterable[str], at: str) -> None:
    for key in content:
        if key not in known:
            raise ProtocolError(
                _("{key}: is not known"),
                key=f"{at}{key}",
                known=", ".join(known),
                remedy=_("Take it out, or use one of {known}"),
            )


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ProtocolError(_("{key}: must be a text"), key=key, remedy=_("Write it in quotes"))
    return value.strip()


def _texts(value: Any, key: str, empty: bool = False) -> list[str]:
    if not isinstance(value, list) or not (value or empty):
        raise ProtocolError(
            _("{key}: must be a list of texts"),
            key=key,
            example='["first", "second"]',
            remedy=_("Write it like {example}"),
        )
    return [_text(item, f"{key}[{number}]") for number, item in enumerate(value)]


def _number(value: Any, key: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not abs(value) < _LARGEST_NUMBER:
        remedy = _("Write it without quotes and without a unit")
        raise ProtocolError(_("{key}: must be a number"), key=key, remedy=remedy)
    return value


def _positive(value: Any, key: str) -> float:
    if _number(value, key) <= 0:
        problem = _("{key}: is {value:g}, not above zero")
        remedy = _("Give a value above zero")
        raise ProtocolError(problem, key=key, value=value, remedy=remedy)
    return value


def _zero_or_more(value: Any, key: str) -> float:
    if _number(value, key) < 0:
        problem = _("{key}: is {value:g}, below zero")
        raise ProtocolError(problem, key=key, value=value, remedy=_("Give zero or more"))
    return value


def _demanded(value: Any, key: str) -> bool:
    if value is not True:
        remedy = _("Write true, or take the rule out")
        raise ProtocolError(_("{key}: must be true"), key=key, remedy=remedy)
    return True


def _contiguity(value: Any, key: str) -> str:
    if value not in ("equal", "no_gap"):
        raise ProtocolError(
            _("{key}: must be {equal} or {no_gap}"),
            key=key,
            equal='"equal"',
            no_gap='"no_gap"',
            remedy=_(
                "Write {equal} for slices as thick as their distance, {no_gap} where they may "
                "overlap"
            ),
        )
    return value


def _kernels(value: Any, key: str) -> dict[str, list[str]]:
    if not isinstance(value, dict) or not value:
        raise ProtocolError(
            _("{key}: must name kernels by manufacturer"),
            key=key,
            example='{"GE": ["STANDARD"]}',
            remedy=_("Write it like {example}"),
        )
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
