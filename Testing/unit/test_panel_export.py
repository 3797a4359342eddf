"""What the panel's export writes: names that never meet, records of parts, all files or none."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
import slicer
from phantoms import measure
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib.verify import verify
from PrintPrepPanel.states.export import distinct_parts, free_number
from standin import user
from test_panel import export, load, make_model, more, panel, parameters, segment, show

__all__ = ["panel"]
pytest_plugins = ("standin.fixtures",)

CONTENT = Scene([Ball((0, 0, 0), 7.0)], sigma=0.5)


def test_names_of_files_never_meet() -> None:
    names = ["Bone?", "Bone!", "bone", "Bone-2", "?", "Skin"]
    made = distinct_parts(names)
    assert made == ["Bone", "Bone-2", "bone-3", "Bone-2-2", "model", "Skin"]
    there = {"model.stl", "model-2.3mf"}
    assert free_number(there.__contains__, "model", [".stl", ".3mf"]) == 3
    assert free_number(there.__contains__, "other", [".stl"]) == 1


@pytest.fixture
def two(panel, tmp_path):
    """Two models whose names differ in a sign alone: a ball, and a cube inside it."""
    write_series(CONTENT, Acquisition(rows=28, columns=28, slices=24, steps=0.8), tmp_path / "s")
    load(panel, tmp_path / "s")
    segment(panel)
    make_model(panel)
    state = parameters(panel)
    state.segmentation.GetSegmentation().GetSegment(state.segmentID).SetName("Bone?")
    panel.widget.panel.model.node().SetName("Bone?")
    second = state.segmentation.GetSegmentation().AddEmptySegment("", "Bone!")
    mask = np.zeros(slicer.util.arrayFromVolume(state.volume).shape, np.uint8)
    mask[8:14, 8:14, 8:14] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, state.segmentation, second, state.volume)
    panel.widget.panel.segment.editor.setCurrentSegmentID(second)
    # The block was made up: the images show no edge about it.
    show(panel, "model")
    more(panel, "model")
    user.click(panel.ui.followCheck)
    make_model(panel)
    more(panel, "export")
    return panel


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_one_file_each_and_all_in_one(two, tmp_path) -> None:
    panel = two
    user.choose(panel.ui.whatCombo, "all models, one file each")
    export(panel, tmp_path / "each")
    endings = ("Bone", "Bone-2")
    kinds = ("model", "stl"), ("qa", "json"), ("qa", "html")
    each = [f"{kind}-{name}.{ending}" for name in endings for kind, ending in kinds]
    assert names(tmp_path / "each") == sorted([*each, "volume.nrrd"])
    for name in endings:
        assert verify(tmp_path / "each" / f"qa-{name}.json").verdict == "unchanged"
    each = [measure.read_stl(tmp_path / "each" / f"model-{name}.stl") for name in endings]
    user.choose(panel.ui.whatCombo, "all models in one file")
    export(panel, tmp_path / "all")
    data = (tmp_path / "all" / "model.stl").read_bytes()
    first = 0
    for number, (name, own) in enumerate(zip(endings, each, strict=True), 1):
        record = json.loads((tmp_path / "all" / f"qa-{name}.json").read_text())["model"]
        (file,) = record["files"]
        assert file["file"] == "model.stl" and file["sha256"] == hashlib.sha256(data).hexdigest()
        assert record["extents_mm"] == pytest.approx(np.ptp(own.points, axis=0), abs=1e-3)
        assert record["triangles"] == len(own.triangles)
        told = verify(tmp_path / "all" / f"qa-{name}.json")
        assert told.verdict == "unchanged"
        title = f"Figures of part {number} of 2 ({('Bone?', 'Bone!')[number - 1]}) of model.stl"
        assert title in [item.title.text for item in told.items]
        page = (tmp_path / "all" / f"qa-{name}.html").read_text("utf-8")
        assert f"{number} of 2: Bone" in page
        part = record["part_of_file"]
        assert (part["number"], part["of"], part["first_triangle"]) == (number, 2, first)
        first += len(own.triangles)


def test_files_of_another_run_stay(two, tmp_path) -> None:
    panel = two
    export(panel, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    user.enter(panel.ui.scaleSpin, 50.0)
    user.click(panel.ui.exportButton)
    for name, content in before.items():
        assert (tmp_path / "out" / name).read_bytes() == content
    assert set(names(tmp_path / "out")) - set(before) == {
        *("model-2.stl", "qa-2.json", "qa-2.html")
    }
    record = json.loads((tmp_path / "out" / "qa-2.json").read_text())["model"]
    assert record["files"][0]["file"] == "model-2.stl" and record["scale"] == 0.5
    assert "model-2.stl" in panel.ui.exportedLabel.text


@pytest.mark.parametrize("steps", (1, 3, 5))
def test_a_cancelled_export_leaves_no_files(two, tmp_path, steps) -> None:
    panel = two
    user.choose(panel.ui.whatCombo, "all models, one file each")
    show(panel, "qa")
    user.click(panel.ui.checkButton)
    work, seen = panel.widget.panel.work, []
    real = work._progress

    def later(fraction, message):
        seen.append(message)
        if len(seen) > steps:
            work.cancel()
        return real(fraction, message)

    work._progress = later
    if user.can_use(panel.ui.reasonEdit):
        user.enter(panel.ui.reasonEdit, "Only a test of the export.")
    export(panel, tmp_path / "out")
    work._progress = real
    assert len(seen) > steps
    assert "Cancelled" in panel.ui.messageLabel.text
    assert not names(tmp_path / "out")
    assert not panel.ui.exportedLabel.text


def test_models_that_are_out_of_date_are_named(two, tmp_path) -> None:
    panel, state = two, parameters(two)
    first = state.segmentation.GetSegmentation().GetNthSegmentID(0)
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(state.segmentation, first, state.volume)
    mask[:12] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, state.segmentation, first, state.volume)
    (tmp_path / "out").mkdir()
    user.enter(panel.ui.exportFolder, str(tmp_path / "out"))
    user.choose(panel.ui.whatCombo, "all models in one file")
    user.wait_until(lambda: "Out of date: Bone?" in panel.ui.exportState.text)
    assert not user.can_use(panel.ui.exportButton)
