"""Files → series → ordered stacks of slices, with everything left out named."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ..core.errors import SeriesError
from ..core.findings import Finding
from ..core.phrases import Phrase, _
from ..core.progress import Progress, report
from ..dicom.functional_groups import FrameHeaders
from ..dicom.header import SeriesInfo, SliceHeader
from ..dicom.image_plane import InvalidGeometry, NotASlice
from ..dicom.reader import read_file
from ..geometry.grouping import arrange, needs_traits
from ..geometry.hounsfield import unmapped
from ..geometry.privacy import persons_of
from ..geometry.stack import (
    Rejected,
    Series,
    SeriesCollection,
    SliceStack,
    Unplaced,
    number_key,
    places,
)
from .duplicates import is_copy
from .membership import File, file_of, memberships


def read_series(
    inputs: Sequence[str | os.PathLike[str]],
    progress: Progress | None = None,
    read: Callable[[str], FrameHeaders] = read_file,
) -> SeriesCollection:
    """Read files and folders (with all below them) into series.

    :param inputs: any mix of files and folders.
    :param read: reads one file, as ``reader.read_file`` does.
    :raises SeriesError: an input does not exist, or there is no file at all.
    :raises Cancelled: progress asked for it.
    """
    paths = list(_files(inputs))
    if not paths:
        raise SeriesError(
            _("there is no file in this folder"),
            file=", ".join(str(item) for item in inputs),
            remedy=_("Choose the folder that holds the DICOM files"),
        )
    files: list[File] = []
    rejected: dict[str, list[Rejected]] = defaultdict(list)
    unplaced: dict[str, Unplaced] = defaultdict(Unplaced)
    seen: dict[str, list[File]] = defaultdict(list)
    for index, path in enumerate(paths):
        if index % 16 == 0:
            report(progress, index / len(paths), _("Reading headers"))
        try:
            content = read(path)
        except NotASlice as error:
            rejected[error.series_uid].append(Rejected(path, error.why))
            if isinstance(error, InvalidGeometry):
                unplaced[error.series_uid].add(error)
            continue
        header, text = content.slices[0]
        file = file_of((item for item, _ in content.slices), text)
        # What is sent twice has the same UID, and the same place and pixels, too.
        alike = seen[header.sop_instance_uid or path]
        first = next((other for other in alike if is_copy(file, other)), None)
        if first is not None:
            copy = Phrase(_("copy of {name}"), {"name": os.path.basename(first.slices[0].path)})
            rejected[file.uid].append(Rejected(path, copy))
            continue
        alike.append(file)
        files.append(file)
        rejected[file.uid].extend(Rejected(path, why) for why in content.left_out)
    stated = {file.uid for file in files}
    series = []
    for member in memberships(files):
        left_out = [item for uid in member.uids for item in rejected.pop(uid, ())]
        series.append(build_series(member.info, member.slices, left_out, noted=member.noted))
    series.sort(key=lambda item: (number_key(item.info.number), item.uid, item.info.part))
    left = [item for uid in rejected for item in rejected[uid]]
    lost = tuple(item for uid, item in unplaced.items() if uid not in stated)
    return SeriesCollection(tuple(series), tuple(left), lost)


def build_series(
    info: SeriesInfo,
    slices: Iterable[SliceHeader],
    rejected: Iterable[Rejected] = (),
    traits: Callable[[str], tuple[str, ...]] | None = None,
    noted: Iterable[Finding] = (),
) -> Series:
    """Sort one series' slices into stacks of one raster, orientation and reconstruction.

    The largest stack comes first; within a stack slices go along row × column.

    :param traits: gives a file's ``header.slice_traits`` where the slices came without
        them; asked only where positions alone do not tell slices apart.
    :param noted: what is said about every stack of the series.
    """
    slices, noted = list(slices), tuple(noted)
    if traits is not None and needs_traits(slices):
        slices = [replace(item, traits=traits(item.path)) for item in slices]
    arranged, excluded = arrange(slices)
    persons = persons_of(info)
    left_out = (*rejected, *(Rejected(item.path, why) for item, why in excluded))
    stacks = []
    for number, item in enumerate(arranged, 1):
        unlike = unmapped(item.slices)
        kept = tuple(one for one in item.slices if all(one is not other for other, _why in unlike))
        words = item.told_apart
        if words is not None and persons.stand_in(words.text):
            words = Phrase(_("stack {number}"), {"number": number})
        stack = SliceStack(
            info,
            kept,
            number,
            len(arranged),
            item.drifting,
            (*left_out, *(Rejected(one.path, why) for one, why in unlike)),
            coincident=0 if item.drifting else len(kept) - len(places(kept)),
            told_apart=words,
            noted=noted,
        )
        stacks.append(stack)
    return Series(info, tuple(stacks), left_out)


def _files(inputs: Sequence[str | os.PathLike[str]]) -> Iterable[str]:
    seen = set()
    for item in inputs:
        if not os.path.exists(item):
            raise SeriesError(
                _("there is no such file or folder"), file=str(item), remedy=_("Check the path")
            )
        for path in _below(os.fspath(item)):
            real = os.path.realpath(path)
            if real not in seen:
                seen.add(real)
                yield path


def _below(item: str) -> Iterable[str]:
    if not os.path.isdir(item):
        yield item
    for folder, subfolders, names in os.walk(item):
        subfolders.sort()
        yield from (os.path.join(folder, name) for name in sorted(names))
