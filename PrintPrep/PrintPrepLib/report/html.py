"""Texts, figures and tables of the printed record, in the HTML that every viewer knows.

Slicer prints the page through a QTextDocument, which knows simple tables and a few lines
of CSS 2. Whatever comes from a file goes through ``text`` and stays text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from ..core.outward import html_text
from ..core.phrases import Phrase, _, translated

NOTICE = _("Not for clinical use unless locally validated.")
#: Entries of a list that are shown; the rest stand in qa.json.
_MOST_VALUES = 8
_MOST_ENTRIES = 3
#: How keys of a record end, and the unit that this means.
_UNITS = {
    "mm3": "mm³", "mm2": "mm²", "mm": "mm", "deg": "°", "percent": "%", "hu": "HU",
    "days": _("days"), "s": "s", "kv": "kV", "ma": "mA", "mgy": "mGy",
}  # fmt: skip
#: What ``titled`` makes of the keys of today's records: marked here, for there is no other place.
_TITLES = (
    _("Threshold effect"), _("Delta"), _("Shift out"), _("Shift in"), _("Volume percent out"),
    _("Volume percent in"), _("Metal"), _("Voxels"), _("Volume"), _("Saturated"),
    _("Partial volume"), _("Mixed share"), _("Mixed volume"), _("Thinnest wall"),
    _("Largest spacing"), _("Largest island"), _("Edits"), _("Painted"), _("Erased"),
    _("Painted surface share"), _("Erased surface share"), _("Painted depth"), _("Center of mass"),
    _("Surface truth"), _("Total"), _("Signed mean"), _("Mean"), _("Rms"), _("Max"), _("Samples"),
    _("Cut share"), _("Edited share"), _("Refinement"), _("Bridges"), _("Limit"), _("Smallest"),
    _("Count"), _("Places"), _("Widths"), _("Pieces"), _("Crumbs"), _("Duplicate triangles"),
    _("Wall thickness"), _("Min"), _("Median"), _("Thin share"), _("Place"), _("Spacing"),
    _("Unmeasured"), _("Parts"), _("Triangles"), _("Area"), _("Extents"), _("Void"),
    _("Zero area triangles"), _("Oriented extents"), _("Void volume"), _("Self intersections"),
    _("Examined"), _("Pairs"), _("Reason"), _("Oriented axes"), _("Non manifold vertices"),
    _("Unused points"), _("Other parts"), _("As read"), _("Merged points"), _("Boundary edges"),
    _("Non manifold edges"), _("Inconsistent edges"), _("Calibration"), _("Known"), _("Scanner id"),
    _("Of this scanner"), _("Background"), _("Averaged planes"), _("Image types"), _("Slice gap"),
    _("Entered"), _("Drift"), _("Spacing between slices"), _("Image type"), _("Value unit"),
    _("Derivation names tilt"), _("Applied tilt"), _("Transfer syntax"), _("Lossy"), _("Joined at"),
    _("Deviation"), _("Printer"), _("Name"), _("Bed"), _("Fits"), _("Orientation"), _("Matrix"),
    _("Size"), _("Margin"), _("Largest scale"), _("Printed"), _("File"), _("Uncertainty"),
    _("Nominal"), _("Scale"), _("Age"), _("Ratio"), _("Method"), _("Smoothing"), _("Reduction"),
)  # fmt: skip
_LETTER_BY_LETTER = {"sha256", "id", "uid"}


class Code(str):
    """A text to be shown letter by letter."""

    kind = "code"


class Number(str):
    """A figure with its unit, which stay on one line."""

    kind = "number"


class Markup(str):
    """HTML that this library made; never a text from a file."""


class Status(str):
    """A word with a class of its own."""

    kind: str

    def __new__(cls, word: str, kind: str) -> Status:
        made = super().__new__(cls, word)
        made.kind = kind
        return made


def text(value: Any) -> str:
    """Any value as escaped text, phrases in the language in use; a dash where there is none."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, Phrase):
        value = value.said
    return "–" if value is None or value == "" else html_text(value)


def said(template: str, **values: Any) -> str:
    """A marked sentence in the language in use, escaped."""
    return text(Phrase(template, values))


def pairs(rows: Iterable[tuple[str | Phrase, Any]], kind: str = "", width: int = 22) -> str:
    """A table of names, which are translated, and values; rows without a value are left out.

    :param width: of the names, in per cent of the page.
    """
    lines = [
        f'<tr><td class="name" width="{width}%">{_name(name)}</td>{_cell(value)}</tr>\n'
        for name, value in rows
        if value is not None
    ]
    return f"<table{_class(kind)} {_TABLE}>\n{''.join(lines)}</table>\n" if lines else ""


def twofold(
    left: Iterable[tuple[str | Phrase, Any]],
    right: Iterable[tuple[str | Phrase, Any]],
    kind: str = "",
) -> str:
    """Two tables of names and values beside each other.

    They are one table, because QTextDocument tears nested ones apart at the end of a page.
    """
    sides = [[row for row in rows if row[1] is not None] for rows in (left, right)]
    lines = []
    for both in zip_longest(*sides, fillvalue=(Markup(""), Markup(""))):
        cells = [
            f'<td class="name" width="24%">{_name(name)}</td>'
            f'<td{_class(getattr(value, "kind", ""))} width="26%">{text(value)}</td>'
            for name, value in both
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>\n")
    return f'<table{_class(kind)} width="100%" {_TABLE}>\n{"".join(lines)}</table>\n'


def table(
    head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int], kind: str = ""
) -> str:
    """A table as wide as the page, with a line below each row; pages repeat its head.

    :param widths: of the columns in per cent.
    """
    titles = "".join(
        f'<td class="line name" width="{width}%">{_name(name)}</td>'
        for name, width in zip(head, widths, strict=True)
    )
    lines = "".join(f"<tr>{''.join(_cell(value, 'line') for value in row)}</tr>\n" for row in rows)
    return (
        f'<table{_class(kind)} width="100%" {_TABLE}>\n<thead><tr>{titles}</tr></thead>\n'
        f"{lines}</table>\n"
    )


