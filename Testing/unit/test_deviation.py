"""Deviations against surfaces whose distance is known, and against an exact reader."""

from __future__ import annotations

import math

import numpy as np
import pytest
import trimesh
from phantoms.measure import ClosestPoint, Surface
from PrintPrepLib.core.errors import Cancelled, MeshError
from PrintPrepLib.mesh import deviation as module
from PrintPrepLib.mesh.deviation import deviation
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh

AT = np.array((31.4, -250.1, 812.3))


def ball(radius: float, subdivisions: int = 5, at=AT) -> TriangleMesh:
    sphere = trimesh.creation.icosphere(subdivisions=subdivisions, radius=radius)
    return TriangleMesh(sphere.vertices + at, sphere.faces)


def shifted(upwards: float) -> np.ndarray:
    return AT + np.array((0, 0, upwards))


def test_equal_surfaces_do_not_deviate():
    found = deviation(ball(10), ball(10))
    assert found.max_mm < 1e-9 and found.volume_change_percent == 0
    assert found.samples == module.SAMPLES


@pytest.mark.parametrize("change", [0.5, -0.5])
def test_concentric_balls(change):
    found = deviation(ball(20 + change), ball(20))
    for value in (found.max_mm, found.mean_mm, found.rms_mm, found.p95_mm):
        assert value == pytest.approx(0.5, abs=0.003)
    assert found.signed_mean_mm == pytest.approx(change, abs=0.003)
    assert found.volume_change_percent == pytest.approx(100 * ((1 + change / 20) ** 3 - 1))


def test_shifted_ball():
    """Moved by t: the distance is |t cos| over the area, whose mean is t/2 and RMS t/√3."""
    found = deviation(ball(20, at=shifted(0.3)), ball(20))
    assert found.mean_mm == pytest.approx(0.15, abs=0.002)
    assert found.rms_mm == pytest.approx(0.3 / math.sqrt(3), abs=0.002)
    assert found.p95_mm == pytest.approx(0.3 * 0.95, abs=0.003)
    assert found.max_mm == pytest.approx(0.3, abs=0.003)
    assert found.signed_mean_mm == pytest.approx(0, abs=0.002)


def test_what_vanished_is_found_from_the_other_side():
    """Every point of the ball lies on the original; the speck that is gone does not."""
    whole, speck = ball(10), ball(1, 2, AT + np.array((30, 0, 0)))
    original = TriangleMesh(
        np.concatenate((whole.points, speck.points)),
        np.concatenate((whole.triangles, speck.triangles + len(whole.points))),
    )
    found = deviation(whole, original)
    assert found.mean_mm < 1e-9
    assert found.max_mm == pytest.approx(21, abs=0.01)
    assert found.volume_change_percent == pytest.approx(-0.1, abs=0.01)


def test_one_thorn_among_many_corners_is_found():
    original = ball(20, 6)
    points = original.points.copy()
    points[12345] = AT + (points[12345] - AT) * 1.1
    found = deviation(TriangleMesh(points, original.triangles), original)
    assert found.max_mm == pytest.approx(2.0, abs=0.005)
    assert found.p95_mm < 0.001


def test_coarse_against_fine_is_exact(monkeypatch):
    """Large triangles beside small ones: the maximum is that of measuring every point."""
    monkeypatch.setattr(module, "SAMPLES", 500)
    fine = ball(20, 5, (0, 0, 0))
    radii = 1 + 0.01 * np.sin(5 * fine.points[:, :1])
    fine = TriangleMesh(fine.points * radii, fine.triangles)
    coarse = ball(20, 2, (0, 0, 0))
    one = ClosestPoint(Surface(fine.points, fine.triangles)).distance(coarse.points).max()
    two = ClosestPoint(Surface(coarse.points, coarse.triangles)).distance(fine.points).max()
    found = deviation(coarse, fine)
    assert found.max_mm >= max(one, two) - 1e-9
    assert found.max_mm == pytest.approx(max(one, two), rel=0.02)


def test_too_many_far_points_are_bounded_from_above(monkeypatch):
    monkeypatch.setattr(module, "_MOST_EXACT", 0)
    exact = 0.3
    found = deviation(ball(20, at=shifted(exact)), ball(20))
    assert exact - 0.003 <= found.max_mm < exact + 0.05


def test_points_without_a_triangle_do_not_count():
    whole = ball(10)
    loose = TriangleMesh(np.vstack((whole.points, [[0, 0, 0]])), whole.triangles)
    assert deviation(loose, whole).max_mm < 1e-9
    assert deviation(whole, loose).max_mm < 1e-9


def test_same_meshes_give_the_same_figures():
    assert deviation(ball(10), ball(11)) == deviation(ball(10), ball(11))


def test_empty_mesh_is_refused():
    empty = TriangleMesh(np.empty((0, 3)), np.empty((0, 3), int))
    for pair in ((empty, ball(5)), (ball(5), empty)):
        with pytest.raises(MeshError, match="no surface"):
            deviation(*pair)


@pytest.mark.parametrize("at", [0.0, 0.3, 0.6])
def test_cancel(at):
    with pytest.raises(Cancelled):
        deviation(ball(10), ball(11), progress=lambda fraction, message: fraction >= at)


def test_large_meshes_are_compared():
    original = ball(100, 7)
    found = deviation(
        TriangleMesh(original.points + np.array((0, 0, 0.1)), original.triangles), original
    )
    assert found.max_mm == pytest.approx(0.1, abs=0.001)
