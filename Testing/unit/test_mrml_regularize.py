"""Volumes that are in the scene already: sheared, left-handed, turned, under transforms."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from phantoms import measure
from phantoms.acquisition import SAGITTAL, Acquisition, rotation_about
from phantoms.analytic import Ball, Block, Scene, half_contrast_radius
from phantoms.dicom import write_series
from PrintPrepLib import mrml
from PrintPrepLib.errors import Cancelled, GeometryError, GridError
from PrintPrepLib.regularize import load_stack
from PrintPrepLib.series import read_series

CENTER, RADIUS, SIGMA = (2.0, -1.0, 1.5), 8.0, 0.5
BALL = Scene([Ball(CENTER, RADIUS)], sigma=SIGMA)
#: Differs along every axis, so that a mirrored or permuted volume is noticed.
BLOCK = Scene([Block((3.0, -2.0, 1.0), (6.0, 9.0, 12.0))], sigma=SIGMA)
SIZE = {"rows": 60, "columns": 56, "slices": 44}
UNEVEN = (0.6,) * 22 + (0.9,) * 21
RAS = np.diag([-1.0, -1.0, 1.0])
HU = slicer.vtkCodedEntry()
HU.SetValueSchemeMeaning("[hnsf'U]", "UCUM", "Hounsfield unit")


@pytest.fixture
def scene():
    scene = mrml.headless_scene()
    scene.Clear()
    yield scene
    scene.Clear()


def as_slicer_loads_it(acquisition: Acquisition, content: Scene = BALL, transform: bool = True):
    """A volume node as Slicer's own reader makes it: one matrix, and a correcting transform.

    The matrix goes straight from the first to the last slice, so it is sheared under tilt; what
    it gets wrong is put right by a grid of 2 × 2 × N displacements, where ``transform`` is set.
    """
    positions = acquisition.positions
    along_row, down_column = acquisition.pixel_vectors
    count = len(positions)
    matrix = np.eye(4)
    step = (positions[-1] - positions[0]) / (count - 1)
    matrix[:3] = RAS @ np.column_stack([along_row, down_column, step, positions[0]])
    voxels = acquisition.volume(content).astype(np.int16)
    node = slicer.util.addVolumeFromArray(voxels, matrix, "series")
    node.SetVoxelValueUnits(HU)
    wrong = (positions - positions[0] - np.arange(count)[:, None] * step) @ RAS
    if transform and np.abs(wrong).max() > 1e-3:
        node.SetAndObserveTransformNodeID(grid_transform(node, wrong).GetID())
    return node


def grid_transform(node, displacement: np.ndarray):
    """A grid transform on a volume's own lattice; ``displacement`` (N, 3) one a slice, RAS mm."""
    columns, rows, slices = node.GetImageData().GetDimensions()
    spacing = np.array(node.GetSpacing())
    grid = vtk.vtkImageData()
    grid.SetOrigin(node.GetOrigin())
    grid.SetSpacing(spacing * [columns, rows, 1])
    grid.SetDimensions(2, 2, slices)
    grid.AllocateScalars(vtk.VTK_DOUBLE, 3)
    transform = slicer.vtkOrientedGridTransform()
    directions = vtk.vtkMatrix4x4()
    node.GetIJKToRASDirectionMatrix(directions)
    transform.SetGridDirectionMatrix(directions)
    transform.SetDisplacementGridData(grid)
    result = node.GetScene().AddNewNodeByClass("vtkMRMLGridTransformNode")
    result.SetAndObserveTransformToParent(transform)
    slicer.util.arrayFromGridTransform(result)[...] = displacement[:, None, None, :]
    return result


def under(node, matrix: np.ndarray):
    """Put a node under a linear transform (3×3 or 4×4, RAS)."""
    full = np.eye(4)
    full[: len(matrix), : len(matrix)] = matrix
    transform = node.GetScene().AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(full))
    node.SetAndObserveTransformNodeID(transform.GetID())
    return transform


def matrix_of(node) -> np.ndarray:
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def assert_regular(node) -> None:
    directions = matrix_of(node)[:3, :3] / node.GetSpacing()
    assert directions.T @ directions == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(directions) == pytest.approx(1)
    assert node.GetParentTransformNode() is None


