"""What the headers claim beside positions and orientation, held against them.

PrintPrep uses none of these tags to place a slice, other programs do: each finding says
what that would do to the size of a print. Two claims are a person's own and named here as
well: a tilt applied on purpose and a geometry entered by hand.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..core.findings import Finding
from ..core.phrases import Phrase, _, joined
from ..dicom.header import SeriesInfo
from ..dicom.image_plane import whole_number
from .stack import SliceStack, tolerance_of
from .stack_geometry import StackGeometry

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
    entered = stack.slices[0].entered
    found = [
        _applied_tilt(stack),
        _entered_geometry(stack) if entered else None,
        None if stack.drifting else _tilt_tag(stack.info, geometry),
        None if entered else _pixel_spacing_tag(stack),
    ]
    # Across the wide gaps between sections no step is claimed by anybody.
    if not (geometry.sectioned or stack.drifting or entered):
        heights = _Heights(stack, geometry)
        found += [
            _spacing_tag(stack.info, heights),
            _thickness_tag(stack, heights),
            _slice_location(stack, heights),
        ]
    return [item for item in found if item is not None]


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
        self.mean = self.height / len(self.normal)
        self.tolerance = 2 * float(tolerance_of(stack.slices).max())

    def off(self, claimed: float) -> float | None:
        """By how many percent a claimed height is too tall; None within the rounding."""
        if abs(claimed - self.height) <= self.tolerance:
            return None
        return 100 * (claimed / self.height - 1)


def _sentences(templates: Sequence[str], values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Template and values of several sentences that share their values."""
    told = joined((Phrase(template, values) for template in templates), " ")
    return told.template, dict(told.values)


def _size(percent: float) -> Phrase:
    template = _("{percent:.1f} % too tall") if percent > 0 else _("{percent:.1f} % too short")
    return Phrase(template, {"percent": abs(percent)})


def _severity(percent: float) -> str:
    return "warn" if abs(percent) > _MISLED_PERCENT else "info"


def _applied_tilt(stack: SliceStack) -> Finding | None:
    """That a person put a tilt back, and which way."""
    tilt = stack.applied_tilt_deg
    if tilt is None:
        return None
    x, y, z = (-direction for direction in stack.slices[0].column_direction)
    side = _("left") if x > 0 else _("right")
    if abs(y) >= abs(x):
        side = _("back") if y > 0 else _("front")
    template = _(
        "A gantry tilt of {tilt:+g}° was applied on purpose, so that the {edge} edge of every "
        "image leans towards the {end}. The slices do not show it themselves: compare with the "
        "original images, for with the wrong sign the model is skewed twice as much."
    )
    end = _("head") if z > 0 else _("feet")
    values = {"tilt": tilt, "edge": Phrase(side), "end": Phrase(end)}
    return Finding("applied_tilt", "warn", template, values, tilt, "°")


def _entered_geometry(stack: SliceStack) -> Finding:
    """That a person typed pixel and step, what the header has instead, and missing numbers."""
    used, stated, skipped = stack.slices[0].pixel_spacing, stack.info.pixel_spacing, _skipped(stack)
    values = {"row": used[0], "column": used[1], "slices": len(stack.slices), "skipped": skipped}
    templates = [
        _(
            "The geometry was entered by hand: pixels of {row:g} × {column:g} mm, {slices} slices "
            "one after another. The size of the print is only as right as these numbers, and if "
            "the slices run the other way the model is a mirror image: measure a known length, and "
            "check left and right."
        )
    ]
    if stated is not None and not np.allclose(stated, used, rtol=1e-3):
        values |= {"stated_row": stated[0], "stated_column": stated[1]}
        templates.append(_("The header states pixels of {stated_row:g} × {stated_column:g} mm."))
    if skipped:
        templates.append(
            _(
                "The slice numbers leave out {skipped}: if slices are missing, the model is too "
                "short."
            )
        )
    return Finding("entered_geometry", "warn", *_sentences(templates, values))


