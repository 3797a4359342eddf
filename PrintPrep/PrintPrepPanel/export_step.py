"""Step 6: the files for the printing program, and the record that belongs to them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import ctk
import qt
import slicer
from PrintPrepLib.mrml import models as mrml_models
from PrintPrepLib.mrml.models import mesh_from_model_node
from PrintPrepLib.mrml.volumes import provenance_of
from PrintPrepLib.qa.record import SHORTEST_REASON, completed
from PrintPrepLib.report.record_page import write_record
from slicer.i18n import tr as _

from .parameters import Unit, What
from .step import Stage, State, Step, bind

_FOLDER_KEY = "PrintPrep/ExportFolder"
_FORMATS = {"stl": "stl", "threemf": "3mf", "obj": "obj", "ply": "ply"}


class ExportStep(Step):
    """Done where files were written of the model as it is."""

    key = "export"

    def setup(self) -> None:
        ui, panel = self.ui, self.panel
        units = {
            Unit.MILLIMETRE: _("millimetre"),
            Unit.METRE: _("metre"),
            Unit.INCH: _("inch"),
        }
        what = {
            What.SHOWN: _("the model of the chosen segment"),
            What.EACH: _("all models, one file each"),
            What.MERGED: _("all models in one file"),
        }
        bind(ui.unitCombo, units, panel, "unit")
        bind(ui.whatCombo, what, panel, "what")
        ui.exportFolder.filters = ctk.ctkPathLineEdit.Dirs | ctk.ctkPathLineEdit.Writable
        ui.exportFolder.currentPath = slicer.util.settingsValue(_FOLDER_KEY, "")
        ui.exportFolder.connect("currentPathChanged(QString)", self._folder_chosen)
        ui.exportFolder.connect("validInputChanged(bool)", self._folder_validity)
        ui.exportButton.connect("clicked()", self.export)
        ui.openFolderButton.connect("clicked()", self._open_folder)

    def _folder_chosen(self, path: str) -> None:
        self.panel.refresh_soon()

    def _folder_validity(self, valid: bool) -> None:
        self.panel.refresh_soon()

    def state(self) -> State:
        if self.panel.model.node() is None or not self.panel.model.state().done:
            return State(
                Stage.BLOCKED,
                _("needs a model"),
                _("There is no model yet that is up to date (step 4)."),
            )
        missing = self._missing()
        if self.parameters.exported:
            return State(Stage.DONE, _("written"), missing)
        if missing:
            return State(Stage.NEXT, _("not complete"), missing)
        return State(Stage.NEXT, _("ready"), _("Export the model."))

    def _missing(self) -> str:
        """What is missing before the model can be exported, or ""."""
        parameters = self.parameters
        folder = self.ui.exportFolder.currentPath.strip()
        if not folder:
            return _("Choose the folder for the files.")
        if not os.path.isdir(folder):
            return _("There is no folder {folder}: choose another one.").format(folder=folder)
        if not parameters.exportName.strip():
            return _("Give the files a name.")
        if re.search(r'[\\/:*?"<>|]', parameters.exportName):
            return _('The name may not hold any of \\ / : * ? " < > |')
        if not self._formats():
            return _("Choose at least one format.")
        if self.panel.qa.failed() and len(parameters.reason.strip()) < SHORTEST_REASON:
            return _("A check failed: say below why the model is exported anyway.")
        return ""

    def _formats(self) -> list[str]:
        return [name for field, name in _FORMATS.items() if getattr(self.parameters, field)]

    def refresh(self, state: State) -> None:
        ui = self.ui
        failed = self.panel.qa.failed()
        ui.reasonFrame.visible = bool(failed)
        names = ", ".join(check["title"] for check in failed)
        ui.reasonLabel.text = _("Failed: {names}. Why is the model exported anyway?").format(
            names=names
        )
        ui.exportButton.enabled = state.stage is not Stage.BLOCKED and not self._missing()
        ui.openFolderButton.enabled = bool(self.parameters.exported)
        ui.exportedLabel.text = self.parameters.exported
        ui.exportedLabel.visible = bool(self.parameters.exported)

    def export(self) -> None:
        """Write the files and the record; the model is checked first where it was not yet."""
        if self.panel.qa.record() is None:
            self.panel.qa.check()
            if self.panel.qa.record() is None or self._missing():
                return
        folder = Path(self.ui.exportFolder.currentPath.strip())
        written = self.panel.run(_("Exporting"), lambda progress: self._write(folder, progress))
        if written is None:
            return
        qt.QSettings().setValue(_FOLDER_KEY, str(folder))
        self.ui.exportFolder.addCurrentPathToHistory()
        parameters = self.parameters
        parameters.exported = _("Written: {names}").format(
            names=", ".join(path.name for path in written)
        )
        self.panel.refresh()

    def _write(self, folder: Path, progress: Any) -> list[Path]:
        from PrintPrepLib.core.progress import report
        from PrintPrepLib.mesh.io.export import FORMATS, export_model

        parameters = self.parameters
        settings = {
            "scale": parameters.scalePercent / 100,
            "center": parameters.center,
            "unit": parameters.unit.value,
        }
        jobs = self._jobs(parameters.exportName.strip())
        formats = self._formats()
        written: list[Path] = []
        for index, (name, nodes, suffix) in enumerate(jobs):
            report(progress, index / len(jobs), _("Writing {name}").format(name=name))
            parts = [(node.GetName(), mesh_from_model_node(node)) for node in nodes]
            files = []
            for kind in formats:
                path = folder / f"{name}{FORMATS[kind].suffix}"
                report(progress, (index + 0.3) / len(jobs), _("Writing {name}").format(name=name))
                files.append(export_model(parts, path, kind, **settings))
            written += [item.path for item in files]
            report(progress, (index + 0.6) / len(jobs), _("Writing the record"))
            for node, (_name, mesh) in zip(nodes, parts, strict=True):
                tail = suffix if len(nodes) == 1 else f"-{_file_name(node.GetName())}"
                record = self._record(node, files)
                written += write_record(record, mesh, folder, tail)
        return written

    def _jobs(self, name: str) -> list[tuple[str, list[Any], str]]:
        """Name of the file, models in it, and ending of the record's name, for each file."""
        shown = self.panel.model.node()
        models = mrml_models.models_of(self.parameters.segmentation)
        if self.parameters.what is What.SHOWN or len(models) < 2:
            return [(name, [shown], "")]
        if self.parameters.what is What.MERGED:
            return [(name, models, "")]
        tails = [f"-{_file_name(node.GetName())}" for node in models]
        return [(name + tail, [node], tail) for node, tail in zip(models, tails, strict=True)]

    def _record(self, node: Any, files: list[Any]) -> dict[str, Any]:
        """The record of a model with its files; that of the shown one is there already."""
        parameters = self.parameters
        record = self.panel.qa.record() if node is self.panel.model.node() else None
        if record is None:
            record = self.logic.checkGeometry(
                parameters.volume,
                parameters.segmentation,
                node.GetAttribute(mrml_models.SEGMENT_ID),
                node,
                **self.panel.qa.options(),
            )
        record = completed(
            record,
            provenance_of(parameters.volume),
            files,
            mrml_models.refinement_of(node),
            parameters.reason,
        )
        return record

    def _open_folder(self) -> None:
        folder = self.ui.exportFolder.currentPath
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(folder))


def _file_name(name: str) -> str:
    """A model's name as part of a file's name."""
    return re.sub(r"[^\w\-]+", "_", name).strip("_") or "model"
