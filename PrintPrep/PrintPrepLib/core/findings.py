"""Findings: what PrintPrep noticed, as data that a face can translate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


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
