"""Where the edges of a body truly lie, and how far a model of it is from them.

``CASES`` names the makers of all cases; ``case(name)`` makes one (``cases(kind)`` those of a
kind). ``measure(case, mesh)`` compares a closed mesh with the truth. A mesh is anything with
``points`` (N, 3) and ``triangles`` (M, 3), LPS mm. Grey values are HU but for the cases of MR.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from .acquisition import rotation_about
from .measure import ClosestPoint, Surface, from_soup, sample, to_polydata
from .painted import (
    Distance,
    Grid,
    Response,
    ball,
    block,
    blur,
    cap,
    capsule,
    common,
    curtain,
    cylinder,
    grid_about,
    half_space,
    image,
    joined,
    outside,
    sharpening,
    torus,
)

SOFT, FAT, AIR = 40.0, -80.0, -1000.0
Range = tuple[float, float | None]
BONE: Range = (200.0, None)
#: A true place farther than this from a model is missing there (mm).
MISSED_MM = 0.3
_SAMPLES = 60_000
_TRUE_SAMPLES = 6000
_RAYS = 1500


@dataclass(frozen=True, eq=False)
class EdgeCase:
    """A volume, what is meant in it, and the truth.

    :param name, kind: of the case.
    :param voxels: grey values, int16 [k, j, i].
    :param grid: where they lie.
    :param distance: (N, 3) LPS mm to the signed distance (N,) mm to the body's surface.
    :param what: what is meant, boolean [k, j, i], as a user would get it.
    :param threshold: the range that made ``what``; None: a mask from elsewhere.
    :param components, handles: of the true surface, hollows counted as components.
    :param thickness_mm: of its wall, or of its gap where ``gap``.
    :param outer: which points (N, 3) belong to the outer side, where sides are told apart.
    :param counted: which points (N, 3) the figures are about; None: all.
    :param field: (K, 4) first and last i and j of the acquired field of each plane.
    :param response: how the scanner blurs.
    :param noise: standard deviation of a voxel.
    """

    name: str
    kind: str
    voxels: np.ndarray
    grid: Grid
    distance: Distance
    what: np.ndarray
    response: Response
    noise: float
    threshold: Range | None = BONE
    components: int = 1
    handles: int = 0
    thickness_mm: float | None = None
    gap: bool = False
    outer: Callable[[np.ndarray], np.ndarray] | None = None
    counted: Callable[[np.ndarray], np.ndarray] | None = None
    field: np.ndarray | None = None
    modality: str = "CT"
    background: float = AIR

    @property
    def ijk_to_lps(self) -> np.ndarray:
        """(4, 4), voxel centres to LPS mm."""
        return self.grid.ijk_to_lps

    @cached_property
    def true_points(self) -> np.ndarray:
        """(N, 3) points of the true surface, evenly spread, inside the volume."""
        return _on_surface(self.distance, self.grid, _TRUE_SAMPLES)

    @cached_property
    def true_volume(self) -> float:
        """mm³ of the body inside the volume, to about 0.1 %."""
        return _volume(self.distance, self.grid)

    def rays(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the true thickness is ``thickness_mm``: points (N, 3) of the surface, and unit
        directions (N, 3) through the wall (or across the gap) to its other side."""
        points = self.true_points
        if self.counted is not None:
            points = points[self.counted(points)]
        if self.outer is not None:
            points = points[self.outer(points)]
        normals = _normals(self.distance, points)
        sign = 1.0 if self.gap else -1.0
        directions, far = sign * normals, self.thickness_mm
        there = np.abs(self.distance(points + far * directions)) < 0.02 * far
        middle = self.distance(points + 0.5 * far * directions)
        there &= np.abs(middle - sign * 0.5 * far) < 0.03 * far
        chosen = np.flatnonzero(there)[:_RAYS]
        return points[chosen], directions[chosen]


