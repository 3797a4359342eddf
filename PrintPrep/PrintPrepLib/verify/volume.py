"""The volume file beside a record: does its grid stand where the record says?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import PrintPrepError
from ..core.phrases import Phrase, _
from .items import Difference, Item

#: What a corner of the volume may be off.
CORNER_MM = 0.001
_LONGEST_HEADER = 1 << 16
#: From a file's space to RAS.
_TO_RAS = {
    "left-posterior-superior": (-1, -1, 1),
    "lps": (-1, -1, 1),
    "right-anterior-superior": (1, 1, 1),
    "ras": (1, 1, 1),
}
_BYTES = {
    "char": 1, "signed char": 1, "int8": 1, "int8_t": 1, "uchar": 1, "unsigned char": 1,
    "uint8": 1, "uint8_t": 1, "short": 2, "short int": 2, "signed short": 2, "int16": 2,
    "int16_t": 2, "ushort": 2, "unsigned short": 2, "uint16": 2, "uint16_t": 2, "int": 4,
    "int32": 4, "uint": 4, "uint32": 4, "float": 4, "double": 8,
}  # fmt: skip


def volume_item(record: Mapping[str, Any], path: Path) -> Item:
    """The volume of a record: volume.nrrd beside qa.json, volume-1.nrrd beside qa-1.json.

    :param path: of the record.
    """
    name = f"volume{path.stem.removeprefix('qa')}.nrrd"
    identity, title = "volume", Phrase(_("Volume {name}"), {"name": name})
    file, volume = path.with_name(name), record["volume"]
    if not file.is_file():
        told = Phrase(_("There is no {name} beside the record."), {"name": name})
        return Item(identity, title, "unchecked", told)
    try:
        sizes, matrix, lacking = grid_of(file)
    except (OSError, ValueError, PrintPrepError) as error:
        reason = Phrase(str(error))
        if isinstance(error, PrintPrepError):
            reason = Phrase(error.template, error.values)
        template = _("{name} is no volume of PrintPrep: {reason}.")
        told = Phrase(template, {"name": name, "reason": reason})
        return Item(identity, title, "changed", told)
    try:
        differences = _differences(volume, sizes, matrix)
    except (KeyError, TypeError, ValueError) as error:
        template = _("The volume part is not as PrintPrep writes it ({error!r}).")
        return Item(identity, title, "changed", Phrase(template, {"error": error}))
    if lacking:
        differences.append(Difference("size of the file", "whole", f"{lacking} bytes short"))
    equal = _(
        "Dimensions, spacing and place are those of the record; the grey values carry no sum."
    )
    return Item.compared(identity, title, differences, Phrase(equal))


def grid_of(file: Path) -> tuple[list[int], np.ndarray, int]:
    """Dimensions, IJK to RAS (4, 4), and bytes that are lacking, of an NRRD file.

    :raises PrintPrepError: it is no NRRD of three dimensions in a space of the patient.
    :raises ValueError: a number in its header is none.
    :raises OSError: it cannot be read.
    """
    with open(file, "rb") as stream:
        head = stream.read(_LONGEST_HEADER)
    end = re.search(rb"\r?\n\r?\n", head)
    if not head.startswith(b"NRRD") or end is None:
        raise PrintPrepError(_("it has no NRRD header"))
    fields = {}
    for line in head[: end.start()].decode("utf-8", "replace").splitlines()[1:]:
        name, colon, value = line.partition(": ")
        if colon and not line.startswith("#"):
            fields[name.strip().lower()] = value.strip()
    missing = {"sizes", "space", "space directions", "space origin"} - fields.keys()
    if missing:
        raise PrintPrepError(_("its header lacks {fields}"), fields=", ".join(sorted(missing)))
    sizes = [int(word) for word in fields["sizes"].split()]
    columns, origin = _vectors(fields["space directions"]), _vectors(fields["space origin"])
    if len(sizes) != 3 or columns.shape != (3, 3) or origin.shape != (1, 3):
        raise PrintPrepError(_("it does not hold one volume of three dimensions"))
    if fields["space"].lower() not in _TO_RAS:
        raise PrintPrepError(_("its space is {space}"), space=fields["space"])
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = columns.T, origin[0]
    lacking = 0
    if fields.get("encoding") == "raw" and fields.get("type") in _BYTES:
        whole = end.end() + int(np.prod(sizes)) * _BYTES[fields["type"]]
        lacking = max(0, whole - file.stat().st_size)
    return sizes, np.diag([*_TO_RAS[fields["space"].lower()], 1]) @ matrix, lacking


def _vectors(text: str) -> np.ndarray:
    """(n, 3) of ``(a,b,c) (d,e,f)``."""
    inside = re.findall(r"\(([^()]*)\)", text)
    return np.array([[float(word) for word in item.split(",")] for item in inside])


def _differences(
    volume: Mapping[str, Any], sizes: list[int], matrix: np.ndarray
) -> list[Difference]:
    recorded = np.array(volume["ijk_to_ras"], dtype=float)
    if recorded.shape != (4, 4):
        raise ValueError("ijk_to_ras is no 4 × 4 matrix")
    found = []
    if list(volume["dimensions"]) != sizes:
        found.append(Difference("dimensions", list(volume["dimensions"]), sizes))
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    if not np.allclose(volume["spacing_mm"], spacing, rtol=1e-6, atol=0):
        found.append(Difference("spacing_mm", list(volume["spacing_mm"]), spacing.tolist()))
    corners = np.array([[*corner, 1] for corner in itertools.product(*[(0, n - 1) for n in sizes])])
    off = float(np.linalg.norm(corners @ (matrix - recorded)[:3].T, axis=1).max())
    if off > CORNER_MM:
        found.append(Difference("distance of the corners (mm)", 0.0, off, CORNER_MM))
    return found
