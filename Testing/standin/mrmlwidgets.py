"""The MRML widgets: qMRMLWidget, and the selector of nodes."""

from __future__ import annotations

from typing import Any

import vtk
from PySide6 import QtWidgets
from PySide6.QtCore import Property, Signal

from .natives import native, stored

_RESIZE = QtWidgets.QSizePolicy.Policy


#: Everything that widgets observe, so that a fresh start can let go of it.
_OBSERVED: list[tuple[Any, int]] = []


def forget_all() -> None:
    """Let go of all that widgets observe: observers keep widgets alive."""
    for thing, tag in _OBSERVED:
        thing.RemoveObserver(tag)
    _OBSERVED.clear()


class Observing:
    """Observers on VTK objects that go with the widget."""

    def _observe(self, thing: Any, event: Any, method: Any) -> None:
        self._remember(thing, thing.AddObserver(event, lambda *_: self._alive() and method()))

    def _remember(self, thing: Any, tag: int) -> None:
        self.__dict__.setdefault("_tags", []).append((thing, tag))
        _OBSERVED.append((thing, tag))

    def _observe_node(self, scene: Any, event: Any, method: Any) -> None:
        @vtk.calldata_type(vtk.VTK_OBJECT)
        def call(caller: Any, name: str, node: Any) -> None:
            if self._alive():
                method(node)

        self._remember(scene, scene.AddObserver(event, call))

    def _forget(self, *things: Any) -> None:
        kept = []
        for thing, tag in self.__dict__.get("_tags", []):
            if not things or thing in things:
                thing.RemoveObserver(tag)
            else:
                kept.append((thing, tag))
        self._tags = kept

    def _alive(self) -> bool:
        from shiboken6 import isValid

        return isValid(self)


@native
class qMRMLWidget(Observing, QtWidgets.QWidget):
    """A widget with a scene."""

    mrmlSceneChanged = Signal(object)
    _scene = None

    def setMRMLScene(self, scene: Any) -> None:
        if scene is self._scene:
            return
        self._scene = scene
        self._on_scene(scene)
        self.mrmlSceneChanged.emit(scene)

    def _on_scene(self, scene: Any) -> None:
        """For subclasses."""

    def mrmlScene(self) -> Any:
        return self._scene


@native
class qMRMLNodeComboBox(Observing, QtWidgets.QWidget):
    """A combo box of the scene's nodes."""

    currentNodeChanged = Signal((object,), (bool,))
    nodeActivated = Signal(object)

    addEnabled = stored(bool, True)
    removeEnabled = stored(bool, True)
    noneEnabled = stored(bool, False, lambda self: self._refill())
    nodeTypes = stored("QStringList", [], lambda self: self._refill())

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._scene, self._current = None, None
        self._ids: list[str] = []
        self._combo = QtWidgets.QComboBox(self)
        self._combo.setSizePolicy(_RESIZE.Expanding, _RESIZE.Fixed)
        # Its width follows the names of the nodes unless its own policy says otherwise.
        self._combo.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToContents)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._combo)
        self.setSizePolicy(_RESIZE.Expanding, _RESIZE.Fixed)
        self.setFocusProxy(self._combo)
        self._combo.currentIndexChanged.connect(self._on_index)
        self._combo.activated.connect(lambda index: self.nodeActivated.emit(self._current))
        self._refill()

    # The scene

    def setMRMLScene(self, scene: Any) -> None:
        if scene is self._scene:
            return
        self._forget()
        self._scene = scene
        if scene is not None:
            self._observe_node(scene, scene.NodeAddedEvent, self._on_added)
            self._observe_node(scene, scene.NodeAboutToBeRemovedEvent, self._on_removing)
            self._observe_node(scene, scene.NodeRemovedEvent, lambda node: self._refill())
            for event in (scene.EndBatchProcessEvent, scene.EndCloseEvent, scene.EndImportEvent):
                self._observe(scene, event, self._refill)
            for node in self._scene_nodes():
                self._follow(node)
        self._refill()

    def mrmlScene(self) -> Any:
        return self._scene

    def _follow(self, node: Any) -> None:
        self._observe(node, vtk.vtkCommand.ModifiedEvent, self._refill_names)

    def _on_added(self, node: Any) -> None:
        self._follow(node)
        if not self._scene.IsBatchProcessing():
            self._refill()

    def _on_removing(self, node: Any) -> None:
        self._forget(node)

    def _scene_nodes(self) -> list[Any]:
        if self._scene is None:
            return []
        return [self._scene.GetNthNode(i) for i in range(self._scene.GetNumberOfNodes())]

    def _fits(self, node: Any) -> bool:
        shown = not node.GetHideFromEditors()
        return shown and any(node.IsA(kind) for kind in self.nodeTypes)

    # The list

    def _nodes(self) -> list[Any]:
        return [node for node in self._scene_nodes() if self._fits(node)]

    def _refill(self) -> None:
        if self._scene is not None and self._scene.IsBatchProcessing():
            return
        nodes = self._nodes()
        none = self.noneEnabled or not nodes
        names = [*(["None"] if none else []), *(self._label(node) for node in nodes)]
        ids = [*([""] if none else []), *(node.GetID() for node in nodes)]
        self._combo.blockSignals(True)
        self._combo.clear()
        self._combo.addItems(names)
        self._ids = ids
        current = self._current
        if current is not None and current.GetID() in ids and current in nodes:
            self._combo.setCurrentIndex(ids.index(current.GetID()))
        elif self.noneEnabled or not nodes:
            self._combo.setCurrentIndex(0 if none else -1)
            current = None
        else:
            # Without "None" there is always one, which Slicer takes by itself.
            self._combo.setCurrentIndex(0)
            current = nodes[0]
        self._combo.blockSignals(False)
        self._become(current)

    def _refill_names(self) -> None:
        if self._scene is None or self._scene.IsBatchProcessing():
            return
        shown = [self._label(node) for node in self._nodes()]
        offset = len(self._ids) - len(shown)
        old = [self._combo.itemText(i) for i in range(max(offset, 0), self._combo.count())]
        if shown != old:
            self._refill()

    def _label(self, node: Any) -> str:
        return node.GetName() or node.GetID()

    def _become(self, node: Any) -> None:
        if node is self._current:
            return
        self._current = node
        self.currentNodeChanged[object].emit(node)
        self.currentNodeChanged[bool].emit(node is not None)

    def _on_index(self, index: int) -> None:
        id_ = self._ids[index] if 0 <= index < len(self._ids) else ""
        self._become(self._scene.GetNodeByID(id_) if id_ else None)

    # What code may call

    def currentNode(self) -> Any:
        return self._current

    def setCurrentNode(self, node: Any) -> None:
        self.setCurrentNodeID(node if isinstance(node, str) else node.GetID() if node else "")

    def setCurrentNodeID(self, id_: str) -> None:
        if (id_ or "") in self._ids:
            self._combo.setCurrentIndex(self._ids.index(id_ or ""))
        else:
            self._combo.setCurrentIndex(-1)

    currentNodeID = Property(
        str, lambda self: self._current.GetID() if self._current else "", setCurrentNodeID
    )

    def nodeCount(self) -> int:
        return len(self._nodes())
