"""Fewer triangles: counts, closedness and distances against closed formulas and oracles."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from phantoms.measure import ClosestPoint, Surface
from PrintPrepLib.core.errors import Cancelled, MeshError
from PrintPrepLib.mesh.decimate import decimate
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh, measure
from PrintPrepLib.surface.grey_values import grey_value_surface

AT = np.array((31.4, -250.1, 812.3))


def ball(radius: float = 20, subdivisions: int = 5, at=AT) -> TriangleMesh:
    sphere = trimesh.creation.icosphere(subdivisions=subdivisions, radius=radius)
    return TriangleMesh(sphere.vertices + at, sphere.faces)


@pytest.fixture(scope="module")
def noisy() -> TriangleMesh:
    """Grey values as a scanner's noise makes them: thin bridges, hollows, touching parts."""
    from scipy.ndimage import gaussian_filter

    random = np.random.default_rng(4)
    voxels = gaussian_filter(random.normal(size=(50, 50, 50)), 2.0)
    voxels = 300 * voxels / voxels.std() + random.normal(0, 20, voxels.shape)
    voxels = np.pad(voxels, 1, constant_values=-1000)
    return grey_value_surface(voxels, voxels >= 150, np.diag((0.5, 0.5, 0.6, 1.0)), 150)


@pytest.mark.parametrize("reduction", [0.3, 0.5, 0.9])
def test_ball_keeps_its_radius(reduction):
    mesh = ball()
    after, deviation = decimate(mesh, reduction, 0.2)
    count = len(mesh.triangles)
    assert len(after.triangles) == pytest.approx(count * (1 - reduction), abs=2)
    radii = np.linalg.norm(after.points - AT, axis=1)
    # A facet of a ball with sides s sags s²/6R below its corners; area of a facet 4πR²/n.
    sag = 4 * np.pi * 20 / len(after.triangles) * 4 / np.sqrt(3) / 6
    assert abs(radii - 20).max() < 2 * sag
    assert deviation.max_mm < 4 * sag
    measures = measure(after)
    assert measures.watertight and measures.inconsistent_edges == 0
    assert deviation.volume_change_percent == pytest.approx(
        100 * (measures.volume_mm3 / measure(mesh).volume_mm3 - 1), abs=1e-9
    )
    assert abs(deviation.volume_change_percent) < 0.3


def test_flat_faces_cost_nothing():
    """A finely cut box needs few triangles, and keeps its edges and corners exactly."""
    box = trimesh.creation.box(extents=(30, 20, 10))
    for _ in range(5):
        box = box.subdivide()
    mesh = TriangleMesh(box.vertices + AT, box.faces)
    after, deviation = decimate(mesh, 0.9, 0.05)
    assert len(after.triangles) <= 0.1 * len(mesh.triangles) + 2
    assert deviation.max_mm < 1e-3
    assert measure(after).extents_mm == pytest.approx((30, 20, 10), abs=1e-3)
    assert measure(after).volume_mm3 == pytest.approx(6000, rel=1e-5)


@pytest.mark.parametrize(("reduction", "bound"), [(0.5, 0.1), (0.9, 0.3)])
def test_noise_stays_closed_with_all_its_shells_and_hollows(noisy, reduction, bound):
    after, deviation = decimate(noisy, reduction, bound)
    before, now = measure(noisy), measure(after)
    assert before.components > 3 and before.watertight
    assert now.watertight and now.non_manifold_edges == now.inconsistent_edges == 0
    assert (now.components, now.voids) == (before.components, before.voids)
    assert now.triangles < before.triangles
    assert deviation.max_mm <= bound
    assert trimesh.Trimesh(after.points, after.triangles, process=False).is_winding_consistent


