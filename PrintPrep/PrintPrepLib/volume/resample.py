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
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .grid import GridPlan
from .progress import Progress, report

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
