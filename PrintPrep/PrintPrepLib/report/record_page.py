"""The geometry record as one printable HTML page (qa.html) of at most three sheets.

Plain tables and a few lines of CSS 2, so that browsers and Slicer's text documents
show it alike; a status is a word, not only a colour. Every text that comes from a
file is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.files import write_bytes
from ..core.jsonable import to_json
from ..core.progress import Progress
from ..qa.record import SEAL
from .charts import charts, model_picture
from .html import Code, Markup, Number, Status, boxed, figure, pairs, table, text, twofold
from .record_rows import (
    IDENTITY,
    grey_unit,
    measure_rows,
    model_rows,
    rejected_rows,
    segment_rows,
    size_in_file,
    source_rows,
    volume_rows,
)

if TYPE_CHECKING:
    from ..mesh.triangle_mesh import TriangleMesh

VERDICTS = {
    "pass": ("PASS", "Fit for printing: every check passed."),
    "warn": ("WITH CARE", "Fit for printing with care: read what is marked below first."),
    "fail": ("FAIL", "Not fit for printing true to size: read why below."),
}
STATUS = {"pass": "pass", "warn": "WARNING", "fail": "FAIL", "info": "note"}
NOTICE = "Not for clinical use unless locally validated."
_ORDER = {"fail": 0, "warn": 1, "info": 2, "pass": 3}
#: Parts of a record that have a place of their own on the page.
_TOLD = {
    "schema", "software", "created", "source", "volume", "segment", "model", "checks", "verdict",
    "exception", "protocol", "findings", SEAL,
}  # fmt: skip
_BOX = Markup("[&nbsp;&nbsp;&nbsp;]")
_LINE = "_" * 20
#: What is longer than this takes the whole width of the page.
_SHORT = 36

_STYLE = """
body { font-family: Arial, Helvetica, sans-serif; font-size: 8.5pt; color: black;
       background-color: white; margin: 0px; max-width: 680px; }
