"""Conversion of a private-compressed archive: a child process, so that Slicer stays free."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ..states.conversion import Ended, ended_told, summary_told
from ..states.view import said

#: How long the file in hand may take when the panel goes away.
_LAST_FILE_MS = 5000


class Conversion:
    """Starts the command line in Slicer's own Python and follows it.

    It is cancelled by a stop file, so that no file is left half-written.
    """

    def __init__(self, ui: Any) -> None:
        self._ui = ui
        self._process: Any = None
        self._stop_folder: Any = None
        self._out, self._rest = "", b""
        self._errors: list[str] = []
        # Names of files may hold what looks like markup.
        ui.convertLabel.textFormat = qt.Qt.PlainText
        ui.convertButton.connect("clicked()", self._ask)
        ui.convertCancelButton.connect("clicked()", self.cancel)

    @property
    def running(self) -> bool:
        """Whether the child is at work."""
        return self._process is not None

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
        from PrintPrepLib.convert.progress import LIBRARY, convert_command

        python = python_program()
        if python is None:
            self._tell(_("Slicer's Python was not found, so nothing was converted."))
            return
        self._stop_folder = tempfile.TemporaryDirectory(prefix="printprep-")
        self._out, self._errors, self._rest = out, [], b""
        program, *arguments = convert_command(python, [source], out, stop_file=self._stop_file)
        self._process = qt.QProcess()
        self._process.setWorkingDirectory(str(LIBRARY))
        self._process.setEnvironment(_environment(str(LIBRARY)))
        # The summary that it prints stands in the folder, too; unread it would stop the child.
        self._process.setStandardOutputFile(qt.QProcess.nullDevice())
        self._process.connect("readyReadStandardError()", self._read)
        self._process.connect("finished(int,QProcess::ExitStatus)", self._finished)
        self._process.connect("errorOccurred(QProcess::ProcessError)", self._failed)
        self._show(True)
        self._tell(_("Starting"))
        self._process.start(program, arguments)

    @property
    def _stop_file(self) -> str:
        return os.path.join(self._stop_folder.name, "stop")

    def cancel(self) -> None:
        """Stop after the file in hand."""
        if self.running:
            self._make_stop_file()
            self._tell(_("Stopping after the file in hand"))
            self._ui.convertCancelButton.enabled = False

    def _make_stop_file(self) -> None:
        Path(self._stop_file).touch()

    def clean_up(self) -> None:
        """The panel goes away: stop after the file in hand, and wait for that."""
        if not self.running:
            return
        process, self._process = self._process, None
        self._make_stop_file()
        process.waitForFinished(_LAST_FILE_MS)
        process.deleteLater()
        self._stop_folder.cleanup()

    def _show(self, running: bool) -> None:
        self._ui.convertFrame.visible = running
        self._ui.convertButton.enabled = not running
        self._ui.convertCancelButton.enabled = running
        self._ui.convertBar.value = 0

    def _tell(self, text: str) -> None:
        self._ui.convertLabel.text = text
        self._ui.convertLabel.visible = bool(text)

    def _read(self) -> None:
        from PrintPrepLib.convert.progress import ConversionProgress

        if not self.running:
            return
        *lines, self._rest = (self._rest + self._heard()).split(b"\n")
        for line in lines:
            text = line.decode("utf-8", "replace").strip()
            told = ConversionProgress.parse(text)
            if told is None:
                self._errors.append(text)
            else:
                self._ui.convertBar.value = int(100 * told.fraction)
                if not os.path.exists(self._stop_file):
                    self._tell(told.words())

    def _heard(self) -> bytes:
        data = self._process.readAllStandardError().data()
        return data.encode("utf-8", "replace") if isinstance(data, str) else bytes(data)

    def _failed(self, error: Any) -> None:
        if self.running and error == qt.QProcess.FailedToStart:
            self._end(_("Slicer's Python could not be started, so nothing was converted."))

    def _finished(self, code: int, status: Any) -> None:
        if not self.running:
            return
        self._read()
        ended = Ended(
            self._out,
            code,
            status == qt.QProcess.CrashExit,
            os.path.exists(self._stop_file),
            " ".join(filter(None, [*self._errors, self._rest.decode("utf-8", "replace")])),
        )
        if ended.crashed or code:
            self._end(said(ended_told(ended)))
        else:
            self._end(self._result())

    def _result(self) -> str:
        """The numbers of the summary that the child has just written."""
        try:
            summary = json.loads((Path(self._out) / "summary.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            return _("Converted into {folder}, but the summary cannot be read: {error}").format(
                folder=self._out, error=error
            )
        return said(summary_told(summary, self._out))

    def _end(self, text: str) -> None:
        self._process.deleteLater()
        self._process = None
        self._stop_folder.cleanup()
        self._show(False)
        self._tell(text)


def python_program() -> str | None:
    """PythonSlicer beside the application, or the Python that runs; None where there is none.

    Inside Slicer the running program may be Slicer itself, which must not be started again.
    """
    name = "PythonSlicer.exe" if os.name == "nt" else "PythonSlicer"
    beside = os.path.join(slicer.app.slicerHome, "bin", name)
    if os.path.isfile(beside):
        return beside
    found = shutil.which("PythonSlicer")
    if found is None and "python" in os.path.basename(sys.executable or "").lower():
        found = sys.executable
    return found


def _environment(library: str) -> list[str]:
    """The child finds the library wherever it starts, and speaks UTF-8 on every system."""
    paths = [library, *filter(None, [os.environ.get("PYTHONPATH")])]
    changed = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"}
    return [f"{name}={value}" for name, value in {**os.environ, **changed}.items()]
