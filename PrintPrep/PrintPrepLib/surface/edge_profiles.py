"""Grey values along the normals of a surface, and which edges each profile shows.

A profile runs outwards through its place. Its signs are those of a bright body: where the
body is darker than what surrounds it, all values are negative ones.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from ..mesh.sampling import unit
from .edge_model import Prior, Steps, fit

#: The edge meant is the steepest one about here, mm; at most the reach away.
_ABOUT_MM = 1.0
#: Nearness draws the place of an edge by so many standard deviations of the blur at most.
_DRAWN = 1.5
#: Another edge begins where the values turn back by this share of the first one's height, and
#: by so many standard deviations of the noise.
_TURN, _TURN_NOISE = 0.15, 5.0
#: Or where they rise anew by this share of the first one's slope, and by so much of the noise a
#: sample.
_STEP, _STEP_NOISE = 0.15, 1.2
#: A plateau is seen where an edge has no other within so many standard deviations of the blur.
GUARD = 3.5
#: What a body is like aside is looked at so many standard deviations of the blur beneath its edge,
#: and so many aside.
_BENEATH, _ASIDE = 2.0, 2.5
#: A second edge is told apart, and fitted, so many standard deviations away from the first one;
#: farther off it has no part in the window of the first.
NEIGHBOUR = 5.5


class Grey:
    """Grey values anywhere in a volume, linear between voxels; NaN outside the acquired field.

    :param voxels: [k, j, i]; a ``margin`` of voxels about ``box`` is taken.
    :param ijk_to_lps: (4, 4), voxel centres to LPS mm.
    :param field: (K, 4) first and last i and j of the acquired field of each plane.
    """

    def __init__(
        self,
        voxels: np.ndarray,
        ijk_to_lps: np.ndarray,
        field: np.ndarray,
        box: tuple[slice, slice, slice],
    ) -> None:
        self.values = np.ascontiguousarray(voxels[box])
        self.start = np.array([side.start for side in box])
        spacing = np.linalg.norm(ijk_to_lps[:3, :3], axis=0)
        self._fine, self._factor = _between_slices(self.values, spacing)
        self.ijk_to_lps = ijk_to_lps
        self.sign = 1.0
        self._inverse = np.linalg.inv(ijk_to_lps)
        self._field = field

    @property
    def spacing_mm(self) -> np.ndarray:
        """(3,) along i, j, k."""
        return np.linalg.norm(self.ijk_to_lps[:3, :3], axis=0)

    @property
    def slice_normal(self) -> np.ndarray:
        """(3,) unit vector across the slices, LPS."""
        normal = np.cross(self.ijk_to_lps[:3, 0], self.ijk_to_lps[:3, 1])
        return normal / np.linalg.norm(normal)

    def ijk(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 3), LPS mm, in voxels."""
        return points @ self._inverse[:3, :3].T + self._inverse[:3, 3]

    def along(self, points: np.ndarray, ways: np.ndarray, depths: np.ndarray) -> np.ndarray:
        """(N, S) float32 on the lines through points (N, 3) with unit vectors (N, 3)."""
        from scipy.ndimage import map_coordinates

        first = self.ijk(points)[:, ::-1] - self.start
        way = (ways @ self._inverse[:3, :3].T)[:, ::-1]
        kji = np.empty((3, len(points), len(depths)), np.float32)
        for axis, factor in enumerate((self._factor, 1, 1)):
            np.multiply(factor * way[:, axis, None], depths, out=kji[axis], casting="same_kind")
            kji[axis] += (factor * first[:, axis, None]).astype(np.float32)
        result = np.empty(kji.shape[1:], np.float32)
        map_coordinates(self._fine, kji, output=result, order=1, mode="nearest")
        # A line that begins and ends in the field lies in it, but for its corners.
        ends = np.stack([first + depth * way for depth in (depths[0], depths[-1])])
        whole = self.acquired(ends[..., ::-1] + self.start[::-1]).all(axis=0)
        some = np.flatnonzero(~whole)
        if len(some):
            kji[0] /= self._factor
            ijk = np.moveaxis(kji[::-1, some], 0, -1) + self.start[::-1]
            result[some] = np.where(self.acquired(ijk), result[some], np.nan)
        if self.sign < 0:
            result *= -1
        return result

    def solid(
        self, places: Places, body: np.ndarray, blur: np.ndarray, drop: np.ndarray
    ) -> np.ndarray:
        """Which places (N,) have the body about the point beneath them, and are not at the rim
        of a sheet or on a rod: nowhere aside does it fall by ``drop`` (N,) on both sides.

        :param body: (N,) depth of the edge; ``blur`` (N,) mm.
        """
        normals = places.normals
        middle = places.points + (body - _BENEATH * blur)[:, None] * normals
        aside = np.where(np.abs(normals[:, [2]]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
        first = unit(np.cross(normals, aside))
        second = np.cross(normals, first)
        far = _ASIDE * float(np.median(blur))
        solid = np.ones(len(body), bool)
        for angle in np.arange(4) * np.pi / 4:
            way = np.cos(angle) * first + np.sin(angle) * second
            values = self.along(middle, way, np.array([-far, 0.0, far]))
            with np.errstate(invalid="ignore"):
                low = values[:, [1]] - values[:, [0, 2]] > drop[:, None]
            solid &= ~low.all(axis=1)
        return solid

    def voxels_about(
        self, points: np.ndarray, reach: float
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The voxels within about ``reach`` mm of points (N, 3): their centres (V, 3) in LPS mm,
        values (V,), and the number (V,) of the point."""
        half = np.ceil(reach / self.spacing_mm).astype(int)
        offsets = np.stack(
            np.meshgrid(*[np.arange(-h, h + 1) for h in half], indexing="ij"), axis=-1
        ).reshape(-1, 3)
        offsets = offsets[np.linalg.norm(offsets * self.spacing_mm, axis=1) <= reach]
        ijk = np.rint(self.ijk(points)).astype(int)[:, None, :] + offsets
        local = ijk[..., ::-1] - self.start
        inside = ((local >= 0) & (local < self.values.shape)).all(axis=-1)
        inside &= self.acquired(ijk)
        owner = np.nonzero(inside)[0]
        values = self.values[tuple(local[inside].T)]
        centers = ijk[inside] @ self.ijk_to_lps[:3, :3].T + self.ijk_to_lps[:3, 3]
        return centers, self.sign * values.astype(np.float64), owner

    def noise(self) -> float:
        """Standard deviation of a voxel: what is left of three in a row, robustly."""
        planes = self.values[:: max(1, len(self.values) // 40)].astype(np.float32)
        if planes.shape[2] < 3:
            return 0.0
        bends = planes[..., :-2] - 2 * planes[..., 1:-1] + planes[..., 2:]
        return 1.4826 * float(np.median(np.abs(bends))) / np.sqrt(6)

    def acquired_voxels(self) -> np.ndarray:
        """Which voxels [k, j, i] of the box were acquired."""
        depth, rows, columns = self.values.shape
        field = self._field[self.start[0] : self.start[0] + depth, :, None]
        i, j = self.start[2] + np.arange(columns), self.start[1] + np.arange(rows)
        across = (i >= field[:, 0]) & (i <= field[:, 1])
        along = (j >= field[:, 2]) & (j <= field[:, 3])
        return along[:, :, None] & across[:, None, :]

    def acquired(self, ijk: np.ndarray, margin: np.ndarray | float = 0.0) -> np.ndarray:
        """Whether places (..., 3), in voxels, lie in the field, ``margin`` voxels from its end."""
        margin = np.broadcast_to(margin, 3)
        i, j, k = np.moveaxis(ijk, -1, 0)
        depth = (k >= margin[2]) & (k <= len(self._field) - 1 - margin[2])
        plane = np.clip(np.rint(k), 0, len(self._field) - 1).astype(np.int64)
        first_i, last_i, first_j, last_j = np.moveaxis(self._field[plane], -1, 0)
        inside = (i >= first_i + margin[0]) & (i <= last_i - margin[0])
        inside &= (j >= first_j + margin[1]) & (j <= last_j - margin[1])
        return depth & inside


_BATCH = 8192


def _between_slices(values: np.ndarray, spacing_mm: np.ndarray) -> tuple[np.ndarray, int]:
    """Planes between slices that lie far apart, by cubic splines: a straight line from slice to
    slice would pass for blur. Returned with how many take the place of one.

    :param values: [k, j, i]; ``spacing_mm`` (3,) along i, j, k.
    """
    from scipy.interpolate import make_interp_spline

    wanted = int(np.ceil(spacing_mm[2] / (_FINE_SHARE * spacing_mm[:2].min())))
    factor = int(np.clip(min(wanted, _MOST_FINE // values.size), 1, _MOST_PLANES))
    if factor == 1 or len(values) < 4:
        return values, 1
    slices = np.arange(len(values))
    places = np.linspace(0, len(values) - 1, (len(values) - 1) * factor + 1)
    weights = make_interp_spline(slices, np.eye(len(values)), 3)(places).astype(np.float32)
    flat = values.reshape(len(values), -1)
    fine = np.empty((len(places), flat.shape[1]), np.float32)
    for first in range(0, flat.shape[1], _COLUMNS):
        some = slice(first, first + _COLUMNS)
        np.matmul(weights, flat[:, some].astype(np.float32), out=fine[:, some])
    fine = fine.reshape(len(places), *values.shape[1:])
    return fine, factor


#: Planes are made until they lie as near as this share of the pixels; as many at most, and of so
#: many voxels in all.
_FINE_SHARE, _MOST_PLANES, _MOST_FINE = 0.8, 6, 24_000_000
#: Lines across the slices worked on at a time.
_COLUMNS = 1 << 14


@dataclass(frozen=True)
class Seen:
    """The edges that N profiles show about their places, from inside outwards.

    :param inner, body, outer: (N,) depths, mm: where the body ends on the far side, where it
        ends here, and where the next body begins; NaN where none is near.
    :param levels: (N, 4) behind the body, in it, beside it, and in the next body.
    :param window: (N, 2) first and last depth that belong to these edges.
    :param found: (N,) whether there is an edge at all.
    """

    inner: np.ndarray
    body: np.ndarray
    outer: np.ndarray
    levels: np.ndarray
    window: np.ndarray
    found: np.ndarray

    def taken(self, some: np.ndarray) -> Seen:
        """Some of the profiles."""
        return replace(self, **{name: value[some] for name, value in vars(self).items()})


def seen(
    depths: np.ndarray, profiles: np.ndarray, blur: np.ndarray, noise: float, reach_mm: float
) -> Seen:
    """Look for the edges of profiles (N, S); ``blur`` (N,) mm is what is expected.

    :param noise: of one sample, grey values.
    :param reach_mm: how far from its place the edge of a body may lie.
    """
    from scipy.ndimage import gaussian_filter1d

    pitch = depths[1] - depths[0]
    known = np.isfinite(profiles)
    values = np.where(known, profiles, 0.0).astype(np.float32)
    typical = float(np.median(blur))
    calm = gaussian_filter1d(values, 0.5 * typical / pitch, axis=1, mode="nearest")
    fall = -np.gradient(calm, axis=1)
    # Beyond the border of the field nothing is an edge.
    whole = known[:, :-2] & known[:, 1:-1] & known[:, 2:]
    whole = np.pad(whole, ((0, 0), (1, 1)))
    fall[~whole] = 0
    near = np.exp(-0.5 * (depths / _ABOUT_MM) ** 2) * (np.abs(depths) <= reach_mm)
    place = (fall * near).argmax(axis=1)
    # Nearness has drawn it off the steepest place.
    columns = np.arange(len(depths))
    beside = np.abs(columns - place[:, None]) <= (_DRAWN * blur / pitch)[:, None]
    place = np.where(beside, fall, -np.inf).argmax(axis=1)
    rows = np.arange(len(values))
    found = fall[rows, place] > 0
    height = fall[rows, place] / pitch * np.sqrt(2 * np.pi) * blur
    turn = np.maximum(_TURN * height, _TURN_NOISE * noise)
    steep = np.maximum(_STEP * fall[rows, place], _STEP_NOISE * noise)
    inner, inner_end, peak, behind = _next(
        calm[:, ::-1],
        fall[:, ::-1],
        whole[:, ::-1],
        len(depths) - 1 - place,
        turn,
        steep,
        blur / pitch,
    )
    outer, outer_end, valley, beyond = _next(-calm, fall, whole, place, turn, steep, blur / pitch)
    last = len(depths) - 1
    levels = np.stack([behind, peak, -valley, -beyond], axis=1)
    inner_depth = np.where(inner >= 0, depths[np.clip(last - inner, 0, last)], np.nan)
    outer_depth = np.where(outer >= 0, depths[np.clip(outer, 0, last)], np.nan)
    body = depths[place]
    near_enough = NEIGHBOUR * blur
    inner_depth[body - inner_depth > near_enough] = np.nan
    outer_depth[outer_depth - body > near_enough] = np.nan
    first = np.where(np.isfinite(inner_depth), inner_depth, body) - GUARD * blur
    final = np.where(np.isfinite(outer_depth), outer_depth, body) + GUARD * blur
    first = np.maximum(first, depths[np.clip(last - inner_end, 0, last)])
    final = np.minimum(final, depths[np.clip(outer_end, 0, last)])
    return Seen(inner_depth, body, outer_depth, levels, np.stack([first, final], 1), found)


def _next(
    values: np.ndarray,
    climb: np.ndarray,
    whole: np.ndarray,
    place: np.ndarray,
    turn: np.ndarray,
    steep: np.ndarray,
    blur: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Walk on from an edge on which ``values`` climb, to its plateau and over the next edge:
    down again, or farther up.

    :param values, climb: (N, S), and how much they rise a sample.
    :param turn, steep: (N,) how deep they fall, or how steeply they rise anew, on a next edge.
    :param blur: (N,) samples.
    :return: sample (N,) of the next edge, −1 for none; where what belongs to it ends; the
        value of the plateau, and the one behind the next edge.
    """
    count, size = values.shape
    columns, rows = np.arange(size), np.arange(count)
    ahead = (columns >= place[:, None]) & whole
    top = np.maximum.accumulate(np.where(ahead, values, -np.inf), axis=1)
    dropped = ahead & (top - values > turn[:, None])
    flattest = np.minimum.accumulate(np.where(ahead, np.maximum(climb, 0), np.inf), axis=1)
    stepped = ahead & (climb - flattest > steep[:, None])
    drops, steps = (
        np.where(some.any(axis=1), some.argmax(axis=1), size) for some in (dropped, stepped)
    )
    begin = np.minimum(drops, steps)
    there, up = begin < size, steps < drops
    begin = np.minimum(begin, size - 1)
    # From here on a step down and a step up are the same, but for their sign.
    sign = np.where(up, -1, 1).astype(np.float32)[:, None]
    values, climb = sign * values, sign * climb
    around = ahead & (columns - begin[:, None] <= 2.5 * blur[:, None])
    around &= columns - begin[:, None] >= np.where(up, 0, -2.5 * blur)[:, None]
    edge = np.where(there, np.where(around, -climb, -np.inf).argmax(axis=1), -1)
    # What follows: down to the bottom, and no farther than where it turns up again.
    after = (columns >= np.where(there, begin, place)[:, None]) & whole
    bottom = np.minimum.accumulate(np.where(after, values, np.inf), axis=1)
    again = after & (values - bottom > turn[:, None]) & there[:, None]
    third = again.any(axis=1)
    stop = np.where(third, again.argmax(axis=1), size - 1)
    lowest = np.where(after & (columns <= stop[:, None]), values, np.inf)
    end = np.where(third, lowest.argmin(axis=1), size - 1)
    # The plateau lies between the two edges; without a second one, within a guard.
    between = ahead & (columns <= np.where(there, begin, size - 1)[:, None])
    between &= columns <= (place + GUARD * blur)[:, None]
    flat = np.where(between, np.abs(climb), np.inf).argmin(axis=1)
    highest = np.where(between, values, -np.inf).max(axis=1)
    plateau = np.where(up, -values[rows, flat], highest)
    plateau = np.where(np.isfinite(plateau), plateau, values[rows, place])
    behind = np.where(there, sign[:, 0] * lowest.min(axis=1), 0.0)
    return edge, end, plateau, np.where(np.isfinite(behind), behind, 0.0)


@dataclass(frozen=True)
class Places:
    """Places on a rough surface with their profiles.

    :param points, normals: (N, 3), LPS mm and unit vectors outwards.
    :param depths: (S,) mm; ``profiles`` (N, S) of a bright body.
    """

    points: np.ndarray
    normals: np.ndarray
    depths: np.ndarray
    profiles: np.ndarray

    def taken(self, some: np.ndarray) -> Places:
        """Some of them."""
        return Places(self.points[some], self.normals[some], self.depths, self.profiles[some])


@dataclass(frozen=True)
class Edges:
    """The fitted edges of N profiles; NaN where a profile shows none.

    :param inner, body, outer: (N,) depths, mm.
    :param levels: (N, 4) behind the body, in it, beside it, and in the next body.
    :param blur: (N,) mm.
    :param sd: (N,) standard deviation of ``body``, mm; ``rms`` of the residuals, grey values.
    """

    inner: np.ndarray
    body: np.ndarray
    outer: np.ndarray
    levels: np.ndarray
    blur: np.ndarray
    sd: np.ndarray
    rms: np.ndarray

    @staticmethod
    def joined(parts: list[Edges]) -> Edges:
        """Those of several batches, one after the other."""
        names = [one.name for one in fields(Edges)]
        return Edges(*(np.concatenate([getattr(one, name) for one in parts]) for name in names))

    def put(self, places: np.ndarray, others: Edges) -> None:
        """Take the fits of others at some of the places."""
        for one in fields(Edges):
            getattr(self, one.name)[places] = getattr(others, one.name)

    @property
    def contrast(self) -> np.ndarray:
        """(N,) of the body to what is beside it."""
        return self.levels[:, 1] - self.levels[:, 2]


def fit_edges(
    places: Places,
    found: Seen,
    blur: np.ndarray,
    noise: float,
    known: np.ndarray | None = None,
    precision: np.ndarray | None = None,
    free_blur: bool = False,
) -> Edges:
    """Fit what each profile shows.

    :param blur: (N,) mm; where to begin if ``free_blur``.
    :param known, precision: (N, 4) levels that are known beforehand (``Prior``).
    """
    count = len(found.body)
    inner, body, outer, sd, rms = np.full((5, count), np.nan)
    result = Edges(inner, body, outer, np.full((count, 4), np.nan), blur.astype(float), sd, rms)
    if known is None or precision is None:
        known = precision = np.zeros((count, 4))
    has = np.isfinite(found.inner), np.isfinite(found.outer)
    for has_inner in (False, True):
        for has_outer in (False, True):
            some = np.flatnonzero(found.found & (has[0] == has_inner) & (has[1] == has_outer))
            if len(some) == 0:
                continue
            edges = [0] * has_inner + [1] + [2] * has_outer
            levels = [0] * has_inner + [1, 2] + [3] * has_outer
            part, seen_here = places.taken(some), found.taken(some)
            begin = np.stack([seen_here.inner, seen_here.body, seen_here.outer], 1)[:, edges]
            fitted = fit(
                *_windows(part, seen_here),
                Steps(begin, seen_here.levels[:, levels], blur[some]),
                Prior(known[some][:, levels], precision[some][:, levels]),
                noise,
                free_blur,
            )
            for column, edge in enumerate(edges):
                (inner, body, outer)[edge][some] = fitted.steps.edges[:, column]
            result.levels[some[:, None], levels] = fitted.steps.levels
            result.blur[some] = fitted.steps.blur
            result.sd[some] = fitted.edge_sd[:, int(has_inner)]
            result.rms[some] = fitted.rms
    return result


def _windows(places: Places, found: Seen) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The samples that belong to each profile's edges, as (N, L) depths and values, and (N, L)
    weights: 1, and 0 for what is there to make all as long."""
    depths, pitch = places.depths, places.depths[1] - places.depths[0]
    first, last = found.window.T
    begin = np.clip(np.ceil((first - depths[0]) / pitch), 0, len(depths) - 1).astype(int)
    end = np.clip(np.floor((last - depths[0]) / pitch), 0, len(depths) - 1).astype(int)
    length = int(max((end - begin).max(initial=0) + 1, 1))
    columns = begin[:, None] + np.arange(length)
    inside = columns <= end[:, None]
    columns = np.minimum(columns, len(depths) - 1)
    values = np.take_along_axis(places.profiles, columns, axis=1)
    return depths[columns], values, (inside & np.isfinite(values)).astype(np.float32)
