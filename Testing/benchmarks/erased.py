"""A ball of which the user erased one half: the other half must stay exact, the cut half-way."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from phantoms.dicom import write_series
from phantoms.measure import Surface, radial_error, read_stl

from . import ball, printprep_side, slicer_side
from .table import Other, Row


@dataclass(frozen=True)
class Cut:
    """Where the mask was cut: everything with a voxel index above ``index`` along ``axis``."""

    origin: np.ndarray
    direction: np.ndarray
    index: int
    spacing: float

    def depth(self, points: np.ndarray) -> np.ndarray:
        """mm beyond the plane half-way between the last kept and the first erased voxels."""
        along = (points - self.origin) @ self.direction
        return along - (self.index + 0.5) * self.spacing


def erased() -> Iterator[Row]:
    """Cuts along rows and along the slices' normal, with and without tilt."""
    for tilt in (0.0, 18.5):
        for axis, name in ((0, "rows"), (2, "normal")):
            yield from _rows(tilt, axis, name)


def _rows(tilt: float, axis: int, name: str) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_series(ball.scene(), ball.acquisition(tilt), folder / "series")
        volume = printprep_side.load(folder / "series")
        matrix = volume.ijk_to_lps
        middle = np.linalg.solve(matrix[:3, :3], np.array(ball.CENTER) - matrix[:3, 3])[axis]
        spacing = float(np.linalg.norm(matrix[:3, axis]))
        cut = Cut(matrix[:3, 3], matrix[:3, axis] / spacing, int(middle), spacing)
        mask = volume.voxels >= ball.LEVEL
        np.moveaxis(mask, 2 - axis, 0)[cut.index + 1 :] = False
        mine = read_stl(printprep_side.stl(volume, ball.LEVEL, folder / "p.stl", mask))
        slicers = read_stl(slicer_side.mask_stl(mask, matrix, folder / "slicer"))
    what = f"half-erased ball, tilt {tilt:.1f}°, cut across the {name}"
    rms, place = _measured(mine, cut)
    other_rms, other_place = _measured(slicers, cut)
    yield Row(
        f"{what}: untouched half, RMS",
        rms,
        "mm",
        [Other("Slicer default on the same mask", other_rms)],
        "≤ 0.006 mm",
        rms <= 0.006,
    )
    yield Row(
        f"{what}: place of the cut, worst",
        place,
        "mm",
        [Other("Slicer default on the same mask", other_place)],
        "≤ 0.020 mm",
        place <= 0.02,
    )


def _measured(surface: Surface, cut: Cut) -> tuple[float, float]:
    """RMS of what lies a millimetre or more off the cut, and worst error of the cut's place."""
    depth = cut.depth(surface.corners.mean(axis=1))
    untouched = surface.kept(depth < -1.0)
    rms = radial_error(untouched, ball.CENTER, ball.TRUTH).rms
    offset = surface.points - ball.CENTER
    across = offset - (offset @ cut.direction)[:, None] * cut.direction
    depth = cut.depth(surface.points)
    face = (np.linalg.norm(across, axis=1) < ball.RADIUS - 2) & (np.abs(depth) < 2.0)
    if not face.any():
        raise AssertionError("the cut has no face")
    return rms, float(np.abs(depth[face]).max())
