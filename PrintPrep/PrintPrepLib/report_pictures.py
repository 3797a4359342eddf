"""The pictures and charts of the printed record."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .plots import histogram_chart, offset_chart, step_chart
from .report_tables import columns, text

#: Widths on the page, in its pixels of 1/96 inch: a page of A4 with broad margins has 620.
_SHEET = 615
_CHART = 302


def model_picture(picture: bytes | None, no_picture: str | None) -> str:
    """The views of the model, or why there are none."""
    if picture is None:
        return f"<p>No picture: {text(no_picture or 'none was made')}.</p>\n"
    width, height = _size(picture)
    shown = _SHEET if width > height else _CHART
    return f"<p>{_image(picture, shown, 'The model and its size in mm')}</p>\n"


def charts(record: Mapping[str, Any]) -> str:
    """Two charts beside each other; the reason where one failed."""
    blocks = []
    for title, draw in _charts(record["source"], record["model"]):
        try:
            blocks.append(_image(draw(title), _CHART, title))
        except (ImportError, OSError, ValueError, TypeError, KeyError, OverflowError) as error:
            blocks.append(f"<b>{text(title)}</b><br>No chart: {text(error)}.")
    rows = [blocks[first : first + 2] for first in range(0, len(blocks), 2)]
    return "".join(columns(*row, *[""] * (2 - len(row))) for row in rows)


def _charts(
    source: Mapping[str, Any], model: Mapping[str, Any]
) -> Iterator[tuple[str, Callable[[str], bytes]]]:
    steps, offsets = source.get("step_lengths_mm"), source.get("in_plane_offsets_mm")
    if steps:
        gaps, uniform = source.get("gap_steps") or (), source.get("step_mm")
        yield (
            "Distance of each slice to the next",
            lambda title: step_chart(steps, gaps, uniform, title),
        )
    if offsets:
        yield (
            "Tilt: place of each slice in its plane",
            lambda title: offset_chart(offsets, title),
        )
    truth, walls = _histogram(model, "surface_truth"), _histogram(model, "wall_thickness")
    if truth:
        title = "Model against the grey values, + outside"
        yield title, lambda title: histogram_chart(truth, "Distance", None, title)
    if walls:
        limit = model["wall_thickness"].get("limit_mm")
        yield (
            "Thickness of the walls",
            lambda title: histogram_chart(walls, "Thickness", limit, title),
        )
    refined = _histogram(model.get("refinement"), "deviation")
    if refined:
        title = "Smoothed and thinned against as made, + outside"
        yield title, lambda title: histogram_chart(refined, "Distance", None, title)


def _histogram(part: Any, key: str) -> Any:
    inner = part.get(key) if isinstance(part, Mapping) else None
    return inner.get("histogram") if isinstance(inner, Mapping) else None


def _image(picture: bytes, width: int, alt: str) -> str:
    columns, rows = _size(picture)
    data = base64.b64encode(picture).decode("ascii")
    return (
        f'<img src="data:image/png;base64,{data}" width="{width}" '
        f'height="{round(width * rows / columns)}" alt="{text(alt)}">'
    )


def _size(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG file."""
    return struct.unpack(">II", picture[16:24])
