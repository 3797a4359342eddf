"""What ``inspect`` and ``run`` found, in words for a person at a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.findings import from_entry
from ..core.outward import one_line
from ..core.phrases import Phrase, _, bound_mm, grouped, translated

FIT = {"pass": _("yes"), "warn": _("with care"), "fail": _("no")}
_MARK = {"fail": _("problem"), "warn": _("warning"), "info": _("note")}
_NAMES_SHOWN = 3


def inspection(record: Mapping[str, Any]) -> str:
    """The answer of ``inspect`` as text.

    :param record: as ``inspection.inspect_record`` makes it.
    """
    blocks = [_stack(entry) for entry in record["series"]]
    if not blocks:
        blocks.append(translated(_("There is no series of slices here.")) + "\n")
    if record["rejected"]:
        blocks.append(_rejected(record["rejected"]))
    return "\n".join(blocks)


def result(record: Mapping[str, Any], folder: str, files: Sequence[str]) -> str:
    """The answer of ``run`` as text."""
    from ..mesh.io.placement import size_and_unit
    from ..qa.checks.record import said_checks
    from ..report.record_rows import surface_told

    model, source, volume = record["model"], record["source"], record["volume"]
    slices = [
        Phrase(_("{slices} slices"), source).said,
        _steps(source),
        Phrase(_("tilt {tilt_deg:.2f}°"), source).said,
    ]
    if source["compression"]:
        slices.append(Phrase(_("compressed as {compression}"), source).said)
    size = " × ".join(f"{extent:.1f}" for extent in model["extents_mm"])
    lines = [
        (_("Series"), ", ".join(slices)),
        (_("Volume"), _volume(volume)),
        (_("Model"), f"{size} mm, {model['volume_mm3'] / 1000:.1f} cm³"),
        (_("Surface"), surface_told(record["segment"]).said),
    ]
    scale = size_and_unit(model)[0]
    if scale != 1:
        told = _("{scale:g}: the file is not the size of the patient")
        lines.append((_("Scale"), Phrase(told, {"scale": scale}).said))
    lines.append((_("Fit for printing"), translated(FIT[record["verdict"]])))
    text = "".join(f"{translated(name):16} {one_line(value)}\n" for name, value in lines)
    for check in said_checks(record):
        if check["status"] in ("fail", "warn"):
            text += f"  {translated(_MARK[check['status']])}: {one_line(check['message'])}\n"
    written, title = _("{files} in {folder}"), translated(_("Written"))
    told = Phrase(written, {"files": ", ".join(files), "folder": folder}).said
    return f"{text}{title:16} {told}\n"


def _stack(entry: Mapping[str, Any]) -> str:
    source = entry["source"]
    scanner = ", ".join(filter(None, (source["modality"], source["manufacturer"])))
    head = Phrase(_("Series {number} ({scanner})"), {"number": _place(entry), "scanner": scanner})
    if source["matrix"] is not None:
        lines = _measures(source)
    else:
        lines = [(_("Slices"), Phrase(_("{slices} files"), source).said)]
    lines += [(_("Section"), _section(part)) for part in entry.get("sections", ())]
    lines.append((_("Series ID"), source.get("series_uid") or entry["series_id"]))
    lines.append((_("Fit for printing"), translated(FIT[entry["verdict"]])))
    text = f"{head.said}\n"
    text += "".join(f"  {translated(name):16} {one_line(value)}\n" for name, value in lines)
    for item in entry["findings"]:
        text += f"  {translated(_MARK[item['severity']])}: {from_entry(item).said}\n"
    return text


def _place(entry: Mapping[str, Any]) -> Phrase:
    """The number of a series, with what tells its stacks and sections apart."""
    source = entry["source"]
    number = entry["number"]
    place = Phrase(_("without a number")) if number is None else Phrase(str(number))
    if source.get("stacks", 1) > 1:
        place = Phrase(_("{place}, stack {stack}"), {"place": place, "stack": entry["stack"]})
    if source.get("told_apart"):
        place = Phrase(_("{place} ({by})"), {"place": place, "by": source["told_apart"]})
    if source.get("sections", 1) > 1 and source.get("section"):
        values = {"place": place, "section": source["section"]}
        place = Phrase(_("{place}, section {section}"), values)
    return place


def _measures(source: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the headers say of a stack, as marked names and values."""
    rows, columns = source["matrix"]
    pixel = " × ".join(f"{value:.3f}" for value in source["pixel_spacing_mm"])
    values = {"slices": source["slices"], "columns": columns, "rows": rows, "pixel": pixel}
    slices = Phrase(_("{slices} of {columns} × {rows} pixels of {pixel} mm"), values)
    tilt = _("Gantry tilt") if source["modality"] in ("CT", "") else _("Tilt")
    lines = [(_("Slices"), slices.said)]
    if source["steps_mm"]["max"] is not None:
        lines += [(_("Steps"), _steps(source)), (tilt, f"{source['tilt_deg']:.2f}°")]
    if source.get("slice_thickness_range_mm"):
        low, high = source["slice_thickness_range_mm"]
        span = Phrase(_("{low:g} to {high:g} mm"), {"low": low, "high": high})
        lines.append((_("Thickness"), span.said))
    elif source.get("slice_thickness_mm") is not None:
        lines.append((_("Thickness"), f"{source['slice_thickness_mm']:g} mm"))
    for key, title in (
        ("kernel", _("Kernel")),
        ("patient_name", _("Patient")),
        ("patient_id", _("Patient ID")),
    ):
        if source.get(key):
            lines.append((title, source[key]))
    return lines


def _section(part: Mapping[str, Any]) -> str:
    told = _("{section}: {slices} slices from {from_mm:.1f} to {to_mm:.1f} mm along the normal")
    refusal = f"; {translated(part['refusal'])}" if part["refusal"] else ""
    return Phrase(told, part).said + refusal


def _steps(source: Mapping[str, Any]) -> str:
    if source.get("step_mm") is not None:
        return Phrase(_("every {step_mm:.3f} mm"), source).said
    steps = _("{min:.3f} to {max:.3f} mm apart (median {median:.3f} mm)")
    return Phrase(steps, source["steps_mm"]).said


def _volume(volume: Mapping[str, Any]) -> str:
    values = {
        "size": " × ".join(str(value) for value in volume["dimensions"]),
        "spacing": " × ".join(f"{value:.3f}" for value in volume["spacing_mm"]),
    }
    if volume["interpolation"] == "none":
        return Phrase(_("{size} voxels of {spacing} mm, as acquired"), values).said
    residual = volume["residual_mm"]["max"]
    if residual is None:
        return Phrase(_("{size} voxels of {spacing} mm, interpolated"), values).said
    values["most"] = bound_mm(residual)
    told = _("{size} voxels of {spacing} mm, interpolated, residual at most {most}")
    return Phrase(told, values).said


def _rejected(rejected: Sequence[Mapping[str, str]]) -> str:
    count = {"count": len(rejected)}
    lines = [Phrase(_("Files that take no part: {count}"), count).said]
    for reason, files in grouped(rejected):
        names = Phrase(", ".join(files[:_NAMES_SHOWN]))
        if len(files) > _NAMES_SHOWN:
            values = {"names": names, "count": len(files) - _NAMES_SHOWN}
            names = Phrase(_("{names} and {count} more"), values)
        lines.append(f"  {len(files)} × {one_line(translated(reason))}: {names.said}")
    return "\n".join(lines) + "\n"
