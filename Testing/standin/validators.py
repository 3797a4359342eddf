"""What ``Annotated`` may hang on to a parameter's type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PUBLIC = (
    *("Default", "Decimals", "SingleStep", "NotNone", "IsInstance", "WithinRange", "Minimum"),
    *("Maximum", "Choice", "Exclude", "FloatRange", "RangeBounds"),
)


class Annotation:
    """Says something of the parameter without checking it."""


class Validator:
    """Refuses values."""

    def validate(self, value: Any) -> None:
        """:raises ValueError: the value is not allowed."""


@dataclass(frozen=True)
class Default(Annotation):
    """The value at the start."""

    value: Any


@dataclass(frozen=True)
class Decimals(Annotation):
    """Of the widget."""

    value: int


@dataclass(frozen=True)
class SingleStep(Annotation):
    """Of the widget."""

    value: float


class NotNone(Validator):
    """Anything but None."""

    def validate(self, value: Any) -> None:
        if value is None:
            raise ValueError("Value must not be None")


class IsInstance(Validator):
    """Objects of given classes."""

    def __init__(self, classes: Any) -> None:
        self.classes = classes

    def validate(self, value: Any) -> None:
        if value is not None and not isinstance(value, self.classes):
            raise TypeError(f"{value!r} is not of {self.classes}")


class WithinRange(Validator):
    """minimum ≤ value ≤ maximum."""

    def __init__(self, minimum: float, maximum: float) -> None:
        if minimum > maximum:
            raise ValueError(f"minimum {minimum} is above maximum {maximum}")
        self.minimum, self.maximum = minimum, maximum

    def validate(self, value: float) -> None:
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{value} is not within {self.minimum} … {self.maximum}")


class Minimum(Validator):
    """minimum ≤ value."""

    def __init__(self, minimum: float) -> None:
        self.minimum = minimum

    def validate(self, value: float) -> None:
        if value < self.minimum:
            raise ValueError(f"{value} is below {self.minimum}")


class Maximum(Validator):
    """value ≤ maximum."""

    def __init__(self, maximum: float) -> None:
        self.maximum = maximum

    def validate(self, value: float) -> None:
        if value > self.maximum:
            raise ValueError(f"{value} is above {self.maximum}")


class Choice(Validator):
    """One of given values."""

    def __init__(self, choices: Any) -> None:
        self.choices = list(choices)

    def validate(self, value: Any) -> None:
        if value not in self.choices:
            raise ValueError(f"{value!r} is none of {self.choices}")


class Exclude(Validator):
    """None of given values."""

    def __init__(self, excluded: Any) -> None:
        self.excluded = list(excluded)

    def validate(self, value: Any) -> None:
        if value in self.excluded:
            raise ValueError(f"{value!r} is excluded")


class FloatRange:
    """Two values; only there to be refused: range widgets are to be connected by hand."""

    def __init__(self, minimum: float, maximum: float) -> None:
        self.minimum, self.maximum = minimum, maximum


@dataclass(frozen=True)
class RangeBounds(Annotation):
    """Of a FloatRange."""

    minimum: float
    maximum: float
