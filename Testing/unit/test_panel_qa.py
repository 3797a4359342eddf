"""The QA step as a user clicks through it: protocol, table, review, colours, plots, pages."""

from __future__ import annotations

import importlib
import json
from html import escape
from pathlib import Path

import numpy as np
import pytest
import slicer
from phantoms.acquisition import Acquisition
from phantoms.analytic import Block, Scene
from phantoms.dicom import write_series
from standin import user
from test_panel import lab, load, make_model, models, more, panel, parameters, segment, show, title
from vtk.util.numpy_support import numpy_to_vtk

__all__ = ["panel"]
pytest_plugins = ("standin.fixtures",)

EDGES = (9.0, 7.0, 5.0)
CONTENT = Scene([Block((0.0, 0.0, 0.0), EDGES)], sigma=0.4)
SHAPE = {"rows": 32, "columns": 32, "slices": 24, "steps": 0.7}
WALL, GREY, REFERENCE = "WallThicknessMm", "DistanceToGreyValuesMm", "DistanceToReferenceMm"


#: What checking the block gave, by what was asked for: it is the same in every test.
_CHECKED: dict[str, tuple[dict, dict]] = {}


@pytest.fixture(autouse=True)
def checks_remembered(monkeypatch) -> None:
    """Measure the same model once only; the panel and the library notice nothing of it."""
    from PrintPrepLib.mrml import qa as mrml_qa
    from PrintPrepLib.mrml.maps import map_array

    real = mrml_qa.check

    def check_once(volume, segmentation, segment_id, model=None, **asked):
        progress = asked.pop("progress", None)
        points = model.GetPolyData().GetNumberOfPoints()
        key = json.dumps([asked, points, model.GetAttribute("PrintPrep.Surface")])
        if key not in _CHECKED:
            record = real(volume, segmentation, segment_id, model, **asked, progress=progress)
            away = map_array(model, "grey")
            measured = () if asked["quick"] else (WALL, away)
            _CHECKED[key] = record, {name: values_of(model, name) for name in measured}
        record, maps = _CHECKED[key]
        mrml_qa.put_maps(model, maps)
        return json.loads(json.dumps(record))

    monkeypatch.setattr(mrml_qa, "check", check_once)


def values_of(model, name: str) -> np.ndarray:
    return slicer.util.arrayFromModelPointData(model, name).copy()


@pytest.fixture
def folder(tmp_path):
    write_series(CONTENT, Acquisition(**SHAPE), tmp_path / "series", name="Block")
    return tmp_path / "series"


@pytest.fixture
def modelled(panel, folder):
    """The panel with a model that was checked shortly, and the QA step open."""
    load(panel, folder)
    segment(panel)
    make_model(panel)
    show(panel, "qa")
    return panel


@pytest.fixture
def checked(modelled):
    check(modelled)
    return modelled


def check(panel) -> None:
    show(panel, "qa")
    user.click(panel.ui.checkButton)
    show(panel, "qa")
    assert qa(panel).record() is not None, panel.ui.messageLabel.text


def qa(panel):
    return panel.widget.panel.qa


def open_group(panel, name: str) -> None:
    if name in ("review", "maps", "plots"):
        more(panel, "qa")
        getattr(panel.ui, f"{name}Group").collapsed = False
    else:
        lab(panel, name)


def rows(table) -> list[list[str]]:
    return [
        [table.item(row, column).text() for column in range(table.columnCount)]
        for row in range(table.rowCount)
    ]


def model_of(panel):
    return panel.widget.panel.model.node()


def put_values(panel, name: str, values: np.ndarray) -> None:
    """Values on the points of the model, as measuring leaves them."""
    points = model_of(panel).GetPolyData()
    array = numpy_to_vtk(np.resize(np.asarray(values, np.float32), points.GetNumberOfPoints()), 1)
    array.SetName(name)
    points.GetPointData().AddArray(array)


def test_first_look_is_simple(modelled) -> None:
    ui = modelled.ui
    assert user.can_use(ui.checkButton) and user.can_use(ui.recordButton)
    for name in ("settings", "review", "maps", "reference", "calibration", "caliper", "plots"):
        assert getattr(ui, f"{name}Group").collapsed
    for widget in (ui.checksLabel, ui.attentionCheck, ui.pdfButton, ui.protocolCombo):
        assert not user.can_use(widget)
    assert ui.protocolLabel.buddy() is ui.protocolCombo


