"""Wavefront OBJ files: written, read back and compared, and read from anywhere."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...core.files import replacing
from ..triangle_mesh import TriangleMesh
from .common import (
    Contents,
    ExportedFile,
    ModelFileError,
    exported,
    fans,
    lines,
    numbers_in,
    printable,
    rows,
    same_points,
    same_triangles,
    sha256_of,
    stated_space,
    unlike,
)
from .placement import Placing

# OBJ files: text, parts by name, one list of points, read back and compared.


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


# Wavefront OBJ files: points and polygons of all objects; the rest is left out.


def is_obj(data: bytes) -> bool:
    """Whether a line of it is a point."""
    return re.search(rb"(?:^|\n)v[ \t]+[-+.\d]", data) is not None


def read_obj(data: bytes, file: str) -> Contents:
    """:raises ModelFileError: a line cannot be read."""
    lines = data.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ").splitlines()
    lines = [line.strip() for line in lines]
    points = rows([line[2:] for line in lines if line[:2] in (b"v ", b"v\t")], 3, file, "point")
    polygons = [line[2:] for line in lines if line[:2] in (b"f ", b"f\t")]
    text = b"\n".join(polygons)
    if b"/" in text:  # texture and normal of the corner
        text = re.sub(rb"/[-\d/]*", b"", text)
        polygons = text.split(b"\n")
    counts = np.array([len(line.split()) for line in polygons], dtype=np.int64)
    try:
        corners = np.array(text.split(), dtype="S").astype(np.int64) if text else np.empty(0, int)
    except ValueError as error:
        raise ModelFileError(
            f"a polygon has a corner that is no number ({error})",
            file=file,
            remedy="Export the file again",
        ) from error
    if (corners < 0).any():
        corners = _absolute(lines, counts, corners)
    head = b"\n".join(line for line in lines[:50] if line.startswith(b"#"))
    return Contents(points, fans(counts, corners - 1), space=stated_space(head))


def _absolute(lines: list[bytes], counts: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Corners counted from the file's begin: negative ones count back from the line's place."""
    kinds = np.array([line[:2] in (b"f ", b"f\t") for line in lines])
    points = np.array([line[:2] in (b"v ", b"v\t") for line in lines])
    before = np.repeat(np.cumsum(points)[kinds], counts)
    return np.where(corners < 0, before + corners + 1, corners)
