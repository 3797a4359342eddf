"""What the threshold, the size of voxels and blur, and metal do to a model's size.

Metal blooms, and its streaks are taken for bone or eat bone away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..core.errors import MeshError
from ..core.phrases import _
from ..core.progress import Progress, meanwhile, part, report
from ..mesh.triangle_mesh import TriangleMesh, volumes_and_areas
from ..surface.contrast import HalfContrast
from ..surface.grey_distance import GreyLevel, distances
from .segment_edits import beside, grown_box, voxel_volume
from .surface_accuracy import REACH_MM, placed_samples

#: Thresholds in use for one tissue differ by so much, as do CT numbers between scanners.
DELTA_HU = 50.0
_SAMPLES = 20_000
#: A voxel within this share of the contrast from a plateau holds one tissue alone.
_PLATEAU = 0.05
#: No tissue is so dense: enamel, the densest, ends below (2850 HU bounds its range in common
#: preset tables), and titanium, steel, amalgam and gold read more. Scanners that store 12 bits
#: end shortly above, at 3071 or 3095 HU.
METAL_HU = 3000.0
#: Less is noise, or the overshoot of a sharp kernel at enamel; a filling is larger.
LEAST_MM3 = 10.0
#: So many voxels at one and the same highest value are the end of the stored range.
_PILE = 10


@dataclass(frozen=True)
class ThresholdEffect:
    """What a range wider (out) and narrower (in) by ``delta_hu`` at each bound does to a model.

    :param shift_out_mm, shift_in_mm: mean displacement of the surface, positive outwards, where
        both surfaces stand within reach; None where they nowhere do.
    :param volume_percent_out, volume_percent_in: change of the enclosed volume, signed; what
        was painted, erased or cut by the field does not move. NaN where nothing is enclosed.
    """

    delta_hu: float
    shift_out_mm: float | None
    shift_in_mm: float | None
    volume_percent_out: float
    volume_percent_in: float


@dataclass(frozen=True)
class PartialVolume:
    """The voxels that hold both tissues, and what is too thin to be seen.

    :param mixed_share: share of the segment's surface voxels whose grey value lies between the
        plateaus of the object and of its surroundings.
    :param mixed_volume_mm3: the volume of these voxels.
    :param thinnest_wall_mm: a thinner wall stays below the threshold; None where no wall
        reaches it.
    :param largest_spacing_mm: of the voxels and of the slices that they were made of: a thinner
        wall may stand between two of them.
    """

    mixed_share: float
    mixed_volume_mm3: float
    thinnest_wall_mm: float | None
    largest_spacing_mm: float


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


def threshold_effect(
    voxels: np.ndarray,
    ijk_to_lps: np.ndarray,
    low: float | None,
    high: float | None,
    mesh: TriangleMesh,
    delta: float = DELTA_HU,
    field: np.ndarray | None = None,
    progress: Progress | None = None,
) -> ThresholdEffect:
    """How much larger and smaller another threshold would make a model.

    At places spread over the mesh by area, the distances to the surfaces of the range and of
    the wider and the narrower one are measured; their difference is the shift, and shift times
    area the change of the volume. No surface has to be made again.

    :param voxels: grey values [k, j, i]; ``ijk_to_lps`` (4, 4) takes their centres to LPS mm.
    :param low, high: the closed range of grey values that made the segment; None: unbounded.
    :param mesh: its surface, LPS mm, outward oriented.
    :param delta: in the unit of the grey values.
    :param field: (K, 4) first and last i and j of the acquired field of each plane
        (inclusive); None: the whole volume.
    :raises MeshError: the mesh has no surface.
    :raises Cancelled: progress asked for it.
    """
    if len(mesh.triangles) == 0:
        raise MeshError(_("the model has no surface"), remedy=_("Check the threshold"))
    message = _("Measuring the effect of the threshold")
    report(progress, 0.0, message)
    points, normals = meanwhile(progress, 0.0, message, lambda: placed_samples(mesh, _SAMPLES))

    def lying(by: float, start: float, end: float) -> np.ndarray:
        """Distances of the places from the surface of the range, wider by so much."""
        bounds = (None if low is None else low - by, None if high is None else high + by)
        report(progress, start, message)
        level = GreyLevel(voxels, ijk_to_lps, *bounds, field)
        own = part(progress, start, end)
        return distances(level, points, normals, REACH_MM, own)[0].astype(np.float64)

    here = lying(0.0, 0.2, 0.4)
    outwards, inwards = here - lying(delta, 0.4, 0.6), here - lying(-delta, 0.6, 0.8)
    volumes, areas = meanwhile(
        progress,
        0.8,
        message,
        lambda: volumes_and_areas(mesh, mesh.points[mesh.triangles[0, 0]]),
    )
    area, volume = float(areas.sum()), float(volumes.sum())
    percent = 100 * area / volume if volume > 0 else math.nan
    return ThresholdEffect(
        delta_hu=delta,
        shift_out_mm=_mean(outwards),
        shift_in_mm=_mean(inwards),
        volume_percent_out=percent * float(np.nansum(outwards)) / len(points),
        volume_percent_in=percent * float(np.nansum(inwards)) / len(points),
    )


def partial_volume(
    voxels: np.ndarray,
    mask: np.ndarray,
    ijk_to_lps: np.ndarray,
    low: float | None,
    high: float | None,
    contrast: HalfContrast,
    step_mm: float = 0.0,
) -> PartialVolume:
    """How much of a segment's surface is mixed voxels, and which walls it cannot show.

    :param voxels: grey values [k, j, i].
    :param mask: the segment, boolean, of the same shape.
    :param low, high: the closed range of grey values that made it; None: unbounded.
    :param contrast: the plateaus and the blur, as ``half_contrast`` measures them.
    :param step_mm: the widest step between the slices, where the grid is finer than they.
    :raises SegmentError: the segment is empty.
    """
    box = grown_box(mask, 1)
    segment = np.pad(np.asarray(mask[box], bool), 1)
    surface = (segment & beside(~segment))[1:-1, 1:-1, 1:-1]
    grey = voxels[box][surface].astype(np.float64)
    height = contrast.object_value - contrast.background_value
    filled = (grey - contrast.background_value) / height
    mixed = int(np.count_nonzero((filled > _PLATEAU) & (filled < 1 - _PLATEAU)))
    # A bright object is bounded by the range's lower end, a dark one by its upper.
    threshold = low if height > 0 else high
    return PartialVolume(
        mixed_share=mixed / len(grey),
        mixed_volume_mm3=mixed * voxel_volume(ijk_to_lps),
        thinnest_wall_mm=None
        if threshold is None
        else thinnest_wall(contrast.blur_mm, (threshold - contrast.background_value) / height),
        largest_spacing_mm=max(float(np.linalg.norm(ijk_to_lps[:3, :3], axis=0).max()), step_mm),
    )


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


def thinnest_wall(blur_mm: float, share: float) -> float | None:
    """The thinnest wall, in mm, whose blurred image still reaches a share of the contrast.

    A wall of the thickness t, blurred by a Gaussian of the standard deviation σ, keeps at its
    middle erf(t ÷ (2√2 σ)) of its contrast (the integral of the Gaussian over the wall; Prevrhal
    1999, Phys Med Biol 44:751, and Treece 2010, Med Image Anal 14:276, use it for the cortex).

    :param blur_mm: σ.
    :param share: where the threshold lies between the surroundings (0) and the object (1).
    :return: 0 where the surroundings reach it too, None where no wall does.
    """
    from scipy.special import erfinv

    if share >= 1:
        return None
    return 2 * math.sqrt(2) * blur_mm * float(erfinv(max(share, 0.0)))


def _mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None
