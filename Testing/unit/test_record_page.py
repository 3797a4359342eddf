"""The report is one escaped page that holds every figure and every part of the record."""

from __future__ import annotations

import base64
import copy
import re
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
import trimesh
from PrintPrepLib.core import phrases
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh
from PrintPrepLib.qa.histogram import binned
from PrintPrepLib.qa.record import SEAL, seal
from PrintPrepLib.report.html import leftovers, titled
from PrintPrepLib.report.record_page import NOTICE, html_report, page
from PrintPrepLib.report.renderer import render_sheet

HOSTILE = '<script>alert("x")</script><img src=x onerror=\'y\'>&amp;"><!--'

RECORD = {
    "schema": "printprep-qa/1",
    "software": {"printprep": "0.1.0", "slicer": None, "python": "3.12.1"},
    "created": "2026-03-04T05:06:07+01:00",
    "source": {
        "kind": "dicom",
        "series_id": "0123456789abcdef",
        "modality": "CT",
        "manufacturer": "Maker",
        "kernel": "B70f",
        "slices": 28,
        "rejected": [
            {"file": "scout.dcm", "reason": "scout (localizer) image, not a slice"},
            {"file": "dose.dcm", "reason": "secondary capture"},
        ],
        "pixel_spacing_mm": [0.4882, 0.4882],
        "slice_thickness_mm": None,
        "steps_mm": {"min": 1.081, "median": 4.002, "max": 6.999},
        "tilt_deg": 18.5,
        "shear": [0.0, -0.3346],
        "tilt_tag_deg": None,
        "sections": 1,
        "section": 1,
        "duplicates": 0,
        "missing": 0,
        "compression": None,
    },
    "volume": {
        "dimensions": [512, 611, 135],
        "spacing_mm": [0.4882, 0.4882, 1.081],
        "ijk_to_ras": [[-0.4882, 0, 0, 125], [0, -0.46, -0.34, 169], [0, -0.15, 1.03, 21.2],
                       [0, 0, 0, 1]],
        "interpolation": "linear",
        "residual_mm": {"max": 0.0123, "rms": None},
        "spacing_choice": "native",
    },
    "segment": {
        "method": "preset bone, largest island",
        "threshold_hu": [200.0, None],
        "voxels": 2578473,
        "volume_mm3": 664610.0,
        "half_contrast": {"threshold": 410.7, "shift_mm": 0.736, "blur_mm": 1.01},
    },
    "model": {
        "files": [{"file": "model.stl", "format": "stl", "sha256": "ab" * 32}],
        "units": "mm",
        "space": "LPS",
        "scale": 1.0,
        "center_offset_mm": [0.0, 0.0, 0.0],
        "triangles": 1583732,
        "extents_mm": [155.27, 188.65, 165.43],
        "bounds_mm": [[-78.14, 77.13], [-102.94, 85.71], [-48.13, 117.3]],
        "volume_mm3": 666030.0,
        "area_mm2": 213740.0,
        "components": 25,
        "watertight": True,
        "boundary_edges": 0,
        "non_manifold_edges": 0,
    },
    "checks": [
        {"id": "a", "title": "First", "status": "pass", "measured": 0.5, "limit": 1, "unit": "mm",
         "message": "All is well."},
        {"id": "b", "title": "Second", "status": "warn", "measured": None, "limit": None,
         "unit": None, "message": "Take care."},
    ],
    "verdict": "warn",
}  # fmt: skip

