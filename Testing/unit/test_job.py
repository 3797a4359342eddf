"""The one road from a volume and a segment to model, checks and record."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import numpy as np
import pytest
from phantoms import measure
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene, half_contrast_radius
from phantoms.dicom import write_series
from PrintPrepLib.core.errors import Cancelled, ExportError, ProtocolError, SegmentError
from PrintPrepLib.job.model import contrast_bounds, segment_mesh
from PrintPrepLib.job.record import named_standards
from PrintPrepLib.job.run import Request, run
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.verify import verify
from PrintPrepLib.volume.regularize import load_stack

pytest_plugins = ("standin.fixtures",)

CENTER, RADIUS, SIGMA = (3.0, -2.0, 4.0), 8.0, 0.5
CONTENT = Scene([Ball(CENTER, RADIUS), Ball((-10.0, 10.0, -8.0), 2.0)], sigma=SIGMA)
TILTED = Acquisition(rows=64, columns=64, slices=44, steps=0.7, tilt=(0.0, 18.5))
#: What only the one who made the segment knows, and what only files have.
_OWN = ("files", "method", "largest_island")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("job") / "series"
    write_series(CONTENT, TILTED, folder, name="Head")
    return folder


def files_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def volume(folder):
    (series,) = read_series([folder]).series
    return load_stack(series.stacks[0])


def test_console_and_command_line_make_the_same(desktop, folder, tmp_path) -> None:
    options = {"protocol": "cmf", "printer": "200x200x180"}
    (made,) = run(Request([str(folder)], tmp_path / "run", threshold=(200, None), **options))
    logic = importlib.import_module("PrintPrep").PrintPrepLogic()
    (node,) = logic.loadSeries([folder])
    segmentation, segment = logic.segmentByThreshold(node, 200)
    model = logic.createModel(node, segmentation, segment)
    logic.exportModel(model, str(tmp_path / "model.stl"))
    record = logic.checkGeometry(node, segmentation, segment, model, **options)
    assert (tmp_path / "model.stl").read_bytes() == (tmp_path / "run/model.stl").read_bytes()
    logic.exportModel(model, tmp_path / "console" / "model.stl", record=record)
    record = json.loads((tmp_path / "console/qa.json").read_text())
    assert files_of(tmp_path / "console") == files_of(tmp_path / "run")
    assert [verify(tmp_path / name).verdict for name in ("run", "console")] == ["unchanged"] * 2
    for part in ("segment", "model", "volume", "protocol"):
        own, other = (
            {key: value for key, value in item[part].items() if key not in _OWN}
            for item in (record, made.record)
        )
        assert own == other
    checks = [
        [(check["id"], check["status"], check["measured"]) for check in item["checks"]]
        for item in (record, made.record)
    ]
    assert checks[0] == checks[1] and record["verdict"] == made.record["verdict"]


def test_a_run_leaves_what_it_names(folder, tmp_path) -> None:
    told: list[str] = []
    request = Request([str(folder)], tmp_path / "out", formats=("stl", "ply"), name="ball")
    (made,) = run(request, note=told.append)
    assert made.files == ["volume.nrrd", "ball.stl", "ball.ply", "qa.json", "qa.html"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(made.files)
    assert json.loads((tmp_path / "out/qa.json").read_text()) == made.record
    assert told == []


def test_the_largest_island_alone(folder, tmp_path) -> None:
    (made,) = run(Request([str(folder)], tmp_path, largest=True))
    assert made.record["model"]["components"] == 1
    surface = measure.read_stl(tmp_path / "model.stl")
    error = measure.radial_error(surface, CENTER, half_contrast_radius(RADIUS, SIGMA))
    assert abs(error.mean) < 0.3


def test_standards_are_read_before_any_work(folder, tmp_path) -> None:
    def no_work(fraction: float, message: str) -> None:
        raise AssertionError(message)

    with pytest.raises(ProtocolError):
        run(Request([str(folder)], tmp_path / "out", protocol="no such one"), no_work)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("at", (0.05, 0.3, 0.5, 0.7, 0.95))
def test_cancelled_runs_leave_nothing(folder, tmp_path, at: float) -> None:
    with pytest.raises(Cancelled):
        run(Request([str(folder)], tmp_path / "out"), lambda fraction, message: fraction >= at)
    assert not (tmp_path / "out").exists()


def test_segments_without_a_range_lie_at_half_contrast(volume) -> None:
    mask = volume.voxels > 0
    mesh = segment_mesh(volume, mask, None)
    low, high = contrast_bounds(volume, mesh)
    assert high is None and low == pytest.approx(200, abs=20)
    mirrored = segment_mesh(volume, ~mask, None)
    assert contrast_bounds(volume, mirrored)[0] is None


def test_segments_without_contrast_lie_half_way(volume) -> None:
    mask = np.zeros(volume.voxels.shape, bool)
    mask[2:5, 3:8, 3:8] = True
    empty = volume.voxels * 0
    mesh = segment_mesh(
        type(volume)(empty, volume.ijk_to_lps, volume.acquired_field, 0.0), mask, None
    )
    assert contrast_bounds(volume, mesh) == (None, None)
    with pytest.raises(SegmentError, match="empty"):
        segment_mesh(volume, ~(mask | True), None)


def test_named_standards() -> None:
    found = named_standards("orthopaedic", "2026-05-01", "200 x 200 x 180")
    assert found.protocol is not None and found.printer is not None
    assert found.surgery_date == "2026-05-01" and not found.calibrations
    assert named_standards().protocol is None


def test_records_and_volumes_of_a_folder_never_replace_each_other(desktop, folder, tmp_path):
    logic = importlib.import_module("PrintPrep").PrintPrepLogic()
    (node,) = logic.loadSeries([folder])
    segmentation, segment = logic.segmentByThreshold(node, 200)
    model = logic.createModel(node, segmentation, segment)
    record = logic.checkGeometry(node, segmentation, segment, model)
    for name in ("a.stl", "b.ply"):
        logic.exportModel(model, tmp_path / name, record=record)
    # The same volume stands there once; another one would not be replaced.
    pages = ["qa-2.html", "qa-2.json", "qa.html", "qa.json"]
    assert files_of(tmp_path) == ["a.stl", "b.ply", *pages, "volume.nrrd"]
    assert {verify(tmp_path / f"qa{tail}.json").verdict for tail in ("", "-2")} == {"unchanged"}
    (tmp_path / "volume.nrrd").write_bytes(b"of something else")
    logic.exportModel(model, tmp_path / "c.stl", record=record)
    assert verify(tmp_path / "qa-3.json").verdict == "unchanged"
    assert json.loads((tmp_path / "qa-3.json").read_text())["volume"]["file"] == "volume-2.nrrd"
    assert (tmp_path / "volume.nrrd").read_bytes() == b"of something else"
    before = files_of(tmp_path)
    told = iter(range(1000))
    with pytest.raises(Cancelled):
        logic.exportModel(
            model, tmp_path / "d.stl", record=record, progress=lambda *_: next(told) > 5
        )
    other = logic.createModel(node, *logic.segmentByThreshold(node, 400))
    with pytest.raises(ExportError, match="not made of this model"):
        logic.exportModel(other, tmp_path / "d.stl", record=record)
    assert files_of(tmp_path) == before
