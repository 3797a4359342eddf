"""Acquisition protocols: their files, and every rule on scans that keep it and that do not."""

from __future__ import annotations

import json
from datetime import date

import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib.core.errors import ProtocolError
from PrintPrepLib.core.jsonable import to_json
from PrintPrepLib.dicom.header import series_info
from PrintPrepLib.geometry.analysis import analyse
from PrintPrepLib.geometry.source_record import source_record
from PrintPrepLib.qa.checks.protocol import protocol_checks
from PrintPrepLib.qa.checks.source import source_checks
from PrintPrepLib.qa.protocol import (
    RULES,
    Protocol,
    load_protocol,
    parse_surgery_date,
    protocol_names,
    protocol_record,
)
from PrintPrepLib.qa.record import qa_record
from PrintPrepLib.series.offers import offers
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.volume.regularize import load_stack
from pydicom import dcmread

pytestmark = pytest.mark.pydicom

PLAIN, JPEG, JPEG_LOSSLESS = (
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.70",
)
#: A scan that keeps the orthopaedic protocol.
GOOD = {
    "modality": "CT",
    "manufacturer": "SIEMENS",
    "kernel": "H30s",
    "pixel_spacing_mm": [0.6, 0.6],
    "steps_mm": {"min": 2.5, "median": 2.5, "max": 2.5},
    "step_mm": 2.5,
    "slice_thickness_mm": 2.5,
    "slice_gap_mm": {"min": 0.0, "max": 0.0},
    "tilt_deg": 0.0,
    "tilted": False,
    "tilt_tag_deg": 0.0,
    "derivation_names_tilt": False,
    "image_type": ["ORIGINAL", "PRIMARY", "AXIAL"],
    "image_types": ["ORIGINAL\\PRIMARY\\AXIAL"],
    "lossy": False,
    "transfer_syntax": PLAIN,
    "compression": None,
}
#: Beside its own id every rule has the key that a protocol asks it by.
IDS = {
    "modality": "protocol_modality",
    "max_slice_spacing_mm": "protocol_slice_spacing",
    "contiguous": "protocol_contiguous",
    "max_pixel_mm": "protocol_pixel",
    "max_tilt_deg": "protocol_tilt",
    "tilt_not_removed": "protocol_tilt_removed",
    "image_type": "protocol_image_type",
    "uncompressed": "protocol_compression",
    "kernels": "protocol_kernel",
    "max_age_days": "protocol_age",
}


def checked(source=GOOD, scan="2024-03-01", surgery="2024-08-01", name="orthopaedic"):
    part = protocol_record(load_protocol(name), source, scan, surgery)
    return {check.id: check for check in protocol_checks(source, part)}


def verdict(identity: str, **changes) -> str:
    return checked({**GOOD, **changes})[identity].status


def steps(width: float, step: float | None = None) -> dict:
    return {"steps_mm": {"min": width, "median": width, "max": width}, "step_mm": step}


# The protocols themselves


def test_the_library_brings_two_protocols_with_their_source():
    assert protocol_names() == ("cmf", "orthopaedic")
    for name in protocol_names():
        protocol = load_protocol(name)
        assert protocol.id == name and protocol.title and protocol.confirm
        assert set(protocol.rules) == set(RULES) == set(IDS)
    assert "10.1016/j.jofri.2015.10.004" in load_protocol("cmf").source
    source = load_protocol("orthopaedic").source
    assert source.startswith('3D Systems, "Orthopaedic CT Scanning Protocol"')


def test_the_orthopaedic_limits():
    assert dict(load_protocol("orthopaedic").rules) == {
        "modality": "CT",
        "max_slice_spacing_mm": 2.5,
        "contiguous": "equal",
        "max_pixel_mm": 0.6,
        "max_tilt_deg": 0,
        "tilt_not_removed": True,
        "image_type": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "uncompressed": True,
        "kernels": {
            "GE": ["STANDARD"],
            "Siemens": ["H30s"],
            "Toshiba": ["FC20"],
            "Canon": ["FC20"],
            "Philips": ["B"],
        },
        "max_age_days": 184,
    }


def test_the_one_for_the_skull_is_stricter():
    loose, strict = load_protocol("orthopaedic").rules, load_protocol("cmf").rules
    assert strict["max_slice_spacing_mm"] == 1.25 < loose["max_slice_spacing_mm"]
    assert strict["max_pixel_mm"] < loose["max_pixel_mm"]


