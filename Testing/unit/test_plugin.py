"""The DICOM plugin: takes over what needs it, leaves the rest alone, loads without fuss."""

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

pytest_plugins = ("standin.fixtures",)
pytestmark = pytest.mark.pydicom

PLUGIN = Path(__file__).resolve().parents[2] / "PrintPrepDICOMPlugin" / "PrintPrepDICOMPlugin.py"
BALL = Scene([Ball((1.0, -2.0, 3.0), 6.0)])
SMALL = {"rows": 40, "columns": 32, "slices": 20}
UNEVEN = (0.8,) * 9 + (1.3,) * 10
#: The shape that Slicer's own reader would offer: the whole series at 0.5.
SCALAR_CONFIDENCE = 0.5


class Slicer:
    """A running Slicer with the plugin, and with one that offers everything as Slicer's does."""

    def __init__(self, desktop) -> None:
        self.desktop = desktop
        desktop.load_module("PrintPrepDICOMPlugin", PLUGIN)
        from DICOMLib import DICOMLoadable, DICOMPlugin, DICOMUtils

        class Scalar(DICOMPlugin):
            loaded = 0

            def examineForImport(self, lists):
                found = []
                for files in lists:
                    loadable = DICOMLoadable()
                    loadable.files, _, loadable.warning = DICOMUtils.getSortedImageFiles(files)
                    found.append(loadable)
                return found

            def load(self, loadable):
                Scalar.loaded += 1
                return True

        self.scalar, self.utils = Scalar, DICOMUtils
        slicer.modules.dicomPlugins["Scalar"] = Scalar
        desktop.announce_tags()

    def files(self, uid: str) -> tuple[str, ...]:
        return slicer.dicomDatabase.filesForSeries(uid)

    def plugin(self):
        return slicer.modules.dicomPlugins["PrintPrepDICOMPlugin"]()

    def offers(self, folder) -> list:
        """What the plugin offers for everything in a folder."""
        uids = self.desktop.import_dicom(folder)
        self.desktop.database_log.parsed.clear()
        return self.plugin().examineForImport([self.files(uid) for uid in uids])

    def load(self, folder) -> list:
        """Load as the visual DICOM browser does; the volume nodes."""
        ids = self.utils.loadSeriesByUID(self.desktop.import_dicom(folder))
        nodes = [slicer.mrmlScene.GetNodeByID(item) for item in ids]
        return [node for node in nodes if node.IsA("vtkMRMLVolumeNode")]


@pytest.fixture
def app(desktop) -> Slicer:
    return Slicer(desktop)


def every(tags: dict) -> dict:
    """Changes of all slices."""
    return dict.fromkeys(range(SMALL["slices"]), tags)


def phantom(folder, **changes):
    return write_series(BALL, Acquisition(**(SMALL | changes)), folder)


def stored(truth) -> np.ndarray:
    """What the files hold, in the order of the stack, HU."""
    return truth.acquisition.volume(BALL).astype(np.int16)


# Examination

