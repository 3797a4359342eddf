"""Does a regular grid explain the slice positions, rounding included, and where are slices missing?

Positions are written with few decimals by some scanners, so a true grid shows as
steps that differ. Least squares would reject a third of the true grids that were
rounded to 0.1 mm; the question is whether *some* grid lies within the rounding of
every single position: a minimax fit, a linear programme of four to six unknowns.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import numpy as np

#: Gaps of missing slices up to this are smoothed over; wider ones make the print wrong.
GAP_FAIL_MM = 2.5
_SMALLEST_TOLERANCE_MM = 0.02
_LARGEST_TOLERANCE_MM = 0.05
#: Of the finer of pixel and step, in micro-CT: less than a quarter, so that no slice hides in it.
_FINEST_SHARE = 0.2
#: Positions closer than this to the simple grid through the end slices count as exact.
_EXACT_MM = 0.01
_GAP_FACTOR, _GAP_MM = 1.9, 2.5
_SECTION_FACTOR, _SECTION_MM = 3.0, 10.0
#: So many equal wide steps in a row are the scan's own spacing there, no gaps.
_BLOCK = 3


@dataclass(frozen=True)
class GridFit:
    """Slice k stands at ``origin + k · step`` (LPS mm, both (3,))."""

    origin: np.ndarray
    step: np.ndarray

    def positions(self, count: int) -> np.ndarray:
        """The fitted positions, (count, 3) LPS mm."""
        return self.origin + np.arange(count)[:, None] * self.step


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


def position_tolerance(
    decimals: Iterable[tuple[int, int, int]], finest_mm: float = math.inf
) -> np.ndarray:
    """How far a written position may lie from the true one, per component, (3,) mm.

    Half the last digit written there (the most that any slice writes), but at least
    0.02 and at most 0.05 mm.

    :param finest_mm: pixel or step, whichever is smaller: below 0.1 mm the tolerance follows it.
    """
    digits = np.max(np.array(list(decimals)), axis=0)
    smallest = min(_SMALLEST_TOLERANCE_MM, finest_mm * _FINEST_SHARE)
    return np.clip(0.5 * 10.0**-digits, smallest, _LARGEST_TOLERANCE_MM)


def _exact(tolerance: np.ndarray) -> float:
    return min(_EXACT_MM, float(tolerance.min()) / 2)


def fit_regular(positions: np.ndarray, normal: np.ndarray, tolerance: np.ndarray) -> GridFit | None:
    """The grid with equal steps along ``normal`` within ``tolerance`` of every position.

    :param positions: (N, 3) LPS mm, in order along ``normal`` (3,), N ≥ 2.
    :param tolerance: (3,) mm.
    :returns: the grid with the smallest largest deviation (measured in tolerances), the
        grid through the end slices where that is exact, or None where no grid fits.
    """
    count, chord = len(positions), positions[-1] - positions[0]
    simple = GridFit(positions[0], chord @ normal / (count - 1) * normal)
    if np.abs(simple.positions(count) - positions).max() <= _exact(tolerance):
        return simple
    sideways = np.linalg.norm(chord - (chord @ normal) * normal)
    if sideways > 2 * np.linalg.norm(tolerance) or _chord_excludes(positions, tolerance):
        return None
    # The positions along the normal decide about the step wherever they can.
    line = _line(positions @ normal, 1.0)
    if line is not None:
        fit = _centred(positions, line[1] * normal)
        if (np.abs(fit.positions(count) - positions) <= tolerance * (1 + 1e-6)).all():
            return fit
    # Unknowns: origin (3), step, and the largest deviation in tolerances.
    rows = np.zeros((count, 3, 5))
    rows[:, :, :3] = np.eye(3)
    rows[:, :, 3] = np.arange(count)[:, None] * normal
    target = positions - positions.mean(axis=0)
    solution = _minimax(rows.reshape(-1, 5), target.ravel(), np.tile(tolerance, count))
    return None if solution is None else _centred(positions, solution[3] * normal)


def fit_uniform(positions: np.ndarray, tolerance: np.ndarray) -> GridFit | None:
    """The grid with one step vector of any direction within ``tolerance`` of every position.

    Parameters and result as in ``fit_regular``.
    """
    count = len(positions)
    simple = GridFit(positions[0], (positions[-1] - positions[0]) / (count - 1))
    if np.abs(simple.positions(count) - positions).max() <= _exact(tolerance):
        return simple
    if _chord_excludes(positions, tolerance):
        return None
    lines = [_line(positions[:, axis], tolerance[axis]) for axis in range(3)]
    if None in lines:
        return None
    origin, step = np.array(lines).T
    return GridFit(origin, step)


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


def _chord_excludes(positions: np.ndarray, tolerance: np.ndarray) -> bool:
    """A grid within the tolerance is at most twice that away from the end slices' chord."""
    share = np.linspace(0.0, 1.0, len(positions))[:, None]
    chord = positions[0] + share * (positions[-1] - positions[0])
    return bool((np.abs(positions - chord) > 2 * tolerance).any())


def _centred(positions: np.ndarray, step: np.ndarray) -> GridFit:
    """The grid of that step with the smallest largest deviation in every component."""
    offsets = positions - np.arange(len(positions))[:, None] * step
    return GridFit((offsets.min(axis=0) + offsets.max(axis=0)) / 2, step)


def _line(values: np.ndarray, tolerance: float) -> tuple[float, float] | None:
    """Start and slope of the line over 0, 1, 2 … nearest to the values in the minimax sense."""
    count = len(values)
    rows = np.stack([np.ones(count), np.arange(count), np.zeros(count)], axis=1)
    center = values.mean()
    solution = _minimax(rows, values - center, np.full(count, tolerance))
    return None if solution is None else (float(solution[0] + center), float(solution[1]))


def _minimax(rows: np.ndarray, target: np.ndarray, tolerance: np.ndarray) -> np.ndarray | None:
    """Minimise t with |rows · x − target| ≤ t · tolerance; None where t exceeds 1.

    :param rows: (M, U) coefficients of the unknowns; the last unknown is t, its column free.
    :param target, tolerance: (M,).
    """
    from scipy.optimize import linprog

    above, below = rows.copy(), -rows
    above[:, -1] = below[:, -1] = -tolerance
    cost = np.zeros(rows.shape[1])
    cost[-1] = 1.0
    limits = [(None, None)] * (len(cost) - 1) + [(0.0, None)]
    result = linprog(
        cost, np.vstack([above, below]), np.concatenate([target, -target]), bounds=limits
    )
    # The solver's own tolerance must not decide about a position on the very edge.
    if not result.success or result.x[-1] > 1 + 1e-6:
        return None
    return result.x


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
        usual = float(np.median(most))
        return usual, bool(np.ptp(most) <= 4 * tolerance < usual)
    return float(np.median(steps)), False


def _blocks(multiples: np.ndarray, wide: np.ndarray) -> np.ndarray:
    """Which steps belong to a row of equal wide ones."""
    found = np.zeros(len(multiples), bool)
    start = 0
    for (is_wide, _multiple), group in groupby(zip(wide, multiples, strict=True)):
        length = len(list(group))
        found[start : start + length] = is_wide and length >= _BLOCK
        start += length
    return found
