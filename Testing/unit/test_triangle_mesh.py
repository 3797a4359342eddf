"""Measures of meshes against closed formulas and against trimesh."""

from __future__ import annotations

import math

import numpy as np
import pytest
import trimesh
from PrintPrepLib.mesh.triangle_mesh import (
    TriangleMesh,
    bounds,
    from_polydata,
    measure,
    to_polydata,
)


def block(size, at=(0.0, 0.0, 0.0), inwards=False):
    """A block of the given size with its lowest corner at ``at``."""
    box = trimesh.creation.box(extents=size)
    points = box.vertices + np.asarray(size) / 2 + np.asarray(at)
    return TriangleMesh(points, box.faces[:, ::-1] if inwards else box.faces)


def joined(*meshes):
    firsts = np.cumsum([0] + [len(mesh.points) for mesh in meshes[:-1]])
    return TriangleMesh(
        np.concatenate([mesh.points for mesh in meshes]),
        np.concatenate([mesh.triangles + n for mesh, n in zip(meshes, firsts, strict=True)]),
    )


def test_block_far_from_the_origin_keeps_its_digits():
    measures = measure(block((10, 20, 30), at=(-4000, 7000, 6000)))
    assert measures.extents_mm == pytest.approx((10, 20, 30), abs=1e-9)
    assert measures.bounds_mm[1] == pytest.approx((7000, 7020), abs=1e-9)
    assert measures.volume_mm3 == pytest.approx(6000, rel=1e-12)
    assert measures.area_mm2 == pytest.approx(2 * (200 + 300 + 600), rel=1e-12)
    assert (measures.triangles, measures.components, measures.voids) == (12, 1, 0)
    assert (measures.boundary_edges, measures.non_manifold_edges) == (0, 0)
    assert measures.watertight and measures.inconsistent_edges == 0


def test_ball_against_trimesh():
    ball = trimesh.creation.icosphere(subdivisions=5, radius=20)
    ball.apply_translation((31, -250, 812))
    measures = measure(TriangleMesh(ball.vertices, ball.faces))
    assert measures.volume_mm3 == pytest.approx(ball.volume, rel=1e-9)
    assert measures.area_mm2 == pytest.approx(ball.area, rel=1e-9)
    assert measures.volume_mm3 == pytest.approx(4 / 3 * math.pi * 20**3, rel=2e-3)
    np.testing.assert_allclose(np.array(measures.bounds_mm).T, ball.bounds)


def test_random_surfaces_agree_with_trimesh():
    """Noise gives open, touching and nested shells: every count must agree."""
    from vtk import vtkFlyingEdges3D, vtkImageData
    from vtk.util.numpy_support import numpy_to_vtk

    for seed in range(3):
        field = np.random.default_rng(seed).normal(size=(14, 12, 10))
        image = vtkImageData()
        image.SetDimensions(10, 12, 14)
        image.GetPointData().SetScalars(numpy_to_vtk(field.ravel(), deep=True))
        contour = vtkFlyingEdges3D()
        contour.SetInputData(image)
        contour.SetValue(0, 0.8)
        contour.Update()
        mesh = from_polydata(contour.GetOutput())
        oracle = trimesh.Trimesh(mesh.points, mesh.triangles, process=False)
        _, uses = np.unique(np.sort(oracle.edges, axis=1), axis=0, return_counts=True)
        measures = measure(mesh)
        assert measures.components == len(
            trimesh.graph.connected_components(oracle.edges, min_len=2)
        )
        assert measures.boundary_edges == np.count_nonzero(uses == 1) > 0
        assert measures.non_manifold_edges == np.count_nonzero(uses > 2)
        assert measures.watertight is oracle.is_watertight is False
        assert measures.area_mm2 == pytest.approx(oracle.area, rel=1e-12)


