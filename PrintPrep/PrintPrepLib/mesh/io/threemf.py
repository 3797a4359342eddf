"""3MF files: parts by name in a stated unit.

After the core specification 1.3 and the production extension (components in files of their own),
3mf.io. What is written is the least that the core asks for: a package of three entries, the model
among them, without metadata of the patient and without time, so that the same model always makes
the same file. What is read is every object that is to be built, placed. A package is data from
anywhere: sizes are limited, entities refused.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

import numpy as np

from ... import __version__
from ...core.errors import ExportError
from ...core.phrases import _
from ...core.progress import Progress, meanwhile, part, report
from ..triangle_mesh import TriangleMesh, collapsed
from .common import (
    DAMAGED,
    HASH_BYTES,
    MOST_ELEMENTS,
    READING_BACK,
    Contents,
    ModelFileError,
    lines,
    plain_rows,
    printable,
    require_same,
    rounding,
    stated_space,
)
from .placement import Placing, merged

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
MM_PER_UNIT = {
    "micron": 0.001,
    "millimeter": 1.0,
    "centimeter": 10.0,
    "inch": 25.4,
    "foot": 304.8,
    "meter": 1000.0,
}
_MODEL_RELATION = "/3dmodel"
_MOST_BYTES = 4 << 30
#: Text of numbers packs to a third or a tenth, of very regular ones to a thirtieth.
_MOST_RATIO, _ALWAYS_BYTES = 40, 4 << 20
_MOST_PARTS = 10_000
#: Triangles of objects that are built again and again.
_MOST_COPIED = 3_000_000
_DEEPEST = 32
_LEFT_OUT = ("support", "solidsupport", "other")
#: What Python's zipfile raises of damaged packages.
_ODD = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
#: What stands for points and triangles that were cut out of the XML.
_CUT = "printprep"
#: Names of a triangle's corners, with a letter in place of the digit.
_CORNER_NAMES = ((b" v1=", b" va="), (b" v2=", b" vb="), (b" v3=", b" vc="))


def write_3mf(
    path: Path,
    parts: Sequence[tuple[str, TriangleMesh]],
    place: Placing,
    progress: Progress | None = None,
) -> str:
    """Write every part as an object with its name, in the unit that the file states.

    Points read back to half of the last digit written, which is at most 0.00001 mm.

    :raises ExportError: as ``export_model``; or a triangle uses a corner twice, which 3MF forbids.
    """
    mesh = merged(parts)
    if collapsed(mesh).any():
        raise ExportError(
            _("the model holds triangles of two corners, which 3MF does not know"),
            remedy=_("Make the model again, or choose STL"),
        )
    millimetres, points = MM_PER_UNIT[place.unit.in_3mf], place.of(mesh.points)
    meant = Contents(
        points * millimetres,
        mesh.triangles,
        millimetres,
        "LPS",
        tuple((printable(name), len(own.triangles)) for name, own in parts),
    )
    with zipfile.ZipFile(path, "x") as package:
        for name, text in (("[Content_Types].xml", _TYPES), ("_rels/.rels", _RELATIONS)):
            package.writestr(_entry(name), text, compresslevel=_EFFORT)
        entry = _entry(MODEL)
        # The only way to tell a stream, and missing in the stub.
        entry._compresslevel = _EFFORT  # type: ignore[attr-defined]
        with package.open(entry, "w", force_zip64=True) as file:
            for piece in _model(parts, place, part(progress, 0.0, 0.6)):
                file.write(piece)
    tolerance = rounding(points, place.decimals) * millimetres
    return require_same(path, b"PK", read_3mf, meant, tolerance, part(progress, 0.6, 1.0))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _model(
    parts: Sequence[tuple[str, TriangleMesh]], place: Placing, progress: Progress | None
) -> Iterator[bytes]:
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
        told = part(progress, (number - 1) / len(parts), number / len(parts))
        yield from lines(vertex, place.of(mesh.points), part(told, 0.0, 0.4))
        yield b"</vertices>\n<triangles>\n"
        triangle = '<triangle v1="%d" v2="%d" v3="%d"/>\n'
        yield from lines(triangle, mesh.triangles, part(told, 0.4, 1.0))
        yield b"</triangles>\n</mesh></object>\n"
    items = "".join(f'<item objectid="{number}"/>\n' for number in range(1, len(parts) + 1))
    yield f"</resources>\n<build>\n{items}</build>\n</model>\n".encode("ascii")


@dataclass
class _Object:
    """Points and triangles are three numbers each, in one row."""

    kind: str
    name: str
    points: array[float] = field(default_factory=lambda: array("d"))
    triangles: array[float] = field(default_factory=lambda: array("d"))
    #: (path, id, transform) of each component.
    components: list[tuple[str, str, np.ndarray]] = field(default_factory=list)
    built: bool = False


@dataclass
class _Part:
    """One model file of the package."""

    unit: float
    objects: dict[str, _Object]
    items: list[tuple[str, str, np.ndarray]]
    description: str


def read_3mf(data: bytes, file: str, progress: Progress | None = None) -> Contents:
    """:raises ModelFileError: no package, damaged, too large, or without a model."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return _Package(package, len(data), progress).contents()
    except ModelFileError as error:
        raise ModelFileError(error.template, file=file, remedy=DAMAGED, **error.values) from error
    except _ODD as error:
        raise ModelFileError(
            _("this 3MF file is damaged or locked ({reason})"),
            file=file,
            remedy=DAMAGED,
            reason=str(error),
        ) from error


