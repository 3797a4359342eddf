"""The checks, the gravest first, what they mean, and where to look."""

from __future__ import annotations

from typing import Any

import slicer
from PrintPrepLib.mrml import markups as mrml_markups
from PrintPrepLib.qa.checks.record import said_checks
from slicer.i18n import tr as _

from ..part import QaPart
from ..states.qa import check_list, shown_checks


class ChecksTable(QaPart):
    """A click on "show" jumps to the place of a check."""

    def setup(self) -> None:
        self._shown: Any = None
        self.ui.checksLabel.connect("linkActivated(QString)", self._chosen)

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        ui = self.ui
        for widget in (ui.checksLabel, ui.attentionCheck):
            widget.visible = record is not None
        only_attention = self.parameters.onlyAttention
        wanted = record and (record["checks"], only_attention)
        if wanted == self._shown:
            return
        self._shown = wanted
        shown = shown_checks(said_checks(record), only_attention) if record else []
        placed = {check["id"] for check in shown if mrml_markups.has_place(check, record or {})}
        nothing = _("Nothing needs attention.") if record else ""
        ui.checksLabel.text = check_list(shown, placed) or nothing

    def _chosen(self, check: str) -> None:
        if self.parameters is None:
            return
        volume, model = self.parameters.volume, self.panel.model.node()
        if self.panel.refreshing or volume is None or model is None:
            return
        place = mrml_markups.place_of(check, volume, model, self.step.record())
        if place is None:
            self.panel.show_message(_("There is no place to show."))
            return
        mode = slicer.vtkMRMLSliceNode.CenteredJumpSlice
        slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, *place, mode)
