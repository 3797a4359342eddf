"""The checks in a table, the gravest first, and where to look."""

from __future__ import annotations

from typing import Any

import qt
import slicer
from PrintPrepLib.mrml import markups as mrml_markups
from slicer.i18n import tr as _

from .part import QaPart, table_columns

_COLORS = {"pass": "#2e7d32", "warn": "#b26a00", "fail": "#c62828", "info": "#1565c0"}
#: Smaller figures say no more than that they are small.
SMALLEST_SHOWN = 0.001
_ORDER = ("fail", "warn", "info", "pass")


class ChecksTable(QaPart):
    """A click on a line tells what it means, and jumps to the place where that is known."""

    def setup(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._shown: Any = None
        table = self.ui.checksTable
        table_columns(table, [_("Result"), _("Check"), _("Measured"), _("Limit")], wide=1)
        table.connect("itemSelectionChanged()", self._row_chosen)

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        ui = self.ui
        for widget in (ui.checksTable, ui.checkSentence, ui.attentionCheck):
            widget.visible = record is not None
        checks = [] if record is None else record["checks"]
        if self.parameters.onlyAttention:
            checks = [check for check in checks if check["status"] in ("fail", "warn")]
        if checks != self._shown:
            self._shown = checks
            self._fill(checks)
        if not checks:
            ui.checkSentence.text = _("Nothing needs attention.") if record is not None else ""

    def _fill(self, checks: list[dict[str, Any]]) -> None:
        words = {"pass": _("pass"), "warn": _("care"), "fail": _("fail"), "info": _("note")}
        self._rows = sorted(checks, key=lambda check: _ORDER.index(check["status"]))
        table = self.ui.checksTable
        table.setRowCount(len(self._rows))
        for row, check in enumerate(self._rows):
            unit = check["unit"]
            texts = (
                words[check["status"]],
                check["title"],
                figure(check["measured"], unit),
                figure(check["limit"], unit),
            )
            for column, text in enumerate(texts):
                item = qt.QTableWidgetItem(text)
                item.setToolTip(check["message"])
                if column == 0:
                    item.setBackground(qt.QBrush(qt.QColor(_COLORS[check["status"]])))
                    item.setForeground(qt.QBrush(qt.QColor("white")))
                table.setItem(row, column, item)
        if self._rows:
            table.setCurrentCell(0, 0)
            self.ui.checkSentence.text = self._rows[0]["message"]

    def _row_chosen(self) -> None:
        row = self.ui.checksTable.currentRow()
        if not 0 <= row < len(self._rows) or self.parameters is None:
            return
        check = self._rows[row]
        self.ui.checkSentence.text = check["message"]
        volume, model = self.parameters.volume, self.panel.model.node()
        if self.panel.refreshing or volume is None or model is None:
            return
        place = mrml_markups.place_of(check["id"], volume, model, self.step.record())
        if place is not None:
            mode = slicer.vtkMRMLSliceNode.CenteredJumpSlice
            slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, *place, mode)


def figure(value: float | None, unit: str | None) -> str:
    """A figure and its unit with as many digits as mean something."""
    if value is None:
        return ""
    if value and abs(value) < SMALLEST_SHOWN:
        text = f"< {SMALLEST_SHOWN:g}"
    else:
        text = f"{value:g}" if float(value).is_integer() else f"{value:.3g}"
    return f"{text} {unit}" if unit else text