#: A record with all that any version adds.
EVERYTHING = copy.deepcopy(RECORD)
EVERYTHING["source"] |= {
    "step_lengths_mm": [1.081] * 10 + [4.002] * 10 + [6.999] * 7,
    "gap_steps": [20],
    "in_plane_offsets_mm": [[0.0, -0.36 * number] for number in range(28)],
    "scanner_model": "Scanner 64",
    "lossy": False,
}
EVERYTHING["segment"] |= {
    "threshold_effect": {"percent_per_100_hu": -1.25},
    "partial_volume": {"share": 0.2},
    "metal": {"voxels": 0},
    "edits": {"painted_voxels": 10, "erased_voxels": 123},
}
EVERYTHING["model"] |= {
    "surface_truth": {
        "total": {"rms_mm": 0.0213, "max_mm": -0.345},
        "histogram": binned(np.linspace(-0.1, 0.1, 500)),
    },
    "wall_thickness": {
        "p5_mm": 0.6543,
        "limit_mm": 1.0,
        "histogram": binned(np.linspace(0.5, 9, 500)),
    },
    "bridges": {"places": [{"width_mm": 0.6789, "place_mm": [1.0, 2.0, 3.0]}] * 5},
    "oriented_extents_mm": [190.5, 140.25, 120.125],
    "center_of_mass_mm": [1.5, -2.5, 3.5],
    "printers": [{"name": "Printer One", "fits": True}],
    "parts": [{"name": "part one", "volume_mm3": 111.0}, {"name": "part two"}],
    "self_intersections": {"examined": True, "pairs": 12, "places": [[1.0, 2.0, 3.0]] * 12},
    "non_manifold_vertices": 3,
}
EVERYTHING |= {
    "protocol": {
        "id": "cmf",
        "title": "Skull for surgery",
        "source": "the radiologist's handbook",
        "limits": {"max_pixel_mm": 0.5},
        "confirm": ["The patient did not move.", "The teeth were in occlusion."],
        "age_days": 45,
    },
    "calibration": {"object": "ball of steel", "scale_axes": [1.0, 1.0, 1.001]},
    "comparison": {"reference": "other.stl", "rms_mm": 0.0456},
    "exception": {"checks": ["residual"], "reason": "It lies outside of the operation."},
    "findings": [{"id": "tilted", "message": "told with the checks"}],
    "of_a_later_version": {"answer_mm": 42.5},
}
EVERYTHING = seal(EVERYTHING)
CHARTS = 4


