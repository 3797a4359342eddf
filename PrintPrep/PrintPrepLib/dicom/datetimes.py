"""DICOM dates and times (PS3.5, 6.2) as moments that can be subtracted."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

# A time without minutes could be off by an hour: it is no time here.
_TIME = re.compile(r"(\d\d):?(\d\d)(?::?(\d\d)(?:\.(\d+))?)?")
_DATE = re.compile(r"(\d{4})\.?(\d\d)\.?(\d\d)")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")


def parse_time(text: str) -> timedelta | None:
    """A TM value as the time since midnight; None where it is no time to the minute.

    The colons of ACR-NEMA and the leap second 60 are accepted.
    """
    found = _TIME.fullmatch(text.strip())
    if not found:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[:3])
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    fraction = int((found[4] or "0")[:6].ljust(6, "0"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=fraction)


def parse_date(text: str) -> datetime | None:
    """A DA value as its midnight; None where it is no date."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    try:
        year, month, day = map(int, found.groups())
        return datetime(year, month, day)
    except ValueError:
        return None


def parse_date_and_time(date: str, time: str) -> datetime | None:
    """A DA and a TM value as one moment; None where one of them cannot be read."""
    midnight, since = parse_date(date), parse_time(time)
    return None if since is None else _later(midnight, since)


def _later(moment: datetime | None, by: timedelta) -> datetime | None:
    """None beyond the years that can be counted."""
    try:
        return None if moment is None else moment + by
    except OverflowError:
        return None


def parse_offset(text: str) -> timedelta | None:
    """A UTC offset like ``+0130``; None where it is none."""
    found = _OFFSET.fullmatch(text.strip())
    if not found:
        return None
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return -size if found[1] == "-" else size


def parse_datetime(text: str, timezone: str = "") -> datetime | None:
    """A DT value in the time zone that the data set's DA and TM values are in.

    A value with an offset of its own is moved to ``timezone``. Without ``timezone`` it is
    taken as it stands: scanners write the offset of the place where they stand.

    :param timezone: TimezoneOffsetFromUTC, "" where the data set has none.
    :returns: None where the value cannot be read or is not given to the minute.
    """
    text = text.strip()
    found = re.search(r"[+-]\d{4}$", text)
    local = text[: found.start()] if found else text
    moment = parse_date_and_time(local[:8], local[8:])
    own, here = parse_offset(found[0]) if found else None, parse_offset(timezone)
    if moment is None or own is None or here is None:
        return moment
    return _later(moment, here - own)
