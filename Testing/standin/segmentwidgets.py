"""The widgets that show segmentations: selector, table, the button "Show 3D"; and the plot."""

from __future__ import annotations

from typing import Any

import slicer
import vtk
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import Property, Signal

from .mrmlwidgets import Observing, qMRMLNodeComboBox, qMRMLWidget
from .natives import native, stored

_SEGMENT_EVENTS = ("SegmentAdded", "SegmentRemoved", "SegmentModified", "SegmentsOrderModified")


def segment_events() -> list[int]:
    """The events of a vtkSegmentation after which its list of segments is another."""
    return [getattr(slicer.vtkSegmentation, name) for name in _SEGMENT_EVENTS]


def segment_names(node: Any) -> dict[str, str]:
    """ID to name, in order; nothing without a node."""
    if node is None or node.GetSegmentation() is None:
        return {}
    segmentation = node.GetSegmentation()
    return {item: segmentation.GetSegment(item).GetName() for item in segmentation.GetSegmentIDs()}


@native
class qMRMLSegmentSelectorWidget(qMRMLWidget):
    """A node selector and a selector of one of its segments."""

    currentNodeChanged = Signal((object,), (bool,))
    currentSegmentChanged = Signal(str)
    segmentSelectionChanged = Signal("QStringList")
    nodeAboutToBeEdited = Signal(object)
    editEnabled = stored(bool, False)
    multiSelection = stored(bool, False)
    horizontalLayout = stored(bool, False)
    selectNodeUponCreation = stored(bool, True)
    noneEnabled = stored(bool, False, lambda self: self._on_none())

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._nodes = qMRMLNodeComboBox(self)
        self._nodes.nodeTypes = ["vtkMRMLSegmentationNode"]
        self._nodes.addEnabled = False
        self._segments = QtWidgets.QComboBox(self)
        layout.addWidget(self._nodes)
        layout.addWidget(self._segments)
        self._watched, self._segment = None, ""
        self._nodes.currentNodeChanged[object].connect(self._on_node)
        self._segments.currentIndexChanged.connect(self._on_index)

    def _on_scene(self, scene: Any) -> None:
        self._nodes.setMRMLScene(scene)

    def _on_none(self) -> None:
        self._nodes.noneEnabled = self.noneEnabled
        self._refill()

    def _show_nodes(self, shown: bool) -> None:
        self._nodes.setVisible(shown)

    segmentationNodeSelectorVisible = Property(
        bool, lambda self: not self._nodes.isHidden(), _show_nodes
    )

    def _on_node(self, node: Any) -> None:
        if self._watched is not None:
            self._forget(self._watched)
        self._watched = node.GetSegmentation() if node is not None else None
        for event in segment_events() if self._watched is not None else ():
            self._observe(self._watched, event, self._refill)
        self._refill()
        self.currentNodeChanged[object].emit(node)
        self.currentNodeChanged[bool].emit(node is not None)

    def _refill(self) -> None:
        names = segment_names(self._nodes.currentNode())
        if self.noneEnabled:
            names = {"": "None", **names}
        self._segments.blockSignals(True)
        self._segments.clear()
        for id_, name in names.items():
            self._segments.addItem(name, id_)
        index = max(self._segments.findData(self._segment), 0) if names else -1
        self._segments.setCurrentIndex(index)
        self._segments.blockSignals(False)
        self._on_index(index)

    def _on_index(self, index: int) -> None:
        segment = self._segments.itemData(index) if index >= 0 else ""
        if segment != self._segment:
            self._segment = segment
            self.currentSegmentChanged.emit(segment)
            self.segmentSelectionChanged.emit([segment] if segment else [])

    def currentNode(self) -> Any:
        return self._nodes.currentNode()

    def currentNodeID(self) -> str:
        return self._nodes.currentNodeID

    def setCurrentNode(self, node: Any) -> None:
        self._nodes.setCurrentNode(node)

    def setCurrentNodeID(self, id_: str) -> None:
        self._nodes.setCurrentNodeID(id_)

    def currentSegmentID(self) -> str:
        return self._segment

    def selectedSegmentIDs(self) -> list[str]:
        return [self._segment] if self._segment else []

    def segmentIDs(self) -> list[str]:
        return list(segment_names(self._nodes.currentNode()))

    def setCurrentSegmentID(self, id_: str) -> None:
        self._segments.setCurrentIndex(self._segments.findData(id_))


