"""Segment → surface → STL of a skull, against Slicer's labelmap conversion and export."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from PrintPrepLib.mesh.io.export import export_model
from PrintPrepLib.mesh.triangle_mesh import measure
from PrintPrepLib.surface.grey_values import grey_value_surface

from . import printprep_side, slicer_side
from .real_data import SKULL_UPRIGHT, series
from .table import Other, Row
from .timing import best_times

LEVEL = 200.0
BAR = 5.0


def model() -> Iterator[Row]:
    """Both start from the same mask of the upright skull and end with a binary STL on disk."""
    series(SKULL_UPRIGHT)
    volume = printprep_side.load(SKULL_UPRIGHT)
    mask = printprep_side.island(volume, LEVEL)
    meshes = []

    def surface() -> None:
        meshes[:] = [
            grey_value_surface(
                volume.voxels, mask, volume.ijk_to_lps, LEVEL, field=volume.acquired_field
            )
        ]

    with tempfile.TemporaryDirectory() as temporary, slicer_side.quiet():
        folder = Path(temporary)
        segmentation = slicer_side.Segmentation(mask, volume.ijk_to_lps)
        times = best_times(
            {
                "surface": surface,
                "STL": lambda: export_model(meshes[0], folder / "model.stl"),
                "island": lambda: printprep_side.island(volume, LEVEL),
                "measure": lambda: measure(meshes[0]),
                "Slicer": lambda: segmentation.export(folder),
            },
            {"surface": 5, "STL": 5, "island": 5, "measure": 5, "Slicer": 2},
        )
        segmentation.close()
    mine = times["surface"] + times["STL"]
    yield Row(
        "surface + STL of the upright skull",
        mine,
        "s",
        [Other("Slicer, labelmap surface + export", times["Slicer"])],
        f"≥ {BAR:.0f} × faster",
        times["Slicer"] >= BAR * mine,
        f"{len(meshes[0].triangles):,} triangles; surface {times['surface']:.3f} s, STL "
        f"{times['STL']:.3f} s; besides: largest island {times['island']:.3f} s, measures "
        f"{times['measure']:.3f} s",
    )
