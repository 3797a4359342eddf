"""Fewer triangles for the same surface, which stays closed and where it was.

Edges are drawn together to a point where the planes of the triangles around them are
nearest (Garland and Heckbert 1997), the cheapest first, many at a time where they do not
touch each other. An edge is left alone where drawing it together would join or tear the
surface (its ends share more than two neighbours) or fold it. VTK's filters do not look:
on a skull they leave dozens of open and multiple edges.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..core.errors import MeshError
from ..core.phrases import _
from ..core.progress import Progress, meanwhile, part, report
from .deviation import Deviation, deviation
from .proximity import to_triangles
from .triangle_mesh import BATCH, TriangleMesh, compact, edge_faults, edge_keys

#: No surface gets along with less than a hundredth of its triangles.
LARGEST_REDUCTION = 0.99
#: How often the work is done anew, more carefully, when the surface has moved too far.
_ATTEMPTS = 4
#: A round that finds fewer edges than this share of all triangles has come to an end.
_EXHAUSTED = 0.002
#: Sets of edges that are looked for one after the other in a round.
_PASSES = 4
#: How much a triangle may turn: the cosine between its old and new direction.
_TURN = 0.2
#: Area against sides (1 for equal ones) below which no triangle may fall.
_SLIVER = 0.02
#: Weight of staying in the middle where the planes leave a direction open.
_STAY = 1e-3


def decimate(
    mesh: TriangleMesh,
    reduction: float,
    maximum_error_mm: float = 0.1,
    *,
    progress: Progress | None = None,
) -> tuple[TriangleMesh, Deviation]:
    """Remove triangles until a share is gone, or more would move the surface too far.

    Closed surfaces stay closed, shells stay apart and hollows stay, rims and edges of more
    than two triangles stay as they are.

    :param mesh: LPS mm.
    :param reduction: share of the triangles to remove at most, 0 to 0.99.
    :param maximum_error_mm: bound on the deviation's ``max_mm``.
    :return: the surface, and how far it lies from ``triangle_mesh``.
    :raises MeshError: the mesh has no surface, a number is out of range, or no triangle can
        be removed within the bound.
    :raises Cancelled: progress asked for it.
    """
    if not 0 <= reduction <= LARGEST_REDUCTION:
        raise MeshError(
            _("the share of triangles to remove must lie between 0 and {largest:.0%}"),
            remedy=_("Choose a smaller share"),
            largest=LARGEST_REDUCTION,
        )
    if not (math.isfinite(maximum_error_mm) and maximum_error_mm > 0):
        raise MeshError(
            _("the largest deviation must be a positive number"),
            remedy=_("0.1 mm is a good start"),
        )
    if len(mesh.triangles) == 0:
        raise MeshError(_("the model has no surface"), remedy=_("Check the threshold"))
    before = meanwhile(progress, 0.0, _("Reducing"), lambda: edge_faults(mesh))
    # What is followed from edge to edge are corners; between them a little more can come about.
    tolerance = 0.85 * maximum_error_mm
    for attempt in range(_ATTEMPTS):
        start, end = attempt / _ATTEMPTS, (attempt + 1) / _ATTEMPTS
        middle = start + 0.7 * (end - start)
        changed = _collapsed(mesh, reduction, tolerance, part(progress, start, middle))
        after = meanwhile(progress, middle, _("Reducing"), partial(edge_faults, changed))
        if after != before:
            raise MeshError(
                _("the surface would not stay closed with fewer triangles"),
                remedy=_("Keep all triangles, or smooth the surface first"),
            )
        found = deviation(changed, mesh, part(progress, middle, end))
        if found.max_mm <= maximum_error_mm:
            report(progress, 1.0, _("Reducing"))
            return changed, found
        tolerance *= 0.7 * maximum_error_mm / found.max_mm
    raise MeshError(
        _("no triangles can be removed without moving the surface by more than {bound:g} mm"),
        remedy=_("Allow a larger deviation, or keep all triangles"),
        bound=maximum_error_mm,
    )


def _collapsed(
    mesh: TriangleMesh, reduction: float, tolerance: float, progress: Progress | None
) -> TriangleMesh:
    """The mesh with edges drawn together until enough triangles are gone."""
    # About its middle: a patient far from the origin costs no digits.
    middle = mesh.points[mesh.triangles[:, 0]].mean(axis=0)
    points = mesh.points - middle
    triangles = mesh.triangles.astype(np.int64)
    planes = meanwhile(progress, 0.0, _("Reducing"), lambda: _quadrics(points, triangles))
    moved = np.zeros(len(points))  # how far the surface round each point may lie off, mm
    total = len(triangles)
    wanted = math.ceil(total * (1 - reduction))
    refused = np.empty(0, np.int64)
    while len(triangles) > wanted:
        fraction = (total - len(triangles)) / (total - wanted)
        report(progress, fraction, _("Reducing"))
        step = partial(meanwhile, progress, fraction, _("Reducing"))
        edges = step(partial(_edges, TriangleMesh(points, triangles)))
        places, costs = step(partial(_placed, points, planes, edges))
        costs[edges.fixed | (costs > tolerance**2)] = np.inf
        costs[step(partial(np.isin, edges.keys, refused, assume_unique=True))] = np.inf
        chosen = step(partial(_independent, edges, costs, len(points)))
        good, error = step(partial(_sound, points, triangles, edges, chosen, places[chosen], moved))
        good &= error <= tolerance
        refused = np.union1d(refused, edges.keys[chosen[~good]])
        chosen, error = chosen[good], error[good]
        cheapest = np.argsort(costs[chosen], kind="stable")[: (len(triangles) - wanted + 1) // 2]
        chosen = chosen[cheapest]
        moved[edges.starts[chosen]] = error[cheapest]
        triangles = step(partial(_apply, points, planes, triangles, edges, chosen, places[chosen]))
        if len(chosen) < _EXHAUSTED * len(triangles):
            break
    return compact(TriangleMesh(points + middle, triangles))


@dataclass(frozen=True)
class _Edges:
    """The edges of a mesh, each once.

    :param starts, ends: (E,) points, the smaller number first.
    :param keys: (E,) ``starts × points + ends``, ascending.
    :param fixed: (E,) one of the ends lies on a rim or on an edge of more than two triangles.
    """

    starts: np.ndarray
    ends: np.ndarray
    keys: np.ndarray
    fixed: np.ndarray


def _edges(mesh: TriangleMesh) -> _Edges:
    """The edges of a mesh."""
    keys, uses = np.unique(edge_keys(mesh), return_counts=True)
    starts, ends = np.divmod(keys, len(mesh.points))
    locked = np.zeros(len(mesh.points), dtype=bool)
    locked[starts[uses != 2]] = locked[ends[uses != 2]] = True
    return _Edges(starts, ends, keys, locked[starts] | locked[ends])


def _quadrics(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """The planes around each point, weighted by area: (N, 11).

    Six of the symmetric matrix of normals, three of normals times distance, the distance
    squared, and the weight.
    """
    result = np.zeros((len(points), 11))
    for first in range(0, len(triangles), 16 * BATCH):
        batch = triangles[first : first + 16 * BATCH]
        a, b, c = (points[corner] for corner in batch.T)
        normal = np.cross(b - a, c - a)
        area = np.linalg.norm(normal, axis=1)
        x, y, z = (normal / np.maximum(area, np.finfo(float).tiny)[:, None]).T
        d = -(x * a[:, 0] + y * a[:, 1] + z * a[:, 2])
        terms = (x * x, x * y, x * z, y * y, y * z, z * z, x * d, y * d, z * d, d * d, 1.0)
        for column, term in enumerate(terms):
            weights = np.repeat(area * term, 3)
            result[:, column] += np.bincount(batch.ravel(), weights, len(points))
    return result


def _placed(points: np.ndarray, planes: np.ndarray, edges: _Edges) -> tuple[np.ndarray, np.ndarray]:
    """Where each edge's point would lie (E, 3), and its mean squared distance from the planes
    around both ends (E,), mm²."""
    places, costs = np.empty((len(edges.keys), 3)), np.empty(len(edges.keys))
    for first in range(0, len(edges.keys), BATCH):
        batch = slice(first, first + BATCH)
        a, b = edges.starts[batch], edges.ends[batch]
        q = np.ascontiguousarray((planes[a] + planes[b]).T)
        xx, xy, xz, yy, yz, zz, xd, yd, zd, dd, weight = q
        x, y, z = (points[a] + points[b]).T / 2
        # About the middle of the edge: gradient there, then the step to the lowest place.
        gx, gy, gz = xx * x + xy * y + xz * z + xd, xy * x + yy * y + yz * z + yd, 0.0
        gz = xz * x + yz * y + zz * z + zd
        stay = _STAY * weight + np.finfo(float).tiny
        sx, sy, sz = xx + stay, yy + stay, zz + stay
        cxx, cxy, cxz = sy * sz - yz * yz, xz * yz - xy * sz, xy * yz - xz * sy
        cyy, cyz, czz = sx * sz - xz * xz, xy * xz - sx * yz, sx * sy - xy * xy
        factor = -1 / (sx * cxx + xy * cxy + xz * cxz)
        ux = factor * (cxx * gx + cxy * gy + cxz * gz)
        uy = factor * (cxy * gx + cyy * gy + cyz * gz)
        uz = factor * (cxz * gx + cyz * gy + czz * gz)
        x, y, z = x + ux, y + uy, z + uz
        cost = xx * x * x + yy * y * y + zz * z * z + dd
        cost += 2 * (xy * x * y + xz * x * z + yz * y * z + xd * x + yd * y + zd * z)
        places[batch] = np.stack((x, y, z), axis=1)
        costs[batch] = np.maximum(cost / np.maximum(weight, np.finfo(float).tiny), 0)
    return places, costs


def _independent(edges: _Edges, costs: np.ndarray, points: int) -> np.ndarray:
    """Cheap edges (indices) no two of which have ends that are neighbours.

    An edge is taken when it is the cheapest around its ends and all their neighbours.
    """
    candidates = np.flatnonzero(np.isfinite(costs))
    # Only the cheaper half: dear edges in cheap surroundings can wait.
    if len(candidates):
        candidates = candidates[costs[candidates] <= np.median(costs[candidates])]
    candidates = candidates[np.argsort(costs[candidates], kind="stable")]
    near = np.zeros(points, dtype=bool)
    taken = []
    for _turn in range(_PASSES):
        starts, ends = edges.starts[candidates], edges.ends[candidates]
        free = ~(near[starts] | near[ends])
        candidates, starts, ends = candidates[free], starts[free], ends[free]
        if not len(candidates):
            break
        rank = np.arange(len(candidates))
        least = np.full(points, len(candidates))
        # Ranks ascend, so writing them backwards leaves the least.
        least[ends[::-1]] = rank[::-1]
        from_start = np.full(points, len(candidates))
        from_start[starts[::-1]] = rank[::-1]
        np.minimum(least, from_start, out=least)
        around = least.copy()
        np.minimum.at(around, edges.starts, least[edges.ends])
        np.minimum.at(around, edges.ends, least[edges.starts])
        won = (around[starts] == rank) & (around[ends] == rank)
        taken.append(candidates[won])
        chosen = np.zeros(points, dtype=bool)
        chosen[starts[won]] = chosen[ends[won]] = True
        near |= chosen
        near[edges.starts[chosen[edges.ends]]] = True
        near[edges.ends[chosen[edges.starts]]] = True
    return np.concatenate(taken) if taken else np.empty(0, np.int64)


def _sound(
    points: np.ndarray,
    triangles: np.ndarray,
    edges: _Edges,
    chosen: np.ndarray,
    places: np.ndarray,
    moved: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Which of the chosen edges (S,) can be drawn together without tear, seam or fold, and how
    far the surface there then lies from the original (S,), mm.

    That is how far it lay off already, and by how much this moves it: the new point from the
    old triangles, or one of the two old points from the new ones.

    :param moved: (N,) how far the surface round each point lies off already.
    """
    good = _keeps_topology(edges, chosen, len(points))
    # For each point the chosen edge that it is an end of, else −1.
    owner = np.full(len(points), -1)
    owner[edges.starts[chosen]] = owner[edges.ends[chosen]] = np.arange(len(chosen))
    own = owner[triangles].max(axis=1)
    inside = np.flatnonzero(own >= 0)
    own, corners = own[inside], triangles[inside]
    old = points[corners]
    already = np.zeros(len(chosen))
    np.maximum.at(already, own, moved[corners].max(axis=1))
    far = np.full((3, len(chosen)), np.inf)
    np.minimum.at(far[0], own, to_triangles(places[own], old))
    moves = owner[corners] >= 0
    stays = moves.sum(axis=1) == 1  # the others vanish with the edge
    own, old, moves = own[stays], old[stays], moves[stays]
    new = np.where(moves[:, :, None], places[own][:, None, :], old)
    for side, ends in zip(far[1:], (edges.starts, edges.ends), strict=True):
        np.minimum.at(side, own, to_triangles(points[ends[chosen]][own], new))
    before, shape_before = _direction(old)
    after, shape_after = _direction(new)
    turned = np.einsum("ij,ij->i", before, after) < _TURN
    # A triangle without a direction of its own cannot be turned.
    turned &= shape_before > 1e-6
    flat = (shape_after < _SLIVER) & (shape_after < shape_before) | (shape_after < 1e-9)
    good[own[turned | flat]] = False
    # Out and in by turns: summed up as errors that know nothing of each other.
    return good, np.hypot(already, far.max(axis=0))


