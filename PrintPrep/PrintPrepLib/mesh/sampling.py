"""A surface prepared for comparing: what is needed of it again and again, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .triangle_mesh import TriangleMesh, bounds, enclosed_volume


@dataclass(frozen=True)
class Cloud:
    """Points spread over a surface by area, with the unit normals there, outwards."""

    points: np.ndarray
    normals: np.ndarray

    def moved(self, transform: np.ndarray) -> Cloud:
        """Under a rotation or reflection and a translation (4×4)."""
        turn = transform[:3, :3]
        return Cloud(mapped(self.points, transform), self.normals @ turn.T)

    def mapped(self, transform: np.ndarray) -> Cloud:
        """Under any affine map (4×4): normals stay normal, and outwards."""
        normals = unit(self.normals @ np.linalg.inv(transform[:3, :3]))
        return Cloud(mapped(self.points, transform), normals)

    def first(self, count: int) -> Cloud:
        """``count`` of them, evenly spread."""
        if count >= len(self.points):
            return self
        some = np.linspace(0, len(self.points) - 1, count).astype(int)
        return Cloud(self.points[some], self.normals[some])


class Surface:
    """A mesh, LPS mm, with its areas, normals, volume and box.

    :ivar outwards: 1 where the triangles face outwards on the whole, -1 where inwards.
    :ivar area: mm².
    :ivar volume: mm³, negative where the mesh is inside out.
    :ivar low, high: corners (3,) of the box.
    :ivar size: its diagonal, mm.
    """

    def __init__(self, mesh: TriangleMesh) -> None:
        self.mesh = mesh
        self.volume = enclosed_volume(mesh)
        self.outwards = -1 if self.volume < 0 else 1
        self.low, self.high = bounds(mesh)
        self.size = float(np.linalg.norm(self.high - self.low))
        # Column by column: several times quicker than rows of three.
        columns = [np.ascontiguousarray(column) for column in mesh.points.T]
        a, b, c = (np.ascontiguousarray(corner) for corner in mesh.triangles.T)
        u = [column[b] - column[a] for column in columns]
        v = [column[c] - column[a] for column in columns]
        across = (
            u[1] * v[2] - u[2] * v[1],
            u[2] * v[0] - u[0] * v[2],
            u[0] * v[1] - u[1] * v[0],
        )
        double = np.sqrt(across[0] ** 2 + across[1] ** 2 + across[2] ** 2)
        divisor = np.where(double == 0, 1, double)
        #: (M, 3) unit normals as the triangles are wound.
        self.normals = np.column_stack([part / divisor for part in across])
        self._total = np.cumsum(double)
        self.area = float(self._total[-1]) / 2

    @cached_property
    def middle(self) -> np.ndarray:
        """(3,) mean of the surface."""
        return self.samples(2000)[0].mean(axis=0)

    def samples(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Points (N, 3) spread evenly by area, and their triangles; always the same ones."""
        random = np.random.default_rng(0)
        places = (np.arange(count) + random.random(count)) * (self._total[-1] / count)
        chosen = np.minimum(np.searchsorted(self._total, places), len(self._total) - 1)
        u, v = random.random((2, count, 1))
        beyond = u + v > 1
        u[beyond], v[beyond] = 1 - u[beyond], 1 - v[beyond]
        a, b, c = (self.mesh.points[corner] for corner in self.mesh.triangles[chosen].T)
        return a + u * (b - a) + v * (c - a), chosen

    def cloud(self, count: int) -> Cloud:
        """Points spread evenly by area, with their normals."""
        points, owners = self.samples(count)
        return Cloud(points, self.normals[owners] * self.outwards)


def mapped(points: np.ndarray, transform: np.ndarray) -> np.ndarray:
    """Points (N, 3) under a 4×4 affine map."""
    return points @ transform[:3, :3].T + transform[:3, 3]


def unit(vectors: np.ndarray) -> np.ndarray:
    """The vectors (N, 3) with length 1; those of no length stay."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length == 0, 1, length)


def area_samples(mesh: TriangleMesh, count: int) -> tuple[np.ndarray, np.ndarray]:
    """``count`` points (N, 3) spread over the surface by area, and their triangles (N,).

    The same mesh always gives the same points.
    """
    random = np.random.default_rng(0)
    a, b, c = (mesh.points[corner] for corner in mesh.triangles.T)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    total = np.cumsum(area)
    places = (np.arange(count) + random.random(count)) * (total[-1] / count)
    chosen = np.minimum(np.searchsorted(total, places), len(area) - 1)
    u, v = random.random((2, count, 1))
    beyond = u + v > 1
    u[beyond], v[beyond] = 1 - u[beyond], 1 - v[beyond]
    a, b, c = a[chosen], b[chosen], c[chosen]
    return a + u * (b - a) + v * (c - a), chosen
