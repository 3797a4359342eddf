"""Stacks onto a regular grid: what is left alone, what is interpolated, and how truly."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phantoms.acquisition import AXIAL, CORONAL, FEET_FIRST, SAGITTAL, Acquisition, rotation_about
from phantoms.analytic import Ball, Block, Scene
from phantoms.dicom import write_series
from PrintPrepLib.core.errors import Cancelled, GeometryError, GridError
from PrintPrepLib.geometry.fan import Fan
from PrintPrepLib.geometry.stack_geometry import analyse_positions
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.volume.grid import plan_grid
from PrintPrepLib.volume.regularize import load_stack
from PrintPrepLib.volume.resample import measure_residual, resample

BALL = Scene((Ball((1.0, -2.0, 1.5), 12.0),), sigma=1.0)
EVERYWHERE = Scene((Block((0, 0, 0), (4000, 4000, 4000)),), sigma=0.5)


def volume_of(folder, spacing="native", scene=BALL, **acquisition):
    settings_ = {"rows": 48, "columns": 44, "slices": 30, "pixel_spacing": (0.8, 0.8)} | acquisition
    taken = Acquisition(**settings_)
    write_series(scene, taken, folder)
    return load_stack(read_series([folder]).series[0].stacks[0], spacing), taken


def record(volume) -> dict:
    return volume.provenance["volume"]


@pytest.mark.parametrize(
    "acquisition",
    [
        {},
        {"orientation": AXIAL.rotated(rotation_about((1, 2, 3), 25))},
        {"orientation": SAGITTAL, "order": "reversed"},
        {"steps": 0.58, "position_decimals": 1},
    ],
    ids=["ordinary", "rotated", "sagittal reversed", "rounded positions"],
)
def test_regular_series_are_left_as_they_are(tmp_path, acquisition):
    volume, taken = volume_of(tmp_path, **acquisition)
    assert record(volume)["interpolation"] == "none"
    np.testing.assert_array_equal(volume.voxels, taken.volume(BALL))
    row, _, normal = taken.axes
    step = float(np.mean(taken.normal_steps))
    np.testing.assert_allclose(volume.ijk_to_lps[:3, 2], normal * step, atol=3e-4)
    np.testing.assert_allclose(volume.ijk_to_lps[:3, 0], 0.8 * row, atol=1e-6)
    limit = 0.09 if "position_decimals" in acquisition else 1e-5
    assert record(volume)["residual_mm"]["max"] <= limit


@pytest.mark.parametrize("orientation", [AXIAL, FEET_FIRST, CORONAL])
@pytest.mark.parametrize("tilt", [(0, 18.5), (0, -24), (15, 0), (-9, 11)])
@pytest.mark.parametrize("uneven", [False, True])
def test_the_volume_shows_the_scene_where_it_is(tmp_path, orientation, tilt, uneven):
    """Every voxel in the field equals the analytic scene at the voxel's own place."""
    random = np.random.default_rng(1)
    steps = tuple(random.uniform(0.5, 1.1, 29)) if uneven else 0.9
    volume, _ = volume_of(tmp_path, orientation=orientation, tilt=tilt, steps=steps)
    k, j, i = np.indices(volume.voxels.shape)
    ijk = np.stack([i, j, k, np.ones_like(i)], axis=-1)
    points = (ijk @ volume.ijk_to_lps.T)[..., :3]
    first_i, last_i, first_j, last_j = np.moveaxis(volume.acquired_field[k], -1, 0)
    inside = (i >= first_i) & (i <= last_i) & (j >= first_j) & (j <= last_j)
    assert inside.mean() > 0.5
    error = np.abs(volume.voxels - BALL.values(points))[inside]
    # Linear interpolation of a blurred edge (σ = 1 mm): h²/8 × the largest curvature.
    assert error.max() < (260 if uneven else 130)
    assert np.sqrt((error**2).mean()) < (25 if uneven else 12)
    assert record(volume)["residual_mm"]["max"] < 1e-3
    assert record(volume)["interpolation"] == "linear"


def test_the_matrix_is_orthogonal_right_handed_and_keeps_the_first_slice(tmp_path):
    volume, taken = volume_of(tmp_path, tilt=(0, -18.5), steps=2.0)
    axes = volume.ijk_to_lps[:3, :3]
    product = axes.T @ axes
    np.testing.assert_allclose(product, np.diag(np.diag(product)), atol=1e-9)
    assert np.linalg.det(axes) > 0
    assert volume.spacing_mm == pytest.approx((0.8, 0.8, 2.0), abs=1e-6)
    first = taken.volume(BALL)[0]
    corner = np.linalg.inv(volume.ijk_to_lps) @ [*taken.positions[0], 1]
    i, j, k = np.rint(corner[:3]).astype(int)
    np.testing.assert_allclose(corner[:3], [i, j, k], atol=1e-5)
    np.testing.assert_array_equal(volume.voxels[0, j : j + 48, i : i + 44], first)


