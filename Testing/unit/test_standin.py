"""The stand-in is as strict as Slicer: what Slicer does not have or do is an error here."""

from __future__ import annotations

import ast
import importlib
import logging
from pathlib import Path

import numpy as np
import pytest
import slicer
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from standin import StandInGap
from standin.tables import class_table, known_classes

pytest_plugins = ("standin.fixtures",)

STANDIN = Path(__file__).resolve().parents[1] / "standin"
BALL = Scene([Ball((0.0, 0.0, 0.0), 5.0)])


@pytest.fixture
def qt(desktop):
    return importlib.import_module("qt")


def test_shares_no_code_with_the_library() -> None:
    for path in STANDIN.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.startswith("PrintPrep") for name in names), path.name


@pytest.mark.parametrize("name", [name for name in known_classes() if name.startswith("qt.")])
def test_every_class_of_the_data_exists(qt, name: str) -> None:
    assert getattr(qt, name.partition(".")[2])._table.attributes == class_table(name).attributes


# PythonQt


def test_properties_are_values(qt) -> None:
    label = qt.QLabel("size")
    assert label.text == "size"
    label.text = 12
    assert label.text == "12"
    with pytest.raises(TypeError):
        label.text()


@pytest.mark.parametrize("name", ["Text", "foo", "setTexxt"])
def test_unknown_names_raise(qt, name: str) -> None:
    label = qt.QLabel()
    with pytest.raises(AttributeError):
        getattr(label, name)
    with pytest.raises(AttributeError):
        setattr(label, name, 1)
    assert not hasattr(label, name)


def test_names_of_the_real_class_only(qt) -> None:
    for place, name in ((qt, "QNothing"), (qt.QMessageBox, "Perhaps"), (qt.Qt, "NoSuchFlag")):
        with pytest.raises(AttributeError):
            getattr(place, name)


def test_read_only_property(qt) -> None:
    dialog = qt.QProgressDialog()
    assert dialog.wasCanceled is False
    with pytest.raises(AttributeError):
        dialog.wasCanceled = True
    dialog.cancel()
    assert dialog.wasCanceled is True


def test_impossible_conversion(qt) -> None:
    with pytest.raises(AttributeError):
        qt.QProgressDialog().value = "half"


def test_what_exists_in_slicer_but_not_here_says_so(qt) -> None:
    with pytest.raises(StandInGap):
        print(qt.QVBoxLayout().margin)
    with pytest.raises(StandInGap):
        slicer.app.restart()
    with pytest.raises(StandInGap):
        slicer.dicomDatabase.insert("file", False, False)


def test_python_subclasses_may_have_attributes(qt) -> None:
    class Panel(qt.QWidget):
        pass

    panel = Panel()
    panel.mine = 1
    assert panel.mine == 1
    with pytest.raises(AttributeError):
        panel.show = 1


def test_signals_reach_slots_with_their_arguments(qt) -> None:
    button, seen = qt.QPushButton(), []
    button.checkable = True
    assert button.connect("clicked()", lambda: seen.append("plain"))
    assert button.connect("toggled(bool)", seen.append)
    button.click()
    assert sorted(map(str, seen)) == ["True", "plain"]


def test_wrong_signature_returns_false_and_fails_the_test(qt, desktop) -> None:
    assert qt.QPushButton().connect("click()", print) is False
    assert slicer.app.moduleManager().connect("nothing()", print) is False
    assert len(desktop.mistakes) == 2
    desktop.reset()


def test_exceptions_in_slots_do_not_propagate_but_fail_the_test(qt, desktop) -> None:
    def fails() -> None:
        raise ValueError("wrong")

    button = qt.QPushButton()
    button.connect("clicked()", fails)
    button.click()
    assert "wrong" in desktop.mistakes[0]
    desktop.reset()


def test_disconnected_slots_are_quiet(qt) -> None:
    button, seen = qt.QPushButton(), []
    slot = seen.append
    button.connect("clicked(bool)", slot)
    assert button.disconnect("clicked(bool)", slot)
    button.click()
    assert not seen


def test_enumerators_are_whole_numbers(qt) -> None:
    both = qt.QMessageBox.Ok | qt.QMessageBox.Cancel
    assert isinstance(both, int)
    box = qt.QMessageBox()
    box.standardButtons = both
    assert box.standardButtons == both


def test_modal_dialogs_never_wait(qt, desktop) -> None:
    box = qt.QMessageBox()
    box.text = "Sure?"
    desktop.answers.queue.append(qt.QMessageBox.Ok)
    assert box.exec_() == qt.QMessageBox.Ok
    assert desktop.answers.shown == ["Sure?"]
    box.exec_()
    assert "Sure?" in desktop.mistakes[0]
    desktop.reset()


def test_same_object_same_wrapper(qt) -> None:
    panel, layout = qt.QWidget(), qt.QVBoxLayout()
    panel.setLayout(layout)
    assert panel.layout() is layout


# The application


def test_messages_only_with_a_main_window(desktop) -> None:
    desktop.set_testing(False)
    slicer.util.errorDisplay("nobody sees this")
    assert slicer.util.mainWindow() is None
    desktop.open_main_window()
    desktop.answers.queue.append(0)
    slicer.util.errorDisplay("somebody sees this")
    assert desktop.answers.shown == ["somebody sees this"]
    assert slicer.util.showStatusMessage("done")


def test_testing_mode_answers_by_itself(desktop) -> None:
    desktop.open_main_window()
    slicer.util.errorDisplay("logged only")
    # Slicer's own slip: the canned answer True is compared with the button.
    assert not slicer.util.confirmOkCancelDisplay("go on?")


