"""From a volume and the mask of a segment to the surface of its model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, meanwhile, part, report
from ..mesh.triangle_mesh import TriangleMesh
from ..surface.contrast import half_contrast
from ..surface.edges import EdgeSurface, carried
from ..surface.following import REACH_MM
from ..surface.grey_values import grey_value_surface
from ..surface.segment_edges import segment_edges
from ..volume.regular_volume import RegularVolume

#: A closed range of grey values; None: no bound on that side.
Bounds = tuple[float | None, float | None]
#: Where a surface may lie; the first where nobody has named a threshold.
SURFACES = ("edge", "threshold")


@dataclass(frozen=True, eq=False)
class Made:
    """A surface, LPS mm; ``edge`` what it rests on where it lies at the edges."""

    mesh: TriangleMesh
    edge: EdgeSurface | None = None

    @property
    def surface(self) -> str:
        """Where it lies, a name in ``SURFACES``."""
        return "threshold" if self.edge is None else "edge"

    def refined(self, mesh: TriangleMesh) -> Made:
        """The same for a mesh that was made of this one, smoothed or thinned out."""
        return Made(mesh, None if self.edge is None else carried(self.edge, mesh))


def segment_surface(
    volume: RegularVolume,
    mask: np.ndarray,
    bounds: Bounds | None,
    surface: str,
    progress: Progress | None = None,
    others: np.ndarray | None = None,
    reach_mm: float = REACH_MM,
) -> Made:
    """The surface of a segment, at the anatomy's edge or at its range of grey values.

    :param surface: a name in ``SURFACES``.
    :param reach_mm: how far from the segment its edge is looked for; 0: nowhere else.
    :raises SegmentError: the segment is empty.
    :raises Cancelled: progress asked for it.
    """
    if surface == "threshold" or not reach_mm:
        return Made(segment_mesh(volume, mask, bounds, progress, others))
    made = segment_edges(
        volume, mask, *(bounds or (None, None)), others=others, reach_mm=reach_mm, progress=progress
    )
    return Made(made.mesh, made)


def segment_mesh(
    volume: RegularVolume,
    mask: np.ndarray,
    bounds: Bounds | None,
    progress: Progress | None = None,
    others: np.ndarray | None = None,
) -> TriangleMesh:
    """The grey-value surface of a segment, LPS mm.

    Without a range half contrast is measured at the segment's edge, and where that shows no
    contrast the surface runs half-way between voxels.

    :param mask: boolean [k, j, i], on the volume's grid.
    :param bounds: the range that made the segment; None where nothing says so.
    :param others: of the same shape, what other bodies of the model have; borders are common.
    :raises SegmentError: the segment is empty.
    :raises Cancelled: progress asked for it.
    """
    if bounds is not None:
        return _surface(volume, mask, bounds, progress, others)
    rough = _surface(volume, mask, (None, None), part(progress, 0.0, 0.4), others)
    message = _("Measuring half contrast")
    report(progress, 0.4, message)
    measured = meanwhile(progress, 0.4, message, lambda: contrast_bounds(volume, rough))
    if measured == (None, None):
        return rough
    return _surface(volume, mask, measured, part(progress, 0.4, 1.0), others)


def contrast_bounds(volume: RegularVolume, mesh: TriangleMesh) -> Bounds:
    """Half contrast as the bound that a surface ought to lie at; (None, None) where none shows."""
    half = half_contrast(volume.voxels, volume.ijk_to_lps, mesh)
    if half is None:
        return None, None
    brighter = half.object_value >= half.background_value
    return (half.threshold, None) if brighter else (None, half.threshold)


def _surface(
    volume: RegularVolume,
    mask: np.ndarray,
    bounds: Bounds,
    progress: Progress | None,
    others: np.ndarray | None,
) -> TriangleMesh:
    return grey_value_surface(
        volume.voxels,
        mask,
        volume.ijk_to_lps,
        *bounds,
        field=volume.acquired_field,
        progress=progress,
        others=others,
    )
