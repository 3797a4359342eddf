"""Pictures of a model: parallel projection, orientation letters, sizes in mm.

Drawn by numpy, written on by Pillow: neither a screen nor a graphics library takes part, so the
picture is the same on a server, inside Slicer and on a laptop. Each triangle that faces the viewer
is covered with points closer than a pixel, and each pixel keeps the nearest point.
"""

from __future__ import annotations

import math
import struct
import zlib
from functools import lru_cache, partial

import numpy as np

from ..core.phrases import _, translated
from ..core.progress import Progress, meanwhile, report
from ..mesh.triangle_mesh import BATCH, TriangleMesh, bounds
from .drawing import write

#: Lowest and highest corner of the model, (3,) each, LPS mm.
Box = tuple[np.ndarray, np.ndarray]
#: The picture's right, up and towards the viewer in LPS, and the letters at its left,
#: right, top and bottom. The anterior view shows the patient face to face.
VIEWS = {
    "anterior": (((1, 0, 0), (0, 0, 1), (0, -1, 0)), "RLSI"),
    "left": (((0, 1, 0), (0, 0, 1), (1, 0, 0)), "APSI"),
    "superior": (((-1, 0, 0), (0, -1, 0), (0, 0, 1)), "LRAP"),
}
TITLES = {"anterior": _("Anterior"), "left": _("Left lateral"), "superior": _("Superior")}
#: The sheet of three views: its width, and what its views may be high, in pixels.
SHEET_WIDTH = 1500
_SHEET_HEIGHT = 620
BONE = (0.95, 0.91, 0.83)
#: Drawn this many times larger and averaged, so that edges are smooth.
_FINER = 2
_MARGIN = 1.2
#: Round a view on the sheet, in pixels: left (size and letter), right, top, bottom.
_AROUND = (84, 40, 84, 96)
_LETTERS = 26
#: Hollows are darkened by what lies around them: reach in pixels, and how much.
_HOLLOW_REACH = 9.0
_HOLLOW_DARKNESS = 0.4
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


def render_sheet(mesh: TriangleMesh, progress: Progress | None = None) -> bytes:
    """All ``VIEWS`` side by side as one PNG, at one scale, with their sizes in mm.

    :param mesh: in LPS mm, with at least one triangle.
    :raises ValueError: the mesh has no triangle.
    :raises ImportError: Pillow is missing.
    :raises Cancelled: progress asked for it.
    """
    extent = bounds(mesh)
    seen = {view: extents_seen(extent, view) for view in VIEWS}
    left, right, top, bottom = _AROUND
    room = SHEET_WIDTH - len(VIEWS) * (left + right)
    pixels_per_mm = min(
        room / sum(width for width, height in seen.values()),
        _SHEET_HEIGHT / max(height for width, height in seen.values()),
    )
    tallest = math.ceil(max(height for width, height in seen.values()) * pixels_per_mm)
    sheet = np.ones((top + tallest + bottom, SHEET_WIDTH, 3), dtype=np.float32)
    spare = (room - sum(math.ceil(width * pixels_per_mm) for width, height in seen.values())) // 3
    x, message = spare // 2, _("Drawing the pictures")
    for number, (view, (width, height)) in enumerate(seen.items()):
        done = number / len(VIEWS)
        report(progress, done, message)
        size = math.ceil(width * pixels_per_mm), math.ceil(height * pixels_per_mm)
        y = top + (tallest - size[1]) // 2
        box = (x + left, y, x + left + size[0], y + size[1])
        # One pixel more on each side: the outermost points lie on the border itself.
        view_box = np.s_[box[1] - 1 : box[3] + 1, box[0] - 1 : box[2] + 1]
        draw = partial(drawn, mesh, extent, view, pixels_per_mm, (size[0] + 2, size[1] + 2))
        sheet[view_box] = meanwhile(progress, done, message, draw)
        _letter(sheet, VIEWS[view][1], box)
        _dimensions(sheet, box, (width, height))
        write(sheet, translated(TITLES[view]), (box[0] + box[2]) / 2, 18, _LETTERS)
        x += left + size[0] + right + spare
    _scale_bar(sheet, pixels_per_mm, 24, 40, SHEET_WIDTH / 9)
    report(progress, 1.0, message)
    return meanwhile(progress, 1.0, message, lambda: png((sheet * 255 + 0.5).astype(np.uint8)))


def extents_seen(box: Box, view: str) -> tuple[float, float]:
    """Width and height in mm of a view of what a box (``triangle_mesh.bounds``) holds."""
    low, high = box
    width, height, _depth = np.abs(np.array(VIEWS[view][0], dtype=float) @ (high - low))
    return max(float(width), 1e-6), max(float(height), 1e-6)


