"""``printprep calibrate`` on DICOM series of an object of known size."""

from __future__ import annotations

import json

import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Block, Scene
from phantoms.dicom import write_series
from PrintPrepLib.cli.arguments import Parser
from PrintPrepLib.cli.calibrate import add_calibrate
from PrintPrepLib.cli.console import Console
from PrintPrepLib.core.errors import CalibrationError

SCANNER = {"ManufacturerModelName": "Model 7", "DeviceSerialNumber": "12345"}


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    scene = Scene(
        [
            Ball((-13.0, 0.2, 0.3), 6.0, 1000.0),
            Ball((13.0, 0.1, -0.2), 6.0, 1000.0),
            Block((0, 15, 0), (10, 6, 9), 800.0),
        ],
        sigma=0.6,
    )
    taken = Acquisition(
        rows=104, columns=104, slices=34, steps=0.9, tilt=(0.0, 12.0), noise=20.0, tags=SCANNER
    )
    return write_series(scene, taken, tmp_path_factory.mktemp("ball")).folder


def run(*words: object) -> None:
    parser = Parser()
    commands = parser.add_subparsers()
    everywhere = Parser(add_help=False)
    everywhere.add_argument("inputs", nargs="+")
    for name in ("--json", "--identify"):
        everywhere.add_argument(name, action="store_true")
    add_calibrate(commands, everywhere)
    options = parser.parse_args(["calibrate", *map(str, words)])
    options.command(options, Console())


@pytest.mark.pydicom
def test_a_ball_in_a_tilted_series_is_found_and_kept(series, tmp_path, capsys):
    store = tmp_path / "store.json"
    run(series, "--object", "ball", "--nominal", "12", "--store", store, "--json")
    entry = json.loads(capsys.readouterr().out)
    (found,) = entry["objects"]
    assert found["measured_mm"] == pytest.approx([12.0], abs=0.02)
    assert (
        min(
            sum((a - b) ** 2 for a, b in zip(found["center_mm"], center, strict=True)) ** 0.5
            for center in ((-13.0, 0.2, 0.3), (13.0, 0.1, -0.2))
        )
        < 0.02
    )
    assert entry["scanner"]["model"] == "Model 7"
    assert len(entry["scanner"]["id"]) == 16
    kept = json.loads(store.read_text())
    assert [one["id"] for one in kept["calibrations"]] == [entry["id"]]
    assert "12345" not in store.read_text() and "Phantom" not in store.read_text()


def test_two_balls_give_their_distance(series, capsys):
    words = ["--at=-13,0,0", "--at=13,0,0", "--known=0,0,0", "--known=26.0,0,0"]
    run(series, "--object", "ball", "--nominal", "12", *words)
    lines = capsys.readouterr().out.splitlines()
    scale = next(line for line in lines if line.startswith("Scale x"))
    # The true distance is 26.005 mm.
    assert float(scale.split()[2]) == pytest.approx(26.005 / 26, abs=4e-4)
    assert "Scale z       not told by this object" in lines


def test_a_block_at_a_place(series, capsys):
    run(series, "--object", "block", "--nominal", "10x6x9", "--at", "0,15,0")
    out = capsys.readouterr().out
    sizes = [float(line.split()[1]) for line in out.splitlines() if line.startswith("Size")]
    assert sizes == pytest.approx([10, 6, 9], abs=0.03)


@pytest.mark.parametrize(
    "words",
    [
        ["--object", "ball"],
        ["--object", "ball", "--nominal", "30x20"],
        ["--object", "cone", "--nominal", "30"],
        ["--object", "ball", "--nominal", "0"],
        ["--object", "ball", "--nominal", "12", "--at", "1,2"],
        ["--object", "ball", "--nominal", "12", "--at", "1,2,3", "--at", "4,5,6"],
        ["--object", "ball", "--nominal", "12", "--known", "1,2,3"],
    ],
)
def test_wrong_usage(words, tmp_path):
    with pytest.raises(SystemExit) as caught:
        run(tmp_path, *words)
    assert caught.value.code == 2


def test_nothing_is_kept_of_a_failure(series, tmp_path):
    store = tmp_path / "store.json"
    with pytest.raises(CalibrationError, match="no ball of 25 mm was found"):
        run(series, "--object", "ball", "--nominal", "25", "--store", store)
    assert not store.exists()