def measure(case: EdgeCase, mesh: Any, faults: bool = True) -> dict[str, float]:
    """How far a mesh is from the truth, mm, positive outside.

    ``mean``, ``rms``, ``scatter`` (about the mean), ``p95`` and ``max`` of the distance at points
    of the mesh spread by area, and ``outer_mean``, ``outer_scatter`` of the outer side;
    ``missing`` the share of the true surface farther than ``MISSED_MM`` from the mesh;
    ``thickness_mean``, ``thickness_error`` (mean), ``thickness_rms`` and ``thickness_lost`` (share
    of the rays that find no wall, or no gap); ``volume_percent``; and with ``faults``, counted
    as an STL holds the mesh: ``boundary_edges``, ``non_manifold_edges``,
    ``non_manifold_vertices``, ``self_intersections``, ``components``, ``handles``, and what truth
    has not: ``extra_components``, ``extra_handles``.
    """
    surface = Surface(np.asarray(mesh.points, float), np.asarray(mesh.triangles))
    points, _ = sample(surface, _SAMPLES)
    if case.counted is not None:
        points = points[case.counted(points)]
    distance = case.distance(points)
    found: dict[str, float] = {
        "triangles": len(surface.triangles),
        "mean": float(distance.mean()),
        "rms": float(np.sqrt(np.mean(distance**2))),
        "scatter": float(distance.std()),
        "p95": float(np.percentile(np.abs(distance), 95)),
        "max": float(np.abs(distance).max()),
    }
    if case.outer is not None:
        side = distance[case.outer(points)]
        some = len(side) > 0
        found["outer_mean"] = float(side.mean()) if some else np.nan
        found["outer_scatter"] = float(side.std()) if some else np.nan
    true = case.true_points
    if case.counted is not None:
        true = true[case.counted(true)]
    away = ClosestPoint(surface).distance(true)
    found["missing"] = float(np.mean(away > MISSED_MM))
    if case.thickness_mm is not None:
        found |= _thickness(case, surface)
    found["volume_percent"] = 100 * (surface.volume / case.true_volume - 1)
    if faults:
        found |= mesh_faults(surface)
        found["extra_components"] = found["components"] - case.components
        found["extra_handles"] = found["handles"] - case.handles
    return found


