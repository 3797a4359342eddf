"""Parts of a model that hang together only by necks too thin to last."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, meanwhile, report
from ..surface.islands import bounding_box

#: Necks thinner than this break in the print or when supports and powder come off: the
#: smallest pin that print services take with laser-sintered powder (filament: up to 3 mm).
LIMIT_MM = 1.0
#: Parts smaller than this are crumbs that nobody misses: a ball of 3.4 mm.
SMALLEST_MM3 = 20.0
#: What erosion may leave of a part that counts.
_LEAST_CORE = 0.05
#: How far a voxel's face lies from its centre, in voxels, when distances are taken. It is
#: one half for walls of an odd number of voxels and none for an even one: between the two.
_FACE = 0.25
#: Erosion on voxels cuts round and oblique necks that are up to two voxels wider than the
#: limit. So each is looked at again with voxels of this fraction; odd: the middle stays.
_FINER = 3
#: Places on the way through a neck that are looked at, at most.
_MOST_PLACES = 9
#: Neighbours whose shifted masks are the quickest way to widths; smaller voxels have more.
_MOST_SHIFTS = 1000
#: Voxels of a block along each axis, its border left out, where there are more.
_BLOCK = 96


@dataclass(frozen=True)
class Bridge:
    """The widest neck by which a part hangs on the rest.

    :param place_mm: its narrowest point, LPS.
    :param width_mm: its estimated width there.
    :param piece_mm3: volume of the part that would break off.
    """

    place_mm: tuple[float, float, float]
    width_mm: float
    piece_mm3: float


@dataclass(frozen=True)
class Bridges:
    """All bridges thinner than ``limit_mm`` to parts of at least ``smallest_mm3``.

    The bridge to the largest part comes first.
    """

    limit_mm: float
    smallest_mm3: float
    bridges: tuple[Bridge, ...]

    def as_record(self) -> dict[str, Any]:
        """What the record holds; the lists go together."""
        return {
            "limit_mm": self.limit_mm,
            "smallest_mm3": self.smallest_mm3,
            "count": len(self.bridges),
            "places_mm": [list(bridge.place_mm) for bridge in self.bridges],
            "widths_mm": [bridge.width_mm for bridge in self.bridges],
            "pieces_mm3": [bridge.piece_mm3 for bridge in self.bridges],
        }


def thin_bridges(
    mask: np.ndarray,
    ijk_to_lps: np.ndarray,
    limit_mm: float = LIMIT_MM,
    smallest_mm3: float = SMALLEST_MM3,
    progress: Progress | None = None,
) -> Bridges:
    """Find the parts that fall apart when everything thinner than ``limit_mm`` breaks.

    The mask is eroded by half the limit; the cores that remain are parts. Between them a
    maximum spanning tree over the eroded voxels, by width, finds the widest way from part
    to part: its narrowest voxel is the bridge. A part that hangs on several necks, all
    too thin, counts once, with the widest of them. What was eroded belongs to the part that
    it hangs on most widely; parts that stay too small are counted to the part they hang on.

    Along the way the width is that of the largest ball within a voxel, and the narrowest
    place counts. It is right to half a voxel on flat necks along the grid; round and oblique
    ones are measured up to one and a half voxels (of their longest side) too thin, as
    voxels have corners. So every neck thinner than the limit is found, unless the mask does
    not hold together by faces there, and none that is two voxels wider.

    :param mask: the segment [k, j, i], true inside.
    :param ijk_to_lps: (4, 4), voxel centres to LPS mm, axes at right angles.
    :raises ValueError: a limit that is not positive.
    :raises Cancelled: progress asked for it.
    """
    if not limit_mm > 0:
        raise ValueError(f"the limit must be positive, not {limit_mm}")
    nothing = Bridges(limit_mm, smallest_mm3, ())
    box = bounding_box(mask)
    voxel = abs(float(np.linalg.det(ijk_to_lps[:3, :3])))
    # A hair less than asked for: 100 voxels of 0.1 mm³ are 10 mm³ whatever the rounding.
    least = smallest_mm3 * (1 - 1e-9)
    if box is None or np.count_nonzero(mask[box]) * voxel < least:
        return nothing
    message = _("Looking for thin bridges")
    report(progress, 0.0, message)
    spacing = np.linalg.norm(ijk_to_lps[:3, :3], axis=0)[::-1]
    offsets, widths = _offsets(spacing, limit_mm)
    border = np.maximum(np.abs(offsets).max(axis=0, initial=0), 1)
    inside = np.pad(np.asarray(mask[box], bool), [(margin, margin) for margin in border])

    def levelled() -> tuple[np.ndarray, np.ndarray]:
        if len(offsets) <= _MOST_SHIFTS:
            return _levels(inside, offsets, widths)
        return _levels_by_axes(inside, border, widths, spacing)

    level, classes = meanwhile(progress, 0.0, message, levelled)
    report(progress, 0.3, message)
    fewest = _LEAST_CORE * smallest_mm3 / voxel
    nodes, cores = meanwhile(progress, 0.3, message, lambda: _cores(level == len(classes), fewest))
    if len(cores) < 2:
        return nothing
    thin = np.flatnonzero(inside.ravel() & (nodes.ravel() == 0))
    report(progress, 0.6, message)
    joints = meanwhile(
        progress, 0.6, message, lambda: _joints(nodes, cores, thin, level.ravel()[thin])
    )
    start = np.array([part.start for part in box]) - border
    found = []
    for number, joint in enumerate(reversed(joints.values())):
        report(progress, 0.9 + 0.1 * number / len(joints), message)
        large = joint.voxels * voxel >= least
        way = np.stack(np.unravel_index(thin[joint.way], inside.shape), axis=1)
        width, kji = _narrowest(inside, way, spacing, limit_mm) if large else (limit_mm, way[0])
        if width >= limit_mm:
            joint.leave_to_parent(joints)
            continue
        place = ijk_to_lps[:3, :3] @ (kji + start)[::-1] + ijk_to_lps[:3, 3]
        x, y, z = place.tolist()
        found.append(Bridge((x, y, z), width, joint.voxels * voxel))
    report(progress, 1.0, message)
    return Bridges(
        limit_mm, smallest_mm3, tuple(sorted(found, key=lambda bridge: -bridge.piece_mm3))
    )


def _offsets(spacing: np.ndarray, limit: float) -> tuple[np.ndarray, np.ndarray]:
    """Neighbours (k, j, i) whose being outside makes a voxel thinner than the limit.

    :return: the offsets, and for each the width of a wall in whose middle the voxel lies,
        ascending.
    """
    reach = np.ceil(limit / 2 / spacing + _FACE).astype(int)
    grid = np.meshgrid(*(np.arange(-steps, steps + 1) for steps in reach), indexing="ij")
    offsets = np.stack(grid, axis=-1).reshape(-1, 3)
    away = np.maximum(np.abs(offsets) - _FACE, 0) * spacing
    widths = _rounded(np.square(away).sum(axis=1))
    order = np.argsort(widths, kind="stable")
    order = order[(widths[order] > 0) & (widths[order] < limit)]
    return offsets[order], widths[order]


def _rounded(squares: np.ndarray) -> np.ndarray:
    """Widths from squared distances: neighbours at the same distance fall into one class."""
    return np.round(2 * np.sqrt(squares), 6)


def _levels(
    inside: np.ndarray, offsets: np.ndarray, widths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How many classes of width each voxel survives, and the widths of the classes.

    Erosion by shifting the mask: for a few voxels' reach it takes a fraction of the time
    and memory of a distance transform. ``inside`` has a border as wide as the offsets.
    """
    classes, members = np.unique(widths, return_inverse=True)
    mask = inside.ravel()
    alive = mask.copy()
    level = np.zeros(mask.size, dtype=np.uint8 if len(classes) < 256 else np.uint16)
    rows, columns = inside.shape[1:]
    shifts = offsets @ np.array([rows * columns, columns, 1])
    margin = int(np.abs(shifts).max(initial=0))
    middle = slice(margin, mask.size - margin)
    for number in range(len(classes)):
        for shift in shifts[members == number]:
            alive[middle] &= mask[margin + shift : mask.size - margin + shift]
        level += alive
    # A voxel that survives all of them is no thinner than the limit.
    return level.reshape(inside.shape), classes


