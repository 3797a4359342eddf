"""The short checks leave out what takes long, and say so wherever the record is read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib.job.model import segment_mesh
from PrintPrepLib.job.record import Standards, checked
from PrintPrepLib.qa.assessment import Subject
from PrintPrepLib.qa.record import completed
from PrintPrepLib.report.record_page import html_report
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.surface.threshold import range_mask
from PrintPrepLib.verify.record import check_items
from PrintPrepLib.volume.loading import load_volumes


@pytest.fixture(scope="module")
def subject(tmp_path_factory) -> Subject:
    folder = tmp_path_factory.mktemp("series")
    taken = Acquisition(rows=32, columns=32, slices=28, steps=0.8)
    write_series(Scene([Ball((0, 0, 0), 8.0)], sigma=0.5), taken, folder)
    (loaded,), _left_out = load_volumes(read_series([folder]))
    volume = loaded.volume
    mask = range_mask(volume.voxels, 200.0, None)
    mesh = segment_mesh(volume, mask, (200.0, None))
    return Subject(volume, mask, mesh, 200.0, None, untouched=True)


def record(subject: Subject, quick: bool) -> dict:
    return checked(subject, "threshold", (200.0, None), Standards(), quick=quick).record


def test_what_is_left_out_is_named(subject) -> None:
    short, whole = record(subject, True), record(subject, False)
    ids = {item["id"]: item for item in short["checks"]}
    missing = {item["id"] for item in whole["checks"]} - set(ids)
    assert missing == set(short["left_out"]) == {"wall_thickness", "bridges", "threshold_effect"}
    assert "left_out" not in whole
    told = ids["left_out"]["message"]
    assert told.endswith("the thickness of the walls, thin bridges, the effect of the threshold.")
    assert told in html_report(short)
    again = completed(short, subject.volume.provenance)
    assert again["left_out"] == short["left_out"]
    assert {item.outcome for item in check_items(short)} == {"unchanged"}


def test_a_changed_surface_may_cross_itself(subject) -> None:
    changed = replace(subject, untouched=False)
    assert "self_intersections" in record(changed, True)["left_out"]
