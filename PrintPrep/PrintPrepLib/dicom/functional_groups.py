"""The functional groups of a multi-frame object → one slice header a frame.

PS3.3 C.7.6.16: what differs from frame to frame stands in the frame's own item of
PerFrameFunctionalGroupsSequence, what all have in common in SharedFunctionalGroupsSequence.
A frame's tags are handed on as those of a single slice, so that all that follows treats both
alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import groupby

from pydicom.dataset import Dataset
from pydicom.uid import UID

from ..core.phrases import Phrase, _, counted, joined
from . import tags
from .header import SliceHeader, plane_header, slice_traits
from .image_plane import InvalidGeometry, NotASlice, TagText, optional_number
from .pixel_layout import RESCALE

_SHARED, _PER_FRAME, _DIMENSIONS = 0x52009229, 0x52009230, 0x00209222
#: What ``frame_headers`` needs of a data set beside the tags of single slices.
FRAME_TAGS = (_SHARED, _PER_FRAME, _DIMENSIONS)

#: Attributes of legacy objects that have no functional group of their own.
_UNASSIGNED_SHARED, _UNASSIGNED = 0x00209170, 0x00209171
_FRAME_CONTENT, _PIXEL_MEASURES = 0x00209111, 0x00289110
_STACK_ID, _FRAME_TYPE = "0020,9056", "0008,9007"
_DIMENSION_POINTER = 0x00209165

#: What says where a frame lies. In the data set itself it would be the same for all frames.
_GEOMETRY = {
    tags.IMAGE_POSITION: (0x00209113, "PlanePositionSequence"),
    tags.IMAGE_ORIENTATION: (0x00209116, "PlaneOrientationSequence"),
    tags.PIXEL_SPACING: (_PIXEL_MEASURES, "PixelMeasuresSequence"),
}
#: Tags that stand under their own name in a functional group.
_GROUPS = {
    **{tag: group for tag, (group, name) in _GEOMETRY.items()},
    **dict.fromkeys((tags.SLICE_THICKNESS, tags.SPACING_BETWEEN_SLICES), _PIXEL_MEASURES),
    **dict.fromkeys(RESCALE, 0x00289145),
    **dict.fromkeys((tags.WINDOW_CENTER, tags.WINDOW_WIDTH), 0x00289132),
    tags.CONVOLUTION_KERNEL: 0x00189314,  # CT reconstruction
    tags.GANTRY_DETECTOR_TILT: 0x00189304,  # CT acquisition details
}
#: Tag of a single slice → functional groups and the tag there; the first that is there counts.
_PLACES: dict[str, tuple[tuple[int, str], ...]] = {
    **{tag: ((group, tag),) for tag, group in _GROUPS.items()},
    # The frame types of CT, MR, PET and X-ray 3D.
    tags.IMAGE_TYPE: tuple(
        (group, _FRAME_TYPE) for group in (0x00189329, 0x00189226, 0x00189751, 0x00189504)
    ),
    tags.ECHO_NUMBERS: ((0x00189114, "0018,9082"),),  # MR echo: its effective time in ms
    tags.ACQUISITION_NUMBER: ((_FRAME_CONTENT, "0020,9156"),),
    tags.TEMPORAL_POSITION: ((_FRAME_CONTENT, "0020,9128"), (0x00209310, "0020,930D")),
    tags.CONTENT_TIME: ((_FRAME_CONTENT, "0018,9074"), (_FRAME_CONTENT, "0020,9151")),
}
#: Dimensions along which the slices of one volume follow each other: InStackPositionNumber,
#: ImagePositionPatient, ImagePositionVolume and SliceLocation.
_ALONG_THE_STACK = {0x00209057, 0x00200032, 0x00209301, 0x00201041}
#: Other classes whose frames may be slices, where they have functional groups.
_SINGLE_SLICES = {f"1.2.840.10008.5.1.4.1.1.{kind}" for kind in (2, 4, 128)}

_USED = {
    *(group for places in _PLACES.values() for group, _ in places),
    _UNASSIGNED,
    _UNASSIGNED_SHARED,
}

#: Gives the function that reads the tags of a data set, such as an item of a sequence.
TextOf = Callable[[Dataset], TagText]
#: Functional groups by their tag: which tags they hold, and the function that reads them.
Groups = dict[int, tuple[Collection[int], TagText]]


@dataclass(frozen=True)
class FrameHeaders:
    """The frames that are slices, with their tags; and why the others are left out."""

    slices: list[tuple[SliceHeader, TagText]]
    left_out: tuple[Phrase, ...] = ()


def frame_headers(path: str, dataset: Dataset, text_of: TextOf) -> FrameHeaders:
    """The slices among the frames of a multi-frame object, without their pixel layout.

    :raises NotASlice: none of the frames is a slice; the text says why.
    """
    whole = text_of(dataset)
    shared = _groups(next(iter(_items(dataset, _SHARED)), Dataset()), text_of)
    frames = [_groups(item, text_of) for item in _items(dataset, _PER_FRAME)]
    _refuse(whole, shared, frames)
    # Indices into DimensionIndexValues: what else than its place tells a frame from others.
    pointers = [item.get(_DIMENSION_POINTER) for item in _items(dataset, _DIMENSIONS)]
    telling = [
        index
        for index, pointer in enumerate(pointers)
        if pointer is not None and int(pointer.value) not in _ALONG_THE_STACK
    ]
    of_shared = cache(partial(_grouped, shared))
    slices: list[tuple[SliceHeader, TagText]] = []
    numbers: dict[str, list[int]] = defaultdict(list)
    reasons: dict[str, Phrase] = {}
    unplaced = 0
    for index, own in enumerate(frames):
        text = partial(_frame_text, index, own, of_shared, whole, telling)
        try:
            for group, name in _GEOMETRY.values():
                if group not in own and group not in shared:
                    raise InvalidGeometry(_("the functional group {name} is missing"), name=name)
            header = plane_header(path, text)
        except NotASlice as error:
            reasons[str(error)] = error.why
            numbers[str(error)].append(index + 1)
            unplaced += isinstance(error, InvalidGeometry)
            continue
        header = replace(header, frame=index, frames=len(frames), traits=slice_traits(text))
        slices.append((header, text))
    if not slices:
        every = joined(reasons.values())
        kind = InvalidGeometry if unplaced == len(frames) else NotASlice
        raise kind(every.template, **every.values)
    left_out = tuple(_left_out(why, numbers[text]) for text, why in reasons.items())
    return FrameHeaders(slices, left_out)


def _refuse(whole: TagText, shared: Groups, frames: list[Groups]) -> None:
    """:raises NotASlice: the object as a whole holds no slices, or does not place them."""
    sop_class = whole(tags.SOP_CLASS_UID)
    capture = sop_class.startswith(tags.SECONDARY_CAPTURE)
    if capture and not any(_PIXEL_MEASURES in item for item in (shared, *frames)):
        raise NotASlice(
            _("multi-frame secondary capture: its pixels have no size (not calibrated)")
        )
    if not capture and sop_class not in tags.ENHANCED and sop_class not in _SINGLE_SLICES:
        kind = UID(sop_class).name if sop_class else Phrase(_("without a SOP class"))
        raise NotASlice(_("multi-frame object whose frames are no slices ({kind})"), kind=kind)
    if not frames:
        unplaced = _(
            "{kind} object without PerFrameFunctionalGroupsSequence: nothing says where its "
            "frames lie"
        )
        kind = Phrase(tags.ENHANCED.get(sop_class, _("multi-frame")))
        raise InvalidGeometry(unplaced, kind=kind)
    stated = optional_number(whole(tags.NUMBER_OF_FRAMES))
    if stated is not None and int(stated) != len(frames):
        contradiction = _(
            "NumberOfFrames is {stated}, but PerFrameFunctionalGroupsSequence describes {described}"
        )
        raise NotASlice(contradiction, stated=int(stated), described=len(frames))


def _frame_text(
    index: int,
    own: Groups,
    of_shared: Callable[[str], str | None],
    whole: TagText,
    telling: list[int],
    tag: str,
) -> str:
    """A frame's tag as that of a single slice."""
    if tag == tags.INSTANCE_NUMBER:
        return str(index + 1)
    if tag == tags.DIMENSION_INDEX:
        if _FRAME_CONTENT not in own:
            return ""
        text = own[_FRAME_CONTENT][1]
        values = text(tag).split("\\")
        return "\\".join(values[i] for i in telling if i < len(values)) or text(_STACK_ID)
    found = _grouped(own, tag)
    if found is None:
        found = of_shared(tag)
    if found is None:
        found = "" if tag in _GEOMETRY else whole(tag)
    return found


