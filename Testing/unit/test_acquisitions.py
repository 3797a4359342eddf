"""Every kind of acquisition that users meet becomes the right volume or a clear refusal.

The phantom's size is analytic truth; axes and spacing are those that the files were cut
with. dcm2niix says independently where voxels lie, wherever it handles the case.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from benchmarks import dcm2niix_side
from benchmarks.dcm2niix_side import Nifti, read_nifti
from phantoms import measure, objects
from phantoms.analytic import half_contrast_radius
from phantoms.cases import CASES, Becomes
from phantoms.making import BALL, SIGMA
from PrintPrepLib import cli
from PrintPrepLib.cli.text import inspection
from PrintPrepLib.geometry.manual import EnteredGeometry, apply_tilt
from PrintPrepLib.geometry.stack import Series, SeriesCollection, SliceStack
from PrintPrepLib.series.by_hand import read_series_by_hand
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.sections import merged, sections_of
from PrintPrepLib.surface.grey_values import grey_value_surface
from PrintPrepLib.volume.regular_volume import RegularVolume
from PrintPrepLib.volume.regularize import load_stack
from pydicom import dcmread
from scipy.ndimage import map_coordinates


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """``written(name)``: the folder and what was found in it, made once."""
    made: dict[str, tuple[Path, SeriesCollection]] = {}

    def get(name: str) -> tuple[Path, SeriesCollection]:
        if name not in made:
            folder = tmp_path_factory.mktemp("case")
            CASES[name].write(folder)
            entered = EnteredGeometry(0.6, 0.6, 0.7)
            by_hand = CASES[name].order == "entered"
            found = read_series_by_hand([folder], entered) if by_hand else read_series([folder])
            made[name] = folder, found
        return made[name]

    return get


def ball_fit(volume: RegularVolume, truth: Becomes) -> tuple[float, float]:
    """Distance of the fitted ball's centre from its true place, and the radius' error, mm."""
    ball = truth.ball
    level = truth.background + ball.contrast / 2
    place = np.linalg.inv(volume.ijk_to_lps) @ [*ball.center, 1.0]
    reach = (ball.radius + 2.0) / np.array(volume.spacing_mm)
    low = np.maximum(np.floor(place[:3] - reach).astype(int), 0)
    high = np.ceil(place[:3] + reach).astype(int) + 1
    mask = np.zeros(volume.voxels.shape, bool)
    box = tuple(slice(a, b) for a, b in zip(low[::-1], high[::-1], strict=True))
    away = np.stack(np.meshgrid(*map(np.arange, low, high), indexing="ij")).T - place[:3]
    near = np.linalg.norm(away * volume.spacing_mm, axis=-1) < ball.radius + 2.0
    kept = tuple(slice(0, n) for n in mask[box].shape)
    mask[box] = (volume.voxels[box] >= level) & near[kept]
    surface = grey_value_surface(
        volume.voxels, mask, volume.ijk_to_lps, level, None, volume.acquired_field
    )
    center, radius = measure.fit_sphere(surface.points)
    true = half_contrast_radius(ball.radius, SIGMA)
    return float(np.linalg.norm(center - ball.center)), radius - true


def block_faces(volume: RegularVolume, truth: Becomes) -> np.ndarray:
    """Where half contrast is crossed on the block's three middle lines, as errors (3, 2) mm.

    Independent of the mesh: the grey values are read by a general interpolation.
    """
    block = truth.block
    level = truth.background + block.contrast / 2
    inverse = np.linalg.inv(volume.ijk_to_lps)
    errors = np.empty((3, 2))
    for axis in range(3):
        for side, sign in enumerate((-1, 1)):
            away = np.arange(block.edges[axis] / 2 - 1.5, block.edges[axis] / 2 + 1.5, 0.02)
            points = np.array(block.center) + sign * away[:, None] * np.eye(3)[axis]
            ijk = points @ inverse[:3, :3].T + inverse[:3, 3]
            values = map_coordinates(volume.voxels.astype(float), ijk[:, ::-1].T, order=1)
            errors[axis, side] = np.interp(-level, -values, away) - block.edges[axis] / 2
    return errors


def stack_for(name: str, series: Series, wanted: Becomes) -> SliceStack:
    """The stack or section that a person would choose, with what was ordered for it."""
    stack = series.stacks[wanted.stack - 1]
    if CASES[name].order == "apply tilt":
        stack = apply_tilt(stack)
    if wanted.section == "merged":
        return merged(stack)
    return sections_of(stack)[(wanted.section or 1) - 1]


VOLUMES = [
    pytest.param(name, index, id=name if len(case.volumes) == 1 else f"{name}, {index + 1}")
    for name, case in CASES.items()
    for index in range(len(case.volumes))
]


@pytest.mark.parametrize(("name", "index"), VOLUMES)
def test_the_volume_is_right(written, name, index):
    (series,) = written(name)[1].series
    wanted = CASES[name].volumes[index]
    volume = load_stack(stack_for(name, series, wanted))
    axes = volume.ijk_to_lps[:3, :3] / np.array(volume.spacing_mm)
    np.testing.assert_allclose(axes.T, wanted.axes, atol=1e-5)
    assert volume.spacing_mm == pytest.approx(wanted.spacing, abs=2e-3)
    treatment = volume.provenance["volume"]
    assert treatment["interpolation"] == wanted.interpolation
    assert treatment["residual_mm"]["max"] < 0.1
    assert volume.background == pytest.approx(wanted.fill, abs=1.0)
    assert volume.provenance["source"]["slices"] == wanted.slices
    for key, value in wanted.source.items():
        expected = pytest.approx(value, abs=1e-3) if isinstance(value, float) else value
        assert volume.provenance["source"][key] == expected, key
    if wanted.ball_mm is not None:
        place, radius = ball_fit(volume, wanted)
        assert place < wanted.ball_mm and abs(radius) < wanted.ball_mm, (place, radius)
        if wanted.block is not None:
            assert np.abs(block_faces(volume, wanted)).max() < 0.02 + wanted.ball_mm


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.volumes])
def test_the_findings_say_what_is_unusual_and_nothing_else(written, name):
    case = CASES[name]
    (series,) = written(name)[1].series
    assert len(series.stacks) == case.stacks
    assert len(series.rejected) == case.rejected
    assert all(item.reason for item in series.rejected)
    volume = load_stack(stack_for(name, series, case.volumes[0]))
    told = {item["id"] for item in volume.provenance["findings"]}
    assert told == set(case.told)


#: Where dcm2niix takes the voxels as they are, so that both hold the same numbers.
AS_THEY_ARE = (
    "regular",
    "three runs in file order",
    "two kernels",
    "two orientations",
    "scout, dose report, screenshot and reformats",
    "enhanced multi-frame",
    "multi-frame capture with geometry",
    "anisotropic pixels",
    "contradicting pixel spacing",
    "rescaled slice by slice",
    "unsigned pixels",
    "8 bits",
    "32 bits",
    "compressed without loss (RLE)",
    "compressed without loss (JPEG 2000)",
    "lost tilt",
    "MR",
    "PET",
    "feet first",
    "prone",
    "sagittal",
    "coronal",
    "turned in space",
)
#: Where it resamples along the same lines. It spreads its planes over the whole stack, a little
#: closer than the smallest step, so PrintPrep is asked for that spacing.
RESAMPLED = (
    "tilted the other way",
    "irregular",
    "abutting parts",
    "overlapping parts",
    "equal duplicates",
    "missing slice",
)
# What it does otherwise, so that there is nothing to compare: of tilts about the rows it
# places one sign some millimetres off ("tilted", "tilted and irregular", "padding around the
# field": its image stands 5 mm below the ball, PrintPrep's around it), and tilts about the columns
# it takes for tilts about the rows; rounded positions become the step between two of them
# (0.6 for 0.58); stacks of different pixel spacing or different anatomy are put into one image,
# a drifting series into one image a slice; lost tilts and entered geometry are not its business.


def as_ours(image: Nifti, volume: RegularVolume) -> Nifti:
    """Its image with the rows (and planes) in our order."""
    voxels, matrix = image.voxels, image.ijk_to_lps.copy()
    for axis in range(3):
        if matrix[:3, axis] @ volume.ijk_to_lps[:3, axis] < 0:
            last = voxels.shape[2 - axis] - 1
            matrix[:3, 3] += last * matrix[:3, axis]
            matrix[:3, axis] *= -1
            voxels = np.flip(voxels, 2 - axis)
    return Nifti(voxels, matrix)


@pytest.mark.parametrize("name", AS_THEY_ARE + RESAMPLED)
def test_dcm2niix_sees_the_same_voxels_at_the_same_places(written, tmp_path, name):
    folder, found = written(name)
    images = dcm2niix_side.convert(folder, tmp_path)
    resampled = name in RESAMPLED
    image = read_nifti(dcm2niix_side.corrected(images) if resampled else images[0])
    spacing = float(np.linalg.norm(image.ijk_to_lps[:3, 2])) if resampled else "native"
    volume = load_stack(stack_for(name, found.series[0], CASES[name].volumes[0]), spacing)
    other = as_ours(image, volume)
    np.testing.assert_allclose(other.ijk_to_lps, volume.ijk_to_lps, atol=2e-3)
    # It rounds to whole numbers after the tilt and after the steps; floats differ in the last bit.
    limit = 1.01 if resampled else 1e-3
    first_i, last_i, first_j, last_j = volume.acquired_field.T
    compared = 0
    for k, plane in enumerate(volume.voxels):
        box = slice(first_j[k], last_j[k] + 1), slice(first_i[k], last_i[k] + 1)
        difference = np.abs(other.voxels[k][box] - plane[box].astype(float))
        assert difference.max(initial=0.0) <= limit
        compared += difference.size
    assert compared > 0.6 * volume.voxels.size


def test_dcm2niix_misplaces_the_tilts_that_are_left_out_above(written, tmp_path):
    """The reason for leaving them out, so that a better version of it is noticed."""
    folder, found = written("tilted")
    image = read_nifti(dcm2niix_side.corrected(dcm2niix_side.convert(folder, tmp_path)))
    volume = load_stack(found.series[0].stacks[0])
    middles = []
    for voxels, matrix in (
        (image.voxels, image.ijk_to_lps),
        (volume.voxels, volume.ijk_to_lps),
    ):
        k, j, i = np.nonzero(voxels >= 200)
        points = np.stack([i, j, k], axis=1) @ matrix[:3, :3].T + matrix[:3, 3]
        middles.append(points[points[:, 0] < 0].mean(axis=0))
    assert np.linalg.norm(middles[1] - BALL.center) < 0.1
    assert 5 < np.linalg.norm(middles[0] - BALL.center) < 6


#: Number of images, and the first (or corrected) one's voxels and spacing along i, j, k.
OTHERWISE = {
    "rounded positions": (1, (60, 52, 42), (0.6, 0.6, 0.6)),
    "tilted about the columns": (2, (60, 61, 34), (0.6, 0.6, 0.7)),
    "overlapping parts": (2, (60, 52, 35), (0.6, 0.6, 0.679)),
    "equal duplicates": (2, (60, 52, 35), (0.6, 0.6, 0.679)),
    "drifting orientation": (34, (60, 52, 1), (0.6, 0.6, 0.7)),
    "multi-frame capture without geometry": (1, (60, 52, 34), (1.0, 1.0, 1.0)),
    "changing pixel spacing": (2, (60, 59, 128), (0.6, 0.6, 0.179)),
    "absurd pixel spacing": (1, (60, 52, 34), (0.0, 0.0, 0.7)),
    "all positions equal": (1, (60, 52, 1), (0.6, 0.6, 0.7)),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_what_the_table_says_of_dcm2niix(written, tmp_path, name):
    images = dcm2niix_side.convert(written(name)[0], tmp_path)
    count, shape, spacing = OTHERWISE[name]
    assert len(images) == count
    header = dcm2niix_side.corrected(images).read_bytes()[:348]
    assert tuple(np.frombuffer(header, "<i2", 3, 42)) == shape
    assert tuple(np.frombuffer(header, "<f4", 3, 80)) == pytest.approx(spacing, abs=1e-3)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.refused])
def test_what_cannot_be_placed_is_refused_in_words(written, name, capsys):
    folder, _ = written(name)
    case = CASES[name]
    assert cli.main(["run", str(folder), "--out", str(folder.parent / "none")]) == 1
    (line,) = [text for text in capsys.readouterr().err.splitlines() if "Reading" not in text]
    assert case.says in line
    assert not (folder.parent / "none").exists()
    assert cli.main(["inspect", str(folder), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert len(record["rejected"]) == case.rejected
    assert all(entry["verdict"] == "fail" for entry in record["series"])
    told = {item["id"] for entry in record["series"] for item in entry["findings"]}
    assert case.refused in told or not record["series"]


def test_a_folder_that_holds_everything_is_sorted_out_at_once(written, tmp_path, capsys):
    """Every case as a series of one folder, in one flat heap with files that are no images."""
    heap = tmp_path / "heap"
    heap.mkdir()
    for number, name in enumerate(CASES, 1):
        for index, path in enumerate(objects.files_of(written(name)[0])):
            dataset = dcmread(path)
            dataset.SeriesInstanceUID += f".{number}"
            dataset.SOPInstanceUID += f".{number}"
            dataset.SeriesNumber = number
            dataset.save_as(heap / f"{index:03d}-{number:02d}")
    (heap / "notes.txt").write_text("taken on a Tuesday")
    (heap / "empty").write_bytes(b"")
    assert cli.main(["inspect", str(heap), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    told: dict[int, list[dict]] = {}
    for entry in record["series"]:
        told.setdefault(entry["number"], []).append(entry)
    for number, (name, case) in enumerate(CASES.items(), 1):
        entries = told.get(number, [])
        if case.refused or case.order == "entered":
            assert all(entry["verdict"] == "fail" for entry in entries), name
        else:
            assert len(entries) >= case.stacks, name
            assert all(entry["verdict"] != "fail" for entry in entries), name
    placed = sum(entry["source"]["slices"] for entry in record["series"])
    assert len(record["rejected"]) > 100 and placed > 1000
    assert {"not a DICOM file"} <= {item["reason"] for item in record["rejected"]}
    text = inspection(record)
    assert "Series 1 (CT, Analytic phantoms)" in text and "The gantry was tilted by 18.50°" in text
    assert "scout (localizer) image, not a slice" in text
    # Nothing of programs or of Python: a radiologist reads this.
    inner = r"Traceback|None\b|nan\b|\bSliceStack|frozenset|0x[0-9a-f]{4}|_[a-z]+\("
    assert not re.search(inner, text)


def test_a_drifting_series_goes_all_the_way(written, tmp_path):
    folder, _ = written("drifting orientation")
    out = tmp_path / "out"
    assert cli.main(["run", str(folder), "--out", str(out), "--threshold", "200"]) == 0
    record = json.loads((out / "qa.json").read_text())
    assert record["volume"]["interpolation"] == "linear, slice by slice"
    assert record["source"]["drift"]["turn_deg"] == pytest.approx(33 * 0.25, abs=1e-3)
    checks = {item["id"]: item for item in record["checks"]}
    assert "drifts by 8.25°" in checks["drifting"]["message"]
    assert checks["residual"]["status"] == "pass"
    parts = measure.parts(measure.read_stl(out / "model.stl"))
    ball = min(parts, key=lambda part: np.linalg.norm(part.corners.mean((0, 1)) - BALL.center))
    _, radius = measure.fit_sphere(ball.points[np.unique(ball.triangles)])
    assert radius == pytest.approx(half_contrast_radius(BALL.radius, SIGMA), abs=0.02)


# Real acquisitions


def real_stack(real_data, name: str) -> SliceStack:
    (series,) = read_series([real_data(name)]).series
    (stack,) = series.stacks
    return stack


def test_a_tilt_without_its_tag_is_seen(real_data):
    volume = load_stack(real_stack(real_data, "small_siemens_tilt"))
    source = volume.provenance["source"]
    assert source["tilt_deg"] == pytest.approx(14.0, abs=0.01)
    assert source["tilt_tag_deg"] is None
    assert {item["id"] for item in volume.provenance["findings"]} == {"tilted"}
    # 5 mm along the table.
    assert volume.spacing_mm[2] == pytest.approx(5 * np.cos(np.radians(14)), abs=1e-3)
    assert volume.provenance["volume"]["residual_mm"]["max"] < 0.01


def test_a_missing_slice_is_told_by_its_gap(real_data):
    volume = load_stack(real_stack(real_data, "small_uneven_spacing"))
    source = volume.provenance["source"]
    assert source["step_lengths_mm"] == pytest.approx([5, 5, 10], abs=1e-3)
    assert source["missing"] == 1
    findings = {item["id"]: item for item in volume.provenance["findings"]}
    assert findings["gap"]["severity"] == "fail"
    assert "1 missing slice" in findings["gap"]["message"]
    assert volume.dimensions[2] == 5 and volume.spacing_mm[2] == pytest.approx(5, abs=1e-3)


def test_a_perfusion_map_loads_in_its_place_and_is_not_for_printing(real_data):
    folder = real_data("enhanced_ct")
    volume = load_stack(real_stack(real_data, "enhanced_ct"))
    (file,) = objects.files_of(folder)
    groups = dcmread(file).PerFrameFunctionalGroupsSequence
    places = [item.PlanePositionSequence[0].ImagePositionPatient for item in groups]
    corners = [(volume.ijk_to_lps @ [0, 0, k, 1])[:3] for k in range(2)]
    np.testing.assert_allclose(sorted(map(tuple, corners)), sorted(map(tuple, places)), atol=1e-3)
    assert volume.spacing_mm[2] == pytest.approx(10)
    findings = {item["id"]: item["severity"] for item in volume.provenance["findings"]}
    assert findings["not_hu"] == "fail"


def test_scouts_and_dose_reports_are_refused_each_with_its_reason(real_data, tmp_path, capsys):
    folder = real_data("ct_skull_phantom_extras")
    assert cli.main(["run", str(folder), "--out", str(tmp_path / "none")]) == 1
    error = capsys.readouterr().err
    assert "5 × secondary capture (dose report or screenshot)" in error
    assert "1 × scout (localizer) image" in error
    found = read_series([folder])
    assert not found.series and len(found.rejected) == len(objects.files_of(folder))


def test_the_table_of_cases_says_what_is_tested(project_root):
    text = (project_root / "docs" / "acquisitions.md").read_text("utf-8")
    rows = [[part.strip() for part in line.strip("|").split("|")] for line in text.splitlines()]
    table = {row[0]: row for row in rows if len(row) == 5 and row[0] not in ("case", "---")}
    assert list(table) == list(CASES)
    for name, case in CASES.items():
        found = set(re.findall(r"`([a-z_]+)`", table[name][4]))
        refused = {case.refused} - {None, "no series"}
        assert found == set(case.told) | refused, name
