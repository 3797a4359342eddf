"""One file on disk → its slice header, and where its pixels stand.

The header is read once, and the pixels of an uncompressed file are found by
their place behind it, so that loading a series reads each byte once.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import BinaryIO, Literal

from pydicom import dcmread
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.errors import InvalidDicomError
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag, Tag

from ..core.phrases import _
from .elscint_block import USUAL_TAGS
from .functional_groups import FRAME_TAGS, FrameHeaders, frame_headers
from .header import SERIES_TAGS, multi_frame, slice_header, slice_traits
from .image_plane import InvalidGeometry, NotASlice, TagText
from .pixel_layout import PIXEL_TAGS, PixelLayout, frame_layout, pixel_layout
from .tags import MEMBERSHIP_TAGS, SERIES_INSTANCE_UID, SLICE_TAGS, TRAITS

_MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
#: Implicit VR files do not say which elements are binary numbers.
_BINARY = {0x280000 | low for low in (0x2, 0x10, 0x11, 0x100, 0x101, 0x102, 0x103, 0x120, 0x121)}
#: Numbers of more than two bytes, or several, in functional groups; texts in any character set.
_NOT_AS_BYTES = {0x189082, 0x209128, 0x20930D, 0x209156, 0x209157, 0x8103E, 0x100010, 0x100020}
#: VRs of other numbers.
_NUMBERS = {"FD", "FL", "SL", "SV", "UL", "UV"}


@lru_cache(maxsize=256)
def _key(tag: str) -> BaseTag:
    return Tag(int(tag[:4] + tag[5:], 16))


_WANTED = [
    0x00080005,
    *(_key(tag) for tag in SLICE_TAGS + TRAITS + SERIES_TAGS + PIXEL_TAGS + MEMBERSHIP_TAGS),
    *USUAL_TAGS,
    *FRAME_TAGS,
]


#: Makes the slices of a file, without their pixel layout, from its data set and its tags.
SlicesOf = Callable[[str, Dataset, TagText], FrameHeaders]


def read_file(path: str, slices_of: SlicesOf | None = None) -> FrameHeaders:
    """Read one file's header.

    :param slices_of: makes the slices in its own way; None: as the header says.
    :returns: each slice with its pixel layout and the function that gives its other tags'
        text, and why single frames are left out.
    :raises NotASlice: the file is no DICOM file, or holds no slice; the text says which.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        raise NotASlice(_("a pipe or a device, not a file"))
    try:
        with open(path, "rb") as file:
            dataset = _read(file)
            end = file.tell()
            text = dataset_text(dataset)
            try:
                found = (slices_of or _slices)(path, dataset, text)
                file.seek(end)
                return _laid_out(found, pixel_layout(file, dataset, text), text)
            except NotASlice as error:
                error.series_uid = text(SERIES_INSTANCE_UID)
                if isinstance(error, InvalidGeometry):
                    error.text = text
                raise
    except OSError as error:
        why = error.strerror or str(error)
        raise NotASlice(_("cannot be read ({reason})"), reason=why) from error


def _slices(path: str, dataset: Dataset, text: TagText) -> FrameHeaders:
    if multi_frame(text):
        return frame_headers(path, dataset, dataset_text)
    return FrameHeaders([(replace(slice_header(path, text), traits=slice_traits(text)), text)])


def _laid_out(found: FrameHeaders, whole: PixelLayout, text: TagText) -> FrameHeaders:
    """The slices with their layouts, out of that of the whole file."""
    header, of_first = found.slices[0]
    if header.frames == 1 and of_first is text:
        return FrameHeaders([(replace(header, layout=whole), text)])
    if whole.compression is not None:
        raise NotASlice(_("multi-frame object in a private compression, which is not served"))
    slices = []
    for header, of_frame in found.slices:
        layout = frame_layout(whole, header.frame, header.rows, header.columns, of_frame)
        slices.append((replace(header, layout=layout), of_frame))
    return replace(found, slices=slices)


def dataset_text(dataset: Dataset) -> TagText:
    """The function that gives a tag's values as written, joined by backslashes.

    As bytes where that is possible: pydicom raises on a decimal string that is none.
    """
    present = dataset.keys()

    def text(tag: str) -> str:
        key = _key(tag)
        if key not in present:
            return ""
        element: object = dataset.get_item(key)
        if isinstance(element, RawDataElement) and key not in _NOT_AS_BYTES:
            value = element.value or b""
            if value and (key in _BINARY or element.VR in ("US", "SS")):
                order: Literal["little", "big"] = "little" if element.is_little_endian else "big"
                return str(int.from_bytes(value[:2], order, signed=element.VR == "SS"))
            if element.VR not in _NUMBERS:
                return value.decode("latin-1").strip(" \0")
        value = dataset[key].value
        if isinstance(value, MultiValue | list | tuple):
            return "\\".join(str(part) for part in value)
        return "" if value is None else str(value)

    return text


def _read(file: BinaryIO) -> FileDataset:
    start = file.read(132)
    file.seek(0)
    part10 = start[128:] == b"DICM"
    # Old archives hold data sets that begin without the file header of PS3.10.
    if not part10 and start[:2] != b"\x08\x00":
        raise NotASlice(_("not a DICOM file"))
    try:
        dataset = dcmread(file, stop_before_pixels=True, force=not part10, specific_tags=_WANTED)
    except InvalidDicomError as error:
        raise NotASlice(_("not a DICOM file")) from error
    except Exception as error:  # pydicom raises whatever its parser stumbles over
        raise NotASlice(_("damaged DICOM header ({error})"), error=str(error)) from error
    if dataset.file_meta.get("MediaStorageSOPClassUID") == _MEDIA_DIRECTORY:
        raise NotASlice(_("DICOMDIR, an index of other files"))
    return dataset
