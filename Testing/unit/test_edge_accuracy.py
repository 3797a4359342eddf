"""Models at the edges against balls of known size, from the command line to record and verify."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh
from phantoms import measure
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene, ball_profile
from phantoms.dicom import write_series
from PrintPrepLib import cli
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from PrintPrepLib.qa.assessment import Subject, assess
from PrintPrepLib.qa.checks.edge import edge_checks
from PrintPrepLib.qa.checks.record import record_checks
from PrintPrepLib.qa.edge_accuracy import edge_maps, edge_truth, edge_truth_record
from PrintPrepLib.qa.record import seal
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.surface.edges import KEPT
from PrintPrepLib.surface.segment_edges import segment_edges
from PrintPrepLib.verify.record import verify
from PrintPrepLib.volume.regularize import load_stack
from scipy.optimize import brentq

SIGMA, RADIUS, SOFT = 0.6, 9.0, 40.0
#: Two stuffs: no one threshold is right for both.
BRIGHT, DULL = np.array((-11.0, 1.0, 0.5)), np.array((11.3, -1.0, -0.4))
CONTRASTS = (1400.0, 500.0)
SCENE = Scene(
    [Ball(tuple(BRIGHT), RADIUS, CONTRASTS[0]), Ball(tuple(DULL), RADIUS, CONTRASTS[1])],
    background=SOFT,
    sigma=SIGMA,
)
ACQUISITION = Acquisition(rows=44, columns=84, pixel_spacing=(0.6, 0.6), slices=36, steps=0.7)


@pytest.fixture(scope="module")
def series(tmp_path_factory) -> Path:
    return write_series(SCENE, ACQUISITION, tmp_path_factory.mktemp("series"), name="b").folder


def run(series: Path, out: Path, *options: object) -> dict:
    assert cli.main([str(word) for word in ("run", series, "--out", out, *options)]) == 0
    return json.loads((out / "qa.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def made(series, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    run(series, folder)
    return folder


@pytest.fixture(scope="module")
def record(made) -> dict:
    return json.loads((made / "qa.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def by_threshold(series, tmp_path_factory) -> list[float]:
    """What the preset's threshold makes of the balls."""
    folder = tmp_path_factory.mktemp("threshold")
    run(series, folder, "--surface", "threshold")
    return radii(folder / "model.stl")


def check(record: dict, identity: str) -> dict:
    return next(item for item in record["checks"] if item["id"] == identity)


def radii(model: Path) -> list[float]:
    """Of the bright and the dull ball."""
    pieces = measure.parts(measure.read_stl(model))
    assert len(pieces) == 2
    pieces.sort(key=lambda piece: piece.points[np.unique(piece.triangles), 0].mean())
    return [measure.fit_sphere(piece.points[np.unique(piece.triangles)])[1] for piece in pieces]


def radius_at(level: float, contrast: float) -> float:
    share = (level - SOFT) / contrast
    return brentq(lambda r: float(ball_profile(np.array(r), RADIUS, SIGMA)) - share, 1, 15)


# From the command line


def test_without_a_threshold_both_balls_have_their_size(made) -> None:
    for radius in radii(made / "model.stl"):
        assert 2 * radius == pytest.approx(2 * RADIUS, abs=0.05)


def test_the_record_says_what_the_surface_rests_on(record) -> None:
    edge = record["model"]["edge"]
    assert edge["share_fitted"] + edge["share_thin"] + edge["share_kept"] == pytest.approx(1)
    assert edge["share_fitted"] > 0.97
    assert edge["blur_mm"]["in_plane"] == pytest.approx(SIGMA, abs=0.12)
    values = [material["value"] for material in edge["materials"]]
    for contrast in CONTRASTS:
        assert min(abs(SOFT + contrast - value) for value in values) < 0.06 * contrast
    assert check(record, "edge_surface")["status"] == "pass"
    assert check(record, "thin_walls")["status"] == "pass"


def test_the_model_is_true_to_the_edges(record) -> None:
    truth = record["model"]["surface_truth"]
    assert truth["to"] == "edge"
    assert abs(truth["total"]["signed_mean_mm"]) < 0.02 and truth["total"]["p95_mm"] < 0.06
    assert truth["no_edge_share"] < 0.01 and truth["edited_share"] == 0
    found = check(record, "surface_truth")
    assert found["status"] == "pass" and "edges in the images" in found["message"]


def test_what_the_threshold_alone_would_have_cost(record, by_threshold) -> None:
    """Of the bright ball the preset's 200 HU lie well outside, of the dull one less."""
    outside = np.array(by_threshold) - RADIUS
    assert outside[0] > 0.6 and 0.15 < outside[1] < 0.4
    moved = record["model"]["surface_truth"]["moved_mm"]
    assert moved["mean"] == pytest.approx(-outside.mean(), abs=0.02)
    assert moved["p05"] == pytest.approx(-outside[0], abs=0.08)
    assert record["model"]["edge"]["moved_mm"]["mean"] == moved["mean"]
    told = check(record, "threshold")
    assert told["status"] == "info" and told["measured"] == pytest.approx(-moved["mean"])


