"""Masks from elsewhere: every label on the right voxels, whatever its own grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PrintPrepLib.image_io.common import Image, ImageError, SegmentLabel
from PrintPrepLib.image_io.nrrd import write_nrrd
from PrintPrepLib.surface.grey_values import grey_value_surface
from PrintPrepLib.surface.masks import MaskError, label_map, labels_on, read_labels

CENTER = np.array([3.0, -2.0, 4.0])


def turn(seed: int) -> np.ndarray:
    """A rotation."""
    axes = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    return axes * np.linalg.det(axes)


def grid(axes: np.ndarray, spacing, shape, center=CENTER) -> np.ndarray:
    """A matrix (4, 4) that puts the middle of a grid [k, j, i] at a place."""
    matrix = np.eye(4)
    matrix[:3, :3] = axes * spacing
    matrix[:3, 3] = center - matrix[:3, :3] @ ((np.array(shape[::-1]) - 1) / 2)
    return matrix


def places(shape, matrix: np.ndarray) -> np.ndarray:
    """LPS of every voxel's centre, [k, j, i, 3]."""
    k, j, i = np.indices(shape)
    return np.stack([i, j, k], -1) @ matrix[:3, :3].T + matrix[:3, 3]


def sides(points: np.ndarray) -> np.ndarray:
    """A ball of two halves, 1 and 2, which no turn or mirror maps to itself."""
    away = points - CENTER
    inside = (away**2).sum(-1) < 8.0**2
    return (inside * (1 + (away @ (1, 2, 4) > 0))).astype(np.uint8)


def only(values: np.ndarray, matrix: np.ndarray, *wanted: int, segments=()) -> Image:
    return label_map(Image(np.asarray(values)[None], matrix, segments), wanted)


# Places


@settings(max_examples=60, deadline=None)
@given(
    st.permutations([0, 1, 2]),
    st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3),
    st.one_of(st.none(), st.integers(0, 99)),
    st.tuples(*[st.sampled_from([0.4, 0.7, 1.5, 2.0])] * 3),
    st.tuples(*[st.floats(-2, 2)] * 3),
    st.integers(0, 99),
)
def test_labels_land_on_the_voxels_that_they_mean(
    order, signs, seed, spacing, shift, other
) -> None:
    """Against the nearest voxel found by distance, for flipped, turned and shifted grids."""
    axes = np.eye(3)[:, order] * signs if seed is None else turn(seed)
    base = turn(other) if other % 2 else np.eye(3)
    shape = tuple(int(np.ceil(20 / length)) for length in reversed(spacing))
    mask_matrix = grid(base @ axes, spacing, shape, CENTER + shift)
    values = sides(places(shape, mask_matrix))
    volume_shape = (9, 11, 13)
    matrix = grid(base, (1.9, 1.7, 2.1), volume_shape)
    found = labels_on(only(values, mask_matrix), volume_shape, matrix).values
    inverse = np.linalg.inv(mask_matrix)
    near = places(volume_shape, matrix) @ inverse[:3, :3].T + inverse[:3, 3]
    index = np.rint(near).astype(int)
    inside = ((index >= 0) & (index < shape[::-1])).all(-1)
    expected = np.zeros(volume_shape, np.uint8)
    i, j, k = index[inside].T
    expected[inside] = values[k, j, i]
    ties = (np.abs(np.abs(near - np.floor(near)) - 0.5) < 1e-4).any(-1)
    assert np.array_equal(found[~ties], expected[~ties])


def test_the_same_grid_and_its_mirror_are_exact() -> None:
    matrix = grid(np.eye(3), (0.5, 0.6, 0.7), (20, 30, 40))
    values = sides(places((20, 30, 40), matrix))
    assert np.array_equal(labels_on(only(values, matrix), values.shape, matrix).values, values)
    flipped = matrix @ np.diag([-1, 1, -1, 1])
    flipped[:3, 3] = matrix[:3, 3] + matrix[:3, 0] * 39 + matrix[:3, 2] * 19
    other = only(values[::-1, :, ::-1], flipped)
    assert np.array_equal(labels_on(other, values.shape, matrix).values, values)


