"""One damaged file among good ones, thousands of times: what falls over, and what is lost.

``Testing/unit/test_fuzz.py`` does the same for some hundred files.
"""

from __future__ import annotations

import json
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.damage import damaged
from phantoms.dicom import write_series
from PrintPrepLib.core.errors import PrintPrepError
from PrintPrepLib.qa.inspection import inspect_record
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.selection import inspected
from PrintPrepLib.volume.regularize import load_stack

from .table import Row

FILES = 20_000
_SEED = 2
_SCENE = Scene((Ball((0, 0, 0), 4.0),))
_MOST_VOXELS = 100_000


def fuzz() -> Iterator[Row]:
    """Damaged files that ended in an internal error or cost a good file, of so many."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = list(faults(Path(folder), FILES, _SEED))
    note = f"{FILES} damaged files, {1000 * (time.perf_counter() - start) / FILES:.1f} ms each"
    note += "".join(f"; {fault}" for fault in found[:5])
    yield Row("damaged files not survived", len(found), "files", (), "0", not found, note)


def faults(folder: Path, count: int, seed: int) -> Iterator[str]:
    """What was done to a file among good ones, and what came of it where that is a fault."""
    files = write_series(_SCENE, Acquisition(rows=12, columns=10, slices=4), folder).files
    good, others = files[2].read_bytes(), {str(path) for path in files} - {str(files[2])}
    for what, data in damaged(good, count, seed):
        files[2].write_bytes(data)
        try:
            lost = others - _examined(folder)
        except Exception as error:  # noqa: BLE001  this is what is looked for
            yield f"{what}: {type(error).__name__}: {error}"
            continue
        if lost:
            yield f"{what}: {len(lost)} good files lost"


def _examined(folder: Path) -> set[str]:
    """The files that stand in a stack, after what ``inspect`` does and the first of ``run``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        collection = read_series([folder])
        json.dumps(inspect_record(collection, inspected(collection), [folder]))
        stacks = [stack for series in collection.series for stack in series.stacks]
        for stack in stacks:
            try:
                load_stack(stack, maximum_voxels=_MOST_VOXELS)
            except PrintPrepError as error:
                str(error)
    return {item.path for stack in stacks for item in stack.slices}
