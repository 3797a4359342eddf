"""A shape fitted to the grey values at its edge, jointly with the blur of the scanner.

What is fitted is a model of the image itself, not a surface that was taken from it: place,
size, blur within the slices and across them, and the grey values of object and background.
Blur moves the half-contrast surface of a ball of radius R inwards by about σ²/R; a model
that knows the blur does not take this for a smaller ball.

Lengths are mm in the frame of the volume: axes along i, j and k, so that the blur, which
differs between slices and across them, is a diagonal matrix there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..core.errors import CalibrationError
from ..core.phrases import Phrase, _

#: The edge is fitted up to so many widths of the blur on either side.
_REACH = 4.0
_MOST_POINTS = 12_000
#: Enough to come near before all points are taken.
_FEW_POINTS = 3_000
_ROUNDS = 4
#: A residual beyond this share of the contrast belongs to something else; of a mere guess
#: more is forgiven.
_FOREIGN = 0.06
_FOREIGN_TO_GUESS = 0.3
_MOST_FOREIGN = 0.4
#: Noise of CT is alike within a few mm: cells of this size count as one observation.
_CELL_MM = 4.0
_LEAST_BLUR_MM = 0.05
_MOST_BLUR_MM = 3.0
Z_95 = 1.96
#: Cells whose noise is alike across their borders tell less than they seem to: on phantoms
#: with correlated noise (σ of one pixel) intervals were too narrow by this factor.
_CORRELATED = 1.35


class Shape(Protocol):
    """What the fit needs to know of a kind of object; points are (N, 3) in mm."""

    def depth(self, points: np.ndarray, parameters: np.ndarray) -> np.ndarray:
        """Signed distance (N,) to the surface, positive inside."""

    def usable(self, points: np.ndarray, parameters: np.ndarray, margin: float) -> np.ndarray:
        """Points (N,) farther than ``margin`` from edges, where the model does not hold."""

    def occupancy(
        self, points: np.ndarray, parameters: np.ndarray, blur: tuple[float, float]
    ) -> np.ndarray:
        """Blurred indicator function (N,); ``blur``: σ within the slices and across, mm."""


@dataclass(frozen=True)
class Crop:
    """The surroundings of an object.

    :param values: grey values [k, j, i], float.
    :param known: voxels that were acquired, [k, j, i].
    :param start: mm of the first voxel along i, j, k in the volume's frame.
    :param spacing: mm along i, j, k.
    """

    values: np.ndarray
    known: np.ndarray
    start: np.ndarray
    spacing: np.ndarray

    def points(self) -> np.ndarray:
        """Centres of all voxels, (N, 3) mm, in the order of the raveled values."""
        k, j, i = np.indices(self.values.shape, dtype=np.float64)
        ijk = np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1)
        return self.start + ijk * self.spacing


@dataclass(frozen=True)
class EdgeFit:
    """What was found.

    ``parameters`` are the shape's; ``covariance`` is theirs, robust against noise that is
    alike in neighbouring voxels; ``blur`` is σ within the slices and across them in mm;
    ``residual`` the RMS of the grey values at the edge around the model, ``noise`` that well
    inside the object and around it. ``left_out`` is the share of the edge where something
    else lies.
    """

    parameters: np.ndarray
    covariance: np.ndarray
    blur: tuple[float, float]
    object_value: float
    background_value: float
    residual: float
    noise: float
    left_out: float
    points: int


def fit_edge(
    shape: Shape, crop: Crop, start: np.ndarray, object_value: float, background_value: float
) -> EdgeFit:
    """Fit a shape to the grey values around its edge.

    :param start: the shape's parameters, true to a millimetre or so.
    :raises CalibrationError: the edge is not that of such an object, or leaves the field.
    """
    points, values = crop.points(), crop.values.ravel().astype(np.float64)
    known = crop.known.ravel()
    blur = float(np.clip(crop.spacing.mean(), 0.4, 1.0))
    state = np.concatenate([start, [blur, blur, object_value, background_value]])
    foreign = _foreign(shape, crop, points, values, state, _FOREIGN_TO_GUESS)
    # One order of drawing for all rounds: rounds shall differ by what they learnt alone.
    rank = np.random.default_rng(0).permutation(len(values))
    for turn in range(_ROUNDS):
        last = turn == _ROUNDS - 1
        _require_field(shape, crop, points, known, state)
        chosen = _window(shape, points, state) & known & ~foreign
        if np.count_nonzero(chosen) < 200:
            raise _unlike(_("too little of its edge can be seen"))
        some = _thinned(chosen, rank, _MOST_POINTS if last else _FEW_POINTS)
        state, jacobian = _solved(shape, points, values, some, state, robust=turn == 0)
        if last:
            break
        foreign = _foreign(shape, crop, points, values, state, _FOREIGN)
    return _judged(shape, points, values, known, foreign, state, jacobian, len(start))


def _unlike(why: str, **values: float) -> CalibrationError:
    """:param why: a marked part of a sentence, filled with the values."""
    return CalibrationError(
        _("what lies here does not look like the object ({why})"),
        remedy=_("Check the kind, the place and the nominal size of the object"),
        why=Phrase(why, values),
    )


def _blur(state: np.ndarray) -> tuple[float, float]:
    return float(abs(state[-4])), float(abs(state[-3]))


def _model(shape: Shape, points: np.ndarray, state: np.ndarray) -> np.ndarray:
    inside, outside = state[-2:]
    return outside + (inside - outside) * shape.occupancy(points, state[:-4], _blur(state))


def _window(shape: Shape, points: np.ndarray, state: np.ndarray) -> np.ndarray:
    """The points near the edge, boolean (N,)."""
    reach = _REACH * min(max(*_blur(state), 0.3), 1.5)
    near = np.abs(shape.depth(points, state[:-4])) <= reach
    near[near] = shape.usable(points[near], state[:-4], reach)
    return near


def _thinned(chosen: np.ndarray, rank: np.ndarray, most: int) -> np.ndarray:
    """Indices of the chosen points; those of lowest rank where they are too many."""
    indices = np.flatnonzero(chosen)
    if len(indices) <= most:
        return indices
    return np.sort(indices[np.argpartition(rank[indices], most)[:most]])


def _solved(
    shape: Shape,
    points: np.ndarray,
    values: np.ndarray,
    indices: np.ndarray,
    state: np.ndarray,
    robust: bool,
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Least squares on some points: the state, and (indices, Jacobian, residuals) there.

    Residuals are in units of the contrast.
    """
    from scipy.optimize import least_squares

    some, grey = points[indices], values[indices]
    contrast = abs(state[-2] - state[-1])
    scale = np.ones(len(state))
    scale[-2:] = contrast

    def residuals(scaled: np.ndarray) -> np.ndarray:
        return (_model(shape, some, scaled * scale) - grey) / contrast

    low, high = np.full(len(state), -np.inf), np.full(len(state), np.inf)
    low[-4:-2], high[-4:-2] = _LEAST_BLUR_MM, _MOST_BLUR_MM
    first = state / scale
    first[-4:-2] = np.clip(first[-4:-2], 2 * _LEAST_BLUR_MM, 0.9 * _MOST_BLUR_MM)
    found = least_squares(
        residuals,
        first,
        bounds=(low, high),
        loss="soft_l1" if robust else "linear",
        f_scale=0.1,
        xtol=1e-6,
        ftol=1e-8,
        max_nfev=15,
    )
    return found.x * scale, (indices, found.jac / scale, found.fun)


