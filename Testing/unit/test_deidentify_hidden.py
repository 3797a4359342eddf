"""Where identity hides outside the elements made for it: codes, texts, spare bits, comments."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PrintPrepLib.deidentify.deidentifier import Deidentified, Deidentifier
from PrintPrepLib.deidentify.options import Options
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from test_deidentify import encoded, full, reread

pytestmark = pytest.mark.pydicom

SECRET = b"a secret of more than 16 bytes"
JPEG = "1.2.840.10008.1.2.4.70"
J2K = "1.2.840.10008.1.2.4.90"


def done(dataset: Dataset) -> Deidentified:
    return Deidentifier(Options(), SECRET).apply(dataset)


def image(bits: int = 12, signed: int = 0) -> Dataset:
    """A small slice of plain pixels."""
    dataset = full("1.2.840.10008.5.1.4.1.1.2")
    dataset.Modality = "CT"
    dataset.PatientName, dataset.PatientID = "Kim^Jo", "K7"
    dataset.PatientBirthDate = "19700102"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 5, 5, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, bits, bits - 1
    dataset.PixelRepresentation = signed
    dataset.add_new(0x7FE00010, "OW", np.arange(25, dtype="<u2").tobytes())
    return dataset


@pytest.mark.parametrize("decoded", [False, True])
def test_codes_and_texts_that_repeat_the_patient_are_emptied(decoded: bool) -> None:
    dataset = image()
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL", "KIM JO"]
    dataset.ScanOptions = "DOB 19700102"
    dataset.BodyPartExamined = "K7"
    dataset.PatientOrientation = ["KIM", "JO"]
    dataset.FilterType = "1970-01-02"
    dataset.ConvolutionKernel = "Jo Kim"
    dataset.SoftwareVersions = "KimJo 1.2"
    dataset.ManufacturerModelName = "Scanner 9000"
    dataset.DeidentificationMethod = ["by hand for Kim^Jo", "Another program"]
    dataset.file_meta.ImplementationVersionName = "KIM_JO"
    if not decoded:
        dataset = reread(dataset)
    result = done(dataset)
    assert list(dataset.ImageType) == ["ORIGINAL", "PRIMARY", "AXIAL"]
    assert dataset.ManufacturerModelName == "Scanner 9000"
    assert not dataset.ScanOptions and not dataset.BodyPartExamined
    assert not dataset.PatientOrientation and not dataset.FilterType
    assert not dataset.ConvolutionKernel and not dataset.SoftwareVersions
    assert dataset.DeidentificationMethod[0] == "Another program"
    data = encoded(dataset).upper()
    assert [word for word in (b"KIM", b"K7", b"1970") if word in data] == []
    assert result.identity_removed


def test_a_long_number_in_a_number_element_goes() -> None:
    dataset = image()
    dataset.PatientID = "0481234"
    dataset.SeriesNumber, dataset.AcquisitionNumber = 481234, 4812
    done(dataset)
    assert dataset.SeriesNumber is None or str(dataset.SeriesNumber) == ""
    assert dataset.AcquisitionNumber == 4812


def test_an_overlay_in_spare_bits_is_cleared_and_stays_so() -> None:
    dataset = image()
    del dataset[0x60003000]
    dataset.add_new(0x60000102, "US", 12)
    values = np.arange(25, dtype="<u2")
    dataset[0x7FE00010].value = (values | 1 << 12).tobytes()
    result = done(reread(dataset))
    dataset = reread(dataset)
    result = done(dataset)
    assert result.identity_removed
    assert dataset[0x7FE00010].value[:50] == values.tobytes()
    assert done(reread(dataset)).identity_removed


def test_spare_bits_that_may_be_values_are_named() -> None:
    dataset = image(signed=1)
    dataset[0x7FE00010].value = np.full(25, 1 << 14, "<u2").tobytes()
    result = done(reread(dataset))
    assert [finding.id for finding in result.warnings] == ["unused_bits"]
    assert not result.identity_removed
    # Copies of the sign are none, nor is a padding value.
    dataset[0x7FE00010].value = np.full(25, -5, "<i2").tobytes()
    assert done(reread(dataset)).identity_removed


def test_bytes_behind_the_image_go() -> None:
    dataset = image()
    pixels = dataset.PixelData
    dataset[0x7FE00010].value = pixels + b"Kim^Jo"
    dataset = reread(dataset)
    done(dataset)
    assert dataset.PixelData == pixels


def test_no_never_becomes_yes() -> None:
    dataset = image()
    dataset.PatientIdentityRemoved = "NO"
    dataset = reread(dataset)
    result = done(dataset)
    assert [finding.id for finding in result.warnings] == ["not_claimed_before"]
    assert dataset.PatientIdentityRemoved == "NO"


@pytest.mark.parametrize(
    "changes",
    [
        {"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]},
        {"ImageType": ["DERIVED", "SECONDARY", "OTHER", "CT_SOM5 PROT"]},
        {"ConversionType": "WSD"},
        {"SeriesDescription": "Patient Protocol", "BurnedInAnnotation": "NO"},
    ],
)
def test_saved_screens_of_any_class(changes: dict) -> None:
    dataset = image()
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    result = done(reread(dataset))
    assert [finding.id for finding in result.warnings] == ["secondary_capture"]
    assert not result.identity_removed


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({"BodyPartExamined": "HEAD"}, True),
        ({"BodyPartExamined": "SKULL", "RecognizableVisualFeatures": "NO"}, False),
        ({"StudyDescription": "CT Schädel nativ"}, True),
        ({"BodyPartExamined": "KNEE"}, False),
    ],
)
def test_heads_carry_a_warning(changes: dict, warned: bool) -> None:
    dataset = image()
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    result = done(reread(dataset))
    assert [f.id for f in result.warnings] == ["recognizable_face"] * warned
    assert result.identity_removed


def jpeg(comment: bytes) -> bytes:
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0"
        + b"\xff\xfe"
        + (len(comment) + 2).to_bytes(2, "big")
        + comment
        + b"\xff\xda\x00\x08\1\1\0\0\0\0data\xff\x00more\xff\xd9"
        + comment
    )


def jpeg2000(comment: bytes) -> bytes:
    tile = b"\xff\x90\x00\x0a\0\0" + (26).to_bytes(4, "big") + b"\0\1\xff\x93" + b"tile data   "
    size = b"\xff\x51\x00\x06\1\2\3\4"
    told = b"\xff\x64" + (len(comment) + 4).to_bytes(2, "big") + b"\0\1" + comment
    return b"\xff\x4f" + size + told + tile[:26] + b"\xff\xd9" + comment


@pytest.mark.parametrize(("make", "syntax"), [(jpeg, JPEG), (jpeg2000, J2K)])
def test_comments_in_compressed_images_are_blanked(make, syntax: str) -> None:
    dataset = image()
    frames = [make(b"Kim^Jo 19700102"), make(b"Kim^Jo 19700102")]
    dataset.NumberOfFrames = 2
    dataset[0x7FE00010].value = encapsulate(frames)
    dataset[0x7FE00010].VR = "OB"
    dataset[0x7FE00010].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = syntax
    assert b"Kim^Jo" in dataset.PixelData
    before = dataset.PixelData
    result = done(dataset)
    assert result.identity_removed, [f.id for f in result.warnings]
    assert b"Kim" not in dataset.PixelData and len(dataset.PixelData) == len(before)
    assert dataset.PixelData.count(b"data") == 2
    assert dataset["PixelData"].is_undefined_length


def test_what_nobody_can_look_through_is_not_claimed() -> None:
    dataset = image()
    dataset[0x7FE00010].value = encapsulate([b"a film of some kind "])
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.102"
    result = done(dataset)
    assert [f.id for f in result.warnings] == ["pixels_not_read"]
    assert not result.identity_removed


def test_compressed_files_are_written_whole_again() -> None:
    dataset = image()
    dataset[0x7FE00010].value = encapsulate([jpeg(b"Kim^Jo")])
    dataset[0x7FE00010].VR = "OB"
    dataset[0x7FE00010].is_undefined_length = True
    assert isinstance(dataset.file_meta, FileMetaDataset)
    dataset.file_meta.TransferSyntaxUID = JPEG
    if hasattr(dataset, "is_little_endian"):
        dataset.is_little_endian, dataset.is_implicit_VR = True, False
    buffer = BytesIO()
    dcmwrite(buffer, dataset)
    again = dcmread(BytesIO(buffer.getvalue()))
    done(again)
    buffer = BytesIO()
    dcmwrite(buffer, again)
    assert b"Kim" not in buffer.getvalue()
    assert dcmread(BytesIO(buffer.getvalue())).PixelData.count(b"data") == 1