def test_table_shows_what_needs_attention(modelled) -> None:
    checked, ui = modelled, modelled.ui
    # At the preset's threshold the surface lies off half contrast.
    show(checked, "model")
    more(checked, "model")
    user.choose(ui.surfaceCombo, "threshold: at its grey value")
    make_model(checked)
    check(checked)
    more(checked, "qa")
    every, record = ui.checksLabel.text, qa(checked).record()
    for item in record["checks"]:
        assert escape(item["title"]) in every and escape(item["message"]) in every
    user.click(ui.attentionCheck)
    some = [item["id"] for item in record["checks"] if item["status"] in ("fail", "warn")]
    assert ui.checksLabel.text.count("<p ") == len(some) > 0
    user.click(ui.attentionCheck)
    assert ui.checksLabel.text == every


def test_titles_of_checks_follow_the_language(checked, monkeypatch) -> None:
    title = ordered(checked)[0]["title"]
    phrases = importlib.import_module("PrintPrepLib.core.phrases")
    monkeypatch.setattr(phrases, "_sentences", {title: "Titel"})
    monkeypatch.setattr(phrases, "_in_use", "de")
    more(checked, "qa")
    for _ in range(2):
        user.click(checked.ui.attentionCheck)
    assert "<b>Titel" in checked.ui.checksLabel.text


def jumped_to(panel, check_id: str) -> np.ndarray:
    """Where (RAS) the slice views cross after a click on "show" beside a check."""
    user.click_link(panel.ui.checksLabel, check_id)
    nodes = {n.GetLayoutName(): n for n in slicer.util.getNodesByClass("vtkMRMLSliceNode")}
    matrices = [
        slicer.util.arrayFromVTKMatrix(nodes[name].GetSliceToRAS())
        for name in ("Red", "Yellow", "Green")
    ]
    normals = np.array([m[:3, 2] for m in matrices])
    return np.linalg.solve(normals, [m[:3, 2] @ m[:3, 3] for m in matrices])


def test_click_jumps_to_the_place_in_the_record(checked) -> None:
    wall = qa(checked).record()["model"]["wall_thickness"]
    more(checked, "qa")
    expected = np.array(wall["place_mm"]) * [-1, -1, 1]
    assert jumped_to(checked, "wall_thickness") == pytest.approx(expected, abs=1e-3)
    with pytest.raises(user.CannotDo):
        user.click_link(checked.ui.checksLabel, "volume_agreement")


def ordered(panel) -> list[dict]:
    order = ("fail", "warn", "info", "pass")
    return sorted(qa(panel).record()["checks"], key=lambda item: order.index(item["status"]))


@pytest.mark.parametrize(
    ("check_id", "owner", "part"),
    [
        ("self_intersections", "model", {"places_mm": [[1.0, -2.0, 3.0], [9.0, 9.0, 9.0]]}),
        ("bridges", "model", {"places_mm": [[1.0, -2.0, 3.0]]}),
        ("thin_walls", "model", None),
        ("metal", "segment", {"place_mm": [1.0, -2.0, 3.0]}),
    ],
)
def test_places_that_records_hold(check_id, owner, part) -> None:
    from PrintPrepLib.mrml.markups import place_of

    record = {owner: {check_id: part} if part else {"wall_thickness": {"place_mm": [1, -2, 3]}}}
    assert place_of(check_id, None, None, record) == (-1.0, 2.0, 3.0)
    assert place_of("bridges", None, None, {"model": {"bridges": {"places_mm": []}}}) is None


def test_place_farthest_off_the_grey_values(modelled) -> None:
    from PrintPrepLib.mrml.markups import place_of

    assert place_of("surface_truth", None, model_of(modelled), {}) is None
    values = np.full(model_of(modelled).GetPolyData().GetNumberOfPoints(), np.nan)
    values[:3] = (0.1, -0.9, 0.3)
    put_values(modelled, GREY, values)
    expected = model_of(modelled).GetPolyData().GetPoint(1)
    assert place_of("surface_truth", None, model_of(modelled), {}) == pytest.approx(expected)


