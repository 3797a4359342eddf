"""Which series a run works on, and which grey values, when the user leaves that open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .errors import SegmentError, SeriesError
from .findings import Finding
from .pixel_findings import in_hounsfield
from .provenance import series_id
from .record import series_number
from .unplaced import REMEDY
from .words import grouped

if TYPE_CHECKING:
    from .headers import SeriesInfo
    from .regularize import RegularVolume
    from .series import SeriesCollection, SliceStack


def choose(
    collection: SeriesCollection, wanted: str | None, inputs: Sequence[str]
) -> tuple[SliceStack, Finding | None]:
    """The stack to work on: the largest of the series asked for, or of that with most slices.

    :param wanted: a series' number, UID or pseudonym (``series_id``).
    :return: the stack, and what to say where there was a choice.
    :raises SeriesError: there is no such series, or none at all; the text says why.
    """
    lost = [item for item in collection.unplaced if item.info and _is_wanted(item.info, wanted)]
    candidates = [item for item in collection.series if _is_wanted(item.info, wanted)]
    if lost and not candidates:
        raise SeriesError(lost[0].problem, file=", ".join(inputs), remedy=REMEDY)
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
        return series.stacks[0], None
    return series.stacks[0], Finding(
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


def _is_wanted(info: SeriesInfo, wanted: str | None) -> bool:
    if wanted is None or wanted in (info.uid, series_id(info.uid)):
        return True
    number = series_number(info.number)
    return number is not None and number == series_number(wanted)


def _reasons(collection: SeriesCollection) -> str:
    rejected = [{"file": item.file, "reason": item.reason} for item in collection.rejected]
    groups = [f"{len(files)} × {reason}" for reason, files in grouped(rejected)]
    return "; ".join(groups[:3] + (["..."] if len(groups) > 3 else []))


def grey_range(
    volume: RegularVolume,
    threshold: tuple[float, float | None] | None = None,
    preset_name: str | None = None,
) -> tuple[float, float | None, str]:
    """Lower and upper grey value (None: no bound), and how they were found.

    Without threshold and preset CT takes ``bone``, and what is not CT an automatic one.

    :raises SegmentError: a preset was asked for, and the volume is known to hold no HU.
    """
    from .threshold import automatic_threshold, preset

    if threshold is not None:
        return *threshold, "threshold"
    name, source = preset_name, volume.provenance["source"]
    modality = source["modality"]
    if name is None and in_hounsfield(source):
        name = "bone"
    elif name is not None and modality not in ("CT", ""):
        raise SegmentError(
            f"the preset {name} is a range of HU, which {modality} images do not have",
            remedy="Leave it out for an automatic threshold, or give one with --threshold",
        )
    if name is not None:
        found = preset(name)
        return found.low, found.high, f"preset {name}"
    return automatic_threshold(volume.voxels, volume.background), None, "automatic threshold (Otsu)"
