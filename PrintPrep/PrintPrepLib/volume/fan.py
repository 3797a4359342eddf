"""The orthogonal grid over slices that turn against each other, planned before memory is taken."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .drift import Fan
from .geometry import StackGeometry
from .grid import MAXIMUM_VOXELS, choose_spacing, limit_voxels

#: Shares of a voxel below this count as inside.
_EXACT = 1e-5
#: Nodes along an axis of the lattice on which the field is looked for.
_NODES = 49


@dataclass(frozen=True)
class DriftPlan:
    """The grid over a fan of slices: axes of their mean orientation, every voxel centre covered.

    ``dimensions`` and ``spacing`` are (i, j, k), lengths in mm; ``ijk_to_lps`` is 4×4.
    ``heights`` (N, 3) give each slice's height over grid column (i, j) in planes:
    k = h + i·hi + j·hj. ``feet`` (N, 2, 4) give the place of grid voxel (i, j, k) in the
    slice, in its pixels along (row, column) direction: f + i·fi + j·fj + k·fk.
    ``parts``: each plane is the mean of so many, because the grid is coarser than the slices.
    ``bridged`` (N − 1,) tells behind which slices nothing was left unscanned: what lies in a
    gap between sections is never made up.
    """

    dimensions: tuple[int, int, int]
    spacing: tuple[float, float, float]
    ijk_to_lps: np.ndarray
    heights: np.ndarray
    feet: np.ndarray
    source_size: tuple[int, int]
    parts: int
    bridged: np.ndarray

    @property
    def untouched(self) -> bool:
        """No voxel of a slice lies on the grid by itself."""
        return False

    @property
    def averages(self) -> bool:
        """Planes are means over their thickness."""
        return self.parts > 1

    @cached_property
    def ends(self) -> np.ndarray:
        """Least and largest height of each slice over the grid, (N, 2) planes."""
        columns, rows, _ = self.dimensions
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
        inside = (_over(heights[0], i, j) <= _EXACT) & (_over(heights[-1], i, j) >= -_EXACT)
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
        places = []
        for start, along_i, along_j, along_k in self.feet[index]:
            plane = np.array([start, along_i, along_j]) + along_k * self.heights[index]
            places.append(_over(plane, i, j))
        return places[0], places[1]

    def field(self) -> np.ndarray:
        """Where each plane is interpolated from acquired voxels only.

        The largest rectangle found on a lattice: the acquired part of a plane is cut off
        askew where the first or last slice leaves it.

        :returns: (K, 4) integers: first and last i, first and last j, both inclusive; an
            empty plane has a last before the first.
        """
        columns, rows, count = self.dimensions
        i, j = nodes(columns), nodes(rows)
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
    step = choose_spacing(geometry, fan.spacing[::-1], spacing)
    sizes = np.array([*fan.spacing, step])
    low, high = fan.bounds
    dimensions = tuple(
        1 + math.ceil(length / size - _EXACT)
        for length, size in zip(high - low, sizes, strict=True)
    )
    limit_voxels(dimensions, step, maximum_voxels)
    matrix = np.eye(4)
    matrix[:3, :3] = fan.axes.T * sizes
    matrix[:3, 3] = fan.positions[0] + low @ fan.axes
    heights = fan.heights * [1.0, sizes[0], sizes[1]]
    heights[:, 0] += fan.heights[:, 1:] @ low[:2] - low[2]
    # (p − position) · axis / pixel for p = origin + i·a + j·b + k·c, a slice's two axes at a time.
    along = np.stack([fan.rows / fan.spacing[0], fan.columns / fan.spacing[1]], axis=1)
    start = matrix[:3, 3] - fan.positions
    feet = np.concatenate(
        [np.einsum("nax,nx->na", along, start)[..., None], along @ matrix[:3, :3]], axis=2
    )
    bridged = np.ones(len(fan.steps), bool)
    bridged[list(geometry.partings)] = False
    median = float(np.median(fan.steps))
    return DriftPlan(
        dimensions=dimensions,
        spacing=tuple(sizes.tolist()),
        ijk_to_lps=matrix,
        heights=heights / step,
        feet=feet,
        source_size=fan.size,
        parts=max(1, math.ceil(step / median * (1 - _EXACT))),
        bridged=bridged,
    )


def nodes(size: int) -> np.ndarray:
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
            held = (u >= -_EXACT) & (u <= columns - 1 + _EXACT)
            held &= (v >= -_EXACT) & (v <= rows - 1 + _EXACT)
            inside &= held | ~here
    return inside


def _over(plane: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """The plane a + i·b + j·c over grid columns and rows, float32 (J, I)."""
    start, along_i, along_j = plane
    across = (start + along_i * i).astype(np.float32)
    return across + (along_j * j).astype(np.float32)[:, None]
