"""How far a model lies from the edges of the anatomy, whatever was done to it since.

The model's own making plays no part: at places spread over the mesh as it is now the grey values
along its normals are fitted anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, meanwhile, part, report
from ..mesh.sampling import Surface, unit
from ..mesh.triangle_mesh import TriangleMesh
from ..surface.edge_material import LEAST_PLACES, THICK, Blur
from ..surface.edge_profiles import GUARD, NEIGHBOUR, Edges, Grey, Places, fit_edges, seen
from ..surface.edge_shape import blurred_curvature, in_threads
from ..surface.edges import KEPT, EdgeSurface
from ..surface.grey_distance import GreyLevel, distances
from .histogram import binned
from .segment_edits import near_edits
from .surface_accuracy import REACH_MM, distance_figures

#: Places that are fitted.
SAMPLES = 30_000
#: Places that tell the curvature lie so far apart, mm, as far as that makes no more than so many.
_APART_MM, _MOST_PLACES = 0.8, 120_000
#: A fit is believed whose standard deviation stays below, mm, and whose contrast is so many times
#: the noise.
_UNSURE_MM, _LEAST_CONTRAST = 0.5, 4.0
#: Curvature moves an edge by this share of the blur at most.
_MOST_CURVED = 0.25
#: A point of the mesh has the distance of the places so near, mm.
_NEAR_MM = 3.0
#: How each sample ended.
_COMPARED, _CUT, _EDITED, _KEPT, _NO_EDGE = range(5)


@dataclass(frozen=True)
class EdgeTruth:
    """The distances of places on a model from the edges in the images.

    :param points: (N, 3) LPS mm, spread over the model by area.
    :param away_mm: (N,) positive where the model lies outside; NaN where nothing was compared.
    :param outcome: (N,) why.
    :param thin: (N,) whether the wall there is thinner than its own profile can tell.
    :param moved_mm: (N,) how far the edge lies from where the range of grey values alone would
        put the surface, positive outwards; NaN where either is not known.
    :param doubt_mm: median standard deviation of the fits; None where there is none.
    """

    points: np.ndarray
    away_mm: np.ndarray
    outcome: np.ndarray
    thin: np.ndarray
    moved_mm: np.ndarray
    doubt_mm: float | None


def edge_truth(
    mesh: TriangleMesh,
    edge: EdgeSurface,
    voxels: np.ndarray,
    ijk_to_lps: np.ndarray,
    low: float | None,
    high: float | None,
    field: np.ndarray,
    mask: np.ndarray | None = None,
    samples: int = SAMPLES,
    progress: Progress | None = None,
) -> EdgeTruth | None:
    """Measure a mesh against the edges that the grey values about it show.

    What blur does to curved surfaces is taken out. Where a wall is thinner than its profile can
    tell, it is taken to be of the material of the thicker ones nearby.

    :param mesh: LPS mm, outward oriented, with a surface.
    :param edge: what the mesh was made as; tells the blur and what was kept.
    :param low, high: the range that made the segment; None: unbounded.
    :param field: (K, 4) first and last i and j of the acquired field of each plane (inclusive).
    :param mask: the segment; where it was painted or erased the images cannot tell.
    :return: None where the blur of the scan is not known, so that nothing can be fitted.
    :raises Cancelled: progress asked for it.
    """
    blur = edge.blur
    if blur is None:
        return None
    message = _("Comparing with the edges")
    report(progress, 0.0, message)
    places, raised = meanwhile(progress, 0.0, message, lambda: _places(mesh, blur, samples))
    points, normals = places
    nearest = meanwhile(progress, 0.1, message, lambda: _nearest(edge.mesh.points, points))
    grey = Grey(voxels, ijk_to_lps, field, _whole(voxels))
    grey.sign = _sign(grey, points, normals)
    noise = max(grey.noise(), 1e-3)
    edges, thin = _fitted(grey, points, normals, blur, noise, part(progress, 0.2, 0.7))
    outcome = np.full(len(points), _COMPARED, np.uint8)
    with np.errstate(invalid="ignore"):
        sound = np.isfinite(edges.body) & (np.abs(edges.body) <= REACH_MM)
        sound &= (edges.sd < _UNSURE_MM) & (edges.contrast > _LEAST_CONTRAST * noise)
    outcome[~sound] = _NO_EDGE
    outcome[edge.marks[nearest] == KEPT] = _KEPT
    margin = 2 * np.array([blur.in_plane, blur.in_plane, blur.across]) / grey.spacing_mm
    outcome[~grey.acquired(grey.ijk(points), margin)] = _CUT
    bounded = low is not None or high is not None
    if mask is not None and bounded:
        edits = partial(near_edits, points, mask, voxels, low, high, ijk_to_lps, field)
        outcome[meanwhile(progress, 0.7, message, edits)] = _EDITED
    compared = outcome == _COMPARED
    away = np.where(compared, -(edges.body + raised), np.nan)
    moved = np.full(len(points), np.nan)
    if bounded:
        level = GreyLevel(voxels, ijk_to_lps, low, high, field)
        by_range = distances(level, points, normals, REACH_MM, part(progress, 0.75, 1.0))[0]
        moved = by_range - away
    doubt = float(np.median(edges.sd[compared])) if compared.any() else None
    return EdgeTruth(points, away, outcome, thin & compared, moved, doubt)


def edge_truth_record(
    truth: EdgeTruth, refinement: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """``model.surface_truth`` of a record whose surface lies at the edges.

    :param refinement: what smoothing and decimation did, as kept with the model.
    """
    shares = {
        name: float(np.mean(truth.outcome == number))
        for name, number in (
            ("cut_share", _CUT),
            ("edited_share", _EDITED),
            ("kept_share", _KEPT),
            ("no_edge_share", _NO_EDGE),
        )
    }
    moved = truth.moved_mm[np.isfinite(truth.moved_mm)]
    return {
        "to": "edge",
        "total": distance_figures(truth.away_mm[np.isfinite(truth.away_mm)]),
        "samples": len(truth.away_mm),
        **shares,
        "thin_share": float(truth.thin.mean()),
        "doubt_mm": truth.doubt_mm,
        "moved_mm": None
        if len(moved) == 0
        else {
            "mean": float(moved.mean()),
            "p05": float(np.percentile(moved, 5)),
            "p95": float(np.percentile(moved, 95)),
        },
        "histogram": binned(truth.away_mm),
        "refinement": None if refinement is None else dict(refinement),
    }


def edge_maps(
    mesh: TriangleMesh, edge: EdgeSurface, truth: EdgeTruth | None
) -> dict[str, np.ndarray]:
    """Values at every point of the mesh, (N,) float32 each.

    ``DistanceToEdgeMm`` is how far the model lies outside of the edge, ``EdgeMovedMm`` how far the
    edge outside of where the range puts the surface: means of the places nearby, NaN where none
    is; ``EdgeMark`` 0 where the edge was fitted, 1 where the wall is thin, 2 where the former
    surface was kept.
    """
    marks = edge.marks[_nearest(edge.mesh.points, mesh.points)].astype(np.float32)
    away = moved = np.full(len(mesh.points), np.nan, np.float32)
    if truth is not None:
        away = _spread(truth.points, truth.away_mm, mesh.points)
        moved = _spread(truth.points, truth.moved_mm, mesh.points)
    return {"DistanceToEdgeMm": away, "EdgeMovedMm": moved, "EdgeMark": marks}


def _spread(places: np.ndarray, values: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The values (N,) of places at points (M, 3), float32: weighted means of the nearest ones."""
    from scipy.spatial import cKDTree

    result = np.full(len(points), np.nan, np.float32)
    known = np.isfinite(values)
    if not known.any():
        return result
    numbers = range(1, min(4, int(known.sum())) + 1)
    tree = cKDTree(places[known])
    far, index = tree.query(points, numbers, distance_upper_bound=_NEAR_MM, workers=-1)
    weight = np.where(np.isfinite(far), 1 / (far + 0.1), 0.0)
    total, sums = weight.sum(axis=1), (np.append(values[known], 0.0)[index] * weight).sum(axis=1)
    there = total > 0
    result[there] = (sums[there] / total[there]).astype(np.float32)
    return result


