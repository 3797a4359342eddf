"""One bad file costs itself and nothing else, and takes no more memory than it holds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from phantoms.elscint import compress_file
from PrintPrepLib.convert.archive import Request, convert
from PrintPrepLib.convert.preview import preview
from PrintPrepLib.deidentify.options import Options
from pydicom import dcmread

pytestmark = pytest.mark.pydicom

SHARED = Path(__file__).resolve().parents[3] / "shared" / "cases" / "damaged"
GOOD = 4


@pytest.fixture
def series(tmp_path) -> Path:
    taken = Acquisition(rows=20, columns=24, slices=GOOD)
    write_series(Scene((Ball((0, 0, 0), 7.0),)), taken, tmp_path / "in")
    return tmp_path / "in"


def without_vr(data: bytes) -> bytes:
    """A file header with an element that has no VR."""
    at = data.index(b"\x02\x00\x03\x00UI")
    return data[: at + 4] + b"lo" + data[at + 6 :]


def with_wrong_vr(data: bytes) -> bytes:
    """A UID that says it is a number."""
    at = data.index(b"\x08\x00\x18\x00UI")
    return data[: at + 4] + b"DS" + data[at + 6 :]


def with_endless_element(data: bytes) -> bytes:
    at = data.index(b"\x08\x00\x60\x00CS")
    return data[:at] + b"\x08\x00\x15\x00UT\0\0\xf0\xff\xff\xff" + data[at:]


@pytest.mark.parametrize("options", [None, Options()], ids=["convert", "deidentify"])
@pytest.mark.parametrize("damage", [without_vr, with_wrong_vr, with_endless_element])
def test_a_damaged_file_costs_only_itself(series, tmp_path, damage, options) -> None:
    bad = series / "bad.dcm"
    bad.write_bytes(damage(sorted(series.iterdir())[0].read_bytes()))
    summary = convert(Request([series], tmp_path / "out", deidentify=options, identify=True))
    assert summary.counts["copied"] >= GOOD
    (fate,) = [fate for fate in summary.fates if fate.file == str(bad)]
    assert fate.fate in ("copied", "failed") and "internal" not in fate.reason
    if options is not None:
        record, _text = preview(Request([series], tmp_path, deidentify=options), lambda: False)
        assert sum(row["files"] for row in record["series"]) == GOOD + 1


@pytest.mark.parametrize("name", ["fuzz-convert-UnboundLocalError", "fuzz-deid-ValueError"])
def test_damage_that_was_met(series, tmp_path, name) -> None:
    if not (SHARED / name).is_dir():
        pytest.skip("the collection of damaged files is not on this machine")
    shutil.copyfile(SHARED / name / "bad.dcm", series / "bad.dcm")
    summary = convert(Request([series], tmp_path / "out", deidentify=Options(), identify=True))
    assert summary.counts["copied"] >= GOOD
    assert all("internal" not in fate.reason for fate in summary.fates)


def test_the_name_of_a_compression_names_no_patient(series, tmp_path) -> None:
    for path in sorted(series.iterdir())[:2]:
        dataset = dcmread(path)
        dataset.PatientName = "Quarkson^Jo"
        dataset.save_as(path)
        compress_file(path)
        data = path.read_bytes()
        path.write_bytes(data.replace(b"PMSCT_RLE1", b"QUARKSONJO"))
    summary = convert(Request([series], tmp_path / "out"))
    assert summary.counts["refused"] + summary.counts["failed"] == 2
    for name in summary.names:
        assert "QUARKSON" not in (tmp_path / "out" / name).read_text().upper()


@pytest.mark.skipif(
    not (hasattr(os, "SEEK_DATA") and Path("/proc/self/status").is_file()),
    reason="the system tells of no holes, or not how much memory a process held",
)
def test_a_file_of_holes_takes_no_memory(series, tmp_path) -> None:
    first = sorted(series.iterdir())[0]
    data = with_endless_element(first.read_bytes())
    (series / "bad.dcm").write_bytes(data)
    with open(series / "bad.dcm", "r+b") as file:
        file.truncate(3 << 30)
    code = (
        "import sys; from PrintPrepLib.cli import main; "
        "main(['convert', sys.argv[1], '--out', sys.argv[2], '--deidentify', '--identify', "
        "'--jobs', '1']); "
        # getrusage would count what the parent held when it forked.
        "status = open('/proc/self/status').read(); "
        "print(status.split('VmHWM:')[1].split()[0], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(series), str(tmp_path / "out")],
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    assert int(done.stderr.split()[-1]) < 600_000  # kB
    record = json.loads((tmp_path / "out" / "summary.json").read_text())
    (bad,) = [one for one in record["files"] if one["file"].endswith("bad.dcm")]
    assert bad["fate"] == "failed" and "ever written" in bad["reason"]
    assert record["counts"]["copied"] == GOOD
