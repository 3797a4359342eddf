"""3MF files: parts by name in a stated unit, read back and compared.

The least that the core specification (3mf.io, version 1.3) asks for: a package of three
entries, the model among them. It holds no metadata of the patient and no time, so the same
model always makes the same file.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import numpy as np

from . import __version__
from .errors import ExportError
from .export import ExportedFile, exported, sha256_of, unlike
from .files import replacing
from .mesh import TriangleMesh
from .placing import Placing
from .textnumbers import lines, numbers_in, printable, same_points, same_triangles

MODEL = "3D/3dmodel.model"
CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TYPES = (
    f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="model" '
    'ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/></Types>\n'
)
_RELATIONS = (
    f'{_XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Target="/{MODEL}" Id="model" '
    'Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>\n'
)
#: Zip entries need a time; the earliest one that zip knows says nothing.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
#: Quick and nearly as small as more effort makes it.
_EFFORT = 3


def write_3mf(
    parts: Sequence[tuple[str, TriangleMesh]], path: str | os.PathLike[str], place: Placing
) -> ExportedFile:
    """Write every part as an object with its name, in the unit that the file states.

    Points read back to half of the last digit written, which is at most 0.00001 mm.

    :raises ExportError: as ``export_stl``; or a triangle uses a corner twice, which 3MF forbids.
    """
    for _, mesh in parts:
        a, b, c = mesh.triangles.T
        if np.any((a == b) | (b == c) | (c == a)):
            raise ExportError(
                "the model holds triangles of two corners, which 3MF does not know",
                remedy="Make the model again, or choose STL",
            )
    with replacing(path) as temporary:
        with zipfile.ZipFile(temporary, "x") as package:
            for name, text in (("[Content_Types].xml", _TYPES), ("_rels/.rels", _RELATIONS)):
                package.writestr(_entry(name), text, compresslevel=_EFFORT)
            entry = _entry(MODEL)
            entry._compresslevel = _EFFORT
            with package.open(entry, "w", force_zip64=True) as file:
                for piece in _model(parts, place):
                    file.write(piece)
        _compare(temporary, parts, place)
        digest = sha256_of(temporary)
    return exported(path, "3mf", digest, sum(len(mesh.triangles) for _, mesh in parts), place)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _model(parts: Sequence[tuple[str, TriangleMesh]], place: Placing) -> Iterator[bytes]:
    """The model's XML, piece by piece."""
    yield (
        f'{_XML}<model unit="{place.unit.in_3mf}" xml:lang="en" xmlns="{CORE}">\n'
        f'<metadata name="Application">PrintPrep {__version__}</metadata>\n'
        f'<metadata name="Description">{place.comment()}</metadata>\n<resources>\n'
    ).encode("ascii")
    digits = f"%.{place.decimals}f"
    vertex = f'<vertex x="{digits}" y="{digits}" z="{digits}"/>\n'
    for number, (name, mesh) in enumerate(parts, 1):
        title = quoteattr(printable(name))
        yield f'<object id="{number}" type="model" name={title}><mesh>\n<vertices>\n'.encode()
        yield from lines(vertex, place.of(mesh.points))
        yield b"</vertices>\n<triangles>\n"
        yield from lines('<triangle v1="%d" v2="%d" v3="%d"/>\n', mesh.triangles)
        yield b"</triangles>\n</mesh></object>\n"
    items = "".join(f'<item objectid="{number}"/>\n' for number in range(1, len(parts) + 1))
    yield f"</resources>\n<build>\n{items}</build>\n</model>\n".encode("ascii")


def _compare(path: Path, parts: Sequence[tuple[str, TriangleMesh]], place: Placing) -> None:
    """:raises ExportError: the file is no sound package, or does not hold the parts."""
    try:
        with zipfile.ZipFile(path) as package:
            same = package.namelist() == ["[Content_Types].xml", "_rels/.rels", MODEL]
            same = same and _holds(package.read(MODEL), parts, place)
    except (zipfile.BadZipFile, zlib.error, ValueError, ElementTree.ParseError) as error:
        raise unlike() from error
    if not same:
        raise unlike()


def _holds(text: bytes, parts: Sequence[tuple[str, TriangleMesh]], place: Placing) -> bool:
    skeleton, found = _without_meshes(text)
    root = ElementTree.fromstring(skeleton)
    objects = root.findall(f".//{{{CORE}}}object")
    items = root.findall(f".//{{{CORE}}}item")
    return (
        root.get("unit") == place.unit.in_3mf
        and [item.get("objectid") for item in items] == [entry.get("id") for entry in objects]
        and [entry.get("name") for entry in objects] == [printable(name) for name, _ in parts]
        and len(found) == len(parts)
        and all(
            same_points(numbers_in(points), place.of(mesh.points), place.decimals)
            and same_triangles(numbers_in(triangles, b"123"), mesh.triangles)
            for (points, triangles), (_, mesh) in zip(found, parts, strict=True)
        )
    )


def _without_meshes(text: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The XML without the points and triangles, and those of every object.

    :raises ValueError: a list has no end.
    """
    skeleton, meshes, at = [], [], 0
    while (start := text.find(b"<vertices>", at)) >= 0:
        between = text.index(b"</vertices>\n<triangles>", start)
        end = text.index(b"</triangles>", between)
        skeleton.append(text[at:start])
        meshes.append((text[start + 10 : between], text[between + 23 : end]))
        at = end + 12
    return b"".join([*skeleton, text[at:]]), meshes
