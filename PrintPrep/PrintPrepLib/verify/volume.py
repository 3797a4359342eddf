"""The volume file beside a record: does its grid stand where the record says?"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..core.jsonable import numbers_of
from ..core.phrases import Phrase, _
from ..image_io.common import NotReadable
from ..image_io.nrrd import read_grid
from .items import Difference, Item, beside

#: What a corner of the volume may be off.
CORNER_MM = 0.001


def volume_item(record: Mapping[str, Any], path: Path) -> Item:
    """The volume of a record: the file that it names, else volume.nrrd beside qa.json,
    volume-1.nrrd beside qa-1.json.

    :param path: of the record.
    """
    volume = record["volume"]
    name = volume.get("file")
    if not isinstance(name, str):
        name = f"volume{path.stem.removeprefix('qa')}.nrrd"
    identity, title = "volume", Phrase(_("Volume {name}"), {"name": name})
    file = beside(path.parent, name)
    if file is None:
        told = Phrase(_("There is no {name} beside the record."), {"name": name})
        return Item(identity, title, "unchecked", told)
    try:
        sizes, matrix, lacking = read_grid(file)
    except (OSError, NotReadable) as error:
        reason = error.why if isinstance(error, NotReadable) else str(error)
        template = _("{name} is no volume of PrintPrep: {reason}.")
        told = Phrase(template, {"name": name, "reason": reason})
        return Item(identity, title, "changed", told)
    try:
        differences = _differences(volume, sizes, matrix)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        template = _("The volume part is not as PrintPrep writes it ({error!r}).")
        return Item(identity, title, "changed", Phrase(template, {"error": error}))
    if lacking:
        differences.append(Difference("size of the file", "whole", f"{lacking} bytes short"))
    equal = _(
        "Dimensions, spacing and place are those of the record; the grey values carry no sum."
    )
    return Item.compared(identity, title, differences, Phrase(equal))


def _differences(
    volume: Mapping[str, Any], sizes: list[int], matrix: np.ndarray
) -> list[Difference]:
    recorded = numbers_of(volume["ijk_to_ras"], 4, 4)
    numbers_of(volume["spacing_mm"], 3), numbers_of(volume["dimensions"], 3)
    found = []
    if list(volume["dimensions"]) != sizes:
        found.append(Difference("dimensions", list(volume["dimensions"]), sizes))
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    if not np.allclose(volume["spacing_mm"], spacing, rtol=1e-6, atol=0):
        found.append(Difference("spacing_mm", list(volume["spacing_mm"]), spacing.tolist()))
    corners = np.array([[*corner, 1] for corner in itertools.product(*[(0, n - 1) for n in sizes])])
    off = float(np.linalg.norm(corners @ (matrix - recorded)[:3].T, axis=1).max())
    if not off <= CORNER_MM:  # a recorded NaN included
        found.append(Difference("distance of the corners (mm)", 0.0, off, CORNER_MM))
    return found
