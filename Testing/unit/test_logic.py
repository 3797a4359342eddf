"""PrintPrepLogic as a user of the Python console meets it, the module class, and the self test."""

from __future__ import annotations

import hashlib
import importlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest
import slicer
import vtk
from phantoms import measure
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene, half_contrast_radius
from phantoms.dicom import write_series
from PrintPrepLib.core.errors import (
    Cancelled,
    ExportError,
    GeometryError,
    SegmentError,
    SeriesError,
)

pytest_plugins = ("standin.fixtures",)

MODULE = Path(__file__).resolve().parents[2] / "PrintPrep" / "PrintPrep.py"
CENTER, RADIUS, SIGMA = (3.0, -2.0, 4.0), 8.0, 0.5
#: A large ball and a speck beside it.
CONTENT = Scene([Ball(CENTER, RADIUS), Ball((-10.0, 10.0, -8.0), 2.0)], sigma=SIGMA)
TILTED = {"rows": 64, "columns": 64, "slices": 44, "steps": 0.7, "tilt": (0.0, 18.5)}


@pytest.fixture
def logic(desktop):
    return importlib.import_module("PrintPrep").PrintPrepLogic()


@pytest.fixture
def folder(tmp_path):
    write_series(CONTENT, Acquisition(**TILTED), tmp_path / "series", name="Head")
    return tmp_path / "series"


def test_whole_run(logic, folder, tmp_path) -> None:
    (volume,) = logic.loadSeries([folder])
    segmentation, segment = logic.segmentByThreshold(volume, 200)
    logic.keepLargestIsland(volume, segmentation, segment)
    model = logic.createModel(volume, segmentation, segment)
    path = logic.exportModel(model, str(tmp_path / "model.stl"))
    assert path == str(tmp_path / "model.stl")
    surface = measure.read_stl(path)
    assert len(measure.parts(surface)) == 1
    error = measure.radial_error(surface, CENTER, half_contrast_radius(RADIUS, SIGMA))
    assert error.rms < 0.015
    assert surface.volume > 0


def test_volume_is_named_and_placed_as_slicer_does(logic, folder) -> None:
    (volume,) = logic.loadSeries([folder])
    assert volume.GetName() == "1: Head"
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    study = tree.GetItemParent(tree.GetItemByDataNode(volume))
    assert tree.GetItemName(tree.GetItemParent(study)) == "Phantom^Analytic"


def test_every_series_of_a_folder(logic, folder, caplog) -> None:
    write_series(CONTENT, Acquisition(**TILTED), folder / "b", name="Second", series_number=2)
    single = Acquisition(rows=16, columns=16, slices=1)
    write_series(CONTENT, single, folder / "c", name="Third", series_number=3)
    assert [node.GetName() for node in logic.loadSeries([folder])] == ["1: Head", "2: Second"]
    assert "series 3" in caplog.text and "only one slice" in caplog.text
    assert any("only one slice" in sentence for sentence in logic.leftOut)


PARTED = Acquisition(
    rows=16,
    columns=16,
    slices=6,
    steps=(1.0, 1.0, 50.0, 1.0, 1.0),
    first_position=(-4.0, -4.0, -10.0),
)


def study_of(node) -> int:
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    return tree.GetItemParent(tree.GetItemByDataNode(node))


def test_a_volume_for_each_section(logic, tmp_path) -> None:
    truth = write_series(CONTENT, PARTED, tmp_path / "parts", name="Legs")
    nodes = logic.loadSeries([tmp_path / "parts"])
    assert [node.GetName() for node in nodes] == [
        "1: Legs, section 1 of 2 (z -10 to -8 mm)",
        "1: Legs, section 2 of 2 (z 42 to 44 mm)",
    ]
    assert [node.GetOrigin()[2] for node in nodes] == pytest.approx([-10.0, 42.0])
    assert len({study_of(node) for node in nodes}) == 1
    (whole,) = logic.loadSeries([tmp_path / "parts"], sections="merged")
    assert whole.GetName() == "1: Legs, all 2 sections"
    values = slicer.util.arrayFromVolume(whole)
    stored = truth.acquisition.volume(CONTENT)
    assert len(values) == 55 and np.array_equal(values[-3:], stored[3:])
    assert (values[3:52] == -1000).all()
    with pytest.raises(ValueError, match="'both'"):
        logic.loadSeries([tmp_path / "parts"], sections="both")


