"""The geometry record (qa.json): its parts, its checks and its checksum.

The checksum guards integrity, so that a figure changed by hand is noticed. It is no signature:
whoever changes a record on purpose can make a new one, and nothing says who made the record.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import __version__
from ..core.findings import verdict
from ..core.jsonable import plain
from ..core.phrases import _
from .checks.record import record_checks
from .printers import refitted
from .segment_edits import voxel_volume

if TYPE_CHECKING:
    from ..mesh.io.common import ExportedFile

SCHEMA = "printprep-qa/1"
SEAL = "record_sha256"
#: A reason for an exception that is shorter than this is none.
SHORTEST_REASON = 10
#: What ``model_record`` takes from the files.
_OF_FILES = {"files", "units", "space", "scale", "center_offset_mm"}
#: What ``qa_record`` makes itself; other parts of a record are kept as they are.
_MADE_ANEW = {
    *("schema", "software", "created", "source", "volume", "segment", "model", "findings"),
    *("checks", "verdict", "exception", SEAL),
}
#: Names of the volume's sides: the lower and the upper end of x, y and z in LPS.
SIDES = (
    (_("right"), _("left")),
    (_("anterior"), _("posterior")),
    (_("inferior"), _("superior")),
)


def software(slicer: str | None = None) -> dict[str, str | None]:
    """Versions of what took part; None where unknown.

    :param slicer: the caller's version of Slicer: the core knows nothing of Slicer.
    """
    import pydicom
    from vtkmodules.vtkCommonCore import vtkVersion

    return {
        "printprep": __version__,
        "slicer": slicer,
        "vtk": vtkVersion.GetVTKVersion(),
        "numpy": np.__version__,
        "pydicom": pydicom.__version__,
        "python": platform.python_version(),
    }


def segment_record(
    mask: np.ndarray,
    ijk_to_lps: np.ndarray,
    method: str,
    low: float | None,
    high: float | None = None,
    field: np.ndarray | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The ``segment`` part of a record.

    :param mask: the segment [k, j, i], boolean, on the volume's grid.
    :param field: (K, 4) first and last i and j of the acquired field per plane (inclusive).
    :param more: further figures, such as ``half_contrast``.
    """
    voxels = int(np.count_nonzero(mask))
    return {
        "method": method,
        "threshold_hu": [low, high],
        "voxels": voxels,
        "volume_mm3": voxels * voxel_volume(ijk_to_lps),
        "cut_by_field_mm2": cut_by_field(mask, ijk_to_lps, field),
        **more,
    }


def cut_by_field(
    mask: np.ndarray, ijk_to_lps: np.ndarray, field: np.ndarray | None = None
) -> dict[str, float]:
    """The area of the segment that lies against the border of the acquired field.

    :return: mm² for each side of the volume that is touched, named as on the patient.
    """
    depth, rows, columns = mask.shape
    if field is None:
        field = np.tile([0, columns - 1, 0, rows - 1], (depth, 1))
    acquired = (field[:, 0] <= field[:, 1]) & (field[:, 2] <= field[:, 3])
    planes = np.flatnonzero(acquired)
    # Empty planes lie between sections as well as beyond the ends.
    around = np.concatenate([[False], acquired, [False]])
    counts = np.zeros((3, 2), dtype=np.int64)  # voxels at the lower and upper end of i, j, k
    for k in planes:
        first_i, last_i, first_j, last_j = field[k]
        inside = mask[k, first_j : last_j + 1, first_i : last_i + 1]
        counts[0] += np.count_nonzero(inside[:, 0]), np.count_nonzero(inside[:, -1])
        counts[1] += np.count_nonzero(inside[0]), np.count_nonzero(inside[-1])
        whole = np.count_nonzero(mask[k])
        counts[2] += (0 if around[k] else whole), (0 if around[k + 2] else whole)
    spacing = np.linalg.norm(ijk_to_lps[:3, :3], axis=0)
    areas: dict[str, float] = {}
    for axis in range(3):
        direction = ijk_to_lps[:3, axis]
        patient = int(np.argmax(np.abs(direction)))
        names = SIDES[patient] if direction[patient] > 0 else SIDES[patient][::-1]
        face = float(np.prod(np.delete(spacing, axis)))
        for name, count in zip(names, counts[axis], strict=True):
            if count:
                areas[name] = areas.get(name, 0.0) + float(count) * face
    return areas


