"""Several images at one position: the same ones once, different ones never mixed."""

from __future__ import annotations

import filecmp
import os
from dataclasses import replace

import numpy as np

from ..core.errors import PixelDataError
from ..core.phrases import Phrase, _
from ..core.progress import Progress, report
from ..dicom.header import SliceHeader
from ..geometry.reconstructions import passes, side_by_side
from ..geometry.stack import Rejected, SliceStack, instance, places
from ..pixels.values import rescale, stored_pixels
from .membership import File
from .stack_pixels import StackPixels

_SAME_IMAGE = _("same image as {name} at the same position")


def is_copy(file: File, other: File) -> bool:
    """Whether a file of the same SOPInstanceUID is the other one again: same place and pixels."""
    if (file.patient, file.person) != (other.patient, other.person):
        return False
    if len(file.slices) != len(other.slices):
        return False
    pairs = list(zip(file.slices, other.slices, strict=True))
    return all(_placed(one) == _placed(two) for one, two in pairs) and all(
        _same_pixels(one, two) for one, two in pairs
    )


def _placed(item: SliceHeader) -> tuple[object, ...]:
    geometry = (item.position, item.row_direction, item.column_direction, item.pixel_spacing)
    return (*geometry, item.rows, item.columns, item.frame)


def _same_pixels(one: SliceHeader, other: SliceHeader) -> bool:
    """Whether two slices show the same values; pixels that cannot be read say nothing else."""
    first, second = one.pixels, other.pixels
    if (first.slope, first.intercept) == (second.slope, second.intercept):
        try:
            return np.array_equal(stored_pixels(one), stored_pixels(other))
        except PixelDataError:
            return _same_bytes(one.path, other.path)
    try:
        shown, again = (rescale(stored_pixels(item), item.pixels) for item in (one, other))
    except PixelDataError:
        return False
    return np.array_equal(shown, again)


def _same_bytes(one: str, other: str) -> bool:
    """Whether two files that cannot be decoded are equal as they stand."""
    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False


def settle(stack: SliceStack, progress: Progress | None = None) -> tuple[SliceStack, ...]:
    """Let pixels decide about slices that share a position; only those are read.

    Equal images are kept once, the others stand among the stack's rejected. Different ones
    are told apart by slice numbers that pass through the stack several times: each pass is a
    stack. Runs of one scan that overlap at their ends stay together (``sections_of`` looks
    at them), and so do images that nothing tells apart: ``conflicting`` counts these.

    :raises PixelDataError: pixels are missing, truncated or cannot be decoded.
    :raises Cancelled: progress asked for it.
    """
    if not stack.coincident or any(item.layout is None for item in stack.slices):
        return (stack,)
    found = places(stack.slices)
    if len(found) == 1:
        return (stack,)  # headers without positions: refused as they are
    groups: list[list[SliceHeader]] = []
    dropped: list[SliceHeader] = []
    rejected = list(stack.rejected)
    for index, group in enumerate(found):
        report(progress, index / len(found), _("Comparing images at one position"))
        kept, twice = _different(stack, group) if len(group) > 1 else (group, [])
        groups.append(kept)
        for item, same in twice:
            dropped.append(item)
            name = {"name": os.path.basename(same.path)}
            rejected.append(Rejected(item.path, Phrase(_SAME_IMAGE, name)))
    slices = tuple(item for group in groups for item in group)
    stack = replace(
        stack,
        slices=slices,
        coincident=len(slices) - len(groups),
        duplicate_places=tuple(float(np.array(item.position) @ stack.normal) for item in dropped),
        rejected=tuple(rejected),
    )
    if not stack.coincident:
        return (stack,)
    # Passes through the stack that its slice numbers show, each by itself.
    runs = passes(slices, instance)
    if runs is None or not 1 < len(runs) <= max(map(len, groups)):
        return (replace(stack, conflicting=sum(len(group) > 1 for group in groups)),)
    if not side_by_side(runs):
        return (stack,)
    runs.sort(key=len, reverse=True)
    return tuple(
        replace(
            stack,
            slices=tuple(item for item in slices if item in run),
            coincident=0,
            told_apart=Phrase(_("pass {number} by slice number"), {"number": number}),
        )
        for number, run in enumerate(runs, 1)
    )


def _different(
    stack: SliceStack, group: list[SliceHeader]
) -> tuple[list[SliceHeader], list[tuple[SliceHeader, SliceHeader]]]:
    """The different images of a position, and those that equal one of them (with that one)."""
    pixels = StackPixels(replace(stack, slices=tuple(group)))
    kept: list[tuple[SliceHeader, np.ndarray]] = []
    twice = []
    for index, item in enumerate(group):
        image = pixels.slice(index)[0]
        same = next((other for other, seen in kept if np.array_equal(seen, image)), None)
        if same is None:
            kept.append((item, image))
        else:
            twice.append((item, same))
    return [item for item, _image in kept], twice
