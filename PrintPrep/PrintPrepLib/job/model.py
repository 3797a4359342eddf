"""From a volume and the mask of a segment to the surface of its model."""

from __future__ import annotations

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, meanwhile, part, report
from ..mesh.triangle_mesh import TriangleMesh
from ..surface.contrast import half_contrast
from ..surface.grey_values import grey_value_surface
from ..volume.regular_volume import RegularVolume

#: A closed range of grey values; None: no bound on that side.
Bounds = tuple[float | None, float | None]


def segment_mesh(
    volume: RegularVolume,
    mask: np.ndarray,
    bounds: Bounds | None,
    progress: Progress | None = None,
) -> TriangleMesh:
    """The grey-value surface of a segment, LPS mm.

    Without a range half contrast is measured at the segment's edge, and where that shows no
    contrast the surface runs half-way between voxels.

    :param mask: boolean [k, j, i], on the volume's grid.
    :param bounds: the range that made the segment; None where nothing says so.
    :raises SegmentError: the segment is empty.
    :raises Cancelled: progress asked for it.
    """
    if bounds is not None:
        return _surface(volume, mask, bounds, progress)
    rough = _surface(volume, mask, (None, None), part(progress, 0.0, 0.4))
    message = _("Measuring half contrast")
    report(progress, 0.4, message)
    measured = meanwhile(progress, 0.4, message, lambda: contrast_bounds(volume, rough))
    if measured == (None, None):
        return rough
    return _surface(volume, mask, measured, part(progress, 0.4, 1.0))


def contrast_bounds(volume: RegularVolume, mesh: TriangleMesh) -> Bounds:
    """Half contrast as the bound that a surface ought to lie at; (None, None) where none shows."""
    half = half_contrast(volume.voxels, volume.ijk_to_lps, mesh)
    if half is None:
        return None, None
    brighter = half.object_value >= half.background_value
    return (half.threshold, None) if brighter else (None, half.threshold)


def _surface(
    volume: RegularVolume, mask: np.ndarray, bounds: Bounds, progress: Progress | None
) -> TriangleMesh:
    return grey_value_surface(
        volume.voxels,
        mask,
        volume.ijk_to_lps,
        *bounds,
        field=volume.acquired_field,
        progress=progress,
    )
