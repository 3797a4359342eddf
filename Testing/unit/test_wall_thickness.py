"""Wall thickness against shells, wedges and fins of known thickness."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from phantoms.analytic import BONE_CONTRAST, Block, Scene, hollow_ball
from PrintPrepLib.core.errors import Cancelled
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from PrintPrepLib.qa.wall_thickness import (
    FEWEST_SAMPLES,
    MOST_SAMPLES,
    THICKEST_MM,
    thickness_map,
    wall_thickness,
)
from PrintPrepLib.surface.grey_values import grey_value_surface

#: Far from the scanner's origin, as patients are.
AT = np.array((31.4, -250.1, 812.3))
VOXEL = 0.5
HALF_CONTRAST = 200.0
TILTED = ((0.8, 0.0, 0.6), (0.0, 1.0, 0.0), (-0.6, 0.0, 0.8))


def meshed(*solids: trimesh.Trimesh, at=AT) -> TriangleMesh:
    whole = trimesh.util.concatenate(solids)
    return TriangleMesh(whole.vertices + at, np.asarray(whole.faces))


def hollow(solid: trimesh.Trimesh) -> trimesh.Trimesh:
    """The same surface as the wall of a cavity."""
    turned = solid.copy()
    turned.invert()
    return turned


def box_shell(thickness: float) -> TriangleMesh:
    inner = trimesh.creation.box((24, 20, 16))
    outer = trimesh.creation.box(np.array((24, 20, 16)) + 2 * thickness)
    return meshed(outer, hollow(inner))


def ball_shell(thickness: float) -> TriangleMesh:
    balls = [trimesh.creation.icosphere(subdivisions=5, radius=r) for r in (15, 15 - thickness)]
    return meshed(balls[0], hollow(balls[1]))


def tube(thickness: float) -> TriangleMesh:
    return meshed(trimesh.creation.annulus(10 - thickness, 10, 30, sections=256))


def wedge(angle: float, length: float = 30.0, height: float = 20.0) -> TriangleMesh:
    """A prism whose faces meet at ``angle`` degrees along the z axis, symmetric about x."""
    half = length * np.tan(np.radians(angle) / 2)
    outline = np.array([(0, 0), (length, -half), (length, half)])
    points = np.concatenate([np.column_stack([outline, np.full(3, z)]) for z in (0.0, height)])
    return meshed(trimesh.Trimesh(points, trimesh.convex.convex_hull(points).faces, process=False))


def isosurface(objects, sigma: float, noise: float = 0.0) -> TriangleMesh:
    """The grey-value surface at half contrast of a truly blurred object, off the raster."""
    origin = np.array((-14.13, -13.79, -14.08))
    count = int(28.5 / VOXEL)
    index = np.stack(np.meshgrid(*[np.arange(count)] * 3, indexing="ij"), axis=-1)[..., ::-1]
    voxels = Scene(objects, -1000.0, sigma).values(index * VOXEL + origin)
    voxels += noise * np.random.default_rng(1).normal(size=voxels.shape)
    ijk_to_lps = np.diag([VOXEL, VOXEL, VOXEL, 1.0])
    ijk_to_lps[:3, 3] = origin
    mask = voxels >= HALF_CONTRAST
    return grey_value_surface(voxels, mask, ijk_to_lps, HALF_CONTRAST, None, None)


@pytest.mark.parametrize("thickness", [1, 2, 3, 4])
@pytest.mark.parametrize("shell", [box_shell, ball_shell, tube])
def test_true_shells(shell, thickness):
    found = wall_thickness(shell(thickness), samples=3000)
    record = found.as_record()
    assert record["samples"] == 3000
    for key in ("min_mm", "p1_mm", "median_mm"):
        assert record[key] == pytest.approx(thickness, abs=0.02), key


def test_the_walls_of_a_box_are_exact():
    found = wall_thickness(box_shell(2.0), samples=3000)
    assert np.nanmin(found.values_mm) == pytest.approx(2, abs=1e-6)
    inside = (np.abs(found.points - AT) < np.array((12, 10, 8)) + 1e-6).sum(axis=1)
    # Beside the cavity a wall goes on to the other side of the box.
    assert np.allclose(found.values_mm[inside >= 2], 2.0, atol=1e-6)


@pytest.mark.parametrize("thickness", [1, 2, 3, 4])
def test_isosurfaces_of_blurred_shells_within_half_a_voxel(thickness):
    ball = isosurface(hollow_ball((0, 0, 0), 11, 11 - thickness), 0.4)
    found = wall_thickness(ball, samples=4000)
    record = found.as_record()
    for key in ("min_mm", "p1_mm", "median_mm"):
        assert abs(record[key] - thickness) < VOXEL / 2, (key, record[key])
    assert found.unmeasured == 0
    edges = np.array((20, 18, 16))
    box = (
        Block((0, 0, 0), tuple(edges), BONE_CONTRAST, TILTED),
        Block((0, 0, 0), tuple(edges - 2 * thickness), -BONE_CONTRAST, TILTED),
    )
    found = wall_thickness(isosurface(box, 0.4), samples=4000)
    assert abs(np.nanmin(found.values_mm) - thickness) < VOXEL / 2
    # The outer faces above the cavity, well away from its edges.
    own = np.abs(found.points @ np.array(TILTED).T)
    above = (own < edges / 2 - thickness - 1).sum(axis=1) >= 2
    assert above.sum() > 300
    assert np.abs(found.values_mm[above] - thickness).max() < VOXEL / 2


def test_flat_faces_on_the_raster_are_met():
    """Flat faces along the axes lie on the borders of the locator's bins."""
    found = wall_thickness(isosurface((Block((0, 0, 0), (20, 20, 2)),), 0.3), samples=3000)
    inner = (np.abs(found.points[:, :2]) < 9).all(axis=1)
    assert inner.sum() > 2000 and not np.isnan(found.values_mm[inner]).any()
    assert found.as_record()["median_mm"] == pytest.approx(2, abs=0.02)