def test_sheared_masks_lie_where_their_matrix_says() -> None:
    """Networks that ran on a tilted series hand its shear on."""
    shape = (24, 40, 40)
    sheared = grid(
        np.array([[1, 0, 0], [0, 1, 0.33], [0, 0, 1]]).T @ np.eye(3), (0.5, 0.5, 0.8), shape
    )
    values = sides(places(shape, sheared))
    volume_shape = (20, 22, 24)
    matrix = grid(np.eye(3), (0.8, 0.8, 0.8), volume_shape)
    found, truth = (
        labels_on(only(values, sheared), volume_shape, matrix).values,
        sides(places(volume_shape, matrix)),
    )
    assert (found != truth).mean() < 0.05
    assert found.astype(bool).sum() == pytest.approx(truth.astype(bool).sum(), rel=0.02)


def test_what_lies_outside_is_told_or_refused() -> None:
    shape = (20, 20, 20)
    matrix = grid(np.eye(3), (1.0, 1.0, 1.0), shape)
    labels = only(sides(places(shape, matrix)), matrix)
    half = grid(np.eye(3), (1.0, 1.0, 1.0), shape, CENTER + np.array((10, 0, 0)))
    (note, other) = labels_on(labels, shape, half).findings
    assert "of the label 1 lie outside the volume" in note.message
    assert "of the label 2" in other.message
    away = grid(np.eye(3), (1.0, 1.0, 1.0), shape, CENTER + np.array((100, 0, 0)))
    with pytest.raises(MaskError, match="label 1 lies outside the volume, 98 mm beyond"):
        labels_on(labels, shape, away)
    speck = np.zeros(shape, np.uint8)
    speck[10, 10, 10] = 7
    coarse = grid(np.eye(3), (8.0, 8.0, 8.0), (4, 4, 4), CENTER + 3.5)
    with pytest.raises(MaskError, match="7 is smaller than the volume's voxels"):
        labels_on(only(speck, matrix), (4, 4, 4), coarse)


# What is in a file


def test_labels_volumes_and_names() -> None:
    matrix = grid(np.eye(3), (0.5, 0.5, 2.0), (4, 5, 6))
    values = np.zeros((4, 5, 6), np.float64)
    values[1, 1:4, 1:4], values[2, 1, 1] = 3, 500
    segments = (SegmentLabel("Bone", 3, 0), SegmentLabel("", 500, 0), SegmentLabel("nothing", 9, 0))
    found = only(values, matrix, segments=segments)
    assert found.values.dtype == np.uint16 and found.chosen == (3, 500)
    assert found.voxels == {3: 9, 500: 1} and found.volume_mm3(3) == pytest.approx(4.5)
    assert found.names == {3: "Bone", 9: "nothing"}
    assert only(values, matrix, 500).chosen == (500,)


def test_layers_that_use_the_same_values_go_by_number() -> None:
    layers = np.zeros((2, 3, 4, 5), np.uint8)
    layers[0, 1, 1:3, 1:3] = 1
    layers[1, 1, 2:4, 2:4] = 1
    image = Image(layers, np.eye(4), (SegmentLabel("A", 1, 0), SegmentLabel("B", 1, 1)))
    with pytest.raises(MaskError, match="the segments A and B overlap"):
        label_map(image)
    one, both = label_map(image, (1,)), label_map(image, (1, 2))
    assert one.voxels == {1: 4, 2: 4} and one.names == {1: "A", 2: "B"}
    # What is meant lies above the others.
    assert np.array_equal(one.values == 1, layers[0] == 1)
    assert np.array_equal(both.values > 0, layers.any(axis=0))


