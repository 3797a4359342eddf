"""Where an object lies, roughly: its island, and points of its surface with normals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import CalibrationError
from ..core.phrases import _
from .edge_fit import Crop

if TYPE_CHECKING:
    from ..volume.regular_volume import RegularVolume

#: What is cut out around an object: room for the blurred edge and its background.
MARGIN_MM = 8.0
#: Objects of unknown size are looked for within this distance.
SEARCH_MM = 45.0
_MOST_POINTS = 12_000
#: CT of 12 bits ends here; metal is often beyond.
_SATURATED_HU = 3000.0


@dataclass(frozen=True)
class Start:
    """A rough surface: points and outward unit normals (N, 3) in the volume's frame, mm."""

    points: np.ndarray
    normals: np.ndarray
    object_value: float
    background_value: float


def frame_of(volume: RegularVolume) -> np.ndarray:
    """4×4 from the volume's frame (axes along i, j, k; mm; origin at the first voxel) to LPS."""
    frame = np.array(volume.ijk_to_lps, dtype=np.float64)
    frame[:3, :3] /= np.asarray(volume.spacing_mm)
    return frame


def crop_around(volume: RegularVolume, center: np.ndarray, half: float) -> Crop:
    """The cube of ± ``half`` mm about a point (3,) of the volume's frame.

    :raises CalibrationError: the point lies outside the volume.
    """
    spacing = np.asarray(volume.spacing_mm)
    size = np.asarray(volume.dimensions)
    if ((center < 0) | (center > (size - 1) * spacing)).any():
        raise CalibrationError(
            _("the place of the object lies outside the volume"),
            remedy=_("Give a place inside the object, in LPS millimetres"),
        )
    low = np.maximum(np.floor((center - half) / spacing), 0).astype(int)
    high = np.minimum(np.ceil((center + half) / spacing) + 1, size).astype(int)
    (i0, j0, k0), (i1, j1, k1) = low, high
    field = volume.acquired_field[k0:k1]
    i, j = np.arange(i0, i1), np.arange(j0, j1)
    in_i = (i >= field[:, :1]) & (i <= field[:, 1:2])
    in_j = (j >= field[:, 2:3]) & (j <= field[:, 3:4])
    return Crop(
        values=volume.voxels[k0:k1, j0:j1, i0:i1].astype(np.float32),
        known=in_j[:, :, None] & in_i[:, None, :],
        start=low * spacing,
        spacing=spacing,
    )


def rough_surface(volume: RegularVolume, place: np.ndarray, size: float | None) -> Start:
    """The surface of the bright island at a place.

    :param place: a point (3,) inside the object, in the volume's frame.
    :param size: rough largest extent in mm, where known.
    :raises CalibrationError: there is no such island, or its grey values are cut off.
    """
    from scipy.ndimage import gaussian_filter

    half = SEARCH_MM if size is None else size / 2 + MARGIN_MM
    crop = crop_around(volume, place, half)
    smooth = gaussian_filter(crop.values, 0.7)
    inside, outside = _plateaus(crop, smooth, place)
    island = _island(crop, smooth, place, (inside + outside) / 2)
    inside, outside = _refined(crop, smooth, island, inside)
    island = _island(crop, smooth, place, (inside + outside) / 2)
    if size is None:
        _refuse_endless(island)
    _refuse_saturated(volume, crop, island)
    points, normals = _crossings(crop, smooth, island, (inside + outside) / 2)
    if size is not None:
        near = np.linalg.norm(points - place, axis=1) <= 1.1 * size
        points, normals = points[near], normals[near]
    if len(points) < 50:
        raise _nothing()
    return Start(points, normals, inside, outside)


def _nothing() -> CalibrationError:
    return CalibrationError(
        _("there is no object brighter than its surroundings at this place, or it is hollow"),
        remedy=_("Give a place inside a solid object, in LPS millimetres"),
    )


def _distance(crop: Crop, place: np.ndarray) -> np.ndarray:
    """mm from a point to every voxel, [k, j, i]."""
    squares = [
        (start + step * np.arange(size) - at) ** 2
        for start, step, size, at in zip(
            crop.start, crop.spacing, crop.values.shape[::-1], place, strict=True
        )
    ]
    return np.sqrt(squares[2][:, None, None] + squares[1][None, :, None] + squares[0])


