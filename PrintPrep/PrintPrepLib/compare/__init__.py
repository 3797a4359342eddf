"""A model against a reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import hand_on

if TYPE_CHECKING:
    from .comparison import compare
    from .record import comparison_record
    from .result import Comparison

__all__ = [
    "Comparison",
    "compare",
    "comparison_record",
]

__getattr__ = hand_on(
    __name__,
    {
        "comparison": ["compare"],
        "record": ["comparison_record"],
        "result": ["Comparison"],
    },
)
