"""What the panel shows and allows, as tables: no Qt, no scene."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PrintPrepLib.core import phrases
from PrintPrepLib.core.findings import Finding
from PrintPrepLib.core.phrases import Phrase
from PrintPrepPanel.states import choices
from PrintPrepPanel.states.choices import (
    REDUCTIONS,
    Detail,
    Keep,
    KnownObject,
    Lie,
    MapOf,
    Spacing,
)
from PrintPrepPanel.states.conversion import Ended, ended_told, summary_told
from PrintPrepPanel.states.export import ExportFacts, export_view, file_part, missing
from PrintPrepPanel.states.geometry import GeometryFacts, geometry_view
from PrintPrepPanel.states.measuring import (
    CalibrationFacts,
    calibration_widgets,
    caliper_widgets,
    fit_row,
    map_widgets,
    no_plot_told,
    read_numbers,
    reference_rows,
    reference_widgets,
)
from PrintPrepPanel.states.model import (
    Lying,
    ModelFacts,
    Refining,
    comparison_told,
    deviation_told,
    model_view,
)
from PrintPrepPanel.states.qa import (
    OWN_SIZE,
    QaFacts,
    SettingsFacts,
    attention,
    check_list,
    figure,
    offered_protocols,
    qa_view,
    review_widgets,
    settings_widgets,
    shown_checks,
    signed,
    standards_told,
    verification_told,
)
from PrintPrepPanel.states.segment import (
    SegmentFacts,
    half_contrast_told,
    limits_told,
    segment_view,
)
from PrintPrepPanel.states.series import SeriesFacts, found_line, loaded, series_view
from PrintPrepPanel.states.view import (
    Stage,
    State,
    alarm,
    badge,
    guide,
    joined,
    next_step,
    said,
    short,
)

PANEL = Path(__file__).resolve().parents[2] / "PrintPrep" / "PrintPrepPanel"


def on(values) -> set[str]:
    """The names of widgets that are enabled, visible or checked."""
    return {name for name, value in values.items() if value}


def brief(view) -> tuple[Stage, str]:
    return view.state.stage, said(view.state.brief)


def test_states_need_neither_qt_nor_slicer() -> None:
    names = [f"PrintPrepPanel.states.{path.stem}" for path in (PANEL / "states").glob("*.py")]
    program = (
        "import importlib, sys\n"
        "for name in ('qt', 'ctk', 'slicer', 'numpy', 'vtk', 'pydicom'): sys.modules[name] = None\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PANEL.parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


# All steps


def test_texts_in_a_row() -> None:
    assert said(joined([Phrase("{n} parts", {"n": 2}), "{as it is}"])) == "2 parts {as it is}"
    assert joined([]) == ""


@pytest.mark.parametrize(
    ("stages", "upcoming"),
    [
        *(("NBBBBB", 0), ("DCNBBB", 2), ("DDDCCD", 5), ("DDDDDC", 5), ("DDDDCN", 5)),
        ("DDNBBD", 2),
    ],
)
def test_the_first_step_that_is_not_done_is_next(stages: str, upcoming: int) -> None:
    letters = {stage.name[0]: stage for stage in Stage}
    assert next_step([State(letters[letter]) for letter in stages]) == upcoming


def test_the_guide_names_the_next_step() -> None:
    todo, done = State(Stage.NEXT, "", "Do it."), State(Stage.DONE, "", "Written.")
    assert said(guide(["1. A", "2. B"], [done, todo])) == "Next: 2. B.  Do it."
    assert said(guide(["1. A", "2. B"], [done, done])) == "Done: the model is exported. Written."


def test_what_needs_care_is_done_when_it_was_seen() -> None:
    titles, todo = ["1. A", "2. B"], State(Stage.NEXT, "", "Do it.")
    unseen = State(Stage.CARE, "with care", "Read it.", unseen=True)
    assert next_step([unseen, todo]) == 0 and next_step([replace(unseen, unseen=False), todo]) == 1
    told = said(guide(titles, [unseen, todo]))
    assert told == "Next: open 1. A and see what was found there."
    assert said(guide(titles, [unseen, State(Stage.DONE, "", "Written.")])).startswith("Done")


def test_what_failed_is_red_above_all_steps() -> None:
    assert alarm([], False) == ""
    assert "Failed: Gap, Tilt &lt;" in alarm(["Gap", "Tilt <"], True)
    assert "see step 2" in alarm([], True) and "color:white" in alarm([], True)
    failed = geometry_view(replace(REGULAR, verdict="fail")).state
    assert failed.grave and not geometry_view(REGULAR).state.grave


@pytest.mark.parametrize("view", (model_view, qa_view, export_view))
def test_why_nothing_can_be_made_is_told_in_every_step(view) -> None:
    facts = {model_view: ModelFacts(True), qa_view: QaFacts(True, True), export_view: FIT}[view]
    refused = view(replace(facts, refusal="Of another volume."))
    assert refused.state.blocked and refused.state.text == "Of another volume."
    assert not on(refused.widgets.enabled) & {"makeModelButton", "exportButton", "modelTools"}


def test_another_volumes_segment_is_not_done() -> None:
    view = segment_view(replace(CT, segment="Bone", threshold=True, foreign="Of another."))
    assert view.state.stage is Stage.NEXT and view.state.text == "Of another."
    assert "applyThresholdButton" not in on(view.widgets.enabled)


def test_everything_that_can_be_chosen_has_words() -> None:
    for kind, titles in (
        *((Spacing, choices.SPACINGS), (Keep, choices.KEEPS), (choices.Detail, choices.DETAILS)),
        (choices.Unit, choices.UNITS),
        *((choices.What, choices.WHATS), (MapOf, choices.MAPS)),
        *((KnownObject, choices.OBJECTS), (KnownObject, choices.SIZES)),
    ):
        assert list(titles) == list(kind)


def test_sentences_follow_the_language(monkeypatch) -> None:
    german = {"Load a series, or choose a volume.": "Eine Serie laden oder ein Volumen wählen."}
    monkeypatch.setattr(phrases, "_sentences", german)
    assert said(series_view(SeriesFacts()).state.text).startswith("Eine Serie")
    assert said(series_view(SeriesFacts("Load a series, or choose a volume.")).state.brief) in (
        german
    ), "names are no sentences"


def test_a_long_name_does_not_widen_a_title() -> None:
    assert short("Head") == "Head"
    assert short("1: " + "Thorax " * 9) == "1: Thorax Thorax Thor…"


def test_marks_can_be_read_in_light_and_dark_styles() -> None:
    """White on the colour, whatever stands around it: at least 4.5 to 1 (WCAG)."""
    for status in ("fail", "warn", "info", "pass"):
        mark = badge(status)
        color = re.search("background-color:#(..)(..)(..)", mark).groups()
        red, green, blue = (((int(c, 16) / 255 + 0.055) / 1.055) ** 2.4 for c in color)
        luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        assert 1.05 / (luminance + 0.05) >= 4.5, status
        assert "color:white" in mark


# 1. Series


def test_series() -> None:
    assert brief(series_view(SeriesFacts())) == (Stage.NEXT, "choose")
    assert brief(series_view(SeriesFacts("2: Head"))) == (Stage.DONE, "2: Head")
    assert not on(series_view(SeriesFacts()).widgets.visible)
    several = series_view(SeriesFacts(found=2)).widgets.visible
    assert on(several) == {"foundLabel", "foundTable", "loadChosenButton"}


def test_a_found_series_says_first_what_it_is() -> None:
    line = found_line("3: Hip", 120, "3f9a2b", "77c0de", "2026-01-03")
    assert line == "3: Hip (120 images)\npatient 3f9a2b, study 77c0de, 2026-01-03"
    assert found_line("", 1, "–", "–", "").startswith("no description (1 image)\npatient –")


@pytest.mark.parametrize(
    ("volumes", "left_out", "told"),
    [
        (1, [], ""),
        (2, [], "2 volumes were loaded; choose one of them in step 1."),
        (1, ["a scout", "2 × no image"], "Left out: a scout; 2 × no image."),
    ],
)
def test_what_came_of_a_series(volumes: int, left_out: list[str], told: str) -> None:
    assert said(loaded(volumes, left_out)) == told


END = Ended("/out", 1, errors="printprep: no files")


@pytest.mark.parametrize(
    ("ended", "told"),
    [
        (END, "The conversion failed: no files"),
        (replace(END, stopped=True), "no files The files so far are in /out"),
        (
            replace(END, crashed=True, stopped=True),
            "The conversion broke off. What is in /out is whole. no files",
        ),
        (replace(END, errors="x" * 700), f"The conversion failed: {'x' * 600}"),
    ],
)
def test_a_conversion_that_did_not_come_to_its_end(ended: Ended, told: str) -> None:
    assert said(ended_told(ended)) == told


def test_a_conversion_that_is_done() -> None:
    files = [{"file": "a", "fate": "converted"}, {"file": "b", "fate": "failed", "reason": "cut"}]
    counts = {"converted": 1200, "failed": 1, "refused": 0}
    summary = {"counts": counts, "files": files, "warnings": ["Little room."]}
    assert said(summary_told(summary, "/out")).split("\n") == [
        "Done, 1,201 files: 1,200 converted, 1 failed.",
        "Not converted, such as b: cut.",
        "Little room.",
        "The files are in /out; summary.csv names each.",
    ]


# 2. Geometry

REGULAR = GeometryFacts(volume=True, treatment="Interpolated.")


@pytest.mark.parametrize(
    ("facts", "stage", "words"),
    [
        (GeometryFacts(), Stage.BLOCKED, "needs a volume"),
        (replace(REGULAR, problem="Under a transform."), Stage.NEXT, "make regular"),
        (REGULAR, Stage.DONE, "fit for printing"),
        (replace(REGULAR, verdict="warn"), Stage.CARE, "with care"),
        (replace(REGULAR, verdict="fail"), Stage.CARE, "not true to size"),
    ],
)
def test_geometry(facts: GeometryFacts, stage: Stage, words: str) -> None:
    view = geometry_view(facts)
    assert brief(view) == (stage, words)
    assert on(view.widgets.enabled) == ({"regularButton"} if facts.volume else set())


def test_geometry_tells_what_was_found_the_gravest_first() -> None:
    findings = [
        Finding("tilt", "info", "tilted by {deg:.2f}°", {"deg": 18.5}).as_entry(),
        Finding("gap", "fail", "a gap of <{mm}> mm", {"mm": 4}).as_entry(),
    ]
    facts = replace(REGULAR, findings=findings, absences=[Phrase("{n} twice", {"n": 1})])
    labels = geometry_view(facts).widgets.labels
    assert "&lt;4&gt;" in said(labels["findingsLabel"]), "what needs care is in view"
    assert "18.50°" in said(labels["notesLabel"]) and "18.50°" not in said(labels["findingsLabel"])
    assert said(labels["treatmentLabel"]) == "Interpolated.\n1 twice"
    assert geometry_view(GeometryFacts()).widgets.labels == {
        "findingsLabel": "",
        "notesLabel": "",
        "treatmentLabel": "",
    }


@pytest.mark.parametrize("spacing", Spacing)
def test_millimetres_are_asked_for_where_they_are_chosen(spacing: Spacing) -> None:
    visible = geometry_view(replace(REGULAR, spacing=spacing)).widgets.visible
    assert visible["spacingMmSpin"] == (spacing is Spacing.MILLIMETRES)


@pytest.mark.parametrize(
    ("facts", "offered"),
    [
        (GeometryFacts(), False),
        (REGULAR, False),
        (replace(REGULAR, problem="Sheared."), True),
        (replace(REGULAR, spacing=Spacing.ISOTROPIC), False),
        (replace(REGULAR, spacing=Spacing.ISOTROPIC, planes=(0.5, 0.5, 1.0)), True),
        (replace(REGULAR, spacing=Spacing.MILLIMETRES, spacing_mm=1.0), False),
        (replace(REGULAR, spacing=Spacing.MILLIMETRES, spacing_mm=1.25), True),
    ],
)
def test_make_regular_is_offered_where_it_does_something(facts, offered: bool) -> None:
    assert geometry_view(facts).widgets.visible["regularButton"] == offered


# 3. Segment

CT = SegmentFacts(
    volume=True, regular=True, hounsfield=True, presets={"bone": "Bone", "skin": "Skin"}
)


@pytest.mark.parametrize(
    ("facts", "stage", "words"),
    [
        (SegmentFacts(), Stage.BLOCKED, "needs a volume"),
        (replace(CT, regular=False), Stage.BLOCKED, "needs a regular volume"),
        (CT, Stage.NEXT, "choose a tissue"),
        (replace(CT, segment="Bone"), Stage.DONE, "Bone"),
    ],
)
def test_segment(facts: SegmentFacts, stage: Stage, words: str) -> None:
    assert brief(segment_view(facts)) == (stage, words)


def test_ways_to_a_segment() -> None:
    both = {"automaticButton", "halfContrastButton", "segmentEditor"}
    presets = {"preset_bone", "preset_skin"}
    for facts, usable in (
        (CT, both | presets),
        (replace(CT, threshold=True), both | presets | {"applyThresholdButton"}),
        (replace(CT, hounsfield=False), both),
        (replace(CT, regular=False, threshold=True), set()),
    ):
        view = segment_view(facts)
        assert on(view.widgets.enabled) == usable
        without = bool(usable) and not facts.hounsfield
        assert ("no Hounsfield" in said(view.widgets.labels["presetsHint"])) == without
    chosen = segment_view(replace(CT, preset="skin")).widgets
    assert on(chosen.checked) == {"preset_skin"}
    texts = {name: said(text) for name, text in chosen.texts.items()}
    assert texts == {"preset_bone": "Bone", "preset_skin": "✓ Skin"}, "seen in the dark, too"


def test_half_contrast_is_told_with_its_side() -> None:
    told = half_contrast_told(149.6, 300.2, -1, 0.126).text
    assert told == (
        "Half contrast is 150: inside 300, outside -1. The range before put the surface "
        "0.13 mm too far out."
    )
    assert half_contrast_told(150, 300, 0, -0.2).text.endswith("0.20 mm too far in.")
    assert limits_told(200, None).text == "200 HU and more"
    assert limits_told(-700, -200).text == "-700 to -200 HU"


# 4. Model

MADE = ModelFacts(segment=True, model="Bone", triangles=12345)


@pytest.mark.parametrize(
    ("facts", "stage", "words"),
    [
        (ModelFacts(), Stage.BLOCKED, "needs a segment"),
        (ModelFacts(segment=True), Stage.NEXT, "make"),
        (replace(MADE, outdated=True, previewing=True), Stage.NEXT, "out of date"),
        (replace(MADE, previewing=True), Stage.NEXT, "accept?"),
        (MADE, Stage.DONE, "Bone"),
    ],
)
def test_model(facts: ModelFacts, stage: Stage, words: str) -> None:
    view = model_view(facts)
    assert brief(view) == (stage, words)
    assert view.widgets.enabled["makeModelButton"] == facts.segment
    assert view.widgets.enabled["modelTools"] == (facts.model is not None)
    tried = {"acceptButton", "discardButton"} if facts.previewing else set()
    assert on(view.widgets.visible) == tried


def test_what_a_model_is_made_and_changed_with() -> None:
    tools = {"previewButton", "smoothMmSpin", "decimatePercentSpin", "decimateErrorSpin"}
    for refining, usable in (
        (Refining(), set()),
        (Refining(smoothing_mm=2.0), tools - {"decimatePercentSpin"}),
        (Refining(reduction=0.5), tools - {"smoothMmSpin"}),
    ):
        enabled = model_view(replace(MADE, refining=refining)).widgets.enabled
        assert on(enabled) & tools == usable
        unmade = model_view(ModelFacts(True, refining=refining)).widgets.enabled
        assert on(unmade) & tools == usable - {"previewButton"}, "a try stands beside a model"
    assert "partSizeSpin" in on(model_view(replace(MADE, keep=Keep.ABOVE_SIZE)).widgets.visible)
    shown = model_view(replace(MADE, comparing=True, comparison="Other")).widgets
    assert shown.labels["compareLabel"] == "Other" and shown.checked["compareButton"]
    assert model_view(replace(MADE, comparison="Other")).widgets.labels["compareLabel"] == ""


@pytest.mark.parametrize("detail", REDUCTIONS)
def test_the_choice_of_detail_shows_what_is_chosen(detail: Detail) -> None:
    percent, bound = REDUCTIONS[detail] or (None, 0.1)
    refining = Refining(reduction=None if percent is None else percent / 100, farthest_mm=bound)
    assert refining.detail is detail
    assert Refining(reduction=0.33, farthest_mm=bound).detail is Detail.OWN
    shown = model_view(ModelFacts(refining=refining)).widgets.chosen["detailCombo"]
    assert shown == list(choices.DETAILS).index(detail)


@pytest.mark.parametrize(
    ("smoothing", "reduction", "told"),
    [
        (None, None, "12,345 triangles, at the edge of the anatomy."),
        (None, 0.8, "12,345 triangles, thinned out; at most 0.083 mm off."),
        (2.0, None, "12,345 triangles, smoothed below 2 mm; at most 0.083 mm off."),
        (
            *(2.0, 0.8),
            "12,345 triangles, smoothed below 2 mm and thinned out; at most 0.083 mm off.",
        ),
    ],
)
def test_what_the_model_is_whatever_is_chosen_now(smoothing, reduction, told: str) -> None:
    kept = {"smoothing_mm": smoothing, "reduction": reduction, "bound_mm": 0.1}
    kept["deviation"] = {"max_mm": 0.0831}
    made = replace(MADE, refinement={} if "edge" in told else kept)
    same = replace(made, refining=Refining(smoothing, reduction, 0.1))
    assert said(model_view(same).state.text) == told
    for other in (Refining(3.0, reduction, 0.1), Refining(2.5, 0.8, 0.2)):
        text = said(model_view(replace(made, refining=other)).state.text)
        assert text == f"{told} Make the model again for the detail that is chosen now."


@pytest.mark.parametrize(
    ("lying", "taken", "told"),
    [
        (Lying(), Lie.EDGE, "Edge: no range was set by hand."),
        (Lying(by_user=True), Lie.THRESHOLD, "Threshold: the range was set by hand."),
        (Lying(Lie.EDGE, by_user=True), Lie.EDGE, "Edge: where the grey values show"),
        (Lying(Lie.THRESHOLD), Lie.THRESHOLD, "Threshold: exactly at the range"),
        (Lying(ranged=False), Lie.EDGE, "Edge: no range made the segment."),
        (Lying(Lie.THRESHOLD, ranged=False), Lie.THRESHOLD, "Threshold: at half contrast"),
        (Lying(ranged=False, follow=False), Lie.THRESHOLD, "As the segment is"),
        (Lying(follow=False), Lie.EDGE, "Edge: no range was set"),
    ],
)
def test_where_the_next_surface_lies(lying: Lying, taken: Lie, told: str) -> None:
    assert lying.taken is taken and said(lying.told).startswith(told)
    shown = model_view(replace(MADE, lying=lying)).widgets
    assert said(shown.labels["surfaceHint"]).startswith(told)
    assert shown.visible["followCheck"] is not lying.ranged
    text = said(model_view(replace(MADE, lying=lying, surface=taken.value)).state.text)
    assert ("for the surface" in text) is lying.as_it_is


def test_what_a_change_costs_is_told() -> None:
    assert deviation_told(20000, 1000, -0.001, 0.0104, 0.0996).text == (
        "20,000 → 1,000 triangles. Volume +0.00 %; distance to the exact surface: mean "
        "0.010 mm, at most 0.100 mm."
    )
    assert comparison_told(-6.34, 0.2, 1.0).text.startswith(
        "Slicer's surface (blue): volume -6.3 %"
    )


# 5. QA

READY = QaFacts(model=True, ready=True)


@pytest.mark.parametrize(
    ("facts", "stage", "words"),
    [
        (QaFacts(), Stage.BLOCKED, "needs a model"),
        (replace(READY, ready=False, verdict="pass"), Stage.BLOCKED, "needs a model"),
        (READY, Stage.NEXT, "check"),
        (replace(READY, otherwise=True), Stage.NEXT, "check again"),
        (replace(READY, verdict="pass"), Stage.DONE, "pass"),
        (replace(READY, verdict="warn", otherwise=True), Stage.CARE, "with care"),
        (replace(READY, verdict="fail"), Stage.CARE, "fail"),
    ],
)
def test_qa(facts: QaFacts, stage: Stage, words: str) -> None:
    view = qa_view(facts)
    assert brief(view) == (stage, words)
    assert view.widgets.enabled == {"checkButton": facts.ready, "dimensionsCheck": facts.model}


def test_short_checks_say_what_they_left_out() -> None:
    view = qa_view(replace(READY, verdict="pass", left_out="thin bridges"))
    assert brief(view) == (Stage.DONE, "short checks passed")
    told = said(view.widgets.labels["leftOutLabel"])
    assert told == "Not looked at yet: thin bridges. Export does."
    assert brief(qa_view(replace(READY, verdict="warn", left_out="x")))[1] == "with care"
    assert not qa_view(replace(READY, verdict="pass")).widgets.labels["leftOutLabel"]


def test_what_the_model_is_checked_against_names_itself() -> None:
    assert standards_told("", "", "") == ""
    told = standards_told(Phrase("Hip"), "Form 4", "2026-01-03")
    label = qa_view(replace(READY, standards=told)).widgets.labels["standardsLabel"]
    wanted = "Checked against: protocol Hip, printer Form 4, surgery on 2026-01-03."
    assert said(label) == wanted


def test_settings_of_the_check() -> None:
    titles = offered_protocols({"cmf": "Jaw and face"}, ["own.json"], "gone.json")
    assert [said(title) for title in titles.values()] == [
        *("none", "Jaw and face", "own.json", "gone.json (not on this computer)"),
    ]
    assert list(offered_protocols({}, ["own.json"], "own.json")) == ["", "own.json"]
    facts = SettingsFacts(tuple(titles), ("", "P1", OWN_SIZE), "own.json", "P1", source="A book")
    shown = settings_widgets(facts)
    assert shown.chosen == {"protocolCombo": 2, "printerCombo": 1}
    assert not on({**shown.visible, **shown.checked, **shown.enabled})
    assert shown.labels == {"protocolSource": "A book"}
    unknown = settings_widgets(replace(facts, printer="P9", surgery_date="2026-01-31"))
    assert unknown.chosen["printerCombo"] == 0
    assert on({**unknown.checked, **unknown.enabled}) == {"surgeryCheck", "surgeryDateEdit"}
    own = settings_widgets(replace(facts, printer=OWN_SIZE)).visible
    assert on(own) == {"printerSizeLabel", "printerSizeEdit"}


def entry(number: int, status: str) -> dict:
    return {
        **{"id": f"c{number}", "title": f"T{number}", "status": status, "message": f"M{number}"},
        **{"measured": 0.5, "limit": None, "unit": "mm"},
    }


def test_checks_stand_in_order() -> None:
    statuses = ("pass", "warn", "info", "fail", "warn")
    checks = [entry(number, status) for number, status in enumerate(statuses)]
    told = check_list(shown_checks(checks, False))
    assert re.findall(r"T\d: 0.5 mm", told) == [f"T{n}: 0.5 mm" for n in (3, 1, 4, 2, 0)]
    assert re.findall(r"M\d", told) == ["M3", "M1", "M4", "M2", "M0"]
    assert told.index(badge("fail")) < told.index(badge("warn")) < told.index(badge("info"))
    assert re.findall(r"M\d", check_list(shown_checks(checks, True))) == ["M3", "M1", "M4"]
    assert "limit" not in told and "(limit 2 mm)" in check_list([{**checks[0], "limit": 2.0}])
    assert "href" not in told and 'href="c1"' in check_list(checks, {"c1"})
    assert "&lt;b&gt;" in check_list([{**checks[0], "title": "<b>"}])


def test_what_needs_attention_is_short() -> None:
    checks = [entry(number, "warn") for number in range(7)] + [entry(9, "pass"), entry(8, "fail")]
    lines = attention(checks).split("<br>")
    assert [line[line.index("T") :] for line in lines[:4]] == [
        f"T{n}: 0.5 mm" for n in (8, 0, 1, 2)
    ]
    assert lines[4:] == ["4 more: see More."]
    assert attention([entry(1, "pass"), entry(2, "info")]) == ""


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        *((None, "mm", ""), (3.0, "mm", "3 mm"), (0.12345, "%", "0.123 %"), (0.0, None, "0")),
        *((0.0004, "mm", "< 0.001 mm"), (-0.0004, None, "< 0.001"), (1e6, None, "1e+06")),
    ],
)
def test_figures_have_the_digits_that_mean_something(value, unit, text: str) -> None:
    assert figure(value, unit) == text


def test_what_is_confirmed_and_signed() -> None:
    sentences = ["Side is right.", "Patient is right."]
    assert not on(review_widgets([], []).visible)
    some = review_widgets(sentences, sentences[:1])
    assert on(some.visible) == {"confirmLabel", "confirmFrame"}
    assert "(1 open)" in said(some.texts["confirmLabel"])
    assert "is confirmed" in said(review_widgets(sentences, sentences).texts["confirmLabel"])
    assert signed([], [], {"operator": "  "}) == {}
    assert signed(sentences, ["Side is right.", "gone"], {"operator": " A ", "reviewer": ""}) == {
        "confirmed": ["Side is right."],
        "reviewer": {"operator": "A"},
    }


def test_verification_tells_first_what_has_changed() -> None:
    items = [("unchanged", "A", "a"), ("changed", "B", "b"), ("unchecked", "C", "c")]
    lines = verification_told("qa.json", "changed", items).split("\n")
    assert lines[0].startswith("qa.json: Something has changed")
    assert lines[1:] == ["✗ B: b", "? C: c", "✓ A: a"]


# Beside the checks


@pytest.mark.parametrize(
    ("chosen", "model", "measured", "hint"),
    [
        (MapOf.NONE, False, False, "The model has the colour of its segment."),
        (MapOf.WALL, True, True, "Red: thinner than 1 mm."),
        (MapOf.WALL, True, False, "Check all first."),
        (MapOf.REFERENCE, True, False, "Compare with another model first: in the Lab."),
        (MapOf.GREY, False, False, "Red: the model stands out"),
        (MapOf.MARK, True, False, "Make the model with its surface at the edge first."),
        (MapOf.MARK, True, True, "Blue: the edge was fitted."),
    ],
)
def test_maps(chosen: MapOf, model: bool, measured: bool, hint: str) -> None:
    assert said(map_widgets(chosen, model, measured).texts["mapHint"]).startswith(hint)


@pytest.mark.parametrize("key", [key for key in choices.PLOTS if key])
def test_why_there_is_no_plot(key: str) -> None:
    first = {"steps": "The steps", "drift": "The slices", "reference": "Compare with"}
    assert no_plot_told(key).text.startswith(first.get(key, "Check all"))


def test_comparison_with_another_model() -> None:
    nothing = reference_widgets(False, "", None)
    assert not on({**nothing.enabled, **nothing.visible, **nothing.labels})
    distance = {"mean": 0.1, "p95": 0.2, "max": 0.3}
    finding = {"id": "scale", "message": "It is larger.", "value": 1.1, "unit": None}
    result = {"distance_mm": distance, "aligned": True, "findings": [finding]}
    result["scale_axes"] = [1.1, None, 0.999999]
    shown = reference_widgets(True, "plan.stl", result)
    assert said(shown.labels["referenceText"]).split("\n") == [
        "Against plan.stl: 0.100 mm away on average, 95 % within 0.200 mm, at most 0.300 mm.",
        "The model was turned and moved onto it first.",
        "It is larger.",
    ]
    assert reference_rows(result) == [
        ("Model ÷ reference", "1.10000", "–", "1.00000"),
        ("Difference (%)", "10.00", "–", "0.00"),
    ]


@pytest.mark.parametrize(
    ("facts", "usable", "place"),
    [
        (CalibrationFacts(), set(), "Mark a place"),
        (CalibrationFacts(True), {"placeButton", "centreButton"}, "Mark a place"),
        (CalibrationFacts(True, placing=True), {"placeButton", "centreButton"}, "Click on"),
        (
            CalibrationFacts(True, place=(1, -2, 3.04), fits=1, store=True),
            {"placeButton", "centreButton", "fitButton", "keepButton"},
            "Place: R 1.0, A -2.0, S 3.0 mm.",
        ),
        (CalibrationFacts(fits=1), set(), "Mark a place"),
    ],
)
def test_object_of_known_size(facts: CalibrationFacts, usable: set[str], place: str) -> None:
    shown = calibration_widgets(facts)
    assert on(shown.enabled) == usable
    assert said(shown.texts["placeText"]).startswith(place)
    assert shown.checked["placeButton"] == facts.placing
    assert shown.visible["fitsTable"] == bool(facts.fits)


@pytest.mark.parametrize(
    ("kind", "label", "boxes"),
    [
        (KnownObject.BALL, "Known diameter:", "A"),
        (KnownObject.BLOCK, "Known 1st edge, 2nd edge, 3rd edge:", "ABC"),
        (KnownObject.CYLINDER, "Known diameter, length:", "AB"),
    ],
)
def test_sizes_of_an_object(kind: KnownObject, label: str, boxes: str) -> None:
    shown = calibration_widgets(CalibrationFacts(kind=kind))
    assert said(shown.texts["sizeLabel"]) == label
    assert on(shown.visible) == {f"sizeSpin{letter}" for letter in boxes}


def test_a_measured_object_in_a_row() -> None:
    fit = {"kind": "cylinder", "nominal_mm": [10, 20.5], "measured_mm": [10.0496, 20.49999]}
    fit["uncertainty_mm"] = [0.01, 0.02]
    assert fit_row(fit) == (
        "cylinder",
        "10\n20.5",
        "10.050 ± 0.010\n20.500 ± 0.020",
        "+0.050 mm\n+0.000 mm",
    )


@pytest.mark.parametrize(
    ("text", "numbers", "wrong"),
    [
        ("", [], ""),
        ("40.02 39.98", [40.02, 39.98], ""),
        ("40,02 39,98", [40.02, 39.98], ""),
        ("40.02, 39.98", [40.02, 39.98], ""),
        ("40,02; 39,98", [40.02, 39.98], ""),
        ("40.02;39.98\n40", [40.02, 39.98, 40.0], ""),
        ("9.98 ten", [], "ten is no number."),
    ],
)
def test_readings_of_a_caliper(text: str, numbers: list[float], wrong: str) -> None:
    found, why_not = read_numbers(text)
    assert (found, said(why_not)) == (numbers, wrong)


def test_readings_belong_to_a_record() -> None:
    for readings, record, usable, told in (
        ([], True, False, "Added."),
        ([1.0], True, True, "Added."),
        ([1.0], False, False, "Check the model first"),
    ):
        shown = caliper_widgets(readings, "", record, "Added.")
        assert shown.enabled == {"caliperButton": usable}
        assert said(shown.labels["caliperText"]).startswith(told)
    assert caliper_widgets([], "x is no number.", True, "").labels["caliperText"]


# 6. Export

FIT = ExportFacts(
    model=True, folder="/out", folder_there=True, formats=("stl",), shortest_reason=10
)


@pytest.mark.parametrize(
    ("facts", "stage", "words", "text"),
    [
        (replace(FIT, model=False), Stage.BLOCKED, "needs a model", "There is no model"),
        (FIT, Stage.NEXT, "ready", "Export the model."),
        (replace(FIT, exported="Written: model.stl"), Stage.DONE, "written", ""),
        (replace(FIT, folder=""), Stage.NEXT, "not complete", "Choose the folder"),
        (
            replace(FIT, folder_there=False),
            Stage.NEXT,
            "not complete",
            "There is no folder /out: choose another one.",
        ),
        (replace(FIT, name=" "), Stage.NEXT, "not complete", "Give the files a name."),
        (replace(FIT, name="a/b"), Stage.NEXT, "not complete", "The name may not hold"),
        (replace(FIT, formats=()), Stage.NEXT, "not complete", "Choose at least one format."),
        (replace(FIT, failed=["Gap"], reason=" short "), Stage.NEXT, "not complete", "A check"),
        (replace(FIT, failed=["Gap"], reason="long enough"), Stage.NEXT, "ready", "Export"),
    ],
)
def test_export(facts: ExportFacts, stage: Stage, words: str, text: str) -> None:
    view = export_view(facts)
    assert brief(view) == (stage, words)
    assert said(view.state.text).startswith(text)
    ready = stage is not Stage.BLOCKED and not missing(facts)
    assert view.widgets.enabled == {
        "exportButton": ready,
        "openFolderButton": bool(facts.exported),
    }
    assert view.widgets.visible == {"reasonFrame": bool(facts.failed)}


def test_export_names_what_failed() -> None:
    texts = export_view(replace(FIT, failed=["Gap", "Tilt"])).widgets.texts
    assert said(texts["reasonLabel"]) == "Failed: Gap, Tilt. Why is the model exported anyway?"
    assert said(missing(replace(FIT, name="a?"))) == (
        'The name may not hold any of \\ / : * ? " < > |'
    )


@pytest.mark.parametrize(
    ("name", "part"), [("Left hip", "Left_hip"), ("a/b: c", "a_b_c"), ("***", "model")]
)
def test_names_of_models_in_names_of_files(name: str, part: str) -> None:
    assert file_part(name) == part
