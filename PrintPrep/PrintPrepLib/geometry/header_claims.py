"""What the headers claim beside positions and orientation, held against them.

PrintPrep uses none of these tags to place a slice, other programs do: each finding says
what that would do to the size of a print. Two claims are a person's own and named here as
well: a tilt applied on purpose and a geometry entered by hand.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np

from ..core.findings import Finding
from .regularity import position_tolerance
from .stack import ENTER_GEOMETRY
from .stack_geometry import StackGeometry

if TYPE_CHECKING:
    from ..dicom.header import SeriesInfo
    from .stack import SliceStack

_TILT_TOLERANCE_DEG = 0.1
#: A program that is misled by more than this share of a length deserves a warning.
_MISLED_PERCENT = 0.5
#: Slices thinner than their distance by more than this share leave anatomy unscanned.
_BARE_SHARE = 0.05
#: SliceLocation is often written with one decimal, so that a difference is off by 0.1 mm.
_LOCATION_TOLERANCE_MM = 0.1
#: How a derivation description says that the slices were sheared or turned back.
_TILT_WORDS = re.compile(r"tilt|shear", re.IGNORECASE)


def claims(stack: SliceStack, geometry: StackGeometry) -> list[Finding]:
    """The findings about one stack of at least two slices at different positions."""
    found = [
        applied_tilt(stack),
        entered_geometry(stack),
        None if stack.drifting else _tilt_tag(stack.info, geometry),
        _pixel_spacing_tag(stack),
    ]
    # Across the wide gaps between sections no step is claimed by anybody.
    claimed = not (geometry.sectioned or stack.drifting or stack.slices[0].entered)
    if claimed and len(stack.slices) > 1:
        heights = _Heights(stack, geometry)
        found += [
            _spacing_tag(stack.info, heights),
            _thickness_tag(stack, heights),
            _slice_location(stack, heights),
        ]
    return [item for item in found if item is not None]


def one_place(stack: SliceStack) -> Finding:
    """The refusal of slices that all claim the same position; one stands for all here."""
    count = stack.coincident + len(stack.slices)
    return Finding(
        "invalid_geometry",
        "fail",
        "The headers do not say where the slices lie: all {count} claim the same position. Either "
        "one place was seen {count} times, or the positions were lost. " + ENTER_GEOMETRY + ".",
        {"count": count},
        count,
    )


def names_tilt(info: SeriesInfo) -> bool:
    """Does the header say that another program took the tilt out?"""
    return bool(_TILT_WORDS.search(info.derivation))


class _Heights:
    """Steps and height of a stack in mm: along the normal, the table's way, and
    the patient's axis that is nearest to the normal.

    ``tolerance`` is what rounded positions leave open of a height.
    """

    def __init__(self, stack: SliceStack, geometry: StackGeometry) -> None:
        self.normal = np.diff(geometry.distances)
        moved = np.diff(geometry.positions, axis=0)
        self.table = np.linalg.norm(moved, axis=1)
        self.axis = np.abs(moved[:, np.argmax(np.abs(geometry.normal))])
        self.height = float(self.normal.sum())
        decimals = (item.position_decimals for item in stack.slices)
        self.tolerance = 2 * float(position_tolerance(decimals).max())

    def off(self, claimed: float) -> float | None:
        """By how many percent a claimed height is too tall; None within the rounding."""
        if abs(claimed - self.height) <= self.tolerance:
            return None
        return 100 * (claimed / self.height - 1)


def _size(percent: float) -> str:
    return f"{abs(percent):.1f} % too {'tall' if percent > 0 else 'short'}"


def _severity(percent: float) -> str:
    return "warn" if abs(percent) > _MISLED_PERCENT else "info"


def applied_tilt(stack: SliceStack) -> Finding | None:
    """That a person put a tilt back, and which way."""
    if stack.applied_tilt_deg is None:
        return None
    upper = -np.array(stack.slices[0].column_direction)
    return Finding(
        "applied_tilt",
        "warn",
        "A gantry tilt of {tilt:+g}° was applied on purpose, so that the {edge} edge of every "
        "image leans towards the {end}. The slices do not show it themselves: compare with the "
        "original images, for with the wrong sign the model is skewed twice as much.",
        {
            "tilt": stack.applied_tilt_deg,
            "edge": _edge(upper),
            "end": "head" if upper[2] > 0 else "feet",
        },
        stack.applied_tilt_deg,
        "°",
    )


def _edge(upper: np.ndarray) -> str:
    """Which side of the patient the upper edge of an axial image is, LPS (3,)."""
    if abs(upper[1]) < abs(upper[0]):
        return "left" if upper[0] > 0 else "right"
    return "back" if upper[1] > 0 else "front"


def entered_geometry(stack: SliceStack) -> Finding | None:
    """That a person typed pixel and step, what the header has instead, and missing numbers."""
    first = stack.slices[0]
    if not first.entered:
        return None
    template = (
        "The geometry was entered by hand: pixels of {row:g} × {column:g} mm, {slices} slices "
        "one after another. The size of the print is only as right as these numbers, and if the "
        "slices run the other way the model is a mirror image: measure a known length, and check "
        "left and right."
    )
    stated, skipped = stack.info.pixel_spacing, _skipped(stack)
    if stated is not None and not np.allclose(stated, first.pixel_spacing, rtol=1e-3):
        template += " The header states pixels of {stated_row:g} × {stated_column:g} mm."
    if skipped:
        template += (
            " The slice numbers leave out {skipped}: if slices are missing, the model is too short."
        )
    return Finding(
        "entered_geometry",
        "warn",
        template,
        {
            "row": first.pixel_spacing[0],
            "column": first.pixel_spacing[1],
            "slices": len(stack.slices),
            "stated_row": (stated or (0, 0))[0],
            "stated_column": (stated or (0, 0))[1],
            "skipped": skipped,
        },
    )


def _skipped(stack: SliceStack) -> int:
    """How many of the slices' numbers are left out, where they otherwise go up evenly."""
    try:
        numbers = sorted(int(item.instance_number) for item in stack.slices)
    except ValueError:
        return 0
    steps = np.diff(numbers)
    usual = int(np.median(steps)) if len(steps) else 0
    return int(np.sum(steps // usual - 1)) if usual > 0 else 0


def _tilt_tag(info: SeriesInfo, geometry: StackGeometry) -> Finding | None:
    tag = info.tilt_tag_deg
    if tag is None or abs(abs(tag) - geometry.tilt_deg) <= _TILT_TOLERANCE_DEG:
        return None
    off = abs(abs(tag) - geometry.tilt_deg)
    severity = "warn"
    template = (
        "The header states a gantry tilt of {tag:g}°, the slice positions show {tilt:.2f}°; the "
        "positions are used. "
    )
    skewed = "the model is skewed by {skew:.0f} mm for every 100 mm from front to back"
    if geometry.tilted:
        template += f"If the header is right, {skewed}: compare with the original images."
    elif names_tilt(info):
        severity = "info"
        template += "Another program took the tilt out, as the header says: the size is right."
    else:
        template += (
            "Either another program has straightened the slices, and the size is right; or the "
            f"tilt was lost on the way, and {skewed} and {{deep:.1f}} % too deep. Compare with "
            "the original images; a lost tilt can be applied on purpose."
        )
    angle = math.radians(off)
    values = {
        "tag": tag,
        "tilt": geometry.tilt_deg,
        "skew": 100 * math.sin(angle),
        "deep": 100 * (1 / math.cos(angle) - 1),
    }
    return Finding("tilt_tag", severity, template, values, off, "°")


def _spacing_tag(info: SeriesInfo, heights: _Heights) -> Finding | None:
    stated = info.spacing_between_slices_mm
    if not stated:
        return None
    count = len(heights.normal)
    percent = heights.off(abs(stated) * count)
    if percent is None and stated > 0:
        return None
    template = "SpacingBetweenSlices states {stated:g} mm"
    severity = _severity(percent or 0.0)
    if percent is not None:
        template += (
            ", the slices stand {mean:.3f} mm apart on average; the positions are used. A program "
            "that trusts the tag makes the model {size}."
        )
        along_table = abs(abs(stated) * count - heights.table.sum()) <= heights.tolerance
        if along_table:
            # Right in its own way, and told as a tilt already.
            severity = "info"
            template += " It counts along the table, which the tilted slices do not follow."
    else:
        template += ": its sign has no meaning here."
    if stated < 0:
        severity = "warn"
        template += " A program that takes the minus for a direction mirrors the model."
    values = {
        "stated": stated,
        "mean": heights.height / count,
        "size": _size(percent or 0.0),
    }
    return Finding("spacing_tag", severity, template, values, percent or 0.0, "%")


def _thickness_tag(stack: SliceStack, heights: _Heights) -> Finding | None:
    single = [item.thickness_mm or stack.info.slice_thickness_mm for item in stack.slices]
    if not all(value and value > 0 for value in single):
        return None
    thickness = np.array(single, dtype=float)
    between = (thickness[1:] + thickness[:-1]) / 2
    percent = heights.off(float(between.sum()))
    if percent is None or abs(percent) <= _MISLED_PERCENT:
        return None
    bare = heights.normal - between
    gaps = float(bare.max()) > _BARE_SHARE * float(thickness.min())
    template = (
        "The slices are {thickness} mm thick and stand {mean:.3f} mm apart on average, so they "
        + ("leave up to {bare:.2f} mm unscanned" if gaps else "overlap by up to {lap:.2f} mm")
        + ". The distance is used; a program that takes the thickness for it makes the model "
        "{size}."
    )
    values = {
        "thickness": " to ".join(f"{value:g}" for value in sorted({min(single), max(single)})),
        "mean": heights.height / len(heights.normal),
        "bare": float(bare.max()),
        "lap": -float(bare.min()),
        "size": _size(percent),
    }
    return Finding("thickness_tag", "warn" if gaps else "info", template, values, percent, "%")


def _slice_location(stack: SliceStack, heights: _Heights) -> Finding | None:
    """SliceLocation may count along the normal, the table or an axis, either way, from anywhere."""
    stated = [item.slice_location for item in stack.slices]
    if None in stated:
        return None
    moved = np.diff(np.array(stated, dtype=float))
    if not moved.any():
        return None  # filled with one number: it orders nothing and misleads nobody
    if moved.sum() < 0:
        moved = -moved
    backwards = int((moved <= 0).sum())
    if backwards:
        return Finding(
            "slice_location",
            "warn",
            "SliceLocation puts {count} of {slices} slices in another order than their positions; "
            "the positions are used. A program that sorts by the tag folds the anatomy: the model "
            "is torn every {mean:.2f} mm.",
            {
                "count": backwards,
                "slices": len(stated),
                "mean": heights.height / len(heights.normal),
            },
            backwards,
        )
    tolerance = heights.tolerance + _LOCATION_TOLERANCE_MM
    ways = (heights.normal, heights.table, heights.axis)
    if any(_agree(moved, steps, tolerance) for steps in ways):
        return None
    percent = 100 * (float(moved.sum()) / heights.height - 1)
    return Finding(
        "slice_location",
        _severity(percent),
        "By SliceLocation the slices stand {low:.3f} to {high:.3f} mm apart, by their positions "
        "{first:.3f} to {last:.3f} mm; the positions are used. A program that trusts the tag makes "
        "the model {size}.",
        {
            "low": float(moved.min()),
            "high": float(moved.max()),
            "first": float(heights.normal.min()),
            "last": float(heights.normal.max()),
            "size": _size(percent),
        },
        percent,
        "%",
    )


def _agree(claimed: np.ndarray, steps: np.ndarray, tolerance: float) -> bool:
    """Does every step agree, and their sum, in which small differences add up?"""
    return bool(
        np.abs(claimed - steps).max() <= tolerance
        and abs(float((claimed - steps).sum())) <= tolerance
    )


def _pixel_spacing_tag(stack: SliceStack) -> Finding | None:
    """ImagerPixelSpacing is that on the detector, NominalScannedPixelSpacing that on film."""
    info, used = stack.info, stack.slices[0].pixel_spacing
    if stack.slices[0].entered:
        return None
    others = (
        ("ImagerPixelSpacing", info.imager_pixel_spacing),
        ("NominalScannedPixelSpacing", info.nominal_pixel_spacing),
    )
    for name, other in others:
        if other is None:
            continue
        percents = [100 * (there / here - 1) for there, here in zip(other, used, strict=True)]
        percent = max(percents, key=abs)
        if abs(percent) <= _MISLED_PERCENT:
            continue
        known = info.pixel_spacing_calibration
        template = (
            "PixelSpacing states {row:.4g} × {column:.4g} mm and is used, {name} states "
            "{other_row:.4g} × {other_column:.4g} mm. A program that takes the other makes the "
            "model {much:.1f} % {size} within the slices. "
        )
        template += (
            "PixelSpacing was calibrated ({known})."
            if known
            else "Nothing says that PixelSpacing was calibrated: measure a known length."
        )
        values = {
            "row": used[0],
            "column": used[1],
            "name": name,
            "other_row": other[0],
            "other_column": other[1],
            "much": abs(percent),
            "size": "larger" if percent > 0 else "smaller",
            "known": known,
        }
        severity = "info" if known else "warn"
        return Finding("pixel_spacing_tag", severity, template, values, percent, "%")
    return None
