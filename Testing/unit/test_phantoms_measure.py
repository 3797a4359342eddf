"""The measuring of surfaces is measured: on shapes whose figures are known."""

from __future__ import annotations

import numpy as np
import pytest
from phantoms import measure
from phantoms.acquisition import rotation_about


def icosphere(center=(0.0, 0.0, 0.0), radius=10.0, levels=4):
    """A sphere mesh made here: octahedron, subdivided and pushed out."""
    corners = np.array(
        [
            [[x, 0, 0], [0, y, 0], [0, 0, z]]
            if x * y * z > 0
            else [[0, y, 0], [x, 0, 0], [0, 0, z]]
            for x in (1, -1)
            for y in (1, -1)
            for z in (1, -1)
        ],
        float,
    )
    for _ in range(levels):
        a, b, c = np.moveaxis(corners, 1, 0)
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        corners = np.concatenate(
            [np.stack(t, axis=1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
        )
    corners = corners / np.linalg.norm(corners, axis=2, keepdims=True) * radius + center
    return measure.from_soup(corners)


def box(edges=(10.0, 20.0, 30.0)):
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float) * edges
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = [t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]
    return measure.Surface(corners, np.array(triangles))


def test_stl_is_read_as_written(tmp_path):
    sphere = icosphere((1, 2, 3), 7.0)
    records = np.zeros(len(sphere.triangles), measure.STL_RECORD)
    records["corners"] = sphere.corners
    path = tmp_path / "x.stl"
    path.write_bytes(b" " * 80 + len(records).to_bytes(4, "little") + records.tobytes())
    back = measure.read_stl(path)
    assert len(back.points) == len(sphere.points) == len(sphere.triangles) // 2 + 2  # Euler
    assert back.volume == pytest.approx(sphere.volume)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="do not hold"):
        measure.read_stl(path)


def test_box_measures():
    b = box()
    assert b.volume == pytest.approx(6000)
    assert b.areas.sum() == pytest.approx(2 * (200 + 300 + 600))


def test_sphere_fit_finds_a_patch():
    points = icosphere((5, -3, 80), 10.0).points
    cap = points[points[:, 0] > 11.0]
    center, radius = measure.fit_sphere(cap)
    assert center == pytest.approx([5, -3, 80], abs=1e-4) and radius == pytest.approx(10, abs=1e-4)
    noisy = points + np.random.default_rng(0).normal(scale=0.05, size=points.shape)
    center, radius = measure.fit_sphere(noisy)
    assert center == pytest.approx([5, -3, 80], abs=0.01) and radius == pytest.approx(10, abs=0.01)


def test_plane_fit():
    random = np.random.default_rng(1)
    points = random.uniform(-5, 5, (200, 3))
    points[:, 2] = 0.5 * points[:, 0] + 4
    normal, offset, rms = measure.fit_plane(points)
    truth = np.array([-0.5, 0, 1]) / np.sqrt(1.25)
    assert abs(normal @ truth) == pytest.approx(1) and rms < 1e-12
    assert abs(offset) == pytest.approx(4 / np.sqrt(1.25))


def test_radial_error_is_weighted_by_area():
    sphere = icosphere((1, 2, 3), 10.0, levels=5)
    at_truth = measure.radial_error(sphere, (1, 2, 3), 10.0)
    assert at_truth.vertex_rms < 1e-5  # float32 of from_soup
    assert -0.006 < at_truth.mean < 0  # facets cut inside the sphere
    off = measure.radial_error(sphere, (1, 2, 3), 9.9)
    assert off.rms == pytest.approx(0.1, abs=0.006) and off.vertex_mean == pytest.approx(0.1)
    shifted = measure.radial_error(sphere, (1.1, 2, 3), 10.0)
    assert shifted.rms == pytest.approx(0.1 / np.sqrt(3), rel=0.05)
    # Splitting one octant's triangles finer must not move the area-weighted figure.
    split = sphere.kept((sphere.corners.mean(axis=1) > (1, 2, 3)).all(axis=1))
    rest = sphere.kept(~(sphere.corners.mean(axis=1) > (1, 2, 3)).all(axis=1))
    a, b, c = np.moveaxis(split.corners, 1, 0)
    middle = (a + b + c) / 3
    finer = [np.stack(t, axis=1) for t in ((a, b, middle), (b, c, middle), (c, a, middle))]
    uneven = measure.from_soup(np.concatenate([rest.corners, *finer]))
    again = measure.radial_error(uneven, (1.1, 2, 3), 10.0)
    assert again.rms == pytest.approx(shifted.rms, rel=1e-4)


def test_samples_follow_area():
    points, triangles = measure.sample(box(), 60_000)
    faces = np.bincount(triangles // 2, minlength=6) / 60_000
    share = np.array([600, 600, 300, 300, 200, 200]) / 2200
    assert faces == pytest.approx(share, abs=0.005)
    on_face = np.isclose(points, 0).any(axis=1) | np.isclose(points, (10, 20, 30)).any(axis=1)
    assert on_face.all()
    assert points.mean(axis=0) == pytest.approx([5, 10, 15], abs=0.1)


def test_distances_are_exact_and_signed():
    queries = np.array([[5, 10, 15], [5, 10, 31], [-3, -4, 0], [13, 24, 15]], float)
    assert measure.ClosestPoint(box()).signed(queries) == pytest.approx([-5, 1, 5, 5])


def test_parts_are_told_apart():
    big, small = icosphere((0, 0, 0), 5, 4), icosphere((20, 0, 0), 3, 3)
    both = measure.from_soup(np.concatenate([small.corners, big.corners]))
    pieces = measure.parts(both)
    assert [len(p.triangles) for p in pieces] == [len(big.triangles), len(small.triangles)]
    assert measure.largest_part(both).volume == pytest.approx(big.volume, rel=1e-6)


def test_alignment_ignores_what_one_side_lacks():
    lump = measure.from_soup(
        np.concatenate(
            [
                icosphere((0, 0, 0), 20, 5).corners * (1.0, 1.3, 0.8),
                icosphere((14, 18, 3), 8, 4).corners,
                icosphere((-10, 20, 9), 6, 4).corners,
            ]
        )
    )
    truth = np.eye(4)
    truth[:3, :3] = rotation_about((1, 2, -1), 3.0)
    truth[:3, 3] = (1.0, -2.0, 0.5)
    moved = lump.moved(np.linalg.inv(truth))
    moved = moved.kept(moved.corners[:, :, 2].mean(axis=1) > -12)  # a part is missing
    extra = icosphere((-16, -8, 14), 5, 4)  # and one is too many
    moved = measure.from_soup(np.concatenate([moved.corners, extra.corners]))
    found = measure.rigid_alignment(moved, lump, samples=8000, fixed_samples=150_000)
    points = lump.points[::50]
    back = points @ np.linalg.inv(truth)[:3, :3].T + np.linalg.inv(truth)[:3, 3]
    error = back @ found[:3, :3].T + found[:3, 3] - points
    assert np.linalg.norm(error, axis=1).max() < 0.03
