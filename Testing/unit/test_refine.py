"""Smoothing and reduction together never go beyond their one bound, whatever is asked of them."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from PrintPrepLib.core.errors import Cancelled, MeshError
from PrintPrepLib.mesh.refine import refine
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh, compact, to_polydata
from vtkmodules.vtkCommonCore import reference
from vtkmodules.vtkCommonDataModel import vtkStaticCellLocator

RADIUS, ROUGH = 12.0, 0.08


@pytest.fixture(scope="module")
def rough() -> TriangleMesh:
    """A ball whose corners lie up to a quarter of a millimetre off: smoothing wants to move it."""
    ball = trimesh.creation.icosphere(subdivisions=5, radius=RADIUS)
    radii = 1 + np.random.default_rng(3).normal(0, ROUGH / RADIUS, (len(ball.vertices), 1))
    return TriangleMesh(ball.vertices * radii, ball.faces)


def apart(one: TriangleMesh, other: TriangleMesh) -> float:
    """The farthest corner of either from the other, by VTK's search."""
    farthest = 0.0
    for mesh, points in ((one, other.points), (other, one.points)):
        locator = vtkStaticCellLocator()
        locator.SetDataSet(to_polydata(mesh))
        locator.BuildLocator()
        foot, cell, number, square = [0.0] * 3, reference(0), reference(0), reference(0.0)
        for point in points:
            locator.FindClosestPoint(point, foot, cell, number, square)
            farthest = max(farthest, float(square) ** 0.5)
    return farthest


@pytest.mark.parametrize("bound", (0.03, 0.1, 0.3))
@pytest.mark.parametrize(("smoothing", "reduction"), [(2.0, None), (None, 0.5), (2.0, 0.8)])
def test_the_bound_holds_for_both_together(rough, smoothing, reduction, bound):
    changed, found = refine(rough, smoothing, reduction, bound)
    distance = apart(compact(changed), rough)
    assert 0 < distance <= bound + 1e-6
    assert distance - 1e-6 <= found.max_mm <= bound + 1e-9
    if reduction is not None and bound > 0.05:
        assert len(changed.triangles) < len(rough.triangles)


def test_smoothing_smooths_as_far_as_it_may(rough):
    scatter = [
        np.linalg.norm(refine(rough, 2.0, None, bound)[0].points, axis=1).std()
        for bound in (0.03, 0.1, 1.0)
    ]
    before = np.linalg.norm(rough.points, axis=1).std()
    assert before > scatter[0] > scatter[1] > scatter[2]


def test_what_cannot_be_asked_for(rough):
    with pytest.raises(ValueError, match="neither"):
        refine(rough)
    with pytest.raises(MeshError, match="positive"):
        refine(rough, 2.0, None, 0.0)
    with pytest.raises(Cancelled):
        refine(rough, 2.0, 0.5, progress=lambda fraction, message: fraction > 0.5)
