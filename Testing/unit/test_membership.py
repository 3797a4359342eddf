"""Which files are one series: never two patients, studies or frames, never a slice by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib.core.errors import SeriesError
from PrintPrepLib.dicom.reader import dataset_text
from PrintPrepLib.geometry.analysis import analyse
from PrintPrepLib.series.offers import offers
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.selection import choose
from pydicom import dcmread

pytestmark = pytest.mark.pydicom

SCENE = Scene((Ball((0, 0, 0), 5.0),))
SMALL = {"rows": 16, "columns": 20, "slices": 12}


def write(folder: Path, of_slice: Any = None, name: str = "phantom", **more: Any) -> None:
    tags = {k: of_slice(k) for k in range(SMALL["slices"])} if of_slice else {}
    write_series(SCENE, Acquisition(**SMALL, slice_tags=tags, **more), folder, name=name)


def series_in(folder: Path) -> list[tuple[int, tuple[str, ...]]]:
    """The number of slices of every series, with the ids of what is said of it."""
    found = []
    for series in read_series([folder]).series:
        findings = analyse(series.stacks[0]).findings
        found.append((series.slice_count, tuple(item.id for item in findings)))
    return found


def findings_in(folder: Path) -> dict[str, Any]:
    series = read_series([folder]).series
    return {item.id: item for one in series for item in analyse(one.stacks[0]).findings}


@pytest.mark.parametrize(
    ("keyword", "other", "named"),
    [
        ("PatientID", "OTHER", "patient"),
        ("StudyInstanceUID", "2.25.99", "StudyInstanceUID"),
        ("FrameOfReferenceUID", "2.25.98", "FrameOfReferenceUID"),
        ("SeriesNumber", "7", "SeriesNumber"),
    ],
)
@pytest.mark.parametrize("uid", ["2.25.5", ""])
def test_what_differs_is_kept_apart_and_named(tmp_path, keyword, other, named, uid):
    def tags(k):
        return {keyword: other} if k >= 5 else {}

    write(tmp_path, tags, tags={"SeriesInstanceUID": uid})
    assert sorted(series_in(tmp_path)) == [(5, ("parted_series",)), (7, ("parted_series",))]
    finding = findings_in(tmp_path)["parted_series"]
    assert finding.status == "warn" and f"differ in {named}:" in finding.message
    assert "OTHER" not in finding.message and "PHANTOM" not in finding.message
    assert ("is missing" in finding.message) == (not uid)


def test_patients_without_an_id_are_told_by_name(tmp_path):
    names = ("One^Person", "Another^Person")
    write(tmp_path, lambda k: {"PatientName": names[k % 2]}, tags={"PatientID": ""})
    assert [count for count, _ids in series_in(tmp_path)] == [6, 6]
    assert "Person" not in findings_in(tmp_path)["parted_series"].message


def test_parts_have_ids_of_their_own(tmp_path):
    write(tmp_path, lambda k: {"PatientID": "OTHER" if k >= 5 else "PHANTOM"})
    collection = read_series([tmp_path])
    first, second = (series.info for series in collection.series)
    assert first.uid == second.uid and first.id != second.id
    (stack,), _found = choose(collection, second.id, [str(tmp_path)])
    assert stack.info == second
    with pytest.raises(SeriesError, match="2 series answer to 1") as raised:
        choose(collection, "1", [str(tmp_path)])
    assert raised.value.remedy == "Give the ID of the one that is meant"


def test_what_some_slices_do_not_say_parts_nothing(tmp_path):
    write(tmp_path, lambda k: {"FrameOfReferenceUID": None, "PatientID": ""} if k == 3 else {})
    assert series_in(tmp_path) == [(12, ())]


def test_a_uid_for_each_slice_is_one_series(tmp_path):
    write(tmp_path, lambda k: {"SeriesInstanceUID": f"2.25.7{k:02d}"})
    assert series_in(tmp_path) == [(12, ("joined_series",))]
    finding = findings_in(tmp_path)["joined_series"]
    assert finding.status == "info" and finding.measured == 12
    assert read_series([tmp_path]).series[0].uid == "2.25.700"


def test_a_uid_for_each_pair_is_one_series(tmp_path):
    write(tmp_path, lambda k: {"SeriesInstanceUID": f"2.25.7{k // 2:02d}"})
    assert series_in(tmp_path) == [(12, ("joined_series",))]


def test_slices_with_uids_of_their_own_are_parted_by_study_and_number(tmp_path):
    def tags(k):
        return {"SeriesInstanceUID": f"2.25.7{k:02d}", "StudyInstanceUID": f"2.25.6{k // 6}"}

    write(tmp_path, tags)
    assert [count for count, _ids in series_in(tmp_path)] == [6, 6]
    numbered = tmp_path / "numbered"
    write(numbered, lambda k: {"SeriesInstanceUID": f"2.25.7{k:02d}", "SeriesNumber": k // 6 + 1})
    assert series_in(numbered) == [(6, ("joined_series",)), (6, ("joined_series",))]


def test_true_single_slices_beside_a_series_stay_apart(tmp_path):
    write(tmp_path / "series")
    for number in (2, 3):
        one = Acquisition(rows=16, columns=20, slices=1)
        write_series(SCENE, one, tmp_path / str(number), series_number=number)
    assert [count for count, _ids in series_in(tmp_path)] == [12, 1, 1]


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "FrameOfReferenceUID"])
@pytest.mark.parametrize("uids", [False, True])
def test_a_study_or_frame_for_each_slice_is_refused_as_a_whole(tmp_path, keyword, uids):
    def tags(k):
        own = {"SeriesInstanceUID": f"2.25.7{k:02d}"} if uids else {}
        return {keyword: f"2.25.6{k:02d}", **own}

    write(tmp_path, tags)
    assert series_in(tmp_path) == [(12, ("contradicting_series",))]
    (stack,) = read_series([tmp_path]).series[0].stacks
    assert keyword in (analyse(stack).refusal or "")


def test_numbers_that_count_the_slices_part_nothing(tmp_path):
    write(tmp_path, lambda k: {"SeriesNumber": str(k + 1)})
    assert series_in(tmp_path) == [(12, ())]


def test_without_uids_interleaved_series_are_refused_or_told_by_more(tmp_path):
    nameless = {"SeriesInstanceUID": "", "SeriesNumber": ""}
    write(tmp_path / "a", tags=nameless)
    write(tmp_path / "b", lambda k: {"SOPInstanceUID": f"2.25.8{k:02d}"}, tags=nameless, seed=1)
    ((count, ids),) = series_in(tmp_path)
    assert (count, ids[0]) == (24, "missing_series_uid")
    finding = findings_in(tmp_path)["missing_series_uid"]
    assert finding.status == "fail" and "SeriesInstanceUID is missing" in finding.message


def test_slices_without_a_uid_join_their_series(tmp_path):
    write(tmp_path, lambda k: {"SeriesInstanceUID": ""} if k in (3, 4) else {})
    assert series_in(tmp_path) == [(12, ("missing_series_uid",))]
    assert findings_in(tmp_path)["missing_series_uid"].status == "warn"


@pytest.mark.parametrize("text", ["--1", "\N{SUPERSCRIPT TWO}", "9" * 5000, "+-3", "1_0"])
@pytest.mark.parametrize("keyword", ["SeriesNumber", "InstanceNumber"])
def test_odd_numbers_end_nothing(tmp_path, keyword, text):
    write(tmp_path)
    path = sorted(tmp_path.iterdir())[0]
    dataset = dcmread(path)
    del dataset[keyword]
    # As bytes, which pydicom writes as they stand.
    dataset.add_new(keyword, "OB", text.encode("latin-1", "replace"))
    dataset.save_as(path)
    assert series_in(tmp_path) == [(12, ())]


def test_the_module_is_offered_the_same(tmp_path):
    write(tmp_path, lambda k: {"PatientID": "OTHER" if k >= 5 else "PHANTOM"})
    files = [str(path) for path in sorted(tmp_path.iterdir())]
    texts = {file: dataset_text(dcmread(file)) for file in files}
    found = offers(files, texts.__getitem__, texts.__getitem__, lambda file: True)
    assert sorted(len(offer.files) for offer in found) == [5, 7]
    assert all("parted_series" in [f.id for f in offer.geometry.findings] for offer in found)
