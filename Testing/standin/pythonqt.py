"""PySide6 objects that behave as PythonQt shows Qt objects to Python.

Properties are attributes, not methods; unknown names raise on reading and on setting;
``connect("signal(args)", slot)`` returns False for a signature that does not exist; string lists
come back as tuples. Only what the tables of Slicer's classes list can be reached.
"""

from __future__ import annotations

import ctypes
import enum
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from PySide6 import QtCore, QtGui, QtPrintSupport, QtWidgets

from .enumerators import EnumValue, enumerator
from .natives import NATIVES
from .strict import MISTAKES, StandInGap, call_slot
from .tables import KEYWORD_ALIASES, ClassTable, class_table, known_classes, meta_signature

if sys.version_info < (3, 12):
    # PySide6 gives a reference to None or a bool too many back where a property is set that is
    # written in Python, and in some methods. Before they became immortal, long runs used all of
    # them up and died of it: here is a stock that nothing ever frees.
    _STOCK = [None, True, False] * 300_000
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(_STOCK))

_NATIVE_MODULES = (QtWidgets, QtGui, QtCore, QtPrintSupport)
#: What PythonQt adds to every object and the tables list, worked on here.
_OWN_METHODS = ("connect", "disconnect", "className", "inherits", "property", "setProperty")


def to_python(value: Any) -> Any:
    """A value of PySide6 as PythonQt hands it over."""
    if isinstance(value, enum.Enum):
        return enumerator(value)
    if isinstance(value, list):
        return tuple(to_python(item) for item in value)
    if isinstance(value, QtCore.QObject) or type(value).__name__ in _value_classes():
        return wrap(value)
    return value


def to_native(value: Any) -> Any:
    """A value of the code under test as PySide6 takes it."""
    if isinstance(value, WrappedObject):
        return value._native
    if isinstance(value, EnumValue):
        return value.native
    if isinstance(value, _WrappedType):
        return value._native_type
    if isinstance(value, (tuple, list)):
        return [to_native(item) for item in value]
    return value


@lru_cache(maxsize=1)
def _value_classes() -> frozenset[str]:
    """Wrapped classes that are no QObjects, such as QIcon."""
    names = (name.partition(".")[2] for name in known_classes() if name.startswith("qt."))
    return frozenset(name for name in names if not issubclass(native_class(name), QtCore.QObject))


def native_class(name: str) -> type:
    """The class on PySide6's side: PySide6's own, or the imitation of a CTK or MRML widget."""
    if name in NATIVES:
        return NATIVES[name]
    for module in _NATIVE_MODULES:
        if hasattr(module, name):
            return getattr(module, name)
    raise StandInGap(f"PySide6 has no {name}: imitate it")


