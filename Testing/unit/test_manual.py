"""Headers without geometry: one refusal a series, and what a person enters in their stead."""

from __future__ import annotations

import json

import numpy as np
import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib import cli
from PrintPrepLib.core.errors import GeometryError
from PrintPrepLib.geometry.analysis import analyse
from PrintPrepLib.geometry.manual import EnteredGeometry, entered_record
from PrintPrepLib.series.by_hand import read_series_by_hand
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.volume.regularize import load_stack
from pydicom import dcmread
from pydicom.uid import UID

pytestmark = pytest.mark.pydicom

SCENE = Scene((Ball((1.0, -2.0, 1.5), 4.0, 2000.0),), -1000.0, 0.4)
BARE = {"ImageOrientationPatient": None, "PixelSpacing": None}
CUBE = EnteredGeometry(0.4, 0.5, 0.6)


def write(folder, scene=SCENE, tags=BARE, **options):
    options = {"rows": 30, "columns": 28, "slices": 20} | options
    if "ImageOrientationPatient" in tags:
        nowhere = {"ImagePositionPatient": None, "SliceLocation": None}
        options["slice_tags"] = dict.fromkeys(range(options["slices"]), nowhere)
    taken = Acquisition(
        **options,
        pixel_spacing=(0.4, 0.5),
        steps=0.6,
        tags=tags,
    )
    return write_series(scene, taken, folder)


def by_hand(folder, geometry=CUBE):
    return read_series_by_hand([folder], geometry).series[0].stacks[0]


@pytest.mark.parametrize("order", ["ascending", "reversed", "shuffled"])
def test_the_ball_is_where_the_numbers_put_it(tmp_path, order):
    truth = write(tmp_path, order=order)
    assert read_series([tmp_path]).series == ()
    stack = by_hand(tmp_path)
    assert all(item.entered for item in stack.slices)
    volume = load_stack(stack)
    np.testing.assert_allclose(volume.spacing_mm, (0.5, 0.4, 0.6), atol=1e-12)
    written = truth.acquisition.volume(SCENE)
    numbers = [int(dcmread(path).InstanceNumber) for path in truth.files]
    np.testing.assert_array_equal(volume.voxels, written[np.argsort(numbers)])


def test_a_negative_step_turns_the_order_round(tmp_path):
    write(tmp_path)
    up, down = by_hand(tmp_path), by_hand(tmp_path, EnteredGeometry(0.4, 0.5, -0.6))
    assert [item.path for item in down.slices] == [item.path for item in up.slices][::-1]
    np.testing.assert_array_equal(load_stack(down).voxels, load_stack(up).voxels[::-1])
    assert entered_record(up.slices)["step_mm"] == pytest.approx(0.6)
    assert entered_record(down.slices)["step_mm"] == pytest.approx(-0.6)


@pytest.mark.parametrize(
    ("orientation", "normal"),
    [("axial", (0, 0, 1)), ("coronal", (0, 1, 0)), ("sagittal", (-1, 0, 0))],
)
def test_orientations(tmp_path, orientation, normal):
    write(tmp_path, Scene(), rows=8, columns=6, slices=4)
    stack = by_hand(tmp_path, EnteredGeometry(0.4, 0.5, 0.6, orientation))
    np.testing.assert_allclose(stack.normal, normal, atol=1e-12)
    geometry = analyse(stack)
    assert geometry.regular and geometry.step == pytest.approx(0.6, abs=1e-9)
    record = entered_record(stack.slices)
    assert record == {
        "pixel_spacing_mm": [0.4, 0.5],
        "step_mm": pytest.approx(0.6),
        "orientation": orientation,
        "by": "hand",
    }
    assert EnteredGeometry.from_record(record).orientation == orientation


@pytest.mark.parametrize("number", ["", "7"])
def test_file_names_order_what_numbers_do_not(tmp_path, number):
    tags = BARE | {"InstanceNumber": number}
    truth = write(tmp_path, Scene(), tags, rows=8, columns=6, slices=12)
    for index, path in enumerate(truth.files):
        dataset = dcmread(path)
        dataset.InstanceNumber = number
        dataset.save_as(path)
        path.rename(path.with_name(f"slice {index + 1}.dcm"))
    names = [item.path.rpartition("/")[2] for item in by_hand(tmp_path).slices]
    assert names == [f"slice {index + 1}.dcm" for index in range(12)]


