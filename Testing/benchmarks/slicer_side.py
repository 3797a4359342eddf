"""What 3D Slicer does, by its own classes (slicer-core): what PrintPrep is held against."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

FLIP = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Volume:
    """Voxels [k, j, i] and their affine to LPS mm, sheared where the series is tilted."""

    voxels: np.ndarray
    ijk_to_lps: np.ndarray


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what Slicer's C++ says about its missing desktop away from the table."""
    saved = os.dup(2)
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 2)
    os.close(sink)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


@cache
def scene():
    """A scene with the logics that register segmentations. The logics live as long as it."""
    made = slicer.vtkMRMLScene()
    application = slicer.vtkSlicerApplicationLogic()
    application.SetMRMLScene(made)
    logics = [slicer.vtkSlicerVolumesLogic(), slicer.vtkSlicerSegmentationsModuleLogic()]
    for logic in logics:
        logic.SetMRMLApplicationLogic(application)
        logic.SetMRMLScene(made)
    return made, application, logics


def matrix4x4(values: np.ndarray) -> vtk.vtkMatrix4x4:
    """A 4×4 array for VTK."""
    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy(np.asarray(values, float).ravel())
    return matrix


def array4x4(matrix: vtk.vtkMatrix4x4) -> np.ndarray:
    """A vtkMatrix4x4 as (4, 4)."""
    return np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])


def read_series(files: Sequence[Path]) -> Volume:
    """Read files in slice order as the scalar volume plugin does (vtkITK with GDCM).

    :raises RuntimeError: the reader refused.
    """
    reader = slicer.vtkITK.vtkITKArchetypeImageSeriesScalarReader()
    reader.SetArchetype(str(files[0]))
    for path in files:
        reader.AddFileName(str(path))
    reader.SetSingleFile(0)
    reader.SetOutputScalarTypeToNative()
    reader.SetDesiredCoordinateOrientationToNative()
    reader.SetUseNativeOriginOn()
    reader.SetDICOMImageIOApproachToGDCM()
    with quiet():
        reader.Update()
    if reader.GetErrorCode():
        raise RuntimeError(f"Slicer's reader failed with code {reader.GetErrorCode()}")
    output = reader.GetOutput()
    dimensions = output.GetDimensions()
    voxels = vtk_to_numpy(output.GetPointData().GetScalars()).reshape(dimensions[::-1])
    ras_to_ijk = array4x4(reader.GetRasToIjkMatrix())
    return Volume(voxels, FLIP @ np.linalg.inv(ras_to_ijk))


def orthogonal(volume: Volume, steps: np.ndarray) -> Volume:
    """The same voxels as readers without shear (Slicer up to 5.6) place them: mean step, on n."""
    matrix = volume.ijk_to_lps.copy()
    normal = np.cross(matrix[:3, 0], matrix[:3, 1])
    matrix[:3, 2] = normal / np.linalg.norm(normal) * float(np.mean(steps))
    return Volume(volume.voxels, matrix)


class Segmentation:
    """A segmentation with one labelmap segment, as a threshold makes it."""

    def __init__(self, mask: np.ndarray, ijk_to_lps: np.ndarray) -> None:
        self._scene = scene()[0]
        label = slicer.vtkOrientedImageData()
        label.SetDimensions(mask.shape[::-1])
        scalars = numpy_to_vtk(np.ascontiguousarray(mask, np.uint8).ravel(), deep=True)
        label.GetPointData().SetScalars(scalars)
        label.SetImageToWorldMatrix(matrix4x4(FLIP @ ijk_to_lps))
        self.node = self._scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Model")
        self.id = self.node.AddSegmentFromBinaryLabelmapRepresentation(label, "Bone", (1, 1, 0))

    def export(self, folder: Path) -> Path:
        """Labelmap → closed surface (default settings) → binary STL in LPS mm."""
        self.node.GetSegmentation().CreateRepresentation("Closed surface", True)
        slicer.vtkSlicerSegmentationsModuleLogic.ExportSegmentsClosedSurfaceRepresentationToFiles(
            str(folder), self.node
        )
        return folder / "Model_Bone.stl"

    def close(self) -> None:
        """Take the node out of the scene."""
        self._scene.RemoveNode(self.node)


def threshold_stl(volume: Volume, low: float, folder: Path) -> Path:
    """Slicer's default way from a volume to an STL: threshold, labelmap surface, export."""
    return mask_stl(volume.voxels >= low, volume.ijk_to_lps, folder)


