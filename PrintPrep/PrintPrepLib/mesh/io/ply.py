"""PLY files: binary, one list of points, read back and compared."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from .errors import ExportError
from .export import ExportedFile, exported, sha256_of, unlike
from .files import replacing
from .mesh import BATCH, TriangleMesh
from .placing import Placing, merged

_FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])
_HEAD = """ply
format binary_little_endian 1.0
comment {comment}
comment Unit: {unit}
element vertex {points}
property float x
property float y
property float z
element face {triangles}
property list uchar int vertex_indices
end_header
"""


def write_ply(
    parts: Sequence[tuple[str, TriangleMesh]], path: str | os.PathLike[str], place: Placing
) -> ExportedFile:
    """Write all parts into one binary PLY, which knows no names and its unit by a comment.

    Points read back exactly as the float32 that they were rounded to.

    :raises ExportError: as ``export_stl``.
    """
    mesh = merged(parts)
    if max(len(mesh.points), len(mesh.triangles)) >= 2**31:
        raise ExportError(
            "the model has more triangles than PLY can count", remedy="Make a smaller part"
        )
    points = place.of(mesh.points).astype("<f4")
    head = _HEAD.format(
        comment=place.comment(),
        unit=place.unit.title,
        points=len(points),
        triangles=len(mesh.triangles),
    ).encode("ascii")
    with replacing(path) as temporary:
        with open(temporary, "xb") as file:
            file.write(head)
            file.write(points.tobytes())
            for first in range(0, len(mesh.triangles), BATCH):
                corners = mesh.triangles[first : first + BATCH]
                faces = np.empty(len(corners), _FACE)
                faces["count"], faces["corners"] = 3, corners
                file.write(faces.tobytes())
        with open(temporary, "rb") as file:
            same = file.read(len(head)) == head
            same = same and file.read(points.nbytes) == points.tobytes()
            faces = np.frombuffer(file.read(len(mesh.triangles) * _FACE.itemsize + 1), "u1")
            same = same and faces.size == len(mesh.triangles) * _FACE.itemsize
            if not (same and _same_faces(faces.view(_FACE), mesh.triangles)):
                raise unlike()
        digest = sha256_of(temporary)
    return exported(path, "ply", digest, len(mesh.triangles), place)


def _same_faces(faces: np.ndarray, triangles: np.ndarray) -> bool:
    return bool((faces["count"] == 3).all()) and np.array_equal(faces["corners"], triangles)
