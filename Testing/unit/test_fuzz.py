"""One damaged file among good ones: no internal error, and no good file lost."""

from __future__ import annotations

import time

import pytest
from benchmarks.fuzz import faults

pytestmark = pytest.mark.pydicom
LIMIT_S = 20


def test_one_damaged_file_costs_no_other(tmp_path):
    """Tags × VRs × values, and files cut off; ``make benchmark NAMES=fuzz`` takes thousands."""
    start = time.process_time()
    assert list(faults(tmp_path, 160, seed=1)) == []
    assert time.process_time() - start < LIMIT_S
