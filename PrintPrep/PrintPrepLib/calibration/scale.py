"""Scale along the patient's axes from lengths that are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..core.errors import CalibrationError
from ..core.phrases import _
from .edge_fit import Z_95
from .object_fit import AXES, MODEL_MM, AxisScale, ObjectFit

#: A scale that is not known better than this says nothing.
_USELESS = 0.02
#: A line within about 10° of an axis tells of that axis: 3 % of what it tells may be another's.
_TOLD = 1e-3


@dataclass(frozen=True)
class Line:
    """The scale along one line: unit direction in LPS, measured and true length in mm."""

    direction: tuple[float, float, float]
    measured_mm: float
    nominal_mm: float
    scale: float
    uncertainty: float


@dataclass(frozen=True)
class CenterScale:
    """What the distances between objects say.

    ``axes`` as in ``axis_scales``; ``shear`` holds for xy, xz and yz the angle (rad) by which
    a right angle is changed, with its 95 % half-width, or is None with fewer than four
    objects that do not lie in one plane; ``lines`` are the pairs.
    """

    axes: dict[str, AxisScale | None]
    shear: dict[str, AxisScale] | None
    lines: tuple[Line, ...]


def axis_scales(
    directions: np.ndarray, ratios: np.ndarray, uncertainty: np.ndarray
) -> dict[str, AxisScale | None]:
    """Scale along x, y and z, none of which is sheared against another.

    A length measured along the unit direction a at ``ratio`` times its true value obeys
    ratio⁻² = Σ a_j² / s_j², which is linear in s_j⁻².

    :param directions: (n, 3) measured unit directions, LPS.
    :param ratios, uncertainty: (n,) measured ÷ true, and 95 % half-widths.
    :return: by axis; None where the lengths do not tell.
    """
    system = np.asarray(directions, float) ** 2
    ratios, uncertainty = np.asarray(ratios, float), np.asarray(uncertainty, float)
    weights = 1 / (2 * ratios**-3 * np.maximum(uncertainty, 1e-9))
    inverse = np.linalg.pinv(system * weights[:, None], rcond=1e-6)
    # Where the lengths tell nothing, no stretch is assumed.
    squares = 1 + inverse @ (weights * (ratios**-2 - 1))
    seen = np.linalg.pinv(system, rcond=1e-6) @ system
    result: dict[str, AxisScale | None] = {}
    for index, axis in enumerate(AXES):
        told = 1 - seen[index, index] < _TOLD and squares[index] > 0
        scale = float(squares[index] ** -0.5) if told else 1.0
        half = 0.5 * scale**3 * float(np.linalg.norm(inverse[index]))
        result[axis] = AxisScale(scale, half) if told and half <= _USELESS else None
    return result


def scale_from_centers(
    fits: Sequence[ObjectFit], known: np.ndarray, nominal_uncertainty: float = 0.0
) -> CenterScale:
    """Scale from the distances between objects whose centres are known.

    Only distances are used, so the known places may be in any frame: with V the symmetric
    stretch, a true distance obeys d² = mᵀ V⁻² m for the measured vector m, which is linear in
    the six entries of V⁻².

    :param known: (N, 3) mm, the true centres in the order of the fits.
    :param nominal_uncertainty: 95 % half-width of a known distance in mm.
    :raises CalibrationError: fewer than two objects, or some share their place.
    """
    known = np.asarray(known, float)
    if len(fits) < 2 or known.shape != (len(fits), 3):
        raise CalibrationError(
            _("distances need two objects or more, each with its known centre"),
            remedy=_("Give a known centre for every object"),
        )
    lines = tuple(
        _line(fits[a], fits[b], known[b] - known[a], nominal_uncertainty)
        for a, b in combinations(range(len(fits)), 2)
    )
    stretched = _stretch(lines)
    if stretched is not None:
        return CenterScale(*stretched, lines)
    axes = axis_scales(
        np.array([line.direction for line in lines]),
        np.array([line.scale for line in lines]),
        np.array([line.uncertainty for line in lines]),
    )
    return CenterScale(axes, None, lines)


def _line(a: ObjectFit, b: ObjectFit, true: np.ndarray, nominal_uncertainty: float) -> Line:
    vector = np.subtract(b.center_mm, a.center_mm)
    measured, nominal = float(np.linalg.norm(vector)), float(np.linalg.norm(true))
    if measured < 1.0 or nominal < 1.0:
        raise CalibrationError(
            _("two objects share their place"),
            remedy=_("Name every object once, with its own centre"),
        )
    direction = vector / measured
    covariance = np.add(a.center_covariance_mm2, b.center_covariance_mm2)
    half = Z_95 * np.sqrt(direction @ covariance @ direction)
    half = float(np.sqrt(half**2 + MODEL_MM**2 + nominal_uncertainty**2))
    return Line(tuple(direction.tolist()), measured, nominal, measured / nominal, half / nominal)


def _stretch(
    lines: Sequence[Line],
) -> tuple[dict[str, AxisScale | None], dict[str, AxisScale]] | None:
    """Scale and shear of the symmetric stretch; None where the lines do not fix it."""
    directions = np.array([line.direction for line in lines])
    ratios = np.array([line.scale for line in lines])
    half = np.array([line.uncertainty for line in lines])
    x, y, z = directions.T
    system = np.stack([x * x, y * y, z * z, 2 * x * y, 2 * x * z, 2 * y * z], axis=1)
    if np.linalg.matrix_rank(system, tol=1e-3) < 6:
        return None
    weights = 1 / (2 * ratios**-3 * np.maximum(half, 1e-9))
    inverse = np.linalg.pinv(system * weights[:, None])
    metric = inverse @ (weights * ratios**-2)
    stretch = _root(metric)
    # The stretch's entries follow the metric's: V ≈ 1 - (V⁻² - 1) / 2 near the identity.
    spread = 0.5 * np.linalg.norm(inverse, axis=1)
    axes: dict[str, AxisScale | None] = {
        axis: AxisScale(float(stretch[n, n]), float(spread[n])) for n, axis in enumerate(AXES)
    }
    shear = {
        f"{AXES[a]}{AXES[b]}": AxisScale(float(2 * stretch[a, b]), float(2 * spread[3 + n]))
        for n, (a, b) in enumerate(((0, 1), (0, 2), (1, 2)))
    }
    return axes, shear


def _root(metric: np.ndarray) -> np.ndarray:
    """V from the entries xx, yy, zz, xy, xz, yz of V⁻²."""
    xx, yy, zz, xy, xz, yz = metric
    values, vectors = np.linalg.eigh([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    return vectors @ np.diag(values**-0.5) @ vectors.T
