"""Objects whose blurred image is known in closed form.

Points are LPS millimetres, shape (N, 3) or any (..., 3). An object's *occupancy*
is the convolution of its indicator function with an isotropic 3-D Gaussian of
standard deviation ``sigma`` (mm): 1 deep inside, 0 far outside. That is the true
image of the object under such a point spread function, not an edge profile laid
along the radius: a ball's half-contrast surface lies about sigma²/R inside its
physical one, as it does in a scanner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq
from scipy.special import erf

#: Contrast of a bone-like object in air. Half of it is 200 HU above a background of -1000 HU.
BONE_CONTRAST = 2400.0
AIR = -1000.0
#: Beyond this many sigma from an object its occupancy is below 1e-9.
REACH_SIGMAS = 6.5

Vector = tuple[float, float, float]
IDENTITY: tuple[Vector, Vector, Vector] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


class Solid(Protocol):
    """What a scene needs to know of an object."""

    center: Vector
    contrast: float

    @property
    def bounding_radius(self) -> float:
        """Radius (mm) of a ball about ``center`` that holds the sharp object."""

    def occupancy(self, points: np.ndarray, sigma: float) -> np.ndarray:
        """Blurred indicator function at ``points`` (..., 3), shape (...)."""


@dataclass(frozen=True)
class Ball:
    """A ball; ``contrast`` is its HU above what surrounds it."""

    center: Vector
    radius: float
    contrast: float = BONE_CONTRAST

    @property
    def bounding_radius(self) -> float:
        return self.radius

    def occupancy(self, points: np.ndarray, sigma: float) -> np.ndarray:
        distance = np.linalg.norm(np.asarray(points, float) - self.center, axis=-1)
        return ball_profile(distance, self.radius, sigma)


@dataclass(frozen=True)
class Block:
    """A rectangular block of ``edges`` (full lengths, mm) along the unit vectors ``axes``."""

    center: Vector
    edges: Vector
    contrast: float = BONE_CONTRAST
    axes: tuple[Vector, Vector, Vector] = IDENTITY

    @property
    def bounding_radius(self) -> float:
        return 0.5 * float(np.linalg.norm(self.edges))

    def occupancy(self, points: np.ndarray, sigma: float) -> np.ndarray:
        offset = np.asarray(points, float) - self.center
        result = np.ones(offset.shape[:-1])
        for edge, axis in zip(self.edges, self.axes, strict=True):
            result *= slab_profile(offset @ np.asarray(axis, float), edge, sigma)
        return result


@dataclass(frozen=True)
class Cylinder:
    """A cylinder with flat ends; ``axis`` is its unit direction."""

    center: Vector
    radius: float
    length: float
    axis: Vector = (0.0, 0.0, 1.0)
    contrast: float = BONE_CONTRAST

    @property
    def bounding_radius(self) -> float:
        return float(np.hypot(self.radius, 0.5 * self.length))

    def occupancy(self, points: np.ndarray, sigma: float) -> np.ndarray:
        offset = np.asarray(points, float) - self.center
        axis = np.asarray(self.axis, float)
        along = offset @ axis
        across = np.linalg.norm(offset - along[..., None] * axis, axis=-1)
        return slab_profile(along, self.length, sigma) * disc_profile(across, self.radius, sigma)


@dataclass(frozen=True)
class Scene:
    """A background with objects in it, all blurred by ``sigma`` mm. Contrasts add up."""

    objects: Sequence[Solid] = field(default_factory=tuple)
    background: float = AIR
    sigma: float = 0.5

    def values(self, points: np.ndarray) -> np.ndarray:
        """HU at ``points`` (..., 3), shape (...)."""
        points = np.asarray(points, float)
        result = np.full(points.shape[:-1], float(self.background))
        for thing in self.objects:
            result += thing.contrast * thing.occupancy(points, self.sigma)
        return result

    def plane(
        self,
        origin: np.ndarray,
        along_columns: np.ndarray,
        along_rows: np.ndarray,
        rows: int,
        columns: int,
    ) -> np.ndarray:
        """HU of a slice, shape (rows, columns).

        Pixel (r, c) lies at origin + c × along_columns + r × along_rows, two orthogonal
        vectors (mm per pixel). Objects are only worked out where they reach: that is
        what makes a series of 512² slices a matter of a second.
        """
        image = np.full((rows, columns), float(self.background))
        for thing in self.objects:
            window = self._window(thing, origin, along_columns, along_rows, rows, columns)
            if window is None:
                continue
            row_range, column_range = window
            r = np.arange(*row_range)[:, None, None]
            c = np.arange(*column_range)[None, :, None]
            points = origin + c * along_columns + r * along_rows
            image[slice(*row_range), slice(*column_range)] += thing.contrast * thing.occupancy(
                points, self.sigma
            )
        return image

    def _window(self, thing, origin, along_columns, along_rows, rows, columns):
        """Half-open row and column ranges in which an object shows, or None."""
        reach = thing.bounding_radius + REACH_SIGMAS * self.sigma
        offset = np.asarray(thing.center, float) - origin
        normal = np.cross(along_columns, along_rows)
        height = offset @ normal / np.linalg.norm(normal)
        if abs(height) >= reach:
            return None
        radius = np.sqrt(reach**2 - height**2)
        ranges = []
        for step, count in ((along_rows, rows), (along_columns, columns)):
            length = np.linalg.norm(step)
            middle = offset @ step / length**2
            first = max(0, int(np.floor(middle - radius / length)))
            last = min(count, int(np.ceil(middle + radius / length)) + 1)
            if first >= last:
                return None
            ranges.append((first, last))
        return ranges[0], ranges[1]


def hollow_ball(
    center: Vector, outer: float, inner: float, contrast: float = BONE_CONTRAST
) -> tuple[Ball, Ball]:
    """A spherical shell, as the difference of two balls."""
    return Ball(center, outer, contrast), Ball(center, inner, -contrast)


def ball_profile(distance: np.ndarray, radius: float, sigma: float) -> np.ndarray:
    """Blurred indicator of a ball at ``distance`` (mm, not negative) from its centre."""
    r = np.asarray(distance, float)
    if sigma == 0:
        return np.heaviside(radius - r, 0.5)
    scale = np.sqrt(2.0) * sigma
    # exp(-(R-r)²/2σ²) - exp(-(R+r)²/2σ²), divided by r without cancellation near r = 0.
    near = np.maximum(r, 1e-9 * radius)
    bracket = np.exp(-(((radius - near) / scale) ** 2)) * -np.expm1(-2 * radius * near / sigma**2)
    return (
        0.5 * (erf((radius - r) / scale) + erf((radius + r) / scale))
        - sigma / (near * np.sqrt(2 * np.pi)) * bracket
    )


def slab_profile(offset: np.ndarray, thickness: float, sigma: float) -> np.ndarray:
    """Blurred indicator of a slab at the signed ``offset`` (mm) from its middle plane."""
    x = np.asarray(offset, float)
    if sigma == 0:
        return np.heaviside(0.5 * thickness - np.abs(x), 0.5)
    scale = np.sqrt(2.0) * sigma
    return 0.5 * (erf((x + 0.5 * thickness) / scale) - erf((x - 0.5 * thickness) / scale))


def disc_profile(distance: np.ndarray, radius: float, sigma: float) -> np.ndarray:
    """Blurred indicator of an endless cylinder at ``distance`` (mm) from its axis.

    No elementary closed form exists (it is Marcum's Q function): a spline through
    quadratures, good to 1e-7.
    """
    r = np.asarray(distance, float)
    if sigma == 0:
        return np.heaviside(radius - r, 0.5)
    spline, low, high = _disc_spline(float(radius), float(sigma))
    return np.clip(spline(np.clip(r, low, high)), 0.0, 1.0)


@lru_cache(maxsize=32)
def _disc_spline(radius: float, sigma: float) -> tuple[CubicSpline, float, float]:
    low, high = max(0.0, radius - 8 * sigma), radius + 8 * sigma
    nodes = np.linspace(low, high, max(400, int(np.ceil((high - low) / (0.02 * sigma)))))
    return CubicSpline(nodes, disc_quadrature(nodes, radius, sigma)), low, high


def disc_quadrature(distance: np.ndarray, radius: float, sigma: float) -> np.ndarray:
    """P(|X| ≤ radius) of a 2-D Gaussian whose mean lies at ``distance``: the disc's blur.

    Along the chord direction the integral is an erf; across it, x = radius sin(t) takes
    away the square-root ends, and Gauss-Legendre covers what the Gaussian reaches.
    """
    r = np.asarray(distance, float)[..., None]
    start = np.arcsin(np.clip((r - 9 * sigma) / radius, -1.0, 1.0))
    end = np.arcsin(np.clip((r + 9 * sigma) / radius, -1.0, 1.0))
    node, weight = np.polynomial.legendre.leggauss(96)
    t = start + 0.5 * (end - start) * (node + 1)
    chord = radius * np.cos(t)
    density = np.exp(-0.5 * ((radius * np.sin(t) - r) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    integrand = density * erf(chord / (np.sqrt(2.0) * sigma)) * chord
    return (0.5 * (end - start)[..., 0]) * (integrand @ weight)


def level_radius(radius: float, sigma: float, fraction: float) -> float:
    """Distance from a blurred ball's centre at which its occupancy is ``fraction``."""
    if sigma == 0:
        return float(radius)
    width = min(8 * sigma, radius)
    return float(
        brentq(
            lambda r: float(ball_profile(r, radius, sigma)) - fraction,
            radius - width,
            radius + 8 * sigma,
            xtol=1e-12,
        )
    )


def half_contrast_radius(radius: float, sigma: float) -> float:
    """Radius of the half-contrast sphere of a blurred ball; about R - sigma²/R."""
    return level_radius(radius, sigma, 0.5)
