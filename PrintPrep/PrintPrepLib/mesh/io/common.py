"""What a model file holds, before its points are merged."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

import numpy as np

from .errors import PrintPrepError

#: Points and triangles beyond this are taken for a damaged or malicious file.
MOST_ELEMENTS = 200_000_000
DAMAGED = "Export or copy the file again"


class ModelFileError(PrintPrepError):
    """A model file that cannot be read, or holds no model."""


@dataclass(frozen=True)
class Contents:
    """Points and triangles as the file holds them.

    :param points: (N, 3) float64 in the file's own unit and coordinate system.
    :param triangles: (M, 3) indices into ``points``.
    :param mm_per_unit: what the file states of its unit; None where its format has none.
    :param space: ``LPS`` or ``RAS`` where the file states it, else None.
    """

    points: np.ndarray
    triangles: np.ndarray
    mm_per_unit: float | None = None
    space: str | None = None


def stated_space(text: bytes) -> str | None:
    """The coordinate system that Slicer (and PrintPrep) notes in headers and comments."""
    found = re.search(rb"SPACE=(RAS|LPS)\b", text)
    return found[1].decode() if found else None


def numbers(text: bytes) -> np.ndarray:
    """All numbers (float64) of a text that holds nothing but numbers and space.

    :raises ValueError: there is something else in it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # how older numpy says it
        try:
            return np.fromstring(text, dtype=np.float64, sep=" ")
        except DeprecationWarning as error:
            raise ValueError("not a number") from error


def rows(lines: list[bytes], columns: int, file: str, what: str) -> np.ndarray:
    """One row of ``columns`` numbers from each line; what follows in a line is left out.

    :raises ModelFileError: a line has too few numbers, or something that is none.
    """
    if not lines:
        return np.empty((0, columns))
    try:
        found = numbers(b"\n".join(lines))
        if found.size == columns * len(lines) and _even(lines, columns):
            return found.reshape(-1, columns)
        # More columns (colours, weights), or lines of unequal length.
        return np.array([line.split()[:columns] for line in lines], dtype=np.float64)
    except ValueError as error:
        raise ModelFileError(
            f"{what} {_first_bad(lines, columns)} has no {columns} numbers",
            file=file,
            remedy=DAMAGED,
        ) from error


def _even(lines: list[bytes], columns: int) -> bool:
    """Whether the ends of the list have so many words: the total is right already."""
    return all(len(line.split()) == columns for line in (lines[0], lines[-1]))


def _first_bad(lines: list[bytes], columns: int) -> int:
    for number, line in enumerate(lines, 1):
        try:
            if len([float(word) for word in line.split()[:columns]]) < columns:
                return number
        except ValueError:
            return number
    return len(lines)


def fans(counts: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Polygons cut into triangles (M, 3).

    :param counts: (P,) corners of each polygon; fewer than three make none.
    :param corners: their indices, one polygon after the other.
    """
    starts = np.cumsum(counts) - counts
    made = []
    for count in np.unique(counts[counts >= 3]):
        own = corners[starts[counts == count][:, None] + np.arange(count)]
        made += [own[:, [0, at, at + 1]] for at in range(1, int(count) - 1)]
    return np.concatenate(made) if made else np.empty((0, 3), dtype=np.int64)
