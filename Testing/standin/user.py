"""What a user does with a panel: only what can be seen and is enabled can be used."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6 import QtCore, QtWidgets

from .pythonqt import to_native


class CannotDo(AssertionError):
    """The user could not have done that."""


def can_use(widget: Any) -> bool:
    """Whether the widget is enabled and not hidden or folded away."""
    native = to_native(widget)
    return native.isEnabled() and _to_be_seen(native)


def _to_be_seen(native: Any) -> bool:
    return native.isWindow() or native.isVisibleTo(native.window())


def _usable(widget: Any) -> Any:
    native = to_native(widget)
    name = native.objectName() or type(native).__name__
    if not native.isEnabled():
        raise CannotDo(f"{name} is disabled: {native.toolTip()}")
    if not _to_be_seen(native):
        raise CannotDo(f"{name} cannot be seen")
    return native


def click(widget: Any) -> None:
    """Click a button, or check a box."""
    _usable(widget).click()
    QtWidgets.QApplication.processEvents()


def click_link(label: Any, target: str) -> None:
    """Click a link in a label of rich text."""
    native = _usable(label)
    if f'href="{target}"' not in native.text():
        raise CannotDo(f"{native.objectName()} holds no link to {target!r}")
    native.linkActivated.emit(target)
    QtWidgets.QApplication.processEvents()


def choose(combo: Any, text: str) -> None:
    """Choose the item with that text in a combo box or a selector of nodes.

    Unlike setting it in code this also tells ``activated``.
    """
    native = _usable(combo)
    box = native if isinstance(native, QtWidgets.QComboBox) else native._combo
    index = box.findText(text)
    if index < 0:
        raise CannotDo(f"{[box.itemText(i) for i in range(box.count())]} holds no {text!r}")
    box.setCurrentIndex(index)
    box.activated.emit(index)
    QtWidgets.QApplication.processEvents()


def enter(widget: Any, value: Any) -> None:
    """Type a text into a line, a box of text or a path; set a spin box or a slider.

    :param value: text, number, or (lower, upper) for a range.
    """
    native = _usable(widget)
    name = type(native).__name__
    if name == "ctkRangeWidget":
        native.setValues(*value)
    elif name == "ctkPathLineEdit":
        native._combo.setEditText(str(value))
    elif isinstance(native, (QtWidgets.QTextEdit, QtWidgets.QPlainTextEdit)):
        if native.isReadOnly():
            raise CannotDo(f"{native.objectName()} is read-only")
        native.setPlainText(str(value))
    elif isinstance(native, QtWidgets.QLineEdit):
        native.setText(str(value))
        native.textEdited.emit(str(value))
        native.editingFinished.emit()
    else:
        if not native.property("minimum") <= value <= native.property("maximum"):
            raise CannotDo(f"{value} is beyond the range of {native.objectName()}")
        native.setValue(value)
    QtWidgets.QApplication.processEvents()


def click_cell(table: Any, row: int, column: int = 0) -> None:
    """Click a cell of a QTableWidget."""
    native = _usable(table)
    native.setCurrentCell(row, column)
    native.cellClicked.emit(row, column)
    native.itemClicked.emit(native.item(row, column))
    QtWidgets.QApplication.processEvents()


def wait_until(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    """Let events happen until the condition holds.

    :raises CannotDo: it did not in that time.
    """
    end = time.monotonic() + seconds
    while not condition():
        QtWidgets.QApplication.processEvents(QtCore.QEventLoop.ProcessEventsFlag.AllEvents, 50)
        if time.monotonic() > end:
            raise CannotDo(f"not within {seconds} s")
        time.sleep(0.005)
