"""Slices → planes of a regular grid: in-plane shifts and one interpolation along the normal.

Tilt is a shift of each slice within its plane and uneven spacing a one-dimensional
interpolation along the normal, so the general 3-D transform is never needed. Samples
without data (PixelPaddingValue, outside a slice) take no share: the other contributors
make up the sample, and background fills it where there is none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ..core.progress import Progress, report
from .grid import GridPlan

_CHUNK = 12
_NO_DATA = 1e-6


class SliceSource(Protocol):
    """Gives the slices of a stack one by one; called from several threads."""

    def slice(self, index: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Values (rows, columns) of slice ``index``, and where they are no data (or None)."""


class IntegerOverflow(Exception):
    """A slice holds values that int16 cannot: the volume has to be float32."""


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
    columns, rows, count = plan.dimensions
    voxels = np.empty((count, rows, columns), dtype)
    whole = np.issubdtype(voxels.dtype, np.integer)

    def fill(start: int) -> None:
        canvases: dict[int, _Canvas] = {}
        for index in range(start, min(start + _CHUNK, count)):
            plane = _plane(source, plan, index, background, canvases, voxels.dtype)
            voxels[index] = np.rint(plane, out=plane) if whole else plane

    starts = range(0, count, _CHUNK)
    # Threads, not processes: numpy works outside the interpreter's lock, and a process
    # pool inside Slicer is unsafe.
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        jobs = [pool.submit(fill, start) for start in starts]
        try:
            for done, job in enumerate(jobs):
                report(progress, done / len(jobs), "Making the volume regular")
                job.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return voxels


def planes(source: SliceSource, plan: GridPlan, background: float) -> Iterator[np.ndarray]:
    """The grid's planes one by one, float32 (j, i), by the same steps as ``resample``."""
    canvases: dict[int, _Canvas] = {}
    for index in range(len(plan.planes)):
        yield _plane(source, plan, index, background, canvases, np.dtype(np.float32))


def _plane(
    source: SliceSource,
    plan: GridPlan,
    index: int,
    background: float,
    canvases: dict[int, _Canvas],
    dtype: np.dtype,
) -> np.ndarray:
    """Plane ``index`` as float32; ``canvases`` keeps the shifted slices for the next plane."""
    parts = plan.planes[index]
    for passed in set(canvases) - {number for number, _ in parts}:
        del canvases[passed]
    for number, _ in parts:
        if number not in canvases:
            values, missing = source.slice(number)
            if dtype == np.int16 and values.dtype != np.int16:
                raise IntegerOverflow
            canvases[number] = _shifted(values, missing, plan.shifts[number])
    columns, rows = plan.dimensions[:2]
    used = [(canvases[number], weight) for number, weight in parts]
    if used and all(
        canvas.weight is None and canvas.place == used[0][0].place for canvas, _ in used
    ):
        return _mixed(used, rows, columns, background)
    return _normalised(used, rows, columns, background)


def _mixed(
    used: list[tuple[_Canvas, float]], rows: int, columns: int, background: float
) -> np.ndarray:
    """Weighted sum of canvases that all cover the same area with data."""
    first, weight = used[0]
    total = first.values.copy() if weight == 1 else first.values * np.float32(weight)
    for canvas, weight in used[1:]:
        total += canvas.values * np.float32(weight)
    if total.shape == (rows, columns):
        return total
    plane = np.full((rows, columns), background, np.float32)
    plane[first.place] = total
    return plane


def _normalised(
    used: list[tuple[_Canvas, float]], rows: int, columns: int, background: float
) -> np.ndarray:
    """Weighted mean of whatever contributors hold data at each sample."""
    total = np.zeros((rows, columns), np.float32)
    shares = np.zeros((rows, columns), np.float32)
    for canvas, weight in used:
        total[canvas.place] += canvas.values * np.float32(weight)
        shares[canvas.place] += (
            weight if canvas.weight is None else canvas.weight * np.float32(weight)
        )
    return np.divide(total, shares, out=np.full_like(total, background), where=shares > _NO_DATA)


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
        if share:
            image = _moved_along(image, share, axis)
    return image


def _moved_along(image: np.ndarray, share: float, axis: int) -> np.ndarray:
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
    return moved


