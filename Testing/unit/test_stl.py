"""STL files against independent readers, and what is left when writing fails."""

from __future__ import annotations

import builtins
import errno
import hashlib
import json
import multiprocessing
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PrintPrepLib.core.errors import ExportError
from PrintPrepLib.core.files import leftovers, staging, tidy
from PrintPrepLib.mesh import triangle_mesh
from PrintPrepLib.mesh.io import common, stl
from PrintPrepLib.mesh.io.export import export_model
from PrintPrepLib.mesh.io.stl import read_stl
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh


@pytest.fixture(scope="module")
def ball() -> TriangleMesh:
    """A ball of 20 mm radius about (31.4, −250.1, 812.3): more than one batch of triangles."""
    sphere = trimesh.creation.icosphere(subdivisions=6, radius=20)
    return TriangleMesh(sphere.vertices + np.array((31.4, -250.1, 812.3)), sphere.faces)


def test_vtk_and_trimesh_read_what_was_written(ball, tmp_path):
    from vtk import vtkSTLReader
    from vtk.util.numpy_support import vtk_to_numpy

    result = export_model(ball, tmp_path / "model.stl")
    expected = ball.points.astype(np.float32)[ball.triangles]
    reader = vtkSTLReader()
    reader.SetFileName(str(result.path))
    reader.MergingOff()
    reader.Update()
    points = vtk_to_numpy(reader.GetOutput().GetPoints().GetData())
    np.testing.assert_array_equal(points.reshape(-1, 3, 3), expected)
    loaded = trimesh.load(result.path, process=False)
    np.testing.assert_array_equal(loaded.triangles.astype(np.float32), expected)
    np.testing.assert_array_equal(read_stl(result.path), expected)
    assert result.triangles == len(expected) > triangle_mesh.BATCH
    assert result.center_offset_mm == (0, 0, 0)


def test_normals_point_outwards(ball, tmp_path):
    path = export_model(ball, tmp_path / "model.stl").path
    records = np.frombuffer(path.read_bytes()[84:], stl._TRIANGLE)
    outward = records["corners"].mean(axis=1) - (31.4, -250.1, 812.3)
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    np.testing.assert_allclose(np.linalg.norm(records["normal"], axis=1), 1, atol=1e-5)
    assert np.einsum("ij,ij->i", records["normal"], outward).min() > 0.999
    assert not records["attribute"].any()


@pytest.mark.parametrize(
    ("scale", "header"),
    [(1, b"3D Slicer output. SPACE=LPS"), (0.5, b"3D Slicer output. SPACE=LPS;SCALE=0.5")],
)
def test_header_says_lps_and_nothing_else(ball, tmp_path, scale, header):
    path = export_model(ball, tmp_path / "model.stl", scale=scale).path
    assert path.read_bytes()[:80] == header.ljust(80)
    assert not header.startswith(b"solid")


def test_scale_and_centre_can_be_undone(ball, tmp_path):
    result = export_model(ball, tmp_path / "model.stl", scale=0.25, center=True)
    corners = read_stl(result.path)
    np.testing.assert_allclose(result.center_offset_mm, (31.4, -250.1, 812.3), atol=1e-9)
    np.testing.assert_allclose(np.ptp(corners.reshape(-1, 3), axis=0), 10, rtol=1e-6)
    np.testing.assert_allclose(
        corners / result.scale + result.center_offset_mm, ball.points[ball.triangles], atol=1e-4
    )


def test_checksum_is_that_of_the_file(ball, tmp_path, monkeypatch):
    monkeypatch.setattr(common, "HASH_BYTES", 1000)
    monkeypatch.setattr(stl, "HASH_BYTES", 1000)
    result = export_model(ball, tmp_path / "model.stl")
    assert result.sha256 == hashlib.sha256(result.path.read_bytes()).hexdigest()


def test_triangle_without_area_has_no_normal(tmp_path):
    mesh = TriangleMesh(np.zeros((3, 3)), np.array([[0, 1, 2]]))
    path = export_model(mesh, tmp_path / "model.stl").path
    assert np.frombuffer(path.read_bytes()[84:], stl._TRIANGLE)["normal"].tolist() == [[0] * 3]


