"""PLY files: written in binary, read as text and as binary of both byte orders."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.errors import ExportError
from ...core.phrases import Phrase, _
from ...core.progress import Progress, part, report
from ..triangle_mesh import BATCH, TriangleMesh
from .common import (
    DAMAGED,
    MOST_ELEMENTS,
    READING_BACK,
    WRITING,
    Contents,
    ModelFileError,
    blocks,
    fans,
    require_same,
    rows,
    stated_space,
    whole_numbers,
)
from .placement import Placing, merged

_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1",
    "short": "i2", "int16": "i2", "ushort": "u2", "uint16": "u2",
    "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8",
}  # fmt: skip
_ORDER = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
_STRUCT = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I"}
_COUNTS = [name for name, kind in _TYPES.items() if kind in _STRUCT]
_CORNERS = ("vertex_indices", "vertex_index")
_FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])
_HEAD = """ply
format binary_little_endian 1.0
comment {comment}
comment Unit: {unit}
element vertex {points}
property float x
property float y
property float z
element face {triangles}
property list uchar int vertex_indices
end_header
"""


def write_ply(
    path: Path,
    parts: Sequence[tuple[str, TriangleMesh]],
    place: Placing,
    progress: Progress | None = None,
) -> str:
    """Write all parts into one binary PLY, which knows no names and its unit by a comment.

    Points read back exactly as the float32 that they were rounded to.

    :raises ExportError: as ``export_model``.
    """
    mesh = merged(parts)
    if max(len(mesh.points), len(mesh.triangles)) >= 2**31:
        raise ExportError(
            _("the model has more triangles than PLY can count"), remedy=_("Make a smaller part")
        )
    points = place.of(mesh.points).astype("<f4")
    head = _HEAD.format(
        comment=place.comment(),
        unit=place.unit.title,
        points=len(points),
        triangles=len(mesh.triangles),
    ).encode("ascii")
    with open(path, "xb") as file:
        file.write(head)
        file.write(points.tobytes())
        for first in range(0, len(mesh.triangles), BATCH):
            report(progress, 0.5 * first / len(mesh.triangles), WRITING)
            corners = mesh.triangles[first : first + BATCH]
            faces = np.empty(len(corners), _FACE)
            faces["count"], faces["corners"] = 3, corners
            file.write(faces.tobytes())
    meant = Contents(points, mesh.triangles, space="LPS")
    return require_same(path, head, read_ply, meant, 0.0, part(progress, 0.5, 1.0))


@dataclass(frozen=True)
class _Property:
    """``count`` is the type of a list's length, None where it is no list."""

    name: str
    type: str
    count: str | None = None


@dataclass(frozen=True)
class _Element:
    name: str
    number: int
    properties: list[_Property]

    def columns(self, *names: str) -> list[int]:
        """Places of the properties of such names, in the order of the names."""
        found = {own.name: at for at, own in reversed(list(enumerate(self.properties)))}
        return [found[name] for name in names if name in found]


def read_ply(data: bytes, file: str, progress: Progress | None = None) -> Contents:
    """:raises ModelFileError: the file is cut off, or its header makes no sense."""
    end = data.find(b"end_header")
    if end < 0:
        raise _bad(_("its header has no end"), file)
    newline = data.find(b"\n", end) if b"\n" in data[:end] else data.find(b"\r", end)
    head = data[:end]
    order, elements = _header(head.decode("latin-1"), file)
    start = newline + 1 if newline >= 0 else len(data)
    reader = _Binary(memoryview(data)[start:], order, file) if order else _Text(data, start, file)
    points, triangles = np.empty((0, 3)), np.empty((0, 3), dtype=np.int64)
    for number, element in enumerate(elements):
        report(progress, number / len(elements), READING_BACK)
        if element.name == "vertex":
            places = element.columns(*"xyz")
            if len(places) != 3 or any(own.count for own in element.properties):
                raise _bad(_("its points have no x, y and z"), file)
            points = reader.table(element, places)
        elif element.name == "face" and (corners := element.columns(*_CORNERS)):
            triangles = fans(*reader.lists(element, min(corners)))
        else:
            reader.skip(element)
    return Contents(points, triangles, space=stated_space(head))


