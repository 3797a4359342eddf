"""Was the scan taken as the protocol asks? Read from a record's own parts.

What the header does not tell is never a pass: it is a warning that says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...core.findings import Finding
from ...core.phrases import Phrase, _, in_words
from ...dicom.pixel_layout import UNCOMPRESSED
from .source import compressed

#: Headers round their lengths: what is above a limit by no more than this is not above it.
_LENGTH_TOLERANCE_MM = 0.005
_PIXEL_TOLERANCE_MM = 0.0005
_TILT_TOLERANCE_DEG = 0.1
#: Share of the step by which the thickness of a slice may differ from it.
_CONTIGUOUS_SHARE = 0.02
#: Values of ImageType that name a reformat, wherever they stand.
_REFORMATS = re.compile(
    r"(?<![A-Z])(MPR|CPR|MIP|MINIP|REFORMATTED|RESAMPLED|PROJECTION|VRT)(?![A-Z])"
)

_Part = Mapping[str, Any]


def protocol_checks(source: _Part, protocol_part: _Part | None) -> list[Finding]:
    """The checks of a scan against a protocol, one for each of its rules.

    :param source: the ``source`` part of a record.
    :param protocol_part: as ``protocol.protocol_record`` makes it; without one no checks.
    """
    part = protocol_part or {}
    limits = part.get("limits") or {}
    return [rule(source, part, limits[key]) for key, rule in _RULES.items() if key in limits]


def _modality(source: _Part, part: _Part, asked: str) -> Finding:
    found = (source.get("modality") or "").strip()
    if not found:
        status = "warn"
        template = _("The header does not name the modality; the protocol is for {asked}.")
    elif found.upper() == asked.upper():
        status, template = "pass", _("The images are {found}, as the protocol asks.")
    else:
        status = "fail"
        template = _(
            "The images are {found}, the protocol is for {asked}: its limits mean nothing here."
        )
    values, title = {"found": found, "asked": asked}, _("Protocol: modality")
    return Finding("protocol_modality", status, template, values, title=title)


def _slice_spacing(source: _Part, part: _Part, limit: float) -> Finding:
    widest = _widest_step(source)
    if widest is None:
        status = "warn"
        template = _(
            "How far the slices stand apart is not known; the protocol allows {limit:g} mm."
        )
    elif widest > limit + _LENGTH_TOLERANCE_MM:
        status = "fail"
        template = _(
            "The slices stand up to {widest:.2f} mm apart, the protocol allows {limit:g} mm: the "
            "model is stepped, and thin bone between two slices is missing."
        )
    else:
        status = "pass"
        template = _(
            "The slices stand at most {widest:.2f} mm apart, within the protocol's {limit:g} mm: "
            "steps on the model stay small."
        )
    values, title = {"widest": widest, "limit": limit}, _("Protocol: slice spacing")
    return Finding("protocol_slice_spacing", status, template, values, widest, "mm", limit, title)


def _contiguous(source: _Part, part: _Part, asked: str) -> Finding:
    gaps, widest = source.get("slice_gap_mm"), _widest_step(source)
    measured: float | None = None
    limit: float | None = None
    if gaps is None or widest is None:
        status = "warn"
        template = _(
            "The thickness of the slices is not known, so nobody can say whether they touch."
        )
    else:
        limit = max(_LENGTH_TOLERANCE_MM, _CONTIGUOUS_SHARE * widest)
        gap, overlap = gaps["max"], -gaps["min"]
        if gap > limit:
            status, measured = "fail", gap
            template = _(
                "Up to {measured:.2f} mm between two slices was not scanned: the slices are "
                "thinner than they stand apart, and the model bridges what is missing."
            )
        elif overlap > limit and asked == "equal":
            status, measured = "warn", overlap
            template = _(
                "The slices overlap by up to {measured:.2f} mm, the protocol asks for slices as "
                "thick as they stand apart: nothing is missing, but thicker slices blur detail."
            )
        else:
            status, measured = "pass", max(gap, overlap if asked == "equal" else 0.0, 0.0)
            template = _("The slices leave no gap: nothing is missing between them.")
    values, title = {"measured": measured}, _("Protocol: contiguous slices")
    return Finding("protocol_contiguous", status, template, values, measured, "mm", limit, title)


def _pixel(source: _Part, part: _Part, limit: float) -> Finding:
    pixel = source.get("pixel_spacing_mm")
    largest = max(pixel) if pixel else None
    if largest is None:
        status = "warn"
        template = _("The size of the pixels is not known; the protocol allows {limit:g} mm.")
    elif largest > limit + _PIXEL_TOLERANCE_MM:
        status = "fail"
        template = _(
            "The pixels are {largest:.3f} mm wide, the protocol allows {limit:g} mm: thin walls "
            "are lost from the model. Ask for a reconstruction with a smaller field of view."
        )
    else:
        status = "pass"
        template = _(
            "The pixels are {largest:.3f} mm wide, within the protocol's {limit:g} mm: small "
            "enough for thin walls."
        )
    values, title = {"largest": largest, "limit": limit}, _("Protocol: pixel size")
    return Finding("protocol_pixel", status, template, values, largest, "mm", limit, title)


def _tilt(source: _Part, part: _Part, limit: float) -> Finding:
    tilt = _geometric_tilt(source)
    if tilt is None:
        status, template = "warn", _("Whether the gantry was tilted is not known.")
    elif tilt > limit + _TILT_TOLERANCE_DEG:
        status = "fail"
        template = _(
            "The gantry was tilted by {tilt:.1f}°, the protocol allows {limit:g}°. The volume "
            "here is straightened, but a program that ignores the tilt makes a skewed model."
        )
    elif tilt > _TILT_TOLERANCE_DEG:
        status = "pass"
        template = _("The gantry was tilted by {tilt:.1f}°, within the protocol's {limit:g}°.")
    else:
        status = "pass"
        template = _("The slices stand straight above each other: nothing has to be straightened.")
    values, title = {"tilt": tilt, "limit": limit}, _("Protocol: gantry tilt")
    return Finding("protocol_tilt", status, template, values, tilt, "°", limit, title)


def _tilt_removed(source: _Part, part: _Part, asked: bool) -> Finding:
    """Straight slices that the header calls tilted were resampled, or lost their tilt."""
    tilt, tag = _geometric_tilt(source), source.get("tilt_tag_deg")
    removed = None if tag is None or tilt is None else max(0.0, abs(tag) - tilt)
    if removed is not None and removed > _TILT_TOLERANCE_DEG:
        status = "fail"
        template = _(
            "The header states a gantry tilt of {stated:g}°, the slices show {tilt:.1f}°: the "
            "tilt was taken out afterwards, or its trace was lost and the anatomy is skewed. Ask "
            "for the original images."
        )
    elif source.get("derivation_names_tilt"):
        status = "fail"
        template = _(
            "The header says that the slices were derived by correcting a tilt: they are "
            "interpolated, and their edges are softer. Ask for the original images."
        )
    elif tilt is None:
        status, template = "warn", _("Whether a gantry tilt was taken out is not known.")
    elif tilt > _TILT_TOLERANCE_DEG:
        status, removed = "pass", 0.0
        template = _("The tilt of {tilt:.1f}° is still in the slices: it was not taken out.")
    elif tag is None:
        status = "warn"
        template = _(
            "The slices are straight, but the header does not state the gantry tilt: whether one "
            "was taken out is not known."
        )
    else:
        status = "pass"
        template = _("Header and slices agree that there was no tilt to take out.")
    values = {"tilt": tilt, "stated": None if tag is None else abs(tag)}
    limit, title = _TILT_TOLERANCE_DEG, _("Protocol: tilt not taken out")
    return Finding("protocol_tilt_removed", status, template, values, removed, "°", limit, title)


def _image_type(source: _Part, part: _Part, asked: Sequence[str]) -> Finding:
    found = source.get("image_types") or ["\\".join(source.get("image_type") or ())]
    types = [[value.strip().upper() for value in item.split("\\")] for item in found if item]
    wanted = [value.upper() for value in asked]
    wrong = [
        Phrase(", ".join(item))
        for item in types
        if item[: len(wanted)] != wanted or _REFORMATS.search(" ".join(item))
    ]
    if wrong:
        status = "fail"
        template = _(
            "The image type is {wrong}, the protocol asks for {asked}: images that were computed "
            "from others are smoothed, and their distances may not be those of the scan. Ask for "
            "the original slices."
        )
    elif not types or len(types) < len(found):
        status = "warn"
        template = _("The header does not state the image type; the protocol asks for {asked}.")
    else:
        status = "pass"
        template = _("All slices are {asked}: they come from the scan itself, not from a reformat.")
    values = {"asked": ", ".join(asked), "wrong": in_words(wrong)}
    title = _("Protocol: image type")
    return Finding("protocol_image_type", status, template, values, title=title)


def _compression(source: _Part, part: _Part, asked: bool) -> Finding:
    loss, syntax = source.get("lossy"), source.get("transfer_syntax")
    ratio: float | None = 1.0
    if loss:
        status, ratio = "fail", loss.get("ratio")
        template = _(
            "{compressed}, the protocol asks for uncompressed ones: edges are smeared, and the "
            "model's surface with them. Ask for the originals."
        )
    elif loss is None or syntax is None:
        status, ratio = "warn", None
        template = _("Whether the images were compressed is not known.")
    elif source.get("compression") or syntax not in UNCOMPRESSED:
        status = "info"
        template = _(
            "The files are compressed without loss; the protocol asks for uncompressed ones. The "
            "model is the same, but a maker of models may not read the files."
        )
    else:
        status = "pass"
        template = _("The images are not compressed: their edges are those of the scanner.")
    values, title = {"compressed": compressed({"ratio": ratio})}, _("Protocol: compression")
    return Finding("protocol_compression", status, template, values, ratio, None, 1.0, title)


def _kernel(source: _Part, part: _Part, asked: Mapping[str, Sequence[str]]) -> Finding:
    maker = (source.get("manufacturer") or "").strip()
    kernel = (source.get("kernel") or "").strip()
    suited = _of_maker(asked, maker)
    status = "warn"
    if not kernel:
        template = _("The header does not name the reconstruction kernel.")
    elif not suited and maker:
        template = _("The protocol names no kernel for scanners of {maker}; this one is {kernel}.")
    elif not suited:
        template = _(
            "The protocol names no kernel for scanners of an unnamed manufacturer; this one is "
            "{kernel}."
        )
    elif _kernel_names(kernel) <= {_plain(name) for name in suited} and _kernel_names(kernel):
        status = "pass"
        template = _("The kernel {kernel} is one that the protocol names for this scanner.")
    else:
        template = _(
            "The kernel is {kernel}, the protocol names {suited}: a sharper kernel roughens the "
            "surface and thickens edges, a smoother one closes thin gaps."
        )
    values = {
        "maker": maker,
        "kernel": " + ".join(part.strip() for part in kernel.split("\\")),
        "suited": in_words(map(Phrase, suited), _("{one} or {other}")),
    }
    title = _("Protocol: reconstruction kernel")
    return Finding("protocol_kernel", status, template, values, title=title)


def _age(source: _Part, part: _Part, limit: float) -> Finding:
    age = part.get("age_days")
    status = "warn"
    if age is None and part.get("surgery_date_given"):
        template = _(
            "The header does not state the date of the scan: whether the scan is older than "
            "{limit:g} days then is not known."
        )
    elif age is None:
        template = _(
            "The date of surgery was not given: whether the scan is older than {limit:g} days "
            "then is not known."
        )
    elif age < 0:
        template = _("The date of surgery lies before that of the scan: one of them is wrong.")
    elif age > limit:
        status = "fail"
        template = _(
            "At surgery the scan is {age:g} days old, the protocol allows {limit:g}: the anatomy "
            "may have changed since, and the model may not fit. Ask for a new scan."
        )
    else:
        status = "pass"
        template = _(
            "At surgery the scan is {age:g} days old, within the protocol's {limit:g}: the "
            "anatomy is taken to be the same."
        )
    values, title = {"age": age, "limit": limit}, _("Protocol: age of the scan")
    return Finding("protocol_age", status, template, values, age, "days", limit, title)


def _widest_step(source: _Part) -> float | None:
    """The widest step, or the one step that explains rounded positions."""
    step = source.get("step_mm")
    return (source.get("steps_mm") or {}).get("max") if step is None else step


def _geometric_tilt(source: _Part) -> float | None:
    """The tilt that the positions show: 0 where rounding explains all of it."""
    tilt = source.get("tilt_deg")
    return 0.0 if tilt is not None and source.get("tilted") is False else tilt


def _of_maker(asked: Mapping[str, Sequence[str]], maker: str) -> list[str]:
    """The kernels for a manufacturer: ``GE`` is that of ``GE MEDICAL SYSTEMS``."""
    words = set(_words(maker))
    return [name for key, names in asked.items() if set(_words(key)) <= words for name in names]


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.casefold())


def _kernel_names(kernel: str) -> set[str]:
    """The kernel's names; numbers beside it are the strength of an iterative reconstruction."""
    names = {_plain(part) for part in kernel.split("\\")}
    return {name for name in names if name and not name.isdecimal()}


def _plain(name: str) -> str:
    return re.sub(r"[\s_]+", "", name).casefold()


#: The rules by their keys in a protocol, in the order of the checks.
_RULES: Mapping[str, Callable[[_Part, _Part, Any], Finding]] = {
    "modality": _modality,
    "max_slice_spacing_mm": _slice_spacing,
    "contiguous": _contiguous,
    "max_pixel_mm": _pixel,
    "max_tilt_deg": _tilt,
    "tilt_not_removed": _tilt_removed,
    "image_type": _image_type,
    "uncompressed": _compression,
    "kernels": _kernel,
    "max_age_days": _age,
}
