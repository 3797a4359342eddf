"""Faults of a triangle mesh that a printing program stumbles over, counted exactly.

Edges are counted by ``triangle_mesh.measure``, triangles that pass through each other by
``self_intersection``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, meanwhile, part, report
from .triangle_mesh import (
    BATCH,
    TriangleMesh,
    collapsed,
    edge_faults,
    edge_keys,
    first_equal,
    merged_points,
    used_points,
)
from .triangle_pairs import cross, dot

_LOOKING = _("Looking for faults of the surface")
#: A triangle has no area when its height on its longest side is at most so much of that side.
ZERO_HEIGHT = 1e-6


@dataclass(frozen=True)
class MeshFaults:
    """What is wrong with a mesh beside its edges.

    :param non_manifold_vertices: corners whose triangles make more than one fan, so that parts
        of the surface hang together by a point only.
    :param duplicate_triangles: triangles with the same three corners as one before them,
        whichever side they show.
    :param zero_area_triangles: with two corners at one place, or a height of no more than
        a millionth (``ZERO_HEIGHT``) of the longest side.
    :param unused_points: points that no triangle uses.
    """

    non_manifold_vertices: int
    duplicate_triangles: int
    zero_area_triangles: int
    unused_points: int


def mesh_faults(mesh: TriangleMesh, progress: Progress | None = None) -> MeshFaults:
    """Count the faults of a mesh whose points are shared by number.

    :param mesh: LPS mm.
    :raises Cancelled: progress asked for it.
    """
    found = []
    looks = (non_manifold_vertices, 0.0), (duplicate_triangles, 0.6), (zero_area_triangles, 0.8)
    for look, fraction in looks:
        report(progress, fraction, _LOOKING)
        found.append(len(meanwhile(progress, fraction, _LOOKING, partial(look, mesh))))
    vertices, duplicates, flat = found
    return MeshFaults(vertices, duplicates, flat, unused_points(mesh))


def fault_record(
    mesh: TriangleMesh,
    scale: float = 1.0,
    offset_mm: Any = (0, 0, 0),
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The faults of a mesh, and those of its file (the record's keys).

    :param scale, offset_mm: of the file (``Placing``); a point is ``scale × (p − offset_mm)``.
    :return: the fields of ``MeshFaults``; and under ``as_read`` the same of the file, with its
        ``boundary_edges``, ``non_manifold_edges`` and ``inconsistent_edges``, and
        ``merged_points``, how many points have become one with another.
    :raises Cancelled: progress asked for it.
    """
    faults = mesh_faults(mesh, part(progress, 0.0, 0.5))
    # As a printing program reads an STL: points at one place are one, and triangles dropped whose
    # corners are fewer than three by then.
    points = scale * (mesh.points - np.asarray(offset_mm, dtype=float))
    placed = TriangleMesh(points.astype(np.float32), mesh.triangles)
    file = meanwhile(progress, 0.5, _LOOKING, partial(merged_points, placed))
    joined = unused_points(file) - faults.unused_points
    gone = collapsed(file)
    if gone.any():
        file = TriangleMesh(file.points, file.triangles[~gone])
    # Where no point was joined the triangles are the same: rounding may have made them flat.
    read = mesh_faults(file, part(progress, 0.5, 1.0)) if joined or gone.any() else faults
    flat = len(meanwhile(progress, 1.0, _LOOKING, partial(zero_area_triangles, file)))
    flat += int(np.count_nonzero(gone))
    counts = {**asdict(read), "zero_area_triangles": flat, "merged_points": joined}
    del counts["unused_points"]  # an STL has none
    names = "boundary_edges", "non_manifold_edges", "inconsistent_edges"
    edges = meanwhile(progress, 1.0, _LOOKING, partial(edge_faults, file))
    counts.update(zip(names, edges, strict=True))
    return {**asdict(faults), "as_read": counts}


def non_manifold_vertices(mesh: TriangleMesh) -> np.ndarray:
    """Points (indices, ascending) whose triangles do not make one fan.

    Two triangles at a point belong to the same fan when they share a side there.
    """
    starts, keys = mesh.triangles.T.ravel(), edge_keys(mesh).ravel()
    total = len(keys)
    order = np.argsort(keys)
    keys = keys[order]
    order = order.astype(np.int32 if total < 2**31 else np.int64)
    same = np.flatnonzero(keys[1:] == keys[:-1])
    # A side is known by the corner that it starts at; its end is the next of the triangle.
    a, b = order[same], order[same + 1]
    width = len(mesh.triangles)
    after_a, after_b = (np.where(h < total - width, h, h - total) + width for h in (a, b))
    opposed = starts[a] != starts[b]
    distinct = keys[same]
    if 2 * len(same) == total and opposed.all() and (distinct[1:] > distinct[:-1]).all():
        following = np.empty(total, order.dtype)
        following[a], following[b] = after_b, after_a
        fans = _cycles(following)
    else:
        links = np.where(opposed, after_b, b), np.where(opposed, b, after_b)
        fans = _linked(np.concatenate((a, after_a)), np.concatenate(links), total)
    return np.flatnonzero(np.bincount(starts[fans], minlength=len(mesh.points)) > 1)


def _cycles(following: np.ndarray) -> np.ndarray:
    """One element of each cycle of a permutation: every element learns the lowest of those
    ahead of it, twice as far each time."""
    lowest = np.arange(len(following), dtype=following.dtype)
    while True:
        ahead = np.minimum(lowest, lowest[following])
        if np.array_equal(ahead, lowest):
            return np.flatnonzero(lowest == np.arange(len(lowest)))
        lowest, following = ahead, following[following]


def _linked(a: np.ndarray, b: np.ndarray, total: int) -> np.ndarray:
    """One element of each set of elements (of ``total``) that the links a – b hold together."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    graph = csr_matrix((np.ones(len(a), np.int8), (a, b)), shape=(total, total))
    labels = connected_components(graph, directed=False)[1]
    return np.unique(labels, return_index=True)[1]


def duplicate_triangles(mesh: TriangleMesh) -> np.ndarray:
    """Triangles (indices, ascending) with the same three corners, in any order, as one of a
    lower index."""
    a, b, c = mesh.triangles.T
    corners = [np.minimum(np.minimum(a, b), c), a ^ b ^ c, np.maximum(np.maximum(a, b), c)]
    corners[1] = corners[1] ^ corners[0] ^ corners[2]  # the one in the middle
    first = first_equal(np.stack(corners, axis=1).astype(np.int64))
    return np.flatnonzero(first != np.arange(len(first)))


def zero_area_triangles(mesh: TriangleMesh) -> np.ndarray:
    """Triangles (indices, ascending) whose height on the longest side is at most
    ``ZERO_HEIGHT`` of that side."""
    places = np.ascontiguousarray(mesh.points.T)
    found = [np.empty(0, np.int64)]
    for first in range(0, len(mesh.triangles), BATCH):
        a, b, c = (
            np.take(places, some, axis=1) for some in mesh.triangles[first : first + BATCH].T
        )
        u, v = b - a, c - a
        w = v - u
        normal = cross(u, v)
        longest = np.maximum(np.maximum(dot(u, u), dot(v, v)), dot(w, w))  # squared
        flat = dot(normal, normal) <= (ZERO_HEIGHT * longest) ** 2
        found.append(first + np.flatnonzero(flat))
    return np.concatenate(found)


def unused_points(mesh: TriangleMesh) -> int:
    """Number of points that no triangle uses."""
    return int(np.count_nonzero(~used_points(mesh)))
