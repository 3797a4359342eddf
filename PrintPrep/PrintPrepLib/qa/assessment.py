"""Everything that the geometry QA measures on a volume, a segment and its model.

Each measurement stands in a file of its own; here they are taken one after another, and
their figures put where the record holds them. The checks read the record alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.phrases import _
from ..core.progress import Progress, meanwhile, part, report
from ..geometry.hounsfield import in_hounsfield
from ..mesh.extents import OrientedExtents, center_of_mass, oriented_extents
from ..mesh.faults import fault_record
from ..mesh.io.placement import UNITS
from ..mesh.self_intersection import self_intersection_record
from ..mesh.triangle_mesh import TriangleMesh, measure
from ..surface.contrast import half_contrast
from .edge_accuracy import EdgeTruth, edge_maps, edge_truth, edge_truth_record
from .half_contrast_parts import part_contrasts
from .printers import Printer, fit_records, known_printers
from .segment_edits import edit_effect
from .surface_accuracy import surface_truth, truth_map, truth_record
from .thin_bridges import thin_bridges
from .threshold_effects import metal, partial_volume, threshold_effect
from .wall_thickness import LIMIT_MM, WallThickness, thickness_map, wall_thickness

if TYPE_CHECKING:
    from ..mesh.io.common import ExportedFile
    from ..surface.edges import EdgeSurface
    from ..volume.regular_volume import RegularVolume


@dataclass(frozen=True)
class Subject:
    """What is examined.

    :param mask: the segment, boolean [k, j, i], on the volume's grid.
    :param mesh: the model, LPS mm.
    :param low, high: the range of grey values that the segment was made with; None: unbounded.
    :param untouched: the mesh is the surface as it was made of the segment.
    :param bodies: how many surfaces, each made by itself, the mesh holds.
    :param refinement: what smoothing and thinning did to it, as kept with the model.
    :param printer: that the model is meant for; None: not chosen.
    :param exported: the file that was written of it; None: not yet.
    :param edge: what the surface rests on where it lies at the edges; None: it lies at the range.
    """

    volume: RegularVolume
    mask: np.ndarray
    mesh: TriangleMesh
    low: float | None = None
    high: float | None = None
    untouched: bool = False
    bodies: int = 1
    refinement: Mapping[str, Any] | None = None
    printer: Printer | None = None
    exported: ExportedFile | None = None
    edge: EdgeSurface | None = None

    @property
    def grey(self) -> tuple[np.ndarray, np.ndarray, float | None, float | None, np.ndarray]:
        """Grey values, their grid, the range, and where they were acquired."""
        volume = self.volume
        return volume.voxels, volume.ijk_to_lps, self.low, self.high, volume.acquired_field

    @property
    def bounded(self) -> bool:
        """Whether grey values say where the surface ought to be."""
        return self.low is not None or self.high is not None

    @property
    def by_construction(self) -> bool:
        """Whether the surface cannot cross itself, which takes no time to tell."""
        return self.untouched and self.edge is None

    @property
    def at_edge(self) -> bool:
        """Whether the model was laid at the anatomy's edges, as far as the scan shows them."""
        return self.edge is not None and self.edge.blur is not None

    @property
    def placing(self) -> tuple[float, tuple[float, float, float]]:
        """Scale (with the unit) and offset of the file."""
        file = self.exported
        return (1.0, (0.0, 0.0, 0.0)) if file is None else (file.scale, file.center_offset_mm)

    @property
    def size(self) -> float:
        """Size of the print ÷ size of the patient."""
        file = self.exported
        return 1.0 if file is None else file.scale / UNITS[file.unit].per_mm

    @property
    def ct(self) -> bool:
        """Whether the grey values are HU."""
        return in_hounsfield(self.source)

    @property
    def source(self) -> Mapping[str, Any]:
        """What is known of the acquisition."""
        return self.volume.provenance.get("source") or {}


@dataclass(frozen=True)
class Assessment:
    """The figures for the record's ``segment`` and ``model``, and maps for the display.

    :param maps: values in mm (``EdgeMark``: what became of it) at every point of the mesh, (N,)
        each; NaN where unknown.
    :param left_out: ids of the checks that the short way leaves out; () where all was measured.
    """

    segment: dict[str, Any]
    model: dict[str, Any]
    maps: dict[str, np.ndarray] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def assess(
    subject: Subject, maps: bool = False, progress: Progress | None = None, quick: bool = False
) -> Assessment:
    """Measure everything.

    :param maps: make the maps for the display, too.
    :param quick: leave out what takes long on large models, and say so; no maps then.
    :raises SegmentError: the segment is empty.
    :raises MeshError: the mesh has no surface.
    :raises Cancelled: progress asked for it.
    """
    if quick:
        segment = _segment(subject, False, part(progress, 0.0, 0.5))
        model, _walls, _edge = _model(subject, False, part(progress, 0.5, 1.0))
        return Assessment(segment, model, left_out=_left_out(subject))
    segment = _segment(subject, True, part(progress, 0.0, 0.2))
    model, thickness, truth = _model(subject, True, part(progress, 0.2, 0.8 if maps else 1.0))
    if not maps or thickness is None:
        return Assessment(segment, model)
    made = {"WallThicknessMm": thickness_map(subject.mesh, thickness, part(progress, 0.8, 0.9))}
    edge, message = subject.edge, _("Comparing with the edges")
    if edge is not None:
        mapped = partial(edge_maps, subject.mesh, edge, truth)
        made |= meanwhile(progress, 0.9, message, mapped)
    if subject.bounded and not subject.at_edge:
        made["DistanceToGreyValuesMm"] = truth_map(
            subject.mesh, *subject.grey, progress=part(progress, 0.9, 1.0)
        )
    return Assessment(segment, model, made)


