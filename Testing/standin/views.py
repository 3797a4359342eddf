"""``slicer.app.layoutManager()``: the real layout, slice and view nodes, and no pictures.

As in Slicer the nodes of the views are in the scene, among them hidden models of the slices.
"""

from __future__ import annotations

from typing import Any

import slicer
import vtk

from .strict import StrictObject

#: Node classes that only views bring along.
_VIEW_NODES = (
    *("vtkMRMLLayoutNode", "vtkMRMLViewNode", "vtkMRMLSliceNode", "vtkMRMLSliceCompositeNode"),
    *("vtkMRMLSliceDisplayNode", "vtkMRMLPlotViewNode", "vtkMRMLTableViewNode"),
    "vtkMRMLCameraNode",
)
_ORIENTATIONS = {"Red": "Axial", "Green": "Coronal", "Yellow": "Sagittal"}


class _SliceWidget:
    """``layoutManager.sliceWidget(name)``."""

    __slots__ = ("_logic",)

    def __init__(self, logic: Any) -> None:
        self._logic = logic

    def sliceLogic(self) -> Any:
        return self._logic

    def mrmlSliceNode(self) -> Any:
        return self._logic.GetSliceNode()


class _ThreeDView:
    """``threeDWidget.threeDView()``."""

    __slots__ = ("_node", "_views")

    def __init__(self, node: Any, views: LayoutManager) -> None:
        self._node, self._views = node, views

    def resetFocalPoint(self) -> None:
        self._views._log.append("resetFocalPoint")

    def resetCamera(self) -> None:
        self._views._log.append("resetCamera")


class _ThreeDWidget:
    """``layoutManager.threeDWidget(index)``."""

    __slots__ = ("_view",)

    def __init__(self, view: _ThreeDView) -> None:
        self._view = view

    def threeDView(self) -> _ThreeDView:
        return self._view


class LayoutManager(StrictObject, table="slicer.app.layoutManager()"):
    """The views of the running layout."""

    def __init__(self, application_logic: Any) -> None:
        self._log: list[str] = []
        self._application_logic = application_logic
        slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(slicer.mrmlScene)
        self._logic = slicer.vtkMRMLLayoutLogic()
        self._logic.SetMRMLScene(slicer.mrmlScene)
        self._slices: dict[str, Any] = {}
        node = self._logic.GetLayoutNode()
        self.setLayout(node.SlicerLayoutFourUpView)
        self._tag = node.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: self._follow())

    def _close(self) -> None:
        """Take views and nodes out of the scene again."""
        self._logic.GetLayoutNode().RemoveObserver(self._tag)
        for logic in self._slices.values():
            logic.SetMRMLScene(None)
        self._slices.clear()
        self._logic.SetMRMLScene(None)
        scene = slicer.mrmlScene
        nodes = [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]
        for node in nodes:
            hidden_slice = node.IsA("vtkMRMLModelNode") and "Volume Slice" in (node.GetName() or "")
            if node.GetClassName() in _VIEW_NODES or hidden_slice:
                scene.RemoveNode(node)

    def _view_nodes(self, kind: str) -> list[Any]:
        found = self._logic.GetViewNodes()
        nodes = [found.GetItemAsObject(i) for i in range(found.GetNumberOfItems())]
        return [node for node in nodes if node.IsA(kind)]

    def _follow(self) -> None:
        for kind in ("vtkMRMLSliceNode", "vtkMRMLViewNode", "vtkMRMLPlotViewNode"):
            shown = self._view_nodes(kind)
            for node in slicer.util.getNodesByClass(kind):
                node.SetMappedInLayout(node in shown)
        for node in self._view_nodes("vtkMRMLSliceNode"):
            name = node.GetLayoutName()
            if name in self._slices:
                continue
            logic = slicer.vtkMRMLSliceLogic()
            logic.SetMRMLApplicationLogic(self._application_logic)
            logic.SetMRMLScene(slicer.mrmlScene)
            logic.SetSliceNode(node)
            if name in _ORIENTATIONS:
                node.SetOrientation(_ORIENTATIONS[name])
            self._slices[name] = logic
        self._emit("layoutChanged()")
        self._emit("layoutChanged(int)", self.layout)

    @property
    def layout(self) -> int:
        return self._logic.GetLayoutNode().GetViewArrangement()

    @layout.setter
    def layout(self, number: int) -> None:
        self.setLayout(number)

    def setLayout(self, number: int) -> None:
        self._logic.GetLayoutNode().SetViewArrangement(number)
        self._follow()

    @property
    def threeDViewCount(self) -> int:
        return len(slicer.util.getNodesByClass("vtkMRMLViewNode"))

    @property
    def plotViewCount(self) -> int:
        # As in Slicer: all views that were ever made, shown or not.
        return len(slicer.util.getNodesByClass("vtkMRMLPlotViewNode"))

    def sliceViewNames(self) -> tuple[str, ...]:
        return tuple(node.GetLayoutName() for node in self._view_nodes("vtkMRMLSliceNode"))

    def sliceWidget(self, name: str) -> _SliceWidget | None:
        return _SliceWidget(self._slices[name]) if name in self._slices else None

    def mrmlSliceLogics(self) -> Any:
        found = vtk.vtkCollection()
        for name in self.sliceViewNames():
            found.AddItem(self._slices[name])
        return found

    def threeDWidget(self, which: int | str) -> _ThreeDWidget | None:
        nodes = self._view_nodes("vtkMRMLViewNode")
        if isinstance(which, str):
            nodes = [node for node in nodes if node.GetLayoutName() == which]
            which = 0
        return _ThreeDWidget(_ThreeDView(nodes[which], self)) if which < len(nodes) else None

    def resetThreeDViews(self) -> None:
        self._log.append("resetThreeDViews")
