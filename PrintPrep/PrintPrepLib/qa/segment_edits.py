"""What painting and erasing did to a segment: how far it differs from its threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.errors import SegmentError
from ..core.phrases import _
from ..surface.islands import bounding_box

Box = tuple[slice, slice, slice]
#: Voxels of the box that are known to a face: in the segment, in the range, in the field.
_SEGMENT, _RANGE, _FIELD = 1, 2, 4


@dataclass(frozen=True)
class Edits:
    """The difference between a segment and the pure threshold, where the model shows it.

    :param painted_mm3: voxels of the segment whose grey value is outside the range.
    :param erased_mm3: voxels in the range that hang together with the segment, face by face,
        but are not in it, as far as the segment's box with a margin of one voxel reaches.
        Islands that never touched the segment are none.
    :param painted_surface_share: share of the segment's surface (faces of voxels, by area) that
        bounds painted voxels.
    :param erased_surface_share: share of it where the segment was cut off from such voxels.
    :param painted_depth_mm: largest distance of a painted voxel's centre from the nearest voxel
        of the box in the range; 0 for none, None where the box holds no voxel in the range.
    """

    painted_mm3: float
    erased_mm3: float
    painted_surface_share: float
    erased_surface_share: float
    painted_depth_mm: float | None


def edit_effect(
    mask: np.ndarray,
    voxels: np.ndarray,
    low: float | None,
    high: float | None,
    ijk_to_lps: np.ndarray,
    field: np.ndarray | None = None,
) -> Edits:
    """Compare a segment with its range of grey values.

    What the acquired field cuts off is no edit.

    :param mask: the segment, boolean [k, j, i], on the grid of ``voxels``.
    :param low, high: the closed range of grey values that made it; None: unbounded.
    :param ijk_to_lps: (4, 4), voxel centres to LPS mm.
    :param field: (K, 4) first and last i and j of the acquired field of each plane
        (inclusive); None: the whole volume.
    :raises SegmentError: the segment is empty.
    """
    box = grown_box(mask, 1)
    segment, ranged = np.asarray(mask[box], bool), in_range(voxels[box], low, high)
    acquired = in_field(field, box, voxels.shape)
    voxel = voxel_volume(ijk_to_lps)
    painted = segment & ~ranged
    erased = touching(ranged & acquired & ~segment, segment)
    shares = _surface_shares(segment, ranged, acquired, ijk_to_lps)
    return Edits(
        painted_mm3=float(np.count_nonzero(painted)) * voxel,
        erased_mm3=float(np.count_nonzero(erased)) * voxel,
        painted_surface_share=shares[0],
        erased_surface_share=shares[1],
        painted_depth_mm=_depth(painted, ranged, ijk_to_lps),
    )


def near_edits(
    points: np.ndarray,
    mask: np.ndarray,
    voxels: np.ndarray,
    low: float | None,
    high: float | None,
    ijk_to_lps: np.ndarray,
    field: np.ndarray | None = None,
) -> np.ndarray:
    """Which points (N, 3), LPS mm, have a painted or erased voxel among the eight round them.

    Parameters and errors are those of ``edit_effect``.
    """
    box = grown_box(mask, 1)
    segment, ranged = np.asarray(mask[box], bool), in_range(voxels[box], low, high)
    acquired = in_field(field, box, voxels.shape)
    edited = (segment & ~ranged) | touching(ranged & acquired & ~segment, segment)
    if not edited.any():
        return np.zeros(len(points), bool)
    inverse = np.linalg.inv(ijk_to_lps)
    kji = (points @ inverse[:3, :3].T + inverse[:3, 3])[:, ::-1]
    kji = np.floor(kji).astype(np.int64) - [part.start for part in box]
    near = np.zeros(len(points), bool)
    last = np.array(edited.shape) - 1
    for corner in np.ndindex(2, 2, 2):
        k, j, i = np.clip(kji + corner, 0, last).T
        near |= edited[k, j, i]
    return near


def grown_box(mask: np.ndarray, margin: int) -> Box:
    """The box of a mask with a margin of voxels, as far as the volume reaches.

    :raises SegmentError: the mask is empty.
    """
    box = bounding_box(mask)
    if box is None:
        raise SegmentError(
            _("The segment is empty"),
            remedy=_("Choose a threshold that includes part of the anatomy"),
        )
    k, j, i = (
        slice(max(part.start - margin, 0), min(part.stop + margin, size))
        for part, size in zip(box, mask.shape, strict=True)
    )
    return k, j, i


def in_range(voxels: np.ndarray, low: float | None, high: float | None) -> np.ndarray:
    """Which voxels lie in the closed range; None: unbounded."""
    inside = np.ones(voxels.shape, bool) if low is None else voxels >= low
    if high is not None:
        inside &= voxels <= high
    return inside


def in_field(field: np.ndarray | None, box: Box, shape: tuple[int, ...]) -> np.ndarray:
    """Which voxels of a box of a volume of that shape were acquired."""
    inside = np.zeros([part.stop - part.start for part in box], bool)
    if field is None:
        field = np.tile([0, shape[2] - 1, 0, shape[1] - 1], (shape[0], 1))
    k, j, i = box
    for plane, (first_i, last_i, first_j, last_j) in zip(inside, field[k], strict=True):
        rows = slice(max(first_j - j.start, 0), max(last_j + 1 - j.start, 0))
        plane[rows, max(first_i - i.start, 0) : max(last_i + 1 - i.start, 0)] = True
    return inside


def voxel_volume(ijk_to_lps: np.ndarray) -> float:
    """The volume of a voxel, mm³."""
    return abs(float(np.linalg.det(ijk_to_lps[:3, :3])))


def touching(candidates: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The candidates that hang together, face by face, with a mask they have no voxel of."""
    contact = candidates & beside(mask)
    if not contact.any():
        return contact
    from scipy.ndimage import label

    labels, count = label(candidates)
    kept = np.zeros(count + 1, bool)
    kept[labels[contact]] = True
    return kept[labels]


