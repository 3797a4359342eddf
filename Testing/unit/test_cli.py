"""The command line as a user meets it: in a process of its own, with real files."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Block, Scene
from phantoms.dicom import SeriesTruth, write_series
from phantoms.measure import fit_sphere, read_stl
from PrintPrepLib import cli
from PrintPrepLib.cli import text as cli_text
from PrintPrepLib.core import phrases

LIBRARY = Path(__file__).resolve().parents[2] / "PrintPrep"
BALL = Ball((3.0, -4.0, 2.0), 9.0, contrast=1400.0)
#: Half contrast is at 200 HU, so the preset bone finds the true size.
SCENE = Scene([BALL], background=-500.0, sigma=0.5)
TILTED = Acquisition(
    rows=64,
    columns=64,
    slices=26,
    pixel_spacing=(0.6, 0.6),
    steps=(*[0.7] * 12, *[1.1] * 13),
    tilt=(0.0, -15.0),
    tilt_tag="present",
    slope=1.0,
)
WRITTEN = ["qa.html", "qa.json", "volume.nrrd"]


def printprep(
    *arguments: object, path: Path | None = None, **options
) -> subprocess.CompletedProcess[str]:
    """Run the command; ``path`` comes first on the module path."""
    paths = [str(item) for item in (path, LIBRARY) if item]
    paths += [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    return subprocess.run(
        [sys.executable, "-m", "PrintPrepLib.cli", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
        **options,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that says why: exit status 1, nothing on stdout."""
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    said = [line for line in done.stderr.splitlines() if line.startswith("printprep: ")]
    progress = [line for line in done.stderr.splitlines() if line.endswith(" ...")]
    assert len(said) == 1 and done.stderr.splitlines() == [*progress, *said], done.stderr
    assert "internal error" not in said[0]
    return said[0]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def series(tmp_path_factory) -> SeriesTruth:
    """A tilted, unevenly spaced series of a ball, with a scout and a text file beside it."""
    folder = tmp_path_factory.mktemp("series")
    truth = write_series(SCENE, TILTED, folder, name="ball", series_number=4)
    (folder / "notes.txt").write_text("no DICOM file")
    kind = {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}
    scout = Acquisition(rows=32, columns=32, slices=2, drop=(1,), tags=kind)
    write_series(SCENE, scout, folder / "scout", name="scout", series_number=1)
    return truth


@pytest.fixture(scope="module")
def result(series, tmp_path_factory) -> tuple[dict, Path, subprocess.CompletedProcess[str]]:
    """``run --json`` on it: the record, the folder, and the process."""
    out = tmp_path_factory.mktemp("out") / "new" / "folder"
    done = printprep("run", series.folder, "--out", out, "--preset", "bone", "--largest", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), out, done


@pytest.mark.pydicom
def test_run_writes_its_files_and_nothing_else(result):
    _, out, _ = result
    assert sorted(path.name for path in out.iterdir()) == sorted([*WRITTEN, "model.stl"])
    assert [path.name for path in out.parent.iterdir()] == ["folder"]


def test_json_is_the_record_and_alone_on_stdout(result):
    record, out, done = result
    assert record == json.loads((out / "qa.json").read_text("utf-8"))
    assert done.stdout.startswith("{") and done.stdout.endswith("}\n")
    assert all(line.endswith(" ...") for line in done.stderr.splitlines())
    assert len(done.stderr.splitlines()) >= 5


def test_model_is_the_ball(result):
    record, out, _ = result
    surface = read_stl(out / "model.stl")
    center, radius = fit_sphere(surface.points)
    np.testing.assert_allclose(center, BALL.center, atol=0.03)
    assert radius == pytest.approx(BALL.radius, abs=0.02)
    assert record["model"]["volume_mm3"] == pytest.approx(surface.volume, rel=1e-5)
    assert record["model"]["components"] == 1
    assert record["model"]["watertight"] is True
    np.testing.assert_allclose(record["model"]["extents_mm"], 2 * radius, atol=0.15)


