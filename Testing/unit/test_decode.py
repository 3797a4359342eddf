"""Pixels in every transfer syntax that can be met, against the plain ones and other readers."""

from __future__ import annotations

import os
import re
import shutil

import numpy as np
import pytest
from benchmarks.dcm2niix_side import convert, read_nifti
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from phantoms.enhanced import frames_of, write_enhanced
from phantoms.transfer import jpeg_baseline, rewrite
from PrintPrepLib.core.errors import PixelDataError
from PrintPrepLib.dicom.image_plane import NotASlice
from PrintPrepLib.dicom.reader import read_file
from PrintPrepLib.pixels import decode
from PrintPrepLib.pixels.values import can_decode, stored_pixels
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.stack_pixels import StackPixels, read_voxels
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate

pytestmark = pytest.mark.pydicom
SCENE = Scene((Ball((0, 0, 0), 5.0),))
FORMS = ("rle", "j2k", "jpeg_lossless", "deflated", "big_endian")


def written(folder, **acquisition):
    acquisition = Acquisition(
        **{"rows": 24, "columns": 20, "slices": 4, "noise": 30.0} | acquisition
    )
    return acquisition, write_series(SCENE, acquisition, folder).files


def the_stack(folder):
    return read_series([folder]).series[0].stacks[0]


def changed(path, **elements):
    dataset = dcmread(path)
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    dataset.save_as(str(path))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("signed", [True, False])
def test_the_values_are_those_of_the_plain_files(tmp_path, form, signed):
    acquisition, files = written(tmp_path, signed=signed, intercept=-2000.0)
    for path in files:
        rewrite(path, form)
    stack = the_stack(tmp_path)
    assert can_decode(stack.slices[0].layout) is None
    voxels = read_voxels(stack)
    assert voxels.dtype == np.int16
    np.testing.assert_array_equal(voxels, acquisition.volume(SCENE))


@pytest.mark.parametrize("form", ["rle", "jpeg_lossless", "big_endian"])
def test_dcm2niix_sees_the_same_values(tmp_path, form):
    _, files = written(tmp_path / "dicom")
    for path in files:
        rewrite(path, form)
    ours = read_voxels(the_stack(tmp_path / "dicom"))
    theirs = read_nifti(convert(tmp_path / "dicom", tmp_path / "nii")[0]).voxels
    # dcm2niix stores rows from the bottom up.
    np.testing.assert_array_equal(ours, theirs[:, ::-1])


def test_jpeg_lossless_of_another_process_goes_the_same_way(tmp_path):
    acquisition, files = written(tmp_path)
    for path in files:
        rewrite(path, "jpeg_lossless")
        dataset = dcmread(path)
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.57"
        dataset.save_as(str(path))
    np.testing.assert_array_equal(read_voxels(the_stack(tmp_path)), acquisition.volume(SCENE))


@pytest.mark.parametrize(
    "name",
    ["MR_small_jpeg_ls_lossless", "MR_small_jp2klossless", "MR_small_RLE", "MR_small_bigendian"],
)
def test_files_of_other_writers(name):
    """pydicom's own test files: one image in five transfer syntaxes."""
    plain, other = get_testdata_file("MR_small.dcm"), get_testdata_file(f"{name}.dcm")
    if plain is None or other is None:
        pytest.skip("this pydicom came without its test files")
    expected = stored_pixels(read_file(plain).slices[0][0])
    found = stored_pixels(read_file(other).slices[0][0])
    assert found.dtype == expected.dtype == np.int16
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, expected)


def test_what_pillow_cannot_gdcm_can(tmp_path):
    """JPEG Extended with 12 bits, against SimpleITK's reader on the whole file."""
    import SimpleITK

    source = get_testdata_file("JPGExtended.dcm")
    if source is None:
        pytest.skip("this pydicom came without its test files")
    _, (model, *_) = written(tmp_path / "model")
    path = tmp_path / "extended.dcm"
    shutil.copy(source, path)
    placed = dcmread(model)
    changed(
        path,
        ImagePositionPatient=placed.ImagePositionPatient,
        ImageOrientationPatient=placed.ImageOrientationPatient,
        PixelSpacing=placed.PixelSpacing,
        ImageType=["ORIGINAL", "PRIMARY"],
    )
    ours = stored_pixels(read_file(str(path)).slices[0][0])
    theirs = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(source))[0]
    assert ours.dtype == np.uint16 and ours.max() > 255
    np.testing.assert_array_equal(ours, theirs)


