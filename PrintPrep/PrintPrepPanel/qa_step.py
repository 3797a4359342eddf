"""Step 5: the checks, what they mean, and all that is measured beside them."""

from __future__ import annotations

import json
from typing import Any

from PrintPrepLib.mrml import markups as mrml_markups
from PrintPrepLib.mrml.volumes import provenance_of
from PrintPrepLib.qa.record import completed, failed_checks, seal
from slicer.i18n import tr as _

from .qa.calibration import Calibration
from .qa.caliper import PART as PRINTED
from .qa.caliper import Caliper
from .qa.compare import Reference
from .qa.maps import Maps
from .qa.part import QaPart
from .qa.plots import Plots
from .qa.record import RecordPages
from .qa.review import Review
from .qa.settings import Settings
from .qa.table import ChecksTable
from .states.qa import QaFacts, qa_view
from .states.view import View
from .step import Step

#: What the panel keeps with the record, beside it.
_MODEL, _ASKED = "modelID", "asked"
#: Labels whose underlined letter goes to a widget.
_BUDDIES = {
    "protocolLabel": "protocolCombo",
    "printerLabel": "printerCombo",
    "mapLabel": "mapCombo",
    "referenceLabel": "referenceSelector",
    "referenceFileLabel": "referenceFile",
    "objectLabel": "objectCombo",
}


class QaStep(Step):
    """Done where the model was checked; the record is kept with the scene."""

    key = "qa"

    def setup(self) -> None:
        self.ui.checkButton.connect("clicked()", self.check)
        self.ui.dimensionsCheck.connect("clicked()", self._dimensions)
        for label, widget in _BUDDIES.items():
            getattr(self.ui, label).setBuddy(getattr(self.ui, widget))
        self.settings, self.review = Settings(self), Review(self)
        self.calibration = Calibration(self)
        self.parts: list[QaPart] = [
            self.settings,
            ChecksTable(self),
            self.review,
            Maps(self),
            Reference(self),
            self.calibration,
            Caliper(self),
            Plots(self),
            RecordPages(self),
        ]

    def scene_changed(self) -> None:
        for part in self.parts:
            part.scene_changed()

    def enter(self) -> None:
        for part in self.parts:
            part.enter()

    def exit(self) -> None:
        for part in self.parts:
            part.exit()

    # The record

    def record(self) -> dict[str, Any] | None:
        """The record of the model as it is, with what was asked for as it is, or None."""
        text, model = self.parameters.record, self.panel.model.node()
        if not text or model is None:
            return None
        record = json.loads(text)
        made_for = record.pop(_MODEL, ""), record.pop(_ASKED, ["", "", ""])
        if made_for != (model.GetID(), self.settings.asked()):
            return None
        return seal({**record, **self.review.parts(record)})

    def add_part(self, name: str, part: Any) -> None:
        """Put a further part into the record, with its checks."""
        record = json.loads(self.parameters.record)
        made = completed({**record, name: part}, provenance_of(self.parameters.volume))
        self.parameters.record = json.dumps(made)

    def forget(self) -> None:
        """The model has changed: its record is no longer true."""
        parameters = self.parameters
        if parameters is not None:
            parameters.record = parameters.exported = ""
            for part in self.parts:
                part.forget()
            if parameters.dimensions:
                self._dimensions()
            self.panel.refresh()

    def failed(self) -> list[Any]:
        """The checks that failed; [] without a record."""
        record = self.record()
        return [] if record is None else failed_checks(record)

    # Showing

    def view(self) -> View:
        model, record = self.panel.model.node(), None
        ready = self.panel.model.state().done
        if ready:
            record = self.record()
        facts = QaFacts(
            model=model is not None,
            ready=ready,
            verdict=None if record is None else record["verdict"],
            otherwise=ready and record is None and self._checked_otherwise(),
            refusal=self.panel.refusal(),
        )
        return qa_view(facts)

    def subject(self) -> str:
        model = self.panel.model.node()
        return "" if model is None else str(model.GetID())

    def _checked_otherwise(self) -> bool:
        text = self.parameters.record
        return bool(text) and json.loads(text).get(_MODEL) == self.panel.model.node().GetID()

    def refresh(self, view: View) -> None:
        super().refresh(view)
        record = None if view.state.blocked else self.record()
        model = self.panel.model.node()
        for part in self.parts:
            part.refresh(record, model)

    # What the user does

    def check(self) -> None:
        """Measure everything; the record stays with the scene."""
        parameters, model = self.parameters, self.panel.model.node()
        volume, segmentation = parameters.volume, parameters.segmentation
        segment, asked = parameters.segmentID, self.settings.asked()
        before = self.record() or {}

        def measure(progress: Any) -> Any:
            return self.logic.checkGeometry(
                volume, segmentation, segment, model, progress=progress, **self.options()
            )

        record = self.panel.run(_("Checking the model"), measure)
        if record is not None:
            self.settings.remember_size()
            self.review.forget()
            own = {_MODEL: model.GetID(), _ASKED: asked}
            parameters.record = json.dumps({**record, **own})
            if PRINTED in before:
                self.add_part(PRINTED, before[PRINTED])
            self.panel.refresh()

    def options(self) -> dict[str, str]:
        """What a check of any model is made with."""
        return {
            "protocol": self.settings.protocol(),
            "surgeryDate": self.parameters.surgeryDate,
            "printer": self.settings.printer(),
            "calibrations": self.calibration.store(),
        }

    def _dimensions(self) -> None:
        model = self.panel.model.node()
        if self.ui.dimensionsCheck.checked and model is not None:
            self.panel.work.guarded(lambda: mrml_markups.dimension_lines(model))
        else:
            mrml_markups.remove_dimension_lines()