def test_a_scan_that_keeps_the_protocol_passes_everything():
    found = checked()
    assert list(found) == list(IDS.values())
    assert {check.status for check in found.values()} == {"pass"}


def test_a_header_that_tells_nothing_is_warned_about_and_never_passes():
    found = checked({}, scan=None, surgery=None)
    assert {check.status for check in found.values()} == {"warn"}
    assert {check.measured for check in found.values()} == {None}


#: Keys beside which another one tells enough.
SECOND = {
    "compression",
    "derivation_names_tilt",
    "image_type",
    "image_types",
    "slice_thickness_mm",
    "step_mm",
    "steps_mm",
    "tilted",
}


@pytest.mark.parametrize("silent", GOOD)
def test_no_single_silence_turns_into_more_than_a_warning(silent):
    found = checked({**GOOD, silent: None})
    expected = set() if silent in SECOND else {"warn"}
    assert {check.status for check in found.values()} - {"pass"} == expected


def test_without_a_protocol_nothing_is_checked():
    assert protocol_checks(GOOD, None) == protocol_checks(GOOD, {}) == []
    part = {"limits": {"max_pixel_mm": 0.6}}
    assert [check.id for check in protocol_checks(GOOD, part)] == ["protocol_pixel"]


# The rules

CASES = [
    ("modality", {"modality": "MR"}, "fail"),
    ("modality", {"modality": ""}, "warn"),
    ("max_slice_spacing_mm", steps(2.51), "fail"),
    ("max_slice_spacing_mm", steps(2.503), "pass"),
    ("max_slice_spacing_mm", steps(2.6, step=2.5), "pass"),
    ("max_slice_spacing_mm", {"step_mm": None, "steps_mm": {"max": None}}, "warn"),
    ("contiguous", {"slice_gap_mm": {"min": 0.0, "max": 0.06}}, "fail"),
    ("contiguous", {"slice_gap_mm": {"min": 0.0, "max": 0.04}}, "pass"),
    ("contiguous", {"slice_gap_mm": {"min": -1.25, "max": -1.25}}, "warn"),
    ("contiguous", {"slice_gap_mm": {"min": -1.25, "max": 0.5}}, "fail"),
    ("contiguous", {"slice_gap_mm": None}, "warn"),
    ("max_pixel_mm", {"pixel_spacing_mm": [0.5, 0.61]}, "fail"),
    ("max_pixel_mm", {"pixel_spacing_mm": [0.61, 0.5]}, "fail"),
    ("max_pixel_mm", {"pixel_spacing_mm": [0.6004, 0.5]}, "pass"),
    ("max_pixel_mm", {"pixel_spacing_mm": None}, "warn"),
    ("max_tilt_deg", {"tilt_deg": 5.0, "tilted": True}, "fail"),
    ("max_tilt_deg", {"tilt_deg": 5.0, "tilted": False}, "pass"),  # rounded positions
    ("max_tilt_deg", {"tilt_deg": 0.05, "tilted": True}, "pass"),
    ("max_tilt_deg", {"tilt_deg": None}, "warn"),
    ("tilt_not_removed", {"tilt_tag_deg": -18.5}, "fail"),
    ("tilt_not_removed", {"tilt_tag_deg": 20.0, "tilt_deg": 10.0, "tilted": True}, "fail"),
    ("tilt_not_removed", {"tilt_tag_deg": -18.5, "tilt_deg": 18.5, "tilted": True}, "pass"),
    ("tilt_not_removed", {"tilt_tag_deg": None, "tilt_deg": 14.0, "tilted": True}, "pass"),
    ("tilt_not_removed", {"tilt_tag_deg": None}, "warn"),
    ("tilt_not_removed", {"derivation_names_tilt": True}, "fail"),
    ("image_type", {"image_types": ["DERIVED\\SECONDARY\\REFORMATTED"]}, "fail"),
    ("image_type", {"image_types": ["ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 SPI"]}, "pass"),
    ("image_type", {"image_types": ["original\\primary\\axial"]}, "pass"),
    ("image_type", {"image_types": ["ORIGINAL\\PRIMARY\\AXIAL\\CSA MPR"]}, "fail"),
    ("image_type", {"image_types": ["ORIGINAL\\PRIMARY\\AXIAL\\MPR_THICK"]}, "fail"),
    ("image_type", {"image_types": ["ORIGINAL\\PRIMARY\\AXIAL", "DERIVED\\PRIMARY"]}, "fail"),
    ("image_type", {"image_types": ["ORIGINAL\\PRIMARY\\AXIAL", ""]}, "warn"),
    ("image_type", {"image_types": ["ORIGINAL\\PRIMARY"]}, "fail"),
    ("image_type", {"image_types": None, "image_type": ["DERIVED"]}, "fail"),
    ("image_type", {"image_types": [""], "image_type": []}, "warn"),
    ("uncompressed", {"lossy": {"ratio": 8.0, "method": "JPEG"}}, "fail"),
    ("uncompressed", {"lossy": {"ratio": None, "method": None}}, "fail"),
    ("uncompressed", {"transfer_syntax": JPEG_LOSSLESS}, "info"),
    ("uncompressed", {"compression": "PMSCT_RLE1"}, "info"),
    ("uncompressed", {"transfer_syntax": None}, "warn"),
    ("uncompressed", {"lossy": None}, "warn"),
]


