"""A linear map taken apart: turn, scale along the axes, skew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Parts:
    """model = turn · stretch · reference, all 3×3; or stretch · turn along the model's axes.

    :param turn: rotation.
    :param scale: (3,) along x, y, z (model ÷ reference).
    :param skew: (3,) shear of xy, xz, yz: how far x (x, y) moves for a step along y (z, z).
    """

    turn: np.ndarray
    scale: np.ndarray
    skew: np.ndarray


def sheared(linear: np.ndarray) -> Parts:
    """Rotation × upper triangle: slices keep their shape and are pushed, as a tilt does."""
    turn, upper = np.linalg.qr(linear)
    signs = np.sign(np.diag(upper))
    turn, upper = turn * signs, upper * signs[:, None]
    scale = np.diag(upper).copy()
    return Parts(turn, scale, np.array((upper[0, 1], upper[0, 2], upper[1, 2])) / scale[[1, 2, 2]])


def stretched(linear: np.ndarray) -> Parts:
    """Rotation × symmetric stretch (polar decomposition): scale without skew."""
    u, values, v = np.linalg.svd(linear)
    stretch = v.T @ np.diag(values) @ v
    off = np.array((stretch[0, 1], stretch[0, 2], stretch[1, 2]))
    return Parts(u @ v, np.diag(stretch).copy(), 2 * off)


def stretched_after(linear: np.ndarray) -> Parts:
    """The same with the stretch after the turn, so along the model's own axes."""
    other = stretched(linear.T)
    return Parts(other.turn.T, other.scale, other.skew)
