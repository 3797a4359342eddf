"""The grey-value surface of a segment: topology of the mask, geometry of the grey values.

The surface is that of the binary mask, and each of its vertices is moved along its grid
edge to where the grey value crosses the bound that the outer voxel violates. For an
unedited threshold segment this is exactly the grey-value isosurface; where a segment was
edited, and where the acquired field ends, the vertex stays half-way between the voxels.
"""

from __future__ import annotations

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D

from ..core.errors import SegmentError
from ..core.phrases import _
from ..core.progress import Progress, meanwhile, report
from ..mesh.triangle_mesh import TriangleMesh
from .islands import bounding_box

#: A vertex keeps this share of its edge away from either voxel, so that grey values equal
#: to the threshold make no triangle without area.
_MARGIN = 0.001
#: By this share of an edge, a micrometre or so, bodies of one model stay apart: printing programs
#: close it, and a file that knows no bodies holds no triangle twice.
HAIR = 0.002
#: Vertices placed at a time: the temporaries of one batch stay in the cache.
_BATCH = 1 << 16


def grey_value_surface(
    voxels: np.ndarray,
    mask: np.ndarray,
    ijk_to_lps: np.ndarray,
    low: float | None,
    high: float | None = None,
    field: np.ndarray | None = None,
    progress: Progress | None = None,
    others: np.ndarray | None = None,
) -> TriangleMesh:
    """The closed surface of a segment, as accurate as the grey values allow.

    :param voxels: grey values [k, j, i].
    :param mask: the segment, boolean [k, j, i], of the same shape.
    :param ijk_to_lps: (4, 4), voxel centres to LPS mm.
    :param low, high: the closed range of grey values that made the segment; None: unbounded.
    :param field: (K, 4) first and last i and j of the acquired field of each plane
        (inclusive); None: the whole volume.
    :param others: voxels of other bodies of one model, boolean [k, j, i]: towards them the surface
        lies half-way, so that both sides agree, and a hair short of it, so that they do not touch.
    :returns: the surface in LPS mm, outward oriented.
    :raises SegmentError: the segment is empty.
    :raises Cancelled: progress asked for it.
    """
    if voxels.shape != mask.shape:
        raise ValueError(f"the mask's shape {mask.shape} is not the volume's {voxels.shape}")
    box = bounding_box(mask)
    if box is None:
        raise SegmentError(
            _("The segment is empty"),
            remedy=_("Choose a threshold that includes part of the anatomy"),
        )
    report(progress, 0.0, _("Finding the surface"))
    start = np.array([part.start for part in box])[::-1] - 1
    segment = with_border(np.asarray(mask, bool).view(np.uint8), box)
    beside = None if others is None else with_border(np.asarray(others, bool), box)
    vertices, triangles = meanwhile(
        progress, 0.0, _("Finding the surface"), lambda: mask_surface(segment)
    )
    report(progress, 0.5, _("Placing the surface"))
    if field is None:
        depth, rows, columns = voxels.shape
        field = np.tile([0, columns - 1, 0, rows - 1], (depth, 1))
    grey = with_border(voxels, box)
    points = np.empty(vertices.shape)
    for first in range(0, len(vertices), _BATCH):
        report(progress, 0.5 + 0.5 * first / len(vertices), _("Placing the surface"))
        some = slice(first, first + _BATCH)
        ijk = _placed(vertices[some], segment, grey, (low, high), start, field, beside)
        points[some] = ijk @ ijk_to_lps[:3, :3].T + ijk_to_lps[:3, 3]
    if np.linalg.det(ijk_to_lps[:3, :3]) < 0:
        triangles = triangles[:, ::-1]
    report(progress, 1.0, _("Surface ready"))
    return TriangleMesh(points, triangles)


