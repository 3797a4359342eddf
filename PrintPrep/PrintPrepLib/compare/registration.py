"""Laying one surface onto another by turning and moving it, never by scaling.

Trimmed point-to-plane ICP (Chen and Medioni 1992; robust weights after Tukey) from many
starts, because programs centre models, turn them by quarters, and cut pieces off. Where
the best fit is a mirror image, that is told and not hidden.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, part, report
from ..mesh.sampling import Cloud, mapped

#: From coarse to fine: points of the model, places of the reference, steps, and how many
#: of the placings are followed on.
_STAGES = (
    (600, 6_000, 7, 12),
    (1_500, 20_000, 12, 3),
    (5_000, 60_000, 20, 1),
    (8_000, 150_000, 15, 1),
)
#: A pair counts as one place when its normals agree to about 70°.
_LIKE = 0.35
#: Distances beyond this share of the size say nothing more.
_CAP = 0.02
#: Points that the search is made with.
MOVING, FIXED = _STAGES[-1][:2]
#: Starts that fit as well as the best one, within this: the smallest motion is taken.
_AS_GOOD = 0.01
_NO_WORSE = 0.003
#: A misfit this small leaves nothing to be found by another start.
_PERFECT = 0.02
#: A misfit this large asks for starts from more directions.
_POOR = 0.15
#: A mirror image must fit so much better than the best motion.
_MIRROR_BETTER = 0.5
_AT_REST = 1e-6
_FEWEST_PAIRS = 12
#: Scatter of the pairs that is never trimmed, as a share of the size.
_ALLOWED = 0.002
#: What keeps still what the shape leaves open while hundreds of starts are tried.
_RIDGE = 1e-4


@dataclass(frozen=True)
class Alignment:
    """How one surface lies on the other.

    :param transform: 4×4, model → reference, LPS mm. A rotation and a translation; with
        ``mirrored`` a reflection before them.
    :param mirrored: the model is a mirror image of the reference.
    :param misfit: 0 perfect … 1 nothing in common: mean distance, capped at 2 % of the size.
    """

    transform: np.ndarray
    mirrored: bool
    misfit: float


def align_clouds(
    moving: Cloud,
    fixed: Cloud,
    size: float,
    progress: Progress | None = None,
    wanted: float = 1.0,
) -> Alignment:
    """The rigid motion, or mirror image, that lays one surface onto another best.

    Parts that only one of the two has are left out of account (trimming). Where several
    placings fit alike (a ball, a cube), it is the one that moves the model least.

    :param moving, fixed: ``MOVING`` and ``FIXED`` points of the two surfaces.
    :param size: diagonal of the box round the fixed surface, mm.
    :param wanted: a misfit above this is of no use, so that less is tried for it.
    :raises Cancelled: progress asked for it.
    """
    search = _Search(moving, fixed, size)
    # What is as poor as this begins once more among the others.
    direct = search.best([np.eye(4)], part(progress, 0.0, 0.2), _POOR)
    if direct.misfit > _PERFECT:
        direct = search.best(_starts(moving, fixed), part(progress, 0.2, 0.5), wanted)
    if direct.misfit > _PERFECT:
        mirrors, bar = _mirrors(direct.transform, moving), min(direct.misfit, wanted)
        mirrored = search.best(mirrors, part(progress, 0.5, 0.7), bar)
        if mirrored.misfit < _MIRROR_BETTER * direct.misfit:
            return replace(mirrored, mirrored=True)
    if _POOR < direct.misfit <= wanted:
        starts = _between(moving, fixed)
        between = search.best(starts, part(progress, 0.7, 1.0), direct.misfit)
        direct = min(direct, between, key=lambda one: one.misfit)
    report(progress, 1.0, _("Aligned"))
    return search.unturned(direct)


class _Search:
    """Best of many starts: all coarsely, the best few finer, the best one to its end."""

    def __init__(self, moving: Cloud, fixed: Cloud, size: float) -> None:
        from scipy.spatial import cKDTree

        self._size = size
        self._levels = []
        for own, other, steps, kept in _STAGES:
            target = fixed.first(other)
            tree = cKDTree(target.points)
            spacing = float(np.median(tree.query(target.points[::50], k=[2])[0]))
            self._levels.append((moving.first(own), target, tree, 2 * spacing, steps, kept))

    def best(self, starts: list[np.ndarray], progress: Progress | None, wanted: float) -> Alignment:
        """Two bodies that have nothing in common are not laid onto one another to the end: once
        the best placings of the second stage are worse than ``wanted`` the search is over."""
        own, target, tree, slack, steps, kept = self._levels[0]
        reaches = [self._size * max(0.25 * 0.75**step, _CAP) for step in range(steps)]
        placings, misfits = _settled(
            own, target, tree, np.array(starts), reaches, self._size * _CAP, slack
        )
        report(progress, 0.3, _("Aligning"))
        tried = [
            Alignment(*one) for one in zip(placings, [False] * len(starts), misfits, strict=True)
        ]
        candidates = _leading(tried, own.points, kept)
        for level, (own, target, tree, slack, steps, kept) in enumerate(self._levels[1:], 1):
            tried = []
            for number, start in enumerate(candidates):
                share = (level + number / len(candidates)) / len(self._levels)
                report(progress, share, _("Aligning"))
                tried.append(self._refined(own, target, tree, slack, start.transform, steps))
            candidates = _leading(tried, own.points, kept)
            if candidates[0].misfit > wanted:
                break
        return candidates[0]

    def unturned(self, found: Alignment) -> Alignment:
        """The same without its turn, where that fits as well: noise turns a ball."""
        own, target, tree, slack = self._levels[-1][:4]
        middle = own.points.mean(axis=0)
        transform = _about(np.eye(3), middle, mapped(middle, found.transform))
        pairs = _Pairs(own.moved(transform), target, tree, self._size * _CAP + slack)
        misfit = pairs.misfit(self._size * _CAP)
        return Alignment(transform, False, misfit) if misfit < found.misfit + _NO_WORSE else found

    def _refined(
        self, own: Cloud, target: Cloud, tree: Any, slack: float, start: np.ndarray, steps: int
    ) -> Alignment:
        """ICP from one start, its reach shrinking to what counts as near."""
        transform, reach = start, 2 * _CAP * self._size
        for step in range(steps):
            pairs = _Pairs(own.moved(transform), target, tree, reach + slack)
            if pairs.count < _FEWEST_PAIRS:
                break
            update, change = pairs.step(self._size)
            transform = update @ transform
            reach = max(0.8 * reach, self._size * _CAP)
            if step > 5 and change < _AT_REST * self._size:
                break
        pairs = _Pairs(own.moved(transform), target, tree, self._size * _CAP + slack)
        return Alignment(transform, False, pairs.misfit(self._size * _CAP))


class _Pairs:
    """Each point of one cloud with the nearest one of the other, as far as they are alike."""

    def __init__(self, moved: Cloud, target: Cloud, tree: Any, reach: float) -> None:
        # Threads for a few points would cost more than they bring. Without the bound, points
        # far away would look at the whole tree.
        workers = -1 if len(moved.points) > 4000 else 1
        distance, nearest = tree.query(moved.points, workers=workers, distance_upper_bound=reach)
        chosen = np.flatnonzero(np.isfinite(distance))
        nearest = nearest[chosen]
        normals = target.normals[nearest]
        like = np.einsum("ni,ni->n", normals, moved.normals[chosen]) > _LIKE
        chosen, nearest, self._normals = chosen[like], nearest[like], normals[like]
        self.count = len(chosen)
        self._all = len(distance)
        self._points = moved.points[chosen]
        away = self._points - target.points[nearest]
        self._apart = np.einsum("ni,ni->n", away, self._normals)

    def misfit(self, cap: float) -> float:
        """Mean distance over the cap; points without a pair count in full."""
        near = np.minimum(np.abs(self._apart) / cap, 1).sum()
        return float(near + self._all - self.count) / self._all

    def step(self, size: float) -> tuple[np.ndarray, float]:
        """The motion (4×4) that brings the pairs together, and how far it moves (mm)."""
        weights = tukey(self._apart, _ALLOWED * size)
        middle = self._points.mean(axis=0)
        offset = self._points - middle
        length = max(float(np.sqrt((offset**2).sum(axis=1).mean())), 1e-9)
        system = np.column_stack((np.cross(offset / length, self._normals), self._normals))
        normal = (system * weights[:, None]).T @ system
        # A tiny ridge keeps what the shape leaves open (a ball's turning) at rest.
        normal += np.eye(6) * (1e-6 * np.trace(normal) / 6)
        solution = np.linalg.solve(normal, -(system * weights[:, None]).T @ self._apart)
        turn = rotation(solution[:3] / length)
        update = np.eye(4)
        update[:3, :3] = turn
        update[:3, 3] = middle - turn @ middle + solution[3:]
        return update, float(np.abs(solution).max())


def tukey(residuals: np.ndarray, least: float) -> np.ndarray:
    """Tukey's biweight: 1 where the residual is small, 0 beyond 4.685 × their scatter.

    :param least: scatter that is allowed at any rate. Where most of a surface fits exactly
        (walls along z under a scale along z), the measured one is nothing, and what tells
        of the difference would be taken for outliers.
    """
    scatter = 1.4826 * float(np.median(np.abs(residuals)))
    limit = 4.685 * max(scatter, least, 1e-12)
    return np.clip(1 - (residuals / limit) ** 2, 0, 1) ** 2


def rotation(vector: np.ndarray) -> np.ndarray:
    """The 3×3 rotation about a vector by its length in radians (Rodrigues)."""
    from scipy.spatial.transform import Rotation

    return Rotation.from_rotvec(vector).as_matrix()


def _leading(tried: list[Alignment], points: np.ndarray, count: int) -> list[Alignment]:
    """The best few; of those that fit alike the one that moves least comes first."""
    tried = sorted(tried, key=lambda one: one.misfit)
    bound = tried[0].misfit + _AS_GOOD
    alike = [one for one in tried if one.misfit <= bound]
    least = min(alike, key=lambda one: _motion(one.transform, points))
    if count == 1:
        return [least]
    return [least, *(one for one in tried if one is not least)][:count]


def _motion(transform: np.ndarray, points: np.ndarray) -> float:
    return float(np.linalg.norm(mapped(points, transform) - points, axis=1).mean())


def _starts(moving: Cloud, fixed: Cloud) -> list[np.ndarray]:
    """As given; only moved; turned by quarters, about the file's and the principal axes."""
    own, other = moving.points.mean(axis=0), fixed.points.mean(axis=0)
    boxes = [(c.points.min(axis=0) + c.points.max(axis=0)) / 2 for c in (moving, fixed)]
    starts = [np.eye(4), _about(np.eye(3), boxes[0], boxes[1])]
    onto, of = _principal(fixed.points), _principal(moving.points)
    for quarter in quarters():
        starts.append(_about(quarter, own, other))
        starts.append(_about(onto @ quarter @ of.T, own, other))
    # Turned by a half about the origin: RAS taken for LPS, or Y taken for up.
    starts += [_about(quarter, np.zeros(3), np.zeros(3)) for quarter in quarters()[1:]]
    return starts


