"""What a surface is: measured without the code under test.

A ``Surface`` is points (N, 3) and triangles (M, 3) in LPS mm. Figures about a shape
are weighted by area, so that they do not depend on how a mesher spends its vertices.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkDoubleArray, vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkFiltersCore import (
    vtkCleanPolyData,
    vtkImplicitPolyDataDistance,
    vtkPolyDataConnectivityFilter,
    vtkTriangleFilter,
)

STL_RECORD = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])

#: Degree-4 rule on a triangle: exact for r² to well below a nanometre on a voxel-sized facet.
_BARYCENTRIC = np.array(
    [
        [0.108103018168070, 0.445948490915965, 0.445948490915965],
        [0.445948490915965, 0.108103018168070, 0.445948490915965],
        [0.445948490915965, 0.445948490915965, 0.108103018168070],
        [0.816847572980459, 0.091576213509771, 0.091576213509771],
        [0.091576213509771, 0.816847572980459, 0.091576213509771],
        [0.091576213509771, 0.091576213509771, 0.816847572980459],
    ]
)
_WEIGHTS = np.repeat([0.223381589678011, 0.109951743655322], 3)


@dataclass(frozen=True)
class Surface:
    """A triangle mesh, LPS mm."""

    points: np.ndarray
    triangles: np.ndarray

    @property
    def corners(self) -> np.ndarray:
        """(M, 3, 3)"""
        return self.points[self.triangles]

    @property
    def areas(self) -> np.ndarray:
        """(M,) mm²"""
        a, b, c = np.moveaxis(self.corners, 1, 0)
        return 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)

    @property
    def volume(self) -> float:
        """mm³ by the divergence theorem, positive when triangles face outwards."""
        a, b, c = np.moveaxis(self.corners - self.points.mean(axis=0), 1, 0)
        return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6.0)

    def kept(self, keep: np.ndarray) -> Surface:
        """The triangles for which ``keep`` (M,) is true; points stay."""
        return Surface(self.points, self.triangles[keep])

    def moved(self, transform: np.ndarray) -> Surface:
        """The surface under a 4×4 transform."""
        return Surface(self.points @ transform[:3, :3].T + transform[:3, 3], self.triangles)


@dataclass(frozen=True)
class RadialError:
    """How a surface lies about a sphere: area-weighted, and over the bare vertices (mm)."""

    mean: float
    rms: float
    worst: float
    vertex_mean: float
    vertex_rms: float


def read_stl(path: str | Path) -> Surface:
    """A binary STL with equal corners merged.

    :raises ValueError: the file's length does not fit its count.
    """
    data = Path(path).read_bytes()
    count = int.from_bytes(data[80:84], "little")
    if len(data) != 84 + 50 * count:
        raise ValueError(f"{path}: {len(data)} bytes do not hold {count} triangles")
    records = np.frombuffer(data, STL_RECORD, count, offset=84)
    return from_soup(records["corners"])


def from_soup(corners: np.ndarray) -> Surface:
    """A surface from loose triangles (M, 3, 3); exactly equal corners become one point."""
    flat = np.ascontiguousarray(corners, np.float32).reshape(-1, 3) + np.float32(0)  # no -0
    keys = flat.view(np.dtype((np.void, 12))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return Surface(flat[first].astype(float), inverse.reshape(-1, 3))


def from_polydata(polydata: vtkPolyData) -> Surface:
    """A vtkPolyData (polygons are cut into triangles) as it is, in its own coordinates."""
    triangulate = vtkTriangleFilter()
    triangulate.PassVertsOff()
    triangulate.PassLinesOff()
    triangulate.SetInputData(polydata)
    triangulate.Update()
    output = triangulate.GetOutput()
    if output.GetNumberOfCells() == 0:
        return Surface(np.zeros((0, 3)), np.zeros((0, 3), int))
    triangles = vtk_to_numpy(output.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return Surface(vtk_to_numpy(output.GetPoints().GetData()).astype(float), triangles.copy())


def to_polydata(surface: Surface) -> vtkPolyData:
    """The surface for VTK's filters."""
    points = vtkPoints()
    points.SetDataTypeToDouble()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(surface.points, float), deep=True))
    cells = vtkCellArray()
    ids = np.ascontiguousarray(surface.triangles.ravel(), np.int64)
    offsets = np.arange(0, ids.size + 1, 3, dtype=np.int64)
    cells.SetData(
        numpy_to_vtkIdTypeArray(offsets, deep=True), numpy_to_vtkIdTypeArray(ids, deep=True)
    )
    polydata = vtkPolyData()
    polydata.SetPoints(points)
    polydata.SetPolys(cells)
    return polydata


