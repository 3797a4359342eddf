"""Does a series need PrintPrep? Decided from headers that somebody else has read.

Slicer's DICOM module asks every plugin about every series, so this has to be quick and
must leave ordinary series alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from .dicomfile import read_header
from .findings import Finding
from .geometry import StackGeometry, analyse
from .headers import (
    SERIES_INSTANCE_UID,
    NotASlice,
    SliceHeader,
    TagText,
    series_info,
    slice_header,
)
from .series import Rejected, SliceStack, build_series

#: The name of the compression in the private block that most files use.
PRIVATE_COMPRESSION = "07A1,1011"
#: Findings that making the volume regular puts right; the others stay the user's concern.
CORRECTED = frozenset({"tilted", "irregular", "in_plane_drift"})


@dataclass(frozen=True)
class Offer:
    """A stack that PrintPrep loads better than others do, and what was found about it."""

    stack: SliceStack
    geometry: StackGeometry

    @property
    def files(self) -> list[str]:
        """The files of the stack in slice order."""
        return [item.path for item in self.stack.slices]


def offers(
    files: Iterable[str],
    slice_text: Callable[[str], TagText],
    series_text: Callable[[str], TagText],
    has_pixel_data: Callable[[str], bool],
) -> list[Offer]:
    """The stacks among ``files`` that need PrintPrep.

    Those are tilted, unevenly spaced, or evenly spaced behind rounded positions (which other
    readers take for uneven), and all in a private compression. Ordinary series are left out,
    and so are those that PrintPrep refuses, but for private-compressed ones: nobody else
    would tell the user why they do not load.

    :param slice_text: gives the tags that differ from file to file.
    :param series_text: gives the tags that are asked of one file of a series only.
    :param has_pixel_data: whether a file holds PixelData; asked of one file of a series.
    """
    slices: dict[str, list[SliceHeader]] = defaultdict(list)
    rejected: dict[str, list[Rejected]] = defaultdict(list)
    for file in files:
        text = slice_text(file)
        uid = text(SERIES_INSTANCE_UID)
        try:
            slices[uid].append(slice_header(file, text))
        except NotASlice as error:
            rejected[uid].append(Rejected(file, str(error)))
    found = []
    for uid, headers in slices.items():
        if len(headers) < 2:
            continue
        text = series_text(headers[0].path)
        stack = build_series(series_info(text), headers, rejected[uid]).stacks[0]
        if text(PRIVATE_COMPRESSION) or not has_pixel_data(headers[0].path):
            stack = _looked_up(stack)
        geometry = analyse(stack)
        layout = stack.slices[0].layout
        private = layout is not None and layout.compression is not None
        odd = geometry.tilted or geometry.irregular or geometry.rounded
        served = geometry.refusal is None and _readable(stack.slices[0])
        if private or (odd and served):
            found.append(Offer(stack, geometry))
    return found


def _looked_up(stack: SliceStack) -> SliceStack:
    """The stack with the pixel layout of its first slice, read from the file."""
    first, *others = stack.slices
    try:
        header, _ = read_header(first.path)
    except NotASlice:
        return stack
    return replace(stack, slices=(replace(first, layout=header.layout), *others))


def lasting(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that still matter once the volume is regular."""
    return [item for item in findings if item.severity != "info" and item.id not in CORRECTED]


def _readable(item: SliceHeader) -> bool:
    """Whether the pixels are in a form that can be decoded here; reads one file's header."""
    layout = item.layout
    if layout is None:
        try:
            layout = read_header(item.path)[0].layout
        except NotASlice:
            return False
    return layout.offset is not None or _decoder_present(layout.transfer_syntax)


def _decoder_present(transfer_syntax: str) -> bool:
    from pydicom.uid import UID

    try:
        from pydicom.pixels import get_decoder
    except ImportError:  # pydicom 2.4
        from pydicom import config

        return any(
            handler.is_available() and handler.supports_transfer_syntax(UID(transfer_syntax))
            for handler in config.pixel_data_handlers
        )
    try:
        return get_decoder(UID(transfer_syntax)).is_available
    except NotImplementedError:
        return False
