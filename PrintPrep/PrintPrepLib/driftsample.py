"""Slices that turn against each other → an orthogonal grid, each slice in its own place.

A grid sample lies on a line along the grid's normal. Where that line crosses the two
slices around the sample the image is read bilinearly, and the two readings are mixed by
their distance. Samples without data take no share, as in resample.py.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from .drift import Fan
from .driftgrid import DriftPlan, nodes
from .progress import Progress, report
from .resample import IntegerOverflow, SliceSource
from .residual import Residual

#: Grid planes worked on together; their slices are kept in memory meanwhile.
_CHUNK = 8
_NO_DATA = 1e-6


def resample_drift(
    source: SliceSource,
    plan: DriftPlan,
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
    i, j = np.arange(columns), np.arange(rows)
    whole = np.issubdtype(voxels.dtype, np.integer)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        images = _Images(source, plan, i, j, pool, voxels.dtype)

        def fill(plane: int) -> None:
            filled = _plane(plan, images, plane)
            np.copyto(filled, background, where=np.isnan(filled))
            voxels[plane] = np.rint(filled, out=filled) if whole else filled

        for start in range(0, count, _CHUNK):
            report(progress, start / count, "Putting each slice in its place")
            chunk = range(start, min(start + _CHUNK, count))
            images.provide(chunk)
            list(pool.map(fill, chunk))
    return voxels


def measure_drift_residual(fan: Fan, plan: DriftPlan) -> Residual:
    """Largest and RMS distance between DICOM and grid positions inside the field, in mm.

    The patient coordinates of every source voxel centre (ramps) go through the same steps
    as the grey values, on a lattice of grid columns.
    """
    columns, rows, count = plan.dimensions
    i, j = nodes(columns), nodes(rows)
    field = plan.field()
    worst, squares, samples = 0.0, 0.0, 0
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        ramps = [
            _Images(_Ramp(fan, axis, plan), plan, i, j, pool, np.dtype(np.float32))
            for axis in range(3)
        ]
        for plane in range(count):
            first_i, last_i, first_j, last_j = field[plane]
            inside = np.ix_((j >= first_j) & (j <= last_j), (i >= first_i) & (i <= last_i))
            places = np.stack(np.broadcast_arrays(i[None, :], j[:, None], plane), axis=-1)
            expected = (places @ plan.ijk_to_lps[:3, :3].T)[inside]
            if not expected.size:
                continue
            found = []
            for ramp in ramps:
                ramp.provide(range(plane, plane + 1))
                found.append(_plane(plan, ramp, plane)[inside])
            squared = ((np.stack(found, axis=-1) - expected) ** 2).sum(axis=-1)
            worst = max(worst, float(squared.max()))
            squares += float(squared.sum())
            samples += squared.size
    return Residual(worst**0.5, (squares / samples) ** 0.5 if samples else 0.0)


class _Ramp:
    """One patient coordinate of voxel centres, from the grid's origin, as slices."""

    def __init__(self, fan: Fan, axis: int, plan: DriftPlan) -> None:
        self._start = fan.positions[:, axis] - plan.ijk_to_lps[axis, 3]
        self._row = np.outer(fan.rows[:, axis] * fan.spacing[0], np.arange(fan.size[0]))
        self._column = np.outer(fan.columns[:, axis] * fan.spacing[1], np.arange(fan.size[1]))

    def slice(self, index: int) -> tuple[np.ndarray, None]:
        ramp = self._start[index] + self._column[index][:, None] + self._row[index]
        return ramp.astype(np.float32), None


