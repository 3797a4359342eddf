"""The Segment Editor works on real segmentations, and stands for Slicer's in what it tells."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
import slicer
from standin import StandInGap, user

pytest_plugins = ("standin.fixtures",)

#: Two boxes of bone in air, 75 and 8 voxels.
HU = np.full((10, 20, 30), -1000, np.int16)
HU[2:5, 3:8, 4:9] = 700
HU[7:9, 12:14, 12:14] = 900
LARGE, BOTH = 75, 83


class Bench:
    """A volume, a segmentation with one empty segment, and the editor on them."""

    def __init__(self) -> None:
        scene = slicer.mrmlScene
        self.volume = slicer.util.addVolumeFromArray(HU, name="Head")
        self.segmentation = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        self.segmentation.CreateDefaultDisplayNodes()
        self.segment = self.segmentation.GetSegmentation().AddEmptySegment("", "Bone")
        self.node = scene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
        self.editor = slicer.qMRMLSegmentEditorWidget()
        self.editor.setMRMLScene(scene)
        self.editor.setMRMLSegmentEditorNode(self.node)

    def start(self) -> None:
        self.editor.setSegmentationNode(self.segmentation)
        self.editor.setSourceVolumeNode(self.volume)
        self.editor.setCurrentSegmentID(self.segment)

    def threshold(self, low: float, high: float = 3000.0) -> None:
        self.editor.setActiveEffectByName("Threshold")
        effect = self.editor.activeEffect()
        effect.setParameter("MinimumThreshold", low)
        effect.setParameter("MaximumThreshold", high)
        effect.self().onApply()

    def mask(self, segment: str = "") -> np.ndarray:
        return slicer.util.arrayFromSegmentBinaryLabelmap(
            self.segmentation, segment or self.segment, self.volume
        )


@pytest.fixture
def bench(desktop):
    return Bench()


@pytest.fixture
def started(bench):
    bench.start()
    return bench


def test_no_effect_without_volume_and_segmentation(bench) -> None:
    bench.editor.setActiveEffectByName("Threshold")
    assert bench.editor.activeEffect() is None
    bench.start()
    bench.editor.setActiveEffectByName("No such effect")
    assert bench.editor.activeEffect() is None
    assert "Scissors" in bench.editor.availableEffectNames()


def test_order_decides_what_is_shown_only(started) -> None:
    editor = started.editor
    editor.setEffectNameOrder(["Threshold", "Paint"])
    editor.unorderedEffectsVisible = False
    qt = importlib.import_module("qt")
    assert [b.text for b in editor.findChildren(qt.QToolButton)] == ["None", "Threshold", "Paint"]
    assert "Islands" in editor.availableEffectNames()


def test_threshold_starts_at_a_quarter_of_the_range(started) -> None:
    started.editor.setActiveEffectByName("Threshold")
    effect = started.editor.activeEffect()
    assert effect.doubleParameter("MinimumThreshold") == -1000 + 0.25 * 1900
    assert effect.doubleParameter("MaximumThreshold") == 900
    assert started.node.GetAttribute("Threshold.MinimumThreshold") == "-525"


def test_threshold_writes_the_segment_and_leaves(started) -> None:
    started.threshold(300.0)
    np.testing.assert_array_equal(started.mask() != 0, HU >= 300)
    assert started.editor.activeEffect() is None
    started.threshold(800.0)
    np.testing.assert_array_equal(started.mask() != 0, HU >= 800)


def test_bounds_belong_to_the_range(started) -> None:
    started.threshold(700.0, 700.0)
    assert np.count_nonzero(started.mask()) == LARGE


def test_slider_and_parameters_are_one(started) -> None:
    started.editor.setActiveEffectByName("Threshold")
    effect = started.editor.activeEffect()
    slider = effect.self().thresholdSlider
    effect.setParameter("MinimumThreshold", 250.0)
    assert slider.minimumValue == 250.0
    user.enter(slider, (400.0, 800.0))
    assert effect.doubleParameter("MaximumThreshold") == 800.0
    user.click(effect.self().applyButton)
    assert np.count_nonzero(started.mask()) == LARGE


def test_undo_and_redo(started) -> None:
    started.threshold(300.0)
    started.threshold(800.0)
    started.editor.undo()
    assert np.count_nonzero(started.mask()) == BOTH
    started.editor.redo()
    assert np.count_nonzero(started.mask()) == BOTH - LARGE


def test_other_segments_lose_what_overlaps_unless_told(started) -> None:
    other = started.segmentation.GetSegmentation().AddEmptySegment("", "All")
    started.threshold(300.0)
    started.editor.setCurrentSegmentID(other)
    started.node.SetOverwriteMode(started.node.OverwriteNone)
    started.threshold(-2000.0)
    assert np.count_nonzero(started.mask()) == BOTH
    started.node.SetOverwriteMode(started.node.OverwriteAllSegments)
    started.threshold(-2000.0)
    assert np.count_nonzero(started.mask(other)) == HU.size
    assert np.count_nonzero(started.mask()) == 0


def test_signals_tell_what_changed(bench) -> None:
    seen: dict[str, list] = {"segment": [], "segmentation": [], "volume": []}
    editor = bench.editor
    assert editor.connect("currentSegmentIDChanged(QString)", seen["segment"].append)
    assert editor.connect(
        "segmentationNodeChanged(vtkMRMLSegmentationNode*)", seen["segmentation"].append
    )
    assert editor.connect("sourceVolumeNodeChanged(vtkMRMLVolumeNode*)", seen["volume"].append)
    bench.start()
    bench.segmentation.GetSegmentation().RemoveSegment(bench.segment)
    slicer.mrmlScene.RemoveNode(bench.volume)
    assert seen["segment"] == [], "clicks in the list alone are told"
    assert seen["segmentation"] == [bench.segmentation]
    assert seen["volume"] == [bench.volume, None]


def test_closing_the_scene_ends_the_effect(started) -> None:
    started.editor.setActiveEffectByName("Threshold")
    slicer.mrmlScene.Clear(0)
    assert started.editor.activeEffect() is None
    assert started.editor.segmentationNode() is None


def test_effects_are_strict(started) -> None:
    started.editor.setActiveEffectByName("Scissors")
    effect = started.editor.activeEffect()
    effect.setParameter("Operation", "EraseInside")
    with pytest.raises(AttributeError):
        effect.self()
    with pytest.raises(AttributeError):
        effect.setParameters("Operation", "EraseInside")
    started.editor.setActiveEffectByName("Threshold")
    with pytest.raises(AttributeError):
        started.editor.activeEffect().self().apply()
    with pytest.raises(StandInGap):
        started.editor.activeEffect().self().onAutoThreshold()
