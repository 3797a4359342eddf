"""One private-compressed file → standard DICOM: what changes, and that nothing else does."""

from __future__ import annotations

import io
import random
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from phantoms.elscint import TRANSFER_SYNTAX, compress_file, encode_rgb1, encode_rle1
from PrintPrepLib.convert.transcode import convert, needs_conversion
from PrintPrepLib.core.errors import DamagedFile, NotServed, PixelDataError, PrintPrepError
from PrintPrepLib.dicom.elements import Irregular, elements, envelope
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

pytestmark = pytest.mark.pydicom

EXPLICIT = "1.2.840.10008.1.2.1"
SCENE = Scene((Ball((0, 0, 0), 7.0),))
TAKEN = Acquisition(rows=20, columns=24, slices=2)
#: The elements that the compression needs: they go.
COMPRESSION = {0x07A1100A, 0x07A11011}


@pytest.fixture
def plain(tmp_path) -> Path:
    """An uncompressed file that a test may change."""
    return write_series(SCENE, TAKEN, tmp_path / "plain").files[0]


def converted(path: Path) -> bytes:
    data = path.read_bytes()
    found = envelope(data)
    assert found is not None and needs_conversion(data, found)
    return b"".join(convert(data, found, str(path)).pieces)


def raw_elements(data: bytes) -> dict[int, bytes]:
    """Every element at the top, header and value, cut out by a reader of its own."""
    assert data[128:132] == b"DICM"
    found: dict[int, bytes] = {}
    at = 132
    while at < len(data):
        group, number = struct.unpack_from("<HH", data, at)
        vr = data[at + 4 : at + 6]
        head = 12 if vr in (b"OB", b"OW", b"SQ", b"UN", b"UT", b"UC", b"OF") else 8
        code = "<I" if head == 12 else "<H"
        (length,) = struct.unpack_from(code, data, at + head - struct.calcsize(code))
        endless = length == 0xFFFFFFFF
        end = _behind_sequence(data, at + head) if endless else at + head + length
        assert (group << 16 | number) not in found
        found[group << 16 | number] = data[at:end]
        at = end
    assert at == len(data)
    return found


def _behind_sequence(data: bytes, at: int) -> int:
    """No values in these tests hold the delimiters, so counting them is enough."""
    depth = 1
    while depth:
        following = data.index(b"\xfe\xff\xdd\xe0\0\0\0\0", at)
        depth += data.count(b"SQ\0\0\xff\xff\xff\xff", at, following) - 1
        at = following + 8
    return at


def differences(before: bytes, after: bytes) -> dict[int, tuple[bytes | None, bytes | None]]:
    old, new = raw_elements(before), raw_elements(after)
    assert list(new) == sorted(new)
    return {
        tag: (old.get(tag), new.get(tag))
        for tag in old.keys() | new.keys()
        if old.get(tag) != new.get(tag)
    }


def add_what_must_survive(path: Path) -> None:
    """Texts of a character set, odd VRs, private elements, sequences of all kinds, padding."""
    dataset = dcmread(path)
    dataset.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    dataset.PatientName = "Yamada^Tarou=山田^太郎=やまだ^たろう"
    dataset.add_new(0x00091001, "UN", b"\1\2\3\4")
    dataset.add_new(0x00090010, "LO", "SOMEBODY")
    dataset.add_new(0x01F10010, "LO", "ELSCINT1")
    dataset.add_new(0x01F11027, "DS", "0.50")
    dataset.add_new(0x07A10011, "LO", "ANOTHER")
    dataset.add_new(0x07A1110A, "OB", b"\5\6")
    dataset.add_new(0x07A11111, "CS", "PMSCT_RLE1")
    dataset.RescaleSlope = " 1.0000"
    icon = Dataset()
    icon.Rows, icon.Columns = 4, 4
    icon.add_new(0x07A10010, "LO", "ELSCINT1")
    icon.add_new(0x07A1100A, "OB", b"\1\2\3\4")
    icon.add_new(0x07A11011, "CS", "LOSSLESS RICE")
    icon.add_new(0x7FE00010, "OW", b"\0" * 32)
    icon.add_new(0xFFFCFFFC, "OB", b"\0\0")
    inner = Dataset()
    inner.IconImageSequence = Sequence([icon])
    dataset.ReferencedImageSequence = Sequence([inner, Dataset()])
    dataset["ReferencedImageSequence"].is_undefined_length = True
    dataset.add_new(0xFFFCFFFC, "OB", b"\0" * 100)
    dataset.save_as(path)


