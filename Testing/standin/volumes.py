"""Volumes as Slicer's own DICOM reader leaves them in the scene.

One matrix from the first to the last slice (sheared under tilt), and where that is wrong a
grid transform above the volume that puts every slice where its header says.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk

_RAS = np.diag([-1.0, -1.0, 1.0])
_CORNER_MM = 1e-3


def hounsfield_units() -> Any:
    """The unit of CT voxels as a coded entry."""
    entry = slicer.vtkCodedEntry()
    entry.SetValueSchemeMeaning("[hnsf'U]", "UCUM", "Hounsfield unit")
    return entry


def volume_as_read(
    voxels: np.ndarray,
    positions: np.ndarray,
    per_column: np.ndarray,
    per_row: np.ndarray,
    transform: bool = True,
) -> Any:
    """A CT volume node in ``slicer.mrmlScene``.

    :param voxels: [k, j, i].
    :param positions: (K, 3) LPS mm of the first voxel of every slice.
    :param per_column, per_row: LPS mm from one column or row to the next.
    :param transform: hang the correcting transform over it where Slicer would.
    """
    count = len(positions)
    matrix = np.eye(4)
    step = (positions[-1] - positions[0]) / (count - 1)
    matrix[:3] = _RAS @ np.column_stack([per_column, per_row, step, positions[0]])
    node = slicer.util.addVolumeFromArray(voxels, matrix, "series")
    node.SetVoxelValueUnits(hounsfield_units())
    wrong = (positions - positions[0] - np.arange(count)[:, None] * step) @ _RAS
    if transform and np.abs(wrong).max() > _CORNER_MM:
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
