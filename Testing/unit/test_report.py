"""The report is one escaped page that holds every figure, and the picture shows the model."""

from __future__ import annotations

import base64
import copy
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
import trimesh
from PIL import Image
from PrintPrepLib.mesh import TriangleMesh
from PrintPrepLib.raster import rasterize
from PrintPrepLib.render import bar_length, main, png, render_model
from PrintPrepLib.report import NOTICE, html_report

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


class Page(HTMLParser):
    """Collects tags and text, and refuses tags that are not closed."""

    VOID = frozenset({"meta", "img"})

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


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


@pytest.fixture(scope="module")
def picture() -> bytes:
    return render_model(box_mesh(20, 30, 40), size=(120, 120))


def test_every_part_of_the_record_is_on_the_page(picture):
    text = Page(html_report(RECORD, picture)).text
    for part in (
        "WITH CARE", "2026-03-04T05:06:07+01:00", "0123456789abcdef",
        "155.27 × 188.65 × 165.43 mm", "666.03 cm³", "1 583 732", "ab" * 32, "model.stl",
        "First", "All is well.", "WARNING", "Take care.", "0.500 mm",
        "1.081 / 4.002 / 6.999 mm", "18.500°", "512 × 611 × 135", "linear",
        "preset bone, largest island", "200.0 and more", "410.7", "0.1.0", "B70f", "Maker CT",
        "scout.dcm", "scout (localizer) image, not a slice", "0.0123 / – mm",
    ):  # fmt: skip
        assert part in text, part
    assert text.count(NOTICE) == 2
    assert "None" not in text and "nan" not in text


def test_gravest_checks_come_first(picture):
    text = Page(html_report(RECORD, picture)).text
    assert text.index("Take care.") < text.index("All is well.")


@pytest.mark.parametrize(
    ("verdict", "word"), [("pass", "PASS"), ("warn", "WITH CARE"), ("fail", "FAIL")]
)
def test_verdict_is_a_word(verdict, word):
    page = html_report({**RECORD, "verdict": verdict})
    assert f'<p class="verdict"><b>{word}</b>' in page


def test_page_needs_no_other_file_and_no_modern_style(picture):
    page = html_report(RECORD, picture)
    tags = Page(page).tags
    assert {tag for tag, _ in tags} <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "b", "table", "tr",
        "th", "td", "img",
    }  # fmt: skip
    sources = [attributes["src"] for tag, attributes in tags if tag == "img"]
    assert sources == ["data:image/png;base64," + base64.b64encode(picture).decode()]
    for word in ("http", "flex", "grid-", "url(", "@import", "href", "svg"):
        assert word not in page.replace(sources[0], ""), word


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
    record = with_everything_hostile(copy.deepcopy(RECORD))
    record["verdict"] = "fail"
    for check in record["checks"]:
        check["status"] = "fail"
    identity = ("patient_name", "patient_id", "study_uid", "series_uid", "folder")
    record["source"] |= dict.fromkeys(identity, HOSTILE)
    page = Page(html_report(record, picture))
    names = {tag for tag, _ in page.tags}
    assert "script" not in names
    assert [tag for tag, _ in page.tags].count("img") == 1
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert page.text.count(HOSTILE) >= 25


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


def test_png_is_what_an_independent_reader_sees():
    picture = np.random.default_rng(3).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    np.testing.assert_array_equal(pixels(png(picture)), picture)


def test_outline_has_the_size_and_place_of_the_model():
    """A block 60 mm wide and 30 high: its outline is as many pixels as the scale bar says."""
    image = pixels(render_model(box_mesh(60, 10, 30), size=(600, 600)))
    model = (image < 250).any(axis=2)
    across, upwards = model[300, 35:565], model[100:500, 300]
    pixels_per_mm = 600 / 1.2 / 60
    assert across.sum() == pytest.approx(60 * pixels_per_mm, abs=2)
    assert upwards.sum() == pytest.approx(30 * pixels_per_mm, abs=2)
    bar = image[600 - 30, 30:590].max(axis=1) < 60
    assert bar.sum() == pytest.approx(bar_length(pixels_per_mm, 150) * pixels_per_mm, abs=1)


