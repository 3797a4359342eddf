"""A surface with its normals and areas, and points spread over it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .triangle_mesh import TriangleMesh, bounds, edge_keys, enclosed_volume, normals_and_areas


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
    """A mesh, LPS mm, with what is asked of it again and again, worked out once.

    :ivar normals: (M, 3) unit normals as the triangles are wound.
    :ivar areas: (M,) mm².
    """

    def __init__(self, mesh: TriangleMesh) -> None:
        self.mesh = mesh
        self.normals, self.areas = normals_and_areas(mesh)
        self._total = np.cumsum(self.areas)

    @property
    def area(self) -> float:
        """mm²."""
        return float(self._total[-1])

    @cached_property
    def volume(self) -> float:
        """mm³, negative where the mesh is inside out."""
        return enclosed_volume(self.mesh)

    @property
    def outwards(self) -> int:
        """1 where the triangles face outwards on the whole, −1 where inwards."""
        return -1 if self.volume < 0 else 1

    @cached_property
    def box(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest corner (3,)."""
        return bounds(self.mesh)

    @property
    def size(self) -> float:
        """Diagonal of the box, mm."""
        return float(np.linalg.norm(self.box[1] - self.box[0]))

    @cached_property
    def middle(self) -> np.ndarray:
        """(3,) mean of the surface."""
        return self.samples(2000)[0].mean(axis=0)

    def samples(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Points (N, 3) spread evenly by area, and their triangles (N,); always the same ones."""
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

    @cached_property
    def point_normals(self) -> np.ndarray:
        """Unit normals (N, 3) of the points, as the triangles are wound: theirs, weighted by
        their angles there, so that they tell inside from outside (Bærentzen and Aanæs 2005,
        IEEE TVCG 11:243); 0 where there is no triangle."""
        x, y, z = (np.ascontiguousarray(column) for column in self.mesh.points.T)
        a, b, c = (np.ascontiguousarray(corner) for corner in self.mesh.triangles.T)
        sides = []
        for start, end in ((a, b), (b, c), (c, a)):
            dx, dy, dz = x[end] - x[start], y[end] - y[start], z[end] - z[start]
            length = np.sqrt(dx * dx + dy * dy + dz * dz)
            length[length == 0] = 1
            sides.append((dx / length, dy / length, dz / length))
        angles = []
        for number in range(3):
            cosine = -sum(p * q for p, q in zip(sides[number], sides[number - 1], strict=True))
            angles.append(np.arccos(np.clip(cosine, -1, 1)))
        return self._gathered(angles)

    def mean_point_normals(self) -> np.ndarray:
        """The same weighted by the triangles' areas: slivers turn them less."""
        return self._gathered([self.areas] * 3)

    def _gathered(self, weights: list[np.ndarray]) -> np.ndarray:
        """Unit normals (N, 3) of the points, the triangles' weighted (M,) at each corner."""
        made = np.zeros((3, len(self.mesh.points)))
        for corner, weight in zip(self.mesh.triangles.T, weights, strict=True):
            for total, normals in zip(made, self.normals.T, strict=True):
                total += np.bincount(corner, normals * weight, len(total))
        return unit(made.T)

    def edge_normals(self, ends: np.ndarray) -> np.ndarray:
        """Unit normals (K, 3) between the two triangles at edges, by their points (K, 2)."""
        keys, triangles = self._edges
        sought = ends.min(axis=1).astype(np.int64) * len(self.mesh.points) + ends.max(axis=1)
        first = np.searchsorted(keys, sought, "left")
        last = np.searchsorted(keys, sought, "right") - 1
        return unit(self.normals[triangles[first]] + self.normals[triangles[last]])

    @cached_property
    def _edges(self) -> tuple[np.ndarray, np.ndarray]:
        """The keys of all triangles' edges, ascending, and their triangles."""
        keys = edge_keys(self.mesh).ravel()
        order = np.argsort(keys)
        return keys[order], order % len(self.mesh.triangles)


def mapped(points: np.ndarray, transform: np.ndarray) -> np.ndarray:
    """Points (N, 3) under a 4×4 affine map."""
    return points @ transform[:3, :3].T + transform[:3, 3]


def unit(vectors: np.ndarray) -> np.ndarray:
    """The vectors (N, 3) with length 1; those of no length stay."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length == 0, 1, length)
