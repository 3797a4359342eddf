"""Checks: what was measured, what it should be, and what it means for the print.

``source_checks`` and ``model_checks`` hold the checks themselves. Every one reads the
record's own figures, so that a record can be checked again later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from .findings import verdict


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
