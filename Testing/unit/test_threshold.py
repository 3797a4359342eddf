"""Presets, the automatic threshold, and half contrast measured at the surface."""

from __future__ import annotations

import numpy as np
import pytest
from phantoms.analytic import Ball, Scene, hollow_ball
from PrintPrepLib.core.errors import SegmentError
from PrintPrepLib.surface.contrast import half_contrast
from PrintPrepLib.surface.grey_values import grey_value_surface
from PrintPrepLib.surface.threshold import automatic_threshold, preset, presets

SPACING = 0.6


def image_of(scene: Scene, size: int = 61) -> tuple[np.ndarray, np.ndarray]:
    matrix = np.diag([SPACING, SPACING, SPACING, 1.0])
    k, j, i = np.indices((size,) * 3)
    return scene.values(SPACING * np.stack([i, j, k], axis=-1)).astype(np.float32), matrix


def test_presets_are_ordered_ranges_with_words():
    assert preset("bone").low == 200 and preset("bone").high is None
    assert next(iter(presets())) == "bone"
    for item in presets().values():
        assert item.high is None or item.low < item.high
        assert item.title and item.description.endswith(".")
    with pytest.raises(SegmentError, match="Choose one of bone"):
        preset("stone")


@pytest.mark.parametrize("dtype", [np.int16, np.float32, np.uint8])
def test_otsu_parts_two_plateaus(dtype):
    random = np.random.default_rng(0)
    dark = random.normal(60, 8, 6000)
    bright = random.normal(180, 8, 2000)
    values = np.concatenate([dark, bright]).reshape(20, 20, 20).astype(dtype)
    assert automatic_threshold(values) == pytest.approx(120, abs=12)


def test_otsu_takes_the_middle_between_two_values():
    values = np.array([[-1000] * 50 + [400] * 10], np.int16)
    assert automatic_threshold(values) == pytest.approx(-300, abs=1)


def test_the_background_of_a_resampled_volume_takes_no_part():
    values = np.concatenate([np.full(10**5, -5000), np.full(500, 0), np.full(500, 100)])
    values = values.astype(np.int16).reshape(1, -1)
    assert automatic_threshold(values, ignore=-5000) == pytest.approx(50, abs=1)


def test_a_constant_volume_has_no_threshold():
    with pytest.raises(SegmentError, match="same value"):
        automatic_threshold(np.zeros((2, 2, 2), np.int16))


@pytest.mark.parametrize("sigma", [0.5, 0.9])
@pytest.mark.parametrize("threshold", [200, -100, 600])
def test_half_contrast_tells_how_far_a_threshold_shifts_the_surface(sigma, threshold):
    scene = Scene((Ball((18, 18, 18), 14.0, 2000.0),), -1000.0, sigma)
    voxels, matrix = image_of(scene)
    mesh = grey_value_surface(voxels, voxels >= threshold, matrix, threshold)
    found = half_contrast(voxels, matrix, mesh)
    radius = np.linalg.norm(mesh.points - 18, axis=1).mean()
    neutral = grey_value_surface(voxels, voxels >= 0, matrix, 0.0)
    shift = radius - np.linalg.norm(neutral.points - 18, axis=1).mean()
    assert found.threshold == pytest.approx(0, abs=10)
    assert found.shift_mm == pytest.approx(shift, abs=0.01)
    assert found.object_value == pytest.approx(1000, abs=20)
    assert found.background_value == pytest.approx(-1000, abs=20)
    # Linear interpolation widens the edge a little.
    assert sigma < found.blur_mm < sigma + 0.15
    assert found.thin_share == 0


def test_dark_objects_work_the_same():
    scene = Scene((Ball((18, 18, 18), 14.0, -900.0),), 0.0, 0.5)
    voxels, matrix = image_of(scene)
    mesh = grey_value_surface(voxels, voxels <= -500, matrix, None, -500.0)
    found = half_contrast(voxels, matrix, mesh)
    assert found.threshold == pytest.approx(-450, abs=10)
    assert found.shift_mm < -0.02


def test_walls_thinner_than_the_blur_are_noticed():
    scene = Scene(hollow_ball((18, 18, 18), 14.0, 12.8), -1000.0, 0.7)
    voxels, matrix = image_of(scene)
    level = 0.4 * (voxels.max() + 1000) - 1000
    mesh = grey_value_surface(voxels, voxels >= level, matrix, float(level))
    assert half_contrast(voxels, matrix, mesh).thin_share > 0.9


