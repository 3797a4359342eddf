"""3MF files: written, read back and compared, and read from anywhere."""

from __future__ import annotations

import io
import os
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

import numpy as np

from ... import __version__
from ...core.errors import ExportError
from ...core.files import replacing
from ..triangle_mesh import TriangleMesh
from .common import (
    DAMAGED,
    MOST_ELEMENTS,
    Contents,
    ExportedFile,
    ModelFileError,
    exported,
    lines,
    numbers_in,
    printable,
    same_points,
    same_triangles,
    sha256_of,
    stated_space,
    unlike,
)
from .placement import Placing

# 3MF files: parts by name in a stated unit, read back and compared.
#
# The least that the core specification (3mf.io, version 1.3) asks for: a package of three entries,
# the model among them. It holds no metadata of the patient and no time, so the same model always
# makes the same file.

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


# 3MF files: every object that is to be built, placed, in the unit that the file states.
#
# After the core specification 1.3 and the production extension (components in files of their own),
# 3mf.io. A package is data from anywhere: sizes are limited, entities refused.

MM_PER_UNIT = {
    "micron": 0.001,
    "millimeter": 1.0,
    "centimeter": 10.0,
    "inch": 25.4,
    "foot": 304.8,
    "meter": 1000.0,
}
_START = "3D/3dmodel.model"
_MODEL_RELATION = "/3dmodel"
_MOST_BYTES = 4 << 30
_MOST_PARTS = 10_000
_DEEPEST = 32
_CHUNK = 1 << 20
_LEFT_OUT = ("support", "solidsupport", "other")


@dataclass
class _Object:
    kind: str
    points: list[str] = field(default_factory=list)
    triangles: list[str] = field(default_factory=list)
    #: (path, id, transform) of each component.
    components: list[tuple[str, str, np.ndarray]] = field(default_factory=list)


@dataclass
class _Part:
    """One model file of the package."""

    unit: float
    objects: dict[str, _Object]
    items: list[tuple[str, str, np.ndarray]]
    description: str


