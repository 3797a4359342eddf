"""One smooth surface through fitted places, and its curvature."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from ..core.progress import Progress, report
from ..mesh.sampling import unit

#: Places that a place is averaged with, and the standard deviation of their weights, mm.
_NEIGHBOURS, WIDTH_MM = 16, 0.6
#: Vertices are placed by so many places.
_AROUND = 12
#: Points worked on at a time.
BATCH = 1 << 13
#: No place is surer than this, mm; outliers are those beyond so many times the usual scatter.
_LEAST_SD_MM, _OUTLIER = 0.02, 2.5
_ROUNDS = 3
#: Places that tell the curvature.
_CURVED = 24
#: Their weight at the radius is e to the minus this: a rim says little of the faces beside it.
_NARROW = 4.5


@dataclass(frozen=True)
class Fitted:
    """Places of a surface as they were fitted.

    :param start: (N, 3) where each was looked for; ``normals`` (N, 3) outwards.
    :param points: (N, 3) where it was found.
    :param weights: (N,) how much it is believed.
    """

    start: np.ndarray
    normals: np.ndarray
    points: np.ndarray
    weights: np.ndarray


class _Nearby:
    """The planes of the places near N points: what each says of how far the point must move.

    Each place stands for a plane. The mean of both normals is taken, which makes the chord of a
    circle exact: curvature adds nothing.

    :ivar index: (N, K) places; ``weight`` (N, K) of their nearness and likeness.
    :ivar away: (N, K) mm from the point to the plane, times ``length`` (N, K).
    """

    def __init__(
        self,
        tree: Any,
        fitted: Fitted,
        targets: np.ndarray,
        points: np.ndarray,
        normals: np.ndarray,
        count: int,
        width: float,
    ) -> None:
        distance, index = tree.query(points, count, distance_upper_bound=3 * width)
        near = np.isfinite(distance)
        self.index = np.where(near, index, 0).astype(np.int32)
        theirs = fitted.normals[self.index]
        dot = np.einsum("nki,ni->nk", theirs, normals)
        weight = np.exp(-0.5 * (np.where(near, distance, 0) / width) ** 2)
        self.weight = (weight * near * np.clip(dot, 0, 1) ** 4).astype(np.float32)
        theirs += normals[:, None, :]
        apart = targets[self.index] - points[:, None, :]
        self.away = np.einsum("nki,nki->nk", theirs, apart).astype(np.float32)
        self.length = (1 + dot).astype(np.float32)

    def move(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How far (N,) the points lie from the surface, and the weight (N,) behind it."""
        w = self.weight * weights[self.index]
        bottom = np.einsum("nk,nk->n", w, self.length)
        return np.einsum("nk,nk->n", w, self.away) / np.maximum(bottom, 1e-12), w.sum(axis=1)


def settled(fitted: Fitted, width: float) -> tuple[Fitted, np.ndarray]:
    """The places with the weights of outliers taken back, and their smooth positions (N, 3)."""
    tree = _tree(fitted)
    nearby = in_threads(
        lambda some: _Nearby(
            tree,
            fitted,
            fitted.points,
            fitted.start[some],
            fitted.normals[some],
            _NEIGHBOURS,
            width,
        ),
        len(fitted.start),
    )
    weights = fitted.weights.astype(np.float32)
    own = np.einsum("ni,ni->n", fitted.normals, fitted.points - fitted.start)
    moves = np.zeros(len(own))
    for _round in range(_ROUNDS):
        moves = np.concatenate([some.move(weights)[0] for some in nearby])
        off = own - moves
        usual = max(1.4826 * float(np.median(np.abs(off))), _LEAST_SD_MM)
        weights = (fitted.weights / (1 + (off / (_OUTLIER * usual)) ** 2) ** 2).astype(np.float32)
    smooth = fitted.start + moves[:, None] * fitted.normals
    return Fitted(fitted.start, fitted.normals, fitted.points, weights), smooth


