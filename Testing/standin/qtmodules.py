"""The modules ``qt`` and ``ctk``, and the widgets in ``slicer``."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from PySide6 import QtCore

from . import ctkwidgets, mrmlwidgets, printing, segmenteditor, settings
from .dialogs import install_dialogs
from .pythonqt import register, to_python, wrapped_class
from .strict import call_slot
from .tables import known_classes

#: They define the natives; imported for that.
WIDGETS = (ctkwidgets, mrmlwidgets, printing, segmenteditor, settings)

#: Enumerators of the Qt namespace (the same in Qt 5 and 6) that code may use so far.
_QT_NAMESPACE = frozenset(
    (
        *("AlignBottom", "AlignCenter", "AlignHCenter", "AlignLeft", "AlignRight", "AlignTop"),
        *("AlignVCenter", "ApplicationModal", "NonModal", "WindowModal", "WaitCursor"),
        *("BusyCursor", "RichText", "PlainText", "WA_DeleteOnClose", "UserRole"),
        *("DownArrow", "RightArrow", "ElideRight"),
        *("ItemIsEnabled", "ItemIsSelectable", "ItemIsEditable", "Horizontal", "Vertical"),
    )
)


class _QtNamespace:
    """``qt.Qt``."""

    def __getattr__(self, name: str) -> Any:
        if name not in _QT_NAMESPACE:
            raise AttributeError(f"Qt.{name} is not in Slicer, or not in the stand-in's list")
        return to_python(getattr(QtCore.Qt, name))


def _single_shot(milliseconds: int, slot: Callable) -> None:
    """``QTimer.singleShot`` with what PythonQt makes of exceptions."""
    QtCore.QTimer.singleShot(milliseconds, lambda: call_slot(slot, ()))


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
    install_dialogs()
    timer = wrapped_class("qt.QTimer")
    body = {"__module__": timer.__module__, "singleShot": staticmethod(_single_shot)}
    register("qt.QTimer", type(timer)("QTimer", (timer,), body))
    return {"qt": qt, "ctk": ctk}


def mrml_widgets() -> dict[str, type]:
    """The widget classes that ``slicer`` holds, such as ``qMRMLWidget``."""
    names = (name.partition(".")[2] for name in known_classes() if name.startswith("slicer.qMRML"))
    return {name: wrapped_class(f"slicer.{name}") for name in names}
