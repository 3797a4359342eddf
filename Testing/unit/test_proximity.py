"""Nearest places and rays against independent readers and against every triangle in turn."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from phantoms.measure import ClosestPoint
from phantoms.measure import Surface as Measured
from PrintPrepLib.core.errors import Cancelled
from PrintPrepLib.mesh.proximity import SurfaceSearch, to_triangles
from PrintPrepLib.mesh.sampling import Surface
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh


def searching(mesh: trimesh.Trimesh) -> SurfaceSearch:
    return SurfaceSearch(Surface(TriangleMesh(mesh.vertices, mesh.faces)))


@pytest.mark.parametrize("spread", [0.05, 2.0, 60.0])
def test_no_triangle_is_nearer_than_the_one_found(spread):
    """Large triangles beside small ones, slivers among them, about a hollow shape."""
    random = np.random.default_rng(3)
    mesh = trimesh.util.concatenate(
        (
            trimesh.creation.icosphere(subdivisions=3, radius=12),
            trimesh.creation.box((60, 1, 30)),
            trimesh.creation.cylinder(4, 80, sections=200),
        )
    )
    search = searching(mesh)
    points = search.surface.samples(200)[0] + random.normal(0, spread, (200, 3))
    foot, triangle = search.feet(points)
    distance = np.linalg.norm(points - foot, axis=1)
    corners = mesh.vertices[mesh.faces]
    every = np.array([to_triangles(np.repeat(p[None], len(corners), 0), corners) for p in points])
    np.testing.assert_allclose(distance, every.min(axis=1), atol=1e-7)
    np.testing.assert_allclose(to_triangles(foot, corners[triangle]), 0, atol=1e-5)


def test_distances_are_those_of_an_exact_reader():
    """The ball alone, whose outside is plain, from near and far."""
    ball = trimesh.creation.icosphere(subdivisions=4, radius=12)
    points = np.random.default_rng(0).normal(0, 15, (3000, 3))
    exact = ClosestPoint(Measured(ball.vertices, ball.faces)).signed(points)
    search = SurfaceSearch(Surface(TriangleMesh(ball.vertices, ball.faces)))
    assert np.abs(search.nearest(points).signed - exact).max() < 1e-9
    inside_out = SurfaceSearch(Surface(TriangleMesh(ball.vertices, ball.faces[:, ::-1])))
    assert np.abs(inside_out.nearest(points).signed - exact).max() < 1e-9


def test_distances_beside_edges_and_corners_have_the_right_sign():
    box = trimesh.creation.box((40, 60, 80))
    points = np.random.default_rng(1).uniform(-60, 60, (4000, 3))
    beyond = np.abs(points) - (20, 30, 40)
    outside = np.linalg.norm(np.maximum(beyond, 0), axis=1)
    truth = np.where((beyond < 0).all(axis=1), beyond.max(axis=1), outside)
    search = SurfaceSearch(Surface(TriangleMesh(box.vertices, box.faces)))
    assert np.abs(search.nearest(points).signed - truth).max() < 1e-9


def test_normals_on_edges_and_corners_are_those_of_all_triangles_there():
    search = searching(trimesh.creation.box((2, 2, 2)))
    points = np.array(((3, 0.3, 0.2), (3, 3, 0.2), (3, 3, 3)), float)
    normals = [(1, 0, 0), np.array((1, 1, 0)) / np.sqrt(2), np.array((1, 1, 1)) / np.sqrt(3)]
    found = search.nearest(points)
    np.testing.assert_allclose(found.normal, normals, atol=1e-9)
    np.testing.assert_allclose(found.foot, np.minimum(points, 1), atol=1e-9)
    np.testing.assert_allclose(found.signed, (2, np.sqrt(8), np.sqrt(12)))


def test_rays_meet_the_first_triangle_in_their_way():
    search = searching(trimesh.creation.box((2, 4, 6)))
    points = np.array(((1, 0.3, 0.2), (1, 0.3, 0.2), (0.2, 2, 0.3)))
    directions = np.array(((-1, 0, 0), (1, 0, 0), (0, -1, 0)), float)
    distance, triangle = search.along(points, directions, 20)
    np.testing.assert_allclose(distance, (2, np.nan, 4), atol=1e-6)
    normals = search.surface.normals[triangle[[0, 2]]]
    np.testing.assert_allclose(normals, ((-1, 0, 0), (0, -1, 0)), atol=1e-9)


def test_search_can_be_cancelled():
    search = searching(trimesh.creation.box((2, 2, 2)))
    with pytest.raises(Cancelled):
        search.feet(np.zeros((5000, 3)), lambda fraction, message: fraction > 0.3)


def test_distances_to_single_triangles():
    random = np.random.default_rng(2)
    points, corners = random.normal(size=(3000, 3)), random.normal(size=(3000, 3, 3))
    found = to_triangles(points, corners)
    exact = np.linalg.norm(trimesh.triangles.closest_point(corners, points) - points, axis=1)
    np.testing.assert_allclose(found, exact, atol=1e-7)
    flat = np.repeat(corners[:, :1], 3, axis=1)  # triangles that are points
    np.testing.assert_allclose(
        to_triangles(points, flat),
        np.linalg.norm(points - corners[:, 0], axis=1),
        atol=1e-7,
    )
