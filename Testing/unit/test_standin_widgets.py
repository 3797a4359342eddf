"""The stand-in's widgets behave as CTK's and Slicer's, from a .ui file or made in code."""

from __future__ import annotations

import importlib
import textwrap

import numpy as np
import pytest
import slicer
from PySide6 import QtCore, QtWidgets
from standin import StandInGap, show, user
from standin.natives import NATIVES
from standin.pythonqt import _wrapped_name, completed
from standin.tables import class_table
from standin.uifile import UiFileError

pytest_plugins = ("standin.fixtures",)


SAMPLE = """<ui version="4.0"><widget class="qMRMLWidget" name="Panel"><layout class="QVBoxLayout">
<item><widget class="ctkCollapsibleButton" name="seriesButton"><layout class="QVBoxLayout">
<item><widget class="qMRMLNodeComboBox" name="volumeSelector">
<property name="nodeTypes"><stringlist>
<string>vtkMRMLScalarVolumeNode</string></stringlist></property>
<property name="noneEnabled"><bool>true</bool></property>
<property name="SlicerParameterName" stdset="0"><string>volume</string></property></widget></item>
<item><widget class="ctkPathLineEdit" name="folderEdit"><property name="filters">
<set>ctkPathLineEdit::Dirs|ctkPathLineEdit::Writable</set></property></widget></item>
</layout></widget></item>
<item><widget class="ctkCollapsibleButton" name="modelButton">
<property name="collapsed"><bool>true</bool></property><layout class="QVBoxLayout">
<item><widget class="ctkSliderWidget" name="smoothingSlider">
<property name="maximum"><double>2.0</double></property>
<property name="suffix"><string> mm</string></property></widget></item>
<item><widget class="QPushButton" name="applyButton"/></item>
</layout></widget></item></layout></widget><connections/></ui>
"""


@pytest.fixture
def qt(desktop):
    return importlib.import_module("qt")


@pytest.fixture
def ctk(desktop):
    return importlib.import_module("ctk")


@pytest.fixture
def panel(desktop, tmp_path):
    (tmp_path / "sample.ui").write_text(SAMPLE, encoding="utf-8")
    widget = slicer.util.loadUI(str(tmp_path / "sample.ui"))
    widget.volumeSelector.setMRMLScene(slicer.mrmlScene)
    return widget


@pytest.fixture
def ui(panel):
    return slicer.util.childWidgetVariables(panel)


def add_volume(name: str = "Head"):
    return slicer.util.addVolumeFromArray(np.zeros((4, 5, 6), np.int16), name=name)


def values(widget, signature: str) -> list:
    """What a signal brings from now on."""
    seen: list = []
    assert widget.connect(signature, lambda *items: seen.append(items))
    return seen


# Files of Qt Designer


def test_a_file_gives_its_widgets_with_their_properties(panel, ui, ctk) -> None:
    assert panel.className() == "qMRMLWidget"
    assert ui.volumeSelector.nodeTypes == ("vtkMRMLScalarVolumeNode",)
    assert ui.volumeSelector.property("SlicerParameterName") == "volume"
    assert ui.folderEdit.filters == ctk.ctkPathLineEdit.Dirs | ctk.ctkPathLineEdit.Writable
    assert (ui.smoothingSlider.maximum, ui.smoothingSlider.suffix) == (2.0, " mm")
    assert ui.modelButton.collapsed and not ui.seriesButton.collapsed
    assert panel.findChild(type(ui.applyButton), "applyButton") is ui.applyButton


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('class="ctkSliderWidget"', 'class="ctkSlidingWidget"'),
        ('name="nodeTypes"', 'name="nodeType"'),
        ('name="folderEdit"', 'name="applyButton"'),
    ],
)
def test_a_file_with_a_slip_is_refused(desktop, tmp_path, old: str, new: str) -> None:
    assert old in SAMPLE
    (tmp_path / "bad.ui").write_text(SAMPLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UiFileError):
        slicer.util.loadUI(str(tmp_path / "bad.ui"))
    with pytest.raises(RuntimeError):
        slicer.util.loadUI(str(tmp_path / "none.ui"))


@pytest.mark.parametrize("name", sorted(set(NATIVES) - {"qSlicerScriptedLoadableModuleWidget"}))
def test_imitations_have_nothing_that_slicer_lacks(desktop, name: str) -> None:
    table = completed(class_table(_wrapped_name(name)), NATIVES[name])
    for key, member in vars(NATIVES[name]).items():
        overrides_qt = any(
            hasattr(base, key) for base in (QtWidgets.QGroupBox, QtWidgets.QAbstractButton)
        )
        if key.startswith("_") or overrides_qt:
            continue
        assert table.offers(key), f"{name}.{key}"
        assert isinstance(member, QtCore.Property) == (key in table.properties), key
        assert isinstance(member, QtCore.Signal) == (key in table.signal_names), key