@pytest.mark.parametrize("sop_class", ["1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.7.3"])
def test_the_frames_of_one_file(tmp_path, sop_class):
    """Many converters write one multi-frame secondary capture without any geometry."""
    truth = write(tmp_path, tags=BARE | {"SOPClassUID": UID(sop_class), "ImageType": ["DERIVED"]})
    pixels = [dcmread(path).PixelData for path in truth.files]
    whole = dcmread(truth.files[0])
    whole.NumberOfFrames = len(pixels)
    whole.PixelData = b"".join(pixels)
    for path in truth.files:
        path.unlink()
    whole.save_as(tmp_path / "all.dcm")
    stack = by_hand(tmp_path)
    assert [item.frame for item in stack.slices] == list(range(20))
    np.testing.assert_array_equal(load_stack(stack).voxels, truth.acquisition.volume(SCENE))


def test_an_enhanced_object_without_functional_groups_is_refused_once(tmp_path):
    enhanced = UID("1.2.840.10008.5.1.4.1.1.2.1")
    truth = write(tmp_path, Scene(), BARE | {"SOPClassUID": enhanced}, rows=8, columns=6, slices=2)
    pixels = [dcmread(path).PixelData for path in truth.files]
    whole = dcmread(truth.files[0])
    whole.NumberOfFrames, whole.PixelData = 2, b"".join(pixels)
    for path in truth.files:
        path.unlink()
    whole.save_as(tmp_path / "all.dcm")
    (lost,) = read_series([tmp_path]).unplaced
    assert "without PerFrameFunctionalGroupsSequence" in lost.finding.message
    assert [item.frame for item in by_hand(tmp_path).slices] == [0, 1]


def test_scouts_and_colour_images_stay_out(tmp_path):
    kind = {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}
    write(tmp_path, Scene(), BARE, rows=8, columns=6, slices=5)
    for path in sorted(tmp_path.glob("*.dcm"))[3:]:
        dataset = dcmread(path)
        dataset.ImageType = kind["ImageType"]
        dataset.save_as(path)
    found = read_series_by_hand([tmp_path], CUBE).series[0]
    assert found.slice_count == 3
    assert {item.reason for item in found.rejected} == {"scout (localizer) image, not a slice"}


def test_the_finding_names_the_numbers_and_what_the_header_has_instead(tmp_path):
    tags = BARE | {"PixelSpacing": [1, 1]}
    write(tmp_path, Scene(), tags, rows=8, columns=6, slices=9, drop=(4, 6))
    (found,) = analyse(by_hand(tmp_path)).findings
    assert (found.id, found.status) == ("entered_geometry", "warn")
    assert "pixels of 0.4 × 0.5 mm, 7 slices" in found.message
    assert "The header states pixels of 1 × 1 mm." in found.message
    assert "The slice numbers leave out 2:" in found.message


def test_a_series_without_geometry_is_refused_once(tmp_path):
    write(tmp_path, Scene(), BARE | {"ImagerPixelSpacing": [0.3, 0.3]}, rows=8, columns=6, slices=9)
    (lost,) = read_series([tmp_path]).unplaced
    assert lost.files == 9 and lost.finding.status == "fail"
    assert lost.finding.message == (
        "The headers do not say where the slices lie (9 files): ImagePositionPatient is missing; "
        "ImageOrientationPatient is missing; PixelSpacing is missing. They do state "
        "ImagerPixelSpacing 0.3 × 0.3 mm, SliceThickness 0.6 mm. Where pixel size and slice "
        "distance are known from the scanner's own program, they can be entered by hand, as "
        "geometry ROWxCOLUMNxSTEP."
    )


@pytest.mark.parametrize(
    ("tags", "fault"),
    [
        ({"PixelSpacing": None}, "PixelSpacing is missing"),
        ({"PixelSpacing": [0, 0]}, "PixelSpacing is 0, 0: not positive"),
        ({"PixelSpacing": [-0.3, 0.3]}, "PixelSpacing is -0.3, 0.3: not positive"),
        ({"PixelSpacing": [300, 300]}, "PixelSpacing is 300, 300 mm, as no scanner has it"),
        ({"ImageOrientationPatient": None}, "ImageOrientationPatient is missing"),
        ({"ImagePositionPatient": None}, "ImagePositionPatient is missing"),
    ],
)
def test_every_fault_is_named(tmp_path, tags, fault):
    truth = write(tmp_path, Scene(), {}, rows=8, columns=6, slices=3)
    for path in truth.files:
        dataset = dcmread(path)
        for keyword, value in tags.items():
            delattr(dataset, keyword)
            if value is not None:
                setattr(dataset, keyword, value)
        dataset.save_as(path)
    (lost,) = read_series([tmp_path]).unplaced
    assert {found.text: count for found, count in lost.faults.items()} == {fault: 3}


