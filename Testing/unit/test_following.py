"""A mask that is wrong by a voxel or two, brought to where a range of grey values ends."""

from __future__ import annotations

import numpy as np
import pytest
from PrintPrepLib.core.errors import Cancelled
from PrintPrepLib.surface.following import followed_masks
from PrintPrepLib.surface.grey_values import grey_value_surface
from scipy.ndimage import binary_dilation, binary_erosion, gaussian_filter
from scipy.special import erf

SHAPE = (56, 56, 56)
MATRIX = np.diag([0.6, 0.6, 0.6, 1.0])
PLACES = np.stack(np.indices(SHAPE)[::-1], -1) * 0.6
FIELD = np.tile([0, 55, 0, 55], (56, 1))
MIDDLE = np.array([16.2, 17.1, 16.7])


def blurred(distance: np.ndarray, contrast: float = 1000.0, sigma: float = 0.6) -> np.ndarray:
    """A body of a signed distance, seen by a scanner."""
    return contrast * 0.5 * (1 - erf(distance / (sigma * np.sqrt(2))))


def ball(center, radius: float) -> np.ndarray:
    return np.linalg.norm(PLACES - center, axis=-1) - radius


def followed(masks, grey, low=500.0, high=None, reach=2.5, taken=None, field=FIELD):
    taken = np.logical_or.reduce(masks) if taken is None else taken
    return followed_masks(masks, taken, grey, (low, high), MATRIX, reach, field)


def test_a_mask_with_errors_of_half_a_millimetre_becomes_the_ball() -> None:
    rng = np.random.default_rng(1)
    away, radius = ball(MIDDLE, 12.0), 12.0
    errors = gaussian_filter(rng.normal(size=SHAPE), 2.5)
    mask = away < errors * (0.5 / errors.std())
    grey = blurred(away) + rng.normal(0, 20, SHAPE)
    before, after = (
        np.linalg.norm(grey_value_surface(grey, one, MATRIX, 500.0).points - MIDDLE, axis=1)
        - radius
        for one in (mask, followed([mask], grey)[0])
    )
    assert np.sqrt((before**2).mean()) > 0.3
    assert np.sqrt((after**2).mean()) < 0.05 and np.abs(after).max() < 0.3


@pytest.mark.parametrize("wrong", (-3, 3, -6, 6))
def test_the_reach_is_kept(wrong: int) -> None:
    """Within 2.5 mm the mask becomes the ball; 3.6 mm of error stay where they are."""
    away = ball(MIDDLE, 10.0)
    mask = away < wrong * 0.6
    (found,) = followed([mask], blurred(away))
    off = np.abs(away[found != (away < 0)])
    if abs(wrong) == 3:
        assert off.max(initial=0.0) < 1e-9
    else:
        moved = np.abs(away[found != mask] - wrong * 0.6)
        assert 1.5 < moved.max() < 2.5 + 0.6 and off.size


def test_marrow_stays_in_a_solid_mask_and_out_of_a_hollow_one() -> None:
    away = np.linalg.norm(PLACES - MIDDLE, axis=-1)
    grey = blurred(away - 12) - blurred(away - 10)  # a shell of 2 mm
    solid, hollow = away < 12.5, (away < 12.5) & (away > 9.6)
    (one,), (other,) = followed([solid], grey), followed([hollow], grey)
    assert np.array_equal(one, away < 12)
    assert np.array_equal(other, (away < 12) & (away > 10))


def test_a_neighbour_that_is_not_meant_is_not_swallowed() -> None:
    """A joint of 1.8 mm, with and without a label for the other bone."""
    one, other = ball(MIDDLE - (6.0, 0, 0), 6.0), ball(MIDDLE - (-7.8, 0, 0), 6.0)
    grey = np.maximum(blurred(one), blurred(other))
    mask, neighbour = binary_dilation(one < 0, iterations=1), other < 0
    (found,) = followed([mask], grey)
    assert np.array_equal(found, one < 0)
    (found,) = followed([mask], grey, taken=mask | neighbour)
    assert np.array_equal(found, one < 0)


def test_labels_of_one_bone_keep_their_common_border() -> None:
    """Two labels within one grey body: each grows at its free side, and none into the other."""
    away = ball(MIDDLE, 11.0)
    left = PLACES[..., 0] < MIDDLE[0]
    small = binary_erosion(away < 0, iterations=2)
    masks = [small & left, small & ~left]
    one, other = followed(masks, blurred(away))
    assert not (one & other).any()
    assert np.array_equal(one | other, away < 0)
    border = np.abs(PLACES[..., 0] - MIDDLE[0])
    assert border[one & ~left].max(initial=0) < 1.3 and border[other & left].max(initial=0) < 1.3
    assert not (one & masks[1]).any() and not (other & masks[0]).any()


def test_dark_bodies_and_the_field() -> None:
    away = ball(MIDDLE, 10.0)
    grey = -1000 + blurred(-away)  # an airway
    (found,) = followed([away < 1.2], grey, None, -500.0)
    assert np.array_equal(found, away < 0)


def test_the_field_is_an_end() -> None:
    """Beyond it is background, up to a margin that interpolation fills; masks may go on."""
    away = ball(MIDDLE, 10.0)
    grey = blurred(away)
    grey[..., 32:] = -1000.0
    field = FIELD.copy()
    field[:, 1] = 30
    (cut,) = followed([away < 1.2], grey, field=field)
    assert np.array_equal(cut[..., :31], (away < 0)[..., :31])
    assert cut[..., 31].any() and not cut[..., 32:].any()
    (grown,) = followed([away < -1.2], grey, field=field)
    assert np.array_equal(grown[..., :31], (away < 0)[..., :31])
    assert np.array_equal(grown[..., 31], (away < -1.2)[..., 31])


def test_empty_masks_and_cancelling() -> None:
    empty = np.zeros(SHAPE, bool)
    assert not followed([empty], np.zeros(SHAPE))[0].any()
    with pytest.raises(Cancelled):
        followed_masks(
            [empty], empty, np.zeros(SHAPE), (1, None), MATRIX, 2.5, FIELD, lambda *told: True
        )
