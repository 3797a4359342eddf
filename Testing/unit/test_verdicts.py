"""Case against verdict: the whole QA on a sound phantom and on its spoilt twins.

Each case differs from the sound one in the one thing that its check is there to find.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from phantoms.analytic import Ball, Block, Scene
from PrintPrepLib.mesh.io.common import ExportedFile
from PrintPrepLib.mesh.smooth import smooth
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from PrintPrepLib.qa.assessment import Subject, assess
from PrintPrepLib.qa.printers import find_printer
from PrintPrepLib.qa.protocol import load_protocol, protocol_record
from PrintPrepLib.qa.record import model_record, qa_record, segment_record
from PrintPrepLib.surface.grey_values import grey_value_surface
from PrintPrepLib.volume.regular_volume import RegularVolume

SPACING, SIZE = 0.7, 52
MIDDLE = (SIZE - 1) * SPACING / 2
AT = (MIDDLE + 0.1, MIDDLE - 0.2, MIDDLE + 0.15)
SOURCE = {
    "series_id": "0123456789abcdef",
    "modality": "CT",
    "manufacturer": "GE MEDICAL SYSTEMS",
    "kernel": "STANDARD",
    "slice_thickness_mm": SPACING,
    "slice_gap_mm": {"min": 0.0, "max": 0.0},
    "pixel_spacing_mm": [0.6, 0.6],
    "steps_mm": {"min": SPACING, "median": SPACING, "max": SPACING},
    "tilt_deg": 0.0,
    "tilt_tag_deg": 0.0,
    "image_type": ["ORIGINAL", "PRIMARY", "AXIAL"],
    "image_types": ["ORIGINAL\\PRIMARY\\AXIAL"],
    "derivation_names_tilt": False,
    "transfer_syntax": "1.2.840.10008.1.2.1",
    "lossy": False,
    "missing": 0,
}
TREATMENT = {
    "dimensions": [SIZE] * 3,
    "spacing_mm": [SPACING] * 3,
    "interpolation": "none",
    "residual_mm": {"max": 0.001, "rms": 0.001},
}


STEPS = ("min", "median", "max")
MPR = {
    "image_type": ["DERIVED", "SECONDARY", "REFORMATTED"],
    "image_types": ["DERIVED\\SECONDARY\\REFORMATTED"],
}
BARE = {"slice_thickness_mm": 0.4, "slice_gap_mm": {"min": 0.4, "max": 0.4}}
LOSSY = {"lossy": {"ratio": 8.0, "method": None, "slices": 3}}


def ball_at(x: float, radius: float = 13.0, contrast: float = 1000.0) -> Ball:
    return Ball((x, AT[1], AT[2]), radius, contrast)


def scene(*objects, sigma: float = 0.6) -> Scene:
    return Scene(objects, 0.0, sigma)


BALL = scene(ball_at(AT[0]))


@dataclass(frozen=True)
class Case:
    """A phantom, what is done to it, and what else the record holds."""

    scene: Scene = BALL
    threshold: float = 500.0
    edit: Callable[[np.ndarray], None] | None = None
    change: Callable[[TriangleMesh], TriangleMesh] | None = None
    source: dict[str, Any] = field(default_factory=dict)
    volume: dict[str, Any] = field(default_factory=dict)
    scan_date: str = "2026-03-01"
    printer: str = "100 x 100 x 100"
    scale: float = 1.0
    spacing: float = SPACING


def record_of(case: Case) -> dict[str, Any]:
    """The record of a case, made as the command line makes it."""
    segment, model = measured(
        case.scene, case.threshold, case.edit, case.change, case.printer, case.scale, case.spacing
    )
    source = {**SOURCE, **case.source}
    provenance = {"source": source, "volume": {**TREATMENT, **case.volume}}
    protocol = protocol_record(load_protocol("orthopaedic"), source, case.scan_date, "2026-06-01")
    return qa_record(provenance, segment, model, protocol=protocol)


@cache
def measured(
    scene: Scene,
    threshold: float,
    edit: Callable[[np.ndarray], None] | None,
    change: Callable[[TriangleMesh], TriangleMesh] | None,
    printer: str,
    scale: float,
    spacing: float,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The record's segment and model of a phantom."""
    matrix = np.diag([spacing, spacing, spacing, 1.0])
    size = round(SIZE * SPACING / spacing)
    k, j, i = np.indices((size,) * 3)
    voxels = np.rint(scene.values(spacing * np.stack([i, j, k], -1))).astype(np.int16)
    mask = voxels >= threshold
    if edit:
        edit(mask)
    mesh = grey_value_surface(voxels, mask, matrix, threshold)
    if change:
        mesh = change(mesh)
    acquired = np.tile([0, size - 1, 0, size - 1], (size, 1))
    volume = RegularVolume(voxels, matrix, acquired, 0.0, {"source": SOURCE, "volume": TREATMENT})
    file = ExportedFile(Path("model.stl"), "stl", "00", len(mesh.triangles), scale, (0.0, 0.0, 0.0))
    found = assess(
        Subject(volume, mask, mesh, threshold, printer=find_printer(printer), exported=file)
    )
    segment = segment_record(mask, matrix, "threshold", threshold, None, acquired)
    return segment | found.segment, model_record(found.model, [file])