def test_noise_moves_it_little():
    scene = Scene((Ball((18, 18, 18), 14.0, 2000.0),), -1000.0, 0.6)
    voxels, matrix = image_of(scene)
    voxels += np.random.default_rng(1).normal(0, 40, voxels.shape).astype(np.float32)
    mesh = grey_value_surface(voxels, voxels >= 0, matrix, 0.0)
    assert half_contrast(voxels, matrix, mesh).threshold == pytest.approx(0, abs=25)


@pytest.mark.parametrize("threshold", [520, 200])
@pytest.mark.parametrize(("skin", "sigma"), [(2.0, 0.3), (3.0, 0.5), (3.0, 0.8), (5.0, 0.8)])
def test_the_air_behind_the_skin_is_no_surrounding_of_the_bone(skin, sigma, threshold):
    body = Ball((18, 18, 18), 14.9, 1040.0)
    scene = Scene((body, Ball((18, 18, 18), 14.9 - skin, 960.0)), -1000.0, sigma)
    voxels, matrix = image_of(scene)
    mesh = grey_value_surface(voxels, voxels >= threshold, matrix, threshold)
    found = half_contrast(voxels, matrix, mesh)
    assert found.threshold == pytest.approx(520, abs=12)
    assert found.object_value == pytest.approx(1000, abs=2)
    assert found.background_value == pytest.approx(40, abs=25)
    assert found.blur_mm < sigma + 0.15
    neutral = grey_value_surface(voxels, voxels >= 520, matrix, 520.0)
    shift, expected = (np.linalg.norm(one.points - 18, axis=1).mean() for one in (mesh, neutral))
    assert found.shift_mm == pytest.approx(shift - expected, abs=0.03)


def test_the_skin_over_bone_has_its_own_half_contrast():
    body = Ball((18, 18, 18), 15.0, 1040.0)
    scene = Scene((body, Ball((18, 18, 18), 12.0, 960.0)), -1000.0, 0.5)
    voxels, matrix = image_of(scene)
    mesh = grey_value_surface(voxels, voxels >= -480, matrix, -480.0)
    assert half_contrast(voxels, matrix, mesh).threshold == pytest.approx(-480, abs=10)


def test_the_air_inside_a_wall_does_not_turn_it_inside_out():
    """As around a sinus: on the whole the inside is darker than the outside."""
    wall = (Ball((18, 18, 18), 13.0, 960.0), Ball((18, 18, 18), 11.5, -2000.0))
    voxels, matrix = image_of(Scene(wall, 40.0, 0.3))
    mesh = grey_value_surface(voxels, voxels >= 500, matrix, 500.0)
    found = half_contrast(voxels, matrix, mesh)
    assert found.object_value > 600 and found.background_value == pytest.approx(40, abs=20)


def test_the_overshoot_of_a_sharpening_kernel_is_no_plateau():
    from scipy.ndimage import gaussian_filter

    voxels, matrix = image_of(Scene((Ball((18, 18, 18), 13.0, 960.0),), 40.0, 0.5))
    voxels += np.float32(1.2) * (voxels - gaussian_filter(voxels, 1.2))
    assert voxels.max() > 1050  # it does overshoot
    mesh = grey_value_surface(voxels, voxels >= 520, matrix, 520.0)
    found = half_contrast(voxels, matrix, mesh)
    assert found.object_value == pytest.approx(1000, abs=15)
    assert found.background_value == pytest.approx(40, abs=15)


def test_small_voxels_show_small_things():
    """Micro-CT: lengths shrink with the voxels, or profiles would leave every volume."""
    voxels, _ = image_of(Scene((Ball((27, 27, 27), 7.2, 2000.0),), -1000.0, 0.5), 91)
    fine = np.diag([0.015, 0.015, 0.015, 1.0])
    found = half_contrast(voxels, fine, grey_value_surface(voxels, voxels >= 200, fine, 200.0))
    assert found.threshold == pytest.approx(0, abs=10)
    assert found.shift_mm == pytest.approx(-0.14 * 0.015 / SPACING, abs=0.0005)


def test_no_edge_no_answer():
    voxels = np.zeros((20, 20, 20), np.float32)
    mask = np.zeros(voxels.shape, bool)
    mask[5:15, 5:15, 5:15] = True
    mesh = grey_value_surface(voxels, mask, np.eye(4), 0.0)
    assert half_contrast(voxels, np.eye(4), mesh) is None
