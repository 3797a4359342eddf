"""SUV factors: real headers of five vendors, and cases whose truth is worked out by hand.

The constructed cases share one patient, so that every factor can be checked on paper:
80 kg and 400 MBq give 80,000 g / 400,000,000 Bq = 0.0002 at the administration, and every
half-life of 6,600 s (1 h 50 min) between administration and scan doubles it.
"""

from __future__ import annotations

import io
import json
import math
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PrintPrepLib.dicom.datetimes import parse_date, parse_datetime, parse_offset, parse_time
from PrintPrepLib.pet.decay import average_time_s
from PrintPrepLib.pet.header import PetHeader
from PrintPrepLib.pet.suv import suv_factor, suv_provenance
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.filebase import DicomFileLike
from pydicom.filewriter import write_dataset
from pydicom.sequence import Sequence

pytestmark = pytest.mark.pydicom

AT_ADMINISTRATION = 0.0002
HALF_LIFE = 6600.0

#: Injected at 10:00:00, scanned one half-life later: the factor is 0.0004.
PLAIN = PetHeader(
    units="BQML",
    corrected_image=("NORM", "DTIM", "ATTN", "SCAT", "DECY", "RAN"),
    decay_correction="START",
    weight_kg=80.0,
    dose_bq=4e8,
    half_life_s=HALF_LIFE,
    start_datetime="20240310100000.000000",
    series_date="20240310",
    series_time="115000",
    acquisition_date="20240310",
    acquisition_time="115000.000000",
)
#: Made afterwards from images whose first acquisition began at 11:50.
LATER = replace(PLAIN, series_time="141500")
COUNTS = replace(PLAIN, units="CNTS")


def factor(*headers: PetHeader) -> float | None:
    return suv_factor(headers).factor


def refusal(*headers: PetHeader) -> str:
    """Why there is no factor, where nothing is missing."""
    result = suv_factor(headers)
    assert result.factor is None
    assert result.method is None
    assert not result.missing
    return "; ".join(texts(result.refused))


def texts(phrases) -> list[str]:
    return [phrase.text for phrase in phrases]


def shifted(header: PetHeader, days: int) -> PetHeader:
    """All dates of a header moved, as de-identification does."""

    def moved(text: str) -> str:
        day = datetime.strptime(text[:8], "%Y%m%d") + timedelta(days=days)
        return day.strftime("%Y%m%d") + text[8:]

    names = ("series_date", "acquisition_date", "start_datetime", "ge_scan_datetime")
    return replace(header, **{n: moved(getattr(header, n)) for n in names if getattr(header, n)})


# ---- real headers


EXPECTED = {
    "PHILIPS_BQML": 0.0007463747,
    "PHILIPS_CNTS_AND_BQML_SUV": 0.000551,
    "SIEMENS": 0.0004274832,
    "BQML_AC_DT_lessThan_S_DT_SIEMENS": 0.0004069157,
    "RADIOPHARM_DATETIME_UNDEFINED": 0.0003721089,
}


def real_datasets(folder: Path, name: str) -> list[Dataset]:
    return [dataset_of(values) for values in json.loads((folder / f"{name}.json").read_text())]


def dataset_of(values: dict) -> Dataset:
    """A data set like the one that the values were taken from."""
    dataset, dose = Dataset(), Dataset()
    philips = values.get("PhilipsPETPrivateGroup", {})
    for keyword, value in values.items():
        if keyword == "PhilipsPETPrivateGroup":
            continue
        target = dose if keyword.startswith("Radio") else dataset
        setattr(target, keyword, value)
    dataset.RadiopharmaceuticalInformationSequence = Sequence([dose])
    if philips:
        block = dataset.private_block(0x7053, "Philips PET Private Group", create=True)
        block.add_new(0x00, "DS", philips["SUVScaleFactor"].strip())
        block.add_new(0x09, "DS", philips["ActivityConcentrationScaleFactor"].strip())
    return dataset


