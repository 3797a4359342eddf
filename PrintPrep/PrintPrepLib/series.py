"""Files → series → ordered stacks of slices, with everything left out named."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .dicomfile import read_header
from .errors import SeriesError
from .headers import SERIES_INSTANCE_UID, NotASlice, SeriesInfo, SliceHeader, series_info
from .progress import Progress, report

#: Largest difference of a direction cosine within one stack: 0.025 mm over 250 mm.
ORIENTATION_TOLERANCE = 1e-4
_SPACING_TOLERANCE = 1e-6
_DRIFT_STEP = 5e-3


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
    """What was found: series by number, and files that belong to no usable series."""

    series: tuple[Series, ...]
    rejected: tuple[Rejected, ...]


def read_series(inputs: Sequence[str | Path], progress: Progress | None = None) -> SeriesCollection:
    """Read files and folders (with all below them) into series.

    :param inputs: any mix of files and folders.
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
    seen: dict[str, str] = {}
    for index, path in enumerate(paths):
        if index % 16 == 0:
            report(progress, index / len(paths), "Reading headers")
        try:
            header, text = read_header(path)
        except NotASlice as error:
            rejected[error.series_uid].append(Rejected(path, str(error)))
            continue
        uid = text(SERIES_INSTANCE_UID)
        first = seen.setdefault(header.sop_instance_uid or path, path)
        if first != path:
            rejected[uid].append(Rejected(path, f"copy of {os.path.basename(first)}"))
            continue
        if uid not in infos:
            infos[uid] = series_info(text)
        slices[uid].append(header)
    series = [build_series(infos[uid], slices[uid], rejected.pop(uid, ())) for uid in infos]
    series.sort(key=lambda item: (_number_key(item.info.number), item.uid))
    left = [item for uid in rejected for item in rejected[uid]]
    return SeriesCollection(tuple(series), tuple(left))


def build_series(
    info: SeriesInfo, slices: Iterable[SliceHeader], rejected: Iterable[Rejected] = ()
) -> Series:
    """Sort one series' slices into stacks of equal orientation, matrix and pixel spacing.

    The largest stack comes first; within a stack slices go along row × column.
    """
    rejected = tuple(rejected)
    slices = list(slices)
    groups = sorted(_groups(slices), key=len, reverse=True)
    drifting = len(groups) > 1 and _drifts(slices)
    stacks = tuple(
        SliceStack(info, _ordered(group), number, len(groups), drifting, rejected)
        for number, group in enumerate(groups, 1)
    )
    return Series(info, stacks, rejected)


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


def _groups(slices: Iterable[SliceHeader]) -> list[list[SliceHeader]]:
    """Slices that lie in parallel planes on equal rasters."""
    kinds: Mapping[tuple, list[tuple[np.ndarray, list[SliceHeader]]]] = defaultdict(list)
    for item in slices:
        orientation = np.array(item.row_direction + item.column_direction)
        same_raster = kinds[item.rows, item.columns]
        raster = np.concatenate([orientation, item.pixel_spacing])
        for reference, members in same_raster:
            difference = np.abs(raster - reference)
            if (
                difference[:6].max() <= ORIENTATION_TOLERANCE
                and difference[6:].max() <= _SPACING_TOLERANCE * reference[6:].max()
            ):
                members.append(item)
                break
        else:
            same_raster.append((raster, [item]))
    return [members for same_raster in kinds.values() for _, members in same_raster]


def _drifts(slices: list[SliceHeader]) -> bool:
    """Do neighbours on one raster differ by less than a few tenths of a degree each?"""
    if len({(item.rows, item.columns, item.pixel_spacing) for item in slices}) > 1:
        return False
    ordered = _ordered(slices)
    axes = np.array([item.row_direction + item.column_direction for item in ordered])
    return bool(np.abs(np.diff(axes, axis=0)).max() <= _DRIFT_STEP)


def _ordered(slices: list[SliceHeader]) -> tuple[SliceHeader, ...]:
    normal = np.cross(slices[0].row_direction, slices[0].column_direction)
    distances = np.array([item.position for item in slices]) @ normal
    instance = [_number_key(item.instance_number) for item in slices]
    order = sorted(range(len(slices)), key=lambda index: (distances[index], instance[index]))
    return tuple(slices[index] for index in order)


def _number_key(text: str) -> tuple[int, int, str]:
    return (0, int(text), "") if text.lstrip("+-").isdigit() else (1, 0, text)
