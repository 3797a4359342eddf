"""Small charts as PNG, black on white, drawn with Pillow; and how they stand in the record.

Marks differ in shape and not in colour, so that a page printed in black and white says the
same. Every function raises ImportError where Pillow is missing or too old.
"""

from __future__ import annotations

import base64
import io
import itertools
import math
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..core.phrases import Phrase, _, translated
from .drawing import font, plain
from .html import columns, text

#: Three pixels of the picture are one of the page.
SIZE = (945, 460)
_SMALL = 27
_LEFT, _RIGHT, _TOP, _BOTTOM = 120, 24, 96, 96
_TITLE, _LEGEND = 4, 62
_LINE = 3
_TICKS = 6
#: Two slices nearer than this stand at one place.
DUPLICATE_MM = 0.005
#: A step deviates when it differs by more than positions may be off (DICOM headers round).
DEVIATES_MM = 0.05
#: Widths on the page, in its pixels of 1/96 inch: a page of A4 with broad margins has 620.
_SHEET = 615
_CHART = 302


def model_picture(picture: bytes | None, no_picture: str | None) -> str:
    """The views of the model, or why there are none."""
    if picture is None:
        reason = Phrase(no_picture or _("none was made"))
        return "<p>" + text(Phrase(_("No picture: {reason}."), {"reason": reason})) + "</p>\n"
    width, height = _size(picture)
    shown = _SHEET if width > height else _CHART
    told = translated(_("The model and its size in mm"))
    return f"<p>{_image(picture, shown, told)}</p>\n"


def charts(record: Mapping[str, Any]) -> str:
    """Two charts beside each other; the reason where one failed."""
    blocks = []
    for title, draw in _charts(record["source"], record["model"]):
        try:
            blocks.append(_image(draw(title), _CHART, title))
        except (ImportError, OSError, ValueError, TypeError, KeyError, OverflowError) as error:
            why = Phrase(_("No chart: {error}."), {"error": Phrase(str(error) or "–")})
            blocks.append(f"<b>{text(title)}</b><br>{text(why)}")
    rows = [blocks[first : first + 2] for first in range(0, len(blocks), 2)]
    return "".join(columns(*row, *[""] * (2 - len(row))) for row in rows)


def _charts(
    source: Mapping[str, Any], model: Mapping[str, Any]
) -> Iterator[tuple[str, Callable[[str], bytes]]]:
    steps, offsets = source.get("step_lengths_mm"), source.get("in_plane_offsets_mm")
    if steps:
        gaps, uniform = source.get("gap_steps") or (), source.get("step_mm")
        told = translated(_("Distance of each slice to the next"))
        yield told, lambda title: step_chart(steps, gaps, uniform, title)
    if offsets:
        told = translated(_("Tilt: place of each slice in its plane"))
        yield told, lambda title: offset_chart(offsets, title)
    distance = translated(_("Distance"))
    if truth := _histogram(model, "surface_truth"):
        edge = model["surface_truth"].get("to") == "edge"
        told = translated(
            _("Model against the edges, + outside")
            if edge
            else _("Model against the grey values, + outside")
        )
        yield told, lambda title: histogram_chart(truth, distance, None, title)
    if walls := _histogram(model, "wall_thickness"):
        limit, thickness = model["wall_thickness"].get("limit_mm"), translated(_("Thickness"))
        told = translated(_("Thickness of the walls"))
        yield told, lambda title: histogram_chart(walls, thickness, limit, title)
    if refined := _histogram(model.get("refinement"), "deviation"):
        told = translated(_("Smoothed and thinned against as made, + outside"))
        yield told, lambda title: histogram_chart(refined, distance, None, title)


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


def step_chart(
    steps: Sequence[float],
    gaps: Iterable[int] = (),
    uniform_mm: float | None = None,
    title: str = "",
) -> bytes:
    """The distance of each slice to the next, with gaps, duplicates and outliers marked.

    :param steps: mm, in the order of the slices.
    :param gaps: indices into ``steps``.
    :param uniform_mm: the one step that explains all positions: then none deviates.
    """
    values = np.asarray(steps, dtype=float)
    middle = float(np.median(values))
    duplicate = values < DUPLICATE_MM
    gap = np.zeros(len(values), dtype=bool)
    gap[[index for index in gaps if 0 <= index < len(values)]] = True
    deviates = np.abs(values - middle) > DEVIATES_MM
    deviates &= ~(gap | duplicate) & (uniform_mm is None)
    low = 0.0 if duplicate.any() or values.min() < middle / 2 else float(values.min())
    chart = _Chart(
        (1, len(values)),
        _padded(low, float(values.max())),
        translated(_("Slice")),
        translated(_("Step (mm)")),
        title,
    )
    numbers = np.arange(1, len(values) + 1)
    chart.line(numbers, values)
    marks = (
        (_("gap ({count})"), gap, "triangle"),
        (_("duplicate ({count})"), duplicate, "cross"),
        (_("off the median ({count})"), deviates, "ring"),
    )
    legend = []
    for name, where, shape in marks:
        chart.marks(numbers[where], values[where], shape)
        if where.any():
            legend.append((Phrase(name, {"count": int(where.sum())}).said, shape))
    told = _("all alike") if np.ptp(values) < DUPLICATE_MM else _("all fit {step:.4g} mm")
    chart.legend(legend or [(Phrase(told, {"step": uniform_mm or middle}).said, "dot")])
    chart.marks(numbers, values, "dot")
    return chart.png()


