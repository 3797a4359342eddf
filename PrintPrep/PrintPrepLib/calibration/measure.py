"""Calibration: an object of known size in the scan, and what it says of the scanner's scale.

The object's size comes from a fit to the grey values (``fit_edge``), never from a bounding
box: that grows with smoothing and with every speckle of noise. Nothing here ever rescales a
model: a calibration is a check.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import CalibrationError
from ..core.phrases import Phrase, _
from ..core.progress import Progress, part, report
from ..surface.threshold import automatic_threshold
from .edge_fit import Z_95, EdgeFit, Shape, fit_edge
from .object_fit import AXES, KIND_WORDS, KINDS, MODEL_MM, AxisScale, ObjectFit
from .scale import axis_scales
from .shapes import BallShape, BlockShape, CylinderShape, start_ball, start_block, start_cylinder
from .start import MARGIN_MM, SEARCH_MM, Start, crop_around, frame_of, rough_surface

if TYPE_CHECKING:
    from ..volume.regular_volume import RegularVolume

#: Slices thicker than this are not blurred like a normal distribution: lengths across them were
#: off by up to 0.033 mm at 2 mm (a box of one step, σ 0.3), more than the residuals tell.
_THIN_STEP_MM = 1.0
_THICK_MM_PER_MM = 0.04
#: An object that differs from its nominal size by more is another object.
_OTHER_SIZE = 0.1
_MOST_STRETCH = 0.05
_ISLANDS_TRIED = 12


@dataclass(frozen=True)
class _Lengths:
    """Lengths (n,) in mm along unit directions (n, 3) of the frame, with their covariance."""

    values: np.ndarray
    covariance: np.ndarray
    directions: np.ndarray


def fit_object(
    volume: RegularVolume,
    kind: str,
    place: tuple[float, float, float] | np.ndarray,
    nominal: tuple[float, ...] | None = None,
    nominal_uncertainty: float = 0.0,
    progress: Progress | None = None,
) -> ObjectFit:
    """Measure the object at a place.

    :param kind: ``ball``, ``block`` or ``cylinder``; solid, and brighter than what is around.
    :param place: a point inside it, LPS mm.
    :param nominal: its known size in mm (``KINDS`` says how many numbers), or None.
    :param nominal_uncertainty: 95 % half-width of the nominal sizes in mm.
    :raises CalibrationError: no such object is there, it is cut by the field, hollow, cut off
        in its grey values, or of another size.
    :raises Cancelled: progress asked for it.
    """
    _require(kind, nominal)
    report(progress, 0.0, _("Measuring the object"))
    frame = frame_of(volume)
    inside = np.linalg.solve(frame, [*np.asarray(place, float), 1.0])[:3]
    # A ball's diameter, else the diagonal.
    largest = None if nominal is None else float(np.linalg.norm(nominal))
    rough = rough_surface(volume, inside, largest)
    shape, start = _start(kind, rough, nominal)
    outer = _outer(kind, start)
    # A guess far off would make the crop, and the time, as large as the whole volume.
    if not (1.0 <= outer <= SEARCH_MM if largest is None else 0.6 <= 2 * outer / largest <= 1.6):
        raise CalibrationError(
            _("what lies here is no {kind} of that size, or it hangs together with other things"),
            remedy=_("Check the kind, the place and the nominal size of the object"),
            kind=Phrase(KIND_WORDS[kind]),
        )
    crop = crop_around(volume, start[:3], outer + MARGIN_MM)
    fit = fit_edge(shape, crop, start, rough.object_value, rough.background_value)
    if shape.depth(inside[None], fit.parameters)[0] < -2.0:
        raise CalibrationError(
            _("the object that was found does not hold the given place"),
            remedy=_("Give a place inside the object, in LPS millimetres"),
        )
    report(progress, 1.0, _("Object measured"))
    lengths = _lengths(shape, fit)
    # Thick slices add to the uncertainty across them.
    thick = _THICK_MM_PER_MM * max(volume.spacing_mm[2] - _THIN_STEP_MM, 0.0)
    added = np.diag((thick * np.abs(lengths.directions[:, 2]) / Z_95) ** 2)
    lengths = replace(lengths, covariance=lengths.covariance + added)
    return _result(kind, lengths, fit, frame, nominal, nominal_uncertainty)


def find_object(
    volume: RegularVolume,
    kind: str,
    nominal: tuple[float, ...],
    nominal_uncertainty: float = 0.0,
    progress: Progress | None = None,
) -> ObjectFit:
    """Look for the object of that kind whose size is nearest to the nominal one.

    Islands above the automatic threshold and above half the range of grey values are tried
    that fit the object by their extent and volume.

    :raises CalibrationError: there is none.
    :raises Cancelled: progress asked for it.
    """
    _require(kind, nominal)
    places = _islands(volume, kind, nominal, part(progress, 0.0, 0.5))
    best: ObjectFit | None = None
    error: CalibrationError | None = None
    least = np.inf
    for index, place in enumerate(places):
        report(progress, 0.5 + 0.5 * index / len(places), _("Measuring the object"))
        try:
            fit = fit_object(volume, kind, place, nominal, nominal_uncertainty)
        except CalibrationError as reason:
            error = error or reason
            continue
        off = float(np.abs(np.divide(fit.measured_mm, nominal) - 1).max())
        if best is None or off < least:
            best, least = fit, off
    if best is None:
        template, why = _("no {kind} of {sizes} mm was found"), Phrase("")
        if error is not None:
            template = _("no {kind} of {sizes} mm was found ({why})")
            why = Phrase(error.template, error.values)
        raise CalibrationError(
            template,
            remedy=_("Give a place inside it, in LPS millimetres"),
            kind=Phrase(KIND_WORDS[kind]),
            sizes=" × ".join(f"{size:g}" for size in nominal),
            why=why,
        )
    return best


def place_of(mask: np.ndarray, ijk_to_lps: np.ndarray) -> tuple[float, float, float]:
    """LPS mm of the middle of a segment [k, j, i], as ``place`` for ``fit_object``.

    :raises CalibrationError: the segment is empty.
    """
    voxels = np.argwhere(mask)
    if not len(voxels):
        raise CalibrationError(
            _("the segment is empty"), remedy=_("Choose the object's own segment")
        )
    middle = voxels.mean(axis=0)[::-1]
    return tuple((ijk_to_lps[:3, :3] @ middle + ijk_to_lps[:3, 3]).tolist())


def _require(kind: str, nominal: tuple[float, ...] | None) -> None:
    if kind not in KINDS:
        raise CalibrationError(
            _("objects of the kind {kind!r} cannot be measured"),
            remedy=_("Choose one of {kinds}"),
            kind=kind,
            kinds=", ".join(KINDS),
        )
    if nominal is not None and (len(nominal) != KINDS[kind] or min(nominal) <= 0):
        raise CalibrationError(
            _("the size of a {kind} takes {count} positive number(s)"),
            remedy=_(
                "Give a ball's diameter, a block's three edges, or a cylinder's diameter and length"
            ),
            kind=Phrase(KIND_WORDS[kind]),
            count=KINDS[kind],
        )


def _start(kind: str, rough: Start, nominal: tuple[float, ...] | None) -> tuple[Shape, np.ndarray]:
    if kind == "ball":
        return BallShape(), start_ball(rough.points, nominal[0] if nominal else None)
    if kind == "block":
        return start_block(rough.points, rough.normals)
    return start_cylinder(rough.points, rough.normals)


def _outer(kind: str, start: np.ndarray) -> float:
    """Radius of the sphere around the object."""
    if kind == "ball":
        return float(start[3:].max())
    if kind == "block":
        return 0.5 * float(np.linalg.norm(start[6:9]))
    return float(np.hypot(start[5], start[6] / 2))


def _lengths(shape: Shape, fit: EdgeFit) -> _Lengths:
    """What the object's scale rests on: its lengths along three directions."""
    parameters, covariance = fit.parameters, fit.covariance
    if isinstance(shape, BallShape):
        return _Lengths(2 * parameters[3:], 4 * covariance[3:, 3:], np.eye(3))
    if isinstance(shape, BlockShape):
        return _Lengths(parameters[6:], covariance[6:, 6:], shape.axes(parameters))
    assert isinstance(shape, CylinderShape)
    axis = shape.axis(parameters)
    turn = np.array([[2.0, 0.0], [2.0, 0.0], [0.0, 1.0]])
    sides = np.linalg.svd(axis[None])[2][1:]
    return _Lengths(
        turn @ parameters[5:7],
        turn @ covariance[5:7, 5:7] @ turn.T,
        np.vstack([sides, axis]),
    )


