"""Archives of private-compressed files to standard DICOM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import hand_on

if TYPE_CHECKING:
    from .archive import Request, convert

__all__ = [
    "Request",
    "convert",
]

__getattr__ = hand_on(
    __name__,
    {
        "archive": ["Request", "convert"],
    },
)
