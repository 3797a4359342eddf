"""What the faults of a mesh, and its parts, mean for the print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.findings import Finding
from ...core.phrases import Phrase, _

#: Printing programs make a union of what overlaps, so a few pairs at a bend cost nothing that
#: can be seen. More pairs than this share of the triangles means that whole walls or parts
#: pass through each other: then what is inside and outside is the program's guess.
SELF_INTERSECTIONS_FAIL_SHARE = 0.001
#: On small models a few pairs are a large share.
SELF_INTERSECTIONS_FAIL_PAIRS = 10
#: Hollows of so much volume matter for resin and powder that cannot run out.
VOIDS_WARN_MM3 = 1000.0


def mesh_checks(model: Mapping[str, Any]) -> list[Finding]:
    """The checks of the mesh in a record's ``model``; none for keys that are not there."""
    checks = [
        _self_intersections(model),
        counted(
            "manifold_vertices",
            _("Manifold points"),
            _worst(model, "non_manifold_vertices"),
            _(
                "At {count} point(s) the surface hangs together by the point alone: there the "
                "print breaks, or the printing program changes the surface."
            ),
            _("At every point the triangles make one fan, as a solid's surface must."),
        ),
        counted(
            "duplicate_triangles",
            _("Duplicate triangles"),
            _worst(model, "duplicate_triangles"),
            _(
                "{count} triangle(s) lie on others with the same corners: the printing program "
                "will remove them and may leave holes."
            ),
            _("No triangle is there twice."),
        ),
        counted(
            "zero_area_triangles",
            _("Triangles without area"),
            _worst(model, "zero_area_triangles"),
            _(
                "{count} triangle(s) have no area: the printing program will remove them and may "
                "leave cracks."
            ),
            _("Every triangle has an area."),
        ),
        _loose_parts(model),
        _voids(model),
    ]
    return [check for check in checks if check is not None]


def counted(
    id: str,
    title: str,
    count: int | None,
    some: str,
    none: str,
    status: str = "warn",
    **values: Any,
) -> Finding | None:
    """A check that minds anything that is there at all; None where it was not counted.

    :param some, none: marked templates for a ``{count}`` of one and more, and for none.
    :param status: where there is something.
    """
    if count is None:
        return None
    values["count"] = count
    status, template = (status, some) if count else ("pass", none)
    return Finding(id, status, template, values, count, None, 0, title)


def _self_intersections(model: Mapping[str, Any]) -> Finding | None:
    found = model.get("self_intersections")
    if not found:
        return None
    pairs = found["pairs"] if found["examined"] else None
    limit: int | None = 0
    values = {"pairs": pairs, "reason": Phrase(found.get("reason") or _("no reason is given"))}
    if pairs is None:
        status, limit = "info", None
        template = _("Whether the surface passes through itself was not examined: {reason}.")
    elif not pairs:
        status, template = "pass", _("The surface does not pass through itself anywhere.")
    else:
        bound = int(SELF_INTERSECTIONS_FAIL_SHARE * model["triangles"])
        bound = max(bound, SELF_INTERSECTIONS_FAIL_PAIRS)
        if pairs > bound:
            status, limit = "fail", bound
            template = _(
                "The surface passes through itself: {pairs} pair(s) of triangles meet. That is so "
                "many that the printing program must guess what is solid: smooth or reduce less, "
                "or repair the mesh."
            )
        else:
            status = "warn"
            template = _(
                "The surface passes through itself: {pairs} pair(s) of triangles meet. The "
                "printing program will join them; look at these places in its preview."
            )
    title = _("Self-intersections")
    return Finding("self_intersections", status, template, values, pairs, None, limit, title)


def _loose_parts(model: Mapping[str, Any]) -> Finding | None:
    if not model.get("parts"):
        return None
    return counted(
        "loose_parts",
        _("Loose crumbs"),
        model.get("crumbs"),
        _(
            "{count} loose part(s) are crumbs: below 1 mm³, or below 1 % of the largest part "
            "({size} mm). They come off in the print; the option to keep the largest island "
            "removes them."
        ),
        _("There are no loose crumbs; the largest part measures {size} mm."),
        size=" × ".join(f"{extent:.1f}" for extent in model["parts"][0]["extents_mm"]),
    )


def _voids(model: Mapping[str, Any]) -> Finding | None:
    volume = model.get("void_volume_mm3")
    if volume is None:
        return None
    if not volume:
        status, template = "pass", _("The model encloses no hollow.")
    elif volume <= VOIDS_WARN_MM3:
        status = "info"
        template = _(
            "The model encloses hollows of {volume:.1f} mm³ in all: powder or resin stays in them."
        )
    else:
        status = "warn"
        template = _(
            "The model encloses hollows of {large:.1f} cm³ in all: powder or resin cannot run "
            "out. Fill them in the segment, or give them an opening."
        )
    values, title = {"volume": volume, "large": volume / 1000}, _("Enclosed hollows")
    return Finding("voids", status, template, values, volume, "mm³", VOIDS_WARN_MM3, title)


def _worst(model: Mapping[str, Any], key: str) -> int | None:
    """The count in the model, or in its file where that is more."""
    counts = [
        part[key] for part in (model, model.get("as_read") or {}) if part.get(key) is not None
    ]
    return max(counts, default=None)