def _between(moving: Cloud, fixed: Cloud) -> list[np.ndarray]:
    """Turned by eighths as well: for parts that lie anyhow."""
    own, other = moving.points.mean(axis=0), fixed.points.mean(axis=0)
    turns = [rotation(np.pi / 4 * axis) for axis in np.eye(3)]
    turns += [
        rotation(np.pi / 5 * np.array(signs)) for signs in itertools.product((1, -1), repeat=3)
    ]
    return [_about(quarter @ turn, own, other) for quarter in quarters() for turn in turns]


def _mirrors(found: np.ndarray, moving: Cloud) -> list[np.ndarray]:
    """Mirror images: of the file about its origin, and of what was found about its middle."""
    middle = moving.points.mean(axis=0)
    placed = mapped(middle, found)
    flips = [np.diag(np.where(np.arange(3) == axis, -1.0, 1.0)) for axis in range(3)]
    starts = [_about(flip, np.zeros(3), np.zeros(3)) for flip in flips]
    mirrors = [np.eye(3) - 2 * np.outer(axis, axis) for axis in _principal(moving.points).T]
    # Turned by quarters one flip makes all the others.
    mirrors += [quarter @ flips[0] for quarter in quarters()]
    return starts + [_about(found[:3, :3] @ mirror, middle, placed) for mirror in mirrors]


