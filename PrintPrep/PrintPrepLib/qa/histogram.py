"""Values counted into bins of equal width."""

from __future__ import annotations

import numpy as np

_BINS = 40


def binned(values: np.ndarray, bins: int = _BINS) -> dict[str, list[float]] | None:
    """A histogram for the record: ``edges_mm`` (bins + 1) and ``counts`` (bins).

    The outermost half per cent at each end is counted in the outermost bins, so that one
    outlier does not squeeze the rest into one bin.

    :param values: mm; what is no finite number does not count. None where nothing does.
    """
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    if not len(known):
        return None
    low, high = np.percentile(known, [0.5, 99.5])
    if high - low < 1e-6:
        low, high = low - 0.001, high + 0.001
    counts, edges = np.histogram(np.clip(known, low, high), bins, (low, high))
    return {"edges_mm": np.round(edges, 6).tolist(), "counts": counts.tolist()}
