"""The first steps of an alignment from hundreds of starts, all at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from .surfaces import Cloud

_LIKE = 0.35
_RIDGE = 1e-4


def settle(
    own: Cloud,
    target: Cloud,
    tree: Any,
    starts: np.ndarray,
    reaches: list[float],
    cap: float,
    slack: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Point-to-plane ICP from every start, without trimming beyond its reach.

    :param own, target: N points that are moved, and those they are moved onto.
    :param tree: of the target's points.
    :param starts: (S, 4, 4), rotations or reflections with translations.
    :param reaches: how far a pair may be apart in each step, mm.
    :param cap: distance (mm) that counts in full in the misfit.
    :param slack: spacing of the target's points, mm.
    :return: the placings (S, 4, 4) and their misfits (S,), as ``Alignment``.
    """
    placings = np.array(starts, dtype=float)
    for reach in reaches:
        points, normals, apart, valid = _pairs(own, target, tree, placings, reach + slack)
        placings = _updates(points, normals, apart, valid) @ placings
    _, _, apart, valid = _pairs(own, target, tree, placings, cap + slack)
    near = np.where(valid, np.minimum(np.abs(apart) / cap, 1), 1)
    return placings, near.mean(axis=1)


def _pairs(own: Cloud, target: Cloud, tree: Any, placings: np.ndarray, reach: float):
    """Moved points (S, N, 3), normals met, distances along them, and which pairs count."""
    points = np.einsum("sij,nj->sni", placings[:, :3, :3], own.points)
    points += placings[:, None, :3, 3]
    directions = np.einsum("sij,nj->sni", placings[:, :3, :3], own.normals)
    shape = points.shape[:2]
    distance, nearest = tree.query(points.reshape(-1, 3), distance_upper_bound=reach, workers=-1)
    valid = np.isfinite(distance)
    nearest[~valid] = 0
    normals = target.normals[nearest].reshape(points.shape)
    valid = valid.reshape(shape) & (np.einsum("sni,sni->sn", normals, directions) > _LIKE)
    away = points - target.points[nearest].reshape(points.shape)
    return points, normals, np.einsum("sni,sni->sn", away, normals), valid


def _updates(
    points: np.ndarray, normals: np.ndarray, apart: np.ndarray, valid: np.ndarray
) -> np.ndarray:
    """The motion (S, 4, 4) that brings the pairs of each placing together."""
    from scipy.spatial.transform import Rotation

    weight = valid / np.maximum(valid.sum(axis=1), 1)[:, None]
    middle = np.einsum("sn,sni->si", weight, points)
    offset = points - middle[:, None]
    length = np.sqrt(np.einsum("sn,sni->s", weight, offset**2)) + 1e-9
    system = np.concatenate((np.cross(offset / length[:, None, None], normals), normals), axis=2)
    weighted = system * weight[:, :, None]
    matrix = np.swapaxes(weighted, 1, 2) @ system
    trace = np.trace(matrix, axis1=1, axis2=2) + 1e-12
    matrix += np.eye(6) * (_RIDGE * trace)[:, None, None]
    side = -np.einsum("sni,sn->si", weighted, apart)
    solution = np.linalg.solve(matrix, side[..., None])[..., 0]
    made = np.tile(np.eye(4), (len(points), 1, 1))
    made[:, :3, :3] = Rotation.from_rotvec(solution[:, :3] / length[:, None]).as_matrix()
    made[:, :3, 3] = middle - np.einsum("sij,sj->si", made[:, :3, :3], middle) + solution[:, 3:]
    return made
