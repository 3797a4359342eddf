"""Volumes as NIfTI-1 and NIfTI-2 (nifti.nimh.nih.gov), packed or not.

A file may state its place twice: the sform as a matrix, the qform as a rotation. As in ITK and
Slicer, the sform counts where it is that of the scanner or stands alone, else the qform: another
sform is that of an atlas, where the size of the patient is lost.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..core.phrases import Phrase, _
from .common import (
    RAS_TO_LPS,
    Image,
    NotReadable,
    opened,
    read_voxels,
    require_place,
    require_size,
    unpacked,
)

_SCANNER = 1
#: What programs put between header and voxels.
_LONGEST_EXTENSION = 1 << 24
#: How far the two places of a corner may differ, in voxels.
_APART = 0.1
_KINDS = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4",
    1024: "i8", 1280: "u8",
}  # fmt: skip
_OTHER_KINDS = {
    1: "binary", 32: "complex64", 128: "RGB", 1536: "float128", 1792: "complex128",
    2048: "complex256", 2304: "RGBA",
}  # fmt: skip
_MM = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}
_ONE_VOLUME = _("Save one volume of it as a file of its own")


@dataclass(frozen=True)
class _Version:
    """Where things stand in a header: name, format and byte."""

    size: int
    magic: bytes
    dim: str
    fields: dict[str, tuple[str, int]]


_VERSIONS = (
    _Version(
        348,
        b"n+1\0",
        "8h",
        {
            "magic": ("4s", 344), "dim": ("8h", 40), "datatype": ("h", 70), "pixdim": ("8f", 76),
            "vox_offset": ("f", 108), "slope": ("f", 112), "inter": ("f", 116),
            "units": ("B", 123), "qform_code": ("h", 252), "sform_code": ("h", 254),
            "quatern": ("3f", 256), "qoffset": ("3f", 268), "srow": ("12f", 280),
        },
    ),
    _Version(
        540,
        b"n+2\0",
        "8q",
        {
            "magic": ("4s", 4), "datatype": ("h", 12), "dim": ("8q", 16), "pixdim": ("8d", 104),
            "vox_offset": ("q", 168), "slope": ("d", 176), "inter": ("d", 184),
            "qform_code": ("i", 344), "sform_code": ("i", 348), "quatern": ("3d", 352),
            "qoffset": ("3d", 376), "srow": ("12d", 400), "units": ("i", 500),
        },
    ),
)  # fmt: skip


def is_nifti(head: bytes) -> bool:
    """Whether a file begins as NIfTI does, its older kinds in two files included."""
    return _version(head) is not None


def _version(head: bytes) -> tuple[_Version, str] | None:
    for version in _VERSIONS:
        for order in "<>":
            if head[:4] == struct.pack(order + "i", version.size):
                return version, order
    return None


def read_nifti(file: Path) -> Image:
    """The volume or label map in a file.

    :raises NotReadable: it is none, is cut off, or does not say where its voxels lie.
    :raises OSError: it cannot be read.
    """
    with opened(file) as stream:
        packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        with unpacked(stream, "gzip" if packed else "raw") as source:
            return _read(source, packed)


def _read(stream: Any, packed: bool) -> Image:
    head, order = _head(stream)
    count, *sizes = head["dim"]
    shape = sizes[:3]
    if not 3 <= count <= 7 or any(size > 1 for size in sizes[3:count]):
        template = _("it does not hold one volume of three dimensions")
        raise NotReadable(template, _ONE_VOLUME)
    require_size(shape)
    matrix, notes = _place(head, shape)
    code = head["datatype"][0]
    if code not in _KINDS:
        told = _OTHER_KINDS.get(code, str(code))
        raise NotReadable(_("its voxels are of type {type}"), type=told)
    skip = int(head["vox_offset"][0]) - stream.tell()
    if not 0 <= skip <= _LONGEST_EXTENSION:
        raise NotReadable(_("its header does not say where its voxels begin"))
    stream.read(skip)
    kind = np.dtype(order + _KINDS[code])
    values = read_voxels(stream, "open" if packed else "raw", kind, tuple(reversed(shape)))
    return Image(_scaled(values, head)[None], RAS_TO_LPS @ matrix, notes=notes)


def _head(stream: BinaryIO) -> tuple[dict[str, Any], str]:
    head = stream.read(_VERSIONS[-1].size)
    found = _version(head)
    if found is None or len(head) < found[0].size:
        raise NotReadable(_("it has no NIfTI header"))
    version, order = found
    values = {
        name: struct.unpack_from(order + form, head, at)
        for name, (form, at) in version.fields.items()
    }
    if values["magic"][0] != version.magic:
        template = _("its header and its voxels are in two files")
        raise NotReadable(template, _("Save it as one .nii or .nii.gz file"))
    stream.seek(version.size)
    return values, order


def _place(head: dict[str, Any], shape: list[int]) -> tuple[np.ndarray, tuple[Phrase, ...]]:
    """The matrix (4, 4) to RAS mm, and what is doubtful about it."""
    by_matrix, by_rotation = head["sform_code"][0], head["qform_code"][0]
    if by_matrix <= 0 and by_rotation <= 0:
        template = _("it does not say where in the patient its voxels lie (no sform, no qform)")
        raise NotReadable(template, _("Save it again with its place, or as .nrrd"))
    units = _MM.get(head["units"][0] & 7)
    if units is None:
        raise NotReadable(_("its places are in an unknown unit"))
    places = []
    if by_matrix > 0:
        places.append(np.array([*head["srow"], 0, 0, 0, 1]).reshape(4, 4))
    if by_rotation > 0:
        places.append(_rotation(head))
    for place in places:
        require_place(place)[:3] *= units
    notes: tuple[Phrase, ...] = ()
    if len(places) == 2:
        if by_matrix != _SCANNER:
            places.reverse()
        corners = np.array(
            [[*(np.array(at) * (np.array(shape) - 1)), 1] for at in np.ndindex(2, 2, 2)]
        )
        off = np.linalg.norm(corners @ (places[0] - places[1])[:3].T, axis=1).max()
        if not off <= _APART * np.linalg.norm(places[0][:3, :3], axis=0).min():
            told = _(
                "it states two places, {off:.1f} mm apart; the one that Slicer takes was taken"
            )
            notes = (Phrase(told, {"off": float(off)}),)
    return places[0], notes


def _rotation(head: dict[str, Any]) -> np.ndarray:
    """The qform as a matrix; nifti1.h, method 2."""
    b, c, d = head["quatern"]
    a = np.sqrt(max(0.0, 1.0 - (b * b + c * c + d * d)))
    flip, *spacing = head["pixdim"][:4]
    matrix = np.eye(4)
    matrix[:3, :3] = [
        [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
        [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
        [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
    ]
    matrix[:3, :3] *= np.array(spacing) * (1, 1, -1 if flip < 0 else 1)
    matrix[:3, 3] = head["qoffset"]
    return matrix


def _scaled(values: np.ndarray, head: dict[str, Any]) -> np.ndarray:
    slope, inter = head["slope"][0], head["inter"][0]
    if slope == 0 or not np.isfinite([slope, inter]).all() or (slope, inter) == (1, 0):
        return values
    whole = float(slope).is_integer() and float(inter).is_integer() and values.dtype.kind in "iu"
    if whole:
        # Labels that a program has scaled without need stay whole numbers.
        bounds = [
            int(values.min()) * int(slope) + int(inter),
            int(values.max()) * int(slope) + int(inter),
        ]
        if max(map(abs, bounds)) < 2**31:
            return values.astype(np.int32) * np.int32(slope) + np.int32(inter)
    return (values * np.float64(slope) + np.float64(inter)).astype(np.float32)
