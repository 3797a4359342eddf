"""How a parameter and a widget keep each other up to date: by exact class, as in Slicer."""

from __future__ import annotations

import enum
import pathlib
from collections.abc import Callable
from typing import Any

from .validators import Choice, Maximum, Minimum, WithinRange

_SLIDERS = ("QSlider", "ctkSliderWidget", "qMRMLSliderWidget", "ctkDoubleSlider")
_WHOLE = ("QSlider", "QSpinBox")
_NUMBERS = (
    *("QDoubleSpinBox", "ctkSliderWidget", "qMRMLSliderWidget", "ctkDoubleSlider"),
    *("ctkDoubleSpinBox", "qMRMLSpinBox"),
)


class Connector:
    """One widget: the signal that it changed, and how to read and write it."""

    signal = ""

    def __init__(self, widget: Any, field: Any) -> None:
        self.widget, self.field = widget, field
        self._changed: Callable[[], None] | None = None

    def connect(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` whenever the user, or code, changes the widget."""
        self._changed = changed
        getattr(self.widget, self.signal).connect(changed)

    def disconnect(self) -> None:
        """Never again."""
        getattr(self.widget, self.signal).disconnect(self._changed)

    def read(self) -> Any:
        """The value that the widget shows."""
        raise TypeError(f"{type(self).__name__} only shows")

    def write(self, value: Any) -> None:
        """Show a value."""


class _Check(Connector):
    signal = "toggled"

    def read(self) -> bool:
        return self.widget.checked

    def write(self, value: bool) -> None:
        self.widget.checked = value


class _Number(Connector):
    signal = "valueChanged"

    def __init__(self, widget: Any, field: Any) -> None:
        super().__init__(widget, field)
        bounds = {"minimum": None, "maximum": None}
        for item in field.validators:
            if isinstance(item, (WithinRange, Minimum)) and bounds["minimum"] is None:
                bounds["minimum"] = item.minimum
            if isinstance(item, (WithinRange, Maximum)) and bounds["maximum"] is None:
                bounds["maximum"] = item.maximum
        if type(widget).__name__ in _SLIDERS and None in bounds.values():
            raise RuntimeError(
                f"Cannot have a connection to {type(widget).__name__} where the type is unbounded."
            )
        whole = type(widget).__name__ in _WHOLE
        limit = 2**31 - 1 if whole else float("inf")
        low = -limit if bounds["minimum"] is None else bounds["minimum"]
        high = limit if bounds["maximum"] is None else bounds["maximum"]
        self.widget.minimum, self.widget.maximum = low, high

    def read(self) -> float:
        return self.field.kind(self.widget.value)

    def write(self, value: float) -> None:
        self.widget.value = value


class _Combo(Connector):
    signal = "currentIndexChanged"

    def __init__(self, widget: Any, field: Any) -> None:
        super().__init__(widget, field)
        if issubclass(field.kind, enum.Enum):
            label = getattr(field.kind, "label", lambda item: item.name)
            self.choices = [(label(item), item) for item in field.kind]
        else:
            choices = [item for item in field.validators if isinstance(item, Choice)]
            if not choices:
                raise RuntimeError(
                    "ComboBoxToStringableConnector requires the Choice annotation to be used."
                )
            self.choices = [(str(item), item) for item in choices[0].choices]
        self.widget.clear()
        for label_, _ in self.choices:
            self.widget.addItem(label_)

    def read(self) -> Any:
        return self.choices[self.widget.currentIndex][1]

    def write(self, value: Any) -> None:
        self.widget.currentIndex = [item for _, item in self.choices].index(value)


class _Line(Connector):
    signal = "textChanged"

    def read(self) -> str:
        return self.widget.text

    def write(self, value: str) -> None:
        # Writing what is there would move the cursor while the user types.
        if self.widget.text != value:
            self.widget.text = value


class _Text(Connector):
    signal = "textChanged"

    def read(self) -> str:
        return self.widget.toPlainText()

    def write(self, value: str) -> None:
        if self.widget.toPlainText() != value:
            self.widget.setPlainText(value)


class _Label(Connector):
    def connect(self, changed: Callable[[], None]) -> None:
        """A label never changes by itself."""

    def disconnect(self) -> None:
        """Nothing is connected."""

    def write(self, value: str) -> None:
        self.widget.text = value


class _Path(Connector):
    signal = "currentPathChanged"
    name = "currentPath"

    def read(self) -> Any:
        return self.field.kind(getattr(self.widget, self.name))

    def write(self, value: Any) -> None:
        setattr(self.widget, self.name, str(value))


class _Folder(_Path):
    signal = "directoryChanged"
    name = "directory"


class _Node(Connector):
    signal = "currentNodeChanged"

    def __init__(self, widget: Any, field: Any) -> None:
        super().__init__(widget, field)
        self.widget.nodeTypes = [kind.__name__ for kind in field.nodes]

    def connect(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.widget.connect("currentNodeChanged(vtkMRMLNode*)", changed)

    def disconnect(self) -> None:
        self.widget.disconnect("currentNodeChanged(vtkMRMLNode*)", self._changed)

    def read(self) -> Any:
        return self.widget.currentNode()

    def write(self, value: Any) -> None:
        self.widget.setCurrentNode(value)


def connector(widget: Any, field: Any) -> Connector:
    """The connector of a widget and a parameter.

    :raises RuntimeError: they do not go together in Slicer.
    """
    name, kind = type(widget).__name__, field.kind
    is_enum = isinstance(kind, type) and issubclass(kind, enum.Enum)
    is_path = isinstance(kind, type) and issubclass(kind, pathlib.PurePath)
    fits = (
        (_Check, kind is bool and name in ("QCheckBox", "ctkCheckBox", "ctkCheckablePushButton")),
        (_Check, kind is bool and name == "QPushButton"),
        (_Number, kind is int and name in (*_WHOLE, *_NUMBERS[:3])),
        (_Number, kind is float and name in _NUMBERS),
        (_Combo, name in ("QComboBox", "ctkComboBox") and (is_enum or kind in _PLAIN)),
        (_Line, kind is str and name == "QLineEdit"),
        (_Text, kind is str and name == "QTextEdit"),
        (_Label, kind is str and name == "QLabel"),
        (_Path, is_path and name == "ctkPathLineEdit"),
        (_Folder, is_path and name == "ctkDirectoryButton"),
        (_Node, bool(field.nodes) and name == "qMRMLNodeComboBox"),
    )
    for cls, fit in fits:
        if fit:
            if name == "QPushButton":
                widget.checkable = True
            return cls(widget, field)
    raise RuntimeError(f"Unable to create GUI connector from datatype '{kind}' to widget '{name}'")


_PLAIN = (int, float, str, bool)