def _items(dataset: Dataset, tag: int) -> list[Dataset]:
    return list(dataset[tag].value or ()) if tag in dataset else []


def _groups(item: Dataset, text_of: TextOf) -> Groups:
    found = {tag: _items(item, tag) for tag in item.keys() & _USED}
    return {tag: (items[0].keys(), text_of(items[0])) for tag, items in found.items() if items}


def _grouped(groups: Groups, tag: str) -> str | None:
    """The text of a tag in functional groups; None where they do not hold it."""
    for group, inner in (*_PLACES.get(tag, ()), (_UNASSIGNED, tag), (_UNASSIGNED_SHARED, tag)):
        if group in groups:
            present, text = groups[group]
            if int(inner.replace(",", ""), 16) in present:
                found = text(inner)
                # A date with time (DT), such as 20200102030405.5+0100; a time stays itself.
                if tag == tags.CONTENT_TIME and len(found.partition(".")[0]) > 8:
                    return re.split("[+-]", found[8:])[0]
                return found
    return None


def _left_out(why: Phrase, frames: list[int]) -> Phrase:
    """A reason with its frames: "frame 12: …", "frames 1 to 3, 7: …"."""
    told = []
    for _key, run in groupby(enumerate(frames), lambda item: item[1] - item[0]):
        first, *more = (number for _index, number in run)
        last = more[-1] if more else first
        span = Phrase(_("{first} to {last}"), {"first": first, "last": last})
        told.append(span if more else Phrase(str(first)))
    one, many = _("frame {frames}: {why}"), _("frames {frames}: {why}")
    return counted(len(frames), one, many, frames=joined(told, ", "), why=why)
