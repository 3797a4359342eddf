"""The kinds of file that a model can be written to, behind one function."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import ExportError
from ...core.files import replacing
from ...core.phrases import _
from ...core.progress import Progress, report
from ..triangle_mesh import TriangleMesh
from .common import WRITING, ExportedFile
from .obj import write_obj
from .placement import Model, Placing, parts_of, placing
from .ply import write_ply
from .stl import write_stl
from .threemf import write_3mf

#: Writes a file, compares it with what is meant, and returns its SHA-256.
_Writer = Callable[[Path, Sequence[tuple[str, TriangleMesh]], Placing, Progress | None], str]


@dataclass(frozen=True)
class Format:
    """A kind of model file.

    :param name: as the user types it and the record holds it.
    :param suffix: of the file's name, with its dot.
    :param title: for a list to choose from.
    :param several: it keeps the parts of a model and their names.
    :param states_unit: programs read the unit from the file, so no scale can be mistaken.
    """

    name: str
    suffix: str
    title: str
    several: bool
    states_unit: bool
    write: _Writer


FORMATS = {
    kind.name: kind
    for kind in (
        Format("stl", ".stl", _("STL (binary)"), False, False, write_stl),
        Format("3mf", ".3mf", _("3MF (with unit and names)"), True, True, write_3mf),
        Format("obj", ".obj", _("OBJ (with names)"), True, False, write_obj),
        Format("ply", ".ply", _("PLY (binary)"), False, False, write_ply),
    )
}


def export_model(
    model: Model,
    path: str | os.PathLike[str],
    format: str = "stl",
    scale: float = 1.0,
    center: bool = False,
    unit: str = "mm",
    offset_mm: Sequence[float] | None = None,
    progress: Progress | None = None,
) -> ExportedFile:
    """Write a model, LPS, without any patient data; read back and compared before it appears.

    :param model: a mesh (LPS mm), or parts as (name, mesh); formats that know no parts get
        them merged. Names go into the file: they are not to identify a patient.
    :param path: taken as it is; ``FORMATS`` knows the usual suffix.
    :param format: a name in ``FORMATS``.
    :param scale: size of the file ÷ size of the patient, whatever the unit.
    :param center: move the centre of the box round all parts to the origin before scaling.
    :param unit: what the file counts in, a name in ``UNITS``; 3MF states it, other formats
        leave it to the program that reads them.
    :param offset_mm: move this point (LPS mm) to the origin instead, so that several files
        of one model keep their places.
    :return: what was written; its scale includes the unit.
    :raises ExportError: the mesh is empty or does not fit into the format's numbers, the
        file cannot be written, or it does not read back as it was meant. Nothing is left
        behind, and a previous file stays as it was.
    :raises Cancelled: progress asked for it; nothing is left behind, either.
    """
    if format not in FORMATS:
        raise ExportError(
            _("there is no format {name!r}"),
            remedy=_("There are {formats}: choose one"),
            name=format,
            formats=", ".join(FORMATS),
        )
    kind = FORMATS[format]
    report(progress, 0.0, WRITING)
    parts = parts_of(model)
    place = placing(parts, scale, center, unit, offset_mm)
    with replacing(path) as temporary:
        digest = kind.write(temporary, parts, place, progress)
        # The last chance to cancel: behind it the file is there.
        report(progress, 1.0, WRITING)
    return ExportedFile(
        path=Path(path),
        format=format,
        sha256=digest,
        triangles=sum(len(mesh.triangles) for _name, mesh in parts),
        scale=place.scale,
        center_offset_mm=place.offset_mm,
        unit=unit,
    )
