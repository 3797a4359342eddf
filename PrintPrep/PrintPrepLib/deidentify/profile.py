"""What is done with which element: the standard's tables under a set of options.

``data/deidentify_attributes.json`` is Table E.1-1 of PS3.15 as it is, with the edition that
it was taken from; ``data/deidentify_private.json`` lists private elements known to be safe;
``data/deidentify_additions.json`` holds what PrintPrep does beyond the table.

Where the table leaves a choice (``X/Z/D`` and so on: by whether the object's definition
demands the attribute) the last letter is taken. It is allowed whatever the definition
demands, so an object stays valid without knowing which definition it follows. Where an option
asks to clean (C) a text, the Basic Profile's action stands: nobody can promise that a text
is clean. Dates are the exception: they are cleaned by shifting them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydicom.datadict import dictionary_has_tag, repeater_has_tag
from pydicom.valuerep import STANDARD_VR

from ..core.package_data import data_json
from .options import Options

_TITLES = {
    "retain_safe_private": "safe private",
    "retain_patient_characteristics": "patient characteristics",
    "retain_device_identity": "device identity",
    "retain_institution_identity": "institution identity",
    "retain_uids": "UIDs",
    "full_dates": "full dates",
    "modified_dates": "modified dates",
}
_ACTIONS = {"X": "remove", "Z": "empty", "D": "dummy", "U": "uid", "U*": "uid"}
#: Options whose attributes describe something; what they do not list names someone.
_DESCRIBING = {
    "retain_patient_characteristics",
    "retain_device_identity",
    "retain_uids",
    "full_dates",
    "modified_dates",
    "clean_descriptors",
    "clean_structured_content",
    "clean_graphics",
}


@dataclass(frozen=True)
class Rule:
    """What happens to an element: ``remove``, ``empty``, ``dummy``, ``uid``, ``shift``, ``keep``.

    :param reason: why, for the report: the table's own letters, or a sentence.
    :param otherwise: the action where a value cannot be shifted.
    :param identity: the attribute names a person or an institution, so that its value must
        not stand anywhere else either.
    """

    action: str
    reason: str
    otherwise: str = "remove"
    identity: bool = False


def edition() -> str:
    """The edition of the standard's table, such as ``2026a``."""
    return _load("attributes")["edition"]


class Rules:
    """The rules for one set of options."""

    def __init__(self, options: Options) -> None:
        self._columns = options.columns
        additions = _load("additions")
        self._listed = {
            _tag(text): _rule(row, self._columns, source)
            for source, table in (("E.1-1", _load("attributes")), ("PrintPrep", additions))
            for text, row in table["attributes"].items()
        }
        self._class_uids = {_tag(text) for text in additions["class_uids"]}
        self._addresses = {_tag(text) for text in additions["codes_with_addresses"]}
        self._file_header = {_tag(text) for text in additions["file_header_kept"]}
        self._safe = _safe_private() if options.retain_safe_private else {}

    def of(self, tag: int, vr: str) -> Rule | None:
        """The rule for a standard element; None: it stays, for nothing speaks against it.

        :param vr: the element's own VR, or the dictionary's where it has none.
        """
        if vr not in STANDARD_VR:
            return Rule("remove", f"unknown value representation {vr!r}")
        if tag in self._listed:
            return self._listed[tag]
        if tag >> 24 in (0x50, 0x60) and tag >> 16 <= 0x60FF:
            # Without its data the rest of a curve or overlay is no valid module.
            return Rule("remove", "E.1-1 X: curves and overlays")
        if tag & 0xFFFF == 0:
            return Rule("remove", "retired group length")
        return self._unlisted(tag, vr)

    def of_file_header(self, tag: int) -> Rule | None:
        """The rule for an element of the file's own header (group 0002)."""
        if tag in self._listed:
            return self._listed[tag]
        if tag in self._file_header:
            return None
        return Rule("remove", "PrintPrep: names where the file came from")

    def safe_private(self, creator: str, group: int, element: int) -> tuple[str, bool] | None:
        """VR of a private element that may stay, and whether it is treated as dates are;
        None: it has to go.

        :param element: the element within its block, 0 to 255.
        """
        return self._safe.get((creator, group, element))

    def private_date(self) -> Rule:
        """The rule for a private element that holds a date."""
        return _rule(_DATE_ROW, self._columns, "private, known to be a date:")

    def _unlisted(self, tag: int, vr: str) -> Rule | None:
        """Elements that the table does not name, by what their kind of value can tell."""
        if not (dictionary_has_tag(tag) or repeater_has_tag(tag)):
            return Rule("remove", "unknown element")
        if vr == "UI" and tag not in self._class_uids and "retain_uids" not in self._columns:
            return Rule("uid", "PrintPrep: UID of an instance")
        if vr in ("DA", "DT", "TM"):
            return _rule(_DATE_ROW, self._columns, "PrintPrep: date or time,")
        if vr == "PN":
            return Rule("empty", "PrintPrep: name of a person", identity=True)
        if vr == "AE" or (vr == "UR" and tag not in self._addresses):
            return Rule("remove", "PrintPrep: network address")
        return None


_DATE_ROW = {"basic": "X", "full_dates": "K", "modified_dates": "C"}


def _rule(row: Mapping[str, str], columns: tuple[str, ...], source: str) -> Rule:
    basic = row["basic"]
    action = _ACTIONS[basic.split("/")[-1]]
    identity = action != "uid" and not _DESCRIBING & set(row)
    # What is a date follows the choice of dates alone: a calibration's date tells the year,
    # however much of the device's identity is kept.
    chosen = [column for column in columns if column in row]
    if "full_dates" in row:
        chosen = [column for column in chosen if column.endswith("_dates")]
    for column in chosen:
        if row[column] == "K":
            return Rule("keep", f"{source} {basic}, kept with {_TITLES[column]}")
        if column == "modified_dates":
            return Rule("shift", f"{source} {basic}, kept with {_TITLES[column]}", otherwise=action)
    return Rule(action, f"{source} {basic}", identity=identity)


@cache
def _safe_private() -> dict[tuple[str, int, int], tuple[str, bool]]:
    return {
        (creator, int(text[:4], 16), int(text[-2:], 16)): (vr, date)
        for key, date in (("listed", False), ("dates_listed", True))
        for creator, elements in _load("private")[key].items()
        for text, vr in elements.items()
    }


def _load(name: str) -> Any:
    return data_json(f"deidentify_{name}.json")


def _tag(text: str) -> int:
    """``0010,0020`` as a number."""
    group, element = text.split(",")
    return int(group, 16) << 16 | int(element, 16)
