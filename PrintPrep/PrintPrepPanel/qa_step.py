"""Step 5: the checks, what they mean, and all that is measured beside them."""

from __future__ import annotations

import json
from typing import Any

from PrintPrepLib.mrml import markups as mrml_markups
from PrintPrepLib.mrml.volumes import provenance_of
from PrintPrepLib.qa.checks.record import long_names, said_checks
from PrintPrepLib.qa.record import completed, failed_checks, seal
from slicer.i18n import tr as _

from .lab.caliper import PART as PRINTED
from .part import QaPart
from .qa.maps import Maps
from .qa.plots import Plots
from .qa.record import RecordPages
from .qa.review import Review
from .qa.table import ChecksTable
from .states.qa import QaFacts, qa_view
from .states.view import View
from .step import Step

#: What the panel keeps with the record, beside it.
_MODEL, _ASKED = "modelID", "asked"


class QaStep(Step):
    """Done where the model was checked; the record is kept with the scene."""

    key = "qa"

    def setup(self) -> None:
        self.ui.checkButton.connect("clicked()", self.check)
        self.ui.dimensionsCheck.connect("clicked()", self._dimensions)
        #: The record as text, as it was read, with what a person signed, and sealed.
        self._text = ""
        self._read: dict[str, Any] = {}
        self._bare: dict[str, Any] = {}
        self._sealed: dict[str, Any] = {}
        self.ui.mapLabel.setBuddy(self.ui.mapCombo)
        self.review = Review(self)
        self.parts: list[QaPart] = [
            ChecksTable(self),
            self.review,
            Maps(self),
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
        if text != self._text:
            self._text, self._read = text, json.loads(text)
        record = dict(self._read)
        made_for = record.pop(_MODEL, ""), record.pop(_ASKED, ["", "", ""])
        if made_for != (model.GetID(), self.panel.lab.settings.asked()):
            return None
        # Asked several times each time that the panel is brought up to date: sealed once.
        whole = {**record, **self.review.parts(record)}
        if whole != self._bare:
            self._bare, self._sealed = whole, seal(whole)
        return self._sealed

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
            for part in (*self.parts, self.panel.lab):
                part.forget()
            if parameters.dimensions:
                self._dimensions()
            self.panel.refresh()

    def failed(self) -> list[Any]:
        """The checks that failed; [] without a record."""
        record = self.record()
        return [] if record is None else failed_checks(record)

    def complete(self) -> bool:
        """Whether there is a record of the model as it is, and nothing was left out of it."""
        record = self.record()
        return record is not None and not record.get("left_out")

    # Showing

    def settle(self) -> None:
        """What was chosen last holds in a scene where nothing was chosen yet."""
        self.panel.lab.settings.take_last()

    def view(self) -> View:
        model, record = self.panel.model.node(), None
        ready = self.panel.model.state().done
        if ready:
            record = self.record()
        if record is not None and self.panel.refusal():
            record = None
        left_out = (record or {}).get("left_out")
        facts = QaFacts(
            model=model is not None,
            ready=ready,
            verdict=None if record is None else record["verdict"],
            otherwise=ready and record is None and self._checked_otherwise(),
            refusal=self.panel.refusal(),
            checks=said_checks(record) if record is not None else (),
            left_out=long_names(left_out) if left_out else "",
            standards=self.panel.lab.settings.standards(),
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
        self._check(_("Checking the model"), "", False)

    def check_shortly(self) -> None:
        """Make the short checks of the model that was just made."""
        told = _("Cancelled: the model is made, but not checked.")
        self._check(_("Checking the model shortly"), told, True)

    def _check(self, title: str, cancelled: str, quick: bool) -> None:
        parameters, model = self.parameters, self.panel.model.node()
        volume, segmentation = parameters.volume, parameters.segmentation
        segment, asked = parameters.segmentID, self.panel.lab.settings.asked()
        before = self.record() or {}

        def measure(progress: Any) -> Any:
            options = self.options()
            return self.logic.checkGeometry(
                *(volume, segmentation, segment, model),
                progress=progress,
                quick=quick,
                **options,
            )

        record = self.panel.run(title, measure, cancelled)
        if record is not None:
            self.panel.lab.settings.remember_size()
            self.review.forget()
            own = {_MODEL: model.GetID(), _ASKED: asked}
            parameters.record = json.dumps({**record, **own})
            if PRINTED in before:
                self.add_part(PRINTED, before[PRINTED])
            self.panel.refresh()

    def options(self) -> dict[str, str]:
        """What a check of any model is made with."""
        return {
            "protocol": self.panel.lab.settings.protocol(),
            "surgeryDate": self.parameters.surgeryDate,
            "printer": self.panel.lab.settings.printer(),
            "calibrations": self.panel.lab.calibration.store(),
        }

    def _dimensions(self) -> None:
        model = self.panel.model.node()
        if self.ui.dimensionsCheck.checked and model is not None:
            self.panel.work.guarded(lambda: mrml_markups.dimension_lines(model))
        else:
            mrml_markups.remove_dimension_lines()
