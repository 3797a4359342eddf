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
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.volume.regularize import load_stack
from standin.volumes import grid_transform, volume_as_read

CENTER, RADIUS, SIGMA = (2.0, -1.0, 1.5), 8.0, 0.5
BALL = Scene([Ball(CENTER, RADIUS)], sigma=SIGMA)
#: Differs along every axis, so that a mirrored or permuted volume is noticed.
BLOCK = Scene([Block((3.0, -2.0, 1.0), (6.0, 9.0, 12.0))], sigma=SIGMA)
SIZE = {"rows": 60, "columns": 56, "slices": 44}
UNEVEN = (0.6,) * 22 + (0.9,) * 21
RAS = np.diag([-1.0, -1.0, 1.0])


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
