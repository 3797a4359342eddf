"""How far points lie from the boundary of a mask, smoother than its voxels.

The distance of every voxel's centre to the nearest face between mask and background is exact; it
is then smoothed by a voxel, as far as no voxel changes its side, so that a coarse mask is a body
with slopes instead of stairs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .islands import bounding_box

_SMOOTHING_VOXELS = 1.0
#: By how much of itself smoothing may change a distance: sheets of one voxel stay.
_MOST_CHANGE = 0.6


@dataclass(frozen=True, eq=False)
class DistanceField:
    """Distances to a mask's boundary on the mask's own grid, as far as a band reaches.

    :param values: [k, j, i], mm, negative inside; ± ``band_mm`` beyond the band.
    :param lps_to_ijk: (4, 4) of ``values``.
    """

    values: np.ndarray
    lps_to_ijk: np.ndarray
    band_mm: float

    def at(self, points: np.ndarray) -> np.ndarray:
        """Signed distances (N,) of points (N, 3), LPS mm; between voxels trilinear."""
        from scipy.ndimage import map_coordinates

        ijk = points @ self.lps_to_ijk[:3, :3].T + self.lps_to_ijk[:3, 3]
        return map_coordinates(self.values, ijk[:, ::-1].T, order=1, mode="nearest")


def distance_field(mask: np.ndarray, ijk_to_lps: np.ndarray, band_mm: float) -> DistanceField:
    """The distances round a mask.

    :param mask: boolean [k, j, i], not empty; beyond its array is background.
    :param ijk_to_lps: (4, 4), voxel centres to LPS mm; distances suppose axes at right angles.
    """
    from scipy.ndimage import gaussian_filter

    box = bounding_box(mask)
    if box is None:
        raise ValueError("the mask is empty")
    spacing = np.linalg.norm(ijk_to_lps[:3, :3], axis=0)[::-1]
    # Smoothing must not meet the end of the band.
    wider = band_mm + 2 * _SMOOTHING_VOXELS * float(spacing.max())
    margin = [math.ceil(wider / length) + 1 for length in spacing]
    inside = np.pad(mask[box], [(some, some) for some in margin])
    exact = _signed(inside, spacing, wider)
    # What smoothing takes from curved boundaries a second one gives back.
    once = gaussian_filter(exact, _SMOOTHING_VOXELS, mode="nearest")
    twice = gaussian_filter(once, _SMOOTHING_VOXELS, mode="nearest")
    for plane, one, two in zip(exact, once, twice, strict=True):
        most = _MOST_CHANGE * np.abs(plane)
        plane += np.clip(2 * one - two - plane, -most, most)
    values = np.clip(exact, -band_mm, band_mm, out=exact)
    first = np.array([part.start - some for part, some in zip(box, margin, strict=True)])[::-1]
    shifted = np.array(ijk_to_lps, dtype=float)
    shifted[:3, 3] += shifted[:3, :3] @ first
    return DistanceField(values, np.linalg.inv(shifted), band_mm)


def _signed(inside: np.ndarray, spacing: np.ndarray, band_mm: float) -> np.ndarray:
    """Distances of voxel centres to the nearest face of the boundary, float32 [k, j, i]."""
    found = _to_side(inside, spacing, band_mm)
    found -= _to_side(~inside, spacing, band_mm)
    return found


def _to_side(side: np.ndarray, spacing: np.ndarray, band_mm: float) -> np.ndarray:
    """Distances of voxel centres to the nearest true voxel, all of its box, at most the band.

    Squares of distances add up axis by axis, so that the least of them can be found so, too; a
    transform without a band takes ten times as long.
    """
    far = np.float32(band_mm**2)
    squares = np.where(side, np.float32(0), far)
    for plane in squares:
        plane[:] = _spread(_spread(plane, spacing[1], far).T, spacing[2], far).T
    found = squares.copy()
    for count, cost in _costs(len(squares), spacing[0], far):
        # Plane by plane: the temporaries of a plane stay in the cache.
        for here in range(len(squares) - count):
            there = here + count
            np.minimum(found[here], squares[there] + cost, out=found[here])
            np.minimum(found[there], squares[here] + cost, out=found[there])
    return np.sqrt(found, out=found)


def _spread(squares: np.ndarray, step: float, far: np.float32) -> np.ndarray:
    """The least squares of distances when steps along the first axis are allowed."""
    found = squares.copy()
    for count, cost in _costs(len(squares), step, far):
        np.minimum(found[count:], squares[:-count] + cost, out=found[count:])
        np.minimum(found[:-count], squares[count:] + cost, out=found[:-count])
    return found


def _costs(size: int, step: float, far: np.float32) -> Iterator[tuple[int, np.float32]]:
    """Numbers of steps, and the squares of the ways to the voxels' boxes, within the band."""
    for count in range(1, size):
        cost = np.float32(((count - 0.5) * step) ** 2)
        if cost >= far:
            return
        yield count, cost
