"""The record of files that are handed on: their names, a refined surface, a reasoned exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .files import write_bytes
from .record import qa_record, to_json

if TYPE_CHECKING:
    from .export import ExportedFile
    from .mesh import TriangleMesh

#: A reason shorter than this is none.
SHORTEST_REASON = 10


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
    made = qa_record(provenance, record["segment"], model, slicer=record["software"]["slicer"])
    failed = failed_checks(made)
    if failed and reason.strip():
        made["exception"] = {"checks": [check["id"] for check in failed], "reason": reason.strip()}
    return made


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
    from .render import render_model
    from .report import html_report

    data, page = folder / f"qa{suffix}.json", folder / f"qa{suffix}.html"
    try:
        text = html_report(record, render_model(mesh))
    except ImportError as error:  # letters need a system library that a bare server may lack
        text = html_report(record, None, str(error))
    write_bytes(data, to_json(record).encode("utf-8"))
    write_bytes(page, text.encode("utf-8"))
    return data, page
