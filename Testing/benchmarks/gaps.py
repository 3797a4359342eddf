"""How long the window stands still: the longest stretch of work between two tellings of progress.

A panel can redraw itself and hear Cancel only when the work tells how far it is. So each long
step is done on a surface of the size of a skull's, and the longest silence is measured, by the
clock and by the processor's time: what other programs of a busy machine take counts for nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PrintPrepLib.job.model import segment_mesh
from PrintPrepLib.mesh.decimate import decimate
from PrintPrepLib.mesh.deviation import deviation
from PrintPrepLib.mesh.io.export import export_model
from PrintPrepLib.mesh.smooth import smooth
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from PrintPrepLib.qa.assessment import Subject, assess
from PrintPrepLib.qa.thin_bridges import thin_bridges
from PrintPrepLib.qa.threshold_effects import threshold_effect
from PrintPrepLib.qa.wall_thickness import wall_thickness
from PrintPrepLib.volume.regular_volume import RegularVolume

from . import slicer_side
from .table import Row

BAR_S = 0.3
LOW = 200.0
SPACING_MM = 0.6


class Silence:
    """A progress function that remembers the longest pause between its calls.

    :ivar longest_s: of the lesser of clock and processor time; ``about`` is what was told before.
    """

    def __init__(self) -> None:
        self.longest_s, self.about, self.calls = 0.0, "", 0
        self._last, self._message = self._now(), ""

    @staticmethod
    def _now() -> tuple[float, float]:
        return time.perf_counter(), time.process_time()

    def __call__(self, fraction: float, message: str) -> bool:
        now = self._now()
        pause = min(new - old for new, old in zip(now, self._last, strict=True))
        if pause > self.longest_s:
            self.longest_s, self.about = pause, f"{self._message} → {message} {fraction:.2f}"
        self._last, self._message = now, f"{message} {fraction:.2f}"
        self.calls += 1
        return False


def silence(work: Callable[[Silence], Any]) -> tuple[Silence, Any]:
    """The longest pause of some work, before its first and after its last call, too."""
    heard = Silence()
    result = work(heard)
    heard(1.0, "end")
    return heard, result


def skull_like(radius: int) -> tuple[RegularVolume, np.ndarray]:
    """A shell with holes and roots, as volume and mask; its surface has about 32 × radius²
    points."""
    size = 2 * radius + 12
    z, y, x = (axis - np.float32(size / 2) for axis in np.ogrid[:size, :size, :size])
    away = np.sqrt(x * x + y * y + z * z)
    waves = np.sin(x / 7) * np.cos(y / 9) + np.sin(z / 8)
    grey = np.clip(900 - 140 * np.abs(away - (0.88 * radius + 4 * waves)), -900, 900)
    grey = grey.astype(np.int16)
    ijk_to_lps = np.diag([SPACING_MM] * 3 + [1.0])
    field = np.tile([0, size - 1, 0, size - 1], (size, 1))
    source = {"modality": "CT", "kind": "image", "steps_mm": {"max": SPACING_MM}}
    volume = RegularVolume(grey, ijk_to_lps, field, -1000.0, {"source": source})
    return volume, grey >= LOW


def steps(
    volume: RegularVolume, mask: np.ndarray, mesh: TriangleMesh, folder: Path
) -> dict[str, Callable[[Silence], Any]]:
    """Each long step of the panel, by its name."""
    grey, grid = volume.voxels, volume.ijk_to_lps

    def export(kind: str) -> Callable[[Silence], Any]:
        return lambda told: export_model(mesh, folder / f"model.{kind}", kind, progress=told)

    return {
        "surface": lambda told: segment_mesh(volume, mask, (LOW, None), told),
        "surface at half contrast": lambda told: segment_mesh(volume, mask, None, told),
        **{f"export of {kind}": export(kind) for kind in ("stl", "3mf", "obj", "ply")},
        "smoothing": lambda told: smooth(mesh, 2.0, progress=told),
        "reduction by half": lambda told: decimate(mesh, 0.5, 0.1, progress=told),
        "deviation": lambda told: deviation(mesh, mesh, told),
        "threshold effect": lambda told: threshold_effect(
            grey, grid, LOW, None, mesh, progress=told
        ),
        "thin bridges": lambda told: thin_bridges(mask, grid, progress=told),
        "wall thickness": lambda told: wall_thickness(mesh, progress=told),
        "all checks": lambda told: assess(
            Subject(volume, mask, mesh, LOW, untouched=True), True, told
        ),
        "all checks of a changed surface": lambda told: assess(
            Subject(volume, mask, mesh, LOW), True, told
        ),
    }


def gaps(radius: int = 160) -> Iterator[Row]:
    """The longest silence of each step; radius 160 gives 0.8 million points."""
    volume, mask = skull_like(radius)
    mesh = segment_mesh(volume, mask, (LOW, None))
    with tempfile.TemporaryDirectory() as folder:
        work = steps(volume, mask, mesh, Path(folder))
        with slicer_side.quiet():
            work |= _scene_steps(volume, mask)
            for name, step in work.items():
                heard, _result = silence(step)
                yield Row(
                    f"longest silence, {name}",
                    heard.longest_s,
                    "s",
                    bar=f"≤ {BAR_S} s",
                    met=heard.longest_s <= BAR_S,
                    note=f"{len(mesh.points):,} points; {heard.about}",
                )


def _scene_steps(volume: RegularVolume, mask: np.ndarray) -> dict[str, Callable[[Silence], Any]]:
    """What is done with nodes of a scene."""
    from PrintPrepLib.mrml.segments import segment_by_threshold, segment_surface, slicer_surface
    from PrintPrepLib.mrml.volumes import add_volume_node, measure_half_contrast

    node = add_volume_node(volume, "Scan", slicer_side.scene()[0])
    segmentation, segment = segment_by_threshold(node, LOW)
    return {
        "surface of a segment": lambda told: segment_surface(node, segmentation, segment, told),
        "Slicer's own surface": lambda told: slicer_surface(segmentation, segment, told),
        "half contrast": lambda told: measure_half_contrast(node, LOW, None, told),
    }
