"""Model files read: against trimesh's and our own writers, and files made to fail."""

from __future__ import annotations

import io
import os
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PrintPrepLib.mesh.io import common, threemf
from PrintPrepLib.mesh.io.common import ModelFileError
from PrintPrepLib.mesh.io.export import FORMATS, export_model
from PrintPrepLib.mesh.io.read import read_model, read_model_file
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh, enclosed_volume, first_equal

AT = np.array((31.4, -250.1, 812.3))
CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"


@pytest.fixture(scope="module")
def shape() -> trimesh.Trimesh:
    """Nothing about it is symmetric."""
    made = trimesh.creation.icosphere(subdivisions=3, radius=10)
    made.vertices = made.vertices * (1, 1.3, 0.7) + AT + np.maximum(made.vertices, 0) ** 2 / 20
    return made


def same(mesh: TriangleMesh, shape: trimesh.Trimesh, tolerance: float = 1e-4) -> bool:
    """Equal corners, triangle by triangle, whatever the order of the points."""
    return (
        len(mesh.points) == len(shape.vertices)
        and np.abs(mesh.points[mesh.triangles] - shape.triangles).max() < tolerance
    )


@pytest.mark.parametrize("kind", [*FORMATS])
@pytest.mark.parametrize("unit, factor", [("mm", 1), ("m", 0.001), ("inch", 1 / 25.4)])
def test_own_files(shape, tmp_path, kind, unit, factor):
    path = tmp_path / "model.bin"  # the content decides, not the name
    export_model(TriangleMesh(shape.vertices, shape.faces), path, kind, unit=unit)
    found = read_model_file(path)
    assert found.format == kind
    if kind == "3mf":
        assert found.mm_per_unit == pytest.approx(1 / factor)
        factor = 1
    else:
        assert found.mm_per_unit is None
    scaled = shape.copy()
    scaled.apply_scale(factor)
    assert same(found.mesh, scaled)


@pytest.mark.parametrize("kind", ["stl", "stl_ascii", "obj", "ply", "ply_ascii", "3mf"])
def test_files_of_another_program(shape, tmp_path, kind):
    path = tmp_path / "model"
    options = {"ply_ascii": ("ply", {"encoding": "ascii"})}
    name, more = options.get(kind, (kind, {}))
    data = shape.export(file_type=name, **more)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    assert same(read_model(path), shape)


def test_a_header_that_begins_with_solid_is_no_text(shape, tmp_path):
    path = tmp_path / "model.stl"
    data = bytearray(shape.export(file_type="stl"))
    data[:80] = b"solid facet from a program".ljust(80)
    path.write_bytes(data)
    assert same(read_model(path), shape)


@pytest.mark.parametrize("kind", ["stl", "stl_ascii", "obj", "ply"])
@pytest.mark.parametrize("space", ["RAS", "LPS", None])
def test_stated_space(shape, tmp_path, kind, space):
    note = f"3D Slicer output. SPACE={space}" if space else "any"
    data = shape.export(file_type=kind)
    if kind == "stl":
        data = note.encode().ljust(80) + data[80:]
    elif kind == "stl_ascii":
        data = f"solid {note}\n{data.partition(chr(10))[2]}".encode()
    elif kind == "obj":
        data = f"# {note}\n{data}".encode()
    else:
        data = data.replace(b"1.0\n", b"1.0\ncomment " + note.encode() + b"\n", 1)
    path = tmp_path / "model"
    path.write_bytes(data)
    found = read_model_file(path)
    assert found.space == space
    expected = shape.copy()
    if space == "RAS":
        expected.vertices *= (-1, -1, 1)
    assert same(found.mesh, expected)


def test_big_endian_ply_with_more_elements(tmp_path):
    head = (
        "ply\nformat binary_big_endian 1.0\nelement vertex 4\nproperty double x\n"
        "property uchar red\nproperty double y\nproperty double z\nelement edge 2\n"
        "property int a\nelement face 2\nproperty uchar flags\n"
        "property list uchar int vertex_index\nproperty list uchar float uv\nend_header\n"
    )
    corners = [(0, 0, 0), (2, 0, 0), (2, 3, 0), (0, 0, 4)]
    body = b"".join(struct.pack(">dBdd", x, 9, y, z) for x, y, z in corners)
    body += struct.pack(">ii", 1, 2)
    body += struct.pack(">BB4iB2f", 7, 4, 0, 1, 2, 3, 2, 0.5, 0.5)
    body += struct.pack(">BB3iB", 7, 3, 0, 2, 1, 0)
    path = tmp_path / "model.ply"
    path.write_bytes(head.encode() + body)
    mesh = read_model(path)
    triangles = mesh.points[mesh.triangles].tolist()
    expected = [[0, 2, 1], [0, 1, 2], [0, 2, 3]]
    assert sorted(triangles) == sorted(
        [[list(map(float, corners[i])) for i in row] for row in expected]
    )


