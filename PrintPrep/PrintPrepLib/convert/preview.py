"""What a conversion would do, without doing it: the series, and the headers' changes."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..core.errors import Cancelled, PrintPrepError
from ..dicom.elements import envelope
from .archive import Look, Request, look
from .inventory import Identity, Names
from .transcode import convert, needs_conversion, with_header

if TYPE_CHECKING:
    from ..deidentify.deidentifier import Deidentified, Deidentifier

Answer = tuple[dict[str, Any], str]


def listing(request: Request, stopped: Callable[[], bool]) -> Answer:
    """The series of the part that was asked for, as JSON-able record and as text.

    :raises SeriesError: as ``archive.look``.
    """
    seen = look(request, stopped=stopped)
    names = Names(request.secret if request.deidentify else None)
    rows = []
    for files in _by_series(seen).values():
        sources = [seen.source(identity) for identity in files]
        first = files[0]
        uid = first.series
        rows.append(
            {
                "series_id": uid if request.identify else names.short(uid, 16),
                "number": first.series_number,
                "modality": first.modality,
                "files": len(files),
                "compressed": sum(identity.compressed for identity in files),
                "bytes": sum(source.size for source in sources),
                "first_file": sources[0].path
                if request.identify
                else names.label(sources[0].label),
            }
        )
    left = Counter(reason for _, _, reason in seen.unusable)
    record = {
        "part": None if request.part is None else "{}/{}".format(*request.part),
        "series": rows,
        "files": sum(row["files"] for row in rows),
        "bytes": sum(row["bytes"] for row in rows),
        "left_out": [{"reason": reason, "count": count} for reason, count in left.items()],
    }
    return record, _listed(record)


def _listed(record: dict[str, Any]) -> str:
    head = f"{'Series':18}{'No.':>6} {'':4}{'Files':>8}{'Compressed':>12}{'MB':>9}  First file\n"
    text = head + "".join(
        f"{row['series_id']:18}{row['number']:>6} {row['modality']:4}{row['files']:>8,}"
        f"{row['compressed']:>12,}{row['bytes'] / 1e6:>9,.1f}  {row['first_file']!r}\n"
        for row in record["series"]
    )
    text += (
        f"{len(record['series']):,} series, {record['files']:,} files, "
        f"{record['bytes'] / 1e6:,.1f} MB\n"
    )
    return text + "".join(
        f"  {item['count']:,} × {item['reason']}\n" for item in record["left_out"]
    )


def preview(request: Request, stopped: Callable[[], bool]) -> Answer:
    """What a de-identification would change in the first file of each series.

    Values are shown only where the request says ``identify``.

    :raises SeriesError: as ``archive.look``.
    """
    from ..deidentify.deidentifier import Deidentifier, report
    from ..deidentify.options import pet_warnings

    assert request.deidentify is not None
    seen = look(request, stopped=stopped)
    deidentifier = Deidentifier(request.deidentify, request.secret)
    names = Names(deidentifier.secret)
    rows, text = [], ""
    for uid, files in _by_series(seen).items():
        if stopped():
            raise Cancelled
        source = seen.source(files[0])
        name = source.path if request.identify else names.label(source.label)
        row: dict[str, Any] = {
            "series_id": uid if request.identify else names.short(uid, 16),
            "files": len(files),
            "file": name,
        }
        text += f"Series {row['series_id']}, {len(files):,} files, first {name!r}\n"
        try:
            result = _previewed(deidentifier, source.path)
        except (PrintPrepError, OSError) as error:
            problem = error.problem if isinstance(error, PrintPrepError) else error.strerror
            row["problem"] = problem
            text += f"  cannot be de-identified: {problem}\n"
        else:
            made = report(request.deidentify, result, values=request.identify)
            row.update({key: made[key] for key in ("identity_removed", "warnings", "changes")})
            text += "".join(_changed(change) for change in row["changes"])
            text += "".join(f"  warning: {item['message']}\n" for item in row["warnings"])
        rows.append(row)
    warnings = pet_warnings(request.deidentify) if _pet(seen) else []
    text += "".join(f"Warning: {warning}\n" for warning in warnings)
    return {"options": request.deidentify.as_dict(), "warnings": warnings, "series": rows}, text


def _previewed(deidentifier: Deidentifier, path: str) -> Deidentified:
    from pydicom import dcmread

    with open(path, "rb") as file:
        data = file.read()
    found = envelope(data)
    if found is not None and needs_conversion(data, found):
        data = b"".join(convert(data, found, path).pieces)
    elif found is not None:
        data = with_header(data, found, path)
    try:
        dataset = dcmread(io.BytesIO(data), force=True)
    except Exception as error:  # pydicom raises whatever its parser stumbles over
        raise PrintPrepError(
            f"the data set is damaged ({type(error).__name__})", file=path
        ) from error
    return deidentifier.preview(dataset)


def _changed(change: dict[str, Any]) -> str:
    name = f"{change['path']}{change['tag']}"
    values = ""
    if "before" in change and change["action"] != "keep":
        values = f": {change['before']!r} → {change['after']!r}"
    elif "before" in change:
        values = f": {change['before']!r}"
    return f"  {change['action']:8}{name} {change['keyword'] or 'private'}{values}\n"


def _by_series(seen: Look) -> dict[str, list[Identity]]:
    series: dict[str, list[Identity]] = {}
    for identity in seen.chosen:
        series.setdefault(identity.series, []).append(identity)
    return series


def _pet(seen: Look) -> bool:
    return any(identity.modality == "PT" for identity in seen.chosen)
