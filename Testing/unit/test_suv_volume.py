"""PET series as volumes of SUV, or as they are with what is missing named."""

from __future__ import annotations

import numpy as np
import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib.mrml import add_volume_node
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.volume.regularize import load_stack
from pydicom import dcmread
from pydicom.dataset import Dataset

pytestmark = pytest.mark.pydicom

SCENE = Scene((Ball((0, 0, 0), 6.0, 20000.0),), 500.0, 1.0)
#: 370 MBq one half-life before the scan: 185 MBq are left, 74 kg.
FACTOR = 74_000 / 185e6


def pet_stack(folder, tilt=0.0, **changes):
    taken = Acquisition(
        rows=24,
        columns=20,
        slices=16,
        tilt=(0, tilt),
        intercept=0.0,
        slope=0.75,
        tags={"Modality": "PT", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.128"},
    )
    truth = write_series(SCENE, taken, folder)
    for path in truth.files:
        dataset = dcmread(path)
        dose = Dataset()
        dose.RadionuclideTotalDose = 370e6
        dose.RadionuclideHalfLife = 6586.2
        dose.RadiopharmaceuticalStartTime = "080000"
        dataset.RadiopharmaceuticalInformationSequence = [dose]
        values = {
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
        } | changes
        for keyword, value in values.items():
            if value is not None:
                setattr(dataset, keyword, value)
        dataset.save_as(path)
    return read_series([folder]).series[0].stacks[0], taken


@pytest.mark.parametrize("tilt", [0.0, 12.0])
def test_a_complete_header_gives_suv(tmp_path, tilt):
    stack, taken = pet_stack(tmp_path, tilt)
    volume = load_stack(stack)
    assert volume.voxels.dtype == np.float32
    if not tilt:
        expected = taken.volume(SCENE) * FACTOR
        np.testing.assert_allclose(volume.voxels, expected, rtol=1e-5)
    assert volume.voxels.max() == pytest.approx(20500 * FACTOR, rel=0.03)
    (suv,) = [item for item in volume.provenance["findings"] if item["id"] == "suv"]
    assert suv["severity"] == "info" and suv["value"] == pytest.approx(FACTOR, rel=1e-6)
    node = add_volume_node(volume, "PET")
    assert node.GetVoxelValueQuantity().GetCodeValue() == "126400"
    assert node.GetVoxelValueUnits().GetCodeValue() == "{SUVbw}g/ml"


def test_a_missing_value_leaves_activity_and_is_named(tmp_path):
    stack, taken = pet_stack(tmp_path, PatientWeight=None)
    volume = load_stack(stack)
    np.testing.assert_allclose(volume.voxels, taken.volume(SCENE), rtol=1e-6)
    (suv,) = [item for item in volume.provenance["findings"] if item["id"] == "suv"]
    assert suv["severity"] == "warn" and "PatientWeight" in suv["message"]
    assert "Bq/ml" in suv["message"]
    node = add_volume_node(volume, "PET")
    assert node.GetVoxelValueUnits().GetCodeValue() == "Bq/ml"


def test_other_modalities_are_left_alone(tmp_path):
    write_series(SCENE, Acquisition(rows=16, columns=16, slices=6), tmp_path)
    volume = load_stack(read_series([tmp_path]).series[0].stacks[0])
    assert "suv" not in volume.provenance
