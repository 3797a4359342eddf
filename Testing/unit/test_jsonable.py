"""JSON that others wrote: protocols, stores of calibrations and records, changed at random."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.outside_json import record, store, use_record, use_store
from phantoms.damaged_json import TEXTS, changed, ways
from PrintPrepLib.core.errors import PrintPrepError
from PrintPrepLib.core.jsonable import JsonError, numbers_of, parse_json, read_json
from PrintPrepLib.core.package_data import data_json
from PrintPrepLib.qa.protocol import load_protocol
from PrintPrepLib.verify.record import verify

BAD_TEXTS = {
    "nested": ("[" * 100_000, "nested too deeply"),
    "nested objects": ('{"a":' * 100 + "1" + "}" * 100, "nested too deeply"),
    "NaN": ('{"a": NaN}', "NaN is not a number"),
    "infinity": ("[-Infinity]", "-Infinity is not a number"),
    "a float too large": ("[1e999]", "1e999 is not a number"),
    "a whole number too large": ("[1" + "0" * 400 + "]", "is not a number"),
    "more digits than Python reads": ("[" + "1" * 10_000 + "]", "is not a number"),
    "a key twice": ('{"a": 1, "a": 2}', "a: stands there twice"),
    "half a character": ('["\\ud800"]', "half of a character"),
    "cut off": ('{"a": [1, ', "not JSON"),
    "empty": ("", "not JSON"),
}


@pytest.mark.parametrize("case", BAD_TEXTS)
def test_what_is_refused(case):
    text, told = BAD_TEXTS[case]
    with pytest.raises(JsonError, match=told) as caught:
        parse_json(text)
    assert len(str(caught.value)) < 200


def test_what_is_read():
    assert parse_json('{"a": ["[[[", "\\"{", 1, -2.5e3, true, null, "\\ud83e\\uddb4"]}') == {
        "a": ["[[[", '"{', 1, -2500.0, True, None, "\U0001f9b4"]
    }


def test_files_that_are_none(tmp_path):
    (tmp_path / "large.json").write_text(" " * 1000)
    with pytest.raises(JsonError, match="too large"):
        read_json(tmp_path / "large.json", 999)
    (tmp_path / "latin.json").write_bytes(b'["\xe4"]')
    for path in ("latin.json", "nowhere.json", "."):
        with pytest.raises(JsonError):
            read_json(tmp_path / path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.json")
        with pytest.raises(JsonError, match="a pipe"):
            read_json(tmp_path / "pipe.json")


def test_lists_of_numbers():
    np.testing.assert_array_equal(numbers_of([[1, 2.5]], 1, 2), [[1, 2.5]])
    for value in (1, [1, 2, 3], ["1", "2"], [True, 1], [[1], 2], None, {"0": 1}):
        with pytest.raises(ValueError, match="no "):
            numbers_of(value, 2)


# Everything at every place: the answer is a sentence or a finding, never an internal error


def mutated(value: Any, path: Path, use: Callable[[Path], object], count: int, seed: int) -> None:
    chance, places = random.Random(seed), list(ways(value))
    start = time.monotonic()
    for _ in range(count):
        way, text = chance.choice(places), chance.choice(TEXTS)
        path.write_text(changed(value, way, text), "utf-8")
        try:
            use(path)
        except PrintPrepError as error:
            told = str(error)
            assert "\n" not in told and len(told) < 6000, (way, text[:50])
        except Exception as error:
            raise AssertionError((way, text[:50])) from error
        if time.monotonic() - start > 5:  # a slow machine tries fewer
            break


def test_protocols_changed_at_random(tmp_path):
    content = data_json("protocol_orthopaedic.json")
    mutated(content, tmp_path / "own.json", load_protocol, 400, 1)


def test_stores_changed_at_random(tmp_path):
    mutated(store(), tmp_path / "store.json", use_store, 800, 2)


def test_records_changed_at_random(tmp_path):
    mutated(record(tmp_path), tmp_path / "qa.json", use_record, 800, 3)


@pytest.mark.parametrize("way", ["scale", "center_offset_mm", "bounds_mm", "extents_mm"])
@pytest.mark.parametrize("text", ["0", "true", '"1"', "[0]", "null", "[[0], [0], [0]]"])
def test_what_is_no_figure_is_never_unchanged(tmp_path, way, text):
    content = record(tmp_path)
    path = tmp_path / "qa.json"
    path.write_text(json.dumps(content), "utf-8")
    figures = "figures:model.stl"
    before = {item.id: item.outcome for item in verify(path).items}
    assert before[figures] == "unchanged"
    path.write_text(changed(content, ("model", way), text), "utf-8")
    assert {item.id: item.outcome for item in verify(path).items}[figures] == "changed"
