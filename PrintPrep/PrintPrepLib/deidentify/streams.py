"""Comments in compressed images, blanked where they stand: no length and no offset changes."""

from __future__ import annotations

import re

_RLE = "1.2.840.10008.1.2.5"
_ITEM, _END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
#: Application segments that decoders need, and how much of them is not free text.
_NEEDED = {0xE0: (b"JFIF\0", 14), 0xE8: (b"mrfx", 5), 0xEE: (b"Adobe", 12)}
#: The marker that ends entropy-coded data; JPEG-LS stuffs a bit instead of a byte.
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_MARKER_LS = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
_START_LS = b"\xff\xf7"


class Unread(Exception):
    """What is compressed how nobody here knows."""


def without_comments(value: bytes, syntax: str) -> bytes:
    """Encapsulated pixel data with zeros in the place of comments and of what follows an image.

    :raises Unread: it is no JPEG, JPEG-LS, JPEG 2000 or RLE that can be followed.
    """
    if syntax == _RLE:
        return value
    places = _fragments(value)
    data = bytearray(value)
    stream = bytearray()
    group: list[tuple[int, int]] = []
    for start, end in places:
        begins = value[start : start + 3] == b"\xff\xd8\xff" or (
            value[start : start + 4] == b"\xff\x4f\xff\x51"
        )
        if begins and group:
            _blank_and_put(data, stream, group)
            stream, group = bytearray(), []
        stream += value[start:end]
        group.append((start, end))
    if group:
        _blank_and_put(data, stream, group)
    return bytes(data)


def _fragments(value: bytes) -> list[tuple[int, int]]:
    """Where the fragments lie, without the table of offsets before them."""
    places, at = [], 0
    while at + 8 <= len(value) and value[at : at + 4] == _ITEM:
        start = at + 8
        at = start + int.from_bytes(value[at + 4 : at + 8], "little")
        if at > len(value):
            raise Unread
        places.append((start, at))
    if value[at:].strip(b"\0") not in (b"", _END.rstrip(b"\0")):
        raise Unread
    return places[1:]


def _blank_and_put(data: bytearray, stream: bytearray, group: list[tuple[int, int]]) -> None:
    if stream[:2] == b"\xff\xd8":
        _blank_jpeg(stream)
    elif stream[:4] == b"\xff\x4f\xff\x51":
        _blank_jpeg2000(stream)
    else:
        raise Unread
    at = 0
    for start, end in group:
        data[start:end] = stream[at : at + end - start]
        at += end - start


def _zero(stream: bytearray, start: int, end: int) -> None:
    stream[start:end] = bytes(max(end - start, 0))


def _segment(stream: bytearray, at: int) -> int:
    """Where the segment whose marker is at ``at`` ends."""
    length = int.from_bytes(stream[at + 2 : at + 4], "big")
    if length < 2 or at + 2 + length > len(stream):
        raise Unread
    return at + 2 + length


def _blank_jpeg(stream: bytearray) -> None:
    at, marker_of = 2, _MARKER
    while True:
        while stream[at : at + 2] == b"\xff\xff":
            at += 1
        if stream[at : at + 1] != b"\xff" or at + 2 > len(stream):
            raise Unread
        kind = stream[at + 1]
        if kind == 0xD9:
            _zero(stream, at + 2, len(stream))
            return
        if kind == 0x01 or 0xD0 <= kind <= 0xD7:
            at += 2
            continue
        end = _segment(stream, at)
        if bytes(stream[at : at + 2]) == _START_LS:
            marker_of = _MARKER_LS
        if kind == 0xFE:
            _zero(stream, at + 4, end)
        elif 0xE0 <= kind <= 0xEF:
            head, size = _NEEDED.get(kind, (b"", 0))
            known = bool(head) and stream[at + 4 :].startswith(head)
            _zero(stream, at + 4 + (size if known else 0), end)
        at = end
        if kind == 0xDA:
            found = marker_of.search(stream, at)
            if found is None:
                return  # the end of the image is missing, as some writers leave it
            at = found.start()


def _blank_jpeg2000(stream: bytearray) -> None:
    at, tile_end = 2, 0
    while at + 2 <= len(stream):
        kind = int.from_bytes(stream[at : at + 2], "big")
        if kind == 0xFFD9:
            _zero(stream, at + 2, len(stream))
            return
        if kind == 0xFF93:  # the data of a tile
            if not at < tile_end <= len(stream):
                return
            at = tile_end
            continue
        if kind >> 8 != 0xFF:
            raise Unread
        end = _segment(stream, at)
        if kind == 0xFF64:
            _zero(stream, at + 6, end)
        elif kind == 0xFF90:
            length = int.from_bytes(stream[at + 6 : at + 10], "big")
            tile_end = at + length if length else 0
        at = end
