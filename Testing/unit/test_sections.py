"""Series scanned in parts: gaps, parts that abut, runs that overlap; each in its true place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Block, Scene, half_contrast_radius
from phantoms.dicom import write_series
from PrintPrepLib.core.errors import GeometryError
from PrintPrepLib.geometry.analysis import analyse
from PrintPrepLib.geometry.stack import SliceStack
from PrintPrepLib.qa.record import cut_by_field
from PrintPrepLib.series.duplicates import settle
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.sections import merged, sections_of
from PrintPrepLib.volume.regular_volume import RegularVolume
from PrintPrepLib.volume.regularize import load_stack

SIGMA = 0.5
LOW, HIGH = Ball((1.0, -2.0, 0.0), 7.0), Ball((-1.5, 1.0, 70.3), 6.0)
SCENE = Scene((LOW, HIGH), sigma=SIGMA)
SIZE = {"rows": 44, "columns": 48, "pixel_spacing": (0.6, 0.6)}


def run_of(folder: Path, start: float, slices: int, step: float, scene=SCENE, **more) -> None:
    """One run of a scan: its own acquisition number and slice numbers behind the others'."""
    number, first = more.pop("number", 1), more.pop("first", 0)
    tags = {
        index: {
            "AcquisitionNumber": str(number),
            "InstanceNumber": str(first + index + 1),
            "SOPInstanceUID": f"2.25.5{number:03d}{index:05d}",
            **more.pop("slice_tags", {}).get(index, {}),
        }
        for index in range(slices)
    }
    corner = (-0.3 * (SIZE["columns"] - 1), -0.3 * (SIZE["rows"] - 1), start)
    taken = Acquisition(
        **SIZE, slices=slices, steps=step, first_position=more.pop("corner", corner),
        slice_tags=tags, **more,
    )  # fmt: skip
    write_series(scene, taken, folder / str(number), name="runs")


def stack_of(folder: Path) -> SliceStack:
    (series,) = read_series([folder]).series
    (stack,) = series.stacks
    return stack


def half_contrast_ball(volume: RegularVolume, ball: Ball) -> tuple[np.ndarray, float]:
    """Centre and radius of a ball: where grey values cross half contrast.

    Crossings are found along all three axes of the grid, and a sphere is fitted to them.
    """
    values, points = volume.voxels.astype(float) - 200.0, []
    for axis, unit in enumerate(np.eye(3, dtype=int)):
        one = np.moveaxis(values, axis, 0)
        ahead = np.moveaxis(one[1:], 0, axis)
        here = np.moveaxis(one[:-1], 0, axis)
        places = np.argwhere(here * ahead < 0)
        before, after = here[tuple(places.T)], ahead[tuple(places.T)]
        points.append(places + (before / (before - after))[:, None] * unit)
    kji = np.concatenate(points)
    ijk = kji[:, ::-1]
    lps = ijk @ volume.ijk_to_lps[:3, :3].T + volume.ijk_to_lps[:3, 3]
    lps = lps[np.linalg.norm(lps - ball.center, axis=1) < ball.radius + 1.5]
    terms = np.column_stack([2 * lps, np.ones(len(lps))])
    solution = np.linalg.lstsq(terms, (lps**2).sum(axis=1), rcond=None)[0]
    center = solution[:3]
    return center, float(np.sqrt(solution[3] + center @ center))


def assert_ball(volume: RegularVolume, ball: Ball, within: float = 0.02) -> None:
    center, radius = half_contrast_ball(volume, ball)
    np.testing.assert_allclose(center, ball.center, atol=within)
    assert radius == pytest.approx(half_contrast_radius(ball.radius, SIGMA), abs=within)


@pytest.fixture
def gapped(tmp_path) -> SliceStack:
    run_of(tmp_path, -12.0, 40, 0.7, number=1)
    run_of(tmp_path, 60.05, 30, 0.7, number=2, first=40)
    return stack_of(tmp_path)


