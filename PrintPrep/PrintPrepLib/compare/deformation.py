"""Size and shape of one surface against another: scale along each axis, skew, inflation.

A robust affine fit, point to plane, on pairs that both surfaces have: parts that only one
has, dents and noise hardly move it. Its errors are estimated by leaving out one octant of
the model after the other (jackknife), since neighbouring residuals are not independent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, report
from ..mesh.proximity import SurfaceSearch
from ..mesh.sampling import Cloud, mapped
from .registration import rotation, tukey

_STEPS = 25
_REACH = 0.03
_LIKE = 0.35
#: An even inflation is believed when it takes away so much of the residuals' RMS.
_INFLATION_GAIN = 0.1
_NOTHING_LEFT = 1e-6
_FEWEST_PAIRS = 200
_AT_REST = 1e-7
#: Scatter that is not trimmed, as a share of the size: a rigid fit leaves scale in the
#: residuals; a fit of the shape begins generous and ends strict.
_RIGID_ALLOWED = 0.002
_ALLOWED_FIRST, _ALLOWED_LAST, _STRICTER = 0.02, 5e-5, 0.4
#: An affine map may squeeze anything into a corner where it agrees.
_MOST_STRETCH = 1.7


@dataclass(frozen=True)
class ShapeFit:
    """The affine map that lays the (already aligned) model onto the reference.

    :param affine: 4×4.
    :param replicates: (8, 4, 4), the same with one octant of the model left out each.
    :param inflation_mm: how far the model's surface lies outside all round beyond that, or 0.
    :param scatter_mm: robust standard deviation of what is left, point to plane.
    :param paired: share of the model's surface that has a counterpart.
    """

    affine: np.ndarray
    replicates: np.ndarray
    inflation_mm: float
    scatter_mm: float
    paired: float

    def error(self, measure: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Jackknife standard error of ``measure(affine)``."""
        values = np.array([measure(one) for one in self.replicates])
        count = len(values)
        return np.sqrt((count - 1) / count * ((values - values.mean(axis=0)) ** 2).sum(axis=0))


def fit_shape(
    model: Cloud, reference: SurfaceSearch, progress: Progress | None = None
) -> ShapeFit | None:
    """The affine fit of an aligned model, or None where the two have too little in common.

    :param model: points of the aligned model.
    :raises Cancelled: progress asked for it.
    """
    plain = _Fit(model, reference, inflating=False)
    if not plain.settle(progress):
        return None
    if plain.rms < _NOTHING_LEFT * reference.surface.size:
        return plain.result()
    inflated = _Fit(model, reference, inflating=True, start=plain.affine)
    if inflated.settle(progress) and inflated.rms < (1 - _INFLATION_GAIN) * plain.rms:
        return inflated.result()
    return plain.result()


def fit_rigid(model: Cloud, reference: SurfaceSearch, affine: np.ndarray) -> np.ndarray:
    """The rigid motion (4×4) nearest to an affine fit, then settled on the surface itself."""
    size = reference.surface.size
    transform = _procrustes(model.points, mapped(model.points, affine))
    for _step in range(_STEPS):
        pairs = _paired(model, reference, transform, _REACH * size)
        if pairs is None:
            break
        points, normals, apart = pairs[:3]
        weights = tukey(apart, _RIGID_ALLOWED * size)
        middle = points.mean(axis=0)
        length = np.sqrt(((points - middle) ** 2).sum(axis=1).mean())
        system = np.column_stack((np.cross((points - middle) / length, normals), normals))
        solution = -_solved(*_normal_equations(system, apart, weights))
        update = np.eye(4)
        update[:3, :3] = rotation(solution[:3] / length)
        update[:3, 3] = middle - update[:3, :3] @ middle + solution[3:]
        transform = update @ transform
        if np.abs(solution).max() < _AT_REST * size:
            break
    return transform


