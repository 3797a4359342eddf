"""Was the scan taken as the protocol asks? Read from a record's own parts.

What the header does not tell is never a pass: it is a warning that says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...core.findings import Check
from ...dicom.pixel_layout import UNCOMPRESSED

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

_Rule = Callable[[Mapping[str, Any], Mapping[str, Any], Any], Check]


def protocol_checks(
    source: Mapping[str, Any], protocol_part: Mapping[str, Any] | None
) -> list[Check]:
    """The checks of a scan against a protocol, one for each of its rules.

    :param source: the ``source`` part of a record.
    :param protocol_part: as ``protocol.protocol_record`` makes it; without one no checks.
    """
    part = protocol_part or {}
    limits = part.get("limits") or {}
    return [rule(source, part, limits[key]) for key, rule in _RULES.items() if key in limits]


def _modality(source: Mapping[str, Any], _: Mapping[str, Any], asked: str) -> Check:
    found = (source.get("modality") or "").strip()
    title = "Protocol: modality"
    if not found:
        message = f"The header does not name the modality; the protocol is for {asked}."
        return Check("protocol_modality", title, "warn", None, None, None, message)
    same = found.upper() == asked.upper()
    message = (
        f"The images are {found}, as the protocol asks."
        if same
        else f"The images are {found}, the protocol is for {asked}: its limits mean nothing here."
    )
    status = "pass" if same else "fail"
    return Check("protocol_modality", title, status, None, None, None, message)


def _slice_spacing(source: Mapping[str, Any], _: Mapping[str, Any], limit: float) -> Check:
    widest = _widest_step(source)
    if widest is None:
        status = "warn"
        message = f"How far the slices stand apart is not known; the protocol allows {limit:g} mm."
    elif widest > limit + _LENGTH_TOLERANCE_MM:
        status = "fail"
        message = (
            f"The slices stand up to {widest:.2f} mm apart, the protocol allows {limit:g} mm: "
            "the model is stepped, and thin bone between two slices is missing."
        )
    else:
        status = "pass"
        message = (
            f"The slices stand at most {widest:.2f} mm apart, within the protocol's {limit:g} mm: "
            "steps on the model stay small."
        )
    return Check(
        "protocol_slice_spacing", "Protocol: slice spacing", status, widest, limit, "mm", message
    )


def _contiguous(source: Mapping[str, Any], _: Mapping[str, Any], asked: str) -> Check:
    gaps, widest = source.get("slice_gap_mm"), _widest_step(source)
    if gaps is None or widest is None:
        message = "The thickness of the slices is not known, so nobody can say whether they touch."
        return _contiguous_check("warn", None, None, message)
    limit = max(_LENGTH_TOLERANCE_MM, _CONTIGUOUS_SHARE * widest)
    gap, overlap = gaps["max"], -gaps["min"]
    if gap > limit:
        message = (
            f"Up to {gap:.2f} mm between two slices was not scanned: the slices are thinner than "
            "they stand apart, and the model bridges what is missing."
        )
        return _contiguous_check("fail", gap, limit, message)
    if overlap > limit and asked == "equal":
        message = (
            f"The slices overlap by up to {overlap:.2f} mm, the protocol asks for slices as thick "
            "as they stand apart: nothing is missing, but thicker slices blur detail."
        )
        return _contiguous_check("warn", overlap, limit, message)
    measured = max(gap, overlap, 0.0) if asked == "equal" else max(gap, 0.0)
    message = "The slices leave no gap: nothing is missing between them."
    return _contiguous_check("pass", measured, limit, message)


def _contiguous_check(
    status: str, measured: float | None, limit: float | None, message: str
) -> Check:
    title = "Protocol: contiguous slices"
    return Check("protocol_contiguous", title, status, measured, limit, "mm", message)


def _pixel(source: Mapping[str, Any], _: Mapping[str, Any], limit: float) -> Check:
    pixel = source.get("pixel_spacing_mm")
    largest = max(pixel) if pixel else None
    if largest is None:
        status = "warn"
        message = f"The size of the pixels is not known; the protocol allows {limit:g} mm."
    elif largest > limit + _PIXEL_TOLERANCE_MM:
        status = "fail"
        message = (
            f"The pixels are {largest:.3f} mm wide, the protocol allows {limit:g} mm: thin walls "
            "are lost from the model. Ask for a reconstruction with a smaller field of view."
        )
    else:
        status = "pass"
        message = (
            f"The pixels are {largest:.3f} mm wide, within the protocol's {limit:g} mm: small "
            "enough for thin walls."
        )
    return Check("protocol_pixel", "Protocol: pixel size", status, largest, limit, "mm", message)


def _tilt(source: Mapping[str, Any], _: Mapping[str, Any], limit: float) -> Check:
    tilt = _geometric_tilt(source)
    if tilt is None:
        status = "warn"
        message = "Whether the gantry was tilted is not known."
    elif tilt > limit + _TILT_TOLERANCE_DEG:
        status = "fail"
        message = (
            f"The gantry was tilted by {tilt:.1f}°, the protocol allows {limit:g}°. The volume "
            "here is straightened, but a program that ignores the tilt makes a skewed model."
        )
    else:
        status = "pass"
        message = (
            f"The gantry was tilted by {tilt:.1f}°, within the protocol's {limit:g}°."
            if tilt > _TILT_TOLERANCE_DEG
            else "The slices stand straight above each other: nothing has to be straightened."
        )
    return Check("protocol_tilt", "Protocol: gantry tilt", status, tilt, limit, "°", message)


def _tilt_removed(source: Mapping[str, Any], _: Mapping[str, Any], __: bool) -> Check:
    """Straight slices that the header calls tilted were resampled, or lost their tilt."""
    tilt, tag = _geometric_tilt(source), source.get("tilt_tag_deg")
    told = source.get("derivation_names_tilt")
    removed = max(0.0, abs(tag) - tilt) if None not in (tag, tilt) else None
    if removed is not None and removed > _TILT_TOLERANCE_DEG:
        status = "fail"
        message = (
            f"The header states a gantry tilt of {abs(tag):g}°, the slices show {tilt:.1f}°: the "
            "tilt was taken out afterwards, or its trace was lost and the anatomy is skewed. Ask "
            "for the original images."
        )
    elif told:
        status = "fail"
        message = (
            "The header says that the slices were derived by correcting a tilt: they are "
            "interpolated, and their edges are softer. Ask for the original images."
        )
    elif tilt is None:
        status, message = "warn", "Whether a gantry tilt was taken out is not known."
    elif tilt > _TILT_TOLERANCE_DEG:
        status, removed = "pass", 0.0
        message = f"The tilt of {tilt:.1f}° is still in the slices: it was not taken out."
    elif tag is None:
        status = "warn"
        message = (
            "The slices are straight, but the header does not state the gantry tilt: whether one "
            "was taken out is not known."
        )
    else:
        status = "pass"
        message = "Header and slices agree that there was no tilt to take out."
    return Check(
        "protocol_tilt_removed",
        "Protocol: tilt not taken out",
        status,
        removed,
        _TILT_TOLERANCE_DEG,
        "°",
        message,
    )


def _image_type(source: Mapping[str, Any], _: Mapping[str, Any], asked: Sequence[str]) -> Check:
    found = source.get("image_types") or ["\\".join(source.get("image_type") or ())]
    types = [[value.strip().upper() for value in item.split("\\")] for item in found if item]
    wanted, written = [value.upper() for value in asked], ", ".join(asked)
    wrong = [
        ", ".join(item)
        for item in types
        if item[: len(wanted)] != wanted or _REFORMATS.search(" ".join(item))
    ]
    if wrong:
        status = "fail"
        message = (
            f"The image type is {' and '.join(wrong)}, the protocol asks for {written}: images "
            "that were computed from others are smoothed, and their distances may not be those "
            "of the scan. Ask for the original slices."
        )
    elif not types or len(types) < len(found):
        status = "warn"
        message = f"The header does not state the image type; the protocol asks for {written}."
    else:
        status = "pass"
        message = f"All slices are {written}: they come from the scan itself, not from a reformat."
    return Check("protocol_image_type", "Protocol: image type", status, None, None, None, message)


def _compression(source: Mapping[str, Any], _: Mapping[str, Any], __: bool) -> Check:
    loss, syntax = source.get("lossy"), source.get("transfer_syntax")
    ratio: float | None = 1.0
    if loss:
        status, ratio = "fail", loss.get("ratio")
        much = f" to about 1/{ratio:g} of their size" if ratio else ""
        message = (
            f"The images were compressed{much} with loss, the protocol asks for uncompressed "
            "ones: edges are smeared, and the model's surface with them. Ask for the originals."
        )
    elif loss is None or syntax is None:
        status, ratio = "warn", None
        message = "Whether the images were compressed is not known."
    elif source.get("compression") or syntax not in UNCOMPRESSED:
        status = "info"
        message = (
            "The files are compressed without loss; the protocol asks for uncompressed ones. The "
            "model is the same, but a maker of models may not read the files."
        )
    else:
        status = "pass"
        message = "The images are not compressed: their edges are those of the scanner."
    return Check("protocol_compression", "Protocol: compression", status, ratio, 1.0, None, message)


def _kernel(
    source: Mapping[str, Any], _: Mapping[str, Any], asked: Mapping[str, Sequence[str]]
) -> Check:
    maker, kernel = source.get("manufacturer") or "", (source.get("kernel") or "").strip()
    named = " + ".join(part.strip() for part in kernel.split("\\"))
    suited = _of_maker(asked, maker)
    if not kernel:
        status, message = "warn", "The header does not name the reconstruction kernel."
    elif not suited:
        status = "warn"
        by = f"of {maker.strip()}" if maker.strip() else "of an unnamed manufacturer"
        message = f"The protocol names no kernel for scanners {by}; this one is {named}."
    elif _kernel_names(kernel) <= {_plain(name) for name in suited} and _kernel_names(kernel):
        status = "pass"
        message = f"The kernel {named} is one that the protocol names for this scanner."
    else:
        status = "warn"
        message = (
            f"The kernel is {named}, the protocol names {' or '.join(suited)}: a sharper kernel "
            "roughens the surface and thickens edges, a smoother one closes thin gaps."
        )
    return Check(
        "protocol_kernel", "Protocol: reconstruction kernel", status, None, None, None, message
    )


def _age(_: Mapping[str, Any], part: Mapping[str, Any], limit: float) -> Check:
    age = part.get("age_days")
    if age is None:
        status = "warn"
        missing = (
            "The date of surgery was not given"
            if not part.get("surgery_date_given")
            else "The header does not state the date of the scan"
        )
        message = f"{missing}: whether the scan is older than {limit:g} days then is not known."
    elif age < 0:
        status = "warn"
        message = "The date of surgery lies before that of the scan: one of them is wrong."
    elif age > limit:
        status = "fail"
        message = (
            f"At surgery the scan is {age:g} days old, the protocol allows {limit:g}: the anatomy "
            "may have changed since, and the model may not fit. Ask for a new scan."
        )
    else:
        status = "pass"
        message = (
            f"At surgery the scan is {age:g} days old, within the protocol's {limit:g}: the "
            "anatomy is taken to be the same."
        )
    return Check("protocol_age", "Protocol: age of the scan", status, age, limit, "days", message)


def _widest_step(source: Mapping[str, Any]) -> float | None:
    """The widest step, or the one step that explains rounded positions."""
    step = source.get("step_mm")
    return (source.get("steps_mm") or {}).get("max") if step is None else step


def _geometric_tilt(source: Mapping[str, Any]) -> float | None:
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
_RULES: Mapping[str, _Rule] = {
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
