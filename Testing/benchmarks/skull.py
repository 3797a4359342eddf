"""One skull, scanned upright and tilted by 18.5°: do the two surfaces agree?

Every candidate shows the tilted scan at 200 HU, largest island. Each is laid onto the
upright scan's isosurface by the same trimmed rigid alignment, and distances are taken one
way (tilted → upright) at points spread by area. Points count only where both scans have
data all around: at a scan's end a closed surface has a lid that an open one has not.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from phantoms.measure import ClosestPoint, Surface, read_stl, rigid_alignment, sample

from . import dcm2niix_side, printprep_side, slicer_side
from .isosurface import isosurface, largest_island, without_other_islands
from .real_data import SKULL_TILTED, SKULL_UPRIGHT, series, sorted_files
from .table import Other, Row

LEVEL = 200.0
SAMPLES = 200_000
MARGIN = 2  # voxels from the end of a scan, in each direction
BAR = 1.05


@dataclass(frozen=True)
class Field:
    """Where a scan has data: inside its voxels by a margin."""

    shape: tuple[int, int, int]
    ijk_to_lps: np.ndarray

    def holds(self, points: np.ndarray) -> np.ndarray:
        """Which points (N, 3) LPS lie inside."""
        inverse = np.linalg.inv(self.ijk_to_lps)
        ijk = points @ inverse[:3, :3].T + inverse[:3, 3]
        last = np.array(self.shape[::-1]) - 1
        return ((ijk >= MARGIN) & (ijk <= last - MARGIN)).all(axis=1)


@dataclass(frozen=True)
class Distances:
    """Unsigned mean and 95th percentile, signed mean (positive outside), scatter about it."""

    mean: float
    p95: float
    signed: float
    scatter: float


def skull() -> Iterator[Row]:
    """Mean and 95th percentile, PrintPrep against the three other ways."""
    series(SKULL_TILTED)
    upright = slicer_side.read_series(sorted_files(SKULL_UPRIGHT))
    reference = isosurface(without_other_islands(upright.voxels, LEVEL), upright.ijk_to_lps, LEVEL)
    closest = ClosestPoint(reference)
    tilted = slicer_side.read_series(sorted_files(SKULL_TILTED))
    fields = (
        Field(tilted.voxels.shape, tilted.ijk_to_lps),
        Field(upright.voxels.shape, upright.ijk_to_lps),
    )
    found = {}
    for name, surface in _candidates(tilted):
        found[name] = _distances(surface, reference, closest, *fields)
    mine = found.pop("PrintPrep")
    exact = found["isosurface, exact affine"]
    # The scans have different kernels: at 200 HU every candidate lies inside the upright
    # surface by much the same. One that is inflated comes nearer on average without being
    # truer, so the scatter about the offset is told as well.
    scatter = "; ".join(
        f"{name} {d.signed:+.3f} ± {d.scatter:.3f}"
        for name, d in {"signed: PrintPrep": mine, **found}.items()
    )
    for figure, label in (("mean", "mean"), ("p95", "95 %")):
        value, best = getattr(mine, figure), getattr(exact, figure)
        yield Row(
            f"skull at -18.5° → the same at 0°, {label}",
            value,
            "mm",
            [Other(name, getattr(d, figure)) for name, d in found.items()],
            f"≤ {BAR} × exact affine",
            value <= BAR * best,
            f"PrintPrep is {value / best:.3f} × the unresampled isosurface; {scatter}"
            if figure == "mean"
            else "",
        )


def _candidates(tilted: slicer_side.Volume) -> Iterator[tuple[str, Surface]]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, spacing in (("PrintPrep", "native"), ("PrintPrep, isotropic", "isotropic")):
            volume = printprep_side.load(SKULL_TILTED, spacing)
            mask = printprep_side.island(volume, LEVEL)
            yield name, read_stl(printprep_side.stl(volume, LEVEL, folder / "p.stl", mask))
        yield (
            "isosurface, exact affine",
            isosurface(without_other_islands(tilted.voxels, LEVEL), tilted.ijk_to_lps, LEVEL),
        )
        mask = largest_island(tilted.voxels, LEVEL)
        path = slicer_side.mask_stl(mask, tilted.ijk_to_lps, folder / "slicer")
        yield "Slicer default, sheared volume", read_stl(path)
        images = dcm2niix_side.convert(SKULL_TILTED, folder / "nii")
        image = dcm2niix_side.read_nifti(dcm2niix_side.corrected(images))
        voxels = without_other_islands(image.voxels, LEVEL)
        yield "dcm2niix + isosurface", isosurface(voxels, image.ijk_to_lps, LEVEL)


def _distances(
    surface: Surface, reference: Surface, closest: ClosestPoint, own: Field, other: Field
) -> Distances:
    signed = signed_distances(surface, reference, closest, own, other)
    distance = np.abs(signed)
    return Distances(
        float(distance.mean()),
        float(np.percentile(distance, 95)),
        float(signed.mean()),
        float(signed.std()),
    )


def signed_distances(
    surface: Surface, reference: Surface, closest: ClosestPoint, own: Field, other: Field
) -> np.ndarray:
    """mm (N,) from points of a surface, rigidly aligned, to another scan's."""
    # The alignment sees what the measure sees: no lids, nothing beyond the other scan.
    inside = own.holds(surface.corners.mean(axis=1))
    inner = surface.kept(inside)
    transform = rigid_alignment(inner, reference)
    points, _ = sample(inner, SAMPLES)
    placed = points @ transform[:3, :3].T + transform[:3, 3]
    return closest.signed(placed[other.holds(placed)])