def _plateaus(crop: Crop, smooth: np.ndarray, place: np.ndarray) -> tuple[float, float]:
    near = _distance(crop, place) <= max(1.2, 1.01 * float(crop.spacing.max()))
    inside = float(np.median(crop.values[near]))
    outside = float(np.percentile(smooth[crop.known], 10))
    scatter = float(np.std(crop.values[near]))
    if not inside > outside + max(20.0, scatter):
        raise _nothing()
    return inside, outside


def _island(crop: Crop, smooth: np.ndarray, place: np.ndarray, level: float) -> np.ndarray:
    """The voxels above a level that hang together with the place, voids filled."""
    from scipy.ndimage import binary_fill_holes, label

    labels = label((smooth > level) & crop.known)[0]
    at = np.rint((place - crop.start) / crop.spacing).astype(int)[::-1]
    own = labels[tuple(np.clip(at, 0, np.array(labels.shape) - 1))]
    if own == 0:
        raise _nothing()
    return binary_fill_holes(labels == own)


def _refined(
    crop: Crop, smooth: np.ndarray, island: np.ndarray, inside: float
) -> tuple[float, float]:
    """Grey values well inside the island and in a ring around it."""
    from scipy.ndimage import distance_transform_edt

    sampling = crop.spacing[::-1]
    depth = distance_transform_edt(island, sampling=sampling)
    away = distance_transform_edt(~island, sampling=sampling)
    core = depth > min(3.0, 0.6 * float(depth.max()))
    ring = (away > 2.0) & (away < 5.0) & crop.known
    if not ring.any():
        raise _nothing()
    inner = float(np.median(smooth[core])) if core.any() else inside
    outer = float(np.median(smooth[ring]))
    if not inner > outer:
        raise _nothing()
    return inner, outer


def _refuse_endless(island: np.ndarray) -> None:
    if any(island.take(end, axis).any() for axis in range(3) for end in (0, -1)):
        raise CalibrationError(
            _(
                "the object is cut by the end of the scanned field, or reaches {reach:.0f} mm "
                "away from the place"
            ),
            remedy=_("Give the nominal size, or scan the whole object"),
            reach=SEARCH_MM,
        )


def _refuse_saturated(volume: RegularVolume, crop: Crop, island: np.ndarray) -> None:
    top = float(volume.voxels.max())
    share = float(np.mean(crop.values[island] >= top))
    if top >= _SATURATED_HU and share > 0.25:
        raise CalibrationError(
            _(
                "the grey values of the object are cut off at {top:.0f}, so that the place of its "
                "edge is unknown"
            ),
            remedy=_("Use an extended CT scale, or an object of plastic, glass or ceramic"),
            top=top,
        )


def _crossings(
    crop: Crop, smooth: np.ndarray, island: np.ndarray, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Where grid edges leave the island, with outward unit normals."""
    from scipy.ndimage import gaussian_filter

    points, normals = [], []
    slopes = [
        gaussian_filter(smooth, 1.0, order=np.eye(3, dtype=int)[axis]) / crop.spacing[2 - axis]
        for axis in range(3)
    ]
    for axis in range(3):
        first = tuple(slice(0, -1) if n == axis else slice(None) for n in range(3))
        second = tuple(slice(1, None) if n == axis else slice(None) for n in range(3))
        crossed = np.argwhere(island[first] != island[second])
        low, high = smooth[first][tuple(crossed.T)], smooth[second][tuple(crossed.T)]
        share = np.clip((level - low) / np.where(high == low, 1.0, high - low), 0.0, 1.0)
        kji = crossed.astype(np.float64)
        kji[:, axis] += share
        points.append(crop.start + kji[:, ::-1] * crop.spacing)
        nearest = tuple(np.rint(kji).astype(int).T)
        normals.append(-np.stack([slopes[n][nearest] for n in (2, 1, 0)], axis=1))
    found, outward = np.concatenate(points), np.concatenate(normals)
    if len(found) > _MOST_POINTS:
        some = np.random.default_rng(0).choice(len(found), _MOST_POINTS, replace=False)
        found, outward = found[some], outward[some]
    lengths = np.linalg.norm(outward, axis=1)
    return found, outward / np.maximum(lengths, 1e-12)[:, None]
