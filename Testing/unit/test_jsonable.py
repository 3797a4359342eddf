"""JSON that others wrote: protocols, stores of calibrations and records, changed at random."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PrintPrepLib.calibration.store import SCHEMA, latest_for, load_calibrations
from PrintPrepLib.core.errors import PrintPrepError
from PrintPrepLib.core.jsonable import JsonError, numbers_of, parse_json, plain, read_json
from PrintPrepLib.core.package_data import data_json
from PrintPrepLib.mesh.io.export import export_model
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh, measure
from PrintPrepLib.qa.checks.calibration import calibration_checks
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

VALUES = [
    "NaN", "Infinity", "1e999", "1" + "0" * 400, "null", "true", "-1", "0", "1e300", "[]", "{}",
    '""', '"word"', '["word"]', "[[[1]]]", '"9999-12-31T23:59:59-14:00"', '"0001-01-01T00:00:00"',
    '{"a": {"b": null}}', '"../../etc/passwd"', '"' + "n" * 5000 + '"', "[" * 2000 + "]" * 2000,
]  # fmt: skip
MARK = "@here@"


def places(value: Any, way: tuple = ()) -> Iterator[tuple]:
    """The ways to everything in it."""
    if way:
        yield way
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(one, (*way, key))


def changed(value: Any, way: tuple, text: str) -> str:
    copy = json.loads(json.dumps(value))
    at = copy
    for key in way[:-1]:
        at = at[key]
    at[way[-1]] = MARK
    return json.dumps(copy).replace(f'"{MARK}"', text)


def store() -> dict[str, Any]:
    scale = {"scale": 1.001, "uncertainty": 0.0005}
    made = {"kind": "ball", "nominal_mm": 30.0, "measured_mm": 30.01, "uncertainty_mm": 0.01}
    return {
        "schema": SCHEMA,
        "calibrations": [
            {
                "id": "a1", "created": "2026-01-02T03:04:05+00:00",
                "scanner": {"id": "s", "manufacturer": "m", "model": "x"}, "kernel": "B",
                "objects": [made], "scale": {"x": scale, "y": scale, "z": None},
            }
        ],
    }  # fmt: skip


def use_store(path: Path) -> None:
    source = {"scanner_id": "s", "kernel": "B"}
    part = latest_for(source, load_calibrations(path))
    for check in calibration_checks(source, part):
        assert check.message


def record(folder: Path) -> dict[str, Any]:
    """A record of a cube, without a seal: what does not fit must be seen in the figures."""
    corners = 10.0 * np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    faces = [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
        [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ]  # fmt: skip
    mesh = TriangleMesh(corners, np.array(faces))
    file = export_model(mesh, folder / "model.stl")
    model = plain(asdict(measure(mesh)))
    model |= {"scale": 1.0, "center_offset_mm": [0.0, 0.0, 0.0], "units": "mm"}
    model["files"] = [{"file": "model.stl", "format": "stl", "sha256": file.sha256}]
    return {
        "schema": "printprep-qa/1",
        "software": {"printprep": "0.2.0"},
        "source": {"kind": "dicom", "modality": "CT", "steps_mm": {"median": 1.0, "max": 1.0}},
        "volume": {
            "dimensions": [9, 9, 9], "spacing_mm": [1.0, 1.0, 1.0],
            "ijk_to_ras": np.diag([-1.0, -1.0, 1.0, 1.0]).tolist(),
        },
        "segment": {"method": "threshold", "threshold_hu": [200.0, None], "voxels": 1000},
        "model": model,
        "checks": [{"id": "size", "title": "t", "status": "pass", "measured": 1, "message": "m"}],
        "verdict": "pass",
    }  # fmt: skip


def use_record(path: Path) -> None:
    for item in verify(path).items:
        assert item.told.said


def mutated(value: Any, path: Path, use: Callable[[Path], object], count: int, seed: int) -> None:
    chance, ways = random.Random(seed), list(places(value))
    start = time.monotonic()
    for _ in range(count):
        way, text = chance.choice(ways), chance.choice(VALUES)
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
