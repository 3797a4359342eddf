"""The DICOM plugin offers and loads every section and stack of a series, each by itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
import slicer
from phantoms.acquisition import AXIAL, CORONAL, Acquisition, rotation_about
from phantoms.analytic import Ball, Scene
from phantoms.dicom import uid, write_series
from phantoms.enhanced import frames_of, write_enhanced
from standin.dicommodule import DicomModule

pytest_plugins = ("standin.fixtures",)

NAME = "PrintPrepDICOMPlugin"
PLUGIN = Path(__file__).resolve().parents[2] / NAME / f"{NAME}.py"
BALL = Scene([Ball((1.0, -2.0, 3.0), 6.0)])
SMALL = {"rows": 24, "columns": 20, "slices": 20}
PARTED = {"steps": (1.0,) * 9 + (40.0,) + (1.0,) * 9, "first_position": (-5.0, -6.0, -12.0)}


@pytest.fixture
def app(desktop) -> DicomModule:
    return DicomModule(desktop, NAME, PLUGIN)


def phantom(folder, **changes):
    return write_series(BALL, Acquisition(**(SMALL | changes)), folder)


def join(folder: Path, *parts: dict) -> None:
    """Several acquisitions in one series, numbered through."""
    number = 0
    for index, part in enumerate(parts):
        truth = phantom(folder / str(index), **part)
        for path in truth.files:
            number += 1
            dataset = pydicom.dcmread(path)
            dataset.SOPInstanceUID = uid("joined", number)
            dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
            dataset.InstanceNumber = number
            dataset.save_as(path)


def told(offers) -> list[tuple[str, float]]:
    return [(offer.name, offer.confidence) for offer in offers]


def study_of(node) -> str:
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    study = tree.GetItemParent(tree.GetItemByDataNode(node))
    return tree.GetItemUID(study, "DICOM")


def voxel_place(node, ijk) -> np.ndarray:
    """LPS of a voxel's centre."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    ras = slicer.util.arrayFromVTKMatrix(matrix) @ [*ijk, 1.0]
    return ras[:3] * [-1, -1, 1]


# Sections


def test_sections_are_offered_alike_and_their_union_by_hand(app, tmp_path) -> None:
    truth = phantom(tmp_path, **PARTED)
    offers = app.offers(tmp_path)
    assert told(offers) == [
        ("1: phantom, section 1 of 2 (z -12 to -3 mm)", 0.9),
        ("1: phantom, section 2 of 2 (z 37 to 46 mm)", 0.9),
        ("1: phantom, all 2 sections", 0.45),
    ]
    files = [str(path) for path in truth.files]
    assert [offer.files for offer in offers] == [files[:10], files[10:], files]
    assert [offer.selected for offer in offers] == [True, True, False]
    for offer in offers[:2]:
        assert "10 slices" in offer.tooltip and "The voxels stay as they are" in offer.tooltip


def test_sections_load_into_their_places_under_one_study(app, tmp_path) -> None:
    truth = phantom(tmp_path, **PARTED)
    nodes = app.load(tmp_path)
    assert app.rival.loaded == 0
    assert [node.GetName() for node in nodes] == [
        "1: phantom, section 1 of 2 (z -12 to -3 mm)",
        "1: phantom, section 2 of 2 (z 37 to 46 mm)",
    ]
    stored = truth.acquisition.volume(BALL).astype(np.int16)
    for node, part in zip(nodes, (slice(0, 10), slice(10, 20)), strict=True):
        assert np.array_equal(slicer.util.arrayFromVolume(node), stored[part])
        assert voxel_place(node, (0, 0, 0)) == pytest.approx(truth.positions[part][0])
        assert node.GetAttribute("DICOM.instanceUIDs").split() == list(truth.instance_uids[part])
        assert study_of(node) == truth.study_uid
    sources = [json.loads(node.GetAttribute("PrintPrep.Provenance"))["source"] for node in nodes]
    assert [(item["section"], item["sections"]) for item in sources] == [(1, 2), (2, 2)]


def test_all_sections_in_one_volume(app, tmp_path) -> None:
    truth = phantom(tmp_path, **PARTED)
    union = app.offers(tmp_path)[2]
    node = app.plugin().load(union)
    voxels = slicer.util.arrayFromVolume(node)
    assert len(voxels) == 59
    stored = truth.acquisition.volume(BALL).astype(np.int16)
    assert np.array_equal(voxels[:10], stored[:10]) and np.array_equal(voxels[-10:], stored[10:])
    assert (voxels[10:49] == -1000).all()


def test_a_section_of_one_slice_is_named_not_loaded(app, tmp_path) -> None:
    phantom(tmp_path, steps=(1.0,) * 18 + (40.0,))
    offers = app.offers(tmp_path)
    assert [offer.confidence for offer in offers] == [0.9, 0.45]
    assert len(offers[0].files) == 19
    assert "1 slices of the series make no volume" in offers[0].tooltip


# Stacks


def test_kernels_at_one_place_are_told_apart(app, tmp_path) -> None:
    join(tmp_path, *({"tags": {"ConvolutionKernel": name}} for name in ("B30f", "B70f")))
    offers = app.offers(tmp_path)
    assert told(offers) == [("1: phantom, kernel B30f", 0.9), ("1: phantom, kernel B70f", 0.9)]
    nodes = app.load(tmp_path)
    assert [node.GetName() for node in nodes] == [offer.name for offer in offers]
    assert all(slicer.util.arrayFromVolume(node).shape == (20, 24, 20) for node in nodes)