def read_3mf(data: bytes, file: str) -> Contents:
    """:raises ModelFileError: no package, damaged, too large, or without a model."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return _Package(package).contents()
    except _Refused as error:
        raise ModelFileError(f"this 3MF file {error}", file=file, remedy=DAMAGED) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelFileError(
            f"this 3MF file is damaged or locked ({error})", file=file, remedy=DAMAGED
        ) from error


class _Refused(Exception):
    """Why, as the end of a sentence."""


class _Package:
    def __init__(self, package: zipfile.ZipFile) -> None:
        self._package = package
        self._left = _MOST_BYTES
        self._parts: dict[str, _Part] = {}
        self._points: list[np.ndarray] = []
        self._triangles: list[np.ndarray] = []
        self._count = self._made = 0

    def contents(self) -> Contents:
        start = self._start()
        root = self._part(start)
        for path, name, transform in root.items:
            self._build(path or start, name, transform, 0)
        if not self._triangles:
            raise _Refused("holds no object that is to be built")
        return Contents(
            np.concatenate(self._points) * root.unit,
            np.concatenate(self._triangles),
            root.unit,
            stated_space(root.description.encode()),
        )

    def _start(self) -> str:
        """The path of the model that the package names."""
        if "_rels/.rels" in self._package.namelist():
            found: list[str] = []

            def begin(tag: str, attributes: dict[str, str]) -> None:
                if attributes.get("Type", "").endswith(_MODEL_RELATION):
                    found.append(attributes.get("Target", ""))

            self._parse("_rels/.rels", begin)
            if found:
                return posixpath.normpath(found[0]).lstrip("/")
        return _START

    def _part(self, path: str) -> _Part:
        path = path.lstrip("/")
        if path not in self._parts:
            if len(self._parts) >= _MOST_PARTS:
                raise _Refused("has too many parts")
            self._parts[path] = self._read(path)
        return self._parts[path]

    def _read(self, path: str) -> _Part:
        part = _Part(1.0, {}, [], "")
        current: list[_Object] = []
        noted = [False]

        def begin(tag: str, attributes: dict[str, str]) -> None:
            tag = tag.rpartition(":")[2]
            if tag == "vertex":
                current[-1].points += (attributes["x"], attributes["y"], attributes["z"])
            elif tag == "triangle":
                current[-1].triangles += (attributes["v1"], attributes["v2"], attributes["v3"])
            elif tag == "object":
                current.append(_Object(attributes.get("type", "model")))
                part.objects[attributes["id"]] = current[-1]
            elif tag == "component":
                current[-1].components.append(_placed(attributes, path))
            elif tag == "item":
                part.items.append(_placed(attributes, path))
            elif tag == "model":
                unit = attributes.get("unit", "millimeter")
                if unit not in MM_PER_UNIT:
                    raise _Refused(f"counts in an unknown unit ({unit[:40]!r})")
                part.unit = MM_PER_UNIT[unit]
            noted[0] = tag == "metadata"

        def text(words: str) -> None:
            if noted[0]:
                part.description = (part.description + words)[:4096]

        try:
            self._parse(path, begin, text)
        except (KeyError, IndexError) as error:
            raise _Refused(f"has an element without {error} in {path}") from error
        return part

    def _parse(self, path: str, begin, text=None) -> None:
        """Run the handlers over a part, a piece at a time."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = begin
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse_declarations
        parser.buffer_text = True
        try:
            with self._package.open(path) as stream:
                while piece := stream.read(_CHUNK):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise _Refused("is larger unpacked than any model")
                    parser.Parse(piece, False)
            parser.Parse(b"", True)
        except KeyError as error:
            if path in self._package.namelist():
                raise
            raise _Refused(f"has no part {path}") from error
        except expat.ExpatError as error:
            raise _Refused(f"is damaged in {path} ({error})") from error

    def _build(self, path: str, name: str, transform: np.ndarray, depth: int) -> None:
        """Add an object, or its components, under a transform (4 × 3, row vectors)."""
        thing = self._part(path).objects.get(name)
        if thing is None:
            raise _Refused(f"asks for an object {name[:40]!r} that it does not hold")
        if thing.kind in _LEFT_OUT:
            return
        self._made += 1
        if depth > _DEEPEST or self._made > _MOST_PARTS:
            raise _Refused("nests its objects without end")
        for inner_path, inner, own in thing.components:
            self._build(inner_path or path, inner, _chained(own, transform), depth + 1)
        if thing.triangles:
            self._add(thing, transform)

    def _add(self, thing: _Object, transform: np.ndarray) -> None:
        try:
            points = np.array(thing.points, dtype=np.float64).reshape(-1, 3)
            triangles = np.array(thing.triangles, dtype=np.float64).reshape(-1, 3)
        except ValueError as error:
            raise _Refused(f"has a coordinate that is no number ({error})") from error
        whole = triangles.astype(np.int64)
        if (whole != triangles).any() or whole.min() < 0 or whole.max() >= len(points):
            raise _Refused(f"has a triangle beyond its {len(points):,} points")
        if np.linalg.det(transform[:3]) < 0:  # a mirror turns the surface inside out
            whole = whole[:, ::-1]
        self._points.append(points @ transform[:3] + transform[3])
        self._triangles.append(whole + self._count)
        self._count += len(points)
        if self._count > MOST_ELEMENTS:
            raise _Refused("has more points than any model")


def _placed(attributes: dict[str, str], path: str) -> tuple[str, str, np.ndarray]:
    elsewhere = [value for key, value in attributes.items() if key.rpartition(":")[2] == "path"]
    transform = np.vstack((np.eye(3), np.zeros(3)))
    if "transform" in attributes:
        try:
            transform = np.array(attributes["transform"].split(), dtype=float).reshape(4, 3)
        except ValueError as error:
            raise _Refused("has a transform that is not of twelve numbers") from error
    return elsewhere[0] if elsewhere else path, attributes["objectid"], transform


def _chained(first: np.ndarray, then: np.ndarray) -> np.ndarray:
    """Two transforms (4 × 3, row vectors) in one."""
    return np.vstack((first[:3] @ then[:3], first[3] @ then[:3] + then[3]))


def _refuse_declarations(*_: object) -> None:
    raise _Refused("declares entities, which no model needs")
