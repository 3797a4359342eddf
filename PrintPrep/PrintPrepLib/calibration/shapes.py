"""Shapes of known size: ball, block and cylinder, their blurred images, and where to start."""

from __future__ import annotations

import itertools

import numpy as np

#: Nodes and weights of Gauss and Hermite for a normal distribution of width 1: along a ball's
#: meridians and parallels, and round a cylinder.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(4)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_CYLINDER_NODES, _CYLINDER_WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
_CYLINDER_WEIGHTS = _CYLINDER_WEIGHTS / _CYLINDER_WEIGHTS.sum()


class BallShape:
    """A ball that may be stretched along the volume's axes.

    Parameters: centre (3), radius along i, j and k (3). A true ball has equal ones; a scanner
    whose slices stand wider apart than it says makes the third one smaller or larger.
    """

    def depth(self, points: np.ndarray, parameters: np.ndarray) -> np.ndarray:
        """Signed distance to the surface in mm, positive inside, good to first order."""
        radii = parameters[3:]
        return float(np.cbrt(np.prod(radii))) * (
            1 - np.linalg.norm((points - parameters[:3]) / radii, axis=1)
        )

    def usable(self, points: np.ndarray, parameters: np.ndarray, margin: float) -> np.ndarray:
        """A ball has no edges."""
        return np.ones(len(points), bool)

    def occupancy(
        self, points: np.ndarray, parameters: np.ndarray, blur: tuple[float, float]
    ) -> np.ndarray:
        """The ball convolved with a normal distribution that is wider across the slices.

        Exact along the radius (the far side is beyond reach), quadrature along the surface:
        in units of the radii a displacement (t1, t2) along the surface leaves the ball at
        √(1 - t1² - t2²).
        """
        from scipy.special import ndtr

        radii = parameters[3:]
        offset = (points - parameters[:3]) / radii
        distance = np.linalg.norm(offset, axis=1)
        rise = np.clip(np.abs(offset[:, 2]) / np.maximum(distance, 1e-9), 0.0, 1.0)
        flat = blur[0] / np.sqrt(radii[0] * radii[1])
        steep = blur[1] / radii[2]
        meridian = np.sqrt((flat * rise) ** 2 + steep**2 * (1 - rise**2))
        along = rise * np.sqrt(1 - rise**2) * (steep**2 - flat**2) / meridian**2
        width = flat * steep / meridian
        result = np.zeros(len(points))
        for node2, weight2 in zip(_NODES, _WEIGHTS, strict=True):
            t2 = node2 * meridian
            reach = distance + along * t2
            for node1, weight1 in zip(_NODES[2:], 2 * _WEIGHTS[2:], strict=True):
                limit = np.sqrt(np.maximum(1 - (node1 * flat) ** 2 - t2**2, 0.0))
                result += weight1 * weight2 * ndtr((limit - reach) / width)
        return result


def start_ball(surface: np.ndarray, rough: float | None = None) -> np.ndarray:
    """Parameters of the sphere through most of the points (N, 3) of a rough surface.

    :param rough: diameter in mm, where known.
    """
    from scipy.optimize import least_squares

    middle = np.median(surface, axis=0)
    radius = 0.5 * rough if rough else float(np.median(np.linalg.norm(surface - middle, axis=1)))

    def residuals(state: np.ndarray) -> np.ndarray:
        return np.linalg.norm(surface - state[:3], axis=1) - state[3]

    found = least_squares(residuals, [*middle, radius], loss="cauchy", f_scale=0.3)
    return np.concatenate([found.x[:3], np.repeat(abs(found.x[3]), 3)])


