"""One input to its results folder: volumes, models and geometry records."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ..core.files import leftovers, staging
from ..core.findings import Finding
from ..core.phrases import Phrase, _, listed
from ..core.progress import Progress, part, report
from ..geometry.analysis import analyse
from ..geometry.hounsfield import refuse_maps
from ..geometry.manual import EnteredGeometry, apply_tilt
from ..geometry.privacy import persons_of, unnamed_entry
from ..geometry.source_record import source_record
from ..geometry.stack import SeriesCollection, SliceStack, rejected_files
from ..image_io.read import image_suffix
from ..mesh.io.export import FORMATS, export_model
from ..mesh.io.placement import merged
from ..mesh.triangle_mesh import TriangleMesh
from ..qa.assessment import Subject
from ..series.by_hand import read_series_by_hand
from ..series.reader import read_series
from ..series.selection import choose
from ..surface.edges import joined
from ..surface.following import REACH_MM
from ..surface.masks import LabelMap, read_labels
from ..volume.regular_volume import RegularVolume
from ..volume.regularize import load_stack
from .model import SURFACES
from .record import Standards, checked, named_standards
from .results import Results
from .segment import (
    Segment,
    grey_segment,
    mask_record,
    mask_segment,
    part_surfaces,
    unnamed,
)

#: Tells a person something beside the results.
Note = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What shall be made of which input; the options of ``printprep run`` by their names.

    :param inputs: folders and files.
    :param out: folder for the results, made where it is missing.
    :param series, stack, section: which; None for the one with most slices, the largest.
    :param geometry: where headers do not say where slices lie.
    :param apply_tilt: degrees; True for what the headers state.
    :param threshold, preset: grey values of the model; neither: ``grey_range`` decides.
    :param mask: a file with labels that say what is meant; its boundary follows the image.
    :param labels: those of the mask that make the model, as one body; none: all, one body each.
    :param surface: where it lies, a name in ``model.SURFACES``; None: at the threshold where one
        is given, or where a mask shall stay as it is, else at the edge.
    :param follow_mm: how far from the mask's boundary the edge is looked for; 0: nowhere.
    :param formats: kinds of model files.
    :param scale: size of the file ÷ the patient's.
    :param name: of the model and its files.
    :param quick: leave out what takes long on large models; the record names it.
    """

    inputs: Sequence[str]
    out: str | Path
    series: str | None = None
    stack: int | str | None = None
    section: int | str | None = None
    spacing: str | float = "native"
    geometry: EnteredGeometry | None = None
    apply_tilt: float | bool | None = None
    threshold: tuple[float, float | None] | None = None
    preset: str | None = None
    mask: str | None = None
    labels: tuple[int, ...] = ()
    surface: str | None = None
    follow_mm: float = REACH_MM
    largest: bool = False
    formats: Sequence[str] = ("stl",)
    scale: float = 1.0
    center: bool = False
    name: str = "model"
    protocol: str = ""
    surgery_date: date | None = None
    printer: str = ""
    calibration: str = ""
    identify: bool = False
    quick: bool = False

    @property
    def surface_taken(self) -> str:
        """Where the surface lies: a person's number is where it says."""
        if self.surface is not None:
            return self.surface
        as_it_is = self.mask is not None and not self.follow_mm
        return "threshold" if self.threshold is not None or as_it_is else SURFACES[0]

    @property
    def several(self) -> bool:
        """Whether there may be several volumes, whose files are numbered."""
        return "all" in (self.stack, self.section)


@dataclass(frozen=True)
class Result:
    """One volume's record, and the names of its files in the results folder."""

    record: dict[str, Any]
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Chosen:
    """The stacks that become volumes, the files they are from, and why it is these."""

    collection: SeriesCollection
    stacks: list[SliceStack]
    findings: list[Finding]


def run(
    request: Request, progress: Progress | None = None, note: Note | None = None
) -> list[Result]:
    """Make everything that was asked for; all files appear together, or none.

    :param note: is told what was chosen where there was a choice, and what is missing.
    :raises PrintPrepError: the input is refused, or a file cannot be written; nothing was.
    :raises Cancelled: progress asked for it; nothing was written.
    """
    standards = named_standards(
        request.protocol, request.surgery_date, request.printer, request.calibration
    )
    mask = None if request.mask is None else read_labels(request.mask, request.labels)
    with staging(request.out) as folder:
        left = [name for name in leftovers(Path(request.out)) if name != folder.parent.name]
        if left and note is not None:
            told = _(
                "Left by a run that was killed, or is at work there: {names} in {folder}. Where no "
                "other run is at work it can be removed"
            )
            values = {"names": listed(left, 3), "folder": os.fspath(request.out)}
            note(Phrase(told, values).said)
        chosen = _choose(request, part(progress, 0.0, 0.1))
        if note is not None:
            for finding in chosen.findings:
                note(finding.said)
        results = []
        for number, stack in enumerate(chosen.stacks, 1):
            share = [0.1 + 0.9 * (number - 1 + done) / len(chosen.stacks) for done in (0, 1)]
            maker = _Maker(
                request,
                standards,
                chosen,
                mask,
                folder,
                f"-{number}" if request.several else "",
                part(progress, *share),
                note,
            )
            results.append(maker.make(stack))
        report(progress, 1.0, _("Moving the files into place"))
    return results


