"""Which files an archive holds, and what series they belong to."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..core.errors import SeriesError
from ..dicom.elements import (
    OTHERWISE_ENCODED,
    Cut,
    Element,
    Irregular,
    elements,
    envelope,
    is_media_directory,
    text,
)

#: A hidden folder beside the results: the journal, and new files until they are whole and
#: move to their places, so that what a killed run leaves is nowhere else.
FOLDER = ".printprep-convert"

NOT_DICOM = "not DICOM"
DIRECTORY = "a DICOMDIR, whose index would not fit the new files"

_HEAD = 16 * 1024
_PATIENT_ID, _MODALITY = 0x00100020, 0x00080060
_SOP, _STUDY, _SERIES = 0x00080018, 0x0020000D, 0x0020000E
_SERIES_NUMBER, _INSTANCE_NUMBER = 0x00200011, 0x00200013
_WANTED = (_MODALITY, _SOP, _PATIENT_ID, _STUDY, _SERIES, _SERIES_NUMBER, _INSTANCE_NUMBER)


@dataclass(frozen=True, slots=True)
class Source:
    """One input file.

    :param label: its name relative to the input it was found in, with slashes.
    :param size: in bytes.
    """

    path: str
    label: str
    size: int = 0
    mtime_ns: int = 0


@dataclass(frozen=True)
class Found:
    """Everything below the inputs.

    :param left_out: what is no file to be read, with the reason.
    """

    sources: tuple[Source, ...]
    left_out: tuple[tuple[Source, str], ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a file's header says of where it belongs; all texts raw, as in the file.

    :param unusable: why it is no DICOM file to be converted, or empty.
    """

    index: int
    unusable: str = ""
    failed: bool = False
    syntax: str = ""
    patient: str = ""
    study: str = ""
    series: str = ""
    instance: str = ""
    modality: str = ""
    series_number: str = ""
    instance_number: str = ""

    @property
    def compressed(self) -> bool:
        """Whether the file is in the private transfer syntax."""
        from ..dicom.elscint_block import TRANSFER_SYNTAX

        return self.syntax == TRANSFER_SYNTAX


# What is there


def find(inputs: Sequence[str | os.PathLike[str]], out: str | os.PathLike[str]) -> Found:
    """All files below the inputs, in a fixed order, each once; ``out`` is not looked into.

    Links to files are followed, links to folders are not (they could lead in circles).

    :raises SeriesError: an input does not exist or is ``out`` itself.
    """
    result = os.path.realpath(out)
    sources: list[Source] = []
    left_out: list[tuple[Source, str]] = []
    seen: set[str] = set()
    for path, label, real in _paths(inputs, result, left_out):
        try:
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                real = os.path.realpath(path)
                status = os.stat(path)
        except OSError as error:
            reason = f"cannot be read ({error.strerror or type(error).__name__})"
            left_out.append((Source(path, label), reason))
            continue
        if real in seen:
            continue
        seen.add(real)
        source = Source(path, label, status.st_size, status.st_mtime_ns)
        if stat.S_ISREG(status.st_mode):
            sources.append(source)
        else:
            left_out.append((source, "not a file, but a pipe or a device"))
    return Found(tuple(sources), tuple(left_out))


def _paths(
    inputs: Sequence[str | os.PathLike[str]], out: str, left_out: list[tuple[Source, str]]
) -> Iterator[tuple[str, str, str]]:
    """Path, label and real place (but for a link of its own) of every file."""
    roots = [os.path.abspath(item) for item in inputs]
    names: set[str] = set()
    for root in roots:
        if not os.path.exists(root):
            raise SeriesError("there is no such file or folder", file=root, remedy="Check the path")
        if os.path.realpath(root) == out:
            raise SeriesError(
                "the folder for the results is the input itself",
                file=root,
                remedy="Give another folder with --out",
            )
        name = _unused(os.path.basename(root), names)
        if not os.path.isdir(root):
            yield root, name, os.path.realpath(root)
            continue
        start = "" if len(roots) == 1 else f"{name}/"
        for folder, subfolders, files in os.walk(root):
            below = os.path.relpath(folder, root)
            prefix = start if below == "." else f"{start}{Path(below).as_posix()}/"
            for sub in sorted(subfolders):
                path = os.path.join(folder, sub)
                if os.path.islink(path):
                    left_out.append(
                        (Source(path, prefix + sub), "a link to a folder, which is not followed")
                    )
            subfolders[:] = [
                sub
                for sub in sorted(subfolders)
                if sub != FOLDER and os.path.realpath(os.path.join(folder, sub)) != out
            ]
            real = os.path.realpath(folder)
            for file in sorted(files):
                yield os.path.join(folder, file), prefix + file, os.path.join(real, file)