class _Package:
    def __init__(self, package: zipfile.ZipFile, packed: int, progress: Progress | None) -> None:
        self._package = package
        self._progress = progress
        self._left = min(_MOST_BYTES, _ALWAYS_BYTES + _MOST_RATIO * packed)
        self._parts: dict[str, _Part] = {}
        self._points: list[np.ndarray] = []
        self._triangles: list[np.ndarray] = []
        self._names: list[tuple[str, int]] = []
        self._count = self._made = self._copied = 0

    def contents(self) -> Contents:
        start = self._start()
        root = self._part(start)
        for path, name, transform in root.items:
            self._build(path or start, name, transform, 0)
        if not self._triangles:
            raise ModelFileError(_("this 3MF file holds no object that is to be built"))
        report(self._progress, 0.95, READING_BACK)
        return Contents(
            np.concatenate(self._points) * root.unit,
            np.concatenate(self._triangles),
            root.unit,
            stated_space(root.description.encode()),
            tuple(self._names),
        )

    def _start(self) -> str:
        """The path of the model that the package names."""
        found: list[str] = []

        def begin(tag: str, attributes: dict[str, str]) -> None:
            if attributes.get("Type", "").endswith(_MODEL_RELATION):
                found.append(attributes.get("Target", ""))

        if "_rels/.rels" in self._package.namelist():
            _parse(self._unpacked("_rels/.rels"), "_rels/.rels", begin)
        return posixpath.normpath(found[0]).lstrip("/") if found else MODEL

    def _part(self, path: str) -> _Part:
        path = path.lstrip("/")
        if path not in self._parts:
            if len(self._parts) >= _MOST_PARTS:
                raise ModelFileError(_("this 3MF file has too many parts"))
            text = self._unpacked(path)
            self._parts[path] = _read(text, path, part(self._progress, 0.2, 0.9))
        return self._parts[path]

    def _unpacked(self, path: str) -> bytes:
        if path not in self._package.namelist():
            raise ModelFileError(_("this 3MF file has no part {path}"), path=path)
        entry = self._package.getinfo(path)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ModelFileError(
                _("this 3MF file packs {path} in a way that 3MF does not know"), path=path
            )
        self._left -= (size := entry.file_size)
        if self._left < 0:
            raise ModelFileError(_("this 3MF file is larger unpacked than any model"))
        pieces: list[bytes] = []
        with self._package.open(path) as stream:
            # No more, whatever the package holds.
            for first in range(0, size, HASH_BYTES):
                report(self._progress, 0.2 * first / size, READING_BACK)
                pieces.append(stream.read(min(HASH_BYTES, size - first)))
        return b"".join(pieces)

    def _build(self, path: str, name: str, transform: np.ndarray, depth: int) -> None:
        """Add an object, or its components, under a transform (4 × 3, row vectors)."""
        thing = self._part(path).objects.get(name)
        if thing is None:
            raise ModelFileError(
                _("this 3MF file asks for an object {name!r} that it does not hold"),
                name=name[:40],
            )
        if thing.kind in _LEFT_OUT:
            return
        self._made += 1
        if depth > _DEEPEST or self._made > _MOST_PARTS:
            raise ModelFileError(_("this 3MF file nests its objects without end"))
        for inner_path, inner, own in thing.components:
            self._build(inner_path or path, inner, _chained(own, transform), depth + 1)
        if len(thing.triangles):
            add = partial(self._add, thing, transform)
            meanwhile(self._progress, 0.9, READING_BACK, add)

    def _add(self, thing: _Object, transform: np.ndarray) -> None:
        points, triangles = (
            np.asarray(row, dtype=np.float64).reshape(-1, 3)
            for row in (thing.points, thing.triangles)
        )
        self._copied += len(triangles) if thing.built else 0
        thing.built = True
        if self._copied > _MOST_COPIED:
            raise ModelFileError(_("this 3MF file repeats its objects without end"))
        with np.errstate(invalid="ignore"):
            whole = triangles.astype(np.int64)
        if (whole != triangles).any() or whole.min() < 0 or whole.max() >= len(points):
            raise ModelFileError(
                _("this 3MF file has a triangle beyond its {count:,} points"), count=len(points)
            )
        if np.linalg.det(transform[:3]) < 0:  # a mirror turns the surface inside out
            whole = whole[:, ::-1]
        self._points.append(points @ transform[:3] + transform[3])
        self._triangles.append(whole + self._count)
        self._names.append((thing.name, len(whole)))
        self._count += len(points)
        if self._count > MOST_ELEMENTS:
            raise ModelFileError(_("this 3MF file has more points than any model"))