class _Images:
    """The slices as seen along the grid's normal, those around the planes at hand.

    Sample (y, x) of slice s is its reading where the grid column (i[x], j[y]) crosses it,
    NaN where it holds no data. They share one buffer: slice s stands at s modulo its length.
    """

    def __init__(
        self,
        source: SliceSource,
        plan: DriftPlan,
        i: np.ndarray,
        j: np.ndarray,
        pool: ThreadPoolExecutor,
        dtype: np.dtype,
    ) -> None:
        self.i, self.j = i, j
        self._source, self._plan, self._pool, self._dtype = source, plan, pool, dtype
        self._held: range = range(0)
        wanted = [
            self._around(range(start, start + _CHUNK))
            for start in range(0, plan.dimensions[2], _CHUNK)
        ]
        longest = max(len(some) for some in wanted)
        self._buffer = np.empty((longest, len(j), len(i)), np.float32)

    def provide(self, planes: range) -> None:
        """Read the slices that the planes need and that are not there yet."""
        wanted = self._around(planes)
        new = [index for index in wanted if index not in self._held]
        list(self._pool.map(self._read, new))
        self._held = wanted

    def at(self, index: np.ndarray) -> np.ndarray:
        """Each sample's reading in the slice of its own ``index``, (J, I)."""
        area = index.shape[0] * index.shape[1]
        place = (index % len(self._buffer)) * area
        place += np.arange(area).reshape(index.shape)
        return self._buffer.reshape(-1).take(place)

    def _around(self, planes: range) -> range:
        """The slices that lie in reach of the planes, and one beyond at each side."""
        ends, count = self._plan.ends, len(self._plan.ends)
        low, high = planes.start - 0.5, planes.stop - 0.5
        first = int(np.searchsorted(ends[:, 1], low)) - 1
        last = int(np.searchsorted(ends[:, 0], high)) + 1
        return range(max(0, first), min(count, max(last, first + 2)))

    def _read(self, index: int) -> None:
        values, missing = self._source.slice(index)
        if self._dtype == np.int16 and values.dtype != np.int16:
            raise IntegerOverflow
        u, v = self._plan.foot(index, self.i, self.j)
        self._buffer[index % len(self._buffer)] = _read_at(values, missing, u, v)


def _plane(plan: DriftPlan, images: _Images, plane: int) -> np.ndarray:
    """Plane ``plane`` on the images' samples, float32 (J, I), NaN where there is no data."""
    levels = plan.levels(plane)
    if len(levels) == 1:
        return _level(plan, images, float(levels[0]))
    total = np.zeros((len(images.j), len(images.i)), np.float32)
    shares = np.zeros(total.shape, np.float32)
    for level in levels:
        values = _level(plan, images, float(level))
        data = ~np.isnan(values)
        np.add(total, values, out=total, where=data)
        shares += data
    return np.divide(total, shares, out=np.full_like(total, np.nan), where=shares > 0)


def _level(plan: DriftPlan, images: _Images, level: float) -> np.ndarray:
    """The readings of the two slices around ``level`` (in planes), mixed by distance."""
    below, inside = plan.below(level, images.i, images.j)
    low = plan.height(below, level, images.i, images.j)
    share = low / (low - plan.height(below + 1, level, images.i, images.j))
    lower, upper = images.at(below), images.at(below + 1)
    mixed = lower + share * (upper - lower)
    alone = np.isnan(mixed)
    if alone.any():
        mixed[alone] = np.where(np.isnan(lower[alone]), upper[alone], lower[alone])
    mixed[~inside] = np.nan
    return mixed


def _read_at(
    values: np.ndarray, missing: np.ndarray | None, u: np.ndarray, v: np.ndarray
) -> np.ndarray:
    """Bilinear reading at column ``u`` and row ``v``, float32; NaN without data.

    A sample within half a pixel of the rim takes the rim's value.
    """
    rows, columns = values.shape
    outside = (u < -0.5) | (u > columns - 0.5) | (v < -0.5) | (v > rows - 0.5)
    u, v = np.clip(u, 0, columns - 1), np.clip(v, 0, rows - 1)
    left = np.minimum(u.astype(np.int32), max(columns - 2, 0))
    top = np.minimum(v.astype(np.int32), max(rows - 2, 0))
    u -= left
    v -= top
    corner = top * columns + left
    right, down = min(1, columns - 1), columns * min(1, rows - 1)

    def mixed(image: np.ndarray) -> np.ndarray:
        flat = np.ascontiguousarray(image, np.float32).reshape(-1)
        upper = flat.take(corner)
        upper += u * (flat.take(corner + right) - upper)
        lower = flat.take(corner + down)
        lower += u * (flat.take(corner + down + right) - lower)
        upper += v * (lower - upper)
        return upper

    if missing is None:
        result = mixed(values)
    else:
        share = mixed(~missing)
        result = mixed(np.where(missing, np.float32(0), values))
        empty = share <= _NO_DATA
        np.divide(result, share, out=result, where=~empty)
        outside |= empty
    result[outside] = np.nan
    return result
