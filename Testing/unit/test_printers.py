"""Printers, fits and the checks of what can be printed."""

from __future__ import annotations

import math

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from PrintPrepLib.core.errors import ExportError
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from PrintPrepLib.qa.checks.printability import print_checks
from PrintPrepLib.qa.printers import (
    find_printer,
    fit,
    fit_record,
    fit_records,
    known_printers,
    refitted,
    technologies,
)
from PrintPrepLib.qa.thin_bridges import Bridge, Bridges
from PrintPrepLib.qa.wall_thickness import wall_thickness
from scipy.spatial.transform import Rotation

FILE = {"files": [{"unit": "mm"}], "scale": 1.0}


def fit_box(extents, bed, scale=1.0):
    """A box along the patient's axes, whose smallest box is itself."""
    order = np.argsort(-np.array(extents), kind="stable")
    axes = np.eye(3)[order]
    axes[2] *= np.sign(np.linalg.det(axes))
    return fit(extents, np.array(extents, float)[order], axes, bed, scale)


def checks(**parts):
    return {check.id: check for check in print_checks(FILE | parts)}


def test_the_list_is_sound():
    assert set(technologies()) == {"fdm", "sla", "sls", "polyjet"}
    assert {printer.technology for printer in known_printers()} == set(technologies())
    names = [printer.name for printer in known_printers()]
    assert len(set(names)) == len(names) >= 15
    for printer in known_printers():
        assert len(printer.bed_mm) == 3 and all(80 <= side <= 400 for side in printer.bed_mm)
        assert printer.source.startswith("https://")
        assert 0.5 <= printer.smallest_wall_mm <= 1.2


def test_a_printer_by_name():
    assert find_printer(" prusa mk4 ").bed_mm == (250, 210, 220)
    assert find_printer("UltiMaker S5 and S7").smallest_wall_mm == 1.2


@pytest.mark.parametrize(
    "text", ["250×210×220", "250 x 210 x 220 mm", "250X210*220", "250 210 220", " 250,0×210×220 mm"]
)
def test_a_printer_by_its_size(text):
    printer = find_printer(text)
    assert printer.bed_mm == (250, 210, 220)
    assert printer.name == "250 × 210 × 220 mm"
    assert printer.technology is printer.smallest_wall_mm is printer.source is None


@pytest.mark.parametrize(
    "text", ["", "Prusa", "250×210", "250×210×0", "250×-1×2", "nan×1×1", "1×2×3×4"]
)
def test_no_printer(text):
    with pytest.raises(ExportError) as caught:
        find_printer(text)
    assert str(caught.value) == (
        f"there is no printer {text!r}. "
        "Choose one of the list, or give its build volume in mm, such as 250×210×220."
    )


def test_as_it_lies():
    found = fit_box((100, 80, 60), (200, 150, 70))
    assert found.fits and found.orientation == "as it lies"
    assert np.array_equal(found.matrix, np.eye(3))
    assert found.size_mm == (100, 80, 60) and found.margin_mm == 10
    assert found.largest_scale == pytest.approx(70 / 60)


def test_turned_by_a_quarter():
    found = fit_box((80, 190, 60), (200, 150, 70))
    assert found.fits and found.orientation == "turned by 90° about the vertical"
    assert found.matrix @ (0, 0, 1) == pytest.approx((0, 0, 1))
    assert found.size_mm == pytest.approx((190, 80, 60))


def test_tipped_over():
    found = fit_box((50, 100, 190), (100, 200, 60))
    assert found.fits
    assert found.orientation == (
        "tipped over so that its left–right direction stands upright and its front–back "
        "direction runs along the bed's short side"
    )
    assert found.matrix @ (1, 0, 0) == pytest.approx((0, 0, 1))
    assert found.size_mm == pytest.approx((100, 190, 50))


def test_across_the_bed():
    found = fit_box((230, 20, 60), (200, 200, 70))
    assert found.fits
    assert found.orientation == "turned by 45° about the vertical, across the bed"
    side = (230 + 20) / math.sqrt(2)
    assert found.size_mm == pytest.approx((side, side, 60))
    assert found.margin_mm == pytest.approx(min(200 - side, 10))


def test_freely_turned():
    """A rod that lies askew in the patient: its own box is small, the one along x, y, z is not."""
    rod = trimesh.creation.box((240, 30, 30))
    turn = Rotation.from_euler("zyx", (35, 35, 20), degrees=True).as_matrix()
    corners = rod.vertices @ turn.T
    found = fit(np.ptp(corners, axis=0), (240, 30, 30), turn.T, (250, 40, 40))
    assert found.fits
    assert found.orientation == (
        "turned so that the shortest edge of its smallest box stands upright and the longest "
        "runs along the bed's long side"
    )
    assert np.ptp(corners @ found.matrix.T, axis=0) == pytest.approx((240, 30, 30))


