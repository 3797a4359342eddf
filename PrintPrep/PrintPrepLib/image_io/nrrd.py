"""Volumes as NRRD (teem.sourceforge.net/nrrd/format.html), with Slicer's segmentations."""

from __future__ import annotations

import math
import os
import re
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..core.files import replacing
from ..core.phrases import _
from ..core.progress import Progress, report
from .common import (
    RAS_TO_LPS,
    Image,
    NotReadable,
    SegmentLabel,
    opened,
    read_voxels,
    require_place,
    require_size,
)

#: A segmentation of a hundred segments has a header of as many kilobytes.
_LONGEST_HEADER = 1 << 22
#: From a file's space to RAS.
_TO_RAS = {
    "left-posterior-superior": (-1, -1, 1),
    "lps": (-1, -1, 1),
    "right-anterior-superior": (1, 1, 1),
    "ras": (1, 1, 1),
    "left-anterior-superior": (-1, 1, 1),
    "las": (-1, 1, 1),
}
#: The format's names of a type, the one that is written first.
_TYPES = {
    "int8": ("signed char", "char", "int8", "int8_t"),
    "uint8": ("unsigned char", "uchar", "uint8", "uint8_t"),
    "int16": ("short", "short int", "signed short", "int16", "int16_t"),
    "uint16": ("unsigned short", "ushort", "unsigned short int", "uint16", "uint16_t"),
    "int32": ("int", "signed int", "int32", "int32_t"),
    "uint32": ("unsigned int", "uint", "uint32", "uint32_t"),
    "int64": (
        *("longlong", "long long", "long long int", "signed long long", "signed long long int"),
        *("int64", "int64_t"),
    ),
    "uint64": (
        *("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    ),
    "float32": ("float",),
    "float64": ("double",),
}
_KINDS = {name: np.dtype(kind) for kind, names in _TYPES.items() for name in names}
_PACKINGS = {
    "raw": "raw",
    "gzip": "gzip",
    "gz": "gzip",
    "bzip2": "bzip2",
    "bz2": "bzip2",
    "text": "text",
    "txt": "text",
    "ascii": "text",
}
_ONE_VOLUME = _("Save one volume of it as a file of its own")
_PLANES = 16


def write_nrrd(
    path: str | os.PathLike[str],
    voxels: np.ndarray,
    ijk_to_lps: np.ndarray,
    compressed: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Write a volume under a temporary name, then move it into place.

    :param voxels: [k, j, i].
    :param ijk_to_lps: (4, 4), voxel centres to LPS mm.
    :returns: the path written.
    :raises ExportError: the file could not be written; nothing is left behind.
    :raises Cancelled: progress asked for it; nothing is left behind.
    """
    target = Path(path)
    with replacing(target) as temporary, open(temporary, "wb") as stream:
        stream.write(_header(voxels, ijk_to_lps, compressed))
        # A higher level barely shrinks a volume more, and takes three times as long.
        packer = zlib.compressobj(2, wbits=16 + zlib.MAX_WBITS) if compressed else None
        for first in range(0, len(voxels), _PLANES):
            report(progress, first / len(voxels), _("Writing the volume"))
            some = np.ascontiguousarray(voxels[first : first + _PLANES]).data
            stream.write(some if packer is None else packer.compress(some))
        if packer is not None:
            stream.write(packer.flush())
    return target


def _header(voxels: np.ndarray, ijk_to_lps: np.ndarray, compressed: bool) -> bytes:
    """As Slicer writes it, so that the same volume gives the same file."""
    columns = " ".join(_vector(column) for column in ijk_to_lps[:3, :3].T)
    lines = [
        "NRRD0004",
        "# Complete NRRD file format specification at:",
        "# http://teem.sourceforge.net/nrrd/format.html",
        f"type: {_TYPES[voxels.dtype.name][0]}",
        "dimension: 3",
        "space: left-posterior-superior",
        "sizes: " + " ".join(map(str, voxels.shape[::-1])),
        f"space directions: {columns}",
        "kinds: domain domain domain",
        *([f"endian: {sys.byteorder}"] if voxels.dtype.itemsize > 1 else []),
        f"encoding: {'gzip' if compressed else 'raw'}",
        f"space origin: {_vector(ijk_to_lps[:3, 3])}",
    ]
    return ("\n".join(lines) + "\n\n").encode("ascii")


def _vector(values: np.ndarray) -> str:
    # Adding zero turns minus zero into zero.
    return "(" + ",".join(f"{float(value) + 0.0:.17g}" for value in values) + ")"


@dataclass(frozen=True)
class _Header:
    """What stands before the voxels.

    :param fields: by name, in small letters without spaces.
    :param pairs: keys and values that programs add.
    :param end: bytes up to the voxels; of the whole file where they stand in another one.
    """

    fields: Mapping[str, str]
    pairs: Mapping[str, str]
    end: int

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name.replace(" ", ""), "")

    @property
    def other_file(self) -> str:
        """The file that holds the voxels; "" where they follow."""
        return self["data file"]


@dataclass(frozen=True)
class _Grid:
    """The axes of a file, the fastest first.

    :param spatial: which of them are axes of space.
    :param matrix: (4, 4), voxel centres to RAS mm.
    """

    sizes: list[int]
    spatial: list[int]
    matrix: np.ndarray

    @property
    def dimensions(self) -> list[int]:
        """Sizes along i, j, k."""
        return [self.sizes[axis] for axis in self.spatial]


def read_grid(file: Path) -> tuple[list[int], np.ndarray, int]:
    """Dimensions (i, j, k), IJK to RAS (4, 4), and bytes that are lacking, of an NRRD file.

    :raises NotReadable: it is no NRRD of three dimensions in a space of the patient.
    :raises OSError: it cannot be read.
    """
    header = _read_header(file)
    grid = _grid(header)
    if len(grid.sizes) != 3:
        raise NotReadable(_("it does not hold one volume of three dimensions"), _ONE_VOLUME)
    lacking = 0
    if header["encoding"] == "raw" and header["type"] in _KINDS and not header.other_file:
        whole = header.end + math.prod(grid.sizes) * _KINDS[header["type"]].itemsize
        lacking = max(0, whole - file.stat().st_size)
    return grid.sizes, grid.matrix, lacking


def read_nrrd(file: Path) -> Image:
    """The volume, label map or segmentation in a file; .nhdr with its other file.

    :raises NotReadable: it is none, is cut off, or does not say where its voxels lie.
    :raises OSError: it, or the file that it names, cannot be read.
    """
    header = _read_header(file)
    grid = _grid(header)
    segments = _segments(header.pairs)
    rest = [axis for axis in range(len(grid.sizes)) if axis not in grid.spatial]
    count = math.prod(grid.sizes[axis] for axis in rest)
    if count != 1 and not segments:
        template = _("it holds {count} values a voxel, not one")
        raise NotReadable(template, _ONE_VOLUME, count=count)
    if any(segment.layer >= count for segment in segments):
        raise NotReadable(_("it names a segment in a layer that is not there"))
    stored = _voxels(file, header, grid)
    # The fastest axis is the last one of an array.
    last = len(grid.sizes) - 1
    order = [last - axis for axis in (*rest, *reversed(grid.spatial))]
    layers = stored.transpose(order).reshape(count, *reversed(grid.dimensions))
    return Image(layers, RAS_TO_LPS @ grid.matrix, segments)


def nrrd_data(file: Path) -> Path | None:
    """The other file that holds the voxels; None where they are in the file itself."""
    name = _read_header(file).other_file
    return file.parent / name if name else None


def _read_header(file: Path) -> _Header:
    with opened(file) as stream:
        head = stream.read(_LONGEST_HEADER)
        # A header of its own file ends with that file.
        ends = not stream.read(1)
    end = re.search(rb"\r?\n\r?\n", head)
    if not head.startswith(b"NRRD") or (end is None and not ends):
        raise NotReadable(_("it has no NRRD header"))
    fields, pairs = {}, {}
    for line in head[: end.start() if end else None].decode("utf-8", "replace").splitlines()[1:]:
        if line.startswith("#"):
            continue
        pair = re.match(r"([^:]+):=(.*)", line)
        if pair:
            pairs[_unescaped(pair[1])] = _unescaped(pair[2])
            continue
        name, colon, value = line.partition(": ")
        if colon:
            fields[name.lower().replace(" ", "")] = value.strip()
    if end is None and "datafile" not in fields:
        raise NotReadable(_("it has no NRRD header"))
    return _Header(fields, pairs, end.end() if end else len(head))


def _unescaped(text: str) -> str:
    return re.sub(r"\\([n\\])", lambda found: "\n" if found[1] == "n" else "\\", text)


def _grid(header: _Header) -> _Grid:
    names = ("sizes", "space", "space directions", "space origin")
    missing = [name for name in names if not header[name]]
    if missing:
        raise NotReadable(_("its header lacks {fields}"), fields=", ".join(sorted(missing)))
    try:
        sizes = [int(word) for word in header["sizes"].split()]
        directions, origins = _vectors(header["space directions"]), _vectors(header["space origin"])
    except ValueError:
        raise NotReadable(_("a size or place in its header is no number")) from None
    spatial = [axis for axis, vector in enumerate(directions) if vector is not None]
    vectors = [*(directions[axis] for axis in spatial), *origins]
    if len(directions) != len(sizes) or [len(one or ()) for one in vectors] != [3, 3, 3, 3]:
        raise NotReadable(_("it does not hold one volume of three dimensions"), _ONE_VOLUME)
    require_size(sizes)
    space, units = header["space"].lower(), set(re.findall(r'"([^"]*)"', header["space units"]))
    if space not in _TO_RAS:
        raise NotReadable(_("its space is {space}"), space=space)
    if units - {"", "mm", "millimeter", "millimeters", "???"}:
        raise NotReadable(_("its places are in {units}, not in mm"), units=", ".join(sorted(units)))
    matrix = np.eye(4)
    matrix[:3] = np.array(vectors).T
    return _Grid(sizes, spatial, np.diag([*_TO_RAS[space], 1]) @ require_place(matrix))


def _vectors(text: str) -> list[list[float] | None]:
    """The vectors of ``(a,b,c) none (d,e,f)``; None for none."""
    inside = re.findall(r"\(([^()]*)\)|\bnone\b", text)
    return [[float(word) for word in item.split(",")] if item else None for item in inside]


def _segments(pairs: Mapping[str, str]) -> tuple[SegmentLabel, ...]:
    """The segments that Slicer names; older versions kept a layer for each, of ones."""
    found = []
    for key in pairs:
        number = re.fullmatch(r"Segment(\d+)_ID", key)
        if number is None:
            continue
        prefix = f"Segment{number[1]}_"
        name = pairs.get(prefix + "Name", pairs[key])
        value, layer = pairs.get(prefix + "LabelValue", "1"), pairs.get(prefix + "Layer", number[1])
        if not (value.isdecimal() and layer.isdecimal() and len(value + layer) < 20):
            raise NotReadable(_("the label of its segment {name} is no number"), name=name)
        found.append((int(number[1]), SegmentLabel(name, int(value), int(layer))))
    return tuple(segment for _number, segment in sorted(found, key=lambda item: item[0]))


def _voxels(file: Path, header: _Header, grid: _Grid) -> np.ndarray:
    """As they are stored: the fastest axis last."""
    kind, packing = _KINDS.get(header["type"].lower()), _PACKINGS.get(header["encoding"].lower())
    if kind is None:
        raise NotReadable(_("its voxels are of type {type}"), type=header["type"] or "?")
    if packing is None:
        told = _("its voxels are packed as {encoding}")
        raise NotReadable(told, encoding=header["encoding"] or "?")
    if header["endian"].lower() == "big" or (not header["endian"] and sys.byteorder == "big"):
        kind = kind.newbyteorder(">")
    shape = tuple(reversed(grid.sizes))
    other = header.other_file
    if other.upper().startswith("LIST") or (len(other.split()) > 1 and "%" in other):
        raise NotReadable(_("its voxels are spread over several files"))
    with opened(file.parent / other if other else file) as stream:
        if not other:
            stream.seek(header.end)
        _skip(stream, header, packing, math.prod(shape) * kind.itemsize)
        if packing == "text":
            return _numbers(stream.read(), kind, shape)
        return read_voxels(stream, packing, kind, shape)


def _skip(stream: BinaryIO, header: _Header, packing: str, whole: int) -> None:
    """Go on to the first voxel, where lines or bytes stand before it."""
    try:
        lines, skipped = int(header["line skip"] or 0), int(header["byte skip"] or 0)
    except ValueError:
        raise NotReadable(_("a size or place in its header is no number")) from None
    for _line in range(lines):
        stream.readline()
    if skipped < 0:
        # The voxels are the end of the file.
        stream.seek(max(0, os.fstat(stream.fileno()).st_size - whole))
    elif skipped and packing != "raw":
        raise NotReadable(_("its voxels are packed as {encoding}"), encoding=header["encoding"])
    else:
        stream.seek(skipped, os.SEEK_CUR)


def _numbers(text: bytes, kind: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    """Voxels that are written as text."""
    words = text.split()
    whole = math.prod(shape)
    if len(words) < whole:
        template = _("it is cut off: {there:,} of {whole:,} voxels are there")
        raise NotReadable(template, there=len(words), whole=whole)
    try:
        numbers = np.array(words[:whole], dtype=np.float64)
        values = numbers.astype(kind.newbyteorder("="))
    except (ValueError, OverflowError):
        raise NotReadable(_("one of its voxels is no number")) from None
    if not np.array_equal(values.astype(np.float64), numbers, equal_nan=True) and kind.kind != "f":
        raise NotReadable(_("one of its voxels is no number of type {type}"), type=kind.name)
    return values.reshape(shape)
