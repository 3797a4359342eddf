"""Names, numbers and birth dates of persons, found again in other texts.

A name is found in any order, case and spelling (accents, ``ue`` for ``ü``, glued together, with
initials); a number with or without signs between its digits; a date in the forms that people and
machines write. What is a short word by itself is found only where the rest of the name is near:
emptying every text with ``Li`` in it would help nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from .phrases import Phrase

#: Words that stand where a name should and name nobody, titles, and parts of many names.
_NOBODY = frozenset(
    "anonymized anonymised anonymous anonym none unknown unnamed patient noname name".split()  # noqa: SIM905
)
_PARTICLES = frozenset("dr mr mrs ms prof med jr sr herr frau von van der den del bin ibn".split())  # noqa: SIM905
#: Whole values that the standard defines: they stay, whatever a person is called.
_TERMS = frozenset(
    "ORIGINAL DERIVED PRIMARY SECONDARY AXIAL LOCALIZER OTHER NONE AVERAGE MPR MIP HELIX SPIRAL "  # noqa: SIM905
    "CT MR PT NM US OT RTSTRUCT RTDOSE RTPLAN SEG HU HFS HFP FFS FFP HFDL HFDR FFDL FFDR "
    "MONOCHROME1 MONOCHROME2 RGB YES NO LEFT RIGHT BOTH HEAD NECK SKULL BRAIN FACE CHEST HEART "
    "SPINE CSPINE TSPINE LSPINE ABDOMEN PELVIS HIP KNEE ANKLE FOOT HAND WRIST ELBOW SHOULDER ARM "
    "LEG EAR EYE JAW BREAST LUNG LIVER EXTREMITY BQML CNTS GML".split()
)
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
#: Chinese, Japanese and Korean are written without spaces.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")
_WORD = re.compile(r"[^\W\d_]+")
_LETTER, _SIGN = r"[^\W\d_]", r"[^\W_]"
_MOST_WORDS, _LONGEST = 8, 64
_OWN_WORD, _WORD_OF_OTHERS, _NUMBER, _GLUED = 3, 4, 4, 5
#: The first letters of the months in English, German, French and Spanish.
_MONTHS = (
    *("jan|ene", "feb|fev", "mar|maer|mrz", "apr|avr|abr", "may|mai", "jun|juin", "jul|juil"),
    *("aug|aou|ago", "sep", "oct|okt", "nov", "dec|dez|dic"),
)


class Persons:
    """Whose names, numbers and birth dates may stand nowhere else."""

    def __init__(self) -> None:
        self._patterns: set[str] = set()
        self._words: set[str] = set()

    def add_name(self, name: str, own: bool = True) -> None:
        """The name of a person as DICOM writes it, or in plain words.

        :param own: of the patient, whose names are found where they are short, too.
        """
        for whole in re.split(r"[\\=]", name):
            words: list[str] = []
            for component in whole.split("^")[:3]:
                if any(sign.isdigit() for sign in component):
                    self.add_number(component, own)
                else:
                    words += _WORD.findall(_folded(component))
            self._add_words(words, own)
            if _folded(whole, True) != _folded(whole):
                self._add_words(_WORD.findall(_folded(whole, True)), own)

    def add_number(self, number: str, own: bool = True) -> None:
        """A number, or another text that names someone as a whole."""
        for part in number.split("\\"):
            folded = _folded(part)
            key = "".join(re.findall(_SIGN, folded))
            if not key or key in _NOBODY:
                continue
            if len(key) > _LONGEST:
                self._patterns.add(re.escape(folded.strip()))
            elif key.isdigit():
                self._add_digits(key)
            elif len(key) > _NUMBER and any(map(str.isdigit, key)):
                before, after = (r"(?<!\d)" if key[0].isdigit() else ""), r"(?!\d)"
                self._patterns.add(before + r"[\W_]{0,2}".join(map(re.escape, key)) + after)
            elif len(key) >= _NUMBER or (own and len(key) > 1 and not key.isalpha()):
                # Short ones, and words: by themselves only.
                inside = r"[\W_]{0,2}".join(map(re.escape, key))
                self._patterns.add(f"(?<!{_SIGN}){inside}(?!{_SIGN})")

    def add_date(self, text: str) -> None:
        """A day of birth, as ``YYYYMMDD`` or with signs between."""
        found = re.fullmatch(r"\s*(\d{4})[-./]?(\d\d)[-./]?(\d\d).*", text, re.DOTALL)
        if found and 1 <= int(found[2]) <= 12:
            self._patterns.update(_dates(*map(int, found.groups())))

    def stand_in(self, *readings: str) -> bool:
        """Whether anything of them stands in a text, of which there may be several readings."""
        if not self._patterns:
            return False
        pattern = _any_of(frozenset(self._patterns))
        for text in readings:
            if text.strip(" \0").upper() in _TERMS:
                continue
            if any(pattern.search(_folded(text, umlauts)) for umlauts in (False, True)):
                return True
        return False

    def are_words_of(self, text: str) -> bool:
        """Whether a text is made of words of their names alone, however short."""
        words = _WORD.findall(_folded(text))
        return bool(words) and self._words.issuperset(words)

    def left_out(self, value: Any) -> Any:
        """A value (texts, phrases, lists and mappings of them) without what names them."""
        if isinstance(value, str):
            rest = "\\".join(part for part in value.split("\\") if not self.stand_in(part))
            return "" if self.stand_in(rest) else rest
        if isinstance(value, Phrase):
            return Phrase(value.template, self.left_out(value.values))
        if isinstance(value, Mapping):
            return {key: self.left_out(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            pairs = [(self.left_out(item), item) for item in value]
            return [new for new, old in pairs if new != "" or old == ""]
        return value

    def _add_digits(self, key: str) -> None:
        digits = key.lstrip("0") or key
        if len(digits) >= _NUMBER:
            between = r"[-./ ]?" if len(digits) > _NUMBER else ""
            self._patterns.add(r"(?<!\d)0*" + between.join(digits) + r"(?!\d)")

    def _add_words(self, words: Iterable[str], own: bool) -> None:
        every = list(dict.fromkeys(words))[:_MOST_WORDS]
        names = [word for word in every if word not in _NOBODY]
        self._words.update(names)
        start, end = f"(?<!{_LETTER})", f"(?!{_LETTER})"
        for word in names:
            if _UNSPACED.search(word):
                if len(word) > 1:
                    self._patterns.add(re.escape(word))
            elif len(word) >= (_OWN_WORD if own else _WORD_OF_OTHERS) and word not in _PARTICLES:
                self._patterns.add(f"{start}{re.escape(word)}{end}")
        for one in names:
            for other in names:
                if one == other or {one, other} <= _PARTICLES:
                    continue
                two = f"{re.escape(one)}[\\W\\d_]{{0,3}}{re.escape(other)}"
                if _UNSPACED.search(one + other):
                    self._patterns.add(two)
                elif len(one + other) > 2 or len(every) == 2:
                    self._patterns.add(f"{start}{two}{end}")
                if len(one + other) >= _GLUED:
                    # With another given name or its initial between them, or in other words.
                    between = rf"[\W\d_]{{1,3}}{_LETTER}{{1,12}}[\W\d_]{{1,3}}"
                    spread = f"{re.escape(one)}{between}{re.escape(other)}"
                    self._patterns |= {f"{start}{spread}{end}", re.escape(one + other)}
                if own and len(one) > 1 and one not in _PARTICLES:
                    signs, initial = r"[\W_]{1,3}", re.escape(other[0])
                    self._patterns.add(f"{start}{re.escape(one)}{signs}{initial}{end}")
                    self._patterns.add(f"{start}{initial}{signs}{re.escape(one)}{end}")


def _folded(text: str, umlauts: bool = False) -> str:
    """Small letters without accents; ``ue`` for ``ü`` where ``umlauts``."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if umlauts:
        text = text.translate(_UMLAUTS)
    parts = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(p for p in parts if not unicodedata.combining(p)))


