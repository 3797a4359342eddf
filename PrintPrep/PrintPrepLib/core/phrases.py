"""Sentences for people: marked where they stand, translated where they are shown.

Every sentence that a person can meet is a literal inside ``_()``, or inside the ``_()`` of
``slicer.i18n`` in the panel, so that Slicer's extraction finds it. Inside the library the mark
changes nothing: a sentence stays an English template beside the values that fill it, and is
translated as late as possible. ``text`` is always English (JSON, logs), ``said`` is in the
language that a face has set.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .outward import one_line
from .package_data import data_file, data_names

_FIELD = re.compile(r"(?<!\{)\{([^{}]+)\}(?!\})")
_PREFIX, _SUFFIX = "PrintPrep_", ".ts"

_sentences: dict[str, str] = {}
_in_use = "en"


def _(sentence: str) -> str:
    """Mark a sentence for translation, and return it as it is."""
    return sentence


def languages() -> list[str]:
    """The languages that sentences can be shown in, such as ``de``; English first."""
    names = data_names("translations", _SUFFIX)
    return ["en", *(name.removeprefix(_PREFIX).removesuffix(_SUFFIX) for name in names)]


def use_language(code: str) -> str:
    """Show sentences in a language from now on, in the whole process.

    :param code: as Qt and Slicer have it: ``de``, ``de-AT`` or ``de_AT``; a language that is not
        there gives English.
    :return: the language now in use.
    """
    global _in_use
    chosen = re.split("[-_]", code.lower())[0]
    _in_use = chosen if chosen in languages() else "en"
    _sentences.clear()
    if _in_use != "en":
        _sentences.update(_read(data_file("translations", f"{_PREFIX}{_in_use}{_SUFFIX}")))
    return _in_use


def language() -> str:
    """The language in use, such as ``de``."""
    return _in_use


def _read(content: bytes) -> dict[str, str]:
    """The finished translations of a file as Qt Linguist and Weblate write it."""
    from xml.etree import ElementTree

    found = {}
    for message in ElementTree.fromstring(content).iter("message"):
        source, target = message.findtext("source", ""), message.find("translation")
        if target is None or target.get("type") is not None or not target.text:
            continue
        # As Slicer has it: a translation that has lost a placeholder is not taken.
        if set(_FIELD.findall(source)) == set(_FIELD.findall(target.text)):
            found[source] = target.text
    return found


def translated(sentence: str) -> str:
    """A marked sentence, or one of its templates, in the language in use."""
    return _sentences.get(sentence, sentence)


@dataclass(frozen=True)
class Phrase:
    """A marked template and what fills it; the values may be phrases themselves."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def text(self) -> str:
        """The English phrase."""
        return filled(self.template, self.values)

    @property
    def said(self) -> str:
        """The phrase in the language in use."""
        return filled(self.template, self.values, translated)


def filled(template: str, values: Mapping[str, Any], words: Callable[[str], str] = _) -> str:
    """A template with its values, both passed through ``words``; without values it is as it is."""
    if not values:
        return one_line(words(template))

    def worded(value: Any) -> Any:
        if isinstance(value, Phrase):
            return filled(value.template, value.values, words)
        # What comes from a file may not steer a terminal, nor begin a line of its own.
        return one_line(value) if isinstance(value, str) else value

    return words(template).format(**{key: worded(value) for key, value in values.items()})


def counted(count: int, one: str, many: str, **values: Any) -> Phrase:
    """A phrase in the singular or the plural, for a ``{count}``.

    :param one, many: marked templates.
    """
    return Phrase(one if count == 1 else many, {"count": count, **values})


def joined(phrases: Iterable[Phrase], between: str = "; ") -> Phrase:
    """Several phrases as one."""
    values = {f"part{index}": phrase for index, phrase in enumerate(phrases)}
    return Phrase(between.join(f"{{{name}}}" for name in values), values)


def in_words(phrases: Iterable[Phrase], pair: str = _("{one} and {other}")) -> Phrase:
    """Phrases as a list in words; an empty one for none.

    :param pair: marked template that joins ``{one}`` and ``{other}``.
    """
    whole = Phrase("")
    for number, phrase in enumerate(phrases):
        whole = Phrase(pair, {"one": whole, "other": phrase}) if number else phrase
    return whole


def recognized(text: str, templates: Iterable[str]) -> Phrase:
    """The phrase that an English text was made of, as it stands in JSON.

    :param templates: marked, their placeholders without a format. A text that none of them
        made is returned as it is.
    """
    for template in templates:
        pattern = _FIELD.sub(r"(?P<\1>.+?)", re.sub(r"[.^$*+?()|\[\]]", r"\\\g<0>", template))
        found = re.fullmatch(pattern, text)
        if found:
            return Phrase(template, {key: Phrase(part) for key, part in found.groupdict().items()})
    return Phrase(text)


def bound_mm(length: float) -> str:
    """A length that is not exceeded, in whole micrometres rounded up."""
    return f"{max(1, math.ceil(1000 * length)) / 1000:.3f} mm"


def listed(texts: Iterable[str], most: int) -> Phrase | str:
    """The first few of a list, and how many there are more."""
    texts = list(texts)
    shown, more = ", ".join(texts[:most]), len(texts) - most
    return (
        Phrase(_("{listed} and {more} more"), {"listed": shown, "more": more})
        if more > 0
        else shown
    )


_NAMING = (
    (re.compile("copy of .+", re.DOTALL), _("copy of another file")),
    (
        re.compile("same image as .+ at the same position", re.DOTALL),
        _("same image as another one at the same position"),
    ),
)


def grouped(rejected: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[str]]]:
    """Reasons with the files they concern, most files first.

    Reasons that name another file are one where they are alike: a series sent twice would
    fill the screen otherwise.
    """
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for entry in rejected:
        kinds.setdefault(_kind(entry["reason"]), []).append(entry)
    named = {
        entries[0]["reason"] if len(entries) == 1 else kind: [
            str(entry["file"]) for entry in entries
        ]
        for kind, entries in kinds.items()
    }
    return sorted(named.items(), key=lambda item: -len(item[1]))


#: Reasons whose other words come from a file: what a parser stumbled over, what it calls itself.
_QUOTING = (
    (re.compile(r"damaged DICOM header \(.*\)", re.DOTALL), _("damaged DICOM header")),
    (re.compile(r"colour image \(.*\), not a slice", re.DOTALL), _("colour image, not a slice")),
)


def without_names(reason: str) -> str:
    """A reason in English without the name of another file, and without words of a header."""
    for pattern, general in (*_NAMING, *_QUOTING):
        if pattern.fullmatch(reason):
            return general
    return reason


def _kind(reason: str) -> str:
    """The reason without the name of another file."""
    for pattern, general in _NAMING:
        if pattern.fullmatch(reason):
            return general
    return reason
