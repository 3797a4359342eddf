"""``slicer.parameterNodeWrapper`` for numbers, texts, enumerations and nodes.

Values are texts in a real vtkMRMLScriptedModuleNode and nodes are its references, in the form
that Slicer writes, so that a scene from either can be read by the other.
"""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Callable
from typing import Any

import slicer
import vtk

from . import parametergui
from .strict import StandInGap


class WithinRange:
    """minimum ≤ value ≤ maximum, of a parameter whose type is ``Annotated`` with it."""

    def __init__(self, minimum: float, maximum: float) -> None:
        if minimum > maximum:
            raise ValueError(f"minimum {minimum} is above maximum {maximum}")
        self.minimum, self.maximum = minimum, maximum

    def validate(self, value: float) -> None:
        """:raises ValueError: the value is not allowed."""
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{value} is not within {self.minimum} … {self.maximum}")


class Field:
    """One parameter: how its value is checked, written and read.

    :raises StandInGap: the type is not imitated.
    """

    def __init__(self, name: str, hint: Any) -> None:
        self.name, self.kind, self.validators = name, hint, []
        if typing.get_origin(hint) is typing.Annotated:
            self.kind, *self.validators = typing.get_args(hint)
        is_class = isinstance(self.kind, type)
        self.is_enum = is_class and issubclass(self.kind, enum.Enum)
        self.is_node = is_class and issubclass(self.kind, slicer.vtkMRMLNode)
        known = self.is_node or self.is_enum or self.kind in (int, float, str, bool)
        if not known or not all(isinstance(note, WithinRange) for note in self.validators):
            raise StandInGap(f"a parameter of type {hint} is not imitated")
        self.default = None
        if not self.is_node:
            self.default = next(iter(self.kind)) if self.is_enum else self.kind()

    def check(self, value: Any) -> None:
        """:raises ValueError, TypeError: the value is not of the type, or not allowed."""
        if value is None and not self.is_node:
            raise ValueError(f"{self.name} cannot be None")
        kind = (int, float) if self.kind is float else self.kind
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{self.name} takes {self.kind}, not {value!r}")
        for validator in self.validators:
            validator.validate(value)

    def write(self, node: Any, key: str, value: Any) -> None:
        """Check and store."""
        self.check(value)
        if self.is_node:
            node.SetParameter(key, "")
            node.SetNodeReferenceID(key, value.GetID() if value is not None else None)
        else:
            node.SetParameter(key, value.name if self.is_enum else str(value))

    def read(self, node: Any, key: str) -> Any:
        """The value that the node holds; the default is written where it holds none."""
        if not node.HasParameter(key):
            self.write(node, key, self.default)
        if self.is_node:
            return node.GetNodeReference(key)
        text = node.GetParameter(key)
        if self.kind is bool:
            return text == "True"
        return self.kind[text] if self.is_enum else self.kind(text)


class _Cached:
    """A value that is read again when the node says that it changed, and only then."""

    def __init__(self, field: Field, node: Any, key: str) -> None:
        self.field, self.node, self.key = field, node, key
        self.value = field.read(node, key)
        self.writing = False
        node.AddObserver(vtk.vtkCommand.ModifiedEvent, self._on_modified)

    def _on_modified(self, caller: Any, event: str) -> None:
        if not self.writing:
            self.value = self.field.read(self.node, self.key)

    def write(self, value: Any) -> None:
        self.writing = True
        try:
            with slicer.util.NodeModify(self.node):
                self.field.write(self.node, self.key, value)
                self.value = self.field.read(self.node, self.key)
        finally:
            self.writing = False


class _Methods:
    """What every wrapped class can do."""

    def _cached(self, name: str) -> _Cached:
        if name not in self.allParameters:
            raise ValueError(f"Cannot find a param with the given name: {name}")
        return self._values[name]

    def StartModify(self) -> int:
        return self.parameterNode.StartModify()

    def EndModify(self, before: int) -> int:
        return self.parameterNode.EndModify(before)

    def AddObserver(self, event: Any, callback: Callable, priority: float = 0.0) -> int:
        return self.parameterNode.AddObserver(event, callback, priority)

    def RemoveObserver(self, tag: int) -> None:
        self.parameterNode.RemoveObserver(tag)

    def connectGui(self, gui: Any) -> int:
        named = {widget.property("SlicerParameterName"): widget for widget in gui.__dict__.values()}
        connectors = {
            name: parametergui.connector(widget, self._cached(name).field)
            for name, widget in named.items()
            if name
        }
        tag, self._next_tag = self._next_tag, self._next_tag + 1
        for name, item in connectors.items():
            item.write(self._cached(name).value)
            item.connect(self._on_widget(name, item))
        observer = self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: self._to_widgets())
        self._connected[tag] = (connectors, observer)
        return tag

    def disconnectGui(self, tag: int) -> None:
        if tag not in self._connected:
            return
        connectors, observer = self._connected.pop(tag)
        for item in connectors.values():
            item.disconnect()
        self.RemoveObserver(observer)

    def _on_widget(self, name: str, item: Any) -> Callable[[], None]:
        def changed() -> None:
            with slicer.util.NodeModify(self.parameterNode):
                if not self._filling:
                    self._cached(name).write(item.read())

        return changed

    def _to_widgets(self) -> None:
        if self._filling:
            return
        self._filling = True
        try:
            with slicer.util.NodeModify(self.parameterNode):
                for connectors, _ in list(self._connected.values()):
                    for name, item in connectors.items():
                        item.write(self._cached(name).value)
        finally:
            self._filling = False


def _init(self: Any, parameterNode: Any, prefix: str | None = None) -> None:
    own = object.__setattr__
    own(self, "parameterNode", parameterNode)
    own(self, "_connected", {})
    own(self, "_next_tag", 0)
    own(self, "_filling", False)
    values = {}
    own(self, "_values", values)
    for name, field in self.allParameters.items():
        values[name] = _Cached(field, parameterNode, f"{prefix or ''}{name}")


def _setattr(self: Any, name: str, value: Any) -> None:
    # Slicer lets pass what this stops: an attribute that is stored nowhere, mostly a slip.
    if not name.startswith("_") and not hasattr(type(self), name):
        raise AttributeError(f"{type(self).__name__} has no parameter {name}")
    object.__setattr__(self, name, value)


def _property(name: str) -> property:
    return property(
        lambda self: self._values[name].value, lambda self, value: self._values[name].write(value)
    )


def parameterNodeWrapper(cls: type) -> type:
    """Class decorator: the annotated names become parameters of a node."""
    fields = {}
    for name, hint in typing.get_type_hints(cls, include_extras=True).items():
        if hasattr(_Methods, name) or name in ("parameterNode", "allParameters"):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
        field = Field(name, hint)
        if name in vars(cls):
            field.default = vars(cls)[name]
        field.check(field.default)
        fields[name] = field
        setattr(cls, name, _property(name))
    for name, method in vars(_Methods).items():
        if callable(method):
            setattr(cls, name, method)
    cls.allParameters = fields
    cls.__init__, cls.__setattr__ = _init, _setattr
    return cls


def make_module() -> types.ModuleType:
    """``slicer.parameterNodeWrapper``."""
    module = types.ModuleType("slicer.parameterNodeWrapper")
    module.parameterNodeWrapper, module.WithinRange = parameterNodeWrapper, WithinRange
    return module
