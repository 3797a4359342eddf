"""What verifying gives: differences, items and the answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..core.jsonable import plain
from ..core.phrases import Phrase, _, joined


@dataclass(frozen=True)
class Difference:
    """One figure that is not as recorded.

    :param tolerance: what it may differ, in the figure's own unit; None where nothing may.
    """

    key: str
    recorded: Any
    found: Any
    tolerance: float | None = None

    @property
    def told(self) -> Phrase:
        """What differs and by how much."""
        values = {name: _figure(value) for name, value in vars(self).items()}
        if not all(isinstance(value, int | float) for value in (self.found, self.recorded)):
            return Phrase(_("{key} is {found}, recorded as {recorded}"), values)
        template = _("{key} is {found}, recorded as {recorded} (off by {off:+.6g})")
        return Phrase(template, {**values, "off": self.found - self.recorded})


@dataclass(frozen=True)
class Item:
    """One thing that was looked at.

    :param outcome: ``unchanged``, ``changed``, or ``unchecked`` where it could not be told.
    :param told: one sentence; for ``unchecked`` the reason.
    """

    id: str
    title: Phrase
    outcome: str
    told: Phrase
    differences: tuple[Difference, ...] = ()

    @classmethod
    def compared(
        cls, id: str, title: Phrase, differences: Iterable[Difference], equal: Phrase
    ) -> Item:
        """Changed where there are differences, else unchanged with the sentence ``equal``."""
        differences = tuple(differences)
        if not differences:
            return cls(id, title, "unchanged", equal)
        return cls(
            id, title, "changed", Phrase("{all}.", {"all": listing(differences)}), differences
        )

    @property
    def message(self) -> str:
        """The English sentence."""
        return self.told.text


@dataclass(frozen=True)
class Verification:
    """All that was looked at.

    :param record: the file that was verified.
    """

    record: Path
    items: tuple[Item, ...]

    @property
    def verdict(self) -> str:
        """``changed`` where anything is, else ``incomplete`` where anything is unchecked."""
        outcomes = {item.outcome for item in self.items}
        if "changed" in outcomes:
            return "changed"
        return "incomplete" if "unchecked" in outcomes else "unchanged"

    def as_dict(self) -> dict[str, Any]:
        """What ``verify --json`` prints."""
        items = [
            {
                "id": item.id,
                "title": item.title.text,
                "outcome": item.outcome,
                "message": item.message,
                "differences": [asdict(difference) for difference in item.differences],
            }
            for item in self.items
        ]
        return plain({"record": self.record.name, "verdict": self.verdict, "items": items})


def listing(differences: Iterable[Difference]) -> Phrase:
    """Differences one after another, for a sentence."""
    return joined(item.told for item in differences)


def beside(folder: Path, name: str) -> Path | None:
    """A file of the record's folder; None where it is not there, or lies elsewhere."""
    if name != Path(name).name:
        return None
    try:
        return folder / name if (folder / name).is_file() else None
    except (OSError, ValueError):  # a name that no file can have
        return None


def _figure(value: Any) -> str:
    return f"{value:.9g}" if isinstance(value, float) else str(value)
