"""Files as they are met: every encoding, damage of every kind, more zeros than slices."""

from __future__ import annotations

import json
import os
import struct
import time
import tracemalloc
import zlib

import numpy as np
import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from phantoms.elscint import compress_file
from PrintPrepLib.cli import main
from PrintPrepLib.core.errors import PixelDataError
from PrintPrepLib.dicom.elements import LONG_VRS, envelope
from PrintPrepLib.dicom.image_plane import NotASlice
from PrintPrepLib.dicom.reader import read_file
from PrintPrepLib.pixels.values import stored_pixels
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.stack_pixels import read_voxels
from PrintPrepLib.volume.regularize import load_stack
from pydicom import dcmread
from pydicom.dataset import Dataset

pytestmark = pytest.mark.pydicom
SCENE = Scene((Ball((0, 0, 0), 5.0),))
IMPLICIT, EXPLICIT, BIG = (f"1.2.840.10008.1.2{end}" for end in ("", ".1", ".2"))
PIXELS = b"\xe0\x7f\x10\x00"
MANY_ZEROS = 3 << 30


def written(folder, **acquisition):
    acquisition = Acquisition(
        **{"rows": 24, "columns": 20, "slices": 4, "noise": 30.0} | acquisition
    )
    write_series(SCENE, acquisition, folder)
    return acquisition, sorted(folder.iterdir())


def body(path, implicit, little=True):
    """The data set of a file in another encoding, without its file header."""
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_dataset

    source, plain = dcmread(path), Dataset()
    plain.update({element.tag: element for element in source})
    if not little:
        plain.PixelData = np.frombuffer(plain.PixelData, "<u2").astype(">u2").tobytes()
        plain["PixelData"].VR = "OW"
    buffer = DicomBytesIO()
    buffer.is_implicit_VR, buffer.is_little_endian = implicit, little
    if hasattr(plain, "is_implicit_VR") and not hasattr(plain, "set_original_encoding"):
        plain.is_implicit_VR, plain.is_little_endian = implicit, little
    write_dataset(buffer, plain)
    return buffer.getvalue()


def meta(syntax=None):
    """File meta information that says a transfer syntax, or none."""
    found = struct.pack("<HH2sH", 2, 2, b"UI", 26) + b"1.2.840.10008.5.1.4.1.1.2\0"
    if syntax:
        text = syntax.encode() + b"\0" * (len(syntax) % 2)
        found += struct.pack("<HH2sH", 2, 0x10, b"UI", len(text)) + text
    return struct.pack("<HH2sHI", 2, 0, b"UL", 4, len(found)) + found


