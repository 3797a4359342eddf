"""Data sets without the persons in them, and with everything else."""

from __future__ import annotations

import json
import pickle
import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from PrintPrepLib.deidentify.deidentifier import Deidentified, Deidentifier, Tally, report
from PrintPrepLib.deidentify.options import PROFILES, DeidentifyError, Options
from pydicom import dcmread, dcmwrite
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import UID

pytestmark = pytest.mark.pydicom

SECRET = b"a secret of more than 16 bytes"
PET = "1.2.840.10008.5.1.4.1.1.128"
CT = "1.2.840.10008.5.1.4.1.1.2"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
STUDY, SERIES, INSTANCE, OTHER = (f"1.2.826.0.1.4711.{n}" for n in range(4))
FACTOR, ACTIVITY = "0.000551", "1.602563"

#: Everything of `full` that may not be found anywhere in the file afterwards.
GONE = (
    "Zwetschge",
    "MRN-4711",
    "ACC-0815",
    "19610203",
    "Sanatorium",
    "Wacholder",
    "ABDOMEN QUESTION",
    "OTHER-ID-9",
    "PRIVATE TEXT",
    "NESTED PRIVATE",
    "SOME CREATOR",
    "OVERLAY",
    "CURVE",
    "LABEL",
    "UNKNOWN ELEMENT",
    "SENDING_AE",
    "PREAMBLE",
    "archive.example",
    "ENCRYPTED",
    "GRAPHIC TEXT",
    STUDY,
    SERIES,
    INSTANCE,
    OTHER,
)


def full(sop_class: str = PET) -> Dataset:
    """A PET slice with something to hide in every corner."""
    dataset = Dataset()
    header = dataset.file_meta = FileMetaDataset()
    header.MediaStorageSOPClassUID = sop_class
    header.MediaStorageSOPInstanceUID = INSTANCE
    header.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    header.SourceApplicationEntityTitle = "SENDING_AE"
    dataset.preamble = b"PREAMBLE".ljust(128, b"\0")
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = INSTANCE
    dataset.StudyInstanceUID = STUDY
    dataset.SeriesInstanceUID = SERIES
    dataset.FrameOfReferenceUID = OTHER
    dataset.Modality = "PT"
    dataset.Manufacturer = "Philips"
    dataset.ManufacturerModelName = "Scanner 9000"
    dataset.SoftwareVersions = "made for Zwetschge"
    dataset.PatientName = "Zwetschge^Änne"
    dataset.PatientID = "MRN-4711"
    dataset.OtherPatientIDs = "OTHER-ID-9"
    dataset.PatientBirthDate = "19610203"
    dataset.PatientSex = "F"
    dataset.PatientAge = "060Y"
    dataset.PatientWeight = "70.5"
    dataset.PatientSize = "1.75"
    dataset.AccessionNumber = "ACC-0815"
    dataset.InstitutionName = "Sanatorium"
    dataset.ReferringPhysicianName = "Wacholder^Xaver"
    dataset.StudyDescription = "ABDOMEN QUESTION"
    dataset.StudyDate = "20210304"
    dataset.SeriesDate = "20210304"
    dataset.SeriesTime = "101112.5"
    dataset.AcquisitionDate = "20210304"
    dataset.AcquisitionTime = "101113"
    dataset.AcquisitionDateTime = "20210304101113.250000+0100"
    dataset.SliceThickness = "2.5"
    dataset.RescaleSlope = "1.25"
    dataset.Units = "CNTS"
    injection = Dataset()
    injection.RadiopharmaceuticalStartTime = "091011"
    injection.RadiopharmaceuticalStartDateTime = "20210304091011"
    injection.RadionuclideTotalDose = "238000000"
    injection.RadionuclideHalfLife = "6588"
    injection.private_block(0x0009, "SOME CREATOR", create=True).add_new(1, "LO", "NESTED PRIVATE")
    dataset.RadiopharmaceuticalInformationSequence = Sequence([injection])
    dataset.ReferencedSeriesSequence = Sequence([referenced_series()])
    dataset.ReferencedImageSequence = Sequence([reference(INSTANCE)])
    dataset.GraphicAnnotationSequence = Sequence([graphic()])
    original = Dataset()
    original.PatientID = "MRN-4711"
    dataset.OriginalAttributesSequence = Sequence([original])
    encrypted = Dataset()
    encrypted.EncryptedContent = b"ENCRYPTED."
    dataset.EncryptedAttributesSequence = Sequence([encrypted])
    philips = dataset.private_block(0x7053, "Philips PET Private Group", create=True)
    philips.add_new(0x00, "DS", FACTOR)
    philips.add_new(0x09, "DS", ACTIVITY)
    philips.add_new(0x20, "LO", "PRIVATE TEXT")
    dataset.private_block(0x0009, "SOME CREATOR", create=True).add_new(1, "DS", "3")
    dataset.add_new(0x60003000, "OW", b"OVERLAY.")
    dataset.add_new(0x60000010, "US", 2)
    dataset.add_new(0x50003000, "OW", b"CURVE...")
    dataset.add_new(0x50002500, "LO", "LABEL")
    dataset.add_new(0x00088001, "LO", "UNKNOWN ELEMENT")
    return dataset


