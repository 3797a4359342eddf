"""The geometry record (qa.json) and what ``inspect --json`` prints."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import __version__
from .checks import overall
from .findings import verdict
from .record_checks import record_checks
from .seal import seal
from .source_checks import coarse_steps

if TYPE_CHECKING:
    from .export import ExportedFile
    from .selection import Inspected
    from .series import Rejected, SeriesCollection
    from .unplaced import Unplaced

SCHEMA = "printprep-qa/1"
#: Names of the volume's sides: the lower and the upper end of x, y and z in LPS.
SIDES = (("right", "left"), ("anterior", "posterior"), ("inferior", "superior"))


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
    voxel = abs(float(np.linalg.det(ijk_to_lps[:3, :3])))
    voxels = int(np.count_nonzero(mask))
    return {
        "method": method,
        "threshold_hu": [low, high],
        "voxels": voxels,
        "volume_mm3": voxels * voxel,
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
    :param files: at least one; all with the same scale and centring.
    """
    files = tuple(files)
    placing = {(item.scale, item.center_offset_mm) for item in files}
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
    record |= {"checks": [check.as_dict() for check in checks], "verdict": overall(checks)}
    return seal(plain(record))


def inspect_record(
    collection: SeriesCollection,
    stacks: Sequence[Inspected],
    inputs: Sequence[str | os.PathLike[str]],
    identify: bool = False,
) -> dict[str, Any]:
    """What ``inspect --json`` prints: every stack, and every file that takes no part.

    :param stacks: those of the collection (``selection.inspected``), in order.
    :param inputs: as the user gave them; rejected files are named relative to them.
    """
    series = [_inspected(item, identify) for item in stacks]
    series += [_unplaced(item) for item in collection.unplaced]
    left_out = [item for entry in collection.series for item in entry.rejected]
    left_out += [item for entry in stacks for item in entry.stack.rejected]
    every = dict.fromkeys([*left_out, *collection.rejected])
    return plain({"series": series, "rejected": rejected_files(every, inputs, identify)})


def _inspected(item: Inspected, identify: bool) -> dict[str, Any]:
    """The entry of one stack."""
    from .provenance import series_id, source_record

    stack, geometry = item.stack, item.geometry
    source = source_record(stack, geometry, identify=identify)
    if item.parts:
        source["section"] = 0  # all of them
    findings = list(geometry.findings)
    coarse = None if geometry.refusal else coarse_steps(source)
    findings += [coarse] if coarse else []
    return {
        "number": series_number(stack.info.number),
        "series_id": series_id(stack.info.uid),
        "stack": stack.number,
        "source": source,
        "sections": [
            {
                "section": part.section,
                "slices": len(part.slices),
                "from_mm": float(own.along[0]),
                "to_mm": float(own.along[-1]),
                "refusal": own.refusal,
            }
            for part, own in item.parts
        ],
        "findings": [finding.as_dict() for finding in findings],
        "verdict": verdict(finding.severity for finding in findings),
    }


def _unplaced(lost: Unplaced) -> dict[str, Any]:
    """The entry of a series whose headers do not place its slices."""
    from .provenance import series_id

    info = lost.info
    return {
        "number": None if info is None else series_number(info.number),
        "series_id": None if info is None else series_id(info.uid),
        "stack": 1,
        "source": lost.record(),
        "findings": [lost.finding.as_dict()],
        "verdict": "fail",
    }


def rejected_files(
    rejected: Iterable[Rejected],
    inputs: Sequence[str | os.PathLike[str]],
    identify: bool = False,
) -> list[dict[str, str]]:
    """File and reason of each; names relative to the input they were found in."""
    folders = [Path(item).absolute() for item in inputs]
    return [
        {
            "file": str(Path(item.file).absolute())
            if identify
            else _relative(Path(item.file).absolute(), folders),
            "reason": item.reason,
        }
        for item in rejected
    ]


def _relative(path: Path, folders: Sequence[Path]) -> str:
    for folder in folders:
        if folder in path.parents:
            return path.relative_to(folder).as_posix()
    return path.name


def series_number(text: str) -> int | None:
    """The series number as a number; None where the header has none."""
    text = text.strip()
    return int(text) if text.lstrip("+-").isdecimal() else None


def plain(value: Any) -> Any:
    """The same as JSON knows it: no numpy types, no tuples, null for NaN and infinity."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a record")


def to_json(record: Mapping[str, Any], *, ascii_only: bool = False) -> str:
    """The record as JSON text that ends with a line break.

    :param ascii_only: for a terminal, whose character set may be narrow.
    """
    text = json.dumps(plain(record), indent=2, ensure_ascii=ascii_only, allow_nan=False)
    return text + "\n"
