"""Where the points of a model file lie: scale, unit, and centring."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.errors import ExportError
from ...core.phrases import _
from ..triangle_mesh import TriangleMesh, bounds

#: A model, or the parts of one, each with its name.
Model = TriangleMesh | Sequence[tuple[str, TriangleMesh]]


@dataclass(frozen=True)
class Unit:
    """What a file counts in.

    :param name: as the user types it and the record holds it.
    :param title, plural: in words.
    :param per_mm: how many of it are a millimetre.
    :param in_3mf: as the 3MF core specification writes it.
    :param decimals: digits after the point with which sizes are told.
    """

    name: str
    title: str
    plural: str
    per_mm: float
    in_3mf: str
    decimals: int


UNITS = {
    unit.name: unit
    for unit in (
        Unit("mm", _("millimetre"), _("millimetres"), 1.0, "millimeter", 1),
        Unit("m", _("metre"), _("metres"), 0.001, "meter", 4),
        Unit("inch", _("inch"), _("inches"), 1 / 25.4, "inch", 3),
    )
}
#: Coordinates of binary files are float32: beyond this a step is coarser than 0.001 mm.
LARGEST_COORDINATE_MM = 8192.0


@dataclass(frozen=True)
class Placing:
    """A point of the file is ``scale × (p − offset_mm)``, p in LPS mm.

    :param size: size of the file ÷ size of the patient, whatever the unit.
    :param unit: the file's unit.
    """

    size: float
    offset_mm: tuple[float, float, float]
    unit: Unit

    @property
    def scale(self) -> float:
        """What millimetres of the patient are multiplied by."""
        return self.size * self.unit.per_mm

    @property
    def decimals(self) -> int:
        """Digits after the point that a text needs: the last one is at most 0.00001 mm."""
        return 5 + max(0, math.ceil(-math.log10(self.unit.per_mm)))

    def of(self, points: np.ndarray) -> np.ndarray:
        """The points (N, 3) as the file holds them."""
        return self.scale * (points - np.array(self.offset_mm))

    def comment(self) -> str:
        """What Slicer writes and looks for; without it a reader must guess RAS or LPS."""
        return HEADER if self.scale == 1 else f"{HEADER};SCALE={self.scale:g}"


HEADER = "3D Slicer output. SPACE=LPS"


def size_and_unit(model: Mapping[str, Any]) -> tuple[float, Unit]:
    """Size of the file ÷ size of the patient, and the unit, of a record's ``model``."""
    files = model.get("files") or [{}]
    unit = UNITS[files[0].get("unit", "mm")]
    size = model["scale"] / unit.per_mm
    # What was multiplied by a unit and divided again shall be 1 when it was 1.
    return (1.0 if math.isclose(size, 1.0, rel_tol=1e-12) else size), unit


def parts_of(model: Model) -> list[tuple[str, TriangleMesh]]:
    """The parts of a model with their names.

    :raises ExportError: there is none, or one has no surface.
    """
    parts = [("model", model)] if isinstance(model, TriangleMesh) else list(model)
    if not parts or any(len(mesh.triangles) == 0 for _name, mesh in parts):
        raise ExportError(_("the model has no surface"), remedy=_("Check the threshold"))
    return parts


def merged(parts: Sequence[tuple[str, TriangleMesh]]) -> TriangleMesh:
    """All parts in one mesh."""
    if len(parts) == 1:
        return parts[0][1]
    meshes = [mesh for _name, mesh in parts]
    firsts = np.cumsum([0] + [len(mesh.points) for mesh in meshes[:-1]])
    return TriangleMesh(
        np.concatenate([mesh.points for mesh in meshes]),
        np.concatenate([m.triangles + first for m, first in zip(meshes, firsts, strict=True)]),
    )


def placing(
    parts: Sequence[tuple[str, TriangleMesh]],
    scale: float = 1.0,
    center: bool = False,
    unit: str = "mm",
    offset_mm: Sequence[float] | None = None,
) -> Placing:
    """How the parts are placed in a file.

    :param center: move the centre of the box round all parts to the origin.
    :param offset_mm: move this point (LPS mm) to the origin instead.
    :raises ExportError: the scale or unit is none, the points are no numbers, or they lie
        too far out for binary files.
    """
    if not (math.isfinite(scale) and scale > 0):
        raise ExportError(_("the scale must be a positive number"), remedy=_("1 is true to life"))
    if unit not in UNITS:
        raise ExportError(
            _("there is no unit {unit!r}"),
            remedy=_("There are {units}: choose one"),
            unit=unit,
            units=", ".join(UNITS),
        )
    if center and offset_mm is not None:
        raise ValueError("a model is either centred or moved by a given offset")
    boxes = [bounds(mesh) for _name, mesh in parts]
    low = np.min([box[0] for box in boxes], axis=0)
    high = np.max([box[1] for box in boxes], axis=0)
    offset = (low + high) / 2 if center else np.array(offset_mm or (0, 0, 0), float)
    farthest = float(np.max(np.abs((scale * (low - offset), scale * (high - offset)))))
    if not math.isfinite(farthest):
        raise ExportError(
            _("the model holds points that are not numbers"), remedy=_("Make the model again")
        )
    if farthest > LARGEST_COORDINATE_MM:
        raise ExportError(
            _(
                "the model reaches {farthest:.0f} mm from the origin, where the numbers of an "
                "STL file are coarser than 0.001 mm"
            ),
            remedy=_("Centre the model or choose a smaller scale"),
            farthest=farthest,
        )
    x, y, z = offset.tolist()
    return Placing(float(scale), (x, y, z), UNITS[unit])