def test_the_grid_covers_every_source_voxel(tmp_path):
    volume, taken = volume_of(tmp_path, tilt=(7, -18.5), steps=(1.0, *[3.0] * 28))
    inverse = np.linalg.inv(volume.ijk_to_lps)
    for index in range(taken.slices):
        corners = taken.voxel_centers(index)[[0, 0, -1, -1], [0, -1, 0, -1]]
        ijk = corners @ inverse[:3, :3].T + inverse[:3, 3]
        assert (ijk > -1e-4).all() and (ijk < np.array(volume.dimensions) - 1 + 1e-4).all()


def test_spacing_choices(tmp_path):
    steps = (0.9, *[3.0] * 14, *[2.0] * 14)
    folder = tmp_path / "s"
    native, _ = volume_of(folder, steps=steps)
    assert native.spacing_mm[2] == pytest.approx(0.9, abs=1e-6)
    stack = read_series([folder]).series[0].stacks[0]
    assert load_stack(stack, "isotropic").spacing_mm[2] == pytest.approx(0.8, abs=1e-9)
    asked = load_stack(stack, 0.7)
    assert asked.spacing_mm[2] == pytest.approx(0.7, abs=1e-12)
    assert asked.dimensions[2] == 1 + math.ceil(70.9 / 0.7)
    fine, _ = volume_of(tmp_path / "f", steps=(0.2, *[0.9] * 28))
    assert fine.spacing_mm[2] == pytest.approx(0.8)


def test_a_coarse_grid_averages_and_says_so(tmp_path):
    folder = tmp_path / "s"
    fine, taken = volume_of(folder, steps=0.5, noise=40.0, scene=EVERYWHERE)
    coarse = load_stack(read_series([folder]).series[0].stacks[0], 2.0)
    assert record(coarse)["averaged_planes"] and not record(fine)["averaged_planes"]
    middle = coarse.voxels[2:-2].astype(float)
    assert middle.std() < 0.65 * fine.voxels.astype(float).std()
    # The mean of the piecewise linear interpolant over 2 mm of 0.5 mm steps.
    source = taken.volume(EVERYWHERE)
    expected = (0.5 * source[2] + source[3] + source[4] + source[5] + 0.5 * source[6]) / 4
    np.testing.assert_allclose(coarse.voxels[1], expected, atol=0.51)
    assert record(coarse)["residual_mm"]["max"] < 1e-3


@pytest.mark.parametrize("spacing", ["fine", 0, -1, float("nan"), None])
def test_impossible_spacings_are_refused(tmp_path, spacing):
    with pytest.raises(GridError, match="neither native, isotropic nor a positive number"):
        volume_of(tmp_path, spacing)


def test_too_many_voxels_are_refused_before_memory_is_taken(tmp_path):
    with pytest.raises(GridError, match="million voxels"):
        volume_of(tmp_path, 1e-7, steps=0.9)


def test_padding_and_the_outside_never_mix_into_tissue(tmp_path):
    volume, taken = volume_of(
        tmp_path,
        scene=EVERYWHERE,
        tilt=(0, 18.5),
        steps=(*[0.8] * 10, *[1.7] * 19),
        circular_field=True,
        padding=-2000,
    )
    assert taken.stored(EVERYWHERE, 0).min() == -2000
    tissue = int(EVERYWHERE.values(np.zeros(3)))
    assert set(np.unique(volume.voxels)) == {tissue, -1000}
    assert (volume.voxels == tissue).sum() > 0.5 * taken.field.sum() * volume.dimensions[2]


WATER = Scene((Ball((0, 0, 0), 6.0),))


def padding_findings(volume):
    return [item for item in volume.provenance["findings"] if item["id"] == "padding_value"]


def test_padding_with_the_value_of_a_tissue_keeps_that_tissue(tmp_path):
    """PixelPaddingValue 0 of signed values: water is 0 HU."""
    tissue = int(WATER.values(np.zeros(3)))
    volume, _ = volume_of(tmp_path, scene=WATER, tilt=(0, 12), intercept=0.0, padding=tissue)
    plain, _ = volume_of(tmp_path / "plain", scene=WATER, tilt=(0, 12), intercept=0.0)
    np.testing.assert_array_equal(volume.voxels, plain.voxels)
    (found,) = padding_findings(volume)
    assert found["severity"] == "warn" and found["value"] > 0
    assert not padding_findings(plain)


