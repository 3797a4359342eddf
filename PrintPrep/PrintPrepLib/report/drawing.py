"""Letters and colours for pictures.

Letters are in Pillow's own font: the same on every machine, without a screen. Colours are those
of signed distances, with their legend.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.phrases import _

#: From inside (blue) over light grey to outside (red): the ends differ for every kind of
#: colour vision, and in black and white the middle is the lightest.
_STOPS = np.array([
    (0.05, 0.19, 0.42), (0.26, 0.52, 0.77), (0.72, 0.85, 0.93), (0.93, 0.93, 0.91),
    (0.98, 0.80, 0.65), (0.86, 0.42, 0.28), (0.48, 0.04, 0.10),
])  # fmt: skip
#: Even, so that their borders are round numbers with zero among them.
_BANDS = 10
#: Pillow's font lacks these signs.
_SIGNS = str.maketrans({"−": "-", "–": "-", "×": "x", "µ": "u", "²": "2", "³": "3"})


def ink(text: str, size: int) -> np.ndarray:
    """Letters as ink 0 … 1, (height, width); equally high whatever the letters are.

    :param size: of the font in pixels.
    :raises ImportError: Pillow is missing, too old (before 10.1), or knows no outline fonts.
    """
    from PIL import Image, ImageDraw

    letters = font(size)
    left, _top, right, _bottom = letters.getbbox(plain(text))
    _left, top, _right, bottom = letters.getbbox("Hg")
    image = Image.new("L", (max(1, int(right - left)), max(1, int(bottom - top))))
    ImageDraw.Draw(image).text((-left, -top), plain(text), 255, letters)
    return np.asarray(image, dtype=np.float32) / 255


def plain(text: str) -> str:
    """The text without signs that Pillow's font lacks."""
    return text.translate(_SIGNS)


def font(size: int) -> Any:
    """Pillow's own font.

    :raises ImportError: as ``ink``.
    """
    from PIL import ImageFont

    try:
        return ImageFont.load_default(size)
    except TypeError as error:
        raise ImportError(_("Pillow is older than 10.1, whose font has a size")) from error


def write(
    picture: np.ndarray, text: str, x: float, y: float, size: int, upwards: bool = False
) -> None:
    """Write black text centred at (x, y), counted from the upper left corner.

    :param picture: (height, width, 3), 0 … 1; changed in place. What lies beyond is cut off.
    :param upwards: turned by 90° against the clock.
    :raises ImportError: as ``ink``.
    """
    drawn = ink(text, size)
    if upwards:
        drawn = np.rot90(drawn)
    top, left = round(y - drawn.shape[0] / 2), round(x - drawn.shape[1] / 2)
    here = picture[max(top, 0) : top + drawn.shape[0], max(left, 0) : left + drawn.shape[1]]
    drawn = drawn[max(-top, 0) :, max(-left, 0) :][: here.shape[0], : here.shape[1]]
    here *= 1 - drawn[..., None]


def coloured(signed: np.ndarray, reach: float) -> np.ndarray:
    """Colours (..., 3) 0 … 1 of signed distances; beyond ± ``reach`` the last ones."""
    place = (np.clip(signed / reach, -1, 1) + 1) / 2 * (len(_STOPS) - 1)
    stops = np.arange(len(_STOPS))
    return np.stack([np.interp(place, stops, channel) for channel in _STOPS.T], axis=-1)


def nice_reach(p95: float) -> float:
    """The end of the scale in mm: 1, 2 or 5 times a power of ten, not below the p95."""
    value = max(p95, 0.01)
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= value * 0.999))


def legend(width: int, height: int, reach: float) -> np.ndarray:
    """A bar (height, width, 3) of bands with the numbers of their borders below.

    :raises ImportError: Pillow is missing.
    """
    picture = np.ones((height, width, 3), dtype=np.float32)
    edge, bar = 60, height // 2
    borders = np.linspace(-reach, reach, _BANDS + 1)
    columns = np.linspace(edge, width - edge, _BANDS + 1).round().astype(int)
    for left, right, low, high in zip(columns, columns[1:], borders, borders[1:], strict=False):
        picture[4:bar, left:right] = coloured(np.array((low + high) / 2), reach)
        picture[4:bar, right - 1 : right + 1] = 0
    picture[4:bar, columns[0] - 1 : columns[0] + 1] = 0
    picture[(4, bar), columns[0] : columns[-1]] = 0
    for column, value in zip(columns, borders, strict=True):
        write(picture, signed_number(value), column, (bar + height) / 2, 15)
    return picture


def signed_number(value: float) -> str:
    """With its sign, and zero without."""
    return "0" if abs(value) < 1e-9 else f"{value:+.3g}"


def banded(signed: np.ndarray, reach: float) -> np.ndarray:
    """Distances moved to the middle of their band, as the legend shows them."""
    band = np.clip(np.floor((signed / reach + 1) / 2 * _BANDS), 0, _BANDS - 1)
    return ((band + 0.5) / _BANDS * 2 - 1) * reach