def _foreign(
    shape: Shape,
    crop: Crop,
    points: np.ndarray,
    values: np.ndarray,
    state: np.ndarray,
    share: float,
) -> np.ndarray:
    """Where something else lies, with the reach of its blur around it; boolean (N,)."""
    from scipy.ndimage import distance_transform_edt, gaussian_filter

    contrast, blur = abs(state[-2] - state[-1]), max(_blur(state))
    depth = shape.depth(points, state[:-4])
    near = np.abs(depth) <= 2 * _REACH * blur
    # Deep inside what differs is part of the object: that is judged at the end.
    near &= depth <= 2.5 * blur
    residual = np.zeros(len(values))
    residual[near] = values[near] - _model(shape, points[near], state)
    usable = np.zeros(len(values), bool)
    reach = _REACH * min(max(*_blur(state), 0.3), 1.5)
    usable[near] = shape.usable(points[near], state[:-4], reach)
    residual[~usable] = 0.0
    smooth = gaussian_filter(residual.reshape(crop.values.shape), 0.7).ravel()
    noise = 1.4826 * float(np.median(np.abs(smooth[usable]))) if usable.any() else 0.0
    marked = usable & (np.abs(smooth) > max(share * contrast, 6 * noise))
    if not marked.any():
        return marked
    free = ~marked.reshape(crop.values.shape)
    away = distance_transform_edt(free, sampling=crop.spacing[::-1])
    return (away <= 3 * blur).ravel()


