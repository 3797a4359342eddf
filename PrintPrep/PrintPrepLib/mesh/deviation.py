"""How far a changed surface lies from the one it was made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from ..core.errors import MeshError
from ..core.phrases import _
from ..core.progress import Progress, meanwhile, part, report
from .proximity import SurfaceSearch, to_triangles
from .sampling import Surface
from .triangle_mesh import BATCH, TriangleMesh, compact

_MEASURING = _("Measuring the deviation")
#: Points spread over the changed surface by area; mean, RMS and p95 are theirs.
SAMPLES = 60_000
#: Triangles near a point whose exact distances bound the distance of that point.
_NEAREST = 4
#: Points of one direction that are measured exactly at most, the farthest first.
_MOST_EXACT = 50_000


@dataclass(frozen=True)
class Deviation:
    """What smoothing or decimation did to a surface.

    :param volume_change_percent: enclosed volume against the original's, signed.
    :param max_mm: largest distance, in both directions: of all corners and the samples of
        the changed surface to the original, and of all corners of the original to the
        changed surface. Never understated for these points.
    :param mean_mm: mean distance of the samples of the changed surface to the original.
    :param rms_mm: root mean square of the same.
    :param p95_mm: what 95 % of the samples stay below.
    :param signed_mean_mm: mean with sign, positive where the changed surface lies outside.
    :param samples: number of samples, spread evenly over the changed surface's area.
    """

    volume_change_percent: float
    max_mm: float
    mean_mm: float
    rms_mm: float
    p95_mm: float
    signed_mean_mm: float
    samples: int


def deviation(
    changed: TriangleMesh, original: TriangleMesh, progress: Progress | None = None
) -> Deviation:
    """Measure ``changed`` against ``original``, both LPS mm and outward oriented.

    :raises MeshError: one of the two has no surface.
    :raises Cancelled: progress asked for it.
    """
    for mesh in (changed, original):
        if len(mesh.triangles) == 0:
            raise MeshError(_("the model has no surface"), remedy=_("Check the threshold"))
    report(progress, 0.0, _MEASURING)
    # About the middle of the original: a patient far from the origin costs no digits.
    middle = original.points[original.triangles[:, 0]].mean(axis=0)
    searches = []
    for number, mesh in enumerate((original, changed)):
        surface = meanwhile(progress, 0.05 * number, _MEASURING, partial(_centred, mesh, middle))
        report(progress, 0.05 * number + 0.02, _MEASURING)
        searches.append(SurfaceSearch(surface))
        report(progress, 0.05 * number + 0.05, _MEASURING)
    forth, back = searches
    volume = forth.surface.volume
    samples = back.surface.samples(SAMPLES)[0]
    # Outside is where the triangles face to, also where the mesh is open.
    signed = forth.nearest(samples, part(progress, 0.1, 0.3)).signed * forth.surface.outwards
    distance = np.abs(signed)
    report(progress, 0.3, _MEASURING)
    farthest = float(distance.max())
    farthest = _farthest(forth, back.surface.mesh.points, farthest, part(progress, 0.3, 0.6))
    farthest = _farthest(back, forth.surface.mesh.points, farthest, part(progress, 0.6, 1.0))
    return Deviation(
        volume_change_percent=100 * (back.surface.volume / volume - 1) if volume else 0.0,
        max_mm=farthest,
        mean_mm=float(distance.mean()),
        rms_mm=float(np.sqrt(np.mean(distance**2))),
        p95_mm=float(np.percentile(distance, 95)),
        signed_mean_mm=float(signed.mean()),
        samples=len(samples),
    )


def _centred(mesh: TriangleMesh, middle: np.ndarray) -> Surface:
    return Surface(compact(TriangleMesh(mesh.points - middle, mesh.triangles)))


def _farthest(
    search: SurfaceSearch, points: np.ndarray, known: float, progress: Progress | None
) -> float:
    """The largest distance of the points, or ``known`` where none is farther.

    Exact distances of all points would take a minute. A bound from above is quick, and
    only points whose bound is beyond the largest distance so far can be farther.
    """
    bound = _bounds(search.surface, points, progress)
    order = np.flatnonzero(bound > known)
    order = order[np.argsort(-bound[order])]
    done = 0
    while done < len(order) and bound[order[done]] > known:
        if done >= _MOST_EXACT:
            return float(bound[order[done]])  # rather too much than too little
        batch = points[order[done : done + 2000]]
        report(progress, 1.0, _MEASURING)
        distance = np.linalg.norm(batch - search.feet(batch)[0], axis=1)
        known = max(known, float(distance.max()))
        done += len(batch)
    return known


def _bounds(surface: Surface, points: np.ndarray, progress: Progress | None) -> np.ndarray:
    """Distance to the nearest of a few triangles near each point: never too small."""
    from scipy.spatial import cKDTree

    corners = surface.mesh.points[surface.mesh.triangles]

    def planted() -> tuple[cKDTree, np.ndarray]:
        # Long triangles are near to points that are far from their centres.
        samples, owners = surface.samples(len(points) // 2 + 1)
        seeds = np.concatenate((corners.mean(axis=1), samples))
        owners = np.concatenate((np.arange(len(corners)), owners))
        return cKDTree(seeds, balanced_tree=False, compact_nodes=False), owners

    tree, owners = meanwhile(progress, 0.0, _MEASURING, planted)
    bound = np.empty(len(points))
    nearest = min(_NEAREST, len(owners))
    for first in range(0, len(points), BATCH):
        report(progress, first / len(points), _MEASURING)
        batch = points[first : first + BATCH]
        found = owners[tree.query(batch, k=nearest, workers=-1)[1].ravel()]
        distances = to_triangles(np.repeat(batch, nearest, axis=0), corners[found])
        bound[first : first + BATCH] = distances.reshape(-1, nearest).min(axis=1)
    return bound
