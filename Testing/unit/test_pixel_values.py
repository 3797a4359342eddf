"""Stored pixels into values: every width, sign, rescale and padding."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene, half_contrast_radius
from phantoms.dicom import write_series
from PrintPrepLib.core.errors import Cancelled, GeometryError, PixelDataError, SeriesError
from PrintPrepLib.dicom.pixel_layout import PixelLayout
from PrintPrepLib.geometry.analysis import analyse
from PrintPrepLib.geometry.hounsfield import in_hounsfield, pixel_findings, refuse_maps, value_unit
from PrintPrepLib.pixels.values import rescale, stored_pixels
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.selection import choose
from PrintPrepLib.series.stack_pixels import StackPixels, read_voxels
from PrintPrepLib.surface.grey_values import grey_value_surface
from PrintPrepLib.volume.regularize import load_stack
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import RLELossless

pytestmark = pytest.mark.pydicom
SCENE = Scene((Ball((0, 0, 0), 5.0),))


def stack_of(folder, **acquisition):
    write_series(
        SCENE, Acquisition(**{"rows": 24, "columns": 20, "slices": 5} | acquisition), folder
    )
    return read_series([folder]).series[0].stacks[0]


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("rescale_pair", [(1.0, -1024.0), (1.0, 0.0), (2.0, -3000.0)])
def test_values_are_those_of_the_phantom(tmp_path, signed, rescale_pair):
    slope, intercept = rescale_pair
    if not signed and intercept == 0:
        intercept = -2000.0
    acquisition = Acquisition(
        rows=24, columns=20, slices=5, signed=signed, slope=slope, intercept=intercept
    )
    write_series(SCENE, acquisition, tmp_path)
    voxels = read_voxels(read_series([tmp_path]).series[0].stacks[0])
    assert voxels.dtype == np.int16
    np.testing.assert_array_equal(voxels, acquisition.volume(SCENE))


def test_broken_slopes_give_float_values(tmp_path):
    acquisition = Acquisition(rows=24, columns=20, slices=5, slope=0.37, intercept=-1000.5)
    write_series(SCENE, acquisition, tmp_path)
    voxels = read_voxels(read_series([tmp_path]).series[0].stacks[0])
    assert voxels.dtype == np.float32
    np.testing.assert_allclose(voxels, acquisition.volume(SCENE), rtol=1e-6)


def test_each_slice_has_its_own_rescale(tmp_path):
    acquisition = Acquisition(
        rows=24, columns=20, slices=5, slice_tags={2: {"RescaleIntercept": "-524"}}
    )
    write_series(SCENE, acquisition, tmp_path)
    voxels = read_voxels(read_series([tmp_path]).series[0].stacks[0])
    expected = acquisition.volume(SCENE)
    expected[2] += 500
    np.testing.assert_array_equal(voxels, expected)


def test_values_beyond_int16_turn_the_whole_volume_to_float(tmp_path):
    stack = stack_of(tmp_path, slice_tags={4: {"RescaleIntercept": "40000"}})
    voxels = read_voxels(stack)
    assert voxels.dtype == np.float32 and voxels[4].max() > 32767
    assert voxels[0].min() == -1000


@settings(deadline=None, max_examples=80)
@given(
    bits=st.sampled_from([8, 16, 32]),
    signed=st.booleans(),
    slope=st.integers(-3, 3).filter(bool),
    intercept=st.integers(-40000, 40000),
    data=st.data(),
)
def test_rescale_is_exact_or_float(bits, signed, slope, intercept, data):
    dtype = np.dtype(f"{'i' if signed else 'u'}{bits // 8}")
    limits = np.iinfo(dtype)
    stored = np.array(
        data.draw(st.lists(st.integers(int(limits.min), int(limits.max)), min_size=1, max_size=9)),
        dtype,
    )
    layout = PixelLayout("", bits, bits, signed, slope, intercept, None, None, 0)
    values = rescale(stored, layout)
    exact = [int(value) * slope + intercept for value in stored]
    if values.dtype == np.int16:
        assert values.tolist() == exact
    else:
        assert max(exact) > 32767 or min(exact) < -32768
        np.testing.assert_allclose(values, exact, rtol=1e-6)


def test_bits_above_bits_stored_do_not_count(tmp_path):
    files = write_series(
        SCENE, Acquisition(rows=8, columns=8, slices=2, intercept=0.0), tmp_path
    ).files
    dataset = dcmread(files[0])
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 12, 11, 0
    dataset.PixelData = np.full(64, 0xF123, "<u2").tobytes()
    dataset.save_as(files[0])
    stack = read_series([tmp_path]).series[0].stacks[0]
    assert (stored_pixels(stack.slices[0]) == 0x123).all()


def test_padding_is_found_where_it_is(tmp_path):
    stack = stack_of(tmp_path, circular_field=True, padding=-2000)
    values, missing = StackPixels(stack).slice(0)
    np.testing.assert_array_equal(missing, values == -3024)
    assert missing.any() and not missing.all()
    whole = stack_of(tmp_path / "whole", padding=-2000)
    assert StackPixels(whole).slice(0)[1] is None


def test_a_range_of_padding_values(tmp_path):
    stack = stack_of(
        tmp_path, circular_field=True, padding=-2000, tags={"PixelPaddingRangeLimit": -2050}
    )
    layout = stack.slices[0].layout
    assert layout.padding == (-2050, -2000)


def test_truncated_pixels_are_refused_with_the_file_named(tmp_path):
    stack = stack_of(tmp_path)
    path = stack.slices[3].path
    os.truncate(path, os.path.getsize(path) - 100)
    with pytest.raises(PixelDataError, match="truncated: 860 of 960 bytes") as caught:
        read_voxels(stack)
    assert caught.value.file == path


def test_a_length_that_is_too_short_is_refused(tmp_path):
    stack = stack_of(tmp_path)
    dataset = dcmread(stack.slices[0].path)
    dataset.PixelData = dataset.PixelData[:-2]
    dataset.save_as(stack.slices[0].path)
    stack = read_series([tmp_path]).series[0].stacks[0]
    with pytest.raises(PixelDataError, match="truncated"):
        read_voxels(stack)


def test_run_length_encoded_files_are_decoded(tmp_path):
    plain = read_voxels(stack_of(tmp_path))
    for item in read_series([tmp_path]).series[0].stacks[0].slices:
        dataset = dcmread(item.path)
        dataset.compress(RLELossless)
        dataset.save_as(item.path)
    packed = read_series([tmp_path]).series[0].stacks[0]
    assert packed.slices[0].layout.offset is None
    np.testing.assert_array_equal(read_voxels(packed), plain)


def test_an_unknown_compression_is_refused_by_name(tmp_path):
    stack = stack_of(tmp_path)

    dataset = dcmread(stack.slices[0].path)
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.90"
    dataset.PixelData = encapsulate([b"\xff\x4f\xff\x51" + b"\0" * 20])
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(stack.slices[0].path)

    stack = read_series([tmp_path]).series[0].stacks[0]
    with pytest.raises(PixelDataError, match="JPEG 2000"):
        read_voxels(stack)


def found_in(stack):
    return {finding.id: finding for finding in pixel_findings(stack)}


@pytest.mark.parametrize("kind", ["HU", "Hounsfield units", None])
def test_a_ct_in_hounsfield_units(tmp_path, kind):
    stack = stack_of(tmp_path, tags={"RescaleType": kind})
    assert found_in(stack) == {} and value_unit(stack) == "HU"
    refuse_maps(stack)


@pytest.mark.parametrize(
    ("tags", "what"),
    [
        ({"RescaleType": "OD"}, "RescaleType OD"),
        ({"RescaleType": "Z_EFF"}, "RescaleType Z_EFF"),
        ({"ImageType": ["DERIVED", "SECONDARY", "PERFUSION", "RCBF"]}, "RCBF"),
        ({"ImageType": ["DERIVED", "PRIMARY", "AXIAL", "ELECTRON_DENSITY"]}, "ELECTRON_DENSITY"),
    ],
)
def test_a_map_is_not_for_printing(tmp_path, tags, what):
    stack = stack_of(tmp_path, tags=tags)
    (finding,) = found_in(stack).values()
    assert (finding.id, finding.status) == ("not_hu", "fail")
    assert f"({what})" in finding.message and value_unit(stack) == what
    with pytest.raises(GeometryError, match="not for printing"):
        refuse_maps(stack)
    volume = load_stack(stack)
    assert volume.background == volume.voxels.min()
    assert volume.provenance["source"]["value_unit"] == what
    assert "not_hu" in [item["id"] for item in volume.provenance["findings"]]
    assert not in_hounsfield(volume.provenance["source"])


def test_one_slice_of_another_kind_is_enough(tmp_path):
    assert "not_hu" in found_in(stack_of(tmp_path, slice_tags={3: {"RescaleType": "Z_EFF"}}))


@pytest.mark.parametrize("kind", ["US", "us ", "NONE"])
@pytest.mark.parametrize("slices", [None, 3])
def test_an_unspecified_kind_is_served_with_a_warning(tmp_path, kind, slices):
    tags = {"RescaleType": kind}
    stack = stack_of(tmp_path, **({"slice_tags": {slices: tags}} if slices else {"tags": tags}))
    (finding,) = found_in(stack).values()
    assert (finding.id, finding.status) == ("unspecified_unit", "warn")
    assert value_unit(stack) == "HU"
    refuse_maps(stack)


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"RescaleIntercept": None}, "RescaleIntercept is missing and taken for 0"),
        ({"RescaleSlope": None}, "RescaleSlope is missing and taken for 1"),
    ],
)
def test_half_a_rescaling_is_said(tmp_path, tags, said):
    (finding,) = found_in(stack_of(tmp_path, tags=tags)).values()
    assert (finding.id, finding.status) == ("no_rescale", "warn") and said in finding.message


def rewritten(folder, index: int | None, **texts: str) -> None:
    """Other texts in files as bytes: pydicom would not write a decimal string that is none."""
    for number, path in enumerate(sorted(folder.iterdir())):
        if index in (None, number):
            dataset = dcmread(path)
            for keyword, text in texts.items():
                data = text.encode("latin-1")
                dataset.add_new(keyword, "OB", data + b" " * (len(data) % 2))
            dataset.save_as(path)


@pytest.mark.parametrize(
    "text", ["-1024,00", "-1024 HU", "-1.024,00", "-1,024.0", "-1024,0e0", "-1024\\-1024", "-1024."]
)
def test_an_intercept_is_read_as_it_is_meant(tmp_path, text):
    stack_of(tmp_path)
    rewritten(tmp_path, None, RescaleIntercept=text)
    (stack,) = read_series([tmp_path]).series[0].stacks
    assert {item.pixels.intercept for item in stack.slices} == {-1024.0}
    found = {finding.id for finding in analyse(stack).findings}
    assert ("number_format" in found) == (text not in ("-1024\\-1024", "-1024."))


@pytest.mark.parametrize("keyword", ["RescaleIntercept", "RescaleSlope"])
@pytest.mark.parametrize(
    "text", ["abc", "nan", "1e300", "1e999", "-inf", "1\\2", "1_0", "1.2.3", "0x10", "1 2"]
)
def test_numbers_that_are_none_are_refused_by_tag(tmp_path, keyword, text):
    count = len(stack_of(tmp_path).slices)
    rewritten(tmp_path, 2, **{keyword: text})
    (series,) = read_series([tmp_path]).series
    (rejected,) = series.rejected
    assert keyword in rejected.reason and rejected.file.endswith(sorted(os.listdir(tmp_path))[2])
    assert len(series.stacks[0].slices) == count - 1


def test_what_could_be_thousands_or_decimals_is_refused(tmp_path):
    stack_of(tmp_path)
    rewritten(tmp_path, None, RescaleIntercept="-1,024")
    with pytest.raises(SeriesError, match=r'RescaleIntercept is "-1,024"'):
        choose(read_series([tmp_path]), None, [str(tmp_path)])


def test_a_text_that_is_quoted_is_short_and_harmless(tmp_path):
    stack_of(tmp_path)
    rewritten(tmp_path, 2, RescaleSlope="\x1b[31m" + "x" * 500)
    (rejected,) = read_series([tmp_path]).series[0].rejected
    assert "\x1b" not in rejected.reason and len(rejected.reason) < 120


def test_spacing_and_position_are_read_as_they_are_meant(tmp_path):
    before = stack_of(tmp_path)
    for index, item in enumerate(before.slices):
        x, y, z = (f"{value:.2f} mm".replace(".", ",") for value in item.position)
        rewritten(
            tmp_path,
            index,
            PixelSpacing="\\".join(f"{value:g} mm" for value in item.pixel_spacing),
            ImagePositionPatient=f"{x}\\{y}\\{z}",
            SliceThickness="1,000 mm",
        )
    (after,) = read_series([tmp_path]).series[0].stacks
    for one, other in zip(before.slices, after.slices, strict=True):
        assert other.pixel_spacing == one.pixel_spacing and other.thickness_mm == 1.0
        np.testing.assert_allclose(other.position, one.position, atol=0.005)
        assert other.position_decimals == (2, 2, 2)
    (finding,) = (item for item in analyse(after).findings if item.id == "number_format")
    assert "ImagePositionPatient, PixelSpacing" in finding.message


@pytest.mark.parametrize("empty", ["", None])
@pytest.mark.parametrize(
    ("lacking", "reason"), [([3], "is missing here"), ([0, 1, 2, 4, 5, 6, 7], "is stated here")]
)
def test_a_slice_unlike_its_neighbours_is_named(tmp_path, empty, lacking, reason):
    tags = {k: {"RescaleIntercept": empty} for k in lacking}
    stack = stack_of(tmp_path, slices=8, slice_tags=tags)
    (rejected,) = stack.rejected
    assert rejected.reason.startswith(f"RescaleIntercept {reason}") and len(stack.slices) == 7
    (finding,) = (item for item in analyse(stack).findings if item.id == "unmapped_slices")
    assert (finding.status, finding.measured) == ("warn", 1)
    assert finding.message.startswith("1 slice is left out")


def test_what_is_missing_and_would_change_nothing_is_no_matter(tmp_path):
    stack = stack_of(tmp_path, slice_tags={3: {"RescaleSlope": None}})
    assert not stack.rejected and "unmapped_slices" not in found_in(stack)


def test_images_taken_for_perfusion_are_images(tmp_path):
    stack = stack_of(tmp_path, tags={"ImageType": ["ORIGINAL", "PRIMARY", "PERFUSION", "NONE"]})
    assert found_in(stack) == {}


def test_a_ct_that_does_not_say_how_to_rescale(tmp_path):
    nothing = {"RescaleSlope": None, "RescaleIntercept": None, "RescaleType": None}
    stack = stack_of(tmp_path, tags=nothing)
    (finding,) = found_in(stack).values()
    assert (finding.id, finding.status) == ("no_rescale", "warn")
    assert found_in(stack_of(tmp_path / "mr", tags={**nothing, "Modality": "MR"})) == {}


def test_other_modalities_have_no_hounsfield_units(tmp_path):
    stack = stack_of(tmp_path, tags={"Modality": "MR", "RescaleType": "US"})
    assert found_in(stack) == {} and value_unit(stack) is None
    assert not in_hounsfield({"modality": "MR", "value_unit": None})
    assert in_hounsfield({"modality": "CT"}), "a record of before"


def test_a_slope_of_nothing_is_refused(tmp_path):
    stack_of(tmp_path, slice_tags={2: {"RescaleSlope": "0"}})
    (rejected,) = read_series([tmp_path]).series[0].rejected
    assert rejected.reason == "RescaleSlope is 0: every pixel would have the same value"


@pytest.mark.parametrize("spacing", [(0.4, 0.7), (0.7, 0.4)])
@pytest.mark.parametrize("tilt", [(0.0, 0.0), (0.0, 15.0), (12.0, 0.0)])
def test_a_ball_stays_a_ball_in_oblong_pixels(tmp_path, spacing, tilt):
    """PixelSpacing is (between rows, between columns): swapped, the ball would be an egg."""
    center, radius, sigma = np.array([2.3, -1.7, 4.1]), 10.0, 0.5
    scan = Acquisition(
        rows=round(28 / spacing[0]),
        columns=round(28 / spacing[1]),
        slices=44,
        steps=0.6,
        pixel_spacing=spacing,
        tilt=tilt,
        center=tuple(center + 0.2),
    )
    write_series(Scene((Ball(tuple(center), radius, 2000.0),), -1000.0, sigma), scan, tmp_path)
    volume = load_stack(read_series([tmp_path]).series[0].stacks[0])
    mesh = grey_value_surface(volume.voxels, volume.voxels >= 0, volume.ijk_to_lps, 0.0)
    off = np.linalg.norm(mesh.points - center, axis=1) - half_contrast_radius(radius, sigma)
    assert np.abs(off).max() < 0.06 and np.sqrt((off**2).mean()) < 0.012


def test_reading_can_be_cancelled(tmp_path):
    with pytest.raises(Cancelled):
        read_voxels(stack_of(tmp_path), lambda fraction, message: True)
