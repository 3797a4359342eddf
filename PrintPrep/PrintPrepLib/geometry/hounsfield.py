"""What the voxels of a CT measure: Hounsfield units, or something that is not for printing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import GeometryError
from ..core.findings import Finding
from ..core.phrases import _
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
    if any(item.layout is not None and not item.layout.rescaled for item in stack.slices):
        template = _(
            "The header does not say how stored values become Hounsfield units (RescaleSlope and "
            "RescaleIntercept are missing): they are taken as they stand, so thresholds in HU may "
            "miss the tissue."
        )
        return [Finding("no_rescale", "warn", template)]
    return []


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
        if stated not in ("", HOUNSFIELD) and not stated.startswith("HOUNSFIELD"):
            found.add(f"RescaleType {stated}")
    return sorted(found)
