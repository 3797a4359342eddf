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
    """One patient coordinate of the voxel centres, as slices for the resampler."""

    def __init__(
        self, frames: SliceFrames, axis: int, origin: np.ndarray, rows: int, columns: np.ndarray
    ) -> None:
        self._start = frames.positions[:, axis] - origin[axis]
        self._along_row = np.outer(frames.rows[:, axis] * frames.spacing[:, 0], columns)
        self._down_column = np.outer(
            frames.columns[:, axis] * frames.spacing[:, 1], np.arange(rows)
        )

    def slice(self, index: int) -> tuple[np.ndarray, None]:
        ramp = self._start[index] + self._down_column[index][:, None] + self._along_row[index]
        return ramp.astype(np.float32), None


def measure_residual(frames: SliceFrames, plan: GridPlan) -> Residual:
    """Largest and RMS distance inside the acquired field, in mm."""
    columns, rows = plan.source_size
    sampled = np.arange(columns)
    field = plan.field()
    if not np.ptp(plan.shifts[:, 0]):
        # Nothing happens along the rows, and coordinates are linear there: ends and middle do.
        sampled = np.unique([0, columns // 2, columns - 1])
    few_columns = len(sampled) < columns
    narrow = plan
    if few_columns:
        shifts = plan.shifts.copy()
        shifts[:, 0] = 0
        narrow = replace(plan, shifts=shifts, dimensions=(len(sampled), *plan.dimensions[1:]))
    origin = plan.ijk_to_lps[:3, 3]
    ramps = [_Ramp(frames, axis, origin, rows, sampled) for axis in range(3)]
    worst, squares, count = 0.0, 0.0, 0
    stacks = zip(*(planes(ramp, narrow, 0.0) for ramp in ramps), strict=True)
    for k, coordinates in enumerate(stacks):
        first_i, last_i, first_j, last_j = field[k]
        if last_i < first_i or last_j < first_j:
            continue
        j = np.arange(first_j, last_j + 1)
        if few_columns:
            i = sampled + plan.shifts[0, 0]
            measured = np.stack([part[j] for part in coordinates], axis=-1)
        else:
            i = np.arange(first_i, last_i + 1)
            measured = np.stack([part[np.ix_(j, i)] for part in coordinates], axis=-1)
        expected = (
            plan.ijk_to_lps[:3, 0] * i[None, :, None]
            + plan.ijk_to_lps[:3, 1] * j[:, None, None]
            + plan.ijk_to_lps[:3, 2] * k
        )
        squared = ((measured - expected) ** 2).sum(axis=-1)
        worst = max(worst, float(squared.max()))
        squares += float(squared.sum())
        count += squared.size
    return Residual(worst**0.5, (squares / count) ** 0.5 if count else 0.0)
