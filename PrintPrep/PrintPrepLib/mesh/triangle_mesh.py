"""Triangle meshes and their measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from vtkmodules.util.numpy_support import get_vtk_to_numpy_typemap, numpy_to_vtk, vtk_to_numpy
from vtkmodules.util.vtkConstants import VTK_DOUBLE, VTK_ID_TYPE
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

from .shells import Part, crumbs, shells

#: The largest parts are listed, so many at most.
LISTED_PARTS = 20
#: Triangles worked on at a time: the temporaries of one batch stay in the cache.
BATCH = 32768


@dataclass(frozen=True, eq=False)
class TriangleMesh:
    """A surface of triangles that share their points.

    :param points: (N, 3) float64, LPS in mm.
    :param triangles: (M, 3) integers into ``points``, counter-clockwise seen from outside.
    """

    points: np.ndarray
    triangles: np.ndarray

    def __post_init__(self) -> None:
        points = np.asarray(self.points, dtype=np.float64)
        triangles = np.asarray(self.triangles)
        for name, array in (("points", points), ("triangles", triangles)):
            if array.ndim != 2 or array.shape[1] != 3:
                raise ValueError(f"{name} must have the shape (N, 3), not {array.shape}")
        if triangles.dtype.kind not in "iu":
            raise ValueError(f"triangles must be integers, not {triangles.dtype}")
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "triangles", triangles)


@dataclass(frozen=True)
class MeshMeasures:
    """What a mesh measures.

    :param triangles: number of triangles.
    :param extents_mm: size of the bounding box along x, y, z (LPS).
    :param bounds_mm: ((x0, x1), (y0, y1), (z0, z1)), LPS.
    :param volume_mm3: enclosed volume; negative when the mesh is inside out.
    :param area_mm2: area of the surface.
    :param components: shells that share no point; enclosed voids count too.
    :param voids: those of them that bound a hollow (turned inwards).
    :param void_volume_mm3: volume of the hollows, those left out that lie in no other shell.
    :param parts: the largest shells, ``LISTED_PARTS`` at most, the largest volume first.
    :param other_parts: shells that are not among ``parts``.
    :param crumbs: loose shells too small to be meant (``shells.crumbs``).
    :param watertight: every edge joins exactly two triangles.
    :param boundary_edges: edges of one triangle only (holes).
    :param non_manifold_edges: edges of more than two triangles.
    :param inconsistent_edges: edges whose two triangles disagree about the outside.
    """

    triangles: int
    extents_mm: tuple[float, float, float]
    bounds_mm: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
    volume_mm3: float
    area_mm2: float
    components: int
    voids: int
    void_volume_mm3: float
    parts: tuple[Part, ...]
    other_parts: int
    crumbs: int
    watertight: bool
    boundary_edges: int
    non_manifold_edges: int
    inconsistent_edges: int


def measure(mesh: TriangleMesh) -> MeshMeasures:
    """Measure a mesh.

    Volume by the divergence theorem about the centre of the bounding box, so that a
    patient far from the scanner's origin costs no digits. Points that no triangle
    uses do not count.

    :raises ValueError: the mesh has no triangle.
    """
    low, high = bounds(mesh)
    volumes, areas = volumes_and_areas(mesh, (low + high) / 2)
    boundary, non_manifold, inconsistent = edge_faults(mesh)
    parts = shells(mesh.points, mesh.triangles, volumes, areas)
    (x0, y0, z0), (x1, y1, z1) = low.tolist(), high.tolist()
    return MeshMeasures(
        triangles=len(mesh.triangles),
        extents_mm=(x1 - x0, y1 - y0, z1 - z0),
        bounds_mm=((x0, x1), (y0, y1), (z0, z1)),
        volume_mm3=float(volumes.sum()),
        area_mm2=float(areas.sum()),
        components=len(parts),
        voids=sum(part.volume_mm3 < 0 for part in parts),
        void_volume_mm3=-sum(part.volume_mm3 for part in parts if part.void),
        parts=tuple(parts[:LISTED_PARTS]),
        other_parts=len(parts[LISTED_PARTS:]),
        crumbs=crumbs(parts),
        watertight=boundary == 0 and non_manifold == 0,
        boundary_edges=boundary,
        non_manifold_edges=non_manifold,
        inconsistent_edges=inconsistent,
    )


def used_points(mesh: TriangleMesh) -> np.ndarray:
    """Whether each point (N,) belongs to a triangle."""
    used = np.zeros(len(mesh.points), dtype=bool)
    used[mesh.triangles.reshape(-1)] = True
    return used


def compact(mesh: TriangleMesh) -> TriangleMesh:
    """The mesh without the points that no triangle uses."""
    used = used_points(mesh)
    return TriangleMesh(mesh.points[used], (np.cumsum(used) - 1)[mesh.triangles])


def collapsed(mesh: TriangleMesh) -> np.ndarray:
    """Whether each triangle (M,) uses a point twice."""
    a, b, c = mesh.triangles.T
    return (a == b) | (b == c) | (c == a)


def merged_points(mesh: TriangleMesh) -> TriangleMesh:
    """The mesh with points at one place made one: the lowest of their numbers is used.

    The points stay; those that lose their triangles are left unused.
    """
    first = first_equal(mesh.points)
    return TriangleMesh(mesh.points, first[mesh.triangles])


def first_equal(rows: np.ndarray) -> np.ndarray:
    """The first row (N,) that is equal to each of the rows (N, 3), of 64-bit numbers.

    Sorting one hash a row is far quicker than sorting rows; should two rows ever share a hash,
    the rows are sorted after all.
    """
    bits = np.ascontiguousarray(rows + 0).view(np.uint64)  # minus zero is zero
    key = np.zeros(len(rows), dtype=np.uint64)
    for column in bits.T:
        key ^= column
        key *= np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    ordered = np.sort(key)
    if not (ordered[1:] == ordered[:-1]).any():
        return np.arange(len(rows))
    first, place = np.unique(key, return_index=True, return_inverse=True)[1:]
    if not np.array_equal(bits[first[place]], bits):
        first, place = np.unique(bits, axis=0, return_index=True, return_inverse=True)[1:]
    return first[place.reshape(-1)]


def bounds(mesh: TriangleMesh) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner (3,) of the box round the triangles, LPS in mm.

    :raises ValueError: the mesh has no triangle.
    """
    if len(mesh.triangles) == 0:
        raise ValueError("a mesh without triangles has no bounds")
    used = used_points(mesh)
    columns = (mesh.points if used.all() else mesh.points[used]).T
    return (
        np.array([column.min() for column in columns]),
        np.array([column.max() for column in columns]),
    )


