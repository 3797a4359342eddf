"""One phantom of known size through every kind of acquisition that users meet.

A case writes one DICOM folder and says what it must become: volumes with their geometry, the
findings that tell what is unusual, or the refusal. The ball and the block are the same in
all of them, so that a wrong spacing, order or direction shows as a wrong size or place.
Lengths in mm, points in LPS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from . import objects
from .acquisition import (
    AXIAL,
    AXIAL_PRONE,
    CORONAL,
    FEET_FIRST,
    SAGITTAL,
    Acquisition,
    Orientation,
    rotation_about,
)
from .analytic import Ball, Block, Scene
from .making import (
    BALL,
    BLOCK,
    FAR_BALL,
    PIXEL,
    SIGMA,
    SLICES,
    STEP,
    axes_of,
    edited,
    joined,
    multi_frame,
    plain,
    rescale_slices,
    scene_of,
    series,
    stretch,
    uneven_steps,
    with_tags,
    write_clutter,
    write_drifting,
)


@dataclass(frozen=True)
class Becomes:
    """What one stack or section of a case must become.

    ``spacing`` is (i, j, k); ``source`` are values that the record's source part must hold.
    ``axes`` are the grid's i, j and k directions as the rows of a matrix.
    ``background`` is what surrounds the objects, ``fill`` what the volume has beyond the images.
    ``ball_mm`` is how far the ball's fitted radius and centre may be off; None: no size is
    claimed.
    """

    stack: int = 1
    section: int | str | None = None
    slices: int = SLICES
    spacing: tuple[float, float, float] = (PIXEL, PIXEL, STEP)
    axes: np.ndarray = field(default_factory=lambda: np.eye(3))
    interpolation: str = "none"
    ball: Ball = BALL
    block: Block | None = BLOCK
    background: float = -1000.0
    fill: float = -1000.0
    ball_mm: float | None = 0.02
    source: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """``write`` makes the folder; ``told`` are exactly the ids that are found (of the first
    volume); ``refused`` is the id of the refusal, ``says`` a
    part of its text; ``stacks`` and ``rejected`` are counts;
    ``before`` prepares a stack before it is loaded (what a person ordered)."""

    write: Callable[[Path], Any]
    told: frozenset[str] = frozenset()
    volumes: tuple[Becomes, ...] = (Becomes(),)
    refused: str | None = None
    says: str = ""
    stacks: int = 1
    rejected: int = 0
    order: str | None = None


_MR, _MR_BALL, _MR_BLOCK = scene_of(800.0, 50.0)
_BYTE, _BYTE_BALL, _BYTE_BLOCK = scene_of(200.0, 20.0)
_TWO = Scene((BALL, BLOCK, FAR_BALL), sigma=SIGMA)
#: What a second run shows of a patient who moved: something else where the first one ends.
_MOVED_BALL = Ball((2.0, -1.0, 20.5), 6.0)
_MOVED = Scene((_MOVED_BALL, Block((-8.0, 3.0, 9.0), (8.0, 8.0, 8.0))), sigma=SIGMA)
#: 18.5° about the rows, as a gantry tips.
_TILT = (0.0, 18.5)
_LOST = (0.0, -18.5)
#: Tipped planes whose headers call them straight.
_LOST_TILT = edited(
    with_tags(ImageOrientationPatient=["1", "0", "0", "0", "1", "0"]),
    tilt=_LOST,
    along="table",
    # As GE writes it: plus tips the upper edge of the images along row × column.
    tilt_tag=18.5,
)


def _becomes(**more: Any) -> tuple[Becomes, ...]:
    return (Becomes(**more),)


def _by_hand() -> tuple[Becomes, ...]:
    """Entered slices begin at the origin: the objects lie where they lie from the first voxel."""
    first = np.array(stretch(0, 1)["first_position"])
    ball = Ball(tuple(BALL.center - first), BALL.radius)
    return _becomes(ball=ball, block=Block(tuple(BLOCK.center - first), BLOCK.edges))


_BY_HAND = _by_hand()


def _tilted(tilt: tuple[float, float], **more: Any) -> Case:
    degrees = float(Acquisition(tilt=tilt).tilt_deg)
    return Case(
        plain(tilt=tilt, **more),
        frozenset({"tilted"}),
        _becomes(axes=axes_of(tilt=tilt), interpolation="linear", source={"tilt_deg": degrees}),
    )


def _oriented(orientation: Orientation, **more: Any) -> Case:
    slices = more.get("slices", SLICES)
    return Case(
        plain(orientation=orientation, **more),
        volumes=_becomes(axes=axes_of(orientation), slices=slices),
    )


def _valued(
    scene: Scene,
    ball: Ball,
    block: Block,
    change: Callable,
    told: frozenset[str] = frozenset(),
    fill: float = -1000.0,
) -> Case:
    def write(folder: Path) -> None:
        series(folder, scene, intercept=0.0)
        objects.edit(folder, change)

    volumes = _becomes(ball=ball, block=block, background=scene.background, fill=fill)
    return Case(write, told, volumes)


CASES: dict[str, Case] = {
    "regular": Case(plain()),
    "tilted": _tilted(_TILT, tilt_tag="present"),
    "tilted the other way": _tilted((0.0, -18.5), tilt_tag="present"),
    "tilted about the columns": _tilted((12.0, 0.0)),
    "irregular": Case(
        plain(steps=uneven_steps()),
        frozenset({"irregular"}),
        _becomes(spacing=(PIXEL, PIXEL, PIXEL), interpolation="linear", source={"step_mm": None}),
    ),
    "tilted and irregular": Case(
        plain(tilt=_TILT, steps=uneven_steps()),
        frozenset({"tilted", "irregular"}),
        _becomes(spacing=(PIXEL, PIXEL, PIXEL), interpolation="linear", axes=axes_of(tilt=_TILT)),
    ),
    "rounded positions": Case(
        plain(slices=42, steps=0.58, position_decimals=1),
        frozenset({"rounded_positions"}),
        _becomes(slices=42, spacing=(PIXEL, PIXEL, 0.58)),
    ),
    "sections with a gap": Case(
        joined(
            {"scene": _TWO, **stretch(0, SLICES)},
            {"scene": _TWO, **stretch(0, SLICES, 64.0)},
        ),
        frozenset({"sectioned"}),
        (
            Becomes(section=1, source={"sections": 2, "section": 1}),
            Becomes(section=2, ball=FAR_BALL, block=None, source={"section": 2}),
            Becomes(
                section="merged",
                slices=2 * SLICES,
                interpolation="linear",
                source={"sections": 2, "section": 0},
            ),
        ),
    ),
    "three runs in file order": Case(
        joined(stretch(23, 11), stretch(0, 12), stretch(12, 11)),
    ),
    "abutting parts": Case(
        joined(stretch(0, 17), stretch(17, 17, 0.2)),
        frozenset({"irregular", "thickness_tag"}),
        _becomes(interpolation="linear"),
    ),
    "overlapping parts": Case(
        joined(stretch(0, 20), stretch(14, 20)),
        frozenset({"joined_runs"}),
        _becomes(),
    ),
    "overlapping parts of a patient who moved": Case(
        joined(stretch(0, SLICES), {"scene": _MOVED, **stretch(28, SLICES)}),
        frozenset({"sectioned"}),
        (
            Becomes(section=1, source={"sections": 2, "section": 1}),
            Becomes(section=2, ball=_MOVED_BALL, block=None, source={"section": 2}),
        ),
    ),
    "missing slice": Case(
        plain(drop=(9,)),
        frozenset({"gap", "irregular", "thickness_tag"}),
        _becomes(slices=SLICES - 1, interpolation="linear", source={"missing": 1}),
    ),
    "equal duplicates": Case(
        plain(duplicate=(4, 5, 20)),
        frozenset({"duplicate_positions"}),
        _becomes(source={"duplicates": 3}),
    ),
    "two kernels": Case(
        joined(
            {"tags": {"ConvolutionKernel": "SHARP"}},
            {"tags": {"ConvolutionKernel": "SOFT", "AcquisitionNumber": 1}, "slices": 34},
        ),
        frozenset({"mixed"}),
        (
            Becomes(stack=1, source={"kernel": "SHARP", "told_apart": "kernel SHARP"}),
            Becomes(stack=2, source={"kernel": "SOFT", "told_apart": "kernel SOFT"}),
        ),
        stacks=2,
    ),
    "two acquisitions": Case(
        joined({"noise": 5.0}, {"noise": 5.0, "seed": 1}),
        frozenset({"mixed"}),
        (Becomes(stack=1), Becomes(stack=2)),
        stacks=2,
    ),
    "two orientations": Case(
        joined({"slices": SLICES}, {"slices": 30, "tilt": (0.0, 9.0)}),
        frozenset({"mixed"}),
        (
            Becomes(stack=1),
            Becomes(
                stack=2,
                slices=30,
                axes=axes_of(tilt=(0.0, 9.0)),
                interpolation="linear",
                source={"tilt_deg": 9.0},
            ),
        ),
        stacks=2,
    ),
    "drifting orientation": Case(
        write_drifting,
        frozenset({"drifting"}),
        _becomes(interpolation="linear, slice by slice"),
    ),
    "scout, dose report, screenshot and reformats": Case(write_clutter, rejected=5),
    "enhanced multi-frame": Case(multi_frame(objects.ENHANCED_CT)),
    "multi-frame capture with geometry": Case(multi_frame(objects.MULTI_FRAME_WORD_CAPTURE)),
    "multi-frame capture without geometry": Case(
        multi_frame(objects.MULTI_FRAME_WORD_CAPTURE, geometry=False),
        volumes=(),
        refused="no series",
        says="its pixels have no size",
        rejected=1,
    ),
    "anisotropic pixels": Case(
        plain(pixel_spacing=(0.6, 0.5), columns=72),
        volumes=_becomes(spacing=(0.5, 0.6, STEP)),
    ),
    "changing pixel spacing": Case(
        joined({"slices": SLICES}, {"slices": 30, "pixel_spacing": (0.7, 0.7)}),
        frozenset({"mixed"}),
        (Becomes(stack=1), Becomes(stack=2, slices=30, spacing=(0.7, 0.7, STEP))),
        stacks=2,
    ),
    "contradicting pixel spacing": Case(
        plain(tags={"ImagerPixelSpacing": ["0.9", "0.9"]}), frozenset({"pixel_spacing_tag"})
    ),
    "rescaled slice by slice": Case(edited(rescale_slices)),
    "unsigned pixels": Case(plain(signed=False)),
    "padding around the field": Case(
        plain(circular_field=True, padding=-2000, tilt=_TILT, rows=60, columns=72),
        frozenset({"tilted"}),
        _becomes(axes=axes_of(tilt=_TILT), interpolation="linear"),
    ),
    "8 bits": _valued(_BYTE, _BYTE_BALL, _BYTE_BLOCK, lambda one, _: objects.set_bits(one, 8)),
    "32 bits": _valued(_BYTE, _BYTE_BALL, _BYTE_BLOCK, lambda one, _: objects.set_bits(one, 32)),
    "compressed without loss (RLE)": Case(edited(lambda one, _: objects.compress_rle(one))),
    "compressed without loss (JPEG 2000)": Case(
        edited(lambda one, _: objects.compress_j2k(one), signed=False)
    ),
    "lost tilt": Case(_LOST_TILT, frozenset({"tilt_tag", "thickness_tag"}), _becomes(ball_mm=None)),
    "lost tilt, applied": Case(
        _LOST_TILT,
        frozenset({"tilted", "applied_tilt"}),
        _becomes(
            axes=axes_of(tilt=_LOST),
            spacing=(PIXEL, PIXEL, STEP * float(np.cos(np.radians(_LOST[1])))),
            interpolation="linear",
            source={"applied_tilt_deg": 18.5},
        ),
        order="apply tilt",
    ),
    "no orientation": Case(
        edited(with_tags(ImageOrientationPatient=None)),
        volumes=(),
        refused="invalid_geometry",
        says="ImageOrientationPatient is missing",
        rejected=SLICES,
    ),
    "no orientation, entered by hand": Case(
        edited(with_tags(ImageOrientationPatient=None)),
        frozenset({"entered_geometry"}),
        _BY_HAND,
        order="entered",
    ),
    "absurd pixel spacing": Case(
        edited(with_tags(PixelSpacing=["0", "0"])),
        volumes=(),
        refused="invalid_geometry",
        says="PixelSpacing is 0, 0: not positive",
        rejected=SLICES,
    ),
    "absurd pixel spacing, entered by hand": Case(
        edited(with_tags(PixelSpacing=["0", "0"])),
        frozenset({"entered_geometry"}),
        _BY_HAND,
        order="entered",
    ),
    "all positions equal": Case(
        edited(with_tags(ImagePositionPatient=["0", "0", "0"], SliceLocation=None)),
        volumes=(),
        refused="invalid_geometry",
        says="all 34 claim the same position",
    ),
    "all positions equal, entered by hand": Case(
        edited(with_tags(ImagePositionPatient=["0", "0", "0"], SliceLocation=None)),
        frozenset({"entered_geometry"}),
        _BY_HAND,
        order="entered",
    ),
    "MR": _valued(
        _MR,
        _MR_BALL,
        _MR_BLOCK,
        with_tags(Modality="MR", SOPClassUID=objects.MR_IMAGE, RescaleType=None),
        fill=50.0,
    ),
    "PET": _valued(
        _MR,
        _MR_BALL,
        _MR_BLOCK,
        with_tags(Modality="PT", SOPClassUID=objects.PET_IMAGE, Units="BQML", RescaleType=None),
        frozenset({"suv"}),
        fill=50.0,
    ),
    "feet first": _oriented(FEET_FIRST),
    "prone": _oriented(AXIAL_PRONE),
    "sagittal": _oriented(SAGITTAL, slices=46),
    "coronal": _oriented(CORONAL),
    "turned in space": _oriented(AXIAL.rotated(rotation_about((1, 2, 3), 25)), slices=46, rows=68),
}
