"""Whether an element that stays holds what its value representation says.

In a damaged file one wrong length makes an element swallow those behind it: a row count
whose value is a thousand bytes, a number with a name inside. What swallowed something goes.
"""

from __future__ import annotations

import re

from pydicom.datadict import dictionary_VM

from .deidentify_elements import SIZES, Found

_TEXTS = frozenset("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split())  # noqa: SIM905
#: Signs that stand in no text: line ends, tabulators and the escapes of character sets may.
_CONTROL = re.compile("[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_FORMS = {
    "UI": re.compile(r"[\d.\\ \0]*"),
    # What scanners write for a missing number, and the comma of some, is no harm.
    "DS": re.compile(r"[-+\d.,eE\\ ]*|[-+]?(nan|inf)", re.IGNORECASE),
    "IS": re.compile(r"[-+\d.,eE\\ ]*|[-+]?(nan|inf)", re.IGNORECASE),
}


def is_sound(found: Found) -> bool:
    """Whether the value can be what it says it is; bulk data (pixels) are not judged."""
    if found.vr in SIZES:
        return _is_numbers(found)
    if found.vr not in _TEXTS:
        return True
    form = _FORMS.get(found.vr)
    text = found.text
    return not _CONTROL.search(text) and (form is None or form.fullmatch(text) is not None)


def _is_numbers(found: Found) -> bool:
    value = found.element.value
    if not isinstance(value, bytes):
        # pydicom has decoded it, so they are numbers.
        return True
    count, rest = divmod(len(value), SIZES[found.vr])
    most = dictionary_VM(found.tag).split("-")[-1]
    return not rest and (not most.isdigit() or count <= int(most))
