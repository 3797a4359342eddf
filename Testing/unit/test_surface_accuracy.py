"""How far a model lies from the grey values: against spheres and planes of known place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phantoms.analytic import Ball, Scene
from PrintPrepLib.core.errors import Cancelled, MeshError
from PrintPrepLib.core.jsonable import plain
from PrintPrepLib.mesh.sampling import Surface
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from PrintPrepLib.qa.checks.accuracy import truth_checks
from PrintPrepLib.qa.surface_accuracy import (
    SurfaceTruth,
    surface_truth,
    truth_map,
    truth_record,
)
from PrintPrepLib.surface.grey_distance import CUT, FOUND, MISSED, GreyLevel, distances
from PrintPrepLib.surface.grey_values import grey_value_surface

CENTER = np.array([15.1, 14.8, 15.3])
RADIUS = 12.0
SCENE = Scene((Ball(tuple(CENTER), RADIUS, 2000.0),), -1000.0, 0.6)


def turned(spacing: tuple[float, float, float], degrees: float = 0.0) -> np.ndarray:
    """A grid whose in-plane axes are turned about z, its middle at the ball's."""
    angle = np.radians(degrees)
    matrix = np.eye(4)
    matrix[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    matrix[:3, :3] *= spacing
    middle = (np.array(shape_of(spacing)[::-1]) - 1) / 2
    matrix[:3, 3] = CENTER + np.array([0.11, -0.07, 0.13]) - matrix[:3, :3] @ middle
    return matrix


def shape_of(spacing: tuple[float, float, float]) -> tuple[int, ...]:
    return tuple(int(30 / step) + 1 for step in spacing[::-1])


def image(spacing=(0.5, 0.5, 0.5), degrees=0.0) -> tuple[np.ndarray, np.ndarray]:
    matrix = turned(spacing, degrees)
    k, j, i = np.indices(shape_of(spacing))
    points = np.stack([i, j, k], axis=-1) @ matrix[:3, :3].T + matrix[:3, 3]
    return np.rint(SCENE.values(points)).astype(np.int16), matrix


@pytest.fixture(scope="module")
def ball():
    voxels, matrix = image()
    return voxels, matrix, grey_value_surface(voxels, voxels >= 0, matrix, 0.0)


def outwards(mesh: TriangleMesh) -> np.ndarray:
    offset = mesh.points - CENTER
    return offset / np.linalg.norm(offset, axis=1, keepdims=True)


def moved(mesh: TriangleMesh, by: np.ndarray | float) -> TriangleMesh:
    return TriangleMesh(mesh.points + np.reshape(by, (-1, 1)) * outwards(mesh), mesh.triangles)


GRIDS = [((0.5, 0.5, 0.5), 0), ((0.5, 0.5, 1.0), 0), ((0.488, 0.488, 0.632), 27)]


@pytest.mark.parametrize(("spacing", "degrees"), GRIDS)
def test_an_untouched_surface_is_the_truth(spacing, degrees):
    """Flat triangles against the curved surface between them: micrometres."""
    voxels, matrix = image(spacing, degrees)
    mesh = grey_value_surface(voxels, voxels >= 0, matrix, 0.0)
    truth = surface_truth(mesh, voxels, matrix, 0.0)
    assert truth.rms_mm < 0.005 and abs(truth.signed_mean_mm) < 0.002
    assert abs(truth.max_mm) < 0.03
    assert (truth.samples, truth.cut_share, truth.edited_share) == (60_000, 0, 0)


@pytest.mark.parametrize(("spacing", "degrees"), GRIDS)
@pytest.mark.parametrize("offset", [0.3, -0.3, 1.5])
def test_a_surface_moved_by_a_known_distance_reads_it(spacing, degrees, offset):
    voxels, matrix = image(spacing, degrees)
    mesh = moved(grey_value_surface(voxels, voxels >= 0, matrix, 0.0), offset)
    truth = surface_truth(mesh, voxels, matrix, 0.0, samples=5000)
    assert truth.signed_mean_mm == pytest.approx(offset, abs=0.01)
    assert truth.mean_mm == pytest.approx(abs(offset), abs=0.01)
    assert truth.rms_mm == pytest.approx(abs(offset), abs=0.01)
    assert truth.p95_mm == pytest.approx(abs(offset), abs=0.02)
    assert truth.max_mm == pytest.approx(offset, abs=0.04)


def test_figures_of_a_surface_of_which_a_quarter_was_moved(ball):
    voxels, matrix, mesh = ball
    high = outwards(mesh)[:, 2] > 0.5  # a quarter of a sphere's area
    truth = surface_truth(moved(mesh, np.where(high, 0.4, 0.0)), voxels, matrix, 0.0)
    assert truth.p95_mm == pytest.approx(0.4, abs=0.01)
    assert truth.mean_mm == pytest.approx(0.25 * 0.4, rel=0.1)
    assert truth.rms_mm == pytest.approx(0.5 * 0.4, rel=0.1)


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_dent_and_a_bump_of_a_millimetre(ball, sign):
    voxels, matrix, mesh = ball
    away = RADIUS * np.arccos(np.clip(outwards(mesh)[:, 0], -1, 1))
    truth = surface_truth(moved(mesh, sign * np.exp(-(away**2) / 8)), voxels, matrix, 0.0)
    assert truth.max_mm == pytest.approx(sign, abs=0.05)
    assert truth.p95_mm < 0.1


@pytest.mark.parametrize("degrees", [0, 30, 55])
def test_the_distance_is_that_to_the_surface_not_along_a_skew_line(degrees):
    """A plane in the grey values, and points whose normals lean: exact in any case."""
    k = np.indices((20, 20, 20))[0]
    voxels = np.float32(1000 - 100 * k)
    level = GreyLevel(voxels, np.diag([1.0, 1.0, 2.0, 1.0]), 100.0)  # crossed at z = 18 mm
    height = np.array([17.0, 17.9, 18.0, 18.4, 19.9])
    points = np.column_stack((np.full((5, 2), 9.3), height))
    angle = np.radians(degrees)
    normals = np.tile([np.sin(angle), 0.0, np.cos(angle)], (5, 1))
    found, outcome = distances(level, points, normals, 3.5)
    np.testing.assert_allclose(found, height - 18, atol=1e-5)
    assert (outcome == FOUND).all()
    assert distances(level, points, normals, 0.2)[1].tolist() == [MISSED, FOUND, FOUND, MISSED, 2]
    dark = GreyLevel(-voxels, np.diag([1.0, 1.0, 2.0, 1.0]), -2000.0, -100.0)
    np.testing.assert_allclose(distances(dark, points, normals, 3.5)[0], found, atol=1e-5)


@pytest.mark.parametrize("slope", [0.0, 1.0])
@pytest.mark.parametrize("steep", [1.0, 30.0, 1000.0])
def test_a_kink_between_cells_does_not_mislead(slope, steep):
    """Level or hardly falling up to x = 5, then a cliff: the crossing lies just behind it."""
    i = np.indices((3, 3, 12))[2]
    voxels = np.where(i <= 5, 1 + slope * (5.0 - i), 1.0 - steep * (i - 5)).astype(np.float32)
    level = GreyLevel(voxels, np.eye(4), 0.5)
    points = np.column_stack((np.linspace(4.4, 4.9, 11), np.ones((11, 2))))
    found, _ = distances(level, points, np.tile([1.0, 0, 0], (11, 1)), 3.0)
    np.testing.assert_allclose(found, points[:, 0] - (5 + 0.5 / steep), atol=0.01)


def test_the_search_ends_with_the_field():
    """Nothing is known beyond: a surface that might stand there is cut, not edited."""
    level = GreyLevel(np.zeros((5, 5, 9)), np.eye(4), -5.0, field=np.tile([0, 5, 0, 4], (5, 1)))
    points, normals = np.array([[4.6, 2, 2], [2.0, 2, 2]]), np.array([[1.0, 0, 0]] * 2)
    assert distances(level, points, normals, 2.0)[1].tolist() == [CUT, MISSED]


def test_the_far_side_of_a_wall_is_not_the_near_one():
    """A wall of 2 mm; the near side of the mesh was moved 1.2 mm out, closer to nothing else."""
    i = np.indices((9, 9, 41))[2]
    voxels = np.where(abs(i - 20) < 5, 1000, -1000).astype(np.float32)
    level = GreyLevel(voxels, np.diag([0.25, 1, 1, 1.0]), 0.0)  # from x = 3.875 to 6.125
    points, normals = np.array([[6.0, 4, 4], [7.325, 4, 4]]), np.array([[1.0, 0, 0]] * 2)
    found, _ = distances(level, points, normals, 3.0)
    np.testing.assert_allclose(found, [-0.125, 1.2], atol=1e-4)
    # From the middle of the wall either side is as far; the normal tells which is meant.
    both = np.array([[4.9, 4, 4]] * 2), np.array([[1.0, 0, 0], [-1.0, 0, 0]])
    np.testing.assert_allclose(distances(level, *both, 3.0)[0], [-1.225, -1.025], atol=1e-4)


def test_a_crossing_that_faces_another_way_is_none():
    """Half a block was erased: the cut runs across its sides, and is not near them."""
    j = np.indices((30, 30, 30))[1]
    voxels = np.where(j < 15, 1000, -1000).astype(np.float32)
    level = GreyLevel(voxels, np.diag([0.5, 0.5, 0.5, 1]), 0.0)  # the side: y = 7.25
    leaning = np.array([[0.97, np.sqrt(1 - 0.97**2), 0.0]])
    _, outcome = distances(level, np.array([[7.0, 6.7, 7.0]]), leaning, 3.0)
    assert outcome[0] == MISSED
    _, outcome = distances(level, np.array([[7.0, 7.2, 7.0]]), leaning, 3.0)
    assert outcome[0] == FOUND  # within half a voxel it is noise of the triangles


def test_a_ball_cut_by_the_field_says_which_part(ball):
    voxels, matrix, _ = ball
    last = 34
    field = np.tile([0, voxels.shape[2] - 1, 0, last], (len(voxels), 1))
    mask = voxels >= 0
    mask[:, last + 1 :] = False
    mesh = grey_value_surface(voxels, mask, matrix, 0.0, field=field)
    truth = surface_truth(mesh, voxels, matrix, 0.0, field=field)
    cut = matrix[1, 3] + 0.5 * (last + 0.5) - CENTER[1]  # where the flat face stands
    flat, cap = np.pi * (RADIUS**2 - cut**2), 2 * np.pi * RADIUS * (RADIUS + cut)
    assert truth.cut_share == pytest.approx(flat / (flat + cap), abs=0.02)
    assert truth.edited_share < 0.002
    assert truth.rms_mm < 0.02
    heights = truth_map(mesh, voxels, matrix, 0.0, field=field)
    beyond = mesh.points[:, 1] > CENTER[1] + cut - 0.01
    assert np.isnan(heights[beyond]).all() and np.isfinite(heights[~beyond]).all()


def test_planes_whose_fields_differ_and_a_volume_of_one_plane():
    voxels = np.zeros((3, 4, 4), np.int16)
    field = np.array([[0, 3, 0, 3], [1, 3, 0, 2], [1, 3, 0, 2]])
    level = GreyLevel(voxels, np.eye(4), -5.0, field=field)
    ijk = np.array([[0.5, 1, 0.5], [1, 1, 0.5], [2, 2.5, 0.5], [2, 2, 2], [2, 2, 2.1], [-1, 2, 1]])
    assert np.isnan(level.height(ijk)).tolist() == [True, False, True, False, True, True]
    single = GreyLevel(np.zeros((1, 4, 4), np.int16), np.eye(4), -5.0)
    assert single.height(np.array([[1.5, 2.5, 0.0]])).tolist() == [5.0]


def test_an_erased_half_is_told_apart_from_the_surface(ball):
    voxels, matrix, _ = ball
    mask = voxels >= 0
    mask[:, :, 30:] = False
    mesh = grey_value_surface(voxels, mask, matrix, 0.0)
    truth = surface_truth(mesh, voxels, matrix, 0.0)
    cut = matrix[0, 3] + 0.5 * 29.5 - CENTER[0]
    flat, cap = np.pi * (RADIUS**2 - cut**2), 2 * np.pi * RADIUS * (RADIUS + cut)
    assert truth.edited_share == pytest.approx(flat / (flat + cap), abs=0.02)
    assert truth.cut_share == 0
    # Only the cut's rim, which touches the surface, is both.
    assert truth.rms_mm < 0.05


def test_a_range_is_measured_at_both_of_its_bounds(ball):
    voxels, matrix, _ = ball
    mask = (voxels >= -600) & (voxels <= 600)
    mesh = grey_value_surface(voxels, mask, matrix, -600.0, 600.0)
    truth = surface_truth(mesh, voxels, matrix, -600.0, 600.0, samples=5000)
    # A shell hardly thicker than a voxel: its triangles follow it less closely.
    assert truth.rms_mm < 0.03 and truth.edited_share < 0.01
    distance = np.linalg.norm(mesh.points - CENTER, axis=1)
    # Both of its sides grow where the shell becomes thicker: the inner one towards the middle.
    outer = distance > np.median(distance)
    thicker = moved(mesh, np.where(outer, 0.2, -0.2))
    found = truth_map(thicker, voxels, matrix, -600.0, 600.0)
    assert np.median(found[outer]) == pytest.approx(0.2, abs=0.01)
    assert np.median(found[~outer]) == pytest.approx(0.2, abs=0.01)


def test_the_map_has_the_sphere_at_every_point(ball):
    voxels, matrix, mesh = ball
    shift = 0.4 * np.sin(3 * mesh.points[:, 0])
    apart = TriangleMesh(
        np.vstack((moved(mesh, shift).points, CENTER)), mesh.triangles
    )  # and a point that no triangle uses
    found = truth_map(apart, voxels, matrix, 0.0)
    assert found.dtype == np.float32 and found.shape == (len(apart.points),)
    np.testing.assert_allclose(found[:-1], shift, atol=0.02)
    assert np.isnan(found[-1])


def test_normals_of_points_look_outwards(ball):
    _, _, mesh = ball
    assert ((Surface(mesh).mean_point_normals() * outwards(mesh)).sum(axis=1) > 0.95).all()


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6))
def test_every_point_of_an_unedited_surface_lies_on_the_grey_values(seed):
    random = np.random.default_rng(seed)
    voxels = random.integers(-1000, 1000, tuple(random.integers(2, 8, 3))).astype(np.int16)
    mask = voxels >= 100
    if not mask.any():
        return
    mesh = grey_value_surface(voxels, mask, np.diag([0.5, 0.7, 1.2, 1]), 100.0)
    found = truth_map(mesh, voxels, np.diag([0.5, 0.7, 1.2, 1]), 100.0)
    # Where the volume ends no grey value says anything; elsewhere a thousandth of an edge.
    ends = (mesh.points < 0) | (mesh.points > (np.array(voxels.shape[::-1]) - 1) * [0.5, 0.7, 1.2])
    np.testing.assert_array_equal(np.isnan(found), ends.any(axis=1))
    assert np.abs(found[~ends.any(axis=1)]).max(initial=0) < 0.01


