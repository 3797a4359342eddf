"""Slices that turn against each other → an orthogonal grid, each slice in its own place.

A grid sample lies on a line along the grid's normal. Where that line crosses the two slices
around the sample the image is read bilinearly, and the two readings are mixed by their distance.
Samples without data take no share, as in volume/resample.py. The grid is planned before memory
is taken.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, report
from ..geometry.fan import Fan
from ..geometry.stack_geometry import StackGeometry
from .grid import EXACT, MAXIMUM_VOXELS, Grid, choose_spacing, limit_voxels
from .resample import NO_DATA, IntegerOverflow, Ramp, Residual, SliceSource

#: Nodes along an axis of the lattice on which the field is looked for.
_NODES = 49
#: Grid planes worked on together; their slices are kept in memory meanwhile.
_CHUNK = 8


@dataclass(frozen=True)
class DriftPlan(Grid):
    """The grid over a fan of slices: axes of their mean orientation, every voxel centre covered.

    ``heights`` (N, 3) give each slice's height over grid column (i, j) in planes:
    k = h + i·hi + j·hj. ``feet`` (N, 2, 4) give the place of grid voxel (i, j, k) in the
    slice, in its pixels along (row, column) direction: f + i·fi + j·fj + k·fk.
    ``parts``: each plane is the mean of so many, because the grid is coarser than the slices.
    ``bridged`` (N − 1,) tells behind which slices nothing was left unscanned: what lies in a
    gap between sections is never made up.
    """

    heights: np.ndarray
    feet: np.ndarray
    parts: int
    bridged: np.ndarray

    @cached_property
    def ends(self) -> np.ndarray:
        """Least and largest height of each slice over the grid, (N, 2) planes."""
        columns, rows = self.dimensions[:2]
        corners = [[1, i, j] for i in (0, columns - 1) for j in (0, rows - 1)]
        over = self.heights @ np.array(corners, float).T
        return np.stack([over.min(axis=1), over.max(axis=1)], axis=1)

    def levels(self, plane: int) -> np.ndarray:
        """The heights (in planes) that grid plane ``plane`` is the mean of."""
        return plane + (np.arange(self.parts) + 0.5) / self.parts - 0.5

    def below(self, level: float, i: np.ndarray, j: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Index (J, I) of the slice at or below ``level``, and where the one above goes on from it.

        Planes do not cross over the grid, so that the slices' order is the same everywhere.

        :param level: height in planes.
        :param i, j: grid columns (I,) and rows (J,).
        """
        # The level comes off before rounding to float32: what is compared is small.
        heights = (self.heights - [level, 0.0, 0.0]).astype(np.float32)
        last = len(heights) - 2
        start = int(np.searchsorted(self.ends[:, 1], level, "right")) - 1
        stop = int(np.searchsorted(self.ends[:, 0], level, "right")) - 1
        start, stop = max(0, min(start, last)), min(stop, last)
        index = np.full((len(j), len(i)), start, np.int32)
        for number in range(start + 1, stop + 1):
            index += _over(heights[number], i, j) <= 0
        inside = (_over(heights[0], i, j) <= EXACT) & (_over(heights[-1], i, j) >= -EXACT)
        if not self.bridged.all():
            inside &= self.bridged[index]
        return index, inside

    def height(self, index: np.ndarray, level: float, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Planes by which each sample's own slice ``index`` (J, I) lies above ``level``."""
        start, along_i, along_j = (self.heights - [level, 0.0, 0.0]).astype(np.float32).T
        height = along_i.take(index) * i.astype(np.float32)
        height += along_j.take(index) * j.astype(np.float32)[:, None]
        height += start.take(index)
        return height

    def foot(self, index: int, i: np.ndarray, j: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where the grid columns cross slice ``index``: its pixels (column, row), each (J, I)."""
        planes = self.feet[index, :, :3] + np.outer(self.feet[index, :, 3], self.heights[index])
        return _over(planes[0], i, j), _over(planes[1], i, j)

    def field(self) -> np.ndarray:
        """Where each plane is interpolated from acquired voxels only, as in ``GridPlan.field``.

        The largest rectangle found on a lattice: the acquired part of a plane is cut off
        askew where the first or last slice leaves it.
        """
        columns, rows, count = self.dimensions
        i, j = _nodes(columns), _nodes(rows)
        field = np.tile([0, -1, 0, -1], (count, 1))
        for plane in range(count):
            inside = np.ones((len(j), len(i)), bool)
            for level in self.levels(plane):
                inside &= _acquired(self, level, i, j)
            found = _largest_rectangle(inside, i, j)
            if found is not None:
                field[plane] = found
        return field


def plan_drift(
    fan: Fan,
    geometry: StackGeometry,
    spacing: str | float = "native",
    *,
    maximum_voxels: int = MAXIMUM_VOXELS,
) -> DriftPlan:
    """Lay an orthogonal grid over a fan of slices: its mean axes, every voxel centre covered.

    :param geometry: of the stack: its steps in the middle of the images, and its partings.
    :param spacing: as in ``grid.choose_spacing``.
    :raises GridError: bad spacing, or more voxels than ``maximum_voxels``.
    """
    across, down = fan.spacing[0].tolist()
    step = choose_spacing(geometry, (down, across), spacing)
    sizes = np.array([across, down, step])
    low, high = fan.bounds
    columns, rows, count = (1 + np.ceil((high - low) / sizes - EXACT).astype(int)).tolist()
    limit_voxels((columns, rows, count), step, maximum_voxels)
    matrix = np.eye(4)
    matrix[:3, :3] = fan.axes.T * sizes
    matrix[:3, 3] = fan.positions[0] + low @ fan.axes
    heights = fan.heights * [1.0, sizes[0], sizes[1]]
    heights[:, 0] += fan.heights[:, 1:] @ low[:2] - low[2]
    # (p − position) · axis / pixel for p = origin + i·a + j·b + k·c, a slice's two axes at a time.
    along = np.stack([fan.rows, fan.columns], axis=1) / fan.spacing[:, :, None]
    start = matrix[:3, 3] - fan.positions
    feet = np.concatenate(
        [np.einsum("nax,nx->na", along, start)[..., None], along @ matrix[:3, :3]], axis=2
    )
    bridged = np.ones(len(fan.steps), bool)
    bridged[list(geometry.partings)] = False
    parts = max(1, math.ceil(step / float(np.median(fan.steps)) * (1 - EXACT)))
    return DriftPlan(
        dimensions=(columns, rows, count),
        spacing=(across, down, step),
        ijk_to_lps=matrix,
        source_size=fan.size,
        averages=parts > 1,
        heights=heights / step,
        feet=feet,
        parts=parts,
        bridged=bridged,
    )


def _nodes(size: int) -> np.ndarray:
    """Places of a lattice along an axis of ``size`` voxels, both ends among them."""
    return np.unique(np.linspace(0, size - 1, min(size, _NODES)).round().astype(np.int64))


def _largest_rectangle(
    inside: np.ndarray, i: np.ndarray, j: np.ndarray
) -> tuple[int, int, int, int] | None:
    """First and last i and j of the largest rectangle of nodes that are all ``inside``.

    Each row counts with its longest run: exact for the convex areas that occur here.
    """
    first, last = _longest_runs(inside)
    best, found = -1, None
    for start in range(len(j)):
        left = np.maximum.accumulate(first[start:])
        right = np.minimum.accumulate(last[start:])
        there = right >= left
        wide = i[np.clip(right, 0, None)] - i[np.clip(left, 0, len(i) - 1)] + 1
        areas = np.where(there, wide * (j[start:] - j[start] + 1), -1)
        end = int(areas.argmax())
        if areas[end] > best:
            best = int(areas[end])
            found = int(i[left[end]]), int(i[right[end]]), int(j[start]), int(j[start + end])
    return found


def _longest_runs(inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last index of the longest run of each row; last before first where none is."""
    count = inside.shape[1]
    index = np.arange(count)
    # Length of the run that ends at each sample: distance to the last sample outside.
    outside = np.maximum.accumulate(np.where(inside, -1, index), axis=1)
    length = np.where(inside, index - outside, 0)
    last = length.argmax(axis=1)
    longest = length[np.arange(len(inside)), last]
    return np.where(longest > 0, last - longest + 1, count), np.where(longest > 0, last, -1)


def _acquired(plan: DriftPlan, level: float, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Which samples of a level lie between two slices, inside the images of both, (J, I)."""
    below, inside = plan.below(level, i, j)
    columns, rows = plan.source_size
    for index in np.unique(below):
        here = below == index
        for number in (index, index + 1):
            u, v = plan.foot(number, i, j)
            held = (u >= -EXACT) & (u <= columns - 1 + EXACT)
            held &= (v >= -EXACT) & (v <= rows - 1 + EXACT)
            inside &= held | ~here
    return inside


def _over(plane: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """The plane a + i·b + j·c over grid columns and rows, float32 (J, I)."""
    start, along_i, along_j = plane
    across = (start + along_i * i).astype(np.float32)
    return across + (along_j * j).astype(np.float32)[:, None]


def resample_drift(
    source: SliceSource,
    plan: DriftPlan,
    background: float,
    dtype: np.dtype,
    progress: Progress | None = None,
) -> np.ndarray:
    """Bring slices onto the grid; parameters, result and errors as in ``resample.resample``."""
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
            report(progress, start / count, _("Putting each slice in its place"))
            chunk = range(start, min(start + _CHUNK, count))
            images.provide(chunk)
            list(pool.map(fill, chunk))
    return voxels


def measure_drift_residual(fan: Fan, plan: DriftPlan) -> Residual:
    """As ``resample.measure_residual``, on a lattice of grid columns."""
    i, j = (_nodes(size) for size in plan.dimensions[:2])
    pixels = [np.arange(size) for size in fan.size]
    ramps = [Ramp(fan, axis, plan.ijk_to_lps[:3, 3], *pixels) for axis in range(3)]

    def squared(pool: ThreadPoolExecutor) -> Iterator[np.ndarray]:
        seen = [_Images(ramp, plan, i, j, pool, np.dtype(np.float32)) for ramp in ramps]
        for plane, (first_i, last_i, first_j, last_j) in enumerate(plan.field()):
            inside = np.ix_((j >= first_j) & (j <= last_j), (i >= first_i) & (i <= last_i))
            places = np.stack(np.broadcast_arrays(i[None, :], j[:, None], plane), axis=-1)
            expected = (places @ plan.ijk_to_lps[:3, :3].T)[inside]
            if not expected.size:
                continue
            for images in seen:
                images.provide(range(plane, plane + 1))
            found = [_plane(plan, images, plane)[inside] for images in seen]
            yield ((np.stack(found, axis=-1) - expected) ** 2).sum(axis=-1)

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        return Residual.of(squared(pool))


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
        empty = share <= NO_DATA
        np.divide(result, share, out=result, where=~empty)
        outside |= empty
    result[outside] = np.nan
    return result
