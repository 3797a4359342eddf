"""Slices → planes of a regular grid: in-plane shifts and one interpolation along the normal.

Tilt is a shift of each slice within its plane and uneven spacing a one-dimensional
interpolation along the normal, so the general 3-D transform is never needed. Samples
without data (PixelPaddingValue, outside a slice) take no share: the other contributors
make up the sample, and background fills it where there is none.

How far the result lies from the DICOM positions is measured, not assumed: the patient
coordinates of source voxel centres (ramps) go through the same resampler as the grey values,
and are compared with the grid's own coordinates.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, report
from ..geometry.fan import Fan
from .grid import GridPlan

_CHUNK = 12
#: Samples of which less is data hold none.
NO_DATA = 1e-6


class SliceSource(Protocol):
    """Gives the slices of a stack one by one; called from several threads."""

    def slice(self, index: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Values (rows, columns) of slice ``index``, and where they are no data (or None)."""


class IntegerOverflow(Exception):
    """A slice holds values that int16 cannot: the volume has to be float32."""


@dataclass(frozen=True)
class Residual:
    """Distance between DICOM position and grid position of the voxels, mm."""

    max: float
    rms: float

    @classmethod
    def of(cls, squared: Iterable[np.ndarray]) -> Residual:
        """From the squared distances in every plane, mm²."""
        worst, total, count = 0.0, 0.0, 0
        for distances in squared:
            worst = max(worst, float(distances.max()))
            total += float(distances.sum())
            count += distances.size
        return cls(worst**0.5, (total / count) ** 0.5 if count else 0.0)


class Ramp:
    """One patient coordinate of voxel centres, from the grid's origin, as slices.

    :param axis: of the coordinate: 0, 1 or 2 for x, y or z.
    :param origin: of the grid, LPS mm.
    :param i, j: the columns and rows that the slices consist of.
    """

    def __init__(
        self, fan: Fan, axis: int, origin: np.ndarray, i: np.ndarray, j: np.ndarray
    ) -> None:
        self._start = fan.positions[:, axis] - origin[axis]
        self._along_row = np.outer(fan.rows[:, axis] * fan.spacing[:, 0], i)
        self._down_column = np.outer(fan.columns[:, axis] * fan.spacing[:, 1], j)

    def slice(self, index: int) -> tuple[np.ndarray, None]:
        ramp = self._start[index] + self._down_column[index][:, None] + self._along_row[index]
        return ramp.astype(np.float32), None


def resample(
    source: SliceSource,
    plan: GridPlan,
    background: float,
    dtype: np.dtype,
    progress: Progress | None = None,
) -> np.ndarray:
    """Bring slices onto the grid.

    :param background: value outside the slices and where no contributor holds data.
    :param dtype: of the result; integers are rounded to the nearest.
    :returns: (k, j, i) array of the plan's dimensions.
    :raises IntegerOverflow: ``dtype`` is int16 and a slice's values are not.
    :raises Cancelled: progress asked for it.
    """
    count = plan.dimensions[2]
    voxels = np.empty(plan.dimensions[::-1], dtype)
    whole = np.issubdtype(dtype, np.integer)

    def fill(start: int) -> None:
        span = range(start, min(start + _CHUNK, count))
        planes = _planes(source, plan, background, dtype, span)
        for index, plane in zip(span, planes, strict=True):
            voxels[index] = np.rint(plane, out=plane) if whole else plane

    # Threads, not processes: numpy works outside the interpreter's lock, and a process
    # pool inside Slicer is unsafe.
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        jobs = [pool.submit(fill, start) for start in range(0, count, _CHUNK)]
        try:
            for done, job in enumerate(jobs):
                report(progress, done / len(jobs), _("Making the volume regular"))
                job.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return voxels


