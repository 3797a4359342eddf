"""Model files of every format against independent readers, and what is left on failure."""

from __future__ import annotations

import hashlib
import re
import resource
import zipfile
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PrintPrepLib.core.errors import ExportError
from PrintPrepLib.mesh.io import obj, ply, threemf
from PrintPrepLib.mesh.io.export import FORMATS, export_model
from PrintPrepLib.mesh.io.placement import UNITS
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh

AT = np.array((31.4, -250.1, 812.3))
#: What each format may lose: float32 at 850 mm, or half of the last digit.
LOSS_MM = {"stl": 4e-5, "ply": 4e-5, "obj": 6e-6, "3mf": 6e-6}
KINDS = list(FORMATS)


def ball(radius: float = 20, at=AT, subdivisions: int = 5) -> TriangleMesh:
    sphere = trimesh.creation.icosphere(subdivisions=subdivisions, radius=radius)
    return TriangleMesh(sphere.vertices + at, sphere.faces)


@pytest.fixture(scope="module")
def model() -> TriangleMesh:
    """More than one batch of points and triangles, none of them on the origin's side."""
    return ball(subdivisions=6)


def corners(path: Path) -> np.ndarray:
    """The triangles' corners (M, 3, 3) in the file's own order, as trimesh reads them."""
    loaded = trimesh.load(path, process=False, maintain_order=True)
    if isinstance(loaded, trimesh.Scene):
        loaded = trimesh.util.concatenate(list(loaded.geometry.values()))
    return np.asarray(loaded.triangles)


@pytest.mark.parametrize("kind", KINDS)
def test_trimesh_reads_what_was_written(model, tmp_path, kind):
    result = export_model(model, tmp_path / f"model.{kind}", kind)
    expected = model.points[model.triangles]
    np.testing.assert_allclose(corners(result.path), expected, rtol=0, atol=LOSS_MM[kind])
    assert (result.format, result.triangles, result.unit) == (kind, len(expected), "mm")
    assert result.sha256 == hashlib.sha256(result.path.read_bytes()).hexdigest()
    assert (result.scale, result.center_offset_mm) == (1, (0, 0, 0))
    assert [path.name for path in tmp_path.iterdir()] == [f"model.{kind}"]


@pytest.mark.parametrize("kind", ["obj", "ply", "3mf"])
def test_triangles_share_their_points(model, tmp_path, kind):
    path = export_model(model, tmp_path / f"model.{kind}", kind).path
    loaded = trimesh.load(path, process=False, maintain_order=True)
    if isinstance(loaded, trimesh.Scene):
        (loaded,) = loaded.geometry.values()
    np.testing.assert_array_equal(loaded.faces, model.triangles)
    assert loaded.is_watertight


@pytest.mark.parametrize(("kind", "reader"), [("obj", "vtkOBJReader"), ("ply", "vtkPLYReader")])
def test_vtk_reads_points_and_the_comment(model, tmp_path, kind, reader):
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy

    path = export_model(model, tmp_path / f"model.{kind}", kind).path
    read = getattr(vtk, reader)()
    read.SetFileName(str(path))
    read.Update()
    points = vtk_to_numpy(read.GetOutput().GetPoints().GetData())
    np.testing.assert_allclose(points, model.points, rtol=0, atol=LOSS_MM["ply"])
    said = read.GetComment() if kind == "obj" else read.GetComments().GetValue(0)
    assert "SPACE=LPS" in said


@pytest.mark.parametrize("kind", ["stl", "obj", "ply"])
def test_slicer_takes_the_file_for_lps(model, tmp_path, kind):
    """Slicer's own storage node must turn LPS into its RAS without being told."""
    slicer = pytest.importorskip("slicer")
    path = export_model(model, tmp_path / f"model.{kind}", kind).path
    scene = slicer.vtkMRMLScene()
    node, storage = slicer.vtkMRMLModelNode(), slicer.vtkMRMLModelStorageNode()
    scene.AddNode(node)
    scene.AddNode(storage)
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    x0, x1, y0, y1, *_ = node.GetPolyData().GetBounds()
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx((-31.4, 250.1), abs=0.01)


UNIT_OF_3MF = {"mm": "MilliMeter", "m": "Meter", "inch": "Inch"}


