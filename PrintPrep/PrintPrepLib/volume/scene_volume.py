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
from ..core.phrases import _
from ..core.progress import Progress, part
from ..dicom.header import SeriesInfo, SliceHeader, series_id
from ..geometry.analysis import analyse
from ..geometry.fan import fan_of
from ..geometry.stack import SliceStack
from ..geometry.stack_geometry import StackGeometry
from .grid import GridPlan, plan_grid
from .regular_volume import CT_BACKGROUND, RegularVolume, filled_volume
from .regularize import fill_grid, stack_provenance

#: Maps voxel indices (N, 3), ordered (i, j, k), to LPS mm.
ToLps = Callable[[np.ndarray], np.ndarray]

#: How far a voxel may stand from the flat, rectangular slice that stands for it.
FLAT_MM = 0.05
#: Samples along each side of a slice: enough to see a transform bend it.
_SAMPLES = 9
_WRITTEN_MM = 1e-6
#: A scene volume has lost PixelPaddingValue; nothing in a patient measures less than this.
_NO_TISSUE_HU = -1100.0
#: Whole numbers up to this are exact in float32.
_EXACT = 1 << 24
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
            values = values.astype(np.int16 if _narrow(values) else np.float32)
        first_i, last_i, first_j, last_j = self.kept[index]
        missing = np.ones(values.shape, bool)
        missing[first_j : last_j + 1, first_i : last_i + 1] = False
        if self.padding is not None:
            missing |= values == self.padding
        if np.issubdtype(values.dtype, np.floating):
            missing |= ~np.isfinite(values)
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
    starts, row, column, spacing = _flat_slices(size, to_lps, axis, across, linear)
    order = np.argsort(starts @ np.cross(row, column), kind="stable")
    uids = instance_uids if axis == 2 and len(instance_uids) == size[2] else [""] * size[axis]
    rows, columns = size[across[1]], size[across[0]]
    header = SliceHeader(
        path="",
        sop_instance_uid="",
        sop_class_uid="",
        position=(0.0, 0.0, 0.0),
        position_decimals=_written_decimals(starts),
        row_direction=tuple(row.tolist()),
        column_direction=tuple(column.tolist()),
        rows=rows,
        columns=columns,
        pixel_spacing=spacing,
        image_type=(),
        instance_number="",
    )
    slices = tuple(
        replace(header, sop_instance_uid=uids[index], position=tuple(starts[index].tolist()))
        for index in order
    )
    # A scene volume is loaded as one or not at all.
    stack = SliceStack(info, slices)
    geometry = analyse(stack)
    if geometry.duplicates or geometry.sectioned:
        section, sections = 0 if geometry.sectioned else 1, geometry.sections
        conflicting = geometry.duplicates
        stack = replace(stack, conflicting=conflicting, section=section, sections=sections)
        geometry = analyse(stack)
    view = voxels.transpose(2 - axis, 2 - across[1], 2 - across[0])
    if np.array_equal(order, np.arange(len(order))[::-1]):
        view = view[::-1]
    elif not np.array_equal(order, np.arange(len(order))):
        view = view[order]
    whole = np.tile([0, columns - 1, 0, rows - 1], (len(slices), 1))
    kept = whole if field is None or axis != 2 else field[order]
    low = _minimum(voxels)
    padding = low if info.modality == "CT" and low < _NO_TISSUE_HU else None
    return SceneStack(stack, geometry, view, kept, padding)


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
    scene.geometry.refuse()
    stack, fan = scene.stack, fan_of(scene.stack.slices)
    pixel = stack.slices[0].pixel_spacing
    plan = plan_grid(scene.geometry, fan.size, pixel, spacing, nearest=labels)
    narrow, background = _narrow(scene.voxels), 0.0
    if not labels:
        ct = stack.info.modality == "CT"
        background = CT_BACKGROUND if ct else _minimum(scene.voxels)
    if plan.untouched:
        keep = labels or not narrow
        voxels = np.array(scene.voxels, scene.voxels.dtype if keep else np.int16)
    elif labels:
        voxels = _labels(scene, plan, part(progress, 0, 0.95))
    else:
        voxels = fill_grid(scene, plan, background, narrow, part(progress, 0, 0.95))
    provenance = stack_provenance(stack, scene.geometry)
    uid = stack.info.uid
    provenance["source"] |= {"kind": "scene volume", "series_id": series_id(uid) if uid else None}
    if not all(provenance["instance_uids"]):
        provenance["instance_uids"] = []
    field = _field(plan, scene.kept)
    result = filled_volume(voxels, plan, background, fan, spacing, provenance, field)
    provenance = result.provenance
    if labels and not plan.untouched:
        provenance["volume"]["interpolation"] = "nearest"
    if earlier:
        provenance = _continued(provenance, earlier, plan.untouched)
    return replace(result, provenance=provenance)


