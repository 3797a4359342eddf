"""What Slicer's wrapped classes offer, as read out of a running Slicer.

``data/pythonqt_classes.json`` is a copy of the entries that the stand-in needs:
``attributes`` is what ``dir()`` lists, ``properties`` maps a name to its C++ type and
whether it can be set, ``signals`` and ``slots`` are full signatures, and ``plus`` names the
class whose entries are left out. A class or a name that is not there does not exist here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "pythonqt_classes.json"
#: Names that PythonQt lends an underscore, because Python keeps the plain ones.
KEYWORD_ALIASES = {"exec_": "exec", "print_": "print", "raise_": "raise", "from_": "from"}


@dataclass(frozen=True)
class ClassTable:
    """One wrapped class with everything that it inherits."""

    name: str
    attributes: frozenset[str]
    properties: dict[str, tuple[str, bool]]
    signals: frozenset[str]
    #: Only ``attributes`` is known: the running Slicer could make no instance of it.
    names_only: bool = False

    @property
    def signal_names(self) -> frozenset[str]:
        """The signals without their arguments."""
        return frozenset(signature.partition("(")[0] for signature in self.signals)

    def offers(self, name: str) -> bool:
        """Whether Slicer's class has an attribute of this name."""
        plain = KEYWORD_ALIASES.get(name, name)
        return plain in self.attributes or plain in self.properties or plain in self.signal_names


@lru_cache(maxsize=1)
def _raw() -> dict:
    return json.loads(_DATA.read_text(encoding="utf-8"))


def known_classes() -> tuple[str, ...]:
    """The names of all classes in the data, such as ``qt.QLabel``."""
    return tuple(_raw())


@cache
def class_table(name: str) -> ClassTable:
    """The table of ``qt.QLabel``, ``slicer.app`` and so on.

    :raises KeyError: the data holds no such class.
    """
    entry = _raw()[name]
    own = ClassTable(
        name,
        frozenset(entry["attributes"]),
        {key: (kind, writable) for key, (kind, writable) in entry.get("properties", {}).items()},
        frozenset(entry.get("signals", ())),
        "properties" not in entry,
    )
    if "plus" not in entry:
        return own
    base = class_table(entry["plus"])
    return ClassTable(
        name,
        own.attributes | base.attributes,
        base.properties | own.properties,
        own.signals | base.signals,
        own.names_only,
    )


def meta_signature(signature: str) -> str:
    """How PySide6 names a signal that carries VTK objects: as any Python object."""
    return re.sub(r"(?<=[(,])(const )?(vtk\w+)\b ?[*&]?", "PyObject", signature)