def enclosed_volume(mesh: TriangleMesh) -> float:
    """What the surface encloses, mm³; negative when it is inside out.

    :raises ValueError: the mesh has no triangle.
    """
    low, high = bounds(mesh)
    return float(volumes_and_areas(mesh, (low + high) / 2)[0].sum())


def volumes_and_areas(mesh: TriangleMesh, origin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signed volume between each triangle and the origin (M,), mm³, and its area (M,), mm²."""
    volumes, areas = np.empty((2, len(mesh.triangles)))
    for some, (x, y, z), (nx, ny, nz), double in _crosses(mesh, origin):
        volumes[some] = (nx * x + ny * y + nz * z) / 6
        areas[some] = double / 2
    return volumes, areas


def normals_and_areas(mesh: TriangleMesh) -> tuple[np.ndarray, np.ndarray]:
    """Unit normals (M, 3) as the triangles are wound, 0 without an area; areas (M,), mm²."""
    normals, areas = np.empty((len(mesh.triangles), 3)), np.empty(len(mesh.triangles))
    for some, _, cross, double in _crosses(mesh):
        divisor = np.where(double == 0, 1, double)
        for axis in range(3):
            np.divide(cross[axis], divisor, out=normals[some, axis])
        areas[some] = double / 2
    return normals, areas


def _crosses(
    mesh: TriangleMesh, origin: np.ndarray | float = 0.0
) -> Iterator[tuple[slice, tuple[np.ndarray, ...], tuple[np.ndarray, ...], np.ndarray]]:
    """Batches of triangles, their first corners from the origin, the cross products of two
    sides and their lengths; column by column: several times quicker than rows of three."""
    x, y, z = np.ascontiguousarray((mesh.points - origin).T)
    for first in range(0, len(mesh.triangles), BATCH):
        some = slice(first, first + BATCH)
        a, b, c = np.ascontiguousarray(mesh.triangles[some].T)
        ax, ay, az = x[a], y[a], z[a]
        ux, uy, uz = x[b] - ax, y[b] - ay, z[b] - az
        vx, vy, vz = x[c] - ax, y[c] - ay, z[c] - az
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        yield some, (ax, ay, az), (nx, ny, nz), np.sqrt(nx * nx + ny * ny + nz * nz)


def edge_keys(mesh: TriangleMesh) -> np.ndarray:
    """A number (3, M) for each triangle's edges, from its first corner to the second and so on:
    lower point × number of points + higher one, whichever way the edge is passed."""
    corners = np.ascontiguousarray(mesh.triangles.T, dtype=np.int64)
    keys = np.empty(corners.shape, dtype=np.int64)
    for key, start, end in zip(keys, corners, np.roll(corners, -1, axis=0), strict=True):
        np.multiply(np.minimum(start, end), len(mesh.points), out=key)
        key += np.maximum(start, end)
    return keys


def edge_faults(mesh: TriangleMesh) -> tuple[int, int, int]:
    """Edges of one triangle, of more than two, and those that disagree about the outside."""
    keys = edge_keys(mesh)
    # Then the direction: sorting brings an edge's uses together.
    for key, start, end in zip(
        keys, mesh.triangles.T, np.roll(mesh.triangles.T, -1, 0), strict=True
    ):
        key <<= 1
        key |= start < end
    keys = keys.reshape(-1)
    keys.sort()
    edge = keys >> 1
    # In a sound mesh the sorted keys come in pairs of one edge: then nothing more to count.
    if len(edge) % 2 == 0 and np.array_equal(edge[::2], edge[1::2]):
        distinct = not np.any(edge[1:-1:2] == edge[2::2])
        if distinct:
            return 0, 0, int(np.count_nonzero(keys[::2] == keys[1::2]))
    first = np.flatnonzero(np.concatenate(([True], edge[1:] != edge[:-1])))
    uses = np.diff(np.append(first, len(edge)))
    pairs = first[uses == 2]
    return (
        int(np.count_nonzero(uses == 1)),
        int(np.count_nonzero(uses > 2)),
        int(np.count_nonzero(keys[pairs] == keys[pairs + 1])),
    )


def from_polydata(polydata: vtkPolyData) -> TriangleMesh:
    """The triangles of a ``vtkPolyData`` (other polygons are cut into triangles).

    The points are taken as they are; the caller knows their coordinate system.
    """
    if polydata.GetNumberOfPoints() == 0:
        return TriangleMesh(np.empty((0, 3)), np.empty((0, 3), dtype=np.int64))
    polygons = polydata.GetPolys()
    if polygons.IsHomogeneous() != 3 or polydata.GetNumberOfStrips():
        from vtkmodules.vtkFiltersCore import vtkTriangleFilter

        triangulate = vtkTriangleFilter()
        triangulate.PassLinesOff()
        triangulate.PassVertsOff()
        triangulate.SetInputData(polydata)
        triangulate.Update()
        polydata = triangulate.GetOutput()
        polygons = polydata.GetPolys()
    points = vtk_to_numpy(polydata.GetPoints().GetData()).astype(np.float64)
    corners = vtk_to_numpy(polygons.GetConnectivityArray()).reshape(-1, 3)
    return TriangleMesh(points, corners.copy())


def to_polydata(mesh: TriangleMesh) -> vtkPolyData:
    """The mesh as a ``vtkPolyData`` with copies of its arrays (double points, no normals)."""
    points = vtkPoints()
    points.SetDataTypeToDouble()
    points.SetData(
        numpy_to_vtk(np.ascontiguousarray(mesh.points), deep=True, array_type=VTK_DOUBLE)
    )
    corners = np.ascontiguousarray(mesh.triangles, get_vtk_to_numpy_typemap()[VTK_ID_TYPE])
    cells = vtkCellArray()
    cells.SetData(3, numpy_to_vtk(corners.reshape(-1), deep=True, array_type=VTK_ID_TYPE))
    polydata = vtkPolyData()
    polydata.SetPoints(points)
    polydata.SetPolys(cells)
    return polydata
