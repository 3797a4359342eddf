"""Folders of the one phantom, taken in one way or another.

Every function gives a function that writes a folder, or changes one. Lengths in mm, points
in LPS.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from . import objects
from .acquisition import AXIAL, Acquisition, Orientation, rotation_about
from .analytic import Ball, Block, Scene
from .dicom import SeriesTruth, write_series

SIGMA = 0.6
BALL = Ball((-7.5, 1.0, 0.5), 6.5)
BLOCK = Block((8.5, -1.5, 0.0), (9.0, 10.0, 12.0))
SCENE = Scene((BALL, BLOCK), sigma=SIGMA)
#: A second ball for what lies 64 mm further up.
FAR_BALL = Ball((2.0, -1.0, 64.0), 6.0)
SLICES, STEP, PIXEL = 34, 0.7, 0.6


def series(folder: Path, scene: Scene = SCENE, name: str = "case", **taken: Any) -> SeriesTruth:
    """Write the scene as one series with this module's usual matrix and steps."""
    usual = {
        "rows": 52,
        "columns": 60,
        "slices": SLICES,
        "pixel_spacing": (PIXEL, PIXEL),
        "steps": STEP,
    }
    return write_series(scene, Acquisition(**usual | taken), folder, name=name)


def axes_of(orientation: Orientation = AXIAL, tilt: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """Row, column and normal of the slices as the rows of a matrix."""
    return np.stack(Acquisition(orientation=orientation, tilt=tilt).axes)


def plain(**taken: Any) -> Callable[[Path], Any]:
    """The usual series, taken otherwise."""
    return lambda folder: series(folder, **taken)


def edited(change: Callable, **taken: Any) -> Callable[[Path], Any]:
    """The usual series, each file altered by ``change(dataset, index)``."""

    def write(folder: Path) -> None:
        series(folder, **taken)
        objects.edit(folder, change)

    return write


def with_tags(**values: Any) -> Callable:
    """A change that sets tags; None takes one away."""

    def change(dataset, _index: int) -> None:
        for keyword, value in values.items():
            if value is not None:
                setattr(dataset, keyword, value)
            elif keyword in dataset:
                delattr(dataset, keyword)

    return change


def joined(*parts: dict[str, Any]) -> Callable[[Path], Any]:
    """Several acquisitions in one series, in this order of files."""

    def write(folder: Path) -> None:
        folders = [folder / f"{index}" for index in range(len(parts))]
        for index, (part, own) in enumerate(zip(parts, folders, strict=True)):
            tags = {"AcquisitionNumber": index + 1} | part.get("tags", {})
            series(own, **{k: v for k, v in part.items() if k != "tags"}, tags=tags)
        objects.join(folder, folders)

    return write


def stretch(first: int, slices: int, above: float = 0.0, **more: Any) -> dict[str, Any]:
    """Slices ``first`` … of the usual stack, moved up by ``above`` mm."""
    usual = Acquisition(
        rows=52, columns=60, slices=SLICES, pixel_spacing=(PIXEL, PIXEL), steps=STEP
    )
    start = usual.positions[first] + [0.0, 0.0, above]
    return {"slices": slices, "first_position": tuple(start), **more}


def write_drifting(folder: Path) -> None:
    """Slices that turn by 0.25° each, about their middles; file names do not follow the stack."""
    middle = (SLICES - 1) / 2
    for index in range(SLICES):
        turn = rotation_about((1, 0.2, 0), 0.25 * (index - middle))
        series(
            folder / f"{(index * 7) % SLICES:02d}",
            slices=1,
            orientation=AXIAL.rotated(turn),
            center=(0.0, 0.0, STEP * (index - middle)),
            slice_tags={0: {"SOPInstanceUID": f"2.25.88{index:03d}", "InstanceNumber": index + 1}},
        )


def multi_frame(sop_class: str, **more: Any) -> Callable[[Path], Any]:
    """The usual slices as the frames of one object."""

    def write(folder: Path) -> None:
        series(folder)
        objects.multi_frame(folder, sop_class, **more)

    return write


def write_clutter(folder: Path) -> None:
    """The usual series with everything in it that is no slice of it."""
    series(folder)
    objects.add_clutter(folder)


def rescale_slices(dataset, index: int) -> None:
    """The same values stored with a slope and an intercept of each slice's own."""
    stored = np.frombuffer(dataset.PixelData, np.int16) * 1.0 - 1024
    slope, intercept = 0.5 + 0.01 * index, -1000.0 - index
    dataset.RescaleSlope, dataset.RescaleIntercept = f"{slope:g}", f"{intercept:g}"
    dataset.PixelData = np.rint((stored - intercept) / slope).astype(np.int16).tobytes()


def uneven_steps() -> tuple[float, ...]:
    """Random steps from 0.3 to 0.9 mm."""
    return tuple(np.round(np.random.default_rng(5).uniform(0.3, 0.9, SLICES - 1), 3).tolist())


def scene_of(contrast: float, background: float) -> tuple[Scene, Ball, Block]:
    """The usual objects in other values, for images that are not in HU."""
    ball = Ball(BALL.center, BALL.radius, contrast)
    block = Block(BLOCK.center, BLOCK.edges, contrast)
    return Scene((ball, block), background, SIGMA), ball, block
