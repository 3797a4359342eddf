"""Half contrast: the threshold that is neutral for size, measured at the surface itself.

Blur moves a surface unless the threshold lies halfway between the plateau of the object
and that of its surroundings. Both plateaus are measured on profiles along the surface's
normals, which also tell by how much another threshold shifts the surface.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..mesh.triangle_mesh import TriangleMesh, normals_and_areas

_REACH_MM = 4.0
_WINDOW_MM = 0.8
_LEAST_PROFILES = 50


@dataclass(frozen=True)
class HalfContrast:
    """What the profiles show; medians over ``profiles`` places on the surface.

    ``threshold`` is halfway between ``object_value`` and ``background_value``;
    ``shift_mm`` is how far the surface lies outside the half-contrast one (negative:
    inside), ``shift_p95_mm`` the 95th percentile of its magnitude. ``blur_mm`` is the
    standard deviation of the blur that the edges show. ``thin_share`` is the share of
    places where the wall is thinner than the blur allows half contrast to be right
    (about twice the full width at half maximum).
    """

    threshold: float
    object_value: float
    background_value: float
    shift_mm: float
    shift_p95_mm: float
    blur_mm: float
    thin_share: float
    profiles: int


def half_contrast(
    voxels: np.ndarray,
    ijk_to_lps: np.ndarray,
    mesh: TriangleMesh,
    samples: int = 3000,
    seed: int = 0,
) -> HalfContrast | None:
    """Measure half contrast along the normals of a surface.

    :param voxels: grey values [k, j, i].
    :param ijk_to_lps: (4, 4) to LPS mm.
    :param mesh: a surface near the object's edge, outward oriented.
    :param samples: number of places, spread evenly over the area.
    :returns: None where fewer than 50 profiles lie inside the volume and show an edge.
    """
    centers, normals = _places(mesh, samples, seed)
    pitch = 0.25 * float(np.linalg.norm(ijk_to_lps[:3, :3], axis=0).min())
    depths = np.arange(-_REACH_MM, _REACH_MM + pitch, pitch)
    profiles = _profiles(voxels, ijk_to_lps, centers, normals, depths)
    profiles = profiles[np.isfinite(profiles).all(axis=1)]
    inner, outer = _plateaus(profiles, depths, pitch)
    contrast = inner - outer
    sign = 1.0 if np.median(contrast) >= 0 else -1.0
    valid = sign * contrast > 0.2 * np.abs(np.median(contrast))
    if valid.sum() < _LEAST_PROFILES:
        return None
    profiles, inner, outer = profiles[valid], inner[valid], outer[valid]
    halves = (inner + outer) / 2
    crossing = _crossing(sign * (profiles - halves[:, None]), depths)
    slope = np.abs(np.gradient(profiles, pitch, axis=1)).max(axis=1)
    blur = float(np.median(np.abs(inner - outer) / (math.sqrt(2 * math.pi) * slope)))
    return HalfContrast(
        threshold=float(np.median(halves)),
        object_value=float(np.median(inner)),
        background_value=float(np.median(outer)),
        shift_mm=float(-np.nanmedian(crossing)),
        shift_p95_mm=float(np.nanpercentile(np.abs(crossing), 95)),
        blur_mm=blur,
        thin_share=_thin_share(sign * (profiles - halves[:, None]), depths, blur),
        profiles=int(valid.sum()),
    )


def _places(mesh: TriangleMesh, samples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Centres and unit normals of triangles drawn by area, (S, 3) each."""
    some = TriangleMesh(mesh.points, mesh.triangles[:: max(1, len(mesh.triangles) // 400_000)])
    normals, areas = normals_and_areas(some)
    chosen = np.random.default_rng(seed).choice(len(areas), samples, p=areas / areas.sum())
    return mesh.points[some.triangles[chosen]].mean(axis=1), normals[chosen]


def _profiles(
    voxels: np.ndarray,
    ijk_to_lps: np.ndarray,
    centers: np.ndarray,
    normals: np.ndarray,
    depths: np.ndarray,
) -> np.ndarray:
    """Grey values along each normal, (S, D); NaN outside the volume."""
    from scipy.ndimage import map_coordinates

    points = centers[:, None, :] + depths[None, :, None] * normals[:, None, :]
    inverse = np.linalg.inv(ijk_to_lps)
    ijk = points @ inverse[:3, :3].T + inverse[:3, 3]
    box = [slice(*_range(ijk[..., 2 - axis], size)) for axis, size in enumerate(voxels.shape)]
    start = np.array([part.start for part in box])
    coordinates = np.moveaxis(ijk[..., ::-1] - start, -1, 0)
    part = voxels[tuple(box)].astype(np.float32)
    return map_coordinates(part, coordinates, order=1, mode="constant", cval=np.nan)


def _range(indices: np.ndarray, size: int) -> tuple[int, int]:
    low = int(np.clip(np.floor(indices.min()), 0, size - 1))
    return low, int(np.clip(np.ceil(indices.max()) + 1, low + 1, size))


def _plateaus(
    profiles: np.ndarray, depths: np.ndarray, pitch: float
) -> tuple[np.ndarray, np.ndarray]:
    """Plateau inside and outside of each profile: the extreme of its moving mean."""
    from scipy.ndimage import uniform_filter1d

    width = max(1, round(_WINDOW_MM / pitch))
    smooth = uniform_filter1d(profiles, width, axis=1, mode="nearest")
    inside, outside = smooth[:, depths <= 0], smooth[:, depths >= 0]
    if np.median(inside.mean(axis=1)) >= np.median(outside.mean(axis=1)):
        return inside.max(axis=1), outside.min(axis=1)
    return inside.min(axis=1), outside.max(axis=1)


def _crossing(heights: np.ndarray, depths: np.ndarray) -> np.ndarray:
    """Depth nearest to the surface where each profile falls through zero; NaN where none."""
    falls = (heights[:, :-1] >= 0) & (heights[:, 1:] < 0)
    distance = np.where(falls, np.abs(depths[:-1])[None, :], np.inf)
    index = distance.argmin(axis=1)
    rows = np.arange(len(heights))
    before, after = heights[rows, index], heights[rows, index + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = depths[index] + (depths[1] - depths[0]) * before / (before - after)
    return np.where(np.isfinite(distance[rows, index]), depth, np.nan)


def _thin_share(heights: np.ndarray, depths: np.ndarray, blur: float) -> float:
    """Share of profiles whose object ends again within twice the blur's full width."""
    least = 2 * 2 * math.sqrt(2 * math.log(2)) * blur
    inside = heights[:, (depths <= 0) & (depths >= -least)]
    return float(((inside[:, :-1] < 0) & (inside[:, 1:] >= 0)).any(axis=1).mean())
