"""Modal dialogs, which tests answer beforehand: nothing in here ever waits."""

from __future__ import annotations

from typing import Any

from PySide6 import QtWidgets

from .natives import native, stored
from .pythonqt import WrappedObject, register, wrap, wrapped_class
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


def _dialog(name: str) -> type[WrappedObject]:
    """A dialog class whose ``exec`` asks ``ANSWERS``."""

    class Dialog(wrapped_class(name)):
        def exec(self) -> int:
            text = self.text if "text" in self._table.properties else self.windowTitle
            answer = ANSWERS.take(self.windowTitle, text, self)
            if isinstance(answer, str):
                self._native.selectFile(answer)
                return 1 if answer else 0
            if not hasattr(self._native, "standardButtons"):
                self._native.done(int(answer))
            return answer

        exec_ = exec

    return _registered(name, Dialog)


def _registered(name: str, cls: type[WrappedObject]) -> type[WrappedObject]:
    cls.__name__ = name.rpartition(".")[2]
    cls.__module__ = WrappedObject.__module__
    register(name, cls)
    return cls


@native
class ctkMessageBox(QtWidgets.QMessageBox):
    """What CTK adds to QMessageBox."""

    dontShowAgain = stored(bool, False)
    dontShowAgainVisible = stored(bool, False)
    dontShowAgainSettingsKey = stored(str, "")


def _message_box(name: str) -> None:
    base = _dialog(name)

    def ask(parent: Any, title: str, text: str, *buttons: int) -> int:
        return ANSWERS.take(title, text)

    class Box(base):
        question = staticmethod(ask)
        warning = staticmethod(ask)
        information = staticmethod(ask)
        critical = staticmethod(ask)

    _registered(name, Box)


def _file_dialog() -> None:
    base = _dialog("qt.QFileDialog")

    def one(parent=None, caption="", folder="", *more: Any) -> str:
        return ANSWERS.take(caption, caption, cancelled="")

    def several(parent=None, caption="", folder="", *more: Any) -> tuple[str, ...]:
        answer = ANSWERS.take(caption, caption, cancelled=())
        return tuple(answer)

    class FileDialog(base):
        getExistingDirectory = staticmethod(one)
        getOpenFileName = staticmethod(one)
        getSaveFileName = staticmethod(one)
        getOpenFileNames = staticmethod(several)

    _registered("qt.QFileDialog", FileDialog)


def _input_dialog() -> None:
    base = _dialog("qt.QInputDialog")

    def text(parent: Any, title: str, label: str, *more: Any) -> str:
        return ANSWERS.take(title, label, cancelled="")

    def number(parent: Any, title: str, label: str, value: Any = 0, *more: Any) -> Any:
        return ANSWERS.take(title, label, cancelled=value)

    class InputDialog(base):
        getText = staticmethod(text)
        getMultiLineText = staticmethod(text)
        getItem = staticmethod(text)
        getInt = staticmethod(number)
        getDouble = staticmethod(number)

    _registered("qt.QInputDialog", InputDialog)


def _desktop_services() -> None:
    def open_url(url: Any) -> bool:
        OPENED.urls.append(url.toString())
        return True

    class DesktopServices(wrapped_class("qt.QDesktopServices")):
        openUrl = staticmethod(open_url)

    _registered("qt.QDesktopServices", DesktopServices)


def ask_for_folder(title: str) -> str:
    """What the user picks in a browse button of CTK; "" for nothing."""
    return ANSWERS.take(title, title, cancelled="")


def ask_for_color(parent: QtWidgets.QWidget) -> Any:
    """The colour that the user picks; None for none."""
    return ANSWERS.take("Select Color", "Select Color", wrap(parent), cancelled=None)


def install_dialogs() -> None:
    """Put the imitations in the place of Qt's own."""
    _dialog("qt.QDialog")
    _message_box("qt.QMessageBox")
    _message_box("ctk.ctkMessageBox")
    _file_dialog()
    _input_dialog()
    _desktop_services()
