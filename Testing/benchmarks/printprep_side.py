"""PrintPrep's steps as the benchmarks call them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PrintPrepLib.mesh.io.export import export_model
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.surface.grey_values import grey_value_surface
from PrintPrepLib.surface.islands import largest_island
from PrintPrepLib.volume.regular_volume import RegularVolume
from PrintPrepLib.volume.regularize import load_stack


def load(folder: Path, spacing: str | float = "native") -> RegularVolume:
    """The series of a folder as a regular volume."""
    series = max(read_series([folder]).series, key=lambda s: s.slice_count)
    return load_stack(max(series.stacks, key=lambda s: len(s.slices)), spacing)


def stl(volume: RegularVolume, low: float, path: Path, mask: np.ndarray | None = None) -> Path:
    """Threshold (or the mask given), surface, STL."""
    if mask is None:
        mask = volume.voxels >= low
    mesh = grey_value_surface(
        volume.voxels, mask, volume.ijk_to_lps, low, field=volume.acquired_field
    )
    export_model(mesh, path)
    return path


def island(volume: RegularVolume, low: float) -> np.ndarray:
    """Mask of the largest island at or above ``low``."""
    return largest_island(volume.voxels >= low)