def test_a_real_gap_makes_two_volumes_each_in_its_place(gapped):
    parts = sections_of(gapped)
    assert [(part.section, part.sections, len(part.slices)) for part in parts] == [
        (1, 2, 40),
        (2, 2, 30),
    ]
    for part, ball in zip(parts, (LOW, HIGH), strict=True):
        volume = load_stack(part)
        assert volume.dimensions == (48, 44, len(part.slices))
        assert volume.provenance["volume"]["interpolation"] == "none"
        source = volume.provenance["source"]
        assert (source["section"], source["sections"]) == (part.section, 2)
        assert source["steps_mm"]["max"] == pytest.approx(0.7, abs=1e-6)
        assert_ball(volume, ball)


def test_one_volume_on_request_with_an_empty_gap(gapped):
    one = merged(gapped)
    assert (one.section, one.sections, len(one.slices)) == (0, 2, 70)
    volume = load_stack(one)
    source, treatment = volume.provenance["source"], volume.provenance["volume"]
    assert source["section"] == 0 and source["sections"] == 2
    low, high = -12.0 + 39 * 0.7, 60.05
    (gap,) = source["gaps"]
    assert gap == pytest.approx({"from_mm": low, "to_mm": high, "width_mm": high - low}, abs=1e-3)
    assert source["steps_mm"]["max"] == pytest.approx(0.7, abs=1e-6)
    heights = volume.ijk_to_lps[2, 3] + 0.7 * np.arange(volume.dimensions[2])
    empty = (heights > low + 0.35 + 1e-6) & (heights < high - 0.35 - 1e-6)
    assert empty.sum() == treatment["cost"]["empty_planes"] > 60
    assert (volume.voxels[empty] == -1000).all()
    assert (volume.acquired_field[empty] == [0, -1, 0, -1]).all()
    assert_ball(volume, LOW)
    assert_ball(volume, HIGH)
    (finding,) = [f for f in volume.provenance["findings"] if f["id"] == "sectioned"]
    assert finding["severity"] == "warn" and "background fills" in finding["message"]


def test_a_segment_is_cut_by_the_ends_of_a_gap_too(tmp_path):
    """A bar through both sections ends at four faces of scanned field."""
    bar = Scene((Block((0, 0, 30), (6.0, 6.0, 300.0)),), sigma=SIGMA)
    run_of(tmp_path, 0.0, 8, 1.0, bar, number=1)
    run_of(tmp_path, 47.0, 8, 1.0, bar, number=2, first=8)
    volume = load_stack(merged(stack_of(tmp_path)))
    areas = cut_by_field(volume.voxels > 200, volume.ijk_to_lps, volume.acquired_field)
    assert areas.keys() == {"inferior", "superior"}
    for area in areas.values():
        assert area == pytest.approx(2 * 36, rel=0.01)


def test_nothing_is_interpolated_across_a_gap(tmp_path):
    """Whatever the spacing: within half a plane of a section, or background."""
    everywhere = Scene((Ball((0, 0, 20), 500.0),), sigma=SIGMA)
    run_of(tmp_path, 0.0, 8, 1.0, everywhere, number=1)
    run_of(tmp_path, 47.3, 8, 1.0, everywhere, number=2, first=8)
    one = merged(stack_of(tmp_path))
    for spacing in ("native", "isotropic", 0.33, 2.5, 4.0):
        volume = load_stack(one, spacing)
        assert set(np.unique(volume.voxels)) == {-1000, 1400}
        step = volume.spacing_mm[2]
        filled = (volume.voxels == 1400).any(axis=(1, 2))
        heights = volume.ijk_to_lps[2, 3] + step * np.arange(len(filled))
        off = np.minimum(
            np.maximum(-heights, heights - 7.0), np.maximum(47.3 - heights, heights - 54.3)
        )
        assert (filled == (off <= step / 2 + 1e-6)).all()


def test_a_whole_sectioned_stack_is_loaded_as_one_with_its_gap(gapped):
    volume = load_stack(gapped)
    assert volume.provenance["source"]["section"] == 0
    assert len(volume.provenance["source"]["gaps"]) == 1