@pytest.mark.parametrize("name", EXPECTED)
def test_factors_of_real_headers(real_data, name: str) -> None:
    datasets = real_datasets(real_data("suv_headers"), name)
    assert len(datasets) == 3
    result = suv_factor([PetHeader.from_dataset(read_back(dataset)) for dataset in datasets])
    # Seven digits are published; 1e-6 alone would forgive a quarter of a percent.
    assert result.factor == pytest.approx(EXPECTED[name], abs=1e-10)
    assert result.units == "g/ml"


def test_real_philips_factors_agree_with_ours(real_data) -> None:
    """The scanner's own two factors from counts imply the one from Bq/ml."""
    (first, *_) = real_datasets(real_data("suv_headers"), "PHILIPS_BQML")
    header = PetHeader.from_dataset(first)
    implied = header.philips_suv_scale / header.philips_activity_scale
    assert factor(header) == pytest.approx(implied, rel=2e-4)
    assert not any("Philips" in note for note in texts(suv_factor([header]).notes))
    doubled = replace(header, philips_suv_scale=2 * header.philips_suv_scale)
    assert any("differs by 100%" in note for note in texts(suv_factor([doubled]).notes))


# ---- decay correction


def test_one_half_life_doubles_the_factor() -> None:
    result = suv_factor([PLAIN])
    assert result.factor == pytest.approx(2 * AT_ADMINISTRATION, rel=1e-12)
    assert "110.0 min" in result.method.text
    assert "start of the series" in result.method.text
    assert result.notes == ()
    assert result.missing == result.refused == ()


def test_a_known_activity_becomes_a_known_suv() -> None:
    """The dose spread evenly over the body is SUV 1, whenever it is measured."""
    for half_lives in (0, 0.5, 1, 2.25):
        scan = datetime(2024, 3, 10, 10) + timedelta(seconds=half_lives * HALF_LIFE)
        time = scan.strftime("%H%M%S.%f")
        header = replace(PLAIN, series_time=time, acquisition_time=time)
        everywhere = 4e8 / 80000 / 2**half_lives
        assert everywhere * factor(header) == pytest.approx(1, rel=1e-9)


def test_images_corrected_to_the_administration_need_no_times() -> None:
    bare = PetHeader(
        units="BQML",
        corrected_image=("ATTN", "DECY"),
        decay_correction="ADMIN",
        weight_kg=80.0,
        dose_bq=4e8,
    )
    assert factor(bare) == pytest.approx(AT_ADMINISTRATION, rel=1e-12)
    assert factor(replace(PLAIN, decay_correction="ADMIN")) == factor(bare)
    assert "administration" in suv_factor([bare]).method.text


def test_images_without_decay_correction_are_refused() -> None:
    assert "DecayCorrection is NONE" in refusal(replace(PLAIN, decay_correction="NONE"))
    assert "DecayCorrection is SOMETIME" in refusal(replace(PLAIN, decay_correction="SOMETIME"))
    assert "decay" in refusal(replace(PLAIN, corrected_image=("ATTN",)))
    assert "attenuation" in refusal(replace(PLAIN, corrected_image=("NORM", "DECY")))
    # One image of the series is enough.
    assert "attenuation" in refusal(PLAIN, replace(PLAIN, corrected_image=("DECY",)))


def test_earliest_acquisition_of_all_images_is_compared() -> None:
    """The first image at hand is the last bed position; another one began before the series."""
    beds = [replace(PLAIN, acquisition_time=time) for time in ("120500", "120000", "115500")]
    assert factor(*beds) == pytest.approx(2 * AT_ADMINISTRATION, rel=1e-12)
    assert "SeriesTime" not in "".join(texts(suv_factor(beds).notes))
    early = [*beds, replace(PLAIN, acquisition_time="114500")]
    result = suv_factor(early)
    assert result.factor == pytest.approx(AT_ADMINISTRATION * 2 ** (6300 / 6600), rel=1e-12)
    assert "first acquisition" in result.method.text
    assert len(result.notes) == 2


# ---- series made afterwards


