"""Stored pixels → voxel values (PS3.3 C.11.1: value = stored × slope + intercept)."""

from __future__ import annotations

import numpy as np

from ..core.errors import PixelDataError
from ..dicom.elscint_block import REMEDY
from ..dicom.header import SliceHeader
from ..dicom.pixel_layout import BIG_ENDIAN, PixelLayout
from .decode import decode_pixels, decoded_pixels, missing_decoder
from .elscint_codec import KNOWN

_INT16 = np.iinfo(np.int16)


def rescale(stored: np.ndarray, layout: PixelLayout) -> np.ndarray:
    """Stored values → values: int16 where they are whole and fit, else float32."""
    values = np.empty(stored.shape, np.int16)
    whole = float(layout.slope).is_integer() and float(layout.intercept).is_integer()
    if whole and rescale_into(stored, layout, values):
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


def can_decode(layout: PixelLayout) -> str | None:
    """Why pixels of this layout cannot be read here, naming what is missing; None: they can."""
    if layout.compression is not None:
        known = layout.compression in KNOWN
        return None if known else f"the private compression {layout.compression} is unknown"
    return None if layout.offset is not None else missing_decoder(layout.transfer_syntax)


def stored_pixels(item: SliceHeader) -> np.ndarray:
    """Stored values of one slice, (rows, columns).

    :raises PixelDataError: the pixels are missing, truncated or cannot be decoded.
    """
    layout = item.layout
    if layout.compression is not None:
        return _private(item)
    pixels = decoded_pixels(item) if layout.offset is None else _plain(item)
    return _without_unused_bits(pixels, layout)


def _plain(item: SliceHeader) -> np.ndarray:
    layout = item.layout
    sign = "i" if layout.signed else "u"
    order = ">" if layout.transfer_syntax == BIG_ENDIAN else "<"
    dtype = np.dtype(f"{order}{sign}{layout.bits_allocated // 8}")
    count = item.rows * item.columns
    try:
        pixels = np.fromfile(item.path, dtype, count, offset=layout.offset)
    except OSError as error:
        raise PixelDataError(
            f"the pixels cannot be read ({error.strerror or error})", file=item.path
        ) from error
    needed = count * dtype.itemsize
    if len(pixels) < count or layout.length < needed:
        raise PixelDataError(
            f"the pixels are truncated: {min(len(pixels) * dtype.itemsize, layout.length)} of "
            f"{needed} bytes",
            file=item.path,
            tag="PixelData",
            remedy="Copy the file again from its source",
        )
    return pixels.astype(dtype.newbyteorder("="), copy=False).reshape(item.rows, item.columns)


def _without_unused_bits(pixels: np.ndarray, layout: PixelLayout) -> np.ndarray:
    """Clear or sign-extend the bits above BitsStored, where old files keep overlays."""
    unused = layout.bits_allocated - layout.bits_stored
    if not unused:
        return pixels
    if layout.high_bit is not None:
        return (pixels << (layout.bits_allocated - 1 - layout.high_bit)) >> unused
    low = -(1 << (layout.bits_stored - 1)) if layout.signed else 0
    high = low + (1 << layout.bits_stored) - 1
    # A padding value beyond BitsStored is meant as it stands.
    if layout.padding is not None and not low <= min(layout.padding) <= max(layout.padding) <= high:
        return pixels
    if pixels.min() >= low and pixels.max() <= high:
        return pixels
    return (pixels << unused) >> unused


def _private(item: SliceHeader) -> np.ndarray:
    """Stored values of a slice in a private compression."""
    layout = item.layout
    if layout.bits_allocated != 16:
        raise PixelDataError(
            f"the private compression {layout.compression} is known for 16 bits a pixel only, "
            f"not {layout.bits_allocated}",
            file=item.path,
            tag="BitsAllocated",
            remedy=REMEDY,
        )
    stream = _private_stream(item)
    pixels = decode_pixels(layout.compression, stream, item.rows, item.columns, item.path)
    if pixels.ndim != 2:
        raise PixelDataError("a colour image is no slice", file=item.path)
    return _without_unused_bits(pixels.view(np.int16) if layout.signed else pixels, layout)


def _private_stream(item: SliceHeader) -> bytes:
    from pydicom import dcmread

    layout = item.layout
    try:
        if layout.element is None:
            with open(item.path, "rb") as file:
                file.seek(layout.offset)
                return file.read(layout.length)
        dataset = dcmread(item.path, specific_tags=[layout.element], stop_before_pixels=True)
        return bytes(dataset[layout.element].value)
    except (OSError, EOFError, KeyError, TypeError) as error:
        raise PixelDataError(
            "the compressed pixels are missing or truncated",
            file=item.path,
            tag="(07A1,xx0A)",
            remedy="Copy the file again from its source",
        ) from error