def largest_part(surface: Surface) -> Surface:
    """The connected piece with the most triangles."""
    connectivity = vtkPolyDataConnectivityFilter()
    connectivity.SetInputData(to_polydata(surface))
    connectivity.SetExtractionModeToLargestRegion()
    connectivity.Update()
    clean = vtkCleanPolyData()
    clean.PointMergingOff()
    clean.SetInputConnection(connectivity.GetOutputPort())
    clean.Update()
    return from_polydata(clean.GetOutput())


def parts(surface: Surface) -> list[Surface]:
    """All connected pieces, largest first (by triangles)."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    t = surface.triangles
    edges = np.concatenate([t[:, :2], t[:, 1:]])
    n = len(surface.points)
    graph = coo_matrix((np.ones(len(edges), bool), (edges[:, 0], edges[:, 1])), shape=(n, n))
    labels = connected_components(graph, directed=False)[1][t[:, 0]]
    names, counts = np.unique(labels, return_counts=True)
    return [surface.kept(labels == name) for name in names[np.argsort(-counts, kind="stable")]]


def fit_sphere(points: np.ndarray, weights: np.ndarray | None = None) -> tuple[np.ndarray, float]:
    """Geometric least-squares sphere through points (N, 3): centre and radius."""
    points = np.asarray(points, float)
    root = np.ones(len(points)) if weights is None else np.sqrt(weights / np.mean(weights))
    shift = points.mean(axis=0)
    p = points - shift
    system = np.column_stack([2 * p, np.ones(len(p))]) * root[:, None]
    solution = np.linalg.lstsq(system, (p**2).sum(axis=1) * root, rcond=None)[0]
    center, radius = solution[:3], np.sqrt(solution[3] + solution[:3] @ solution[:3])
    for _ in range(20):  # Gauss-Newton from the algebraic fit to the geometric one
        offset = p - center
        distance = np.linalg.norm(offset, axis=1)
        jacobian = np.column_stack([-offset / distance[:, None], -np.ones(len(p))])
        step = np.linalg.lstsq(jacobian * root[:, None], -(distance - radius) * root, rcond=None)[0]
        center, radius = center + step[:3], radius + step[3]
        if np.abs(step).max() < 1e-10:
            break
    return center + shift, float(radius)


def fit_plane(points: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Total least-squares plane: unit normal, offset (n · p = offset), RMS residual (mm)."""
    middle = np.mean(points, axis=0)
    _, singular, directions = np.linalg.svd(points - middle, full_matrices=False)
    normal = directions[2]
    return normal, float(normal @ middle), float(singular[2] / np.sqrt(len(points)))


def radial_error(surface: Surface, center, radius: float) -> RadialError:
    """Distance from a *known* centre, less ``radius``: integrated over the triangles."""
    areas = surface.areas
    corners = surface.corners - np.asarray(center, float)
    nodes = np.einsum("qk,mkx->mqx", _BARYCENTRIC, corners)
    error = np.linalg.norm(nodes, axis=2) - radius
    weight = areas[:, None] * _WEIGHTS
    weight /= weight.sum()
    used = np.unique(surface.triangles)
    vertex = np.linalg.norm(surface.points[used] - np.asarray(center, float), axis=1) - radius
    return RadialError(
        mean=float((weight * error).sum()),
        rms=float(np.sqrt((weight * error**2).sum())),
        worst=float(np.abs(vertex).max()),
        vertex_mean=float(vertex.mean()),
        vertex_rms=float(np.sqrt(np.mean(vertex**2))),
    )


