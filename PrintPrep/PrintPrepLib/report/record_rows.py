"""What each part of a record says, as rows of names and values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..core.phrases import Phrase, _, translated
from ..geometry.hounsfield import HOUNSFIELD, in_hounsfield
from ..mesh.io.placement import size_and_unit
from .html import amount, and_more, joined, leftovers

Rows = Iterable[tuple[str | Phrase, Any]]

IDENTITY = {
    "patient_name": _("Patient"),
    "patient_id": _("Patient ID"),
    "study_uid": _("Study"),
    "series_uid": _("Series"),
    "folder": _("Folder"),
}
#: What the rows below show, or what is told elsewhere on the page.
_MODEL = {
    "files", "units", "space", "scale", "center_offset_mm", "triangles", "extents_mm",
    "bounds_mm", "volume_mm3", "area_mm2", "components", "voids", "watertight",
    "boundary_edges", "non_manifold_edges", "inconsistent_edges", "part_of_file", "edge",
}  # fmt: skip
_SOURCE = {
    "kind", "series_id", "modality", "manufacturer", "scanner_model", "slices", "rejected",
    "pixel_spacing_mm", "slice_thickness_mm", "slice_thickness_range_mm", "steps_mm", "step_mm",
    "step_lengths_mm",
    "gap_steps", "in_plane_offsets_mm", "tilt_deg", "shear", "tilt_tag_deg", "tilted",
    "irregular", "stack", "stacks", "told_apart", "sections", "section", "gaps", "duplicates",
    "missing", "missing_at_mm", "deviating_slices", "compression", "matrix",
    "kernel", *IDENTITY,
}  # fmt: skip
_VOLUME = {
    "dimensions", "spacing_mm", "ijk_to_ras", "interpolation", "residual_mm", "spacing_choice",
    "field", "cost", "file",
}  # fmt: skip
_INTERPOLATION = {
    "none": _("none, voxels untouched"),
    "linear": _("linear"),
    "linear, slice by slice": _("linear, slice by slice"),
    "nearest": _("nearest"),
}
#: Steps that deviate are named one by one up to so many.
_STEPS_SHOWN = 12
_SEGMENT = {
    "method", "threshold_hu", "voxels", "volume_mm3", "cut_by_field_mm2", "half_contrast",
    "surface", "mask",
}  # fmt: skip
#: Where a surface lies and why: at the edge or not, and whether a threshold was named.
_SURFACES = {
    (True, False): _(
        "where the anatomy ends, at the edges in the images, because no threshold was given"
    ),
    (True, True): _("where the anatomy ends, at the edges in the images, as asked for"),
    (False, True): _("where the grey values cross the threshold, because one was given"),
    (False, False): _("where the grey values cross the range, as asked for"),
}


def model_rows(model: Mapping[str, Any]) -> Rows:
    """Size, place and measures of the model."""
    if part := model.get("part_of_file"):
        yield _("Part of the file"), Phrase(_("{number} of {of}: {name}"), part)
    yield _("Size x × y × z"), joined(model["extents_mm"], 2, " × ", "mm")
    size, unit = size_and_unit(model)
    if model["scale"] != 1:
        yield _("Size in the file"), size_in_file(model)
    yield _("Scale"), f"{size:g}"
    yield _("Unit, coordinates"), f"{unit.name}, {model['space']}"
    for axis, bounds in zip("xyz", model["bounds_mm"], strict=True):
        yield Phrase(_("From … to, {axis}"), {"axis": axis}), joined(bounds, 2, " … ", "mm")
    if any(model["center_offset_mm"]):
        yield _("Moved by"), joined([-value for value in model["center_offset_mm"]], 3, ", ", "mm")
    yield _("Volume"), amount(model["volume_mm3"] / 1000, 2, "cm³")
    yield _("Surface"), amount(model["area_mm2"] / 100, 1, "cm²")
    yield _("Triangles"), f"{model['triangles']:,}".replace(",", " ")
    yield (
        _("Shells, hollows among them"),
        joined((model["components"], model.get("voids")), 0, ", "),
    )
    yield _("Closed surface"), translated(_("yes") if model["watertight"] else _("no"))
    faults = [model.get(f"{kind}_edges") for kind in ("boundary", "non_manifold", "inconsistent")]
    yield _("Edges: open, overused, at odds"), joined(faults, 0, ", ")


def edge_rows(model: Mapping[str, Any]) -> Rows:
    """What a surface at the anatomy's edges rests on."""
    edge = model.get("edge")
    if not edge:
        return
    percent = {name: 100 * edge[f"share_{name}"] for name in ("fitted", "thin", "kept")}
    shares = _("{fitted:.1f} % fitted, {thin:.1f} % on thin walls, {kept:.1f} % kept")
    yield _("Edges"), Phrase(shares, percent)
    blur = edge["blur_mm"]
    yield (
        _("Blur in the slices, across them (SD)"),
        joined((blur["in_plane"], blur["across_slices"]), 2, " / ", "mm"),
    )
    for material in edge["materials"]:
        values = {"value": f"{material['value']:.4g}", "share": 100 * material["share"]}
        yield _("Material"), Phrase(_("{value} on {share:.0f} % of the edges"), values)
    moved = edge.get("moved_mm")
    if moved:
        yield (
            _("Edge outside of the range's surface by (5 %, mean, 95 %)"),
            joined((moved["p05"], moved["mean"], moved["p95"]), 3, " / ", "mm"),
        )


