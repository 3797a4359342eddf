"""A desktop Slicer for tests: the real MRML of slicer-core with the imitated Qt side around it."""

from __future__ import annotations

import importlib
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets

from . import dicomlib, hierarchy, parameternode, qtmodules, scripted, uifile
from .application import Application
from .database import DicomDatabase, Log
from .dialogs import ANSWERS, OPENED, Answers
from .mrmlwidgets import forget_all
from .panel import ModulePanel, parent_class
from .strict import MISTAKES, StrictObject
from .views import LayoutManager

_LOGICS = {
    "volumes": "vtkSlicerVolumesLogic",
    "segmentations": "vtkSlicerSegmentationsModuleLogic",
    "models": "vtkSlicerModelsLogic",
    "transforms": "vtkSlicerTransformLogic",
    "markups": "vtkSlicerMarkupsLogic",
    "plots": "vtkSlicerPlotsLogic",
}


class Module(StrictObject, table="slicer.modules.dicom"):
    """What a scripted module gets as ``parent``, and ``slicer.modules.<name>``."""

    def __init__(self, name: str, path: str, desktop: Any = None) -> None:
        self._values = {"name": name, "path": path}
        self._desktop, self._panel = desktop, None

    def widgetRepresentation(self) -> Any:
        """The widget around the panel; its ``self()`` is the module's widget object."""
        if self._panel is None:
            ModulePanel.of(self._desktop, self.name)
        return self._panel.parent

    def _read(self, name: str) -> Any:
        kind, _ = self._table.properties[name]
        default = {"bool": False, "int": -1, "QStringList": (), "QString": ""}.get(kind)
        return self._values.get(name, default)

    def _write(self, name: str, value: Any) -> None:
        kind, _ = self._table.properties[name]
        if kind == "QStringList":
            if isinstance(value, str) or not all(isinstance(item, str) for item in value):
                raise AttributeError(f"{name} takes a list of strings")
            value = tuple(value)
        self._values[name] = {"bool": bool, "int": int, "QString": str}.get(kind, lambda x: x)(
            value
        )


def _module_property(name: str, writable: bool) -> property:
    setter = (lambda self, value: self._write(name, value)) if writable else None
    return property(lambda self: self._read(name), setter)


for _name, (_, _writable) in Module._table.properties.items():
    if _name != "objectName":
        setattr(Module, _name, _module_property(_name, _writable))


class _Modules:
    """``slicer.modules``: what is not there raises AttributeError."""


