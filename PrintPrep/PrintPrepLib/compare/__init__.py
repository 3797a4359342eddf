"""A model against a reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .comparison import compare
    from .record import comparison_record
    from .result import Comparison

__all__ = [
    "Comparison",
    "compare",
    "comparison_record",
]


def __getattr__(name: str) -> Any:
    """What ``__all__`` names, imported when it is first asked for (PEP 562)."""
    if name == "compare":
        from . import comparison

        return getattr(comparison, name)
    if name == "comparison_record":
        from . import record

        return getattr(record, name)
    if name == "Comparison":
        from . import result

        return getattr(result, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
