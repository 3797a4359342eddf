"""The picture of the demonstration for Slicer's Sample Data module, drawn from the demonstration.

Run as ``python Testing/thumbnail.py`` after the demonstration or the renderer was changed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "PrintPrep"))

from PrintPrepLib.demo.series import write_demonstration  # noqa: E402
from PrintPrepLib.job.model import segment_mesh  # noqa: E402
from PrintPrepLib.mesh.triangle_mesh import bounds  # noqa: E402
from PrintPrepLib.report.renderer import drawn, extents_seen, png  # noqa: E402
from PrintPrepLib.series.reader import read_series  # noqa: E402
from PrintPrepLib.surface.threshold import range_mask  # noqa: E402
from PrintPrepLib.volume.regularize import load_stack  # noqa: E402

PICTURE = PROJECT / "PrintPrep" / "Resources" / "Icons" / "PrintPrepDemonstration.png"
#: As wide and high as Slicer's own, in pixels, and what stays free around the model.
SIZE, MARGIN = (260, 280), 1.1
VIEW = "anterior"


def picture() -> bytes:
    """The demonstration's model seen from the front, as PNG."""
    with tempfile.TemporaryDirectory() as folder:
        truth = write_demonstration(folder)
        (series,) = read_series([folder]).series
        volume = load_stack(series.stacks[0])
    mask = range_mask(volume.voxels, truth.half_contrast_hu, None)
    mesh = segment_mesh(volume, mask, (truth.half_contrast_hu, None))
    box = bounds(mesh)
    seen = extents_seen(box, VIEW)
    pixels_per_mm = min(side / (MARGIN * extent) for side, extent in zip(SIZE, seen, strict=True))
    return png((drawn(mesh, box, VIEW, pixels_per_mm, SIZE) * 255 + 0.5).astype(np.uint8))


if __name__ == "__main__":
    PICTURE.write_bytes(picture())
