"""Self-intersections against an oracle in exact rationals that works by another method."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from PrintPrepLib.core.errors import Cancelled, MeshError
from PrintPrepLib.mesh.self_intersection import self_intersection_record, self_intersections
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from PrintPrepLib.mesh.triangle_pairs import BoxPairs
from PrintPrepLib.surface.grey_values import grey_value_surface

SHEET = [(0, 0, 0), (4, 0, 0), (0, 4, 0)]


def minus(p, q):
    return tuple(a - b for a, b in zip(p, q, strict=True))


def dot(p, q):
    return sum(a * b for a, b in zip(p, q, strict=True))


def cross(p, q):
    return (
        p[1] * q[2] - p[2] * q[1],
        p[2] * q[0] - p[0] * q[2],
        p[0] * q[1] - p[1] * q[0],
    )


def cut(polygon, at, inward):
    """The part of a convex polygon in space on the inner side of a plane."""
    result = []
    for p, q in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        before, after = dot(inward, minus(p, at)), dot(inward, minus(q, at))
        if before >= 0:
            result.append(p)
        if before * after < 0:
            share = before / (before - after)
            result.append(tuple(a + share * d for a, d in zip(p, minus(q, p), strict=True)))
    return result


def share_more_than_corners(a, b):
    """Cut A to what lies in B, and see whether that lies in their common corner or side."""
    common = [corner for corner in a if corner in b]
    if len(common) == 3:
        return True
    normal = cross(minus(b[1], b[0]), minus(b[2], b[0]))
    left = cut(cut(list(a), b[0], normal), b[0], tuple(-x for x in normal))
    for k in range(3):
        left = cut(left, b[k], cross(normal, minus(b[(k + 1) % 3], b[k])))
    return any(not within(corner, common) for corner in left)


def within(point, ends):
    if len(ends) < 2:
        return point in ends
    along, off = minus(ends[1], ends[0]), minus(point, ends[0])
    return not any(cross(along, off)) and 0 <= dot(along, off) <= dot(along, along)


def expected(mesh):
    """All pairs, by the oracle."""
    corners = []
    for number, triangle in enumerate(mesh.points[mesh.triangles].tolist()):
        exact = [tuple(map(Fraction, corner)) for corner in triangle]
        if any(cross(minus(exact[1], exact[0]), minus(exact[2], exact[0]))):
            corners.append((number, exact))
    low, high = mesh.points[mesh.triangles].min(axis=1), mesh.points[mesh.triangles].max(axis=1)
    return [
        [i, j]
        for (i, a), (j, b) in itertools.combinations(corners, 2)
        if (low[i] <= high[j]).all() and (low[j] <= high[i]).all() and share_more_than_corners(a, b)
    ]


def soup(*triangles):
    """A mesh whose triangles share no point numbers."""
    points = np.array(triangles, dtype=float).reshape(-1, 3)
    return TriangleMesh(points, np.arange(len(points)).reshape(-1, 3))


def ball(at=(0, 0, 0), radius=10.0, fineness=2):
    sphere = trimesh.creation.icosphere(subdivisions=fineness, radius=radius)
    return TriangleMesh(sphere.vertices + np.array(at), sphere.faces)


def joined(*meshes):
    firsts = np.cumsum([0] + [len(mesh.points) for mesh in meshes[:-1]])
    return TriangleMesh(
        np.concatenate([mesh.points for mesh in meshes]),
        np.concatenate([mesh.triangles + n for mesh, n in zip(meshes, firsts, strict=True)]),
    )


def in_both(mesh, found):
    """How far the places lie outside their triangles, mm."""
    return max(
        outside(place, mesh.points[mesh.triangles[number]])
        for place, pair in zip(found.places, found.triangles, strict=True)
        for number in pair
    )


def outside(place, corners):
    normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
    normal /= np.linalg.norm(normal)
    distances = [abs(normal @ (place - corners[0]))]
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        outward = np.cross(end - start, normal)
        distances.append(outward @ (place - start) / np.linalg.norm(outward))
    return max(distances)


CASES = {
    "apart": ([(0, 0, 1), (4, 0, 1), (0, 4, 1)], False),
    "pierced": ([(1, 1, -1), (1, 1, 1), (9, 9, 1)], True),
    "pierced by a side of the other": ([(-1, 1, -1), (9, 1, -1), (2, 1, 9)], True),
    "a corner on the face": ([(1, 1, 0), (1, 1, 1), (2, 2, 1)], True),
    "a corner just above the face": ([(1, 1, 5e-324), (1, 1, 1), (2, 2, 1)], False),
    "a corner just below the face": ([(1, 1, -5e-324), (1, 1, 1), (2, 2, 1)], True),
    "a side on a side": ([(2, -1, -1), (2, 1, 1), (2, -1, 1)], True),
    "a corner on a side": ([(2, 0, 0), (2, -1, 1), (2, -1, 0)], True),
    "a corner beside a side": ([(2, -5e-324, 0), (2, -1, 1), (2, -1, 0)], False),
    "the same corner": ([(0, 0, 0), (0, -1, 1), (-1, 0, 1)], False),
    "the same corner, pierced": ([(0, 0, 0), (2, 2, 1), (2, 1, -1)], True),
    "the same corner, along the face": ([(0, 0, 0), (1, 1, 0), (1, 1, 1)], True),
    "the same corner, along a side": ([(0, 0, 0), (2, 0, 0), (1, -1, 1)], True),
    "the same corner, flat, opposite": ([(0, 0, 0), (-4, 0, 0), (0, -4, 0)], False),
    "the same corner, flat, overlapping": ([(0, 0, 0), (2, 1, 0), (1, 9, 0)], True),
    "the same corner, flat, beside": ([(0, 0, 0), (0, 5, 0), (-1, 0, 0)], True),
    "the same side": ([(4, 0, 0), (0, 0, 0), (0, 0, 1)], False),
    "the same side, flat": ([(4, 0, 0), (0, 0, 0), (1, -1, 0)], False),
    "the same side, sharply bent": ([(4, 0, 0), (0, 0, 0), (0, 4, 1e-300)], False),
    "the same side, folded over": ([(4, 0, 0), (0, 0, 0), (9, 1, 0)], True),
    "the same side, folded, other way round": ([(0, 0, 0), (4, 0, 0), (9, 1, 0)], True),
    "duplicate": ([(4, 0, 0), (0, 4, 0), (0, 0, 0)], True),
    "duplicate, other way round": ([(0, 4, 0), (4, 0, 0), (0, 0, 0)], True),
    "flat, inside": ([(1, 1, 0), (2, 1, 0), (1, 2, 0)], True),
    "flat, around": ([(-1, -1, 0), (9, -1, 0), (-1, 9, 0)], True),
    "flat, crossing": ([(-1, 1, 0), (9, 1, 0), (9, 2, 0)], True),
    "flat, a touching side": ([(1, 0, 0), (2, 0, 0), (1, -1, 0)], True),
    "flat, apart": ([(3, 3, 0), (4, 3, 0), (3, 4, 0)], False),
    "without an area, through the face": ([(1, 1, -1), (1, 1, 1), (1, 1, 3)], False),
}


@pytest.mark.parametrize("turn", [(0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1)])
@pytest.mark.parametrize("case", CASES)
def test_what_counts(case, turn):
    other, meets = CASES[case]
    other = [other[k] for k in turn]
    for pair in ((SHEET, other), (other, SHEET)):
        mesh = soup(*pair)
        found = self_intersections(mesh)
        assert found.triangles.tolist() == expected(mesh) == ([[0, 1]] if meets else [])
        assert found.pairs == int(meets)
        if meets:
            assert in_both(mesh, found) < 1e-9


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=4, max_size=9),
    st.lists(st.tuples(*[st.integers(0, 8)] * 3), min_size=2, max_size=12),
    st.sampled_from([(1.0, 0.0), (0.1, 700.3), (1e-30, 0.0), (1e6, 1 / 3)]),
)
def test_few_places_many_coincidences(points, triangles, placing):
    """Corners on a small grid make every kind of touch, and rounding makes them inexact."""
    scale, offset = placing
    points = scale * np.array(points, float) + offset
    mesh = TriangleMesh(points, np.array(triangles) % len(points))
    assert self_intersections(mesh).triangles.tolist() == expected(mesh)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(4, 30))
def test_random_meshes(seed, count):
    random = np.random.default_rng(seed)
    points = random.normal(size=(12, 3)).astype(np.float32) * random.choice([1, 1e-3], (12, 1))
    mesh = TriangleMesh(points, random.integers(0, 12, (count, 3)))
    found = self_intersections(mesh)
    assert found.triangles.tolist() == expected(mesh)
    if found.pairs:
        assert in_both(mesh, found) < 1e-9


def test_two_balls_through_each_other():
    one = ball()
    assert self_intersections(one).pairs == 0
    mesh = joined(one, ball(at=(11, 3, 2), radius=7))
    found = self_intersections(mesh)
    assert found.pairs > 50
    assert found.triangles.tolist() == expected(mesh)
    np.testing.assert_allclose(np.linalg.norm(found.places, axis=1), 10, atol=0.5)


def test_a_ball_within_a_ball_is_no_intersection():
    assert self_intersections(joined(ball(), ball(radius=5))).pairs == 0


def test_corners_count_as_shared_by_their_places():
    """A file that repeats every corner, as an STL does."""
    whole = ball()
    repeated = soup(*whole.points[whole.triangles])
    repeated.points[repeated.points == 0] = -0.0
    repeated.points[::2] += 0.0
    assert self_intersections(repeated).pairs == 0


def test_a_corner_pulled_through_the_far_side():
    mesh = ball()
    points = mesh.points.copy()
    points[0] = -1.3 * points[0] + (0.3, 0.2, 0.1)
    mesh = TriangleMesh(points, mesh.triangles)
    found = self_intersections(mesh)
    assert found.triangles.tolist() == expected(mesh)
    assert found.pairs >= 5
    assert in_both(mesh, found) < 1e-9


def test_boxes_of_all_sizes_against_all_pairs():
    random = np.random.default_rng(3)
    low = random.random((3, 600)) * [[300], [20], [0]] + [[-4000], [7], [1]]
    high = low + 10.0 ** random.uniform(-4, 2, 600) * random.random((3, 600))
    high[:, ::7] = low[:, ::7]  # points
    low[:, 1], high[:, 1] = high[:, 0], high[:, 0] + 1  # touches the first
    boxes = BoxPairs(low, high)
    assert len(boxes.tasks) > 10
    found = [sorted(p) for task in boxes.tasks for p in zip(*boxes.pairs(task), strict=True)]
    assert len({tuple(pair) for pair in found}) == len(found), "each pair once"
    overlap = (low[:, :, None] <= high[:, None]) & (low[:, None] <= high[:, :, None])
    needed = {tuple(p) for p in np.argwhere(np.triu(overlap.all(axis=0), 1)).tolist()}
    assert needed <= {tuple(map(int, pair)) for pair in found}
    assert len(found) < len(needed) + 20


@pytest.mark.parametrize("seed", range(3))
def test_an_untouched_surface_has_none_by_construction(seed):
    """Noise, turned in space: the hardest surface there is keeps the promise of the record."""
    random = np.random.default_rng(seed)
    grey = 10.0 ** random.uniform(-4, 4, (14, 14, 14)) * random.choice([-1, 1], (14, 14, 14))
    turned, _ = np.linalg.qr(random.normal(size=(3, 3)))
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = turned * [0.4, 0.4, 1.3], (120, -250, 800)
    mesh = grey_value_surface(grey, grey >= 0, matrix, 0.0)
    assert len(mesh.triangles) > 5000
    assert self_intersections(mesh).pairs == 0


def test_record_of_what_was_examined():
    mesh = joined(ball(), ball(at=(11, 3, 2), radius=7))
    record = self_intersection_record(mesh, untouched=False)
    assert record["examined"] is True and record["reason"] is None
    assert record["pairs"] == self_intersections(mesh).pairs
    places = np.array(record["places_mm"])
    assert places.shape == (10, 3)
    gaps = np.linalg.norm(places[:, None] - places, axis=2)[~np.eye(10, dtype=bool)]
    assert gaps.min() > 1, "the places are spread over the line where the balls meet"
    assert self_intersection_record(ball(), untouched=False) == {
        "examined": True,
        "pairs": 0,
        "places_mm": [],
        "reason": None,
    }


def test_record_of_an_untouched_surface_counts_nothing():
    record = self_intersection_record(ball(), untouched=True)
    assert (record["examined"], record["pairs"], record["places_mm"]) == (False, None, [])
    assert record["reason"].startswith("none by construction")


def test_an_empty_mesh_has_none():
    empty = TriangleMesh(np.empty((0, 3)), np.empty((0, 3), int))
    found = self_intersections(empty)
    assert (found.pairs, found.triangles.shape, found.places.shape) == (0, (0, 2), (0, 3))


def test_points_that_are_no_numbers_are_refused():
    mesh = ball()
    points = np.vstack([mesh.points, [[np.nan] * 3]])
    assert self_intersections(TriangleMesh(points, mesh.triangles)).pairs == 0, "it is not used"
    points[5] = np.inf
    with pytest.raises(MeshError, match=r"^the model holds points that are not numbers\."):
        self_intersections(TriangleMesh(points, mesh.triangles))


def test_it_can_be_cancelled():
    with pytest.raises(Cancelled):
        self_intersections(ball(), lambda fraction, message: fraction > 0)
