"""What a comparison shows, in words for people who print models."""

from __future__ import annotations

import numpy as np

from ..core.findings import Finding
from .result import ERRORS, LEAST_CHANGE, LEAST_SKEW, Comparison, Shape

_UNIT_WORDS = {
    1000.0: "metres taken for millimetres",
    100.0: "decimetres taken for millimetres",
    10.0: "centimetres taken for millimetres, or a model at 1 : 10",
    25.4: "inches taken for millimetres",
}
_SIDES = {"x": "left and right", "y": "front and back", "z": "top and bottom"}
#: Two scans of one skull differ by up to 0.15 %.
_GRAVE_SCALE = 0.005
_LEAST_TURN_DEG = 0.1
_EXACT_TURN_DEG = 0.5
_LEAST_INFLATION_MM = 0.1
_LEAST_SHARE = 0.01
_PATCHES_TOLD = 5


def findings(found: Comparison) -> list[Finding]:
    """Everything worth saying; at least one sentence."""
    if found.shape is None:
        return [
            Finding(
                "no_match",
                "fail",
                "No placing was found in which the two surfaces agree: they show different "
                "objects, or too small a part of the same one. Scale and motion are unknown.",
            )
        ]
    made = [
        *_unit(found),
        *_mirrored(found),
        *_inside_out(found),
        *_scales(found.shape),
        *_skew(found.shape),
        *_motion(found),
        *_inflation(found.shape),
        *_parts(found),
        *_patches(found),
    ]
    return made or [_same(found)]


def _unit(found: Comparison) -> list[Finding]:
    factor = found.unit_factor
    if factor == 1:
        return []
    if factor > 1:
        words, ratio = _UNIT_WORDS[factor], f"1/{factor:g} of"
    else:
        whole = round(1 / factor, 6)
        words = f"the reference has {_UNIT_WORDS[whole]}, or the model micrometres"
        words = words if whole == 1000 else f"the reference has {_UNIT_WORDS[whole]}"
        ratio = f"{whole:g} times"
    return [
        Finding(
            "unit",
            "fail",
            "The model has {ratio} the reference's size: {words}. The other figures are those "
            "after this is undone.",
            {"ratio": ratio, "words": words},
            factor,
            None,
        )
    ]


def _mirrored(found: Comparison) -> list[Finding]:
    if found.mirrored is None:
        return []
    return [
        Finding(
            "mirrored",
            "fail",
            "The model is a mirror image of the reference along {axis}: {sides} are exchanged. "
            "The other figures are those after this is undone.",
            {"axis": found.mirrored, "sides": _SIDES[found.mirrored]},
        )
    ]


def _inside_out(found: Comparison) -> list[Finding]:
    volumes = [found.measures[name]["volume_mm3"] for name in ("model", "reference")]
    if not volumes[0] < 0 < volumes[1]:
        return []
    return [
        Finding(
            "inside_out",
            "warn",
            "The model's triangles face inwards: it is inside out.",
        )
    ]


def _scales(shape: Shape) -> list[Finding]:
    scale, error = shape.parts.scale, shape.scale_error
    off = np.abs(scale - 1) > np.maximum(LEAST_CHANGE, ERRORS * error)
    if not off.any():
        return []
    spread = float(np.ptp(scale))
    if off.all() and spread < max(LEAST_CHANGE, ERRORS * float(error.max())):
        value = float(scale.mean())
        return [
            Finding(
                "scale",
                _gravity(value),
                "The model is {words} in every direction (scale {value:.4f}).",
                {"words": _longer(value, ("small", "large")), "value": value},
                value,
                "model / reference",
            )
        ]
    whose = "" if shape.axes_of == "reference" else " of the model's own axes"
    made = []
    for axis in np.flatnonzero(off):
        value = float(scale[axis])
        values = {
            "words": _longer(value, ("short", "long")),
            "axis": "xyz"[axis] + whose,
            "value": value,
            "error": float(error[axis]),
        }
        template = "The model is {words} along {axis} (scale {value:.4f} ± {error:.4f})."
        if axis == 0:
            made.append(
                Finding("scale_x", _gravity(value), template, values, value, "model / reference")
            )
        elif axis == 1:
            made.append(
                Finding("scale_y", _gravity(value), template, values, value, "model / reference")
            )
        else:
            made.append(
                Finding("scale_z", _gravity(value), template, values, value, "model / reference")
            )
    return made


def _gravity(scale: float) -> str:
    return "fail" if abs(scale - 1) >= _GRAVE_SCALE else "warn"


def _longer(value: float, words: tuple[str, str]) -> str:
    """1.1 % too short, or a factor where percents are no longer plain."""
    if not 0.5 < value < 2:
        return f"{1 / value:.3g} times too {words[0]}" if value < 1 else (
            f"{value:.3g} times too {words[1]}"
        )  # fmt: skip
    percent = abs(value - 1) * 100
    return f"{percent:.{1 if percent >= 0.95 else 2}f} % too {words[0] if value < 1 else words[1]}"


