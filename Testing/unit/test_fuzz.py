"""One damaged file among good ones: no internal error, and no good file lost."""

from __future__ import annotations

import time

import pytest
from benchmarks.fuzz import faults

pytestmark = pytest.mark.pydicom
LIMIT_S = 20
#: ``make benchmark NAMES=fuzz`` takes thousands of each.
COUNTS = {
    "headers": 150,
    "systematic": 60,
    "runs": 6,
    "conversions": 60,
    "streams": 600,
    "documents": 150,
    "meshes": 350,
}


@pytest.mark.parametrize("name", COUNTS)
def test_what_is_damaged_costs_nothing_else(tmp_path, name):
    start = time.process_time()
    assert list(faults(name, tmp_path, COUNTS[name], seed=1)) == []
    assert time.process_time() - start < LIMIT_S
