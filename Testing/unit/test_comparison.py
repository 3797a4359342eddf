"""A model against a reference: every change is named with its size, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import numpy as np
import pytest
import trimesh
from PrintPrepLib import cli
from PrintPrepLib.compare import comparison as module
from PrintPrepLib.compare import local as compare_local
from PrintPrepLib.compare import registration
from PrintPrepLib.compare.comparison import compare, comparison_map
from PrintPrepLib.compare.record import comparison_record
from PrintPrepLib.core.errors import Cancelled, MeshError
from PrintPrepLib.mesh.decimate import decimate
from PrintPrepLib.mesh.io.export import export_model
from PrintPrepLib.mesh.io.read import read_model
from PrintPrepLib.mesh.proximity import SurfaceSearch
from PrintPrepLib.mesh.sampling import Surface
from PrintPrepLib.mesh.smooth import smooth
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from PrintPrepLib.report.drawing import coloured, nice_reach
from scipy.spatial.transform import Rotation

TURN = Rotation.from_euler("xyz", (37, -64, 120), degrees=True).as_matrix()
MIRROR = np.diag((-1.0, 1, 1))
FLIP = np.diag((-1.0, -1, 1))
LONG = np.diag((1, 1, 1.011))
SKEW = np.eye(3) + np.tan(np.radians(18.5)) * np.outer((0, 1, 0), (0, 0, 1))


@pytest.fixture(scope="module")
def reference() -> TriangleMesh:
    """A block with a ball and a rod on it: no symmetry, flat and round faces."""
    block = trimesh.creation.box((60, 40, 30)).subdivide_to_size(3)
    ball = trimesh.creation.icosphere(subdivisions=4, radius=12).apply_translation((20, 10, 22))
    rod = trimesh.creation.cylinder(6, 50, sections=64).subdivide_to_size(3)
    rod.apply_translation((-20, -8, 25))
    made = trimesh.util.concatenate((block, ball, rod))
    return TriangleMesh(made.vertices + np.array((10, 20, 30)), made.faces)


@pytest.fixture
def few_samples(monkeypatch):
    """A quarter of the work; what is found does not depend on it."""
    monkeypatch.setattr(module, "SAMPLES", 10_000)
    monkeypatch.setattr(module, "_FIT_SAMPLES", 3_000)
    monkeypatch.setattr(module, "_PATCH_SAMPLES", 30_000)
    monkeypatch.setattr(module, "_BACK_SAMPLES", 10_000)
    stages = ((300, 3_000, 7, 8), (1_000, 10_000, 12, 2), (2_500, 30_000, 12, 1))
    monkeypatch.setattr(registration, "_STAGES", stages)


def moved(mesh: TriangleMesh, matrix, shift=(0, 0, 0)) -> TriangleMesh:
    return TriangleMesh(mesh.points @ np.asarray(matrix, float).T + shift, mesh.triangles)


def half(mesh: TriangleMesh) -> TriangleMesh:
    middle = mesh.points[mesh.triangles].mean(axis=1)
    return TriangleMesh(mesh.points, mesh.triangles[middle[:, 0] < 10])


def dented(mesh: TriangleMesh, depth: float) -> TriangleMesh:
    """A Gaussian hollow on top of the ball, at (30, 30, 64)."""
    points = mesh.points.copy()
    apart = np.linalg.norm(points - (30, 30, 64), axis=1)
    points[:, 2] -= depth * np.exp(-((apart / 3) ** 2))
    return TriangleMesh(points, mesh.triangles)


def inflated(mesh: TriangleMesh, by: float) -> TriangleMesh:
    normals = trimesh.Trimesh(mesh.points, mesh.triangles, process=False).vertex_normals
    return TriangleMesh(mesh.points + by * normals, mesh.triangles)


def noisy(mesh: TriangleMesh) -> TriangleMesh:
    noise = np.random.default_rng(0).normal(0, 0.02, mesh.points.shape)
    return TriangleMesh(mesh.points + noise, mesh.triangles)


#: What was done, whether to align, and the findings that it must make: id → value.
CASES = {
    "nothing": (lambda m: m, False, {"same": 0.0}),
    "long along z": (lambda m: moved(m, LONG), False, {"scale_z": 1.011}),
    "larger": (lambda m: moved(m, np.eye(3) * 1.02), False, {"scale": 1.02}),
    "much smaller": (lambda m: moved(m, np.eye(3) * 0.7), False, {"scale": 0.7}),
    "metres": (lambda m: moved(m, np.eye(3) / 1000), False, {"unit": 1000}),
    "reference in inches": (lambda m: moved(m, np.eye(3) * 25.4), False, {"unit": 1 / 25.4}),
    "mirrored": (lambda m: moved(m, MIRROR), False, {"mirrored": None, "inside_out": None}),
    "dent": (lambda m: dented(m, 1.0), False, {"dent": -0.98}),
    "bump": (lambda m: dented(m, -1.0), False, {"bump": 0.98}),
    "skewed": (lambda m: moved(m, SKEW), False, {"skewed": 18.5}),
    "RAS for LPS": (lambda m: moved(m, FLIP), False, {"rotated": 180}),
    "inflated": (lambda m: inflated(m, 0.3), False, {"inflated": 0.3}),
    "half": (half, False, {"missing_part": 48}),
    "noise": (noisy, False, {"same": 0.028}),
    "moved": (lambda m: moved(m, np.eye(3), (3, 4, 0)), True, {"offset": 5.0}),
    "mirrored and moved": (
        lambda m: moved(m, MIRROR, (50, 0, 0)),
        True,
        {"mirrored": None, "inside_out": None, "offset": None},
    ),
    "long and turned": (
        lambda m: moved(m, TURN @ LONG, (200, 0, 0)),
        True,
        {"scale_z": 1.011, "rotated": 150.3, "offset": None},
    ),
    "metres, long, moved": (
        lambda m: moved(m, LONG / 1000, (0.3, 0, 0)),
        True,
        {"unit": 1000, "scale_z": 1.011, "offset": 300},
    ),
    "half, turned": (
        lambda m: moved(half(m), TURN, (200, 0, 0)),
        True,
        {"rotated": 150.3, "offset": None, "missing_part": 48},
    ),
}


#: The deepest samples of a dent lie somewhat beside its deepest point.
_OF = {"dent": 0.06, "bump": 0.06}


@pytest.mark.parametrize("case", CASES)
def test_every_change_is_named_with_its_size_and_nothing_else(reference, few_samples, case):
    make, align, expected = CASES[case]
    found = compare(make(reference), reference, align)
    named = {finding.id: finding.measured for finding in found.findings}
    assert named.keys() == expected.keys(), [finding.message for finding in found.findings]
    for name, value in expected.items():
        if value is not None:
            assert named[name] == pytest.approx(value, rel=_OF.get(name, 0.02), abs=0.002)


def test_smoothed_and_decimated_versions_are_the_same(reference, few_samples):
    """Of a ball with a bore: both bend at edges, where no dent is to be seen."""
    for changed in (decimate(reference, 0.5)[0], smooth(reference, 2.0)[0]):
        found = compare(changed, reference)
        assert [finding.id for finding in found.findings] == ["same"]
        assert found.shape.parts.scale == pytest.approx(1, abs=5e-4)


def test_figures_of_a_moved_plane_pair(few_samples):
    """A plate moved along its normal: one side outside, the other inside."""
    plate = trimesh.creation.box((80, 60, 8)).subdivide_to_size(4)
    plate = TriangleMesh(plate.vertices, plate.faces)
    record = comparison_record(compare(moved(plate, np.eye(3), (0, 0, 0.5)), plate))
    area = 2 * 80 * 60 + 2 * (80 + 60) * 8
    assert record["distance_mm"]["mean"] == pytest.approx(0.5 * 9600 / area, rel=0.02)
    assert record["distance_mm"]["max"] == pytest.approx(0.5, abs=0.01)
    assert record["distance_mm"]["signed_mean"] == pytest.approx(0, abs=0.01)
    assert not record["aligned"] and record["transform"] == np.eye(4).tolist()
    aligned = comparison_record(compare(moved(plate, np.eye(3), (0, 0, 0.5)), plate, True))
    assert aligned["aligned"] and aligned["distance_mm"]["p95"] < 0.001
    assert aligned["distance_as_given_mm"]["max"] == pytest.approx(0.5, abs=0.01)
    assert np.array(aligned["transform"])[:3, 3] == pytest.approx((0, 0, -0.5), abs=1e-3)


def test_record_is_json_and_keeps_its_keys(reference, few_samples):
    record = comparison_record(compare(moved(reference, LONG), reference))
    assert json.loads(json.dumps(record)) == record
    assert record["scale_axes"] == pytest.approx((1, 1, 1.011), abs=2e-4)
    assert max(record["scale_axes_error"]) < 1e-3
    assert set(record["distance_mm"]) == {"mean", "rms", "p95", "max", "signed_mean"}
    assert record["volume_ratio"] == pytest.approx(1.011)
    assert sum(record["histogram"]["counts"]) >= 0.99 * record["samples"]
    for finding in record["findings"]:
        assert {"id", "message", "value", "unit"} <= finding.keys()


def test_rigid_alignment_never_scales(reference, few_samples):
    found = compare(moved(reference, TURN @ LONG, (90, 0, 0)), reference, True)
    turn = found.transform[:3, :3]
    assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-9)
    assert np.abs(found.distances_mm).max() > 0.2


def test_different_objects_are_no_match(few_samples):
    ball = trimesh.creation.icosphere(3, 20)
    rod = trimesh.creation.box((200, 5, 5)).subdivide_to_size(5)
    found = compare(
        TriangleMesh(rod.vertices, rod.faces), TriangleMesh(ball.vertices, ball.faces), True
    )
    assert [finding.id for finding in found.findings] == ["no_match"]
    assert comparison_record(found)["scale_axes"] is None and not found.aligned
    assert np.array_equal(found.transform, np.eye(4))


def test_map_gives_every_point_its_distance(reference):
    shifted = moved(reference, np.eye(3), (100, 0, 0))
    back = np.eye(4)
    back[0, 3] = -100
    assert np.abs(comparison_map(shifted, reference, back)).max() < 1e-6
    ball = trimesh.creation.icosphere(4, 10)
    ball = TriangleMesh(ball.vertices, ball.faces)
    assert comparison_map(moved(ball, np.eye(3) * 1.05), ball, np.eye(4)) == pytest.approx(
        0.5, abs=0.01
    )


def test_empty_and_cancel(reference):
    empty = TriangleMesh(np.empty((0, 3)), np.empty((0, 3), int))
    for pair in ((empty, reference), (reference, empty)):
        with pytest.raises(MeshError):
            compare(*pair)
    with pytest.raises(Cancelled):
        compare(reference, reference, progress=lambda fraction, message: fraction > 0.3)


def test_noise_sets_the_least_depth_of_a_dent():
    assert compare_local.limit_mm(10, 0) == 0.05
    assert compare_local.limit_mm(260, 0) == pytest.approx(0.26)
    assert compare_local.limit_mm(260, 0.1) == pytest.approx(0.6)


def test_colours_end_where_the_scale_ends():
    assert [nice_reach(value) for value in (0, 0.034, 0.5, 0.51, 7)] == [0.01, 0.05, 0.5, 1, 10]
    ends = coloured(np.array((-9.0, -1, 0, 1, 9)), 1.0)
    assert np.array_equal(ends[0], ends[1]) and np.array_equal(ends[3], ends[4])
    assert ends[2].sum() > max(ends[0].sum(), ends[4].sum())


# The command line


@pytest.fixture(scope="module")
def files(reference, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    export_model(reference, folder / "reference.stl")
    export_model(moved(reference, LONG, (30, 0, 0)), folder / "model.3mf", "3mf")
    return folder


def test_command_in_a_process_of_its_own(files, project_root):
    ran = subprocess.run(
        [
            sys.executable, "-m", "PrintPrepLib.cli", "compare", files / "model.3mf",
            files / "reference.stl", "--align", "rigid", "--json",
        ],
        cwd=project_root / "PrintPrep",
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    record = json.loads(ran.stdout)
    assert record["aligned"] and record["samples"] == module.SAMPLES
    assert record["files"]["model"] == {"format": "3mf", "mm_per_unit": 1.0, "space": "LPS"}
    named = {finding["id"]: finding["value"] for finding in record["findings"]}
    assert named == {
        "scale_z": pytest.approx(1.011, abs=1e-4),
        "offset": pytest.approx(30, abs=0.01),
    }


def test_words_and_files(files, few_samples, tmp_path, capsys):
    out = tmp_path / "new" / "out"
    arguments = [str(files / "model.3mf"), str(files / "reference.stl"), "--out", str(out)]
    assert cli.main(["compare", *arguments]) == 0
    said = capsys.readouterr().out
    assert "The model is 1.1 % too long along z (scale 1.0110 ± 0.0000)." in said
    assert "Written: compare.json, compare.html, compare.ply" in said
    assert sorted(path.name for path in out.iterdir()) == [
        "compare.html",
        "compare.json",
        "compare.ply",
    ]
    page = (out / "compare.html").read_text("utf-8")
    assert page.count("data:image/png;base64,") == 2 and "1.0110" in page
    assert "http" not in page and str(files) not in page
    assert json.loads((out / "compare.json").read_text("utf-8"))["findings"]
    ply = read_model(out / "compare.ply")
    assert len(ply.triangles) == len(read_model(files / "model.3mf").triangles)


def test_refusals(files, tmp_path, capsys):
    assert cli.main(["compare", str(tmp_path / "none.stl"), str(files / "reference.stl")]) == 1
    assert "there is no such file" in capsys.readouterr().err
    with pytest.raises(SystemExit) as told:
        cli.main(["compare", str(files / "model.3mf")])
    assert told.value.code == 2


def test_one_triangle_against_a_body_takes_no_search():
    body = trimesh.creation.icosphere(subdivisions=3, radius=10)
    flat = TriangleMesh(np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]), np.array([[0, 1, 2]]))
    start = time.process_time()
    found = compare(flat, TriangleMesh(body.vertices, body.faces), align=True)
    assert time.process_time() - start < 10
    assert found.shape is None and not found.aligned
    assert found.distances_mm.max() == pytest.approx(-9, abs=0.2)


def test_far_apart_few_points_are_measured(monkeypatch):
    """From the middle of a ball much of it is equally far: a point costs milliseconds there."""
    monkeypatch.setattr(module, "_FAR_SAMPLES", 400)
    ball = trimesh.creation.icosphere(subdivisions=4, radius=50)
    outer = TriangleMesh(ball.vertices, ball.faces)
    search = SurfaceSearch(Surface(outer))
    for radius, measured in ((12, 400), (47, len(outer.points))):
        inner = TriangleMesh(outer.points * radius / 50, outer.triangles)
        assert measured * 0.9 <= len(module._enough(inner.points, search)) <= measured
        distances = comparison_map(inner, outer, np.eye(4))
        assert len(distances) == len(inner.points)
        assert distances == pytest.approx(radius - 50.0, abs=0.2)


def test_what_nothing_good_comes_of_is_not_refined(reference, monkeypatch):
    """Bodies of nothing in common were laid onto one another to the end, many times."""
    calls = []
    refined = registration._Search._refined
    monkeypatch.setattr(
        registration._Search, "_refined", lambda *some: calls.append(some) or refined(*some)
    )
    own, other = Surface(reference), Surface(moved(reference, np.eye(3), (9, 0, 0)))
    search = registration._Search(
        own.cloud(registration.MOVING), other.cloud(registration.FIXED), other.size
    )
    assert search.best([np.eye(4)], None, 1.0).misfit < 0.02
    assert len(calls) == len(registration._STAGES) - 1
    search.best([np.eye(4)], None, 0.0)
    assert len(calls) == len(registration._STAGES)