def test_a_fresh_start_lets_go_of_widgets_and_parameters(desktop) -> None:
    for number in range(2):
        selector = slicer.qMRMLNodeComboBox()
        selector.setMRMLScene(slicer.mrmlScene)
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
        node.UnRegister(None)
        node.SetSingletonTag("Panel")
        node = slicer.mrmlScene.AddNode(node)
        assert node.GetParameter("a") == "", number
        node.SetParameter("a", "1")
        desktop.reset()
        assert not slicer.util.getNodesByClass("vtkMRMLScriptedModuleNode")


def test_unknown_names_of_own_widgets_raise(ui) -> None:
    for name in ("currentNodeName", "Collapsed", "node"):
        with pytest.raises(AttributeError):
            getattr(ui.volumeSelector, name)
        with pytest.raises(AttributeError):
            setattr(ui.volumeSelector, name, 1)
    with pytest.raises(StandInGap):
        ui.volumeSelector.addAttribute("vtkMRMLScalarVolumeNode", "Kind")


# CTK


def test_folding_hides_and_shows_again_what_was_to_be_seen(qt, ctk) -> None:
    button = ctk.ctkCollapsibleButton()
    layout = qt.QVBoxLayout(button)
    first, second = qt.QLabel("one"), qt.QLabel("two")
    for label in (first, second):
        layout.addWidget(label)
    second.setVisible(False)
    seen = values(button, "contentsCollapsed(bool)")
    button.collapsed = True
    assert not first.isVisibleTo(button)
    second.setVisible(True)
    assert not second.isVisibleTo(button)
    button.checked = True
    assert first.isVisibleTo(button) and second.isVisibleTo(button)
    assert seen == [(True,), (False,)]


def test_numbers_are_clamped_rounded_and_told_once(ctk) -> None:
    slider = ctk.ctkSliderWidget()
    slider.maximum, slider.decimals = 10, 1
    seen = values(slider, "valueChanged(double)")
    for value in (3.14, 3.1, 12):
        slider.value = value
    assert slider.value == 10.0
    assert seen == [(3.1,), (10.0,)]


def test_a_range_keeps_its_order_and_bounds(ctk) -> None:
    widget = ctk.ctkRangeWidget()
    widget.setRange(-1000, 3000)
    seen = values(widget, "valuesChanged(double,double)")
    widget.setValues(5000, 200)
    assert (widget.minimumValue, widget.maximumValue) == (200.0, 3000.0)
    widget.minimumValue = 3100
    assert (widget.minimumValue, widget.maximumValue) == (3000.0, 3000.0)
    assert seen == [(200.0, 3000.0), (3000.0, 3000.0)]


def test_paths_and_colours(ctk, qt) -> None:
    edit, picker = ctk.ctkPathLineEdit(), ctk.ctkColorPickerButton()
    paths = values(edit, "currentPathChanged(QString)")
    edit.currentPath = "/data"
    assert (edit.currentPath, paths) == ("/data", [("/data",)])
    colors = values(picker, "colorChanged(QColor)")
    picker.color = qt.QColor(10, 20, 30)
    assert picker.color.green() == 20 and colors[0][0].blue() == 30


# Nodes


def test_the_selector_follows_the_scene(ui) -> None:
    selector = ui.volumeSelector
    seen = values(selector, "currentNodeChanged(vtkMRMLNode*)")
    flags = values(selector, "currentNodeChanged(bool)")
    head = add_volume()
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLModelNode")
    assert selector.nodeCount() == 1 and selector.currentNode() is None
    user.choose(selector, "Head")
    assert selector.currentNode() is head and selector.currentNodeID == head.GetID()
    head.SetName("Skull")
    user.choose(selector, "None")
    user.choose(selector, "Skull")
    slicer.mrmlScene.RemoveNode(head)
    assert selector.currentNode() is None and selector.currentNodeID == ""
    assert seen == [(head,), (None,), (head,), (None,)]
    assert flags == [(True,), (False,), (True,), (False,)]


def test_the_selector_without_none_takes_the_first(ui) -> None:
    head = add_volume()
    ui.volumeSelector.noneEnabled = False
    assert ui.volumeSelector.currentNode() is head


def test_closing_the_scene_empties_the_selector(ui) -> None:
    ui.volumeSelector.setCurrentNode(add_volume())
    slicer.mrmlScene.Clear(0)
    assert ui.volumeSelector.currentNode() is None and ui.volumeSelector.nodeCount() == 0


# Qt


def test_tables_take_items_flags_and_colours(qt) -> None:
    table = qt.QTableWidget(2, 2)
    item = qt.QTableWidgetItem("wall")
    item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
    item.setBackground(qt.QBrush(qt.QColor(255, 0, 0)))
    item.setData(qt.Qt.UserRole, "id")
    table.setItem(0, 0, item)
    table.horizontalHeader().setSectionResizeMode(1, qt.QHeaderView.Stretch)
    table.verticalHeader().visible = False
    table.setEditTriggers(qt.QTableWidget.NoEditTriggers)
    seen = values(table, "cellClicked(int,int)")
    user.click_cell(table, 0, 0)
    assert seen == [(0, 0)] and table.item(1, 1) is None and table.rowCount == 2
    found = table.item(0, 0)
    assert (found.text(), found.data(qt.Qt.UserRole)) == ("wall", "id")
    assert not found.flags() & qt.Qt.ItemIsEditable


