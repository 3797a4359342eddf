"""What the voxels of a CT measure: Hounsfield units, or something that is not for printing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.errors import GeometryError
from ..core.findings import Finding
from ..core.phrases import Phrase, _, counted
from ..dicom.header import SliceHeader
from ..dicom.pixel_layout import INTERCEPT, SLOPE
from .stack import SliceStack

HOUNSFIELD = "HU"
#: Words in ImageType that name what a derived CT image maps instead of attenuation: perfusion
#: parameters, and the derived contrasts and multi-energy maps of PS3.3 C.8.15.3.1.1 and
#: C.8.2.1.1.1. A PERFUSION that is not DERIVED is an ordinary image.
_MAPS = frozenset(
    {"PERFUSION", "CBF", "CBV", "MTT", "TTP", "TMAX", "RCBF", "RCBV", "RMTT", "PERMEABILITY"}
    | {"DIVISION", "SUBTRACTION", "MULTIPLICATION", "STD_DEVIATION", "QUANTITY"}
    | {"EFF_ATOMIC_NUM", "ELECTRON_DENSITY", "ENERGY_PROP_WT"}
    | {"MAT_SPECIFIC", "MAT_FRACTIONAL", "MAT_VALUE_BASED"}
)
#: What RescaleType says where it says nothing (PS3.3 C.11.1.1.2).
_UNSPECIFIED = frozenset({"US", "NONE", "UNSPECIFIED"})
_LACKS = _("{name} is missing here, and the neighbouring slices state it")
_STATES = _("{name} is stated here, and most of the other slices lack it")


def value_unit(stack: SliceStack) -> str | None:
    """``HU``, or what a CT holds instead as its header puts it; None for other modalities."""
    if stack.info.modality != "CT":
        return None
    return next(iter(_others(stack)), HOUNSFIELD)


def in_hounsfield(source: Mapping[str, Any]) -> bool:
    """Whether a record's ``source`` describes values in HU."""
    return source.get("modality") == "CT" and source.get("value_unit", HOUNSFIELD) == HOUNSFIELD


def pixel_findings(stack: SliceStack) -> list[Finding]:
    """The findings about what the values of a stack mean."""
    if stack.info.modality != "CT":
        return []
    others = _others(stack)
    if others:
        template = _(
            "The values are not Hounsfield units ({what}): a threshold in HU means nothing here, "
            "and such a map is not for printing. Use the CT images that it was made from."
        )
        return [Finding("not_hu", "fail", template, {"what": ", ".join(others)})]
    layouts = [item.layout for item in stack.slices if item.layout is not None]
    found = []
    if any(layout.rescale_type in _UNSPECIFIED for layout in layouts):
        template = _(
            "RescaleType does not say what the values are (US, unspecified): they are taken for "
            "Hounsfield units, so thresholds in HU may miss the tissue. Compare air and a known "
            "tissue with what they should be."
        )
        found.append(Finding("unspecified_unit", "warn", template))
    missing = {name for layout in layouts for name in layout.unstated}
    if any(not layout.rescaled for layout in layouts):
        template = _(
            "The header does not say how stored values become Hounsfield units (RescaleSlope and "
            "RescaleIntercept are missing): they are taken as they stand, so thresholds in HU may "
            "miss the tissue."
        )
        found.append(Finding("no_rescale", "warn", template))
    elif missing:
        template = _(
            "The header does not fully say how stored values become Hounsfield units ({name} is "
            "missing and taken for {value}), so thresholds in HU may miss the tissue."
        )
        name = min(missing)
        values = {"name": name, "value": 0 if name == INTERCEPT else 1}
        found.append(Finding("no_rescale", "warn", template, values))
    return found


def unmapped(slices: Sequence[SliceHeader]) -> list[tuple[SliceHeader, Phrase]]:
    """The slices whose values cannot be compared with their neighbours', with the reason.

    Where some state a slope or an intercept and others do not, the fewer are wrong.
    """
    found: dict[int, tuple[SliceHeader, Phrase]] = {}
    for name, absent in ((SLOPE, 1.0), (INTERCEPT, 0.0)):
        lacking: list[SliceHeader] = []
        stating: list[SliceHeader] = []
        for item in slices:
            if item.layout is not None:
                (lacking if name in item.layout.unstated else stating).append(item)
        values = {
            item.pixels.intercept if name == INTERCEPT else item.pixels.slope for item in stating
        }
        if not lacking or values <= {absent}:
            continue
        fewer, why = lacking, _LACKS
        if len(stating) < len(lacking):
            fewer, why = stating, _STATES
        found |= {id(item): (item, Phrase(why, {"name": name})) for item in fewer}
    return list(found.values())


def unmapped_finding(stack: SliceStack) -> Finding | None:
    """That slices were left out because their values cannot be compared with the others'."""
    whys = [item.why for item in stack.rejected if item.why.template in (_LACKS, _STATES)]
    if not whys:
        return None
    template = _(
        "{slices} left out, because the header maps stored values to others than those of the "
        "neighbours ({why}): ask for the complete series."
    )
    count = len(whys)
    slices = counted(count, _("{count} slice is"), _("{count} slices are"))
    return Finding("unmapped_slices", "warn", template, {"slices": slices, "why": whys[0]}, count)


def refuse_maps(stack: SliceStack) -> None:
    """:raises GeometryError: the stack is a map, from which nothing is printed."""
    for finding in pixel_findings(stack):
        if finding.id == "not_hu":
            raise GeometryError(finding.template, **finding.values)


def _others(stack: SliceStack) -> list[str]:
    """What the slices hold instead of HU; derived maps by their name in ImageType."""
    found = set()
    for item in stack.slices:
        words = [part.upper() for part in item.image_type]
        if words[:1] == ["DERIVED"]:
            # The last of several says most: PERFUSION, RCBF.
            found.update([word for word in words[2:] if word in _MAPS][-1:])
        stated = "" if item.layout is None else item.layout.rescale_type
        if stated not in ("", HOUNSFIELD, *_UNSPECIFIED) and not stated.startswith("HOUNSFIELD"):
            found.add(f"RescaleType {stated}")
    return sorted(found)
