"""A slice stack → a volume on a regular, orthogonal grid."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.errors import GeometryError
from ..core.progress import Progress, part
from ..geometry.analysis import analyse
from ..geometry.fan import Fan, fan_of
from ..geometry.hounsfield import HOUNSFIELD, value_unit
from ..geometry.source_record import SCHEMA, source_record
from ..geometry.stack import SliceStack
from ..geometry.stack_geometry import StackGeometry, standing
from ..pet.suv import in_suv, stack_suv, suv_finding, suv_provenance
from ..pixels.decode import release
from ..series.duplicates import settle
from ..series.sections import merged
from ..series.stack_pixels import StackPixels, read_voxels
from .fan import DriftPlan, measure_drift_residual, plan_drift, resample_drift
from .grid import MAXIMUM_VOXELS, GridPlan, plan_grid
from .regular_volume import CT_BACKGROUND, RegularVolume, volume_record
from .resample import IntegerOverflow, SliceFrames, SliceSource, measure_residual, resample


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
    if geometry.refusal is not None:
        raise GeometryError(geometry.refusal.rstrip("."))
    plan = _plan(stack, geometry, spacing, maximum_voxels)
    source = StackPixels(stack)
    background = CT_BACKGROUND if value_unit(stack) == HOUNSFIELD else None
    if plan.untouched:
        voxels = read_voxels(stack, part(progress, 0, 0.95))
        background = float(voxels.min()) if background is None else background
    else:
        background = _minimum(source) if background is None else background
        dtype = np.int16 if source.integral else np.float32
        voxels = fill_grid(source, plan, background, dtype, part(progress, 0, 0.95))
    release()
    findings, window = list(geometry.findings), np.array(stack.info.window)
    provenance = {
        "schema": SCHEMA,
        "source": source_record(stack, geometry),
        "steps_mm": geometry.steps.tolist(),
        # Patient data: here for the age of the scan, never in a record.
        "scan_date": stack.info.scan_date,
    }
    suv = stack_suv(stack)
    if suv is not None:
        findings.append(suv_finding(suv))
        provenance |= suv_provenance(suv)
        if suv.factor is not None:
            voxels = in_suv(voxels, suv.factor)
            background *= suv.factor
            window = window * suv.factor
    provenance |= {
        "findings": [item.as_finding() for item in findings],
        "window": window.tolist(),
        "instance_uids": [item.sop_instance_uid for item in stack.slices],
    }
    return regular_volume(voxels, plan, background, _frames(stack, geometry), spacing, provenance)


def fill_grid(
    source: SliceSource,
    plan: GridPlan | DriftPlan,
    background: float,
    dtype: type,
    progress: Progress | None = None,
) -> np.ndarray:
    """Resample, in float32 where int16 turns out to be too narrow."""
    fill = resample_drift if isinstance(plan, DriftPlan) else resample
    try:
        return fill(source, plan, background, np.dtype(dtype), progress)
    except IntegerOverflow:
        return fill(source, plan, background, np.dtype(np.float32), progress)


def regular_volume(
    voxels: np.ndarray,
    plan: GridPlan | DriftPlan,
    background: float,
    frames: SliceFrames | Fan,
    spacing: str | float,
    provenance: dict[str, Any],
) -> RegularVolume:
    """Put a filled grid together with its measured residual and its provenance."""
    acquired = plan.field()
    if isinstance(plan, DriftPlan):
        residual, interpolation = measure_drift_residual(frames, plan), "linear, slice by slice"
    else:
        residual = measure_residual(frames, plan)
        interpolation = "none" if plan.untouched else "linear"
    treatment = volume_record(plan, residual, interpolation, spacing)
    treatment |= {"background": background, "field": acquired.tolist()}
    return RegularVolume(
        voxels, plan.ijk_to_lps, acquired, background, {**provenance, "volume": treatment}
    )


def _settled(stack: SliceStack) -> SliceStack:
    """The stack without images that are there twice."""
    if not stack.coincident or len(standing(stack)) == 1:
        return stack  # all at one place: refused for that
    found = settle(stack)
    if len(found) > 1 or (found[0].coincident and not found[0].conflicting):
        raise GeometryError(
            "different images stand at the same positions",
            remedy="Load them one by one: printprep inspect lists them as stacks",
        )
    return found[0]


def _plan(
    stack: SliceStack, geometry: StackGeometry, spacing: str | float, maximum_voxels: int
) -> GridPlan | DriftPlan:
    if stack.drifting:
        return plan_drift(fan_of(stack.slices), geometry, spacing, maximum_voxels=maximum_voxels)
    first = stack.slices[0]
    return plan_grid(
        geometry,
        (first.columns, first.rows),
        first.pixel_spacing,
        spacing,
        maximum_voxels=maximum_voxels,
    )


def _minimum(source: StackPixels) -> float:
    """The smallest value of a stack that is not CT: its natural background."""
    lows = []
    for index in range(source.shape[0]):
        values, missing = source.slice(index)
        valid = values if missing is None else values[~missing]
        if valid.size:
            lows.append(float(valid.min()))
    return min(lows, default=0.0)


def _frames(stack: SliceStack, geometry: StackGeometry) -> SliceFrames | Fan:
    slices = stack.slices
    if stack.drifting:
        return fan_of(slices)
    return SliceFrames(
        positions=geometry.header_positions,
        rows=np.array([item.row_direction for item in slices]),
        columns=np.array([item.column_direction for item in slices]),
        spacing=np.array([item.pixel_spacing[::-1] for item in slices]),
    )
