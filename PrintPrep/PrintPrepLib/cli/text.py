"""What ``inspect`` and ``run`` found, in words for a person at a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.phrases import bound_mm, grouped
from ..mesh.io.placement import size_and_unit

FIT = {"pass": "yes", "warn": "with care", "fail": "no"}
_MARK = {"fail": "problem", "warn": "warning", "info": "note"}
_NAMES_SHOWN = 3


def inspection(record: Mapping[str, Any]) -> str:
    """The answer of ``inspect`` as text.

    :param record: as ``inspection.inspect_record`` makes it.
    """
    blocks = [_stack(entry) for entry in record["series"]]
    if not blocks:
        blocks.append("There is no series of slices here.\n")
    if record["rejected"]:
        blocks.append(_rejected(record["rejected"]))
    return "\n".join(blocks)


def result(record: Mapping[str, Any], folder: str, files: Sequence[str]) -> str:
    """The answer of ``run`` as text."""
    model, source, volume = record["model"], record["source"], record["volume"]
    size = " × ".join(f"{extent:.1f}" for extent in model["extents_mm"])
    packed = f", compressed as {source['compression']}" if source["compression"] else ""
    slices = f"{source['slices']} slices, {_steps(source)}, tilt {source['tilt_deg']:.2f}°"
    lines = [
        ("Series", slices + packed),
        ("Volume", _volume(volume)),
        ("Model", f"{size} mm, {model['volume_mm3'] / 1000:.1f} cm³"),
    ]
    scale, _ = size_and_unit(model)
    if scale != 1:
        lines.append(("Scale", f"{scale:g}: the file is not the size of the patient"))
    lines.append(("Fit for printing", FIT[record["verdict"]]))
    text = "".join(f"{name:17}{value}\n" for name, value in lines)
    for check in record["checks"]:
        if check["status"] in ("fail", "warn"):
            text += f"  {_MARK[check['status']]}: {check['message']}\n"
    return f"{text}{'Written':17}{', '.join(files)} in {folder}\n"


def _stack(entry: Mapping[str, Any]) -> str:
    source = entry["source"]
    number = "without a number" if entry["number"] is None else entry["number"]
    scanner = ", ".join(filter(None, (source["modality"], source["manufacturer"])))
    stack = f", stack {entry['stack']}" if source.get("stacks", 1) > 1 else ""
    if source.get("told_apart"):
        stack += f" ({source['told_apart']})"
    if source.get("sections", 1) > 1 and source.get("section"):
        stack += f", section {source['section']}"
    known = source["matrix"] is not None
    lines = _measures(source) if known else [("Slices", f"{source['slices']} files")]
    lines += [("Section", _section(part)) for part in entry.get("sections", ())]
    lines.append(("Series ID", source.get("series_uid") or entry["series_id"]))
    lines.append(("Fit for printing", FIT[entry["verdict"]]))
    text = f"Series {number}{stack} ({scanner})\n"
    text += "".join(f"  {name:17}{value}\n" for name, value in lines)
    for finding in entry["findings"]:
        text += f"  {_MARK[finding['severity']]}: {finding['message']}\n"
    return text


def _measures(source: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the headers say of a stack, as names and values."""
    rows, columns = source["matrix"]
    pixel = " × ".join(f"{value:.3f}" for value in source["pixel_spacing_mm"])
    tilt = "Gantry tilt" if source["modality"] in ("CT", "") else "Tilt"
    lines = [("Slices", f"{source['slices']} of {columns} × {rows} pixels of {pixel} mm")]
    if source["steps_mm"]["max"] is not None:
        lines += [("Steps", _steps(source)), (tilt, f"{source['tilt_deg']:.2f}°")]
    if source.get("slice_thickness_mm") is not None:
        lines.append(("Thickness", f"{source['slice_thickness_mm']:g} mm"))
    if source.get("kernel"):
        lines.append(("Kernel", source["kernel"]))
    for key, title in (("patient_name", "Patient"), ("patient_id", "Patient ID")):
        if source.get(key):
            lines.append((title, source[key]))
    return lines


def _section(part: Mapping[str, Any]) -> str:
    told = f"{part['section']}: {part['slices']} slices from {part['from_mm']:.1f} to "
    told += f"{part['to_mm']:.1f} mm along the normal"
    return told + (f"; {part['refusal']}" if part["refusal"] else "")


def _steps(source: Mapping[str, Any]) -> str:
    steps = source["steps_mm"]
    if source.get("step_mm") is not None:
        return f"every {source['step_mm']:.3f} mm"
    return f"{steps['min']:.3f} to {steps['max']:.3f} mm apart (median {steps['median']:.3f} mm)"


def _volume(volume: Mapping[str, Any]) -> str:
    size = " × ".join(str(value) for value in volume["dimensions"])
    spacing = " × ".join(f"{value:.3f}" for value in volume["spacing_mm"])
    if volume["interpolation"] == "none":
        return f"{size} voxels of {spacing} mm, as acquired"
    residual = volume["residual_mm"]["max"]
    told = "" if residual is None else f", residual at most {bound_mm(residual)}"
    return f"{size} voxels of {spacing} mm, interpolated{told}"


def _rejected(rejected: Sequence[Mapping[str, str]]) -> str:
    text = f"Files that take no part: {len(rejected)}\n"
    for reason, files in grouped(rejected):
        names = ", ".join(files[:_NAMES_SHOWN])
        more = len(files) - _NAMES_SHOWN
        text += f"  {len(files)} × {reason}: {names}{f' and {more} more' if more > 0 else ''}\n"
    return text
