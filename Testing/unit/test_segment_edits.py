"""What painting and erasing did to a segment: counted by hand and by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phantoms.analytic import Ball, Scene
from PrintPrepLib.core.errors import SegmentError
from PrintPrepLib.core.jsonable import plain
from PrintPrepLib.qa.checks.accuracy import truth_checks
from PrintPrepLib.qa.segment_edits import Edits, edit_effect, grown_box, touching
from PrintPrepLib.surface.islands import largest_island
from scipy.ndimage import distance_transform_edt

SPACING = np.array([0.5, 0.6, 1.25])  # i, j, k
GRID = np.diag([*SPACING, 1.0])
VOXEL = float(SPACING.prod())
NOTHING = Edits(0.0, 0.0, 0.0, 0.0, 0.0)


def block(size: int = 6, margin: int = 4) -> np.ndarray:
    """A cube of 1000 in -1000."""
    voxels = np.full((size + 2 * margin,) * 3, -1000, np.int16)
    inside = slice(margin, margin + size)
    voxels[inside, inside, inside] = 1000
    return voxels


def check_of(edits: Edits):
    (check,) = truth_checks({"edits": plain(vars(edits))}, {})
    return check


def test_a_pure_threshold_is_unedited():
    scene = Scene((Ball((9, 9, 9), 6.0, 2000.0),), -1000.0, 0.6)
    k, j, i = np.indices((16, 31, 37))
    noise = np.random.default_rng(0).normal(0, 200, k.shape)
    voxels = scene.values(np.stack([i, j, k], axis=-1) * SPACING) + noise
    for low, high in ((0.0, None), (-300.0, 700.0), (None, -500.0)):
        mask = (voxels >= (-np.inf if low is None else low)) & (
            voxels <= (np.inf if high is None else high)
        )
        assert edit_effect(mask, voxels, low, high, GRID) == NOTHING
    check = check_of(NOTHING)
    assert (check.id, check.status, check.measured) == ("edits", "pass", 0)
    assert check.message == "Nothing was painted or erased: grey values alone set the surface."


def test_removing_islands_that_are_not_connected_is_no_edit():
    voxels = block()
    voxels[4, 4, 11:13] = 1000  # one voxel away
    voxels[10, 10, 10] = 1000  # touches the cube by a corner only
    mask = largest_island(voxels >= 0)
    assert mask.sum() == 216
    assert edit_effect(mask, voxels, 0.0, None, GRID) == NOTHING


def test_painting_is_measured_by_volume_surface_and_depth():
    voxels, mask = block(), block() > 0
    mask[4:7, 4:7, 10:14] = True  # 4 voxels out along i
    edits = edit_effect(mask, voxels, 0.0, None, GRID)
    i, j, k = SPACING
    sides, end = 2 * 4 * i * (3 * j + 3 * k), 9 * j * k
    whole = 72 * (i * j + j * k + i * k)
    assert edits.painted_mm3 == pytest.approx(36 * VOXEL)
    assert edits.painted_depth_mm == pytest.approx(4 * i)
    # The end covers as much of the cube as it shows itself.
    assert edits.painted_surface_share == pytest.approx((sides + end) / (whole + sides))
    assert (edits.erased_mm3, edits.erased_surface_share) == (0, 0)
    check = check_of(edits)
    assert (check.status, check.limit, check.unit) == ("warn", 5.0, "%")
    assert check.measured == pytest.approx(100 * edits.painted_surface_share)
    assert "were painted, up to 2.0 mm from anything in the range, and 0 mm³" in check.message


def test_erasing_is_measured_by_volume_and_surface():
    voxels = block()
    mask = voxels > 0
    mask[:, :, 9:] = False  # one layer of the cube
    edits = edit_effect(mask, voxels, 0.0, None, GRID)
    i, j, k = SPACING
    face = 36 * j * k
    assert edits.erased_mm3 == pytest.approx(36 * VOXEL)
    assert edits.erased_surface_share == pytest.approx(face / (2 * (face + 30 * i * (j + k))))
    assert (edits.painted_mm3, edits.painted_depth_mm) == (0, 0)
    check = check_of(edits)
    assert check.status == "warn"
    assert "0 mm³ were painted and 14 mm³ beside the segment erased" in check.message


def test_a_small_edit_is_told_but_passes():
    voxels = block(10)
    mask = voxels > 0
    mask[4, 4, 4] = False
    check = check_of(edit_effect(mask, voxels, 0.0, None, GRID))
    assert check.status == "pass" and 0 < check.measured < 5
    assert "was set by hand" in check.message


def test_filling_a_hollow_is_painting():
    voxels = block(8)
    voxels[6:10, 6:10, 6:10] = -1000
    mask = voxels > 0
    mask[6:10, 6:10, 6:10] = True
    edits = edit_effect(mask, voxels, 0.0, None, GRID)
    assert edits.painted_mm3 == pytest.approx(64 * VOXEL)
    assert edits.painted_surface_share == 0  # it does not reach the surface
    assert edits.painted_depth_mm == pytest.approx(2 * SPACING[0])


def test_the_end_of_the_field_and_of_the_volume_is_no_edit():
    voxels = np.full((6, 8, 8), 1000, np.int16)
    field = np.tile([0, 7, 2, 5], (6, 1))
    mask = np.zeros(voxels.shape, bool)
    mask[:, 2:6] = True
    assert edit_effect(mask, voxels, 0.0, None, GRID, field) == NOTHING
    assert edit_effect(mask, voxels, 0.0, None, GRID).erased_surface_share > 0.2
    assert edit_effect(mask | True, voxels, 0.0, None, GRID) == NOTHING


def test_a_segment_with_nothing_in_its_range_has_no_depth():
    mask = np.zeros((5, 5, 5), bool)
    mask[2, 2, 2] = True
    edits = edit_effect(mask, np.zeros(mask.shape), 100.0, None, GRID)
    assert edits.painted_depth_mm is None and edits.painted_surface_share == 1
    assert "were painted and 0 mm³" in check_of(edits).message


def test_an_empty_segment_is_refused():
    with pytest.raises(SegmentError, match="The segment is empty"):
        edit_effect(np.zeros((3, 3, 3), bool), np.zeros((3, 3, 3)), 1.0, None, GRID)


def test_the_box_stays_in_the_volume():
    mask = np.zeros((5, 6, 7), bool)
    mask[0, 2, 6] = True
    assert grown_box(mask, 2) == (slice(0, 3), slice(0, 5), slice(4, 7))


def by_brute_force(mask, voxels, low, high) -> Edits:
    """The same, voxel by voxel, on the whole volume."""
    ranged = (voxels >= low) & (voxels <= high)
    painted = mask & ~ranged
    erased = {tuple(place) for place in np.argwhere(ranged & ~mask)}
    waiting = [tuple(place) for place in np.argwhere(mask)]
    reached, areas = set(), {"painted": 0.0, "erased": 0.0, "all": 0.0}
    steps = [(axis, side) for axis in range(3) for side in (-1, 1)]
    face = VOXEL / SPACING[::-1]
    seen = set(waiting)
    while waiting:
        place = waiting.pop()
        for axis, side in steps:
            near = list(place)
            near[axis] += side
            near = tuple(near)
            inside = all(0 <= a < b for a, b in zip(near, mask.shape, strict=True))
            if mask[place] and not (inside and mask[near]):
                areas["all"] += face[axis]
                areas["painted"] += face[axis] * (not ranged[place])
                areas["erased"] += face[axis] * bool(ranged[place] and inside and ranged[near])
            if near in erased and near not in seen:
                seen.add(near)
                reached.add(near)
                waiting.append(near)
    depth = distance_transform_edt(~ranged, sampling=SPACING[::-1])[painted].max(initial=0.0)
    return Edits(
        painted.sum() * VOXEL,
        len(reached) * VOXEL,
        areas["painted"] / areas["all"],
        areas["erased"] / areas["all"],
        float(depth),
    )


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**6), share=st.floats(0.1, 0.9))
def test_any_mask_against_brute_force(seed, share):
    random = np.random.default_rng(seed)
    mask = random.random((5, 6, 7)) < share
    # So that box and volume are the same.
    mask[0, 0, 0] = mask[-1, -1, -1] = True
    voxels = random.integers(-1000, 1000, mask.shape)
    voxels[2, 3, 3] = 0
    found = edit_effect(mask, voxels, -500.0, 400.0, GRID)
    expected = by_brute_force(mask, voxels, -500, 400)
    assert vars(found) == pytest.approx(vars(expected), abs=1e-9)


def test_what_touches_a_mask_hangs_together_by_faces():
    mask = np.zeros((1, 4, 6), bool)
    mask[0, 0, 0] = True
    candidates = np.array([[[0, 1, 1, 0, 0, 0], [0, 0, 1, 0, 0, 1], [0, 0, 0, 1, 0, 1], [0] * 6]])
    expected = np.zeros_like(mask)
    expected[0, 0, 1:3] = expected[0, 1, 2] = True
    np.testing.assert_array_equal(touching(candidates.astype(bool), mask), expected)