def reference(instance: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = CT
    item.ReferencedSOPInstanceUID = instance
    return item


def referenced_series() -> Dataset:
    item = Dataset()
    item.SeriesInstanceUID = SERIES
    item.ReferencedSOPSequence = Sequence([reference(INSTANCE), reference(OTHER)])
    item.RetrieveURL = f"https://archive.example/{STUDY}"
    return item


def graphic() -> Dataset:
    text = Dataset()
    text.UnformattedTextValue = "GRAPHIC TEXT"
    text.BoundingBoxAnnotationUnits = "PIXEL"
    item = Dataset()
    item.GraphicLayer = "LAYER"
    item.TextObjectSequence = Sequence([text])
    return item


def encoded(dataset: Dataset, implicit: bool = False) -> bytes:
    """The file as it would stand on the disk."""
    dataset.file_meta.TransferSyntaxUID = UID(
        "1.2.840.10008.1.2" if implicit else "1.2.840.10008.1.2.1"
    )
    if int(pydicom.__version__.split(".")[0]) < 3:
        dataset.is_little_endian, dataset.is_implicit_VR = True, implicit
    buffer = BytesIO()
    dcmwrite(buffer, dataset, write_like_original=False) if int(
        pydicom.__version__.split(".")[0]
    ) < 3 else dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def reread(dataset: Dataset, implicit: bool = False) -> Dataset:
    """The data set as it comes from the disk, nothing of it decoded yet."""
    return dcmread(BytesIO(encoded(dataset, implicit)))


def done(options: Options, dataset: Dataset, secret: bytes = SECRET) -> Deidentified:
    return Deidentifier(options, secret).apply(dataset)


def actions(result: Deidentified) -> dict[str, str]:
    return {change.path + change.tag: change.action for change in result}


@pytest.mark.parametrize("implicit", [False, True], ids=["explicit", "implicit"])
@pytest.mark.parametrize("name", PROFILES)
def test_nothing_is_left_in_any_corner(name: str, implicit: bool) -> None:
    before = encoded(full(), implicit)
    dataset = dcmread(BytesIO(before))
    assert all(word.encode("latin-1") in before for word in GONE if word != "PREAMBLE")
    done(PROFILES[name], dataset)
    after = encoded(dataset, implicit)
    assert [word for word in GONE if word.encode("latin-1") in after] == []
    assert b"20210304" not in after


def test_the_preamble_is_cleared() -> None:
    dataset = full()
    done(Options(), dataset)
    assert dataset.preamble == bytes(128)


def test_what_the_image_needs_is_untouched() -> None:
    dataset = reread(full())
    done(Options(), dataset)
    assert dataset.SOPClassUID == dataset.file_meta.MediaStorageSOPClassUID == PET
    assert dataset.Manufacturer == "Philips"
    assert dataset.ManufacturerModelName == "Scanner 9000"
    assert (dataset.SliceThickness, dataset.RescaleSlope) == (2.5, 1.25)
    assert dataset.ImageType == ["ORIGINAL", "PRIMARY"]
    (injection,) = dataset.RadiopharmaceuticalInformationSequence
    assert injection.RadionuclideTotalDose == 238000000
    assert dataset.ReferencedImageSequence[0].ReferencedSOPClassUID == CT


def test_references_still_point_at_what_they_pointed_at() -> None:
    dataset = reread(full())
    done(Options(), dataset)
    new = dataset.SOPInstanceUID
    assert re.fullmatch(r"2\.25\.[1-9]\d{0,38}", new)
    assert dataset.file_meta.MediaStorageSOPInstanceUID == new
    assert dataset.ReferencedImageSequence[0].ReferencedSOPInstanceUID == new
    (series,) = dataset.ReferencedSeriesSequence
    assert series.SeriesInstanceUID == dataset.SeriesInstanceUID
    first, second = series.ReferencedSOPSequence
    assert first.ReferencedSOPInstanceUID == new
    assert second.ReferencedSOPInstanceUID == dataset.FrameOfReferenceUID
    every = {new, dataset.SeriesInstanceUID, dataset.StudyInstanceUID}
    assert len(every) == 3


def test_uids_stay_when_asked() -> None:
    dataset = reread(full())
    done(Options(uids="keep"), dataset)
    assert (dataset.SOPInstanceUID, dataset.StudyInstanceUID) == (INSTANCE, STUDY)
    assert dataset.file_meta.MediaStorageSOPInstanceUID == INSTANCE
    assert dataset.ReferencedImageSequence[0].ReferencedSOPInstanceUID == INSTANCE


def test_standard_uids_stay() -> None:
    dataset = full()
    talairach = "1.2.840.10008.1.4.1.1"
    dataset.FrameOfReferenceUID = talairach
    done(Options(), dataset)
    assert dataset.FrameOfReferenceUID == talairach


def test_several_uids_in_one_element() -> None:
    dataset = full()
    dataset.IrradiationEventUID = [INSTANCE, OTHER]
    done(Options(), dataset)
    assert list(dataset.IrradiationEventUID) == [
        dataset.SOPInstanceUID,
        dataset.FrameOfReferenceUID,
    ]


# Persons


def test_a_patient_has_one_pseudonym() -> None:
    one, two, other = full(), full(), full()
    two.PatientName = "Zwetschge^A."
    other.PatientID = "MRN-4712"
    deidentifier = Deidentifier(Options(), SECRET)
    for dataset in (one, two, other):
        deidentifier.apply(dataset)
    assert one.PatientID == one.PatientName == two.PatientID == two.PatientName
    assert re.fullmatch(r"PP-[A-Z2-7]{10}", one.PatientID)
    assert other.PatientID != one.PatientID


def test_a_pseudonym_of_the_users_choice() -> None:
    dataset, other = full(), full()
    other.PatientID = "MRN-4712"
    deidentifier = Deidentifier(Options(pseudonyms={"MRN-4711": "Knee 1"}), SECRET)
    deidentifier.apply(dataset)
    deidentifier.apply(other)
    assert dataset.PatientID == dataset.PatientName == "Knee 1"
    assert other.PatientID.startswith("PP-")


def test_a_patient_without_a_number_is_known_by_the_name() -> None:
    one, two, other, nobody = full(), full(), full(), full()
    for dataset in (one, two, other, nobody):
        dataset.PatientID = ""
    other.PatientName = "Another"
    nobody.PatientName = ""
    deidentifier = Deidentifier(Options(dates="shift"), SECRET)
    for dataset in (one, two, other, nobody):
        deidentifier.apply(dataset)
    assert one.PatientID == two.PatientID
    assert len({one.PatientID, other.PatientID, nobody.PatientID}) == 3
    assert one.StudyDate == two.StudyDate


def test_an_item_about_another_patient_gets_that_patients_pseudonym() -> None:
    dataset, other = full(), full()
    other.PatientID = "MRN-4712"
    item = Dataset()
    item.PatientID, item.PatientName = "MRN-4712", "Quitte^Olga"
    dataset.ReferencedSeriesSequence[0].add_new(0x00081199, "SQ", Sequence([item]))
    deidentifier = Deidentifier(Options(), SECRET)
    deidentifier.apply(dataset)
    deidentifier.apply(other)
    nested = dataset.ReferencedSeriesSequence[0].ReferencedSOPSequence[0]
    assert nested.PatientID == other.PatientID
    assert nested.PatientName == ""


@pytest.mark.parametrize("charset", ["ISO_IR 100", "ISO_IR 192", "ISO_IR 144"])
def test_names_are_found_in_texts_that_stay(charset: str) -> None:
    dataset = full()
    dataset.SpecificCharacterSet = charset
    name = "Чернышевский" if charset == "ISO_IR 144" else "Zwetschge"
    dataset.PatientName = f"{name}^Olga"
    dataset.SoftwareVersions = f"for {name}, 1.2"
    dataset.ManufacturerModelName = "Zwetschgenwasser"
    dataset.DerivationCodeSequence = Sequence([Dataset()])
    dataset.DerivationCodeSequence[0].CodeMeaning = "sent by ACC-0815"
    dataset = reread(dataset)
    result = done(Options(), dataset)
    assert dataset.SoftwareVersions == ""
    assert dataset.DerivationCodeSequence[0].CodeMeaning == ""
    assert dataset.ManufacturerModelName == "Zwetschgenwasser"
    assert actions(result)["(0018,1020)"] == "empty"


def test_a_decoded_name_is_found_in_a_text_that_is_not() -> None:
    dataset = full()
    dataset.SpecificCharacterSet = "ISO_IR 144"
    dataset.PatientName, dataset.PatientID = "Чернышевский^Олег", ""
    dataset.SoftwareVersions = "for Чернышевский, 1.2"
    dataset = reread(dataset)
    assert dataset.PatientName.family_name == "Чернышевский"
    done(Options(), dataset)
    assert dataset.SoftwareVersions == ""


def test_characteristics_stay_when_asked() -> None:
    dataset = reread(full())
    done(Options(retain_patient_characteristics=True), dataset)
    assert (dataset.PatientWeight, dataset.PatientSize) == (70.5, 1.75)
    assert (dataset.PatientSex, dataset.PatientAge) == ("F", "060Y")
    dataset = reread(full())
    done(Options(), dataset)
    assert "PatientWeight" not in dataset and "PatientAge" not in dataset
    assert dataset.PatientSex == ""


# Dates


def test_dates_are_removed() -> None:
    dataset = reread(full())
    done(Options(), dataset)
    assert dataset.StudyDate == dataset.AcquisitionDate == dataset.AcquisitionTime == ""
    # Type 1 for PET, so there has to be one.
    assert (dataset.SeriesDate, dataset.SeriesTime) == ("19000101", "000000")
    (injection,) = dataset.RadiopharmaceuticalInformationSequence
    assert "RadiopharmaceuticalStartTime" not in injection
    assert "RadiopharmaceuticalStartDateTime" not in injection
    assert dataset.LongitudinalTemporalInformationModified == "REMOVED"


def test_full_dates_stay_when_asked() -> None:
    dataset = reread(full())
    done(Options(dates="keep"), dataset)
    assert dataset.StudyDate == dataset.SeriesDate == "20210304"
    assert dataset.AcquisitionDateTime == "20210304101113.250000+0100"
    assert dataset.PatientBirthDate == ""
    assert dataset.LongitudinalTemporalInformationModified == "UNMODIFIED"


def test_dates_move_by_whole_days_and_times_stay() -> None:
    dataset = reread(full())
    done(Options(dates="shift"), dataset)
    day = datetime.strptime(dataset.StudyDate, "%Y%m%d")
    assert timedelta(days=1) <= datetime(2021, 3, 4) - day <= timedelta(days=3650)
    assert dataset.SeriesDate == dataset.AcquisitionDate == dataset.StudyDate
    assert (dataset.SeriesTime, dataset.AcquisitionTime) == ("101112.5", "101113")
    assert dataset.AcquisitionDateTime == f"{dataset.StudyDate}101113.250000+0100"
    (injection,) = dataset.RadiopharmaceuticalInformationSequence
    assert injection.RadiopharmaceuticalStartTime == "091011"
    assert injection.RadiopharmaceuticalStartDateTime == f"{dataset.StudyDate}091011"
    assert dataset.LongitudinalTemporalInformationModified == "MODIFIED"


def test_a_patients_studies_keep_their_distance() -> None:
    deidentifier = Deidentifier(Options(dates="shift"), SECRET)
    dates = {}
    for day in ("20191231", "20200229", "20210304"):
        dataset = full()
        dataset.StudyDate = day
        deidentifier.apply(dataset)
        dates[day] = datetime.strptime(dataset.StudyDate, "%Y%m%d")
    assert dates["20200229"] - dates["20191231"] == timedelta(days=60)
    assert dates["20210304"] - dates["20200229"] == timedelta(days=369)


@pytest.mark.parametrize(
    ("date", "gone"),
    [("2021.03.04", False), ("20210230", True), ("00010101", True), ("20210304-", True)],
)
def test_dates_of_odd_makes(date: str, gone: bool) -> None:
    dataset = full()
    dataset.add_new(0x00080020, "DA", "")
    dataset["StudyDate"]._value = date
    dataset.add_new(0x00181078, "DT", "")
    dataset[0x00181078]._value = "202103"
    done(Options(dates="shift"), dataset)
    assert (dataset.StudyDate == "") == gone
    assert gone or re.fullmatch(r"20[12]\d{5}", dataset.StudyDate)
    # A month cannot move by days.
    assert 0x00181078 not in dataset


# Private elements


def test_safe_private_elements_stay_in_whatever_block_they_are() -> None:
    dataset = full()
    del dataset[0x70530010], dataset[0x70531000], dataset[0x70531009], dataset[0x70531020]
    dataset.add_new(0x70530010, "LO", "SOMEBODY ELSE")
    dataset.add_new(0x70531000, "DS", "666")
    dataset.add_new(0x705300E1, "LO", "Philips PET Private Group ")
    dataset.add_new(0x7053E100, "DS", FACTOR)
    dataset.add_new(0x7053E109, "DS", ACTIVITY)
    dataset.add_new(0x7053E110, "DS", "667")
    dataset = reread(dataset)
    done(Options(retain_safe_private=True), dataset)
    private = {int(element.tag) for element in dataset if element.tag.is_private}
    assert private == {0x705300E1, 0x7053E100, 0x7053E109}
    assert dataset[0x7053E100].value == float(FACTOR)


def test_a_text_in_the_place_of_a_number_does_not_stay() -> None:
    dataset = full()
    dataset[0x70531000]._value = "Zwetschge"
    dataset.add_new(0x70531009, "LO", "Zwetschge")
    done(Options(retain_safe_private=True), dataset)
    assert not [element.tag for element in dataset if element.tag.is_private]


def test_a_text_in_the_place_of_a_binary_number_does_not_stay() -> None:
    dataset = full()
    block = dataset.private_block(0x0045, "GEMS_HELIOS_01", create=True)
    block.add_new(0x01, "LO", "Quitte")
    block.add_new(0x02, "FL", 0.625)
    dataset = reread(dataset)
    done(Options(retain_safe_private=True), dataset)
    assert [element.tag.element for element in dataset.group_dataset(0x0045)] == [0x10, 0x1002]


@pytest.mark.parametrize(
    ("creator", "tag", "vr"),
    [("GEMS_PETD_01", 0x0009100D, "DT"), ("SIEMENS MED PT", 0x00711022, "DT")],
)
@pytest.mark.parametrize("implicit", [False, True], ids=["explicit", "implicit"])
def test_private_scan_times_follow_the_dates(
    creator: str, tag: int, vr: str, implicit: bool
) -> None:
    def after(options: Options) -> Dataset:
        dataset = full()
        for name in [element.tag for element in dataset if element.tag.is_private]:
            del dataset[name]
        dataset.add_new(tag & 0xFFFF0000 | 0x10, "LO", creator)
        dataset.add_new(tag, vr, "20210304101112.00")
        dataset = reread(dataset, implicit)
        done(options, dataset)
        return dataset

    def text(dataset: Dataset) -> str:
        value = dataset[tag].value
        return value.decode().strip() if isinstance(value, bytes) else value

    shift = after(PROFILES["pet"])
    assert text(shift) == f"{shift.StudyDate}101112.00"
    keep = after(Options(retain_safe_private=True, dates="keep"))
    assert text(keep) == "20210304101112.00"
    assert tag not in after(Options(retain_safe_private=True))
    assert tag not in after(Options(dates="keep"))


def test_elements_of_unknown_representation_are_what_the_dictionary_says() -> None:
    """Programs that do not know a tag copy it as UN, sequences in implicit encoding."""
    dataset = reread(full())
    implicit = reread(full(), implicit=True)
    for tag in (0x00100010, 0x00080020, 0x00080018, 0x00540016, 0x00081115):
        content = implicit.get_item(tag).value
        dataset._dict[Tag(tag)] = RawDataElement(
            Tag(tag), "UN", len(content), content, 0, False, True
        )
    done(PROFILES["pet"], dataset)
    content = encoded(dataset)
    assert [word for word in GONE if word.encode("latin-1") in content] == []
    new = dcmread(BytesIO(content))
    assert new.PatientName == new.PatientID
    (injection,) = new.RadiopharmaceuticalInformationSequence
    assert injection.RadiopharmaceuticalStartDateTime == f"{new.StudyDate}091011"
    (series,) = new.ReferencedSeriesSequence
    assert series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == new.SOPInstanceUID


# Sequences and dummies


def test_a_graphic_annotation_keeps_its_form_and_loses_its_words() -> None:
    dataset = reread(full())
    done(Options(), dataset)
    (annotation,) = dataset.GraphicAnnotationSequence
    assert annotation.GraphicLayer == "LAYER"
    (text,) = annotation.TextObjectSequence
    assert text.BoundingBoxAnnotationUnits == "PIXEL"
    assert text.UnformattedTextValue == "ANONYMIZED"


def test_empty_elements_stay_empty() -> None:
    dataset = full()
    dataset.InstitutionName = ""
    dataset.ContrastBolusAgent = ""
    done(Options(), dataset)
    assert dataset.InstitutionName == dataset.ContrastBolusAgent == ""


def test_a_damaged_sequence_is_refused_and_nothing_has_changed() -> None:
    dataset = reread(full())
    # An empty item, and two bytes that begin nothing.
    broken = b"\xfe\xff\x00\xe0\x00\x00\x00\x00\x10\x00"
    dataset._dict[Tag(0x00540016)] = RawDataElement(
        Tag(0x00540016), "SQ", len(broken), broken, 0, False, True
    )
    with pytest.raises(DeidentifyError, match="RadiopharmaceuticalInformationSequence"):
        done(Options(), dataset)
    assert dataset.PatientID == "MRN-4711"
    assert dataset.SOPInstanceUID == INSTANCE


@pytest.mark.parametrize(
    ("tag", "vr"), [(0x00280010, "US"), (0x00180050, "DS"), (0x00180022, "CS"), (0x00101030, "DS")]
)
def test_an_element_that_swallowed_others_goes(tag: int, vr: str) -> None:
    dataset = reread(full())
    content = b"12\x10\x00\x10\x00PN\x0a\x00Zwetschge "
    dataset._dict[Tag(tag)] = RawDataElement(Tag(tag), vr, len(content), content, 0, False, True)
    result = done(PROFILES["pet"], dataset)
    assert tag not in dataset
    assert [change.action for change in result if change.reason.startswith("damaged")] == ["remove"]


def test_pixels_in_the_private_compression_are_refused() -> None:
    dataset = full()
    dataset.file_meta.TransferSyntaxUID = "1.3.46.670589.33.1.4.1"
    with pytest.raises(DeidentifyError, match="Convert the file first"):
        done(PROFILES["pet"], dataset)
    assert len(Deidentifier(PROFILES["pet"]).preview(dataset)) > 10


# What is claimed


def test_the_header_says_what_was_done() -> None:
    dataset = reread(full())
    result = done(PROFILES["pet"], dataset)
    assert result.identity_removed and not result.warnings
    assert dataset.PatientIdentityRemoved == "YES"
    assert any("PrintPrep" in line for line in dataset.DeidentificationMethod)
    assert any("2026a" in line for line in dataset.DeidentificationMethod)
    assert all(len(line) <= 64 for line in dataset.DeidentificationMethod)
    codes = [
        (code.CodeValue, code.CodingSchemeDesignator)
        for code in dataset.DeidentificationMethodCodeSequence
    ]
    assert codes == [(value, "DCM") for value in ("113100", "113107", "113108", "113111")]


@pytest.mark.parametrize(
    ("before", "dates", "after"),
    [
        ("REMOVED", "keep", "REMOVED"),
        ("MODIFIED", "keep", "MODIFIED"),
        ("MODIFIED", "remove", "REMOVED"),
        ("UNMODIFIED", "shift", "MODIFIED"),
        ("SOMETHING", "keep", "UNMODIFIED"),
    ],
)
def test_dates_that_were_changed_before_stay_so(before: str, dates: str, after: str) -> None:
    dataset = full()
    dataset.LongitudinalTemporalInformationModified = before
    done(Options(dates=dates), dataset)
    assert dataset.LongitudinalTemporalInformationModified == after


def test_an_earlier_statement_is_added_to() -> None:
    dataset = full()
    dataset.DeidentificationMethod = "Another program"
    done(Options(), dataset)
    dataset = reread(dataset)
    done(PROFILES["pet"], dataset)
    assert dataset.DeidentificationMethod[0] == "Another program"
    assert len(dataset.DeidentificationMethod) == 3
    codes = [code.CodeValue for code in dataset.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113107", "113108", "113111"]


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"BurnedInAnnotation": "YES"}, "burned_in"),
        ({"SOPClassUID": SECONDARY_CAPTURE}, "secondary_capture"),
        (
            {"SOPClassUID": f"{SECONDARY_CAPTURE}.2", "BurnedInAnnotation": "NO"},
            "secondary_capture",
        ),
        ({"Modality": "US"}, "often_written_on"),
    ],
)
def test_words_in_the_pixels_are_not_claimed_to_be_gone(changes: dict, finding: str) -> None:
    dataset = full()
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    dataset.PatientIdentityRemoved = "YES"
    result = done(Options(), dataset)
    assert [warning.id for warning in result.warnings] == [finding]
    assert "pixels" in result.warnings[0].message
    assert not result.identity_removed
    assert dataset.PatientIdentityRemoved == "NO"
    assert "DeidentificationMethodCodeSequence" not in dataset
    # The header is clean all the same.
    assert b"Zwetschge" not in encoded(dataset)


