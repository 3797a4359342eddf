"""The DICOM plugin takes over what needs it and leaves the rest alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import slicer
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib.dicom.database import DatabaseText
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


def every(tags: dict) -> dict:
    """Changes of all slices."""
    return dict.fromkeys(range(SMALL["slices"]), tags)


def phantom(folder, **changes):
    return write_series(BALL, Acquisition(**(SMALL | changes)), folder)


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
    "no position": {"slice_tags": every({"ImagePositionPatient": None}), "tilt": (0.0, 18.5)},
    "broken orientation": {"tags": {"ImageOrientationPatient": ["1"] * 6}, "tilt": (0.0, 18.5)},
    "scout": {"tags": {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, "tilt": (0.0, 18.5)},
    "no pixels": {"slice_tags": every({"PixelData": None}), "tilt": (0.0, 18.5)},
    "one scout": {"slice_tags": {0: {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}}},
    "MR of several stacks": {
        "tags": {"Modality": "MR"},
        "slice_tags": {index: {"PixelSpacing": ["0.6", "0.6"]} for index in range(10)},
    },
    "a map of CT values": {"tags": {"ImageType": ["DERIVED", "PRIMARY", "PERFUSION", "CBF"]}},
}


@pytest.mark.parametrize("changes", NEEDED.values(), ids=NEEDED)
def test_takes_over_what_needs_it(app, tmp_path, changes) -> None:
    truth = phantom(tmp_path, **changes)
    (offer,) = app.offers(tmp_path)
    assert 0.5 < offer.confidence < 1
    assert offer.files == [str(path) for path in truth.files]
    assert offer.selected and offer.name == "1: phantom"


@pytest.mark.parametrize("changes", ORDINARY.values(), ids=ORDINARY)
def test_leaves_the_rest_alone(app, tmp_path, changes) -> None:
    phantom(tmp_path, **changes)
    assert app.offers(tmp_path) == []


def test_says_what_it_found_in_plain_words(app, tmp_path) -> None:
    phantom(tmp_path, tilt=(0.0, 18.5), steps=UNEVEN)
    (offer,) = app.offers(tmp_path)
    assert "18.50°" in offer.tooltip and "0.800 to 1.300 mm" in offer.tooltip
    # The DICOM browser asks "Load anyway?" where there is a warning: all is put right here.
    assert offer.warning == ""
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


def test_asks_the_announced_tags_only_and_not_often(app, tmp_path) -> None:
    phantom(tmp_path, tilt=(0.0, 18.5))
    (offer,) = app.offers(tmp_path)
    log = app.desktop.database_log
    assert log.parsed == []
    # fileValue costs two queries each; the scalar volume plugin asks for nine a file. Patient,
    # study, series number and frame of reference are four more.
    asked = log.queries["fileValue"] * 2 + sum(
        log.queries[name] for name in ("instanceForFile", "instanceValue", "instanceValues")
    )
    assert asked < (18 + 4) * len(offer.files)


def test_a_bulk_query_that_python_cannot_receive_is_asked_once() -> None:
    asked = []

    class Database:
        def instanceForFile(self, file: str) -> str:
            return f"uid of {file}"

        def instanceValues(self, uids: list[str], tag: str) -> dict[str, str]:
            asked.append(tag)
            raise ValueError("return type 'QMap<QString,QString>' is unknown to PythonQt")

        def instanceValue(self, uid: str, tag: str) -> str:
            return f"{tag} of {uid}"

    text = DatabaseText(Database(), ["a", "b"])
    assert text.of_slice("b")("0020,0032") == "0020,0032 of uid of b"
    assert text.of_slice("a")("0020,0037") == "0020,0037 of uid of a"
    assert asked == ["0020,0032"]


def test_tags_are_upper_case(app) -> None:
    for tag in app.plugin().tags.values():
        assert tag == tag.upper() and len(tag) == 9


def test_examines_files_that_are_not_in_the_database(app, tmp_path) -> None:
    truth = phantom(tmp_path, tilt=(0.0, 18.5))
    files = [str(path) for path in truth.files]
    from PrintPrepLib.dicom.database import DatabaseText
    from PrintPrepLib.series.offers import offers

    database = DatabaseText(slicer.dicomDatabase, files)
    (offer,) = offers(files, database.of_slice, database.of_series, database.has_pixel_data)
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


def test_hook_hides_itself_and_registers_in_any_order(desktop) -> None:
    del slicer.modules.dicomPlugins
    desktop.load_module(NAME, PLUGIN)
    assert slicer.modules.printprepdicomplugin.hidden
    assert list(slicer.modules.dicomPlugins) == [NAME]
