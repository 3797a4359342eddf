"""Volumes of the scene made regular: what is refused, their values, and what they carry."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Block, Scene
from phantoms.dicom import write_series
from PrintPrepLib import mrml
from PrintPrepLib.core.errors import Cancelled, GeometryError, GridError
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.volume.regularize import load_stack
from standin.volumes import grid_transform, volume_as_read

CENTER, RADIUS, SIGMA = (2.0, -1.0, 1.5), 8.0, 0.5
BALL = Scene([Ball(CENTER, RADIUS)], sigma=SIGMA)
#: Differs along every axis, so that a mirrored or permuted volume is noticed.
BLOCK = Scene([Block((3.0, -2.0, 1.0), (6.0, 9.0, 12.0))], sigma=SIGMA)
SIZE = {"rows": 60, "columns": 56, "slices": 44}
UNEVEN = (0.6,) * 22 + (0.9,) * 21


@pytest.fixture
def scene():
    scene = mrml.headless_scene()
    scene.Clear()
    yield scene
    scene.Clear()


def as_slicer_loads_it(acquisition: Acquisition, content: Scene = BALL, transform: bool = True):
    """The volume node that Slicer's own reader makes of a phantom."""
    voxels = acquisition.volume(content).astype(np.int16)
    vectors = acquisition.pixel_vectors
    return volume_as_read(voxels, acquisition.positions, *vectors, transform=transform)


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


def treatment(node) -> dict:
    return mrml.volume_from_node(node).provenance["volume"]


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


def test_one_slice_and_slices_at_one_place_are_refused(scene) -> None:
    single = slicer.util.addVolumeFromArray(np.zeros((1, 8, 8), np.int16))
    with pytest.raises(GeometryError, match="only one slice"):
        mrml.regularize_volume_node(single)
    node = as_slicer_loads_it(Acquisition(**SIZE))
    transform = grid_transform(node, np.zeros((SIZE["slices"], 3)))
    slicer.util.arrayFromGridTransform(transform)[10] = [0, 0, 1.0]
    node.SetAndObserveTransformNodeID(transform.GetID())
    with pytest.raises(GeometryError, match="1 positions hold different images"):
        mrml.regularize_volume_node(node)


def test_a_gap_between_sections_is_filled_with_background(scene) -> None:
    """Slicer interpolates across it; nothing was scanned there."""
    steps = (0.6,) * 20 + (30.0,) + (0.6,) * 22
    everywhere = Scene((Ball((0, 0, 0), 500.0),))
    node = as_slicer_loads_it(Acquisition(**SIZE, steps=steps), everywhere)
    result = mrml.regularize_volume_node(node)
    assert_regular(result)
    array = slicer.util.arrayFromVolume(result)
    assert set(np.unique(array)) == {-1000, 1400}
    empty = (array == -1000).all(axis=(1, 2))
    assert 48 <= empty.sum() <= 50 and not empty[:21].any() and not empty[-23:].any()
    told = [item for item in mrml.provenance_of(result)["findings"] if item["id"] == "sectioned"]
    assert "background fills the gaps" in told[0]["message"]


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


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint32, np.int32])
def test_labels_keep_their_type_and_values(scene, kind) -> None:
    """Atlases number their labels up to hundreds of millions."""
    high = min(np.iinfo(kind).max, 614_454_277)
    for taken in ({"tilt": (0.0, 18.5), "steps": 0.7}, {"steps": 0.7}):
        source = as_slicer_loads_it(Acquisition(**SIZE, **taken), BLOCK)
        labels = np.where(slicer.util.arrayFromVolume(source) > 200, high, 3).astype(kind)
        node = slicer.util.addVolumeFromArray(
            labels, matrix_of(source), nodeClassName="vtkMRMLLabelMapVolumeNode"
        )
        found = slicer.util.arrayFromVolume(mrml.regularize_volume_node(node))
        assert found.dtype == kind
        assert set(np.unique(found)) - {0} == {3, high}


def test_nan_is_no_data(scene) -> None:
    """It neither spreads nor becomes the background."""
    tilted = as_slicer_loads_it(Acquisition(**SIZE, tilt=(0.0, 18.5), steps=UNEVEN))
    tilted.SetVoxelValueUnits(None)
    voxels = np.full(slicer.util.arrayFromVolume(tilted).shape, 100.5, np.float32)
    voxels[:, 20:24, 20:24] = np.nan
    voxels[5, 0, 0] = np.inf
    slicer.util.updateVolumeFromArray(tilted, voxels)
    result = mrml.regularize_volume_node(tilted)
    np.testing.assert_allclose(slicer.util.arrayFromVolume(result), 100.5, atol=1e-3)
    assert mrml.volume_from_node(result).background == 100.5


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
