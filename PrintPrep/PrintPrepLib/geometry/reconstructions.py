"""Reconstructions and acquisitions that one series mixes, told apart by their headers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from itertools import combinations

import numpy as np

from ..dicom.header import SliceHeader
from ..dicom.tags import (
    ACQUISITION_NUMBER,
    CONTENT_TIME,
    CONVOLUTION_KERNEL,
    DIMENSION_INDEX,
    ECHO_NUMBERS,
    IMAGE_TYPE,
    TEMPORAL_POSITION,
    TRAITS,
)
from .regularity import fit_uniform, position_tolerance
from .stack import SAME_PLACE_MM, heights, in_order, places

#: Corners farther apart than this within the plane belong to different fields of view.
_FIELD_MM = 1.0
#: What may tell reconstructions apart, the plainest first, with its name.
_NAMES = {
    CONVOLUTION_KERNEL: "kernel",
    IMAGE_TYPE: "image type",
    ECHO_NUMBERS: "echo",
    TEMPORAL_POSITION: "temporal position",
    DIMENSION_INDEX: "dimension",
    ACQUISITION_NUMBER: "acquisition",
}

Family = tuple[list[SliceHeader], str]


def trait(item: SliceHeader, tag: str) -> str:
    """The text of one of ``tags.TRAITS``, "" where it is absent or was not read."""
    return item.traits[TRAITS.index(tag)] if item.traits else ""


# Reconstructions and acquisitions at the same place


def told_apart(slices: list[SliceHeader]) -> list[Family]:
    """Parallel slices of one raster, each reconstruction by itself, with what tells it apart.

    Slices at one position are told apart by the plainest header value that leaves none
    at one position; so are sets that stand regularly by themselves but not together.
    Without such a value they stay together.
    """
    ordered = in_order(slices)
    most = max((len(group) for group in places(ordered)), default=1)
    if most == 1:
        return [(slices, "")] if regular(slices) else _interleaved(slices)
    tags = _varying(slices)
    for count in range(1, len(tags) + 1):
        for chosen in combinations(tags, count):
            families = families_by(
                slices, lambda item, by=chosen: tuple(trait(item, t) for t in by)
            )
            # Several acquisitions that overlap at their ends are runs of one scan.
            runs = ACQUISITION_NUMBER in chosen and not side_by_side(families)
            if 1 < len(families) <= most and distinct(families) and not runs:
                return [(members, _named(chosen, families, members)) for members in families]
    fields = families_by(slices, _field_of_view(slices))
    if 1 < len(fields) <= most and distinct(fields):
        return [(family, f"field of view {n}") for n, family in enumerate(fields, 1)]
    timed = passes(slices, _content_time)
    if timed is not None and len(timed) <= most and _alike(timed) and side_by_side(timed):
        return [(family, f"pass {n} by time") for n, family in enumerate(timed, 1)]
    return [(slices, "")]


def passes(
    slices: Sequence[SliceHeader], key: Callable[[SliceHeader], float | None]
) -> list[list[SliceHeader]] | None:
    """Slices in runs that go through the stack in one direction, in the order of ``key``.

    :returns: None where a slice has no key, or where a run holds two slices of one position.
    """
    keys = [key(item) for item in slices]
    if None in keys or len(set(keys)) < len(keys):
        return None
    order = np.argsort(keys, kind="stable")
    along = heights(slices)[order]
    found, direction = [[slices[order[0]]]], 0.0
    for index, step in zip(order[1:], np.diff(along), strict=True):
        turned = direction * step < 0
        if abs(step) < SAME_PLACE_MM or turned:
            found.append([slices[index]])
            direction = 0.0
        else:
            found[-1].append(slices[index])
            direction = step
    return found if distinct(found) else None


def _content_time(item: SliceHeader) -> float | None:
    text = trait(item, CONTENT_TIME).replace(":", "")
    try:
        hours, minutes, seconds = int(text[:2]), int(text[2:4]), float(text[4:])
    except ValueError:
        return None
    return 3600.0 * hours + 60.0 * minutes + seconds


def _interleaved(slices: list[SliceHeader]) -> list[Family]:
    """Reconstructions that stand between each other: each regular, together not."""
    tags = [tag for tag in _varying(slices) if tag != ACQUISITION_NUMBER]
    for count in range(1, len(tags) + 1):
        for chosen in combinations(tags, count):
            families = families_by(
                slices, lambda item, by=chosen: tuple(trait(item, t) for t in by)
            )
            even = all(len(family) > 2 and regular(family) for family in families)
            if len(families) > 1 and even and side_by_side(families):
                return [(members, _named(chosen, families, members)) for members in families]
    return [(slices, "")]


def _varying(slices: Sequence[SliceHeader]) -> list[str]:
    """The tags that may tell reconstructions apart, of those that differ between slices."""
    return [tag for tag in _NAMES if len({trait(item, tag) for item in slices}) > 1]


def _by(tags: Sequence[str]) -> Callable[[SliceHeader], Hashable]:
    return lambda item: tuple(trait(item, tag) for tag in tags)


def families_by(
    slices: Sequence[SliceHeader], key: Callable[[SliceHeader], Hashable]
) -> list[list[SliceHeader]]:
    """Slices of one key together, in the order in which the keys appear."""
    found: dict[Hashable, list[SliceHeader]] = defaultdict(list)
    for item in slices:
        found[key(item)].append(item)
    return list(found.values())


def distinct(families: list[list[SliceHeader]]) -> bool:
    """No family holds two slices of one position."""
    return all(len(places(in_order(family))) == len(family) for family in families)


def _alike(families: list[list[SliceHeader]]) -> bool:
    sizes = [len(family) for family in families]
    return len(sizes) > 1 and min(sizes) >= max(2, max(sizes) / 2)


def side_by_side(families: list[list[SliceHeader]]) -> bool:
    """Does each family share at least half of its extent with another one?"""
    spans = [(float(along.min()), float(along.max())) for along in map(heights, families)]
    return all(
        any(
            min(high, other_high) - max(low, other_low) >= 0.5 * (high - low) - SAME_PLACE_MM
            for other, (other_low, other_high) in enumerate(spans)
            if other != own
        )
        for own, (low, high) in enumerate(spans)
    ) or any(
        # All lie within the longest one.
        all(low - SAME_PLACE_MM <= a and b <= high + SAME_PLACE_MM for a, b in spans)
        for low, high in spans
    )


def regular(slices: Sequence[SliceHeader]) -> bool:
    """Does one step vector explain the positions? Fewer than three always are regular."""
    ordered = in_order(slices)
    if len(ordered) < 3:
        return True
    if len(places(ordered)) < len(ordered):
        return False
    tolerance = position_tolerance(item.position_decimals for item in ordered)
    return fit_uniform(np.array([item.position for item in ordered]), tolerance) is not None


def _field_of_view(slices: Sequence[SliceHeader]) -> Callable[[SliceHeader], Hashable]:
    """Tells slices by where their corner lies within the plane, a common tilt taken off."""
    along = heights(slices)
    axes = np.array([slices[0].row_direction, slices[0].column_direction])
    across = np.array([item.position for item in slices]) @ axes.T
    terms = np.stack([np.ones_like(along), along - along.mean()], axis=1)
    rest = across - terms @ np.linalg.lstsq(terms, across, rcond=None)[0]
    labels = {}
    for axis in (0, 1):
        order = np.argsort(rest[:, axis])
        jumps = np.concatenate([[0], np.diff(rest[order, axis]) > _FIELD_MM])
        for index, label in zip(order, np.cumsum(jumps), strict=True):
            labels.setdefault(id(slices[index]), []).append(int(label))
    return lambda item: tuple(labels[id(item)])


def _named(
    tags: Sequence[str], families: list[list[SliceHeader]], members: list[SliceHeader]
) -> str:
    """What tells a family apart, in words: "kernel B30f, acquisition 2"."""
    told = []
    for tag in tags:
        texts = [trait(family[0], tag) for family in families]
        text = trait(members[0], tag)
        if tag == IMAGE_TYPE:
            counts = Counter(part for other in set(texts) for part in other.split("\\"))
            own = [part for part in text.split("\\") if counts[part] < len(set(texts))]
            text = "/".join(own)
        told.append(f"{_NAMES[tag]} {text or 'not stated'}")
    return ", ".join(told)
