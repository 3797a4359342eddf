"""The head of the demonstration: skull, soft tissue and skin from a few soft-edged shapes.

Nothing is measured on it; it only has to look like a skull and behave like one: thin
bone, cavities, tissue on both sides. Shapes are signed distances in mm (negative
inside), joined by minimum and cut by maximum; an edge is a smooth step across the
distance. LPS: +x left, +y back, +z up.
"""

from __future__ import annotations

import numpy as np

AIR_HU, SKIN_HU, BRAIN_HU, BONE_HU = -1000.0, 60.0, 38.0, 1100.0
_EDGE_MM = 1.6
Point = tuple[float, float, float]
#: The head lies within these limits; outside there is air.
_LIMITS = ((-82.0, 82.0), (-112.0, 112.0), (-112.0, 100.0))


def head_hu(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """HU of a slice, float32 (rows, columns): columns lie at x, rows at the pairs (y, z)."""
    image = np.full((len(y), len(x)), AIR_HU, np.float32)
    columns = _inside(x, _LIMITS[0])
    rows = _inside(y, _LIMITS[1]) & _inside(z, _LIMITS[2])
    if not (columns.any() and rows.any()):
        return image
    window = np.ix_(rows, columns)
    # The head is symmetric: both sides are the left one.
    px = np.abs(x[columns]).astype(np.float32)[None, :]
    py = y[rows].astype(np.float32)[:, None]
    pz = z[rows].astype(np.float32)[:, None]
    image[window] = _tissue(px, py, pz)
    return image


def _tissue(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    vault = _ellipsoid(x, y - 12, z - 18, 68, 86, 68)
    brain = vault + 6.5  # the bone of the vault is 6.5 mm thick
    sockets = _ellipsoid(x - 29 - 0.3 * (y + 76), y + 78, z + 7, 17, 27, 15)
    nose = np.minimum(
        _ellipsoid(x - 5.5, y + 84, z + 36, 8, 30, 9), _ellipsoid(x, y + 84, z + 29, 6, 30, 14)
    )
    mouth = _ellipsoid(x, y + 42, z + 66, 22, 36, 22)
    face = _blend(
        _ellipsoid(x, y + 52, z + 34, 37, 38, 32), _ellipsoid(x - 29, y + 66, z + 8, 23, 18, 22), 8
    )
    face = _blend(face, _capsule(x, y, z, (34, -72, -24), (58, -46, -24), 6), 8)
    outer = _blend(vault, face, 8)
    outer = np.minimum(outer, _capsule(x, y, z, (58, -46, -24), (64, -8, -16), 4))
    outer = _blend(outer, _capsule(x, y, z, (0, -74, -2), (0, -89, -17), 3), 8)
    cavities = np.minimum(np.minimum(sockets, nose), mouth)
    foramen = np.maximum(np.hypot(x, y - 20) - 15, z + 20)
    outer = np.maximum(outer, -np.minimum(cavities, foramen))
    bone = np.maximum(outer, -brain)
    bone = np.minimum(bone, np.minimum(_jaw(x, y, z), _teeth(x, y, z)))
    skin = np.minimum(
        np.minimum(vault - 6, _ellipsoid(x, y + 40, z + 50, 60, 60, 58)),
        np.maximum(np.hypot(x, 0.85 * (y - 20)) - 52, z + 10),
    )
    skin = np.minimum(skin, bone - 5)
    inner = np.where(brain < 0, np.float32(BRAIN_HU), np.float32(SKIN_HU))
    soft = AIR_HU + (inner - AIR_HU) * _step(skin)
    soft += (AIR_HU - soft) * _step(np.maximum(nose, y + 60))
    return soft + (BONE_HU - soft) * _step(bone)


def _jaw(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The lower jaw: a rounded horseshoe, and a branch rising to the joint at its back."""
    ring = _arch(x, y + 26, 44, 62)
    body = (np.hypot(ring / 5.5, (z + 84 + 0.08 * (y + 60)) / 12) - 1) * 5.5
    branch = _capsule(x, 0.45 * y, z, (44, -11, -78), (50, -6, -30), 5.5)
    return _blend(body, branch, 5)


def _teeth(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Two rows of teeth on the jaws: a horseshoe, notched along its length."""
    ring = _arch(x, y + 46, 34, 40)
    notch = 1.3 - np.abs((np.arctan2(x, -(y + 46)) * 36 + 4) % 8 - 4)
    rows = np.minimum(np.abs(z + 60) - 5.5, np.abs(z + 72) - 5.2)
    gums = np.maximum(ring - 3.4, np.minimum(np.abs(z + 54) - 4, np.abs(z + 78) - 4))
    return np.minimum(np.maximum(np.maximum(ring - 3.8, rows), notch), gums)


def _arch(x: np.ndarray, y: np.ndarray, half_width: float, depth: float) -> np.ndarray:
    """Distance from a half ellipse about the origin that opens to the back."""
    reach = np.hypot(x / half_width, y / depth)
    slope = np.hypot(x / half_width**2, y / depth**2)
    ring = np.abs(reach * (reach - 1) / np.maximum(slope, 1e-4))
    return np.hypot(ring, np.maximum(y, 0))


def _capsule(
    x: np.ndarray, y: np.ndarray, z: np.ndarray, start: Point, end: Point, radius: float
) -> np.ndarray:
    """Distance from a rod with round ends."""
    u, v, w = np.subtract(end, start, dtype=float)
    x, y, z = x - start[0], y - start[1], z - start[2]
    share = np.clip((x * u + y * v + z * w) / (u * u + v * v + w * w), 0.0, 1.0)
    return np.sqrt((x - share * u) ** 2 + (y - share * v) ** 2 + (z - share * w) ** 2) - radius


def _blend(one: np.ndarray, other: np.ndarray, width: float) -> np.ndarray:
    """Minimum with a fillet: two shapes grow together."""
    near = np.maximum(width - np.abs(one - other), 0.0)
    return np.minimum(one, other) - near * near / (4 * width)


def _ellipsoid(
    x: np.ndarray, y: np.ndarray, z: np.ndarray, a: float, b: float, c: float
) -> np.ndarray:
    """About the signed distance from an ellipsoid at the origin with semi-axes a, b, c."""
    reach = np.sqrt((x / a) ** 2 + ((y / b) ** 2 + (z / c) ** 2))
    slope = np.sqrt((x / a**2) ** 2 + ((y / b**2) ** 2 + (z / c**2) ** 2))
    return reach * (reach - 1) / np.maximum(slope, 1e-4)


def _step(distance: np.ndarray) -> np.ndarray:
    """1 inside, 0 outside, with a smooth edge across the distance."""
    t = np.clip(0.5 - distance / (2 * _EDGE_MM), 0.0, 1.0)
    return t * t * (3 - 2 * t)


def _inside(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    return (values >= limits[0]) & (values <= limits[1])
