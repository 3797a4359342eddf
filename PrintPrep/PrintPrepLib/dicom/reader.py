"""One file on disk → its slice header, and where its pixels stand.

The header is read once, and the pixels of an uncompressed file are found by
their place behind it, so that loading a series reads each byte once.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import BinaryIO

from pydicom import dcmread
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.errors import InvalidDicomError
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag, Tag

from .functional_groups import FRAME_TAGS, FrameHeaders, frame_headers
from .header import SliceHeader, multi_frame, slice_header, slice_traits
from .image_plane import InvalidGeometry, NotASlice, TagText
from .pixel_layout import PIXEL_TAGS, PRIVATE_TAGS, frame_layout, pixel_layout
from .tags import SERIES_INSTANCE_UID, SERIES_TAGS, SLICE_TAGS, TRAITS

_MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
#: Implicit VR files do not say which elements are binary numbers.
_BINARY = {
    0x00280010,
    0x00280011,
    0x00280002,
    0x00280100,
    0x00280101,
    0x00280102,
    0x00280103,
    0x00280120,
    0x00280121,
}
#: Numbers of more than two bytes, or several, in functional groups.
_LONG_BINARY = {0x00189082, 0x00209128, 0x0020930D, 0x00209156, 0x00209157}


@lru_cache(maxsize=256)
def _key(tag: str) -> BaseTag:
    return Tag(int(tag[:4] + tag[5:], 16))


_WANTED = [
    0x00080005,
    *(_key(tag) for tag in SLICE_TAGS + TRAITS + SERIES_TAGS + PIXEL_TAGS),
    *PRIVATE_TAGS,
    *FRAME_TAGS,
]


def read_header(path: str) -> tuple[SliceHeader, TagText]:
    """The first slice of a file; see ``read_file``.

    :raises NotASlice: the file is no DICOM file, or no slice; the text says which.
    """
    return read_file(path).slices[0]


def read_headers(path: str) -> list[tuple[SliceHeader, TagText]]:
    """The slices of a file, one a frame; see ``read_file``.

    :raises NotASlice: the file is no DICOM file, or holds no slice; the text says which.
    """
    return read_file(path).slices


#: Makes slices of an open file, which stands where its header ends; its data set and its tags.
Reader = Callable[[str, BinaryIO, FileDataset, TagText], FrameHeaders]


def read_file(path: str, reader: Reader | None = None) -> FrameHeaders:
    """Read one file's header.

    :param reader: makes the slices in its own way; None: as the header says.
    :returns: each slice with its pixel layout and the function that gives its other tags'
        text, and why single frames are left out.
    :raises NotASlice: the file is no DICOM file, or holds no slice; the text says which.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        raise NotASlice("a pipe or a device, not a file")
    try:
        with open(path, "rb") as file:
            dataset = _read(file)
            text = dataset_text(dataset)
            try:
                usual = _frames if multi_frame(text) else _single
                return (reader or usual)(path, file, dataset, text)
            except NotASlice as error:
                error.series_uid = text(SERIES_INSTANCE_UID)
                if isinstance(error, InvalidGeometry):
                    error.text = text
                raise
    except OSError as error:
        raise NotASlice(f"cannot be read ({error.strerror or error})") from error


def _single(path: str, file: BinaryIO, dataset: FileDataset, text: TagText) -> FrameHeaders:
    header = slice_header(path, text)
    layout = pixel_layout(file, dataset, text)
    return FrameHeaders([(replace(header, layout=layout, traits=slice_traits(text)), text)])


def _frames(path: str, file: BinaryIO, dataset: FileDataset, text: TagText) -> FrameHeaders:
    end = file.tell()
    found = frame_headers(path, dataset, dataset_text)
    file.seek(end)
    whole = pixel_layout(file, dataset, text)
    if whole.compression is not None:
        raise NotASlice("multi-frame object in a private compression, which is not served")
    slices = [
        (
            replace(
                header,
                layout=frame_layout(whole, header.frame, header.rows, header.columns, of_frame),
            ),
            of_frame,
        )
        for header, of_frame in found.slices
    ]
    return replace(found, slices=slices)


def dataset_text(dataset: Dataset) -> TagText:
    """The function that gives a tag's values as written, joined by backslashes."""
    present = dataset.keys()

    def text(tag: str) -> str:
        key = _key(tag)
        if key not in present:
            return ""
        element = dataset.get_item(key)
        plain = key not in _LONG_BINARY and not tag.startswith(("0008,103E", "0010"))
        if plain and isinstance(element, RawDataElement):
            return _raw_text(element)
        value = dataset[key].value
        if isinstance(value, MultiValue | list):
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
