"""What wall thickness, thin bridges and the printer's bed mean for the print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.findings import Finding
from ...core.phrases import Phrase, _, joined, recognized
from ...mesh.io.placement import size_and_unit
from ..printers import ORIENTATIONS


def print_checks(model: Mapping[str, Any]) -> list[Finding]:
    """The checks of a record's ``model`` that ask whether a printer can make it.

    Figures in the record are the patient's; limits are those of the print, so the scale
    of the file counts. A key that is missing gives no check.
    """
    size, _unit = size_and_unit(model)
    chosen = model.get("printer")
    checks = [
        _walls(model.get("wall_thickness"), size),
        _bridges(model.get("bridges"), size),
        _printers(model.get("printers")) if chosen is None else _printer(chosen, size),
    ]
    return [check for check in checks if check is not None]


def _walls(walls: Mapping[str, Any] | None, size: float) -> Finding | None:
    """The 1st percentile decides: the very smallest of many samples is one crumb of noise."""
    if walls is None:
        return None
    limit, low = walls["limit_mm"], walls.get("p1_mm")
    values: dict[str, Any] = {}
    if low is None:
        status = "info"
        template = _("The walls could not be measured: no two surfaces face each other.")
    else:
        low, least = low * size, walls["min_mm"] * size
        values = {"low": low, "limit": limit, "least": least, "place": _place(walls["place_mm"])}
        if low < limit:
            status = "warn"
            template = _(
                "1 % of the surface or more has walls of {low:.2f} mm and less, where the printer "
                "needs {limit:.2f} mm; the thinnest place found has {least:.2f} mm, at {place}. "
                "Such walls break or are not printed at all."
            )
        elif least < limit:
            status = "info"
            template = _(
                "99 % of the surface has walls of {low:.2f} mm and more; the thinnest place found "
                "has {least:.2f} mm, at {place}, thinner than the {limit:.2f} mm that the printer "
                "needs."
            )
        else:
            status = "pass"
            template = _(
                "Walls are as thick as the printer needs ({limit:.2f} mm): the thinnest place "
                "found has {least:.2f} mm, at {place}."
            )
    title = _("Wall thickness")
    return Finding("wall_thickness", status, template, values, low, "mm", limit, title)


def _bridges(bridges: Mapping[str, Any] | None, size: float) -> Finding | None:
    if bridges is None:
        return None
    count = bridges["count"]
    values = {"count": count, "limit": bridges["limit_mm"] * size}
    if not count:
        template = _("No part hangs on the rest by a neck thinner than {limit:.2f} mm alone.")
    else:
        values["piece"] = bridges["pieces_mm3"][0] * size**3 / 1000
        values["width"] = bridges["widths_mm"][0] * size
        values["place"] = _place(bridges["places_mm"][0])
        template = (
            _(
                "1 part hangs on the rest only by necks thinner than {limit:.2f} mm, the largest "
                "part ({piece:.2g} cm³) by about {width:.1f} mm at {place}: they may break off in "
                "printing or cleaning."
            )
            if count == 1
            else _(
                "{count} parts hang on the rest only by necks thinner than {limit:.2f} mm, the "
                "largest part ({piece:.2g} cm³) by about {width:.1f} mm at {place}: they may "
                "break off in printing or cleaning."
            )
        )
    status, title = "warn" if count else "pass", _("Thin bridges")
    return Finding("bridges", status, template, values, count, None, 0, title)


def _printer(printer: Mapping[str, Any], size: float) -> Finding:
    """How much is missing; a smaller scale only together with what it costs."""
    margin, name = printer["margin_mm"], printer["name"]
    bed = " × ".join(f"{side:g}" for side in printer["bed_mm"])
    named = _("a bed of {bed} mm") if name.startswith(bed) else _("{name} ({bed} mm)")
    values = {
        "printer": Phrase(named, {"name": name, "bed": bed}),
        "way": recognized(printer["orientation"], ORIENTATIONS),
        "spare": max(margin, 0),
        "lacking": -margin,
        # Three digits, never rounded up to what does not fit.
        "scale": f"{int(printer['largest_scale'] * 1000) / 1000:g}",
    }
    if printer["fits"]:
        status = "pass"
        template = _(
            "The model fits on {printer} {way}, with {spare:.1f} mm to spare; supports and brim "
            "need room as well."
        )
        told = Phrase(template, values)
    else:
        status = "warn"
        template = _(
            "The model does not fit on {printer}: {way} it is {lacking:.1f} mm too long. Print it "
            "in parts or on a larger printer."
        )
        larger = (
            _("It would fit at a scale of {scale}, but then it is not true to life.")
            if size == 1
            else _("The largest scale that fits is {scale}.")
        )
        told = joined((Phrase(template, values), Phrase(larger, values)), " ")
    title = _("Printer")
    return Finding("printer_fit", status, told.template, told.values, margin, "mm", 0.0, title)


def _printers(listed: Sequence[Mapping[str, Any]] | None) -> Finding | None:
    if not listed:
        return None
    names = [entry["name"] for entry in listed if entry["fits"]]
    template = (
        _("No printer is chosen. The model fits on {fitting} of {known}: {names}.")
        if names
        else _(
            "No printer is chosen, and the model fits on none of the {known} known ones in one "
            "piece."
        )
    )
    values = {"fitting": len(names), "known": len(listed), "names": ", ".join(names)}
    return Finding("printer_fit", "info", template, values, len(names), title=_("Printer"))


def _place(place: Sequence[float]) -> str:
    return f"({', '.join(f'{value:.1f}' for value in place)}) mm LPS"
