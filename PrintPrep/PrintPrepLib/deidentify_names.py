"""Names and numbers of persons, and the kept texts that repeat them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from pydicom.charset import python_encoding

#: Texts that stay unless they repeat a name, and what names are taken from.
FREE_TEXT = frozenset({"LO", "LT", "SH", "ST", "UC", "UT"})
NAMING = FREE_TEXT | {"PN", "DA"}
_SHORTEST = 4
#: Words that stand where a name should, and name nobody.
_NOBODY = {"anonymized", "anonymous", "none", "unknown"}


def names_in(text: str, vr: str, charset: str = "") -> Iterator[str]:
    """The words of a name, or a whole number or text, that must not stand elsewhere.

    :param charset: SpecificCharacterSet. Beside every name in other letters comes the way
        its bytes look when they are read as Latin-1, as undecoded texts are.
    """
    if vr not in NAMING:
        return
    for part in re.split(r"[\^=\\ ,]+" if vr == "PN" else r"\\", text):
        name = part.strip(" \0.")
        if len(name) < _SHORTEST or name.lower() in _NOBODY:
            continue
        yield name
        if not name.isascii():
            for term in charset.split("\\"):
                with suppress(UnicodeEncodeError):
                    codec = python_encoding.get(term.strip(), "latin-1")
                    yield name.encode(codec).decode("latin-1")


@lru_cache(maxsize=64)
def any_of(names: frozenset[str]) -> re.Pattern[str]:
    """A pattern that finds any of the names as a word of its own."""
    words = "|".join(re.escape(name) for name in sorted(names))
    return re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE)