@pytest.mark.parametrize(
    ("view", "offset"),
    [("anterior", {"x": "right", "z": "up"}), ("left", {"y": "right", "z": "up"}),
     ("superior", {"x": "left", "y": "down"})],
)  # fmt: skip
def test_views_show_the_patient_as_a_radiologist_expects(view, offset):
    """A small ball beside a large one: LPS x is the patient's left, at the viewer's right."""
    for axis, side in offset.items():
        place = np.zeros(3)
        place["xyz".index(axis)] = 40
        small = trimesh.creation.icosphere(subdivisions=3, radius=5).apply_translation(place)
        both = trimesh.util.concatenate(
            trimesh.creation.icosphere(subdivisions=3, radius=20), small
        )
        image = pixels(
            render_model(TriangleMesh(both.vertices, both.faces), None, view, (300, 300))
        )
        tan = image[..., 0].astype(int) - image[..., 2] > 4  # bone, not the black annotation
        rows, columns = np.nonzero(tan)
        across = {"right": columns, "left": -columns, "down": rows, "up": -rows}[side]
        # The thin end, where only the small ball reaches, lies on the named side.
        middle = (across.max() + across.min()) / 2
        assert (across > middle).sum() < (across < middle).sum(), (axis, side)


def test_nearer_triangles_hide_farther_ones():
    near = np.array([[10.0, 10, 5], [30, 10, 5], [10, 30, 5]])
    far = near - np.array((0, 0, 5))
    points, triangles = np.vstack([far, near]), np.array([[0, 1, 2], [3, 4, 5]])
    for order in (triangles, triangles[::-1]):
        light, depth = rasterize(points, order, (40, 40))
        drawn = ~np.isnan(depth)
        assert drawn.sum() == pytest.approx(200, abs=45)
        np.testing.assert_allclose(depth[drawn], 5, atol=1e-3)
        assert not drawn[:8].any(), "y points up, rows count from the top"
        assert np.isfinite(light[drawn]).all()


def test_back_faces_are_not_drawn():
    points = np.array([[10.0, 10, 5], [30, 10, 5], [10, 30, 5]])
    light, _ = rasterize(points, np.array([[0, 2, 1]]), (40, 40))
    assert np.isnan(light).all()


def test_no_pixel_inside_a_large_triangle_is_missed():
    points = np.array([[3.0, 2, 0], [197, 40, 9], [60, 198, 4]])
    _, depth = rasterize(points, np.array([[0, 1, 2]]), (200, 200))
    drawn = ~np.isnan(depth)
    for row in drawn:
        filled = np.flatnonzero(row)
        assert len(filled) == 0 or row[filled[0] : filled[-1] + 1].all()
    assert drawn.sum() > 15000


def test_points_outside_the_picture_are_refused():
    with pytest.raises(ValueError, match="inside"):
        rasterize(np.array([[0.0, 0, 0], [50, 0, 0], [0, 5, 0]]), np.array([[0, 1, 2]]), (40, 40))


@pytest.mark.parametrize(
    ("pixels_per_mm", "length"), [(3.0, 50), (3.6, 50), (3.61, 20), (100.0, 1), (0.05, 2000)]
)
def test_scale_bar_is_a_round_length(pixels_per_mm, length):
    assert bar_length(pixels_per_mm, 180) == length


def test_drawing_a_file(tmp_path, capsys):
    from PrintPrepLib.export import export_stl

    export_stl(box_mesh(10, 20, 30), tmp_path / "a.stl")
    assert main([str(tmp_path / "a.stl"), str(tmp_path / "a.png")]) == 0
    assert pixels((tmp_path / "a.png").read_bytes()).shape == (720, 720, 3)
    assert main([str(tmp_path / "a.stl")]) == 2
    assert main([str(tmp_path / "a.stl"), "b.png", "below"]) == 2
    assert "usage" in capsys.readouterr().err
