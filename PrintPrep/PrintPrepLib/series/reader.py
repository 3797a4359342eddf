"""Files → series → ordered stacks of slices, with everything left out named."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .arrangement import arrange, needs_traits
from .dicomfile import read_file
from .errors import SeriesError
from .frames import FrameHeaders
from .headers import (
    SERIES_INSTANCE_UID,
    InvalidGeometry,
    NotASlice,
    SeriesInfo,
    SliceHeader,
    series_info,
)
from .ordering import number_key
from .progress import Progress, report
from .unplaced import Unplaced


@dataclass(frozen=True)
class Rejected:
    """A file that takes no part, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class SliceStack:
    """Slices of one orientation and matrix, ordered along their normal (row × column).

    ``drifting``: the orientation changes little by little from slice to slice.
    ``section`` is the part of the stack (from 1) that this is, 0 where all parts are one
    volume; ``sections`` is how many parts there are. ``applied_tilt_deg`` is a gantry tilt
    that a person ordered to be put back. ``coincident`` counts slices that share a position
    and that their headers do not tell apart: their pixels decide when they are loaded.
    ``told_apart`` says in words what tells this stack from others at the same place.
    ``conflicting`` counts positions with different images that nothing tells apart.
    ``duplicate_places`` are where images were left out because they were there twice, and
    ``joints`` where one of several overlapping runs hands over to the next, in mm along the
    normal in patient coordinates.
    """

    info: SeriesInfo
    slices: tuple[SliceHeader, ...]
    number: int = 1
    stacks_in_series: int = 1
    drifting: bool = False
    rejected: tuple[Rejected, ...] = ()
    section: int = 1
    sections: int = 1
    applied_tilt_deg: float | None = None
    coincident: int = 0
    told_apart: str = ""
    conflicting: int = 0
    duplicate_places: tuple[float, ...] = ()
    joints: tuple[float, ...] = ()

    @property
    def normal(self) -> np.ndarray:
        """Unit normal (3,) in LPS."""
        return np.cross(self.slices[0].row_direction, self.slices[0].column_direction)


@dataclass(frozen=True)
class Series:
    """One DICOM series: its stacks, and its files that are no slices."""

    info: SeriesInfo
    stacks: tuple[SliceStack, ...]
    rejected: tuple[Rejected, ...]

    @property
    def uid(self) -> str:
        return self.info.uid

    @property
    def slice_count(self) -> int:
        return sum(len(stack.slices) for stack in self.stacks)


@dataclass(frozen=True)
class SeriesCollection:
    """What was found: series by number, and files that belong to no usable series.

    ``unplaced`` are series whose headers do not say where their slices lie; their files are
    among the rejected.
    """

    series: tuple[Series, ...]
    rejected: tuple[Rejected, ...]
    unplaced: tuple[Unplaced, ...] = ()


def read_series(
    inputs: Sequence[str | Path],
    progress: Progress | None = None,
    read: Callable[[str], FrameHeaders] = read_file,
) -> SeriesCollection:
    """Read files and folders (with all below them) into series.

    :param inputs: any mix of files and folders.
    :param read: reads one file, as ``dicomfile.read_file`` does.
    :raises SeriesError: an input does not exist, or there is no file at all.
    :raises Cancelled: progress asked for it.
    """
    paths = list(_files(inputs))
    if not paths:
        raise SeriesError(
            "there is no file in this folder",
            file=", ".join(str(item) for item in inputs),
            remedy="Choose the folder that holds the DICOM files",
        )
    slices: dict[str, list[SliceHeader]] = defaultdict(list)
    infos: dict[str, SeriesInfo] = {}
    rejected: dict[str, list[Rejected]] = defaultdict(list)
    unplaced: dict[str, Unplaced] = defaultdict(Unplaced)
    seen: dict[str, str] = {}
    for index, path in enumerate(paths):
        if index % 16 == 0:
            report(progress, index / len(paths), "Reading headers")
        try:
            content = read(path)
        except NotASlice as error:
            rejected[error.series_uid].append(Rejected(path, str(error)))
            if isinstance(error, InvalidGeometry):
                unplaced[error.series_uid].add(error)
            continue
        header, text = content.slices[0]
        uid = text(SERIES_INSTANCE_UID)
        first = seen.setdefault(header.sop_instance_uid or path, path)
        if first != path:
            rejected[uid].append(Rejected(path, f"copy of {os.path.basename(first)}"))
            continue
        if uid not in infos:
            infos[uid] = series_info(text)
        slices[uid].extend(item for item, _ in content.slices)
        rejected[uid].extend(Rejected(path, reason) for reason in content.left_out)
    series = [build_series(infos[uid], slices[uid], rejected.pop(uid, ())) for uid in infos]
    series.sort(key=lambda item: (number_key(item.info.number), item.uid))
    left = [item for uid in rejected for item in rejected[uid]]
    lost = tuple(item for uid, item in unplaced.items() if uid not in infos)
    return SeriesCollection(tuple(series), tuple(left), lost)


def build_series(
    info: SeriesInfo,
    slices: Iterable[SliceHeader],
    rejected: Iterable[Rejected] = (),
    traits: Callable[[str], tuple[str, ...]] | None = None,
) -> Series:
    """Sort one series' slices into stacks of one raster, orientation and reconstruction.

    The largest stack comes first; within a stack slices go along row × column.

    :param traits: gives a file's ``headers.slice_traits`` where the slices came without
        them; asked only where positions alone do not tell slices apart.
    """
    slices = list(slices)
    if traits is not None and needs_traits(slices):
        slices = [replace(item, traits=traits(item.path)) for item in slices]
    arranged, excluded = arrange(slices)
    left_out = (*rejected, *(Rejected(item.path, reason) for item, reason in excluded))
    stacks = tuple(
        SliceStack(
            info,
            item.slices,
            number,
            len(arranged),
            item.drifting,
            left_out,
            coincident=item.coincident,
            told_apart=item.told_apart,
        )
        for number, item in enumerate(arranged, 1)
    )
    return Series(info, stacks, left_out)


def _files(inputs: Sequence[str | Path]) -> Iterable[str]:
    seen = set()
    for item in inputs:
        if not os.path.exists(item):
            raise SeriesError(
                "there is no such file or folder", file=str(item), remedy="Check the path"
            )
        for path in _below(os.fspath(item)):
            real = os.path.realpath(path)
            if real not in seen:
                seen.add(real)
                yield path


def _below(item: str) -> Iterable[str]:
    if not os.path.isdir(item):
        yield item
        return
    for folder, subfolders, names in os.walk(item):
        subfolders.sort()
        for name in sorted(names):
            yield os.path.join(folder, name)
