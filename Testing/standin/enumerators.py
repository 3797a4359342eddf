"""Enumerators as PythonQt shows them: whole numbers that still know their Qt 6 member."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any


class EnumValue(int):
    """An enumerator or a combination of flags.

    A whole number for Python; combining two of a kind keeps the member that PySide6 wants.
    """

    native: Any

    def _combined(self, other: Any, work: Callable[[Any, Any], Any], plain: int) -> int:
        if isinstance(other, EnumValue) and type(other.native) is type(self.native):
            return enumerator(work(self.native, other.native))
        return plain

    def __or__(self, other: int) -> int:
        return self._combined(other, lambda a, b: a | b, int(self) | int(other))

    def __and__(self, other: int) -> int:
        return self._combined(other, lambda a, b: a & b, int(self) & int(other))

    def __xor__(self, other: int) -> int:
        return self._combined(other, lambda a, b: a ^ b, int(self) ^ int(other))

    def __invert__(self) -> int:
        if isinstance(self.native, enum.Flag):
            return enumerator(~self.native)
        return ~int(self)


def enumerator(native: enum.Enum) -> EnumValue:
    """The number of a Qt 6 enumerator."""
    number = EnumValue(native.value)
    number.native = native
    return number
