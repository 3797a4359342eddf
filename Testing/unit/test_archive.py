"""Whole archives: every file has a fate, each new file is whole, and the pixels are the same."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from benchmarks import dcm2niix_side, slicer_side
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import SeriesTruth, write_series
from phantoms.elscint import compress_file
from PrintPrepLib.convert import worker
from PrintPrepLib.convert.archive import Request, convert, look
from PrintPrepLib.convert.inventory import find, share
from PrintPrepLib.convert.progress import (
    LIBRARY,
    ConversionProgress,
    Pace,
    convert_command,
    duration,
)
from PrintPrepLib.convert.summary import FATES
from PrintPrepLib.core.errors import Cancelled, ExportError, SeriesError
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.stack_pixels import read_voxels
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

pytestmark = pytest.mark.pydicom

SCENE = Scene((Ball((0, 0, 0), 7.0),))
TAKEN = Acquisition(rows=20, columns=24, slices=6)
EXPLICIT = "1.2.840.10008.1.2.1"


def make_series(folder: Path, *, compress: bool = True, number: int = 1, **tags) -> SeriesTruth:
    """A small series; ``tags`` go into its headers."""
    taken = Acquisition(rows=20, columns=24, slices=6, tags=tags)
    truth = write_series(SCENE, taken, folder, name=f"series {number}", series_number=number)
    if compress:
        for path in truth.files:
            compress_file(path)
    return truth


def run(inputs: Path | list[Path], out: Path, **how):
    inputs = inputs if isinstance(inputs, list) else [inputs]
    return convert(Request(inputs, out, **how))


def fates(summary) -> dict[str, str]:
    return {fate.file: fate.fate for fate in summary.fates}


def files(folder: Path) -> dict[str, bytes]:
    """What was written, without the records."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.relative_to(folder).parts[0].startswith(".")
        and not path.name.startswith(("summary", "deidentification"))
    }


def leftovers(folder: Path) -> list[Path]:
    """Files that are not whole."""
    return [path for path in folder.rglob(".printprep-*") if path.is_file()]


