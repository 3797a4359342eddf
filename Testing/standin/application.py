"""``slicer.app``."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets

from .pythonqt import to_native, wrap
from .strict import StrictObject


class ModuleManager(StrictObject, table="slicer.app.moduleManager()"):
    """``slicer.app.moduleManager()``."""

    def module(self, name: str) -> Any:
        return getattr(slicer.modules, name.lower(), None)


class Application(StrictObject, table="slicer.app"):
    """``slicer.app``."""

    def __init__(self, logic: Any) -> None:
        self._logic = logic
        self._testing = True
        self._manager = ModuleManager()
        self._temporary = tempfile.mkdtemp(prefix="standin-")
        self._cursors: list[Any] = []
        self._processed = 0
        self._layout_manager: Any = None
        self._default_scene_path = os.path.join(self._temporary, "Documents")
        os.mkdir(self._default_scene_path)
        #: A test may set another language.
        self._locale = "en_US"

    @property
    def applicationLocaleName(self) -> str:
        return self._locale

    @property
    def applicationName(self) -> str:
        return "Slicer"

    @property
    def applicationVersion(self) -> str:
        return "5.13.0-2026-08-21"

    @property
    def temporaryPath(self) -> str:
        return self._temporary

    @property
    def defaultScenePath(self) -> str:
        """Where Slicer's own dialogs offer to save."""
        return self._default_scene_path

    @property
    def slicerUserSettingsFilePath(self) -> str:
        return QtCore.QSettings().fileName()

    @property
    def slicerHome(self) -> str:
        """A folder that holds what Slicer starts Python with (not on Windows)."""
        home = Path(self._temporary) / "home"
        program = home / "bin" / "PythonSlicer"
        if os.name == "posix" and not program.exists():
            program.parent.mkdir(parents=True)
            # Not a link: through one a virtual environment would not be found.
            program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
            program.chmod(0o755)
        return str(home)

    def testingEnabled(self) -> bool:
        return self._testing

    def applicationLogic(self) -> Any:
        return self._logic

    def moduleManager(self) -> ModuleManager:
        return self._manager

    def layoutManager(self) -> Any:
        return self._layout_manager

    def processEvents(self) -> None:
        self._processed += 1
        QtWidgets.QApplication.processEvents()

    def topLevelWidgets(self) -> tuple:
        return tuple(wrap(item) for item in QtWidgets.QApplication.topLevelWidgets())

    def setOverrideCursor(self, cursor: Any) -> None:
        self._cursors.append(to_native(cursor))

    def restoreOverrideCursor(self) -> None:
        if self._cursors:
            self._cursors.pop()
