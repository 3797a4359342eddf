"""The record holds what others rely on, in plain JSON, and nobody's name."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PrintPrepLib.core.findings import Finding
from PrintPrepLib.core.jsonable import plain, to_json
from PrintPrepLib.core.phrases import Phrase
from PrintPrepLib.dicom.image_plane import series_number
from PrintPrepLib.geometry.privacy import persons_of, unnamed_entry, unnamed_source
from PrintPrepLib.geometry.stack import Rejected, named_files, rejected_files
from PrintPrepLib.mesh.io.common import ExportedFile
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh, measure
from PrintPrepLib.qa.record import cut_by_field, model_record, qa_record, segment_record, software

#: Keys that other programs rely on, by part; keys may be added, never renamed.
KEYS = {
    "": "schema software created source volume segment model checks verdict",
    "software": "printprep slicer vtk numpy pydicom python",
    "segment": "method threshold_hu voxels volume_mm3",
    "model": "files units space scale center_offset_mm triangles extents_mm bounds_mm volume_mm3 "
    "area_mm2 components watertight boundary_edges non_manifold_edges",
}
PROVENANCE = {
    "source": {
        "kind": "dicom",
        "series_id": "abc",
        "steps_mm": {"min": 1.0, "median": 1.0, "max": 1.0},
        "pixel_spacing_mm": [0.5, 0.5],
        "slice_thickness_mm": 1.0,
        "missing": 0,
    },
    "volume": {
        "dimensions": (4, 4, 4),
        "spacing_mm": (0.5, 0.5, 1.0),
        "ijk_to_ras": np.eye(4),
        "interpolation": "none",
        "residual_mm": {"max": np.float64(0.001), "rms": 0.0005},
    },
    "findings": [],
}


def tetrahedron() -> TriangleMesh:
    points = np.array([[0.0, 0, 0], [6, 0, 0], [0, 6, 0], [0, 0, 6]])
    return TriangleMesh(points, np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]))


def exported(scale=1.0, offset=(0.0, 0.0, 0.0)) -> ExportedFile:
    return ExportedFile(Path("somewhere") / "model.stl", "stl", "ab" * 32, 4, scale, offset)


@pytest.fixture
def record():
    mask = np.zeros((4, 4, 4), bool)
    mask[1:3, 1:3, 1:3] = True
    segment = segment_record(mask, np.diag([0.5, 0.5, 1, 1]), "preset bone", 200, None)
    model = model_record(asdict(measure(tetrahedron())), [exported()])
    created = datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone.utc)
    return qa_record(PROVENANCE, segment, model, slicer="5.13", created=created)


def test_every_key_that_others_rely_on_is_there(record):
    for part, keys in KEYS.items():
        assert set(keys.split()) <= set(record[part] if part else record), part
    assert record["schema"] == "printprep-qa/1"
    assert set(record["checks"][0]) == {
        "id", "title", "status", "measured", "limit", "unit", "message",
    }  # fmt: skip
    assert record["source"] == PROVENANCE["source"]


def test_figures_are_those_of_mask_and_mesh(record):
    assert record["segment"]["voxels"] == 8
    assert record["segment"]["volume_mm3"] == pytest.approx(8 * 0.25)
    assert record["segment"]["threshold_hu"] == [200, None]
    assert record["model"]["volume_mm3"] == pytest.approx(36)
    assert record["model"]["extents_mm"] == [6, 6, 6]
    assert record["model"]["bounds_mm"] == [[0, 6], [0, 6], [0, 6]]
    assert record["model"]["files"] == [
        {"file": "model.stl", "format": "stl", "sha256": "ab" * 32, "unit": "mm"}
    ]
    assert record["model"]["watertight"] is True


def test_verdict_is_that_of_the_gravest_check(record):
    # The tetrahedron encloses eighteen times the segment.
    failed = {check["id"] for check in record["checks"] if check["status"] == "fail"}
    assert failed == {"volume_agreement"}
    assert record["verdict"] == "fail"


def test_time_carries_its_zone(record):
    created = datetime.fromisoformat(record["created"])
    assert created == datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone.utc)
    assert created.tzinfo is not None


def test_json_is_plain(record):
    def refuse(text):
        raise AssertionError(f"{text} is not JSON")

    assert json.loads(to_json(record), parse_constant=refuse) == record
    assert to_json(record).endswith("}\n")
    assert to_json({"a": "ä"}, ascii_only=True).isascii()
    assert "ä" in to_json({"a": "ä"})


def test_numpy_and_what_is_no_number():
    values = {
        "array": np.arange(3, dtype=np.int16),
        "float": np.float32(0.5),
        "flag": np.bool_(True),
        "tuple": (1, (2.5,)),
        "nan": float("nan"),
        "infinite": [np.float64("inf"), -np.inf],
    }
    assert plain(values) == {
        "array": [0, 1, 2],
        "float": 0.5,
        "flag": True,
        "tuple": [1, [2.5]],
        "nan": None,
        "infinite": [None, None],
    }
    assert type(plain(np.bool_(True))) is bool
    with pytest.raises(TypeError, match="Path"):
        plain({"path": Path("x")})


def test_software_names_versions_and_null_where_unknown():
    versions = software()
    assert versions["slicer"] is None
    assert versions["numpy"] == np.__version__
    assert all(versions[name][0].isdigit() for name in ("printprep", "vtk", "pydicom", "python"))
    assert software("5.13")["slicer"] == "5.13"


def test_files_of_one_model_share_scale_and_centring():
    measures = measure(tetrahedron())
    model = model_record(asdict(measures), [exported(0.5, (1.0, 2.0, 3.0))])
    assert (model["scale"], model["center_offset_mm"]) == (0.5, [1.0, 2.0, 3.0])
    assert model["extents_mm"] == (6, 6, 6), "the patient's size, whatever the scale"
    with pytest.raises(ValueError, match="share"):
        model_record(asdict(measures), [exported(), exported(2.0)])


# LPS directions of i, j, k, and the sides at which the lowest index lies.
AXIAL = (np.diag([0.5, 0.7, 2.0]), ("right", "anterior", "inferior"))
FEET_FIRST = (np.diag([-0.5, 0.7, -2.0]), ("left", "anterior", "superior"))
SAGITTAL = (
    np.array([[0, 0, 2.0], [0.5, 0, 0], [0, -0.7, 0]]),
    ("anterior", "superior", "right"),
)


@pytest.mark.parametrize(("axes", "low"), [AXIAL, FEET_FIRST, SAGITTAL])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_cut_surface_is_named_after_the_patient(axes, low, axis):
    matrix = np.eye(4)
    matrix[:3, :3] = axes
    spacing = np.array([0.5, 0.7, 2.0])
    mask = np.zeros((6, 7, 8), bool)
    inner = [slice(2, 4), slice(2, 5), slice(2, 4)]  # k, j, i
    inner[2 - axis] = slice(0, 3)
    mask[tuple(inner)] = True
    faces = np.array([2, 3, 2])[::-1] * spacing  # lengths along i, j, k in mm
    expected = float(np.prod(np.delete(faces, axis)))
    assert cut_by_field(mask, matrix) == {low[axis]: pytest.approx(expected)}


def test_cut_is_found_where_the_acquired_field_ends():
    mask = np.zeros((4, 6, 6), bool)
    mask[1:3, 2:4, 2:4] = True
    field = np.array([[0, 5, 0, 5], [0, 5, 0, 3], [0, 5, 1, 5], [0, -1, 0, -1]])
    # Plane 1 ends behind row 3, where two voxels lie; plane 2 is the last that was acquired.
    assert cut_by_field(mask, np.eye(4), field) == {"posterior": 2.0, "superior": 4.0}
    assert cut_by_field(mask, np.eye(4)) == {}
    assert cut_by_field(mask, np.eye(4), np.tile([0, -1, 0, -1], (4, 1))) == {}


def test_rejected_files_are_named_only_on_request(tmp_path):
    rejected = [
        Rejected(str(tmp_path / "a" / "b" / "Quarkson_scout.dcm"), Phrase("scout")),
        Rejected(str(tmp_path / "single.dcm"), Phrase("copy of {name}", {"name": "Quarkson.dcm"})),
        Rejected(str(tmp_path / "x.dcm"), Phrase("damaged DICOM header ({error})", {"error": "Q"})),
    ]
    assert rejected_files(rejected) == [
        {"file": 1, "reason": "scout"},
        {"file": 2, "reason": "copy of another file"},
        {"file": 3, "reason": "damaged DICOM header"},
    ]
    asked = rejected_files(rejected, True, [tmp_path])
    names = ["a/b/Quarkson_scout.dcm", "single.dcm", "x.dcm"]
    assert [item["file"] for item in asked] == names
    named = named_files(rejected, [tmp_path / "a", tmp_path / "single.dcm"])
    assert [item["file"] for item in named] == ["b/Quarkson_scout.dcm", "single.dcm", "x.dcm"]
    assert named[1]["reason"] == "copy of Quarkson.dcm"


def test_relative_inputs_serve_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rejected = [SimpleNamespace(file="series/x.dcm", reason="why")]
    named = named_files(rejected, ["series"])
    assert named == [{"file": "x.dcm", "reason": "why"}]


def test_nothing_in_a_source_names_the_patient():
    info = SimpleNamespace(
        patient_name="Quarkson^Jo", patient_id="HN48213", patient_birth_date="19700102"
    )
    persons = persons_of(info)
    source = {
        "kernel": "B30 Quarkson",
        "scanner_model": "HN 48213",
        "manufacturer": "ACME",
        "compression": "PMSCT_QUARKSON",
        "image_type": ["ORIGINAL", "PRIMARY", "QUARKSON"],
        "image_types": ["ORIGINAL\\PRIMARY\\QUARKSON"],
        "series_id": "482130a",
    }
    assert unnamed_source(source, persons) == {
        "kernel": "",
        "scanner_model": "",
        "manufacturer": "ACME",
        "compression": "",
        "image_type": ["ORIGINAL", "PRIMARY"],
        "image_types": ["ORIGINAL\\PRIMARY"],
        "series_id": "482130a",
    }
    entry = Finding("x", "info", "kernel {value}", {"value": "born 1970-01-02"}).as_entry()
    assert unnamed_entry(entry, persons)["message"] == "kernel "


@pytest.mark.parametrize(
    ("text", "number"), [("4", 4), (" 007 ", 7), ("-1", -1), ("", None), ("4a", None), ("²", None)]
)
def test_series_number(text, number):
    assert series_number(text) == number
