"""One damaged file among good ones: no internal error, and no good file lost."""

from __future__ import annotations

import json
import time

import pytest
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.damage import damaged
from phantoms.dicom import write_series
from PrintPrepLib.core.errors import PrintPrepError
from PrintPrepLib.qa.inspection import inspect_record
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.selection import inspected
from PrintPrepLib.volume.regularize import load_stack

pytestmark = pytest.mark.pydicom
LIMIT_S = 20
CASES = 320
SCENE = Scene((Ball((0, 0, 0), 4.0),))


def examine(folder):
    """What ``inspect`` and the first steps of ``run`` do; how many good files stand somewhere."""
    collection = read_series([folder])
    json.dumps(inspect_record(collection, inspected(collection), [folder]))
    stacks = [stack for series in collection.series for stack in series.stacks]
    for stack in stacks:
        try:
            load_stack(stack, maximum_voxels=100_000)
        except PrintPrepError as error:
            assert str(error)
    return {item.path for stack in stacks for item in stack.slices}


def test_one_damaged_file_costs_no_other(tmp_path):
    files = write_series(SCENE, Acquisition(rows=12, columns=10, slices=5), tmp_path).files
    good = files[2].read_bytes()
    others = {str(path) for path in files} - {str(files[2])}
    start = time.process_time()
    for what, data in damaged(good, CASES):
        files[2].write_bytes(data)
        try:
            found = examine(tmp_path)
        except Exception as error:
            raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
        assert others <= found, what
        assert time.process_time() - start < LIMIT_S
