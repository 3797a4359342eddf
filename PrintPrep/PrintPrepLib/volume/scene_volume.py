"""A volume that stands in a scene → a slice stack → a regular volume.

The volume may be sheared, left-handed, or displaced by a transform above it. What counts
is where its voxels stand in the world: slices that are still flat rectangles of equal
pixels can be straightened exactly as those of a DICOM series.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..core.errors import GeometryError
from ..core.progress import Progress, part
from ..dicom.header import SeriesInfo, SliceHeader, series_id
from ..geometry.analysis import analyse
from ..geometry.source_record import SCHEMA, source_record
from ..geometry.stack import SliceStack
from ..geometry.stack_geometry import StackGeometry
from .grid import GridPlan, plan_grid
from .regular_volume import CT_BACKGROUND, RegularVolume
from .regularize import fill_grid, regular_volume
from .resample import SliceFrames

#: Maps voxel indices (N, 3), ordered (i, j, k), to LPS mm.
ToLps = Callable[[np.ndarray], np.ndarray]

#: How far a voxel may stand from the flat, rectangular slice that stands for it.
FLAT_MM = 0.05
#: Samples along each side of a slice: enough to see a transform bend it.
_SAMPLES = 9
_WRITTEN_MM = 1e-6
#: A scene volume has lost PixelPaddingValue; nothing in a patient measures less than this.
_NO_TISSUE_HU = -1100.0
_INT16 = np.iinfo(np.int16)


@dataclass(frozen=True)
class SceneStack:
    """A scene volume as a stack: ``voxels`` (slices, rows, columns) is a view in its order.

    ``kept`` (slices, 4) holds the first and last column and row with acquired data;
    ``padding`` is the value that means "no data" within them, or None.
    """

    stack: SliceStack
    geometry: StackGeometry
    voxels: np.ndarray
    kept: np.ndarray
    padding: float | None

    def slice(self, index: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Values of one slice as the resampler takes them, and where they are no data."""
        values = self.voxels[index]
        if values.dtype != np.int16:
            # The volume as a whole was found to fit, or the target is float32.
            whole = np.issubdtype(values.dtype, np.integer) and _fits_int16(values)
            values = values.astype(np.int16 if whole else np.float32)
        first_i, last_i, first_j, last_j = self.kept[index]
        missing = np.ones(values.shape, bool)
        missing[first_j : last_j + 1, first_i : last_i + 1] = False
        if self.padding is not None:
            missing |= values == self.padding
        return values, missing if missing.any() else None


def scene_stack(
    voxels: np.ndarray,
    to_lps: ToLps,
    linear: bool,
    info: SeriesInfo,
    instance_uids: Sequence[str] = (),
    field: np.ndarray | None = None,
) -> SceneStack:
    """Find the slices of a volume.

    :param voxels: [k, j, i].
    :param to_lps: where its voxels stand in the world.
    :param linear: ``to_lps`` is one matrix; then slices may also lie across another axis
        than k.
    :param instance_uids: one a plane k, or none.
    :param field: (K, 4) acquired columns and rows of each plane; None: all of it.
    :raises GeometryError: the slices are bent, turned against each other, or skewed.
    """
    size = voxels.shape[::-1]
    axis = _stack_axis(size, to_lps) if linear else 2
    across = [other for other in (0, 1, 2) if other != axis]
    points, samples = _lattice(size, to_lps, axis, across)
    starts, along = _fit(points, samples)
    row, column, spacing = _rectangular(along)
    off = _deviation(points, samples, starts, row * spacing[0], column * spacing[1])
    if off > FLAT_MM:
        raise _refusal(off, linear)
    order = np.argsort(starts @ np.cross(row, column), kind="stable")
    decimals = _written_decimals(starts)
    uids = instance_uids if axis == 2 and len(instance_uids) == size[2] else [""] * size[axis]
    rows, columns = size[across[1]], size[across[0]]
    slices = tuple(
        SliceHeader(
            path="",
            sop_instance_uid=uids[index],
            sop_class_uid="",
            position=tuple(starts[index].tolist()),
            position_decimals=decimals,
            row_direction=tuple(row.tolist()),
            column_direction=tuple(column.tolist()),
            rows=rows,
            columns=columns,
            pixel_spacing=(spacing[1], spacing[0]),
            image_type=(),
            instance_number="",
        )
        for index in order
    )
    stack, geometry = _judged(SliceStack(info, slices))
    view = voxels.transpose(2 - axis, 2 - across[1], 2 - across[0])
    straight = np.array_equal(order, np.arange(len(order)))
    reversed_order = np.array_equal(order, np.arange(len(order))[::-1])
    view = view if straight else view[::-1] if reversed_order else view[order]
    whole = np.tile([0, columns - 1, 0, rows - 1], (len(slices), 1))
    kept = whole if field is None or axis != 2 else field[order]
    low = float(voxels.min())
    padding = low if info.modality == "CT" and low < _NO_TISSUE_HU else None
    return SceneStack(stack, geometry, view, kept, padding)


