"""The finished print, measured with a caliper."""

from __future__ import annotations

import re
from typing import Any

from PrintPrepLib.mrml import qa as mrml_qa
from slicer.i18n import tr as _

from .part import QaPart

#: The part of the record that holds the readings.
PART = "printed"
_CHECK = "printed_size"


class Caliper(QaPart):
    """The readings stand in the record until the model changes."""

    def setup(self) -> None:
        self.ui.caliperButton.connect("clicked()", self._add)
        self._told = ""

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        ui = self.ui
        readings, why_not = _readings(self.parameters.readings)
        ui.caliperButton.enabled = record is not None and bool(readings)
        text = why_not or self._told
        if readings and record is None:
            text = _("Check the model first: the readings belong to its record.")
        ui.caliperText.text = text
        ui.caliperText.visible = bool(text)

    def forget(self) -> None:
        self._told = ""

    def _add(self) -> None:
        record, parameters = self.step.record(), self.parameters
        readings, _why = _readings(parameters.readings)
        part = self.panel.work.guarded(
            lambda: mrml_qa.caliper(record, parameters.caliperMm, readings, parameters.resolutionMm)
        )
        if part is not None:
            self.step.add_part(PART, part)
            checks = {check["id"]: check for check in self.step.record()["checks"]}
            told = checks.get(_CHECK, {}).get("message", "")
            self._told = _("Added to the record. {told}").format(told=told).strip()
        self.panel.refresh()


def _readings(text: str) -> tuple[list[float], str]:
    """The numbers that were typed, and what is wrong with them."""
    found = []
    # A comma with a digit on both sides is a decimal comma.
    for word in re.split(r"[;\s]+|,\s+", text.strip()):
        if not word:
            continue
        try:
            found.append(float(word.replace(",", ".")))
        except ValueError:
            return [], _("{word} is no number.").format(word=word)
    return found, ""
