"""The DICOM plugin loads regular volumes, and tells the user what matters."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pytest
import slicer
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from standin.dicommodule import DicomModule

pytest_plugins = ("standin.fixtures",)
pytestmark = pytest.mark.pydicom

NAME = "PrintPrepDICOMPlugin"
PLUGIN = Path(__file__).resolve().parents[2] / NAME / f"{NAME}.py"
BALL = Scene([Ball((1.0, -2.0, 3.0), 6.0)])
SMALL = {"rows": 40, "columns": 32, "slices": 20}
UNEVEN = (0.8,) * 9 + (1.3,) * 10


@pytest.fixture
def app(desktop) -> DicomModule:
    return DicomModule(desktop, NAME, PLUGIN)


def phantom(folder, **changes):
    return write_series(BALL, Acquisition(**(SMALL | changes)), folder)


def stored(truth) -> np.ndarray:
    """What the files hold, in the order of the stack, HU."""
    return truth.acquisition.volume(BALL).astype(np.int16)


# Loading


def test_wins_over_the_scalar_plugin_and_alone_loads(app, tmp_path) -> None:
    phantom(tmp_path, tilt=(0.0, 18.5), steps=UNEVEN)
    (node,) = app.load(tmp_path)
    assert app.rival.loaded == 0
    assert node.GetName() == "1: phantom"
    matrix = slicer.util.arrayFromVTKMatrix(_matrix(node))[:3, :3]
    directions = matrix / np.linalg.norm(matrix, axis=0)
    assert directions.T @ directions == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(matrix) > 0
    assert node.GetSpacing()[2] == pytest.approx(0.8)
    assert node.GetImageData().GetScalarTypeAsString() == "short"
    assert node.GetParentTransformNode() is None


def test_ordinary_series_stays_with_slicer(app, tmp_path) -> None:
    phantom(tmp_path)
    assert app.load(tmp_path) == []
    assert app.rival.loaded == 1


def test_rounded_series_keeps_its_voxels(app, tmp_path) -> None:
    truth = phantom(tmp_path, steps=0.58, position_decimals=1)
    (node,) = app.load(tmp_path)
    assert np.array_equal(slicer.util.arrayFromVolume(node), stored(truth))
    assert node.GetSpacing()[2] == pytest.approx(0.58, abs=0.002)
    assert node.GetAttribute("DICOM.instanceUIDs") == " ".join(truth.instance_uids)
    numbers = [str(number) for number in range(1, truth.acquisition.slices + 1)]
    assert node.GetAttribute("DICOM.instanceNumbers") == " ".join(numbers)
    assert _provenance(node)["volume"]["interpolation"] == "none"


def test_resampled_series_does_not_claim_its_slices(app, tmp_path) -> None:
    truth = phantom(tmp_path, tilt=(0.0, 18.5))
    (node,) = app.load(tmp_path)
    assert node.GetAttribute("DICOM.instanceUIDs") is None
    assert node.GetAttribute("DICOM.instanceNumbers") is None
    assert node.GetAttribute("PrintPrep.SourceInstanceUIDs") == " ".join(truth.instance_uids)
    assert _provenance(node)["source"]["tilt_deg"] == pytest.approx(18.5, abs=1e-6)


def test_window_units_and_place_in_the_hierarchy(app, tmp_path) -> None:
    truth = phantom(tmp_path, tilt=(0.0, 18.5), tags={"StudyDescription": "Head"})
    (node,) = app.load(tmp_path)
    display = node.GetScalarVolumeDisplayNode()
    assert (display.GetWindow(), display.GetLevel()) == (2000, 400)
    assert node.GetVoxelValueUnits().GetCodeValue() == "[hnsf'U]"
    assert node.GetVoxelValueQuantity().GetCodeValue() == "112031"
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item = tree.GetItemByDataNode(node)
    study = tree.GetItemParent(item)
    assert tree.GetItemUID(item, "DICOM") == truth.series_uid
    assert tree.GetItemUID(study, "DICOM") == truth.study_uid
    assert tree.GetItemName(tree.GetItemParent(study)) == "Phantom^Analytic (PHANTOM)"


def test_becomes_the_active_volume(app, tmp_path) -> None:
    phantom(tmp_path, tilt=(0.0, 18.5))
    (node,) = app.load(tmp_path)
    selection = slicer.app.applicationLogic().GetSelectionNode()
    assert selection.GetActiveVolumeID() == node.GetID()


def test_record_names_the_files_that_take_no_part(app, tmp_path) -> None:
    scout = {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}
    phantom(tmp_path, tilt=(0.0, 18.5), slice_tags={0: scout})
    (node,) = app.load(tmp_path)
    (rejected,) = _provenance(node)["source"]["rejected"]
    assert rejected["file"] == 1 and "scout" in rejected["reason"]


def test_name_that_the_user_edited(app, tmp_path) -> None:
    phantom(tmp_path, tilt=(0.0, 18.5))
    (offer,) = app.offers(tmp_path)
    offer.name = "my skull"
    assert app.plugin().load(offer).GetName() == "my skull"


def test_writes_nothing_beside_the_files(app, tmp_path) -> None:
    truth = phantom(tmp_path, tilt=(0.0, 18.5))
    app.load(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(truth.files)


# What the user is told


def gap(folder):
    return phantom(folder, steps=(1.0,) * 10 + (4.0,) + (1.0,) * 8)


def boxes(desktop) -> list[str]:
    """Texts of the message boxes that stand open."""
    found = desktop.main_window._native.children()
    return [item.informativeText() for item in found if hasattr(item, "informativeText")]


def test_lasting_warnings_are_repeated_on_load(app, tmp_path, caplog) -> None:
    gap(tmp_path)
    app.desktop.open_main_window()
    app.desktop.set_testing(False)
    with caplog.at_level(logging.WARNING):
        assert len(app.load(tmp_path)) == 1
    (text,) = boxes(app.desktop)
    assert "4.00 mm" in text
    assert "4.00 mm" in caplog.text
    assert "4.00 mm" in app.desktop.main_window.statusBar().currentMessage()


@pytest.mark.parametrize("window", [False, True], ids=["no window", "testing"])
def test_nothing_pops_up_in_batches_and_tests(app, tmp_path, window) -> None:
    gap(tmp_path)
    app.desktop.set_testing(window)
    if window:
        app.desktop.open_main_window()
    assert len(app.load(tmp_path)) == 1
    assert not window or not boxes(app.desktop)


def test_what_was_put_right_goes_to_the_status_bar_only(app, tmp_path) -> None:
    phantom(tmp_path, tilt=(0.0, 18.5))
    app.desktop.open_main_window()
    app.desktop.set_testing(False)
    app.load(tmp_path)
    assert not boxes(app.desktop)
    assert "regular volume" in app.desktop.main_window.statusBar().currentMessage()


def test_errors_are_messages_not_tracebacks(app, tmp_path, caplog) -> None:
    truth = phantom(tmp_path, tilt=(0.0, 18.5))
    app.desktop.open_main_window()
    app.desktop.set_testing(False)
    (offer,) = app.offers(tmp_path)
    truth.files[7].write_bytes(truth.files[7].read_bytes()[:-100])
    nodes = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
    with caplog.at_level(logging.ERROR):
        assert app.plugin().load(offer) is None
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == nodes
    (text,) = boxes(app.desktop)
    assert "truncated" in text and truth.files[7].name in text
    assert "Traceback" not in caplog.text and "truncated" in caplog.text


def test_vanished_files_are_an_error_of_ours(app, tmp_path, caplog) -> None:
    truth = phantom(tmp_path, tilt=(0.0, 18.5))
    (offer,) = app.offers(tmp_path)
    for path in truth.files:
        path.unlink()
    with caplog.at_level(logging.ERROR):
        assert app.plugin().load(offer) is None
    assert "could not be loaded" in caplog.text and "Traceback" not in caplog.text


# Progress


@pytest.fixture
def slow(monkeypatch):
    """A clock on which every look is half a second later."""
    import PrintPrepDICOMPlugin as module

    now = iter(np.arange(0.0, 1e6, 0.5))
    monkeypatch.setattr(module.time, "monotonic", lambda: next(now))


def test_long_loading_shows_progress(app, tmp_path, slow) -> None:
    phantom(tmp_path, tilt=(0.0, 18.5))
    app.desktop.open_main_window()
    before = slicer.app._processed
    assert len(app.load(tmp_path)) == 1
    assert slicer.app._processed > before


def test_cancelled_loading_changes_nothing(app, tmp_path, slow, monkeypatch, caplog) -> None:
    phantom(tmp_path, tilt=(0.0, 18.5))
    app.desktop.open_main_window()
    (offer,) = app.offers(tmp_path)
    opened = []
    create = slicer.util.createProgressDialog

    def cancelled_at_once(**options):
        opened.append(create(**options))
        opened[0].cancel()
        return opened[0]

    monkeypatch.setattr(slicer.util, "createProgressDialog", cancelled_at_once)
    nodes = slicer.mrmlScene.GetNumberOfNodes()
    with caplog.at_level(logging.WARNING):
        assert app.plugin().load(offer) is None
    assert len(opened) == 1
    assert slicer.mrmlScene.GetNumberOfNodes() == nodes
    assert not caplog.records


def _provenance(node) -> dict:
    return json.loads(node.GetAttribute("PrintPrep.Provenance"))


def _matrix(node):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return matrix