def test_hole_is_counted_by_its_rim():
    whole = block((10, 10, 10))
    measures = measure(TriangleMesh(whole.points, whole.triangles[:-1]))
    assert measures.boundary_edges == 3
    assert not measures.watertight


def test_edge_of_two_blocks_is_not_manifold():
    """Two blocks that share one edge, and nothing else: closed, but no body's surface."""
    mesh = joined(block((1, 1, 1)), block((1, 1, 1), at=(1, 1, 0)))
    points, index = np.unique(mesh.points, axis=0, return_inverse=True)
    measures = measure(TriangleMesh(points, index[mesh.triangles]))
    assert measures.non_manifold_edges == 1
    assert measures.boundary_edges == 0
    assert not measures.watertight
    assert measures.components == 1


def test_turned_triangle_is_noticed():
    whole = block((10, 10, 10))
    triangles = whole.triangles.copy()
    triangles[0] = triangles[0][::-1]
    measures = measure(TriangleMesh(whole.points, triangles))
    assert measures.inconsistent_edges == 3
    assert measures.watertight


def test_enclosed_void_is_a_component_that_takes_volume_away():
    measures = measure(joined(block((10, 10, 10)), block((4, 4, 4), at=(3, 3, 3), inwards=True)))
    assert measures.components == 2
    assert measures.voids == 1
    assert measures.volume_mm3 == pytest.approx(1000 - 64)
    assert measures.extents_mm == pytest.approx((10, 10, 10))


def test_inside_out_is_a_negative_volume():
    assert measure(block((1, 2, 3), inwards=True)).volume_mm3 == pytest.approx(-6)


def test_points_without_a_triangle_do_not_count():
    whole = block((10, 10, 10))
    mesh = TriangleMesh(np.vstack([whole.points, [[500, 500, 500]]]), whole.triangles)
    assert measure(mesh) == measure(whole)
    np.testing.assert_allclose(bounds(mesh), [[0, 0, 0], [10, 10, 10]])


@pytest.mark.parametrize("work", [measure, bounds])
def test_empty_mesh_has_no_size(work):
    with pytest.raises(ValueError, match="without triangles"):
        work(TriangleMesh(np.empty((0, 3)), np.empty((0, 3), int)))


@pytest.mark.parametrize(
    ("points", "triangles"),
    [
        (np.zeros((3, 2)), [[0, 1, 2]]),
        (np.zeros((3, 3)), [0, 1, 2]),
        (np.zeros((3, 3)), [[0.0] * 3]),
    ],
)
def test_wrong_arrays_are_refused(points, triangles):
    with pytest.raises(ValueError, match="must"):
        TriangleMesh(points, np.array(triangles))


def test_polydata_and_back():
    mesh = block((1, 2, 3), at=(5, 6, 7))
    polydata = to_polydata(mesh)
    assert polydata.GetBounds() == pytest.approx((5, 6, 6, 8, 7, 10))
    back = from_polydata(polydata)
    np.testing.assert_array_equal(back.points, mesh.points)
    np.testing.assert_array_equal(back.triangles, mesh.triangles)
    mesh.points[:] = 0
    assert polydata.GetPoint(0) == pytest.approx(tuple(back.points[0])), "the arrays are copies"


def test_polygons_are_cut_into_triangles():
    from vtk import vtkCubeSource, vtkPolyData

    cube = vtkCubeSource()
    cube.SetXLength(2)
    cube.Update()
    mesh = from_polydata(cube.GetOutput())
    assert len(mesh.triangles) == 12
    assert measure(mesh).volume_mm3 == pytest.approx(2)
    assert len(from_polydata(vtkPolyData()).triangles) == 0


def test_large_mesh_is_measured():
    ball = trimesh.creation.icosphere(subdivisions=7, radius=100)
    mesh = TriangleMesh(ball.vertices, ball.faces)
    measures = measure(mesh)
    assert measures.watertight and measures.components == 1
    assert measures.triangles == 20 * 4**7
