"""What threshold, blur, voxels and metal do to a model, against surfaces made anew."""

from __future__ import annotations

import numpy as np
import pytest
from phantoms.analytic import Ball, Scene, level_radius, slab_profile
from PrintPrepLib.core.errors import Cancelled, MeshError, SegmentError
from PrintPrepLib.core.jsonable import plain
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh, enclosed_volume
from PrintPrepLib.qa.checks.accuracy import truth_checks
from PrintPrepLib.qa.threshold_effects import (
    Metal,
    metal,
    partial_volume,
    thinnest_wall,
    threshold_effect,
)
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.surface.contrast import HalfContrast
from PrintPrepLib.surface.grey_values import grey_value_surface
from PrintPrepLib.surface.islands import largest_island
from PrintPrepLib.volume.regularize import load_stack

CENTER, RADIUS = np.array([12.1, 11.8, 12.3]), 9.0
SPACING = (0.5, 0.5, 0.7)
GRID = np.diag([*SPACING, 1.0])
VOXEL = 0.175


def ball(sigma: float = 0.6, contrast: float = 2000.0, background: float = -1000.0) -> np.ndarray:
    scene = Scene((Ball(tuple(CENTER), RADIUS, contrast),), background, sigma)
    k, j, i = np.indices((36, 49, 49))
    return scene.values(np.stack([i, j, k], axis=-1) * SPACING).astype(np.float32)


def surface(voxels, low, high=None):
    mask = np.ones(voxels.shape, bool) if low is None else voxels >= low
    mask &= True if high is None else voxels <= high
    return grey_value_surface(voxels, mask, GRID, low, high)


def radius(mesh: TriangleMesh) -> float:
    return float((3 * enclosed_volume(mesh) / (4 * np.pi)) ** (1 / 3))


def by_id(segment, modality="CT"):
    return {check.id: check for check in truth_checks(plain(segment), {}, modality)}


# The effect of the threshold


@pytest.mark.parametrize(("sigma", "low"), [(0.6, 0.0), (0.6, 400.0), (1.0, -300.0)])
def test_the_effect_is_that_of_surfaces_made_anew(sigma, low):
    voxels = ball(sigma)
    mesh = surface(voxels, low)
    effect = threshold_effect(voxels, GRID, low, None, mesh)
    for shift, percent, other in (
        (effect.shift_out_mm, effect.volume_percent_out, surface(voxels, low - 50)),
        (effect.shift_in_mm, effect.volume_percent_in, surface(voxels, low + 50)),
    ):
        assert shift == pytest.approx(radius(other) - radius(mesh), rel=0.04)
        change = 100 * (enclosed_volume(other) / enclosed_volume(mesh) - 1)
        assert percent == pytest.approx(change, rel=0.04)
    share = (low + 1000) / 2000
    wider = level_radius(RADIUS, sigma, share - 0.025) - level_radius(RADIUS, sigma, share)
    assert effect.shift_out_mm == pytest.approx(wider, rel=0.12)  # linear voxels blur a little
    assert effect.delta_hu == 50


def test_a_dark_object_and_a_range_of_two_bounds():
    voxels = ball(0.6, -900.0, 0.0)
    mesh = surface(voxels, None, -450.0)
    effect = threshold_effect(voxels, GRID, None, -450.0, mesh, delta=80.0)
    assert effect.shift_out_mm == pytest.approx(
        radius(surface(voxels, None, -370.0)) - radius(mesh), rel=0.04
    )
    assert effect.shift_in_mm < 0 < effect.shift_out_mm
    bright = ball()
    shell = surface(bright, -500.0, 500.0)
    found = threshold_effect(bright, GRID, -500.0, 500.0, shell)
    made = [enclosed_volume(surface(bright, -500.0 - d, 500.0 + d)) for d in (0, 50, -50)]
    assert found.volume_percent_out == pytest.approx(100 * (made[1] / made[0] - 1), rel=0.1)
    assert found.volume_percent_in == pytest.approx(100 * (made[2] / made[0] - 1), rel=0.1)


def test_what_the_field_cuts_does_not_move():
    voxels = ball()
    field = np.tile([0, 48, 0, 23], (36, 1))
    mask = voxels >= 0
    mask[:, 24:] = False
    mesh = grey_value_surface(voxels, mask, GRID, 0.0, field=field)
    half = threshold_effect(voxels, GRID, 0.0, None, mesh, field=field)
    whole = threshold_effect(voxels, GRID, 0.0, None, surface(voxels, 0.0))
    assert half.shift_out_mm == pytest.approx(whole.shift_out_mm, rel=0.03)
    assert half.volume_percent_out == pytest.approx(whole.volume_percent_out, rel=0.05)


