"""Parameter nodes: values in the scene, and widgets that follow them."""

from __future__ import annotations

import enum
import importlib
from types import SimpleNamespace
from typing import Annotated

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
        "model": slicer.vtkMRMLModelNode,
        "name": str,
        "count": int,
        "size": Annotated[float, wrapper.WithinRange(0, 10)],
        "free": float,
        "largest": bool,
        "unit": Unit,
    }
    State.count, State.size = 3, 2.5
    return wrapper.parameterNodeWrapper(State)


@pytest.fixture
def node(desktop):
    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")


def test_defaults_are_written_and_values_are_typed(kind, node) -> None:
    state = kind(node)
    assert (state.volume, state.name, state.count, state.size) == (None, "", 3, 2.5)
    assert (state.largest, state.unit) == (False, Unit.MM)
    state.largest, state.unit, state.size = True, Unit.M, 4
    assert (state.size, type(state.size)) == (4.0, float)
    texts = {key: node.GetParameter(key) for key in ("largest", "unit", "size", "count")}
    assert texts == {"largest": "True", "unit": "M", "size": "4", "count": "3"}
    assert kind(node).unit is Unit.M


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("size", 11.0), ("size", "2"), ("count", 1.5), ("count", None)),
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


@pytest.fixture
def shown(desktop):
    qt, ctk = importlib.import_module("qt"), importlib.import_module("ctk")
    selector = slicer.qMRMLNodeComboBox()
    selector.noneEnabled = True
    selector.setMRMLScene(slicer.mrmlScene)
    made = {
        **{"volume": selector, "name": qt.QLineEdit(), "size": ctk.ctkSliderWidget()},
        **{"largest": qt.QCheckBox(), "other": qt.QLineEdit()},
    }
    for name, widget in made.items():
        if name != "other":
            widget.setProperty("SlicerParameterName", name)
    return SimpleNamespace(**made)


def test_widgets_and_values_follow_each_other(kind, node, shown) -> None:
    state = kind(node)
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Head")
    tag = state.connectGui(shown)
    assert (shown.size.value, shown.size.maximum) == (2.5, 10.0)
    user.choose(shown.volume, "Head")
    user.enter(shown.name, "Jaw")
    user.enter(shown.other, "Ear")
    user.enter(shown.size, 7.5)
    user.click(shown.largest)
    assert (state.volume, state.name, state.size, state.largest) == (volume, "Jaw", 7.5, True)
    state.volume, state.name = None, "Tooth"
    assert shown.volume.currentNode() is None
    assert shown.name.text == "Tooth"
    state.disconnectGui(tag)
    state.name = "Ear"
    user.enter(shown.name, "Nose")
    assert state.name == "Ear"


@pytest.mark.parametrize(
    ("module", "widget", "name"),
    [
        *(("ctk", "ctkRangeWidget", "size"), ("ctk", "ctkPathLineEdit", "name")),
        *(("qt", "QPlainTextEdit", "name"), ("qt", "QSlider", "count")),
        *(("qt", "QComboBox", "name"), ("ctk", "ctkSliderWidget", "free")),
    ],
)
def test_what_slicer_cannot_connect_is_refused(kind, node, module, widget, name) -> None:
    made = getattr(importlib.import_module(module), widget)()
    for wanted, error in ((name, RuntimeError), ("sise", ValueError)):
        made.setProperty("SlicerParameterName", wanted)
        with pytest.raises(error):
            kind(node).connectGui(SimpleNamespace(widget=made))
