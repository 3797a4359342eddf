"""What would be done to one data set, element by element, without doing it.

A plan reads and never writes, so that a preview and the deed itself are one and the same.
What stays is not even decoded: its bytes go to the new file as they came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from ..core.persons import Persons
from .elements import SIZES, Found, is_sound
from .profile import Rule, Rules
from .values import Replacements, dummy, shifted

_CHARSET = 0x00080005
_PATIENT_NAME = 0x00100010
_PATIENT_ID = 0x00100020
_PATIENT_GROUP = 0x0010
#: What readers need to understand a data set at all.
_CHARSET_FORM = re.compile(r"(ISO[ _]?(2022 )?IR[ _]?\d+|GB18030|GBK|\\| )*", re.IGNORECASE)

_DAMAGED = "damaged: its value is not what it says it is"
#: What the value of a private element known to be safe looks like.
_NUMBERS = re.compile(r"[-+\d.eE: \\]*")
_CODES = re.compile(r"[A-Z0-9_ \\]*")
#: Texts that stay unless they repeat a name, and what names are taken from.
_FREE_TEXT = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
_NAMING = (_FREE_TEXT - {"CS"}) | {"DA"}
#: Numbers as text: they repeat a long number of a person, or none.
_NUMBER_TEXT = frozenset({"DS", "IS"})
_LONG_NUMBER = re.compile(r"\s*0*\d{6,}\s*")
#: Bytes that may hold words, searched where they are few.
_BYTES, _MOST_BYTES = frozenset({"OB", "UN"}), 1 << 16
_PIXELS = frozenset({0x7FE00010, 0x7FE00008, 0x7FE00009})
_REPEATS = "repeats a name, number or birth date that is removed"


@dataclass(frozen=True)
class Change:
    """One element, and what happens to it.

    :param tag: ``(0010,0020)``.
    :param keyword: the standard's keyword, "" for private and unknown elements.
    :param action: ``remove``, ``empty``, ``replace``, ``shift``, or ``keep`` where it stays
        only because an option says so.
    :param before: the value as it was, shortened. Never put it where it may not be read.
    :param after: the value as it is now, "" where it is gone or empty.
    :param path: the sequence items around it, outermost first, "" at the top.
    :param reason: the rule.
    """

    tag: str
    keyword: str
    action: str
    before: str = field(repr=False)
    after: str = field(repr=False)
    path: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Step:
    """A change together with what carries it out; ``element`` None removes."""

    dataset: Dataset
    tag: int
    element: DataElement | RawDataElement | None
    change: Change

    def apply(self) -> None:
        if self.element is not None:
            self.dataset[self.tag] = self.element
        elif self.change.action == "remove":
            del self.dataset[self.tag]


class _Kept(NamedTuple):
    """A text that stays unless it repeats a name; ``reason`` where its staying is told."""

    found: Found
    charset: str
    reason: str = ""


class Plan:
    """The steps for one data set and its file header.

    :raises DeidentifyError: a sequence cannot be read, so what it holds is unknown.
    """

    def __init__(self, dataset: Dataset, rules: Rules, values: Replacements) -> None:
        self.steps: list[Step] = []
        self._rules = rules
        self._values = values
        number, name, birth, study = (
            str(dataset.get(keyword) or "").strip()
            for keyword in ("PatientID", "PatientName", "PatientBirthDate", "StudyInstanceUID")
        )
        # Without a number the name and birth date stand for a person, or else the study.
        key = f"name:{name}|{birth}" if name else f"study:{study}"
        self._pseudonym = values.patient(number) if number else values.pseudonym(key)
        self._days = values.shift_days(f"id:{number}" if number else key)
        self._charset = Found.at(dataset, _CHARSET).text if _CHARSET in dataset else ""
        #: Whose names and numbers may stand nowhere any more.
        self.persons = Persons()
        self._texts: list[_Kept] = []
        header = getattr(dataset, "file_meta", None) or Dataset()
        for tag in map(int, list(header.keys())):
            found, rule = Found.at(header, tag), rules.of_file_header(tag)
            if rule is not None:
                self._act(found, rule)
            elif found.vr in _FREE_TEXT:
                self._texts.append(_Kept(found, self._charset))
        self._walk(dataset, "")
        self._search_texts()

    def _walk(self, dataset: Dataset, path: str) -> None:
        outside = self._charset
        if _CHARSET in dataset:
            self._charset = Found.at(dataset, _CHARSET).text
        self._walk_elements(dataset, path)
        self._charset = outside

    def _walk_elements(self, dataset: Dataset, path: str) -> None:
        private: list[int] = []
        for tag in map(int, list(dataset.keys())):
            if tag >> 16 & 1:
                private.append(tag)
                continue
            found = Found.at(dataset, tag, path)
            rule = self._rules.of(tag, found.vr)
            if rule is not None:
                self._act(found, rule)
            elif found.vr == "SQ":
                self._into(found)
            elif not is_sound(found):
                self._note(found, "remove", _DAMAGED)
            elif _may_name(found):
                self._texts.append(_Kept(found, self._charset))
        if private:
            self._private(dataset, sorted(private), path)

    def _into(self, found: Found) -> None:
        for number, item in enumerate(found.items()):
            self._walk(item, f"{found.path}{found.name}[{number}]")

    def _act(self, found: Found, rule: Rule) -> None:
        if rule.identity and found.vr in _NAMING:
            self._learn(found)
        action = rule.action
        if action == "shift":
            if self._shift(found, rule):
                return
            action = rule.otherwise
        if action == "remove":
            self._note(found, "remove", rule.reason)
        elif action == "keep":
            if found.vr != "SQ" and not is_sound(found):
                self._note(found, "remove", _DAMAGED)
            elif _may_name(found):
                self._texts.append(_Kept(found, self._charset, rule.reason))
            else:
                self._note(found, "keep", rule.reason)
            if found.vr == "SQ":
                self._into(found)
        elif action == "uid" and found.vr == "SQ":
            self._into(found)
        elif found.tag in (_PATIENT_ID, _PATIENT_NAME):
            self._replace_patient(found, rule.reason)
        elif not found.filled:
            return
        elif action == "uid":
            # A file may state any VR; what is written is a UID.
            new = self._new_uids(found.text)
            self._set(found._replace(vr="UI"), new, "replace", rule.reason)
        elif action == "dummy":
            value = self._skeleton_of(found) if found.vr == "SQ" else dummy(found.vr)
            self._set(found, value, "replace", rule.reason)
        else:
            nothing = b"" if found.vr[0] == "O" or found.vr == "UN" else ""
            empty = Sequence([]) if found.vr == "SQ" else nothing
            self._set(found, empty, "empty", rule.reason)

    def _shift(self, found: Found, rule: Rule) -> bool:
        """Whether a date could be shifted, or there was none."""
        old = found.text
        new = None if found.vr == "SQ" else shifted(old, found.vr, self._days)
        if new is None:
            return False
        if new != old:
            self._set(found, new, "shift", rule.reason)
        elif old:
            self._note(found, "keep", rule.reason)
        return True

    def _replace_patient(self, found: Found, reason: str) -> None:
        """Inside a sequence another patient may be meant, whose number follows its own."""
        if not found.path:
            self._set(found, self._pseudonym, "replace", reason)
        elif found.filled and found.tag == _PATIENT_ID:
            number = str(found.dataset[found.tag].value)
            self._set(found, self._values.patient(number), "replace", reason)
        elif found.filled:
            self._set(found, "", "empty", reason)

    def _new_uids(self, text: str) -> str:
        return "\\".join(self._values.uid(uid.strip()) for uid in text.split("\\"))

    def _skeleton_of(self, found: Found) -> Sequence:
        """A sequence of the same make with one item and no value of the old ones."""
        return Sequence([self._skeleton(item) for item in found.items()[:1]])

    def _skeleton(self, item: Dataset) -> Dataset:
        made = Dataset()
        for tag in map(int, list(item.keys())):
            if tag >> 16 & 1:
                continue
            found = Found.at(item, tag)
            rule = self._rules.of(tag, found.vr)
            action = "keep" if rule is None else rule.action
            value: Any
            if action == "remove":
                continue
            if found.vr == "SQ":
                value = self._skeleton_of(found)
            elif action == "uid":
                value = self._new_uids(found.text)
            elif action == "keep" and found.vr in ("UI", "CS") and is_sound(found):
                # Codes and classes say what the item is; without them it is none.
                value = found.text
            else:
                value = dummy(found.vr, found.multiplicity) if found.filled else None
            made.add_new(tag, found.vr, value)
        return made

    def _private(self, dataset: Dataset, tags: list[int], path: str) -> None:
        elements = {tag: Found.at(dataset, tag, path) for tag in tags}
        creators = {tag: elements.pop(tag) for tag in tags if 0x10 <= tag & 0xFFFF <= 0xFF}
        needed = set()
        for tag, found in elements.items():
            block = tag >> 16 << 16 | (tag & 0xFFFF) >> 8
            if block in creators and self._keep_private(found, creators[block].text):
                needed.add(block)
            else:
                self._note(found, "remove", "private, not known to be safe")
        for tag, found in creators.items():
            stays = tag in needed
            reason = "creator of private elements" + (" that stay" if stays else "")
            self._note(found, "keep" if stays else "remove", reason)

    def _keep_private(self, found: Found, creator: str) -> bool:
        """Whether a private element stays; its step is added if so."""
        safe = self._rules.safe_private(creator, found.tag >> 16, found.tag & 0xFF)
        if safe is None or found.element.VR not in (None, "", "UN", safe[0]):
            return False
        vr, date = safe
        if not date:
            stays = _looks_like(found, vr)
            if stays:
                known = found._replace(vr=vr)
                self._texts.append(_Kept(known, self._charset, "private, known to be safe"))
            return stays
        rule = self._rules.private_date()
        new = shifted(found.text, vr, self._days if rule.action == "shift" else 0)
        if rule.action == "remove" or new is None:
            return False
        if rule.action == "shift":
            self._set(found._replace(vr=vr), new, "shift", rule.reason)
        else:
            self._note(found, "keep", rule.reason)
        return True

    def _learn(self, found: Found) -> None:
        """What stands here may stand nowhere else."""
        own = found.tag >> 16 == _PATIENT_GROUP and not found.path
        for text in found.readings(self._charset):
            if found.vr == "PN":
                self.persons.add_name(text, own)
            elif found.vr == "DA":
                self.persons.add_date(text)
            else:
                self.persons.add_number(text, own)

    def _search_texts(self) -> None:
        """Empty the kept texts that repeat a name or number which was taken out elsewhere."""
        for kept in self._texts:
            found, readings = kept.found, kept.found.readings(kept.charset)
            if found.vr in _NUMBER_TEXT:
                readings = {part for part in found.text.split("\\") if _LONG_NUMBER.fullmatch(part)}
            if not self.persons.stand_in(*readings):
                if kept.reason:
                    self._note(found, "keep", kept.reason)
            elif found.vr in _BYTES:
                self._note(found, "remove", _REPEATS)
            else:
                self._set(found, self._without_names(found), "empty", _REPEATS)

    def _without_names(self, found: Found) -> str:
        """Of a list of codes what names nobody, so that an image is known for what it is."""
        if found.vr != "CS":
            return ""
        named = self.persons.stand_in, self.persons.are_words_of
        parts = ["" if any(f(part) for f in named) else part for part in found.text.split("\\")]
        rest = "\\".join(parts).rstrip("\\ ")
        return "" if self.persons.stand_in(rest) else rest

    def _note(self, found: Found, action: str, reason: str) -> None:
        after = found.shown if action == "keep" else ""
        self.steps.append(step_on(found, action, after, reason))

    def _set(self, found: Found, value: Any, action: str, reason: str) -> None:
        after = "a sequence" if found.vr == "SQ" else str(value or "")
        try:
            element = DataElement(found.tag, found.vr, value)
        except (ValueError, TypeError, OverflowError):  # of a VR that this cannot be
            self._note(found, "remove", _DAMAGED)
            return
        self.steps.append(step_on(found, action, after, reason, element))


def step_on(
    found: Found,
    action: str,
    after: str,
    reason: str,
    element: DataElement | RawDataElement | None = None,
) -> Step:
    """The step that does something to an element, with the change that tells of it."""
    change = Change(found.name, found.keyword, action, found.shown, after, found.path, reason)
    return Step(found.dataset, found.tag, element, change)


def _looks_like(found: Found, vr: str) -> bool:
    """Whether a private element holds what its entry says, so that no name hides there."""
    value = found.element.value
    if vr in SIZES:
        # Bytes are not decoded yet; anything else pydicom has decoded as numbers.
        return not isinstance(value, bytes) or len(value) % SIZES[vr] == 0
    pattern = _CODES if vr == "CS" else _NUMBERS
    return pattern.fullmatch(found.text) is not None


def _may_name(found: Found) -> bool:
    """Whether a kept element is searched for names."""
    if found.tag == _CHARSET:
        return _CHARSET_FORM.fullmatch(found.text) is None
    if found.vr in _BYTES:
        value = found.element.value
        few = isinstance(value, bytes) and len(value) <= _MOST_BYTES
        return few and found.tag not in _PIXELS
    return found.vr in _FREE_TEXT or found.vr in _NUMBER_TEXT
