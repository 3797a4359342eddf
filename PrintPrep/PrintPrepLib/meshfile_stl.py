"""STL files, binary and text."""

from __future__ import annotations

import numpy as np

from .meshcontents import DAMAGED, Contents, ModelFileError, rows, stated_space

_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_HEAD = 84


def is_whole_binary(data: bytes) -> bool:
    """Whether the length is that of a binary STL with as many triangles as it tells."""
    return len(data) >= _HEAD and len(data) == _HEAD + _told(data) * _TRIANGLE.itemsize


def is_text(data: bytes) -> bool:
    """Whether it begins as a text STL does. Binary ones may begin with ``solid``, too."""
    start = data[:1024].lstrip().lower()
    return start.startswith(b"solid") and b"\0" not in start


def read_binary(data: bytes, file: str) -> Contents:
    """:raises ModelFileError: the file is cut off or holds more than it tells."""
    held = (len(data) - _HEAD) // _TRIANGLE.itemsize
    if len(data) < _HEAD or held < _told(data):
        told = f"{_told(data):,} triangles" if len(data) >= _HEAD else "a header of 84 bytes"
        raise ModelFileError(
            f"this is no STL file, or it is cut off: {told} should stand here, "
            f"and there are {max(held, 0):,} triangles",
            file=file,
            remedy=DAMAGED,
        )
    if not is_whole_binary(data):
        raise ModelFileError(
            f"{len(data) - _HEAD - _told(data) * _TRIANGLE.itemsize:,} bytes follow the "
            f"{_told(data):,} triangles that this STL file tells of",
            file=file,
            remedy=DAMAGED,
        )
    records = np.frombuffer(data, _TRIANGLE, _told(data), offset=_HEAD)
    points = records["corners"].astype(np.float64).reshape(-1, 3)
    return Contents(points, _loose(points), space=stated_space(data[:80]))


def read_text(data: bytes, file: str) -> Contents:
    """:raises ModelFileError: the file is cut off or has a line that cannot be read."""
    lines = [line.strip() for line in data.lower().splitlines()]
    facets = sum(line.startswith(b"facet") for line in lines)
    corners = [line[6:] for line in lines if line.startswith(b"vertex")]
    if len(corners) != 3 * facets or not any(line.startswith(b"endsolid") for line in lines[-99:]):
        raise ModelFileError(
            f"this STL text is cut off: {facets:,} triangles begin, and there are "
            f"{len(corners):,} corners",
            file=file,
            remedy=DAMAGED,
        )
    points = rows(corners, 3, file, "corner")
    return Contents(points, _loose(points), space=stated_space(data.partition(b"\n")[0]))


def _told(data: bytes) -> int:
    return int.from_bytes(data[80:_HEAD], "little")


def _loose(points: np.ndarray) -> np.ndarray:
    return np.arange(len(points)).reshape(-1, 3)