# Protocol, date, printer


def test_protocol_enters_the_record_and_is_remembered(modelled) -> None:
    ui = modelled.ui
    open_group(modelled, "settings")
    name = ui.protocolCombo.itemText(1)
    user.choose(ui.protocolCombo, name)
    check(modelled)
    record = qa(modelled).record()
    assert record["protocol"]["title"] == name
    assert any(item["id"].startswith("protocol_") for item in record["checks"])
    assert name in ui.standardsLabel.text and user.can_use(ui.standardsLabel)
    lab(modelled, "settings")
    assert user.can_use(ui.protocolSource)
    # Another choice: the record was made for something else. Back again: it is there.
    user.choose(ui.protocolCombo, "none")
    assert qa(modelled).record() is None
    assert "check again" in title(modelled, "qa")
    assert not ui.pdfButton.enabled
    user.choose(ui.protocolCombo, name)
    assert qa(modelled).record() == record
    # A new scene starts with what was chosen last.
    modelled.close_scene()
    user.wait_until(lambda: ui.protocolCombo.currentText == name)


def test_own_protocol_from_a_file(modelled, tmp_path) -> None:
    ui, answers = modelled.ui, modelled.desktop.answers.queue
    own = {"title": "Ours", "source": "Us", "rules": {"max_pixel_mm": 0.1}, "confirm": ["It fits"]}
    (tmp_path / "ours.json").write_text(json.dumps(own))
    (tmp_path / "wrong.json").write_text("{}")
    open_group(modelled, "settings")
    answers += ["", str(tmp_path / "wrong.json"), str(tmp_path / "ours.json")]
    user.choose(ui.protocolCombo, "from a file…")
    assert ui.protocolCombo.currentText == "none"
    user.choose(ui.protocolCombo, "from a file…")
    assert "wrong.json" in ui.messageLabel.text
    assert ui.protocolCombo.currentText == "none"
    user.choose(ui.protocolCombo, "from a file…")
    assert ui.protocolCombo.currentText == "ours.json"
    check(modelled)
    assert qa(modelled).record()["protocol"]["title"] == "Ours"
    node = parameters(modelled).parameterNode
    values = [node.GetParameter(name) for name in node.GetParameterNames()]
    assert not [value for value in values if str(tmp_path) in value]
    # On a computer that does not know the file the scene still says which it was.
    import qt

    qt.QSettings().remove("PrintPrep/ProtocolFiles")
    modelled.widget.panel.refresh()
    assert ui.protocolCombo.currentText == "ours.json (not on this computer)"
    assert "ours.json (not on this computer)" in ui.standardsLabel.text
    show(modelled, "qa")
    user.click(ui.checkButton)
    assert "there is no protocol 'ours.json'" in ui.messageLabel.text


def test_date_of_surgery(modelled) -> None:
    import qt

    ui, given = modelled.ui, []
    real = qa(modelled).panel.logic.checkGeometry
    qa(modelled).panel.logic.checkGeometry = lambda *a, **k: given.append(k) or real(*a, **k)
    open_group(modelled, "settings")
    assert not ui.surgeryDateEdit.enabled
    assert parameters(modelled).surgeryDate == ""
    user.click(ui.surgeryCheck)
    ui.surgeryDateEdit.date = qt.QDate(2031, 2, 28)
    assert parameters(modelled).surgeryDate == "2031-02-28"
    check(modelled)
    assert given[-1]["surgeryDate"] == "2031-02-28"
    lab(modelled, "settings")
    user.click(ui.surgeryCheck)
    assert parameters(modelled).surgeryDate == ""


def test_printer_by_name_and_by_size(modelled) -> None:
    ui = modelled.ui
    open_group(modelled, "settings")
    assert not user.can_use(ui.printerSizeEdit)
    user.choose(ui.printerCombo, "Prusa MK4")
    assert qa(modelled).options()["printer"] == "Prusa MK4"
    user.choose(ui.printerCombo, "own size…")
    user.enter(ui.printerSizeEdit, "120 x 100 x 90")
    assert qa(modelled).options()["printer"] == "120 x 100 x 90"
    check(modelled)
    modelled.close_scene()
    user.wait_until(lambda: ui.printerSizeEdit.text == "120 x 100 x 90")
    assert ui.printerCombo.currentText == "own size…"


