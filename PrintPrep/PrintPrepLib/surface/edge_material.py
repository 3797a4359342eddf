"""What a scan says of itself: its blur and its materials, from where its edges show them.

The blur in the slice plane and across the slices are two numbers. Along a line of direction
u it is σ² = σₚ² (1 − (u·n)²) + σₛ² (u·n)², n the slice normal. Both are fitted where an edge
has no other near it; where a body has no such places, being thin everywhere, blur and material
are fitted to many profiles at once, which have them in common.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .edge_model import derivatives, normal_equations, solved
from .edge_profiles import Edges, Grey, Places, Seen, fit_edges

#: So many edges without a neighbour tell blur and material; fewer do not.
LEAST_PLACES = 200
#: A plateau shows between edges so many standard deviations of the blur apart.
THICK = 3.0
#: Blur is told by edges that have no other one within so many standard deviations.
ALONE = 4.5
#: As many as this are fitted at most.
_MOST_PLACES = 6000
#: Rounds of the fit to many walls at once.
_ROUNDS = 60


@dataclass(frozen=True)
class Blur:
    """Standard deviations of the blur in the slice plane and across the slices, mm; ``normal`` (3,)
    of the slices, LPS."""

    in_plane: float
    across: float
    normal: np.ndarray

    def along(self, directions: np.ndarray) -> np.ndarray:
        """(N,) mm, in directions (N, 3), unit vectors in LPS."""
        square = (directions @ self.normal) ** 2
        return np.sqrt(self.in_plane**2 * (1 - square) + self.across**2 * square)


def blur_of_edges(
    grey: Grey, places: Places, found: Seen, guess: np.ndarray, noise: float
) -> tuple[Blur | None, float]:
    """The blur that edges without a neighbour show, None where they are too few; and their share.

    :param guess: (N,) mm, where to begin.
    """
    normal = grey.slice_normal
    room = ALONE * guess
    wide = ~(found.body - found.inner < room) & ~(found.outer - found.body < room)
    wide &= found.found
    drop = 0.3 * (found.levels[:, 1] - found.levels[:, 2])
    some = np.flatnonzero(wide)
    wide[some] = grey.solid(places.taken(some), found.body[some], guess[some], drop[some])
    share = float(wide.sum() / max(found.found.sum(), 1))
    alone = _some(np.flatnonzero(wide), _MOST_PLACES)
    if len(alone) < LEAST_PLACES:
        return None, share
    part = places.taken(alone)
    fitted = fit_edges(part, found.taken(alone), guess[alone], noise, free_blur=True)
    good = _sound(fitted, noise)
    if good.sum() < LEAST_PLACES:
        return None, share
    cosine = (part.normals[good] @ normal) ** 2
    in_plane, across = two_blurs(cosine, fitted.blur[good] ** 2)
    return Blur(in_plane, across, normal), share


def _sound(fitted: Edges, noise: float) -> np.ndarray:
    """Which fits (N,) show the edge well enough to tell what the scan is like."""
    contrast = fitted.contrast
    known = contrast[np.isfinite(contrast)]
    typical = float(np.median(known)) if len(known) else 0.0
    with np.errstate(invalid="ignore"):
        return (contrast > max(8 * noise, 0.3 * typical)) & (
            fitted.rms < 2.5 * noise + 0.02 * contrast
        )


def two_blurs(cosine: np.ndarray, square: np.ndarray) -> tuple[float, float]:
    """Both standard deviations from σ² (N,) in directions of cosine² (N,) to the slice normal.

    The line of least absolute deviation: where edges lie in one direction only, it is flat.
    """
    middle = float(np.median(square))
    columns = np.stack([1 - cosine, cosine], axis=1)
    found = np.array([middle, middle])
    weight = np.ones(len(square))
    for _round in range(30):
        weighted = columns * weight[:, None]
        # As if a hundredth of the places had told that both are alike.
        tie = 0.01 * weight.sum() * np.array([[1.0, -1.0], [-1.0, 1.0]]) * 0.1
        found = np.linalg.solve(weighted.T @ columns + tie, weighted.T @ square)
        weight = 1 / np.maximum(np.abs(square - columns @ found), 0.01 * middle)
    in_plane, across = np.sqrt(np.maximum(found, 0.04 * middle))
    return float(in_plane), float(across)


@dataclass(frozen=True)
class Common:
    """Blur and material that many thin places have in common."""

    blur: Blur
    material: float


def common_of_walls(
    grey: Grey,
    places: Places,
    found: Seen,
    guess: Blur,
    noise: float,
    usual: tuple[float, float] | None,
) -> Common | None:
    """Blur and material from many thin walls at once; None where they are too few.

    One wall alone cannot tell a thin and bright from a thick and dull one; all together, with
    one blur and one material, do. The voxels about the walls are taken as they are, by their
    depth: what interpolation adds would pass for blur. Walls alike are averaged, so that noise
    does not pass for shape.

    :param usual: mean and standard deviation of the material, where something is known of it.
    """
    walls = np.flatnonzero(found.found & np.isfinite(found.inner) & np.isnan(found.outer))
    walls = _some(walls, _MOST_PLACES)
    if len(walls) < LEAST_PLACES:
        return None
    part, seen = places.taken(walls), found.taken(walls)
    blur = guess.along(part.normals)
    height = float(np.percentile(seen.levels[:, 1], 75))
    known = np.tile([0.0, height, 0.0, 0.0], (len(walls), 1))
    sure = np.tile([0.0, (20 / max(height, 1)) ** 2, 0.0, 0.0], (len(walls), 1))
    fitted = fit_edges(part, seen, blur, noise, known, sure)
    chosen = _alike(fitted, noise)
    if len(chosen) < LEAST_PLACES:
        return None
    part = part.taken(chosen)
    middle = (fitted.inner + fitted.body)[chosen] / 2
    mass = ((fitted.body - fitted.inner) * fitted.contrast)[chosen]
    groups = _groups((part.normals @ guess.normal) ** 2, mass)
    sheets = part.points + middle[:, None] * part.normals
    depths, y, given, cosine = _averaged(grey, sheets, part.normals, groups, 5.5 * blur.max())
    half = np.array(
        [
            np.median((fitted.body - fitted.inner)[chosen][groups == g]) / 2
            for g in range(groups.max() + 1)
        ]
    )
    levels = np.stack(
        [
            np.median(fitted.levels[chosen][groups == g, :3], axis=0)
            for g in range(groups.max() + 1)
        ],
        axis=1,
    )
    squares = np.array([guess.in_plane**2, guess.across**2])
    # The model itself is not exact to more than a share of the contrast.
    inexact = (_INEXACT * float(np.median(fitted.contrast[chosen]))) ** 2
    given = np.where(given > 0, 1 / (noise**2 / np.maximum(given, 1) + inexact), 0)
    found_squares, material = _in_common(
        depths, y, given, cosine, np.stack([-half, half]), levels, squares, height, usual
    )
    in_plane, across = np.sqrt(found_squares)
    return Common(Blur(float(in_plane), float(across), guess.normal), material)


def _alike(fitted: Edges, noise: float) -> np.ndarray:
    """The walls that have the usual surroundings, on both sides."""
    with np.errstate(invalid="ignore"):
        good = (fitted.contrast > 8 * noise) & (fitted.body - fitted.inner > 0)
        sides = fitted.levels[:, [0, 2]]
        usual = np.nanmedian(sides[good], axis=0) if good.any() else np.zeros(2)
        off = np.abs(sides - usual).max(axis=1)
        good &= off < np.maximum(3 * noise, 0.15 * fitted.contrast)
    return np.flatnonzero(good)


def _groups(cosine: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """A group (N,) for walls of like direction to the slices and like mass (thickness times
    contrast)."""
    direction = np.minimum((cosine * _DIRECTIONS).astype(int), _DIRECTIONS - 1)
    group = np.zeros(len(mass), int)
    count = 0
    for number in range(_DIRECTIONS):
        some = np.flatnonzero(direction == number)
        parts = int(np.clip(len(some) // 60, 0, 8))
        if len(some) == 0:
            continue
        order = some[np.argsort(mass[some])]
        for piece in np.array_split(order, max(parts, 1)):
            group[piece] = count
            count += 1
    return group


#: Share of the contrast by which model and image may differ.
_INEXACT = 0.02
#: Groups of walls by their direction to the slices.
_DIRECTIONS = 4
#: Voxels so near to a wall's normal are on its line; the width of a bin of depth; mm.
_BESIDE_MM, _BIN_MM = 0.6, 0.1


def _averaged(
    grey: Grey, sheets: np.ndarray, normals: np.ndarray, groups: np.ndarray, reach: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The voxels about the walls, averaged by group and depth.

    :param sheets: (N, 3) points in the middle of the walls.
    :return: depths (S, G), values (S, G), weights (S, G) of the bins, and mean cosine² (G,)
        to the slices.
    """
    bins, count = int(2 * reach / _BIN_MM), int(groups.max()) + 1
    totals = np.zeros((3, count * bins))
    normal = grey.slice_normal
    for first in range(0, len(sheets), 256):
        some = slice(first, first + 256)
        points, values, owner = grey.voxels_about(sheets[some], reach)
        away = points - sheets[some][owner]
        depth = np.einsum("ni,ni->n", away, normals[some][owner])
        beside = np.einsum("ni,ni->n", away, away) - depth**2
        on = (beside < _BESIDE_MM**2) & (np.abs(depth) < reach - _BIN_MM)
        place = ((depth[on] + reach) / _BIN_MM).astype(int)
        key = groups[some][owner[on]] * bins + place
        for total, weight in zip(totals, (None, depth[on], values[on]), strict=True):
            total += np.bincount(key, weight, len(total))
    weight, depth, value = (total.reshape(count, bins).T for total in totals)
    filled = np.maximum(weight, 1)
    cosine = np.bincount(groups, (normals @ normal) ** 2, count) / np.bincount(groups)
    return depth / filled, value / filled, weight, cosine


