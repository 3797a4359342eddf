"""What a comparison gives: the change taken apart, and the whole answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..core.findings import Finding
from .deformation import Parts
from .local import Local

#: Millimetres of what a file may have counted in, and what that is called.
UNITS_MM = {1000.0: "metres", 100.0: "decimetres", 10.0: "centimetres", 25.4: "inches"}
#: A skew or scale is told from this on, and from so many standard errors.
LEAST_CHANGE = 0.001
LEAST_SKEW = 0.003
ERRORS = 4.0


@dataclass(frozen=True)
class Shape:
    """How the whole model differs from the reference; model and reference in LPS mm.

    :param onto: 4×4, model as given → reference, everything undone (unit, mirror, motion,
        scale and skew).
    :param rigid: 4×4, the same with nothing but unit, mirror and motion undone.
    :param parts: turn, scale and skew; ``None`` values never stand here.
    :param scale_error: standard errors (3,) of the scale.
    :param skew_error: the same of the skew.
    :param axes_of: whose axes the scale goes along, ``reference`` or ``model``.
    :param shift_mm: (3,) how far the model's middle lies from its place, zero where the
        model kept a fixed point (origin or middle).
    """

    onto: np.ndarray
    rigid: np.ndarray
    parts: Parts
    scale_error: np.ndarray
    skew_error: np.ndarray
    axes_of: str
    shift_mm: np.ndarray
    inflation_mm: float
    scatter_mm: float


@dataclass(frozen=True)
class Comparison:
    """What ``compare`` found.

    :param transform: 4×4 that was put on the model before measuring: unit and mirror
        undone, and with ``align`` the motion.
    :param distances_mm: (N,) signed, of points spread over the model by area.
    :param as_given_mm: the same without anything undone, or None where nothing was.
    :param shape: None where the two have too little in common.
    """

    aligned: bool
    transform: np.ndarray
    unit_factor: float
    mirrored: str | None
    distances_mm: np.ndarray
    as_given_mm: np.ndarray | None
    shape: Shape | None
    local: Local | None
    missing: float
    measures: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)
