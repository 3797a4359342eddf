"""Pairs of triangles: which of them have more in common than the corners they share.

Nearly all pairs are told apart in floating point, by a plane between them: that of one of
the triangles, one that stands on a side, or one along a side of each (the separating axes of
Möller 1997). A plane counts only where it lies clear of the corners by more than rounding can
be. What is left is decided in whole numbers, without rounding: floating-point coordinates
are whole multiples of a power of two.

Which pairs are worth a look their boxes tell. They are sorted into a grid by their low corner,
boxes of much the same size into one grid (a hierarchical grid: Ericson, Real-Time Collision
Detection, 2005, 7.2). Within a row of the grid they lie in the order of x, so that those that can
overlap follow each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Bound on the relative rounding error of the polynomials below: each has fewer than 40
#: roundings, and its factors are at most the boxes' diagonals.
_ROUNDING = 64 * np.finfo(float).eps
#: Added to every bound, against underflow.
_TINY = float(np.finfo(float).tiny)
#: Pairs that are decided in whole numbers at a time.
_EXACT = 4096
#: Boxes whose partners are sought at a time.
_BATCH = 1 << 14
#: A row of the grid along x has so many steps, and its cross section so many at most.
_X_BITS = 21
_CELLS = 1 << 20
#: Side of the finest grid's cells against the mean size of the boxes.
_CELL = 3.0


@dataclass(frozen=True, eq=False)
class Triangles:
    """Triangles with an area.

    :param points: (3, N) float64, finite.
    :param corners: (3, M) integers; equal places have equal numbers.
    :param reach: (M,) diagonal of each triangle's box.
    """

    points: np.ndarray
    corners: np.ndarray
    reach: np.ndarray

    def at(self, numbers: np.ndarray) -> np.ndarray:
        return np.take(self.points, numbers, axis=1)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of triangles that share the same number of corners.

    :param shared: 0 … 3.
    :param a, b: (3, K) corners, the shared ones first (two of them in opposite order where the
        triangles agree about the outside).
    :param reach_a, reach_b: (K,) diagonals of the boxes.
    """

    shared: int
    a: np.ndarray
    b: np.ndarray
    reach_a: np.ndarray
    reach_b: np.ndarray

    def __len__(self) -> int:
        return len(self.reach_a)

    def of(self, chosen: np.ndarray | slice) -> Pairs:
        a, b = self.a[:, chosen], self.b[:, chosen]
        return Pairs(self.shared, a, b, self.reach_a[chosen], self.reach_b[chosen])

    def swapped(self) -> Pairs:
        return Pairs(self.shared, self.b, self.a, self.reach_b, self.reach_a)


def arranged(mesh: Triangles, i: np.ndarray, j: np.ndarray) -> list[tuple[np.ndarray, Pairs]]:
    """The pairs of triangles i and j (K,), by the number of corners they share; each group
    with its places (indices) in ``i`` and ``j``."""
    first, second = mesh.corners[:, i], mesh.corners[:, j]
    equal = [[a == b for b in second] for a in first]
    in_second = [row[0] | row[1] | row[2] for row in equal]
    in_first = [equal[0][k] | equal[1][k] | equal[2][k] for k in range(3)]
    shared = sum(part.view(np.int8) for part in in_second)
    groups = []
    for count in range(4):
        chosen = np.flatnonzero(shared == count)
        if len(chosen):
            a, b = (
                _turned(first, in_second, count, chosen),
                _turned(second, in_first, count, chosen),
            )
            groups.append(
                (chosen, Pairs(count, a, b, mesh.reach[i[chosen]], mesh.reach[j[chosen]]))
            )
    return groups


def _turned(
    numbers: np.ndarray, held: list[np.ndarray], count: int, chosen: np.ndarray
) -> np.ndarray:
    """The chosen corners (3, K), turned so that the shared ones come first."""
    if count in (0, 3):
        return numbers[:, chosen]
    odd = [part[chosen] == (count == 1) for part in held]
    start = odd[1].astype(np.int64) + 2 * odd[2] + (count == 2)
    flat, width = numbers.reshape(-1), numbers.shape[1]
    return np.stack([flat[(start + k) % 3 * width + chosen] for k in range(3)])


def clear(mesh: Triangles, pairs: Pairs) -> np.ndarray:
    """Whether a plane shows in floating point that two triangles have no point in common but
    the corners they share, and the side between them; (K,). False proves nothing."""
    result = np.zeros(len(pairs), dtype=bool)
    if pairs.shared == 3:
        return result
    left, rest = pairs, np.arange(len(pairs))
    for swap, test in (
        *(((False, _behind), (True, _behind)) if pairs.shared == 1 else ()),
        (False, _beside),
        (True, _beside),
        (False, _around),
        (True, _around),
        (False, _between),
    ):
        found = test(mesh, left.swapped() if swap else left)
        result[rest[found]] = True
        left, rest = left.of(~found), rest[~found]
        if not len(rest):
            break
    return result