def _in_common(
    depths: np.ndarray,
    y: np.ndarray,
    given: np.ndarray,
    cosine: np.ndarray,
    edges: np.ndarray,
    levels: np.ndarray,
    squares: np.ndarray,
    material: float,
    usual: tuple[float, float] | None,
) -> tuple[np.ndarray, float]:
    """Squares of both blurs, and the material: the groups' own unknowns are eliminated."""
    edges, levels, squares = edges.copy(), levels.copy(), squares.copy()
    least, most = 0.1 * squares, 4.0 * squares
    for _round in range(_ROUNDS):
        levels[1] = material
        blur = np.sqrt(squares[0] * (1 - cosine) + squares[1] * cosine)
        columns, model = derivatives(depths, edges, levels, blur, True)
        behind, wall, beside, *slopes, by_blur = columns
        by_square = by_blur / (2 * blur)
        shared = [wall, by_square * (1 - cosine), by_square * cosine]
        own = [behind, beside, *slopes]
        matrix, right = normal_equations([*own, *shared], y - model, given, 1e-7)
        if usual is not None:
            matrix[4, 4] += 1 / usual[1] ** 2 / y.shape[1]
            right[4] += (usual[0] - material) / usual[1] ** 2 / y.shape[1]
        step, common = _eliminated(matrix, right, len(own), squares)
        # The valley is narrow: halved steps keep to it.
        material += float(np.clip(common[0], -0.2 * abs(material), 0.2 * abs(material)))
        squares = np.clip(squares + np.clip(common[1:], -0.2 * squares, 0.2 * squares), least, most)
        levels[[0, 2]] += step[:2]
        edges += np.clip(step[2:], -0.2, 0.2)
        np.maximum(edges[1], edges[0] + 0.02, out=edges[1])
    return squares, material


def _eliminated(
    matrix: np.ndarray, right: np.ndarray, own: int, squares: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Steps of each wall's own unknowns (own, N), and of the common ones."""
    inner, mixed, outer = matrix[:own, :own], matrix[:own, own:], matrix[own:, own:]
    solved_mixed = np.stack([solved(inner, mixed[:, k]) for k in range(outer.shape[0])], axis=1)
    solved_right = solved(inner, right[:own])
    reduced = (outer - np.einsum("anx,abx->nbx", mixed, solved_mixed)).sum(axis=2)
    target = (right[own:] - np.einsum("anx,ax->nx", mixed, solved_right)).sum(axis=1)
    # Where all walls face one way the blur of the other way is nobody's: it is as the first.
    tie = 1e-4 * np.diag(reduced)[1:].max() * np.array([[1.0, -1.0], [-1.0, 1.0]])
    reduced[1:, 1:] += tie
    target[1:] -= tie @ squares
    common = np.linalg.solve(reduced, target)
    step = solved_right - np.einsum("abx,b->ax", solved_mixed, common)
    return step, common


def _some(indices: np.ndarray, most: int) -> np.ndarray:
    if len(indices) <= most:
        return indices
    return indices[np.linspace(0, len(indices) - 1, most).astype(int)]
