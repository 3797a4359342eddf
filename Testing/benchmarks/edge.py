"""Where the surface lies when nobody gave a threshold: against generated truth, and two skulls.

Every case is made into a model three ways from the same voxels and the same mask: by the edge,
by the threshold that made the mask, and as Slicer does (closed surface of the segment).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from phantoms.edges import CASES, EdgeCase, case, mesh_faults
from phantoms.edges import measure as against_truth
from phantoms.measure import ClosestPoint, Surface, read_stl, sample

from . import printprep_side, slicer_side
from .real_data import SKULL_TILTED, SKULL_UPRIGHT, series
from .skull import Field, signed_distances
from .table import Other, Row
from .timing import best_times

THRESHOLD, SLICER = "threshold surface", "Slicer default"
FAULTS = (
    "boundary_edges",
    "non_manifold_edges",
    "non_manifold_vertices",
    "self_intersections",
    "extra_handles",
)
#: Twenty bodies whose walls or gaps are about as wide as the blur, and a few that are wider.
THIN = (
    *("plate/0.5 mm", "plate/0.75 mm", "plate/1.0 mm", "plate/1.5 mm"),
    *("plate/0.75 mm, air and tissue", "rod/1.5 mm", "tube/0.75 mm", "tube/1.0 mm"),
    *("shell/0.75 mm, 1200 HU, blur 0.6", "shell/1.0 mm, 1200 HU, blur 0.6"),
    *("sheet/0.3 mm, air and fat", "sheet/0.5 mm, air and fat", "sheet/0.75 mm, air and fat"),
    *("sheet/1.0 mm, air and tissue", "joint/0.5 mm", "joint/1.0 mm", "joint/1.5 mm"),
    *("joint/2.0 mm", "joint/3.0 mm", "suture/0.8 mm"),
)
#: What must be no worse than by the threshold, by more than this in the mean (mm).
ROBUST = ("noise/", "step/", "oblique/", "anisotropic/", "metal", "vessel", "padding", "cut/")
WORSE_MM = 0.05
SAMPLES = 100_000
SECONDS = 8.0


@dataclass(frozen=True)
class Measured:
    """One case, its three models measured."""

    name: str
    edge: dict[str, float]
    threshold: dict[str, float]
    slicer: dict[str, float]

    def others(self, figure: str) -> list[Other]:
        """The two that the edge surface is held against, either way."""
        ways = ((THRESHOLD, self.threshold), (SLICER, self.slicer))
        return [Other(name, abs(way[figure])) for name, way in ways if np.isfinite(way[figure])]

    @property
    def faults(self) -> int:
        """Everything that a mesh must not have."""
        return sum(self.count(fault) for fault in FAULTS)

    def count(self, fault: str) -> int:
        """How often the edge surface has it; a handle too few is none too many."""
        return max(0, int(self.edge[fault]))


def measured(name: str) -> Measured:
    """Make a case and its three models, and measure them."""
    made = case(name)
    edge = against_truth(made, printprep_side.edge_mesh(made))
    threshold = against_truth(made, printprep_side.threshold_mesh(made), faults=False)
    return Measured(name, edge, threshold, against_truth(made, _slicer(made), faults=False))


def _slicer(made: EdgeCase) -> Surface:
    with tempfile.TemporaryDirectory() as temporary:
        return read_stl(slicer_side.mask_stl(made.what, made.ijk_to_lps, Path(temporary)))


def _all(*starts: str) -> list[Measured]:
    return [measured(name) for name in CASES if name.startswith(starts)]


def _worst(what: str, found: Sequence[Measured], figure: str, bar: float) -> Row:
    """The row of the case in which a figure is farthest from 0."""

    def size(one: Measured, way: str = "edge") -> float:
        value = abs(getattr(one, way)[figure])
        return value if np.isfinite(value) else np.inf

    worst = max(found, key=size)
    values = [one.edge[figure] for one in found]
    return Row(
        what,
        size(worst),
        "mm",
        [
            Other(f"{label}, its worst", max(size(one, way) for one in found))
            for way, label in (("threshold", THRESHOLD), ("slicer", SLICER))
        ],
        f"≤ {bar:g} mm",
        size(worst) <= bar,
        f"worst of {len(found)}, either way: {worst.name}, {worst.edge[figure]:+.4f}; "
        f"all {min(values):+.4f} … {max(values):+.4f}, mean {np.mean(values):+.4f}",
    )


def _sound(what: str, found: Sequence[Measured]) -> Row:
    """Faults of all meshes together."""
    counts = {fault: sum(one.count(fault) for one in found) for fault in FAULTS}
    bad = [one.name for one in found if one.faults]
    note = ", ".join(f"{fault.replace('_', ' ')} {count}" for fault, count in counts.items())
    return Row(
        f"{what}: faults of {len(found)} meshes",
        float(sum(counts.values())),
        "",
        bar="0",
        met=not bad,
        note=note + (f"; in {', '.join(bad)}" if bad else ""),
    )


def edge_balls() -> Iterator[Row]:
    """Balls of 300 to 1,500 HU in soft tissue."""
    found = _all("ball/")
    yield _worst("edge: balls R 12 of 300 … 1,500 HU, mean", found, "mean", 0.02)
    yield _worst("edge: the same, radial RMS", found, "rms", 0.07)
    yield _sound("edge: balls", found)


def edge_shells() -> Iterator[Row]:
    """Cortical shells of 0.75 to 5 mm round marrow."""
    found = _all("shell/")
    yield _worst("edge: cortical shells, outer surface, mean", found, "outer_mean", 0.05)
    yield _worst("edge: the same, scatter", found, "outer_scatter", 0.10)
    yield _worst("edge: the same, thickness", found, "thickness_error", 0.08)
    yield _sound("edge: shells", found)


def edge_thin() -> Iterator[Row]:
    """Twenty thin walls and narrow gaps: width and place, one by one."""
    found = [measured(name) for name in THIN]
    for one in found:
        sound = f"faults {one.faults}, parts too many {one.edge['extra_components']:+.0f}"
        yield Row(
            f"edge: {one.name}, width",
            one.edge["thickness_mean"] if np.isfinite(one.edge["thickness_mean"]) else None,
            "mm",
            one.others("thickness_mean"),
            note="; ".join(
                f"{label}: place {way['mean']:+.3f} ± {way['scatter']:.3f} mm, "
                f"{100 * way['thickness_lost']:.0f} % of the width lost, "
                f"{100 * way['missing']:.0f} % of the surface missing"
                for label, way in (
                    (f"edge ({sound})", one.edge),
                    ("threshold", one.threshold),
                    ("Slicer", one.slicer),
                )
            ),
        )
    yield _sound("edge: thin walls", found)


def edge_robust() -> Iterator[Row]:
    """Noise, steps, oblique grids, metal, vessels, padding, the field's end."""
    found = _all(*ROBUST)
    for one in found:
        value, threshold = abs(one.edge["mean"]), abs(one.threshold["mean"])
        yield Row(
            f"edge: {one.name}, mean off either way",
            value,
            "mm",
            one.others("mean"),
            f"≤ threshold + {WORSE_MM} mm",
            value <= threshold + WORSE_MM,
            f"RMS {one.edge['rms']:.3f} (threshold {one.threshold['rms']:.3f}), "
            f"farthest {one.edge['max']:.2f} (threshold {one.threshold['max']:.2f}) mm",
        )
    yield _sound("edge: robustness", found)


