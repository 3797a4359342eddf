"""Peak memory as multiples of the volume that comes out.

Each job runs in a process of its own. It first does the same on a tiny phantom, so that
imports and one-time buffers are there; what counts is how far the peak of resident memory
then rises above that, divided by the bytes of the regular volume (its voxels in memory).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series

from .real_data import SKULL_TILTED, SKULL_UPRIGHT
from .table import Row, absent

BARS = {"load": 3.0, "run": 6.0}
WHAT = {"load": "load + regularize", "run": "printprep run, bone, largest"}


def memory() -> Iterator[Row]:
    """Load + regularize and the whole run, on phantoms and on the real skulls."""
    if not Path("/proc/self/clear_refs").exists():
        yield absent("peak memory", "needs /proc (Linux)")
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tiny = folder / "tiny"
        write_series(_scene(), Acquisition(rows=64, columns=64, slices=24, tilt=(0, 18.5)), tiny)
        tilted = folder / "tilted"
        taken = Acquisition(
            rows=512,
            columns=512,
            slices=300,
            pixel_spacing=(0.488, 0.488),
            steps=0.632,
            tilt=(0.0, 18.5),
        )
        write_series(_scene(), taken, tilted)
        for job in BARS:
            for name, series in {
                "512 × 512 × 300, tilted": tilted,
                "tilted skull": SKULL_TILTED,
                "upright skull": SKULL_UPRIGHT,
            }.items():
                what = f"peak memory of {WHAT[job]}, {name}"
                if not series.is_dir():
                    yield absent(what, f"the real acquisition {series.name} is not on this machine")
                    continue
                yield _row(what, job, tiny, series)


def _scene() -> Scene:
    # Half the field is bone: a model with a large surface is part of the whole run's memory.
    return Scene([Ball((x, y, 0.0), 9.0) for x in (-60, -20, 20, 60) for y in (-60, -20, 20, 60)])


def _row(what: str, job: str, tiny: Path, series: Path) -> Row:
    paths = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", job, str(tiny), str(series)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    if done.returncode != 0:
        return absent(what, f"failed: {done.stderr.strip().splitlines()[-1:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    multiple = found["excess"] / found["volume"]
    children = found["children"] / 2**20
    return Row(
        what,
        multiple,
        "×",
        bar=f"≤ {BARS[job]:.0f} × the volume",
        met=multiple <= BARS[job],
        note=f"excess {found['excess'] / 2**20:.0f} MiB, volume {found['volume'] / 2**20:.0f} MiB "
        f"{found['dimensions']}; process before the job {found['before'] / 2**20:.0f} MiB"
        + (f"; largest child process {children:.0f} MiB in all" if children else ""),
    )


def _child(job: str, tiny: Path, series: Path) -> dict:
    import resource

    work = {"load": _load, "run": _run}[job]
    work(tiny)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    before = _status("VmRSS")
    volume, dimensions = work(series)
    return {
        "excess": _status("VmHWM") - before,
        "before": before,
        "volume": volume,
        "dimensions": dimensions,
        "children": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024,
    }


def _load(series: Path) -> tuple[int, str]:
    from . import printprep_side

    volume = printprep_side.load(series)
    return volume.voxels.nbytes, " × ".join(map(str, volume.dimensions))


def _run(series: Path) -> tuple[int, str]:
    from PrintPrepLib import cli

    with tempfile.TemporaryDirectory() as out:
        status = cli.main(["run", str(series), "--out", out, "--preset", "bone", "--largest"])
        if status != 0:
            raise SystemExit(f"printprep run ended with {status}")
        record = json.loads((Path(out) / "qa.json").read_text())
    dimensions = record["volume"]["dimensions"]
    # CT of whole numbers is int16: two bytes a voxel.
    return 2 * dimensions[0] * dimensions[1] * dimensions[2], " × ".join(map(str, dimensions))


def _status(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise KeyError(field)


if __name__ == "__main__":
    result = _child(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    print(json.dumps(result))