def _dates(year: int, month: int, day: int) -> Iterable[str]:
    """Patterns of a date, long years and short, with signs between or without."""
    signs, maybe = r"[\W_]{1,3}", r"[\W_]{0,3}"
    m, d = f"{month:02}", f"{day:02}"
    loose_m, loose_d = f"0?{month}", f"0?{day}"
    # A time of day may follow at once.
    yield rf"(?<!\d){year:04}{maybe}{m}{maybe}{d}"
    for y in (f"{year:04}", f"{year % 100:02}"):
        for parts in ((y, m, d), (d, m, y), (m, d, y)):
            yield rf"(?<!\d){maybe.join(parts)}(?!\d)"
        for parts in ((y, loose_m, loose_d), (loose_d, loose_m, y), (loose_m, loose_d, y)):
            yield rf"(?<!\d){signs.join(parts)}(?!\d)"
        name = rf"(?:{_MONTHS[month - 1]}){_LETTER}*"
        yield rf"(?<!\d){loose_d}(?:st|nd|rd|th)?{maybe}(?:de )?{name}{maybe}(?:de )?{y}(?!\d)"
        yield rf"{name}{maybe}{loose_d}(?:st|nd|rd|th)?{signs}{y}(?!\d)"
        yield rf"(?<!\d){y}{maybe}{name}{maybe}{loose_d}(?!\d)"


@lru_cache(maxsize=64)
def _any_of(patterns: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(patterns)))