@pytest.mark.parametrize("unit", list(UNITS))
@pytest.mark.parametrize("kind", KINDS)
def test_units_are_sizes_of_the_file(tmp_path, kind, unit):
    """A ball of 40 mm is 40, 0.04 or 1.5748 of them; the point formula of the record holds."""
    mesh = ball()
    result = export_model(mesh, tmp_path / f"m.{kind}", kind, center=True, unit=unit)
    factor = {"mm": 1, "m": 1 / 1000, "inch": 1 / 25.4}[unit]
    found = corners(result.path)
    if kind == "3mf":  # trimesh takes 3MF for millimetres, whatever the file says
        assert f'unit="{UNITS[unit].in_3mf}"' in model_xml(result.path)[:400]
    np.testing.assert_allclose(np.ptp(found.reshape(-1, 3), axis=0), 40 * factor, rtol=1e-5)
    assert result.scale == pytest.approx(factor, rel=1e-12)
    assert result.unit == unit
    np.testing.assert_allclose(
        found / result.scale + result.center_offset_mm, mesh.points[mesh.triangles], atol=1e-4
    )


@pytest.mark.parametrize("kind", KINDS)
def test_scale_and_unit_multiply(tmp_path, kind):
    result = export_model(ball(), tmp_path / f"m.{kind}", kind, scale=0.5, center=True, unit="m")
    assert result.scale == pytest.approx(0.0005)
    np.testing.assert_allclose(np.ptp(corners(result.path).reshape(-1, 3), axis=0), 0.02, rtol=1e-5)


PARTS = [('Bone <left> & "right"', ball(10, AT, 3)), ("Zähne\n2", ball(5, AT + 30, 2))]
NAMES = ['Bone <left> & "right"', "Zähne 2"]


def model_xml(path: Path) -> str:
    with zipfile.ZipFile(path) as package:
        return package.read("3D/3dmodel.model").decode()


def by_lib3mf(path: Path):
    lib3mf = pytest.importorskip("lib3mf")
    wrapper = lib3mf.get_wrapper()
    read = wrapper.CreateModel()
    reader = read.QueryReader("3mf")
    reader.SetStrictModeActive(True)
    reader.ReadFromFile(str(path))
    assert reader.GetWarningCount() == 0
    return read


@pytest.mark.parametrize("unit", list(UNITS))
def test_lib3mf_reads_names_units_and_solids(tmp_path, unit):
    lib3mf = pytest.importorskip("lib3mf")
    read = by_lib3mf(export_model(PARTS, tmp_path / "m.3mf", "3mf", unit=unit).path)
    assert read.GetUnit() == getattr(lib3mf.ModelUnit, UNIT_OF_3MF[unit])
    found = []
    objects = read.GetMeshObjects()
    while objects.MoveNext():
        found.append(objects.GetCurrentMeshObject())
    assert [item.GetName() for item in found] == NAMES
    for item, (_, mesh) in zip(found, PARTS, strict=True):
        assert item.IsManifoldAndOriented()
        points = np.array([list(vertex.Coordinates) for vertex in item.GetVertices()])
        np.testing.assert_allclose(points, mesh.points * UNITS[unit].per_mm, rtol=1e-6, atol=1e-6)
        triangles = np.array([list(face.Indices) for face in item.GetTriangleIndices()])
        np.testing.assert_array_equal(triangles, mesh.triangles)
    items, built = read.GetBuildItems(), 0
    while items.MoveNext():
        assert not items.GetCurrent().HasObjectTransform()
        built += 1
    assert built == len(PARTS)


def test_trimesh_reads_the_parts_of_a_3mf(tmp_path):
    scene = trimesh.load(export_model(PARTS, tmp_path / "m.3mf", "3mf").path, process=False)
    volumes = sorted(item.volume for item in scene.geometry.values())
    assert volumes == pytest.approx(
        sorted(trimesh.Trimesh(mesh.points, mesh.triangles).volume for _, mesh in PARTS), rel=1e-5
    )


def test_obj_keeps_the_names(tmp_path):
    path = export_model(PARTS, tmp_path / "m.obj", "obj").path
    assert re.findall(r"(?m)^o (.*)$", path.read_text("utf-8")) == NAMES
    assert trimesh.load(path, process=False).body_count == len(PARTS)


