"""What stands in and behind the pixels: bits and bytes that no image needs are cleared; whether
words are burned in nobody here looks at, and the findings say where they often are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset

from ..core.findings import Finding
from ..core.phrases import Phrase, _
from .elements import Found
from .streams import Unread, without_comments

_PIXEL_DATA = 0x7FE00010
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
#: Modalities whose pictures often carry the name, with or without a flag that says so.
_OFTEN_WRITTEN_ON = {"DOC", "ES", "GM", "OT", "SC", "US", "XC"}
#: What saved screens, reports and protocol pages call themselves under any class.
_SCREEN = re.compile(
    r"SAVE|SCREEN|CAPTURE|\bSNAPSHOT\b|\bPROT(OCOL)?\b|\bREPORT\b|\bDOSE[ _]?(INFO|REPORT)\b"
)
_SCREEN_TITLE = re.compile(
    r"SCREEN ?(SAVE|SHOT|CAPTURE)|PATIENT PROTOCOL|DOSE (REPORT|INFO)", re.IGNORECASE
)
#: Parts of the body whose images show the face, as code strings and in common words.
_HEAD = re.compile(
    r"(?<![^\W_])(head(neck)?|skull|face|facial|brain|cranium|cranial|orbits?|sinus(es)?|jaw|"
    r"mandible|maxilla|nose|zygoma|whole ?body|neuro|cerebr\w+|sch(ä|ae)del|kopf|gesicht|"
    r"hirn|kiefer|cr(â|a)ne|t(ê|e)te|cabeza|testa)(?![^\W_])",
    re.IGNORECASE,
)
_PLACES = (0x00180015, 0x0008103E, 0x00081030, 0x00181030)

_CONSEQUENCE = _(
    "what is in the pixels is not removed, so the header does not claim that the identity is"
)


@dataclass(frozen=True)
class Looked:
    """What was seen in and around the pixels.

    :param claimed: whether the header may claim that the identity is removed.
    :param cleared: the pixel data without what no image needs, or None where nothing was found.
    """

    findings: tuple[Finding, ...]
    claimed: bool
    cleared: bytes | None = None


def look(dataset: Dataset) -> Looked:
    """What speaks against calling the pixels free of identity, and what can be cleared."""
    told = dict(_written_on(dataset))
    cleared: bytes | None = None
    value = Found.at(dataset, _PIXEL_DATA).element.value if _PIXEL_DATA in dataset else None
    overlays = _overlays_in_pixels(dataset)
    if isinstance(value, bytes):
        try:
            if value[:4] == b"\xfe\xff\x00\xe0" and not _native(dataset):
                new, left = without_comments(value, _syntax(dataset)), overlays
            else:
                new, left = _without_spare(dataset, value, overlays)
                if left - overlays:
                    told["unused_bits"] = _(
                        "The unused bits of the pixels hold something; {consequence}."
                    )
            cleared = None if new == value else new
        except Unread:
            left = overlays
            told["pixels_not_read"] = _(
                "The pixel data could not be looked through; {consequence}."
            )
        overlays &= left
    if overlays:
        told["overlay_in_pixels"] = _(
            "An overlay stands in the unused bits of the pixels; {consequence}."
        )
    if _text(dataset, 0x00120062).upper() == "NO":
        told["not_claimed_before"] = _(
            "The header said before that the identity is not removed; {consequence}."
        )
    modality = _text(dataset, 0x00080060).upper()
    values = {"modality": modality, "consequence": Phrase(_CONSEQUENCE)}
    found = [Finding(id, "fail", template, values) for id, template in told.items()]
    return Looked((*found, *_recognizable(dataset)), not told, cleared)


def _written_on(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """At most one reason why words may be burned in."""
    flag = _text(dataset, 0x00280301).upper()
    sop_class = _text(dataset, 0x00080016)
    kinds = _text(dataset, 0x00080008).upper()
    if flag == "YES":
        yield "burned_in", _("The header says that words are burned in; {consequence}.")
    elif (
        sop_class == _SECONDARY_CAPTURE
        or sop_class.startswith(f"{_SECONDARY_CAPTURE}.")
        or _SCREEN.search(kinds)
        or _text(dataset, 0x00080064)  # ConversionType: of captured images only
        or _SCREEN_TITLE.search(_text(dataset, 0x0008103E))
    ):
        yield "secondary_capture", _("It is a screen capture; {consequence}.")
    elif flag != "NO" and _text(dataset, 0x00080060).upper() in _OFTEN_WRITTEN_ON:
        yield (
            "often_written_on",
            _("Pictures of modality {modality} often carry names; {consequence}."),
        )


def _recognizable(dataset: Dataset) -> Iterator[Finding]:
    """The warning that a face can be seen, by the header or by the part of the body."""
    flag = _text(dataset, 0x00280302).upper()
    if flag == "YES":
        yield Finding(
            "recognizable_face",
            "warn",
            _(
                "The header says that the patient can be recognised from the images; nothing "
                "is done about that."
            ),
        )
    elif flag != "NO" and _PIXEL_DATA in dataset and _shows_head(dataset):
        yield Finding(
            "recognizable_face",
            "warn",
            _(
                "The images show the head, so the patient's face can be made visible and be "
                "recognised; nothing is done about that."
            ),
        )


def _shows_head(dataset: Dataset) -> bool:
    texts = [_text(dataset, tag) for tag in _PLACES]
    if 0x00082218 in dataset:
        items = Found.at(dataset, 0x00082218).items()
        texts += [_text(item, 0x00080104) for item in items]
    return any(_HEAD.search(text) for text in texts)


def _overlays_in_pixels(dataset: Dataset) -> set[int]:
    """Bits of the pixels that old overlays name instead of bringing data of their own."""
    groups = {tag >> 16 for tag in map(int, dataset.keys()) if tag >> 24 == 0x60}
    return {
        _number(dataset, group << 16 | 0x0102) or 0
        for group in groups
        if not group & 1 and group << 16 | 0x0102 in dataset and group << 16 | 0x3000 not in dataset
    }


def _without_spare(dataset: Dataset, value: bytes, overlays: set[int]) -> tuple[bytes, set[int]]:
    """Plain pixels without what lies behind them and in bits that hold an overlay or nothing
    that a reader would take for a value; and the unused bits that still hold something.

    :raises Unread: the header does not say how the pixels lie.
    """
    rows, columns, samples = (
        _number(dataset, tag) or default
        for tag, default in ((0x00280010, 0), (0x00280011, 0), (0x00280002, 1))
    )
    allocated = _number(dataset, 0x00280100) or 0
    frames = _text(dataset, 0x00280008)
    if not (rows and columns and allocated) or (frames and not frames.isdecimal()):
        raise Unread
    if _text(dataset, 0x00280004).endswith("422"):
        samples = 2
    size = (rows * columns * samples * allocated * max(int(frames or 1), 1) + 7) // 8
    if len(value) > size:
        value = value[:size] + bytes(size % 2)
    if allocated not in (8, 16, 32):
        return value, overlays
    big = _syntax(dataset) == "1.2.840.10008.1.2.2"
    kind = np.dtype(f"{'>' if big else '<'}u{allocated // 8}")
    whole = min(len(value), size) // kind.itemsize
    pixels = np.frombuffer(value, kind, whole)
    foreign = _foreign_bits(dataset, pixels, allocated)
    cleared = foreign & sum(1 << bit for bit in overlays | _never_read(dataset, allocated))
    if cleared:
        value = (pixels & ~kind.type(cleared)).astype(kind).tobytes() + value[
            whole * kind.itemsize :
        ]
    rest = foreign & ~cleared
    # What claims to stand among the values' own bits cannot be told from them.
    within = {bit for bit in overlays if _used_bits(dataset, allocated) >> bit & 1}
    return value, within | {bit for bit in range(allocated) if rest >> bit & 1}


def _foreign_bits(dataset: Dataset, pixels: np.ndarray, allocated: int) -> int:
    """Unused bits that hold neither copies of the sign nor a padding value."""
    unused = ((1 << allocated) - 1) & ~_used_bits(dataset, allocated)
    if not unused or not len(pixels):
        return 0
    spare = pixels & pixels.dtype.type(unused)
    if not spare.any():
        return 0
    if _number(dataset, 0x00280103) == 1:
        high = _used_bits(dataset, allocated).bit_length() - 1
        negative = (pixels >> min(high, allocated - 1)) & 1 == 1
        above = unused & ~((1 << high) - 1)
        spare = np.where(negative & (spare == above), 0, spare)
    mask = (1 << allocated) - 1
    for tag in (0x00280120, 0x00280121):
        padding = _number(dataset, tag)
        if padding is not None:
            spare = np.where(pixels == pixels.dtype.type(padding & mask), 0, spare)
    return int(np.bitwise_or.reduce(spare))


def _used_bits(dataset: Dataset, allocated: int) -> int:
    """The bits that hold the values, by BitsStored and HighBit."""
    stored = _number(dataset, 0x00280101) or allocated
    high = _number(dataset, 0x00280102)
    lowest = 0 if high is None else max(high - stored + 1, 0)
    return ((1 << stored) - 1) << lowest


def _never_read(dataset: Dataset, allocated: int) -> set[int]:
    """Unused bits that no reader takes for a part of the value, as the header puts it."""
    stored, high = _number(dataset, 0x00280101), _number(dataset, 0x00280102)
    if not stored or high != stored - 1 or _number(dataset, 0x00280103) == 1:
        return set()
    if 0x00280120 in dataset or 0x00280121 in dataset:
        return set()
    return set(range(stored, allocated))


def _syntax(dataset: Dataset) -> str:
    return str((getattr(dataset, "file_meta", None) or {}).get("TransferSyntaxUID", ""))


def _native(dataset: Dataset) -> bool:
    return _syntax(dataset) in ("", *(f"1.2.840.10008.1.2{end}" for end in _NATIVE))


_NATIVE = ("", ".1", ".2", ".1.99")


def _number(dataset: Dataset, tag: int) -> int | None:
    """A whole number of two bytes, or None."""
    if tag not in dataset:
        return None
    value = Found.at(dataset, tag).element.value
    if isinstance(value, bytes):
        big = _syntax(dataset) == "1.2.840.10008.1.2.2"
        return int.from_bytes(value[:2], "big" if big else "little") if len(value) > 1 else None
    return value if isinstance(value, int) else None


def _text(dataset: Dataset, tag: int) -> str:
    return Found.at(dataset, tag).text if tag in dataset else ""
