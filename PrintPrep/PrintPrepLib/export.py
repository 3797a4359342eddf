"""Writing a model so that its size can be trusted: binary STL, read back and compared."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from .errors import ExportError
from .files import replacing
from .mesh import BATCH, TriangleMesh, bounds

#: What Slicer writes and looks for; without it a reader must guess RAS or LPS.
HEADER = "3D Slicer output. SPACE=LPS"
#: STL holds float32: beyond this coordinate a step is coarser than 0.001 mm.
LARGEST_COORDINATE_MM = 8192.0

#: Bytes hashed at a time: many small pieces would wait for Python's lock again and again.
HASH_BYTES = 1 << 24

_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


@dataclass(frozen=True)
class ExportedFile:
    """A model file that was written, read back and found equal to the mesh.

    A point of the file is ``scale × (p − center_offset_mm)``, p in LPS mm.
    """

    path: Path
    format: str
    sha256: str
    triangles: int
    scale: float
    center_offset_mm: tuple[float, float, float]


def export_stl(
    mesh: TriangleMesh,
    path: str | os.PathLike[str],
    scale: float = 1.0,
    center: bool = False,
) -> ExportedFile:
    """Write a binary STL in millimetres, LPS, without any patient data.

    :param scale: size of the file ÷ size of the patient.
    :param center: move the centre of the bounding box to the origin before scaling.
    :raises ExportError: the mesh is empty or does not fit into STL's numbers, the file
        cannot be written, or it does not read back as it was meant. Nothing is left
        behind, and a previous file stays as it was.
    """
    if not (math.isfinite(scale) and scale > 0):
        raise ExportError("the scale must be a positive number", remedy="1 is true to life")
    if len(mesh.triangles) == 0:
        raise ExportError("the model has no surface", remedy="Check the threshold")
    if len(mesh.triangles) >= 2**32:
        raise ExportError(
            "the model has more triangles than STL can count", remedy="Make a smaller part"
        )
    low, high = bounds(mesh)
    offset = (low + high) / 2 if center else np.zeros(3)
    _require_representable(scale * (low - offset), scale * (high - offset))
    points = (scale * (mesh.points - offset)).astype("<f4")
    header = HEADER if scale == 1 else f"{HEADER};SCALE={scale:g}"
    head = header.encode("ascii").ljust(80) + np.uint32(len(mesh.triangles)).tobytes()
    with replacing(path) as temporary:
        digest = _write(temporary, head, points, mesh.triangles)
    return ExportedFile(
        path=Path(path),
        format="stl",
        sha256=digest,
        triangles=len(mesh.triangles),
        scale=float(scale),
        center_offset_mm=tuple(map(float, offset)),
    )


def _require_representable(low: np.ndarray, high: np.ndarray) -> None:
    farthest = float(np.max(np.abs((low, high))))
    if not math.isfinite(farthest):
        raise ExportError(
            "the model holds points that are not numbers", remedy="Make the model again"
        )
    if farthest > LARGEST_COORDINATE_MM:
        raise ExportError(
            f"the model reaches {farthest:.0f} mm from the origin, where the numbers of an STL "
            "file are coarser than 0.001 mm",
            remedy="Centre the model or choose a smaller scale",
        )


def _corners(points: np.ndarray, triangles: np.ndarray) -> Iterator[np.ndarray]:
    """The corners (n, 3, 3) of the triangles, a batch at a time."""
    for first in range(0, len(triangles), BATCH):
        yield points.take(triangles[first : first + BATCH], axis=0)


def _records(corners: np.ndarray) -> np.ndarray:
    """The triangles as STL holds them, with their normals."""
    records = np.zeros(len(corners), dtype=_TRIANGLE)
    records["corners"] = corners
    x, y, z = np.moveaxis(corners, -1, 0)
    ux, uy, uz = x[:, 1] - x[:, 0], y[:, 1] - y[:, 0], z[:, 1] - z[:, 0]
    vx, vy, vz = x[:, 2] - x[:, 0], y[:, 2] - y[:, 0], z[:, 2] - z[:, 0]
    nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    length = np.sqrt(nx * nx + ny * ny + nz * nz)
    length[length == 0] = 1  # a triangle of no area has no direction: 0 0 0, as STL allows
    for axis, component in enumerate((nx, ny, nz)):
        np.divide(component, length, out=records["normal"][:, axis])
    return records


def _write(path: Path, head: bytes, points: np.ndarray, triangles: np.ndarray) -> str:
    """Write the file, compare it with the mesh, and return its SHA-256.

    Hashing takes as long as all the rest, so a thread follows the writer through the file.

    :raises ExportError: the file does not hold the mesh.
    """
    digest = hashlib.sha256()
    with ThreadPoolExecutor(1) as thread, open(path, "xb") as file, open(path, "rb") as back:
        hashed: list[Future] = []
        unhashed = file.write(head)
        for corners in _corners(points, triangles):
            unhashed += file.write(_records(corners).view(np.uint8))
            if unhashed > HASH_BYTES:
                file.flush()
                hashed.append(thread.submit(_hash, digest, back, unhashed))
                unhashed = 0
        file.flush()
        hashed.append(thread.submit(_hash, digest, back, unhashed))
        _compare(path, head, points, triangles)
        for update in hashed:
            update.result()
    return digest.hexdigest()


def _hash(digest: Any, file: BinaryIO, size: int) -> None:
    digest.update(file.read(size))


def _compare(path: Path, head: bytes, points: np.ndarray, triangles: np.ndarray) -> None:
    with open(path, "rb") as file:
        same = file.read(len(head)) == head
        for corners in _corners(points, triangles):
            if not same:
                break
            back = file.read(len(corners) * _TRIANGLE.itemsize)
            same = len(back) == len(corners) * _TRIANGLE.itemsize and np.array_equal(
                np.frombuffer(back, _TRIANGLE)["corners"], corners
            )
        same = same and not file.read(1)
    if not same:
        raise ExportError(
            "the file does not read back as it was written",
            remedy="The disk may be failing: choose another one",
        )


def read_stl(path: str | os.PathLike[str]) -> np.ndarray:
    """The corners of a binary STL, (M, 3, 3) float32, in the file's own order.

    :raises ExportError: the file is not a whole binary STL.
    """
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        head = file.read(84)
        count = int.from_bytes(head[80:], "little")
        if len(head) < 84 or size != 84 + count * _TRIANGLE.itemsize:
            raise ExportError("this is not a whole binary STL file", file=str(path))
        return np.fromfile(file, dtype=_TRIANGLE, count=count)["corners"]
