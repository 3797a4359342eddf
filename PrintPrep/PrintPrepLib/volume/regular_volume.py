"""A volume on a regular grid, and its part of the record."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .fan import DriftPlan
from .grid import GridPlan
from .resample import Residual

#: What CT voxels without data are filled with: air, in HU.
CT_BACKGROUND = -1000.0


@dataclass(frozen=True)
class RegularVolume:
    """Voxels on an orthogonal right-handed grid.

    ``voxels`` is indexed [k, j, i]; ``ijk_to_lps`` (4×4) maps voxel centres to LPS mm;
    ``acquired_field`` (K, 4) gives per plane the first and last i and j (inclusive) that are
    interpolated from acquired voxels only; ``background`` fills the rest. ``provenance`` is
    JSON-able: source geometry, treatment and findings.
    """

    voxels: np.ndarray
    ijk_to_lps: np.ndarray
    acquired_field: np.ndarray
    background: float
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def ijk_to_ras(self) -> np.ndarray:
        """The 4×4 matrix to Slicer's RAS coordinates in mm."""
        return np.diag([-1.0, -1.0, 1.0, 1.0]) @ self.ijk_to_lps

    @property
    def dimensions(self) -> tuple[int, int, int]:
        """Voxels along i, j, k."""
        return self.voxels.shape[::-1]

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Voxel spacing along i, j, k in mm."""
        return tuple(np.linalg.norm(self.ijk_to_lps[:3, :3], axis=0).tolist())


def volume_record(
    plan: GridPlan | DriftPlan, residual: Residual, interpolation: str, choice: str | float
) -> dict[str, Any]:
    """The ``volume`` part of a record: the grid, how it was filled, how true it is."""
    to_ras = np.diag([-1.0, -1.0, 1.0, 1.0])
    return {
        "dimensions": list(plan.dimensions),
        "spacing_mm": list(plan.spacing),
        "ijk_to_ras": (to_ras @ plan.ijk_to_lps).tolist(),
        "interpolation": interpolation,
        "residual_mm": {"max": residual.max, "rms": residual.rms},
        "spacing_choice": choice,
        "averaged_planes": plan.averages,
        "cost": _cost(plan),
    }


def _cost(plan: GridPlan | DriftPlan) -> dict[str, Any]:
    """What the choice of the spacing cost, in voxels or in detail."""
    columns, rows = plan.source_size
    turned = isinstance(plan, DriftPlan)
    before = len(plan.heights if turned else plan.shifts) * columns * rows
    after = math.prod(plan.dimensions)
    told = f"{before / 1e6:.1f} million voxels became {after / 1e6:.1f} million"
    if plan.untouched:
        told = "No voxel was added, changed or lost."
    elif plan.averages:
        told += "; detail finer than the planes is averaged away."
    elif turned:
        told += "."
    else:
        told += f"; no plane is farther than {plan.reach_mm:.2f} mm from a slice."
    return {
        "voxels_before": before,
        "voxels_after": after,
        "largest_interpolation_mm": None if turned else plan.reach_mm,
        "detail_lost": plan.averages,
        "empty_planes": 0 if turned else sum(not parts for parts in plan.planes),
        "told": told,
    }
