"""A model against its grey values, and what threshold, edits and metal do to it: time and error."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PrintPrepLib.mesh.deviation import deviation
from PrintPrepLib.mesh.sampling import Surface
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh, enclosed_volume
from PrintPrepLib.qa.segment_edits import edit_effect
from PrintPrepLib.qa.surface_accuracy import surface_truth, truth_map
from PrintPrepLib.qa.threshold_effects import metal, partial_volume, threshold_effect
from PrintPrepLib.surface.contrast import half_contrast
from PrintPrepLib.surface.grey_values import grey_value_surface

from . import printprep_side
from .real_data import SKULL_UPRIGHT, series
from .table import Other, Row
from .timing import best_times

LEVEL, DELTA, MOVED_MM = 200.0, 50.0, 0.1
ERROR_BAR = 0.1


def truth() -> Iterator[Row]:
    """The upright skull: its own surface, and the same moved out by a tenth of a millimetre."""
    series(SKULL_UPRIGHT)
    volume = printprep_side.load(SKULL_UPRIGHT)
    voxels, grid, field = volume.voxels, volume.ijk_to_lps, volume.acquired_field

    def segment(level: float) -> np.ndarray:
        return printprep_side.island(volume, level)

    def surface(level: float) -> TriangleMesh:
        return grey_value_surface(voxels, segment(level), grid, level, field=field)

    mask, mesh = segment(LEVEL), surface(LEVEL)
    half = half_contrast(voxels, grid, mesh)
    moved = TriangleMesh(
        mesh.points + MOVED_MM * Surface(mesh).mean_point_normals(), mesh.triangles
    )
    wide: list[float] = []
    times = best_times(
        {
            "truth": lambda: surface_truth(moved, voxels, grid, LEVEL, field=field),
            "map": lambda: truth_map(moved, voxels, grid, LEVEL, field=field),
            "edits": lambda: edit_effect(mask, voxels, LEVEL, None, grid, field),
            "effect": lambda: threshold_effect(voxels, grid, LEVEL, None, mesh, DELTA, field),
            "mixed": lambda: partial_volume(voxels, mask, grid, LEVEL, None, half),
            "metal": lambda: metal(voxels, mask, grid),
            "meshes": lambda: deviation(moved, mesh),
            "anew": lambda: wide.append(enclosed_volume(surface(LEVEL - DELTA))),
        },
        2,
    )
    yield Row(
        f"surface truth and its map, {len(mesh.points):,} points",
        times["truth"] + times["map"],
        "s",
        [Other("deviation of the same two meshes, figures alone", times["meshes"])],
        "faster",
        times["truth"] + times["map"] < times["meshes"],
        f"truth {times['truth']:.2f} s, map {times['map']:.2f} s",
    )
    parts = ("edits", "effect", "mixed", "metal")
    together = sum(times[name] for name in parts)
    yield Row(
        "edits, threshold effect, mixed voxels, metal",
        together,
        "s",
        [Other("the surfaces of both other thresholds made anew", 2 * times["anew"])],
        "faster",
        together < 2 * times["anew"],
        ", ".join(f"{name} {times[name]:.2f} s" for name in parts),
    )
    effect = threshold_effect(voxels, grid, LEVEL, None, mesh, DELTA, field)
    change = 100 * (wide[-1] / enclosed_volume(mesh) - 1)
    yield Row(
        f"volume of the skull at a threshold {DELTA:g} HU lower",
        effect.volume_percent_out,
        "%",
        [Other("the surface made anew", change)],
        f"within {100 * ERROR_BAR:g} %",
        abs(effect.volume_percent_out / change - 1) <= ERROR_BAR,
    )
    for name, model, offset in (("untouched", mesh, 0.0), ("moved out 0.1 mm", moved, MOVED_MM)):
        found = surface_truth(model, voxels, grid, LEVEL, field=field)
        yield Row(
            f"mean distance to the grey values, skull {name}",
            found.signed_mean_mm,
            "mm",
            bar=f"{offset:g} within 0.02",
            met=abs(found.signed_mean_mm - offset) <= 0.02,
            note=f"RMS {found.rms_mm:.3f}, p95 {found.p95_mm:.3f}, farthest {found.max_mm:.2f} mm; "
            f"cut {100 * found.cut_share:.2f} %, edited {100 * found.edited_share:.2f} %",
        )
