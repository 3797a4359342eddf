"""Parameter nodes: values in the scene, and widgets that follow them."""

from __future__ import annotations

import enum
import importlib
from pathlib import Path
from typing import Annotated, Optional

import pytest
import slicer
import vtk
from standin import user

pytest_plugins = ("standin.fixtures",)


class Unit(enum.Enum):
    MM = "millimetre"
    M = "metre"


@pytest.fixture
def wrapper(desktop):
    return importlib.import_module("slicer.parameterNodeWrapper")


@pytest.fixture
def kind(wrapper):
    class State:
        pass

    # As a module without postponed annotations would have it.
    State.__annotations__ = {
        "volume": slicer.vtkMRMLScalarVolumeNode,
        "model": Optional[slicer.vtkMRMLModelNode],  # noqa: UP045 - as older Slicers want it
        "name": str,
        "count": int,
        "size": Annotated[float, wrapper.WithinRange(0, 10)],
        "largest": bool,
        "unit": Unit,
        "method": Annotated[str, wrapper.Choice(["a", "b"]), wrapper.Default("b")],
        "folder": Path,
    }
    State.count, State.size = 3, 2.5
    return wrapper.parameterNodeWrapper(State)


@pytest.fixture
def node(desktop):
    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")


def test_defaults_are_written_and_values_are_typed(kind, node) -> None:
    state = kind(node)
    assert (state.volume, state.name, state.count, state.size) == (None, "", 3, 2.5)
    assert (state.largest, state.unit, state.method) == (False, Unit.MM, "b")
    state.largest, state.unit, state.size = True, Unit.M, 4
    assert (state.size, type(state.size)) == (4.0, float)
    texts = {key: node.GetParameter(key) for key in ("largest", "unit", "size", "count")}
    assert texts == {"largest": "True", "unit": "M", "size": "4", "count": "3"}
    assert kind(node).unit is Unit.M


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("size", 11.0), ("size", "2"), ("count", 1.5), ("count", None), ("method", "c")),
        *(("largest", 1), ("unit", "MM"), ("volume", "vtkMRMLScalarVolumeNode1"), ("sise", 1.0)),
    ],
)
def test_wrong_values_and_names_are_refused(kind, node, name: str, value) -> None:
    state = kind(node)
    with pytest.raises((ValueError, TypeError, AttributeError)):
        setattr(state, name, value)


def test_nodes_are_references_and_go_with_their_node(kind, node) -> None:
    state = kind(node)
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    state.volume = volume
    assert node.GetNodeReferenceID("volume") == volume.GetID()
    slicer.mrmlScene.RemoveNode(volume)
    assert state.volume is None


def test_a_saved_scene_brings_the_values_back(kind, node, tmp_path) -> None:
    state = kind(node)
    state.model = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLModelNode", "Skull")
    state.size, state.unit = 0.1, Unit.M
    scene = slicer.mrmlScene
    scene.SetURL(str(tmp_path / "scene.mrml"))
    assert scene.Commit()
    scene.Clear()
    assert scene.Connect()
    again = kind(scene.GetFirstNodeByClass("vtkMRMLScriptedModuleNode"))
    assert (again.size, again.unit, again.model.GetName()) == (0.1, Unit.M, "Skull")


def test_observers_hear_of_changes_once(kind, node) -> None:
    state, seen = kind(node), []
    tag = state.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: seen.append(state.size))
    with slicer.util.NodeModify(state):
        state.size, state.count = 7.0, 4
    state.size = 7.0
    state.RemoveObserver(tag)
    state.size = 1.0
    assert seen == [7.0]


def widgets(qt, ctk) -> dict:
    selector = slicer.qMRMLNodeComboBox()
    selector.noneEnabled = True
    selector.setMRMLScene(slicer.mrmlScene)
    return {
        "volume": selector,
        "name": qt.QLineEdit(),
        "count": qt.QSpinBox(),
        "size": ctk.ctkSliderWidget(),
        "largest": qt.QCheckBox(),
        "unit": qt.QComboBox(),
        "method": qt.QComboBox(),
        "folder": ctk.ctkPathLineEdit(),
    }


def test_widgets_and_values_follow_each_other(kind, node) -> None:
    shown = widgets(importlib.import_module("qt"), importlib.import_module("ctk"))
    state = kind(node)
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Head")
    tag = state.connectParametersToGui(shown)
    assert (shown["size"].value, shown["size"].maximum, shown["count"].value) == (2.5, 10.0, 3)
    assert [shown["unit"].itemText(i) for i in range(2)] == ["MM", "M"]
    user.choose(shown["volume"], "Head")
    user.enter(shown["name"], "Jaw")
    user.enter(shown["size"], 7.5)
    user.click(shown["largest"])
    user.choose(shown["unit"], "M")
    user.choose(shown["method"], "a")
    user.enter(shown["folder"], "/data")
    assert (state.volume, state.name, state.size, state.largest) == (volume, "Jaw", 7.5, True)
    assert (state.unit, state.method, state.folder) == (Unit.M, "a", Path("/data"))
    state.volume, state.name, state.unit = None, "Tooth", Unit.MM
    assert shown["volume"].currentNode() is None
    assert (shown["name"].text, shown["unit"].currentText) == ("Tooth", "MM")
    state.disconnectGui(tag)
    state.name = "Ear"
    user.enter(shown["name"], "Nose")
    assert state.name == "Ear"


def test_names_come_from_the_property_of_the_widget(kind, node) -> None:
    qt = importlib.import_module("qt")
    panel = qt.QWidget()
    line, other = qt.QLineEdit(panel), qt.QLineEdit(panel)
    line.objectName, other.objectName = "one", "two"
    line.setProperty("SlicerParameterName", "name")
    state = kind(node)
    assert state.connectGui(slicer.util.childWidgetVariables(panel)) == 0
    line.text, other.text = "Jaw", "Ear"
    assert state.name == "Jaw"


@pytest.mark.parametrize(
    ("module", "widget", "name"),
    [
        *(("ctk", "ctkRangeWidget", "size"), ("ctk", "ctkPathLineEdit", "name")),
        *(("qt", "QPlainTextEdit", "name"), ("qt", "QSlider", "count")),
        ("qt", "QComboBox", "name"),
    ],
)
def test_what_slicer_cannot_connect_is_refused(kind, node, module, widget, name) -> None:
    made = getattr(importlib.import_module(module), widget)()
    with pytest.raises(RuntimeError):
        kind(node).connectParametersToGui({name: made})
    with pytest.raises(ValueError):
        kind(node).connectParametersToGui({"sise": made})
