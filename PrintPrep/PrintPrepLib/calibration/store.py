"""Calibrations kept in a JSON file, per scanner and with their date.

A file grows: an entry is replaced only by a newer measurement of the same object in the same
series. A file that cannot be read is never written over.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..core.errors import CalibrationError
from ..core.files import write_text
from ..core.jsonable import JsonError, is_number, read_json
from ..core.phrases import Phrase, _

if TYPE_CHECKING:
    from .object_fit import ObjectFit
    from .scale import CenterScale

SCHEMA = "printprep-calibrations/1"
_REPAIR = _("Restore it from a copy, or name another file; it was not changed")
_REQUIRED = ("id", "created", "scanner", "scale")


def calibration_entry(
    source: Mapping[str, Any],
    fits: Sequence[ObjectFit],
    distances: CenterScale | None = None,
    created: datetime | None = None,
) -> dict[str, Any]:
    """What a store keeps of one calibration.

    ``scale`` is that of the distances where there are any, else that of the one object.

    :param source: the ``source`` part of the volume's provenance.
    :param fits: the objects that were measured; several need ``distances``.
    :param created: now, unless given; without a zone it is local time.
    """
    if len(fits) != 1 and distances is None:
        raise ValueError("several objects calibrate by their distances")
    objects = [fit.as_dict() for fit in fits]
    axes = fits[0].scale if distances is None else distances.axes
    return {
        "id": _identity(source, objects),
        "created": (created or datetime.now()).astimezone().isoformat(timespec="seconds"),
        "scanner": {
            "id": source.get("scanner_id"),
            "manufacturer": source.get("manufacturer"),
            "model": source.get("scanner_model"),
        },
        "series_id": source.get("series_id"),
        "kernel": source.get("kernel"),
        "pixel_spacing_mm": source.get("pixel_spacing_mm"),
        "step_mm": source.get("step_mm"),
        "objects": objects,
        "scale": {name: None if one is None else asdict(one) for name, one in axes.items()},
        "distances": None if distances is None else asdict(distances),
        "software": __version__,
    }


def _identity(source: Mapping[str, Any], objects: Sequence[Mapping[str, Any]]) -> str:
    """The same for the same objects in the same series, however often they are measured."""
    places = sorted([one["kind"], *(round(value) for value in one["center_mm"])] for one in objects)
    told = json.dumps([source.get("scanner_id"), source.get("series_id"), places])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def load_calibrations(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """The entries of a store, in the order in which they were added.

    :raises CalibrationError: the file cannot be read or holds something else.
    """
    name = str(path)
    try:
        data = read_json(path)
    except JsonError as error:
        cause = error.__cause__
        if isinstance(cause, OSError):
            raise CalibrationError(
                _("the calibrations cannot be read ({reason})"),
                file=name,
                remedy=_("Check the path"),
                reason=cause.strerror or str(cause),
            ) from error
        raise CalibrationError(
            _("the file is damaged: it is no JSON ({reason})"),
            file=name,
            remedy=_REPAIR,
            reason=Phrase(error.template, error.values),
        ) from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise CalibrationError(
            _("this is no file of calibrations ({schema})"),
            file=name,
            remedy=_REPAIR,
            schema=SCHEMA,
        )
    entries = data.get("calibrations")
    if not isinstance(entries, list) or not all(_sound(entry) for entry in entries):
        raise CalibrationError(
            _("the file is damaged: an entry is not complete"), file=name, remedy=_REPAIR
        )
    return entries


def add_calibration(path: str | os.PathLike[str], entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Add an entry to a store, which is made where it is missing; all entries come back.

    :raises CalibrationError: the scanner is not known, or the store cannot be read.
    :raises ExportError: the store cannot be written; it is as it was.
    """
    if not entry["scanner"].get("id"):
        raise CalibrationError(
            _("the series does not tell which scanner made it, so the calibration cannot be kept"),
            remedy=_("Use files whose DeviceSerialNumber was not removed"),
        )
    entries = load_calibrations(path) if os.path.lexists(path) else []
    entries = [kept for kept in entries if kept["id"] != entry["id"]] + [dict(entry)]
    text = json.dumps({"schema": SCHEMA, "calibrations": entries}, indent=2, allow_nan=False)
    write_text(path, text + "\n")
    return entries


def latest_for(
    source: Mapping[str, Any], store: Sequence[Mapping[str, Any]], now: datetime | None = None
) -> dict[str, Any]:
    """The ``measure`` part of a record: the newest calibration of the series' scanner.

    :param source: the ``source`` part of the record.
    :param store: the entries of a store, or none.
    :return: ``known`` tells whether there is one; then its date, age in days, scale by axis,
        objects and place in the store.
    """
    scanner = source.get("scanner_id")
    own = [entry for entry in store if scanner and entry["scanner"].get("id") == scanner]
    part = {"known": bool(own), "scanner_id": scanner, "of_this_scanner": len(own)}
    if not own:
        return part
    entry = max(own, key=lambda item: _moment(item["created"]))
    age = (now or datetime.now()).astimezone(timezone.utc) - _moment(entry["created"])
    return part | {
        "id": entry["id"],
        "created": entry["created"],
        "age_days": age.total_seconds() / 86400,
        "scale": entry["scale"],
        "kernel": entry.get("kernel"),
        "objects": [
            {key: one.get(key) for key in ("kind", "nominal_mm", "measured_mm", "uncertainty_mm")}
            for one in entry.get("objects", ())
        ],
    }


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(timezone.utc)


def _sound(entry: Any) -> bool:
    """Whether an entry holds what is read of it."""
    if not isinstance(entry, dict) or any(key not in entry for key in _REQUIRED):
        return False
    if not isinstance(entry["scanner"], dict) or not isinstance(entry["scale"], dict):
        return False
    try:
        _moment(entry["created"])
    except (TypeError, ValueError, OverflowError):
        return False
    objects = entry.get("objects", [])
    return (
        isinstance(entry["id"], str)
        and isinstance(objects, list)
        and all(isinstance(one, dict) for one in objects)
        and all(one is None or _is_scale(one) for one in entry["scale"].values())
    )


def _is_scale(one: Any) -> bool:
    numbers = [one.get("scale"), one.get("uncertainty")] if isinstance(one, dict) else [None]
    return all(is_number(value) for value in numbers) and one["scale"] > 0
