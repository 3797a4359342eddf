"""What the segment and the model made of it mean for the print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.findings import Finding, graded
from ...core.phrases import Phrase, _, joined
from ...mesh.io.placement import size_and_unit
from .mesh import counted

#: A surface that encloses more or less than its voxels by this share is suspect.
VOLUME_PASS_PERCENT = 5.0
VOLUME_FAIL_PERCENT = 25.0
#: How far the chosen threshold may move the surface away from half contrast.
SHIFT_PASS_MM = 0.25
SHIFT_FAIL_MM = 1.0
THIN_PASS_PERCENT = 20.0
#: Sizes that patients do not have: the sign of a mistaken unit.
PLAUSIBLE_MM = (1.0, 2500.0)
#: What ``Unit.plural`` says.
_UNITS = (_("millimetres"), _("metres"), _("inches"))


def model_checks(
    segment: Mapping[str, Any], model: Mapping[str, Any], by_edges: bool = False
) -> list[Finding]:
    """The checks of a record's ``segment`` and ``model``.

    :param by_edges: the surface lies at the edges; ``edge_checks`` tells what a threshold has to
        do with it.
    """
    checks = [
        _border(segment),
        None if by_edges else _threshold(segment),
        None if by_edges else _thin_walls(segment),
        counted(
            "watertight",
            _("Closed surface"),
            model["boundary_edges"],
            _(
                "The surface has holes ({count} open edges): the printing program will guess how "
                "to close them."
            ),
            _("The surface is closed: the printing program need not repair it."),
            status="fail",
        ),
        counted(
            "manifold",
            _("Manifold edges"),
            model["non_manifold_edges"],
            _(
                "Parts touch along {count} edge(s) of no thickness, which break or confuse the "
                "printing program."
            ),
            _("Every edge joins exactly two triangles, as a solid's surface must."),
        ),
        _outside(model),
        _parts(model),
        None if by_edges else _volume(segment, model),
        _size(model),
        _read_back(model),
    ]
    return [check for check in checks if check is not None]


def _border(segment: Mapping[str, Any]) -> Finding | None:
    cut = segment.get("cut_by_field_mm2")
    if cut is None:
        return None
    area = sum(cut.values())
    sides = [Phrase(side) for side, value in cut.items() if value > 0]
    if area:
        status = "warn"
        template = _(
            "The anatomy goes on beyond the scanned field ({sides}): there the model ends in a "
            "flat cut that is no surface of the body."
        )
    else:
        status = "pass"
        template = _("The whole segment lies inside the scanned field: no part of it is cut off.")
    values, title = {"sides": joined(sides, ", ")}, _("Cut by the field of view")
    return Finding("field_of_view", status, template, values, area, "mm²", 0.0, title)


def _threshold(segment: Mapping[str, Any]) -> Finding | None:
    low, high = segment.get("threshold_hu") or (None, None)
    if low is None:
        return None
    bounds = _("from {low:g} upwards") if high is None else _("from {low:g} to {high:g}")
    values: dict[str, Any] = {"bounds": Phrase(bounds, {"low": low, "high": high})}
    half = segment.get("half_contrast")
    if not half:
        template = _(
            "The segment holds grey values {bounds}; how far that is from half the contrast, which "
            "is neutral for the size, could not be measured."
        )
        return Finding("threshold", "info", template, values, low, title=_("Threshold"))
    title = _("Threshold against half contrast")
    parts = half.get("parts") or []
    shifts = [part["shift_mm"] for part in parts] or [half["shift_mm"]]
    shift = max(shifts, key=abs)
    status, limit = graded(abs(shift), SHIFT_PASS_MM, SHIFT_FAIL_MM)
    told = _of_parts(parts, values) if parts else _of_one(half, values)
    return Finding("threshold", status, told.template, told.values, shift, "mm", limit, title)


def _of_one(half: Mapping[str, Any], values: Mapping[str, Any]) -> Phrase:
    shift, spread = half["shift_mm"], half.get("shift_sd_mm")
    template = (
        _(
            "The segment holds grey values {bounds}; half the contrast is {half}, and against it "
            "the surface lies {shift:.2f} mm farther out (the median): a wall with two such sides "
            "is {wall:.2f} mm thicker."
        )
        if shift > 0
        else _(
            "The segment holds grey values {bounds}; half the contrast is {half}, and against it "
            "the surface lies {shift:.2f} mm farther in (the median): a wall with two such sides "
            "is {wall:.2f} mm thinner."
        )
    )
    values = {**values, "shift": abs(shift), "wall": 2 * abs(shift)}
    told = Phrase(template, {**values, "half": _grey(half["threshold"])})
    if spread is None:
        return told
    more = _("On average that is {mean:+.2f} mm, with a standard deviation of {spread:.2f} mm.")
    return joined((told, Phrase(more, {"mean": half["shift_mean_mm"], "spread": spread})), " ")


def _of_parts(parts: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> Phrase:
    """Parts of different stuff: what is true of one is not of another."""
    each = _(
        "part {number} ({share:.0f} % of the surface): half the contrast is {half}, the surface "
        "lies {mean:+.2f} ± {spread:.2f} mm outside of it"
    )
    told = [
        Phrase(
            each,
            {
                "number": number,
                "share": 100 * part["area_share"],
                "half": _grey(part["threshold"]),
                "mean": part["shift_mean_mm"],
                "spread": part["shift_sd_mm"],
            },
        )
        for number, part in enumerate(parts, 1)
    ]
    template = _(
        "The segment holds grey values {bounds}, and each part was looked at by itself, the "
        "largest first: {parts}."
    )
    return Phrase(template, {**values, "parts": joined(told, "; ")})


def _grey(value: float) -> str:
    """A grey value: HU are whole numbers, SUV and normalized images are small ones."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _thin_walls(segment: Mapping[str, Any]) -> Finding | None:
    """Where walls are thinner than the blur, no threshold gives their true thickness."""
    half = segment.get("half_contrast")
    if not half:
        return None
    percent = 100 * half["thin_share"]
    status, limit = graded(percent, THIN_PASS_PERCENT, 100.0)
    template = _(
        "The images are blurred by {blur:.2f} mm (standard deviation); on {percent:.0f} % of the "
        "surface the wall is so thin that its thickness in the model depends on the threshold "
        "more than on the anatomy."
    )
    values, title = {"blur": half["blur_mm"], "percent": percent}, _("Walls thinner than the blur")
    return Finding("thin_walls", status, template, values, percent, "%", limit, title)


