"""What the formats share: the file written, the contents read and compared, numbers as text."""

from __future__ import annotations

import hashlib
import os
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.errors import ExportError, PrintPrepError
from ...core.phrases import Phrase, _
from ...core.progress import Progress, meanwhile, part, report
from ..triangle_mesh import BATCH

#: Bytes hashed at a time: many small pieces would wait for Python's lock again and again.
HASH_BYTES = 1 << 24
#: Points and triangles beyond this are taken for a damaged or malicious file.
MOST_ELEMENTS = 200_000_000
#: Corners up to which polygons of equal number are cut together.
_MOST_AT_ONCE = 100
_DIGITS = b"0123456789.-"
_TO_SPACE = bytes(value if value in _DIGITS else 32 for value in range(256))
#: Text read at a time: reading numbers lets nothing else run.
_TEXT_BYTES = 1 << 22
WRITING, READING_BACK = _("Writing the model"), _("Reading the file back")
DAMAGED = _("Export or copy the file again")
#: Text that is cut into lines at a time: as a list, lines of a few letters take fifty times
#: their size.
_BLOCK_BYTES = 1 << 21


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


def sha256_of(path: str | os.PathLike[str]) -> str:
    """The checksum of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(HASH_BYTES):
            digest.update(piece)
    return digest.hexdigest()


class ModelFileError(PrintPrepError):
    """A model file that cannot be read, or holds no model."""


@dataclass(frozen=True)
class Contents:
    """Points and triangles as the file holds them, before equal points are merged.

    :param points: (N, 3) float64 in the file's own coordinate system; mm where it states a
        unit, else as they stand there.
    :param triangles: (M, 3) indices into ``points``.
    :param mm_per_unit: what the file states of its unit; None where its format has none.
    :param space: ``LPS`` or ``RAS`` where the file states it, else None.
    :param parts: name and number of triangles of each object, where its reader tells them.
    """

    points: np.ndarray
    triangles: np.ndarray
    mm_per_unit: float | None = None
    space: str | None = None
    parts: tuple[tuple[str, int], ...] = ()


def unlike() -> ExportError:
    """The error of a file that does not hold what was written."""
    return ExportError(
        _("the file does not read back as it was written"),
        remedy=_("The disk may be failing: choose another one"),
    )


def require_same(
    path: Path,
    head: bytes,
    read: Callable[[bytes, str, Progress | None], Contents],
    meant: Contents,
    tolerance: float = 0.0,
    progress: Progress | None = None,
) -> str:
    """Read a file that was written as users' files are read, and compare.

    :param head: what it begins with.
    :param tolerance: by which coordinates may differ from those that are meant.
    :return: the file's SHA-256.
    :raises ExportError: the file does not hold what is meant.
    :raises Cancelled: progress asked for it.
    """
    data = meanwhile(progress, 0.0, READING_BACK, path.read_bytes)
    try:
        found = read(data, str(path), part(progress, 0.0, 0.8))
    except ModelFileError as error:
        raise unlike() from error
    told, wanted = (
        (one.mm_per_unit, one.space, one.parts, one.points.shape, one.triangles.shape)
        for one in (found, meant)
    )

    def same() -> bool:
        return np.array_equal(found.triangles, meant.triangles) and bool(
            np.abs(found.points - meant.points).max() <= tolerance
        )

    if not (
        data.startswith(head) and told == wanted and meanwhile(progress, 0.8, READING_BACK, same)
    ):
        raise unlike()
    digest, whole = hashlib.sha256(), memoryview(data)
    for first in range(0, len(data), HASH_BYTES):
        report(progress, 0.8 + 0.2 * first / len(data), READING_BACK)
        digest.update(whole[first : first + HASH_BYTES])
    return digest.hexdigest()


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


def whole_numbers(text: bytes) -> np.ndarray:
    """All whole numbers (int64) of a text that holds nothing else.

    :raises ValueError: there is something else in it, or one is too large to count with.
    """
    found = numbers(text)
    whole = np.abs(found) < 2**53
    if whole.all() and (whole := found == np.round(found)).all():
        return found.astype(np.int64)
    bad = text.split(maxsplit=int(whole.argmin()) + 1)[int(whole.argmin())]
    raise ValueError(f"{bad[:40].decode('latin-1')} is no whole number")


def plain_rows(
    text: bytes,
    frame: bytes,
    letters: Sequence[tuple[bytes, bytes]] = (),
    progress: Progress | None = None,
) -> np.ndarray | None:
    """Rows (N, 3) of a text of lines with three numbers each that differ in nothing else; None
    where it is not so plain, and has to be read with more care.

    :param frame: such a line without the digits, points and signs, and without its end.
    :param letters: what in a line is to be put in place of what, before it is read.
    :raises Cancelled: progress asked for it.
    """
    made = [np.empty((0, 3))]
    start = 0
    while start < len(text):
        report(progress, start / len(text), READING_BACK)
        end = text.find(b"\n", start + _TEXT_BYTES) + 1 or len(text)
        piece, start = text[start:end], end
        for old, new in letters:
            piece = piece.replace(old, new)
        rest = piece.translate(None, _DIGITS + b"\n")
        count = len(rest) // len(frame)
        if rest != frame * count:
            return None
        try:
            found = numbers(piece.translate(_TO_SPACE))
        except ValueError:
            return None
        if found.size != 3 * count:
            return None
        made.append(found.reshape(-1, 3))
    return np.concatenate(made)


def pieces(text: bytes, at: int = 0) -> Iterator[bytes]:
    """A text from a place on, some whole lines at a time."""
    end = b"\n" if text.find(b"\n", at) >= 0 else b"\r"
    while at < len(text):
        to = text.find(end, at + _BLOCK_BYTES) + 1 or len(text)
        yield text[at:to]
        at = to


def blocks(text: bytes, at: int = 0) -> Iterator[list[bytes]]:
    """The lines of a text from a place on, some at a time, without their ends."""
    for piece in pieces(text, at):
        yield piece.splitlines()


def rows(
    lines: list[bytes], columns: int, file: str, what: Phrase | str, before: int = 0
) -> np.ndarray:
    """One row of ``columns`` numbers from each line; what follows in a line is left out.

    :param what: a line is.
    :param before: lines of this kind that were read before.
    :raises ModelFileError: a line has too few numbers, or something that is none.
    """
    if not lines:
        return np.empty((0, columns))
    try:
        found = numbers(b"\n".join(lines))
        # The ends of the list have so many words: else the right total may be chance.
        ends = [len(line.split()) for line in (lines[0], lines[-1])]
        if found.size == columns * len(lines) and ends == [columns, columns]:
            return found.reshape(-1, columns)
        # More columns (colours, weights), or lines of unequal length.
        return np.array([line.split()[:columns] for line in lines], dtype=np.float64)
    except ValueError as error:
        raise ModelFileError(
            _("{what} {number} has no {columns} numbers"),
            file=file,
            remedy=DAMAGED,
            what=what,
            number=before + _first_bad(lines, columns),
            columns=columns,
        ) from error


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
    if (counts == 3).all():
        return corners.reshape(-1, 3)
    starts = np.cumsum(counts) - counts
    if counts.max() > _MOST_AT_ONCE:  # polygon by polygon, of which no two may be alike
        fan = np.maximum(counts - 2, 0)
        step = np.arange(fan.sum()) - np.repeat(np.cumsum(fan) - fan, fan)
        first = np.repeat(starts, fan)
        return corners[np.column_stack((first, first + step + 1, first + step + 2))]
    made = []
    for count in np.unique(counts[counts >= 3]):
        own = corners[starts[counts == count][:, None] + np.arange(count)]
        made += [own[:, [0, at, at + 1]] for at in range(1, int(count) - 1)]
    return np.concatenate(made) if made else np.empty((0, 3), dtype=np.int64)


def lines(pattern: str, numbers: np.ndarray, progress: Progress | None = None) -> Iterator[bytes]:
    """``pattern`` filled with each row of ``numbers`` (N, 3), a batch of rows at a time.

    :raises Cancelled: progress asked for it.
    """
    for first in range(0, len(numbers), BATCH):
        report(progress, first / len(numbers), WRITING)
        batch = numbers[first : first + BATCH]
        yield ((pattern * len(batch)) % tuple(batch.ravel().tolist())).encode("ascii")


def rounding(points: np.ndarray, decimals: int) -> float:
    """By how much points (N, 3) differ from what was written of them, at most."""
    return float(0.501 * 10.0**-decimals + 4 * np.finfo(float).eps * np.abs(points).max())


def printable(name: str) -> str:
    """A name without line breaks and other signs that would end it."""
    kept = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(kept.split()) or "model"
