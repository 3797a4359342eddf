"""Thin bridges between bodies of known neck, place and size."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest
from PrintPrepLib.core.errors import Cancelled
from PrintPrepLib.qa.thin_bridges import LIMIT_MM, SMALLEST_MM3, thin_bridges

RADIUS = 6.0
GAP = 2.0
BALL_MM3 = 4 / 3 * np.pi * RADIUS**3


def rotated(seed: int) -> np.ndarray:
    """An orthogonal matrix."""
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]


def grid(spacing, half: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points [k, j, i, 3] of a grid in an oblique frame, and its IJK to LPS."""
    spacing = np.broadcast_to(spacing, 3)
    count = np.ceil(2 * half / spacing).astype(int)
    ijk_to_lps = np.eye(4)
    ijk_to_lps[:3, :3] = rotated(seed) * spacing
    shift = np.random.default_rng(seed).uniform(-0.5, 0.5, 3)
    ijk_to_lps[:3, 3] = -ijk_to_lps[:3, :3] @ ((count - 1) / 2) + shift + (20, -150, 700)
    index = np.stack(np.meshgrid(*map(np.arange, count[::-1]), indexing="ij"), axis=-1)[..., ::-1]
    return index @ ijk_to_lps[:3, :3].T + ijk_to_lps[:3, 3] - (20, -150, 700), ijk_to_lps


def chain(necks, spacing=0.4, seed=0) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Balls in a row, joined by necks of these diameters; the middles of the necks as well."""
    step = 2 * RADIUS + GAP
    points, ijk_to_lps = grid(spacing, (len(necks) + 1) * step / 2 + 2, seed)
    direction = rotated(seed + 100)[0]
    along = points @ direction
    across = np.linalg.norm(points - along[..., None] * direction, axis=-1)
    centers = (np.arange(len(necks) + 1) - len(necks) / 2) * step
    mask = np.zeros(points.shape[:3], bool)
    for center in centers:
        mask |= np.hypot(along - center, across) < RADIUS
    for diameter, (first, second) in zip(necks, pairwise(centers), strict=True):
        mask |= (across < diameter / 2) & (along > first) & (along < second)
    middles = [(a + b) / 2 * direction + (20, -150, 700) for a, b in pairwise(centers)]
    return mask, ijk_to_lps, middles


@pytest.mark.parametrize("seed", range(4))
def test_balls_on_a_thin_neck_are_found(seed):
    mask, ijk_to_lps, (middle,) = chain([0.8], seed=seed)
    found = thin_bridges(mask, ijk_to_lps)
    (bridge,) = found.bridges
    assert np.linalg.norm(np.array(bridge.place_mm) - middle) < 2 * 0.4 + GAP / 2
    assert bridge.width_mm == pytest.approx(0.8, abs=0.4) and bridge.width_mm < LIMIT_MM
    assert bridge.piece_mm3 == pytest.approx(BALL_MM3, rel=0.03)


@pytest.mark.parametrize("seed", range(4))
def test_balls_on_a_thick_neck_hold(seed):
    mask, ijk_to_lps, _ = chain([3.0], seed=seed)
    assert thin_bridges(mask, ijk_to_lps).bridges == ()


@pytest.mark.parametrize("diameter", [1.0, 1.5, 2.0])
def test_round_necks_are_measured_too_thin_by_less_than_two_voxels(diameter):
    spacing = 0.3
    for seed in range(3):
        mask, ijk_to_lps, _ = chain([diameter], spacing, seed)
        (bridge,) = thin_bridges(mask, ijk_to_lps, diameter).bridges
        assert diameter - 1.5 * spacing < bridge.width_mm < diameter
        assert thin_bridges(mask, ijk_to_lps, diameter - 2 * spacing).bridges == ()


@pytest.mark.parametrize("voxels", [1, 2, 3, 4, 5, 6])
def test_plates_of_odd_and_even_voxels(voxels):
    """Two blocks joined by a plate along the grid: the width is right to half a voxel."""
    mask = np.zeros((30, 30, 60), bool)
    mask[5:25, 5:25, 5:25] = mask[5:25, 5:25, 35:55] = True
    mask[12 : 12 + voxels, 5:25, 25:35] = True
    truth = voxels * 0.5
    found = thin_bridges(mask, np.diag([0.5, 0.5, 0.5, 1.0]), limit_mm=truth + 0.26)
    (bridge,) = found.bridges
    assert bridge.width_mm == pytest.approx(truth, abs=0.25)
    assert 24.5 <= bridge.place_mm[0] / 0.5 <= 35.5
    assert bridge.piece_mm3 == pytest.approx(20**3 / 8 + voxels * 20 * 10 / 8 / 2, abs=voxels * 15)
    assert thin_bridges(mask, np.diag([0.5, 0.5, 0.5, 1.0]), limit_mm=truth - 0.26).bridges == ()


def test_slices_thicker_than_pixels():
    """0.45 mm pixels and 1 mm slices: the neck along the slices' normal, one pixel wide."""
    mask = np.zeros((24, 40, 40), bool)
    mask[2:10, 5:30, 5:30] = mask[14:22, 5:30, 5:30] = True
    mask[10:14, 16, 14:20] = True
    ijk_to_lps = np.diag([0.45, 0.45, 1.0, 1.0])
    (bridge,) = thin_bridges(mask, ijk_to_lps).bridges
    assert bridge.width_mm == pytest.approx(0.45, abs=0.23)
    assert bridge.place_mm[1] == pytest.approx(16 * 0.45)
    assert 9 <= bridge.place_mm[2] <= 14
    mask[10:14, 14:19, 14:20] = True
    assert thin_bridges(mask, ijk_to_lps).bridges == ()


