"""A segment or a model of one volume is never taken for another one's."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
import slicer
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib.core.errors import ExportError, GeometryError, SegmentError
from PrintPrepLib.mrml.belonging import segment_foreign

pytest_plugins = ("standin.fixtures",)

CONTENT = Scene([Ball((0.0, 0.0, 0.0), 8.0)], sigma=0.5)
SHAPE = {"rows": 32, "columns": 32, "slices": 28, "steps": 0.7}
#: The second patient on another grid, and on the very same one.
OTHERS = ({**SHAPE, "slices": 24, "steps": 0.9}, SHAPE)


@pytest.fixture
def logic(desktop):
    return importlib.import_module("PrintPrep").PrintPrepLogic()


def volume(logic, folder, shape, name="Head", number=1):
    write_series(CONTENT, Acquisition(**shape), folder, name=name, series_number=number)
    (node,) = logic.loadSeries([folder])
    return node


@pytest.fixture
def first(logic, tmp_path):
    return volume(logic, tmp_path / "first", SHAPE)


@pytest.mark.parametrize("shape", OTHERS)
def test_another_patients_segment_is_refused(logic, first, tmp_path, shape) -> None:
    second = volume(logic, tmp_path / "second", shape, "Other", 2)
    segmentation, segment = logic.segmentByThreshold(first, 200)
    model = logic.createModel(first, segmentation, segment)
    before = slicer.mrmlScene.GetNumberOfNodes()
    with pytest.raises(SegmentError, match=r"made of another volume, 1: Head\. Choose the vol"):
        logic.createModel(second, segmentation, segment)
    with pytest.raises(SegmentError, match="made of another volume"):
        logic.checkGeometry(second, segmentation, segment)
    own = logic.segmentByThreshold(second, 200)
    with pytest.raises(GeometryError, match=r"model Bone was made of another volume, 1: Head"):
        logic.checkGeometry(second, *own, model)
    logic.createModel(second, *own)
    assert before < slicer.mrmlScene.GetNumberOfNodes()


@pytest.mark.parametrize("shape", OTHERS)
def test_the_first_volume_may_be_gone(logic, first, tmp_path, shape) -> None:
    second = volume(logic, tmp_path / "second", shape, "Other", 2)
    segmentation, segment = logic.segmentByThreshold(first, 200)
    model = logic.createModel(first, segmentation, segment)
    slicer.mrmlScene.RemoveNode(first)
    with pytest.raises(SegmentError, match="another volume than 2: Other"):
        logic.createModel(second, segmentation, segment)
    own = logic.segmentByThreshold(second, 200)
    with pytest.raises(GeometryError, match="another volume than 2: Other"):
        logic.checkGeometry(second, *own, model)


def test_a_volume_that_changed_is_another(logic, first, tmp_path) -> None:
    segmentation, segment = logic.segmentByThreshold(first, 200)
    model = logic.createModel(first, segmentation, segment)
    i, j, _k = first.GetSpacing()
    first.SetSpacing(i, j, 0.84)
    with pytest.raises(SegmentError, match="1: Head was changed after the segmentation"):
        logic.createModel(first, segmentation, segment)
    with pytest.raises(GeometryError, match="1: Head was changed after the model Bone"):
        logic.exportModel(model, str(tmp_path / "m.stl"))
    assert not (tmp_path / "m.stl").exists()
    # Segmented and modelled as it stands now, it belongs to it.
    logic.exportModel(
        logic.createModel(first, *logic.segmentByThreshold(first, 200)), str(tmp_path / "m.stl")
    )


def test_segments_that_belong(logic, first, tmp_path) -> None:
    # Drawn in Slicer's Segment Editor with the volume as source.
    drawn = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Drawn")
    drawn.SetReferenceImageGeometryParameterFromVolumeNode(first)
    segment = drawn.GetSegmentation().AddEmptySegment("", "Painted")
    mask = (slicer.util.arrayFromVolume(first) > 200).astype(np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, drawn, segment, first)
    assert segment_foreign(first, drawn, segment) is None
    # A segment of this volume in the segmentation of another one.
    second = volume(logic, tmp_path / "second", OTHERS[0], "Other", 2)
    from PrintPrepLib.mrml import segment_by_threshold

    _, of_second = segment_by_threshold(second, 200, segmentation_node=drawn)
    assert segment_foreign(second, drawn, of_second) is None
    assert segment_foreign(second, drawn, segment) is not None
    # The same voxels once more.
    copy = logic.regularizeVolume(first)
    assert segment_foreign(copy, drawn, segment) is None


@pytest.mark.parametrize(("shift", "fits"), ((0.0, True), (0.37, True), (60.0, False)))
def test_a_segmentation_from_a_file_has_to_lie_on_the_volume(logic, first, shift, fits) -> None:
    drawn = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "File")
    image = slicer.vtkOrientedImageData()
    image.SetDimensions(8, 8, 8)
    image.AllocateScalars(3, 1)
    image.GetPointData().GetScalars().Fill(1)
    bounds = np.zeros(6)
    first.GetRASBounds(bounds)
    image.SetOrigin(*(bounds[::2] + bounds[1::2]) / 2 - 3.5 + [shift, 0, 0])
    segment = drawn.AddSegmentFromBinaryLabelmapRepresentation(image, "From a file")
    foreign = segment_foreign(first, drawn, segment)
    assert (foreign is None) is fits
    if not fits:
        with pytest.raises(SegmentError, match="File does not lie on 1: Head"):
            logic.createModel(first, drawn, segment)


@pytest.mark.parametrize("name", ("x.vtp", "x", "model.stl.gz"))
def test_unknown_endings_are_refused(logic, first, tmp_path, name) -> None:
    model = logic.createModel(first, *logic.segmentByThreshold(first, 200))
    with pytest.raises(ExportError, match=r"Choose one of \.stl, \.3mf, \.obj, \.ply"):
        logic.exportModel(model, str(tmp_path / name))
    assert not (tmp_path / name).exists()
    logic.exportModel(model, str(tmp_path / "X.STL"))