@pytest.mark.parametrize("rule, changes, status", CASES)
def test_a_rule(rule, changes, status):
    found = checked({**GOOD, **changes})
    assert found[IDS[rule]].status == status
    if status == "warn" and rule != "contiguous":
        assert found[IDS[rule]].measured is None


def test_every_rule_has_a_case_that_it_does_not_pass():
    tested = {rule for rule, _, status in CASES if status == "fail"}
    assert tested | {"kernels", "max_age_days"} == set(RULES)  # those two stand below


@pytest.mark.parametrize(
    "maker, kernel, status",
    [
        ("SIEMENS", "H30s", "pass"),
        ("Siemens Healthineers", " h30S ", "pass"),
        ("SIEMENS", "H30s\\3", "pass"),  # the strength of an iterative reconstruction
        ("SIEMENS", "H30f", "warn"),
        ("SIEMENS", "H70h", "warn"),
        ("SIEMENS", "Br36", "warn"),
        ("SIEMENS", "H30s\\H70h", "warn"),
        ("SIEMENS", "3", "warn"),
        ("SIEMENS", "STANDARD", "warn"),  # the kernel of another maker
        ("GE MEDICAL SYSTEMS", "STANDARD", "pass"),
        ("GE Healthcare", "Standard", "pass"),
        ("GE MEDICAL SYSTEMS", "STD+", "warn"),
        ("GE MEDICAL SYSTEMS", "BONE", "warn"),
        ("GE MEDICAL SYSTEMS", "DETAIL", "warn"),
        ("TOSHIBA", "FC20", "pass"),
        ("TOSHIBA_MEC", "FC 20", "pass"),
        ("Canon Medical Systems", "fc20", "pass"),
        ("CANON_MEC", "FC30", "warn"),
        ("Philips", "B", "pass"),
        ("Philips Medical Systems", "b", "pass"),
        ("Philips", "YA", "warn"),
        ("Philips", "", "warn"),
        ("NeuroLogica", "STANDARD", "warn"),
        ("Agfa Geneva", "STANDARD", "warn"),  # GE is no part of a word
        ("", "STANDARD", "warn"),
    ],
)
def test_the_kernel_warns_and_never_fails(maker, kernel, status):
    assert verdict("protocol_kernel", manufacturer=maker, kernel=kernel) == status


def test_a_protocol_may_list_several_kernels(tmp_path):
    rules = {"kernels": {"siemens": ["H30s", "H30f", "Br36"]}}
    protocol = load_protocol(user_file(tmp_path, rules=rules))
    for kernel, status in {"Br36": "pass", "Br36\\3": "pass", "Br40": "warn"}.items():
        source = {**GOOD, "kernel": kernel}
        (check,) = protocol_checks(source, protocol_record(protocol, source))
        assert check.status == status


@pytest.mark.parametrize(
    "scan, surgery, status, age",
    [
        ("2024-03-01", "2024-09-01", "pass", 184),  # the longest six months
        ("2024-03-01", "2024-09-02", "fail", 185),
        ("2024-03-01", date(2024, 3, 1), "pass", 0),
        ("2024-03-01", "2024-02-29", "warn", -1),
        ("", "2024-09-01", "warn", None),
        (None, "2024-09-01", "warn", None),
        ("2024-03-01", None, "warn", None),
    ],
)
def test_the_age_of_the_scan_at_surgery(scan, surgery, status, age):
    check = checked(scan=scan, surgery=surgery)["protocol_age"]
    assert (check.status, check.measured, check.limit) == (status, age, 184)


