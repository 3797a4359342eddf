"""A mask and grey values to a mesh: thresholds, islands, the grey-value surface, half contrast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import hand_on

if TYPE_CHECKING:
    from .contrast import half_contrast
    from .grey_values import grey_value_surface

__all__ = [
    "grey_value_surface",
    "half_contrast",
]

__getattr__ = hand_on(
    __name__,
    {
        "contrast": ["half_contrast"],
        "grey_values": ["grey_value_surface"],
    },
)
