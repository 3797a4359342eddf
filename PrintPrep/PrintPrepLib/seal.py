"""A checksum over a record, so that a figure changed by hand is noticed.

It guards integrity, it is no signature: whoever changes a record on purpose can make a
new checksum, and nothing here says who made the record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

KEY = "record_sha256"


def seal(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with its checksum as the last key; an older one is replaced.

    :param record: JSON data (as ``record.plain`` makes it).
    :raises ValueError: it holds NaN or infinity, which JSON does not know.
    """
    bare = {key: value for key, value in record.items() if key != KEY}
    return {**bare, KEY: checksum(bare)}


def seal_holds(record: Mapping[str, Any]) -> bool | None:
    """Whether the record is as it was sealed; None where it carries no checksum."""
    if KEY not in record:
        return None
    return record[KEY] == checksum(record)


def checksum(record: Mapping[str, Any]) -> str:
    """SHA-256 of the record without its checksum, written as canonical JSON.

    Keys are sorted and nothing stands between the parts, so that neither order nor layout
    matters. Whole numbers are written without a point, because a program may store 1.0
    as 1. After RFC 8785, but that numbers are written as Python writes them.
    """
    bare = {key: value for key, value in record.items() if key != KEY}
    text = json.dumps(
        _canonical(bare), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