def test_obj_polygons_and_places_counted_back(tmp_path):
    path = tmp_path / "model.obj"
    path.write_text(
        "# any\nv 0 0 0 1 0 0\nv 1 0 0 0 1 0\nv 1 1 0 0 0 1\nvt 0 0\nvn 0 0 1\n"
        "f 1/1/1 2/1/1 \\\n 3//1\nv 0 1 0\nv 0 0 5\nf -5/1 -4 -2/1/1 -1\n"
    )
    mesh = read_model(path)
    corners = mesh.points[mesh.triangles]
    assert sorted(corners.tolist()) == sorted(
        [
            [[0, 0, 0], [1, 0, 0], [1, 1, 0]],
            [[0, 0, 0], [1, 0, 0], [0, 1, 0]],
            [[0, 0, 0], [0, 1, 0], [0, 0, 5]],
        ]
    )


# 3MF


def tetrahedron(name: str, kind: str = "model") -> str:
    points = ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))
    triangles = ((0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2))
    vertices = "".join(f'<vertex z="{z}" x="{x}" y="{y}"/>' for x, y, z in points)
    faces = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}" p1="0"/>' for a, b, c in triangles)
    return (
        f'<object id="{name}" type="{kind}"><mesh><vertices>{vertices}</vertices>'
        f"<triangles>{faces}</triangles></mesh></object>"
    )


