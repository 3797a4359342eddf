"""An archive converted by clicking: a child process, followed and stopped by the panel."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
import slicer
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from phantoms.elscint import compress_file
from pydicom import dcmread
from standin import user
from test_panel import folder, lab, load, panel

__all__ = ["folder", "panel"]
pytest_plugins = ("standin.fixtures",)

SCENE = Scene([Ball((0.0, 0.0, 0.0), 7.0)])
EXPLICIT = "1.2.840.10008.1.2.1"
SLICES = 5


def make_archive(place: Path, slices: int = SLICES, size: int = 32) -> dict[str, bytes]:
    """Two private-compressed series: place of each file, and its true pixels."""
    truth = {}
    for number in (1, 2):
        taken = Acquisition(rows=size, columns=size, slices=slices)
        written = write_series(
            SCENE, taken, place / f"s{number}", name=f"Series {number}", series_number=number
        )
        for path in written.files:
            truth[str(path.relative_to(place))] = dcmread(path).PixelData
            compress_file(path)
    return truth


@pytest.fixture
def archive(tmp_path) -> tuple[Path, dict[str, bytes]]:
    return tmp_path / "archive", make_archive(tmp_path / "archive")


def begin(panel, source: Path, out: Path) -> None:
    lab(panel, "convert")
    panel.desktop.answers.queue += [str(source), str(out)]
    user.click(panel.ui.convertButton)


def conversion(panel):
    return panel.widget.panel.lab.conversion


def until_done(panel) -> str:
    user.wait_until(lambda: not conversion(panel).running, seconds=60)
    return panel.ui.convertLabel.text


def new_files(out: Path) -> dict[str, bytes]:
    """Place and pixels of each file, which all are standard DICOM; nothing is half-written."""
    found = {}
    for path in out.rglob("*"):
        if path.is_file() and path.parent != out and ".printprep-convert" not in path.parts:
            data = dcmread(path)
            assert data.file_meta.TransferSyntaxUID == EXPLICIT
            found[str(path.relative_to(out))] = data.PixelData
    return found


def left_over(out: Path) -> list[Path]:
    """What a file that was not finished would leave."""
    return [path for path in out.rglob(".printprep-*") if path.name != ".printprep-convert"]


def test_archive_is_converted_by_clicking(panel, archive, tmp_path) -> None:
    source, truth = archive
    (source / "notes.txt").write_text("no DICOM")
    begin(panel, source, tmp_path / "out")
    assert user.can_use(panel.ui.convertCancelButton)
    assert user.can_use(panel.ui.convertBar)
    assert not panel.ui.convertButton.enabled
    assert panel.ui.stepsFrame.enabled, "Slicer stays free meanwhile"
    told = until_done(panel)
    assert new_files(tmp_path / "out") == truth
    assert f"{2 * SLICES + 1} files: {2 * SLICES} converted, 1 skipped" in told
    assert str(tmp_path / "out") in told
    assert user.can_use(panel.ui.convertLabel)
    assert user.can_use(panel.ui.convertButton)
    assert not user.can_use(panel.ui.convertCancelButton)
    # Again: what is done is not done twice.
    begin(panel, source, tmp_path / "out")
    assert f"{2 * SLICES + 1} skipped" in until_done(panel)


def test_converted_series_can_be_loaded(panel, archive, tmp_path) -> None:
    begin(panel, archive[0], tmp_path / "out")
    until_done(panel)
    load(panel, tmp_path / "out" / "s2")
    assert panel.widget.panel.parameters.volume.GetName() == "2: Series 2"


def test_progress_goes_on(panel, archive, tmp_path) -> None:
    seen = []
    panel.ui.convertBar.connect(
        "valueChanged(int)", lambda value: seen.append((value, panel.ui.convertLabel.text))
    )
    begin(panel, archive[0], tmp_path / "out")
    assert panel.ui.convertLabel.text == "Starting"
    until_done(panel)
    # The bar goes once for looking and once for converting; the text follows it.
    assert [value for value, _text in seen if value in (0, 100)] == [100, 0, 100, 0]
    assert seen[-1][1] == f"{2 * SLICES} of {2 * SLICES} files, 2 of 2 series"


def test_cancelled_midway_leaves_whole_files_and_goes_on_later(panel, tmp_path) -> None:
    source, out = tmp_path / "archive", tmp_path / "out"
    truth = make_archive(source, slices=60, size=256)
    begin(panel, source, out)
    user.wait_until(lambda: len(list(out.glob("s*/*"))) > 2, seconds=60)
    user.click(panel.ui.convertCancelButton)
    assert panel.ui.convertLabel.text.startswith("Stopping")
    assert not panel.ui.convertCancelButton.enabled
    told = until_done(panel)
    found = new_files(out)
    assert 2 < len(found) < len(truth)
    assert found.items() <= truth.items()
    assert not left_over(out)
    assert f"Cancelled after {len(found)} of {len(truth)} files" in told
    assert "failed" not in told
    begin(panel, source, out)
    told = until_done(panel)
    assert f"{len(truth) - len(found)} converted, {len(found)} skipped" in told
    assert new_files(out) == truth


def test_cancelled_at_once(panel, archive, tmp_path) -> None:
    begin(panel, archive[0], tmp_path / "out")
    user.click(panel.ui.convertCancelButton)
    assert until_done(panel).startswith("Cancelled")
    assert not list((tmp_path / "out").glob("s*/*"))


def test_folder_that_cannot_be_written(panel, archive, tmp_path) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    begin(panel, archive[0], tmp_path / "out")
    told = until_done(panel)
    assert told.startswith("The conversion failed: ")
    assert str(tmp_path / "out") in told
    assert "Traceback" not in told
    assert "printprep" not in told.replace(str(tmp_path), "")
    assert user.can_use(panel.ui.convertButton)


def test_folder_without_dicom(panel, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    begin(panel, tmp_path / "empty", tmp_path / "out")
    assert "there is no file in this folder" in until_done(panel)


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist on Windows")
def test_bad_file_is_named(panel, archive, tmp_path) -> None:
    import qt

    source, truth = archive
    damaged = sorted(source.rglob("*.dcm"))[0]
    damaged = damaged.rename(damaged.with_name("<b>bad<b>.dcm"))
    damaged.write_bytes(damaged.read_bytes()[:-200])
    begin(panel, source, tmp_path / "out")
    told = until_done(panel)
    assert f"{2 * SLICES - 1} converted, 1 failed" in told
    assert damaged.name in told
    assert panel.ui.convertLabel.textFormat == qt.Qt.PlainText
    assert len(new_files(tmp_path / "out")) == len(truth) - 1


def test_child_that_dies_is_told(panel, tmp_path) -> None:
    make_archive(tmp_path / "archive", slices=60, size=256)
    begin(panel, tmp_path / "archive", tmp_path / "out")
    user.wait_until(lambda: list((tmp_path / "out").glob("s*/*")), seconds=60)
    conversion(panel)._process.kill()
    assert "broke off" in until_done(panel)
    assert new_files(tmp_path / "out")
    assert user.can_use(panel.ui.convertButton)


def test_no_folder_chosen_starts_nothing(panel, archive) -> None:
    lab(panel, "convert")
    panel.desktop.answers.queue += [str(archive[0]), ""]
    user.click(panel.ui.convertButton)
    assert not conversion(panel).running
    panel.desktop.answers.queue.append("")
    user.click(panel.ui.convertButton)
    assert not conversion(panel).running


def test_conversion_outlives_other_modules_but_not_the_panel(panel, tmp_path) -> None:
    source, out = tmp_path / "archive", tmp_path / "out"
    truth = make_archive(source, slices=60, size=256)
    begin(panel, source, out)
    panel.exit()
    panel.close_scene()
    user.wait_until(lambda: len(list(out.glob("s*/*"))) > 2, seconds=60)
    panel.enter()
    assert conversion(panel).running
    panel.reload()
    found = new_files(out)
    assert found.items() <= truth.items()
    assert not left_over(out)
    assert json.loads((out / "summary.json").read_text())["stopped"]
    lab(panel, "convert")
    assert user.can_use(panel.ui.convertButton)


@pytest.mark.skipif(os.name != "posix", reason="the stand-in's PythonSlicer is a shell script")
def test_slicers_python_runs_the_child(panel, monkeypatch) -> None:
    from PrintPrepPanel.lab import conversion as module

    beside = Path(slicer.app.slicerHome) / "bin" / "PythonSlicer"
    assert module.python_program() == str(beside)
    monkeypatch.setattr(module.os.path, "isfile", lambda path: False)
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    assert module.python_program() == sys.executable
    # Slicer itself must not be started as if it were Python.
    monkeypatch.setattr(module.sys, "executable", "/opt/Slicer/bin/SlicerApp-real")
    assert module.python_program() is None
    panel.desktop.answers.queue += ["/a", "/b"]
    lab(panel, "convert")
    user.click(panel.ui.convertButton)
    assert panel.ui.convertLabel.text.startswith("Slicer's Python was not found")
    assert panel.ui.convertButton.enabled


def test_library_is_found_whatever_the_environment(panel, archive, tmp_path, monkeypatch) -> None:
    """As where Slicer, or its user, has set paths and a narrow character set."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    monkeypatch.setenv("LC_ALL", "C")
    out = tmp_path / "Ergebnis ü"
    begin(panel, archive[0], out)
    assert "10 converted" in until_done(panel)
    out.joinpath("more").write_text("")
    begin(panel, archive[0], out / "more")
    assert "Ergebnis ü" in until_done(panel)
