"""What a series may mix: orientations, rasters, reconstructions; every slice is accounted for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phantoms.acquisition import AXIAL, Acquisition, rotation_about
from phantoms.analytic import Ball, Scene
from phantoms.dicom import write_series
from PrintPrepLib.dicom.header import SliceHeader
from PrintPrepLib.dicom.tags import ACQUISITION_NUMBER, TRAITS
from PrintPrepLib.geometry.analysis import analyse
from PrintPrepLib.geometry.grouping import arrange
from PrintPrepLib.geometry.reconstructions import told_apart
from PrintPrepLib.series.duplicates import settle
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.volume.regularize import load_stack

pytestmark = pytest.mark.pydicom

SCENE = Scene((Ball((0, 0, 5), 6.0),))
ORIGINAL = ("ORIGINAL", "PRIMARY", "AXIAL")


def header(
    z: float,
    number: int = 1,
    *,
    rotation: np.ndarray | None = None,
    rows: int = 16,
    spacing: float = 0.5,
    corner: tuple[float, float] = (-4.0, -4.0),
    image_type: tuple[str, ...] = ORIGINAL,
    name: str = "",
    **traits: str,
) -> SliceHeader:
    """A slice at height z along its own normal; traits by keyword (kernel, echo, …)."""
    rotation = np.eye(3) if rotation is None else rotation
    names = ("acquisition", "kernel", "image", "echo", "temporal", "time", "dimension")
    values = dict.fromkeys(names, "")
    values |= {"image": "\\".join(image_type)} | traits
    return SliceHeader(
        path=name or f"{z:.4f}-{number}",
        sop_instance_uid=f"2.25.{number}",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        position=tuple((rotation @ [*corner, z]).tolist()),
        position_decimals=(4, 4, 4),
        row_direction=tuple(rotation[:, 0].tolist()),
        column_direction=tuple(rotation[:, 1].tolist()),
        rows=rows,
        columns=16,
        pixel_spacing=(spacing, spacing),
        image_type=image_type,
        instance_number=str(number),
        traits=tuple(values.values()),
    )


def stacks(slices) -> list[tuple[int, str]]:
    return [
        (len(item.slices), item.told_apart.text if item.told_apart else "")
        for item in arrange(slices)[0]
    ]


def test_the_helper_fills_the_traits_in_their_order():
    assert len(header(0).traits) == len(TRAITS)
    assert header(0, acquisition="7").traits[TRAITS.index(ACQUISITION_NUMBER)] == "7"


def test_two_kernels_at_the_same_places():
    slices = [
        header(z, 20 * n + z, kernel=kernel)
        for n, kernel in enumerate(("B30f", "B70f"))
        for z in range(9)
    ]
    assert stacks(slices) == [(9, "kernel B30f"), (9, "kernel B70f")]
    assert all(not item.coincident for item in arrange(slices)[0])


@pytest.mark.parametrize(
    ("trait", "values", "words"),
    [
        ("echo", ("1", "2"), ("echo 1", "echo 2")),
        ("temporal", ("1", "2", "3"), tuple(f"temporal position {n}" for n in (1, 2, 3))),
        ("acquisition", ("4", "5"), ("acquisition 4", "acquisition 5")),
    ],
)
def test_what_else_tells_reconstructions_apart(trait, values, words):
    slices = [
        header(z, 10 * n + z, **{trait: value}) for n, value in enumerate(values) for z in range(7)
    ]
    assert sorted(stacks(slices)) == [(7, word) for word in words]


def test_image_types_are_named_by_what_differs():
    slices = [
        header(z, n * 10 + z, image_type=("ORIGINAL", "PRIMARY", part))
        for n, part in enumerate(("M", "P"))
        for z in range(5)
    ]
    assert sorted(stacks(slices)) == [(5, "image type M"), (5, "image type P")]


def test_two_values_together_where_one_is_not_enough():
    slices = [
        header(z, n * 10 + z, kernel=kernel, temporal=time)
        for n, (kernel, time) in enumerate((k, t) for k in "AB" for t in "12")
        for z in range(5)
    ]
    found = stacks(slices)
    assert len(found) == 4 and {size for size, _ in found} == {5}
    assert (5, "kernel A, temporal position 1") in found


def test_passes_in_time_up_and_down():
    """A shuttle: nothing differs but the time."""
    slices, number = [], 0
    for way in (range(8), reversed(range(8)), range(8)):
        for z in way:
            slices.append(header(z, 100 - number, time=f"1200{number:02d}.5"))
            number += 1
    assert sorted(stacks(slices)) == [(8, f"pass {n} by time") for n in (1, 2, 3)]


def test_left_and_right_ear_in_one_series():
    slices = [header(z, z + 1, corner=(-60.0, 10.0)) for z in range(6)]
    slices += [header(z, z + 7, corner=(20.0, 10.0)) for z in range(6)]
    assert sorted(words for _, words in stacks(slices)) == ["field of view 1", "field of view 2"]


def test_thick_slices_between_thin_ones_of_another_kernel():
    thin = [header(float(z), z + 1, kernel="bone") for z in range(20)]
    thick = [header(0.5 + 5 * z, z + 40, kernel="soft") for z in range(4)]
    assert stacks(thin + thick) == [(20, "kernel bone"), (4, "kernel soft")]


def test_acquisition_numbers_that_go_up_with_every_slice_part_nothing():
    slices = [header(z, z + 1, acquisition=str(z)) for z in range(10)]
    assert stacks(slices) == [(10, "")]
    twice = [*slices, header(4, 30, acquisition="30")]
    assert stacks(twice) == [(11, "")] and arrange(twice)[0][0].coincident == 1
    counted = [replace(item, traits=header(0, echo=item.path).traits) for item in twice]
    assert stacks(counted) == [(11, "")]


def test_runs_that_overlap_at_their_ends_stay_together():
    slices = [header(z, z + 1, acquisition="1") for z in range(20)]
    slices += [header(z, z + 30, acquisition="2") for z in range(17, 37)]
    assert stacks(slices) == [(40, "")] and arrange(slices)[0][0].coincident == 3


def test_a_slice_taken_again_stands_by_itself():
    slices = [header(z, z + 1, acquisition="1") for z in range(20)]
    slices.append(header(7, 50, acquisition="2"))
    assert stacks(slices) == [(20, "acquisition 1"), (1, "acquisition 2")]


def test_matrix_and_pixel_spacing_make_stacks():
    slices = [header(z, z) for z in range(8)]
    slices += [header(z + 20, z + 20, rows=20) for z in range(5)]
    slices += [header(z + 40, z + 40, spacing=0.6) for z in range(3)]
    assert [size for size, _ in stacks(slices)] == [8, 5, 3]


def test_derived_images_among_slices_are_left_out_with_their_reason():
    slices = [header(z, z) for z in range(8)]
    coronal = rotation_about((1, 0, 0), 90)
    reformat = [
        header(z, z + 20, rotation=coronal, image_type=("DERIVED", "SECONDARY", "MPR"))
        for z in range(3)
    ]
    turned = header(0, 30, rotation=coronal, image_type=("DERIVED", "PRIMARY", "AXIAL"))
    shaded = header(3, 31, image_type=("DERIVED", "SECONDARY", "VOLUME RENDERING"))
    found, excluded = arrange([*slices, *reformat, turned, shaded])
    assert [len(item.slices) for item in found] == [8]
    reasons = {item.path: reason.text for item, reason in excluded}
    assert set(reasons) == {item.path for item in (*reformat, turned, shaded)}
    assert "MPR" in reasons[reformat[0].path] and "orientation" in reasons[turned.path]
    assert "RENDERING" in reasons[shaded.path]


def test_a_series_of_derived_images_is_kept():
    reformat = ("DERIVED", "SECONDARY", "REFORMATTED", "AVERAGE")
    slices = [header(z, z, image_type=reformat) for z in range(6)]
    (stack,), excluded = arrange(slices)
    assert len(stack.slices) == 6 and excluded == []


def test_axial_derived_slices_among_originals_stay():
    slices = [header(z, z) for z in range(6)]
    slices += [header(z, z, image_type=("DERIVED", "SECONDARY", "AXIAL")) for z in range(6, 9)]
    (stack,), excluded = arrange(slices)
    assert len(stack.slices) == 9 and excluded == []


@settings(deadline=None, max_examples=80)
@given(data=st.data())
def test_every_slice_is_in_one_stack_or_named_exactly_once(data):
    """Whatever is thrown together."""
    turns = [np.eye(3), rotation_about((1, 0, 0), 20), rotation_about((0, 1, 0), 90)]
    turns += [rotation_about((1, 0, 0), 0.1 * n) for n in range(1, 4)]
    kinds = [ORIGINAL, ("DERIVED", "SECONDARY", "MPR"), ("DERIVED", "PRIMARY"), ()]
    count = data.draw(st.integers(1, 25))
    slices = [
        header(
            data.draw(st.sampled_from([0.0, 1.0, 2.0, 2.5, 3.0, 60.0])),
            data.draw(st.integers(1, 40)),
            rotation=data.draw(st.sampled_from(turns)),
            rows=data.draw(st.sampled_from([16, 16, 20])),
            image_type=data.draw(st.sampled_from(kinds)),
            name=f"file {index}",
            kernel=data.draw(st.sampled_from(["", "A", "B"])),
            acquisition=data.draw(st.sampled_from(["1", "1", "2"])),
            time=data.draw(st.sampled_from(["", "120000", f"1200{index:02d}"])),
        )
        for index in range(count)
    ]
    found, excluded = arrange(slices)
    names = [item.path for stack in found for item in stack.slices]
    names += [item.path for item, _ in excluded]
    assert sorted(names) == sorted(item.path for item in slices)
    assert [len(item.slices) for item in found] == sorted(
        (len(item.slices) for item in found), reverse=True
    )
    for stack in found:
        first = stack.slices[0]
        assert {(s.rows, s.pixel_spacing) for s in stack.slices} == {(first.rows, (0.5, 0.5))}
        if not stack.drifting:
            axes = np.array([item.row_direction + item.column_direction for item in stack.slices])
            assert np.ptp(axes, axis=0).max() <= 2e-4


def test_traits_are_asked_only_where_positions_do_not_suffice():
    asked = []

    def traits(path):
        asked.append(path)
        return next(item.traits for item in slices if item.path == path)

    from PrintPrepLib.dicom.header import series_info
    from PrintPrepLib.series.reader import build_series

    info = series_info(lambda tag: "")
    slices = [header(z, z, kernel="A") for z in range(5)]
    bare = [replace(item, traits=()) for item in slices]
    build_series(info, bare, (), traits)
    assert asked == []
    slices += [header(z, z + 9, kernel="B") for z in range(5)]
    bare = [replace(item, traits=()) for item in slices]
    series = build_series(info, bare, (), traits)
    assert len(asked) == 10 and [len(stack.slices) for stack in series.stacks] == [5, 5]
    assert sorted(s.told_apart.text for s in series.stacks) == ["kernel A", "kernel B"]


def test_nothing_is_told_apart_without_a_reason():
    slices = [header(z, z) for z in range(9)]
    assert told_apart(slices) == [(slices, None)]


# Files on disk: every stack can be loaded


def test_variable_tilt_makes_stacks_that_load(tmp_path):
    """Two parts of one series with another tilt each, as old head protocols have them."""
    for number, (tilt, start) in enumerate(((0.0, 0.0), (15.0, 30.0)), 1):
        turned = AXIAL.rotated(rotation_about((1, 0, 0), tilt))
        tags = {k: {"SOPInstanceUID": f"2.25.{number}{k:03d}"} for k in range(12)}
        taken = Acquisition(
            rows=40, columns=40, slices=12 - number, steps=1.5, orientation=turned,
            first_position=(-10.0, -10.0, start), slice_tags=tags,
        )  # fmt: skip
        write_series(SCENE, taken, tmp_path / str(number), name="mixed")
    (series,) = read_series([tmp_path]).series
    assert [len(stack.slices) for stack in series.stacks] == [11, 10]
    for stack in series.stacks:
        geometry = analyse(stack)
        assert geometry.refusal is None
        (mixed,) = [item for item in geometry.findings if item.id == "mixed"]
        assert mixed.status == "info" and f"stack {stack.number}" in mixed.message
        assert load_stack(stack).dimensions == (40, 40, len(stack.slices))


def test_settling_leaves_other_stacks_alone(tmp_path):
    write_series(SCENE, Acquisition(rows=8, columns=8, slices=5), tmp_path)
    (stack,) = read_series([tmp_path]).series[0].stacks
    assert settle(stack) == (stack,)


@pytest.mark.parametrize(
    ("spacing", "stacks"), [((0.50001, 0.5), 1), ((0.5, 0.5001), 1), ((0.501, 0.5), 2)]
)
def test_digits_of_the_pixel_spacing_part_nothing_that_matters(tmp_path, spacing, stacks):
    other = [str(value) for value in spacing]
    tags = {k: {"PixelSpacing": other} for k in range(1, 12, 2)}
    write_series(SCENE, Acquisition(rows=64, columns=64, slices=12, slice_tags=tags), tmp_path)
    found = read_series([tmp_path]).series[0].stacks
    assert [len(stack.slices) for stack in found] == [12 // stacks] * stacks


@pytest.mark.parametrize(("digit", "stacks"), [("0.0002", 1), ("0.002", 2)])
def test_digits_of_the_orientation_part_nothing_that_matters(tmp_path, digit, stacks):
    tags = {
        k: {"ImageOrientationPatient": ["1", digit, "0", f"-{digit}", "1", "0"]}
        for k in (1, 2, 5, 7, 8, 11)
    }
    write_series(SCENE, Acquisition(rows=64, columns=64, slices=12, slice_tags=tags), tmp_path)
    (series,) = read_series([tmp_path]).series
    # Alternating directions beyond the tolerance are taken for a drift, each slice by itself.
    assert len(series.stacks) == 1 and series.stacks[0].drifting == (stacks == 2)