@pytest.mark.parametrize(
    ("values", "wanted", "told"),
    [
        (np.zeros((2, 2, 2)), (), "every voxel is 0"),
        (np.full((2, 2, 2), 1.5), (), "holds the value 1.5"),
        (np.full((2, 2, 2), np.nan), (), "from nan to nan"),
        (np.array([[[-1000, 40]]], np.int16), (), "from -1000 to 40: grey values"),
        (np.array([[[0, 70000]]], np.int32), (), "to 70000: grey values"),
        (np.arange(2000, dtype=np.uint16).reshape(20, 10, 10), (), "1999 different values"),
        (np.array([[[0, 1, 4]]], np.uint8), (4, 5), "with the label 5"),
    ],
)
def test_what_holds_no_labels(values: np.ndarray, wanted: tuple[int, ...], told: str) -> None:
    with pytest.raises(MaskError) as caught:
        label_map(Image(values[None], np.eye(4)), wanted, "file.nrrd")
    text = str(caught.value)
    assert told in text and text.startswith("file.nrrd: ") and caught.value.remedy


def test_the_labels_that_are_there_are_listed() -> None:
    image = Image(np.array([[[[0, 1, 4]]]], np.uint8), np.eye(4), (SegmentLabel("Jaw", 4, 0),))
    with pytest.raises(MaskError, match=r"label 9\. Choose of 1, 4 \(Jaw\)\."):
        label_map(image, (9,))


def test_files(tmp_path: Path) -> None:
    values = np.zeros((4, 5, 6), np.uint8)
    values[1:3, 1:3, 1:3] = 2
    path = write_nrrd(tmp_path / "Mäske.nrrd", values, np.eye(4))
    found = read_labels(path, (2,))
    assert found.file == str(path) and len(found.sha256) == 64
    assert np.array_equal(found.values, values)
    with pytest.raises(ImageError, match="no such file"):
        read_labels(tmp_path / "gone.nrrd")


# Distances


def test_distances_to_plane_faces_are_exact() -> None:
    """Also where voxels are long: the face is half a voxel from the centre in its direction."""
    values = np.zeros((16, 30, 40), np.uint8)
    values[4:12] = 1
    matrix = np.diag([0.5, 0.6, 2.0, 1.0])
    labels = labels_on(only(values, matrix), values.shape, matrix)
    z = np.linspace(3, 27, 97)
    found = labels.signed_distance(1, np.stack([0 * z + 10, 0 * z + 9, z], 1))
    # From 7 to 23 mm.
    truth = np.clip(np.abs(z - 15) - 8, -5, 5)
    assert np.abs(found - truth)[np.abs(z - 15) >= 8].max() < 0.02
    assert np.abs(found - truth).max() < 0.1
    assert labels.signed_distance(1, np.array([[10.0, 9.0, 500.0]])) == pytest.approx(5.0)


def test_a_coarse_ball_has_slopes_and_no_stairs() -> None:
    shape, radius = (24, 24, 24), 12.0
    matrix = grid(turn(4), (1.5, 1.5, 1.5), shape)
    away = np.linalg.norm(places(shape, matrix) - CENTER, axis=-1)
    labels = labels_on(only((away < radius).astype(np.uint8), matrix), shape, matrix)
    fine_shape = (50, 50, 50)
    fine = grid(np.eye(3), (0.6, 0.6, 0.6), fine_shape)
    points = places(fine_shape, fine)
    field = labels.signed_distance(1, points.reshape(-1, 3)).reshape(fine_shape)
    mesh = grey_value_surface(-field, field < 0, fine, 0.0)
    error = np.linalg.norm(mesh.points - CENTER, axis=1) - radius
    assert abs(error.mean()) < 0.06 and np.sqrt((error**2).mean()) < 0.17


def test_sheets_of_one_voxel_stay() -> None:
    values = np.zeros((20, 20, 20), np.uint8)
    values[10] = 1
    matrix = np.diag([1.5, 1.5, 1.5, 1.0])
    labels = labels_on(only(values, matrix), values.shape, matrix)
    z = np.linspace(11, 19, 801)
    inside = labels.signed_distance(1, np.stack([0 * z + 15, 0 * z + 15, z], 1)) < 0
    assert 0.75 < 0.01 * inside.sum() < 1.55