def test_too_long():
    found = fit_box((300, 20, 20), (200, 100, 70))
    assert not found.fits
    # Across the bed both sides bind: 200 = s (300 c + 20 s'), 100 = s (300 s' + 20 c).
    assert found.largest_scale < 1 and found.margin_mm < 0
    assert min(np.array((200, 100, 70)) - found.size_mm) == pytest.approx(found.margin_mm)
    again = fit_box((300, 20, 20), (200, 100, 70), found.largest_scale * 0.999)
    assert again.fits and again.margin_mm >= 0


def test_exactly_as_large_as_the_bed():
    assert fit_box((200, 150, 70), (200, 150, 70)).fits
    assert not fit_box((200.01, 150, 70), (200, 150, 70)).fits


def test_scale_counts():
    assert fit_box((100, 100, 100), (60, 60, 60), 0.5).size_mm == (50, 50, 50)
    assert not fit_box((50, 50, 50), (60, 60, 60), 2.0).fits
    assert fit_box((50, 50, 50), (60, 60, 60), 2.0).largest_scale == pytest.approx(1.2)


SIDES = st.floats(5, 300)


@settings(max_examples=60, deadline=None)
@given(st.tuples(SIDES, SIDES, SIDES), st.tuples(SIDES, SIDES, SIDES))
def test_the_largest_scale_against_every_angle(box, bed):
    angles = np.radians(np.arange(0, 90.01, 0.05))
    best = 0.0
    for a, b, c in ((0, 1, 2), (0, 2, 1), (1, 2, 0)):
        along = box[a] * np.cos(angles) + box[b] * np.sin(angles)
        across = box[a] * np.sin(angles) + box[b] * np.cos(angles)
        flat = np.minimum(bed[0] / along, bed[1] / across).max()
        best = max(best, min(flat, bed[2] / box[c]))
    found = fit_box(box, bed)
    assert best * (1 - 1e-9) <= found.largest_scale <= best * 1.01
    assert found.fits == (found.largest_scale >= 1 - 1e-9)


@settings(max_examples=40, deadline=None)
@given(st.tuples(SIDES, SIDES, SIDES), st.tuples(SIDES, SIDES, SIDES))
def test_the_matrix_turns_the_box_to_its_size(box, bed):
    found = fit_box(box, bed)
    assert np.linalg.det(found.matrix) == pytest.approx(1)
    corners = trimesh.creation.box(box).vertices @ found.matrix.T
    assert np.ptp(corners, axis=0) == pytest.approx(found.size_mm)


def test_records_are_plain():
    printer = find_printer("200×150×70")
    record = fit_record(printer, fit_box((80, 190, 60), printer.bed_mm))
    assert record["name"] == "200 × 150 × 70 mm" and record["bed_mm"] == [200, 150, 70]
    assert record["fits"] is True and record["margin_mm"] == pytest.approx(10)
    assert np.shape(record["matrix"]) == (3, 3) and isinstance(record["matrix"][0][0], float)
    listed = fit_records(known_printers(), (80, 190, 60), (190, 80, 60), np.eye(3)[[1, 0, 2]])
    assert [entry["name"] for entry in listed] == [item.name for item in known_printers()]


def test_checks_of_an_old_record():
    assert print_checks(FILE) == []


def walls_of(thickness: float, fin: float | None = None) -> dict:
    parts = [trimesh.creation.box((40, 40, thickness))]
    if fin is not None:
        parts.append(trimesh.creation.box((1, 1, fin)))
        parts[1].apply_translation((0, 0, 30))
    whole = trimesh.util.concatenate(parts)
    mesh = TriangleMesh(whole.vertices, np.asarray(whole.faces))
    return wall_thickness(mesh, samples=5000).as_record()


def test_thick_walls_pass():
    check = checks(wall_thickness=walls_of(3))["wall_thickness"]
    assert (check.status, check.limit, check.unit) == ("pass", 1.0, "mm")
    assert check.measured == pytest.approx(3)
    assert check.message.startswith(
        "Walls are as thick as the printer needs (1.00 mm): the thinnest place found has 3.00 mm"
    )


def test_thin_walls_warn():
    check = checks(wall_thickness=walls_of(0.8))["wall_thickness"]
    assert check.status == "warn" and check.measured == pytest.approx(0.8)
    assert "walls of 0.80 mm and less, where the printer needs 1.00 mm" in check.message


