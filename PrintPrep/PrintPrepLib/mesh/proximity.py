"""The nearest place on a surface, for many points at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.progress import Progress, report
from .sampling import Surface, unit
from .triangle_mesh import BATCH, TriangleMesh

#: Places on the surface that lead to the triangles near a point, at least.
_FEWEST_SEEDS = 100_000
_BESIDE = 1e-9
_CAREFUL_PLACES = 48


@dataclass(frozen=True)
class Nearest:
    """The nearest place of a surface for each of N points.

    :param foot: (N, 3) that place.
    :param normal: (N, 3) unit normal of the surface there, outwards.
    :param signed: (N,) distance in mm, positive outside.
    """

    foot: np.ndarray
    normal: np.ndarray
    signed: np.ndarray


class SurfaceSearch:
    """Distances to one surface.

    The triangles nearest to a point are guessed by places on them: of 60,000 points about a
    skull 3 in 1,000 get a distance that is too large, by 0.06 mm at most (8 places each).
    """

    def __init__(self, surface: Surface) -> None:
        from scipy.spatial import cKDTree

        mesh = surface.mesh
        self._surface = surface
        self._corners = mesh.points[mesh.triangles]
        used, owner = np.unique(mesh.triangles.ravel(), return_index=True)
        samples, owners = surface.samples(max(_FEWEST_SEEDS - len(used), 1))
        middles = (self._corners[:, 0] + self._corners[:, 1] + self._corners[:, 2]) / 3
        seeds = (middles, mesh.points[used], samples)
        self._owners = np.concatenate((np.arange(len(middles)), owner // 3, owners))
        self._tree = cKDTree(np.concatenate(seeds), balanced_tree=False, compact_nodes=False)
        self._point = _point_normals(mesh, surface.normals)

    def nearest(
        self, points: np.ndarray, places: int = 8, progress: Progress | None = None
    ) -> Nearest:
        """:param places: how many places near each point are tried.

        :raises Cancelled: progress asked for it.
        """
        foot, normal = np.empty((2, len(points), 3))
        signed = np.empty(len(points))
        for first in range(0, len(points), BATCH):
            report(progress, first / len(points), "Measuring distances")
            some = slice(first, first + BATCH)
            foot[some], normal[some], signed[some] = self._batch(points[some], places)
        return Nearest(foot, normal, signed)

    def distances(self, points: np.ndarray, progress: Progress | None = None) -> np.ndarray:
        """Signed distances (N,), those among the largest 5 % found with more care.

        :raises Cancelled: progress asked for it.
        """
        signed = self.nearest(points, progress=progress).signed
        large = np.flatnonzero(np.abs(signed) >= np.percentile(np.abs(signed), 95))
        signed[large] = self.nearest(points[large], _CAREFUL_PLACES).signed
        return signed

    def _batch(self, points: np.ndarray, places: int):
        _, found = self._tree.query(points, k=places, workers=-1)
        found = self._owners[found.reshape(len(points), places)]
        distances = to_triangles(
            np.repeat(points, places, axis=0), self._corners[found.ravel()]
        ).reshape(-1, places)
        triangle = found[np.arange(len(points)), distances.argmin(axis=1)]
        corners = self._corners[triangle]
        shares = _foot_shares(points, corners)
        foot = np.einsum("ni,nij->nj", shares, corners)
        # On an edge or a corner a triangle's own normal may point the wrong way.
        normal = self._surface.normals[triangle]
        beside = np.flatnonzero(shares.min(axis=1) < _BESIDE)
        mixed = np.einsum(
            "ni,nij->nj",
            shares[beside],
            self._point[self._surface.mesh.triangles[triangle[beside]]],
        )
        normal[beside] = unit(mixed)
        away = points - foot
        side = np.einsum("ni,ni->n", away, normal)
        distance = np.linalg.norm(away, axis=1)
        outwards = self._surface.outwards
        return foot, normal * outwards, np.where(side < 0, -outwards, outwards) * distance


def _point_normals(mesh: TriangleMesh, face: np.ndarray) -> np.ndarray:
    """Unit normals (N, 3) of the points: the triangles' own, weighted by their angles there."""
    x, y, z = (np.ascontiguousarray(column) for column in mesh.points.T)
    a, b, c = (np.ascontiguousarray(corner) for corner in mesh.triangles.T)
    sides = []
    for start, end in ((a, b), (b, c), (c, a)):
        dx, dy, dz = x[end] - x[start], y[end] - y[start], z[end] - z[start]
        length = np.sqrt(dx * dx + dy * dy + dz * dz)
        length[length == 0] = 1
        sides.append((dx / length, dy / length, dz / length))
    made = np.zeros((3, len(mesh.points)))
    for number, corner in enumerate((a, b, c)):
        cosine = -sum(p * q for p, q in zip(sides[number], sides[number - 1], strict=True))
        angle = np.arccos(np.clip(cosine, -1, 1))
        for axis in range(3):
            made[axis] += np.bincount(corner, face[:, axis] * angle, len(mesh.points))
    return unit(made.T)