def mesh_faults(surface: Surface) -> dict[str, int]:
    """What is wrong with a mesh once it is written as STL: 32-bit places, equal ones merged.

    Handles are those of a closed surface: components − Euler characteristic ÷ 2. Triangles
    that pass through each other are counted by the library, in exact arithmetic; a test holds
    it against trimesh's and brute force.
    """
    from PrintPrepLib.mesh.faults import mesh_faults as point_faults
    from PrintPrepLib.mesh.self_intersection import self_intersections
    from PrintPrepLib.mesh.triangle_mesh import TriangleMesh

    written = from_soup(surface.corners)
    t = written.triangles
    t = t[(t[:, 0] != t[:, 1]) & (t[:, 1] != t[:, 2]) & (t[:, 2] != t[:, 0])]
    edges = np.sort(np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [2, 0]]]), axis=1)
    keys, uses = np.unique(edges[:, 0] * len(written.points) + edges[:, 1], return_counts=True)
    used, corners = np.unique(t, return_inverse=True)
    ends = np.searchsorted(
        used, np.stack([keys // len(written.points), keys % len(written.points)])
    )
    graph = coo_matrix((np.ones(len(keys), bool), ends), shape=(len(used), len(used)))
    pieces = connected_components(graph, directed=False)[0]
    euler = len(used) - len(keys) + len(t)
    library = TriangleMesh(written.points[used], corners.reshape(-1, 3))
    return {
        "boundary_edges": int(np.count_nonzero(uses == 1)),
        "non_manifold_edges": int(np.count_nonzero(uses > 2)),
        "non_manifold_vertices": point_faults(library).non_manifold_vertices,
        "self_intersections": self_intersections(library).pairs,
        "components": int(pieces),
        "handles": round(pieces - euler / 2),
    }


def _thickness(case: EdgeCase, surface: Surface) -> dict[str, float]:
    """Along rays through the true wall: from where a ray enters the model to where it leaves."""
    from vtkmodules.vtkCommonCore import vtkIdList, vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkStaticCellLocator

    starts, directions = case.rays()
    truth = case.thickness_mm
    # A bound on how far off the model may be: it must not find the next wall.
    room = 1.5 if not case.gap else max(1.0, 0.5 * truth)
    locator = vtkStaticCellLocator()
    polydata = to_polydata(surface)
    locator.SetDataSet(polydata)
    locator.BuildLocator()
    corners = surface.corners
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    crossed, cells = vtkPoints(), vtkIdList()
    lengths = []
    for start, direction in zip(starts, directions, strict=True):
        a = start - room * direction
        locator.IntersectWithLine(a, start + (truth + room) * direction, 1e-6, crossed, cells)
        ids = np.array([cells.GetId(n) for n in range(cells.GetNumberOfIds())], int)
        places = np.array([crossed.GetPoint(n) for n in range(len(ids))]).reshape(-1, 3)
        lengths.append(_crossing(places, ids, normals, a, direction, room, case.gap))
    length = np.array(lengths)
    met = np.isfinite(length)
    if not met.any():
        return {
            "thickness_mean": np.nan,
            "thickness_error": np.nan,
            "thickness_rms": np.nan,
            "thickness_lost": 1.0,
        }
    error = length[met] - truth
    return {
        "thickness_mean": float(length[met].mean()),
        "thickness_error": float(error.mean()),
        "thickness_rms": float(np.sqrt(np.mean(error**2))),
        "thickness_lost": float(1 - met.mean()),
    }


def _crossing(
    places: np.ndarray,
    ids: np.ndarray,
    normals: np.ndarray,
    origin: np.ndarray,
    direction: np.ndarray,
    room: float,
    gap: bool,
) -> float:
    """Length between the first side nearest to its true place and the next second side."""
    along = (places - origin) @ direction - room
    order = np.argsort(along)
    along, sign = along[order], (normals[ids[order]] @ direction)
    first = sign > 0 if gap else sign < 0
    best = np.nan
    for n in np.flatnonzero(first)[np.argsort(np.abs(along[first]))]:
        after = np.flatnonzero(~first & (along > along[n]))
        if len(after):
            best = along[after[0]] - along[n]
            break
    return best


def _normals(distance: Distance, points: np.ndarray, step: float = 1e-4) -> np.ndarray:
    """Unit gradient (N, 3) of a distance."""
    gradient = np.stack(
        [distance(points + e) - distance(points - e) for e in step * np.eye(3)], axis=-1
    )
    return gradient / np.maximum(np.linalg.norm(gradient, axis=-1, keepdims=True), 1e-12)


def _on_surface(distance: Distance, grid: Grid, count: int, seed: int = 5) -> np.ndarray:
    """Points on a surface, by area: those of a thin layer about it, put onto it."""
    random = np.random.default_rng(seed)
    centers = grid.centers().reshape(-1, 3)
    near = centers[np.abs(distance(centers)) < 0.5 * np.linalg.norm(grid.spacing) + 0.1]
    layer, found, enough = 0.05, [], 0
    for _ in range(400):
        chosen = near[random.integers(len(near), size=40 * count)]
        shift = random.uniform(-0.5, 0.5, chosen.shape) * np.asarray(grid.spacing)
        points = chosen + shift @ grid.axes.T
        d = distance(points)
        points, d = points[np.abs(d) < layer], d[np.abs(d) < layer]
        for _step in range(3):
            points = points - d[:, None] * _normals(distance, points)
            d = distance(points)
        found.append(points[np.abs(d) < 1e-4])
        enough += len(found[-1])
        if enough >= count:
            break
    return np.concatenate(found)[:count]


def _volume(distance: Distance, grid: Grid) -> float:
    """mm³ of a body inside the volume."""
    fine = [max(2, int(np.ceil(step / 0.2))) for step in grid.spacing]
    side = float(np.mean([step / n for step, n in zip(grid.spacing, fine, strict=True)]))
    centers = grid.centers().reshape(-1, 3)
    d = distance(centers)
    reach = 0.5 * float(np.linalg.norm(grid.spacing)) + side
    total = float(np.count_nonzero(d <= -reach))
    offsets = (
        np.stack(
            np.meshgrid(
                *[
                    ((np.arange(n) + 0.5) / n - 0.5) * s
                    for n, s in zip(fine, grid.spacing, strict=True)
                ],
                indexing="ij",
            ),
            axis=-1,
        ).reshape(-1, 3)
        @ grid.axes.T
    )
    mixed = centers[np.abs(d) < reach]
    for first in range(0, len(mixed), 20_000):
        share = np.clip(0.5 - distance(mixed[first : first + 20_000, None] + offsets) / side, 0, 1)
        total += float(share.mean(axis=1).sum())
    return total * float(np.prod(grid.spacing))


# Cases


def _case(
    name: str,
    kind: str,
    scene: Sequence[tuple[Distance, float]],
    body: Distance,
    grid: Grid,
    response: Response,
    noise: float,
    *,
    background: float = SOFT,
    threshold: Range = BONE,
    seed: int = 1,
    islands: int = 20,
    **more: Any,
) -> EdgeCase:
    """A scene taken, and the mask that its range makes (islands smaller than so many voxels
    go, as a user would have it)."""
    values = image(scene, background, grid, response)
    values += np.random.default_rng(seed).normal(0, noise, values.shape)
    voxels = np.clip(np.rint(values), -1024, 3071).astype(np.int16)
    low, high = threshold
    what = voxels >= low
    if high is not None:
        what &= voxels <= high
    labels, _ = ndimage.label(what)
    sizes = np.bincount(labels.ravel())
    what &= sizes[labels] >= islands
    return EdgeCase(name, kind, voxels, grid, body, what, response, noise, threshold, **more)


CENTER = (13.37, -21.81, 7.43)
SKEW = rotation_about((1, 2, -1), 25.0)


def _place(x: float = 0, y: float = 0, z: float = 0, axes: np.ndarray = SKEW) -> np.ndarray:
    """A place in the body's own axes, LPS mm."""
    return np.asarray(CENTER) + axes @ np.array([x, y, z], float)


def balls(
    name: str,
    value: float,
    sigma: float,
    *,
    across: float | None = None,
    noise: float = 20.0,
    spacing: tuple[float, float, float] = (0.5, 0.5, 0.7),
    radius: float = 12.0,
    axes: np.ndarray | None = None,
    slab: float = 0.0,
    background: float = SOFT,
    kind: str = "balls",
    **more: Any,
) -> EdgeCase:
    """A ball of one material."""
    body = ball(CENTER, radius)
    half = np.maximum(radius + 4, radius + 2.5 * np.asarray(spacing))
    grid = grid_about(CENTER, half, spacing, axes, seed=int(value))
    return _case(
        name,
        kind,
        [(body, value)],
        body,
        grid,
        blur(sigma, across, slab),
        noise,
        background=background,
        **more,
    )


def shells(
    name: str,
    thickness: float,
    value: float,
    marrow: float,
    sigma: float,
    *,
    across: float | None = None,
    noise: float = 25.0,
    radius: float = 18.0,
    spacing: tuple[float, float, float] = (0.5, 0.5, 0.7),
    axes: np.ndarray | None = None,
    slab: float = 0.0,
    response: Response | None = None,
    kind: str = "shells",
    **more: Any,
) -> EdgeCase:
    """A ball of cortex round marrow."""
    outer, inner = ball(CENTER, radius), ball(CENTER, radius - thickness)
    half = np.maximum(radius + 4, radius + 2.5 * np.asarray(spacing))
    grid = grid_about(CENTER, half, spacing, axes, seed=int(100 * thickness))
    return _case(
        name,
        kind,
        [(outer, value), (inner, marrow)],
        common(outer, outside(inner)),
        grid,
        response or blur(sigma, across, slab),
        noise,
        components=2,
        thickness_mm=thickness,
        outer=lambda p: ball(CENTER, radius - thickness / 2)(p) > 0,
        **more,
    )


def plates(
    name: str,
    thickness: float,
    sigma: float = 0.55,
    value: float = 1200.0,
    sides: tuple[float, float] = (SOFT, SOFT),
    **more: Any,
) -> EdgeCase:
    """A flat wall between two tissues, tilted against the voxels."""
    body = block(CENTER, (24, 20, thickness), SKEW, rim=0.49 * thickness)
    behind = half_space(CENTER, SKEW[:, 2])
    scene = [(behind, sides[1]), (body, value)]
    grid = grid_about(CENTER, (15, 14, 13), (0.45, 0.45, 0.6), seed=3)
    return _case(
        name,
        "plates",
        scene,
        body,
        grid,
        blur(sigma, 0.65),
        25.0,
        background=sides[0],
        thickness_mm=thickness,
        **more,
    )


def rods(name: str, radius: float) -> EdgeCase:
    """A thin rod."""
    body = capsule(_place(-10), _place(10), radius)
    grid = grid_about(CENTER, (14, 12, 12), (0.45, 0.45, 0.6), seed=4)
    return _case(
        name, "tubes", [(body, 1200.0)], body, grid, blur(0.55, 0.65), 25.0, thickness_mm=2 * radius
    )


def tubes(name: str, thickness: float, radius: float = 5.0) -> EdgeCase:
    """A hollow tube, open at both ends."""
    axis = SKEW[:, 0]
    outer = cylinder(CENTER, axis, radius, 22.0)
    inner = cylinder(CENTER, axis, radius - thickness, 60.0)
    body = common(outer, outside(inner))
    scene = [(outer, 1200.0), (cylinder(CENTER, axis, radius - thickness, 22.0), 100.0)]
    grid = grid_about(CENTER, (15, 14, 13), (0.45, 0.45, 0.6), seed=5)
    return _case(
        name,
        "tubes",
        scene,
        body,
        grid,
        blur(0.55, 0.65),
        25.0,
        handles=1,
        thickness_mm=thickness,
        outer=lambda p: cylinder(CENTER, axis, radius - thickness / 2, 60.0)(p) > 0,
    )


def sheets(
    name: str, thickness: float, above: float, value: float = 1100.0, sigma: float = 0.5
) -> EdgeCase:
    """A curved sheet over an air-filled hollow, ending in a thick rim: an orbital floor.

    The hollow is whole; where it has no bone it meets the tissue.
    """
    radius, angle = 16.0, 42.0
    axis = SKEW[:, 2]
    ring_at = np.asarray(CENTER) + axis * radius * np.cos(np.deg2rad(angle))
    rim = torus(ring_at, axis, radius * np.sin(np.deg2rad(angle)), 2.2)
    sheet = cap(CENTER, axis, radius, angle, thickness)
    sinus = ball(CENTER, radius)
    body = joined(rim, sheet)
    middle = np.asarray(CENTER) + 12 * axis
    grid = grid_about(middle, (17, 17, 12), (0.45, 0.45, 0.6), seed=6)
    limit = np.cos(np.deg2rad(angle - 12))

    def on_sheet(p: np.ndarray) -> np.ndarray:
        offset = p - np.asarray(CENTER)
        return offset @ axis > limit * np.linalg.norm(offset, axis=-1)

    return _case(
        name,
        "sheets",
        [(sinus, AIR), (rim, value), (sheet, value)],
        body,
        grid,
        blur(sigma, 0.6),
        25.0,
        background=above,
        thickness_mm=thickness,
        outer=lambda p: on_sheet(p) & (sinus(p) > 0),
    )


def joints(
    name: str, gap: float, sigma: float = 0.55, cartilage: float = 80.0, value: float = 1000.0
) -> EdgeCase:
    """A head in its socket, cartilage between them."""
    axis = SKEW[:, 2]
    head = ball(CENTER, 9.0)
    hollow = ball(CENTER, 9.0 + gap)
    above = half_space(np.asarray(CENTER) + 2.0 * axis, -axis)
    socket = common(ball(CENTER, 14.0 + gap), outside(hollow), above)
    capsule_space = common(hollow, above)
    body = joined(head, socket)
    grid = grid_about(np.asarray(CENTER) + 3 * axis, (19, 19, 17), (0.5, 0.5, 0.65), seed=7)
    middle = ball(CENTER, 9.0 + gap / 2)
    return _case(
        name,
        "joints",
        [(socket, value), (capsule_space, cartilage), (head, value)],
        body,
        grid,
        blur(sigma, 0.65),
        25.0,
        components=2,
        thickness_mm=gap,
        gap=True,
        outer=lambda p: middle(p) < 0,
    )


def sutures(name: str, gap: float, sigma: float = 0.5) -> EdgeCase:
    """Two pieces of a skull's roof that interlock, a narrow gap between them."""
    axes = SKEW
    x = np.arange(-40.0, 41.0, 4.0)
    line = np.column_stack([x, np.where(np.arange(len(x)) % 2, 1.5, -1.5)])
    # In the plane of the plate, about its middle.
    line = line + (np.asarray(CENTER) @ axes)[:2]
    plate = block(CENTER, (24, 18, 4.0), axes, rim=1.0)
    seam = curtain(line, axes, gap)
    body = common(plate, outside(seam))
    grid = grid_about(CENTER, (16, 14, 13), (0.4, 0.4, 0.5), seed=8)

    def deep(p: np.ndarray) -> np.ndarray:
        return np.abs((p - np.asarray(CENTER)) @ axes[:, 2]) < 1.5

    return _case(
        name,
        "sutures",
        [(plate, 1200.0), (common(seam, plate), 60.0)],
        body,
        grid,
        blur(sigma, 0.55),
        25.0,
        components=2,
        thickness_mm=gap,
        gap=True,
        outer=deep,
    )


def skins(name: str, tissue: float = SOFT, depth: float = 3.0) -> EdgeCase:
    """Skin under air with bone behind it; the whole body is meant."""
    body, bone = ball(CENTER, 16.0), ball(CENTER, 16.0 - depth)
    grid = grid_about(CENTER, 19.5, (0.5, 0.5, 0.7), seed=9)
    return _case(
        name,
        "skin",
        [(body, tissue), (bone, 1200.0)],
        body,
        grid,
        blur(0.6, 0.7),
        20.0,
        background=AIR,
        threshold=(-300.0, None),
    )


def airways(name: str) -> EdgeCase:
    """A branching airway in soft tissue, closed on all sides."""
    fork = _place(0, 0, 0)
    body = joined(
        capsule(_place(-10), fork, 5.0),
        capsule(fork, _place(9, 6), 3.5),
        capsule(fork, _place(9, -6), 3.5),
    )
    grid = grid_about(CENTER, (19, 18, 17), (0.6, 0.6, 0.8), seed=10)
    return _case(
        name, "airway", [(body, AIR)], body, grid, blur(0.6, 0.8), 20.0, threshold=(-1100.0, -500.0)
    )


def vessels(name: str, contrast: float = 350.0) -> EdgeCase:
    """A vessel full of contrast medium that lies on bone; both are meant."""
    bone = ball(CENTER, 9.0)
    vessel = capsule(_place(-10, 0, 10.0), _place(10, 0, 10.0), 2.5)
    body = joined(bone, vessel)
    grid = grid_about(np.asarray(CENTER) + 2 * SKEW[:, 2], (16, 15, 15), (0.5, 0.5, 0.6), seed=11)
    return _case(
        name, "vessel", [(vessel, contrast), (bone, 1000.0)], body, grid, blur(0.55, 0.65), 25.0
    )


def teeth(name: str) -> EdgeCase:
    """Enamel on dentine."""
    dentine = joined(ball(CENTER, 5.0), capsule(CENTER, _place(0, 0, -12), 3.0))
    crown = common(ball(CENTER, 6.2), half_space(_place(0, 0, -1), -SKEW[:, 2]))
    grid = grid_about(_place(0, 0, -4), (10, 10, 14), (0.4, 0.4, 0.5), seed=12)
    return _case(
        name,
        "tooth",
        [(crown, 2600.0), (dentine, 1500.0)],
        joined(crown, dentine),
        grid,
        blur(0.5, 0.55),
        30.0,
    )


def metals(name: str, away: float = 2.0) -> EdgeCase:
    """A screw beside bone; its grey values end at what the scanner can hold."""
    bone = ball(CENTER, 10.0)
    screw = capsule(_place(-6, 0, 10 + away + 2), _place(6, 0, 10 + away + 2), 2.0)
    grid = grid_about(
        np.asarray(CENTER) + 2.5 * SKEW[:, 2], (15, 15, 17), (0.5, 0.5, 0.65), seed=13
    )
    return _case(
        name,
        "metal",
        [(bone, 1100.0), (screw, 9000.0)],
        joined(bone, screw),
        grid,
        blur(0.55, 0.65),
        25.0,
        components=2,
        counted=lambda p: screw(p) > 5.5,
    )


def paddings(name: str) -> EdgeCase:
    """A round field with padding round it, which cuts a body."""
    made = shells(name, 2.0, 1200.0, 100.0, 0.6, radius=12.0, kind="padding")
    shift = np.asarray(CENTER) + np.array([-4.0, 3.0, 0.0])
    radius = 12.0
    offset = (made.grid.centers() - shift)[..., :2]
    beyond = np.linalg.norm(offset, axis=-1) > radius
    voxels = np.where(beyond, np.int16(-2000), made.voxels)
    pipe = cylinder(shift, (0, 0, 1), radius, 400.0)
    body = common(made.distance, pipe)
    return replace(
        made,
        voxels=voxels,
        what=made.what & ~beyond,
        distance=body,
        components=1,
        counted=lambda p: pipe(p) < -2.0,
        thickness_mm=2.0,
    )


def cuts(name: str, what: str) -> EdgeCase:
    """A shell (or a ball) that the end of the volume cuts."""
    grid = grid_about(np.add(CENTER, (5, 0, 4)), (13, 15, 12), (0.5, 0.5, 0.7), seed=14)
    outer, inner = ball(CENTER, 12.0), ball(CENTER, 10.0)
    scene = [(outer, 1200.0)] + ([(inner, 100.0)] if what == "shell" else [])
    whole = outer if what == "ball" else common(outer, outside(inner))
    box = grid.box()
    return _case(
        name,
        "cut",
        scene,
        common(whole, box),
        grid,
        blur(0.6, 0.7),
        25.0,
        # Two openings make a ring of the shell.
        handles=1 if what == "shell" else 0,
        thickness_mm=2.0 if what == "shell" else None,
        outer=(lambda p: ball(CENTER, 11.0)(p) > 0) if what == "shell" else None,
        counted=lambda p: box(p) < -2.0,
    )


def resonances(name: str, scale: float, base: float) -> EdgeCase:
    """MR: a bright body in grey tissue, values that mean nothing absolute."""
    body = joined(ball(CENTER, 9.0), capsule(CENTER, _place(14), 4.0))
    grid = grid_about(_place(4), (19, 17, 16), (0.6, 0.6, 1.0), seed=15)
    middle = base + 0.45 * scale
    made = _case(
        name,
        "mr",
        [(body, base + scale)],
        body,
        grid,
        blur(0.6, 0.8),
        0.04 * scale,
        background=base,
        threshold=(middle, None),
    )
    return replace(made, modality="MR", background=0.0)


def kernels(name: str, sharp: bool) -> EdgeCase:
    """One head in two kernels: thick and thin walls, a hollow, a knob, the same noise-free scene.

    Take both by ``kernels/soft`` and ``kernels/sharp``: same grid, same body.
    """
    outer = joined(ball(CENTER, 17.0), capsule(_place(0, 0, 14), _place(0, 8, 20), 3.0))
    inner = ball(_place(0, 0, 1.0), 14.0)
    ridge = torus(_place(), SKEW[:, 0], 13.0, 1.0)
    body = joined(common(outer, outside(inner)), common(outer, ridge))
    grid = grid_about(_place(0, 2, 2), (21, 24, 26), (0.5, 0.5, 0.7), seed=16)
    response = sharpening(0.48, 0.95, 0.45, 0.6) if sharp else blur(0.65, 0.6)
    return _case(
        name,
        "kernels",
        [(outer, 1200.0), (inner, 90.0), (ridge, 1200.0)],
        body,
        grid,
        response,
        45.0 if sharp else 15.0,
        components=2,
        seed=2 if sharp else 1,
    )


def masks(name: str, error: float = 0.5, coarse: float = 1.5) -> EdgeCase:
    """A mask of coarse voxels with errors along its boundary, as a network makes one."""
    body = joined(ball(CENTER, 11.0), capsule(CENTER, _place(15), 4.5))
    grid = grid_about(_place(5), (20, 18, 17), (0.6, 0.6, 0.6), seed=17)
    made = _case(name, "masks", [(body, 700.0)], body, grid, blur(0.6, 0.65), 25.0)
    rough = grid_about(_place(5), (24, 22, 21), (coarse,) * 3, seed=18)
    waves = ndimage.gaussian_filter(
        np.random.default_rng(19).normal(size=rough.shape), 3.0 / coarse, mode="wrap"
    )
    coarse_mask = body(rough.centers()) + error * waves / waves.std() < 0
    ijk = (made.grid.centers() - rough.origin) @ rough.axes / np.asarray(rough.spacing)
    nearest = np.clip(np.rint(ijk).astype(int), 0, np.array(rough.shape[::-1]) - 1)
    what = coarse_mask[nearest[..., 2], nearest[..., 1], nearest[..., 0]]
    return replace(made, what=what, threshold=None)


def _registry() -> dict[str, Callable[[], EdgeCase]]:
    made: dict[str, Callable[[], EdgeCase]] = {}

    def add(name: str, maker: Callable[..., EdgeCase], *args: Any, **more: Any) -> None:
        made[name] = partial(maker, name, *args, **more)

    for value in (300.0, 500.0, 700.0, 1000.0, 1500.0):
        for sigma in (0.45, 0.6, 0.8):
            add(f"ball/{value:.0f} HU, blur {sigma}", balls, value, sigma, across=sigma + 0.1)
    for n, thickness in enumerate((0.75, 1.0, 1.5, 2.0, 3.0, 5.0)):
        for value, marrow, sigma in (
            (1000.0, 60.0, 0.5),
            (1200.0, 100.0, 0.6),
            (1400.0, 150.0, 0.7),
        ):
            if n < 3 or sigma == 0.6:
                add(
                    f"shell/{thickness} mm, {value:.0f} HU, blur {sigma}",
                    shells,
                    thickness,
                    value,
                    marrow,
                    sigma,
                    across=sigma + 0.05,
                )
    for thickness in (0.5, 0.75, 1.0, 1.5):
        add(f"plate/{thickness} mm", plates, thickness)
    add("plate/0.75 mm, air and tissue", plates, 0.75, sides=(SOFT, AIR))
    add("rod/1.5 mm", rods, 0.75)
    add("rod/3 mm", rods, 1.5)
    for thickness in (0.75, 1.0, 1.5):
        add(f"tube/{thickness} mm", tubes, thickness)
    for thickness in (0.3, 0.5, 0.75, 1.0):
        add(f"sheet/{thickness} mm, air and fat", sheets, thickness, FAT)
    for thickness in (0.5, 1.0):
        add(f"sheet/{thickness} mm, air and tissue", sheets, thickness, SOFT)
    for gap in (0.5, 0.75, 1.0, 1.5, 2.0, 3.0):
        add(f"joint/{gap} mm", joints, gap)
    for gap in (0.3, 0.5, 0.8):
        add(f"suture/{gap} mm", sutures, gap)
    add("skin/tissue", skins)
    add("skin/fat", skins, FAT)
    add("airway", airways)
    add("vessel", vessels)
    add("tooth", teeth)
    add("metal", metals)
    add("padding", paddings)
    add("cut/ball", cuts, "ball")
    add("cut/shell", cuts, "shell")
    for noise in (10.0, 25.0, 40.0, 60.0, 80.0):
        add(f"noise/ball, {noise:.0f} HU", balls, 1000.0, 0.6, noise=noise, kind="noise")
        add(
            f"noise/shell, {noise:.0f} HU",
            shells,
            2.0,
            1200.0,
            100.0,
            0.6,
            noise=noise,
            kind="noise",
            radius=12.0,
        )
    for step in (0.6, 1.0, 1.5, 2.0, 3.0):
        across = {"across": 0.35 * step + 0.2, "slab": step, "spacing": (0.45, 0.45, step)}
        add(f"step/ball, {step} mm", balls, 1000.0, 0.55, kind="steps", **across)
        add(
            f"step/shell, {step} mm",
            shells,
            3.0,
            1200.0,
            100.0,
            0.55,
            kind="steps",
            radius=14.0,
            **across,
        )
    turned = rotation_about((2, -1, 1), 33.0)
    add(
        "oblique/ball",
        balls,
        800.0,
        0.5,
        across=0.9,
        axes=turned,
        spacing=(0.4, 0.4, 1.0),
        kind="oblique",
    )
    add(
        "oblique/shell",
        shells,
        1.5,
        1200.0,
        100.0,
        0.5,
        across=0.9,
        axes=turned,
        radius=14.0,
        spacing=(0.4, 0.4, 1.0),
        kind="oblique",
    )
    add("anisotropic/ball", balls, 800.0, 0.45, across=1.1, spacing=(0.4, 0.4, 1.2), kind="oblique")
    add("mr/large numbers", resonances, 2000.0, 500.0)
    add("mr/small numbers", resonances, 60.0, 20.0)
    add("kernels/soft", kernels, False)
    add("kernels/sharp", kernels, True)
    add("masks/1.5 mm", masks)
    return made


#: The maker of each case, by its name.
CASES = _registry()


def case(name: str) -> EdgeCase:
    """Make the case of that name."""
    return CASES[name]()


def cases(*starts: str) -> Iterator[EdgeCase]:
    """Make the cases whose names begin so, one after the other; none given: all."""
    for name, maker in CASES.items():
        if not starts or name.startswith(starts):
            yield maker()
