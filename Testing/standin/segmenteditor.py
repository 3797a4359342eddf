"""``qMRMLSegmentEditorWidget`` and its effects on Slicer's real segment editor logic.

Threshold is at work; the other effects are there by name, and keep their parameters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk
from PySide6 import QtWidgets
from PySide6.QtCore import Signal
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from .ctkwidgets import ctkRangeWidget
from .mrmlwidgets import qMRMLNodeComboBox, qMRMLWidget
from .natives import native, stored
from .pythonqt import wrap
from .strict import StrictObject

#: The effects of a Slicer without extensions, in its order.
EFFECT_NAMES = (
    *("Threshold", "Paint", "Draw", "Erase", "Level tracing", "Grow from seeds"),
    *("Fill between slices", "Margin", "Hollow", "Smoothing", "Scissors", "Islands"),
    *("Logical operators", "Mask volume"),
)
_SEGMENT_EVENTS = ("SegmentAdded", "SegmentRemoved", "SegmentModified", "SegmentsOrderModified")
_COLUMNS = 2


def _segments(node: Any) -> dict[str, str]:
    """ID to name, in order; nothing without a node."""
    if node is None or node.GetSegmentation() is None:
        return {}
    segmentation = node.GetSegmentation()
    return {item: segmentation.GetSegment(item).GetName() for item in segmentation.GetSegmentIDs()}


class Effect(StrictObject, table="segment editor effect Threshold"):
    """An effect whose parameters are attributes of the segment editor node."""

    def __init__(self, name: str, owner: Any) -> None:
        self._own_name, self._owner = name, owner
        self._frame = QtWidgets.QWidget(owner)
        self._frame.setLayout(QtWidgets.QFormLayout())
        self._frame.layout().setContentsMargins(0, 0, 0, 0)
        self._frame.hide()
        self._scripted = ThresholdSide(self) if name == "Threshold" else None

    @property
    def name(self) -> str:
        return self._own_name

    def parameterSetNode(self) -> Any:
        return self._owner.mrmlSegmentEditorNode()

    def setParameter(self, name: str, value: Any) -> None:
        text = f"{value:.12g}" if isinstance(value, float) else str(value)
        self.parameterSetNode().SetAttribute(f"{self._own_name}.{name}", text)
        if self._scripted is not None:
            self._scripted.updateGUIFromMRML()

    def parameter(self, name: str) -> str:
        return self.parameterSetNode().GetAttribute(f"{self._own_name}.{name}") or ""

    def doubleParameter(self, name: str) -> float:
        return float(self.parameter(name) or 0.0)

    def self(self) -> Any:
        return self._scripted


class Scissors(Effect, table="segment editor effect Scissors"):
    """Written in C++: it has no ``self()``."""

    def __getattribute__(self, name: str) -> Any:
        if name == "self":
            raise AttributeError("Scissors is written in C++ and has no self()")
        return super().__getattribute__(name)


class ThresholdSide(StrictObject, table="segment editor effect Threshold .self()"):
    """The Python side of Threshold: what ``effect.self()`` gives."""

    def __init__(self, effect: Effect) -> None:
        self._effect = effect
        slider, apply = ctkRangeWidget(effect._frame), QtWidgets.QPushButton("Apply")
        for box in slider._boxes:
            box.setDecimals(2)
        effect._frame.layout().addRow("Threshold range:", slider)
        effect._frame.layout().addRow(apply)
        slider.valuesChanged.connect(self._on_slider)
        apply.clicked.connect(lambda: self.onApply())
        self._slider, self._apply, self._updating = slider, apply, False

    def __getattr__(self, name: str) -> Any:
        parts = {"thresholdSlider": "_slider", "applyButton": "_apply"}
        if name in parts:
            return wrap(self.__dict__[parts[name]])
        return super().__getattr__(name)

    def _on_slider(self, low: float, high: float) -> None:
        if not self._updating:
            self._effect.setParameter("MinimumThreshold", low)
            self._effect.setParameter("MaximumThreshold", high)

    def _range(self) -> list[float]:
        ends = ("MinimumThreshold", "MaximumThreshold")
        return [self._effect.doubleParameter(end) for end in ends]

    def activate(self) -> None:
        low, high = self._image().GetScalarRange()
        self._updating = True
        self._slider.setRange(low, high)
        self._updating = False
        if self._range()[0] == self._range()[1]:
            self._effect.setParameter("MinimumThreshold", low + 0.25 * (high - low))
            self._effect.setParameter("MaximumThreshold", high)
        self.updateGUIFromMRML()

    def updateGUIFromMRML(self) -> None:
        if not self._updating:
            self._updating = True
            self._slider.setValues(*self._range())
            self._updating = False

    def _image(self) -> Any:
        logic = self._effect._owner._logic
        logic.UpdateAlignedSourceVolume()
        return logic.GetAlignedSourceVolume()

    def onApply(self) -> None:
        owner, logic = self._effect._owner, self._effect._owner._logic
        values = vtk_to_numpy(self._image().GetPointData().GetScalars())
        low, high = self._range()
        owner.saveStateForUndo()
        logic.ResetModifierLabelmapToDefault()
        labelmap = logic.GetModifierLabelmap()
        mask = ((values >= low) & (values <= high)).astype(np.uint8)
        labelmap.GetPointData().SetScalars(numpy_to_vtk(mask.ravel(), deep=True))
        mode = logic.ModificationModeSet
        node, segment = owner.segmentationNode(), owner.currentSegmentID()
        logic.ModifySegmentByLabelmap(node, segment, labelmap, mode, True, False)
        owner.setActiveEffect(None)


@native
class qMRMLSegmentEditorWidget(qMRMLWidget):
    """Selectors, list of segments, effects with their options, undo."""

    currentSegmentIDChanged = Signal(str)
    segmentationNodeChanged = Signal(object)
    sourceVolumeNodeChanged = Signal(object)
    sourceVolumeNodeSelectorVisible = stored(bool, True, lambda self: self._show_parts())
    switchToSegmentationsButtonVisible = stored(bool, True, lambda self: self._show_parts())
    unorderedEffectsVisible = stored(bool, True, lambda self: self.updateEffectList())
    maximumNumberOfUndoStates = stored(int, 10)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._editor_node, self._active, self._order = None, None, []
        self._known: tuple = (None, None)
        self._watched: Any = None
        self._updating = False
        self._logic = slicer.vtkSlicerSegmentEditorLogic()
        self._build()
        self._effects = {
            name: (Scissors if name == "Scissors" else Effect)(name, self) for name in EFFECT_NAMES
        }
        for effect in self._effects.values():
            self._options.addWidget(effect._frame)
        self.updateEffectList()

    def _build(self) -> None:
        outer = QtWidgets.QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        form = QtWidgets.QFormLayout()
        self._segmentation_selector = qMRMLNodeComboBox(self)
        self._segmentation_selector.nodeTypes = ["vtkMRMLSegmentationNode"]
        self._volume_selector = qMRMLNodeComboBox(self)
        self._volume_selector.nodeTypes = ["vtkMRMLScalarVolumeNode"]
        for selector in (self._segmentation_selector, self._volume_selector):
            selector.noneEnabled = True
        self._volume_label = QtWidgets.QLabel("Source volume:")
        form.addRow("Segmentation:", self._segmentation_selector)
        form.addRow(self._volume_label, self._volume_selector)
        outer.addLayout(form)
        names = ("Add", "Remove", "Segmentations...", "Undo", "Redo")
        self._buttons = {name: QtWidgets.QPushButton(name) for name in names}
        for name in names[:2]:
            self._buttons[name].setObjectName(f"{name}SegmentButton")
        self._list = QtWidgets.QListWidget(self)
        self._list.setMinimumHeight(100)
        self._effects_box = QtWidgets.QGroupBox("Effects", self)
        self._effects_grid = QtWidgets.QGridLayout(self._effects_box)
        options = QtWidgets.QGroupBox(self)
        self._options = QtWidgets.QVBoxLayout(options)
        for part in (names[:3], self._list, self._effects_box, names[3:], options):
            if isinstance(part, tuple):
                row = QtWidgets.QHBoxLayout()
                for name in part:
                    row.addWidget(self._buttons[name])
                outer.addLayout(row)
            else:
                outer.addWidget(part)
        self._segmentation_selector.currentNodeChanged[object].connect(
            lambda node: self._updating or self.setSegmentationNode(node)
        )
        self._volume_selector.currentNodeChanged[object].connect(
            lambda node: self._updating or self.setSourceVolumeNode(node)
        )
        self._list.itemClicked.connect(self._on_clicked)
        for name, method in {
            "Add": self._on_add,
            "Remove": self._on_remove,
            "Undo": self.undo,
            "Redo": self.redo,
        }.items():
            self._buttons[name].clicked.connect(method)

    def _show_parts(self) -> None:
        for part in (self._volume_label, self._volume_selector):
            part.setVisible(self.sourceVolumeNodeSelectorVisible)
        self._buttons["Segmentations..."].setVisible(self.switchToSegmentationsButtonVisible)

    # Scene and nodes

    def _on_scene(self, scene: Any) -> None:
        self._forget()
        self._watched = None
        self._logic.SetMRMLScene(scene)
        for part in (self._segmentation_selector, self._volume_selector):
            part.setMRMLScene(scene)
        if scene is not None:
            self._observe(scene, scene.EndCloseEvent, self._on_close)
        self.updateWidgetFromMRML()

    def _on_close(self) -> None:
        self.setActiveEffect(None)
        if self._editor_node is not None and self._editor_node.GetScene() is None:
            self.setMRMLSegmentEditorNode(None)

    def mrmlSegmentEditorNode(self) -> Any:
        return self._editor_node

    def setMRMLSegmentEditorNode(self, node: Any) -> None:
        if node is self._editor_node:
            return
        if self._editor_node is not None:
            self._forget(self._editor_node)
        self._editor_node = node
        self._logic.SetSegmentEditorNode(node)
        if node is not None:
            self._observe(node, vtk.vtkCommand.ModifiedEvent, self.updateWidgetFromMRML)
        self.updateWidgetFromMRML()

    def segmentationNode(self) -> Any:
        return self._editor_node.GetSegmentationNode() if self._editor_node is not None else None

    def sourceVolumeNode(self) -> Any:
        return self._editor_node.GetSourceVolumeNode() if self._editor_node is not None else None

    def currentSegmentID(self) -> str:
        if self._editor_node is None:
            return ""
        return self._editor_node.GetSelectedSegmentID() or ""

    def setSegmentationNode(self, node: Any) -> None:
        if self._editor_node is None:
            return
        if node is not self.segmentationNode():
            self._logic.SetSegmentationNode(node)
            self._take_geometry()
        self._keep_a_segment()

    def _keep_a_segment(self) -> None:
        names = _segments(self.segmentationNode())
        if self._editor_node is not None and self.currentSegmentID() not in names:
            self._editor_node.SetSelectedSegmentID(next(iter(names), None))
        self.updateWidgetFromMRML()

    def setSourceVolumeNode(self, node: Any) -> None:
        if self._editor_node is None or node is self.sourceVolumeNode():
            return
        if node is not None and self.segmentationNode() is None:
            raise AssertionError("need to set segment editor and segmentation nodes first")
        self._logic.SetSourceVolumeNode(node)
        self._take_geometry()
        if self._active is not None and node is not None and self._active._scripted is not None:
            self._active._scripted.activate()
        self.updateWidgetFromMRML()

    def _take_geometry(self) -> None:
        """Without a geometry of its own a segmentation gets that of the source volume."""
        node, volume = self.segmentationNode(), self.sourceVolumeNode()
        if node is None or volume is None or _segments(node):
            return
        if not node.GetSegmentation().GetConversionParameter("Reference image geometry"):
            node.SetReferenceImageGeometryParameterFromVolumeNode(volume)

    def setCurrentSegmentID(self, id_: str) -> None:
        if self._editor_node is not None:
            self._editor_node.SetSelectedSegmentID(id_ or None)
            self.updateWidgetFromMRML()

    def updateWidgetFromMRML(self) -> None:
        if self._updating:
            return
        self._updating = True
        node, volume = self.segmentationNode(), self.sourceVolumeNode()
        self._segmentation_selector.setCurrentNode(node)
        self._volume_selector.setCurrentNode(volume)
        if self._watched is not node:
            if self._watched is not None:
                self._forget(self._watched.GetSegmentation())
            self._watched = node
            for event in _SEGMENT_EVENTS if node is not None else ():
                number = getattr(slicer.vtkSegmentation, event)
                self._observe(node.GetSegmentation(), number, self._keep_a_segment)
        names, current = _segments(node), self.currentSegmentID()
        self._list.clear()
        self._list.addItems(list(names.values()))
        if current in names:
            self._list.setCurrentRow(list(names).index(current))
        able = node is not None and volume is not None
        self._effects_box.setEnabled(able)
        self._buttons["Add"].setEnabled(able)
        self._buttons["Remove"].setEnabled(able and bool(current))
        self._buttons["Undo"].setEnabled(self._logic.CanUndo())
        self._buttons["Redo"].setEnabled(self._logic.CanRedo())
        known, self._known = self._known, (node, volume)
        self._updating = False
        if known[0] is not node:
            self.segmentationNodeChanged.emit(node)
        if known[1] is not volume:
            self.sourceVolumeNodeChanged.emit(volume)
        if not able:
            self.setActiveEffect(None)

    # What the user does. Slicer tells of a segment that is clicked on, and of no other.

    def _on_clicked(self, item: QtWidgets.QListWidgetItem) -> None:
        id_ = list(_segments(self.segmentationNode()))[self._list.row(item)]
        self.setCurrentSegmentID(id_)
        self.currentSegmentIDChanged.emit(id_)

    def _on_add(self) -> None:
        self.saveStateForUndo()
        self.setCurrentSegmentID(self._logic.AddEmptySegment())

    def _on_remove(self) -> None:
        self.saveStateForUndo()
        self._logic.RemoveSelectedSegment()

    # Effects

    def availableEffectNames(self) -> list[str]:
        return list(self._effects)

    def setEffectNameOrder(self, names: list[str]) -> None:
        self._order = list(names)
        self.updateEffectList()

    def activeEffect(self) -> Any:
        return self._active

    def setActiveEffectByName(self, name: str) -> None:
        self.setActiveEffect(self._effects.get(name))

    def setActiveEffect(self, effect: Any) -> None:
        if self.segmentationNode() is None or self.sourceVolumeNode() is None:
            effect = None
        if effect is self._active:
            return
        if self._active is not None:
            self._active._frame.hide()
        self._active = effect
        if self._editor_node is not None:
            self._editor_node.SetActiveEffectName(effect.name if effect is not None else "")
        if effect is not None:
            effect._frame.show()
            if effect._scripted is not None:
                effect._scripted.activate()
        for button in self._effects_box.findChildren(QtWidgets.QToolButton):
            button.setChecked(effect is not None and button.text() == effect.name)

    def updateEffectList(self) -> None:
        while self._effects_grid.count():
            old = self._effects_grid.takeAt(0).widget()
            old.setParent(None)
            old.deleteLater()
        rest = EFFECT_NAMES if self.unorderedEffectsVisible else ()
        policy = QtWidgets.QSizePolicy.Policy
        for index, name in enumerate(dict.fromkeys(("None", *self._order, *rest))):
            button = QtWidgets.QToolButton(self._effects_box)
            button.setText(name)
            button.setCheckable(True)
            button.setSizePolicy(policy.Expanding, policy.Fixed)
            button.clicked.connect(lambda on, name=name: self.setActiveEffectByName(name))
            self._effects_grid.addWidget(button, index // _COLUMNS, index % _COLUMNS)

    # Undo and views

    def saveStateForUndo(self) -> None:
        self._logic.SaveStateForUndo()
        self.updateWidgetFromMRML()

    def undo(self, *checked: bool) -> None:
        self._logic.Undo()
        self.updateWidgetFromMRML()

    def redo(self, *checked: bool) -> None:
        self._logic.Redo()
        self.updateWidgetFromMRML()

    def setupViewObservations(self) -> None:
        """There are no views to draw in."""

    def removeViewObservations(self) -> None:
        """There are no views to draw in."""