def edge_others() -> Iterator[Row]:
    """Skin, airway, teeth, MR: other plateaus. No bar but faults."""
    found = _all("skin/", "airway", "tooth", "jaw", "block/", "uneven/", "mr/")
    for one in found:
        yield Row(
            f"edge: {one.name}, mean off either way",
            abs(one.edge["mean"]),
            "mm",
            one.others("mean"),
            note=f"{one.edge['mean']:+.3f} ± {one.edge['scatter']:.3f}, threshold "
            f"{one.threshold['mean']:+.3f} ± {one.threshold['scatter']:.3f} mm",
        )
    yield _sound("edge: others", found)


def edge_kernels() -> Iterator[Row]:
    """One body in two kernels, the second of which overshoots: do the models agree?"""
    soft, sharp = case("kernels/soft"), case("kernels/sharp")
    ways = {
        "edge": printprep_side.edge_mesh,
        THRESHOLD: printprep_side.threshold_mesh,
        SLICER: _slicer,
    }
    found = {name: _apart(way(sharp), way(soft)) for name, way in ways.items()}
    for figure, bar in (("mean", 0.03), ("mean absolute", 0.05), ("p95", 0.14)):
        mine = abs(found["edge"][figure])
        yield Row(
            f"edge: one scan in two kernels, {figure}",
            mine,
            "mm",
            [Other(name, abs(found[name][figure])) for name in (THRESHOLD, SLICER)],
            f"≤ {bar} mm",
            mine <= bar,
        )


