"""Triangles of a surface that pass through each other: all of them, found without guessing.

Boxes that overlap say which pairs may meet, floating point says of nearly all of them that they do
not, and whole numbers decide the rest (``triangle_pairs``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import MeshError
from ..core.phrases import _
from ..core.progress import Progress, meanwhile, report
from .triangle_mesh import TriangleMesh, merged_points
from .triangle_pairs import BoxPairs, Triangles, arranged, clear, cross, dot, meet, without_area

#: Pairs that are kept with their triangles and places.
KEPT = 10_000
#: Places that a record holds.
_PLACES = 10
#: Why a surface fresh from the voxels is not examined.
BY_CONSTRUCTION = _(
    "none by construction: every triangle lies within its own cell of eight voxels, and the "
    "triangles of a cell do not meet but in their common sides"
)
#: The same of several bodies in one mesh.
BY_BODY = _(
    "none by construction within each body; where bodies touch, and the outside meets them, they "
    "may overlap by part of a voxel, which printing programs join"
)


@dataclass(frozen=True, eq=False)
class SelfIntersections:
    """Where a surface passes through or touches itself.

    :param pairs: exact number of pairs of triangles.
    :param triangles: (K, 2) the pairs, ascending; K is ``pairs``, or ``KEPT`` where there are
        more.
    :param places: (K, 3) a point that both triangles have in common (to rounding), LPS mm.
    """

    pairs: int
    triangles: np.ndarray
    places: np.ndarray


def self_intersections(mesh: TriangleMesh, progress: Progress | None = None) -> SelfIntersections:
    """Find all pairs of triangles that have more in common than what neighbours share.

    A pair counts when the two closed triangles have a point in common that does not belong
    to the corner or side they share:

    - without a common corner: any common point, a mere touch included;
    - with one common corner: any other common point;
    - with a common side: an overlap, that is one folded flat onto the other;
    - with three common corners: always (one of them is a duplicate).

    Corners are common where their coordinates are equal, whatever their numbers. Triangles
    without an area (``faults`` counts those) take no part. The count is that of exact
    arithmetic on the coordinates as they are, which need not be that of the file: float32
    moves them by up to 0.00003 mm within half a metre of the origin.

    :param mesh: LPS mm.
    :raises MeshError: a point that is used is no finite number.
    :raises Cancelled: progress asked for it.
    """
    message = _("Looking for self-intersections")
    report(progress, 0.0, message)
    triangles, numbers = meanwhile(progress, 0.0, message, lambda: _examined(mesh))
    found = [np.empty((0, 2), np.int64)]
    if len(numbers):
        boxes = meanwhile(progress, 0.0, message, lambda: BoxPairs(*_boxes(triangles)))
        for done, pairs in enumerate(_in_threads(triangles, boxes), 1):
            found.append(pairs)
            report(progress, done / len(boxes.tasks), message)
    pairs = np.sort(numbers[np.concatenate(found)], axis=1)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    kept = pairs[:KEPT]
    return SelfIntersections(len(pairs), kept, _common_points(mesh, kept))


def self_intersection_record(
    mesh: TriangleMesh, untouched: bool, progress: Progress | None = None, bodies: int = 1
) -> dict[str, Any]:
    """The part ``self_intersections`` of a record's model.

    :param untouched: the surface is as ``grey_value_surface`` made it, neither smoothed nor
        decimated nor changed otherwise: it has none by construction, and is not examined.
    :param bodies: how many surfaces, each made by itself, the mesh holds.
    :return: ``examined``; ``pairs`` and ``places_mm`` (up to ten, far from each other);
        ``reason`` why it was not examined.
    """
    if untouched:
        reason = BY_CONSTRUCTION if bodies == 1 else BY_BODY
        return {"examined": False, "pairs": None, "places_mm": [], "reason": reason}
    found = self_intersections(mesh, progress)
    return {
        "examined": True,
        "pairs": found.pairs,
        "places_mm": _spread(found.places, _PLACES).tolist(),
        "reason": None,
    }


def _examined(mesh: TriangleMesh) -> tuple[Triangles, np.ndarray]:
    """The triangles that have an area, with equal corners merged, and their numbers."""
    corners = np.ascontiguousarray(merged_points(mesh).triangles.T)
    points = np.ascontiguousarray(mesh.points.T)
    if not np.isfinite(points).all() and not np.isfinite(points[:, corners.ravel()]).all():
        raise MeshError(_("the model holds points that are not numbers"), remedy=_("Make it again"))
    numbers = np.arange(corners.shape[1])
    flat = without_area(points, corners)
    if len(flat):
        numbers = np.delete(numbers, flat)
        corners = np.ascontiguousarray(corners[:, numbers])
    triangles = Triangles(points, corners, np.empty(0))
    if not len(numbers):
        return triangles, numbers
    low, high = _boxes(triangles)
    size = high - low
    return Triangles(points, corners, np.sqrt(dot(size, size))), numbers


def _boxes(triangles: Triangles) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.empty((2, 3, triangles.corners.shape[1]))
    for axis, places in enumerate(triangles.points):
        a, b, c = (places[corner] for corner in triangles.corners)
        np.minimum(np.minimum(a, b), c, out=low[axis])
        np.maximum(np.maximum(a, b), c, out=high[axis])
    return low, high


def _in_threads(triangles: Triangles, boxes: BoxPairs) -> Iterator[np.ndarray]:
    """The pairs (K, 2) of one task after the other; numpy lets the threads run at once."""

    def examine(task: tuple[int, int, int]) -> np.ndarray:
        i, j = boxes.pairs(task)
        found = [np.empty((0, 2), np.int64)]
        for chosen, pairs in arranged(triangles, i, j):
            unsure = np.flatnonzero(~clear(triangles, pairs))
            chosen = chosen[unsure[meet(triangles, pairs.of(unsure))]]
            found.append(np.stack((i[chosen], j[chosen]), axis=1))
        return np.concatenate(found)

    pool = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        yield from pool.map(examine, boxes.tasks)
    finally:
        pool.shutdown(cancel_futures=True)


def _common_points(mesh: TriangleMesh, pairs: np.ndarray) -> np.ndarray:
    """A point (K, 3) that the triangles of each pair have in common, to rounding.

    The sides of each triangle are followed to the other, and the mean is taken of the places
    where they meet it: common points make a convex set, so it holds their mean, too.
    """
    # About one corner: differences keep their digits.
    origin = mesh.points[mesh.triangles[pairs[:, 0], 0]].T
    a, b = (
        [mesh.points[mesh.triangles[pairs[:, side], k]].T - origin for k in range(3)]
        for side in range(2)
    )
    found = []
    for one, other in ((a, b), (b, a)):
        for k in range(3):
            found.append(_met(one[k], one[(k + 1) % 3], other))
    places, misses = (np.array(values) for values in zip(*found, strict=True))
    size = np.max([np.abs(corner) for corner in (*a, *b)], axis=(0, 1), initial=0.0)
    best = misses <= misses.min(axis=0, initial=np.inf) + 1e-9 * size
    weights = best / best.sum(axis=0)
    return (origin + (weights[:, None] * places).sum(axis=0)).T


def _met(
    start: np.ndarray, end: np.ndarray, corners: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Where segments come nearest to being in their triangles (3, K), and by how much (K,) mm
    they miss them."""
    normal = cross(corners[1] - corners[0], corners[2] - corners[0])
    normal = normal / np.sqrt(dot(normal, normal))
    here, there = dot(normal, start - corners[0]), dot(normal, end - corners[0])
    size = np.max([np.abs(corner) for corner in corners], axis=(0, 1), initial=0.0)
    flat = np.maximum(np.abs(here), np.abs(there)) <= 1e-12 * size
    # Across the plane there is one place, within it the middle of what the sides leave over.
    first, last = np.zeros(len(here)), np.ones(len(here))
    sides = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for k in range(3):
            inward = cross(normal, corners[(k + 1) % 3] - corners[k])
            inward = inward / np.sqrt(dot(inward, inward))
            before, after = dot(inward, start - corners[k]), dot(inward, end - corners[k])
            sides.append((before, after))
            share = before / (before - after)
            first = np.where((before < 0) & (after > before), np.maximum(first, share), first)
            last = np.where((after < 0) & (after < before), np.minimum(last, share), last)
        share = np.where(flat, (first + last) / 2, here / (here - there))
    share = np.clip(np.nan_to_num(share, nan=0.5), 0.0, 1.0)
    miss = np.abs(here + share * (there - here))
    for before, after in sides:
        miss = np.maximum(miss, -(before + share * (after - before)))
    return start + share * (end - start), miss


def _spread(places: np.ndarray, count: int) -> np.ndarray:
    """So many of the places (K, 3), each as far as can be from those before it."""
    chosen = [0] if len(places) else []
    distance = np.full(len(places), np.inf)
    while len(chosen) < min(count, len(places)):
        distance = np.minimum(distance, np.linalg.norm(places - places[chosen[-1]], axis=1))
        chosen.append(int(np.argmax(distance)))
    return places[chosen]