def _outside(model: Mapping[str, Any]) -> Finding | None:
    turned = model.get("inconsistent_edges")
    if turned is None:
        return None
    if model["volume_mm3"] <= 0:
        status = "fail"
        template = _("The surface is inside out: it would print as a hole.")
    elif turned:
        status = "fail"
        template = _("Triangles disagree about the outside along {turned} edges.")
    else:
        status, template = "pass", _("All triangles agree about which side is outside.")
    values, title = {"turned": turned}, _("Outside and inside")
    return Finding("orientation", status, template, values, turned, None, 0, title)


def _parts(model: Mapping[str, Any]) -> Finding:
    voids = model.get("voids") or 0
    parts = model["components"] - voids
    if parts > 1:
        status = "warn"
        template = _(
            "The model is {parts} separate parts, which come apart in the print; the option to "
            "keep the largest island removes the loose ones."
        )
    else:
        status, template = "pass", _("The model is one part.")
    told = Phrase(template, {"parts": parts})
    if voids:
        trap = _("It encloses {voids} hollow(s), which trap powder or resin.")
        told = joined((told, Phrase(trap, {"voids": voids})), " ")
    return Finding("parts", status, told.template, told.values, parts, None, 1, _("Parts"))


def _volume(segment: Mapping[str, Any], model: Mapping[str, Any]) -> Finding | None:
    voxels = segment.get("volume_mm3")
    if not voxels:
        return None
    percent = 100 * (model["volume_mm3"] / voxels - 1)
    status, limit = graded(abs(percent), VOLUME_PASS_PERCENT, VOLUME_FAIL_PERCENT)
    template = (
        _(
            "The model encloses {percent:.1f} % more than the voxels of the segment; much more "
            "than that would be a mistake in the surface."
        )
        if percent > 0
        else _(
            "The model encloses {percent:.1f} % less than the voxels of the segment; much more "
            "than that would be a mistake in the surface."
        )
    )
    values, title = {"percent": abs(percent)}, _("Model against segment")
    return Finding("volume_agreement", status, template, values, percent, "%", limit, title)


def _size(model: Mapping[str, Any]) -> Finding:
    extents, (scale, unit) = model["extents_mm"], size_and_unit(model)
    largest, (low, high) = max(extents), PLAUSIBLE_MM
    in_file = [extent * scale * unit.per_mm for extent in extents]
    values = {
        "size": " × ".join(f"{extent:.1f}" for extent in extents),
        "printed": " × ".join(f"{extent:.{unit.decimals}f}" for extent in in_file),
        "unit": unit.name,
        "units": Phrase(unit.plural),
        "scale": scale,
    }
    if not low <= largest <= high:
        status, template = "fail", _("{size} mm is no size of a patient: a unit was mistaken.")
    elif scale != 1:
        status = "warn"
        template = _(
            "The patient's size is {size} mm, the file's {printed} {unit} (scale {scale:g})."
        )
    else:
        status = "pass"
        template = _(
            "The file is true to life in {units}: after import the printing program must show "
            "{printed} {unit}."
        )
    title = _("Size and unit")
    return Finding("size", status, template, values, largest * scale, "mm", title=title)


def _read_back(model: Mapping[str, Any]) -> Finding | None:
    files = model.get("files")
    if not files:
        return None
    unequal = [entry["file"] for entry in files if not entry.get("read_back", True)]
    if unequal:
        status, template = "fail", _("{files} did not read back as written: do not print it.")
    else:
        status = "pass"
        template = _(
            "What is on disk was read back and is the model, point for point; the checksum tells "
            "if it is changed later."
        )
    values, title = {"files": ", ".join(unequal)}, _("File read back")
    return Finding("read_back", status, template, values, len(unequal), None, 0, title)
