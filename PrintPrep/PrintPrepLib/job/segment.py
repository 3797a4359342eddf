"""What the model is made of: one body by grey values, or the labels of a mask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..core.findings import Finding
from ..core.persons import Persons
from ..core.phrases import _
from ..core.progress import Progress, part, report
from ..mesh.sampling import Surface
from ..mesh.triangle_mesh import TriangleMesh
from ..surface.following import REACH_MM, followed_masks
from ..surface.islands import largest_island
from ..surface.masks import LabelMap, Labels, MaskError, labels_on
from ..surface.threshold import grey_range, range_mask
from ..volume.regular_volume import RegularVolume
from .model import Bounds, Made, contrast_bounds, segment_mesh, segment_surface

#: Points of the surface that are asked how far they moved.
_SAMPLES = 60_000
#: How far beyond the reach a move is still told as it is.
_BEYOND_MM = 0.5
#: A place that has moved by this share of the reach is at its end.
_AT_BOUND = 0.95


@dataclass(frozen=True, eq=False)
class Part:
    """One body of a model.

    :param name: "" for what has the model's own name.
    :param mask: boolean [k, j, i], on the volume's grid.
    :param labels: of a mask, that it is made of.
    """

    name: str
    mask: np.ndarray
    labels: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Segment:
    """What is meant, before it has a surface.

    :param bounds: the range of grey values that it was made with; (None, None) for none.
    :param method: how it was made, for the record.
    :param surface: where its surface lies, a name in ``model.SURFACES``.
    :param labels: of a mask, on the volume's grid.
    :param reach_mm: how far from its boundary the surface was looked for; 0: nowhere else.
    """

    parts: Sequence[Part]
    bounds: Bounds
    method: str
    surface: str
    labels: Labels | None = None
    reach_mm: float = 0.0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the user ought to know of the mask."""
        return () if self.labels is None else self.labels.findings

    @property
    def mask(self) -> np.ndarray:
        """All parts together."""
        whole = self.parts[0].mask
        for one in self.parts[1:]:
            whole = whole | one.mask
        return whole


def grey_segment(
    volume: RegularVolume,
    threshold: tuple[float, float | None] | None,
    preset: str | None,
    surface: str,
    largest: bool,
    progress: Progress | None = None,
) -> Segment:
    """All voxels of a range, or its largest island.

    :raises SegmentError: there are none, or the preset is not for this volume.
    :raises Cancelled: progress asked for it.
    """
    report(progress, 0.0, _("Segmenting"))
    low, high, method = grey_range(volume, threshold, preset)
    mask = range_mask(volume.voxels, low, high)
    return _largest(Segment([Part("", mask)], (low, high), method, surface), largest, progress)


def mask_segment(
    volume: RegularVolume,
    source: LabelMap,
    joined: bool,
    threshold: tuple[float, float | None] | None,
    surface: str,
    reach_mm: float,
    largest: bool,
    progress: Progress | None = None,
) -> Segment:
    """The labels of a mask, their boundaries where a range of grey values ends.

    Without a threshold the edge surface finds the boundary; a surface at the threshold takes half
    contrast for it, as it is measured at the mask's boundary.

    :param joined: the labels make one body, not one each.
    :param reach_mm: how far the boundary may move; 0: it stays where the mask has it.
    :raises MaskError: the mask lies elsewhere, or nothing of it lies in the range.
    :raises Cancelled: progress asked for it.
    """
    report(progress, 0.0, _("Bringing the mask to the volume"))
    labels = labels_on(source, volume.voxels.shape, volume.ijk_to_lps)
    parts = [Part("", labels.mask(source.chosen), source.chosen)]
    if not joined and len(source.chosen) > 1:
        names = part_names(source)
        parts = [Part(names[one], labels.mask([one]), (one,)) for one in source.chosen]
    bounds: Bounds = (None, None)
    method = "mask"
    if threshold is not None:
        bounds, method = threshold, "mask, threshold"
        _require_range(volume, parts, bounds, source.file)
    elif reach_mm and surface == "threshold":
        union = labels.mask(source.chosen)
        half_way = segment_mesh(volume, union, bounds, part(progress, 0.1, 0.4))
        bounds = contrast_bounds(volume, half_way)
        method = "mask, half contrast" if bounds != (None, None) else method
    if reach_mm and bounds != (None, None):
        parts = _followed(volume, labels, parts, bounds, reach_mm, part(progress, 0.4, 0.9))
    segment = Segment(parts, bounds, method, surface, labels, reach_mm)
    return _largest(segment, largest, progress)


