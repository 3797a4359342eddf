"""NRRD files: what others read in them, and whether they appear whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st
from PrintPrepLib.core.errors import ExportError
from PrintPrepLib.image_io.nrrd import read_grid, write_nrrd

KINDS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64")
TURN = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]


def placed(spacing: tuple[float, float, float], origin: tuple[float, float, float]) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = TURN * spacing
    matrix[:3, 3] = origin
    return matrix


@pytest.mark.parametrize("compressed", (False, True))
@pytest.mark.parametrize("kind", KINDS)
def test_others_read_voxels_and_place(tmp_path: Path, kind: str, compressed: bool) -> None:
    rng = np.random.default_rng(1)
    voxels = (rng.normal(size=(40, 5, 7)) * 50).astype(kind)
    matrix = placed((0.4882812, 0.7, 1.25), (-125.0, 169.38226910678051, -0.1))
    path = write_nrrd(tmp_path / "volume.nrrd", voxels, matrix, compressed)
    image = SimpleITK.ReadImage(str(path))
    assert np.array_equal(SimpleITK.GetArrayFromImage(image), voxels)
    for index in ((0, 0, 0), (6, 4, 39), (3, 0, 20)):
        there = image.TransformIndexToPhysicalPoint(index)
        assert there == pytest.approx((matrix @ (*index, 1))[:3], abs=1e-9)
    sizes, to_ras, lacking = read_grid(path)
    assert (sizes, lacking) == ([7, 5, 40], 0)
    assert np.array_equal(np.diag([-1, -1, 1, 1]) @ to_ras, matrix)


@settings(max_examples=50, deadline=None)
@given(
    st.tuples(*[st.floats(1e-3, 10)] * 3),
    st.tuples(*[st.floats(-1e4, 1e4)] * 3),
)
def test_places_come_back_to_the_last_digit(tmp_path_factory, spacing, origin) -> None:
    path = tmp_path_factory.mktemp("grid") / "volume.nrrd"
    matrix = placed(spacing, origin)
    write_nrrd(path, np.zeros((2, 3, 4), np.int16), matrix)
    assert np.array_equal(np.diag([-1, -1, 1, 1]) @ read_grid(path)[1], matrix)


def test_views_are_written_in_order(tmp_path: Path) -> None:
    voxels = np.arange(4 * 6 * 8, dtype=np.int16).reshape(4, 6, 8)[::-1, ::2, 1:]
    path = write_nrrd(tmp_path / "volume.nrrd", voxels, np.eye(4))
    assert np.array_equal(SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path))), voxels)


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="there is no such folder"):
        write_nrrd(tmp_path / "missing" / "volume.nrrd", np.zeros((2, 2, 2), np.int16), np.eye(4))
    with pytest.raises(KeyError):
        write_nrrd(tmp_path / "volume.nrrd", np.zeros((2, 2, 2), complex), np.eye(4))
    assert list(tmp_path.iterdir()) == []
