"""What PrintPrep noticed or measured, as data that a face can translate.

One class serves findings (what was noticed about a source) and checks (what was measured, what it
should be, and what it means for the print): the checks themselves stand in ``qa.checks``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .phrases import Phrase, filled, translated


@dataclass(frozen=True)
class Finding:
    """One observation or check.

    :param id: stable identifier, listed in the documentation.
    :param status: ``pass``, ``info``, ``warn`` or ``fail``; ``info`` is only told.
    :param template: marked English sentence with ``{placeholders}``: what it means for the print.
    :param values: what fills the placeholders: numbers, text and phrases.
    :param measured: the decisive number, or None.
    :param unit: unit of ``measured`` and ``limit``, or None.
    :param limit: the limit that the status was decided by, or None.
    :param title: a few marked words for what is checked; "" where a finding needs none.
    """

    id: str
    status: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    measured: float | None = None
    unit: str | None = None
    limit: float | None = None
    title: str = ""

    @property
    def message(self) -> str:
        """The English sentence."""
        return filled(self.template, self.values)

    @property
    def said(self) -> str:
        """The sentence in the language in use."""
        return filled(self.template, self.values, translated)

    def as_finding(self) -> dict[str, Any]:
        """The entry in a list of findings for other programs, in English."""
        return {
            "id": self.id,
            "severity": self.status,
            "message": self.message,
            "value": self.measured,
            "unit": self.unit,
        }

    def as_entry(self) -> dict[str, Any]:
        """``as_finding`` with what it takes to translate it; ``from_entry`` reads it again."""
        values = {key: _plain(value) for key, value in self.values.items()}
        return {**self.as_finding(), "template": self.template, "values": values}

    def as_check(self) -> dict[str, Any]:
        """The entry in a record's list of checks."""
        return {
            "id": self.id,
            "title": self.title,
            "status": self.status,
            "measured": self.measured,
            "limit": self.limit,
            "unit": self.unit,
            "message": self.message,
        }


def from_entry(entry: Mapping[str, Any]) -> Finding:
    """A finding out of the dictionary that ``as_entry`` made.

    Entries of version 0.1 hold their English sentence alone, and cannot be translated.
    """
    template, values = entry.get("template"), entry.get("values") or {}
    if template is None:
        template, values = "{message}", {"message": entry["message"]}
    return Finding(
        entry["id"],
        entry["severity"],
        template,
        {key: _phrase(value) for key, value in values.items()},
        entry.get("value"),
        entry.get("unit"),
    )


def _plain(value: Any) -> Any:
    """A value as JSON holds it; a phrase as its template and values."""
    if not isinstance(value, Phrase):
        return value
    inner = {key: _plain(item) for key, item in value.values.items()}
    return {"template": value.template, "values": inner}


def _phrase(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    inner = {key: _phrase(item) for key, item in value["values"].items()}
    return Phrase(value["template"], inner)


def for_programs(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as ``as_finding`` makes it."""
    return {key: value for key, value in entry.items() if key not in ("template", "values")}


def verdict(statuses: Iterable[str]) -> str:
    """The gravest of the statuses as ``pass``, ``warn`` or ``fail``."""
    present = set(statuses)
    if "fail" in present:
        return "fail"
    return "warn" if "warn" in present else "pass"


def graded(value: float, passes: float, fails: float) -> tuple[str, float]:
    """``pass`` up to the first bound, ``warn`` up to the second, else ``fail``.

    :return: the status, and the bound that it was decided by.
    """
    if value <= passes:
        return "pass", passes
    return ("warn", passes) if value <= fails else ("fail", fails)
