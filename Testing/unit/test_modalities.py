"""MR and PET through the command line: the same care, and no word of Hounsfield units."""

from __future__ import annotations

import html
import json
import re

import numpy as np
import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene, half_contrast_radius
from phantoms.dicom import write_series
from phantoms.measure import fit_sphere, read_stl
from PrintPrepLib import cli
from PrintPrepLib.report.record_rows import grey_unit, segment_rows
from pydicom import dcmread
from pydicom.dataset import Dataset

BALL = Ball((1.0, -2.0, 0.5), 8.0, 3400.0)
SCENE = Scene((BALL,), 80.0, 0.6)
RADIUS = half_contrast_radius(BALL.radius, SCENE.sigma)
#: MR has no rescaling and no CT tags at all.
MR = {
    "Modality": "MR",
    "SOPClassUID": "1.2.840.10008.5.1.4.1.1.4",
    **dict.fromkeys(("KVP", "ConvolutionKernel", "RescaleSlope", "RescaleIntercept")),
    "RescaleType": None,
    "SpacingBetweenSlices": "0.9",
}
PET = {
    "Modality": "PT",
    "SOPClassUID": "1.2.840.10008.5.1.4.1.1.128",
    **dict.fromkeys(("KVP", "ConvolutionKernel", "RescaleType")),
    "Units": "BQML",
    "DecayCorrection": "START",
    "CorrectedImage": ["ATTN", "DECY", "SCAT"],
    "PatientWeight": 74,
    "SeriesDate": "20260102",
    "SeriesTime": "094946.2",
    "AcquisitionDate": "20260102",
    "AcquisitionTime": "094950",
    "FrameReferenceTime": 3800,
    "ActualFrameDuration": 120000,
}
UNITS = re.compile(r"\bHU\b|Hounsfield|\bbone\b|\b[Gg]antry\b|\b[Kk]ernel\b")


def write(folder, tags, tilt=0.0):
    taken = Acquisition(
        rows=44,
        columns=40,
        slices=28,
        pixel_spacing=(0.7, 0.7),
        center=BALL.center,
        steps=0.9,
        tilt=(0.0, tilt),
        intercept=0.0,
        tags=tags,
    )
    return write_series(SCENE, taken, folder)


@pytest.fixture(scope="module")
def mr(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mr")
    write(folder, MR, tilt=12.0)
    return folder


@pytest.fixture(scope="module")
def pet(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pet")
    for path in write(folder, PET).files:
        dataset, dose = dcmread(path), Dataset()
        dose.RadionuclideTotalDose = 370e6
        dose.RadionuclideHalfLife = 6586.2
        dose.RadiopharmaceuticalStartTime = "080000"
        dataset.RadiopharmaceuticalInformationSequence = [dose]
        dataset.save_as(path)
    return folder


def run(folder, out, capsys, *options):
    """The record and its page, as text."""
    status = cli.main(["run", str(folder), "--out", str(out), "--json", *options])
    told = capsys.readouterr()
    assert status == 0, told.err
    page = re.sub(r"<style.*?</style>|<[^>]+>", " ", (out / "qa.html").read_text("utf-8"))
    return json.loads(told.out), " ".join(html.unescape(page).split())


@pytest.mark.parametrize("name", ["mr", "pet"])
def test_a_ball_is_as_true_as_in_ct_and_nothing_speaks_of_hu(name, request, tmp_path, capsys):
    record, page = run(request.getfixturevalue(name), tmp_path, capsys)
    low = record["segment"]["threshold_hu"][0]
    half = record["segment"]["half_contrast"]["threshold"]
    assert record["segment"]["method"] == "automatic threshold (Otsu)"
    assert low == pytest.approx(half, rel=0.1)
    center, radius = fit_sphere(read_stl(tmp_path / "model.stl").points)
    np.testing.assert_allclose(center, BALL.center, atol=0.02)
    assert radius - record["segment"]["half_contrast"]["shift_mm"] == pytest.approx(
        RADIUS, abs=0.02
    )
    told = [entry["message"] for entry in record["checks"] + record["findings"]]
    assert not [text for text in told if UNITS.search(text)]
    assert {entry["id"] for entry in record["checks"]}.isdisjoint(
        {"metal", "threshold_effect", "not_hu", "no_rescale"}
    )
    assert {"metal", "threshold_effect"}.isdisjoint(record["segment"])
    assert " HU" not in page and "Hounsfield" not in page


def test_the_page_names_the_unit_where_there_is_one(mr, pet, tmp_path, capsys):
    record, page = run(pet, tmp_path / "pet", capsys, "--threshold", "0.75")
    assert grey_unit(record) == "SUV"
    assert "Grey values 0.750 SUV and more" in page
    (threshold,) = [entry for entry in record["checks"] if entry["id"] == "threshold"]
    assert re.search(r"half the contrast is 0\.\d{2,3},", threshold["message"])
    record, page = run(mr, tmp_path / "mr", capsys)
    assert grey_unit(record) == "" and re.search(r"Grey values [\d.]+ and more", page)


def test_units_of_a_record():
    def unit(modality, *findings):
        return grey_unit({"source": {"modality": modality}, "findings": list(findings)})

    assert [unit("CT"), unit("MR"), unit("OT"), unit(None)] == ["HU", "", "", ""]
    assert unit("PT", {"id": "suv", "value": None}) == ""
    assert unit("PT", {"id": "tilted", "value": 3}, {"id": "suv", "value": 4e-4}) == "SUV"


def test_small_grey_values_keep_their_digits():
    segment = {"method": "", "voxels": 1, "volume_mm3": 1.0, "threshold_hu": [0.125, 2.5]}
    assert dict(segment_rows(segment, "SUV"))["Grey values"] == "0.125 … 2.500 SUV"
    segment["threshold_hu"] = [200.0, None]
    assert dict(segment_rows(segment, "HU"))["Grey values"] == "200.0 HU and more"


@pytest.mark.parametrize(("name", "modality"), [("mr", "MR"), ("pet", "PT")])
def test_presets_in_hu_are_refused(name, modality, request, tmp_path, capsys):
    folder = request.getfixturevalue(name)
    arguments = ["run", str(folder), "--out", str(tmp_path / "out"), "--preset", "bone"]
    assert cli.main(arguments) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == (
        f"printprep: the preset bone is a range of HU, which {modality} images do not have. Leave "
        "it out for an automatic threshold, or give a threshold."
    )
    assert not (tmp_path / "out").exists()


def test_inspect_knows_no_gantry_in_mr(mr, capsys):
    assert cli.main(["inspect", str(mr)]) == 0
    told = capsys.readouterr().out
    assert "  Tilt" in told and not UNITS.search(told)