def command(*arguments: object, **options) -> subprocess.CompletedProcess[str]:
    paths = [str(LIBRARY), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.run(
        [sys.executable, "-m", "PrintPrepLib.cli", "convert", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        **options,
    )


def errors(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What stands on stderr beside the progress."""
    return [line for line in done.stderr.splitlines() if ConversionProgress.parse(line) is None]


@pytest.fixture
def archive(tmp_path) -> Path:
    """Two compressed series, one that is none, and what else lies in archives."""
    root = tmp_path / "archive"
    make_series(root / "P1" / "CT", number=1)
    make_series(root / "P1" / "PET scan", number=2, Modality="PT")
    make_series(root / "P2", compress=False, number=3)
    (root / "notes.txt").write_text("not for a viewer")
    (root / "P1" / "empty").touch()
    return root


# What comes out


def test_folders_are_kept_and_every_file_has_a_fate(archive, tmp_path):
    out = tmp_path / "out"
    summary = run(archive, out)
    assert summary.counts == {
        "converted": 12,
        "copied": 6,
        "skipped": 2,
        "refused": 0,
        "failed": 0,
        "not reached": 0,
    }
    names = {p.relative_to(archive).as_posix() for p in archive.rglob("*") if p.is_file()}
    assert set(fates(summary)) == names
    written = files(out)
    assert set(written) == names - {"notes.txt", "P1/empty"}
    for name, data in written.items():
        dataset = dcmread(io.BytesIO(data))
        assert dataset.file_meta.TransferSyntaxUID == EXPLICIT
        if name.startswith("P2"):
            assert data == (archive / name).read_bytes()
    assert not leftovers(out)


def test_the_same_stack_comes_back(tmp_path):
    truth = make_series(tmp_path / "in")
    before = read_series([tmp_path / "in"]).series[0]
    run(tmp_path / "in", tmp_path / "out")
    after = read_series([tmp_path / "out"]).series[0]
    assert after.uid == before.uid == truth.series_uid
    assert [s.sop_instance_uid for s in after.stacks[0].slices] == list(truth.instance_uids)
    assert after.stacks[0].slices[0].layout.compression is None
    np.testing.assert_array_equal(read_voxels(after.stacks[0]), read_voxels(before.stacks[0]))
    np.testing.assert_array_equal(read_voxels(after.stacks[0]), TAKEN.volume(SCENE))


@pytest.mark.parametrize("name", ["ct_skull_phantom_tilt_minus18", "ct_ge_tilted_variable_spacing"])
def test_real_slices_come_back_for_every_reader(real_data, tmp_path, name):
    """Elements and pixels as before the compression: ours, dcm2niix's and GDCM's."""
    original = real_data(name)
    source = tmp_path / "in"
    source.mkdir()
    for path in original.iterdir():
        shutil.copyfile(path, source / path.name)
        compress_file(source / path.name)
    assert run(source, tmp_path / "out").counts["converted"] == len(list(original.iterdir()))
    for path in original.iterdir():
        before, after = dcmread(path), dcmread(tmp_path / "out" / path.name)
        # The encoder of the tests writes this element into the file; it is not compression.
        del after[0x07A11010]
        if (0x07A1, 0x0010) not in before:
            del after[0x07A10010]
        assert before.keys() == after.keys()
        for tag in sorted(before.keys()):
            assert before[tag].value == after[tag].value, tag
            if tag != 0x7FE00010:
                assert before[tag].VR == after[tag].VR, tag
    mine = read_series([tmp_path / "out"]).series[0].stacks[0]
    plain = read_series([original]).series[0].stacks[0]
    np.testing.assert_array_equal(read_voxels(mine), read_voxels(plain))
    theirs = [
        dcm2niix_side.read_nifti(dcm2niix_side.convert(folder, tmp_path / f"nii{n}")[0]).voxels
        for n, folder in enumerate((original, source, tmp_path / "out"))
    ]
    np.testing.assert_array_equal(theirs[2], theirs[0])
    np.testing.assert_array_equal(theirs[2], theirs[1])
    both = [
        slicer_side.read_series([Path(item.path) for item in stack.slices]).voxels
        for stack in (plain, mine)
    ]
    np.testing.assert_array_equal(both[0], both[1])


def test_simpleitk_reads_a_converted_file(tmp_path):
    sitk = pytest.importorskip("SimpleITK")
    make_series(tmp_path / "in")
    run(tmp_path / "in", tmp_path / "out")
    for path in sorted((tmp_path / "out").glob("*.dcm")):
        image = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))[0]
        dataset = dcmread(path)
        stored = dataset.pixel_array * int(dataset.RescaleSlope) + int(dataset.RescaleIntercept)
        np.testing.assert_array_equal(image, stored)


def test_untouched_files_are_left_out_on_request(archive, tmp_path):
    summary = run(archive, tmp_path / "out", untouched="skip")
    assert summary.counts["converted"] == 12 and summary.counts["copied"] == 0
    reasons = {fate.reason for fate in summary.fates if fate.file.startswith("P2")}
    assert reasons == {"needs no conversion"}
    assert not (tmp_path / "out" / "P2").exists()


def test_large_files_are_not_held_in_memory(tmp_path, monkeypatch):
    """Beyond a limit the beginning of a file decides, and copying it is the system's work."""
    make_series(tmp_path / "in" / "plain", compress=False, number=1)
    make_series(tmp_path / "in" / "packed", number=2)
    monkeypatch.setattr(worker, "_WHOLE", 1300)
    monkeypatch.setattr(worker, "_BEGINNING", 700)
    for untouched, copied in (("copy", 6), ("skip", 0)):
        out = tmp_path / untouched
        summary = run(tmp_path / "in", out, untouched=untouched)
        assert (summary.counts["converted"], summary.counts["copied"]) == (6, copied)
        for name, data in files(out).items():
            if name.startswith("plain"):
                assert data == (tmp_path / "in" / name).read_bytes()
            else:
                assert dcmread(io.BytesIO(data)).PixelData


# Names


def test_layout_by_patient(tmp_path):
    a = make_series(tmp_path / "in" / "a", number=1, PatientID="12/34", SeriesDescription="Head: x")
    make_series(tmp_path / "in" / "b", number=2, PatientID="12:34")
    shutil.copytree(tmp_path / "in" / "a", tmp_path / "in" / "copy of a")
    summary = run(tmp_path / "in", tmp_path / "out", layout="patient")
    assert summary.counts["converted"] == 18
    names = list(files(tmp_path / "out"))
    assert len(names) == 18 and all(name.count("/") == 3 for name in names)
    patients = {name.split("/")[0] for name in names}
    assert len(patients) == 2 and all(name.startswith("12_34-") for name in patients)
    assert any("/1_Head_x-" in name for name in names)
    assert sum(name.endswith("-2.dcm") for name in names) == 6
    assert all("/0000" in name for name in names)
    uids = Counter(
        dcmread(io.BytesIO(data)).SOPInstanceUID for data in files(tmp_path / "out").values()
    )
    assert {uids[uid] for uid in a.instance_uids} == {2}  # both copies


@pytest.mark.parametrize(
    "words", ["", "..", "con", "a/b\\c:d*e", "x" * 300, "ä" * 300, "\u202eevil", "山田"]
)
def test_patients_of_any_name_make_folders(tmp_path, words):
    tags = {"SpecificCharacterSet": "ISO_IR 192", "PatientID": words[:64], "PatientName": ""}
    make_series(tmp_path / "in", **tags)
    summary = run(tmp_path / "in", tmp_path / "out", layout="patient")
    assert summary.counts["converted"] == 6
    (folder,) = {name.split("/")[0] for name in files(tmp_path / "out")}
    assert folder not in (".", "..", "con") and len(folder.encode()) < 200


AWKWARD = ["a b.dcm", "ü山.dcm", "line\nbreak", "-dash", "=1+1", "quote\"'", "tail.", "summary.csv"]


def test_awkward_names_survive(tmp_path):
    truth = make_series(tmp_path / "in")
    for number, name in enumerate(AWKWARD):
        shutil.copyfile(truth.files[0], tmp_path / "in" / name)
        dataset = dcmread(tmp_path / "in" / name)
        dataset.InstanceNumber = 100 + number
        dataset.save_as(tmp_path / "in" / name)
    broken = os.fsencode(tmp_path / "in") + b"/not\xfftext"
    shutil.copyfile(os.fsencode(truth.files[1]), broken)
    summary = run(tmp_path / "in", tmp_path / "out")
    assert summary.counts["converted"] == 6 + len(AWKWARD) + 1
    assert os.path.exists(os.fsencode(tmp_path / "out") + b"/not\xfftext")
    record = json.loads((tmp_path / "out" / "summary.json").read_text())
    outputs = {item["file"]: item["output"] for item in record["files"]}
    assert outputs["line\nbreak"] == "line\nbreak"
    assert outputs["summary.csv"] == "summary.csv.dcm"
    with open(tmp_path / "out" / "summary.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    cells = {row["file"] for row in rows}
    assert {f"'{name}" if name[0] in "=-" else name for name in AWKWARD} < cells
    assert len(rows) == len(outputs)


def test_several_inputs_keep_apart(tmp_path):
    make_series(tmp_path / "one" / "CT", number=1)
    make_series(tmp_path / "two" / "CT", number=2)
    single = make_series(tmp_path / "three", number=3).files[0]
    summary = run(
        [tmp_path / "one" / "CT", tmp_path / "two" / "CT", single, single], tmp_path / "out"
    )
    assert summary.counts["converted"] == 13  # what is named twice is done once
    tops = Counter(name.split("/")[0] for name in files(tmp_path / "out"))
    assert tops == {"CT": 6, "CT-2": 6, single.name: 1}


# Hostile archives


@pytest.mark.skipif(sys.platform == "win32", reason="needs links, pipes and modes")
def test_a_hostile_archive(tmp_path):
    root = tmp_path / "in"
    truth = make_series(root / "deep" / "er")
    good = truth.files[0].read_bytes()
    start = good[: good.index(b"\x08\0\x20\0DA")]
    bad = {
        "truncated": good[: len(good) // 2],
        "cut header": good[:150],
        "huge length": good[:-300] + b"\x08\0\x18\0UN\0\0\xff\xff\xff\x7f",
        "endless": start + b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff" * 3000,
        "empty": b"",
        "text": b"DICOM" * 100,
        "almost": b"\0" * 128 + b"DICM",
    }
    for name, data in bad.items():
        (root / name).write_bytes(data)
    (root / "stream").write_bytes(good)
    compress_again = dcmread(root / "stream")
    compress_again[0x07A1100A].value = b"\1\2\3\4"
    compress_again.save_as(root / "stream")
    (root / "rice").write_bytes(good.replace(b"PMSCT_RLE1", b"LOSSLESS R"))
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "gone").symlink_to(root / "nowhere")
    os.mkfifo(root / "pipe")
    directory = dcmread(truth.files[0])
    directory.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.1.3.10"
    directory.save_as(root / "DICOMDIR")
    for path in root.rglob("*"):
        if path.is_file():
            path.chmod(0o444)
    summary = run(root, tmp_path / "out")
    found = {fate.file: (fate.fate, fate.reason) for fate in summary.fates}
    expected = {
        "truncated": ("failed", "cut off"),
        "cut header": ("failed", "cut off"),
        "huge length": ("failed", "cut off"),
        "endless": ("failed", "damaged"),
        "empty": ("skipped", "not DICOM: it is empty"),
        "text": ("skipped", "not DICOM"),
        "stream": ("failed", "truncated: 4 of 480 pixels"),
        "rice": ("refused", "LOSSLESS R is not known"),
        "loop": ("skipped", "link to a folder"),
        "gone": ("failed", "cannot be read (No such file"),
        "pipe": ("skipped", "a pipe"),
        "DICOMDIR": ("skipped", "a DICOMDIR"),
    }
    for name, (fate, reason) in expected.items():
        assert found[name][0] == fate and reason in found[name][1], (name, found[name])
    assert summary.counts["converted"] == 6
    assert all(fate in FATES for fate, _ in found.values())
    assert not leftovers(tmp_path / "out")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_files_are_named(tmp_path):
    truth = make_series(tmp_path / "in")
    truth.files[0].chmod(0)
    summary = run(tmp_path / "in", tmp_path / "out")
    assert summary.counts["failed"] == 1 and "Permission" in summary.fates[0].reason


def test_a_file_that_vanishes_meanwhile_fails_alone(tmp_path):
    truth = make_series(tmp_path / "in")
    gone = []

    def progress(now: ConversionProgress) -> None:
        if now.stage == "convert" and not gone:
            gone.append(truth.files[3])
            truth.files[3].unlink()
            truth.files[4].write_bytes(b"")

    summary = convert(Request([tmp_path / "in"], tmp_path / "out"), progress)
    assert summary.counts["converted"] == 4 and summary.counts["failed"] == 2


def test_the_results_are_not_converted_again(tmp_path):
    root = tmp_path / "in"
    make_series(root / "a")
    out = root / "results"
    for _ in range(2):
        summary = run(root, out)
        assert len(summary.fates) == 6
    assert not (out / "results").exists()
    # As a killed run leaves it: half a file that is not where its name says.
    half = (out / "a" / "IM00001.dcm").read_bytes()[:900]
    (out / ".printprep-convert" / ".printprep-1.dcm").write_bytes(half)
    again = run(out, tmp_path / "again")
    assert not [fate for fate in again.fates if fate.file.startswith(".printprep")]
    with pytest.raises(SeriesError, match="the input itself"):
        run(root, root)


def test_inputs_without_anything_to_do_are_refused(tmp_path):
    with pytest.raises(SeriesError, match="no such file"):
        run(tmp_path / "nowhere", tmp_path / "out")
    (tmp_path / "in").mkdir()
    with pytest.raises(SeriesError, match="no file"):
        run(tmp_path / "in", tmp_path / "out")
    (tmp_path / "in" / "text").write_text("x")
    with pytest.raises(SeriesError, match="1 of 1 files: not DICOM"):
        run(tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()


# Restart


def test_a_restart_does_only_what_is_missing(archive, tmp_path):
    out = tmp_path / "out"
    first = run(archive, out)
    whole = files(out)
    times = {name: (out / name).stat().st_mtime_ns for name in whole}
    lost = "P1/CT/IM00002.dcm"
    (out / lost).unlink()
    second = run(archive, out)
    assert second.counts["converted"] == 1 and second.counts["copied"] == 0
    assert second.done_before == 17
    assert {f.output for f in first.fates} == {f.output for f in second.fates}
    assert files(out) == whole
    assert {n for n in whole if (out / n).stat().st_mtime_ns != times[n]} == {lost}


def test_a_restart_sees_that_a_source_changed(tmp_path):
    truth = make_series(tmp_path / "in")
    run(tmp_path / "in", tmp_path / "out")
    dataset = dcmread(truth.files[2])
    dataset.StudyID = "changed"
    dataset.save_as(truth.files[2])
    summary = run(tmp_path / "in", tmp_path / "out")
    assert summary.counts["converted"] == 1 and summary.done_before == 5
    assert dcmread(tmp_path / "out" / truth.files[2].name).StudyID == "changed"


def test_other_options_are_no_restart(archive, tmp_path):
    run(archive, tmp_path / "out")
    assert run(archive, tmp_path / "out", layout="patient").counts["converted"] == 12


def test_what_a_killed_run_could_not_note_is_recognised(tmp_path):
    make_series(tmp_path / "in")
    run(tmp_path / "in", tmp_path / "out")
    whole = files(tmp_path / "out")
    for journal in (tmp_path / "out" / ".printprep-convert").iterdir():
        text = journal.read_text().splitlines(keepends=True)
        journal.write_text("".join(text[:3]) + text[3][:20])
    summary = run(tmp_path / "in", tmp_path / "out")
    assert summary.done_before == 6 and summary.counts["refused"] == 0
    assert files(tmp_path / "out") == whole


def test_unrelated_files_are_never_overwritten(tmp_path):
    truth = make_series(tmp_path / "in")
    out = tmp_path / "out"
    out.mkdir()
    (out / truth.files[0].name).write_bytes(b"precious")
    (out / truth.files[1].name).mkdir()
    (out / truth.files[2].name).symlink_to(tmp_path / "nowhere")
    summary = run(tmp_path / "in", out)
    assert summary.counts["refused"] == 3 and summary.counts["converted"] == 3
    assert (out / truth.files[0].name).read_bytes() == b"precious"
    assert (out / truth.files[2].name).is_symlink()
    assert not leftovers(out)


# Cancelling, full disks, processes


def test_stopping_leaves_whole_files_and_the_rest_follows(tmp_path):
    make_series(tmp_path / "in")
    whole = files(run(tmp_path / "in", tmp_path / "whole").out)
    asked = []

    def stopped() -> bool:
        asked.append(None)
        return (tmp_path / "out").exists() and len(files(tmp_path / "out")) >= 3

    summary = convert(Request([tmp_path / "in"], tmp_path / "out"), stopped=stopped)
    assert summary.counts["converted"] == 3 and summary.counts["not reached"] == 3
    assert summary.stopped
    assert files(tmp_path / "out").items() < whole.items()
    assert not leftovers(tmp_path / "out")
    record = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert record["counts"]["not reached"] == 3 and record["stopped"]
    again = run(tmp_path / "in", tmp_path / "out")
    assert again.counts["converted"] == 3 and again.done_before == 3
    assert files(tmp_path / "out") == whole


def test_stopping_while_looking_around_writes_nothing(tmp_path):
    make_series(tmp_path / "in")
    with pytest.raises(Cancelled):
        convert(Request([tmp_path / "in"], tmp_path / "out"), stopped=lambda: True)
    assert not (tmp_path / "out").exists()


def test_a_full_disk_ends_the_run(tmp_path, monkeypatch):
    make_series(tmp_path / "in")
    written = []
    really = worker._write_all

    def write_all(path, pieces):
        if len(written) == 2:
            path.write_bytes(b"some")
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        really(path, pieces)

    monkeypatch.setattr(worker, "_write_all", write_all)
    summary = run(tmp_path / "in", tmp_path / "out")
    assert summary.stopped == "the disk is full"
    assert summary.counts["converted"] == 2 and summary.counts["failed"] == 1
    assert summary.counts["not reached"] == 3
    assert len(files(tmp_path / "out")) == 2 and not leftovers(tmp_path / "out")
    monkeypatch.undo()
    assert run(tmp_path / "in", tmp_path / "out").counts["converted"] == 4


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    make_series(tmp_path / "in")
    (tmp_path / "file").write_text("x")
    with pytest.raises(ExportError, match="cannot be written"):
        run(tmp_path / "in", tmp_path / "file" / "out")


@pytest.mark.parametrize("deidentify", [False, True])
def test_several_processes_do_the_same_as_one(tmp_path, deidentify):
    from PrintPrepLib.deidentify.options import PROFILES

    root = tmp_path / "in"
    for number in range(1, 8):
        make_series(root / str(number), compress=number % 3 > 0, number=number)
    (root / "bad").write_bytes((root / "1" / "IM00001.dcm").read_bytes()[:1000])
    how = {"deidentify": PROFILES["pet"], "secret": b"s" * 32} if deidentify else {}
    one = run(root, tmp_path / "one", jobs=1, **how)
    three = run(root, tmp_path / "three", jobs=3, **how)
    assert one.fates == three.fates and one.counts["failed"] == 1
    assert files(tmp_path / "one") == files(tmp_path / "three")
    assert len(files(tmp_path / "one")) == 42
    assert one.deidentification == three.deidentification


def test_work_goes_on_when_processes_cannot_be_started(tmp_path, monkeypatch):
    """As inside an application whose executable is no plain Python."""
    import multiprocessing

    for number in range(1, 6):
        make_series(tmp_path / "in" / str(number), number=number)
    context = multiprocessing.get_context("spawn")
    monkeypatch.setattr(multiprocessing.spawn, "_python_exe", b"/bin/false")
    assert context is not None
    summary = run(tmp_path / "in", tmp_path / "out", jobs=3)
    assert summary.counts["converted"] == 30


# Shares for independent jobs


def test_the_parts_do_everything_exactly_once(archive, tmp_path):
    for number in range(4, 10):
        make_series(archive / f"more{number}", number=number)
    whole = run(archive, tmp_path / "whole")
    parts = [run(archive, tmp_path / "out", part=(n, 3)) for n in (1, 2, 3)]
    told = Counter(name for part in parts for name in fates(part))
    assert set(told) == set(fates(whole)) and set(told.values()) == {1}
    assert files(tmp_path / "out") == files(tmp_path / "whole")
    series = [{fate.series_id for fate in part.fates if fate.series_id} for part in parts]
    assert sum(map(len, series)) == len(set.union(*series)) == 9
    assert sum(bool(ids) for ids in series) > 1
    assert (tmp_path / "out" / "summary-part-2-of-3.json").exists()
    # The closing run of everything finds it all done.
    assert run(archive, tmp_path / "out").done_before == 12 + 6 + 36


def test_shares_are_the_same_everywhere():
    assert [share("1.2.3", n) for n in (1, 2, 7, 100)] == [1, 1, 3, 55]


def test_a_part_without_series_is_done_at_once(tmp_path):
    make_series(tmp_path / "in")
    parts = [run(tmp_path / "in", tmp_path / "out", part=(n, 40)) for n in range(1, 41)]
    assert sorted(part.counts["converted"] for part in parts) == [0] * 39 + [6]


# De-identification


SECRET_WORDS = ["Verysecret^Person", "ID-55512", "19470203"]


def make_patient(folder: Path, **more) -> SeriesTruth:
    name, number, birth = SECRET_WORDS
    return make_series(folder, PatientName=name, PatientID=number, PatientBirthDate=birth, **more)


@pytest.mark.parametrize("layout", ["keep", "patient"])
def test_nothing_names_the_patient_any_more(tmp_path, layout):
    from PrintPrepLib.deidentify.options import PROFILES

    root = tmp_path / "in" / "Verysecret^Person"
    truth = make_patient(root / "ID-55512 CT")
    make_patient(root / "plain", compress=False, number=2)
    (root / "ID-55512.txt").write_text("x")
    summary = run(tmp_path / "in", tmp_path / "out", deidentify=PROFILES["basic"], layout=layout)
    assert summary.counts["converted"] == 6 and summary.counts["copied"] == 6
    words = [*SECRET_WORDS, "Verysecret", truth.study_uid, truth.series_uid]
    words += list(truth.instance_uids)
    for path in (tmp_path / "out").rglob("*"):
        relative = str(path.relative_to(tmp_path / "out"))
        content = path.read_bytes() if path.is_file() else b""
        for word in words:
            assert word not in relative and word.encode() not in content, (word, relative)
    dataset = dcmread(next(iter(sorted((tmp_path / "out").rglob("*.dcm")))))
    assert dataset.PatientIdentityRemoved == "YES"
    if layout == "patient":
        (folder,) = {name.split("/")[0] for name in files(tmp_path / "out")}
        assert folder == dataset.PatientID
    report = json.loads((tmp_path / "out" / "deidentification.json").read_text())
    assert report["files"] == 12
    by_tag = {item["tag"]: item for item in report["changes"]}
    assert by_tag["(0010,0010)"]["count"] == 12 and by_tag["(0010,0010)"]["action"] == "replace"


def test_a_deidentified_series_still_belongs_together(tmp_path):
    from PrintPrepLib.deidentify.options import PROFILES

    make_patient(tmp_path / "in")
    run(tmp_path / "in", tmp_path / "out", deidentify=PROFILES["basic"])
    (series,) = read_series([tmp_path / "out"]).series
    assert series.slice_count == 6
    np.testing.assert_array_equal(read_voxels(series.stacks[0]), TAKEN.volume(SCENE))


def test_identify_names_the_originals_in_the_summary(tmp_path):
    from PrintPrepLib.deidentify.options import PROFILES

    truth = make_patient(tmp_path / "in")
    summary = run(tmp_path / "in", tmp_path / "out", deidentify=PROFILES["basic"], identify=True)
    assert {fate.file for fate in summary.fates} == {str(path) for path in truth.files}
    assert {fate.series_id for fate in summary.fates} == {truth.series_uid}


def test_one_folder_holds_one_deidentification(tmp_path):
    from PrintPrepLib.deidentify.options import PROFILES

    make_patient(tmp_path / "in")
    how = {"deidentify": PROFILES["basic"], "secret": b"1" * 16}
    run(tmp_path / "in", tmp_path / "out", **how)
    assert run(tmp_path / "in", tmp_path / "out", **how).done_before == 6
    for other in (
        {"deidentify": PROFILES["basic"]},
        {"deidentify": PROFILES["pet"], "secret": b"1" * 16},
        {},
    ):
        with pytest.raises(ExportError, match="de-identified otherwise"):
            run(tmp_path / "in", tmp_path / "out", **other)


def test_independent_jobs_with_one_secret_agree(tmp_path):
    from PrintPrepLib.deidentify.options import PROFILES

    for number in range(1, 5):
        make_patient(tmp_path / "in" / str(number), number=number)
    how = {"deidentify": PROFILES["basic"], "secret": b"1" * 16}
    for part in ((1, 2), (2, 2)):
        run(tmp_path / "in", tmp_path / "parts", part=part, **how)
    run(tmp_path / "in", tmp_path / "whole", **how)
    assert files(tmp_path / "parts") == files(tmp_path / "whole")


def test_pet_options_that_break_suv_are_told_at_once(tmp_path):
    from PrintPrepLib.deidentify.options import PROFILES

    make_series(tmp_path / "in", Modality="PT")
    told: list[str] = []
    request = Request([tmp_path / "in"], tmp_path / "out", deidentify=PROFILES["basic"])
    summary = convert(request, warn=told.append)
    assert any("SUV" in text for text in told) and set(told) <= {
        warning.text for warning in summary.warnings
    }


def test_a_deidentified_pet_series_gives_the_same_suv(tmp_path):
    """One half-life of 6,600 s, 80 kg and 400 MBq: 0.0004, before and after."""
    from PrintPrepLib.deidentify.options import PROFILES
    from PrintPrepLib.pet.header import PetHeader
    from PrintPrepLib.pet.suv import suv_factor

    dose = Dataset()
    dose.RadionuclideTotalDose, dose.RadionuclideHalfLife = "400000000", "6600"
    dose.RadiopharmaceuticalStartDateTime = "20200102100000"
    truth = make_series(
        tmp_path / "in",
        Modality="PT",
        PatientWeight="80",
        Units="BQML",
        DecayCorrection="START",
        CorrectedImage=["DECY", "ATTN"],
        SeriesTime="115000",
        AcquisitionTime="115000",
        RadiopharmaceuticalInformationSequence=Sequence([dose]),
    )
    run(tmp_path / "in", tmp_path / "out", deidentify=PROFILES["pet"])
    new = sorted((tmp_path / "out").glob("*.dcm"))
    for paths in (truth.files, new):
        factor = suv_factor([PetHeader.from_dataset(dcmread(path)) for path in paths]).factor
        assert factor == pytest.approx(0.0004, rel=1e-9)
    assert dcmread(new[0]).SeriesDate != "20200102"


# The panel's side


def test_progress_lines_are_read_back():
    for now in (
        ConversionProgress("look", 3, 10),
        ConversionProgress("convert", 3, 10, 1, 2, 77),
        ConversionProgress("convert", 0, 0),
    ):
        assert ConversionProgress.parse(now.line()) == now
        assert ConversionProgress.parse(now.line() + "\n") == now
    for line in ("", "printprep: no", "printprep-progress stage=x files=1/2", "x" * 9999):
        assert ConversionProgress.parse(line) is None
    assert ConversionProgress("convert", 5, 10, 1, 2, 7300).words() == (
        "5 of 10 files, 1 of 2 series, 2 h 2 min left"
    )
    assert [duration(s).text for s in (5, 89, 600, 7200)] == ["5 s", "89 s", "10 min", "2 h 0 min"]


def test_pace_counts_series_and_guesses_from_what_was_really_done(monkeypatch):
    from PrintPrepLib.convert import progress as convert_progress

    clock = [0.0]
    monkeypatch.setattr(convert_progress.time, "monotonic", lambda: clock[0])
    told: list[ConversionProgress] = []
    pace = Pace(told.append, "convert", 4, ["a", "a", "b", "b"], 400)
    pace.skip("a", 100)
    for key in ("a", "b"):
        clock[0] += 10
        pace.step(key, 100)
    assert told[-1] == ConversionProgress("convert", 3, 4, 1, 2, 10)


def test_the_panel_can_run_it_as_a_child(archive, tmp_path):
    arguments = convert_command(
        sys.executable, [archive], tmp_path / "out", stop_file=tmp_path / "stop"
    )
    done = subprocess.run(arguments, cwd=LIBRARY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["converted"] == 12
    lines = [ConversionProgress.parse(line) for line in done.stderr.splitlines()]
    assert None not in lines
    assert lines[-1].files_done == lines[-1].files == 18 and lines[-1].series_done == 3


# The command line


def test_json_is_all_of_stdout_and_the_same_as_the_file(archive, tmp_path):
    done = command(archive, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0 and errors(done) == []
    assert done.stdout == (tmp_path / "out" / "summary.json").read_text()
    record = json.loads(done.stdout)
    assert record["schema"] and record["counts"]["converted"] == 12
    assert set(record["files"][0]) == {
        "file",
        "fate",
        "reason",
        "output",
        "compression",
        "series_id",
        "bytes",
    }


def test_words_for_a_person(archive, tmp_path):
    done = command(archive, "--out", tmp_path / "out")
    assert done.returncode == 0
    assert "Converted      12 files" in done.stdout and "1 × not DICOM, such as" in done.stdout
    again = command(archive, "--out", tmp_path / "out")
    assert "18 × done by an earlier run" in again.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--jobs", "0", "--out", "o"],
        ["--part", "3/2", "--out", "o"],
        ["--part", "0/2", "--out", "o"],
        ["--layout", "flat", "--out", "o"],
        ["--preview"],
        ["--dates", "keep", "--out", "o"],
        ["--secret-file", "s", "--out", "o"],
        ["--no-retain-safe-private", "--out", "o"],
        ["--deidentify=strict", "--out", "o"],
        ["--deidentify", "--part", "1/2", "--out", "o"],
        [],
    ],
    ids=" ".join,
)
def test_wrong_usage(tmp_path, arguments):
    done = command(tmp_path, *arguments, cwd=tmp_path)
    assert done.returncode == 2 and "usage: printprep convert" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_refusals_are_one_line(tmp_path):
    truth = make_series(tmp_path / "in")
    for path in truth.files:
        path.write_bytes(path.read_bytes().replace(b"PMSCT_RLE1", b"LOSSLESS R"))
    done = command(tmp_path / "in", "--out", tmp_path / "out")
    assert done.returncode == 1 and done.stdout == ""
    (line,) = errors(done)
    assert line.startswith("printprep: no file could be written (6 refused or failed")
    assert "LOSSLESS R is not known" in line
    assert len((tmp_path / "out" / "summary.csv").read_text().splitlines()) == 7
    done = command(tmp_path / "nowhere", "--out", tmp_path / "out")
    assert done.returncode == 1 and "no such file" in errors(done)[0]


def test_a_profile_need_not_be_named(tmp_path):
    make_patient(tmp_path / "in")
    done = command("--deidentify", tmp_path / "in", "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["options"]["deidentify"]["profile"] == "basic"
    done = command(
        "--deidentify", "pet", "--uids", "keep", "--no-retain-patient-characteristics",
        tmp_path / "in", "--out", tmp_path / "pet", "--json",
    )  # fmt: skip
    options = json.loads(done.stdout)["options"]["deidentify"]
    assert options["dates"] == "shift" and options["uids"] == "keep"
    assert options["retain_safe_private"] and not options["retain_patient_characteristics"]


def test_a_secret_file_is_made_once_and_joins_runs(tmp_path):
    make_patient(tmp_path / "a" / "x", number=1)
    make_patient(tmp_path / "b" / "y", number=2)
    secret = tmp_path / "secret"
    for name in ("a", "b"):
        done = command(
            tmp_path / name, "--out", tmp_path / f"out {name}", "--deidentify",
            "--secret-file", secret,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert len(secret.read_bytes()) == 32 and secret.stat().st_mode & 0o077 == 0
    numbers = {
        dcmread(path).PatientID
        for name in ("a", "b")
        for path in (tmp_path / f"out {name}").rglob("*.dcm")
    }
    assert len(numbers) == 1 and not numbers & set(SECRET_WORDS)
    secret.write_bytes(b"short")
    done = command(tmp_path / "a", "--out", tmp_path / "o", "--deidentify", "--secret-file", secret)
    assert done.returncode == 1 and "5 bytes" in errors(done)[0]
    assert not (tmp_path / "o").exists()


def test_pseudonyms_from_a_list(tmp_path):
    make_patient(tmp_path / "in")
    table = tmp_path / "list.csv"
    table.write_text(f"{SECRET_WORDS[1]},Study-007\n")
    done = command(
        tmp_path / "in", "--out", tmp_path / "out", "--deidentify", "--pseudonyms", table
    )
    assert done.returncode == 0, done.stderr
    assert {dcmread(p).PatientID for p in (tmp_path / "out").rglob("*.dcm")} == {"Study-007"}
    table.write_text("a,b,c\n")
    done = command(
        tmp_path / "in", "--out", tmp_path / "out2", "--deidentify", "--pseudonyms", table
    )
    assert done.returncode == 1 and "3 columns" in errors(done)[0]


def test_preview_and_list_write_nothing(archive, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    done = command(archive, "--list", "--json")
    record = json.loads(done.stdout)
    assert [row["files"] for row in record["series"]] == [6, 6, 6]
    assert [row["compressed"] for row in record["series"]] == [6, 6, 0]
    shares = [
        len(json.loads(command(archive, "--list", "--part", f"{n}/2", "--json").stdout)["series"])
        for n in (1, 2)
    ]
    assert sum(shares) == 3
    assert "3 series, 18 files" in command(archive, "--list").stdout
    done = command(archive, "--preview", "--deidentify", "pet", "--json")
    (first, *_) = json.loads(done.stdout)["series"]
    changes = {change["tag"]: change for change in first["changes"]}
    assert changes["(0010,0010)"]["action"] == "replace"
    assert "(07A1,100A)" not in changes  # converted first
    assert "Phantom" not in done.stdout
    done = command(
        archive, "--preview", "--deidentify", "--identify", "--secret-file", tmp_path / "secret"
    )
    assert "'Phantom^Analytic' →" in done.stdout
    assert sorted(tmp_path.rglob("*")) == before


def wait_for(condition, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture(scope="session")
def long_archive(tmp_path_factory) -> Path:
    """Enough work to be interrupted in: a second or more on any machine."""
    root = tmp_path_factory.mktemp("long")
    taken = Acquisition(rows=256, columns=256, slices=60)
    for path in write_series(SCENE, taken, root / "0").files:
        compress_file(path)
    for number in range(1, 8):
        shutil.copytree(root / "0", root / str(number))
    return root


@pytest.mark.parametrize("how", ["stop file", "terminal", "scheduler"])
@pytest.mark.parametrize("jobs", [1, 3])
def test_a_running_command_stops_after_whole_files(long_archive, tmp_path, how, jobs):
    out, stop = tmp_path / "out", tmp_path / "stop"
    arguments = convert_command(sys.executable, [long_archive], out, stop_file=stop, jobs=jobs)
    child = subprocess.Popen(
        arguments,
        cwd=LIBRARY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(lambda: (out / "0").is_dir() and len(list((out / "0").glob("IM*"))) > 5)
    if how == "stop file":
        stop.touch()
    else:  # to all processes at once
        os.killpg(child.pid, signal.SIGINT if how == "terminal" else signal.SIGTERM)
    said, errors_ = child.communicate(timeout=60)
    assert child.returncode == 1 and said == ""
    last = errors_.splitlines()[-1]
    assert "Cancelled after" in last and "goes on from there" in last, errors_
    assert "Traceback" not in errors_
    # A scheduler ends the workers in the middle of a file, which then is nowhere in sight.
    assert how == "scheduler" or not leftovers(out)
    written = files(out)
    assert 5 < len(written) < 480
    counts = json.loads((out / "summary.json").read_text())["counts"]
    assert sum(counts.values()) == 480
    assert how == "scheduler" or counts["converted"] == len(written)
    for data in written.values():
        assert len(dcmread(io.BytesIO(data)).PixelData) == 2 * 256 * 256
    stop.unlink(missing_ok=True)
    done = command(long_archive, "--out", out, "--json")
    record = json.loads(done.stdout)
    assert record["counts"]["converted"] + record["counts"]["skipped"] == 480
    assert record["counts"]["skipped"] == len(written)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_no_process_outlives_a_killed_parent(long_archive, tmp_path):
    arguments = convert_command(
        sys.executable, [long_archive], tmp_path / "out", stop_file=tmp_path / "stop", jobs=3
    )
    child = subprocess.Popen(
        arguments,
        cwd=LIBRARY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_for(lambda: len(members(child.pid)) >= 3)
    wait_for(lambda: (tmp_path / "out" / "0").is_dir())
    child.kill()
    child.wait()
    wait_for(lambda: not members(child.pid), 30)
    for data in files(tmp_path / "out").values():
        assert len(dcmread(io.BytesIO(data)).PixelData) == 2 * 256 * 256
    summary = run(long_archive, tmp_path / "out")
    assert summary.counts["converted"] + summary.done_before == 480


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_a_killed_worker_costs_no_file(long_archive, tmp_path):
    arguments = convert_command(
        sys.executable, [long_archive], tmp_path / "out", stop_file=tmp_path / "stop", jobs=3
    )
    child = subprocess.Popen(
        arguments,
        cwd=LIBRARY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(lambda: len(workers(child.pid)) == 2)
    wait_for(lambda: (tmp_path / "out" / "0").is_dir())
    os.kill(workers(child.pid)[0], signal.SIGKILL)
    said, errors_ = child.communicate(timeout=60)
    assert child.returncode == 0, errors_
    counts = json.loads(said)["counts"]
    # What the others had in hand when it broke was converted twice at the worst.
    assert counts["converted"] + counts["skipped"] == 480
    assert len(files(tmp_path / "out")) == 480


def workers(session: int) -> list[int]:
    """The processes of a session that were spawned to work."""
    return [
        process
        for process in members(session)
        if b"spawn_main" in Path(f"/proc/{process}/cmdline").read_bytes()
    ]


def members(session: int) -> list[int]:
    """The processes of a session that still run."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(folder.name))
    return found


def test_looking_finds_the_same_as_converting(archive, tmp_path):
    seen = look(Request([archive], tmp_path / "out"))
    assert len(seen.chosen) == 18 and len(seen.unusable) == 2
    assert len(find([archive], tmp_path / "out").sources) == 20