def _behind(mesh: Triangles, pairs: Pairs) -> np.ndarray:
    """Seen from the shared corner, B lies the other way than A."""
    common = mesh.at(pairs.a[0])
    ahead = [mesh.at(corner) - common for corner in pairs.a[1:]]
    way = ahead[0] + ahead[1]
    bound = _bound(pairs.reach_a * (pairs.reach_a + pairs.reach_b))
    result = (dot(way, ahead[0]) > bound) & (dot(way, ahead[1]) > bound)
    for corner in pairs.b[1:]:
        result &= dot(way, mesh.at(corner) - common) < -bound
    return result


def _beside(mesh: Triangles, pairs: Pairs) -> np.ndarray:
    """B lies on one side of A's plane."""
    a, b, c = (mesh.at(corner) for corner in pairs.a)
    normal = cross(b - a, c - a)
    heights = [dot(normal, mesh.at(corner) - a) for corner in pairs.b[pairs.shared :]]
    bound = _bound(pairs.reach_a**2 * (pairs.reach_a + pairs.reach_b))
    above, below = heights[0] > bound, heights[0] < -bound
    for height in heights[1:]:
        above &= height > bound
        below &= height < -bound
    return above | below


def _around(mesh: Triangles, pairs: Pairs) -> np.ndarray:
    """B lies beyond a side of A, seen from above A."""
    corners = [mesh.at(corner) for corner in pairs.a]
    others = [mesh.at(corner) for corner in pairs.b[pairs.shared :]]
    normal = cross(corners[1] - corners[0], corners[2] - corners[0])
    bound = _bound(pairs.reach_a**3 * (pairs.reach_a + pairs.reach_b))
    result = np.zeros(len(pairs), dtype=bool)
    # Sides that hold all shared corners: beyond another one B cannot lie.
    for k in ((0, 1, 2), (0, 2), (0,))[pairs.shared]:
        start, end = corners[k], corners[(k + 1) % 3]
        outward = cross(end - start, normal)
        beyond = np.ones(len(pairs), dtype=bool)
        for other in others:
            beyond &= dot(outward, other - start) > bound
        result |= beyond
    return result


def _between(mesh: Triangles, pairs: Pairs) -> np.ndarray:
    """A plane along a side of A and a side of B lies between them."""
    result = np.zeros(len(pairs), dtype=bool)
    if pairs.shared == 2:
        return result
    first, second = ([mesh.at(corner) for corner in side] for side in (pairs.a, pairs.b))
    reach = pairs.reach_a + pairs.reach_b
    bound = _bound(pairs.reach_a * pairs.reach_b * reach)
    if pairs.shared == 1:
        a, b = ([side[k] - side[0] for k in (1, 2)] for side in (first, second))
        for k in range(2):
            for n in range(2):
                axis = cross(a[k], b[n])
                here, there = dot(axis, a[1 - k]), dot(axis, b[1 - n])
                result |= (here > bound) & (there < -bound)
                result |= (here < -bound) & (there > bound)
        return result
    a, b = ([corner - first[0] for corner in side] for side in (first, second))
    for k in range(3):
        for n in range(3):
            axis = cross(a[(k + 1) % 3] - a[k], b[(n + 1) % 3] - b[n])
            ours = [dot(axis, corner) for corner in a]
            theirs = [dot(axis, corner) for corner in b]
            result |= np.minimum.reduce(theirs) - np.maximum.reduce(ours) > 2 * bound
            result |= np.minimum.reduce(ours) - np.maximum.reduce(theirs) > 2 * bound
    return result


def meet(mesh: Triangles, pairs: Pairs) -> np.ndarray:
    """Whether two triangles have more in common than the corners they share and the side
    between them; (K,), decided without rounding."""
    if pairs.shared == 3:
        return np.ones(len(pairs), dtype=bool)
    result = np.zeros(len(pairs), dtype=bool)
    for first in range(0, len(pairs), _EXACT):
        some = slice(first, first + _EXACT)
        batch = pairs.of(some)
        corners = np.concatenate((batch.a, batch.b))
        whole = _whole(mesh.at(corners.ravel())).reshape(3, 6, -1).swapaxes(0, 1)
        result[some] = _meet(whole[:3], whole[3:], pairs.shared)
    return result


