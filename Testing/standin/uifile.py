"""``slicer.util.loadUI``: Qt Designer's files with CTK's and Slicer's widgets in them.

Qt's own loader builds the widgets. What it would pass over in silence (a class that Slicer's
designer plugins do not have, a property that the class lacks) is an error here.
"""

from __future__ import annotations

import os
from typing import Any
from xml.etree import ElementTree

from PySide6 import QtCore, QtUiTools, QtWidgets

from .natives import NATIVES
from .pythonqt import WrappedObject, _wrapped_name, wrap, wrapped_class
from .strict import StandInGap
from .tables import ClassTable, class_table

#: Dynamic properties that Slicer itself reads.
_DYNAMIC = ("SlicerParameterName", "SlicerPackParameterName")


class UiFileError(RuntimeError):
    """The file holds what Slicer would not load as meant."""


class _Loader(QtUiTools.QUiLoader):
    def createWidget(self, kind: str, parent: Any = None, name: str = "") -> Any:
        if kind not in NATIVES:
            return super().createWidget(kind, parent, name)
        widget = NATIVES[kind](parent) if parent is not None else NATIVES[kind]()
        widget.setObjectName(name)
        return widget


def load_ui(path: str) -> WrappedObject:
    """The widget of a file.

    :raises RuntimeError: there is no such file.
    :raises UiFileError: it names classes or properties that Slicer does not have.
    """
    if not os.path.isfile(path):
        raise RuntimeError(f"Could not load UI file: file not found {path}")
    tree = ElementTree.parse(path)
    root = tree.getroot()
    if root.find("connections/*") is not None:
        raise StandInGap(f"{path}: connections are not imitated")
    later = _take_own_properties(root, path)
    buffer = QtCore.QBuffer()
    buffer.setData(ElementTree.tostring(root))
    buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
    loader = _Loader()
    native = loader.load(buffer)
    if native is None:
        raise UiFileError(f"{path}: {loader.errorString()}")
    # PySide6 forgets a child's wrapper when Python does.
    native._standin_children = [wrap(child) for child in native.findChildren(QtCore.QObject)]
    widget = wrap(native)
    for name, values in later:
        target = widget if native.objectName() == name else _named(native, name)
        for key, element in values:
            setattr(target, key, _value(element, target))
    return widget


def _take_own_properties(root: Any, path: str) -> list:
    """Check all properties; take out those that Qt's loader cannot set, by object name."""
    later = []
    names = set()
    for widget in root.iter("widget"):
        kind, name = widget.get("class"), widget.get("name")
        full = _wrapped_name(kind)
        if full is None:
            if kind in ("Line", "QWidget"):
                continue
            raise UiFileError(f"{path}: no class {kind} in the tables of Slicer's classes")
        if name in names:
            raise UiFileError(f"{path}: two objects are named {name}")
        names.add(name)
        own = []
        for item in list(widget.findall("property")):
            key = item.get("name")
            _check(path, name, key, class_table(full))
            if kind in NATIVES and _is_own(kind, key):
                widget.remove(item)
                own.append((key, item[0]))
        later.append((name, own))
    return later


def _check(path: str, name: str, key: str, table: ClassTable) -> None:
    if key in _DYNAMIC or key in table.properties:
        return
    # Qt 5's form builder has these beside the properties of the class.
    if table.names_only and table.offers(key):
        return
    raise UiFileError(f"{path}: {table.name} ({name}) has no property {key}")


def _is_own(kind: str, key: str) -> bool:
    """Whether it is the imitation that has this property, not the Qt class below it."""
    return any(isinstance(vars(cls).get(key), QtCore.Property) for cls in NATIVES[kind].__mro__)


def _named(native: QtWidgets.QWidget, name: str) -> WrappedObject:
    child = native.findChild(QtCore.QObject, name)
    return wrap(child)


def _value(element: Any, target: WrappedObject) -> Any:
    text = element.text or ""
    if element.tag == "bool":
        return text == "true"
    if element.tag == "number":
        return int(text)
    if element.tag == "double":
        return float(text)
    if element.tag == "stringlist":
        return [item.text or "" for item in element.findall("string")]
    if element.tag in ("enum", "set"):
        total = 0
        for part in text.split("|"):
            scope, _, key = part.strip().rpartition("::")
            total |= int(_enumerator(scope, key, target))
        return total
    if element.tag in ("string", "cstring"):
        return text
    if element.tag == "color":
        red, green, blue = (int(element.find(part).text) for part in ("red", "green", "blue"))
        return wrapped_class("qt.QColor")(red, green, blue)
    raise UiFileError(f"a property of {target._table.name} is of the kind {element.tag}")


def _enumerator(scope: str, key: str, target: WrappedObject) -> int:
    if scope.split("::")[0] == "Qt":
        return getattr(QtCore.Qt, key).value
    name = _wrapped_name(scope.split("::")[0])
    return getattr(wrapped_class(name) if name else type(target), key)