@pytest.mark.parametrize("kind", ["stl", "ply"])
def test_formats_without_parts_merge_them(tmp_path, kind):
    result = export_model(PARTS, tmp_path / f"m.{kind}", kind)
    expected = np.concatenate([mesh.points[mesh.triangles] for _, mesh in PARTS])
    np.testing.assert_allclose(corners(result.path), expected, rtol=0, atol=LOSS_MM[kind])
    assert not FORMATS[kind].several


@pytest.mark.parametrize("kind", KINDS)
def test_parts_are_centred_together(tmp_path, kind):
    both = export_model(PARTS, tmp_path / f"m.{kind}", kind, center=True)
    points = np.concatenate([mesh.points for _, mesh in PARTS])
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    np.testing.assert_allclose(both.center_offset_mm, middle, atol=1e-9)
    one = export_model(PARTS[1][1], tmp_path / f"one.{kind}", kind, offset_mm=both.center_offset_mm)
    np.testing.assert_allclose(
        corners(one.path), corners(both.path)[-one.triangles :], rtol=0, atol=1e-5
    )
    with pytest.raises(ValueError, match="either centred or moved"):
        export_model(PARTS, tmp_path / "m", kind, center=True, offset_mm=(1, 2, 3))


def test_3mf_is_the_same_every_time_and_tells_nothing_more(tmp_path):
    first = export_model(PARTS, tmp_path / "one.3mf", "3mf")
    assert export_model(PARTS, tmp_path / "two.3mf", "3mf").sha256 == first.sha256
    text = model_xml(first.path)
    assert dict(re.findall(r'<metadata name="(\w+)">(.*?)</metadata>', text)).keys() == {
        "Application",
        "Description",
    }
    assert "SPACE=LPS" in text
    with zipfile.ZipFile(first.path) as package:
        assert {entry.date_time[0] for entry in package.infolist()} == {1980}
        assert not package.comment and package.testzip() is None


@pytest.mark.parametrize("name", ["", "\x00\x1f", "\n"])
def test_name_that_cannot_be_written_is_replaced(tmp_path, name):
    for kind in KINDS:
        export_model([(name, ball(5, AT, 1))], tmp_path / f"m.{kind}", kind)
    assert 'name="model"' in model_xml(tmp_path / "m.3mf")


@pytest.mark.parametrize("kind", KINDS)
def test_fine_triangles_stay_apart(tmp_path, kind):
    """Corners half a micrometre apart, as steep grey values make them, do not fall together."""
    mesh = ball(20, np.zeros(3), 3)
    points = mesh.points.copy()
    points[0] = points[mesh.triangles[np.any(mesh.triangles == 0, axis=1)][0, 1]] + 5e-4
    result = export_model(TriangleMesh(points, mesh.triangles), tmp_path / f"m.{kind}", kind)
    back = corners(result.path)
    sides = np.linalg.norm(back - np.roll(back, 1, axis=1), axis=2)
    assert sides.min() > 4e-4


# Failure


