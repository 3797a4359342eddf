"""How far points lie from the boundary of a mask, smoother than its voxels.

The distance of every voxel's centre to the nearest face between mask and background is exact; it
is then smoothed by a voxel, as far as no voxel changes its side, so that a coarse mask is a body
with slopes instead of stairs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .islands import bounding_box

#: Voxels whose distances are worked out at a time.
_SLAB = 1 << 22
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
    wider = band_mm + 3 * _SMOOTHING_VOXELS * float(spacing.max())
    margin = [math.ceil(wider / length) + 1 for length in spacing]
    inside = np.pad(mask[box], [(some, some) for some in margin])
    exact = _signed(inside, spacing, wider)
    # What smoothing takes from curved boundaries a second one gives back.
    once = gaussian_filter(exact, _SMOOTHING_VOXELS, mode="nearest")
    smooth = 2 * once - gaussian_filter(once, _SMOOTHING_VOXELS, mode="nearest")
    most = _MOST_CHANGE * np.abs(exact)
    values = np.clip(np.clip(smooth, exact - most, exact + most), -band_mm, band_mm)
    first = np.array([part.start - some for part, some in zip(box, margin, strict=True)])[::-1]
    shifted = np.array(ijk_to_lps, dtype=float)
    shifted[:3, 3] += shifted[:3, :3] @ first
    return DistanceField(values, np.linalg.inv(shifted), band_mm)


def _signed(inside: np.ndarray, spacing: np.ndarray, band_mm: float) -> np.ndarray:
    """Distances of voxel centres to the nearest face of the boundary, float32 [k, j, i]."""
    reach = math.ceil(band_mm / spacing[0]) + 1
    planes = max(1, _SLAB // inside[0].size)
    found = np.empty(inside.shape, np.float32)
    for first in range(0, len(inside), planes):
        last = min(first + planes, len(inside))
        start = max(first - reach, 0)
        slab = inside[start : last + reach]
        own = slice(first - start, last - start)
        found[first:last] = _to_face(~slab, spacing, band_mm)[own]
        found[first:last] -= _to_face(slab, spacing, band_mm)[own]
    return found


def _to_face(side: np.ndarray, spacing: np.ndarray, band_mm: float) -> np.ndarray:
    """Distances of the true voxels to the face of the nearest other one, at most the band; else 0.

    :param side: boolean [k, j, i].
    """
    from scipy.ndimage import distance_transform_edt

    if side.all():
        return np.full(side.shape, band_mm, np.float32)
    if not side.any():
        return np.zeros(side.shape, np.float32)
    length, nearest = distance_transform_edt(side, sampling=spacing, return_indices=True)
    # From the nearest centre back by the half of its voxel that lies on the way.
    away = np.zeros(side.shape, nearest.dtype)
    for axis, size in enumerate(side.shape):
        places = np.arange(size).reshape([-1 if other == axis else 1 for other in range(3)])
        np.maximum(away, np.abs(nearest[axis] - places), out=away)
    half = length / (2 * np.maximum(away, 1))
    return np.minimum(length - half, band_mm).astype(np.float32)
