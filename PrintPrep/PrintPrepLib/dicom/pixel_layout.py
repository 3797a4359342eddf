"""Where a file's pixels stand, how they are stored, and what they are mapped to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Literal

import numpy as np
from pydicom.dataset import FileDataset

from ..core.phrases import Phrase, _
from .dataset import read_dataset, transfer_syntax
from .elements import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, LONG_VRS, PIXEL_DATA, SHORT_VRS
from .elscint_block import ALL_TAGS, TRANSFER_SYNTAX, private_pixels
from .image_plane import NotASlice, TagText, oddly_written, optional_number, parts_of, shown

RESCALE = RESCALE_INTERCEPT, RESCALE_SLOPE, RESCALE_TYPE = "0028,1052", "0028,1053", "0028,1054"
#: Their keywords.
SLOPE, INTERCEPT = "RescaleSlope", "RescaleIntercept"
#: Beyond what any scanner maps a stored value to or by.
_SMALLEST_SLOPE, _LARGEST_RESCALE = 1e-12, 1e12
_BITS = _BITS_ALLOCATED, _BITS_STORED, _HIGH_BIT = "0028,0100", "0028,0101", "0028,0102"
_PIXEL_REPRESENTATION = "0028,0103"
_PADDING = ("0028,0120", "0028,0121")  # PixelPaddingValue and PixelPaddingRangeLimit
_LOSSY = _LOSSY_COMPRESSION, _LOSSY_RATIO, _LOSSY_METHOD = "0028,2110", "0028,2112", "0028,2114"
#: What ``pixel_layout`` reads of every file.
PIXEL_TAGS = (*_BITS, _PIXEL_REPRESENTATION, *_PADDING, *RESCALE, *_LOSSY)

#: Transfer syntaxes whose pixels are plain values (PS3.5 A.1, A.2 and A.3).
UNCOMPRESSED = frozenset({IMPLICIT, EXPLICIT, BIG_ENDIAN})
#: The same and one that may hold plain values.
_PLAIN = UNCOMPRESSED | {TRANSFER_SYNTAX}
#: The processes of JPEG that always lose (PS3.6 A: baseline, extended and their retired kin).
_ALWAYS_LOSSY = {f"{IMPLICIT}.4.{number}": "JPEG" for number in (*range(50, 57), *range(59, 65))}
_ALWAYS_LOSSY[f"{IMPLICIT}.4.111"] = "JPEG XL of a JPEG image"
#: Those that allow a loss; a file can only rule it out by saying so.
_MAY_LOSE = {
    f"{IMPLICIT}.4.81": "JPEG-LS near-lossless",
    f"{IMPLICIT}.4.91": "JPEG 2000",
    f"{IMPLICIT}.4.93": "JPEG 2000 multi-component",
    f"{IMPLICIT}.4.112": "JPEG XL",
    f"{IMPLICIT}.4.203": "High-Throughput JPEG 2000",
}
_NO_LOSS, _LOSS = "00", "01"

_UNDEFINED = 0xFFFFFFFF
_FLOAT_PIXELS = (0x7FE00008, 0x7FE00009)


@dataclass(frozen=True)
class Loss:
    """A lossy compression that pixels went through; ``ratio`` 10 means ten to one."""

    ratio: float | None
    method: str | None


@dataclass(frozen=True)
class PixelLayout:
    """How a file stores its pixels (PS3.3 C.7.6.3) and maps them to values (C.11.1).

    ``offset`` and ``length`` delimit the slice's plain pixels in the file in bytes;
    ``offset`` is None where pydicom has to find or decode them. ``padding`` is the closed
    range of stored values that mean "no data here", or None. ``compression`` names a private
    compression of the pixels, which stand in the element ``element`` (None: PixelData).
    ``loss`` is None where nothing was lost to compression. ``high_bit`` is where the values'
    highest bit stands, None: at BitsStored − 1. ``rescale_type`` is what RescaleType says the
    values are, "" where it says nothing. ``unstated`` are those of ``SLOPE`` and ``INTERCEPT`` that
    the header does not state, ``odd_numbers`` those that are not written as DICOM asks.
    """

    transfer_syntax: str
    bits_allocated: int
    bits_stored: int
    signed: bool
    slope: float
    intercept: float
    padding: tuple[int, int] | None
    offset: int | None
    length: int
    compression: str | None = None
    element: int | None = None
    loss: Loss | None = None
    high_bit: int | None = None
    rescale_type: str = ""
    unstated: tuple[str, ...] = ()
    odd_numbers: tuple[str, ...] = ()

    @property
    def rescaled(self) -> bool:
        """Whether the header maps stored values to others at all."""
        return len(self.unstated) < 2

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the stored values as they stand in the file."""
        order = ">" if self.transfer_syntax == BIG_ENDIAN else "<"
        return np.dtype(f"{order}{'i' if self.signed else 'u'}{self.bits_allocated // 8}")

    @property
    def whole(self) -> bool:
        """Whether all values are integers."""
        return float(self.slope).is_integer() and float(self.intercept).is_integer()