def offset_chart(offsets: Sequence[Sequence[float]], title: str = "") -> bytes:
    """Where each slice stands within its plane from the first: tilt is a line, drift is not.

    :param offsets: (N, 2) mm along the row and the column direction.
    """
    values = np.asarray(offsets, dtype=float).reshape(-1, 2)
    ends = _padded(float(values.min()), float(values.max()))
    chart = _Chart(
        (1, len(values)), ends, translated(_("Slice")), translated(_("Offset in plane (mm)")), title
    )
    numbers = np.arange(1, len(values) + 1)
    chart.line(numbers, values[:, 0], dashed=True)
    chart.line(numbers, values[:, 1])
    chart.legend(
        [(translated(_("along columns")), "line"), (translated(_("along rows")), "dashes")]
    )
    return chart.png()


def histogram_chart(
    histogram: Mapping[str, Any], label: str, limit: float | None = None, title: str = ""
) -> bytes:
    """How often each value occurs.

    :param histogram: as ``binned`` makes it.
    :param label: what the values are; their unit is mm.
    :param limit: marked by a dashed line, where it lies within the chart.
    :raises ValueError: edges and counts do not fit together.
    """
    edges = np.asarray(histogram["edges_mm"], dtype=float)
    counts = np.asarray(histogram["counts"], dtype=float)
    if len(edges) != len(counts) + 1 or not len(counts) or not np.all(np.diff(edges) > 0):
        raise ValueError(_("a histogram needs ascending edges, one more than counts"))
    shares = 100 * counts / max(float(counts.sum()), 1.0)
    top = float(shares.max()) * 1.05 or 1.0
    chart = _Chart(
        (float(edges[0]), float(edges[-1])),
        (0.0, top),
        f"{label} (mm)",
        translated(_("Share (%)")),
        title,
    )
    chart.bars(edges, shares)
    if edges[0] < 0 < edges[-1]:
        chart.upright(0.0, dashed=False)
    if limit is not None and edges[0] < limit < edges[-1]:
        chart.upright(limit, dashed=True)
        chart.legend([(Phrase(_("limit {limit:g} mm"), {"limit": limit}).said, "dashes")])
    return chart.png()


