"""From a stack to its geometry, with findings in plain words: the entry to this package."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..core.errors import GeometryError
from . import findings as finding
from .fan import fan_of
from .hounsfield import pixel_findings
from .regularity import position_tolerance
from .stack import SliceStack
from .stack_geometry import StackGeometry, analyse_positions, standing


def analyse(stack: SliceStack) -> StackGeometry:
    """Work out the geometry of a stack, with findings in plain words.

    Of slices at one position the first stands for all of them.

    :raises GeometryError: the stack has no slice.
    """
    if not stack.slices:
        raise GeometryError("The stack holds no slice")
    slices = standing(stack)
    first = slices[0]
    axes = np.array([first.row_direction, first.column_direction])
    positions = np.array([item.position for item in slices])
    if stack.drifting:
        # The corners rise and fall as the slices turn; their middles do not.
        axes, positions = fan_of(slices).axes, fan_of(slices).middles
    geometry = analyse_positions(
        positions,
        axes[0],
        axes[1],
        position_tolerance(item.position_decimals for item in slices),
    )
    duplicates = len(stack.slices) - len(slices) + len(stack.duplicate_places)
    geometry = replace(geometry, duplicates=duplicates)
    stack = replace(stack, slices=slices)
    refusal = finding.refusal(stack, geometry)
    found = [*pixel_findings(stack), *finding.describe(stack, geometry)]
    if refusal is not None:
        found = [refusal, *found]
    return replace(
        geometry,
        findings=tuple(found),
        refusal=None if refusal is None else refusal.message,
    )