def _stack_axis(size: Sequence[int], to_lps: ToLps) -> int:
    """The voxel axis along which flat, rectangular slices lie: k where that is possible."""
    corners = to_lps(np.vstack([np.zeros(3), np.eye(3)]))
    edges = (corners[1:] - corners[0]) * np.array(size)[:, None]
    for axis, one, other in ((2, 0, 1), (1, 0, 2), (0, 1, 2)):
        lengths = np.linalg.norm(edges[[one, other]], axis=1)
        if abs(edges[one] @ edges[other]) / lengths.max() <= FLAT_MM:
            return axis
    return 2


def _flat_slices(
    size: Sequence[int], to_lps: ToLps, axis: int, across: Sequence[int], linear: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[float, float]]:
    """The equal rectangles that stand for the slices, by least squares.

    :param axis, across: voxel axes along the stack, along a row and down a column.
    :returns: pixel (0, 0) of each slice, (N, 3) LPS mm; unit row and column direction; and
        the distance of rows and columns, mm.
    :raises GeometryError: a voxel stands farther than ``FLAT_MM`` from its rectangle.
    """
    u, v = (
        np.unique(np.linspace(0, size[other] - 1, min(size[other], _SAMPLES)).astype(int))
        for other in across
    )
    if len(u) < 2 or len(v) < 2:
        raise GeometryError(_("the volume is only one voxel wide"))
    grid = np.meshgrid(np.arange(size[axis]), v, u, indexing="ij")
    ijk = np.empty((grid[0].size, 3))
    ijk[:, [axis, across[1], across[0]]] = np.stack(grid, axis=-1).reshape(-1, 3)
    points = to_lps(ijk).reshape(*grid[0].shape, 3)
    du, dv = u - u.mean(), v - v.mean()
    mean = points.mean(axis=0)
    per_column = np.einsum("vux,u->x", mean, du) / (len(v) * (du @ du))
    per_row = np.einsum("vux,v->x", mean, dv) / (len(u) * (dv @ dv))
    starts = points.mean(axis=(1, 2)) - u.mean() * per_column - v.mean() * per_row
    row = per_column / np.linalg.norm(per_column)
    column = per_row - (per_row @ row) * row
    column /= np.linalg.norm(column)
    spacing = float(per_row @ column), float(per_column @ row)
    flat = u[None, :, None] * row * spacing[1] + v[:, None, None] * column * spacing[0]
    off = float(np.linalg.norm(points - starts[:, None, None] - flat, axis=-1).max())
    if off <= FLAT_MM:
        return starts, row, column, spacing
    if linear:
        raise GeometryError(
            _("the volume is sheared within its slices (by up to {off:.2f} mm)"),
            remedy=_("Resample it with the Crop Volume module first"),
            off=off,
        )
    raise GeometryError(
        _("the transform above this volume bends or turns its slices (by up to {off:.2f} mm)"),
        remedy=_(
            "Harden the transform first (Data module, right click on the transform's icon), or "
            "take the volume out of it"
        ),
        off=off,
    )


def _written_decimals(positions: np.ndarray) -> tuple[int, int, int]:
    """The decimals that all positions show in each component, at most 3.

    Slicer's acquisition transform carries the header's positions, rounding included.
    """

    def shown(component: np.ndarray) -> int:
        off = (np.abs(component - np.round(component, decimals)).max() for decimals in range(3))
        return next((decimals for decimals, far in enumerate(off) if far <= _WRITTEN_MM), 3)

    x, y, z = (shown(component) for component in positions.T)
    return x, y, z


def _labels(scene: SceneStack, plan: GridPlan, progress: Progress | None) -> np.ndarray:
    """Labels on the grid, of their type and with their values; 0 where there is none."""
    kind = scene.voxels.dtype
    if np.abs(scene.voxels.astype(np.float64)).max() <= _EXACT:
        return fill_grid(scene, plan, 0.0, _narrow(scene.voxels), progress).astype(kind)
    # Numbers of some atlases are too large for the resampler: it gets their places in a list.
    values = np.unique(np.append(scene.voxels.ravel(), np.zeros(1, kind)))
    places = np.searchsorted(values, scene.voxels).astype(np.int32)
    numbered = replace(scene, voxels=places)
    none = float(np.searchsorted(values, 0))
    return values[fill_grid(numbered, plan, none, _narrow(places), progress).astype(np.int32)]


def _minimum(values: np.ndarray) -> float:
    """The smallest value that is a number."""
    if np.issubdtype(values.dtype, np.floating):
        values = values[np.isfinite(values)]
    return float(values.min()) if values.size else 0.0


def _narrow(values: np.ndarray) -> bool:
    """Whether int16 holds the values."""
    if not np.issubdtype(values.dtype, np.integer):
        return False
    return bool(values.min() >= _INT16.min and values.max() <= _INT16.max)


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
