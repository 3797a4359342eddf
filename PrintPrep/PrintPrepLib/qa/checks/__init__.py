"""The checks of a whole record, from its own parts: made with it, and again when it is verified."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .calibration_checks import calibration_checks, printed_checks
from .checks import Check
from .mesh_checks import mesh_checks
from .model_checks import model_checks
from .print_checks import print_checks
from .protocol_checks import protocol_checks
from .source_checks import source_checks
from .truth_checks import truth_checks


def record_checks(record: Mapping[str, Any]) -> list[Check]:
    """The checks of a record.

    :param record: with ``source``, ``volume``, ``segment`` and ``model``; ``findings`` about
        the source and the parts ``protocol``, ``calibration`` and ``printed`` where it has them.
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
