"""The files of ``data/``: presets, printers, protocols, tables and translations."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parents[1] / "data"


def data_file(*path: str) -> bytes:
    """The content of a file of ``data/``, such as ``data_file("translations", "x.ts")``."""
    return _DATA.joinpath(*path).read_bytes()


@cache
def data_json(name: str) -> Any:
    """A JSON file of ``data/``; it is shared, so callers leave it as it is."""
    return json.loads(data_file(name))


def data_names(folder: str = "", suffix: str = ".json") -> list[str]:
    """The names of the files in ``data/`` or a folder of it, sorted."""
    return sorted(item.name for item in (_DATA / folder).glob(f"*{suffix}"))
