"""Rows of the table, and how it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Other:
    """A program or way that PrintPrep is measured against; ``value`` in the row's unit."""

    name: str
    value: float


@dataclass(frozen=True)
class Row:
    """One line: a figure of PrintPrep, what others reach, and the bar.

    :param value: PrintPrep's figure; None where it could not be measured.
    :param met: None for a figure that no bar applies to.
    """

    what: str
    value: float | None
    unit: str
    others: Sequence[Other] = field(default_factory=tuple)
    bar: str = ""
    met: bool | None = None
    note: str = ""


def absent(what: str, why: str) -> Row:
    """The row of a benchmark that could not run."""
    return Row(what, None, "", note=why)


def text(rows: Sequence[Row]) -> str:
    """The table. ``ratio`` is the other's figure over PrintPrep's: above 1 PrintPrep is ahead."""
    lines = [("what", "PrintPrep", "compared with", "", "ratio", "bar", "")]
    for row in rows:
        verdict = {True: "met", False: "MISSED", None: ""}[row.met]
        value = "not measured" if row.value is None else _number(row.value, row.unit)
        others = [
            (o.name, _number(o.value, row.unit), _ratio(o.value, row.value)) for o in row.others
        ] or [("", "", "")]
        for n, other in enumerate(others):
            head = (row.what, value) if n == 0 else ("", "")
            tail = (row.bar, verdict) if n == 0 else ("", "")
            lines.append((*head, *other, *tail))
        if row.note:
            lines.append((f"    {row.note}",))
    cells = [line for line in lines if len(line) > 1]
    widths = [max(len(line[n]) for line in cells) for n in range(7)]
    numbers = (1, 3, 4)
    out = []
    for n, line in enumerate(lines):
        if len(line) == 1:
            out.append(line[0])
            continue
        out.append(
            "  ".join(
                cell.rjust(width) if k in numbers else cell.ljust(width)
                for k, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
        )
        if n == 0:
            out.append("-" * (sum(widths) + 12))
    return "\n".join(out)


def _number(value: float, unit: str) -> str:
    digits = {"mm": 4, "s": 3, "×": 2}.get(unit, 3)
    return f"{value:.{digits}f} {unit}"


def _ratio(other: float, mine: float | None) -> str:
    if mine is None:
        return ""
    return f"{other / mine:.2f}" if other < 1000 * mine else "> 1000"
