"""How far a model lies from the grey values that it shows, whatever was done to it since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..core.errors import MeshError
from ..core.phrases import _
from ..core.progress import Progress, meanwhile, part, report
from ..mesh.deviation import SAMPLES
from ..mesh.sampling import Surface
from ..mesh.triangle_mesh import TriangleMesh
from ..surface.grey_distance import CUT, MISSED, GreyLevel, distances
from .histogram import binned
from .segment_edits import near_edits

#: How far from the mesh the grey values are searched for its surface.
REACH_MM = 3.0
#: What the record holds beside the figures.
_BESIDE = ("samples", "cut_share", "edited_share", "histogram")


@dataclass(frozen=True)
class SurfaceTruth:
    """The distances of the samples that have a surface of the grey values within reach.

    Lengths are mm, positive where the model lies outside, and None where no sample has one.

    :param signed_mean_mm, mean_mm, rms_mm: mean with sign, mean and root mean square.
    :param p95_mm: what 95 % of the samples stay below.
    :param max_mm: the largest, with its sign.
    :param samples: all samples, spread evenly over the model's area.
    :param cut_share: share of the area where the acquired field ends before the surface.
    :param edited_share: share of the area that was painted or erased, or that has no such
        surface within reach, or only one that faces another way.
    :param histogram: of the distances with sign (``histogram.binned``).
    """

    signed_mean_mm: float | None
    mean_mm: float | None
    rms_mm: float | None
    p95_mm: float | None
    max_mm: float | None
    samples: int
    cut_share: float
    edited_share: float
    histogram: dict[str, list[float]] | None


def surface_truth(
    mesh: TriangleMesh,
    voxels: np.ndarray,
    ijk_to_lps: np.ndarray,
    low: float | None,
    high: float | None = None,
    field: np.ndarray | None = None,
    samples: int = SAMPLES,
    mask: np.ndarray | None = None,
    progress: Progress | None = None,
) -> SurfaceTruth:
    """Measure a mesh against the surface of its range of grey values.

    The mesh's own making plays no part: the crossings are looked for in the grey values
    alone, linear between the voxels (see ``grey_distance.distances``). Where the segment was
    painted or erased the images cannot tell, so these places are left out and counted.

    :param mesh: LPS mm, outward oriented.
    :param voxels: grey values [k, j, i]; ``ijk_to_lps`` (4, 4) takes their centres to LPS mm.
    :param low, high: the closed range of grey values of the segment; None: unbounded.
    :param field: (K, 4) first and last i and j of the acquired field of each plane
        (inclusive); None: the whole volume.
    :param samples: number of points, spread over the mesh by area.
    :param mask: the segment, boolean [k, j, i]; None: not edited, as far as is known.
    :raises MeshError: the mesh has no surface.
    :raises SegmentError: the segment is empty.
    :raises Cancelled: progress asked for it.
    """
    if len(mesh.triangles) == 0:
        raise MeshError(_("the model has no surface"), remedy=_("Check the threshold"))
    message = _("Comparing with the grey values")
    report(progress, 0.0, message)
    points, normals = meanwhile(progress, 0.0, message, lambda: placed_samples(mesh, samples))
    level = GreyLevel(voxels, ijk_to_lps, low, high, field)
    found, outcome = distances(level, points, normals, REACH_MM, part(progress, 0.2, 1.0))
    if mask is not None:
        edits = partial(near_edits, points, mask, voxels, low, high, ijk_to_lps, field)
        edited = meanwhile(progress, 1.0, message, edits)
        found[edited], outcome[edited] = np.nan, MISSED
    return SurfaceTruth(
        **distance_figures(found[np.isfinite(found)].astype(np.float64)),
        samples=len(points),
        cut_share=float(np.mean(outcome == CUT)),
        edited_share=float(np.mean(outcome == MISSED)),
        histogram=binned(found),
    )


def truth_map(
    mesh: TriangleMesh,
    voxels: np.ndarray,
    ijk_to_lps: np.ndarray,
    low: float | None,
    high: float | None = None,
    field: np.ndarray | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """The distance (N,) float32 in mm of every point of the mesh, as ``surface_truth`` has it.

    NaN where there is none. Parameters and errors are those of ``surface_truth``; a mesh
    without surface gives an array of NaN.
    """
    level = GreyLevel(voxels, ijk_to_lps, low, high, field)
    message = _("Comparing with the grey values")
    report(progress, 0.0, message)
    normals = meanwhile(progress, 0.0, message, lambda: Surface(mesh).mean_point_normals())
    return distances(level, mesh.points, normals, REACH_MM, part(progress, 0.1, 1.0))[0]


def truth_record(
    truth: SurfaceTruth, refinement: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """``model.surface_truth`` of a record.

    ``total`` is the model as it is; ``refinement`` the part of it that is owed to smoothing
    and decimation; what is owed to painting and erasing stands in ``segment.edits``.

    :param refinement: as kept with the model (``deviation``, ``smoothing_mm``, ``reduction``);
        None where the surface was left as it was made.
    """
    total = vars(truth).copy()
    shares = {key: total.pop(key) for key in _BESIDE}
    return {
        "total": total,
        **shares,
        "refinement": None if refinement is None else dict(refinement),
    }


def placed_samples(mesh: TriangleMesh, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points spread over the mesh by area, and the unit normals of their triangles, (N, 3)."""
    surface = Surface(mesh)
    points, chosen = surface.samples(count)
    return points, surface.normals[chosen]


def distance_figures(values: np.ndarray) -> dict[str, float | None]:
    """Mean with sign, mean, root mean square, 95th percentile and largest of distances, mm."""
    names = ("signed_mean_mm", "mean_mm", "rms_mm", "p95_mm", "max_mm")
    if len(values) == 0:
        return dict.fromkeys(names)
    size = np.abs(values)
    figures = (
        values.mean(),
        size.mean(),
        np.sqrt(np.mean(values**2)),
        np.percentile(size, 95),
        values[size.argmax()],
    )
    return dict(zip(names, map(float, figures), strict=True))