def sample(surface: Surface, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """``count`` points spread over the surface by area, and their triangles' indices."""
    random = np.random.default_rng(seed)
    areas = surface.areas
    # Stratified along the cumulated area: less scatter than independent draws.
    cumulated = np.cumsum(areas)
    places = (np.arange(count) + random.random(count)) * (cumulated[-1] / count)
    chosen = np.minimum(np.searchsorted(cumulated, places), len(areas) - 1)
    u, v = random.random((2, count))
    flip = u + v > 1
    u[flip], v[flip] = 1 - u[flip], 1 - v[flip]
    a, b, c = np.moveaxis(surface.corners[chosen], 1, 0)
    return a + u[:, None] * (b - a) + v[:, None] * (c - a), chosen


class ClosestPoint:
    """Exact distances from points to a surface's triangles."""

    def __init__(self, surface: Surface) -> None:
        self._distance = vtkImplicitPolyDataDistance()
        self._distance.SetInput(to_polydata(surface))

    def signed(self, points: np.ndarray) -> np.ndarray:
        """(N,) mm, positive outside."""
        values = vtkDoubleArray()
        given = numpy_to_vtk(np.ascontiguousarray(points, float), deep=True)
        self._distance.FunctionValue(given, values)
        return vtk_to_numpy(values).copy()

    def distance(self, points: np.ndarray) -> np.ndarray:
        """(N,) mm, never negative."""
        return np.abs(self.signed(points))


def rigid_alignment(
    moving: Surface,
    fixed: Surface,
    *,
    samples: int = 40_000,
    fixed_samples: int = 400_000,
    keep: float = 0.9,
    iterations: int = 60,
    seed: int = 0,
) -> np.ndarray:
    """4×4 rigid transform that lays ``moving`` onto ``fixed``: trimmed point-to-plane ICP.

    Only the best ``keep`` of the pairs count, so what one surface lacks does not pull.
    The samples depend on ``seed`` alone: every candidate is treated alike.
    """
    source, _ = sample(moving, samples, seed)
    target, triangle = sample(fixed, fixed_samples, seed + 1)
    a, b, c = np.moveaxis(fixed.corners[triangle], 1, 0)
    normals = np.cross(b - a, c - a)
    normals /= np.maximum(np.linalg.norm(normals, axis=1), 1e-300)[:, None]
    tree = cKDTree(target)
    transform = np.eye(4)
    for _ in range(iterations):
        placed = source @ transform[:3, :3].T + transform[:3, 3]
        distance, nearest = tree.query(placed, workers=-1)
        best = distance <= np.quantile(distance, keep)
        p, q, n = placed[best], target[nearest[best]], normals[nearest[best]]
        middle = p.mean(axis=0)
        jacobian = np.column_stack([np.cross(p - middle, n), n])
        step = np.linalg.lstsq(jacobian, np.einsum("ij,ij->i", q - p, n), rcond=None)[0]
        turn = _rotation(step[:3])
        update = np.eye(4)
        update[:3, :3] = turn
        update[:3, 3] = middle - turn @ middle + step[3:]
        transform = update @ transform
        if np.abs(step[:3]).max() < 1e-7 and np.abs(step[3:]).max() < 1e-5:
            break
    return transform


def _rotation(vector: np.ndarray) -> np.ndarray:
    angle = np.linalg.norm(vector)
    if angle < 1e-15:
        return np.eye(3)
    x, y, z = vector / angle
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + np.sin(angle) * skew + (1 - np.cos(angle)) * (skew @ skew)