def test_what_counts_for_thresholds_alone_judges_no_edge(record) -> None:
    assert check(record, "threshold_effect")["status"] == "info"
    assert check(record, "partial_volume")["status"] == "info"
    agreement = check(record, "volume_agreement")
    assert agreement["status"] == "pass" and abs(agreement["measured"]) < 3
    assert "threshold_effect" not in record["segment"]


def test_every_check_is_there_once(record) -> None:
    names = [item["id"] for item in record["checks"]]
    assert len(names) == len(set(names))


def test_page_and_terminal_say_which_surface_and_why(series, record, made, tmp_path, capsys):
    text = (made / "qa.html").read_text("utf-8")
    assert "where the anatomy ends" in text and "% fitted" in text
    assert "Surface at the edges" in text
    run(series, tmp_path)
    assert "at the edges in the images, because no threshold was given" in capsys.readouterr().out
    run(series, tmp_path / "given", "--threshold", 300)
    assert "because one was given" in capsys.readouterr().out


def test_at_a_threshold_each_part_is_judged_by_itself(series, tmp_path) -> None:
    found = run(series, tmp_path, "--threshold", 290)
    assert found["model"]["edge"] is None
    parts = found["segment"]["half_contrast"]["parts"]
    shifts = sorted((part["threshold"], part["shift_mean_mm"]) for part in parts)
    halves = [SOFT + contrast / 2 for contrast in sorted(CONTRASTS)]
    for (half, shift), true, contrast in zip(shifts, halves, sorted(CONTRASTS), strict=True):
        assert half == pytest.approx(true, rel=0.05)
        expected = radius_at(290, contrast) - radius_at(true, contrast)
        assert shift == pytest.approx(expected, abs=0.04)
    told = check(found, "threshold")
    worst = max((part["shift_mm"] for part in parts), key=abs)
    assert told["measured"] == worst and told["status"] == "warn"
    assert "part 2" in told["message"] and "every wall" not in told["message"]


@pytest.mark.parametrize(("kept", "status"), [(0.04, "pass"), (0.08, "warn")])
def test_much_that_was_kept_is_a_warning(record, kept, status) -> None:
    shares = {"share_kept": kept, "share_fitted": 0.7, "share_thin": 0.3 - kept}
    model = {**record["model"], "edge": {**record["model"]["edge"], **shares}}
    found = {item.id: item for item in edge_checks(record["segment"], model)}
    assert found["edge_surface"].status == status
    assert found["edge_surface"].measured == pytest.approx(100 * kept)
    assert found["thin_walls"].status == "info"


# A mesh that is no longer where it was made


@pytest.fixture(scope="module")
def surface(series):
    """The volume, the segment and its edges."""
    (stack,) = read_series([series]).series[0].stacks
    volume = load_stack(stack)
    mask = volume.voxels >= 200
    return volume, mask, segment_edges(volume, mask, 200.0, None)


def truth_of(surface, mesh: TriangleMesh):
    volume, mask, edge = surface
    return edge_truth(
        mesh,
        edge,
        volume.voxels,
        volume.ijk_to_lps,
        200.0,
        None,
        volume.acquired_field,
        mask,
        samples=4000,
    )


def blown_up(mesh: TriangleMesh, by: float) -> TriangleMesh:
    center = np.where(mesh.points[:, :1] < 0, BRIGHT, DULL)
    away = mesh.points - center
    return TriangleMesh(
        mesh.points + by * away / np.linalg.norm(away, axis=1, keepdims=True), mesh.triangles
    )


@pytest.mark.parametrize(("by", "status"), [(0.15, "pass"), (-0.45, "warn"), (1.2, "fail")])
def test_a_model_moved_off_the_edge_reads_it(surface, record, by, status) -> None:
    truth = edge_truth_record(truth_of(surface, blown_up(surface[2].mesh, by)))
    assert truth["total"]["signed_mean_mm"] == pytest.approx(by, abs=0.03)
    assert truth["total"]["p95_mm"] == pytest.approx(abs(by), abs=0.08)
    model = {**record["model"], "surface_truth": truth}
    found = edge_checks(record["segment"], model)
    assert next(item for item in found if item.id == "surface_truth").status == status


def test_a_smoothed_model_is_found(surface) -> None:
    mesh = surface[2].mesh
    smoothed = trimesh.Trimesh(mesh.points, mesh.triangles, process=False)
    trimesh.smoothing.filter_laplacian(smoothed, iterations=150, volume_constraint=False)
    found = TriangleMesh(np.array(smoothed.vertices), mesh.triangles)
    off = np.linalg.norm(found.points - np.where(found.points[:, :1] < 0, BRIGHT, DULL), axis=1)
    shrunk = float(off.mean()) - RADIUS
    assert shrunk < -0.1
    truth = truth_of(surface, found)
    assert float(np.nanmean(truth.away_mm)) == pytest.approx(shrunk, abs=0.05)


