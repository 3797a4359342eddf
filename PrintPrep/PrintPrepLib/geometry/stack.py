"""Slices in order: stacks, series, what was found in a folder, and what could not be placed.

Series whose headers do not say where their slices lie are refused once for all of their files.
Cone-beam, industrial and pre-clinical scanners write such headers, and so do programs that wrap
photographs as DICOM.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ..core.findings import Finding
from ..core.phrases import Phrase, _, joined, without_names
from ..dicom.header import SeriesInfo, SliceHeader, geometry_faults, multi_frame, series_info
from ..dicom.image_plane import InvalidGeometry, whole_number
from .regularity import position_tolerance

ENTER_GEOMETRY = _(
    "Where pixel size and slice distance are known from the scanner's own program, they can be "
    "entered by hand, as geometry ROWxCOLUMNxSTEP"
)
#: Slices nearer than this along their normal share one position; of a pixel where that is less.
_SAME_PLACE_MM, _SAME_PLACE_PIXELS = 5e-3, 0.05
_MOST_FAULTS = 4
#: UIDs in file names are long numbers, too.
_NUMERAL = re.compile("[+-]?[0-9]{1,64}")


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
    normal in patient coordinates. ``noted`` is what reading the files has found about the series;
    one that fails refuses it.
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
    told_apart: Phrase | None = None
    conflicting: int = 0
    duplicate_places: tuple[float, ...] = ()
    joints: tuple[float, ...] = ()
    noted: tuple[Finding, ...] = ()

    @property
    def normal(self) -> np.ndarray:
        """Unit normal (3,) in LPS."""
        return np.cross(self.slices[0].row_direction, self.slices[0].column_direction)

    @property
    def compression(self) -> str | None:
        """Name of the private compression, None where there is none or nobody looked."""
        layout = self.slices[0].layout
        return None if layout is None else layout.compression


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


@dataclass
class Unplaced:
    """Files of one series that were rejected for their geometry; filled file by file."""

    info: SeriesInfo | None = None
    files: int = 0
    faults: Counter[Phrase] = field(default_factory=Counter)

    def add(self, error: InvalidGeometry) -> None:
        """Count one file."""
        text = error.text
        if self.info is None and text is not None:
            self.info = series_info(text)
        self.files += 1
        # The frames of a multi-frame object are not described by its own tags.
        single = text is not None and not multi_frame(text)
        self.faults.update(geometry_faults(text) if text and single else (error.why,))

    @property
    def problem(self) -> Phrase:
        """What is missing, and which lengths the headers do state, for a person to judge."""
        return Phrase(
            _("the headers do not say where the slices lie ({files} files): {faults}{stated}"),
            self._values(),
        )

    @property
    def finding(self) -> Finding:
        """The refusal, with the way out."""
        return Finding(
            "invalid_geometry",
            "fail",
            _(
                "The headers do not say where the slices lie ({files} files): {faults}{stated}. "
                "{way_out}."
            ),
            {**self._values(), "way_out": Phrase(ENTER_GEOMETRY)},
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

    def _values(self) -> dict[str, Any]:
        lengths = ", ".join(_lengths(self.info)) if self.info else ""
        return {
            "files": self.files,
            "faults": joined(fault for fault, _count in self.faults.most_common(_MOST_FAULTS)),
            "stated": Phrase(_(". They do state {lengths}"), {"lengths": lengths})
            if lengths
            else "",
        }


def _lengths(info: SeriesInfo) -> list[str]:
    pairs = {
        "PixelSpacing": info.pixel_spacing,
        "ImagerPixelSpacing": info.imager_pixel_spacing,
        "NominalScannedPixelSpacing": info.nominal_pixel_spacing,
    }
    singles = {
        "SpacingBetweenSlices": info.spacing_between_slices_mm,
        "SliceThickness": info.slice_thickness_mm,
    }
    told = [f"{name} {pair[0]:g} × {pair[1]:g} mm" for name, pair in pairs.items() if pair]
    return told + [f"{name} {value:g} mm" for name, value in singles.items() if value]


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


def same_place_mm(slices: Sequence[SliceHeader]) -> float:
    """Slices nearer than this along their normal share one position."""
    return min(_SAME_PLACE_MM, _SAME_PLACE_PIXELS * min(slices[0].pixel_spacing))


def tolerance_of(slices: Sequence[SliceHeader]) -> np.ndarray:
    """``regularity.position_tolerance`` of slices in any order, (3,) mm."""
    steps = np.diff(np.sort(heights(slices)))
    steps = steps[steps > same_place_mm(slices)]
    finest = min(slices[0].pixel_spacing)
    if len(steps):
        finest = min(finest, float(np.median(steps)))
    return position_tolerance((item.position_decimals for item in slices), finest)


def places(ordered: Sequence[SliceHeader]) -> list[list[SliceHeader]]:
    """Slices in order along their normal, those at one position together."""
    if not ordered:
        return []
    cuts = 1 + np.flatnonzero(np.diff(heights(ordered)) >= same_place_mm(ordered))
    return [list(ordered[start:end]) for start, end in pairwise([0, *cuts, len(ordered)])]


def number_key(text: str) -> tuple[int, int, str]:
    """Sorts numbers by value and before everything that is none."""
    return (0, int(text), "") if _NUMERAL.fullmatch(text) else (1, 0, text)


def instance(item: SliceHeader) -> float | None:
    """The instance number, None where there is none."""
    number = whole_number(item.instance_number)
    return None if number is None else float(number)


def rejected_files(
    rejected: Iterable[Rejected],
    identify: bool = False,
    inputs: Sequence[str | os.PathLike[str]] = (),
) -> list[dict[str, Any]]:
    """File and reason of each: a running number and no names, for files are often called after
    patients; the name, relative to the input, only with ``identify``.
    """
    if not identify:
        return [
            {"file": number, "reason": without_names(item.reason)}
            for number, item in enumerate(rejected, 1)
        ]
    return named_files(rejected, inputs)


def named_files(
    rejected: Iterable[Rejected], inputs: Sequence[str | os.PathLike[str]]
) -> list[dict[str, Any]]:
    """File and reason of each; names relative to the input that they are of, else alone."""
    folders = [Path(os.path.abspath(item)) for item in inputs]

    def named(path: Path) -> str:
        for folder in folders:
            if folder in path.parents:
                return path.relative_to(folder).as_posix()
        return path.name

    found = [(Path(os.path.abspath(item.file)), item.reason) for item in rejected]
    return [{"file": named(path), "reason": reason} for path, reason in found]