HEADER = b"\0" * 128 + b"DICM"
#: How a file begins, and how its data set is written: implicit VR, little endian.
FORMS = {
    "implicit": (HEADER + meta(IMPLICIT), True, True),
    "implicit, no meta": (b"", True, True),
    "explicit, no meta": (b"", False, True),
    "big endian, no meta": (b"", False, False),
    "big endian": (HEADER + meta(BIG), False, False),
    "explicit, no preamble": (meta(EXPLICIT), False, True),
    "implicit, no preamble": (meta(IMPLICIT), True, True),
    "explicit, no syntax": (HEADER + meta(), False, True),
    "implicit, no syntax": (HEADER + meta(), True, True),
    "explicit, empty meta": (HEADER, False, True),
    "implicit said, explicit": (HEADER + meta(IMPLICIT), False, True),
    "explicit said, implicit": (HEADER + meta(EXPLICIT), True, True),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_beginning_gives_the_same_volume(tmp_path, form):
    acquisition, files = written(tmp_path)
    for path in files:
        start, implicit, little = FORMS[form]
        path.write_bytes(start + body(path, implicit, little))
    collection = read_series([tmp_path])
    assert not collection.rejected
    voxels = read_voxels(collection.series[0].stacks[0])
    np.testing.assert_array_equal(voxels, acquisition.volume(SCENE))


@pytest.mark.parametrize("vr", sorted(LONG_VRS - {b"SQ"}))
def test_pixels_of_every_long_vr(tmp_path, vr):
    acquisition, files = written(tmp_path)
    for path in files:
        data = path.read_bytes()
        at = data.rindex(PIXELS + b"OW")
        path.write_bytes(data[: at + 4] + vr + data[at + 6 :])
    voxels = read_voxels(read_series([tmp_path]).series[0].stacks[0])
    np.testing.assert_array_equal(voxels, acquisition.volume(SCENE))


def test_a_short_vr_has_a_short_length(tmp_path):
    acquisition, files = written(tmp_path)
    for path in files:
        data = path.read_bytes()
        at, length = data.rindex(PIXELS + b"OW"), 2 * 24 * 20
        path.write_bytes(data[: at + 4] + b"US" + struct.pack("<H", length) + data[at + 12 :])
    voxels = read_voxels(read_series([tmp_path]).series[0].stacks[0])
    np.testing.assert_array_equal(voxels, acquisition.volume(SCENE))


@pytest.mark.parametrize("signed", [False, True])
def test_values_at_the_lower_end_in_spite_of_the_high_bit(tmp_path, signed):
    """HighBit 15 of BitsStored 12, values as pydicom, GDCM and dcm2niix read them."""
    taken = {"intercept": 0.0, "noise": 5.0} if signed else {"intercept": -1024.0, "signed": False}
    acquisition, files = written(tmp_path, **taken)
    for path in files:
        dataset = dcmread(path)
        dataset.BitsStored, dataset.HighBit = 12, 15
        dataset.save_as(path)
    voxels = read_voxels(read_series([tmp_path]).series[0].stacks[0])
    np.testing.assert_array_equal(voxels, acquisition.volume(SCENE))


def test_group_two_without_preamble_begins_a_file():
    found = envelope(meta(EXPLICIT) + b"\x08\0\5\0CS\0\0")
    assert found is not None and found.syntax == EXPLICIT and found.explicit
    assert envelope(b"\2\0 something else") is None


def test_private_compression_without_file_header(tmp_path):
    """Philips/Elscint files out of old archives."""
    acquisition, files = written(tmp_path)
    for path in files:
        compress_file(path)
    for path in sorted(tmp_path.iterdir()):
        data = path.read_bytes()
        path.write_bytes(data[envelope(data).start :])
    volume = load_stack(read_series([tmp_path]).series[0].stacks[0])
    np.testing.assert_array_equal(volume.voxels, acquisition.volume(SCENE))


@pytest.mark.parametrize("term, codec", [("ISO_IR 192", "utf-8"), ("ISO_IR 144", "iso8859_5")])
def test_texts_are_in_the_character_set_that_is_named(tmp_path, term, codec):
    _, (path, *_) = written(tmp_path)
    dataset = dcmread(path)
    dataset.SpecificCharacterSet = term
    for keyword in ("SeriesDescription", "Manufacturer", "ManufacturerModelName", "PatientID"):
        setattr(dataset, keyword, "Кость")
    dataset.save_as(path)
    assert "Кость".encode(codec) in path.read_bytes()
    info = read_series([path]).series[0].info
    assert info.description == info.manufacturer == info.model == info.patient_id == "Кость"


# Damage ------------------------------------------------------------------------------------


def with_vr(path, tag, vr):
    data = path.read_bytes()
    at = data.index(struct.pack("<HH", tag >> 16, tag & 0xFFFF))
    path.write_bytes(data[: at + 4] + vr + data[at + 6 :])


def test_what_only_describes_costs_no_slice(tmp_path):
    _, files = written(tmp_path)
    with_vr(files[0], 0x0008103E, b"IS")
    collection = read_series([tmp_path])
    assert len(collection.series[0].stacks[0].slices) == 4


@pytest.mark.parametrize("vr", [b"FD", b"\xff\xff"])
def test_what_places_a_slice_leaves_it_out_by_name(tmp_path, vr):
    _, files = written(tmp_path)
    with_vr(files[0], 0x00200032, vr)
    collection = read_series([tmp_path])
    left = [*collection.rejected, *collection.series[0].rejected]
    assert [item.file for item in left] == [str(files[0])]
    assert len(collection.series[0].stacks[0].slices) == 3


def test_irregular_file_meta_costs_one_slice_at_most(tmp_path):
    _, files = written(tmp_path)
    with_vr(files[0], 0x00020010, b"FD")
    data = files[1].read_bytes()
    files[1].write_bytes(data[:132] + b"\2\0\0\0\xff\xff\xff\xff" + data[140:])
    collection = read_series([tmp_path])
    assert len(collection.series[0].stacks[0].slices) >= 2


@pytest.mark.parametrize("damage", ["cut", "fragments"])
def test_a_slice_without_its_pixels_refuses_by_name(tmp_path, capsys, damage):
    folder, out = tmp_path / "in", tmp_path / "out"
    _, files = written(folder)
    data = files[1].read_bytes()
    if damage == "cut":
        data = data[:-100]
    else:
        at = data.rindex(PIXELS) + 8
        data = data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :]
    files[1].write_bytes(data)
    assert main(["inspect", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["series"][0]["source"]["slices"] == 4
    assert main(["run", str(folder), "--out", str(out)]) == 1
    told = capsys.readouterr().err
    assert files[1].name in told and "internal" not in told and not out.exists()


def test_names_that_are_no_utf8(tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    _, files = written(folder, slices=12)
    place = os.fsencode(folder)
    with open(os.path.join(place, b"bef\xfcnde.txt"), "w") as file:
        file.write("no slice")
    os.rename(files[2], os.path.join(place, b"IM\xe9"))
    assert main(["run", str(folder), "--out", str(out), "--identify"]) == 0
    record = json.loads((out / "qa.json").read_text("utf-8"))
    assert [os.path.basename(item["file"]) for item in record["source"]["rejected"]] == [
        os.fsdecode(b"bef\xfcnde.txt")
    ]
    assert main(["verify", str(out / "qa.json")]) == 0


# Sizes -------------------------------------------------------------------------------------


def sparse(path, size=MANY_ZEROS):
    """The file with zeros behind it that take no place on the disk."""
    os.truncate(path, size)


def quickly(work):
    """What ``work`` gives, in little time and memory."""
    tracemalloc.start()
    start = time.process_time()
    try:
        return work()
    finally:
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert time.process_time() - start < 5 and used < 100 << 20


def test_zeros_behind_a_slice_cost_nothing(tmp_path):
    acquisition, files = written(tmp_path)
    for path in files:
        sparse(path)
    stack = quickly(lambda: read_series([tmp_path]).series[0].stacks[0])
    np.testing.assert_array_equal(read_voxels(stack), acquisition.volume(SCENE))


def test_zeros_behind_a_private_compression(tmp_path):
    acquisition, files = written(tmp_path)
    for path in files:
        compress_file(path)
    for path in tmp_path.iterdir():
        sparse(path)
    stack = quickly(lambda: read_series([tmp_path]).series[0].stacks[0])
    voxels = quickly(lambda: read_voxels(stack))
    np.testing.assert_array_equal(voxels, acquisition.volume(SCENE))


@pytest.mark.parametrize("start", [HEADER, HEADER + meta(EXPLICIT), HEADER + meta(IMPLICIT)])
def test_a_header_of_zeros(tmp_path, start):
    path = tmp_path / "zeros"
    path.write_bytes(start)
    sparse(path)
    with pytest.raises(NotASlice):
        quickly(lambda: read_file(str(path)))


#: An element at the start of a data set, before gigabytes of zeros.
ENDLESS = {
    "sequence": struct.pack("<HH2sHI", 8, 0x1140, b"SQ", 0, 0xFFFFFFFF),
    "unknown": struct.pack("<HH2sHI", 9, 0x1010, b"UN", 0, 0xFFFFFFFF),
    "bytes": struct.pack("<HH2sHI", 9, 0x1010, b"OB", 0, 0xFFFFFFFF),
    "item": struct.pack("<HH2sHIHHI", 8, 0x1140, b"SQ", 0, 0xFFFFFFFF, 0xFFFE, 0xE000, 0xFFFFFFFF),
    "groups": struct.pack("<HH2sHI", 0x5200, 0x9230, b"SQ", 0, 0x80000000),
    "text": struct.pack("<HH2sHI", 8, 0x103E, b"UT", 0, 0x80000000),
}


@pytest.mark.parametrize("element", ENDLESS)
def test_declared_lengths_are_not_believed(tmp_path, element):
    path = tmp_path / "endless"
    path.write_bytes(HEADER + meta(EXPLICIT) + ENDLESS[element])
    sparse(path)
    with pytest.raises(NotASlice):
        quickly(lambda: read_file(str(path)))


def test_a_deflated_file_that_holds_gigabytes(tmp_path):
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = b"\0" * (1 << 24)
    packed = b"".join(packer.compress(block) for _ in range(18)) + packer.flush()
    path = tmp_path / "bomb"
    path.write_bytes(HEADER + meta("1.2.840.10008.1.2.1.99") + packed)
    with pytest.raises(NotASlice, match="unpacked"):
        quickly(lambda: read_file(str(path)))


def test_a_matrix_larger_than_its_file(tmp_path):
    _, (path, *_) = written(tmp_path)
    dataset = dcmread(path)
    dataset.Rows = dataset.Columns = 65535
    dataset.save_as(path)
    (header, _text), *_ = read_file(str(path)).slices
    with pytest.raises(PixelDataError, match="truncated"):
        quickly(lambda: stored_pixels(header))