def test_tilted_sections(tmp_path):
    """Two parts of one tilted scan: the second lies on the table's line, far from the first."""
    steps = (0.7,) * 31 + (45.0,) + (0.7,) * 31
    taken = Acquisition(
        rows=64, columns=48, pixel_spacing=(0.6, 0.6), slices=64, steps=steps, tilt=(0, 12.0)
    )
    balls = [Ball(tuple(taken.voxel_centers(k)[32, 24].tolist()), 7.0) for k in (16, 48)]
    write_series(Scene(tuple(balls), sigma=SIGMA), taken, tmp_path)
    stack = stack_of(tmp_path)
    for part, ball in zip(sections_of(stack), balls, strict=True):
        assert_ball(load_stack(part), ball)
    whole = load_stack(merged(stack))
    for ball in balls:
        assert_ball(whole, ball)


def test_sections_with_other_centres_in_one_volume(tmp_path):
    """The second part was reconstructed about another centre: it stays where it was."""
    run_of(tmp_path, -12.0, 40, 0.7, number=1)
    run_of(tmp_path, 60.0, 30, 0.7, number=2, first=40, corner=(-18.25, -10.5, 60.0))
    stack = stack_of(tmp_path)
    volume = load_stack(merged(stack))
    assert_ball(volume, LOW)
    assert_ball(volume, HIGH)
    assert volume.provenance["volume"]["residual_mm"]["max"] < 0.01


def test_files_that_jump_but_leave_no_hole_are_simply_one_volume(tmp_path):
    """Three runs whose files go 61 mm and 116 mm back: sorted, nothing is missing."""
    tall = Scene((Block((0, 0, 60), (10, 12, 100)), LOW), sigma=SIGMA)
    for number, (start, slices, first) in enumerate(((66, 50, 0), (116, 11, 50), (0, 66, 61)), 1):
        run_of(tmp_path, float(start), slices, 1.0, tall, number=number, first=first)
    stack = stack_of(tmp_path)
    geometry = analyse(stack)
    assert geometry.regular and geometry.findings == () and geometry.sections == 1
    (part,) = sections_of(stack)
    volume = load_stack(part)
    assert volume.dimensions[2] == 127 and volume.provenance["volume"]["interpolation"] == "none"


def test_parts_that_abut_off_their_step_are_one_volume(tmp_path):
    run_of(tmp_path, -12.0, 20, 0.7, number=1)
    run_of(tmp_path, -12.0 + 19 * 0.7 + 1.1, 20, 0.7, number=2, first=20)
    (part,) = sections_of(stack_of(tmp_path))
    geometry = analyse(part)
    assert geometry.irregular and geometry.sections == 1
    assert_ball(load_stack(part), LOW)


def test_the_record_names_odd_steps_and_what_the_spacing_cost(tmp_path):
    steps = (1.0,) * 6 + (1.4,) + (1.0,) * 6
    taken = Acquisition(rows=20, columns=24, slices=14, steps=steps)
    write_series(SCENE, taken, tmp_path)
    stack = stack_of(tmp_path)
    native, fine, coarse = (load_stack(stack, spacing) for spacing in ("native", 0.25, 3.0))
    assert native.provenance["source"]["deviating_slices"] == [{"slice": 7, "step_mm": 1.4}]
    for volume, spacing in ((fine, 0.25), (coarse, 3.0)):
        assert volume.spacing_mm[2] == spacing
    cost = fine.provenance["volume"]["cost"]
    assert (cost["voxels_before"], cost["voxels_after"]) == (14 * 480, fine.voxels.size)
    # Between slices at 6 and 7.4 mm the plane at 6.75 mm is the loneliest.
    assert cost["largest_interpolation_mm"] == pytest.approx(0.65, abs=1e-6)
    assert not cost["detail_lost"] and "0.65 mm" in cost["told"]
    cost = coarse.provenance["volume"]["cost"]
    assert cost["detail_lost"] and "averaged away" in cost["told"]


# Runs that overlap


#: Both balls reach through the overlap, 4.8 to 8.3 mm.
TALL = Scene((Ball((-6.0, -5.0, 6.5), 6.0), Ball((7.0, 6.0, 3.0), 5.0)), sigma=SIGMA)


