"""Segments of the real MRML scene: by threshold, cleaned, read back, turned into surfaces."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from phantoms import measure
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene, half_contrast_radius
from phantoms.dicom import write_series
from PrintPrepLib import mrml
from PrintPrepLib.core.errors import SegmentError
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.volume.regular_volume import RegularVolume
from PrintPrepLib.volume.regularize import load_stack

CENTER, RADIUS, SIGMA = (4.0, -3.0, 2.0), 9.0, 0.5
BALL = Scene([Ball(CENTER, RADIUS)], sigma=SIGMA)


@pytest.fixture
def scene():
    scene = mrml.headless_scene()
    yield scene
    scene.Clear()


@pytest.fixture(scope="module")
def regular(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ball")
    acquisition = Acquisition(rows=64, columns=56, slices=40, steps=0.7, tilt=(0.0, 18.5))
    write_series(BALL, acquisition, folder)
    return load_stack(read_series([folder]).series[0].stacks[0])


@pytest.fixture
def node(scene, regular):
    return mrml.add_volume_node(regular, "ball")


def volume(voxels: np.ndarray, matrix: np.ndarray | None = None) -> RegularVolume:
    planes, rows, columns = voxels.shape
    field = np.tile([0, columns - 1, 0, rows - 1], (planes, 1))
    return RegularVolume(voxels, np.eye(4) if matrix is None else matrix, field, 0.0, {})


def matrix_of(node) -> np.ndarray:
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def test_threshold_takes_the_closed_range(scene) -> None:
    voxels = np.zeros((4, 5, 6), np.int16)
    voxels[1, 2, 2:5] = [199, 200, 201]
    node = mrml.add_volume_node(volume(voxels), "v")
    for lower, upper in ((200, None), (199, 200), (-5, 199), (200.5, 300)):
        segmentation, segment = mrml.segment_by_threshold(node, lower, upper)
        expected = (voxels >= lower) & (voxels <= (np.inf if upper is None else upper))
        assert np.array_equal(mrml.segment_mask(segmentation, segment, node), expected)
        assert mrml.threshold_of(segmentation, segment) == (lower, upper)


def test_segment_is_what_slicer_reads_too(node) -> None:
    segmentation, segment = mrml.segment_by_threshold(node, 200, name="Skull")
    labels = slicer.util.arrayFromSegmentInternalBinaryLabelmap(segmentation, segment)
    assert labels.sum() == (slicer.util.arrayFromVolume(node) >= 200).sum()
    item = segmentation.GetSegmentation().GetSegment(segment)
    assert item.GetName() == "Skull"
    assert segmentation.GetNodeReference("referenceImageGeometryRef") is node
    assert segmentation.GetDisplayNode() is not None


def test_editing_leaves_no_helper_nodes(scene, node) -> None:
    segmentation, segment = mrml.segment_by_threshold(node, 200)
    mrml.keep_largest_island(segmentation, segment, node)
    assert scene.GetNumberOfNodesByClass("vtkMRMLSegmentEditorNode") == 0


def test_segments_in_one_segmentation_do_not_erase_each_other(node) -> None:
    segmentation, low = mrml.segment_by_threshold(node, 0)
    same, high = mrml.segment_by_threshold(node, 800, segmentation_node=segmentation)
    assert same is segmentation
    voxels = slicer.util.arrayFromVolume(node)
    assert np.array_equal(mrml.segment_mask(segmentation, low, node), voxels >= 0)
    assert np.array_equal(mrml.segment_mask(segmentation, high, node), voxels >= 800)


@pytest.mark.parametrize(("lower", "upper"), [(5000, None), (-5000, -4000), (300, 200)])
def test_ranges_without_a_voxel(scene, node, lower, upper) -> None:
    with pytest.raises(SegmentError):
        mrml.segment_by_threshold(node, lower, upper)
    assert scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 0


def test_islands_above_a_size_stay(scene) -> None:
    """Voxels of 0.5 × 0.5 × 0.6 mm or whatever the phantom has: sizes are in mm³."""
    voxels = np.zeros((6, 7, 8), np.int16)
    voxels[1:4, 1:4, 1:4] = 500
    voxels[5, 6, 5:8] = 500
    voxels[0, 0, 7] = 500
    node = mrml.add_volume_node(volume(voxels), "v")
    voxel = float(np.prod(node.GetSpacing()))
    segmentation, segment = mrml.segment_by_threshold(node, 200)
    with pytest.raises(SegmentError, match="Choose a smaller size"):
        mrml.keep_islands_above(segmentation, segment, node, 28 * voxel)
    assert np.array_equal(mrml.segment_mask(segmentation, segment, node), voxels > 0)
    assert mrml.keep_islands_above(segmentation, segment, node, 3 * voxel) == (2, 1)
    voxels[0, 0, 7] = 0
    assert np.array_equal(mrml.segment_mask(segmentation, segment, node), voxels > 0)
    assert mrml.keep_islands_above(segmentation, segment, node, 3.01 * voxel) == (1, 1)
    assert mrml.segment_mask(segmentation, segment, node).sum() == 27


def test_unknown_and_empty_segments(node) -> None:
    segmentation, _ = mrml.segment_by_threshold(node, 200)
    with pytest.raises(SegmentError, match="no segment nothing"):
        mrml.segment_mask(segmentation, "nothing", node)
    empty = segmentation.GetSegmentation().AddEmptySegment()
    assert not mrml.segment_mask(segmentation, empty, node).any()
    for work in (mrml.keep_largest_island, lambda s, i, n: mrml.segment_surface(n, s, i)):
        with pytest.raises(SegmentError):
            work(segmentation, empty, node)


@pytest.mark.parametrize("tag", ["", "bone", "a;b"])
def test_unreadable_threshold_tags_say_nothing(node, tag) -> None:
    segmentation, segment = mrml.segment_by_threshold(node, 200)
    segmentation.GetSegmentation().GetSegment(segment).SetTag("PrintPrep.ThresholdHU", tag)
    assert mrml.threshold_of(segmentation, segment) is None


def test_largest_island_stays(scene) -> None:
    voxels = np.zeros((6, 7, 8), np.int16)
    voxels[1:4, 1:4, 1:4] = 500
    voxels[2, 2, 2] = 0
    voxels[4, 4, 4] = 500  # touches by a corner only
    voxels[5, 6, 6:8] = 500
    node = mrml.add_volume_node(volume(voxels), "v")
    segmentation, segment = mrml.segment_by_threshold(node, 200)
    mrml.keep_largest_island(segmentation, segment, node)
    expected = np.zeros(voxels.shape, bool)
    expected[1:4, 1:4, 1:4] = True
    expected[2, 2, 2] = False
    assert np.array_equal(mrml.segment_mask(segmentation, segment, node), expected)
    assert mrml.threshold_of(segmentation, segment) == (200, None)


def test_segment_on_a_finer_grid_takes_the_nearest(scene) -> None:
    coarse = np.zeros((4, 4, 4), np.int16)
    coarse[1:3, 1:3, 1:3] = 500
    node = mrml.add_volume_node(volume(coarse, np.diag([1.0, 1, 1, 1])), "coarse")
    fine = np.diag([0.5, 0.5, 0.5, 1.0])
    fine[:3, 3] = -0.25
    other = mrml.add_volume_node(volume(np.zeros((8, 8, 8), np.int16), fine), "fine")
    segmentation, segment = mrml.segment_by_threshold(node, 200)
    expected = coarse.repeat(2, 0).repeat(2, 1).repeat(2, 2) > 0
    assert np.array_equal(mrml.segment_mask(segmentation, segment, other), expected)


def test_segmentation_of_another_volume_keeps_its_own_grid(scene) -> None:
    """A segment added from a shifted volume lands where it stands in the world."""
    first = mrml.add_volume_node(volume(np.full((4, 4, 4), 500, np.int16)), "first")
    segmentation, _ = mrml.segment_by_threshold(first, 200)
    matrix = np.eye(4)
    matrix[:3, 3] = [1, 2, 0]
    voxels = np.zeros((2, 2, 2), np.int16)
    voxels[1, 0, 1] = 500
    second = mrml.add_volume_node(volume(voxels, matrix), "second")
    _, segment = mrml.segment_by_threshold(second, 200, segmentation_node=segmentation)
    assert np.argwhere(mrml.segment_mask(segmentation, segment, first)).tolist() == [[1, 2, 2]]


def test_segment_keeps_the_grid_of_its_volume(scene) -> None:
    """Also in a segmentation that was made for a coarser one."""
    coarse = mrml.add_volume_node(volume(np.full((8, 8, 8), 500, np.int16)), "coarse")
    segmentation, whole = mrml.segment_by_threshold(coarse, 200)
    fine = np.diag([0.5, 0.5, 0.5, 1.0])
    fine[:3, 3] = 2.25
    voxels = np.zeros((4, 4, 4), np.int16)
    voxels[:3, :2, :2] = voxels[3, 3, 3] = 500
    node = mrml.add_volume_node(volume(voxels, fine), "fine")
    _, segment = mrml.segment_by_threshold(node, 200, segmentation_node=segmentation)
    assert np.array_equal(mrml.segment_mask(segmentation, segment, node), voxels > 0)
    mrml.keep_largest_island(segmentation, segment, coarse)
    voxels[3, 3, 3] = 0
    assert np.array_equal(mrml.segment_mask(segmentation, segment, node), voxels > 0)
    assert mrml.segment_mask(segmentation, whole, coarse).all()


def test_segment_partly_outside_the_volume(scene) -> None:
    large = mrml.add_volume_node(volume(np.full((6, 6, 6), 500, np.int16)), "large")
    segmentation, segment = mrml.segment_by_threshold(large, 200)
    matrix = np.eye(4)
    matrix[:3, 3] = [4, -2, 3]
    small = mrml.add_volume_node(volume(np.zeros((5, 5, 5), np.int16), matrix), "small")
    expected = np.zeros((5, 5, 5), bool)
    expected[:3, 2:, :2] = True
    assert np.array_equal(mrml.segment_mask(segmentation, segment, small), expected)


def test_imported_surface_becomes_a_mask(scene, node) -> None:
    """A segmentation made of surfaces (an imported STL) is turned into voxels."""
    sphere = vtk.vtkSphereSource()
    sphere.SetRadius(6)
    sphere.SetCenter(-4, 3, 2)
    sphere.SetThetaResolution(60)
    sphere.SetPhiResolution(60)
    sphere.Update()
    segmentation = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    segment = segmentation.AddSegmentFromClosedSurfaceRepresentation(
        sphere.GetOutput(), "s", [1, 0, 0]
    )
    mask = mrml.segment_mask(segmentation, segment, node)
    size = np.prod(node.GetSpacing()) * mask.sum()
    assert size == pytest.approx(4 / 3 * np.pi * 6**3, rel=0.03)
    mrml.keep_largest_island(segmentation, segment, node)
    assert np.array_equal(mrml.segment_mask(segmentation, segment, node), mask)


def test_segments_that_share_a_labelmap(scene) -> None:
    voxels = np.zeros((10, 10, 10), np.int16)
    voxels[1:4, 1:4, 1:4] = voxels[8, 8, 8] = 500
    voxels[6:8, 1:3, 1:3] = 900
    node = mrml.add_volume_node(volume(voxels), "v")
    segmentation, first = mrml.segment_by_threshold(node, 400, 600)
    _, second = mrml.segment_by_threshold(node, 800, segmentation_node=segmentation)
    segmentation.GetSegmentation().CollapseBinaryLabelmaps(True)
    assert segmentation.GetSegmentation().GetNumberOfLayers() == 1
    mrml.keep_largest_island(segmentation, first, node)
    voxels[8, 8, 8] = 0
    assert np.array_equal(mrml.segment_mask(segmentation, first, node), voxels == 500)
    assert np.array_equal(mrml.segment_mask(segmentation, second, node), voxels == 900)


def moved_by(scene, z: float):
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(2, 3, z)
    transform.SetMatrixTransformToParent(matrix)
    return transform


def test_segment_stands_under_the_transform_of_its_volume(scene, node) -> None:
    transform = moved_by(scene, 3)
    node.SetAndObserveTransformNodeID(transform.GetID())
    segmentation, segment = mrml.segment_by_threshold(node, 200)
    assert segmentation.GetParentTransformNode() is transform
    expected = slicer.util.arrayFromVolume(node) >= 200
    assert np.array_equal(mrml.segment_mask(segmentation, segment, node), expected)
    mrml.keep_largest_island(segmentation, segment, node)
    assert np.array_equal(mrml.segment_mask(segmentation, segment, node), expected)


def test_volume_and_segmentation_under_different_transforms(scene, node) -> None:
    segmentation, segment = mrml.segment_by_threshold(node, 200)
    expected = mrml.segment_mask(segmentation, segment, node)
    node.SetAndObserveTransformNodeID(moved_by(scene, 3).GetID())
    _, moved = mrml.segment_by_threshold(node, 200, segmentation_node=segmentation)
    assert np.array_equal(mrml.segment_mask(segmentation, moved, node), expected)
    where = [
        np.argwhere(mrml.segment_mask(segmentation, item, node)).mean(axis=0)
        for item in (segment, moved)
    ]
    apart = matrix_of(node)[:3, :3] @ (where[1] - where[0])[::-1]
    assert apart == pytest.approx([0, 0, 3], abs=0.2)


def test_curved_transform_between_volume_and_segmentation(scene, node) -> None:
    segmentation, segment = mrml.segment_by_threshold(node, 200)
    transform = scene.AddNewNodeByClass("vtkMRMLBSplineTransformNode")
    points = vtk.vtkThinPlateSplineTransform()
    source, target = vtk.vtkPoints(), vtk.vtkPoints()
    for corner in ((0, 0, 0), (30, 0, 0), (0, 30, 0), (0, 0, 30), (30, 30, 30)):
        source.InsertNextPoint(corner)
        target.InsertNextPoint(corner[0], corner[1], corner[2] + 0.01 * corner[0] ** 2)
    points.SetSourceLandmarks(source)
    points.SetTargetLandmarks(target)
    points.SetBasisToR()
    transform.SetAndObserveTransformToParent(points)
    node.SetAndObserveTransformNodeID(transform.GetID())
    with pytest.raises(SegmentError, match="different transforms"):
        mrml.segment_by_threshold(node, 200, segmentation_node=segmentation)
    assert mrml.segment_mask(segmentation, segment, node).any()


# Surfaces


def error(mesh: TriangleMesh) -> measure.RadialError:
    surface = measure.Surface(mesh.points, mesh.triangles)
    assert surface.volume > 0
    return measure.radial_error(surface, CENTER, half_contrast_radius(RADIUS, SIGMA))


def test_surface_of_a_threshold_segment(node) -> None:
    segmentation, segment = mrml.segment_by_threshold(node, 200)
    assert error(mrml.segment_surface(node, segmentation, segment)).rms < 0.012


def test_surface_without_a_threshold_measures_half_contrast(node) -> None:
    segmentation, segment = mrml.segment_by_threshold(node, 150)
    segmentation.GetSegmentation().GetSegment(segment).RemoveTag("PrintPrep.ThresholdHU")
    found = error(mrml.segment_surface(node, segmentation, segment))
    # Voxels between the two thresholds stay inside: they cost some of the accuracy.
    assert abs(found.mean) < 0.03 and found.rms < 0.06


def test_dark_segment_ends_at_its_upper_bound(scene) -> None:
    """A hole in bone, without a tag: half contrast bounds it from above."""
    acquisition = Acquisition(rows=64, columns=64, slices=64, steps=0.5)
    scene_of_air = Scene([Ball((0, 0, 0), 8.0, -2000.0)], background=1000.0, sigma=0.5)
    voxels = acquisition.volume(scene_of_air).astype(np.int16)
    matrix = np.diag([0.5, 0.5, 0.5, 1])
    matrix[:3, 3] = acquisition.positions[0]
    node = mrml.add_volume_node(volume(voxels, matrix), "hole")
    segmentation, segment = mrml.segment_by_threshold(node, -3000, 50)
    segmentation.GetSegmentation().GetSegment(segment).RemoveTag("PrintPrep.ThresholdHU")
    mesh = mrml.segment_surface(node, segmentation, segment)
    surface = measure.Surface(mesh.points, mesh.triangles)
    found = measure.radial_error(surface, (0, 0, 0), half_contrast_radius(8, 0.5))
    assert abs(found.mean) < 0.03 and found.rms < 0.06
