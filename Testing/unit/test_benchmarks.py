"""The benchmarks' comparison sides do what their names say: a straw man would prove nothing."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks import dcm2niix_side, isosurface, slicer_side
from benchmarks.run import benchmarks
from benchmarks.table import Other, Row, absent, text
from benchmarks.timing import Timed, best_times
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene, half_contrast_radius
from phantoms.dicom import write_series
from phantoms.measure import radial_error, read_stl

CENTER, RADIUS, SIGMA = (3.2, -4.1, 1.7), 9.0, 0.8
TRUTH = half_contrast_radius(RADIUS, SIGMA)
UNEVEN = tuple(np.random.default_rng(5).uniform(0.4, 1.2, 39))


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    scene = Scene([Ball(CENTER, RADIUS)], sigma=SIGMA)
    common = {"rows": 72, "columns": 64, "slices": 40, "pixel_spacing": (0.5, 0.6)}
    return {
        name: write_series(scene, Acquisition(**common, **more), tmp_path_factory.mktemp(name))
        for name, more in {
            "upright": {"steps": 0.8},
            "tilted": {"steps": 0.8, "tilt": (0.0, -15.0)},
            "uneven": {"steps": UNEVEN, "tilt": (0.0, -15.0)},
        }.items()
    }


def corners_of(truth):
    taken = truth.acquisition
    return slicer_side.slice_corners(
        truth.positions, truth.row, truth.column, (taken.rows, taken.columns), taken.pixel_spacing
    )


@pytest.mark.parametrize("name", ["upright", "tilted"])
def test_slicers_reader_gives_the_true_affine(scans, name):
    truth = scans[name]
    volume = slicer_side.read_series(truth.files)
    taken = truth.acquisition
    last = np.array([taken.columns - 1, taken.rows - 1, taken.slices - 1, 1])
    assert (volume.ijk_to_lps @ last)[:3] == pytest.approx(taken.voxel_centers(39)[-1, -1])
    assert volume.ijk_to_lps[:3, 3] == pytest.approx(truth.positions[0])
    surface = isosurface.isosurface(volume.voxels, volume.ijk_to_lps, 200.0)
    assert surface.volume > 0
    assert radial_error(surface, CENTER, TRUTH).vertex_rms < 0.02


@pytest.mark.parametrize("name", ["upright", "tilted", "uneven"])
def test_dcm2niix_corrects_and_is_read_where_it_lies(scans, tmp_path, name):
    images = dcm2niix_side.convert(scans[name].folder, tmp_path)
    assert len(images) == (1 if name == "upright" else 2)
    image = dcm2niix_side.read_nifti(dcm2niix_side.corrected(images))
    surface = isosurface.isosurface(image.voxels, image.ijk_to_lps, 200.0)
    assert surface.volume > 0
    assert radial_error(surface, CENTER, TRUTH).vertex_rms < 0.06


def test_slicers_default_surface_is_the_ball(scans, tmp_path):
    volume = slicer_side.read_series(scans["tilted"].files)
    surface = read_stl(slicer_side.threshold_stl(volume, 200.0, tmp_path))
    error = radial_error(surface, CENTER, TRUTH)
    # Smoothed labelmap: no bias to speak of, and the roughness that is known of it.
    assert abs(error.mean) < 0.03 and 0.02 < error.rms < 0.1


@pytest.mark.parametrize("name", ["tilted", "uneven"])
def test_hardening_puts_the_voxels_where_they_belong(scans, name):
    truth = scans[name]
    read = slicer_side.read_series(truth.files)
    flat = slicer_side.orthogonal(read, truth.acquisition.normal_steps)
    columns = flat.ijk_to_lps[:3, :3]
    lengths = np.linalg.norm(columns, axis=0)
    assert columns.T @ columns == pytest.approx(np.diag(lengths**2), abs=1e-9)
    ignored = isosurface.isosurface(flat.voxels, flat.ijk_to_lps, 200.0)
    assert radial_error(ignored, CENTER, TRUTH).vertex_rms > 0.5
    hard = slicer_side.hardened(flat, corners_of(truth))
    surface = isosurface.isosurface(hard.voxels, hard.ijk_to_lps, 200.0)
    assert radial_error(surface, CENTER, TRUTH).vertex_rms < 0.06


def test_largest_island():
    voxels = np.full((5, 6, 7), -1000, np.int16)
    voxels[1:4, 1:4, 1:4] = 500
    voxels[1, 1, 6] = voxels[4, 4, 4] = 300  # the second touches by a corner only
    assert isosurface.largest_island(voxels, 200.0).sum() == 27
    rest = isosurface.without_other_islands(voxels, 200.0)
    assert (rest >= 200).sum() == 27 and rest[1, 1, 6] == 199 and rest[0, 0, 0] == -1000


def test_table_says_what_was_met_missed_and_absent():
    rows = [
        Row("one", 0.5, "mm", [Other("other", 1.0)], "≤ 1 mm", True),
        Row("two", 4.0, "s", [Other("a", 2.0), Other("b", 8.0)], "≤ 3 s", False, "why"),
        absent("three", "no data"),
    ]
    lines = text(rows).splitlines()
    assert lines[2].split()[-1] == "met" and "0.5000 mm" in lines[2] and "2.00" in lines[2]
    assert lines[3].split()[-1] == "MISSED" and "0.50" in lines[3]
    assert "2.00" in lines[4] and "why" in lines[5]
    assert "not measured" in lines[6] and "no data" in lines[7]


def test_best_times_take_turns_and_leave_preparation_out():
    calls = []
    times = best_times(
        {
            "a": lambda: calls.append("a"),
            "b": Timed(
                call=lambda made: calls.append(made),
                prepare=lambda: calls.append("prepare") or "b",
                finish=lambda made: calls.append("finish"),
            ),
        },
        {"a": 2, "b": 1},
    )
    once = ["a", "prepare", "b", "finish"]
    assert calls == [*once, *once, "a"]
    assert all(0 <= seconds < 1 for seconds in times.values())


def test_every_benchmark_has_a_name():
    names = benchmarks()
    assert {"tilts", "steps", "erased", "skull", "regularize", "loading", "model", "memory"} <= set(
        names
    )
