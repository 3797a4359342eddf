"""``printprep run --mask``: what a mask from elsewhere makes, and what the record tells of it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from phantoms import measure
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene, half_contrast_radius
from phantoms.dicom import write_series
from PrintPrepLib import cli
from PrintPrepLib.job import run as job
from PrintPrepLib.verify.record import verify

CENTER, RADIUS, SIGMA = np.array((2.0, -3.0, 1.0)), 7.0, 0.5
#: Half contrast is at 300 HU: no preset finds it.
SCENE = Scene([Ball(tuple(CENTER), RADIUS, contrast=600.0)], background=0.0, sigma=SIGMA)
TRUE = half_contrast_radius(RADIUS, SIGMA)
TILTED = Acquisition(
    rows=44, columns=44, pixel_spacing=(0.6, 0.6), slices=30, steps=0.8, tilt=(0, 15.0)
)


@pytest.fixture(scope="module")
def series(tmp_path_factory) -> Path:
    return write_series(SCENE, TILTED, tmp_path_factory.mktemp("series"), name="Head").folder


def ball(points: np.ndarray) -> np.ndarray:
    """One label, wrong by up to half a millimetre."""
    away = points - CENTER
    wrong = 0.5 * np.sin(0.9 * points[..., 0]) * np.cos(1.1 * points[..., 1])
    return np.linalg.norm(away, axis=-1) < RADIUS + wrong


def halves(points: np.ndarray) -> np.ndarray:
    """Two labels that touch."""
    return ball(points) * np.where(points[..., 2] > CENTER[2], 4, 2)


def write_mask(
    path: Path, labels=ball, spacing: float = 1.5, names: dict[str, str] | None = None
) -> Path:
    """A label map on a turned grid of its own."""
    axes = np.linalg.qr(np.random.default_rng(7).normal(size=(3, 3)))[0]
    axes *= np.linalg.det(axes)
    size = int(30 / spacing)
    k, j, i = np.indices((size, size, size))
    origin = CENTER - axes @ np.full(3, spacing * (size - 1) / 2)
    places = np.stack([i, j, k], -1) * spacing @ axes.T + origin
    image = SimpleITK.GetImageFromArray(labels(places).astype(np.uint8))
    image.SetSpacing([spacing] * 3)
    image.SetOrigin(origin)
    image.SetDirection(axes.ravel())
    for key, value in (names or {}).items():
        image.SetMetaData(key, value)
    SimpleITK.WriteImage(image, str(path), True)
    return path


@pytest.fixture(scope="module")
def mask(tmp_path_factory) -> Path:
    return write_mask(tmp_path_factory.mktemp("mask") / "Doe, John.nii.gz")


def run(series: Path, out: Path, *options: object) -> dict:
    words = ["run", series, "--out", out, "--surface", "threshold", *options]
    assert cli.main([str(word) for word in words]) == 0
    return json.loads((out / "qa.json").read_text())


def radius(out: Path, name: str = "model") -> measure.RadialError:
    return measure.radial_error(measure.read_stl(out / f"{name}.stl"), CENTER, TRUE)


def test_the_mask_says_what_and_the_image_where(series, mask, tmp_path) -> None:
    record = run(series, tmp_path, "--mask", mask)
    error = radius(tmp_path)
    assert abs(error.mean) < 0.05 and error.rms < 0.06
    segment = record["segment"]
    assert segment["surface"] == "threshold" and segment["method"] == "mask, half contrast"
    assert segment["threshold_hu"] == [pytest.approx(300, abs=15), None]
    (label,) = segment["mask"]["labels"]
    assert label["value"] == 1 and label["name"] is None
    assert label["volume_mm3"] == pytest.approx(4 / 3 * np.pi * RADIUS**3, rel=0.05)
    assert abs(label["moved_mm"]["mean"]) < 0.15 and 0.1 < label["moved_mm"]["p95"] < 0.9
    assert label["at_bound"] == 0 and segment["mask"]["follow_mm"] == 2.5
    assert [c["status"] for c in record["checks"] if c["id"] == "mask_followed"] == ["pass"]


def test_names_of_files_stay_out_unless_asked_for(series, mask, tmp_path) -> None:
    record = run(series, tmp_path, "--mask", mask)
    assert record["segment"]["mask"]["file"] == "mask.nii.gz"
    assert (
        "Doe, John" not in (tmp_path / "qa.json").read_text() + (tmp_path / "qa.html").read_text()
    )
    assert "Label 1" in (tmp_path / "qa.html").read_text()
    record = run(series, tmp_path, "--mask", mask, "--identify")
    assert record["segment"]["mask"]["file"] == "Doe, John.nii.gz"


def test_with_a_threshold_the_number_says_where(series, mask, tmp_path) -> None:
    """A blurred ball has its 450 HU well within its 300 HU."""
    record = run(series, tmp_path, "--mask", mask, "--threshold", 450)
    assert record["segment"]["threshold_hu"] == [450, None]
    assert record["segment"]["method"] == "mask, threshold"
    assert record["segment"]["surface"] == "threshold"
    by_range = tmp_path / "range"
    run(series, by_range, "--threshold", 450)
    assert radius(tmp_path).mean == pytest.approx(radius(by_range).mean, abs=0.002)


def test_off_leaves_the_boundary_where_the_mask_has_it(series, mask, tmp_path) -> None:
    record = run(series, tmp_path, "--mask", mask, "--follow", "off")
    assert record["segment"]["method"] == "mask"
    assert record["segment"]["threshold_hu"] == [None, None]
    assert record["segment"]["mask"]["follow_mm"] is None
    assert radius(tmp_path).rms > 0.3
    assert "half-way between voxels" in (tmp_path / "qa.html").read_text()


def test_a_reach_that_is_too_short_shows(series, tmp_path) -> None:
    small = write_mask(
        tmp_path / "m.mha", lambda at: np.linalg.norm(at - CENTER, axis=-1) < RADIUS - 2
    )
    record = run(series, tmp_path / "out", "--mask", small, "--follow", "0.8")
    (label,) = record["segment"]["mask"]["labels"]
    assert label["at_bound"] > 0.3 and 0.5 < label["moved_mm"]["mean"] < 1.5
    assert [c["status"] for c in record["checks"] if c["id"] == "mask_followed"] == ["warn"]


def test_every_label_is_a_part_and_the_common_border_stays_common(series, tmp_path) -> None:
    names = {}
    for number, (name, value) in enumerate((("Upper", "4"), ("Jaw of Phantom", "2"))):
        entry = {"ID": name, "Name": name, "LabelValue": value, "Layer": "0"}
        names |= {f"Segment{number}_{key}": text for key, text in entry.items()}
    path = write_mask(tmp_path / "m.seg.nrrd", halves, names=names)
    record = run(series, tmp_path / "out", "--mask", path, "--format", "stl,3mf")
    labels = record["segment"]["mask"]["labels"]
    assert [(label["value"], label["name"]) for label in labels] == [
        (2, None),
        (4, "Upper"),
    ]
    with zipfile.ZipFile(tmp_path / "out/model.3mf") as archive:
        text = archive.read("3D/3dmodel.model").decode()
    # The patient is called Phantom.
    assert 'name="Upper"' in text and 'name="label 2"' in text and "Jaw of" not in text
    for check in (
        "manifold",
        "manifold_vertices",
        "duplicate_triangles",
        "watertight",
        "loose_parts",
    ):
        assert [c["status"] for c in record["checks"] if c["id"] == check] == ["pass"], check
    whole = 4 / 3 * np.pi * TRUE**3
    # Where both meet the outside a seam of a voxel's depth is left.
    assert record["model"]["volume_mm3"] == pytest.approx(whole, rel=0.015)
    # One body of both: a ball without a wall in it.
    run(series, tmp_path / "one", "--mask", f"{path}:2+4")
    error = radius(tmp_path / "one")
    assert abs(error.mean) < 0.05 and error.rms < 0.06
    record = run(series, tmp_path / "half", "--mask", f"{path}:2", "--identify")
    assert [one["name"] for one in record["segment"]["mask"]["labels"]] == ["Jaw of Phantom"]
    assert record["model"]["volume_mm3"] == pytest.approx(whole / 2, rel=0.05)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--mask", "{mask}:7"), "no voxel with the label 7. Choose of 1."),
        (("--mask", "{folder}/gone.nrrd"), "there is no such file"),
        (("--mask", "{folder}/away.nrrd"), "lies outside the volume"),
        (("--mask", "{folder}/grey.nrrd"), "grey values, not labels"),
        (("--mask", "{mask}", "--threshold", "2000"), "no voxel of the label 1 lies in the range"),
    ],
)
def test_refused_with_one_line(series, mask, tmp_path, capsys, options, told) -> None:
    image = SimpleITK.Image(4, 4, 4, SimpleITK.sitkInt16) - 1000
    SimpleITK.WriteImage(image, str(tmp_path / "grey.nrrd"))
    image = SimpleITK.Image(4, 4, 4, SimpleITK.sitkUInt8) + 1
    image.SetOrigin((500, 0, 0))
    SimpleITK.WriteImage(image, str(tmp_path / "away.nrrd"))
    words = [word.format(mask=mask, folder=tmp_path) for word in options]
    out = tmp_path / "out"
    assert cli.main(["run", str(series), "--out", str(out), *words]) == 1
    (line,) = [text for text in capsys.readouterr().err.splitlines() if "printprep: " in text]
    assert told in line and not out.exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--mask", "m.nrrd", "--preset", "bone"),
        ("--mask", "m.nrrd:0"),
        ("--mask", "m.nrrd:1+"),
        ("--mask", ":3"),
        ("--mask", "m.nrrd", "--follow", "-1"),
        ("--mask", "m.nrrd", "--follow", "50"),
        ("--mask", "m.nrrd", "--follow", "far"),
        ("--follow", "2"),
        ("--surface", "round"),
    ],
)
def test_wrong_usage(options, capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["run", "x", "--out", "y", *options])
    assert caught.value.code == 2 and capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("m.nrrd", ("m.nrrd", ())),
        ("m.nrrd:3", ("m.nrrd", (3,))),
        ("C:\\a\\m.nrrd:3+12+3", ("C:\\a\\m.nrrd", (3, 12))),
        ("C:\\a\\m.nrrd", ("C:\\a\\m.nrrd", ())),
        ("a:b", ("a:b", ())),
    ],
)
def test_labels_follow_the_last_colon(text: str, meant) -> None:
    parsed = cli._parser().parse_args(["run", "x", "--out", "y", "--mask", text])
    assert parsed.mask == meant


def test_the_mask_is_verified_where_it_lies_beside_the_record(series, mask, tmp_path) -> None:
    def outcome() -> str:
        (item,) = [item for item in verify(tmp_path).items if item.id == "mask"]
        return item.outcome

    run(series, tmp_path, "--mask", mask)
    assert outcome() == "unchecked"
    copy = tmp_path / "any name.nii.gz"
    copy.write_bytes(mask.read_bytes())
    assert outcome() == "unchanged"
    write_mask(copy.rename(tmp_path / "mask.nii.gz"), spacing=1.6)
    assert outcome() == "changed"


@pytest.mark.parametrize(
    ("options", "surface"),
    [
        ({}, "edge"),
        ({"preset": "bone"}, "edge"),
        ({"threshold": (200, None)}, "threshold"),
        ({"mask": "m.nrrd"}, "edge"),
        ({"mask": "m.nrrd", "threshold": (200, None)}, "threshold"),
        ({"mask": "m.nrrd", "follow_mm": 0.0}, "threshold"),
        ({"surface": "threshold"}, "threshold"),
        ({"surface": "edge", "threshold": (200, None)}, "edge"),
    ],
)
def test_a_persons_number_decides_where_the_surface_lies(monkeypatch, options, surface) -> None:
    monkeypatch.setattr(job, "SURFACES", ("edge", "threshold"))
    assert job.Request(["x"], "y", **options).surface_taken == surface
