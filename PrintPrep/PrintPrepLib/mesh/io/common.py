"""What the formats share: the file written, the contents read, numbers as text."""

from __future__ import annotations

import hashlib
import os
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.errors import ExportError, PrintPrepError
from ..triangle_mesh import BATCH
from .placement import Placing

#: Bytes hashed at a time: many small pieces would wait for Python's lock again and again.
HASH_BYTES = 1 << 24


@dataclass(frozen=True)
class ExportedFile:
    """A model file that was written, read back and found equal to the mesh.

    A point of the file is ``scale × (p − center_offset_mm)``, p in LPS mm; the scale holds
    the file's unit (``placement.UNITS``), so a metre's file at true size has the scale 0.001.
    """

    path: Path
    format: str
    sha256: str
    triangles: int
    scale: float
    center_offset_mm: tuple[float, float, float]
    unit: str = "mm"


def exported(
    path: str | os.PathLike[str], kind: str, digest: str, triangles: int, place: Placing
) -> ExportedFile:
    """What is known of a file that was written."""
    return ExportedFile(
        path=Path(path),
        format=kind,
        sha256=digest,
        triangles=triangles,
        scale=place.scale,
        center_offset_mm=place.offset_mm,
        unit=place.unit.name,
    )


def sha256_of(path: str | os.PathLike[str]) -> str:
    """The checksum of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(HASH_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def unlike() -> ExportError:
    """The error of a file that does not hold what was written."""
    return ExportError(
        "the file does not read back as it was written",
        remedy="The disk may be failing: choose another one",
    )


# What a model file holds, before its points are merged.

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


# Numbers as text, many at a time: OBJ and 3MF are written and read back with it.

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
