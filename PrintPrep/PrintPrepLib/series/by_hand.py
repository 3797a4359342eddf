"""Files whose geometry a person gives, read as slices."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ..dicom.functional_groups import FrameHeaders
from ..dicom.header import SliceHeader, plane_header
from ..dicom.image_plane import TagText, optional_number
from ..dicom.reader import read_file
from ..dicom.tags import IMAGE_ORIENTATION, IMAGE_POSITION, NUMBER_OF_FRAMES, PIXEL_SPACING
from ..geometry.manual import ORIENTATIONS, EnteredGeometry, in_file_order
from ..geometry.stack import Series, SeriesCollection
from .reader import build_series, read_series

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from ..core.progress import Progress


def read_series_by_hand(
    inputs: Sequence[str | os.PathLike[str]],
    geometry: EnteredGeometry,
    progress: Progress | None = None,
) -> SeriesCollection:
    """Read files and folders into series whose slices stand where a person says.

    Parameters and errors as ``reader.read_series`` has them.
    """
    found = read_series(inputs, progress, partial(read_file, slices_of=partial(_slices, geometry)))
    return replace(found, series=tuple(_placed(item, geometry) for item in found.series))


def _slices(geometry: EnteredGeometry, path: str, dataset: Dataset, text: TagText) -> FrameHeaders:
    """The slices of one file, all at one place so far; many where it holds many frames."""
    axes = [value for axis in ORIENTATIONS[geometry.orientation] for value in axis]
    entered = {
        IMAGE_POSITION: "0\\0\\0",
        IMAGE_ORIENTATION: "\\".join(map(repr, axes)),
        PIXEL_SPACING: f"{geometry.row_mm!r}\\{geometry.column_mm!r}",
    }
    header = plane_header(path, lambda tag: entered.get(tag) or text(tag))
    count = max(1, int(optional_number(text(NUMBER_OF_FRAMES)) or 1))
    header = replace(header, entered=True, frames=count)
    return FrameHeaders([(replace(header, frame=index), text) for index in range(count)])


def _placed(series: Series, geometry: EnteredGeometry) -> Series:
    """The series with the slices of every raster one after another."""
    rasters: dict[tuple[int, int], list[SliceHeader]] = defaultdict(list)
    for stack in series.stacks:
        for item in stack.slices:
            rasters[item.rows, item.columns].append(item)
    x, y, z = geometry.step
    placed = [
        replace(item, position=(index * x, index * y, index * z))
        for slices in rasters.values()
        for index, item in enumerate(in_file_order(slices))
    ]
    noted = series.stacks[0].noted if series.stacks else ()
    return build_series(series.info, placed, series.rejected, noted=noted)
