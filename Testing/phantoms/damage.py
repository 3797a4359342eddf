"""Files damaged in one place: a tag's VR and value, the end of the file, or some of its bytes."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator

import numpy as np

#: What readers of slices ask for, and the elements of the file meta information.
TAGS = (
    *(0x00020000, 0x00020001, 0x00020002, 0x00020003, 0x00020010),
    *(0x00080005, 0x00080008, 0x00080016, 0x00080018, 0x00080020, 0x00080022, 0x00080033),
    *(0x00080060, 0x00080070, 0x0008103E, 0x00081090, 0x00082111, 0x00100010, 0x00100020),
    *(0x00180050, 0x00180086, 0x00180088, 0x00181000, 0x00181120, 0x00181164, 0x00181210),
    *(0x0020000D, 0x0020000E, 0x00200011, 0x00200012, 0x00200013, 0x00200032, 0x00200037),
    *(0x00200100, 0x00201041, 0x00280004, 0x00280008, 0x00280010, 0x00280011, 0x00280030),
    *(0x00280100, 0x00280101, 0x00280102, 0x00280103, 0x00280120, 0x00280121, 0x00281050),
    *(0x00281051, 0x00281052, 0x00281053, 0x00281054, 0x00282110, 0x00282112, 0x07A10010),
    *(0x07A11011, 0x00189114, 0x52009229, 0x52009230, 0x7FE00010),
)
LONG = tuple(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
SHORT = tuple(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
#: No VR that there is: letters in lower case, bytes, two capitals.
NO_VR = (b"Lo", b"\0\0", b"\xff\xff", b"ZZ")
VALUES = (
    *(b"", b"\0\0", b"\xff\xff\xff\xff", b"1\\2\\3\\4\\5\\6\\7", b"\\\\\\\\", b"0", b"-1"),
    *(b"1e300", b"nan", b"inf\\inf\\inf", b"--5", b"\xb2\xb3", b"9" * 20, b"0.0\\0.0"),
    *(b"\x1b$B\x1b(J", b"ELSCINT1", b"PMSCT_RLE1", b"ISO_IR 999", b"1.2.840.10008.1.2.5"),
    *(b"a" * 300, b"\xfe\xff\x00\xe0\xff\xff\xff\xff", b"\xfe\xff\xdd\xe0\0\0\0\0"),
    b"\x08\0\x05\0\0\0\0\0",
)


def combinations() -> list[tuple[int, bytes, bytes]]:
    """Every tag with every VR and value."""
    return list(itertools.product(TAGS, LONG + SHORT + NO_VR, VALUES))


def element(tag: int, vr: bytes, value: bytes) -> bytes:
    """An element of explicit VR little endian, of whatever VR."""
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr)
    if vr in LONG:
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def places(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Tag, start and end of each element of a whole explicit VR file."""
    at = 132
    while at < len(data):
        group, low, vr, length = struct.unpack_from("<HH2sH", data, at)
        head = 8
        if vr in LONG:
            (length,), head = struct.unpack_from("<I", data, at + 8), 12
        yield group << 16 | low, at, at + head + length
        at += head + length


def replaced(data: bytes, tag: int, vr: bytes, value: bytes) -> bytes:
    """The file with one element in place of its own, or where it would stand."""
    start, end = next(
        ((at, end if found == tag else at) for found, at, end in places(data) if found >= tag),
        (len(data), len(data)),
    )
    return data[:start] + element(tag, vr, value) + data[end:]


def damaged(good: bytes, count: int, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """So many damaged files, each with what was done to it.

    Half have another element, a quarter is cut off, a quarter has other bytes somewhere.
    """
    random = np.random.default_rng(seed)
    every = combinations()
    for index in range(count):
        if index % 4 == 3:
            size = int(random.integers(1, len(good)))
            yield f"cut to {size} bytes", good[:size]
        elif index % 4 == 2:
            yield spoiled(good, random)
        else:
            tag, vr, value = every[int(random.integers(len(every)))]
            yield f"({tag:08X}) {vr!r} {value[:24]!r}", replaced(good, tag, vr, value)


def spoiled(data: bytes, random: np.random.Generator) -> tuple[str, bytes]:
    """The file with other bytes at one place, more, fewer or the same ones again."""
    at = int(random.integers(len(data)))
    length = int(random.choice([1, 2, 4, 16, 200]))
    kind = str(random.choice(["noise", "zeros", "ones", "less", "more", "again", "cut"]))
    bytes_ = {
        "noise": random.bytes(length),
        "zeros": bytes(length),
        "ones": b"\xff" * length,
        "less": b"",
        "more": random.bytes(length) + data[at : at + length],
        "again": 3 * data[at : at + length],
        "cut": b"",
    }[kind]
    end = len(data) if kind == "cut" else at + length
    return f"{kind} of {length} bytes at {at}", data[:at] + bytes_ + data[end:]
