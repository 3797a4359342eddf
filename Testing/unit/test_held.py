"""Kills, disks without room and limits, in small; ``make benchmark NAMES=held`` does more."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from benchmarks import held
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and fork")


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    folder = tmp_path_factory.mktemp("held") / "in"
    scene = Scene([Ball((0.0, 0.0, 0.0), 6.0)], sigma=0.5)
    write_series(scene, Acquisition(rows=48, columns=48, slices=30), folder)
    return folder


@pytest.mark.parametrize("command", ["run", "convert"])
def test_killed_at_random_moments(series, tmp_path, command):
    # In a process of its own: it forks.
    code = (
        "import sys; from pathlib import Path; from benchmarks.held import killed\n"
        "series, out = map(Path, sys.argv[2:])\n"
        "print(*killed(sys.argv[1], series, out, 4), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, command, str(series), str(tmp_path / "out")],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.returncode == 0 and done.stdout.strip() == "", done.stdout + done.stderr


@pytest.mark.parametrize("command", ["run", "convert"])
def test_disks_without_room_or_writing(series, tmp_path, command):
    tried = list(held.limited(command, series, tmp_path, (48,)))
    if held.may_mount():
        tried += held.full(command, series, tmp_path, (48,))
        tried += held.protected(command, series, tmp_path)
    assert [faults for _, faults in tried if faults] == []
