"""How much of a PET dose is left at the time to which the images were decay corrected.

"START" of DecayCorrection is where vendors differ. It is SeriesTime, unless the series was
made afterwards from older images; then GE says the time in a private element, and for the
others it follows from the first acquisition (QIBA's vendor-neutral rules). What stands in the
way is gathered in an ``Account``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median_low
from typing import Any

from ..core.phrases import Phrase, _
from ..dicom.datetimes import parse_date_and_time, parse_datetime, parse_time
from .header import PetHeader

#: Half-lives that headers give in minutes by mistake; no PET nuclide has them in seconds.
_MINUTES = {"F-18": 109.77, "Ga-68": 67.7, "C-11": 20.36, "N-13": 9.97}
#: After ten half-lives a thousandth of the dose is left: nobody scans then.
_MOST_HALF_LIVES = 10.0
#: A nuclide that lives longer may have been given on an earlier day.
_SAME_DAY_HALF_LIFE_S = 6 * 3600.0
#: How long before a scan a dose may have been given on the evening before.
_OVER_MIDNIGHT = timedelta(hours=12)
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
#: Sources that would change the SUV by more than this share are told, or refused.
_TOLD = 0.01
_REFUSED = 0.005

_SERIES = Phrase(_("the start of the series"))
_GE = Phrase(_("the scan time that GE states in (0009,xx0D)"))
_WORKED_BACK = Phrase(_("the time worked back from FrameReferenceTime and ActualFrameDuration"))
_FIRST = Phrase(_("the first acquisition"))
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


def dose_left(headers: Sequence[PetHeader], account: Account) -> tuple[float, Phrase] | None:
    """The share of the dose that is left, for images with DecayCorrection START.

    :returns: the share and the words for it; None where ``account`` says why.
    """
    first = headers[0]
    half_life = _half_life(first, account)
    known = bool(first.start_datetime or first.start_time)
    if not known:
        account.miss("RadiopharmaceuticalStartDateTime")
    found = _reference(headers, half_life, account)
    if half_life is None or found is None or not known:
        return None
    reference, told = found
    start = _administration(first, reference, half_life, account)
    if start is None:
        return None
    elapsed = (reference - start).total_seconds()
    minutes, half_lives = elapsed / 60, elapsed / half_life
    if elapsed < 0:
        late = _(
            "the dose would have been given {minutes:.1f} min after {told}: "
            "clocks or dates do not agree"
        )
        account.refuse(late, minutes=-minutes, told=told)
    elif half_lives > _MOST_HALF_LIVES:
        early = _(
            "the dose would have been given {count:.1f} half-lives before {told}: "
            "clocks or dates do not agree"
        )
        account.refuse(early, count=half_lives, told=told)
    else:
        words = _("that is left after {minutes:.1f} min, at {told}")
        return 2.0**-half_lives, Phrase(words, {"minutes": minutes, "told": told})
    return None


def average_time_s(duration_s: float, half_life_s: float) -> float:
    """When in a frame a decaying source has its average count rate, in s from its start.

    ln(x / (1 − e^−x)) / λ with x = λ × duration (PS3.3 C.8.9.4.1.5, example 2).
    """
    rate = math.log(2) / half_life_s
    decay = rate * duration_s
    return math.log(decay / -math.expm1(-decay)) / rate


def _half_life(header: PetHeader, account: Account) -> float | None:
    half_life = account.positive(header.half_life_s, "RadionuclideHalfLife")
    for nuclide, minutes in _MINUTES.items():
        if half_life is not None and abs(half_life / minutes - 1) < 0.01:
            wrong = _(
                "RadionuclideHalfLife is {value:g}, which is that of {nuclide} in minutes "
                "and not in seconds"
            )
            account.refuse(wrong, value=half_life, nuclide=nuclide)
            return None
    return half_life


def _reference(
    headers: Sequence[PetHeader], half_life: float | None, account: Account
) -> tuple[datetime, Phrase] | None:
    """The time to which the images are decay corrected, and its name."""
    first = headers[0]
    series = account.moment(first.series_date, first.series_time, "Series")
    read = [
        account.moment(header.acquisition_date, header.acquisition_time, "Acquisition")
        for header in headers
    ]
    acquired = [moment for moment in read if moment is not None]
    if series is None or len(acquired) < len(read) or half_life is None:
        return None
    earliest = min(acquired)
    stated = parse_datetime(first.ge_scan_datetime, first.timezone)
    starts = _worked_back(headers, acquired, half_life)
    if series <= earliest:
        if earliest - series > _DAY:
            late = _("the acquisition is more than a day after SeriesTime: dates do not agree")
            account.refuse(late)
            return None
        _compare(series, stated, _GE, half_life, account)
        _compare(series, median_low(starts) if starts else None, _WORKED_BACK, half_life, account)
        return series, _SERIES
    account.note(
        _("SeriesTime is later than the first acquisition: it is not the time of the scan")
    )
    if len({header.ge_scan_datetime for header in headers}) > 1:
        account.refuse(DIFFERS, keyword=_GE)
        return None
    if first.ge_scan_datetime:
        return _plausible(stated, _GE, earliest, half_life, account)
    if not starts:
        taken = _(
            "FrameReferenceTime or ActualFrameDuration is missing: the first acquisition among "
            "the images at hand is taken for the start"
        )
        account.note(taken)
        return earliest, _FIRST
    if _share(max(starts) - min(starts), half_life) > _REFUSED:
        account.refuse(_("FrameReferenceTime leads to another start for each acquisition"))
        return None
    return _plausible(median_low(starts), _WORKED_BACK, earliest, half_life, account)


def _worked_back(
    headers: Sequence[PetHeader], acquired: Sequence[datetime], half_life: float
) -> list[datetime]:
    """The start that each instance's frame times lead to; none where one has no such times."""
    starts = []
    for header, moment in zip(headers, acquired, strict=True):
        offset, duration = header.frame_reference_ms, header.frame_duration_ms
        # Written so that NaN counts as absent, too.
        if not (offset and duration and 0 < offset < math.inf and 0 < duration < math.inf):
            return []
        average = average_time_s(duration / 1000, half_life)
        try:
            starts.append(moment + timedelta(seconds=average - offset / 1000))
        except OverflowError:
            return []
    return starts


