"""The demonstration's own measuring: on shapes made elsewhere, true ones and false ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import demo
import numpy as np
import pytest
import trimesh

BALL = (-95.0, -8.0, 2.0)
BLOCK = (96.0, 6.0, -4.0)
EDGES = (20.0, 30.0, 40.0)
TURN = trimesh.transformations.euler_matrix(0.3, -0.2, 0.1)

TRUTH = SimpleNamespace(
    ball_diameter_mm=30.0,
    ball_half_contrast_diameter_mm=30.0,
    ball_center_lps=BALL,
    block_edges_mm=EDGES,
    block_center_lps=BLOCK,
    tilt_deg=-15.5,
    steps_mm=(1.0, 2.0),
)
QA = {
    "source": {"tilt_deg": 15.5, "steps_mm": {"min": 1.0, "median": 1.0, "max": 2.0}},
    "volume": {"residual_mm": {"max": 0.0, "rms": 0.0}},
    "segment": {"surface": "edge"},
}

#: In every interpreter of the demonstration: what draws on screens, and Slicer, cannot be imported.
BLOCKER = """
import sys

BLOCKED = ("slicer", "PySide6", "vtkmodules.all", "vtkmodules.vtkRendering")

def refuse(event, arguments):
    if event == "import" and arguments[0].startswith(BLOCKED):
        raise ImportError(f"{arguments[0]} is blocked")

sys.addaudithook(refuse)
"""


def model(path, *, ball=30.0, edges=EDGES, moved=(0.0, 0.0, 0.0), turn=TURN):
    """A ball, a turned block and something large between them, as trimesh makes them."""
    sphere = trimesh.creation.icosphere(subdivisions=5, radius=ball / 2)
    sphere.apply_translation(np.add(BALL, moved))
    box = trimesh.creation.box(edges).subdivide_to_size(1.5)
    box.apply_transform(turn)
    box.apply_translation(BLOCK)
    skull = trimesh.creation.icosphere(subdivisions=4, radius=65)
    trimesh.util.concatenate([skull, sphere, box]).export(path)
    return path


def rows(path, qa=QA):
    return {row.what.strip(): row for row in demo.measured_against_true(path, qa, TRUTH)}


@pytest.mark.parametrize("turn", [TURN, np.eye(4)], ids=["turned", "straight"])
def test_true_shapes_pass(tmp_path, turn) -> None:
    found = rows(model(tmp_path / "model.stl", turn=turn))
    assert all(row.passed for row in found.values())
    assert found["ball: diameter"].measured == pytest.approx(30.0, abs=0.003)
    for index, edge in enumerate(sorted(EDGES, reverse=True), start=1):
        assert found[f"block: edge {index}"].measured == pytest.approx(edge, abs=1e-3)


@pytest.mark.parametrize(
    ("change", "failing"),
    [
        ({"ball": 30.08}, {"ball: diameter"}),
        ({"moved": (0.0, 0.0, 0.05)}, {"ball: centre, S"}),
        ({"edges": (20.0, 30.1, 40.0)}, {"block: edge 2"}),
        ({"moved": (-0.08, 0.0, 0.0)}, {"ball: centre, L", "ball to block, centres"}),
    ],
)
def test_false_shapes_fail_where_they_are_false(tmp_path, change, failing) -> None:
    found = rows(model(tmp_path / "model.stl", **change))
    assert {what for what, row in found.items() if not row.passed} == failing


def test_at_a_threshold_the_ball_is_as_the_scan_blurs_it(tmp_path) -> None:
    blurred = SimpleNamespace(**{**vars(TRUTH), "ball_half_contrast_diameter_mm": 29.9})
    qa = {**QA, "segment": {"surface": "threshold"}}
    path = model(tmp_path / "model.stl", ball=29.9)
    assert demo.measured_against_true(path, qa, blurred)[0].passed
    assert not demo.measured_against_true(path, QA, blurred)[0].passed


def test_wrong_tilt_fails(tmp_path) -> None:
    qa = {**QA, "source": {**QA["source"], "tilt_deg": 15.4}}
    found = rows(model(tmp_path / "model.stl"), qa)
    assert [what for what, row in found.items() if not row.passed] == ["gantry tilt"]


def test_missing_ball_is_said(tmp_path) -> None:
    path = tmp_path / "model.stl"
    trimesh.creation.icosphere(subdivisions=4, radius=65).export(path)
    with pytest.raises(demo.DemoError, match="30 mm"):
        rows(path)


def test_table_marks_what_failed() -> None:
    passed = demo.Row("edge", "mm", 20.0, 20.01, 0.05)
    failed = demo.Row("centre", "mm", 1.0, 0.9, 0.05)
    first, second, third = demo.table([passed, failed]).splitlines()
    assert first.split() == ["true", "measured", "apart", "allowed"]
    assert second.split() == ["edge,", "mm", "20.000", "20.010", "+0.010", "0.050", "ok"]
    assert third.split() == ["centre,", "mm", "1.000", "0.900", "-0.100", "0.050", "FAILED"]


def test_it_runs_without_slicer_and_graphics_libraries(tmp_path: Path) -> None:
    """The whole of ``make demo``, where EGL, GL and X11 are there but cannot be loaded."""
    for folder in ("libraries", "modules"):
        (tmp_path / folder).mkdir()
    for library in ("libEGL.so.1", "libGL.so.1", "libX11.so.6"):
        (tmp_path / "libraries" / library).write_text("broken")
    (tmp_path / "modules" / "sitecustomize.py").write_text(BLOCKER)
    paths = [str(tmp_path / "modules"), str(demo.PROJECT / "PrintPrep")]
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": str(tmp_path / "libraries"),
        "PYTHONPATH": os.pathsep.join(paths),
    }
    if sys.platform == "linux":
        tried = [sys.executable, "-c", "import ctypes; ctypes.CDLL('libGL.so.1')"]
        refused = subprocess.run(tried, env=environment, capture_output=True, text=True)
        assert "OSError" in refused.stderr
    command = [sys.executable, str(demo.PROJECT / "Testing" / "demo.py"), "--out", tmp_path / "out"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "No picture" not in done.stdout + done.stderr
    assert "data:image/png" in (tmp_path / "out" / "qa.html").read_text(encoding="utf-8")
