"""Smoothing a surface in millimetres, with a bound on what it may cost.

A windowed sinc filter (Taubin, Zhang and Golub 1996) keeps the long waves of a surface and
takes the short ones away, so unlike averaging of neighbours it does not shrink a body. VTK
has one too, but it leaves a body one or two thousandths smaller or larger, a quarter of a
millimetre on a skull; its pass band is given per edge instead of millimetres, and its window
differs between versions. This one keeps straight what is straight to the last digit.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.errors import MeshError
from ..core.phrases import _
from ..core.progress import Progress, meanwhile, part, report
from .deviation import Deviation, deviation
from .triangle_mesh import TriangleMesh, enclosed_volume

#: The enclosed volume may change by so much, in either direction.
LARGEST_VOLUME_CHANGE_PERCENT = 1.0
#: Limits of ``detail_mm``: beyond them it is a mistaken unit.
SHORTEST_MM, LONGEST_MM = 0.1, 20.0
#: Degree of the filter's polynomial times the angle of its band, so that its slope reaches
#: from half to twice the band; and the limits of the degree.
_SLOPE = 17.0
_LOWEST_DEGREE, _HIGHEST_DEGREE = 10, 400


def smooth(
    mesh: TriangleMesh,
    detail_mm: float = 2.0,
    *,
    largest_volume_change_percent: float = LARGEST_VOLUME_CHANGE_PERCENT,
    farthest_mm: float = math.inf,
    progress: Progress | None = None,
) -> tuple[TriangleMesh, Deviation]:
    """Smooth away what is finer than ``detail_mm``; the triangles stay, their corners move.

    Waves of the surface as long as ``detail_mm`` lose half of their height, waves twice as
    long hardly any, waves half as long nearly all. A mesh whose triangles have sides of half
    a wave and more cannot carry it, and stays as it is. Rims of open surfaces stay where they
    are, and a closed surface stays closed.

    :param mesh: LPS mm.
    :param detail_mm: length of the waves (one bump and one dent) at the limit.
    :param largest_volume_change_percent: bound on the change of the enclosed volume.
    :param farthest_mm: no corner moves farther than this, and so no place of the surface does.
    :return: the smoothed surface, and how far it lies from ``triangle_mesh``.
    :raises MeshError: the mesh has no surface, ``detail_mm`` is out of range, or the volume
        would change by more than the bound.
    :raises Cancelled: progress asked for it.
    """
    if not SHORTEST_MM <= detail_mm <= LONGEST_MM:
        raise MeshError(
            _("the smoothing must lie between {shortest:g} and {longest:g} mm"),
            remedy=_("Choose the length of the finest wave that is to stay"),
            shortest=SHORTEST_MM,
            longest=LONGEST_MM,
        )
    if len(mesh.triangles) == 0:
        raise MeshError(_("the model has no surface"), remedy=_("Check the threshold"))
    report(progress, 0.0, _("Smoothing"))
    smoothed = _held(_filtered(mesh, detail_mm, part(progress, 0.0, 0.4)), mesh, farthest_mm)
    before, after = meanwhile(
        progress, 0.4, _("Smoothing"), lambda: (enclosed_volume(mesh), enclosed_volume(smoothed))
    )
    percent = 100 * (after / before - 1) if before else 0.0
    if not abs(percent) <= largest_volume_change_percent:
        template = _(
            "smoothing away what is finer than {detail:g} mm would make the model {percent:.1f} % "
            "larger, more than the {allowed:g} % allowed"
        )
        if percent < 0:
            template = _(
                "smoothing away what is finer than {detail:g} mm would make the model "
                "{percent:.1f} % smaller, more than the {allowed:g} % allowed"
            )
        raise MeshError(
            template,
            remedy=_("Choose less smoothing"),
            detail=detail_mm,
            percent=abs(percent),
            allowed=largest_volume_change_percent,
        )
    return smoothed, deviation(smoothed, mesh, part(progress, 0.4, 1.0))


def _filtered(mesh: TriangleMesh, detail_mm: float, progress: Progress | None) -> TriangleMesh:
    """The mesh with its corners moved by the filter."""
    weights = _coefficients(_band(mesh, detail_mm))
    report(progress, 0.0, _("Smoothing"))
    # About its middle: a patient far from the origin costs no digits.
    middle = mesh.points[mesh.triangles[:, 0]].mean(axis=0)
    means = meanwhile(progress, 0.0, _("Smoothing"), lambda: _means(mesh))
    # Chebyshev's recurrence in x = 1 − k/2, k being the distance from the neighbours' mean.
    before = mesh.points - middle
    now = (before + means @ before) / 2
    total = weights[0] * before + weights[1] * now
    for number, weight in enumerate(weights[2:], 2):
        report(progress, number / len(weights), _("Smoothing"))
        following = now + means @ now
        following -= before
        before, now = now, following
        total += weight * now
    return TriangleMesh(total + middle, mesh.triangles)


def _held(smoothed: TriangleMesh, mesh: TriangleMesh, farthest_mm: float) -> TriangleMesh:
    """The smoothed mesh, its corners drawn back to within a distance of where they were."""
    if math.isinf(farthest_mm):
        return smoothed
    moved = smoothed.points - mesh.points
    length = np.linalg.norm(moved, axis=1)
    share = np.minimum(1.0, farthest_mm / np.maximum(length, np.finfo(float).tiny))
    return TriangleMesh(mesh.points + moved * share[:, None], mesh.triangles)


def _band(mesh: TriangleMesh, detail_mm: float) -> float:
    """Where the filter's slope lies for waves of ``detail_mm``: an angle, 0 … π.

    The filter sees a wave by how far a corner lies from the mean of its neighbours. With six
    neighbours at the distance h, for a wave of the length L, that is (π h ÷ L)² of its height.
    """
    a, b, c = (mesh.points[corner] for corner in mesh.triangles.T)
    square = np.mean([np.mean(((p - q) ** 2).sum(axis=1)) for p, q in ((a, b), (b, c), (c, a))])
    return math.acos(max(1 - math.pi**2 * float(square) / detail_mm**2 / 2, -1.0))


def _coefficients(band: float) -> np.ndarray:
    """Of Chebyshev's polynomials, for a filter that ends at ``band`` and leaves no wave at all
    (what is straight) exactly as it is."""
    degree = int(np.clip(math.ceil(_SLOPE / max(band, 1e-9)), _LOWEST_DEGREE, _HIGHEST_DEGREE))
    n = np.arange(1, degree + 1)
    turn = np.pi * n / (degree + 1)
    window = 0.42 + 0.5 * np.cos(turn) + 0.08 * np.cos(2 * turn)  # Blackman's
    ideal = np.concatenate(([band / np.pi], window * 2 * np.sin(n * band) / (n * np.pi)))
    return ideal / ideal.sum()


def _means(mesh: TriangleMesh) -> Any:
    """The sparse matrix (N, N) that takes each point to the mean of its neighbours; rims stay."""
    from scipy.sparse import csr_matrix, diags

    count = len(mesh.points)
    starts = mesh.triangles.ravel()
    ends = np.roll(mesh.triangles, -1, axis=1).ravel()
    shape = (count, count)
    uses = csr_matrix((np.ones(len(starts), np.int32), (starts, ends)), shape)
    uses = uses + uses.T  # how many triangles use each edge
    rim = np.zeros(count, dtype=bool)
    rim[uses.indices[uses.data == 1]] = True
    neighbours = csr_matrix((np.ones(uses.nnz), uses.indices, uses.indptr), shape)
    degree = np.diff(uses.indptr)
    still = rim | (degree == 0)
    share = np.where(still, 0.0, 1.0 / np.maximum(degree, 1))
    means = diags(share) @ neighbours
    return (means + diags(still.astype(float))).tocsr() if still.any() else means.tocsr()
