"""How the new files are called: as before, or by patient, study and series.

With a de-identification every name is a pseudonym, because folders are often named after
patients.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from .convertplan import Identity, Source

_LONGEST_NAME = 60
_UNSAFE = re.compile(r"[^\w.+-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
#: What the conversion itself writes at the top of its folder.
_OWN = re.compile(
    r"(summary|deidentification)(-part-\d+-of-\d+)?\.(json|csv)|\.printprep.*", re.IGNORECASE
)
_NUMBER = re.compile(r"[0-9]{1,12}")

#: ``texts(source)`` gives what a series' folders may be called: patient, study, series.
Texts = Callable[[Source], tuple[str, str, str]]


class Names:
    """The names of the new files.

    :param secret: hides the old names where the files are de-identified, else None.
    """

    def __init__(self, secret: bytes | None) -> None:
        self._secret = secret
        self._taken: set[str] = set()

    def short(self, what: str, size: int = 8) -> str:
        """A few letters that stand for a text; with a secret nobody else can tell for which."""
        data = what.encode("utf-8", "surrogateescape")
        if self._secret is None:
            return hashlib.sha256(data).hexdigest()[:size]
        return hmac.new(self._secret, b"name\0" + data, "sha256").hexdigest()[:size]

    def label(self, label: str) -> str:
        """How an input file is called in the records."""
        if self._secret is None:
            return label
        parts = PurePosixPath(label).parts
        return "/".join(self.short("/".join(parts[: n + 1]), 12) for n in range(len(parts)))

    def kept(self, label: str) -> str:
        """The new file's place in the same folders as before."""
        name = self.label(label)
        return f"{name}.dcm" if self._secret is not None or _OWN.fullmatch(name) else name

    def by_series(self, files: Sequence[tuple[Source, Identity]], texts: Texts) -> dict[int, str]:
        """The new files' places in one folder for each patient, study and series, by index."""
        folders: dict[tuple[str, str, str], str] = {}
        places = {}
        for source, identity in files:
            key = identity.patient, identity.study, identity.series
            if key not in folders:
                folders[key] = self._folder(identity, *texts(source))
            places[identity.index] = self._place(folders[key], identity)
        return places

    def _folder(self, identity: Identity, patient: str, study: str, series: str) -> str:
        return "/".join(
            (
                self._patient(patient),
                f"{safe_name(study) or 'study'}-{self.short(identity.study)}",
                f"{safe_name(series) or 'series'}-{self.short(identity.series)}",
            )
        )

    def _patient(self, words: str) -> str:
        name = safe_name(words)
        # Two numbers that differ in their signs only stay two.
        return name if name and name == words else f"{name or 'patient'}-{self.short(words)}"

    def _place(self, folder: str, identity: Identity) -> str:
        number = identity.instance_number
        number = f"{int(number):05d}" if _NUMBER.fullmatch(number) else "00000"
        stem = f"{folder}/{number}-{self.short(identity.instance)}"
        chosen, count = stem, 1
        while chosen.casefold() in self._taken:
            count += 1
            chosen = f"{stem}-{count}"
        self._taken.add(chosen.casefold())
        return f"{chosen}.dcm"


def safe_name(words: str) -> str:
    """The words as a name that every file system takes; empty where nothing is left."""
    name = _UNSAFE.sub("_", words)[:_LONGEST_NAME].strip("._-+ ")
    return f"{name}_" if _RESERVED.fullmatch(name) else name


def header_texts(source: Source) -> tuple[str, str, str]:
    """What the folders of a file's series may be called, from its header."""
    from pydicom import dcmread

    wanted = ("PatientID", "PatientName", "StudyDate", "StudyDescription")
    wanted += ("SeriesNumber", "SeriesDescription")
    try:
        dataset = dcmread(
            source.path,
            stop_before_pixels=True,
            force=True,
            specific_tags=["SpecificCharacterSet", *wanted],
        )
        values = [str(dataset.get(keyword) or "") for keyword in wanted]
    except Exception:  # noqa: BLE001  what is wrong is told when the file is converted
        return "", "", ""
    number, name, date, study, series_number, series = values
    return number or name, f"{date} {study}", f"{series_number} {series}"
