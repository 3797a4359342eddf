"""The surface of a segment where the anatomy ends.

The segment says what is meant, the grey values about its boundary say where its edge is. At
places spread over the segment's surface the profile along the normal is fitted
(``edge_model``) with the blur and the materials that the scan itself shows
(``edge_material``); what blur does to curved surfaces is taken out; the places that the fits
find are made one smooth surface (``edge_shape``); and every vertex of the segment's surface
moves there, as far as it can without meeting another part of it (``edge_mesh``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..core.errors import SegmentError
from ..core.phrases import _
from ..core.progress import Progress, meanwhile, part, report
from ..mesh.io.placement import merged
from ..mesh.sampling import Surface
from ..mesh.triangle_mesh import TriangleMesh
from .edge_material import LEAST_PLACES, THICK, Blur, blur_of_edges, common_of_walls, two_blurs
from .edge_mesh import Bounds, Start, in_range, moved, start_mesh
from .edge_profiles import GUARD, NEIGHBOUR, Edges, Grey, Places, fit_edges, seen
from .edge_shape import WIDTH_MM, Fitted, blurred_curvature, in_threads, placed, settled
from .edge_start import local_levels, start_mask
from .following import REACH_MM
from .islands import bounding_box

#: What became of a vertex: its edge was fitted; it is one of a wall thinner than its own profile
#: can tell; the former surface was kept.
FITTED, THIN, KEPT = 0, 1, 2
#: Places are so far apart at least; more than so many are not fitted.
_APART_MM, _COARSE_MM, _MOST_PLACES = 0.6, 1.5, 250_000
#: Around saturated voxels (metal) the former surface stays, mm; that many of them are metal.
METAL_MM, METAL_HU, _METAL_VOXELS = 5.0, 3000.0, 20
#: Cortical bone in HU, mean and standard deviation: believed where every wall is thinner than
#: the blur, and only as far.
CORTICAL_BONE_HU = (1200.0, 120.0)


@dataclass(frozen=True)
class EdgeSurface:
    """A surface at the edges, and what it rests on.

    :param mesh: LPS mm.
    :param marks: (N,) ``FITTED``, ``THIN`` or ``KEPT``.
    :param moved_mm: (N,) from where the segment's own range puts it, positive outwards.
    :param blur: of the scan; None where it could not be told.
    :param materials: [(grey value, share of the fitted places)], the largest share first.
    :param reach_mm: how far the edge was looked for.
    """

    mesh: TriangleMesh
    marks: np.ndarray
    moved_mm: np.ndarray
    blur: Blur | None
    materials: list[tuple[float, float]]
    reach_mm: float

    def as_record(self) -> dict[str, Any]:
        """``model.edge`` of a record."""
        surface = Surface(self.mesh)
        own = np.bincount(
            self.mesh.triangles.ravel(), np.repeat(surface.areas / 3, 3), len(self.marks)
        )
        shares = np.bincount(self.marks, own, 3) / max(own.sum(), 1e-12)
        some = self.marks != KEPT
        moves = self.moved_mm[some]
        blur = self.blur
        return {
            "share_fitted": float(shares[FITTED]),
            "share_thin": float(shares[THIN]),
            "share_kept": float(shares[KEPT]),
            "blur_mm": {
                "in_plane": None if blur is None else blur.in_plane,
                "across_slices": None if blur is None else blur.across,
            },
            "materials": [{"value": value, "share": share} for value, share in self.materials],
            "moved_mm": None
            if len(moves) == 0
            else {
                "mean": float(moves.mean()),
                "p05": float(np.percentile(moves, 5)),
                "p95": float(np.percentile(moves, 95)),
                "at_bound": int(np.count_nonzero(np.abs(moves) > self.reach_mm)),
            },
        }


def edge_surface(
    voxels: np.ndarray,
    mask: np.ndarray,
    ijk_to_lps: np.ndarray,
    low: float | None = None,
    high: float | None = None,
    field: np.ndarray | None = None,
    *,
    material: tuple[float, float] | None = None,
    saturated: float | None = None,
    others: np.ndarray | None = None,
    told: bool = True,
    reach_mm: float = REACH_MM,
    progress: Progress | None = None,
) -> EdgeSurface:
    """The closed surface of what a segment means, where its edges are.

    :param voxels: grey values [k, j, i].
    :param mask: the segment, boolean [k, j, i], of the same shape.
    :param ijk_to_lps: (4, 4), voxel centres to LPS mm.
    :param low, high: the closed range that made the segment, so that what was painted or
        erased is known; both None: a mask from elsewhere, all of which is followed.
    :param field: (K, 4) first and last i and j of the acquired field of each plane
        (inclusive); None: the whole volume.
    :param material: mean and standard deviation of what is meant, where that is known.
    :param saturated: grey values from here on are metal; None: there is none.
    :param others: boolean of the same shape, what other bodies have; borders stay common.
    :param told: whether the images can tell edges; where not, the segment's own surface is kept.
    :param reach_mm: how far from the segment's surface an edge may lie.
    :raises SegmentError: the segment is empty.
    :raises Cancelled: progress asked for it.
    """
    if field is None:
        depth, rows, columns = voxels.shape
        field = np.tile([0, columns - 1, 0, rows - 1], (depth, 1))
    mask = np.asarray(mask, bool)
    if bounding_box(mask) is None:
        raise SegmentError(
            _("The segment is empty"),
            remedy=_("Choose a threshold that includes part of the anatomy"),
        )
    maker = _Maker(
        voxels, mask, ijk_to_lps, (low, high), field, material, saturated, others, reach_mm
    )
    return maker.made(progress) if told else maker.unmoved(progress)


def joined(surfaces: Sequence[EdgeSurface]) -> EdgeSurface:
    """Those of several bodies as one; the largest tells the blur and the materials."""
    first = max(surfaces, key=lambda one: len(one.marks))
    return replace(
        first,
        mesh=merged([("", one.mesh) for one in surfaces]),
        marks=np.concatenate([one.marks for one in surfaces]),
        moved_mm=np.concatenate([one.moved_mm for one in surfaces]),
    )


def carried(surface: EdgeSurface, mesh: TriangleMesh) -> EdgeSurface:
    """The same for a mesh that was made of it, smoothed or thinned out, LPS mm: each vertex has
    what the nearest one had."""
    from scipy.spatial import cKDTree

    nearest = cKDTree(surface.mesh.points).query(mesh.points, workers=-1)[1]
    marks, moved_mm = surface.marks[nearest], surface.moved_mm[nearest]
    return replace(surface, mesh=mesh, marks=marks, moved_mm=moved_mm)


@dataclass(frozen=True)
class _Scan:
    """What the scan shows of itself: see ``edge_material``; ``material`` of all walls alike."""

    blur: Blur
    noise: float
    material: float | None


class _Maker:
    """Makes one surface."""

    def __init__(
        self,
        voxels: np.ndarray,
        mask: np.ndarray,
        ijk_to_lps: np.ndarray,
        bounds: Bounds,
        field: np.ndarray,
        material: tuple[float, float] | None,
        saturated: float | None,
        others: np.ndarray | None,
        reach_mm: float,
    ) -> None:
        self.voxels, self.mask, self.ijk_to_lps = voxels, mask, ijk_to_lps
        self.bounds, self.field = bounds, field
        self.usual, self.saturated, self.reach = material, saturated, reach_mm
        self.others = others
        self.spacing = np.linalg.norm(ijk_to_lps[:3, :3], axis=0)

    def made(self, progress: Progress | None) -> EdgeSurface:
        """Look for the edges twice: roughly, to know which voxels lie beyond them, then finely."""
        box = self._box()
        finding, blurring = _("Finding the surface"), _("Measuring blur and materials")
        report(progress, 0.0, finding)
        grey = meanwhile(
            progress, 0.0, finding, lambda: Grey(self.voxels, self.ijk_to_lps, self.field, box)
        )
        start = meanwhile(progress, 0.02, finding, lambda: self._surface(self.mask))
        rough = self._chosen(start, _COARSE_MM)
        if len(rough) == 0:
            return self._kept(start)
        report(progress, 0.1, blurring)
        grey.sign = self._sign(grey, start, rough)
        scan = meanwhile(progress, 0.1, blurring, lambda: self._scan(grey, start, rough))
        if scan is None:
            return self._kept(start)
        former = start.former
        coarse = self._fitted(grey, scan, start, rough, part(progress, 0.15, 0.25))
        metal = self._metal(box)
        start, coarse = meanwhile(
            progress, 0.25, finding, lambda: self._restarted(grey, scan, coarse, box, metal)
        )
        fine = self._chosen(start, _APART_MM)
        edges = self._fitted(grey, scan, start, fine, part(progress, 0.35, 0.6))
        laying = _("Laying the surface through the edges")
        report(progress, 0.6, laying)
        target, marks = meanwhile(
            progress, 0.6, laying, lambda: self._target(grey, scan, start, edges, metal)
        )
        points, held = moved(start, target, part(progress, 0.75, 1.0))
        marks[held & (np.linalg.norm(points - target, axis=1) > _HELD_MM)] = KEPT
        mesh = TriangleMesh(points, start.triangles)
        moves = meanwhile(progress, 0.99, laying, lambda: _moves(points, start.normals, former))
        report(progress, 1.0, _("Surface ready"))
        return EdgeSurface(mesh, marks, moves, scan.blur, _materials(edges), self.reach)

    def _restarted(
        self,
        grey: Grey,
        scan: _Scan,
        coarse: _Found,
        box: tuple[slice, slice, slice],
        metal: np.ndarray | None,
    ) -> tuple[Start, _Found]:
        """The surface to begin anew from, and the edges that are roughly known."""
        start = self._surface(self._start(grey, scan, coarse, box, metal), grey.sign)
        if self.spacing.max() > _UNEVEN * self.spacing.min():
            for _round in range(2):
                start = self._nearer(start, coarse)
                coarse = self._fitted(grey, scan, start, self._chosen(start, _COARSE_MM))
            start = self._nearer(start, coarse)
        return start, coarse

    def _surface(self, mask: np.ndarray, sign: float | None = None) -> Start:
        return start_mesh(
            self.voxels,
            mask,
            self.mask,
            self.ijk_to_lps,
            self.bounds,
            self.field,
            self.others,
            sign,
        )

    def _box(self) -> tuple[slice, slice, slice]:
        """The segment's voxels and what profiles beyond them reach."""
        box = bounding_box(self.mask)
        assert box is not None
        margin = np.ceil(8 / self.spacing[::-1]).astype(int) + 2
        sides = zip(box, margin, self.voxels.shape, strict=True)
        i, j, k = (
            slice(max(side.start - more, 0), min(side.stop + more, size))
            for side, more, size in sides
        )
        return i, j, k

    def unmoved(self, progress: Progress | None) -> EdgeSurface:
        """The segment's own surface."""
        finding = _("Finding the surface")
        report(progress, 0.0, finding)
        return self._kept(meanwhile(progress, 0.0, finding, lambda: self._surface(self.mask)))

    def _kept(self, start: Start) -> EdgeSurface:
        mesh = TriangleMesh(start.former, start.triangles)
        count = len(start.former)
        return EdgeSurface(
            mesh, np.full(count, KEPT, np.uint8), np.zeros(count), None, [], self.reach
        )

    def _chosen(self, start: Start, apart: float) -> np.ndarray:
        """Vertices spread over the surface, one a cell and direction."""
        free = np.flatnonzero(~start.frozen)
        if len(free) == 0:
            return free
        points, normals = start.points[free], start.normals[free]
        apart = max(apart, 0.6 * float(self.spacing.min()))
        while True:
            cell = np.floor((points - points.min(axis=0)) / apart).astype(np.int64)
            axis = np.abs(normals).argmax(axis=1)
            side = 2 * axis + (normals[np.arange(len(normals)), axis] > 0)
            size = cell.max(axis=0) + 1
            key = np.ravel_multi_index((*cell.T, side), (*size, 6))
            chosen = free[np.sort(np.unique(key, return_index=True)[1])]
            if len(chosen) <= _MOST_PLACES:
                return chosen
            apart *= 1.1 * np.sqrt(len(chosen) / _MOST_PLACES)

    def _sign(self, grey: Grey, start: Start, chosen: np.ndarray) -> float:
        """1 where the body is brighter than what is about it, −1 where darker."""
        low, high = self.bounds
        if (low is None) != (high is None):
            return 1.0 if high is None else -1.0
        step = float(np.median(self.spacing))
        some = chosen[:: max(1, len(chosen) // 4000)]
        values = grey.along(
            start.points[some], start.normals[some], np.array([-1.5, -0.75, 0.75, 1.5]) * step
        )
        falls = values[:, :2].mean(axis=1) - values[:, 2:].mean(axis=1)
        falls = falls[np.isfinite(falls)]
        return 1.0 if len(falls) == 0 or np.median(falls) >= 0 else -1.0

    def _scan(self, grey: Grey, start: Start, chosen: np.ndarray) -> _Scan | None:
        """Blur, noise and material; None where the surface shows no edge."""
        some = chosen[:: max(1, len(chosen) // 6000)]
        points, normals = start.points[some], start.normals[some]
        step = float(np.median(self.spacing))
        depths = np.arange(-8 * step - 2, 8 * step + 2, 0.3 * step)
        profiles = grey.along(points, normals, depths)
        places = Places(points, normals, depths, profiles)
        near = np.abs(depths) <= self.reach
        whole = np.isfinite(profiles[:, near]).all(axis=1)
        values = profiles[whole][:, near]
        if len(values) < _LEAST:
            return None
        rise = values.max(axis=1) - values.min(axis=1)
        usual = float(np.median(rise))
        noise = max(grey.noise(), 1e-3 * usual)
        if usual <= 4 * noise:
            return None
        slope = (-np.gradient(values, depths[near], axis=1)).max(axis=1)
        widths = rise / np.maximum(slope, 1e-6 * usual) / np.sqrt(2 * np.pi)
        cosine = (normals[whole] @ grey.slice_normal) ** 2
        first = two_blurs(cosine, widths**2)
        guess = Blur(*first, grey.slice_normal)
        return self._blur(grey, places, guess, noise)

    def _blur(self, grey: Grey, places: Places, guess: Blur, noise: float) -> _Scan:
        told: Blur | None = None
        for _round in range(2):
            expected = guess.along(places.normals)
            found = seen(places.depths, places.profiles, expected, noise, self.reach)
            told, share = blur_of_edges(grey, places, found, expected, noise)
            if told is None or share < _LEAST_WIDE:
                break
            guess = told
        else:
            return _Scan(guess, noise, None)
        common = common_of_walls(grey, places, found, guess, noise, self.usual)
        if common is not None:
            return _Scan(common.blur, noise, common.material)
        return _Scan(told or guess, noise, None)

    def _fitted(
        self,
        grey: Grey,
        scan: _Scan,
        start: Start,
        chosen: np.ndarray,
        progress: Progress | None = None,
    ) -> _Found:
        """Fit the edges at some of the vertices."""
        points, normals = start.points[chosen], start.normals[chosen]
        widest = max(scan.blur.in_plane, scan.blur.across)
        far = (NEIGHBOUR + GUARD) * widest + 1.2
        depths = np.arange(-far, far, widest / 2.5)
        known, precision = np.zeros((2, len(points), 4))

        def one(numbers: np.ndarray) -> tuple[Edges, np.ndarray, np.ndarray]:
            places = Places(
                points[numbers],
                normals[numbers],
                depths,
                grey.along(points[numbers], normals[numbers], depths),
            )
            blur = scan.blur.along(places.normals)
            found = seen(depths, places.profiles, blur, scan.noise, self.reach)
            edges = fit_edges(places, found, blur, scan.noise, known[numbers], precision[numbers])
            with np.errstate(invalid="ignore"):
                wide = np.isfinite(edges.body) & ~(edges.body - edges.inner < THICK * blur)
                wide &= edges.contrast > 5 * scan.noise
            some = np.flatnonzero(wide)
            if len(some):
                wide[some] = grey.solid(
                    places.taken(some), edges.body[some], blur[some], 0.3 * edges.contrast[some]
                )
            return edges, found.levels[:, 1], wide

        every = np.arange(len(points))
        parts = in_threads(
            lambda some: one(every[some]), len(points), part(progress, 0.0, 0.8), _FITTING
        )
        edges = Edges.joined([edges for edges, _peaks, _wide in parts])
        peaks, wide = (np.concatenate([some[n] for some in parts]) for n in (1, 2))
        noise = max(scan.noise, float(np.median(edges.rms[wide]))) if wide.any() else scan.noise
        with np.errstate(invalid="ignore"):
            narrow = edges.body - edges.inner < THICK * edges.blur
            sure = wide & (edges.rms < 3 * noise + 0.03 * edges.contrast)
        thin = np.flatnonzero(narrow)
        if len(thin):
            found = self._known(points, edges, peaks, sure, thin, scan, noise)
            known[thin], precision[thin] = found
            again = in_threads(
                lambda some: one(thin[some])[0], len(thin), part(progress, 0.8, 1.0), _FITTING
            )
            edges.put(thin, Edges.joined(again))
        return _Found(points, normals, edges, narrow, peaks, noise)

    def _known(
        self,
        points: np.ndarray,
        edges: Edges,
        peaks: np.ndarray,
        sure: np.ndarray,
        thin: np.ndarray,
        scan: _Scan,
        noise: float,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The material of thin places and its precision: that of the thick ones next to them."""
        from scipy.spatial import cKDTree

        values, spread = np.zeros(len(thin)), np.full(len(thin), np.inf)
        if scan.material is not None:
            values[:], spread[:] = scan.material, 0.03 * abs(scan.material)
        elif sure.sum() >= LEAST_PLACES:
            thick = edges.levels[sure, 1]
            _way, index = cKDTree(points[sure]).query(points[thin], 24, workers=-1)
            values = np.median(thick[index], axis=1)
            spread = 1.4826 * np.median(np.abs(thick[index] - values[:, None]), axis=1)
            spread = np.maximum(spread, np.maximum(noise, 0.03 * np.abs(values)))
        # Brighter than the material: something else, such as enamel or metal.
        spread[peaks[thin] > values + 3 * noise] = np.inf
        known, precision = np.zeros((len(thin), 4)), np.zeros((len(thin), 4))
        known[:, 1], precision[:, 1] = values, 1 / spread**2
        return known, precision

    def _start(
        self,
        grey: Grey,
        scan: _Scan,
        found: _Found,
        box: tuple[slice, slice, slice],
        metal: np.ndarray | None,
    ) -> np.ndarray:
        """The segment without what lies beyond its edge."""
        good = found.good(self.reach)
        if good.sum() < _LEAST or not self._one_sided():
            return self.mask
        edges = found.edges
        kji = grey.ijk(found.fitted(good).points)[:, ::-1] - grey.start
        # A thin wall does not reach its material.
        body = np.where(found.thin, found.peaks, edges.levels[:, 1])[good]
        spacing = self.spacing[::-1]
        part_of = self.mask[box]
        levels = local_levels(kji, edges.levels[good, 2], body, part_of.shape, spacing)
        inside = in_range(self.voxels[box], self.bounds)
        followed = self.bounds == (None, None)
        nothing = np.zeros(inside.shape, bool)
        # What was painted stays, and what was erased, or left to another island, is no outside.
        kept, erased = (nothing, nothing) if followed else (part_of & ~inside, inside & ~part_of)
        cut = erased | ~grey.acquired_voxels()
        kept = kept | erased
        if metal is not None:
            kept |= metal
        blur = np.array([scan.blur.across, scan.blur.in_plane, scan.blur.in_plane])
        mask = np.zeros_like(self.mask)
        mask[box] = start_mask(
            part_of,
            self.voxels[box],
            grey.sign,
            levels,
            spacing,
            blur,
            found.noise,
            kept,
            cut,
            not followed,
        )
        return mask if mask.any() else self.mask

    def _nearer(self, start: Start, found: _Found) -> Start:
        """The same surface at the edges that are known: the steps of far slices are gone, and its
        normals are the better for it."""
        good = found.good(self.reach)
        if good.sum() < _LEAST:
            return start
        width = max(_COARSE_MM, 0.6 * float(self.spacing.max()))
        fitted, _smooth = settled(found.fitted(good), width)
        moves, weight, _first = placed(
            fitted, np.zeros(len(fitted.points)), start.points, start.normals, width
        )
        moves = np.where(start.frozen | (weight <= 0), 0, np.clip(moves, -self.reach, self.reach))
        return start.at(start.points + moves[:, None] * start.normals)

    def _one_sided(self) -> bool:
        low, high = self.bounds
        return low is None or high is None

    def _metal(self, box: tuple[slice, slice, slice]) -> np.ndarray | None:
        """Voxels of the box within reach of metal; None where there is none."""
        if self.saturated is None:
            return None
        from scipy.ndimage import distance_transform_edt

        metal = self.voxels[box] >= self.saturated
        if np.count_nonzero(metal) < _METAL_VOXELS:
            return None
        near = np.zeros(metal.shape, bool)
        around = bounding_box(metal)
        assert around is not None
        margin = np.ceil(METAL_MM / self.spacing[::-1]).astype(int) + 1
        wide = tuple(
            slice(max(side.start - more, 0), min(side.stop + more, size))
            for side, more, size in zip(around, margin, metal.shape, strict=True)
        )
        near[wide] = distance_transform_edt(~metal[wide], self.spacing[::-1]) <= METAL_MM
        return near

    def _target(
        self,
        grey: Grey,
        scan: _Scan,
        start: Start,
        found: _Found,
        metal: np.ndarray | None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Where the vertices belong (N, 3), and their marks (N,)."""
        marks = np.full(len(start.points), KEPT, np.uint8)
        keep = start.frozen | self._at_border(grey, scan, start.points)
        if metal is not None:
            place = np.rint(grey.ijk(start.points)[:, ::-1] - grey.start).astype(int)
            keep |= metal[tuple(np.clip(place, 0, np.array(metal.shape) - 1).T)]
        target = np.where(keep[:, None], start.former, start.points)
        good = found.good(self.reach)
        if good.sum() < _LEAST:
            return start.former.copy(), marks
        fitted = found.fitted(good)
        width = max(WIDTH_MM, 1.2 * float(np.median(self.spacing)))
        fitted, smooth = settled(fitted, width)
        widest = max(scan.blur.in_plane, scan.blur.across)
        raised = blurred_curvature(
            smooth,
            fitted.normals,
            max(3 * widest, 2.5 * width),
            scan.blur.in_plane,
            scan.blur.across,
            scan.blur.normal,
        )
        raised = np.clip(raised, -_MOST_RAISED * widest, _MOST_RAISED * widest)
        free = np.flatnonzero(~keep)
        moves, weight, first = placed(
            fitted, raised, start.points[free], start.normals[free], width
        )
        moves = np.clip(moves, -self.reach, self.reach)
        told = weight > 0
        target[free[told]] += moves[told, None] * start.normals[free[told]]
        target[free[~told]] = start.former[free[~told]]
        marks[free[told]] = np.where(found.thin[good][first[told]], THIN, FITTED)
        return target, marks

    def _at_border(self, grey: Grey, scan: _Scan, points: np.ndarray) -> np.ndarray:
        """Points so near to the field's end that blur takes part of what lies beyond it."""
        blur = np.array([scan.blur.in_plane, scan.blur.in_plane, scan.blur.across])
        return ~grey.acquired(grey.ijk(points), 2 * blur / self.spacing)


_FITTING = _("Fitting the edges")
#: A vertex that had to stay so far from its edge is marked as kept.
_HELD_MM = 0.1
#: Voxels so much longer one way than another make steps that smoothing does not take away.
_UNEVEN = 2.5
#: So many places at least make a surface.
_LEAST = 20
#: Share of the places without a near neighbour that tells the blur by itself.
_LEAST_WIDE = 0.1
#: No fit is surer than this, mm; an edge less sure than that is none.
_SUREST_MM, _UNSURE_MM = 0.02, 0.5
#: Curvature moves an edge by this share of the blur at most.
_MOST_RAISED = 0.2


@dataclass(frozen=True)
class _Found:
    """Fitted places (N, 3) with their normals; ``thin`` (N,) where a wall is thinner than its own
    profile can tell, ``peaks`` (N,) the highest values that the profiles reach in it."""

    points: np.ndarray
    normals: np.ndarray
    edges: Edges
    thin: np.ndarray
    peaks: np.ndarray
    noise: float

    def good(self, reach: float) -> np.ndarray:
        """Which fits (N,) are believed."""
        edges = self.edges
        with np.errstate(invalid="ignore"):
            good = np.isfinite(edges.body) & (np.abs(edges.body) <= reach)
            good &= (edges.contrast > 4 * self.noise) & (edges.sd < _UNSURE_MM)
        return good

    def fitted(self, good: np.ndarray) -> Fitted:
        """Some of the places as points of a surface."""
        edges = self.edges
        return Fitted(
            self.points[good],
            self.normals[good],
            self.points[good] + edges.body[good, None] * self.normals[good],
            1 / np.maximum(edges.sd[good], _SUREST_MM) ** 2,
        )


def _moves(points: np.ndarray, normals: np.ndarray, former: np.ndarray) -> np.ndarray:
    """How far (N,) mm points lie outside the former surface, along their normals: as far as its
    nearest vertex tells."""
    from scipy.spatial import cKDTree

    nearest = cKDTree(former, balanced_tree=False).query(points, workers=-1)[1]
    return np.einsum("ni,ni->n", points - former[nearest], normals)


def _materials(found: _Found) -> list[tuple[float, float]]:
    """Grey values that the thick places gather about, and their shares."""
    with np.errstate(invalid="ignore"):
        thick = found.good(np.inf) & ~found.thin
    values = np.sort(found.edges.levels[thick, 1])
    if len(values) < LEAST_PLACES:
        return []
    contrast = float(np.median(found.edges.contrast[thick]))
    bins = np.arange(values[0], values[-1] + 0.15 * contrast, 0.15 * contrast)
    counts, _edges = (
        np.histogram(values, bins) if len(bins) > 1 else (np.array([len(values)]), None)
    )
    result, taken = [], np.zeros(len(counts), bool)
    for _number in range(3):
        rest = np.where(taken, 0, counts)
        best = int(rest.argmax())
        first, last = max(best - 1, 0), min(best + 2, len(counts))
        inside = np.zeros(len(counts), bool)
        inside[first:last] = True
        inside &= ~taken
        share = counts[inside].sum() / len(values)
        if share < 0.05:
            break
        edges = bins if len(bins) > 1 else np.array([values[0], values[-1] + 1])
        some = (values >= edges[first]) & (values <= edges[min(last, len(edges) - 1)])
        result.append((float(np.median(values[some])), float(share)))
        taken |= inside
    return result
