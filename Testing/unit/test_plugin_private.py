"""The DICOM plugin makes Philips/Elscint private series load like any other."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import slicer
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from phantoms.elscint import compress_file
from standin.dicommodule import DicomModule

pytest_plugins = ("standin.fixtures",)
pytestmark = pytest.mark.pydicom

NAME = "PrintPrepDICOMPlugin"
PLUGIN = Path(__file__).resolve().parents[2] / NAME / f"{NAME}.py"
BALL = Scene([Ball((1.0, -2.0, 3.0), 6.0)])


@pytest.fixture
def app(desktop) -> DicomModule:
    return DicomModule(desktop, NAME, PLUGIN)


def private(folder, how=None, **changes):
    truth = write_series(
        BALL, Acquisition(**({"rows": 40, "columns": 32, "slices": 20} | changes)), folder
    )
    for path in truth.files:
        compress_file(path, **how or {})
    return truth


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"block": 0x2F},
        {"place": "PixelData"},
        {"plain": True},
        {"syntax": "1.2.840.10008.1.2.1"},
    ],
    ids=str,
)
def test_private_series_are_offered_with_what_they_are(app, tmp_path, how) -> None:
    private(tmp_path, how)
    (offer,) = app.offers(tmp_path)
    assert offer.confidence > 0.5
    assert "PMSCT_RLE1" in offer.tooltip and offer.warning == ""


def test_they_load_in_place_of_nothing(app, tmp_path) -> None:
    truth = private(tmp_path)
    (node,) = app.load(tmp_path)
    assert app.rival.loaded == 0
    expected = truth.acquisition.volume(BALL)
    assert (slicer.util.arrayFromVolume(node) == expected).all()
    assert node.GetAttribute("DICOM.instanceUIDs").split() == list(truth.instance_uids)


def test_a_tilted_private_series_is_straightened_too(app, tmp_path) -> None:
    private(tmp_path, tilt=(0.0, 18.5))
    (offer,) = app.offers(tmp_path)
    assert "18.50°" in offer.tooltip and offer.warning == "" and "PMSCT_RLE1" in offer.tooltip
    (node,) = app.load(tmp_path)
    assert node.GetAttribute("PrintPrep.SourceInstanceUIDs")


def test_an_unknown_compression_is_refused_aloud(app, tmp_path, caplog) -> None:
    """Slicer's own reader fails without a word."""
    private(tmp_path, {"compression": "LOSSLESS RICE"})
    (offer,) = app.offers(tmp_path)
    assert "LOSSLESS RICE" in offer.warning
    with caplog.at_level(logging.ERROR):
        assert app.load(tmp_path) == []
    assert "LOSSLESS RICE" in caplog.text and "uncompressed DICOM" in caplog.text


def test_an_ordinary_series_beside_it_stays_with_slicer(app, tmp_path) -> None:
    private(tmp_path / "private")
    write_series(
        BALL, Acquisition(rows=40, columns=32, slices=20), tmp_path / "plain", name="plain"
    )
    assert len(app.offers(tmp_path)) == 1


def test_standard_pixels_with_leftover_private_elements_stay_with_slicer(app, tmp_path) -> None:
    private(tmp_path, {"plain": True, "place": "PixelData", "syntax": "1.2.840.10008.1.2.1"})
    assert app.offers(tmp_path) == []