def _plausible(
    reference: datetime | None, told: Phrase, earliest: datetime, half_life: float, account: Account
) -> tuple[datetime, Phrase] | None:
    """A scan starts with the first acquisition or before it, on the same day or the evening."""
    if reference is None:
        account.refuse(_("{told} is no date and time"), told=told)
    elif reference > earliest and _share(reference - earliest, half_life) > _REFUSED:
        late = _("{told} is after the first acquisition: clocks or dates do not agree")
        account.refuse(late, told=told)
    elif earliest - reference > _DAY:
        account.refuse(_("{told} is more than a day before the first acquisition"), told=told)
    else:
        return reference, told
    return None


def _compare(
    used: datetime, other: datetime | None, told: Phrase, half_life: float, account: Account
) -> None:
    """Tell where another source would have led to another SUV."""
    if other is None:
        return
    share = _share(other - used, half_life)
    if share <= _TOLD:
        return
    later = _(
        "{told} is {minutes:.1f} min later than SeriesTime, which counts; the SUV would differ "
        "by {change}"
    )
    earlier = _(
        "{told} is {minutes:.1f} min earlier than SeriesTime, which counts; the SUV would differ "
        "by {change}"
    )
    factor = Phrase(_("a factor of {factor:.3g}"), {"factor": 1 + share})
    account.note(
        later if other > used else earlier,
        told=told,
        minutes=abs((other - used).total_seconds()) / 60,
        change=f"{share:.0%}" if share < 1 else factor,
    )


def _share(gap: timedelta, half_life: float) -> float:
    """By how much of itself an SUV differs when its reference time is off by ``gap``."""
    # The exponent is bounded for dates that are years apart.
    return 2.0 ** min(abs(gap.total_seconds()) / half_life, 64.0) - 1


def _administration(
    header: PetHeader, reference: datetime, half_life: float, account: Account
) -> datetime | None:
    """When the dose was given."""
    moment = parse_datetime(header.start_datetime, header.timezone)
    time = parse_time(header.start_time)
    if moment is not None:
        if time is not None and abs(moment - _midnight(moment) - time) > _SECOND:
            other = _(
                "RadiopharmaceuticalStartTime is another time of day than "
                "RadiopharmaceuticalStartDateTime, which counts"
            )
            account.note(other)
        return moment
    if time is None:
        name = "StartDateTime" if header.start_datetime else "StartTime"
        account.refuse(_("Radiopharmaceutical{name} cannot be read as a time"), name=name)
        return None
    if half_life > _SAME_DAY_HALF_LIFE_S:
        account.miss("RadiopharmaceuticalStartDateTime")
        no_day = _(
            "the header does not say on which day the dose was given, and the nuclide "
            "(half-life {hours:.0f} h) may have been given on an earlier one"
        )
        account.refuse(no_day, hours=half_life / 3600)
        return None
    moment = _midnight(reference) + time
    if moment <= reference:
        account.note(_("the header says no date of administration: taken as the day of the scan"))
        return moment
    late, moment = moment - reference, moment - _DAY
    if reference - moment > _OVER_MIDNIGHT:
        after = _(
            "RadiopharmaceuticalStartTime is {minutes:.1f} min after the scan: clocks do not agree"
        )
        account.refuse(after, minutes=late.total_seconds() / 60)
        return None
    evening = _("the header says no date of administration: taken as the evening before the scan")
    account.note(evening)
    return moment


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