def size_in_file(model: Mapping[str, Any]) -> str:
    """What the printing program must show, in the file's unit."""
    _, unit = size_and_unit(model)
    printed = [extent * model["scale"] for extent in model["extents_mm"]]
    return joined(printed, unit.decimals + 1, " × ", unit.name) or "–"


def source_rows(source: Mapping[str, Any]) -> Rows:
    """The acquisition, as the headers have it."""
    steps = source.get("steps_mm") or {}
    scanner = (source.get("manufacturer"), source.get("scanner_model"), source.get("modality"))
    yield _("Scanner"), " ".join(filter(None, scanner))
    yield _("Kernel"), source.get("kernel")
    yield _("Slices"), source.get("slices")
    yield _("Matrix (rows, columns)"), joined(source.get("matrix"), 0, " × ")
    yield _("Pixel (row, column)"), joined(source.get("pixel_spacing_mm"), 4, " × ", "mm")
    span = source.get("slice_thickness_range_mm")
    whole = amount(source.get("slice_thickness_mm"), 3, "mm")
    yield _("Slice thickness"), joined(span, 3, " … ", "mm") if span else whole
    yield (
        _("Steps (min, median, max)"),
        joined([steps.get(name) for name in ("min", "median", "max")], 3, " / ", "mm"),
    )
    yield _("Tilt, from the positions"), amount(source.get("tilt_deg"), 3, "°")
    yield _("Tilt, stated by the header"), amount(source.get("tilt_tag_deg"), 2, "°")
    yield _("Shear (row, column)"), joined(source.get("shear"), 5, ", ")
    yield from _part_rows(source)
    yield (
        _("Duplicate, missing slices"),
        joined((source.get("duplicates"), source.get("missing")), 0, ", "),
    )
    yield _("Missing along the normal at"), joined(source.get("missing_at_mm"), 1, ", ", "mm")
    yield (
        _("Compression"),
        (source.get("compression") or translated(_("none that needed PrintPrep"))),
    )
    yield from leftovers(source, _SOURCE)


def _part_rows(source: Mapping[str, Any]) -> Rows:
    """Which part of the series this is, and what is odd about its steps."""
    if (source.get("stacks") or 1) > 1:
        apart = source.get("told_apart")
        template = _("{stack} of {stacks} ({apart})") if apart else _("{stack} of {stacks}")
        values = {key: source[key] for key in ("stack", "stacks")}
        yield _("Stack"), Phrase(template, {**values, "apart": apart})
    sections, section = source.get("sections"), source.get("section")
    merged = section == 0 and sections is not None
    yield (
        _("Sections, this one"),
        Phrase(_("{sections}, as one volume"), {"sections": sections})
        if merged
        else joined((sections, section), 0, ", "),
    )
    for gap in source.get("gaps") or ():
        yield _("Nothing scanned from … to"), joined((gap["from_mm"], gap["to_mm"]), 1, " … ", "mm")
    deviating = source.get("deviating_slices") or ()
    if deviating:
        told = [f"{item['slice']}: {item['step_mm']:.3f}" for item in deviating[:_STEPS_SHOWN]]
        values = {"steps": ", ".join(told), "count": len(deviating) - _STEPS_SHOWN}
        template = _("{steps} and {count} more") if values["count"] > 0 else "{steps}"
        yield _("Odd steps behind slice (mm)"), Phrase(template, values)


def volume_rows(volume: Mapping[str, Any]) -> Rows:
    """The grid, how it was filled, and how true it is."""
    residual = volume.get("residual_mm") or {}
    yield _("Voxels i × j × k"), joined(volume["dimensions"], 0, " × ")
    yield _("Spacing i × j × k"), joined(volume["spacing_mm"], 4, " × ", "mm")
    yield _("Spacing asked for"), volume.get("spacing_choice")
    yield _("File"), volume.get("file")
    cost = (volume.get("cost") or {}).get("told")
    yield _("What that cost"), cost and Phrase(cost)
    interpolation = volume["interpolation"]
    yield _("Interpolation"), Phrase(_INTERPOLATION.get(interpolation, interpolation))
    yield (
        _("Residual to the headers (max, RMS)"),
        joined((residual.get("max"), residual.get("rms")), 4, " / ", "mm"),
    )
    for number, row in enumerate(volume["ijk_to_ras"][:3], 1):
        yield (
            Phrase(_("IJK to RAS, row {number}"), {"number": number}),
            ", ".join(f"{value:.6g}" for value in row).replace("-", "−"),
        )
    yield from leftovers(volume, _VOLUME)