def test_one_stack_of_several(logic, tmp_path) -> None:
    kernels = Acquisition(
        rows=16,
        columns=16,
        slices=12,
        duplicate=tuple(range(12)),
    )
    truth = write_series(CONTENT, kernels, tmp_path / "two", name="Head")
    for number, path in enumerate(truth.files):
        dataset = pydicom.dcmread(path)
        dataset.ConvolutionKernel = "SOFT" if number < 12 else "SHARP"
        dataset.save_as(path)
    both = logic.loadSeries([tmp_path / "two"])
    names = [node.GetName() for node in both]
    assert names == ["1: Head, kernel SOFT", "1: Head, kernel SHARP"]
    (second,) = logic.loadSeries([tmp_path / "two"], stack=2)
    assert second.GetName().startswith(names[1])
    with pytest.raises(SeriesError, match="no stack 3"):
        logic.loadSeries([tmp_path / "two"], stack=3)


def test_geometry_by_hand(logic, tmp_path) -> None:
    nowhere = {"ImageOrientationPatient": None, "PixelSpacing": None}
    write_series(CONTENT, Acquisition(rows=16, columns=20, slices=6, tags=nowhere), tmp_path / "x")
    with pytest.raises(SeriesError, match=r"do not say where .* Give geometry="):
        logic.loadSeries([tmp_path / "x"])
    (volume,) = logic.loadSeries([tmp_path / "x"], geometry=(0.2, 0.3, 0.4))
    assert volume.GetSpacing() == pytest.approx((0.3, 0.2, 0.4))
    (volume,) = logic.loadSeries([tmp_path / "x"], geometry="0.2x0.3x0.4")
    assert volume.GetSpacing() == pytest.approx((0.3, 0.2, 0.4))
    with pytest.raises(GeometryError, match="impossible"):
        logic.loadSeries([tmp_path / "x"], geometry=(0.2, 0.3, 400))


def test_a_tilt_that_was_lost(logic, tmp_path) -> None:
    straight = Acquisition(rows=32, columns=32, slices=12, tilt_tag=10.0)
    write_series(CONTENT, straight, tmp_path / "x")
    (volume,) = logic.loadSeries([tmp_path / "x"], applyTilt=True)
    source = json.loads(volume.GetAttribute("PrintPrep.Provenance"))["source"]
    assert source["applied_tilt_deg"] == pytest.approx(10.0)
    (volume,) = logic.loadSeries([tmp_path / "x"], applyTilt=-7.5)
    source = json.loads(volume.GetAttribute("PrintPrep.Provenance"))["source"]
    assert source["applied_tilt_deg"] == pytest.approx(-7.5)


def test_nothing_usable_is_explained(logic, tmp_path) -> None:
    (tmp_path / "notes.txt").write_text("no DICOM")
    with pytest.raises(SeriesError, match="not a DICOM file"):
        logic.loadSeries([tmp_path])
    with pytest.raises(SeriesError):
        logic.loadSeries([tmp_path / "missing"])
    write_series(CONTENT, Acquisition(rows=16, columns=16, slices=1), tmp_path / "single")
    with pytest.raises(SeriesError, match="only one slice"):
        logic.loadSeries([tmp_path / "single"])


def test_cancelled_loading_leaves_the_scene_alone(logic, folder) -> None:
    before = slicer.mrmlScene.GetNumberOfNodes()
    for limit in (0.1, 0.5):
        with pytest.raises(Cancelled):
            logic.loadSeries([folder], progress=lambda done, message, limit=limit: done >= limit)
    assert slicer.mrmlScene.GetNumberOfNodes() == before


def test_progress_grows_to_the_end(logic, folder) -> None:
    seen = []
    logic.loadSeries([folder], progress=lambda done, message: seen.append(done))
    assert seen == sorted(seen) and seen[0] < 0.05 and seen[-1] > 0.6


def test_regularize_a_volume_of_the_scene(logic) -> None:
    matrix = np.eye(4)
    matrix[1, 2] = 0.3
    source = slicer.util.addVolumeFromArray(np.zeros((6, 7, 8), np.int16), matrix)
    result = logic.regularizeVolume(source)
    assert result is not source
    assert result.GetImageData().GetDimensions() == (8, 9, 6)


def test_model_takes_name_colour_and_transform(logic, folder) -> None:
    (volume,) = logic.loadSeries([folder])
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    volume.SetAndObserveTransformNodeID(transform.GetID())
    segmentation, segment = logic.segmentByThreshold(volume, 200, name="Skull")
    segmentation.GetSegmentation().GetSegment(segment).SetColor(0.1, 0.2, 0.3)
    model = logic.createModel(volume, segmentation, segment)
    assert model.GetName() == "Skull"
    assert model.GetDisplayNode().GetColor() == pytest.approx((0.1, 0.2, 0.3))
    assert model.GetTransformNodeID() == transform.GetID()


