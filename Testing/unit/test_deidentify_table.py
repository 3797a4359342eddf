"""The standard's table as data, and what is made of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PrintPrepLib.deidentify.options import DeidentifyError, Options, pet_warnings
from PrintPrepLib.deidentify.profile import Rules, edition
from pydicom.datadict import dictionary_has_tag, dictionary_VR

pytestmark = pytest.mark.pydicom

DATA = Path(__file__).resolve().parents[2] / "PrintPrep" / "PrintPrepLib" / "data"
TABLE = json.loads((DATA / "deidentify_attributes.json").read_text("utf-8"))
ADDITIONS = json.loads((DATA / "deidentify_additions.json").read_text("utf-8"))
PRIVATE = json.loads((DATA / "deidentify_private.json").read_text("utf-8"))

BASIC = {"X", "Z", "D", "U", "X/Z", "X/D", "Z/D", "X/Z/D", "X/Z/U*"}
COLUMNS = {
    "retain_safe_private",
    "retain_uids",
    "retain_device_identity",
    "retain_institution_identity",
    "retain_patient_characteristics",
    "full_dates",
    "modified_dates",
    "clean_descriptors",
    "clean_structured_content",
    "clean_graphics",
}
#: Rows read off PS3.15 Table E.1-1 by hand, one of every kind.
BY_HAND = {
    "0008,0018": {"basic": "U", "retain_uids": "K"},
    "0008,0020": {"basic": "Z", "full_dates": "K", "modified_dates": "C"},
    "0008,0050": {"basic": "Z"},
    "0008,0080": {"basic": "X/Z/D", "retain_institution_identity": "K"},
    "0008,0201": {"basic": "X", "full_dates": "K", "modified_dates": "C"},
    "0008,1010": {"basic": "X/Z/D", "retain_device_identity": "K"},
    "0008,103E": {"basic": "X", "clean_descriptors": "C"},
    "0008,1070": {"basic": "X/Z/D"},
    "0008,1140": {"basic": "X/Z/U*", "retain_uids": "K"},
    "0010,0010": {"basic": "Z"},
    "0010,0020": {"basic": "Z/D"},
    "0010,0030": {"basic": "Z"},
    "0010,1030": {"basic": "X", "retain_patient_characteristics": "K"},
    "0010,2110": {
        "basic": "X",
        "retain_patient_characteristics": "C",
        "clean_descriptors": "C",
    },
    "0018,1000": {"basic": "X/Z/D", "retain_device_identity": "K"},
    "0018,1078": {"basic": "X", "full_dates": "K", "modified_dates": "C"},
    "0018,1200": {
        "basic": "X",
        "retain_device_identity": "K",
        "full_dates": "K",
        "modified_dates": "C",
    },
    "0040,0275": {"basic": "X", "clean_descriptors": "C"},
    "0040,A124": {"basic": "U"},
    "0040,A730": {"basic": "D", "clean_structured_content": "C"},
    "0070,0001": {"basic": "D", "clean_graphics": "C"},
    "FFFA,FFFA": {"basic": "X"},
}


def number(text: str) -> int:
    return int(text.replace(",", ""), 16)


def action(tag: str, options: Options) -> str | None:
    rule = Rules(options).of(number(tag), dictionary_VR(number(tag)))
    return None if rule is None else rule.action


def test_the_table_is_whole_and_says_its_edition() -> None:
    assert edition() == TABLE["edition"] == "2026a"
    # 651 rows with a tag of their own in 2026a, and the one of 2026c.
    assert len(TABLE["attributes"]) == 652
    assert set(TABLE["repeating_groups"]) == {"50xx,xxxx", "60xx,3000", "60xx,4000"}
    for tag, row in TABLE["attributes"].items():
        assert row["basic"] in BASIC, tag
        assert set(row) - {"basic"} <= COLUMNS, tag
        assert {row[column] for column in set(row) - {"basic"}} <= {"K", "C"}, tag
        # The standard never offers one of the two kinds of dates without the other.
        assert ("full_dates" in row) == ("modified_dates" in row), tag
    assert list(TABLE["attributes"]) == sorted(TABLE["attributes"], key=number)


@pytest.mark.parametrize("tag", BY_HAND)
def test_rows_read_off_the_standard(tag: str) -> None:
    assert TABLE["attributes"][tag] == BY_HAND[tag]


def test_the_additions_add_and_contradict_nothing() -> None:
    assert not set(ADDITIONS["attributes"]) & set(TABLE["attributes"])
    for tag in ADDITIONS["class_uids"]:
        assert tag not in TABLE["attributes"]
        assert dictionary_VR(number(tag)) == "UI"
    for tag in (*ADDITIONS["attributes"], *ADDITIONS["codes_with_addresses"]):
        assert dictionary_has_tag(number(tag)), tag


def test_safe_private_elements_hold_numbers_codes_or_dates() -> None:
    listed = [vr for rows in PRIVATE["listed"].values() for vr in rows.values()]
    assert set(listed) <= {"DS", "IS", "CS", "SH", "US", "SS", "SL", "FL", "FD"}
    assert {vr for rows in PRIVATE["dates_listed"].values() for vr in rows.values()} == {"DT"}
    assert PRIVATE["listed"]["Philips PET Private Group"] == {
        "7053,xx00": "DS",
        "7053,xx09": "DS",
    }


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("0010,0020", "dummy"),  # Z/D
        ("0008,0022", "empty"),  # X/Z
        ("0008,0021", "dummy"),  # X/D
        ("0008,0080", "dummy"),  # X/Z/D
        ("0008,1140", "uid"),  # X/Z/U*
        ("0008,1030", "remove"),
        ("0008,0016", None),  # a class
        ("0018,0050", None),  # a thickness
        ("0020,9312", "uid"),  # not in the table, and an instance nevertheless
        ("0008,1190", "remove"),  # a URL that holds the study's UID
    ],
)
def test_choices_are_made_so_that_any_object_stays_valid(tag: str, expected: str | None) -> None:
    assert action(tag, Options()) == expected


@pytest.mark.parametrize(
    ("tag", "options", "expected"),
    [
        ("0010,1030", Options(retain_patient_characteristics=True), "keep"),
        ("0010,2110", Options(retain_patient_characteristics=True), "remove"),  # C: no guessing
        ("0008,0021", Options(dates="keep"), "keep"),
        ("0008,0021", Options(dates="shift"), "shift"),
        ("0018,1200", Options(retain_device_identity=True), "remove"),  # a date first of all
        ("0018,1200", Options(retain_device_identity=True, dates="shift"), "shift"),
        ("0018,1000", Options(retain_device_identity=True), "keep"),
        ("0008,0080", Options(retain_institution_identity=True), "keep"),
        ("0008,0018", Options(uids="keep"), "keep"),
        ("0020,9312", Options(uids="keep"), None),
        ("0040,A124", Options(uids="keep"), "uid"),
        ("0010,0030", Options(dates="keep"), "empty"),  # no option keeps a birth date
    ],
)
def test_options_put_their_column_in_force(
    tag: str, options: Options, expected: str | None
) -> None:
    assert action(tag, options) == expected


def test_what_is_unknown_goes() -> None:
    rules = Rules(Options())
    for tag, vr in ((0x00089999, "LO"), (0x00080070, "ZZ"), (0x00080000, "UL")):
        assert rules.of(tag, vr).action == "remove"
    for group in (0x5000, 0x501E, 0x50FE, 0x6000, 0x60FE):
        assert rules.of(group << 16 | 0x0010, "US").action == "remove"
    assert rules.of(0x54000100, "SQ") is None


def test_codes_name_every_option_in_force() -> None:
    def codes(options: Options) -> set[str]:
        return {value for value, _ in options.codes}

    assert codes(Options()) == {"113100"}
    everything = Options(
        retain_safe_private=True,
        retain_patient_characteristics=True,
        retain_device_identity=True,
        retain_institution_identity=True,
        dates="keep",
        uids="keep",
    )
    assert codes(everything) == {
        "113100",
        "113106",
        "113108",
        "113109",
        "113110",
        "113111",
        "113112",
    }
    assert codes(Options(dates="shift")) == {"113100", "113107"}
    assert all(len(meaning) <= 64 for _, meaning in everything.codes)


@pytest.mark.parametrize(
    "wrong",
    [
        {"dates": "some"},
        {"uids": "new"},
        {"profile": "full"},
        {"pseudonyms": {"1": "A", "2": "A"}},
        {"pseudonyms": {"1": ""}},
        {"pseudonyms": {"1": "A^B"}},
        {"pseudonyms": {"1": "é"}},
        {"pseudonyms": {"1": "x" * 65}},
    ],
)
def test_options_that_make_no_sense(wrong: dict) -> None:
    with pytest.raises(DeidentifyError):
        Options(**wrong)


def test_options_in_a_report_name_no_patient() -> None:
    options = Options(pseudonyms={"MRN-4711": "Knee 1"})
    assert "4711" not in json.dumps(options.as_dict())


def test_pet_warnings_name_what_breaks() -> None:
    safe = {"retain_safe_private": True, "retain_patient_characteristics": True}
    assert pet_warnings(Options(**safe, dates="shift")) == []
    assert pet_warnings(Options(**safe, dates="keep", uids="keep")) == []
    assert len(pet_warnings(Options())) == 3
    (weight,) = pet_warnings(Options(retain_safe_private=True, dates="shift"))
    assert "weight" in weight
    (times,) = pet_warnings(Options(**safe))
    assert "injection" in times
    (factor,) = pet_warnings(Options(retain_patient_characteristics=True, dates="keep"))
    assert "Philips" in factor
