"""Stored pixels → voxel values (PS3.3 C.11.1: value = stored × slope + intercept)."""

from __future__ import annotations

import os

import numpy as np
from pydicom.tag import Tag

from ..core.errors import PixelDataError
from ..core.phrases import Phrase, _
from ..dicom.dataset import read_dataset
from ..dicom.elscint_block import REMEDY
from ..dicom.header import SliceHeader
from ..dicom.pixel_layout import PixelLayout
from .decode import decoded_pixels, missing_decoder
from .elscint_codec import KNOWN, StreamError, decode

_INT16 = np.iinfo(np.int16)
#: So few values may be multiples of 16 by chance: air, water, bone of a phantom.
_FEW_VALUES = 3
_STREAM_TAG = "(07A1,xx0A)"
_COPY_AGAIN = _("Copy the file again from its source")


def rescale(stored: np.ndarray, layout: PixelLayout) -> np.ndarray:
    """Stored values → values: int16 where they are whole and fit, else float32."""
    values = np.empty(stored.shape, np.int16)
    if layout.whole and rescale_into(stored, layout, values):
        return values
    return (stored * np.float64(layout.slope) + layout.intercept).astype(np.float32)


def rescale_into(stored: np.ndarray, layout: PixelLayout, out: np.ndarray) -> bool:
    """Write whole rescaled values into the int16 array ``out``; False where they do not fit."""
    slope, intercept = int(layout.slope), int(layout.intercept)
    ends = [int(stored.min()) * slope + intercept, int(stored.max()) * slope + intercept]
    if min(ends) < _INT16.min or max(ends) > _INT16.max:
        return False
    if stored.dtype.itemsize == 2:
        # Two's complement: the sum is right modulo 2^16, and the result is known to fit.
        words = stored.view(np.int16)
        if slope != 1:
            np.multiply(words, np.int16(_wrap(slope)), out=out)
            words = out
        np.add(words, np.int16(_wrap(intercept)), out=out)
    else:
        out[...] = stored.astype(np.int64) * slope + intercept
    return True


def _wrap(value: int) -> int:
    return (value + 0x8000) % 0x10000 - 0x8000


def can_decode(layout: PixelLayout) -> Phrase | None:
    """Why pixels of this layout cannot be read here, naming what is missing; None: they can."""
    name = layout.compression
    if name is None:
        return None if layout.offset is not None else missing_decoder(layout.transfer_syntax)
    if name in KNOWN:
        return None
    return Phrase(_("the private compression {name} is unknown"), {"name": name})


def stored_pixels(item: SliceHeader) -> np.ndarray:
    """Stored values of one slice, (rows, columns).

    :raises PixelDataError: the pixels are missing, truncated or cannot be decoded.
    """
    layout = item.pixels
    if layout.compression is not None:
        pixels = _private(item, layout, layout.compression)
    else:
        pixels = decoded_pixels(item) if layout.offset is None else _plain(item, layout)
    return _without_unused_bits(pixels, layout)


def _plain(item: SliceHeader, layout: PixelLayout) -> np.ndarray:
    count, offset = item.rows * item.columns, layout.offset or 0
    try:
        # Memory for what the header promises is taken before the file is read.
        there = max(0, os.path.getsize(item.path) - offset) // layout.dtype.itemsize
        pixels = np.fromfile(item.path, layout.dtype, min(count, there), offset=offset)
    except OSError as error:
        why = error.strerror or str(error)
        raise PixelDataError(
            _("the pixels cannot be read ({reason})"), file=item.path, reason=why
        ) from error
    needed = count * layout.dtype.itemsize
    found = min(pixels.nbytes, layout.length)
    if found < needed:
        raise PixelDataError(
            _("the pixels are truncated: {found} of {needed} bytes"),
            file=item.path,
            tag="PixelData",
            remedy=_COPY_AGAIN,
            found=found,
            needed=needed,
        )
    native = layout.dtype.newbyteorder("=")
    return pixels.astype(native, copy=False).reshape(item.rows, item.columns)


def _without_unused_bits(pixels: np.ndarray, layout: PixelLayout) -> np.ndarray:
    """Clear or sign-extend the bits above BitsStored, where old files keep overlays."""
    unused = layout.bits_allocated - layout.bits_stored
    if not unused:
        return pixels
    low = -(1 << (layout.bits_stored - 1)) if layout.signed else 0
    high = low + (1 << layout.bits_stored) - 1
    # A padding value beyond BitsStored is meant as it stands.
    if layout.padding is not None and not low <= min(layout.padding) <= max(layout.padding) <= high:
        return pixels
    within = pixels.min() >= low and pixels.max() <= high
    if layout.high_bit is not None and not (within and _right_aligned(pixels, layout)):
        return (pixels << (layout.bits_allocated - 1 - layout.high_bit)) >> unused
    if within:
        return pixels
    return (pixels << unused) >> unused


def _right_aligned(pixels: np.ndarray, layout: PixelLayout) -> bool:
    """Whether values within BitsStored stand at the lower end in spite of HighBit.

    Many writers say HighBit 15 of values that pydicom, GDCM and dcm2niix read as they stand.
    Values that were shifted up are multiples of a power of two.
    """
    below = (1 << ((layout.high_bit or 0) + 1 - layout.bits_stored)) - 1
    return bool((pixels & below).any()) or len(np.unique(pixels)) <= _FEW_VALUES


def _private(item: SliceHeader, layout: PixelLayout, compression: str) -> np.ndarray:
    """Stored values of a slice in a private compression, or in none where it is named only."""
    if layout.bits_allocated != 16:
        raise PixelDataError(
            _("the private compression {name} is known for 16 bits a pixel only, not {bits}"),
            file=item.path,
            tag="BitsAllocated",
            remedy=REMEDY,
            name=compression,
            bits=layout.bits_allocated,
        )
    stream = _private_stream(item.path, layout)
    try:
        pixels = decode(compression, stream, item.rows, item.columns)
    except StreamError as error:
        if len(stream) != 2 * item.rows * item.columns:
            raise PixelDataError(
                _("the pixels in the private compression {name} cannot be decoded: {reason}"),
                file=item.path,
                tag=_STREAM_TAG,
                remedy=REMEDY,
                name=compression,
                reason=error.why,
            ) from error
        pixels = np.frombuffer(stream, "<u2").reshape(item.rows, item.columns)
    if pixels.ndim != 2:
        raise PixelDataError(_("a colour image is no slice"), file=item.path)
    return pixels.view(np.int16) if layout.signed else pixels


def _private_stream(path: str, layout: PixelLayout) -> bytes:
    try:
        with open(path, "rb") as file:
            if layout.element is not None:
                dataset = read_dataset(file, [Tag(layout.element)])
                return bytes(dataset[layout.element].value)
            file.seek(layout.offset or 0)
            return file.read(min(layout.length, os.path.getsize(path)))
    except Exception as error:  # pydicom raises whatever its parser stumbles over
        raise PixelDataError(
            _("the compressed pixels are missing or truncated"),
            file=path,
            tag=_STREAM_TAG,
            remedy=_COPY_AGAIN,
        ) from error