def _judged(stack: SliceStack) -> tuple[SliceStack, StackGeometry]:
    """The stack with what its positions say: a scene volume is loaded as one or not at all."""
    geometry = analyse(stack)
    if geometry.duplicates:
        stack = replace(stack, conflicting=geometry.duplicates)
    elif geometry.sectioned:
        stack = replace(stack, section=0, sections=geometry.sections)
    else:
        return stack, geometry
    return stack, analyse(stack)


def regularize_scene(
    scene: SceneStack,
    spacing: str | float = "native",
    progress: Progress | None = None,
    *,
    labels: bool = False,
    earlier: dict[str, Any] | None = None,
) -> RegularVolume:
    """Bring a scene volume onto a regular grid; one that is regular keeps its voxels.

    :param spacing: as in ``load_stack``.
    :param labels: take nearest values and fill with 0.
    :param earlier: provenance of the volume, where PrintPrep made it.
    :raises GeometryError: no volume can be made of these slices; the text says why.
    :raises GridError: the spacing is impossible or the grid too large.
    :raises Cancelled: progress asked for it.
    """
    geometry, first = scene.geometry, scene.stack.slices[0]
    if geometry.refusal is not None:
        raise GeometryError(geometry.refusal.rstrip("."))
    size = (first.columns, first.rows)
    plan = plan_grid(geometry, size, first.pixel_spacing, spacing, nearest=labels)
    low, high = scene.voxels.min(), scene.voxels.max()
    integral = np.issubdtype(scene.voxels.dtype, np.integer)
    narrow = integral and low >= _INT16.min and high <= _INT16.max
    background = _background(scene.stack.info.modality, labels, float(low))
    if plan.untouched:
        voxels = np.array(scene.voxels, np.int16 if narrow else scene.voxels.dtype)
    else:
        dtype = np.int16 if narrow else np.float32
        voxels = fill_grid(scene, plan, background, dtype, part(progress, 0, 0.95))
    provenance = _provenance(scene)
    result = regular_volume(voxels, plan, background, _frames(scene), spacing, provenance)
    field = _field(plan, scene.kept)
    treatment = dict(result.provenance["volume"], field=field.tolist())
    if labels and not plan.untouched:
        treatment["interpolation"] = "nearest"
    provenance = {**result.provenance, "volume": treatment}
    if earlier:
        provenance = _continued(provenance, earlier, plan.untouched)
    return replace(result, acquired_field=field, provenance=provenance)


def _stack_axis(size: Sequence[int], to_lps: ToLps) -> int:
    """The voxel axis along which flat, rectangular slices lie: k where that is possible."""
    corners = to_lps(np.vstack([np.zeros(3), np.eye(3)]))
    edges = (corners[1:] - corners[0]) * np.array(size)[:, None]
    for axis, one, other in ((2, 0, 1), (1, 0, 2), (0, 1, 2)):
        lengths = np.linalg.norm(edges[[one, other]], axis=1)
        if abs(edges[one] @ edges[other]) / lengths.max() <= FLAT_MM:
            return axis
    return 2