def test_an_overlay_in_the_pixels_is_named() -> None:
    dataset = full()
    del dataset[0x60003000]
    dataset.add_new(0x60000102, "US", 12)
    result = done(Options(), dataset)
    assert [warning.id for warning in result.warnings] == ["overlay_in_pixels"]
    assert not result.identity_removed


def test_a_recognisable_face_is_named_and_does_not_hinder() -> None:
    dataset = full()
    dataset.RecognizableVisualFeatures = "YES"
    result = done(Options(), dataset)
    assert [warning.id for warning in result.warnings] == ["recognizable_face"]
    assert result.identity_removed


# Runs


def test_jobs_with_one_secret_agree_and_others_do_not() -> None:
    files = {}
    for job, secret in enumerate((SECRET, SECRET, b"another secret, 16+")):
        dataset = reread(full())
        done(PROFILES["pet"], dataset, secret)
        files[job] = encoded(dataset)
    assert files[0] == files[1]
    assert files[0] != files[2]
    fresh = [Deidentifier(Options()).secret for _ in range(2)]
    assert fresh[0] != fresh[1] and len(fresh[0]) >= 16
    with pytest.raises(DeidentifyError):
        Deidentifier(Options(), b"short")


def test_a_deidentifier_can_be_sent_to_another_process() -> None:
    here, there = full(), full()
    deidentifier = Deidentifier(PROFILES["pet"], SECRET)
    pickle.loads(pickle.dumps(deidentifier)).apply(there)
    deidentifier.apply(here)
    assert encoded(here) == encoded(there)


