"""What a file says of compression: whether its pixels are packed, and whether they lost by it."""

from __future__ import annotations

from dataclasses import dataclass

from .headers import TagText, optional_number

LOSSY_IMAGE_COMPRESSION = "0028,2110"
LOSSY_RATIO = "0028,2112"
LOSSY_METHOD = "0028,2114"
LOSS_TAGS = (LOSSY_IMAGE_COMPRESSION, LOSSY_RATIO, LOSSY_METHOD)

_ROOT = "1.2.840.10008.1.2"
#: Transfer syntaxes whose pixels are plain values (PS3.5 A.1, A.2 and A.3).
UNCOMPRESSED = frozenset({_ROOT, f"{_ROOT}.1", f"{_ROOT}.2"})
#: The processes of JPEG that always lose (PS3.6 A: baseline, extended and their retired kin).
_ALWAYS_LOSSY = {f"{_ROOT}.4.{number}": "JPEG" for number in (*range(50, 57), *range(59, 65))}
_ALWAYS_LOSSY[f"{_ROOT}.4.111"] = "JPEG XL of a JPEG image"
#: Those that allow a loss; a file can only rule it out by saying so.
_MAY_LOSE = {
    f"{_ROOT}.4.81": "JPEG-LS near-lossless",
    f"{_ROOT}.4.91": "JPEG 2000",
    f"{_ROOT}.4.93": "JPEG 2000 multi-component",
    f"{_ROOT}.4.112": "JPEG XL",
    f"{_ROOT}.4.203": "High-Throughput JPEG 2000",
}
_NO_LOSS, _LOSS = "00", "01"


@dataclass(frozen=True)
class Loss:
    """A lossy compression that pixels went through; ``ratio`` 10 means ten to one."""

    ratio: float | None
    method: str | None


def loss(text: TagText, transfer_syntax: str) -> Loss | None:
    """The loss that a file's pixels have suffered, now or earlier (PS3.3 C.7.6.1.1.5).

    None where the header names none and the transfer syntax makes none. A ratio for each of
    several steps gives the largest.
    """
    stated = text(LOSSY_IMAGE_COMPRESSION).strip()
    method = _ALWAYS_LOSSY.get(transfer_syntax)
    if method is None and stated != _NO_LOSS:
        method = _MAY_LOSE.get(transfer_syntax)
    if method is None and stated != _LOSS:
        return None
    ratios = [optional_number(part) for part in text(LOSSY_RATIO).split("\\")]
    named = text(LOSSY_METHOD).replace("\\", ", ").strip()
    return Loss(max((value for value in ratios if value), default=None), method or named or None)
