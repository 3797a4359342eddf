"""The mesh that edges are given to: the surface of the voxels that are meant, and what of it
must not move; and how far its vertices can go without the surface meeting itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, meanwhile, report
from ..mesh.sampling import Surface, unit
from ..mesh.self_intersection import self_intersections
from ..mesh.triangle_mesh import TriangleMesh, normals_and_areas
from .grey_values import HAIR, crossings, grid_edges, in_field, mask_surface, with_border
from .islands import bounding_box

Bounds = tuple[float | None, float | None]
#: Rounds of smoothing of the voxels' steps, and how far they may move a vertex (voxels).
_SMOOTHING, _STEP = 8, 0.5
#: Where slices lie so many pixels apart, sides longer than so many of the smallest voxel spacing
#: are divided, so often at most.
_UNEVEN = 2.5
_LONGEST, _DIVISIONS = 1.9, 3
#: Rounds of averaging of the normals with those of the neighbours.
_NORMALS = 8
#: First the vertices about a fold are averaged, then taken back by this share; so often.
_AVERAGED, _BACK, _ROUNDS = 3, 0.6, 24
#: Triangles so near to a fold are looked at again, mm.
_AGAIN_MM = 3.0
_APART = _("Keeping the surface apart from itself")
#: In cells of this edge, mm, triangles face one way if their mean normal is that long.
_SHEET_MM, _STRAIGHT = 1.5, 0.97
#: And none of them turns aside from it by more than this cosine.
_ASIDE = 0.8


@dataclass(frozen=True)
class Start:
    """The surface of voxels, before the edges are looked for.

    :param halfway: (N, 3) vertices half-way between voxels, LPS mm.
    :param points: (N, 3) the same without the voxels' steps.
    :param former: (N, 3) where the segment's own range puts them.
    :param frozen: (N,) vertices that stay as they are: painted, erased, or at the field's end.
    :param normals: (N, 3) outwards, smooth.
    :param means: sparse (N, N), takes each vertex to the mean of its neighbours and itself.
    """

    halfway: np.ndarray
    points: np.ndarray
    former: np.ndarray
    frozen: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    means: Any

    def at(self, points: np.ndarray) -> Start:
        """The same surface with its vertices elsewhere, and the normals that it has there."""
        normals = _normals(points, self.triangles, self.means)
        return replace(self, points=points, normals=normals)


def start_mesh(
    voxels: np.ndarray,
    mask: np.ndarray,
    meant: np.ndarray,
    ijk_to_lps: np.ndarray,
    bounds: Bounds,
    field: np.ndarray,
    others: np.ndarray | None = None,
    sign: float | None = None,
) -> Start:
    """The surface of ``mask``, which is part of the segment ``meant``, both boolean [k, j, i].

    :param bounds: the range that made the segment; (None, None): a mask from elsewhere.
    :param others: what other bodies have: towards them the surface stays half-way, and frozen.
    :param sign: 1 where edges are looked for towards darker tissue, −1 towards brighter; where a
        range with two bounds ends the other way, the surface is frozen. None: not known yet.
    """
    box = bounding_box(mask)
    assert box is not None
    start = np.array([side.start for side in box])[::-1] - 1
    segment = with_border(mask.view(np.uint8), box)
    whole, grey = with_border(meant.view(np.uint8), box), with_border(voxels, box)
    vertices, triangles = mask_surface(segment)
    if np.linalg.det(ijk_to_lps[:3, :3]) < 0:
        triangles = triangles[:, ::-1]
    lower, along, upwards, inner, outer = grid_edges(vertices, segment)
    within, beyond = grey.ravel()[inner], grey.ravel()[outer]
    share = crossings(within, beyond, *bounds)
    ended = ~in_field(lower + start.astype(np.int32) + along * upwards[:, None], field)
    share[ended] = 0.5
    frozen = ended
    if bounds != (None, None):
        erased = (whole.ravel()[outer] == 0) & in_range(beyond, bounds)
        painted = (whole.ravel()[inner] == 1) & ~in_range(within, bounds)
        frozen = ended | painted | erased
    low, high = bounds
    if sign is not None and low is not None and high is not None:
        frozen = frozen | (beyond > high if sign > 0 else beyond < low)
    if others is not None:
        beside = with_border(np.asarray(others, bool), box).ravel()[outer]
        share[beside] = 0.5 - HAIR
        frozen |= beside
    former = lower + along * np.where(upwards, share, 1 - share)[:, None]
    halfway = _placed(vertices, start, ijk_to_lps)
    former = _placed(former, start, ijk_to_lps)
    means = _means(triangles, len(vertices))
    points = _smoothed(vertices, frozen, means)
    points = _placed(points, start, ijk_to_lps)
    spacing = np.linalg.norm(ijk_to_lps[:3, :3], axis=0)
    longest = _LONGEST * float(spacing.min())
    if spacing.max() > _UNEVEN * spacing.min():
        triangles, (halfway, points, former), frozen = _divided(
            triangles, (halfway, points, former), frozen, longest
        )
        means = _means(triangles, len(points))
    normals = _normals(points, triangles, means)
    return Start(halfway, points, former, frozen, normals, triangles, means)


def _divided(
    triangles: np.ndarray, places: tuple[np.ndarray, ...], frozen: np.ndarray, longest: float
) -> tuple[np.ndarray, tuple[np.ndarray, ...], np.ndarray]:
    """Sides longer than ``longest`` mm get a vertex in their middle, until none is: where slices
    lie far apart, flat triangles from one to the next would cut corners.

    :param places: (N, 3) each, divided alike; the second one tells the lengths.
    """
    for _round in range(_DIVISIONS):
        a, b, c = triangles.T
        sides = np.stack([np.stack([a, b]), np.stack([b, c]), np.stack([c, a])], axis=2)
        low, high = sides.min(axis=0).astype(np.int64), sides.max(axis=0).astype(np.int64)
        long = np.linalg.norm(places[1][low] - places[1][high], axis=2) > longest
        if not long.any():
            break
        count = len(frozen)
        keys, number = np.unique((low * count + high)[long], return_inverse=True)
        middle = np.full(long.shape, -1)
        middle[long] = count + number
        ends = keys // count, keys % count
        places = tuple(
            np.concatenate([some, (some[ends[0]] + some[ends[1]]) / 2]) for some in places
        )
        frozen = np.concatenate([frozen, frozen[ends[0]] & frozen[ends[1]]])
        triangles = _split(triangles, middle)
    return triangles, places, frozen


def _split(triangles: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """The triangles (N, 3) cut at the vertices (N, 3) in the middle of their sides, −1 for none;
    the sides run from the first corner to the second and so on."""
    cut = (middle >= 0).sum(axis=1)
    made = [triangles[cut == 0]]
    for number in (1, 2, 3):
        some = np.flatnonzero(cut == number)
        corners, middles = triangles[some], middle[some]
        # Turned so that the first side is cut, and of two the third is the whole one.
        turn = (middles >= 0).argmax(axis=1)
        if number == 2:
            turn = ((middles < 0).argmax(axis=1) + 1) % 3
        order = (turn[:, None] + np.arange(3)) % 3
        a, b, c = np.take_along_axis(corners, order, axis=1).T
        p, q, r = np.take_along_axis(middles, order, axis=1).T
        if number == 1:
            parts = [(a, p, c), (p, b, c)]
        elif number == 2:
            parts = [(p, b, q), (a, p, q), (a, q, c)]
        else:
            parts = [(a, p, r), (p, b, q), (r, q, c), (p, q, r)]
        made += [np.stack(one, axis=1).astype(triangles.dtype) for one in parts]
    return np.concatenate(made)


def _normals(points: np.ndarray, triangles: np.ndarray, means: Any) -> np.ndarray:
    normals = Surface(TriangleMesh(points, triangles)).mean_point_normals()
    for _round in range(_NORMALS):
        normals = unit(means @ normals)
    return normals


def _placed(ijk: np.ndarray, start: np.ndarray, ijk_to_lps: np.ndarray) -> np.ndarray:
    return (ijk + start) @ ijk_to_lps[:3, :3].T + ijk_to_lps[:3, 3]


def in_range(values: np.ndarray, bounds: Bounds) -> np.ndarray:
    """Whether values of any shape lie in a closed range; None: no bound."""
    low, high = bounds
    inside = np.ones(values.shape, bool)
    if low is not None:
        inside &= values >= low
    if high is not None:
        inside &= values <= high
    return inside


def _means(triangles: np.ndarray, count: int) -> Any:
    from scipy.sparse import csr_matrix

    # In a closed surface every edge is passed once each way; each vertex is its own neighbour.
    own = np.arange(count, dtype=np.int32)
    starts = np.concatenate([triangles.ravel(), own]).astype(np.int32)
    ends = np.concatenate([np.roll(triangles, -1, axis=1).ravel(), own]).astype(np.int32)
    matrix = csr_matrix((np.ones(len(starts), np.float32), (starts, ends)), (count, count))
    degree = np.diff(matrix.indptr)
    matrix.data[:] = np.repeat(1 / np.maximum(degree, 1), degree)
    return matrix


def _smoothed(vertices: np.ndarray, frozen: np.ndarray, means: Any) -> np.ndarray:
    """Voxels' steps taken away, forwards and backwards so that nothing shrinks (Taubin 1995)."""
    points = vertices.astype(np.float64)
    low, high = points - _STEP, points + _STEP
    for round_ in range(_SMOOTHING):
        share = 0.6 if round_ % 2 == 0 else -0.62
        points += share * (means @ points - points)
        np.clip(points, low, high, out=points)
        points[frozen] = vertices[frozen]
    return points


