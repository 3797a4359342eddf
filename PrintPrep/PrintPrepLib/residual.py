"""How far the regular volume lies from the DICOM positions: measured, not assumed.

The patient coordinates of every source voxel centre (ramps) go through the same
resampler as the grey values, and are compared with the grid's own coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .grid import GridPlan
from .resample import planes


@dataclass(frozen=True)
class SliceFrames:
    """Where each slice stands by its own header: N slices, LPS mm.

    ``positions``, ``rows``, ``columns`` are (N, 3): first voxel centre and unit axes;
    ``spacing`` (N, 2) is the distance of voxels along (row, column) direction.
    """

    positions: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    spacing: np.ndarray


@dataclass(frozen=True)
class Residual:
    """Distance between DICOM position and grid position of the voxels, mm."""

    max: float
    rms: float


class _Ramp:
    """One patient coordinate of voxel centres, as slices for the resampler."""

    def __init__(
        self, frames: SliceFrames, axis: int, origin: np.ndarray, i: np.ndarray, j: np.ndarray
    ) -> None:
        self._start = frames.positions[:, axis] - origin[axis]
        self._along_row = np.outer(frames.rows[:, axis] * frames.spacing[:, 0], i)
        self._down_column = np.outer(frames.columns[:, axis] * frames.spacing[:, 1], j)

    def slice(self, index: int) -> tuple[np.ndarray, None]:
        ramp = self._start[index] + self._down_column[index][:, None] + self._along_row[index]
        return ramp.astype(np.float32), None


def measure_residual(frames: SliceFrames, plan: GridPlan) -> Residual:
    """Largest and RMS distance inside the acquired field, in mm."""
    pixels = [_sampled(plan.shifts[:, axis], plan.source_size[axis]) for axis in (0, 1)]
    thinned = _thinned(plan, pixels)
    origin = plan.ijk_to_lps[:3, 3]
    ramps = [_Ramp(frames, axis, origin, *pixels) for axis in range(3)]
    worst, squares, count = 0.0, 0.0, 0
    measured_planes = zip(*(planes(ramp, thinned, 0.0) for ramp in ramps), strict=True)
    for k, (bounds, measured) in enumerate(zip(plan.field(), measured_planes, strict=True)):
        i, columns = _inside(plan, pixels, 0, bounds[:2])
        j, rows = _inside(plan, pixels, 1, bounds[2:])
        if not len(i) or not len(j):
            continue
        found = np.stack([part[np.ix_(rows, columns)] for part in measured], axis=-1)
        expected = (
            plan.ijk_to_lps[:3, 0] * i[None, :, None]
            + plan.ijk_to_lps[:3, 1] * j[:, None, None]
            + plan.ijk_to_lps[:3, 2] * k
        )
        squared = ((found - expected) ** 2).sum(axis=-1)
        worst = max(worst, float(squared.max()))
        squares += float(squared.sum())
        count += squared.size
    return Residual(worst**0.5, (squares / count) ** 0.5 if count else 0.0)


def _sampled(shifts: np.ndarray, size: int) -> np.ndarray:
    """Pixels of an axis that have to be looked at.

    Coordinates are linear along an axis: where nothing is shifted along it, both ends and
    the middle show the largest deviation.
    """
    return np.arange(size) if np.ptp(shifts) else np.unique([0, size // 2, size - 1])


def _thinned(plan: GridPlan, pixels: list[np.ndarray]) -> GridPlan:
    """The plan for slices that consist of the sampled pixels only."""
    shifts, dimensions = plan.shifts.copy(), list(plan.dimensions)
    for axis in (0, 1):
        if len(pixels[axis]) < plan.source_size[axis]:
            shifts[:, axis] = 0
            dimensions[axis] = len(pixels[axis])
    return replace(plan, shifts=shifts, dimensions=tuple(dimensions))


def _inside(
    plan: GridPlan, pixels: list[np.ndarray], axis: int, bounds: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Grid indices along an axis within the field, and their places in the thinned plane."""
    if len(pixels[axis]) < plan.source_size[axis]:
        indices = pixels[axis] + plan.shifts[0, axis]
        places = np.arange(len(indices))
    else:
        indices = places = np.arange(plan.dimensions[axis])
    inside = (indices >= bounds[0]) & (indices <= bounds[1])
    return indices[inside], places[inside]
