"""Reading a model file: STL, OBJ, PLY and 3MF."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.phrases import Phrase, _
from ..triangle_mesh import TriangleMesh, collapsed, first_equal
from . import stl
from .common import DAMAGED, Contents, ModelFileError
from .obj import is_obj, read_obj
from .ply import read_ply
from .threemf import read_3mf

_MOST_BYTES = 8 << 30
#: A thousand kilometres: beyond it numbers are damaged, and squares of lengths lose meaning.
_FARTHEST_MM = 1e9
_GIVE = _("Give the name of a STL, OBJ, PLY or 3MF file")


@dataclass(frozen=True, eq=False)
class ModelFile:
    """A model and what its file says of itself.

    :param mesh: LPS mm, equal points merged. Files that state no unit count in mm.
    :param format: ``stl``, ``obj``, ``ply`` or ``3mf``.
    :param mm_per_unit: the unit that the file states, None where its format has none.
    :param space: the coordinate system that it states (``LPS``, ``RAS``), or None: then LPS.
    """

    mesh: TriangleMesh
    format: str
    mm_per_unit: float | None
    space: str | None


def read_model(path: str | os.PathLike[str]) -> TriangleMesh:
    """The surface in a model file, LPS mm, equal points merged.

    The content decides on the format, not the name. A file that says SPACE=RAS (in STL's
    header, or a comment) is turned to LPS; one that says nothing is LPS, as in Slicer. A
    file that states no unit counts in millimetres.

    :raises ModelFileError: the file is missing, empty, cut off, no model, or holds
        numbers that are none.
    """
    return read_model_file(path).mesh


def read_model_file(path: str | os.PathLike[str]) -> ModelFile:
    """``read_model``, and what the file says of itself.

    :raises ModelFileError: as ``read_model``.
    """
    name = os.fspath(path)
    data = _bytes(Path(path), name)
    try:
        kind, contents = _parsed(data, Path(path).suffix.lower(), name)
    except (ArithmeticError, EOFError, LookupError, OSError, ValueError) as error:
        # Readers check what they use; what they overlook in a hostile file ends here.
        problem = _("the file is damaged ({reason})")
        raise ModelFileError(problem, file=name, remedy=DAMAGED, reason=str(error)) from error
    return ModelFile(_mesh(contents, name), kind, contents.mm_per_unit, contents.space)


def _bytes(path: Path, name: str) -> bytes:
    try:
        state = path.stat()
        if not (stat.S_ISREG(state.st_mode) or stat.S_ISDIR(state.st_mode)):
            # A pipe or a device may never end.
            raise ModelFileError(_("this is no file, but a pipe or a device"), file=name)
        if state.st_size > _MOST_BYTES:
            raise ModelFileError(_("the file is larger than any model"), file=name)
        data = path.read_bytes()
    except OSError as error:
        reasons = {
            FileNotFoundError: Phrase(_("there is no such file")),
            IsADirectoryError: Phrase(_("it is a folder")),
        }
        raise ModelFileError(
            _("the file cannot be read ({reason})"),
            file=name,
            remedy=_GIVE,
            reason=reasons.get(type(error), error.strerror),
        ) from error
    if not data:
        raise ModelFileError(_("the file is empty"), file=name, remedy=_("Export or copy it again"))
    return data


def _parsed(data: bytes, suffix: str, name: str) -> tuple[str, Contents]:
    if data.startswith(b"PK\3\4"):
        return "3mf", read_3mf(data, name)
    if data[:4] in (b"ply\n", b"ply\r"):
        return "ply", read_ply(data, name)
    if stl.is_whole_binary(data):
        return "stl", stl.read_binary(data, name)
    if stl.is_text(data):
        return "stl", stl.read_text(data, name)
    text = b"\0" not in data[:4096]
    if text and is_obj(data):
        return "obj", read_obj(data, name)
    if suffix == ".stl" and not text:
        return "stl", stl.read_binary(data, name)  # says what is wrong with it
    raise ModelFileError(
        _("this is text, and no model") if text else _("this is no model file, or it is damaged"),
        file=name,
        remedy=_GIVE,
    )


def _mesh(contents: Contents, name: str) -> TriangleMesh:
    """:raises ModelFileError: the contents are no surface."""
    points, triangles = contents.points, contents.triangles
    if len(triangles) == 0:
        raise ModelFileError(
            _("the file holds {count:,} points and no triangle"),
            file=name,
            remedy=_("Export the model as a surface of triangles"),
            count=len(points),
        )
    if triangles.min() < 0 or triangles.max() >= len(points):
        raise ModelFileError(
            _("a triangle uses a point that is not there (there are {count:,})"),
            file=name,
            remedy=DAMAGED,
            count=len(points),
        )
    if not np.isfinite(points).all():
        bad = int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])
        raise ModelFileError(
            _("point {number:,} has a coordinate that is no finite number"),
            file=name,
            remedy=_("Repair the model in the program that made it, and export it again"),
            number=bad + 1,
        )
    if (far := np.abs(points).max(axis=1)).max() > _FARTHEST_MM:
        raise ModelFileError(
            _("point {number:,} has a coordinate of {value:.3g}: nothing is so far away"),
            file=name,
            remedy=_("Repair the model in the program that made it, and export it again"),
            number=int(far.argmax()) + 1,
            value=float(far.max()),
        )
    if contents.space == "RAS":
        points = points * (-1, -1, 1)
    first = first_equal(points)
    kept = first == np.arange(len(first))
    mesh = TriangleMesh(points[kept], (np.cumsum(kept) - 1)[first[triangles]])
    solid = ~collapsed(mesh)
    if not solid.any():
        raise ModelFileError(
            _("no triangle in the file has an area"),
            file=name,
            remedy=_("Export the model again"),
        )
    return mesh if solid.all() else TriangleMesh(mesh.points, mesh.triangles[solid])
