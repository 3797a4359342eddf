"""Metal in the images: it blooms, and its streaks are taken for bone or eat bone away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .edits import grown_box, voxel_volume

#: No tissue is so dense: enamel, the densest, ends below (2850 HU bounds its range in common
#: preset tables), and titanium, steel, amalgam and gold read more. Scanners that store 12 bits
#: end shortly above, at 3071 or 3095 HU.
METAL_HU = 3000.0
#: Less is noise, or the overshoot of a sharp kernel at enamel; a filling is larger.
LEAST_MM3 = 10.0
#: So many voxels at one and the same highest value are the end of the stored range.
_PILE = 10


@dataclass(frozen=True)
class Metal:
    """What was found in the box of a segment.

    :param voxels: how many reach 3000 HU; ``volume_mm3`` is what they fill.
    :param saturated: the scanner could not store higher values, so that the metal's own
        density, and with it half its contrast, is unknown.
    """

    voxels: int
    volume_mm3: float
    saturated: bool


def metal(voxels: np.ndarray, mask: np.ndarray, ijk_to_lps: np.ndarray) -> Metal:
    """Look for metal in the box of a segment. For CT alone: other grey values are no HU.

    :param voxels: HU [k, j, i].
    :param mask: the segment, boolean, of the same shape.
    :raises SegmentError: the segment is empty.
    """
    grey = voxels[grown_box(mask, 0)]
    dense = grey[grey >= METAL_HU]
    return Metal(
        voxels=len(dense),
        volume_mm3=len(dense) * voxel_volume(ijk_to_lps),
        saturated=len(dense) > 0 and int(np.count_nonzero(dense == dense.max())) >= _PILE,
    )
