"""Step 5: the checks, what they mean, and where to look."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import qt
import slicer
from PrintPrepLib import mrml_panel, mrml_places
from PrintPrepLib.handover import completed, failed_checks, write_record
from PrintPrepLib.mrml_nodes import mesh_from_model_node, provenance_of
from slicer.i18n import tr as _

from .step import Stage, State, Step

_COLORS = {"pass": "#2e7d32", "warn": "#b26a00", "fail": "#c62828", "info": "#1565c0"}
#: Smaller figures say no more than that they are small.
SMALLEST_SHOWN = 0.001
_ORDER = ("fail", "warn", "info", "pass")


class QaStep(Step):
    """Done where the model was checked; the record is kept with the scene."""

    key = "qa"

    def setup(self) -> None:
        ui = self.ui
        self._rows: list[dict[str, Any]] = []
        self._shown = ""
        ui.checkButton.connect("clicked()", self.check)
        ui.recordButton.connect("clicked()", self._show_record)
        ui.dimensionsCheck.connect("clicked()", self._dimensions)
        table = ui.checksTable
        table.setColumnCount(4)
        table.setHorizontalHeaderLabels([_("Result"), _("Check"), _("Measured"), _("Limit")])
        table.setEditTriggers(qt.QTableWidget.NoEditTriggers)
        table.setSelectionBehavior(qt.QTableWidget.SelectRows)
        table.setSelectionMode(qt.QTableWidget.SingleSelection)
        table.verticalHeader().visible = False
        table.wordWrap = False
        header = table.horizontalHeader()
        header.setSectionResizeMode(qt.QHeaderView.ResizeToContents)
        header.setSectionResizeMode(1, qt.QHeaderView.Stretch)
        table.connect("itemSelectionChanged()", self._row_chosen)

    @property
    def _words(self) -> dict[str, str]:
        return {"pass": _("pass"), "warn": _("care"), "fail": _("fail"), "info": _("note")}

    def record(self) -> dict[str, Any] | None:
        """The record of the model as it is, or None."""
        text = self.parameters.record
        if not text or self.panel.model.node() is None:
            return None
        record = json.loads(text)
        return record if record.pop("modelID", "") == self.panel.model.node().GetID() else None

    def forget(self) -> None:
        """The model has changed: its record is no longer true."""
        parameters = self.parameters
        if parameters is not None:
            parameters.record = parameters.exported = ""
            if parameters.dimensions:
                self._dimensions()
            self.panel.refresh()

    def state(self) -> State:
        model = self.panel.model.state()
        if not model.done:
            return State(
                Stage.BLOCKED,
                _("needs a model"),
                _("There is no model yet that is up to date (step 4)."),
            )
        record = self.record()
        if record is None:
            return State(Stage.NEXT, _("check"), _("Check the model before it is printed."))
        texts = {
            "pass": (Stage.DONE, _("pass"), _("Fit for printing: every check passed.")),
            "warn": (Stage.CARE, _("with care"), _("Fit for printing with care: see below.")),
            "fail": (Stage.CARE, _("fail"), _("Not fit for printing true to size: see below.")),
        }
        return State(*texts[record["verdict"]])

    def refresh(self, state: State) -> None:
        ui = self.ui
        ready = state.stage is not Stage.BLOCKED
        record = self.record() if ready else None
        ui.checkButton.enabled = ready
        ui.dimensionsCheck.enabled = self.panel.model.node() is not None
        for widget in (ui.checksTable, ui.checkSentence):
            widget.visible = record is not None
        ui.recordButton.enabled = record is not None
        text = self.parameters.record if record is not None else ""
        if text != self._shown:
            self._shown = text
            self._fill(record["checks"] if record else [])

    def _fill(self, checks: list[dict[str, Any]]) -> None:
        self._rows = sorted(checks, key=lambda check: _ORDER.index(check["status"]))
        table = self.ui.checksTable
        table.setRowCount(len(self._rows))
        for row, check in enumerate(self._rows):
            unit = check["unit"]
            texts = (
                self._words[check["status"]],
                check["title"],
                _figure(check["measured"], unit),
                _figure(check["limit"], unit),
            )
            for column, text in enumerate(texts):
                item = qt.QTableWidgetItem(text)
                item.setToolTip(check["message"])
                if column == 0:
                    item.setBackground(qt.QBrush(qt.QColor(_COLORS[check["status"]])))
                    item.setForeground(qt.QBrush(qt.QColor("white")))
                table.setItem(row, column, item)
        self.ui.checkSentence.text = ""
        if self._rows:
            table.setCurrentCell(0, 0)

    def _row_chosen(self) -> None:
        row = self.ui.checksTable.currentRow()
        if not 0 <= row < len(self._rows) or self.parameters is None:
            return
        check = self._rows[row]
        self.ui.checkSentence.text = check["message"]
        volume, model = self.parameters.volume, self.panel.model.node()
        if self.panel.refreshing or volume is None or model is None:
            return
        place = mrml_places.place_of(check["id"], volume, model)
        if place is not None:
            mode = slicer.vtkMRMLSliceNode.CenteredJumpSlice
            slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, *place, mode)

    def check(self) -> None:
        """Measure everything; the record stays with the scene."""
        parameters, model = self.parameters, self.panel.model.node()
        volume, segmentation = parameters.volume, parameters.segmentation
        segment = parameters.segmentID

        def measure(progress: Any) -> Any:
            return self.logic.checkGeometry(volume, segmentation, segment, model, progress)

        record = self.panel.run(_("Checking the model"), measure)
        if record is not None:
            record = completed(
                record, provenance_of(volume), refinement=mrml_panel.refinement_of(model)
            )
            parameters.record = json.dumps({**record, "modelID": model.GetID()})
            self.panel.refresh()

    def failed(self) -> list[Any]:
        """The checks that failed; [] without a record."""
        record = self.record()
        return [] if record is None else failed_checks(record)

    def _show_record(self) -> None:
        record, model = self.record(), self.panel.model.node()
        if record is None:
            return
        folder = Path(tempfile.mkdtemp(prefix="printprep-", dir=slicer.app.temporaryPath))
        paths = self.panel.run(
            _("Writing the record"),
            lambda progress: write_record(record, mesh_from_model_node(model), folder),
        )
        if paths is not None:
            self.panel.show_message(_("The record is {path}").format(path=paths[1]))
            qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(paths[1])))

    def _dimensions(self) -> None:
        model = self.panel.model.node()
        if self.ui.dimensionsCheck.checked and model is not None:
            self.panel.work.guarded(lambda: mrml_places.dimension_lines(model))
        else:
            mrml_places.remove_dimension_lines()


def _figure(value: float | None, unit: str | None) -> str:
    if value is None:
        return ""
    if value and abs(value) < SMALLEST_SHOWN:
        text = f"< {SMALLEST_SHOWN:g}"
    else:
        text = f"{value:g}" if float(value).is_integer() else f"{value:.3g}"
    return f"{text} {unit}" if unit else text
