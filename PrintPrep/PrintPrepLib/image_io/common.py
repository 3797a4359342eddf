"""What the formats share: the image that was read, its bytes, and why one cannot be read."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..core.errors import Explained, PrintPrepError
from ..core.phrases import Phrase, _

#: More voxels are a damaged header: 2,000 slices of 1,024² are as many.
MOST_VOXELS = 1 << 31
#: No stream of gzip or zlib grows by more when it is unpacked.
_LARGEST_GROWTH = 1100
_PIECE = 1 << 24
AGAIN = _("Copy the file again, or save it again as .nrrd or .nii.gz")
#: From the coordinates of NRRD and NIfTI.
RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


class ImageError(PrintPrepError):
    """A volume or label map cannot be read, or is of a kind that is not served."""


class NotReadable(Explained):
    """A file that is no volume on a grid of the patient.

    :param remedy: marked, without a full stop.
    """

    def __init__(self, template: str, remedy: str = AGAIN, **values: object) -> None:
        self.remedy = remedy
        super().__init__(template, **values)


@dataclass(frozen=True)
class SegmentLabel:
    """One segment of a segmentation: the voxels of ``layer`` that hold ``value``."""

    name: str
    value: int
    layer: int


@dataclass(frozen=True, eq=False)
class Image:
    """Voxels and where they lie.

    :param layers: [layer, k, j, i]; one layer but in segmentations whose segments overlap.
    :param ijk_to_lps: (4, 4), voxel centres to LPS mm; any invertible one, sheared included.
    :param segments: what the file names; none where it is a plain volume.
    :param notes: what the user ought to know of how the file was understood.
    """

    layers: np.ndarray
    ijk_to_lps: np.ndarray
    segments: tuple[SegmentLabel, ...] = ()
    notes: tuple[Phrase, ...] = ()

    @property
    def values(self) -> np.ndarray:
        """The voxels [k, j, i] of the first layer."""
        return self.layers[0]


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file to read from; what is no file would never end.

    :raises NotReadable: it is a pipe or a device.
    :raises OSError: it cannot be opened.
    """
    if not stat.S_ISREG(os.stat(path).st_mode) and not path.is_dir():
        raise NotReadable(_("this is no file, but a pipe or a device"), _("Give a file"))
    with open(path, "rb") as stream:
        yield stream


def require_place(matrix: np.ndarray) -> np.ndarray:
    """The matrix (4, 4), which gives every voxel a place of its own.

    :raises NotReadable: it does not.
    """
    if not np.isfinite(matrix).all() or np.abs(matrix).max() > 1e9:
        raise NotReadable(_("a size or place in its header is no number"))
    lengths = np.linalg.norm(matrix[:3, :3], axis=0)
    if lengths.min() <= 0 or abs(np.linalg.det(matrix[:3, :3] / lengths)) < 1e-3:
        raise NotReadable(_("its header gives several voxels one place"))
    return matrix


def require_size(sizes: list[int]) -> None:
    """:raises NotReadable: no volume has so many voxels, or so few."""
    voxels = 1
    for size in sizes:
        voxels *= size
        if size < 1 or voxels > MOST_VOXELS:
            shape = " × ".join(map(str, sizes))
            raise NotReadable(_("no volume has {shape} voxels"), shape=shape)


def read_voxels(
    stream: BinaryIO, packing: str, kind: np.dtype, shape: tuple[int, ...]
) -> np.ndarray:
    """The voxels behind a header, in this computer's byte order.

    :param stream: stands at the first byte.
    :param packing: ``raw``, ``gzip``, ``zlib``, ``bzip2``, or ``open``: already unpacked.
    :param kind: as stored.
    :raises NotReadable: there are fewer than the header says, or they cannot be unpacked.
    """
    require_size(list(shape))
    whole = int(np.prod(shape, dtype=np.int64)) * kind.itemsize
    if packing in ("raw", "gzip", "zlib"):
        there = os.fstat(stream.fileno()).st_size - stream.tell()
        # Known before any memory is taken.
        if there * (1 if packing == "raw" else _LARGEST_GROWTH) < whole:
            raise _cut_off(whole, there if packing == "raw" else None)
    values = np.empty(shape, kind)
    into = values.reshape(-1).view(np.uint8).data
    with unpacked(stream, packing) as source:
        filled = 0
        while filled < whole:
            got = source.readinto(into[filled : filled + _PIECE])
            if not got:
                raise _cut_off(whole, filled)
            filled += got
        if packing != "raw":
            source.read(1)  # up to the end, where its checksum stands
    if not kind.isnative:
        values = values.byteswap(inplace=True).view(kind.newbyteorder("="))
    return values


def _cut_off(whole: int, there: int | None) -> NotReadable:
    if there is None:
        return NotReadable(_("it is cut off: {whole:,} bytes of voxels are not in it"), whole=whole)
    template = _("it is cut off: {there:,} of {whole:,} bytes of voxels are there")
    return NotReadable(template, there=there, whole=whole)


@contextmanager
def unpacked(stream: BinaryIO, packing: str) -> Iterator[Any]:
    """A stream of what was packed.

    :raises NotReadable: what is read from it cannot be unpacked.
    """
    try:
        yield {
            "gzip": lambda: gzip.GzipFile(fileobj=stream),
            "bzip2": lambda: bz2.BZ2File(stream),
            "zlib": lambda: io.BufferedReader(_Inflated(stream), _PIECE),
        }.get(packing, lambda: stream)()
    except EOFError as error:
        raise NotReadable(_("it is cut off: its packed voxels have no end")) from error
    except (zlib.error, gzip.BadGzipFile, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise NotReadable(_("its packed voxels are damaged")) from error


class _Inflated(io.RawIOBase):
    """What zlib has packed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._unpack = stream, zlib.decompressobj()

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        found = b""
        while not found and not self._unpack.eof:
            packed = self._unpack.unconsumed_tail or self._stream.read(1 << 20)
            if not packed:
                raise EOFError
            found = self._unpack.decompress(packed, len(into))
        into[: len(found)] = found
        return len(found)
