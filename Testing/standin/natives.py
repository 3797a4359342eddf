"""The PySide6 side of the widgets that CTK and Slicer add to Qt, by the name of their class.

Each is a QObject with the properties, signals and methods that are imitated; code under test
never meets it, only its wrapper, which lets pass what the tables list.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from PySide6 import QtCore

#: Class name to class.
NATIVES: dict[str, type] = {}
_NUMBERS = count()


def native(cls: type) -> type:
    """Class decorator: this is what stands behind the wrapper of the same name."""
    NATIVES[cls.__name__] = cls
    return cls


def stored(kind: Any, default: Any = None, changed: Callable[[Any], None] | None = None) -> Any:
    """A property that is remembered, and calls ``changed(self)`` when it changes."""
    key = f"_stored_{next(_NUMBERS)}"

    def read(self: Any) -> Any:
        return self.__dict__.get(key, default)

    def write(self: Any, value: Any) -> None:
        if value == read(self):
            return
        self.__dict__[key] = value
        if changed is not None:
            changed(self)

    return QtCore.Property(kind, read, write)