def pixel_layout(file: BinaryIO, dataset: FileDataset, text: TagText) -> PixelLayout:
    """The layout of a file's pixels, those of all frames together.

    :param file: stands where the header ends.
    :raises NotASlice: there are no pixels, or in a form that no slice has.
    """
    named, syntax = transfer_syntax(dataset)
    signed = text(_PIXEL_REPRESENTATION) == "1"
    bits = int(optional_number(text(_BITS_ALLOCATED)) or 0)
    place = _pixel_place(file, syntax, bits)
    private = None
    # In a standard transfer syntax PixelData is what the standard says, whatever stands beside.
    if place is None or named in ("", TRANSFER_SYNTAX):
        private = private_pixels(dataset) or private_pixels(read_dataset(file, ALL_TAGS))
    if place is None and private is None:
        raise NotASlice(_("no PixelData in this object"))
    if bits not in (8, 16, 32):
        stated = text(_BITS_ALLOCATED) or Phrase(_("missing"))
        raise NotASlice(_("BitsAllocated is {stated}, not 8, 16 or 32"), stated=stated)
    stored = int(optional_number(text(_BITS_STORED)) or bits)
    stored = min(stored, bits) if stored > 0 else bits
    high = optional_number(text(_HIGH_BIT))
    offset, length = place or (None, 0)
    compression, element = private or (None, None)
    return PixelLayout(
        transfer_syntax=syntax,
        bits_allocated=bits,
        bits_stored=stored,
        signed=signed,
        padding=_padding(text, bits, signed),
        offset=offset,
        length=length,
        compression=compression,
        element=element if place is None else None,
        loss=_loss(text, syntax),
        high_bit=int(high) if high is not None and stored <= high < bits else None,
        **_rescale(text),
    )


def frame_layout(
    layout: PixelLayout, frame: int, rows: int, columns: int, text: TagText
) -> PixelLayout:
    """The layout of one frame, out of that of the whole file.

    :param frame: its number, from 0.
    :param rows, columns: the size of every frame.
    :param text: gives the frame's tags.
    :raises NotASlice: the frame's values cannot be told.
    """
    size = rows * columns * layout.bits_allocated // 8
    start = frame * size
    return replace(
        layout,
        offset=None if layout.offset is None else layout.offset + start,
        length=min(max(layout.length - start, 0), size),
        **_rescale(text),
    )