def test_ge_states_the_scan_time() -> None:
    header = replace(LATER, ge_scan_datetime="20240310134000.00", acquisition_time="134500")
    result = suv_factor([header])
    assert result.factor == pytest.approx(4 * AT_ADMINISTRATION, rel=1e-12)
    assert "GE" in result.method.text
    # Made the day after, as reprocessing is.
    next_day = replace(header, series_date="20240311", series_time="080000")
    assert factor(next_day) == result.factor


def test_ge_time_counts_only_where_the_series_was_made_afterwards() -> None:
    other = replace(PLAIN, ge_scan_datetime="20240310134000")
    result = suv_factor([other])
    assert result.factor == pytest.approx(2 * AT_ADMINISTRATION, rel=1e-12)
    assert any("GE" in note and "110.0 min later" in note for note in texts(result.notes))
    same = replace(PLAIN, ge_scan_datetime="20240310115000.00")
    assert suv_factor([same]).notes == ()


def test_ge_time_that_cannot_be_is_refused() -> None:
    after = replace(LATER, ge_scan_datetime="20240310130000")
    assert "after the first acquisition" in refusal(after)
    assert "more than a day before" in refusal(replace(LATER, ge_scan_datetime="20240308110000"))
    assert "no date and time" in refusal(replace(LATER, ge_scan_datetime="20240310"))
    assert "differs" in refusal(after, replace(LATER, ge_scan_datetime="20240310114000"))


#: By hand: a 100 min frame of a 110 min half-life has x = ln 2 × 100/110 = 0.630133801,
#: 1 − e^−x = 0.467479455; ln(x / that) / ln 2 × 110 min = 47.3831 min (the middle is 50 min).
LONG_FRAME_MIN = 47.3831


def test_average_count_rate_time() -> None:
    found = average_time_s(6000, HALF_LIFE)
    assert found / 60 == pytest.approx(LONG_FRAME_MIN, abs=1e-4)
    # The count rate at that time is the frame's mean, integrated the plain way.
    steps = 20000
    mean = sum(2 ** (-(i + 0.5) * 6000 / steps / HALF_LIFE) for i in range(steps)) / steps
    assert 2 ** (-found / HALF_LIFE) == pytest.approx(mean, rel=1e-8)
    # A long-lived nuclide does not lose its digits: the middle of the frame.
    assert average_time_s(600, 2.34e7) == pytest.approx(300, abs=1e-3)


def bed(minutes: float, start_min: float) -> PetHeader:
    """A bed position ``start_min`` after a scan that began at 11:50 (Siemens, PETsyngo)."""
    began = datetime(2024, 3, 10, 11, 50) + timedelta(minutes=start_min)
    average = average_time_s(minutes * 60, HALF_LIFE)
    return replace(
        LATER,
        acquisition_time=began.strftime("%H%M%S.%f"),
        frame_duration_ms=minutes * 60000,
        frame_reference_ms=1000 * (start_min * 60 + average),
    )


def test_scan_time_is_worked_back_from_the_frame() -> None:
    """Only a later frame of the scan is at hand: its acquisition is not the start."""
    by_hand = replace(
        LATER,
        acquisition_time="123000",
        frame_duration_ms=6e6,
        frame_reference_ms=(40 + LONG_FRAME_MIN) * 60000,
    )
    result = suv_factor([by_hand])
    assert result.factor == pytest.approx(2 * AT_ADMINISTRATION, rel=1e-6)
    assert "worked back" in result.method.text
    beds = [bed(3, 6), bed(3, 3), bed(2, 9)]
    assert factor(*beds) == pytest.approx(2 * AT_ADMINISTRATION, rel=1e-9)


def test_without_frame_times_the_first_acquisition_counts() -> None:
    for changes in (
        {"frame_reference_ms": None},
        {"frame_reference_ms": 0.0},
        {"frame_duration_ms": None},
        {"frame_duration_ms": math.nan},
    ):
        headers = [replace(bed(3, 6), **changes), replace(bed(3, 0), **changes)]
        result = suv_factor(headers)
        assert result.factor == pytest.approx(2 * AT_ADMINISTRATION, rel=1e-12)
        assert "first acquisition" in result.method.text
        assert any("FrameReferenceTime" in note for note in texts(result.notes))


