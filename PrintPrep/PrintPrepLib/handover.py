"""The record of files that are handed on: their names, a refined surface, a reasoned exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .files import write_bytes
from .printers import refitted
from .record import qa_record, to_json
from .seal import KEY as SEAL
from .seal import seal

if TYPE_CHECKING:
    from .export import ExportedFile
    from .mesh import TriangleMesh

#: A reason shorter than this is none.
SHORTEST_REASON = 10
#: What ``qa_record`` makes itself; other parts of a record are kept as they are.
_MADE_ANEW = {
    *("schema", "software", "created", "source", "volume", "segment", "model", "findings"),
    *("checks", "verdict", "exception", SEAL),
}


def completed(
    record: Mapping[str, Any],
    provenance: Mapping[str, Any],
    exported: Sequence[ExportedFile] = (),
    refinement: Mapping[str, Any] | None = None,
    reason: str = "",
) -> dict[str, Any]:
    """The record again with what has been learnt since; nothing is measured twice.

    :param provenance: of the volume, as for ``qa_record``.
    :param exported: the files written, all with the same scale and offset.
    :param refinement: what smoothing and thinning cost, to stand in the ``model`` part.
    :param reason: why a failed check is accepted.
    """
    model = {**record["model"], **(refinement or {})}
    if exported:
        first = exported[0]
        model |= {
            "files": [
                {
                    "file": item.path.name,
                    "format": item.format,
                    "sha256": item.sha256,
                    "unit": item.unit,
                }
                for item in exported
            ],
            "scale": first.scale,
            "center_offset_mm": list(first.center_offset_mm),
        }
        model |= refitted(model)
    kept = {key: value for key, value in record.items() if key not in _MADE_ANEW}
    made = qa_record(
        provenance, record["segment"], model, slicer=record["software"]["slicer"], **kept
    )
    failed = failed_checks(made)
    if failed and reason.strip():
        made["exception"] = {"checks": [check["id"] for check in failed], "reason": reason.strip()}
    return seal(made)


def failed_checks(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The checks that failed."""
    return [check for check in record["checks"] if check["status"] == "fail"]


def write_record(
    record: Mapping[str, Any], mesh: TriangleMesh, folder: Path, suffix: str = ""
) -> tuple[Path, Path]:
    """Write qa.json and qa.html, with a picture of the model; both paths.

    :param suffix: behind "qa", where a folder holds several records.
    :raises ExportError: a file cannot be written.
    """
    from .report import page

    data, html = folder / f"qa{suffix}.json", folder / f"qa{suffix}.html"
    text, _without = page(record, mesh)
    write_bytes(data, to_json(record).encode("utf-8"))
    write_bytes(html, text.encode("utf-8"))
    return data, html
