"""Multi-frame objects: one slice a frame, out of functional groups."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import numpy as np
import pytest
from phantoms.acquisition import CORONAL, Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from phantoms.enhanced import ENHANCED_MR, GRAYSCALE_CAPTURE, LEGACY_CT, frames_of, write_enhanced
from phantoms.transfer import rewrite
from PrintPrepLib.cli import main
from PrintPrepLib.core import phrases
from PrintPrepLib.core.errors import PixelDataError
from PrintPrepLib.dicom.image_plane import NotASlice
from PrintPrepLib.dicom.reader import read_file
from PrintPrepLib.dicom.tags import CONTENT_TIME, CONVOLUTION_KERNEL
from PrintPrepLib.geometry.analysis import analyse
from PrintPrepLib.pixels import decode
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.stack_pixels import read_voxels
from PrintPrepLib.volume.regularize import load_stack
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless

pytestmark = pytest.mark.pydicom
SCENE = Scene((Ball((1.0, -2.0, 0.5), 5.0),))
GANTRY = Acquisition(rows=24, columns=20, slices=6, pixel_spacing=(0.4, 0.7), tilt=(0.0, 15.0))


def the_stack(folder):
    (series,) = read_series([folder]).series
    (stack,) = series.stacks
    return stack


def reason(path):
    with pytest.raises(NotASlice) as caught:
        read_file(str(path))
    return str(caught.value)


@pytest.mark.parametrize("share", [True, False])
@pytest.mark.parametrize("rle", [False, True])
@pytest.mark.parametrize("implicit", [False, True])
def test_an_enhanced_object_is_the_same_volume_as_its_single_slices(tmp_path, share, rle, implicit):
    write_series(SCENE, GANTRY, tmp_path / "single")
    frames = frames_of(SCENE, GANTRY)
    write_enhanced(
        tmp_path / "multi" / "all.dcm", frames[::-1], share=share, rle=rle, implicit=implicit
    )
    single, multi = the_stack(tmp_path / "single"), the_stack(tmp_path / "multi")
    assert [item.frame for item in multi.slices] == [5, 4, 3, 2, 1, 0]
    assert {item.frames for item in multi.slices} == {6}
    for one, other in zip(single.slices, multi.slices, strict=True):
        assert one.position == other.position
        assert one.position_decimals == other.position_decimals
        assert one.pixel_spacing == other.pixel_spacing == (0.4, 0.7)
        assert one.row_direction == other.row_direction
        assert one.thickness_mm == other.thickness_mm
    np.testing.assert_array_equal(read_voxels(multi), GANTRY.volume(SCENE))
    a, b = load_stack(single), load_stack(multi)
    np.testing.assert_array_equal(a.voxels, b.voxels)
    np.testing.assert_array_equal(a.ijk_to_lps, b.ijk_to_lps)
    assert multi.info.kernel == "ANALYTIC" and multi.info.window == ((300.0, 1500.0),)


def test_each_frame_has_its_own_rescale(tmp_path):
    frames = frames_of(SCENE, GANTRY)
    frames[2] = replace(frames[2], slope=0.37, intercept=-524.0)
    write_enhanced(tmp_path / "all.dcm", frames)
    voxels = read_voxels(the_stack(tmp_path))
    expected = GANTRY.volume(SCENE)
    expected[2] = frames[2].stored * 0.37 - 524.0
    assert voxels.dtype == np.float32
    np.testing.assert_allclose(voxels, expected, rtol=1e-6)


def test_legacy_converted_and_mr_objects_are_read_alike(tmp_path):
    frames = frames_of(SCENE, GANTRY)
    write_enhanced(tmp_path / "legacy.dcm", frames, sop_class=LEGACY_CT)
    assert len(read_file(str(tmp_path / "legacy.dcm")).slices) == 6
    frames = frames_of(SCENE, GANTRY, kernel=None, rescale_type="US")
    write_enhanced(tmp_path / "mr.dcm", frames, sop_class=ENHANCED_MR)
    (header, text), *others = read_file(str(tmp_path / "mr.dcm")).slices
    assert len(others) == 5 and header.image_type == ("ORIGINAL", "PRIMARY", "AXIAL", "NONE")
    assert text("0008,0060") == "MR"


def test_a_frame_that_is_a_localizer_is_left_out_by_number(tmp_path, monkeypatch):
    frames = frames_of(SCENE, GANTRY)
    scout = ("ORIGINAL", "PRIMARY", "LOCALIZER", "NONE")
    frames[0] = replace(frames[0], frame_type=scout)
    for index in (3, 4, 5):
        frames[index] = replace(frames[index], frame_type=scout)
    path = write_enhanced(tmp_path / "all.dcm", frames)
    content = read_file(str(path))
    assert [header.frame for header, _ in content.slices] == [1, 2]
    (left_out,) = content.left_out
    assert left_out.text == "frames 1, 4 to 6: scout (localizer) image, not a slice"
    stack = the_stack(tmp_path)
    assert [item.reason for item in stack.rejected] == [left_out.text]
    np.testing.assert_array_equal(read_voxels(stack), GANTRY.volume(SCENE)[1:3])
    german = {
        "frames {frames}: {why}": "Bilder {frames}: {why}",
        "{first} to {last}": "{first} bis {last}",
        "scout (localizer) image, not a slice": "Übersichtsbild, keine Schicht",
    }
    monkeypatch.setattr(phrases, "_sentences", german)
    assert stack.rejected[0].why.said == "Bilder 1, 4 bis 6: Übersichtsbild, keine Schicht"
    assert stack.rejected[0].reason == left_out.text


@pytest.mark.parametrize(
    "group", ["PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence"]
)
def test_a_missing_group_is_named(tmp_path, group):
    path = write_enhanced(tmp_path / "all.dcm", frames_of(SCENE, GANTRY), omit=[group])
    assert reason(path) == f"the functional group {group} is missing"


def test_positions_of_the_data_set_are_not_those_of_its_frames(tmp_path):
    path = write_enhanced(
        tmp_path / "all.dcm",
        frames_of(SCENE, GANTRY),
        tags={"ImagePositionPatient": ["0", "0", "0"]},
    )
    dataset = dcmread(path)
    for groups in dataset.PerFrameFunctionalGroupsSequence:
        del groups.PlanePositionSequence[0].ImagePositionPatient
    dataset.save_as(path)
    assert reason(path) == "ImagePositionPatient is missing"


def test_a_group_missing_in_one_frame_costs_that_frame_only(tmp_path):
    path = write_enhanced(tmp_path / "all.dcm", frames_of(SCENE, GANTRY))
    dataset = dcmread(path)
    del dataset.PerFrameFunctionalGroupsSequence[4].PlanePositionSequence
    dataset.PerFrameFunctionalGroupsSequence[1].PlanePositionSequence[0].ImagePositionPatient = None
    dataset.save_as(path)
    assert [why.text for why in read_file(str(path)).left_out] == [
        "frame 2: ImagePositionPatient is missing",
        "frame 5: the functional group PlanePositionSequence is missing",
    ]


def test_counts_that_disagree_are_refused(tmp_path):
    path = write_enhanced(
        tmp_path / "all.dcm", frames_of(SCENE, GANTRY), tags={"NumberOfFrames": 7}
    )
    assert reason(path) == ("NumberOfFrames is 7, but PerFrameFunctionalGroupsSequence describes 6")


def test_an_object_without_groups_says_so(tmp_path):
    path = write_enhanced(
        tmp_path / "all.dcm",
        frames_of(SCENE, GANTRY),
        tags={"PerFrameFunctionalGroupsSequence": None},
    )
    assert reason(path).startswith("enhanced multi-frame CT object without PerFrameFunctional")


def test_two_stacks_of_one_object_are_two_stacks(tmp_path):
    other = Acquisition(rows=24, columns=20, slices=4, orientation=CORONAL)
    second = [replace(frame, stack="2", dimensions=(2,)) for frame in frames_of(SCENE, other)]
    write_enhanced(tmp_path / "all.dcm", [*frames_of(SCENE, GANTRY), *second])
    (series,) = read_series([tmp_path]).series
    assert [len(stack.slices) for stack in series.stacks] == [6, 4]
    np.testing.assert_array_equal(read_voxels(series.stacks[1]), other.volume(SCENE))


def shifted(frames, value, **more):
    """The same frames with all stored values moved, so that volumes can be told apart."""
    return [replace(frame, stored=frame.stored + np.int16(value), **more) for frame in frames]


@pytest.mark.parametrize(
    ("more", "pointer", "words"),
    [
        ({"temporal": 2}, None, "temporal position"),
        ({"kernel": "SHARP"}, None, "kernel SHARP"),
        ({"stack": "2", "dimensions": (2,)}, None, "dimension 2"),
        ({"dimensions": (2,)}, 0x00189087, "dimension 2"),  # diffusion b-value
    ],
)
def test_volumes_at_one_place_are_told_apart(tmp_path, more, pointer, words):
    first = frames_of(SCENE, GANTRY, temporal=1)
    both = [*first, *shifted(first, 100, **more)]
    pointers = (0x00209056,) if pointer is None else (pointer,)
    write_enhanced(tmp_path / "all.dcm", both, pointers=pointers)
    (series,) = read_series([tmp_path]).series
    assert [len(stack.slices) for stack in series.stacks] == [6, 6]
    told = {stack.told_apart.text: read_voxels(stack) for stack in series.stacks}
    (name,) = [text for text in told if words in text and text.endswith(("2", "SHARP"))]
    np.testing.assert_array_equal(told.pop(name), GANTRY.volume(SCENE) + 100)
    np.testing.assert_array_equal(told.popitem()[1], GANTRY.volume(SCENE))


def test_a_copy_of_the_object_is_left_out_and_its_frames_are_not(tmp_path):
    frames = frames_of(SCENE, GANTRY)
    write_enhanced(tmp_path / "a.dcm", frames)
    write_enhanced(tmp_path / "b.dcm", frames)
    stack = the_stack(tmp_path)
    assert len(stack.slices) == 6
    assert [item.reason for item in stack.rejected] == ["copy of a.dcm"]


def test_a_capture_of_many_frames_has_no_size(tmp_path):
    groups = ["PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence"]
    frames = frames_of(SCENE, GANTRY)
    path = write_enhanced(
        tmp_path / "sc.dcm", frames, sop_class=GRAYSCALE_CAPTURE, omit=groups, share=False
    )
    assert reason(path) == (
        "multi-frame secondary capture: its pixels have no size (not calibrated)"
    )
    path = write_enhanced(
        tmp_path / "bare.dcm",
        frames,
        sop_class=GRAYSCALE_CAPTURE,
        tags={"PerFrameFunctionalGroupsSequence": None, "SharedFunctionalGroupsSequence": None},
    )
    assert "not calibrated" in reason(path)


def test_a_capture_that_places_its_frames_is_served(tmp_path):
    frames = frames_of(SCENE, GANTRY, frame_type=("DERIVED", "SECONDARY"))
    write_enhanced(tmp_path / "sc.dcm", frames, sop_class=GRAYSCALE_CAPTURE)
    np.testing.assert_array_equal(read_voxels(the_stack(tmp_path)), GANTRY.volume(SCENE))


def test_frames_of_other_kinds_are_refused_by_name(tmp_path):
    segmentation = "1.2.840.10008.5.1.4.1.1.66.4"
    path = write_enhanced(tmp_path / "seg.dcm", frames_of(SCENE, GANTRY), sop_class=segmentation)
    assert reason(path) == ("multi-frame object whose frames are no slices (Segmentation Storage)")


def test_truncated_frames_are_named_when_they_are_read(tmp_path):
    path = write_enhanced(tmp_path / "all.dcm", frames_of(SCENE, GANTRY))
    os.truncate(path, path.stat().st_size - 1000)
    stack = the_stack(tmp_path)
    with pytest.raises(PixelDataError, match="truncated: 920 of 960 bytes"):
        read_voxels(stack)


def test_a_perfusion_map_lies_where_it_belongs(real_data):
    stack = the_stack(real_data("enhanced_ct"))
    assert [item.position for item in stack.slices] == [
        (99.5, -301.5, -149.0),
        (99.5, -301.5, -159.0),
    ]
    assert analyse(stack).refusal is None
    volume = load_stack(stack)
    assert volume.dimensions == (512, 512, 2)
    np.testing.assert_allclose(volume.spacing_mm, (0.388672, 0.388672, 10.0))
    assert volume.provenance["source"]["value_unit"] == "RCBF"


def test_no_model_is_made_of_a_perfusion_map(real_data, tmp_path, capsys):
    folder = str(real_data("enhanced_ct"))
    assert main(["run", folder, "--out", str(tmp_path / "out")]) == 1
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert line.startswith("printprep: The values are not Hounsfield units (RCBF)")
    assert not (tmp_path / "out").exists()
    assert main(["inspect", folder, "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["series"]
    assert entry["verdict"] == "fail"
    assert "not_hu" in [finding["id"] for finding in entry["findings"]]


def test_frames_are_told_apart_by_the_time_of_their_acquisition(tmp_path):
    """Two passes, without any index that says so; times with date and zone."""
    first = frames_of(SCENE, GANTRY)
    passes = [*first, *shifted(first, 100)]
    timed = [
        replace(frame, time=f"20200102{10 + n // 60:02d}59{n % 60:02d}.5+0100")
        for n, frame in enumerate(passes)
    ]
    path = write_enhanced(tmp_path / "all.dcm", timed)
    assert read_file(str(path)).slices[0][1](CONTENT_TIME) == "105900.5"
    (series,) = read_series([tmp_path]).series
    assert [stack.told_apart.text for stack in series.stacks] == [
        "pass 1 by time",
        "pass 2 by time",
    ]
    np.testing.assert_array_equal(read_voxels(series.stacks[1]), GANTRY.volume(SCENE) + 100)


def test_attributes_that_a_conversion_found_no_group_for(tmp_path):
    path = write_enhanced(
        tmp_path / "legacy.dcm", frames_of(SCENE, GANTRY, kernel=None), sop_class=LEGACY_CT
    )
    dataset = dcmread(path)
    (shared,) = dataset.SharedFunctionalGroupsSequence
    shared.UnassignedSharedConvertedAttributesSequence = [Dataset()]
    shared.UnassignedSharedConvertedAttributesSequence[0].ConvolutionKernel = "B30f"
    for number, groups in enumerate(dataset.PerFrameFunctionalGroupsSequence):
        groups.UnassignedPerFrameConvertedAttributesSequence = [Dataset()]
        groups.UnassignedPerFrameConvertedAttributesSequence[0].SliceLocation = str(number)
    dataset.save_as(path)
    slices = read_file(str(path)).slices
    assert {text(CONVOLUTION_KERNEL) for _, text in slices} == {"B30f"}
    assert [header.slice_location for header, _ in slices] == [0, 1, 2, 3, 4, 5]


def test_compressed_frames_behind_an_extended_offset_table(tmp_path):
    path = write_enhanced(tmp_path / "all.dcm", frames_of(SCENE, GANTRY))
    dataset = dcmread(path)
    dataset.compress(RLELossless, encapsulate_ext=True)
    assert "ExtendedOffsetTable" in dataset
    dataset.save_as(path)
    np.testing.assert_array_equal(read_voxels(the_stack(tmp_path)), GANTRY.volume(SCENE))


def test_frames_of_a_deflated_object(tmp_path):
    path = write_enhanced(tmp_path / "all.dcm", frames_of(SCENE, GANTRY))
    rewrite(path, "deflated")
    np.testing.assert_array_equal(read_voxels(the_stack(tmp_path)), GANTRY.volume(SCENE))


@pytest.mark.parametrize("tilt", [(0.0, 0.0), (0.0, 15.0)])
def test_a_file_is_let_go_of_once_it_is_loaded(tmp_path, tilt):
    write_enhanced(tmp_path / "all.dcm", frames_of(SCENE, replace(GANTRY, tilt=tilt)), rle=True)
    load_stack(the_stack(tmp_path))
    assert decode._stored.cache_info().currsize == 0