def _meet(a: np.ndarray, b: np.ndarray, shared: int) -> np.ndarray:
    """The same for triangles whose corners (3, 3, K) are whole numbers."""
    if shared == 2:
        return _folded(a, b)
    result = np.zeros(a[0].shape[1], dtype=bool)
    # Triangles that share a corner and have more in common meet in the side across from it.
    sides = ((1, 2),) if shared else ((0, 1), (1, 2), (2, 0))
    for one, other in ((a, b), (b, a)):
        for start, end in sides:
            result |= _pierces(one[start], one[end], other)
    return result


def _folded(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Triangles with a common side lie in one plane, on the same side of it."""
    along, first, second = a[1] - a[0], a[2] - a[0], b[2] - a[0]
    normal = cross(along, first)
    flat = _sign(dot(normal, second)) == 0
    return flat & (_sign(dot(normal, cross(along, second))) > 0)


def _pierces(start: np.ndarray, end: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Whether the closed segments touch the closed triangles, which have an area."""
    normal = cross(corners[1] - corners[0], corners[2] - corners[0])
    here = _sign(dot(normal, start - corners[0]))
    there = _sign(dot(normal, end - corners[0]))
    result = np.zeros(len(here), dtype=bool)
    for flat, test in ((False, _through), (True, _within)):
        some = np.flatnonzero((here * there <= 0) & (((here == 0) & (there == 0)) == flat))
        if len(some):
            ends = start[:, some], end[:, some]
            result[some] = test(*ends, corners[:, :, some], normal[:, some])
    return result


def _through(
    start: np.ndarray, end: np.ndarray, corners: np.ndarray, normal: np.ndarray
) -> np.ndarray:
    """Of segments that reach both sides of the plane: all sides are passed the same way."""
    along = end - start
    ways = []
    for k in range(3):
        p, q = corners[k] - start, corners[(k + 1) % 3] - start
        ways.append(_sign(dot(along, cross(p, q))))
    return (np.minimum.reduce(ways) >= 0) | (np.maximum.reduce(ways) <= 0)


def _within(
    start: np.ndarray, end: np.ndarray, corners: np.ndarray, normal: np.ndarray
) -> np.ndarray:
    """Of segments in the plane: neither a side of the triangle nor the segment parts them."""
    apart = np.zeros(start.shape[1], dtype=bool)
    for k in range(3):
        outward = cross(corners[(k + 1) % 3] - corners[k], normal)
        beyond = [_sign(dot(outward, place - corners[k])) for place in (start, end)]
        apart |= (beyond[0] > 0) & (beyond[1] > 0)
    across = cross(end - start, normal)
    sides = [_sign(dot(across, corner - start)) for corner in corners]
    apart |= (np.minimum.reduce(sides) > 0) | (np.maximum.reduce(sides) < 0)
    return ~apart


def without_area(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Triangles (indices) whose corners lie on one line or at one place, without rounding.

    :param points: (3, N) float64; ``corners`` (3, M).
    """
    a, b, c = (np.take(points, corner, axis=1) for corner in corners)
    u, v = b - a, c - a
    size = np.maximum(np.abs(u).max(axis=0), np.abs(v).max(axis=0))
    normal = np.abs(cross(u, v)).max(axis=0)
    unsure = np.flatnonzero(~(normal > _bound(size**2)))
    if not len(unsure):
        return unsure
    some = np.take(points, corners[:, unsure].ravel(), axis=1)
    a, b, c = _whole(some).reshape(3, 3, -1).swapaxes(0, 1)
    return unsure[np.all(_sign(cross(b - a, c - a)) == 0, axis=0)]


def _bound(size: np.ndarray) -> np.ndarray:
    return _ROUNDING * size + _TINY


def _whole(values: np.ndarray) -> np.ndarray:
    """Finite values as Python's whole numbers, all in the same power of two."""
    share, power = np.frexp(values)
    power[share == 0] = power.max(initial=0)
    digits = (share * 2.0**53).astype(np.int64).astype(object)
    return digits << (power - power.min(initial=0)).astype(object)


def _sign(values: np.ndarray) -> np.ndarray:
    return (values > 0).astype(np.int8) - (values < 0).astype(np.int8)


def cross(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Cross products of vectors (3, K), of floats or of whole numbers."""
    return np.stack(
        (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])
    )


def dot(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Scalar products (K,) of vectors (3, K)."""
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]


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
                behind = own and (dy, dz) < (1, 1)
                begin = np.searchsorted(grid.keys, row + start[some], "right" if behind else "left")
            count = np.searchsorted(grid.keys, row + end[some], "right") - begin
            np.maximum(count, 0, out=count)
            before = np.cumsum(count) - count
            partners = np.repeat(begin - before, count) + np.arange(count.sum())
            found.append(self._overlapping(np.repeat(boxes[some], count), grid.members[partners]))
        left, right = zip(*found, strict=True)
        return np.concatenate(left), np.concatenate(right)

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