def ticks(low: float, high: float, most: int = _TICKS) -> list[float]:
    """Round values 1, 2, 5 × 10ⁿ apart within low … high, about ``most`` of them at most."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _padded(low: float, high: float) -> tuple[float, float]:
    """The range with some room, and never without extent."""
    room = max((high - low) * 0.08, abs(high) * 0.02, 0.01)
    return (low if low == 0 else low - room), high + room


class _Chart:
    """Axes, and what is drawn between them."""

    def __init__(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        x_label: str,
        y_label: str,
        title: str,
    ) -> None:
        from PIL import Image, ImageDraw

        self._x, self._y = (x if x[1] > x[0] else (x[0] - 0.5, x[1] + 0.5)), y
        self._image = Image.new("L", SIZE, 255)
        self._draw = ImageDraw.Draw(self._image)
        self._font = font(_SMALL)
        # Within the picture, so that no page break parts the two.
        self._draw.text((4, _TITLE), plain(title), 0, font(_SMALL + 4), "lt")
        self._axes(x_label, y_label)

    def _axes(self, x_label: str, y_label: str) -> None:
        from PIL import Image, ImageDraw

        right, bottom = SIZE[0] - _RIGHT, SIZE[1] - _BOTTOM
        x_ticks, y_ticks = ticks(*self._x), ticks(*self._y, most=4)
        for value in y_ticks:
            y = self._place(0, value)[1]
            self._draw.line((_LEFT, y, right, y), 205, 1)
            self._draw.line((_LEFT - 9, y, _LEFT, y), 0, _LINE)
            self._draw.text((_LEFT - 14, y), _number(value, y_ticks), 0, self._font, "rm")
        for value in x_ticks:
            x = self._place(value, 0)[0]
            self._draw.line((x, bottom, x, bottom + 9), 0, _LINE)
            self._draw.text((x, bottom + 14), _number(value, x_ticks), 0, self._font, "mt")
        self._draw.line((_LEFT, _TOP - 8, _LEFT, bottom, right, bottom), 0, _LINE)
        middle = (_LEFT + right) / 2
        self._draw.text((middle, SIZE[1] - 8), plain(x_label), 0, self._font, "md")
        long = math.ceil(self._font.getlength(plain(y_label))) + 2
        turned = Image.new("L", (long, 36), 255)
        ImageDraw.Draw(turned).text((long / 2, 18), plain(y_label), 0, self._font, "mm")
        up = round((_TOP + bottom - long) / 2)
        self._image.paste(turned.rotate(90, expand=True), (4, max(0, up)))

    def _place(self, x: float, y: float) -> tuple[float, float]:
        right, bottom = SIZE[0] - _RIGHT, SIZE[1] - _BOTTOM
        along = (x - self._x[0]) / (self._x[1] - self._x[0])
        upwards = (y - self._y[0]) / (self._y[1] - self._y[0])
        return _LEFT + along * (right - _LEFT), bottom - upwards * (bottom - _TOP)

    def line(self, x: np.ndarray, y: np.ndarray, dashed: bool = False) -> None:
        points = [self._place(*point) for point in zip(x, y, strict=True)]
        if not dashed:
            self._draw.line(points, 0, _LINE, joint="curve")
            return
        travelled = 0.0
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            travelled = self._dashes(x0, y0, x1, y1, travelled)

    def _dashes(self, x0: float, y0: float, x1: float, y1: float, travelled: float) -> float:
        """Dashes of 16 pixels with gaps of 12, counted along the whole line."""
        length = math.hypot(x1 - x0, y1 - y0)
        at = 0.0
        while at < length:
            phase = (travelled + at) % 28
            end = min(length, at + (16 - phase if phase < 16 else 28 - phase) + 1e-6)
            if phase < 16:
                ends = [
                    (x0 + (x1 - x0) * s, y0 + (y1 - y0) * s) for s in (at / length, end / length)
                ]
                self._draw.line(ends, 0, _LINE)
            at = end
        return travelled + length

    def upright(self, x: float, dashed: bool) -> None:
        ends = self._place(x, self._y[0]), self._place(x, self._y[1])
        if dashed:
            self._dashes(*ends[0], *ends[1], 0.0)
        else:
            self._draw.line(ends, 0, 2)

    def bars(self, edges: np.ndarray, heights: np.ndarray) -> None:
        for (left, right), height in zip(itertools.pairwise(edges), heights, strict=True):
            if height > 0:
                (x0, y0), (x1, y1) = self._place(left, height), self._place(right, 0)
                self._draw.rectangle((x0, y0, x1, y1), 170, 60, 1)

    def marks(self, x: np.ndarray, y: np.ndarray, shape: str) -> None:
        for point in zip(x, y, strict=True):
            self._mark(*self._place(*point), shape)

    def _mark(self, x: float, y: float, shape: str) -> None:
        if shape == "dot":
            self._draw.ellipse((x - 4, y - 4, x + 4, y + 4), 0)
        elif shape == "ring":
            self._draw.ellipse((x - 10, y - 10, x + 10, y + 10), None, 0, _LINE)
        elif shape == "triangle":
            self._draw.polygon([(x, y - 14), (x - 12, y + 9), (x + 12, y + 9)], 255, 0, _LINE)
        elif shape == "cross":
            self._draw.line((x - 10, y - 10, x + 10, y + 10), 0, _LINE)
            self._draw.line((x - 10, y + 10, x + 10, y - 10), 0, _LINE)
        elif shape == "dashes":
            self._dashes(x - 22, y, x + 22, y, 0.0)
        else:
            self._draw.line((x - 22, y, x + 22, y), 0, _LINE)

    def legend(self, entries: Iterable[tuple[str, str]]) -> None:
        """What the marks mean, above the axes."""
        x = _LEFT + 30.0
        for name, shape in entries:
            self._mark(x, _LEGEND, shape)
            self._draw.text((x + 32, _LEGEND), plain(name), 0, self._font, "lm")
            x += 32 + self._font.getlength(plain(name)) + 60

    def png(self) -> bytes:
        data = io.BytesIO()
        self._image.save(data, "PNG", optimize=True)
        return data.getvalue()


def _number(value: float, all_ticks: Sequence[float]) -> str:
    """A tick's label with the digits that its neighbours need."""
    step = all_ticks[1] - all_ticks[0] if len(all_ticks) > 1 else abs(value) or 1.0
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value + 0.0:.{digits}f}"