def test_frame_times_that_contradict_each_other_are_refused() -> None:
    beds = [replace(bed(3, start), frame_reference_ms=89000.0) for start in (0, 30)]
    assert "another start for each" in refusal(*beds)
    late = replace(bed(20, 0), frame_reference_ms=1.0)
    assert "after the first acquisition" in refusal(late)
    assert "more than a day" in refusal(replace(bed(3, 0), frame_reference_ms=1e8))
    absurd = replace(bed(3, 0), frame_reference_ms=1e300)
    assert factor(absurd) == pytest.approx(2 * AT_ADMINISTRATION, rel=1e-12)


def test_frame_times_that_contradict_the_series_are_told() -> None:
    header = replace(bed(3, 22), series_time="115000")
    assert suv_factor([header]).notes == ()
    shorter = replace(header, frame_reference_ms=header.frame_reference_ms - 22 * 60000)
    (note,) = texts(suv_factor([shorter]).notes)
    assert "22.0 min later" in note
    # 2^(22/110) − 1 = 0.1487
    assert "15%" in note
    assert factor(shorter) == pytest.approx(2 * AT_ADMINISTRATION, rel=1e-12)


# ---- administration


def test_time_of_administration_without_its_date() -> None:
    header = replace(PLAIN, start_datetime="", start_time="100000")
    result = suv_factor([header])
    assert result.factor == pytest.approx(2 * AT_ADMINISTRATION, rel=1e-12)
    assert any("no date of administration" in note for note in texts(result.notes))
    # The scan's day, not the day on which the series was made.
    later = replace(header, series_date="20240315", series_time="080000")
    assert factor(later) == pytest.approx(2 * AT_ADMINISTRATION, rel=1e-12)


MIDNIGHT = replace(
    PLAIN,
    series_date="20240301",
    series_time="003000",
    acquisition_date="20240301",
    acquisition_time="003000",
    start_datetime="",
    start_time="224000",
)


def test_administration_on_the_evening_before() -> None:
    result = suv_factor([MIDNIGHT])
    assert result.factor == pytest.approx(2 * AT_ADMINISTRATION, rel=1e-12)
    assert any("evening before" in note for note in texts(result.notes))
    dated = replace(MIDNIGHT, start_datetime="20240229224000")
    assert factor(dated) == result.factor


def test_acquisition_after_midnight() -> None:
    """Injected and begun before midnight, the second bed position after it."""
    before = replace(
        PLAIN,
        start_datetime="20231231220000",
        series_date="20231231",
        series_time="235000",
        acquisition_date="20231231",
        acquisition_time="235000",
    )
    after = replace(before, acquisition_date="20240101", acquisition_time="000500")
    assert factor(after, before) == pytest.approx(2 * AT_ADMINISTRATION, rel=1e-12)


def test_long_lived_nuclides_need_the_date() -> None:
    zirconium = replace(PLAIN, half_life_s=78.41 * 3600, start_datetime="", start_time="100000")
    result = suv_factor([zirconium])
    assert result.factor is None
    assert result.missing == ("RadiopharmaceuticalStartDateTime",)
    assert "which day" in result.refused[0].text
    dated = replace(zirconium, start_datetime="20240305100000")
    decay = 2 ** ((5 * 24 + 110 / 60) / 78.41)
    assert factor(dated) == pytest.approx(AT_ADMINISTRATION * decay, rel=1e-9)


def test_clocks_that_do_not_agree_are_refused() -> None:
    assert "30.0 min after" in refusal(replace(PLAIN, start_datetime="20240310122000"))
    assert "5.0 min after" in refusal(replace(PLAIN, start_datetime="", start_time="115500"))
    # Dates that somebody changed in one place only.
    assert "half-lives before" in refusal(replace(PLAIN, start_datetime="20140618083045"))
    assert "min after" in refusal(replace(PLAIN, start_datetime="20340618083045"))
    assert "more than a day" in refusal(replace(PLAIN, acquisition_date="20240401"))