@cache
def sound() -> dict[str, str]:
    return statuses(Case())


def statuses(case: Case) -> dict[str, str]:
    return {check["id"]: check["status"] for check in record_of(case)["checks"]}


def erase_a_quarter(mask: np.ndarray) -> None:
    mask[:, SIZE // 2 :, SIZE // 2 :] = False


def paint_a_block(mask: np.ndarray) -> None:
    mask[20:32, 20:32, 2:10] = True


def fold(mesh: TriangleMesh) -> TriangleMesh:
    """Push one half of the ball through the other."""
    points = mesh.points.copy()
    beyond = points[:, 0] > AT[0] + 6
    points[beyond, 0] -= 16
    return TriangleMesh(points, mesh.triangles)


def without_a_triangle(mesh: TriangleMesh) -> TriangleMesh:
    return TriangleMesh(mesh.points, mesh.triangles[1:])


def with_one_twice(mesh: TriangleMesh) -> TriangleMesh:
    return TriangleMesh(mesh.points, np.concatenate([mesh.triangles, mesh.triangles[:1]]))


def with_a_flat_one(mesh: TriangleMesh) -> TriangleMesh:
    """Move a corner onto its neighbour."""
    points = mesh.points.copy()
    a, b, _ = mesh.triangles[0]
    points[a] = points[b]
    return TriangleMesh(points, mesh.triangles)


def pinched(mesh: TriangleMesh) -> TriangleMesh:
    """Join the ball's poles in one point."""
    triangles = mesh.triangles.copy()
    low, high = mesh.points[:, 2].argmin(), mesh.points[:, 2].argmax()
    triangles[triangles == high] = low
    return TriangleMesh(mesh.points, triangles)


def turned_inside_out(mesh: TriangleMesh) -> TriangleMesh:
    return TriangleMesh(mesh.points, mesh.triangles[:, ::-1])


def grown(mesh: TriangleMesh) -> TriangleMesh:
    """A ball 1.5 mm larger than it was scanned."""
    return TriangleMesh(np.array(AT) + (mesh.points - AT) * (14.5 / 13), mesh.triangles)


def smoothed(mesh: TriangleMesh) -> TriangleMesh:
    return smooth(mesh, 3.0)[0]


NECK = scene(ball_at(9.0, 6.0), ball_at(27.0, 6.0), Block(AT, (10.0, 0.8, 0.8), 1600.0), sigma=0.4)
NO_NECK = scene(ball_at(9.0, 6.0), ball_at(27.0, 6.0), Block(AT, (10.0, 4.0, 4.0)), sigma=0.4)
PLATE = scene(Block(AT, (20.0, 20.0, 0.9), 1100.0), sigma=0.4)
THICK_PLATE = scene(Block(AT, (20.0, 20.0, 4.0)), sigma=0.4)

TABLE = [
    # the check, its verdict on the case, the case, and the twin that passes (None: the ball)
    ("residual", "warn", Case(volume={"residual_mm": {"max": 0.3, "rms": 0.1}}), None),
    ("residual", "fail", Case(volume={"residual_mm": {"max": 0.9, "rms": 0.1}}), None),
    ("slice_spacing", "warn", Case(source={"steps_mm": dict.fromkeys(STEPS, 2.0)}), None),
    ("missing_slices", "fail", Case(source={"missing": 1}), None),
    ("pixel_size", "warn", Case(source={"pixel_spacing_mm": [1.2, 1.2]}), None),
    ("slice_coverage", "warn", Case(source=BARE), None),
    ("lossy_compression", "warn", Case(source=LOSSY), None),
    ("protocol_pixel", "fail", Case(source={"pixel_spacing_mm": [0.7, 0.7]}), None),
    ("protocol_slice_spacing", "fail", Case(source={"steps_mm": dict.fromkeys(STEPS, 3.0)}), None),
    ("protocol_tilt", "fail", Case(source={"tilt_deg": 12.0, "tilt_tag_deg": 12.0}), None),
    ("protocol_tilt_removed", "fail", Case(source={"tilt_tag_deg": 12.0}), None),
    ("protocol_image_type", "fail", Case(source=MPR), None),
    ("protocol_kernel", "warn", Case(source={"kernel": "BONEPLUS"}), None),
    ("protocol_age", "fail", Case(scan_date="2025-03-01"), None),
    ("field_of_view", "warn", Case(scene(ball_at(8.0))), None),
    ("threshold", "warn", Case(threshold=150.0), None),
    ("metal", "warn", Case(scene(Ball(AT, 13.0, 1000.0), Ball(AT, 3.0, 3000.0))), None),
    ("edits", "warn", Case(edit=erase_a_quarter), None),
    ("edits", "warn", Case(edit=paint_a_block), None),
    ("surface_truth", "fail", Case(change=grown), Case(change=smoothed)),
    ("parts", "warn", Case(scene(ball_at(9.0, 5.0), ball_at(27.0, 5.0))), None),
    ("loose_parts", "warn", Case(scene(ball_at(14.0, 10.0), ball_at(30.0, 1.0, 2000.0))), None),
    ("voids", "warn", Case(scene(Ball(AT, 13.0, 1000.0), Ball(AT, 8.0, -1000.0))), None),
    ("bridges", "warn", Case(NECK, spacing=0.5), Case(NO_NECK, spacing=0.5)),
    ("wall_thickness", "warn", Case(PLATE, threshold=700.0), Case(THICK_PLATE)),
    ("self_intersections", "fail", Case(change=fold), Case(change=smoothed)),
    ("watertight", "fail", Case(change=without_a_triangle), None),
    ("manifold", "warn", Case(change=with_one_twice), None),
    ("manifold_vertices", "warn", Case(change=pinched), None),
    ("duplicate_triangles", "warn", Case(change=with_one_twice), None),
    ("zero_area_triangles", "warn", Case(change=with_a_flat_one), None),
    ("orientation", "fail", Case(change=turned_inside_out), None),
    ("printer_fit", "warn", Case(printer="20 x 20 x 20"), None),
    ("size", "warn", Case(scale=0.5), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "status", "case", "twin"), TABLE, ids=[f"{row[0]}-{row[1]}" for row in TABLE]
)
def test_a_check_finds_its_case_and_passes_the_twin(check, status, case, twin):
    assert statuses(case)[check] == status
    assert (sound() if twin is None else statuses(twin))[check] == "pass"


def test_the_sound_phantom_is_fit_for_printing():
    worse = {check: status for check, status in sound().items() if status in ("warn", "fail")}
    assert worse == {}
