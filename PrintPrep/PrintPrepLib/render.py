"""A picture of a model: parallel projection, orientation letters, a scale bar in mm."""

from __future__ import annotations

import math
import os
import struct
import sys
import zlib
from pathlib import Path

import numpy as np

from .export import read_stl
from .mesh import TriangleMesh, bounds
from .raster import rasterize

#: The picture's right, up and towards the viewer in LPS, and the letters at its left,
#: right, top and bottom. The anterior view shows the patient face to face.
VIEWS = {
    "anterior": (((1, 0, 0), (0, 0, 1), (0, -1, 0)), "RLSI"),
    "left": (((0, 1, 0), (0, 0, 1), (1, 0, 0)), "APSI"),
    "superior": (((-1, 0, 0), (0, -1, 0), (0, 0, 1)), "LRAP"),
}
SIZE = (720, 720)
BONE = (0.95, 0.91, 0.83)
#: Drawn this many times larger and averaged, so that edges are smooth.
_FINER = 2
_MARGIN = 1.2
#: Hollows are darkened by what lies around them: reach in pixels, and how much.
_HOLLOW_REACH = 9.0
_HOLLOW_DARKNESS = 0.4


def render_model(
    mesh: TriangleMesh,
    path: str | os.PathLike[str] | None = None,
    view: str = "anterior",
    size: tuple[int, int] = SIZE,
) -> bytes:
    """Draw a model as PNG on a white ground.

    :param mesh: in LPS mm, with at least one triangle.
    :param path: also write the picture there.
    :param view: one of ``VIEWS``.
    :param size: (width, height) in pixels.
    :return: the PNG file's bytes.
    :raises ValueError: the mesh has no triangle.
    """
    axes, letters = VIEWS[view]
    axes = np.array(axes, dtype=float)
    low, high = bounds(mesh)
    width, height, _ = np.abs(axes @ (high - low))
    pixels_per_mm = min(
        size[0] / (_MARGIN * max(width, 1e-6)), size[1] / (_MARGIN * max(height, 1e-6))
    )
    seen = (mesh.points - (low + high) / 2) @ (axes.T * pixels_per_mm * _FINER)
    seen[:, :2] += np.array(size) * _FINER / 2
    light, depth = rasterize(seen, mesh.triangles, (size[0] * _FINER, size[1] * _FINER))
    drawn = ~np.isnan(light)
    ground, tone = 1 - _averaged(drawn), _averaged(np.where(drawn, light, 0))
    tone *= 1 - _HOLLOW_DARKNESS * _hollows(depth)
    picture = np.clip(ground[..., None] + tone[..., None] * np.array(BONE), 0, 1)
    _annotate(picture, letters, pixels_per_mm)
    data = png((picture * 255 + 0.5).astype(np.uint8))
    if path is not None:
        Path(path).write_bytes(data)
    return data


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


def bar_length(pixels_per_mm: float, width: int) -> float:
    """The longest of 1, 2, 5, 10 … mm that takes at most a quarter of the picture's width."""
    most = width / 4 / pixels_per_mm * (1 + 1e-9)
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most)


def _annotate(picture: np.ndarray, letters: str, pixels_per_mm: float) -> None:
    height, width, _ = picture.shape
    places = ((18, height / 2), (width - 18, height / 2), (width / 2, 18), (width / 2, height - 18))
    for letter, (x, y) in zip(letters, places, strict=True):
        _write(picture, letter, x, y, 17)
    length = bar_length(pixels_per_mm, width)
    left, bottom = 36, height - 30
    right = left + round(length * pixels_per_mm)
    picture[bottom - 1 : bottom + 1, left:right] = 0
    for end in (left, right - 2):
        picture[bottom - 6 : bottom + 6, end : end + 2] = 0
    _write(picture, f"{length:g} mm", (left + right) / 2, bottom - 18, 13)


def _write(picture: np.ndarray, text: str, x: float, y: float, size: int) -> None:
    """Write black text centred at (x, y), counted from the upper left corner."""
    import vtkmodules.vtkRenderingFreeType  # noqa: F401  (registers the font)
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkRenderingCore import vtkTextProperty, vtkTextRenderer

    look = vtkTextProperty()
    look.SetFontSize(size)
    look.SetColor(0, 0, 0)
    image, used = vtkImageData(), [0, 0]
    vtkTextRenderer.GetInstance().RenderString(look, text, image, used, 96)
    columns, rows, _ = image.GetDimensions()
    ink = vtk_to_numpy(image.GetPointData().GetScalars())[:, 3].reshape(rows, columns) / 255
    ink = ink[: used[1], : used[0]][::-1]
    top, left = round(y - ink.shape[0] / 2), round(x - ink.shape[1] / 2)
    here = picture[max(top, 0) : top + ink.shape[0], max(left, 0) : left + ink.shape[1]]
    ink = ink[max(-top, 0) :, max(-left, 0) :][: here.shape[0], : here.shape[1]]
    here *= 1 - ink[..., None]


def png(picture: np.ndarray) -> bytes:
    """An (height, width, 3) uint8 picture as a PNG file."""
    height, width, _ = picture.shape

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


def main(arguments: list[str]) -> int:
    """``MODEL.stl PICTURE.png [VIEW]``: draw an STL file that is in LPS."""
    if len(arguments) not in (2, 3) or arguments[2:3] not in ([], *([name] for name in VIEWS)):
        print(
            f"usage: python -m PrintPrepLib.render MODEL.stl PICTURE.png [{' | '.join(VIEWS)}]",
            file=sys.stderr,
        )
        return 2
    corners = read_stl(arguments[0]).reshape(-1, 3)
    mesh = TriangleMesh(corners, np.arange(len(corners)).reshape(-1, 3))
    render_model(mesh, *arguments[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
