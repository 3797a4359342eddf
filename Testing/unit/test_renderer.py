"""The picture shows the model from the named side, at the stated size."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
import trimesh
from PIL import Image
from PrintPrepLib.mesh.triangle_mesh import TriangleMesh, bounds
from PrintPrepLib.report.renderer import (
    SHEET_WIDTH,
    VIEWS,
    bar_length,
    drawn,
    extents_seen,
    png,
    rasterize,
    render_sheet,
)


def box_mesh(*sizes) -> TriangleMesh:
    box = trimesh.creation.box(extents=sizes)
    return TriangleMesh(box.vertices, box.faces)


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def test_png_is_what_an_independent_reader_sees():
    picture = np.random.default_rng(3).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    np.testing.assert_array_equal(pixels(png(picture)), picture)


def test_outline_has_the_size_and_place_of_the_model():
    """A block 60 mm wide and 30 high: its outline is as many pixels as the scale bar says."""
    image = pixels(render_sheet(box_mesh(60, 10, 30)))
    bone = image[..., 0].astype(int) - image[..., 2] > 4
    # 60 mm from the front, 10 from the left, 60 from above, side by side.
    pixels_per_mm = bone.any(axis=0).sum() / 130
    assert pixels_per_mm == pytest.approx((SHEET_WIDTH - 3 * 124) / 130, rel=0.01)
    front = bone[:, : SHEET_WIDTH // 2].any(axis=1)
    assert front.sum() == pytest.approx(30 * pixels_per_mm, abs=3)
    bar = image[40, 20 : SHEET_WIDTH // 5].max(axis=1) < 60
    wanted = bar_length(pixels_per_mm, SHEET_WIDTH / 9) * pixels_per_mm
    assert bar.sum() == pytest.approx(wanted, abs=2)


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
        mesh = TriangleMesh(both.vertices, both.faces)
        image = drawn(mesh, bounds(mesh), view, 3.0, (300, 300))
        rows, columns = np.nonzero((image < 0.98).any(axis=2))
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


def bone(image: np.ndarray) -> np.ndarray:
    """Where the model is: its colour is tan, the writing is grey."""
    return image[..., 0].astype(int) - image[..., 2] > 4


def test_sheet_shows_all_views_at_one_scale():
    """A block 40 × 80 × 60 mm: widths of the views on the sheet are as 40, 80 and 40."""
    image = pixels(render_sheet(box_mesh(40, 80, 60)))
    columns = bone(image).any(axis=0)
    starts = np.flatnonzero(np.diff(columns.astype(int)) == 1) + 1
    ends = np.flatnonzero(np.diff(columns.astype(int)) == -1) + 1
    widths = ends - starts
    assert len(widths) == len(VIEWS)
    pixels_per_mm = widths[1] / 80
    np.testing.assert_allclose(widths / pixels_per_mm, [40, 80, 40], atol=0.5)
    heights = [bone(image[:, a:b]).any(axis=1).sum() for a, b in zip(starts, ends, strict=True)]
    np.testing.assert_allclose(np.array(heights) / pixels_per_mm, [60, 60, 80], atol=0.5)
    # The dimension line below each view is as long as the view.
    for start, end in zip(starts, ends, strict=True):
        below = np.flatnonzero(bone(image[:, start:end]).any(axis=1))[-1] + 47
        line = image[below - 3 : below + 3, start - 20 : end + 20, 0] < 60
        assert line.sum(axis=1).max() == pytest.approx(end - start, abs=4)


@pytest.mark.parametrize("sizes", [(400, 4, 4), (4, 4, 400), (4, 400, 4), (1, 1, 1)])
def test_sheet_holds_models_of_any_shape(sizes):
    image = pixels(render_sheet(box_mesh(*sizes)))
    assert image.shape[1] == SHEET_WIDTH and image.shape[0] < SHEET_WIDTH
    assert bone(image).any()
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    assert border.min() == 255, "nothing touches the border"


def test_extents_are_those_of_the_axes():
    seen = {view: extents_seen(bounds(box_mesh(1, 2, 3)), view) for view in VIEWS}
    assert seen == {"anterior": (1, 3), "left": (2, 3), "superior": (1, 2)}


def test_sheet_can_be_cancelled():
    from PrintPrepLib.core.errors import Cancelled

    with pytest.raises(Cancelled):
        render_sheet(box_mesh(1, 2, 3), lambda fraction, message: True)


def test_letters_need_pillow(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError):
        render_sheet(box_mesh(1, 2, 3))
