"""Where the grey values, linear between the voxels, cross the bounds of a segment."""

from __future__ import annotations

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, report

#: Points placed at a time: some take as long as a hundred others.
_BATCH = 1 << 14
#: Below any slope of grey values.
_TINY = np.finfo(np.float32).tiny
#: What became of the search for the crossing nearest to a point.
FOUND, CUT, MISSED = 0, 1, 2
#: Shares of the smallest voxel spacing: the step of the search along a line, what a turn must
#: gain, and how near the gradient alone tells the distance.
_STEP, _GAIN, _NEAR = 0.5, 1e-3, 0.02
#: Most rounds that narrow down the step in which the crossing lies, and the share of the spacing
#: that ends them: a skull needs two, a kink between cells a few.
_ROUNDS, _EXACT = 8, 1e-3
#: How often a crossing is looked for again, straight across the surface found last.
_TURNS = 2
#: A surface farther off than half a voxel's diagonal must face as the mesh does, within 60°.
_LEAST_COSINE = 0.5


class GreyLevel:
    """How far the grey values lie within a closed range: the *height*.

    The height is the lesser of grey value − low and high − grey value: positive inside the
    segment's range, zero on its surface. It is known inside the acquired field only.

    :param voxels: grey values [k, j, i].
    :param ijk_to_lps: (4, 4), voxel centres to LPS mm.
    :param low, high: the range; None: unbounded.
    :param field: (K, 4) first and last i and j of the acquired field of each plane
        (inclusive); None: the whole volume.
    """

    def __init__(
        self,
        voxels: np.ndarray,
        ijk_to_lps: np.ndarray,
        low: float | None,
        high: float | None = None,
        field: np.ndarray | None = None,
    ) -> None:
        depth, rows, columns = voxels.shape
        self._grey = np.ascontiguousarray(voxels).reshape(-1)
        self._low = np.float32(-np.inf if low is None else low)
        self._high = np.float32(np.inf if high is None else high)
        size = np.array([columns, rows, depth])
        self._last_cell = np.maximum(size - 2, 0)
        # A volume of one plane has no next plane: it stands for its own neighbour.
        self._strides = np.where(size > 1, [1, columns, columns * rows], 0)
        self._corners = (np.indices((2, 2, 2)).reshape(3, 8).T[:, ::-1] @ self._strides)[:, None]
        if field is None:
            field = np.tile([0, columns - 1, 0, rows - 1], (depth, 1))
        following = field[np.minimum(np.arange(depth) + 1, depth - 1)]
        self._first = np.maximum(field, following)[:, [0, 2]]
        self._last = np.minimum(field, following)[:, [1, 3]]
        self._inverse = np.linalg.inv(ijk_to_lps)
        spacing = np.linalg.norm(ijk_to_lps[:3, :3], axis=0)
        self.spacing_mm = float(spacing.min())
        self.half_diagonal_mm = float(np.linalg.norm(spacing)) / 2

    def ijk(self, points: np.ndarray) -> np.ndarray:
        """Points (N, 3), LPS mm, in voxels."""
        return points @ self._inverse[:3, :3].T + self._inverse[:3, 3]

    def along(self, vectors: np.ndarray) -> np.ndarray:
        """Vectors (N, 3), LPS mm, in voxels."""
        return vectors @ self._inverse[:3, :3].T

    def height(self, ijk: np.ndarray) -> np.ndarray:
        """(N,) float32 at points (N, 3) in voxels; NaN outside the acquired field."""
        values, (x, y, z), base = self._cells(ijk)
        columns = values[:, :, 0] + x * (values[:, :, 1] - values[:, :, 0])
        rows = columns[:, 0] + y * (columns[:, 1] - columns[:, 0])
        grey = rows[0] + z * (rows[1] - rows[0])
        return self._heights(grey, ijk, base)

    def height_and_slope(self, ijk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The height (N,) and its gradient (N, 3) per mm in LPS."""
        values, (x, y, z), base = self._cells(ijk)
        steps = values[:, :, 1] - values[:, :, 0]
        columns = values[:, :, 0] + x * steps
        steps = steps[:, 0] + y * (steps[:, 1] - steps[:, 0])
        risers = columns[:, 1] - columns[:, 0]
        rows = columns[:, 0] + y * risers
        grey = rows[0] + z * (rows[1] - rows[0])
        slope = np.stack(
            (
                steps[0] + z * (steps[1] - steps[0]),
                risers[0] + z * (risers[1] - risers[0]),
                rows[1] - rows[0],
            ),
            axis=1,
        )
        slope = slope @ self._inverse[:3, :3]
        slope[self._high - grey < grey - self._low] *= -1
        return self._heights(grey, ijk, base), slope

    def _cells(
        self, ijk: np.ndarray
    ) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
        """The corners (2, 2, 2, N) [k, j, i] of the cells, places in them, and their first
        voxels (N, 3)."""
        base = np.clip(np.floor(ijk).astype(np.int64), 0, self._last_cell)
        values = self._grey.take(self._corners + base @ self._strides, mode="clip")
        place = tuple((ijk - base).astype(np.float32).T)
        return values.astype(np.float32).reshape(2, 2, 2, -1), place, base

    def _heights(self, grey: np.ndarray, ijk: np.ndarray, base: np.ndarray) -> np.ndarray:
        """Heights of grey values; NaN where their cell was not acquired."""
        i, j, k = ijk.T
        (first_i, first_j), (last_i, last_j) = self._first[base[:, 2]].T, self._last[base[:, 2]].T
        acquired = (k >= 0) & (k <= len(self._first) - 1)
        acquired &= (i >= first_i) & (i <= last_i) & (j >= first_j) & (j <= last_j)
        return np.where(
            acquired, np.minimum(grey - self._low, self._high - grey), np.float32(np.nan)
        )


def distances(
    level: GreyLevel,
    points: np.ndarray,
    normals: np.ndarray,
    reach_mm: float,
    progress: Progress | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """How far points of a mesh lie from the surface of a range of grey values.

    From a point inside the range the surface is looked for outwards along the mesh's normal,
    from one outside it inwards: the first crossing has the sense of the mesh, and the far
    side of a wall is not taken for the near one. Where the mesh does not run parallel to the
    surface, that way is longer than the distance. So the crossing is looked for again from
    the same point, down the gradient at the crossing found last, and the shortest way
    counts: a plane is exact after one turn, and no distance comes out too small for want
    of a crossing.

    :param points: (N, 3), LPS mm.
    :param normals: (N, 3) unit vectors that look outwards.
    :param reach_mm: how far to look.
    :return: the distances (N,) float32 in mm, positive where the mesh lies outside, NaN where
        there is none; and (N,) uint8 ``FOUND``, ``CUT`` (the acquired field ends before) or
        ``MISSED`` (no crossing within reach that faces as the mesh does).
    :raises Cancelled: progress asked for it.
    """
    result = np.empty(len(points), np.float32)
    outcome = np.empty(len(points), np.uint8)
    for first in range(0, len(points), _BATCH):
        report(progress, first / len(points), _("Comparing with the grey values"))
        some = slice(first, first + _BATCH)
        result[some], outcome[some] = _nearest(level, points[some], normals[some], reach_mm)
    return result, outcome


def _nearest(
    level: GreyLevel, points: np.ndarray, normals: np.ndarray, reach_mm: float
) -> tuple[np.ndarray, np.ndarray]:
    start = level.ijk(points)
    height, slope = level.height_and_slope(start)
    # In the range: outwards, else inwards.
    sense = np.where(height >= 0, 1.0, -1.0)
    course = normals * sense[:, None]
    # A point on the surface, but for rounding, has no side from which to look for it.
    length = np.abs(height) / np.maximum(np.linalg.norm(slope, axis=1), _TINY)
    outcome = np.where(length <= _NEAR * level.spacing_mm, FOUND, MISSED).astype(np.uint8)
    off = np.flatnonzero(outcome == MISSED)
    length[off], outcome[off] = _crossings(
        level, start[off], height[off], course[off], np.full(len(off), reach_mm)
    )
    turning = off[outcome[off] == FOUND]
    for _turn in range(_TURNS):
        ahead = sense[turning, None] * _facing(level, start, course, length, turning)
        gain = length[turning] * (1 - (ahead * course[turning]).sum(axis=1))
        worth = gain > _GAIN * level.spacing_mm
        turning, ahead = turning[worth], ahead[worth]
        shorter, found = _crossings(level, start[turning], height[turning], ahead, length[turning])
        nearer = found == FOUND
        turning = turning[nearer]
        length[turning], course[turning] = shorter[nearer], ahead[nearer]
    far = np.flatnonzero((outcome == FOUND) & (length > level.half_diagonal_mm))
    cosine = (_facing(level, start, course, length, far) * normals[far]).sum(axis=1)
    outcome[far[cosine < _LEAST_COSINE]] = MISSED
    return np.where(outcome == FOUND, -sense * length, np.nan), outcome


def _facing(
    level: GreyLevel, start: np.ndarray, course: np.ndarray, length: np.ndarray, some: np.ndarray
) -> np.ndarray:
    """Where the surface faces, at the crossings of some of the points."""
    at = start[some] + level.along(length[some, None] * course[some])
    slope = level.height_and_slope(at)[1]
    return -slope / np.maximum(np.linalg.norm(slope, axis=1), _TINY)[:, None]


def _crossings(
    level: GreyLevel,
    start: np.ndarray,
    height: np.ndarray,
    course: np.ndarray,
    reach: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """How far (N,) in mm from each start, along unit vectors (N, 3) in LPS, the height changes
    its sign first, and the outcome (N,)."""
    count, way = len(start), level.along(course)
    outcome = np.where(np.isnan(height), CUT, MISSED).astype(np.uint8)
    ends = np.zeros((2, count))  # of the step that holds the crossing, and the heights there
    heights = np.stack((height, height)).astype(np.float64)
    going = np.flatnonzero(outcome == MISSED)
    while len(going):
        ends[0, going] = ends[1, going]
        ends[1, going] = np.minimum(ends[0, going] + _STEP * level.spacing_mm, reach[going])
        heights[0, going] = heights[1, going]
        heights[1, going] = level.height(start[going] + ends[1, going, None] * way[going])
        lost = np.isnan(heights[1, going])
        crossed = ~lost & ((heights[1, going] < 0) != (height[going] < 0))
        outcome[going[lost]] = CUT
        outcome[going[crossed]] = FOUND
        going = going[~lost & ~crossed & (ends[1, going] < reach[going])]
    length = np.full(count, np.nan)
    found = np.flatnonzero(outcome == FOUND)
    length[found] = _narrowed(level, start[found], course[found], ends[:, found], heights[:, found])
    return length, outcome


def _narrowed(
    level: GreyLevel, start: np.ndarray, course: np.ndarray, ends: np.ndarray, heights: np.ndarray
) -> np.ndarray:
    """The root between the ends (2, N), by Newton's method; where a kink at the wall of a cell
    throws it out of the bracket, the middle."""
    way = level.along(course)
    lower, upper = ends.copy()
    begun = heights[0] < 0
    root = lower + (upper - lower) * heights[0] / (heights[0] - heights[1])
    going = np.arange(len(root))
    for _round in range(_ROUNDS):
        tried = root[going]
        height, slope = level.height_and_slope(start[going] + tried[:, None] * way[going])
        before = (height < 0) == begun[going]
        lower[going[before]], upper[going[~before]] = tried[before], tried[~before]
        with np.errstate(divide="ignore", invalid="ignore"):
            better = tried - height / (slope * course[going]).sum(axis=1)
        kept = (better >= lower[going]) & (better <= upper[going])
        better = np.where(kept, better, (lower[going] + upper[going]) / 2)
        root[going] = better
        going = going[np.abs(better - tried) > _EXACT * level.spacing_mm]
    return root