def test_what_is_missing_for_the_age_is_named():
    assert "surgery was not given" in checked(surgery=None)["protocol_age"].message
    assert "header does not state" in checked(scan="")["protocol_age"].message


@pytest.mark.parametrize("text", ["", "tomorrow", "31.03.2025", "2025-02-30", "20250331x"])
def test_what_is_no_date_of_surgery_is_refused(text):
    with pytest.raises(ProtocolError) as error:
        parse_surgery_date(text)
    assert str(error.value) == (
        f"{text!r} is not a date of surgery. Give it as YYYY-MM-DD, like 2025-03-31."
    )


def test_overlap_is_fine_where_the_protocol_only_forbids_gaps():
    overlapping = {**GOOD, "slice_gap_mm": {"min": -1.0, "max": -1.0}}
    assert checked(overlapping, name="cmf")["protocol_contiguous"].status == "pass"
    assert checked(overlapping)["protocol_contiguous"].status == "warn"


def test_the_record_holds_what_checks_it_again_and_no_date():
    part = protocol_record(load_protocol("cmf"), GOOD, "2024-03-01", "2024-08-01")
    text = json.dumps(part, allow_nan=False)
    assert "2024" not in text and part["age_days"] == 153
    assert set(part) == {
        "id", "title", "source", "limits", "confirm",
        "scan_date_known", "surgery_date_given", "age_days",
    }  # fmt: skip
    again = protocol_checks(json.loads(json.dumps(GOOD)), json.loads(text))
    assert again == protocol_checks(GOOD, part)


# Files of the user

TITLE, SOURCE = "House rules", "Department of Radiology, version 2"


def user_file(folder, text=None, **content):
    path = folder / "house.json"
    if text is None:
        content = {"title": TITLE, "source": SOURCE, "rules": {"max_pixel_mm": 0.4}, **content}
        text = json.dumps({key: value for key, value in content.items() if value is not None})
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_file_of_the_user(tmp_path):
    path = user_file(tmp_path, confirm=["No contrast medium."])
    expected = Protocol("house", TITLE, SOURCE, {"max_pixel_mm": 0.4}, ("No contrast medium.",))
    assert load_protocol(path) == load_protocol(str(path)) == expected
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())  # as some editors save it
    assert load_protocol(path) == expected
    assert str(tmp_path) not in json.dumps(protocol_record(expected, GOOD))


