"""Masks from elsewhere: label maps and segmentations on grids of their own.

A mask says what is meant. Its voxels are brought to the volume's grid through both places in the
patient, nearest voxel; how far a point lies from a label's boundary is told on the mask's own grid.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..core.errors import SegmentError
from ..core.findings import Finding
from ..core.phrases import _, listed
from ..image_io.common import Image
from ..image_io.read import read_image, sha256_of_image
from .islands import bounding_box
from .signed_distance import distance_field

#: Labels beyond this are grey values.
LARGEST_LABEL = 65535
MOST_LABELS = 1000
#: How far from a label's boundary distances are told.
BAND_MM = 5.0
_SHOWN = 12
#: A place half-way between two voxels belongs to the upper one, whatever rounding made of it.
_TIE = 1e-6
#: Share of a label outside the volume that is told.
_OUTSIDE = 0.02
_OF_THIS_SERIES = _("Give the mask that was made of this series")


class MaskError(SegmentError):
    """A mask that holds no labels, not those asked for, or lies elsewhere."""


@dataclass(frozen=True, eq=False)
class LabelMap:
    """Labels on the grid of their file.

    :param values: [k, j, i], unsigned; 0 is nothing.
    :param ijk_to_lps: (4, 4), voxel centres to LPS mm.
    :param voxels: how many each label has, ascending; at least one.
    :param chosen: the labels that are meant; the others are what they must not swallow.
    :param names: of labels that have one.
    :param file, sha256: where it is from.
    :param findings: what the user ought to know of how it was understood.
    """

    values: np.ndarray
    ijk_to_lps: np.ndarray
    voxels: Mapping[int, int]
    chosen: tuple[int, ...]
    names: Mapping[int, str] = field(default_factory=dict)
    file: str = ""
    sha256: str = ""
    findings: tuple[Finding, ...] = ()

    def volume_mm3(self, label: int) -> float:
        """The volume of a label's voxels."""
        return self.voxels[label] * abs(float(np.linalg.det(self.ijk_to_lps[:3, :3])))


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels on a volume's grid.

    :param values: [k, j, i] of the volume's shape, unsigned; 0 is nothing.
    :param source: the labels as they came, and what is known of them.
    :param findings: what the user ought to know of how they were brought here.
    """

    values: np.ndarray
    source: LabelMap
    findings: tuple[Finding, ...] = ()

    def mask(self, labels: Sequence[int]) -> np.ndarray:
        """The voxels of labels, boolean [k, j, i]."""
        found = self.values == labels[0]
        for label in labels[1:]:
            found |= self.values == label
        return found

    def signed_distance(
        self, label: int, points_lps: np.ndarray, band_mm: float = BAND_MM
    ) -> np.ndarray:
        """How far points (N, 3), LPS mm, lie from a label's boundary, smoother than its voxels.

        :return: (N,) mm, negative inside, at most the band either way.
        """
        source = self.source
        own = source.values == label
        return distance_field(own, source.ijk_to_lps, band_mm).at(points_lps)


def read_labels(path: str | os.PathLike[str], wanted: Sequence[int] = ()) -> LabelMap:
    """The labels in a file.

    :param wanted: those that are meant; none: all of them.
    :raises ImageError: the file cannot be read.
    :raises MaskError: it holds no labels, or not those that are wanted.
    """
    image = read_image(path)
    return label_map(image, wanted, str(path), sha256_of_image(path))


def label_map(
    image: Image, wanted: Sequence[int] = (), file: str = "", sha256: str = ""
) -> LabelMap:
    """The labels of an image.

    Segments go by their label values; where several layers use the same ones, by their number in
    the file, from 1 on.

    :raises MaskError: as ``read_labels``.
    """
    layers = [_whole(layer, file) for layer in image.layers]
    named = {segment.value: segment for segment in image.segments}
    if len(named) < len(image.segments):
        named = dict(enumerate(image.segments, 1))
    if len(layers) > 1:
        masks = {label: layers[one.layer] == one.value for label, one in named.items()}
        voxels = {label: int(np.count_nonzero(mask)) for label, mask in masks.items()}
    else:
        counts = _counts(layers[0])
        voxels = {int(label): int(counts[label]) for label in np.flatnonzero(counts) if label}
        masks = {}
    voxels = {label: count for label, count in sorted(voxels.items()) if count}
    names = {label: one.name for label, one in named.items() if one.name}
    chosen = _chosen(voxels, names, wanted, file)
    values = _combined(masks, chosen, bool(wanted), names, file) if masks else layers[0]
    template = _("Of the place of the mask: {note}.")
    notes = tuple(Finding("mask_place", "warn", template, {"note": note}) for note in image.notes)
    return LabelMap(values, image.ijk_to_lps, voxels, chosen, names, file, sha256, notes)


def _counts(values: np.ndarray) -> np.ndarray:
    """How often each value is there, plane by plane."""
    counts = np.zeros(int(values.max()) + 1, np.int64)
    for plane in values:
        counts += np.bincount(plane.ravel(), minlength=len(counts))
    return counts


def _whole(values: np.ndarray, file: str) -> np.ndarray:
    """The same as whole numbers from 0 on.

    :raises MaskError: they are none.
    """
    lowest, highest = values.min(), values.max()
    if not (np.isfinite(lowest) and np.isfinite(highest)) or lowest < 0 or highest > LARGEST_LABEL:
        template = _("it holds values from {lowest:g} to {highest:g}: grey values, not labels")
        raise _no_labels(template, file, lowest=float(lowest), highest=float(highest))
    kind = np.uint8 if highest < 256 else np.uint16
    if values.dtype.kind in "iu":
        return values.astype(kind)
    found = np.empty(values.shape, kind)
    for plane, rounded in zip(values, found, strict=True):
        rounded[:] = plane
        if not np.array_equal(plane, rounded):
            odd = float(plane[plane != rounded][0])
            raise _no_labels(
                _("it holds the value {odd:g}, and labels are whole numbers"), file, odd=odd
            )
    return found


def _no_labels(template: str, file: str, **values: object) -> MaskError:
    remedy = _("Give a label map: 0 where nothing is meant, a whole number for each part")
    return MaskError(template, remedy=remedy, file=file or None, **values)  # type: ignore[arg-type]


def _chosen(
    voxels: Mapping[int, int], names: Mapping[int, str], wanted: Sequence[int], file: str
) -> tuple[int, ...]:
    if not voxels:
        raise _no_labels(_("it holds no label: every voxel is 0"), file)
    missing = [label for label in wanted if label not in voxels]
    if missing:
        told = [f"{label} ({names[label]})" if label in names else str(label) for label in voxels]
        raise MaskError(
            _("it holds no voxel with the label {missing}"),
            remedy=_("Choose of {labels}"),
            file=file or None,
            missing=", ".join(map(str, missing)),
            labels=listed(told, _SHOWN),
        )
    if not wanted and len(voxels) > MOST_LABELS:
        template = _("it holds {count} different values: grey values, not labels")
        raise _no_labels(template, file, count=len(voxels))
    return tuple(dict.fromkeys(wanted)) or tuple(voxels)


def _combined(
    masks: Mapping[int, np.ndarray],
    chosen: Sequence[int],
    joined: bool,
    names: Mapping[int, str],
    file: str,
) -> np.ndarray:
    """Layers as one; what is meant lies above the others.

    :raises MaskError: segments that shall become parts of their own overlap.
    """
    values = np.zeros(next(iter(masks.values())).shape, np.uint16)
    for label, mask in masks.items():
        if label not in chosen:
            values[mask] = label
    for label in chosen:
        taken = values[masks[label]]
        other = next((one for one in chosen if (taken == one).any()), None)
        if other is not None and not joined:
            raise MaskError(
                _("the segments {one} and {other} overlap"),
                remedy=_("Take one at a time, or several as one part, with LABEL+LABEL"),
                file=file or None,
                one=names.get(other, str(other)),
                other=names.get(label, str(label)),
            )
        values[masks[label]] = label
    return values


def labels_on(source: LabelMap, shape: tuple[int, int, int], ijk_to_lps: np.ndarray) -> Labels:
    """The labels on another grid: each of its voxels takes the one that its centre lies in.

    :param shape: [k, j, i] of that grid.
    :param ijk_to_lps: (4, 4), its voxel centres to LPS mm.
    :raises MaskError: a label that is meant has no voxel there.
    """
    found = _sampled(source.values, np.linalg.inv(source.ijk_to_lps) @ ijk_to_lps, shape)
    counts, findings = _counts(found), list(source.findings)
    voxel = abs(float(np.linalg.det(ijk_to_lps[:3, :3])))
    for label in source.chosen:
        there = float(counts[label]) * voxel if label < len(counts) else 0.0
        beyond = _beyond_mm(source, label, shape, ijk_to_lps)
        name = source.names.get(label, str(label))
        if not there:
            raise _nowhere(source, name, beyond)
        outside = 1 - there / source.volume_mm3(label)
        if beyond > 0 and outside > _OUTSIDE:
            percent = 100 * outside
            told = _(
                "{percent:.0f} % of the label {name} lie outside the volume: they are left out."
            )
            values = {"percent": percent, "name": name}
            findings.append(Finding("mask_outside", "warn", told, values, percent, "%"))
    return Labels(found, source, tuple(findings))


def _nowhere(source: LabelMap, name: str, beyond: float) -> MaskError:
    if beyond > 0:
        return MaskError(
            _("the label {name} lies outside the volume, {beyond:.0f} mm beyond it"),
            remedy=_OF_THIS_SERIES,
            file=source.file or None,
            name=name,
            beyond=beyond,
        )
    return MaskError(
        _("the label {name} is smaller than the volume's voxels: none of them lies in it"),
        remedy=_("Choose a smaller spacing of the volume, or another label"),
        file=source.file or None,
        name=name,
    )


def _beyond_mm(source: LabelMap, label: int, shape: Iterable[int], ijk_to_lps: np.ndarray) -> float:
    """How far the box of a label reaches beyond the volume."""
    box = bounding_box(source.values == label)
    if box is None:  # hidden by another label
        return 0.0
    ends = np.array([[part.start - 0.5, part.stop - 0.5] for part in reversed(box)])
    corners = np.array(
        [[*(ends[axis, at[axis]] for axis in range(3)), 1] for at in np.ndindex(2, 2, 2)]
    )
    there = (corners @ (np.linalg.inv(ijk_to_lps) @ source.ijk_to_lps).T)[:, :3]
    last = np.array(list(shape)[::-1]) - 1
    # A voxel of the volume is no matter.
    beyond = np.maximum(-1.0 - there, there - last - 1.0).max(axis=0)
    return float((np.maximum(beyond, 0) * np.linalg.norm(ijk_to_lps[:3, :3], axis=0)).max())


def _sampled(values: np.ndarray, to_mask: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """The nearest values [k, j, i] on a grid, 0 outside.

    :param to_mask: (4, 4), indices (i, j, k) there to indices here.
    """
    found = np.zeros(shape, values.dtype)
    turned, start = to_mask[:3, :3], to_mask[:3, 3]
    sizes = np.array(shape[::-1])
    along = np.abs(turned).argmax(axis=1)
    other = np.abs(turned).copy()
    other[np.arange(3), along] = 0
    if len(set(along)) == 3 and (other * sizes).sum(axis=1).max() < 1e-3:
        return _along_axes(values, turned, start, along, found)
    planes = _planes(values, to_mask, shape)
    i, j = np.arange(sizes[0]), np.arange(sizes[1])[:, None]
    for k in planes:
        inside = np.ones(shape[1:], bool)
        flat = np.zeros(shape[1:], np.int64)
        for axis in (2, 1, 0):
            place = turned[axis, 0] * i + (
                turned[axis, 1] * j + (turned[axis, 2] * k + start[axis])
            )
            index = np.floor(place + (0.5 + _TIE)).astype(np.int64)
            size = values.shape[2 - axis]
            inside &= (index >= 0) & (index < size)
            flat = flat * size + index
        found[k][inside] = values.ravel()[flat[inside]]
    return found


def _along_axes(
    values: np.ndarray, turned: np.ndarray, start: np.ndarray, along: np.ndarray, found: np.ndarray
) -> np.ndarray:
    """``_sampled`` where the axes of both grids are the same ones, in any order and direction."""
    here: list[np.ndarray] = [np.empty(0)] * 3
    there: list[np.ndarray] = [np.empty(0)] * 3
    for axis in range(3):
        own = 2 - along[axis]
        place = turned[axis, along[axis]] * np.arange(found.shape[own]) + start[axis]
        index = np.floor(place + (0.5 + _TIE)).astype(np.int64)
        inside = np.flatnonzero((index >= 0) & (index < values.shape[2 - axis]))
        here[own], there[2 - axis] = inside, index[inside]
    order = np.argsort([2 - along[2 - axis] for axis in range(3)])
    found[np.ix_(*here)] = values[np.ix_(*there)].transpose(order)
    return found


def _planes(values: np.ndarray, to_mask: np.ndarray, shape: Sequence[int]) -> range:
    """The planes k of a grid that any label may reach."""
    box = bounding_box(values)
    if box is None:
        return range(0)
    ends = [(part.start - 1, part.stop) for part in reversed(box)]
    corners = np.array(
        [[*(ends[axis][at[axis]] for axis in range(3)), 1] for at in np.ndindex(2, 2, 2)]
    )
    k = (corners @ np.linalg.inv(to_mask).T)[:, 2]
    return range(max(0, int(np.floor(k.min()))), min(shape[0], int(np.ceil(k.max())) + 1))
