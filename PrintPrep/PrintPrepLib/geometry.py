"""The geometry of a slice stack: tilt, steps, regularity, and what is wrong with it.

Truth is ImagePositionPatient and ImageOrientationPatient of every slice
(PS3.3 C.7.6.2.1.1). GantryDetectorTilt, SpacingBetweenSlices and SliceThickness are
only compared with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from . import geometry_findings as finding
from .errors import GeometryError
from .findings import Finding
from .gridfit import fit_regular, fit_uniform, position_tolerance
from .series import SliceStack

_SAME_POSITION_MM = 5e-3
_GAP_FACTOR = 1.9
_GAP_MM = 2.5
_SECTION_FACTOR = 3.0
_SECTION_MM = 10.0
_ROUNDED_STEPS_MM = 0.005


@dataclass(frozen=True)
class StackGeometry:
    """Where the slices of a stack stand. Lengths in mm, vectors in LPS, N slices.

    ``row``, ``column`` and ``normal`` are the unit axes of the slices (normal = row ×
    column). ``header_positions`` (N, 3) are as written; ``positions`` (N, 3) are those that
    the volume is built on: the fitted grid where one explains the rounding, else the same.
    ``steps`` (N − 1) are measured along the normal as written; ``step`` is the one step of
    a uniform stack, None where steps differ. ``shear`` = (d · row, d · column) / (d · normal)
    for the step direction d; ``tilt_deg`` is its magnitude as an angle. ``gaps`` are indices
    into ``steps``. ``refusal`` says why no volume can be made of the stack, None where one
    can.
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
    missing: int = 0
    duplicates: int = 0
    sections: int = 1
    refusal: str | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def regular(self) -> bool:
        """An orthogonal grid explains every position: the voxels can stay as they are."""
        return not (self.tilted or self.irregular)

    @property
    def sectioned(self) -> bool:
        """A gap parts the stack into sections."""
        return self.sections > 1

    @property
    def distances(self) -> np.ndarray:
        """Distance of each slice from the first along the normal, (N,) mm."""
        return (self.positions - self.positions[0]) @ self.normal

    @property
    def offsets(self) -> np.ndarray:
        """In-plane offset of each slice from the first along row and column, (N, 2) mm.

        Zero where the slices stand straight above each other within the tolerance.
        """
        if not self.tilted:
            return np.zeros((len(self.positions), 2))
        moved = self.positions - self.positions[0]
        return np.stack([moved @ self.row, moved @ self.column], axis=1)

    @property
    def fit_residual_mm(self) -> float:
        """Largest distance between a position as written and as used."""
        return float(np.linalg.norm(self.positions - self.header_positions, axis=1).max())


def analyse(stack: SliceStack) -> StackGeometry:
    """Work out the geometry of a stack, with findings in plain words.

    :raises GeometryError: the stack has no slice.
    """
    if not stack.slices:
        raise GeometryError("The stack holds no slice")
    geometry = analyse_positions(
        np.array([item.position for item in stack.slices]),
        np.array(stack.slices[0].row_direction),
        np.array(stack.slices[0].column_direction),
        position_tolerance(item.position_decimals for item in stack.slices),
    )
    refusal = finding.refusal(stack, geometry)
    found = finding.describe(stack, geometry)
    if refusal is not None:
        found = [refusal, *found]
    return replace(
        geometry,
        findings=tuple(found),
        refusal=None if refusal is None else refusal.message,
    )


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
    gaps, missing, sections = _gaps(steps, tolerance)
    geometry = StackGeometry(
        row=row,
        column=column,
        normal=normal,
        header_positions=positions,
        positions=positions,
        steps=steps,
        gaps=gaps,
        missing=missing,
        sections=sections,
        duplicates=int((steps < _SAME_POSITION_MM).sum()),
    )
    if geometry.duplicates:
        return replace(geometry, irregular=True)
    return geometry if len(positions) < 2 else _classified(geometry, tolerance)


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
    return replace(
        geometry,
        positions=used,
        step=None if fit is None else float(fit.step @ normal),
        shear=(float(shear[0]), float(shear[1])),
        # atan2 as in |n × d|, n · d: the arc cosine loses small angles and overflows.
        tilt_deg=math.degrees(math.atan2(float(np.hypot(*across[-1])), float(along[-1]))),
        tilted=straight is None and (fit is not None or leans),
        irregular=fit is None,
        rounded=fit is not None and float(np.ptp(geometry.steps)) > _ROUNDED_STEPS_MM,
        drift_mm=float(np.abs(across - along[:, None] * shear).max()),
    )


def _gaps(steps: np.ndarray, tolerance: np.ndarray) -> tuple[tuple[int, ...], int, int]:
    """Indices of wide steps, slices missing in them, and the sections that wide gaps part."""
    if not len(steps) or np.median(steps) < _SAME_POSITION_MM:
        return (), 0, 1
    median = float(np.median(steps))
    wide = np.flatnonzero(steps > max(_GAP_FACTOR * median, _GAP_MM))
    sections = 1 + int((steps > max(_SECTION_FACTOR * median, _SECTION_MM)).sum())
    multiples = np.round(steps[wide] / median)
    whole = np.abs(steps[wide] - multiples * median) <= 2 * multiples * tolerance.max()
    missing = int((multiples[whole] - 1).sum())
    return tuple(int(index) for index in wide), missing, sections
