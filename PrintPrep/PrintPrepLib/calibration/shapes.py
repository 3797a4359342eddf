"""A ball: its blurred image, and where to start looking for it."""

from __future__ import annotations

import numpy as np

#: Nodes and weights of Gauss and Hermite for a normal distribution of width 1.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(4)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


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
