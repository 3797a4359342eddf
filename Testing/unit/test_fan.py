"""A series whose orientation turns from slice to slice: every slice in its own place.

The truth is analytic: the scene's value at each grid point, and the blurred ball's
half-contrast sphere. Slices are cut out of the scene plane by plane, by the phantoms.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from phantoms import measure
from phantoms.acquisition import Acquisition, Orientation, rotation_about
from phantoms.analytic import Ball, Scene, half_contrast_radius
from phantoms.dicom import write_series
from PrintPrepLib.core.errors import Cancelled, GeometryError, GridError
from PrintPrepLib.geometry.analysis import analyse, drift_findings
from PrintPrepLib.geometry.fan import Fan, drift_record, fan_of, fan_order
from PrintPrepLib.geometry.stack_geometry import analyse_positions
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.surface.grey_values import grey_value_surface
from PrintPrepLib.volume.fan import measure_drift_residual, plan_drift, resample_drift
from PrintPrepLib.volume.regularize import load_stack
from PrintPrepLib.volume.resample import IntegerOverflow

BALL = Ball((1.0, -2.0, 1.5), 10.0)
SCENE = Scene((BALL,), sigma=0.5)
THRESHOLD = BALL.contrast / 2 - 1000


def turning(
    slices: int = 44,
    step: float | np.ndarray = 0.7,
    axis=(1, 0, 0),
    degrees: float | np.ndarray = 0.3,
    size: tuple[int, int] = (80, 72),
    pixel: float = 0.5,
) -> Fan:
    """A fan whose slice middles stand on the z axis; turned by ``degrees`` a slice."""
    heights = np.concatenate([[0.0], np.cumsum(np.broadcast_to(step, slices - 1))])
    angles = np.concatenate([[0.0], np.cumsum(np.broadcast_to(degrees, slices - 1))])
    turns = [rotation_about(axis, angle) for angle in angles - angles.mean()]
    rows = np.array([turn @ [1.0, 0, 0] for turn in turns])
    columns = np.array([turn @ [0, 1.0, 0] for turn in turns])
    middles = np.stack([0 * heights, 0 * heights, heights - heights.mean()], axis=1)
    corner = pixel / 2 * ((size[0] - 1) * rows + (size[1] - 1) * columns)
    return Fan(middles - corner, rows, columns, np.full((slices, 2), pixel), size)


@dataclass(frozen=True)
class Slices:
    """The scene on the planes of a fan, float32; ``padding`` marks columns as no data, ``lost``
    a whole slice."""

    fan: Fan
    scene: Scene = SCENE
    padding: slice | None = None
    lost: int | None = None

    def slice(self, index: int) -> tuple[np.ndarray, np.ndarray | None]:
        fan = self.fan
        image = self.scene.plane(
            fan.positions[index],
            fan.spacing[index, 0] * fan.rows[index],
            fan.spacing[index, 1] * fan.columns[index],
            fan.size[1],
            fan.size[0],
        ).astype(np.float32)
        if self.padding is None and index != self.lost:
            return image, None
        missing = np.full(image.shape, index == self.lost)
        missing[:, self.padding or slice(0, 0)] = True
        image[missing] = 30000
        return image, missing


def geometry_of(fan: Fan):
    row, column, _ = fan.axes
    return analyse_positions(fan.middles, row, column, np.full(3, 0.02))


def resampled(fan: Fan, spacing: str | float = "native", **source):
    plan = plan_drift(fan, geometry_of(fan), spacing)
    return resample_drift(Slices(fan, **source), plan, -1000.0, np.dtype(np.float32)), plan


def points_of(plan) -> np.ndarray:
    k, j, i = np.indices(plan.dimensions[::-1])
    return np.stack([i, j, k], -1) @ plan.ijk_to_lps[:3, :3].T + plan.ijk_to_lps[:3, 3]


def in_field(plan) -> np.ndarray:
    k, j, i = np.indices(plan.dimensions[::-1])
    first_i, last_i, first_j, last_j = np.moveaxis(plan.field()[k], -1, 0)
    return (i >= first_i) & (i <= last_i) & (j >= first_j) & (j <= last_j)


def ball_error(voxels, matrix, field, scene=SCENE) -> measure.RadialError:
    surface = grey_value_surface(voxels, voxels >= THRESHOLD, matrix, THRESHOLD, None, field)
    return measure.radial_error(
        measure.Surface(surface.points, surface.triangles),
        scene.objects[0].center,
        half_contrast_radius(scene.objects[0].radius, scene.sigma),
    )


TURNS = {
    "as a gantry, 15° in all": {"degrees": 0.35},
    "0.1° a slice about the columns": {"axis": (0, 1, 0), "degrees": 0.1},
    "askew, with a turn within the plane": {"axis": (1, 2, 3), "degrees": 0.2},
    "to and fro": {"degrees": np.tile([0.3, 0.3, -0.2], 15)[:43]},
    "uneven steps": {"step": np.tile([0.5, 0.9, 0.7], 15)[:43], "degrees": 0.2},
}


@pytest.mark.parametrize("kind", TURNS)
def test_a_ball_keeps_its_size_and_place(kind):
    fan = turning(**TURNS[kind])
    assert fan.crossing() is None
    voxels, plan = resampled(fan)
    error = ball_error(voxels, plan.ijk_to_lps, plan.field())
    assert error.rms < 0.02
    assert error.worst < 0.06


@pytest.mark.parametrize("kind", TURNS)
def test_every_voxel_shows_the_scene_where_it_is(kind):
    smooth = Scene((BALL,), sigma=1.5)
    fan = turning(**TURNS[kind])
    voxels, plan = resampled(fan, scene=smooth)
    inside = in_field(plan)
    assert inside.mean() > 0.55
    error = np.abs(voxels - smooth.values(points_of(plan)))[inside]
    # Linear interpolation: h²/8 × the largest curvature (0.24 × contrast / σ²) along each way.
    limit = 0.24 * BALL.contrast / 1.5**2 * (0.5**2 + 0.5**2 + 0.9**2) / 8
    assert error.max() < limit


def test_the_grid_is_orthogonal_stands_on_the_mean_axes_and_covers_every_voxel():
    fan = turning(axis=(1, 2, 3), degrees=0.3)
    plan = plan_drift(fan, geometry_of(fan))
    axes = plan.ijk_to_lps[:3, :3] / np.array(plan.spacing)
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1.0)
    # Turned evenly to both sides of the axes: the mean is the middle.
    np.testing.assert_allclose(axes, np.eye(3), atol=1e-9)
    assert plan.spacing == pytest.approx((0.5, 0.5, 0.7), abs=1e-9)
    inverse = np.linalg.inv(plan.ijk_to_lps)
    places = fan.corners @ inverse[:3, :3].T + inverse[:3, 3]
    assert places.min() > -1e-6
    assert (places.max(axis=(0, 1)) < np.array(plan.dimensions) - 1 + 1e-4).all()


def test_slices_that_do_not_turn_give_what_they_hold():
    fan = turning(degrees=0.0)
    voxels, plan = resampled(fan)
    expected = np.stack([Slices(fan).slice(index)[0] for index in range(44)])
    np.testing.assert_allclose(voxels, expected, atol=0.05)
    assert (plan.field() == [0, 79, 0, 71]).all()
    assert fan.turn_deg == 0


def test_the_residual_is_measured_through_the_resampler():
    fan = turning(axis=(1, 2, 3), degrees=0.2)
    plan = plan_drift(fan, geometry_of(fan))
    residual = measure_drift_residual(fan, plan)
    assert 0 < residual.rms <= residual.max < 1e-4
    # A plan that reads every slice a third of a pixel aside is a plan that is 1/6 mm off.
    aside = replace(plan, feet=plan.feet + np.array([[1 / 3, 0, 0, 0], [0, 0, 0, 0]]))
    assert measure_drift_residual(fan, aside).rms == pytest.approx(0.5 / 3, rel=0.02)


def test_the_field_holds_acquired_samples_only():
    fan = turning(axis=(1, 1, 0), degrees=0.3)
    plan = plan_drift(fan, geometry_of(fan))
    field = in_field(plan)
    # Independently: the sample has a slice below and one above, and lies over both images.
    points = points_of(plan)[field][::37]
    away = np.einsum("pnx,nx->pn", points[:, None] - fan.positions, fan.normals)
    assert (away[:, 0] >= -1e-6).all() and (away[:, -1] <= 1e-6).all()
    below = (away >= -1e-9).sum(axis=1) - 1
    for index in (below, np.minimum(below + 1, 43)):
        offset = points - fan.positions[index]
        # The foot along the grid's normal, which is the z axis here.
        offset[:, 2] -= away[np.arange(len(points)), index] / fan.normals[index, 2]
        for axis, last in ((fan.rows, 79), (fan.columns, 71)):
            place = (offset * axis[index]).sum(axis=1) / 0.5
            assert place.min() > -1e-3 and place.max() < last + 1e-3
    # And nearly all that could be in it is in it.
    assert field[20:24].mean() > 0.85


def test_nothing_is_lost_at_the_ends_and_nothing_invented_beyond():
    """Where one slice alone reaches a sample there is no reading; beyond all is background."""
    fan = turning(degrees=0.3)
    everywhere = Scene((Ball((0, 0, 0), 500.0),), sigma=0.5)
    voxels, plan = resampled(fan, scene=everywhere)
    filled = voxels > 0
    assert set(np.unique(np.round(voxels))) == {-1000.0, 1400.0}
    between = np.einsum(
        "kjinx,nx->kjin",
        points_of(plan)[..., None, :] - fan.positions[[0, -1]],
        fan.normals[[0, -1]],
    )
    allowed = (between[..., 0] >= -0.01) & (between[..., 1] <= 0.01)
    assert not filled[~allowed].any()
    assert filled.mean() > 0.95 * allowed.mean()


def test_padding_does_not_mix_into_tissue():
    fan = turning(axis=(0, 1, 0), degrees=0.2)
    everywhere = Scene((Ball((0, 0, 0), 500.0),), sigma=0.5)
    voxels, plan = resampled(fan, scene=everywhere, padding=slice(0, 20))
    assert set(np.unique(np.round(voxels))) == {-1000.0, 1400.0}
    middle = voxels[plan.dimensions[2] // 2, plan.dimensions[1] // 2]
    assert (middle[:18] == -1000).all() and (middle[22:-2] > 1399).all()


def test_beside_a_slice_without_data_its_neighbours_make_up_the_sample():
    everywhere = Scene((Ball((0, 0, 0), 500.0),), sigma=0.5)
    voxels, plan = resampled(turning(degrees=0.2), scene=everywhere, lost=20)
    assert voxels[in_field(plan)] == pytest.approx(1400, abs=0.1)


def test_a_coarser_grid_averages_and_a_finer_one_is_met_exactly():
    fan = turning(degrees=0.2)
    coarse = plan_drift(fan, geometry_of(fan), 2.1)
    assert coarse.averages and coarse.spacing[2] == 2.1
    voxels, plan = resampled(fan, 2.1, scene=Scene((Ball((0, 0, 0), 500.0),), sigma=0.5))
    assert voxels[in_field(plan)] == pytest.approx(1400, abs=0.5)
    assert measure_drift_residual(fan, plan).max < 1e-3
    fine = plan_drift(fan, geometry_of(fan), "isotropic")
    assert fine.spacing == pytest.approx((0.5, 0.5, 0.5)) and not fine.averages
    with pytest.raises(GridError, match="million voxels"):
        plan_drift(fan, geometry_of(fan), 0.5, maximum_voxels=1000)


def test_planes_that_cross_within_the_image_are_refused_by_name():
    # 0.7 mm apart at the middle, 0.25° turn: they meet 160 mm away.
    beyond = turning(slices=8, degrees=0.25, size=(80, 600))
    within = turning(slices=8, degrees=0.25, size=(80, 660))
    assert beyond.crossing() is None
    assert within.crossing() is not None
    finding, refusal = drift_findings(within)
    assert refusal.id == "crossing_slices" and refusal.status == "fail"
    assert "slices 1 and 2 cross or coincide within the image" in refusal.message
    finding, refusal = drift_findings(turning(degrees=0.2))
    assert refusal is None
    assert (finding.id, finding.status) == ("drifting", "warn")
    assert finding.measured == pytest.approx(43 * 0.2, abs=1e-9)
    assert "drifts by 8.60°" in finding.message


def test_angles_and_steps_are_those_of_the_slices():
    fan = turning(axis=(3, -1, 2), degrees=0.2, step=np.tile([0.5, 0.9], 22)[:43])
    np.testing.assert_allclose(fan.turns_deg, 0.2 * np.arange(44), atol=1e-7)
    np.testing.assert_allclose(fan.steps, np.tile([0.5, 0.9], 22)[:43], atol=1e-9)
    record = drift_record(fan)
    assert record["turn_deg"] == pytest.approx(8.6, abs=1e-4)
    assert len(record["turns_deg"]) == 44


def test_nothing_is_made_up_across_a_gap():
    """Two runs 20 mm apart in one volume: between them lies background."""
    step = np.full(43, 0.7)
    step[21] = 20.0
    fan = turning(step=step, degrees=0.1)
    everywhere = Scene((Ball((0, 0, 0), 500.0),), sigma=0.5)
    voxels, plan = resampled(fan, scene=everywhere)
    middle = voxels[:, 36, 40]
    assert set(np.unique(np.round(middle))) == {-1000.0, 1400.0}
    assert np.diff(np.flatnonzero(middle > 0)).max() * 0.7 == pytest.approx(20, abs=1.4)
    assert (plan.field()[plan.dimensions[2] // 2] == [0, -1, 0, -1]).all()


def test_work_can_be_cancelled_and_narrow_integers_are_noticed():
    fan = turning(slices=20)
    plan = plan_drift(fan, geometry_of(fan))
    with pytest.raises(Cancelled):
        resample_drift(Slices(fan), plan, -1000.0, np.dtype(np.float32), lambda *_: True)
    with pytest.raises(IntegerOverflow):
        resample_drift(Slices(fan), plan, -1000.0, np.dtype(np.int16))


def write_turning(fan: Fan, folder) -> None:
    """The fan as DICOM files of one series; file names do not follow the stack."""
    for index in range(len(fan.positions)):
        one = Acquisition(
            rows=fan.size[1],
            columns=fan.size[0],
            slices=1,
            pixel_spacing=tuple(fan.spacing[index, ::-1]),
            orientation=Orientation(tuple(fan.rows[index]), tuple(fan.columns[index])),
            first_position=tuple(fan.positions[index]),
            steps=0.7,
            slice_tags={0: {"SOPInstanceUID": f"2.25.77{index:03d}", "InstanceNumber": index + 1}},
        )
        write_series(SCENE, one, folder / f"{(index * 7) % 44:02d}", name="turning")


def test_a_series_on_disk_becomes_one_volume(tmp_path):
    fan = turning(axis=(1, 0.3, 0), degrees=0.3)
    write_turning(fan, tmp_path)
    (stack,) = read_series([tmp_path]).series[0].stacks
    assert stack.drifting
    np.testing.assert_allclose(fan_of(stack.slices).positions, fan.positions, atol=1e-6)
    assert fan_order(stack.slices[::-1]) == list(range(44))[::-1]
    geometry = analyse(stack)
    assert geometry.refusal is None
    assert [(item.id, item.status) for item in geometry.findings] == [("drifting", "warn")]
    assert geometry.step == pytest.approx(0.7, abs=1e-3)
    volume = load_stack(stack)
    record = volume.provenance["volume"]
    assert record["interpolation"] == "linear, slice by slice"
    assert record["residual_mm"]["max"] < 1e-3
    assert volume.provenance["source"]["drift"]["turn_deg"] == pytest.approx(43 * 0.3, abs=1e-3)
    assert volume.voxels.dtype == np.int16 and volume.background == -1000
    assert ball_error(volume.voxels, volume.ijk_to_lps, volume.acquired_field).rms < 0.02


def test_a_series_whose_slices_cross_is_refused_in_words(tmp_path):
    fan = turning(slices=8, step=0.1, degrees=0.4)
    write_turning(fan, tmp_path)
    (stack,) = read_series([tmp_path]).series[0].stacks
    with pytest.raises(GeometryError, match="slices 1 and 2 cross or coincide within the image"):
        load_stack(stack)