def with_border(values: np.ndarray, box: tuple[slice, slice, slice]) -> np.ndarray:
    """The box [k, j, i] and the layer of voxels around it; zeros outside the volume."""
    bordered = np.zeros([part.stop - part.start + 2 for part in box], values.dtype)
    inside, place = [], []
    for part, size in zip(box, values.shape, strict=True):
        first, last = max(part.start - 1, 0), min(part.stop + 1, size)
        inside.append(slice(first, last))
        place.append(slice(first - part.start + 1, last - part.start + 1))
    bordered[tuple(place)] = values[tuple(inside)]
    return bordered


def mask_surface(segment: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (N, 3) in voxels (i, j, k), and triangles (M, 3), of the binary surface."""
    image = vtkImageData()
    image.SetDimensions(*segment.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(segment.ravel()))
    contour = vtkFlyingEdges3D()
    contour.SetInputData(image)
    contour.SetValue(0, 0.5)
    contour.ComputeNormalsOff()
    contour.ComputeGradientsOff()
    contour.ComputeScalarsOff()
    contour.Update()
    surface = contour.GetOutput()
    vertices = vtk_to_numpy(surface.GetPoints().GetData())
    triangles = vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return vertices, triangles.astype(np.int32)


def _placed(
    vertices: np.ndarray,
    segment: np.ndarray,
    grey: np.ndarray,
    bounds: tuple[float | None, float | None],
    start: np.ndarray,
    field: np.ndarray,
    beside: np.ndarray | None,
) -> np.ndarray:
    """Move each vertex along its grid edge; (N, 3) in voxels (i, j, k) of the whole volume.

    :param segment, grey: the box [k, j, i] around the segment with its border, whose first
        voxel is ``start`` (i, j, k) of the whole volume.
    :param beside: in the same box, the voxels of other bodies.
    """
    lower, along, upwards, inner, outer = grid_edges(vertices, segment)
    share = crossings(grey.ravel()[inner], grey.ravel()[outer], *bounds)
    lower += start.astype(np.int32)
    share[~in_field(lower + along * upwards[:, None], field)] = 0.5
    if beside is not None:
        share[beside.ravel()[outer]] = 0.5 - HAIR
    return lower + along * np.where(upwards, share, 1 - share)[:, None]


def grid_edges(
    vertices: np.ndarray, segment: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The grid edges that the vertices (N, 3) of a binary surface lie on.

    :param segment: [k, j, i] that the surface is of, 1 inside.
    :returns: the lower voxel (N, 3) of each edge in i, j, k, its direction (N, 3), whether (N,)
        the lower one is inside, and the flat indices (N,) of the inner and the outer voxel.
    """
    doubled = np.rint(2 * vertices).astype(np.int32)
    lower, along = doubled >> 1, doubled & 1
    strides = np.array([1, segment.shape[2], segment.shape[2] * segment.shape[1]])
    first, step = lower @ strides, along @ strides
    upwards = segment.ravel()[first] == 1
    inner = first + np.where(upwards, 0, step)
    outer = first + np.where(upwards, step, 0)
    return lower, along, upwards, inner, outer


def crossings(
    inner: np.ndarray, outer: np.ndarray, low: float | None, high: float | None
) -> np.ndarray:
    """Where on its edge (0 inner voxel … 1 outer voxel) the grey values put each vertex."""
    inner, outer = inner.astype(np.float64), outer.astype(np.float64)
    share = np.full(len(inner), 0.5)
    low = -np.inf if low is None else low
    high = np.inf if high is None else high
    # A voxel that was painted says nothing about where the bound is crossed.
    within = (inner >= low) & (inner <= high)
    for bound, beyond in ((low, outer < low), (high, outer > high)):
        moved = within & beyond
        share[moved] = (inner[moved] - bound) / (inner[moved] - outer[moved])
    return np.clip(share, _MARGIN, 1 - _MARGIN)


def in_field(ijk: np.ndarray, field: np.ndarray) -> np.ndarray:
    i, j, k = ijk.T
    first_i, last_i, first_j, last_j = field[np.clip(k, 0, len(field) - 1)].T
    depth = (k >= 0) & (k < len(field))
    return depth & (i >= first_i) & (i <= last_i) & (j >= first_j) & (j <= last_j)