def test_a_chain_falls_apart_at_its_thin_necks_only():
    mask, ijk_to_lps, middles = chain([0.9, 3.0, 0.9], spacing=0.5)
    found = thin_bridges(mask, ijk_to_lps)
    assert [bridge.piece_mm3 for bridge in found.bridges] == pytest.approx(
        [BALL_MM3, BALL_MM3], rel=0.05
    )
    for middle in (middles[0], middles[2]):
        distances = [np.linalg.norm(np.array(b.place_mm) - middle) for b in found.bridges]
        assert min(distances) < 2


def test_of_several_necks_the_widest_holds_and_is_told():
    mask = np.zeros((30, 30, 60), bool)
    mask[5:25, 5:25, 5:25] = mask[5:25, 5:25, 35:55] = True
    mask[8, 8, 25:35] = True
    mask[18:21, 18:21, 25:35] = True
    ijk_to_lps = np.diag([0.5, 0.5, 0.5, 1.0])
    (bridge,) = thin_bridges(mask, ijk_to_lps, limit_mm=2.0).bridges
    assert bridge.width_mm == pytest.approx(1.5, abs=0.26)
    assert bridge.place_mm[1] / 0.5 >= 17 and bridge.place_mm[2] / 0.5 >= 17
    mask[18:24, 18:24, 25:35] = True
    assert thin_bridges(mask, ijk_to_lps, limit_mm=2.0).bridges == ()


def test_small_parts_are_counted_to_what_they_hang_on():
    mask = np.zeros((30, 30, 90), bool)
    mask[5:25, 5:25, 5:25] = True
    mask[13:16, 13:16, 30:34] = True  # 4.5 mm³ between two bodies
    mask[5:25, 5:25, 40:55] = True
    mask[14, 14, 25:40] = True
    ijk_to_lps = np.diag([0.5, 0.5, 0.5, 1.0])
    (bridge,) = thin_bridges(mask, ijk_to_lps).bridges
    assert bridge.piece_mm3 == pytest.approx(20 * 20 * 15 / 8, abs=6)
    assert thin_bridges(mask, ijk_to_lps, smallest_mm3=1000).bridges == ()
    found = thin_bridges(mask, ijk_to_lps, smallest_mm3=2).bridges
    assert len(found) == 2 and 4 < found[1].piece_mm3 < 8


def test_separate_parts_have_no_bridge():
    mask, ijk_to_lps, _ = chain([0.0])
    assert thin_bridges(mask, ijk_to_lps).bridges == ()


def test_islands_are_looked_at_one_by_one():
    one, ijk_to_lps, (middle,) = chain([0.9])
    away = one.shape[2] + 3
    both = np.concatenate([one, np.zeros((*one.shape[:2], 3), bool), one], axis=2)
    found = thin_bridges(both, ijk_to_lps)
    assert len(found.bridges) == 2
    for expected in (middle, middle + away * ijk_to_lps[:3, 0]):
        distances = [np.linalg.norm(np.array(b.place_mm) - expected) for b in found.bridges]
        assert min(distances) < 2