def _header(text: str, file: str) -> tuple[str, list[_Element]]:
    order, line = None, ""
    elements: list[_Element] = []
    try:
        for line in text.splitlines():
            match line.split():
                case ["format", kind, *_]:
                    order = _ORDER[kind]
                case ["element", name, number]:
                    elements.append(_Element(name, int(number), []))
                    if not 0 <= int(number) <= MOST_ELEMENTS:
                        raise ValueError(number)
                case ["property", "list", count, kind, name]:
                    if count not in _COUNTS:
                        raise ValueError(count)
                    own = _Property(name, _TYPES[kind], _TYPES[count])
                    elements[-1].properties.append(own)
                case ["property", kind, name]:
                    elements[-1].properties.append(_Property(name, _TYPES[kind]))
    except (KeyError, ValueError, IndexError) as error:
        raise _bad(_("its header makes no sense at {line!r}"), file, line=line.strip()) from error
    if order is None:
        raise _bad(_("its header tells no format"), file)
    return order, elements


class _Text:
    """The elements of a text body, in their order."""

    def __init__(self, body: bytes, at: int, file: str) -> None:
        self._blocks = blocks(body, at)
        self._lines: list[bytes] = []
        self._file = file

    def _take(self, element: _Element) -> Iterator[tuple[int, list[bytes]]]:
        """The element's lines, some at a time, with the number of those before."""
        taken = 0
        while taken < element.number:
            if not self._lines:
                block = next(self._blocks, None)
                if block is None:
                    raise _cut(element, taken, self._file)
                self._lines = [line for line in block if line.strip()]
            own = self._lines[: element.number - taken]
            self._lines = self._lines[len(own) :]
            if own:
                yield taken, own
            taken += len(own)

    def skip(self, element: _Element) -> None:
        for _lines in self._take(element):
            pass

    def table(self, element: _Element, columns: list[int]) -> np.ndarray:
        """The values (N, k) of some of its properties."""
        found = [np.empty((0, len(columns)))]
        for before, taken in self._take(element):
            own = rows(taken, len(element.properties), self._file, element.name, before)
            found.append(own[:, columns])
        return np.concatenate(found)

    def lists(self, element: _Element, wanted: int) -> tuple[np.ndarray, np.ndarray]:
        counts, corners = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for before, taken in self._take(element):
            same = _alike(taken) if len(element.properties) == 1 else None
            own = self._one_by_one(element, wanted, taken, before) if same is None else same
            counts.append(own[0])
            corners.append(own[1])
        return np.concatenate(counts), np.concatenate(corners)

    def _one_by_one(
        self, element: _Element, wanted: int, lines: list[bytes], before: int
    ) -> tuple[np.ndarray, np.ndarray]:
        counts, corners = array("q"), array("q")
        try:
            for line in lines:
                words, at = line.split(), 0
                for own in element.properties[:wanted]:
                    at += 1 + (int(words[at]) if own.count else 0)
                count = int(words[at])
                found = words[at + 1 : at + 1 + count]
                if len(found) != count:
                    raise IndexError
                corners.extend(int(word) for word in found)
                counts.append(count)
            return np.array(counts, dtype=np.int64), np.array(corners, dtype=np.int64)
        except (ValueError, IndexError, OverflowError) as error:
            number = before + len(counts) + 1
            raise _bad(_("polygon {number} cannot be read"), self._file, number=number) from error


def _alike(lines: list[bytes]) -> tuple[np.ndarray, np.ndarray] | None:
    """The counts and corners of polygons that all have as many; None for others."""
    try:
        found = whole_numbers(b"\n".join(lines))
    except ValueError:
        return None
    table = found.reshape(len(lines), -1) if found.size % len(lines) == 0 else found[:0, None]
    if table.shape[1] < 1 or len(table) == 0 or (table[:, 0] != table.shape[1] - 1).any():
        return None
    return table[:, 0], table[:, 1:].ravel()