def _levels_by_axes(
    inside: np.ndarray, border: np.ndarray, widths: np.ndarray, spacing: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The same as ``_levels`` for many neighbours, whose number grows with the third power of
    their reach: the nearest voxel outside is looked for along one axis after the other."""
    classes = np.unique(widths)
    level = np.zeros(inside.shape, dtype=np.uint16 if len(classes) < 2**16 else np.uint32)
    squares = [
        np.square(np.maximum(np.arange(reach + 1) - _FACE, 0) * step)
        for reach, step in zip(border, spacing, strict=True)
    ]
    ends = np.array(inside.shape) - border
    starts = [range(int(low), int(end), _BLOCK) for low, end in zip(border, ends, strict=True)]
    for corner in itertools.product(*starts):
        core = tuple(
            slice(at, min(at + _BLOCK, int(end))) for at, end in zip(corner, ends, strict=True)
        )
        if not inside[core].any():
            continue
        wider = zip(core, border, strict=True)
        around = inside[tuple(slice(part.start - by, part.stop + by) for part, by in wider)]
        if around.all():
            level[core] = len(classes)
            continue
        nearest = np.where(around, np.inf, 0.0)
        for axis in (2, 1, 0):
            nearest = _nearest_along(nearest, axis, squares[axis])
        level[core] = np.searchsorted(classes, _rounded(nearest)) * inside[core]
    return level, classes


def _nearest_along(squares: np.ndarray, axis: int, steps: np.ndarray) -> np.ndarray:
    """The least of each voxel's neighbours along an axis, the way to them added; without the
    border, which is as wide as there are steps.

    :param steps: square of the way to the first, second … neighbour.
    """
    values = np.moveaxis(squares, axis, 0)
    reach = len(steps) - 1
    size = len(values) - 2 * reach
    found = values[reach : reach + size].copy()
    further = np.empty_like(found)
    for distance in range(1, reach + 1):
        for start in (reach - distance, reach + distance):
            np.add(values[start : start + size], steps[distance], out=further)
            np.minimum(found, further, out=found)
    return np.moveaxis(found, 0, axis)


def _cores(solid: np.ndarray, fewest: float) -> tuple[np.ndarray, np.ndarray]:
    """Number the groups of solid voxels (corners join) of some size, from 1, largest first.

    :return: the numbers [k, j, i], 0 elsewhere, and the voxels of each group.
    """
    from scipy import ndimage

    labels, count = ndimage.label(solid, structure=np.ones((3, 3, 3)))
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    order = np.argsort(-sizes, kind="stable")
    order = order[sizes[order] >= max(fewest, 1)]
    number = np.zeros(count + 1, dtype=labels.dtype)
    number[order] = np.arange(1, len(order) + 1)
    return number[labels], sizes[order]


@dataclass
class _Joint:
    """Where a part hangs on another.

    :param part, parent: numbers of the two cores; a part that no joint belongs to holds.
    :param way: numbers of the thin voxels from the part to its parent.
    :param cut: the narrowest of them, where the two part.
    :param voxels: of the part.
    """

    part: int
    parent: int
    way: np.ndarray
    cut: int
    voxels: float

    def leave_to_parent(self, joints: dict[int, _Joint]) -> None:
        """Count the part to the one that it hangs on."""
        if self.parent in joints:
            joints[self.parent].voxels += self.voxels


def _joints(
    nodes: np.ndarray, cores: np.ndarray, thin: np.ndarray, level: np.ndarray
) -> dict[int, _Joint]:
    """The joints of all parts but the first of each island, farther ones after nearer ones.

    Node 0 of the graph ties the islands together, 1 … are the cores, then the thin voxels.

    :param nodes: numbers of the cores; gets those of the thin voxels as well.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import (
        breadth_first_order,
        connected_components,
        minimum_spanning_tree,
    )

    first = len(cores) + 1
    count = first + len(thin)
    # Edges are many times as many as voxels: no more than one copy of them lives at a time.
    graph = coo_matrix(_edges(nodes, first, thin, level), shape=(count, count)).tocsr()
    tree = minimum_spanning_tree(graph, overwrite=True)
    del graph
    tree = tree.tocoo()
    island = connected_components(tree, directed=False)[1]
    # Cores are sorted by size: the first of an island is its largest.
    roots = np.unique(island[1:first], return_index=True)[1] + 1
    start = np.concatenate([tree.row, np.zeros(len(roots), tree.row.dtype)])
    end = np.concatenate([tree.col, roots])
    del tree
    joined = coo_matrix((np.ones(len(start), np.int8), (start, end)), shape=(count, count)).tocsr()
    del start, end
    order, before = breadth_first_order(joined, 0, directed=False)
    del joined
    joints = {
        int(part): _joint(int(part), before, first, level)
        for part in order[(order > 0) & (order < first)]
        if before[part] != 0
    }
    kept = order[order > 0]
    kept = kept[~np.isin(kept, [joint.cut + first for joint in joints.values()])]
    kept = kept[before[kept] != 0]
    whole = coo_matrix((np.ones(len(kept), np.int8), (kept, before[kept])), shape=(count, count))
    owner = connected_components(whole, directed=False)[1]
    weights = np.concatenate([[0], cores, np.ones(len(thin))])
    voxels = np.bincount(owner, weights=weights)
    for joint in joints.values():
        joint.voxels = float(voxels[owner[joint.part]])
    return joints


def _joint(part: int, before: np.ndarray, first: int, level: np.ndarray) -> _Joint:
    """The way from a core to the next one, without the volume."""
    way = []
    node = int(before[part])
    while node >= first:
        way.append(node - first)
        node = int(before[node])
    widths = level[way]
    narrowest = np.flatnonzero(widths == widths.min())
    return _Joint(part, node, np.array(way), way[narrowest[len(narrowest) // 2]], 0.0)


def _edges(
    nodes: np.ndarray, first: int, thin: np.ndarray, level: np.ndarray
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """The graph's edges between thin voxels and their six neighbours, cheap where wide: their
    costs, and the nodes that they join."""
    rows, columns = nodes.shape[1:]
    flat = nodes.reshape(-1)
    flat[thin] = np.arange(first, first + len(thin))
    # The least that counts all nodes: SciPy takes these as they are.
    kind = np.int32 if first + len(thin) < 2**31 else np.int64
    own = np.arange(first, first + len(thin), dtype=kind)
    highest = int(level.max(initial=0))
    touching, starts, ends, costs = [], [], [], []
    for stride in (1, columns, rows * columns):
        for side in (stride, -stride):
            other = flat[thin + side].astype(kind, copy=False)
            core = np.flatnonzero((other > 0) & (other < first))
            touching.append(other[core] * np.int64(first + len(thin)) + own[core])
            if side > 0:
                both = np.flatnonzero(other >= first)
                starts.append(own[both])
                ends.append(other[both])
                costs.append(np.minimum(level[both], level[ends[-1] - first]))
    # A voxel may touch a core with several faces; a sparse matrix would add them up.
    pairs = np.divmod(np.unique(np.concatenate(touching)), first + len(thin))
    starts.append(pairs[0].astype(kind))
    ends.append(pairs[1].astype(kind))
    costs.append(level[pairs[1] - first])
    width = np.concatenate(costs)
    # What a spanning tree is made of, so that it takes no copy.
    cost = np.subtract(1 + highest, width, dtype=np.float64)
    return cost, (np.concatenate(starts), np.concatenate(ends))


def _narrowest(
    inside: np.ndarray, way: np.ndarray, spacing: np.ndarray, limit: float
) -> tuple[float, np.ndarray]:
    """The smallest width along a way of voxels (N, 3), and the voxel in the middle of it."""
    chosen = way[np.unique(np.linspace(0, len(way) - 1, _MOST_PLACES).round().astype(int))]
    widths = np.array([_width(inside, voxel, spacing, limit) for voxel in chosen])
    narrowest = np.flatnonzero(widths <= widths.min() + 1e-9)
    middle = narrowest[len(narrowest) // 2]
    return float(widths[middle]), chosen[middle]


def _width(inside: np.ndarray, kji: np.ndarray, spacing: np.ndarray, limit: float) -> float:
    """Diameter of the largest ball whose centre lies within a voxel of ``kji``, mm.

    Only as far as the limit goes: what is wider comes out as something above it. Distances are
    those between the middles of finer voxels, and only those are made that can matter.
    """
    from scipy.spatial import cKDTree

    reach = np.ceil(limit / 2 / spacing).astype(int) + 2
    low, high = np.maximum(kji - reach, 0), np.minimum(kji + reach + 1, inside.shape)
    outside = np.argwhere(~inside[tuple(map(slice, low, high))]) + low
    finer = spacing / _FINER
    face = 2 * _FACE * float(finer.min())
    if len(outside) == 0:
        return float(2 * limit)
    away = np.linalg.norm((outside - kji) * spacing, axis=1)
    # No middle of a finer voxel is farther than two voxels from that of its own or ``kji``.
    outside = outside[away <= away.min() + 4 * np.linalg.norm(spacing)]
    parts = np.stack(np.meshgrid(*[np.arange(_FINER)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    near = np.stack(np.meshgrid(*[np.arange(-1, 2)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    near = near + kji
    near = near[((near >= low) & (near < high)).all(axis=1)]
    there, here = (
        ((one[:, None, :] * _FINER + parts) * finer).reshape(-1, 3) for one in (outside, near)
    )
    return round(float(2 * cKDTree(there).query(here)[0].max() - face), 9)
