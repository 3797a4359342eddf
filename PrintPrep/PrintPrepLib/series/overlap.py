"""Do two runs of a scan show the same anatomy at the same place where they overlap?

Their headers cannot say: the patient may have moved, or contrast medium come in between.
One run is interpolated onto the other's planes, and the grey values are compared with the
noise and with what small displacements would explain.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..dicom.header import SliceHeader
from ..geometry.stack import heights
from ..pixels.values import rescale, stored_pixels

#: Planes that are compared at most: more tell nothing new.
_PLANES = 6
#: Share of the variance within the overlap that the other run has to explain.
_EXPLAINED = 0.9
#: Largest displacement that still counts as the same place, mm; along the stack a quarter step.
_MOVED_MM = 0.5
#: Width (pixels) of the smoothing that takes noise off, and what noise is left behind it.
_SMOOTH = 1.5
_NOISE_LEFT = 1 / (2 * np.sqrt(np.pi) * _SMOOTH)


def same_place(one: Sequence[SliceHeader], other: Sequence[SliceHeader]) -> bool:
    """Whether two overlapping runs, each in order along the common normal, may be joined.

    False too where nothing can be compared: no pixels at hand, or no structure in them.

    :raises PixelDataError: pixels are missing, truncated or cannot be decoded.
    """
    if any(item.layout is None for item in (*one, *other)):
        return False
    difference, gradients, images, noise = [], [], [], []
    for plane, run in _common_planes(one, other):
        image = _image(plane)
        guess, slope = _interpolated(run, plane)
        steps = plane.pixel_spacing
        along = [np.gradient(guess, step, axis=axis) for axis, step in enumerate(steps)]
        difference.append((image - guess).ravel())
        gradients.append(np.stack([*along, slope]).reshape(3, -1))
        images.append(image.ravel())
        noise.append(_noise(plane))
    if not images:
        return False
    image, rest = np.concatenate(images), np.concatenate(difference)
    left = _NOISE_LEFT * float(np.mean(noise))
    structure = float(image.var())
    if structure <= (3 * left) ** 2 or structure == 0:
        return False
    unexplained = max(0.0, float(np.mean(rest**2)) - 2 * left**2)
    if unexplained > (1 - _EXPLAINED) * structure:
        return False
    # The displacement in mm that explains the difference best (Lucas and Kanade 1981).
    slopes = np.concatenate(gradients, axis=1)
    normal = (slopes @ slopes.T).astype(float)
    normal += 1e-6 * np.trace(normal) * np.eye(3)
    moved = -np.linalg.solve(normal, (slopes @ rest).astype(float))
    step = float(np.median(np.diff(heights(other))))
    limits = np.array([_MOVED_MM, _MOVED_MM, max(_MOVED_MM, step / 4)])
    return bool((np.abs(moved) <= limits).all())


def _common_planes(
    one: Sequence[SliceHeader], other: Sequence[SliceHeader]
) -> list[tuple[SliceHeader, Sequence[SliceHeader]]]:
    """Slices of either run that lie within the other one, evenly picked."""
    found = []
    for run, against in ((other, one), (one, other)):
        low, high = heights(against)[[0, -1]]
        for item, height in zip(run, heights(run), strict=True):
            if low <= height <= high:
                found.append((item, against))
        if found:
            break
    chosen = np.unique(np.linspace(0, len(found) - 1, min(_PLANES, len(found))).astype(int))
    return [found[index] for index in chosen]


def _image(item: SliceHeader) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    values = rescale(stored_pixels(item), item.pixels).astype(np.float32)
    return gaussian_filter(values, _SMOOTH, mode="nearest")


def _interpolated(run: Sequence[SliceHeader], plane: SliceHeader) -> tuple[np.ndarray, np.ndarray]:
    """A run's grey values on another slice's pixels, and their slope along the normal per mm."""
    from scipy.ndimage import shift

    along = heights(run)
    height = float(heights([plane])[0])
    upper = int(np.clip(np.searchsorted(along, height), 1, len(run) - 1))
    share = (height - along[upper - 1]) / (along[upper] - along[upper - 1])
    axes = np.array([plane.column_direction, plane.row_direction])
    moved = []
    for item in run[upper - 1 : upper + 1]:
        offset = axes @ (np.array(item.position) - np.array(plane.position))
        pixels = offset / np.array(plane.pixel_spacing)
        image = _image(item)
        still = np.abs(pixels).max() < 1e-3
        moved.append(image if still else shift(image, pixels, order=1, mode="nearest"))
    below, above = moved
    slope = (above - below) / np.float32(along[upper] - along[upper - 1])
    return below + np.float32(share) * (above - below), slope


def _noise(item: SliceHeader) -> float:
    """Standard deviation of the noise: what a Laplacian that ignores planes leaves (Immerkær)."""
    from scipy.ndimage import convolve

    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    values = rescale(stored_pixels(item), item.pixels).astype(np.float32)
    rough = np.abs(convolve(values, kernel, mode="nearest"))
    # Median over the bulk of the image, so that edges do not count as noise.
    return float(np.median(rough)) / 0.6745 / 6.0
