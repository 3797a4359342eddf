"""A comparison as JSON, and in words for a person at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .result import Comparison

_BINS = 41
#: The figures of distances, and what they are called.
FIGURES = (
    ("mean", "mean"),
    ("rms", "root mean square"),
    ("p95", "95 % are within"),
    ("max", "largest"),
    ("signed_mean", "mean with sign"),
)


def comparison_record(found: Comparison) -> dict[str, Any]:
    """What ``compare --json`` prints; lengths in mm, LPS."""
    shape = found.shape
    record: dict[str, Any] = {
        "aligned": found.aligned,
        "transform": found.transform.tolist(),
        "scale_axes": None if shape is None else shape.parts.scale.tolist(),
        "scale_axes_error": None if shape is None else shape.scale_error.tolist(),
        "scale_axes_of": None if shape is None else shape.axes_of,
        "distance_mm": statistics(found.distances_mm),
        "distance_as_given_mm": (
            None if found.as_given_mm is None else statistics(found.as_given_mm)
        ),
        "unit_factor": found.unit_factor,
        "mirrored": found.mirrored,
        "samples": len(found.distances_mm),
        "histogram": histogram(found.distances_mm),
        "missing_share": found.missing,
        "extra_share": 0.0 if found.local is None else found.local.extra,
        "patches": len(found.local.patches) if found.local is not None else 0,
        **found.measures,
    }
    if shape is not None:
        record |= {
            "alignment": shape.rigid.tolist(),
            "skew": shape.parts.skew.tolist(),
            "skew_error": shape.skew_error.tolist(),
            "inflation_mm": shape.inflation_mm,
            "scatter_mm": shape.scatter_mm,
        }
    volumes = [abs(found.measures[name]["volume_mm3"]) for name in ("model", "reference")]
    record["volume_ratio"] = (
        volumes[0] * found.unit_factor**3 / volumes[1] if volumes[1] > 0 else None
    )
    record["findings"] = [finding.as_finding() for finding in found.findings]
    return record


def statistics(signed: np.ndarray) -> dict[str, float]:
    """Figures of signed distances (N,), mm; all but the signed mean are without sign."""
    distance = np.abs(signed)
    return {
        "mean": float(distance.mean()),
        "rms": float(np.sqrt((distance**2).mean())),
        "p95": float(np.percentile(distance, 95)),
        "max": float(distance.max()),
        "signed_mean": float(signed.mean()),
    }


def histogram(signed: np.ndarray) -> dict[str, list]:
    """Counts of signed distances between the 0.5th and 99.5th percentile, about zero."""
    reach = float(np.percentile(np.abs(signed), 99.5)) or 1e-6
    counts, edges = np.histogram(signed, bins=_BINS, range=(-reach, reach))
    return {"edges_mm": edges.tolist(), "counts": counts.tolist()}


def comparison_text(record: Mapping[str, Any], folder: str | None = None) -> str:
    """The answer of ``compare`` as text: sentences first, then the figures.

    :param record: as ``comparison_record`` makes it.
    """
    text = "".join(f"{finding['message']}\n" for finding in record["findings"])
    figures = record["distance_mm"]
    text += f"\nDistance of the model's surface to the reference{undone_words(record)}\n"
    for key, title in FIGURES:
        text += f"  {title:18}{figures[key]:10.3f} mm\n"
    text += "                         x          y          z\n"
    for name in ("model", "reference"):
        text += f"  {name + ', mm':18}" + _columns(record[name]["extents_mm"], ".2f") + "\n"
    if record["scale_axes"] is not None:
        text += f"  {'scale':18}" + _columns(record["scale_axes"], ".4f") + "\n"
        text += f"  {'±':18}" + _columns(record["scale_axes_error"], ".4f") + "\n"
    if folder is not None:
        text += f"Written: compare.json, compare.html, compare.ply in {folder}\n"
    return text


def _columns(values: list[float], form: str) -> str:
    return " ".join(f"{value:10{form}}" for value in values)


def undone_words(record: Mapping[str, Any]) -> str:
    """What was undone before the distances were taken, in brackets, or nothing."""
    done = [
        word
        for word, true in (
            ("unit undone", record["unit_factor"] != 1),
            ("mirror undone", record["mirrored"] is not None),
            ("aligned", record["aligned"]),
        )
        if true
    ]
    return f" ({', '.join(done)})" if done else ""