@pytest.mark.parametrize("place", ["private", "PixelData"])
@pytest.mark.parametrize("block", [0x10, 0x35])
def test_only_syntax_pixels_and_compression_elements_change(plain, place, block):
    add_what_must_survive(plain)
    pixels = dcmread(plain).PixelData
    compress_file(plain, block=block, place=place)
    before = plain.read_bytes()
    changed = differences(before, converted(plain))
    gone = {tag for tag, (_, new) in changed.items() if new is None}
    own = {0x07A10000 | block << 8 | 0x11, 0xFFFCFFFC}
    own |= {0x07A10000 | block << 8 | 0x0A} if place == "private" else set()
    assert gone == own
    assert changed.keys() - gone == {0x00020000, 0x00020010, 0x7FE00010}
    new = changed[0x7FE00010][1]
    assert new[:8] == b"\xe0\x7f\x10\x00OW\0\0" and new[12:] == pixels
    assert changed[0x00020010][1][8:].rstrip(b"\0") == EXPLICIT.encode()


def test_the_file_header_is_right(plain):
    compress_file(plain)
    data = converted(plain)
    (length,) = struct.unpack_from("<I", data, 140)
    assert data[132:140] == b"\2\0\0\0UL\4\0"
    header = io.BytesIO(data[144 : 144 + length])
    assert struct.unpack_from("<H", data, 144 + length)[0] == 8
    assert header.getvalue().count(EXPLICIT.encode()) == 1
    dataset = dcmread(io.BytesIO(data))
    assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID


@pytest.mark.parametrize("place", ["private", "PixelData"])
def test_plain_values_stay_as_they_are(plain, place):
    pixels = dcmread(plain).PixelData
    compress_file(plain, plain=True, place=place)
    assert dcmread(io.BytesIO(converted(plain))).PixelData == pixels


def test_plain_values_without_a_named_compression(plain):
    dataset = dcmread(plain)
    dataset.file_meta.TransferSyntaxUID = TRANSFER_SYNTAX
    dataset.save_as(plain)
    changed = differences(plain.read_bytes(), converted(plain))
    assert changed.keys() == {0x00020000, 0x00020010}


def test_an_object_without_pixels_gets_the_new_syntax_only(plain):
    dataset = dcmread(plain)
    del dataset.PixelData, dataset.Rows, dataset.Columns
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.67"
    dataset.file_meta.TransferSyntaxUID = TRANSFER_SYNTAX
    dataset.save_as(plain)
    assert differences(plain.read_bytes(), converted(plain)).keys() == {0x00020000, 0x00020010}


def test_empty_pixel_data_beside_the_stream_is_not_taken_for_the_image(plain):
    pixels = dcmread(plain).PixelData
    compress_file(plain)
    dataset = dcmread(plain)
    dataset.add_new(0x7FE00010, "OB", b"")
    dataset.save_as(plain)
    assert dcmread(io.BytesIO(converted(plain))).PixelData == pixels


def test_group_lengths_that_became_wrong_go(plain):
    compress_file(plain)
    data = plain.read_bytes()
    for group in (0x0028, 0x07A1):
        at = data.index(struct.pack("<H", group), 400 if group == 0x28 else 132)
        while data[at + 4 : at + 6] not in (b"US", b"LO"):
            at = data.index(struct.pack("<H", group), at + 1)
        data = data[:at] + struct.pack("<HH2sHI", group, 0, b"UL", 4, 999) + data[at:]
    found = envelope(data)
    new = b"".join(convert(data, found, "").pieces)
    present = {element.tag for element in elements(new, envelope(new).start, True)}
    assert 0x07A10000 not in present
    assert 0x00280000 in present  # nothing in this group has changed


def with_element(data: bytes, element: bytes) -> bytes:
    """The file with one more element where its tag belongs."""
    tag = raw_tag(element)
    at = envelope(data).start
    for present in elements(data, at, True):
        if present.tag > tag:
            break
        at = present.end
    return data[:at] + element + data[at:]


def raw_tag(element: bytes) -> int:
    group, number = struct.unpack_from("<HH", element)
    return group << 16 | number


def converted_tags(data: bytes) -> set[int]:
    new = b"".join(convert(data, envelope(data), "").pieces)
    return {element.tag for element in elements(new, envelope(new).start, True)}


