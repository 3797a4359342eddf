"""CTK's settings panels, and Slicer's settings page for DICOM with a box for each plugin."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import slicer
from PySide6 import QtCore, QtWidgets
from PySide6.QtCore import Property, Signal

from .natives import native
from .pythonqt import wrap


@dataclass(frozen=True)
class _Bound:
    """A property of a widget that stands for a setting."""

    widget: QtCore.QObject
    name: str
    default: Any


@native
class ctkSettingsPanel(QtWidgets.QWidget):
    """Writes each setting as soon as its widget changes, and once when it is registered."""

    settingChanged = Signal(str, object)

    def __init__(self, *arguments: object) -> None:
        super().__init__(*(item for item in arguments if isinstance(item, QtWidgets.QWidget)))
        self._settings = QtCore.QSettings()
        self._bound: dict[str, _Bound] = {}

    settings = Property(QtCore.QObject, lambda self: self._settings)

    def registerProperty(
        self,
        key: str,
        widget: QtCore.QObject,
        name: str,
        signal: str,
        label: str = "",
        options: int = 0,
    ) -> None:
        if widget.metaObject().indexOfProperty(name) < 0:
            raise ValueError(f"{widget.metaObject().className()} has no property {name}")
        signature = signal.removeprefix("2")
        if not signal.startswith("2") or widget.metaObject().indexOfSignal(signature) < 0:
            raise ValueError(f"{widget.metaObject().className()} has no signal {signal}")
        bound = _Bound(widget, name, widget.property(name))
        self._bound[key] = bound
        if self._settings.contains(key):
            kind = type(bound.default)
            widget.setProperty(name, kind(self._settings.value(key)))
        getattr(widget, signature.partition("(")[0]).connect(lambda *_: self._update(key))
        self._update(key)

    def _update(self, key: str) -> None:
        bound = self._bound[key]
        value = bound.widget.property(bound.name)
        before = self._settings.value(key)
        self._settings.setValue(key, value)
        if before != value:
            self.settingChanged.emit(key, value)

    def restoreDefaultSettings(self) -> None:
        for bound in self._bound.values():
            bound.widget.setProperty(bound.name, bound.default)


def open_dicom_settings() -> Any:
    """Slicer's page of settings for DICOM, as it is made when Slicer starts: the panel."""
    qt, ctk = importlib.import_module("qt"), importlib.import_module("ctk")
    panel = ctk.ctkSettingsPanel()
    layout = qt.QVBoxLayout(panel)
    for name, plugin in slicer.modules.dicomPlugins.items():
        if hasattr(plugin, "settingsPanelEntry"):
            box = ctk.ctkCollapsibleGroupBox()
            box.title = name
            layout.addWidget(box)
            plugin.settingsPanelEntry(panel, box)
    return panel


def widgets_in(panel: Any, kind: type) -> list[Any]:
    """The widgets of one wrapped class in a panel, in the order in which they were made."""
    return [wrap(item) for item in panel._native.findChildren(kind._native_type)]
