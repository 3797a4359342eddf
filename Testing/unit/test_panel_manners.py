"""How the panel behaves in Slicer: cancelling, closing the scene, saving, re-entry, deletion."""

from __future__ import annotations

import hashlib
import importlib
import sys
import zipfile
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
import slicer
from PIL import Image
from standin import user
from test_panel import (
    KEYS,
    MODULE,
    export,
    folder,
    load,
    make_model,
    models,
    more,
    open_steps,
    panel,
    parameters,
    segment,
    show,
    title,
)
from vtk.util.numpy_support import vtk_to_numpy

__all__ = ["folder", "panel"]
pytest_plugins = ("standin.fixtures",)

UI = MODULE.parent / "Resources" / "UI" / "PrintPrep.ui"


def contents() -> list[tuple]:
    """Everything in the scene that a cancelled step might have changed."""
    found = []
    for index in range(slicer.mrmlScene.GetNumberOfNodes()):
        node = slicer.mrmlScene.GetNthNode(index)
        found.append((node.GetID(), node.GetName(), _data(node)))
    return sorted(found)


def _data(node) -> str:
    digest = hashlib.sha256()
    if node.IsA("vtkMRMLVolumeNode"):
        digest.update(slicer.util.arrayFromVolume(node).tobytes())
    elif node.IsA("vtkMRMLModelNode") and node.GetPolyData() is not None:
        digest.update(vtk_to_numpy(node.GetPolyData().GetPoints().GetData()).tobytes())
        digest.update(str(node.GetDisplayVisibility()).encode())
    elif node.IsA("vtkMRMLSegmentationNode"):
        for name in node.GetSegmentation().GetSegmentIDs():
            labels = node.GetBinaryLabelmapInternalRepresentation(name)
            if labels is not None and not labels.IsEmpty():
                digest.update(vtk_to_numpy(labels.GetPointData().GetScalars()).tobytes())
    return digest.hexdigest()


def to_step(panel, folder, tmp_path, step: str) -> None:
    """Do what comes before a step."""
    if step == "series":
        return
    load(panel, folder)
    if step == "geometry":
        return
    show(panel, "segment")
    user.click(panel.ui.preset_bone)
    if step == "segment":
        return
    user.click(panel.ui.applyThresholdButton)
    if step == "model":
        return
    make_model(panel)
    if step in ("refine", "compare", "qa"):
        return
    show(panel, "qa")
    user.click(panel.ui.checkButton)
    show(panel, "export")
    (tmp_path / "out").mkdir()
    user.enter(panel.ui.exportFolder, str(tmp_path / "out"))


STEPS: dict[str, Callable] = {
    "series": lambda panel, folder: load(panel, folder),
    "geometry": lambda panel, folder: user.click(panel.ui.regularButton),
    "segment": lambda panel, folder: user.click(panel.ui.halfContrastButton),
    "model": lambda panel, folder: user.click(panel.ui.makeModelButton),
    "refine": lambda panel, folder: user.click(panel.ui.previewButton),
    "compare": lambda panel, folder: user.click(panel.ui.compareButton),
    "qa": lambda panel, folder: user.click(panel.ui.checkButton),
    "export": lambda panel, folder: user.click(panel.ui.exportButton),
}


def prepare(panel, folder, tmp_path, step: str) -> None:
    to_step(panel, folder, tmp_path, step)
    if step in ("refine", "compare"):
        more(panel, "model")
        if step == "refine":
            user.click(panel.ui.smoothCheck)
    elif step in ("geometry", "segment"):
        more(panel, step)
    elif step != "series":
        show(panel, step)
    if step == "geometry":
        user.choose(panel.ui.spacingCombo, "Equal in all directions")
    if step == "model":
        user.choose(panel.ui.keepCombo, "the largest part")
    panel.widget.panel.work.patience_s = 0.0


@pytest.mark.parametrize("step", STEPS)
def test_cancelled_step_leaves_the_scene_as_it_was(panel, folder, tmp_path, step) -> None:
    import qt

    prepare(panel, folder, tmp_path, step)
    before, work = contents(), panel.widget.panel.work
    seen = []

    def cancel() -> None:
        seen.append((work.dialog is not None, panel.ui.stepsFrame.enabled))
        work.dialog.cancel()

    qt.QTimer.singleShot(0, cancel)
    STEPS[step](panel, folder)
    assert seen == [(True, False)], "only Cancel could be used"
    assert contents() == before
    assert "Cancelled" in panel.ui.messageLabel.text
    assert panel.ui.stepsFrame.enabled
    if step == "export":
        assert not list((tmp_path / "out").iterdir())
    # And the work can be done afterwards.
    work.patience_s = 60.0
    STEPS[step](panel, folder)
    assert "Cancelled" not in panel.ui.messageLabel.text