def test_a_preview_changes_nothing_and_tells_the_same() -> None:
    dataset = reread(full())
    before = encoded(dataset)
    told = Deidentifier(PROFILES["pet"], SECRET).preview(dataset)
    assert encoded(dataset) == before
    assert told == done(PROFILES["pet"], dataset)


def tally(options: Options, *results: Deidentified) -> dict:
    counted = Tally(options)
    for result in results:
        counted.add(result.treated)
    return counted.record()


def test_a_report_holds_no_value_unless_asked() -> None:
    options = PROFILES["pet"]
    result = done(options, reread(full()))
    text = json.dumps([report(result), tally(options, result, result)])
    assert [word for word in (*GONE, "20210304", "70.5") if word in text] == []
    assert "(0010,0010)" in text and "PatientName" in text
    named = json.dumps(report(result, values=True), ensure_ascii=False)
    assert "Zwetschge" in named and "MRN-4711" in named
    assert "Zwetschge" not in repr(result)


def test_a_tally_counts() -> None:
    options = Options()
    capture = full(SECONDARY_CAPTURE)
    record = tally(options, *(done(options, dataset) for dataset in (full(), full(), capture)))
    assert (record["files"], record["not_claimed"]) == (3, 1)
    counts = {row["tag"]: row["count"] for row in record["changes"]}
    assert counts["(0010,0010)"] == 3
    # Once at the top, three times in references.
    assert counts["(0008,1155)"] == 9
    assert [row["id"] for row in record["warnings"]] == ["secondary_capture"]