def ball_error(node, center=CENTER, radius=RADIUS) -> float:
    """RMS distance (mm) of the half-contrast surface from the ball's, in the world."""
    segmentation, segment = mrml.segment_by_threshold(node, 200)
    mesh = mrml.segment_surface(node, segmentation, segment)
    surface = measure.Surface(mesh.points, mesh.triangles)
    assert surface.volume > 0
    return measure.radial_error(surface, center, half_contrast_radius(radius, SIGMA)).rms


def treatment(node) -> dict:
    return mrml.volume_from_node(node).provenance["volume"]


# What Slicer's own reader makes of series

SERIES = {
    "tilted": {"tilt": (0.0, 18.5), "steps": 0.7},
    "tilted the other way": {"tilt": (0.0, -24.0), "steps": 0.7},
    "tilted about the other axis": {"tilt": (11.0, 0.0), "steps": 0.7},
    "uneven": {"steps": UNEVEN},
    "tilted and uneven": {"tilt": (0.0, 18.5), "steps": UNEVEN},
    "sagittal, tilted": {"tilt": (6.0, 9.0), "steps": 0.7, "orientation": SAGITTAL},
}


@pytest.mark.parametrize("changes", SERIES.values(), ids=SERIES)
def test_same_as_from_the_files(scene, tmp_path, changes) -> None:
    acquisition = Acquisition(**SIZE, **changes)
    node = as_slicer_loads_it(acquisition)
    result = mrml.regularize_volume_node(node)
    assert_regular(result)
    assert ball_error(result) < 0.02
    write_series(BALL, acquisition, tmp_path)
    expected = load_stack(read_series([tmp_path]).series[0].stacks[0])
    assert matrix_of(result) == pytest.approx(expected.ijk_to_ras, abs=1e-6)
    got = slicer.util.arrayFromVolume(result)
    assert got.dtype == np.int16 and got.shape == expected.voxels.shape
    assert np.abs(got.astype(int) - expected.voxels).max() <= 1
    assert treatment(result)["residual_mm"]["max"] < 1e-3


def test_uneven_series_without_its_transform_looks_even(scene) -> None:
    """The correction is in the transform: without it the volume is regular, and wrong."""
    node = as_slicer_loads_it(Acquisition(**SIZE, steps=UNEVEN), transform=False)
    result = mrml.regularize_volume_node(node)
    assert treatment(result)["interpolation"] == "none"
    assert ball_error(result) > 0.3


def test_rounded_series_keeps_its_voxels(scene) -> None:
    """Slicer hangs a transform over a series of 0.58 mm whose positions are rounded to 0.1 mm."""
    acquisition = Acquisition(**SIZE, steps=0.58)
    node = as_slicer_loads_it(acquisition)
    step = 0.58 * np.arange(SIZE["slices"])
    z = acquisition.positions[0, 2] + step
    along = np.array([0, 0, 1.0])
    node.SetOrigin(*np.round(node.GetOrigin(), 1))
    first = np.round(z, 1)[0]
    mean = (np.round(z, 1)[-1] - first) / (SIZE["slices"] - 1)
    node.SetSpacing(0.5, 0.5, mean)
    wrong = np.round(z, 1) - first - mean * np.arange(SIZE["slices"])
    assert np.abs(wrong).max() > 0.02
    transform = grid_transform(node, wrong[:, None] * along)
    node.SetAndObserveTransformNodeID(transform.GetID())
    result = mrml.regularize_volume_node(node)
    assert np.array_equal(slicer.util.arrayFromVolume(result), slicer.util.arrayFromVolume(node))
    assert treatment(result)["interpolation"] == "none"
    assert result.GetSpacing()[2] == pytest.approx(0.58, abs=0.002)


def test_source_is_left_as_it_is(scene) -> None:
    node = as_slicer_loads_it(Acquisition(**SIZE, tilt=(0.0, 18.5), steps=UNEVEN))
    before = matrix_of(node), slicer.util.arrayFromVolume(node).copy(), node.GetTransformNodeID()
    mrml.regularize_volume_node(node)
    assert np.array_equal(matrix_of(node), before[0])
    assert np.array_equal(slicer.util.arrayFromVolume(node), before[1])
    assert node.GetTransformNodeID() == before[2]


# Volumes that are regular where they stand


