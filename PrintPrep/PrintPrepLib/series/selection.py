"""Which series, stack and section a run works on, and which grey values, if left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..core.errors import GeometryError, SeriesError
from ..core.findings import Finding
from ..core.phrases import grouped
from ..core.progress import Progress
from ..dicom.header import series_id
from ..dicom.image_plane import series_number
from ..geometry.analysis import analyse
from ..geometry.stack import ENTER_GEOMETRY
from ..geometry.stack_geometry import StackGeometry
from .duplicates import settle
from .sections import merged, sections_of

if TYPE_CHECKING:
    from ..dicom.header import SeriesInfo
    from ..geometry.stack import Series, SeriesCollection, SliceStack


def choose(
    collection: SeriesCollection,
    wanted: str | None,
    inputs: Sequence[str],
    stack: int | str | None = None,
    section: int | str | None = None,
    progress: Progress | None = None,
) -> tuple[list[SliceStack], list[Finding]]:
    """What to work on: the series asked for, or that with most slices, and what of it.

    :param wanted: a series' number, UID or pseudonym (``series_id``).
    :param stack: number of a stack (from 1), or ``all``; otherwise the largest.
    :param section: number of a section (from 1), ``all`` or ``merged`` (one volume of all);
        otherwise the largest.
    :returns: one stack for each volume (several only where ``all`` was said), and what to
        say where there was a choice.
    :raises SeriesError: there is no such series, stack or section; the text says which are.
    :raises GeometryError: sections cannot be one volume.
    :raises PixelDataError: pixels that decide about slices of one position cannot be read.
    """
    series, found = _series(collection, wanted, inputs)
    stacks = settled_stacks(series, progress)
    chosen, more = _stacks(stacks, stack)
    found += more
    volumes = []
    for item in chosen:
        parts, more = _sections(item, section)
        volumes += parts
        found += more
    return volumes, found


def settled_stacks(series: Series, progress: Progress | None = None) -> list[SliceStack]:
    """The stacks of a series once pixels have decided about slices of one position.

    Numbered anew, the largest first. Without pixels (headers of a database) nothing changes.
    """
    stacks = [part for stack in series.stacks for part in settle(stack, progress)]
    stacks.sort(key=lambda stack: -len(stack.slices))
    return [
        replace(stack, number=number, stacks_in_series=len(stacks))
        for number, stack in enumerate(stacks, 1)
    ]


@dataclass(frozen=True)
class Inspected:
    """A stack with what was found about it; ``parts`` are its sections where it has several."""

    stack: SliceStack
    geometry: StackGeometry
    parts: tuple[tuple[SliceStack, StackGeometry], ...] = ()


def inspected(collection: SeriesCollection, progress: Progress | None = None) -> list[Inspected]:
    """Every stack of a collection with its geometry and that of its sections.

    Runs that overlap and do not show the same are listed one by one: together they are no
    stack that could be judged.

    :raises PixelDataError: pixels that decide about slices of one position cannot be read.
    :raises Cancelled: progress asked for it.
    """
    found = []
    for series in collection.series:
        for stack in settled_stacks(series, progress):
            parts = [(part, analyse(part)) for part in sections_of(stack)]
            try:
                # Section 1 of 1 is the whole: in words the sections stand by themselves.
                whole = replace(merged(stack), section=1)
            except GeometryError:
                found += [Inspected(*part) for part in parts]
                continue
            several = len(parts) > 1
            found.append(Inspected(whole, analyse(whole), tuple(parts) if several else ()))
    return found


def _series(
    collection: SeriesCollection, wanted: str | None, inputs: Sequence[str]
) -> tuple[Series, list[Finding]]:
    lost = [item for item in collection.unplaced if item.info and _is_wanted(item.info, wanted)]
    candidates = [item for item in collection.series if _is_wanted(item.info, wanted)]
    if lost and not candidates:
        problem = lost[0].problem
        raise SeriesError(
            problem.template, file=", ".join(inputs), remedy=ENTER_GEOMETRY, **problem.values
        )
    if not collection.series:
        raise SeriesError(
            f"no file here is a slice of a series ({_reasons(collection)})",
            file=", ".join(inputs),
            remedy="Choose the folder that holds the CT images",
        )
    if wanted is not None and len(candidates) != 1:
        there = ", ".join(item.info.number or "without a number" for item in collection.series)
        raise SeriesError(
            f"there is no series {wanted}"
            if not candidates
            else f"{len(candidates)} series have the number {wanted}",
            remedy=f"There are the series {there}"
            if not candidates
            else "Give the UID, which printprep inspect --identify shows",
        )
    series = max(candidates, key=lambda item: item.slice_count)
    if len(candidates) == 1:
        return series, []
    choice = Finding(
        "series_choice",
        "info",
        "{count} series were found; series {number}, the one with most slices ({slices}), was "
        "taken.",
        {
            "count": len(candidates),
            "number": series.info.number or "without a number",
            "slices": series.slice_count,
        },
        len(candidates),
    )
    return series, [choice]


def _stacks(
    stacks: Sequence[SliceStack], wanted: int | str | None
) -> tuple[list[SliceStack], list[Finding]]:
    if wanted == "all":
        return _served(stacks)
    if wanted is not None:
        return [_numbered(stacks, wanted, "stack")], []
    if len(stacks) == 1:
        return list(stacks), []
    return [stacks[0]], [
        Finding(
            "stack_choice",
            "info",
            "{count} stacks of slices were found; the largest, with {slices} slices, was taken.",
            {"count": len(stacks), "slices": len(stacks[0].slices)},
            len(stacks),
        )
    ]


def _sections(
    stack: SliceStack, wanted: int | str | None
) -> tuple[list[SliceStack], list[Finding]]:
    if wanted == "merged":
        return [merged(stack)], []
    parts = sections_of(stack)
    if wanted == "all":
        return _served(parts)
    if wanted is not None:
        return [_numbered(parts, wanted, "section")], []
    if len(parts) == 1:
        return list(parts), []
    largest = max(parts, key=lambda part: len(part.slices))
    return [largest], [
        Finding(
            "section_choice",
            "info",
            "{count} sections were found; number {number}, the largest with {slices} slices, was "
            "taken.",
            {"count": len(parts), "number": largest.section, "slices": len(largest.slices)},
            len(parts),
        )
    ]


def _served(stacks: Sequence[SliceStack]) -> tuple[list[SliceStack], list[Finding]]:
    """Those that a volume can be made of, and what to say of the others."""
    refusals = [(stack, analyse(stack).refusal) for stack in stacks]
    served = [stack for stack, refusal in refusals if refusal is None]
    if not served:
        return list(stacks[:1]), []
    return served, [
        Finding(
            "left_out",
            "info",
            "{slices} slice(s) of the series make no volume: {reason}",
            {"slices": len(stack.slices), "reason": refusal},
            len(stack.slices),
        )
        for stack, refusal in refusals
        if refusal is not None
    ]


def _numbered(items: Sequence[SliceStack], wanted: int | str, what: str) -> SliceStack:
    if not 1 <= int(wanted) <= len(items):
        raise SeriesError(
            f"there is no {what} {wanted}: the series has {len(items)}",
            remedy="printprep inspect lists them all",
        )
    return items[int(wanted) - 1]


def _is_wanted(info: SeriesInfo, wanted: str | None) -> bool:
    if wanted is None or wanted in (info.uid, series_id(info.uid)):
        return True
    number = series_number(info.number)
    return number is not None and number == series_number(wanted)


def _reasons(collection: SeriesCollection) -> str:
    rejected = [{"file": item.file, "reason": item.reason} for item in collection.rejected]
    groups = [f"{len(files)} × {reason}" for reason, files in grouped(rejected)]
    return "; ".join(groups[:3] + (["..."] if len(groups) > 3 else []))