# PET


def pet_instances(path: Path) -> list[Dataset]:
    """The header values of a real PET series as data sets."""
    instances = []
    for values in json.loads(path.read_text("utf-8")):
        dataset = full()
        del dataset[0x00540016], dataset.AcquisitionDateTime
        for tag in [element.tag for element in dataset if element.tag.is_private]:
            del dataset[tag]
        injection = Dataset()
        for keyword, value in values.items():
            if keyword == "PhilipsPETPrivateGroup":
                block = dataset.private_block(0x7053, "Philips PET Private Group", create=True)
                for name, element in (
                    ("SUVScaleFactor", 0x00),
                    ("ActivityConcentrationScaleFactor", 0x09),
                ):
                    if value.get(name) is not None:
                        block.add_new(element, "DS", str(value[name]))
            elif keyword.startswith("Radio"):
                setattr(injection, keyword, _written(value))
            else:
                setattr(dataset, keyword, _written(value))
        dataset.RadiopharmaceuticalInformationSequence = Sequence([injection])
        instances.append(reread(dataset))
    return instances


def _written(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.10g}"
    return value.strip() if isinstance(value, str) else value


def moments(dataset: Dataset) -> dict[str, datetime]:
    """Every moment of an instance, whichever elements tell it."""
    (injection,) = dataset.RadiopharmaceuticalInformationSequence
    found = {}
    for name in ("Series", "Acquisition"):
        text = dataset[f"{name}Date"].value + dataset[f"{name}Time"].value
        found[name] = datetime.strptime(text[:14], "%Y%m%d%H%M%S")
    text = injection.get("RadiopharmaceuticalStartDateTime")
    if text:
        found["injection"] = datetime.strptime(text[:14], "%Y%m%d%H%M%S")
    return found