def test_scaled_and_centred_export(logic, folder, tmp_path) -> None:
    (volume,) = logic.loadSeries([folder])
    model = logic.createModel(volume, *logic.segmentByThreshold(volume, 200))
    surface = measure.read_stl(logic.exportModel(model, tmp_path / "m.stl", 0.5, True))
    assert surface.points.min(axis=0) == pytest.approx(-surface.points.max(axis=0), abs=1e-4)
    full = measure.read_stl(logic.exportModel(model, tmp_path / "n.stl"))
    assert np.ptp(surface.points, axis=0) == pytest.approx(np.ptp(full.points, axis=0) / 2)


def test_errors_say_what_is_wrong(logic, folder, tmp_path) -> None:
    (volume,) = logic.loadSeries([folder])
    with pytest.raises(SegmentError, match="9000"):
        logic.segmentByThreshold(volume, 9000)
    segmentation, segment = logic.segmentByThreshold(volume, 200)
    model = logic.createModel(volume, segmentation, segment)
    with pytest.raises(ExportError):
        logic.exportModel(model, tmp_path / "missing" / "model.stl")


def test_record_of_what_was_made(logic, folder, tmp_path) -> None:
    (volume,) = logic.loadSeries([folder])
    segmentation, segment = logic.segmentByThreshold(volume, 200)
    before = logic.checkGeometry(volume, segmentation, segment)
    assert before["model"]["files"] == []
    model = logic.createModel(volume, segmentation, segment)
    logic.exportModel(model, tmp_path / "m.stl", scale=2)
    record = logic.checkGeometry(volume, segmentation, segment, model)
    assert record["source"]["tilt_deg"] == pytest.approx(18.5, abs=1e-6)
    assert record["volume"]["interpolation"] == "linear"
    assert record["segment"]["threshold_hu"] == [200, None]
    surface = measure.read_stl(tmp_path / "m.stl")
    assert record["model"]["extents_mm"] == pytest.approx(np.ptp(surface.points, axis=0) / 2)
    assert record["model"]["scale"] == 2
    (file,) = record["model"]["files"]
    assert file["file"] == "m.stl"
    assert file["sha256"] == hashlib.sha256((tmp_path / "m.stl").read_bytes()).hexdigest()
    assert record["software"]["slicer"].startswith("5.")
    assert record["verdict"] in ("pass", "warn")
    assert str(tmp_path) not in json.dumps(record) and "PHANTOM" not in json.dumps(record)


def test_record_forgets_a_file_that_is_no_longer_the_model(logic, folder, tmp_path) -> None:
    (volume,) = logic.loadSeries([folder])
    segmentation, segment = logic.segmentByThreshold(volume, 200)
    model = logic.createModel(volume, segmentation, segment)
    logic.exportModel(model, tmp_path / "m.stl")
    decimate = vtk.vtkQuadricDecimation()
    decimate.SetInputData(model.GetPolyData())
    decimate.SetTargetReduction(0.5)
    decimate.Update()
    model.SetAndObservePolyData(decimate.GetOutput())
    assert logic.checkGeometry(volume, segmentation, segment, model)["model"]["files"] == []


def test_record_needs_a_volume_of_known_origin(logic, folder) -> None:
    voxels = np.zeros((20, 22, 24), np.int16)
    voxels[6:14, 6:16, 6:18] = 500
    foreign = slicer.util.addVolumeFromArray(voxels)
    chosen = logic.segmentByThreshold(foreign, 200)
    with pytest.raises(GeometryError, match="Make a regular volume of it first"):
        logic.checkGeometry(foreign, *chosen)
    regular = logic.regularizeVolume(foreign)
    assert logic.checkGeometry(regular, *chosen)["source"]["kind"] == "scene volume"
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    regular.SetAndObserveTransformNodeID(transform.GetID())
    with pytest.raises(GeometryError, match="under a transform"):
        logic.checkGeometry(regular, *chosen)


def test_every_step_is_explained(logic) -> None:
    public = [name for name in vars(type(logic)) if not name.startswith("_")]
    for name in public:
        assert getattr(logic, name).__doc__, name


# The module


def test_module_tells_slicer_about_itself(desktop) -> None:
    desktop.load_module("PrintPrep", MODULE)
    module = slicer.modules.printprep
    assert module.title == "PrintPrep" and module.categories == ("Printing",)
    assert module.contributors and module.helpText
    assert slicer.selfTests["PrintPrep"]


