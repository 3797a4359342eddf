"""Geometry that a person enters, for headers that do not say where their slices lie.

Cone-beam, industrial and pre-clinical scanners write such headers. What is entered replaces
position, orientation and pixel spacing of every file; slices follow each other by their
numbers, or by their file names where numbers do not tell them apart. The slices are marked,
so that records and checks say where their geometry comes from.
"""

from __future__ import annotations

import math
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from .dicomfile import read_file
from .errors import GeometryError
from .frames import FrameHeaders
from .headers import (
    IMAGE_ORIENTATION,
    IMAGE_POSITION,
    NUMBER_OF_FRAMES,
    PIXEL_SPACING,
    NotASlice,
    SliceHeader,
    TagText,
    optional_number,
    plane_header,
)
from .pixellayout import frame_layout, pixel_layout
from .series import Series, SeriesCollection, build_series, read_series

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

    from .progress import Progress

Vector = tuple[float, float, float]

#: Lengths outside are in another unit than millimetres, or mistyped.
SMALLEST_MM, LARGEST_MM = 0.01, 10.0
#: Directions along a row and down a column, LPS, as the slices usually are shown.
ORIENTATIONS: dict[str, tuple[Vector, Vector]] = {
    "axial": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
    "coronal": ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
    "sagittal": ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
}
_FORM = "Give ROWxCOLUMNxSTEP in mm, for example 0.2x0.2x0.25"
_DIGITS = re.compile(r"(\d+)")


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
        named = (("row", self.row_mm), ("column", self.column_mm), ("step", abs(self.step_mm)))
        for name, value in named:
            if not (math.isfinite(value) and SMALLEST_MM <= value <= LARGEST_MM):
                raise GeometryError(
                    f"a {name} of {value:g} mm is impossible",
                    remedy=f"Give lengths from {SMALLEST_MM:g} to {LARGEST_MM:g} mm",
                )
        if self.orientation not in ORIENTATIONS:
            raise GeometryError(
                f"there is no orientation {self.orientation!r}",
                remedy="Choose one of " + ", ".join(ORIENTATIONS),
            )

    @classmethod
    def from_text(cls, text: str) -> EnteredGeometry:
        """``ROWxCOLUMNxSTEP`` in mm, with ``:coronal`` or ``:sagittal`` where it is not axial.

        :raises GeometryError: it is no such text, or its numbers are impossible.
        """
        lengths, _, orientation = text.strip().partition(":")
        try:
            row, column, step = (float(part) for part in re.split(r"[x×X*]", lengths))
        except ValueError:
            raise GeometryError(f"{text!r} is no geometry", remedy=_FORM) from None
        return cls(row, column, step, orientation.strip().casefold() or "axial")

    @classmethod
    def from_record(cls, entered: Any) -> EnteredGeometry:
        """What stands under ``entered`` in the source of a record."""
        return cls(*entered["pixel_spacing_mm"], entered["step_mm"], entered["orientation"])

    @property
    def step(self) -> Vector:
        """From one slice to the next, LPS mm."""
        (a, b, c), (d, e, f) = ORIENTATIONS[self.orientation]
        normal = (b * f - c * e, c * d - a * f, a * e - b * d)
        return tuple(self.step_mm * value for value in normal)


def read_series_by_hand(
    inputs: Sequence[str | os.PathLike[str]],
    geometry: EnteredGeometry,
    progress: Progress | None = None,
) -> SeriesCollection:
    """Read files and folders into series whose slices stand where a person says.

    Parameters and errors as ``series.read_series`` has them.
    """
    found = read_series(inputs, progress, partial(read_file, reader=partial(_slices, geometry)))
    return replace(found, series=tuple(_placed(item, geometry) for item in found.series))


def entered_record(slices: Sequence[SliceHeader]) -> dict[str, Any] | None:
    """What a person entered, as the ``source`` of a record holds it; None where nobody did."""
    first = slices[0]
    if not first.entered:
        return None
    orientation = max(ORIENTATIONS, key=lambda name: _likeness(first, *ORIENTATIONS[name]))
    return {
        "pixel_spacing_mm": list(first.pixel_spacing),
        "step_mm": _signed_step(slices),
        "orientation": orientation,
        "by": "hand",
    }


def _likeness(item: SliceHeader, row: Vector, column: Vector) -> float:
    """2 where a slice lies as these axes say, less where a tilt was applied to it."""
    axes = item.row_direction + item.column_direction
    return sum(here * there for here, there in zip(axes, row + column, strict=True))


def _slices(
    geometry: EnteredGeometry, path: str, file: BinaryIO, dataset: FileDataset, text: TagText
) -> FrameHeaders:
    """The slices of one file, all at one place so far; many where it holds many frames."""
    told = _told(geometry, text)
    whole = pixel_layout(file, dataset, text)
    count = int(optional_number(text(NUMBER_OF_FRAMES)) or 1)
    if count > 1 and whole.compression is not None:
        raise NotASlice("multi-frame object in a private compression, which is not served")
    header = replace(plane_header(path, told), layout=whole, entered=True)
    if count == 1:
        return FrameHeaders([(header, text)])
    frames = (replace(header, frame=index, frames=count) for index in range(count))
    return FrameHeaders(
        [(replace(item, layout=frame_layout(whole, item, text)), text) for item in frames]
    )


def _told(geometry: EnteredGeometry, text: TagText) -> TagText:
    """The header's tags with those of the geometry replaced."""
    axes = [value for axis in ORIENTATIONS[geometry.orientation] for value in axis]
    entered = {
        IMAGE_POSITION: "0\\0\\0",
        IMAGE_ORIENTATION: "\\".join(map(repr, axes)),
        PIXEL_SPACING: f"{geometry.row_mm!r}\\{geometry.column_mm!r}",
    }
    return lambda tag: entered.get(tag) or text(tag)


def _placed(series: Series, geometry: EnteredGeometry) -> Series:
    """The series with the slices of every raster one after another."""
    rasters: dict[tuple[int, int], list[SliceHeader]] = defaultdict(list)
    for stack in series.stacks:
        for item in stack.slices:
            rasters[item.rows, item.columns].append(item)
    placed = [
        replace(item, position=tuple(index * value for value in geometry.step))
        for slices in rasters.values()
        for index, item in enumerate(_in_order(slices))
    ]
    return build_series(series.info, placed, series.rejected)


def _in_order(slices: Iterable[SliceHeader]) -> list[SliceHeader]:
    """By number where every slice has one of its own, else by file name, then by frame."""
    slices = list(slices)
    numbers = {(item.instance_number.strip(), item.frame) for item in slices}
    if len(numbers) == len(slices) and all(
        item.instance_number.strip().lstrip("+-").isdecimal() for item in slices
    ):
        return sorted(slices, key=lambda item: (int(item.instance_number), item.frame))
    return sorted(slices, key=lambda item: (_natural(item.path), item.frame))


def _natural(path: str) -> list[tuple[int, int, str]]:
    """Sorts ``slice 9`` before ``slice 10``."""
    parts = _DIGITS.split(os.fspath(path).casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _signed_step(slices: Sequence[SliceHeader]) -> float:
    """The step as it was entered: negative where the numbers run against the stack."""
    ordered = _in_order(slices)
    step = math.dist(slices[0].position, slices[min(1, len(slices) - 1)].position)
    return -step if ordered[0] != slices[0] else step
