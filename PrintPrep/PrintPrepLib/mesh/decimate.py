"""Fewer triangles for the same surface, which stays closed and where it was.

Edges are drawn together to a point where the planes of the triangles around them are
nearest (Garland and Heckbert 1997), the cheapest first, many at a time where they do not
touch each other. An edge is left alone where drawing it together would join or tear the
surface (its ends share more than two neighbours) or fold it. VTK's filters do not look:
on a skull they leave dozens of open and multiple edges.
"""

from __future__ import annotations

import math

import numpy as np

from .collapse import apply, edges_of, independent, placed, quadrics, sound
from .deviation import Deviation, deviation
from .errors import MeshError
from .mesh import TriangleMesh, edge_faults
from .progress import Progress, part, report

#: No surface gets along with less than a hundredth of its triangles.
LARGEST_REDUCTION = 0.99
#: How often the work is done anew, more carefully, when the surface has moved too far.
_ATTEMPTS = 4
#: A round that finds fewer edges than this share of all triangles has come to an end.
_EXHAUSTED = 0.002


def decimate(
    mesh: TriangleMesh,
    reduction: float,
    maximum_error_mm: float = 0.1,
    *,
    progress: Progress | None = None,
) -> tuple[TriangleMesh, Deviation]:
    """Remove triangles until a share is gone, or more would move the surface too far.

    Closed surfaces stay closed, shells stay apart and hollows stay, rims and edges of more
    than two triangles stay as they are.

    :param mesh: LPS mm.
    :param reduction: share of the triangles to remove at most, 0 to 0.99.
    :param maximum_error_mm: bound on the deviation's ``max_mm``.
    :return: the surface, and how far it lies from ``mesh``.
    :raises MeshError: the mesh has no surface, a number is out of range, or no triangle can
        be removed within the bound.
    :raises Cancelled: progress asked for it.
    """
    if not 0 <= reduction <= LARGEST_REDUCTION:
        raise MeshError(
            f"the share of triangles to remove must lie between 0 and {LARGEST_REDUCTION:.0%}",
            remedy="Choose a smaller share",
        )
    if not (math.isfinite(maximum_error_mm) and maximum_error_mm > 0):
        raise MeshError(
            "the largest deviation must be a positive number", remedy="0.1 mm is a good start"
        )
    if len(mesh.triangles) == 0:
        raise MeshError("the model has no surface", remedy="Check the threshold")
    before = edge_faults(mesh)
    # What is followed from edge to edge are corners; between them a little more can come about.
    tolerance = 0.85 * maximum_error_mm
    for attempt in range(_ATTEMPTS):
        start, end = attempt / _ATTEMPTS, (attempt + 1) / _ATTEMPTS
        middle = start + 0.7 * (end - start)
        changed = _collapsed(mesh, reduction, tolerance, part(progress, start, middle))
        if edge_faults(changed) != before:
            raise MeshError(
                "the surface would not stay closed with fewer triangles",
                remedy="Keep all triangles, or smooth the surface first",
            )
        found = deviation(changed, mesh, part(progress, middle, end))
        if found.max_mm <= maximum_error_mm:
            report(progress, 1.0, "Reducing")
            return changed, found
        tolerance *= 0.7 * maximum_error_mm / found.max_mm
    raise MeshError(
        f"no triangles can be removed without moving the surface by more than "
        f"{maximum_error_mm:g} mm",
        remedy="Allow a larger deviation, or keep all triangles",
    )


def _collapsed(
    mesh: TriangleMesh, reduction: float, tolerance: float, progress: Progress | None
) -> TriangleMesh:
    """The mesh with edges drawn together until enough triangles are gone."""
    # About its middle: a patient far from the origin costs no digits.
    middle = mesh.points[mesh.triangles[:, 0]].mean(axis=0)
    points = mesh.points - middle
    triangles = mesh.triangles.astype(np.int64)
    planes = quadrics(points, triangles)
    moved = np.zeros(len(points))  # how far the surface round each point may lie off, mm
    total = len(triangles)
    wanted = math.ceil(total * (1 - reduction))
    refused = np.empty(0, np.int64)
    while len(triangles) > wanted:
        report(progress, (total - len(triangles)) / (total - wanted), "Reducing")
        edges = edges_of(triangles, len(points))
        places, costs = placed(points, planes, edges)
        costs[edges.fixed | (costs > tolerance**2)] = np.inf
        costs[np.isin(edges.keys, refused, assume_unique=True)] = np.inf
        chosen = independent(edges, costs, len(points))
        good, error = sound(points, triangles, edges, chosen, places[chosen], moved)
        good &= error <= tolerance
        refused = np.union1d(refused, edges.keys[chosen[~good]])
        chosen, error = chosen[good], error[good]
        cheapest = np.argsort(costs[chosen], kind="stable")[: (len(triangles) - wanted + 1) // 2]
        chosen = chosen[cheapest]
        moved[edges.starts[chosen]] = error[cheapest]
        triangles = apply(points, planes, triangles, edges, chosen, places[chosen])
        if len(chosen) < _EXHAUSTED * len(triangles):
            break
    return _compact(points + middle, triangles)


def _compact(points: np.ndarray, triangles: np.ndarray) -> TriangleMesh:
    """Without the points that no triangle uses any more."""
    used = np.zeros(len(points), dtype=bool)
    used[triangles.ravel()] = True
    number = np.cumsum(used) - 1
    return TriangleMesh(points[used], number[triangles])