def _choose(request: Request, progress: Progress | None) -> _Chosen:
    """What was asked for, or else the largest."""
    reading = part(progress, 0.0, 0.8)
    if request.geometry is None:
        collection = read_series(request.inputs, reading)
    else:
        collection = read_series_by_hand(request.inputs, request.geometry, reading)
    stacks, findings = choose(
        collection,
        request.series,
        request.inputs,
        request.stack,
        request.section,
        part(progress, 0.8, 1.0),
    )
    if request.apply_tilt is not None:
        # Without degrees what the header states.
        tilt = None if request.apply_tilt is True else request.apply_tilt
        stacks = [apply_tilt(stack, tilt) for stack in stacks]
    for stack in stacks:
        refuse_maps(stack)
    return _Chosen(collection, stacks, findings)


@dataclass(frozen=True)
class _Maker:
    """Makes the files of one volume in ``folder``; ``suffix`` ends their names."""

    request: Request
    standards: Standards
    chosen: _Chosen
    mask: LabelMap | None
    folder: Path
    suffix: str
    progress: Progress | None
    note: Note | None

    def make(self, stack: SliceStack) -> Result:
        request, progress = self.request, self.progress
        volume = load_stack(stack, request.spacing, part(progress, 0.0, 0.3))
        segment = self._segment(stack, volume, part(progress, 0.3, 0.4))
        made = part_surfaces(volume, segment, request.name, part(progress, 0.4, 0.5))
        meshes = [(name, one.mesh) for name, one in made]
        mesh = merged(meshes)
        edges = [one.edge for _name, one in made if one.edge is not None]
        shares = np.linspace(0.5, 0.55, len(request.formats) + 1)
        exported = [
            export_model(
                meshes,
                self.folder / f"{request.name}{self.suffix}{FORMATS[kind].suffix}",
                kind,
                request.scale,
                request.center,
                progress=part(progress, float(start), float(end)),
            )
            for kind, start, end in zip(request.formats, shares[:-1], shares[1:], strict=True)
        ]
        results = Results(
            volume,
            self.folder,
            suffix=self.suffix,
            note=self.note,
            progress=part(progress, 0.55, 0.6),
        )
        found = checked(
            Subject(
                volume,
                segment.mask,
                mesh,
                *segment.bounds,
                untouched=True,
                bodies=len(meshes),
                edge=joined(edges) if edges else None,
            ),
            segment.method,
            segment.bounds,
            self.standards,
            exported,
            provenance=self._provenance(stack, volume, segment),
            progress=part(progress, 0.6, 0.9),
            largest_island=request.largest,
            surface=segment.surface,
            mask=self._mask_record(segment, meshes),
            quick=request.quick,
        )
        record = results.add(found.record, mesh, self.suffix, part(progress, 0.9, 1.0))
        files = [results.written[0], *(item.path for item in exported), *results.written[1:]]
        return Result(record, [file.name for file in files])

    def _segment(
        self, stack: SliceStack, volume: RegularVolume, progress: Progress | None
    ) -> Segment:
        request = self.request
        if self.mask is None:
            return grey_segment(
                volume,
                request.threshold,
                request.preset,
                request.surface_taken,
                request.largest,
                progress,
            )
        segment = mask_segment(
            volume,
            # Names go into files, where nobody looks for a person's.
            unnamed(self.mask, persons_of(stack.info)),
            bool(request.labels),
            request.threshold,
            request.surface_taken,
            request.follow_mm,
            request.largest,
            progress,
        )
        if self.note is not None:
            for finding in segment.findings:
                self.note(finding.said)
        return segment

    def _mask_record(
        self, segment: Segment, meshes: Sequence[tuple[str, TriangleMesh]]
    ) -> dict[str, Any] | None:
        """Names of files and labels may name a person: whole ones only where that is asked for."""
        if self.mask is None or segment.labels is None:
            return None
        file, names = Path(self.mask.file).name, self.mask.names
        if not self.request.identify:
            file, names = f"mask{image_suffix(file)}", segment.labels.source.names
        return mask_record(segment, segment.labels, meshes, file, names)

    def _provenance(
        self, stack: SliceStack, volume: RegularVolume, segment: Segment
    ) -> dict[str, Any]:
        """The volume's, with all that was left out and chosen on the way."""
        collection, request = self.chosen.collection, self.request
        left_out = [item for series in collection.series for item in series.rejected]
        # The stack's own ones also name the images that were there twice.
        every = dict.fromkeys([*left_out, *stack.rejected, *collection.rejected])
        source = source_record(stack, analyse(stack), identify=request.identify)
        rejected = rejected_files(every, request.identify, request.inputs)
        choices = [item.as_entry() for item in (*self.chosen.findings, *segment.findings)]
        findings = [*volume.provenance["findings"], *choices]
        if not request.identify:
            persons = persons_of(stack.info)
            findings = [unnamed_entry(entry, persons) for entry in findings]
        return {
            **volume.provenance,
            "source": {**source, "rejected": rejected},
            "findings": findings,
        }
