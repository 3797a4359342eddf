"""The panel never mixes two patients, a volume with what it was before, or two segments."""

from __future__ import annotations

import json

import numpy as np
import pytest
import slicer
import vtk
from phantoms import measure
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from standin import user
from test_panel import (
    export,
    load,
    make_model,
    models,
    more,
    panel,
    parameters,
    segment,
    show,
    title,
)

__all__ = ["panel"]
pytest_plugins = ("standin.fixtures",)

FIRST, SECOND = Scene([Ball((0, 0, 0), 7.0)], sigma=0.5), Scene([Ball((2, 1, 0), 5.0)], sigma=0.5)
SHAPE = {"rows": 32, "columns": 32, "slices": 28, "steps": 0.58}
#: The second patient on another grid, and on the very same one.
OTHERS = ({**SHAPE, "slices": 24, "steps": 0.9}, SHAPE)
LATER = ("segment", "model", "qa", "export")


@pytest.fixture
def series(tmp_path):
    write_series(FIRST, Acquisition(**SHAPE), tmp_path / "first", name="First")
    return tmp_path / "first"


@pytest.fixture
def modelled(panel, series):
    load(panel, series)
    segment(panel)
    make_model(panel)
    return panel


def import_second(panel, tmp_path, shape=OTHERS[0]) -> None:
    write_series(SECOND, Acquisition(**shape), tmp_path / "2", name="Second", series_number=2)
    load(panel, tmp_path / "2")


def nothing_is_done(panel) -> None:
    """Nothing after step 2 is shown as done, or can be done out of turn."""
    for key in LATER:
        assert "✓" not in title(panel, key) and "!" not in title(panel, key), key
        show(panel, key)
    for name in ("makeModelButton", "checkButton", "exportButton", "previewButton"):
        assert not user.can_use(getattr(panel.ui, name)), name
    assert not panel.ui.checksLabel.text and not panel.ui.attentionLabel.text


@pytest.mark.parametrize("shape", OTHERS)
def test_two_patients_are_not_mixed(modelled, tmp_path, shape) -> None:
    panel, ui = modelled, modelled.ui
    show(panel, "qa")
    user.click(ui.checkButton)
    export(panel, tmp_path / "one")
    first = panel.widget.panel.model.node()
    import_second(panel, tmp_path, shape)
    nothing_is_done(panel)
    assert "Second" in title(panel, "series")
    segment(panel)
    assert parameters(panel).segmentation is not first.GetNodeReference("PrintPrep.Segmentation")
    make_model(panel)
    export(panel, tmp_path / "two")
    sizes = [
        np.ptp(measure.read_stl(tmp_path / name / "model.stl").points, axis=0)[0]
        for name in ("one", "two")
    ]
    assert sizes == pytest.approx([14.0, 10.0], abs=0.3)
    record = json.loads((tmp_path / "two" / "qa.json").read_text())
    assert record["model"]["extents_mm"][0] == pytest.approx(sizes[1], abs=0.01)
    # Back again: everything of the first one is there, and nothing of the second.
    show(panel, "series")
    user.choose(ui.volumeSelector, "1: First")
    user.wait_until(lambda: "✓ Bone" in title(panel, "model"))
    assert panel.widget.panel.model.node() is first
    assert "✓" not in title(panel, "export")


def test_a_segmentation_of_another_volume_can_be_chosen_but_not_used(modelled, tmp_path) -> None:
    panel = modelled
    first = parameters(panel).segmentation
    import_second(panel, tmp_path)
    show(panel, "segment")
    editor = panel.widget.panel.segment.editor
    editor.setSegmentationNode(first)
    user.wait_until(lambda: "1: First" in panel.ui.segmentState.text)
    assert "Choose the volume that it was made of" in panel.ui.segmentState.text
    nothing_is_done(panel)
    before = slicer.util.arrayFromSegmentBinaryLabelmap(
        first, first.GetSegmentation().GetNthSegmentID(0)
    )
    segment(panel, "skin")
    assert parameters(panel).segmentation is not first
    after = slicer.util.arrayFromSegmentBinaryLabelmap(
        first, first.GetSegmentation().GetNthSegmentID(0)
    )
    assert np.array_equal(before, after)