def test_lengths_that_a_new_image_makes_wrong_go(plain):
    image = np.zeros((480, 3), np.uint8)
    compress_file(plain, compression="PMSCT_RGB1", stream=encode_rgb1(image))
    data = plain.read_bytes()
    for group, number in ((0x0028, 0), (0x0008, 1), (0x0020, 0)):
        element = struct.pack("<HH2sHI", group, number, b"UL", 4, 999)
        data = with_element(data, element)
    assert {0x00280000, 0x00080001} & converted_tags(data) == set()
    assert 0x00200000 in converted_tags(data)


def test_a_sequence_of_unknown_vr_is_followed(plain):
    """PS3.5 6.2.2: its items are in implicit VR, whatever the rest of the file is in."""
    compress_file(plain)
    item = struct.pack("<HHI", 0x0008, 0x1150, 4) + b"1.2\0"
    item += struct.pack("<HHI", 0x0008, 0x1199, 0xFFFFFFFF)
    item += struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    sequence = struct.pack("<HH2sHI", 0x0009, 0x1001, b"UN", 0, 0xFFFFFFFF)
    sequence += struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF) + item
    sequence += struct.pack("<HHI", 0xFFFE, 0xE00D, 0) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    data = with_element(plain.read_bytes(), sequence)
    new = b"".join(convert(data, envelope(data), "").pieces)
    assert sequence in new and 0x07A11011 not in converted_tags(data)


