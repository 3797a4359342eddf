"""Volumes, segments and models as nodes of the real MRML scene."""

from __future__ import annotations

import os

import numpy as np
import pytest
import slicer
import vtk
from phantoms import measure
from phantoms.acquisition import FEET_FIRST, SAGITTAL, Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from phantoms.enhanced import frames_of, write_enhanced
from PrintPrepLib import mrml
from PrintPrepLib.core.errors import ExportError, GeometryError
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.volume.regular_volume import RegularVolume
from PrintPrepLib.volume.regularize import load_stack

CENTER, RADIUS, SIGMA = (4.0, -3.0, 2.0), 9.0, 0.5
BALL = Scene([Ball(CENTER, RADIUS)], sigma=SIGMA)
ACQUISITION = {"rows": 64, "columns": 56, "slices": 40, "steps": 0.7, "tilt": (0.0, 18.5)}


@pytest.fixture
def scene():
    scene = mrml.headless_scene()
    yield scene
    scene.Clear()


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ball")
    write_series(BALL, Acquisition(**ACQUISITION), folder)
    return read_series([folder]).series[0].stacks[0]


@pytest.fixture
def node(scene, stack):
    return mrml.add_volume_node(load_stack(stack), "ball")


def volume(voxels: np.ndarray, matrix: np.ndarray | None = None, **provenance) -> RegularVolume:
    planes, rows, columns = voxels.shape
    field = np.tile([0, columns - 1, 0, rows - 1], (planes, 1))
    return RegularVolume(voxels, np.eye(4) if matrix is None else matrix, field, 0.0, provenance)


def matrix_of(node) -> np.ndarray:
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


# Scene


def test_scene_is_made_once_and_serves_slicer_util(scene) -> None:
    assert mrml.headless_scene() is scene is slicer.mrmlScene
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "x")
    assert slicer.util.getNode("x") is node


# Volumes


def test_volume_stands_where_dicom_says(scene, tmp_path) -> None:
    """The corner voxels of an untouched series lie at their DICOM positions, in RAS."""
    for name, orientation in (("feet first", FEET_FIRST), ("sagittal", SAGITTAL)):
        acquisition = Acquisition(
            rows=6, columns=5, slices=4, steps=2.0, orientation=orientation, center=(10, 20, 30)
        )
        truth = write_series(Scene(), acquisition, tmp_path / name, name=name)
        (series,) = read_series([tmp_path / name]).series
        node = mrml.add_volume_node(load_stack(series.stacks[0]), name)
        last = matrix_of(node) @ [4, 5, 3, 1]
        assert last[:3] * [-1, -1, 1] == pytest.approx(acquisition.voxel_centers(3)[5, 4])
        assert np.linalg.det(matrix_of(node)[:3, :3]) > 0
        assert node.GetAttribute("DICOM.instanceUIDs") == " ".join(truth.instance_uids)


@pytest.mark.parametrize(
    ("dtype", "name"), [(np.int16, "short"), (np.float32, "float"), (np.uint8, "unsigned char")]
)
def test_voxels_keep_type_and_order(scene, dtype, name) -> None:
    voxels = np.arange(2 * 3 * 4).reshape(2, 3, 4).astype(dtype)
    node = mrml.add_volume_node(volume(voxels), "v")
    assert node.GetImageData().GetScalarTypeAsString() == name
    assert node.GetImageData().GetDimensions() == (4, 3, 2)
    assert np.array_equal(slicer.util.arrayFromVolume(node), voxels)
    assert node.GetImageData().GetScalarComponentAsDouble(3, 1, 1, 0) == voxels[1, 1, 3]


def test_scene_owns_its_copy_of_the_voxels(scene) -> None:
    voxels = np.zeros((2, 3, 4), np.int16)
    node = mrml.add_volume_node(volume(voxels), "v")
    voxels[...] = 7
    assert not slicer.util.arrayFromVolume(node).any()


def test_names_are_unique(scene) -> None:
    voxels = np.zeros((2, 2, 2), np.int16)
    names = {mrml.add_volume_node(volume(voxels), "v").GetName() for _ in range(3)}
    assert len(names) == 3