def test_padding_around_the_field_is_no_data_whatever_its_value(tmp_path):
    """A round field in 0 HU: the corners are no data, the ball within is tissue."""
    tissue = int(WATER.values(np.zeros(3)))
    taken = {"scene": WATER, "tilt": (0, 12), "intercept": 0.0, "circular_field": True}
    volume, _ = volume_of(tmp_path, padding=tissue, **taken)
    plain, _ = volume_of(tmp_path / "plain", padding=-2000, **taken)
    np.testing.assert_array_equal(volume.voxels, plain.voxels)
    assert padding_findings(volume) and not padding_findings(plain)


def test_a_range_of_padding_that_reaches_into_the_body(tmp_path):
    tissue = int(WATER.values(np.zeros(3)))
    taken = {
        "scene": WATER,
        "tilt": (0, 12),
        "intercept": 0.0,
        "circular_field": True,
        "padding": -2000,
    }
    volume, _ = volume_of(tmp_path, tags={"PixelPaddingRangeLimit": tissue}, **taken)
    plain, _ = volume_of(tmp_path / "plain", **taken)
    inside = plain.voxels > -900
    np.testing.assert_array_equal(volume.voxels[inside], plain.voxels[inside])
    assert padding_findings(volume)


def test_a_body_that_fills_the_image_with_the_padding_value(tmp_path):
    tissue = int(EVERYWHERE.values(np.zeros(3)))
    volume, _ = volume_of(tmp_path, scene=EVERYWHERE, tilt=(0, 12), intercept=0.0, padding=tissue)
    assert (volume.voxels == tissue).mean() > 0.5 and padding_findings(volume)


def test_an_extra_plane_at_the_end_holds_no_invented_tissue(tmp_path):
    """18.85 mm in steps of 2 mm: the last plane lies 1.15 mm beyond, so it is background."""
    volume, _ = volume_of(tmp_path, 2.0, scene=EVERYWHERE, steps=0.65)
    assert volume.dimensions[2] == 11
    assert (volume.voxels[-1] == -1000).all()
    assert volume.acquired_field[-1].tolist() == [0, -1, 0, -1]
    near, _ = volume_of(tmp_path / "near", 1.9, scene=EVERYWHERE, steps=0.65)
    assert (near.voxels[-1] == near.voxels[0]).all()
    assert near.acquired_field[-1].tolist() == [0, -1, 0, -1]


def test_other_modalities_are_filled_with_their_own_minimum(tmp_path):
    volume, taken = volume_of(tmp_path, tilt=(0, 18.5), tags={"Modality": "MR"})
    assert volume.background == taken.volume(BALL).min()


def test_integers_stay_int16_and_broken_slopes_become_float(tmp_path):
    whole, _ = volume_of(tmp_path / "a", tilt=(0, 10))
    assert whole.voxels.dtype == np.int16
    broken, _ = volume_of(tmp_path / "b", tilt=(0, 10), slope=0.31)
    assert broken.voxels.dtype == np.float32
    large, _ = volume_of(
        tmp_path / "c", tilt=(0, 10), slice_tags={20: {"RescaleIntercept": "40000"}}
    )
    assert large.voxels.dtype == np.float32 and large.voxels.max() > 32767


def test_provenance_is_json_and_tells_the_treatment(tmp_path):
    volume, taken = volume_of(tmp_path, tilt=(0, 18.5))
    told = json.loads(json.dumps(volume.provenance, allow_nan=False))
    assert told["source"]["tilt_deg"] == pytest.approx(18.5, abs=1e-3)
    assert told["source"]["slices"] == 30 and len(told["instance_uids"]) == 30
    assert told["volume"]["dimensions"] == list(volume.dimensions)
    np.testing.assert_allclose(told["volume"]["ijk_to_ras"], volume.ijk_to_ras)
    assert np.array(told["volume"]["field"]).shape == (volume.dimensions[2], 4)
    assert [item["id"] for item in told["findings"]] == ["tilted"]
    for name in (taken.tags.get("PatientName", "Phantom^"), "2.25."):
        assert name not in json.dumps(told["source"])


def test_refused_stacks_raise_their_reason(tmp_path):
    write_series(BALL, Acquisition(rows=16, columns=16, slices=1), tmp_path)
    with pytest.raises(GeometryError, match="only one slice"):
        load_stack(read_series([tmp_path]).series[0].stacks[0])


