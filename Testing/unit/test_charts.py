"""The charts show the figures: read back from their pixels."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from PIL import Image
from PrintPrepLib.qa.histogram import binned
from PrintPrepLib.report import charts
from PrintPrepLib.report.charts import SIZE, histogram_chart, offset_chart, step_chart, ticks
from PrintPrepLib.report.drawing import ink, plain, write

FILL = 170


def pixels(data: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(data))
    assert image.format == "PNG" and image.mode == "L" and image.size == SIZE
    return np.asarray(image)


def frame(image: np.ndarray) -> tuple[int, int, int]:
    """Left, right and lower border of the axes: the longest dark lines."""
    dark = image < 60
    across = dark.sum(axis=1)
    bottom = int(np.flatnonzero(across > 0.9 * across.max())[-1])
    left = int(np.argmax(dark.sum(axis=0)))
    return left, int(np.flatnonzero(dark[bottom])[-1]), bottom


def inside(image: np.ndarray) -> np.ndarray:
    """What is drawn between the axes, without them, their ticks and the legend."""
    left, right, bottom = frame(image)
    return image[charts._TOP - 12 : bottom - 3, left + 5 : right - 2]


def test_a_step_stands_where_its_slice_is():
    """Nine steps of 1 mm, the seventh of 2: the peak lies at 6/9 of the width."""
    steps = [1.0] * 6 + [2.0] + [1.0] * 3
    area = inside(pixels(step_chart(steps))) < 60
    rows = np.argmax(area, axis=0)
    rows[~area.any(axis=0)] = 10_000
    assert np.argmin(rows) / area.shape[1] == pytest.approx(6 / 9, abs=0.03)


def drawn(**marks) -> np.ndarray:
    steps = [1.0] * 20
    for place, value in marks.pop("at", {}).items():
        steps[place] = value
    return pixels(step_chart(steps, **marks)) < 60


def test_gaps_duplicates_and_deviating_steps_are_marked_differently():
    legend = np.s_[: charts._TOP - 12]
    deviates, gap = drawn(at={10: 3.0}), drawn(at={10: 3.0}, gaps=[10])
    duplicate = drawn(at={10: 0.0})
    uniform = drawn(at={10: 3.0}, uniform_mm=1.0)
    shown = [image[legend] for image in (deviates, gap, duplicate, uniform)]
    for number, one in enumerate(shown):
        assert one.any()
        for other in shown[number + 1 :]:
            assert (one != other).any()
    ink_at_peak = [inside_dark(image) for image in (deviates, gap, uniform)]
    assert ink_at_peak[2] < ink_at_peak[0] and ink_at_peak[2] < ink_at_peak[1]
    assert ink_at_peak[0] != ink_at_peak[1]


def inside_dark(image: np.ndarray) -> int:
    return int(image[charts._TOP - 12 :].sum())


@pytest.mark.parametrize("steps", [[1.0], [0.0], [1.0] * 1500, [1e-4, 1e4], [0.5, 0.6] * 40])
def test_any_series_has_a_chart(steps):
    area = inside(pixels(step_chart(steps, [0, 99_999])))
    assert (area < 60).any()


def test_tilt_is_a_slanting_line_and_no_offset_a_level_one():
    offsets = np.column_stack([np.zeros(50), np.linspace(0, -20, 50)])
    area = inside(pixels(offset_chart(offsets))) < 60
    lowest = area.shape[0] - 1 - np.argmax(area[::-1], axis=0)
    columns = np.flatnonzero(area.any(axis=0))
    middle = columns[(columns > 0.1 * area.shape[1]) & (columns < 0.9 * area.shape[1])]
    slope, _ = np.polyfit(middle, lowest[middle], 1)
    fit = lowest[middle] - np.polyval(np.polyfit(middle, lowest[middle], 1), middle)
    assert slope > 0 and np.abs(fit).max() < 3, "downwards on the page, and straight"


def test_bars_are_as_high_as_their_counts():
    counts = [10, 40, 20, 30]
    image = pixels(histogram_chart({"edges_mm": [0, 1, 2, 3, 4], "counts": counts}, "Distance"))
    area = inside(image)
    middles = [round((number + 0.5) / 4 * area.shape[1]) for number in range(4)]
    heights = [int((area[:, column] == FILL).sum()) for column in middles]
    np.testing.assert_allclose(np.array(heights) / max(heights), np.array(counts) / 40, atol=0.03)


def test_zero_and_limit_are_marked():
    histogram = {"edges_mm": [-2, -1, 0, 1, 2], "counts": [1, 1, 1, 1]}
    bare = pixels(histogram_chart({**histogram, "edges_mm": [1, 2, 3, 4, 5]}, "Distance"))
    zero, limit = (pixels(histogram_chart(histogram, "Distance", limit)) for limit in (None, 1.5))
    dark = [int((inside(image) < 40).sum()) for image in (bare, zero, limit)]
    assert dark[0] < dark[1] < dark[2]


@pytest.mark.parametrize(
    "histogram",
    [{"edges_mm": [0, 1], "counts": [1, 2]}, {"edges_mm": [1, 0], "counts": [1]},
     {"edges_mm": [0], "counts": []}, {"edges_mm": [0, 0, 1], "counts": [1, 1]}],
)  # fmt: skip
def test_edges_and_counts_that_do_not_fit_are_refused(histogram):
    with pytest.raises(ValueError, match=r"^a histogram needs ascending edges, one more than"):
        histogram_chart(histogram, "Distance")


def test_title_stands_above_the_legend():
    bare, titled = (pixels(offset_chart([[0, 0], [1, 1]], title)) for title in ("", "Tilt"))
    rows = np.flatnonzero((bare != titled).any(axis=1))
    assert rows[0] < rows[-1] < charts._LEGEND - 14


def test_empty_histogram_is_drawn():
    pixels(histogram_chart({"edges_mm": [0, 1, 2], "counts": [0, 0]}, "Distance"))


def test_bins_hold_every_value_and_bear_outliers():
    values = np.concatenate([np.random.default_rng(5).normal(0, 0.1, 10_000), [50, np.nan]])
    found = binned(values)
    assert sum(found["counts"]) == 10_001
    assert len(found["edges_mm"]) == len(found["counts"]) + 1
    assert -0.5 < found["edges_mm"][0] < found["edges_mm"][-1] < 0.5
    middle = np.array(found["edges_mm"][:-1]) + np.diff(found["edges_mm"]) / 2
    spread = np.sqrt(np.average(middle**2, weights=found["counts"]))
    assert spread == pytest.approx(0.1, rel=0.03)


@pytest.mark.parametrize("values", [[], [np.nan, np.inf]])
def test_nothing_gives_no_histogram(values):
    assert binned(np.array(values, dtype=float)) is None


def test_one_value_gives_a_histogram():
    found = binned(np.full(7, 2.5))
    assert sum(found["counts"]) == 7 and found["edges_mm"][0] < 2.5 < found["edges_mm"][-1]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (-3, 3, [-3, -2, -1, 0, 1, 2, 3]),
     (0.98, 1.02, [0.98, 0.99, 1.0, 1.01, 1.02]), (1, 139, [50, 100])],
)  # fmt: skip
def test_ticks_are_round_numbers(low, high, expected):
    np.testing.assert_allclose(ticks(low, high), expected, atol=1e-9)


def test_charts_need_pillow(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    for draw in (lambda: step_chart([1.0, 1.0]), lambda: offset_chart([[0, 0], [1, 1]])):
        with pytest.raises(ImportError):
            draw()


def test_old_pillow_is_named(monkeypatch):
    from PIL import ImageFont

    def load_default():
        """As before Pillow 10.1."""

    monkeypatch.setattr(ImageFont, "load_default", load_default)
    with pytest.raises(ImportError, match=r"^Pillow is older than 10\.1, whose font has a size$"):
        ink("A", 20)


def test_letters_grow_with_their_size_and_stay_inside():
    small, large = ink("138.8 mm", 20), ink("138.8 mm", 40)
    assert large.shape[1] == pytest.approx(2 * small.shape[1], rel=0.05)
    assert ink("a", 20).shape[0] == ink("H", 20).shape[0], "one line of writing"
    picture = np.ones((10, 10, 3))
    write(picture, "WWW", 0, 0, 30)
    write(picture, "WWW", 99, 99, 30, upwards=True)
    assert picture.shape == (10, 10, 3) and picture.min() < 1


def test_signs_that_the_font_lacks_are_replaced():
    assert plain("−1 × 2 – mm²") == "-1 x 2 - mm2"
