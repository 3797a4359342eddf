"""A comparison as JSON, and in words for a person at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.findings import from_entry
from ..core.phrases import Phrase, _, translated

if TYPE_CHECKING:
    from .result import Comparison

_BINS = 41
#: The figures of distances, and what they are called.
FIGURES = (
    ("mean", _("mean")),
    ("rms", _("root mean square")),
    ("p95", _("95 % are within")),
    ("max", _("largest")),
    ("signed_mean", _("mean with sign")),
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
    record["findings"] = [finding.as_entry() for finding in found.findings]
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
    text = "".join(f"{from_entry(finding).said}\n" for finding in record["findings"])
    figures = record["distance_mm"]
    title = translated(_("Distance of the model's surface to the reference"))
    text += f"\n{title}{undone_words(record)}\n"
    for key, name in FIGURES:
        text += f"  {translated(name):18}{figures[key]:10.3f} mm\n"
    text += "                         x          y          z\n"
    lines = [
        (_("model, mm"), record["model"]["extents_mm"], ".2f"),
        (_("reference, mm"), record["reference"]["extents_mm"], ".2f"),
    ]
    if record["scale_axes"] is not None:
        lines.append((_("scale"), record["scale_axes"], ".4f"))
        lines.append(("±", record["scale_axes_error"], ".4f"))
    for name, values, form in lines:
        columns = " ".join(f"{value:10{form}}" for value in values)
        text += f"  {translated(name):18}{columns}\n"
    if folder is not None:
        written = Phrase(
            _("Written: compare.json, compare.html, compare.ply in {folder}"), {"folder": folder}
        )
        text += written.said + "\n"
    return text


def undone_words(record: Mapping[str, Any]) -> str:
    """What was undone before the distances were taken, in brackets, or nothing; in the language
    in use."""
    told = (
        (_("unit undone"), record["unit_factor"] != 1),
        (_("mirror undone"), record["mirrored"] is not None),
        (_("aligned"), record["aligned"]),
    )
    done = [translated(word) for word, true in told if true]
    return f" ({', '.join(done)})" if done else ""
