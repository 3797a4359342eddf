"""The private codecs against encoders of their own, an independent program, and bad streams."""

from __future__ import annotations

import shutil
import time

import numpy as np
import pytest
from benchmarks.dcm2niix_side import convert, read_nifti
from hypothesis import given, settings
from hypothesis import strategies as st
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from phantoms.elscint import compress_file, difference_bytes, encode_rgb1, encode_rle1, pack_runs
from PrintPrepLib.core.errors import PixelDataError
from PrintPrepLib.geometry.analysis import analyse
from PrintPrepLib.pixels.elscint_codec import StreamError, decode, decode_rgb1, decode_rle1
from PrintPrepLib.pixels.values import stored_pixels
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.stack_pixels import read_voxels
from PrintPrepLib.volume.regularize import load_stack
from pydicom import dcmread
from pydicom.dataset import Dataset

pytestmark = pytest.mark.pydicom

SPECIAL = [0, 1, 0x5A, 0x5A5A, 0xA5, 0xA5A5, 0x5AA5, 0xFFFF, 0x8000, 0x7FFF, 0xFF80, 0x80, 0x7F]
words = st.one_of(st.integers(0, 0xFFFF), st.sampled_from(SPECIAL))


@settings(deadline=None, max_examples=300)
@given(st.lists(words, min_size=1, max_size=300), st.integers(1, 300), st.sampled_from([0, 1, 2]))
def test_any_values_come_back(values, shortest_run, trailing):
    array = np.array(values, np.uint16)
    stream = encode_rle1(array, shortest_run) + b"\0" * trailing
    np.testing.assert_array_equal(decode_rle1(stream, len(array)), array)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(words, st.integers(1, 1500)), min_size=1, max_size=8),
    st.lists(st.sampled_from([-1, 0, 1, 90, 0x5A, -91, 0xA5, 127, -128, 128, 40000]), max_size=40),
)
def test_runs_ramps_and_wraps_come_back(runs, steps):
    constant = [value for value, count in runs for _ in range(count)]
    ramp = np.cumsum(steps, dtype=np.int64) & 0xFFFF
    array = np.concatenate([constant, np.repeat(ramp, 3)]).astype(np.uint16)
    np.testing.assert_array_equal(decode_rle1(encode_rle1(array), len(array)), array)


@pytest.mark.parametrize(
    "image",
    [
        np.random.default_rng(0).integers(0, 65536, (129, 127)),
        np.full((64, 64), 0xA5A5),
        np.arange(70 * 70).reshape(70, 70) * 90,
        np.arange(70 * 70).reshape(70, 70) * -91,
        np.zeros((1, 1)),
        np.array([[0x5A, 0xA5, 0x5A]]),
    ],
    ids=["noise", "constant", "steps of 5A", "steps of A5", "one pixel", "escapes"],
)
def test_awkward_images_come_back(image):
    array = image.astype(np.uint16)
    decoded = decode("PMSCT_RLE1", encode_rle1(array), *array.shape)
    np.testing.assert_array_equal(decoded, array)


def test_the_published_grammar_byte_by_byte():
    """A5 n v is n + 1 times v; 5A lo hi is absolute; the rest are differences from 0."""
    stream = bytes([5, 0xFF, 0x5A, 0x34, 0x12, 0xA5, 2, 1, 0x5A, 0, 0, 0x80])
    assert decode_rle1(stream, 8).tolist() == [5, 4, 0x1234, 0x1235, 0x1236, 0x1237, 0, 0xFF80]
    # An escaped A5 is a difference of -91, and may be an argument of 5A.
    assert decode_rle1(bytes([0xA5, 0, 0xA5]), 1).tolist() == [(-91) & 0xFFFF]
    assert decode_rle1(bytes([0x5A, 0xA5, 1, 0xA5]), 1).tolist() == [0xA5A5]


def test_rgb1_grammar_byte_by_byte():
    stream = bytes([10, 0xFF, 0x83, 2, 0x82, 0x81, 0x81, 1, 2, 3, 0x81, 7])
    grey = [[10] * 3, [9] * 3, [9] * 3, [9] * 3, [(9 + 0x81) & 255] * 3]
    assert decode_rgb1(stream, 7).tolist() == [*grey, [1, 2, 3], [7] * 3]


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.one_of(
            st.integers(0, 255).map(lambda v: (v, v, v)),
            st.tuples(*[st.sampled_from([0, 1, 0x81, 0x82, 0x83, 255]) for _ in range(3)]),
        ),
        min_size=1,
        max_size=120,
    ),
    st.integers(1, 5),
    st.lists(st.integers(0, 100), max_size=3),
)
def test_any_colour_image_comes_back(pixels, repeat, toggles):
    image = np.repeat(np.array(pixels, np.uint8), repeat, axis=0)
    stream = encode_rgb1(image, tuple(toggles))
    np.testing.assert_array_equal(decode_rgb1(stream, len(image)), image)


