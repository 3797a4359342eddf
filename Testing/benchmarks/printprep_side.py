"""PrintPrep's steps as the benchmarks call them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from phantoms.edges import BONE, EdgeCase
from PrintPrepLib.job.model import segment_surface
from PrintPrepLib.mesh.io.export import export_model
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
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


def case_volume(case: EdgeCase) -> RegularVolume:
    """A generated case as the volume that a series becomes."""
    depth, rows, columns = case.voxels.shape
    whole = np.tile([0, columns - 1, 0, rows - 1], (depth, 1))
    return RegularVolume(
        case.voxels,
        case.ijk_to_lps,
        whole if case.field is None else case.field,
        case.background,
        {"source": {"modality": case.modality}},
    )


def edge_mesh(case: EdgeCase) -> TriangleMesh:
    """The edge surface of what a case means, as every face makes it."""
    return segment_surface(case_volume(case), case.what, case.threshold, "edge").mesh


def threshold_mesh(case: EdgeCase) -> TriangleMesh:
    """The surface at the range that made the mask; half-way between voxels where none did."""
    bounds = case.threshold or (None, None)
    return segment_surface(case_volume(case), case.what, bounds, "threshold").mesh


def edge_of_preset(volume: RegularVolume) -> TriangleMesh:
    """The largest island of the preset bone, by the edge."""
    return segment_surface(volume, island(volume, BONE[0]), BONE, "edge").mesh


def threshold_of_preset(volume: RegularVolume) -> TriangleMesh:
    """The same by the preset's threshold."""
    return segment_surface(volume, island(volume, BONE[0]), BONE, "threshold").mesh
