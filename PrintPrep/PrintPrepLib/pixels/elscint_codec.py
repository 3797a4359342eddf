"""The Philips/Elscint private compressions PMSCT_RLE1 and PMSCT_RGB1: bytes in, array out.

Written from the published description of the streams; no vendor document is public.
PMSCT_RGB1 has no public sample: ``CONFIRMED`` says which codec was compared with images of
a scanner's own pixels and an independent decoder.
"""

from __future__ import annotations

import re

import numpy as np

from ..core.errors import Explained
from ..core.phrases import _

RLE1 = "PMSCT_RLE1"
RGB1 = "PMSCT_RGB1"
KNOWN = frozenset({RLE1, RGB1})
#: Codecs whose result was compared with an independent decoder.
CONFIRMED = frozenset({RLE1})

_REPEAT = 0xA5
_ABSOLUTE = 0x5A
#: Bytes that may follow the last pixel: padding to an even length.
_TRAILING = 2
#: Longest stream that a pixel can need: an absolute value of three escaped bytes.
_MOST_BYTES = 9
_FEW_RUNS = 5000

_TOGGLE, _PLAIN, _AGAIN = 0x81, 0x82, 0x83
_GREY_TOKENS = re.compile(rb"[^\x81-\x83]+|\x82.|\x83.|\x81", re.DOTALL)
_COLOUR_TOKENS = re.compile(rb"(?:[^\x81-\x83]..)+|\x82...|\x83.|\x81", re.DOTALL)


class StreamError(Explained, ValueError):
    """A stream that cannot be decoded; the text names the offset and the reason."""


def decode(compression: str, stream: bytes, rows: int, columns: int) -> np.ndarray:
    """Decode one image of a named compression.

    :returns: (rows, columns) uint16, or (rows, columns, 3) uint8 for PMSCT_RGB1.
    :raises StreamError: the compression is unknown, or the stream cannot be decoded.
    """
    if compression == RLE1:
        return decode_rle1(stream, rows * columns).reshape(rows, columns)
    if compression == RGB1:
        return decode_rgb1(stream, rows * columns).reshape(rows, columns, 3)
    if not compression:
        raise StreamError(_("the private compression without a name is not known"))
    raise StreamError(_("the private compression {name} is not known"), name=compression)


def decode_rle1(stream: bytes, pixels: int) -> np.ndarray:
    """Decode PMSCT_RLE1.

    Bytes first (``A5 n v`` is v, n + 1 times), then 16-bit values (``5A lo hi`` is one, any
    other byte a signed difference to the value before, from 0, modulo 2^16).

    :param pixels: number of values that the image has.
    :returns: (pixels,) uint16.
    :raises StreamError: the stream is truncated, too short or too long.
    """
    if len(stream) > _MOST_BYTES * pixels + _TRAILING:
        many = _("{count} bytes are too many for {pixels} pixels")
        raise StreamError(many, count=len(stream), pixels=pixels)
    return _values(_expanded(np.frombuffer(stream, np.uint8), pixels), pixels)


def decode_rgb1(stream: bytes, pixels: int) -> np.ndarray:
    """Decode PMSCT_RGB1.

    Starts in grey mode with the last pixel 0. ``81`` toggles grey and colour and resets the
    pixel to 0, ``82`` makes the next byte a plain difference, ``83 n`` repeats the last pixel
    n times, any other byte is a difference modulo 256: one for a grey pixel, three for a
    colour pixel, of which only the first can be one of these codes.

    :returns: (pixels, 3) uint8.
    :raises StreamError: the stream is truncated, too short or too long.
    """
    image = np.zeros((pixels, 3), np.uint8)
    last = np.zeros(3, np.uint8)
    done, offset, colour = 0, 0, False
    while done < pixels:
        token = (_COLOUR_TOKENS if colour else _GREY_TOKENS).match(stream, offset)
        if token is None:
            short = _("truncated at offset {offset}: {done} of {pixels} pixels")
            raise StreamError(short, offset=offset, done=done, pixels=pixels)
        part, offset = np.frombuffer(token.group(), np.uint8), token.end()
        if part[0] == _TOGGLE:
            colour, last = not colour, np.zeros(3, np.uint8)
            continue
        if part[0] == _AGAIN:
            run = np.broadcast_to(last, (int(part[1]), 3))
        else:
            differences = part[1:] if part[0] == _PLAIN else part
            steps = differences.reshape(-1, 3) if colour else differences[:, None]
            run = np.cumsum(steps, axis=0, dtype=np.uint8) + last
        room = pixels - done
        if len(run) > room:
            if part[0] == _AGAIN or len(run) - room > _TRAILING:
                more = _("more than {pixels} pixels, from offset {offset} on")
                raise StreamError(more, pixels=pixels, offset=token.start())
            run = run[:room]
        image[done : done + len(run)] = run
        done += len(run)
        if len(run):
            last = image[done - 1]
    if len(stream) - offset > _TRAILING:
        many = _("{count} bytes too many after offset {offset}")
        raise StreamError(many, count=len(stream) - offset, offset=offset)
    return image


