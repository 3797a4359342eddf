"""What a conversion would do, without doing it: the series, and the headers' changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from pydicom.dataset import Dataset

from ..core.errors import Cancelled
from ..core.outward import one_line
from ..core.phrases import Phrase, _, translated
from ..deidentify.deidentifier import Deidentifier, report
from ..deidentify.options import pet_warnings
from ..dicom.elements import envelope
from .archive import Request, look
from .inventory import Names
from .transcode import convert, needs_conversion
from .worker import readable, reason_of, whole_of

Answer = tuple[dict[str, Any], str]
_ACTIONS = {
    "remove": _("remove"),
    "empty": _("empty"),
    "replace": _("replace"),
    "shift": _("shift"),
    "keep": _("keep"),
}


def listing(request: Request, stopped: Callable[[], bool]) -> Answer:
    """The series of the part that was asked for, as JSON-able record and as text.

    :raises SeriesError: as ``archive.look``.
    """
    seen = look(request, stopped=stopped)
    names = Names(request.secret if request.deidentify else None)
    rows: list[dict[str, Any]] = []
    for uid, files in seen.by_series.items():
        sources = [seen.source(identity) for identity in files]
        rows.append(
            {
                "series_id": uid if request.identify else names.short(uid, 16),
                "number": files[0].series_number,
                "modality": files[0].modality,
                "files": len(files),
                "compressed": sum(identity.compressed for identity in files),
                "bytes": sum(source.size for source in sources),
                "first_file": sources[0].path
                if request.identify
                else names.label(sources[0].label),
            }
        )
    left = Counter(why for source, fate, why in seen.unusable)
    files, size = sum(row["files"] for row in rows), sum(row["bytes"] for row in rows)
    record = {
        "part": None if request.part is None else "{}/{}".format(*request.part),
        "series": rows,
        "files": files,
        "bytes": size,
        "left_out": [{"reason": why.text, "count": count} for why, count in left.items()],
    }
    heads = _("Series"), _("No."), _("Files"), _("Compressed"), _("First file")
    series, number, many, compressed, first = map(translated, heads)
    lines = [f"{series:17} {number:>6} {'':4}{many:>8}{compressed:>12}{'MB':>9}  {first}"]
    lines += [
        f"{one_line(row['series_id']):18}{one_line(row['number']):>6} "
        f"{one_line(row['modality']):4}{row['files']:>8,}"
        f"{row['compressed']:>12,}{row['bytes'] / 1e6:>9,.1f}  {row['first_file']!r}"
        for row in rows
    ]
    total = {"series": len(rows), "files": files, "size": size / 1e6}
    lines.append(Phrase(_("{series:,} series, {files:,} files, {size:,.1f} MB"), total).said)
    lines += [f"  {count:,} × {why.said}" for why, count in left.items()]
    return record, "\n".join(lines) + "\n"


def preview(request: Request, stopped: Callable[[], bool]) -> Answer:
    """What a de-identification would change in the first file of each series.

    Values are shown only where the request says ``identify``.

    :raises SeriesError: as ``archive.look``.
    """
    assert request.deidentify is not None
    seen = look(request, stopped=stopped)
    deidentifier = Deidentifier(request.deidentify, request.secret)
    names = Names(deidentifier.secret)
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for uid, files in seen.by_series.items():
        if stopped():
            raise Cancelled
        source = seen.source(files[0])
        row: dict[str, Any] = {
            "series_id": uid if request.identify else names.short(uid, 16),
            "files": len(files),
            "file": source.path if request.identify else names.label(source.label),
        }
        lines.append(Phrase(_("Series {series_id}, {files:,} files, first {file!r}"), {**row}).said)
        try:
            result = deidentifier.preview(_converted(source.path))
        except Exception as error:  # noqa: BLE001  one bad file must not hide the others
            problem = reason_of(error)
            row["problem"] = problem.text
            told = Phrase(_("cannot be de-identified: {problem}"), {"problem": problem})
            lines.append(f"  {told.said}")
        else:
            row.update(report(result, values=request.identify))
            lines += map(_changed, row["changes"])
            warning = translated(_("warning"))
            lines += [f"  {warning}: {finding.said}" for finding in result.warnings]
        rows.append(row)
    warnings = pet_warnings(request.deidentify) if seen.has_pet else []
    warning = translated(_("Warning"))
    lines += [f"{warning}: {translated(sentence)}" for sentence in warnings]
    record = {"options": request.deidentify.as_dict(), "warnings": warnings, "series": rows}
    return record, "".join(f"{line}\n" for line in lines)


def _converted(path: str) -> Dataset:
    with open(path, "rb") as file:
        data = whole_of(file, path)
    found = envelope(data)
    if found is not None and needs_conversion(data, found):
        data = b"".join(convert(data, found, path).pieces)
    return readable(data, path)


def _changed(change: dict[str, Any]) -> str:
    action = translated(_ACTIONS[change["action"]])
    text = f"  {action:7} {change['path']}{change['tag']} "
    text += change["keyword"] or translated(_("private"))
    if "before" in change:
        text += f": {change['before']!r}"
        if change["action"] != "keep":
            text += f" → {change['after']!r}"
    return text