# How far the regular volume lies from the DICOM positions: measured, not assumed.
#
# The patient coordinates of every source voxel centre (ramps) go through the same resampler as the
# grey values, and are compared with the grid's own coordinates.


@dataclass(frozen=True)
class SliceFrames:
    """Where each slice stands by its own header: N slices, LPS mm.

    ``positions``, ``rows``, ``columns`` are (N, 3): first voxel centre and unit axes;
    ``spacing`` (N, 2) is the distance of voxels along (row, column) direction.
    """

    positions: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    spacing: np.ndarray


@dataclass(frozen=True)
class Residual:
    """Distance between DICOM position and grid position of the voxels, mm."""

    max: float
    rms: float


class _Ramp:
    """One patient coordinate of voxel centres, as slices for the resampler."""

    def __init__(
        self, frames: SliceFrames, axis: int, origin: np.ndarray, i: np.ndarray, j: np.ndarray
    ) -> None:
        self._start = frames.positions[:, axis] - origin[axis]
        self._along_row = np.outer(frames.rows[:, axis] * frames.spacing[:, 0], i)
        self._down_column = np.outer(frames.columns[:, axis] * frames.spacing[:, 1], j)

    def slice(self, index: int) -> tuple[np.ndarray, None]:
        ramp = self._start[index] + self._down_column[index][:, None] + self._along_row[index]
        return ramp.astype(np.float32), None


def measure_residual(frames: SliceFrames, plan: GridPlan) -> Residual:
    """Largest and RMS distance inside the acquired field, in mm."""
    pixels = [_sampled(plan.shifts[:, axis], plan.source_size[axis]) for axis in (0, 1)]
    thinned = _thinned(plan, pixels)
    origin = plan.ijk_to_lps[:3, 3]
    ramps = [_Ramp(frames, axis, origin, *pixels) for axis in range(3)]
    worst, squares, count = 0.0, 0.0, 0
    measured_planes = zip(*(planes(ramp, thinned, 0.0) for ramp in ramps), strict=True)
    for k, (bounds, measured) in enumerate(zip(plan.field(), measured_planes, strict=True)):
        i, columns = _inside(plan, pixels, 0, bounds[:2])
        j, rows = _inside(plan, pixels, 1, bounds[2:])
        if not len(i) or not len(j):
            continue
        found = np.stack([part[np.ix_(rows, columns)] for part in measured], axis=-1)
        expected = (
            plan.ijk_to_lps[:3, 0] * i[None, :, None]
            + plan.ijk_to_lps[:3, 1] * j[:, None, None]
            + plan.ijk_to_lps[:3, 2] * k
        )
        squared = ((found - expected) ** 2).sum(axis=-1)
        worst = max(worst, float(squared.max()))
        squares += float(squared.sum())
        count += squared.size
    return Residual(worst**0.5, (squares / count) ** 0.5 if count else 0.0)


def _sampled(shifts: np.ndarray, size: int) -> np.ndarray:
    """Pixels of an axis that have to be looked at.

    Coordinates are linear along an axis: where nothing is shifted along it, both ends and
    the middle show the largest deviation.
    """
    return np.arange(size) if np.ptp(shifts) else np.unique([0, size // 2, size - 1])


def _thinned(plan: GridPlan, pixels: list[np.ndarray]) -> GridPlan:
    """The plan for slices that consist of the sampled pixels only."""
    shifts, dimensions = plan.shifts.copy(), list(plan.dimensions)
    for axis in (0, 1):
        if len(pixels[axis]) < plan.source_size[axis]:
            shifts[:, axis] = 0
            dimensions[axis] = len(pixels[axis])
    return replace(plan, shifts=shifts, dimensions=tuple(dimensions))


def _inside(
    plan: GridPlan, pixels: list[np.ndarray], axis: int, bounds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Grid indices along an axis within the field, and their places in the thinned plane."""
    if len(pixels[axis]) < plan.source_size[axis]:
        indices = pixels[axis] + plan.shifts[0, axis]
        places = np.arange(len(indices))
    else:
        indices = places = np.arange(plan.dimensions[axis])
    inside = (indices >= bounds[0]) & (indices <= bounds[1])
    return indices[inside], places[inside]