def test_module_parent_is_strict(desktop) -> None:
    from standin import Module

    parent = Module("Name", "Name.py")
    parent.categories = ["Printing"]
    assert parent.categories == ("Printing",)
    with pytest.raises(AttributeError):
        parent.categories = "Printing"
    with pytest.raises(AttributeError):
        parent.name = "other"
    with pytest.raises(AttributeError):
        parent.category = ["Printing"]


def test_new_data_nodes_get_hierarchy_items(desktop) -> None:
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    assert tree.GetItemByDataNode(node)


# The DICOM database


@pytest.fixture
def series(desktop, tmp_path):
    slicer.dicomDatabase.tagsToPrecache = ("0020,0032", "0028,0008", "0008,103e")
    truth = write_series(BALL, Acquisition(rows=8, columns=8, slices=4), tmp_path, name="Head")
    assert desktop.import_dicom(tmp_path) == [truth.series_uid]
    return truth


def test_lists_are_tuples(series) -> None:
    database = slicer.dicomDatabase
    files = database.filesForSeries(series.series_uid)
    assert type(files) is tuple and len(files) == 4
    assert database.filesForSeries(series.series_uid, 1) == files[:1]
    uid = database.instanceForFile(files[2])
    assert database.instanceValue(uid, "0008,0018") == uid


def test_values_are_the_text_of_the_file(series) -> None:
    value = slicer.dicomDatabase.fileValue
    first = str(series.files[0])
    numbers = [float(part) for part in value(first, "0020,0032").split("\\")]
    assert numbers == pytest.approx(series.written_positions[0])
    assert value(first, 0x0028, 0x0010) == "8"
    assert value(first, "0008,0008") == "ORIGINAL\\PRIMARY\\AXIAL"
    assert value(first, "0008,103e") == "Head"


def test_missing_empty_and_excluded_values_are_the_empty_text(series) -> None:
    first = str(series.files[0])
    for tag in ("0028,0008", "0010,0030", "7FE0,0010", "0002,0010"):
        assert slicer.dicomDatabase.fileValue(first, tag) == ""
    assert slicer.dicomDatabase.fileValueExists(first, "7FE0,0010")
    assert not slicer.dicomDatabase.fileValueExists(first, "0028,0008")


def test_what_is_not_announced_costs_a_file(series, desktop) -> None:
    first = str(series.files[0])
    slicer.dicomDatabase.fileValue(first, "0020,0032")
    assert not desktop.database_log.parsed
    slicer.dicomDatabase.fileValue(first, "0020,0037")
    assert len(desktop.database_log.parsed) == 1
    # Announced in lower case: looked up in upper case, so never found.
    slicer.dicomDatabase.fileValue(first, "0008,103e")
    assert len(desktop.database_log.parsed) == 2


def test_bulk_values_cannot_be_had_from_python(series) -> None:
    with pytest.raises(ValueError):
        slicer.dicomDatabase.instanceValues(["1.2"], "0020,0032")


# DICOMLib


def sorted_files(files):
    from DICOMLib import DICOMUtils

    return DICOMUtils.getSortedImageFiles(list(files))


def test_sorting_warns_of_uneven_steps_only(desktop, tmp_path) -> None:
    kinds = {
        "even": Acquisition(rows=8, columns=8, slices=5, order="shuffled"),
        "tilted": Acquisition(rows=8, columns=8, slices=5, tilt=(0.0, 20.0)),
        "uneven": Acquisition(rows=8, columns=8, slices=5, steps=(1.0, 1.0, 3.0, 1.0)),
    }
    warned = {}
    for name, acquisition in kinds.items():
        truth = write_series(BALL, acquisition, tmp_path / name, name=name)
        desktop.import_dicom(tmp_path / name)
        files, distances, warned[name] = sorted_files(str(path) for path in truth.files[::-1])
        assert np.all(np.diff([distances[path] for path in files]) > 0)
    assert not warned["even"] and not warned["tilted"]
    assert "not equally spaced" in warned["uneven"]


def test_highest_confidence_wins_and_equals_all_load(series) -> None:
    from DICOMLib import DICOMLoadable, DICOMUtils

    loadables = [DICOMLoadable() for _ in range(4)]
    for loadable, confidence in zip(loadables, (0.5, 0.9, 0.9, 0.2), strict=True):
        loadable.files = [str(series.files[0])]
        loadable.confidence, loadable.selected = confidence, True
    DICOMUtils.selectHighestConfidenceLoadables({"plugin": loadables})
    assert [loadable.selected for loadable in loadables] == [False, True, True, False]


def test_base_plugin_is_that_of_the_oldest_slicer(desktop) -> None:
    from DICOMLib import DICOMPlugin

    plugin = DICOMPlugin()
    assert plugin.examineForImport([["file"]]) == []
    assert not hasattr(plugin, "examineFiles")
    assert "modality" not in plugin.tags


def test_failing_plugin_is_only_logged(series, caplog) -> None:
    from DICOMLib import DICOMLoadable, DICOMPlugin, DICOMUtils

    class Bad(DICOMPlugin):
        def examineForImport(self, lists):
            loadable = DICOMLoadable()
            loadable.files = list(lists[0])
            return [loadable]

        def load(self, loadable):
            raise ValueError("broken")

    slicer.modules.dicomPlugins["Bad"] = Bad
    with caplog.at_level(logging.ERROR):
        assert DICOMUtils.loadSeriesByUID([series.series_uid]) == []
    assert "broken" in caplog.text
