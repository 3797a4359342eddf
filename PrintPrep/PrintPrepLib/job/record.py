"""From a volume, a segment and its model to checks and record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from ..calibration.store import latest_for, load_calibrations
from ..core.progress import Progress
from ..mesh.io.common import ExportedFile
from ..qa.assessment import Subject, assess
from ..qa.printers import Printer, find_printer
from ..qa.protocol import Protocol, load_protocol, protocol_record
from ..qa.record import model_record, qa_record, segment_record
from .model import Bounds


@dataclass(frozen=True)
class Standards:
    """What scan and model are held against; read before any work is done.

    :param calibrations: of all scanners, as ``load_calibrations`` reads them.
    """

    protocol: Protocol | None = None
    surgery_date: date | str | None = None
    printer: Printer | None = None
    calibrations: Sequence[Mapping[str, Any]] = ()


def named_standards(
    protocol: str = "",
    surgery_date: date | str | None = None,
    printer: str = "",
    calibrations: str = "",
) -> Standards:
    """The standards that a person names; "" for none.

    :param protocol: name of a protocol, or path of a user's own.
    :param surgery_date: ISO date, for protocols that limit the age of the scan.
    :param printer: name of a printer, or the size of its bed.
    :param calibrations: file with the calibrations of the scanners.
    :raises ProtocolError: there is no such protocol or printer, or it says what nobody can check.
    :raises CalibrationError: the calibrations cannot be read.
    """
    return Standards(
        load_protocol(protocol) if protocol else None,
        surgery_date or None,
        find_printer(printer) if printer else None,
        load_calibrations(calibrations) if calibrations else [],
    )


@dataclass(frozen=True)
class Checked:
    """A record, and values in mm at every point of the mesh, (N,) each, NaN where unknown."""

    record: dict[str, Any]
    maps: dict[str, np.ndarray] = field(default_factory=dict)


def checked(
    subject: Subject,
    method: str,
    bounds: Bounds,
    standards: Standards,
    exported: Sequence[ExportedFile] = (),
    *,
    provenance: Mapping[str, Any] | None = None,
    slicer: str | None = None,
    maps: bool = False,
    quick: bool = False,
    progress: Progress | None = None,
    surface: str = "threshold",
    mask: Mapping[str, Any] | None = None,
    **segment: Any,
) -> Checked:
    """Measure and judge a model.

    :param subject: what is examined; its printer and file follow ``standards`` and ``exported``.
    :param method: how the segment was made, such as ``threshold``.
    :param bounds: the range that the segment was made with, for the record.
    :param exported: the files written of the model, all with one scale and offset.
    :param provenance: of the volume, where the record shall hold another one than it carries.
    :param slicer: the version of Slicer that this runs in.
    :param quick: leave out what takes long on large models; the record names it.
    :param surface: where it lies: ``edge`` of the anatomy, or ``threshold``.
    :param mask: what the segment was made of, as ``segment.mask_record`` tells it.
    :param segment: further entries of the record's ``segment`` part.
    :raises SegmentError: the segment is empty.
    :raises MeshError: the mesh has no surface.
    :raises Cancelled: progress asked for it.
    """
    volume = subject.volume
    provenance = volume.provenance if provenance is None else provenance
    found = assess(subject, maps=maps, progress=progress, quick=quick)
    source, wanted = provenance["source"], standards.protocol
    record = qa_record(
        provenance,
        segment_record(
            subject.mask, volume.ijk_to_lps, method, *bounds, volume.acquired_field, **segment
        )
        | {"surface": surface, "mask": mask}
        | found.segment,
        model_record(found.model | dict(subject.refinement or {}), exported),
        slicer=slicer,
        protocol=None
        if wanted is None
        else protocol_record(wanted, source, provenance.get("scan_date"), standards.surgery_date),
        calibration=latest_for(source, standards.calibrations),
        left_out=list(found.left_out) or None,
    )
    return Checked(record, found.maps)
