"""The model against another one."""

from __future__ import annotations

import json
import os
from typing import Any

import ctk
import slicer
from slicer.i18n import tr as _

from ..part import QaPart, fill_table, table_columns
from ..states.choices import MapOf
from ..states.measuring import reference_rows, reference_widgets
from ..step import show


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
        kept = json.loads(self.parameters.referenceResult or "{}")
        if model is None or kept.get("modelID") != model.GetID():
            kept = {}
        ready = model is not None and self._chosen(model) is not None
        result = kept.get("result")
        show(self.ui, reference_widgets(ready, kept.get("name", ""), result))
        fill_table(self.ui.referenceTable, reference_rows(result) if result else [])

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
