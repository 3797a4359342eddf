"""Step 6: the files for the printing program, and the record that belongs to them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import ctk
import qt
import slicer
from PrintPrepLib.core.phrases import Phrase
from PrintPrepLib.mrml import models as mrml_models
from PrintPrepLib.mrml.models import mesh_from_model_node
from PrintPrepLib.mrml.volumes import provenance_of, volume_from_node
from PrintPrepLib.qa.record import SHORTEST_REASON, completed
from slicer.i18n import tr as _

from .part import keep_setting, setting
from .states.choices import UNITS, WHATS, What
from .states.export import (
    ExportFacts,
    distinct_parts,
    export_view,
    free_number,
    missing,
    numbered,
)
from .states.view import View
from .step import Step, bind

_FOLDER = "ExportFolder"
_FORMATS = {"stl": "stl", "threemf": "3mf", "obj": "obj", "ply": "ply"}


class ExportStep(Step):
    """Done where files were written of the model as it is."""

    key = "export"

    def setup(self) -> None:
        ui, panel = self.ui, self.panel
        bind(ui.unitCombo, UNITS, panel, "unit")
        bind(ui.whatCombo, WHATS, panel, "what")
        ui.exportFolder.filters = ctk.ctkPathLineEdit.Dirs | ctk.ctkPathLineEdit.Writable
        ui.exportFolder.currentPath = setting(_FOLDER) or _default_folder()
        ui.exportFolder.connect("currentPathChanged(QString)", self._folder_chosen)
        ui.exportFolder.connect("validInputChanged(bool)", self._folder_validity)
        ui.exportButton.connect("clicked()", self.export)
        ui.openFolderButton.connect("clicked()", self._open_folder)

    def _folder_chosen(self, path: str) -> None:
        self.panel.refresh_soon()

    def _folder_validity(self, valid: bool) -> None:
        self.panel.refresh_soon()

    def _facts(self) -> ExportFacts:
        parameters = self.parameters
        folder = self.ui.exportFolder.currentPath.strip()
        failed = self.panel.qa.failed()
        return ExportFacts(
            model=self.panel.model.node() is not None and self.panel.model.state().done,
            folder=folder,
            folder_there=os.path.isdir(folder),
            name=parameters.exportName,
            formats=self._formats(),
            failed=[Phrase(check["title"]) for check in failed],
            reason=parameters.reason,
            shortest_reason=SHORTEST_REASON,
            exported=self._exported(),
            refusal=self.panel.refusal(),
            outdated=self._outdated(),
        )

    def _exported(self) -> str:
        """What was written of the chosen model, as it was told, or ""."""
        model, of = self.panel.model.node(), self.parameters.exportedOf.split()
        return self.parameters.exported if model is not None and model.GetID() in of else ""

    def view(self) -> View:
        return export_view(self._facts())

    def _formats(self) -> list[str]:
        return [name for field, name in _FORMATS.items() if getattr(self.parameters, field)]

    def export(self) -> None:
        """Write the files and the record; checks that were not made yet are made first."""
        if not self.panel.qa.complete():
            self.panel.qa.check()
            if not self.panel.qa.complete() or missing(self._facts()):
                return
        folder = Path(self.ui.exportFolder.currentPath.strip())
        written = self.panel.run(_("Exporting"), lambda progress: self._write(folder, progress))
        if written is None:
            return
        keep_setting(_FOLDER, str(folder))
        self.ui.exportFolder.addCurrentPathToHistory()
        parameters = self.parameters
        of = [node.GetID() for _name, nodes, _tail in self._jobs("") for node in nodes]
        parameters.exportedOf = " ".join(of)
        parameters.exported = _("Written: {names}").format(
            names=", ".join(path.name for path in written)
        )
        self.panel.refresh()

    def _write(self, folder: Path, progress: Any) -> list[Path]:
        """All files appear together, when everything is written, or none; no other is replaced."""
        from PrintPrepLib.core.files import staging
        from PrintPrepLib.core.progress import part, report
        from PrintPrepLib.job.results import Results
        from PrintPrepLib.mesh.io.export import FORMATS, export_model

        parameters = self.parameters
        settings = {
            "scale": parameters.scalePercent / 100,
            "center": parameters.center,
            "unit": parameters.unit.value,
        }
        jobs = self._jobs(parameters.exportName.strip())
        formats = self._formats()
        suffixes = [FORMATS[kind].suffix for kind in formats]
        written: list[Path] = []

        def free(name: str, endings: list[str]) -> str:
            there = {path.name for path in (*written, *results.written)}
            number = free_number(
                lambda file: (folder / file).is_file() or file in there, name, endings
            )
            return numbered(name, number)

        with staging(folder) as staged:
            volume = volume_from_node(parameters.volume)
            results = Results(volume, staged, folder, progress=part(progress, 0.0, 0.1))
            for index, (wanted, nodes, tails) in enumerate(jobs):
                start, end = (0.1 + 0.9 * (index + k) / len(jobs) for k in (0, 1))
                step = part(progress, start, end)
                name = free(wanted, suffixes)
                told = _("Writing {name}").format(name=name)
                parts = [(node.GetName(), mesh_from_model_node(node)) for node in nodes]
                files = []
                for number, kind in enumerate(formats):
                    report(step, 0.5 * number / len(formats), told)
                    own = part(step, 0.5 * number / len(formats), 0.5 * (number + 1) / len(formats))
                    path = staged / f"{name}{FORMATS[kind].suffix}"
                    files.append(export_model(parts, path, kind, **settings, progress=own))
                written += [item.path for item in files]
                for number, node in enumerate(nodes):
                    start, end = (0.5 + 0.5 * (number + k) / len(nodes) for k in (0, 1))
                    report(step, start, _("Writing the record"))
                    middle = (start + end) / 2
                    record = self._record(node, files, parts, number, part(step, start, middle))
                    tail = free(f"qa{tails[number]}", [".json", ".html"]).removeprefix("qa")
                    results.add(record, parts[number][1], tail, part(step, middle, end))
            written += results.written
            # The last chance to cancel: behind it everything is there.
            report(progress, 1.0, _("Writing the record"))
        return written

    def _jobs(self, name: str) -> list[tuple[str, list[Any], list[str]]]:
        """Name of the file, models in it, and endings of their records' names, for each file."""
        shown, models = self.panel.model.node(), self._models()
        if self.parameters.what is What.SHOWN or len(models) < 2:
            return [(name, [shown], [""])]
        tails = [f"-{made}" for made in distinct_parts(node.GetName() for node in models)]
        if self.parameters.what is What.MERGED:
            return [(name, models, tails)]
        return [(name + tail, [node], [tail]) for node, tail in zip(models, tails, strict=True)]

    def _models(self) -> list[Any]:
        """All models of the chosen segmentation and volume."""
        return mrml_models.models_of(self.parameters.segmentation, self.parameters.volume)

    def _outdated(self) -> list[str]:
        """Names of models that would be exported though their segment has changed."""
        if self.parameters.what is What.SHOWN:
            return []
        return [
            node.GetName() for node in self._models() if node.GetAttribute(mrml_models.OUTDATED)
        ]

    def _record(
        self, node: Any, files: list[Any], parts: list[Any], number: int, progress: Any
    ) -> dict[str, Any]:
        """The record of a model with its files; that of the shown one is there already.

        :param parts: names and meshes in the files; ``number`` is that of the model (from 0).
        """
        parameters = self.parameters
        record = self.panel.qa.record() if node is self.panel.model.node() else None
        if record is None:
            record = self.logic.checkGeometry(
                parameters.volume,
                parameters.segmentation,
                node.GetAttribute(mrml_models.SEGMENT_ID),
                node,
                progress=progress,
                **self.panel.qa.options(),
            )
        more = dict(mrml_models.refinement_of(node) or {})
        if len(parts) > 1:
            more["part_of_file"] = {
                "number": number + 1,
                "of": len(parts),
                "name": node.GetName(),
                "first_triangle": sum(len(mesh.triangles) for _name, mesh in parts[:number]),
            }
        return completed(
            record,
            provenance_of(parameters.volume),
            files,
            more,
            parameters.reason,
        )

    def _open_folder(self) -> None:
        folder = self.ui.exportFolder.currentPath
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(folder))


def _default_folder() -> str:
    """Where Slicer's own dialogs offer to save, until another folder was used."""
    folder = slicer.app.defaultScenePath
    return folder if os.path.isdir(folder) else ""
