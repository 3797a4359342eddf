"""How a parameter and a widget keep each other up to date: by exact class, as in Slicer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_SLIDERS = ("ctkSliderWidget",)
_NUMBERS = ("QDoubleSpinBox", *_SLIDERS)


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
        low, high = -float("inf"), float("inf")
        for bounds in field.validators:
            low, high = bounds.minimum, bounds.maximum
        if not field.validators and type(widget).__name__ in _SLIDERS:
            raise RuntimeError(
                f"Cannot have a connection to {type(widget).__name__} where the type is unbounded."
            )
        widget.minimum, widget.maximum = low, high

    def read(self) -> float:
        return self.field.kind(self.widget.value)

    def write(self, value: float) -> None:
        self.widget.value = value


class _Line(Connector):
    signal = "textChanged"

    def read(self) -> str:
        return self.widget.text

    def write(self, value: str) -> None:
        # Writing what is there would move the cursor while the user types.
        if self.widget.text != value:
            self.widget.text = value


class _Node(Connector):
    signal = "currentNodeChanged"

    def __init__(self, widget: Any, field: Any) -> None:
        super().__init__(widget, field)
        self.widget.nodeTypes = [field.kind.__name__]

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

    :raises RuntimeError: they do not go together in Slicer, or not here.
    """
    name, kind = type(widget).__name__, field.kind
    fits = (
        (_Check, kind is bool and name == "QCheckBox"),
        (_Number, kind is float and name in _NUMBERS),
        (_Line, kind is str and name == "QLineEdit"),
        (_Node, field.is_node and name == "qMRMLNodeComboBox"),
    )
    for cls, fit in fits:
        if fit:
            return cls(widget, field)
    raise RuntimeError(f"Unable to create GUI connector from datatype '{kind}' to widget '{name}'")
