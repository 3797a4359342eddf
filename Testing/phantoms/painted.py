"""Bodies of several materials as a scanner shows them.

A scene is painted from signed distances (mm, negative inside), each body with its grey value
over those before it. Its image is exact to a fraction of a grey value: the scene is averaged
over cells several times finer than the voxels (partial cells by their share), blurred by a
Gaussian in the plane and another across the slices (with the slice's thickness where there is
one, or a sharpening response that overshoots), sampled at the voxels' centres, given noise and
rounded. Points are LPS mm, shape (N, 3); voxels are [k, j, i].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import ndtr

Distance = Callable[[np.ndarray], np.ndarray]

#: Finest cells of the painted scene (mm), isotropic as nearly as the voxels allow.
_CELL = 0.13


# Bodies


def ball(center: Sequence[float], radius: float) -> Distance:
    """A ball."""
    return lambda p: np.linalg.norm(p - np.asarray(center), axis=-1) - radius


def half_space(point: Sequence[float], normal: Sequence[float]) -> Distance:
    """All that lies behind a plane; ``normal`` points out of it."""
    n = np.asarray(normal, float) / np.linalg.norm(normal)
    return lambda p: (p - np.asarray(point)) @ n


def capsule(start: Sequence[float], end: Sequence[float], radius: float) -> Distance:
    """A rod with round ends."""
    a, b = np.asarray(start, float), np.asarray(end, float)
    along = b - a

    def distance(p: np.ndarray) -> np.ndarray:
        share = np.clip((p - a) @ along / (along @ along), 0, 1)
        return np.linalg.norm(p - a - share[..., None] * along, axis=-1) - radius

    return distance


def cylinder(
    center: Sequence[float], axis: Sequence[float], radius: float, length: float, rim: float = 0.0
) -> Distance:
    """A cylinder with flat ends, its rims rounded by ``rim``."""
    n = np.asarray(axis, float) / np.linalg.norm(axis)

    def distance(p: np.ndarray) -> np.ndarray:
        offset = p - np.asarray(center)
        along = offset @ n
        across = np.linalg.norm(offset - along[..., None] * n, axis=-1)
        return _rounded([across - radius, np.abs(along) - length / 2], rim)

    return distance


def block(
    center: Sequence[float], edges: Sequence[float], axes: np.ndarray, rim: float = 0.0
) -> Distance:
    """A block of ``edges`` (full lengths) along the columns of ``axes``, its rims rounded."""

    def distance(p: np.ndarray) -> np.ndarray:
        q = np.abs((p - np.asarray(center)) @ axes) - np.asarray(edges) / 2
        return _rounded(list(np.moveaxis(q, -1, 0)), rim)

    return distance


def torus(
    center: Sequence[float], axis: Sequence[float], radius: float, thickness: float
) -> Distance:
    """A ring of that radius, of a round section of radius ``thickness``."""
    n = np.asarray(axis, float) / np.linalg.norm(axis)

    def distance(p: np.ndarray) -> np.ndarray:
        offset = p - np.asarray(center)
        along = offset @ n
        across = np.linalg.norm(offset - along[..., None] * n, axis=-1)
        return np.hypot(across - radius, along) - thickness

    return distance


def cap(
    center: Sequence[float], axis: Sequence[float], radius: float, angle: float, thickness: float
) -> Distance:
    """A part of a sphere within ``angle`` (degrees) of ``axis``, so thick, with a round rim."""
    n = np.asarray(axis, float) / np.linalg.norm(axis)
    limit = np.deg2rad(angle)
    rim = radius * np.array([np.sin(limit), np.cos(limit)])

    def distance(p: np.ndarray) -> np.ndarray:
        offset = p - np.asarray(center)
        along = offset @ n
        across = np.linalg.norm(offset - along[..., None] * n, axis=-1)
        inside = np.arctan2(across, along) <= limit
        to_sphere = np.abs(np.hypot(across, along) - radius)
        to_rim = np.hypot(across - rim[0], along - rim[1])
        return np.where(inside, to_sphere, to_rim) - thickness / 2

    return distance


def curtain(points: np.ndarray, axes: np.ndarray, thickness: float) -> Distance:
    """A wall without end along the third column of ``axes`` over a line of points (K, 2)."""
    a, b = points[:-1], points[1:]

    def distance(p: np.ndarray) -> np.ndarray:
        flat = (p @ axes)[..., :2]
        best = np.full(flat.shape[:-1], np.inf)
        for start, end in zip(a, b, strict=True):
            along = end - start
            share = np.clip((flat - start) @ along / (along @ along), 0, 1)
            np.minimum(
                best, np.linalg.norm(flat - start - share[..., None] * along, axis=-1), out=best
            )
        return best - thickness / 2

    return distance


def joined(*bodies: Distance) -> Distance:
    """What lies in any of them."""
    return lambda p: reduce(np.minimum, [body(p) for body in bodies])


def common(*bodies: Distance) -> Distance:
    """What lies in all of them."""
    return lambda p: reduce(np.maximum, [body(p) for body in bodies])


def outside(body: Distance) -> Distance:
    """What does not lie in it."""
    return lambda p: -body(p)


def _rounded(parts: list[np.ndarray], rim: float) -> np.ndarray:
    """Exact distance to a product of intervals whose rims are rounded."""
    parts = [one + rim for one in parts]
    beyond = np.sqrt(sum(np.maximum(one, 0) ** 2 for one in parts))
    return beyond + np.minimum(reduce(np.maximum, parts), 0) - rim


# The scanner


@dataclass(frozen=True)
class Grid:
    """Voxels [k, j, i]: ``spacing`` (i, j, k) mm along the columns of ``axes``."""

    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    axes: np.ndarray
    origin: np.ndarray

    @property
    def ijk_to_lps(self) -> np.ndarray:
        """(4, 4), voxel centres to LPS mm."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.axes * np.asarray(self.spacing)
        matrix[:3, 3] = self.origin
        return matrix

    def points(self, i: np.ndarray, j: np.ndarray, k: np.ndarray) -> np.ndarray:
        """LPS mm (..., 3) of voxel coordinates that broadcast."""
        ijk = np.stack(np.broadcast_arrays(i, j, k), axis=-1)
        return (ijk * np.asarray(self.spacing)) @ self.axes.T + self.origin

    def centers(self) -> np.ndarray:
        """LPS mm of all voxel centres, (k, j, i, 3)."""
        k, j, i = np.indices(self.shape, sparse=True)
        return self.points(i, j, k)

    def box(self) -> Distance:
        """Half a voxel beyond the outermost voxel centres: where the data end."""
        edges = np.asarray(self.shape[::-1]) * np.asarray(self.spacing)
        middle = self.points(*(np.array((n - 1) / 2) for n in self.shape[::-1]))
        return block(middle, edges, self.axes)


