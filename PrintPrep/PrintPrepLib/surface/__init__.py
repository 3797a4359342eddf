"""A mask and grey values to a mesh: thresholds, islands, the grey-value surface, half contrast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .contrast import half_contrast
    from .grey_values import grey_value_surface

__all__ = [
    "grey_value_surface",
    "half_contrast",
]


def __getattr__(name: str) -> Any:
    """What ``__all__`` names, imported when it is first asked for (PEP 562)."""
    if name == "grey_value_surface":
        from . import grey_values

        return getattr(grey_values, name)
    if name == "half_contrast":
        from . import contrast

        return getattr(contrast, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