def _result(
    kind: str,
    lengths: _Lengths,
    fit: EdgeFit,
    frame: np.ndarray,
    nominal: tuple[float, ...] | None,
    nominal_uncertainty: float,
) -> ObjectFit:
    # Rows of ``sizes`` make what is reported of the three lengths.
    if kind == "ball":
        if np.ptp(lengths.values) > _MOST_STRETCH * lengths.values.mean():
            raise CalibrationError(
                _("the object is not round: its diameters differ by {differ:.2f} mm"),
                remedy=_("Check the kind of the object"),
                differ=float(np.ptp(lengths.values)),
            )
        sizes = np.full((1, 3), 1 / 3)
    elif kind == "block":
        sizes = _in_order(lengths.values, nominal)
    else:
        sizes = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    measured = sizes @ lengths.values
    variance = np.diag(sizes @ lengths.covariance @ sizes.T)
    rotation = frame[:3, :3]
    if nominal is not None and np.abs(measured / np.asarray(nominal) - 1).max() > _OTHER_SIZE:
        raise CalibrationError(
            _(
                "the {kind} at this place measures {sizes} mm, more than {percent:.0f} % away "
                "from its nominal size"
            ),
            remedy=_("Check the nominal size and the place"),
            kind=Phrase(KIND_WORDS[kind]),
            sizes=" × ".join(f"{size:.2f}" for size in measured),
            percent=100 * _OTHER_SIZE,
        )
    return ObjectFit(
        kind=kind,
        nominal_mm=None if nominal is None else tuple(map(float, nominal)),
        measured_mm=tuple(measured.tolist()),
        uncertainty_mm=tuple(_expanded(variance).tolist()),
        center_mm=tuple((rotation @ fit.parameters[:3] + frame[:3, 3]).tolist()),
        center_covariance_mm2=tuple(
            map(tuple, (rotation @ fit.covariance[:3, :3] @ rotation.T).tolist())
        ),
        blur_mm=fit.blur,
        object_value=fit.object_value,
        background_value=fit.background_value,
        residual=fit.residual,
        noise=fit.noise,
        left_out=fit.left_out,
        points=fit.points,
        scale=dict.fromkeys(AXES)
        if nominal is None
        else _scale(lengths, sizes, nominal, nominal_uncertainty, rotation),
    )