def refused(call, folder: Path) -> str:
    """The message of the ExportError; the folder must look as it did before."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(ExportError) as caught:
        call()
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_missing_folder_is_named(ball, tmp_path):
    text = refused(lambda: export_model(ball, tmp_path / "no" / "model.stl"), tmp_path)
    assert "no such folder" in text and str(tmp_path / "no") in text


def test_path_that_is_a_folder_is_refused(ball, tmp_path):
    (tmp_path / "model.stl").mkdir()
    assert "is a folder" in refused(lambda: export_model(ball, tmp_path / "model.stl"), tmp_path)


def test_path_below_a_file_is_refused(ball, tmp_path):
    (tmp_path / "file").write_text("here")
    text = refused(lambda: export_model(ball, tmp_path / "file" / "model.stl"), tmp_path)
    assert "not a folder" in text


def test_folder_that_refuses_writing_is_named(ball, tmp_path):
    if not Path("/proc/self").exists():
        pytest.skip("this system has no /proc to refuse writing")
    assert "Choose another folder" in refused(
        lambda: export_model(ball, "/proc/self/model.stl"), tmp_path
    )


def test_full_disk_leaves_the_previous_file(ball, tmp_path):
    (tmp_path / "model.stl").write_bytes(b"previous")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, limit[1]))
    try:
        text = refused(lambda: export_model(ball, tmp_path / "model.stl"), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert "disk is full" in text and "Free some space" in text


def test_locked_target_is_explained(ball, tmp_path, monkeypatch):
    (tmp_path / "model.stl").write_bytes(b"previous")

    def locked(source, target):
        raise PermissionError(errno.EACCES, "used by another process", str(target))

    monkeypatch.setattr(os, "replace", locked)
    text = refused(lambda: export_model(ball, tmp_path / "model.stl"), tmp_path)
    assert "locked" in text and "Close it in the other program" in text


@pytest.mark.parametrize("spoil", ["flip", "cut", "grow", "header"])
def test_file_that_reads_back_differently_is_not_kept(ball, tmp_path, monkeypatch, spoil):
    compare = stl._compare

    def spoiled(path, *rest):
        data = bytearray(path.read_bytes())
        if spoil == "flip":
            data[84 + 50 * 40000 + 20] ^= 1
        if spoil == "header":
            data[81] ^= 1
        path.write_bytes(data[:-1] if spoil == "cut" else data + b"x" * (spoil == "grow"))
        compare(path, *rest)

    monkeypatch.setattr(stl, "_compare", spoiled)
    text = refused(lambda: export_model(ball, tmp_path / "model.stl"), tmp_path)
    assert "does not read back" in text


def test_cancel_leaves_nothing(ball, tmp_path, monkeypatch):
    records = stl._records

    def interrupted(corners):
        if len(corners) < triangle_mesh.BATCH:
            raise KeyboardInterrupt
        return records(corners)

    monkeypatch.setattr(stl, "_records", interrupted)
    with pytest.raises(KeyboardInterrupt):
        export_model(ball, tmp_path / "model.stl")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf")])
def test_impossible_scale_is_refused(ball, tmp_path, scale):
    assert "scale" in refused(lambda: export_model(ball, tmp_path / "m.stl", scale=scale), tmp_path)


def test_empty_mesh_is_refused(tmp_path):
    empty = TriangleMesh(np.empty((0, 3)), np.empty((0, 3), int))
    assert "no surface" in refused(lambda: export_model(empty, tmp_path / "m.stl"), tmp_path)


def test_points_that_stl_cannot_hold_are_refused(ball, tmp_path):
    far = TriangleMesh(ball.points + 9000, ball.triangles)
    text = refused(lambda: export_model(far, tmp_path / "m.stl"), tmp_path)
    assert "9832 mm" in text and "Centre the model" in text
    assert export_model(far, tmp_path / "centred.stl", center=True).triangles
    for value in (np.nan, np.inf):
        points = ball.points.copy()
        points[7, 1] = value
        text = refused(
            lambda p=points: export_model(TriangleMesh(p, ball.triangles), tmp_path / "m.stl"),
            tmp_path,
        )
        assert "not numbers" in text


@pytest.mark.parametrize(
    "data", [b"", b"solid ascii\n" * 20, bytes(80) + b"\x02\0\0\0" + bytes(50)]
)
def test_what_is_no_whole_stl_is_not_read(tmp_path, data):
    (tmp_path / "m.stl").write_bytes(data)
    with pytest.raises(ExportError, match="not a whole binary STL"):
        read_stl(tmp_path / "m.stl")


def test_staged_files_appear_together(tmp_path):
    target = tmp_path / "a" / "b"
    with staging(target) as folder:
        (folder / "one").write_text("1")
        (folder / "two").write_text("2")
        assert not (target / "one").exists()
    assert {path.name: path.read_text() for path in target.iterdir()} == {"one": "1", "two": "2"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_failed_staging_leaves_no_folder(tmp_path, error):
    with pytest.raises(error), staging(tmp_path / "a" / "b") as folder:
        (folder / "one").write_text("1")
        raise error
    assert list(tmp_path.iterdir()) == []


def test_failure_while_moving_brings_the_previous_files_back(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / name).write_text("previous")
    replace = os.replace

    def locked(source, target):
        if Path(target) == tmp_path / "two" and Path(source).parent.name == "new":
            raise PermissionError(errno.EACCES, "used by another process")
        replace(source, target)

    def write():
        with staging(tmp_path) as folder:
            for name in ("one", "three", "two"):
                (folder / name).write_text("new")
            monkeypatch.setattr(os, "replace", locked)

    assert "locked" in refused(write, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_what_a_killed_run_left_is_removed_where_that_is_certain(tmp_path):
    code = (
        "import os, sys; from PrintPrepLib.core.files import leftovers, staging\n"
        "with staging(sys.argv[1]) as folder: (folder / 'a').touch(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, timeout=60)
    (left,) = leftovers(tmp_path)
    lock = json.loads((tmp_path / left / "lock").read_text())
    others = {
        "elsewhere": ["another computer", lock[1]],
        "alive____": [lock[0], os.getpid()],
        "odd_____": "what",
    }
    for name, content in others.items():
        folder = tmp_path / f".printprep-{name[:8]}"
        folder.mkdir()
        (folder / "lock").write_text(json.dumps(content))
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "lock").write_text(json.dumps(lock))
    (tmp_path / ".printprep-linked__").symlink_to(tmp_path / "real")
    with staging(tmp_path) as folder:
        (folder / "b").touch()
    kept = {f".printprep-{name[:8]}" for name in (*others, "linked__")}
    assert set(leftovers(tmp_path)) == kept
    assert (tmp_path / "real" / "lock").exists() and (tmp_path / "b").exists()


def test_what_has_no_lock_is_known_by_its_name(tmp_path):
    code = "from PrintPrepLib.core.files import _unfinished_name; print(_unfinished_name())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    dead = said.stdout.strip()  # .printprep-, process, computer, chance
    elsewhere, alive = dead[:19] + "0" * 8 + dead[27:], f"{dead[:11]}{os.getpid():08x}{dead[19:]}"
    for name in (f"{dead}.json", f"{elsewhere}.json", f"{alive}.json"):
        (tmp_path / name).touch()
    (tmp_path / dead).mkdir()
    (tmp_path / elsewhere).mkdir()
    full = tmp_path / f"{dead[:-4]}0000"
    full.mkdir()
    (full / "picture.png").touch()
    tidy(tmp_path)
    kept = {f"{elsewhere}.json", f"{alive}.json", elsewhere, full.name}
    assert set(leftovers(tmp_path)) == kept


@pytest.mark.parametrize("calls", range(6))
def test_a_move_that_was_cut_short_is_completed(tmp_path, calls):
    """Killed before each of the five steps of moving three files, two of them over others."""
    for name in ("a", "b", "own"):
        (tmp_path / name).write_text("old")
    code = (
        "import os, sys; from PrintPrepLib.core.files import staging\n"
        "calls, replace = [0], os.replace\n"
        "def killed(*names):\n"
        "    calls[0] += 1\n"
        f"    os.kill(os.getpid(), 9) if calls[0] > {calls} else replace(*names)\n"
        "with staging(sys.argv[1]) as folder:\n"
        "    for name in 'abc': (folder / name).write_text('new')\n"
        "    os.replace = killed\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, timeout=60)
    assert done.returncode == (-9 if calls < 5 else 0)
    tidy(tmp_path)
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert found == {"a": "new", "b": "new", "c": "new", "own": "old"}


def put_together(folder, me, ready):
    for number in range(30):
        ready.wait()
        with staging(folder) as files:
            for name in "abcdefgh":
                (files / name).write_text(f"{me}-{number}")
        ready.wait()
        found = {path.read_text() for path in Path(folder).iterdir()}
        assert len(found) == 1, found


def test_two_runs_at_once_do_not_mix_their_files(tmp_path):
    spawned = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    ready = spawned.Barrier(2, timeout=60)
    runs = [spawned.Process(target=put_together, args=(tmp_path, me, ready)) for me in "xy"]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0, 0]


def test_staging_does_not_replace_a_folder(tmp_path):
    (tmp_path / "one" / "inside").mkdir(parents=True)

    def write():
        with staging(tmp_path) as folder:
            (folder / "one").write_text("new")

    assert "folder of this name" in refused(write, tmp_path)
    assert (tmp_path / "one" / "inside").is_dir()


def test_other_errors_of_the_system_are_told(tmp_path, ball, monkeypatch):
    def broken(path, mode="r", *rest, **options):
        if "x" in mode:
            raise OSError(errno.EIO, "Input/output error")
        return original(path, mode, *rest, **options)

    original = builtins.open
    monkeypatch.setattr(builtins, "open", broken)
    text = refused(lambda: export_model(ball, tmp_path / "m.stl"), tmp_path)
    assert "Input/output error" in text
