"""Where two aligned surfaces differ locally: dents, bumps, and parts that only one has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..mesh.proximity import Nearest
from ..mesh.sampling import Cloud

#: What scatters is no dent: this many robust standard deviations, and this share of the size.
_SCATTERS = 6.0
_OF_SIZE = 0.001
_FINEST_MM = 0.05
#: Beyond this share of the size a surface has no counterpart.
_APART = 0.012
_LIKE = 0.35
#: Points averaged over, and the fewest of a patch.
_AROUND = 12
_FEWEST = 12
#: A patch larger than this share of the surface is no dent.
_LARGEST = 0.1
#: A narrower one than this share of the size is a ridge or a crease that was smoothed.
_NARROWEST = 0.02


@dataclass(frozen=True)
class Patch:
    """A place where the model's surface lies outside (bump) or inside (dent).

    :param depth_mm: signed, positive outside; the largest.
    :param width_mm: diameter of a disc of its area.
    :param place: (3,) its deepest point, in the coordinates of the cloud.
    """

    depth_mm: float
    width_mm: float
    place: np.ndarray


@dataclass(frozen=True)
class Local:
    """What is left once size and shape agree.

    :param patches: deepest first.
    :param extra: share of the model's surface without a counterpart.
    """

    patches: list[Patch]
    extra: float


def limit_mm(size: float, scatter: float) -> float:
    """The least depth of a dent that can be told from noise."""
    return max(_FINEST_MM, _OF_SIZE * size, _SCATTERS * scatter)


def without_counterpart(signed: np.ndarray, size: float, scatter: float) -> np.ndarray:
    """Which points lie too far from the other surface to belong to it."""
    return np.abs(signed) > max(_APART * size, 2 * limit_mm(size, scatter))


def local_differences(
    cloud: Cloud, near: Nearest, offset: float, size: float, scatter: float, area: float
) -> Local:
    """Patches and missing counterparts of the model's points.

    :param cloud, near: the model's points on the reference, and the nearest places there.
    :param offset: the inflation that is known already, mm.
    :param area: of the model, mm².
    """
    limit = limit_mm(size, scatter)
    alone = without_counterpart(near.signed, size, scatter)
    like = np.einsum("ni,ni->n", cloud.normals, near.normal) > _LIKE
    depth = near.signed - offset
    spot = area / len(cloud.points)
    patches = []
    for side in (-1, 1):
        candidates = np.flatnonzero(like & (side * depth > limit / 2))
        for members in _patches(cloud, depth, candidates, side, limit, spot):
            patch = _patch(cloud.points, depth, members, spot)
            if len(members) * spot <= _LARGEST * area and patch.width_mm >= _NARROWEST * size:
                patches.append(patch)
                alone[members] = False
    patches.sort(key=lambda patch: -abs(patch.depth_mm))
    return Local(patches, float(alone.mean()))


def _patches(
    cloud: Cloud, depth: np.ndarray, candidates: np.ndarray, side: int, limit: float, spot: float
) -> list[np.ndarray]:
    """Groups of neighbouring points whose surroundings, too, lie beyond the limit."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    if len(candidates) < _FEWEST:
        return []
    # Neighbours face the same way: the other side of a thin wall is none.
    reach = 2.5 * np.sqrt(spot)
    places = np.hstack((cloud.points, cloud.normals * 2 * reach))
    tree = cKDTree(places)
    around = tree.query(places[candidates], k=min(_AROUND, len(places)), workers=-1)[1]
    mean = depth[around].mean(axis=1)
    beyond = candidates[side * mean > limit]
    if len(beyond) < _FEWEST:
        return []
    pairs = cKDTree(places[beyond]).query_pairs(reach, output_type="ndarray")
    graph = coo_matrix((np.ones(len(pairs)), tuple(pairs.T)), shape=(len(beyond), len(beyond)))
    labels = connected_components(graph, directed=False)[1]
    sizes = np.bincount(labels)
    return [beyond[labels == label] for label in np.flatnonzero(sizes >= _FEWEST)]


def _patch(points: np.ndarray, depth: np.ndarray, members: np.ndarray, spot: float) -> Patch:
    deepest = members[np.argsort(-np.abs(depth[members]))[:3]]
    return Patch(
        float(depth[deepest].mean()),
        float(2 * np.sqrt(len(members) * spot / np.pi)),
        points[deepest[0]],
    )
