"""The main job from the command line, and what came out of it, measured.

Without a series: the demonstration that PrintPrep carries is written as DICOM files in
the Philips/Elscint private compression, run like anybody's series, and the model on disk
is measured against what is known of it. With a series: what its header claims beside
what its slices show.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from phantoms.elscint import compress_file
from phantoms.measure import Surface, fit_plane, fit_sphere, parts, read_stl

PROJECT = Path(__file__).resolve().parent.parent
WRITTEN = ("volume.nrrd", "model.stl", "qa.json", "qa.html")
SERIES = "demonstration-series"


@dataclass(frozen=True)
class Row:
    """A line of the table: measured against true, and how far apart they may be."""

    what: str
    unit: str
    true: float
    measured: float
    limit: float

    @property
    def passed(self) -> bool:
        return abs(self.measured - self.true) <= self.limit


class DemoError(Exception):
    """What stopped the demonstration, in one line; empty where that has been said."""


def command() -> list[str]:
    """The installed command of this environment, or its module where it is not installed."""
    installed = Path(sys.executable).with_name("printprep")
    if installed.exists():
        return [str(installed)]
    return [sys.executable, "-m", "PrintPrepLib.cli"]


def run(inputs: Path, out: Path, options: Iterable[str]) -> None:
    """``printprep run``, shown as the user would type it.

    :raises DemoError: it failed; it has said why.
    """
    arguments = ["run", str(inputs), "--out", str(out), *options]
    print("$", shlex.join(["printprep", *arguments]), flush=True)
    paths = [str(PROJECT / "PrintPrep"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    if subprocess.run([*command(), *arguments], env=environment).returncode:
        raise DemoError
    missing = [name for name in WRITTEN if not (out / name).is_file()]
    if missing:
        raise DemoError(f"{', '.join(missing)} did not appear in {out}.")


def part_at(pieces: list[Surface], center: np.ndarray, size: float) -> Surface:
    """The piece whose bounding box lies about ``center``, nearest in place and size.

    :raises DemoError: nothing of that size lies there.
    """

    def misfit(piece: Surface) -> float:
        points = piece.points[np.unique(piece.triangles)]
        low, high = points.min(axis=0), points.max(axis=0)
        return float(np.abs((low + high) / 2 - center).max() + abs((high - low).max() - size))

    best = min(pieces, key=misfit, default=None)
    if best is None or misfit(best) > 0.5 * size:
        raise DemoError(f"the model has no part of {size:.0f} mm where one should be.")
    return best


def box_axes(box: Surface) -> np.ndarray:
    """(3, 3) unit normals of a box's faces, as rows: the directions in which most area faces."""
    a, b, c = np.moveaxis(box.corners, 1, 0)
    cross = np.cross(b - a, c - a)
    area = np.linalg.norm(cross, axis=1)
    normals = cross[area > 0] / area[area > 0, None]
    area = area[area > 0]
    axes: list[np.ndarray] = []
    while len(axes) < 3:
        free = np.all([np.abs(normals @ axis) < 0.5 for axis in axes], axis=0)
        candidates = normals[free] if axes else normals
        weight = area[free] if axes else area
        tried = candidates[:: max(1, len(candidates) // 500)]
        facing = [weight[np.abs(candidates @ normal) > 0.99].sum() for normal in tried]
        axes.append(tried[int(np.argmax(facing))])
    return np.array(axes)


def box_edges(box: Surface) -> tuple[np.ndarray, np.ndarray]:
    """Edge lengths (3,) in mm, longest first, and the centre (3,) LPS mm.

    A plane is fitted to the middle of each face, where the rounding of blurred edges
    does not reach; an edge is the distance between two opposite planes.
    """
    points = box.points[np.unique(box.triangles)]
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    axes = box_axes(box)
    along = (points - middle) @ axes.T
    half = np.abs(along).max(axis=0)
    edges, offsets, normals = [], [], []
    for axis in range(3):
        others = [other for other in range(3) if other != axis]
        inner = np.all(np.abs(along[:, others]) < 0.7 * half[others], axis=1)
        faces = [points[inner & (sign * along[:, axis] > 0.7 * half[axis])] for sign in (1, -1)]
        fits = [fit_plane(face) for face in faces]
        normal = fits[0][0] + np.sign(fits[0][0] @ fits[1][0]) * fits[1][0]
        normal /= np.linalg.norm(normal)
        places = [float(normal @ face.mean(axis=0)) for face in faces]
        edges.append(abs(places[0] - places[1]))
        offsets.append(sum(places) / 2)
        normals.append(normal)
    center = np.linalg.solve(np.array(normals), np.array(offsets))
    return np.sort(edges)[::-1], center


def ball_row(qa: dict, truth, diameter: float) -> Row:
    """The ball as it is; or, where its surface lies at a threshold, as the scan blurs it."""
    if qa["segment"]["surface"] == "edge":
        return Row("ball: diameter", "mm", truth.ball_diameter_mm, diameter, 0.05)
    true = truth.ball_half_contrast_diameter_mm
    return Row("ball: diameter as blurred", "mm", true, diameter, 0.05)


def measured_against_true(model: Path, qa: dict, truth) -> list[Row]:
    """The table of the demonstration; the model is read from its file."""
    pieces = parts(read_stl(model))
    ball_center = np.asarray(truth.ball_center_lps, float)
    block_center = np.asarray(truth.block_center_lps, float)
    ball = part_at(pieces, ball_center, truth.ball_diameter_mm)
    corners = ball.areas / 3
    weights = np.bincount(ball.triangles.ravel(), np.repeat(corners, 3), len(ball.points))
    used = weights > 0
    center, radius = fit_sphere(ball.points[used], weights[used])
    edges, middle = box_edges(part_at(pieces, block_center, max(truth.block_edges_mm)))
    away = float(np.linalg.norm(ball_center - block_center))
    source, steps = qa["source"], qa["source"]["steps_mm"]
    return [
        ball_row(qa, truth, 2 * radius),
        *(
            Row(f"ball: centre, {axis}", "mm", float(true), float(found), 0.02)
            for axis, true, found in zip("LPS", ball_center, center, strict=True)
        ),
        *(
            Row(f"block: edge {index}", "mm", float(true), float(found), 0.05)
            for index, (true, found) in enumerate(
                zip(sorted(truth.block_edges_mm, reverse=True), edges, strict=True), start=1
            )
        ),
        Row("ball to block, centres", "mm", away, float(np.linalg.norm(center - middle)), 0.05),
        Row("gantry tilt", "°", abs(truth.tilt_deg), source["tilt_deg"], 0.01),
        Row("smallest step", "mm", min(truth.steps_mm), steps["min"], 0.001),
        Row("largest step", "mm", max(truth.steps_mm), steps["max"], 0.001),
        Row("resampling residual, most", "mm", 0.0, qa["volume"]["residual_mm"]["max"], 0.01),
    ]


def table(rows: list[Row]) -> str:
    """The rows as text."""
    lines = [f"{'':31}{'true':>10}{'measured':>11}{'apart':>9}{'allowed':>9}"]
    for row in rows:
        apart = row.measured - row.true
        mark = "ok" if row.passed else "FAILED"
        lines.append(
            f"{row.what + ', ' + row.unit:31}{row.true:10.3f}{row.measured:11.3f}"
            f"{apart:+9.3f}{row.limit:9.3f}  {mark}"
        )
    return "\n".join(lines)


def number(value: float | None, unit: str) -> str:
    return "not given" if value is None else f"{value:.3f} {unit}"


def header_and_slices(qa: dict) -> str:
    """What the header of a user's series says beside what its slices show."""
    source, volume, model = qa["source"], qa["volume"], qa["model"]
    steps, residual = source["steps_mm"], volume["residual_mm"]
    spread = f"{steps['min']:.3f} / {steps['median']:.3f} / {steps['max']:.3f} mm"
    chosen = " × ".join(f"{value:.3f}" for value in volume["spacing_mm"])
    extents = " × ".join(f"{value:.1f}" for value in model["extents_mm"])
    lines = [
        ("gantry tilt, header", number(source["tilt_tag_deg"], "°")),
        ("gantry tilt, slices", number(source["tilt_deg"], "°")),
        ("slice thickness, header", number(source["slice_thickness_mm"], "mm")),
        ("steps, slices (least / median / most)", spread),
        ("slices used", str(source["slices"])),
        ("files left out", str(len(source["rejected"]))),
        ("voxels (i × j × k)", f"{chosen} mm, interpolation {volume['interpolation']}"),
        ("residual (most / rms)", f"{residual['max']:.4f} / {residual['rms']:.4f} mm"),
        ("model extents (L × P × S)", f"{extents} mm"),
        ("verdict of the checks", str(qa["verdict"])),
    ]
    return "\n".join(f"{what:40}{value}" for what, value in lines)


def demonstrate(out: Path, options: list[str]) -> bool:
    """Write, run and measure the embedded demonstration; whether all marks passed."""
    from PrintPrepLib.core.errors import ExportError
    from PrintPrepLib.demo.series import write_demonstration

    series = out / SERIES
    if series.exists():  # an earlier one: its slices must not mix with these
        shutil.rmtree(series)
    try:
        truth = write_demonstration(series)
    except ExportError as error:
        raise DemoError(str(error)) from error
    for file in series.iterdir():
        compress_file(file)
    run(series, out, options)
    qa = json.loads((out / "qa.json").read_text(encoding="utf-8"))
    rows = measured_against_true(out / "model.stl", qa, truth)
    print("\nMeasured on the file model.stl against true:")
    print(table(rows))
    if qa["segment"]["surface"] != "edge":
        print("Blur moves the surface of a ball inwards, by an amount that is known here.")
    return all(row.passed for row in rows)


def main() -> int:
    """Exit status 0 when the job was done and, for the demonstration, all marks passed."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").splitlines()[0],
        epilog="What stands after -- is given to printprep run.",
    )
    parser.add_argument("series", nargs="?", type=Path, help="folder of a CT series")
    parser.add_argument("--out", type=Path, default=Path("demo-output"), help="folder to write")
    given = sys.argv[1:]
    split = given.index("--") if "--" in given else len(given)
    arguments, options = parser.parse_args(given[:split]), given[split + 1 :]
    out = arguments.out
    passed = True
    try:
        out.mkdir(parents=True, exist_ok=True)
        if arguments.series is None:
            passed = demonstrate(out, options)
        else:
            run(arguments.series, out, options)
            qa = json.loads((out / "qa.json").read_text(encoding="utf-8"))
            print("\nWhat the header says, and what was measured:")
            print(header_and_slices(qa))
    except OSError as error:
        print(f"demo: {error.filename or out}: {error.strerror}.", file=sys.stderr)
        return 1
    except DemoError as error:
        if str(error):
            print(f"demo: {error}", file=sys.stderr)
        return 1
    print("\nWritten:")
    for name in WRITTEN:
        print(f"  {out / name}")
    if not passed:
        print("demo: a measurement lies outside what is allowed.", file=sys.stderr)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