def _skipped(stack: SliceStack) -> int:
    """How many of the slices' numbers are left out, where they otherwise go up evenly."""
    read = [whole_number(item.instance_number) for item in stack.slices]
    numbers = sorted(number for number in read if number is not None)
    if len(numbers) < len(read):
        return 0
    steps = np.diff(numbers)
    usual = int(np.median(steps)) if len(steps) else 0
    return int(np.sum(steps // usual - 1)) if usual > 0 else 0


def _tilt_tag(info: SeriesInfo, geometry: StackGeometry) -> Finding | None:
    tag = info.tilt_tag_deg
    if tag is None or abs(abs(tag) - geometry.tilt_deg) <= _TILT_TOLERANCE_DEG:
        return None
    off = abs(abs(tag) - geometry.tilt_deg)
    angle, severity = math.radians(off), "warn"
    stated = _(
        "The header states a gantry tilt of {tag:g}°, the slice positions show {tilt:.2f}°; the "
        "positions are used."
    )
    if geometry.tilted:
        meaning = _(
            "If the header is right, the model is skewed by {skew:.0f} mm for every 100 mm from "
            "front to back: compare with the original images."
        )
    elif names_tilt(info):
        severity = "info"
        meaning = _("Another program took the tilt out, as the header says: the size is right.")
    else:
        meaning = _(
            "Either another program has straightened the slices, and the size is right; or the "
            "tilt was lost on the way, and the model is skewed by {skew:.0f} mm for every 100 mm "
            "from front to back and {deep:.1f} % too deep. Compare with the original images; a "
            "lost tilt can be applied on purpose."
        )
    values = {
        "tag": tag,
        "tilt": geometry.tilt_deg,
        "skew": 100 * math.sin(angle),
        "deep": 100 * (1 / math.cos(angle) - 1),
    }
    return Finding("tilt_tag", severity, *_sentences([stated, meaning], values), off, "°")


def _spacing_tag(info: SeriesInfo, heights: _Heights) -> Finding | None:
    stated = info.spacing_between_slices_mm
    if not stated:
        return None
    claimed = abs(stated) * len(heights.normal)
    percent = heights.off(claimed)
    if percent is None and stated > 0:
        return None
    severity = _severity(percent or 0.0)
    templates = [_("SpacingBetweenSlices states {stated:g} mm: its sign has no meaning here.")]
    if percent is not None:
        templates = [
            _(
                "SpacingBetweenSlices states {stated:g} mm, the slices stand {mean:.3f} mm apart "
                "on average; the positions are used. A program that trusts the tag makes the model "
                "{size}."
            )
        ]
        if abs(claimed - heights.table.sum()) <= heights.tolerance:
            # Right in its own way, and told as a tilt already.
            severity = "info"
            templates.append(_("It counts along the table, which the tilted slices do not follow."))
    if stated < 0:
        severity = "warn"
        templates.append(_("A program that takes the minus for a direction mirrors the model."))
    percent = percent or 0.0
    values = {"stated": stated, "mean": heights.mean, "size": _size(percent)}
    return Finding("spacing_tag", severity, *_sentences(templates, values), percent, "%")


def _thickness_tag(stack: SliceStack, heights: _Heights) -> Finding | None:
    stated = [item.thickness_mm or stack.info.slice_thickness_mm or 0.0 for item in stack.slices]
    thin, thick = min(stated), max(stated)
    if thin <= 0:
        return None
    halves = np.array(stated) / 2
    between = halves[1:] + halves[:-1]
    percent = heights.off(float(between.sum()))
    if percent is None or abs(percent) <= _MISLED_PERCENT:
        return None
    bare = heights.normal - between
    gaps = float(bare.max()) > _BARE_SHARE * thin
    template = _(
        "The slices are {thickness} mm thick and stand {mean:.3f} mm apart on average, so they "
        "{differ}. The distance is used; a program that takes the thickness for it makes the model "
        "{size}."
    )
    differ = Phrase(_("overlap by up to {mm:.2f} mm"), {"mm": -float(bare.min())})
    if gaps:
        differ = Phrase(_("leave up to {mm:.2f} mm unscanned"), {"mm": float(bare.max())})
    several = Phrase(_("{thin:g} to {thick:g}"), {"thin": thin, "thick": thick})
    thickness = f"{thin:g}" if thin == thick else several
    values = {
        "thickness": thickness,
        "mean": heights.mean,
        "differ": differ,
        "size": _size(percent),
    }
    severity = "warn" if gaps else "info"
    return Finding("thickness_tag", severity, template, values, percent, "%")


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
        template = _(
            "SliceLocation puts {count} of {slices} slices in another order than their positions; "
            "the positions are used. A program that sorts by the tag folds the anatomy: the model "
            "is torn every {mean:.2f} mm."
        )
        torn = {"count": backwards, "slices": len(stated), "mean": heights.mean}
        return Finding("slice_location", "warn", template, torn, backwards)
    tolerance = heights.tolerance + _LOCATION_TOLERANCE_MM
    for steps in (heights.normal, heights.table, heights.axis):
        off = moved - steps
        # Small differences add up.
        if max(np.abs(off).max(), abs(off.sum())) <= tolerance:
            return None
    percent = 100 * (float(moved.sum()) / heights.height - 1)
    template = _(
        "By SliceLocation the slices stand {low:.3f} to {high:.3f} mm apart, by their positions "
        "{least:.3f} to {most:.3f} mm; the positions are used. A program that trusts the tag makes "
        "the model {size}."
    )
    values: dict[str, Any] = {
        "low": float(moved.min()),
        "high": float(moved.max()),
        "least": float(heights.normal.min()),
        "most": float(heights.normal.max()),
        "size": _size(percent),
    }
    return Finding("slice_location", _severity(percent), template, values, percent, "%")


def _pixel_spacing_tag(stack: SliceStack) -> Finding | None:
    """ImagerPixelSpacing is that on the detector, NominalScannedPixelSpacing that on film."""
    info, used = stack.info, stack.slices[0].pixel_spacing
    for name, other in (
        ("ImagerPixelSpacing", info.imager_pixel_spacing),
        ("NominalScannedPixelSpacing", info.nominal_pixel_spacing),
    ):
        if other is None:
            continue
        percents = [100 * (there / here - 1) for there, here in zip(other, used, strict=True)]
        percent = max(percents, key=abs)
        if abs(percent) <= _MISLED_PERCENT:
            continue
        known = info.pixel_spacing_calibration
        size = _("{percent:.1f} % larger") if percent > 0 else _("{percent:.1f} % smaller")
        stated = _(
            "PixelSpacing states {row:.4g} × {column:.4g} mm and is used, {name} states "
            "{other_row:.4g} × {other_column:.4g} mm. A program that takes the other makes the "
            "model {size} within the slices."
        )
        calibrated = _("PixelSpacing was calibrated ({known}).")
        unknown = _("Nothing says that PixelSpacing was calibrated: measure a known length.")
        values = {"row": used[0], "column": used[1], "name": name, "known": known}
        values |= {"other_row": other[0], "other_column": other[1]}
        values |= {"size": Phrase(size, {"percent": abs(percent)})}
        told = _sentences([stated, calibrated if known else unknown], values)
        return Finding("pixel_spacing_tag", "info" if known else "warn", *told, percent, "%")
    return None
