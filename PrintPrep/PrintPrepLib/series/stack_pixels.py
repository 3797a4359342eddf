"""The voxels of a stack, read slice by slice."""

from __future__ import annotations

import numpy as np

from ..core.findings import Finding
from ..core.phrases import _
from ..core.progress import Progress, report
from ..dicom.pixel_layout import PixelLayout
from ..geometry.hounsfield import HOUNSFIELD, value_unit
from ..geometry.stack import SliceStack
from ..pixels.values import rescale, rescale_into, stored_pixels

#: Scanners measure nothing below the first, and no tissue below the second.
_LOWEST_HU, _LOWEST_TISSUE_HU = -1024.0, -900.0


class StackPixels:
    """The voxel values of a stack, read slice by slice when asked for.

    ``shape`` is (slices, rows, columns); ``integral`` tells whether every slope and
    intercept is whole, so that all values are integers.
    """

    def __init__(self, stack: SliceStack) -> None:
        self._slices = stack.slices
        self.shape = (len(stack.slices), stack.slices[0].rows, stack.slices[0].columns)
        self.integral = all(item.pixels.whole for item in self._slices)
        self._hounsfield = value_unit(stack) == HOUNSFIELD
        #: How many pixels of a slice have the padding value of a tissue, and keep it.
        self._kept: dict[int, int] = {}

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
        if not mask.any():
            return values, None
        low_hu, high_hu = _padding_ends(layout)
        tissue = self._hounsfield and high_hu > _LOWEST_TISSUE_HU
        impossible = mask & (values < _LOWEST_HU) if self._hounsfield else np.zeros_like(mask)
        if self._hounsfield and high_hu < _LOWEST_HU:
            missing = mask
        elif tissue and low_hu < _LOWEST_HU:
            # A range from no measurement into the body: its edge is among the values.
            missing = impossible
        else:
            missing = _from_the_corners(mask, not tissue) | impossible
        if tissue:
            self._kept[index] = int(mask.sum() - missing.sum())
        return values, missing if missing.any() else None

    def findings(self) -> list[Finding]:
        """What was noticed in the slices that were read."""
        kept = sum(self._kept.values())
        if not kept:
            return []
        share = 100 * kept / (len(self._kept) * self.shape[1] * self.shape[2])
        value = max(_padding_ends(self._slices[index].pixels)[1] for index in self._kept)
        return [
            Finding(
                "padding_value",
                "warn",
                _(
                    "The value that the header gives to pixels without data (PixelPaddingValue, "
                    "up to {value:g} HU) is one of the body: {percent:.2g} % of the pixels have it "
                    "and were taken as measured. Only those connected with the corners of the "
                    "image count as no data; look whether the model is complete."
                ),
                {"value": value, "percent": share},
                share,
                "%",
            )
        ]


def _padding_ends(layout: PixelLayout) -> tuple[float, float]:
    """The lowest and highest value that means "no data", rescaled."""
    ends = [end * layout.slope + layout.intercept for end in layout.padding or (0,)]
    return min(ends), max(ends)


def _from_the_corners(mask: np.ndarray, through_the_middle: bool) -> np.ndarray:
    """Which of the pixels with a padding value are no data: those connected with a corner.

    The area outside the scanned field holds the corners; a tissue that has the same value
    lies within.

    :param through_the_middle: whether an area that also covers the middle is one.
    """
    from scipy import ndimage

    labels, _count = ndimage.label(mask)
    rows, columns = mask.shape
    found = {int(labels[j, i]) for j in (0, -1) for i in (0, -1)} - {0}
    if not through_the_middle:
        found.discard(int(labels[rows // 2, columns // 2]))
    return np.isin(labels, list(found))


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