def _unused(name: str, names: set[str]) -> str:
    """``name``, or the same with a number where it is taken."""
    name = name or "input"
    stem, dot, suffix = name.rpartition(".")
    number = 1
    chosen = name
    while chosen in names:
        number += 1
        chosen = f"{stem}-{number}.{suffix}" if dot and stem else f"{name}-{number}"
    names.add(chosen)
    return chosen


# Whose it is


def identify_chunk(
    _: Any, chunk: Sequence[tuple[int, Source]], stopped: Callable[[], bool]
) -> Iterator[Identity]:
    """Read where files belong; one ``Identity`` each."""
    for index, source in chunk:
        if stopped():
            return
        try:
            yield _identity(index, source)
        except OSError as error:
            reason = f"cannot be read ({error.strerror or type(error).__name__})"
            yield Identity(index, reason, failed=True)


def _identity(index: int, source: Source) -> Identity:
    with open(source.path, "rb") as file:
        data = file.read(_HEAD)
        if not data:
            return Identity(index, f"{NOT_DICOM}: it is empty")
        while True:
            try:
                found = envelope(data)
                if found is None:
                    return Identity(index, NOT_DICOM)
                if is_media_directory(data, found):
                    return Identity(index, DIRECTORY)
                if found.syntax in OTHERWISE_ENCODED:
                    return _by_pydicom(index, source, found.syntax)
                values = _values(data, elements(data, found.start, found.explicit))
                return Identity(index, "", False, found.syntax, **values)
            except Cut:
                more = file.read(8 * len(data))
                if not more:
                    # What there is shall be converted or copied; its fate is told then.
                    return _by_pydicom(index, source, "")
                data += more
            except Irregular:
                return _by_pydicom(index, source, found.syntax if found else "")


_FIELDS = {
    _MODALITY: "modality",
    _SOP: "instance",
    _PATIENT_ID: "patient",
    _STUDY: "study",
    _SERIES: "series",
    _SERIES_NUMBER: "series_number",
    _INSTANCE_NUMBER: "instance_number",
}


def _values(data: bytes, present: Iterator[Element]) -> dict[str, str]:
    values = {}
    for element in present:
        if element.tag > _INSTANCE_NUMBER:
            break
        if element.tag in _FIELDS:
            # Thousands of files share their series: one text for all of them.
            values[_FIELDS[element.tag]] = sys.intern(text(data, element))
    return values


def _by_pydicom(index: int, source: Source, syntax: str) -> Identity:
    """The same for files that are encoded otherwise, or damaged."""
    from pydicom import dcmread

    try:
        dataset = dcmread(
            source.path, stop_before_pixels=True, specific_tags=list(_WANTED), force=True
        )
        values = {
            name: str(dataset[tag].value or "") for tag, name in _FIELDS.items() if tag in dataset
        }
    except Exception:  # noqa: BLE001  what is wrong is told when the file is converted
        values = {}
    return Identity(index, "", False, syntax, **values)


# Who does it


def share(key: str, number: int) -> int:
    """Which of ``number`` jobs (1 …) does what has this key; the same on every machine."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") % number + 1


# How the new files are called: as before, or by patient, study and series.
#
# With a de-identification every name is a pseudonym, because folders are often named after
# patients.

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