def test_regular_volume_comes_back_as_a_copy(scene) -> None:
    node = as_slicer_loads_it(Acquisition(**SIZE))
    result = mrml.regularize_volume_node(node)
    assert result is not node
    voxels = slicer.util.arrayFromVolume(result)
    assert np.array_equal(voxels, slicer.util.arrayFromVolume(node))
    assert not np.shares_memory(voxels, slicer.util.arrayFromVolume(node))
    assert matrix_of(result) == pytest.approx(matrix_of(node), abs=1e-9)
    assert treatment(result)["interpolation"] == "none"


def test_left_handed_volume_is_turned_round(scene) -> None:
    """Slices stored from the wrong end: reversed, not interpolated."""
    node = as_slicer_loads_it(Acquisition(**SIZE), BLOCK)
    matrix, voxels = matrix_of(node), slicer.util.arrayFromVolume(node)[::-1].copy()
    matrix[:3, 3] += matrix[:3, 2] * (len(voxels) - 1)
    matrix[:3, 2] *= -1
    flipped = slicer.util.addVolumeFromArray(voxels, matrix)
    flipped.SetAttribute("DICOM.instanceUIDs", " ".join(f"1.{k}" for k in range(len(voxels))))
    result = mrml.regularize_volume_node(flipped)
    assert_regular(result)
    assert matrix_of(result) == pytest.approx(matrix_of(node), abs=1e-6)
    assert np.array_equal(slicer.util.arrayFromVolume(result), slicer.util.arrayFromVolume(node))
    assert treatment(result)["interpolation"] == "none"
    assert result.GetAttribute("DICOM.instanceUIDs").split()[0] == f"1.{len(voxels) - 1}"


def test_rigid_transform_moves_without_interpolating(scene) -> None:
    node = as_slicer_loads_it(Acquisition(**SIZE, steps=0.7))
    node.SetAttribute("DICOM.instanceUIDs", " ".join("1" * SIZE["slices"]))
    motion = np.eye(4)
    motion[:3, :3] = rotation_about((1, 2, 3), 33)
    motion[:3, 3] = 10, -20, 30
    under(node, motion)
    result = mrml.regularize_volume_node(node)
    assert_regular(result)
    assert np.array_equal(slicer.util.arrayFromVolume(result), slicer.util.arrayFromVolume(node))
    center = RAS @ (motion @ [*(RAS @ CENTER), 1])[:3]
    assert ball_error(result, center) < 0.02
    # The headers no longer say where these slices stand.
    assert result.GetAttribute("DICOM.instanceUIDs") is None
    assert result.GetAttribute("PrintPrep.SourceInstanceUIDs")


def test_scale_changes_the_spacing(scene) -> None:
    node = as_slicer_loads_it(Acquisition(**SIZE, steps=0.7))
    under(node, np.diag([2.0, 2.0, 2.0]))
    result = mrml.regularize_volume_node(node)
    assert result.GetSpacing() == pytest.approx([1.0, 1.0, 1.4])
    segmentation, segment = mrml.segment_by_threshold(result, 200)
    mesh = mrml.segment_surface(result, segmentation, segment)
    extent = np.ptp(mesh.points, axis=0)
    assert extent == pytest.approx(4 * half_contrast_radius(RADIUS, SIGMA), abs=0.1)


def test_mirror_transform(scene) -> None:
    node = as_slicer_loads_it(Acquisition(**SIZE, steps=0.7), BLOCK)
    under(node, np.diag([-1.0, 1.0, 1.0]))
    result = mrml.regularize_volume_node(node)
    assert_regular(result)
    voxels = slicer.util.arrayFromVolume(result)
    where = np.argwhere(voxels > 200)[:, ::-1].mean(axis=0)
    world = (matrix_of(result) @ [*where, 1])[:3]
    assert world == pytest.approx([3.0, 2.0, 1.0], abs=0.1)  # LPS x = 3 is RAS −3, mirrored 3


