"""The grey-value surface: its place, its topology, edits and the edge of the field."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Block, Scene, half_contrast_radius
from phantoms.dicom import write_series
from PrintPrepLib.core.errors import Cancelled, SegmentError
from PrintPrepLib.mesh.triangle_mesh import measure
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.surface.grey_values import grey_value_surface
from PrintPrepLib.volume.regularize import load_stack
from scipy.spatial import cKDTree
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D

CENTER = np.array([3.3, -4.7, 5.1])
SIGMA = 0.5
RADIUS = 20.0
TRUE_RADIUS = half_contrast_radius(RADIUS, SIGMA)
CUT_CENTER = tuple(CENTER + np.array([0.0, 17.0, 12.0]))
SCENE = Scene((Ball(tuple(CENTER), RADIUS, 2000.0),), -1000.0, SIGMA)


def ball_volume(folder, spacing="native", **acquisition):
    """A ball of 20 mm, half contrast at 0 HU, off the pixel raster."""
    options = {
        "rows": 96,
        "columns": 92,
        "slices": 76,
        "pixel_spacing": (0.488, 0.488),
        "center": tuple(CENTER + np.array([0.3, -0.9, 0.7])),
        "steps": 0.632,
        "along": "table",
    } | acquisition
    write_series(SCENE, Acquisition(**options), folder)
    return load_stack(read_series([folder]).series[0].stacks[0], spacing)


def surface_of(volume, low=0.0, high=None, mask=None):
    if mask is None:
        mask = volume.voxels >= low
        mask &= True if high is None else volume.voxels <= high
    return grey_value_surface(
        volume.voxels, mask, volume.ijk_to_lps, low, high, volume.acquired_field
    )


def radial_rms(points: np.ndarray) -> float:
    return float(np.sqrt(((np.linalg.norm(points - CENTER, axis=1) - TRUE_RADIUS) ** 2).mean()))


@pytest.mark.parametrize("tilt", [(0, 0), (0, 18.5), (0, -24), (8.5, 0)])
def test_a_blurred_ball_within_six_micrometres(tmp_path, tilt):
    volume = ball_volume(tmp_path, tilt=tilt)
    mesh = surface_of(volume)
    assert radial_rms(mesh.points) <= 0.006
    measures = measure(mesh)
    assert measures.watertight and measures.components == 1
    assert measures.volume_mm3 == pytest.approx(4 / 3 * np.pi * TRUE_RADIUS**3, rel=1e-3)


def test_random_steps_within_ten_micrometres(tmp_path):
    steps = tuple(np.random.default_rng(5).uniform(0.3, 0.9, 79))
    mesh = surface_of(ball_volume(tmp_path, slices=80, steps=steps, tilt=(0, 18.5)))
    assert radial_rms(mesh.points) <= 0.010


def test_erasing_half_of_it_leaves_the_other_half_where_it_was(tmp_path):
    volume = ball_volume(tmp_path, tilt=(0, 18.5))
    mask = volume.voxels >= 0
    cut = int(np.rint((np.linalg.inv(volume.ijk_to_lps) @ [*CENTER, 1])[0]))
    mask[:, :, cut:] = False
    mesh = surface_of(volume, mask=mask)
    i = (mesh.points - volume.ijk_to_lps[:3, 3]) @ np.linalg.inv(volume.ijk_to_lps[:3, :3]).T[:, 0]
    flat = i > cut - 0.75
    assert flat.sum() > 1000
    # Half-way between the last voxel that stayed and the first that went, in the middle of
    # the cut; at its rim the ball's own surface takes over.
    middle = flat & (np.linalg.norm(mesh.points - CENTER, axis=1) < RADIUS - 1.5)
    np.testing.assert_allclose(i[middle], cut - 0.5, atol=0.02 / 0.488)
    assert radial_rms(mesh.points[i < cut - 1.5]) <= 0.006
    assert measure(mesh).watertight


def test_a_ball_cut_by_the_field_of_view(tmp_path):
    volume = ball_volume(tmp_path, tilt=(0, 18.5), center=CUT_CENTER, rows=70, slices=50)
    mesh = surface_of(volume)
    assert measure(mesh).watertight
    inverse = np.linalg.inv(volume.ijk_to_lps)
    ijk = mesh.points @ inverse[:3, :3].T + inverse[:3, 3]
    k = np.clip(np.rint(ijk[:, 2]).astype(int), 0, len(volume.acquired_field) - 1)
    _, _, low_j, high_j = volume.acquired_field[k].T
    deep = (ijk[:, 1] > low_j + 3) & (ijk[:, 1] < high_j - 3) & (ijk[:, 2] > 2)
    deep &= ijk[:, 2] < volume.dimensions[2] - 3
    assert 0.2 < deep.mean() < 0.9
    assert radial_rms(mesh.points[deep]) <= 0.006
    # Beyond the field stands the rim voxel that repeats the last pixel, closed half a voxel on.
    assert ijk[:, 2].min() == pytest.approx(-0.5)
    sides = np.abs(ijk[:, 2] - np.rint(ijk[:, 2])) < 1e-6
    assert (ijk[sides, 1] >= low_j[sides] - 1.51).all()


def test_a_range_is_as_true_as_one_bound(tmp_path):
    """A shell between two levels: outer surface at the low one, inner one at the high one."""
    volume = ball_volume(tmp_path)
    mesh = surface_of(volume, -500.0, 500.0)
    distance = np.linalg.norm(mesh.points - CENTER, axis=1)
    one = surface_of(volume, -500.0)
    other = surface_of(volume, 500.0)
    outer, inner = distance > TRUE_RADIUS, distance < TRUE_RADIUS
    low_radius = np.linalg.norm(one.points - CENTER, axis=1).mean()
    high_radius = np.linalg.norm(other.points - CENTER, axis=1).mean()
    assert distance[outer].mean() == pytest.approx(low_radius, abs=0.01)
    assert distance[inner].mean() == pytest.approx(high_radius, abs=0.01)
    assert low_radius - high_radius > 0.5
    assert measure(mesh).watertight


def test_an_unedited_threshold_is_the_grey_value_isosurface(tmp_path):
    volume = ball_volume(tmp_path)
    mesh = surface_of(volume, 137.0)
    image = vtkImageData()
    image.SetDimensions(*volume.voxels.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(volume.voxels.astype(float).ravel()))
    contour = vtkFlyingEdges3D()
    contour.SetInputData(image)
    contour.SetValue(0, 137.0)
    contour.Update()
    expected = vtk_to_numpy(contour.GetOutput().GetPoints().GetData()).astype(float)
    expected = expected @ volume.ijk_to_lps[:3, :3].T + volume.ijk_to_lps[:3, 3]
    assert len(mesh.points) == len(expected)
    distance, _ = cKDTree(expected).query(mesh.points)
    assert distance.max() < 1e-3


def test_painted_voxels_stand_half_way():
    voxels = np.zeros((7, 7, 7), np.int16)
    mask = np.zeros(voxels.shape, bool)
    mask[3, 3, 3] = True
    mesh = grey_value_surface(voxels, mask, np.eye(4), 200.0)
    np.testing.assert_allclose(np.abs(mesh.points - 3).max(axis=1), 0.5)
    assert measure(mesh).volume_mm3 > 0


def test_values_equal_to_the_threshold_make_no_flat_triangles():
    voxels = np.full((9, 9, 9), -1000, np.int16)
    voxels[2:7, 2:7, 2:7] = 200
    mesh = grey_value_surface(voxels, voxels >= 200, np.eye(4), 200.0)
    corners = mesh.points[mesh.triangles]
    areas = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    assert areas.min() > 1e-7
    assert measure(mesh).extents_mm == pytest.approx((4.002,) * 3, abs=1e-9)


def test_the_surface_is_closed_at_the_end_of_the_volume_and_of_the_field():
    voxels = np.full((5, 5, 5), 1000, np.int16)
    mesh = grey_value_surface(voxels, voxels >= 200, np.eye(4), 200.0)
    assert measure(mesh).watertight
    assert measure(mesh).extents_mm == (5.0, 5.0, 5.0)
    voxels[:, 3:] = -1000
    field = np.tile([0, 4, 0, 2], (5, 1))
    ended = grey_value_surface(voxels, voxels >= 200, np.eye(4), 200.0, field=field)
    np.testing.assert_allclose(ended.points[:, 1].max(), 2.5)
    acquired = grey_value_surface(voxels, voxels >= 200, np.eye(4), 200.0)
    np.testing.assert_allclose(acquired.points[:, 1].max(), 2.4)


@pytest.mark.parametrize("flip", [1, -1])
def test_triangles_look_outwards_on_either_hand(flip):
    scene = Scene((Block((6, 6, 6), (6, 6, 6), 2000.0),), -1000.0, 0.4)
    k, j, i = np.indices((13, 13, 13))
    voxels = scene.values(np.stack([i, j, k], axis=-1)).astype(np.float32)
    matrix = np.diag([1.0, 1.0, flip, 1.0])
    mesh = grey_value_surface(voxels, voxels >= 0, matrix, 0.0)
    # Blur and a raster of 1 mm take the corners off a block of 216 mm³.
    assert 170 < measure(mesh).volume_mm3 < 216


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**6), share=st.floats(0.02, 0.98))
def test_any_mask_gives_a_closed_manifold_surface_of_its_size(seed, share):
    random = np.random.default_rng(seed)
    mask = random.random(tuple(random.integers(1, 9, 3))) < share
    voxels = random.integers(-1000, 1000, mask.shape).astype(np.int16)
    if not mask.any():
        return
    mesh = grey_value_surface(voxels, mask, np.eye(4), -200.0, 700.0)
    measures = measure(mesh)
    assert measures.watertight
    assert measures.boundary_edges == measures.non_manifold_edges == 0
    assert measures.inconsistent_edges == 0
    assert measures.volume_mm3 > 0


def test_an_empty_segment_is_refused():
    voxels = np.zeros((3, 3, 3), np.int16)
    with pytest.raises(SegmentError, match="empty"):
        grey_value_surface(voxels, voxels > 0, np.eye(4), 1.0)


def test_cancelling():
    voxels = np.ones((3, 3, 3), np.int16)
    with pytest.raises(Cancelled):
        grey_value_surface(voxels, voxels > 0, np.eye(4), 1.0, progress=lambda *_: True)


def test_bodies_that_touch_share_a_plane_and_no_triangle() -> None:
    """Also where one of them is out of the range, so that its neighbour's voxels say nothing."""
    voxels = np.full((12, 12, 12), 50.0)
    voxels[3:9, 3:9, 3:6], voxels[3:9, 3:9, 6:9] = 500.0, 120.0
    one, other = np.zeros((2, 12, 12, 12), bool)
    one[3:9, 3:9, 3:6], other[3:9, 3:9, 6:9] = True, True
    matrix = np.diag([0.5, 0.5, 0.5, 1.0])
    left, right = (
        grey_value_surface(voxels, mine, matrix, 300.0, others=theirs)
        for mine, theirs in ((one, other), (other, one))
    )
    # Half-way between the voxels 5 and 6.
    assert left.points[:, 0].max() == pytest.approx(2.75, abs=0.002)
    assert right.points[:, 0].min() == pytest.approx(2.75, abs=0.002)
    assert 0 < right.points[:, 0].min() - left.points[:, 0].max() < 0.004
    # Towards the background the range decides, as without a neighbour.
    assert left.points[:, 0].min() == pytest.approx(0.5 * (3 - (500 - 300) / (500 - 50)))
    assert right.points[:, 0].max() == pytest.approx(0.5 * 8.5)
    for mesh in (left, right):
        found = measure(mesh)
        assert found.watertight and found.components == 1
    distances = cKDTree(left.points.astype(np.float32)).query(right.points.astype(np.float32))[0]
    assert distances.min() > 0.0005
