"""``qMRMLSegmentEditorWidget`` on Slicer's real segment editor logic."""

from __future__ import annotations

from typing import Any

import slicer
import vtk
from PySide6 import QtCore, QtWidgets
from PySide6.QtCore import Signal

from .mrmlwidgets import qMRMLNodeComboBox, qMRMLWidget
from .natives import native, stored
from .segmenteffects import make_effects
from .segmentwidgets import (
    qMRMLSegmentationShow3DButton,
    qMRMLSegmentsTableView,
    segment_events,
    segment_names,
)


@native
class qMRMLSegmentEditorWidget(qMRMLWidget):
    """Selectors, table of segments, effects with their options, undo."""

    currentSegmentIDChanged = Signal(str)
    segmentationNodeChanged = Signal(object)
    sourceVolumeNodeChanged = Signal(object)
    segmentationNodeSelectorVisible = stored(bool, True, lambda self: self._show_parts())
    sourceVolumeNodeSelectorVisible = stored(bool, True, lambda self: self._show_parts())
    maskingSectionVisible = stored(bool, True, lambda self: self._show_parts())
    specifyGeometryButtonVisible = stored(bool, True, lambda self: self._show_parts())
    show3DButtonVisible = stored(bool, True, lambda self: self._show_parts())
    addRemoveSegmentButtonsVisible = stored(bool, True, lambda self: self._show_parts())
    switchToSegmentationsButtonVisible = stored(bool, True, lambda self: self._show_parts())
    unorderedEffectsVisible = stored(bool, True, lambda self: self.updateEffectList())
    effectColumnCount = stored(int, 2, lambda self: self.updateEffectList())
    effectButtonStyle = stored(int, 2)
    autoShowSourceVolumeNode = stored(bool, True)
    undoEnabled = stored(bool, True)
    maximumNumberOfUndoStates = stored(int, 10)
    readOnly = stored(bool, False, lambda self: self.updateWidgetFromMRML())
    defaultTerminologyEntry = stored(str, "")
    defaultTerminologyEntrySettingsKey = stored(str, "")
    jumpToSelectedSegmentEnabled = stored(bool, True)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._editor_node, self._active, self._order = None, None, []
        self._known: tuple = (None, None, "")
        self._updating = False
        self._logic = slicer.vtkSlicerSegmentEditorLogic()
        self._views_observed, self._shortcuts = False, False
        self._build()
        self._effects = make_effects(self)
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
        self._volume_selector.hideChildNodeTypes = ["vtkMRMLLabelMapVolumeNode"]
        self._labels = (QtWidgets.QLabel("Segmentation:"), QtWidgets.QLabel("Source volume:"))
        for selector in (self._segmentation_selector, self._volume_selector):
            selector.noneEnabled = True
        form.addRow(self._labels[0], self._segmentation_selector)
        form.addRow(self._labels[1], self._volume_selector)
        outer.addLayout(form)
        row = QtWidgets.QHBoxLayout()
        self._add, self._remove = (QtWidgets.QPushButton(text) for text in ("Add", "Remove"))
        self._show3d = qMRMLSegmentationShow3DButton(self)
        self._switch = QtWidgets.QPushButton("Segmentations...")
        for button in (self._add, self._remove, self._show3d, self._switch):
            row.addWidget(button)
        outer.addLayout(row)
        self._segments = qMRMLSegmentsTableView(self)
        self._segments.selectionMode = 1
        self._segments.setMinimumHeight(100)
        outer.addWidget(self._segments)
        self._effects_box = QtWidgets.QGroupBox("Effects", self)
        self._effects_grid = QtWidgets.QGridLayout(self._effects_box)
        outer.addWidget(self._effects_box)
        undo = QtWidgets.QHBoxLayout()
        self._undo, self._redo = (QtWidgets.QPushButton(text) for text in ("Undo", "Redo"))
        undo.addWidget(self._undo)
        undo.addWidget(self._redo)
        outer.addLayout(undo)
        self._options_box = QtWidgets.QGroupBox(self)
        self._options = QtWidgets.QVBoxLayout(self._options_box)
        outer.addWidget(self._options_box)
        self._masking = QtWidgets.QGroupBox("Masking", self)
        outer.addWidget(self._masking)
        self._segmentation_selector.currentNodeChanged[object].connect(self._on_segmentation)
        self._volume_selector.currentNodeChanged[object].connect(self._on_volume)
        self._segments.selectionChanged.connect(self._on_selected)
        self._add.clicked.connect(self._on_add)
        self._remove.clicked.connect(self._on_remove)
        self._undo.clicked.connect(self.undo)
        self._redo.clicked.connect(self.redo)

    def _show_parts(self) -> None:
        self._labels[0].setVisible(self.segmentationNodeSelectorVisible)
        self._segmentation_selector.setVisible(self.segmentationNodeSelectorVisible)
        self._labels[1].setVisible(self.sourceVolumeNodeSelectorVisible)
        self._volume_selector.setVisible(self.sourceVolumeNodeSelectorVisible)
        self._masking.setVisible(self.maskingSectionVisible)
        self._show3d.setVisible(self.show3DButtonVisible)
        self._switch.setVisible(self.switchToSegmentationsButtonVisible)
        for button in (self._add, self._remove):
            button.setVisible(self.addRemoveSegmentButtonsVisible)

    # Scene and nodes

    def _on_scene(self, scene: Any) -> None:
        self._forget()
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

    def segmentationNodeID(self) -> str:
        node = self.segmentationNode()
        return node.GetID() if node is not None else ""

    def sourceVolumeNode(self) -> Any:
        return self._editor_node.GetSourceVolumeNode() if self._editor_node is not None else None

    def sourceVolumeNodeID(self) -> str:
        node = self.sourceVolumeNode()
        return node.GetID() if node is not None else ""

    def currentSegmentID(self) -> str:
        if self._editor_node is None:
            return ""
        return self._editor_node.GetSelectedSegmentID() or ""

    def setSegmentationNode(self, node: Any) -> None:
        if self._editor_node is None:
            return
        if node is not self.segmentationNode():
            self._logic.SetSegmentationNode(node)
            if node is not None:
                self._take_geometry()
        names = segment_names(node)
        if self.currentSegmentID() not in names:
            self._editor_node.SetSelectedSegmentID(next(iter(names), None))
        self.updateWidgetFromMRML()

    def setSegmentationNodeID(self, id_: str) -> None:
        self.setSegmentationNode(self._scene.GetNodeByID(id_) if id_ else None)

    def setSourceVolumeNode(self, node: Any) -> None:
        if self._editor_node is None or node is self.sourceVolumeNode():
            return
        self._logic.SetSourceVolumeNode(node)
        self._take_geometry()
        if self._active is not None:
            self._active.activate() if node is not None else self.setActiveEffect(None)
        self.updateWidgetFromMRML()

    def setSourceVolumeNodeID(self, id_: str) -> None:
        self.setSourceVolumeNode(self._scene.GetNodeByID(id_) if id_ else None)

    def _take_geometry(self) -> None:
        """Without a geometry of its own a segmentation gets that of the source volume."""
        node, volume = self.segmentationNode(), self.sourceVolumeNode()
        if node is None or volume is None:
            return
        key = "Reference image geometry"
        has = node.GetSegmentation().GetConversionParameter(key)
        if not has and not segment_names(node):
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
        if self._segments.segmentationNode() is not node:
            old = self._segments.segmentationNode()
            if old is not None:
                self._forget(old.GetSegmentation())
            for event in segment_events() if node is not None else ():
                self._observe(node.GetSegmentation(), event, self._on_segments)
        self._segments.setSegmentationNode(node)
        self._show3d.setSegmentationNode(node)
        current = self.currentSegmentID()
        self._segments.setSelectedSegmentIDs([current] if current else [])
        able = node is not None and volume is not None and not self.readOnly
        self._effects_box.setEnabled(able)
        self._add.setEnabled(able)
        self._remove.setEnabled(able and bool(current))
        self._undo.setEnabled(self._logic.CanUndo())
        self._redo.setEnabled(self._logic.CanRedo())
        known, self._known = self._known, (node, volume, current)
        self._updating = False
        if known[0] is not node:
            self.segmentationNodeChanged.emit(node)
        if known[1] is not volume:
            self.sourceVolumeNodeChanged.emit(volume)
        if known[2] != current:
            self.currentSegmentIDChanged.emit(current)
        if self._active is not None and (node is None or volume is None):
            self.setActiveEffect(None)

    def _on_segments(self) -> None:
        names = segment_names(self.segmentationNode())
        if self._editor_node is not None and self.currentSegmentID() not in names:
            self._editor_node.SetSelectedSegmentID(next(iter(names), None))
        self.updateWidgetFromMRML()

    def _on_segmentation(self, node: Any) -> None:
        if not self._updating:
            self.setSegmentationNode(node)

    def _on_volume(self, node: Any) -> None:
        if not self._updating:
            self.setSourceVolumeNode(node)

    def _on_selected(self, *selections: Any) -> None:
        ids = self._segments.selectedSegmentIDs()
        if not self._updating and ids and ids[0] != self.currentSegmentID():
            self.setCurrentSegmentID(ids[0])

    def _on_add(self) -> None:
        self.saveStateForUndo()
        self.setCurrentSegmentID(self._logic.AddEmptySegment())

    def _on_remove(self) -> None:
        self.saveStateForUndo()
        self._logic.RemoveSelectedSegment()

    # Effects

    def availableEffectNames(self) -> list[str]:
        return list(self._effects)

    def effectNameOrder(self) -> list[str]:
        return list(self._order)

    def setEffectNameOrder(self, names: list[str]) -> None:
        self._order = list(names)
        self.updateEffectList()

    def effectByName(self, name: str) -> Any:
        return self._effects.get(name)

    def effectCount(self) -> int:
        return len(self._effects)

    def effectByIndex(self, index: int) -> Any:
        return list(self._effects.values())[index]

    def activeEffect(self) -> Any:
        return self._active

    def setActiveEffectByName(self, name: str) -> None:
        self.setActiveEffect(self._effects.get(name))

    def setActiveEffect(self, effect: Any) -> None:
        ready = self.segmentationNode() is not None and self.sourceVolumeNode() is not None
        if effect is not None and not ready:
            effect = None
        if effect is self._active:
            return
        if self._active is not None:
            self._active._frame.hide()
            self._active.deactivate()
        self._active = effect
        if self._editor_node is not None:
            self._editor_node.SetActiveEffectName(effect.name if effect is not None else "")
        self._options_box.setTitle(effect.name if effect is not None else "")
        if effect is not None:
            effect._frame.show()
            effect.activate()
        for button in self._effects_box.findChildren(QtWidgets.QToolButton):
            button.setChecked(effect is not None and button.text() == effect.name)

    def updateEffectList(self) -> None:
        while self._effects_grid.count():
            old = self._effects_grid.takeAt(0).widget()
            old.setParent(None)
            old.deleteLater()
        shown = [name for name in self._order if name in self._effects]
        if self.unorderedEffectsVisible:
            shown += [name for name in self._effects if name not in shown]
        for index, name in enumerate(["None", *shown]):
            button = QtWidgets.QToolButton(self._effects_box)
            button.setText(name)
            button.setCheckable(True)
            policy = QtWidgets.QSizePolicy.Policy
            button.setSizePolicy(policy.Expanding, policy.Fixed)
            button.clicked.connect(lambda on, name=name: self.setActiveEffectByName(name))
            self._effects_grid.addWidget(
                button, index // self.effectColumnCount, index % self.effectColumnCount
            )

    def _modify(self, labelmap: Any, mode: Any, unmasked: bool = False) -> None:
        self._logic.ModifySegmentByLabelmap(
            self.segmentationNode(), self.currentSegmentID(), labelmap, mode, True, unmasked
        )

    # Undo, views, keys

    def saveStateForUndo(self) -> None:
        if self.undoEnabled:
            self._logic.SaveStateForUndo()
            self.updateWidgetFromMRML()

    def undo(self, *checked: bool) -> None:
        self._logic.Undo()
        self.updateWidgetFromMRML()

    def redo(self, *checked: bool) -> None:
        self._logic.Redo()
        self.updateWidgetFromMRML()

    def setupViewObservations(self) -> None:
        self._views_observed = True

    def removeViewObservations(self) -> None:
        self._views_observed = False

    def installKeyboardShortcuts(self, parent: QtCore.QObject | None = None) -> None:
        self._shortcuts = True

    def uninstallKeyboardShortcuts(self) -> None:
        self._shortcuts = False

    def rotateSliceViewsToSegmentation(self) -> None:
        """There are no views."""

    def showSourceVolumeInSliceViewers(self, forced: bool = False, fit: bool = False) -> None:
        """There are no views."""


def _setter(name: str) -> Any:
    return lambda self, value: setattr(self, name, value)


for _name in (
    "segmentationNodeSelectorVisible",
    "sourceVolumeNodeSelectorVisible",
    "maskingSectionVisible",
    "specifyGeometryButtonVisible",
    "show3DButtonVisible",
    "addRemoveSegmentButtonsVisible",
    "switchToSegmentationsButtonVisible",
    "effectColumnCount",
    "autoShowSourceVolumeNode",
    "undoEnabled",
    "maximumNumberOfUndoStates",
    "readOnly",
    "jumpToSelectedSegmentEnabled",
):
    _method = f"set{_name[0].upper()}{_name[1:]}"
    setattr(qMRMLSegmentEditorWidget, _method, _setter(_name))
