"""JSON that others wrote, with something else at one place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

#: What stands there instead, as text: some of it is no JSON.
TEXTS = (
    *("NaN", "Infinity", "1e999", "1" + "0" * 400, "null", "true", "-1", "0", "1e300", "[]"),
    *("{}", '""', '"word"', '["word"]', "[[[1]]]", '"9999-12-31T23:59:59-14:00"'),
    *('"0001-01-01T00:00:00"', '{"a": {"b": null}}', '"../../etc/passwd"'),
    *('"' + "n" * 5000 + '"', "[" * 2000 + "]" * 2000),
)
_MARK = "@here@"


def ways(value: Any, way: tuple = ()) -> Iterator[tuple]:
    """The keys that lead to everything in it."""
    if way:
        yield way
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from ways(one, (*way, key))


def changed(value: Any, way: tuple, text: str) -> str:
    """The whole as JSON, with ``text`` at the end of the way."""
    copy = json.loads(json.dumps(value))
    at = copy
    for key in way[:-1]:
        at = at[key]
    at[way[-1]] = _MARK
    return json.dumps(copy).replace(f'"{_MARK}"', text)