def _places(
    mesh: TriangleMesh, blur: Blur, samples: int
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Points with smooth normals, and by how much (N,) blur has moved their edges inwards."""
    surface = Surface(mesh)
    every = max(1, int(np.clip(surface.area / _APART_MM**2, samples, _MOST_PLACES) / samples))
    points, chosen = surface.samples(every * samples)
    normals = unit(surface.mean_point_normals()[mesh.triangles[chosen]].mean(axis=1))
    widest = max(blur.in_plane, blur.across)
    apart = float(np.sqrt(surface.area / len(points)))
    raised = blurred_curvature(
        points,
        normals,
        max(3 * widest, 2.5 * apart),
        blur.in_plane,
        blur.across,
        blur.normal,
    )[::every]
    most = _MOST_CURVED * widest
    return (points[::every], normals[::every]), np.clip(raised, -most, most)


def _fitted(
    grey: Grey,
    points: np.ndarray,
    normals: np.ndarray,
    blur: Blur,
    noise: float,
    progress: Progress | None,
) -> tuple[Edges, np.ndarray]:
    """The edges at the places, and which (N,) are those of thin walls."""
    from scipy.spatial import cKDTree

    widest = max(blur.in_plane, blur.across)
    far = (NEIGHBOUR + GUARD) * widest + 1.2
    depths = np.arange(-far, far, widest / 2.5)
    expected = blur.along(normals)
    known, precision = np.zeros((2, len(points), 4))

    def fit(some: np.ndarray) -> tuple[Edges, np.ndarray]:
        profiles = grey.along(points[some], normals[some], depths)
        places = Places(points[some], normals[some], depths, profiles)
        found = seen(depths, profiles, expected[some], noise, REACH_MM)
        edges = fit_edges(places, found, expected[some], noise, known[some], precision[some])
        return edges, found.levels[:, 1]

    every = np.arange(len(points))
    message = _("Comparing with the edges")
    parts = in_threads(
        lambda some: fit(every[some]), len(points), part(progress, 0.0, 0.7), message
    )
    edges = Edges.joined([one for one, _peaks in parts])
    peaks = np.concatenate([peaks for _one, peaks in parts])
    with np.errstate(invalid="ignore"):
        thin = edges.body - edges.inner < THICK * edges.blur
        thick = ~thin & (edges.sd < _UNSURE_MM) & (edges.contrast > 5 * noise)
    narrow = np.flatnonzero(thin)
    if len(narrow) and thick.sum() >= LEAST_PLACES:
        levels = edges.levels[thick, 1]
        index = cKDTree(points[thick]).query(points[narrow], 24, workers=-1)[1]
        values = np.median(levels[index], axis=1)
        spread = 1.4826 * np.median(np.abs(levels[index] - values[:, None]), axis=1)
        spread = np.maximum(spread, np.maximum(noise, 0.03 * np.abs(values)))
        # Brighter than the material: something else, such as enamel or metal.
        spread[peaks[narrow] > values + 3 * noise] = np.inf
        known[narrow, 1], precision[narrow, 1] = values, 1 / spread**2
        again = in_threads(
            lambda some: fit(narrow[some])[0], len(narrow), part(progress, 0.7, 1.0), message
        )
        edges.put(narrow, Edges.joined(again))
    return edges, thin


def _sign(grey: Grey, points: np.ndarray, normals: np.ndarray) -> float:
    """1 where the body is brighter than what is about it, −1 where darker."""
    step = float(np.median(grey.spacing_mm))
    some = slice(None, None, max(1, len(points) // 4000))
    ends = grey.along(points[some], normals[some], np.array([-1.5, -0.75, 0.75, 1.5]) * step)
    falls = ends[:, :2].mean(axis=1) - ends[:, 2:].mean(axis=1)
    known = falls[np.isfinite(falls)]
    return -1.0 if len(known) and np.median(known) < 0 else 1.0


def _nearest(places: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Numbers (N,) of the places nearest to points (N, 3)."""
    if places is points:
        return np.arange(len(points))
    from scipy.spatial import cKDTree

    return cKDTree(places, balanced_tree=False, compact_nodes=False).query(points, workers=-1)[1]


def _whole(voxels: np.ndarray) -> tuple[slice, slice, slice]:
    k, j, i = (slice(0, size) for size in voxels.shape)
    return k, j, i