def _expanded(variance: np.ndarray) -> np.ndarray:
    """95 % half-widths from variances, with what the model itself may be wrong."""
    return np.sqrt(Z_95**2 * variance + MODEL_MM**2)


def _in_order(edges: np.ndarray, nominal: tuple[float, ...] | None) -> np.ndarray:
    """A permutation matrix that puts edges in the order of the nominal ones."""
    if nominal is None:
        return np.eye(3)
    order = min(
        itertools.permutations(range(3)),
        key=lambda p: float(np.abs(edges[list(p)] / np.asarray(nominal) - 1).sum()),
    )
    return np.eye(3)[list(order)]


def _scale(
    lengths: _Lengths,
    sizes: np.ndarray,
    nominal: tuple[float, ...],
    nominal_uncertainty: float,
    rotation: np.ndarray,
) -> dict[str, AxisScale | None]:
    known = (sizes > 0).T.astype(float) @ np.asarray(nominal, float)
    if sizes.shape[0] == 2:  # a cylinder's first two lengths are its diameter
        known = np.array([nominal[0], nominal[0], nominal[1]], float)
    half = _expanded(np.diag(lengths.covariance))
    uncertainty = np.hypot(half, nominal_uncertainty) / known
    return axis_scales(lengths.directions @ rotation.T, lengths.values / known, uncertainty)


def _islands(
    volume: RegularVolume, kind: str, nominal: tuple[float, ...], progress: Progress | None
) -> list[np.ndarray]:
    """LPS (3,) of the middles of islands that could be the object, the likeliest first."""
    from scipy.ndimage import find_objects, label

    voxel = float(np.prod(volume.spacing_mm))
    truth, longest = _volume(kind, nominal), float(np.linalg.norm(nominal)) + 3.0
    low, high = float(volume.voxels.min()), float(volume.voxels.max())
    if low == high:
        return []
    levels = (automatic_threshold(volume.voxels, volume.background), (low + high) / 2)
    found: list[tuple[float, np.ndarray]] = []
    for turn, level in enumerate(levels):
        report(progress, turn / len(levels), _("Looking for the object"))
        labels = label(volume.voxels > level)[0]
        for number, box in enumerate(find_objects(labels), 1):
            extents = np.array([s.stop - s.start for s in box[::-1]]) * volume.spacing_mm
            if extents.max() > longest or np.prod(extents) < 0.5 * truth:
                continue
            mask = labels[box] == number
            ratio = np.count_nonzero(mask) * voxel / truth
            if not 0.6 < ratio < 1.6:
                continue
            middle = np.argwhere(mask).mean(axis=0) + [s.start for s in box]
            found.append((abs(np.log(ratio)), middle[::-1]))
    found.sort(key=lambda item: item[0])
    matrix = volume.ijk_to_lps
    return [matrix[:3, :3] @ ijk + matrix[:3, 3] for off, ijk in found[:_ISLANDS_TRIED]]


def _volume(kind: str, nominal: tuple[float, ...]) -> float:
    """mm³"""
    if kind == "ball":
        return np.pi / 6 * nominal[0] ** 3
    if kind == "block":
        return float(np.prod(nominal))
    return np.pi / 4 * nominal[0] ** 2 * nominal[1]
