"""Half contrast: the threshold that is neutral for size, measured at the surface itself.

Blur moves a surface unless the threshold lies halfway between the plateau of the object
and that of its surroundings. Both plateaus are measured on profiles along the surface's
normals, which also tell by how much another threshold shifts the surface. A plateau is the
one beside the edge: what lies behind it, such as the air behind the skin over a bone, has
no part in where the edge is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ..mesh.triangle_mesh import TriangleMesh, normals_and_areas

_REACH_MM = 4.0
_WINDOW_MM = 0.8
_LEAST_PROFILES = 50
#: The edge meant is the steepest one about here; on which side the object lies, nearer by.
_ABOUT_MM, _BESIDE_MM = 1.0, 0.5
#: A plateau is read so many standard deviations of the blur from an edge: sharpening
#: kernels overshoot within.
_GUARD = 3.0
#: The next edge: it falls on again by this share of the first one's slope, or rises back by
#: this share of its height, which is more than an overshoot.
_FALLS_ON, _RISES_BACK = 0.15, 0.35
#: Below this voxel size all lengths shrink with the voxels: micro-CT shows small things.
_FULL_SIZE_MM = 0.125


@dataclass(frozen=True)
class HalfContrast:
    """What the profiles show; medians over ``profiles`` places on the surface.

    ``threshold`` is halfway between ``object_value`` and ``background_value``;
    ``shift_mm`` is how far the surface lies outside the half-contrast one (negative:
    inside), ``shift_p95_mm`` the 95th percentile of its magnitude, ``shift_mean_mm`` and
    ``shift_sd_mm`` its mean and standard deviation. ``blur_mm`` is the
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
    shift_mean_mm: float = 0.0
    shift_sd_mm: float = 0.0


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
    finest = float(np.linalg.norm(ijk_to_lps[:3, :3], axis=0).min())
    pitch, size = 0.25 * finest, min(1.0, finest / _FULL_SIZE_MM)
    depths = np.arange(-_REACH_MM * size, _REACH_MM * size + pitch, pitch)
    profiles = _profiles(voxels, ijk_to_lps, centers, normals, depths)
    profiles = profiles[np.isfinite(profiles).all(axis=1)]
    if len(profiles) < _LEAST_PROFILES:
        return None
    sign = _sign(profiles, depths / size)
    edges = _edges(sign * profiles, pitch, depths / size)
    width = max(1, round(_WINDOW_MM * size / pitch))
    outer = sign * _plateaus(sign * profiles, edges, width)
    inner = -sign * _plateaus(-sign * profiles[:, ::-1], edges.reversed, width)
    contrast = inner - outer
    valid = sign * contrast > 0.2 * np.abs(np.median(contrast))
    if valid.sum() < _LEAST_PROFILES:
        return None
    profiles, inner, outer = profiles[valid], inner[valid], outer[valid]
    halves = (inner + outer) / 2
    crossing = _crossing(sign * (profiles - halves[:, None]), depths)
    slope = edges.slopes[valid]
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
        shift_mean_mm=float(-np.nanmean(crossing)),
        shift_sd_mm=float(np.nanstd(crossing)),
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


def _sign(profiles: np.ndarray, depths: np.ndarray) -> float:
    """1 where grey values fall outwards at the surface, -1 where they rise."""
    falls = -np.gradient(profiles, axis=1) @ np.exp(-0.5 * (depths / _BESIDE_MM) ** 2)
    return 1.0 if np.median(falls) >= 0 else -1.0


@dataclass(frozen=True)
class _Edges:
    """The edge of each profile nearest to the surface, where its values fall outwards.

    :param falls: (S, D) how steeply, HU a sample, smoothed.
    :param places: (S,) samples of the edges.
    :param slopes: (S,) HU a mm there, not smoothed.
    :param blur: of all of them, standard deviation in samples.
    """

    falls: np.ndarray
    places: np.ndarray
    slopes: np.ndarray
    blur: float

    @property
    def reversed(self) -> _Edges:
        """The same for profiles that run inwards and are turned upside down."""
        last = self.falls.shape[1] - 1
        return replace(self, falls=self.falls[:, ::-1], places=last - self.places)


def _edges(heights: np.ndarray, pitch: float, depths: np.ndarray) -> _Edges:
    from scipy.ndimage import gaussian_filter1d

    falls = -np.gradient(heights, axis=1)
    smooth = gaussian_filter1d(falls, 2.0, axis=1, mode="nearest")
    places = (smooth * np.exp(-0.5 * (depths / _ABOUT_MM) ** 2)).argmax(axis=1)
    rows, columns = np.arange(len(places)), np.arange(len(depths))
    # A blurred edge is that steep as far as its standard deviation.
    low = smooth < math.exp(-0.5) * smooth[rows, places][:, None]
    after = np.where(low & (columns > places[:, None]), columns, len(depths)).min(axis=1)
    before = np.where(low & (columns < places[:, None]), columns, -1).max(axis=1)
    near = (np.abs(columns - places[:, None]) <= 2) * falls
    slopes = near.max(axis=1) / pitch
    return _Edges(smooth, places, slopes, float(np.median(after - before)) / 2)


def _plateaus(heights: np.ndarray, edges: _Edges, width: int) -> np.ndarray:
    """The plateau that follows the edge of each profile (S, D), up to the next edge.

    :param width: samples that it is the mean of.
    """
    from scipy.ndimage import uniform_filter1d

    smooth = uniform_filter1d(heights, width, axis=1, mode="nearest")
    rows, columns = np.arange(len(heights)), np.arange(heights.shape[1])
    own, last = edges.places, heights.shape[1] - 1
    beyond = columns >= own[:, None]
    steepest = edges.falls[rows, own][:, None]
    lowest = np.minimum.accumulate(np.where(beyond, heights, np.inf), axis=1)
    drop = math.sqrt(2 * math.pi) * edges.blur * steepest
    rises = beyond & (heights - lowest > _RISES_BACK * drop)
    least = np.minimum.accumulate(np.where(beyond, edges.falls, np.inf), axis=1)
    falls = beyond & (edges.falls - np.maximum(least, 0) > _FALLS_ON * steepest)
    ends = rises | falls
    ended, first = ends.any(axis=1), ends.argmax(axis=1)
    fell = falls[rows, first]
    guard = _GUARD * edges.blur
    # The next edge that falls is where it is steepest, not where it begins.
    around = (columns >= first[:, None]) & (columns <= first[:, None] + guard)
    steep = np.where(around, edges.falls, -np.inf).argmax(axis=1)
    other = np.where(fell, steep, first)
    start = own + guard + width / 2
    stop = np.where(ended, other - guard - width / 2, last - width / 2)
    place = np.where(start <= stop, start, np.where(ended, (own + other) / 2, stop))
    # Between two edges too near to each other there is no plateau, only what comes next to it.
    between = np.where(beyond & (columns <= other[:, None]), smooth, np.inf).argmin(axis=1)
    peak = ended & ~fell & (other - own < 2 * guard)
    place = np.where(peak, between, place.round()).astype(int)
    return smooth[rows, place.clip(0, last)]


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
