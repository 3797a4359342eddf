"""An object of known size in the scan: what it says of the scanner's scale."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import ctk
import slicer
from PrintPrepLib.mrml import markups as mrml_markups
from PrintPrepLib.mrml import volumes as mrml_volumes
from slicer.i18n import tr as _

from ..part import QaPart, fill_table, keep_setting, setting, table_columns
from ..states.choices import OBJECTS, SIZES
from ..states.measuring import CalibrationFacts, calibration_widgets, fit_row
from ..step import bind, show

_STORE = "CalibrationStore"


class Calibration(QaPart):
    """The measured objects are kept with the scene, as long as their volume is the chosen one."""

    def setup(self) -> None:
        ui = self.ui
        bind(ui.objectCombo, OBJECTS, self.panel, "knownObject")
        ui.placeButton.connect("clicked(bool)", self._place_clicked)
        ui.centreButton.connect("clicked()", self._place_at_centre)
        ui.fitButton.connect("clicked()", self._fit)
        ui.forgetFitButton.connect("clicked()", self._forget_chosen)
        ui.keepButton.connect("clicked()", self._keep)
        ui.storeFile.filters = ctk.ctkPathLineEdit.Files | ctk.ctkPathLineEdit.Writable
        ui.storeFile.nameFilters = [_("Calibrations (*.json)")]
        ui.storeFile.currentPath = setting(_STORE) or _default_store()
        ui.storeFile.connect("currentPathChanged(QString)", self._store_chosen)
        titles = [_("Object"), _("Nominal"), _("Measured"), _("Deviation")]
        table_columns(ui.fitsTable, titles, wide=0)
        self._told = ""

    def store(self) -> str:
        """The file of calibrations for the check; "" where there is none yet."""
        path = self.ui.storeFile.currentPath.strip()
        return path if os.path.isfile(path) else ""

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        parameters, fits = self.parameters, self.fits()
        self._follow()
        facts = CalibrationFacts(
            volume=parameters.volume is not None,
            kind=parameters.knownObject,
            place=mrml_markups.marked_place(parameters.place),
            placing=mrml_markups.is_placing(parameters.place),
            fits=len(fits),
            store=bool(self.ui.storeFile.currentPath.strip()),
            told=self._told,
        )
        show(self.ui, calibration_widgets(facts))
        fill_table(self.ui.fitsTable, [fit_row(fit) for fit in fits])

    def exit(self) -> None:
        if self.parameters is None:
            return
        node = self.parameters.place
        mrml_markups.stop_placing(node)
        if node is not None:
            for event in _events(node):
                if self.panel.hasObserver(node, event, self._marker_moved):
                    self.panel.removeObserver(node, event, self._marker_moved)

    def fits(self) -> list[dict[str, Any]]:
        """The objects that were measured in the chosen volume."""
        text, volume = self.parameters.fits, self.parameters.volume
        if not text or volume is None or mrml_volumes.changed_since_made(volume):
            return []
        kept = json.loads(text)
        return kept["fits"] if kept["volume"] == volume.GetID() else []

    # The place

    def _place_clicked(self, checked: bool) -> None:
        if checked:
            self._marker()
            mrml_markups.start_placing(self.parameters.place)
        else:
            mrml_markups.stop_placing(self.parameters.place)
        self.panel.refresh()

    def _place_at_centre(self) -> None:
        mrml_markups.stop_placing(self.parameters.place)
        mrml_markups.mark_slices_centre(self._marker())
        self.panel.refresh()

    def _marker(self) -> Any:
        """The point's node, observed so that the panel follows it."""
        if self.parameters.place is None:
            self.parameters.place = mrml_markups.add_marker(_("Calibration object"))
        self._follow()
        return self.parameters.place

    def _follow(self) -> None:
        """See when the point is placed or dragged, also that of a scene that was loaded."""
        node = self.parameters.place
        if node is None:
            return
        for event in _events(node):
            if not self.panel.hasObserver(node, event, self._marker_moved):
                self.panel.addObserver(node, event, self._marker_moved)

    def _marker_moved(self, caller: Any, event: Any) -> None:
        self.panel.refresh_soon()

    # Measuring

    def _nominal(self) -> tuple[float, ...]:
        parameters = self.parameters
        sizes = (parameters.sizeA, parameters.sizeB, parameters.sizeC)
        return sizes[: len(SIZES[parameters.knownObject])]

    def _fit(self) -> None:
        parameters = self.parameters
        volume, kind = parameters.volume, parameters.knownObject.value
        nominal, place = self._nominal(), mrml_markups.marked_place(parameters.place)
        fit = self.panel.run(
            _("Measuring the object"),
            lambda progress: self.step.logic.fitObject(volume, kind, nominal, place, progress),
        )
        if fit is not None:
            self._set([*self.fits(), fit])
            self._told = ""
            self.panel.refresh()

    def _forget_chosen(self) -> None:
        fits, row = self.fits(), self.ui.fitsTable.currentRow()
        if 0 <= row < len(fits):
            self._set([*fits[:row], *fits[row + 1 :]])
            self.panel.refresh()

    def _set(self, fits: list[dict[str, Any]]) -> None:
        kept = {"volume": self.parameters.volume.GetID(), "fits": fits}
        self.parameters.fits = json.dumps(kept)

    def _keep(self) -> None:
        volume, fits = self.parameters.volume, self.fits()
        path = self.ui.storeFile.currentPath.strip()
        kept = self.panel.work.guarded(
            lambda: self.step.logic.keepCalibration(volume, fits, path) or True
        )
        if kept is not None:
            self._told = _("Kept in {name}. The next check uses it.").format(name=Path(path).name)
        self.panel.refresh()

    def _store_chosen(self, path: str) -> None:
        keep_setting(_STORE, path.strip())
        self.panel.refresh_soon()


def _events(node: Any) -> tuple[int, ...]:
    """Not every move of the mouse: only where a point comes to stand."""
    return (
        node.PointPositionDefinedEvent,
        node.PointRemovedEvent,
        node.PointEndInteractionEvent,
    )


def _default_store() -> str:
    folder = os.path.dirname(slicer.app.slicerUserSettingsFilePath)
    return os.path.join(folder, "PrintPrep-calibrations.json")
