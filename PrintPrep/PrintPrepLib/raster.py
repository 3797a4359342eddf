"""Triangles → a picture's depth and brightness, in numpy alone.

No graphics library takes part: the picture is the same on a server without a screen,
inside Slicer and on a laptop. Each triangle that faces the viewer is covered with
points closer than a pixel, and each pixel keeps the nearest point.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .mesh import BATCH

#: Distance of the points on a triangle in pixels: below 1/√2 no pixel is missed.
_POINT_DISTANCE = 0.7
_MOST_POINTS = 1 << 20
#: Steps of depth that a pixel tells apart.
_DEPTH_STEPS = 1 << 20
#: Direction to each light as the viewer sees it (right, up, towards) and its strength.
_LIGHTS = (
    ((0.37, 0.56, 0.74), 0.75),
    ((-0.82, 0.18, 0.54), 0.30),
    ((0.00, -0.85, 0.53), 0.12),
)
_AMBIENT = 0.14


def rasterize(
    points: np.ndarray, triangles: np.ndarray, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Draw triangles that face the viewer.

    :param points: (N, 3) as seen: x to the right and y up in pixels from the lower left
        corner, all inside the picture; z towards the viewer in pixels.
    :param triangles: (M, 3), counter-clockwise seen from outside.
    :param size: (width, height) in pixels.
    :raises ValueError: a point lies outside the picture.
    :return: brightness 0 … 1 and depth z, both (height, width) from the top; NaN where
        nothing is.
    """
    width, height = size
    x, y, z = np.ascontiguousarray(points.T, dtype=np.float32)
    if x.min() < 0 or y.min() < 0 or x.max() >= width or y.max() >= height:
        raise ValueError("the points must lie inside the picture")
    nearest, farthest = float(z.max()), float(z.min())
    steps = np.float32(_DEPTH_STEPS / max(nearest - farthest, 1e-6))
    # One number a pixel: the nearer point is the larger one, its brightness in the last byte.
    pixels = np.zeros(width * height, dtype=np.int64)
    for first in range(0, len(triangles), BATCH):
        corners = triangles[first : first + BATCH].T
        origin, u, v, brightness = _facing(x, y, z, corners)
        longest = np.sqrt(
            np.maximum.reduce(
                [a * a + b * b for a, b in (u[:2], v[:2], (u[0] - v[0], u[1] - v[1]))]
            )
        )
        parts = np.maximum(np.ceil(longest / _POINT_DISTANCE), 1).astype(np.int64)
        for count in np.unique(parts):
            chosen = np.flatnonzero(parts == count)
            shares = _points_of_triangle(int(count))
            group = max(1, _MOST_POINTS // len(shares[0]))
            for start in range(0, len(chosen), group):
                some = chosen[start : start + group, None]
                px, py, pz = (
                    o[some] + a[some] * shares[0] + b[some] * shares[1]
                    for o, a, b in zip(origin, u, v, strict=True)
                )
                place = py.astype(np.int32) * np.int32(width) + px.astype(np.int32)
                pz -= farthest
                pz *= steps
                value = (pz.astype(np.int64) + 1) << 8
                value |= brightness[some]
                np.maximum.at(pixels, place.ravel(), value.ravel())
    pixels = pixels.reshape(height, width)[::-1]
    drawn = pixels > 0
    light = np.where(drawn, (pixels & 255) / 255, np.nan).astype(np.float32)
    depth = np.where(drawn, (pixels >> 8) / steps + farthest, np.nan).astype(np.float32)
    return light, depth


def _facing(
    x: np.ndarray, y: np.ndarray, z: np.ndarray, corners: np.ndarray
) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray], np.ndarray]:
    """First corner, both edges from it, and brightness 0 … 255, of the triangles in view."""
    a, b, c = corners
    origin = [axis[a] for axis in (x, y, z)]
    u = [axis[b] - start for axis, start in zip((x, y, z), origin, strict=True)]
    v = [axis[c] - start for axis, start in zip((x, y, z), origin, strict=True)]
    nx, ny, nz = (
        u[1] * v[2] - u[2] * v[1],
        u[2] * v[0] - u[0] * v[2],
        u[0] * v[1] - u[1] * v[0],
    )
    front = nz > 0
    normal = [part[front] for part in (nx, ny, nz)]
    length = np.sqrt(sum(part * part for part in normal))
    light = np.full(len(length), _AMBIENT, dtype=np.float32)
    for direction, strength in _LIGHTS:
        along = sum(part * toward for part, toward in zip(normal, direction, strict=True))
        light += strength * np.maximum(along / length, 0)
    brightness = (np.minimum(light, 1) * 255).astype(np.int64)
    return (
        [part[front] for part in origin],
        [part[front] for part in u],
        [part[front] for part in v],
        brightness,
    )


@lru_cache(maxsize=64)
def _points_of_triangle(parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares of both edges for points that cut each edge into so many parts, rim included."""
    first, second = np.meshgrid(np.arange(parts + 1), np.arange(parts + 1), indexing="ij")
    inside = first + second <= parts
    return tuple((axis[inside] / parts).astype(np.float32) for axis in (first, second))
