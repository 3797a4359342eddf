"""What wall thickness, thin bridges and the printer's bed mean for the print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.findings import Check
from ...mesh.io.placement import size_and_unit


def print_checks(model: Mapping[str, Any]) -> list[Check]:
    """The checks of a record's ``model`` that ask whether a printer can make it.

    Figures in the record are the patient's; limits are those of the print, so the scale
    of the file counts. A key that is missing gives no check.
    """
    size, _ = size_and_unit(model)
    checks = [
        _walls(model.get("wall_thickness"), size),
        _bridges(model.get("bridges"), size),
        _printer(model.get("printer"), model.get("printers"), size),
    ]
    return [check for check in checks if check is not None]


def _walls(walls: Mapping[str, Any] | None, size: float) -> Check | None:
    """The 1st percentile decides: the very smallest of many samples is one crumb of noise."""
    if walls is None:
        return None
    limit, low = walls["limit_mm"], walls.get("p1_mm")
    title = "Wall thickness"
    if low is None:
        message = "The walls could not be measured: no two surfaces face each other."
        return Check("wall_thickness", title, "info", None, limit, "mm", message)
    low, least = low * size, walls["min_mm"] * size
    at = f"the thinnest place found has {least:.2f} mm, at {_place(walls['place_mm'])}"
    if low < limit:
        status = "warn"
        message = (
            f"1 % of the surface or more has walls of {low:.2f} mm and less, where the printer "
            f"needs {limit:.2f} mm; {at}. Such walls break or are not printed at all."
        )
    elif least < limit:
        status = "info"
        message = (
            f"99 % of the surface has walls of {low:.2f} mm and more; {at}, thinner than the "
            f"{limit:.2f} mm that the printer needs."
        )
    else:
        status = "pass"
        message = f"Walls are as thick as the printer needs ({limit:.2f} mm): {at}."
    return Check("wall_thickness", title, status, low, limit, "mm", message)


def _bridges(bridges: Mapping[str, Any] | None, size: float) -> Check | None:
    if bridges is None:
        return None
    count, limit = bridges["count"], bridges["limit_mm"] * size
    message = f"No part hangs on the rest by a neck thinner than {limit:.2f} mm alone."
    if count:
        piece, width = bridges["pieces_mm3"][0] * size**3, bridges["widths_mm"][0] * size
        subject = "1 part hangs" if count == 1 else f"{count} parts hang"
        message = (
            f"{subject} on the rest only by necks thinner than {limit:.2f} mm, the largest part "
            f"({piece / 1000:.2g} cm³) by about {width:.1f} mm at "
            f"{_place(bridges['places_mm'][0])}: they may break off in printing or cleaning."
        )
    status = "warn" if count else "pass"
    return Check("bridges", "Thin bridges", status, count, 0, None, message)


def _printer(
    chosen: Mapping[str, Any] | None, listed: Sequence[Mapping[str, Any]] | None, size: float
) -> Check | None:
    if chosen is not None:
        status = "pass" if chosen["fits"] else "warn"
        message = _fitting(chosen) if chosen["fits"] else _too_long(chosen, size)
        margin = chosen["margin_mm"]
        return Check("printer_fit", "Printer", status, margin, 0.0, "mm", message)
    if not listed:
        return None
    names = [entry["name"] for entry in listed if entry["fits"]]
    message = (
        f"No printer is chosen. The model fits on {len(names)} of {len(listed)}: "
        f"{', '.join(names)}."
        if names
        else f"No printer is chosen, and the model fits on none of the {len(listed)} known ones "
        "in one piece."
    )
    return Check("printer_fit", "Printer", "info", len(names), None, None, message)


def _fitting(printer: Mapping[str, Any]) -> str:
    return (
        f"The model fits on {_named(printer)} {printer['orientation']}, with "
        f"{max(printer['margin_mm'], 0):.1f} mm to spare; supports and brim need room as well."
    )


def _too_long(printer: Mapping[str, Any], size: float) -> str:
    """How much is missing; a smaller scale only together with what it costs."""
    message = (
        f"The model does not fit on {_named(printer)}: {printer['orientation']} it is "
        f"{-printer['margin_mm']:.1f} mm too long. Print it in parts or on a larger printer."
    )
    largest = printer["largest_scale"]
    if size == 1:
        return message + (
            f" It would fit at a scale of {_down(largest)}, but then it is not true to life."
        )
    return message + f" The largest scale that fits is {_down(largest)}."


def _named(printer: Mapping[str, Any]) -> str:
    bed = " × ".join(f"{side:g}" for side in printer["bed_mm"])
    if printer["name"].startswith(bed):
        return f"a bed of {bed} mm"
    return f"{printer['name']} ({bed} mm)"


def _down(scale: float) -> str:
    """Three digits, never rounded up to what does not fit."""
    return f"{int(scale * 1000) / 1000:g}"


def _place(place: Sequence[float]) -> str:
    return f"({', '.join(f'{value:.1f}' for value in place)}) mm LPS"