def test_two_times_of_administration() -> None:
    assert suv_factor([replace(PLAIN, start_time="100000.00")]).notes == ()
    (note,) = texts(suv_factor([replace(PLAIN, start_time="090000")]).notes)
    assert "another time of day" in note
    # Cut down to the date by a de-identifier: the time still stands elsewhere.
    header = replace(PLAIN, start_datetime="20240310", start_time="100000")
    assert factor(header) == factor(PLAIN)
    assert "StartDateTime cannot be read" in refusal(replace(PLAIN, start_datetime="20240310"))


def test_time_zones() -> None:
    same = replace(PLAIN, start_datetime="20240310100000+0100", timezone="+0100")
    assert factor(same) == factor(PLAIN)
    universal = replace(PLAIN, start_datetime="20240310090000.0+0000", timezone="+0100")
    assert factor(universal) == factor(PLAIN)
    assert factor(replace(PLAIN, start_datetime="20240310100000+0100")) == factor(PLAIN)


# ---- other units


def test_philips_counts_with_the_factor_to_suv() -> None:
    header = replace(COUNTS, philips_suv_scale=0.0005, philips_activity_scale=2.0)
    assert factor(header) == 0.0005
    # Nothing else is needed then.
    bare = PetHeader(units="CNTS", corrected_image=("ATTN", "DECY"), philips_suv_scale=0.0005)
    assert factor(bare) == 0.0005


@pytest.mark.parametrize("zero", [None, 0.0])
def test_philips_counts_with_the_factor_to_activity(zero: float | None) -> None:
    header = replace(COUNTS, philips_suv_scale=zero, philips_activity_scale=2.5)
    result = suv_factor([header])
    assert result.factor == pytest.approx(2.5 * 2 * AT_ADMINISTRATION, rel=1e-12)
    assert "(7053,xx09)" in result.method.text
    missing = suv_factor([replace(header, weight_kg=None)])
    assert missing.factor is None
    assert missing.missing == ("PatientWeight",)


def test_counts_without_factors_stay_counts() -> None:
    for header in (COUNTS, replace(COUNTS, philips_suv_scale=0.0, philips_activity_scale=0.0)):
        result = suv_factor([header])
        assert result.factor is None
        assert [name.count("7053") for name in result.missing] == [1, 1]
        assert result.units == "counts"
    assert "-1" in refusal(replace(COUNTS, philips_suv_scale=-1.0))
    assert "differs" in refusal(
        replace(COUNTS, philips_suv_scale=0.0005), replace(COUNTS, philips_suv_scale=0.0006)
    )


def test_values_that_are_suv_already() -> None:
    bare = PetHeader(units="GML", corrected_image=("ATTN", "DECY"))
    assert factor(bare) == 1
    assert suv_factor([bare]).notes
    typed = suv_factor([replace(bare, suv_type="BW")])
    assert (typed.factor, typed.notes, typed.units) == (1.0, (), "g/ml")
    for other in ("LBM", "LBMJAMES128", "LBMJANMA", "IBW"):
        assert other in refusal(replace(bare, suv_type=other))


def test_other_units_are_refused_by_name() -> None:
    for units in ("CM2ML", "CPS", "PROPCNTS", "1CM"):
        assert units in refusal(replace(PLAIN, units=units))


# ---- missing and impossible values


@pytest.mark.parametrize(
    ("name", "keyword"),
    [
        ("units", "Units"),
        ("corrected_image", "CorrectedImage"),
        ("decay_correction", "DecayCorrection"),
        ("weight_kg", "PatientWeight"),
        ("dose_bq", "RadionuclideTotalDose"),
        ("half_life_s", "RadionuclideHalfLife"),
        ("start_datetime", "RadiopharmaceuticalStartDateTime"),
        ("series_date", "SeriesDate"),
        ("series_time", "SeriesTime"),
        ("acquisition_date", "AcquisitionDate"),
        ("acquisition_time", "AcquisitionTime"),
    ],
)
def test_what_is_missing_is_named(name: str, keyword: str) -> None:
    empty = getattr(PetHeader(), name)
    result = suv_factor([replace(PLAIN, **{name: empty})])
    assert result.factor is None
    assert result.missing == (keyword,)
    assert result.refused == ()
    assert keyword in result.phrase.text
    if name != "units":
        assert result.units == "Bq/ml"
        assert "stays in Bq/ml" in result.phrase.text