PET_CASES = (
    "PHILIPS_BQML",
    "PHILIPS_CNTS_AND_BQML_SUV",
    "SIEMENS",
    "BQML_AC_DT_lessThan_S_DT_SIEMENS",
    "RADIOPHARM_DATETIME_UNDEFINED",
)


@pytest.mark.parametrize("case", PET_CASES)
@pytest.mark.parametrize("dates", ["shift", "keep"])
def test_pet_quantification_survives(real_data, case: str, dates: str) -> None:
    from PrintPrepLib.pet.header import PetHeader
    from PrintPrepLib.pet.suv import suv_factor

    options = Options(retain_safe_private=True, retain_patient_characteristics=True, dates=dates)
    instances = pet_instances(real_data("suv_headers") / f"{case}.json")
    before = suv_factor([PetHeader.from_dataset(one) for one in instances])
    times = [moments(one) for one in instances]
    deidentifier = Deidentifier(options, SECRET)
    for dataset in instances:
        deidentifier.apply(dataset)
    after = suv_factor([PetHeader.from_dataset(one) for one in instances])
    assert before.factor is not None
    assert after.factor == before.factor
    assert after.method == before.method
    new = [moments(one) for one in instances]
    offsets = {a[name] - b[name] for a, b in zip(times, new, strict=True) for name in a}
    assert len(offsets) == 1
    (offset,) = offsets
    assert (offset == timedelta()) == (dates == "keep")
    assert offset.seconds == offset.microseconds == 0


