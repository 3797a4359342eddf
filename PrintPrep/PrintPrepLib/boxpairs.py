"""Which of many boxes overlap: the pairs that are worth a closer look.

Boxes are sorted into a grid by their low corner, boxes of much the same size into one grid
(a hierarchical grid: Ericson, Real-Time Collision Detection, 2005, 7.2). Within a row of the
grid they lie in the order of x, so that those that can overlap follow each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Boxes whose partners are sought at a time.
_BATCH = 1 << 14
#: A row of the grid along x has so many steps, and its cross section so many at most.
_X_BITS = 21
_CELLS = 1 << 20
#: Side of the finest grid's cells against the mean size of the boxes.
_CELL = 3.0


@dataclass(frozen=True, eq=False)
class _Grid:
    """The boxes of one size, none larger than a cell.

    :param side: (3,) of the cells.
    :param rows: (3,) number of rows along each axis.
    :param members: boxes, in the order of their keys.
    :param keys: row and place in it, ascending.
    """

    side: np.ndarray
    rows: np.ndarray
    members: np.ndarray
    keys: np.ndarray

    def row(self, axis: int, places: np.ndarray) -> np.ndarray:
        """The row along y (1) or z (2); two rows before the first stay empty, and two behind
        the last, so that neighbours need no test."""
        return np.floor(places / self.side[axis]).astype(np.int64) + 2


class BoxPairs:
    """All pairs of boxes that overlap or touch, each once, in tasks that threads can share.

    A few pairs that only nearly touch are among them: boxes are held in float32, rounded
    outwards.

    :param low, high: (3, M), the corners of the boxes, finite; M is at least 1.
    """

    def __init__(self, low: np.ndarray, high: np.ndarray) -> None:
        origin = low.min(axis=1, keepdims=True)
        whole = (high.max(axis=1, keepdims=True) - origin)[:, 0]
        tiny = np.finfo(np.float32).tiny
        size = high - low
        side = np.maximum(_CELL * size.mean(axis=1), whole / _CELLS + tiny)
        self._x_step = (whole[0] + tiny) / ((1 << _X_BITS) - 8)
        self._low = np.nextafter((low - origin).astype(np.float32), np.float32(-np.inf))
        self._high = np.nextafter((high - origin).astype(np.float32), np.float32(np.inf))
        levels = _levels(size, side)
        # A little more than the side, for boxes that were rounded outwards.
        self._grids = [
            self._grid(np.flatnonzero(levels == level), side * 2.0**level * 1.0001, whole)
            for level in np.unique(levels)
        ]
        #: What can be done independently of each other: a grid, that of the boxes whose
        #: partners are sought in it, and the first of those boxes.
        self.tasks = [
            (grid, other, first)
            for grid in range(len(self._grids))
            for other in range(grid + 1)
            for first in range(0, len(self._grids[other].members), _BATCH)
        ]

    def pairs(self, task: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
        """The pairs of one task: two arrays (K,) of boxes."""
        number, other, first = task
        grid, own = self._grids[number], number == other
        boxes = self._grids[other].members[first : first + _BATCH]
        low, high = self._low[:, boxes], self._high[:, boxes]
        # Boxes of the grid begin up to a cell before the one whose partners are sought. Of
        # two boxes of the same grid, the one that begins farther along x is the partner.
        y, z = grid.row(1, low[1]) - 1, grid.row(2, low[2]) - 1
        y_last, z_last = grid.row(1, high[1]), grid.row(2, high[2])
        start = self._steps(low[0] if own else low[0] - np.float32(grid.side[0]))
        end = self._steps(high[0])
        found = []
        for dy, dz in np.ndindex(3, 3):
            some = np.flatnonzero((y + dy <= y_last) & (z + dz <= z_last))
            row = ((y[some] + dy) * grid.rows[2] + z[some] + dz) << _X_BITS
            if own and (dy, dz) == (1, 1):
                begin = first + some + 1
            else:
                # Those at the same step are the partners in the rows behind only.
                side = "right" if own and (dy, dz) < (1, 1) else "left"
                begin = np.searchsorted(grid.keys, row + start[some], side)
            count = np.searchsorted(grid.keys, row + end[some], "right") - begin
            np.maximum(count, 0, out=count)
            before = np.cumsum(count) - count
            partners = np.repeat(begin - before, count) + np.arange(count.sum())
            found.append(self._overlapping(np.repeat(boxes[some], count), grid.members[partners]))
        return tuple(np.concatenate(side) for side in zip(*found, strict=True))

    def _grid(self, members: np.ndarray, side: np.ndarray, whole: np.ndarray) -> _Grid:
        rows = (whole / side).astype(np.int64) + 5
        grid = _Grid(side, rows, members, members)
        low = self._low[:, members]
        keys = (grid.row(1, low[1]) * rows[2] + grid.row(2, low[2])) << _X_BITS
        keys += self._steps(low[0])
        order = np.argsort(keys)
        return _Grid(side, rows, members[order], keys[order])

    def _steps(self, x: np.ndarray) -> np.ndarray:
        """Places along x as whole steps, in the same order."""
        steps = np.floor(x / self._x_step).astype(np.int64) + 2
        return np.clip(steps, 0, (1 << _X_BITS) - 1)

    def _overlapping(self, i: np.ndarray, j: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        for axis in (1, 2, 0):  # x last: the grid has seen to most of it
            low, high = self._low[axis], self._high[axis]
            keep = np.flatnonzero((low[j] <= high[i]) & (high[j] >= low[i]))
            i, j = i[keep], j[keep]
        return i, j


def _levels(size: np.ndarray, side: np.ndarray) -> np.ndarray:
    """How often (M,) the cells must be doubled to hold boxes of the size (3, M)."""
    levels = np.zeros(size.shape[1], dtype=np.int8)
    for extents, bound in zip(size, side, strict=True):
        largest, level = extents.max(), 0
        while largest > bound * 2.0**level:
            levels = np.maximum(levels, np.int8(level + 1) * (extents > bound * 2.0**level))
            level += 1
    return levels