def test_shear_in_a_transform(scene) -> None:
    """An orthogonal matrix under a transform that carries the tilt."""
    acquisition = Acquisition(**SIZE, tilt=(0.0, 18.5), steps=0.7)
    tilted = as_slicer_loads_it(acquisition)
    upright = matrix_of(tilted).copy()
    normal = np.cross(upright[:3, 0], upright[:3, 1])
    normal /= np.linalg.norm(normal)
    upright[:3, 2] = normal * (upright[:3, 2] @ normal)
    node = slicer.util.addVolumeFromArray(slicer.util.arrayFromVolume(tilted), upright)
    under(node, matrix_of(tilted) @ np.linalg.inv(upright))
    result = mrml.regularize_volume_node(node)
    assert_regular(result)
    assert ball_error(result) < 0.02


def test_tilted_volume_with_permuted_axes(scene) -> None:
    """Reformatted so that the slices no longer lie along k."""
    tilted = as_slicer_loads_it(Acquisition(**SIZE, tilt=(0.0, 18.5), steps=0.7))
    matrix = matrix_of(tilted)[:, [1, 2, 0, 3]]
    voxels = slicer.util.arrayFromVolume(tilted).transpose(2, 0, 1).copy()
    node = slicer.util.addVolumeFromArray(voxels, matrix)
    assert ball_error(node) < 0.02
    result = mrml.regularize_volume_node(node)
    assert_regular(result)
    assert ball_error(result) < 0.02


def test_transforms_in_a_row(scene) -> None:
    node = as_slicer_loads_it(Acquisition(**SIZE, tilt=(0.0, 18.5), steps=UNEVEN))
    motion = np.eye(4)
    motion[:3, :3] = rotation_about((0, 1, 1), 20)
    motion[:3, 3] = 5, 6, 7
    outer = under(node.GetParentTransformNode(), motion)
    result = mrml.regularize_volume_node(node)
    assert outer.GetTransformNodeID() is None
    center = RAS @ (motion @ [*(RAS @ CENTER), 1])[:3]
    assert_regular(result)
    assert ball_error(result, center) < 0.02


# Refusals


def test_bending_transform_is_refused(scene) -> None:
    node = as_slicer_loads_it(Acquisition(**SIZE))
    transform = grid_transform(node, np.zeros((SIZE["slices"], 3)))
    slicer.util.arrayFromGridTransform(transform)[10, 1, 1] = [0, 0, 1.5]
    node.SetAndObserveTransformNodeID(transform.GetID())
    count = scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
    with pytest.raises(GeometryError, match="Harden"):
        mrml.regularize_volume_node(node)
    assert scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == count


def test_hardened_volume_is_served(scene) -> None:
    node = as_slicer_loads_it(Acquisition(**SIZE))
    transform = grid_transform(node, np.zeros((SIZE["slices"], 3)))
    slicer.util.arrayFromGridTransform(transform)[10, 1, 1] = [0, 0, 1.5]
    node.SetAndObserveTransformNodeID(transform.GetID())
    node.HardenTransform()
    assert_regular(mrml.regularize_volume_node(node))


def test_slices_turned_against_each_other_are_refused(scene) -> None:
    node = as_slicer_loads_it(Acquisition(**SIZE))
    transform = grid_transform(node, np.zeros((SIZE["slices"], 3)))
    displacement = slicer.util.arrayFromGridTransform(transform)
    displacement[:, :, 1, 2] = np.linspace(0, 1, SIZE["slices"])[:, None]
    node.SetAndObserveTransformNodeID(transform.GetID())
    with pytest.raises(GeometryError, match="bends or turns"):
        mrml.regularize_volume_node(node)


def test_shear_within_the_slices_is_refused(scene) -> None:
    node = as_slicer_loads_it(Acquisition(**SIZE))
    shear = np.eye(3)
    shear[0, 1] = shear[1, 2] = shear[0, 2] = 0.2
    under(node, shear)
    with pytest.raises(GeometryError, match="sheared within"):
        mrml.regularize_volume_node(node)


def test_one_slice_and_sections_are_refused(scene) -> None:
    single = slicer.util.addVolumeFromArray(np.zeros((1, 8, 8), np.int16))
    with pytest.raises(GeometryError, match="only one slice"):
        mrml.regularize_volume_node(single)
    steps = (0.6,) * 20 + (30.0,) + (0.6,) * 22
    with pytest.raises(GeometryError, match="sections"):
        mrml.regularize_volume_node(as_slicer_loads_it(Acquisition(**SIZE, steps=steps)))


