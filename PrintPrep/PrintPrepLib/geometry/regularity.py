"""Does a regular grid explain the slice positions, rounding included?

Positions are written with few decimals by some scanners, so a true grid shows as
steps that differ. Least squares would reject a third of the true grids that were
rounded to 0.1 mm; the question is whether *some* grid lies within the rounding of
every single position: a minimax fit, a linear programme of four to six unknowns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

_SMALLEST_TOLERANCE_MM = 0.02
_LARGEST_TOLERANCE_MM = 0.05
#: Positions closer than this to the simple grid through the end slices count as exact.
_EXACT_MM = 0.01


@dataclass(frozen=True)
class GridFit:
    """Slice k stands at ``origin + k · step`` (LPS mm, both (3,))."""

    origin: np.ndarray
    step: np.ndarray

    def positions(self, count: int) -> np.ndarray:
        """The fitted positions, (count, 3) LPS mm."""
        return self.origin + np.arange(count)[:, None] * self.step


def position_tolerance(decimals: Iterable[tuple[int, int, int]]) -> np.ndarray:
    """How far a written position may lie from the true one, per component, (3,) mm.

    Half the last digit written there (the most that any slice writes), but at least
    0.02 and at most 0.05 mm.
    """
    digits = np.max(np.array(list(decimals)), axis=0)
    return np.clip(0.5 * 10.0**-digits, _SMALLEST_TOLERANCE_MM, _LARGEST_TOLERANCE_MM)


def fit_regular(positions: np.ndarray, normal: np.ndarray, tolerance: np.ndarray) -> GridFit | None:
    """The grid with equal steps along ``normal`` within ``tolerance`` of every position.

    :param positions: (N, 3) LPS mm, in order along ``normal`` (3,), N ≥ 2.
    :param tolerance: (3,) mm.
    :returns: the grid with the smallest largest deviation (measured in tolerances), the
        grid through the end slices where that is exact, or None where no grid fits.
    """
    count = len(positions)
    step = (positions[-1] - positions[0]) @ normal / (count - 1)
    simple = GridFit(positions[0], step * normal)
    deviation = np.abs(simple.positions(count) - positions)
    if deviation.max() <= _EXACT_MM:
        return simple
    chord = positions[-1] - positions[0]
    sideways = np.linalg.norm(chord - (chord @ normal) * normal)
    if sideways > 2 * np.linalg.norm(tolerance) or _chord_excludes(positions, tolerance):
        return None
    # The positions along the normal decide about the step wherever they can.
    along = positions @ normal
    line = _line(along, np.ones(count))
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


def _centred(positions: np.ndarray, step: np.ndarray) -> GridFit:
    """The grid of that step with the smallest largest deviation in every component."""
    offsets = positions - np.arange(len(positions))[:, None] * step
    return GridFit((offsets.min(axis=0) + offsets.max(axis=0)) / 2, step)


def _line(values: np.ndarray, tolerance: np.ndarray) -> tuple[float, float] | None:
    """Start and slope of the line over 0, 1, 2 … nearest to the values in the minimax sense."""
    count = len(values)
    rows = np.stack([np.ones(count), np.arange(count), np.zeros(count)], axis=1)
    center = values.mean()
    solution = _minimax(rows, values - center, tolerance)
    return None if solution is None else (float(solution[0] + center), float(solution[1]))


def fit_uniform(positions: np.ndarray, tolerance: np.ndarray) -> GridFit | None:
    """The grid with one step vector of any direction within ``tolerance`` of every position.

    Parameters and result as in ``fit_regular``.
    """
    count = len(positions)
    simple = GridFit(positions[0], (positions[-1] - positions[0]) / (count - 1))
    if np.abs(simple.positions(count) - positions).max() <= _EXACT_MM:
        return simple
    if _chord_excludes(positions, tolerance):
        return None
    lines = [_line(positions[:, axis], np.full(count, tolerance[axis])) for axis in range(3)]
    if None in lines:
        return None
    origin, step = np.array(lines).T
    return GridFit(origin, step)


def _chord_excludes(positions: np.ndarray, tolerance: np.ndarray) -> bool:
    """A grid within the tolerance is at most twice that away from the end slices' chord."""
    share = np.linspace(0.0, 1.0, len(positions))[:, None]
    chord = positions[0] + share * (positions[-1] - positions[0])
    return bool((np.abs(positions - chord) > 2 * tolerance).any())


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