def test_record_tells_the_acquisition(result, series):
    source = result[0]["source"]
    assert source["slices"] == 26
    assert source["tilt_deg"] == pytest.approx(15, abs=1e-4)
    assert source["steps_mm"]["min"] == pytest.approx(0.7, abs=1e-6)
    assert source["steps_mm"]["max"] == pytest.approx(1.1, abs=1e-6)
    assert result[0]["volume"]["interpolation"] == "linear"
    assert result[0]["volume"]["residual_mm"]["max"] < 0.01
    assert result[0]["segment"]["threshold_hu"] == [200, None]
    assert result[0]["segment"]["half_contrast"]["threshold"] == pytest.approx(200, abs=25)
    assert [item["file"] for item in source["rejected"]] == [1, 2]


def test_checks_pass_what_is_right(result):
    statuses = {check["id"]: check["status"] for check in result[0]["checks"]}
    for check in ("residual", "watertight", "manifold", "orientation", "parts", "size",
                  "read_back", "volume_agreement", "field_of_view", "missing_slices"):  # fmt: skip
        assert statuses[check] == "pass", check
    assert statuses["tilted"] == statuses["irregular"] == "info"
    # The slices stand wider apart than the wall that prints.
    assert {name for name, status in statuses.items() if status == "warn"} == {"smallest_feature"}


def test_no_identity_anywhere(result, series):
    """Neither names nor UIDs nor where the files lay: not in text, header nor record."""
    record, out, done = result
    written = contents(out)
    secrets = ("Analytic", "PHANTOM", series.series_uid, series.study_uid, str(series.folder))
    for name, data in [*written.items(), ("stdout", done.stdout.encode())]:
        if name == "model.stl":
            data = data[:84]
        for secret in secrets:
            if secret == "Analytic":  # the manufacturer's name is no patient's
                data = data.replace(b"Analytic phantoms", b"")
            assert secret.encode() not in data, (name, secret)
    assert record["source"]["series_id"] not in series.series_uid


def test_quick_leaves_out_what_takes_long_and_says_so(series: SeriesTruth, tmp_path: Path) -> None:
    done = printprep("run", series.folder, "--out", tmp_path, "--quick", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert {"wall_thickness", "bridges"} <= set(record["left_out"])
    assert "wall_thickness" not in {item["id"] for item in record["checks"]}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*WRITTEN, "model.stl"])


def test_identity_on_request(series, tmp_path):
    done = printprep("run", series.folder, "--out", tmp_path, "--identify")
    assert done.returncode == 0, done.stderr
    source = json.loads((tmp_path / "qa.json").read_text("utf-8"))["source"]
    assert source["series_uid"] == series.series_uid
    assert source["patient_name"] == "Phantom^Analytic"
    rejected = series.folder / source["rejected"][0]["file"]
    assert rejected.is_file() and str(series.folder) not in source["rejected"][0]["file"]
    assert "Phantom^Analytic" in (tmp_path / "qa.html").read_text("utf-8")


def test_options_reach_the_model(series, tmp_path):
    """A negative range with a space, isotropic voxels, half the size, centred, by name."""
    done = printprep(
        "run", series.folder, "--out", tmp_path, "--threshold", "-700:-200", "--spacing",
        "isotropic", "--scale", "0.5", "--center", "--name", "Luft 1",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*WRITTEN, "Luft 1.stl"])
    record = json.loads((tmp_path / "qa.json").read_text("utf-8"))
    assert record["segment"]["threshold_hu"] == [-700, -200]
    assert record["volume"]["spacing_mm"] == pytest.approx([0.6] * 3)
    model = record["model"]
    assert model["scale"] == 0.5
    middle = [sum(pair) / 2 for pair in model["bounds_mm"]]
    assert model["center_offset_mm"] == pytest.approx(middle)
    points = read_stl(tmp_path / "Luft 1.stl").points
    np.testing.assert_allclose(np.ptp(points, axis=0), np.array(model["extents_mm"]) / 2, rtol=1e-5)
    np.testing.assert_allclose(points.max(axis=0) + points.min(axis=0), 0, atol=1e-4)
    assert "Written" in done.stdout and "Luft 1.stl" in done.stdout
    assert "Fit for printing with care" in done.stdout