@pytest.mark.parametrize("case", PET_CASES)
def test_pet_quantification_breaks_only_where_that_was_said(real_data, case: str) -> None:
    from PrintPrepLib.pet.header import PetHeader
    from PrintPrepLib.pet.suv import suv_factor

    instances = pet_instances(real_data("suv_headers") / f"{case}.json")
    for dataset in instances:
        done(Options(), dataset)
    # A wrong factor would be worse than none.
    assert suv_factor([PetHeader.from_dataset(one) for one in instances]).factor is None


# Real acquisitions


@pytest.mark.parametrize(
    "name", ["ct_skull_phantom_tilt_minus18", "small_siemens_tilt", "enhanced_ct"]
)
def test_real_slices_still_load_and_keep_their_pixels(real_data, name: str, tmp_path: Path) -> None:
    for path in sorted(p for p in real_data(name).rglob("*") if p.is_file())[:4]:
        original, dataset = dcmread(path), dcmread(path)
        done(PROFILES["pet"], dataset)
        target = tmp_path / "out.dcm"
        dataset.save_as(target)
        new = dcmread(target)
        assert new.PixelData == original.PixelData
        for keyword in ("Rows", "Columns", "ImagePositionPatient", "ImageOrientationPatient"):
            assert new.get(keyword) == original.get(keyword)
        content = target.read_bytes()
        for keyword in ("SOPInstanceUID", "StudyInstanceUID", "PatientID", "PatientName"):
            old = str(original.get(keyword) or "")
            assert len(old) < 4 or old.encode() not in content


def test_real_screen_captures_are_not_claimed(real_data) -> None:
    claims = {}
    for path in sorted(p for p in real_data("ct_skull_phantom_extras").rglob("*") if p.is_file()):
        dataset = dcmread(path)
        claims[str(dataset.SOPClassUID)] = done(Options(), dataset).identity_removed
    captures = {uid: said for uid, said in claims.items() if uid.startswith(SECONDARY_CAPTURE)}
    assert captures and not any(captures.values())
