"""What ``inspect --json`` prints."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ..core.findings import verdict
from ..core.jsonable import plain
from ..dicom.image_plane import series_number
from ..geometry.privacy import persons_of, unnamed_entry, unnamed_source
from ..geometry.source_record import source_record
from ..geometry.stack import SeriesCollection, Unplaced, named_files, rejected_files
from ..series.selection import Inspected
from .checks.source import coarse_steps


def inspect_record(
    collection: SeriesCollection,
    stacks: Sequence[Inspected],
    inputs: Sequence[str | os.PathLike[str]],
    identify: bool = False,
    names: bool = False,
) -> dict[str, Any]:
    """What ``inspect --json`` prints: every stack, and every file that takes no part.

    :param stacks: those of the collection (``selection.inspected``), in order.
    :param inputs: as the user gave them.
    :param names: name rejected files relative to them, for a person at a terminal.
    """
    series = [_inspected(item, inputs, identify) for item in stacks]
    series += [_unplaced(item, identify) for item in collection.unplaced]
    left_out = [item for entry in collection.series for item in entry.rejected]
    left_out += [item for entry in stacks for item in entry.stack.rejected]
    every = dict.fromkeys([*left_out, *collection.rejected])
    files = named_files(every, inputs) if names else rejected_files(every, identify, inputs)
    return plain({"series": series, "rejected": files})


def _inspected(
    item: Inspected, inputs: Sequence[str | os.PathLike[str]], identify: bool
) -> dict[str, Any]:
    """The entry of one stack."""
    stack, geometry = item.stack, item.geometry
    source = source_record(stack, geometry, identify, inputs)
    if item.parts:
        source["section"] = 0  # all of them
    coarse = None if geometry.refusal else coarse_steps(source)
    findings = [*geometry.findings, *([coarse] if coarse else [])]
    entries = [finding.as_entry() for finding in findings]
    if not identify:
        entries = [unnamed_entry(entry, persons_of(stack.info)) for entry in entries]
    return {
        "number": series_number(stack.info.number),
        "series_id": stack.info.id,
        "stack": stack.number,
        "source": source,
        "sections": [
            {
                "section": part.section,
                "slices": len(part.slices),
                "from_mm": float(own.along[0]),
                "to_mm": float(own.along[-1]),
                "refusal": own.refusal,
            }
            for part, own in item.parts
        ],
        "findings": entries,
        "verdict": verdict(finding.status for finding in findings),
    }


def _unplaced(lost: Unplaced, identify: bool) -> dict[str, Any]:
    """The entry of a series whose headers do not place its slices."""
    info, source = lost.info, lost.record()
    if info is not None and not identify:
        source = unnamed_source(source, persons_of(info))
    return {
        "number": None if info is None else series_number(info.number),
        "series_id": None if info is None else info.id,
        "stack": 1,
        "source": source,
        "findings": [lost.finding.as_entry()],
        "verdict": "fail",
    }
