"""What the user wants of the DICOM module: the page of settings, and what comes of it."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest
import slicer
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from phantoms.elscint import compress_file
from standin.dicommodule import DicomModule
from standin.settings import open_dicom_settings, widgets_in

pytest_plugins = ("standin.fixtures",)

NAME = "PrintPrepDICOMPlugin"
PLUGIN = Path(__file__).resolve().parents[2] / NAME / f"{NAME}.py"
BALL = Scene([Ball((1.0, -2.0, 3.0), 6.0)])
SMALL = {"rows": 24, "columns": 20, "slices": 20}
PARTED = {"steps": (1.0,) * 9 + (40.0,) + (1.0,) * 9}
TAKE_OVER, SECTIONS, SPACING, MILLIMETRES = (
    f"PrintPrep/DICOM/{key}" for key in ("TakeOver", "Sections", "Spacing", "SpacingMm")
)


@pytest.fixture
def app(desktop) -> DicomModule:
    return DicomModule(desktop, NAME, PLUGIN)


@pytest.fixture
def qt(desktop):
    return importlib.import_module("qt")


@pytest.fixture
def ctk(desktop):
    return importlib.import_module("ctk")


def phantom(folder, **changes):
    return write_series(BALL, Acquisition(**(SMALL | changes)), folder)


def chosen() -> tuple:
    from PrintPrepPanel.dicom_settings import dicom_settings

    settings = dicom_settings()
    return settings.take_over, settings.sections, settings.planes


# The page


def test_defaults(app) -> None:
    assert chosen() == ("needed", "split", "native")


def test_the_page_shows_what_is_set_and_keeps_what_is_chosen(app, qt, ctk) -> None:
    qt.QSettings().setValue(SECTIONS, "merged")
    panel = open_dicom_settings()
    take_over, sections, spacing = widgets_in(panel, ctk.ctkComboBox)
    (millimetres,) = widgets_in(panel, qt.QDoubleSpinBox)
    assert sections.currentUserDataAsString == "merged"
    assert take_over.currentUserDataAsString == "needed"
    assert not millimetres.enabled
    take_over.setCurrentIndex(2)
    spacing.setCurrentIndex(2)
    assert millimetres.enabled
    millimetres.setValue(0.75)
    assert chosen() == ("never", "merged", 0.75)
    assert qt.QSettings().value(TAKE_OVER) == "never"
    # Closed and opened again.
    again = widgets_in(open_dicom_settings(), ctk.ctkComboBox)
    assert [combo.currentUserDataAsString for combo in again] == ["never", "merged", "mm"]
    panel.restoreDefaultSettings()
    assert chosen() == ("needed", "split", "native")


def test_the_page_has_words_for_every_value(app, ctk) -> None:
    for combo in widgets_in(open_dicom_settings(), ctk.ctkComboBox):
        texts = {combo.itemText(index) for index in range(combo.count)}
        assert len(texts) == combo.count and "" not in texts and combo.toolTip


@pytest.mark.parametrize("value", ["", "everything", "12"])
def test_nonsense_in_the_settings_is_the_default(app, qt, value) -> None:
    for key in (TAKE_OVER, SECTIONS, SPACING):
        qt.QSettings().setValue(key, value)
    assert chosen() == ("needed", "split", "native")


@pytest.mark.parametrize("value", ["", "thin", "0", "-1", "nan", "1e9"])
def test_an_impossible_distance_is_one_millimetre(app, qt, value) -> None:
    qt.QSettings().setValue(SPACING, "mm")
    qt.QSettings().setValue(MILLIMETRES, value)
    assert chosen()[2] == 1.0


# What the plugin makes of them


def test_every_ct_series(app, qt, tmp_path) -> None:
    truth = phantom(tmp_path)
    assert app.offers(tmp_path) == []
    qt.QSettings().setValue(TAKE_OVER, "ct")
    (node,) = app.load(tmp_path)
    assert app.rival.loaded == 0
    stored = truth.acquisition.volume(BALL).astype(np.int16)
    assert np.array_equal(slicer.util.arrayFromVolume(node), stored)


def test_every_ct_series_means_no_other(app, qt, tmp_path) -> None:
    qt.QSettings().setValue(TAKE_OVER, "ct")
    phantom(tmp_path, tags={"Modality": "MR"})
    assert app.offers(tmp_path) == []


def test_only_by_hand(app, qt, tmp_path) -> None:
    qt.QSettings().setValue(TAKE_OVER, "never")
    phantom(tmp_path, tilt=(0.0, 18.5))
    (offer,) = app.offers(tmp_path)
    assert offer.confidence < 0.5 and not offer.selected
    assert app.load(tmp_path) == [] and app.rival.loaded == 1
    assert app.plugin().load(offer).GetName() == "1: phantom"


def test_what_nobody_else_reads_wins_even_by_hand(app, qt, tmp_path) -> None:
    """Slicer's own reader offers such a series at 0.2."""
    qt.QSettings().setValue(TAKE_OVER, "never")
    for path in phantom(tmp_path).files:
        compress_file(path)
    (offer,) = app.offers(tmp_path)
    assert 0.2 < offer.confidence < 0.5


def test_sections_as_one_volume(app, qt, tmp_path) -> None:
    qt.QSettings().setValue(SECTIONS, "merged")
    phantom(tmp_path, **PARTED)
    assert [offer.confidence for offer in app.offers(tmp_path)] == [0.45, 0.45, 0.9]
    (node,) = app.load(tmp_path)
    assert node.GetName() == "1: phantom, all 2 sections"
    assert len(slicer.util.arrayFromVolume(node)) == 59


SPACINGS = {"isotropic": (0.5, "as close as the pixels"), "mm": (0.8, "0.8 mm apart")}


@pytest.mark.parametrize(("spacing", "expected"), SPACINGS.items(), ids=SPACINGS)
def test_distance_of_the_planes(app, qt, tmp_path, spacing, expected) -> None:
    qt.QSettings().setValue(SPACING, spacing)
    qt.QSettings().setValue(MILLIMETRES, 0.8)
    phantom(tmp_path, tilt=(0.0, 18.5))
    (offer,) = app.offers(tmp_path)
    assert expected[1] in offer.tooltip
    (node,) = app.load(tmp_path)
    assert node.GetSpacing()[2] == pytest.approx(expected[0])


def test_what_was_offered_under_other_settings_is_not_remembered(app, qt, tmp_path) -> None:
    truth = phantom(tmp_path)
    app.desktop.import_dicom(tmp_path)
    plugin, files = app.plugin(), app.files(truth.series_uid)
    assert plugin.examineForImport([files]) == []
    qt.QSettings().setValue(TAKE_OVER, "ct")
    (offer,) = plugin.examineForImport([files])
    assert plugin.examineForImport([files]) == [offer]
    qt.QSettings().setValue(TAKE_OVER, "needed")
    assert plugin.examineForImport([files]) == []
