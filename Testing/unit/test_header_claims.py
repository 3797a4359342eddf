"""What headers claim beside positions: told with its effect on a print, silent where it is true."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from phantoms.acquisition import AXIAL, Acquisition, rotation_about
from phantoms.analytic import Scene
from phantoms.dicom import write_series
from PrintPrepLib.core import phrases
from PrintPrepLib.core.findings import from_entry
from PrintPrepLib.geometry.analysis import analyse
from PrintPrepLib.geometry.header_claims import names_tilt
from PrintPrepLib.geometry.source_record import source_record
from PrintPrepLib.qa.checks.source import source_checks
from PrintPrepLib.series.reader import read_series

pytestmark = pytest.mark.pydicom

CLAIMS = {"tilt_tag", "spacing_tag", "thickness_tag", "slice_location", "pixel_spacing_tag"}


def claims(folder, tags=None, **options):
    """The findings about claims of a series of 21 slices, 0.8 mm apart, by their id."""
    options = {"slices": 21, "steps": 0.8} | options
    write_series(Scene(), Acquisition(rows=6, columns=6, tags=tags or {}, **options), folder)
    (stack,) = read_series([folder]).series[0].stacks
    return {item.id: item for item in analyse(stack).findings if item.id in CLAIMS}


def located(values) -> dict:
    return {index: {"SliceLocation": f"{value:.3f}"} for index, value in enumerate(values)}


TRUE = {"SpacingBetweenSlices": "0.8", "SliceThickness": "0.8", "ImagerPixelSpacing": [0.5, 0.5]}
Z = -8.0 + 0.8 * np.arange(21)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"position_decimals": 1, "steps": 0.58, "tags": {"SpacingBetweenSlices": "0.58"}},
        {"orientation": AXIAL.rotated(rotation_about((1, 2, 3), 25))},
        {"order": "reversed"},
        {"slice_tags": located(-Z + 500)},
        {"slice_tags": located(np.zeros(21))},
        {"slice_tags": located(np.round(Z, 1))},
        {"slice_tags": {3: {"SliceLocation": None}}},
        {"tags": {"SpacingBetweenSlices": "0", "SliceThickness": "0"}},
        {"tags": {"SpacingBetweenSlices": "", "SliceThickness": "", "ImagerPixelSpacing": None}},
        {"tilt_tag": 0.05},
    ],
)
def test_what_is_true_or_says_nothing_makes_no_finding(tmp_path, options):
    tags = TRUE | options.pop("tags", {})
    if "steps" in options:
        tags["SliceThickness"] = "0.58"
    assert claims(tmp_path, tags, **options) == {}


def test_a_spacing_that_is_wrong(tmp_path):
    found = claims(tmp_path, TRUE | {"SpacingBetweenSlices": "0.824"})["spacing_tag"]
    assert (found.status, found.unit) == ("warn", "%")
    assert found.measured == pytest.approx(3.0, abs=1e-6)
    assert found.message == (
        "SpacingBetweenSlices states 0.824 mm, the slices stand 0.800 mm apart on average; the "
        "positions are used. A program that trusts the tag makes the model 3.0 % too tall."
    )


@pytest.mark.parametrize(("stated", "severity"), [("0.8035", "info"), ("0.7955", "warn")])
def test_half_a_percent_decides_about_the_warning(tmp_path, stated, severity):
    found = claims(tmp_path, TRUE | {"SpacingBetweenSlices": stated}, slices=61)["spacing_tag"]
    assert found.status == severity
    assert found.measured == pytest.approx(100 * (float(stated) / 0.8 - 1), abs=1e-4)


def test_a_negative_spacing_may_mirror_the_model(tmp_path):
    found = claims(tmp_path, TRUE | {"SpacingBetweenSlices": "-0.8"})["spacing_tag"]
    assert found.status == "warn" and found.measured == 0
    assert found.message.endswith("takes the minus for a direction mirrors the model.")


def test_what_a_scene_keeps_of_a_finding_is_translated_again(tmp_path, monkeypatch):
    """Several sentences, with words in them that are translated for themselves."""
    found = claims(tmp_path, TRUE | {"SpacingBetweenSlices": "-0.9"})["spacing_tag"]
    read = from_entry(json.loads(json.dumps(found.as_entry())))
    assert read.message == found.message and found.message.endswith("mirrors the model.")
    monkeypatch.setitem(phrases._sentences, "{percent:.1f} % too tall", "{percent:.1f} % zu hoch")
    assert "makes the model 12.5 % zu hoch. A program" in read.said == found.said
    older = {"id": "a", "severity": "warn", "message": "100 % {of} it", "value": 1, "unit": None}
    assert from_entry(older).said == "100 % {of} it"


def test_the_spacing_of_the_table_is_a_curiosity_of_tilted_series(tmp_path):
    tags = TRUE | {"SpacingBetweenSlices": f"{0.8 / np.cos(np.radians(20)):.6f}"}
    found = claims(tmp_path, tags, tilt=(0.0, 20.0), tilt_tag="present")
    assert set(found) == {"spacing_tag"}
    assert found["spacing_tag"].status == "info"
    expected = 100 * (1 / np.cos(np.radians(20)) - 1)
    assert found["spacing_tag"].measured == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("thickness", "severity", "told"),
    [
        ("1.2", "info", "so they overlap by up to 0.40 mm"),
        ("0.5", "warn", "so they leave up to 0.30 mm unscanned"),
    ],
)
def test_a_thickness_that_is_not_the_distance(tmp_path, thickness, severity, told):
    found = claims(tmp_path, TRUE | {"SliceThickness": thickness})["thickness_tag"]
    assert found.status == severity and told in found.message
    assert found.measured == pytest.approx(100 * (float(thickness) / 0.8 - 1), abs=1e-6)
    tall = "50.0 % too tall" if severity == "info" else "37.5 % too short"
    assert found.message.endswith(f"takes the thickness for it makes the model {tall}.")


def test_thickness_may_change_with_the_steps(tmp_path):
    steps, halves = (1.0,) * 10 + (3.0,) + (5.0,) * 10, {}
    for index in range(22):
        halves[index] = {"SliceThickness": "1" if index <= 10 else "5"}
    assert claims(tmp_path, TRUE | {"SpacingBetweenSlices": ""}, slices=22, steps=steps,
                  slice_tags=halves) == {}  # fmt: skip


def test_locations_in_another_order_fold_the_model(tmp_path):
    values = Z.copy()
    values[[4, 5]] = values[[5, 4]]
    found = claims(tmp_path, TRUE, slice_tags=located(values))["slice_location"]
    assert (found.status, found.measured) == ("warn", 1)
    assert "puts 1 of 21 slices in another order" in found.message


@pytest.mark.parametrize(("factor", "severity"), [(1.25, "warn"), (0.8, "warn")])
def test_locations_of_another_scale(tmp_path, factor, severity):
    found = claims(tmp_path, TRUE, slice_tags=located(factor * Z))["slice_location"]
    assert found.status == severity
    assert found.measured == pytest.approx(100 * (factor - 1), abs=0.01)
    assert "by their positions 0.800 to 0.800 mm" in found.message


@pytest.mark.parametrize("keyword", ["ImagerPixelSpacing", "NominalScannedPixelSpacing"])
@pytest.mark.parametrize(("known", "severity"), [("GEOMETRY", "info"), (None, "warn")])
def test_another_pixel_spacing(tmp_path, keyword, known, severity):
    tags = {**TRUE, "ImagerPixelSpacing": None, keyword: [0.6, 0.6]}
    tags["PixelSpacingCalibrationType"] = known
    found = claims(tmp_path, tags)["pixel_spacing_tag"]
    assert found.status == severity and found.measured == pytest.approx(20.0)
    assert f"{keyword} states 0.6 × 0.6 mm" in found.message
    assert "20.0 % larger" in found.message and ("GEOMETRY" in found.message) == bool(known)


def test_a_stated_tilt_that_straight_slices_do_not_show(tmp_path):
    found = claims(tmp_path, TRUE, tilt_tag=-18.5)["tilt_tag"]
    assert (found.status, found.measured) == ("warn", pytest.approx(18.5))
    assert "skewed by 32 mm for every 100 mm from front to back and 5.4 % too deep" in found.message
    assert "Either another program has straightened the slices" in found.message


def test_a_tilt_that_the_header_says_was_taken_out(tmp_path):
    tags = TRUE | {"DerivationDescription": "Gantry tilt corrected"}
    found = claims(tmp_path, tags, tilt_tag=18.5)["tilt_tag"]
    assert found.status == "info" and found.message.endswith("the size is right.")


def test_a_stated_tilt_of_another_size(tmp_path):
    found = claims(tmp_path, TRUE, tilt=(0.0, 10.0), tilt_tag=12.0)["tilt_tag"]
    assert (found.status, found.measured) == ("warn", pytest.approx(2.0, abs=1e-3))
    assert "skewed by 3 mm for every 100 mm" in found.message
    agreeing = claims(tmp_path / "b", TRUE, tilt=(0.0, 10.0), tilt_tag="wrong sign")
    assert "tilt_tag" not in agreeing


def test_nothing_is_claimed_across_sections(tmp_path):
    steps = (0.8,) * 10 + (40.0,) + (0.8,) * 9
    tags = TRUE | {"SpacingBetweenSlices": "0.9"}
    assert claims(tmp_path, tags, slices=21, steps=steps, slice_tags=located(Z)) == {}


def test_words_that_tell_of_a_tilt(tmp_path):
    write_series(Scene(), Acquisition(rows=6, columns=6, slices=2), tmp_path)
    info = read_series([tmp_path]).series[0].info
    assert not names_tilt(info) and names_tilt(replace(info, derivation="DESHEARED, cubic"))


@pytest.mark.parametrize(("last", "status"), [("5", "pass"), ("4", "warn")])
def test_coverage_counts_every_slice_s_own_thickness(tmp_path, last, status):
    """Not the first slice's thickness against the widest step."""
    own = {k: {"SliceThickness": "1" if k < 5 else last} for k in range(10)}
    steps = (1.0,) * 4 + (3.0,) + (5.0,) * 4
    taken = Acquisition(rows=6, columns=6, slices=10, steps=steps, slice_tags=own)
    write_series(Scene(), taken, tmp_path)
    stack = read_series([tmp_path]).series[0].stacks[0]
    checks = source_checks(source_record(stack, analyse(stack)), {"residual_mm": {"max": 0.0}})
    assert [item.status for item in checks if item.id == "slice_coverage"] == [status]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ct_ge_tilted_variable_spacing", {("thickness_tag", "info")}),
        ("ct_skull_phantom_tilt_0", set()),
        (
            "ct_skull_phantom_tilt_minus18",
            {("spacing_tag", "info"), ("thickness_tag", "info")},
        ),
        ("small_siemens_tilt", set()),
        ("small_uneven_spacing", set()),
    ],
)
def test_no_false_alarm_in_real_series(real_data, name, expected):
    stack = read_series([real_data(name)]).series[0].stacks[0]
    found = {(item.id, item.status) for item in analyse(stack).findings if item.id in CLAIMS}
    assert found == expected
