"""One file on disk → its slice header, and where its pixels stand.

The header is read once, and the pixels of an uncompressed file are found by
their place behind it, so that loading a series reads each byte once.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import BinaryIO

from pydicom import dcmread
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset
from pydicom.errors import InvalidDicomError
from pydicom.multival import MultiValue

from .compression import LOSS_TAGS, loss
from .elscintfile import (
    ALL_TAGS,
    TRANSFER_SYNTAX,
    USUAL_TAGS,
    PrivatePixels,
    private_pixels,
)
from .headers import (
    SERIES_INSTANCE_UID,
    SERIES_TAGS,
    SLICE_TAGS,
    TRAITS,
    NotASlice,
    PixelLayout,
    SliceHeader,
    TagText,
    optional_number,
    slice_header,
    slice_traits,
)

_MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
#: Little endian transfer syntaxes without compression of their own: do they write the VR?
_PLAIN = {"1.2.840.10008.1.2": False, "1.2.840.10008.1.2.1": True, TRANSFER_SYNTAX: True}

_BITS_ALLOCATED = "0028,0100"
_BITS_STORED = "0028,0101"
_PIXEL_REPRESENTATION = "0028,0103"
_PIXEL_PADDING_VALUE = "0028,0120"
_PIXEL_PADDING_RANGE_LIMIT = "0028,0121"
_RESCALE_INTERCEPT = "0028,1052"
_RESCALE_SLOPE = "0028,1053"
_PIXEL_TAGS = (
    _BITS_ALLOCATED,
    _BITS_STORED,
    _PIXEL_REPRESENTATION,
    _PIXEL_PADDING_VALUE,
    _PIXEL_PADDING_RANGE_LIMIT,
    _RESCALE_INTERCEPT,
    _RESCALE_SLOPE,
)
#: Implicit VR files do not say which elements are binary numbers.
_BINARY = {
    0x00280010,
    0x00280011,
    0x00280002,
    0x00280100,
    0x00280101,
    0x00280103,
    0x00280120,
    0x00280121,
}


def _key(tag: str) -> int:
    return int(tag[:4] + tag[5:], 16)


_WANTED = [
    0x00080005,
    *(_key(tag) for tag in SLICE_TAGS + TRAITS + SERIES_TAGS + _PIXEL_TAGS + LOSS_TAGS),
    *USUAL_TAGS,
]


def read_header(path: str) -> tuple[SliceHeader, TagText]:
    """Read one file's header.

    :returns: the slice with its pixel layout, and the function that gives the other
        tags' text.
    :raises NotASlice: the file is no DICOM file, or no slice; the text says which.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        raise NotASlice("a pipe or a device, not a file")
    try:
        with open(path, "rb") as file:
            dataset = _read(file)
            text = dataset_text(dataset)
            try:
                header = slice_header(path, text)
                layout = _pixel_layout(file, dataset, text)
                return replace(header, layout=layout, traits=slice_traits(text)), text
            except NotASlice as error:
                error.series_uid = text(SERIES_INSTANCE_UID)
                raise
    except OSError as error:
        raise NotASlice(f"cannot be read ({error.strerror or error})") from error


def dataset_text(dataset: FileDataset) -> TagText:
    """The function that gives a tag's values as written, joined by backslashes."""

    def text(tag: str) -> str:
        key = _key(tag)
        if key not in dataset:
            return ""
        element = dataset.get_item(key)
        if isinstance(element, RawDataElement) and not tag.startswith(("0008,103E", "0010")):
            return _raw_text(element)
        value = dataset[key].value
        if isinstance(value, MultiValue):
            return "\\".join(str(part) for part in value)
        return "" if value is None else str(value)

    return text


def _raw_text(element: RawDataElement) -> str:
    value = element.value or b""
    if value and (int(element.tag) in _BINARY or element.VR in ("US", "SS")):
        order = "little" if element.is_little_endian else "big"
        return str(int.from_bytes(value[:2], order, signed=element.VR == "SS"))
    return value.decode("latin-1").strip(" \0")


