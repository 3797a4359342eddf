"""A cylinder with flat ends: its blurred image, and where to start."""

from __future__ import annotations

import numpy as np

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


class CylinderShape:
    """A straight cylinder.

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
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
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
