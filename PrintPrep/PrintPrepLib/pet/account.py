"""What stands in the way of an SUV, gathered while it is worked out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime

from ..dicom.datetimes import parse_date_and_time


@dataclass
class Account:
    """Missing keywords, refused values and notes, each thing once.

    All of it is gathered, so that a user hears of every obstacle at once. The sentences
    hold durations and never dates: they go into records without identity.
    """

    missing: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def miss(self, keyword: str) -> None:
        """Put down an element that is needed and absent."""
        if keyword not in self.missing:
            self.missing.append(keyword)

    def refuse(self, sentence: str) -> None:
        """Put down a value that cannot be true or cannot be used."""
        if sentence not in self.refused:
            self.refused.append(sentence)

    def note(self, sentence: str) -> None:
        """Put down an assumption or a contradiction that does not decide."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def positive(self, value: float | None, name: str) -> float | None:
        """The value where it is a positive number, else None and what is wrong with it."""
        if value is None:
            self.miss(name)
        elif not math.isfinite(value):
            self.refuse(f"{name} is no number")
        elif value <= 0:
            self.refuse(f"{name} is {value:g}")
        else:
            return value
        return None

    def moment(self, date: str, time: str, name: str) -> datetime | None:
        """``name`` + Date and ``name`` + Time as one moment, else None and what is wrong."""
        absent = [f"{name}{kind}" for kind, t in (("Date", date), ("Time", time)) if not t]
        for keyword in absent:
            self.miss(keyword)
        moment = parse_date_and_time(date, time)
        if moment is None and not absent:
            self.refuse(f"{name}Date and {name}Time are no date and time")
        return moment
