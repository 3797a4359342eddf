"""A gantry tilt that was lost on the way, put back because a person says so.

Slices that are written straight although the gantry was tilted stand on the table's line in
planes that are really tipped about the rows of the image. Positions are right then, only the
orientation is not. Nothing in the files proves it, so this is never done unasked.

The sign counts in the image: plus tips the upper edge of every image along row × column. For a
patient on the back, head first, that is the front of the patient towards the head. GE writes it
so; the same orientation carries a minus on Philips (both seen in real series). The standard
leaves the sign of GantryDetectorTilt (0018,1120) open (PS3.3 C.8.2.3).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .errors import GeometryError
from .geometry import analyse

if TYPE_CHECKING:
    from .headers import SeriesInfo
    from .series import SliceStack

#: No gantry tips farther.
LARGEST_DEG = 45.0
#: Below this tilt the slices count as straight.
_STRAIGHT_DEG = 0.1
#: Only axial slices come out of a tilted gantry: cosine to the long axis of the patient.
_AXIAL = 0.99


def assumed_tilt(info: SeriesInfo) -> float | None:
    """The tilt that the header states, in the sign of this file; None where it states none."""
    tag = info.tilt_tag_deg
    if not tag:
        return None
    return -tag if "philips" in info.manufacturer.casefold() else tag


def apply_tilt(stack: SliceStack, degrees: float | None = None) -> SliceStack:
    """The stack with its slices tipped about their rows, each at its own first voxel.

    :param degrees: plus tips the upper edge of the images along row × column; None: what the
        header states (``assumed_tilt``).
    :raises GeometryError: the slices are tilted already, are not axial, or no tilt is known.
    """
    first = stack.slices[0]
    tilt = assumed_tilt(stack.info) if degrees is None else degrees
    if tilt is None:
        raise GeometryError(
            "the header states no gantry tilt that could be applied",
            remedy="Give its degrees, for example --apply-tilt 18.5",
        )
    if not 0 < abs(tilt) <= LARGEST_DEG:
        raise GeometryError(
            f"a gantry tilt of {tilt:g}° is impossible",
            remedy=f"Give degrees between -{LARGEST_DEG:g} and {LARGEST_DEG:g}, but not 0",
        )
    seen = analyse(stack).tilt_deg
    if seen > _STRAIGHT_DEG:
        raise GeometryError(
            f"the slices show a tilt of {seen:.1f}° themselves, so none was lost",
            remedy="Load the series as it is: it is straightened by its positions",
        )
    if abs(stack.normal[2]) < _AXIAL:
        raise GeometryError(
            "these slices are not axial, so no gantry tilt was lost in them",
            remedy="Load the series as it is",
        )
    angle = np.radians(tilt)
    column = np.cos(angle) * np.array(first.column_direction) - np.sin(angle) * stack.normal
    slices = tuple(replace(item, column_direction=tuple(column.tolist())) for item in stack.slices)
    return replace(stack, slices=slices, applied_tilt_deg=float(tilt))
