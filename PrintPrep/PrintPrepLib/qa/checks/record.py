"""The checks of a whole record, from its own parts: made with it, and again when it is verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.findings import Finding
from ...core.phrases import Phrase, _, joined, language, translated
from .accuracy import truth_checks
from .calibration import calibration_checks, printed_checks
from .edge import at_edge, edge_checks
from .mask import mask_checks
from .mesh import mesh_checks
from .model import model_checks
from .printability import print_checks
from .protocol import protocol_checks
from .source import source_checks

#: Checks that the short way leaves out, in words.
_LONG = {
    "wall_thickness": _("the thickness of the walls"),
    "bridges": _("thin bridges"),
    "threshold_effect": _("the effect of the threshold"),
    "self_intersections": _("self-intersections"),
}
#: What making the checks raises where a part of a record is not as PrintPrep writes it.
MALFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def record_checks(record: Mapping[str, Any]) -> list[Finding]:
    """The checks of a record.

    :param record: with ``source``, ``volume``, ``segment`` and ``model``; ``findings`` about
        the source, ``left_out`` and the parts ``protocol``, ``measure`` and ``printed`` where it
        has them.
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
    return checks + left_out_checks(record.get("left_out")) + printed_checks(record.get("printed"))


def left_out_checks(left_out: Sequence[str] | None) -> list[Finding]:
    """What the short checks did not look at, so that nobody takes it for sound.

    :param left_out: ids of checks; none where everything was measured.
    """
    if not left_out:
        return []
    template = _("Only the short checks were made. Not looked at: {names}.")
    values = {"names": long_names(left_out)}
    title = _("Checks left out")
    return [Finding("left_out", "info", template, values, len(left_out), None, None, title)]


def long_names(left_out: Sequence[str]) -> Phrase:
    """Checks that were left out, in words."""
    return joined((Phrase(_LONG.get(name, name)) for name in left_out), ", ")


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