def test_noisy_walls_are_thinner_in_places_and_right_on_the_whole():
    plate = (Block((0, 0, 0), (20, 20, 3), BONE_CONTRAST, TILTED),)
    clean, noisy = (
        wall_thickness(isosurface(plate, 0.4, noise), samples=4000).as_record()
        for noise in (0.0, 150.0)
    )
    assert noisy["median_mm"] == pytest.approx(3, abs=VOXEL / 4)
    assert 2.5 < noisy["p1_mm"] < clean["p1_mm"]


def test_convex_corners_are_not_thin():
    found = wall_thickness(meshed(trimesh.creation.box((30, 20, 7))), samples=5000)
    # Ball by ball every place under an edge would be thinner than its distance from it.
    assert found.unmeasured == 0
    assert found.values_mm.min() == pytest.approx(7, abs=1e-6)
    assert set(np.round(found.values_mm, 6)) == {7.0, THICKEST_MM}


@pytest.mark.parametrize("angle", [10, 30, 40])
def test_a_sharp_wedge_thins_towards_its_edge(angle):
    found = wall_thickness(wedge(angle), samples=8000)
    record = found.as_record()
    assert record["min_mm"] < 0.1
    assert record["place_mm"][0] - AT[0] < 0.3
    # The ball that touches a flank at the distance d from the edge measures 2 d tan(angle/2);
    # far from both ends it is touched by nothing but the two flanks.
    offset = found.points - AT
    radial = np.hypot(offset[:, 0], offset[:, 1])
    flank = np.abs(np.degrees(np.arctan2(offset[:, 1], offset[:, 0]))) > angle / 2 - 1e-6
    inner = flank & (radial > 0.1) & (radial < 12) & (np.abs(offset[:, 2] - 10) < 4)
    truth = 2 * radial[inner] * np.tan(np.radians(angle) / 2)
    assert inner.sum() > 100
    # Up to the share of the radius at which a touch counts.
    assert np.allclose(found.values_mm[inner], truth, rtol=0.01)


def test_a_blunt_edge_is_no_wall():
    found = wall_thickness(wedge(60), samples=4000)
    assert np.nanmin(found.values_mm) == THICKEST_MM
    assert 0 < found.unmeasured < found.samples


def test_a_thin_fin_on_a_block_is_found_and_placed():
    block = trimesh.creation.box((30, 30, 10))
    fin = trimesh.creation.box((0.6, 20, 8))
    fin.apply_translation((5, 0, 9))
    record = wall_thickness(meshed(block, fin)).as_record()
    assert record["min_mm"] == pytest.approx(0.6, abs=1e-6)
    x, y, z = np.array(record["place_mm"]) - AT
    assert abs(abs(x - 5) - 0.3) < 1e-6 and abs(y) <= 10 and 5 < z <= 13
    # Both sides of the fin, of all the area.
    area = 2 * (30 * 30 + 2 * 30 * 10) + 2 * (20 * 8 + 0.6 * (20 + 8))
    assert record["thin_share"] == pytest.approx(2 * 20 * 8 / area, rel=0.05)
    assert record["p5_mm"] < 1 < record["median_mm"]


