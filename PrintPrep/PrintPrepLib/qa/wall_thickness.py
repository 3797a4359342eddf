"""How thick the walls of a model are, at places spread over its surface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, meanwhile, part, report
from ..mesh.proximity import SurfaceSearch
from ..mesh.sampling import Surface
from ..mesh.triangle_mesh import BATCH, TriangleMesh, bounds
from .histogram import binned

#: Places that are measured unless told otherwise: one on so many mm², within these limits.
_SAMPLE_MM2 = 0.5
FEWEST_SAMPLES, MOST_SAMPLES = 2_000, 20_000
#: What is thicker is no wall; its own thickness would take longer than all walls together,
#: and decides nothing.
THICKEST_MM = 10.0
#: The thinnest wall that is taken as printable when no technology is named: what print
#: services ask of filament printers, and more than resin and powder need.
LIMIT_MM = 1.0
#: Two surfaces bound a wall when their outward normals are at least 135° apart.
FACING_COSINE = -np.sqrt(0.5)
#: A ball that is touched only this much (of its radius) before its rim has found its size.
_TOUCH = 1e-3
#: Balls have settled after two or three steps; more would only be a dead end.
_MOST_STEPS = 8
#: Samples that a point of the map is interpolated from, and how many sample distances off
#: the nearest may lie.
_NEIGHBOURS = 4
_REACH = 3.0


@dataclass(frozen=True, eq=False)
class WallThickness:
    """Thickness of the walls at ``samples`` places, spread evenly over the area.

    :param points: (S, 3) the places, LPS mm.
    :param values_mm: (S,) thickness there; NaN where no wall was found.
    :param spacing_mm: mean distance between neighbouring places: a thin spot that is
        smaller may lie between them.
    """

    points: np.ndarray
    values_mm: np.ndarray
    spacing_mm: float

    @property
    def samples(self) -> int:
        """Number of places."""
        return len(self.points)

    @property
    def unmeasured(self) -> int:
        """Places without an opposite wall: at blunt edges, and before the holes of open meshes."""
        return int(np.count_nonzero(np.isnan(self.values_mm)))

    def thin_share(self, limit_mm: float) -> float:
        """Share of the measured places whose wall is thinner than ``limit_mm``; NaN for none."""
        known = self.values_mm[~np.isnan(self.values_mm)]
        return float(np.mean(known < limit_mm)) if len(known) else float("nan")

    def as_record(self, limit_mm: float = LIMIT_MM) -> dict[str, Any]:
        """What the record holds; no figures where nothing could be measured."""
        counts = {"samples": self.samples, "unmeasured": self.unmeasured, "limit_mm": limit_mm}
        if self.unmeasured == self.samples:
            return counts
        smallest, p1, p5, median = np.nanpercentile(self.values_mm, [0, 1, 5, 50])
        return {
            "min_mm": float(smallest),
            "p1_mm": float(p1),
            "p5_mm": float(p5),
            "median_mm": float(median),
            "thin_share": self.thin_share(limit_mm),
            "place_mm": self.points[np.nanargmin(self.values_mm)].tolist(),
            "spacing_mm": self.spacing_mm,
            "histogram": binned(self.values_mm),
            **counts,
        }


def wall_thickness(
    mesh: TriangleMesh, samples: int | None = None, progress: Progress | None = None
) -> WallThickness:
    """The thickness of the wall below each of ``samples`` places on the surface.

    The thickness at a place is the diameter of the largest ball that lies inside the wall
    and touches the surface there (Hildebrand and Rüegsegger, J Microsc 185, 1997), found by
    shrinking: a ray along the inward normal gives the first diameter, then the surface
    point nearest to the ball's centre a smaller one, until nothing lies inside (Ma, Bae
    and Choi, Vis Comput 28, 2012). On parallel walls ball and ray agree; where the normal
    leans, because the wall tapers or the surface is noisy, only the ball is right.

    Inside every convex edge that ball shrinks to nothing, though nothing is thin there. So
    only surfaces that *face* each other bound a wall: outward normals at least 135° apart.
    The flanks of an edge blunter than 45° are no wall; sharper, they are a thinning fin. A
    ball that is touched by something else first keeps the size it has. Where nothing
    faces the place, its thickness is NaN. The rim of a wall that blur has rounded is
    thinner than the wall, and measured as such. Where a ball of ``THICKEST_MM`` finds room,
    that is the value.

    :param samples: None: by the area.
    :param mesh: outward oriented, LPS mm. On an open mesh the rays that leave through its
        holes find nothing; they are counted as unmeasured.
    :raises ValueError: the mesh has no triangle.
    :raises Cancelled: progress asked for it.
    """
    low, high = bounds(mesh)
    report(progress, 0.0, _("Measuring the walls"))
    # About the middle: a patient far from the origin costs no digits.
    middle = (low + high) / 2
    mesh = TriangleMesh(mesh.points - middle, mesh.triangles)
    surface = meanwhile(progress, 0.0, _("Measuring the walls"), lambda: Surface(mesh))
    report(progress, 0.1, _("Measuring the walls"))
    search, area = SurfaceSearch(surface), float(surface.areas.sum())
    if samples is None:
        samples = int(np.clip(area / _SAMPLE_MM2, FEWEST_SAMPLES, MOST_SAMPLES))
    points, owners = surface.samples(samples)
    normals = surface.normals[owners]
    report(progress, 0.2, _("Measuring the walls"))
    reach = float(np.linalg.norm(high - low)) + 1.0
    lengths, hit = search.along(
        points, -normals, reach, part(progress, 0.2, 0.5), _("Measuring the walls")
    )
    lengths = np.minimum(lengths, THICKEST_MM)
    values = np.full(samples, np.nan)
    facing = np.flatnonzero(~np.isnan(lengths))
    facing = facing[_facing(normals[facing], surface.normals[hit[facing]])]
    values[facing] = lengths[facing]
    _shrink(surface, search, points, normals, lengths, values, part(progress, 0.5, 1.0))
    return WallThickness(points + middle, values, float(np.sqrt(area / samples)))


def thickness_map(
    mesh: TriangleMesh, thickness: WallThickness, progress: Progress | None = None
) -> np.ndarray:
    """Thickness at every point of the mesh (N,), for display.

    The mean of the nearest measured places, weighted by their inverse squared distance;
    NaN where the nearest place has no thickness, or lies more than three times the
    distance between places away.
    """
    from scipy.spatial import cKDTree

    tree = meanwhile(progress, 0.0, _("Mapping the walls"), lambda: cKDTree(thickness.points))
    near = min(_NEIGHBOURS, thickness.samples)
    reach = _REACH * thickness.spacing_mm
    result = np.empty(len(mesh.points))
    for first in range(0, len(mesh.points), BATCH):
        report(progress, first / len(mesh.points), _("Mapping the walls"))
        batch = mesh.points[first : first + BATCH]
        distance, index = tree.query(batch, k=near, workers=-1)
        distance, index = distance.reshape(len(batch), near), index.reshape(len(batch), near)
        values = thickness.values_mm[index]
        weights = np.where(np.isnan(values), 0.0, 1 / np.maximum(distance, 1e-6) ** 2)
        mean = (weights * np.nan_to_num(values)).sum(axis=1) / np.maximum(
            weights.sum(axis=1), np.finfo(float).tiny
        )
        known = ~np.isnan(values[:, 0]) & (distance[:, 0] <= reach)
        result[first : first + BATCH] = np.where(known, mean, np.nan)
    return result


def _shrink(
    surface: Surface,
    search: SurfaceSearch,
    points: np.ndarray,
    normals: np.ndarray,
    lengths: np.ndarray,
    values: np.ndarray,
    progress: Progress | None,
) -> None:
    """Shrink the ball below each place until no facing surface lies in it; fills ``values``."""
    radii = lengths / 2
    active = np.flatnonzero(~np.isnan(lengths))
    for step in range(_MOST_STEPS):
        if len(active) == 0:
            return
        # Nearly all the work is in the first two steps.
        share = part(progress, 1 - 0.5**step, 1 - 0.5 ** (step + 1))
        p, n, r = points[active], normals[active], radii[active]
        nearest, owner = search.feet(p - n * r[:, None], share, _("Measuring the walls"))
        chord = p - nearest
        depth = np.einsum("ij,ij->i", chord, n)
        distance = np.linalg.norm(nearest - (p - n * r[:, None]), axis=1)
        inside = (distance < r * (1 - _TOUCH)) & (depth > 0)
        inside &= _facing(n, surface.normals[owner])
        active, chord, depth = active[inside], chord[inside], depth[inside]
        # The ball through the place, with its centre on the normal, and through that point.
        radii[active] = np.einsum("ij,ij->i", chord, chord) / (2 * depth)
        values[active] = 2 * radii[active]


def _facing(normals: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Whether each normal faces the one before it: opposite sides of a wall."""
    return np.einsum("ij,ij->i", normals, others) <= FACING_COSINE
