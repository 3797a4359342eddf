"""Letters for pictures, with Pillow's own font: the same on every machine, without a screen."""

from __future__ import annotations

from typing import Any

import numpy as np

#: Pillow's font lacks these signs.
_SIGNS = str.maketrans({"−": "-", "–": "-", "×": "x", "µ": "u", "²": "2", "³": "3"})


def ink(text: str, size: int) -> np.ndarray:
    """Letters as ink 0 … 1, (height, width); equally high whatever the letters are.

    :param size: of the font in pixels.
    :raises ImportError: Pillow is missing, too old (before 10.1), or knows no outline fonts.
    """
    from PIL import Image, ImageDraw

    letters = font(size)
    left, _, right, _ = letters.getbbox(plain(text))
    _, top, _, bottom = letters.getbbox("Hg")
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
        raise ImportError("Pillow is older than 10.1, whose font has a size") from error


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
