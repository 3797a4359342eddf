"""The files of ``data/``: presets, printers, protocols, tables and translations."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any


def data_file(*path: str) -> bytes:
    """The content of a file of ``data/``, such as ``data_file("translations", "x.ts")``."""
    return resources.files("PrintPrepLib").joinpath("data", *path).read_bytes()


@cache
def data_json(name: str) -> Any:
    """A JSON file of ``data/``; it is shared, so callers leave it as it is."""
    return json.loads(data_file(name))


def data_names(folder: str = "", suffix: str = ".json") -> list[str]:
    """The names of the files in ``data/`` or a folder of it, sorted."""
    place = resources.files("PrintPrepLib").joinpath("data", folder)
    return sorted(item.name for item in place.iterdir() if item.name.endswith(suffix))
