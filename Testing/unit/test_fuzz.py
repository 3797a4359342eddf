"""One damaged file among good ones: no internal error, and no good file lost."""

from __future__ import annotations

import time

import pytest
from benchmarks.fuzz import SCENE, examined, faults
from phantoms.acquisition import Acquisition
from phantoms.damage import replaced
from phantoms.dicom import write_series

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


def test_fewer_bits_than_none(tmp_path):
    """A BitsStored below 1, written as text, was a negative shift."""
    name, *others = write_series(SCENE, Acquisition(rows=12, columns=10, slices=4), tmp_path).files
    name.write_bytes(replaced(name.read_bytes(), 0x00280101, b"IS", b"-1"))
    assert examined(tmp_path) >= set(map(str, others))
