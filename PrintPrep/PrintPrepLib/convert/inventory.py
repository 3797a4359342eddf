"""Which files an archive holds, what series they belong to, and how the new ones are called.

New files are called as before, or by patient, study and series. With a de-identification every
name is a pseudonym, because folders are often named after patients.
"""

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

from ..core.errors import SeriesError
from ..core.phrases import Phrase, _
from ..dicom.elements import (
    OTHERWISE_ENCODED,
    Cut,
    Irregular,
    elements,
    envelope,
    is_media_directory,
    text,
)
from ..dicom.elscint_block import TRANSFER_SYNTAX
from .summary import unreadable

#: A hidden folder beside the results: the journal, and new files until they are whole and
#: move to their places, so that what a killed run leaves is nowhere else.
FOLDER = ".printprep-convert"

_HEAD = 16 * 1024
_MOST_READ = 1 << 20
_LAST = 0x00200013
_FIELDS = {
    0x00080018: "instance",
    0x00080060: "modality",
    0x00100020: "patient",
    0x0020000D: "study",
    0x0020000E: "series",
    0x00200011: "series_number",
    _LAST: "instance_number",
}

_LONGEST_NAME = 60
_UNSAFE = re.compile(r"[^\w.+-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
#: What the conversion itself writes at the top of its folder.
_OWN = re.compile(
    r"(summary|deidentification)(-part-\d+-of-\d+)?\.(json|csv)|\.printprep.*", re.IGNORECASE
)
_NUMBER = re.compile(r"[0-9]{1,12}")


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
    left_out: tuple[tuple[Source, Phrase], ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a file's header says of where it belongs; all texts raw, as in the file.

    :param unusable: why it is no DICOM file to be converted, or None.
    """

    index: int
    unusable: Phrase | None = None
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
        return self.syntax == TRANSFER_SYNTAX


#: ``texts(source)`` gives what a series' folders may be called: patient, study, series.
Texts = Callable[[Source], tuple[str, str, str]]


def find(inputs: Sequence[str | os.PathLike[str]], out: str | os.PathLike[str]) -> Found:
    """All files below the inputs, in a fixed order, each once; ``out`` is not looked into.

    Links to files are followed, links to folders are not (they could lead in circles).

    :raises SeriesError: an input does not exist or is ``out`` itself.
    """
    result = os.path.realpath(out)
    sources: list[Source] = []
    left_out: list[tuple[Source, Phrase]] = []
    seen: set[str] = set()
    for path, label, real in _paths(inputs, result, left_out):
        try:
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                real = os.path.realpath(path)
                status = os.stat(path)
        except OSError as error:
            left_out.append((Source(path, label), unreadable(error)))
            continue
        if real in seen:
            continue
        seen.add(real)
        source = Source(path, label, status.st_size, status.st_mtime_ns)
        if stat.S_ISREG(status.st_mode):
            sources.append(source)
        else:
            left_out.append((source, Phrase(_("not a file, but a pipe or a device"))))
    return Found(tuple(sources), tuple(left_out))


def _paths(
    inputs: Sequence[str | os.PathLike[str]], out: str, left_out: list[tuple[Source, Phrase]]
) -> Iterator[tuple[str, str, str]]:
    """Path, label and real place (but for a link of its own) of every file."""
    roots = [os.path.abspath(item) for item in inputs]
    names: set[str] = set()
    for root in roots:
        if not os.path.exists(root):
            missing = _("there is no such file or folder")
            raise SeriesError(missing, file=root, remedy=_("Check the path"))
        if os.path.realpath(root) == out:
            raise SeriesError(
                _("the folder for the results is the input itself"),
                file=root,
                remedy=_("Choose another folder for the results"),
            )
        name = _unused(os.path.basename(root), names)
        if not os.path.isdir(root):
            yield root, name, os.path.realpath(root)
            continue
        start = "" if len(roots) == 1 else f"{name}/"
        for folder, subfolders, files in os.walk(root):
            below = os.path.relpath(folder, root)
            prefix = start if below == "." else f"{start}{Path(below).as_posix()}/"
            subfolders.sort()
            for sub in subfolders:
                path = os.path.join(folder, sub)
                if os.path.islink(path):
                    why = Phrase(_("a link to a folder, which is not followed"))
                    left_out.append((Source(path, prefix + sub), why))
            subfolders[:] = [
                sub
                for sub in subfolders
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


def identify_chunk(
    state: object, chunk: Sequence[tuple[int, Source]], stopped: Callable[[], bool]
) -> Iterator[Identity]:
    """Read where files belong; one ``Identity`` each."""
    for index, source in chunk:
        if stopped():
            return
        try:
            yield _identity(index, source)
        except OSError as error:
            yield Identity(index, unreadable(error))
        except Exception:  # noqa: BLE001  one bad file; its fate is told when it is converted
            yield Identity(index)


def _identity(index: int, source: Source) -> Identity:
    with open(source.path, "rb") as file:
        data = file.read(_HEAD)
        if not data:
            return Identity(index, Phrase(_("not DICOM: it is empty")))
        found = None
        while True:
            try:
                found = envelope(data)
                if found is None:
                    return Identity(index, Phrase(_("not DICOM")))
                if is_media_directory(data, found):
                    directory = _("a DICOMDIR, whose index would not fit the new files")
                    return Identity(index, Phrase(directory))
                if found.syntax in OTHERWISE_ENCODED:
                    return _by_pydicom(index, source, found.syntax)
                values = {}
                for element in elements(data, found.start, found.explicit):
                    if element.tag > _LAST:
                        break
                    if element.tag in _FIELDS:
                        # Thousands of files share their series: one text for all of them.
                        values[_FIELDS[element.tag]] = sys.intern(text(data, element))
                return Identity(index, None, found.syntax, **values)
            except Cut:
                # A length may declare anything: pydicom skips what is not asked for.
                more = file.read(8 * len(data)) if len(data) < _MOST_READ else b""
                if not more:
                    # What there is shall be converted or copied; its fate is told then.
                    return _by_pydicom(index, source, found.syntax if found else "")
                data += more
            except Irregular:
                return _by_pydicom(index, source, found.syntax if found else "")


def _by_pydicom(index: int, source: Source, syntax: str) -> Identity:
    """The same for files that are encoded otherwise, or damaged."""
    from ..dicom.dataset import read_dataset

    try:
        with open(source.path, "rb") as file:
            dataset = read_dataset(file, list(_FIELDS))
        values = {
            name: str(dataset[tag].value or "") for tag, name in _FIELDS.items() if tag in dataset
        }
    except Exception:  # noqa: BLE001  what is wrong is told when the file is converted
        values = {}
    return Identity(index, None, syntax, **values)


def share(key: str, number: int) -> int:
    """Which of ``number`` jobs (1 …) does what has this key; the same on every machine."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") % number + 1


class Names:
    """The names of the new files.

    :param secret: hides the old names where the files are de-identified, else None.
    """

    def __init__(self, secret: bytes | None) -> None:
        self._secret = secret

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
        places: dict[int, str] = {}
        taken: set[str] = set()
        for source, identity in files:
            key = identity.patient, identity.study, identity.series
            if key not in folders:
                folders[key] = self._folder(identity, *texts(source))
            number = identity.instance_number
            number = f"{int(number):05d}" if _NUMBER.fullmatch(number) else "00000"
            stem = f"{folders[key]}/{number}-{self.short(identity.instance)}"
            chosen, count = stem, 1
            while chosen.casefold() in taken:
                count += 1
                chosen = f"{stem}-{count}"
            taken.add(chosen.casefold())
            places[identity.index] = f"{chosen}.dcm"
        return places

    def _folder(self, identity: Identity, patient: str, study: str, series: str) -> str:
        name = _safe_name(patient)
        # Two numbers that differ in their signs only stay two.
        if not name or name != patient:
            name = f"{name or 'patient'}-{self.short(patient)}"
        study = f"{_safe_name(study) or 'study'}-{self.short(identity.study)}"
        series = f"{_safe_name(series) or 'series'}-{self.short(identity.series)}"
        return f"{name}/{study}/{series}"


def _safe_name(words: str) -> str:
    """The words as a name that every file system takes; empty where nothing is left."""
    name = _UNSAFE.sub("_", words)[:_LONGEST_NAME].strip("._-+ ")
    return f"{name}_" if _RESERVED.fullmatch(name) else name


def header_texts(source: Source) -> tuple[str, str, str]:
    """What the folders of a file's series may be called, from its header."""
    from pydicom.datadict import tag_for_keyword

    from ..dicom.dataset import read_dataset

    wanted = ["SpecificCharacterSet", "PatientID", "PatientName", "StudyDate", "StudyDescription"]
    wanted += ["SeriesNumber", "SeriesDescription"]
    try:
        with open(source.path, "rb") as file:
            dataset = read_dataset(file, [tag_for_keyword(keyword) or 0 for keyword in wanted])
        patient, name, date, study, number, series = (
            str(dataset.get(keyword) or "") for keyword in wanted[1:]
        )
    except Exception:  # noqa: BLE001  what is wrong is told when the file is converted
        return "", "", ""
    return patient or name, f"{date} {study}", f"{number} {series}"