def _read(file: BinaryIO) -> FileDataset:
    start = file.read(132)
    file.seek(0)
    part10 = start[128:] == b"DICM"
    # Old archives hold data sets that begin without the file header of PS3.10.
    if not part10 and start[:2] != b"\x08\x00":
        raise NotASlice("not a DICOM file")
    try:
        dataset = dcmread(file, stop_before_pixels=True, force=not part10, specific_tags=_WANTED)
    except InvalidDicomError as error:
        raise NotASlice("not a DICOM file") from error
    except Exception as error:  # pydicom raises whatever its parser stumbles over
        raise NotASlice(f"damaged DICOM header ({error})") from error
    if dataset.file_meta.get("MediaStorageSOPClassUID") == _MEDIA_DIRECTORY:
        raise NotASlice("DICOMDIR, an index of other files")
    return dataset


def _pixel_layout(file: BinaryIO, dataset: FileDataset, text: TagText) -> PixelLayout:
    syntax = str(dataset.file_meta.get("TransferSyntaxUID", "1.2.840.10008.1.2"))
    signed = text(_PIXEL_REPRESENTATION) == "1"
    bits = int(optional_number(text(_BITS_ALLOCATED)) or 0)
    place = _pixel_place(file, syntax)
    # In a standard transfer syntax PixelData is what the standard says, whatever stands beside.
    standard = place is not None and syntax != TRANSFER_SYNTAX
    private = None if standard else _private_pixels(file, dataset)
    if place is None and private is None:
        raise NotASlice("no PixelData in this object")
    if bits not in (8, 16, 32):
        raise NotASlice(f"BitsAllocated is {text(_BITS_ALLOCATED) or 'missing'}, not 8, 16 or 32")
    slope = optional_number(text(_RESCALE_SLOPE))
    offset, length = place or (None, 0)
    return PixelLayout(
        transfer_syntax=syntax,
        bits_allocated=bits,
        bits_stored=min(int(optional_number(text(_BITS_STORED)) or bits), bits),
        signed=signed,
        slope=1.0 if slope is None else slope,
        intercept=optional_number(text(_RESCALE_INTERCEPT)) or 0.0,
        padding=_padding(text, bits, signed),
        offset=offset,
        length=length,
        compression=None if private is None else private.compression,
        element=None if private is None or place is not None else private.element,
        loss=loss(text, syntax),
    )


def _private_pixels(file: BinaryIO, dataset: FileDataset) -> PrivatePixels | None:
    private = private_pixels(dataset)
    if private is None:
        file.seek(0)
        blocks = dcmread(file, stop_before_pixels=True, force=True, specific_tags=list(ALL_TAGS))
        private = private_pixels(blocks)
    return private


def _pixel_place(file: BinaryIO, syntax: str) -> tuple[int | None, int] | None:
    """Offset and length of PixelData; no offset where it is compressed; None without any."""
    if syntax not in _PLAIN:
        return None, 0
    start = file.tell()
    head = file.read(12)
    if head[:4] != b"\xe0\x7f\x10\x00":
        return None
    size = 12 if _PLAIN[syntax] and head[4:6] in (b"OW", b"OB") else 8
    length = int.from_bytes(head[size - 4 : size], "little")
    # Some files keep an empty PixelData beside the private one.
    return (start + size, length) if length else None


def _padding(text: TagText, bits: int, signed: bool) -> tuple[int, int] | None:
    value = optional_number(text(_PIXEL_PADDING_VALUE))
    if value is None:
        return None
    limit = optional_number(text(_PIXEL_PADDING_RANGE_LIMIT))
    bounds = [_as_stored(int(value), bits, signed)]
    bounds.append(bounds[0] if limit is None else _as_stored(int(limit), bits, signed))
    return min(bounds), max(bounds)


def _as_stored(value: int, bits: int, signed: bool) -> int:
    """The number that the same bits mean in the pixels: writers confuse US and SS here."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if signed and value >> (bits - 1) else value