def _foot_shares(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Barycentric shares (N, 3) of the nearest place on each point's own triangle."""
    a, b, c = np.moveaxis(corners, 1, 0)
    u, v, p = b - a, c - a, points - a
    uu, uv, vv = (np.einsum("ni,ni->n", *pair) for pair in ((u, u), (u, v), (v, v)))
    up, vp = np.einsum("ni,ni->n", u, p), np.einsum("ni,ni->n", v, p)
    tiny = np.finfo(float).tiny
    area = np.maximum(uu * vv - uv * uv, tiny)
    s, t = (vv * up - uv * vp) / area, (uu * vp - uv * up) / area
    # Candidates: the foot on the plane, and the nearest place on each side.
    along_u = np.clip(up / np.maximum(uu, tiny), 0, 1)
    along_v = np.clip(vp / np.maximum(vv, tiny), 0, 1)
    along_w = np.clip((vp - uv - up + uu) / np.maximum(uu - 2 * uv + vv, tiny), 0, 1)
    zero = np.zeros_like(s)
    s_all = np.stack((along_u, zero, 1 - along_w, s))
    t_all = np.stack((zero, along_v, along_w, t))
    gap = s_all**2 * uu + 2 * s_all * t_all * uv + t_all**2 * vv - 2 * (s_all * up + t_all * vp)
    gap[3, (s < 0) | (t < 0) | (s + t > 1)] = np.inf
    best = gap.argmin(axis=0), np.arange(len(points))
    s, t = s_all[best], t_all[best]
    return np.column_stack((1 - s - t, s, t))


def to_triangles(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The distance (N,) of each point (N, 3) to its own triangle (N, 3, 3)."""
    px, py, pz = (points - corners[:, 0]).T
    ux, uy, uz = (corners[:, 1] - corners[:, 0]).T
    vx, vy, vz = (corners[:, 2] - corners[:, 0]).T
    uu, uv, vv = (
        ux * ux + uy * uy + uz * uz,
        ux * vx + uy * vy + uz * vz,
        vx * vx + vy * vy + vz * vz,
    )
    up, vp = ux * px + uy * py + uz * pz, vx * px + vy * py + vz * pz
    pp = px * px + py * py + pz * pz
    tiny = np.finfo(float).tiny
    # The sides: p → q, p → r and q → r, each clamped to its ends.
    s = np.clip(up / np.maximum(uu, tiny), 0, 1)
    best = pp - s * (2 * up - s * uu)
    s = np.clip(vp / np.maximum(vv, tiny), 0, 1)
    np.minimum(best, pp - s * (2 * vp - s * vv), out=best)
    ww, wp = uu - 2 * uv + vv, vp - uv - up + uu
    s = np.clip(wp / np.maximum(ww, tiny), 0, 1)
    np.minimum(best, pp - 2 * up + uu - s * (2 * wp - s * ww), out=best)
    # The inside, where the foot of the perpendicular lies in the triangle.
    area = uu * vv - uv * uv
    a, b = vv * up - uv * vp, uu * vp - uv * up
    inside = (a > 0) & (b > 0) & (a + b < area)
    foot = np.maximum(area, tiny)
    flat = pp - (a * up + b * vp) / foot
    return np.sqrt(np.maximum(np.where(inside, np.minimum(best, flat), best), 0))
