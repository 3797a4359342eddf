"""The whole geometry QA of a skull, with its profile: untouched, and smoothed (which has to be
searched for self-intersections as well)."""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Iterator
from pathlib import Path

from PrintPrepLib.mesh.io.common import ExportedFile
from PrintPrepLib.mesh.smooth import smooth
from PrintPrepLib.qa.assessment import Subject, assess
from PrintPrepLib.qa.record import model_record, qa_record, segment_record
from PrintPrepLib.report.record_page import page
from PrintPrepLib.surface.grey_values import grey_value_surface

from . import printprep_side
from .real_data import SKULL_UPRIGHT, series
from .table import Other, Row

LEVEL = 200.0
_NO_FILE = ExportedFile(Path("model.stl"), "stl", "", 0, 1.0, (0.0, 0.0, 0.0))
LONGEST_S = 30.0
SMOOTHING_MM = 2.0
#: The steps of the profile: function and what it is called in the table.
STEPS = {
    "half_contrast": "half contrast",
    "edit_effect": "edits",
    "threshold_effect": "±50 HU",
    "measure": "sizes, edges, parts",
    "oriented_extents": "smallest box",
    "center_of_mass": "centre of mass",
    "fault_record": "faults",
    "self_intersection_record": "self-intersections",
    "wall_thickness": "walls",
    "thin_bridges": "bridges",
    "surface_truth": "surface truth",
    "thickness_map": "map of walls",
    "truth_map": "map of truth",
    "render_sheet": "pictures",
}


def qa() -> Iterator[Row]:
    """Everything from the finished model to the printed page."""
    series(SKULL_UPRIGHT)
    volume = printprep_side.load(SKULL_UPRIGHT)
    mask = printprep_side.island(volume, LEVEL)
    field = volume.acquired_field
    start = time.perf_counter()
    mesh = grey_value_surface(volume.voxels, mask, volume.ijk_to_lps, LEVEL, field=field)
    making = time.perf_counter() - start
    smoothed, _ = smooth(mesh, SMOOTHING_MM)
    for name, model, untouched in (
        ("untouched", mesh, True),
        (f"smoothed by {SMOOTHING_MM:g} mm", smoothed, False),
    ):
        subject = Subject(volume, mask, model, LEVEL, untouched=untouched)
        profile = cProfile.Profile()
        start = time.perf_counter()
        profile.runcall(_whole, subject)
        seconds = time.perf_counter() - start
        yield Row(
            f"whole QA with maps and page, {len(model.triangles):,} triangles, {name}",
            seconds,
            "s",
            [Other("making the surface itself", making)],
            f"< {LONGEST_S:g} s",
            seconds < LONGEST_S,
            _told(profile),
        )


def _whole(subject: Subject) -> None:
    found = assess(subject, maps=True)
    segment = segment_record(
        subject.mask, subject.volume.ijk_to_lps, "threshold", LEVEL, None, subject.grey[-1]
    )
    model = model_record(found.model, [_NO_FILE])
    record = qa_record(subject.volume.provenance, segment | found.segment, model)
    page(record, subject.mesh)


def _told(profile: cProfile.Profile) -> str:
    """The steps, longest first."""
    taken = {
        STEPS[function]: figures[3]
        for (_file, _line, function), figures in pstats.Stats(profile).stats.items()
        if function in STEPS
    }
    order = sorted(taken, key=lambda name: -taken[name])
    return ", ".join(f"{name} {taken[name]:.1f}" for name in order if taken[name] >= 0.05)