def _left_out(subject: Subject) -> tuple[str, ...]:
    """The checks that take long, as far as this subject would have them."""
    left_out = ["wall_thickness", "bridges"]
    if subject.ct and subject.bounded:
        left_out.append("threshold_effect")
    if not subject.by_construction:
        left_out.append("self_intersections")
    return tuple(left_out)


def _segment(subject: Subject, whole: bool, progress: Progress | None) -> dict[str, Any]:
    mask, mesh = subject.mask, subject.mesh
    voxels, ijk_to_lps, low, high, field = subject.grey
    message = _("Measuring half contrast")
    report(progress, 0.0, message)
    half = meanwhile(progress, 0.0, message, lambda: half_contrast(voxels, ijk_to_lps, mesh))
    figures: dict[str, Any] = {"half_contrast": None}
    if half is not None:
        parts = partial(part_contrasts, voxels, ijk_to_lps, mesh)
        told = [] if subject.at_edge else meanwhile(progress, 0.05, message, parts)
        figures["half_contrast"] = vars(half) | {"parts": told}
    if subject.ct:
        found = meanwhile(progress, 0.1, message, lambda: metal(voxels, mask, ijk_to_lps))
        figures["metal"] = vars(found)
    if not subject.bounded:
        return figures
    message = _("Looking for edits")
    report(progress, 0.2, message)
    edits = partial(edit_effect, mask, voxels, low, high, ijk_to_lps, field)
    figures["edits"] = vars(meanwhile(progress, 0.2, message, edits))
    if half is not None:
        steps = (subject.source.get("steps_mm") or {}).get("max") or 0.0
        mixed = partial(partial_volume, voxels, mask, ijk_to_lps, low, high, half, steps)
        figures["partial_volume"] = vars(meanwhile(progress, 0.3, message, mixed))
    if subject.ct and whole and not subject.at_edge:
        effect = threshold_effect(
            voxels, ijk_to_lps, low, high, mesh, field=field, progress=part(progress, 0.4, 1.0)
        )
        figures["threshold_effect"] = vars(effect)
    return figures


def _model(
    subject: Subject, whole: bool, progress: Progress | None
) -> tuple[dict[str, Any], WallThickness | None, EdgeTruth | None]:
    mesh, thickness = subject.mesh, None
    message = _("Measuring the model")
    report(progress, 0.0, message)
    figures = asdict(meanwhile(progress, 0.0, message, partial(measure, mesh)))
    report(progress, 0.05, message)
    box = meanwhile(progress, 0.05, message, partial(oriented_extents, mesh))
    closed = figures["boundary_edges"] == 0
    center = meanwhile(progress, 0.08, message, partial(center_of_mass, mesh, closed))
    figures |= {
        "oriented_extents_mm": box.extents_mm,
        "oriented_axes": box.axes,
        "center_of_mass_mm": center.place_mm,
        **_fit(subject, figures["extents_mm"], box),
        **fault_record(mesh, *subject.placing, progress=part(progress, 0.1, 0.2)),
    }
    if whole or subject.by_construction:
        figures["self_intersections"] = self_intersection_record(
            mesh, subject.by_construction, part(progress, 0.2, 0.5), subject.bodies
        )
    if whole:
        thickness = wall_thickness(mesh, progress=part(progress, 0.5, 0.7))
        printer = subject.printer
        limit = None if printer is None else printer.smallest_wall_mm
        figures["wall_thickness"] = thickness.as_record(LIMIT_MM if limit is None else limit)
        figures["bridges"] = thin_bridges(
            subject.mask, subject.volume.ijk_to_lps, progress=part(progress, 0.7, 0.85)
        ).as_record()
    truth = _truth(subject, figures, part(progress, 0.85, 1.0))
    return figures, thickness, truth


def _truth(
    subject: Subject, figures: dict[str, Any], progress: Progress | None
) -> EdgeTruth | None:
    """Put into the figures how far the model lies from the images."""
    mesh, edge, mask = subject.mesh, subject.edge, subject.mask
    figures["edge"] = None if edge is None else edge.as_record()
    if edge is not None and subject.at_edge:
        found = edge_truth(mesh, edge, *subject.grey, mask=mask, progress=progress)
        if found is not None:
            truth = edge_truth_record(found, subject.refinement)
            figures["surface_truth"] = truth
            if truth["moved_mm"] is not None:
                # From the images: the surface that the edges were looked for at is another one.
                edges = figures["edge"]
                edges["moved_mm"] = {**(edges["moved_mm"] or {}), **truth["moved_mm"]}
            return found
    if subject.bounded:
        level = surface_truth(mesh, *subject.grey, mask=mask, progress=progress)
        figures["surface_truth"] = truth_record(level, subject.refinement)
    return None


def _fit(subject: Subject, extents_mm: tuple[float, ...], box: OrientedExtents) -> dict[str, Any]:
    """On the chosen printer, or on all that are known."""
    chosen = subject.printer
    printers = known_printers() if chosen is None else (chosen,)
    found = fit_records(printers, extents_mm, box.extents_mm, box.axes, subject.size)
    return {"printers": found} if chosen is None else {"printer": found[0]}
