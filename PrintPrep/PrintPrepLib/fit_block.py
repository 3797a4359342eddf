"""A block with flat, perpendicular faces: its blurred image, and where to start."""

from __future__ import annotations

import itertools

import numpy as np


class BlockShape:
    """A rectangular block.

    Parameters: centre (3), turn from ``axes`` as a rotation vector in rad (3), edges (3).

    :param axes: (3, 3), rough unit directions of the edges as rows, right-handed.
    """

    def __init__(self, axes: np.ndarray) -> None:
        self._axes = axes

    def axes(self, parameters: np.ndarray) -> np.ndarray:
        """Unit directions of the edges as rows (3, 3)."""
        from scipy.spatial.transform import Rotation

        return self._axes @ Rotation.from_rotvec(parameters[3:6]).as_matrix().T

    def depth(self, points: np.ndarray, parameters: np.ndarray) -> np.ndarray:
        """Signed distance to the nearest face in mm, positive inside."""
        return self._depths(points, parameters).min(axis=1)

    def usable(self, points: np.ndarray, parameters: np.ndarray, margin: float) -> np.ndarray:
        """Points before one face only: near edges the image of a turned block has no formula."""
        return np.sort(self._depths(points, parameters), axis=1)[:, 1] >= margin

    def occupancy(
        self, points: np.ndarray, parameters: np.ndarray, blur: tuple[float, float]
    ) -> np.ndarray:
        """Blurred indicator before and behind a face: the normal distribution's integral."""
        from scipy.special import ndtr

        axes, depths = self.axes(parameters), self._depths(points, parameters)
        face = depths.argmin(axis=1)
        variance = np.array([blur[0] ** 2, blur[0] ** 2, blur[1] ** 2])
        widths = np.sqrt(axes**2 @ variance)
        return ndtr(depths[np.arange(len(points)), face] / widths[face])

    def _depths(self, points: np.ndarray, parameters: np.ndarray) -> np.ndarray:
        along = (points - parameters[:3]) @ self.axes(parameters).T
        return 0.5 * parameters[6:9] - np.abs(along)


def start_block(surface: np.ndarray, normals: np.ndarray) -> tuple[BlockShape, np.ndarray]:
    """A block through most of the points (N, 3) of a rough surface with unit normals."""
    axes = _directions(normals)
    center, edges = np.zeros(3), np.zeros(3)
    for index, axis in enumerate(axes):
        along, facing = surface @ axis, normals @ axis
        ends = []
        for side in (-1, 1):
            face = along[side * facing > 0.95]
            ends.append(float(np.median(face)) if len(face) else float(side * np.inf))
        if not np.isfinite(ends).all():
            ends = list(np.percentile(along, [1, 99]))
        center += axis * (ends[0] + ends[1]) / 2
        edges[index] = abs(ends[1] - ends[0])
    return BlockShape(axes), np.concatenate([center, np.zeros(3), edges])


def _directions(normals: np.ndarray) -> np.ndarray:
    """Three perpendicular directions along which most normals lie, as rows, right-handed."""
    from scipy.optimize import minimize
    from scipy.spatial.transform import Rotation

    some = normals[:: max(1, len(normals) // 4000)]

    def misfit(vector: np.ndarray) -> float:
        return -float(((some @ Rotation.from_rotvec(vector).as_matrix()) ** 8).sum())

    angles = np.radians([-30.0, 0.0, 30.0])
    starts = [np.array(turn) for turn in itertools.product(angles, repeat=3)]
    best = min(starts, key=misfit)
    found = min(
        (minimize(misfit, start, method="Nelder-Mead") for start in (best, 0.8 * best + 0.1)),
        key=lambda item: item.fun,
    )
    axes = Rotation.from_rotvec(found.x).as_matrix().T
    # The edge nearest to the volume's i comes first, and so on: readers expect it so.
    order = max(
        itertools.permutations(range(3)),
        key=lambda p: sum(abs(axes[p[n], n]) for n in range(3)),
    )
    axes = axes[list(order)]
    axes *= np.sign(np.diag(axes) + 1e-12)[:, None]
    return axes if np.linalg.det(axes) > 0 else axes * [[1], [1], [-1]]
