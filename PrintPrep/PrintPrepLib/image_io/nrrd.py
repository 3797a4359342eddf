"""Volumes as NRRD (teem.sourceforge.net/nrrd/format.html): written whole, their grid read."""

from __future__ import annotations

import math
import os
import re
import sys
import zlib
from pathlib import Path

import numpy as np

from ..core.errors import Explained
from ..core.files import replacing
from ..core.phrases import _
from ..core.progress import Progress, report

_LONGEST_HEADER = 1 << 16
#: From a file's space to RAS.
_TO_RAS = {
    "left-posterior-superior": (-1, -1, 1),
    "lps": (-1, -1, 1),
    "right-anterior-superior": (1, 1, 1),
    "ras": (1, 1, 1),
}
#: The format's names of a type, the one that is written first.
_TYPES = {
    "int8": ("signed char", "char", "int8", "int8_t"),
    "uint8": ("unsigned char", "uchar", "uint8", "uint8_t"),
    "int16": ("short", "short int", "signed short", "int16", "int16_t"),
    "uint16": ("unsigned short", "ushort", "unsigned short int", "uint16", "uint16_t"),
    "int32": ("int", "signed int", "int32", "int32_t"),
    "uint32": ("unsigned int", "uint", "uint32", "uint32_t"),
    "float32": ("float",),
    "float64": ("double",),
}
_BYTES = {name: np.dtype(kind).itemsize for kind, names in _TYPES.items() for name in names}
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


class NotReadable(Explained):
    """A file that is no volume on a grid of the patient."""


def read_grid(file: Path) -> tuple[list[int], np.ndarray, int]:
    """Dimensions (i, j, k), IJK to RAS (4, 4), and bytes that are lacking, of an NRRD file.

    :raises NotReadable: it is no NRRD of three dimensions in a space of the patient.
    :raises OSError: it cannot be read.
    """
    with open(file, "rb") as stream:
        head = stream.read(_LONGEST_HEADER)
    end = re.search(rb"\r?\n\r?\n", head)
    if not head.startswith(b"NRRD") or end is None:
        raise NotReadable(_("it has no NRRD header"))
    fields = {}
    for line in head[: end.start()].decode("utf-8", "replace").splitlines()[1:]:
        name, colon, value = line.partition(": ")
        if colon and not line.startswith("#"):
            fields[name.strip().lower()] = value.strip()
    missing = {"sizes", "space", "space directions", "space origin"} - fields.keys()
    if missing:
        raise NotReadable(_("its header lacks {fields}"), fields=", ".join(sorted(missing)))
    try:
        sizes = [int(word) for word in fields["sizes"].split()]
        columns, origin = _vectors(fields["space directions"]), _vectors(fields["space origin"])
    except ValueError:
        raise NotReadable(_("a size or place in its header is no number")) from None
    if len(sizes) != 3 or columns.shape != (3, 3) or origin.shape != (1, 3) or min(sizes) < 1:
        raise NotReadable(_("it does not hold one volume of three dimensions"))
    if not (np.isfinite(columns).all() and np.isfinite(origin).all()):
        raise NotReadable(_("a size or place in its header is no number"))
    if fields["space"].lower() not in _TO_RAS:
        raise NotReadable(_("its space is {space}"), space=fields["space"])
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = columns.T, origin[0]
    lacking = 0
    if fields.get("encoding") == "raw" and fields.get("type") in _BYTES:
        whole = end.end() + math.prod(sizes) * _BYTES[fields["type"]]
        lacking = max(0, whole - file.stat().st_size)
    return sizes, np.diag([*_TO_RAS[fields["space"].lower()], 1]) @ matrix, lacking


def _vectors(text: str) -> np.ndarray:
    """(n, 3) of ``(a,b,c) (d,e,f)``."""
    inside = re.findall(r"\(([^()]*)\)", text)
    return np.array([[float(word) for word in item.split(",")] for item in inside])
