"""The slices of one series → stacks: one raster, one orientation, one reconstruction each.

Nothing is left out silently: every slice comes to lie in a stack or among the excluded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from .drift import fan_order
from .gridfit import fit_uniform, position_tolerance
from .headers import (
    ACQUISITION_NUMBER,
    CONTENT_TIME,
    CONVOLUTION_KERNEL,
    DIMENSION_INDEX,
    ECHO_NUMBERS,
    IMAGE_TYPE,
    TEMPORAL_POSITION,
    TRAITS,
    SliceHeader,
)

#: Largest difference of a direction cosine within one stack: 0.025 mm over 250 mm.
ORIENTATION_TOLERANCE = 1e-4
#: Slices nearer than this along their normal share one position.
SAME_PLACE_MM = 5e-3
_SPACING_TOLERANCE = 1e-6
#: Neighbours whose direction cosines differ by less (0.5°) may belong to a drifting scan.
_DRIFT_STEP = 9e-3
#: Corners farther apart than this within the plane belong to different fields of view.
_FIELD_MM = 1.0
#: Words of ImageType that no slice of an acquisition carries.
_DERIVED_WORDS = frozenset(
    {"MPR", "MPVR", "REFORMATTED", "CURVED", "3D", "MIP", "MINIP", "PROJECTION"}
    | {"VRT", "SSD", "RENDERED", "RENDERING"}
)
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


@dataclass(frozen=True)
class Arranged:
    """Slices that make one stack, in order along their normal.

    ``coincident`` and ``told_apart`` as in ``series.SliceStack``.
    """

    slices: tuple[SliceHeader, ...]
    drifting: bool = False
    coincident: int = 0
    told_apart: str = ""


def arrange(
    slices: Iterable[SliceHeader],
) -> tuple[list[Arranged], list[tuple[SliceHeader, str]]]:
    """Sort slices into stacks, the largest first.

    :returns: the stacks, and the slices that belong to none with the reason.
    """
    kept, excluded = _originals(list(slices))
    found: list[Arranged] = []
    for raster in _rasters(kept):
        for members, drifting in _directions(raster):
            if drifting:
                ordered = tuple(members[index] for index in fan_order(members))
                found.append(Arranged(ordered, drifting=True))
                continue
            for family, words in told_apart(members):
                ordered = in_order(family)
                coincident = len(ordered) - len(places(ordered))
                found.append(Arranged(ordered, coincident=coincident, told_apart=words))
    return sorted(found, key=lambda item: -len(item.slices)), excluded


def trait(item: SliceHeader, tag: str) -> str:
    """The text of one of ``headers.TRAITS``, "" where it is absent or was not read."""
    return item.traits[TRAITS.index(tag)] if item.traits else ""


def needs_traits(slices: Iterable[SliceHeader]) -> bool:
    """Do some slices of one raster stand so that only further tags could tell them apart?"""
    return any(
        not regular(members)
        for raster in _rasters(list(slices))
        for members, _ in _directions(raster)
    )


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


def _originals(
    slices: list[SliceHeader],
) -> tuple[list[SliceHeader], list[tuple[SliceHeader, str]]]:
    """Slices without the derived images that lie among them; a series of these keeps them."""
    plain = [item for item in slices if not _words(item) & _DERIVED_WORDS]
    if len(plain) < 2:
        return slices, []
    kept, excluded = [], []
    acquired = [_direction(item) for item in plain if not _is_derived(item)]
    directions = np.unique(np.round(acquired, 3), axis=0) if acquired else np.empty((0, 6))
    for item in slices:
        reformat = sorted(_words(item) & _DERIVED_WORDS)
        turned = len(directions) and np.abs(directions - _direction(item)).max(axis=1).min() > 0.01
        if reformat:
            excluded.append((item, f"derived image ({', '.join(reformat)}), not a slice"))
        elif _is_derived(item) and turned:
            excluded.append((item, "derived image in another orientation, not a slice"))
        else:
            kept.append(item)
    return kept, excluded


def _words(item: SliceHeader) -> frozenset[str]:
    return frozenset(word for part in item.image_type[2:] for word in part.upper().split())


def _is_derived(item: SliceHeader) -> bool:
    return item.image_type[:1] == ("DERIVED",)


def _direction(item: SliceHeader) -> np.ndarray:
    return np.array(item.row_direction + item.column_direction)


def _rasters(slices: list[SliceHeader]) -> list[list[SliceHeader]]:
    """Slices of one matrix and pixel spacing together."""
    kinds: list[tuple[tuple[int, int], np.ndarray, list[SliceHeader]]] = []
    for item in slices:
        matrix, spacing = (item.rows, item.columns), np.array(item.pixel_spacing)
        for other, reference, members in kinds:
            near = np.abs(spacing - reference).max() <= _SPACING_TOLERANCE * reference.max()
            if matrix == other and near:
                members.append(item)
                break
        else:
            kinds.append((matrix, spacing, [item]))
    return [members for _, _, members in kinds]


def _directions(slices: list[SliceHeader]) -> list[tuple[list[SliceHeader], bool]]:
    """Slices of one raster in parallel planes together, or those whose planes drift (True)."""
    groups: list[tuple[np.ndarray, list[SliceHeader]]] = []
    for item in slices:
        direction = _direction(item)
        for reference, members in groups:
            if np.abs(direction - reference).max() <= ORIENTATION_TOLERANCE:
                members.append(item)
                break
        else:
            groups.append((direction, [item]))
    found = []
    for chain in _chains([reference for reference, _ in groups]):
        members = [item for index in chain for item in groups[index][1]]
        if len(chain) > 1 and _drifts(members):
            found.append((members, True))
        else:
            found += [(groups[index][1], False) for index in chain]
    return found


def _chains(references: list[np.ndarray]) -> list[list[int]]:
    """Indices of orientations that hang together by small differences."""
    left, chains = set(range(len(references))), []
    while left:
        chain, waiting = [], [min(left)]
        left.discard(waiting[0])
        while waiting:
            current = waiting.pop()
            chain.append(current)
            near = [
                index
                for index in left
                if np.abs(references[index] - references[current]).max() <= _DRIFT_STEP
            ]
            left.difference_update(near)
            waiting += near
        chains.append(sorted(chain))
    return chains


def _drifts(slices: list[SliceHeader]) -> bool:
    """Do neighbours along the stack differ by half a degree at most?"""
    axes = np.array([_direction(item) for item in in_order(slices)])
    return bool(np.abs(np.diff(axes, axis=0)).max() <= _DRIFT_STEP)


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


def instance(item: SliceHeader) -> float | None:
    """The instance number, None where there is none."""
    kind, number, _ = number_key(item.instance_number)
    return None if kind else float(number)


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
