"""Faults and parts of meshes: made-up cases with known counts, and oracles."""

from __future__ import annotations

import networkx
import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from PrintPrepLib.core.errors import Cancelled
from PrintPrepLib.mesh.faults import (
    MeshFaults,
    duplicate_triangles,
    fault_record,
    mesh_faults,
    non_manifold_vertices,
    unused_points,
    zero_area_triangles,
)
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh, measure, merged_points
from PrintPrepLib.qa.checks.mesh import mesh_checks

NONE = MeshFaults(0, 0, 0, 0)


def block(size, at=(0.0, 0.0, 0.0), inwards=False):
    box = trimesh.creation.box(extents=size)
    points = box.vertices + np.asarray(size) / 2 + np.asarray(at)
    return TriangleMesh(points, box.faces[:, ::-1] if inwards else box.faces)


def joined(*meshes):
    firsts = np.cumsum([0] + [len(mesh.points) for mesh in meshes[:-1]])
    return TriangleMesh(
        np.concatenate([mesh.points for mesh in meshes]),
        np.concatenate([mesh.triangles + n for mesh, n in zip(meshes, firsts, strict=True)]),
    )


def with_triangles(mesh, *more):
    return TriangleMesh(mesh.points, np.vstack([mesh.triangles, more]))


def fans_by_graph(triangles):
    """Points with more than one fan: around each, a graph of the triangles that share a side."""
    found = []
    for point in np.unique(triangles):
        around = [frozenset(t) - {point} for t in triangles.tolist() if point in t]
        graph = networkx.Graph()
        graph.add_nodes_from(range(len(around)))
        graph.add_edges_from(
            (i, j) for i in range(len(around)) for j in range(i) if around[i] & around[j]
        )
        if networkx.number_connected_components(graph) > 1:
            found.append(int(point))
    return found


def test_a_sound_body_has_no_faults():
    assert mesh_faults(block((1, 2, 3))) == NONE


def test_blocks_that_touch_with_a_corner_only():
    mesh = merged_points(joined(block((1, 1, 1)), block((1, 1, 1), at=(1, 1, 1))))
    measures = measure(mesh)
    assert measures.watertight and measures.components == 1
    (point,) = non_manifold_vertices(mesh)
    np.testing.assert_array_equal(mesh.points[point], (1, 1, 1))
    assert fans_by_graph(mesh.triangles) == [point]


def test_ends_of_a_shared_edge_keep_one_fan():
    """Triangles around an edge of four hang together by it: the edge is the fault."""
    mesh = merged_points(joined(block((1, 1, 1)), block((1, 1, 1), at=(1, 1, 0))))
    assert measure(mesh).non_manifold_edges == 1
    assert non_manifold_vertices(mesh).tolist() == fans_by_graph(mesh.triangles) == []


def test_rims_may_touch_in_a_point():
    one = [[0, 1, 2], [0, 3, 4]]
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]])
    assert non_manifold_vertices(TriangleMesh(points, one)).tolist() == [0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.permutations(range(7)), min_size=1, max_size=14))
def test_fans_of_any_triangles(orders):
    triangles = np.array([order[:3] for order in orders])
    mesh = TriangleMesh(np.random.default_rng(0).random((7, 3)), triangles)
    assert non_manifold_vertices(mesh).tolist() == fans_by_graph(triangles)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 2)] * 3), min_size=1, max_size=8, unique=True))
def test_fans_of_closed_bodies(cells):
    """Cubes of a grid, each closed by itself: edges of two and of more triangles."""
    mesh = merged_points(joined(*(block((1, 1, 1), at=cell) for cell in cells)))
    assert non_manifold_vertices(mesh).tolist() == fans_by_graph(mesh.triangles)


