"""``slicer.dicomDatabase``: CTK's DICOM database, on pydicom.

Values are the header's text as it stands in the file, components joined by one backslash;
"" for what is missing, empty or excluded; lists are tuples. Tags that nobody announced in
``tagsToPrecache`` before the import are read from the file when asked for, which ``Log`` counts:
that is what makes an examination slow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataelem import RawDataElement

from .strict import StrictObject

_PIXEL_DATA = "7FE0,0010"
_BINARY_NUMBERS = {"US": (2, False), "SS": (2, True), "UL": (4, False), "SL": (4, True)}


@dataclass
class Log:
    """What was asked of the database. ``queries`` per method, ``parsed`` (file, tag) not cached."""

    queries: Counter = field(default_factory=Counter)
    parsed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Instance:
    path: str
    uid: str
    series: str
    study: str
    patient: str


class DicomDatabase(StrictObject, table="slicer.dicomDatabase"):
    """One database in memory; ``_import`` fills it."""

    def __init__(self) -> None:
        self._precache: tuple[str, ...] = ()
        self._excluded: tuple[str, ...] = (_PIXEL_DATA,)
        self._by_path: dict[str, _Instance] = {}
        self._by_uid: dict[str, _Instance] = {}
        self._cache: dict[tuple[str, str], str] = {}
        self._pixels: set[str] = set()
        self._log = Log()

    # Properties

    @property
    def tagsToPrecache(self) -> tuple[str, ...]:
        return self._precache

    @tagsToPrecache.setter
    def tagsToPrecache(self, tags: Iterable[str]) -> None:
        self._precache = tuple(tags)

    # Filling

    def _import(self, path: str | Path) -> int:
        """Index a file or a folder with all below it; the number of objects taken."""
        path = Path(path)
        files = (
            sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
        )
        return sum(self._insert(str(item)) for item in files)

    def _insert(self, path: str) -> bool:
        try:
            dataset = pydicom.dcmread(path, defer_size=1024)
        except (pydicom.errors.InvalidDicomError, OSError, EOFError):
            return False
        uid, series = _text(dataset, "0008,0018"), _text(dataset, "0020,000E")
        study = _text(dataset, "0020,000D")
        patient = _text(dataset, "0010,0020") or study
        if not (uid and series and study and patient) or uid in self._by_uid:
            return False
        instance = _Instance(path, uid, series, study, patient)
        self._by_path[path] = self._by_uid[uid] = instance
        if 0x7FE00010 in dataset:
            self._pixels.add(uid)
        # As given: a tag announced in lower case is stored so, and never found again.
        for tag in self._precache:
            self._cache[uid, tag] = "" if tag.upper() == _PIXEL_DATA else _text(dataset, tag)
        return True

    # Lists

    def filesForSeries(self, series: str, hits: int = -1) -> tuple[str, ...]:
        files = tuple(i.path for i in self._by_uid.values() if i.series == series)
        return files[:hits] if hits > 0 else files

    # Relations

    def instanceForFile(self, path: str) -> str:
        self._log.queries["instanceForFile"] += 1
        return getattr(self._by_path.get(path), "uid", "")

    # Values

    def fileValue(self, path: str, *tag: Any) -> str:
        self._log.queries["fileValue"] += 1
        instance = self._by_path.get(path)
        if instance is None:
            return self._parse(path, "", _tag(tag))
        return self._value(instance, _tag(tag))

    def instanceValue(self, uid: str, *tag: Any) -> str:
        self._log.queries["instanceValue"] += 1
        instance = self._by_uid.get(uid)
        return "" if instance is None else self._value(instance, _tag(tag))

    def instanceValues(self, uids: Iterable[str], tag: str) -> dict[str, str]:
        self._log.queries["instanceValues"] += 1
        raise ValueError("return type 'QMap<QString,QString>' is unknown to PythonQt")

    def fileValueExists(self, path: str, *tag: Any) -> bool:
        self._log.queries["fileValueExists"] += 1
        instance = self._by_path.get(path)
        return instance is not None and self._exists(instance, _tag(tag))

    def _exists(self, instance: _Instance, tag: str) -> bool:
        if tag == _PIXEL_DATA:
            return instance.uid in self._pixels
        return bool(self._value(instance, tag))

    def _value(self, instance: _Instance, tag: str) -> str:
        if tag in self._excluded:
            return ""
        if (instance.uid, tag) not in self._cache:
            self._parse(instance.path, instance.uid, tag)
        return self._cache[instance.uid, tag]

    def _parse(self, path: str, uid: str, tag: str) -> str:
        self._log.parsed.append((path, tag))
        try:
            dataset = pydicom.dcmread(path, stop_before_pixels=True)
        except (pydicom.errors.InvalidDicomError, OSError, EOFError):
            return ""
        value = _text(dataset, tag)
        if uid:
            self._cache[uid, tag] = value
        return value


def _tag(tag: tuple) -> str:
    if len(tag) == 2:
        return f"{tag[0]:04X},{tag[1]:04X}"
    (text,) = tag
    return text.upper()


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _text(dataset: pydicom.Dataset, tag: str) -> str:
    """A value as DCMTK puts it into text."""
    group, element = (int(part, 16) for part in tag.split(","))
    if group == 2 or (group, element) not in dataset:
        return ""
    item = dataset.get_item((group, element))
    if not isinstance(item, RawDataElement):
        return _joined(item.value)
    vr = item.VR or _dictionary_vr(group, element)
    if vr in _BINARY_NUMBERS:
        size, signed = _BINARY_NUMBERS[vr]
        order = "little" if item.is_little_endian else "big"
        data = item.value or b""
        numbers = (data[at : at + size] for at in range(0, len(data), size))
        return "\\".join(str(int.from_bytes(number, order, signed=signed)) for number in numbers)
    if vr in ("OB", "OW", "UN", "SQ"):
        return f"{item.value[0]:02x}" if vr in ("OB", "UN") and item.value else ""
    if vr in ("PN", "LO", "LT", "SH", "ST", "UT", "UC"):
        return _joined(dataset[group, element].value)
    parts = (item.value or b"").decode("ascii", "replace").split("\\")
    return "\\".join(part.strip(" \0") for part in parts)


def _dictionary_vr(group: int, element: int) -> str:
    try:
        return pydicom.datadict.dictionary_VR((group, element)).split(" ")[0]
    except KeyError:
        return "UN"


def _joined(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, pydicom.multival.MultiValue)):
        return "\\".join(str(part) for part in value)
    return str(value)