# Review


def boxes(panel) -> dict:
    return qa(panel).review._boxes


def test_confirmations_and_decision_enter_the_record(modelled, tmp_path) -> None:
    from PrintPrepLib.qa.record import seal_holds

    ui = modelled.ui
    sentences = ["The patient held still.", "No implant since."]
    own = {"title": "T", "source": "S", "rules": {"max_pixel_mm": 9}, "confirm": sentences}
    (tmp_path / "p.json").write_text(json.dumps(own))
    open_group(modelled, "settings")
    modelled.desktop.answers.queue.append(str(tmp_path / "p.json"))
    user.choose(ui.protocolCombo, "from a file…")
    check(modelled)
    open_group(modelled, "review")
    assert list(boxes(modelled)) == sentences
    assert "2 open" in ui.confirmLabel.text
    assert "confirmed" not in qa(modelled).record()
    assert "reviewer" not in qa(modelled).record()
    user.click(boxes(modelled)[sentences[1]])
    user.enter(ui.reviewerEdit, " Dr. B ")
    user.enter(ui.decisionEdit, "accepted")
    record = qa(modelled).record()
    assert record["confirmed"] == [sentences[1]]
    assert record["reviewer"] == {"reviewer": "Dr. B", "decision": "accepted"}
    assert seal_holds(record)
    # A new check keeps what was confirmed of the scan, not what was decided of the model.
    check(modelled)
    record = qa(modelled).record()
    assert record["confirmed"] == [sentences[1]]
    assert record["reviewer"] == {"reviewer": "Dr. B"}
    # Another volume is another scan.
    other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Other")
    other.CopyContent(parameters(modelled).volume)
    parameters(modelled).volume = other
    assert qa(modelled).review.parts(record) == {"reviewer": {"reviewer": "Dr. B"}}


# Colours


def color_nodes() -> list:
    nodes = slicer.util.getNodesByClass("vtkMRMLColorTableNode")
    return [node for node in nodes if node.GetAttribute("PrintPrep.Map")]


def legends() -> list:
    return slicer.util.getNodesByClass("vtkMRMLColorLegendDisplayNode")


def test_colours_come_and_go(modelled) -> None:
    ui, model = modelled.ui, model_of(modelled)
    display, before = model.GetDisplayNode(), model.GetDisplayNode().GetColor()
    open_group(modelled, "maps")
    user.choose(ui.mapCombo, "thickness of its walls")
    assert ui.mapHint.text == "Check all first."
    assert not display.GetScalarVisibility()
    put_values(modelled, WALL, [0.5, 2.5, 5.0, np.nan])
    modelled.widget.panel.refresh()
    assert display.GetScalarVisibility()
    assert display.GetActiveScalarName() == WALL
    assert display.GetScalarRange() == (0.0, 5.0)
    assert display.GetScalarRangeFlag() == display.UseManualScalarRange
    (legend,) = legends()
    assert legend.GetTitleText() == "Wall thickness (mm)"
    (colors,) = color_nodes()
    assert colors.GetNumberOfColors() == 256
    table, found = colors.GetLookupTable(), [0.0, 0.0, 0.0]
    assert table.GetNanColor()[:3] == (0.62, 0.62, 0.62)
    table.GetColor(0.0, found)
    red, _green, blue = found
    assert red > 0.6 > 0.2 > blue, "thin walls are red"
    # Another map takes its place, nothing is left behind.
    put_values(modelled, GREY, [0.0])
    user.choose(ui.mapCombo, "distance to the grey values")
    assert display.GetScalarRange() == (-0.5, 0.5)
    assert [legend.GetTitleText() for legend in legends()] == ["Distance to the grey values (mm)"]
    assert len(color_nodes()) == 1
    user.choose(ui.mapCombo, "nothing: its own colour")
    assert not display.GetScalarVisibility()
    assert display.GetColor() == before
    assert not legends()
    assert not color_nodes()


