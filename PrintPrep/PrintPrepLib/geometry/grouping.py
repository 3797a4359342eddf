"""The slices of one series → stacks: one raster, one orientation, one reconstruction each.

Nothing is left out silently: every slice comes to lie in a stack or among the excluded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..core.phrases import Phrase, _
from ..dicom.header import SliceHeader
from .fan import fan_order
from .reconstructions import regular, told_apart
from .stack import in_order, places

#: Largest difference of a direction cosine within one stack: 0.025 mm over 250 mm. A small field
#: allows more, up to the second.
ORIENTATION_TOLERANCE, _LARGEST_ORIENTATION_TOLERANCE = 1e-4, 3e-4
#: How far the last pixel may be off where one stack has several pixel spacings or directions,
#: in mm and in pixels, whichever is less.
_OFF_MM, _OFF_PIXELS = 0.02, 0.1
_SPACING_TOLERANCE = 1e-6
#: Neighbours whose direction cosines differ by less (0.5°) may belong to a drifting scan.
_DRIFT_STEP = 9e-3
#: Words of ImageType that no slice of an acquisition carries.
_DERIVED_WORDS = frozenset(
    {"MPR", "MPVR", "REFORMATTED", "CURVED", "3D", "MIP", "MINIP", "PROJECTION"}
    | {"VRT", "SSD", "RENDERED", "RENDERING"}
)


@dataclass(frozen=True)
class Arranged:
    """Slices that make one stack, in order along their normal.

    ``coincident`` and ``told_apart`` as in ``stack.SliceStack``.
    """

    slices: tuple[SliceHeader, ...]
    drifting: bool = False
    coincident: int = 0
    told_apart: Phrase | None = None


def arrange(
    slices: Iterable[SliceHeader],
) -> tuple[list[Arranged], list[tuple[SliceHeader, Phrase]]]:
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


def needs_traits(slices: Iterable[SliceHeader]) -> bool:
    """Do some slices of one raster stand so that only further tags could tell them apart?"""
    return any(
        not regular(members)
        for raster in _rasters(list(slices))
        for members, _drifting in _directions(raster)
    )


def _originals(
    slices: list[SliceHeader],
) -> tuple[list[SliceHeader], list[tuple[SliceHeader, Phrase]]]:
    """Slices without the derived images that lie among them; a series of these keeps them."""
    plain = [item for item in slices if not _words(item) & _DERIVED_WORDS]
    if len(plain) < 2:
        return slices, []
    kept, excluded = [], []
    acquired = [_direction(item) for item in plain if item.image_type[:1] != ("DERIVED",)]
    directions = np.unique(np.round(acquired, 3), axis=0) if acquired else np.empty((0, 6))
    for item in slices:
        reformat = sorted(_words(item) & _DERIVED_WORDS)
        turned = len(directions) and np.abs(directions - _direction(item)).max(axis=1).min() > 0.01
        if reformat:
            words = {"words": ", ".join(reformat)}
            excluded.append((item, Phrase(_("derived image ({words}), not a slice"), words)))
        elif turned:  # what was acquired lies in its own direction: this is derived
            why = Phrase(_("derived image in another orientation, not a slice"))
            excluded.append((item, why))
        else:
            kept.append(item)
    return kept, excluded


def _words(item: SliceHeader) -> frozenset[str]:
    if item.image_type[:2] == ("ORIGINAL", "PRIMARY"):
        return frozenset()
    return frozenset(word for part in item.image_type[2:] for word in part.upper().split())


def _direction(item: SliceHeader) -> np.ndarray:
    return np.array(item.row_direction + item.column_direction)


def _rasters(slices: list[SliceHeader]) -> list[list[SliceHeader]]:
    """Slices of one matrix and pixel spacing together."""
    kinds: list[list[SliceHeader]] = []
    for item in slices:
        for members in kinds:
            first = members[0]
            same = (item.rows, item.columns) == (first.rows, first.columns)
            off = np.abs(np.subtract(item.pixel_spacing, first.pixel_spacing))
            least = _SPACING_TOLERANCE * max(first.pixel_spacing)
            if same and (off <= np.maximum(_off_mm(first) / _extent(first), least)).all():
                members.append(item)
                break
        else:
            kinds.append([item])
    return kinds


def _off_mm(item: SliceHeader) -> float:
    return min(_OFF_MM, _OFF_PIXELS * min(item.pixel_spacing))


def _extent(item: SliceHeader) -> np.ndarray:
    """Rows and columns."""
    return np.array([item.rows, item.columns], dtype=float)


def _directions(slices: list[SliceHeader]) -> list[tuple[list[SliceHeader], bool]]:
    """Slices of one raster in parallel planes together, or those whose planes drift (True)."""
    groups = _parallel(slices)
    found = []
    for chain in _chains(np.array([_direction(members[0]) for members in groups])):
        members = [item for index in chain for item in groups[index]]
        if len(chain) > 1 and _drifts(members):
            found.append((members, True))
        else:
            found += [(groups[index], False) for index in chain]
    return found


def _parallel(slices: list[SliceHeader]) -> list[list[SliceHeader]]:
    """Slices together whose direction is that of the first of them within the tolerance."""
    axes = np.array([_direction(item) for item in slices])
    field_mm = float((_extent(slices[0]) * slices[0].pixel_spacing).max())
    allowed = _off_mm(slices[0]) / field_mm
    tolerance = min(max(ORIENTATION_TOLERANCE, allowed), _LARGEST_ORIENTATION_TOLERANCE)
    left, groups = np.arange(len(slices)), []
    while len(left):
        near = np.abs(axes[left] - axes[left[0]]).max(axis=1) <= tolerance
        groups.append([slices[index] for index in left[near]])
        left = left[~near]
    return groups


def _chains(references: np.ndarray) -> list[list[int]]:
    """Indices of orientations (N, 6) that hang together by small differences."""
    left, chains = np.ones(len(references), bool), []
    while left.any():
        chain = [int(left.argmax())]
        left[chain] = False
        for current in chain:  # which grows meanwhile
            differences = np.abs(references - references[current]).max(axis=1)
            near = np.flatnonzero(left & (differences <= _DRIFT_STEP)).tolist()
            left[near] = False
            chain += near
        chains.append(sorted(chain))
    return chains


def _drifts(slices: list[SliceHeader]) -> bool:
    """Do neighbours along the stack differ by half a degree at most?"""
    axes = np.array([_direction(item) for item in in_order(slices)])
    return bool(np.abs(np.diff(axes, axis=0)).max() <= _DRIFT_STEP)