@native
class qMRMLSegmentsTableView(qMRMLWidget):
    """A table of the segments: visibility, colour, opacity, name."""

    selectionChanged = Signal(QtCore.QItemSelection, QtCore.QItemSelection)
    segmentAboutToBeModified = Signal(str)
    selectionMode = stored(int, 3, lambda self: self._on_mode())
    headerVisible = stored(bool, True, lambda self: self._refill())
    visibilityColumnVisible = stored(bool, True, lambda self: self._refill())
    colorColumnVisible = stored(bool, True, lambda self: self._refill())
    opacityColumnVisible = stored(bool, True, lambda self: self._refill())
    statusColumnVisible = stored(bool, False)
    layerColumnVisible = stored(bool, False)
    readOnly = stored(bool, False, lambda self: self._refill())
    filterBarVisible = stored(bool, False)
    textFilter = stored(str, "")
    jumpToSelectedSegmentEnabled = stored(bool, False)
    useTerminologySelector = stored(bool, True)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._node, self._hidden, self._filling = None, [], False
        self._table = QtWidgets.QTableWidget(0, 4, self)
        self._table.setSelectionBehavior(QtWidgets.QTableWidget.SelectionBehavior.SelectRows)
        self._table.verticalHeader().hide()
        self._table.setHorizontalHeaderLabels(["", "Color", "Opacity", "Name"])
        self._table.horizontalHeader().setStretchLastSection(True)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._table)
        self._table.selectionModel().selectionChanged.connect(self.selectionChanged)
        self._table.itemChanged.connect(self._on_item)

    def _on_mode(self) -> None:
        self._table.setSelectionMode(QtWidgets.QTableWidget.SelectionMode(self.selectionMode))

    def setSelectionMode(self, mode: int) -> None:
        self.selectionMode = mode

    def setSegmentationNode(self, node: Any) -> None:
        if node is self._node:
            return
        self._forget()
        self._node = node
        if node is not None:
            for event in segment_events():
                self._observe(node.GetSegmentation(), event, self._refill)
            self._observe(node, slicer.vtkMRMLDisplayableNode.DisplayModifiedEvent, self._refill)
        self._refill()

    def segmentationNode(self) -> Any:
        return self._node

    def _refill(self) -> None:
        chosen = self.selectedSegmentIDs()
        self._filling = True
        names = {k: v for k, v in segment_names(self._node).items() if k not in self._hidden}
        self._table.setRowCount(len(names))
        flags = QtCore.Qt.ItemFlag
        fixed = flags.ItemIsEnabled | flags.ItemIsSelectable
        display = self._node.GetDisplayNode() if self._node is not None else None
        for row, (id_, name) in enumerate(names.items()):
            segment = self._node.GetSegmentation().GetSegment(id_)
            items = [QtWidgets.QTableWidgetItem() for _ in range(4)]
            shown = display is not None and display.GetSegmentVisibility(id_)
            state = QtCore.Qt.CheckState
            items[0].setCheckState(state.Checked if shown else state.Unchecked)
            items[0].setFlags(fixed | flags.ItemIsUserCheckable)
            color = QtGui.QColor.fromRgbF(*segment.GetColor())
            items[1].setData(QtCore.Qt.ItemDataRole.DecorationRole, color)
            opacity = display.GetSegmentOpacity3D(id_) if display is not None else 1.0
            items[2].setText(f"{opacity:.2f}")
            items[3].setText(name)
            for item in items[1:3]:
                item.setFlags(fixed)
            if self.readOnly:
                items[3].setFlags(fixed)
            items[3].setData(QtCore.Qt.ItemDataRole.UserRole, id_)
            for column, item in enumerate(items):
                self._table.setItem(row, column, item)
        visible = (self.visibilityColumnVisible, self.colorColumnVisible, self.opacityColumnVisible)
        for column, shown in enumerate(visible):
            self._table.setColumnHidden(column, not shown)
            self._table.setColumnWidth(column, (30, 50, 60)[column])
        self._table.horizontalHeader().setVisible(self.headerVisible)
        self._filling = False
        self.setSelectedSegmentIDs(chosen)

    def _on_item(self, item: QtWidgets.QTableWidgetItem) -> None:
        if self._filling or self._node is None:
            return
        id_ = self.segmentIDForRow(item.row())
        if item.column() == 0:
            shown = item.checkState() == QtCore.Qt.CheckState.Checked
            self._node.GetDisplayNode().SetSegmentVisibility(id_, shown)
        elif item.column() == 3:
            self.segmentAboutToBeModified.emit(id_)
            self._node.GetSegmentation().GetSegment(id_).SetName(item.text())

    def displayedSegmentIDs(self) -> list[str]:
        return [self.segmentIDForRow(row) for row in range(self._table.rowCount())]

    segmentCount = Property(int, lambda self: len(segment_names(self._node)))

    def segmentIDForRow(self, row: int) -> str:
        item = self._table.item(row, 3)
        return item.data(QtCore.Qt.ItemDataRole.UserRole) if item is not None else ""

    def rowForSegmentID(self, id_: str) -> int:
        shown = self.displayedSegmentIDs()
        return shown.index(id_) if id_ in shown else -1

    def selectedSegmentIDs(self) -> list[str]:
        rows = sorted({index.row() for index in self._table.selectedIndexes()})
        return [self.segmentIDForRow(row) for row in rows]

    def setSelectedSegmentIDs(self, ids: list[str]) -> None:
        model, flag = self._table.selectionModel(), QtCore.QItemSelectionModel.SelectionFlag
        chosen = QtCore.QItemSelection()
        for id_ in ids:
            row = self.rowForSegmentID(id_)
            if row >= 0:
                index = self._table.model().index(row, 0)
                chosen.select(index, self._table.model().index(row, 3))
        if ids != self.selectedSegmentIDs():
            model.select(chosen, flag.ClearAndSelect)

    def clearSelection(self) -> None:
        self._table.clearSelection()

    def setHideSegments(self, ids: list[str]) -> None:
        self._hidden = list(ids)
        self._refill()

    def hideSegments(self) -> list[str]:
        return list(self._hidden)


