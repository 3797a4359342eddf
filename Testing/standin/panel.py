"""A scripted module's panel, opened as the module selector does."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets

from . import show
from .mrmlwidgets import qMRMLWidget
from .natives import native
from .pythonqt import register, wrapped_class
from .tables import ClassTable, class_table


@native
class qSlicerScriptedLoadableModuleWidget(qMRMLWidget):
    """What a module's widget class gets as ``parent``."""

    _entered = False
    _python: Any = None
    isEntered = QtCore.Property(bool, lambda self: self._entered)

    def self(this) -> Any:
        return this._python


@cache
def parent_class() -> type:
    """The tables have no entry of it; documented beside qMRMLWidget's are these two names."""
    base = class_table("slicer.qMRMLWidget")
    name = "qSlicerScriptedLoadableModuleWidget"
    table = ClassTable(
        name,
        base.attributes | {"isEntered", "self"},
        base.properties | {"isEntered": ("bool", False)},
        base.signals,
    )
    widget = wrapped_class("slicer.qMRMLWidget")
    cls = type(widget)(
        name,
        (widget,),
        {
            "_table": table,
            "_native_type": qSlicerScriptedLoadableModuleWidget,
            "__module__": widget.__module__,
        },
    )
    register(f"slicer.{name}", cls)
    return cls


class ModulePanel:
    """One module with its panel.

    ``widget`` is the module's widget object, ``ui`` holds the named widgets, ``parent`` is the
    Qt widget around all.
    """

    def __init__(self, desktop: Any, name: str, path: str | Path) -> None:
        self.desktop, self.name = desktop, name
        desktop.open_views()
        desktop.load_module(name, path)
        self._module = importlib.import_module(name)
        self._open()

    @classmethod
    def of(cls, desktop: Any, name: str) -> ModulePanel:
        """The panel of a module that is loaded, made where there is none yet."""
        panel = cls.__new__(cls)
        panel.desktop, panel.name = desktop, name
        panel._module = importlib.import_module(name)
        panel._open()
        return panel

    def _open(self) -> None:
        self.parent = parent_class()()
        self.parent._native.setLayout(QtWidgets.QVBoxLayout())
        self.parent.setMRMLScene(slicer.mrmlScene)
        self.widget = getattr(self._module, f"{self.name}Widget")(self.parent)
        self.parent._native._python = self.widget
        setattr(slicer.modules, f"{self.name}Widget", self.widget)
        getattr(slicer.modules, self.name.lower())._panel = self
        self.widget.setup()

    @property
    def ui(self) -> Any:
        """The widgets by name, whatever the module keeps them in."""
        return slicer.util.childWidgetVariables(self.parent)

    def enter(self) -> None:
        """The user comes to the module."""
        self.parent._native._entered = True
        if hasattr(self.widget, "enter"):
            self.widget.enter()
        QtWidgets.QApplication.processEvents()

    def exit(self) -> None:
        """The user goes to another module."""
        if hasattr(self.widget, "exit"):
            self.widget.exit()
        self.parent._native._entered = False
        QtWidgets.QApplication.processEvents()

    def close_scene(self) -> None:
        """The user closes the scene."""
        slicer.mrmlScene.Clear(0)
        QtWidgets.QApplication.processEvents()

    def reload(self) -> None:
        """Slicer's "Reload": the panel goes, the file is read again, a new panel comes."""
        entered = self.parent._native._entered
        if entered:
            self.exit()
        self.cleanup()
        self._module = importlib.reload(importlib.import_module(self.name))
        self._open()
        if entered:
            self.enter()

    def cleanup(self) -> None:
        """The application ends, or reloads the module."""
        getattr(slicer.modules, self.name.lower())._panel = None
        self.widget.cleanup()
        self.parent._native.close()
        self.parent._native.deleteLater()
        QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)

    def screenshot(
        self, path: str | Path, width: int = 1280, height: int = 900, **more: Any
    ) -> Path:
        """See ``show.screenshot``; the panel is 520 wide unless told otherwise."""
        more.setdefault("panel_width", 520)
        return show.screenshot(self.parent, path, width, height, **more)