def test_everything_that_is_missing_is_named_at_once() -> None:
    bare = PetHeader(units="BQML", decay_correction="START", corrected_image=("ATTN", "DECY"))
    assert set(suv_factor([bare]).missing) == {
        "PatientWeight",
        "RadionuclideTotalDose",
        "RadionuclideHalfLife",
        "RadiopharmaceuticalStartDateTime",
        "SeriesDate",
        "SeriesTime",
        "AcquisitionDate",
        "AcquisitionTime",
    }
    one_image = suv_factor([PLAIN, replace(PLAIN, acquisition_time="")])
    assert one_image.missing == ("AcquisitionTime",)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weight_kg": 0.0}, "PatientWeight is 0"),
        ({"weight_kg": -80.0}, "PatientWeight is -80"),
        ({"weight_kg": 80000.0}, "cannot be kilograms"),
        ({"weight_kg": math.nan}, "PatientWeight is no number"),
        ({"dose_bq": 0.0}, "RadionuclideTotalDose is 0"),
        ({"dose_bq": 400.0}, "MBq"),
        ({"dose_bq": 4e5}, "kBq"),
        ({"dose_bq": 4e14}, "too much"),
        ({"dose_bq": math.inf}, "no number"),
        ({"half_life_s": 0.0}, "RadionuclideHalfLife is 0"),
        ({"half_life_s": 109.8}, "F-18 in minutes"),
        ({"half_life_s": 67.71}, "Ga-68 in minutes"),
        ({"radiopharmaceuticals": 2}, "2 radiopharmaceuticals"),
        ({"series_time": "noon"}, "SeriesDate and SeriesTime"),
        ({"acquisition_date": "20241310"}, "AcquisitionDate and AcquisitionTime"),
        ({"start_datetime": "", "start_time": "10 am"}, "RadiopharmaceuticalStartTime"),
    ],
)
def test_what_cannot_be_true_is_refused_by_name(changes: dict, words: str) -> None:
    header = replace(PLAIN, **changes)
    assert words in refusal(header)
    assert words in suv_factor([header]).phrase.text


def test_small_animals_and_short_half_lives_are_not_refused() -> None:
    """25 g and 5 MBq; water at 122 s and rubidium at 76 s."""
    assert factor(replace(PLAIN, weight_kg=0.025, dose_bq=5e6)) == pytest.approx(1e-5, rel=1e-12)
    for half_life in (122.24, 76.4):
        assert factor(replace(PLAIN, half_life_s=half_life, start_datetime="20240310114900"))


@pytest.mark.parametrize(
    ("changes", "keyword"),
    [
        ({"weight_kg": 81.0}, "PatientWeight"),
        ({"dose_bq": 3e8}, "RadionuclideTotalDose"),
        ({"units": "GML"}, "Units"),
        ({"series_time": "114000"}, "SeriesTime"),
        ({"start_datetime": "20240310100100"}, "RadiopharmaceuticalStartDateTime"),
    ],
)
def test_values_that_differ_within_a_series_are_refused(changes: dict, keyword: str) -> None:
    assert f"{keyword} differs" in refusal(PLAIN, replace(PLAIN, **changes))


def test_no_headers() -> None:
    with pytest.raises(ValueError, match="at least one"):
        suv_factor([])


# ---- de-identification


@pytest.mark.parametrize("days", [-20000, -1, 1, 59, 3333])
@pytest.mark.parametrize(
    "header",
    [
        PLAIN,
        MIDNIGHT,
        bed(3, 40),
        replace(LATER, ge_scan_datetime="20240310114000"),
        replace(PLAIN, start_datetime="", start_time="100000"),
    ],
)
def test_shifted_dates_give_the_same_factor(header: PetHeader, days: int) -> None:
    moved = shifted(header, days)
    assert moved != header
    assert factor(moved) is not None
    assert suv_factor([moved]) == suv_factor([header])


