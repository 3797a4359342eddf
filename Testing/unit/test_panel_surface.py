"""Where the surface of a model lies: chosen in the panel, kept with the model."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
import slicer
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib.mrml import maps as mrml_maps
from PrintPrepLib.mrml import models as mrml_models
from PrintPrepLib.surface.edges import FITTED
from standin import user
from test_panel import load, make_model, more, panel, parameters, segment, show
from test_panel_qa import open_group

__all__ = ["panel"]
pytest_plugins = ("standin.fixtures",)

CENTER, RADIUS, SIGMA = (3.0, -2.0, 4.0), 8.0, 0.6


@pytest.fixture
def loaded(panel, tmp_path):
    taken = Acquisition(rows=52, columns=52, slices=44, steps=0.6)
    content = Scene([Ball(CENTER, RADIUS)], sigma=SIGMA)
    write_series(content, taken, tmp_path / "series", name="Head")
    load(panel, tmp_path / "series")
    return panel


def node_of(panel):
    return panel.widget.panel.model.node()


def mean_radius(node) -> float:
    """Of all points of a model, mm."""
    points = mrml_models.mesh_from_model_node(node).points
    return float(np.linalg.norm(points - np.array(CENTER), axis=1).mean())


def mask_segment(panel, radius_mm: float) -> None:
    """A ball drawn with the wrong size, in a segment that no threshold made."""
    state = parameters(panel)
    show(panel, "segment")
    editor = panel.widget.panel.segment.editor
    if state.segmentation is None:
        segment(panel)
    editor._native._buttons["Add"].click()
    added = editor.currentSegmentID()
    volume = state.volume
    k, j, i = np.indices(slicer.util.arrayFromVolume(volume).shape)
    to_ras = slicer.util.arrayFromVTKMatrix(_matrix(volume))
    lps = np.stack([i, j, k], -1) @ to_ras[:3, :3].T + to_ras[:3, 3]
    lps = lps * [-1, -1, 1] - np.array(CENTER)
    mask = (np.linalg.norm(lps, axis=-1) <= radius_mm).astype(np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, state.segmentation, added, volume)
    user.wait_until(lambda: state.segmentID == added)


def _matrix(volume):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return matrix


def test_a_preset_gives_the_edge(loaded) -> None:
    segment(loaded)
    assert loaded.ui.surfaceHint.text == "Edge: no range was set by hand."
    assert not user.can_use(loaded.ui.followCheck)
    make_model(loaded)
    node = node_of(loaded)
    assert mean_radius(node) == pytest.approx(RADIUS, abs=0.02)
    assert "at the edge of the anatomy" in loaded.ui.modelState.text
    assert "% fitted, 0 % thin walls, " in loaded.ui.modelState.text
    record = loaded.widget.panel.qa.record()
    assert record["segment"]["surface"] == "edge"
    edge = mrml_models.edge_of(node, mrml_models.mesh_from_model_node(node))
    assert edge is not None and (edge.marks == FITTED).mean() > 0.95
    assert edge.blur.in_plane == pytest.approx(SIGMA, abs=0.06)
    # 200 HU lies outside the true edge of bone: the edge has moved the surface inwards.
    truth = RADIUS - mean_radius_at(loaded)
    assert edge.moved_mm.mean() == pytest.approx(truth, abs=0.03)


def mean_radius_at(panel) -> float:
    """Of the surface at the range of the segment."""
    user.choose(panel.ui.surfaceCombo, "threshold: at its grey value")
    make_model(panel)
    return mean_radius(node_of(panel))


def test_a_range_set_by_hand_is_kept(loaded) -> None:
    show(loaded, "segment")
    user.click(loaded.ui.preset_bone)
    effect = loaded.widget.panel.segment.editor.activeEffect()
    effect.setParameter("MinimumThreshold", 500.0)
    user.click(loaded.ui.applyThresholdButton)
    assert loaded.ui.surfaceHint.text == "Threshold: the range was set by hand."
    make_model(loaded)
    node = node_of(loaded)
    by_hand = mean_radius(node)
    assert mrml_models.surface_of(node) == "threshold"
    assert mrml_models.edge_told(node) is None
    assert not mrml_maps.has_map(node, "mark")
    assert "just as the grey values give them." in loaded.ui.modelState.text
    assert loaded.widget.panel.qa.record()["segment"]["surface"] == "threshold"
    user.choose(loaded.ui.surfaceCombo, "edge: where the anatomy ends")
    assert "Make the model again for the surface" in loaded.ui.modelState.text
    make_model(loaded)
    assert mrml_models.surface_of(node) == "edge"
    assert mean_radius(node) == pytest.approx(RADIUS, abs=0.02)
    assert abs(by_hand - RADIUS) > 0.02
    # The preset's own range again is nobody's.
    segment(loaded)
    user.choose(loaded.ui.surfaceCombo, "automatic")
    assert loaded.ui.surfaceHint.text.startswith("Edge: no range was set")


def test_choice_and_edge_come_back_with_the_scene(loaded, tmp_path) -> None:
    panel = loaded
    segment(panel)
    user.choose(panel.ui.surfaceCombo, "edge: where the anatomy ends")
    make_model(panel)
    node = node_of(panel)
    before = mrml_models.edge_of(node, mrml_models.mesh_from_model_node(node))
    file = tmp_path / "scene.mrb"
    assert slicer.mrmlScene.WriteToMRB(str(file))
    panel.close_scene()
    assert panel.ui.surfaceCombo.currentText == "automatic"
    zipfile.ZipFile(file).extractall(tmp_path)
    (saved,) = tmp_path.glob("*/*.mrml")
    slicer.mrmlScene.SetURL(str(saved))
    assert slicer.mrmlScene.Connect()
    user.wait_until(lambda: panel.ui.surfaceCombo.currentText.startswith("edge"))
    node = node_of(panel)
    after = mrml_models.edge_of(node, mrml_models.mesh_from_model_node(node))
    assert np.array_equal(after.marks, before.marks)
    assert np.allclose(after.moved_mm, before.moved_mm, atol=1e-6)
    assert after.as_record()["blur_mm"] == pytest.approx(before.as_record()["blur_mm"])
    assert after.as_record()["materials"] == before.as_record()["materials"]
    assert "at the edge of the anatomy" in panel.ui.modelState.text


def test_a_mask_follows_the_image_unless_it_is_not_to(loaded) -> None:
    drawn = RADIUS + 0.9
    mask_segment(loaded, drawn)
    show(loaded, "model")
    told = "Edge: no range made the segment."
    user.wait_until(lambda: loaded.ui.surfaceHint.text == told)
    assert user.can_use(loaded.ui.followCheck)
    make_model(loaded)
    assert mean_radius(node_of(loaded)) == pytest.approx(RADIUS, abs=0.03)
    user.click(loaded.ui.followCheck)
    assert loaded.ui.surfaceHint.text == "As the segment is, half-way between its voxels."
    assert "Make the model again for the surface" in loaded.ui.modelState.text
    make_model(loaded)
    node = node_of(loaded)
    assert mean_radius(node) == pytest.approx(drawn, abs=0.1)
    assert "just as the segment is." in loaded.ui.modelState.text
    assert not mrml_models.is_followed(node)
    assert loaded.widget.panel.qa.record()["segment"]["surface"] == "threshold"


def test_what_was_erased_stays_erased_beside_the_edge(loaded) -> None:
    segment(loaded)
    state = parameters(loaded)
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(
        state.segmentation, state.segmentID, state.volume
    )
    middle = 22
    mask[middle:] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        mask, state.segmentation, state.segmentID, state.volume
    )
    make_model(loaded)
    node = node_of(loaded)
    assert mrml_models.surface_of(node) == "edge"
    points = mrml_models.mesh_from_model_node(node).points
    edge = mrml_models.edge_of(node, mrml_models.mesh_from_model_node(node))
    cut = _matrix(state.volume).GetElement(2, 3) + 0.6 * (middle - 0.5)
    assert points[:, 2].max() == pytest.approx(cut, abs=0.03)
    # The rest of the ball lies at its edge.
    away = points[points[:, 2] < cut - 2.5]
    radii = np.linalg.norm(away - np.array(CENTER), axis=1)
    assert radii.mean() == pytest.approx(RADIUS, abs=0.02)
    assert edge.as_record()["share_kept"] > 0.1


def test_maps_of_the_edge(loaded) -> None:
    segment(loaded)
    user.choose(loaded.ui.surfaceCombo, "threshold: at its grey value")
    make_model(loaded)
    open_group(loaded, "maps")
    user.choose(loaded.ui.mapCombo, "where the edge was found")
    assert "at the edge first" in loaded.ui.mapHint.text
    assert mrml_maps.shown_map(node_of(loaded)) == ""
    user.choose(loaded.ui.surfaceCombo, "automatic")
    make_model(loaded)
    assert mrml_maps.shown_map(node_of(loaded)) == "mark"
    assert loaded.ui.mapHint.text.startswith("Blue: the edge was fitted.")
    user.choose(loaded.ui.mapCombo, "how far the edge moved it")
    assert node_of(loaded).GetDisplayNode().GetActiveScalarName() == "EdgeMovedMm"


def test_segment_and_model_are_both_outlined_in_the_slice_views(loaded) -> None:
    segment(loaded)
    make_model(loaded)
    display = parameters(loaded).segmentation.GetDisplayNode()
    assert display.GetVisibility() and display.GetVisibility2DOutline()
    assert node_of(loaded).GetDisplayNode().GetVisibility2D()


def test_a_changed_surface_keeps_what_is_known_of_the_edge(loaded) -> None:
    segment(loaded)
    user.choose(loaded.ui.surfaceCombo, "threshold: at its grey value")
    make_model(loaded)
    user.choose(loaded.ui.surfaceCombo, "edge: where the anatomy ends")
    more(loaded, "model")
    user.click(loaded.ui.decimateCheck)
    user.click(loaded.ui.previewButton)
    user.click(loaded.ui.acceptButton)
    node = node_of(loaded)
    mesh = mrml_models.mesh_from_model_node(node)
    edge = mrml_models.edge_of(node, mesh)
    assert mrml_models.refinement_of(node) is not None
    assert edge is not None and len(edge.marks) == len(mesh.points)
    assert loaded.widget.panel.qa.record()["segment"]["surface"] == "edge"


def test_a_cancelled_new_surface_leaves_the_old_one(loaded) -> None:
    import qt

    segment(loaded)
    make_model(loaded)
    node = node_of(loaded)
    before, told = node.GetPolyData(), node.GetAttribute(mrml_models.EDGE)
    user.choose(loaded.ui.surfaceCombo, "threshold: at its grey value")
    work = loaded.widget.panel.work
    work.patience_s = 0.0
    qt.QTimer.singleShot(0, lambda: work.dialog.cancel())
    user.click(loaded.ui.makeModelButton)
    assert "Cancelled" in loaded.ui.messageLabel.text
    assert node.GetPolyData() is before and node.GetAttribute(mrml_models.EDGE) == told
    assert mrml_models.surface_of(node) == "edge"