class BlockShape:
    """A rectangular block: flat, perpendicular faces.

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


class CylinderShape:
    """A straight cylinder with flat ends.

    Parameters: centre (3), lean of the axis along two directions perpendicular to it (2),
    radius, length.

    :param axis: its rough unit direction.
    """

    def __init__(self, axis: np.ndarray) -> None:
        self._rough = axis
        side = np.eye(3)[np.argmin(np.abs(axis))]
        first = np.cross(axis, side)
        first /= np.linalg.norm(first)
        self._sides = np.stack([first, np.cross(axis, first)])

    def axis(self, parameters: np.ndarray) -> np.ndarray:
        """Unit direction of the axis (3,)."""
        leaning = self._rough + parameters[3:5] @ self._sides
        return leaning / np.linalg.norm(leaning)

    def depth(self, points: np.ndarray, parameters: np.ndarray) -> np.ndarray:
        """Signed distance to side or end, whichever is nearer; mm, positive inside."""
        return self._depths(points, parameters).min(axis=1)

    def usable(self, points: np.ndarray, parameters: np.ndarray, margin: float) -> np.ndarray:
        """Points before the side or before one end, not near the rim."""
        return self._depths(points, parameters).max(axis=1) >= margin

    def occupancy(
        self, points: np.ndarray, parameters: np.ndarray, blur: tuple[float, float]
    ) -> np.ndarray:
        """Blurred indicator: exact at the ends; at the side quadrature along the circle."""
        from scipy.special import ndtr

        axis = self.axis(parameters)
        variance = np.array([blur[0] ** 2, blur[0] ** 2, blur[1] ** 2])
        depths = self._depths(points, parameters)
        end = depths[:, 1] < depths[:, 0]
        result = np.empty(len(points))
        result[end] = ndtr(depths[end, 1] / np.sqrt(axis**2 @ variance))
        offset = points[~end] - parameters[:3]
        across = offset - np.outer(offset @ axis, axis)
        result[~end] = _side(across, axis, parameters[5], variance)
        return result

    def _depths(self, points: np.ndarray, parameters: np.ndarray) -> np.ndarray:
        """Distance inside the side and inside the nearer end, (N, 2)."""
        axis = self.axis(parameters)
        offset = points - parameters[:3]
        along = offset @ axis
        across = np.sqrt(np.maximum((offset**2).sum(axis=1) - along**2, 0.0))
        return np.stack([parameters[5] - across, 0.5 * parameters[6] - np.abs(along)], axis=1)


def _side(across: np.ndarray, axis: np.ndarray, radius: float, variance: np.ndarray) -> np.ndarray:
    """Blurred indicator of an endless cylinder at offsets (N, 3) perpendicular to its axis."""
    from scipy.special import ndtr

    distance = np.linalg.norm(across, axis=1)
    outward = across / np.maximum(distance, 1e-9)[:, None]
    around = np.cross(axis, outward)
    across_width = (outward**2) @ variance
    around_width = (around**2) @ variance
    along = ((outward * around) @ variance) / around_width
    width = np.sqrt(np.maximum(across_width - along**2 * around_width, 1e-12))
    result = np.zeros(len(across))
    for node, weight in zip(_CYLINDER_NODES, _CYLINDER_WEIGHTS, strict=True):
        t = node * np.sqrt(around_width)
        limit = np.sqrt(np.maximum(radius**2 - t**2, 0.0))
        result += weight * ndtr((limit - distance - along * t) / width)
    return result


def start_cylinder(surface: np.ndarray, normals: np.ndarray) -> tuple[CylinderShape, np.ndarray]:
    """A cylinder through most of the points (N, 3) of a rough surface with unit normals."""
    from scipy.optimize import least_squares

    axis = _axis(normals)
    shape = CylinderShape(axis)
    facing, along = normals @ axis, surface @ axis
    ends = [
        np.median(along[side * facing > 0.9])
        if (side * facing > 0.9).any()
        else np.percentile(along, 50 + side * 49)
        for side in (-1, 1)
    ]
    frame = shape._sides
    lateral = surface[np.abs(facing) < 0.3] @ frame.T
    lateral = lateral if len(lateral) > 10 else surface @ frame.T
    middle = (lateral.min(axis=0) + lateral.max(axis=0)) / 2

    def residuals(state: np.ndarray) -> np.ndarray:
        return np.linalg.norm(lateral - state[:2], axis=1) - state[2]

    radius = float(np.median(np.linalg.norm(lateral - middle, axis=1)))
    found = least_squares(residuals, [*middle, radius], loss="cauchy", f_scale=0.3).x
    center = found[:2] @ frame + axis * (ends[0] + ends[1]) / 2
    return shape, np.array([*center, 0.0, 0.0, abs(found[2]), abs(ends[1] - ends[0])])


def _axis(normals: np.ndarray) -> np.ndarray:
    """The direction that most normals are parallel or perpendicular to."""
    from scipy.optimize import minimize

    some = normals[:: max(1, len(normals) // 3000)]
    count = np.arange(600) + 0.5
    height, turn = count / 600, np.pi * (1 + 5**0.5) * count
    flat = np.sqrt(1 - height**2)
    directions = np.stack([flat * np.cos(turn), flat * np.sin(turn), height], axis=1)

    def misfit(direction: np.ndarray) -> float:
        square = (some @ (direction / np.linalg.norm(direction))) ** 2
        return float(np.minimum(square * (1 - square), 0.05).sum())

    best = min(directions, key=misfit)
    found = minimize(misfit, best, method="Nelder-Mead").x
    found = found / np.linalg.norm(found)
    return found * (1 if found[np.argmax(np.abs(found))] > 0 else -1)
