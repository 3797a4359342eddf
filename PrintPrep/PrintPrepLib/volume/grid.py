"""The regular grid that a stack is brought onto, planned before memory is taken."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..core.errors import GridError
from ..core.phrases import _
from ..geometry.stack_geometry import StackGeometry

#: Voxels of the largest volume that is made without being told otherwise (4 GiB of int16).
MAXIMUM_VOXELS = 2**31
#: Shares of a voxel below this count as an exact hit: no interpolation there.
EXACT = 1e-5
#: The slices that a grid plane is put together from, with their weights.
Parts = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Grid:
    """An orthogonal grid over slices.

    ``dimensions`` and ``spacing`` are (i, j, k), lengths in mm; ``ijk_to_lps`` is 4×4.
    ``source_size`` is (columns, rows) of a slice. ``averages`` tells that planes are means over
    their thickness, because the grid is coarser than the slices.
    """

    dimensions: tuple[int, int, int]
    spacing: tuple[float, float, float]
    ijk_to_lps: np.ndarray
    source_size: tuple[int, int]
    averages: bool

    @property
    def untouched(self) -> bool:
        """Every plane is one source slice as it stands: nothing is interpolated."""
        return False


@dataclass(frozen=True)
class GridPlan(Grid):
    """An orthogonal grid over parallel slices, and the way each of its planes is put together.

    ``shifts`` (N, 2) are where pixel (0, 0) of each source slice comes to lie on the grid,
    in voxels along (i, j); ``planes`` holds for each grid plane the source slices and their
    weights, none where the plane lies outside. ``outside`` are planes beyond the ends of the
    stack or of a section; ``reach_mm`` is the longest way from a plane to the nearest slice it
    is made of.
    """

    shifts: np.ndarray
    planes: tuple[Parts, ...]
    outside: frozenset[int]
    reach_mm: float

    @property
    def untouched(self) -> bool:
        """Every plane is one source slice as it stands: nothing is interpolated."""
        return not self.shifts.any() and self.planes == tuple(
            ((index, 1.0),) for index in range(len(self.shifts))
        )

    def field(self) -> np.ndarray:
        """Where each plane is interpolated from acquired voxels only.

        :returns: (K, 4) integers: first and last i, first and last j, both inclusive; an
            empty plane has a last before the first.
        """
        field = np.tile([0, -1, 0, -1], (len(self.planes), 1))
        columns, rows = self.source_size
        for plane, parts in enumerate(self.planes):
            if not parts or plane in self.outside:
                continue
            shifts = self.shifts[[index for index, _ in parts]]
            first = np.ceil(shifts.max(axis=0) - EXACT)
            last = np.floor(shifts.min(axis=0) + np.array([columns - 1, rows - 1]) + EXACT)
            field[plane] = first[0], last[0], first[1], last[1]
        return field.astype(np.int64)


def choose_spacing(
    geometry: StackGeometry, pixel_spacing: tuple[float, float], choice: str | float
) -> float:
    """The distance between grid planes in mm.

    :param pixel_spacing: (row spacing, column spacing) in mm.
    :param choice: ``native``, ``isotropic`` or millimetres.
    :raises GridError: the choice is none of these, or not positive.
    """
    if choice == "native":
        if geometry.step is not None:
            return geometry.step
        steps = geometry.inner_steps if len(geometry.inner_steps) else geometry.steps
        return max(float(steps.min()), min(pixel_spacing))
    if choice == "isotropic":
        return min(pixel_spacing)
    try:
        spacing = float(choice)
    except (TypeError, ValueError):
        spacing = math.nan
    if not (math.isfinite(spacing) and spacing > 0):
        raise GridError(
            _("the spacing {choice!r} is neither native, isotropic nor a positive number of mm"),
            remedy=_("Give for instance native or 0.5"),
            choice=choice,
        )
    return spacing


def plan_grid(
    geometry: StackGeometry,
    source_size: tuple[int, int],
    pixel_spacing: tuple[float, float],
    spacing: str | float = "native",
    *,
    nearest: bool = False,
    maximum_voxels: int = MAXIMUM_VOXELS,
) -> GridPlan:
    """Lay an orthogonal grid over a stack: axes row, column, normal; first slice's pixels kept.

    The grid covers every source voxel centre. Between sections planes stay empty: nothing is
    interpolated across a gap.

    :param source_size: (columns, rows) of a slice.
    :param pixel_spacing: (row spacing, column spacing) in mm.
    :param nearest: take the nearest voxel instead of interpolating (labels).
    :raises GridError: bad spacing, or more voxels than ``maximum_voxels``.
    """
    step = choose_spacing(geometry, pixel_spacing, spacing)
    in_plane = np.array([pixel_spacing[1], pixel_spacing[0]])
    shifts = geometry.offsets / in_plane
    shifts = np.where(np.abs(shifts - np.round(shifts)) < EXACT, np.round(shifts), shifts)
    if nearest:
        shifts = np.round(shifts)
    low = np.floor(shifts.min(axis=0))
    high = np.ceil(shifts.max(axis=0)) + source_size
    distances = geometry.distances
    count = 1 + math.ceil(distances[-1] / step - EXACT)
    dimensions = (int(high[0] - low[0]), int(high[1] - low[1]), count)
    limit_voxels(dimensions, step, maximum_voxels)
    usual = float(np.median(geometry.inner_steps)) if len(geometry.inner_steps) else math.inf
    averages = not nearest and step > usual * (1 + EXACT)
    heights = np.arange(count) * step
    planes, outside = _planes(geometry, heights, step, averages)
    if nearest:
        most = [max(parts, key=lambda part: part[1])[:1] if parts else () for parts in planes]
        planes = [tuple((index, 1.0) for index in parts) for parts in most]
    ways = [
        min(abs(float(distances[index]) - height) for index, _weight in parts)
        for height, parts in zip(heights, planes, strict=True)
        if parts
    ]
    matrix = np.eye(4)
    matrix[:3, 0] = geometry.row * in_plane[0]
    matrix[:3, 1] = geometry.column * in_plane[1]
    matrix[:3, 2] = geometry.normal * step
    matrix[:3, 3] = geometry.positions[0] + matrix[:3, :2] @ low
    return GridPlan(
        dimensions=dimensions,
        spacing=(float(in_plane[0]), float(in_plane[1]), step),
        ijk_to_lps=matrix,
        shifts=shifts - low,
        planes=tuple(planes),
        source_size=source_size,
        averages=averages,
        outside=outside,
        reach_mm=max(ways, default=0.0),
    )


def limit_voxels(dimensions: tuple[int, int, int], step: float, maximum: int) -> None:
    """Refuse a grid that is too large before memory is taken.

    :raises GridError: it has more voxels than ``maximum``.
    """
    voxels = math.prod(dimensions)
    if voxels > maximum:
        raise GridError(
            _(
                "a spacing of {step:g} mm needs {shape} = {millions:.0f} million voxels, more "
                "than the limit of {limit:.0f} million"
            ),
            remedy=_("Choose a coarser spacing"),
            step=step,
            shape=" × ".join(str(size) for size in dimensions),
            millions=voxels / 1e6,
            limit=maximum / 1e6,
        )


def _planes(
    geometry: StackGeometry, heights: np.ndarray, step: float, averages: bool
) -> tuple[list[Parts], frozenset[int]]:
    """Slices and weights of every plane, and the planes that no section reaches."""
    sections = [
        (first, geometry.distances[first : last + 1]) for first, last in geometry.section_bounds
    ]
    planes, outside = [], set()
    for plane, height in enumerate(heights):
        ways = [max(part[0] - height, height - part[-1]) for _first, part in sections]
        nearest = int(np.argmin(ways))
        first, distances = sections[nearest]
        if ways[nearest] > EXACT * step:
            outside.add(plane)
        near = ways[nearest] <= (0.5 + EXACT) * step
        parts = _contributions(distances, height, step, averages) if near else ()
        planes.append(tuple((first + index, weight) for index, weight in parts))
    return planes, frozenset(outside)


def _contributions(distances: np.ndarray, height: float, step: float, averages: bool) -> Parts:
    """Slices and weights of the plane at ``height`` mm: linear, or the mean over its thickness.

    Beyond the first or last slice that slice stands for the plane.
    """
    height = float(np.clip(height, distances[0], distances[-1]))
    if averages:
        # Narrowed at the ends, so that the mean stays centred on the plane.
        half = min(step / 2, height - distances[0], distances[-1] - height)
        if half > EXACT * step:
            return _slab(distances, height - half, height + half)
    upper = int(np.searchsorted(distances, height))
    for index in (upper - 1, upper):
        if 0 <= index < len(distances) and abs(distances[index] - height) <= EXACT * step:
            return ((index, 1.0),)
    share = (height - distances[upper - 1]) / (distances[upper] - distances[upper - 1])
    return ((upper - 1, 1.0 - float(share)), (upper, float(share)))


def _slab(distances: np.ndarray, start: float, end: float) -> Parts:
    """Exact mean of the piecewise linear interpolant between two heights, as slice weights."""
    knots = np.unique(
        np.concatenate([[start, end], distances[(distances > start) & (distances < end)]])
    )
    weights: dict[int, float] = {}
    for left, right in pairwise(knots):
        middle, width = (left + right) / 2, (right - left) / (end - start)
        upper = int(np.clip(np.searchsorted(distances, middle), 1, len(distances) - 1))
        share = (middle - distances[upper - 1]) / (distances[upper] - distances[upper - 1])
        weights[upper - 1] = weights.get(upper - 1, 0.0) + width * float(1 - share)
        weights[upper] = weights.get(upper, 0.0) + width * float(share)
    return tuple(sorted(item for item in weights.items() if item[1] > EXACT))
