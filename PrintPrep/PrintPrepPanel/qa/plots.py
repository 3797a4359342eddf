"""Plots in the view layout; closing one brings the layout back."""

from __future__ import annotations

from typing import Any

import slicer
from PrintPrepLib.mrml import charts as mrml_charts
from PrintPrepLib.mrml.charts import Chart
from PrintPrepLib.mrml.maps import MAPS
from slicer.i18n import tr as _

from .part import QaPart


class Plots(QaPart):
    """Plots come and go with the panel: they are not saved with the scene."""

    def setup(self) -> None:
        self._titles = {
            "": _("none"),
            "steps": _("distance from slice to slice"),
            "drift": _("sideways drift of the slices"),
            "wall": _("wall thickness"),
            "grey": _("distance to the grey values"),
            "reference": _("distance to the other model"),
        }
        self._layout: int | None = None
        self._shown: int | None = None
        self.ui.plotCombo.addItems(list(self._titles.values()))
        self.ui.plotCombo.connect("activated(int)", self._chosen)

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        ui = self.ui
        ui.plotCombo.enabled = slicer.app.layoutManager() is not None
        if not ui.plotCombo.enabled:
            ui.plotHint.text = _("There is no view to plot in.")

    def exit(self) -> None:
        self._close()

    def forget(self) -> None:
        self._close()

    def _chosen(self, index: int) -> None:
        if self.parameters is None:
            return
        key = list(self._titles)[index]
        chart = self.panel.work.guarded(lambda: self._chart(key)) if key else None
        if chart is None:
            self._close()
            self.ui.plotHint.text = self._why_not(key) if key else ""
            return
        manager = slicer.app.layoutManager()
        before = manager.layout
        mrml_charts.show_chart(chart)
        if before != self._shown:
            self._layout = before
        self._shown = manager.layout
        self.ui.plotHint.text = _("The plot is in the view layout.")

    def _close(self) -> None:
        """Bring the layout back, unless the user has chosen another one since."""
        self.ui.plotCombo.currentIndex = 0
        self.ui.plotHint.text = ""
        manager, before, shown = slicer.app.layoutManager(), self._layout, self._shown
        self._layout = self._shown = None
        if manager is not None and before is not None and manager.layout == shown:
            manager.layout = before
        mrml_charts.remove_charts()

    def _chart(self, key: str) -> Chart | None:
        volume, model = self.parameters.volume, self.panel.model.node()
        if key == "steps":
            names = (_("Slice"), _("Step (mm)"))
            columns = volume and mrml_charts.steps_columns(volume, names)
            return columns and Chart(_("From slice to slice"), *names, columns)
        if key == "drift":
            names = (_("Slice"), _("along rows"), _("along columns"))
            columns = volume and mrml_charts.drift_columns(volume, names)
            title = _("Sideways drift of the slices")
            return columns and Chart(title, _("Slice"), _("Drift (mm)"), columns)
        shown = MAPS[key]
        names = (_("Millimetres"), _("Share of the points (%)"))
        columns = mrml_charts.histogram_columns(model, shown.array, shown.low, shown.high, names)
        title = self._titles[key][0].upper() + self._titles[key][1:]
        return columns and Chart(title, *names, columns, bars=True)

    def _why_not(self, key: str) -> str:
        if key == "steps":
            return _("The steps of this volume are not known.")
        if key == "drift":
            return _("The slices stand straight above each other: there is no drift.")
        if key == "reference":
            return _("Compare with another model first: above.")
        return _("Check the model first.")