class _WrappedType(type):
    """Class attributes: enumerators and static methods that the table lists."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") or not cls._table.offers(name):
            raise AttributeError(f"type object '{cls._table.name}' has no attribute '{name}'")
        native = getattr(cls._native_type, KEYWORD_ALIASES.get(name, name), None)
        if native is None:
            raise StandInGap(f"{cls._table.name}.{name} is not in Qt 6: imitate it")
        if not callable(native) or isinstance(native, enum.Enum):
            return to_python(native)
        return _method(f"{cls._table.name}.{name}", native)


class WrappedObject(metaclass=_WrappedType):
    """Base of every wrapped class; ``_native`` is the PySide6 object."""

    _table: ClassTable
    _native_type: type

    def __init__(self, *arguments: Any) -> None:
        native = self._construct(*(to_native(item) for item in arguments))
        object.__setattr__(self, "_native", native)
        _remember(native, self)

    @classmethod
    def _construct(cls, *arguments: Any) -> Any:
        if arguments == (None,):
            arguments = ()
        try:
            return cls._native_type(*arguments)
        except TypeError as error:
            raise ValueError(f"Could not find matching overload for {cls._table.name}") from error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        table, native = self._table, self._native
        if name == "name" and not table.offers("name") and isinstance(native, QtCore.QObject):
            name = "objectName"
        if name in table.properties:
            return self._get_property(name)
        if name in table.signal_names:
            return Signal(self, name)
        if name in _OWN_METHODS:
            return getattr(self, f"_{name}")
        if table.offers(name):
            return self._get_method(name)
        if isinstance(native, QtCore.QObject):
            if name.encode() in [bytes(item) for item in native.dynamicPropertyNames()]:
                return to_python(native.property(name))
            child = native.findChild(QtCore.QObject, name)
            if child is not None:
                return wrap(child)
        raise AttributeError(f"{table.name} has no attribute named '{name}'")

    def _get_property(self, name: str) -> Any:
        native = self._native
        if native.metaObject().indexOfProperty(name) < 0:
            raise StandInGap(f"property {self._table.name}.{name} is not in Qt 6: imitate it")
        return to_python(native.property(name))

    def _get_method(self, name: str) -> Callable:
        native = getattr(self._native, KEYWORD_ALIASES.get(name, name), None)
        # PySide6, too, lends some of the names an underscore.
        native = getattr(self._native, name, None) if native is None else native
        if native is None:
            raise StandInGap(f"{self._table.name}.{name} is not in Qt 6: imitate it")
        if not callable(native) or isinstance(native, enum.Enum):
            return to_python(native)
        return _method(f"{self._table.name}.{name}", native)

    def __setattr__(self, name: str, value: Any) -> None:
        table = self._table
        if name == "name" and not table.offers("name"):
            name = "objectName"
        if name in table.properties:
            kind, writable = table.properties[name]
            if not writable:
                raise AttributeError(f"property {table.name}.{name} is not writable")
            if self._native.metaObject().indexOfProperty(name) < 0:
                raise StandInGap(f"property {table.name}.{name} is not in Qt 6: imitate it")
            self._native.setProperty(name, _for_property(f"{table.name}.{name}", kind, value))
            return
        derived_in_python = type(self).__module__ != __name__
        if table.offers(name) or not derived_in_python:
            raise AttributeError(
                f"'{name}' does not exist on {table.name} and creating new attributes on C++ "
                "objects is not allowed"
            )
        object.__setattr__(self, name, value)

    def _connect(self, signature: str, slot: Callable) -> bool:
        if signature not in self._table.signals:
            MISTAKES.connections.append(f"{signature} on {self._table.name}")
            return False
        self._native_signal(signature).connect(self._receiver(signature, slot))
        return True

    def _disconnect(self, signature: str, slot: Callable) -> bool:
        receiver = self._receivers.pop((signature, slot), None)
        if receiver is None:
            return False
        self._native_signal(signature).disconnect(receiver)
        return True

    def _native_signal(self, signature: str) -> Any:
        name = signature.partition("(")[0]
        meta = self._native.metaObject()
        own = meta_signature(signature)
        if meta.indexOfSignal(own) < 0:
            raise StandInGap(f"signal {signature} of {self._table.name} is not in Qt 6")
        signal = getattr(self._native, name)
        overloads = [
            bytes(meta.method(index).methodSignature()).decode()
            for index in range(meta.methodCount())
            if bytes(meta.method(index).name()).decode() == name
        ]
        if len(overloads) > 1 and own != f"{name}()" and "PyObject" in " ".join(overloads):
            return signal[bool if own.endswith("(bool)") else object]
        return signal

    @property
    def _receivers(self) -> dict:
        return self.__dict__.setdefault("_connected", {})

    def _receiver(self, signature: str, slot: Callable) -> Callable:
        """What PySide6 calls: hands on as many arguments as the signature has."""
        inside = signature.partition("(")[2].rstrip(")")
        count = len(inside.split(",")) if inside else 0

        def receive(*arguments: Any) -> None:
            call_slot(slot, tuple(to_python(item) for item in arguments))

        # PySide6 counts the parameters of what it calls, and takes *arguments for none.
        fixed = (
            lambda: receive(),
            lambda a: receive(a),
            lambda a, b: receive(a, b),
            lambda a, b, c: receive(a, b, c),
            lambda a, b, c, d: receive(a, b, c, d),
        )[count]
        self._receivers[signature, slot] = fixed
        return fixed

    def _className(self) -> str:
        return self._native.metaObject().className()

    def _inherits(self, name: str) -> bool:
        return self._native.inherits(name)

    def _property(self, name: str) -> Any:
        return to_python(self._native.property(name))

    def _setProperty(self, name: str, value: Any) -> bool:
        return self._native.setProperty(name, to_native(value))


class Signal:
    """``button.clicked``: connect, disconnect, emit."""

    def __init__(self, owner: WrappedObject, name: str) -> None:
        self._owner = owner
        signatures = [item for item in owner._table.signals if item.partition("(")[0] == name]
        native = owner._native.metaObject()
        present = [item for item in signatures if native.indexOfSignal(meta_signature(item)) >= 0]
        if not present:
            raise StandInGap(f"signal {name} of {owner._table.name} is not in Qt 6")
        self._signature = max(present, key=len)

    def connect(self, slot: Callable) -> bool:
        """Connect the overload with most arguments."""
        return self._owner._connect(self._signature, slot)

    def disconnect(self, slot: Callable) -> bool:
        """Undo ``connect``."""
        return self._owner._disconnect(self._signature, slot)

    def emit(self, *arguments: Any) -> None:
        """Emit it."""
        self._owner._native_signal(self._signature).emit(*(to_native(item) for item in arguments))


def _method(name: str, native: Callable) -> Callable:
    def call(*arguments: Any) -> Any:
        try:
            return to_python(native(*(to_native(item) for item in arguments)))
        except TypeError as error:
            raise ValueError(f"Could not find matching overload for {name}: {error}") from error

    call.__name__ = name
    return call


def _for_property(name: str, kind: str, value: Any) -> Any:
    """Convert as loosely as PythonQt does, and fail where it fails."""
    try:
        if kind == "QString":
            return str(value)
        if kind == "bool":
            return bool(value)
        if kind in ("int", "uint"):
            return int(value)
        if kind in ("double", "float"):
            return float(value)
    except (TypeError, ValueError) as error:
        raise AttributeError(f"{name}: {value!r} cannot be converted to {kind}") from error
    return to_native(value)


def completed(table: ClassTable, native: type) -> ClassTable:
    """The table with properties and signals of a class that was only listed by name.

    Where the running Slicer could make no instance, the data tells the names alone; which of
    them are properties and signals is the same in Qt 6.
    """
    if not table.names_only or not issubclass(native, QtCore.QObject):
        return table
    meta = native.staticMetaObject
    properties, signals = dict(table.properties), set(table.signals)
    for index in range(meta.propertyCount()):
        item = meta.property(index)
        if item.name() in table.attributes and item.name() not in properties:
            properties[item.name()] = (item.typeName(), item.isWritable())
    for index in range(meta.methodCount()):
        item = meta.method(index)
        is_signal = item.methodType() == QtCore.QMetaMethod.MethodType.Signal
        if is_signal and bytes(item.name()).decode() in table.attributes:
            signals.add(bytes(item.methodSignature()).decode())
    return ClassTable(table.name, table.attributes, properties, frozenset(signals), True)


_CLASSES: dict[str, type[WrappedObject]] = {}


def register(name: str, cls: type[WrappedObject]) -> None:
    """Use ``cls`` for the table ``name`` (for classes that need more than wrapping)."""
    _CLASSES[name] = cls


def wrapped_class(name: str, native: type | None = None) -> type[WrappedObject]:
    """The wrapped class of the table ``name``, such as ``qt.QLabel``.

    :raises KeyError: Slicer has no such class, or the data does not hold it.
    """
    if name not in _CLASSES:
        short = name.rpartition(".")[2]
        native = native or native_class(short)
        body = {"_table": completed(class_table(name), native), "_native_type": native}
        _CLASSES[name] = _WrappedType(short, (WrappedObject,), {**body, "__module__": __name__})
    return _CLASSES[name]


def _remember(native: Any, wrapper: WrappedObject) -> None:
    if isinstance(native, QtCore.QObject):
        native._standin_wrapper = wrapper


def _wrapped_name(name: str) -> str | None:
    for prefix in ("qt", "ctk", "slicer"):
        if f"{prefix}.{name}" in known_classes():
            return f"{prefix}.{name}"
    return None


def wrap(native: Any) -> WrappedObject:
    """The wrapper of a PySide6 object: always the same one for the same QObject."""
    existing = getattr(native, "_standin_wrapper", None)
    if existing is not None:
        return existing
    for candidate in type(native).__mro__:
        name = _wrapped_name(candidate.__name__)
        if name is not None:
            wrapper = object.__new__(wrapped_class(name))
            object.__setattr__(wrapper, "_native", native)
            _remember(native, wrapper)
            return wrapper
    raise StandInGap(f"the data of the stand-in holds no table for {type(native).__name__}")