def test_lossy_jpeg_is_near_and_says_that_it_lost(tmp_path):
    _, (path, *_) = written(tmp_path)
    j, i = np.mgrid[:24, :20]
    image = (4 * i + 3 * j).astype(np.uint8)
    jpeg_baseline(path, image)
    header, _ = read_file(str(path)).slices[0]
    assert header.layout.loss.method == "JPEG"
    assert np.abs(stored_pixels(header).astype(int) - image).max() <= 4


@pytest.mark.parametrize("form", ["rle", "deflated", "big_endian", "plain"])
def test_padding_beyond_the_stored_bits_survives(tmp_path, form):
    """BitsStored 12, padding −2000 as old scanners write it around the field."""
    _, files = written(tmp_path, circular_field=True, padding=-3000, noise=0.0, intercept=0.0)
    for path in files:
        changed(path, BitsStored=12, HighBit=11)
        if form != "plain":
            rewrite(path, form)
    stack = the_stack(tmp_path)
    values, missing = StackPixels(stack).slice(0)
    assert values[0, 0] == -3000 and missing[0, 0]
    assert missing.sum() == (values == -3000).sum() > 0


@pytest.mark.parametrize("form", ["rle", "deflated", "big_endian", "plain"])
def test_twelve_bits_below_an_overlay(tmp_path, form):
    _, (path, *_) = written(tmp_path)
    expected = np.arange(480, dtype=np.uint16).reshape(24, 20)
    changed(
        path,
        BitsStored=12,
        HighBit=11,
        PixelRepresentation=0,
        PixelData=(expected | 0xA000).astype("<u2").tobytes(),
    )
    if form != "plain":
        rewrite(path, form)
    np.testing.assert_array_equal(stored_pixels(read_file(str(path)).slices[0][0]), expected)


@pytest.mark.parametrize("signed", [False, True])
def test_values_in_the_upper_bits(tmp_path, signed):
    """Old files put twelve bits on top of a word (HighBit 15)."""
    _, (path, *_) = written(tmp_path)
    expected = np.arange(480, dtype=np.int16).reshape(24, 20) - (240 if signed else 0)
    changed(
        path,
        BitsStored=12,
        HighBit=15,
        PixelRepresentation=int(signed),
        PixelData=((expected << 4) | 5).astype("<i2").tobytes(),
    )
    np.testing.assert_array_equal(stored_pixels(read_file(str(path)).slices[0][0]), expected)


@pytest.mark.parametrize("form", ["plain", "deflated", "big_endian"])
@pytest.mark.parametrize("bits", [8, 32])
@pytest.mark.parametrize("signed", [False, True])
def test_other_widths(tmp_path, bits, signed, form):
    _, (path, *_) = written(tmp_path)
    kind = np.dtype(f"<{'i' if signed else 'u'}{bits // 8}")
    expected = np.random.default_rng(1).integers(
        np.iinfo(kind).min, np.iinfo(kind).max, (24, 20), kind, endpoint=True
    )
    changed(
        path,
        BitsAllocated=bits,
        BitsStored=bits,
        HighBit=bits - 1,
        PixelRepresentation=int(signed),
        PixelData=expected.tobytes(),
    )
    if form != "plain":
        rewrite(path, form)
    found = stored_pixels(read_file(str(path)).slices[0][0])
    np.testing.assert_array_equal(found, expected)
    assert found.dtype.isnative and found.dtype.itemsize == bits // 8


@pytest.mark.parametrize("bits", [1, 12, 64])
def test_widths_that_no_slice_has(tmp_path, bits):
    _, (path, *_) = written(tmp_path)
    changed(path, BitsAllocated=bits)
    with pytest.raises(NotASlice, match=f"BitsAllocated is {bits}, not 8, 16 or 32"):
        read_file(str(path))


def test_floating_point_pixels_are_refused(tmp_path):
    _, (path, *_) = written(tmp_path)
    dataset = dcmread(path)
    del dataset.PixelData
    dataset.FloatPixelData = np.zeros(480, "<f4").tobytes()
    dataset.BitsAllocated = 32
    dataset.save_as(str(path))
    with pytest.raises(NotASlice, match="floating-point pixels"):
        read_file(str(path))


