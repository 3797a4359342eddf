"""The modules ``qt`` and ``ctk``."""

from __future__ import annotations

import types
from typing import Any

from PySide6 import QtCore, QtWidgets

from .pythonqt import WrappedObject, register, to_python, wrapped_class
from .strict import MISTAKES, StandInGap
from .tables import class_table, known_classes

#: Enumerators of the Qt namespace (the same in Qt 5 and 6) that code may use so far.
_QT_NAMESPACE = frozenset(
    (
        *("AlignBottom", "AlignHCenter", "AlignLeft", "AlignRight", "AlignTop", "AlignVCenter"),
        *("ApplicationModal", "NonModal", "WindowModal"),
        *("Checked", "Unchecked", "Horizontal", "Vertical", "RichText", "WaitCursor"),
        *("TextBrowserInteraction", "TextSelectableByMouse", "WA_DeleteOnClose"),
    )
)


class Answers:
    """What the user answers in modal dialogs, first come first served."""

    def __init__(self) -> None:
        self.queue: list[int] = []
        self.shown: list[str] = []

    def take(self, title: str, text: str) -> int:
        """The next answer; without one the dialog would wait for ever."""
        self.shown.append(text)
        if not self.queue:
            MISTAKES.blocking.append(f"{title}: {text}")
            return 0
        return self.queue.pop(0)


#: Shared by all dialogs of this process.
ANSWERS = Answers()


class _QtNamespace:
    """``qt.Qt``."""

    def __getattr__(self, name: str) -> Any:
        if name not in _QT_NAMESPACE:
            raise AttributeError(f"Qt.{name} is not in Slicer, or not in the stand-in's list")
        return to_python(getattr(QtCore.Qt, name))


def _dialog(name: str, native: type) -> type[WrappedObject]:
    """A dialog class whose ``exec`` asks ``ANSWERS`` and never waits."""

    class Dialog(wrapped_class(name, native)):
        def exec(self) -> int:
            text = self.text if "text" in self._table.properties else self.windowTitle
            return ANSWERS.take(self.windowTitle, text)

        exec_ = exec

    Dialog.__name__ = name.rpartition(".")[2]
    Dialog.__module__ = wrapped_class(name).__module__
    register(name, Dialog)
    return Dialog


class _MessageBox(QtWidgets.QMessageBox):
    """What CTK adds to QMessageBox."""

    dontShowAgain = QtCore.Property(bool, lambda self: False, lambda self, value: None)
    dontShowAgainVisible = QtCore.Property(bool, lambda self: False, lambda self, value: None)
    dontShowAgainSettingsKey = QtCore.Property(str, lambda self: "", lambda self, value: None)


class _Module(types.ModuleType):
    """A module that holds exactly the classes of the data under its prefix."""

    def __init__(self, name: str) -> None:
        super().__init__(name, f"Stand-in for Slicer's {name} module.")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if f"{self.__name__}.{name}" not in known_classes():
            raise AttributeError(
                f"module '{self.__name__}' has no attribute '{name}' "
                "(or the stand-in's data lacks it)"
            )
        return wrapped_class(f"{self.__name__}.{name}")


def make_modules() -> dict[str, types.ModuleType]:
    """``qt`` and ``ctk``, to be put into ``sys.modules``."""
    qt, ctk = _Module("qt"), _Module("ctk")
    qt.Qt = _QtNamespace()
    qt.SIGNAL = lambda signature: f"2{signature}"
    _dialog("qt.QDialog", QtWidgets.QDialog)
    _dialog("qt.QMessageBox", QtWidgets.QMessageBox)
    _dialog("ctk.ctkMessageBox", _MessageBox)
    return {"qt": qt, "ctk": ctk}


def make_mrml_widget() -> type[WrappedObject]:
    """``slicer.qMRMLWidget``: a QWidget that keeps a scene."""
    scenes: dict[int, Any] = {}

    class qMRMLWidget(wrapped_class("slicer.qMRMLWidget", QtWidgets.QWidget)):
        def setMRMLScene(self, scene: Any) -> None:
            scenes[id(self)] = scene

        def mrmlScene(self) -> Any:
            return scenes.get(id(self))

    qMRMLWidget.__module__ = wrapped_class("slicer.qMRMLWidget").__module__
    register("slicer.qMRMLWidget", qMRMLWidget)
    return qMRMLWidget


def check_gaps() -> None:
    """Every class of the data under ``qt`` must exist in PySide6.

    :raises StandInGap: one does not.
    """
    for name in known_classes():
        if name.startswith("qt."):
            try:
                wrapped_class(name)
            except KeyError as error:
                raise StandInGap(str(error)) from error
            class_table(name)
