"""The generated truth is true: images against closed forms, measures against known meshes."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.isosurface import isosurface
from phantoms import edges
from phantoms.analytic import ball_profile
from phantoms.edges import CENTER, SKEW, case, measure, mesh_faults
from phantoms.measure import Surface
from phantoms.painted import ball, block, blur, grid_about, image, sharpening
from scipy.special import ndtr


def test_a_blurred_ball_is_that_of_the_closed_form():
    grid = grid_about(CENTER, 8, (0.5, 0.5, 0.7), SKEW)
    values = image([(ball(CENTER, 5.0), 1000.0)], 0, grid, blur(0.6))
    distance = np.linalg.norm(grid.centers() - np.array(CENTER), axis=-1)
    error = values - 1000 * ball_profile(distance, 5.0, 0.6)
    # A millimetre of the edge is 660 grey values.
    assert np.abs(error).max() < 4 and error.std() < 0.3


@pytest.mark.parametrize("slab", [0.0, 1.0])
def test_a_thin_wall_is_blurred_by_the_direction_that_it_faces(slab):
    normal = SKEW[:, 2]
    grid = grid_about(CENTER, 4, (0.45, 0.45, 0.6), seed=2)
    wall = block(CENTER, (90, 90, 0.3), SKEW)
    values = image([(wall, 1000.0)], 0, grid, blur(0.5, 0.8, slab))
    across = 0.8**2 + slab**2 / 12
    sigma = np.sqrt(0.5**2 * (1 - normal[2] ** 2) + across * normal[2] ** 2)
    x = (grid.centers() - np.array(CENTER)) @ normal
    true = 1000 * (ndtr((x + 0.15) / sigma) - ndtr((x - 0.15) / sigma))
    # A slice's box is no Gaussian, so that its wall is only nearly this one.
    assert np.abs(values - true).max() < (6 if slab else 0.2)


def test_sharpening_overshoots_and_keeps_the_plateau():
    grid = grid_about(CENTER, 8, (0.5, 0.5, 0.7))
    values = image([(ball(CENTER, 5.0), 1000.0)], 0, grid, sharpening(0.48, 0.95, 0.45, 0.6))
    assert values.max() > 1020 and values.min() < -20
    middle = np.unravel_index(
        np.argmin(np.linalg.norm(grid.centers() - np.array(CENTER), axis=-1)), grid.shape
    )
    assert values[middle] == pytest.approx(1000, abs=2)


def true_mesh(made: edges.EdgeCase, side: float = 0.3) -> Surface:
    """The zero of the true distance, by marching."""
    half = (np.asarray(made.grid.shape[::-1]) - 1) / 2 * np.asarray(made.grid.spacing)
    middle = made.grid.points(*(np.array((n - 1) / 2) for n in made.grid.shape[::-1]))
    grid = grid_about(middle, half + 1, (side,) * 3, made.grid.axes)
    distance = made.distance(grid.centers().reshape(-1, 3)).reshape(grid.shape)
    return isosurface(-distance.astype(np.float32), grid.ijk_to_lps, 0.0)


@pytest.mark.parametrize(
    "name", ["tube/1.0 mm", "joint/1.0 mm", "cut/shell", "sheet/1.0 mm, air and tissue"]
)
def test_the_true_surface_measures_as_true(name, monkeypatch):
    # The truth needs no image.
    monkeypatch.setattr(edges, "image", lambda scene, value, grid, *_: np.zeros(grid.shape))
    made = case(name)
    found = measure(made, true_mesh(made))
    assert abs(found["mean"]) < 0.005 and found["rms"] < 0.02
    assert found["missing"] == 0 and abs(found["volume_percent"]) < 0.7
    assert abs(found["thickness_error"]) < 0.01 and found["thickness_lost"] < 0.01
    assert found["extra_components"] == found["extra_handles"] == 0
    for fault in ("boundary_edges", "non_manifold_edges", "non_manifold_vertices"):
        assert found[fault] == 0
    assert found["self_intersections"] == 0


def test_what_is_too_thick_and_what_is_lost_is_told(monkeypatch):
    monkeypatch.setattr(edges, "image", lambda scene, value, grid, *_: np.zeros(grid.shape))
    made = case("tube/1.0 mm")
    mesh = true_mesh(made)
    normals = edges.normals_of(made.distance, mesh.points)
    thicker = measure(made, Surface(mesh.points + 0.1 * normals, mesh.triangles), faults=False)
    assert thicker["mean"] == pytest.approx(0.1, abs=0.01)
    assert thicker["thickness_error"] == pytest.approx(0.2, abs=0.01)
    middle = (mesh.corners.mean(axis=1) - np.array(CENTER)) @ SKEW
    half = measure(made, mesh.kept(middle[:, 2] > 0))
    assert 0.3 < half["missing"] < 0.5 and 0.4 < half["thickness_lost"] < 0.6
    assert half["boundary_edges"] > 0


def test_faults_are_counted():
    corners = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)], float)
    faces = np.array([(0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2)])
    sound = Surface(corners, faces)
    assert not any(mesh_faults(sound)[f] for f in ("boundary_edges", "handles"))
    both = Surface(np.concatenate([corners, corners + 0.2]), np.concatenate([faces, faces + 4]))
    assert mesh_faults(both)["self_intersections"] > 0 and mesh_faults(both)["components"] == 2
    point = Surface(
        np.concatenate([corners, -corners]), np.concatenate([faces, faces[:, ::-1] + 4])
    )
    assert mesh_faults(point)["non_manifold_vertices"] == 1
