"""Grey values along a line through edges, and the fit of where the edges lie.

The model is that of Treece et al. (2010, Med Image Anal 14:276) for any number of edges:
between the edges the material is uniform, and all of it is blurred by one Gaussian,

    y(x) = L₀ + Σ (Lₑ₊₁ − Lₑ) Φ((x − xₑ) / σ)

with the edges xₑ in ascending order. What is known of an edge or a level beforehand enters
as a Gaussian prior, so that a wall thinner than the blur, whose height and width its profile
alone cannot tell apart, takes the height of the material around it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

#: Rounds of Gauss and Newton; the last ones move by less than a thousandth of a millimetre.
_ROUNDS = 6
#: An edge moves by so many standard deviations of the blur a round at most.
_STRIDE = 1.0
#: Edges keep so many millimetres apart: a wall cannot vanish.
LEAST_WALL_MM = 0.1
#: Profiles fitted at a time: the temporaries of one batch stay in the cache.
_BATCH = 4096
#: Residuals of so many times the noise weigh half (Cauchy's weight).
_ROBUST = 3.0
#: A little of Marquardt's damping: two parameters that look alike share the step.
_DAMPING = 1e-4


@dataclass(frozen=True)
class Steps:
    """Edges and levels of N profiles.

    :param edges: (N, E) mm along the line, ascending.
    :param levels: (N, E + 1) grey values before, between and behind the edges.
    :param blur: (N,) standard deviation, mm.
    """

    edges: np.ndarray
    levels: np.ndarray
    blur: np.ndarray


@dataclass(frozen=True)
class Prior:
    """What is known beforehand; a precision of 0: nothing.

    :param levels: (N, E + 1) grey values; ``precision`` (N, E + 1) is one by their variance.
    """

    levels: np.ndarray
    precision: np.ndarray


@dataclass(frozen=True)
class Fit:
    """Fitted steps, and how well.

    :param rms: (N,) root mean square of the residuals, by weight, grey values.
    :param edge_sd: (N, E) standard deviation of the edges that the noise gives them, mm.
    """

    steps: Steps
    rms: np.ndarray
    edge_sd: np.ndarray


def fit(
    depths: np.ndarray,
    profiles: np.ndarray,
    weights: np.ndarray,
    start: Steps,
    prior: Prior,
    noise: float,
    free_blur: bool = False,
) -> Fit:
    """Fit edges and levels by least squares, robustly.

    :param depths: (N, S) mm, ascending.
    :param profiles: (N, S) grey values; ``weights`` (N, S) from 0 to 1.
    :param start: where to begin; its blur is kept unless ``free_blur``.
    :param noise: standard deviation of one sample, grey values.
    """
    parts = [
        _fit(
            depths[some],
            profiles[some],
            weights[some],
            Steps(start.edges[some], start.levels[some], start.blur[some]),
            Prior(prior.levels[some], prior.precision[some]),
            noise,
            free_blur,
        )
        for some in _batches(len(profiles))
    ]
    if not parts:
        return Fit(start, np.zeros(0), np.zeros_like(start.edges))
    return Fit(
        Steps(*(np.concatenate([getattr(p.steps, n) for p in parts]) for n in _STEPS)),
        np.concatenate([p.rms for p in parts]),
        np.concatenate([p.edge_sd for p in parts]),
    )


_STEPS = ("edges", "levels", "blur")


def _batches(count: int) -> list[slice]:
    return [slice(first, first + _BATCH) for first in range(0, count, _BATCH)]


def _fit(
    depths: np.ndarray,
    profiles: np.ndarray,
    weights: np.ndarray,
    start: Steps,
    prior: Prior,
    noise: float,
    free_blur: bool,
) -> Fit:
    edges = start.edges.T.astype(np.float64).copy()
    levels = start.levels.T.astype(np.float64).copy()
    blur = start.blur.astype(np.float64).copy()
    count = len(edges)
    depths, given = depths.T.astype(np.float32), weights.T.astype(np.float32)
    y = np.where(given > 0, profiles.T, 0).astype(np.float32)
    known, precision = prior.levels.T, prior.precision.T * noise**2
    for round_ in range(_ROUNDS):
        columns, model = derivatives(depths, edges, levels, blur, free_blur)
        residual = y - model
        w = given if round_ < 2 else robust(given, residual, noise)
        matrix, right = normal_equations(columns, residual, w)
        for level in range(count + 1):
            matrix[level, level] += precision[level]
            right[level] += precision[level] * (known[level] - levels[level])
        step = solved(matrix, right)
        levels += step[: count + 1]
        stride = _STRIDE * blur
        edges += np.clip(step[count + 1 : 2 * count + 1], -stride, stride)
        for edge in range(1, count):
            np.maximum(edges[edge], edges[edge - 1] + LEAST_WALL_MM, out=edges[edge])
        if free_blur:
            blur = np.clip(blur + np.clip(step[-1], -0.3 * blur, 0.3 * blur), 0.05, None)
    columns, model = derivatives(depths, edges, levels, blur, free_blur)
    residual = y - model
    w = robust(given, residual, noise)
    total = np.maximum(w.sum(axis=0), 1e-6)
    rms = np.sqrt((w * residual**2).sum(axis=0) / total)
    matrix, _right = normal_equations(columns, residual, w)
    for level in range(count + 1):
        matrix[level, level] += precision[level]
    sd = np.stack([_deviation(matrix, count + 1 + edge) for edge in range(count)], axis=1) * noise
    return Fit(Steps(edges.T, levels.T, blur), rms, sd)


def robust(weights: np.ndarray, residual: np.ndarray, noise: float) -> np.ndarray:
    """The weights with those of outliers taken back (Cauchy)."""
    return weights / (1 + (residual / np.float32(_ROBUST * noise)) ** 2)


def derivatives(
    depths: np.ndarray,
    edges: np.ndarray,
    levels: np.ndarray,
    blur: np.ndarray,
    free_blur: bool,
) -> tuple[list[np.ndarray], np.ndarray]:
    """By levels, edges and blur, (S, N) each, and the model itself, at depths (S, N)."""
    from scipy.special import ndtr

    inverse = (1 / blur).astype(np.float32)
    x = depths.astype(np.float32)
    passed, slopes, by_blur = [], [], np.float32(0)
    for edge in range(len(edges)):
        t = (x - edges[edge].astype(np.float32)) * inverse
        passed.append(ndtr(t))
        jump = (levels[edge + 1] - levels[edge]).astype(np.float32)
        height = jump * inverse / np.float32(math.sqrt(2 * math.pi))
        bell = height * np.exp(np.float32(-0.5) * t * t)
        slopes.append(-bell)
        if free_blur:
            by_blur = by_blur - bell * t
    shares = [np.float32(1) - passed[0]]
    shares += [before - after for before, after in pairwise(passed)]
    shares.append(passed[-1])
    model = sum(
        share * level.astype(np.float32) for share, level in zip(shares, levels, strict=True)
    )
    columns = shares + slopes + ([by_blur] if free_blur else [])
    return columns, model


def normal_equations(
    columns: list[np.ndarray],
    residual: np.ndarray,
    weights: np.ndarray,
    damping: float = _DAMPING,
) -> tuple[np.ndarray, np.ndarray]:
    """The normal equations: matrix (P, P, N) and right side (P, N)."""
    size, count = len(columns), residual.shape[1]
    matrix, right = np.empty((size, size, count)), np.empty((size, count))
    for row, column in enumerate(columns):
        weighted = column * weights
        right[row] = np.einsum("sn,sn->n", weighted, residual)
        for other in range(row, size):
            matrix[row, other] = np.einsum("sn,sn->n", weighted, columns[other])
            matrix[other, row] = matrix[row, other]
    diagonal = np.arange(size)
    matrix[diagonal, diagonal] *= 1 + damping
    matrix[diagonal, diagonal] += 1e-9 * np.abs(matrix).max(axis=(0, 1)) + 1e-12
    return matrix, right


def solved(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The solutions (P, N) of symmetric positive systems, all at once (Cholesky)."""
    lower = _cholesky(matrix)
    size = len(right)
    x = right.copy()
    for row in range(size):
        for column in range(row):
            x[row] -= lower[row, column] * x[column]
        x[row] /= lower[row, row]
    for row in reversed(range(size)):
        for column in range(row + 1, size):
            x[row] -= lower[column, row] * x[column]
        x[row] /= lower[row, row]
    return x


def _cholesky(matrix: np.ndarray) -> np.ndarray:
    size = len(matrix)
    lower = np.zeros_like(matrix)
    tiny = 1e-12 * np.abs(matrix).max(axis=(0, 1)) + 1e-300
    for column in range(size):
        rest = matrix[column, column] - (lower[column, :column] ** 2).sum(axis=0)
        lower[column, column] = np.sqrt(np.maximum(rest, tiny))
        for row in range(column + 1, size):
            crossed = (lower[row, :column] * lower[column, :column]).sum(axis=0)
            lower[row, column] = (matrix[row, column] - crossed) / lower[column, column]
    return lower


def _deviation(matrix: np.ndarray, parameter: int) -> np.ndarray:
    """The square root (N,) of one diagonal element of the inverse."""
    one = np.zeros(matrix.shape[1:])
    one[parameter] = 1
    return np.sqrt(np.maximum(solved(matrix, one)[parameter], 0))