def test_formats_hold_the_same_model(series, tmp_path):
    """All four by one run, each listed with its checksum, each the ball for another reader."""
    import trimesh

    done = printprep(
        "run", series.folder, "--out", tmp_path, "--largest", "--format", "stl,3MF,obj,ply,stl",
        "--name", "ball.3mf", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = ["ball.stl", "ball.3mf", "ball.obj", "ball.ply"]
    record = json.loads(done.stdout)
    assert [entry["file"] for entry in record["model"]["files"]] == names
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*WRITTEN, *names])
    page = (tmp_path / "qa.html").read_text("utf-8")
    for entry in record["model"]["files"]:
        path = tmp_path / entry["file"]
        assert (path.suffix, entry["unit"]) == (f".{entry['format']}", "mm")
        assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]
        assert entry["sha256"] in page and entry["file"] in page
        loaded = trimesh.load(path, force="mesh")
        assert loaded.volume == pytest.approx(record["model"]["volume_mm3"], rel=1e-4)
        np.testing.assert_allclose(loaded.extents, record["model"]["extents_mm"], rtol=1e-4)


@pytest.mark.parametrize("formats", ["", "stl,", "amf", "stl;obj"])
def test_unknown_formats_are_wrong_usage(capsys, formats):
    with pytest.raises(SystemExit) as caught:
        cli.main(["run", "x", "--out", "y", "--format", formats])
    assert caught.value.code == 2
    assert "there are stl, 3mf, obj, ply" in capsys.readouterr().err


