"""Which volumes of a series does PrintPrep offer? Decided from headers that others have read.

Slicer's DICOM module asks every plugin about every series, so this has to be quick, reads no
pixels, and leaves to Slicer what Slicer loads rightly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ..core.findings import Finding
from ..dicom.header import (
    NO_IMAGE,
    SliceHeader,
    multi_frame,
    series_info,
    slice_header,
    slice_traits,
)
from ..dicom.image_plane import NotASlice, TagText
from ..dicom.pixel_layout import PixelLayout
from ..dicom.reader import read_file
from ..dicom.tags import SERIES_INSTANCE_UID
from ..geometry.analysis import analyse
from ..geometry.hounsfield import HOUNSFIELD, value_unit
from ..geometry.stack import Rejected, Series, SliceStack, places
from ..geometry.stack_geometry import StackGeometry
from ..pixels.values import can_decode
from .membership import File, Member, file_of, memberships
from .reader import build_series

#: The name of the compression in the private block that most files use.
PRIVATE_COMPRESSION = "07A1,1011"
#: Findings that making the volume regular puts right; the others stay the user's concern.
_CORRECTED = frozenset({"tilted", "irregular", "in_plane_drift", "drifting"})
#: A series of more volumes is a run in time or the like: nobody wants all of them at once.
_MOST_VOLUMES = 8


@dataclass(frozen=True)
class Offer:
    """What is loaded together, and what was found about it.

    ``stacks`` is one section, stack or merged volume; several only where all of them lie in
    one file, because Slicer's table drops offers of equal files. ``geometry`` is that of the
    first. ``preferred``: better than what other readers make of the series. ``apart`` counts
    slices of the series that make no volume.
    """

    stacks: tuple[SliceStack, ...]
    geometry: StackGeometry
    preferred: bool
    series: Series
    apart: int = 0

    @property
    def stack(self) -> SliceStack:
        """The first of the stacks."""
        return self.stacks[0]

    @property
    def members(self) -> frozenset[tuple[str, int]]:
        """Path and frame of every slice."""
        return frozenset((item.path, item.frame) for s in self.stacks for item in s.slices)

    @property
    def files(self) -> list[str]:
        """The files in slice order, each once."""
        return list(dict.fromkeys(item.path for stack in self.stacks for item in stack.slices))


def offers(
    files: Iterable[str],
    slice_text: Callable[[str], TagText],
    series_text: Callable[[str], TagText],
    has_pixel_data: Callable[[str], bool],
    take_over: str = "needed",
    sections: str = "split",
) -> list[Offer]:
    """The volumes among ``files`` that PrintPrep loads and others load wrongly or not at all.

    A series is offered as a whole or not at all, since the highest confidence in a series wins.
    Series that PrintPrep refuses are left out, but for private-compressed ones: nobody else
    would tell the user why they do not load.

    :param slice_text: gives the tags that differ from file to file.
    :param series_text: gives the tags that are asked of one file of a series only.
    :param has_pixel_data: whether a file holds PixelData; asked of one file of a series.
    :param take_over: ``needed`` (what Slicer's reader loads wrongly, in part or not at all), ``ct``
        (every CT series besides) or ``never`` (nothing unless it is chosen by hand).
    :param sections: a series with wide gaps as one volume a section (``split``) or as one
        (``merged``).
    """
    made: list[Offer] = []
    for member, rejected in _by_series(files, slice_text):
        slices = member.slices
        if len(slices) < 2:
            continue
        first = slices[0].path
        text = series_text(first)
        # A database reads further tags when asked, files have been read.
        read = any(item.traits for item in slices)
        asked = None if read else (lambda path: slice_traits(slice_text(path)))
        info = replace(series_info(text), part=member.part)
        series = build_series(info, slices, rejected, asked, member.noted)
        if text(PRIVATE_COMPRESSION) or not has_pixel_data(first):
            stacks = []
            for stack in series.stacks:
                head, *others = stack.slices
                head = replace(head, layout=_layout(head))
                stacks.append(replace(stack, slices=(head, *others)))
            series = replace(series, stacks=tuple(stacks))
        made += _offered(series, len(rejected), take_over, sections)
    return made


def lasting(stack: SliceStack, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that still matter once the volume is regular."""
    # A section says in its name that it is one.
    said = _CORRECTED | {"sectioned"} if stack.section else _CORRECTED
    return [item for item in findings if item.status != "info" and item.id not in said]


def _by_series(
    files: Iterable[str], slice_text: Callable[[str], TagText]
) -> list[tuple[Member, list[Rejected]]]:
    """The slices of every series, and its files that are none."""
    found: list[File] = []
    rejected: dict[str, list[Rejected]] = defaultdict(list)
    for file in files:
        text = slice_text(file)
        uid = text(SERIES_INSTANCE_UID)
        try:
            if multi_frame(text):
                # Only the file itself describes its frames; it is one of few.
                content = read_file(file)
                slices = [item for item, _text in content.slices]
                rejected[uid] += [Rejected(file, why) for why in content.left_out]
            else:
                slices = [slice_header(file, text)]
        except NotASlice as error:
            rejected[uid].append(Rejected(file, error.why))
            continue
        found.append(file_of(slices, text))
    return [
        (member, [item for uid in member.uids for item in rejected.pop(uid, ())])
        for member in memberships(found)
    ]


def _layout(item: SliceHeader) -> PixelLayout | None:
    """A slice's layout, out of its file where the header came from a database."""
    if item.layout is not None:
        return item.layout
    try:
        return read_file(item.path).slices[0][0].layout
    except NotASlice:
        return None


def _readable(item: SliceHeader) -> bool:
    layout = _layout(item)
    return layout is not None and can_decode(layout) is None


def _offered(series: Series, rejected: int, take_over: str, sections: str) -> list[Offer]:
    """The offers of one series.

    :param rejected: files that are no slices by their own header.
    """
    layouts = [stack.slices[0].layout for stack in series.stacks]
    private = any(layout is not None and layout.compression is not None for layout in layouts)
    judged = [(stack, analyse(stack)) for stack in series.stacks]
    served = [(stack, geometry) for stack, geometry in judged if geometry.refusal is None]
    if private and not served:
        # Loading it says why it cannot be loaded.
        return [Offer((judged[0][0],), judged[0][1], take_over != "never", series)]
    if not served:
        return []
    # More than one: Slicer's own reader does find a single scout among slices.
    images = sum(item.why.template != NO_IMAGE for item in series.rejected)
    disturbed = len(series.rejected) > rejected or images > 1
    # Slicer's own reader mixes all that states one UID.
    disturbed = disturbed or len(judged) > 1 or series.info.part > 0
    needed = private or _needed(served, disturbed)
    wanted = needed or (take_over == "ct" and series.info.modality == "CT")
    if not wanted or not (private or _readable(served[0][0].slices[0])):
        return []
    preferred = take_over != "never" and len(served) <= _MOST_VOLUMES
    volumes = [
        (volume, geometry if volume is stack else analyse(volume), chosen)
        for stack, geometry in served
        for volume, chosen in _volumes(stack, geometry, sections)
    ]
    apart = sum(
        len(stack.slices)
        for stack, geometry in (*judged, *(item[:2] for item in volumes))
        if geometry.refusal is not None
    )
    return _one_per_file(
        [
            Offer((volume,), geometry, preferred and chosen, series, apart)
            for volume, geometry, chosen in volumes
            if geometry.refusal is None
        ]
    )


def _volumes(
    stack: SliceStack, geometry: StackGeometry, sections: str
) -> list[tuple[SliceStack, bool]]:
    """What a stack can be loaded as, and whether it shall be unless the user says otherwise.

    Sections by their places alone: whether runs that overlap are one is decided by their
    pixels when they are loaded.
    """
    if not geometry.sectioned:
        return [(stack, True)]
    groups = [[item] for item in stack.slices] if stack.drifting else places(stack.slices)
    parts = [
        replace(
            stack,
            slices=tuple(item for group in groups[first : last + 1] for item in group),
            section=number,
            sections=geometry.sections,
        )
        for number, (first, last) in enumerate(geometry.section_bounds, 1)
    ]
    whole = replace(stack, section=0, sections=geometry.sections)
    return [*((part, sections == "split") for part in parts), (whole, sections == "merged")]


def _needed(served: Sequence[tuple[SliceStack, StackGeometry]], disturbed: bool) -> bool:
    """Would Slicer's own reader load the series wrongly or in part?

    What holds no HU is left to Slicer and its other plugins unless it needs straightening.

    :param disturbed: there are several stacks, or images that belong to none.
    """
    crooked = any(
        stack.drifting
        or item.tilted
        or item.displaced
        or item.irregular
        or item.rounded
        or item.sectioned
        for stack, item in served
    )
    doubled = any(geometry.duplicates for _, geometry in served)
    if all(value_unit(stack) == HOUNSFIELD for stack, _ in served):
        return crooked or doubled or disturbed
    # Slices at one place are images in time or of several contrasts here.
    return crooked and not doubled


def _one_per_file(made: list[Offer]) -> list[Offer]:
    """Preferred offers of the very same files as one; each of them can still be chosen alone."""
    alike: dict[frozenset[str], list[Offer]] = defaultdict(list)
    for offer in made:
        if offer.preferred:
            alike[frozenset(offer.files)].append(offer)
    doubled = [same for same in alike.values() if len(same) > 1]
    together = [replace(same[0], stacks=tuple(item.stack for item in same)) for same in doubled]
    alone = {id(item) for same in doubled for item in same}
    return together + [
        replace(item, preferred=False) if id(item) in alone else item for item in made
    ]
