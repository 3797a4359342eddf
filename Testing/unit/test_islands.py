"""The islands that stay, against scipy's labelling and against hand-made masks."""

from __future__ import annotations

import numpy as np
import pytest
from PrintPrepLib.surface import islands
from PrintPrepLib.surface.islands import (
    bounding_box,
    islands_above,
    islands_by_size,
    largest_island,
)
from scipy import ndimage


def by_labels(mask):
    """The same by labelling every voxel, face connectivity."""
    labels, _ = ndimage.label(mask)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return labels == sizes.argmax() if mask.any() else mask


@pytest.mark.parametrize("share", [0.02, 0.2, 0.31, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("shape", [(9, 8, 7), (1, 6, 6), (5, 1, 9), (4, 7, 1), (12, 3, 40)])
def test_random_masks(share, shape):
    generator = np.random.default_rng(int(1000 * share))
    for _ in range(5):
        mask = generator.random(shape) < share
        island, oracle = largest_island(mask), by_labels(mask)
        assert island.sum() == oracle.sum()
        _, count = ndimage.label(island)
        assert count <= 1 and not np.any(island & ~mask)
        sizes = np.bincount(ndimage.label(mask)[0].ravel())[1:]
        if len(sizes) and (sizes == sizes.max()).sum() == 1:
            np.testing.assert_array_equal(island, oracle)


def test_edges_and_corners_do_not_connect():
    mask = np.zeros((4, 4, 4), bool)
    mask[0:2, 0:2, 0:2] = True
    mask[2, 2, 2] = mask[2, 2, 1] = mask[1, 2, 2] = True
    assert largest_island(mask).sum() == 8


def test_end_of_a_row_or_plane_does_not_touch_the_next():
    mask = np.zeros((2, 3, 4), bool)
    mask[0, 0, 3] = mask[0, 1, 0] = True  # neighbours in memory, not in space
    mask[0, 2, 1] = mask[1, 0, 1] = True  # last row of a plane, first row of the next
    assert largest_island(mask).sum() == 1


def test_enclosed_void_stays():
    mask = np.ones((7, 7, 7), bool)
    mask[3, 3, 3] = False
    padded = np.pad(mask, 3)
    padded[0, 0, 0] = True
    island = largest_island(padded)
    np.testing.assert_array_equal(island, np.pad(mask, 3))


def test_two_of_the_same_size_keep_the_first():
    mask = np.zeros((1, 1, 5), bool)
    mask[0, 0, [0, 1, 3, 4]] = True
    np.testing.assert_array_equal(largest_island(mask)[0, 0], [1, 1, 0, 0, 0])


def test_empty_mask_and_other_types():
    empty = np.zeros((3, 3, 3), np.uint8)
    assert bounding_box(empty) is None
    assert not largest_island(empty).any()
    labels = empty.copy()
    labels[1, 1, 1:] = 7
    island = largest_island(labels[:, :, ::-1])
    assert island.dtype == bool and island.sum() == 2
    assert labels.max() == 7, "the input is not changed"


def test_bounding_box():
    mask = np.zeros((5, 6, 7), bool)
    mask[1, 2, 3] = mask[3, 2, 6] = True
    assert bounding_box(mask) == (slice(1, 4), slice(2, 3), slice(3, 7))


def test_noise_is_labelled_by_voxels(monkeypatch):
    monkeypatch.setattr(islands, "MOST_RUNS", 10)
    mask = np.random.default_rng(5).random((20, 20, 20)) < 0.4
    np.testing.assert_array_equal(largest_island(mask), by_labels(mask))


@pytest.mark.parametrize("smallest", [0, 1, 2, 5, 30, 1e9])
@pytest.mark.parametrize("share", [0.1, 0.31, 0.5])
@pytest.mark.parametrize("runs", [10**6, 10])
def test_islands_above_a_size(share, smallest, runs, monkeypatch):
    """Voxels of 0.3 mm³: against labelling every voxel."""
    monkeypatch.setattr(islands, "MOST_RUNS", runs)
    mask = np.pad(np.random.default_rng(7).random((9, 12, 15)) < share, 2)
    labels, count = ndimage.label(mask)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    big = sizes >= max(smallest, 1)
    kept, stay, go = islands_by_size(mask, 0.3 * smallest, 0.3)
    np.testing.assert_array_equal(kept, big[labels])
    assert (stay, stay + go) == (big.sum(), count)
    np.testing.assert_array_equal(islands_above(mask, 0.3 * smallest, 0.3), kept)


def test_island_of_just_the_size_stays():
    """100 voxels of 0.1 mm³ are 10 mm³, though 10 / 0.1 and 100 × 0.1 may be rounded."""
    mask = np.zeros((3, 10, 25), bool)
    mask[0, :, :10] = mask[2, :, :9] = True
    for voxel in (0.1, 0.3, 0.7, 1 / 3, 0.2384185791015625):
        kept, stay, go = islands_by_size(mask, 100 * voxel, voxel)
        assert (kept.sum(), stay, go) == (100, 1, 1)


def test_islands_of_an_empty_mask():
    kept, stay, go = islands_by_size(np.zeros((3, 3, 3), np.uint8), 1.0, 1.0)
    assert kept.dtype == bool and not kept.any() and (stay, go) == (0, 0)