@pytest.mark.parametrize("turn", [(0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (2, 1, 0), (1, 0, 2)])
def test_duplicates_in_any_order(turn):
    mesh = block((1, 1, 1))
    again = mesh.triangles[[3, 7, 3]][:, turn]
    doubled = with_triangles(mesh, *again)
    assert duplicate_triangles(doubled).tolist() == [12, 13, 14]
    assert duplicate_triangles(mesh).tolist() == []


def test_duplicates_against_sets():
    random = np.random.default_rng(5)
    triangles = random.integers(0, 9, (400, 3))
    mesh = TriangleMesh(random.random((9, 3)), triangles)
    seen, expected = set(), []
    for number, triangle in enumerate(np.sort(triangles, axis=1).tolist()):
        if tuple(triangle) in seen:
            expected.append(number)
        seen.add(tuple(triangle))
    assert duplicate_triangles(mesh).tolist() == expected


@pytest.mark.parametrize(
    ("third", "flat"),
    [
        ((10, 0, 0), True),  # two corners at one place
        ((4, 0, 0), True),  # on the line
        ((4, 0.9e-5, 0), True),
        ((4, 1.1e-5, 0), False),
        ((-30, 2.0e-5, 0), True),  # the longest side is another one
        ((5, 8, 0), False),
    ],
)
@pytest.mark.parametrize("size", [1.0, 1e-4])
def test_height_on_the_longest_side_decides(third, flat, size):
    points = size * np.array([(0, 0, 0), (10, 0, 0), third])
    for turn in range(3):
        mesh = TriangleMesh(np.roll(points, turn, axis=0), [[0, 1, 2]])
        assert zero_area_triangles(mesh).tolist() == ([0] if flat else [])


def test_repeated_corner_is_no_area():
    assert zero_area_triangles(with_triangles(block((1, 1, 1)), [0, 0, 3])).tolist() == [12]


def test_unused_points_are_counted():
    mesh = block((1, 1, 1))
    assert unused_points(mesh) == 0
    more = TriangleMesh(np.vstack([mesh.points, np.zeros((3, 3))]), mesh.triangles)
    assert unused_points(more) == mesh_faults(more).unused_points == 3


def test_merging_keeps_the_first_of_equal_points():
    whole = block((1, 2, 3))
    soup = TriangleMesh(whole.points[whole.triangles].reshape(-1, 3), np.arange(36).reshape(-1, 3))
    soup.points[5:9][soup.points[5:9] == 0] = -0.0
    assert measure(soup).boundary_edges == 36
    once = merged_points(soup)
    assert measure(once).watertight and unused_points(once) == 36 - 8
    np.testing.assert_array_equal(once.points[once.triangles], soup.points[soup.triangles])
    np.testing.assert_array_equal(np.unique(once.triangles, return_index=True)[0][:3], [0, 1, 2])
    assert np.array_equal(merged_points(whole).triangles, whole.triangles)


def wedge(height, at):
    """A triangle with a thickness."""
    base = np.array([(0, 0, 0), (4, 0, 0), (0, 4, 0)], dtype=float)
    points = np.vstack([base, base + np.array((0, 0, height))]) + np.asarray(at)
    sides = [(k, n, n + 3) for k, n in ((0, 1), (1, 2), (2, 0))]
    sides += [(k, n + 3, k + 3) for k, n in ((0, 1), (1, 2), (2, 0))]
    return TriangleMesh(points, np.array([(0, 2, 1), (3, 4, 5), *sides]))


def test_float32_makes_thin_things_flat():
    """A hundredth of a micrometre far from the origin: sound in the model, gone in its file."""
    thin = wedge(1e-5, at=(500, 500, 500))
    assert measure(thin).watertight and measure(thin).volume_mm3 == pytest.approx(8e-5, rel=1e-3)
    assert mesh_faults(thin) == NONE
    record = fault_record(thin)
    assert [record[key] for key in record if key != "as_read"] == [0, 0, 0, 0]
    assert record["as_read"] == {
        "merged_points": 3,
        "boundary_edges": 0,
        "non_manifold_edges": 0,
        "inconsistent_edges": 0,
        "non_manifold_vertices": 0,
        "duplicate_triangles": 1,
        "zero_area_triangles": 6,
    }
    centred = fault_record(thin, offset_mm=(502, 502, 500))["as_read"]
    assert set(centred.values()) == {0}
    scaled = fault_record(thin, 1000.0, (500, 500, 500))["as_read"]
    assert set(scaled.values()) == {0}


def test_printing_programs_drop_triangles_between_two_points():
    whole = block((1, 1, 1))
    record = fault_record(with_triangles(whole, [0, 0, 3]))
    assert record["zero_area_triangles"] == record["as_read"]["zero_area_triangles"] == 1
    assert record["as_read"]["boundary_edges"] == record["as_read"]["non_manifold_edges"] == 0


def test_float32_may_flatten_a_triangle_without_merging_points():
    points = np.array([(1000, 900, 0), (1001, 900, 0), (1000.5, 900.00001, 0)])
    record = fault_record(TriangleMesh(points, [[0, 1, 2]]))
    assert record["zero_area_triangles"] == 0
    assert record["as_read"]["merged_points"] == 0
    assert record["as_read"]["zero_area_triangles"] == 1
    assert record["as_read"]["boundary_edges"] == 3


def test_looking_for_faults_can_be_cancelled():
    with pytest.raises(Cancelled):
        fault_record(block((1, 1, 1)), progress=lambda fraction, message: fraction > 0)


MESHES = {
    "block": lambda: trimesh.creation.box(extents=(10, 20, 30)),
    "ball": lambda: trimesh.creation.icosphere(subdivisions=4, radius=20),
    "tube": lambda: trimesh.creation.annulus(r_min=3, r_max=7, height=40),
    "ring": lambda: trimesh.creation.torus(major_radius=30, minor_radius=6),
    "capsule": lambda: trimesh.creation.capsule(height=20, radius=4),
    "two": lambda: trimesh.util.concatenate(
        [trimesh.creation.icosphere(radius=5), trimesh.creation.box(extents=(3, 3, 60))]
    ),
}


@pytest.mark.parametrize("name", MESHES)
def test_volume_and_area_within_a_thousandth_of_trimesh(name):
    oracle = MESHES[name]()
    oracle.apply_transform(trimesh.transformations.random_rotation_matrix(np.full(3, 0.3)))
    oracle.apply_translation((-150, 80, 900))
    measures = measure(TriangleMesh(oracle.vertices, oracle.faces))
    assert measures.volume_mm3 == pytest.approx(oracle.volume, rel=1e-3)
    assert measures.area_mm2 == pytest.approx(oracle.area, rel=1e-3)
    bodies = sorted(oracle.split(only_watertight=False), key=lambda body: -body.volume)
    assert len(measures.parts) == len(bodies)
    for part, body in zip(measures.parts, bodies, strict=True):
        assert part.triangles == len(body.faces)
        assert part.volume_mm3 == pytest.approx(body.volume, rel=1e-3)
        assert part.area_mm2 == pytest.approx(body.area, rel=1e-3)
        assert part.extents_mm == pytest.approx(tuple(body.extents), rel=1e-9)


def test_hollows_are_shells_turned_inwards_within_others():
    mesh = joined(
        block((20, 20, 20)),
        block((4, 4, 4), at=(3, 3, 3), inwards=True),  # a hollow
        block((1, 1, 1), at=(4, 4, 4)),  # a stone in it
        block((2, 2, 2), at=(15, 15, 15), inwards=True),  # another hollow
        block((3, 3, 3), at=(30, 5, 5), inwards=True),  # beside the block: inside out
        block((2.5, 2.5, 2.5), at=(5, 5, 40), inwards=True),  # above it
        block((2.7, 2.7, 2.7), at=(5, 5, -40), inwards=True),  # below it
    )
    measures = measure(mesh)
    voids = {round(part.volume_mm3, 3): part.void for part in measures.parts}
    assert voids == {
        8000: False, -64: True, -27: False, -19.683: False, -15.625: False, -8: True, 1: False
    }  # fmt: skip
    assert [part.volume_mm3 for part in measures.parts] == pytest.approx(list(voids))
    assert measures.void_volume_mm3 == pytest.approx(72)
    assert (measures.components, measures.voids) == (7, 5)


def test_only_the_largest_parts_are_listed_and_crumbs_counted():
    sizes = [10.0, *np.linspace(2.2, 3.0, 12), *np.linspace(0.1, 0.9, 17)]
    mesh = joined(*(block((s,) * 3, at=(15.0 * n, 0, 0)) for n, s in enumerate(sizes)))
    measures = measure(mesh)
    assert measures.components == 30
    assert len(measures.parts) == 20 and measures.other_parts == 10
    assert [p.extents_mm[0] for p in measures.parts] == pytest.approx(sorted(sizes)[:9:-1])
    assert measures.crumbs == 17


def test_a_part_below_one_percent_of_the_largest_is_a_crumb():
    mesh = joined(block((20, 20, 20)), block((4, 4, 4.9), at=(30, 0, 0)))
    assert measure(mesh).crumbs == 1
    mesh = joined(block((20, 20, 20)), block((4, 4, 5.1), at=(30, 0, 0)))
    assert measure(mesh).crumbs == 0
    hollow = joined(block((20, 20, 20)), block((0.5,) * 3, at=(3, 3, 3), inwards=True))
    assert measure(hollow).crumbs == 0
    assert measure(block((0.5, 0.5, 0.5))).crumbs == 0, "the only part is no crumb"


MODEL = {
    "triangles": 50_000,
    "self_intersections": {"examined": True, "pairs": 0, "places_mm": [], "reason": None},
    "non_manifold_vertices": 0,
    "duplicate_triangles": 0,
    "zero_area_triangles": 0,
    "as_read": {"non_manifold_vertices": 0, "duplicate_triangles": 0, "zero_area_triangles": 0},
    "parts": [{"extents_mm": [10.0, 10.0, 10.0]}],
    "crumbs": 0,
    "void_volume_mm3": 0.0,
}
NOT_EXAMINED = {"examined": False, "pairs": None, "places_mm": [], "reason": "none by design"}


def pairs(count):
    return {"self_intersections": {**MODEL["self_intersections"], "pairs": count}}


def test_a_sound_mesh_passes():
    assert {check.id: check.status for check in mesh_checks(MODEL)} == dict.fromkeys(
        [
            "self_intersections",
            "manifold_vertices",
            "duplicate_triangles",
            "zero_area_triangles",
            "loose_parts",
            "voids",
        ],
        "pass",
    )


def test_an_older_record_has_no_such_checks():
    assert mesh_checks({"triangles": 12, "components": 1}) == []


@pytest.mark.parametrize(
    ("values", "check", "status", "measured"),
    [
        (pairs(1), "self_intersections", "warn", 1),
        (pairs(50), "self_intersections", "warn", 50),
        (pairs(51), "self_intersections", "fail", 51),
        ({"triangles": 12, **pairs(10)}, "self_intersections", "warn", 10),
        ({"triangles": 12, **pairs(11)}, "self_intersections", "fail", 11),
        ({"self_intersections": NOT_EXAMINED}, "self_intersections", "info", None),
        ({"non_manifold_vertices": 2}, "manifold_vertices", "warn", 2),
        ({"as_read": {"non_manifold_vertices": 3}}, "manifold_vertices", "warn", 3),
        ({"duplicate_triangles": 1}, "duplicate_triangles", "warn", 1),
        ({"as_read": {"duplicate_triangles": 4}}, "duplicate_triangles", "warn", 4),
        ({"zero_area_triangles": 1}, "zero_area_triangles", "warn", 1),
        ({"as_read": {"zero_area_triangles": 5}}, "zero_area_triangles", "warn", 5),
        ({"crumbs": 7}, "loose_parts", "warn", 7),
        ({"void_volume_mm3": 1000.0}, "voids", "info", 1000.0),
        ({"void_volume_mm3": 1000.1}, "voids", "warn", 1000.1),
    ],
)
def test_each_fault_is_told(values, check, status, measured):
    found = {check.id: check for check in mesh_checks({**MODEL, **values})}
    assert (found[check].status, found[check].measured) == (status, measured)
    assert {c.status for c in found.values() if c.id != check} == {"pass"}


def test_what_was_not_examined_says_why():
    (check,) = mesh_checks({"self_intersections": NOT_EXAMINED})
    assert "not examined: none by design." in check.message


def test_the_checks_read_what_the_measures_write():
    """From a mesh with every fault to the checks, by way of the record's keys."""
    from dataclasses import asdict

    from PrintPrepLib.mesh.self_intersection import self_intersection_record

    mesh = joined(block((10, 10, 10)), block((10, 10, 10), at=(9.5, 3, 4)), block((1, 1, 0.5)))
    mesh = with_triangles(mesh, [0, 0, 1], [0, 1, 2], [2, 1, 0])
    model = {
        **asdict(measure(mesh)),
        **fault_record(mesh),
        "self_intersections": self_intersection_record(mesh, untouched=False),
    }
    statuses = {check.id: check.status for check in mesh_checks(model)}
    assert statuses["self_intersections"] == "fail"
    assert statuses["duplicate_triangles"] == statuses["zero_area_triangles"] == "warn"
    assert statuses["loose_parts"] == "warn"