def test_ten_thousand_damaged_streams_never_do_harm():
    """Each gives an image of the right size or StreamError, at once, in bounded memory."""
    random = np.random.default_rng(7)
    smooth = np.cumsum(random.integers(-3, 4, 400)).astype(np.uint16)
    colour = random.integers(0, 3, (400, 3), dtype=np.uint8) * 64
    originals = [
        (decode_rle1, encode_rle1(smooth)),
        (decode_rle1, encode_rle1(random.integers(0, 65536, 400).astype(np.uint16))),
        (decode_rle1, encode_rle1(np.repeat(random.integers(0, 500, 4), 100).astype(np.uint16))),
        (decode_rgb1, encode_rgb1(colour)),
    ]
    started = time.monotonic()
    outcomes = {"decoded": 0, "refused": 0}
    for index in range(10_000):
        codec, stream = originals[index % len(originals)]
        damaged = bytearray(stream)
        for _ in range(int(random.integers(0, 4))):
            damaged[int(random.integers(len(damaged)))] = int(random.integers(256))
        if random.random() < 0.4:
            del damaged[int(random.integers(len(damaged))) :]
        if random.random() < 0.2:
            damaged += bytes(random.integers(0, 256, int(random.integers(1, 40)), dtype=np.uint8))
        try:
            assert len(codec(bytes(damaged), 400)) == 400
            outcomes["decoded"] += 1
        except StreamError as error:
            assert str(error)
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 500
    assert time.monotonic() - started < 120


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (b"", "0 of 16 pixels"),
        (b"\x01" * 15, "15 of 16 pixels"),
        (b"\x01" * 19, "19 instead of 16"),
        (b"\xa5\xff\x01" * 20, "more than 16 pixels"),
        (b"\x01" * 15 + b"\xa5\x00", "15 of 16 pixels"),
        (b"\x01" * 15 + b"\x5a\x00", "15 of 16 pixels"),
        (b"\xa5" * 10**6, "too many for 16 pixels"),
    ],
)
def test_bad_streams_are_refused_with_their_reason(stream, reason):
    with pytest.raises(StreamError, match=reason):
        decode_rle1(stream, 16)


def test_unknown_compressions_are_refused_by_name():
    with pytest.raises(StreamError, match="LOSSLESS RICE"):
        decode("LOSSLESS RICE", b"\0" * 10, 2, 2)


SCENE = Scene((Ball((0, 0, 0), 7.0),))
TAKEN = {"rows": 40, "columns": 36, "slices": 12, "steps": 1.25}


def private_series(folder, files=None, **how):
    taken = Acquisition(**TAKEN, **files or {})
    truth = write_series(SCENE, taken, folder)
    for path in truth.files:
        compress_file(path, **how)
    return read_series([folder]).series[0].stacks[0], taken


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"block": 0x11},
        {"block": 0xFE},
        {"place": "PixelData"},
        {"plain": True},
        {"plain": True, "place": "PixelData"},
        {"trailing": b"\0"},
        {"syntax": "1.2.840.10008.1.2.1"},
    ],
    ids=str,
)
@pytest.mark.parametrize("signed", [True, False])
def test_private_files_read_like_any_other(tmp_path, how, signed):
    stack, taken = private_series(tmp_path, {"signed": signed}, **how)
    np.testing.assert_array_equal(read_voxels(stack), taken.volume(SCENE))
    assert load_stack(stack).provenance["source"]["compression"] == "PMSCT_RLE1"


