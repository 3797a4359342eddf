"""A record as JSON knows it: plain values, and their text."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .outward import json_text


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
