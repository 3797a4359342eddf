"""Slices in order along their common normal, and which of them share a position."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .headers import SliceHeader

#: Slices nearer than this along their normal share one position.
SAME_PLACE_MM = 5e-3


def in_order(slices: Sequence[SliceHeader]) -> tuple[SliceHeader, ...]:
    """Slices along row × column (of their mean, where they turn), then by instance number."""
    distances = heights(slices)
    order = sorted(
        range(len(slices)),
        key=lambda index: (distances[index], number_key(slices[index].instance_number)),
    )
    return tuple(slices[index] for index in order)


def heights(slices: Sequence[SliceHeader]) -> np.ndarray:
    """Distance of each slice from the patient origin along the mean normal, (N,) mm."""
    rows = np.array([item.row_direction for item in slices])
    columns = np.array([item.column_direction for item in slices])
    normal = np.cross(rows, columns).mean(axis=0)
    positions = np.array([item.position for item in slices])
    return positions @ (normal / np.linalg.norm(normal))


def places(ordered: Sequence[SliceHeader]) -> list[list[SliceHeader]]:
    """Slices in order along their normal, those at one position together."""
    if not ordered:
        return []
    near = np.diff(heights(ordered)) < SAME_PLACE_MM
    groups = [[ordered[0]]]
    for item, same in zip(ordered[1:], near, strict=True):
        if same:
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def number_key(text: str) -> tuple[int, int, str]:
    """Sorts numbers by value and before everything that is none."""
    return (0, int(text), "") if text.lstrip("+-").isdigit() else (1, 0, text)


def instance(item: SliceHeader) -> float | None:
    """The instance number, None where there is none."""
    kind, number, _ = number_key(item.instance_number)
    return None if kind else float(number)