@pytest.mark.parametrize("bound", [0.02, 0.1])
def test_bound_holds_for_every_corner_by_another_measure(noisy, bound):
    after, deviation = decimate(noisy, 0.95, bound)
    one = ClosestPoint(Surface(noisy.points, noisy.triangles)).distance(after.points).max()
    two = ClosestPoint(Surface(after.points, after.triangles)).distance(noisy.points).max()
    assert max(one, two) <= bound
    assert deviation.max_mm >= max(one, two) - 1e-9


def test_larger_bound_allows_fewer_triangles(noisy):
    counts = [len(decimate(noisy, 0.95, bound)[0].triangles) for bound in (0.02, 0.1, 0.4)]
    assert counts == sorted(counts, reverse=True) and counts[-1] < 0.5 * counts[0]


def test_rim_of_an_open_surface_stays():
    x, y = np.meshgrid(np.arange(30.0), np.arange(30.0))
    index = np.arange(900).reshape(30, 30)
    a, b, c, d = (
        s.ravel() for s in (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1])
    )
    triangles = np.concatenate((np.stack((a, b, c), 1), np.stack((a, c, d), 1)))
    sheet = TriangleMesh(np.stack((x.ravel(), y.ravel(), np.zeros(900)), 1), triangles)
    after, _ = decimate(sheet, 0.8, 0.05)
    assert measure(after).boundary_edges == measure(sheet).boundary_edges == 4 * 29
    assert measure(after).area_mm2 == pytest.approx(29 * 29)
    assert len(after.triangles) < 0.5 * len(triangles)


def test_tetrahedra_and_blocks_cannot_vanish():
    """The smallest closed surfaces: nothing may be taken from a tetrahedron."""
    points = np.array([(0.0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)])
    four = TriangleMesh(points, np.array([(0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2)]))
    after, deviation = decimate(four, 0.9, 10)
    assert len(after.triangles) == 4 and deviation.max_mm < 1e-9
    after, _ = decimate(ball(5, 1), 0.99, 100)
    assert measure(after).watertight and measure(after).volume_mm3 > 0


def test_nothing_to_remove_changes_nothing():
    mesh = ball()
    after, deviation = decimate(mesh, 0.0)
    assert len(after.triangles) == len(mesh.triangles)
    assert deviation.max_mm < 1e-9


def test_same_mesh_gives_the_same_result(noisy):
    one, two = decimate(noisy, 0.5, 0.1)[0], decimate(noisy, 0.5, 0.1)[0]
    np.testing.assert_array_equal(one.points, two.points)
    np.testing.assert_array_equal(one.triangles, two.triangles)


def test_mesh_is_not_changed_and_loose_points_do_no_harm():
    mesh = ball()
    points = np.vstack((mesh.points, [[0.0, 0, 0]]))
    before, corners = points.copy(), mesh.triangles.copy()
    after, _ = decimate(TriangleMesh(points, mesh.triangles), 0.5)
    np.testing.assert_array_equal(points, before)
    np.testing.assert_array_equal(mesh.triangles, corners)
    assert len(np.unique(after.triangles)) == len(after.points)


@pytest.mark.parametrize("reduction", [-0.1, 1.0, float("nan")])
def test_impossible_share_is_refused(reduction):
    with pytest.raises(MeshError, match="between 0 and 99%"):
        decimate(ball(), reduction)


@pytest.mark.parametrize("bound", [0, -1, float("nan"), float("inf")])
def test_impossible_bound_is_refused(bound):
    with pytest.raises(MeshError, match="positive number"):
        decimate(ball(), 0.5, bound)


def test_empty_mesh_is_refused():
    with pytest.raises(MeshError, match="no surface"):
        decimate(TriangleMesh(np.empty((0, 3)), np.empty((0, 3), int)), 0.5)


@pytest.mark.parametrize("at", [0.0, 0.1, 0.2, 0.3])
def test_cancel(noisy, at):
    with pytest.raises(Cancelled):
        decimate(noisy, 0.9, 1.0, progress=lambda fraction, message: fraction >= at)
