"""The QA step's own measuring by its widgets: another model, objects of known size, a caliper."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
import slicer
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from standin import user
from test_panel import load, panel, parameters, show
from test_panel_qa import (
    EDGES,
    check,
    checks_remembered,
    folder,
    model_of,
    modelled,
    open_group,
    qa,
    rows,
)

__all__ = ["checks_remembered", "folder", "modelled", "panel"]
pytest_plugins = ("standin.fixtures",)


# Against another model


def block_file(path: Path, edges: tuple[float, ...]) -> Path:
    """A block around the origin as binary STL."""
    import trimesh

    trimesh.creation.box(edges).export(path)
    return path


def test_compare_with_a_file(modelled, tmp_path) -> None:
    ui = modelled.ui
    file = block_file(tmp_path / "truth.stl", EDGES)
    open_group(modelled, "reference")
    assert not ui.referenceButton.enabled
    user.enter(ui.referenceFile, str(tmp_path / "nowhere.stl"))
    assert not ui.referenceButton.enabled
    user.enter(ui.referenceFile, str(file))
    user.click(ui.referenceButton)
    assert ui.referenceText.text.startswith("Against truth.stl: 0.")
    size, percent = rows(ui.referenceTable)
    assert size[0] == "Model ÷ reference"
    assert [float(text) for text in size[1:]] == pytest.approx([1, 1, 1], abs=0.03)
    assert [float(text) for text in percent[1:]] == pytest.approx([0, 0, 0], abs=3)
    # The model is coloured by it.
    assert ui.mapCombo.currentText == "distance to the other model"
    display = model_of(modelled).GetDisplayNode()
    assert display.GetActiveScalarName() == "DistanceToReferenceMm"
    # The answer goes with the scene, the folder does not.
    node = parameters(modelled).parameterNode
    values = [node.GetParameter(name) for name in node.GetParameterNames()]
    assert not [value for value in values if str(tmp_path) in value]
    assert any("truth.stl" in value for value in values)
    # A model that was made anew has not been compared.
    show(modelled, "model")
    user.click(ui.makeModelButton)
    open_group(modelled, "reference")
    assert not user.can_use(ui.referenceTable)


def test_compare_with_a_model_of_the_scene(modelled) -> None:
    from PrintPrepLib.mrml.models import add_model_node, mesh_from_model_node

    ui, given = modelled.ui, []
    real = qa(modelled).logic.compareModels
    qa(modelled).logic.compareModels = lambda *a: given.append(a) or real(*a)
    other = add_model_node(mesh_from_model_node(model_of(modelled)), "Twin")
    open_group(modelled, "reference")
    user.choose(ui.referenceSelector, model_of(modelled).GetName())
    assert not ui.referenceButton.enabled, "not with itself"
    user.choose(ui.referenceSelector, "Twin")
    user.click(ui.alignCheck)
    user.click(ui.referenceButton)
    assert given[0][:3] == (model_of(modelled), other, True)
    assert "Against Twin: 0.000 mm" in ui.referenceText.text
    assert "turned and moved" in ui.referenceText.text


def test_cancelled_comparison_changes_nothing(modelled, tmp_path) -> None:
    import qt

    ui, work = modelled.ui, modelled.widget.panel.work
    open_group(modelled, "reference")
    user.enter(ui.referenceFile, str(block_file(tmp_path / "truth.stl", EDGES)))
    points = model_of(modelled).GetPolyData().GetPointData()
    before = points.GetNumberOfArrays()
    work.patience_s = 0.0
    qt.QTimer.singleShot(0, lambda: work.dialog.cancel())
    user.click(ui.referenceButton)
    assert "Cancelled" in ui.messageLabel.text
    assert parameters(modelled).referenceResult == ""
    assert points.GetNumberOfArrays() == before
    assert ui.mapCombo.currentText == "nothing: its own colour"


def test_file_that_is_no_model_is_named(modelled, tmp_path) -> None:
    ui = modelled.ui
    (tmp_path / "notes.stl").write_text("no model")
    open_group(modelled, "reference")
    user.enter(ui.referenceFile, str(tmp_path / "notes.stl"))
    user.click(ui.referenceButton)
    assert "notes.stl" in ui.messageLabel.text
    assert not user.can_use(ui.referenceText)


# Objects of known size

CENTER, DIAMETER = (2.0, -3.0, 1.0), 10.0
#: What else a fit holds.
FIT = {
    "center_mm": [0, 0, 0],
    "center_covariance_mm2": [[0, 0, 0]] * 3,
    "blur_mm": [0.5, 0.5],
    **dict.fromkeys(("object_value", "background_value", "residual", "noise", "left_out"), 0.0),
    "points": 1,
    "scale": {"x": None, "y": None, "z": None},
}


@pytest.fixture
def scanned(panel, tmp_path):
    """A ball of known size, loaded, and the calibration open."""
    content = Scene([Ball(CENTER, DIAMETER / 2)], sigma=0.5)
    shape = {"rows": 44, "columns": 44, "slices": 34, "steps": 0.6}
    write_series(content, Acquisition(**shape), tmp_path / "ball", name="Ball")
    for path in (tmp_path / "ball").iterdir():
        slice_ = pydicom.dcmread(path)
        slice_.DeviceSerialNumber = "4711"
        slice_.save_as(path)
    load(panel, tmp_path / "ball")
    open_group(panel, "calibration")
    return panel


def calibration(panel):
    return panel.widget.panel.lab.calibration


def cross_at(place: tuple[float, float, float]) -> None:
    """The user brings the slice views to a place (RAS)."""
    mode = slicer.vtkMRMLSliceNode.OffsetJumpSlice
    slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, *place, mode)


def test_ball_is_measured_and_kept(scanned) -> None:
    ui = scanned.ui
    assert not ui.fitButton.enabled
    assert ui.sizeLabel.text == "Known diameter:"
    place = (-CENTER[0], -CENTER[1], CENTER[2])
    cross_at(place)
    user.click(ui.centreButton)
    node = parameters(scanned).place
    found = np.zeros(3)
    node.GetNthControlPointPositionWorld(0, found)
    assert found == pytest.approx(place, abs=1e-6)
    assert "R -2.0, A 3.0, S 1.0" in ui.placeText.text
    user.enter(ui.sizeSpinA, DIAMETER)
    user.click(ui.fitButton)
    (line,) = rows(ui.fitsTable)
    assert line[:2] == ["ball", "10"]
    measured, half = (float(text) for text in line[2].split(" ± "))
    assert measured == pytest.approx(DIAMETER, abs=max(half, 0.02))
    assert float(line[3].removesuffix(" mm")) == pytest.approx(measured - DIAMETER, abs=1e-3)
    user.click(ui.keepButton)
    file = Path(ui.storeFile.currentPath)
    assert file.name == "PrintPrep-calibrations.json"
    assert "Kept in PrintPrep-calibrations.json" in ui.calibrationText.text
    assert json.loads(file.read_text())
    # The next check is made with it.
    assert qa(scanned).options()["calibrations"] == str(file)
    file.unlink()
    assert qa(scanned).options()["calibrations"] == ""


def test_nothing_is_kept_of_an_unknown_scanner(modelled) -> None:
    """A de-identified series does not tell which scanner made it."""
    ui = modelled.ui
    open_group(modelled, "calibration")
    fit = {"kind": "ball", "nominal_mm": [10], "measured_mm": [10], "uncertainty_mm": [0.01]}
    calibration(modelled)._set([{**FIT, **fit}])
    modelled.widget.panel.refresh()
    user.click(ui.keepButton)
    assert "DeviceSerialNumber" in ui.messageLabel.text
    assert not Path(ui.storeFile.currentPath).exists()
    assert not user.can_use(ui.calibrationText)
    assert len(rows(ui.fitsTable)) == 1


def test_wrong_place_is_explained_and_nothing_is_lost(scanned) -> None:
    ui = scanned.ui
    cross_at((11.0, 11.0, 8.0))
    user.click(ui.centreButton)
    before = parameters(scanned).fits
    user.click(ui.fitButton)
    assert ui.messageLabel.text
    assert "Traceback" not in ui.messageLabel.text
    assert parameters(scanned).fits == before
    assert not user.can_use(ui.fitsTable)


def test_place_is_clicked_in_a_view(scanned) -> None:
    ui = scanned.ui
    user.click(ui.placeButton)
    assert "Click on the object" in ui.placeText.text
    node = parameters(scanned).place
    scene = slicer.mrmlScene
    interaction = scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
    selection = scene.GetNodeByID("vtkMRMLSelectionNodeSingleton")
    assert interaction.GetCurrentInteractionMode() == interaction.Place
    assert selection.GetActivePlaceNodeID() == node.GetID()
    # What Slicer does when the user clicks:
    node.AddControlPointWorld([1.0, 2.0, 3.0])
    interaction.SetCurrentInteractionMode(interaction.ViewTransform)
    user.wait_until(lambda: "R 1.0, A 2.0, S 3.0" in ui.placeText.text)
    assert not ui.placeButton.checked
    assert ui.fitButton.enabled
    # Another module gets its clicks back.
    user.click(ui.placeButton)
    scanned.exit()
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform
    scanned.enter()
    assert not ui.placeButton.checked


def test_sizes_of_each_object(scanned) -> None:
    ui, spins = scanned.ui, ("sizeSpinA", "sizeSpinB", "sizeSpinC")
    for name, count in (("block", 3), ("cylinder", 2), ("ball", 1)):
        user.choose(ui.objectCombo, name)
        assert [user.can_use(getattr(ui, spin)) for spin in spins] == [n < count for n in range(3)]


def test_fits_belong_to_their_volume(scanned) -> None:
    ui = scanned.ui
    fit = {"kind": "ball", "nominal_mm": [10], "measured_mm": [10.02], "uncertainty_mm": [0.01]}
    calibration(scanned)._set([fit, {**fit, "measured_mm": [9.9]}])
    scanned.widget.panel.refresh()
    assert [line[3] for line in rows(ui.fitsTable)] == ["+0.020 mm", "-0.100 mm"]
    user.click_cell(ui.fitsTable, 0)
    user.click(ui.forgetFitButton)
    assert [line[3] for line in rows(ui.fitsTable)] == ["-0.100 mm"]
    parameters(scanned).volume = None
    scanned.widget.panel.refresh()
    assert rows(ui.fitsTable) == []
    assert not ui.keepButton.enabled


# The print


def test_caliper_readings_enter_the_record(modelled) -> None:
    from PrintPrepLib.qa.record import seal_holds

    ui = modelled.ui
    parameters(modelled).record = ""
    open_group(modelled, "caliper")
    user.enter(ui.readingsEdit, "9,02 9.00; 8.98")
    modelled.widget.panel.refresh()
    assert not ui.caliperButton.enabled
    assert "Check the model first" in ui.caliperText.text
    check(modelled)
    open_group(modelled, "caliper")
    user.enter(ui.readingsEdit, "9,02 nine")
    modelled.widget.panel.refresh()
    assert ui.caliperText.text == "nine is no number."
    assert not ui.caliperButton.enabled
    user.enter(ui.readingsEdit, "9,02 9.00; 8.98")
    user.enter(ui.caliperSpin, EDGES[0])
    modelled.widget.panel.refresh()
    user.click(ui.caliperButton)
    record = qa(modelled).record()
    assert record["printed"]
    assert seal_holds(record)
    assert ui.caliperText.text.startswith("Added to the record.")
    assert "Size of the print" in ui.checksLabel.text, "it stands among the checks"
    # Checking the same model again does not lose what was measured on the print.
    check(modelled)
    assert qa(modelled).record()["printed"] == record["printed"]


def test_nothing_of_it_stays_when_the_scene_is_closed(modelled) -> None:
    open_group(modelled, "calibration")
    user.click(modelled.ui.centreButton)
    modelled.close_scene()
    assert parameters(modelled).place is None
    assert parameters(modelled).fits == ""
    for name in ("referenceTable", "fitsTable"):
        assert not user.can_use(getattr(modelled.ui, name))