def quarters() -> list[np.ndarray]:
    """The 24 rotations of a cube, that by nothing first."""
    made = []
    for order in itertools.permutations(range(3)):
        for signs in itertools.product((1, -1), repeat=3):
            turn = np.eye(3)[list(order)] * np.array(signs)[:, None]
            if np.linalg.det(turn) > 0:
                made.append(turn)
    return sorted(made, key=lambda turn: -np.trace(turn))


def _principal(points: np.ndarray) -> np.ndarray:
    """Principal axes as columns, right-handed."""
    axes = np.linalg.eigh(np.cov(points.T))[1]
    if np.linalg.det(axes) < 0:
        axes[:, 0] *= -1
    return axes


def _about(turn: np.ndarray, own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """4×4: turn, so that ``own`` comes to lie on ``other``."""
    made = np.eye(4)
    made[:3, :3] = turn
    made[:3, 3] = other - turn @ own
    return made


def _settled(
    own: Cloud,
    target: Cloud,
    tree: Any,
    starts: np.ndarray,
    reaches: list[float],
    cap: float,
    slack: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Point-to-plane ICP from hundreds of starts at once, without trimming beyond its reach.

    :param own, target: N points that are moved, and those they are moved onto.
    :param tree: of the target's points.
    :param starts: (S, 4, 4), rotations or reflections with translations.
    :param reaches: how far a pair may be apart in each step, mm.
    :param cap: distance (mm) that counts in full in the misfit.
    :param slack: spacing of the target's points, mm.
    :return: the placings (S, 4, 4) and their misfits (S,), as ``Alignment``.
    """
    placings = np.array(starts, dtype=float)
    for reach in reaches:
        points, normals, apart, valid = _pairs(own, target, tree, placings, reach + slack)
        placings = _updates(points, normals, apart, valid) @ placings
    apart, valid = _pairs(own, target, tree, placings, cap + slack)[2:]
    near = np.where(valid, np.minimum(np.abs(apart) / cap, 1), 1)
    return placings, near.mean(axis=1)


def _pairs(
    own: Cloud, target: Cloud, tree: Any, placings: np.ndarray, reach: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Moved points (S, N, 3), normals met, distances along them, and which pairs count."""
    points = np.einsum("sij,nj->sni", placings[:, :3, :3], own.points)
    points += placings[:, None, :3, 3]
    directions = np.einsum("sij,nj->sni", placings[:, :3, :3], own.normals)
    shape = points.shape[:2]
    distance, nearest = tree.query(points.reshape(-1, 3), distance_upper_bound=reach, workers=-1)
    valid = np.isfinite(distance)
    nearest[~valid] = 0
    normals = target.normals[nearest].reshape(points.shape)
    valid = valid.reshape(shape) & (np.einsum("sni,sni->sn", normals, directions) > _LIKE)
    away = points - target.points[nearest].reshape(points.shape)
    return points, normals, np.einsum("sni,sni->sn", away, normals), valid


def _updates(
    points: np.ndarray, normals: np.ndarray, apart: np.ndarray, valid: np.ndarray
) -> np.ndarray:
    """The motion (S, 4, 4) that brings the pairs of each placing together."""
    from scipy.spatial.transform import Rotation

    weight = valid / np.maximum(valid.sum(axis=1), 1)[:, None]
    middle = np.einsum("sn,sni->si", weight, points)
    offset = points - middle[:, None]
    length = np.sqrt(np.einsum("sn,sni->s", weight, offset**2)) + 1e-9
    system = np.concatenate((np.cross(offset / length[:, None, None], normals), normals), axis=2)
    weighted = system * weight[:, :, None]
    matrix = np.swapaxes(weighted, 1, 2) @ system
    trace = np.trace(matrix, axis1=1, axis2=2) + 1e-12
    matrix += np.eye(6) * (_RIDGE * trace)[:, None, None]
    side = -np.einsum("sni,sn->si", weighted, apart)
    solution = np.linalg.solve(matrix, side[..., None])[..., 0]
    made = np.tile(np.eye(4), (len(points), 1, 1))
    made[:, :3, :3] = Rotation.from_rotvec(solution[:, :3] / length[:, None]).as_matrix()
    made[:, :3, 3] = middle - np.einsum("sij,sj->si", made[:, :3, :3], middle) + solution[:, 3:]
    return made
