"""What tells the volumes of one series apart, and what loading does to them, in few words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..core.phrases import Phrase
from .stack import SliceStack
from .stack_geometry import StackGeometry

#: Planes whose normal lies nearer to an axis of the patient than this cosine are named by it.
_ALONG_AXIS = 0.9
_PLANES = ("sagittal", "coronal", "axial")
_AXES = "xyz"
_PLACES_SHOWN = 6


def volume_words(stack: SliceStack, siblings: Sequence[SliceStack]) -> list[Phrase]:
    """What tells a volume from the others of its series, the coarsest first; [] for an only one.

    :param stack: a stack, one of its sections, or all of them as one volume.
    :param siblings: the stacks of the series that volumes are made of, or their sections.
    """
    words = []
    stacks = list({(item.number, item.told_apart): item for item in siblings}.values())
    if len(stacks) > 1:
        words.append(_stack_words(stack, stacks))
    if stack.sections > 1:
        words.append(_section_words(stack))
    return words


def treatment_words(geometry: StackGeometry, drifting: bool, spacing: str | float) -> Phrase:
    """What loading will do to the voxels.

    :param spacing: ``native``, ``isotropic`` or millimetres.
    """
    if spacing == "native":
        if geometry.regular and not drifting:
            return Phrase("The voxels stay as they are.")
        return Phrase("It is put onto a straight, even grid, with planes as close as the slices.")
    if spacing == "isotropic":
        return Phrase("It is put onto a straight, even grid, with planes as close as the pixels.")
    return Phrase("It is put onto a straight, even grid, {mm:g} mm apart.", {"mm": spacing})


def absence_words(source: Mapping[str, Any]) -> list[Phrase]:
    """Where along the normal nothing stands in the images, in patient coordinates.

    :param source: of a volume's provenance; older ones may lack the keys.
    """
    words = [
        Phrase(
            "Nothing was scanned from {start:.1f} to {end:.1f} mm.",
            {"start": gap["from_mm"], "end": gap["to_mm"]},
        )
        for gap in source.get("gaps") or ()
    ]
    places = source.get("missing_at_mm") or ()
    if places:
        shown = ", ".join(f"{place:.1f}" for place in places[:_PLACES_SHOWN])
        rest = len(places) - _PLACES_SHOWN
        more = f" and {rest} more" if rest > 0 else ""
        words.append(Phrase("Slices are missing at {places} mm.", {"places": shown + more}))
    if source.get("duplicates"):
        words.append(
            Phrase("{count} images were there more than once.", {"count": source["duplicates"]})
        )
    return words


def _stack_words(stack: SliceStack, siblings: Sequence[SliceStack]) -> Phrase:
    told = [item.told_apart for item in siblings]
    if stack.told_apart and told.count(stack.told_apart) == 1:
        return Phrase("{what}", {"what": stack.told_apart})
    for differs in _DIFFERENCES:
        if len({differs(item).text for item in siblings}) > 1:
            difference = differs(stack)
            return Phrase(
                "stack {number} (" + difference.template + ")",
                {"number": stack.number, **difference.values},
            )
    return Phrase("stack {number}", {"number": stack.number})


def _section_words(stack: SliceStack) -> Phrase:
    if stack.section == 0:
        return Phrase("all {sections} sections", {"sections": stack.sections})
    axis = int(np.abs(stack.normal).argmax())
    ends = sorted(stack.slices[index].position[axis] for index in (0, -1))
    return Phrase(
        "section {section} of {sections} ({axis} {low:.0f} to {high:.0f} mm)",
        {
            "section": stack.section,
            "sections": stack.sections,
            "axis": _AXES[axis],
            "low": ends[0],
            "high": ends[1],
        },
    )


def _tilt(stack: SliceStack) -> Phrase:
    way = np.subtract(stack.slices[-1].position, stack.slices[0].position)
    across = np.linalg.norm(np.cross(way, stack.normal))
    tilt = abs(math.degrees(math.atan2(across, abs(way @ stack.normal))))
    return Phrase("tilt {tilt:.0f}°", {"tilt": tilt})


def _plane(stack: SliceStack) -> Phrase:
    normal = np.abs(stack.normal)
    plane = _PLANES[int(normal.argmax())] if normal.max() > _ALONG_AXIS else "oblique"
    return Phrase("{plane}", {"plane": plane})


def _matrix(stack: SliceStack) -> Phrase:
    first = stack.slices[0]
    return Phrase("{columns} × {rows}", {"columns": first.columns, "rows": first.rows})


def _pixel(stack: SliceStack) -> Phrase:
    return Phrase("pixel {pixel:.3g} mm", {"pixel": stack.slices[0].pixel_spacing[1]})


_DIFFERENCES: tuple[Callable[[SliceStack], Phrase], ...] = (_plane, _tilt, _matrix, _pixel)
