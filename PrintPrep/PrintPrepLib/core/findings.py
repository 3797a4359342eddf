"""Findings and checks: what was noticed and measured, as data that a face can translate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

# Findings: what PrintPrep noticed, as data that a face can translate.


@dataclass(frozen=True)
class Finding:
    """One observation.

    :param id: stable identifier, listed in the documentation.
    :param severity: ``info``, ``warn`` or ``fail``.
    :param template: English sentence with ``{placeholders}``.
    :param values: what fills the placeholders.
    :param value: the decisive number, or None.
    :param unit: unit of ``value``, or None.
    """

    id: str
    severity: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    value: float | None = None
    unit: str | None = None

    @property
    def message(self) -> str:
        """The English sentence."""
        return self.template.format(**self.values)

    def as_dict(self) -> dict[str, Any]:
        """The finding as ``inspect --json`` prints it."""
        return {
            "id": self.id,
            "severity": self.severity,
            "message": self.message,
            "value": self.value,
            "unit": self.unit,
        }


def verdict(severities: Iterable[str]) -> str:
    """The gravest of the severities as ``pass``, ``warn`` or ``fail``."""
    present = set(severities)
    if "fail" in present:
        return "fail"
    return "warn" if "warn" in present else "pass"


# Checks: what was measured, what it should be, and what it means for the print.
#
# The checks themselves stand in ``qa.checks``. Every one reads the record's own figures, so that a
# record can be checked again later.


@dataclass(frozen=True)
class Check:
    """One check.

    :param id: stable identifier, listed in the documentation.
    :param status: ``pass``, ``warn``, ``fail``, or ``info`` for what is only told.
    :param measured, limit: a number (or None); ``unit`` is that of both.
    :param message: one sentence on what it means for the print.
    """

    id: str
    title: str
    status: str
    measured: float | None
    limit: float | None
    unit: str | None
    message: str

    def as_dict(self) -> dict[str, Any]:
        """The check as the record holds it."""
        return asdict(self)


def overall(checks: Iterable[Check]) -> str:
    """The verdict ``pass``, ``warn`` or ``fail``: that of the gravest check."""
    return verdict(check.status for check in checks)


def graded(value: float, passes: float, fails: float) -> str:
    """``pass`` up to the first bound, ``warn`` up to the second, else ``fail``."""
    if value <= passes:
        return "pass"
    return "warn" if value <= fails else "fail"