@pytest.mark.parametrize(
    ("modality", "unit"), [("CT", "[hnsf'U]"), ("MR", "1"), ("US", None), ("", None)]
)
def test_units_follow_the_modality(scene, modality, unit) -> None:
    voxels = np.zeros((2, 2, 2), np.int16)
    node = mrml.add_volume_node(volume(voxels, source={"modality": modality}), "v")
    entry = node.GetVoxelValueUnits()
    assert (None if entry is None else entry.GetCodeValue()) == unit


def test_every_window_of_the_header_is_a_preset(scene) -> None:
    voxels = np.zeros((2, 2, 2), np.int16)
    node = mrml.add_volume_node(volume(voxels, window=[[40, 80], [300, 1500]]), "v")
    display = node.GetScalarVolumeDisplayNode()
    assert (display.GetLevel(), display.GetWindow()) == (40, 80)
    assert display.GetNumberOfWindowLevelPresets() == 2


def test_without_a_window_slicer_finds_one(scene) -> None:
    voxels = np.linspace(0, 1000, 8).reshape(2, 2, 2).astype(np.int16)
    node = mrml.add_volume_node(volume(voxels), "v")
    assert node.GetScalarVolumeDisplayNode().GetAutoWindowLevel()


def test_volume_comes_back_from_its_node(node, stack) -> None:
    made, back = load_stack(stack), mrml.volume_from_node(node)
    assert np.array_equal(back.voxels, made.voxels)
    assert back.ijk_to_lps == pytest.approx(made.ijk_to_lps, abs=1e-12)
    assert np.array_equal(back.acquired_field, made.acquired_field)
    assert back.background == made.background == -1000
    assert back.provenance == made.provenance


def test_reading_a_volume_copies_no_voxel(node) -> None:
    assert np.shares_memory(mrml.volume_from_node(node).voxels, slicer.util.arrayFromVolume(node))


def test_volume_of_unknown_origin_is_all_field(scene) -> None:
    node = slicer.util.addVolumeFromArray(np.arange(24, dtype=np.int16).reshape(2, 3, 4))
    back = mrml.volume_from_node(node)
    assert back.provenance == {}
    assert back.acquired_field.tolist() == [[0, 3, 0, 2]] * 2
    assert back.background == 0


def test_volumes_that_cannot_be_used(scene) -> None:
    empty = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")
    with pytest.raises(GeometryError, match="empty"):
        mrml.volume_from_node(empty)
    color = scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "color")
    image = vtk.vtkImageData()
    image.SetDimensions(2, 2, 2)
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 3)
    color.SetAndObserveImageData(image)
    with pytest.raises(GeometryError, match="3 values"):
        mrml.volume_from_node(color)


def test_series_is_placed_under_its_study(node, stack) -> None:
    mrml.place_under_study(node, stack.info)
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    study = tree.GetItemParent(tree.GetItemByDataNode(node))
    assert tree.GetItemUID(study, "DICOM") == stack.info.study_uid
    assert tree.GetItemUID(tree.GetItemParent(study), "DICOM") == "PHANTOM"
    assert tree.GetItemName(tree.GetItemParent(study)) == "Phantom^Analytic"


def test_saved_scene_still_knows_everything(scene, node, stack, tmp_path) -> None:
    segmentation, segment = mrml.segment_by_threshold(node, 200.5, 1e4)
    made = mrml.volume_from_node(node)
    for item, name in ((node, "v.nrrd"), (segmentation, "s.seg.nrrd")):
        item.AddDefaultStorageNode(str(tmp_path / name))
        assert item.GetStorageNode().WriteData(item)
    scene.SetURL(str(tmp_path / "scene.mrml"))
    assert scene.Commit()
    scene.Clear()
    scene.SetURL(str(tmp_path / "scene.mrml"))
    assert scene.Connect()
    back = mrml.volume_from_node(slicer.util.getNode("ball"))
    assert back.provenance == made.provenance
    assert np.array_equal(back.acquired_field, made.acquired_field)
    again = slicer.util.getNode("ball segmentation")
    assert mrml.threshold_of(again, segment) == (200.5, 10000)
    assert mrml.segment_surface(slicer.util.getNode("ball"), again, segment).points.size


# Volume files


