"""The plain grey-value isosurface that any toolkit makes: no mask, no cap, no resampling."""

from __future__ import annotations

import numpy as np
import vtk
from phantoms.measure import Surface
from scipy import ndimage
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy


def isosurface(voxels: np.ndarray, ijk_to_lps: np.ndarray, level: float) -> Surface:
    """Flying edges on voxels [k, j, i], vertices through the affine (which may be sheared)."""
    image = vtk.vtkImageData()
    image.SetDimensions(voxels.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(voxels).ravel()))
    contour = vtk.vtkFlyingEdges3D()
    contour.SetInputData(image)
    contour.SetValue(0, level)
    contour.ComputeNormalsOff()
    contour.ComputeScalarsOff()
    contour.Update()
    output = contour.GetOutput()
    points = vtk_to_numpy(output.GetPoints().GetData()).astype(float)
    triangles = vtk_to_numpy(output.GetPolys().GetConnectivityArray()).reshape(-1, 3).copy()
    if np.linalg.det(ijk_to_lps[:3, :3]) < 0:
        triangles = triangles[:, ::-1]
    return Surface(points @ ijk_to_lps[:3, :3].T + ijk_to_lps[:3, 3], triangles)


def largest_island(voxels: np.ndarray, low: float) -> np.ndarray:
    """Mask [k, j, i] of the largest face-connected island at or above ``low``."""
    labels, count = ndimage.label(voxels >= low)
    if count == 0:
        return labels > 0
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return labels == sizes.argmax()


def without_other_islands(voxels: np.ndarray, low: float) -> np.ndarray:
    """The voxels, all islands but the largest pushed just below ``low``."""
    others = (voxels >= low) & ~largest_island(voxels, low)
    return np.where(others, np.array(low - 1, voxels.dtype), voxels)
