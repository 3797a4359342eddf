"""The edge surface of a segment of a volume: what its grey values mean says what is known of it."""

from __future__ import annotations

import numpy as np

from ..core.progress import Progress
from ..geometry.hounsfield import in_hounsfield
from ..volume.regular_volume import RegularVolume
from .edges import CORTICAL_BONE_HU, METAL_HU, EdgeSurface, edge_surface
from .following import REACH_MM

#: Between slices farther apart than this the images show no edges, only what was put there.
FARTHEST_STEP_MM = 3.5
#: From here on a range in HU means bone.
_BONE_HU = 150.0


def segment_edges(
    volume: RegularVolume,
    mask: np.ndarray,
    low: float | None,
    high: float | None,
    others: np.ndarray | None = None,
    reach_mm: float = REACH_MM,
    progress: Progress | None = None,
) -> EdgeSurface:
    """The surface of a segment at the anatomy's edges.

    :param mask: boolean [k, j, i], on the volume's grid.
    :param low, high: the closed range that made it; both None: a mask from elsewhere.
    :param others: of the same shape, what other bodies have; borders are common.
    :param reach_mm: how far from the segment an edge may lie.
    :raises SegmentError: the segment is empty.
    :raises Cancelled: progress asked for it.
    """
    source = volume.provenance.get("source") or {}
    hounsfield = in_hounsfield(source)
    farthest = (source.get("steps_mm") or {}).get("max") or 0.0
    bone = hounsfield and low is not None and low >= _BONE_HU and high is None
    return edge_surface(
        volume.voxels,
        mask,
        volume.ijk_to_lps,
        low,
        high,
        volume.acquired_field,
        material=CORTICAL_BONE_HU if bone else None,
        saturated=METAL_HU if hounsfield else None,
        told=farthest <= FARTHEST_STEP_MM,
        others=others,
        reach_mm=reach_mm,
        progress=progress,
    )