def test_an_ellipsoid_against_every_point_of_it():
    """The facing ball by its definition: the smallest through the place and any facing point."""
    axes = np.array((12.0, 6.0, 2.0))
    sphere = trimesh.creation.icosphere(subdivisions=6).vertices
    found = wall_thickness(meshed(trimesh.convex.convex_hull(sphere * axes)), samples=300)
    dense = sphere * axes
    normals = sphere / axes
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    places = found.points - AT
    own = places / axes**2
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    ratios = []
    for place, normal, value in zip(places, own, found.values_mm, strict=True):
        chord = place - dense
        depth = chord @ normal
        facing = (normals @ normal < -np.sqrt(0.5)) & (depth > 0.01)
        ratios.append(value * (depth[facing] / (chord**2).sum(axis=1)[facing]).max())
    ratios = np.array(ratios)[~np.isnan(ratios)]
    # Never too thin; near the rim a ball may be stopped by what does not face it, and then
    # reads up to a sixth too thick, whatever size it starts with.
    assert len(ratios) > 200 and ratios.min() > 0.98 and ratios.max() < 1.2
    assert np.mean(ratios < 1.02) > 0.8


def test_open_sheets_have_no_thickness():
    sheet = TriangleMesh(np.array([(0, 0, 0), (9, 0, 0), (0, 9, 0.0)]), np.array([(0, 1, 2)]))
    found = wall_thickness(sheet, samples=50)
    assert found.unmeasured == 50
    assert found.as_record(0.8) == {"samples": 50, "unmeasured": 50, "limit_mm": 0.8}
    assert np.isnan(found.thin_share(1.0))
    assert np.isnan(thickness_map(sheet, found)).all()


def test_rays_through_a_hole_are_counted_and_left_out():
    whole = box_shell(2.0)
    low = whole.points[:, 2].min()
    lid = (whole.points[whole.triangles, 2] == low).all(axis=1)
    opened = wall_thickness(TriangleMesh(whole.points, whole.triangles[~lid]), samples=4000)
    assert lid.sum() == 2 and opened.unmeasured > 200
    assert np.nanmax(opened.values_mm) > 2 and np.nanmin(opened.values_mm) > 2 - 1e-6


def test_the_limit_decides_what_is_thin():
    found = wall_thickness(ball_shell(2.0), samples=500)
    assert found.thin_share(1.9) == 0 and found.thin_share(2.1) == 1
    assert found.as_record(2.1)["thin_share"] == 1 and found.as_record(2.1)["limit_mm"] == 2.1


def test_the_map_shows_the_wall_below_every_point():
    thin, thick = trimesh.creation.box((20, 20, 1)), trimesh.creation.box((20, 20, 5))
    thick.apply_translation((0, 0, 30))
    plates = [plate.subdivide_to_size(1.5) for plate in (thin, thick)]
    mesh = meshed(*plates)
    shown = thickness_map(mesh, wall_thickness(mesh, samples=6000))
    assert shown.shape == (len(mesh.points),)
    height = mesh.points[:, 2] - AT[2]
    inner = (np.abs(mesh.points[:, :2] - AT[:2]) < 8).all(axis=1)
    assert np.allclose(shown[inner & (height < 10)], 1, atol=1e-6)
    assert np.allclose(shown[inner & (height > 10)], 5, atol=1e-6)


def test_the_map_is_unknown_far_from_every_sample():
    mesh = ball_shell(2.0)
    found = wall_thickness(mesh, samples=200)
    stray = TriangleMesh(np.vstack([mesh.points, np.add(AT, (500, 0, 0))]), mesh.triangles)
    shown = thickness_map(stray, found)
    assert np.isnan(shown[-1])
    assert shown[:-1] == pytest.approx(2, abs=0.02)


def test_the_same_mesh_always_gives_the_same():
    first, second = (wall_thickness(box_shell(2.0), samples=300) for _ in range(2))
    assert np.array_equal(first.points, second.points)
    assert np.array_equal(first.values_mm, second.values_mm)


def test_progress_runs_upwards_and_can_cancel():
    mesh = ball_shell(2.0)
    told: list[float] = []
    found = wall_thickness(mesh, samples=5000, progress=lambda share, text: told.append(share))
    assert told == sorted(told) and told[0] == 0 and told[-1] <= 1
    with pytest.raises(Cancelled):
        wall_thickness(mesh, samples=500, progress=lambda share, text: share > 0.3)
    with pytest.raises(Cancelled):
        thickness_map(mesh, found, progress=lambda share, text: True)


def test_nothing_to_measure():
    with pytest.raises(ValueError, match="a mesh without triangles has no bounds"):
        wall_thickness(TriangleMesh(np.zeros((0, 3)), np.zeros((0, 3), int)))


def test_the_number_of_samples_is_stated():
    large = meshed(trimesh.creation.box((60, 60, 60)))
    assert wall_thickness(large).samples == MOST_SAMPLES == 20_000
    small = meshed(trimesh.creation.box((5, 5, 5)))
    assert wall_thickness(small).samples == FEWEST_SAMPLES == 2_000
    middling = meshed(trimesh.creation.box((20, 20, 20)))
    assert wall_thickness(middling).samples == 2 * 6 * 20 * 20
