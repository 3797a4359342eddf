"""The geometry of a slice stack: tilt, steps, regularity, and what is wrong with it.

Truth is ImagePositionPatient and ImageOrientationPatient of every slice
(PS3.3 C.7.6.2.1.1). GantryDetectorTilt, SpacingBetweenSlices and SliceThickness are
only compared with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ..core.errors import GeometryError
from ..core.findings import Finding
from ..dicom.header import SliceHeader
from .regularity import GridFit, find_gaps, fit_regular, fit_uniform
from .stack import SliceStack, places

#: Steps that differ by more are said to be rounded; of the tolerance where that is less.
_ROUNDED_STEPS_MM, _ROUNDED_SHARE = 0.005, 0.25
#: Of the lean from the first slice to the last one: drift beyond that is no constant tilt.
_DRIFT_SHARE = 0.25
#: Steps below this are none; of the tolerance where that is less.
_NO_STEP_MM, _NO_STEP_SHARE = 0.005, 0.25


@dataclass(frozen=True)
class StackGeometry:
    """Where the slices of a stack stand. Lengths in mm, vectors in LPS, N slices.

    ``row``, ``column`` and ``normal`` are the unit axes of the slices (normal = row ×
    column). ``header_positions`` (N, 3) are as written; ``positions`` (N, 3) are those that
    the volume is built on: the fitted grid where one explains the rounding, else the same.
    ``steps`` (N − 1) are measured along the normal as written; ``step`` is the one step of
    a uniform stack, None where steps differ; ``usual_mm`` is what steps are compared with.
    ``shear`` = (d · row, d · column) / (d · normal) for the step direction d; ``tilt_deg`` is
    its magnitude as an angle. ``gaps`` are indices into ``steps`` where ``missing_in`` says
    how many slices are missing; ``partings`` are those between sections. Every section is
    judged by itself; ``displaced`` tells that they do not share one grid. ``refusal`` says
    why no volume can be made of the stack, None where one can.
    """

    row: np.ndarray
    column: np.ndarray
    normal: np.ndarray
    header_positions: np.ndarray
    positions: np.ndarray
    steps: np.ndarray
    step: float | None = None
    tilt_deg: float = 0.0
    shear: tuple[float, float] = (0.0, 0.0)
    tilted: bool = False
    irregular: bool = False
    rounded: bool = False
    drift_mm: float = 0.0
    gaps: tuple[int, ...] = ()
    missing_in: tuple[int, ...] = ()
    partings: tuple[int, ...] = ()
    usual_mm: float = 0.0
    displaced: bool = False
    duplicates: int = 0
    refusal: str | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def regular(self) -> bool:
        """An orthogonal grid explains every position: the voxels can stay as they are."""
        return not (self.tilted or self.irregular or self.displaced)

    @property
    def missing(self) -> int:
        """Slices whose absence the widths of the gaps show."""
        return sum(self.missing_in)

    @property
    def sections(self) -> int:
        """Parts of the stack that wide gaps leave."""
        return len(self.partings) + 1

    @property
    def sectioned(self) -> bool:
        """A gap parts the stack into sections."""
        return bool(self.partings)

    @property
    def section_bounds(self) -> tuple[tuple[int, int], ...]:
        """Index of the first and last slice of every section."""
        starts = [0, *(index + 1 for index in self.partings)]
        ends = [*self.partings, len(self.positions) - 1]
        return tuple(zip(starts, ends, strict=True))

    @property
    def inner_steps(self) -> np.ndarray:
        """The steps within sections, mm."""
        return np.delete(self.steps, self.partings)

    @property
    def along(self) -> np.ndarray:
        """Place of each slice along the normal in patient coordinates, (N,) mm."""
        return self.header_positions @ self.normal

    @property
    def missing_at_mm(self) -> tuple[float, ...]:
        """Where slices are missing along the normal, in patient coordinates."""
        return tuple(
            float(self.along[index] + number * self.steps[index] / (missing + 1))
            for index, missing in zip(self.gaps, self.missing_in, strict=True)
            for number in range(1, missing + 1)
        )

    @property
    def distances(self) -> np.ndarray:
        """Distance of each slice from the first along the normal, (N,) mm."""
        return (self.positions - self.positions[0]) @ self.normal

    @property
    def offsets(self) -> np.ndarray:
        """In-plane offset of each slice from the first along row and column, (N, 2) mm.

        Zero where the slices stand straight above each other within the tolerance.
        """
        if not (self.tilted or self.displaced):
            return np.zeros((len(self.positions), 2))
        moved = self.positions - self.positions[0]
        return np.stack([moved @ self.row, moved @ self.column], axis=1)

    def refuse(self) -> None:
        """:raises GeometryError: no volume can be made of the stack; the text says why."""
        if self.refusal is not None:
            why = self.findings[0]
            raise GeometryError(why.template, **why.values)


def standing(stack: SliceStack) -> tuple[SliceHeader, ...]:
    """The slices of a stack, of those at one position the first."""
    if stack.drifting:
        return stack.slices
    return tuple(group[0] for group in places(stack.slices))


def analyse_positions(
    positions: np.ndarray, row: np.ndarray, column: np.ndarray, tolerance: np.ndarray
) -> StackGeometry:
    """The geometry of slices in one orientation, without findings or refusal.

    :param positions: (N, 3) LPS mm, in order along row × column.
    :param row, column: orthonormal axes (3,) LPS.
    :param tolerance: what a written position may be off, (3,) mm.
    """
    normal = np.cross(row, column)
    steps = np.diff(positions @ normal)
    least = min(_NO_STEP_MM, _NO_STEP_SHARE * float(tolerance.min()))
    geometry = StackGeometry(
        row=row,
        column=column,
        normal=normal,
        header_positions=positions,
        positions=positions,
        steps=steps,
        duplicates=int((steps < least).sum()),
    )
    if geometry.duplicates:
        return replace(geometry, irregular=True)
    if len(positions) < 2:
        return geometry
    gaps = find_gaps(steps, float(tolerance @ np.abs(normal)))
    geometry = replace(
        geometry,
        gaps=gaps.wide,
        missing_in=gaps.missing,
        partings=gaps.partings,
        usual_mm=gaps.usual,
    )
    return (_assembled if geometry.sectioned else _classified)(geometry, tolerance)


def _assembled(geometry: StackGeometry, tolerance: np.ndarray) -> StackGeometry:
    """A sectioned stack: each section judged by itself, then put onto one grid where possible."""
    written, positions = geometry.header_positions, geometry.header_positions.copy()
    parts = []
    for first, last in geometry.section_bounds:
        if first == last:
            continue
        section, steps = slice(first, last + 1), geometry.steps[first:last]
        own = replace(geometry, header_positions=written[section], steps=steps, partings=())
        parts.append(_classified(own, tolerance))
        positions[section] = parts[-1].positions
    if not parts:
        return replace(geometry, irregular=True)
    largest = max(parts, key=lambda part: len(part.positions))
    off = 2 * float(tolerance @ np.abs(geometry.normal))
    step = largest.step
    for part in parts:
        # A step that differs by less moves no slice of the part by more than the tolerance.
        if step is not None and (
            part.step is None or abs(part.step - step) * len(part.positions) > off
        ):
            step = None
    whole = replace(
        geometry,
        positions=positions,
        step=step,
        shear=largest.shear,
        tilt_deg=largest.tilt_deg,
        tilted=any(part.tilted for part in parts),
        irregular=step is None,
        rounded=any(part.rounded for part in parts),
        drift_mm=max(part.drift_mm for part in parts),
    )
    if step is None:
        return replace(whole, displaced=True)
    direction = whole.normal
    if whole.tilted:
        direction = direction + whole.shear[0] * whole.row + whole.shear[1] * whole.column
    if any(part.displaced for part in parts):
        return replace(whole, displaced=True)
    numbers = np.round(whole.distances / step)
    grid = positions[0] + (numbers * step)[:, None] * direction
    if (np.abs(grid - written) > 2 * tolerance).any():
        return replace(whole, displaced=True)
    return replace(whole, positions=grid)


def _classified(geometry: StackGeometry, tolerance: np.ndarray) -> StackGeometry:
    positions, normal = geometry.header_positions, geometry.normal
    straight = fit_regular(positions, normal, tolerance)
    fit = straight or fit_uniform(positions, tolerance)
    used = positions if fit is None else fit.positions(len(positions))
    moved = used - used[0]
    along = moved @ normal
    across = np.stack([moved @ geometry.row, moved @ geometry.column], axis=1)
    shear = across[-1] / along[-1]
    leans = float(np.ptp(across, axis=0).max()) > 2 * float(tolerance.max())
    tilted, even = straight is None and (fit is not None or leans), fit
    if fit is None:
        even = _even_along(positions, normal, tolerance)
        if leans and not _constant(across, along, shear, tolerance):
            # The way from the first to the last slice is no tilt where slices were recentred.
            shear = _usual_shear(across, along)
            lean = float(np.abs(shear * along[-1]).max())
            tilted = lean > 2 * float(tolerance.max())
            shear = shear if tilted else np.zeros(2)
        if even is not None:
            off = (even.positions(len(positions)) - positions) @ normal
            used = positions + off[:, None] * normal
    uneven = min(_ROUNDED_STEPS_MM, _ROUNDED_SHARE * float(tolerance.min()))
    return replace(
        geometry,
        positions=used,
        step=None if even is None else float(even.step @ normal),
        shear=(float(shear[0]), float(shear[1])),
        # The arc cosine loses small angles and overflows.
        tilt_deg=math.degrees(math.atan(float(np.hypot(*shear)))),
        tilted=tilted,
        irregular=even is None,
        rounded=fit is not None and float(np.ptp(geometry.steps)) > uneven,
        displaced=leans and fit is None and not tilted,
        drift_mm=float(np.abs(across - along[:, None] * shear).max()),
    )


def _even_along(positions: np.ndarray, normal: np.ndarray, tolerance: np.ndarray) -> GridFit | None:
    """The even steps along the normal of slices that do not stand straight above each other."""
    return fit_uniform((positions @ normal)[:, None] * normal, tolerance)


def _constant(
    across: np.ndarray, along: np.ndarray, shear: np.ndarray, tolerance: np.ndarray
) -> bool:
    """Whether one lean explains where slices stand within their plane, but for small drift."""
    off = float(np.abs(across - along[:, None] * shear).max())
    lean = float(np.abs(shear * along[-1]).max())
    return off <= max(2 * float(tolerance.max()), _DRIFT_SHARE * lean)


def _usual_shear(across: np.ndarray, along: np.ndarray) -> np.ndarray:
    """The lean of most slices: the median over slices an eighth of the stack apart."""
    apart = max(1, len(along) // 8)
    ways, steps = across[apart:] - across[:-apart], along[apart:] - along[:-apart]
    return np.median(ways / steps[:, None], axis=0)
