"""The geometry record as one printable HTML page (qa.html) of at most three sheets.

Plain tables and a few lines of CSS 2, so that browsers and Slicer's text documents
show it alike; a status is a word, not only a colour. Every text that comes from a
file is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.files import write_text
from ..core.jsonable import to_json
from ..core.phrases import Phrase, _, language, translated
from ..core.progress import Progress
from ..qa.checks.record import said_checks
from ..qa.record import SEAL
from .charts import charts, model_picture
from .html import (
    NOTICE,
    Code,
    Markup,
    Number,
    Status,
    boxed,
    figure,
    pairs,
    said,
    table,
    twofold,
)
from .record_rows import (
    IDENTITY,
    edge_rows,
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
    "pass": (_("PASS"), _("Fit for printing: every check passed.")),
    "warn": (_("WITH CARE"), _("Fit for printing with care: read what is marked below first.")),
    "fail": (_("FAIL"), _("Not fit for printing true to size: read why below.")),
}
STATUS = {"pass": _("pass"), "warn": _("WARNING"), "fail": _("FAIL"), "info": _("note")}
TITLE = _("PrintPrep geometry record")
_ORDER = {"fail": 0, "warn": 1, "info": 2, "pass": 3}
#: Parts of a record that have a place of their own on the page.
_TOLD = {
    "schema", "software", "created", "source", "volume", "segment", "model", "checks", "verdict",
    "exception", "protocol", "findings", "left_out", SEAL,
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
        f'<!DOCTYPE html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n',
        f"<title>{said(TITLE)}</title>\n<style>",
        _STYLE,
        "</style>\n</head>\n<body>\n",
        _head(record),
        _exception(record.get("exception")),
        _identity(record["source"]),
        model_picture(picture, no_picture),
        _checks(said_checks(record)),
        _protocol(record.get("protocol")),
        _model(record["model"]),
        _measures(record),
        charts(record),
        _making(record),
        _rejected(record["source"].get("rejected") or ()),
        _review(record["model"]),
        f'<p class="notice">{said(NOTICE)}</p>\n</body>\n</html>\n',
    ]
    return "".join(parts)


def _heading(template: str, **values: Any) -> str:
    return f"<h2>{said(template, **values)}</h2>\n"


def _head(record: Mapping[str, Any]) -> str:
    word, sentence = map(said, VERDICTS[record["verdict"]])
    line = said(
        _("{created} · PrintPrep {version} · series {series}"),
        created=record["created"],
        version=record["software"]["printprep"],
        series=record["source"].get("series_id") or "–",
    )
    if SEAL in record:
        line += " · " + said(_("SHA-256 of the record {sum}"), sum=record[SEAL])
    return f'<h1>{said(TITLE)}</h1>\n<p class="small">{line}</p>\n' + boxed(
        f"<b>{word}</b> – {sentence} <b>{said(NOTICE)}</b>", "verdict"
    )


def _exception(exception: Mapping[str, Any] | None) -> str:
    """Why someone took a failed check for acceptable: nobody may overlook that."""
    if not exception:
        return ""
    failed = ", ".join(map(str, exception.get("checks") or ())) or "–"
    accepted = said(_("accepted although these checks failed: {checks}."), checks=failed)
    reason = said(_("Reason given: {reason}"), reason=exception.get("reason") or "–")
    word = said(_("EXCEPTION"))
    return "<p></p>\n" + boxed(f"<b>{word}</b> – {accepted}<br>{reason}", "exception")


def _identity(source: Mapping[str, Any]) -> str:
    """What only a record made with --identify holds."""
    rows = [(title, source[key]) for key, title in IDENTITY.items() if source.get(key)]
    return _heading(_("Identification")) + pairs(rows) if rows else ""


def _checks(checks: Sequence[Mapping[str, Any]]) -> str:
    """What needs attention first, then what is only told, and what passed in small print."""
    checks = sorted(checks, key=lambda check: _ORDER[check["status"]])
    grave = [_check_row(check) for check in checks if check["status"] in ("fail", "warn")]
    notes = [_check_row(check) for check in checks if check["status"] == "info"]
    passed = [_passed(check) for check in checks if check["status"] == "pass"]
    half = (len(passed) + 1) // 2
    heading = _("Checks: {all}, to be heeded: {grave}")
    parts = [_heading(heading, all=len(checks), grave=len(grave))]
    parts += [table(_CHECK, grave, _CHECK_WIDTHS)] if grave else []
    parts += [table(_CHECK, notes, _SMALL_WIDTHS, "small")] if notes else []
    if passed:
        parts += [_heading(_("Passed")), twofold(passed[:half], passed[half:], "small")]
    return "".join(parts)


def _passed(check: Mapping[str, Any]) -> tuple[str, str]:
    """A check that passed in one line; its sentence stands in qa.json."""
    unit = check["unit"] or ""
    measured, limit = figure(check["measured"], unit), figure(check["limit"], unit)
    if limit:
        values = {"measured": measured, "limit": limit}
        return check["title"], Phrase(_("{measured} (limit {limit})"), values).said
    return check["title"], measured or translated(STATUS["pass"])


_CHECK = (
    _("Status"), _("Check"), _("Measured"), _("Limit"), _("What it means for the print"),
)  # fmt: skip
_CHECK_WIDTHS = (11, 18, 10, 9, 52)
_SMALL_WIDTHS = (7, 19, 9, 9, 56)


def _check_row(check: Mapping[str, Any]) -> Sequence[Any]:
    unit, status = check["unit"] or "", check["status"]
    return (
        Status(translated(STATUS[status]), status),
        check["title"],
        Number(figure(check["measured"], unit)),
        Number(figure(check["limit"], unit)),
        check["message"],
    )


def _protocol(protocol: Mapping[str, Any] | None) -> str:
    """The rules that the acquisition was held to, and what a person has to confirm."""
    if not protocol:
        return ""
    limits, age = protocol.get("limits") or protocol.get("rules") or {}, protocol.get("age_days")
    rows = [
        (_("Source of the rules"), protocol.get("source")),
        (_("Rules"), ", ".join(map(str, limits))),
        (
            _("From scan to surgery"),
            None if age is None else Phrase(_("{days} days"), {"days": age}),
        ),
    ]
    title = Phrase(protocol.get("title") or protocol.get("id") or "–")
    boxes = [(_BOX, sentence and Phrase(sentence)) for sentence in protocol.get("confirm") or ()]
    confirms = said(_("The reviewer confirms:"))
    asked = f"<p>{confirms}</p>\n{pairs(boxes, width=5)}"
    return (
        _heading(_("Protocol: {title}"), title=title)
        + pairs(rows, "small")
        + (asked if boxes else "")
    )


def _model(model: Mapping[str, Any]) -> str:
    rows = [row for row in model_rows(model) if row[1] is not None]
    half = (len(rows) + 1) // 2
    files = [(entry["file"], entry["format"], Code(entry["sha256"])) for entry in model["files"]]
    return (
        _heading(_("Model and files"))
        + twofold(rows[:half], rows[half:], "small")
        + table((_("File"), _("Format"), "SHA-256"), files, (25, 10, 65), "small")
    )


def _measures(record: Mapping[str, Any]) -> str:
    rows = [row for row in measure_rows(record, _TOLD) if row[1] is not None]
    if not rows:
        return ""
    short = [row for row in rows if len(row[1]) <= _SHORT]
    half = (len(short) + 1) // 2
    long = [row for row in rows if len(row[1]) > _SHORT]
    tables = twofold(short[:half], short[half:], "small") + pairs(long, "small")
    return _heading(_("Further measures")) + tables


def _making(record: Mapping[str, Any]) -> str:
    """Where everything came from and how it was made, in two columns."""
    software = record["software"].items()
    versions = ", ".join(f"{name} {version}" for name, version in software if version)
    right = [
        *volume_rows(record["volume"]),
        _section(_("Segment")),
        *segment_rows(record["segment"], grey_unit(record)),
        *edge_rows(record["model"]),
        _section(_("Software")),
        (_("Versions"), versions),
    ]
    left = [_section(_("Acquisition")), *source_rows(record["source"])]
    whole = twofold(left, [_section(_("Volume")), *right], "small")
    return _heading(_("How it was made")) + whole


def _section(title: str) -> tuple[str, Markup]:
    """A row that begins a new part of a table."""
    return Markup(f"<u>{said(title)}</u>"), Markup("")


def _rejected(rejected: Sequence[Mapping[str, Any]]) -> str:
    if not rejected:
        return ""
    rows, widths = rejected_rows(rejected), (8, 30, 62)
    head = (_("Files"), _("Reason"), _("Names"))
    return _heading(_("Files that take no part")) + table(head, rows, widths, "small")


def _review(model: Mapping[str, Any]) -> str:
    """What people fill in by hand."""
    words = (_("accepted"), _("accepted with reservations"), _("rejected"))
    decision = Markup("&nbsp;&nbsp; ".join(f"{_BOX} {said(word)}" for word in words))
    left = ((_("Operator"), _LINE), (_("Reviewer"), _LINE))
    right = ((_("Date"), _LINE), (_("Signature"), _LINE))
    expected = _("______ × ______ × ______ , expected {size}")
    whole = (
        (_("Measured on the print"), Phrase(expected, {"size": size_in_file(model)})),
        (_("Decision"), decision),
        (_("Reasons"), "_" * 60),
    )
    return _heading(_("Review")) + pairs(whole, "sign") + twofold(left, right, "sign")


def write_record(
    record: Mapping[str, Any], mesh: TriangleMesh, folder: Path, progress: Progress | None = None
) -> tuple[Path, Path]:
    """Write qa.json and qa.html, with a picture of the model; both paths.

    :raises ExportError: a file cannot be written.
    :raises Cancelled: progress asked for it.
    """
    data, html = folder / "qa.json", folder / "qa.html"
    text, _without = page(record, mesh, progress)
    write_text(data, to_json(record))
    write_text(html, text)
    return data, html