MIXED = {
    "planes": ({}, {"orientation": CORONAL}, ["axial", "coronal"]),
    "tilts": ({}, {"tilt": (0.0, 12.0)}, ["tilt 0°", "tilt 12°"]),
    "matrices": ({"slices": 21}, {"rows": 30}, ["20 × 24", "20 × 30"]),
    "pixels": ({"slices": 21}, {"pixel_spacing": (0.6, 0.6)}, ["pixel 0.5 mm", "pixel 0.6 mm"]),
}


@pytest.mark.parametrize(("one", "other", "words"), MIXED.values(), ids=MIXED)
def test_stacks_are_offered_with_what_differs(app, tmp_path, one, other, words) -> None:
    join(tmp_path, one, other)
    offers = app.offers(tmp_path)
    names = [f"1: phantom, stack {number} ({word})" for number, word in enumerate(words, 1)]
    assert told(offers) == [(name, 0.9) for name in names]
    assert [node.GetName() for node in app.load(tmp_path)] == names


def test_a_lone_slice_of_another_kind_is_left_out_and_told(app, tmp_path) -> None:
    phantom(tmp_path, slice_tags={19: {"PixelSpacing": ["0.6", "0.6"]}})
    (offer,) = app.offers(tmp_path)
    assert len(offer.files) == 19 and offer.name == "1: phantom" and offer.confidence == 0.9
    assert "1 slices of the series make no volume" in offer.tooltip


def test_two_scouts_among_the_slices(app, tmp_path) -> None:
    """Slicer finds a single one, and puts two into the volume."""
    scout = {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}
    phantom(tmp_path, slice_tags={0: scout, 19: scout})
    (offer,) = app.offers(tmp_path)
    assert len(offer.files) == 18 and "2 files are left out" in offer.tooltip


def test_drifting_planes_are_one_volume(app, tmp_path) -> None:
    turns = [rotation_about((1, 0, 0), 0.25 * index) for index in range(20)]
    planes = [
        {"slices": 1, "orientation": AXIAL.rotated(turn), "center": (0.0, 0.0, float(index))}
        for index, turn in enumerate(turns)
    ]
    join(tmp_path, *planes)
    (offer,) = app.offers(tmp_path)
    assert offer.confidence == 0.9 and len(offer.files) == 20
    (node,) = app.load(tmp_path)
    assert node.GetAttribute("PrintPrep.SourceInstanceUIDs").count(" ") == 19


def test_many_volumes_at_once_are_for_choosing_only(app, tmp_path) -> None:
    """A run in time: Slicer has sequences for it."""
    join(
        tmp_path,
        *(
            {"slices": 3, "tags": {"TemporalPositionIndex": n, "AcquisitionNumber": n}}
            for n in range(1, 11)
        ),
    )
    offers = app.offers(tmp_path)
    assert len(offers) == 10 and {offer.confidence for offer in offers} == {0.45}


# Images that are there twice


def test_equal_images_are_settled_when_loaded(app, tmp_path) -> None:
    truth = phantom(tmp_path, duplicate=(4, 5, 6))
    (offer,) = app.offers(tmp_path)
    assert offer.confidence == 0.9 and "3 images" in offer.warning
    (node,) = app.load(tmp_path)
    stored = truth.acquisition.volume(BALL).astype(np.int16)
    assert np.array_equal(slicer.util.arrayFromVolume(node), stored)
    assert node.GetAttribute("DICOM.instanceUIDs").split() == list(truth.instance_uids[:20])


def test_different_passes_become_volumes_of_their_own(app, tmp_path) -> None:
    """Their headers say the same; their slice numbers go through the stack twice."""
    join(tmp_path, {}, {"noise": 20.0})
    (offer,) = app.offers(tmp_path)
    nodes = app.load(tmp_path)
    assert [node.GetName() for node in nodes] == [
        f"{offer.name}, pass {number} by slice number" for number in (1, 2)
    ]
    assert all(slicer.util.arrayFromVolume(node).shape[0] == 20 for node in nodes)


# Multi-frame objects


def enhanced(folder: Path, **changes) -> Path:
    folder.mkdir(exist_ok=True)
    frames = frames_of(BALL, Acquisition(**(SMALL | changes)))
    return write_enhanced(folder / "all.dcm", frames)


def test_regular_frames_stay_with_slicer(app, tmp_path) -> None:
    enhanced(tmp_path)
    assert app.offers(tmp_path) == []


def test_uneven_frames_are_taken_over(app, tmp_path) -> None:
    enhanced(tmp_path, steps=(0.8,) * 9 + (1.3,) * 10)
    (offer,) = app.offers(tmp_path)
    assert offer.confidence == 0.9 and "20 slices" in offer.tooltip
    (node,) = app.load(tmp_path)
    assert node.GetSpacing()[2] == pytest.approx(0.8)


def test_sections_in_one_file_are_offered_together(app, tmp_path) -> None:
    """Slicer's table would drop the second offer of the same files."""
    path = enhanced(tmp_path, **PARTED)
    offers = app.offers(tmp_path)
    assert [offer.confidence for offer in offers] == [0.9, 0.45, 0.45, 0.45]
    assert offers[0].name.endswith(", 2 volumes") and offers[0].files == [str(path)]
    nodes = app.load(tmp_path)
    assert [len(slicer.util.arrayFromVolume(node)) for node in nodes] == [10, 10]
    assert nodes[1].GetName().endswith("2 volumes, section 2 of 2 (z 37 to 46 mm)")
    second = app.plugin().load(offers[2])
    assert voxel_place(second, (0, 0, 0))[2] == pytest.approx(37.0)
