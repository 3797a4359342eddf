"""The checks of a whole record, from its own parts: made with it, and again when it is verified."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.findings import Finding
from ...core.phrases import language, translated
from .accuracy import truth_checks
from .calibration import calibration_checks, printed_checks
from .edge import at_edge, edge_checks
from .mask import mask_checks
from .mesh import mesh_checks
from .model import model_checks
from .printability import print_checks
from .protocol import protocol_checks
from .source import source_checks

#: What making the checks raises where a part of a record is not as PrintPrep writes it.
MALFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def record_checks(record: Mapping[str, Any]) -> list[Finding]:
    """The checks of a record.

    :param record: with ``source``, ``volume``, ``segment`` and ``model``; ``findings`` about
        the source and the parts ``protocol``, ``measure`` and ``printed`` where it has them.
    """
    source, segment, model = record["source"], record["segment"], record["model"]
    checks = source_checks(source, record["volume"], record.get("findings") or ())
    checks += protocol_checks(source, record.get("protocol"))
    by_edges = at_edge(model)
    checks += model_checks(segment, model, by_edges)
    checks += edge_checks(segment, model, source.get("modality"))
    checks += mesh_checks(model)
    checks += print_checks(model)
    checks += mask_checks(segment)
    checks += truth_checks(segment, model, source.get("modality"), by_edges)
    if "calibration" in record:
        checks += calibration_checks(source, record["calibration"], max(model["extents_mm"]))
    return checks + printed_checks(record.get("printed"))


def said_checks(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The checks that a record holds, title and message in the language in use.

    The record holds English sentences alone, so the checks are made again; a sentence that
    this version does not make, or not of such a record, stays as it is.
    """
    checks = [dict(check) for check in record["checks"]]
    if language() == "en":
        return checks
    try:
        said = {(check.id, check.message): check.said for check in record_checks(record)}
    except MALFORMED:
        said = {}
    for check in checks:
        check["title"] = translated(check["title"])
        check["message"] = said.get((check["id"], check["message"]), check["message"])
    return checks
