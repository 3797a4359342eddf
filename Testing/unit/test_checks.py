"""Every check passes what is good and fails what is not, and says what it means."""

from __future__ import annotations

import copy

import pytest
from PrintPrepLib.core import phrases
from PrintPrepLib.core.findings import graded, verdict
from PrintPrepLib.qa.checks.model import model_checks
from PrintPrepLib.qa.checks.record import record_checks, said_checks
from PrintPrepLib.qa.checks.source import coarse_steps, source_checks

SOURCE = {
    "slice_thickness_mm": 1.0,
    "pixel_spacing_mm": [0.5, 0.5],
    "steps_mm": {"min": 1.0, "median": 1.0, "max": 1.0},
    "missing": 0,
}
VOLUME = {
    "spacing_mm": [0.5, 0.5, 1.0],
    "interpolation": "none",
    "residual_mm": {"max": 0.004, "rms": 0.002},
}
SEGMENT = {
    "threshold_hu": [200.0, None],
    "volume_mm3": 1000.0,
    "cut_by_field_mm2": {},
    "half_contrast": {"threshold": 210.0, "shift_mm": 0.02, "blur_mm": 0.6, "thin_share": 0.01},
}
MODEL = {
    "files": [{"file": "model.stl", "format": "stl", "sha256": "00"}],
    "scale": 1.0,
    "extents_mm": [10.0, 10.0, 10.0],
    "volume_mm3": 1001.0,
    "components": 1,
    "voids": 0,
    "boundary_edges": 0,
    "non_manifold_edges": 0,
    "inconsistent_edges": 0,
}


def changed(good, **values):
    """A copy of a record's part with other values."""
    return {**copy.deepcopy(good), **values}


def statuses(checks):
    return {check.id: check.status for check in checks}


def source_status(source=SOURCE, volume=VOLUME, findings=()):
    return statuses(source_checks(source, volume, findings))


def model_status(segment=SEGMENT, model=MODEL):
    return statuses(model_checks(segment, model))


def test_a_sound_record_passes_everything():
    found = source_status() | model_status()
    assert set(found.values()) == {"pass"}
    assert len(found) == 16
    assert verdict(found.values()) == "pass"


@pytest.mark.parametrize(
    ("part", "values", "check", "status"),
    [
        ("source", {"missing": 2}, "missing_slices", "fail"),
        ("source", {"steps_mm": {"median": 1.0, "max": 1.26}}, "slice_spacing", "warn"),
        ("source", {"steps_mm": {"median": 1.0, "max": 5.1}}, "slice_spacing", "fail"),
        ("source", {"slice_thickness_mm": 0.6}, "slice_coverage", "warn"),
        ("source", {"pixel_spacing_mm": [0.5, 1.2]}, "pixel_size", "warn"),
        ("volume", {"residual_mm": {"max": 0.2}}, "residual", "warn"),
        ("volume", {"residual_mm": {"max": 0.6}}, "residual", "fail"),
        ("volume", {"residual_mm": {"max": None}}, "residual", "warn"),
        ("volume", {"spacing_mm": [0.5, 0.5, 2.0]}, "grid_spacing", "warn"),
        ("segment", {"cut_by_field_mm2": {"inferior": 12.5}}, "field_of_view", "warn"),
        ("segment", {"half_contrast": None}, "threshold", "info"),
        ("model", {"boundary_edges": 3}, "watertight", "fail"),
        ("model", {"non_manifold_edges": 1}, "manifold", "warn"),
        ("model", {"inconsistent_edges": 1}, "orientation", "fail"),
        ("model", {"volume_mm3": -1001.0}, "orientation", "fail"),
        ("model", {"components": 3, "voids": 1}, "parts", "warn"),
        ("model", {"components": 3, "voids": 2}, "parts", "pass"),
        ("model", {"volume_mm3": 930.0}, "volume_agreement", "warn"),
        ("model", {"volume_mm3": 1300.0}, "volume_agreement", "fail"),
        ("model", {"scale": 0.5}, "size", "warn"),
        ("model", {"extents_mm": [0.01, 0.02, 0.03]}, "size", "fail"),
        ("model", {"extents_mm": [9000.0, 10.0, 10.0]}, "size", "fail"),
        ("model", {"files": [{"file": "a", "read_back": False}]}, "read_back", "fail"),
    ],
)
def test_each_check_can_fail(part, values, check, status):
    parts = {"source": SOURCE, "volume": VOLUME, "segment": SEGMENT, "model": MODEL}
    parts[part] = changed(parts[part], **values)
    found = source_status(parts["source"], parts["volume"])
    found |= model_status(parts["segment"], parts["model"])
    assert found[check] == status


@pytest.mark.parametrize(
    ("shift", "status", "word"),
    [(0.3, "warn", "out"), (-0.3, "warn", "in"), (1.2, "fail", "out"), (-0.1, "pass", "in")],
)
def test_threshold_is_judged_by_the_shift_it_makes(shift, status, word):
    half = changed(SEGMENT["half_contrast"], shift_mm=shift)
    checks = model_checks(changed(SEGMENT, half_contrast=half), MODEL)
    check = next(check for check in checks if check.id == "threshold")
    assert (check.status, check.measured, check.unit) == (status, shift, "mm")
    assert f"{abs(shift):.2f} mm farther {word}" in check.message
    assert f"{2 * abs(shift):.2f} mm {'thicker' if shift > 0 else 'thinner'}" in check.message


def test_thin_walls_are_told():
    half = changed(SEGMENT["half_contrast"], thin_share=0.4)
    assert model_status(changed(SEGMENT, half_contrast=half))["thin_walls"] == "warn"


TILTED = {
    "id": "tilted",
    "severity": "warn",
    "message": "The gantry was tilted.",
    "value": 18.5,
    "unit": "°",
}


