"""Model files beside a record, measured again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import PrintPrepError
from ..core.jsonable import numbers_of
from ..core.phrases import Phrase, _
from ..core.progress import Progress, report
from ..mesh.io.placement import UNITS
from ..mesh.io.read import read_model
from ..mesh.io.stl import read_stl
from ..mesh.triangle_mesh import TriangleMesh, compact, measure
from .items import Difference, Item, beside, listing

#: What a length may differ: the numbers of a file are float32 or have five decimals.
LENGTH_MM = 0.001
AREA_SHARE = 1e-4
#: Counts, and how they may differ in a file whose corners at one place were made one:
#: fewer (−1), more (+1), or either (0).
_COUNTS = {
    "triangles": -1,
    "components": -1,
    "voids": 0,
    "boundary_edges": -1,
    "non_manifold_edges": 1,
    "inconsistent_edges": 0,
}


def model_items(
    record: Mapping[str, Any], folder: Path, progress: Progress | None = None
) -> list[Item]:
    """For each model file that is there: do its figures come out as recorded?

    :raises Cancelled: progress asked for it.
    """
    items, model = [], record["model"]
    files = model["files"]
    for number, entry in enumerate(files):
        name = str(entry.get("file"))
        identity, title = f"figures:{name}", _title(name, model)
        path = beside(folder, name)
        if path is None:
            continue  # told with the files
        report(progress, number / len(files), Phrase(_("Measuring {name}"), {"name": name}))
        try:
            mesh = own_part(read_back(path, entry, model), model)
            differences, doubtful = figures(mesh, model, all_there=entry["format"] == "stl")
        except PrintPrepError as error:
            items.append(Item(identity, title, "unchecked", error.told))
            continue
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            template = _("The model part is not as PrintPrep writes it ({error!r}).")
            items.append(Item(identity, title, "changed", Phrase(template, {"error": error})))
            continue
        values = {"length": LENGTH_MM, "doubtful": listing(doubtful)}
        if doubtful and not differences:
            template = _(
                "Measured again, the figures are those of the record (lengths within {length:g} "
                "mm). Corners at one place are one here, so this cannot be told: {doubtful}."
            )
            items.append(Item(identity, title, "unchecked", Phrase(template, values), doubtful))
        else:
            template = _(
                "Measured again, the figures are those of the record (lengths within {length:g} "
                "mm)."
            )
            both = (*differences, *doubtful)
            items.append(Item.compared(identity, title, both, Phrase(template, values)))
    return items


def read_back(path: Path, entry: Mapping[str, Any], model: Mapping[str, Any]) -> TriangleMesh:
    """The mesh of a file in the patient's size and place, LPS mm.

    :raises PrintPrepError: the file cannot be read as what it is named.
    """
    scale = float(numbers_of(model["scale"]))
    center = numbers_of(model["center_offset_mm"], 3)
    if scale <= 0:
        raise ValueError(f"a scale of {scale:g}")
    if entry["format"] == "stl":
        mesh = welded(read_stl(path))
    else:
        mesh = read_model(path)
        if entry["format"] == "3mf":  # states its unit, so what was read are millimetres
            scale /= UNITS[entry.get("unit", "mm")].per_mm
    return TriangleMesh(mesh.points / scale + center, mesh.triangles)


def _title(name: str, model: Mapping[str, Any]) -> Phrase:
    part = model.get("part_of_file")
    if not isinstance(part, Mapping):
        return Phrase(_("Figures of {name}"), {"name": name})
    values = {key: part.get(key) for key in ("number", "of")}
    values |= {"name": name, "part": part.get("name")}
    return Phrase(_("Figures of part {number} of {of} ({part}) of {name}"), values)


def own_part(mesh: TriangleMesh, model: Mapping[str, Any]) -> TriangleMesh:
    """The triangles of a file that are the record's: all, or those of one of several models.

    :raises ValueError: the file holds fewer.
    """
    part = model.get("part_of_file")
    if part is None:
        return mesh
    first, count = int(part["first_triangle"]), int(model["triangles"])
    if not 0 <= first <= first + count <= len(mesh.triangles):
        raise ValueError(f"{len(mesh.triangles)} triangles")
    return compact(TriangleMesh(mesh.points, mesh.triangles[first : first + count]))


def figures(
    mesh: TriangleMesh, model: Mapping[str, Any], all_there: bool = False
) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    """Where a mesh does not measure what the ``model`` part of a record says.

    Lengths by ``LENGTH_MM``, the volume by what a shift of the whole surface by that length
    would change, the area by ``AREA_SHARE``, counts not at all.

    :param all_there: no triangle was left out in reading because its corners became one.
    :return: what is certain, and counts that reading may have changed: files hold rounded
        numbers, and STL does not say which triangles share a corner.
    """
    numbers_of([model["volume_mm3"], model["area_mm2"]], 2)
    numbers_of(model["bounds_mm"], 3, 2), numbers_of(model["extents_mm"], 3)
    found = asdict(measure(mesh))
    lengths = []
    for axis, pair, recorded in zip("xyz", found["bounds_mm"], model["bounds_mm"], strict=True):
        for end, here, there in zip(("from", "to"), pair, recorded, strict=True):
            lengths.append(Difference(f"bounds_mm {axis} {end}", there, here, LENGTH_MM))
    for axis, here, there in zip("xyz", found["extents_mm"], model["extents_mm"], strict=True):
        lengths.append(Difference(f"extents_mm {axis}", there, here, LENGTH_MM))
    area = found["area_mm2"]
    sizes = [
        *lengths,
        Difference("volume_mm3", model["volume_mm3"], found["volume_mm3"], area * LENGTH_MM),
        Difference("area_mm2", model["area_mm2"], area, area * AREA_SHARE),
    ]
    certain = [item for item in sizes if abs(item.found - item.recorded) > (item.tolerance or 0)]
    doubtful: list[Difference] = []
    for key, way in _COUNTS.items():
        more = found[key] - model.get(key, found[key])
        if more:
            merging = more * way >= 0 and not (all_there and key == "triangles")
            difference = Difference(key, model[key], found[key], 0)
            (doubtful if merging else certain).append(difference)
    return tuple(certain), tuple(doubtful)


def welded(corners: np.ndarray) -> TriangleMesh:
    """Triangles that share the corners which lie at exactly one place.

    :param corners: (M, 3, 3) float32.
    """
    points = corners.reshape(-1, 3) + np.float32(0)  # −0 and 0 are one place
    x, y, z = np.ascontiguousarray(points).view(np.uint32).astype(np.uint64).T
    # One number a corner sorts ten times faster than three; equal ones are compared below.
    key = (x * np.uint64(0x9E3779B97F4A7C15)) ^ (y * np.uint64(0xC2B2AE3D27D4EB4F))
    key = (key ^ (key >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9) + z
    _key, first, number = np.unique(key, return_index=True, return_inverse=True)
    if not np.array_equal(points[first][number], points):  # two places made one number
        _place, first, number = np.unique(points, axis=0, return_index=True, return_inverse=True)
    return TriangleMesh(points[first], number.reshape(-1, 3))
