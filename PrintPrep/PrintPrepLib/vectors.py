"""Products of many vectors at a time, component by component."""

from __future__ import annotations

import numpy as np


def cross(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Cross products of vectors (3, K), of floats or of whole numbers."""
    return np.stack(
        (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])
    )


def dot(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Scalar products (K,) of vectors (3, K)."""
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]