def moved(
    start: Start, target: np.ndarray, progress: Progress | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The vertices (N, 3) as near to their targets (N, 3) as the surface can go without meeting
    itself, and which (N,) could not go all the way.

    Half-way between the voxels no surface meets itself: the way back ends there at the latest.

    :raises Cancelled: progress asked for it.
    """
    target = target.copy()
    share = np.ones(len(target))
    held = np.zeros(len(target), bool)
    near: np.ndarray | None = None
    points = _as_filed(target)
    neighbours = _Neighbours(_centers(points, start.triangles))
    for round_ in range(_ROUNDS):
        report(progress, round_ / _ROUNDS, _APART)
        told, looked = round_ / _ROUNDS, partial(_bad_triangles, start, points.copy(), near)
        bad = meanwhile(progress, told, _APART, looked)
        if len(bad) == 0:
            break
        near = neighbours.of(bad)
        corners = start.triangles[near]
        own = np.unique(corners)
        touched = np.zeros(len(target), np.float32)
        touched[start.triangles[bad]] = 1
        rows = start.means[own]
        some = (rows @ touched > 0) & ~start.frozen[own]
        around = own[some]
        held[around] = True
        if round_ < _AVERAGED:
            target[around] = rows[some] @ target
        else:
            share[around] *= _BACK if round_ < _ROUNDS - 2 else 0.0
        halfway = start.halfway[around]
        points[around] = _as_filed(halfway + share[around, None] * (target[around] - halfway))
    return points, held


def _as_filed(points: np.ndarray) -> np.ndarray:
    """Points as an STL holds them: in 32 bits."""
    return points.astype(np.float32).astype(np.float64)


def _bad_triangles(start: Start, points: np.ndarray, near: np.ndarray | None) -> np.ndarray:
    """Triangles (indices) that are folded over or meet others."""
    triangles = start.triangles if near is None else start.triangles[near]
    mesh = TriangleMesh(points, triangles)
    normals, areas = normals_and_areas(mesh)
    outwards = start.normals[triangles].sum(axis=1)
    turned = np.flatnonzero(np.einsum("ni,ni->n", normals, outwards) <= 0)
    # What looks the other way half-way between voxels already is no fold.
    before, _areas = normals_and_areas(TriangleMesh(start.halfway, triangles[turned]))
    folded = turned[np.einsum("ni,ni->n", before, outwards[turned]) > 0]
    risky = np.flatnonzero(_risky(_centers(points, triangles), normals, areas))
    met = self_intersections(TriangleMesh(points, triangles[risky])).triangles.ravel()
    bad = np.unique(np.concatenate([folded, risky[met]]))
    return bad if near is None else near[bad]


def _risky(centers: np.ndarray, normals: np.ndarray, areas: np.ndarray) -> np.ndarray:
    """Triangles (N,) that have others near that face elsewhere: one sheet alone meets nothing."""
    result = np.zeros(len(centers), bool)
    weighted = normals * areas[:, None]
    for shift in (0.0, 0.5):
        cells = np.floor(centers / _SHEET_MM + shift).astype(np.int64)
        cells -= np.array([column.min() for column in cells.T])
        size = tuple(int(column.max()) + 1 for column in cells.T)
        owner, count = np.ravel_multi_index(tuple(cells.T), size), int(np.prod(size))
        total = np.bincount(owner, areas, count)
        together = np.stack([np.bincount(owner, column, count) for column in weighted.T])
        straight = np.linalg.norm(together, axis=0) / np.maximum(total, 1e-12)
        aside = np.einsum("in,ni->n", together[:, owner], normals) < _ASIDE * total[owner]
        cell = (straight < _STRAIGHT) | (np.bincount(owner, aside, count) > 0)
        result |= cell[owner]
    return result


def _centers(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = triangles.T
    return (points[a] + points[b] + points[c]) / 3


class _Neighbours:
    """Finds the triangles about others, by their centres (N, 3)."""

    def __init__(self, centers: np.ndarray) -> None:
        cells = np.floor(centers / _AGAIN_MM).astype(np.int64)
        cells -= np.array([column.min() for column in cells.T]) - 1
        self._size = tuple(int(column.max()) + 2 for column in cells.T)
        self._cells = cells
        self._flat = np.ravel_multi_index(tuple(cells.T), self._size)

    def of(self, bad: np.ndarray) -> np.ndarray:
        """Those (indices) in the same cells as the bad ones (indices) and next to them."""
        wanted = np.zeros(int(np.prod(self._size)), bool)
        for offset in np.ndindex(3, 3, 3):
            beside = self._cells[bad] + np.array(offset) - 1
            wanted[np.ravel_multi_index(tuple(beside.T), self._size)] = True
        return np.flatnonzero(wanted[self._flat])
