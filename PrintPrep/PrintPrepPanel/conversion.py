"""Conversion of a private-compressed archive: a child process, so that Slicer stays free."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from typing import Any

import qt
from slicer.i18n import tr as _

_LONGEST_ERROR = 600


class Conversion:
    """Starts the command line in Slicer's own Python and follows it.

    It is cancelled by a stop file, so that no file is left half-written.
    """

    def __init__(self, ui: Any, panel: Any) -> None:
        self._ui, self._panel = ui, panel
        self._process: Any = None
        self._stop_folder: Any = None
        self._out, self._errors, self._rest = "", [], ""
        ui.convertButton.connect("clicked()", self._ask)
        ui.convertCancelButton.connect("clicked()", self.cancel)

    def _ask(self) -> None:
        parent = self._ui.stepsFrame
        source = qt.QFileDialog.getExistingDirectory(parent, _("Archive to convert"), "")
        if not source:
            return
        out = qt.QFileDialog.getExistingDirectory(parent, _("Folder for the converted files"), "")
        if out:
            self.start(source, out)

    def start(self, source: str, out: str) -> None:
        """Convert everything below ``source`` into ``out``."""
        from PrintPrepLib.convertprogress import LIBRARY, convert_command

        self._stop_folder = tempfile.TemporaryDirectory(prefix="printprep-")
        self._out, self._errors, self._rest = out, [], ""
        program, *arguments = convert_command(_python(), [source], out, stop_file=self._stop_file)
        self._process = qt.QProcess()
        self._process.setWorkingDirectory(str(LIBRARY))
        # The summary that it prints stands in the folder, too; unread it would stop the child.
        self._process.setStandardOutputFile(qt.QProcess.nullDevice())
        self._process.connect("readyReadStandardError()", self._read)
        self._process.connect("finished(int,QProcess::ExitStatus)", self._finished)
        self._process.connect("errorOccurred(QProcess::ProcessError)", self._failed)
        self._show(True)
        self._ui.convertLabel.text = _("Starting")
        self._process.start(program, arguments)

    @property
    def _stop_file(self) -> str:
        return os.path.join(self._stop_folder.name, "stop")

    def cancel(self) -> None:
        """Stop after the file in hand."""
        if self._process is not None:
            with open(self._stop_file, "w", encoding="utf-8"):
                pass
            self._ui.convertLabel.text = _("Stopping after the file in hand")
            self._ui.convertCancelButton.enabled = False

    def _show(self, running: bool) -> None:
        self._ui.convertFrame.visible = running
        self._ui.convertLabel.visible = True
        self._ui.convertButton.enabled = not running
        self._ui.convertCancelButton.enabled = running
        self._ui.convertBar.value = 0

    def _read(self) -> None:
        from PrintPrepLib.convertprogress import ConversionProgress

        data = self._process.readAllStandardError().data()
        text = self._rest + (data if isinstance(data, str) else bytes(data).decode("utf-8"))
        *lines, self._rest = text.split("\n")
        for line in lines:
            told = ConversionProgress.parse(line)
            if told is None:
                self._errors.append(line)
            else:
                self._ui.convertBar.value = int(100 * told.fraction)
                self._ui.convertLabel.text = told.words()

    def _failed(self, error: Any) -> None:
        if error == qt.QProcess.FailedToStart:
            self._end(_("Slicer's Python could not be started, so nothing was converted."))

    def _finished(self, code: int, status: Any) -> None:
        if self._process is None:
            return
        if self._rest:
            self._errors.append(self._rest)
        if code == 0:
            text = _("Converted. The files and a summary are in {folder}").format(folder=self._out)
        elif os.path.exists(self._stop_file):
            text = _("Stopped. What was converted so far is in {folder}").format(folder=self._out)
        else:
            reason = "\n".join(filter(None, self._errors))[-_LONGEST_ERROR:]
            text = _("The conversion failed: {reason}").format(reason=reason)
        self._end(text)

    def _end(self, text: str) -> None:
        self._process.deleteLater()
        self._process = None
        self._stop_folder.cleanup()
        self._show(False)
        self._ui.convertLabel.text = text


def _python() -> str:
    """Slicer's own Python, beside the application; elsewhere the one that runs."""
    return shutil.which("PythonSlicer") or sys.executable
