"""The geometry record as one printable HTML page (qa.html).

Plain tables and a few lines of CSS 2, so that browsers and Slicer's text documents
show it alike; a status is a word, not only a colour. Every text that comes from a
file is escaped.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from .placing import size_and_unit

VERDICTS = {
    "pass": ("PASS", "Fit for printing: every check passed."),
    "warn": ("WITH CARE", "Fit for printing with care: read what is marked below first."),
    "fail": ("FAIL", "Not fit for printing true to size: read why below."),
}
STATUS = {"pass": "pass", "warn": "WARNING", "fail": "FAIL", "info": "note"}
NOTICE = "Not for clinical use unless locally validated."
_ORDER = {"fail": 0, "warn": 1, "info": 2, "pass": 3}

_STYLE = """
body { font-family: sans-serif; font-size: 10pt; color: black; background-color: white;
       margin: 24px; max-width: 900px; }
h1 { font-size: 16pt; margin-bottom: 4px; }
h2 { font-size: 12pt; margin-top: 18px; margin-bottom: 4px; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 3px 8px 3px 0; }
td.line, th.line { border-bottom: 1px solid #999999; }
td.number { white-space: nowrap; }
td.code { font-family: monospace; font-size: 8pt; }
.verdict { border: 2px solid black; padding: 8px; font-size: 12pt; }
.fail, .warn { font-weight: bold; }
.notice { font-weight: bold; }
tr { page-break-inside: avoid; }
@page { margin: 15mm; }
@media print { body { margin: 0; } }
"""


def html_report(
    record: Mapping[str, Any], picture: bytes | None = None, no_picture: str | None = None
) -> str:
    """The record as a page that needs no other file.

    :param record: as ``record.qa_record`` makes it.
    :param picture: PNG of the model.
    :param no_picture: why there is none.
    """
    word, sentence = VERDICTS[record["verdict"]]
    checks = sorted(record["checks"], key=lambda check: _ORDER[check["status"]])
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
        "<title>PrintPrep geometry record</title>\n<style>",
        _STYLE,
        "</style>\n</head>\n<body>\n<h1>PrintPrep geometry record</h1>\n",
        f"<p>{_text(record['created'])} · PrintPrep {_text(record['software']['printprep'])}"
        f" · series {_text(record['source'].get('series_id'))}</p>\n",
        f'<p class="verdict"><b>{word}</b> – {sentence}</p>\n',
        f'<p class="notice">{NOTICE}</p>\n',
        _identity(record["source"]),
        "<h2>Model</h2>\n<table><tr><td>",
        _picture(picture, no_picture),
        "</td><td>",
        _pairs(_model_rows(record["model"])),
        "</td></tr></table>\n",
        "<h2>Files</h2>\n",
        _table(
            ("File", "Format", "SHA-256"),
            [
                (entry["file"], entry["format"], _Code(entry["sha256"]))
                for entry in record["model"]["files"]
            ],
        ),
        "<h2>Checks</h2>\n",
        _table(
            ("Status", "Check", "Measured", "Limit", "What it means for the print"),
            [_check_row(check) for check in checks],
        ),
        "<h2>Acquisition</h2>\n",
        _pairs(_source_rows(record["source"])),
        _rejected(record["source"].get("rejected") or ()),
        "<h2>Volume</h2>\n",
        _pairs(_volume_rows(record["volume"])),
        "<h2>Segment</h2>\n",
        _pairs(_segment_rows(record["segment"])),
        "<h2>Software</h2>\n",
        _pairs(record["software"].items()),
        "<h2>Review</h2>\n",
        _pairs(
            (
                ("Printed size measured on", "_" * 40),
                ("Accepted / rejected", "_" * 40),
                ("Reviewer, date, signature", "_" * 40),
            )
        ),
        f'<p class="notice">{NOTICE}</p>\n</body>\n</html>\n',
    ]
    return "".join(parts)


class _Code(str):
    """A text to be shown letter by letter."""


def _model_rows(model: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    yield "Size x × y × z", _join(model["extents_mm"], 2, " × ", "mm")
    size, unit = size_and_unit(model)
    if model["scale"] != 1:
        printed = [extent * model["scale"] for extent in model["extents_mm"]]
        yield "Size in the file", _join(printed, unit.decimals + 1, " × ", unit.name)
    yield "Scale", f"{size:g}"
    yield "Unit, coordinates", f"{unit.name}, {model['space']}"
    for axis, bounds in zip("xyz", model["bounds_mm"], strict=True):
        yield f"From … to, {axis}", _join(bounds, 2, " … ", "mm")
    if any(model["center_offset_mm"]):
        yield "Moved by", _join([-value for value in model["center_offset_mm"]], 3, ", ", "mm")
    yield "Volume", _amount(model["volume_mm3"] / 1000, 2, "cm³")
    yield "Surface", _amount(model["area_mm2"] / 100, 1, "cm²")
    yield "Triangles", f"{model['triangles']:,}".replace(",", " ")
    yield "Shells", model["components"]
    yield "Closed surface", "yes" if model["watertight"] else "no"


def _source_rows(source: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    steps = source.get("steps_mm") or {}
    yield "Scanner", " ".join(filter(None, (source.get("manufacturer"), source.get("modality"))))
    yield "Kernel", source.get("kernel")
    yield "Slices", source.get("slices")
    yield "Pixel (row, column)", _join(source.get("pixel_spacing_mm"), 4, " × ", "mm")
    yield "Slice thickness", _amount(source.get("slice_thickness_mm"), 3, "mm")
    yield (
        "Steps along the normal (min, median, max)",
        _join([steps.get(name) for name in ("min", "median", "max")], 3, " / ", "mm"),
    )
    yield "Gantry tilt, from the positions", _amount(source.get("tilt_deg"), 3, "°")
    yield "Gantry tilt, stated by the header", _amount(source.get("tilt_tag_deg"), 2, "°")
    yield "Shear (row, column)", _join(source.get("shear"), 5, ", ")
    yield "Sections, this one", _join((source.get("sections"), source.get("section")), 0, ", ")
    yield (
        "Duplicate, missing slices",
        _join((source.get("duplicates"), source.get("missing")), 0, ", "),
    )
    yield "Compression", source.get("compression") or "none that needed PrintPrep"


def _volume_rows(volume: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    residual = volume.get("residual_mm") or {}
    yield "Voxels i × j × k", _join(volume["dimensions"], 0, " × ")
    yield "Spacing i × j × k", _join(volume["spacing_mm"], 4, " × ", "mm")
    yield "Spacing asked for", volume.get("spacing_choice")
    interpolation = volume["interpolation"]
    yield "Interpolation", "none, voxels untouched" if interpolation == "none" else interpolation
    yield (
        "Residual against the headers (max, RMS)",
        _join((residual.get("max"), residual.get("rms")), 4, " / ", "mm"),
    )
    for number, row in enumerate(volume["ijk_to_ras"], 1):
        yield f"IJK to RAS, row {number}", _Code(_join(row, 5, "   "))


def _segment_rows(segment: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    low, high = segment["threshold_hu"]
    yield "Method", segment["method"]
    yield (
        "Grey values",
        f"{_amount(low, 1)} and more" if high is None else _join((low, high), 1, " … "),
    )
    yield "Voxels", f"{segment['voxels']:,}".replace(",", " ")
    yield "Volume of the voxels", _amount(segment["volume_mm3"] / 1000, 2, "cm³")
    half = segment.get("half_contrast")
    if half:
        yield "Half contrast, measured", _amount(half["threshold"], 1)
        yield "Surface lies outside of it by", _amount(half["shift_mm"], 3, "mm")
        yield "Blur of the images (standard deviation)", _amount(half["blur_mm"], 2, "mm")


def _identity(source: Mapping[str, Any]) -> str:
    """What only a record made with --identify holds."""
    names = {
        "patient_name": "Patient",
        "patient_id": "Patient ID",
        "study_uid": "Study",
        "series_uid": "Series",
        "folder": "Folder",
    }
    rows = [(title, source[key]) for key, title in names.items() if source.get(key)]
    return f"<h2>Identification</h2>\n{_pairs(rows)}" if rows else ""


def _picture(picture: bytes | None, no_picture: str | None) -> str:
    if picture is None:
        return f"<p>No picture: {_text(no_picture or 'none was made')}.</p>"
    data = base64.b64encode(picture).decode("ascii")
    return (
        f'<img src="data:image/png;base64,{data}" width="440" height="440" '
        'alt="The model seen from the front">'
    )


def _check_row(check: Mapping[str, Any]) -> Sequence[Any]:
    unit, status = check["unit"] or "", check["status"]
    return (
        _Status(STATUS[status], status),
        check["title"],
        _Number(_figure(check["measured"], unit)),
        _Number(_figure(check["limit"], unit)),
        check["message"],
    )


class _Number(str):
    """A figure with its unit, which stay on one line."""


class _Status(str):
    """A word with a class of its own."""

    def __new__(cls, text: str, status: str) -> _Status:
        word = super().__new__(cls, text)
        word.status = status
        return word


def _rejected(rejected: Sequence[Mapping[str, str]]) -> str:
    if not rejected:
        return ""
    reasons: dict[str, list[str]] = {}
    for entry in rejected:
        reasons.setdefault(entry["reason"], []).append(entry["file"])
    rows = [(len(files), reason, ", ".join(files)) for reason, files in reasons.items()]
    return "<h2>Files that take no part</h2>\n" + _table(("Files", "Reason", "Names"), rows)


def _pairs(rows: Iterable[tuple[str, Any]]) -> str:
    lines = [
        f"<tr><th>{_text(name)}</th>{_cell(value)}</tr>\n"
        for name, value in rows
        if value is not None
    ]
    return f"<table>\n{''.join(lines)}</table>\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    titles = "".join(f'<th class="line">{_text(name)}</th>' for name in head)
    lines = "".join(f"<tr>{''.join(_cell(value, 'line') for value in row)}</tr>\n" for row in rows)
    return f"<table>\n<tr>{titles}</tr>\n{lines}</table>\n"


def _cell(value: Any, kind: str = "") -> str:
    if isinstance(value, _Status):
        kind = f"{kind} {value.status}"
    elif isinstance(value, _Code):
        kind = f"{kind} code"
    elif isinstance(value, _Number):
        kind = f"{kind} number"
    name = f' class="{kind.strip()}"' if kind else ""
    return f"<td{name}>{_text(value)}</td>"


def _text(value: Any) -> str:
    return "–" if value is None or value == "" else escape(str(value), quote=True)


def _figure(value: float | None, unit: str = "") -> str:
    """A figure with as many decimals as its size deserves."""
    if value is None:
        return ""
    digits = 0 if isinstance(value, int) or value == 0 else 3 if abs(value) < 10 else 1
    return _amount(float(value), digits, unit)


def _amount(value: float | None, digits: int, unit: str = "") -> str | None:
    if value is None:
        return None
    text = f"{value:.{digits}f}" if isinstance(value, float) else str(value)
    return f"{text} {unit}".strip().replace(" °", "°").replace("-", "−")


def _join(
    values: Sequence[float | None] | None, digits: int, between: str, unit: str = ""
) -> str | None:
    if values is None or all(value is None for value in values):
        return None
    texts = [_amount(value, digits) or "–" for value in values]
    return f"{between.join(texts)} {unit}".strip()
