"""Phrases, lengths and lists of reasons, in the words that every face shows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Phrase:
    """A phrase that a face can translate: an English template and what fills it."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The English phrase."""
        return self.template.format(**self.values)


def bound_mm(length: float) -> str:
    """A length that is not exceeded, in whole micrometres rounded up."""
    return f"{max(1, math.ceil(1000 * length)) / 1000:.3f} mm"


_NAMING = (
    (re.compile("copy of .+"), "copy of another file"),
    (
        re.compile("same image as .+ at the same position"),
        "same image as another one at the same position",
    ),
)


def grouped(rejected: Iterable[Mapping[str, str]]) -> list[tuple[str, list[str]]]:
    """Reasons with the files they concern, most files first.

    Reasons that name another file are one where they are alike: a series sent twice would
    fill the screen otherwise.
    """
    kinds: dict[str, list[Mapping[str, str]]] = {}
    for entry in rejected:
        kinds.setdefault(_kind(entry["reason"]), []).append(entry)
    named = {
        entries[0]["reason"] if len(entries) == 1 else kind: [entry["file"] for entry in entries]
        for kind, entries in kinds.items()
    }
    return sorted(named.items(), key=lambda item: -len(item[1]))


def _kind(reason: str) -> str:
    """The reason without the name of another file."""
    for pattern, general in _NAMING:
        if pattern.fullmatch(reason):
            return general
    return reason
