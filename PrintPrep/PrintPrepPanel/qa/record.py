"""The record: shown, and as a PDF."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import qt
import slicer
from PrintPrepLib.mrml.models import mesh_from_model_node
from PrintPrepLib.mrml.volumes import identity_of
from PrintPrepLib.report.record_page import write_record
from slicer.i18n import tr as _

from ..part import QaPart, folder_setting, keep_setting
from ..print_record import save_pdf


class RecordPages(QaPart):
    """What is written here is for people; the record itself goes with the exported files."""

    def setup(self) -> None:
        ui = self.ui
        ui.recordButton.connect("clicked()", self._show)
        ui.pdfButton.connect("clicked()", self._save)

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        for button in (self.ui.recordButton, self.ui.pdfButton):
            button.enabled = record is not None

    def _show(self) -> None:
        record, model = self.step.record(), self.panel.model.node()
        if record is None:
            return
        folder = Path(tempfile.mkdtemp(prefix="printprep-", dir=slicer.app.temporaryPath))
        paths = self.panel.run(
            _("Writing the record"),
            lambda progress: write_record(record, mesh_from_model_node(model), folder, progress),
        )
        if paths is not None:
            self.panel.show_message(_("The record is {path}").format(path=paths[1]))
            qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(paths[1])))

    def _save(self) -> None:
        record, model = self.step.record(), self.panel.model.node()
        if record is None:
            return
        place = str(Path(folder_setting("PdfFolder"), "qa.pdf"))
        chosen = qt.QFileDialog.getSaveFileName(
            self.ui.stepsFrame, _("Save the record as PDF"), place, _("PDF (*.pdf)")
        )
        if not chosen:
            return
        path = Path(chosen if chosen.lower().endswith(".pdf") else f"{chosen}.pdf")
        if self.parameters.identity:
            named = {**record["source"], **identity_of(self.parameters.volume)}
            record = {**record, "source": named}

        def save(progress: Any) -> Path:
            from PrintPrepLib.report.record_page import page

            html, _why = page(record, mesh_from_model_node(model), progress)
            save_pdf(html, path, slicer.app.temporaryPath)
            return path

        if self.panel.run(_("Printing the record"), save) is not None:
            keep_setting("PdfFolder", str(path.parent))
            self.panel.show_message(_("The record is {path}").format(path=path))