def test_where_there_is_no_surface_nothing_is_dropped(ball):
    _, matrix, mesh = ball
    truth = surface_truth(mesh, np.zeros(shape_of((0.5,) * 3)), matrix, 100.0, samples=500)
    assert truth == SurfaceTruth(None, None, None, None, None, 500, 0.0, 1.0, None)
    outside = TriangleMesh(mesh.points + 100, mesh.triangles)
    truth = surface_truth(outside, np.zeros((5, 5, 5)), matrix, 100.0, samples=500)
    assert truth == SurfaceTruth(None, None, None, None, None, 500, 1.0, 0.0, None)
    (check,) = truth_checks({}, {"surface_truth": truth_record(truth)})
    assert (check.status, check.measured) == ("warn", None)
    assert "Not compared: 100.0 % (where the scanned field ends)." in check.message


def test_an_empty_mesh_is_refused_and_work_can_be_cancelled(ball):
    voxels, matrix, mesh = ball
    empty = TriangleMesh(np.empty((0, 3)), np.empty((0, 3), int))
    with pytest.raises(MeshError, match=r"the model has no surface\. Check the threshold\."):
        surface_truth(empty, voxels, matrix, 0.0)
    for work in (surface_truth, truth_map):
        with pytest.raises(Cancelled):
            work(mesh, voxels, matrix, 0.0, progress=lambda *_: True)


