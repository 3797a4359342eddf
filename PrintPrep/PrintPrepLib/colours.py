"""Colours for signed distances, and their legend."""

from __future__ import annotations

import numpy as np

#: From inside (blue) over light grey to outside (red): the ends differ for every kind of
#: colour vision, and in black and white the middle is the lightest.
_STOPS = np.array(
    (
        (0.05, 0.19, 0.42),
        (0.26, 0.52, 0.77),
        (0.72, 0.85, 0.93),
        (0.93, 0.93, 0.91),
        (0.98, 0.80, 0.65),
        (0.86, 0.42, 0.28),
        (0.48, 0.04, 0.10),
    )
)
#: Even, so that their borders are round numbers with zero among them.
_BANDS = 10


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
    from .lettering import write

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
