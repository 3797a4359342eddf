"""The surface at the anatomy's edges, made again of the volume beside the record."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..core.errors import PrintPrepError
from ..core.jsonable import numbers_of
from ..core.phrases import Phrase, _
from ..core.progress import Progress, report
from ..image_io.common import ImageError
from ..image_io.read import read_image
from ..mesh.triangle_mesh import measure
from ..surface.edges import EdgeSurface
from ..surface.islands import largest_island
from ..surface.segment_edges import segment_edges
from ..surface.threshold import range_mask
from ..volume.regular_volume import RegularVolume
from .items import Difference, Item, beside

#: What a length may differ: the same places are fitted, by other versions of the same libraries.
LENGTH_MM, SHARE = 0.01, 0.005
_WHOLE = _("The record's part on the edges is not as PrintPrep writes it ({error!r}).")


def edge_items(
    record: Mapping[str, Any], path: Path, progress: Progress | None = None
) -> list[Item]:
    """One item where the record's surface lies at the edges.

    It is made again where the volume is there and a range of grey values is all that made the
    segment; else the item says why it was not.

    :param path: of the record.
    :raises Cancelled: progress asked for it.
    """
    if not record["model"].get("edge"):
        return []
    title = Phrase(_("Surface made again"))
    try:
        reason = _reason(record)
        found = Phrase(reason) if reason else _made(record, path, progress)
        if isinstance(found, Phrase):
            return [Item("edge", title, "unchecked", found)]
        differences = _differences(record, found)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return [Item("edge", title, "changed", Phrase(_WHOLE, {"error": error}))]
    if differences and record["software"].get("printprep") != __version__:
        told = _(
            "Another version of PrintPrep made the record, and this one finds another surface."
        )
        return [Item("edge", title, "unchecked", Phrase(told), differences)]
    equal = _(
        "Made again from the volume, the surface at the edges has the figures of the record "
        "(lengths within {length:g} mm)."
    )
    return [Item.compared("edge", title, differences, Phrase(equal, {"length": LENGTH_MM}))]


def _reason(record: Mapping[str, Any]) -> str | None:
    """Why the surface cannot be made again from volume and range alone; None where it can."""
    segment, model = record["segment"], record["model"]
    if segment.get("mask") is not None:
        return _("The surface was made of a mask, so it is not made again.")
    if segment["threshold_hu"] == [None, None]:
        return _("The segment records no range of grey values, so the surface is not made again.")
    truth = model.get("surface_truth") or {}
    if truth.get("refinement") or model.get("refinement"):
        return _("The surface was smoothed or thinned out since, so it is not made again.")
    return None


def _made(record: Mapping[str, Any], path: Path, progress: Progress | None) -> EdgeSurface | Phrase:
    """The surface; a sentence where volume or segment are not at hand."""
    part, segment = record["volume"], record["segment"]
    name = part.get("file")
    file = beside(path.parent, name) if isinstance(name, str) else None
    if file is None:
        return Phrase(_("The volume is not beside the record, so the surface is not made again."))
    other = Phrase(_("The volume beside the record is another one: the surface is not made again."))
    report(progress, 0.0, _("Reading the volume"))
    try:
        image = read_image(file)
    except ImageError as error:
        return error.told
    voxels = image.layers[0]
    matrix = np.diag([-1.0, -1.0, 1.0, 1.0]) @ np.array(numbers_of(part["ijk_to_ras"], 4, 4))
    if list(voxels.shape[::-1]) != list(part["dimensions"]) or not np.allclose(
        image.ijk_to_lps, matrix, atol=1e-3
    ):
        return other
    field = part.get("field")
    columns = [0, voxels.shape[2] - 1, 0, voxels.shape[1] - 1]
    known = np.tile(columns, (len(voxels), 1)) if field is None else np.array(field)
    volume = RegularVolume(
        voxels, matrix, known, float(part.get("background") or 0.0), {"source": record["source"]}
    )
    low, high = segment["threshold_hu"]
    try:
        mask = range_mask(voxels, -np.inf if low is None else low, high)
        if segment.get("largest_island"):
            mask = largest_island(mask)
        if np.count_nonzero(mask) != segment["voxels"]:
            return Phrase(
                _(
                    "The segment is not what the range of grey values alone makes of this volume, "
                    "so the surface is not made again."
                )
            )
        return segment_edges(volume, mask, low, high, progress=progress)
    except PrintPrepError as error:
        return error.told


def _differences(record: Mapping[str, Any], found: EdgeSurface) -> tuple[Difference, ...]:
    model, edge = record["model"], record["model"]["edge"]
    mesh, again = measure(found.mesh), found.as_record()
    pairs = [
        (f"edge {name}", edge[name], again[name], SHARE)
        for name in ("share_fitted", "share_thin", "share_kept")
    ]
    pairs += [
        (f"edge blur_mm {name}", edge["blur_mm"][name], again["blur_mm"][name], LENGTH_MM)
        for name in ("in_plane", "across_slices")
    ]
    pairs += [
        (f"extents_mm {axis}", there, here, 2 * LENGTH_MM)
        for axis, there, here in zip("xyz", model["extents_mm"], mesh.extents_mm, strict=True)
    ]
    room = mesh.area_mm2 * LENGTH_MM
    pairs.append(("volume_mm3", model["volume_mm3"], mesh.volume_mm3, room))
    return tuple(
        Difference(key, there, here, tolerance)
        for key, there, here, tolerance in pairs
        if there != here and (there is None or here is None or not abs(here - there) <= tolerance)
    )