def _require_field(
    shape: Shape, crop: Crop, points: np.ndarray, known: np.ndarray, state: np.ndarray
) -> None:
    """:raises CalibrationError: the object is cut by the end of the field."""
    depth = shape.depth(points, state[:-4])
    grid = (depth > -1.0).reshape(crop.values.shape)
    at_border = any(grid.take(end, axis).any() for axis in range(3) for end in (0, -1))
    if at_border or (~known & (depth > -1.0)).any():
        raise CalibrationError(
            _("the object is cut by the end of the scanned field, or lies within 1 mm of it"),
            remedy=_("Scan it again with the whole object inside the field of view"),
        )


def _judged(
    shape: Shape,
    points: np.ndarray,
    values: np.ndarray,
    known: np.ndarray,
    foreign: np.ndarray,
    state: np.ndarray,
    jacobian: tuple[np.ndarray, np.ndarray, np.ndarray],
    count: int,
) -> EdgeFit:
    indices, jacobian_matrix, residuals = jacobian
    contrast = abs(state[-2] - state[-1])
    edge = _window(shape, points, state)
    left_out = float(np.mean(foreign[edge]))
    if left_out > _MOST_FOREIGN:
        raise _unlike(_("{percent:.0f} % of its edge is different"), percent=100 * left_out)
    depth = shape.depth(points, state[:-4])
    noise = _noise(depth, values, known & ~foreign, state, contrast)
    rms = float(np.sqrt(np.mean(residuals**2))) * contrast
    if rms > 0.05 * contrast + 1.5 * noise:
        off = 100 * rms / contrast
        raise _unlike(_("the grey values at its edge are off by {percent:.0f} %"), percent=off)
    covariance = _covariance(points[indices], jacobian_matrix, residuals)[:count, :count]
    return EdgeFit(
        parameters=state[:count],
        covariance=covariance,
        blur=_blur(state),
        object_value=float(state[-2]),
        background_value=float(state[-1]),
        residual=rms,
        noise=noise,
        left_out=left_out,
        points=len(indices),
    )


def _noise(
    depth: np.ndarray,
    values: np.ndarray,
    usable: np.ndarray,
    state: np.ndarray,
    contrast: float,
) -> float:
    """The scatter deep inside the object.

    :raises CalibrationError: the object is hollow or not of one material.
    """
    blur = max(_blur(state))
    deep = usable & (depth > 3 * blur)
    if np.count_nonzero(deep) < 20:
        return 0.0
    inner = values[deep]
    middle = float(np.median(inner))
    noise = 1.4826 * float(np.median(np.abs(inner - middle)))
    core = values[usable & (depth > 0.6 * depth.max())]
    different = np.abs(inner - state[-2]) > 0.25 * contrast + 4 * noise
    if np.mean(different) > 0.02 or abs(np.median(core) - state[-2]) > 0.08 * contrast + noise:
        raise CalibrationError(
            _("the object is hollow or not of one material"),
            remedy=_("Calibrate with a solid object of one material"),
        )
    return noise


def _covariance(points: np.ndarray, jacobian: np.ndarray, residuals: np.ndarray) -> np.ndarray:
    """Covariance of the parameters, cells of the edge being the independent observations.

    The sandwich estimate (Liang and Zeger 1986, Biometrika 73:13) needs no model of the
    noise's correlation within a cell, and it counts what the model misses from cell to cell.
    With few cells it is too small; Student's t and the parameters that were spent make up.
    """
    from scipy.special import stdtrit

    cells = np.floor(points / _CELL_MM).astype(np.int64)
    labels = np.unique(cells, axis=0, return_inverse=True)[1].ravel()
    groups = int(labels.max()) + 1
    scores = np.zeros((groups, jacobian.shape[1]))
    np.add.at(scores, labels, jacobian * residuals[:, None])
    bread = np.linalg.pinv(jacobian.T @ jacobian)
    free = max(groups - jacobian.shape[1], 3)
    inflation = groups / free * (_CORRELATED * float(stdtrit(free, 0.975)) / Z_95) ** 2
    return bread @ (scores.T @ scores) @ bread * inflation
