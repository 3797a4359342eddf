"""Reconstructions and acquisitions that one series mixes, told apart by their headers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import combinations

import numpy as np

from ..core.phrases import Phrase, _, joined
from ..dicom import tags
from ..dicom.header import SliceHeader
from .regularity import fit_uniform
from .stack import heights, in_order, places, same_place_mm, tolerance_of

#: Corners farther apart than this within the plane belong to different fields of view.
_FIELD_MM = 1.0
#: What may tell reconstructions apart, the plainest first, in words.
_NAMES = {
    tags.CONVOLUTION_KERNEL: _("kernel {value}"),
    tags.IMAGE_TYPE: _("image type {value}"),
    tags.ECHO_NUMBERS: _("echo {value}"),
    tags.TEMPORAL_POSITION: _("temporal position {value}"),
    tags.DIMENSION_INDEX: _("dimension {value}"),
    tags.ACQUISITION_NUMBER: _("acquisition {value}"),
}

Slices = list[SliceHeader]
Family = tuple[Slices, Phrase | None]


def trait(item: SliceHeader, tag: str) -> str:
    """The text of one of ``tags.TRAITS``, "" where it is absent or was not read."""
    return item.traits[tags.TRAITS.index(tag)] if item.traits else ""


def told_apart(slices: Slices) -> list[Family]:
    """Parallel slices of one raster, each reconstruction by itself, with what tells it apart.

    Slices at one position are told apart by the plainest header value that leaves none
    at one position; so are sets that stand regularly by themselves but not together.
    Without such a value they stay together.
    """
    most = max((len(group) for group in places(in_order(slices))), default=1)
    if most == 1 and regular(slices):
        return [(slices, None)]
    for chosen, families in _splits(slices):
        acquisitions = tags.ACQUISITION_NUMBER in chosen
        if most > 1:
            # Several acquisitions that overlap at their ends are runs of one scan.
            apart = len(families) <= most and distinct(families)
            apart = apart and (not acquisitions or side_by_side(families))
        else:  # they stand between each other
            even = all(len(family) > 2 and regular(family) for family in families)
            apart = even and not acquisitions and side_by_side(families)
        if apart:
            return [(members, _named(chosen, families, members)) for members in families]
    if most == 1:
        return [(slices, None)]
    fields = _fields_of_view(slices)
    if 1 < len(fields) <= most and distinct(fields):
        return _numbered(fields, _("field of view {number}"))
    timed = passes(slices, _content_time)
    if timed is not None and len(timed) <= most and _alike(timed) and side_by_side(timed):
        return _numbered(timed, _("pass {number} by time"))
    return [(slices, None)]


def passes(
    slices: Sequence[SliceHeader], key: Callable[[SliceHeader], float | None]
) -> list[Slices] | None:
    """Slices in runs that go through the stack in one direction, in the order of ``key``.

    :returns: None where a slice has no key of its own, or a run two slices of one position.
    """
    keys = [value for item in slices if (value := key(item)) is not None]
    if len(set(keys)) < len(slices):
        return None
    order = np.argsort(keys, kind="stable")
    along = heights(slices)[order]
    found, direction = [[slices[order[0]]]], 0.0
    for index, step in zip(order[1:], np.diff(along), strict=True):
        if abs(step) < same_place_mm(slices) or direction * step < 0:
            found.append([slices[index]])
            direction = 0.0
        else:
            found[-1].append(slices[index])
            direction = step
    return found if distinct(found) else None


def families_by(
    slices: Sequence[SliceHeader], key: Callable[[SliceHeader], Hashable]
) -> list[Slices]:
    """Slices of one key together, in the order in which the keys appear."""
    found: dict[Hashable, Slices] = defaultdict(list)
    for item in slices:
        found[key(item)].append(item)
    return list(found.values())


def distinct(families: list[Slices]) -> bool:
    """No family holds two slices of one position."""
    return all(len(places(in_order(family))) == len(family) for family in families)


def side_by_side(families: list[Slices]) -> bool:
    """Does each family share at least half of its extent with another one?"""
    same = same_place_mm(families[0])
    spans = [(float(along.min()), float(along.max())) for along in map(heights, families)]
    return all(
        any(
            min(high, other_high) - max(low, other_low) >= 0.5 * (high - low) - same
            for other, (other_low, other_high) in enumerate(spans)
            if other != own
        )
        for own, (low, high) in enumerate(spans)
    ) or any(
        # All lie within the longest one.
        all(low - same <= a and b <= high + same for a, b in spans)
        for low, high in spans
    )


def regular(slices: Sequence[SliceHeader]) -> bool:
    """Does one step vector explain the positions? Fewer than three always are regular."""
    ordered = in_order(slices)
    if len(ordered) < 3:
        return True
    if len(places(ordered)) < len(ordered):
        return False
    positions = np.array([item.position for item in ordered])
    return fit_uniform(positions, tolerance_of(ordered)) is not None


def _splits(slices: Slices) -> Iterator[tuple[tuple[str, ...], list[Slices]]]:
    """The slices by few, then by more of the tags that differ between them."""
    varying = [tag for tag in _NAMES if len({trait(item, tag) for item in slices}) > 1]
    for count in range(1, len(varying) + 1):
        for chosen in combinations(varying, count):
            yield chosen, families_by(slices, _by(chosen))


def _by(chosen: Sequence[str]) -> Callable[[SliceHeader], Hashable]:
    return lambda item: tuple(trait(item, tag) for tag in chosen)


def _content_time(item: SliceHeader) -> float | None:
    text = trait(item, tags.CONTENT_TIME).replace(":", "")
    try:
        return 3600.0 * int(text[:2]) + 60.0 * int(text[2:4]) + float(text[4:])
    except ValueError:
        return None


def _alike(families: list[Slices]) -> bool:
    sizes = [len(family) for family in families]
    return len(sizes) > 1 and min(sizes) >= max(2, max(sizes) / 2)


def _fields_of_view(slices: Slices) -> list[Slices]:
    """Slices by where their corner lies within the plane, a common tilt taken off."""
    along = heights(slices)
    axes = np.array([slices[0].row_direction, slices[0].column_direction])
    across = np.array([item.position for item in slices]) @ axes.T
    terms = np.stack([np.ones_like(along), along - along.mean()], axis=1)
    rest = across - terms @ np.linalg.lstsq(terms, across, rcond=None)[0]
    fields = np.empty(rest.shape, int)
    for axis in (0, 1):
        order = np.argsort(rest[:, axis])
        fields[order[0], axis] = 0
        fields[order[1:], axis] = np.cumsum(np.diff(rest[order, axis]) > _FIELD_MM)
    field_of = {id(item): tuple(field) for item, field in zip(slices, fields.tolist(), strict=True)}
    return families_by(slices, lambda item: field_of[id(item)])


def _numbered(families: list[Slices], template: str) -> list[Family]:
    return [(own, Phrase(template, {"number": n})) for n, own in enumerate(families, 1)]


def _named(chosen: Sequence[str], families: list[Slices], members: Slices) -> Phrase:
    """What tells a family apart, in words: "kernel B30f, acquisition 2"."""
    told = []
    for tag in chosen:
        text = trait(members[0], tag)
        if tag == tags.IMAGE_TYPE:
            texts = {trait(family[0], tag) for family in families}
            counts = Counter(part for other in texts for part in other.split("\\"))
            text = "/".join(part for part in text.split("\\") if counts[part] < len(texts))
        told.append(Phrase(_NAMES[tag], {"value": text or Phrase(_("not stated"))}))
    return joined(told, ", ")
