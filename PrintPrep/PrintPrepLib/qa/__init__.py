"""What is measured on a model and its volume, and the record that holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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


def __getattr__(name: str) -> Any:
    """What ``__all__`` names, imported when it is first asked for (PEP 562)."""
    if name in ("Subject", "assess"):
        from . import assessment

        return getattr(assessment, name)
    if name in ("model_record", "qa_record", "segment_record"):
        from . import record

        return getattr(record, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
