"""What a comparison shows, in words for people who print models."""

from __future__ import annotations

import numpy as np

from ..core.findings import Finding
from ..core.phrases import Phrase, _
from .result import ERRORS, LEAST_CHANGE, LEAST_SKEW, Comparison, Shape

_UNIT_WORDS = {
    1000.0: _("metres taken for millimetres"),
    100.0: _("decimetres taken for millimetres"),
    10.0: _("centimetres taken for millimetres, or a model at 1 : 10"),
    25.4: _("inches taken for millimetres"),
}
_SIDES = {"x": _("left and right"), "y": _("front and back"), "z": _("top and bottom")}
#: Smaller and larger, by percents and by factors: of a whole, and along an axis.
_WHOLE = (
    (_("{percent} % too small"), _("{percent} % too large")),
    (_("{factor:.3g} times too small"), _("{factor:.3g} times too large")),
)
_ALONG = (
    (_("{percent} % too short"), _("{percent} % too long")),
    (_("{factor:.3g} times too short"), _("{factor:.3g} times too long")),
)
#: Two scans of one skull differ by up to 0.15 %.
_GRAVE_SCALE = 0.005
_LEAST_TURN_DEG = 0.1
_EXACT_TURN_DEG = 0.5
_LEAST_INFLATION_MM = 0.1
_LEAST_SHARE = 0.01
_PATCHES_TOLD = 5


def findings(found: Comparison) -> list[Finding]:
    """Everything worth saying; at least one sentence."""
    shape = found.shape
    if shape is None:
        template = _(
            "No placing was found in which the two surfaces agree: they show different "
            "objects, or too small a part of the same one. Scale and motion are unknown."
        )
        return [Finding("no_match", "fail", template)]
    made = [
        *_unit(found.unit_factor),
        *_mirrored(found),
        *_scales(shape),
        *_skew(shape),
        *_motion(shape, found.aligned),
        *_inflation(shape.inflation_mm),
        *_parts(found),
        *_patches(found, shape),
    ]
    if made:
        return made
    p95 = float(np.percentile(np.abs(found.distances_mm), 95))
    template = _("The two surfaces agree: 95 % of the model's lies within {p95:.3f} mm.")
    return [Finding("same", "info", template, {"p95": p95}, p95, "mm")]


def _unit(factor: float) -> list[Finding]:
    if factor == 1:
        return []
    if factor > 1:
        ratio, words = Phrase(_("1/{factor:g} of"), {"factor": factor}), Phrase(_UNIT_WORDS[factor])
    else:
        whole = round(1 / factor, 6)
        ratio = Phrase(_("{factor:g} times"), {"factor": whole})
        template = _("the reference has {words}")
        if whole == 1000:
            template = _("the reference has {words}, or the model micrometres")
        words = Phrase(template, {"words": Phrase(_UNIT_WORDS[whole])})
    template = _(
        "The model has {ratio} the reference's size: {words}. The other figures are those "
        "after this is undone."
    )
    return [Finding("unit", "fail", template, {"ratio": ratio, "words": words}, factor)]


def _mirrored(found: Comparison) -> list[Finding]:
    made = []
    axis = found.mirrored
    if axis is not None:
        template = _(
            "The model is a mirror image of the reference along {axis}: {sides} are exchanged. "
            "The other figures are those after this is undone."
        )
        values = {"axis": axis, "sides": Phrase(_SIDES[axis])}
        made.append(Finding("mirrored", "fail", template, values))
    volumes = [found.measures[name]["volume_mm3"] for name in ("model", "reference")]
    if volumes[0] < 0 < volumes[1]:
        template = _("The model's triangles face inwards: it is inside out.")
        made.append(Finding("inside_out", "warn", template))
    return made


def _scales(shape: Shape) -> list[Finding]:
    scale, error = shape.parts.scale, shape.scale_error
    off = np.abs(scale - 1) > np.maximum(LEAST_CHANGE, ERRORS * error)
    unit = "model / reference"
    if off.all() and float(np.ptp(scale)) < max(LEAST_CHANGE, ERRORS * float(error.max())):
        value = float(scale.mean())
        template = _("The model is {words} in every direction (scale {value:.4f}).")
        values = {"words": _off(value, _WHOLE), "value": value}
        return [Finding("scale", _gravity(value), template, values, value, unit)]
    template = _("The model is {words} along {axis} (scale {value:.4f} ± {error:.4f}).")
    if shape.axes_of == "model":
        template = _(
            "The model is {words} along {axis} of the model's own axes "
            "(scale {value:.4f} ± {error:.4f})."
        )
    made = []
    for axis in np.flatnonzero(off):
        value = float(scale[axis])
        name = ("scale_x", "scale_y", "scale_z")[axis]
        values = {"words": _off(value, _ALONG), "axis": name[-1], "value": value}
        values["error"] = float(error[axis])
        made.append(Finding(name, _gravity(value), template, values, value, unit))
    return made


def _gravity(scale: float) -> str:
    return "fail" if abs(scale - 1) >= _GRAVE_SCALE else "warn"


def _off(value: float, words: tuple[tuple[str, str], tuple[str, str]]) -> Phrase:
    """1.1 % too short, or a factor where percents are no longer plain."""
    larger = value >= 1
    if not 0.5 < value < 2:
        return Phrase(words[1][larger], {"factor": value if larger else 1 / value})
    percent = abs(value - 1) * 100
    return Phrase(words[0][larger], {"percent": f"{percent:.{1 if percent >= 0.95 else 2}f}"})