def test_removed_dates_are_named() -> None:
    without = replace(PLAIN, series_date="", acquisition_date="", start_datetime="")
    assert set(suv_factor([without]).missing) == {
        "SeriesDate",
        "AcquisitionDate",
        "RadiopharmaceuticalStartDateTime",
    }


def test_no_sentence_holds_a_date() -> None:
    """Findings go into records that hold no identity."""
    for header in (MIDNIGHT, LATER, shifted(PLAIN, 1), replace(PLAIN, start_datetime="2014")):
        result = suv_factor([header, replace(header, acquisition_date="20251231")])
        for text in (result.phrase.text, *texts(result.notes)):
            assert "202" not in text


# ---- what the volume node gets


def test_quantity_and_unit_as_codes() -> None:
    quantity, unit = suv_factor([PLAIN]).codes
    assert quantity == ("126400", "DCM", "Standardized Uptake Value")
    assert unit[:2] == ("{SUVbw}g/ml", "UCUM")
    stored = suv_factor([replace(PLAIN, weight_kg=None)])
    assert stored.codes[1] == ("Bq/ml", "UCUM", "Becquerels/milliliter")
    assert suv_factor([replace(PLAIN, units="CPS")]).codes is None
    lean = replace(PLAIN, units="GML", suv_type="LBM")
    assert suv_factor([lean]).codes is None


def test_record_is_json() -> None:
    record = json.loads(
        json.dumps(suv_provenance(suv_factor([replace(PLAIN, weight_kg=0.0)]))["suv"])
    )
    assert record["factor"] is None
    assert record["units"] == "Bq/ml"
    assert record["refused"] == ["PatientWeight is 0"]


# ---- headers from files


def content(dataset: Dataset, implicit: bool = False) -> bytes:
    """The data set as it stands in a file."""
    stream = io.BytesIO()
    file = DicomFileLike(stream)
    file.is_little_endian, file.is_implicit_VR = True, implicit
    write_dataset(file, dataset)
    return stream.getvalue()


def read_back(dataset: Dataset, implicit: bool = False) -> Dataset:
    return dcmread(io.BytesIO(content(dataset, implicit)), force=True)


def plain_dataset() -> Dataset:
    """``PLAIN`` as a data set."""
    return dataset_of(
        {
            "Units": "BQML",
            "CorrectedImage": ["NORM", "DTIM", "ATTN", "SCAT", "DECY", "RAN"],
            "DecayCorrection": "START",
            "PatientWeight": "80",
            "RadionuclideTotalDose": "400000000",
            "RadionuclideHalfLife": "6600",
            "RadiopharmaceuticalStartDateTime": "20240310100000.000000",
            "SeriesDate": "20240310",
            "SeriesTime": "115000",
            "AcquisitionDate": "20240310",
            "AcquisitionTime": "115000.000000",
        }
    )


@pytest.mark.parametrize("implicit", [False, True])
def test_header_from_a_file(implicit: bool) -> None:
    assert PetHeader.from_dataset(read_back(plain_dataset(), implicit)) == PLAIN
    assert PetHeader.from_dataset(plain_dataset()) == PLAIN


def test_header_of_an_empty_data_set() -> None:
    assert PetHeader.from_dataset(Dataset()) == replace(PetHeader(), radiopharmaceuticals=0)
    empty = plain_dataset()
    for element in empty:
        element.value = [] if element.VR == "SQ" else None
    found = PetHeader.from_dataset(read_back(empty))
    assert found == replace(PetHeader(), radiopharmaceuticals=0)
    assert set(suv_factor([found]).missing) == {"Units", "CorrectedImage"}