def _rescale(text: TagText) -> dict[str, Any]:
    """The fields of ``PixelLayout`` that map stored values to values.

    :raises NotASlice: a number is none, or maps to nothing that a scanner measures.
    """
    tags = {SLOPE: RESCALE_SLOPE, INTERCEPT: RESCALE_INTERCEPT}
    stated = {name: _stated(text(tag), name) for name, tag in tags.items()}
    slope, intercept = stated.values()
    if slope == 0:
        raise NotASlice(_("RescaleSlope is 0: every pixel would have the same value"))
    for name, value, smallest in ((SLOPE, slope, _SMALLEST_SLOPE), (INTERCEPT, intercept, 0.0)):
        if value is not None and not smallest <= abs(value) <= _LARGEST_RESCALE:
            raise NotASlice(_("{name} is {value:g}, as no scanner has it"), name=name, value=value)
    return {
        "slope": 1.0 if slope is None else slope,
        "intercept": 0.0 if intercept is None else intercept,
        "rescale_type": text(RESCALE_TYPE).strip().upper(),
        "unstated": tuple(name for name, value in stated.items() if value is None),
        "odd_numbers": tuple(name for name, tag in tags.items() if oddly_written(text(tag))),
    }


def _stated(written: str, name: str) -> float | None:
    """A number as the header states it; None where it states nothing."""
    parts = parts_of(written.strip(" \0"))
    values = {optional_number(part, small=name == SLOPE) for part in parts}
    if len(values) > 1 or None in values:
        raise NotASlice(
            _('{name} is "{written}", which is not one number'), name=name, written=shown(written)
        )
    return next(iter(values), None)


def _pixel_place(file: BinaryIO, syntax: str, bits: int) -> tuple[int | None, int] | None:
    """Offset and length of plain pixels; no offset where pydicom must find them; None: none."""
    if syntax == DEFLATED:
        return None, 0
    start = file.tell()
    head = file.read(12)
    order: Literal["big", "little"] = "big" if syntax == BIG_ENDIAN else "little"
    tag = int.from_bytes(head[:2], order) << 16 | int.from_bytes(head[2:4], order)
    if tag in _FLOAT_PIXELS:
        raise NotASlice(_("floating-point pixels (a parametric map), which are not served"))
    if tag != PIXEL_DATA:
        return None
    vr = head[4:6]
    size, length = 8, int.from_bytes(head[4:8], order)
    if vr in LONG_VRS:
        size, length = 12, int.from_bytes(head[8:12], order)
    elif syntax in (EXPLICIT, BIG_ENDIAN) and vr in SHORT_VRS:
        length = int.from_bytes(head[6:8], order)
    # Bytes in words of the other order: pydicom puts them right. It also says what is wrong
    # with fragments where plain values should be.
    other_order = order == "big" and vr == b"OW" and bits == 8
    if syntax not in _PLAIN or other_order or length == _UNDEFINED:
        return None, 0
    # Some files keep an empty PixelData beside the private one.
    return (start + size, length) if length else None


def _padding(text: TagText, bits: int, signed: bool) -> tuple[int, int] | None:
    value, limit = (optional_number(text(tag)) for tag in _PADDING)
    if value is None:
        return None
    given = (value, value if limit is None else limit)
    ends = [_as_stored(int(end), bits, signed) for end in given]
    return min(ends), max(ends)


def _as_stored(value: int, bits: int, signed: bool) -> int:
    """The number that the same bits mean in the pixels: writers confuse US and SS here."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if signed and value >> (bits - 1) else value


def _loss(text: TagText, transfer_syntax: str) -> Loss | None:
    """The loss that a file's pixels have suffered, now or earlier (PS3.3 C.7.6.1.1.5).

    None where the header names none and the transfer syntax makes none. A ratio for each of
    several steps gives the largest.
    """
    stated = text(_LOSSY_COMPRESSION).strip()
    method = _ALWAYS_LOSSY.get(transfer_syntax)
    if method is None and stated != _NO_LOSS:
        method = _MAY_LOSE.get(transfer_syntax)
    if method is None and stated != _LOSS:
        return None
    ratios = [optional_number(part) for part in text(_LOSSY_RATIO).split("\\")]
    named = text(_LOSSY_METHOD).replace("\\", ", ").strip()
    return Loss(max((value for value in ratios if value), default=None), method or named or None)
