"""Which series, stack and section a run works on, and which grey values, if left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..core.errors import GeometryError, SeriesError
from ..core.findings import Finding
from ..core.phrases import Phrase, _, counted, grouped, joined
from ..core.progress import Progress
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
    chosen, more = _picked(settled_stacks(series, progress), stack)
    found += more
    if section == "merged":
        return [merged(item) for item in chosen], found
    volumes = []
    for item in chosen:
        parts, more = _picked(sections_of(item), section, sections=True)
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
        whys = {item.reason: item.why for item in collection.rejected}
        groups = grouped({"file": item.file, "reason": item.reason} for item in collection.rejected)
        told = [
            Phrase("{count} × {why}", {"count": len(files), "why": whys.get(text, Phrase(text))})
            for text, files in groups
        ]
        raise SeriesError(
            _("no file here is a slice of a series ({reasons})"),
            file=", ".join(inputs),
            remedy=_("Choose the folder that holds the CT images"),
            reasons=joined(told if len(told) < 4 else [*told[:3], Phrase("...")]),
        )
    unnumbered = Phrase(_("without a number"))
    if not candidates:
        numbers = [series_number(item.info.number) for item in collection.series]
        there = [unnumbered if number is None else Phrase(str(number)) for number in numbers]
        raise SeriesError(
            _("there is no series {wanted}"),
            remedy=_("There are the series {numbers}"),
            wanted=wanted,
            numbers=joined(there, ", "),
        )
    if wanted is not None and len(candidates) > 1 and any(item.info.part for item in candidates):
        raise SeriesError(
            _("{count} series answer to {wanted}, as files of one UID were kept apart"),
            remedy=_("Give the ID of the one that is meant"),
            count=len(candidates),
            wanted=wanted,
        )
    if wanted is not None and len(candidates) > 1:
        raise SeriesError(
            _("{count} series have the number {wanted}"),
            remedy=_("Give the UID of the one that is meant"),
            count=len(candidates),
            wanted=wanted,
        )
    series = max(candidates, key=lambda item: item.slice_count)
    if len(candidates) == 1:
        return series, []
    number = series_number(series.info.number)
    values = {
        "count": len(candidates),
        "number": unnumbered if number is None else Phrase(str(number)),
        "slices": series.slice_count,
    }
    taken = _(
        "{count} series were found; series {number}, the one with most slices ({slices}), was "
        "taken."
    )
    return series, [Finding("series_choice", "info", taken, values, len(candidates))]


def _picked(
    items: Sequence[SliceStack], wanted: int | str | None, sections: bool = False
) -> tuple[list[SliceStack], list[Finding]]:
    """The stacks, or sections of one, that were asked for; else the largest, and that it was."""
    if wanted == "all":
        return _served(items)
    count = len(items)
    if wanted is not None:
        if 1 <= int(wanted) <= count:
            return [items[int(wanted) - 1]], []
        absent = _("there is no stack {wanted}: the series has {count}")
        if sections:
            absent = _("there is no section {wanted}: the series has {count}")
        there = _("Give a number from 1 to {count}")
        raise SeriesError(absent, remedy=there, wanted=wanted, count=count)
    largest = max(items, key=lambda item: len(item.slices))
    if count == 1:
        return [largest], []
    values = {"count": count, "slices": len(largest.slices)}
    if sections:
        values["number"] = largest.section
        taken = _(
            "{count} sections were found; number {number}, the largest with {slices} slices, was "
            "taken."
        )
        return [largest], [Finding("section_choice", "info", taken, values, count)]
    taken = _("{count} stacks of slices were found; the largest, with {slices} slices, was taken.")
    return [largest], [Finding("stack_choice", "info", taken, values, count)]


def _served(stacks: Sequence[SliceStack]) -> tuple[list[SliceStack], list[Finding]]:
    """Those that a volume can be made of, and what to say of the others."""
    refusals = [(stack, analyse(stack).refusal) for stack in stacks]
    served = [stack for stack, refusal in refusals if refusal is None]
    if not served:
        return list(stacks[:1]), []
    one = _("{count} slice of the series makes no volume: {reason}")
    many = _("{count} slices of the series make no volume: {reason}")
    told = [
        counted(len(stack.slices), one, many, reason=refusal)
        for stack, refusal in refusals
        if refusal is not None
    ]
    return served, [
        Finding("left_out", "info", item.template, item.values, item.values["count"])
        for item in told
    ]


def _is_wanted(info: SeriesInfo, wanted: str | None) -> bool:
    if wanted is None or wanted in (info.uid, info.id):
        return True
    number = series_number(info.number)
    return number is not None and number == series_number(wanted)
