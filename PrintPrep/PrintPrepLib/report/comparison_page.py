"""The files of a comparison: compare.json, compare.html and a coloured compare.ply."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..compare.record import FIGURES, undone_words
from ..core.files import staging
from ..core.findings import from_entry
from ..core.outward import html_text
from ..core.phrases import Phrase, _, language, translated
from ..core.progress import Progress, part, report
from ..mesh.proximity import SurfaceSearch
from ..mesh.sampling import Surface, mapped
from ..mesh.triangle_mesh import BATCH, TriangleMesh, bounds
from .drawing import banded, coloured, legend, nice_reach, signed_number
from .html import NOTICE, said
from .renderer import TITLES, VIEWS, png, rasterize

_FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])
_VERTEX = np.dtype([("place", "<f4", 3), ("colour", "u1", 3), ("distance", "<f4")])
#: Places between the corners that colours are taken from, where triangles are large.
_SAMPLES = 150_000
_SIDE = 480
_MARGIN = 24
_LEGEND = 64
_CHART = (900, 260)
_TITLE = _("PrintPrep comparison")
_MODEL = _("Model against reference")
_DISTANCE = _("Distance of the model's surface to the reference")
_AXES = _("Along each axis")
_WHERE = _("Where")
_STYLE = """
body { font-family: sans-serif; font-size: 10pt; color: black; background-color: white;
       margin: 24px; max-width: 1000px; }
