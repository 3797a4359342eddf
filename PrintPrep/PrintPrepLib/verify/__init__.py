"""A record against its files, its volume and its series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import hand_on

if TYPE_CHECKING:
    from .record import verify

__all__ = [
    "verify",
]

__getattr__ = hand_on(
    __name__,
    {
        "record": ["verify"],
    },
)