ALL = ", ".join(IDS)
WRONG = [
    ({"rules": {"max_pixels_mm": 0.4}}, "rules.max_pixels_mm: is not known. "
     f"Take it out, or use one of {ALL}."),
    ({"rulez": {}}, "rulez: is not known. Take it out, or use one of title, source, rules, "
     "confirm."),
    ({"title": None}, "title: is missing. Add the key title."),
    ({"source": None}, "source: is missing. Add the key source."),
    ({"rules": None}, "rules: is missing. Add the key rules."),
    ({"rules": {}}, f"rules: must hold at least one rule. Add one of {ALL}."),
    ({"rules": [1]}, f"rules: must hold at least one rule. Add one of {ALL}."),
    ({"title": " "}, "title: must be a text. Write it in quotes."),
    ({"source": 7}, "source: must be a text. Write it in quotes."),
    ({"confirm": "x"}, 'confirm: must be a list of texts. Write it like ["first", "second"].'),
    ({"confirm": ["x", 3]}, "confirm[1]: must be a text. Write it in quotes."),
    ({"rules": {"max_pixel_mm": "0.4"}}, "rules.max_pixel_mm: must be a number. Write it without "
     "quotes and without a unit."),
    ({"rules": {"max_pixel_mm": True}}, "rules.max_pixel_mm: must be a number. Write it without "
     "quotes and without a unit."),
    ({"rules": {"max_pixel_mm": 10**400}}, f"1{'0' * 39} … is not a number. Write a finite "
     "number."),
    ({"rules": {"max_pixel_mm": 0}}, "rules.max_pixel_mm: is 0, not above zero. Give a value "
     "above zero."),
    ({"rules": {"max_slice_spacing_mm": -1}}, "rules.max_slice_spacing_mm: is -1, not above zero. "
     "Give a value above zero."),
    ({"rules": {"max_tilt_deg": -0.5}}, "rules.max_tilt_deg: is -0.5, below zero. Give zero or "
     "more."),
    ({"rules": {"uncompressed": False}}, "rules.uncompressed: must be true. Write true, or take "
     "the rule out."),
    ({"rules": {"contiguous": True}}, 'rules.contiguous: must be "equal" or "no_gap". Write '
     '"equal" for slices as thick as their distance, "no_gap" where they may overlap.'),
    ({"rules": {"contiguous": []}}, 'rules.contiguous: must be "equal" or "no_gap". Write '
     '"equal" for slices as thick as their distance, "no_gap" where they may overlap.'),
    ({"rules": {"image_type": []}}, "rules.image_type: must be a list of texts. Write it like "
     '["first", "second"].'),
    ({"rules": {"kernels": ["B"]}}, "rules.kernels: must name kernels by manufacturer. Write it "
     'like {"GE": ["STANDARD"]}.'),
    ({"rules": {"kernels": {"GE": "STANDARD"}}}, "rules.kernels.GE: must be a list of texts. "
     'Write it like ["first", "second"].'),
    ({"text": "[]"}, "the file does not hold an object. Follow docs/protocols.md."),
    ({"text": '{"title": '}, "the file is not JSON: Expecting value in line 1, column 11. Correct "
     "that line."),
    ({"text": '{"title": "a", "title": "b"}'}, "title: stands there twice. Keep one of the two."),
    ({"text": '{"rules": {"max_pixel_mm": NaN}}'}, "NaN is not a number. Write a finite number."),
    ({"text": b'{"title": "\xe4"}'}, "the file is not text in UTF-8 (byte 11). Save it as UTF-8."),
    ({"text": " " * 1_000_001}, "this is too large for a protocol. Give the path of a protocol's "
     "JSON file."),
]  # fmt: skip


@pytest.mark.parametrize("content, problem", WRONG)
def test_a_wrong_file_is_refused_with_file_key_and_remedy(tmp_path, content, problem):
    path = user_file(tmp_path, **content)
    with pytest.raises(ProtocolError) as error:
        load_protocol(path)
    assert str(error.value) == f"{path}: {problem}"


def test_what_is_no_protocol_at_all(tmp_path):
    with pytest.raises(ProtocolError) as error:
        load_protocol("orthopedic")
    assert str(error.value) == (
        "there is no protocol 'orthopedic'. Choose one of cmf, orthopaedic, or give the path of a "
        "protocol's JSON file."
    )
    with pytest.raises(ProtocolError) as error:
        load_protocol(tmp_path)
    assert str(error.value).startswith(f"{tmp_path}: the file cannot be read (")
    with pytest.raises(ProtocolError, match="nested too deeply"):
        load_protocol(user_file(tmp_path, text="[" * 200_000))


# What the headers say

SCENE = Scene((Ball((0, 0, 0), 3.0),))


def stack_of(folder, **changes):
    write_series(SCENE, Acquisition(**{"rows": 16, "columns": 20, "slices": 6, **changes}), folder)
    return read_series([folder]).series[0].stacks[0]


def source_of(folder, **changes):
    stack = stack_of(folder, **changes)
    return source_record(stack, analyse(stack))


def resave(path, syntax):
    """The same pixels under another name of a transfer syntax: only the header is read."""
    data = path.read_bytes()
    old = PLAIN.encode() + b"\0"
    new = syntax.encode() + b"\0" * (len(syntax) % 2)
    at = data.index(b"\x02\x00\x10\x00UI") + 6
    longer = len(new) - len(old)
    data = data[:at] + len(new).to_bytes(2, "little") + new + data[at + 2 + len(old) :]
    group = data.index(b"\x02\x00\x00\x00UL") + 8
    length = int.from_bytes(data[group : group + 4], "little") + longer
    path.write_bytes(data[:group] + length.to_bytes(4, "little") + data[group + 4 :])
    assert dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID == syntax


LOSS = "1.2.840.10008.1.2.4."


