"""Making a tilted volume regular: PrintPrep against Slicer's hardened grid transform."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PrintPrepLib.geometry.stack_geometry import analyse_positions
from PrintPrepLib.volume.grid import plan_grid
from PrintPrepLib.volume.resample import resample

from . import slicer_side
from .ball import PIXEL, STEP
from .table import Other, Row
from .timing import Timed, best_times

SHAPE = (300, 512, 512)
TILT = 18.5
BAR = 30.0


class InMemory:
    """The slices of an array, as the resampler asks for them."""

    def __init__(self, voxels: np.ndarray) -> None:
        self._voxels = voxels

    def slice(self, index: int) -> tuple[np.ndarray, None]:
        return self._voxels[index], None


def regularize() -> Iterator[Row]:
    """512 × 512 × 300 voxels of int16 in memory → a regular volume in memory."""
    voxels = _voxels()
    angle = np.radians(TILT)
    row, column = np.array([1.0, 0, 0]), np.array([0, np.cos(angle), np.sin(angle)])
    positions = np.arange(SHAPE[0])[:, None] * np.array([0, 0, STEP / np.cos(angle)])

    def mine() -> np.ndarray:
        geometry = analyse_positions(positions, row, column, np.full(3, 0.02))
        plan = plan_grid(geometry, SHAPE[:0:-1], (PIXEL, PIXEL))
        return resample(InMemory(voxels), plan, -1000.0, np.dtype(np.int16))

    normal = np.cross(row, column)
    matrix = np.eye(4)
    matrix[:3, :3] = np.column_stack([PIXEL * row, PIXEL * column, STEP * normal])
    volume = slicer_side.Volume(voxels, matrix)
    corners = slicer_side.slice_corners(positions, row, column, SHAPE[1:], (PIXEL, PIXEL))
    slicers = Timed(
        # Making the node and the transform is not counted, only Slicer's HardenTransform is.
        prepare=lambda: slicer_side.Hardening(volume, corners),
        call=lambda job: job.harden(),
        finish=lambda job: job.close(),
    )
    with slicer_side.quiet():
        times = best_times({"mine": mine, "slicer": slicers}, {"mine": 7, "slicer": 3}, False)
    ratio = times["slicer"] / times["mine"]
    yield Row(
        "regularize 512 × 512 × 300, tilt 18.5°",
        times["mine"],
        "s",
        [Other("Slicer, hardened grid transform", times["slicer"])],
        f"≥ {BAR:.0f} × faster",
        ratio >= BAR,
    )


def _voxels() -> np.ndarray:
    """A volume with something in every slice; interpolation takes as long on any values."""
    random = np.random.default_rng(1)
    plane = random.integers(-1000, 1500, SHAPE[1:], dtype=np.int16)
    return np.stack([np.roll(plane, k, axis=1) for k in range(SHAPE[0])])
