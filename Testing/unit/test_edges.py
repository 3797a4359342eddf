"""The edge surface against generated truth, at small size; the whole in the benchmark ``edge``.

Bars are those of the benchmark, a little wider where a body is smaller than its own.
"""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.printprep_side import edge_mesh, threshold_mesh
from phantoms import edges
from phantoms.analytic import Block, Scene
from phantoms.edges import AIR, FAT, SOFT, EdgeCase, measure
from PrintPrepLib.surface.edges import edge_surface
from PrintPrepLib.surface.grey_values import grey_value_surface
from scipy.ndimage import gaussian_filter

FAULTS = (
    *("boundary_edges", "non_manifold_edges", "non_manifold_vertices", "self_intersections"),
    *("extra_handles", "extra_components"),
)


def examined(case: EdgeCase) -> dict[str, float]:
    """Its edge surface measured; no fault of the mesh is ever right."""
    found = measure(case, edge_mesh(case))
    assert {fault: found[fault] for fault in FAULTS} == dict.fromkeys(FAULTS, 0)
    return found


@pytest.mark.parametrize(("value", "sigma"), [(300.0, 0.8), (1500.0, 0.45), (1500.0, 0.8)])
def test_a_ball_has_its_true_size_whatever_it_is_made_of(value, sigma):
    case = edges.balls("ball", value, sigma, across=sigma + 0.1, radius=8.0)
    found = examined(case)
    assert abs(found["mean"]) <= 0.02 and found["rms"] <= 0.07


@pytest.mark.parametrize(("thickness", "marrow"), [(0.75, 60.0), (1.5, 150.0)])
def test_cortex_has_its_true_thickness(thickness, marrow):
    case = edges.shells("shell", thickness, 1200.0, marrow, 0.6, across=0.65, radius=9.0)
    found = examined(case)
    assert abs(found["outer_mean"]) <= 0.05 and found["outer_scatter"] <= 0.1
    assert abs(found["thickness_error"]) <= 0.08 and found["thickness_lost"] <= 0.01
    assert found["missing"] <= 0.01


#: Known to fall short of the bar; the mark must go as soon as the test passes.
SHORT = {"strict": True}


def test_a_thin_flat_wall_survives():
    found = examined(edges.plates("plate", 0.75))
    assert abs(found["mean"]) <= 0.05 and abs(found["thickness_error"]) <= 0.1
    assert found["thickness_lost"] <= 0.05


@pytest.mark.xfail(reason="a hole of one voxel in the segment stays a handle", **SHORT)
def test_a_thin_wall_between_air_and_tissue_survives():
    found = examined(edges.plates("plate", 0.75, sides=(SOFT, AIR)))
    assert abs(found["mean"]) <= 0.05 and abs(found["thickness_error"]) <= 0.1
    assert found["thickness_lost"] <= 0.05


def test_a_curved_sheet_that_a_threshold_perforates_is_whole():
    case = edges.sheets("sheet", 0.75, FAT)
    assert measure(case, threshold_mesh(case))["extra_handles"] > 10
    found = examined(case)
    assert found["thickness_lost"] <= 0.02


@pytest.mark.xfail(reason="a sheet over air comes out 0.16 mm too thick", **SHORT)
def test_a_curved_sheet_has_its_true_thickness():
    found = examined(edges.sheets("sheet", 0.75, FAT))
    assert abs(found["thickness_error"]) <= 0.08


@pytest.mark.xfail(reason="the sheet falls too little on its fat side to be seen as one", **SHORT)
def test_an_orbital_floor_that_a_threshold_tears_open_is_whole():
    case = edges.sheets("sheet", 0.5, FAT)
    assert measure(case, threshold_mesh(case), faults=False)["thickness_lost"] > 0.9
    found = examined(case)
    assert found["thickness_lost"] <= 0.05 and abs(found["thickness_error"]) <= 0.15


def test_a_joint_that_the_threshold_bridged_opens():
    case = edges.joints("joint", 2.0)
    found = examined(case)
    assert abs(found["mean"]) <= 0.05 and found["thickness_lost"] <= 0.02
    assert abs(found["thickness_error"]) <= 0.15


def test_a_hollow_tube_keeps_its_hole():
    found = examined(edges.tubes("tube", 1.0))
    assert abs(found["mean"]) <= 0.05 and abs(found["thickness_error"]) <= 0.1


def test_skin_and_airway_have_edges_of_their_own():
    for case in (edges.skins("skin", FAT, radius=9.0), edges.airways("airway")):
        found = examined(case)
        assert abs(found["mean"]) <= 0.05 and found["rms"] <= 0.08


def test_magnetic_resonance_has_no_absolute_values():
    first, second = (
        examined(edges.resonances("mr", scale, base))
        for scale, base in ((2000.0, 500.0), (60.0, 20.0))
    )
    assert abs(first["mean"]) <= 0.04 and first["mean"] == pytest.approx(second["mean"], abs=0.01)


def test_a_rough_mask_is_followed_to_the_edge():
    found = examined(edges.masks("mask"))
    assert found["rms"] <= 0.05


@pytest.mark.xfail(reason="the farthest place is 0.35 mm off", **SHORT)
def test_a_rough_mask_is_nowhere_far_off():
    assert examined(edges.masks("mask"))["max"] <= 0.3


def test_two_kernels_of_one_body_give_one_model():
    # Smaller than the benchmark's head, of the same walls.
    cases = [
        edges.shells("kernel", 2.0, 1200.0, 90.0, 0.6, radius=9.0, response=response, noise=noise)
        for response, noise in (
            (edges.blur(0.65, 0.6), 15.0),
            (edges.sharpening(0.48, 0.95, 0.45, 0.6), 45.0),
        )
    ]
    soft, sharp = (examined(case) for case in cases)
    assert abs(soft["outer_mean"] - sharp["outer_mean"]) <= 0.04
    assert abs(soft["thickness_error"] - sharp["thickness_error"]) <= 0.08


