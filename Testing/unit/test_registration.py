"""Alignment, shape fit and distances against motions and surfaces that are known."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from PrintPrepLib.compare import registration
from PrintPrepLib.compare.deformation import sheared, stretched, stretched_after
from PrintPrepLib.compare.registration import FIXED, MOVING, Alignment, align_clouds, quarters
from PrintPrepLib.core.errors import Cancelled
from PrintPrepLib.mesh.sampling import Surface
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from scipy.spatial.transform import Rotation

#: Fewer points than in earnest: what is found does not depend on it.
STAGES = ((300, 3_000, 7, 8), (1_000, 10_000, 12, 2), (2_500, 40_000, 12, 1))
TURN = Rotation.from_euler("xyz", (37, -64, 120), degrees=True).as_matrix()


@pytest.fixture(autouse=True)
def few_points(monkeypatch):
    monkeypatch.setattr(registration, "_STAGES", STAGES)


@pytest.fixture(scope="module")
def shape() -> TriangleMesh:
    """A block with a ball and a rod on it: no symmetry, flat and round faces."""
    block = trimesh.creation.box((60, 40, 30)).subdivide_to_size(4)
    ball = trimesh.creation.icosphere(subdivisions=4, radius=12).apply_translation((20, 10, 22))
    rod = trimesh.creation.cylinder(6, 50, sections=48).subdivide_to_size(4)
    rod.apply_translation((-20, -8, 25))
    made = trimesh.util.concatenate((block, ball, rod))
    return TriangleMesh(made.vertices + np.array((10, 20, 30)), made.faces)


def moved(mesh: TriangleMesh, matrix, shift=(0, 0, 0)) -> TriangleMesh:
    return TriangleMesh(mesh.points @ np.asarray(matrix, float).T + shift, mesh.triangles)


def align_rigid(model: TriangleMesh, reference: TriangleMesh, progress=None) -> Alignment:
    fixed = Surface(reference)
    return align_clouds(Surface(model).cloud(MOVING), fixed.cloud(FIXED), fixed.size, progress)


def left_over(transform: np.ndarray, given: TriangleMesh, truth: TriangleMesh) -> float:
    back = given.points @ transform[:3, :3].T + transform[:3, 3]
    return float(np.linalg.norm(back - truth.points, axis=1).max())


@pytest.mark.parametrize(
    "turn, shift",
    [
        (np.eye(3), (0, 0, 0)),
        (np.eye(3), (300, -400, 120)),
        (np.diag((-1, -1, 1)), (0, 0, 0)),
        (Rotation.from_euler("x", 90, degrees=True).as_matrix(), (0, 100, 0)),
        (TURN, (-200, 50, 300)),
    ],
)
def test_motions_are_found(shape, turn, shift):
    given = moved(shape, turn, shift)
    found = align_rigid(given, shape)
    assert not found.mirrored
    assert np.linalg.det(found.transform[:3, :3]) == pytest.approx(1)
    assert left_over(found.transform, given, shape) < 0.05


def test_mirror_image_is_told(shape):
    given = moved(shape, TURN @ np.diag((1, -1, 1)), (100, 0, 0))
    found = align_rigid(given, shape)
    assert found.mirrored and np.linalg.det(found.transform[:3, :3]) == pytest.approx(-1)
    assert left_over(found.transform, given, shape) < 0.05


def test_half_of_it_is_enough(shape):
    middle = shape.points[shape.triangles].mean(axis=1)
    half = TriangleMesh(shape.points, shape.triangles[middle[:, 0] < 12])
    given = moved(half, TURN, (200, 0, 0))
    found = align_rigid(given, shape)
    assert left_over(found.transform, given, shape) < 0.05


def test_what_looks_alike_moves_least():
    """A cube fits in 24 ways and a ball in endless many."""
    for mesh in (trimesh.creation.box((20, 20, 20)), trimesh.creation.icosphere(3, 10)):
        cube = TriangleMesh(mesh.vertices, mesh.faces)
        found = align_rigid(moved(cube, np.eye(3), (3, 0, 0)), cube)
        assert not found.mirrored
        assert np.abs(found.transform[:3, :3] - np.eye(3)).max() < 1e-3


def test_cancel(shape):
    with pytest.raises(Cancelled):
        align_rigid(shape, shape, lambda fraction, message: fraction > 0.1)


def test_quarters_are_the_rotations_of_a_cube():
    made = quarters()
    assert len({tuple(turn.ravel()) for turn in made}) == 24
    assert all(np.linalg.det(turn) == pytest.approx(1) for turn in made)
    assert np.array_equal(made[0], np.eye(3))


def test_a_map_is_taken_apart_as_it_was_made():
    scale, skew = np.diag((1.02, 0.98, 1.011)), np.eye(3)
    skew[1, 2] = 0.3
    parts = stretched(TURN @ scale)
    assert parts.scale == pytest.approx(np.diag(scale))
    assert parts.skew == pytest.approx(0, abs=1e-12) and parts.turn == pytest.approx(TURN)
    parts = stretched_after(scale @ TURN)
    assert parts.scale == pytest.approx(np.diag(scale))
    assert parts.skew == pytest.approx(0, abs=1e-12) and parts.turn == pytest.approx(TURN)
    parts = sheared(TURN @ skew @ scale)
    assert parts.scale == pytest.approx(np.diag(scale))
    assert parts.skew == pytest.approx((0, 0, 0.3), abs=1e-12)
    assert parts.turn == pytest.approx(TURN)
