"""Writing a model so that its size can be trusted: binary STL, read back and compared."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from .errors import ExportError
from .files import replacing
from .mesh import BATCH, TriangleMesh
from .placing import Placing, merged, parts_of, placing

#: Bytes hashed at a time: many small pieces would wait for Python's lock again and again.
HASH_BYTES = 1 << 24

_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


@dataclass(frozen=True)
class ExportedFile:
    """A model file that was written, read back and found equal to the mesh.

    A point of the file is ``scale × (p − center_offset_mm)``, p in LPS mm; the scale holds
    the file's unit (``placing.UNITS``), so a metre's file at true size has the scale 0.001.
    """

    path: Path
    format: str
    sha256: str
    triangles: int
    scale: float
    center_offset_mm: tuple[float, float, float]
    unit: str = "mm"


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
    parts = parts_of(mesh)
    return write_stl(parts, path, placing(parts, scale, center))


def write_stl(
    parts: Sequence[tuple[str, TriangleMesh]], path: str | os.PathLike[str], place: Placing
) -> ExportedFile:
    """Write all parts into one binary STL, which knows neither names nor units.

    :raises ExportError: as ``export_stl``.
    """
    mesh = merged(parts)
    if len(mesh.triangles) >= 2**32:
        raise ExportError(
            "the model has more triangles than STL can count", remedy="Make a smaller part"
        )
    points = place.of(mesh.points).astype("<f4")
    head = place.comment().encode("ascii").ljust(80) + np.uint32(len(mesh.triangles)).tobytes()
    with replacing(path) as temporary:
        digest = _write(temporary, head, points, mesh.triangles)
    return exported(path, "stl", digest, len(mesh.triangles), place)


def exported(
    path: str | os.PathLike[str], kind: str, digest: str, triangles: int, place: Placing
) -> ExportedFile:
    """What is known of a file that was written."""
    return ExportedFile(
        path=Path(path),
        format=kind,
        sha256=digest,
        triangles=triangles,
        scale=place.scale,
        center_offset_mm=place.offset_mm,
        unit=place.unit.name,
    )


def sha256_of(path: str | os.PathLike[str]) -> str:
    """The checksum of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(HASH_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def unlike() -> ExportError:
    """The error of a file that does not hold what was written."""
    return ExportError(
        "the file does not read back as it was written",
        remedy="The disk may be failing: choose another one",
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
        raise unlike()


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
