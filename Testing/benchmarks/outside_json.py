"""A protocol, a store of calibrations and a record, and what reads each of them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from PrintPrepLib.calibration.store import SCHEMA, latest_for, load_calibrations
from PrintPrepLib.core.jsonable import plain
from PrintPrepLib.mesh.io.export import export_model
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh, measure
from PrintPrepLib.qa.checks.calibration import calibration_checks
from PrintPrepLib.verify.record import verify


def store() -> dict[str, Any]:
    """A store with one calibration."""
    scale = {"scale": 1.001, "uncertainty": 0.0005}
    made = {"kind": "ball", "nominal_mm": 30.0, "measured_mm": 30.01, "uncertainty_mm": 0.01}
    return {
        "schema": SCHEMA,
        "calibrations": [
            {
                "id": "a1", "created": "2026-01-02T03:04:05+00:00",
                "scanner": {"id": "s", "manufacturer": "m", "model": "x"}, "kernel": "B",
                "objects": [made], "scale": {"x": scale, "y": scale, "z": None},
            }
        ],
    }  # fmt: skip


def use_store(path: Path) -> None:
    """Read a store, and judge a scan by it."""
    source = {"scanner_id": "s", "kernel": "B"}
    part = latest_for(source, load_calibrations(path))
    if not all(check.message for check in calibration_checks(source, part)):
        raise AssertionError("a check without a message")


def record(folder: Path) -> dict[str, Any]:
    """A record of a cube, without a seal: what does not fit must be seen in the figures."""
    corners = 10.0 * np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    faces = [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
        [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ]  # fmt: skip
    mesh = TriangleMesh(corners, np.array(faces))
    file = export_model(mesh, folder / "model.stl")
    model = plain(asdict(measure(mesh)))
    model |= {"scale": 1.0, "center_offset_mm": [0.0, 0.0, 0.0], "units": "mm"}
    model["files"] = [{"file": "model.stl", "format": "stl", "sha256": file.sha256}]
    return {
        "schema": "printprep-qa/1",
        "software": {"printprep": "0.2.0"},
        "source": {"kind": "dicom", "modality": "CT", "steps_mm": {"median": 1.0, "max": 1.0}},
        "volume": {
            "dimensions": [9, 9, 9], "spacing_mm": [1.0, 1.0, 1.0],
            "ijk_to_ras": np.diag([-1.0, -1.0, 1.0, 1.0]).tolist(),
        },
        "segment": {"method": "threshold", "threshold_hu": [200.0, None], "voxels": 1000},
        "model": model,
        "checks": [{"id": "size", "title": "t", "status": "pass", "measured": 1, "message": "m"}],
        "verdict": "pass",
    }  # fmt: skip


def use_record(path: Path) -> None:
    """Verify a record."""
    if not all(item.told.said for item in verify(path).items):
        raise AssertionError("an item that says nothing")
