"""Thresholds: presets in HU, and an automatic one where there are no HU."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import SegmentError
from ..core.package_data import data_json
from ..core.phrases import _
from ..geometry.hounsfield import in_hounsfield

if TYPE_CHECKING:
    from ..volume.regular_volume import RegularVolume

_BINS = 2048


@dataclass(frozen=True)
class Preset:
    """A closed range of HU for one kind of tissue; ``high`` None: no upper bound."""

    name: str
    title: str
    low: float
    high: float | None
    description: str


@cache
def presets() -> dict[str, Preset]:
    """The presets by name, in the order in which they are offered."""
    return {name: Preset(name, **values) for name, values in data_json("presets.json").items()}


def preset(name: str) -> Preset:
    """The preset of that name.

    :raises SegmentError: there is none.
    """
    try:
        return presets()[name]
    except KeyError:
        raise SegmentError(
            _("there is no preset {name!r}"),
            remedy=_("Choose one of {presets}"),
            name=name,
            presets=", ".join(presets()),
        ) from None


def automatic_threshold(voxels: np.ndarray, ignore: float | None = None) -> float:
    """The threshold that parts dark from bright best (Otsu 1979, IEEE SMC-9:62).

    :param voxels: grey values of any shape.
    :param ignore: a value that takes no part, such as the background of a resampled volume.
    :raises SegmentError: all values are equal.
    """
    counts, centers = _histogram(voxels)
    if ignore is not None:
        counts[np.argmin(np.abs(centers - ignore))] -= np.count_nonzero(voxels == ignore)
    filled = np.flatnonzero(counts)
    if len(filled) < 2:
        raise SegmentError(
            _("All voxels have the same value, so no threshold parts them"),
            remedy=_("Give the threshold yourself"),
        )
    weight = np.cumsum(counts)
    total = np.cumsum(counts * centers)
    below, above = weight[:-1], weight[-1] - weight[:-1]
    valid = (below > 0) & (above > 0)
    means = np.zeros((2, len(below)))
    np.divide(total[:-1], below, out=means[0], where=valid)
    np.divide(total[-1] - total[:-1], above, out=means[1], where=valid)
    between = np.where(valid, below * above * (means[1] - means[0]) ** 2, -1.0)
    # Empty bins between two values part them equally well: take the middle of that range.
    best = np.flatnonzero(between >= between.max() * (1 - 1e-12))
    return float((centers[best[0]] + centers[best[-1] + 1]) / 2)


def _histogram(voxels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts and bin centres: one bin a value for short integer ranges, else 2048 bins."""
    low, high = voxels.min(), voxels.max()
    if np.issubdtype(voxels.dtype, np.integer) and int(high) - int(low) < 2**17:
        counts = np.zeros(int(high) - int(low) + 1)
        for plane in np.atleast_2d(voxels):
            counts += np.bincount(plane.ravel().astype(np.int64) - int(low), minlength=len(counts))
        return counts, int(low) + np.arange(len(counts), dtype=np.float64)
    counts, edges = np.histogram(voxels, _BINS, (float(low), float(high)))
    return counts.astype(np.float64), (edges[:-1] + edges[1:]) / 2


def grey_range(
    volume: RegularVolume,
    threshold: tuple[float, float | None] | None = None,
    preset_name: str | None = None,
) -> tuple[float, float | None, str]:
    """Lower and upper grey value (None: no bound), and how they were found.

    Without threshold and preset CT takes ``bone``, and what is not CT an automatic one.

    :raises SegmentError: a preset was asked for, and the volume is known to hold no HU.
    """
    if threshold is not None:
        return *threshold, "threshold"
    name, source = preset_name, volume.provenance["source"]
    modality = source["modality"]
    if name is None and in_hounsfield(source):
        name = "bone"
    elif name is not None and modality not in ("CT", ""):
        raise SegmentError(
            _("the preset {name} is a range of HU, which {modality} images do not have"),
            remedy=_("Leave it out for an automatic threshold, or give a threshold"),
            name=name,
            modality=modality,
        )
    if name is not None:
        found = preset(name)
        return found.low, found.high, f"preset {name}"
    return automatic_threshold(volume.voxels, volume.background), None, "automatic threshold (Otsu)"


def range_mask(voxels: np.ndarray, low: float, high: float | None) -> np.ndarray:
    """The voxels [k, j, i] with low ≤ value ≤ high; None: no upper bound.

    :raises SegmentError: there is none.
    """
    mask = voxels >= low
    if high is not None:
        mask &= voxels <= high
    if not mask.any():
        above = _("no voxel of the volume has a value from {low:g} upwards")
        between = _("no voxel of the volume has a value from {low:g} to {high:g}")
        raise SegmentError(
            above if high is None else between,
            low=low,
            high=high,
            remedy=_("Choose a threshold inside the range of the volume"),
        )
    return mask
