"""What stands in the way of an SUV, gathered while it is worked out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..core.phrases import Phrase, _
from ..dicom.datetimes import parse_date_and_time

#: A value that may not differ does, for a ``{keyword}``.
DIFFERS = _("{keyword} differs within the series")


@dataclass
class Account:
    """Missing keywords, refused values and notes, each thing once.

    All of it is gathered, so that a user hears of every obstacle at once. The sentences
    hold durations and never dates: they go into records without identity.
    """

    missing: list[str] = field(default_factory=list)
    refused: list[Phrase] = field(default_factory=list)
    notes: list[Phrase] = field(default_factory=list)

    def miss(self, keyword: str) -> None:
        """Put down an element that is needed and absent."""
        if keyword not in self.missing:
            self.missing.append(keyword)

    def refuse(self, template: str, **values: Any) -> None:
        """Put down a value that cannot be true or cannot be used."""
        if (phrase := Phrase(template, values)) not in self.refused:
            self.refused.append(phrase)

    def note(self, template: str, **values: Any) -> None:
        """Put down an assumption or a contradiction that does not decide."""
        if (phrase := Phrase(template, values)) not in self.notes:
            self.notes.append(phrase)

    def positive(self, value: float | None, name: str) -> float | None:
        """The value where it is a positive number, else None and what is wrong with it."""
        if value is None:
            self.miss(name)
        elif not math.isfinite(value):
            self.refuse(_("{name} is no number"), name=name)
        elif value <= 0:
            self.refuse(_("{name} is {value:g}"), name=name, value=value)
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
            self.refuse(_("{name}Date and {name}Time are no date and time"), name=name)
        return moment