def mask_stl(mask: np.ndarray, ijk_to_lps: np.ndarray, folder: Path) -> Path:
    """The same from a mask."""
    folder.mkdir(parents=True, exist_ok=True)
    with quiet():
        segmentation = Segmentation(mask, ijk_to_lps)
        try:
            return segmentation.export(folder)
        finally:
            segmentation.close()


def volume_node(volume: Volume):
    """A scalar volume node in the scene."""
    node = scene()[0].AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Volume")
    image = vtk.vtkImageData()
    image.SetDimensions(volume.voxels.shape[::-1])
    image.GetPointData().SetScalars(
        numpy_to_vtk(np.ascontiguousarray(volume.voxels).ravel(), deep=True)
    )
    node.SetAndObserveImageData(image)
    node.SetIJKToRASMatrix(matrix4x4(FLIP @ volume.ijk_to_lps))
    return node


def acquisition_transform(volume: Volume, corners: np.ndarray):
    """Slicer's acquisition transform: a 2 × 2 × slices displacement grid.

    :param corners: (slices, 2, 2, 3) LPS of each slice's corners [row][column], one pixel
        beyond the last row and column as Slicer counts them.
    """
    k, rows, columns = volume.voxels.shape
    ijk_to_ras = FLIP @ volume.ijk_to_lps
    index = np.zeros((k, 2, 2, 4))
    index[..., 0] = np.array([0, columns])[None, None, :]
    index[..., 1] = np.array([0, rows])[None, :, None]
    index[..., 2] = np.arange(k)[:, None, None]
    index[..., 3] = 1
    here = (index @ ijk_to_ras.T)[..., :3]
    displacement = np.asarray(corners, float) * (-1, -1, 1) - here
    spacing = np.linalg.norm(ijk_to_ras[:3, :3], axis=0)
    direction = np.eye(4)
    direction[:3, :3] = ijk_to_ras[:3, :3] / spacing
    image = vtk.vtkImageData()
    image.SetDimensions(2, 2, k)
    image.SetOrigin(ijk_to_ras[:3, 3])
    image.SetSpacing(columns * spacing[0], rows * spacing[1], spacing[2])
    image.GetPointData().SetScalars(
        numpy_to_vtk(np.ascontiguousarray(displacement).reshape(-1, 3), deep=True)
    )
    transform = slicer.vtkOrientedGridTransform()
    transform.SetDisplacementGridData(image)
    transform.SetGridDirectionMatrix(matrix4x4(direction))
    transform.SetInterpolationModeToLinear()
    node = scene()[0].AddNewNodeByClass("vtkMRMLGridTransformNode", "acquisition")
    node.SetAndObserveTransformToParent(transform)
    return node


def slice_corners(
    positions: np.ndarray,
    row: np.ndarray,
    column: np.ndarray,
    shape: tuple[int, int],
    pixel_spacing: tuple[float, float],
) -> np.ndarray:
    """Corners (slices, 2, 2, 3) for ``acquisition_transform`` from positions and directions."""
    rows, columns = shape
    down = np.array([0, rows * pixel_spacing[0]])[None, :, None, None] * np.asarray(column)
    across = np.array([0, columns * pixel_spacing[1]])[None, None, :, None] * np.asarray(row)
    return np.asarray(positions)[:, None, None, :] + down + across


class Hardening:
    """A volume under its acquisition transform, ready to be hardened."""

    def __init__(self, volume: Volume, corners: np.ndarray) -> None:
        self.node = volume_node(volume)
        self.transform = acquisition_transform(volume, corners)
        self.node.SetAndObserveTransformNodeID(self.transform.GetID())

    def harden(self) -> None:
        """Resample through the transform (Slicer's own way)."""
        self.node.HardenTransform()

    def result(self) -> Volume:
        """What the node holds now."""
        image = self.node.GetImageData()
        matrix = vtk.vtkMatrix4x4()
        self.node.GetIJKToRASMatrix(matrix)
        scalars = vtk_to_numpy(image.GetPointData().GetScalars())
        return Volume(scalars.reshape(image.GetDimensions()[::-1]), FLIP @ array4x4(matrix))

    def close(self) -> None:
        """Take both nodes out of the scene."""
        for node in (self.node, self.transform):
            scene()[0].RemoveNode(node)


def hardened(volume: Volume, corners: np.ndarray) -> Volume:
    """A volume after Slicer's hardened acquisition transform."""
    with quiet():
        job = Hardening(volume, corners)
        try:
            job.harden()
            result = job.result()
            return Volume(result.voxels.copy(), result.ijk_to_lps)
        finally:
            job.close()
