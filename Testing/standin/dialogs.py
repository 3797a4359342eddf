"""Modal dialogs, which tests answer beforehand: nothing in here ever waits."""

from __future__ import annotations

from typing import Any

from PySide6 import QtWidgets

from .natives import native
from .pythonqt import WrappedObject, register, wrapped_class
from .strict import MISTAKES


class Answers:
    """What the user answers in modal dialogs, first come first served.

    ``queue`` holds the number of a button, the path or text that is entered, or a function that
    gets the open dialog and returns such an answer. ``shown`` holds the texts that were shown.
    """

    def __init__(self) -> None:
        self.queue: list[Any] = []
        self.shown: list[str] = []

    def take(self, title: str, text: str, dialog: Any = None, cancelled: Any = 0) -> Any:
        """The next answer; without one the dialog would wait for ever."""
        self.shown.append(text)
        if not self.queue:
            MISTAKES.blocking.append(f"{title}: {text}")
            return cancelled
        answer = self.queue.pop(0)
        if callable(answer):
            answer = answer(dialog)
        if type(cancelled) is str and not isinstance(answer, str):
            raise TypeError(f"the dialog {title!r} wants a text, and the test answers {answer!r}")
        return answer

    def clear(self) -> None:
        """Forget all questions and answers."""
        self.queue.clear()
        self.shown.clear()


#: Shared by all dialogs of this process.
ANSWERS = Answers()


class Opened:
    """What was handed to the desktop's other programs."""

    def __init__(self) -> None:
        self.urls: list[str] = []


#: Shared by all of this process.
OPENED = Opened()


def _registered(name: str, **members: Any) -> None:
    """Put a class with these members in the place of a wrapped one."""
    base = wrapped_class(name)
    body = {"__module__": WrappedObject.__module__, **members}
    register(name, type(base)(name.rpartition(".")[2], (base,), body))


def _exec(dialog: WrappedObject) -> int:
    text = dialog.text if "text" in dialog._table.properties else dialog.windowTitle
    answer = ANSWERS.take(dialog.windowTitle, text, dialog)
    if not hasattr(dialog._native, "standardButtons"):
        dialog._native.done(int(answer))
    return answer


def _ask(parent: Any, title: str, text: str, *buttons: int) -> int:
    return ANSWERS.take(title, text)


def _path(parent: Any = None, caption: str = "", folder: str = "", *more: Any) -> str:
    return ANSWERS.take(caption, caption, cancelled="")


def _open_url(url: Any) -> bool:
    OPENED.urls.append(url.toString())
    return True


@native
class ctkMessageBox(QtWidgets.QMessageBox):
    """What Slicer shows its messages in."""


def install_dialogs() -> None:
    """Put the imitations in the place of Qt's own."""
    modal = {"exec": _exec, "exec_": _exec}
    asking = ("question", "warning", "information", "critical")
    paths = ("getExistingDirectory", "getOpenFileName", "getSaveFileName")
    _registered("qt.QDialog", **modal)
    for name in ("qt.QMessageBox", "ctk.ctkMessageBox"):
        _registered(name, **modal, **dict.fromkeys(asking, staticmethod(_ask)))
    _registered("qt.QFileDialog", **modal, **dict.fromkeys(paths, staticmethod(_path)))
    _registered("qt.QDesktopServices", openUrl=staticmethod(_open_url))