def _apart(moving: object, fixed: object) -> dict[str, float]:
    surface, other = (
        Surface(np.asarray(m.points), np.asarray(m.triangles)) for m in (moving, fixed)
    )
    signed = ClosestPoint(other).signed(sample(surface, SAMPLES)[0])
    return {
        "mean": float(signed.mean()),
        "mean absolute": float(np.abs(signed).mean()),
        "p95": float(np.percentile(np.abs(signed), 95)),
    }


def edge_mask() -> Iterator[Row]:
    """A mask of coarse voxels with errors along its boundary."""
    one = measured("masks/1.5 mm")
    for figure, bar in (("rms", 0.05), ("max", 0.3)):
        value = one.edge[figure]
        yield Row(
            f"edge: mask of 1.5 mm voxels, errors of 0.5 mm, {figure}",
            value,
            "mm",
            [Other("the mask's surface", one.threshold[figure]), Other(SLICER, one.slicer[figure])],
            f"≤ {bar} mm",
            value <= bar,
        )
    yield _sound("edge: mask", [one])


def edge_skull() -> Iterator[Row]:
    """The skull at -18.5° against 0°, other kernel and steps, rigidly aligned."""
    for folder in (SKULL_TILTED, SKULL_UPRIGHT):
        series(folder)
    tilted, upright = (printprep_side.load(path) for path in (SKULL_TILTED, SKULL_UPRIGHT))
    fields = [Field(volume.voxels.shape, volume.ijk_to_lps) for volume in (tilted, upright)]
    found, sound = {}, []
    for label, way in (
        ("edge", printprep_side.edge_of_preset),
        (THRESHOLD, printprep_side.threshold_of_preset),
    ):
        moving, fixed = (
            Surface(mesh.points, mesh.triangles) for mesh in (way(tilted), way(upright))
        )
        found[label] = signed_distances(moving, fixed, ClosestPoint(fixed), *fields)
        if label == "edge":
            sound = [mesh_faults(moving), mesh_faults(fixed)]
    mean = {label: float(signed.mean()) for label, signed in found.items()}
    p95 = {label: float(np.percentile(np.abs(signed), 95)) for label, signed in found.items()}
    for what, values, bar in (("mean", mean, 0.05), ("p95", p95, 0.50)):
        yield Row(
            f"edge: skull at -18.5° → the same at 0°, {what}",
            abs(values["edge"]),
            "mm",
            [Other(THRESHOLD, abs(values[THRESHOLD]))],
            f"≤ {bar:g} mm",
            abs(values["edge"]) <= bar,
            "; ".join(
                f"{label} {signed.mean():+.3f} ± {signed.std():.3f}, mean absolute "
                f"{np.abs(signed).mean():.3f}"
                for label, signed in found.items()
            ),
        )
    counts = {fault: [one[fault] for one in sound] for fault in FAULTS[:-1]}
    yield Row(
        "edge: faults of both skulls",
        float(sum(sum(count) for count in counts.values())),
        "",
        bar="0",
        met=not any(any(count) for count in counts.values()),
        note=", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items())
        + f"; handles {[one['handles'] for one in sound]}",
    )


def edge_time() -> Iterator[Row]:
    """The edge surface of a skull of 0.8 million vertices."""
    series(SKULL_UPRIGHT)
    volume = printprep_side.load(SKULL_UPRIGHT)
    times = best_times(
        {
            "edge": partial(printprep_side.edge_of_preset, volume),
            "threshold": partial(printprep_side.threshold_of_preset, volume),
        },
        2,
        warm_up=False,
    )
    yield Row(
        "edge: surface of the upright skull",
        times["edge"],
        "s",
        [Other(THRESHOLD, times["threshold"])],
        f"≤ {SECONDS:g} s of 2 quiet cores",
        times["edge"] <= SECONDS,
    )