def test_nowhere_a_surface():
    voxels = np.zeros((36, 49, 49))
    effect = threshold_effect(voxels, GRID, 100.0, None, surface(ball(), 0.0))
    assert (effect.shift_out_mm, effect.shift_in_mm) == (None, None)
    assert "threshold_effect" not in by_id({"threshold_effect": vars(effect)})
    empty = TriangleMesh(np.empty((0, 3)), np.empty((0, 3), int))
    with pytest.raises(MeshError, match="no surface"):
        threshold_effect(voxels, GRID, 100.0, None, empty)
    with pytest.raises(Cancelled):
        threshold_effect(voxels, GRID, 0.0, None, surface(ball(), 0.0), progress=lambda *_: True)


@pytest.mark.parametrize(
    ("sigma", "contrast", "status"), [(0.6, 2000, "pass"), (1.2, 500, "warn"), (2.4, 200, "fail")]
)
def test_the_effect_is_graded_by_the_shift(sigma, contrast, status):
    voxels = ball(sigma, contrast, 0.0)
    low = contrast / 2
    effect = threshold_effect(voxels, GRID, low, None, surface(voxels, low))
    checks = by_id({"threshold_effect": vars(effect)})
    check = checks["threshold_effect"]
    limit = 1.0 if status == "fail" else 0.25
    assert (check.status, check.unit, check.limit) == (status, "mm", limit)
    assert check.measured == max(abs(effect.shift_out_mm), abs(effect.shift_in_mm))
    assert f"by {effect.shift_out_mm:+.2f} or {effect.shift_in_mm:+.2f} mm" in check.message


def test_hounsfield_units_are_for_ct_alone():
    voxels = ball()
    effect = threshold_effect(voxels, GRID, 0.0, None, surface(voxels, 0.0))
    segment = {"threshold_effect": vars(effect), "metal": vars(Metal(900, 80.0, False))}
    assert set(by_id(segment)) == {"threshold_effect", "metal"}
    assert by_id(segment, "MR") == by_id(segment, None) == {}


def test_the_effect_on_a_real_skull(real_data):
    """Within a tenth of what surfaces made anew enclose, thin walls and noise and all."""
    stack = read_series([real_data("ct_skull_phantom_tilt_minus18")]).series[0].stacks[0]
    volume = load_stack(stack)
    voxels, grid, field = volume.voxels, volume.ijk_to_lps, volume.acquired_field

    def made(low):
        return grey_value_surface(voxels, largest_island(voxels >= low), grid, low, field=field)

    mesh = made(200.0)
    effect = threshold_effect(voxels, grid, 200.0, None, mesh, field=field)
    change = 100 * (enclosed_volume(made(150.0)) / enclosed_volume(mesh) - 1)
    assert effect.volume_percent_out == pytest.approx(change, rel=0.1)


# Mixed voxels and thin walls


def contrast_of(inner: float, outer: float, blur: float) -> HalfContrast:
    return HalfContrast((inner + outer) / 2, inner, outer, 0.0, 0.0, blur, 0.0, 100)


@pytest.mark.parametrize("sigma", [0.4, 0.9])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.67, 0.95])
def test_the_thinnest_wall_just_reaches_the_threshold(sigma, share):
    wall = thinnest_wall(sigma, share)
    assert slab_profile(np.zeros(1), wall, sigma)[0] == pytest.approx(share, abs=1e-9)


def test_no_wall_and_any_wall():
    assert thinnest_wall(0.5, 1.0) is thinnest_wall(0.5, 1.2) is None
    assert thinnest_wall(0.5, 0.0) == thinnest_wall(0.5, -0.1) == 0


@pytest.mark.parametrize("thinner", [0.98, 1.02])
def test_a_thinner_wall_is_not_in_the_segment(thinner):
    sigma, low = 0.5, 200.0
    wall = thinnest_wall(sigma, (low + 1000) / 2000)
    i = np.arange(41)
    profile = -1000 + 2000 * slab_profile(0.25 * (i - 20), thinner * wall, sigma)
    assert (profile >= low).any() == (thinner > 1)


def test_mixed_voxels_are_those_of_the_edge():
    voxels = np.full((7, 7, 9), -1000.0)
    voxels[1:6, 1:6, 1:8] = 1000.0
    sharp = partial_volume(voxels, voxels > 0, GRID, 0.0, None, contrast_of(1000, -1000, 0.4))
    assert (sharp.mixed_share, sharp.mixed_volume_mm3) == (0, 0)
    voxels[1:6, 1:6, 1] = 300.0  # one face of 25 voxels, of 5 × 5 × 7 less 3 × 3 × 5
    voxels[3, 3, 4] = 0.0  # inside: no surface voxel
    mixed = partial_volume(voxels, voxels >= 0, GRID, 0.0, None, contrast_of(1000, -1000, 0.4))
    assert mixed.mixed_share == pytest.approx(25 / 130)
    assert mixed.mixed_volume_mm3 == pytest.approx(25 * VOXEL)
    assert mixed.largest_spacing_mm == 0.7
    slices = partial_volume(
        voxels, voxels >= 0, GRID, 0.0, None, contrast_of(1000, -1000, 0.4), step_mm=4.0
    )
    assert slices.largest_spacing_mm == 4.0
    assert mixed.thinnest_wall_mm == pytest.approx(thinnest_wall(0.4, 0.5))


