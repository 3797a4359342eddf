"""The separate parts of a surface, their sizes, and which of them are hollows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: A loose part below this volume, or below this share of the largest, is a crumb.
CRUMB_MM3 = 1.0
CRUMB_SHARE = 0.01
#: Triangles compared with the hollows at a time.
_BATCH = 1 << 17
#: A place within a triangle that no edge of a mesh on a grid passes above or below.
_WITHIN = (0.3141592653, 0.2718281828)


@dataclass(frozen=True)
class Part:
    """A shell that shares no point with the others.

    :param triangles: number of triangles.
    :param volume_mm3: enclosed volume, negative where the shell is turned inwards.
    :param area_mm2: of the surface.
    :param extents_mm: size of its box along x, y, z (LPS).
    :param void: turned inwards and within a shell that is turned outwards: a hollow.
    """

    triangles: int
    volume_mm3: float
    area_mm2: float
    extents_mm: tuple[float, float, float]
    void: bool


def shells(
    points: np.ndarray, triangles: np.ndarray, volumes: np.ndarray, areas: np.ndarray
) -> list[Part]:
    """The shells of a mesh, the largest volume first, whatever its sign.

    :param points: (N, 3) LPS mm; ``triangles`` (M, 3).
    :param volumes: (M,) signed volume between each triangle and one point, mm³.
    :param areas: (M,) mm².
    """
    labels, count = shell_labels(triangles, len(points))
    sizes = np.bincount(labels, minlength=count)
    enclosed = np.bincount(labels, volumes, count)
    surface = np.bincount(labels, areas, count)
    extents = _extents(points, triangles, labels, count)
    voids = np.zeros(count, dtype=bool)
    inwards = np.flatnonzero(enclosed < 0)
    if len(inwards):
        voids[inwards] = _surrounded(points, triangles, labels, areas, inwards)
    columns = sizes, enclosed, surface, *extents.T, voids
    return [
        Part(size, volume, area, (x, y, z), void)
        for size, volume, area, x, y, z, void in zip(
            *(column[np.argsort(-np.abs(enclosed), kind="stable")].tolist() for column in columns),
            strict=True,
        )
    ]


def crumbs(parts: list[Part]) -> int:
    """How many parts are too small to be meant: loose, and below ``CRUMB_MM3`` or
    ``CRUMB_SHARE`` of the largest part."""
    loose = sorted((part.volume_mm3 for part in parts if not part.void), reverse=True)
    return sum(
        volume < CRUMB_MM3 or volume < CRUMB_SHARE * loose[0] for volume in map(abs, loose[1:])
    )


def shell_labels(triangles: np.ndarray, points: int) -> tuple[np.ndarray, int]:
    """The shell (M,) of each triangle (M, 3), counted from 0, and how many there are."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    a, b, c = triangles.T
    graph = csr_matrix(
        (
            np.ones(2 * len(triangles), dtype=np.int8),
            (np.concatenate((a, b)), np.concatenate((b, c))),
        ),
        shape=(points, points),
    )
    labels = connected_components(graph, directed=False)[1]
    used = np.zeros(labels.max(initial=0) + 1, dtype=bool)
    used[labels[a]] = True  # points without a triangle are no shell
    return (np.cumsum(used) - 1)[labels[a]], int(np.count_nonzero(used))


def _extents(
    points: np.ndarray, triangles: np.ndarray, labels: np.ndarray, count: int
) -> np.ndarray:
    """Size (count, 3) of each shell's box."""
    owner = np.full(len(points), count)
    owner[triangles.T] = labels
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(count))
    order = order[: np.searchsorted(owner[order], count)]
    extents = np.empty((count, 3))
    for axis in range(3):
        places = points[order, axis]
        extents[:, axis] = np.maximum.reduceat(places, starts)
        extents[:, axis] -= np.minimum.reduceat(places, starts)
    return extents


def _surrounded(
    points: np.ndarray,
    triangles: np.ndarray,
    labels: np.ndarray,
    areas: np.ndarray,
    inwards: np.ndarray,
) -> np.ndarray:
    """Which of the shells lie inside the others: their winding number there is positive.

    A ray goes up from the largest triangle of each shell: a surface that it leaves counts
    one, a surface that it enters takes one away.
    """
    by_shell = np.lexsort((-areas, labels))
    largest = by_shell[np.searchsorted(labels[by_shell], inwards)]
    a, b, c = (points[corner] for corner in triangles[largest].T)
    seeds = a + _WITHIN[0] * (b - a) + _WITHIN[1] * (c - a)
    order = np.argsort(seeds[:, 0])
    winding = np.zeros(len(inwards), dtype=np.int64)
    for first in range(0, len(triangles), _BATCH):
        some = slice(first, first + _BATCH)
        a, b, c = (points[corner] for corner in triangles[some].T)
        x = np.stack((a[:, 0], b[:, 0], c[:, 0]))
        start = np.searchsorted(seeds[order, 0], x.min(axis=0), "right")
        near = np.searchsorted(seeds[order, 0], x.max(axis=0), "left") - start
        np.maximum(near, 0, out=near)
        number = np.repeat(np.arange(len(a)), near)
        step = np.arange(len(number)) - np.repeat(np.cumsum(near) - near, near)
        seed = order[start[number] + step]
        other = labels[some][number] != inwards[seed]
        number, seed = number[other], seed[other]
        above = _above(seeds[seed], a[number], b[number], c[number])
        winding += np.bincount(seed, above, len(inwards)).astype(np.int64)
    return winding > 0


def _above(seeds: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """1 where the ray upwards from a seed leaves through its triangle, −1 where it enters."""
    u, v, w = (corner - seeds for corner in (a, b, c))
    turns = [p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0] for p, q in ((v, w), (w, u), (u, v))]
    sides = np.sign(turns)
    hit = np.abs(sides.sum(axis=0)) == 3
    height = turns[0] * u[:, 2] + turns[1] * v[:, 2] + turns[2] * w[:, 2]
    return np.where(hit & (height * sides[0] > 0), sides[0], 0)
