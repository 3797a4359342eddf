"""Folders into ordered stacks, with everything that is no slice named."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib.core.errors import Cancelled, SeriesError
from PrintPrepLib.dicom.image_plane import written_decimals
from PrintPrepLib.series.reader import read_series
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.filebase import DicomFileLike
from pydicom.filewriter import write_dataset

pytestmark = pytest.mark.pydicom

SCENE = Scene((Ball((0, 0, 0), 5.0),))
SMALL = {"rows": 16, "columns": 20, "slices": 6}


def reasons(collection) -> dict[str, str]:
    every = [*collection.rejected, *(r for s in collection.series for r in s.rejected)]
    return {Path(item.file).name: item.reason for item in every}


def changed(path: Path, **tags) -> None:
    """Rewrite a file with other values; None removes the element."""
    dataset = dcmread(path)
    for keyword, value in tags.items():
        if value is None:
            del dataset[keyword]
        else:
            setattr(dataset, keyword, value)
    dataset.save_as(path)


def test_slices_are_ordered_along_their_normal_whatever_the_files_say(tmp_path):
    truth = write_series(SCENE, Acquisition(**SMALL, order="shuffled", seed=3), tmp_path)
    (stack,) = read_series([tmp_path]).series[0].stacks
    np.testing.assert_allclose([s.position for s in stack.slices], truth.written_positions)
    assert [s.sop_instance_uid for s in stack.slices] == list(truth.instance_uids)
    first = stack.slices[0]
    assert (first.rows, first.columns) == (16, 20)


def test_row_and_column_spacing_are_kept_apart(tmp_path):
    write_series(SCENE, Acquisition(**SMALL, pixel_spacing=(0.7, 0.5)), tmp_path)
    assert read_series([tmp_path]).series[0].stacks[0].slices[0].pixel_spacing == (0.7, 0.5)


def test_several_series_stand_side_by_side_by_number(tmp_path):
    for number in (12, 3):
        write_series(
            SCENE,
            Acquisition(**SMALL),
            tmp_path / str(number),
            name=f"s{number}",
            series_number=number,
        )
    collection = read_series([tmp_path])
    assert [series.info.number for series in collection.series] == ["3", "12"]


def test_every_file_that_is_no_slice_is_named_with_its_reason(tmp_path):
    files = write_series(SCENE, Acquisition(rows=16, columns=20, slices=14), tmp_path).files
    changed(files[0], ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    changed(files[1], SOPClassUID="1.2.840.10008.5.1.4.1.1.7", ImageType=["DERIVED", "SECONDARY"])
    changed(files[2], ImagePositionPatient=None)
    changed(files[3], ImageOrientationPatient=None)
    changed(files[4], PixelSpacing=None)
    changed(files[5], PixelSpacing=[0, 0.5])
    changed(files[6], PixelSpacing=[-0.5, 0.5])
    changed(files[7], ImageOrientationPatient=[2, 0, 0, 0, 1, 0])
    changed(files[8], ImageOrientationPatient=[1, 0, 0, 0.6, 0.8, 0])
    changed(files[9], SOPClassUID="1.2.840.10008.5.1.4.1.1.2.1")
    changed(files[10], PhotometricInterpretation="RGB", SamplesPerPixel=3)
    changed(files[11], PixelData=None)
    (tmp_path / "notes.txt").write_text("nothing to see")
    (tmp_path / "empty").write_bytes(b"")
    shutil.copy(files[12], tmp_path / "zz_again.dcm")
    found = reasons(read_series([tmp_path]))
    expected = {
        files[0].name: "scout",
        files[1].name: "secondary capture",
        files[2].name: "ImagePositionPatient is missing",
        files[3].name: "ImageOrientationPatient is missing",
        files[4].name: "PixelSpacing is missing",
        files[5].name: "not positive",
        files[6].name: "not positive",
        files[7].name: "unit vectors",
        files[8].name: "not perpendicular",
        files[9].name: "enhanced multi-frame CT",
        files[10].name: "colour image",
        files[11].name: "no PixelData",
        "notes.txt": "not a DICOM file",
        "empty": "not a DICOM file",
        "zz_again.dcm": "copy of " + files[12].name,
    }
    assert found.keys() == expected.keys()
    for name, words in expected.items():
        assert words in found[name], (name, found[name])


def test_numbers_that_are_none_are_named(tmp_path):
    files = write_series(SCENE, Acquisition(**SMALL), tmp_path).files
    for index, text in enumerate((b"nan", b"1e999", b"abc", b"")):
        data = files[index].read_bytes()
        written = dcmread(files[index])["ImagePositionPatient"].value
        old = "\\".join(str(v.original_string) for v in written).encode()
        old += b" " * (len(old) % 2)
        assert old in data
        new = text + b"\\" + b"0" * (len(old) - len(text) - 1) if text else b" " * len(old)
        files[index].write_bytes(data.replace(old, new, 1))
    found = reasons(read_series([tmp_path]))
    assert len(found) == 4 and all("ImagePositionPatient" in reason for reason in found.values())


def test_a_file_without_the_file_header_is_read(tmp_path):
    files = write_series(SCENE, Acquisition(**SMALL), tmp_path).files
    for file in files:
        dataset = dcmread(file)
        with open(file, "wb") as target:
            stream = DicomFileLike(target)
            stream.is_little_endian, stream.is_implicit_VR = True, True
            write_dataset(stream, Dataset({e.tag: e for e in dataset}))
    (stack,) = read_series([tmp_path]).series[0].stacks
    assert len(stack.slices) == 6
    assert stack.slices[0].layout.offset is not None


def test_changing_orientation_makes_several_stacks(tmp_path):
    files = write_series(SCENE, Acquisition(**SMALL), tmp_path).files
    changed(files[-1], ImageOrientationPatient=[0, 1, 0, 0, 0, -1])
    stacks = read_series([tmp_path]).series[0].stacks
    assert [len(stack.slices) for stack in stacks] == [5, 1]
    assert stacks[0].stacks_in_series == 2 and not stacks[0].drifting


def test_a_drifting_orientation_is_told_from_a_mixed_one(tmp_path):
    files = write_series(SCENE, Acquisition(**SMALL), tmp_path).files
    for index, file in enumerate(files):
        angle = 0.002 * index
        changed(file, ImageOrientationPatient=[1, 0, 0, 0, np.cos(angle), np.sin(angle)])
    assert read_series([tmp_path]).series[0].stacks[0].drifting


def test_inputs_that_are_not_there(tmp_path):
    with pytest.raises(SeriesError, match="no such file or folder"):
        read_series([tmp_path / "nowhere"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(SeriesError, match="no file in this folder"):
        read_series([tmp_path / "empty"])


def test_a_file_given_twice_counts_once(tmp_path):
    files = write_series(SCENE, Acquisition(**SMALL), tmp_path).files
    collection = read_series([tmp_path, files[0]])
    assert collection.series[0].slice_count == 6
    assert not reasons(collection)


def test_reading_can_be_cancelled(tmp_path):
    write_series(SCENE, Acquisition(**SMALL), tmp_path)
    with pytest.raises(Cancelled):
        read_series([tmp_path], lambda fraction, message: True)


@pytest.mark.parametrize(
    ("text", "decimals"),
    [("-1.85", 2), ("5", 0), ("5.", 0), ("1.5e-2", 3), ("1.25e+02", 0), (" 7.10 ", 2)],
)
def test_written_decimals(text, decimals):
    assert written_decimals(text) == decimals


def test_scouts_and_dose_reports_of_a_real_scanner(real_data):
    collection = read_series([real_data("ct_skull_phantom_extras")])
    found = reasons(collection)
    assert collection.series == ()
    assert "scout" in found.pop("localizer.dcm")
    assert len(found) == 5 and all("secondary capture" in text for text in found.values())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_named_and_not_waited_for(tmp_path):
    write_series(SCENE, Acquisition(**SMALL), tmp_path)
    os.mkfifo(tmp_path / "pipe")
    collection = read_series([tmp_path])
    assert collection.series[0].slice_count == 6
    assert reasons(collection) == {"pipe": "a pipe or a device, not a file"}