def test_bad_spacing_and_cancelling_change_nothing(scene) -> None:
    node = as_slicer_loads_it(Acquisition(**SIZE, tilt=(0.0, 10.0)))
    count = scene.GetNumberOfNodesByClass("vtkMRMLVolumeNode")
    with pytest.raises(GridError):
        mrml.regularize_volume_node(node, 0)
    with pytest.raises(Cancelled):
        mrml.regularize_volume_node(node, progress=lambda fraction, message: True)
    assert scene.GetNumberOfNodesByClass("vtkMRMLVolumeNode") == count


# Values


def test_spacing_in_millimetres(scene) -> None:
    node = as_slicer_loads_it(Acquisition(**SIZE, tilt=(0.0, 18.5), steps=0.7))
    assert mrml.regularize_volume_node(node, 0.5).GetSpacing()[2] == pytest.approx(0.5)
    result = mrml.regularize_volume_node(node, "isotropic")
    assert result.GetSpacing() == pytest.approx([0.5, 0.5, 0.5])


@pytest.mark.parametrize("dtype", [np.int32, np.uint16, np.float64, np.uint8])
def test_other_types_become_int16_where_values_allow_it(scene, dtype) -> None:
    tilted = as_slicer_loads_it(Acquisition(**SIZE, tilt=(0.0, 18.5), steps=0.7))
    voxels = (slicer.util.arrayFromVolume(tilted) + 1000) // 10
    node = slicer.util.addVolumeFromArray(voxels.astype(dtype), matrix_of(tilted))
    result = mrml.regularize_volume_node(node)
    got = slicer.util.arrayFromVolume(result)
    assert got.dtype == (np.float32 if dtype == np.float64 else np.int16)
    reference = mrml.regularize_volume_node(
        slicer.util.addVolumeFromArray(voxels.astype(np.int16), matrix_of(tilted))
    )
    assert np.abs(got - slicer.util.arrayFromVolume(reference)).max() <= 0.51


def test_values_beyond_int16_are_kept(scene) -> None:
    voxels = np.zeros((4, 6, 8), np.int32)
    voxels[1, 2, 3] = 100_000
    same = mrml.regularize_volume_node(slicer.util.addVolumeFromArray(voxels))
    assert slicer.util.arrayFromVolume(same).max() == 100_000
    shear = np.eye(4)
    shear[1, 2] = 0.5
    moved = mrml.regularize_volume_node(slicer.util.addVolumeFromArray(voxels, shear))
    assert slicer.util.arrayFromVolume(moved).dtype == np.float32


def test_outside_is_air_in_ct_and_the_minimum_elsewhere(scene) -> None:
    tilted = as_slicer_loads_it(Acquisition(**SIZE, tilt=(0.0, 24.0), steps=0.7))
    slicer.util.arrayFromVolume(tilted)[...] = 50
    result = mrml.regularize_volume_node(tilted)
    assert slicer.util.arrayFromVolume(result).min() == -1000
    tilted.SetVoxelValueUnits(None)
    result = mrml.regularize_volume_node(tilted)
    assert np.all(slicer.util.arrayFromVolume(result) == 50)


def test_padding_of_the_scanner_does_not_mix_into_tissue(scene) -> None:
    """−2000 outside the circle: the scene no longer says that this is padding."""
    tilted = as_slicer_loads_it(Acquisition(**SIZE, tilt=(0.0, 18.5), steps=0.7))
    voxels = slicer.util.arrayFromVolume(tilted)
    voxels[...] = 100
    voxels[:, :, :10] = -2000
    values = set(np.unique(slicer.util.arrayFromVolume(mrml.regularize_volume_node(tilted))))
    assert values == {-1000, 100}


def test_labels_stay_labels(scene) -> None:
    tilted = as_slicer_loads_it(Acquisition(**SIZE, tilt=(0.0, 18.5), steps=UNEVEN), BLOCK)
    labels = np.where(slicer.util.arrayFromVolume(tilted) > 200, 7, 3).astype(np.uint8)
    node = slicer.util.addVolumeFromArray(
        labels, matrix_of(tilted), nodeClassName="vtkMRMLLabelMapVolumeNode"
    )
    node.SetAndObserveTransformNodeID(tilted.GetTransformNodeID())
    result = mrml.regularize_volume_node(node)
    assert result.IsA("vtkMRMLLabelMapVolumeNode")
    assert set(np.unique(slicer.util.arrayFromVolume(result))) == {0, 3, 7}
    assert treatment(result)["interpolation"] == "nearest"


