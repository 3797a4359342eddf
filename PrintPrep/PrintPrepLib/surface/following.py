"""A mask brought to where a range of grey values ends: the mask says what, the range where.

A mask that a network or a hand has made is wrong by a voxel or two. Within a reach it takes in what
hangs together with it and lies in the range, and gives away what hangs together with the outside
and does not. Deeper inside it stays as it is, marrow and hollows included, and what another label
has, or lies nearer to, stays that one's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, report
from .islands import bounding_box

#: How far a mask may be wrong unless someone knows better: a voxel or two of what it was made on.
REACH_MM = 2.5


def followed_masks(
    masks: Sequence[np.ndarray],
    taken: np.ndarray,
    voxels: np.ndarray,
    bounds: tuple[float | None, float | None],
    ijk_to_lps: np.ndarray,
    reach_mm: float,
    field: np.ndarray,
    progress: Progress | None = None,
) -> list[np.ndarray]:
    """Masks with their boundaries where the range ends, as far as that is within reach.

    Outside the acquired field nothing is taken in, and what is not in the range given away.

    :param masks: boolean [k, j, i] each, without a common voxel; an empty one stays so.
    :param taken: every voxel that some label has, those of the masks among them.
    :param voxels: grey values [k, j, i].
    :param bounds: the closed range; None: unbounded.
    :param ijk_to_lps: (4, 4), voxel centres to LPS mm, axes at right angles.
    :param field: (K, 4) first and last i and j of the acquired field of each plane (inclusive).
    :return: new masks; of voxels that two of them lie equally near to, the earlier one has them.
    :raises Cancelled: progress asked for it.
    """
    spacing = np.linalg.norm(ijk_to_lps[:3, :3], axis=0)[::-1]
    given = np.zeros(taken.shape, bool)
    found, left = [], []
    for number, mask in enumerate(masks):
        report(progress, number / len(masks), _("Following the image"))
        result = mask.copy()
        found.append(result)
        box = _grown_box(mask, spacing, reach_mm)
        if box is None:
            continue
        acquired = _acquired(field, box)
        ranged = _ranged(voxels[box], bounds)
        unseen = ~(acquired | ranged)
        # Nothing is taken in where nothing was acquired.
        ranged &= acquired | mask[box]
        free = ~(taken[box] | given[box])
        gone, wanted, come = _moved(mask[box], free, ranged, spacing, reach_mm)
        given[box] |= come
        result[box] = (mask[box] & ~gone & ~unseen) | come
        left.append((result[box], given[box], np.flatnonzero(wanted & ~come)))
    # What lies nearer to a mask that it does not hang together with goes to one that it does.
    for inside, used, wanted in left:
        _take(inside, used, wanted)
    report(progress, 1.0, _("Following the image"))
    return found


def _take(inside: np.ndarray, used: np.ndarray, wanted: np.ndarray) -> None:
    """Give a mask those of the wanted voxels (flat indices) that hang together with it."""
    from scipy.ndimage import binary_propagation, generate_binary_structure

    open_ = np.zeros(inside.shape, bool)
    open_.ravel()[wanted] = True
    open_ &= ~used
    if open_.any():
        come = binary_propagation(inside, generate_binary_structure(3, 1), inside | open_) & open_
        inside |= come
        used |= come


def _grown_box(
    mask: np.ndarray, spacing: np.ndarray, reach_mm: float
) -> tuple[slice, slice, slice] | None:
    box = bounding_box(mask)
    if box is None:
        return None
    margins = [math.ceil(reach_mm / length) + 1 for length in spacing]
    k, j, i = (
        slice(max(part.start - some, 0), min(part.stop + some, size))
        for part, some, size in zip(box, margins, mask.shape, strict=True)
    )
    return k, j, i


def _ranged(voxels: np.ndarray, bounds: tuple[float | None, float | None]) -> np.ndarray:
    low, high = bounds
    inside = np.ones(voxels.shape, bool) if low is None else voxels >= low
    if high is not None:
        inside &= voxels <= high
    return inside


def _acquired(field: np.ndarray, box: tuple[slice, slice, slice]) -> np.ndarray:
    """Which voxels of a box were acquired."""
    k, j, i = (np.arange(part.start, part.stop) for part in box)
    first_i, last_i, first_j, last_j = field[k].T[:, :, None]
    rows = (j >= first_j) & (j <= last_j)
    columns = (i >= first_i) & (i <= last_i)
    return rows[:, :, None] & columns[:, None, :]


def _moved(
    mask: np.ndarray,
    free: np.ndarray,
    ranged: np.ndarray,
    spacing: np.ndarray,
    reach_mm: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which voxels a mask gives away, which it could take in, and those of them that are nearest
    to it; boolean, of its shape.

    :param free: voxels that no mask has.
    """
    from scipy.ndimage import binary_dilation, binary_propagation, generate_binary_structure

    faces = generate_binary_structure(3, 1)
    # From face to face the way to a corner is longer.
    steps = math.ceil(math.sqrt(3) * reach_mm / spacing.min())
    outside, inside = free & ~ranged, mask & ranged
    gone = binary_dilation(outside, faces, steps, mask=mask & ~ranged) & mask
    come = binary_dilation(inside, faces, steps, mask=free & ranged) & free
    _keep_near(gone, free & binary_dilation(mask, faces), spacing, reach_mm)
    others = ~(free | mask)
    own = _keep_near(come, mask & binary_dilation(~mask, faces), spacing, reach_mm)
    wanted = come.copy()
    if others.any() and len(own):
        theirs = _distances(come, others & binary_dilation(~others, faces), spacing, reach_mm)
        come[come] = own <= theirs
    # What hung together by voxels beyond reach, or nearer to another mask, hangs in the air.
    gone = binary_propagation(outside, faces, gone) & gone
    come = binary_propagation(inside, faces, come) & come
    return gone, wanted, come


def _keep_near(
    voxels: np.ndarray, shore: np.ndarray, spacing: np.ndarray, reach_mm: float
) -> np.ndarray:
    """Leave those voxels alone that are within reach of a shore; their distances from it."""
    distances = _distances(voxels, shore, spacing, reach_mm)
    near = np.isfinite(distances)
    voxels[voxels] = near
    return distances[near]


def _distances(
    voxels: np.ndarray, shore: np.ndarray, spacing: np.ndarray, reach_mm: float
) -> np.ndarray:
    """From each true voxel, in memory order, to the nearest one of a shore; inf beyond reach."""
    if not voxels.any():
        return np.empty(0)
    from scipy.spatial import cKDTree

    tree = cKDTree(np.argwhere(shore) * spacing, balanced_tree=False, compact_nodes=False)
    # Distances are from centre to centre, half a voxel of which is before the boundary.
    reach = reach_mm + spacing.min() / 2
    return tree.query(np.argwhere(voxels) * spacing, distance_upper_bound=reach, workers=-1)[0]