@pytest.mark.parametrize(
    "syntax, tags, lossy",
    [
        (PLAIN, {}, False),
        (PLAIN, {"LossyImageCompression": "00"}, False),
        (PLAIN, {"LossyImageCompression": "01"}, {"ratio": None, "method": None}),
        (
            PLAIN,
            {
                "LossyImageCompression": "01",
                "LossyImageCompressionRatio": ["4", "12.5"],
                "LossyImageCompressionMethod": ["ISO_10918_1", "ISO_15444_1"],
            },
            {"ratio": 12.5, "method": "ISO_10918_1, ISO_15444_1"},
        ),
        (JPEG, {}, {"ratio": None, "method": "JPEG"}),
        (LOSS + "51", {"LossyImageCompression": "00"}, {"ratio": None, "method": "JPEG"}),
        (LOSS + "57", {}, False),
        (JPEG_LOSSLESS, {}, False),
        (LOSS + "80", {}, False),
        (LOSS + "81", {}, {"ratio": None, "method": "JPEG-LS near-lossless"}),
        (LOSS + "90", {}, False),
        (LOSS + "91", {}, {"ratio": None, "method": "JPEG 2000"}),
        (LOSS + "91", {"LossyImageCompression": "00"}, False),
        (LOSS + "201", {}, False),
        (LOSS + "203", {}, {"ratio": None, "method": "High-Throughput JPEG 2000"}),
        ("1.2.840.10008.1.2.5", {}, False),
    ],
)
def test_loss_by_compression_is_read_from_header_and_transfer_syntax(tmp_path, syntax, tags, lossy):
    truth = write_series(SCENE, Acquisition(rows=16, columns=20, slices=2, tags=tags), tmp_path)
    for path in truth.files:
        resave(path, syntax)
    stack = read_series([tmp_path]).series[0].stacks[0]
    source = source_record(stack, analyse(stack))
    assert source["lossy"] == (lossy and {**lossy, "slices": 2})
    assert source["transfer_syntax"] == syntax
    (check,) = [check for check in source_checks(source, {}) if check.id == "lossy_compression"]
    assert check.status == ("warn" if lossy else "pass")
    assert check.measured == (lossy["ratio"] if lossy else 1.0)


def test_one_lossy_slice_among_many_is_found(tmp_path):
    marks = {4: {"LossyImageCompression": "01", "LossyImageCompressionRatio": "10"}}
    source = source_of(tmp_path, slice_tags=marks)
    assert source["lossy"] == {"ratio": 10.0, "method": None, "slices": 1}
    (check,) = [check for check in source_checks(source, {}) if check.id == "lossy_compression"]
    assert "compressed to about 1/10 of their size with loss:" in check.message


def test_nothing_is_said_of_loss_where_nobody_read_the_files():
    for source in ({}, {"lossy": None}):
        assert "lossy_compression" not in {check.id for check in source_checks(source, {})}


def test_one_derived_slice_among_many_is_found(tmp_path):
    odd = {3: {"ImageType": ["DERIVED", "SECONDARY", "AXIAL"]}}
    source = source_of(tmp_path, slice_tags=odd)
    assert source["image_types"] == ["DERIVED\\SECONDARY\\AXIAL", "ORIGINAL\\PRIMARY\\AXIAL"]
    assert checked(source)["protocol_image_type"].status == "fail"


def test_gaps_are_measured_slice_by_slice(tmp_path):
    thick = {index: {"SliceThickness": "2"} for index in (3, 4, 5)}
    steps = (1.0, 1.0, 1.5, 2.0, 2.25)
    source = source_of(tmp_path, steps=steps, slice_tags=thick, tags={"SliceThickness": "1"})
    assert source["slice_gap_mm"] == pytest.approx({"min": 0.0, "max": 0.25})
    (tmp_path / "none").mkdir()
    assert source_of(tmp_path / "none", tags={"SliceThickness": None})["slice_gap_mm"] is None


def test_a_tilt_that_was_taken_out_is_found(tmp_path):
    kept = source_of(tmp_path / "kept", tilt=(0.0, 12.0), tilt_tag="wrong sign")
    assert checked(kept)["protocol_tilt_removed"].status == "pass"
    assert checked(kept)["protocol_tilt"].status == "fail"
    lost = source_of(tmp_path / "lost", tilt_tag=-12.0)
    assert checked(lost)["protocol_tilt_removed"].status == "fail"
    assert checked(lost)["protocol_tilt_removed"].measured == pytest.approx(12.0)
    told = {"DerivationDescription": "Gantry Tilt corrected for J. Doe"}
    named = source_of(tmp_path / "named", tilt_tag=0.0, tags=told)
    assert checked(named)["protocol_tilt_removed"].status == "fail"
    assert "Doe" not in json.dumps(named)


