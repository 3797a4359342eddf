"""One model against another: distances, and what was done to it on the whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..core.errors import MeshError
from ..core.phrases import _
from ..core.progress import Progress, part, report
from ..mesh.proximity import SurfaceSearch
from ..mesh.sampling import Cloud, Surface, mapped
from ..mesh.triangle_mesh import TriangleMesh
from .deformation import Parts, ShapeFit, fit_rigid, fit_shape, sheared, stretched, stretched_after
from .findings import findings
from .local import Local, local_differences, without_counterpart
from .registration import FIXED, MOVING, Alignment, align_clouds
from .result import ERRORS, LEAST_SKEW, UNITS_MM, Comparison, Shape

#: Points spread over the model by area; the distances are theirs.
SAMPLES = 60_000
_FIT_SAMPLES = 15_000
_PATCH_SAMPLES = 120_000
_BACK_SAMPLES = 40_000
#: Beyond these ratios of size a unit was mistaken, or the model was made to another scale.
_FACTORS = (*UNITS_MM, *(1 / value for value in UNITS_MM))
_UNIT_FROM = 3.0
_UNIT_AGREES = 0.1
#: A misfit above this asks for another size, which must be so new and so much better.
_POOR = 0.15
_FLAT, _FLAT_SAMPLES = 1e-6, 10_000
#: Where the median of so many distances is above this share of the size, fewer points do.
_LOOK, _FAR, _FAR_SAMPLES = 200, 0.1, 3_000
_NEW_SCALE = 0.03
_BETTER = 0.7
_LEAST_PAIRED = 0.15
_MOST_SCATTER = 0.01
_LEAST_SHIFT_MM, _LEAST_SHIFT = 0.05, 2e-4


def compare(
    model: TriangleMesh,
    reference: TriangleMesh,
    align: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """Compare two surfaces, LPS mm.

    What was done to the whole model (unit, mirror, motion, scale, skew) is looked for
    whether ``align`` is set or not. A mistaken unit and a mirror are undone before the
    distances are taken, and said; a motion is undone with ``align`` only; a scale never.

    :raises MeshError: one of the two has no surface.
    :raises Cancelled: progress asked for it.
    """
    for mesh in (model, reference):
        if len(mesh.triangles) == 0:
            raise MeshError(_("the model has no surface"), remedy=_("Choose another file"))
    report(progress, 0.0, _("Preparing the models"))
    own, other = Surface(model), Surface(reference)
    search = SurfaceSearch(other)
    prior, placed, flip, axis, fit = 1.0, np.eye(4), np.eye(3), None, None
    flat = _is_flat(own) != _is_flat(other)
    if not flat:
        prior, alignment = _placed(own, other, part(progress, 0.15, 0.5))
        placed = alignment.transform @ _linear(prior * np.eye(3))
        flip, axis = _flip(alignment)
        fit = _fit(own, search, placed, part(progress, 0.5, 0.6))
        if alignment.misfit > _POOR and not alignment.mirrored:
            placed, fit = _unturned(own, search, placed, fit, part(progress, 0.6, 0.65))
    shape, factor, transform = None, 1.0, np.eye(4)
    if fit is not None:
        factor = _unit(prior, fit)
        transform = _undone(own, fit.affine @ placed, factor * flip)
        shape = _shape(own, search, fit, placed, transform)
        transform = shape.rigid if align else transform
    report(progress, 0.7, _("Measuring distances"))
    samples = own.samples(_FLAT_SAMPLES if flat else SAMPLES)[0]
    distances = search.nearest(_enough(mapped(samples, transform), search)).signed
    given = None
    if not np.array_equal(transform, np.eye(4)):
        given = search.nearest(_enough(samples, search)).signed
    local, missing = None, 0.0
    if shape is not None:
        local, missing = _local(own, search, shape, part(progress, 0.75, 1.0))
    found = Comparison(
        aligned=align and shape is not None,
        transform=transform,
        unit_factor=factor,
        mirrored=None if shape is None else axis,
        distances_mm=distances,
        as_given_mm=given,
        shape=shape,
        local=local,
        missing=missing,
        measures={"model": _measures(own), "reference": _measures(other)},
    )
    return replace(found, findings=findings(found))


def comparison_map(
    model: TriangleMesh,
    reference: TriangleMesh,
    transform: np.ndarray,
    progress: Progress | None = None,
) -> np.ndarray:
    """Signed distance (N,) of each of the model's points to the reference, mm, positive outside.

    :param transform: 4×4 put on the model first, as ``Comparison.transform``.
    :raises Cancelled: progress asked for it.
    """
    from scipy.spatial import cKDTree

    points = mapped(model.points, np.asarray(transform))
    search = SurfaceSearch(Surface(reference))
    measured = _enough(points, search)
    distances = search.nearest(measured, progress).signed
    if len(measured) < len(points):  # far away: the distance beside each will do
        return distances[cKDTree(measured).query(points)[1]]
    return distances


def _enough(points: np.ndarray, search: SurfaceSearch) -> np.ndarray:
    """Points (N, 3) that are to be measured, or fewer of them where most are far away.

    From there a point sees much of the surface at nearly one distance: each costs up to a
    thousand times more than beside the surface, and tells less.
    """
    if len(points) <= _FAR_SAMPLES:
        return points
    look = search.nearest(points[:: len(points) // _LOOK]).signed
    if np.median(np.abs(look)) < _FAR * search.surface.size:
        return points
    return points[:: -(-len(points) // _FAR_SAMPLES)]


def _placed(
    model: Surface, reference: Surface, progress: Progress | None
) -> tuple[float, Alignment]:
    """The scale that brings the model to the reference's size, and its alignment.

    Parts of a model are commoner than models to another scale: only where the two do not
    fit as they are another size is tried.
    """
    moving, fixed = model.cloud(MOVING), reference.cloud(FIXED)
    ratios = (_spread(moving) / _spread(fixed), float(np.sqrt(model.area / reference.area)))
    middle = float(np.sqrt(ratios[0] * ratios[1]))
    tries = [1.0]
    if not 1 / _UNIT_FROM < middle < _UNIT_FROM:
        tries = [min(_FACTORS, key=lambda factor: abs(np.log(factor * middle)))]
    tries += [1 / ratio for ratio in ratios]
    best: tuple[float, Alignment] | None = None
    for number, scale in enumerate(tries):
        if best is not None and abs(np.log(scale / best[0])) < _NEW_SCALE:
            continue
        scaled = replace(moving, points=moving.points * scale)
        steps = part(progress, number / len(tries), (number + 1) / len(tries))
        wanted = 1.0 if best is None else best[1].misfit
        found = align_clouds(scaled, fixed, reference.size, steps, wanted)
        if best is None or found.misfit < _BETTER * best[1].misfit:
            best = (scale, found)
        if best[1].misfit < _POOR:
            break
    assert best is not None
    return best


def _is_flat(surface: Surface) -> bool:
    """Whether it lies in a plane, as one triangle does: no turn brings it onto a body."""
    points = surface.samples(2000)[0]
    widths = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return bool(widths[2] <= _FLAT * widths[0])


def _spread(points: Cloud) -> float:
    """Root mean square distance from the middle, mm."""
    return float(np.sqrt(points.points.var(axis=0).sum()))


def _flip(alignment: Alignment) -> tuple[np.ndarray, str | None]:
    """The axis whose mirroring leaves the least turn, as a 3×3 matrix and its name."""
    if not alignment.mirrored:
        return np.eye(3), None
    flips = [np.diag(np.where(np.arange(3) == axis, -1.0, 1.0)) for axis in range(3)]
    best = max(range(3), key=lambda axis: np.trace(alignment.transform[:3, :3] @ flips[axis]))
    return flips[best], "xyz"[best]


def _fit(
    model: Surface,
    search: SurfaceSearch,
    placed: np.ndarray,
    progress: Progress | None,
) -> ShapeFit | None:
    points = model.cloud(_FIT_SAMPLES).mapped(placed)
    fit = fit_shape(points, search, progress)
    if fit is None or fit.paired < _LEAST_PAIRED:
        return None
    return None if fit.scatter_mm > _MOST_SCATTER * search.surface.size else fit


def _unturned(
    model: Surface,
    search: SurfaceSearch,
    placed: np.ndarray,
    fit: ShapeFit | None,
    progress: Progress | None,
) -> tuple[np.ndarray, ShapeFit | None]:
    """The better of a fit and one that begins with the model as it stands, or moved only.

    A model that is badly skewed (a gantry tilt ignored) fits nowhere rigidly, and turned the
    wrong way round perhaps a little less badly than as it stands.
    """
    scale = float(np.cbrt(abs(np.linalg.det(placed[:3, :3]))))
    given = _linear(scale * np.eye(3))
    centred = given.copy()
    centred[:3, 3] = search.surface.middle - scale * model.middle
    found = [(placed, fit)]
    found += [(start, _fit(model, search, start, progress)) for start in (given, centred)]

    def quality(one: tuple[np.ndarray, ShapeFit | None]) -> float:
        if one[1] is None:
            return 0.0
        return one[1].paired / (one[1].scatter_mm + 1e-3 * search.surface.size)

    return max(found, key=quality)


def _unit(prior: float, fit: ShapeFit) -> float:
    """The factor that undoes a mistaken unit, or 1."""
    left = abs(np.log(np.linalg.det(fit.affine[:3, :3])) / 3)
    return prior if prior in _FACTORS and left < _UNIT_AGREES else 1.0


def _shape(
    model: Surface,
    search: SurfaceSearch,
    fit: ShapeFit,
    placed: np.ndarray,
    undone: np.ndarray,
) -> Shape:
    """:param undone: 4×4, unit and mirror."""
    onto = fit.affine @ placed

    def linear(affine: np.ndarray) -> np.ndarray:
        return undone[:3, :3] @ np.linalg.inv((affine @ placed)[:3, :3])

    parts, error, axes_of = _taken_apart(linear, fit)
    own = model.cloud(_FIT_SAMPLES).mapped(undone)
    rigid = fit_rigid(own, search, onto @ np.linalg.inv(undone)) @ undone
    return Shape(
        onto=onto,
        rigid=rigid,
        parts=parts,
        scale_error=error[0],
        skew_error=error[1],
        axes_of=axes_of,
        shift_mm=_shift(search.surface, fit, placed, undone),
        inflation_mm=fit.inflation_mm,
        scatter_mm=fit.scatter_mm,
    )


def _taken_apart(
    linear: Callable[[np.ndarray], np.ndarray], fit: ShapeFit
) -> tuple[Parts, tuple[np.ndarray, np.ndarray], str]:
    """The simplest reading: scale along the reference's axes, the model's, or with a skew."""
    for way in (stretched, stretched_after, sheared):

        def of(affine: np.ndarray, way: Callable[[np.ndarray], Parts] = way) -> np.ndarray:
            parts = way(linear(affine))
            return np.concatenate((parts.scale, parts.skew))

        error = fit.error(of)
        parts = way(linear(fit.affine))
        if (np.abs(parts.skew) <= np.maximum(LEAST_SKEW, ERRORS * error[3:])).all():
            break
    axes_of = "model" if way is stretched_after else "reference"
    return parts, (error[:3], error[3:]), axes_of


def _shift(reference: Surface, fit: ShapeFit, placed: np.ndarray, undone: np.ndarray) -> np.ndarray:
    """How far the model was moved beyond a turn or scale about its origin or its middle.

    :param undone: 4×4, unit and mirror.
    """
    kept = np.array((np.zeros(3), reference.middle, (reference.box[0] + reference.box[1]) / 2))

    def moved(affine: np.ndarray) -> np.ndarray:
        return mapped(kept, undone @ np.linalg.inv(affine @ placed)) - kept

    shifts = np.linalg.norm(moved(fit.affine), axis=1)
    errors = np.linalg.norm(fit.error(moved), axis=1)
    tolerance = np.maximum(max(_LEAST_SHIFT_MM, _LEAST_SHIFT * reference.size), ERRORS * errors)
    if (shifts < tolerance).any():
        return np.zeros(3)
    return moved(fit.affine)[shifts.argmin()]


def _undone(model: Surface, onto: np.ndarray, linear: np.ndarray) -> np.ndarray:
    """Unit and mirror undone (4×4), about the origin or the middle, whichever leads nearer.

    :param onto: 4×4, model → reference.
    :param linear: 3×3, unit and mirror.
    """
    origin, middle = _linear(linear), _linear(linear)
    middle[:3, 3] = np.abs(linear).max() * model.middle - linear @ model.middle
    point = model.middle[None]
    goal = mapped(point, onto)
    return min((origin, middle), key=lambda one: np.linalg.norm(mapped(point, one) - goal))


def _local(
    model: Surface,
    search: SurfaceSearch,
    shape: Shape,
    progress: Progress | None,
) -> tuple[Local, float]:
    """Local differences of the model under ``onto``, and the reference's lonely share."""
    reference = search.surface
    size, scatter = reference.size, shape.scatter_mm
    points = model.cloud(_PATCH_SAMPLES).mapped(shape.onto)
    near = search.nearest(points.points, part(progress, 0.0, 0.4))
    scale = float(np.cbrt(abs(np.linalg.det(shape.onto[:3, :3]))))
    area = model.area * scale**2
    local = local_differences(points, near, shape.inflation_mm, size, scatter, area)
    report(progress, 0.4, _("Looking for missing parts"))
    others = reference.samples(_BACK_SAMPLES)[0]
    # The model stays where it is; the reference's points are brought to it.
    back = SurfaceSearch(model).nearest(mapped(others, np.linalg.inv(shape.onto)))
    alone = without_counterpart(back.signed * scale, size, scatter)
    for patch in local.patches:  # what lies before a dent is not missing
        reach = patch.width_mm + abs(patch.depth_mm)
        alone &= np.linalg.norm(others - patch.place, axis=1) > reach
    return local, float(alone.mean())


def _measures(surface: Surface) -> dict[str, Any]:
    return {
        "triangles": len(surface.mesh.triangles),
        "extents_mm": (surface.box[1] - surface.box[0]).tolist(),
        "volume_mm3": surface.volume,
        "area_mm2": surface.area,
    }


def _linear(matrix: np.ndarray) -> np.ndarray:
    made = np.eye(4)
    made[:3, :3] = matrix
    return made
