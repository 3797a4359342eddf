"""Geometry that a person enters, for headers that do not say where their slices lie.

Cone-beam, industrial and pre-clinical scanners write such headers. What is entered replaces
position, orientation and pixel spacing of every file; slices follow each other by their
numbers, or by their file names where numbers do not tell them apart. The slices are marked,
so that records and checks say where their geometry comes from.

A gantry tilt that was lost on the way is put back because a person says so. Slices that are
written straight although the gantry was tilted stand on the table's line in planes that are
really tipped about the rows of the image. Positions are right then, only the orientation is
not. Nothing in the files proves it, so this is never done unasked. The sign counts in the
image: plus tips the upper edge of every image along row × column. For a patient on the back,
head first, that is the front of the patient towards the head. GE writes it so; the same
orientation carries a minus on Philips (both seen in real series). The standard leaves the sign
of GantryDetectorTilt (0018,1120) open (PS3.3 C.8.2.3).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..core.errors import GeometryError
from ..core.phrases import _
from ..dicom.header import SeriesInfo, SliceHeader
from ..dicom.image_plane import whole_number
from .analysis import analyse
from .stack import SliceStack, number_key

Vector = tuple[float, float, float]

#: Lengths outside are in another unit than millimetres, or mistyped.
SMALLEST_MM, LARGEST_MM = 0.01, 10.0
#: Directions along a row and down a column, LPS, as the slices usually are shown.
ORIENTATIONS: dict[str, tuple[Vector, Vector]] = {
    "axial": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
    "coronal": ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
    "sagittal": ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
}
_DIGITS = re.compile(r"(\d+)")
#: No gantry tips farther.
LARGEST_DEG = 45.0
#: Below this tilt the slices count as straight.
_STRAIGHT_DEG = 0.1
#: Only axial slices come out of a tilted gantry: cosine to the long axis of the patient.
_AXIAL = 0.99


@dataclass(frozen=True)
class EnteredGeometry:
    """What a person knows of a series.

    :param row_mm, column_mm: distance between the rows of an image, and between its columns.
    :param step_mm: from one slice to the next; negative where the slices run against
        row × column (axial: towards the feet).
    :param orientation: one of ``ORIENTATIONS``.
    :raises GeometryError: a length or the orientation is impossible.
    """

    row_mm: float
    column_mm: float
    step_mm: float
    orientation: str = "axial"

    def __post_init__(self) -> None:
        for template, value in (
            (_("a row of {value:g} mm is impossible"), self.row_mm),
            (_("a column of {value:g} mm is impossible"), self.column_mm),
            (_("a step of {value:g} mm is impossible"), abs(self.step_mm)),
        ):
            if not (math.isfinite(value) and SMALLEST_MM <= value <= LARGEST_MM):
                raise GeometryError(
                    template,
                    remedy=_("Give lengths from {smallest:g} to {largest:g} mm"),
                    value=value,
                    smallest=SMALLEST_MM,
                    largest=LARGEST_MM,
                )
        if self.orientation not in ORIENTATIONS:
            raise GeometryError(
                _("there is no orientation {orientation!r}"),
                remedy=_("Choose one of {orientations}"),
                orientation=self.orientation,
                orientations=", ".join(ORIENTATIONS),
            )

    @classmethod
    def from_text(cls, text: str) -> EnteredGeometry:
        """``ROWxCOLUMNxSTEP`` in mm, with ``:coronal`` or ``:sagittal`` where it is not axial.

        :raises GeometryError: it is no such text, or its numbers are impossible.
        """
        lengths, _colon, orientation = text.strip().partition(":")
        try:
            row, column, step = (float(part) for part in re.split(r"[x×X*]", lengths))
        except ValueError:
            raise GeometryError(
                _("{text!r} is no geometry"),
                remedy=_("Give ROWxCOLUMNxSTEP in mm, for example 0.2x0.2x0.25"),
                text=text,
            ) from None
        return cls(row, column, step, orientation.strip().casefold() or "axial")

    @classmethod
    def from_record(cls, entered: Any) -> EnteredGeometry:
        """What stands under ``entered`` in the source of a record."""
        row, column = entered["pixel_spacing_mm"]
        return cls(row, column, entered["step_mm"], entered["orientation"])

    @property
    def step(self) -> Vector:
        """From one slice to the next, LPS mm."""
        x, y, z = (self.step_mm * np.cross(*ORIENTATIONS[self.orientation])).tolist()
        return x, y, z


def entered_record(slices: Sequence[SliceHeader]) -> dict[str, Any] | None:
    """What a person entered, as the ``source`` of a record holds it; None where nobody did."""
    first = slices[0]
    if not first.entered:
        return None
    axes = first.row_direction + first.column_direction
    # The likest: where a tilt was applied to the slices none is the same.
    orientation = max(ORIENTATIONS, key=lambda name: np.ravel(ORIENTATIONS[name]) @ axes)
    # Negative where the numbers run against the stack.
    step = math.dist(first.position, slices[min(1, len(slices) - 1)].position)
    return {
        "pixel_spacing_mm": list(first.pixel_spacing),
        "step_mm": step if in_file_order(slices)[0] == first else -step,
        "orientation": orientation,
        "by": "hand",
    }


def in_file_order(slices: Iterable[SliceHeader]) -> list[SliceHeader]:
    """By number where every slice has one of its own, else by file name, then by frame."""
    slices = list(slices)
    numbers = [whole_number(item.instance_number) for item in slices]
    keys = {
        (number, item.frame): item
        for number, item in zip(numbers, slices, strict=True)
        if number is not None
    }
    if len(keys) == len(slices):
        return [keys[key] for key in sorted(keys)]
    # As people count: ``slice 9`` before ``slice 10``.
    return sorted(
        slices,
        key=lambda item: ([number_key(s) for s in _DIGITS.split(item.path.casefold())], item.frame),
    )


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
    tilt = assumed_tilt(stack.info) if degrees is None else degrees
    if tilt is None:
        raise GeometryError(
            _("the header states no gantry tilt that could be applied"),
            remedy=_("Give its degrees, for example 18.5"),
        )
    if not 0 < abs(tilt) <= LARGEST_DEG:
        raise GeometryError(
            _("a gantry tilt of {tilt:g}° is impossible"),
            remedy=_("Give degrees between -{largest:g} and {largest:g}, but not 0"),
            tilt=tilt,
            largest=LARGEST_DEG,
        )
    seen = analyse(stack).tilt_deg
    if seen > _STRAIGHT_DEG:
        raise GeometryError(
            _("the slices show a tilt of {seen:.1f}° themselves, so none was lost"),
            remedy=_("Load the series as it is: it is straightened by its positions"),
            seen=seen,
        )
    if abs(stack.normal[2]) < _AXIAL:
        raise GeometryError(
            _("these slices are not axial, so no gantry tilt was lost in them"),
            remedy=_("Load the series as it is"),
        )
    angle = np.radians(tilt)
    column = (
        np.cos(angle) * np.array(stack.slices[0].column_direction) - np.sin(angle) * stack.normal
    )
    slices = tuple(replace(item, column_direction=tuple(column.tolist())) for item in stack.slices)
    return replace(stack, slices=slices, applied_tilt_deg=float(tilt))
