"""The voxels of a stack, read slice by slice."""

from __future__ import annotations

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, report
from ..geometry.stack import SliceStack
from ..pixels.values import rescale, rescale_into, stored_pixels


class StackPixels:
    """The voxel values of a stack, read slice by slice when asked for.

    ``shape`` is (slices, rows, columns); ``integral`` tells whether every slope and
    intercept is whole, so that all values are integers.
    """

    def __init__(self, stack: SliceStack) -> None:
        self._slices = stack.slices
        self.shape = (len(stack.slices), stack.slices[0].rows, stack.slices[0].columns)
        self.integral = all(item.pixels.whole for item in self._slices)

    def slice(self, index: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Slice ``index`` as values, and where it holds no data (None: it does everywhere).

        :returns: (rows, columns) int16 or float32, and a boolean array of that shape or None.
        :raises PixelDataError: the pixels are missing, truncated or cannot be decoded.
        """
        layout = self._slices[index].pixels
        stored = stored_pixels(self._slices[index])
        values = rescale(stored, layout)
        if layout.padding is None:
            return values, None
        low, high = layout.padding
        mask = stored == low if low == high else (stored >= low) & (stored <= high)
        return values, mask if mask.any() else None


def read_voxels(stack: SliceStack, progress: Progress | None = None) -> np.ndarray:
    """All voxels of a stack as written, (slices, rows, columns), not resampled.

    int16 where slopes are whole and the values fit, else float32.

    :raises PixelDataError: see ``StackPixels.slice``.
    :raises Cancelled: progress asked for it.
    """
    source = StackPixels(stack)
    voxels = np.empty(source.shape, np.int16 if source.integral else np.float32)
    for index, item in enumerate(stack.slices):
        if index % 8 == 0:
            report(progress, index / len(stack.slices), _("Reading pixels"))
        stored = stored_pixels(item)
        if voxels.dtype == np.int16 and not rescale_into(stored, item.pixels, voxels[index]):
            voxels = voxels.astype(np.float32)
        if voxels.dtype == np.float32:
            voxels[index] = rescale(stored, item.pixels)
    return voxels
