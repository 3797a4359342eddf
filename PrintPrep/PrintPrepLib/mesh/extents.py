"""The smallest box round a model, however it is turned, and its centre of mass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .triangle_mesh import TriangleMesh, bounds, edge_faults, used_points, volumes_and_areas

#: Hull faces whose directions differ by less are tried once, the largest of them.
_SAME_DIRECTION = 0.05
#: Directions of hull faces that are tried at most, those of the largest faces first.
_MOST_DIRECTIONS = 40
#: Further boxes, turned at random, and how many of all are bettered by search.
_RANDOM = 60
_SEARCHED = 2
#: What a search must gain to replace a box that lies flat on a face of the hull.
_LEAST_GAIN = 1e-6


@dataclass(frozen=True, eq=False)
class OrientedExtents:
    """The smallest box by volume.

    :param extents_mm: its edges, longest first.
    :param axes: (3, 3) their directions in LPS, one a row, right-handed.
    """

    extents_mm: tuple[float, float, float]
    axes: np.ndarray


@dataclass(frozen=True)
class CenterOfMass:
    """``place_mm`` in LPS: of the enclosed solid, or of the surface where it is not closed."""

    place_mm: tuple[float, float, float]
    of_solid: bool


def oriented_extents(mesh: TriangleMesh) -> OrientedExtents:
    """The edges and directions of the smallest box round a model.

    The large faces of the convex hull are laid flat in turn, and the smallest rectangle
    round what is seen from above is found along the edges of its outline (rotating
    calipers: Freeman and Shapira, Commun ACM 18, 1975). This is exact wherever a face of
    the hull lies flat on the smallest box, as for any block. The smallest box may touch the
    hull along edges only (O'Rourke, Int J Comput Inf Sci 14, 1985): so the best of these and
    of boxes turned at random are bettered by Nelder and Mead's search over rotations.

    :raises ValueError: the mesh has no triangle.
    """
    from scipy.spatial.transform import Rotation

    low, high = bounds(mesh)
    corners, normals = _hull(mesh.points[used_points(mesh)] - (low + high) / 2)
    boxes = [_flattened(corners, normal) for normal in normals]
    if len(boxes) == 1:  # flat: all boxes hold nothing, and that one alone is tight
        return _sorted(corners, boxes[0])
    quaternions = np.random.default_rng(0).normal(size=(_RANDOM, 4))
    boxes += list(Rotation.from_quat(quaternions).as_matrix())
    boxes.sort(key=lambda axes: _volume(corners, axes))
    box = boxes[0]
    for start in boxes[:_SEARCHED]:
        found = _searched(corners, start)
        if _volume(corners, found) < _volume(corners, box) * (1 - _LEAST_GAIN):
            box = found
    return _sorted(corners, box)


def center_of_mass(mesh: TriangleMesh, closed: bool | None = None) -> CenterOfMass:
    """The centre of mass of what the mesh encloses, of even density.

    By tetrahedra between each triangle and the middle of the bounding box. An open or
    flat mesh encloses nothing definite: then it is the centre of the surface, by area.

    :param closed: whether the mesh has no open edge; None: they are counted here.
    :raises ValueError: the mesh has no triangle.
    """
    low, high = bounds(mesh)
    middle = (low + high) / 2
    volumes, areas = volumes_and_areas(mesh, middle)
    closed = edge_faults(mesh)[0] == 0 if closed is None else closed
    of_solid = closed and abs(float(volumes.sum())) > 1e-9 * float(np.prod(high - low))
    # A tetrahedron's centre is the mean of its corners, one of which is the middle.
    shares, corners = (volumes, 4) if of_solid else (areas, 3)
    count = len(mesh.points)
    weights = np.sum([np.bincount(corner, shares, count) for corner in mesh.triangles.T], axis=0)
    moment = weights @ (mesh.points - middle) / corners
    x, y, z = (moment / (float(shares.sum()) or np.finfo(float).tiny) + middle).tolist()
    return CenterOfMass((x, y, z), of_solid)


def _hull(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners of the convex hull, and the directions of its faces, largest face first.

    A flat or straight model has no hull: then its points, and one direction across them.
    """
    from scipy.spatial import ConvexHull, QhullError

    try:
        hull = ConvexHull(points)
    except QhullError:
        return points, np.linalg.svd(points - points.mean(axis=0))[2][2:]
    a, b, c = np.moveaxis(points[hull.simplices], 1, 0)
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    normals = hull.equations[:, :3]
    # Opposite faces lie flat in the same box.
    normals = normals * np.where(normals @ np.array([1.0, 1e-3, 1e-6]) < 0, -1, 1)[:, None]
    _, group = np.unique(
        np.round(normals / _SAME_DIRECTION).astype(int), axis=0, return_inverse=True
    )
    total = np.bincount(group.ravel(), weights=areas)
    # The largest face of a group has the truest direction.
    largest = np.argsort(-areas, kind="stable")
    _, first = np.unique(group.ravel()[largest], return_index=True)
    chosen = largest[first][np.argsort(-total, kind="stable")]
    return points[hull.vertices], normals[chosen[:_MOST_DIRECTIONS]]


def _flattened(points: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """The axes (rows) of the smallest box whose one axis is ``normal``."""
    from scipy.spatial import ConvexHull, QhullError

    across = np.zeros(3)
    across[np.argmin(np.abs(normal))] = 1.0
    u = np.cross(normal, across)
    u /= np.linalg.norm(u)
    v = np.cross(normal, u)
    flat = np.stack([points @ u, points @ v], axis=1)
    try:
        outline = flat[ConvexHull(flat).vertices]
    except QhullError:  # all in one line
        _, _, directions = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
        edges = directions[:1]
        outline = flat
    else:
        edges = np.roll(outline, -1, axis=0) - outline
    edges = edges / np.linalg.norm(edges, axis=1, keepdims=True)
    turned = np.stack([-edges[:, 1], edges[:, 0]], axis=1)
    widths = _spans(outline, edges) * _spans(outline, turned)
    best = int(np.argmin(widths))
    along = edges[best, 0] * u + edges[best, 1] * v
    return np.array([along, np.cross(normal, along), normal])


def _sorted(points: np.ndarray, box: np.ndarray) -> OrientedExtents:
    """The box with its longest edge first, right-handed."""
    extents = _spans(points, box)
    order = np.argsort(-extents, kind="stable")
    axes, (a, b, c) = box[order], extents[order].tolist()
    axes[2] *= np.sign(np.linalg.det(axes))
    return OrientedExtents((a, b, c), axes)


def _searched(points: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The axes of a smaller box near ``start``."""
    from scipy.optimize import minimize
    from scipy.spatial.transform import Rotation

    def turned(vector: np.ndarray) -> np.ndarray:
        return start @ Rotation.from_rotvec(vector).as_matrix()

    simplex = np.vstack([np.zeros(3), 0.1 * np.eye(3)])
    result = minimize(
        lambda vector: _volume(points, turned(vector)),
        np.zeros(3),
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "xatol": 1e-8, "fatol": 0, "maxiter": 200},
    )
    return turned(result.x)


def _volume(points: np.ndarray, axes: np.ndarray) -> float:
    return float(np.prod(_spans(points, axes)))


def _spans(points: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """How far the points reach along each axis (row)."""
    along = axes @ points.T  # one axis after the other in memory: ten times as quick
    return along.max(axis=1) - along.min(axis=1)