@pytest.mark.parametrize("tilt", [(0, 0), (0, 15)])
def test_cancelling_leaves_at_once(tmp_path, tilt):
    write_series(BALL, Acquisition(rows=48, columns=44, slices=30, tilt=tilt), tmp_path)
    stack = read_series([tmp_path]).series[0].stacks[0]
    with pytest.raises(Cancelled):
        load_stack(stack, progress=lambda fraction, message: fraction > 0.3)


class Slices:
    """An array as a source for the resampler."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def slice(self, index):
        return self.array[index], None


def planned(positions, size, spacing="native", **options):
    geometry = analyse_positions(positions, *np.eye(3)[:2], np.full(3, 0.02))
    return plan_grid(geometry, size, (1.0, 1.0), spacing, **options)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), uneven=st.booleans(), both=st.booleans())
def test_linear_fields_pass_unchanged(seed, uneven, both):
    """A linear image is its own linear interpolation, wherever the slices stand."""
    random = np.random.default_rng(seed)
    count = int(random.integers(4, 12))
    steps = random.uniform(0.4, 2.5, count) if uneven else np.full(count, random.uniform(0.4, 2.5))
    z = np.cumsum(steps)
    # A smaller one may count as none, within the tolerance of the positions.
    shear = random.uniform(0.05, 0.5, 2) * random.choice([-1, 1], 2) * [both, 1]
    positions = np.stack([shear[0] * z, shear[1] * z, z], axis=1)
    plan = planned(positions, (9, 7), float(random.uniform(0.3, 1.2)))
    gradient = random.uniform(-50, 50, 3)
    j, i = np.indices((7, 9))
    slices = [p[0] * gradient[0] + p[1] * gradient[1] + p[2] * gradient[2] for p in positions]
    array = np.array([s + i * gradient[0] + j * gradient[1] for s in slices], np.float32)
    voxels = resample(Slices(array), plan, -9999.0, np.dtype(np.float32))
    checked = 0
    for k, (first_i, last_i, first_j, last_j) in enumerate(plan.field()):
        if last_i < first_i or last_j < first_j:
            continue
        j, i = np.mgrid[first_j : last_j + 1, first_i : last_i + 1]
        ijk = np.stack([i, j, np.full_like(i, k), np.ones_like(i)], axis=-1)
        expected = (ijk @ plan.ijk_to_lps.T)[..., :3] @ gradient
        np.testing.assert_allclose(voxels[k, j, i], expected, atol=0.02)
        checked += i.size
    assert checked > 0


def test_labels_take_the_nearest_voxel():
    z = np.array([0.0, 1.0, 3.0, 4.0])
    positions = np.stack([0 * z, 0.4 * z, z], axis=1)
    labels = np.random.default_rng(0).integers(0, 5, (4, 6, 6)).astype(np.uint8) * 50
    voxels = resample(
        Slices(labels), planned(positions, (6, 6), 0.5, nearest=True), 0.0, np.dtype(np.uint8)
    )
    assert set(np.unique(voxels)) <= {0, 50, 100, 150, 200}


def test_the_residual_sees_a_wrong_grid():
    """A plan made for other positions than the header's shows the whole difference."""
    z = np.arange(8.0)
    straight = np.stack([0 * z, 0 * z, z], axis=1)
    leaning = np.stack([0 * z, 0.1 * z, z], axis=1)
    axes = np.tile([1.0, 0, 0], (8, 1)), np.tile([0, 1.0, 0], (8, 1))
    fan = Fan(leaning, *axes, np.ones((8, 2)), (6, 6))
    assert measure_residual(fan, planned(leaning, (6, 6))).max < 1e-5
    wrong = measure_residual(fan, planned(straight, (6, 6)))
    assert wrong.max == pytest.approx(0.7, abs=1e-6)
    assert wrong.rms == pytest.approx(0.1 * np.sqrt((z**2).mean()), abs=1e-6)


def test_real_head_lands_on_the_independent_programs_canvas(real_data):
    """Sizes and steps as dcm2niix makes them (512 × 600 × 54 at 2.3708 mm)."""
    stack = read_series([real_data("ct_skull_phantom_tilt_minus18")]).series[0].stacks[0]
    volume = load_stack(stack)
    assert volume.dimensions == (512, 600, 54)
    assert volume.spacing_mm[2] == pytest.approx(2.3708, abs=1e-4)
    assert record(volume)["residual_mm"]["max"] < 1e-3
