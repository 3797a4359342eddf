"""From the stacks of a series to the volumes that they are loaded as, each with its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.errors import GeometryError
from ..core.phrases import Phrase, _, grouped, joined, translated
from ..core.progress import Progress, part
from ..geometry.manual import apply_tilt
from ..geometry.naming import volume_words
from ..geometry.stack import SeriesCollection, SliceStack
from ..series.sections import merged, sections_of
from ..series.selection import settled_stacks
from .regular_volume import RegularVolume
from .regularize import load_stack


@dataclass(frozen=True)
class LoadedVolume:
    """One volume; ``words`` tell it from the others of its series."""

    stack: SliceStack
    words: list[Phrase]
    volume: RegularVolume


def volumes_behind(
    collection: SeriesCollection,
    members: frozenset[tuple[str, int]],
    as_one: bool,
    progress: Progress | None = None,
) -> list[SliceStack]:
    """What an ``offers.Offer`` turns out to be now that its files are read.

    Pixels decide about slices at one position and about runs that overlap, so there may be
    several volumes.

    :param members: path and frame of the slices that were offered.
    :param as_one: all sections of a stack as one volume.
    :raises GeometryError: sections that shall be one show different things where they overlap.
    :raises PixelDataError: pixels are missing, truncated or cannot be decoded.
    :raises Cancelled: progress asked for it.
    """
    return [
        volume
        for series in collection.series
        for stack in settled_stacks(series, progress)
        if _shares(stack, members)
        for volume in _parts(stack, as_one)
        if _shares(volume, members)
    ]


def load_volumes(
    collection: SeriesCollection,
    spacing: str | float = "native",
    as_one: bool = False,
    number: int | None = None,
    tilt: float | bool = False,
    progress: Progress | None = None,
) -> tuple[list[LoadedVolume], list[str]]:
    """Load every series, stack and section that a volume can be made of.

    :param spacing: see ``load_stack``.
    :param as_one: all sections of a stack as one volume.
    :param number: only this stack (from 1) of every series.
    :param tilt: a lost gantry tilt that is put back: degrees, or True for what headers state.
    :returns: the volumes by series, stack and section; and what was left out, as sentences in
        the language in use.
    :raises PrintPrepError: see ``load_stack``; not for volumes that cannot be made.
    """
    volumes: list[tuple[SliceStack, list[Phrase]]] = []
    left_out = [item.problem.said for item in collection.unplaced]
    for index, series in enumerate(collection.series):
        ends = [0.1 * done / len(collection.series) for done in (index, index + 1)]
        stacks = settled_stacks(series, part(progress, *ends))
        chosen = [stack for stack in stacks if number in (None, stack.number)]
        for stack in chosen:
            try:
                volumes += [(item, volume_words(item, stacks)) for item in _parts(stack, as_one)]
            except GeometryError as error:
                left_out.append(f"{_named(stack, volume_words(stack, stacks))}: {error}")
        if not chosen:
            values = {"series": series.info.number or "?", "number": number}
            left_out.append(Phrase(_("series {series} has no stack {number}"), values).said)
    loaded: list[LoadedVolume] = []
    for index, (stack, words) in enumerate(volumes):
        ends = [0.1 + 0.9 * done / len(volumes) for done in (index, index + 1)]
        try:
            if tilt:
                stack = apply_tilt(stack, None if tilt is True else tilt)
            volume = load_stack(stack, spacing, part(progress, *ends))
            loaded.append(LoadedVolume(stack, words, volume))
        except GeometryError as error:
            left_out.append(f"{_named(stack, words)}: {error}")
    return loaded, left_out + _files_left_out(collection)


def _parts(stack: SliceStack, as_one: bool) -> Sequence[SliceStack]:
    return (merged(stack),) if as_one else sections_of(stack)


def _shares(stack: SliceStack, members: frozenset[tuple[str, int]]) -> bool:
    return any((item.path, item.frame) in members for item in stack.slices)


def _named(stack: SliceStack, words: Sequence[Phrase]) -> str:
    series = Phrase(_("series {series}"), {"series": stack.info.number or "?"})
    return joined([series, *words], ", ").said


def _files_left_out(collection: SeriesCollection) -> list[str]:
    rejected = [item for series in collection.series for item in series.rejected]
    rejected += collection.rejected
    told = {fault.text for lost in collection.unplaced for fault in lost.faults}
    why = {item.reason: item.why for item in rejected if item.reason not in told}
    reasons = grouped(
        {"file": item.file, "reason": item.reason} for item in rejected if item.reason in why
    )
    return [
        f"{len(files)} × {why[reason].said if reason in why else translated(reason)}"
        for reason, files in reasons
    ]
