"""Nothing from a file steers a terminal, a spreadsheet or a page."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from phantoms.objects import edit
from PrintPrepLib.convert.summary import CONVERTED, Fate, Summary
from PrintPrepLib.core.errors import PrintPrepError
from PrintPrepLib.core.jsonable import to_json
from PrintPrepLib.core.outward import csv_cell, html_text, lines, one_line
from PrintPrepLib.core.phrases import Phrase

NASTY = "a\x1b]0;x\x07\0\x9b31m\u202egnp\u200f\u2066\nprintprep: all is well"


def is_safe(text: str) -> bool:
    return not any(
        (ord(sign) < 32 and sign != "\n")
        or 0x7F <= ord(sign) <= 0x9F
        or ord(sign) in (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
        for sign in text
    )


def test_each_way_out() -> None:
    for text in (one_line(NASTY), lines(NASTY), html_text(NASTY)):
        assert is_safe(text) and "\\x1b" in text and "\\u202e" in text
    assert "\n" not in one_line(NASTY)
    assert html_text("<b>&'\"") == "&lt;b&gt;&amp;&#x27;&quot;"
    text = to_json({"a": NASTY})
    assert is_safe(text) and json.loads(text) == {"a": NASTY}


def test_a_value_in_a_sentence_stays_on_its_line() -> None:
    assert "\n" not in Phrase("{a}", {"a": NASTY}).said + Phrase(NASTY).said
    assert "\n" not in str(PrintPrepError("x {a}", file=NASTY, a=NASTY))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "\uff1d"])
def test_no_cell_is_a_formula(start: str) -> None:
    assert csv_cell(f"{start}1+1").startswith("'")
    assert csv_cell("a=1") == "a=1" and csv_cell(-1) == -1


def test_the_summary_is_safe(tmp_path) -> None:
    fate = Fate(NASTY, CONVERTED, Phrase("{x}", {"x": "=cmd|calc"}), "@SUM(1)", NASTY)
    summary = Summary(tmp_path, (fate,), {}, 1, 1.0, 1)
    (row,) = csv.DictReader(io.StringIO(summary.to_csv()))
    assert all(value[:1] not in "=+-@" for value in row.values() if value)
    assert is_safe(summary.to_csv()) and is_safe(summary.to_json())


@pytest.mark.pydicom
@pytest.mark.parametrize("command", [["inspect"], ["inspect", "--identify"], ["convert", "--list"]])
def test_headers_and_names_reach_no_terminal_raw(tmp_path, command) -> None:
    taken = Acquisition(rows=20, columns=24, slices=4)
    folder = tmp_path / "in"
    write_series(Scene((Ball((0, 0, 0), 7.0),)), taken, folder)

    def change(dataset, index: int) -> None:
        dataset.SpecificCharacterSet = "ISO_IR 192"
        for keyword in ("Manufacturer", "ConvolutionKernel", "PatientName", "PatientID"):
            setattr(dataset, keyword, NASTY.replace("\0", ""))

    edit(folder, change)
    (folder / NASTY.replace("\0", "").replace("/", "")).write_text("nothing")
    done = subprocess.run(
        [sys.executable, "-m", "PrintPrepLib.cli", *command, folder],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert is_safe(done.stdout + done.stderr)
    assert not any(
        line.startswith("printprep: all is well")
        for line in (done.stdout + done.stderr).split("\n")
    )
