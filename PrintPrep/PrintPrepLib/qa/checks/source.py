"""What the acquisition and the volume made of it mean for the print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.findings import Check, Finding, graded
from ...core.phrases import bound_mm
from ...geometry.regularity import GAP_FAIL_MM

#: Largest distance between a voxel's place in the headers and on the grid.
RESIDUAL_PASS_MM = 0.1
RESIDUAL_FAIL_MM = 0.5
#: Slices for anatomical models should not stand farther apart (doi 10.1186/s41205-015-0002-4).
STEP_PASS_MM = 1.25
STEP_FAIL_MM = 5.0
PIXEL_PASS_MM = 1.0
#: Findings about the source that making the volume puts right, with their titles.
_CORRECTED = {
    "tilted": "Tilt of the slices",
    "irregular": "Steps between slices",
    "in_plane_drift": "Drift within the plane",
    "drifting": "Turn from slice to slice",
}
_TITLES = {
    "gap": "Gaps between slices",
    "sectioned": "Sections",
    "mixed": "Stacks in the series",
    "derived": "Derived images",
    "duplicate_positions": "Images that were there twice",
    "joined_runs": "Runs that overlap",
    "tilt_tag": "Tilt stated by the header",
    "spacing_tag": "Spacing stated by the header",
    "thickness_tag": "Thickness and distance",
    "slice_location": "Slice locations stated",
    "pixel_spacing_tag": "Pixel size stated twice",
    "applied_tilt": "Tilt applied on purpose",
    "entered_geometry": "Geometry entered by hand",
    "rounded_positions": "Rounded positions",
    "not_hu": "Values in Hounsfield units",
    "no_rescale": "Rescaling to Hounsfield units",
}


def source_checks(
    source: Mapping[str, Any],
    volume: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]] = (),
) -> list[Check]:
    """The checks of a record's ``source`` and ``volume``.

    :param findings: what was found about the source (``Finding.as_dict``).
    """
    residual = _residual(volume)
    checks = [
        *_from_findings(findings, corrected=residual.status == "pass"),
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
    return Finding(
        "coarse_steps",
        "fail" if widest > STEP_FAIL_MM else "warn",
        "The slices stand up to {widest:.2f} mm apart: what is thinner than that in this "
        "direction may be missing, and the ends of the model are uncertain by {half:.2f} mm.",
        {"widest": widest, "half": widest / 2},
        widest,
        "mm",
    )


def _from_findings(findings: Sequence[Mapping[str, Any]], corrected: bool) -> list[Check]:
    checks = []
    for finding in findings:
        identity, status, message = finding["id"], finding["severity"], finding["message"]
        title = _CORRECTED.get(identity) or _TITLES.get(identity)
        if identity in _CORRECTED and corrected and status == "warn":
            status = "info"
            message += " The residual below says how well that worked."
        checks.append(
            Check(
                identity,
                title or identity.replace("_", " ").capitalize(),
                status,
                finding.get("value"),
                None,
                finding.get("unit"),
                message,
            )
        )
    return checks


def _missing(source: Mapping[str, Any]) -> Check | None:
    missing = source.get("missing")
    if missing is None:
        return None
    message = (
        f"{missing} slice(s) are missing: the anatomy there is guessed."
        if missing
        else "No slice is missing: the model shows nothing that was not scanned."
    )
    lengths, gaps = source.get("step_lengths_mm") or (), source.get("gap_steps") or ()
    narrow = bool(gaps and lengths) and max(lengths[index] for index in gaps) <= GAP_FAIL_MM
    status = ("warn" if narrow else "fail") if missing else "pass"
    return Check("missing_slices", "Missing slices", status, missing, 0, None, message)


def _steps(source: Mapping[str, Any]) -> Check | None:
    widest = (source.get("steps_mm") or {}).get("max")
    if widest is None:
        return None
    finding = coarse_steps(source)
    message = (
        finding.message
        if finding
        else f"The slices stand at most {widest:.2f} mm apart, close enough for a model."
    )
    status = finding.status if finding else "pass"
    return Check(
        "slice_spacing", "Distance between slices", status, widest, STEP_PASS_MM, "mm", message
    )


def _coverage(source: Mapping[str, Any]) -> Check | None:
    """Slices thinner than their distance leave anatomy unscanned between them."""
    thickness, widest = source.get("slice_thickness_mm"), (source.get("steps_mm") or {}).get("max")
    if not thickness or widest is None:
        return None
    # The thickness may change with the steps: only neighbours tell.
    between = (source.get("slice_gap_mm") or {}).get("max", widest - thickness)
    bare = between > 0.05 * thickness
    message = (
        f"The slices are {thickness:g} mm thick and up to {widest:.2f} mm apart: what lies "
        "between them was not scanned, and the model bridges it."
        if bare
        else "The slices leave nothing unscanned between them."
    )
    return Check(
        "slice_coverage",
        "Slices without gaps",
        "warn" if bare else "pass",
        widest,
        thickness,
        "mm",
        message,
    )


def _pixel(source: Mapping[str, Any]) -> Check | None:
    pixel = source.get("pixel_spacing_mm")
    if not pixel:
        return None
    largest = max(pixel)
    status = "pass" if largest <= PIXEL_PASS_MM else "warn"
    message = (
        "The pixels are small enough for a model."
        if status == "pass"
        else f"The pixels are {largest:.2f} mm wide: thin walls may be missing from the model."
    )
    return Check("pixel_size", "Pixel size", status, largest, PIXEL_PASS_MM, "mm", message)


def _lossy(source: Mapping[str, Any]) -> Check | None:
    loss = source.get("lossy")
    if loss is None:
        return None
    if not loss:
        status, ratio = "pass", 1.0
        message = "No loss by compression is known: the edges are those of the scanner."
    else:
        status, ratio = "warn", loss.get("ratio")
        how = f" by {loss['method']}" if loss.get("method") else ""
        much = f" to about 1/{ratio:g} of their size" if ratio else ""
        message = (
            f"The images were compressed{much} with loss{how}: fine detail is smeared, and the "
            "surface follows the compression as well as the bone. Ask for the original images."
        )
    return Check("lossy_compression", "Compression with loss", status, ratio, 1.0, None, message)


def _residual(volume: Mapping[str, Any]) -> Check:
    worst = (volume.get("residual_mm") or {}).get("max")
    if worst is None:
        return Check(
            "residual",
            "Places of the voxels",
            "warn",
            None,
            RESIDUAL_PASS_MM,
            "mm",
            "How far the volume keeps to the positions in the headers was not measured.",
        )
    touched = "interpolated" if volume.get("interpolation") != "none" else "unchanged"
    return Check(
        "residual",
        "Places of the voxels",
        graded(worst, RESIDUAL_PASS_MM, RESIDUAL_FAIL_MM),
        worst,
        RESIDUAL_PASS_MM,
        "mm",
        f"Every voxel of the {touched} volume lies within {bound_mm(worst)} of where the headers "
        "say the scanner saw it.",
    )


def _grid(source: Mapping[str, Any], volume: Mapping[str, Any]) -> Check | None:
    median, spacing = (source.get("steps_mm") or {}).get("median"), volume.get("spacing_mm")
    if median is None or not spacing:
        return None
    coarse = spacing[2] > 1.01 * median
    message = (
        "The grid is coarser than the slices: detail between its planes is averaged away."
        if coarse
        else "The grid is as fine as the slices: no detail was averaged away."
    )
    return Check(
        "grid_spacing",
        "Spacing of the grid",
        "warn" if coarse else "pass",
        spacing[2],
        median,
        "mm",
        message,
    )
