"""PrintPrep's steps as the benchmarks call them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from phantoms.edges import BONE, EdgeCase
from PrintPrepLib.mesh.io.export import export_model
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.surface.edges import CORTICAL_BONE_HU, edge_surface
from PrintPrepLib.surface.grey_values import grey_value_surface
from PrintPrepLib.surface.islands import largest_island
from PrintPrepLib.volume.regular_volume import RegularVolume
from PrintPrepLib.volume.regularize import load_stack

#: Grey values from here on are metal.
METAL_HU = 3000.0


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


def edge_mesh(case: EdgeCase) -> TriangleMesh:
    """The edge surface of what a case means."""
    low, high = case.threshold or (None, None)
    ct = case.modality == "CT"
    return edge_surface(
        case.voxels,
        case.what,
        case.ijk_to_lps,
        low,
        high,
        case.field,
        material=CORTICAL_BONE_HU if ct and case.threshold == BONE else None,
        saturated=METAL_HU if ct else None,
    ).mesh


def threshold_mesh(case: EdgeCase) -> TriangleMesh:
    """The surface at the range that made the mask; half-way between voxels where none did."""
    low, high = case.threshold or (None, None)
    return grey_value_surface(case.voxels, case.what, case.ijk_to_lps, low, high, case.field)


def edge_of_preset(volume: RegularVolume) -> TriangleMesh:
    """The largest island of the preset bone, by the edge."""
    return edge_surface(
        volume.voxels,
        island(volume, BONE[0]),
        volume.ijk_to_lps,
        *BONE,
        volume.acquired_field,
        material=CORTICAL_BONE_HU,
        saturated=METAL_HU,
    ).mesh


def threshold_of_preset(volume: RegularVolume) -> TriangleMesh:
    """The same by the preset's threshold."""
    return grey_value_surface(
        volume.voxels, island(volume, BONE[0]), volume.ijk_to_lps, *BONE, volume.acquired_field
    )
