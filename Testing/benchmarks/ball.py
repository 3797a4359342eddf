"""Balls of known size under tilt and uneven steps: how far the STL is from the truth."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from phantoms.acquisition import (
    AXIAL,
    CORONAL,
    FEET_FIRST,
    SAGITTAL,
    Acquisition,
    rotation_about,
)
from phantoms.analytic import Ball, Scene, half_contrast_radius
from phantoms.dicom import SeriesTruth, write_series
from phantoms.measure import RadialError, Surface, fit_sphere, radial_error, read_stl

from . import dcm2niix_side, printprep_side, slicer_side
from .isosurface import isosurface
from .table import Other, Row

RADIUS, SIGMA, PIXEL, STEP = 20.0, 0.5, 0.488, 0.632
CENTER = (21.37, -26.81, 7.43)
LEVEL = 200.0
TRUTH = half_contrast_radius(RADIUS, SIGMA)
TILTS = (0.0, 8.5, -8.5, 18.5, -18.5, 24.0, -24.0)


def scene() -> Scene:
    """One ball of bone in air; 200 HU is half contrast."""
    return Scene([Ball(CENTER, RADIUS)], sigma=SIGMA)


def acquisition(tilt: float, steps=STEP, along: str = "normal") -> Acquisition:
    """The scan of the ball: planes tipped by ``tilt``, table along z."""
    count = 150 if np.isscalar(steps) else len(steps) + 1
    return Acquisition(
        rows=224,
        columns=224,
        slices=count,
        pixel_spacing=(PIXEL, PIXEL),
        steps=steps,
        along=along,
        tilt=(0.0, tilt),
        tilt_tag="present",
    )


def tilts() -> Iterator[Row]:
    """Equal steps at seven tilts, steps counted along the normal and along the table."""
    for along in ("normal", "table"):
        for tilt in TILTS:
            if along == "table" and tilt == 0:
                continue
            name = f"ball, tilt {tilt:+.1f}°, step {STEP} mm along the {along}"
            yield _row(name, acquisition(tilt, along=along), 0.006)


def random_steps() -> Iterator[Row]:
    """Steps drawn from 0.3 to 0.9 mm, without and with tilt."""
    for seed, tilt in enumerate((0.0, 18.5, -24.0)):
        steps = np.random.default_rng(seed).uniform(0.3, 0.9, 150)
        name = f"ball, steps 0.3 … 0.9 mm at random, tilt {tilt:+.1f}°"
        yield _row(name, acquisition(tilt, tuple(steps)), 0.010)


def orientations() -> Iterator[Row]:
    """The same bar for scans of other orientation, order and tilt axis."""
    turned = AXIAL.rotated(rotation_about((1, 2, -1), 17.0))
    for name, changes in {
        "tilt about the column axis 18.5°": {"tilt": (18.5, 0.0)},
        "tilt about both axes 12°, -15°": {"tilt": (12.0, -15.0)},
        "feet first, tilt 18.5°": {"orientation": FEET_FIRST, "tilt": (0.0, 18.5)},
        "sagittal, tilt -18.5°": {"orientation": SAGITTAL, "tilt": (0.0, -18.5)},
        "coronal, tilt 24°": {"orientation": CORONAL, "tilt": (24.0, 0.0), "slices": 200},
        "rotated, no tilt": {"orientation": turned},
        "reversed order, tilt 18.5°": {"order": "reversed", "tilt": (0.0, 18.5)},
        "table askew, planes upright, 18.5°": {"tilts": "table", "tilt": (0.0, 18.5)},
        "positions written with one decimal, step 0.58": {
            "steps": 0.58,
            "position_decimals": 1,
            "center": (0.0, 0.0, 0.013),
        },
        "noise of 20 HU (no bar), tilt 18.5°": {"tilt": (0.0, 18.5), "noise": 20.0},
    }.items():
        row = _row(f"ball, {name}", replace(acquisition(0.0), **changes), 0.006, brief=True)
        # Noise moves the surface itself, so no bar of geometry applies.
        yield replace(row, bar="", met=None) if "noise" in changes else row


def _row(name: str, taken: Acquisition, bar: float, brief: bool = False) -> Row:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        truth = write_series(scene(), taken, folder / "series")
        volume = printprep_side.load(folder / "series")
        surface = read_stl(printprep_side.stl(volume, LEVEL, folder / "p.stl"))
        others = [_plain(truth)] if brief else _others(truth, folder)
    mine, note = _error(surface), ""
    if not brief:
        note = (
            f"mean {mine.mean:+.4f}; vertices alone: mean {mine.vertex_mean:+.4f}, "
            f"RMS {mine.vertex_rms:.4f}; half contrast lies {TRUTH - RADIUS:+.4f} mm from R"
        )
    if taken.position_decimals is not None:
        # No program can know the place better than it was written: judge the shape.
        own, _ = fit_sphere(surface.points)
        note = f"about its own centre, {np.linalg.norm(own - CENTER):.3f} mm off; where it is "
        note += f"placed {mine.rms:.4f} mm"
        mine = radial_error(surface, own, TRUTH)
    return Row(
        name,
        mine.rms,
        "mm",
        [Other(label, value) for label, value in others],
        f"≤ {bar:.3f} mm",
        mine.rms <= bar,
        note,
    )


def _error(surface: Surface) -> RadialError:
    return radial_error(surface, CENTER, TRUTH)


def _plain(truth: SeriesTruth) -> tuple[str, float]:
    """Nothing resampled: the isosurface of the voxels as they are, through their affine."""
    read = slicer_side.read_series(truth.files)
    surface = isosurface(read.voxels, read.ijk_to_lps, LEVEL)
    return "isosurface, exact affine", _error(surface).rms


def _others(truth: SeriesTruth, folder: Path) -> list[tuple[str, float]]:
    """Slicer on the volume as read and after hardened correction; dcm2niix; plain affine."""
    taken = truth.acquisition
    read = slicer_side.read_series(truth.files)
    steps = taken.normal_steps
    even = np.ptp(steps) < 1e-9
    label = "Slicer default, sheared volume" if even else "Slicer default, mean step"
    sheared = slicer_side.threshold_stl(read, LEVEL, folder / "sheared")
    found = [(label, _error(read_stl(sheared)).rms)]
    if taken.tilt_deg > 0 or not even:
        corners = slicer_side.slice_corners(
            truth.positions,
            truth.row,
            truth.column,
            (taken.rows, taken.columns),
            taken.pixel_spacing,
        )
        corrected = slicer_side.hardened(slicer_side.orthogonal(read, steps), corners)
        path = slicer_side.threshold_stl(corrected, LEVEL, folder / "hardened")
        found.append(("Slicer default, hardened correction", _error(read_stl(path)).rms))
    found += _dcm2niix(folder)
    if even:
        found.append(_plain(truth))
    return found


def _dcm2niix(folder: Path) -> list[tuple[str, float]]:
    images = dcm2niix_side.convert(folder / "series", folder / "nii")
    image = dcm2niix_side.read_nifti(dcm2niix_side.corrected(images))
    surface = isosurface(image.voxels, image.ijk_to_lps, LEVEL)
    placed = ("dcm2niix + isosurface", _error(surface).rms)
    own, _ = fit_sphere(surface.points)
    away = float(np.linalg.norm(own - CENTER))
    if away < 0.05:
        return [placed]
    # It puts one sign of tilt in the wrong place; its shape deserves a figure of its own.
    shape = radial_error(surface, own, TRUTH).rms
    return [(f"{placed[0]}, {away:.1f} mm misplaced", shape)]
