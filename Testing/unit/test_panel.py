"""The panel as a user clicks through it: from a series on disk to files and their record."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import slicer
from phantoms import measure
from phantoms.acquisition import Acquisition
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from standin import user

pytest_plugins = ("standin.fixtures",)

MODULE = Path(__file__).resolve().parents[2] / "PrintPrep" / "PrintPrep.py"
CENTER, RADIUS, SIGMA = (3.0, -2.0, 4.0), 8.0, 0.5
#: A large ball and a speck beside it.
CONTENT = Scene([Ball(CENTER, RADIUS), Ball((-10.0, 10.0, -8.0), 2.0)], sigma=SIGMA)
TILTED = {"rows": 64, "columns": 64, "slices": 44, "steps": 0.7, "tilt": (0.0, 18.5)}


@pytest.fixture
def panel(open_panel):
    return open_panel("PrintPrep", MODULE)


@pytest.fixture
def folder(tmp_path):
    write_series(CONTENT, Acquisition(**TILTED), tmp_path / "series", name="Head")
    return tmp_path / "series"


def title(panel, key: str) -> str:
    return getattr(panel.ui, f"{key}Step").text


KEYS = ["series", "geometry", "segment", "model", "qa", "export"]


def open_steps(panel) -> list[str]:
    return [key for key in KEYS if not getattr(panel.ui, f"{key}Step").collapsed]


def show(panel, key: str) -> None:
    """The user comes back from the Lab and opens a step."""
    panel.ui.tabs.currentIndex = 0
    getattr(panel.ui, f"{key}Step").collapsed = False


def more(panel, key: str) -> None:
    """The user opens a step with all that it has."""
    show(panel, key)
    button = getattr(panel.ui, f"{key}More")
    if not button.checked:
        user.click(button)


def lab(panel, group: str) -> None:
    """The user goes to a group of the Lab."""
    panel.ui.tabs.currentIndex = 1
    getattr(panel.ui, f"{group}Group").collapsed = False


def load(panel, folder) -> None:
    show(panel, "series")
    panel.desktop.answers.queue.append(str(folder))
    user.click(panel.ui.importButton)


def segment(panel, preset: str = "bone") -> None:
    show(panel, "segment")
    user.click(getattr(panel.ui, f"preset_{preset}"))
    user.click(panel.ui.applyThresholdButton)


def make_model(panel) -> None:
    show(panel, "model")
    user.click(panel.ui.makeModelButton)


def export(panel, out: Path) -> None:
    out.mkdir(exist_ok=True)
    show(panel, "export")
    user.enter(panel.ui.exportFolder, str(out))
    user.click(panel.ui.exportButton)


def models() -> list:
    """The models that a user sees; those of the slice views are none."""
    nodes = slicer.util.getNodesByClass("vtkMRMLModelNode")
    return [node for node in nodes if not node.GetHideFromEditors()]


def parameters(panel):
    return panel.widget.panel.parameters


def mask_of(panel) -> np.ndarray:
    state = parameters(panel)
    return slicer.util.arrayFromSegmentBinaryLabelmap(
        state.segmentation, state.segmentID, state.volume
    ).astype(bool)


def test_whole_job_by_widgets_alone(panel, folder, tmp_path) -> None:
    assert open_steps(panel) == KEYS
    assert "Load a series" in panel.ui.messageLabel.text
    panel.ui.geometryStep.collapsed = True
    load(panel, folder)
    assert "✓ 1: Head" in title(panel, "series")
    assert "geometry" not in open_steps(panel), "steps open by the user's hand alone"
    assert title(panel, "geometry").startswith("▸"), "what needs care is not done before it is seen"
    show(panel, "geometry")
    user.wait_until(lambda: title(panel, "segment").startswith("▸"))
    assert not title(panel, "geometry").startswith("▸")
    assert "tilted by 18.50°" in panel.ui.findingsLabel.text
    assert "interpolated" in panel.ui.treatmentLabel.text
    segment(panel)
    assert "✓ Bone" in title(panel, "segment")
    assert title(panel, "model").startswith("▸")
    show(panel, "model")
    user.choose(panel.ui.keepCombo, "the largest part")
    panel.ui.qaStep.collapsed = True
    user.click(panel.ui.makeModelButton)
    assert "short checks passed" in title(panel, "qa") and title(panel, "export").startswith("▸")
    show(panel, "qa")
    assert "thin bridges" in panel.ui.leftOutLabel.text
    user.click(panel.ui.checkButton)
    assert not user.can_use(panel.ui.leftOutLabel)
    assert panel.ui.checksLabel.text.count("<p ") > 10
    assert title(panel, "export").startswith("▸")
    show(panel, "export")
    user.click(panel.ui.threemfCheck)
    export(panel, tmp_path / "out")
    assert panel.ui.exportedLabel.text.startswith("Written: model.stl, model.3mf")
    assert panel.ui.messageLabel.text.startswith("Done")
    assert open_steps(panel) == KEYS

    surface = measure.read_stl(tmp_path / "out" / "model.stl")
    assert len(measure.parts(surface)) == 1
    error = measure.radial_error(surface, CENTER, RADIUS)
    assert error.rms < 0.015
    record = json.loads((tmp_path / "out" / "qa.json").read_text())
    assert [item["format"] for item in record["model"]["files"]] == ["stl", "3mf"]
    assert record["segment"]["threshold_hu"] == [200, None]
    assert record["verdict"] in ("pass", "warn")
    assert "<html" in (tmp_path / "out" / "qa.html").read_text()
    user.click(panel.ui.openFolderButton)
    assert [Path(url.removeprefix("file://")).name for url in panel.desktop.opened_urls] == ["out"]


def test_erased_voxels_stay_erased_in_the_file(panel, folder, tmp_path) -> None:
    load(panel, folder)
    segment(panel)
    state = parameters(panel)
    mask = mask_of(panel)
    cut = mask.shape[0] // 2
    mask[:cut] = False
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        mask.astype(np.uint8), state.segmentation, state.segmentID, state.volume
    )
    make_model(panel)
    export(panel, tmp_path / "out")
    surface = measure.read_stl(tmp_path / "out" / "model.stl")
    to_ras = slicer.util.arrayFromVTKMatrix(_matrix(state.volume))
    lps = surface.points
    ijk = (np.c_[lps * [-1, -1, 1], np.ones(len(lps))] @ np.linalg.inv(to_ras).T)[:, :3]
    # At its rim the cut meets air, where the surface follows the grey values.
    cap = ijk[ijk[:, 2] < cut - 0.001, 2]
    assert cap.min() > cut - 1
    assert np.median(cap) == pytest.approx(cut - 0.5, abs=1e-3)
    assert np.mean(np.abs(cap - (cut - 0.5)) < 1e-3) > 0.8


def _matrix(volume):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return matrix


def test_user_chooses_among_several_series(panel, folder) -> None:
    few = {**TILTED, "slices": 30}
    write_series(CONTENT, Acquisition(**few), folder / "b", name="Second", series_number=2)
    load(panel, folder)
    assert parameters(panel).volume is None
    table = panel.ui.foundTable
    lines = [table.item(row, 0).text().split("\n") for row in range(table.rowCount)]
    assert [line[0] for line in lines] == ["1: Head (44 images)", "2: Second (30 images)"]
    assert lines[0][1].startswith("patient ") and "PHANTOM" not in lines[0][1].upper()
    assert table.currentRow() == 0, "the one with most slices is offered"
    user.click_cell(table, 1)
    user.click(panel.ui.loadChosenButton)
    assert parameters(panel).volume.GetName() == "2: Second"
    assert len(slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")) == 1


def test_all_volumes_of_a_series_are_loaded_and_the_largest_is_chosen(panel, tmp_path) -> None:
    parted = {"rows": 24, "columns": 24, "slices": 14, "steps": (1.0,) * 7 + (40.0,) + (1.0,) * 5}
    scout = {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}
    taken = Acquisition(**parted, slice_tags={13: scout})
    write_series(CONTENT, taken, tmp_path / "series", name="Legs")
    load(panel, tmp_path / "series")
    nodes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    assert [node.GetName().split(" (")[0] for node in nodes] == [
        "1: Legs, section 1 of 2",
        "1: Legs, section 2 of 2",
    ]
    assert parameters(panel).volume is nodes[0]
    told = panel.ui.messageLabel.text
    assert "2 volumes were loaded" in told and "scout" in told
    assert not panel.ui.foundTable.visible


def test_geometry_step_says_where_slices_are_missing(panel, tmp_path) -> None:
    taken = Acquisition(rows=16, columns=16, slices=14, drop=(6, 7), duplicate=(2,))
    write_series(CONTENT, taken, tmp_path / "series", name="Gap")
    load(panel, tmp_path / "series")
    told = panel.ui.treatmentLabel.text.split("\n")[1:]
    assert told == [
        "Slices are missing at -0.5, 0.5 mm.",
        "1 images were there more than once.",
    ]


def test_folder_without_series_is_explained(panel, tmp_path) -> None:
    (tmp_path / "notes.txt").write_text("no DICOM")
    load(panel, tmp_path)
    assert "not a DICOM file" in panel.ui.messageLabel.text


def test_foreign_volume_is_made_regular(panel, folder) -> None:
    """A sheared volume, as Slicer itself loads tilted series."""
    load(panel, folder)
    sheared = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Sheared")
    sheared.CopyContent(parameters(panel).volume)
    sheared.SetAttribute("PrintPrep.Provenance", None)
    matrix = _matrix(sheared)
    for row in range(3):
        value = matrix.GetElement(row, 2) + 0.3 * matrix.GetElement(row, 1)
        matrix.SetElement(row, 2, value)
    sheared.SetIJKToRASMatrix(matrix)
    show(panel, "series")
    user.choose(panel.ui.volumeSelector, "Sheared")
    assert "make regular" in title(panel, "geometry")
    assert title(panel, "geometry").startswith("▸")
    more(panel, "geometry")
    user.choose(panel.ui.spacingCombo, "Millimetres")
    user.enter(panel.ui.spacingMmSpin, 1.25)
    user.click(panel.ui.regularButton)
    volume = parameters(panel).volume
    assert volume is not sheared
    assert volume.GetSpacing()[2] == pytest.approx(1.25)
    assert "✓" in title(panel, "geometry") or "!" in title(panel, "geometry")
    assert not user.can_use(panel.ui.regularButton), "there is nothing to be done by it"


def test_presets_give_way_where_there_are_no_hounsfield_units(panel, folder) -> None:
    load(panel, folder)
    volume = parameters(panel).volume
    entry = slicer.vtkCodedEntry()
    entry.SetValueSchemeMeaning("1", "UCUM", "no units")
    volume.SetVoxelValueUnits(entry)
    panel.widget.panel.refresh()
    show(panel, "segment")
    assert not panel.ui.preset_bone.enabled
    assert user.can_use(panel.ui.presetsHint)
    user.click(panel.ui.automaticButton)
    user.click(panel.ui.applyThresholdButton)
    assert mask_of(panel).any()


def test_half_contrast_sets_the_range(panel, folder) -> None:
    load(panel, folder)
    more(panel, "segment")
    user.click(panel.ui.preset_dense_bone)
    user.click(panel.ui.halfContrastButton)
    effect = panel.widget.panel.segment.editor.activeEffect()
    truth = 0.5 * (CONTENT.background + CONTENT.value) if hasattr(CONTENT, "value") else None
    found = effect.doubleParameter("MinimumThreshold")
    assert found == pytest.approx(200 if truth is None else truth, abs=40)
    assert "Half contrast is" in panel.ui.contrastLabel.text


def test_range_is_kept_when_the_effects_own_button_applies_it(panel, folder) -> None:
    load(panel, folder)
    show(panel, "segment")
    user.click(panel.ui.preset_soft_tissue)
    effect = panel.widget.panel.segment.editor.activeEffect()
    effect.setParameter("MinimumThreshold", 150.0)
    effect.setParameter("MaximumThreshold", 420.0)
    effect.self().onApply()
    state = parameters(panel)
    from PrintPrepLib.mrml.segments import threshold_of

    assert threshold_of(state.segmentation, state.segmentID) == (150.0, 420.0)


def test_failed_check_asks_for_a_reason(panel, tmp_path) -> None:
    steps = [0.7] * 43
    steps[20] = 4.2
    write_series(CONTENT, Acquisition(**{**TILTED, "steps": tuple(steps)}), tmp_path / "gap")
    load(panel, tmp_path / "gap")
    segment(panel)
    make_model(panel)
    show(panel, "qa")
    user.click(panel.ui.checkButton)
    assert "fail" in title(panel, "qa")
    assert "qa" in open_steps(panel), "the result stays in view"
    for label in (panel.ui.failedLabel, panel.ui.qaState):
        assert user.can_use(label) and "#c62828" in label.text
    assert "Gaps between slices" in panel.ui.failedLabel.text
    (tmp_path / "out").mkdir()
    show(panel, "export")
    user.enter(panel.ui.exportFolder, str(tmp_path / "out"))
    assert not panel.ui.exportButton.enabled
    assert "Gaps between slices" in panel.ui.reasonLabel.text
    user.enter(panel.ui.reasonEdit, "Only for a demonstration.")
    user.click(panel.ui.exportButton)
    record = json.loads((tmp_path / "out" / "qa.json").read_text())
    assert record["exception"]["reason"] == "Only for a demonstration."
    assert "gap" in record["exception"]["checks"]


def test_scale_unit_and_middle(panel, folder, tmp_path) -> None:
    load(panel, folder)
    segment(panel)
    make_model(panel)
    more(panel, "export")
    user.choose(panel.ui.unitCombo, "inch")
    user.enter(panel.ui.scaleSpin, 50.0)
    user.click(panel.ui.centerCheck)
    export(panel, tmp_path / "out")
    surface = measure.read_stl(tmp_path / "out" / "model.stl")
    record = json.loads((tmp_path / "out" / "qa.json").read_text())["model"]
    extents = surface.points.max(axis=0) - surface.points.min(axis=0)
    assert extents * 25.4 * 2 == pytest.approx(record["extents_mm"], abs=1e-3)
    assert surface.points.max(axis=0) + surface.points.min(axis=0) == pytest.approx(0, abs=1e-4)
    assert record["scale"] == pytest.approx(0.5 / 25.4)
    assert any(record["center_offset_mm"])


def test_several_segments_one_file_each_and_merged(panel, folder, tmp_path) -> None:
    load(panel, folder)
    segment(panel)
    make_model(panel)
    show(panel, "segment")
    editor = panel.widget.panel.segment.editor
    node = parameters(panel).segmentation
    second = node.GetSegmentation().AddEmptySegment("", "Shell")
    editor.setCurrentSegmentID(second)
    user.click(panel.ui.preset_dense_bone)
    user.click(panel.ui.applyThresholdButton)
    make_model(panel)
    more(panel, "export")
    user.choose(panel.ui.whatCombo, "all models, one file each")
    export(panel, tmp_path / "each")
    names = sorted(path.name for path in (tmp_path / "each").iterdir())
    assert names == sorted(
        [
            *("model-Bone.stl", "model-Shell.stl", "qa-Bone.json", "qa-Bone.html"),
            *("qa-Shell.json", "qa-Shell.html", "volume.nrrd"),
        ]
    )
    user.choose(panel.ui.whatCombo, "all models in one file")
    export(panel, tmp_path / "merged")
    merged = measure.read_stl(tmp_path / "merged" / "model.stl")
    parts = [measure.read_stl(tmp_path / "each" / f"model-{n}.stl") for n in ("Bone", "Shell")]
    assert len(merged.triangles) == sum(len(part.triangles) for part in parts)


def test_a_segment_added_in_the_editor_is_the_chosen_one(panel, folder) -> None:
    load(panel, folder)
    segment(panel)
    first = parameters(panel).segmentID
    panel.widget.panel.segment.editor._native._buttons["Add"].click()
    user.wait_until(lambda: "choose a tissue" in title(panel, "segment"))
    assert parameters(panel).segmentID not in ("", first)


def test_refining_shows_its_cost_before_it_is_accepted(panel, folder, tmp_path) -> None:
    load(panel, folder)
    segment(panel)
    make_model(panel)
    more(panel, "model")
    before = panel.widget.panel.model.node().GetPolyData().GetNumberOfPolys()
    user.choose(panel.ui.detailCombo, "medium: within 0.1 mm")
    user.click(panel.ui.previewButton)
    assert "distance to the exact surface" in panel.ui.deviationLabel.text
    model = panel.widget.panel.model.node()
    assert model.GetPolyData().GetNumberOfPolys() == before
    assert "accept?" in title(panel, "model")
    user.click(panel.ui.acceptButton)
    assert model.GetPolyData().GetNumberOfPolys() < before
    export(panel, tmp_path / "out")
    record = json.loads((tmp_path / "out" / "qa.json").read_text())["model"]
    assert 0 < record["deviation"]["max_mm"] < 0.3
    assert record["reduction"] == pytest.approx(0.8)


def test_comparison_comes_and_goes(panel, folder) -> None:
    load(panel, folder)
    segment(panel)
    make_model(panel)
    more(panel, "model")
    before = len(models())
    user.click(panel.ui.compareButton)
    assert "Slicer's surface" in panel.ui.compareLabel.text
    assert len(models()) == before + 1
    user.click(panel.ui.compareButton)
    assert len(models()) == before
    assert not user.can_use(panel.ui.compareLabel)


def test_changed_segment_makes_the_model_out_of_date(panel, folder) -> None:
    load(panel, folder)
    segment(panel)
    make_model(panel)
    segment(panel, "dense_bone")
    assert "out of date" in title(panel, "model")
    make_model(panel)
    assert "✓" in title(panel, "model")
    assert len(models()) == 1


def test_dimension_lines_have_the_models_size(panel, folder) -> None:
    load(panel, folder)
    segment(panel)
    make_model(panel)
    more(panel, "qa")
    user.click(panel.ui.dimensionsCheck)
    lines = slicer.util.getNodesByClass("vtkMRMLMarkupsLineNode")
    box = np.zeros(6)
    panel.widget.panel.model.node().GetRASBounds(box)
    assert [line.GetLineLengthWorld() for line in lines] == pytest.approx(box[1::2] - box[::2])
    user.click(panel.ui.dimensionsCheck)
    assert not slicer.util.getNodesByClass("vtkMRMLMarkupsLineNode")


def test_record_is_shown(panel, folder) -> None:
    load(panel, folder)
    segment(panel)
    make_model(panel)
    show(panel, "qa")
    user.click(panel.ui.checkButton)
    user.click(panel.ui.recordButton)
    (url,) = panel.desktop.opened_urls
    assert Path(url.removeprefix("file://")).name == "qa.html"