@pytest.mark.parametrize(
    "tags, day",
    [
        ({}, "2020-01-02"),
        ({"AcquisitionDate": "20191231"}, "2019-12-31"),
        ({"AcquisitionDate": None, "SeriesDate": "20191230"}, "2019-12-30"),
        ({"AcquisitionDate": "", "SeriesDate": None, "StudyDate": "20191229"}, "2019-12-29"),
        ({"AcquisitionDate": None, "SeriesDate": None, "StudyDate": None}, ""),
    ],
)
def test_the_day_of_the_scan(tmp_path, tags, day):
    assert stack_of(tmp_path, tags=tags).info.scan_date == day


def test_the_day_of_the_scan_stays_out_of_records(tmp_path):
    stack = stack_of(tmp_path, tags={"AcquisitionDate": "19870605"})
    volume = load_stack(stack)
    assert volume.provenance["scan_date"] == "1987-06-05"
    segment = {"threshold_hu": [200.0, None], "volume_mm3": 1.0}
    model = {
        "files": [{"file": "model.stl", "format": "stl", "sha256": "00"}],
        "scale": 1.0, "extents_mm": [1.0, 1.0, 1.0], "volume_mm3": 1.0, "components": 1,
        "voids": 0, "boundary_edges": 0, "non_manifold_edges": 0, "inconsistent_edges": 0,
    }  # fmt: skip
    text = to_json(qa_record(volume.provenance, segment, model))
    assert "1987" not in text and "scan_date" not in text
    geometry = analyse(stack)
    assert "scan_date" not in source_record(stack, geometry)
    assert source_record(stack, geometry, identify=True)["scan_date"] == "1987-06-05"


def test_a_database_tells_the_same_but_for_the_pixels(tmp_path):
    """Slicer's database hands over tags alone: no transfer syntax, so no word on loss."""
    tags = {"DerivationDescription": "tilt", "SliceThickness": "1"}
    stack = stack_of(tmp_path, tilt=(0.0, 15.0), tags=tags)

    def text_of(file):
        dataset = dcmread(file)

        def text(tag):
            value = dataset.get(int(tag.replace(",", ""), 16))
            if value is None or value.value is None:
                return ""
            parts = [value.value] if value.VM < 2 else value.value
            return "\\".join(str(part) for part in parts)

        return text

    (offer,) = offers([item.path for item in stack.slices], text_of, text_of, lambda _: True)
    assert series_info(text_of(stack.slices[0].path)) == stack.info
    told, read = (source_record(one, analyse(one)) for one in (offer.stack, stack))
    assert (told["lossy"], told["transfer_syntax"]) == (None, None)
    assert (read["lossy"], read["transfer_syntax"]) == (False, PLAIN)
    assert {**told, "lossy": False, "transfer_syntax": PLAIN} == read


# Real scans


@pytest.mark.parametrize(
    "name, protocol, fails, warns",
    [
        ("ct_skull_phantom_tilt_0", "orthopaedic", "", "kernel"),
        ("ct_skull_phantom_tilt_0", "cmf", "", "kernel"),
        ("ct_skull_phantom_tilt_minus18", "orthopaedic", "tilt", "contiguous kernel"),
        ("ct_skull_phantom_tilt_minus18", "cmf", "slice_spacing tilt", "kernel"),
        (
            "ct_ge_tilted_variable_spacing",
            "orthopaedic",
            "slice_spacing tilt",
            "contiguous kernel age",
        ),
        ("ct_ge_tilted_variable_spacing", "cmf", "slice_spacing tilt", "kernel age"),
        ("small_siemens_tilt", "orthopaedic", "slice_spacing tilt", "contiguous kernel age"),
        (
            "small_uneven_spacing",
            "orthopaedic",
            "slice_spacing image_type",
            "contiguous tilt_removed kernel age",
        ),
    ],
)
def test_real_scans(real_data, name, protocol, fails, warns):
    stack = read_series([real_data(name)]).series[0].stacks[0]
    source = source_record(stack, analyse(stack))
    found = checked(source, stack.info.scan_date, "2015-03-01", protocol)
    for status, expected in (("fail", fails), ("warn", warns)):
        ids = {name for name, check in found.items() if check.status == status}
        assert ids == {f"protocol_{rule}" for rule in expected.split()}