def test_dialogs_are_answered_beforehand(qt, desktop) -> None:
    desktop.answers.queue += ["/out", qt.QMessageBox.Yes]
    assert qt.QFileDialog.getExistingDirectory(None, "Folder") == "/out"
    assert qt.QMessageBox.question(None, "Sure?", "Go on?") == qt.QMessageBox.Yes
    assert desktop.answers.shown == ["Folder", "Go on?"]
    assert qt.QFileDialog.getSaveFileName(None, "Save") == ""
    assert desktop.mistakes
    desktop.reset()


def test_addresses_are_only_recorded(qt, desktop, tmp_path) -> None:
    assert qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(tmp_path)))
    assert desktop.opened_urls == [f"file://{tmp_path}"]


def test_processes_run_and_report(qt) -> None:
    process, done = qt.QProcess(), []
    process.connect("finished(int,QProcess::ExitStatus)", lambda code, status: done.append(code))
    process.start("sh", ["-c", "echo made; exit 3"])
    user.wait_until(lambda: done)
    assert done == [3] and bytes(process.readAllStandardOutput().data()) == b"made\n"


def test_timers_record_what_goes_wrong(qt, desktop) -> None:
    qt.QTimer.singleShot(0, lambda: 1 / 0)
    user.wait_until(lambda: desktop.mistakes)
    desktop.reset()


# The user


def test_the_user_cannot_use_what_is_disabled_or_hidden(ui) -> None:
    with pytest.raises(user.CannotDo):
        user.click(ui.applyButton)
    ui.modelButton.collapsed = False
    user.click(ui.applyButton)
    ui.applyButton.enabled = False
    with pytest.raises(user.CannotDo):
        user.click(ui.applyButton)
    user.enter(ui.smoothingSlider, 1.5)
    user.enter(ui.folderEdit, "/data")
    assert ui.smoothingSlider.value == 1.5
    with pytest.raises(user.CannotDo):
        user.enter(ui.smoothingSlider, 5.0)


@pytest.mark.parametrize("style", ["light", "dark"])
def test_pictures_have_their_size_and_style(panel, tmp_path, style: str) -> None:
    from PIL import Image

    path = show.screenshot(panel, tmp_path / "panel.png", 600, 400, style, scale=1.5)
    with Image.open(path) as picture:
        assert picture.size == (600, 400)
        corner = sum(picture.convert("RGB").getpixel((598, 398))) / 3
    assert (corner > 128) == (style == "light")
    assert panel.parent() is None and not panel.visible


def test_a_panel_opens_as_in_the_module_selector(open_panel, tmp_path, monkeypatch) -> None:
    (tmp_path / "Trying.py").write_text(
        textwrap.dedent("""
            import slicer
            from slicer.ScriptedLoadableModule import *
            from slicer.util import VTKObservationMixin

            class Trying(ScriptedLoadableModule):
                pass

            class TryingWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
                def __init__(self, parent=None):
                    ScriptedLoadableModuleWidget.__init__(self, parent)
                    VTKObservationMixin.__init__(self)
                    self.story = []

                def setup(self):
                    ScriptedLoadableModuleWidget.setup(self)
                    uiWidget = slicer.util.loadUI(self.resourcePath("UI/Trying.ui"))
                    self.layout.addWidget(uiWidget)
                    self.ui = slicer.util.childWidgetVariables(uiWidget)
                    self.ui.volumeSelector.setMRMLScene(slicer.mrmlScene)
                    scene = slicer.mrmlScene
                    self.addObserver(scene, scene.EndCloseEvent, self.onSceneEndClose)
                    self.story.append("setup")

                def enter(self):
                    self.story.append("enter")

                def exit(self):
                    self.story.append("exit")

                def cleanup(self):
                    self.story.append("cleanup")
                    self.removeObservers()

                def onSceneEndClose(self, caller, event):
                    self.story.append(("closed", self.parent.isEntered))
        """),
        encoding="utf-8",
    )
    folder = tmp_path / "Resources" / "UI"
    folder.mkdir(parents=True)
    (folder / "Trying.ui").write_text(SAMPLE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    panel = open_panel("Trying", tmp_path / "Trying.py")
    first = panel.widget
    assert panel.ui.volumeSelector.mrmlScene() is slicer.mrmlScene
    assert slicer.util.getModuleWidget("Trying") is first
    assert slicer.modules.trying.widgetRepresentation().isEntered
    panel.close_scene()
    panel.exit()
    panel.close_scene()
    panel.enter()
    panel.reload()
    story = ["setup", "enter", ("closed", True), "exit", ("closed", False), "enter"]
    assert first.story == [*story, "exit", "cleanup"]
    assert panel.widget.story == ["setup", "enter"]
