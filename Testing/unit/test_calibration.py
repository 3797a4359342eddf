"""Objects of known size, measured on images whose truth is analytic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from phantoms.acquisition import Acquisition, rotation_about
from phantoms.analytic import Ball, Block, Cylinder, Scene, ball_profile, disc_profile, hollow_ball
from PrintPrepLib.calibration.measure import find_object, fit_object, place_of
from PrintPrepLib.calibration.shapes import BallShape, CylinderShape
from PrintPrepLib.core.errors import CalibrationError
from PrintPrepLib.volume.regular_volume import RegularVolume

CENTER = (0.13, -0.27, 0.19)
TURNED = rotation_about((1, 2, -1), 33.0)
TURNED_AXES = tuple(map(tuple, TURNED.T))
CONTRAST = 1000.0


def scan(objects, sigma=0.5, step=1.0, half=16.0, noise=0.0, seed=0, pixel=0.488) -> RegularVolume:
    """A volume ± ``half`` mm about the origin, straight from the analytic scene."""
    count = 2 * int(half / pixel) + 1
    taken = Acquisition(
        rows=count,
        columns=count,
        slices=2 * int(half / step) + 1,
        pixel_spacing=(pixel, pixel),
        steps=step,
        noise=noise,
        seed=seed,
    )
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1] = taken.pixel_vectors
    matrix[:3, 2], matrix[:3, 3] = step * taken.axes[2], taken.positions[0]
    field = np.tile([0, count - 1, 0, count - 1], (taken.slices, 1))
    return RegularVolume(taken.volume(Scene(objects, sigma=sigma)), matrix, field, -1000.0)


def test_the_ball_model_is_the_closed_form():
    radius, sigma = 5.0, 0.8
    distance = np.linspace(radius - 3, radius + 3, 61)
    points = np.outer(distance, [0.6, 0.48, 0.64])
    modelled = BallShape().occupancy(
        points, np.array([0, 0, 0, radius, radius, radius]), (sigma, sigma)
    )
    assert modelled == pytest.approx(ball_profile(distance, radius, sigma), abs=1e-4)


def test_the_cylinder_model_is_the_closed_form():
    distance = np.linspace(2.5, 7.5, 61)
    points = np.outer(distance, [0.6, 0.8, 0.0])
    shape = CylinderShape(np.array([0.0, 0.0, 1.0]))
    modelled = shape.occupancy(points, np.array([0, 0, 0, 0, 0, 5.0, 90.0]), (0.8, 0.8))
    assert modelled == pytest.approx(disc_profile(distance, 5.0, 0.8), abs=1e-4)


@pytest.mark.parametrize(
    ("radius", "sigma", "step", "contrast"),
    [(5, 0.8, 1.0, 1000), (5, 0.3, 0.632, 1000), (9, 0.5, 0.632, 600)],
)
def test_a_ball_is_measured_through_blur_and_noise(radius, sigma, step, contrast):
    volume = scan([Ball(CENTER, radius, contrast)], sigma, step, radius + 8, noise=25.0, seed=3)
    fit = fit_object(volume, "ball", (1, 1, 1), (2 * radius,))
    assert fit.measured_mm[0] == pytest.approx(2 * radius, abs=0.02)
    assert abs(fit.measured_mm[0] - 2 * radius) < 1.5 * fit.uncertainty_mm[0] < 0.04
    assert fit.center_mm == pytest.approx(CENTER, abs=0.01)
    assert fit.blur_mm == pytest.approx((sigma, sigma), abs=0.03)
    assert fit.noise == pytest.approx(25.0, rel=0.15)
    for axis in fit.scale.values():
        assert axis.scale == pytest.approx(1.0, abs=2 * axis.uncertainty)


def test_blur_alone_does_not_shrink_the_ball():
    radius, sigma = 5.0, 0.8
    fit = fit_object(scan([Ball(CENTER, radius, CONTRAST)], sigma), "ball", CENTER)
    # The half-contrast sphere, which other programs measure, is 0.26 mm smaller across.
    assert fit.measured_mm[0] == pytest.approx(2 * radius, abs=0.002)
    assert fit.scale == {"x": None, "y": None, "z": None}


def test_blur_across_the_slices_does_not_bias_the_ball():
    from scipy.ndimage import gaussian_filter1d

    sharp = scan([Ball(CENTER, 6.0, CONTRAST)], 0.5, 0.632)
    voxels = gaussian_filter1d(sharp.voxels.astype(float), 0.8 / 0.632, axis=0)
    blurred = RegularVolume(voxels, sharp.ijk_to_lps, sharp.acquired_field, -1000.0)
    fit = fit_object(blurred, "ball", (0, 0, 0), (12.0,))
    assert fit.measured_mm[0] == pytest.approx(12.0, abs=0.003)
    assert fit.blur_mm == pytest.approx((0.5, np.hypot(0.5, 0.8)), abs=0.02)


def test_a_wrong_step_shows_in_one_axis_alone():
    volume = scan([Ball(CENTER, 8.0, CONTRAST)], 0.5, 0.8, noise=20.0)
    matrix = volume.ijk_to_lps.copy()
    matrix[:3, 2] *= 1.01
    wrong = RegularVolume(volume.voxels, matrix, volume.acquired_field, -1000.0)
    scale = fit_object(wrong, "ball", (0, 0, 0), (16.0,)).scale
    assert scale["x"].scale == pytest.approx(1.0, abs=0.001)
    assert scale["y"].scale == pytest.approx(1.0, abs=0.001)
    assert scale["z"].scale == pytest.approx(1.01, abs=0.001)


@pytest.mark.parametrize("axes", [tuple(map(tuple, np.eye(3))), TURNED_AXES])
def test_a_block_is_measured_however_it_lies(axes):
    edges = (20.0, 12.0, 16.0)
    volume = scan([Block(CENTER, edges, CONTRAST, axes)], noise=20.0)
    fit = fit_object(volume, "block", (1, 1, 1), edges)
    assert fit.measured_mm == pytest.approx(edges, abs=0.02)
    assert fit.center_mm == pytest.approx(CENTER, abs=0.01)


def test_a_cylinder_is_measured_however_it_lies():
    axis = tuple(TURNED @ [0.0, 0.0, 1.0])
    volume = scan([Cylinder(CENTER, 6.0, 18.0, axis, CONTRAST)], noise=20.0)
    fit = fit_object(volume, "cylinder", (1, 1, 1), (12.0, 18.0))
    assert fit.measured_mm == pytest.approx((12.0, 18.0), abs=0.02)


def test_a_neighbour_two_millimetres_away_changes_nothing():
    other = Ball((14.2, 0, 0), 6.0, 1400.0)
    volume = scan([Ball((0, 0, 0), 6.0, CONTRAST), other], noise=20.0, half=24.0)
    fit = fit_object(volume, "ball", (0, 0, 0), (12.0,))
    assert fit.measured_mm[0] == pytest.approx(12.0, abs=0.01)
    assert fit.center_mm == pytest.approx((0, 0, 0), abs=0.01)
    assert 0 < fit.left_out < 0.3


def test_a_touching_neighbour_is_left_out():
    plate = Block((0, 0, 7.0), (40, 40, 2), CONTRAST)
    volume = scan([Ball((0, 0, 0), 6.0, CONTRAST), plate], noise=20.0, half=24.0)
    fit = fit_object(volume, "ball", (0, 0, 0), (12.0,))
    assert fit.measured_mm[0] == pytest.approx(12.0, abs=0.03)
    assert fit.left_out > 0.02


def refusal(*arguments, **more) -> str:
    with pytest.raises(CalibrationError) as caught:
        fit_object(*arguments, **more)
    assert caught.value.remedy
    return str(caught.value)


def test_an_object_cut_by_the_field_is_refused():
    volume = scan([Ball((9.0, 0, 0), 8.0, CONTRAST)])
    assert "cut by the end of the scanned field" in refusal(volume, "ball", (9, 0, 0), (16.0,))
    whole = scan([Ball((0, 0, 0), 8.0, CONTRAST)])
    field = whole.acquired_field.copy()
    field[:, 1] -= 16
    narrow = RegularVolume(whole.voxels, whole.ijk_to_lps, field, -1000.0)
    assert "cut by the end of the scanned field" in refusal(narrow, "ball", (0, 0, 0), (16.0,))
    assert fit_object(whole, "ball", (0, 0, 0), (16.0,)).measured_mm[0] == pytest.approx(
        16, abs=0.01
    )


@pytest.mark.parametrize("inner", [3.0, 6.5])
def test_a_hollow_ball_is_refused(inner):
    volume = scan(hollow_ball((0, 0, 0), 8.0, inner, CONTRAST))
    assert "hollow" in refusal(volume, "ball", (0, 0, 0), (16.0,))
    assert refusal(volume, "ball", (7.2, 0, 0), (16.0,))


def test_wrong_places_kinds_and_sizes_are_refused():
    volume = scan([Ball((0, 0, 0), 8.0, CONTRAST)], noise=20.0)
    assert "outside the volume" in refusal(volume, "ball", (99, 0, 0), (16.0,))
    assert "no object brighter" in refusal(volume, "ball", (12, 12, 12), (16.0,))
    assert "nominal size" in refusal(volume, "ball", (0, 0, 0), (20.0,))
    assert "cannot be measured" in refusal(volume, "cone", (0, 0, 0), (16.0,))
    assert "takes 3 positive" in refusal(volume, "block", (0, 0, 0), (16.0,))
    assert refusal(volume, "block", (0, 0, 0), (16.0, 16.0, 16.0))
    assert refusal(volume, "cylinder", (0, 0, 0), (16.0, 16.0))


def test_a_block_is_no_ball():
    volume = scan([Block((0, 0, 0), (13, 13, 13), CONTRAST)], noise=20.0)
    assert refusal(volume, "ball", (0, 0, 0), (16.0,))


def test_grey_values_that_are_cut_off_are_refused():
    volume = scan([Ball((0, 0, 0), 8.0, 9000.0)], noise=20.0)
    clipped = RegularVolume(
        np.minimum(volume.voxels, 3071), volume.ijk_to_lps, volume.acquired_field, -1000.0
    )
    assert "cut off at 3071" in refusal(clipped, "ball", (0, 0, 0), (16.0,))
    assert fit_object(volume, "ball", (0, 0, 0), (16.0,)).measured_mm[0] == pytest.approx(
        16, abs=0.01
    )


def test_the_object_is_found_among_others():
    things = [
        Ball((-9, 0, 0), 5.0, CONTRAST),
        Ball((9, 5, 0), 4.8, CONTRAST),
        Block((5, -13, 0), (9, 9, 9), CONTRAST),
    ]
    volume = scan(things, noise=20.0, half=24.0)
    fit = find_object(volume, "ball", (10.0,))
    assert fit.center_mm == pytest.approx((-9, 0, 0), abs=0.02)
    with pytest.raises(CalibrationError, match="no ball of 22 mm was found"):
        find_object(volume, "ball", (22.0,))


def test_a_segment_gives_the_place():
    volume = scan([Ball((3, -2, 1), 6.0, CONTRAST)])
    place = place_of(volume.voxels > -500, volume.ijk_to_lps)
    assert place == pytest.approx((3, -2, 1), abs=0.1)
    with pytest.raises(CalibrationError, match="empty"):
        place_of(volume.voxels > 9999, volume.ijk_to_lps)


def test_the_intervals_hold_the_truth_as_often_as_they_say():
    clean = scan([Ball(CENTER, 5.0, 600.0)], 0.6, 1.0, 13.0)
    inside = []
    for seed in range(6):
        noise = 30 * np.random.default_rng(seed).standard_normal(clean.voxels.shape)
        noisy = RegularVolume(clean.voxels + noise, clean.ijk_to_lps, clean.acquired_field, -1000.0)
        fit = fit_object(noisy, "ball", (0, 0, 0), (10.0,))
        inside.append(abs(fit.measured_mm[0] - 10.0) <= fit.uncertainty_mm[0])
        assert fit.uncertainty_mm[0] < 0.03
    assert sum(inside) >= 5


def test_a_thing_without_end_is_refused_before_it_is_measured():
    rod = Block((0, 0, 0), (200, 9, 9), CONTRAST)
    assert "reaches 45 mm" in refusal(scan([rod]), "block", (0, 0, 0))
    ball = Ball((0, 0, 0), 8.0, CONTRAST)
    assert "no ball of that size" in refusal(scan([ball]), "ball", (0, 0, 0), (9.0,))


def test_thick_slices_widen_the_interval_across_them():
    steps = (0.0, 0.5, 1.0, 1.5, 2.0)  # five thin scans averaged make slices 2.5 mm thick
    ball = Ball((0.1, 0.2, 0.3), 10.0, CONTRAST)
    shifted = [replace(ball, center=(0.1, 0.2, 0.3 + 1.0 - step)) for step in steps]
    scans = [scan([one], 0.3, 2.5, 21.0) for one in shifted]
    thick = replace(scans[0], voxels=np.mean([one.voxels for one in scans], axis=0))
    scale = fit_object(thick, "ball", (0, 0, 0), (20.0,)).scale
    assert abs(scale["z"].scale - 1) < scale["z"].uncertainty
    assert scale["z"].uncertainty > 0.0025 > 4 * scale["x"].uncertainty