def grid_about(
    center: Sequence[float],
    half: float | Sequence[float],
    spacing: Sequence[float],
    axes: np.ndarray | None = None,
    seed: int = 0,
) -> Grid:
    """A grid that reaches ``half`` mm to either side, at a place between voxels by chance."""
    axes = np.eye(3) if axes is None else axes
    counts = np.ceil(2 * np.broadcast_to(half, 3) / np.asarray(spacing)).astype(int) + 1
    share = np.random.default_rng(seed).uniform(-0.5, 0.5, 3)
    corner = -(counts - 1) / 2 * np.asarray(spacing) + share * np.asarray(spacing)
    origin = np.asarray(center, float) + axes @ corner
    return Grid(tuple(int(n) for n in counts[::-1]), tuple(spacing), axes, origin)


@dataclass(frozen=True)
class Response:
    """How a scanner blurs: weighted Gaussians (sum 1) in the plane, one across, a slice's box.

    :param plane: (weight, sigma mm) each; more than one make a kernel that sharpens.
    :param across: sigma mm along the slice normal.
    :param slab: slice thickness in mm, a box on top of it.
    """

    plane: tuple[tuple[float, float], ...]
    across: float
    slab: float = 0.0

    @property
    def reach(self) -> float:
        """mm beyond which nothing counts."""
        return 5 * max(self.across, *(sigma for _, sigma in self.plane)) + self.slab / 2


def blur(sigma: float, across: float | None = None, slab: float = 0.0) -> Response:
    """A plain Gaussian response."""
    return Response(((1.0, sigma),), sigma if across is None else across, slab)


def sharpening(sigma: float, wide: float, share: float, across: float) -> Response:
    """One that overshoots: (1 + share) Gaussian of sigma − share Gaussian of ``wide``."""
    return Response(((1 + share, sigma), (-share, wide)), across)