def model_record(figures: Mapping[str, Any], files: Iterable[ExportedFile]) -> dict[str, Any]:
    """The ``model`` part of a record; sizes are the patient's, at scale 1 and uncentred.

    :param figures: of the mesh (``MeshMeasures``) and what else was measured of it.
    :param files: what was written of it, all with the same scale and centring; none yet: the
        patient's size in place.
    """
    files = tuple(files)
    placing = {(item.scale, item.center_offset_mm) for item in files} or {(1.0, (0.0, 0.0, 0.0))}
    if len(placing) != 1:
        raise ValueError("the files of one model must share scale and centring")
    ((scale, offset),) = placing
    return {
        "files": [
            {
                "file": item.path.name,
                "format": item.format,
                "sha256": item.sha256,
                "unit": item.unit,
            }
            for item in files
        ],
        "units": "mm",
        "space": "LPS",
        "scale": scale,
        "center_offset_mm": list(offset),
        **figures,
    }


def qa_record(
    provenance: Mapping[str, Any],
    segment: Mapping[str, Any],
    model: Mapping[str, Any],
    *,
    slicer: str | None = None,
    created: datetime | None = None,
    **parts: Any,
) -> dict[str, Any]:
    """The whole record, with its checks, its verdict and its checksum.

    :param provenance: of the volume: its ``source``, ``volume`` and ``findings``.
    :param created: now, unless given; without a zone it is local time.
    :param parts: what else belongs to it, such as ``protocol``; None is left out.
    """
    record = {
        "schema": SCHEMA,
        "software": software(slicer),
        "created": (created or datetime.now()).astimezone().isoformat(timespec="seconds"),
        "source": dict(provenance["source"]),
        "volume": dict(provenance["volume"]),
        "segment": segment,
        "model": model,
        "findings": list(provenance.get("findings", ())),
        **{key: value for key, value in parts.items() if value is not None},
    }
    checks = record_checks(record)
    record["checks"] = [check.as_check() for check in checks]
    record["verdict"] = verdict(check.status for check in checks)
    return seal(plain(record))


def seal(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with its checksum as the last key; an older one is replaced.

    :param record: JSON data (as ``jsonable.plain`` makes it).
    :raises ValueError: it holds NaN or infinity, which JSON does not know.
    """
    bare = {key: value for key, value in record.items() if key != SEAL}
    return {**bare, SEAL: checksum(bare)}


def seal_holds(record: Mapping[str, Any]) -> bool | None:
    """Whether the record is as it was sealed; None where it carries no checksum."""
    if SEAL not in record:
        return None
    return record[SEAL] == checksum(record)


def checksum(record: Mapping[str, Any]) -> str:
    """SHA-256 of the record without its checksum, written as canonical JSON.

    Keys are sorted and nothing stands between the parts, so that neither order nor layout
    matters. Whole numbers are written without a point, because a program may store 1.0
    as 1. After RFC 8785, but that numbers are written as Python writes them.
    """
    bare = {key: value for key, value in record.items() if key != SEAL}
    text = json.dumps(
        _canonical(bare), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


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
        figures = {key: value for key, value in model.items() if key not in _OF_FILES}
        model = model_record(figures, exported)
        model |= refitted(model)
    kept = {key: value for key, value in record.items() if key not in _MADE_ANEW}
    made = qa_record(
        provenance, record["segment"], model, slicer=record["software"]["slicer"], **kept
    )
    failed = failed_checks(made)
    if failed and reason.strip():
        made["exception"] = {"checks": [check["id"] for check in failed], "reason": reason.strip()}
    return seal(made)


def naming_volume(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The record with the name of the volume's file, which stands beside it; sealed anew."""
    return seal({**record, "volume": {**record["volume"], "file": name}})


def failed_checks(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The checks that failed."""
    return [check for check in record["checks"] if check["status"] == "fail"]