def test_check_leaves_the_maps(checked) -> None:
    ui = checked.ui
    open_group(checked, "maps")
    # The model lies at the edges, so its distance is the one to them.
    edge = "DistanceToEdgeMm"
    for text, array in (("thickness of its walls", WALL), ("distance to the grey values", edge)):
        user.choose(ui.mapCombo, text)
        assert model_of(checked).GetDisplayNode().GetActiveScalarName() == array
    # A model that was made anew has not been measured.
    show(checked, "model")
    user.click(ui.makeModelButton)
    assert not model_of(checked).GetDisplayNode().GetScalarVisibility()
    assert not legends()


def test_colours_survive_a_saved_scene(modelled, tmp_path) -> None:
    import zipfile

    open_group(modelled, "maps")
    put_values(modelled, GREY, [0.1, np.nan])
    user.choose(modelled.ui.mapCombo, "distance to the grey values")
    assert slicer.mrmlScene.WriteToMRB(str(tmp_path / "scene.mrb"))
    modelled.close_scene()
    zipfile.ZipFile(tmp_path / "scene.mrb").extractall(tmp_path)
    (saved,) = tmp_path.glob("*/*.mrml")
    slicer.mrmlScene.SetURL(str(saved))
    assert slicer.mrmlScene.Connect()
    user.wait_until(lambda: "distance to the grey" in modelled.ui.mapCombo.currentText)
    (shown,) = models()
    assert shown.GetDisplayNode().GetActiveScalarName() == GREY
    (colors,) = color_nodes()
    assert colors.GetLookupTable().GetNanColor()[:3] == (0.62, 0.62, 0.62)
    assert len(legends()) == 1


def test_qa_survives_a_saved_scene(modelled, tmp_path) -> None:
    import zipfile

    ui = modelled.ui
    open_group(modelled, "settings")
    user.choose(ui.protocolCombo, ui.protocolCombo.itemText(1))
    user.choose(ui.printerCombo, "Prusa MK4")
    user.click(ui.surgeryCheck)
    check(modelled)
    open_group(modelled, "review")
    user.click(next(iter(boxes(modelled).values())))
    user.enter(ui.decisionEdit, "accepted")
    record = qa(modelled).record()
    assert slicer.mrmlScene.WriteToMRB(str(tmp_path / "scene.mrb"))
    modelled.close_scene()
    user.wait_until(lambda: not ui.decisionEdit.text)
    show(modelled, "qa")
    open_group(modelled, "settings")
    user.choose(ui.printerCombo, "none")
    zipfile.ZipFile(tmp_path / "scene.mrb").extractall(tmp_path)
    (saved,) = tmp_path.glob("*/*.mrml")
    slicer.mrmlScene.SetURL(str(saved))
    assert slicer.mrmlScene.Connect()
    user.wait_until(lambda: ui.printerCombo.currentText == "Prusa MK4")
    assert qa(modelled).record() == record
    assert record["confirmed"] == list(boxes(modelled))[:1]
    assert record["reviewer"] == {"decision": "accepted"}
    assert ui.checksLabel.text.count("<p ") == len(record["checks"])


# Plots


def plot_nodes() -> list:
    kinds = ("vtkMRMLTableNode", "vtkMRMLPlotSeriesNode", "vtkMRMLPlotChartNode")
    return [node for kind in kinds for node in slicer.util.getNodesByClass(kind)]