def record_of(mesh, voxels, matrix, refinement=None):
    return plain(truth_record(surface_truth(mesh, voxels, matrix, 0.0, samples=5000), refinement))


@pytest.mark.parametrize(
    ("offset", "status", "words"),
    [(0.0, "pass", "0.00 mm"), (0.4, "warn", "0.40 mm outside"), (-1.2, "fail", "1.20 mm inside")],
)
def test_the_check_grades_what_95_percent_stay_below(ball, offset, status, words):
    voxels, matrix, mesh = ball
    record = record_of(moved(mesh, offset), voxels, matrix)
    (check,) = truth_checks({}, {"surface_truth": record})
    assert (check.id, check.status, check.unit) == ("surface_truth", status, "mm")
    assert check.measured == record["total"]["p95_mm"] == pytest.approx(abs(offset), abs=0.02)
    assert check.limit == (1.0 if status == "fail" else 0.25)
    assert f"on average {words}" in check.message
    assert "Not compared" not in check.message and "Smoothing" not in check.message


def test_the_record_keeps_what_smoothing_did(ball):
    voxels, matrix, mesh = ball
    refinement = {"deviation": {"max_mm": 0.31}, "smoothing_mm": 2.0, "reduction": None}
    record = record_of(mesh, voxels, matrix, refinement)
    assert set(record) == {
        *("total", "samples", "cut_share", "edited_share", "histogram", "refinement")
    }
    assert set(record["total"]) == {"signed_mean_mm", "mean_mm", "rms_mm", "p95_mm", "max_mm"}
    assert record["refinement"] == refinement
    (check,) = truth_checks({}, {"surface_truth": record})
    assert "Smoothing and thinning out account for up to 0.31 mm of that." in check.message


def test_an_older_record_has_no_such_checks():
    assert truth_checks({"threshold_hu": [200, None]}, {"triangles": 4}) == []


def test_what_was_erased_is_left_out_where_the_segment_is_known(ball):
    voxels, matrix, _ = ball
    mask = voxels >= 0
    mask[:, :, : mask.shape[2] // 2 - 3] = False
    mesh = grey_value_surface(voxels, mask, matrix, 0.0)
    blind = surface_truth(mesh, voxels, matrix, 0.0)
    known = surface_truth(mesh, voxels, matrix, 0.0, mask=mask)
    # The cut runs across the ball: near its rim the old surface is within reach.
    assert abs(blind.max_mm) > 0.3
    assert abs(known.max_mm) < 0.1
    assert known.edited_share > blind.edited_share
    # A model that was moved away from the cut is not excused by it.
    moved_mesh = moved(mesh, 0.3)
    assert surface_truth(moved_mesh, voxels, matrix, 0.0, mask=mask).p95_mm > 0.25
