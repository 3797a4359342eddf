"""A volume that was changed in the scene after PrintPrep read it is another volume."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib import mrml
from PrintPrepLib.core.errors import GeometryError
from PrintPrepLib.mrml.volumes import geometry_of
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.volume.regularize import load_stack


@pytest.fixture
def node(tmp_path):
    scene = mrml.headless_scene()
    content = Scene([Ball((0, 0, 0), 8.0)], sigma=0.5)
    write_series(content, Acquisition(rows=32, columns=32, slices=28, steps=0.58), tmp_path)
    (stack,) = read_series([tmp_path]).series[0].stacks
    yield mrml.add_volume_node(load_stack(stack), "Ball")
    scene.Clear(0)


def spacing(node) -> None:
    i, j, _k = node.GetSpacing()
    node.SetSpacing(i, j, 0.70)


def origin(node) -> None:
    x, y, z = node.GetOrigin()
    node.SetOrigin(x + 0.01, y, z)


def nan(node) -> None:
    node.SetOrigin(np.nan, 0, 0)


def crop(node) -> None:
    image = vtk.vtkExtractVOI()
    image.SetInputData(node.GetImageData())
    image.SetVOI(0, 31, 0, 31, 0, 20)
    image.Update()
    node.SetAndObserveImageData(image.GetOutput())


def harden(*rows: tuple[float, float, float]):
    def change(node) -> None:
        matrix = vtk.vtkMatrix4x4()
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                matrix.SetElement(i, j, value)
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        transform.SetMatrixTransformToParent(matrix)
        node.SetAndObserveTransformNodeID(transform.GetID())
        node.HardenTransform()

    return change


shear = harden((1, 0.1, 0), (0, 1, 0), (0, 0, 1.2))
turn = harden((0.6, -0.8, 0), (0.8, 0.6, 0), (0, 0, 1))


@pytest.mark.parametrize("change", (spacing, origin, nan, crop, shear, turn))
def test_changed_volumes_are_foreign(node, change) -> None:
    segmentation, segment = mrml.segment_by_threshold(node, 200)
    assert mrml.provenance_of(node)["source"]["slices"] == 28
    mrml.check(node, segmentation, segment)
    change(node)
    assert mrml.provenance_of(node) == {}
    assert "was changed after PrintPrep read it" in geometry_of(node)["problem"]
    with pytest.raises(GeometryError, match=r"of Ball was changed .* Load the series again"):
        mrml.check(node, segmentation, segment)


def test_what_files_round_is_no_change(node) -> None:
    x, y, z = node.GetOrigin()
    node.SetOrigin(x + 4e-5, y - 4e-5, z)
    assert mrml.provenance_of(node)["source"]["slices"] == 28


@pytest.mark.parametrize(
    ("change", "percent"), ((spacing, 100 * (0.70 / 0.58 - 1)), (shear, 20.0), (origin, None))
)
def test_a_change_of_size_fails_when_made_regular(node, change, percent) -> None:
    change(node)
    found = {item["id"]: item for item in mrml.provenance_of(regular(node))["findings"]}
    if percent is None:
        assert "changed_size" not in found
    else:
        assert found["changed_size"]["severity"] == "fail"
        assert found["changed_size"]["value"] == pytest.approx(percent, rel=0.02)


def test_a_transform_that_scales_fails_too(node) -> None:
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(0, 0, 1.1)
    transform.SetMatrixTransformToParent(matrix)
    node.SetAndObserveTransformNodeID(transform.GetID())
    (found,) = (
        item
        for item in mrml.provenance_of(regular(node))["findings"]
        if item["id"] == "changed_size"
    )
    assert found["value"] == pytest.approx(10.0)


def regular(node):
    return mrml.regularize_volume_node(node)
