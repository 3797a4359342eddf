"""The panel's shape: four clicks from a series to its files, in the width that Slicer gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import slicer
from phantoms import measure
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib.verify.record import verify
from PySide6 import QtCore, QtWidgets
from standin import show as pictures
from standin import user
from standin.pythonqt import to_native
from test_panel import KEYS, lab, load, more, panel, parameters, segment, show, title

__all__ = ["panel"]
pytest_plugins = ("standin.fixtures",)

#: What Slicer gives a module by itself, and what fits on a screen of 1080 lines.
WIDTH, HEIGHT = 340, 1000
CENTER, RADIUS, SIGMA = (3.0, -2.0, 4.0), 8.0, 0.5
LONG = "Thorax Abdomen Pelvis with contrast medium, soft kernel, 64 signs"
GROUPS = ("settings", "reference", "caliper", "calibration", "verify", "convert")


@pytest.fixture
def loaded(panel, tmp_path):
    """A tilted series with a long name, loaded, and a folder for its files."""
    content = Scene([Ball(CENTER, RADIUS), Ball((-10.0, 10.0, -8.0), 2.0)], sigma=SIGMA)
    taken = Acquisition(rows=64, columns=64, slices=44, steps=0.7, tilt=(0.0, 18.5))
    write_series(content, taken, tmp_path / "series", name=LONG)
    load(panel, tmp_path / "series")
    (tmp_path / "out").mkdir()
    user.enter(panel.ui.exportFolder, str(tmp_path / "out"))
    return panel


def made_in_four_clicks(panel) -> None:
    for button in ("preset_bone", "applyThresholdButton", "makeModelButton", "exportButton"):
        user.click(getattr(panel.ui, button))


def test_four_clicks(loaded, tmp_path) -> None:
    made_in_four_clicks(loaded)
    out = tmp_path / "out"
    names = sorted(path.name for path in out.iterdir())
    assert names == ["model.stl", "qa.html", "qa.json", "volume.nrrd"]
    assert loaded.ui.messageLabel.text.startswith("Done")
    surface = measure.parts(measure.read_stl(out / "model.stl"))[0]
    # A preset is nobody's number: the ball has its own size, not that of half contrast.
    error = measure.radial_error(surface, CENTER, RADIUS)
    assert error.rms < 0.015
    record = json.loads((out / "qa.json").read_text())
    ids = {item["id"] for item in record["checks"]}
    assert {"wall_thickness", "bridges", "threshold_effect"} < ids and "left_out" not in record
    found = verify(out / "qa.json")
    assert {item.outcome for item in found.items} == {"unchanged"}, "the volume is there, too"


def test_make_checks_shortly_and_says_so(loaded) -> None:
    segment(loaded)
    user.click(loaded.ui.makeModelButton)
    record = loaded.widget.panel.qa.record()
    assert "Parts" in loaded.ui.attentionLabel.text and "with care" in title(loaded, "qa")
    long = ["wall_thickness", "bridges", "threshold_effect", "self_intersections"]
    assert record["left_out"] == long
    assert "thin bridges" in loaded.ui.leftOutLabel.text
    user.click(loaded.ui.checkButton)
    assert "left_out" not in loaded.widget.panel.qa.record()
    assert not user.can_use(loaded.ui.leftOutLabel)


def test_cancelled_short_checks_leave_the_model(loaded) -> None:
    segment(loaded)
    logic = loaded.widget.panel.logic
    given = []

    def check(*nodes, progress, **asked):
        given.append(asked["quick"])
        loaded.widget.panel.work.cancel()
        progress(0.5, "Measuring")

    logic.checkGeometry = check
    user.click(loaded.ui.makeModelButton)
    assert given == [True]
    assert loaded.ui.messageLabel.text == "Cancelled: the model is made, but not checked."
    assert "✓ Bone" in title(loaded, "model") and "check" in title(loaded, "qa")


# Width and height


def laid_out(panel, tmp_path: Path, style: str = "light") -> dict:
    """What Qt makes of the panel in the module panel of a narrow window.

    :returns: ``bars`` (how far one can scroll down and to the side), ``clipped`` (names of
        widgets) and ``least`` (the smallest width without scrolling).
    """
    seen = {}
    native = to_native(panel.parent)

    class Place(pictures._Place):
        def restore(self) -> None:
            bars = (self.area.verticalScrollBar(), self.area.horizontalScrollBar())
            seen["bars"] = [bar.maximum() for bar in bars]
            seen["clipped"] = clipped(native)
            seen["least"] = native.minimumSizeHint().width()
            super().restore()

    before, pictures._Place = pictures._Place, Place
    try:
        path = tmp_path / "panel.png"
        panel.screenshot(path, WIDTH, HEIGHT, style=style, panel_width=WIDTH)
    finally:
        pictures._Place = before
    return seen


def clipped(native: QtWidgets.QWidget) -> list[str]:
    """Names of visible widgets that got less room than their texts need."""
    found = []
    for child in native.findChildren(QtWidgets.QWidget):
        if not child.isVisibleTo(native) or not child.objectName():
            continue
        if isinstance(child, (QtWidgets.QAbstractButton, QtWidgets.QAbstractSpinBox)):
            small = child.width() < child.minimumSizeHint().width()
        elif isinstance(child, QtWidgets.QLabel) and child.wordWrap():
            small = child.height() < child.heightForWidth(child.width())
        elif isinstance(child, QtWidgets.QLabel):
            small = child.width() < child.minimumSizeHint().width()
        else:
            continue
        if small:
            found.append(child.objectName())
    return found


@pytest.mark.parametrize("style", ("light", "dark"))
def test_the_way_fits_without_scrolling(loaded, tmp_path, style) -> None:
    for button in (None, "preset_bone", "applyThresholdButton", "makeModelButton", "exportButton"):
        if button is not None:
            user.click(getattr(loaded.ui, button))
        seen = laid_out(loaded, tmp_path, style)
        assert seen["bars"] == [0, 0], (button, seen)
        assert not seen["clipped"], (button, seen)
        assert all(not getattr(loaded.ui, f"{key}Step").collapsed for key in KEYS)


def test_no_name_widens_the_panel(loaded, tmp_path) -> None:
    state, name = parameters(loaded), "A very long name " * 6
    made_in_four_clicks(loaded)
    state.segmentation.SetName(name)
    state.segmentation.GetSegmentation().GetSegment(state.segmentID).SetName(name)
    loaded.widget.panel.model.node().SetName(name)
    state.volume.SetName(name)
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLModelNode", name)
    for key in ("geometry", "segment", "model", "qa", "export"):
        more(loaded, key)
    loaded.ui.reviewGroup.collapsed = loaded.ui.mapsGroup.collapsed = False
    loaded.widget.panel.refresh()
    # A scroll bar takes its room, too.
    assert laid_out(loaded, tmp_path)["least"] <= WIDTH - 20
    assert "A very long name" in loaded.ui.seriesStep.toolTip, "the whole name is told there"
    for group in GROUPS:
        lab(loaded, group)
    user.choose(loaded.ui.objectCombo, "block")
    fit = {"kind": "block", "nominal_mm": [10.0, 200.0, 30.5]}
    fit |= {"measured_mm": [10.012, 200.123, 30.456], "uncertainty_mm": [0.123, 0.456, 0.012]}
    loaded.widget.panel.lab.calibration._set([fit])
    loaded.widget.panel.refresh()
    seen = laid_out(loaded, tmp_path)
    assert seen["least"] <= WIDTH - 20 and seen["bars"][1] == 0 and not seen["clipped"]


def test_the_panel_is_as_high_as_the_tab_that_is_shown(loaded, tmp_path) -> None:
    more(loaded, "segment")
    more(loaded, "model")
    assert laid_out(loaded, tmp_path)["bars"][0] > 0
    loaded.ui.tabs.currentIndex = 1
    assert laid_out(loaded, tmp_path)["bars"] == [0, 0]


def test_nothing_scrolls_inside_the_panel(loaded, tmp_path) -> None:
    """Tables are as high as their lines."""
    made_in_four_clicks(loaded)
    for key in ("geometry", "model", "qa", "export"):
        more(loaded, key)
    native = to_native(loaded.parent)
    laid_out(loaded, tmp_path)
    for table in native.findChildren(QtWidgets.QTableWidget):
        never = QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        assert table.verticalScrollBarPolicy() == never, table.objectName()
    taken = Acquisition(rows=16, columns=16, slices=6)
    for number in range(1, 9):
        folder = tmp_path / "many" / str(number)
        content = Scene([Ball((0, 0, 0), 4.0)], sigma=0.5)
        write_series(content, taken, folder, name=f"Series {number}", series_number=number)
    show(loaded, "series")
    load(loaded, tmp_path / "many")
    table = loaded.ui.foundTable
    assert table.rowCount == 8
    heights = sum(to_native(table).rowHeight(row) for row in range(8))
    assert to_native(table).sizeHint().height() >= heights


# What is chosen


def test_a_chosen_tissue_bears_a_mark(loaded) -> None:
    user.click(loaded.ui.preset_skin)
    assert loaded.ui.preset_skin.text == "✓ Skin" and loaded.ui.preset_bone.text == "Bone"
    user.click(loaded.ui.automaticButton)
    assert loaded.ui.preset_skin.text == "Skin"


def test_there_is_one_apply(loaded) -> None:
    more(loaded, "segment")
    user.click(loaded.ui.preset_bone)
    native = to_native(loaded.parent)
    buttons = [
        child
        for child in native.findChildren(QtWidgets.QPushButton)
        if child.text().replace("&", "") == "Apply" and child.isVisibleTo(native.window())
    ]
    assert [button.objectName() for button in buttons] == ["applyThresholdButton"]


def test_names_follow_what_filled_the_segment(loaded) -> None:
    def names() -> tuple[str, str]:
        segmentation = parameters(loaded).segmentation.GetSegmentation()
        node = loaded.widget.panel.model.node()
        name = segmentation.GetSegment(parameters(loaded).segmentID).GetName()
        return name, "" if node is None else node.GetName()

    user.click(loaded.ui.automaticButton)
    assert names() == ("Object", "")
    user.click(loaded.ui.applyThresholdButton)
    user.click(loaded.ui.makeModelButton)
    assert names() == ("Object", "Object")
    user.click(loaded.ui.preset_skin)
    assert names()[0] == "Object", "nothing is filled before Apply"
    user.click(loaded.ui.applyThresholdButton)
    user.click(loaded.ui.makeModelButton)
    assert names() == ("Skin", "Skin")
    # A name of the user's own stays.
    segmentation = parameters(loaded).segmentation.GetSegmentation()
    segmentation.GetSegment(parameters(loaded).segmentID).SetName("Left leg")
    loaded.widget.panel.model.node().SetName("For the fitting")
    user.click(loaded.ui.preset_bone)
    user.click(loaded.ui.applyThresholdButton)
    user.click(loaded.ui.makeModelButton)
    assert names() == ("Left leg", "For the fitting")
    # So does that of what was filled with a range of the user's own, in the editor.
    editor = loaded.widget.panel.segment.editor
    editor._native._buttons["Add"].click()
    editor.setActiveEffectByName("Threshold")
    editor.activeEffect().self().onApply()
    assert names()[0].startswith("Segment_")


def test_detail_does_what_it_says(loaded, tmp_path) -> None:
    ui = loaded.ui
    segment(loaded)
    user.click(ui.makeModelButton)
    node = loaded.widget.panel.model.node()
    exact = node.GetPolyData().GetNumberOfPolys()
    assert ui.modelState.text.startswith(f"{exact:,} triangles, at the edge of the anatomy. Edge: ")
    user.choose(ui.detailCombo, "medium: within 0.1 mm")
    assert "Make the model again" in ui.modelState.text
    assert node.GetPolyData().GetNumberOfPolys() == exact, "a choice alone changes nothing"
    user.click(ui.makeModelButton)
    fewer = node.GetPolyData().GetNumberOfPolys()
    assert fewer < exact
    assert f"{fewer:,} triangles, thinned out; at most 0." in ui.modelState.text
    user.click(ui.exportButton)
    model = json.loads((tmp_path / "out" / "qa.json").read_text())["model"]
    assert model["triangles"] == fewer and model["reduction"] == 0.8
    assert 0 < model["deviation"]["max_mm"] <= model["bound_mm"] == 0.1
    # Smoothed as well: within the same bound, together.
    more(loaded, "model")
    user.click(ui.smoothCheck)
    user.click(ui.makeModelButton)
    assert "smoothed below 2 mm and thinned out" in ui.modelState.text
    both = json.loads(node.GetAttribute("PrintPrep.Refinement"))
    assert 0 < both["deviation"]["max_mm"] <= 0.1
    user.choose(ui.detailCombo, "full: every triangle")
    user.click(ui.smoothCheck)
    user.click(ui.makeModelButton)
    assert node.GetPolyData().GetNumberOfPolys() == exact
    # Only a surface at the threshold cannot cross itself by construction.
    assert "self_intersections" in loaded.widget.panel.qa.record()["left_out"]


def test_own_limits_open_what_sets_them(loaded) -> None:
    segment(loaded)
    user.choose(loaded.ui.detailCombo, "own limits (see More)")
    assert user.can_use(loaded.ui.decimatePercentSpin)
    user.enter(loaded.ui.decimatePercentSpin, 33.0)
    assert loaded.ui.detailCombo.currentText == "own limits (see More)"


def test_the_model_is_outlined_in_the_slice_views(loaded) -> None:
    segment(loaded)
    user.click(loaded.ui.makeModelButton)
    display = loaded.widget.panel.model.node().GetDisplayNode()
    assert display.GetVisibility2D() and display.GetSliceIntersectionThickness() == 2


def test_a_remembered_protocol_names_itself(loaded) -> None:
    lab(loaded, "settings")
    name = loaded.ui.protocolCombo.itemText(1)
    user.choose(loaded.ui.protocolCombo, name)
    user.choose(loaded.ui.printerCombo, "Prusa MK4")
    loaded.close_scene()
    show(loaded, "qa")
    wanted = f"Checked against: protocol {name}, printer Prusa MK4."
    user.wait_until(lambda: loaded.ui.standardsLabel.text == wanted)
    assert user.can_use(loaded.ui.standardsLabel), "before anything is checked"


def test_files_go_where_slicer_saves_until_a_folder_was_used(panel) -> None:
    assert panel.ui.exportFolder.currentPath == slicer.app.defaultScenePath


def test_cancelled_work_keeps_what_was_tried(loaded) -> None:
    """A changed surface, the comparison and the series found are as before."""
    ui, work = loaded.ui, loaded.widget.panel.work
    segment(loaded)
    user.click(ui.makeModelButton)
    more(loaded, "model")
    user.click(ui.smoothCheck)
    user.click(ui.previewButton)
    user.click(ui.compareButton)
    before = parameters(loaded).preview, parameters(loaded).comparison, ui.deviationLabel.text
    assert None not in before
    real = work._progress
    work._progress = lambda fraction, message: work.cancel() or real(fraction, message)
    for button in (ui.makeModelButton, ui.previewButton):
        user.click(button)
        assert "Cancelled" in ui.messageLabel.text
        now = parameters(loaded).preview, parameters(loaded).comparison, ui.deviationLabel.text
        assert now == before
    work._progress = real


def test_titles_leave_room_for_other_languages(panel) -> None:
    """In Slicer a title of a step or a group sets the width of the panel."""
    native = to_native(panel.parent)
    for child in native.findChildren(QtWidgets.QAbstractButton):
        if type(child).__name__ == "ctkCollapsibleButton":
            text = child.fontMetrics().horizontalAdvance(child.text())
            assert 1.3 * text + 40 <= WIDTH - 40, child.text()