def part_names(source: LabelMap) -> dict[int, str]:
    """A name for each label that is meant, no two alike."""
    found: dict[int, str] = {}
    for label in source.chosen:
        name = source.names.get(label) or f"label {label}"
        found[label] = f"{name} ({label})" if name in found.values() else name
    return found


def _followed(
    volume: RegularVolume,
    labels: Labels,
    parts: Sequence[Part],
    bounds: Bounds,
    reach_mm: float,
    progress: Progress | None,
) -> list[Part]:
    masks = followed_masks(
        [one.mask for one in parts],
        labels.values > 0,
        volume.voxels,
        bounds,
        volume.ijk_to_lps,
        reach_mm,
        volume.acquired_field,
        progress,
    )
    return [replace(one, mask=mask) for one, mask in zip(parts, masks, strict=True)]


def _require_range(volume: RegularVolume, parts: Sequence[Part], bounds: Bounds, file: str) -> None:
    """:raises MaskError: a part holds no voxel of the range."""
    low, high = bounds
    for one in parts:
        values = volume.voxels[one.mask]
        inside = np.ones(len(values), bool) if low is None else values >= low
        if not (inside if high is None else inside & (values <= high)).any():
            raise MaskError(
                _("no voxel of the label {label} lies in the range of grey values"),
                remedy=_("Choose another threshold, or leave it out"),
                file=file or None,
                label=one.name or "+".join(map(str, one.labels)),
            )


def _largest(segment: Segment, largest: bool, progress: Progress | None) -> Segment:
    if not largest:
        return segment
    report(progress, 0.9, _("Keeping the largest island"))
    parts = [replace(one, mask=largest_island(one.mask)) for one in segment.parts]
    return replace(segment, parts=parts, method=f"{segment.method}, largest island")


def part_surfaces(
    volume: RegularVolume, segment: Segment, name: str, progress: Progress | None = None
) -> list[tuple[str, Made]]:
    """The surface of each part, with its name.

    :param name: of a part that has none of its own.
    :raises Cancelled: progress asked for it.
    """
    made, count, whole = [], len(segment.parts), segment.mask
    for number, one in enumerate(segment.parts):
        share = part(progress, number / count, (number + 1) / count)
        others = whole & ~one.mask if count > 1 else None
        reach = REACH_MM if segment.labels is None else segment.reach_mm
        surface = segment_surface(
            volume, one.mask, segment.bounds, segment.surface, share, others, reach
        )
        made.append((one.name or name, surface))
    return made


def mask_record(
    segment: Segment,
    labels: Labels,
    meshes: Sequence[tuple[str, TriangleMesh]],
    file: str,
    names: Mapping[int, str],
) -> dict[str, Any]:
    """The part ``mask`` of a record's segment.

    How far the surface moved is told against the mask's own boundary, over the area; positive
    outwards.

    :param labels: those of the segment.
    :param file, names: of the file and of its labels, as far as they may be told.
    """
    source, entries = labels.source, []
    band = (segment.reach_mm or REACH_MM) + _BEYOND_MM
    for one, (_name, mesh) in zip(segment.parts, meshes, strict=True):
        points = Surface(mesh).samples(_SAMPLES)[0]
        away = np.stack([labels.signed_distance(label, points, band) for label in one.labels])
        # A place belongs to the label that it lies nearest to.
        nearest = away.argmin(axis=0)
        for number, label in enumerate(one.labels):
            moved = away[number, nearest == number]
            at_bound = np.abs(moved) >= _AT_BOUND * segment.reach_mm
            there = len(moved) > 0
            entries.append(
                {
                    "value": label,
                    "name": names.get(label),
                    "volume_mm3": source.volume_mm3(label),
                    "moved_mm": {
                        "mean": float(moved.mean()) if there else None,
                        "p95": float(np.percentile(np.abs(moved), 95)) if there else None,
                    },
                    "at_bound": float(at_bound.mean()) if there and segment.reach_mm else 0.0,
                }
            )
    return {
        "file": file,
        "sha256": source.sha256,
        "follow_mm": segment.reach_mm or None,
        "labels": sorted(entries, key=lambda entry: entry["value"]),
    }


def unnamed(source: LabelMap, persons: Persons) -> LabelMap:
    """The same labels, without names that stand for a person."""
    names = {label: persons.left_out(name) for label, name in source.names.items()}
    return replace(source, names={label: name for label, name in names.items() if name})