h1 { font-size: 14pt; margin-top: 0px; margin-bottom: 2px; }
h2 { font-size: 11pt; margin-top: 8px; margin-bottom: 2px; }
p { margin-top: 2px; margin-bottom: 3px; }
table { border-collapse: collapse; }
td { text-align: left; vertical-align: top; padding-right: 4px; }
td.line { border-bottom: 1px solid #999999; }
td.name { font-weight: bold; }
td.number { white-space: nowrap; }
td.code { font-family: monospace; font-size: 7pt; }
.small td, .small { font-size: 7pt; }
.verdict td { font-size: 11pt; }
.fail, .warn { font-weight: bold; }
.notice { font-weight: bold; }
.sign td { padding-top: 9px; }
tr { page-break-inside: avoid; }
h2 { page-break-after: avoid; }
@page { size: A4; margin: 15mm; }
@media screen { html { padding: 20px; } }
"""


def page(
    record: Mapping[str, Any], mesh: TriangleMesh, progress: Progress | None = None
) -> tuple[str, str | None]:
    """The page with pictures of the model, and why it has none where that is so.

    :param record: as ``record.qa_record`` makes it.
    :param mesh: LPS mm, with at least one triangle.
    :raises Cancelled: progress asked for it.
    """
    from .renderer import render_sheet

    try:
        return html_report(record, render_sheet(mesh, progress)), None
    except ImportError as error:  # letters need Pillow, which some Python may lack
        return html_report(record, None, str(error)), str(error)


def html_report(
    record: Mapping[str, Any], picture: bytes | None = None, no_picture: str | None = None
) -> str:
    """The record as a page that needs no other file.

    :param record: as ``record.qa_record`` makes it.
    :param picture: PNG of the model (``renderer.render_sheet``).
    :param no_picture: why there is none.
    """
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
        "<title>PrintPrep geometry record</title>\n<style>",
        _STYLE,
        "</style>\n</head>\n<body>\n",
        _head(record),
        _exception(record.get("exception")),
        _identity(record["source"]),
        model_picture(picture, no_picture),
        _checks(record["checks"]),
        _protocol(record.get("protocol")),
        _model(record["model"]),
        _measures(record),
        charts(record),
        _making(record),
        _rejected(record["source"].get("rejected") or ()),
        _review(record["model"]),
        f'<p class="notice">{NOTICE}</p>\n</body>\n</html>\n',
    ]
    return "".join(parts)


def _head(record: Mapping[str, Any]) -> str:
    word, sentence = VERDICTS[record["verdict"]]
    sealed = f" · SHA-256 of the record {text(record[SEAL])}" if SEAL in record else ""
    return (
        "<h1>PrintPrep geometry record</h1>\n"
        f'<p class="small">{text(record["created"])} · PrintPrep '
        f"{text(record['software']['printprep'])} · series "
        f"{text(record['source'].get('series_id'))}{sealed}</p>\n"
        + boxed(f"<b>{word}</b> – {sentence} <b>{NOTICE}</b>", "verdict")
    )


def _exception(exception: Mapping[str, Any] | None) -> str:
    """Why someone took a failed check for acceptable: nobody may overlook that."""
    if not exception:
        return ""
    failed = ", ".join(map(str, exception.get("checks") or ()))
    return "<p></p>\n" + boxed(
        f"<b>EXCEPTION</b> – accepted although these checks failed: {text(failed)}.<br>"
        f"Reason given: {text(exception.get('reason'))}",
        "exception",
    )


def _identity(source: Mapping[str, Any]) -> str:
    """What only a record made with --identify holds."""
    rows = [(title, source[key]) for key, title in IDENTITY.items() if source.get(key)]
    return f"<h2>Identification</h2>\n{pairs(rows)}" if rows else ""


def _checks(checks: Sequence[Mapping[str, Any]]) -> str:
    """What needs attention first, then what is only told, and what passed in small print."""
    checks = sorted(checks, key=lambda check: _ORDER[check["status"]])
    grave = [_check_row(check) for check in checks if check["status"] in ("fail", "warn")]
    notes = [_check_row(check) for check in checks if check["status"] == "info"]
    passed = [_passed(check) for check in checks if check["status"] == "pass"]
    half = (len(passed) + 1) // 2
    parts = [f"<h2>Checks: {len(checks)}, to be heeded: {len(grave)}</h2>\n"]
    parts += [table(_CHECK, grave, _CHECK_WIDTHS)] if grave else []
    parts += [table(_CHECK, notes, _SMALL_WIDTHS, "small")] if notes else []
    if passed:
        parts += ["<h2>Passed</h2>\n", twofold(passed[:half], passed[half:], "small")]
    return "".join(parts)


def _passed(check: Mapping[str, Any]) -> tuple[str, str]:
    """A check that passed in one line; its sentence stands in qa.json."""
    unit = check["unit"] or ""
    measured, limit = figure(check["measured"], unit), figure(check["limit"], unit)
    return check["title"], f"{measured} (limit {limit})" if limit else measured or "pass"


_CHECK = ("Status", "Check", "Measured", "Limit", "What it means for the print")
_CHECK_WIDTHS = (11, 18, 10, 9, 52)
_SMALL_WIDTHS = (7, 19, 9, 9, 56)


def _check_row(check: Mapping[str, Any]) -> Sequence[Any]:
    unit, status = check["unit"] or "", check["status"]
    return (
        Status(STATUS[status], status),
        check["title"],
        Number(figure(check["measured"], unit)),
        Number(figure(check["limit"], unit)),
        check["message"],
    )


def _protocol(protocol: Mapping[str, Any] | None) -> str:
    """The rules that the acquisition was held to, and what a person has to confirm."""
    if not protocol:
        return ""
    limits = protocol.get("limits") or protocol.get("rules") or {}
    rows = [("Source of the rules", protocol.get("source")), ("Rules", ", ".join(map(str, limits)))]
    age = protocol.get("age_days")
    rows += [("From scan to surgery", None if age is None else f"{age} days")]
    title = text(protocol.get("title") or protocol.get("id"))
    boxes = [(_BOX, sentence) for sentence in protocol.get("confirm") or ()]
    asked = f"<p>The reviewer confirms:</p>\n{pairs(boxes, width=5)}" if boxes else ""
    return f"<h2>Protocol: {title}</h2>\n{pairs(rows, 'small')}{asked}"


def _model(model: Mapping[str, Any]) -> str:
    rows = [row for row in model_rows(model) if row[1] is not None]
    half = (len(rows) + 1) // 2
    files = [(entry["file"], entry["format"], Code(entry["sha256"])) for entry in model["files"]]
    return (
        "<h2>Model and files</h2>\n"
        + twofold(rows[:half], rows[half:], "small")
        + table(("File", "Format", "SHA-256"), files, (25, 10, 65), "small")
    )


def _measures(record: Mapping[str, Any]) -> str:
    rows = [row for row in measure_rows(record, _TOLD) if row[1] is not None]
    if not rows:
        return ""
    short = [row for row in rows if len(row[1]) <= _SHORT]
    half = (len(short) + 1) // 2
    long = [row for row in rows if len(row[1]) > _SHORT]
    tables = twofold(short[:half], short[half:], "small") + pairs(long, "small")
    return f"<h2>Further measures</h2>\n{tables}"


def _making(record: Mapping[str, Any]) -> str:
    """Where everything came from and how it was made, in two columns."""
    software = record["software"].items()
    versions = ", ".join(f"{name} {version}" for name, version in software if version)
    right = [
        *volume_rows(record["volume"]),
        _section("Segment"),
        *segment_rows(record["segment"], grey_unit(record)),
        _section("Software"),
        ("Versions", versions),
    ]
    left = [_section("Acquisition"), *source_rows(record["source"])]
    return "<h2>How it was made</h2>\n" + twofold(left, [_section("Volume"), *right], "small")


def _section(title: str) -> tuple[str, Markup]:
    """A row that begins a new part of a table."""
    return Markup(f"<u>{title}</u>"), Markup("")


def _rejected(rejected: Sequence[Mapping[str, str]]) -> str:
    if not rejected:
        return ""
    rows, widths = rejected_rows(rejected), (8, 30, 62)
    head = ("Files", "Reason", "Names")
    return "<h2>Files that take no part</h2>\n" + table(head, rows, widths, "small")


def _review(model: Mapping[str, Any]) -> str:
    """What people fill in by hand."""
    decision = Markup(
        "&nbsp;&nbsp; ".join(
            f"{_BOX} {word}" for word in ("accepted", "accepted with reservations", "rejected")
        )
    )
    left = (("Operator", _LINE), ("Reviewer", _LINE))
    right = (("Date", _LINE), ("Signature", _LINE))
    measured = f"______ × ______ × ______ , expected {size_in_file(model)}"
    whole = (("Measured on the print", measured), ("Decision", decision), ("Reasons", "_" * 60))
    return "<h2>Review</h2>\n" + pairs(whole, "sign") + twofold(left, right, "sign")


def write_record(
    record: Mapping[str, Any], mesh: TriangleMesh, folder: Path, suffix: str = ""
) -> tuple[Path, Path]:
    """Write qa.json and qa.html, with a picture of the model; both paths.

    :param suffix: behind "qa", where a folder holds several records.
    :raises ExportError: a file cannot be written.
    """
    data, html = folder / f"qa{suffix}.json", folder / f"qa{suffix}.html"
    text, _without = page(record, mesh)
    write_bytes(data, to_json(record).encode("utf-8"))
    write_bytes(html, text.encode("utf-8"))
    return data, html
