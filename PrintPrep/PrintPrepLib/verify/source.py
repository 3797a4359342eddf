"""The series that a record was made of, analysed again."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..core.errors import GeometryError
from ..core.jsonable import numbers_of, plain
from ..core.phrases import Phrase, _
from ..core.progress import Progress
from ..geometry.analysis import analyse
from ..geometry.manual import EnteredGeometry, apply_tilt
from ..geometry.source_record import source_record
from ..geometry.stack import Series, SliceStack
from ..series.by_hand import read_series_by_hand
from ..series.reader import read_series
from ..series.sections import sections_of
from ..series.selection import settled_stacks
from .items import Difference, Item

#: Keys of ``source`` that a series has by itself, whatever was made of it.
_KEYS = (
    "modality", "slices", "pixel_spacing_mm", "slice_thickness_mm", "matrix", "steps_mm",
    "step_lengths_mm", "tilt_deg", "tilt_tag_deg", "shear", "duplicates", "missing", "sections",
)  # fmt: skip
_TOLERANCE = 1e-4


def source_item(
    record: Mapping[str, Any],
    inputs: Sequence[str | os.PathLike[str]],
    progress: Progress | None = None,
) -> Item:
    """Is the series there, and does its geometry come out as recorded?

    :raises SeriesError: an input does not exist or holds no file.
    :raises Cancelled: progress asked for it.
    """
    identity, title, source = "source", Phrase(_("Series")), record["source"]
    if source.get("kind") != "dicom":
        told = Phrase(_("The record was not made of a DICOM series."))
        return Item(identity, title, "unchecked", told)
    entered, tilt = source.get("entered"), source.get("applied_tilt_deg")
    try:
        geometry = EnteredGeometry.from_record(entered) if entered else None
        tilt = None if tilt is None else float(numbers_of(tilt))
    except (ArithmeticError, GeometryError, LookupError, TypeError, ValueError) as error:
        template = _("The source part is not as PrintPrep writes it ({error!r}).")
        return Item(identity, title, "changed", Phrase(template, {"error": error}))
    again = [
        plain(source_record(item, analyse(item)))
        for item in _stacks(geometry, tilt, inputs, progress)
    ]
    same = [entry for entry in again if entry["series_id"] == source.get("series_id")]
    if not same:
        template = _("No series there is the one of the record ({series}).")
        told = Phrase(template, {"series": source.get("series_id")})
        return Item(identity, title, "changed", told)
    # Of several stacks of a series the one that the record is about has most in common.
    compared = [list(_differences(source, entry)) for entry in same]
    differences = min(compared, key=len)
    equal = Phrase(_("The series is there, and its slices stand as recorded."))
    return Item.compared(identity, title, differences, equal)


def _stacks(
    entered: EnteredGeometry | None,
    tilt: float | None,
    inputs: Sequence[str | os.PathLike[str]],
    progress: Progress | None,
) -> Iterator[SliceStack]:
    """The stacks there, with what a person had entered when the record was made."""
    collection = (
        read_series_by_hand(inputs, entered, progress)
        if entered
        else read_series([Path(item) for item in inputs], progress)
    )
    for stack in (part for series in collection.series for part in _parts(series)):
        try:
            yield stack if tilt is None else apply_tilt(stack, tilt)
        except GeometryError:
            yield stack  # another stack, or no longer the one that had lost its tilt


def _parts(series: Series) -> Iterator[SliceStack]:
    """Everything that a volume of the series may have been made of."""
    for stack in settled_stacks(series):
        parts = sections_of(stack)
        yield from parts
        if len(parts) > 1:
            yield replace(stack, section=0, sections=len(parts))


def _differences(source: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[Difference]:
    for key in _KEYS:
        if key in source and key in again:
            yield from _unequal(key, source[key], again[key])


def _unequal(key: str, recorded: Any, found: Any) -> Iterator[Difference]:
    """Every figure below a key that differs by more than the tolerance."""
    if isinstance(recorded, dict) and isinstance(found, dict):
        for name in sorted(recorded.keys() | found.keys()):
            yield from _unequal(f"{key} {name}", recorded.get(name), found.get(name))
    elif isinstance(recorded, list) and isinstance(found, list) and len(recorded) == len(found):
        for number, (there, here) in enumerate(zip(recorded, found, strict=True), 1):
            yield from _unequal(f"{key} {number}", there, here)
    elif isinstance(recorded, int | float) and isinstance(found, int | float):
        if not math.isclose(recorded, found, rel_tol=0, abs_tol=_TOLERANCE):
            yield Difference(key, recorded, found, _TOLERANCE)
    elif recorded != found:
        yield Difference(key, recorded, found)
