"""A slice stack → a volume on a regular, orthogonal grid."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.errors import GeometryError
from ..core.phrases import _
from ..core.progress import Progress, part
from ..geometry.analysis import analyse
from ..geometry.fan import fan_of
from ..geometry.hounsfield import HOUNSFIELD, value_unit
from ..geometry.source_record import SCHEMA, source_record
from ..geometry.stack import SliceStack
from ..geometry.stack_geometry import StackGeometry, standing
from ..pet.suv import in_suv, stack_suv, suv_finding, suv_provenance
from ..pixels.decode import release
from ..series.duplicates import settle
from ..series.sections import merged
from ..series.stack_pixels import StackPixels, read_voxels
from .fan import DriftPlan, plan_drift, resample_drift
from .grid import MAXIMUM_VOXELS, GridPlan, plan_grid
from .regular_volume import CT_BACKGROUND, RegularVolume, filled_volume
from .resample import IntegerOverflow, SliceSource, resample


def load_stack(
    stack: SliceStack,
    spacing: str | float = "native",
    progress: Progress | None = None,
    *,
    maximum_voxels: int = MAXIMUM_VOXELS,
) -> RegularVolume:
    """Read a stack and bring it onto a regular grid; a regular stack keeps its voxels.

    PET becomes SUV by body weight where the headers allow it; else it stays as it is, and a
    finding says what is missing. A stack of several sections becomes one volume with empty
    gaps; ``sections.sections_of`` gives them one by one.

    :param spacing: distance of the planes: ``native`` (the stack's own step where steps are
        equal, else the smallest, though not finer than the pixel), ``isotropic`` (the
        in-plane pixel) or millimetres.
    :raises GeometryError: no volume can be made of this stack; the text says why.
    :raises GridError: the spacing is impossible or the grid too large.
    :raises PixelDataError: pixels are missing, truncated or cannot be decoded.
    :raises Cancelled: progress asked for it.
    """
    stack = _settled(stack)
    geometry = analyse(stack)
    if geometry.sectioned and stack.section:
        stack = merged(stack)
        geometry = analyse(stack)
    geometry.refuse()
    fan, pixel = fan_of(stack.slices), stack.slices[0].pixel_spacing
    plan: GridPlan | DriftPlan
    if stack.drifting:
        plan = plan_drift(fan, geometry, spacing, maximum_voxels=maximum_voxels)
    else:
        plan = plan_grid(geometry, fan.size, pixel, spacing, maximum_voxels=maximum_voxels)
    source, reading = StackPixels(stack), part(progress, 0, 0.95)
    background = CT_BACKGROUND if value_unit(stack) == HOUNSFIELD else None
    if plan.untouched:
        voxels = read_voxels(stack, reading)
        background = float(voxels.min()) if background is None else background
    else:
        background = _minimum(source) if background is None else background
        voxels = fill_grid(source, plan, background, source.integral, reading)
    release()
    provenance = stack_provenance(stack, geometry)
    provenance["findings"] += [item.as_entry() for item in source.findings()]
    # Patient data: here for the age of the scan, never in a record.
    provenance["scan_date"] = stack.info.scan_date
    suv = stack_suv(stack)
    if suv is not None:
        provenance["findings"].append(suv_finding(suv).as_entry())
        provenance |= suv_provenance(suv)
        if suv.factor is not None:
            voxels = in_suv(voxels, suv.factor)
            background *= suv.factor
            provenance["window"] = (np.array(stack.info.window) * suv.factor).tolist()
    return filled_volume(voxels, plan, background, fan, spacing, provenance)


def stack_provenance(stack: SliceStack, geometry: StackGeometry) -> dict[str, Any]:
    """What stands beside ``volume`` in the provenance of every volume that is made of a stack."""
    return {
        "schema": SCHEMA,
        "source": source_record(stack, geometry),
        "steps_mm": geometry.steps.tolist(),
        "findings": [item.as_entry() for item in geometry.findings],
        "window": [list(pair) for pair in stack.info.window],
        "instance_uids": [item.sop_instance_uid for item in stack.slices],
    }


def fill_grid(
    source: SliceSource,
    plan: GridPlan | DriftPlan,
    background: float,
    narrow: bool,
    progress: Progress | None = None,
) -> np.ndarray:
    """Resample, to int16 where values are ``narrow``, and to float32 where they turn out not to be.

    :raises Cancelled: progress asked for it.
    """
    dtype = np.dtype(np.int16 if narrow else np.float32)
    try:
        if isinstance(plan, DriftPlan):
            return resample_drift(source, plan, background, dtype, progress)
        return resample(source, plan, background, dtype, progress)
    except IntegerOverflow:
        return fill_grid(source, plan, background, False, progress)


def _settled(stack: SliceStack) -> SliceStack:
    """The stack without images that are there twice."""
    if not stack.coincident or len(standing(stack)) == 1:
        return stack  # all at one place: refused for that
    found = settle(stack)
    if len(found) > 1 or (found[0].coincident and not found[0].conflicting):
        raise GeometryError(
            _("different images stand at the same positions"),
            remedy=_("Load each of its stacks by itself"),
        )
    return found[0]


def _minimum(source: StackPixels) -> float:
    """The smallest value of a stack that is not CT: its natural background."""
    lows = []
    for index in range(source.shape[0]):
        values, missing = source.slice(index)
        valid = values if missing is None else values[~missing]
        if valid.size:
            lows.append(float(valid.min()))
    return min(lows, default=0.0)