def _skew(shape: Shape) -> list[Finding]:
    skew = shape.parts.skew
    if (np.abs(skew) <= np.maximum(LEAST_SKEW, ERRORS * shape.skew_error)).all():
        return []
    angle = float(np.degrees(np.arctan(max(abs(skew[0]), np.hypot(skew[1], skew[2])))))
    template = _("The model is skewed by {angle:.1f}°, as when a gantry tilt is ignored.")
    return [Finding("skewed", "fail", template, {"angle": angle}, angle, "deg")]


def _motion(shape: Shape, undone: bool) -> list[Finding]:
    from scipy.spatial.transform import Rotation

    made = []
    turn = Rotation.from_matrix(shape.parts.turn).as_rotvec()
    angle = float(np.degrees(np.linalg.norm(turn)))
    if angle > _LEAST_TURN_DEG:
        axis, exact = _axis(turn)
        quarter = 90 * round(angle / 90)
        flipped = exact and axis == "z" and quarter == 180 and abs(angle - 180) < _EXACT_TURN_DEG
        if exact and quarter and abs(angle - quarter) < _EXACT_TURN_DEG:
            angle = float(quarter)
        template = _("The model is turned by {angle:.4g}° about {axis}.")
        if flipped and undone:
            template = _(
                "The model is turned by {angle:.4g}° about {axis}: RAS taken for LPS; this is "
                "undone."
            )
        elif flipped:
            template = _("The model is turned by {angle:.4g}° about {axis}: RAS taken for LPS.")
        elif undone:
            template = _("The model is turned by {angle:.4g}° about {axis}; this is undone.")
        values = {"angle": angle, "axis": axis}
        made.append(Finding("rotated", "warn", template, values, angle, "deg"))
    if shape.shift_mm.any():
        length = float(np.linalg.norm(shape.shift_mm))
        template = _("The model is moved by {length:.2f} mm (x {x:+.2f}, y {y:+.2f}, z {z:+.2f}).")
        if undone:
            template = _(
                "The model is moved by {length:.2f} mm (x {x:+.2f}, y {y:+.2f}, z {z:+.2f}); "
                "this is undone."
            )
        values = {"length": length, **_place(shape.shift_mm)}
        made.append(Finding("offset", "warn", template, values, length, "mm"))
    return made


def _axis(turn: np.ndarray) -> tuple[str | Phrase, bool]:
    """The axis of a turn in words, and whether it is one of x, y and z."""
    direction = turn / np.linalg.norm(turn)
    best = int(np.abs(direction).argmax())
    if abs(direction[best]) > np.cos(np.radians(_EXACT_TURN_DEG)):
        half = np.isclose(np.linalg.norm(turn), np.pi, atol=0.01)
        return ("" if direction[best] > 0 or half else "−") + "xyz"[best], True
    return Phrase(_("the axis ({x:.2f}, {y:.2f}, {z:.2f})"), _place(direction)), False


def _place(place: np.ndarray) -> dict[str, float]:
    return dict(zip("xyz", place.tolist(), strict=True))


def _inflation(mm: float) -> list[Finding]:
    if abs(mm) < _LEAST_INFLATION_MM:
        return []
    template = _(
        "The model's surface lies {mm:.2f} mm farther out all round, as another threshold "
        "or smoothing makes it."
    )
    if mm < 0:
        template = _(
            "The model's surface lies {mm:.2f} mm farther in all round, as another threshold "
            "or smoothing makes it."
        )
    return [Finding("inflated", "warn", template, {"mm": abs(mm)}, mm, "mm")]


def _parts(found: Comparison) -> list[Finding]:
    made = []
    missing = 100 * found.missing
    if found.missing > _LEAST_SHARE:
        template = _("{percent:.0f} % of the reference's surface is missing in the model.")
        made.append(Finding("missing_part", "fail", template, {"percent": missing}, missing, "%"))
    if found.local is not None and found.local.extra > _LEAST_SHARE:
        extra = 100 * found.local.extra
        template = _("{percent:.0f} % of the model's surface is not in the reference.")
        if made:
            template = _(
                "{percent:.0f} % of the model's surface is not in the reference (where a part is "
                "missing, its cut faces count)."
            )
        made.append(Finding("extra_part", "warn", template, {"percent": extra}, extra, "%"))
    return made


def _patches(found: Comparison, shape: Shape) -> list[Finding]:
    back = np.linalg.inv(shape.onto)
    made = []
    for patch in found.local.patches[:_PATCHES_TOLD] if found.local is not None else ():
        depth = patch.depth_mm
        values = {"depth": abs(depth), "width": patch.width_mm}
        values |= _place(back[:3, :3] @ patch.place + back[:3, 3])
        if depth < 0:
            template = _(
                "A dent of {depth:.2f} mm, about {width:.0f} mm wide, at x {x:.1f}, y {y:.1f}, "
                "z {z:.1f} (LPS in the model's file)."
            )
            made.append(Finding("dent", "warn", template, values, depth, "mm"))
        else:
            template = _(
                "A bump of {depth:.2f} mm, about {width:.0f} mm wide, at x {x:.1f}, y {y:.1f}, "
                "z {z:.1f} (LPS in the model's file)."
            )
            made.append(Finding("bump", "warn", template, values, depth, "mm"))
    return made
