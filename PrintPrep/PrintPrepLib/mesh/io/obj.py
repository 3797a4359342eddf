"""OBJ files (Wavefront): text, objects by name, one list of points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...core.phrases import Phrase, _
from ...core.progress import Progress, meanwhile, part, report
from ..triangle_mesh import TriangleMesh
from .common import (
    READING_BACK,
    Contents,
    ModelFileError,
    blocks,
    fans,
    lines,
    pieces,
    plain_rows,
    printable,
    require_same,
    rounding,
    rows,
    stated_space,
    whole_numbers,
)
from .placement import Placing, merged

#: An object's name, and the points and triangles that follow each other line by line.
_RUN = re.compile(
    rb"^(?:o ([^\n]*)\n|(?:v [^\n]*\n){1,65536}|(?:f [^\n]*\n){1,65536})", re.MULTILINE
)


def write_obj(
    path: Path,
    parts: Sequence[tuple[str, TriangleMesh]],
    place: Placing,
    progress: Progress | None = None,
) -> str:
    """Write every part as an object of its own. OBJ knows no unit; a comment tells it.

    Points read back to half of the last digit written, which is at most 0.00001 mm.

    :raises ExportError: as ``export_model``.
    """
    head = f"# {place.comment()}\n# Unit: {place.unit.title}\n".encode("ascii")
    mesh = merged(parts)
    points = place.of(mesh.points)
    names = tuple((printable(name), len(own.triangles)) for name, own in parts)
    pattern = "v" + f" %.{place.decimals}f" * 3 + "\n"
    with open(path, "xb") as file:
        file.write(head)
        first = 0
        for number, (name, own) in enumerate(parts):
            told = part(progress, 0.5 * number / len(parts), 0.5 * (number + 1) / len(parts))
            file.write(f"o {printable(name)}\n".encode())
            some = points[first : first + len(own.points)]
            file.writelines(lines(pattern, some, part(told, 0.0, 0.5)))
            corners = own.triangles.astype("i8") + (first + 1)
            file.writelines(lines("f %d %d %d\n", corners, part(told, 0.5, 1.0)))
            first += len(own.points)
    meant = Contents(points, mesh.triangles, space="LPS", parts=names)
    tolerance = rounding(points, place.decimals)
    return require_same(path, head, read_obj, meant, tolerance, part(progress, 0.5, 1.0))


def is_obj(data: bytes) -> bool:
    """Whether a line of it is a point."""
    return re.search(rb"(?:^|\n)v[ \t]+[-+.\d]", data) is not None


def read_obj(data: bytes, file: str, progress: Progress | None = None) -> Contents:
    """The points and polygons of all objects; the rest is left out.

    :raises ModelFileError: a line cannot be read.
    :raises Cancelled: progress asked for it.
    """
    head = b"\n".join(line for line in data.split(b"\n", 50)[:50] if line.startswith(b"#"))
    plain = _plain(data, stated_space(head), progress)
    if plain is not None:
        return plain
    points = [np.empty((0, 3))]
    counts, corners = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    seen = 0
    for block in blocks(data.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ")):
        text_lines = [line.strip() for line in block]
        places = [line[2:] for line in text_lines if line[:2] in (b"v ", b"v\t")]
        points.append(rows(places, 3, file, Phrase(_("point")), seen))
        own_counts, own = _polygons(text_lines, file)
        if (own < 0).any():
            own = _absolute(text_lines, own_counts, own, seen)
        counts.append(own_counts)
        corners.append(own)
        seen += len(places)
    polygons = fans(np.concatenate(counts), np.concatenate(corners) - 1)
    return Contents(np.concatenate(points), polygons, space=stated_space(head))


def _polygons(text_lines: list[bytes], file: str) -> tuple[np.ndarray, np.ndarray]:
    """How many corners each polygon of some lines has, and their numbers as they stand there."""
    polygons = [line[2:] for line in text_lines if line[:2] in (b"f ", b"f\t")]
    text = b"\n".join(polygons)
    if b"/" in text:  # texture and normal of the corner
        text = re.sub(rb"/[-\d/]*", b"", text)
        polygons = text.split(b"\n")
    counts = np.array([len(line.split()) for line in polygons], dtype=np.int64)
    try:
        return counts, whole_numbers(text)
    except ValueError as error:
        raise ModelFileError(
            _("a polygon has a corner that is no number ({reason})"),
            file=file,
            remedy=_("Export the file again"),
            reason=str(error),
        ) from error


def _plain(data: bytes, space: str | None, progress: Progress | None) -> Contents | None:
    """The same, many times as fast, of files that hold nothing but points of three numbers,
    triangles and names, as ours do; None for others."""
    points, triangles = [np.empty((0, 3))], [np.empty((0, 3), np.int64)]
    parts: list[tuple[str, int]] = []
    at, rest = 0, []
    for run in _RUN.finditer(data):
        rest.append(data[at : run.start()])
        at = run.end()
        if run[1] is not None:
            parts.append((run[1].decode(errors="replace"), 0))
            continue
        kind = run[0][:1]
        own = part(progress, run.start() / len(data), run.end() / len(data))
        for piece in pieces(run[0]):
            report(own, 0.0, READING_BACK)
            found = plain_rows(piece, kind + b"   ")
            if found is None:
                return None
            if kind == b"v":
                points.append(found)
                continue
            if not ((found >= 1) & (found < 2**53) & (found == np.round(found))).all():
                return None  # counted back from the line's place, or no number of a point
            triangles.append(found.astype(np.int64) - 1)
            if parts:
                parts[-1] = parts[-1][0], parts[-1][1] + len(found)
    rest.append(data[at:])
    left = b"".join(rest)
    if b"\\" in left or re.search(rb"^[^\S\n]*(?!#|[ogs] |usemtl|mtllib)\S", left, re.MULTILINE):
        return None

    def joined() -> Contents:
        return Contents(
            np.concatenate(points), np.concatenate(triangles), space=space, parts=tuple(parts)
        )

    return meanwhile(progress, 1.0, READING_BACK, joined)


def _absolute(lines: list[bytes], counts: np.ndarray, corners: np.ndarray, seen: int) -> np.ndarray:
    """Corners counted from the file's begin: negative ones count back from the line's place.

    :param seen: points before these lines.
    """
    kinds = np.array([line[:2] in (b"f ", b"f\t") for line in lines])
    points = np.array([line[:2] in (b"v ", b"v\t") for line in lines])
    before = np.repeat(seen + np.cumsum(points)[kinds], counts)
    return np.where(corners < 0, before + corners + 1, corners)