def columns(*blocks: str) -> str:
    """Blocks side by side, all of one width."""
    width = 100 // len(blocks)
    cells = "".join(f'<td width="{width}%">{block}</td>' for block in blocks)
    return f'<table width="100%" {_TABLE}>\n<tr>{cells}</tr>\n</table>\n'


def boxed(inside: str, kind: str) -> str:
    """A block with a frame, which QTextDocument draws round tables only."""
    return (
        f'<table{_class(kind)} width="100%" border="1" cellspacing="0" cellpadding="5">\n'
        f"<tr><td>{inside}</td></tr>\n</table>\n"
    )


_TABLE = 'cellspacing="0" cellpadding="1"'


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _name(name: Any) -> str:
    return text(name if isinstance(name, Markup | Phrase) else translated(name))


def _cell(value: Any, kind: str = "") -> str:
    name = f"{kind} {getattr(value, 'kind', '')}".strip()
    return f"<td{_class(name)}>{text(value)}</td>"


def figure(value: float | None, unit: str = "") -> str:
    """A figure with as many decimals as its size deserves."""
    if value is None:
        return ""
    whole = isinstance(value, int) or value == 0
    digits = 0 if whole else 3 if abs(value) < 10 else 1
    if value and not whole and abs(value) < 0.0005:
        return f"{value:.1e} {unit}".strip().replace("-", "−")
    return amount(value if isinstance(value, int) else float(value), digits, unit) or ""


def amount(value: float | None, digits: int, unit: str = "") -> str | None:
    """A number with so many decimals and its unit; None for None."""
    if value is None:
        return None
    shown = f"{value:.{digits}f}" if isinstance(value, float) else str(value)
    return f"{shown} {translated(unit)}".strip().replace(" °", "°").replace("-", "−")


def joined(
    values: Sequence[float | None] | None, digits: int, between: str, unit: str = ""
) -> str | None:
    """Several numbers with one unit; None where there is none at all."""
    if values is None or all(value is None for value in values):
        return None
    shown = [amount(value, digits) or "–" for value in values]
    return f"{between.join(shown)} {unit}".strip()


def titled(key: str) -> tuple[str, str]:
    """Title and unit of a key: ``mean_distance_mm`` is ("Mean distance", "mm")."""
    words = key.split("_")
    unit = _UNITS.get(words[-1], "") if len(words) > 1 else ""
    name = " ".join(words[:-1] if unit else words)
    return (name[:1].upper() + name[1:]) or key, unit


def _within(key: str, value: Any) -> str | None:
    """What a part of a part says, within a line."""
    title, unit = titled(key)
    shown, said = _shown(value, key, unit), translated(title)
    name = said if said != title else title[:1].lower() + title[1:]
    return None if shown is None else f"{name} {shown}"


def leftovers(
    part: Mapping[str, Any], known: Iterable[str] = ()
) -> list[tuple[str, str | Markup | Code]]:
    """Rows for what a part holds beside the known keys: one key, one row."""
    rows = []
    for key in part.keys() - set(known):
        title, unit = titled(key)
        shown = _shown(part[key], key, unit)
        if shown is not None:
            rows.append((list(part).index(key), title, shown))
    return [(title, shown) for _, title, shown in sorted(rows, key=lambda row: row[0])]


def _shown(value: Any, key: str, unit: str) -> str | None:
    """A value of any kind in one line; None where it says nothing."""
    if value is None or value == "" or value == [] or value == {}:
        return None
    if isinstance(value, bool):
        return translated(_("yes") if value else _("no"))
    if isinstance(value, int | float):
        return figure(value, unit)
    if isinstance(value, Mapping):
        within = (_within(name, item) for name, item in value.items() if name != "histogram")
        return "; ".join(filter(None, within)) or None
    if isinstance(value, list | tuple):
        return _list_shown(value, key, unit)
    last = key.split("_")[-1]
    return Code(value) if last in _LETTER_BY_LETTER else str(value)


def _list_shown(values: Sequence[Any], key: str, unit: str) -> str | None:
    if any(isinstance(item, list | tuple) for item in values):
        return _in_record(len(values))
    if any(isinstance(item, Mapping) for item in values):
        entries = [_shown(item, key, unit) for item in values[:_MOST_ENTRIES]]
        if len(values) > _MOST_ENTRIES:
            entries.append(and_more(len(values) - _MOST_ENTRIES))
        return " | ".join(filter(None, entries)) or None
    if len(values) > _MOST_VALUES:
        return _in_record(len(values))
    numbers = all(isinstance(item, int | float) for item in values)
    shown = ", ".join(figure(item) if numbers else str(item) for item in values)
    return f"{shown} {unit if numbers else ''}".strip()


def _in_record(count: int) -> str:
    return Phrase(_("{count} in qa.json"), {"count": count}).said


def and_more(count: int) -> str:
    """The end of a list that is cut short."""
    return Phrase(_("and {count} more, in qa.json"), {"count": count}).said