def _lattice(
    size: Sequence[int], to_lps: ToLps, axis: int, across: Sequence[int]
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """World points (slices, V, U, 3) and their column and row numbers (U,), (V,)."""
    u, v = (
        np.unique(np.linspace(0, size[other] - 1, min(size[other], _SAMPLES)).astype(int))
        for other in across
    )
    n, b, a = np.meshgrid(np.arange(size[axis]), v, u, indexing="ij")
    ijk = np.empty((n.size, 3))
    ijk[:, axis], ijk[:, across[1]], ijk[:, across[0]] = n.ravel(), b.ravel(), a.ravel()
    return to_lps(ijk).reshape(*n.shape, 3), (u.astype(float), v.astype(float))


def _fit(
    points: np.ndarray, samples: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Least squares: pixel (0, 0) of each slice (N, 3), and mm per column and per row (2, 3)."""
    u, v = samples
    if len(u) < 2 or len(v) < 2:
        raise GeometryError("the volume is only one voxel wide")
    du, dv = u - u.mean(), v - v.mean()
    mean = points.mean(axis=0)
    per_column = np.einsum("vux,u->x", mean, du) / (len(v) * (du @ du))
    per_row = np.einsum("vux,v->x", mean, dv) / (len(u) * (dv @ dv))
    starts = points.mean(axis=(1, 2)) - u.mean() * per_column - v.mean() * per_row
    return starts, np.stack([per_column, per_row])


def _rectangular(along: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    """Unit row and column direction, and the pixel size (column spacing, row spacing)."""
    row = along[0] / np.linalg.norm(along[0])
    column = along[1] - (along[1] @ row) * row
    column /= np.linalg.norm(column)
    return row, column, (float(along[0] @ row), float(along[1] @ column))


def _deviation(
    points: np.ndarray,
    samples: tuple[np.ndarray, np.ndarray],
    starts: np.ndarray,
    per_column: np.ndarray,
    per_row: np.ndarray,
) -> float:
    u, v = samples
    flat = u[None, :, None] * per_column + v[:, None, None] * per_row
    return float(np.linalg.norm(points - starts[:, None, None] - flat, axis=-1).max())


def _refusal(off: float, linear: bool) -> GeometryError:
    if linear:
        return GeometryError(
            f"the volume is sheared within its slices (by up to {off:.2f} mm)",
            remedy="Resample it with the Crop Volume module first",
        )
    return GeometryError(
        f"the transform above this volume bends or turns its slices (by up to {off:.2f} mm)",
        remedy="Harden the transform first (Data module, right click on the transform's icon), "
        "or take the volume out of it",
    )


def _written_decimals(positions: np.ndarray) -> tuple[int, int, int]:
    """The decimals that all positions show in each component, at most 3.

    Slicer's acquisition transform carries the header's positions, rounding included.
    """
    found = []
    for component in positions.T:
        rounded = (
            np.abs(component - np.round(component, d)).max() <= _WRITTEN_MM for d in range(3)
        )
        found.append(next((d for d, fits in enumerate(rounded) if fits), 3))
    return tuple(found)


def _fits_int16(values: np.ndarray) -> bool:
    return bool(values.min() >= _INT16.min and values.max() <= _INT16.max)


def _background(modality: str, labels: bool, lowest: float) -> float:
    if labels:
        return 0.0
    return CT_BACKGROUND if modality == "CT" else lowest


def _field(plan: GridPlan, kept: np.ndarray) -> np.ndarray:
    """The plan's acquired field, narrowed to what was acquired within the source slices."""
    field = plan.field()
    columns, rows = plan.source_size
    lost = kept - [0, columns - 1, 0, rows - 1]
    for plane, parts in enumerate(plan.planes):
        if parts and field[plane, 1] >= field[plane, 0]:
            used = lost[[index for index, _ in parts]]
            field[plane, ::2] += used[:, ::2].max(axis=0)
            field[plane, 1::2] += used[:, 1::2].min(axis=0)
    return field


def _frames(scene: SceneStack) -> SliceFrames:
    count, first = len(scene.stack.slices), scene.stack.slices[0]
    return SliceFrames(
        positions=scene.geometry.header_positions,
        rows=np.tile(first.row_direction, (count, 1)),
        columns=np.tile(first.column_direction, (count, 1)),
        spacing=np.tile(first.pixel_spacing[::-1], (count, 1)),
    )


def _provenance(scene: SceneStack) -> dict[str, Any]:
    info = scene.stack.info
    source = source_record(scene.stack, scene.geometry)
    source |= {"kind": "scene volume", "series_id": series_id(info.uid) if info.uid else None}
    uids = [item.sop_instance_uid for item in scene.stack.slices]
    return {
        "schema": SCHEMA,
        "source": source,
        "steps_mm": scene.geometry.steps.tolist(),
        "findings": [item.as_finding() for item in scene.geometry.findings],
        "window": [list(pair) for pair in info.window],
        "instance_uids": uids if all(uids) else [],
    }


def _continued(
    provenance: dict[str, Any], earlier: dict[str, Any], untouched: bool
) -> dict[str, Any]:
    """What PrintPrep knew of the volume already outlives a second treatment."""
    before = earlier.get("volume", {})
    treatment = dict(provenance["volume"])
    if untouched:
        kept = ("interpolation", "residual_mm", "spacing_choice", "averaged_planes", "background")
        treatment |= {key: before[key] for key in kept if key in before}
    else:
        treatment["before"] = before
    return {**provenance, **earlier, "window": provenance["window"], "volume": treatment}