def moved(scene: Scene, by) -> Scene:
    return replace(
        scene,
        objects=tuple(replace(s, center=tuple(np.add(s.center, by))) for s in scene.objects),
    )


def overlapping(folder: Path, start: float, second: Scene = TALL, **more) -> SliceStack:
    run_of(folder, -12.0, 30, 0.7, TALL, number=1, **more)
    run_of(folder, start, 30, 0.7, second, number=2, first=30, **more)
    return stack_of(folder)


@pytest.mark.parametrize("start", [4.8, 5.1, 5.27], ids=["on the grid", "between", "odd"])
@pytest.mark.parametrize("noise", [0.0, 40.0])
def test_overlapping_runs_that_agree_are_joined(tmp_path, start, noise):
    stack = overlapping(tmp_path, start, noise=noise)
    (part,) = sections_of(stack)
    assert len(part.joints) == 1 and start < part.joints[0] < -12 + 29 * 0.7
    steps = analyse(part).steps
    assert steps.min() > 0.34 and steps.max() < 1.06
    assert (np.abs(steps - 0.7) > 1e-6).sum() <= 1
    if start == 4.8:
        assert analyse(part).regular
    files = {item.path for item in part.slices} | {item.file for item in part.rejected}
    assert len(files) == 60 == len(part.slices) + len(part.rejected)
    assert all("another run" in item.reason for item in part.rejected)
    (finding,) = [item for item in analyse(part).findings if item.id == "joined_runs"]
    assert finding.status == "info" and finding.measured == 2
    if not noise:
        for ball in TALL.objects:
            assert_ball(load_stack(part), ball)


@pytest.mark.parametrize("by", [(1.2, 0, 0), (0, -1.0, 0), (0, 0, 1.0), (9, 0, 0)])
def test_overlapping_runs_that_moved_stay_apart(tmp_path, by):
    stack = overlapping(tmp_path, 5.1, moved(TALL, by))
    parts = sections_of(stack)
    assert [len(part.slices) for part in parts] == [30, 30]
    assert [(part.section, part.sections) for part in parts] == [(1, 2), (2, 2)]
    for part in parts:
        assert analyse(part).regular and "sectioned" in {f.id for f in analyse(part).findings}
    with pytest.raises(GeometryError, match="do not show the same"):
        merged(stack)


@pytest.mark.parametrize(
    "objects",
    [
        tuple(replace(ball, contrast=1000.0) for ball in TALL.objects),
        (*TALL.objects, Ball((6.0, -8.0, 6.5), 4.0)),
    ],
    ids=["contrast medium", "another object"],
)
def test_runs_that_show_something_else_at_the_same_place_stay_apart(tmp_path, objects):
    assert len(sections_of(overlapping(tmp_path, 5.1, replace(TALL, objects=objects)))) == 2


def test_different_images_where_runs_meet_are_left_to_the_comparison(tmp_path):
    """On one grid with other noise: no two reconstructions, but the ends of two runs."""
    (settled,) = settle(overlapping(tmp_path, 4.8, noise=30.0))
    (part,) = sections_of(settled)
    assert analyse(part).regular and len(part.joints) == 1


def test_overlapping_runs_without_pixels_or_structure_stay_apart(tmp_path):
    stack = overlapping(tmp_path / "a", 5.1)
    blind = replace(stack, slices=tuple(replace(s, layout=None) for s in stack.slices))
    assert len(sections_of(blind)) == 2
    air = Scene(sigma=SIGMA)
    run_of(tmp_path / "b", -12.0, 30, 0.7, air, number=1, noise=20.0)
    run_of(tmp_path / "b", 5.1, 30, 0.7, air, number=2, first=30, noise=20.0)
    assert len(sections_of(stack_of(tmp_path / "b"))) == 2


def test_runs_are_told_by_slice_numbers_where_acquisitions_are_not(tmp_path):
    stack = overlapping(tmp_path, 5.1)
    same = replace(
        stack,
        slices=tuple(replace(s, traits=("", *s.traits[1:])) for s in stack.slices),
    )
    (part,) = sections_of(same)
    assert len(part.joints) == 1
