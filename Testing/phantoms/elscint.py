"""Encoders of the Philips/Elscint private compressions, and files that hold them.

Written from the description of the streams for tests alone; shares nothing with the
decoder under test.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset

TRANSFER_SYNTAX = "1.3.46.670589.33.1.4.1"
_SHORTEST_RUN = 4


def encode_rle1(values: np.ndarray, shortest_run: int = _SHORTEST_RUN) -> bytes:
    """Values (any shape, 16 bits) → PMSCT_RLE1: differences first, then byte runs.

    :param shortest_run: runs of fewer equal bytes are written out (but A5 never is).
    """
    return pack_runs(difference_bytes(values), shortest_run)


def difference_bytes(values: np.ndarray) -> bytes:
    """Signed differences in one byte each, ``5A lo hi`` where that does not do."""
    words = np.ascontiguousarray(values).view(np.uint16).ravel()
    steps = (words - np.concatenate([[np.uint16(0)], words[:-1]])).astype(np.uint16).view(np.int16)
    small = (steps >= -128) & (steps <= 127) & (steps != 0x5A)
    table = np.zeros((len(words), 3), np.uint8)
    table[:, 0] = np.where(small, steps.astype(np.int8).view(np.uint8), 0x5A)
    table[:, 1], table[:, 2] = words & 0xFF, words >> 8
    used = np.ones((len(words), 3), bool)
    used[:, 1:] = ~small[:, None]
    return table[used].tobytes()


def pack_runs(data: bytes, shortest_run: int = _SHORTEST_RUN) -> bytes:
    """``A5 n v`` for n + 1 equal bytes v; every A5 is written so."""
    array = np.frombuffer(data, np.uint8)
    if not len(array):
        return b""
    starts = np.concatenate([[0], np.flatnonzero(np.diff(array)) + 1])
    lengths = np.diff(np.concatenate([starts, [len(array)]]))
    packed = np.flatnonzero((lengths >= shortest_run) | (array[starts] == 0xA5))
    parts, end = [], 0
    for index in packed.tolist():
        start, length, value = int(starts[index]), int(lengths[index]), int(array[starts[index]])
        parts.append(data[end:start])
        end = start + length
        while length:
            chunk = min(length, 256)
            parts.append(bytes((0xA5, chunk - 1, value)))
            length -= chunk
    parts.append(data[end:])
    return b"".join(parts)


def encode_rgb1(image: np.ndarray, toggles: tuple[int, ...] = ()) -> bytes:
    """An image (pixels, 3) of bytes → PMSCT_RGB1, grey where its three channels agree.

    :param toggles: pixel indices before which an extra pair of toggles is put.
    """
    out, last, colour = bytearray(), (0, 0, 0), False
    pixels = [tuple(int(v) for v in pixel) for pixel in np.asarray(image).reshape(-1, 3)]
    index = 0
    while index < len(pixels):
        pixel = pixels[index]
        if index in toggles:
            out += b"\x81\x81"
            last = (0, 0, 0)
        grey = pixel[0] == pixel[1] == pixel[2]
        if grey == colour:
            out.append(0x81)
            colour, last = not colour, (0, 0, 0)
        run = 0
        while index + run < len(pixels) and pixels[index + run] == last and run < 255:
            if run and index + run in toggles:
                break
            run += 1
        if run > 2:
            out += bytes((0x83, run))
            index += run
            continue
        steps = [(a - b) & 0xFF for a, b in zip(pixel, last, strict=True)][: 3 if colour else 1]
        if steps[0] in (0x81, 0x82, 0x83):
            out.append(0x82)
        out += bytes(steps)
        last = pixel
        index += 1
    return bytes(out)


def compress_file(
    path: str | Path,
    *,
    block: int = 0x10,
    place: str = "private",
    plain: bool = False,
    compression: str = "PMSCT_RLE1",
    syntax: str = TRANSFER_SYNTAX,
    stream: bytes | None = None,
    trailing: bytes = b"",
) -> None:
    """Turn an uncompressed 16-bit file into a private-compressed one, in place.

    :param block: the private block that ELSCINT1 reserves.
    :param place: ``private`` or ``PixelData``.
    :param plain: put the values uncompressed where the stream belongs.
    :param stream: what to put there instead of the file's own pixels.
    """
    dataset = dcmread(path)
    if stream is None:
        words = np.frombuffer(dataset.PixelData, "<u2")
        stream = words.tobytes() if plain else encode_rle1(words)
    stream += trailing
    stream += b"\0" * (len(stream) % 2)
    del dataset.PixelData
    dataset.file_meta.TransferSyntaxUID = syntax
    private = Dataset()
    private.add_new((0x07A1, block), "LO", "ELSCINT1")
    private.add_new((0x07A1, block << 8 | 0x10), "LO", "3.0")
    private.add_new((0x07A1, block << 8 | 0x11), "CS", compression)
    if place == "private":
        private.add_new((0x07A1, block << 8 | 0x0A), "OB", stream)
    else:
        dataset.add_new(0x7FE00010, "OB", stream)
    dataset.update(private)
    dataset.save_as(path)