h1 { font-size: 16pt; margin-bottom: 4px; }
h2 { font-size: 12pt; margin-top: 18px; margin-bottom: 4px; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 3px 14px 3px 0;
         border-bottom: 1px solid #999999; }
td.number { text-align: right; white-space: nowrap; }
img { max-width: 100%; }
tr, img { page-break-inside: avoid; }
@page { margin: 15mm; }
"""


def write_comparison(
    record: Mapping[str, Any],
    model: TriangleMesh,
    reference: TriangleMesh,
    folder: str | os.PathLike[str],
    progress: Progress | None = None,
) -> None:
    """Write compare.json, compare.html and compare.ply into a folder, all or none.

    :param record: as ``comparison_record`` makes it.
    :raises ExportError: the folder cannot be made or written.
    :raises Cancelled: progress asked for it.
    """
    transform = np.array(record["transform"])
    report(progress, 0.0, _("Preparing the reference"))
    search = SurfaceSearch(Surface(reference))
    points = mapped(model.points, transform)
    distances = search.nearest(points, part(progress, 0.2, 0.5)).signed
    triangles = model.triangles
    if np.linalg.det(transform[:3, :3]) < 0:
        triangles = triangles[:, ::-1]
    placed = TriangleMesh(points, triangles)
    reach = nice_reach(record["distance_mm"]["p95"])
    report(progress, 0.5, _("Drawing the pictures"))
    try:
        samples = Surface(placed).samples(_SAMPLES)[0]
        places = np.concatenate((points, samples))
        values = np.concatenate((distances, search.nearest(samples).signed))
        picture = _pictures(placed, places, values, reach, part(progress, 0.5, 0.8))
        chart = _chart(record["histogram"], reach)
        page = _page(record, reach, picture, chart)
    except ImportError as error:
        page = _page(record, reach, None, None, str(error))
    report(progress, 0.8, _("Writing the files"))
    with staging(folder) as files:
        text = json.dumps(record, indent=2) + "\n"
        (files / "compare.json").write_text(text, "utf-8", newline="\n")
        (files / "compare.html").write_text(page, "utf-8", newline="\n")
        _write_ply(files / "compare.ply", placed, distances, reach)


def _pictures(
    mesh: TriangleMesh,
    places: np.ndarray,
    values: np.ndarray,
    reach: float,
    progress: Progress | None,
) -> bytes:
    """The model from three sides, coloured by distance, with the legend below, as PNG.

    :param places, values: (N, 3) places on the model, and their distances.
    """
    from scipy.spatial import cKDTree

    from .drawing import write

    tree = cKDTree(places, balanced_tree=False, compact_nodes=False)
    low, high = bounds(mesh)
    scale = (_SIDE - 2 * _MARGIN) / float((high - low).max())
    sheet = np.ones((_SIDE + _LEGEND, len(VIEWS) * _SIDE, 3), dtype=np.float32)
    for number, (view, (axes, letters)) in enumerate(VIEWS.items()):
        report(progress, number / len(VIEWS), _("Drawing the pictures"))
        turn, shift = np.array(axes, dtype=float) * scale, np.array((_SIDE / 2, _SIDE / 2, 0))
        middle = (low + high) / 2
        seen = (mesh.points - middle) @ turn.T + shift
        light, depth = rasterize(seen, mesh.triangles, (_SIDE, _SIDE))
        rows, columns = np.nonzero(~np.isnan(light))
        box = sheet[:_SIDE, number * _SIDE : (number + 1) * _SIDE]
        if len(rows):
            pixels = np.column_stack((columns + 0.5, _SIDE - rows - 0.5, depth[rows, columns]))
            nearest = tree.query((pixels - shift) @ turn / scale**2 + middle, workers=-1)[1]
            tint = coloured(banded(values[nearest], reach), reach)
            box[rows, columns] = tint * (0.35 + 0.65 * light[rows, columns, None])
        write(box, translated(TITLES[view]), _SIDE / 2, 12, 16)
        for letter, (x, y) in zip(
            letters,
            ((10, _SIDE / 2), (_SIDE - 10, _SIDE / 2), (_SIDE / 2, 34), (_SIDE / 2, _SIDE - 10)),
            strict=True,
        ):
            write(box, letter, x, y, 16)
    sheet[_SIDE:] = legend(sheet.shape[1], _LEGEND, reach)
    return png((np.clip(sheet, 0, 1) * 255 + 0.5).astype(np.uint8))


def _chart(histogram: Mapping[str, Any], reach: float) -> bytes:
    """The histogram as PNG, numbers written below."""
    from .drawing import write

    width, height = _CHART
    picture = np.ones((height, width, 3), dtype=np.float32)
    counts, edges = np.array(histogram["counts"]), np.array(histogram["edges_mm"])
    left, right, bottom, top = 40, width - 40, height - 50, 30
    columns = np.linspace(left, right, len(edges)).round().astype(int)
    heights = (counts / max(counts.max(), 1) * (bottom - top)).round().astype(int)
    middles = (edges[:-1] + edges[1:]) / 2
    for start, end, tall, middle in zip(columns, columns[1:], heights, middles, strict=False):
        picture[bottom - tall : bottom, start : end - 1] = coloured(np.array(middle), reach) * 0.85
    picture[bottom : bottom + 2, left:right] = 0
    for share in np.linspace(0, 1, 7):
        x = int(left + share * (right - left))
        picture[bottom : bottom + 7, x : x + 2] = 0
        value = edges[0] + share * (edges[-1] - edges[0])
        write(picture, signed_number(value), x, bottom + 20, 15)
    told = _("signed distance in mm (negative: inside the reference)")
    write(picture, translated(told), width / 2, 14, 15)
    return png((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))


def _page(
    record: Mapping[str, Any],
    reach: float,
    picture: bytes | None,
    chart: bytes | None,
    no_picture: str = "",
) -> str:
    """The comparison as a page that needs no other file; every number is also in words."""
    figures = record["distance_mm"]
    sentences = "".join(
        f"<li>{html_text(from_entry(one).said)}</li>\n" for one in record["findings"]
    )
    rows = [(translated(title), f"{figures[key]:.3f} mm") for key, title in FIGURES]
    where = _("Red lies outside the reference, blue inside; the scale ends at ± {reach:g} mm.")
    parts = [
        f'<!DOCTYPE html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n',
        f"<title>{said(_TITLE)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n",
        f"<h1>{said(_MODEL)}</h1>\n<ul>\n{sentences}</ul>\n",
        f"<h2>{translated(_DISTANCE)}{html_text(undone_words(record))}</h2>\n",
        _table(("", ""), rows),
        f"<h2>{said(_AXES)}</h2>\n",
        _table(("", "x", "y", "z"), _axes(record)),
        f"<h2>{said(_WHERE)}</h2>\n<p>{said(where, reach=reach)}</p>\n",
    ]
    if picture is None or chart is None:
        none = said(_("There is no picture ({reason})."), reason=Phrase(no_picture))
        parts.append(f"<p>{none}</p>\n")
    else:
        much = said(_("How much"))
        parts += [_image(picture, _("The model from three sides")), f"<h2>{much}</h2>\n"]
        parts.append(_image(chart, _("Histogram of the signed distances")))
    parts.append(f"<p>{said(NOTICE)}</p>\n</body>\n</html>\n")
    return "".join(parts)


def _axes(record: Mapping[str, Any]) -> list[tuple[str, ...]]:
    rows = [
        (translated(title), *(f"{value:.2f}" for value in record[name]["extents_mm"]))
        for name, title in (
            ("model", _("Size of the model, mm")),
            ("reference", _("Size of the reference, mm")),
        )
    ]
    if record["scale_axes"] is not None:
        pairs = zip(record["scale_axes"], record["scale_axes_error"], strict=True)
        values = (f"{value:.4f} ± {error:.4f}" for value, error in pairs)
        rows.append((translated(_("Scale (model ÷ reference)")), *values))
    return rows


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    titles = "".join(f"<th>{html_text(title)}</th>" for title in head)
    body = "".join(
        f"<tr><td>{html_text(name)}</td>"
        + "".join(f'<td class="number">{html_text(value)}</td>' for value in values)
        + "</tr>\n"
        for name, *values in rows
    )
    return f"<table>\n<tr>{titles}</tr>\n{body}</table>\n"


def _image(data: bytes, words: str) -> str:
    source = base64.b64encode(data).decode("ascii")
    return f'<p><img alt="{said(words)}" src="data:image/png;base64,{source}"></p>\n'


def _write_ply(path: Path, mesh: TriangleMesh, distances: np.ndarray, reach: float) -> None:
    """Points with colour and distance, LPS mm, as they were measured."""
    head = (
        "ply\nformat binary_little_endian 1.0\ncomment PrintPrep comparison. SPACE=LPS\n"
        f"comment Colours end at {reach:g} mm\nelement vertex {len(mesh.points)}\n"
        "property float x\nproperty float y\nproperty float z\n"
        "property uchar red\nproperty uchar green\nproperty uchar blue\n"
        f"property float distance_mm\nelement face {len(mesh.triangles)}\n"
        "property list uchar int vertex_indices\nend_header\n"
    )
    vertices = np.empty(len(mesh.points), _VERTEX)
    vertices["place"], vertices["distance"] = mesh.points, distances
    vertices["colour"] = (coloured(distances, reach) * 255 + 0.5).astype(np.uint8)
    with open(path, "xb") as file:
        file.write(head.encode("ascii"))
        file.write(vertices.tobytes())
        for first in range(0, len(mesh.triangles), BATCH):
            corners = mesh.triangles[first : first + BATCH]
            faces = np.empty(len(corners), _FACE)
            faces["count"], faces["corners"] = 3, corners
            file.write(faces.tobytes())