def test_slices_that_all_claim_one_place_are_refused(tmp_path):
    nowhere = {"ImagePositionPatient": [0, 0, 0], "SliceLocation": 0}
    place = dict.fromkeys(range(6), nowhere)
    write(tmp_path, SCENE, {}, slices=6, slice_tags=place)
    geometry = analyse(read_series([tmp_path]).series[0].stacks[0])
    assert [item.id for item in geometry.findings if item.status == "fail"] == ["invalid_geometry"]
    assert geometry.refusal.startswith(
        "The headers do not say where the slices lie: all 6 claim the same position."
    )
    with pytest.raises(GeometryError, match="all 6 claim the same position"):
        load_stack(read_series([tmp_path]).series[0].stacks[0])
    by_numbers = analyse(by_hand(tmp_path))
    assert by_numbers.refusal is None and by_numbers.step == pytest.approx(0.6)


def test_one_bad_file_among_good_ones_is_no_refusal(tmp_path):
    truth = write(tmp_path, Scene(), {}, rows=8, columns=6, slices=5)
    dataset = dcmread(truth.files[2])
    del dataset.PixelSpacing
    dataset.save_as(truth.files[2])
    found = read_series([tmp_path])
    assert found.unplaced == () and found.series[0].slice_count == 4
    assert [item.reason for item in found.series[0].rejected] == ["PixelSpacing is missing"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.2x0.3x0.25", EnteredGeometry(0.2, 0.3, 0.25)),
        (" 0.2 × 0.3 × -0.25:Coronal ", EnteredGeometry(0.2, 0.3, -0.25, "coronal")),
        ("1X1X1:sagittal", EnteredGeometry(1, 1, 1, "sagittal")),
    ],
)
def test_geometry_from_text(text, expected):
    assert EnteredGeometry.from_text(text) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("0.2x0.2", "'0.2x0.2' is no geometry. Give ROWxCOLUMNxSTEP in mm, for example "
         "0.2x0.2x0.25."),
        ("axial", "'axial' is no geometry. Give ROWxCOLUMNxSTEP in mm, for example 0.2x0.2x0.25."),
        ("0.2x0x0.2", "a column of 0 mm is impossible. Give lengths from 0.01 to 10 mm."),
        ("0.2x0.2x250", "a step of 250 mm is impossible. Give lengths from 0.01 to 10 mm."),
        ("0.009x1x1", "a row of 0.009 mm is impossible. Give lengths from 0.01 to 10 mm."),
        ("nanx1x1", "a row of nan mm is impossible. Give lengths from 0.01 to 10 mm."),
        ("1x1x1:oblique", "there is no orientation 'oblique'. Choose one of axial, coronal, "
         "sagittal."),
    ],
)  # fmt: skip
def test_impossible_geometry_is_told(text, problem):
    with pytest.raises(GeometryError) as caught:
        EnteredGeometry.from_text(text)
    assert str(caught.value) == problem


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bare")
    write(folder)
    return folder


def test_inspect_lists_the_series_and_the_way_out(bare, capsys):
    assert cli.main(["inspect", str(bare), "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["series"]
    assert entry["verdict"] == "fail" and entry["number"] == 1
    assert [finding["id"] for finding in entry["findings"]] == ["invalid_geometry"]
    assert entry["source"]["slices"] == 20 and entry["source"]["modality"] == "CT"
    assert cli.main(["inspect", str(bare)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Series 1 (CT, Analytic phantoms)\n  Slices           20 files\n")
    assert told.count("geometry ROWxCOLUMNxSTEP") == 1


@pytest.mark.parametrize("series", [(), ("--series", "1")])
def test_run_refuses_it_in_one_line(bare, tmp_path, capsys, series):
    assert cli.main(["run", str(bare), "--out", str(tmp_path / "out"), *series]) == 1
    (said,) = [line for line in capsys.readouterr().err.splitlines() if "printprep:" in line]
    assert "the headers do not say where the slices lie (20 files)" in said
    assert said.endswith("they can be entered by hand, as geometry ROWxCOLUMNxSTEP.")


def test_a_run_by_hand_is_marked_and_verified(bare, tmp_path, capsys):
    arguments = ["run", str(bare), "--out", str(tmp_path), "--geometry", "0.4x0.5x0.6"]
    assert cli.main([*arguments, "--threshold", "0", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    entered = {"pixel_spacing_mm": [0.4, 0.5], "step_mm": 0.6, "orientation": "axial", "by": "hand"}
    assert record["source"]["entered"] == entered | {"step_mm": pytest.approx(0.6)}
    (check,) = [item for item in record["checks"] if item["id"] == "entered_geometry"]
    assert check["status"] == record["verdict"] == "warn"
    assert record["model"]["extents_mm"] == pytest.approx([8, 8, 8], abs=0.15)
    assert cli.main(["verify", str(tmp_path), "--source", str(bare), "--json"]) == 0
    items = {item["id"]: item["outcome"] for item in json.loads(capsys.readouterr().out)["items"]}
    assert items["source"] == "unchanged"
