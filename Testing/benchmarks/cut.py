"""A ball that the scan cuts off: exact up to the edge of the field, and closed by a flat lid."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from phantoms.acquisition import Acquisition
from phantoms.dicom import write_series
from phantoms.measure import Surface, radial_error, read_stl

from . import ball, printprep_side, slicer_side
from .table import Other, Row


def cut() -> Iterator[Row]:
    """Cut by the side of the field and by the end of the stack, without and with tilt."""
    for tilt in (0.0, 18.5):
        taken = ball.acquisition(tilt)
        side = replace(taken, center=(-30.0, 0.0, 0.0))
        yield from _rows(f"tilt {tilt:.1f}°, cut by the side of the field", side, 0)
        short = replace(taken, slices=int(taken.slices * 0.65))
        normal = short.axes[2]
        # The last slice passes a few millimetres above the ball's centre.
        top = (np.array(ball.CENTER) - short.positions[-1]) @ normal + 4.0
        end = replace(short, center=tuple(top * short.table))
        yield from _rows(f"tilt {tilt:.1f}°, cut by the end of the stack", end, 2)
    # Tilt makes this side of the field slant through the regular grid: its lid has steps.
    slanting = replace(ball.acquisition(18.5), center=(0.0, 28.0, 0.0))
    yield from _rows("tilt 18.5°, cut by the slanting side of the field", slanting, 1)


def _rows(name: str, taken: Acquisition, axis: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        truth = write_series(ball.scene(), taken, folder / "series")
        volume = printprep_side.load(folder / "series")
        mine = read_stl(printprep_side.stl(volume, ball.LEVEL, folder / "p.stl"))
        read = slicer_side.read_series(truth.files)
        slicers = read_stl(slicer_side.threshold_stl(read, ball.LEVEL, folder / "slicer"))
    edge = _Edge.of(taken, axis)
    rms, lid = _measured(mine, edge)
    other_rms, other_lid = _measured(slicers, edge)
    yield Row(
        f"ball, {name}: RMS inside",
        rms,
        "mm",
        [Other("Slicer default, sheared volume", other_rms)],
        "≤ 0.006 mm",
        rms <= 0.006,
    )
    if axis == 1:
        return
    yield Row(
        f"ball, {name}: lid half a voxel beyond the last, worst",
        lid,
        "mm",
        [Other("Slicer default, sheared volume", other_lid)],
        "≤ 0.020 mm",
        lid <= 0.02,
    )


@dataclass(frozen=True)
class _Edge:
    """An end of the acquired voxels: slice coordinates axis 0 (i), 1 (j) or 2 (k) in mm."""

    origin: np.ndarray
    to_slices: np.ndarray
    axis: int
    limit: float
    outwards: float
    spacing: float

    @classmethod
    def of(cls, taken: Acquisition, axis: int) -> _Edge:
        row, column, _ = taken.axes
        to_slices = np.linalg.inv(np.column_stack([row, column, taken.table]))
        spacing = (*taken.pixel_spacing[::-1], float(taken.normal_steps[-1]))[axis]
        count = (taken.columns, taken.rows, taken.slices)[axis]
        # The ball lies beyond the low side of the rows and the high side of the others.
        low = axis == 1
        limit = 0.0 if low else (count - 1) * spacing
        return cls(taken.positions[0], to_slices, axis, limit, -1.0 if low else 1.0, spacing)

    def depth(self, points: np.ndarray) -> np.ndarray:
        """mm beyond the centres of the outermost voxels."""
        along = (points - self.origin) @ self.to_slices[self.axis]
        return self.outwards * (along - self.limit)


def _measured(surface: Surface, edge: _Edge) -> tuple[float, float]:
    """RMS of what lies a millimetre or more inside the last voxels; worst place of the lid."""
    inside = surface.kept(edge.depth(surface.corners.mean(axis=1)) < -1.0)
    rms = radial_error(inside, ball.CENTER, ball.TRUTH).rms
    direction = edge.to_slices[edge.axis] / np.linalg.norm(edge.to_slices[edge.axis])
    offset = surface.points - ball.CENTER
    across = offset - (offset @ direction)[:, None] * direction
    depth = edge.depth(surface.points) - 0.5 * edge.spacing
    lid = (np.linalg.norm(across, axis=1) < 0.8 * ball.RADIUS) & (np.abs(depth) < 2.0)
    if not lid.any():
        raise AssertionError("the ball has no lid")
    return rms, float(np.abs(depth[lid]).max())
