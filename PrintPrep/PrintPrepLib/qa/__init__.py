"""What is measured on a model and its volume, and the record that holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.lazy import hand_on

if TYPE_CHECKING:
    from .assessment import Subject, assess
    from .record import model_record, qa_record, segment_record

__all__ = [
    "Subject",
    "assess",
    "model_record",
    "qa_record",
    "segment_record",
]

__getattr__ = hand_on(
    __name__,
    {
        "assessment": ["Subject", "assess"],
        "record": ["model_record", "qa_record", "segment_record"],
    },
)
