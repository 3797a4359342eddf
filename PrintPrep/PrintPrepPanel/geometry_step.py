"""Step 2: how the slices were taken, and the regular volume made of them."""

from __future__ import annotations

from html import escape
from typing import Any

import qt
from PrintPrepLib.geometry.naming import absence_words
from PrintPrepLib.mrml import provenance_of
from PrintPrepLib.mrml import volumes as mrml_volumes
from slicer.i18n import tr as _

from .parameters import Spacing
from .step import Stage, State, Step, bind

_MARKS = {"fail": ("#c62828", "✗"), "warn": ("#c77700", "!"), "info": ("#1565c0", "i")}
_PLOT_SIZE = (360, 90)
_BAR, _LINE = "#308cc6", "#808080"


class GeometryStep(Step):
    """Done where the volume is regular and its acquisition known."""

    key = "geometry"

    def setup(self) -> None:
        titles = {
            Spacing.NATIVE: _("As acquired"),
            Spacing.ISOTROPIC: _("Equal in all directions"),
            Spacing.MILLIMETRES: _("Millimetres"),
        }
        bind(self.ui.spacingCombo, titles, self.panel, "spacing")
        self.ui.regularButton.connect("clicked()", self._make_regular)
        self._plotted: tuple[Any, ...] = ()

    def state(self) -> State:
        volume = self.parameters.volume
        if volume is None:
            return State(Stage.BLOCKED, _("needs a volume"), _("Choose a volume first (step 1)."))
        geometry = mrml_volumes.geometry_of(volume)
        if geometry["problem"]:
            return State(Stage.NEXT, _("make regular"), geometry["problem"])
        words = {
            "pass": (Stage.DONE, _("fit for printing"), _("The geometry is fit for printing.")),
            "warn": (
                Stage.CARE,
                _("with care"),
                _("Fit for printing; this was found and put right, or needs care:"),
            ),
            "fail": (
                Stage.CARE,
                _("not true to size"),
                _("Not fit for printing true to size, because:"),
            ),
        }
        return State(*words[geometry["verdict"]])

    def refresh(self, state: State) -> None:
        ui, volume = self.ui, self.parameters.volume
        ui.regularButton.enabled = volume is not None
        ui.spacingMmSpin.visible = self.parameters.spacing is Spacing.MILLIMETRES
        geometry = {"findings": [], "steps": [], "treatment": ""}
        if volume is not None:
            geometry = mrml_volumes.geometry_of(volume)
        ui.findingsLabel.text = _list(geometry["findings"])
        ui.findingsLabel.visible = bool(geometry["findings"])
        lines = [geometry["treatment"], *_absences(volume)]
        ui.treatmentLabel.text = "\n".join(filter(None, lines))
        ui.treatmentLabel.visible = any(lines)
        self._plot(tuple(geometry["steps"]))

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


def _absences(volume: Any) -> list[str]:
    """Where slices are missing from a volume, or were there twice."""
    if volume is None:
        return []
    source = provenance_of(volume).get("source", {})
    return [words.said for words in absence_words(source)]


def _list(findings: list[dict[str, Any]]) -> str:
    """The findings as rich text, the gravest first."""
    rows = []
    for severity in ("fail", "warn", "info"):
        color, mark = _MARKS[severity]
        for finding in findings:
            if finding["severity"] == severity:
                rows.append(
                    f'<tr><td style="color:{color}; font-weight:bold; padding-right:6px">{mark}'
                    f"</td><td>{escape(finding['message'])}</td></tr>"
                )
    return f"<table>{''.join(rows)}</table>"


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
