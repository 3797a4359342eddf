"""What must hold for any series: names, place, tilt and steps do not change the object.

Small volumes of a blurred ball; its half-contrast sphere is known in closed form.
"""

from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from phantoms import measure
from phantoms.acquisition import AXIAL, Acquisition, rotation_about
from phantoms.analytic import Ball, Scene, half_contrast_radius
from phantoms.dicom import write_series
from PrintPrepLib.geometry.stack import SliceStack
from PrintPrepLib.series.reader import read_series
from PrintPrepLib.series.stack_pixels import read_voxels
from PrintPrepLib.surface.grey_values import grey_value_surface
from PrintPrepLib.volume.regular_volume import RegularVolume
from PrintPrepLib.volume.regularize import load_stack

RADIUS, SIGMA = 10.0, 0.6
LEVEL = 200.0
PIXEL = 0.5
#: What the slices have to cover along the normal: the ball, tipped or not, and its blur.
HEIGHT = 25.0
#: No deadline: the machine may be busy, and the first example imports.
QUICK = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def scene_at(center) -> Scene:
    return Scene((Ball(tuple(center), RADIUS),), sigma=SIGMA)


def written(folder: str | Path, scene: Scene, **taken) -> SliceStack:
    usual = {"rows": 54, "columns": 52, "pixel_spacing": (PIXEL, PIXEL)}
    write_series(scene, Acquisition(**usual | taken), folder)
    (series,) = read_series([folder]).series
    (stack,) = series.stacks
    return stack


def surface_of(voxels, matrix, field=None) -> measure.Surface:
    mesh = grey_value_surface(voxels, voxels >= LEVEL, matrix, LEVEL, None, field)
    return measure.Surface(mesh.points, mesh.triangles)


def model_of(volume: RegularVolume) -> measure.Surface:
    return surface_of(volume.voxels, volume.ijk_to_lps, volume.acquired_field)


def error_of(surface: measure.Surface, center) -> measure.RadialError:
    return measure.radial_error(surface, center, half_contrast_radius(RADIUS, SIGMA))


def steps_that_cover(length: float, low: float, high: float, seed: int) -> tuple[float, ...]:
    """Random steps from ``low`` to ``high`` until they reach ``length``."""
    random, steps = np.random.default_rng(seed), []
    while sum(steps) < length:
        steps.append(float(np.round(random.uniform(low, high), 3)))
    return tuple(steps)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A tilted, uneven series, and the model that it gives."""
    folder = tmp_path_factory.mktemp("plain")
    steps = steps_that_cover(HEIGHT, 0.4, 0.9, 1)
    stack = written(
        folder, scene_at((0, 0, 0)), slices=len(steps) + 1, steps=steps, tilt=(0.0, 14.0)
    )
    return folder, model_of(load_stack(stack))


@QUICK
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_and_the_names_of_files_mean_nothing(plain, seed):
    folder, expected = plain
    files = sorted(folder.iterdir())
    order = np.random.default_rng(seed).permutation(len(files))
    with tempfile.TemporaryDirectory() as other:
        for place, index in enumerate(order):
            below = Path(other) / f"{place % 3}"
            below.mkdir(exist_ok=True)
            os.link(files[index], below / f"{place:03d}")
        (series,) = read_series([other]).series
        model = model_of(load_stack(series.stacks[0]))
    np.testing.assert_array_equal(model.points, expected.points)
    np.testing.assert_array_equal(model.triangles, expected.triangles)


@QUICK
@given(
    axis=st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: math.hypot(*v) > 0.1),
    angle=st.floats(0, 180),
    center=st.tuples(*[st.floats(-400, 400)] * 3),
    order=st.sampled_from(["ascending", "reversed", "shuffled"]),
)
def test_any_placement_of_the_patient_gives_the_same_ball(axis, angle, center, order):
    with tempfile.TemporaryDirectory() as folder:
        stack = written(
            folder,
            scene_at(center),
            slices=36,
            steps=0.7,
            orientation=AXIAL.rotated(rotation_about(axis, angle)),
            center=center,
            order=order,
        )
        volume = load_stack(stack)
    assert volume.provenance["volume"]["interpolation"] == "none"
    surface = model_of(volume)
    assert error_of(surface, center).rms < 0.02
    assert surface.volume > 0


@QUICK
@given(
    tilt=st.tuples(st.floats(-30, 30), st.floats(-30, 30)).filter(
        lambda pair: math.hypot(*np.tan(np.radians(pair))) <= math.tan(math.radians(30))
    ),
    steps=st.one_of(st.floats(0.3, 0.9), st.integers(0, 1000)),
    tilts=st.sampled_from(["planes", "table"]),
)
def test_any_tilt_and_fine_steps_give_the_same_ball(tilt, steps, tilts):
    """Steps are one length for all, or (an integer) the seed of random ones."""
    if isinstance(steps, int):
        steps = steps_that_cover(HEIGHT, 0.3, 0.9, steps)
        slices = len(steps) + 1
    else:
        slices = 2 + math.ceil(HEIGHT / steps)
    with tempfile.TemporaryDirectory() as folder:
        stack = written(
            folder, scene_at((0.3, -0.2, 0.1)), slices=slices, steps=steps, tilt=tilt, tilts=tilts
        )
        volume = load_stack(stack)
    assert error_of(model_of(volume), (0.3, -0.2, 0.1)).rms < 0.02


@QUICK
@given(
    tilt=st.floats(3, 30),
    sign=st.sampled_from([-1, 1]),
    step=st.floats(0.95, 2.5),
    shift=st.floats(0, 1),
)
def test_coarser_steps_show_what_the_slices_themselves_show(tilt, sign, step, shift):
    """Against the isosurface of the slices as they are, on their own sheared lattice."""
    center = (0.0, 0.0, shift * step)
    with tempfile.TemporaryDirectory() as folder:
        stack = written(
            folder,
            scene_at(center),
            slices=2 * math.ceil(HEIGHT / 2 / step) + 1,
            steps=step,
            tilt=(0.0, sign * tilt),
        )
        volume = load_stack(stack)
        raw = read_voxels(stack)
    first, last = (np.array(stack.slices[index].position) for index in (0, -1))
    sheared = np.eye(4)
    sheared[:3, 0] = PIXEL * np.array(stack.slices[0].row_direction)
    sheared[:3, 1] = PIXEL * np.array(stack.slices[0].column_direction)
    sheared[:3, 2] = (last - first) / (len(stack.slices) - 1)
    sheared[:3, 3] = first
    bare = error_of(surface_of(raw, sheared), center)
    assert error_of(model_of(volume), center).rms < 1.05 * bare.rms + 0.005