def _read(text: bytes, path: str, progress: Progress | None) -> _Part:
    """What one model file of a package holds."""
    part = _Part(1.0, {}, [], "")
    current: list[_Object] = []
    noted = [False]
    skeleton, meshes = _without_meshes(text, progress)

    def begin(tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "vertex":
            current[-1].points.extend([float(attributes[axis]) for axis in "xyz"])
        elif tag == "triangle":
            current[-1].triangles.extend([float(attributes[one]) for one in ("v1", "v2", "v3")])
        elif tag == "vertices" and attributes.get(_CUT) in meshes:
            cut = (array("d", numbers.tobytes()) for numbers in meshes.pop(attributes[_CUT]))
            current[-1].points, current[-1].triangles = cut
        elif tag == "object":
            current.append(_Object(attributes.get("type", "model"), attributes.get("name", "")))
            part.objects[attributes["id"]] = current[-1]
        elif tag == "component":
            current[-1].components.append(_placed(attributes, path))
        elif tag == "item":
            part.items.append(_placed(attributes, path))
        elif tag == "model":
            unit = attributes.get("unit", "millimeter")
            if unit not in MM_PER_UNIT:
                raise ModelFileError(
                    _("this 3MF file counts in an unknown unit ({unit!r})"), unit=unit[:40]
                )
            part.unit = MM_PER_UNIT[unit]
        noted[0] = tag == "metadata"

    def text_in(words: str) -> None:
        if noted[0]:
            part.description = (part.description + words)[:4096]

    try:
        _parse(skeleton, path, begin, text_in)
    except ValueError as error:
        raise ModelFileError(
            _("this 3MF file has a coordinate that is no number ({reason})"), reason=str(error)
        ) from error
    except (KeyError, IndexError) as error:
        raise ModelFileError(
            _("this 3MF file has an element without {name} in {path}"), name=str(error), path=path
        ) from error
    return part


def _without_meshes(
    text: bytes, progress: Progress | None
) -> tuple[bytes, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """The XML without the points and triangles that are written as plainly as ours, and those:
    numbers are read many at a time, where XML would be read one by one."""
    skeleton: list[bytes] = []
    meshes: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    done = at = 0
    while (start := text.find(b"<vertices>", at)) >= 0:
        middle = text.find(b"</vertices>", start)
        end = text.find(b"</triangles>", middle)
        if min(middle, end) < 0:
            break
        at = end + 12
        corners = text[middle + 11 : end].lstrip()
        where = [place / len(text) for place in (start, middle, end)]
        told = [part(progress, *where[:2]), part(progress, *where[1:])]
        vertices = text[start + 10 : middle]
        points = plain_rows(vertices, b'<vertex x="" y="" z=""/>', progress=told[0])
        frame = b'<triangle va="" vb="" vc=""/>'
        triangles = plain_rows(corners[11:], frame, _CORNER_NAMES, told[1])
        if corners.startswith(b"<triangles>") and points is not None and triangles is not None:
            name = str(len(meshes))
            meshes[name] = points, triangles
            skeleton += [text[done:start], f'<vertices {_CUT}="{name}"/>'.encode("ascii")]
            done = at
    return b"".join([*skeleton, text[done:]]), meshes


def _parse(
    text: bytes,
    path: str,
    begin: Callable[[str, dict[str, str]], None],
    words: Callable[[str], None] | None = None,
) -> None:
    """Run the handlers over a part's elements and text."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.CharacterDataHandler = words
    parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.buffer_text = True
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise ModelFileError(
            _("this 3MF file is damaged in {path} ({reason})"), path=path, reason=str(error)
        ) from error


def _placed(attributes: dict[str, str], path: str) -> tuple[str, str, np.ndarray]:
    elsewhere = [value for key, value in attributes.items() if key.rpartition(":")[2] == "path"]
    transform = np.vstack((np.eye(3), np.zeros(3)))
    if "transform" in attributes:
        try:
            transform = np.array(attributes["transform"].split(), dtype=float).reshape(4, 3)
        except ValueError as error:
            raise ModelFileError(
                _("this 3MF file has a transform that is not of twelve numbers")
            ) from error
    return elsewhere[0] if elsewhere else path, attributes["objectid"], transform


def _chained(first: np.ndarray, then: np.ndarray) -> np.ndarray:
    """Two transforms (4 × 3, row vectors) in one."""
    return np.vstack((first[:3] @ then[:3], first[3] @ then[:3] + then[3]))


def _refuse_declarations(*told: object) -> None:
    raise ModelFileError(_("this 3MF file declares entities, which no model needs"))