@pytest.mark.parametrize("empty", [True, False])
def test_nothing_to_break(empty):
    mask = np.zeros((9, 9, 9), bool)
    mask[4, 4, 4] = not empty
    found = thin_bridges(mask, np.eye(4), limit_mm=5.0)
    assert found.as_record() == {
        "limit_mm": 5.0,
        "smallest_mm3": SMALLEST_MM3,
        "count": 0,
        "places_mm": [],
        "widths_mm": [],
        "pieces_mm3": [],
    }


def test_the_mask_may_touch_the_border_and_stays_as_it_is():
    mask = np.ones((8, 8, 40), bool)
    mask[:, :, 15:25] = False
    mask[0, 0, 15:25] = True
    before = mask.copy()
    found = thin_bridges(mask, np.diag([0.5, 0.5, 0.5, 1.0]))
    assert np.array_equal(mask, before)
    record = found.as_record()
    assert record["count"] == 1 and 14 <= record["places_mm"][0][0] / 0.5 <= 25
    assert record["places_mm"][0][1:] == [0.0, 0.0]


def test_what_cannot_be_asked():
    mask = np.ones((3, 3, 3), bool)
    with pytest.raises(ValueError, match="the limit must be positive, not 0"):
        thin_bridges(mask, np.eye(4), limit_mm=0)


def test_it_can_be_cancelled():
    mask, ijk_to_lps, _ = chain([0.8])
    with pytest.raises(Cancelled):
        thin_bridges(mask, ijk_to_lps, progress=lambda share, text: share > 0.2)


def dumbbell(spacing: float, neck_mm: float) -> tuple[np.ndarray, np.ndarray]:
    """Two balls of 4.8 mm, 7 mm apart, on a round neck."""
    k, j, i = np.indices(np.ceil(np.array([13, 6, 6]) / spacing).astype(int))
    x, y, z = (spacing * index - 3 for index in (i, j, k))
    balls = (x**2 + y**2 + z**2 < 2.4**2) | (x**2 + y**2 + (z - 7) ** 2 < 2.4**2)
    neck = (np.hypot(x, y) < neck_mm / 2) & (z > 0) & (z < 7)
    return balls | neck, np.diag([spacing, spacing, spacing, 1.0])


@pytest.mark.parametrize("spacing", [0.6, 0.3, 0.12])
@pytest.mark.parametrize("neck", [0.6, 0.8, 1.4])
def test_both_ways_to_the_widths_give_the_same(monkeypatch, spacing, neck):
    mask, matrix = dumbbell(spacing, neck)
    monkeypatch.setattr("PrintPrepLib.qa.thin_bridges._MOST_SHIFTS", 10**9)
    usual = thin_bridges(mask, matrix)
    monkeypatch.setattr("PrintPrepLib.qa.thin_bridges._MOST_SHIFTS", 0)
    monkeypatch.setattr("PrintPrepLib.qa.thin_bridges._BLOCK", 7)
    assert thin_bridges(mask, matrix) == usual
    assert usual.bridges or neck > 0.6


def test_small_voxels_take_no_longer_than_their_number_asks_for():
    mask, matrix = dumbbell(0.045, 0.6)
    start = time.process_time()
    (bridge,) = thin_bridges(mask, matrix).bridges
    assert bridge.width_mm == pytest.approx(0.6, abs=0.07)
    assert time.process_time() - start < 20


def test_micro_ct_holds_no_part_that_counts():
    """Of 9 micrometres: a million neighbours a voxel, and the whole is a fraction of 1 mm³."""
    mask = np.ones((88, 88, 30), bool)
    mask[:, 40:44, 2:] = False
    start = time.process_time()
    assert thin_bridges(mask, np.diag([0.009, 0.009, 0.009, 1.0])).bridges == ()
    found = thin_bridges(mask, np.diag([0.009, 0.009, 0.009, 1.0]), smallest_mm3=0.01)
    assert found.bridges == ()  # all of it is thinner than the limit
    assert time.process_time() - start < 20
