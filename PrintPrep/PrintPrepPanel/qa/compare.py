"""The model against another one."""

from __future__ import annotations

import json
import os
from typing import Any

import ctk
import slicer
from slicer.i18n import tr as _

from ..parameters import MapOf
from .part import QaPart, fill_table, table_columns

_SIZE_DECIMALS = 5


class Reference(QaPart):
    """The answer is kept with the scene until the model changes; the path of a file is not."""

    def setup(self) -> None:
        ui = self.ui
        ui.referenceFile.filters = ctk.ctkPathLineEdit.Files | ctk.ctkPathLineEdit.Readable
        ui.referenceFile.nameFilters = [_("Models (*.stl *.obj *.ply *.3mf)")]
        ui.referenceFile.connect("currentPathChanged(QString)", self._file_chosen)
        ui.referenceButton.connect("clicked()", self._compare)
        table_columns(ui.referenceTable, [_("What"), "x", "y", "z"], wide=0)

    def scene_changed(self) -> None:
        self.ui.referenceSelector.setMRMLScene(slicer.mrmlScene)

    def _file_chosen(self, path: str) -> None:
        self.panel.refresh_soon()

    def _chosen(self, model: Any) -> Any:
        """The path of a file, a model node other than the checked one, or None."""
        path = self.ui.referenceFile.currentPath.strip()
        if path:
            return path if os.path.isfile(path) else None
        node = self.parameters.reference
        return None if node is model else node

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        ui = self.ui
        ui.referenceButton.enabled = model is not None and self._chosen(model) is not None
        kept = json.loads(self.parameters.referenceResult or "{}")
        if model is None or kept.get("modelID") != model.GetID():
            kept = {}
        for widget in (ui.referenceText, ui.referenceTable):
            widget.visible = bool(kept)
        ui.referenceText.text = _sentences(kept) if kept else ""
        fill_table(ui.referenceTable, _rows(kept["result"]) if kept else [])

    def forget(self) -> None:
        self.parameters.referenceResult = ""

    def _compare(self) -> None:
        model, parameters = self.panel.model.node(), self.parameters
        other, align = self._chosen(model), parameters.align
        name = os.path.basename(other) if isinstance(other, str) else other.GetName()
        result = self.panel.run(
            _("Comparing with {name}").format(name=name),
            lambda progress: self.step.logic.compareModels(model, other, align, progress),
        )
        if result is None:
            return
        kept = {"modelID": model.GetID(), "name": name, "result": result}
        parameters.referenceResult = json.dumps(kept)
        parameters.map = MapOf.REFERENCE
        self.panel.refresh()


def _sentences(kept: dict[str, Any]) -> str:
    result = kept["result"]
    distance = result["distance_mm"]
    lines = [
        _(
            "Against {name}: {mean:.3f} mm away on average, 95 % within {p95:.3f} mm, at most "
            "{most:.3f} mm."
        ).format(
            name=kept["name"], mean=distance["mean"], p95=distance["p95"], most=distance["max"]
        )
    ]
    if result["aligned"]:
        lines.append(_("The model was turned and moved onto it first."))
    lines += [finding["message"] for finding in result["findings"]]
    return "\n".join(lines)


def _rows(result: dict[str, Any]) -> list[tuple[str, ...]]:
    scale = result["scale_axes"]
    percent = [_figure(None if value is None else 100 * (value - 1), 2) for value in scale]
    return [
        (_("Model ÷ reference"), *(_figure(value, _SIZE_DECIMALS) for value in scale)),
        (_("Difference (%)"), *percent),
    ]


def _figure(value: float | None, decimals: int) -> str:
    # Adding zero takes the sign from a zero.
    return "–" if value is None else f"{round(value, decimals) + 0.0:.{decimals}f}"
