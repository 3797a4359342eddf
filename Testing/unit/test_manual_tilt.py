"""A tilt that the orientation has lost, put back on purpose: a ball is a ball again."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from phantoms.acquisition import AXIAL, AXIAL_PRONE, CORONAL, FEET_FIRST, Acquisition
from phantoms.analytic import Ball, Scene, half_contrast_radius
from phantoms.dicom import write_series
from phantoms.measure import fit_sphere
from PrintPrepLib import cli
from PrintPrepLib.core.errors import GeometryError
from PrintPrepLib.geometry.analysis import analyse
from PrintPrepLib.geometry.manual import apply_tilt, assumed_tilt
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.surface.grey_values import grey_value_surface
from PrintPrepLib.volume.regularize import load_stack

BALL = Ball((1.0, -2.0, 3.0), 12.0, 2000.0)
SCENE = Scene((BALL,), -1000.0, 0.5)
RADIUS = half_contrast_radius(BALL.radius, SCENE.sigma)


def lost(folder, tilt=18.5, orientation=AXIAL, scene=SCENE, tags=None, **options):
    """A tilted series whose orientation was replaced by that of straight slices."""
    taken = Acquisition(
        **{"rows": 64, "columns": 60, "slices": 50, "pixel_spacing": (0.5, 0.5)} | options,
        center=(1.2, -1.7, 3.3),
        steps=0.6,
        tilt=(0.0, tilt),
        orientation=orientation,
        tags={"ImageOrientationPatient": [*orientation.row, *orientation.column], **(tags or {})},
    )
    truth = write_series(scene, taken, folder)
    return read_series([folder]).series[0].stacks[0], truth


def small(folder, **options):
    stack, _ = lost(folder, rows=8, columns=8, slices=6, scene=Scene(), **options)
    return stack


def upwards(truth) -> float:
    """The tilt in degrees, plus where the upper edge leans along the straight normal."""
    return float(np.degrees(np.arcsin(-truth.column @ truth.acquisition.orientation.normal)))


def radial(stack) -> np.ndarray:
    volume = load_stack(stack)
    mesh = grey_value_surface(
        volume.voxels, volume.voxels >= 0, volume.ijk_to_lps, 0.0, None, volume.acquired_field
    )
    center, _ = fit_sphere(mesh.points)
    return np.linalg.norm(mesh.points - center, axis=1) - RADIUS


@pytest.mark.parametrize("tilt", [18.5, -18.5])
def test_the_right_tilt_makes_a_ball_of_it_again(tmp_path, tilt):
    stack, truth = lost(tmp_path, tilt)
    right = apply_tilt(stack, upwards(truth))
    assert np.abs(radial(right)).max() < 0.02
    assert np.abs(radial(stack)).max() > 1.5
    assert np.abs(radial(apply_tilt(stack, -upwards(truth)))).max() > 3.0


@pytest.mark.parametrize("orientation", [AXIAL, AXIAL_PRONE, FEET_FIRST])
@pytest.mark.parametrize("tilt", [12.0, -24.0])
def test_orientation_and_steps_are_those_of_the_scan(tmp_path, orientation, tilt):
    stack, truth = lost(tmp_path, tilt, orientation, Scene(), rows=8, columns=8, slices=6)
    again = apply_tilt(stack, upwards(truth))
    for item in again.slices:
        np.testing.assert_allclose(item.row_direction, truth.row, atol=1e-9)
        np.testing.assert_allclose(item.column_direction, truth.column, atol=1e-9)
    geometry = analyse(again)
    assert geometry.tilt_deg == pytest.approx(abs(tilt), abs=1e-4)
    assert geometry.step == pytest.approx(0.6, abs=1e-6)
    assert [item.path for item in again.slices] == [item.path for item in stack.slices]


def test_the_header_s_tilt_is_taken_where_no_other_is_given(tmp_path):
    stack = small(tmp_path, tags={"GantryDetectorTilt": "-7.5"})
    assert apply_tilt(stack).applied_tilt_deg == -7.5
    philips = replace(stack, info=replace(stack.info, manufacturer="Philips"))
    assert apply_tilt(philips).applied_tilt_deg == 7.5
    assert apply_tilt(philips, -3).applied_tilt_deg == -3.0


@pytest.mark.parametrize("name", ["ct_ge_tilted_variable_spacing", "ct_skull_phantom_tilt_minus18"])
def test_the_assumed_sign_is_right_for_both_vendors_at_hand(real_data, name):
    stack = read_series([real_data(name)]).series[0].stacks[0]
    straight = tuple(replace(item, column_direction=(0.0, 1.0, 0.0)) for item in stack.slices)
    again = apply_tilt(replace(stack, slices=straight))
    assert again.applied_tilt_deg == 18.5
    for there, here in zip(again.slices, stack.slices, strict=True):
        np.testing.assert_allclose(there.column_direction, here.column_direction, atol=1e-6)
        assert there.position == here.position


def test_the_finding_says_which_edge_leans_where(tmp_path):
    stack = small(tmp_path / "a", tags={"GantryDetectorTilt": "18.5"})
    assert "tilt_tag" in {item.id for item in analyse(stack).findings}
    (found,) = [f for f in analyse(apply_tilt(stack)).findings if f.id == "applied_tilt"]
    assert found.status == "warn" and found.measured == 18.5 and found.unit == "°"
    assert found.message.startswith(
        "A gantry tilt of +18.5° was applied on purpose, so that the front edge of every image "
        "leans towards the head."
    )
    assert "tilt_tag" not in {f.id for f in analyse(apply_tilt(stack)).findings}
    prone = small(tmp_path / "b", orientation=AXIAL_PRONE)
    (found,) = [f for f in analyse(apply_tilt(prone, -5)).findings if f.id == "applied_tilt"]
    assert "the back edge of every image leans towards the feet" in found.message
    feet = small(tmp_path / "c", orientation=FEET_FIRST)
    (found,) = [f for f in analyse(apply_tilt(feet, 5)).findings if f.id == "applied_tilt"]
    assert "the front edge of every image leans towards the feet" in found.message


def test_what_cannot_have_lost_a_tilt_is_left_alone(tmp_path):
    stack = small(tmp_path / "a")
    assert assumed_tilt(stack.info) is None
    with pytest.raises(GeometryError, match="the header states no gantry tilt"):
        apply_tilt(stack)
    for impossible in (0.0, 45.5, -90.0, float("nan")):
        with pytest.raises(GeometryError, match="is impossible"):
            apply_tilt(stack, impossible)
    coronal = small(tmp_path / "b", orientation=CORONAL)
    with pytest.raises(GeometryError, match="these slices are not axial"):
        apply_tilt(coronal, 10)
    folder = tmp_path / "c"
    write_series(Scene(), Acquisition(rows=8, columns=8, slices=6, tilt=(0.0, 10.0)), folder)
    tilted = read_series([folder]).series[0].stacks[0]
    with pytest.raises(GeometryError, match="themselves, so none was lost"):
        apply_tilt(tilted, 10)


@pytest.mark.pydicom
@pytest.mark.parametrize(("option", "applied"), [((), 18.5), (("-5",), -5.0)])
def test_a_run_says_what_was_applied(tmp_path, capsys, option, applied):
    source, out = tmp_path / "source", tmp_path / "out"
    _, truth = lost(source, -18.5, tags={"GantryDetectorTilt": "18.5"})
    assert upwards(truth) == pytest.approx(18.5)
    arguments = ["run", str(source), "--out", str(out), "--apply-tilt", *option, "--json"]
    assert cli.main([*arguments, "--threshold", "0", "--spacing", "1"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["source"]["applied_tilt_deg"] == applied
    assert record["source"]["tilt_deg"] == pytest.approx(abs(applied), abs=1e-4)
    (check,) = [item for item in record["checks"] if item["id"] == "applied_tilt"]
    assert check["status"] == "warn" and check["measured"] == applied
    size = np.array(record["model"]["extents_mm"])
    round_again = float(np.abs(size - 2 * RADIUS).max()) < 0.2
    assert round_again == (applied == 18.5)
    assert cli.main(["verify", str(out), "--source", str(source), "--json"]) == 0
    items = {item["id"]: item["outcome"] for item in json.loads(capsys.readouterr().out)["items"]}
    assert items["source"] == "unchanged"