def drawn(
    mesh: TriangleMesh, box: Box, view: str, pixels_per_mm: float, size: tuple[int, int]
) -> np.ndarray:
    """The model in the middle of a picture (height, width, 3), 0 … 1, on a white ground.

    :param mesh: in LPS mm; ``box`` is its ``triangle_mesh.bounds``.
    :param view: one of ``VIEWS``.
    :param size: (width, height) in pixels.
    """
    size = size[0] * _FINER, size[1] * _FINER
    seen = np.empty((3, len(mesh.points)), dtype=np.float32)
    # Each direction of a view is an axis of the patient or its opposite.
    for row, axis, shift in zip(seen, VIEWS[view][0], (size[0] / 2, size[1] / 2, 0), strict=True):
        number = int(np.argmax(np.abs(axis)))
        low, high = box[0][number], box[1][number]
        row[:] = (mesh.points[:, number] - (low + high) / 2) * (
            axis[number] * pixels_per_mm * _FINER
        ) + shift
    light, depth = rasterize(seen.T, mesh.triangles, size)
    drawn = ~np.isnan(light)
    ground, tone = 1 - _averaged(drawn), _averaged(np.where(drawn, light, 0))
    tone *= 1 - _HOLLOW_DARKNESS * _hollows(depth)
    bone = np.array(BONE, dtype=np.float32)
    return np.clip(ground[..., None] + tone[..., None] * bone, 0, 1)


def _averaged(fine: np.ndarray) -> np.ndarray:
    """A picture drawn ``_FINER`` times larger, brought to its size."""
    rows, columns = (size // _FINER for size in fine.shape)
    return fine.reshape(rows, _FINER, columns, _FINER).mean(axis=(1, 3), dtype=np.float32)


def _hollows(depth: np.ndarray) -> np.ndarray:
    """0 where a pixel stands out from its surroundings … 1 where it lies deep among them.

    :param depth: drawn ``_FINER`` times larger; the result has the picture's size.
    """
    from scipy.ndimage import gaussian_filter

    depth = depth[::_FINER, ::_FINER] / _FINER
    drawn = ~np.isnan(depth)
    known = gaussian_filter(drawn.astype(np.float32), _HOLLOW_REACH)
    around = gaussian_filter(np.where(drawn, depth, 0), _HOLLOW_REACH)
    below = around / np.maximum(known, 1e-6) - depth
    return np.where(drawn, np.clip(below / (2 * _HOLLOW_REACH), 0, 1), 0)


def bar_length(pixels_per_mm: float, most: float) -> float:
    """The longest of 1, 2, 5, 10 … mm that takes at most so many pixels."""
    longest = most / pixels_per_mm * (1 + 1e-9)
    power = 10.0 ** math.floor(math.log10(longest))
    return max(step * power for step in (1, 2, 5) if step * power <= longest)


def _letter(picture: np.ndarray, letters: str, box: tuple[int, int, int, int]) -> None:
    """What lies at the left, right, top and bottom of a box (left, top, right, bottom)."""
    left, top, right, bottom = box
    x, y = (left + right) / 2, (top + bottom) / 2
    places = ((left - 20, y), (right + 20, y), (x, top - 20), (x, bottom + 20))
    for letter, place in zip(letters, places, strict=True):
        write(picture, letter, *place, _LETTERS)


def _scale_bar(
    picture: np.ndarray, pixels_per_mm: float, left: int, bottom: int, most: float
) -> None:
    length = bar_length(pixels_per_mm, most)
    right = left + round(length * pixels_per_mm)
    picture[bottom - 1 : bottom + 1, left:right] = 0
    for end in (left, right - 2):
        picture[bottom - 6 : bottom + 6, end : end + 2] = 0
    write(picture, f"{length:g} mm", max((left + right) / 2, 40), bottom - 20, 22)


def _dimensions(
    picture: np.ndarray, box: tuple[int, int, int, int], sizes: tuple[float, float]
) -> None:
    """Dimension lines below and at the left of a box, in mm."""
    left, top, right, bottom = box
    y, x = bottom + 46, left - 46
    picture[y - 1 : y + 1, left:right] = 0
    picture[top:bottom, x - 1 : x + 1] = 0
    for end in (left, right - 2):
        picture[y - 8 : y + 8, end : end + 2] = 0
    for end in (top, bottom - 2):
        picture[end : end + 2, x - 8 : x + 8] = 0
    write(picture, f"{sizes[0]:.1f} mm", (left + right) / 2, y + 24, _LETTERS)
    write(picture, f"{sizes[1]:.1f} mm", x - 24, (top + bottom) / 2, _LETTERS, upwards=True)


def png(picture: np.ndarray) -> bytes:
    """An (height, width, 3) uint8 picture as a PNG file."""
    height, width = picture.shape[:2]

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    lines = np.zeros((height, 1 + 3 * width), dtype=np.uint8)  # each begins with filter 0: none
    lines[:, 1:] = picture.reshape(height, -1)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(lines.tobytes(), 6))
        + chunk(b"IEND", b"")
    )


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
    u, v = ((axis[inside] / parts).astype(np.float32) for axis in (first, second))
    return u, v
