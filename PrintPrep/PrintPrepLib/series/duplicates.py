"""Several images at one position: the same ones once, different ones never mixed."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np

from ..core.phrases import Phrase, _
from ..core.progress import Progress, report
from ..dicom.header import SliceHeader
from ..geometry.reconstructions import passes, side_by_side
from ..geometry.stack import Rejected, SliceStack, instance, places
from .stack_pixels import StackPixels

_SAME_IMAGE = _("same image as {name} at the same position")


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