def measure_residual(fan: Fan, plan: GridPlan) -> Residual:
    """Largest and RMS distance inside the acquired field, in mm."""
    shifts, size = plan.shifts.copy(), list(plan.dimensions[:2])
    pixels = [np.arange(length) for length in plan.source_size]
    grid = [np.arange(length) for length in size]
    for axis in (0, 1):
        # Coordinates are linear along an axis: where nothing is shifted along it, both ends
        # and the middle show the largest deviation.
        if not np.ptp(shifts[:, axis]):
            pixels[axis] = np.unique([0, len(pixels[axis]) // 2, len(pixels[axis]) - 1])
            grid[axis] = pixels[axis] + shifts[0, axis]
            shifts[:, axis], size[axis] = 0, len(pixels[axis])
    span = range(plan.dimensions[2])
    thinned = replace(plan, shifts=shifts, dimensions=(size[0], size[1], len(span)))
    ramps = [Ramp(fan, axis, plan.ijk_to_lps[:3, 3], *pixels) for axis in range(3)]
    planes = [_planes(ramp, thinned, 0.0, np.dtype(np.float32), span) for ramp in ramps]

    def squared() -> Iterator[np.ndarray]:
        for k, (bounds, measured) in enumerate(
            zip(plan.field(), zip(*planes, strict=True), strict=True)
        ):
            columns = np.flatnonzero((grid[0] >= bounds[0]) & (grid[0] <= bounds[1]))
            rows = np.flatnonzero((grid[1] >= bounds[2]) & (grid[1] <= bounds[3]))
            if not len(columns) or not len(rows):
                continue
            found = np.stack([part[np.ix_(rows, columns)] for part in measured], axis=-1)
            expected = (
                plan.ijk_to_lps[:3, 0] * grid[0][columns][None, :, None]
                + plan.ijk_to_lps[:3, 1] * grid[1][rows][:, None, None]
                + plan.ijk_to_lps[:3, 2] * k
            )
            yield ((found - expected) ** 2).sum(axis=-1)

    return Residual.of(squared())


@dataclass(frozen=True)
class _Canvas:
    """A shifted slice: ``values`` cover rows and columns of the grid from ``j``, ``i`` on.

    ``weight`` is the share of each sample that is data, None where all of it is.
    """

    values: np.ndarray
    weight: np.ndarray | None
    j: int
    i: int

    @property
    def place(self) -> tuple[slice, slice]:
        rows, columns = self.values.shape
        return slice(self.j, self.j + rows), slice(self.i, self.i + columns)


def _planes(
    source: SliceSource, plan: GridPlan, background: float, dtype: np.dtype, span: range
) -> Iterator[np.ndarray]:
    """Planes of the grid one by one, float32 (j, i)."""
    canvases: dict[int, _Canvas] = {}
    shape = plan.dimensions[1::-1]
    for index in span:
        parts = dict(plan.planes[index])
        for passed in canvases.keys() - parts:
            del canvases[passed]
        for number in parts.keys() - canvases:
            values, missing = source.slice(number)
            if dtype == np.int16 and values.dtype != np.int16:
                raise IntegerOverflow
            canvases[number] = _shifted(values, missing, plan.shifts[number])
        yield _mixed([(canvases[number], parts[number]) for number in parts], shape, background)


def _mixed(
    used: list[tuple[_Canvas, float]], shape: tuple[int, ...], background: float
) -> np.ndarray:
    """Weighted mean of whatever contributors hold data at each sample."""
    if used and all(
        canvas.weight is None and canvas.place == used[0][0].place for canvas, _weight in used
    ):
        # All cover the same area with data: their weights add up to one.
        first, weight = used[0]
        total = first.values.copy() if weight == 1 else first.values * np.float32(weight)
        for canvas, weight in used[1:]:
            total += canvas.values * np.float32(weight)
        if total.shape == shape:
            return total
        plane = np.full(shape, background, np.float32)
        plane[first.place] = total
        return plane
    total, shares = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for canvas, weight in used:
        total[canvas.place] += canvas.values * np.float32(weight)
        shares[canvas.place] += (
            weight if canvas.weight is None else canvas.weight * np.float32(weight)
        )
    plane = np.full(shape, background, np.float32)
    return np.divide(total, shares, out=plane, where=shares > NO_DATA)


def _shifted(values: np.ndarray, missing: np.ndarray | None, shift: np.ndarray) -> _Canvas:
    i, j = (int(np.floor(part)) for part in shift)
    shares = (float(shift[1]) - j, float(shift[0]) - i)
    values = values.astype(np.float32)
    weight = None
    if missing is not None:
        values[missing] = 0
        weight = _moved((~missing).astype(np.float32), shares)
    return _Canvas(_moved(values, shares), weight, j, i)


def _moved(image: np.ndarray, shares: tuple[float, float]) -> np.ndarray:
    """Shift by a share of a pixel along each axis, linearly; the area grows by that pixel."""
    for axis, share in enumerate(shares):
        if not share:
            continue
        shape = list(image.shape)
        shape[axis] += 1
        moved = np.empty(shape, np.float32)
        source, target = np.moveaxis(image, axis, 0), np.moveaxis(moved, axis, 0)
        # At the rim the sample between the last pixel and nothing is the last pixel.
        target[0], target[-1] = source[0], source[-1]
        inner = target[1:-1]
        np.subtract(source[:-1], source[1:], out=inner)
        inner *= np.float32(share)
        inner += source[1:]
        image = moved
    return image
