"""The checks in a table, the gravest first, and where to look."""

from __future__ import annotations

from typing import Any

import qt
import slicer
from PrintPrepLib.mrml import markups as mrml_markups
from PrintPrepLib.qa.checks.record import said_checks
from slicer.i18n import tr as _

from ..states.qa import CheckRow, check_rows, shown_checks
from .part import QaPart, table_columns

_COLORS = {"pass": "#2e7d32", "warn": "#b26a00", "fail": "#c62828", "info": "#1565c0"}


class ChecksTable(QaPart):
    """A click on a line tells what it means, and jumps to the place where that is known."""

    def setup(self) -> None:
        self._rows: list[CheckRow] = []
        self._shown: Any = None
        table = self.ui.checksTable
        table_columns(table, [_("Result"), _("Check"), _("Measured"), _("Limit")], wide=1)
        table.connect("itemSelectionChanged()", self._row_chosen)

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        ui = self.ui
        for widget in (ui.checksTable, ui.checkSentence, ui.attentionCheck):
            widget.visible = record is not None
        only_attention = self.parameters.onlyAttention
        checks = shown_checks(record["checks"] if record else (), only_attention)
        if checks != self._shown:
            self._shown = checks
            said = said_checks(record) if record else ()
            self._rows = check_rows(shown_checks(said, only_attention))
            self._fill()
        if not checks:
            ui.checkSentence.text = _("Nothing needs attention.") if record is not None else ""

    def _fill(self) -> None:
        table = self.ui.checksTable
        table.setRowCount(len(self._rows))
        for row, check in enumerate(self._rows):
            for column, text in enumerate(check.cells):
                item = qt.QTableWidgetItem(text)
                item.setToolTip(check.message)
                if column == 0:
                    item.setBackground(qt.QBrush(qt.QColor(_COLORS[check.status])))
                    item.setForeground(qt.QBrush(qt.QColor("white")))
                table.setItem(row, column, item)
        if self._rows:
            table.setCurrentCell(0, 0)
            self.ui.checkSentence.text = self._rows[0].message

    def _row_chosen(self) -> None:
        row = self.ui.checksTable.currentRow()
        if not 0 <= row < len(self._rows) or self.parameters is None:
            return
        check = self._rows[row]
        self.ui.checkSentence.text = check.message
        volume, model = self.parameters.volume, self.panel.model.node()
        if self.panel.refreshing or volume is None or model is None:
            return
        place = mrml_markups.place_of(check.id, volume, model, self.step.record())
        if place is not None:
            mode = slicer.vtkMRMLSliceNode.CenteredJumpSlice
            slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, *place, mode)