def test_a_changed_surface_goes_with_its_model(modelled, tmp_path) -> None:
    panel, ui = modelled, modelled.ui
    more(panel, "model")
    user.click(ui.smoothCheck)
    user.click(ui.previewButton)
    user.click(ui.compareButton)
    assert len(models()) == 3
    import_second(panel, tmp_path)
    assert len(models()) == 1 and parameters(panel).preview is None
    assert models()[0].GetDisplayVisibility()
    assert not user.can_use(ui.acceptButton)


def hardened(*rows):
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


def typed(node) -> None:
    i, j, _k = node.GetSpacing()
    node.SetSpacing(i, j, 0.70)


CHANGES = (
    typed,
    hardened((1, 0.1, 0), (0, 1, 0), (0, 0, 1)),
    hardened((1, 0, 0), (0, 1, 0), (0, 0, 1.2)),
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_volume_is_another_one(modelled, tmp_path, change) -> None:
    panel, ui = modelled, modelled.ui
    show(panel, "qa")
    user.click(ui.checkButton)
    export(panel, tmp_path / "one")
    change(parameters(panel).volume)
    user.wait_until(lambda: "make regular" in title(panel, "geometry"))
    nothing_is_done(panel)
    for key in ("geometry", "model", "qa", "export"):
        assert "was changed after PrintPrep read it" in getattr(ui, f"{key}State").text, key
    show(panel, "geometry")
    user.click(ui.regularButton)
    assert "not true to size" in title(panel, "geometry")
    assert "✓" not in title(panel, "segment") + title(panel, "model")
    segment(panel)
    make_model(panel)
    show(panel, "qa")
    user.click(ui.checkButton)
    assert "fail" in title(panel, "qa")


def test_a_volume_under_a_transform_is_not_exported(modelled, tmp_path) -> None:
    panel = modelled
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    parameters(panel).volume.SetAndObserveTransformNodeID(transform.GetID())
    user.wait_until(lambda: "make regular" in title(panel, "geometry"))
    nothing_is_done(panel)


def voxels(node, name: str) -> int:
    return int(np.count_nonzero(slicer.util.arrayFromSegmentBinaryLabelmap(node, name)))


def test_a_preset_fills_the_segment_that_was_added(modelled) -> None:
    panel, state = modelled, parameters(modelled)
    show(panel, "segment")
    editor = panel.widget.panel.segment.editor
    bone, filled = state.segmentID, voxels(state.segmentation, state.segmentID)
    # Without the panel's event loop in between, and while it is not watching.
    panel.widget.panel.refreshing = True
    editor._native._buttons["Add"].click()
    panel.widget.panel.refreshing = False
    added = editor.currentSegmentID()
    user.click(panel.ui.preset_skin)
    user.click(panel.ui.applyThresholdButton)
    assert voxels(state.segmentation, bone) == filled
    assert voxels(state.segmentation, added) > filled
    assert state.segmentID == added
    assert "Skin" in title(panel, "segment")
    make_model(panel)
    assert [node.GetName() for node in models()] == ["Bone", "Skin"]


def test_a_painted_segment_is_the_chosen_one(modelled) -> None:
    panel, state = modelled, parameters(modelled)
    show(panel, "segment")
    editor = panel.widget.panel.segment.editor
    editor._native._buttons["Add"].click()
    added = editor.currentSegmentID()
    mask = np.zeros(slicer.util.arrayFromVolume(state.volume).shape, np.uint8)
    mask[8:14, 8:14, 8:14] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, state.segmentation, added, state.volume)
    user.wait_until(lambda: "✓ Segment_" in title(panel, "segment"))
    make_model(panel)
    node = panel.widget.panel.model.node()
    assert node.GetAttribute("PrintPrep.SegmentID") == added
    assert node.GetPolyData().GetNumberOfPolys() < models()[0].GetPolyData().GetNumberOfPolys()


def test_make_builds_what_the_editor_shows(modelled) -> None:
    panel, state = modelled, parameters(modelled)
    second = state.segmentation.GetSegmentation().AddEmptySegment("", "Second")
    mask = np.zeros(slicer.util.arrayFromVolume(state.volume).shape, np.uint8)
    mask[8:14, 8:14, 8:14] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, state.segmentation, second, state.volume)
    panel.widget.panel.refreshing = True
    panel.widget.panel.segment.editor.setCurrentSegmentID(second)
    panel.widget.panel.refreshing = False
    show(panel, "model")
    user.click(panel.ui.makeModelButton)
    assert {node.GetName() for node in models()} == {"Bone", "Second"}