def test_previous_results_are_replaced(result, series, tmp_path):
    for name in ("model.stl", "qa.json", "other.txt"):
        (tmp_path / name).write_text("previous")
    done = printprep("run", series.folder, "--out", tmp_path, "--spacing", "1.5", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["volume"]["spacing_mm"][2] == pytest.approx(1.5)
    assert (tmp_path / "other.txt").read_text() == "previous"
    assert (tmp_path / "model.stl").stat().st_size > 1000
    assert len(list(tmp_path.iterdir())) == 5


# Choosing among series


@pytest.fixture(scope="module")
def several(tmp_path_factory) -> Path:
    """Series 7 with 12 slices and series 9 with 8, and the seconds of a copied folder."""
    folder = tmp_path_factory.mktemp("several")
    for number, slices, radius in ((7, 12, 4.0), (9, 8, 3.0)):
        scene = Scene([Ball((0, 0, 0), radius)], sigma=0.5)
        small = Acquisition(rows=32, columns=32, slices=slices, pixel_spacing=(0.5, 0.5))
        write_series(scene, small, folder / str(number), name=str(number), series_number=number)
    return folder


def test_series_with_most_slices_is_taken_and_that_is_said(several, tmp_path):
    done = printprep("run", several, "--out", tmp_path, "--json")
    record = json.loads(done.stdout)
    assert record["source"]["slices"] == 12
    sentence = "2 series were found; series 7, the one with most slices (12), was taken."
    assert sentence in done.stderr
    assert sentence in [check["message"] for check in record["checks"]]


def test_series_by_number_uid_or_pseudonym(several, tmp_path):
    inspected = json.loads(printprep("inspect", several, "--json", "--identify").stdout)
    entry = inspected["series"][1]
    assert entry["number"] == 9
    for wanted in ("9", entry["series_id"], entry["source"]["series_uid"]):
        done = printprep("run", several, "--out", tmp_path, "--json", "--series", wanted)
        assert json.loads(done.stdout)["source"]["slices"] == 8
        assert "most slices" not in done.stderr


def test_series_that_is_not_there_is_named(several, tmp_path):
    line = refusal(printprep("run", several, "--out", tmp_path, "--series", "8"))
    assert "no series 8" in line and "7, 9" in line


def test_two_series_of_one_number_need_the_uid(several, tmp_path):
    shutil.copytree(several, tmp_path / "in")
    small = Acquisition(rows=32, columns=32, slices=5, pixel_spacing=(0.5, 0.5))
    write_series(SCENE, small, tmp_path / "in" / "more", name="more", series_number=9)
    line = refusal(printprep("run", tmp_path / "in", "--out", tmp_path / "out", "--series", "9"))
    assert "2 series have the number 9" in line and "UID" in line


def test_what_is_not_ct_takes_an_automatic_threshold(tmp_path):
    scene = Scene([Block((0, 0, 0), (8.0, 8.0, 8.0), contrast=800.0)], background=100.0)
    magnetic = Acquisition(rows=32, columns=32, slices=16, pixel_spacing=(0.5, 0.5),
                           tags={"Modality": "MR"})  # fmt: skip
    write_series(scene, magnetic, tmp_path / "in")
    done = printprep("run", tmp_path / "in", "--out", tmp_path / "out", "--json")
    record = json.loads(done.stdout)
    assert record["segment"]["method"].startswith("automatic")
    assert 300 < record["segment"]["threshold_hu"][0] < 700
    points = read_stl(tmp_path / "out" / "model.stl").points
    for axis in range(3):
        face = np.abs(np.delete(points, axis, axis=1)).max(axis=1) < 2
        assert np.abs(points[face, axis]).mean() == pytest.approx(4, abs=0.05)


# Stacks and sections


@pytest.fixture(scope="module")
def gapped(tmp_path_factory) -> Path:
    """A ball in each of two sections 40 mm apart, the upper one with more slices."""
    folder = tmp_path_factory.mktemp("gapped")
    balls = [Ball((0, 0, 5.0), 3.0), Ball((0, 0, 55.0), 4.0)]
    taken = Acquisition(
        rows=28, columns=28, slices=29, pixel_spacing=(0.5, 0.5),
        first_position=(-6.75, -6.75, 0.0), steps=(1.0,) * 10 + (38.0,) + (1.0,) * 17,
    )  # fmt: skip
    write_series(Scene(balls, sigma=0.5), taken, folder)
    return folder


def height_of(model: Path) -> tuple[float, float]:
    z = read_stl(model).points[:, 2]
    return float(z.min()), float(z.max())


def test_largest_section_is_taken_and_that_is_said(gapped, tmp_path):
    done = printprep("run", gapped, "--out", tmp_path, "--json")
    record = json.loads(done.stdout)
    assert (record["source"]["section"], record["source"]["sections"]) == (2, 2)
    sentence = "2 sections were found; number 2, the largest with 18 slices, was taken."
    assert sentence in done.stderr
    statuses = {check["id"]: check["status"] for check in record["checks"]}
    assert (statuses["section_choice"], statuses["sectioned"]) == ("info", "warn")
    np.testing.assert_allclose(height_of(tmp_path / "model.stl"), (51, 59), atol=0.25)


def test_every_section_gets_numbered_files(gapped, tmp_path):
    done = printprep("run", gapped, "--out", tmp_path, "--section", "all", "--json")
    records = json.loads(done.stdout)
    assert [record["source"]["section"] for record in records] == [1, 2]
    names = [f"{name}-{n}.{kind}" for n in (1, 2) for name, kind in
             (("model", "stl"), ("qa", "html"), ("qa", "json"), ("volume", "nrrd"))]  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert json.loads((tmp_path / "qa-2.json").read_text("utf-8")) == records[1]
    np.testing.assert_allclose(height_of(tmp_path / "model-1.stl"), (2, 8), atol=0.25)
    np.testing.assert_allclose(height_of(tmp_path / "model-2.stl"), (51, 59), atol=0.25)


def test_sections_as_one_volume_or_one_by_number(gapped, tmp_path):
    done = printprep("run", gapped, "--out", tmp_path / "a", "--section", "merged", "--json")
    record = json.loads(done.stdout)
    assert record["source"]["section"] == 0
    (gap,) = record["source"]["gaps"]
    assert gap == {"from_mm": 10.0, "to_mm": 48.0, "width_mm": 38.0}
    assert record["volume"]["cost"]["empty_planes"] == 37
    np.testing.assert_allclose(height_of(tmp_path / "a" / "model.stl"), (2, 59), atol=0.25)
    assert "were found" not in done.stderr
    printprep("run", gapped, "--out", tmp_path / "b", "--section", "1")
    np.testing.assert_allclose(height_of(tmp_path / "b" / "model.stl"), (2, 8), atol=0.25)
    line = refusal(printprep("run", gapped, "--out", tmp_path / "c", "--section", "3"))
    assert "there is no section 3: the series has 2" in line


def test_records_of_sections_hold_when_verified(gapped, tmp_path):
    for section in ("1", "merged"):
        out = tmp_path / section
        assert printprep("run", gapped, "--out", out, "--section", section).returncode == 0
        done = printprep("verify", out, "--source", gapped, "--json")
        assert done.returncode == 0 and '"changed"' not in done.stdout, done.stdout + done.stderr


def test_stacks_by_number_or_all(tmp_path):
    """Two kernels in one series."""
    small = {"rows": 28, "columns": 28, "pixel_spacing": (0.5, 0.5), "slices": 12}
    for n, (kernel, radius) in enumerate((("B30f", 4.0), ("B70f", 3.0))):
        tags = {
            k: {"SOPInstanceUID": f"2.25.8{n}{k:03d}", "InstanceNumber": str(20 * n + k + 1)}
            for k in range(12)
        }
        taken = Acquisition(**small, tags={"ConvolutionKernel": kernel}, slice_tags=tags)
        write_series(Scene([Ball((0, 0, 0), radius)]), taken, tmp_path / "in" / kernel, name="k")
    done = printprep("run", tmp_path / "in", "--out", tmp_path / "a", "--json", "--stack", "all")
    records = json.loads(done.stdout)
    told = [record["source"]["told_apart"] for record in records]
    assert told == ["kernel B30f", "kernel B70f"]
    heights = [height_of(tmp_path / "a" / f"model-{n}.stl") for n in (1, 2)]
    np.testing.assert_allclose(heights, [(-4, 4), (-3, 3)], atol=0.25)
    done = printprep("run", tmp_path / "in", "--out", tmp_path / "b", "--json")
    assert "2 stacks of slices were found; the largest, with 12 slices, was taken." in done.stderr
    assert json.loads(done.stdout)["source"]["stack"] == 1
    line = refusal(printprep("run", tmp_path / "in", "--out", tmp_path / "c", "--stack", "3"))
    assert "there is no stack 3: the series has 2" in line
    told = printprep("inspect", tmp_path / "in").stdout
    assert "stack 1 (kernel B30f)" in told and "stack 2 (kernel B70f)" in told


# inspect


def test_inspect_lists_sections_and_gaps(gapped):
    (entry,) = json.loads(printprep("inspect", gapped, "--json").stdout)["series"]
    assert (entry["source"]["sections"], entry["source"]["section"]) == (2, 0)
    assert entry["sections"] == [
        {"section": 1, "slices": 11, "from_mm": 0.0, "to_mm": 10.0, "refusal": None},
        {"section": 2, "slices": 18, "from_mm": 48.0, "to_mm": 65.0, "refusal": None},
    ]
    assert entry["verdict"] == "warn"
    told = printprep("inspect", gapped).stdout
    assert "1: 11 slices from 0.0 to 10.0 mm along the normal" in told
    assert "gaps: 38.0 mm" in told and "every 1.000 mm" in told


def test_inspect_for_programs(series):
    done = printprep("inspect", series.folder, "--json")
    assert done.returncode == 0
    record = json.loads(done.stdout)
    assert set(record) == {"series", "rejected"}
    (entry,) = record["series"]
    assert {"number", "series_id", "stack", "source", "findings", "verdict"} <= set(entry)
    assert (entry["number"], entry["stack"], entry["verdict"]) == (4, 1, "warn")
    assert entry["series_id"] == entry["source"]["series_id"]
    by_id = {finding["id"]: finding for finding in entry["findings"]}
    assert set(by_id["tilted"]) == {"id", "severity", "message", "value", "unit"}
    assert by_id["tilted"]["value"] == pytest.approx(15, abs=1e-4)
    assert by_id["tilted"]["unit"] == "°"
    assert [item["file"] for item in record["rejected"]] == [1, 2]
    assert series.series_uid not in done.stdout and "Phantom^Analytic" not in done.stdout


def test_inspect_for_people(series):
    done = printprep("inspect", series.folder)
    assert done.returncode == 0
    for part in (
        "Series 4 (CT, Analytic phantoms)", "26 of 64 × 64 pixels of 0.600 × 0.600 mm",
        "0.700 to 1.100 mm apart", "15.00°", "Fit for printing with care", "warning: ",
        "Files that take no part: 2", "1 × scout (localizer) image", "notes.txt",
    ):  # fmt: skip
        assert part in done.stdout, part
    assert "Phantom^Analytic" not in done.stdout
    named = printprep("inspect", series.folder, "--identify").stdout
    assert "Phantom^Analytic" in named and series.series_uid in named


def test_inspect_answers_where_nothing_can_be_printed(tmp_path):
    (tmp_path / "letter.txt").write_text("no image")
    done = printprep("inspect", tmp_path)
    assert done.returncode == 0
    assert "no series of slices" in done.stdout and "letter.txt" in done.stdout


def test_reasons_that_name_another_file_are_one_kind():
    entries = [{"file": f"b{n}.dcm", "reason": f"copy of a{n}.dcm"} for n in range(3)]
    entries.append({"file": "d.dcm", "reason": "same image as c.dcm at the same position"})
    assert phrases.grouped(entries) == [
        ("copy of another file", ["b0.dcm", "b1.dcm", "b2.dcm"]),
        ("same image as c.dcm at the same position", ["d.dcm"]),
    ]


def test_many_rejected_files_are_grouped():
    rejected = [{"file": f"{n}.dcm", "reason": "scout"} for n in range(5)]
    text = cli_text.inspection(
        {"series": [], "rejected": [*rejected, {"file": "x", "reason": "no"}]}
    )
    assert "Files that take no part: 6" in text
    assert "5 × scout: 0.dcm, 1.dcm, 2.dcm and 2 more" in text
    assert text.index("5 × scout") < text.index("1 × no: x")


def blocked(folder: Path, *modules: str) -> Path:
    """A folder for the module path in which these modules are as if not installed."""
    lines = ["import sys", *(f"sys.modules[{name!r}] = None" for name in modules)]
    (folder / "sitecustomize.py").write_text("\n".join(lines))
    return folder


@pytest.mark.pydicom
def test_inspect_needs_neither_slicer_nor_vtk(series, tmp_path):
    path = blocked(tmp_path, "slicer", "vtk", "vtkmodules")
    done = printprep("inspect", series.folder, "--json", path=path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["series"]


def test_run_needs_no_slicer(series, tmp_path):
    (tmp_path / "path").mkdir()
    path = blocked(tmp_path / "path", "slicer", "qt", "ctk", "vtk", "PySide6")
    done = printprep("run", series.folder, "--out", tmp_path / "out", path=path)
    assert done.returncode == 0, done.stderr
    assert {file.name for file in (tmp_path / "out").iterdir()} == {*WRITTEN, "model.stl"}


# Bad input


def small_series(folder: Path, **options) -> None:
    acquisition = {"rows": 16, "columns": 16, "slices": 5, **options}
    write_series(SCENE, Acquisition(**acquisition), folder)


def tagged(**tags) -> Callable[[Path], None]:
    every = dict.fromkeys(range(5), tags)
    return lambda folder: small_series(folder, slice_tags=every)


def truncated(folder: Path) -> None:
    small_series(folder)
    path = sorted(folder.iterdir())[2]
    path.write_bytes(path.read_bytes()[:-100])


def mixed_up(folder: Path) -> None:
    """Two reconstructions at the same places, with nothing that tells which is which."""
    small_series(folder)
    other = {k: {"SOPInstanceUID": f"2.25.9{k}", "InstanceNumber": "1"} for k in range(5)}
    taken = Acquisition(rows=16, columns=16, slices=5, slice_tags=other)
    write_series(Scene([replace(BALL, radius=3.0)]), taken, folder / "other")


def texts_only(folder: Path) -> None:
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    (folder / "b.pdf").write_bytes(b"%PDF")


BAD_INPUT = {
    "missing": (lambda folder: None, "no such file or folder"),
    "empty folder": (lambda folder: folder.mkdir(), "no file"),
    "no images": (texts_only, "no file here is a slice"),
    "one slice": (lambda folder: small_series(folder, slices=2, drop=(1,)), "only one slice"),
    "no position": (tagged(ImagePositionPatient=None), "ImagePositionPatient is missing"),
    "no orientation": (tagged(ImageOrientationPatient=None), "ImageOrientationPatient is missing"),
    "no pixel spacing": (tagged(PixelSpacing=None), "PixelSpacing is missing"),
    "zero spacing": (tagged(PixelSpacing=["0", "0.5"]), "not positive"),
    "negative spacing": (tagged(PixelSpacing=["-0.5", "0.5"]), "not positive"),
    "no unit vectors": (
        tagged(ImageOrientationPatient=["1", "0", "0", "0", "2", "0"]),
        "unit vectors",
    ),
    "truncated pixels": (truncated, "IM00003.dcm"),
    "no pixels": (tagged(PixelData=None), "no PixelData"),
    "same place": (mixed_up, "neither headers nor slice numbers"),
    "nothing bright": (lambda folder: small_series(folder, center=(300, 0, 0)), "no voxel"),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_one_clear_line_and_no_file(case, tmp_path):
    make, expected = BAD_INPUT[case]
    make(tmp_path / "in")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "model.stl").write_text("previous")
    line = refusal(printprep("run", tmp_path / "in", "--out", tmp_path / "out"))
    assert expected in line
    assert contents(tmp_path / "out") == {"model.stl": b"previous"}


def test_folder_that_was_made_for_nothing_is_removed(tmp_path):
    tagged(PixelSpacing=None)(tmp_path / "in")
    refusal(printprep("run", tmp_path / "in", "--out", tmp_path / "a" / "b"))
    assert not (tmp_path / "a").exists()


# Bad output


def test_output_that_is_a_file(series, tmp_path):
    (tmp_path / "file").write_text("here")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        line = refusal(printprep("run", series.folder, "--out", out))
        assert "a file stands where a folder should be" in line
    assert contents(tmp_path) == {"file": b"here"}


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc that refuses writing")
def test_output_that_cannot_be_written(series):
    assert "Choose another folder" in refusal(
        printprep("run", series.folder, "--out", "/proc/self/results")
    )


@pytest.mark.parametrize(("limit", "stopped"), [(20_000, "model.stl"), (150_000, "volume.nrrd")])
def test_full_disk_leaves_all_as_it_was(tmp_path, limit, stopped):
    scene = Scene([Ball((0, 0, 0), 3.0)], sigma=0.5)
    write_series(scene, Acquisition(rows=64, columns=64, slices=26), tmp_path / "in")
    (tmp_path / "out").mkdir()
    for name in ("model.stl", "volume.nrrd", "qa.json"):
        (tmp_path / "out" / name).write_text("previous")
    before = contents(tmp_path / "out")

    def filled() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    line = refusal(printprep("run", tmp_path / "in", "--out", tmp_path / "out", preexec_fn=filled))
    assert "Free some space" in line and str(tmp_path / "out" / stopped) in line
    assert contents(tmp_path / "out") == before
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_cancelling_leaves_all_as_it_was(result, series, tmp_path, number):
    shutil.copytree(result[1], tmp_path / "out")
    before = contents(tmp_path / "out")
    process = subprocess.Popen(
        [sys.executable, "-m", "PrintPrepLib.cli", "run", series.folder, "--out", tmp_path / "out"],
        env={**os.environ, "PYTHONPATH": str(LIBRARY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = process.stderr.readline()  # the first step has begun
    assert said.endswith("...\n")
    time.sleep(0.3)
    process.send_signal(number)
    output, errors = process.communicate(timeout=120)
    assert (process.returncode, output) == (1, "")
    assert errors.splitlines()[-1] == "printprep: Cancelled."
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(before)
    assert contents(tmp_path / "out") == before


def test_an_interrupt_in_compiled_code_ends_with_our_status(tmp_path):
    """Text that C code runs, as modules do while they load, is enough for Python to remember."""
    (tmp_path / "cancelled.py").write_text(
        "from PrintPrepLib.cli.console import Console\n"
        "try:\n"
        "    with Console(False).cancellable():\n"
        "        exec('import os, signal; os.kill(os.getpid(), signal.SIGINT); [0] * 10')\n"
        "except KeyboardInterrupt:\n"
        "    raise SystemExit(1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "cancelled"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(LIBRARY), str(tmp_path)))},
        timeout=60,
        check=False,
    )
    assert done.returncode == 1


# Usage


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["inspect"],
        ["run", "x"],
        ["run", "x", "--out"],
        ["make", "x"],
        ["run", "x", "--out", "y", "--spacing", "0"],
        ["run", "x", "--out", "y", "--spacing", "-1"],
        ["run", "x", "--out", "y", "--spacing", "nan"],
        ["run", "x", "--out", "y", "--spacing", "coarse"],
        ["run", "x", "--out", "y", "--threshold", "300:200"],
        ["run", "x", "--out", "y", "--threshold", "low"],
        ["run", "x", "--out", "y", "--threshold", ":200"],
        ["run", "x", "--out", "y", "--threshold", "200", "--preset", "bone"],
        ["run", "x", "--out", "y", "--preset", "bones"],
        ["run", "x", "--out", "y", "--scale", "0"],
        ["run", "x", "--out", "y", "--scale", "inf"],
        ["run", "x", "--out", "y", "--thresh", "200"],
        ["run", "x", "--out", "y", "--format", "1"],
        ["run", "x", "--out", "y", "--surgery-date", "1"],
        *(["run", "x", "--out", "y", "--stack", value] for value in ("0", "-1", "1.5", "merged")),
        *(["run", "x", "--out", "y", "--section", value] for value in ("0", "two", "1,2")),
        ["run", "x", "--out", "y", "--apply-tilt", "much"],
        *([name, "x"] for name in ("convert", "compare", "stack")),
    ],
)
def test_wrong_usage_is_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".stl", ".hidden", "-x", "a/b", "..\\b", "a:b", "CON", "lpt1.x", "a\nb", "a ",
     " a", "a.", "a" * 101, "what?"],
)  # fmt: skip
def test_unsafe_names_are_wrong_usage(name, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["run", "x", "--out", "y", f"--name={name}"])
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--threshold", "-700:-200"], (-700.0, -200.0)),
        (["--threshold=-700:-200"], (-700.0, -200.0)),
        (["--threshold", "-.5"], (-0.5, None)),
        (["--threshold", "200"], (200.0, None)),
        (["--threshold", "1e3:2e3"], (1000.0, 2000.0)),
    ],
)
def test_thresholds(arguments, expected):
    parsed = cli._parser().parse_args(cli._joined(["run", "x", "--out", "y", *arguments]))
    assert parsed.threshold == expected


