"""OBJ files: text, parts by name, one list of points, read back and compared."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from .export import ExportedFile, exported, sha256_of, unlike
from .files import replacing
from .mesh import TriangleMesh
from .placing import Placing
from .textnumbers import lines, numbers_in, printable, same_points, same_triangles


def write_obj(
    parts: Sequence[tuple[str, TriangleMesh]], path: str | os.PathLike[str], place: Placing
) -> ExportedFile:
    """Write every part as an object of its own. OBJ knows no unit; a comment tells it.

    Points read back to half of the last digit written, which is at most 0.00001 mm.

    :raises ExportError: as ``export_stl``.
    """
    with replacing(path) as temporary:
        with open(temporary, "xb") as file:
            file.write(f"# {place.comment()}\n# Unit: {place.unit.title}\n".encode("ascii"))
            first = 1
            for name, mesh in parts:
                file.write(f"o {printable(name)}\n".encode())
                pattern = "v" + f" %.{place.decimals}f" * 3 + "\n"
                file.writelines(lines(pattern, place.of(mesh.points)))
                file.writelines(lines("f %d %d %d\n", mesh.triangles.astype("i8") + first))
                first += len(mesh.points)
        _compare(temporary, parts, place)
        digest = sha256_of(temporary)
    return exported(path, "obj", digest, sum(len(mesh.triangles) for _, mesh in parts), place)


def _compare(path: Path, parts: Sequence[tuple[str, TriangleMesh]], place: Placing) -> None:
    """:raises ExportError: the file does not hold the parts."""
    try:
        same = _holds(path.read_bytes(), parts, place)
    except ValueError as error:
        raise unlike() from error
    if not same:
        raise unlike()


def _holds(text: bytes, parts: Sequence[tuple[str, TriangleMesh]], place: Placing) -> bool:
    head, *found = text.split(b"\no ")
    if not head.startswith(f"# {place.comment()}\n".encode("ascii")) or len(found) != len(parts):
        return False
    first = 1
    for part, (name, mesh) in zip(found, parts, strict=True):
        title, _, body = part.partition(b"\n")
        points, _, triangles = body.partition(b"\nf")
        if not (
            title.decode() == printable(name)
            and same_points(numbers_in(points), place.of(mesh.points), place.decimals)
            and same_triangles(numbers_in(triangles), mesh.triangles.astype("i8") + first)
        ):
            return False
        first += len(mesh.points)
    return True