def grey_unit(record: Mapping[str, Any]) -> str:
    """The unit of a record's grey values, "" where they have none or it is not known."""
    if in_hounsfield(record["source"]):
        return HOUNSFIELD
    # Only PET has this finding; without a factor it stayed as it was.
    findings = record.get("findings") or ()
    scaled = any(item["id"] == "suv" and item.get("value") for item in findings)
    return "SUV" if scaled else ""


def surface_told(segment: Mapping[str, Any]) -> Phrase:
    """Where the surface of a record's ``segment`` lies, and why there."""
    surface, ranges = segment.get("surface"), segment.get("threshold_hu")
    if surface != "edge" and ranges == [None, None]:
        return Phrase(_("half-way between voxels"))
    named = "threshold" in str(segment.get("method")) and "automatic" not in segment["method"]
    return Phrase(_SURFACES[surface == "edge", named])


def segment_rows(segment: Mapping[str, Any], unit: str = "") -> Rows:
    """What the model was made of; ``unit`` is that of the grey values."""
    low, high = segment["threshold_hu"]
    yield _("Method"), Phrase(segment["method"])
    surface = segment.get("surface")
    yield _("Surface lies"), surface and surface_told(segment)
    digits = _grey_digits(low, high)
    yield _("Grey values"), _range(low, high, digits, unit)
    yield _("Voxels"), f"{segment['voxels']:,}".replace(",", " ")
    yield _("Volume of the voxels"), amount(segment["volume_mm3"] / 1000, 2, "cm³")
    half = segment.get("half_contrast")
    if half and surface != "edge":
        yield _("Half contrast, measured"), amount(half["threshold"], digits, unit)
        yield _("Surface outside of it by"), amount(half["shift_mm"], 3, "mm")
        yield _("Blur of the images (SD)"), amount(half["blur_mm"], 2, "mm")

    yield from _mask_rows(segment.get("mask"))


def _range(low: float | None, high: float | None, digits: int, unit: str) -> str | None:
    if high is None:
        told = _("{grey} and more")
        return None if low is None else Phrase(told, {"grey": amount(low, digits, unit)}).said
    if low is None:
        return Phrase(_("{grey} and less"), {"grey": amount(high, digits, unit)}).said
    return joined((low, high), digits, " … ", unit)


def _mask_rows(mask: Mapping[str, Any] | None) -> Rows:
    """Which mask said what is meant, and how far each label's surface lies from its own."""
    if not mask:
        return
    yield _("Mask"), f"{mask['file']} (SHA-256 {mask['sha256'][:16]}…)"
    yield _("Edge looked for within"), amount(mask.get("follow_mm"), 1, "mm")
    for label in mask["labels"]:
        values = {"value": label["value"], "name": label["name"]}
        template = _("Label {value}, {name}") if label["name"] else _("Label {value}")
        told = _(
            "{volume} in the mask; the surface moved by {mean} on average, by up to {p95} on "
            "95 % of it; at the end of the reach on {share:.1f} %"
        )
        moved = label["moved_mm"]
        values_of = {
            "volume": amount(label["volume_mm3"] / 1000, 2, "cm³"),
            "mean": amount(moved["mean"], 3, "mm"),
            "p95": amount(moved["p95"], 3, "mm"),
            "share": 100 * label["at_bound"],
        }
        yield Phrase(template, values), Phrase(told, values_of)


def _grey_digits(*values: float | None) -> int:
    """HU are whole numbers; SUV and normalized images are small ones."""
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    return 1 if largest >= 10 else 3


def measure_rows(record: Mapping[str, Any], told: Iterable[str]) -> Rows:
    """What else was measured: of the segment, of the model, and parts of their own.

    :param told: parts of the record that stand elsewhere on the page.
    """
    yield from leftovers(record["segment"], _SEGMENT)
    yield from _printers(record["model"].get("printers"))
    yield from leftovers(record["model"], {*_MODEL, "printers"})
    yield from leftovers(record, told)


def _printers(printers: Any) -> Rows:
    """Which printers hold the model; how it has to lie in them stands in qa.json."""
    if not isinstance(printers, list) or not all(isinstance(item, Mapping) for item in printers):
        return
    for fits, title in ((True, _("Fits into")), (False, _("Too large for"))):
        names = [str(item.get("name")) for item in printers if bool(item.get("fits")) is fits]
        yield title, ", ".join(names) or None


def rejected_rows(rejected: Sequence[Mapping[str, Any]]) -> list[tuple[int, str, str]]:
    """Files that take no part: how many, why, and their names."""
    reasons: dict[str, list[str]] = {}
    for entry in rejected:
        reasons.setdefault(entry["reason"], []).append(str(entry["file"]))
    return [(len(files), translated(reason), _names(files)) for reason, files in reasons.items()]


def _names(files: Sequence[str]) -> str:
    """At most a few names: a folder may hold thousands of other files."""
    names = ", ".join(files[:_MOST_NAMES])
    more = len(files) - _MOST_NAMES
    return f"{names} {and_more(more)}" if more > 0 else names


_MOST_NAMES = 12
