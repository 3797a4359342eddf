"""Texts from files on their way out: to a terminal, into a table, a page or JSON.

A header or a file's name can hold anything: signs that steer a terminal, that turn the order of
letters around, that begin a formula or a line that looks like one of PrintPrep's own. Whatever
leaves goes through one of these functions, and such signs are shown as ``\\x1b`` is.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

#: Controls (C0, DEL, C1), the ends of lines and paragraphs, and signs that turn directions.
_STEERING = "\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_ANY = re.compile(f"[{_STEERING}]")
_ANY_BUT_LINES = re.compile(f"(?!\n)[{_STEERING}]")
_UNSAFE_JSON = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_LINE_ENDS = {"\n": "\\n", "\r": "\\r", "\t": " "}


def one_line(text: str) -> str:
    """A value for a line: nothing in it steers a terminal or ends the line."""
    return _ANY.sub(_visible, text)


def lines(text: str) -> str:
    """The same of a text with line ends of its own, which stay."""
    return _ANY_BUT_LINES.sub(_visible, text)


def csv_cell(value: Any) -> Any:
    """A value for a table: a text that a spreadsheet would work out gets a ``'`` before it."""
    if not isinstance(value, str):
        return value
    return lines(f"'{value}" if _FORMULA.match(value) else value)


def html_text(value: Any) -> str:
    """A value as text within HTML, in attributes too."""
    return escape(lines(str(value)), quote=True)


def json_text(text: str) -> str:
    """JSON whose strings hold nothing that steers a terminal; their values stay the same."""
    return _UNSAFE_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _visible(found: re.Match[str]) -> str:
    sign = found[0]
    if sign in _LINE_ENDS:
        return _LINE_ENDS[sign]
    return f"\\x{ord(sign):02x}" if ord(sign) < 0x100 else f"\\u{ord(sign):04x}"