# What the node carries


def test_record_says_where_the_volume_came_from(scene) -> None:
    node = as_slicer_loads_it(Acquisition(**SIZE, tilt=(0.0, 18.5), steps=UNEVEN))
    result = mrml.regularize_volume_node(node)
    provenance = mrml.volume_from_node(result).provenance
    source = provenance["source"]
    assert source["kind"] == "scene volume"
    assert source["modality"] == "CT"
    assert source["tilt_deg"] == pytest.approx(18.5, abs=1e-6)
    assert source["steps_mm"] == pytest.approx({"min": 0.6, "median": 0.6, "max": 0.9}, abs=1e-6)
    assert provenance["volume"]["interpolation"] == "linear"
    assert {item["id"] for item in provenance["findings"]} == {"tilted", "irregular"}


def test_field_of_the_acquired_data_is_known(scene) -> None:
    acquisition = Acquisition(**SIZE, tilt=(0.0, 18.5), steps=0.7)
    result = mrml.regularize_volume_node(as_slicer_loads_it(acquisition))
    volume = mrml.volume_from_node(result)
    inside = np.zeros(volume.voxels.shape, bool)
    for k, (i0, i1, j0, j1) in enumerate(volume.acquired_field):
        inside[k, j0 : j1 + 1, i0 : i1 + 1] = True
    rows, slices = SIZE["rows"], SIZE["slices"]
    assert inside.sum() == pytest.approx(rows * SIZE["columns"] * slices, rel=0.02)
    assert volume.voxels.shape[1] > rows


def test_treating_it_twice_keeps_the_record(scene, tmp_path) -> None:
    acquisition = Acquisition(**SIZE, tilt=(0.0, 18.5), steps=0.7)
    write_series(BALL, acquisition, tmp_path)
    first = mrml.add_volume_node(load_stack(read_series([tmp_path]).series[0].stacks[0]), "v")
    before = mrml.volume_from_node(first)
    again = mrml.volume_from_node(mrml.regularize_volume_node(first))
    assert np.array_equal(again.voxels, before.voxels)
    assert np.array_equal(again.acquired_field, before.acquired_field)
    assert again.provenance["source"] == before.provenance["source"]
    assert again.provenance["volume"]["interpolation"] == "linear"
    assert again.provenance["instance_uids"] == before.provenance["instance_uids"]
    finer = mrml.volume_from_node(mrml.regularize_volume_node(first, 0.35))
    assert finer.provenance["source"]["kind"] == "dicom"
    assert finer.provenance["volume"]["before"]["spacing_mm"][2] == pytest.approx(0.7)
    # Rows that were filled with air stay outside the field on the finer grid.
    assert np.array_equal(finer.acquired_field[::2], before.acquired_field)


def test_filled_border_does_not_mix_in_when_treated_again(scene) -> None:
    tilted = as_slicer_loads_it(Acquisition(**SIZE, tilt=(0.0, 18.5), steps=0.7))
    slicer.util.arrayFromVolume(tilted)[...] = 100
    first = mrml.regularize_volume_node(tilted)
    again = mrml.regularize_volume_node(first, 0.35)
    assert set(np.unique(slicer.util.arrayFromVolume(again))) == {-1000, 100}


def test_shown_as_the_source_and_beside_it(scene) -> None:
    node = as_slicer_loads_it(Acquisition(**SIZE, tilt=(0.0, 18.5)))
    display = node.GetScalarVolumeDisplayNode()
    display.SetAutoWindowLevel(False)
    display.SetWindowLevel(321, 45)
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    folder = tree.CreateFolderItem(tree.GetSceneItemID(), "folder")
    tree.CreateItem(folder, node)
    result = mrml.regularize_volume_node(node)
    shown = result.GetScalarVolumeDisplayNode()
    assert (shown.GetWindow(), shown.GetLevel()) == (321, 45)
    assert tree.GetItemParent(tree.GetItemByDataNode(result)) == folder
    assert result.GetName() == "series regular"
    assert result.GetVoxelValueUnits().GetCodeValue() == "[hnsf'U]"
