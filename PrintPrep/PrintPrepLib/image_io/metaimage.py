"""Volumes as MetaImage (ITK's .mha, and .mhd with its .raw or .zraw)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..core.phrases import _
from .common import Image, NotReadable, opened, read_voxels, require_place, require_size

_LONGEST_HEADER = 1 << 16
_KINDS = {
    "MET_CHAR": "i1", "MET_UCHAR": "u1", "MET_SHORT": "i2", "MET_USHORT": "u2", "MET_INT": "i4",
    "MET_UINT": "u4", "MET_LONG": "i4", "MET_ULONG": "u4", "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8", "MET_FLOAT": "f4", "MET_DOUBLE": "f8",
}  # fmt: skip
_BEGINNING = re.compile(rb"\s*(ObjectType|NDims|Comment)\s*=")
_ONE_VOLUME = _("Save one volume of it as a file of its own")


def is_metaimage(head: bytes) -> bool:
    """Whether a file begins as MetaImage does."""
    return _BEGINNING.match(head) is not None


def read_metaimage(file: Path) -> Image:
    """The volume or label map in a file.

    :raises NotReadable: it is none, is cut off, or does not say where its voxels lie.
    :raises OSError: it, or the file that it names, cannot be read.
    """
    fields, end = _header(file)
    channels = fields.get("ElementNumberOfChannels", "1")
    if fields.get("NDims") != "3" or channels != "1":
        raise NotReadable(_("it does not hold one volume of three dimensions"), _ONE_VOLUME)
    sizes = [int(size) for size in _numbers(fields, ("DimSize",), 3)]
    require_size(sizes)
    matrix = _place(fields)
    kind = _KINDS.get(fields.get("ElementType", ""))
    if kind is None:
        raise NotReadable(_("its voxels are of type {type}"), type=fields.get("ElementType", "?"))
    big = _true(fields, "BinaryDataByteOrderMSB") or _true(fields, "ElementByteOrderMSB")
    data = _other(file, fields)
    skip = int(_numbers({"HeaderSize": "0", **fields}, ("HeaderSize",), 1)[0])
    packing = "zlib" if _true(fields, "CompressedData") else "raw"
    if fields.get("BinaryData", "True").lower() == "false" or skip:
        raise NotReadable(_("its voxels are written in a way that PrintPrep does not read"))
    with opened(data or file) as stream:
        stream.seek(0 if data else end)
        stored = np.dtype(kind).newbyteorder(">" if big else "<")
        values = read_voxels(stream, packing, stored, tuple(reversed(sizes)))
    return Image(values[None], matrix)


def metaimage_data(file: Path) -> Path | None:
    """The other file that holds the voxels; None where they are in the file itself."""
    return _other(file, _header(file)[0])


def _header(file: Path) -> tuple[dict[str, str], int]:
    """The header's fields, and where the voxels begin that follow it."""
    with opened(file) as stream:
        head = stream.read(_LONGEST_HEADER)
    # The name of the file with the voxels, or LOCAL, is the last field.
    end = re.search(rb"^\s*ElementDataFile\s*=[^\n]*(\n|$)", head, re.MULTILINE)
    if end is None:
        raise NotReadable(_("it has no MetaImage header"))
    fields = {}
    for line in head[: end.end()].decode("utf-8", "surrogateescape").splitlines():
        name, _sign, value = line.partition("=")
        fields[name.strip()] = value.strip()
    return fields, end.end()


def _true(fields: Mapping[str, str], name: str) -> bool:
    return fields.get(name, "").lower() in ("true", "t", "1")


def _other(file: Path, fields: Mapping[str, str]) -> Path | None:
    name = fields["ElementDataFile"]
    if name.upper() == "LOCAL":
        return None
    if not name or name.upper().startswith("LIST") or "%" in name:
        raise NotReadable(_("its voxels are spread over several files"))
    return file.parent / name


def _numbers(fields: Mapping[str, str], names: tuple[str, ...], count: int) -> list[float]:
    """The numbers of the first of these fields that is there."""
    value = next((fields[name] for name in names if name in fields), None)
    if value is None:
        raise NotReadable(_("its header lacks {fields}"), fields=names[0])
    try:
        found = [float(word) for word in value.split()]
    except ValueError:
        found = []
    if len(found) != count or not np.isfinite(found).all():
        raise NotReadable(_("a size or place in its header is no number"))
    return found


def _place(fields: Mapping[str, str]) -> np.ndarray:
    """The matrix (4, 4) to LPS mm, which are this format's own coordinates."""
    spacing = _numbers(fields, ("ElementSpacing", "ElementSize"), 3)
    axes = _numbers(fields, ("TransformMatrix", "Rotation", "Orientation"), 9)
    matrix = np.eye(4)
    # Three numbers are the direction of an axis.
    matrix[:3, :3] = np.array(axes).reshape(3, 3).T * spacing
    matrix[:3, 3] = _numbers(fields, ("Offset", "Position", "Origin"), 3)
    return require_place(matrix)