def _setter(name: str) -> Any:
    return lambda self, value: setattr(self, name, value)


for _name in ("header", "visibilityColumn", "colorColumn", "opacityColumn", "filterBar"):
    _property = f"{_name}Visible"
    _method = f"set{_property[0].upper()}{_property[1:]}"
    setattr(qMRMLSegmentsTableView, _method, _setter(_property))


@native
class qMRMLSegmentationShow3DButton(Observing, QtWidgets.QPushButton):
    """Makes the closed surface and shows it, or takes it away again."""

    locked = stored(bool, False)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._node = None
        self.setText(self.text() or "Show 3D")
        self.setCheckable(True)
        self.setEnabled(False)
        self.clicked.connect(self._on_clicked)

    def setSegmentationNode(self, node: Any) -> None:
        self._forget()
        self._node = node
        if node is not None:
            self._observe(node, vtk.vtkCommand.ModifiedEvent, self._update)
        self._update()

    def segmentationNode(self) -> Any:
        return self._node

    def setLocked(self, locked: bool) -> None:
        self.locked = locked

    def _update(self) -> None:
        self.setEnabled(bool(segment_names(self._node)))
        name = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
        has = self._node is not None and self._node.GetSegmentation().ContainsRepresentation(name)
        self.setChecked(has)

    def _on_clicked(self, on: bool) -> None:
        if on:
            self._node.CreateClosedSurfaceRepresentation()
        else:
            self._node.RemoveClosedSurfaceRepresentation()
        self._update()


@native
class qMRMLPlotView(qMRMLWidget):
    """Draws the series of a chart node, y against x, without axes."""

    title = stored(str, "")
    aboutToResize = Signal()
    resized = Signal()

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._view = None
        self.setMinimumHeight(80)

    def setMRMLPlotViewNode(self, node: Any) -> None:
        self._forget()
        self._view = node
        if node is not None:
            self._observe(node, vtk.vtkCommand.ModifiedEvent, self.update)

    def fitToContent(self) -> None:
        self.update()

    def _curves(self) -> list[list[tuple[float, float]]]:
        chart = self._view.GetPlotChartNode() if self._view is not None else None
        curves = []
        for index in range(chart.GetNumberOfPlotSeriesNodes() if chart is not None else 0):
            series = chart.GetNthPlotSeriesNode(index)
            table = series.GetTableNode().GetTable() if series.GetTableNode() else None
            if table is None:
                continue
            y = table.GetColumnByName(series.GetYColumnName())
            x = table.GetColumnByName(series.GetXColumnName()) if series.GetXColumnName() else None
            rows = range(table.GetNumberOfRows())
            curves.append([(x.GetTuple1(i) if x else float(i), y.GetTuple1(i)) for i in rows])
        return curves

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), QtGui.QColor(255, 255, 255))
        curves = [curve for curve in self._curves() if curve]
        if not curves:
            return
        points = [point for curve in curves for point in curve]
        (x0, x1), (y0, y1) = ((min(axis), max(axis)) for axis in zip(*points, strict=True))
        painter.setPen(QtGui.QPen(QtGui.QColor(30, 90, 170), 1.5))
        for curve in curves:
            spots = [
                QtCore.QPointF(
                    8 + (self.width() - 16) * (x - x0) / ((x1 - x0) or 1.0),
                    self.height() - 8 - (self.height() - 16) * (y - y0) / ((y1 - y0) or 1.0),
                )
                for x, y in curve
            ]
            painter.drawPolyline(spots)
