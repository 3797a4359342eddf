"""Where slices are missing from a stack, and where it falls into sections."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np

_GAP_FACTOR = 1.9
_GAP_MM = 2.5
_SECTION_FACTOR = 3.0
_SECTION_MM = 10.0
#: So many equal wide steps in a row are the scan's own spacing there, no gaps.
_BLOCK = 3


@dataclass(frozen=True)
class Gaps:
    """What the steps between slices (mm along the normal) say.

    ``usual`` is the step that the others are compared with. ``wide`` are indices of steps
    that are gaps, ``missing`` how many slices would fill each of them (0: their width is no
    multiple of the usual step). ``partings`` are indices of steps that part sections.
    """

    usual: float
    wide: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    partings: tuple[int, ...] = ()


def find_gaps(steps: np.ndarray, tolerance: float) -> Gaps:
    """Tell gaps from steps.

    :param steps: (N,) mm, all positive.
    :param tolerance: what a written position may be off, mm.
    """
    if not len(steps):
        return Gaps(0.0)
    usual, certain = _usual_step(steps, tolerance)
    parting = steps > max(_SECTION_FACTOR * usual, _SECTION_MM)
    multiples = np.round(steps / usual).astype(int)
    whole = np.abs(steps - multiples * usual) <= 2 * multiples * tolerance
    wide = steps > max(_GAP_FACTOR * usual, _GAP_MM)
    if certain:
        wide |= whole & (multiples > 1)
    wide &= ~parting & ~_blocks(multiples, wide)
    indices = np.flatnonzero(wide)
    missing = np.where(whole, multiples - 1, 0)
    return Gaps(
        usual,
        tuple(indices.tolist()),
        tuple(missing[indices].tolist()),
        tuple(np.flatnonzero(parting).tolist()),
    )


def _usual_step(steps: np.ndarray, tolerance: float) -> tuple[float, bool]:
    """The step of an unbroken stack, and whether the steps agree upon one.

    The median misleads where few slices are left (5, 10), or where two spacings are mixed.
    """
    ordered = np.sort(steps)
    clusters = np.split(ordered, np.flatnonzero(np.diff(ordered) > 2 * tolerance) + 1)
    within = ordered[ordered <= max(_SECTION_FACTOR * ordered[0], _SECTION_MM)]
    small = clusters[0]
    step = float(np.median(small))
    multiples = np.round(within / step)
    lattice = (np.abs(within - multiples * step) <= 2 * multiples * tolerance).all()
    in_order = np.round(steps / step).astype(int)
    if (
        lattice
        and step > 4 * tolerance
        and np.ptp(small) <= 4 * tolerance
        and 3 * len(small) >= len(within)
        and not _blocks(in_order, in_order > 1).any()
    ):
        return step, True
    most = max(clusters, key=len)
    if 2 * len(most) >= len(steps):
        return float(np.median(most)), bool(np.ptp(most) <= 4 * tolerance)
    return float(np.median(steps)), False


def _blocks(multiples: np.ndarray, wide: np.ndarray) -> np.ndarray:
    """Which steps belong to a row of equal wide ones."""
    found = np.zeros(len(multiples), bool)
    start = 0
    for (is_wide, _), group in groupby(zip(wide, multiples, strict=True)):
        length = len(list(group))
        found[start : start + length] = is_wide and length >= _BLOCK
        start += length
    return found
