"""One private-compressed file → standard DICOM: bytes in, bytes out.

Only what the private compression concerns is written anew (transfer syntax, pixels, the
elements that describe the stream); every other byte is taken from the file as it is.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..core.errors import DamagedFile, NotServed, PixelDataError, PrintPrepError
from ..core.persons import Persons
from ..core.phrases import Phrase, _
from ..dicom.elements import (
    EXPLICIT,
    IMPLICIT,
    OTHERWISE_ENCODED,
    PIXEL_DATA,
    Cut,
    Element,
    Envelope,
    Irregular,
    elements,
    encoded,
    envelope,
    header,
    number,
    text,
)
from ..dicom.elscint_block import CREATOR, GROUP, REMEDY, TRANSFER_SYNTAX
from ..pixels.elscint_codec import CONFIRMED, RGB1, RLE1, StreamError, decode
from .summary import DAMAGED

#: Told with every file in a compression that no scanner's file has confirmed yet.
UNCONFIRMED = _("the compression {name} is not yet confirmed on scanner data")

_STREAM, _COMPRESSION = 0x0A, 0x11
_TRANSFER_SYNTAX = 0x00020010
_META_LENGTH = 0x00020000
_SAMPLES, _PHOTOMETRIC, _PLANAR = 0x00280002, 0x00280004, 0x00280006
_FRAMES, _ROWS, _COLUMNS = 0x00280008, 0x00280010, 0x00280011
_ALLOCATED, _STORED, _HIGH, _SIGNED = 0x00280100, 0x00280101, 0x00280102, 0x00280103
_LENGTH_TO_END, _SOP_CLASS = 0x00080001, 0x00080016
#: CT, MR, PET, NM and secondary capture: an object of these without pixels has lost them.
_IMAGES = frozenset(f"1.2.840.10008.5.1.4.1.1.{n}" for n in ("2", "4", "7", "20", "128"))
_TRAILING_PADDING = 0xFFFCFFFC
_LONGEST = 0xFFFFFFFE
#: PrintPrep's own UID, from a UUID (PS3.5 B.2).
_IMPLEMENTATION = b"2.25.%d" % 0x5B3F0C9E6A1D4E7F9C2A8D4471E6B053


@dataclass(frozen=True)
class Conversion:
    """The pieces of the new file, in order.

    :param compression: what the pixels were compressed with; empty where they were plain.
    :param warning: what the user has to be told, or None.
    """

    pieces: Sequence[bytes | memoryview]
    compression: str
    warning: Phrase | None = None


def needs_conversion(data: bytes, found: Envelope, whole: bool = True) -> bool | None:
    """Whether a file is private-compressed: by its transfer syntax, or because its pixels
    stand in the private element alone.

    :param whole: False when ``data`` is only the file's beginning.
    :return: None where the beginning does not tell.
    """
    if found.syntax == TRANSFER_SYNTAX:
        return True
    if whole and CREATOR.encode() not in data:
        return False
    if found.syntax in OTHERWISE_ENCODED:
        return False
    private = _Private()
    try:
        for element in elements(data, found.start, found.explicit):
            if element.tag == PIXEL_DATA:
                return False
            private.see(data, element)
    except Cut as error:
        return False if whole or error.tag == PIXEL_DATA else None
    except Irregular:
        return False
    return private.stream is not None and private.compression is not None


def convert(data: bytes, found: Envelope, file: str) -> Conversion:
    """Convert one file that needs it.

    :param data: the whole file.
    :param file: its name, for the errors.
    :raises NotServed: a compression or layout that is not served.
    :raises DamagedFile: the data set is damaged or cut off.
    :raises PixelDataError: the pixels are missing or cannot be decoded.
    """
    if not found.explicit or not found.meta:
        data, found = _normalised(data, found, file)
    try:
        try:
            present = list(elements(data, found.start, True))
        except Cut:
            raise
        except Irregular:
            data, found = _normalised(data, found, file)
            present = list(elements(data, found.start, True))
    except Irregular as error:
        raise _damaged(file, error) from error
    persons = _persons(data, present)
    try:
        replaced, compression = _replacements(data, present, file)
    except PrintPrepError as error:
        # The name of a compression is a text like any other.
        error.values = persons.left_out(error.values)
        raise
    compression = persons.left_out(compression)
    body = _spliced(data, found.start, present, replaced)
    warning = None
    if compression and compression not in CONFIRMED:
        warning = Phrase(UNCONFIRMED, {"name": compression})
    return Conversion([_meta(data, found), *body], compression, warning)


def _persons(data: bytes, present: Sequence[Element]) -> Persons:
    """The patient, whose name stands in no report."""
    persons = Persons()
    for element in present:
        if element.tag in _ADDING:
            value = data[element.value : element.end]
            for codec in ("latin-1", "utf-8"):
                _ADDING[element.tag](persons, value.decode(codec, "ignore").strip(" \0"))
    return persons


_ADDING: Mapping[int, Callable[[Persons, str], None]] = {
    0x00100010: Persons.add_name,
    0x00100020: Persons.add_number,
    0x00100030: Persons.add_date,
}


class _Private:
    """The private block, found while the elements go by."""

    def __init__(self) -> None:
        self._blocks: set[int] = set()
        self.stream: Element | None = None
        self.compression: Element | None = None

    def see(self, data: bytes, element: Element) -> None:
        if element.tag >> 16 != GROUP:
            return
        low = element.tag & 0xFFFF
        if 0x10 <= low < 0x100 and text(data, element) == CREATOR:
            self._blocks.add(low)
        elif low >> 8 in self._blocks and self.compression is None and low & 0xFF == _COMPRESSION:
            self.compression = element
        elif low >> 8 in self._blocks and self.stream is None and low & 0xFF == _STREAM:
            self.stream = element


def _replacements(
    data: bytes, present: Sequence[Element], file: str
) -> tuple[dict[int, Sequence[bytes | memoryview]], str]:
    """What becomes of which element (nothing: it goes), and the name of the compression."""
    by_tag = {element.tag: element for element in present}
    private = _Private()
    for element in present:
        private.see(data, element)
    replaced: dict[int, Sequence[bytes | memoryview]] = {_TRAILING_PADDING: ()}
    for used in (private.stream, private.compression):
        if used is not None:
            replaced.update({used.tag: (), GROUP << 16: ()})
    pixels = by_tag.get(PIXEL_DATA)
    if private.stream is not None and (pixels is None or pixels.value == pixels.end):
        pixels = private.stream
    if pixels is None:
        sop_class = by_tag.get(_SOP_CLASS)
        if _ROWS in by_tag or (sop_class is not None and text(data, sop_class) in _IMAGES):
            raise _missing(file)
        return replaced, ""  # a report or another object without pixels
    name = "" if private.compression is None else text(data, private.compression)
    image, colour = _image(data, by_tag, pixels, name, file)
    kind = b"OB" if colour or _number(data, by_tag.get(_ALLOCATED), 16) == 8 else b"OW"
    replaced[PIXEL_DATA & 0xFFFF0000] = ()
    replaced[PIXEL_DATA] = (header(PIXEL_DATA, kind, len(image) + len(image) % 2), image)
    if len(image) % 2:
        replaced[PIXEL_DATA] = (*replaced[PIXEL_DATA], b"\0")
    if colour:
        replaced[0x00280000] = ()
        replaced.update({tag: (value,) for tag, value in _COLOUR_ELEMENTS.items()})
    replaced[_LENGTH_TO_END] = ()
    return replaced, name


_COLOUR_ELEMENTS: Mapping[int, bytes] = {
    tag: encoded(tag, vr, value)
    for tag, vr, value in (
        (_SAMPLES, b"US", b"\3\0"),
        (_PHOTOMETRIC, b"CS", b"RGB"),
        (_PLANAR, b"US", b"\0\0"),
        (_ALLOCATED, b"US", b"\x08\0"),
        (_STORED, b"US", b"\x08\0"),
        (_HIGH, b"US", b"\7\0"),
        (_SIGNED, b"US", b"\0\0"),
    )
}


def _image(
    data: bytes, by_tag: Mapping[int, Element], place: Element, name: str, file: str
) -> tuple[bytes | memoryview, bool]:
    """The pixels as they shall stand in the new file, and whether they are in colour."""
    if place.undefined:
        fragments = _("pixels in fragments under the private transfer syntax")
        raise _not_served(Phrase(fragments), file)
    frames = by_tag.get(_FRAMES)
    if frames is not None and text(data, frames) not in ("", "0", "1"):
        several = _("an object of several frames in the private compression")
        raise _not_served(Phrase(several), file)
    rows, columns = number(data, by_tag.get(_ROWS)), number(data, by_tag.get(_COLUMNS))
    if not rows or not columns:
        raise DamagedFile(_("Rows or Columns is missing"), file=file)
    samples = _number(data, by_tag.get(_SAMPLES), 1)
    bits = _number(data, by_tag.get(_ALLOCATED), 16)
    plain = (rows * columns * samples * bits + 7) // 8
    if max(plain, 3 * rows * columns) > _LONGEST:
        size = {"columns": columns, "rows": rows}
        raise _not_served(Phrase(_("an image of {columns} × {rows} pixels"), size), file)
    stream = memoryview(data)[place.value : place.end]
    as_plain = stream, False
    holds_plain = len(stream) in (plain, plain + plain % 2)
    if not name:
        if holds_plain:
            return as_plain
        raise NotServed(
            _(
                "the file does not name its compression, and its {count} bytes are not the {plain} "
                "of plain pixels"
            ),
            count=len(stream),
            plain=plain,
            file=file,
            tag="(07A1,xx11)",
            remedy=REMEDY,
        )
    if not len(stream):
        raise _missing(file)
    if name == RLE1 and (samples, bits) != (1, 16):
        if holds_plain:
            return as_plain
        layout = {"name": name, "samples": samples, "bits": bits}
        what = Phrase(_("{name} of {samples} samples of {bits} bits a pixel"), layout)
        raise _not_served(what, file)
    try:
        image = decode(name, bytes(stream), rows, columns)
    except StreamError as error:
        if holds_plain:
            return as_plain
        if name not in (RLE1, RGB1):
            told = error.why
            raise NotServed(
                told.template, file=file, tag="(07A1,xx0A)", remedy=REMEDY, **told.values
            ) from error
        raise PixelDataError(
            _("the pixels in {name} cannot be decoded: {reason}"),
            name=name,
            reason=error.why,
            file=file,
            tag="(07A1,xx0A)",
            remedy=REMEDY,
        ) from error
    return np.ascontiguousarray(image).data.cast("B"), image.ndim == 3


def _spliced(
    data: bytes,
    start: int,
    present: Sequence[Element],
    replaced: Mapping[int, Sequence[bytes | memoryview]],
) -> list[bytes | memoryview]:
    """The data set with some elements replaced; new ones come where their tags belong."""
    view = memoryview(data)
    pieces: list[bytes | memoryview] = []
    waiting = sorted(tag for tag, new in replaced.items() if new)
    kept = start
    for element in present:
        while waiting and waiting[0] < element.tag:
            pieces.append(view[kept : element.start])
            pieces += replaced[waiting.pop(0)]
            kept = element.start
        if element.tag in replaced:
            pieces.append(view[kept : element.start])
            if waiting and waiting[0] == element.tag:
                pieces += replaced[waiting.pop(0)]
            kept = element.end
    pieces.append(view[kept : present[-1].end if present else start])
    for tag in waiting:
        pieces += replaced[tag]
    return [piece for piece in pieces if len(piece)]


def _meta(data: bytes, found: Envelope) -> bytes:
    """Preamble and file meta information with the new transfer syntax."""
    kept = [e for e in found.meta if e.tag not in (_META_LENGTH, _TRANSFER_SYNTAX)]
    return _header(
        data[:128],
        *(data[e.start : e.end] for e in kept if e.tag < _TRANSFER_SYNTAX),
        encoded(_TRANSFER_SYNTAX, b"UI", EXPLICIT.encode()),
        *(data[e.start : e.end] for e in kept if e.tag > _TRANSFER_SYNTAX),
    )


def _header(preamble: bytes, *meta: bytes) -> bytes:
    """Preamble and file meta information, with the length that leads it."""
    body = b"".join(meta)
    length = encoded(_META_LENGTH, b"UL", len(body).to_bytes(4, "little"))
    return preamble + b"DICM" + length + body


def _normalised(data: bytes, found: Envelope, file: str) -> tuple[bytes, Envelope]:
    """The same data set as a PS3.10 file of explicit VR little endian, by pydicom.

    For files that are not quite what they should be: no file meta information, implicit VR
    in places. Their elements are the same afterwards, though not always byte for byte.

    :raises DamagedFile: pydicom cannot follow the data set either.
    """
    from pydicom import __version_info__, dcmread, dcmwrite
    from pydicom.uid import ExplicitVRLittleEndian

    data = with_header(data, found, file)
    out = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = dcmread(io.BytesIO(data))
            dataset.decode()
            dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            if int(__version_info__[0]) < 3:
                dataset.is_implicit_VR, dataset.is_little_endian = False, True
            dcmwrite(out, dataset)
    except Exception as error:  # pydicom raises whatever its parser stumbles over
        raise _damaged(file, error) from error
    new = out.getvalue()
    made = envelope(new)
    assert made is not None, "pydicom has just written the file header"
    return new, made


def with_header(data: bytes, found: Envelope, file: str) -> bytes:
    """The file with preamble and file meta information, which bare data sets lack.

    :raises DamagedFile: the data set is damaged.
    """
    if found.start:
        return data
    about = {}
    try:
        for element in elements(data, 0, found.explicit):
            if element.tag > 0x00080018:
                break
            about[element.tag] = data[element.value : element.end]
    except Irregular as error:
        raise _damaged(file, error) from error
    syntax = EXPLICIT if found.explicit else IMPLICIT
    head = _header(
        bytes(128),
        encoded(0x00020001, b"OB", b"\0\1"),
        encoded(0x00020002, b"UI", about.get(0x00080016, b"")),
        encoded(0x00020003, b"UI", about.get(0x00080018, b"")),
        encoded(_TRANSFER_SYNTAX, b"UI", syntax.encode()),
        encoded(0x00020012, b"UI", _IMPLEMENTATION),
    )
    return head + data


def _missing(file: str) -> PixelDataError:
    return PixelDataError(_("the pixels are missing"), file=file, tag="(07A1,xx0A)", remedy=REMEDY)


def _damaged(file: str, error: Exception) -> DamagedFile:
    # pydicom's own texts may quote values, which must not get into a summary.
    reason = error.why if isinstance(error, Irregular) else type(error).__name__
    remedy = _("Copy the file again from its source")
    return DamagedFile(DAMAGED, reason=reason, file=file, remedy=remedy)


def _not_served(what: Phrase, file: str) -> NotServed:
    return NotServed(_("{what} is not served"), what=what, file=file, remedy=REMEDY)


def _number(data: bytes, element: Element | None, default: int) -> int:
    found = number(data, element)
    return default if found is None else found
