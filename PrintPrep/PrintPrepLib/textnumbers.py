"""Numbers as text, many at a time: OBJ and 3MF are written and read back with it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .mesh import BATCH

_DIGITS = b"0123456789.-"
_TO_SPACE = bytes(value if value in _DIGITS else 32 for value in range(256))


def lines(pattern: str, numbers: np.ndarray) -> Iterator[bytes]:
    """``pattern`` filled with each row of ``numbers`` (N, 3), a batch of rows at a time."""
    for first in range(0, len(numbers), BATCH):
        batch = numbers[first : first + BATCH]
        yield ((pattern * len(batch)) % tuple(batch.ravel().tolist())).encode("ascii")


def numbers_in(text: bytes, names: bytes = b"") -> np.ndarray:
    """Every number in a text; everything else in it counts as space.

    :param names: digits that are part of words, to be taken out first, such as the ones of
        ``v1="…"``; each is followed by an equals sign.
    :raises ValueError: there is something like a number that is none.
    """
    for digit in names:
        text = text.replace(b"%c=" % digit, b"=")
    return np.fromstring(text.translate(_TO_SPACE), dtype=np.float64, sep=" ")


def same_points(found: np.ndarray, meant: np.ndarray, decimals: int) -> bool:
    """Whether the coordinates (N × 3, flat) are the points (N, 3) to the last digit written."""
    if found.size != meant.size:
        return False
    tolerance = 0.501 * 10.0**-decimals + 4 * np.finfo(float).eps * np.abs(meant).max()
    return bool(np.abs(found.reshape(-1, 3) - meant).max() <= tolerance)


def same_triangles(found: np.ndarray, meant: np.ndarray) -> bool:
    """Whether the indices (M × 3, flat) are the triangles (M, 3)."""
    return found.size == meant.size and np.array_equal(found.reshape(-1, 3), meant)


def printable(name: str) -> str:
    """A name without line breaks and other signs that would end it."""
    kept = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(kept.split()) or "model"
