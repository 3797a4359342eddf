"""STL files: written in binary, compared as they are written; read as binary and as text."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ...core.errors import ExportError
from ...core.phrases import Phrase, _
from ...core.progress import Progress, part, report
from ..triangle_mesh import BATCH, TriangleMesh
from .common import (
    DAMAGED,
    HASH_BYTES,
    READING_BACK,
    WRITING,
    Contents,
    ModelFileError,
    blocks,
    rows,
    stated_space,
    unlike,
)
from .placement import Placing, merged

_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_HEAD = 84
#: How a text ends; some programs write two words.
_ENDS = (b"endsolid", b"end solid")


def write_stl(
    path: Path,
    parts: Sequence[tuple[str, TriangleMesh]],
    place: Placing,
    progress: Progress | None = None,
) -> str:
    """Write all parts into one binary STL, which knows neither names nor units.

    :raises ExportError: as ``export_model``.
    """
    mesh = merged(parts)
    if len(mesh.triangles) >= 2**32:
        raise ExportError(
            _("the model has more triangles than STL can count"), remedy=_("Make a smaller part")
        )
    points = place.of(mesh.points).astype("<f4")
    head = place.comment().encode("ascii").ljust(80) + np.uint32(len(mesh.triangles)).tobytes()
    digest = hashlib.sha256()
    # Hashing takes as long as all the rest, so a thread follows the writer through the file.
    with ThreadPoolExecutor(1) as thread, open(path, "xb") as file, open(path, "rb") as back:
        hashed: list[Future[None]] = []
        unhashed = file.write(head)
        for corners in _corners(points, mesh.triangles, part(progress, 0.0, 0.5), WRITING):
            unhashed += file.write(_records(corners).tobytes())
            if unhashed > HASH_BYTES:
                file.flush()
                hashed.append(thread.submit(_hash, digest, back, unhashed))
                unhashed = 0
        file.flush()
        hashed.append(thread.submit(_hash, digest, back, unhashed))
        _compare(path, head, points, mesh.triangles, part(progress, 0.5, 1.0))
        for update in hashed:
            update.result()
    return digest.hexdigest()


def _corners(
    points: np.ndarray, triangles: np.ndarray, progress: Progress | None, message: str
) -> Iterator[np.ndarray]:
    """The corners (n, 3, 3) of the triangles, a batch at a time."""
    for first in range(0, len(triangles), BATCH):
        report(progress, first / len(triangles), message)
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


def _hash(digest: Any, file: BinaryIO, size: int) -> None:
    digest.update(file.read(size))


def _compare(
    path: Path,
    head: bytes,
    points: np.ndarray,
    triangles: np.ndarray,
    progress: Progress | None,
) -> None:
    """A batch at a time: corners read as a whole would take three times the mesh's memory."""
    with open(path, "rb") as file:
        same = file.read(len(head)) == head
        for corners in _corners(points, triangles, progress, READING_BACK):
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
        count = _told(file.read(_HEAD))
        if size < _HEAD or size != _HEAD + count * _TRIANGLE.itemsize:
            raise ExportError(_("this is not a whole binary STL file"), file=str(path))
        return np.fromfile(file, dtype=_TRIANGLE, count=count)["corners"]


def is_whole_binary(data: bytes) -> bool:
    """Whether the length is that of a binary STL with as many triangles as it tells."""
    return len(data) >= _HEAD and len(data) == _HEAD + _told(data) * _TRIANGLE.itemsize


def is_text(data: bytes) -> bool:
    """Whether it begins as a text STL does. Binary ones may begin with ``solid``, too."""
    start = data[:1024].lstrip().lower()
    return start.startswith(b"solid") and b"\0" not in start


def read_binary(data: bytes, file: str) -> Contents:
    """:raises ModelFileError: the file is cut off or holds more than it tells."""
    held = (len(data) - _HEAD) // _TRIANGLE.itemsize
    if len(data) < _HEAD or held < _told(data):
        told = Phrase(_("a header of 84 bytes"))
        if len(data) >= _HEAD:
            told = Phrase(_("{told:,} triangles"), {"told": _told(data)})
        raise ModelFileError(
            _(
                "this is no STL file, or it is cut off: {told} should stand here, "
                "and there are {held:,} triangles"
            ),
            file=file,
            remedy=DAMAGED,
            told=told,
            held=max(held, 0),
        )
    if not is_whole_binary(data):
        raise ModelFileError(
            _("{left:,} bytes follow the {told:,} triangles that this STL file tells of"),
            file=file,
            remedy=DAMAGED,
            left=len(data) - _HEAD - _told(data) * _TRIANGLE.itemsize,
            told=_told(data),
        )
    records = np.frombuffer(data, _TRIANGLE, _told(data), offset=_HEAD)
    points = records["corners"].astype(np.float64).reshape(-1, 3)
    return Contents(points, _loose(points), space=stated_space(data[:80]))


def read_text(data: bytes, file: str) -> Contents:
    """:raises ModelFileError: the file is cut off or has a line that cannot be read."""
    facets, corners, ended = 0, 0, False
    found = [np.empty((0, 3))]
    for block in blocks(data):
        lines = [line.strip().lower() for line in block]
        facets += sum(line.startswith(b"facet") for line in lines)
        own = [line[6:] for line in lines if line.startswith(b"vertex")]
        found.append(rows(own, 3, file, Phrase(_("corner")), corners))
        corners += len(own)
        # The last words but for a remark or two, if not of this block, then of the one before.
        ended = any(line.startswith(_ENDS) for line in lines[-99:]) or (ended and len(lines) < 99)
    if corners != 3 * facets or not ended:
        raise ModelFileError(
            _(
                "this STL text is cut off: {facets:,} triangles begin, and there are "
                "{corners:,} corners"
            ),
            file=file,
            remedy=DAMAGED,
            facets=facets,
            corners=corners,
        )
    points = np.concatenate(found)
    return Contents(points, _loose(points), space=stated_space(data.partition(b"\n")[0]))


def _told(data: bytes) -> int:
    return int.from_bytes(data[80:_HEAD], "little")


def _loose(points: np.ndarray) -> np.ndarray:
    return np.arange(len(points)).reshape(-1, 3)