def test_what_the_volume_puts_right_is_a_note_while_the_residual_is_small():
    assert source_status(findings=[TILTED])["tilted"] == "info"
    crooked = changed(VOLUME, residual_mm={"max": 0.3})
    assert source_status(volume=crooked, findings=[TILTED])["tilted"] == "warn"


@pytest.mark.parametrize("severity", ["info", "warn", "fail"])
def test_other_findings_keep_their_severity(severity):
    gap = {"id": "gap", "severity": severity, "message": "A gap.", "value": 9.0, "unit": "mm"}
    unknown = {"id": "never_seen", "severity": severity, "message": "New."}
    checks = source_checks(SOURCE, VOLUME, [gap, unknown])
    assert statuses(checks)["gap"] == statuses(checks)["never_seen"] == severity
    assert next(check.title for check in checks if check.id == "never_seen") == "Never seen"


def test_messages_are_sentences_with_the_figures():
    checks = [*source_checks(SOURCE, VOLUME), *model_checks(SEGMENT, MODEL)]
    for check in checks:
        assert check.message.endswith(".") and check.message[0].isupper()
        assert "\n" not in check.message
    by_id = {check.id: check for check in checks}
    assert "10.0 × 10.0 × 10.0 mm" in by_id["size"].message
    assert by_id["volume_agreement"].measured == pytest.approx(0.1)


def test_scaled_file_is_told_with_both_sizes():
    check = next(c for c in model_checks(SEGMENT, changed(MODEL, scale=0.5)) if c.id == "size")
    assert "10.0 × 10.0 × 10.0" in check.message and "5.0 × 5.0 × 5.0" in check.message
    assert check.measured == 5.0


def test_sources_that_are_no_dicom_series_are_checked_as_far_as_they_go():
    assert source_status(source={}) == {"residual": "pass"}


def test_coarse_steps_is_a_finding_for_the_inspection():
    assert coarse_steps(SOURCE) is None
    assert coarse_steps({}) is None
    finding = coarse_steps(changed(SOURCE, steps_mm={"max": 7.0}))
    assert (finding.status, finding.measured, finding.unit) == ("fail", 7.0, "mm")
    assert "7.00 mm" in finding.message and "3.50 mm" in finding.message


def test_grading():
    found = [graded(value, 1, 2) for value in (1, 1.1, 2, 2.1)]
    assert found == [("pass", 1), ("warn", 1), ("warn", 1), ("fail", 2)]


@pytest.mark.parametrize(("worst", "limit"), [(0.05, 0.1), (0.2, 0.1), (0.6, 0.5)])
def test_a_check_names_the_limit_that_decided_it(worst, limit):
    checks = source_checks(SOURCE, changed(VOLUME, residual_mm={"max": worst}))
    assert next(check.limit for check in checks if check.id == "residual") == limit


@pytest.mark.parametrize(
    ("length", "text"),
    [(0.0, "0.001 mm"), (0.0004, "0.001 mm"), (0.0121, "0.013 mm"), (0.5, "0.500 mm")],
)
def test_residual_is_told_as_a_bound(length, text):
    checks = source_checks(SOURCE, changed(VOLUME, residual_mm={"max": length}))
    assert f"within {text} of" in next(c.message for c in checks if c.id == "residual")


@pytest.mark.parametrize(
    ("unit", "scale", "status", "said"),
    [
        ("m", 0.001, "pass", "true to life in metres"),
        ("inch", 1 / 25.4, "pass", "true to life in inches"),
        ("m", 0.0005, "warn", "scale 0.5"),
        ("mm", 0.001, "warn", "scale 0.001"),
    ],
)
def test_unit_of_the_file_is_no_scale(unit, scale, status, said):
    files = [{"file": "model.3mf", "format": "3mf", "sha256": "00", "unit": unit}]
    checks = model_checks(SEGMENT, {**MODEL, "scale": scale, "files": files})
    (size,) = [check for check in checks if check.id == "size"]
    assert size.status == status and said in size.message


class Marked(dict):
    """A language in which every sentence stands in quotes."""

    def get(self, sentence, default=None):
        return f"«{sentence}»"


def test_checks_of_a_record_are_said_in_the_language_in_use(monkeypatch):
    findings = [{**TILTED, "template": "Tilted by {angle:g}°.", "values": {"angle": 18.5}}]
    findings[0]["message"] = "Tilted by 18.5°."
    record = {"source": SOURCE, "volume": VOLUME, "segment": SEGMENT, "model": MODEL}
    record |= {"findings": findings, "checks": []}
    record["checks"] = [check.as_check() for check in record_checks(record)]
    earlier = {"id": "earlier", "title": "Earlier", "message": "What 0.1 said.", "status": "info"}
    record["checks"].append(earlier)
    before = copy.deepcopy(record)
    assert said_checks(record) == record["checks"]
    monkeypatch.setattr(phrases, "_sentences", Marked())
    monkeypatch.setattr(phrases, "_in_use", "xx")
    *said, last = said_checks(record)
    assert all(check["message"].startswith("«") and check["title"][0] == "«" for check in said)
    tilted = "««Tilted by 18.5°.» The residual below says how well that worked.»"
    assert said[0]["message"] == tilted
    assert last["message"] == "What 0.1 said.", "nobody can translate it"
    assert record == before


def test_an_orientation_is_recognized_with_what_varies(monkeypatch):
    monkeypatch.setattr(phrases, "_sentences", Marked())
    found = phrases.recognized("to 12° at the {odd} side", ["to {angle}°", "to {angle}° at {what}"])
    assert found.said == "«to «12»° at «the {odd} side»»"
    assert found.text == "to 12° at the {odd} side"
    assert phrases.recognized("as it is", ["to {angle}"]).text == "as it is"