def test_plots_use_the_same_nodes_and_give_the_layout_back(modelled) -> None:
    ui, views = modelled.ui, slicer.app.layoutManager()
    before = views.layout
    open_group(modelled, "plots")
    user.choose(ui.plotCombo, "distance from slice to slice")
    assert views.plotViewCount == 1
    (view,) = slicer.util.getNodesByClass("vtkMRMLPlotViewNode")
    chart = view.GetPlotChartNode()
    assert chart.GetTitle() == "From slice to slice"
    table = chart.GetNthPlotSeriesNode(0).GetTableNode()
    steps = slicer.util.arrayFromTableColumn(table, "Step (mm)")
    assert steps == pytest.approx([0.7] * (SHAPE["slices"] - 1), abs=1e-3)
    put_values(modelled, WALL, [1.0, 1.0, 4.0, np.nan])
    user.choose(ui.plotCombo, "wall thickness")
    assert len(plot_nodes()) == 3
    shares = slicer.util.arrayFromTableColumn(table, "Share of the points (%)")
    assert shares.sum() == pytest.approx(100.0)
    assert sorted(shares)[-2:] == pytest.approx([100 / 3, 200 / 3], abs=0.2)
    user.choose(ui.plotCombo, "sideways drift of the slices")
    assert "straight above each other" in ui.plotHint.text
    assert (views.layout, plot_nodes()) == (before, [])
    user.choose(ui.plotCombo, "wall thickness")
    user.choose(ui.plotCombo, "none")
    assert (views.layout, plot_nodes()) == (before, [])
    user.choose(ui.plotCombo, "wall thickness")
    modelled.exit()
    assert (views.layout, plot_nodes()) == (before, [])
    modelled.enter()


def test_drift_of_tilted_slices() -> None:
    from PrintPrepLib.mrml import charts as mrml_charts

    node = slicer.vtkMRMLScalarVolumeNode()
    kept = {"steps_mm": [1.0, 2.0], "source": {"shear": [0.0, 0.25]}}
    node.SetAttribute("PrintPrep.Provenance", json.dumps(kept))
    columns = mrml_charts.drift_columns(node, ("Slice", "rows", "columns"))
    assert list(columns["Slice"]) == [1, 2, 3]
    assert list(columns["rows"]) == [0, 0, 0]
    assert list(columns["columns"]) == [0, 0.25, 0.75]


# Pages and records


def test_pdf_of_the_record(checked, tmp_path) -> None:
    ui, answers = checked.ui, checked.desktop.answers.queue
    more(checked, "qa")
    answers += ["", str(tmp_path / "our page")]
    user.click(ui.pdfButton)
    assert list(tmp_path.glob("*.pdf")) == []
    user.click(ui.pdfButton)
    written = (tmp_path / "our page.pdf").read_bytes()
    assert written.startswith(b"%PDF-")
    assert written.count(b"/Type /Page\n") in (1, 2, 3)
    assert b"/MediaBox [0 0 595.000000 842.000000]" in written or b"595" in written
    assert "our page.pdf" in ui.messageLabel.text


def test_patient_is_named_only_when_asked(checked, tmp_path, monkeypatch) -> None:
    from PrintPrepPanel.qa import record as qa_record

    pages = []
    monkeypatch.setattr(qa_record, "save_pdf", lambda html, path, folder: pages.append(html))
    from PrintPrepLib.mrml.volumes import identity_of

    named = identity_of(parameters(checked).volume)
    assert set(named) == {"patient_name", "patient_id"}
    more(checked, "qa")
    for _ in range(2):
        checked.desktop.answers.queue.append(str(tmp_path / "page.pdf"))
        user.click(checked.ui.pdfButton)
        user.click(checked.ui.identityCheck)
    without, with_name = pages
    for text in named.values():
        assert text not in without
        assert text in with_name
    assert "patient_name" not in json.dumps(qa(checked).record())


def test_record_is_verified(checked, tmp_path) -> None:
    from PrintPrepLib.core.jsonable import to_json

    ui, file = checked.ui, tmp_path / "qa.json"
    file.write_text(to_json(qa(checked).record()))
    open_group(checked, "verify")
    answers = checked.desktop.answers.queue
    answers += ["", str(file)]
    user.click(ui.verifyButton)
    assert not user.can_use(ui.verifyText)
    user.click(ui.verifyButton)
    assert ui.verifyText.text.startswith("qa.json: Nothing is found to have changed")
    record = json.loads(file.read_text())
    record["model"]["volume_mm3"] += 1
    file.write_text(json.dumps(record))
    answers.append(str(file))
    user.click(ui.verifyButton)
    assert "do not rely on it" in ui.verifyText.text
    assert ui.verifyText.text.splitlines()[1].startswith("✗")
    answers.append(str(tmp_path / "series" / next(Path(tmp_path / "series").iterdir()).name))
    user.click(ui.verifyButton)
    assert "Traceback" not in ui.messageLabel.text
    assert ui.messageLabel.text
