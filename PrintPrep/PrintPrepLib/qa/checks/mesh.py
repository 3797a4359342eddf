"""What the faults of a mesh, and its parts, mean for the print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.findings import Check

#: Printing programs make a union of what overlaps, so a few pairs at a bend cost nothing that
#: can be seen. More pairs than this share of the triangles means that whole walls or parts
#: pass through each other: then what is inside and outside is the program's guess.
SELF_INTERSECTIONS_FAIL_SHARE = 0.001
#: On small models a few pairs are a large share.
SELF_INTERSECTIONS_FAIL_PAIRS = 10
#: Hollows of so much volume matter for resin and powder that cannot run out.
VOIDS_WARN_MM3 = 1000.0


def mesh_checks(model: Mapping[str, Any]) -> list[Check]:
    """The checks of the mesh in a record's ``model``; none for keys that are not there."""
    checks = [
        _self_intersections(model),
        _manifold_vertices(model),
        _duplicates(model),
        _zero_area(model),
        _loose_parts(model),
        _voids(model),
    ]
    return [check for check in checks if check is not None]


def _self_intersections(model: Mapping[str, Any]) -> Check | None:
    found = model.get("self_intersections")
    if not found:
        return None
    pairs, limit = found["pairs"], 0
    if not found["examined"] or pairs is None:
        status, pairs, limit = "info", None, None
        message = (
            "Whether the surface passes through itself was not examined: "
            f"{found.get('reason') or 'no reason is given'}."
        )
    elif not pairs:
        status, message = "pass", "The surface does not pass through itself anywhere."
    else:
        bound = max(
            SELF_INTERSECTIONS_FAIL_SHARE * model["triangles"], SELF_INTERSECTIONS_FAIL_PAIRS
        )
        fails = pairs > bound
        status = "fail" if fails else "warn"
        message = f"The surface passes through itself: {pairs} pair(s) of triangles meet. " + (
            "That is so many that the printing program must guess what is solid: smooth or "
            "reduce less, or repair the mesh."
            if fails
            else "The printing program will join them; look at these places in its preview."
        )
    return Check("self_intersections", "Self-intersections", status, pairs, limit, None, message)


def _manifold_vertices(model: Mapping[str, Any]) -> Check | None:
    points = _worst(model, "non_manifold_vertices")
    if points is None:
        return None
    message = (
        f"At {points} point(s) the surface hangs together by the point alone: there the print "
        "breaks, or the printing program changes the surface."
        if points
        else "At every point the triangles make one fan, as a solid's surface must."
    )
    return Check("manifold_vertices", "Manifold points", _warns(points), points, 0, None, message)


def _duplicates(model: Mapping[str, Any]) -> Check | None:
    triangles = _worst(model, "duplicate_triangles")
    if triangles is None:
        return None
    message = (
        f"{triangles} triangle(s) lie on others with the same corners: the printing program "
        "will remove them and may leave holes."
        if triangles
        else "No triangle is there twice."
    )
    return Check(
        "duplicate_triangles", "Duplicate triangles", _warns(triangles), triangles, 0, None, message
    )


def _zero_area(model: Mapping[str, Any]) -> Check | None:
    triangles = _worst(model, "zero_area_triangles")
    if triangles is None:
        return None
    message = (
        f"{triangles} triangle(s) have no area: the printing program will remove them and may "
        "leave cracks."
        if triangles
        else "Every triangle has an area."
    )
    return Check(
        "zero_area_triangles",
        "Triangles without area",
        _warns(triangles),
        triangles,
        0,
        None,
        message,
    )


def _loose_parts(model: Mapping[str, Any]) -> Check | None:
    crumbs, parts = model.get("crumbs"), model.get("parts")
    if crumbs is None or not parts:
        return None
    size = " × ".join(f"{extent:.1f}" for extent in parts[0]["extents_mm"])
    message = (
        f"{crumbs} loose part(s) are crumbs: below 1 mm³, or below 1 % of the largest part "
        f"({size} mm). They come off in the print; the option to keep the largest island removes "
        "them."
        if crumbs
        else f"There are no loose crumbs; the largest part measures {size} mm."
    )
    return Check("loose_parts", "Loose crumbs", _warns(crumbs), crumbs, 0, None, message)


def _voids(model: Mapping[str, Any]) -> Check | None:
    volume = model.get("void_volume_mm3")
    if volume is None:
        return None
    if not volume:
        status, message = "pass", "The model encloses no hollow."
    elif volume <= VOIDS_WARN_MM3:
        status = "info"
        message = (
            f"The model encloses hollows of {volume:.1f} mm³ in all: powder or resin stays in them."
        )
    else:
        status = "warn"
        message = (
            f"The model encloses hollows of {volume / 1000:.1f} cm³ in all: powder or resin "
            "cannot run out. Fill them in the segment, or give them an opening."
        )
    return Check("voids", "Enclosed hollows", status, volume, VOIDS_WARN_MM3, "mm³", message)


def _worst(model: Mapping[str, Any], key: str) -> int | None:
    """The count in the model, or in its file where that is more."""
    counts = [
        part[key] for part in (model, model.get("as_read") or {}) if part.get(key) is not None
    ]
    return max(counts, default=None)


def _warns(count: int) -> str:
    return "warn" if count else "pass"
