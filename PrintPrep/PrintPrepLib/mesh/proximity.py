"""The nearest place on a surface, and where rays meet it, for many points at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from vtkmodules.vtkCommonCore import reference
from vtkmodules.vtkCommonDataModel import vtkGenericCell, vtkStaticCellLocator

from ..core.phrases import _
from ..core.progress import Progress, meanwhile, report
from .sampling import Surface
from .triangle_mesh import BATCH, to_polydata

#: A place nearer to an edge than this share of a triangle lies on it.
_BESIDE = 1e-9
#: How far before its point a ray starts, so that it does not meet the triangle it leaves, mm.
_START_MM = 1e-3
#: Without a tolerance VTK's locator misses flat faces that lie on the border of its bins.
_TOLERANCE = 1e-6
_MEASURING = _("Measuring distances")


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
    """Exact distances to one surface, and its crossings, by VTK's static cell locator.

    A point costs 15 to 40 µs on a skull of two million triangles, most of it VTK's own.
    """

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self._locator = vtkStaticCellLocator()
        self._locator.SetDataSet(to_polydata(surface.mesh))
        self._locator.BuildLocator()

    def feet(
        self, points: np.ndarray, progress: Progress | None = None, message: str = _MEASURING
    ) -> tuple[np.ndarray, np.ndarray]:
        """The nearest place (N, 3) to each point (N, 3), and the triangle (N,) that it is on.

        :param message: what the progress says.
        :raises Cancelled: progress asked for it.
        """
        place, cell = [0.0] * 3, vtkGenericCell()
        triangle, sub, square = _written(0), _written(0), _written(0.0)
        foot, owner = np.empty((len(points), 3)), np.empty(len(points), dtype=np.int64)
        for number, (point,) in _rows(progress, message, points):
            self._locator.FindClosestPoint(point, place, cell, triangle, sub, square)
            foot[number], owner[number] = place, triangle.get()
        return foot, owner

    def nearest(self, points: np.ndarray, progress: Progress | None = None) -> Nearest:
        """The nearest places to points (N, 3), with the normals there.

        :raises Cancelled: progress asked for it.
        """
        foot, triangle = self.feet(points, progress)

        def facing() -> tuple[int, np.ndarray]:
            return self.surface.outwards, self._normals(foot, triangle)

        # The first time normals and edges of the whole surface are worked out.
        outwards, normal = meanwhile(progress, 1.0, _MEASURING, facing)
        away = points - foot
        side = np.einsum("ni,ni->n", away, normal)
        distance = np.linalg.norm(away, axis=1)
        return Nearest(foot, normal * outwards, np.where(side < 0, -outwards, outwards) * distance)

    def along(
        self,
        points: np.ndarray,
        directions: np.ndarray,
        reach: float,
        progress: Progress | None = None,
        message: str = _MEASURING,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Where rays from points of the surface meet it again.

        :param directions: (N, 3) unit vectors.
        :param reach: how far to look, mm.
        :param message: what the progress says.
        :return: distance (N,) to the first triangle in each direction, NaN for none; its number.
        :raises Cancelled: progress asked for it.
        """
        share, place, corner = _written(0.0), [0.0] * 3, [0.0] * 3
        sub, triangle = _written(0), _written(0)
        distance = np.full(len(points), np.nan)
        owner = np.zeros(len(points), dtype=np.int64)
        ends = points + _START_MM * directions, points + reach * directions
        for number, (start, end) in _rows(progress, message, *ends):
            if self._locator.IntersectWithLine(
                start, end, _TOLERANCE, share, place, corner, sub, triangle
            ):
                distance[number] = _START_MM + share.get() * (reach - _START_MM)
                owner[number] = triangle.get()
        return distance, owner

    def _normals(self, foot: np.ndarray, triangle: np.ndarray) -> np.ndarray:
        """Unit normals (N, 3) at places on triangles, as these are wound; on an edge or a
        corner, where a triangle's own may point the wrong way, of all that meet there."""
        mesh = self.surface.mesh
        normal = self.surface.normals[triangle]
        corners = mesh.triangles[triangle]
        a, b, c = (mesh.points[corner] for corner in corners.T)
        u, v, p = b - a, c - a, foot - a
        uu, uv, vv, up, vp = (
            np.einsum("ni,ni->n", *pair) for pair in ((u, u), (u, v), (v, v), (u, p), (v, p))
        )
        area = np.maximum(uu * vv - uv * uv, np.finfo(float).tiny)
        s, t = (vv * up - uv * vp) / area, (uu * vp - uv * up) / area
        # The shares of the corners; in a sliver they are less certain.
        limit = _BESIDE * np.maximum(uu, vv) / np.sqrt(area)
        held = np.column_stack((1 - s - t, s, t)) > limit[:, None]
        count = held.sum(axis=1)
        edge, point = np.flatnonzero(count == 2), np.flatnonzero(count == 1)
        if len(edge):
            normal[edge] = self.surface.edge_normals(corners[edge][held[edge]].reshape(-1, 2))
        if len(point):
            normal[point] = self.surface.point_normals[corners[point][held[point]]]
        return normal


def _written(number: float) -> Any:
    """A number for VTK to write to, which its stubs take for the number itself."""
    return reference(number)


def _rows(
    progress: Progress | None, message: str, *arrays: np.ndarray
) -> Iterator[tuple[int, tuple[list[float], ...]]]:
    """The rows of arrays (N, 3), numbered: VTK serves one at a time."""
    total = len(arrays[0])
    for first in range(0, total, BATCH // 16):
        report(progress, first / total, message)
        some = slice(first, first + BATCH // 16)
        yield from enumerate(zip(*(array[some].tolist() for array in arrays), strict=True), first)


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