def placed(
    fitted: Fitted, raised: np.ndarray, points: np.ndarray, normals: np.ndarray, width: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How far (N,) points move along their normals to the surface, the weight (N,) behind that,
    and the place (N,) that had most say.

    :param raised: (K,) mm that the places are to lie farther out.
    """
    tree = _tree(fitted)
    targets = fitted.points + raised[:, None] * fitted.normals
    weights = fitted.weights.astype(np.float32)

    def some_placed(some: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        nearby = _Nearby(tree, fitted, targets, points[some], normals[some], _AROUND, width)
        first = (nearby.weight * weights[nearby.index]).argmax(axis=1)
        return *nearby.move(weights), nearby.index[np.arange(len(first)), first]

    parts = in_threads(some_placed, len(points))
    if not parts:
        return np.zeros(0), np.zeros(0), np.zeros(0, np.int32)
    moves, total, first = (np.concatenate(some) for some in zip(*parts, strict=True))
    return moves, total, first


def _tree(fitted: Fitted) -> Any:
    from scipy.spatial import cKDTree

    return cKDTree(fitted.start, balanced_tree=False)


Result = TypeVar("Result")


def in_threads(
    work: Callable[[slice], Result], count: int, progress: Progress | None = None, message: str = ""
) -> list[Result]:
    """The work on batches of ``count`` things, in order; numpy lets the threads run at once.

    :raises Cancelled: progress asked for it.
    """
    batches = [slice(first, min(first + BATCH, count)) for first in range(0, count, BATCH)]
    made: list[Result] = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        running = [threads.submit(work, some) for some in batches]
        try:
            for number, one in enumerate(running):
                made.append(one.result())
                report(progress, (number + 1) / len(batches), message)
        except BaseException:
            for one in running:
                one.cancel()
            raise
    return made


def blurred_curvature(
    points: np.ndarray,
    normals: np.ndarray,
    radius: float,
    in_plane: float,
    across: float,
    slice_normal: np.ndarray,
) -> np.ndarray:
    """By how much (N,) mm blur has moved the edges of a curved surface inwards.

    To second order it is ½ (σ₁² κ₁ + σ₂² κ₂), κ the principal curvatures, positive where the
    body is convex, and σ the blur along their directions, tangential to the surface: the trace
    of shape operator times tangential covariance, halved.

    :param radius: of the neighbourhood whose normals tell the curvature, mm.
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(points, balanced_tree=False)

    def some_curved(some: slice) -> np.ndarray:
        distance, index = tree.query(points[some], _CURVED, distance_upper_bound=radius)
        near = np.isfinite(distance)
        index = np.where(near, index, 0)
        n = normals[some]
        theirs = normals[index]
        w = np.exp(-_NARROW * (np.where(near, distance, 0) / radius) ** 2)
        w *= near * np.clip(np.einsum("nki,ni->nk", theirs, n), 0, 1) ** 2
        aside = np.where(np.abs(n[:, [2]]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
        first_way = unit(np.cross(n, aside))
        second_way = np.cross(n, first_way)
        apart, turned = points[index] - points[some][:, None], theirs - n[:, None]
        a, b, u, v = (
            np.einsum("nki,ni->nk", what, way)
            for what in (apart, turned)
            for way in (first_way, second_way)
        )
        first, second = first_way @ slice_normal, second_way @ slice_normal
        return 0.5 * _trace(w, a, b, u, v, first, second, in_plane, across)

    return np.concatenate([np.zeros(0), *in_threads(some_curved, len(points))])


def _trace(
    w: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    u: np.ndarray,
    v: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    in_plane: float,
    across: float,
) -> np.ndarray:
    """Of the shape operator [[p, q], [q, r]] with p a + q b = u and q a + r b = v, fitted to all
    neighbours, times the blur's covariance in the tangential plane."""
    aa, ab, bb = (w * a * a).sum(1), (w * a * b).sum(1), (w * b * b).sum(1)
    matrix = np.zeros((len(aa), 3, 3))
    matrix[:, 0, 0], matrix[:, 1, 1], matrix[:, 2, 2] = aa, aa + bb, bb
    matrix[:, 0, 1] = matrix[:, 1, 0] = matrix[:, 1, 2] = matrix[:, 2, 1] = ab
    diagonal = np.arange(3)
    matrix[:, diagonal, diagonal] += 1e-6 + 0.02 * (aa + bb)[:, None]
    right = np.stack(
        [(w * a * u).sum(1), (w * b * u).sum(1) + (w * a * v).sum(1), (w * b * v).sum(1)], axis=1
    )
    p, q, r = np.linalg.solve(matrix, right[..., None])[..., 0].T
    more = across**2 - in_plane**2
    return (
        p * (in_plane**2 + more * first**2)
        + r * (in_plane**2 + more * second**2)
        + 2 * q * more * first * second
    )
