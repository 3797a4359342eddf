"""What verifying gives: differences, items and the answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..core.jsonable import plain


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
    def sentence(self) -> str:
        """What differs and by how much."""
        text = f"{self.key} is {_figure(self.found)}, recorded as {_figure(self.recorded)}"
        if all(isinstance(value, int | float) for value in (self.found, self.recorded)):
            text += f" (off by {self.found - self.recorded:+.6g})"
        return text


@dataclass(frozen=True)
class Item:
    """One thing that was looked at.

    :param outcome: ``unchanged``, ``changed``, or ``unchecked`` where it could not be told.
    :param message: one sentence; for ``unchecked`` the reason.
    """

    id: str
    title: str
    outcome: str
    message: str
    differences: tuple[Difference, ...] = field(default=())

    @classmethod
    def compared(cls, id: str, title: str, differences: Iterable[Difference], equal: str) -> Item:
        """Changed where there are differences, else unchanged with the sentence ``equal``."""
        differences = tuple(differences)
        if not differences:
            return cls(id, title, "unchanged", equal)
        message = "; ".join(item.sentence for item in differences) + "."
        return cls(id, title, "changed", message, differences)


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
        items = [asdict(item) for item in self.items]
        return plain({"record": self.record.name, "verdict": self.verdict, "items": items})


def beside(folder: Path, name: str) -> Path | None:
    """A file of the record's folder; None where it is not there, or lies elsewhere."""
    if name != Path(name).name:
        return None
    return folder / name if (folder / name).is_file() else None


def _figure(value: Any) -> str:
    return f"{value:.9g}" if isinstance(value, float) else str(value)
