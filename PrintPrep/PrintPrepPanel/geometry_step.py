"""Step 2: how the slices were taken, and the regular volume made of them."""

from __future__ import annotations

from typing import Any

import qt
from PrintPrepLib.geometry.naming import absence_words
from PrintPrepLib.mrml import volumes as mrml_volumes
from slicer.i18n import tr as _

from .states.choices import SPACINGS, Spacing
from .states.geometry import GeometryFacts, geometry_view
from .states.view import View
from .step import Step, bind

_PLOT_SIZE = (310, 90)
_BAR, _LINE = "#308cc6", "#808080"


class GeometryStep(Step):
    """Done where the volume is regular and its acquisition known."""

    key = "geometry"

    def setup(self) -> None:
        bind(self.ui.spacingCombo, SPACINGS, self.panel, "spacing")
        self.ui.regularButton.connect("clicked()", self._make_regular)
        self._plotted: tuple[Any, ...] = ()

    def view(self) -> View:
        volume, spacing = self.parameters.volume, self.parameters.spacing
        if volume is None:
            return geometry_view(GeometryFacts(spacing=spacing))
        geometry = mrml_volumes.geometry_of(volume)
        facts = GeometryFacts(
            volume=True,
            problem=geometry["problem"],
            verdict=geometry["verdict"],
            findings=geometry["findings"],
            treatment=geometry["treatment"],
            absences=absence_words(mrml_volumes.provenance_of(volume).get("source", {})),
            spacing=spacing,
            spacing_mm=self.parameters.spacingMm,
            planes=volume.GetSpacing(),
        )
        return geometry_view(facts)

    def refresh(self, view: View) -> None:
        super().refresh(view)
        volume = self.parameters.volume
        self._plot(() if volume is None else tuple(mrml_volumes.geometry_of(volume)["steps"]))

    def _make_regular(self) -> None:
        volume, chosen = self.parameters.volume, self.parameters.spacing
        spacing: str | float = chosen.value
        if chosen is Spacing.MILLIMETRES:
            spacing = self.parameters.spacingMm
        node = self.panel.run(
            _("Making a regular volume"),
            lambda progress: self.logic.regularizeVolume(volume, spacing, progress),
        )
        if node is not None:
            self.panel.choose_volume(node)

    def _plot(self, steps: tuple[float, ...]) -> None:
        plot = self.ui.stepsPlot
        plot.visible = len(steps) > 1
        wanted = (steps, plot.devicePixelRatioF())
        if len(steps) > 1 and wanted != self._plotted:
            plot.setPixmap(steps_pixmap(*wanted))
            self._plotted = wanted


def steps_pixmap(steps: tuple[float, ...], ratio: float = 1.0) -> Any:
    """A plot of the steps for light and dark styles alike: one bar a step, 0 at the bottom.

    :param ratio: pixels of the screen in one of the plot, 1.5 at 150 %, so that it is sharp.
    """
    width, height = _PLOT_SIZE
    picture = qt.QPixmap(round(width * ratio), round(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(qt.QColor(0, 0, 0, 0))
    painter = qt.QPainter()
    painter.begin(picture)
    highest, base, left = max(steps), height - 16, 4
    share = (width - 2 * left) / len(steps)
    bar, line = qt.QColor(_BAR), qt.QColor(_LINE)
    for index, step in enumerate(steps):
        top = round((base - 16) * max(step, 0.0) / highest)
        start, end = left + round(index * share), left + round((index + 1) * share)
        painter.fillRect(start, base - top, max(1, end - start - (share > 3)), top, bar)
    painter.setPen(line)
    painter.drawLine(left, base, width - left, base)
    painter.drawText(left, 12, _("{mm:.3f} mm").format(mm=highest))
    painter.drawText(left, height - 3, _("first slice"))
    painter.drawText(width - 62, height - 3, _("last slice"))
    painter.end()
    return picture