def test_a_small_thin_place_is_told():
    check = checks(wall_thickness=walls_of(3, fin=0.5))["wall_thickness"]
    assert check.status == "info" and check.measured == pytest.approx(3)
    assert "0.50 mm, at (" in check.message and ", 30." in check.message.replace("29.8", "30.")


def test_walls_that_could_not_be_measured():
    sheet = TriangleMesh(np.eye(3), np.array([(0, 1, 2)]))
    check = checks(wall_thickness=wall_thickness(sheet, 9).as_record())["wall_thickness"]
    assert check.status == "info" and check.measured is None
    assert check.message == "The walls could not be measured: no two surfaces face each other."


def test_walls_shrink_with_the_scale():
    model = FILE | {"scale": 0.5, "wall_thickness": walls_of(1.5)}
    (check,) = print_checks(model)
    assert check.status == "warn" and check.measured == pytest.approx(0.75)
    # Metres instead of millimetres are the same size.
    model = {"files": [{"unit": "m"}], "scale": 0.001, "wall_thickness": walls_of(1.5)}
    assert print_checks(model)[0].status == "pass"


def test_bridges_warn_and_twins_pass():
    bridge = Bridge((1.0, 2.0, 3.0), 0.75, 1500.0)
    found = Bridges(1.0, 20.0, (bridge,))
    check = checks(bridges=found.as_record())["bridges"]
    assert (check.status, check.measured, check.limit) == ("warn", 1, 0)
    assert check.message == (
        "1 part hangs on the rest only by necks thinner than 1.00 mm, the largest part "
        "(1.5 cm³) by about 0.8 mm at (1.0, 2.0, 3.0) mm LPS: they may break off in printing or "
        "cleaning."
    )
    check = checks(bridges=Bridges(1.0, 20.0, ()).as_record())["bridges"]
    assert (check.status, check.measured) == ("pass", 0)
    assert check.message == "No part hangs on the rest by a neck thinner than 1.00 mm alone."


def test_a_chosen_printer():
    printer = find_printer("200×150×70")
    check = checks(printer=fit_record(printer, fit_box((100, 80, 60), printer.bed_mm)))
    check = check["printer_fit"]
    assert (check.status, check.measured, check.limit, check.unit) == ("pass", 10, 0, "mm")
    assert check.message == (
        "The model fits on a bed of 200 × 150 × 70 mm as it lies, with 10.0 mm to spare; "
        "supports and brim need room as well."
    )


def test_a_printer_that_is_too_small_suggests_no_scale_without_its_price():
    printer = find_printer("Prusa MINI+")
    record = fit_record(printer, fit_box((200, 200, 200), printer.bed_mm))
    check = checks(printer=record)["printer_fit"]
    assert check.status == "warn" and check.measured == pytest.approx(-20)
    assert check.message == (
        "The model does not fit on Prusa MINI+ (180 × 180 × 180 mm): as it lies it is 20.0 mm "
        "too long. Print it in parts or on a larger printer. It would fit at a scale of 0.9, "
        "but then it is not true to life."
    )


def test_without_a_choice_all_that_fit_are_named():
    records = fit_records(
        [find_printer("Prusa XL"), find_printer("Prusa MINI+")],
        (200, 200, 200),
        (200, 200, 200),
        np.eye(3),
    )
    check = checks(printers=records)["printer_fit"]
    assert (check.status, check.measured) == ("info", 1)
    assert check.message == "No printer is chosen. The model fits on 1 of 2: Prusa XL."
    check = checks(printers=[record for record in records if not record["fits"]])["printer_fit"]
    assert check.status == "info" and check.measured == 0
    assert "fits on none of the 1 known ones" in check.message


def test_another_scale_is_fitted_again():
    record = {
        "extents_mm": [100.0, 100.0, 100.0],
        "oriented_extents_mm": [100.0, 100.0, 100.0],
        "oriented_axes": np.eye(3).tolist(),
        "scale": 2.0,
        "files": [{"unit": "mm"}],
    }
    small = fit_record(
        find_printer("150x150x150"), fit([100.0] * 3, [100.0] * 3, np.eye(3), [150.0] * 3)
    )
    assert small["fits"]
    again = refitted({**record, "printer": small})
    assert not again["printer"]["fits"] and "printers" not in again
    assert again["printer"]["margin_mm"] == pytest.approx(-50)
    listed = refitted({**record, "scale": 1.0, "printers": [small, small]})
    assert [entry["fits"] for entry in listed["printers"]] == [True, True]
    assert refitted({"scale": 1.0, "files": []}) == {}
