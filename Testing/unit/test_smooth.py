"""Smoothing against closed formulas: what it takes away, what it leaves, what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from phantoms.analytic import Ball
from PrintPrepLib.core.errors import Cancelled, MeshError
from PrintPrepLib.mesh.smooth import smooth
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh, measure
from PrintPrepLib.surface.grey_values import grey_value_surface


def rippled(
    wave: float, step: float = 0.3, height: float = 0.02
) -> tuple[TriangleMesh, np.ndarray]:
    """A sheet of triangles with waves of one length, and the corners far from its rim."""
    count = int(16 * wave / step / 3) + 80
    x, y = np.meshgrid(np.arange(count) * step, np.arange(60) * step)
    z = height * np.sin(2 * np.pi * x / wave)
    index = np.arange(x.size).reshape(x.shape)
    a, b, c, d = (
        corner.ravel()
        for corner in (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1])
    )
    triangles = np.concatenate((np.stack((a, b, c), 1), np.stack((a, c, d), 1)))
    inner = index[25:-25, 25:-25].ravel()
    return TriangleMesh(np.stack((x.ravel(), y.ravel(), z.ravel()), 1), triangles), inner


@pytest.mark.parametrize("step", [0.2, 0.3])
@pytest.mark.parametrize(
    ("share", "low", "high"), [(0.5, -0.01, 0.02), (1.0, 0.4, 0.7), (2.0, 0.97, 1.01)]
)
def test_waves_go_by_their_length_in_millimetres(share, low, high, step):
    detail = 3.0
    mesh, inner = rippled(share * detail, step)
    # An open sheet encloses nothing whose change would mean something.
    after, _ = smooth(mesh, detail, largest_volume_change_percent=np.inf)
    before, after = mesh.points[inner, 2], after.points[inner, 2]
    assert low < (after @ before) / (before @ before) < high


def test_rim_of_an_open_surface_stays():
    mesh, _ = rippled(1.0)
    after, _ = smooth(mesh, 3.0, largest_volume_change_percent=np.inf)
    rim = np.flatnonzero(mesh.points[:, 1] == 0)
    np.testing.assert_allclose(after.points[rim], mesh.points[rim], atol=1e-12)


RADIUS, CENTER, ROUGH = 12.0, np.array((31.4, -250.1, 812.3)), 0.08


@pytest.fixture(scope="module")
def rough() -> TriangleMesh:
    """A ball of 12 mm radius whose corners lie up to a quarter of a millimetre off."""
    ball = trimesh.creation.icosphere(subdivisions=6, radius=RADIUS)
    radii = 1 + np.random.default_rng(3).normal(0, ROUGH / RADIUS, (len(ball.vertices), 1))
    return TriangleMesh(ball.vertices * radii + CENTER, ball.faces)


def radii(mesh: TriangleMesh) -> np.ndarray:
    return np.linalg.norm(mesh.points - CENTER, axis=1)


@pytest.mark.parametrize(("detail", "left"), [(1.0, 0.45), (2.0, 0.25), (4.0, 0.15)])
def test_rough_ball_gets_smooth_and_keeps_its_size(rough, detail, left):
    """Noise holds all waves alike: what is left of it is the share of the long ones."""
    after, deviation = smooth(rough, detail)
    assert radii(after).std() < left * radii(rough).std()
    assert radii(after).mean() == pytest.approx(RADIUS, abs=0.004)
    assert abs(deviation.volume_change_percent) < 0.5
    # What was taken away is the roughness, which is known.
    assert deviation.max_mm == pytest.approx(np.abs(radii(rough) - RADIUS).max(), rel=0.2)
    assert np.array_equal(after.triangles, rough.triangles)
    measures = measure(after)
    assert measures.watertight and measures.inconsistent_edges == 0


def test_more_smoothing_leaves_less_roughness(rough):
    left = [radii(smooth(rough, detail)[0]).std() for detail in (0.5, 1.0, 2.0, 4.0)]
    assert left == sorted(left, reverse=True)
    assert left[-1] < 0.01


def test_flat_and_large_is_neither_moved_nor_scaled():
    """Extents of a body of 240 mm stay to a thousandth of a millimetre in its flat parts."""
    box = trimesh.creation.box(extents=(240, 160, 80))
    for _ in range(6):
        box = box.subdivide()
    mesh = TriangleMesh(box.vertices + CENTER, box.faces)
    after, _ = smooth(mesh, 8.0)
    flat = np.abs(box.vertices[:, 1:]).max(axis=1) < 20
    np.testing.assert_allclose(after.points[flat], mesh.points[flat], atol=1e-3)


def test_ball_of_grey_values_keeps_its_radius():
    """A blurred ball with noise in its voxels, tilted steps not needed: the whole way."""
    k, j, i = np.mgrid[0:56, 0:64, 0:64].astype(float)
    matrix = np.diag((0.5, 0.5, 0.6, 1.0))
    matrix[:3, 3] = (-15.9, -16.1, -16.6)
    points = np.stack((i, j, k, np.ones_like(i)), -1) @ matrix.T
    inside = Ball((0, 0, 0), 12).occupancy(points[..., :3], 0.6)
    noise = np.random.default_rng(1).normal(0, 60, inside.shape)
    voxels = 1000 * inside + noise
    mesh = grey_value_surface(voxels, inside > 0.5, matrix, 500)
    after, deviation = smooth(mesh, 3.0)
    before = np.linalg.norm(mesh.points, axis=1)
    radius = np.linalg.norm(after.points, axis=1)
    assert radius.std() < 0.5 * before.std()
    assert radius.mean() == pytest.approx(before.mean(), abs=0.02)
    assert 0 < deviation.mean_mm < 0.2
    assert measure(after).watertight


def test_loss_beyond_the_bound_is_refused_with_its_figure():
    speck = trimesh.creation.icosphere(subdivisions=2, radius=1)  # six millimetres round
    mesh = TriangleMesh(speck.vertices, speck.faces)
    with pytest.raises(MeshError, match=r"finer than 6 mm .* more than the 1 % allowed"):
        smooth(mesh, 6.0)
    after, deviation = smooth(mesh, 6.0, largest_volume_change_percent=100)
    assert abs(deviation.volume_change_percent) > 1
    assert deviation.volume_change_percent == pytest.approx(
        100 * (measure(after).volume_mm3 / measure(mesh).volume_mm3 - 1), abs=1e-9
    )


@pytest.mark.parametrize("detail", [0, -1, 1000, float("nan")])
def test_impossible_detail_is_refused(rough, detail):
    with pytest.raises(MeshError, match=r"between 0\.1 and 20 mm"):
        smooth(rough, detail)


def test_empty_mesh_is_refused():
    with pytest.raises(MeshError, match="no surface"):
        smooth(TriangleMesh(np.empty((0, 3)), np.empty((0, 3), int)), 1.0)


@pytest.mark.parametrize("at", [0.0, 0.2, 0.5, 0.8])
def test_cancel(rough, at):
    with pytest.raises(Cancelled):
        smooth(rough, 1.0, progress=lambda fraction, message: fraction >= at)


def test_mesh_is_not_changed_and_loose_points_do_no_harm(rough):
    points = np.vstack((rough.points, [[0.0, 0, 0]]))
    before = points.copy()
    after, _ = smooth(TriangleMesh(points, rough.triangles), 2.0)
    np.testing.assert_array_equal(points, before)
    np.testing.assert_allclose(after.points[-1], 0, atol=1e-9)
    assert np.isfinite(after.points).all()


def test_large_smooth_mesh_stays_where_it_is():
    ball = trimesh.creation.icosphere(subdivisions=7, radius=50)
    after, deviation = smooth(TriangleMesh(ball.vertices, ball.faces), 2.0)
    assert deviation.max_mm < 0.001
    assert len(after.triangles) == 20 * 4**7
