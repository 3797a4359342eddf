"""What the fit of an object of known size gives, and the scale along an axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..core.phrases import _

AXES = ("x", "y", "z")


@dataclass(frozen=True)
class AxisScale:
    """Measured ÷ true length, and its 95 % half-width."""

    scale: float
    uncertainty: float


#: Number of nominal sizes of each kind: a diameter; three edges; diameter and length.
KINDS = {"ball": 1, "block": 3, "cylinder": 2}
KIND_WORDS = {"ball": _("ball"), "block": _("block"), "cylinder": _("cylinder")}
#: What remains of the model's own error on blurred phantoms (docs/calibration.md), mm.
MODEL_MM = 0.005


@dataclass(frozen=True)
class ObjectFit:
    """An object that was measured in a volume.

    ``measured_mm`` is (diameter,) of a ball, the edges of a block in the order of the nominal
    ones, (diameter, length) of a cylinder; ``uncertainty_mm`` their 95 % half-widths.
    ``center_mm`` is LPS, ``center_covariance_mm2`` its 3×3 covariance. ``scale`` holds measured
    ÷ nominal along the patient's x, y, z, None where the object does not tell. ``blur_mm`` is
    the σ of the scanner's blur (within slices, across). ``residual`` and ``noise`` are grey
    values (RMS); ``left_out`` is the share of the edge that other objects cover.
    """

    kind: str
    nominal_mm: tuple[float, ...] | None
    measured_mm: tuple[float, ...]
    uncertainty_mm: tuple[float, ...]
    center_mm: tuple[float, float, float]
    center_covariance_mm2: tuple[tuple[float, float, float], ...]
    blur_mm: tuple[float, float]
    object_value: float
    background_value: float
    residual: float
    noise: float
    left_out: float
    points: int
    scale: dict[str, AxisScale | None] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The fit as JSON holds it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> ObjectFit:
        """The fit that ``as_dict`` gave, JSON in between or not."""
        scale = {
            axis: None if one is None else AxisScale(**one) for axis, one in kept["scale"].items()
        }
        return cls(**{**kept, "scale": scale})
