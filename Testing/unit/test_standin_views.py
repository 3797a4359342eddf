"""Views are real nodes; the application is as strict as the rest."""

from __future__ import annotations

import pytest
import slicer

pytest_plugins = ("standin.fixtures",)


def node_classes() -> list[str]:
    scene = slicer.mrmlScene
    return [scene.GetNthNode(i).GetClassName() for i in range(scene.GetNumberOfNodes())]


def test_without_a_window_there_are_no_views(desktop) -> None:
    before = node_classes()
    assert slicer.app.layoutManager() is None
    desktop.open_views()
    assert "vtkMRMLSliceNode" in node_classes()
    desktop.reset()
    assert slicer.app.layoutManager() is None and node_classes() == before


def test_the_layout_decides_on_the_views(desktop) -> None:
    manager = desktop.open_views()
    assert sorted(manager.sliceViewNames()) == ["Green", "Red", "Yellow"]
    assert (manager.threeDViewCount, manager.plotViewCount) == (1, 0)
    seen: list = []
    assert manager.connect("layoutChanged(int)", seen.append)
    manager.layout = slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpPlotView
    # Views that were made stay counted when another layout hides them.
    assert (manager.threeDViewCount, manager.plotViewCount) == (1, 1)
    assert slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpPlotView in seen
    for name in ("sliceNames", "setlayout"):
        with pytest.raises(AttributeError):
            getattr(manager, name)


def test_slices_jump_and_show_volumes(desktop) -> None:
    manager = desktop.open_views()
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    slicer.util.setSliceViewerLayers(background=volume)
    slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, 1.0, 2.0, 3.0)
    red = manager.sliceWidget("Red")
    assert red.sliceLogic().GetSliceCompositeNode().GetBackgroundVolumeID() == volume.GetID()
    assert red.mrmlSliceNode().GetSliceToRAS().GetElement(2, 3) == pytest.approx(3.0)
    yellow = manager.sliceWidget("Yellow").mrmlSliceNode()
    assert yellow.GetSliceToRAS().GetElement(0, 3) == pytest.approx(1.0)
    assert yellow.GetOrientation() == "Sagittal"
    slicer.util.resetThreeDViews()
    slicer.mrmlScene.Clear(0)
    assert manager.sliceWidget("Red").mrmlSliceNode().GetLayoutName() == "Red"


def test_the_application_is_strict(desktop) -> None:
    assert slicer.app.applicationLocaleName == "en_US"
    for name in ("version", "applicationLocaleName"):
        with pytest.raises(AttributeError):
            setattr(slicer.app, name, "5")