@pytest.mark.parametrize("step", STEPS)
def test_scene_closed_in_between(panel, folder, tmp_path, step) -> None:
    import qt

    prepare(panel, folder, tmp_path, step)
    closed = []

    def close() -> None:
        closed.append(True)
        slicer.mrmlScene.Clear(0)

    qt.QTimer.singleShot(0, close)
    STEPS[step](panel, folder)
    assert closed
    user.wait_until(lambda: "Load a series" in panel.ui.seriesState.text)
    assert not models()
    for kind in ("ScalarVolume", "Segmentation", "MarkupsLine"):
        assert not slicer.util.getNodesByClass(f"vtkMRML{kind}Node")
    assert parameters(panel).volume is None
    panel.widget.panel.work.patience_s = 60.0
    load(panel, folder)
    segment(panel)
    make_model(panel)
    assert "✓" in title(panel, "model")


def test_scene_brings_the_panel_back(panel, folder, tmp_path) -> None:
    load(panel, folder)
    segment(panel)
    make_model(panel)
    show(panel, "qa")
    user.click(panel.ui.checkButton)
    more(panel, "export")
    user.enter(panel.ui.nameEdit, "left hip")
    user.enter(panel.ui.scaleSpin, 50.0)
    user.choose(panel.ui.unitCombo, "inch")
    file = tmp_path / "scene.mrb"
    assert slicer.mrmlScene.WriteToMRB(str(file))
    panel.close_scene()
    assert "Load a series" in panel.ui.messageLabel.text
    assert panel.ui.nameEdit.text == "model"
    zipfile.ZipFile(file).extractall(tmp_path)
    (saved,) = tmp_path.glob("*/*.mrml")
    slicer.mrmlScene.SetURL(str(saved))
    assert slicer.mrmlScene.Connect()
    user.wait_until(lambda: panel.ui.nameEdit.text == "left hip")
    assert panel.ui.scaleSpin.value == 50.0
    assert panel.ui.unitCombo.currentText == "inch"
    for key, told in (("series", "1: Head"), ("segment", "Bone"), ("model", "Bone")):
        assert f"✓ {told}" in title(panel, key)
    assert panel.ui.checksLabel.text.count("<p ") > 10
    export(panel, tmp_path / "out")
    assert (tmp_path / "out" / "left hip.stl").is_file()


def test_scene_holds_no_folder_of_this_computer(panel, folder, tmp_path) -> None:
    load(panel, folder)
    segment(panel)
    make_model(panel)
    export(panel, tmp_path / "out")
    node = parameters(panel).parameterNode
    values = [node.GetParameter(name) for name in node.GetParameterNames()]
    assert not [value for value in values if str(tmp_path) in value]


@pytest.mark.parametrize("kind", ["volume", "segmentation", "model", "segment"])
def test_deleted_nodes_take_the_panel_back(panel, folder, tmp_path, kind) -> None:
    load(panel, folder)
    segment(panel)
    make_model(panel)
    show(panel, "qa")
    user.click(panel.ui.checkButton)
    state = parameters(panel)
    if kind == "segment":
        state.segmentation.GetSegmentation().RemoveSegment(state.segmentID)
    elif kind == "model":
        slicer.mrmlScene.RemoveNode(panel.widget.panel.model.node())
    else:
        slicer.mrmlScene.RemoveNode(getattr(state, kind))
    key = {"volume": "series", "segmentation": "segment"}.get(kind, kind)
    user.wait_until(lambda: "▸" in title(panel, key))
    assert "needs" in title(panel, "qa")


def test_other_module_and_back(panel, folder) -> None:
    load(panel, folder)
    show(panel, "segment")
    user.click(panel.ui.preset_bone)
    for _ in range(3):
        panel.exit()
        assert panel.widget.panel.segment.editor.activeEffect() is None
        panel.enter()
    segment(panel)
    make_model(panel)
    shown = panel.widget.panel.model.node()
    panel.exit()
    panel.close_scene()
    panel.enter()
    assert shown.GetScene() is None
    assert "Load a series" in panel.ui.messageLabel.text


def test_reload_keeps_the_work(panel, folder) -> None:
    load(panel, folder)
    segment(panel)
    panel.reload()
    assert "✓ Bone" in title(panel, "segment")
    make_model(panel)
    assert "✓ Bone" in title(panel, "model")


def test_undo_goes_through_the_segment_editor(panel, folder) -> None:
    load(panel, folder)
    segment(panel)
    voxels = _voxels(panel)
    show(panel, "model")
    user.choose(panel.ui.keepCombo, "the largest part")
    make_model(panel)
    assert _voxels(panel) < voxels
    panel.widget.panel.segment.editor.undo()
    assert _voxels(panel) == voxels
    user.wait_until(lambda: "out of date" in title(panel, "model"))


def _voxels(panel) -> int:
    state = parameters(panel)
    array = slicer.util.arrayFromSegmentBinaryLabelmap(
        state.segmentation, state.segmentID, state.volume
    )
    return int(np.count_nonzero(array))


