"""Plots in the view layout; closing one brings the layout back."""

from __future__ import annotations

from typing import Any

import slicer
from PrintPrepLib.core.phrases import translated
from PrintPrepLib.mrml import charts as mrml_charts
from PrintPrepLib.mrml.charts import Chart
from PrintPrepLib.mrml.maps import MAPS, map_array
from slicer.i18n import tr as _

from ..part import QaPart
from ..states.choices import PLOTS
from ..states.measuring import no_plot_told


class Plots(QaPart):
    """Plots come and go with the panel: they are not saved with the scene."""

    def setup(self) -> None:
        self._layout: int | None = None
        self._shown: int | None = None
        self.ui.plotCombo.addItems([translated(title) for title in PLOTS.values()])
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
        key = list(PLOTS)[index]
        chart = self.panel.work.guarded(lambda: self._chart(key)) if key else None
        if chart is None:
            self._close()
            self.ui.plotHint.text = no_plot_told(key).said if key else ""
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
        if key in ("steps", "drift"):
            return None if volume is None else _slice_chart(key, volume)
        shown, array = MAPS[key], map_array(model, key)
        if array is None:
            return None
        names = (_("Millimetres"), _("Share of the points (%)"))
        columns = mrml_charts.histogram_columns(model, array, shown.low, shown.high, names)
        title = translated(PLOTS[key])
        title = title[0].upper() + title[1:]
        return Chart(title, *names, columns, bars=True) if columns else None


def _slice_chart(key: str, volume: Any) -> Chart | None:
    """What is known of each slice."""
    number = _("Slice")
    if key == "steps":
        title, unit = _("From slice to slice"), _("Step (mm)")
        columns = mrml_charts.steps_columns(volume, (number, unit))
    else:
        title, unit = _("Sideways drift of the slices"), _("Drift (mm)")
        names = (number, _("along rows"), _("along columns"))
        columns = mrml_charts.drift_columns(volume, names)
    return Chart(title, number, unit, columns) if columns else None
