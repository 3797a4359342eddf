"""Real acquisitions through the panel, by its widgets alone."""

from __future__ import annotations

import json

import numpy as np
import pytest
import slicer
import vtk
from phantoms import measure
from standin import user
from test_panel import load, make_model, mask_of, more, panel, parameters, segment, show, title

__all__ = ["panel"]
pytest_plugins = ("standin.fixtures",)


def test_tilted_and_uneven_head_becomes_a_file_and_a_record(panel, real_data, tmp_path) -> None:
    source = real_data("ct_ge_tilted_variable_spacing")
    load(panel, source)
    volume = parameters(panel).volume
    assert volume is not None, panel.ui.messageLabel.text
    show(panel, "geometry")
    assert "tilted by 18.50°" in panel.ui.findingsLabel.text
    more(panel, "geometry")
    assert user.can_use(panel.ui.stepsPlot)
    segment(panel)
    show(panel, "model")
    user.choose(panel.ui.keepCombo, "the largest part")
    make_model(panel)
    assert "✓" in title(panel, "model")
    check_and_export(panel, tmp_path / "out")

    record = json.loads((tmp_path / "out" / "qa.json").read_text())
    assert record["source"]["tilt_deg"] == pytest.approx(18.5, abs=0.01)
    assert bool(record.get("exception")) == (record["verdict"] == "fail")
    surface = measure.read_stl(tmp_path / "out" / "model.stl")
    assert len(surface.triangles) == record["model"]["triangles"]
    # A head: neither a slice's width lost nor the tilt left in.
    extents = surface.points.max(axis=0) - surface.points.min(axis=0)
    assert extents == pytest.approx(record["model"]["extents_mm"], abs=1e-3)
    assert (extents > 100).all()
    assert (extents < 260).all()
    assert "<html" in (tmp_path / "out" / "qa.html").read_text()


def test_erased_bone_stays_erased_in_the_file_to_the_voxel(panel, real_data, tmp_path) -> None:
    load(panel, real_data("ct_skull_phantom_tilt_0"))
    segment(panel)
    state = parameters(panel)
    before = mask_of(panel)
    erased = np.s_[50:90, :256, 128:384]
    assert np.count_nonzero(before[erased]) > 10_000
    mask = before.copy()
    mask[:45] = mask[95:] = False
    mask[erased] = False
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        mask.astype(np.uint8), state.segmentation, state.segmentID, state.volume
    )
    # The surface of the voxels themselves; where edges lie is no matter of voxels.
    show(panel, "model")
    more(panel, "model")
    user.choose(panel.ui.surfaceCombo, "threshold: at its grey value")
    make_model(panel)
    check_and_export(panel, tmp_path / "out")
    surface = measure.read_stl(tmp_path / "out" / "model.stl")
    found = crossed_edges(to_voxels(state.volume, surface.points), mask.shape)
    assert np.array_equal(found, boundary_edges(mask)), "the file's surface bounds the segment"
    assert not np.array_equal(found, boundary_edges(before))


def check_and_export(panel, out) -> None:
    """Export, with a reason where a check failed; the export is blocked without one."""
    show(panel, "qa")
    user.click(panel.ui.checkButton)
    assert panel.ui.checksLabel.text.count("<p ") > 10
    show(panel, "export")
    out.mkdir()
    user.enter(panel.ui.exportFolder, str(out))
    if panel.widget.panel.qa.failed():
        assert not panel.ui.exportButton.enabled
        user.enter(panel.ui.reasonEdit, "A test on a real series.")
    user.click(panel.ui.exportButton)
    assert panel.ui.messageLabel.text.startswith("Done"), panel.ui.messageLabel.text


def to_voxels(volume, lps: np.ndarray) -> np.ndarray:
    """Points (N, 3) in LPS mm → i, j, k."""
    matrix = vtk.vtkMatrix4x4()
    volume.GetRASToIJKMatrix(matrix)
    to_ijk = slicer.util.arrayFromVTKMatrix(matrix)
    return np.c_[lps * [-1, -1, 1], np.ones(len(lps))] @ to_ijk[:3].T


def crossed_edges(ijk: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """The edges between neighbouring voxel centers on which the corners of a surface lie.

    :returns: a number for each edge, sorted; numbered as by ``boundary_edges``.
    """
    away = np.abs(ijk - np.rint(ijk))
    assert (np.sort(away, axis=1)[:, 1] < 5e-4).all(), "every corner lies on an edge"
    along = away.argmax(axis=1)
    first = np.rint(ijk).astype(int)
    rows = np.arange(len(ijk))
    first[rows, along] = np.floor(ijk[rows, along]).astype(int)
    places = np.ravel_multi_index(tuple((first + 1).T[::-1]), [n + 2 for n in shape])
    return np.unique(3 * places + along)


def boundary_edges(mask: np.ndarray) -> np.ndarray:
    """The edges that join a voxel of the mask [k, j, i] with one outside."""
    padded = np.pad(mask, 1)
    found = []
    for along in range(3):
        ends = np.diff(padded.view(np.int8), axis=2 - along) != 0
        places = np.ravel_multi_index(np.nonzero(ends), padded.shape)
        found.append(3 * places + along)
    return np.unique(np.concatenate(found))