def test_what_follows_two_dashes_is_left_alone():
    assert cli._joined(["run", "--", "--threshold", "-1"]) == ["run", "--", "--threshold", "-1"]


def test_help_names_the_commands():
    done = printprep("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("inspect", "run", "convert"))


def test_version():
    from PrintPrepLib import __version__

    assert printprep("--version").stdout == f"printprep {__version__}\n"


def test_unexpected_error_is_one_line_and_a_traceback_only_on_request(monkeypatch, capsys):
    def broken(options, console):
        raise ZeroDivisionError("first\nsecond")

    monkeypatch.setattr(cli, "_inspect", broken)
    assert cli.main(["inspect", "x"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1
    assert r"internal error (ZeroDivisionError: first\nsecond)" in said.err
    assert cli.ISSUES in said.err
    assert cli.main(["inspect", "x", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_nobody_reading_is_no_error_to_talk_about(series):
    """As in ``printprep inspect … | head -0``."""
    process = subprocess.Popen(
        [sys.executable, "-m", "PrintPrepLib.cli", "inspect", series.folder],
        env={**os.environ, "PYTHONPATH": str(LIBRARY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()
    errors = process.stderr.read()
    process.wait(timeout=60)
    assert "Traceback" not in errors and "internal error" not in errors


def test_progress_renews_one_line_on_a_terminal(series):
    import pty

    reader, writer = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "PrintPrepLib.cli", "inspect", series.folder, "--json"],
        env={**os.environ, "PYTHONPATH": str(LIBRARY)},
        stdout=subprocess.PIPE,
        stderr=writer,
    )
    os.close(writer)
    output = process.communicate(timeout=60)[0]
    shown = os.read(reader, 65536).decode()
    os.close(reader)
    assert json.loads(output)["series"]
    assert "\r\x1b[K" in shown and "%" in shown
    assert "\n" not in shown and shown.endswith("\r\x1b[K"), "the line is cleared at the end"
