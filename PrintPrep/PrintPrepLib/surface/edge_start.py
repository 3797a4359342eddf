"""The voxels that a segment means, without those that lie beyond its edge.

A threshold far below half contrast takes the blurred outside of a body with it, and bridges
gaps. From the outside inwards those voxels go that lie below half of the local contrast, as
far as blur reaches; deeper only through valleys between two bodies, and only where these fall
to a third of the contrast: a growth plate looks like a joint, so less than that opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Edge of the cells in which the local levels are kept, mm.
_CELL_MM = 2.0
#: How deep beneath the segment's surface voxels below half contrast go.
_DEEP_MM = 2.0
#: A valley falls below the outer tissue and this share of the contrast.
_VALLEY = 0.3
#: On both sides of a valley the body is met within this way, mm.
_ACROSS_MM = 2.5
#: On a sheet the values fall on both sides by this share of the contrast, and by so many times the
#: noise, within so many standard deviations of the blur.
_RIDGE, _RIDGE_NOISE, _ASIDE = 0.15, 6.0, 2.2
#: Most rounds of widening an opening: voxels.
_ROUNDS = 400
#: What is known of a voxel: outside (0) and inside (1) at first; looked at, and inside; no outside,
#: since the segment was cut there or nothing was acquired.
_OUTSIDE, _INSIDE, _KEPT, _CUT = 0, 1, 2, 3


@dataclass(frozen=True)
class Levels:
    """Grey values beside and in the body about every place of a box of voxels.

    :param outer, body: [k, j, i] cells; ``cells`` the cell of each voxel along k, j and i.
    """

    outer: np.ndarray
    body: np.ndarray
    cells: tuple[np.ndarray, np.ndarray, np.ndarray]

    def at(self, kji: tuple[np.ndarray, ...], share: float) -> np.ndarray:
        """(N,) the value at a share of the contrast, at voxels of the box."""
        cell = tuple(cells[place] for cells, place in zip(self.cells, kji, strict=True))
        outer = self.outer[cell]
        return outer + np.float32(share) * (self.body[cell] - outer)


def local_levels(
    kji: np.ndarray,
    outer: np.ndarray,
    body: np.ndarray,
    shape: tuple[int, ...],
    spacing_mm: np.ndarray,
) -> Levels:
    """Spread what N places of a surface show over the whole box.

    :param kji: (N, 3) places in voxels of the box.
    :param outer, body: (N,) grey values beside and in the body.
    :param spacing_mm: (3,) along k, j, i.
    """
    from scipy.ndimage import distance_transform_edt, gaussian_filter

    cells, counts = [], []
    for size, step in zip(shape, spacing_mm, strict=True):
        cell = (np.arange(size) * step / _CELL_MM).astype(np.int32)
        cells.append(cell)
        counts.append(int(cell[-1]) + 1)
    index = [
        cell[np.clip(np.rint(place).astype(int), 0, len(cell) - 1)]
        for cell, place in zip(cells, kji.T, strict=True)
    ]
    flat = np.ravel_multi_index(index, counts)
    size = int(np.prod(counts))
    total = gaussian_filter(np.bincount(flat, minlength=size).reshape(counts).astype(np.float32), 1)
    empty = total < 1e-3
    nearest = tuple(distance_transform_edt(empty, return_distances=False, return_indices=True))
    made = []
    for values in (outer, body):
        summed = gaussian_filter(np.bincount(flat, values, size).reshape(counts), 1)
        mean = (summed / np.maximum(total, 1e-6)).astype(np.float32)
        made.append(mean[nearest])
    return Levels(made[0], made[1], (cells[0], cells[1], cells[2]))


def start_mask(
    mask: np.ndarray,
    voxels: np.ndarray,
    sign: float,
    levels: Levels,
    spacing_mm: np.ndarray,
    blur_mm: np.ndarray,
    noise: float,
    kept: np.ndarray,
    cut: np.ndarray,
    sheets: bool = True,
) -> np.ndarray:
    """The mask [k, j, i] without the voxels beyond its edge, and with the sheets that it misses.

    :param mask, voxels: of one box; where ``sign`` is −1 the body is the darker side.
    :param spacing_mm, blur_mm: (3,) along k, j, i.
    :param noise: standard deviation of a voxel.
    :param kept: voxels that stay as they are whatever they show.
    :param cut: voxels that the mask was cut from, or that were not acquired: what shows behind a
        cut is the inside of a body, and its soft core is not beyond an edge.
    :param sheets: whether thin walls that hang together with the mask are added.
    """
    near = max(1, round(_DEEP_MM / float(np.min(spacing_mm))))
    state = np.full(np.array(mask.shape) + 2, _CUT, np.uint8)
    state[1:-1, 1:-1, 1:-1] = np.where(mask, _INSIDE, np.where(cut, _CUT, _OUTSIDE))
    seen = _Seen(state, voxels, sign, levels, spacing_mm, blur_mm, noise, kept)
    front = _border(state)
    for round_ in range(_ROUNDS):
        if len(front) == 0:
            break
        share, valley = (0.5, False) if round_ < near else (_VALLEY, True)
        front = seen.removed(front, share, valley)
    # What opened is outside now, with the blurred sides that it has: all is looked at anew.
    state[state == _KEPT] = _INSIDE
    front = seen.behind(np.concatenate([np.zeros(0, np.int64), *seen.opened]), _INSIDE)
    for _round in range(near):
        front = seen.removed(front, 0.5, False)
        if len(front) == 0:
            break
    if sheets:
        seen.add_sheets()
    inner = state[1:-1, 1:-1, 1:-1]
    return (inner == _INSIDE) | (inner == _KEPT)


class _Seen:
    """Takes voxels off a mask, and knows which it has looked at.

    :param state: [k, j, i] with a border of one voxel, ``_CUT``.
    """

    def __init__(
        self,
        state: np.ndarray,
        voxels: np.ndarray,
        sign: float,
        levels: Levels,
        spacing_mm: np.ndarray,
        blur_mm: np.ndarray,
        noise: float,
        kept: np.ndarray,
    ) -> None:
        self.flat, self.shape = state.reshape(-1), state.shape
        self.voxels, self.sign, self.levels = voxels, sign, levels
        self.spacing_mm, self.blur_mm, self.kept, self.noise = spacing_mm, blur_mm, kept, noise
        strides = np.array([self.shape[1] * self.shape[2], self.shape[2], 1])
        self._sides = np.concatenate([strides, -strides])
        self.opened: list[np.ndarray] = []

    def lower(self, front: np.ndarray, share: float, valley: bool) -> np.ndarray:
        """Which voxels (flat indices) are below a share of the contrast; in a valley, if asked."""
        kji = tuple(axis - 1 for axis in np.unravel_index(front, self.shape))
        values = self.sign * self.voxels[kji].astype(np.float32)
        low = (values < self.levels.at(kji, share)) & ~self.kept[kji]
        if valley and low.any():
            some = np.flatnonzero(low)
            place = tuple(axis[some] for axis in kji)
            low[some] = _between(place, self.voxels, self.sign, self.levels, self.spacing_mm)
        return low

    def ridge(self, kji: tuple[np.ndarray, ...]) -> np.ndarray:
        """Which voxels (N,) lie on a sheet: in some direction the values fall on both sides."""
        contrast = self.levels.at(kji, 1.0) - self.levels.at(kji, 0.0)
        drop = np.maximum(_RIDGE * contrast, _RIDGE_NOISE * self.noise)
        own = self.sign * self.voxels[kji].astype(np.float32)
        result = np.zeros(len(own), bool)
        for way in _WAYS:
            length = float(np.linalg.norm(way * self.spacing_mm))
            blur = float(np.linalg.norm(way * self.spacing_mm * self.blur_mm)) / length
            step = max(1, round(_ASIDE * blur / length))
            low = np.ones(len(own), bool)
            for side in (step, -step):
                place = tuple(axis + side * part for axis, part in zip(kji, way, strict=True))
                there = np.ones(len(own), bool)
                for axis, size in zip(place, self.voxels.shape, strict=True):
                    there &= (axis >= 0) & (axis < size)
                clipped = tuple(
                    np.clip(axis, 0, size - 1)
                    for axis, size in zip(place, self.voxels.shape, strict=True)
                )
                beside = self.sign * self.voxels[clipped].astype(np.float32)
                low &= there & (own - beside > drop)
            result |= low
        return result

    def add_sheets(self) -> None:
        """Take in the sheets that hang together with what there is."""
        front = np.flatnonzero((self.flat == _INSIDE) | (self.flat == _KEPT))
        # The border is no outside, so no side of these lies beyond the box.
        beside = [front + side for side in self._sides]
        front = np.unique(np.concatenate([some[self.flat[some] == _OUTSIDE] for some in beside]))
        tested = np.zeros(len(self.flat), bool)
        for _round in range(_ROUNDS):
            if len(front) == 0:
                return
            kji = tuple(axis - 1 for axis in np.unravel_index(front, self.shape))
            tested[front] = True
            added = front[self.ridge(kji) & ~self.kept[kji]]
            self.flat[added] = _KEPT
            front = self.behind(added, _OUTSIDE)
            front = front[~tested[front]]

    def removed(self, front: np.ndarray, share: float, valley: bool) -> np.ndarray:
        """Take off what is lower; return the voxels behind it that were not looked at."""
        gone = self.lower(front, share, valley)
        self.flat[front[~gone]] = _KEPT
        self.flat[front[gone]] = _OUTSIDE
        if valley:
            self.opened.append(front[gone])
        return self.behind(front[gone], _INSIDE)

    def behind(self, front: np.ndarray, state: int) -> np.ndarray:
        """The voxels of a state that have a side in common with those of the front."""
        beside = np.concatenate([front + side for side in self._sides])
        return np.unique(beside[self.flat[beside] == state])


def _border(state: np.ndarray) -> np.ndarray:
    """Flat indices of the voxels inside that have a side outside."""
    inner = state[1:-1, 1:-1, 1:-1]
    edge = np.zeros(inner.shape, bool)
    for axis in range(3):
        for start in (0, 2):
            window = [slice(1, -1)] * 3
            window[axis] = slice(start, start + inner.shape[axis])
            edge |= state[tuple(window)] == _OUTSIDE
    edge &= inner == _INSIDE
    return np.ravel_multi_index(tuple(axis + 1 for axis in np.nonzero(edge)), state.shape)


def _between(
    kji: tuple[np.ndarray, ...],
    voxels: np.ndarray,
    sign: float,
    levels: Levels,
    spacing_mm: np.ndarray,
) -> np.ndarray:
    """Which voxels (N,) lie in a valley: in some direction the body is near on both sides."""
    wanted = levels.at(kji, 0.5)
    result = np.zeros(len(wanted), bool)
    for way in _WAYS:
        length = float(np.linalg.norm(way * spacing_mm))
        steps = max(1, int(_ACROSS_MM / length))
        met = []
        for side in (1, -1):
            highest = np.full(len(wanted), -np.inf, np.float32)
            for step in range(1, steps + 1):
                place = tuple(
                    np.clip(axis + side * step * part, 0, size - 1)
                    for axis, part, size in zip(kji, way, voxels.shape, strict=True)
                )
                np.maximum(highest, sign * voxels[place].astype(np.float32), out=highest)
            met.append(highest >= wanted)
        result |= met[0] & met[1]
    return result


#: One of each pair of opposite directions to the 26 neighbours, along k, j, i.
_WAYS = [np.array(way) - 1 for way in np.ndindex(3, 3, 3) if tuple(n - 1 for n in way) > (0, 0, 0)]
