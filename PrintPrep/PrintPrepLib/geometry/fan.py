"""A series whose orientation changes little by little: its planes, and the grid over them.

The grid stands on the mean orientation of the slices. Seen along the grid's normal every
slice is an affine height above the grid's first plane, and the place of a grid column in
the slice (its foot) is affine too: that is all the resampling needs (volume/fan.py).
Vectors are LPS mm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..dicom.header import SliceHeader

#: Planes nearer than this somewhere in the image count as crossing, mm.
_CROSSING_MM = 0.01
_DECIMALS = 4


@dataclass(frozen=True)
class Fan:
    """Where N slices stand by their own headers, in order along their (mean) normal.

    ``positions``, ``rows``, ``columns`` are (N, 3): first voxel centre and unit axes of each
    slice; ``spacing`` (N, 2) is the distance of voxels along (row, column) direction and
    ``size`` their number, one for all slices.
    """

    positions: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    spacing: np.ndarray
    size: tuple[int, int]

    @cached_property
    def axes(self) -> np.ndarray:
        """Mean row, column and normal as the rows of a rotation, (3, 3).

        The rotation nearest to all of the slices' own ones in the least-squares sense
        (orthogonal Procrustes problem; the three axes of each slice count alike).
        """
        total = np.stack([part.sum(axis=0) for part in (self.rows, self.columns, self.normals)])
        left, _, right = np.linalg.svd(total)
        return left @ np.diag([1.0, 1.0, np.linalg.det(left @ right)]) @ right

    @property
    def normals(self) -> np.ndarray:
        """Unit normal of each slice, (N, 3)."""
        return np.cross(self.rows, self.columns)

    @cached_property
    def corners(self) -> np.ndarray:
        """Centres of the four corner voxels of each slice, (N, 4, 3)."""
        edges = (self.spacing * (np.array(self.size) - 1))[:, :, None, None]
        across, down = edges[:, 0] * self.rows[:, None], edges[:, 1] * self.columns[:, None]
        i = np.array([0, 1, 0, 1])[:, None]
        j = np.array([0, 0, 1, 1])[:, None]
        return self.positions[:, None] + i * across + j * down

    @property
    def middles(self) -> np.ndarray:
        """The middle of each slice, (N, 3)."""
        return self.corners.mean(axis=1)

    @cached_property
    def bounds(self) -> np.ndarray:
        """Least and largest coordinate of all voxel centres along the mean axes, (2, 3) mm.

        Measured from the first slice's position.
        """
        places = (self.corners - self.positions[0]) @ self.axes.T
        return np.array([places.min(axis=(0, 1)), places.max(axis=(0, 1))])

    @cached_property
    def heights(self) -> np.ndarray:
        """Height of each slice above (x, y) on the mean axes: h + x·hx + y·hy; rows of (N, 3).

        x, y and heights are measured from the first slice's position, mm.
        """
        normals = self.normals @ self.axes.T
        moved = ((self.positions - self.positions[0]) * self.normals).sum(axis=1)
        return np.stack([moved, -normals[:, 0], -normals[:, 1]], axis=1) / normals[:, 2:]

    @property
    def steps(self) -> np.ndarray:
        """Distance of the slices' middles along the mean normal, (N − 1,) mm."""
        return np.diff(self.middles @ self.axes[2])

    @cached_property
    def turns_deg(self) -> np.ndarray:
        """Angle by which each slice is turned against the first, (N,) degrees."""
        first = np.stack([self.rows[0], self.columns[0], self.normals[0]])
        each = np.stack([self.rows, self.columns, self.normals], axis=1)
        # The chord between two rotations keeps small angles; the arc cosine loses them.
        chord = np.linalg.norm(each - first, axis=(1, 2)) / (2 * math.sqrt(2))
        return np.degrees(2 * np.arcsin(np.clip(chord, 0.0, 1.0)))

    @property
    def turn_deg(self) -> float:
        """The largest angle by which a slice is turned against the first, degrees."""
        return float(self.turns_deg.max())

    def crossing(self) -> tuple[int, int] | None:
        """The first neighbours (indices) whose planes cross within the images, if any do.

        Where planes cross, one place has two values and the order of the slices is lost.
        Looked for in the rectangle on the mean axes that holds every image.
        """
        (x0, y0, _), (x1, y1, _) = self.bounds
        corners = np.array([[1.0, x, y] for x in (x0, x1) for y in (y0, y1)])
        nearest = np.diff(self.heights @ corners.T, axis=0).min(axis=1)
        crossed = np.flatnonzero(nearest < _CROSSING_MM)
        return (int(crossed[0]), int(crossed[0]) + 1) if len(crossed) else None


def fan_of(slices: Sequence[SliceHeader]) -> Fan:
    """The fan of slices in the order given; all have one matrix."""
    return Fan(
        positions=np.array([item.position for item in slices]),
        rows=np.array([item.row_direction for item in slices]),
        columns=np.array([item.column_direction for item in slices]),
        spacing=np.array([item.pixel_spacing[::-1] for item in slices]),
        size=(slices[0].columns, slices[0].rows),
    )


def fan_order(slices: Sequence[SliceHeader]) -> list[int]:
    """Indices of the slices in order of their middles along the mean normal.

    The corners would not do: they rise and fall as the slices turn.
    """
    fan = fan_of(slices)
    return np.argsort(fan.middles @ fan.axes[2], kind="stable").tolist()


def drift_record(fan: Fan) -> dict[str, Any]:
    """``source.drift`` of a record: how each slice is turned against the first, degrees."""
    return {
        "turn_deg": round(fan.turn_deg, _DECIMALS),
        "turns_deg": np.round(fan.turns_deg, _DECIMALS).tolist(),
    }
