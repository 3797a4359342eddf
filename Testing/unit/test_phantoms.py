"""The tests' own truth is tested: closed forms against integrals, files against geometry."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from phantoms import acquisition as acq
from phantoms import analytic
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Block, Cylinder, Scene
from phantoms.dicom import decimal_string, write_series
from scipy.stats import ncx2

SIGMA = 0.7


def gauss(squared_distance, sigma=SIGMA, dimensions=3):
    return np.exp(-0.5 * squared_distance / sigma**2) / (sigma * np.sqrt(2 * np.pi)) ** dimensions


def legendre(low, high, count):
    node, weight = np.polynomial.legendre.leggauss(count)
    half = 0.5 * (high - low)
    return low + half * (node + 1), half * weight


# Analytic objects against the convolution integral itself


@pytest.mark.parametrize("distance", [0.0, 1e-7, 1.0, 3.2, 4.0, 4.3, 6.0])
def test_ball_profile_is_the_convolution_integral(distance):
    radius = 4.0
    s, ws = legendre(0, radius, 300)
    mu, wm = legendre(-1, 1, 600)
    squared = s[:, None] ** 2 + distance**2 - 2 * s[:, None] * distance * mu
    truth = 2 * np.pi * (ws * s**2) @ gauss(squared) @ wm
    assert analytic.ball_profile(distance, radius, SIGMA) == pytest.approx(truth, abs=1e-9)


@pytest.mark.parametrize("distance", [0.0, 0.5, 3.9, 4.0, 5.5])
def test_disc_profile_is_the_convolution_integral(distance):
    radius = 4.0
    s, ws = legendre(0, radius, 200)
    phi, wp = legendre(0, 2 * np.pi, 400)
    squared = s[:, None] ** 2 + distance**2 - 2 * s[:, None] * distance * np.cos(phi)
    truth = (ws * s) @ gauss(squared, dimensions=2) @ wp
    assert analytic.disc_profile(distance, radius, SIGMA) == pytest.approx(truth, abs=1e-7)
    marcum = ncx2.cdf((radius / SIGMA) ** 2, 2, (distance / SIGMA) ** 2)
    assert analytic.disc_quadrature(distance, radius, SIGMA) == pytest.approx(marcum, abs=1e-10)


def test_turned_block_is_the_convolution_integral():
    turn = acq.rotation_about((1, 2, 3), 33.0)
    edges = (2.0, 3.0, 5.0)
    block = Block((1.0, -2.0, 0.5), edges, axes=tuple(map(tuple, turn.T)))
    grids = [legendre(-e / 2, e / 2, 60) for e in edges]
    local = np.stack(np.meshgrid(*[g[0] for g in grids], indexing="ij"), axis=-1)
    weight = np.einsum("i,j,k->ijk", *[g[1] for g in grids])
    inside = local @ turn.T + block.center  # local x lies along axes[0], a column of turn
    for point in np.array([[1, -2, 0.5], [2.1, -2.0, 0.9], [0.0, -1.0, 2.5], [3.0, -4.0, 1.0]]):
        truth = (weight * gauss(((inside - point) ** 2).sum(axis=-1))).sum()
        assert block.occupancy(point, SIGMA) == pytest.approx(truth, abs=1e-9)


def test_turned_cylinder_is_the_convolution_integral():
    axis = np.array([2.0, -1.0, 2.0]) / 3
    cylinder = Cylinder((0.5, 1.0, -1.0), 2.0, 5.0, tuple(axis))
    across = np.cross(axis, [1, 0, 0])
    across /= np.linalg.norm(across)
    third = np.cross(axis, across)
    s, ws = legendre(0, 2.0, 60)
    phi, wp = legendre(0, 2 * np.pi, 120)
    z, wz = legendre(-2.5, 2.5, 60)
    disc = np.cos(phi)[:, None] * across + np.sin(phi)[:, None] * third
    inside = (
        np.asarray(cylinder.center)
        + s[:, None, None, None] * disc[None, :, None, :]
        + z[None, None, :, None] * axis
    )
    weight = np.einsum("i,j,k->ijk", ws * s, wp, wz)
    for offset in (0 * axis, 1.9 * across, 2.6 * axis + 1.5 * third, 2.4 * across - 2.4 * axis):
        point = np.asarray(cylinder.center) + offset
        truth = (weight * gauss(((inside - point) ** 2).sum(axis=-1))).sum()
        assert cylinder.occupancy(point, SIGMA) == pytest.approx(truth, abs=1e-7)


@pytest.mark.parametrize(
    "thing",
    [
        Ball((0, 0, 0), 2.0),
        Block((0, 0, 0), (2, 3, 4)),
        Cylinder((0, 0, 0), 1.5, 3.0, (0, 1, 0)),
    ],
)
def test_blur_keeps_the_volume(thing):
    volumes = {
        Ball: 4 / 3 * np.pi * 8,
        Block: 24.0,
        Cylinder: np.pi * 1.5**2 * 3.0,
    }
    x = np.arange(-6, 6.01, 0.2)
    points = np.stack(np.meshgrid(x, x, x, indexing="ij"), axis=-1)
    assert thing.occupancy(points, 0.5).sum() * 0.2**3 == pytest.approx(
        volumes[type(thing)], rel=1e-6
    )


def test_sharp_objects_are_indicators():
    points = np.array([[0, 0, 0.99], [0, 0, 1.01]])
    for thing in (
        Ball((0, 0, 0), 1.0),
        Block((0, 0, 0), (2, 2, 2)),
        Cylinder((0, 0, 0), 1.0, 2.0),
    ):
        assert thing.occupancy(points, 0.0).tolist() == [1.0, 0.0]
        assert thing.occupancy(points, 1e-3) == pytest.approx([1.0, 0.0], abs=1e-9)


def test_half_contrast_lies_sigma_squared_over_r_inside():
    radius = analytic.half_contrast_radius(20.0, 0.5)
    assert radius == pytest.approx(20 - 0.25 / 20, abs=2e-5)
    assert analytic.ball_profile(radius, 20.0, 0.5) == pytest.approx(0.5, abs=1e-12)
    assert analytic.level_radius(20.0, 0.5, 0.2) > radius > analytic.level_radius(20.0, 0.5, 0.8)


def test_hollow_ball_is_a_difference():
    scene = Scene(analytic.hollow_ball((0, 0, 0), 10, 8, 1000.0), background=-1000.0)
    values = scene.values(np.array([[0.0, 0, 0], [9, 0, 0], [14, 0, 0]]))
    expected = 1000 * (analytic.ball_profile(9.0, 10, 0.5) - analytic.ball_profile(9.0, 8, 0.5))
    assert values == pytest.approx([-1000, expected - 1000, -1000], abs=1e-3)


def test_plane_is_the_scene_at_the_pixels():
    scene = Scene(
        [Ball((3, 2, 1), 5.0), Block((-6, 0, 2), (3, 4, 5), 500.0), Cylinder((0, -7, 0), 2, 9)],
        sigma=0.6,
    )
    acquisition = Acquisition(rows=70, columns=60, slices=9, pixel_spacing=(0.5, 0.4), tilt=(7, 20))
    for k in (0, 4, 8):
        truth = scene.values(acquisition.voxel_centers(k))
        assert np.abs(acquisition.hounsfield(scene, k) - truth).max() < 1e-5


# Acquisitions


@pytest.mark.parametrize("tilt", [(0, 18.5), (0, -24), (18.5, 0), (10, -15), (0, 0)])
@pytest.mark.parametrize("orientation", [acq.AXIAL, acq.FEET_FIRST, acq.SAGITTAL, acq.CORONAL])
@pytest.mark.parametrize("tilts", ["planes", "table"])
def test_tilt_means_what_it_says(tilt, orientation, tilts):
    a = Acquisition(slices=5, orientation=orientation, tilt=tilt, tilts=tilts, steps=2.0)
    row, column, normal = a.axes
    assert np.abs(np.stack(a.axes) @ np.stack(a.axes).T - np.eye(3)).max() < 1e-12
    assert np.linalg.det(np.stack(a.axes)) == pytest.approx(1)
    d = np.diff(a.positions, axis=0)
    assert d @ normal == pytest.approx(2.0)
    assert d @ row == pytest.approx(2 * np.tan(np.radians(tilt[0])))
    assert d @ column == pytest.approx(2 * np.tan(np.radians(tilt[1])))
    angle = np.degrees(np.arctan2(np.linalg.norm(np.cross(normal, d[0])), normal @ d[0]))
    assert angle == pytest.approx(a.tilt_deg, abs=1e-9)
    if tilts == "planes":  # the table stays on the nominal normal
        assert d[0] / np.linalg.norm(d[0]) == pytest.approx(orientation.normal, abs=1e-12)
    else:
        assert row == pytest.approx(orientation.row)
        assert column == pytest.approx(orientation.column)


def test_steps_along_the_table_are_shorter_along_the_normal():
    steps = (0.5, 1.0, 2.0)
    a = Acquisition(slices=4, steps=steps, along="table", tilt=(0, 20))
    assert np.linalg.norm(np.diff(a.positions, axis=0), axis=1) == pytest.approx(steps)
    assert a.normal_steps == pytest.approx(np.array(steps) * np.cos(np.radians(20)))


def test_stack_is_centered_or_starts_where_it_is_told():
    a = Acquisition(rows=11, columns=21, slices=7, center=(1, 2, 3), tilt=(5, 10))
    assert a.voxel_centers(3)[5, 10] == pytest.approx([1, 2, 3])
    assert Acquisition(first_position=(1, 2, 3)).positions[0] == pytest.approx([1, 2, 3])


def test_pixel_spacing_is_row_then_column():
    a = Acquisition(rows=3, columns=4, slices=2, pixel_spacing=(0.7, 0.3), first_position=(1, 2, 3))
    assert a.voxel_centers(1)[2, 3] == pytest.approx([1 + 3 * 0.3, 2 + 2 * 0.7, 4])
    image = a.hounsfield(Scene([Ball((1.9, 3.4, 3.0), 0.2)], sigma=0.1), 0)
    assert np.unravel_index(image.argmax(), image.shape) == (2, 3)


def test_wrong_number_of_steps_is_refused():
    with pytest.raises(ValueError, match="4 slices have 3 steps"):
        Acquisition(slices=4, steps=(1.0, 1.0))


def test_rotated_patient_turns_everything():
    turn = acq.rotation_about((1, 1, 0), 30)
    plain = Acquisition(slices=4, tilt=(3, 8), first_position=(0, 0, 0))
    turned = Acquisition(
        slices=4, tilt=(3, 8), first_position=(0, 0, 0), orientation=acq.AXIAL.rotated(turn)
    )
    assert turned.positions == pytest.approx(plain.positions @ turn.T)


# Files


# The header tests carry this mark so that they run under pydicom 2.4 as well.
with_pydicom = pytest.mark.pydicom


def read(truth):
    return [pydicom.dcmread(path) for path in truth.files]


@with_pydicom
def test_series_on_disk_is_what_was_asked_for(tmp_path):
    scene = Scene([Ball((0, 0, 0), 8.0)])
    a = Acquisition(
        rows=40,
        columns=50,
        slices=6,
        pixel_spacing=(0.6, 0.5),
        tilt=(4, 15),
        steps=(1.0, 0.7, 1.1, 2.0, 0.4),
        order="shuffled",
        tilt_tag="present",
        noise=5.0,
        seed=7,
    )
    truth = write_series(scene, a, tmp_path / "series")
    sets = read(truth)
    assert sorted(int(d.InstanceNumber) for d in sets) == list(range(1, 7))
    assert [int(d.InstanceNumber) for d in sets] != list(range(1, 7))
    for k, d in enumerate(sets):
        assert list(map(float, d.ImagePositionPatient)) == pytest.approx(a.positions[k], abs=1e-9)
        row, column, _ = a.axes
        assert list(map(float, d.ImageOrientationPatient)) == pytest.approx([*row, *column])
        assert list(map(float, d.PixelSpacing)) == [0.6, 0.5]
        assert d.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
        values = np.frombuffer(d.PixelData, "<i2").reshape(40, 50).astype(float) - 1024
        assert np.abs(values - a.hounsfield(scene, k)).max() <= 0.5
        assert float(d.GantryDetectorTilt) == pytest.approx(a.tilt_deg, abs=1e-3)
    assert len({d.SOPInstanceUID for d in sets}) == 6
    assert {d.SeriesInstanceUID for d in sets} == {truth.series_uid}
    assert all(u.startswith("2.25.") and len(u) <= 64 for u in truth.instance_uids)


@with_pydicom
def test_same_seed_same_bytes(tmp_path):
    scene = Scene([Ball((0, 0, 0), 4.0)])
    a = Acquisition(rows=16, columns=16, slices=3, noise=10, seed=3)
    one, two = (write_series(scene, a, tmp_path / n) for n in ("one", "two"))
    for left, right in zip(one.files, two.files, strict=True):
        assert left.read_bytes() == right.read_bytes()


@with_pydicom
def test_reversed_order_numbers_from_the_far_end(tmp_path):
    truth = write_series(
        Scene(), Acquisition(rows=4, columns=4, slices=3, order="reversed"), tmp_path
    )
    assert [int(d.InstanceNumber) for d in read(truth)] == [3, 2, 1]
    assert truth.positions[0] == pytest.approx(
        [float(x) for x in read(truth)[0].ImagePositionPatient]
    )


@with_pydicom
def test_rounded_positions_keep_their_digits_and_the_truth(tmp_path):
    a = Acquisition(rows=4, columns=4, slices=20, steps=0.58, position_decimals=1)
    truth = write_series(Scene(), a, tmp_path)
    texts = [d["ImagePositionPatient"].value[2].original_string for d in read(truth)]
    assert all(len(t.split(".")[1]) == 1 for t in texts)
    assert np.diff(truth.positions[:, 2]) == pytest.approx(0.58)
    assert set(np.round(np.diff(truth.written_positions[:, 2]), 6)) == {0.5, 0.6}


@with_pydicom
@pytest.mark.parametrize("signed, padding, raw", [(True, -2000, 63536), (False, 63536, 63536)])
def test_circular_field_is_padded(tmp_path, signed, padding, raw):
    a = Acquisition(
        rows=20, columns=20, slices=2, circular_field=True, padding=padding, signed=signed
    )
    d = read(write_series(Scene(background=-1000.0), a, tmp_path))[0]
    stored = np.frombuffer(d.PixelData, "<u2").reshape(20, 20)
    assert stored[0, 0] == raw and stored[10, 10] == 24
    assert d.PixelPaddingValue == padding and d.PixelRepresentation == int(signed)
    assert (stored == raw).sum() == (~a.field).sum() > 0


@with_pydicom
def test_slope_and_intercept(tmp_path):
    a = Acquisition(rows=8, columns=8, slices=2, slope=0.5, intercept=-1000.0, signed=False)
    d = read(write_series(Scene(background=-12.5), a, tmp_path))[0]
    assert set(np.frombuffer(d.PixelData, "<u2")) == {1975}
    assert a.volume(Scene(background=-12.5)) == pytest.approx(-12.5)


@with_pydicom
@pytest.mark.parametrize("tag, expected", [("absent", None), ("wrong sign", 18.5), (7.0, 7.0)])
def test_tilt_tag_may_lie(tmp_path, tag, expected):
    a = Acquisition(rows=4, columns=4, slices=2, tilt=(0, -18.5), tilt_tag=tag)
    d = read(write_series(Scene(), a, tmp_path))[0]
    assert (None if expected is None else float(d.GantryDetectorTilt)) == expected


@with_pydicom
def test_gaps_duplicates_and_tags_of_single_slices(tmp_path):
    a = Acquisition(
        rows=4,
        columns=4,
        slices=5,
        drop=(2,),
        duplicate=(1,),
        tags={"KVP": None, "SeriesDescription": "other"},
        slice_tags={3: {"AcquisitionNumber": "2", "PixelSpacing": ["2", "2"]}, 4: {"Rows": None}},
    )
    sets = read(write_series(Scene(), a, tmp_path))
    assert len(sets) == 5 and len({d.SOPInstanceUID for d in sets}) == 5
    assert sets[1].ImagePositionPatient == sets[4].ImagePositionPatient
    assert [d.AcquisitionNumber for d in sets] == [1, 1, 2, 1, 1]
    assert [float(d.PixelSpacing[0]) for d in sets] == [0.5, 0.5, 2, 0.5, 0.5]
    assert "Rows" not in sets[3] and "Rows" in sets[4]
    assert all("KVP" not in d and d.SeriesDescription == "other" for d in sets)


@pytest.mark.parametrize(
    "value, decimals, strip, text",
    [
        (1 / 3, None, False, "0.33333333333333"),
        (-1e-17, None, False, "-1e-17"),
        (-0.04, 1, False, "-0.0"),
        (12.5, 2, False, "12.50"),
        (12.5, 2, True, "12.5"),
        (-0.001, 2, True, "0"),
    ],
)
def test_decimal_strings_fit(value, decimals, strip, text):
    assert decimal_string(value, decimals, strip) == text
    assert len(text) <= 16