class Page(HTMLParser):
    """Collects tags and text, and refuses tags that are not closed."""

    VOID = frozenset({"meta", "img", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def box_mesh(*sizes) -> TriangleMesh:
    box = trimesh.creation.box(extents=sizes)
    return TriangleMesh(box.vertices, box.faces)


@pytest.fixture(scope="module")
def picture() -> bytes:
    return render_sheet(box_mesh(20, 30, 40))


def test_every_part_of_the_record_is_on_the_page(picture):
    text = Page(html_report(RECORD, picture)).text
    for part in (
        "WITH CARE", "2026-03-04T05:06:07+01:00", "0123456789abcdef",
        "155.27 × 188.65 × 165.43 mm", "666.03 cm³", "1 583 732", "ab" * 32, "model.stl",
        "First 0.500 mm (limit 1 mm)", "WARNING", "Take care.",
        "1.081 / 4.002 / 6.999 mm", "18.500°", "512 × 611 × 135", "linear",
        "preset bone, largest island", "200.0 HU and more", "410.7", "0.1.0", "B70f", "Maker CT",
        "scout.dcm", "scout (localizer) image, not a slice", "0.0123 / – mm",
    ):  # fmt: skip
        assert part in text, part
    assert text.count(NOTICE) == 2
    assert "SHA-256 of the record" not in text
    assert "None" not in text and "nan" not in text


def test_gravest_checks_come_first(picture):
    text = Page(html_report(RECORD, picture)).text
    assert text.index("Take care.") < text.index("First")


@pytest.mark.parametrize(
    ("verdict", "word"), [("pass", "PASS"), ("warn", "WITH CARE"), ("fail", "FAIL")]
)
def test_verdict_is_a_word(verdict, word):
    made = html_report({**RECORD, "verdict": verdict})
    assert re.search(rf'class="verdict"[^>]*>\s*<tr><td><b>{word}</b>', made)


def test_page_needs_no_other_file_and_no_modern_style(picture):
    made = html_report(EVERYTHING, picture)
    tags = Page(made).tags
    assert {tag for tag, _ in tags} <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "b", "table", "tr",
        "thead", "td", "img", "u", "br",
    }  # fmt: skip
    sources = [attributes["src"] for tag, attributes in tags if tag == "img"]
    assert sources[0] == "data:image/png;base64," + base64.b64encode(picture).decode()
    for source in sources:
        assert source.startswith("data:image/png;base64,")
        made = made.replace(source, "")
    for word in ("http", "flex", "grid-", "url(", "@import", "href", "svg"):
        assert word not in made, word


def test_missing_picture_is_told():
    text = Page(html_report(RECORD, None, "the font is missing & gone")).text
    assert "No picture: the font is missing & gone." in text


def with_everything_hostile(value):
    if isinstance(value, dict):
        return {key: with_everything_hostile(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_everything_hostile(item) for item in value]
    return HOSTILE if isinstance(value, str) else value


def test_hostile_texts_stay_text(picture):
    """Every text of every part, and every key that this version does not know."""
    record = with_everything_hostile(copy.deepcopy(EVERYTHING))
    record["verdict"] = "fail"
    for check in record["checks"]:
        check["status"] = "fail"
    identity = ("patient_name", "patient_id", "study_uid", "series_uid", "folder")
    record["source"] |= dict.fromkeys(identity, HOSTILE)
    for part in (record, record["source"], record["volume"], record["segment"], record["model"]):
        part[HOSTILE] = {HOSTILE: [HOSTILE, {HOSTILE: HOSTILE}]}
    made = Page(html_report(record, picture, HOSTILE))
    assert {tag for tag, _ in made.tags} == {
        tag for tag, _ in Page(html_report(EVERYTHING, picture)).tags
    }
    assert [tag for tag, _ in made.tags].count("img") == 1 + CHARTS
    assert not any(name.startswith("on") for _, attributes in made.tags for name in attributes)
    texts = sum(isinstance(leaf, str) for leaf in leaves(EVERYTHING))
    assert made.text.count(HOSTILE) >= 0.8 * texts


def leaves(value):
    """The values of a record that hold no others."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves(inner)
    else:
        yield value


def test_identity_stands_there_only_when_the_record_has_it():
    assert "Identification" not in html_report(RECORD)
    source = {**RECORD["source"], "patient_name": "Doe^Jane"}
    text = Page(html_report({**RECORD, "source": source})).text
    assert "Identification" in text and "Doe^Jane" in text


def test_scaled_and_centred_file_is_told():
    model = {**RECORD["model"], "scale": 2.0, "center_offset_mm": [1.0, -2.0, 3.0]}
    text = Page(html_report({**RECORD, "model": model})).text
    assert "Size in the file 310.54 × 377.30 × 330.86 mm" in text
    assert "−1.000, 2.000, −3.000 mm" in text


def test_qt_text_documents_show_it(picture):
    """Records are printed through QTextDocument: nothing may get lost there."""
    gui = pytest.importorskip("PySide6.QtGui")
    application = gui.QGuiApplication.instance() or gui.QGuiApplication([])
    document = gui.QTextDocument()
    document.setHtml(html_report(RECORD, picture))
    text = document.toPlainText()
    for part in ("WITH CARE", "Take care.", "155.27 × 188.65 × 165.43 mm", NOTICE):
        assert part in text
    assert "font-family" not in text
    assert application is not None


def test_parts_of_later_versions_stay_visible():
    text = Page(html_report(EVERYTHING)).text
    for part in (
        "0.021 mm", "0.654 mm", "Part one".lower(), "part two", "Printer One", "42.5 mm",
        "ball of steel", "other.stl", "0.046 mm", "0.679 mm", "and 2 more, in qa.json",
        "190.5, 140.2, 120.1 mm", "12 in qa.json", "Scanner 64", "Of a later version",
        "painted voxels 10; erased voxels 123", EVERYTHING[SEAL],
    ):  # fmt: skip
        assert part in text, part
    assert "told with the checks" not in text and "None" not in text


def test_exception_comes_before_the_checks():
    text = Page(html_report(EVERYTHING)).text
    told = text.index("EXCEPTION – accepted although these checks failed: residual.")
    assert told < text.index("It lies outside of the operation.") < text.index("Take care.")
    assert "EXCEPTION" not in Page(html_report(RECORD)).text


def test_reviewer_confirms_what_no_header_tells():
    made = Page(html_report(EVERYTHING))
    for part in ("Skull for surgery", "the radiologist's handbook", "max_pixel_mm", "45 days"):
        assert part in made.text
    for sentence in EVERYTHING["protocol"]["confirm"]:
        assert re.search(rf"\[ +\] {re.escape(sentence)}", made.text), sentence
    assert "confirms" not in Page(html_report(RECORD)).text


def test_people_can_fill_in_the_review():
    text = Page(html_report(RECORD)).text
    for field in ("Operator ___", "Reviewer ___", "Date ___", "Signature ___", "Decision [ ]"):
        assert field in text, field
    assert "expected 155.27 × 188.65 × 165.43 mm" in text


def test_charts_stand_there_when_the_record_holds_their_figures(picture):
    assert [tag for tag, _ in Page(html_report(EVERYTHING, picture)).tags].count("img") == 5
    assert [tag for tag, _ in Page(html_report(RECORD, picture)).tags].count("img") == 1


def test_page_without_pillow_says_why_nothing_is_drawn(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    made, reason = page(EVERYTHING, box_mesh(20, 30, 40))
    assert reason and f"No picture: {reason}" in Page(made).text
    assert Page(made).text.count("No chart: ") == CHARTS
    assert "<img" not in made


def test_damaged_figures_cost_the_chart_alone(picture):
    record = copy.deepcopy(EVERYTHING)
    record["model"]["wall_thickness"]["histogram"] = {"edges_mm": [1, 2], "counts": [1, 2, 3]}
    text = Page(html_report(record, picture)).text
    assert text.count("No chart: a histogram needs ascending edges") == 1


def test_page_draws_the_three_views():
    made, reason = page(RECORD, box_mesh(20, 30, 40))
    assert reason is None and made.count("<img") == 1


@pytest.mark.parametrize(
    ("key", "title", "unit"),
    [("mean_distance_mm", "Mean distance", "mm"), ("volume_mm3", "Volume", "mm³"),
     ("thin_share", "Thin share", ""), ("mm", "Mm", ""), ("change_percent", "Change", "%"),
     ("", "", "")],
)  # fmt: skip
def test_keys_become_titles(key, title, unit):
    assert titled(key) == (title, unit)


def test_leftovers_keep_their_order_and_leave_out_what_is_known():
    part = {"b_mm": 1.5, "known": 1, "a": True, "empty": [], "none": None, "c": "x"}
    assert leftovers(part, {"known"}) == [("B", "1.500 mm"), ("A", "yes"), ("C", "x")]


@pytest.mark.parametrize("several", [1, 4])
def test_record_with_all_parts_fits_three_sheets(several, tmp_path):
    """Printed as Slicer does it, with forty checks and every part there is."""
    widgets = pytest.importorskip("PySide6.QtWidgets")
    gui = pytest.importorskip("PySide6.QtGui")
    application = widgets.QApplication.instance() or widgets.QApplication([])
    record = copy.deepcopy(EVERYTHING)
    message = "The slices stand at most 1.00 mm apart, which is close enough for any model."
    record["checks"] = [
        {"id": f"c{number}", "title": f"What is checked {number}", "measured": 0.5, "limit": 1.0,
         "unit": "mm", "message": message, "status": "warn" if number % 8 == 0 else "pass"}
        for number in range(10 * several)
    ]  # fmt: skip
    made, _ = page(record, box_mesh(140, 190, 130))
    document = gui.QTextDocument()
    document.setHtml(made)
    writer = gui.QPdfWriter(str(tmp_path / "qa.pdf"))
    writer.setPageSize(gui.QPageSize(gui.QPageSize.PageSizeId.A4))
    document.print_(writer)
    pages = len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "qa.pdf").read_bytes()))
    assert 1 <= pages <= 3
    assert application is not None


class Marked(dict):
    """A language in which every sentence stands in quotes."""

    def get(self, sentence, default=None):
        return f"«{sentence}»"


def test_the_page_follows_the_language_in_use(monkeypatch):
    monkeypatch.setattr(phrases, "_sentences", Marked())
    monkeypatch.setattr(phrases, "_in_use", "xx")
    text = html_report(RECORD)
    assert '<html lang="xx">' in text and "<title>«" in text
    own = re.findall(r"<h[12]>(.*?)</h[12]>", text)
    own += re.findall(r'<td class="(?:line )?name"[^>]*>(.*?)</td>', text)
    own += re.findall(r'<p class="notice">(.*?)</p>', text)
    own = [re.sub("<[^>]+>", "", item) for item in own]
    assert len(own) > 50
    plain = {item for item in own if "«" not in item} - {"", "[&nbsp;&nbsp;&nbsp;]"}
    assert plain == set()
