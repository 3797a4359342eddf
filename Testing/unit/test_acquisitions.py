"""Every kind of acquisition that users meet becomes the right volume or a clear refusal.

The phantom's size is analytic truth; axes and spacing are those that the files were cut
with. dcm2niix says independently where voxels lie, wherever it handles the case.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from phantoms import measure
from phantoms.analytic import half_contrast_radius
from phantoms.cases import CASES, SIGMA, Becomes
from PrintPrepLib.applied_tilt import apply_tilt
from PrintPrepLib.entered import EnteredGeometry, read_series_by_hand
from PrintPrepLib.regularize import RegularVolume, load_stack
from PrintPrepLib.sections import merged, sections_of
from PrintPrepLib.series import Series, SeriesCollection, SliceStack, read_series
from PrintPrepLib.surface import grey_value_surface
from scipy.ndimage import map_coordinates


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """``written(name)``: the folder and what was found in it, made once."""
    made: dict[str, tuple[Path, SeriesCollection]] = {}

    def get(name: str) -> tuple[Path, SeriesCollection]:
        if name not in made:
            folder = tmp_path_factory.mktemp("case")
            CASES[name].write(folder)
            entered = EnteredGeometry(0.6, 0.6, 0.7)
            by_hand = CASES[name].order == "entered"
            found = read_series_by_hand([folder], entered) if by_hand else read_series([folder])
            made[name] = folder, found
        return made[name]

    return get


def ball_fit(volume: RegularVolume, truth: Becomes) -> tuple[float, float]:
    """Distance of the fitted ball's centre from its true place, and the radius' error, mm."""
    ball = truth.ball
    level = truth.background + ball.contrast / 2
    place = np.linalg.inv(volume.ijk_to_lps) @ [*ball.center, 1.0]
    reach = (ball.radius + 2.0) / np.array(volume.spacing_mm)
    low = np.maximum(np.floor(place[:3] - reach).astype(int), 0)
    high = np.ceil(place[:3] + reach).astype(int) + 1
    mask = np.zeros(volume.voxels.shape, bool)
    box = tuple(slice(a, b) for a, b in zip(low[::-1], high[::-1], strict=True))
    away = np.stack(np.meshgrid(*map(np.arange, low, high), indexing="ij")).T - place[:3]
    near = np.linalg.norm(away * volume.spacing_mm, axis=-1) < ball.radius + 2.0
    kept = tuple(slice(0, n) for n in mask[box].shape)
    mask[box] = (volume.voxels[box] >= level) & near[kept]
    surface = grey_value_surface(
        volume.voxels, mask, volume.ijk_to_lps, level, None, volume.acquired_field
    )
    center, radius = measure.fit_sphere(surface.points)
    true = half_contrast_radius(ball.radius, SIGMA)
    return float(np.linalg.norm(center - ball.center)), radius - true


def block_faces(volume: RegularVolume, truth: Becomes) -> np.ndarray:
    """Where half contrast is crossed on the block's three middle lines, as errors (3, 2) mm.

    Independent of the mesh: the grey values are read by a general interpolation.
    """
    block = truth.block
    level = truth.background + block.contrast / 2
    inverse = np.linalg.inv(volume.ijk_to_lps)
    errors = np.empty((3, 2))
    for axis in range(3):
        for side, sign in enumerate((-1, 1)):
            away = np.arange(block.edges[axis] / 2 - 1.5, block.edges[axis] / 2 + 1.5, 0.02)
            points = np.array(block.center) + sign * away[:, None] * np.eye(3)[axis]
            ijk = points @ inverse[:3, :3].T + inverse[:3, 3]
            values = map_coordinates(volume.voxels.astype(float), ijk[:, ::-1].T, order=1)
            errors[axis, side] = np.interp(-level, -values, away) - block.edges[axis] / 2
    return errors


def stack_for(name: str, series: Series, wanted: Becomes) -> SliceStack:
    """The stack or section that a person would choose, with what was ordered for it."""
    stack = series.stacks[wanted.stack - 1]
    if CASES[name].order == "apply tilt":
        stack = apply_tilt(stack)
    if wanted.section == "merged":
        return merged(stack)
    return sections_of(stack)[(wanted.section or 1) - 1]


VOLUMES = [
    pytest.param(name, index, id=name if len(case.volumes) == 1 else f"{name}, {index + 1}")
    for name, case in CASES.items()
    for index in range(len(case.volumes))
]


@pytest.mark.parametrize(("name", "index"), VOLUMES)
def test_the_volume_is_right(written, name, index):
    (series,) = written(name)[1].series
    wanted = CASES[name].volumes[index]
    volume = load_stack(stack_for(name, series, wanted))
    axes = volume.ijk_to_lps[:3, :3] / np.array(volume.spacing_mm)
    np.testing.assert_allclose(axes.T, wanted.axes, atol=1e-5)
    assert volume.spacing_mm == pytest.approx(wanted.spacing, abs=2e-3)
    treatment = volume.provenance["volume"]
    assert treatment["interpolation"] == wanted.interpolation
    assert treatment["residual_mm"]["max"] < 0.1
    assert volume.background == pytest.approx(wanted.fill, abs=1.0)
    assert volume.provenance["source"]["slices"] == wanted.slices
    for key, value in wanted.source.items():
        expected = pytest.approx(value, abs=1e-3) if isinstance(value, float) else value
        assert volume.provenance["source"][key] == expected, key
    if wanted.ball_mm is not None:
        place, radius = ball_fit(volume, wanted)
        assert place < wanted.ball_mm and abs(radius) < wanted.ball_mm, (place, radius)
        if wanted.block is not None:
            assert np.abs(block_faces(volume, wanted)).max() < 0.02 + wanted.ball_mm


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.volumes])
def test_the_findings_say_what_is_unusual_and_nothing_else(written, name):
    case = CASES[name]
    (series,) = written(name)[1].series
    assert len(series.stacks) == case.stacks
    assert len(series.rejected) == case.rejected
    assert all(item.reason for item in series.rejected)
    volume = load_stack(stack_for(name, series, case.volumes[0]))
    told = {item["id"] for item in volume.provenance["findings"]}
    assert told == set(case.told)
