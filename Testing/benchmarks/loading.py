"""A series on disk → a regular volume in memory, against dcm2niix and Slicer's reader."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import dcm2niix_side, printprep_side, slicer_side
from .real_data import SKULL_TILTED, SKULL_UPRIGHT, series, sorted_files
from .table import Other, Row
from .timing import best_times

REPETITIONS = 7


def loading() -> Iterator[Row]:
    """The upright skull (nothing to interpolate) with bars, and the tilted one beside it."""
    yield _row("load 140 slices of 512², regular", SKULL_UPRIGHT, barred=True)
    yield _row("load 54 slices of 512², tilted", SKULL_TILTED, barred=False)


def _row(what: str, folder: Path, barred: bool) -> Row:
    series(folder)
    files = sorted_files(folder)  # Slicer's time does not contain the sorting
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) / "nii"

        def convert() -> None:
            shutil.rmtree(out, ignore_errors=True)
            dcm2niix_side.convert(folder, out)

        times = best_times(
            {
                "PrintPrep": lambda: printprep_side.load(folder),
                "dcm2niix -z n (writes NIfTI)": convert,
                "Slicer's series reader (GDCM)": lambda: slicer_side.read_series(files),
            },
            REPETITIONS,
        )
    mine = times.pop("PrintPrep")
    dcm2niix, slicer = times.values()
    if not barred:
        return Row(what, mine, "s", [Other(n, t) for n, t in times.items()])
    return Row(
        what,
        mine,
        "s",
        [Other(n, t) for n, t in times.items()],
        "≤ 2 × dcm2niix, < Slicer",
        mine <= 2 * dcm2niix and mine < slicer,
        f"{mine / dcm2niix:.2f} × dcm2niix (the next bar is 1 ×)",
    )