def refused(call, folder: Path) -> str:
    """The message of the ExportError; the folder must look as it did before."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(ExportError) as caught:
        call()
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_exported_is_refused(tmp_path, kind):
    mesh, path = ball(5, AT, 1), tmp_path / "m"
    empty = TriangleMesh(np.empty((0, 3)), np.empty((0, 3), int))
    for nothing in (empty, [], [("a", mesh), ("b", empty)]):
        assert "no surface" in refused(lambda n=nothing: export_model(n, path, kind), tmp_path)
    for scale in (0, -1, float("nan"), float("inf")):
        text = refused(lambda s=scale: export_model(mesh, path, kind, scale=s), tmp_path)
        assert "scale" in text
    text = refused(lambda: export_model(mesh, path, kind, unit="foot"), tmp_path)
    assert "mm, m, inch" in text
    far = TriangleMesh(mesh.points + 9000, mesh.triangles)
    # In metres the numbers are smaller, but not finer.
    for unit in UNITS:
        text = refused(lambda u=unit: export_model(far, path, kind, unit=u), tmp_path)
        assert "Centre the model" in text
    text = refused(lambda: export_model(mesh, tmp_path / "no" / "m", kind), tmp_path)
    assert "no such folder" in text


def test_unknown_format_is_refused(tmp_path):
    text = refused(lambda: export_model(ball(5, AT, 1), tmp_path / "m", "amf"), tmp_path)
    assert "'amf'" in text and "stl, 3mf, obj, ply" in text


def test_3mf_has_no_triangles_of_two_corners(tmp_path):
    mesh = ball(5, AT, 1)
    triangles = np.vstack((mesh.triangles, [[0, 0, 1]]))
    text = refused(
        lambda: export_model(TriangleMesh(mesh.points, triangles), tmp_path / "m", "3mf"), tmp_path
    )
    assert "two corners" in text


@pytest.mark.parametrize("kind", KINDS)
def test_full_disk_leaves_the_previous_file(model, tmp_path, kind):
    path = tmp_path / f"model.{kind}"
    path.write_bytes(b"previous")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limit[1]))
    try:
        text = refused(lambda: export_model(model, path, kind), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert "disk is full" in text


MODULES = {"obj": obj, "3mf": threemf}


#: What else each of them could have wrong: the other has it in a comment, or nowhere.
SPOILT = [
    *((kind, spoil) for kind in MODULES for spoil in ("digit", "cut", "corner", "name", "point")),
    ("obj", "space"),
    ("3mf", "unit"),
]


@pytest.mark.parametrize(("kind", "spoil"), SPOILT)
def test_file_that_reads_back_differently_is_not_kept(tmp_path, monkeypatch, kind, spoil):
    """Each change is made in the text on disk, between writing and comparing."""
    module = MODULES[kind]
    compare = module.require_same
    mesh = ball(5, np.zeros(3), 2)
    x = f"{mesh.points[7, 0]:.5f}"
    changes = {
        "digit": (x, f"{float(x) + 0.00002:.5f}"),
        "corner": (("f 1 ", "f 2 "), ('v1="0"', 'v1="1"')),
        "name": ("model", "modem"),
        "space": ("SPACE=LPS", "SPACE=RAS"),
        "unit": ("millimeter", "inch"),
        "point": (x, "1.2.3"),
    }

    def changed(text: str) -> str:
        if spoil == "cut":
            return text[:-40] if kind == "obj" else text.replace("<build>", "")
        old, new = changes[spoil]
        if isinstance(old, tuple):
            old, new = changes[spoil][kind == "3mf"]
        return text.replace(old, new, 1)

    def spoiled(path, *rest):
        if kind == "obj":
            text = path.read_text("utf-8")
            path.write_text(changed(text), "utf-8")
        else:
            with zipfile.ZipFile(path) as package:
                entries = {name: package.read(name) for name in package.namelist()}
            text = entries[threemf.MODEL].decode()
            entries[threemf.MODEL] = changed(text).encode()
            with zipfile.ZipFile(path, "w") as package:
                for name, data in entries.items():
                    package.writestr(name, data)
        assert changed(text) != text
        compare(path, *rest)

    monkeypatch.setattr(module, "require_same", spoiled)
    text = refused(lambda: export_model(mesh, tmp_path / "m", kind), tmp_path)
    assert "does not read back" in text


def test_broken_zip_is_not_kept(tmp_path, monkeypatch):
    compare = threemf.require_same

    def spoiled(path, *rest):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
        compare(path, *rest)

    monkeypatch.setattr(threemf, "require_same", spoiled)
    text = refused(lambda: export_model(ball(5, AT, 3), tmp_path / "m.3mf", "3mf"), tmp_path)
    assert "does not read back" in text


@pytest.mark.parametrize("place", [0, 200, 5000, -1])
def test_ply_that_reads_back_differently_is_not_kept(tmp_path, monkeypatch, place):
    """One bit of header, points or triangles is turned as the disk is written to."""
    compare = ply.require_same

    def spoiled(path, *rest):
        data = bytearray(path.read_bytes())
        data[place] ^= 1
        path.write_bytes(data)
        compare(path, *rest)

    monkeypatch.setattr(ply, "require_same", spoiled)
    mesh = ball(5, AT, 3)
    text = refused(lambda: export_model(mesh, tmp_path / "m.ply", "ply"), tmp_path)
    assert "does not read back" in text
