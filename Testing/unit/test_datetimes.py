"""DICOM dates and times at their edges; test_suv.py holds what they are used for."""

from __future__ import annotations

import pytest
from PrintPrepLib.dicom.datetimes import parse_date_and_time, parse_datetime


@pytest.mark.parametrize(
    ("text", "zone"), [("00010101000000+1400", "+0000"), ("99991231235959-1200", "+1400")]
)
def test_moments_beyond_the_calendar_are_none(text, zone):
    assert parse_datetime(text, zone) is None


def test_a_leap_second_at_the_end_of_the_calendar_is_none():
    assert parse_date_and_time("99991231", "235960") is None
    assert parse_date_and_time("99991231", "235959") is not None
