"""The pictures of docs/edge.md: walls and gaps cut open, their model by threshold and by edge.

    PYTHONPATH=Testing:PrintPrep python Testing/edge_pictures.py

Each picture shows one plane through a body twice. Green is the true edge, orange the model.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

TESTING = Path(__file__).resolve().parent
sys.path[:0] = [str(TESTING), str(TESTING.parent / "PrintPrep")]

#: Case, half the picture's side in mm, and where its middle lies in the body's axes (mm).
#: Case, width and height of its picture in mm, and where its middle lies in the body's axes (mm).
PICTURES = {
    "sheet": ("sheet/0.75 mm, air and fat", (28.0, 9.0), (0.0, 0.0, 14.0)),
    "shell": ("shell/0.75 mm, 1200 HU, blur 0.6", (28.0, 9.0), (0.0, 0.0, 15.5)),
    "joint": ("joint/2.0 mm", (28.0, 14.0), (0.0, 0.0, 7.0)),
}
SCALE = 20  # pixels a millimetre
TRUTH, MODEL = (60, 220, 120), (255, 140, 40)
WINDOW = (-400.0, 1200.0)


def main() -> None:
    """Write all pictures beside the page."""
    from benchmarks import printprep_side
    from phantoms.edges import case

    for name, (title, size, middle) in PICTURES.items():
        made = case(title)
        panels = [
            _panel(made, mesh, size, middle, text)
            for mesh, text in (
                (printprep_side.threshold_mesh(made), "by threshold, 200 HU"),
                (printprep_side.edge_mesh(made), "by edge"),
            )
        ]
        width, height = panels[0].size
        whole = Image.new("RGB", (width, 2 * height + 8), "white")
        whole.paste(panels[0], (0, 0))
        whole.paste(panels[1], (0, height + 8))
        path = TESTING.parent / "docs" / f"edge-{name}.png"
        whole.quantize(64).save(path, optimize=True)
        print(path, f"{path.stat().st_size / 1024:.0f} KB")


def _panel(made, mesh, size: tuple, middle: tuple, text: str) -> Image.Image:
    """The plane of the body's first and third axis, with the truth and the mesh cut by it."""
    from phantoms.edges import CENTER, SKEW

    columns, rows = (round(side * SCALE) for side in size)
    x = middle[0] - size[0] / 2 + (np.arange(columns) + 0.5) / SCALE
    z = middle[2] + size[1] / 2 - (np.arange(rows) + 0.5) / SCALE
    places = np.stack(np.broadcast_arrays(x, middle[1], z[:, None]), axis=-1)
    points = np.asarray(CENTER) + places @ SKEW.T
    ijk = (points - made.grid.origin) @ made.grid.axes / np.asarray(made.grid.spacing)
    grey = ndimage.map_coordinates(
        made.voxels.astype(float), np.moveaxis(ijk[..., ::-1], -1, 0), order=1, mode="nearest"
    )
    low, high = WINDOW
    picture = np.repeat(np.clip((grey - low) / (high - low), 0, 1)[..., None] * 255, 3, axis=-1)
    away = np.abs(made.distance(points.reshape(-1, 3)).reshape(rows, columns)) * SCALE
    picture += np.clip(2.0 - away, 0, 1)[..., None] * (np.asarray(TRUTH) - picture)
    image = Image.fromarray(picture.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    # In the body's axes, the height above the plane last.
    corners = ((np.asarray(mesh.points) - np.asarray(CENTER)) @ SKEW)[:, [0, 2, 1]]
    for ends in _cut(corners[np.asarray(mesh.triangles)], middle[1]):
        pixels = np.column_stack([ends[:, 0] - x[0], z[0] - ends[:, 1]]) * SCALE
        draw.line([tuple(pixels[0]), tuple(pixels[1])], fill=MODEL, width=2)
    draw.text((8, 4), text, fill="white", font=ImageFont.load_default(18))
    return image


def _cut(corners: np.ndarray, level: float) -> np.ndarray:
    """Where triangles (M, 3, 3) pass a level of their third axis: segments (N, 2, 2)."""
    height = corners[..., 2] - level
    height = np.where(height == 0, 1e-9, height)
    segments = []
    for triangle, h in zip(corners, height, strict=True):
        if h.min() > 0 or h.max() < 0:
            continue
        ends = []
        for a, b in ((0, 1), (1, 2), (2, 0)):
            if (h[a] < 0) != (h[b] < 0):
                share = h[a] / (h[a] - h[b])
                ends.append(triangle[a, :2] + share * (triangle[b, :2] - triangle[a, :2]))
        segments.append(ends)
    return np.array(segments).reshape(-1, 2, 2)


if __name__ == "__main__":
    main()