def test_saved_volume_is_the_same_volume(scene, node, tmp_path) -> None:
    for compressed in (False, True):
        path = mrml.save_volume(node, tmp_path / "volume.nrrd", compressed)
        back = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
        storage = slicer.vtkMRMLVolumeArchetypeStorageNode()
        storage.SetFileName(str(path))
        assert storage.ReadData(back)
        assert np.array_equal(slicer.util.arrayFromVolume(back), slicer.util.arrayFromVolume(node))
        assert matrix_of(back) == pytest.approx(matrix_of(node), abs=1e-9)
    assert os.listdir(tmp_path) == ["volume.nrrd"]


def test_volume_file_names_no_patient(node, stack, tmp_path) -> None:
    mrml.place_under_study(node, stack.info)
    header = mrml.save_volume(node, tmp_path / "volume.nrrd").read_bytes().partition(b"\n\n")[0]
    for secret in ("Phantom^Analytic", "PHANTOM", stack.info.uid, stack.slices[0].sop_instance_uid):
        assert secret.encode() not in header


def test_volume_that_cannot_be_written(node, tmp_path) -> None:
    with pytest.raises(ExportError):
        mrml.save_volume(node, tmp_path / "missing" / "volume.nrrd")
    (tmp_path / "volume.nrrd").mkdir()
    with pytest.raises(ExportError):
        mrml.save_volume(node, tmp_path / "volume.nrrd")
    assert os.listdir(tmp_path) == ["volume.nrrd"]


def test_full_disk_leaves_no_half_file(node, tmp_path) -> None:
    """The system allows no file of that size; what was there before stays."""
    resource = pytest.importorskip("resource")
    old = tmp_path / "volume.nrrd"
    old.write_bytes(b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(ExportError):
            mrml.save_volume(node, old)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert old.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["volume.nrrd"]


# Models


def test_model_is_the_mesh_in_ras(node) -> None:
    segmentation, segment = mrml.segment_by_threshold(node, 200)
    mesh = mrml.segment_surface(node, segmentation, segment)
    model = mrml.add_model_node(mesh, "ball")
    shown = measure.from_polydata(model.GetPolyData())
    assert shown.points.mean(axis=0) == pytest.approx(np.array(CENTER) * [-1, -1, 1], abs=0.1)
    assert shown.volume > 0
    normals = slicer.util.arrayFromModelPointData(model, "Normals")
    outwards = shown.points - np.array(CENTER) * [-1, -1, 1]
    outwards /= np.linalg.norm(outwards, axis=1, keepdims=True)
    assert (normals * outwards).sum(axis=1).min() > 0.9
    back = mrml.mesh_from_model_node(model)
    assert np.array_equal(back.points, mesh.points)
    assert np.array_equal(back.triangles, mesh.triangles)


def test_model_under_a_transform_is_read_where_it_stands(scene) -> None:
    points = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    model = mrml.add_model_node(TriangleMesh(points, np.array([[0, 1, 2]])), "m")
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(0, 3, 5)
    transform.SetMatrixTransformToParent(matrix)
    model.SetAndObserveTransformNodeID(transform.GetID())
    # 5 mm to the right in RAS is −5 in LPS.
    assert mrml.mesh_from_model_node(model).points == pytest.approx(points - [5, 0, 0])


def test_model_without_a_surface(scene) -> None:
    with pytest.raises(ExportError, match="nothing"):
        mrml.mesh_from_model_node(scene.AddNewNodeByClass("vtkMRMLModelNode", "nothing"))


def test_a_map_of_a_ct_is_not_said_to_hold_hounsfield_units(tmp_path):
    write_series(
        Scene((Ball((0, 0, 0), 5.0),)),
        Acquisition(rows=20, columns=20, slices=5, tags={"RescaleType": "Z_EFF"}),
        tmp_path,
    )
    node = mrml.add_volume_node(load_stack(read_series([tmp_path]).series[0].stacks[0]), "Map")
    units, quantity = node.GetVoxelValueUnits(), node.GetVoxelValueQuantity()
    assert units is None or not units.GetCodeValue()
    assert quantity is None or not quantity.GetCodeValue()


def test_the_frames_of_one_object_are_one_instance(tmp_path):
    scan = Acquisition(rows=20, columns=20, slices=5)
    write_enhanced(tmp_path / "all.dcm", frames_of(Scene((Ball((0, 0, 0), 5.0),)), scan))
    (stack,) = read_series([tmp_path]).series[0].stacks
    node = mrml.add_volume_node(load_stack(stack), "Frames")
    assert node.GetAttribute("DICOM.instanceUIDs") == stack.slices[0].sop_instance_uid
