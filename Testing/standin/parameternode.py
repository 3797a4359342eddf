"""``slicer.parameterNodeWrapper`` for single values, enumerations, paths and nodes.

Values are texts in a real vtkMRMLScriptedModuleNode and nodes are its references, in the form
that Slicer writes, so that a scene from either can be read by the other.
"""

from __future__ import annotations

import enum
import pathlib
import types
import typing
from collections.abc import Callable
from typing import Any

import slicer
import vtk

from . import parametergui
from .strict import StandInGap
from .validators import Annotation, Default, Validator

_PATHS = (
    *(pathlib.Path, pathlib.PosixPath, pathlib.WindowsPath),
    *(pathlib.PurePath, pathlib.PurePosixPath, pathlib.PureWindowsPath),
)
_UNIONS = (typing.Union, types.UnionType)


def split(hint: Any) -> tuple[Any, tuple]:
    """A type and what ``Annotated`` hangs on to it."""
    if typing.get_origin(hint) is typing.Annotated:
        first, *rest = typing.get_args(hint)
        return first, tuple(rest)
    return hint, ()


def node_classes(kind: Any) -> tuple[type, ...]:
    """The node classes of a field; empty when it holds no nodes."""
    parts = typing.get_args(kind) if typing.get_origin(kind) in _UNIONS else (kind,)
    parts = tuple(part for part in parts if part is not type(None))
    is_node = [isinstance(part, type) and issubclass(part, slicer.vtkMRMLNode) for part in parts]
    return parts if parts and all(is_node) else ()


class Field:
    """One parameter: how its value is checked, written and read.

    :raises Exception: the type cannot be stored.
    """

    def __init__(self, name: str, hint: Any) -> None:
        self.name, self.hint = name, hint
        self.kind, notes = split(hint)
        self.validators = [note for note in notes if isinstance(note, Validator)]
        self.nodes = node_classes(self.kind)
        strange = [note for note in notes if not isinstance(note, (Annotation, Validator))]
        if strange:
            raise StandInGap(f"annotations {strange} of {name} are not imitated")
        known = self.nodes or self.kind in (int, float, str, bool, *_PATHS) or self._is_enum()
        if not known:
            raise StandInGap(f"a parameter of type {self.kind} is not imitated")
        defaults = [note.value for note in notes if isinstance(note, Default)]
        self.default = defaults[0] if defaults else self._plain_default()

    def _is_enum(self) -> bool:
        return isinstance(self.kind, type) and issubclass(self.kind, enum.Enum)

    def _plain_default(self) -> Any:
        if self.nodes:
            return None
        return next(iter(self.kind)) if self._is_enum() else self.kind()

    def check(self, value: Any) -> None:
        """:raises ValueError, TypeError: the value is not of the type, or not allowed."""
        if self.nodes:
            if value is not None and not isinstance(value, self.nodes):
                raise TypeError(f"{self.name} takes {self.nodes}, not {value!r}")
        else:
            if value is None:
                raise ValueError(f"{self.name} cannot be None")
            if not isinstance(value, (int, float) if self.kind is float else self.kind):
                raise TypeError(f"{self.name} takes {self.kind}, not {value!r}")
        for validator in self.validators:
            validator.validate(value)

    def write(self, node: Any, key: str, value: Any) -> None:
        """Check and store."""
        self.check(value)
        if self.nodes:
            node.SetParameter(key, "")
            node.SetNodeReferenceID(key, value.GetID() if value is not None else None)
        elif self._is_enum():
            node.SetParameter(key, value.name)
        else:
            node.SetParameter(key, str(value))

    def read(self, node: Any, key: str) -> Any:
        """The value that the node holds; the default is written where it holds none."""
        if not node.HasParameter(key):
            self.write(node, key, self.default)
        if self.nodes:
            return node.GetNodeReference(key)
        text = node.GetParameter(key)
        if self.kind is bool:
            return text == "True"
        return self.kind[text] if self._is_enum() else self.kind(text)


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

    def default(self, name: str) -> Default:
        return Default(self._cached(name).field.default)

    def isCached(self, name: str) -> bool:
        self._cached(name)
        return True

    def dataType(self, name: str) -> Any:
        return self._cached(name).field.hint

    def getValue(self, name: str) -> Any:
        return self._cached(name).value

    def setValue(self, name: str, value: Any) -> None:
        self._cached(name).write(value)

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

    def Modified(self) -> None:
        self.parameterNode.Modified()

    # The panel

    def connectParametersToGui(self, mapping: dict[str, Any]) -> int:
        for name in mapping:
            self._cached(name)
        connectors = {
            name: parametergui.connector(widget, self._cached(name).field)
            for name, widget in mapping.items()
        }
        tag, self._next_tag = self._next_tag, self._next_tag + 1
        for name, item in connectors.items():
            item.write(self.getValue(name))
            item.connect(self._on_widget(name, item))
        observer = self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: self._to_widgets())
        self._connected[tag] = (connectors, observer)
        return tag

    def connectGui(self, gui: Any) -> int:
        if callable(getattr(gui, "isWidgetType", None)):
            widgets = gui.findChildren(sys_qt().QWidget)
        else:
            widgets = gui.__dict__.values()
        named = {widget.property("SlicerParameterName"): widget for widget in widgets}
        return self.connectParametersToGui({k: v for k, v in named.items() if k})

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
                    self.setValue(name, item.read())

        return changed

    def _to_widgets(self) -> None:
        if self._filling:
            return
        self._filling = True
        try:
            with slicer.util.NodeModify(self.parameterNode):
                for connectors, _ in list(self._connected.values()):
                    for name, item in connectors.items():
                        item.write(self.getValue(name))
        finally:
            self._filling = False


def sys_qt() -> Any:
    """The stand-in's ``qt``."""
    import qt

    return qt


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


def parameterNodeWrapper(cls: type | None = None) -> Any:
    """Class decorator: the annotated names become parameters of a node."""
    if cls is None:
        return parameterNodeWrapper
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
    cls._is_parameter_node_wrapper = True
    cls.__init__, cls.__setattr__ = _init, _setattr
    return cls


def isParameterNodeWrapper(thing: Any) -> bool:
    """Whether it is a wrapped class or an object of one."""
    return getattr(thing, "_is_parameter_node_wrapper", False)


def make_module() -> types.ModuleType:
    """``slicer.parameterNodeWrapper``."""
    from . import validators

    module = types.ModuleType("slicer.parameterNodeWrapper")
    module.parameterNodeWrapper = parameterNodeWrapper
    module.isParameterNodeWrapper = isParameterNodeWrapper
    module.SlicerParameterNamePropertyName = "SlicerParameterName"
    for name in validators.PUBLIC:
        setattr(module, name, getattr(validators, name))
    return module