def test_painted_places_are_left_out(surface) -> None:
    volume, mask, edge = surface
    painted = mask.copy()
    i = int(np.argwhere(mask)[:, 2].max())
    painted[:, :, i - 6 :] |= np.roll(mask, 2, axis=1)[:, :, i - 6 :]
    truth = edge_truth(
        edge.mesh, edge, volume.voxels, volume.ijk_to_lps, 200.0, None, volume.acquired_field,
        painted, samples=3000,
    )  # fmt: skip
    assert 0.02 < edge_truth_record(truth)["edited_share"] < 0.5


def test_kept_places_are_told_apart(surface) -> None:
    edge = surface[2]
    left = edge.mesh.points[:, 0] < 0
    kept = replace(edge, marks=np.where(left, KEPT, edge.marks))
    truth = truth_of((*surface[:2], kept), edge.mesh)
    record = edge_truth_record(truth)
    assert record["kept_share"] == pytest.approx(0.5, abs=0.05)
    assert record["total"]["p95_mm"] < 0.1


def test_maps_hold_what_was_found(surface, by_threshold) -> None:
    mesh, edge = blown_up(surface[2].mesh, 0.3), surface[2]
    maps = edge_maps(mesh, edge, truth_of(surface, mesh))
    assert np.nanmedian(maps["DistanceToEdgeMm"]) == pytest.approx(0.3, abs=0.03)
    left = mesh.points[:, 0] < 0
    outside = by_threshold[0] - RADIUS
    assert np.nanmedian(maps["EdgeMovedMm"][left]) == pytest.approx(-outside, abs=0.03)
    assert set(np.unique(maps["EdgeMark"])) <= {0, 1, 2}
    assert all(values.shape == (len(mesh.points),) for values in maps.values())


def test_without_a_blur_the_threshold_is_what_counts(surface) -> None:
    volume, mask, edge = surface
    blind = replace(edge, blur=None, marks=np.full(len(edge.marks), KEPT))
    found = assess(Subject(volume, mask, edge.mesh, 200.0, edge=blind))
    assert "to" not in found.model["surface_truth"]
    assert "threshold_effect" in found.segment
    (told,) = edge_checks(found.segment, found.model)
    assert told.id == "edge_surface" and told.status == "warn"


def test_a_dark_body_has_its_sides_the_right_way_round(tmp_path) -> None:
    scene = Scene([Ball((0.4, -0.3, 0.2), 8.0, -1000.0)], background=40.0, sigma=SIGMA)
    taken = replace(ACQUISITION, columns=44)
    folder = write_series(scene, taken, tmp_path / "series", name="air").folder
    found = run(folder, tmp_path, "--threshold", "-2000:-300", "--surface", "edge")
    surface = measure.read_stl(tmp_path / "model.stl")
    assert measure.fit_sphere(surface.points)[1] == pytest.approx(8.0, abs=0.03)
    assert found["model"]["surface_truth"]["total"]["p95_mm"] < 0.08
    moved = found["model"]["surface_truth"]["moved_mm"]["mean"]
    share = (-300 - 40) / -1000
    wide = brentq(lambda r: float(ball_profile(np.array(r), 8.0, SIGMA)) - share, 1, 15)
    assert moved == pytest.approx(8.0 - wide, abs=0.03)


# Verifying


def item(folder: Path, identity: str = "edge"):
    return next(entry for entry in verify(folder).items if entry.id == identity)


@pytest.fixture
def folder(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


def change(folder: Path, work) -> None:
    file = folder / "qa.json"
    record = json.loads(file.read_text("utf-8"))
    work(record)
    file.write_text(json.dumps(seal(record)), "utf-8")


def test_an_edge_record_is_made_again_and_sound(made) -> None:
    done = verify(made)
    assert done.verdict == "unchanged", [entry.message for entry in done.items]
    assert "edge" in {entry.id for entry in done.items}


def test_a_figure_of_the_edges_changed_by_hand_is_found(folder) -> None:
    change(folder, lambda record: record["model"]["edge"]["blur_mm"].update(in_plane=0.8))
    found = item(folder)
    assert found.outcome == "changed"
    assert [difference.key for difference in found.differences] == ["edge blur_mm in_plane"]


def test_edges_that_are_not_as_written_are_changed(folder) -> None:
    change(folder, lambda record: record["model"].update(edge={"share_fitted": "all"}))
    assert item(folder).outcome == "changed"


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (lambda record: record["segment"].update(mask={"sha256": ""}), "made of a mask"),
        (lambda record: record["segment"].update(voxels=5), "not what the range"),
        (lambda record: record["segment"].update(threshold_hu=[None, None]), "no range"),
        (
            lambda record: record["model"]["surface_truth"].update(refinement={"reduction": 1}),
            "smoothed",
        ),
    ],
)
def test_what_cannot_be_made_again_says_why(folder, work, reason) -> None:
    change(folder, work)
    found = item(folder)
    assert found.outcome == "unchecked" and reason in found.message


def test_without_its_volume_nothing_is_made_again(folder) -> None:
    (folder / "volume.nrrd").unlink()
    assert item(folder).outcome == "unchecked"


def test_the_checks_of_a_record_follow_from_it(record) -> None:
    again = [found.as_check() for found in record_checks(record)]
    assert [item["id"] for item in again] == [item["id"] for item in record["checks"]]
