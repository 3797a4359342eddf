"""A stack that was scanned in parts: apart with gaps between them, abutting or overlapping.

Parts that abut need no treatment: sorted by position they are one stack. Real gaps part a
stack into sections. Runs that overlap are joined where their pixels show the same anatomy
at the same place, and stay sections of their own where they do not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, compress

import numpy as np

from ..core.errors import GeometryError
from ..core.phrases import Phrase, _
from ..dicom.header import SliceHeader
from ..dicom.tags import ACQUISITION_NUMBER
from ..geometry.reconstructions import families_by, passes, regular, side_by_side, trait
from ..geometry.regularity import find_gaps
from ..geometry.stack import (
    Rejected,
    SliceStack,
    heights,
    in_order,
    instance,
    places,
    same_place_mm,
    tolerance_of,
)
from .overlap import same_place

#: A run of fewer slices is none.
_RUN = 3
_OVERLAPS = Phrase(_("another run of the scan overlaps here, shows the same and is used instead"))


@dataclass(frozen=True)
class _Part:
    """Slices in order along the normal, with what became of overlapping runs."""

    slices: tuple[SliceHeader, ...]
    joints: tuple[float, ...] = ()
    left_out: tuple[SliceHeader, ...] = ()


def sections_of(stack: SliceStack) -> tuple[SliceStack, ...]:
    """The parts that become volumes of their own, in order along the normal.

    Reads pixels only where runs of the scan overlap.

    :raises PixelDataError: pixels of an overlap are missing, truncated or cannot be decoded.
    """
    if stack.section != 1 or stack.sections != 1:
        return (stack,)
    parts = [piece for part in _joined(stack) for piece in _split(stack, part)]
    parts.sort(key=lambda part: heights(part.slices)[0])
    return tuple(_section(stack, part, number, len(parts)) for number, part in enumerate(parts, 1))


def merged(stack: SliceStack) -> SliceStack:
    """All sections as one stack; the gaps stay empty when it becomes a volume.

    :raises GeometryError: runs overlap and show different things.
    """
    parts = _joined(stack)
    if len(parts) > 1:
        raise GeometryError(
            _(
                "runs of this series overlap and do not show the same there, so they cannot be one "
                "volume"
            ),
            remedy=_("Load the sections one by one"),
        )
    sections = len(_split(stack, parts[0]))
    return _section(stack, parts[0], 0 if sections > 1 else 1, sections)


def _section(stack: SliceStack, part: _Part, section: int, sections: int) -> SliceStack:
    low, high = heights(part.slices)[[0, -1]]
    left_out = tuple(Rejected(item.path, _OVERLAPS) for item in part.left_out)
    return replace(
        stack,
        slices=part.slices,
        section=section,
        sections=sections,
        joints=part.joints,
        rejected=stack.rejected + left_out,
        coincident=0 if stack.drifting else len(part.slices) - len(places(part.slices)),
        duplicate_places=tuple(place for place in stack.duplicate_places if low <= place <= high),
    )


def _split(stack: SliceStack, part: _Part) -> list[_Part]:
    """A part, cut where wide gaps are."""
    if len(part.slices) < 3:
        return [part]
    groups = [[item] for item in part.slices] if stack.drifting else places(part.slices)
    along = heights([group[0] for group in groups])
    off = float(tolerance_of(part.slices) @ np.abs(stack.normal))
    partings = find_gaps(np.diff(along), off).partings
    if not partings:
        return [part]
    pieces, same = [], same_place_mm(part.slices)
    beside = heights(part.left_out) if part.left_out else np.empty(0)
    last = (*partings, len(groups) - 1)
    for start, stop in zip((0, *(index + 1 for index in partings)), last, strict=True):
        kept = groups[start : stop + 1]
        low, high = heights([kept[0][0], kept[-1][0]])
        near = (low - same <= beside) & (beside <= high + same)
        pieces.append(
            _Part(
                tuple(chain.from_iterable(kept)),
                tuple(place for place in part.joints if low <= place <= high),
                tuple(compress(part.left_out, near)),
            )
        )
    return pieces


def _joined(stack: SliceStack) -> list[_Part]:
    """Overlapping runs joined where they show the same, apart where they do not."""
    runs = [] if stack.drifting else _overlapping_runs(stack)
    if not runs:
        return [_Part(stack.slices)]
    parts = [_Part(runs[0])]
    for run in runs[1:]:
        last = parts[-1]
        if heights(run)[0] > heights(last.slices)[-1] + same_place_mm(run):
            parts[-1] = replace(last, slices=last.slices + run)
        elif same_place(last.slices, run):
            parts[-1] = _handed_over(last, run)
        else:
            parts.append(_Part(run))
    return parts


def _overlapping_runs(stack: SliceStack) -> list[tuple[SliceHeader, ...]]:
    """The runs of a scan in order along the normal; none where they do not overlap.

    Every run is regular by itself while the stack is not.
    """
    slices = stack.slices
    if regular(slices):
        return []
    by_number = families_by(slices, lambda item: trait(item, ACQUISITION_NUMBER))
    for found in (by_number, passes(slices, instance) or []):
        if len(found) < 2 or not all(len(run) >= _RUN and regular(run) for run in found):
            continue
        # The same places all over again are duplicates, not runs that overlap.
        if len(places(slices)) < len(slices) and side_by_side(found):
            continue
        runs = sorted((in_order(run) for run in found), key=lambda run: heights(run)[0])
        ends = np.maximum.accumulate([heights(run)[-1] for run in runs])
        starts = np.array([heights(run)[0] for run in runs])
        if (starts[1:] <= ends[:-1] + same_place_mm(slices)).any():
            return runs
    return []


def _handed_over(part: _Part, run: tuple[SliceHeader, ...]) -> _Part:
    """One run up to the middle of the overlap, the next one from there on.

    A run that overlaps by more than half of its length only adds what lies beyond.
    """
    own, other = heights(part.slices), heights(run)
    low, high = other[0], min(own[-1], other[-1])
    place = own[-1] if high - low > (other[-1] - low) / 2 else (low + high) / 2
    kept = own <= place + same_place_mm(run)
    step = float(np.median(np.diff(other)))
    # The first slice taken stands no nearer than half a step behind the last one.
    added = other > own[kept][-1] + step / 2
    if not added.any():
        kept[:] = True
    return _Part(
        (*compress(part.slices, kept), *compress(run, added)),
        (*part.joints, float(own[kept][-1])),
        (*part.left_out, *compress(part.slices, ~kept), *compress(run, ~added)),
    )
