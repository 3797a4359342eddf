"""Smoothing and reduction together, within one bound on the distance from the exact surface."""

from __future__ import annotations

import math

from ..core.errors import MeshError
from ..core.phrases import _
from ..core.progress import Progress, part
from .decimate import decimate
from .deviation import Deviation, deviation
from .smooth import smooth
from .triangle_mesh import TriangleMesh

#: How much of the bound smoothing may use up where triangles are removed after it.
_SMOOTHING_SHARE = 0.5
#: How often triangles are removed anew: between the points that are measured a little can add up.
_ATTEMPTS = 3


def refine(
    mesh: TriangleMesh,
    smoothing_mm: float | None = None,
    reduction: float | None = None,
    farthest_mm: float = 0.1,
    *,
    progress: Progress | None = None,
) -> tuple[TriangleMesh, Deviation]:
    """Smooth a surface, then remove triangles; the bound holds for both together.

    Smoothing stops where a corner would move too far, and reduction gets what smoothing has
    left of the bound, so that no place can be farther off than the two together.

    :param mesh: LPS mm.
    :param smoothing_mm: waves shorter than this are smoothed away; None for none.
    :param reduction: share of the triangles to remove at most, 0 to 0.99; None for none.
    :param farthest_mm: bound on ``max_mm`` of the deviation from ``mesh``, both ways.
    :return: the surface, and how far it lies from ``mesh``.
    :raises ValueError: neither of the two is asked for.
    :raises MeshError: the mesh has no surface, a number is out of range, or the bound cannot
        be kept; the text says what to choose instead.
    :raises Cancelled: progress asked for it.
    """
    if not (math.isfinite(farthest_mm) and farthest_mm > 0):
        raise MeshError(
            _("the largest deviation must be a positive number"),
            remedy=_("0.1 mm is a good start"),
        )
    smoothed, left_mm, start = mesh, farthest_mm, 0.0
    if smoothing_mm is not None:
        start = 1.0 if reduction is None else 0.3
        allowed = farthest_mm * (1.0 if reduction is None else _SMOOTHING_SHARE)
        smoothed, found = smooth(
            mesh, smoothing_mm, farthest_mm=allowed, progress=part(progress, 0.0, start)
        )
        if reduction is None:
            return smoothed, found
        left_mm -= found.max_mm
    if reduction is None:
        raise ValueError("neither smoothing nor reduction is asked for")
    if smoothing_mm is None:
        return decimate(mesh, reduction, farthest_mm, progress=progress)
    for attempt in range(_ATTEMPTS):
        end = start + (1 - start) * (attempt + 1) / _ATTEMPTS
        middle = start + 0.7 * (end - start)
        changed, _left = decimate(
            smoothed, reduction, left_mm, progress=part(progress, start, middle)
        )
        found = deviation(changed, mesh, part(progress, middle, end))
        if found.max_mm <= farthest_mm:
            return changed, found
        start, left_mm = end, 0.8 * left_mm
    raise MeshError(
        _("smoothed and thinned, the surface would move by more than {bound:g} mm"),
        remedy=_("Allow a larger deviation, or do without one of the two"),
        bound=farthest_mm,
    )
