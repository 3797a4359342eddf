"""The finished print, measured with a caliper."""

from __future__ import annotations

from typing import Any

from PrintPrepLib.mrml import qa as mrml_qa
from PrintPrepLib.qa.checks.record import said_checks
from slicer.i18n import tr as _

from ..part import QaPart
from ..states.measuring import caliper_widgets, read_numbers
from ..step import show

#: The part of the record that holds the readings.
PART = "printed"
_CHECK = "printed_size"


class Caliper(QaPart):
    """The readings stand in the record until the model changes."""

    def setup(self) -> None:
        self.ui.caliperButton.connect("clicked()", self._add)
        self._told = ""

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        readings, why_not = read_numbers(self.parameters.readings)
        show(self.ui, caliper_widgets(readings, why_not, record is not None, self._told))

    def forget(self) -> None:
        self._told = ""

    def _add(self) -> None:
        record, parameters = self.step.record(), self.parameters
        readings, _why = read_numbers(parameters.readings)
        if record is None:
            return
        part = self.panel.work.guarded(
            lambda: mrml_qa.caliper(record, parameters.caliperMm, readings, parameters.resolutionMm)
        )
        if part is not None:
            self.step.add_part(PART, part)
            checks = said_checks(self.step.record() or record)
            told = " ".join(check["message"] for check in checks if check["id"] == _CHECK)
            self._told = _("Added to the record. {told}").format(told=told).strip()
        self.panel.refresh()