def test_errors_are_told_in_words(panel, folder, tmp_path) -> None:
    load(panel, folder)
    segment(panel)
    make_model(panel)
    export(panel, tmp_path / "out")
    (tmp_path / "out" / "taken.stl").mkdir()
    user.enter(panel.ui.nameEdit, "taken")
    user.click(panel.ui.exportButton)
    assert "taken.stl" in panel.ui.messageLabel.text
    assert "Traceback" not in panel.ui.messageLabel.text
    assert panel.ui.stepsFrame.enabled


def test_a_folder_that_is_not_there_is_named(panel, folder, tmp_path) -> None:
    load(panel, folder)
    segment(panel)
    make_model(panel)
    panel.widget.panel.show_step("export")
    user.enter(panel.ui.exportFolder, str(tmp_path / "nowhere"))
    panel.widget.panel.refresh()
    assert not panel.ui.exportButton.enabled
    assert "There is no folder" in panel.ui.exportState.text


def widgets() -> list[ElementTree.Element]:
    return list(ElementTree.parse(UI).getroot().iter("widget"))


def _property(widget: ElementTree.Element, name: str) -> str:
    for item in widget.findall("property"):
        if item.get("name") == name:
            return "".join(item.itertext())
    return ""


def test_every_control_has_a_tooltip() -> None:
    # The pages of the tabs have theirs as attributes.
    passive = {"QLabel", "QFrame", "qMRMLWidget", "QWidget", "QTabWidget"}
    controls = [item for item in widgets() if item.get("class") not in passive]
    assert len(controls) > 40
    assert not [item.get("name") for item in controls if not _property(item, "toolTip")]


def test_keyboard_goes_from_top_to_bottom() -> None:
    root = ElementTree.parse(UI).getroot()
    stops = [item.text for item in root.iter("tabstop")]
    passive = {"QLabel", "QFrame", "qMRMLWidget", "QProgressBar", "QWidget"}
    order = [item.get("name") for item in widgets() if item.get("class") not in passive]
    assert stops == order


def test_letters_are_used_once_within_a_tab() -> None:
    tabs = [item for item in widgets() if item.get("class") == "QWidget"]
    assert len(tabs) == 2
    for tab in tabs:
        texts = [_property(item, "text") for item in tab.iter("widget")]
        letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
        assert len(letters) == len(set(letters)), (tab.get("name"), letters)


def test_works_without_a_scene_of_its_own(open_panel) -> None:
    """Entered first, with nothing there: only the first step can be done, all say why."""
    made = open_panel("PrintPrep", MODULE)
    assert open_steps(made) == KEYS
    for key in ("geometry", "segment", "model", "qa", "export"):
        assert getattr(made.ui, f"{key}State").text
    for name in ("regularButton", "makeModelButton", "checkButton", "exportButton"):
        assert not getattr(made.ui, name).enabled


def test_self_test_of_the_module_uses_the_panel(panel, caplog) -> None:
    caplog.set_level("INFO")
    slicer.modules.PrintPrepInstance.runTest(msec=0)
    assert "The ball in the file has the size" in caplog.text


def test_the_panel_speaks_slicers_language(desktop, open_panel, monkeypatch) -> None:
    phrases = importlib.import_module("PrintPrepLib.core.phrases")
    german = {
        "Load a series, or choose a volume.": "Eine Serie laden oder ein Volumen wählen.",
        "all parts": "alle Teile",
    }
    monkeypatch.setattr(phrases, "languages", lambda: ["en", "de"])
    monkeypatch.setattr(phrases, "data_file", lambda *path: b"")
    monkeypatch.setattr(phrases, "_read", lambda content: german)
    slicer.app._locale = "de_DE"
    try:
        made = open_panel("PrintPrep", MODULE)
        assert made.ui.seriesState.text == german["Load a series, or choose a volume."]
        assert made.ui.keepCombo.itemText(0) == "alle Teile"
    finally:
        phrases.use_language("en")


def test_sample_data_is_shown(panel, monkeypatch) -> None:
    """The Sample Data module shows its own samples only."""
    from PrintPrepPanel import sampledata

    node = slicer.util.addVolumeFromArray(np.zeros((2, 3, 4), np.int16))
    offered, layers = [], []
    module = ModuleType("SampleData")
    module.SampleDataLogic = SimpleNamespace(
        registerCustomSampleDataSource=lambda **given: offered.append(given)
    )
    monkeypatch.setitem(sys.modules, "SampleData", module)
    monkeypatch.setattr(slicer.util, "setSliceViewerLayers", lambda **given: layers.append(given))
    sampledata.register(lambda: SimpleNamespace(loadDemonstration=lambda: node))
    assert offered[0]["customDownloader"](None) is node
    picture = Image.open(offered[0]["thumbnailFileName"])
    assert picture.size == (260, 280)
    bone = np.asarray(picture.convert("L")) < 250
    assert 0.2 < bone.mean() < 0.8
    assert layers == [{"background": node, "fit": True}]
    selection = slicer.app.applicationLogic().GetSelectionNode()
    assert selection.GetActiveVolumeID() == node.GetID()
