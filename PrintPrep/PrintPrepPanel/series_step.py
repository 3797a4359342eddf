"""Step 1: choose, import or generate the series."""

from __future__ import annotations

from typing import Any

import qt
import slicer
from PrintPrepLib.dicom.header import series_id
from slicer.i18n import tr as _

from .part import folder_setting, keep_setting
from .states.series import SeriesFacts, found_line, loaded, series_view
from .states.view import View, said
from .step import Step

#: So many letters of a pseudonym tell apart what is listed.
_PSEUDONYM = 6


class SeriesStep(Step):
    """Ends with a volume chosen."""

    key = "series"

    def setup(self) -> None:
        #: The stacks of each series that was found, one list a series.
        self._series: list[list[Any]] = []
        ui = self.ui
        ui.importButton.connect("clicked()", self._import)
        ui.demonstrationButton.connect("clicked()", self._demonstrate)
        ui.loadChosenButton.connect("clicked()", self._load_chosen)
        # Not currentNodeChanged: a saved scene shall keep the views that it was saved with.
        ui.volumeSelector.connect("nodeActivated(vtkMRMLNode*)", self.show_in_slices)
        table = ui.foundTable
        table.setColumnCount(1)
        table.horizontalHeader().visible = False
        table.setEditTriggers(qt.QTableWidget.NoEditTriggers)
        table.setSelectionBehavior(qt.QTableWidget.SelectRows)
        table.setSelectionMode(qt.QTableWidget.SingleSelection)
        table.verticalHeader().visible = False
        table.horizontalHeader().setSectionResizeMode(0, qt.QHeaderView.Stretch)
        # As high as its lines: nothing scrolls inside the panel, which scrolls itself.
        table.sizeAdjustPolicy = qt.QTableWidget.AdjustToContents

    def exit(self) -> None:
        self._offer([])

    def view(self) -> View:
        volume = self.parameters.volume
        name = None if volume is None else volume.GetName()
        return series_view(SeriesFacts(name, len(self._series)))

    def show_in_slices(self, node: Any) -> None:
        """Show the volume that was chosen or made as the background of the slice views."""
        if node is not None and self.parameters is not None:
            _show_in_slices(node)

    def _import(self) -> None:
        folder = qt.QFileDialog.getExistingDirectory(
            self.ui.stepsFrame, _("Folder with DICOM files"), folder_setting("ImportFolder")
        )
        if folder:
            keep_setting("ImportFolder", folder)
            self.import_folder(folder)

    def import_folder(self, folder: str) -> None:
        """Load the only series of a folder, or let the user choose among several."""
        stacks = self.panel.run(
            _("Looking for series"), lambda progress: self.logic.findSeries([folder], progress)
        )
        if not stacks:
            return
        self._offer([])
        by_series: dict[str, list[Any]] = {}
        for stack in stacks:
            by_series.setdefault(stack.info.id, []).append(stack)
        if len(by_series) == 1:
            # The whole folder, so that it is told what takes no part.
            self._load([folder])
        else:
            self._offer(list(by_series.values()))
            self.panel.refresh()

    def _offer(self, series: list[list[Any]]) -> None:
        self._series = series
        sizes = [sum(len(stack.slices) for stack in stacks) for stacks in series]
        table = self.ui.foundTable
        table.setRowCount(len(series))
        for row, stacks in enumerate(series):
            info = stacks[0].info
            patient, study = _pseudonym(info.patient_id), _pseudonym(info.study_uid)
            name = ": ".join(filter(None, (info.number, info.description)))
            text = found_line(name, sizes[row], patient, study, info.scan_date)
            item = qt.QTableWidgetItem(text)
            item.setToolTip(text)
            table.setItem(row, 0, item)
        table.resizeRowsToContents()
        if series:
            table.setCurrentCell(sizes.index(max(sizes)), 0)

    def _load_chosen(self) -> None:
        row = self.ui.foundTable.currentRow()
        if 0 <= row < len(self._series):
            self._load([item.path for stack in self._series[row] for item in stack.slices])

    def _load(self, paths: list[str]) -> None:
        nodes = self.panel.run(
            _("Loading the series"),
            lambda progress: self.logic.loadSeries(paths, progress=progress),
        )
        if nodes:
            self._offer([])
            self.panel.choose_volume(max(nodes, key=_size))
            self.panel.show_message(said(loaded(len(nodes), self.logic.leftOut)))

    def _demonstrate(self) -> None:
        node = self.panel.run(
            _("Making the demonstration series"),
            lambda progress: self.logic.loadDemonstration(progress),
        )
        if node is not None:
            self.panel.choose_volume(node)


def _pseudonym(identity: str) -> str:
    return series_id(identity)[:_PSEUDONYM] if identity else "–"


def _size(node: Any) -> int:
    return node.GetImageData().GetNumberOfPoints()


def _show_in_slices(node: Any) -> None:
    """Make a volume the background of all slice views, fitted into them."""
    logic = slicer.app.applicationLogic()
    logic.GetSelectionNode().SetActiveVolumeID(node.GetID())
    logic.PropagateVolumeSelection()
