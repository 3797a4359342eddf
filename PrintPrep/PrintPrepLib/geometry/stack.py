"""Slices in order: stacks, series, what was found in a folder, and what could not be placed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..core.findings import Finding
from ..core.phrases import Phrase
from ..dicom.header import SeriesInfo, SliceHeader, geometry_faults, multi_frame, series_info
from ..dicom.image_plane import InvalidGeometry


@dataclass(frozen=True)
class Rejected:
    """A file that takes no part, and why."""

    file: str
    why: Phrase

    @property
    def reason(self) -> str:
        """Why, in English."""
        return self.why.text


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


# Series whose headers do not say where their slices lie: one refusal for all their files.
#
# Cone-beam, industrial and pre-clinical scanners write such headers, and so do programs that wrap
# photographs as DICOM.

ENTER_GEOMETRY = (
    "Where pixel size and slice distance are known from the scanner's own program, they can be "
    "entered by hand (--geometry ROWxCOLUMNxSTEP)"
)

_MOST_FAULTS = 4


@dataclass
class Unplaced:
    """Files of one series that were rejected for their geometry; filled file by file."""

    info: SeriesInfo | None = None
    files: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, error: InvalidGeometry) -> None:
        """Count one file."""
        if self.info is None and error.text is not None:
            self.info = series_info(error.text)
        self.files += 1
        # The frames of a multi-frame object are not described by its own tags.
        single = error.text is not None and not multi_frame(error.text)
        faults = geometry_faults(error.text) if error.text and single else (error.why,)
        self.faults.update(fault.text for fault in faults)

    @property
    def problem(self) -> str:
        """What is missing, and which lengths the headers do state, for a person to judge."""
        faults = "; ".join(fault for fault, _ in self.faults.most_common(_MOST_FAULTS))
        told = "" if self.info is None else _lengths(self.info)
        return f"the headers do not say where the slices lie ({self.files} files): {faults}{told}"

    @property
    def finding(self) -> Finding:
        """The refusal, with the way out."""
        problem = self.problem
        return Finding(
            "invalid_geometry",
            "fail",
            "{problem}. {remedy}.",
            {"problem": problem[0].upper() + problem[1:], "remedy": ENTER_GEOMETRY},
            self.files,
        )

    def record(self) -> dict[str, Any]:
        """What ``inspect --json`` says of the series in place of its source."""
        info = self.info
        return {
            "kind": "dicom",
            "modality": "" if info is None else info.modality,
            "manufacturer": "" if info is None else info.manufacturer,
            "slices": self.files,
            "matrix": None,
        }


def _lengths(info: SeriesInfo) -> str:
    pairs = (
        ("PixelSpacing", info.pixel_spacing),
        ("ImagerPixelSpacing", info.imager_pixel_spacing),
        ("NominalScannedPixelSpacing", info.nominal_pixel_spacing),
    )
    singles = (
        ("SpacingBetweenSlices", info.spacing_between_slices_mm),
        ("SliceThickness", info.slice_thickness_mm),
    )
    told = [f"{name} {pair[0]:g} × {pair[1]:g} mm" for name, pair in pairs if pair]
    told += [f"{name} {value:g} mm" for name, value in singles if value]
    return f". They do state {', '.join(told)}" if told else ""


# Slices in order along their common normal, and which of them share a position.

#: Slices nearer than this along their normal share one position.
SAME_PLACE_MM = 5e-3


def in_order(slices: Sequence[SliceHeader]) -> tuple[SliceHeader, ...]:
    """Slices along row × column (of their mean, where they turn), then by instance number."""
    distances = heights(slices)
    order = sorted(
        range(len(slices)),
        key=lambda index: (distances[index], number_key(slices[index].instance_number)),
    )
    return tuple(slices[index] for index in order)


def heights(slices: Sequence[SliceHeader]) -> np.ndarray:
    """Distance of each slice from the patient origin along the mean normal, (N,) mm."""
    rows = np.array([item.row_direction for item in slices])
    columns = np.array([item.column_direction for item in slices])
    normal = np.cross(rows, columns).mean(axis=0)
    positions = np.array([item.position for item in slices])
    return positions @ (normal / np.linalg.norm(normal))


def places(ordered: Sequence[SliceHeader]) -> list[list[SliceHeader]]:
    """Slices in order along their normal, those at one position together."""
    if not ordered:
        return []
    near = np.diff(heights(ordered)) < SAME_PLACE_MM
    groups = [[ordered[0]]]
    for item, same in zip(ordered[1:], near, strict=True):
        if same:
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def number_key(text: str) -> tuple[int, int, str]:
    """Sorts numbers by value and before everything that is none."""
    return (0, int(text), "") if text.lstrip("+-").isdigit() else (1, 0, text)


def instance(item: SliceHeader) -> float | None:
    """The instance number, None where there is none."""
    kind, number, _ = number_key(item.instance_number)
    return None if kind else float(number)


def relative_rejections(
    rejected: tuple[Rejected, ...], slices: tuple[str, ...] = ()
) -> list[dict[str, str]]:
    """Rejected files with names relative to the folder that holds everything."""
    paths = [os.path.abspath(item.file) for item in rejected]
    if not paths:
        return []
    folders = {os.path.dirname(path) for path in [*paths, *map(os.path.abspath, slices)]}
    try:
        root = os.path.commonpath(folders)
    except ValueError:  # different drives
        return [
            {"file": os.path.basename(p), "reason": r.reason}
            for p, r in zip(paths, rejected, strict=True)
        ]
    return [
        {"file": os.path.relpath(path, root), "reason": item.reason}
        for path, item in zip(paths, rejected, strict=True)
    ]


def rejected_files(
    rejected: Iterable[Rejected],
    inputs: Sequence[str | os.PathLike[str]],
    identify: bool = False,
) -> list[dict[str, str]]:
    """File and reason of each; names relative to the input they were found in."""
    folders = [Path(item).absolute() for item in inputs]
    return [
        {
            "file": str(Path(item.file).absolute())
            if identify
            else _relative(Path(item.file).absolute(), folders),
            "reason": item.reason,
        }
        for item in rejected
    ]


def _relative(path: Path, folders: Sequence[Path]) -> str:
    for folder in folders:
        if folder in path.parents:
            return path.relative_to(folder).as_posix()
    return path.name