def _keeps_topology(edges: _Edges, chosen: np.ndarray, points: int) -> np.ndarray:
    """Whether the ends of each edge have two neighbours in common and are no tetrahedron."""
    from scipy.sparse import csr_matrix

    starts, ends = edges.starts, edges.ends
    ones = np.ones(2 * len(starts), np.int8)
    rows, columns = np.concatenate((starts, ends)), np.concatenate((ends, starts))
    neighbours = csr_matrix((ones, (rows, columns)), (points, points))
    degree = np.diff(neighbours.indptr)
    a, b = starts[chosen], ends[chosen]
    common = np.asarray(neighbours[a].multiply(neighbours[b]).sum(axis=1)).ravel()
    return (common == 2) & (degree[a] + degree[b] > 6)


def _direction(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit normals (n, 3), and area against sides: 1 for equal sides, 0 for no area."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    normal = np.cross(b - a, c - a)
    length = np.linalg.norm(normal, axis=1)
    sides = sum(np.einsum("ij,ij->i", p - q, p - q) for p, q in ((a, b), (b, c), (c, a)))
    tiny = np.finfo(float).tiny
    shape = 2 * np.sqrt(3) * length / np.maximum(sides, tiny)
    return normal / np.maximum(length, tiny)[:, None], shape


def _apply(
    points: np.ndarray,
    planes: np.ndarray,
    triangles: np.ndarray,
    edges: _Edges,
    chosen: np.ndarray,
    places: np.ndarray,
) -> np.ndarray:
    """Draw the chosen edges together: changes points and planes, returns the triangles left."""
    a, b = edges.starts[chosen], edges.ends[chosen]
    points[a] = places
    planes[a] += planes[b]
    number = np.arange(len(points))
    number[b] = a
    triangles = number[triangles]
    x, y, z = triangles.T
    return triangles[(x != y) & (y != z) & (z != x)]
