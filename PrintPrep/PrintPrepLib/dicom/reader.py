"""One file on disk → its slice header, and where its pixels stand.

The header is read once, and the pixels of an uncompressed file are found by
their place behind it, so that loading a series reads each byte once.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import BinaryIO, Literal

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag, Tag

from ..core.phrases import _
from .dataset import damaged, read_dataset
from .elements import SHORT_VRS
from .elscint_block import USUAL_TAGS
from .functional_groups import FRAME_TAGS, FrameHeaders, frame_headers
from .header import SERIES_TAGS, multi_frame, slice_header, slice_traits
from .image_plane import InvalidGeometry, NotASlice, TagText
from .pixel_layout import PIXEL_TAGS, PixelLayout, frame_layout, pixel_layout
from .tags import MEMBERSHIP_TAGS, SERIES_INSTANCE_UID, SLICE_TAGS, TRAITS

_MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
#: Implicit VR files do not say which elements are binary numbers.
_BINARY = {0x280000 | low for low in (0x2, 0x10, 0x11, 0x100, 0x101, 0x102, 0x103, 0x120, 0x121)}
#: Numbers of more than two bytes, or several, in functional groups.
_NOT_AS_BYTES = {0x189082, 0x209128, 0x20930D, 0x209156, 0x209157}
#: VRs of other numbers.
_NUMBERS = {"FD", "FL", "SL", "SV", "UL", "UV", "SQ", "AT"}
#: Tags whose value is two bytes of a number unless their VR is one of texts.
_TEXTS = {vr.decode() for vr in SHORT_VRS} - _NUMBERS - {"US", "SS"}
#: VRs in the character set of the data set.
_ANY_CHARACTER = {"LO", "LT", "PN", "SH", "ST", "UC", "UT"}
_ESCAPE = b"\x1b"
#: What only describes a series: unreadable, it costs no slice.
_DESCRIBING = {0x8103E, 0x80070, 0x81090, 0x82111, 0x100010, 0x100020, 0x181000, 0x181210}


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
            return _content(path, file, slices_of or _slices)
    except OSError as error:
        why = error.strerror or str(error)
        raise NotASlice(_("cannot be read ({reason})"), reason=why) from error


def _content(path: str, file: BinaryIO, slices_of: SlicesOf) -> FrameHeaders:
    dataset = read_dataset(file, _WANTED)
    end = file.tell()
    text = dataset_text(dataset)
    try:
        if dataset.file_meta.get("MediaStorageSOPClassUID") == _MEDIA_DIRECTORY:
            raise NotASlice(_("DICOMDIR, an index of other files"))
        found = slices_of(path, dataset, text)
        file.seek(end)
        found = _laid_out(found, pixel_layout(file, dataset, text), text)
        _ask(found.slices[0][1])
        return found
    except InvalidGeometry as error:
        _ask(text)
        error.series_uid, error.text = text(SERIES_INSTANCE_UID), text
        raise
    except NotASlice as error:
        with suppress(NotASlice):
            error.series_uid = text(SERIES_INSTANCE_UID)
        raise
    except OSError:
        raise
    except Exception as error:  # pydicom raises whatever its parser stumbles over
        raise damaged(error) from error


def _ask(text: TagText) -> None:
    """Values are made when they are asked for: what cannot be made has to be found here."""
    for tag in SERIES_TAGS:
        text(tag)


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

    It raises NotASlice where a value cannot be made sense of; what only describes is "" then.
    """
    present = dataset.keys()

    def text(tag: str) -> str:
        key = _key(tag)
        if key not in present:
            return ""
        try:
            return _text(dataset, key)
        except Exception as error:  # pydicom raises whatever its parser stumbles over
            if key in _DESCRIBING:
                return ""
            raise damaged(error) from error

    return text


def _text(dataset: Dataset, key: BaseTag) -> str:
    element: object = dataset.get_item(key)
    # As bytes where that is possible: pydicom raises on a decimal string that is none.
    if isinstance(element, RawDataElement) and key not in _NOT_AS_BYTES:
        value, vr = element.value or b"", element.VR
        if value and (vr in ("US", "SS") or (key in _BINARY and vr not in _TEXTS)):
            order: Literal["little", "big"] = "little" if element.is_little_endian else "big"
            return str(int.from_bytes(value[:2], order, signed=vr == "SS"))
        plain = value.isascii() and _ESCAPE not in value
        if vr not in _NUMBERS and (plain or not _in_any_characters(key, vr)):
            return value.decode("latin-1").strip(" \0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = dataset[key].value
    if value is None or isinstance(value, Sequence):
        return ""
    if isinstance(value, MultiValue | list | tuple):
        return "\\".join(str(part) for part in value)
    return str(value).strip(" \0")


def _in_any_characters(key: BaseTag, vr: str | None) -> bool:
    """Whether a text is in the character set that the data set names (PS3.5 6.1)."""
    if vr in (None, "UN"):
        return dictionary_has_tag(key) and dictionary_VR(key) in _ANY_CHARACTER
    return vr in _ANY_CHARACTER
