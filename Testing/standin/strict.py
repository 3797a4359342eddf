"""Strictness that all parts of the stand-in share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .tables import ClassTable, class_table


class StandInGap(Exception):
    """Slicer has this, the stand-in does not imitate it yet: add it to the stand-in."""


@dataclass
class Mistakes:
    """What the code under test did that Slicer would only print, so that a test fails on it.

    ``connections``: signatures that the object does not have (PythonQt returns False).
    ``slots``: exceptions inside slots (PythonQt prints them). ``blocking``: modal dialogs that
    nobody answered.
    """

    connections: list[str] = field(default_factory=list)
    slots: list[BaseException] = field(default_factory=list)
    blocking: list[str] = field(default_factory=list)

    def clear(self) -> None:
        """Forget everything."""
        for kind in (self.connections, self.slots, self.blocking):
            kind.clear()

    def all(self) -> list[str]:
        """Every mistake as a line."""
        return [
            *(f"connect: no signal {item}" for item in self.connections),
            *(f"exception in a slot: {item!r}" for item in self.slots),
            *(f"a dialog blocked: {item}" for item in self.blocking),
        ]


#: The mistakes of this process.
MISTAKES = Mistakes()


class StrictObject:
    """A QObject of Slicer that is imitated in Python.

    A subclass names its table; its public names must all be in it, properties are
    Python properties, methods are methods. A name that is in the table and is not written yet
    raises StandInGap, any other raises AttributeError, on reading and on setting.
    """

    _table: ClassTable

    def __init_subclass__(cls, table: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if table is not None:
            cls._table = class_table(table)
        for name, member in vars(cls).items():
            if name.startswith("_"):
                continue
            if not cls._table.offers(name):
                raise TypeError(f"{cls._table.name} has no attribute {name} in Slicer")
            if isinstance(member, property) != (name in cls._table.properties):
                raise TypeError(f"{cls._table.name}.{name}: property here, or property in Slicer?")

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and self._table.offers(name):
            raise StandInGap(f"{self._table.name}.{name} is not imitated")
        raise AttributeError(f"{self._table.name} has no attribute named '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
            return
        if name not in self._table.properties:
            raise AttributeError(
                f"'{name}' does not exist on {self._table.name} and creating new attributes on "
                "C++ objects is not allowed"
            )
        if not self._table.properties[name][1]:
            raise AttributeError(f"{self._table.name}.{name} is read-only")
        if not isinstance(getattr(type(self), name, None), property):
            raise StandInGap(f"{self._table.name}.{name} is not imitated")
        object.__setattr__(self, name, value)

    def connect(self, signature: str, slot: Any) -> bool:
        """Remember a slot for a signal of the table; False for any other, as PythonQt does."""
        if signature not in self._table.signals:
            MISTAKES.connections.append(f"{signature} on {self._table.name}")
            return False
        self._slots.setdefault(signature, []).append(slot)
        return True

    def disconnect(self, signature: str, slot: Any) -> bool:
        """Forget a slot."""
        slots = self._slots.get(signature, [])
        if slot not in slots:
            return False
        slots.remove(slot)
        return True

    def _emit(self, signature: str, *arguments: Any) -> None:
        for slot in list(self._slots.get(signature, [])):
            call_slot(slot, arguments)

    @property
    def _slots(self) -> dict[str, list]:
        return self.__dict__.setdefault("_connected_slots", {})


def call_slot(slot: Any, arguments: tuple) -> None:
    """Call a slot as PythonQt does: surplus arguments are cut, exceptions go nowhere."""
    code = getattr(getattr(slot, "__func__", slot), "__code__", None)
    if code is not None and not code.co_flags & 0x04:
        bound = 1 if hasattr(slot, "__self__") else 0
        arguments = arguments[: code.co_argcount - bound]
    try:
        slot(*arguments)
    except Exception as error:  # noqa: BLE001 - recorded; PythonQt prints and goes on
        MISTAKES.slots.append(error)