NEEDED = {
    "tilted": {"tilt": (0.0, 18.5)},
    "tilted about the other axis": {"tilt": (-12.0, 0.0)},
    "uneven": {"steps": UNEVEN},
    "tilted and uneven": {"tilt": (0.0, -8.0), "steps": UNEVEN},
    "rounded": {"steps": 0.58, "position_decimals": 1},
}
ORDINARY = {
    "even": {},
    "reversed": {"order": "reversed"},
    "shuffled": {"order": "shuffled"},
    "rotated but not sheared": {"orientation_decimals": None, "first_position": (5.0, 6.0, 7.0)},
    "one slice": {"slices": 2, "drop": (1,)},
    "sections": {"steps": (1.0,) * 9 + (40.0,) + (1.0,) * 9},
    "duplicates": {"duplicate": (4, 5, 6)},
    "no position": {"slice_tags": every({"ImagePositionPatient": None}), "tilt": (0.0, 18.5)},
    "broken orientation": {"tags": {"ImageOrientationPatient": ["1"] * 6}, "tilt": (0.0, 18.5)},
    "scout": {"tags": {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, "tilt": (0.0, 18.5)},
    "no pixels": {"slice_tags": every({"PixelData": None}), "tilt": (0.0, 18.5)},
    "mixed": {"slice_tags": {3: {"PixelSpacing": ["0.6", "0.6"]}}, "tilt": (0.0, 18.5)},
}


@pytest.mark.parametrize("changes", NEEDED.values(), ids=NEEDED)
def test_takes_over_what_needs_it(app, tmp_path, changes) -> None:
    truth = phantom(tmp_path, **changes)
    (offer,) = app.offers(tmp_path)
    assert SCALAR_CONFIDENCE < offer.confidence < 1
    assert offer.files == [str(path) for path in truth.files]
    assert offer.selected and offer.name == "1: phantom"


@pytest.mark.parametrize("changes", ORDINARY.values(), ids=ORDINARY)
def test_leaves_the_rest_alone(app, tmp_path, changes) -> None:
    phantom(tmp_path, **changes)
    assert app.offers(tmp_path) == []


def test_says_what_it_found_in_plain_words(app, tmp_path) -> None:
    phantom(tmp_path, tilt=(0.0, 18.5), steps=UNEVEN)
    (offer,) = app.offers(tmp_path)
    for text in (offer.tooltip, offer.warning):
        assert "18.50°" in text and "0.800 to 1.300 mm" in text
    assert "20 slices" in offer.tooltip


def test_rounded_series_needs_no_warning(app, tmp_path) -> None:
    phantom(tmp_path, steps=0.58, position_decimals=1)
    (offer,) = app.offers(tmp_path)
    assert offer.warning == ""
    assert "0.58" in offer.tooltip and "no voxel is changed" in offer.tooltip


def test_names_what_is_left_out(app, tmp_path) -> None:
    scout = {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}
    phantom(tmp_path, tilt=(0.0, 18.5), slice_tags={0: scout})
    (offer,) = app.offers(tmp_path)
    assert len(offer.files) == SMALL["slices"] - 1
    assert "1 files are left out" in offer.tooltip


@pytest.mark.parametrize("without", [(), ("instanceValues",)], ids=["bulk", "one by one"])
def test_asks_the_announced_tags_only_and_not_often(app, tmp_path, without) -> None:
    app.desktop.reset(without)
    app = Slicer(app.desktop)
    phantom(tmp_path, tilt=(0.0, 18.5))
    (offer,) = app.offers(tmp_path)
    log = app.desktop.database_log
    assert log.parsed == []
    # fileValue costs two queries each; the scalar volume plugin asks for nine a file.
    asked = log.queries["fileValue"] * 2 + sum(
        log.queries[name] for name in ("instanceForFile", "instanceValue", "instanceValues")
    )
    assert asked < 18 * len(offer.files)
    if not without:
        assert asked < 4 * len(offer.files) + 60


def test_tags_are_upper_case(app) -> None:
    for tag in app.plugin().tags.values():
        assert tag == tag.upper() and len(tag) == 9


def test_examines_files_that_are_not_in_the_database(app, tmp_path) -> None:
    truth = phantom(tmp_path, tilt=(0.0, 18.5))
    files = [str(path) for path in truth.files]
    from PrintPrepLib.examination import offers

    import PrintPrepDICOMPlugin as module

    database = module._DatabaseText(slicer.dicomDatabase, files)
    (offer,) = offers(files, database.of_slice, database.of_series)
    assert offer.files == files


def test_second_examination_is_remembered(app, tmp_path) -> None:
    truth = phantom(tmp_path, tilt=(0.0, 18.5))
    app.desktop.import_dicom(tmp_path)
    plugin, files = app.plugin(), app.files(truth.series_uid)
    first = plugin.examineForImport([files])
    app.desktop.database_log.queries.clear()
    assert plugin.examineForImport([files]) == first
    assert not app.desktop.database_log.queries


def test_compression_without_a_decoder_is_left_to_others(app, tmp_path) -> None:
    import pydicom

    truth = phantom(tmp_path, tilt=(0.0, 18.5))
    for path in truth.files:
        dataset = pydicom.dcmread(path)
        # JPEG 2000 multi-component: nobody here decodes it.
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.92"
        dataset.PixelData = pydicom.encaps.encapsulate([b"\0" * 32])
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
        dataset.save_as(path)
    assert app.offers(tmp_path) == []


REAL = {
    "ct_ge_tilted_variable_spacing": 28,
    "ct_skull_phantom_tilt_minus18": 54,
    "ct_skull_phantom_tilt_0": None,
    "ct_skull_phantom_extras": None,
    "small_siemens_tilt": 4,
    "enhanced_ct": None,
}


@pytest.mark.parametrize(("name", "slices"), REAL.items(), ids=REAL)
def test_real_series(app, real_data, name, slices) -> None:
    offers = app.offers(real_data(name))
    assert [len(offer.files) for offer in offers] == ([] if slices is None else [slices])
    assert app.desktop.database_log.parsed == []


# Loading


def test_wins_over_the_scalar_plugin_and_alone_loads(app, tmp_path) -> None:
    phantom(tmp_path, tilt=(0.0, 18.5), steps=UNEVEN)
    (node,) = app.load(tmp_path)
    assert app.scalar.loaded == 0
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
    assert app.scalar.loaded == 1


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
    assert rejected["file"] == "IM00001.dcm" and "scout" in rejected["reason"]


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


def test_hook_hides_itself_and_registers_in_any_order(desktop) -> None:
    del slicer.modules.dicomPlugins
    desktop.load_module("PrintPrepDICOMPlugin", PLUGIN)
    assert slicer.modules.printprepdicomplugin.hidden
    assert list(slicer.modules.dicomPlugins) == ["PrintPrepDICOMPlugin"]


def _provenance(node) -> dict:
    return json.loads(node.GetAttribute("PrintPrep.Provenance"))


def _matrix(node):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return matrix
