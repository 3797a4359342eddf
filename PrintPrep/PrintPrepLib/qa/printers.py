"""Printers, and whether a model fits on their beds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from typing import Any

import numpy as np

from ..core.errors import ExportError
from ..core.package_data import data_json
from ..core.phrases import _
from ..mesh.io.placement import size_and_unit

#: Lengths that differ by less count as equal.
_EQUAL_MM = 1e-6
_NAMES = (_("left–right"), _("front–back"), _("head–foot"))
_EDGES = (_("longest"), _("middle"), _("shortest"))
#: Orientations in words, as a record holds them: as it lies or turned, tipped over straight and
#: across the bed, its smallest box straight and across.
ORIENTATIONS = (
    _("as it lies"),
    _("turned by 90° about the vertical"),
    _("turned by {angle}° about the vertical, across the bed"),
    _(
        "tipped over so that its {upright} direction stands upright and its {along} direction "
        "runs along the bed's {side}"
    ),
    _(
        "tipped over so that its {upright} direction stands upright, and its {along} direction "
        "lies at {angle}° to the bed's x side"
    ),
    _(
        "turned so that the {upright} edge of its smallest box stands upright and the {along} "
        "runs along the bed's {side}"
    ),
    _(
        "turned so that the {upright} edge of its smallest box stands upright, and the {along} "
        "lies at {angle}° to the bed's x side"
    ),
)


@dataclass(frozen=True)
class Printer:
    """A printer or a class of printers.

    :param technology: its key in ``technologies``; None for a size that the user typed.
    :param bed_mm: what it can build: x, y on the bed, z upwards.
    :param smallest_wall_mm: thinnest wall of its technology; None where unknown.
    :param source: where the build size stands.
    """

    name: str
    technology: str | None
    bed_mm: tuple[float, float, float]
    smallest_wall_mm: float | None
    source: str | None


@dataclass(frozen=True, eq=False)
class Fit:
    """How a model lies best on a bed.

    :param orientation: in words.
    :param matrix: (3, 3) rotation from LPS to the bed's x, y, z.
    :param size_mm: the printed model's box on the bed, turned so.
    :param margin_mm: room to spare where it is tightest; negative: so many mm too long.
    :param largest_scale: the largest scale that fits in any orientation that was tried;
        anything but 1 is no longer true to life.
    """

    fits: bool
    orientation: str
    matrix: np.ndarray
    size_mm: tuple[float, float, float]
    margin_mm: float
    largest_scale: float


def technologies() -> dict[str, dict[str, Any]]:
    """Key → title, ``smallest_wall_mm`` and source of every printing technology."""
    return data_json("printers.json")["technologies"]


@cache
def known_printers() -> tuple[Printer, ...]:
    """The printers that come with PrintPrep."""
    return tuple(
        Printer(
            name=entry["name"],
            technology=entry["technology"],
            bed_mm=_three(entry["bed_mm"]),
            smallest_wall_mm=technologies()[entry["technology"]]["smallest_wall_mm"],
            source=entry["source"],
        )
        for entry in data_json("printers.json")["printers"]
    )


def find_printer(text: str) -> Printer:
    """A printer by its name, or by the size of its build volume: ``250×210×220``, in mm.

    :raises ExportError: neither a known name nor three positive numbers.
    """
    for entry in known_printers():
        if entry.name.casefold() == text.strip().casefold():
            return entry
    numbers = re.split(r"\s*[×xX*]\s*|\s+", re.sub(r"\s*mm\s*$", "", text.strip()))
    try:
        bed = tuple(float(number.replace(",", ".")) for number in numbers)
    except ValueError:
        bed = ()
    if len(bed) != 3 or not all(math.isfinite(side) and side > 0 for side in bed):
        raise ExportError(
            _("there is no printer {name!r}"),
            name=text,
            remedy=_("Choose one of the list, or give its build volume in mm, such as 250×210×220"),
        )
    return Printer(" × ".join(f"{side:g}" for side in bed) + " mm", None, bed, None, None)


def fit(
    extents_mm: Sequence[float],
    oriented_extents_mm: Sequence[float],
    oriented_axes: np.ndarray,
    bed_mm: Sequence[float],
    scale: float = 1.0,
) -> Fit:
    """How a model fits on a bed, in the simplest orientation that does.

    Tried are, in this order: as it lies; on any other side of its box along the patient's
    axes; the same, turned about the vertical by the angle that suits best; and its smallest
    box however turned, flat on any side and turned about the vertical. Where none fits,
    the one that lacks least by scale is told. Only boxes are looked at: a model that does
    not fill its box may still fit when turned otherwise.

    :param extents_mm: of the patient's size along x, y, z (LPS), which lie along the bed's.
    :param oriented_extents_mm, oriented_axes: of ``extents.oriented_extents``.
    :param scale: size of the print ÷ size of the patient.
    """
    bed = np.asarray(bed_mm, float)
    box = np.asarray(extents_mm, float)
    smallest = np.asarray(oriented_extents_mm, float)
    ways = list(_ways(box, np.eye(3), bed, _along_patient))
    ways.sort(key=lambda way: way.angle != 0)  # straight ones first
    ways += _ways(smallest, np.asarray(oriented_axes, float), bed, _along_box)
    best = next(
        (way for way in ways if way.margin(bed, scale) >= -_EQUAL_MM),
        max(ways, key=lambda way: way.ratio(bed)),
    )
    margin = best.margin(bed, scale)
    return Fit(
        fits=margin >= -_EQUAL_MM,
        orientation=best.words,
        matrix=best.matrix,
        size_mm=_three(scale * best.size),
        margin_mm=margin,
        largest_scale=max(way.ratio(bed) for way in ways),
    )


def fit_record(printer: Printer, found: Fit) -> dict[str, Any]:
    """What the record holds of a printer and the model on it."""
    record = {"name": printer.name, "bed_mm": printer.bed_mm, **vars(found)}
    lists = {key: np.asarray(record[key]).tolist() for key in ("bed_mm", "matrix", "size_mm")}
    return {**record, **lists}


def fit_records(
    printers: Iterable[Printer],
    extents_mm: Sequence[float],
    oriented_extents_mm: Sequence[float],
    oriented_axes: np.ndarray,
    scale: float = 1.0,
) -> list[dict[str, Any]]:
    """``fit_record`` of every printer."""
    box = extents_mm, oriented_extents_mm, oriented_axes
    return [fit_record(printer, fit(*box, printer.bed_mm, scale)) for printer in printers]


def refitted(model: Mapping[str, Any]) -> dict[str, Any]:
    """The printers of a record's ``model`` again, for the size that its file has now.

    :return: its ``printer`` or ``printers``, as far as it has them.
    """
    if "oriented_axes" not in model:
        return {}
    box = model["extents_mm"], model["oriented_extents_mm"], np.asarray(model["oriented_axes"])

    def again(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        known = (
            Printer(item["name"], None, _three(item["bed_mm"]), None, None) for item in entries
        )
        return fit_records(known, *box, size_and_unit(model)[0])

    found: dict[str, Any] = {}
    if model.get("printer"):
        (found["printer"],) = again([model["printer"]])
    if model.get("printers"):
        found["printers"] = again(model["printers"])
    return found


def _three(lengths: Iterable[float]) -> tuple[float, float, float]:
    x, y, z = map(float, lengths)
    return x, y, z


@dataclass(frozen=True, eq=False)
class _Way:
    """One way to lay a box on a bed: in words, as a rotation, and the size that it takes."""

    words: str
    angle: float
    matrix: np.ndarray
    size: np.ndarray

    def margin(self, bed: np.ndarray, scale: float) -> float:
        return float((bed - scale * self.size).min())

    def ratio(self, bed: np.ndarray) -> float:
        # A flat model takes no height at all.
        return float((bed / np.maximum(self.size, _EQUAL_MM)).min())


def _ways(
    box: np.ndarray,
    axes: np.ndarray,
    bed: np.ndarray,
    words: Callable[[tuple[int, ...], float, np.ndarray], str],
) -> Iterator[_Way]:
    """The box on each of its sides, straight and at the best angle about the vertical.

    :param axes: directions of the box's edges, one a row.
    :param words: makes the text of an order of the edges and an angle.
    """
    for order in permutations(range(3)):
        turned = axes[list(order)]
        # Turned over, not mirrored; the upright edge stays upright.
        turned[0] *= np.sign(np.linalg.det(turned))
        width, depth, height = box[list(order)]
        for angle in (0.0, _diagonal(width, depth, bed)):
            if angle is None:
                continue
            c, s = math.cos(angle), math.sin(angle)
            about = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
            size = np.array([width * c + depth * s, width * s + depth * c, height])
            yield _Way(words(order, angle, bed), angle, about @ turned, size)


def _diagonal(width: float, depth: float, bed: np.ndarray) -> float | None:
    """The angle between 0 and 90° at which a rectangle fits on the bed at the largest scale.

    What a rectangle needs along x and along y first grows and then shrinks with the angle,
    so the best angle is 0°, 90°, or where both sides of the bed bind at once:
    x / (w cos + d sin) = y / (w sin + d cos). None where that is no angle in between.
    """
    rise = bed[1] * width - bed[0] * depth
    run = bed[0] * width - bed[1] * depth
    angle = math.atan2(rise, run) if run > 0 else math.atan2(-rise, -run)
    return angle if _EQUAL_MM < angle < math.pi / 2 - _EQUAL_MM else None


def _along_patient(order: tuple[int, ...], angle: float, bed: np.ndarray) -> str:
    if order[2] == 2:
        straight = order == (0, 1, 2)
        if not angle:
            return ORIENTATIONS[0 if straight else 1]
        # The second order is the first by a quarter more.
        degrees = math.degrees(angle) + (0 if straight else 90)
        return ORIENTATIONS[2].format(angle=f"{degrees:.0f}")
    return _worded(ORIENTATIONS[3:5], _NAMES, order, angle, bed)


def _along_box(order: tuple[int, ...], angle: float, bed: np.ndarray) -> str:
    return _worded(ORIENTATIONS[5:7], _EDGES, order, angle, bed)


def _worded(
    templates: Sequence[str],
    names: Sequence[str],
    order: tuple[int, ...],
    angle: float,
    bed: np.ndarray,
) -> str:
    if abs(bed[0] - bed[1]) < _EQUAL_MM:
        side = _("side")
    else:
        side = _("long side") if bed[0] > bed[1] else _("short side")
    words = {"upright": names[order[2]], "along": names[order[0]], "side": side}
    return templates[1 if angle else 0].format(**words, angle=f"{math.degrees(angle):.0f}")
