"""Which files are one series: patient, study, series, its number and frame of reference.

SeriesInstanceUID alone cannot say so: it is empty in old archives, shared by whole examinations
after a careless de-identification, and another one in every slice of some scanners' exports. No
volume ever mixes two patients, two studies or two frames of reference. What differs is named,
never the identities themselves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from ..core.findings import Finding
from ..core.phrases import Phrase, _, in_words
from ..dicom.header import SeriesInfo, SliceHeader, series_info
from ..dicom.image_plane import TagText, whole_number
from ..dicom.tags import (
    FRAME_OF_REFERENCE,
    MODALITY,
    PATIENT_BIRTH_DATE,
    PATIENT_ID,
    PATIENT_NAME,
    SERIES_DESCRIPTION,
    SERIES_INSTANCE_UID,
    SERIES_NUMBER,
    SERIES_TIME,
    STUDY_INSTANCE_UID,
)

#: Groups of so few slices are no series: what parts them changes from slice to slice.
_FEW = 2

#: What tells series apart, in words; the first four never mix in one volume.
_PATIENT, _PERSON = "patient", "person"
_STUDY, _FRAME, _NUMBER = "study_uid", "frame_uid", "number"
_WORDS = {
    _PATIENT: _("patient"),
    _PERSON: _("patient"),
    _STUDY: _("StudyInstanceUID"),
    _FRAME: _("FrameOfReferenceUID"),
    _NUMBER: _("SeriesNumber"),
    "modality": _("Modality"),
    "description": _("SeriesDescription"),
    "time": _("SeriesTime"),
}
_NEVER_MIXED = (_PATIENT, _PERSON, _STUDY, _FRAME)


@dataclass(frozen=True)
class File:
    """The slices of one file, and what it says of the series that they belong to.

    ``text`` gives its tags. Texts are "" where the file says nothing.
    """

    slices: tuple[SliceHeader, ...]
    text: TagText
    uid: str
    patient: str
    person: str
    study_uid: str
    frame_uid: str
    number: str

    @property
    def modality(self) -> str:
        return self.text(MODALITY)

    @property
    def description(self) -> str:
        return self.text(SERIES_DESCRIPTION)

    @property
    def time(self) -> str:
        return self.text(SERIES_TIME)


@dataclass(frozen=True)
class Member:
    """Files that are one series. ``uid`` is what they state, of several the first in order.

    ``part`` numbers (from 1) those that state the same UID, 0 where there is only one.
    ``noted`` is what has to be said about it; one that fails refuses the series.
    """

    files: tuple[File, ...]
    uid: str
    part: int = 0
    noted: tuple[Finding, ...] = ()
    differs: tuple[str, ...] = field(default=(), repr=False)

    @property
    def slices(self) -> list[SliceHeader]:
        return [item for file in self.files for item in file.slices]

    @property
    def uids(self) -> set[str]:
        """All that the files state."""
        return {file.uid for file in self.files}

    @property
    def info(self) -> SeriesInfo:
        """What the series has in common, by its first file."""
        own = [file for file in self.files if file.uid == self.uid] or self.files
        first = next((file for file in own if file.number), own[0])
        return replace(series_info(first.text), part=self.part)

    @property
    def refused(self) -> bool:
        return any(finding.status == "fail" for finding in self.noted)


def file_of(slices: Iterable[SliceHeader], text: TagText) -> File:
    """A file's slices with what it says of their series.

    A patient without an ID is told by name and date of birth (``person``).
    """
    number = whole_number(text(SERIES_NUMBER))
    patient, person = text(PATIENT_ID).strip(), ""
    if not patient:
        person = "\\".join((text(PATIENT_NAME).strip(" ^").upper(), text(PATIENT_BIRTH_DATE)))
    return File(
        slices=tuple(slices),
        text=text,
        uid=text(SERIES_INSTANCE_UID).strip(),
        patient=patient,
        person=person.strip(" \\"),
        study_uid=text(STUDY_INSTANCE_UID).strip(),
        frame_uid=text(FRAME_OF_REFERENCE).strip(),
        number="" if number is None else str(number),
    )


def memberships(files: Iterable[File]) -> list[Member]:
    """The series that files make."""
    by_uid: dict[str, list[File]] = defaultdict(list)
    for file in files:
        by_uid[file.uid].append(file)
    nameless = by_uid.pop("", [])
    found = [
        member
        for uid, own in by_uid.items()
        for member in _parted(Member(tuple(own), uid), (*_NEVER_MIXED, _NUMBER))
    ]
    found = _joined(found)
    if nameless:
        parts = _parted(Member(tuple(nameless), ""), tuple(_WORDS))
        found = _adopted(found, [_questioned(part) for part in parts])
    return [_noted(member) for member in _numbered(found)]


def _parted(member: Member, keys: Sequence[str]) -> list[Member]:
    """Files that state one UID, apart by what else they state of their series."""
    if not keys or member.refused:
        return [member]
    key, *later = keys
    values = [getattr(file, key) for file in member.files]
    stated = {value for value in values if value}
    if len(stated) < 2 or (key == _PERSON and any(file.patient for file in member.files)):
        # A file that says nothing does not contradict the others.
        return _parted(member, later)
    groups: dict[str, list[File]] = defaultdict(list)
    for value, file in zip(values, member.files, strict=True):
        groups[value].append(file)
    sizes = [sum(len(file.slices) for file in group) for group in groups.values()]
    if len(groups) > _FEW and median(sizes) <= _FEW:
        if key not in _NEVER_MIXED:
            return _parted(member, later)  # counts the slices, and tells nothing of the series
        return [replace(member, noted=(*member.noted, _contradicting(key)))]
    differs = (*member.differs, key)
    return [
        part
        for group in groups.values()
        for part in _parted(replace(member, files=tuple(group), differs=differs), later)
    ]


def _joined(members: list[Member]) -> list[Member]:
    """Slices that each state a series of their own, as one where all else agrees."""
    single: dict[tuple[object, ...], list[Member]] = defaultdict(list)
    found = []
    for member in members:
        first = member.files[0]
        slices = member.slices
        if len(slices) > _FEW or member.refused or not (first.number or first.frame_uid):
            found.append(member)
            continue
        told = (first.patient, first.person, first.number, first.modality, first.description)
        key = (*told, slices[0].rows, slices[0].columns)
        single[key].append(member)
    for alike in single.values():
        files = tuple(file for member in alike for file in member.files)
        parts = _parted(Member(files, ""), (_STUDY, _FRAME))
        for part in parts:
            uids = {file.uid for file in part.files}
            if len(alike) <= _FEW or len(uids) <= _FEW:
                found += [item for item in alike if item.files[0] in part.files]
                continue
            noted = part.noted
            if not part.refused:
                template = _(
                    "The slices state {count} different series, but agree in patient, study, "
                    "number and frame of reference: they are one series here."
                )
                count = len(uids)
                noted = (Finding("joined_series", "info", template, {"count": count}, count),)
            found.append(Member(part.files, min(uids), noted=noted))
    return found


def _adopted(members: list[Member], nameless: list[Member]) -> list[Member]:
    """Slices without a UID join the one series of their study, number and frame of reference."""

    def key(member: Member) -> tuple[str, ...]:
        file = member.files[0]
        return file.patient, file.person, file.study_uid, file.frame_uid, file.number, file.modality

    found = list(members)
    for lost in nameless:
        homes = [index for index, member in enumerate(found) if key(member) == key(lost)]
        home = found[homes[0]] if len(homes) == 1 else None
        first = lost.files[0]
        if home is None or not home.uid or not (first.number and first.study_uid) or lost.refused:
            found.append(lost)
            continue
        count = len(lost.slices)
        template = _(
            "SeriesInstanceUID is missing in some slices ({count}); they agree with the others in "
            "patient, study, number and frame of reference and are used."
        )
        said = Finding("missing_series_uid", "warn", template, {"count": count}, count)
        files = (*home.files, *lost.files)
        found[homes[0]] = replace(home, files=files, noted=(*home.noted, said))
    return found


def _questioned(member: Member) -> Member:
    """Files without a UID: their instance numbers show where several series are mixed."""
    if member.refused:
        return member
    first = member.files[0]
    counts = Counter(
        (number, item.frame)
        for item in member.slices
        if (number := whole_number(item.instance_number)) is not None
    )
    if 2 * sum(count > 1 for count in counts.values()) > len(counts) > 1:
        template = _(
            "SeriesInstanceUID is missing, and slice numbers occur several times: several series "
            "may be mixed here, and nothing tells them apart. Export each series by itself."
        )
        return replace(member, noted=(Finding("missing_series_uid", "fail", template),))
    template = _(
        "SeriesInstanceUID is missing: the slices are taken as one series because they agree in "
        "patient, study, number and frame of reference."
    )
    status = "info"
    if not (first.number or first.frame_uid):
        status = "warn"
        template = _(
            "SeriesInstanceUID is missing, and so are number and frame of reference: nothing says "
            "that these slices are one series. Check that the folder holds nothing else."
        )
    return replace(member, noted=(Finding("missing_series_uid", status, template),))


def _contradicting(key: str) -> Finding:
    template = _(
        "{what} changes from slice to slice, so nothing says which slices belong together, and no "
        "volume is made of them. Export the series again from its source."
    )
    return Finding("contradicting_series", "fail", template, {"what": Phrase(_WORDS[key])})


def _numbered(members: list[Member]) -> list[Member]:
    """Members of one UID with their number, in an order that the files' names do not change."""
    alike: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        alike[member.uid].append(member)
    found = []
    for same in alike.values():
        if len(same) > 1:
            same.sort(key=lambda member: min(item.sop_instance_uid for item in member.slices))
            same = [replace(member, part=number) for number, member in enumerate(same, 1)]
        found += same
    return found


def _noted(member: Member) -> Member:
    """What parts a member from others that state the same UID."""
    if not member.part or not member.differs:
        return member
    template = _(
        "Files of one SeriesInstanceUID differ in {what}: they are kept apart, and this is part "
        "{part}. Make sure that it is the right one."
    )
    if not member.uid:
        template = _(
            "SeriesInstanceUID is missing, and the files differ in {what}: they are kept apart, "
            "and this is part {part}. Make sure that it is the right one."
        )
    what = in_words(Phrase(_WORDS[key]) for key in member.differs)
    said = Finding("parted_series", "warn", template, {"what": what, "part": member.part})
    others = [item for item in member.noted if item.status != "info"]
    return replace(member, noted=(said, *others))