@pytest.mark.parametrize(
    "case",
    [
        lambda: edges.balls("noise", 1000.0, 0.6, noise=80.0, radius=8.0),
        lambda: edges.shells(
            "step",
            3.0,
            1200.0,
            100.0,
            0.55,
            across=0.9,
            slab=2.0,
            spacing=(0.45, 0.45, 2.0),
            radius=9.0,
        ),
        lambda: edges.metals("metal"),
        pytest.param(
            lambda: edges.vessels("vessel"),
            marks=pytest.mark.xfail(reason="one handle between vessel and bone", **SHORT),
        ),
        lambda: edges.cuts("cut", "shell"),
    ],
    ids=["noise", "steps", "metal", "vessel", "cut"],
)
def test_where_the_edge_is_hard_to_see_it_is_no_worse_than_the_threshold(case):
    made = case()
    found = measure(made, edge_mesh(made))
    former = measure(made, threshold_mesh(made))
    assert abs(found["mean"]) <= abs(former["mean"]) + 0.05
    assert {f: found[f] for f in FAULTS[:4]} == dict.fromkeys(FAULTS[:4], 0)
    assert found["extra_handles"] <= max(0, former["extra_handles"])


def test_a_body_that_moves_by_part_of_a_voxel_moves_as_a_whole():
    """The grid leaves no trace: two places of one ball in the voxels, the same model."""
    found = []
    for shift in (0.0, 0.25):
        body = edges.ball(edges.CENTER, 7.0)
        grid = edges.grid_about(np.add(edges.CENTER, shift), 11.0, (0.6, 0.6, 0.9))
        made = edges.scanned("shift", "balls", [(body, 900.0)], body, grid, edges.blur(0.6), 1.0)
        found.append(examined(made))
    assert all(abs(one["mean"]) <= 0.03 and one["scatter"] <= 0.05 for one in found)


@pytest.mark.parametrize("cut", ["erased", "end of the field"])
def test_a_cut_through_a_soft_core_stays_whole_and_plane(cut) -> None:
    """The core of a bone is softer than half contrast, but nothing of it lies beyond an edge."""
    k, j, i = np.indices((60, 60, 60))
    away = np.hypot(i - 30, j - 30)
    ideal = np.where(away < 20, np.where(away < 15, 350.0, 1200.0), 40.0)
    noise = 20 * np.random.default_rng(0).standard_normal(ideal.shape)
    voxels = (gaussian_filter(ideal, 1.2) + noise).astype(np.int16)
    mask = voxels >= 200
    if cut == "erased":
        mask &= k >= 25
    mesh = edge_surface(voxels, mask, np.diag([0.5, 0.5, 0.5, 1.0]), 200.0).mesh
    lowest = 24.5 * 0.5 if cut == "erased" else -0.25
    assert mesh.points[:, 2].min() == pytest.approx(lowest, abs=1e-6)
    lid = np.abs(mesh.points[:, 2] - lowest) < 1e-6
    corners = mesh.points[mesh.triangles[lid[mesh.triangles].all(axis=1)]]
    area = np.linalg.norm(np.cross(*(corners[:, n] - corners[:, 0] for n in (1, 2))), axis=1).sum()
    assert area / 2 == pytest.approx(np.pi * 10**2, rel=0.08)


@pytest.mark.xfail(reason="sharp rims stick out by 0.1 to 0.15 mm", **SHORT)
def test_the_box_of_a_sharp_block_is_its_own() -> None:
    places = (np.arange(36) - 17.7) * 0.5
    points = np.stack(np.meshgrid(places, places, places, indexing="ij")[::-1], axis=-1)
    block = Block((0.0, 0.0, 0.0), (8.0, 8.0, 8.0), contrast=800.0)
    voxels = np.rint(Scene([block], background=100.0, sigma=0.5).values(points)).astype(np.int16)
    grid = np.diag([0.5, 0.5, 0.5, 1.0])
    grid[:3, 3] = places[0]
    mesh = edge_surface(voxels, voxels >= 500, grid, 500.0).mesh
    assert np.ptp(mesh.points, axis=0) == pytest.approx(8.0, abs=0.1)


def test_a_range_with_two_bounds_keeps_the_side_that_is_no_edge_of_its_kind() -> None:
    """Soft tissue between air and bone: its skin is found, and towards bone nothing is made up."""
    k, j, i = np.indices((70, 70, 70))
    away = 0.5 * np.sqrt((i - 35.0) ** 2 + (j - 35.0) ** 2 + (k - 35.0) ** 2)
    ideal = np.where(away < 15, np.where(away < 8, 1200.0, 40.0), -1000.0)
    noise = 20 * np.random.default_rng(0).standard_normal(ideal.shape)
    voxels = (gaussian_filter(ideal, 1.2) + noise).astype(np.int16)
    mask, grid = (voxels >= -150) & (voxels <= 200), np.diag([0.5, 0.5, 0.5, 1.0])
    found = np.linalg.norm(
        edge_surface(voxels, mask, grid, -150.0, 200.0).mesh.points - 17.5, axis=1
    )
    former = np.linalg.norm(
        grey_value_surface(voxels, mask, grid, -150.0, 200.0).points - 17.5, axis=1
    )
    outer = found[found > 11.5]
    assert outer.mean() == pytest.approx(15, abs=0.03) and outer.std() < 0.06
    assert np.sort(found[found < 11.5]) == pytest.approx(np.sort(former[former < 11.5]), abs=1e-5)