def test_a_compressed_file_without_pixels_is_refused(tmp_path):
    _, (path, *_) = written(tmp_path)
    rewrite(path, "rle")
    dataset = dcmread(path)
    del dataset.PixelData
    dataset.save_as(str(path))
    with pytest.raises(NotASlice, match="no PixelData"):
        read_file(str(path))


def test_fractional_slopes_of_their_own_for_each_slice(tmp_path):
    acquisition, _ = written(
        tmp_path,
        slice_tags={k: {"RescaleSlope": str(0.5 + 0.1 * k)} for k in range(4)},
        intercept=0.0,
    )
    voxels = read_voxels(the_stack(tmp_path))
    assert voxels.dtype == np.float32
    stored = acquisition.volume(SCENE)
    np.testing.assert_allclose(
        voxels, stored * (0.5 + 0.1 * np.arange(4))[:, None, None], rtol=1e-6
    )


def test_frames_are_decoded_one_at_a_time(tmp_path, monkeypatch):
    """Each frame once, whatever the number of frames: none decodes the others."""
    scan = Acquisition(rows=24, columns=20, slices=5)
    write_enhanced(tmp_path / "all.dcm", frames_of(SCENE, scan), rle=True)
    calls = []
    real = decode._one_frame
    monkeypatch.setattr(
        decode, "_one_frame", lambda *given: calls.append(len(given[1])) or real(*given)
    )
    np.testing.assert_array_equal(read_voxels(the_stack(tmp_path)), scan.volume(SCENE))
    assert len(calls) == 5


def test_a_frame_that_is_not_there_is_named(tmp_path):
    scan = Acquisition(rows=24, columns=20, slices=5)
    path = write_enhanced(tmp_path / "all.dcm", frames_of(SCENE, scan), rle=True)
    stack = the_stack(tmp_path)
    dataset = dcmread(path)
    dataset.PixelData = encapsulate([b"\0" * 64])
    dataset.save_as(str(path))
    with pytest.raises(PixelDataError, match="RLE Lossless"):
        read_voxels(stack)


@pytest.mark.filterwarnings("ignore:End of file reached")
@pytest.mark.parametrize("form", ["rle", "j2k", "jpeg_lossless"])
def test_truncated_streams_raise(tmp_path, form):
    _, files = written(tmp_path, rows=96, columns=90)
    rewrite(files[0], form)
    os.truncate(files[0], os.path.getsize(files[0]) - 6000)
    header, _ = read_file(str(files[0])).slices[0]
    with pytest.raises(PixelDataError) as caught:
        stored_pixels(header)
    assert caught.value.file == str(files[0])


@pytest.mark.parametrize(
    ("syntax", "words"),
    [
        ("1.2.840.10008.1.2.4.70", "JPEG Lossless.* needs the package SimpleITK"),
        ("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless.* needs the package SimpleITK"),
        ("1.2.840.10008.1.2.4.100", "no decoder for MPEG2.* is known"),
    ],
)
def test_what_is_missing_is_named(tmp_path, monkeypatch, syntax, words):
    monkeypatch.setattr(decode, "_simpleitk_present", lambda: False)
    _, files = written(tmp_path)
    dataset = dcmread(files[0])
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([b"\0" * 64])
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(str(files[0]))
    header, _ = read_file(str(files[0])).slices[0]
    reason = can_decode(header.layout).text
    with pytest.raises(PixelDataError) as caught:
        stored_pixels(header)
    assert reason in str(caught.value)
    assert re.search(words, reason)


@pytest.mark.parametrize(
    ("syntax", "reason"),
    [
        ("201", "High-Throughput JPEG 2000 needs the package pylibjpeg-openjpeg, which is not"),
        ("110", "no decoder for JPEG XL is known"),
    ],
)
def test_names_that_an_older_pydicom_does_not_know(syntax, reason):
    assert decode.missing_decoder(f"1.2.840.10008.1.2.4.{syntax}").text.startswith(reason)


def test_nothing_of_the_patient_reaches_the_copy_for_gdcm(tmp_path, monkeypatch):
    _, files = written(tmp_path)
    rewrite(files[0], "jpeg_lossless")
    seen = []
    real = decode._one_frame
    monkeypatch.setattr(decode, "_one_frame", lambda *a: seen.append(real(*a)) or seen[-1])
    stored_pixels(read_file(str(files[0])).slices[0][0])
    assert "PatientName" not in seen[0] and "StudyInstanceUID" not in seen[0]
