"""A file's data set, by pydicom: the one border to its parser.

pydicom raises whatever it stumbles over and follows declared lengths, and zeros, as far as
they go. Here everything that it raises becomes a reason to leave the file out, and what is
read stays within the file and within what a header can need.
"""

from __future__ import annotations

import os
import warnings
import zlib
from collections.abc import Sequence
from typing import Any, BinaryIO

from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset
from pydicom.filereader import read_partial

from ..core.phrases import _
from .elements import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    PIXEL_DATA,
    Envelope,
    Irregular,
    envelope,
    fragments_end,
)
from .image_plane import NotASlice

_UNDEFINED = 0xFFFFFFFF
#: Float and double pixels stand before PixelData, nothing of a header behind them.
_FIRST_PIXELS = 0x7FE00008
_PIXEL_GROUP = 0x7FE0
_HEAD = 1 << 14
#: The functional groups of many thousand frames are smaller, and take fewer steps.
_MOST_BYTES, _MOST_STEPS = 1 << 28, 1 << 23
#: Smaller files are read at once, whatever they hold.
_SMALL = 1 << 21
#: A deflated file holds at most so many times its size, where that is more than ``_MOST_BYTES``.
_DEFLATED_TO = 50
#: Reads of at most ``_CHUNK`` bytes that hold nothing but zeros, one after the other.
_CHUNK, _MOST_ZEROS = 1 << 13, 64


def read_dataset(file: BinaryIO, wanted: Sequence[int], *, pixels: bool = False) -> FileDataset:
    """Some elements of a file, which then stands where its pixels begin or its header ends.

    :param wanted: tags of the elements to read.
    :param pixels: whether PixelData is one of them.
    :raises NotASlice: the file is no DICOM file, or cannot be read as one.
    """
    file.seek(0)
    head = file.read(_HEAD)
    try:
        found = _envelope(head)
        size = file.seek(0, os.SEEK_END)
        if found.syntax == DEFLATED:
            _refuse_bomb(file, found.start, size)
        bounded: Any = file if size <= _SMALL else _Bounded(file, pixels)

        def ends(tag: int, vr: str | None, length: int) -> bool:
            # The usual element, without a detour: comparing tags takes its time.
            if 0 < tag >> 16 < _PIXEL_GROUP and length <= size and length != _UNDEFINED:
                return False
            # Group 0000 is in no file: these are zeros that fill it up.
            if tag >> 16 == 0 or (tag >= _FIRST_PIXELS and not (pixels and tag == PIXEL_DATA)):
                return True
            if found.syntax == DEFLATED:
                return False
            if length == _UNDEFINED and (vr in ("OB", "OW") or tag == PIXEL_DATA):
                fragments_end(file)
            return size < length < _UNDEFINED

        file.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read_partial(bounded, ends, force=True, specific_tags=list(wanted))
    except NotASlice:
        raise
    except OSError as error:
        if error.errno is not None:
            raise
        raise damaged(error) from error
    except Exception as error:  # pydicom raises whatever its parser stumbles over
        raise damaged(error) from error


def _envelope(head: bytes) -> Envelope:
    try:
        found = envelope(head)
    except Irregular:  # pydicom may know better
        return Envelope("", (), 0, True)
    if found is None:
        raise NotASlice(_("not a DICOM file"))
    return found


def damaged(error: Exception) -> NotASlice:
    """Why a file is left out that pydicom cannot make sense of."""
    lines = str(error).strip().splitlines()
    reason = lines[0] if lines else type(error).__name__
    return NotASlice(_("damaged DICOM header ({error})"), error=reason)


def transfer_syntax(dataset: FileDataset) -> tuple[str, str]:
    """The transfer syntax that a file says, "" for none, and the one that it is written in.

    Many files say nothing, or say that their plain elements carry VRs where they do not.
    """
    stated = str(dataset.file_meta.get("TransferSyntaxUID", "")).strip(" \0")
    if stated not in ("", IMPLICIT, EXPLICIT):
        return stated, stated
    first = next((item for item in dataset.values() if isinstance(item, RawDataElement)), None)
    if first is None:
        return stated, stated or IMPLICIT
    if not first.is_little_endian:
        return stated, BIG_ENDIAN
    return stated, IMPLICIT if first.is_implicit_VR else EXPLICIT


class _Bounded:
    """A large file, from which no more is read than a header can need."""

    def __init__(self, file: BinaryIO, pixels: bool) -> None:
        self._file, self._pixels = file, pixels
        self.seek, self.tell, self.name = file.seek, file.tell, file.name
        self._bytes = self._steps = self._zeros = 0

    def read(self, size: int = -1) -> bytes:
        self._bytes += max(size, 0)
        self._steps += 1
        if self._steps > _MOST_STEPS or (self._bytes > _MOST_BYTES and not self._pixels):
            raise NotASlice(_("damaged DICOM header ({error})"), error="endless")
        data = self._file.read(size)
        # Zeros read as an element, and again: gigabytes of them would take minutes.
        self._zeros = self._zeros + 1 if size <= _CHUNK and not data.strip(b"\0") else 0
        if self._zeros > _MOST_ZEROS:
            raise NotASlice(_("damaged DICOM header ({error})"), error="zeros")
        return data


def _refuse_bomb(file: BinaryIO, start: int, size: int) -> None:
    """:raises NotASlice: a deflated data set is far larger than any that stands in its file."""
    file.seek(start)
    inflate, left = zlib.decompressobj(-zlib.MAX_WBITS), max(_MOST_BYTES, _DEFLATED_TO * size)
    while not inflate.eof and (packed := file.read(_CHUNK)):
        while packed:
            left -= len(inflate.decompress(packed, _SMALL))
            packed = inflate.unconsumed_tail
            if left < 0:
                raise NotASlice(_("unpacked, its header and pixels are too large for a slice"))
