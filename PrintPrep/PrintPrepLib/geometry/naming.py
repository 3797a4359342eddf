"""What tells the volumes of one series apart, and what loading does to them, in few words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..core.phrases import Phrase, _, listed
from .stack import SliceStack
from .stack_geometry import StackGeometry

#: Planes whose normal lies nearer to an axis of the patient than this cosine are named by it.
_ALONG_AXIS = 0.9
_PLANES = (_("sagittal"), _("coronal"), _("axial"))
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
    template = _("It is put onto a straight, even grid, {mm:g} mm apart.")
    if spacing == "native" and geometry.regular and not drifting:
        template = _("The voxels stay as they are.")
    elif spacing == "native":
        template = _("It is put onto a straight, even grid, with planes as close as the slices.")
    elif spacing == "isotropic":
        template = _("It is put onto a straight, even grid, with planes as close as the pixels.")
    return Phrase(template, {"mm": spacing})


def absence_words(source: Mapping[str, Any]) -> list[Phrase]:
    """Where along the normal nothing stands in the images, in patient coordinates.

    :param source: of a volume's provenance; older ones may lack the keys.
    """
    unscanned = _("Nothing was scanned from {start:.1f} to {end:.1f} mm.")
    words = [
        Phrase(unscanned, {"start": gap["from_mm"], "end": gap["to_mm"]})
        for gap in source.get("gaps") or ()
    ]
    places = source.get("missing_at_mm") or ()
    if places:
        shown = listed((f"{place:.1f}" for place in places), _PLACES_SHOWN)
        words.append(Phrase(_("Slices are missing at {places} mm."), {"places": shown}))
    if source.get("duplicates"):
        twice = _("{count} images were there more than once.")
        words.append(Phrase(twice, {"count": source["duplicates"]}))
    return words


def _stack_words(stack: SliceStack, siblings: Sequence[SliceStack]) -> Phrase:
    told = [item.told_apart for item in siblings]
    if stack.told_apart and told.count(stack.told_apart) == 1:
        return stack.told_apart
    others = [_differences(item) for item in siblings]
    for own, *words in zip(_differences(stack), *others, strict=True):
        if len({item.text for item in words}) > 1:
            values = {"number": stack.number, "difference": own}
            return Phrase(_("stack {number} ({difference})"), values)
    return Phrase(_("stack {number}"), {"number": stack.number})


def _differences(stack: SliceStack) -> list[Phrase]:
    """Plane, tilt, matrix and pixel of a stack."""
    first, normal = stack.slices[0], np.abs(stack.normal)
    plane = _PLANES[int(normal.argmax())] if normal.max() > _ALONG_AXIS else _("oblique")
    way = np.subtract(stack.slices[-1].position, first.position)
    across = np.linalg.norm(np.cross(way, stack.normal))
    tilt = abs(math.degrees(math.atan2(across, abs(way @ stack.normal))))
    return [
        Phrase(plane),
        Phrase(_("tilt {tilt:.0f}°"), {"tilt": tilt}),
        Phrase("{columns} × {rows}", {"columns": first.columns, "rows": first.rows}),
        Phrase(_("pixel {pixel:.3g} mm"), {"pixel": first.pixel_spacing[1]}),
    ]


def _section_words(stack: SliceStack) -> Phrase:
    if stack.section == 0:
        return Phrase(_("all {sections} sections"), {"sections": stack.sections})
    axis = int(np.abs(stack.normal).argmax())
    low, high = sorted(stack.slices[index].position[axis] for index in (0, -1))
    return Phrase(
        _("section {section} of {sections} ({axis} {low:.0f} to {high:.0f} mm)"),
        {
            "section": stack.section,
            "sections": stack.sections,
            "axis": "xyz"[axis],
            "low": low,
            "high": high,
        },
    )