class _Binary:
    """The elements of a binary body, in their order."""

    def __init__(self, body: memoryview, order: str, file: str) -> None:
        self._body, self._order, self._file, self._at = body, order, file, 0

    def _records(self, element: _Element, lengths: tuple[int, ...] = ()) -> np.ndarray | None:
        """The rows, or None where there is not so much left; their lists have ``lengths``."""
        fields: list[tuple[str, str] | tuple[str, str, tuple[int]]] = []
        waiting = list(lengths)
        for at, own in enumerate(element.properties):
            if own.count:
                fields.append((f"n{at}", self._order + own.count))
                fields.append((f"c{at}", self._order + own.type, (waiting.pop(0),)))
            else:
                fields.append((f"c{at}", self._order + own.type))
        kind = np.dtype(fields)
        if kind.itemsize == 0:
            return None
        if self._at + element.number * kind.itemsize > len(self._body):
            return None
        return np.frombuffer(self._body, kind, element.number, self._at)

    def skip(self, element: _Element) -> None:
        if any(own.count for own in element.properties):
            self.lists(element, next(i for i, own in enumerate(element.properties) if own.count))
        else:
            self.table(element, [])

    def table(self, element: _Element, columns: list[int]) -> np.ndarray:
        """The values (N, k) of some of its properties."""
        found = self._records(element)
        if not element.properties:
            return np.empty((element.number, 0))
        if found is None:
            size = sum(int(own.type[1]) for own in element.properties)
            raise _cut(element, (len(self._body) - self._at) // max(size, 1), self._file)
        self._at += found.nbytes
        values = np.empty((element.number, len(columns)))
        for to, at in enumerate(columns):
            values[:, to] = found[f"c{at}"]
        return values

    def lists(self, element: _Element, wanted: int) -> tuple[np.ndarray, np.ndarray]:
        if element.number == 0:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        # Nearly always all rows are like the first one.
        lengths = self._row(element, wanted, 0)[0]
        found = self._records(element, tuple(lengths))
        named = [f"n{at}" for at, own in enumerate(element.properties) if own.count]
        if found is not None and all(
            (found[name] == length).all() for name, length in zip(named, lengths, strict=True)
        ):
            self._at += found.nbytes
            counts = found[f"n{wanted}"].astype(np.int64)
            return counts, found[f"c{wanted}"].astype(np.int64).ravel()
        if len(element.properties) == 1:
            return self._only_lists(element)
        lengths_of, corners = array("q"), array("q")
        for number in range(element.number):
            lengths, own, self._at = self._row(element, wanted, number)
            lengths_of.append(len(own))
            corners.extend(own.astype(np.int64).tolist())
        return np.array(lengths_of, dtype=np.int64), np.array(corners, dtype=np.int64)

    def _only_lists(self, element: _Element) -> tuple[np.ndarray, np.ndarray]:
        """The counts and values of rows that hold one list each, of any length."""
        own = element.properties[0]
        told = struct.Struct(self._order + _STRUCT[own.count or ""])
        width, counts, at = int(own.type[1]), array("q"), self._at
        for number in range(element.number):
            if at + told.size > len(self._body):
                raise _cut(element, number, self._file)
            count = told.unpack_from(self._body, at)[0]
            at += told.size + count * width
            if count < 0 or at > len(self._body):
                raise _cut(element, number, self._file)
            counts.append(count)
        lengths = np.array(counts, dtype=np.int64)
        raw = np.frombuffer(self._body, np.uint8, at - self._at, self._at)
        sizes = told.size + lengths * width
        kept = np.ones(len(raw), bool)
        for byte in range(told.size):
            kept[np.cumsum(sizes) - sizes + byte] = False
        self._at = at
        values = np.frombuffer(raw[kept].tobytes(), self._order + own.type)
        return lengths, values.astype(np.int64)

    def _row(
        self, element: _Element, wanted: int, number: int
    ) -> tuple[list[int], np.ndarray, int]:
        """The lengths of the next row's lists, the wanted one, and where the row ends."""
        lengths, values, at = [], np.empty(0), self._at
        for place, own in enumerate(element.properties):
            length = 1
            if own.count:
                length = int(self._piece(own.count, 1, at, element, number)[0])
                at += int(own.count[1])
                lengths.append(length)
            piece = self._piece(own.type, length, at, element, number)
            at += piece.nbytes
            if place == wanted:
                values = piece
        return lengths, values, at

    def _piece(self, kind: str, count: int, at: int, element: _Element, number: int) -> np.ndarray:
        if count < 0 or at + count * int(kind[1]) > len(self._body):
            raise _cut(element, number, self._file)
        return np.frombuffer(self._body, self._order + kind, count, at)


def _cut(element: _Element, found: int, file: str) -> ModelFileError:
    return _bad(
        _("it is cut off: it tells of {number:,} × {element}, and there are {found:,}"),
        file,
        number=element.number,
        element=element.name,
        found=found,
    )


def _bad(why: str, file: str, **values: object) -> ModelFileError:
    """:param why: a marked part of a sentence, filled with the values."""
    return ModelFileError(
        _("this PLY file cannot be read: {why}"),
        file=file,
        remedy=DAMAGED,
        why=Phrase(why, values),
    )
