"""Tilt, steps, the regularity rule and the findings, against stacks of known geometry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phantoms.acquisition import AXIAL, CORONAL, FEET_FIRST, SAGITTAL, Acquisition, rotation_about
from phantoms.analytic import Scene
from phantoms.dicom import write_series
from PrintPrepLib.geometry.analysis import analyse
from PrintPrepLib.geometry.regularity import find_gaps, fit_regular, position_tolerance
from PrintPrepLib.geometry.source_record import source_record
from PrintPrepLib.geometry.stack_geometry import analyse_positions
from PrintPrepLib.report.record_rows import source_rows
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.volume.regularize import load_stack
from pydicom import dcmread

TIGHT = np.full(3, 0.02)


def geometry_of(folder, **acquisition):
    truth = write_series(Scene(), Acquisition(rows=8, columns=8, **acquisition), folder)
    (stack, *_) = read_series([folder]).series[0].stacks
    return analyse(stack), truth


def ids(geometry) -> set[str]:
    return {finding.id for finding in geometry.findings}


@pytest.mark.parametrize("orientation", [AXIAL, FEET_FIRST, SAGITTAL, CORONAL])
@pytest.mark.parametrize("tilt", [(0, 18.5), (0, -18.5), (24, 0), (-10, 12)])
def test_tilt_and_shear_of_any_acquisition(tmp_path, orientation, tilt):
    geometry, truth = geometry_of(
        tmp_path, orientation=orientation, tilt=tilt, slices=20, steps=2.5, order="reversed"
    )
    assert geometry.tilted and not geometry.irregular
    assert geometry.tilt_deg == pytest.approx(truth.acquisition.tilt_deg, abs=1e-4)
    assert geometry.shear == pytest.approx(tuple(truth.acquisition.shear), abs=1e-6)
    assert geometry.step == pytest.approx(2.5, abs=1e-6)
    assert "tilted" in ids(geometry)


@pytest.mark.parametrize("angle", [5e-2, 1e-3])
def test_small_tilts_keep_their_digits(angle):
    """The arc cosine would lose them, or overflow."""
    distances = np.arange(400) * 25.0
    positions = np.stack([0 * distances, np.tan(np.radians(angle)) * distances, distances], axis=1)
    geometry = analyse_positions(positions, *np.eye(3)[:2], TIGHT)
    assert geometry.tilted
    assert geometry.tilt_deg == pytest.approx(angle, rel=1e-6)


def test_a_tilt_within_the_tolerance_is_none():
    positions = np.stack([np.zeros(50), np.linspace(0, 0.03, 50), np.arange(50.0)], axis=1)
    geometry = analyse_positions(positions, *np.eye(3)[:2], TIGHT)
    assert geometry.regular and not geometry.offsets.any()
    moved = np.linalg.norm(geometry.positions - geometry.header_positions, axis=1)
    assert 0 < moved.max() <= 0.021


def test_an_ordinary_and_a_rotated_series_are_regular(tmp_path):
    ordinary, _ = geometry_of(tmp_path / "a", slices=30, steps=0.7)
    turned = AXIAL.rotated(rotation_about((1, 2, 3), 25))
    rotated, truth = geometry_of(tmp_path / "b", slices=30, steps=0.7, orientation=turned)
    for geometry in (ordinary, rotated):
        assert geometry.regular and not geometry.rounded and geometry.findings == ()
        assert geometry.step == pytest.approx(0.7, abs=1e-6)
    np.testing.assert_allclose(rotated.positions, truth.positions, atol=1e-5)


def test_uneven_steps(tmp_path):
    steps = (1.08, *[4.0] * 6, *[7.0] * 6)
    geometry, _ = geometry_of(tmp_path, slices=14, steps=steps, tilt=(0, 18.5))
    assert geometry.irregular and geometry.tilted and geometry.step is None
    np.testing.assert_allclose(geometry.steps, steps, atol=1e-5)
    assert ids(geometry) == {"irregular", "tilted", "thickness_tag"}
    assert geometry.refusal is None


def test_positions_with_one_decimal_are_regular_at_their_true_step(tmp_path):
    geometry, truth = geometry_of(
        tmp_path, slices=120, steps=0.58, position_decimals=1, first_position=(-60, -60, -31.23)
    )
    assert set(np.round(geometry.steps, 3)) == {0.5, 0.6}
    assert geometry.regular and geometry.rounded
    assert geometry.step == pytest.approx(0.58, abs=2e-4)
    np.testing.assert_allclose(geometry.positions[:, 2], truth.positions[:, 2], atol=0.05)
    (finding,) = geometry.findings
    assert finding.id == "rounded_positions" and "3.4 %" in finding.message


@settings(deadline=None, max_examples=60)
@given(
    step=st.floats(0.3, 3.0),
    count=st.integers(3, 200),
    start=st.floats(-300, 300),
    decimals=st.integers(1, 4),
)
def test_every_true_grid_is_found_behind_its_rounding(step, count, start, decimals):
    """Half the last digit explains any rounding; least squares would miss many."""
    true = np.zeros((count, 3))
    true[:, 2] = start + step * np.arange(count)
    written = np.round(true, decimals)
    if np.diff(written[:, 2]).min() <= 0.005:
        return
    tolerance = position_tolerance([(0, 0, decimals)])
    fit = fit_regular(written, np.array([0.0, 0.0, 1.0]), tolerance)
    assert fit is not None
    assert np.abs(fit.positions(count)[:, 2] - written[:, 2]).max() <= tolerance[2] * (1 + 1e-5)
    assert abs(fit.step[2] - step) <= 4 * 0.5 * 10.0**-decimals / (count - 1) + 1e-9


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), count=st.integers(12, 80))
def test_true_irregularity_is_never_taken_for_rounding(seed, count):
    random = np.random.default_rng(seed)
    positions = np.zeros((count, 3))
    positions[:, 2] = np.cumsum(random.uniform(0.3, 0.9, count))
    deviation = positions[:, 2] - np.polyval(
        np.polyfit(np.arange(count), positions[:, 2], 1), np.arange(count)
    )
    geometry = analyse_positions(np.round(positions, 1), *np.eye(3)[:2], np.full(3, 0.05))
    if np.abs(deviation).max() > 0.2:
        assert geometry.irregular


def test_the_tolerance_is_half_the_last_digit_within_bounds():
    np.testing.assert_allclose(
        position_tolerance([(0, 1, 3), (0, 0, 1), (0, 1, 2)]), [0.05, 0.05, 0.02]
    )
    np.testing.assert_allclose(position_tolerance([(2, 2, 2)]), [0.02, 0.02, 0.02])


def test_a_shear_behind_rounded_positions(tmp_path):
    geometry, truth = geometry_of(
        tmp_path, slices=60, steps=0.63, tilt=(0, 18.5), position_decimals=1
    )
    assert geometry.tilted and not geometry.irregular
    assert geometry.tilt_deg == pytest.approx(18.5, abs=0.1)
    assert geometry.step == pytest.approx(0.63, abs=2e-3)
    np.testing.assert_allclose(geometry.positions, truth.positions, atol=0.1)


def test_a_missing_slice_is_a_failing_gap(tmp_path):
    geometry, _ = geometry_of(tmp_path, slices=12, steps=3.0, drop=(7,))
    assert geometry.missing == 1 and geometry.gaps == (6,)
    gap = geometry.findings[0]
    assert (gap.id, gap.status, gap.measured) == ("gap", "fail", pytest.approx(6.0))
    assert "behind slice 7" in gap.message and "1 missing" in gap.message


def test_a_missing_thin_slice_is_named_but_does_not_fail(tmp_path):
    geometry, _ = geometry_of(tmp_path, slices=12, steps=0.6, drop=(7,))
    assert geometry.irregular and geometry.gaps == (6,) and geometry.missing == 1
    assert [(item.id, item.status) for item in geometry.findings[:1]] == [("gap", "warn")]


def test_missing_slices_are_placed(tmp_path):
    """Two neighbours and a single one, told where they should lie in the patient."""
    geometry, truth = geometry_of(tmp_path, slices=20, steps=3.0, drop=(4, 5, 12))
    assert (geometry.gaps, geometry.missing_in) == ((3, 9), (2, 1))
    np.testing.assert_allclose(
        geometry.missing_at_mm, truth.positions[[4, 5, 12]] @ truth.normal, atol=1e-5
    )
    message = geometry.findings[0].message
    assert "behind slice 4, 10" in message and "3 missing" in message
    for place in geometry.missing_at_mm:
        assert f"{place:.1f} mm" in message


@pytest.mark.parametrize(
    ("steps", "usual", "gaps", "missing"),
    [
        ((5, 5, 10), 5, (2,), (1,)),
        ((5, 10), 5, (1,), (1,)),
        ((5, 5, 10, 10), 5, (2, 3), (1, 1)),
        ((10,) * 5, 10, (), ()),
        # Thin slices below, thick ones above: the scan's own spacing, whichever prevails.
        ((2.5,) * 10 + (5,) * 15, 5, (), ()),
        ((2.5,) * 15 + (5,) * 10, 2.5, (), ()),
        # No multiple of the step: a gap, but nothing says how many slices are gone.
        ((2,) * 6 + (5,) + (2,) * 6, 2, (6,), (0,)),
        ((1.081,) + (4.002,) * 13 + (6.999,) * 13, 4.002, (), ()),
    ],
)
def test_the_usual_step_and_what_is_missing_from_it(steps, usual, gaps, missing):
    found = find_gaps(np.array(steps, float), 0.02)
    assert found.usual == pytest.approx(usual)
    assert (found.wide, found.missing, found.partings) == (gaps, missing, ())


@settings(deadline=None, max_examples=60)
@given(data=st.data(), step=st.floats(0.5, 8.0), count=st.integers(8, 60))
def test_every_missing_slice_is_found_where_it_was(data, step, count):
    holes = data.draw(
        st.sets(st.integers(1, count - 2), max_size=max(1, count // 8)).filter(
            # Neither neighbours nor three in a row, which could be the scan's own spacing.
            lambda found: all(
                one + 1 not in found and not {one + 2, one + 4} <= found for one in found
            )
        )
    )
    there = [k for k in range(count) if k not in holes]
    positions = np.zeros((len(there), 3))
    positions[:, 2] = np.round(17.3 + step * np.array(there), 3)
    geometry = analyse_positions(positions, *np.eye(3)[:2], TIGHT)
    assert not geometry.sectioned or 2 * step > 10
    if not geometry.sectioned:
        np.testing.assert_allclose(
            geometry.missing_at_mm, 17.3 + step * np.array(sorted(holes)), atol=0.01
        )


def test_one_slice_is_refused(tmp_path):
    geometry, _ = geometry_of(tmp_path, slices=1)
    assert geometry.refusal and geometry.findings[0].id == "single_slice"
    assert geometry.findings[0].status == "fail"


def test_images_at_one_position_are_told_and_one_stands_for_both(tmp_path):
    geometry, _ = geometry_of(tmp_path, slices=8, duplicate=(3,))
    assert geometry.refusal is None and geometry.regular and geometry.duplicates == 1
    (finding,) = geometry.findings
    assert (finding.id, finding.status, finding.measured) == ("duplicate_positions", "warn", 1)


def test_sections_are_judged_one_by_one(tmp_path):
    steps = (2.0, 2.0, 2.0, 61.0, 2.0, 2.0, 2.0)
    geometry, _ = geometry_of(tmp_path, slices=8, steps=steps)
    assert geometry.refusal is None and geometry.sections == 2 and geometry.partings == (3,)
    assert geometry.section_bounds == ((0, 3), (4, 7))
    # 61 mm is no multiple of 2 mm: each section is regular, together they are not.
    assert geometry.step == pytest.approx(2.0) and geometry.displaced and not geometry.irregular
    (finding,) = geometry.findings
    assert (finding.id, finding.status) == ("sectioned", "warn")
    assert finding.measured == pytest.approx(61) and "61.0 mm" in finding.message


def test_sections_on_one_grid_are_regular_together(tmp_path):
    steps = (2.0, 2.0, 2.0, 62.0, 2.0, 2.0, 2.0)
    geometry, _ = geometry_of(tmp_path / "a", slices=8, steps=steps)
    assert geometry.regular and geometry.sections == 2 and geometry.step == pytest.approx(2.0)
    rounded, truth = geometry_of(
        tmp_path / "b", slices=60, steps=(0.58,) * 29 + (58.0,) + (0.58,) * 29, position_decimals=1
    )
    assert rounded.regular and rounded.rounded
    assert rounded.step == pytest.approx(0.58, abs=5e-3)
    np.testing.assert_allclose(rounded.positions, truth.positions, atol=0.15)


def test_a_tilt_in_sections(tmp_path):
    steps = (2.0,) * 5 + (50.0,) + (2.0,) * 5
    geometry, truth = geometry_of(tmp_path, slices=12, steps=steps, tilt=(0, 18.5))
    assert geometry.tilted and not geometry.irregular and geometry.sections == 2
    assert geometry.tilt_deg == pytest.approx(18.5, abs=1e-3)
    assert geometry.step == pytest.approx(2.0, abs=1e-6)
    np.testing.assert_allclose(geometry.positions, truth.positions, atol=1e-4)


def test_the_tilt_tag_is_compared_but_never_used(tmp_path):
    lost, _ = geometry_of(tmp_path / "a", slices=8, tilt_tag=18.5)
    assert lost.regular and "tilt_tag" in ids(lost)
    other_sign, _ = geometry_of(tmp_path / "b", slices=8, tilt=(0, 18.5), tilt_tag="wrong sign")
    assert ids(other_sign) == {"tilted"}


def test_wandering_slices_are_named():
    positions = np.zeros((10, 3))
    positions[:, 2] = np.arange(10) * 2.0
    positions[5:, 0] = 1.5
    geometry = analyse_positions(positions, *np.eye(3)[:2], TIGHT)
    assert geometry.displaced and not geometry.tilted and not geometry.irregular
    assert not geometry.regular and geometry.step == pytest.approx(2.0)
    assert geometry.drift_mm == pytest.approx(1.5, abs=1e-6) and geometry.tilt_deg == 0
    np.testing.assert_allclose(geometry.offsets[:, 0], positions[:, 0])


@pytest.mark.parametrize("cuts", [(5,), (15,), (10, 20), (4, 9, 14)])
@pytest.mark.parametrize("shear", [0.0, 0.3])
def test_images_centred_anew_are_no_gantry_tilt(cuts, shear):
    positions = np.zeros((30, 3))
    positions[:, 2] = np.arange(30) * 1.0
    positions[:, 1] = shear * positions[:, 2]
    for number, cut in enumerate(cuts):
        positions[cut:, 0] += 7.3 if number % 2 == 0 else -4.1
    geometry = analyse_positions(positions, *np.eye(3)[:2], TIGHT)
    assert not geometry.irregular and geometry.tilted == bool(shear)
    assert geometry.tilt_deg == pytest.approx(np.degrees(np.arctan(shear)), abs=0.01)
    assert geometry.drift_mm == pytest.approx(np.ptp(positions[:, 0]), abs=0.01)
    np.testing.assert_allclose(geometry.positions, positions, atol=1e-9)


@pytest.mark.parametrize("shear", [0.05, 0.3])
def test_a_tilt_with_uneven_steps_is_a_tilt(shear):
    positions = np.zeros((20, 3))
    positions[:, 2] = np.cumsum([0.0, *([1.0] * 9), *([3.0] * 10)])
    positions[:, 1] = shear * positions[:, 2]
    geometry = analyse_positions(positions, *np.eye(3)[:2], TIGHT)
    assert geometry.tilted and geometry.irregular and geometry.step is None
    assert geometry.tilt_deg == pytest.approx(np.degrees(np.arctan(shear)))


def test_only_the_displacement_is_told_where_images_were_centred_anew(tmp_path):
    truth = write_series(Scene(), Acquisition(rows=8, columns=8, slices=12), tmp_path)
    for path, position in zip(truth.files[6:], truth.positions[6:], strict=True):
        dataset = dcmread(path)
        dataset.ImagePositionPatient = [float(position[0]) + 7.3, *map(float, position[1:])]
        dataset.save_as(path)
    (stack,) = read_series([tmp_path]).series[0].stacks
    geometry = analyse(stack)
    assert ids(geometry) == {"in_plane_drift"}
    assert "7.30 mm, which no tilt explains" in geometry.findings[0].message
    record = source_record(stack, geometry)
    assert not record["tilted"] and record["in_plane_offsets_mm"][6:] == [[7.3, 0.0]] * 6
    volume = load_stack(stack)
    assert volume.spacing_mm[2] == pytest.approx(1.0) and volume.dimensions[2] == 12


def test_the_sign_of_the_header_is_explained_beside_the_tilt(tmp_path):
    stated, _ = geometry_of(tmp_path / "a", slices=8, tilt=(0, -18.5), tilt_tag=-18.5)
    (finding,) = stated.findings
    assert "18.50°" in finding.message and "The header states -18.5°" in finding.message
    plain, _ = geometry_of(tmp_path / "b", slices=8, tilt=(0, 18.5), tilt_tag=18.5)
    assert "header" not in plain.findings[0].message


def test_one_gap_is_said_in_the_singular(tmp_path):
    one, _ = geometry_of(tmp_path / "a", slices=12, drop=(5,))
    assert "1 gap of up to 2.00 mm" in one.findings[0].message
    assert "fits 1 missing slice, at" in one.findings[0].message
    more, _ = geometry_of(tmp_path / "b", slices=16, drop=(5, 10))
    assert "2 gaps of up to 2.00 mm" in more.findings[0].message
    assert "fits 2 missing slices, at" in more.findings[0].message


def test_thickness_of_a_mixed_series_is_a_range(tmp_path):
    tags = {k: {"SliceThickness": "2.5"} for k in range(4)}
    scan = Acquisition(rows=8, columns=8, slices=8, slice_tags=tags)
    write_series(Scene(), scan, tmp_path)
    (stack,) = read_series([tmp_path]).series[0].stacks
    record = source_record(stack, analyse(stack))
    assert record["slice_thickness_range_mm"] == [1.0, 2.5]
    assert record["slice_thickness_mm"] == 2.5
    assert dict(source_rows(record))["Slice thickness"] == "1.000 … 2.500 mm"


def test_real_series(real_data):
    def of(name):
        return analyse(read_series([real_data(name)]).series[0].stacks[0])

    head = of("ct_ge_tilted_variable_spacing")
    assert head.tilted and head.irregular
    assert head.tilt_deg == pytest.approx(18.5, abs=0.001)
    values, counts = np.unique(np.round(head.steps, 3), return_counts=True)
    assert values.tolist() == [1.081, 4.002, 6.999] and counts.tolist() == [1, 13, 13]
    skull = of("ct_skull_phantom_tilt_0")
    assert skull.regular and skull.step == pytest.approx(1.0, abs=1e-9)
    tilted = of("ct_skull_phantom_tilt_minus18")
    assert tilted.tilt_deg == pytest.approx(18.5, abs=0.001) and not tilted.irregular
    assert tilted.step == pytest.approx(2.5 * np.cos(np.radians(18.5)), abs=1e-4)
    siemens = of("small_siemens_tilt")
    assert siemens.tilt_deg == pytest.approx(14.0, abs=0.001)
    uneven = of("small_uneven_spacing")
    assert uneven.missing == 1 and uneven.findings[0].id == "gap"
    assert uneven.gaps == (2,) and uneven.usual_mm == pytest.approx(5, abs=1e-4)
    assert uneven.missing_at_mm == pytest.approx((33.1075,), abs=1e-3)


def test_tolerances_follow_the_pixel_and_the_step_below_a_tenth_of_a_millimetre():
    for finest, smallest in ((0.5, 0.02), (0.1, 0.02), (0.02, 0.004), (0.005, 0.001)):
        np.testing.assert_allclose(position_tolerance([(5, 5, 5)], finest), [smallest] * 3)
    np.testing.assert_allclose(position_tolerance([(5, 5, 2)], 0.005), [0.001, 0.001, 0.005])


@pytest.mark.parametrize("step", [0.09, 0.009, 0.004])
@pytest.mark.parametrize("drop", [(13, 14), (13,), (2,)])
def test_missing_slices_of_a_micro_ct_are_a_gap_and_nothing_else(tmp_path, step, drop):
    scan = Acquisition(
        rows=12, columns=12, slices=30, steps=step, pixel_spacing=(0.8 * step,) * 2, drop=drop
    )
    write_series(Scene(), scan, tmp_path)
    (stack,) = read_series([tmp_path]).series[0].stacks
    geometry = analyse(stack)
    assert geometry.irregular and not geometry.rounded and not geometry.tilted
    assert geometry.missing == len(drop)
    found = {item.id for item in geometry.findings}
    assert {"gap", "irregular"} <= found and "rounded_positions" not in found
    np.testing.assert_allclose(geometry.positions, [s.position for s in stack.slices], atol=1e-9)


def test_a_complete_micro_ct_is_regular(tmp_path):
    scan = Acquisition(rows=12, columns=12, slices=30, steps=0.009, pixel_spacing=(0.0072,) * 2)
    write_series(Scene(), scan, tmp_path)
    (stack,) = read_series([tmp_path]).series[0].stacks
    geometry = analyse(stack)
    assert geometry.regular and geometry.duplicates == 0 and geometry.findings == ()
    assert geometry.step == pytest.approx(0.009)
