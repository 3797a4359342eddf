"""A volume on a regular grid, and its part of the record."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..core.phrases import Phrase, _
from ..geometry.fan import Fan
from .fan import DriftPlan, measure_drift_residual
from .grid import GridPlan
from .resample import measure_residual

#: What CT voxels without data are filled with: air, in HU.
CT_BACKGROUND = -1000.0
#: What a record tells of the cost of its grid.
COSTS = {
    "none": _("No voxel was added, changed or lost."),
    "averaged": _(
        "{before} million voxels became {after} million; detail finer than the planes is averaged "
        "away."
    ),
    "turned": _("{before} million voxels became {after} million."),
    "resampled": _(
        "{before} million voxels became {after} million; no plane is farther than {reach} mm from "
        "a slice."
    ),
}
_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


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
        return _TO_RAS @ self.ijk_to_lps

    @property
    def dimensions(self) -> tuple[int, int, int]:
        """Voxels along i, j, k."""
        return self.voxels.shape[::-1]

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Voxel spacing along i, j, k in mm."""
        return tuple(np.linalg.norm(self.ijk_to_lps[:3, :3], axis=0).tolist())


def filled_volume(
    voxels: np.ndarray,
    plan: GridPlan | DriftPlan,
    background: float,
    fan: Fan,
    choice: str | float,
    provenance: dict[str, Any],
    acquired: np.ndarray | None = None,
) -> RegularVolume:
    """Put a filled grid together with its measured residual and its provenance.

    :param choice: of the spacing, as it was asked for.
    :param acquired: its field, where that is smaller than the plan's.
    """
    acquired = plan.field() if acquired is None else acquired
    if isinstance(plan, DriftPlan):
        residual, interpolation = measure_drift_residual(fan, plan), "linear, slice by slice"
    else:
        residual = measure_residual(fan, plan)
        interpolation = "none" if plan.untouched else "linear"
    treatment = {
        "dimensions": list(plan.dimensions),
        "spacing_mm": list(plan.spacing),
        "ijk_to_ras": (_TO_RAS @ plan.ijk_to_lps).tolist(),
        "interpolation": interpolation,
        "residual_mm": {"max": residual.max, "rms": residual.rms},
        "spacing_choice": choice,
        "averaged_planes": plan.averages,
        "cost": _cost(plan, len(fan.positions)),
        "background": background,
        "field": acquired.tolist(),
    }
    provenance = {**provenance, "volume": treatment}
    return RegularVolume(voxels, plan.ijk_to_lps, acquired, background, provenance)


def _cost(plan: GridPlan | DriftPlan, slices: int) -> dict[str, Any]:
    """What the choice of the spacing cost, in voxels or in detail."""
    before, after = slices * math.prod(plan.source_size), math.prod(plan.dimensions)
    reach, empty = None, 0
    if isinstance(plan, GridPlan):
        reach, empty = plan.reach_mm, sum(not parts for parts in plan.planes)
    told = "resampled" if reach is not None else "turned"
    if plan.untouched or plan.averages:
        told = "none" if plan.untouched else "averaged"
    values = {"before": f"{before / 1e6:.1f}", "after": f"{after / 1e6:.1f}"}
    values["reach"] = f"{reach or 0.0:.2f}"
    return {
        "voxels_before": before,
        "voxels_after": after,
        "largest_interpolation_mm": reach,
        "detail_lost": plan.averages,
        "empty_planes": empty,
        "told": Phrase(COSTS[told], values).text,
    }
