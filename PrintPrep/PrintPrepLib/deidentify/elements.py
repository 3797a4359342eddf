"""Elements read for what they say, without decoding them for good.

pydicom decodes an element when it is asked for it, and what it cannot decode raises. Whoever
only has to know whether an element may stay reads its bytes.

In a damaged file one wrong length makes an element swallow those behind it: a row count whose
value is a thousand bytes, a number with a name inside. Such an element does not hold what its
value representation says, so it is not ``is_sound``.
"""

from __future__ import annotations

import re
import warnings
from contextlib import suppress
from typing import NamedTuple

from pydicom.charset import convert_encodings, decode_bytes
from pydicom.datadict import dictionary_has_tag, dictionary_VM, dictionary_VR, keyword_for_tag
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset

from ..core.phrases import _
from .options import DeidentifyError

#: Bytes of one number, for VRs that hold binary numbers.
SIZES = {
    **dict.fromkeys(("SS", "US"), 2),
    **dict.fromkeys(("AT", "FL", "SL", "UL"), 4),
    **dict.fromkeys(("FD", "SV", "UV"), 8),
}
_LONGEST_SHOWN = 120
_TEXTS = frozenset("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split())  # noqa: SIM905
#: Behind these another character set may begin.
_DELIMITERS = {0x09, 0x0A, 0x0C, 0x0D, 0x3D, 0x5C, 0x5E}
#: Signs that stand in no text: line ends, tabulators and the escapes of character sets may.
_CONTROL = re.compile("[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
# What scanners write for a missing number, and the comma of some, is no harm.
_DECIMALS = re.compile(r"[-+\d.,eE\\ ]*|[-+]?(nan|inf)", re.IGNORECASE)
_FORMS = {
    "UI": re.compile(r"[\d.\\ \0]*"),
    "AS": re.compile(r"[\dDWMY\\ ]*", re.IGNORECASE),
    **dict.fromkeys(("DA", "DT", "TM"), re.compile(r"[-+\d.:/\\ ]*")),
    **dict.fromkeys(("DS", "IS"), _DECIMALS),
}


class Found(NamedTuple):
    """An element where it stands.

    :param vr: its VR; the dictionary's where the file says none or unknown.
    :param path: the sequence items around it, outermost first, "" at the top.
    """

    dataset: Dataset
    tag: int
    element: DataElement | RawDataElement
    vr: str
    path: str

    @classmethod
    def at(cls, dataset: Dataset, tag: int, path: str = "") -> Found:
        """The element with that tag, which has to be there."""
        element = dataset.get_item(tag)
        vr = element.VR
        if vr in (None, "", "UN"):
            try:
                vr = dictionary_VR(tag)
            except KeyError:
                vr = "UN"
        return cls(dataset, tag, element, str(vr).split(" or ")[0], path)

    @property
    def name(self) -> str:
        """``(0010,0020)``."""
        return f"({self.tag >> 16:04X},{self.tag & 0xFFFF:04X})"

    @property
    def keyword(self) -> str:
        """The standard's keyword, "" where it has none."""
        return keyword_for_tag(self.tag) if dictionary_has_tag(self.tag) else ""

    @property
    def text(self) -> str:
        """The values as written, joined by backslashes, without padding.

        Undecoded bytes are read as Latin-1: nothing is lost, and nothing can fail.
        """
        value = self.element.value
        if value is None:
            return ""
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        elif isinstance(self.element, DataElement) and self.element.VM > 1:
            value = "\\".join(map(str, value))
        return str(value).strip(" \0")

    def readings(self, charset: str) -> set[str]:
        """The text as it may be meant: by the character set, as UTF-8, and byte for byte.

        :param charset: the values of SpecificCharacterSet, joined by backslashes.
        """
        value = self.element.value
        if not isinstance(value, bytes) or (value.isascii() and b"\x1b" not in value):
            return {self.text}
        found = {self.text}
        with warnings.catch_warnings(), suppress(Exception):  # pydicom raises what it likes
            warnings.simplefilter("ignore")
            codecs = convert_encodings(charset.split("\\"))
            found.add(decode_bytes(value, codecs, _DELIMITERS).strip(" \0"))
        with suppress(UnicodeDecodeError):
            found.add(value.decode("utf-8").strip(" \0"))
        return found

    @property
    def filled(self) -> bool:
        """Whether there is a value at all."""
        value = self.element.value
        if isinstance(value, bytes | str) or self.vr == "SQ":
            return bool(value)
        return value is not None and str(value) != ""

    @property
    def multiplicity(self) -> int:
        """How many values there are."""
        value = self.element.value
        if isinstance(value, bytes):
            return len(value) // SIZES[self.vr] if self.vr in SIZES else value.count(b"\\") + 1
        return 0 if value is None or isinstance(self.element, tuple) else self.element.VM

    @property
    def shown(self) -> str:
        """The value for a person to read, shortened."""
        if self.vr == "SQ":
            return "a sequence"
        if self.vr[0] == "O" or self.vr == "UN":
            return f"{len(self.element.value or b'')} bytes"
        return self.text[:_LONGEST_SHOWN]

    def items(self) -> list[Dataset]:
        """The items of a sequence.

        :raises DeidentifyError: they cannot be read.
        """
        try:
            return list(self.dataset[self.tag].value or ())
        except Exception as error:  # pydicom raises whatever its parser stumbles over
            raise DeidentifyError(
                _("a sequence is damaged, so nobody can tell what it holds ({reason})"),
                reason=str(error),
                tag=self.keyword or self.name,
            ) from error


def is_sound(found: Found) -> bool:
    """Whether the value can be what it says it is; bulk data (pixels) are not judged."""
    if found.vr in SIZES:
        value = found.element.value
        if not isinstance(value, bytes):
            return True  # pydicom has decoded it, so they are numbers
        count, rest = divmod(len(value), SIZES[found.vr])
        most = dictionary_VM(found.tag).split("-")[-1]
        return not rest and (not most.isdigit() or count <= int(most))
    if found.vr not in _TEXTS:
        return True
    text = found.text
    form = _FORMS.get(found.vr)
    return not _CONTROL.search(text) and (form is None or form.fullmatch(text) is not None)
