"""What stands in the place of a value: new UIDs, pseudonyms, shifted dates, dummies.

Everything that must agree between the files of a run is worked out from a secret with a
keyed hash (HMAC-SHA-256), never counted or remembered: jobs that share the secret agree
without talking to each other, and without it nobody can work anything back.
"""

from __future__ import annotations

import base64
import hmac
import re
import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

#: UIDs that the standard itself assigns name classes and codes, never an instance.
_STANDARD_ROOT = "1.2.840.10008."
#: Dates move into the past, so that none lies in the future, by up to ten years.
_LONGEST_SHIFT_DAYS = 3650

_DATE = re.compile(r"(\d{4})(\.?)(\d{2})\2(\d{2})")
_DATETIME = re.compile(r"(\d{8})(\d{2}){0,3}(\.\d{1,6})?([+-]\d{4})?")
_TIME = re.compile(r"\d{2}(:?\d{2}){0,2}(\.\d{1,6})?")
_OFFSET = re.compile(r"[+-]\d{4}")

_DUMMIES: dict[str, Any] = {
    **dict.fromkeys(("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"), "ANONYMIZED"),
    "AS": "000Y",
    "DA": "19000101",
    "DT": "19000101000000",
    "TM": "000000",
    "DS": "0",
    "IS": "0",
    "UR": "urn:anonymized",
    "AT": 0,
    **dict.fromkeys(("FD", "FL"), 0.0),
    **dict.fromkeys(("SL", "SS", "SV", "UL", "US", "UV"), 0),
    **dict.fromkeys(("OB", "OW", "UN"), b"\0\0"),
    **dict.fromkeys(("OF", "OL"), bytes(4)),
    **dict.fromkeys(("OD", "OV"), bytes(8)),
}
_NUMBERS = {"AT", "DS", "FD", "FL", "IS", "SL", "SS", "SV", "UL", "US", "UV"}


class Replacements:
    """New values under one secret.

    :param secret: any bytes; 16 random ones or more, or what is hidden can be guessed.
    :param pseudonyms: PatientID → what stands in its place, for those that are not worked out.
    """

    def __init__(self, secret: bytes, pseudonyms: Mapping[str, str]) -> None:
        self._secret = secret
        self._pseudonyms = pseudonyms
        self._uids: dict[str, str] = {}

    def uid(self, old: str) -> str:
        """The UID in the place of another one; the standard's own UIDs stay."""
        if not old or old.startswith(_STANDARD_ROOT):
            return old
        if old not in self._uids:
            made = uuid.UUID(bytes=self._digest("uid", old)[:16], version=4)
            self._uids[old] = f"2.25.{made.int}"
        return self._uids[old]

    def patient(self, number: str) -> str:
        """What stands in the place of a PatientID."""
        number = number.strip()
        return self._pseudonyms.get(number) or self.pseudonym(f"id:{number}")

    def pseudonym(self, patient: str) -> str:
        """A short code for a patient: 50 bits, so no two of a million patients meet."""
        text = base64.b32encode(self._digest("patient", patient)[:10]).decode("ascii")
        return f"PP-{text[:10]}"

    def shift_days(self, patient: str) -> int:
        """By how many days the dates of a patient move: at least one, into the past."""
        number = int.from_bytes(self._digest("dates", patient)[:8], "big")
        return -1 - number % _LONGEST_SHIFT_DAYS

    def _digest(self, purpose: str, value: str) -> bytes:
        return hmac.digest(self._secret, f"{purpose}\0{value}".encode(), "sha256")


def shifted(text: str, vr: str, days: int) -> str | None:
    """A value of a date column moved by whole days; a time of day stays as it is.

    :param text: one value, or several joined by backslashes.
    :returns: None where it is no complete date or no time, so that it has to go.
    """
    values = [_shifted_value(part.strip(" \0"), vr, days) for part in text.split("\\")]
    return None if None in values else "\\".join(map(str, values))


def _shifted_value(text: str, vr: str, days: int) -> str | None:
    if not text:
        return ""
    if vr == "TM":
        return text if _TIME.fullmatch(text) else None
    if vr == "SH":
        return text if _OFFSET.fullmatch(text) else None
    pattern = {"DA": _DATE, "DT": _DATETIME}.get(vr)
    if pattern is None or not pattern.fullmatch(text):
        return None
    head = text.replace(".", "") if vr == "DA" else text[:8]
    rest = "" if vr == "DA" else text[8:]
    try:
        day = date(int(head[:4]), int(head[4:6]), int(head[6:])) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return f"{day:%Y%m%d}".rjust(8, "0") + rest


def dummy(vr: str, count: int = 1) -> Any:
    """A value that is valid for the VR and says nothing; None where the VR has none.

    :param count: how many numbers, for VRs that hold numbers.
    """
    value = _DUMMIES.get(vr)
    return [value] * count if count > 1 and vr in _NUMBERS else value
