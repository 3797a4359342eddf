"""What the acquisition and the volume made of it mean for the print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...core.findings import Finding, from_entry, graded
from ...core.phrases import Phrase, _, bound_mm
from ...geometry.regularity import GAP_FAIL_MM

#: Largest distance between a voxel's place in the headers and on the grid.
RESIDUAL_PASS_MM = 0.1
RESIDUAL_FAIL_MM = 0.5
#: Slices for anatomical models should not stand farther apart (doi 10.1186/s41205-015-0002-4).
STEP_PASS_MM = 1.25
STEP_FAIL_MM = 5.0
PIXEL_PASS_MM = 1.0
#: Findings about the source that making the volume puts right.
_CORRECTED = {"tilted", "irregular", "in_plane_drift", "drifting"}
_TITLES = {
    "tilted": _("Tilt of the slices"),
    "irregular": _("Steps between slices"),
    "in_plane_drift": _("Drift within the plane"),
    "drifting": _("Turn from slice to slice"),
    "gap": _("Gaps between slices"),
    "sectioned": _("Sections"),
    "mixed": _("Stacks in the series"),
    "derived": _("Derived images"),
    "duplicate_positions": _("Images that were there twice"),
    "joined_runs": _("Runs that overlap"),
    "tilt_tag": _("Tilt stated by the header"),
    "spacing_tag": _("Spacing stated by the header"),
    "thickness_tag": _("Thickness and distance"),
    "slice_location": _("Slice locations stated"),
    "pixel_spacing_tag": _("Pixel size stated twice"),
    "applied_tilt": _("Tilt applied on purpose"),
    "entered_geometry": _("Geometry entered by hand"),
    "rounded_positions": _("Rounded positions"),
    "not_hu": _("Values in Hounsfield units"),
    "no_rescale": _("Rescaling to Hounsfield units"),
    "padding_value": _("Padding value"),
}


def source_checks(
    source: Mapping[str, Any],
    volume: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]] = (),
) -> list[Finding]:
    """The checks of a record's ``source`` and ``volume``.

    :param findings: what was found about the source (``Finding.as_finding``).
    """
    residual = _residual(volume)
    checks = [
        *(_from_finding(entry, corrected=residual.status == "pass") for entry in findings),
        _missing(source),
        _steps(source),
        _coverage(source),
        _pixel(source),
        _lossy(source),
        residual,
        _grid(source, volume),
    ]
    return [check for check in checks if check is not None]


def coarse_steps(source: Mapping[str, Any]) -> Finding | None:
    """The finding that the slices stand too far apart for a model, or None."""
    widest = (source.get("steps_mm") or {}).get("max")
    if widest is None or widest <= STEP_PASS_MM:
        return None
    status, limit = graded(widest, STEP_PASS_MM, STEP_FAIL_MM)
    template = _(
        "The slices stand up to {widest:.2f} mm apart: what is thinner than that in this "
        "direction may be missing, and the ends of the model are uncertain by {half:.2f} mm."
    )
    values = {"widest": widest, "half": widest / 2}
    return Finding("coarse_steps", status, template, values, widest, "mm", limit)


def compressed(loss: Mapping[str, Any]) -> Phrase:
    """How images lost detail, for the beginning of a sentence."""
    if loss.get("ratio") and loss.get("method"):
        template = _(
            "The images were compressed to about 1/{ratio:g} of their size with loss by {method}"
        )
    elif loss.get("ratio"):
        template = _("The images were compressed to about 1/{ratio:g} of their size with loss")
    elif loss.get("method"):
        template = _("The images were compressed with loss by {method}")
    else:
        template = _("The images were compressed with loss")
    return Phrase(template, loss)


def _from_finding(entry: Mapping[str, Any], corrected: bool) -> Finding:
    found = from_entry(entry)
    title = _TITLES.get(found.id) or found.id.replace("_", " ").capitalize()
    if found.id in _CORRECTED and corrected and found.status == "warn":
        values = {"finding": Phrase(found.template, found.values)}
        template = _("{finding} The residual below says how well that worked.")
        return replace(found, status="info", template=template, values=values, title=title)
    return replace(found, title=title)


def _missing(source: Mapping[str, Any]) -> Finding | None:
    missing = source.get("missing")
    if missing is None:
        return None
    lengths, gaps = source.get("step_lengths_mm") or (), source.get("gap_steps") or ()
    narrow = bool(gaps and lengths) and max(lengths[index] for index in gaps) <= GAP_FAIL_MM
    if missing:
        status = "warn" if narrow else "fail"
        template = _("{missing} slice(s) are missing: the anatomy there is guessed.")
    else:
        status = "pass"
        template = _("No slice is missing: the model shows nothing that was not scanned.")
    values, title = {"missing": missing}, _("Missing slices")
    return Finding("missing_slices", status, template, values, missing, None, 0, title)


def _steps(source: Mapping[str, Any]) -> Finding | None:
    widest = (source.get("steps_mm") or {}).get("max")
    if widest is None:
        return None
    title, coarse = _("Distance between slices"), coarse_steps(source)
    if coarse:
        return replace(coarse, id="slice_spacing", title=title)
    template = _("The slices stand at most {widest:.2f} mm apart, close enough for a model.")
    values = {"widest": widest}
    return Finding("slice_spacing", "pass", template, values, widest, "mm", STEP_PASS_MM, title)


def _coverage(source: Mapping[str, Any]) -> Finding | None:
    """Slices thinner than their distance leave anatomy unscanned between them."""
    thickness, widest = source.get("slice_thickness_mm"), (source.get("steps_mm") or {}).get("max")
    if not thickness or widest is None:
        return None
    # The thickness may change with the steps: only neighbours tell.
    between = (source.get("slice_gap_mm") or {}).get("max", widest - thickness)
    if between > 0.05 * thickness:
        status = "warn"
        template = _(
            "The slices are {thickness:g} mm thick and up to {widest:.2f} mm apart: what lies "
            "between them was not scanned, and the model bridges it."
        )
    else:
        status, template = "pass", _("The slices leave nothing unscanned between them.")
    values, title = {"thickness": thickness, "widest": widest}, _("Slices without gaps")
    return Finding("slice_coverage", status, template, values, widest, "mm", thickness, title)


def _pixel(source: Mapping[str, Any]) -> Finding | None:
    pixel = source.get("pixel_spacing_mm")
    if not pixel:
        return None
    largest = max(pixel)
    if largest <= PIXEL_PASS_MM:
        status, template = "pass", _("The pixels are small enough for a model.")
    else:
        status = "warn"
        template = _(
            "The pixels are {largest:.2f} mm wide: thin walls may be missing from the model."
        )
    values, title = {"largest": largest}, _("Pixel size")
    return Finding("pixel_size", status, template, values, largest, "mm", PIXEL_PASS_MM, title)


def _lossy(source: Mapping[str, Any]) -> Finding | None:
    loss = source.get("lossy")
    if loss is None:
        return None
    ratio, values = 1.0, {}
    if loss:
        status, ratio, values = "warn", loss.get("ratio"), {"compressed": compressed(loss)}
        template = _(
            "{compressed}: fine detail is smeared, and the surface follows the compression as "
            "well as the bone. Ask for the original images."
        )
    else:
        status = "pass"
        template = _("No loss by compression is known: the edges are those of the scanner.")
    title = _("Compression with loss")
    return Finding("lossy_compression", status, template, values, ratio, None, 1.0, title)


def _residual(volume: Mapping[str, Any]) -> Finding:
    worst = (volume.get("residual_mm") or {}).get("max")
    values: dict[str, Any] = {}
    if worst is None:
        status, limit = "warn", RESIDUAL_PASS_MM
        template = _("How far the volume keeps to the positions in the headers was not measured.")
    else:
        status, limit = graded(worst, RESIDUAL_PASS_MM, RESIDUAL_FAIL_MM)
        values = {"bound": bound_mm(worst)}
        template = (
            _(
                "Every voxel of the unchanged volume lies within {bound} of where the headers say "
                "the scanner saw it."
            )
            if volume.get("interpolation") == "none"
            else _(
                "Every voxel of the interpolated volume lies within {bound} of where the headers "
                "say the scanner saw it."
            )
        )
    title = _("Places of the voxels")
    return Finding("residual", status, template, values, worst, "mm", limit, title)


def _grid(source: Mapping[str, Any], volume: Mapping[str, Any]) -> Finding | None:
    median, spacing = (source.get("steps_mm") or {}).get("median"), volume.get("spacing_mm")
    if median is None or not spacing:
        return None
    if spacing[2] > 1.01 * median:
        status = "warn"
        template = _(
            "The grid is coarser than the slices: detail between its planes is averaged away."
        )
    else:
        status = "pass"
        template = _("The grid is as fine as the slices: no detail was averaged away.")
    title = _("Spacing of the grid")
    return Finding("grid_spacing", status, template, {}, spacing[2], "mm", median, title)