def _skew(shape: Shape) -> list[Finding]:
    skew = shape.parts.skew
    if (np.abs(skew) <= np.maximum(LEAST_SKEW, ERRORS * shape.skew_error)).all():
        return []
    angle = float(np.degrees(np.arctan(np.hypot(skew[1], skew[2]))))
    if abs(skew[0]) > np.hypot(skew[1], skew[2]):
        angle = float(np.degrees(np.arctan(abs(skew[0]))))
    return [
        Finding(
            "skewed",
            "fail",
            "The model is skewed by {angle:.1f}°, as when a gantry tilt is ignored.",
            {"angle": angle},
            angle,
            "deg",
        )
    ]


def _motion(found: Comparison) -> list[Finding]:
    from scipy.spatial.transform import Rotation

    shape = found.shape
    assert shape is not None
    undone = "; this is undone" if found.aligned else ""
    made = []
    turn = Rotation.from_matrix(shape.parts.turn).as_rotvec()
    angle = float(np.degrees(np.linalg.norm(turn)))
    shift = shape.shift_mm
    moved = bool(shift.any())
    if angle > _LEAST_TURN_DEG:
        axis, exact = _axis(turn)
        quarter = 90 * round(angle / 90)
        flipped = exact and axis == "z" and quarter == 180 and abs(angle - 180) < _EXACT_TURN_DEG
        if exact and quarter and abs(angle - quarter) < _EXACT_TURN_DEG:
            angle = float(quarter)
        cause = ": RAS taken for LPS" if flipped else ""
        made.append(
            Finding(
                "rotated",
                "warn",
                "The model is turned by {angle:.4g}° about {axis}{cause}{undone}.",
                {"angle": angle, "axis": axis, "cause": cause, "undone": undone},
                angle,
                "deg",
            )
        )
    if moved:
        length = float(np.linalg.norm(shift))
        made.append(
            Finding(
                "offset",
                "warn",
                "The model is moved by {length:.2f} mm (x {x:+.2f}, y {y:+.2f}, z {z:+.2f})"
                "{undone}.",
                dict(zip(("length", "x", "y", "z"), (length, *map(float, shift)), strict=True))
                | {"undone": undone},
                length,
                "mm",
            )
        )
    return made


def _axis(turn: np.ndarray) -> tuple[str, bool]:
    """The axis of a turn in words, and whether it is one of x, y and z."""
    direction = turn / np.linalg.norm(turn)
    best = int(np.abs(direction).argmax())
    if abs(direction[best]) > np.cos(np.radians(_EXACT_TURN_DEG)):
        half = np.isclose(np.linalg.norm(turn), np.pi, atol=0.01)
        return ("" if direction[best] > 0 or half else "−") + "xyz"[best], True
    words = ", ".join(f"{part:.2f}" for part in direction)
    return f"the axis ({words})", False


def _inflation(shape: Shape) -> list[Finding]:
    if abs(shape.inflation_mm) < _LEAST_INFLATION_MM:
        return []
    side = "out" if shape.inflation_mm > 0 else "in"
    return [
        Finding(
            "inflated",
            "warn",
            "The model's surface lies {mm:.2f} mm farther {side} all round, as another threshold "
            "or smoothing makes it.",
            {"mm": abs(shape.inflation_mm), "side": side},
            shape.inflation_mm,
            "mm",
        )
    ]


def _parts(found: Comparison) -> list[Finding]:
    made = []
    if found.missing > _LEAST_SHARE:
        made.append(
            Finding(
                "missing_part",
                "fail",
                "{percent:.0f} % of the reference's surface is missing in the model.",
                {"percent": 100 * found.missing},
                100 * found.missing,
                "%",
            )
        )
    extra = 0.0 if found.local is None else found.local.extra
    if extra > _LEAST_SHARE:
        cuts = " (where a part is missing, its cut faces count)" if made else ""
        made.append(
            Finding(
                "extra_part",
                "warn",
                "{percent:.0f} % of the model's surface is not in the reference{cuts}.",
                {"percent": 100 * extra, "cuts": cuts},
                100 * extra,
                "%",
            )
        )
    return made


def _patches(found: Comparison) -> list[Finding]:
    if found.local is None:
        return []
    assert found.shape is not None
    back = np.linalg.inv(found.shape.onto)
    made = []
    for patch in found.local.patches[:_PATCHES_TOLD]:
        place = back[:3, :3] @ patch.place + back[:3, 3]
        values = {
            "depth": abs(patch.depth_mm),
            "width": patch.width_mm,
            **dict(zip("xyz", map(float, place), strict=True)),
        }
        where = "at x {x:.1f}, y {y:.1f}, z {z:.1f} (LPS in the model's file)"
        if patch.depth_mm < 0:
            text = "A dent of {depth:.2f} mm, about {width:.0f} mm wide, " + where + "."
            made.append(Finding("dent", "warn", text, values, patch.depth_mm, "mm"))
        else:
            text = "A bump of {depth:.2f} mm, about {width:.0f} mm wide, " + where + "."
            made.append(Finding("bump", "warn", text, values, patch.depth_mm, "mm"))
    return made


def _same(found: Comparison) -> Finding:
    p95 = float(np.percentile(np.abs(found.distances_mm), 95))
    return Finding(
        "same",
        "info",
        "The two surfaces agree: 95 % of the model's lies within {p95:.3f} mm.",
        {"p95": p95},
        p95,
        "mm",
    )
