"""Calibrations that are kept, matched to a scanner, and judged."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from PrintPrepLib.calibration.object_fit import AxisScale, ObjectFit
from PrintPrepLib.calibration.scale import axis_scales, scale_from_centers
from PrintPrepLib.calibration.store import (
    add_calibration,
    calibration_entry,
    latest_for,
    load_calibrations,
)
from PrintPrepLib.core.errors import CalibrationError, ExportError
from PrintPrepLib.qa.checks.calibration import calibration_checks, print_check, printed_checks

SOURCE = {
    "scanner_id": "a" * 16,
    "manufacturer": "Maker",
    "scanner_model": "One",
    "series_id": "s1",
    "kernel": "B30",
}
NOW = datetime(2024, 6, 1, tzinfo=timezone.utc)


def ball(center=(0.0, 0.0, 0.0), scale=1.0, uncertainty=0.0004) -> ObjectFit:
    one = AxisScale(scale, uncertainty)
    return ObjectFit(
        kind="ball",
        nominal_mm=(30.0,),
        measured_mm=(30.0 * scale,),
        uncertainty_mm=(0.01,),
        center_mm=tuple(map(float, center)),
        center_covariance_mm2=tuple(map(tuple, (1e-6 * np.eye(3)).tolist())),
        blur_mm=(0.5, 0.6),
        object_value=1000.0,
        background_value=-1000.0,
        residual=20.0,
        noise=20.0,
        left_out=0.0,
        points=12000,
        scale={"x": one, "y": one, "z": one},
    )


def entry(source=SOURCE, when=NOW, **more):
    return calibration_entry(source, [ball(**more)], created=when)


# Distances


def test_two_balls_give_the_scale_along_their_line():
    found = scale_from_centers([ball((0, 0, 0)), ball((0, 0, 101))], np.diag([0, 0, 100])[1:])
    assert found.lines[0].scale == pytest.approx(1.01)
    assert found.axes["x"] is None and found.axes["y"] is None and found.shear is None
    assert found.axes["z"].scale == pytest.approx(1.01)
    assert found.axes["z"].uncertainty == pytest.approx(5.7e-5, rel=0.01)


def test_a_line_near_an_axis_tells_of_it_and_one_between_axes_of_none():
    near, between = ([100.0, 8.0, 0.0], [80.0, 60.0, 0.0])
    found = scale_from_centers(
        [ball(), ball(np.multiply(near, 1.01))], np.array([[0, 0, 0], near])
    ).axes
    assert found["x"].scale == pytest.approx(1.01, abs=1e-4) and found["y"] is None
    found = scale_from_centers([ball(), ball(between)], np.array([[0, 0, 0], between])).axes
    assert found == {"x": None, "y": None, "z": None}


def test_four_balls_give_scale_and_shear_in_any_frame():
    known = np.array([[0, 0, 0], [90, 5, 0], [10, 80, 3], [-4, 7, 70], [50, 50, 50]], float)
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))[0]
    stretch = np.array([[1.002, 0.0005, 0], [0.0005, 0.999, 0.001], [0, 0.001, 1.01]])
    seen = known @ turn.T @ stretch + [5, 6, 7]
    found = scale_from_centers([ball(center) for center in seen], known)
    assert [found.axes[a].scale for a in "xyz"] == pytest.approx(np.diag(stretch), abs=1e-6)
    assert [found.shear[a].scale for a in ("xy", "xz", "yz")] == pytest.approx(
        [0.001, 0.0, 0.002], abs=1e-6
    )
    assert len(found.lines) == 10


def test_the_uncertainty_of_the_stretch_is_that_of_repeated_measurements():
    known = np.array([[0, 0, 0], [90, 5, 0], [10, 80, 3], [-4, 7, 70]], float)
    random = np.random.default_rng(1)
    scales = []
    for _ in range(300):
        seen = known + 0.01 * random.standard_normal(known.shape)
        scales.append(scale_from_centers([ball(place) for place in seen], known).axes["z"].scale)
    loose = [
        ObjectFit(**{**vars(ball(p)), "center_covariance_mm2": (1e-4 * np.eye(3)).tolist()})
        for p in known
    ]
    stated = scale_from_centers(loose, known).axes["z"].uncertainty
    assert 1.96 * np.std(scales) < 1.1 * stated < 4 * np.std(scales)


def test_objects_in_one_plane_do_not_make_up_the_third_axis():
    known = np.array([[0, 0, 0], [90, 5, 0], [10, 80, 0], [70, 75, 0]], float)
    found = scale_from_centers([ball(place) for place in known], known)
    assert found.shear is None and found.axes["z"] is None
    assert found.axes["x"].scale == pytest.approx(1.0)


def test_distances_need_two_places():
    with pytest.raises(CalibrationError, match="two objects or more"):
        scale_from_centers([ball()], np.zeros((1, 3)))
    with pytest.raises(CalibrationError, match="share their place"):
        scale_from_centers([ball(), ball()], np.array([[0, 0, 0], [10, 0, 0]]))


def test_lengths_at_45_degrees_tell_nothing_of_either_axis():
    half = np.sqrt(0.5)
    directions = np.array([[half, half, 0], [half, -half, 0], [0, 0, 1]])
    found = axis_scales(directions, np.array([1.0, 1.0, 1.01]), np.full(3, 1e-3))
    assert found["x"] is None and found["y"] is None
    assert found["z"].scale == pytest.approx(1.01)
    assert found["z"].uncertainty == pytest.approx(1e-3, rel=0.01)


# The store


def test_a_store_grows_and_replaces_only_the_same_measurement(tmp_path):
    path = tmp_path / "store.json"
    add_calibration(path, entry())
    add_calibration(path, entry({**SOURCE, "series_id": "s2"}))
    add_calibration(path, entry({**SOURCE, "scanner_id": "b" * 16}))
    add_calibration(path, entry(when=NOW + timedelta(days=1), scale=1.001))
    entries = load_calibrations(path)
    assert len(entries) == 3
    assert entries[-1]["scale"]["x"]["scale"] == 1.001
    assert json.loads(path.read_text())["schema"] == "printprep-calibrations/1"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{ broken", "it is no JSON"),
        ("[]", "no file of calibrations"),
        ('{"schema": "printprep-calibrations/1"}', "an entry is not complete"),
        ('{"schema": "printprep-calibrations/1", "calibrations": [{"id": 1}]}', "not complete"),
    ],
)
def test_a_damaged_store_is_told_and_left_alone(tmp_path, text, problem):
    path = tmp_path / "store.json"
    path.write_text(text)
    with pytest.raises(CalibrationError, match=problem) as caught:
        add_calibration(path, entry())
    assert caught.value.file == str(path) and "it was not changed" in str(caught.value)
    assert path.read_text() == text
    assert list(tmp_path.iterdir()) == [path]


def test_entries_with_impossible_figures_are_damage(tmp_path):
    path = tmp_path / "store.json"
    for scale, created in ((0.0, NOW.isoformat()), (None, NOW.isoformat()), (1.0, "yesterday")):
        bad = entry() | {"created": created, "scale": {"x": {"scale": scale, "uncertainty": 0.1}}}
        text = json.dumps({"schema": "printprep-calibrations/1", "calibrations": [bad]})
        path.write_text(text)
        with pytest.raises(CalibrationError, match="not complete"):
            load_calibrations(path)


def test_a_store_that_is_missing_or_in_no_folder(tmp_path):
    with pytest.raises(CalibrationError, match="cannot be read"):
        load_calibrations(tmp_path / "none.json")
    with pytest.raises(ExportError, match="no such folder"):
        add_calibration(tmp_path / "none" / "store.json", entry())


def test_a_scanner_without_a_serial_number_keeps_nothing(tmp_path):
    path = tmp_path / "store.json"
    with pytest.raises(CalibrationError, match="which scanner"):
        add_calibration(path, entry({**SOURCE, "scanner_id": None}))
    assert not path.exists()


def test_the_newest_calibration_of_the_scanner_is_taken():
    store = [
        entry(when=NOW - timedelta(days=5), scale=1.002),
        entry({**SOURCE, "series_id": "s2"}, when=NOW - timedelta(days=90), scale=1.005),
        entry({**SOURCE, "scanner_id": "b" * 16}, when=NOW),
    ]
    part = latest_for(SOURCE, store, NOW)
    assert part["known"] and part["of_this_scanner"] == 2
    assert part["scale"]["x"]["scale"] == 1.002 and part["age_days"] == pytest.approx(5)
    assert json.loads(json.dumps(part)) == json.loads(json.dumps(part, allow_nan=False))
    assert latest_for({"scanner_id": "c" * 16}, store, NOW)["known"] is False
    assert (
        latest_for({"scanner_id": None}, [entry({**SOURCE, "scanner_id": None})])["known"] is False
    )


# The checks


def judged(extent=200.0, age=5, **more) -> dict[str, object]:
    part = latest_for(SOURCE, [entry(when=NOW - timedelta(days=age), **more)], NOW)
    return {check.id: check for check in calibration_checks(SOURCE, part, extent)}


@pytest.mark.parametrize(
    ("scale", "extent", "status"),
    [
        (1.001, 200.0, "pass"),
        (0.9985, 200.0, "warn"),
        (1.0015, 100.0, "pass"),
        (1.0055, 200.0, "fail"),
        (0.9945, 200.0, "fail"),
        (1.0052, 200.0, "warn"),  # within its uncertainty of the bound
    ],
)
def test_the_scale_is_judged_over_the_model(scale, extent, status):
    check = judged(extent, scale=scale)["calibration"]
    assert check.status == status
    assert check.measured == pytest.approx(abs(scale - 1) * extent)
    assert "not rescaled" in check.message


def test_a_calibration_that_is_too_rough_does_not_pass():
    check = judged(uncertainty=0.002)["calibration"]
    assert check.status == "warn" and "not known well enough" in check.message


def test_an_axis_that_was_not_checked_is_named():
    part = latest_for(SOURCE, [entry()], NOW)
    part["scale"] = {**part["scale"], "z": None}
    check = calibration_checks(SOURCE, part)[0]
    assert check.status == "warn"
    assert "The scale foot to head was not checked." in check.message
    part["scale"] = dict.fromkeys("xyz")
    assert calibration_checks(SOURCE, part)[0].status == "warn"


def test_age_warns_after_a_year():
    assert judged(age=300)["calibration_age"].status == "pass"
    old = judged(age=400)["calibration_age"]
    assert old.status == "warn" and old.measured == pytest.approx(400)


def test_no_calibration_is_said():
    for part in (None, {}, latest_for(SOURCE, [])):
        (check,) = calibration_checks(SOURCE, part)
        assert (check.id, check.status, check.measured) == ("calibration", "info", None)
        assert "never checked" in check.message
    (check,) = calibration_checks({"scanner_id": None}, None)
    assert "does not say which scanner" in check.message


def test_a_part_of_an_older_record_gives_what_it_can():
    assert calibration_checks(SOURCE, {"known": True}) == []


# The print


def test_caliper_readings_close_the_chain():
    part = print_check(30.0, 29.98, [30.05, 30.07, 30.06, 30.06], 0.01)
    assert part["mean_mm"] == pytest.approx(30.06)
    assert part["standard_deviation_mm"] == pytest.approx(0.00816497)
    # t(3) = 3.1824; a digit of 0.01 mm adds 0.0057 mm.
    assert part["uncertainty_mm"] == pytest.approx(
        np.hypot(3.18245 * 0.00816497 / 2, 1.96 * 0.01 / np.sqrt(12)), rel=1e-4
    )
    assert part["ratio_to_file"] == pytest.approx(30.06 / 29.98)
    assert part["ratio_to_nominal"] == pytest.approx(30.06 / 30)
    (check,) = printed_checks(part)
    assert (check.id, check.status) == ("printed_size", "pass")
    assert check.measured == pytest.approx(0.08)


@pytest.mark.parametrize(
    ("readings", "status"),
    [([30.2], "pass"), ([30.4], "warn"), ([29.4], "fail"), ([29.7, 30.3], "warn")],
)
def test_the_printed_size_is_judged(readings, status):
    part = print_check(30.0, 30.0, readings)
    assert printed_checks(part)[0].status == status
    assert (part["standard_deviation_mm"] is None) == (len(readings) == 1)


def test_impossible_readings_are_refused():
    for readings in ([], [0.0], [float("nan")], [-3.0]):
        with pytest.raises(CalibrationError, match="cannot be used"):
            print_check(30.0, 30.0, readings)
    assert printed_checks(None) == printed_checks({}) == []