def write_3mf(path: Path, resources: str, build: str, unit: str = "", **parts: str) -> Path:
    head = f'<?xml version="1.0"?><model {unit} xmlns="{CORE}" xmlns:p="production">'
    body = f"{head}<resources>{resources}</resources><build>{build}</build></model>"
    relations = (
        '<Relationships xmlns="r"><Relationship Id="a" Target="/3D/any.model" '
        'Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("_rels/.rels", relations)
        package.writestr("3D/any.model", body)
        for name, text in parts.items():
            resource = f"{head}<resources>{text}</resources><build/></model>"
            package.writestr(f"3D/Objects/{name}.model", resource)
    return path


@pytest.mark.parametrize("unit, mm", threemf.MM_PER_UNIT.items())
def test_3mf_units(tmp_path, unit, mm):
    path = write_3mf(tmp_path / "a.3mf", tetrahedron("1"), '<item objectid="1"/>', f'unit="{unit}"')
    assert np.ptp(read_model(path).points, axis=0) == pytest.approx([mm] * 3)


def test_3mf_components_are_placed_and_mirrors_stay_outward(tmp_path):
    """Two components, one in a part of its own and mirrored, moved again by the item."""
    group = (
        '<object id="9"><components><component objectid="1" transform="2 0 0 0 2 0 0 0 2 10 0 0"/>'
        '<component objectid="3" p:path="/3D/Objects/part.model" '
        'transform="-1 0 0 0 1 0 0 0 1 0 0 0"/></components></object>'
    )
    path = write_3mf(
        tmp_path / "a.3mf",
        tetrahedron("1") + group + tetrahedron("4", "support"),
        '<item objectid="9" transform="0 1 0 -1 0 0 0 0 1 100 0 0"/><item objectid="4"/>',
        part=tetrahedron("3"),
    )
    mesh = read_model(path)
    # The first: 2 × larger at x = 10 … 12, turned to y; the second: x from -1 to 0.
    assert mesh.points.min(axis=0) == pytest.approx((98, -1, 0))
    assert mesh.points.max(axis=0) == pytest.approx((100, 12, 2))
    assert enclosed_volume(mesh) == pytest.approx(8 / 6 + 1 / 6)


def test_3mf_without_end_is_refused(tmp_path):
    """Ten levels of ten components each would be 10^10 objects."""
    text = tetrahedron("0")
    for level in range(1, 11):
        inside = f'<component objectid="{level - 1}"/>' * 10
        text += f'<object id="{level}"><components>{inside}</components></object>'
    path = write_3mf(tmp_path / "a.3mf", text, '<item objectid="10"/>')
    with pytest.raises(ModelFileError, match="nests its objects without end"):
        read_model(path)


def test_3mf_entities_are_refused(tmp_path):
    path = tmp_path / "a.3mf"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("3D/3dmodel.model", '<!DOCTYPE a [<!ENTITY b "c">]><model>&b;</model>')
    with pytest.raises(ModelFileError, match="declares entities, which no model needs"):
        read_model(path)


def test_3mf_that_grows_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(threemf, "_MOST_BYTES", 1 << 20)
    path = write_3mf(tmp_path / "a.3mf", tetrahedron("1") + " " * (2 << 20), '<item objectid="1"/>')
    assert path.stat().st_size < 20_000
    with pytest.raises(ModelFileError, match="larger unpacked than any model"):
        read_model(path)


@pytest.mark.parametrize(
    "resources, build, unit, reason",
    [
        (tetrahedron("1"), "", "", "holds no object that is to be built"),
        (tetrahedron("1"), '<item objectid="2"/>', "", "asks for an object '2'"),
        (tetrahedron("1"), '<item objectid="1"/>', 'unit="ell"', "an unknown unit ('ell')"),
        (
            tetrahedron("1").replace('v1="1"', 'v1="4"'),
            '<item objectid="1"/>',
            "",
            "a triangle beyond its 4 points",
        ),
        (tetrahedron("1").replace('x="1"', 'x="one"'), '<item objectid="1"/>', "", "no number"),
        (tetrahedron("1").replace(' x="1"', ""), '<item objectid="1"/>', "", "without 'x'"),
        (
            tetrahedron("1"),
            '<item objectid="1" transform="1 0 0"/>',
            "",
            "a transform that is not of twelve numbers",
        ),
        ("<oops>", '<item objectid="1"/>', "", "damaged in 3D/any.model"),
    ],
)
def test_3mf_mistakes_are_named(tmp_path, resources, build, unit, reason):
    path = write_3mf(tmp_path / "a.3mf", resources, build, unit)
    with pytest.raises(ModelFileError) as told:
        read_model(path)
    assert reason in str(told.value) and str(path) in str(told.value)


# What cannot be read


def broken(shape: trimesh.Trimesh) -> dict[str, tuple[bytes, str]]:
    stl = shape.export(file_type="stl")
    text = shape.export(file_type="stl_ascii").encode()
    obj = shape.export(file_type="obj").encode()
    ply = shape.export(file_type="ply")
    bad = bytearray(stl)
    bad[96:100] = struct.pack("<f", float("nan"))
    three = stl[:80] + struct.pack("<I", 0)
    return {
        "empty": (b"", "the file is empty"),
        "cut stl": (stl[:-60], f"{len(shape.faces):,} triangles should stand here"),
        "longer stl": (stl + b"x" * 7 + b"\0", "8 bytes follow the"),
        "head of stl": (stl[:50] + b"\0", "or it is cut off"),
        "no triangle": (three, "holds 0 points and no triangle"),
        "nan": (bytes(bad), "point 1 has a coordinate that is no finite number"),
        "cut text": (text[: len(text) // 2], "this STL text is cut off"),
        "bad text": (text.replace(b"vertex ", b"vertex x", 1), "corner 1 has no 3 numbers"),
        "cut ply": (ply[:-5], "it is cut off"),
        "cut ply head": (ply[:40], "its header has no end"),
        "points only": (b"v 0 0 0\nv 1 1 1\n", "holds 2 points and no triangle"),
        "obj beyond": (obj + b"f 1 2 99999\n", "a point that is not there"),
        "obj words": (b"v 0 0 0\nv 1 x 1\n", "point 2 has no 3 numbers"),
        "obj polygon": (b"v 0 0 0\nv 1 1 1\nf 1 a 2\n", "a corner that is no number"),
        "text": (b"Dear all,\nplease print.\n", "this is text, and no model"),
        "picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "this is no model file"),
        "zip": (b"PK\3\4" + bytes(100), "this 3MF file is damaged"),
        "flat": (b"v 0 0 0\nv 1 1 1\nf 1 2 2\n", "no triangle in the file has an area"),
    }


@pytest.mark.parametrize("case", broken(trimesh.creation.box()))
def test_errors_name_file_reason_and_remedy(shape, tmp_path, case):
    data, reason = broken(shape)[case]
    path = tmp_path / ("model.stl" if "stl" in case else "model.any")
    path.write_bytes(data)
    with pytest.raises(ModelFileError) as told:
        read_model(path)
    assert reason in str(told.value)
    assert told.value.file == str(path) and told.value.remedy


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(ModelFileError, match="there is no such file"):
        read_model(tmp_path / "none.stl")
    with pytest.raises(ModelFileError, match="it is a folder"):
        read_model(tmp_path)


def test_equal_points_are_found_even_where_hashes_collide(monkeypatch):
    points = np.array(((0.0, 1, 2), (-0.0, 1, 2), (3, 4, 5), (0, 1, 2)))
    unique = np.unique

    def colliding(values, **options):
        return unique(np.zeros_like(values) if values.ndim == 1 else values, **options)

    for _ in range(2):
        assert first_equal(points).tolist() == [0, 0, 2, 0]
        monkeypatch.setattr(np, "unique", colliding)


# Files made to do harm


def wide_3mf(vertices: int, more: str = "", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A 3MF of one triangle and many equal points."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", method) as made, made.open(threemf.MODEL, "w") as part:
        part.write(
            f'<model unit="millimeter" xmlns="{CORE}"><resources><object id="1"><mesh>'
            '<vertices><vertex x="0" y="0" z="0"/><vertex x="1" y="0" z="0"/>'
            '<vertex x="0" y="1" z="0"/>'.encode()
        )
        for _ in range(vertices // 10_000):
            part.write(b'<vertex x="0" y="0" z="0"/>' * 10_000)
        part.write(
            '</vertices><triangles><triangle v1="0" v2="1" v3="2"/></triangles></mesh></object>'
            f'</resources><build><item objectid="1"/>{more}</build></model>'.encode()
        )
    return package.getvalue()


PLY = (
    b"ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\n"
    b"property float z\nelement face %d\nproperty list uchar int vertex_indices\nend_header\n"
    b"0 0 0\n1 0 0\n0 1 0\n"
)
OBJ = b"v 0 0 0\nv 1 0 0\nv 0 1 0\n"
BINARY = PLY.replace(b"ascii", b"binary_little_endian")[: -len(b"0 0 0\n1 0 0\n0 1 0\n")]
POINTS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "<f4")


def stl_with(value: float) -> bytes:
    triangle = np.zeros(12, "<f4")
    triangle[3:] = [0, 0, 0, 1, 0, 0, 0, 1, value]
    return b" " * 80 + struct.pack("<I", 1) + triangle.tobytes() + b"\0\0"


HARMFUL = {
    "bomb.3mf": (wide_3mf(2_000_000), "larger unpacked"),
    "lzma.3mf": (wide_3mf(0, method=zipfile.ZIP_LZMA), "packs 3D/3dmodel.model in a way"),
    "bzip2.3mf": (wide_3mf(0, method=zipfile.ZIP_BZIP2), "packs 3D/3dmodel.model in a way"),
    "word.ply": (PLY % 50_000 + b"3 0 1 2\n" * 49_999 + b"3 0 1 " + b"2" * 10**6, "polygon"),
    "word.obj": (OBJ + b"f 1 2 3\n" * 50_000 + b"f 1/1 2/1 " + b"3" * 10**6, "no whole number"),
    "large.obj": (OBJ + b"f 1 2 999999999999999999999999999999\n", "no whole number"),
    "part.obj": (OBJ + b"f 1 2.5 3\n", "2.5 is no whole number"),
    "float_list.ply": (
        (BINARY % 1).replace(b"list uchar", b"list float") + POINTS.tobytes() + b"\0\0\xc0\x7f",
        "makes no sense at 'property list float",
    ),
    "no_properties.ply": (
        (BINARY % 0).replace(b"element vertex", b"element junk 200000000\nelement vertex")
        + POINTS.tobytes(),
        "no triangle",
    ),
    "long_list.ply": (
        (BINARY % 2).replace(b"list uchar", b"list int")
        + POINTS.tobytes()
        + struct.pack("<5i", 3, 0, 1, 2, 2**31 - 1),
        "cut off",
    ),
    "far.stl": (stl_with(3e38), "point 3 has a coordinate of 3e"),
    "nan.stl": (stl_with(float("nan")), "no finite number"),
}


@pytest.mark.parametrize("name", [*HARMFUL])
def test_files_made_to_do_harm_are_refused_in_a_line(tmp_path, name):
    data, told = HARMFUL[name]
    path = tmp_path / name
    path.write_bytes(data)
    tracemalloc.start()
    start = time.process_time()
    with pytest.raises(ModelFileError, match=told) as caught:
        read_model(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(str(caught.value).splitlines()) == 1 and len(str(caught.value)) < 1000
    assert peak < 2 * len(data) + 300e6
    assert time.process_time() - start < 10


def test_objects_repeated_without_end(tmp_path, monkeypatch):
    path = tmp_path / "copies.3mf"
    path.write_bytes(wide_3mf(0, '<item objectid="1"/>' * 2000))
    assert len(read_model(path).triangles) == 2001
    monkeypatch.setattr(threemf, "_MOST_COPIED", 1000)
    with pytest.raises(ModelFileError, match="repeats its objects without end"):
        read_model(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_pipes_and_devices_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "model.stl")
    for path in (tmp_path / "model.stl", Path("/dev/zero")):
        with pytest.raises(ModelFileError, match="a pipe or a device"):
            read_model(path)


def test_a_text_that_ends_in_two_words(shape, tmp_path):
    """As numpy-stl writes it."""
    path = tmp_path / "model.stl"
    text = shape.export(file_type="stl_ascii")
    assert "endsolid" in text
    path.write_text(text.replace("endsolid", "end solid"))
    assert same(read_model(path), shape)


@pytest.mark.parametrize("order", ["little", "big"])
def test_polygons_of_many_kinds(tmp_path, order):
    """Triangles, squares and one of 200 corners, in one list of PLY, and as text."""
    turn = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    points = np.column_stack((np.cos(turn), np.sin(turn), 0 * turn))
    polygons = [[0, 1, 2], [0, 2, 3, 4], list(range(200)), [5, 6, 7]]
    sign = "<" if order == "little" else ">"
    head = (BINARY % 4).replace(b"vertex 3", b"vertex 200").replace(b"little", order.encode())
    body = b"".join(struct.pack(f"{sign}B{len(one)}i", len(one), *one) for one in polygons)
    (tmp_path / "a.ply").write_bytes(head + points.astype(f"{sign}f4").tobytes() + body)
    text = "".join("v {} {} {}\n".format(*point) for point in points.astype(np.float32).tolist())
    text += "".join(f"f {' '.join(str(corner + 1) for corner in one)}\n" for one in polygons)
    (tmp_path / "a.obj").write_text(text)
    ply, obj = (read_model(tmp_path / f"a.{kind}") for kind in ("ply", "obj"))
    assert len(ply.triangles) == len(obj.triangles) == 1 + 2 + 198 + 1
    np.testing.assert_array_equal(ply.triangles, obj.triangles)


def test_empty_lines_take_no_time(tmp_path):
    (tmp_path / "a.obj").write_bytes(OBJ + b"f 1 2 3\n" + b"\n" * 300_000 + b"x\n")
    start = time.process_time()
    assert len(read_model(tmp_path / "a.obj").triangles) == 1
    assert time.process_time() - start < 5


@pytest.mark.parametrize("kind", ["obj", "stl", "ply"])
def test_tiny_lines_take_no_memory(tmp_path, monkeypatch, kind):
    """As a list, lines of two letters take twenty times their size."""
    monkeypatch.setattr(common, "_BLOCK_BYTES", 1 << 16)
    lines = b"ab\n" * 300_000
    path = tmp_path / "model"
    path.write_bytes(
        {
            "obj": OBJ + b"f 1 2 3\n" + lines,
            "stl": b"solid a\nfacet\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\n"
            + lines
            + b"endsolid a\n",
            "ply": (PLY % 1).replace(b"element face", b"element odd 300000\nelement face", 1)
            + lines
            + b"3 0 1 2\n",
        }[kind]
    )
    tracemalloc.start()
    try:
        assert len(read_model(path).triangles) == 1
        assert tracemalloc.get_traced_memory()[1] < 6 * len(lines) + (4 << 20)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("block", [1, 7, 50, 1 << 21])
def test_text_is_read_alike_in_pieces(shape, tmp_path, monkeypatch, block):
    monkeypatch.setattr(common, "_BLOCK_BYTES", block)
    for kind, options in (("obj", {}), ("stl_ascii", {}), ("ply", {"encoding": "ascii"})):
        data = shape.export(file_type=kind, **options)
        path = tmp_path / kind
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        assert same(read_model(path), shape)
    counted_back = ("f -1/1 -2/1 -3/1", "v 0 0 6", "f -4 -3 -1", "f 2 3 -1", "f 3 1 -1", "")
    path.write_text("\n".join(("v 0 0 0", "v 1 0 0", "vt 0 0", "v 0 1 0", *counted_back)))
    assert enclosed_volume(read_model(path)) == pytest.approx(1.0)