class Desktop:
    """The running stand-in. One per process; ``reset`` brings it back to a fresh start."""

    def __init__(self) -> None:
        self.qt_application = QtWidgets.QApplication.instance() or QtWidgets.QApplication([])
        self._isolate_settings()
        sys.modules.update(qtmodules.make_modules())
        sys.modules["DICOMLib"] = library = dicomlib.make_module()
        sys.modules["DICOMLib.DICOMUtils"] = library.DICOMUtils
        self.scene = slicer.vtkMRMLScene()
        self.application_logic = slicer.vtkSlicerApplicationLogic()
        self._logics = {name: getattr(slicer, kind)() for name, kind in _LOGICS.items()}
        self.main_window: Any = None
        self._install()

    def _isolate_settings(self) -> None:
        """No test may read or change the settings of the person who runs it."""
        self._settings = tempfile.TemporaryDirectory(prefix="standin-settings-")
        QtCore.QCoreApplication.setOrganizationName("stand-in")
        QtCore.QCoreApplication.setApplicationName("Slicer")
        QtCore.QSettings.setDefaultFormat(QtCore.QSettings.IniFormat)
        scope = QtCore.QSettings.UserScope
        QtCore.QSettings.setPath(QtCore.QSettings.IniFormat, scope, self._settings.name)

    def _install(self) -> None:
        i18n = types.ModuleType("slicer.i18n")
        i18n.tr = lambda text: text
        i18n.translate = lambda context, text: text
        modules = {
            "i18n": i18n,
            "ScriptedLoadableModule": scripted.make_module(),
            "parameterNodeWrapper": parameternode.make_module(),
        }
        for name, module in modules.items():
            sys.modules[f"slicer.{name}"] = module
            setattr(slicer, name, module)
        slicer.mrmlScene = self.scene
        self.application_logic.SetMRMLScene(self.scene)
        for logic in self._logics.values():
            logic.SetMRMLApplicationLogic(self.application_logic)
            logic.SetMRMLScene(self.scene)
        # With a scene the logic of the colours would look for Slicer's files of them.
        self.scene.RegisterNodeClass(slicer.vtkMRMLColorLegendDisplayNode())
        self._logics["colors"] = slicer.vtkSlicerColorLogic()
        slicer.app = Application(self.application_logic)
        slicer.qSlicerSubjectHierarchyPluginHandler = hierarchy.PluginHandler
        for name, widget in qtmodules.mrml_widgets().items():
            setattr(slicer, name, widget)
        slicer.qSlicerScriptedLoadableModuleWidget = parent_class()
        slicer.util.loadUI = uifile.load_ui
        hierarchy.create_items_for_new_nodes(self.scene)
        self.reset()

    def reset(self) -> None:
        """Empty scene, empty database, no plugins, no settings, no main window, testing mode."""
        for item in list(vars(getattr(slicer, "modules", None) or _Modules()).values()):
            if isinstance(item, Module) and item._panel is not None:
                item._panel.cleanup()
        forget_all()
        self.close_main_window()
        self.close_views()
        slicer.app._cursors.clear()
        for kind in ("vtkMRMLScriptedModuleNode", "vtkMRMLSegmentEditorNode"):
            # Singletons, which clearing only sets back.
            for node in slicer.util.getNodesByClass(kind):
                self.scene.RemoveNode(node)
        self.scene.Clear()
        # A running Slicer's scene is never without one.
        slicer.vtkMRMLSubjectHierarchyNode.ResolveSubjectHierarchy(self.scene)
        slicer.modules = _Modules()
        slicer.modules.dicomPlugins = {}
        for name, logic in self._logics.items():
            module = types.SimpleNamespace(logic=lambda logic=logic: logic)
            setattr(slicer.modules, name, module)
        slicer.dicomDatabase = DicomDatabase()
        slicer.app._testing, slicer.app._locale = True, "en_US"
        QtCore.QSettings().clear()
        ANSWERS.clear()
        OPENED.urls.clear()
        MISTAKES.clear()

    @property
    def database_log(self) -> Log:
        """What was asked of the database."""
        return slicer.dicomDatabase._log

    @property
    def answers(self) -> Answers:
        """What the user answers in modal dialogs."""
        return ANSWERS

    @property
    def opened_urls(self) -> list[str]:
        """What was opened with ``qt.QDesktopServices``."""
        return OPENED.urls

    @property
    def mistakes(self) -> list[str]:
        """What the code did that Slicer would only print."""
        return MISTAKES.all()

    def set_testing(self, enabled: bool) -> None:
        """Slicer's ``--testing``, in which dialogs are answered by themselves."""
        slicer.app._testing = enabled

    def open_main_window(self) -> Any:
        """Show a main window with a status bar; without one Slicer shows no dialogs."""
        qt = sys.modules["qt"]
        self.main_window = qt.QMainWindow()
        self.main_window.objectName = "qSlicerMainWindow"
        self.main_window.statusBar()
        return self.main_window

    def close_main_window(self) -> None:
        """Take the main window away."""
        if self.main_window is not None:
            self.main_window._native.setObjectName("")
            self.main_window._native.close()
            self.main_window = None

    def open_views(self) -> LayoutManager:
        """Views, as every desktop has them, with their nodes in the scene."""
        if slicer.app._layout_manager is None:
            slicer.app._layout_manager = LayoutManager(self.application_logic)
        return slicer.app._layout_manager

    def close_views(self) -> None:
        """As with ``--no-main-window``."""
        if slicer.app._layout_manager is not None:
            slicer.app._layout_manager._close()
            slicer.app._layout_manager = None

    def load_module(self, name: str, path: str | Path) -> Any:
        """Instantiate a scripted module's class as the application does at its start."""
        module = importlib.import_module(name)
        parent = Module(name, str(path), self)
        instance = getattr(module, name)(parent)
        setattr(slicer.modules, f"{name}Instance", instance)
        setattr(slicer.modules, name.lower(), parent)
        return instance

    def announce_tags(self) -> None:
        """What the DICOM module does at its start: every plugin's tags are to be cached."""
        tags = set(slicer.dicomDatabase.tagsToPrecache)
        for plugin in slicer.modules.dicomPlugins.values():
            tags.update(plugin().tags.values())
        slicer.dicomDatabase.tagsToPrecache = tuple(sorted(tags))

    def import_dicom(self, *paths: str | Path) -> list[str]:
        """Index files or folders; the UIDs of all series in the database, oldest first."""
        for path in paths:
            slicer.dicomDatabase._import(path)
        return list(dict.fromkeys(i.series for i in slicer.dicomDatabase._by_uid.values()))


_DESKTOP: Desktop | None = None


def install() -> Desktop:
    """The one stand-in of this process, fresh."""
    global _DESKTOP
    if _DESKTOP is None:
        _DESKTOP = Desktop()
    else:
        _DESKTOP.reset()
    return _DESKTOP
