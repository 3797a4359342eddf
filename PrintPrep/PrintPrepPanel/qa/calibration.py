"""An object of known size in the scan: what it says of the scanner's scale."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import ctk
import slicer
from PrintPrepLib.mrml import markups as mrml_markups
from slicer.i18n import tr as _

from ..parameters import KnownObject
from ..step import bind
from .part import QaPart, fill_table, keep_setting, setting, table_columns

_STORE = "CalibrationStore"


class Calibration(QaPart):
    """The measured objects are kept with the scene, as long as their volume is the chosen one."""

    def setup(self) -> None:
        ui = self.ui
        self._sizes = {
            KnownObject.BALL: (_("diameter"),),
            KnownObject.BLOCK: (_("1st edge"), _("2nd edge"), _("3rd edge")),
            KnownObject.CYLINDER: (_("diameter"), _("length")),
        }
        self._names = {
            KnownObject.BALL: _("ball"),
            KnownObject.BLOCK: _("block"),
            KnownObject.CYLINDER: _("cylinder"),
        }
        bind(ui.objectCombo, self._names, self.panel, "knownObject")
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
        ui, parameters = self.ui, self.parameters
        volume, place = parameters.volume, mrml_markups.marked_place(parameters.place)
        self._follow()
        names = self._sizes[parameters.knownObject]
        ui.sizeLabel.text = _("Known {names}:").format(names=", ".join(names))
        for index, spin in enumerate((ui.sizeSpinA, ui.sizeSpinB, ui.sizeSpinC)):
            spin.visible = index < len(names)
        for button in (ui.placeButton, ui.centreButton):
            button.enabled = volume is not None
        ui.placeButton.checked = mrml_markups.is_placing(parameters.place)
        ui.placeText.text = self._place_text(place)
        ui.fitButton.enabled = volume is not None and place is not None
        fits = self.fits()
        fill_table(ui.fitsTable, [self._row(fit) for fit in fits])
        for widget in (ui.fitsTable, ui.forgetFitButton):
            widget.visible = bool(fits)
        ui.keepButton.enabled = bool(fits) and bool(ui.storeFile.currentPath.strip())
        ui.calibrationText.text = self._told
        ui.calibrationText.visible = bool(self._told)

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
        if not text or volume is None:
            return []
        kept = json.loads(text)
        return kept["fits"] if kept["volume"] == volume.GetID() else []

    # The place

    def _place_text(self, place: tuple[float, float, float] | None) -> str:
        if self.ui.placeButton.checked:
            return _("Click on the object in a slice view.")
        if place is None:
            return _("Mark a place inside the object.")
        right, anterior, superior = place
        return _("Place: R {r:.1f}, A {a:.1f}, S {s:.1f} mm. The point can be dragged.").format(
            r=right, a=anterior, s=superior
        )

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
        return sizes[: len(self._sizes[parameters.knownObject])]

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

    def _row(self, fit: dict[str, Any]) -> tuple[str, ...]:
        nominal, measured = fit["nominal_mm"], fit["measured_mm"]
        half = fit["uncertainty_mm"]
        return (
            self._names[KnownObject(fit["kind"])],
            " × ".join(f"{value:g}" for value in nominal),
            " × ".join(f"{m:.3f} ± {u:.3f}" for m, u in zip(measured, half, strict=True)),
            ", ".join(f"{_off(m, n):+.3f} mm" for m, n in zip(measured, nominal, strict=True)),
        )

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


def _off(measured: float, nominal: float) -> float:
    """The deviation in mm, rounded; adding zero takes the sign from a zero."""
    return round(measured - nominal, 3) + 0.0


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
