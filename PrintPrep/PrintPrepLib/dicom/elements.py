"""The elements of a DICOM data set as they lie in the file: tags and offsets, no values.

What is not looked at here stays byte for byte what it was: texts in any character set, odd
VRs, private elements, sequences of any depth.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from ..core.errors import Explained
from ..core.phrases import _

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
#: Transfer syntaxes whose data set is not little endian text of plain bytes.
OTHERWISE_ENCODED = frozenset({BIG_ENDIAN, DEFLATED})

PIXEL_DATA = 0x7FE00010
_PREAMBLE = 128
_SOP_CLASS, _TRANSFER_SYNTAX = 0x00020002, 0x00020010
_MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_DEEPEST = 50
_NOTHING = (b"\0\0\0\0", b"\0\0\0", b"\0\0", b"\0")
_VR = re.compile(rb"[A-Z]{2}")
#: VRs whose length takes four bytes, behind two that are reserved (PS3.5 7.1.2).
LONG_VRS = frozenset(
    (b"OB", b"OW", b"SQ", b"UN", b"UT", b"OF", b"OD", b"OL", b"OV", b"UC", b"UR", b"SV", b"UV")
)
#: Those whose length takes two.
SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())
_HEAD = struct.Struct("<HH2sH")
_tuple = tuple.__new__
_IMPLICIT_HEAD = struct.Struct("<HHI")
_LENGTH = struct.Struct("<I")


class Irregular(Explained, ValueError):
    """Bytes that are no data set of this kind, or are cut off; the text says where."""


class Cut(Irregular):
    """The bytes end within an element; ``tag`` is that of the one at the top."""

    tag = 0


class Element(NamedTuple):
    """One element at the top of a data set; offsets count from the file's first byte.

    The header is ``start`` to ``value``, the value ``value`` to ``end``; an ``undefined``
    length ends with a delimiter, which is within.
    """

    tag: int
    vr: bytes
    start: int
    value: int
    end: int
    undefined: bool = False


@dataclass(frozen=True)
class Envelope:
    """How a file begins.

    :param syntax: transfer syntax UID, empty where the file does not say it.
    :param meta: elements of the file meta information; none in a bare data set.
    :param start: where the data set begins.
    :param explicit: whether its elements carry their VR.
    """

    syntax: str
    meta: tuple[Element, ...]
    start: int
    explicit: bool


def envelope(data: bytes) -> Envelope | None:
    """How the file begins; None where it is no DICOM file.

    Old archives hold files without the preamble of PS3.10, and data sets alone.

    :param data: the file, or as much of it as its meta information takes.
    :raises Cut: the bytes end within the meta information.
    """
    start = _PREAMBLE + 4
    if data[_PREAMBLE:start] != b"DICM":
        start = 0
        if len(data) < 8:
            return None
        if data[:2] == b"\0\x08" and _says_vr(data, 0):
            return Envelope(BIG_ENDIAN, (), 0, True)
        if data[:2] != b"\x08\0" and not (data[:2] == b"\2\0" and _says_vr(data, 0)):
            return None
    meta: list[Element] = []
    while data[start : start + 2] == b"\2\0":
        meta.append(_element(data, start, True))
        start = meta[-1].end
    syntaxes = [text(data, element) for element in meta if element.tag == _TRANSFER_SYNTAX]
    syntax = syntaxes[-1] if syntaxes else ""
    return Envelope(syntax, tuple(meta), start, _says_vr(data, start))


def _says_vr(data: bytes, start: int) -> bool:
    return _VR.fullmatch(data[start + 4 : start + 6]) is not None


def elements(data: bytes, start: int, explicit: bool) -> Iterator[Element]:
    """The elements at the top of the data set that begins at ``start``, in their order.

    Ends before zero bytes that fill up the file.

    :raises Irregular: an element is damaged, or of another encoding; ``Cut`` where the
        bytes end too early.
    """
    size = len(data)
    while start < size:
        if explicit and start + 8 <= size:
            # The usual element, without a detour: there are hundreds in every file.
            group, low, vr, length = _HEAD.unpack_from(data, start)
            end = start + 8 + length
            if vr in SHORT_VRS and end <= size:
                yield _tuple(Element, (group << 16 | low, vr, start, start + 8, end, False))
                start = end
                continue
        if data[start : start + 4] in _NOTHING and not data[start:].strip(b"\0"):
            return
        try:
            element = _element(data, start, explicit)
        except Cut as error:
            if size - start >= 4:
                group, low = struct.unpack_from("<HH", data, start)
                error.tag = group << 16 | low
            raise
        yield element
        start = element.end


def _element(data: bytes, start: int, explicit: bool, depth: int = 0) -> Element:
    size = len(data)
    if start + 8 > size:
        raise Cut(_("cut off at offset {offset}"), offset=start)
    group, low, vr, length = _HEAD.unpack_from(data, start)
    tag = group << 16 | low
    value = start + 8
    if not explicit or group == 0xFFFE:
        length, vr = _IMPLICIT_HEAD.unpack_from(data, start)[2], b""
    elif vr in LONG_VRS:
        if start + 12 > size:
            raise Cut(_("cut off at offset {offset}"), offset=start)
        length = _LENGTH.unpack_from(data, value)[0]
        value += 4
    elif not _VR.fullmatch(vr) and tag:
        raise Irregular(_("{tag} at offset {offset} has no VR"), tag=_name(tag), offset=start)
    if length == _UNDEFINED:
        # PS3.5 6.2.2: a sequence whose VR is not known holds items without VRs.
        inside = explicit and vr != b"UN"
        return Element(tag, vr, start, value, _after_items(data, value, inside, depth + 1), True)
    if value + length > size:
        raise Cut(_("{tag} at offset {offset} is cut off"), tag=_name(tag), offset=start)
    return Element(tag, vr, start, value, value + length)


def _name(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _after_items(data: bytes, start: int, explicit: bool, depth: int) -> int:
    """The offset behind the delimiter of a sequence (or of fragments) of undefined length."""
    if depth > _DEEPEST:
        raise Irregular(_("sequences within sequences, too deep at offset {offset}"), offset=start)
    while True:
        if start + 8 > len(data):
            raise Cut(_("the sequence is cut off at offset {offset}"), offset=start)
        group, low, length = _IMPLICIT_HEAD.unpack_from(data, start)
        tag = group << 16 | low
        start += 8
        if tag == _SEQUENCE_END:
            return start
        if tag != _ITEM:
            where = start - 8
            raise Irregular(_("{tag} at offset {offset} is no item"), tag=_name(tag), offset=where)
        if length != _UNDEFINED:
            start += length
            continue
        while True:
            element = _element(data, start, explicit, depth)
            start = element.end
            if element.tag == _ITEM_END:
                break


def fragments_end(file: BinaryIO) -> None:
    """Follow the fragments of encapsulated pixels to their end; the file stands as before.

    :raises Irregular: there are none, or no end.
    """
    place = start = file.tell()
    while True:
        head = file.read(8)
        if len(head) < 8:
            raise Cut(_("the sequence is cut off at offset {offset}"), offset=start)
        group, low, length = _IMPLICIT_HEAD.unpack(head)
        tag = group << 16 | low
        if tag == _SEQUENCE_END:
            break
        if tag != _ITEM or length == _UNDEFINED:
            raise Irregular(_("{tag} at offset {offset} is no item"), tag=_name(tag), offset=start)
        start = file.seek(length, 1)
    file.seek(place)


def is_media_directory(data: bytes, found: Envelope) -> bool:
    """Whether the file is a DICOMDIR, an index of other files."""
    return any(
        element.tag == _SOP_CLASS and text(data, element) == _MEDIA_DIRECTORY
        for element in found.meta
    )


def text(data: bytes, element: Element) -> str:
    """The value of a text element, which is expected to be ASCII."""
    return data[element.value : element.end].decode("latin-1").strip(" \0")


def number(data: bytes, element: Element | None, default: int | None = None) -> int | None:
    """The first value of a US element."""
    if element is None or element.end - element.value < 2:
        return default
    return int.from_bytes(data[element.value : element.value + 2], "little")


def encoded(tag: int, vr: bytes, value: bytes) -> bytes:
    """An element of explicit VR little endian; the value is padded to an even length."""
    if len(value) % 2:
        value += b" " if vr in (b"CS", b"LO", b"SH") else b"\0"
    return header(tag, vr, len(value)) + value


def header(tag: int, vr: bytes, length: int) -> bytes:
    """What stands before a value in explicit VR little endian."""
    group, low = tag >> 16, tag & 0xFFFF
    if vr in LONG_VRS:
        return _HEAD.pack(group, low, vr, 0) + _LENGTH.pack(length)
    return _HEAD.pack(group, low, vr, length)
