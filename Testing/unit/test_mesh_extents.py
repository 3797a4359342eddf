"""The smallest box and the centre of mass, against solids of known shape and trimesh."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from PrintPrepLib.mesh.extents import center_of_mass, oriented_extents
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from scipy.spatial.transform import Rotation

AT = np.array((31.4, -250.1, 812.3))


def meshed(solid: trimesh.Trimesh, seed: int | None = None, at=AT) -> TriangleMesh:
    turn = np.eye(3) if seed is None else Rotation.random(rng=seed).as_matrix()
    return TriangleMesh(solid.vertices @ turn.T + at, np.asarray(solid.faces))


@pytest.mark.parametrize("seed", range(5))
def test_a_tilted_block_is_exact(seed):
    found = oriented_extents(meshed(trimesh.creation.box((7, 30, 20)), seed))
    assert found.extents_mm == pytest.approx((30, 20, 7), abs=1e-6)
    turn = Rotation.random(rng=seed).as_matrix()
    for axis, edge in zip(found.axes, (turn[:, 1], turn[:, 2], turn[:, 0]), strict=True):
        assert abs(axis @ edge) == pytest.approx(1, abs=1e-9)
    assert found.axes @ found.axes.T == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(found.axes) == pytest.approx(1)


def test_the_extents_are_those_along_the_axes():
    mesh = meshed(trimesh.creation.cone(5, 20), 3)
    found = oriented_extents(mesh)
    assert found.extents_mm == pytest.approx(np.ptp(mesh.points @ found.axes.T, axis=0), abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_never_larger_than_what_trimesh_finds(seed):
    points = np.random.default_rng(seed).normal(size=(150, 3)) * (5, 3, 1)
    hull = trimesh.convex.convex_hull(points)
    _, theirs = trimesh.bounds.oriented_bounds(hull)
    assert np.prod(oriented_extents(meshed(hull, seed)).extents_mm) <= np.prod(theirs) * 1.001


def test_a_box_that_no_face_lies_flat_on():
    """A regular tetrahedron stands in its cube on edges; flat on a face the box is twice it."""
    corners = np.array([(1, 1, 1), (-1, -1, 1), (-1, 1, -1), (1, -1, -1.0)])
    solid = trimesh.convex.convex_hull(corners)
    assert oriented_extents(meshed(solid, 1)).extents_mm == pytest.approx((2, 2, 2), abs=1e-5)


def test_points_that_no_triangle_uses_take_no_room():
    mesh = meshed(trimesh.creation.box((7, 30, 20)), 2)
    stray = TriangleMesh(np.vstack([mesh.points, (900, 900, 900)]), mesh.triangles)
    assert oriented_extents(stray).extents_mm == pytest.approx((30, 20, 7), abs=1e-6)


def test_a_flat_model_has_no_height():
    rectangle = np.array([(0, 0, 0), (6, 0, 0), (6, 2, 0), (0, 2, 0.0)])
    turn = Rotation.random(rng=4).as_matrix()
    mesh = TriangleMesh(rectangle @ turn.T + AT, np.array([(0, 1, 2), (0, 2, 3)]))
    assert oriented_extents(mesh).extents_mm == pytest.approx((6, 2, 0), abs=1e-6)


def test_a_straight_model_has_a_length():
    line = TriangleMesh(np.outer((0, 1, 5), (2, 1, 2)) / 3 + AT, np.array([(0, 1, 2)]))
    assert oriented_extents(line).extents_mm == pytest.approx((5, 0, 0), abs=1e-6)


def test_the_same_model_always_gives_the_same():
    mesh = meshed(trimesh.creation.icosphere(radius=9), 1)
    assert oriented_extents(mesh).extents_mm == oriented_extents(mesh).extents_mm


@pytest.mark.parametrize("solid", [trimesh.creation.cone(5, 20), trimesh.creation.annulus(3, 5, 9)])
def test_centre_of_mass_against_trimesh(solid):
    solid = solid.copy()
    solid.apply_transform(trimesh.transformations.rotation_matrix(0.7, (1, 2, 3)))
    found = center_of_mass(meshed(solid))
    assert found.of_solid
    assert found.place_mm == pytest.approx(solid.center_mass + AT, abs=1e-9)


def test_a_cavity_is_no_mass():
    outer, inner = trimesh.creation.box((20, 20, 20)), trimesh.creation.box((6, 6, 6))
    inner.apply_translation((5, 0, 0))
    inner.invert()
    whole = trimesh.util.concatenate([outer, inner])
    expected = AT - (5 * 6**3 / (20**3 - 6**3), 0, 0)
    assert center_of_mass(meshed(whole)).place_mm == pytest.approx(expected, abs=1e-9)


def test_an_open_model_has_the_centre_of_its_surface():
    box = trimesh.creation.box((2, 2, 2))
    whole = meshed(box)
    lid = (whole.points[whole.triangles, 2] > AT[2]).all(axis=1)
    opened = TriangleMesh(whole.points, whole.triangles[~lid])
    found = center_of_mass(opened)
    assert not found.of_solid
    # Four sides and a floor of 4 mm² each, the floor 1 mm below the middle.
    assert found.place_mm == pytest.approx(AT - (0, 0, 4 / 20), abs=1e-9)
    assert center_of_mass(whole, closed=False).of_solid is False
    assert center_of_mass(whole, closed=True).of_solid is True


def test_nothing_has_no_box():
    nothing = TriangleMesh(np.zeros((0, 3)), np.zeros((0, 3), int))
    for measure in (oriented_extents, center_of_mass):
        with pytest.raises(ValueError, match="a mesh without triangles has no bounds"):
            measure(nothing)
