"""Marked sentences: English in data, the chosen language for people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PrintPrepLib.core import phrases
from PrintPrepLib.core.errors import SegmentError
from PrintPrepLib.core.findings import Finding, from_entry
from PrintPrepLib.core.phrases import Phrase, counted, use_language
from PrintPrepLib.core.progress import report

STEPS = "The steps vary by {range:.2f} mm in {slices}."
ONE, MANY = "{count} slice", "{count} slices"
FILE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="xx"><context><name>any.context</name>
<message><source>The steps vary by {range:.2f} mm in {slices}.</source>
<translation>{slices}: {range:.2f} mm Unterschied.</translation></message>
<message><source>{count} slices</source><translation>{count} Schichten</translation></message>
<message><source>No part has {size:g} mm³</source>
<translation>Kein Teil hat diese Größe</translation></message>
<message><source>Segmenting</source><translation>Segmentieren</translation></message>
<message><source>Choose again</source><translation type="unfinished">Noch einmal</translation>
</message></context></TS>
"""


@pytest.fixture
def other_language(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A language of this test's own, in use."""
    monkeypatch.setattr(phrases, "data_names", lambda *path: ["PrintPrep_xx.ts"])
    monkeypatch.setattr(phrases, "data_file", lambda *path: FILE.encode())
    assert use_language("xx-AT") == "xx"
    yield
    assert use_language("en") == "en"


def finding(count: int) -> Finding:
    slices = counted(count, ONE, MANY)
    return Finding("irregular", "warn", STEPS, {"range": 0.5, "slices": slices}, 0.5, "mm")


def test_people_read_the_chosen_language(other_language: None) -> None:
    assert finding(3).said == "3 Schichten: 0.50 mm Unterschied."
    told: list[str] = []
    report(lambda fraction, message: told.append(message), 0.0, "Segmenting")
    assert told == ["Segmentieren"]


def test_json_stays_english(other_language: None) -> None:
    entry = finding(3).as_entry()
    assert entry["message"] == "The steps vary by 0.50 mm in 3 slices."
    again = from_entry(entry)
    assert again == finding(3)
    assert again.said == "3 Schichten: 0.50 mm Unterschied."


def test_what_has_no_translation_is_english(other_language: None) -> None:
    """The singular has none, another sentence an unfinished one."""
    assert finding(1).said == "1 slice: 0.50 mm Unterschied."
    error = SegmentError("Choose again")
    assert str(error) == "Choose again."


def test_a_translation_that_lost_a_placeholder_is_not_taken(other_language: None) -> None:
    error = SegmentError("No part has {size:g} mm³", size=2.5, remedy="Segmenting")
    assert str(error) == "No part has 2.5 mm³. Segmentieren."
    assert (error.problem, error.remedy) == ("No part has 2.5 mm³", "Segmenting")


def test_unknown_languages_give_english(other_language: None) -> None:
    assert use_language("zz") == "en"
    assert finding(3).said == finding(3).message


def test_values_of_a_phrase_may_be_phrases() -> None:
    inner = Phrase("{what} of 10 mm", {"what": Phrase("a gap")})
    assert Phrase("There is {inner}.", {"inner": inner}).text == "There is a gap of 10 mm."
    assert Phrase("100 {%} stays as it is").text == "100 {%} stays as it is"