def test_surface_voxels_at_the_end_of_the_volume_count():
    voxels = np.full((3, 3, 3), 500.0)
    whole = partial_volume(voxels, voxels > 0, GRID, 0.0, None, contrast_of(1000, -1000, 0.4))
    assert (whole.mixed_share, whole.mixed_volume_mm3) == (1, pytest.approx(26 * VOXEL))


def test_a_dark_object_is_bounded_from_above():
    voxels = ball(0.6, -900.0, 0.0)
    plateaus = contrast_of(-900, 0, 0.6)
    dark = partial_volume(voxels, voxels <= -600, GRID, -2000.0, -600.0, plateaus)
    assert dark.thinnest_wall_mm == pytest.approx(thinnest_wall(0.6, 2 / 3))
    assert dark.mixed_share > 0.9
    unbounded = partial_volume(voxels, voxels <= -600, GRID, -2000.0, None, plateaus)
    assert unbounded.thinnest_wall_mm is None


@pytest.mark.parametrize(("size", "status"), [(8, "pass"), (2, "warn")])
def test_a_body_of_edges_is_warned_of(size, status):
    voxels = np.full((size + 2,) * 3, -1000.0)
    voxels[1:-1, 1:-1, 1:-1] = 1000.0
    voxels[1:-1, 1:-1, 1] = voxels[1:-1, 1:-1, -2] = 100.0
    mixed = partial_volume(voxels, voxels > 0, GRID, 0.0, None, contrast_of(1000, -1000, 0.4))
    checks = by_id({"volume_mm3": size**3 * VOXEL, "partial_volume": vars(mixed)})
    assert checks["partial_volume"].status == status
    assert checks["partial_volume"].measured == pytest.approx(100 * 2 / size)
    assert set(by_id({"partial_volume": vars(mixed)})) == {"smallest_feature"}  # no volume known


@pytest.mark.parametrize(
    ("wall", "spacing", "measured", "status", "words"),
    [
        (0.77, 0.6, 0.77, "pass", "At this blur and threshold walls thinner than 0.77 mm vanish"),
        (0.77, 1.0, 1.0, "pass", "Walls thinner than 1.00 mm can fall between two slices"),
        (0.77, 2.4, 2.4, "warn", "Walls thinner than 2.40 mm can fall between two slices"),
        (1.3, 0.6, 1.3, "warn", "At this blur and threshold walls thinner than 1.30 mm vanish"),
        (None, 0.6, None, "warn", "No wall that is as thin as the blur reaches this threshold"),
    ],
)
def test_the_smallest_feature_is_the_larger_of_blur_and_voxel(
    wall, spacing, measured, status, words
):
    part = {
        "mixed_share": 0.5,
        "mixed_volume_mm3": 1.0,
        "thinnest_wall_mm": wall,
        "largest_spacing_mm": spacing,
    }
    check = by_id({"partial_volume": part})["smallest_feature"]
    assert (check.measured, check.status, check.limit) == (measured, status, 1.0)
    assert check.message == f"{words}: a hole in the model need not be one in the patient."


# Metal


def with_metal(count: int, value: float | np.ndarray) -> np.ndarray:
    voxels = np.full((12, 12, 12), 1200, np.int16)
    voxels.reshape(-1)[:count] = value
    return voxels


@pytest.mark.parametrize(
    ("voxels", "found", "saturated", "status"),
    [
        (with_metal(100, 2900), 0, False, "pass"),  # enamel
        (with_metal(40, 3071), 40, True, "pass"),  # 7 mm³
        (with_metal(100, 3071), 100, True, "warn"),
        (with_metal(100, np.arange(3000, 3100)), 100, False, "warn"),
    ],
)
def test_metal_is_what_no_tissue_reaches(voxels, found, saturated, status):
    result = metal(voxels, voxels > 0, GRID)
    assert result == Metal(found, pytest.approx(found * VOXEL), saturated)
    check = by_id({"metal": vars(result)})["metal"]
    assert (check.id, check.status, check.limit, check.unit) == ("metal", status, 10.0, "mm³")
    assert ("streaks" in check.message) == (status == "warn")
    assert ("top of the stored range" in check.message) == (saturated and status == "warn")


def test_metal_elsewhere_in_the_volume_is_not_the_models():
    voxels = with_metal(100, 3071)
    mask = np.zeros(voxels.shape, bool)
    mask[6:10, 2:9, 3:7] = True
    assert metal(voxels, mask, GRID) == Metal(0, 0.0, False)
    with pytest.raises(SegmentError, match="empty"):
        metal(voxels, mask & False, GRID)