class _Fit:
    def __init__(
        self,
        model: Cloud,
        reference: SurfaceSearch,
        inflating: bool,
        start: np.ndarray | None = None,
    ) -> None:
        self._model, self._reference, self._size = model, reference, reference.surface.size
        self._inflating = inflating
        self._middle = model.points.mean(axis=0)
        offset = model.points - self._middle
        self._length = float(np.sqrt((offset**2).sum(axis=1).mean()))
        self._shares = offset / self._length
        self.affine = np.eye(4) if start is None else start
        self._inflation = 0.0
        self.rms = np.inf
        self._allowed = _ALLOWED_FIRST if start is None else _ALLOWED_LAST

    def settle(self, progress: Progress | None) -> bool:
        """Iterate until the fit rests; False where too few pairs are left."""
        for step in range(_STEPS):
            report(progress, step / _STEPS, _("Fitting the scale"))
            if not self._pair():
                return False
            solution = _solved(*self._equations(np.ones(len(self._apart), dtype=bool)))
            self.affine, self._inflation = self._map(solution)
            at_rest = np.abs(solution[:12]).max() * self._length < _AT_REST * self._size
            if at_rest and self._allowed == _ALLOWED_LAST:
                break
            self._allowed = max(self._allowed * _STRICTER, _ALLOWED_LAST)
        return self._pair()

    def _pair(self) -> bool:
        stretch = np.linalg.svd(self.affine[:3, :3], compute_uv=False)
        if stretch[0] > _MOST_STRETCH or stretch[2] < 1 / _MOST_STRETCH:
            return False
        pairs = _paired(self._model, self._reference, self.affine, _REACH * self._size)
        if pairs is None:
            return False
        self._normals, apart, self._chosen = pairs[1:]
        self._apart = apart
        self._weights = tukey(apart - self._inflation, self._allowed * self._size)
        residual = apart - self._inflation
        self.rms = float(np.sqrt((self._weights * residual**2).sum() / self._weights.sum()))
        return True

    def _equations(self, some: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        shares = self._shares[self._chosen][some]
        normals = self._normals[some]
        columns = [normals[:, [row]] * shares for row in range(3)]
        columns.append(normals)
        if self._inflating:
            columns.append(np.full((len(normals), 1), -1.0))
        return _normal_equations(
            np.hstack(columns), -self._apart[some] / self._length, self._weights[some]
        )

    def _map(self, solution: np.ndarray) -> tuple[np.ndarray, float]:
        """The fit after a step: changes are linear in the model's own points."""
        change = np.zeros((4, 4))
        change[:3, :3] = solution[:9].reshape(3, 3)
        change[:3, 3] = solution[9:12] * self._length - change[:3, :3] @ self._middle
        inflation = float(solution[12]) * self._length if self._inflating else 0.0
        return self.affine + change, inflation

    def result(self) -> ShapeFit:
        octant = ((self._shares[self._chosen] > 0) * (1, 2, 4)).sum(axis=1)
        parts = [self._equations(octant == number) for number in range(8)]
        whole = [sum(part[0] for part in parts), sum(part[1] for part in parts)]
        replicates = [
            self._map(_solved(whole[0] - matrix, whole[1] - side))[0] for matrix, side in parts
        ]
        scatter = 1.4826 * float(np.median(np.abs(self._apart - self._inflation)))
        return ShapeFit(
            affine=self.affine,
            replicates=np.array(replicates),
            inflation_mm=self._inflation,
            scatter_mm=scatter,
            paired=float(self._chosen.mean()),
        )


def _paired(
    model: Cloud, reference: SurfaceSearch, transform: np.ndarray, reach: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None:
    """Points, normals, signed distances along them, and which of the model's points they are."""
    points = mapped(model.points, transform)
    near = reference.nearest(points)
    # Inverse transposed, so that normals stay normals under a scale.
    normals = model.normals @ np.linalg.inv(transform[:3, :3])
    like = np.einsum("ni,ni->n", normals, near.normal) > _LIKE
    chosen = like & (np.abs(near.signed) < reach)
    if np.count_nonzero(chosen) < _FEWEST_PAIRS:
        return None
    points, normals = points[chosen], near.normal[chosen]
    apart = np.einsum("ni,ni->n", points - near.foot[chosen], normals)
    return points, normals, apart, chosen


def _normal_equations(
    system: np.ndarray, side: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    weighted = system * weights[:, None]
    return weighted.T @ system, weighted.T @ side


def _solved(matrix: np.ndarray, side: np.ndarray) -> np.ndarray:
    """Least squares; what the shape leaves open (a ball's turning) stays as it is."""
    return np.linalg.pinv(matrix, rcond=1e-7, hermitian=True) @ side


def _procrustes(points: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The rigid motion that brings points nearest to their targets (Kabsch)."""
    own, other = points.mean(axis=0), target.mean(axis=0)
    u, v = np.linalg.svd((target - other).T @ (points - own))[::2]
    turn = u @ np.diag((1, 1, np.sign(np.linalg.det(u @ v)))) @ v
    made = np.eye(4)
    made[:3, :3], made[:3, 3] = turn, other - turn @ own
    return made


@dataclass(frozen=True)
class Parts:
    """model = turn · stretch · reference, all 3×3; or stretch · turn along the model's axes.

    :param turn: rotation.
    :param scale: (3,) along x, y, z (model ÷ reference).
    :param skew: (3,) shear of xy, xz, yz: how far x (x, y) moves for a step along y (z, z).
    """

    turn: np.ndarray
    scale: np.ndarray
    skew: np.ndarray


def sheared(linear: np.ndarray) -> Parts:
    """Rotation × upper triangle: slices keep their shape and are pushed, as a tilt does."""
    turn, upper = np.linalg.qr(linear)
    signs = np.sign(np.diag(upper))
    turn, upper = turn * signs, upper * signs[:, None]
    scale = np.diag(upper).copy()
    return Parts(turn, scale, np.array((upper[0, 1], upper[0, 2], upper[1, 2])) / scale[[1, 2, 2]])


def stretched(linear: np.ndarray) -> Parts:
    """Rotation × symmetric stretch (polar decomposition): scale without skew."""
    u, values, v = np.linalg.svd(linear)
    stretch = v.T @ np.diag(values) @ v
    off = np.array((stretch[0, 1], stretch[0, 2], stretch[1, 2]))
    return Parts(u @ v, np.diag(stretch).copy(), 2 * off)


def stretched_after(linear: np.ndarray) -> Parts:
    """The same with the stretch after the turn, so along the model's own axes."""
    other = stretched(linear.T)
    return Parts(other.turn.T, other.scale, other.skew)