def test_colour_becomes_rgb_with_a_warning(plain):
    random_ = np.random.default_rng(3)
    image = np.repeat(random_.integers(0, 255, (20 * 24 // 4, 3), dtype=np.uint8), 4, axis=0)
    image[:100] = image[:100, :1]
    compress_file(plain, compression="PMSCT_RGB1", stream=encode_rgb1(image))
    data = plain.read_bytes()
    made = convert(data, envelope(data), "")
    assert "not yet confirmed on scanner data" in made.warning.text
    dataset = dcmread(io.BytesIO(b"".join(made.pieces)))
    assert dataset.PhotometricInterpretation == "RGB" and dataset.SamplesPerPixel == 3
    assert (dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit) == (8, 8, 7)
    assert dataset.PixelRepresentation == 0 and dataset.PlanarConfiguration == 0
    np.testing.assert_array_equal(dataset.pixel_array.reshape(-1, 3), image)


def test_a_standard_file_needs_none(plain):
    data = plain.read_bytes()
    assert needs_conversion(data, envelope(data)) is False
    # The beginning is enough once PixelData is in sight.
    head = data[: data.index(b"\xe0\x7f\x10\x00") + 20]
    assert needs_conversion(head, envelope(head), whole=False) is False
    assert needs_conversion(head[:600], envelope(head), whole=False) is None


def test_a_standard_syntax_with_the_stream_in_the_private_element_needs_it(plain):
    pixels = dcmread(plain).PixelData
    compress_file(plain, syntax=EXPLICIT)
    assert dcmread(io.BytesIO(converted(plain))).PixelData == pixels


def test_leftover_private_elements_in_a_standard_file_are_no_reason(plain):
    dataset = dcmread(plain)
    dataset.add_new(0x07A10010, "LO", "ELSCINT1")
    dataset.add_new(0x07A11011, "CS", "PMSCT_RLE1")
    dataset.add_new(0x07A1100A, "OB", b"\1\2")
    dataset.save_as(plain)
    data = plain.read_bytes()
    assert needs_conversion(data, envelope(data)) is False


@pytest.mark.parametrize("kind", ["no file header", "implicit", "implicit in places"])
def test_files_that_are_not_quite_right_are_put_right(plain, kind):
    pixels, name = dcmread(plain).PixelData, "Phantom^Analytic"
    compress_file(plain)
    data = plain.read_bytes()
    start = envelope(data).start
    if kind == "no file header":
        data = data[start:]
    elif kind == "implicit in places":
        at = data.index(b"\x28\0\x10\0US\2\0")
        data = data[:at] + struct.pack("<HHIH", 0x28, 0x10, 2, 20) + data[at + 10 :]
    else:
        dataset = dcmread(plain)
        body = b""
        for element in dataset:
            value = dataset.get_item(element.tag).value
            if not isinstance(value, bytes):
                value = raw_elements(data)[int(element.tag)]
                value = value[12 if value[4:6] in (b"OB", b"OW") else 8 :]
            body += struct.pack("<HHI", element.tag.group, element.tag.elem, len(value)) + value
        data = data[:start] + body
    found = envelope(data)
    if kind == "no file header":
        assert found.syntax == ""
    assert needs_conversion(data, found)
    new = dcmread(io.BytesIO(b"".join(convert(data, found, "").pieces)))
    assert new.file_meta.TransferSyntaxUID == EXPLICIT
    assert new.file_meta.MediaStorageSOPInstanceUID == new.SOPInstanceUID
    assert new.PixelData == pixels and new.PatientName == name and new.Rows == 20


@pytest.mark.parametrize(
    ("change", "kind", "reason"),
    [
        ({"compression": "LOSSLESS RICE"}, NotServed, "LOSSLESS RICE is not known"),
        ({"compression": "", "stream": b"\1" * 50}, NotServed, "does not name its compression"),
        ({"stream": b"\1" * 50}, PixelDataError, "truncated: 50 of 480 pixels"),
        ({"stream": b""}, PixelDataError, "are missing"),
        ({"Rows": None}, DamagedFile, "Rows or Columns"),
        ({"Rows": 65535, "Columns": 65535}, NotServed, "65535 × 65535"),
        ({"BitsAllocated": 8}, NotServed, "of 8 bits"),
        ({"SamplesPerPixel": 3}, NotServed, "3 samples"),
        ({"NumberOfFrames": 2}, NotServed, "several frames"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_not_served_is_refused_by_name(plain, change, kind, reason):
    for keyword in [name for name in change if name[0].isupper()]:
        dataset = dcmread(plain)
        value = change.pop(keyword)
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
        dataset.save_as(plain)
    compress_file(plain, **change)
    with pytest.raises(kind, match=reason) as caught:
        converted(plain)
    assert caught.value.file == str(plain)


def test_a_stream_that_is_missing_while_the_compression_is_named(plain):
    compress_file(plain)
    dataset = dcmread(plain)
    del dataset[0x07A1100A]
    dataset.save_as(plain)
    with pytest.raises(PixelDataError, match="are missing"):
        converted(plain)


def test_every_cut_is_refused(plain):
    compress_file(plain)
    data = plain.read_bytes()
    for length in range(len(data) - 1, 0, -7):
        try:
            found = envelope(data[:length])
            if found is None or not needs_conversion(data[:length], found):
                continue
            convert(data[:length], found, "cut")
        except (PrintPrepError, Irregular) as error:
            assert str(error)
        else:
            raise AssertionError(f"{length} of {len(data)} bytes were converted")


@settings(deadline=None, max_examples=400)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_damaged_files_do_no_harm(damage_file, seed, count):
    data = bytearray(damage_file)
    chance = random.Random(seed)
    for _ in range(count):
        data[chance.randrange(132, len(data))] = chance.choice([0, 1, 0xFF, chance.randrange(256)])
    data = bytes(data)
    try:
        found = envelope(data)
        if found is None or not needs_conversion(data, found):
            return
        new = b"".join(convert(data, found, "damaged").pieces)
    except (PrintPrepError, Irregular) as error:
        assert str(error)
        return
    present = list(elements(new, envelope(new).start, True))
    assert present


@pytest.fixture(scope="session")
def damage_file(tmp_path_factory) -> bytes:
    path = write_series(SCENE, TAKEN, tmp_path_factory.mktemp("damage")).files[0]
    add_what_must_survive(path)
    compress_file(path)
    return path.read_bytes()


def test_zero_bytes_behind_the_data_set_go(plain):
    compress_file(plain)
    whole = converted(plain)
    plain.write_bytes(plain.read_bytes() + bytes(37))
    assert converted(plain) == whole


def test_sequences_without_end_are_refused():
    nest = struct.pack("<HH2sHI", 8, 0x1140, b"SQ", 0, 0xFFFFFFFF)
    nest += struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    with pytest.raises(Irregular, match="too deep"):
        list(elements(nest * 2000, 0, True))


def test_streams_of_odd_length_pixels_are_padded(tmp_path):
    taken = Acquisition(rows=3, columns=5, slices=2)
    path = write_series(SCENE, taken, tmp_path).files[0]
    image = np.random.default_rng(1).integers(0, 255, (15, 3), dtype=np.uint8)
    compress_file(path, compression="PMSCT_RGB1", stream=encode_rgb1(image))
    made = raw_elements(converted(path))[0x7FE00010]
    assert made[4:6] == b"OB" and len(made) == 12 + 46 and made[12:57] == image.tobytes()


def test_the_values_are_what_the_encoder_was_given(tmp_path):
    """Noise of all 16 bits, so that no value is left out."""
    path = write_series(SCENE, TAKEN, tmp_path).files[0]
    words = np.random.default_rng(5).integers(0, 65536, 480).astype(np.uint16)
    compress_file(path, stream=encode_rle1(words))
    assert dcmread(io.BytesIO(converted(path))).PixelData == words.tobytes()