def test_every_element_is_read() -> None:
    dataset = plain_dataset()
    dataset.SUVType = "BW"
    dataset.TimezoneOffsetFromUTC = "+0100"
    dataset.FrameReferenceTime = "90000.5"
    dataset.ActualFrameDuration = "180000"
    (item,) = dataset.RadiopharmaceuticalInformationSequence
    item.RadiopharmaceuticalStartTime = "100000"
    dataset.private_block(0x0009, "GEMS_PETD_01", create=True).add_new(
        0x0D, "DT", "20240310114900.00"
    )
    philips = dataset.private_block(0x7053, "Philips PET Private Group", create=True)
    philips.add_new(0x00, "DS", "0.0005")
    philips.add_new(0x09, "DS", "2.5")
    found = PetHeader.from_dataset(read_back(dataset))
    assert found == replace(
        PLAIN,
        suv_type="BW",
        timezone="+0100",
        frame_reference_ms=90000.5,
        frame_duration_ms=180000.0,
        start_time="100000",
        ge_scan_datetime="20240310114900.00",
        philips_suv_scale=0.0005,
        philips_activity_scale=2.5,
    )
    default = PetHeader()
    same = {f.name for f in fields(found) if getattr(found, f.name) == getattr(default, f.name)}
    assert same == {"radiopharmaceuticals"}


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("vr", ["DS", "UN"])
def test_private_blocks_are_found_by_their_creator(implicit: bool, vr: str) -> None:
    dataset = plain_dataset()
    dataset.Units = "CNTS"
    other = dataset.private_block(0x7053, "SOMEBODY ELSE", create=True)
    other.add_new(0x00, "DS", "7")
    philips = dataset.private_block(0x7053, "Philips PET Private Group", create=True)
    philips.add_new(0x00, vr, b"0.0005" if vr == "UN" else "0.0005")
    assert (0x7053, 0x1100) in dataset
    found = PetHeader.from_dataset(read_back(dataset, implicit))
    assert found.philips_suv_scale == 0.0005
    del dataset[0x7053, 0x0011]
    assert PetHeader.from_dataset(read_back(dataset, implicit)).philips_suv_scale is None


def test_a_number_that_is_none_is_named_and_not_raised() -> None:
    dataset = plain_dataset()
    dataset.PatientWeight = "80.1234"
    broken = content(dataset).replace(b"80.1234", b"about80")
    header = PetHeader.from_dataset(dcmread(io.BytesIO(broken), force=True))
    assert math.isnan(header.weight_kg)
    assert "PatientWeight is no number" in refusal(header)


def test_two_radiopharmaceuticals() -> None:
    dataset = plain_dataset()
    (item,) = dataset.RadiopharmaceuticalInformationSequence
    dataset.RadiopharmaceuticalInformationSequence.append(item)
    assert "2 radiopharmaceuticals" in refusal(PetHeader.from_dataset(dataset))


# ---- dates and times


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("000000", 0),
        ("1234", 45240),
        ("123456", 45296),
        ("123456.5", 45296.5),
        ("123456.000001", 45296.000001),
        ("123456.1234567", 45296.123456),
        ("12:34:56", 45296),
        ("235960", 86400),
        (" 123456 ", 45296),
    ],
)
def test_times(text: str, seconds: float) -> None:
    assert parse_time(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "12", "240000", "126000", "123461", "12345", "noon", "-1234"])
def test_what_is_no_time(text: str) -> None:
    assert parse_time(text) is None


def test_dates() -> None:
    assert parse_date("20240229") == parse_date("2024.02.29") == datetime(2024, 2, 29)
    for text in ("", "20230229", "20241301", "2024", "202402290", "00000101"):
        assert parse_date(text) is None


def test_datetimes() -> None:
    moment = datetime(2024, 3, 10, 1, 2, 3, 500000)
    assert parse_datetime("20240310010203.5") == moment
    assert parse_datetime("20240310010203.5-0500") == moment
    assert parse_datetime("20240309200203.5-0500", "+0000") == moment
    assert parse_datetime("20240310063203.5+0530", "+0000") == moment
    assert parse_datetime("202403100102") == datetime(2024, 3, 10, 1, 2)
    for text in ("", "20240310", "2024031001", "20240310250000", "20240310010203+01"):
        assert parse_datetime(text) is None
    assert parse_offset("+0130") == timedelta(minutes=90)
    assert parse_offset("-0130") == timedelta(minutes=-90)
    assert parse_offset("0130") is None