def test_reload_takes_the_library_along(desktop, monkeypatch) -> None:
    importlib.import_module("PrintPrepLib.mesh.triangle_mesh")
    kept = {name: module for name, module in sys.modules.items() if "PrintPrepLib" in name}
    desktop.load_module("PrintPrep", MODULE)
    widget = importlib.import_module("PrintPrep").PrintPrepWidget()
    reloaded = []
    monkeypatch.setattr(slicer.util, "reloadScriptedModule", reloaded.append)
    try:
        widget.cleanup()
        widget.onReload()
        assert reloaded == ["PrintPrep"]
        assert not any(name.startswith("PrintPrepLib") for name in sys.modules)
    finally:
        sys.modules.update(kept)


def test_slicer_reads_the_module_without_the_heavy_parts() -> None:
    """Slicer imports every module's file when it starts: nothing of ours may be slow there."""
    program = (
        "import sys\n"
        "from types import ModuleType\n"
        "slicer, i18n = ModuleType('slicer'), ModuleType('slicer.i18n')\n"
        "base = ModuleType('slicer.ScriptedLoadableModule')\n"
        "i18n.tr = lambda text: text\n"
        "i18n.translate = lambda context, text: text\n"
        "for kind in ('', 'Widget', 'Logic', 'Test'):\n"
        "    name = f'ScriptedLoadableModule{kind}'\n"
        "    setattr(base, name, type(name, (), {}))\n"
        "sys.modules |= {module.__name__: module for module in (slicer, i18n, base)}\n"
        "import PrintPrep\n"
        "heavy = ('numpy', 'vtk', 'vtkmodules', 'pydicom', 'scipy', 'qt', 'ctk')\n"
        "found = [name for name in heavy if name in sys.modules]\n"
        "assert not found, found\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=MODULE.parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def mean_radius(model) -> float:
    points = importlib.import_module("PrintPrepLib.mrml").mesh_from_model_node(model).points
    away = np.linalg.norm(points - np.array(CENTER), axis=1)
    return float(away[away < 1.5 * RADIUS].mean())


def test_where_the_surface_lies(logic, folder) -> None:
    """At a person's number, else at the edge; whoever asks gets the other one."""
    (volume,) = logic.loadSeries([folder])
    segmentation, segment = logic.segmentByThreshold(volume, 200)
    logic.keepLargestIsland(volume, segmentation, segment)
    given = logic.createModel(volume, segmentation, segment)
    edge = logic.createModel(volume, segmentation, segment, "edge")
    assert [node.GetAttribute("PrintPrep.Surface") for node in (given, edge)] == [
        "threshold",
        "edge",
    ]
    assert mean_radius(edge) == pytest.approx(RADIUS, abs=0.02)
    assert mean_radius(given) < mean_radius(edge) - 0.02
    record = logic.checkGeometry(volume, segmentation, segment, edge, quick=True)
    assert record["segment"]["surface"] == "edge"
    with pytest.raises(SegmentError, match="there is no surface sideways"):
        logic.createModel(volume, segmentation, segment, surface="sideways")


def test_a_segment_without_a_number_gets_the_edge(logic, folder) -> None:
    (volume,) = logic.loadSeries([folder])
    segmentation, segment = logic.segmentByThreshold(volume, 200)
    logic.keepLargestIsland(volume, segmentation, segment)
    tags = segmentation.GetSegmentation().GetSegment(segment)
    tags.RemoveTag("PrintPrep.ThresholdBy")
    ranged = logic.createModel(volume, segmentation, segment)
    tags.RemoveTag("PrintPrep.ThresholdHU")
    mask = logic.createModel(volume, segmentation, segment)
    left = logic.createModel(volume, segmentation, segment, follow=False)
    surfaces = [node.GetAttribute("PrintPrep.Surface") for node in (ranged, mask, left)]
    assert surfaces == ["edge", "edge", "threshold"]
    for node in (ranged, mask):
        assert mean_radius(node) == pytest.approx(RADIUS, abs=0.02)
    record = logic.checkGeometry(volume, segmentation, segment, quick=True)
    assert record["segment"]["surface"] == "edge" and record["segment"]["threshold_hu"] == [
        None,
        None,
    ]


def test_a_cancelled_edge_leaves_no_model(logic, folder) -> None:
    (volume,) = logic.loadSeries([folder])
    chosen = logic.segmentByThreshold(volume, 200)
    before = slicer.mrmlScene.GetNumberOfNodes()
    with pytest.raises(Cancelled):
        logic.createModel(volume, *chosen, "edge", progress=lambda share, _told: share > 0.5)
    assert slicer.mrmlScene.GetNumberOfNodes() == before
