"""What the segment and the model made of it mean for the print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.findings import Check, graded
from ...mesh.io.placement import size_and_unit

#: A surface that encloses more or less than its voxels by this share is suspect.
VOLUME_PASS_PERCENT = 5.0
VOLUME_FAIL_PERCENT = 25.0
#: How far the chosen threshold may move the surface away from half contrast.
SHIFT_PASS_MM = 0.25
SHIFT_FAIL_MM = 1.0
THIN_PASS_PERCENT = 20.0
#: Sizes that patients do not have: the sign of a mistaken unit.
PLAUSIBLE_MM = (1.0, 2500.0)


def model_checks(segment: Mapping[str, Any], model: Mapping[str, Any]) -> list[Check]:
    """The checks of a record's ``segment`` and ``model``."""
    checks = [
        _border(segment),
        _threshold(segment),
        _thin_walls(segment),
        _watertight(model),
        _manifold(model),
        _outside(model),
        _parts(model),
        _volume(segment, model),
        _size(model),
        _read_back(model),
    ]
    return [check for check in checks if check is not None]


def _border(segment: Mapping[str, Any]) -> Check | None:
    cut = segment.get("cut_by_field_mm2")
    if cut is None:
        return None
    area = sum(cut.values())
    sides = ", ".join(side for side, value in cut.items() if value > 0)
    message = (
        f"The anatomy goes on beyond the scanned field ({sides}): there the model ends in a "
        "flat cut that is no surface of the body."
        if area
        else "The whole segment lies inside the scanned field: no part of it is cut off."
    )
    return Check(
        "field_of_view",
        "Cut by the field of view",
        "warn" if area else "pass",
        area,
        0.0,
        "mm²",
        message,
    )


def _threshold(segment: Mapping[str, Any]) -> Check | None:
    low, high = segment.get("threshold_hu") or (None, None)
    if low is None:
        return None
    bounds = f"from {low:g} upwards" if high is None else f"from {low:g} to {high:g}"
    half = segment.get("half_contrast")
    if not half:
        return Check(
            "threshold",
            "Threshold",
            "info",
            low,
            None,
            None,
            f"The segment holds grey values {bounds}; how far that is from half the contrast, "
            "which is neutral for the size, could not be measured.",
        )
    shift = half["shift_mm"]
    return Check(
        "threshold",
        "Threshold against half contrast",
        graded(abs(shift), SHIFT_PASS_MM, SHIFT_FAIL_MM),
        shift,
        SHIFT_PASS_MM,
        "mm",
        f"The segment holds grey values {bounds}; half the contrast is {_grey(half['threshold'])}, "
        f"and against it the surface lies {abs(shift):.2f} mm farther "
        f"{'out' if shift > 0 else 'in'}: every wall is {2 * abs(shift):.2f} mm "
        f"{'thicker' if shift > 0 else 'thinner'}.",
    )


def _grey(value: float) -> str:
    """A grey value: HU are whole numbers, SUV and normalized images are small ones."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _thin_walls(segment: Mapping[str, Any]) -> Check | None:
    """Where walls are thinner than the blur, no threshold gives their true thickness."""
    half = segment.get("half_contrast")
    if not half:
        return None
    percent = 100 * half["thin_share"]
    return Check(
        "thin_walls",
        "Walls thinner than the blur",
        graded(percent, THIN_PASS_PERCENT, 100.0),
        percent,
        THIN_PASS_PERCENT,
        "%",
        f"The images are blurred by {half['blur_mm']:.2f} mm (standard deviation); on "
        f"{percent:.0f} % of the surface the wall is so thin that its thickness in the model "
        "depends on the threshold more than on the anatomy.",
    )


def _watertight(model: Mapping[str, Any]) -> Check:
    edges = model["boundary_edges"]
    message = (
        f"The surface has holes ({edges} open edges): the printing program will guess how to "
        "close them."
        if edges
        else "The surface is closed: the printing program need not repair it."
    )
    return Check(
        "watertight", "Closed surface", "fail" if edges else "pass", edges, 0, None, message
    )


def _manifold(model: Mapping[str, Any]) -> Check:
    edges = model["non_manifold_edges"]
    message = (
        f"Parts touch along {edges} edge(s) of no thickness, which break or confuse the "
        "printing program."
        if edges
        else "Every edge joins exactly two triangles, as a solid's surface must."
    )
    return Check("manifold", "Manifold edges", "warn" if edges else "pass", edges, 0, None, message)


def _outside(model: Mapping[str, Any]) -> Check | None:
    turned = model.get("inconsistent_edges")
    if turned is None:
        return None
    inside_out = model["volume_mm3"] <= 0
    if inside_out:
        message = "The surface is inside out: it would print as a hole."
    elif turned:
        message = f"Triangles disagree about the outside along {turned} edges."
    else:
        message = "All triangles agree about which side is outside."
    status = "fail" if inside_out or turned else "pass"
    return Check("orientation", "Outside and inside", status, turned, 0, None, message)


def _parts(model: Mapping[str, Any]) -> Check:
    voids = model.get("voids") or 0
    parts = model["components"] - voids
    message = (
        f"The model is {parts} separate parts, which come apart in the print; the option to keep "
        "the largest island removes the loose ones."
        if parts > 1
        else "The model is one part."
    )
    if voids:
        message += f" It encloses {voids} hollow(s), which trap powder or resin."
    return Check("parts", "Parts", "warn" if parts > 1 else "pass", parts, 1, None, message)


def _volume(segment: Mapping[str, Any], model: Mapping[str, Any]) -> Check | None:
    voxels = segment.get("volume_mm3")
    if not voxels:
        return None
    percent = 100 * (model["volume_mm3"] / voxels - 1)
    return Check(
        "volume_agreement",
        "Model against segment",
        graded(abs(percent), VOLUME_PASS_PERCENT, VOLUME_FAIL_PERCENT),
        percent,
        VOLUME_PASS_PERCENT,
        "%",
        f"The model encloses {abs(percent):.1f} % {'more' if percent > 0 else 'less'} than the "
        "voxels of the segment; much more than that would be a mistake in the surface.",
    )


def _size(model: Mapping[str, Any]) -> Check:
    extents, (scale, unit) = model["extents_mm"], size_and_unit(model)
    largest, (low, high) = max(extents), PLAUSIBLE_MM
    size = " × ".join(f"{extent:.1f}" for extent in extents)
    in_file = [extent * scale * unit.per_mm for extent in extents]
    printed = " × ".join(f"{extent:.{unit.decimals}f}" for extent in in_file)
    if not low <= largest <= high:
        status, message = "fail", f"{size} mm is no size of a patient: a unit was mistaken."
    elif scale != 1:
        status = "warn"
        message = (
            f"The patient's size is {size} mm, the file's {printed} {unit.name} (scale {scale:g})."
        )
    else:
        status = "pass"
        message = (
            f"The file is true to life in {unit.plural}: after import the printing program must "
            f"show {printed} {unit.name}."
        )
    return Check("size", "Size and unit", status, largest * scale, None, "mm", message)


def _read_back(model: Mapping[str, Any]) -> Check | None:
    files = model.get("files")
    if not files:
        return None
    unequal = [entry["file"] for entry in files if not entry.get("read_back", True)]
    message = (
        f"{', '.join(unequal)} did not read back as written: do not print it."
        if unequal
        else "What is on disk was read back and is the model, point for point; the checksum tells "
        "if it is changed later."
    )
    return Check(
        "read_back", "File read back", "fail" if unequal else "pass", len(unequal), 0, None, message
    )