def image(
    scene: Iterable[tuple[Distance, float]], background: float, grid: Grid, response: Response
) -> np.ndarray:
    """The noiseless grey values (k, j, i) of a painted scene."""
    scene = list(scene)
    fine = [max(3, int(np.ceil(step / _CELL))) for step in grid.spacing]
    margin = [int(np.ceil(response.reach / step)) for step in grid.spacing]
    counts = grid.shape[::-1]
    cells = [n + 2 * m for n, m in zip(counts, margin, strict=True)]
    sides = [step / n for step, n in zip(grid.spacing, fine, strict=True)]
    weights_k = _weights(
        counts[2], cells[2], margin[2], fine[2], grid.spacing[2], response.across, response.slab
    )
    across = [
        [_weights(counts[a], cells[a], margin[a], fine[a], grid.spacing[a], sigma) for a in (0, 1)]
        for _, sigma in response.plane
    ]
    planes = np.empty((cells[2] * fine[2], counts[0] * counts[1]), np.float32)
    for k in range(cells[2]):
        painted = _painted_plane(scene, background, grid, k - margin[2], margin, cells, fine, sides)
        total = 0.0
        for (weight, _), (along_i, along_j) in zip(response.plane, across, strict=True):
            blurred = (along_i @ painted).reshape(counts[0], -1, fine[2])
            blurred = np.ascontiguousarray(blurred.transpose(1, 0, 2))
            total = total + weight * (along_j @ blurred.reshape(len(blurred), -1))
        rows = total.reshape(counts[1], counts[0], fine[2]).transpose(2, 0, 1)
        planes[k * fine[2] : (k + 1) * fine[2]] = rows.reshape(fine[2], -1)
    return (weights_k @ planes).reshape(grid.shape).astype(np.float64)


def _painted_plane(
    scene: list,
    background: float,
    grid: Grid,
    k: int,
    margin: list,
    cells: list,
    fine: list,
    sides: list,
) -> np.ndarray:
    """The scene averaged over the fine cells of one plane of voxels: (i, j k) of them."""
    side = float(np.mean(sides))
    j, i = np.meshgrid(
        np.arange(cells[1]) - margin[1], np.arange(cells[0]) - margin[0], indexing="ij"
    )
    centers = grid.points(i, j, np.array(k))
    coarse = np.full(centers.shape[:2], background, np.float32)
    mixed = np.zeros(coarse.shape, bool)
    reach = 0.5 * float(np.linalg.norm(grid.spacing)) + side
    for body, value in scene:
        distance = body(centers)
        coarse[distance <= -reach] = value
        mixed[distance <= -reach] = False
        mixed |= np.abs(distance) < reach
    # A voxel that no edge comes near has one value; the others are painted cell by cell.
    planes = np.repeat(coarse[:, :, None], fine[2], axis=2)
    planes = np.repeat(planes[..., None], fine[1], axis=3)
    planes = np.repeat(planes[..., None], fine[0], axis=4)
    rows, columns = np.nonzero(mixed)
    offsets = [(np.arange(n) + 0.5) / n - 0.5 for n in fine]
    for first in range(0, len(rows), 4000):
        r, c = rows[first : first + 4000], columns[first : first + 4000]
        p = grid.points(
            (c - margin[0])[:, None, None, None] + offsets[0],
            (r - margin[1])[:, None, None, None] + offsets[1][:, None],
            k + offsets[2][:, None, None],
        )
        values = np.full(p.shape[:-1], float(background))
        for body, value in scene:
            share = np.clip(0.5 - body(p) / side, 0, 1)
            values += share * (value - values)
        planes[r, c] = values
    # From (row, column, k, j, i): what is summed first stands first.
    return np.ascontiguousarray(planes.transpose(1, 4, 0, 3, 2)).reshape(cells[0] * fine[0], -1)


def _weights(
    count: int, cells: int, margin: int, fine: int, step: float, sigma: float, slab: float = 0.0
) -> csr_matrix:
    """What each fine cell gives to each voxel, (count, cells × fine).

    Sparse, not for its size: numpy's threads would fight with those of other tests.
    """
    places = ((np.arange(cells * fine) + 0.5) / fine - 0.5 - margin) * step
    x = places - (np.arange(count) * step)[:, None]
    # The cells' own width, as an edge and as a sample, is part of the blur.
    width = np.sqrt(sigma**2 - (step / fine) ** 2 / 12)
    if slab:
        weights = ndtr((x + slab / 2) / width) - ndtr((x - slab / 2) / width)
    else:
        weights = np.exp(-0.5 * (x / width) ** 2)
    weights[weights < 1e-7 * weights.max()] = 0
    return csr_matrix((weights / weights.sum(axis=1, keepdims=True)).astype(np.float32))