def test_a_nested_icon_is_not_taken_for_the_image(tmp_path):
    stack, taken = private_series(tmp_path)
    for item in stack.slices:
        dataset = dcmread(item.path)
        icon = Dataset()
        icon.Rows, icon.Columns = 4, 4
        icon.add_new((0x07A1, 0x0010), "LO", "ELSCINT1")
        icon.add_new((0x07A1, 0x100A), "OB", b"\1\2\3\4")
        icon.add_new((0x07A1, 0x1011), "CS", "LOSSLESS RICE")
        icon.add_new(0x7FE00010, "OW", b"\0" * 32)
        dataset.IconImageSequence = [icon]
        dataset.save_as(item.path)
    stack = read_series([tmp_path]).series[0].stacks[0]
    np.testing.assert_array_equal(read_voxels(stack), taken.volume(SCENE))


def test_a_standard_file_with_leftover_private_elements_is_what_the_standard_says(tmp_path):
    stack, taken = private_series(
        tmp_path, plain=True, place="PixelData", syntax="1.2.840.10008.1.2.1"
    )
    assert stack.slices[0].layout.compression is None
    np.testing.assert_array_equal(read_voxels(stack), taken.volume(SCENE))


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"compression": "LOSSLESS RICE"}, "LOSSLESS RICE.*is not known"),
        ({"stream": b"\1" * 700}, "truncated: 700 of 1440 pixels"),
        ({"stream": b""}, "missing or truncated"),
        ({"compression": "PMSCT_RGB1", "stream": b"\x83\xff" * 6}, "colour|more than"),
    ],
)
def test_files_that_cannot_be_decoded_are_named_with_the_remedy(tmp_path, how, reason):
    stack, _ = private_series(tmp_path, **how)
    with pytest.raises(PixelDataError, match=reason) as caught:
        stored_pixels(stack.slices[0])
    assert caught.value.file == stack.slices[0].path


def test_a_file_cut_off_within_its_stream_is_refused(tmp_path):
    stack, _ = private_series(tmp_path)
    path = stack.slices[2].path
    with open(path, "rb+") as file:
        file.truncate(file.seek(0, 2) - 300)
    with pytest.raises(PixelDataError) as caught:
        read_voxels(stack)
    assert caught.value.file == path


def test_an_independent_program_sees_the_same_voxels(tmp_path):
    """dcm2niix decodes our encoder's streams to what our decoder makes of them."""
    stack, taken = private_series(tmp_path / "series", {"signed": False})
    image = read_nifti(convert(tmp_path / "series", tmp_path / "out")[0])
    expected = read_voxels(stack)
    # dcm2niix stores rows from the bottom up.
    np.testing.assert_array_equal(image.voxels[:, ::-1], expected)
    np.testing.assert_array_equal(expected, taken.volume(SCENE))


@pytest.mark.parametrize("name", ["ct_skull_phantom_tilt_minus18", "ct_ge_tilted_variable_spacing"])
def test_real_slices_pass_through_the_codec_unchanged(real_data, tmp_path, name):
    folder = shutil.copytree(real_data(name), tmp_path / "series")
    plain = read_voxels(read_series([folder]).series[0].stacks[0])
    for path in folder.iterdir():
        path.chmod(0o644)
        compress_file(path)
    stack = read_series([folder]).series[0].stacks[0]
    assert stack.slices[0].layout.compression == "PMSCT_RLE1"
    np.testing.assert_array_equal(read_voxels(stack), plain)


def test_difference_and_run_passes_are_what_they_say():
    values = np.array([1, 0x5B, 0xFFFF, 0x7000], np.uint16)
    assert difference_bytes(values) == b"\x01\x5a\x5b\x00\xa4\x5a\x00\x70"
    assert pack_runs(b"\xa5\x01\x01\x01\x01") == b"\xa5\x00\xa5\xa5\x03\x01"


def test_an_unknown_compression_is_refused_before_pixels_are_read(tmp_path):
    stack, _ = private_series(tmp_path, compression="LOSSLESS RICE")
    geometry = analyse(stack)
    assert geometry.findings[0].id == "unknown_compression"
    assert "LOSSLESS RICE" in geometry.refusal and "uncompressed DICOM" in geometry.refusal
    known, _ = private_series(tmp_path / "known")
    assert {finding.id for finding in analyse(known).findings} == {"private_compression"}


def test_an_empty_standard_element_beside_the_private_one_is_passed_over(tmp_path):
    stack, taken = private_series(tmp_path)
    for item in stack.slices:
        dataset = dcmread(item.path)
        dataset.add_new(0x7FE00010, "OW", b"")
        dataset.save_as(item.path)
    stack = read_series([tmp_path]).series[0].stacks[0]
    np.testing.assert_array_equal(read_voxels(stack), taken.volume(SCENE))
