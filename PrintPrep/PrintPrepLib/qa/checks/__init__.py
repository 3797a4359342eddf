"""The checks of a whole record, from its own parts: made with it, and again when it is verified."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.findings import Check
from .accuracy import truth_checks
from .calibration import calibration_checks, printed_checks
from .mesh import mesh_checks
from .model import model_checks
from .printability import print_checks
from .protocol import protocol_checks
from .source import source_checks


def record_checks(record: Mapping[str, Any]) -> list[Check]:
    """The checks of a record.

    :param record: with ``source``, ``volume``, ``segment`` and ``model``; ``findings`` about
        the source and the parts ``protocol``, ``measure`` and ``printed`` where it has them.
    """
    source, segment, model = record["source"], record["segment"], record["model"]
    return [
        *source_checks(source, record["volume"], record.get("findings") or ()),
        *protocol_checks(source, record.get("protocol")),
        *model_checks(segment, model),
        *mesh_checks(model),
        *print_checks(model),
        *truth_checks(segment, model, source.get("modality")),
        *(
            calibration_checks(source, record["calibration"], max(model["extents_mm"]))
            if "calibration" in record
            else ()
        ),
        *printed_checks(record.get("printed")),
    ]