def _expanded(stream: np.ndarray, pixels: int) -> np.ndarray:
    """Undo the byte runs."""
    escapes = _escapes(stream, _REPEAT)
    if len(escapes) and escapes[-1] + 2 >= len(stream):
        # Nothing but padding may be left behind the last pixel.
        stream, escapes = stream[: escapes[-1]], escapes[:-1]
    lengths = stream[escapes + 1].astype(np.int64) + 1
    # Three bytes a value at the most; more would only fill the memory.
    if len(stream) - 3 * len(escapes) + int(lengths.sum()) > 3 * pixels + _TRAILING:
        raise StreamError(_("more than {pixels} pixels"), pixels=pixels)
    if len(escapes) <= _FEW_RUNS:
        return _joined(stream, escapes, lengths)
    counts = np.ones(len(stream), np.int64)
    counts[escapes] = counts[escapes + 1] = 0
    counts[escapes + 2] = lengths
    return np.repeat(stream, counts)


def _joined(stream: np.ndarray, escapes: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The same for few runs: quicker than looking at every byte."""
    parts: list[bytes] = []
    data, end = stream.tobytes(), 0
    for escape, length in zip(escapes.tolist(), lengths.tolist(), strict=True):
        parts += data[end:escape], data[escape + 2 : escape + 3] * length
        end = escape + 3
    parts.append(data[end:])
    return np.frombuffer(b"".join(parts), np.uint8)


def _values(stream: np.ndarray, pixels: int) -> np.ndarray:
    """Undo the differences."""
    escapes = _escapes(stream, _ABSOLUTE)
    truncated = len(escapes) > 0 and escapes[-1] + 2 >= len(stream)
    if truncated:
        stream, escapes = stream[: escapes[-1]], escapes[:-1]
    starts = np.ones(len(stream), bool)
    starts[escapes + 1] = starts[escapes + 2] = False
    count = len(stream) - 2 * len(escapes)
    if count < pixels:
        raise StreamError(_("truncated: {count} of {pixels} pixels"), count=count, pixels=pixels)
    if count > pixels + _TRAILING:
        raise StreamError(_("{count} instead of {pixels} pixels"), count=count, pixels=pixels)
    values = np.cumsum(stream.view(np.int8)[starts], dtype=np.uint16)
    if len(escapes):
        # From each absolute value up to the next one the sums are off by the same amount.
        place = escapes - 2 * np.arange(len(escapes))
        absolute = stream[escapes + 1] | stream[escapes + 2].astype(np.uint16) << 8
        lengths = np.diff(np.append(place, count))
        values[place[0] :] += np.repeat(absolute - values[place], lengths)
    return values[:pixels]


def _escapes(stream: np.ndarray, code: int) -> np.ndarray:
    """Offsets of the escapes: bytes equal to ``code`` that are no argument of one before.

    Each escape takes the two bytes behind it. Codes farther apart than that are all
    escapes; where they crowd, they are told apart one by one.
    """
    found = np.flatnonzero(stream == code)
    if len(found) < 2:
        return found
    close = np.flatnonzero(np.diff(found) <= 2)
    if not len(close):
        return found
    real = np.ones(len(found), bool)
    # Alone in its crowd, the second of two is an argument of the first.
    alone = np.ones(len(close), bool)
    alone[1:] &= np.diff(close) > 1
    alone[:-1] &= np.diff(close) > 1
    real[close[alone] + 1] = False
    crowded = close[~alone]
    end = -1
    for index in np.union1d(crowded, crowded + 1).tolist():
        offset = int(found[index])
        real[index] = offset >= end
        if real[index]:
            end = offset + 3
    return found[real]