def beside(mask: np.ndarray) -> np.ndarray:
    """The voxels that share a face with one of the mask, those of the mask among them."""
    near = np.zeros_like(mask)
    for axis in range(3):
        lower, upper = _neighbours(axis)
        near[lower] |= mask[upper]
        near[upper] |= mask[lower]
    return near


def _neighbours(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """The voxels that have a next one along an axis, and those next ones."""
    lower, upper = [slice(None)] * 3, [slice(None)] * 3
    lower[axis], upper[axis] = slice(None, -1), slice(1, None)
    return tuple(lower), tuple(upper)


def _surface_shares(
    segment: np.ndarray, ranged: np.ndarray, acquired: np.ndarray, ijk_to_lps: np.ndarray
) -> tuple[float, float]:
    """Shares of the segment's surface that were painted and erased."""
    state = segment * np.uint8(_SEGMENT) | ranged * np.uint8(_RANGE) | acquired * np.uint8(_FIELD)
    state = np.pad(state, 1)
    total = painted = erased = 0.0
    for axis in range(3):
        lower, upper = _neighbours(axis)
        one, other = state[lower], state[upper]
        faces = ((one ^ other) & _SEGMENT).astype(bool)
        one, other = one[faces], other[faces]
        inner = np.where(one & _SEGMENT, one, other)
        outer = one ^ other ^ inner
        i, j = np.delete(ijk_to_lps[:3, :3], 2 - axis, axis=1).T
        area = float(np.linalg.norm(np.cross(i, j)))
        wanted = inner & outer & (_RANGE | _FIELD) == (_RANGE | _FIELD)
        total += area * len(inner)
        painted += area * int(np.count_nonzero(~inner & _RANGE))
        erased += area * int(np.count_nonzero(wanted))
    return painted / total, erased / total


def _depth(painted: np.ndarray, ranged: np.ndarray, ijk_to_lps: np.ndarray) -> float | None:
    """Largest distance of a painted voxel from the nearest one in the range, mm.

    That one always lies on the range's own surface, so a tree of those voxels is enough: a
    distance transform of the whole box takes longer however little was painted.
    """
    if not painted.any():
        return 0.0
    if not ranged.any():
        return None
    from scipy.spatial import cKDTree

    shore = np.argwhere(ranged & beside(~ranged))[:, ::-1] @ ijk_to_lps[:3, :3].T
    places = np.argwhere(painted)[:, ::-1] @ ijk_to_lps[:3, :3].T
    tree = cKDTree(shore, balanced_tree=False, compact_nodes=False)
    return float(tree.query(places, workers=-1)[0].max())
