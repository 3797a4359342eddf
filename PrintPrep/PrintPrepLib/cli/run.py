"""The command ``printprep run``: series to volume, model and geometry record."""

from __future__ import annotations

import argparse
import importlib.util
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..calibration.store import latest_for, load_calibrations
from ..core.errors import PrintPrepError
from ..core.progress import Progress, part, report
from ..qa.printers import Printer, find_printer
from ..qa.protocol import Protocol, load_protocol, protocol_names, protocol_record
from . import arguments
from .console import Console

if TYPE_CHECKING:
    from ..core.findings import Finding
    from ..geometry.stack import SeriesCollection, SliceStack
    from ..mesh.triangle_mesh import TriangleMesh
    from ..qa.assessment import Subject
    from ..volume.regular_volume import RegularVolume


def add_run(commands: Any, everywhere: argparse.ArgumentParser) -> None:
    """Add ``run`` to the command line.

    :param commands: what ``add_subparsers`` gave.
    :param everywhere: the options that every command knows.
    """
    told = "series to volume.nrrd, model.stl and the geometry record (qa.json, qa.html)"
    run = commands.add_parser(
        "run", parents=[everywhere], help=told, description=told, allow_abbrev=False
    )
    _add_options(run)
    run.set_defaults(command=_run)


def _add_options(run: argparse.ArgumentParser) -> None:
    run.add_argument("--out", required=True, metavar="DIR", help="folder for the results")
    run.add_argument(
        "--series",
        metavar="NUMBER|UID",
        help="which series, by number or UID; otherwise the one with most slices",
    )
    run.add_argument(
        "--stack",
        type=arguments.stack,
        metavar="N|all",
        help="which stack of a series that mixes orientations, rasters or reconstructions, as "
        "printprep inspect numbers them; otherwise the largest. all: a volume and a model of each",
    )
    run.add_argument(
        "--section",
        type=arguments.section,
        metavar="N|all|merged",
        help="which part of a stack with wide gaps; otherwise the largest. all: a volume and a "
        "model of each; merged: one volume with background in the gaps",
    )
    run.add_argument(
        "--spacing",
        type=arguments.spacing,
        default="native",
        metavar="native|isotropic|MM",
        help="distance of the volume's planes: the smallest step (native), the pixel "
        "(isotropic) or millimetres",
    )
    range_of_grey = run.add_mutually_exclusive_group()
    range_of_grey.add_argument(
        "--threshold",
        type=arguments.threshold,
        metavar="LOW[:HIGH]",
        help="grey values (HU in CT) of the model, both ends included",
    )
    range_of_grey.add_argument(
        "--preset",
        type=arguments.preset,
        metavar="NAME",
        help="grey values by name, e.g. bone (200 HU upwards), which CT takes without this; "
        "another name lists them all",
    )
    run.add_argument(
        "--largest", action="store_true", help="keep only the largest island of the segment"
    )
    run.add_argument(
        "--format",
        type=arguments.formats,
        default=["stl"],
        metavar="stl,3mf,obj,ply",
        help="kinds of model files, separated by commas; otherwise stl",
    )
    run.add_argument(
        "--scale",
        type=arguments.positive,
        default=1.0,
        metavar="F",
        help="size of the file ÷ patient's",
    )
    run.add_argument(
        "--center", action="store_true", help="move the middle of the model to the origin"
    )
    run.add_argument(
        "--name",
        type=arguments.name_of_file,
        default="model",
        metavar="NAME",
        help="NAME.stl for model.stl, and so on",
    )
    _add_placing_options(run)
    _add_checking_options(run)


def _add_placing_options(run: argparse.ArgumentParser) -> None:
    """What a person knows better than the headers; the record says so."""
    run.add_argument(
        "--apply-tilt",
        nargs="?",
        type=arguments.tilt,
        const=True,
        metavar="DEG",
        help="tip straight slices that have lost their gantry tilt, by what the header states or "
        "by degrees; plus: the upper edge of the images along row × column (lying on the back, "
        "head first: the front towards the head). Compare the model with the original images",
    )
    run.add_argument(
        "--geometry",
        type=arguments.geometry,
        metavar="ROWxCOLUMNxSTEP",
        help="for headers that do not say where slices lie: distance of the rows, of the columns "
        "and of the slices in mm, axial unless :coronal or :sagittal follows. Slices go by their "
        "numbers towards head, back or right; a negative step turns them round",
    )


def _add_checking_options(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "--protocol",
        metavar="NAME|FILE.json",
        help="compare the scan with an acquisition protocol: "
        f"{', '.join(protocol_names())}, or one of your own",
    )
    run.add_argument(
        "--surgery-date",
        type=arguments.day,
        metavar="YYYY-MM-DD",
        help="for protocols that limit the age of the scan; only the age enters the record",
    )
    run.add_argument(
        "--printer",
        metavar="NAME|X×Y×Z",
        help="does the model fit on this printer, by name or size of its build volume in mm",
    )
    run.add_argument(
        "--calibration",
        metavar="FILE.json",
        help="calibrations of the scanners, as printprep calibrate --store keeps them",
    )


@dataclass(frozen=True)
class _Beside:
    """What scan and model are compared with; read before any work is done."""

    protocol: Protocol | None
    printer: Printer | None
    calibrations: list[dict[str, Any]]


@dataclass(frozen=True)
class _Chosen:
    """The stacks that become volumes, the files they are from, and why it is these."""

    collection: SeriesCollection
    stacks: list[SliceStack]
    findings: list[Finding]


@dataclass(frozen=True)
class _Job:
    """One volume to be made: its files go into ``folder``, ``suffix`` ends their names."""

    chosen: _Chosen
    stack: SliceStack
    folder: Path
    suffix: str
    progress: Progress | None
    console: Console


def _run(options: argparse.Namespace, console: Console) -> None:
    from ..core.files import staging
    from ..core.jsonable import to_json
    from .text import result

    _require_slicer()
    beside = _Beside(
        load_protocol(options.protocol) if options.protocol else None,
        find_printer(options.printer) if options.printer else None,
        load_calibrations(options.calibration) if options.calibration else [],
    )
    several = "all" in (options.stack, options.section)
    records, texts = [], []
    with console.quiet(), staging(options.out) as folder:
        chosen = _choose(options, console)
        for number, stack in enumerate(chosen.stacks, 1):
            suffix = f"-{number}" if several else ""
            share = (0.1 + 0.9 * (number - 1 + done) / len(chosen.stacks) for done in (0, 1))
            job = _Job(chosen, stack, folder, suffix, part(console.progress, *share), console)
            record = _make(options, beside, job)
            records.append(record)
            models = [entry["file"] for entry in record["model"]["files"]]
            files = [f"volume{suffix}.nrrd", *models, f"qa{suffix}.json", f"qa{suffix}.html"]
            texts.append(result(record, options.out, files))
        report(console.progress, 1.0, "Moving the files into place")
    if options.json:
        console.answer(to_json(records if several else records[0], ascii_only=True))
    else:
        console.answer("\n".join(texts))


def _require_slicer() -> None:
    """:raises PrintPrepError: Slicer's core is not installed; asked before work is done."""
    if importlib.util.find_spec("slicer") is None:
        raise PrintPrepError(
            "run needs Slicer's core, which is not installed here",
            remedy='Install it with: pip install "printprep[headless]"',
        )


def _edge() -> tuple[Any, Any]:
    """The files of the library that need Slicer's core; loading it takes a second or two."""
    try:
        from .. import mrml
        from ..mrml import segments as mrml_segments
    except ImportError as error:
        raise PrintPrepError(
            f"Slicer's core cannot be loaded ({error})",
            remedy="Install the library that is missing and try again",
        ) from error
    return mrml, mrml_segments


def _make(options: argparse.Namespace, beside: _Beside, job: _Job) -> dict[str, Any]:
    """Write all files of one volume and return its record."""
    from ..core.files import write_bytes
    from ..core.jsonable import to_json
    from ..mesh.io.export import FORMATS, export_model
    from ..qa.assessment import assess
    from ..qa.record import model_record, qa_record

    progress, folder, suffix = job.progress, job.folder, job.suffix
    volume, provenance = _load(options, job)
    report(progress, 0.3, "Loading Slicer's core")
    with job.console.sheltered():
        mrml, _ = _edge()
    report(progress, 0.3, "Segmenting")
    node = mrml.add_volume_node(volume, "Volume")
    volume = mrml.volume_from_node(node)  # the node's own voxels: one copy less in memory
    subject, segment = _segment(options, node, volume, part(progress, 0.3, 0.5))
    report(progress, 0.5, "Writing the model")
    exported = [
        export_model(
            [(options.name, subject.mesh)],
            folder / f"{options.name}{suffix}{FORMATS[kind].suffix}",
            kind,
            options.scale,
            options.center,
        )
        for kind in options.format
    ]
    report(progress, 0.55, "Writing the volume")
    mrml.save_volume(node, folder / f"volume{suffix}.nrrd")
    subject = replace(subject, exported=exported[0], printer=beside.printer)
    found = assess(subject, progress=part(progress, 0.6, 0.9))
    report(progress, 0.9, "Drawing the pictures")
    model = model_record(found.model, exported)
    record = qa_record(
        provenance,
        segment | found.segment,
        model,
        slicer=_slicer_version(),
        protocol=None
        if beside.protocol is None
        else protocol_record(
            beside.protocol, provenance["source"], provenance.get("scan_date"), options.surgery_date
        ),
        calibration=latest_for(provenance["source"], beside.calibrations),
    )
    write_bytes(folder / f"qa{suffix}.json", to_json(record).encode())
    write_bytes(folder / f"qa{suffix}.html", _page(record, subject.mesh, job).encode())
    node.GetScene().Clear(False)  # before the next volume takes memory
    return record


def _choose(options: argparse.Namespace, console: Console) -> _Chosen:
    """What was asked for, or else the largest; what was chosen so is said."""
    from ..geometry.hounsfield import refuse_maps
    from ..geometry.manual import apply_tilt
    from ..series.by_hand import read_series_by_hand
    from ..series.reader import read_series
    from ..series.selection import choose

    reading = part(console.progress, 0.0, 0.08)
    if options.geometry is None:
        collection = read_series(options.inputs, reading)
    else:
        collection = read_series_by_hand(options.inputs, options.geometry, reading)
    stacks, findings = choose(
        collection,
        options.series,
        options.inputs,
        options.stack,
        options.section,
        part(console.progress, 0.08, 0.1),
    )
    if options.apply_tilt is not None:
        # Without degrees what the header states.
        tilt = None if options.apply_tilt is True else options.apply_tilt
        stacks = [apply_tilt(stack, tilt) for stack in stacks]
    for stack in stacks:
        refuse_maps(stack)
    for finding in findings:
        console.note(finding.message)
    return _Chosen(collection, stacks, findings)


def _load(options: argparse.Namespace, job: _Job) -> tuple[RegularVolume, dict[str, Any]]:
    """The volume, and its provenance as the record shall hold it."""
    from ..geometry.analysis import analyse
    from ..geometry.source_record import source_record
    from ..geometry.stack import rejected_files
    from ..volume.regularize import load_stack

    stack, collection = job.stack, job.chosen.collection
    volume = load_stack(stack, options.spacing, part(job.progress, 0.0, 0.3))
    left_out = [item for series in collection.series for item in series.rejected]
    # The stack's own ones also name the images that were there twice.
    every = dict.fromkeys([*left_out, *stack.rejected, *collection.rejected])
    source = source_record(stack, analyse(stack), identify=options.identify)
    rejected = rejected_files(every, options.inputs, options.identify)
    choices = [item.as_finding() for item in job.chosen.findings]
    return volume, {
        **volume.provenance,
        "source": {**source, "rejected": rejected},
        "findings": [*volume.provenance["findings"], *choices],
    }


def _segment(
    options: argparse.Namespace, node: Any, volume: RegularVolume, progress: Progress
) -> tuple[Subject, dict[str, Any]]:
    """The segment with its surface, and what the record says of it."""
    from ..qa.assessment import Subject
    from ..qa.record import segment_record
    from ..surface.threshold import grey_range

    _, segments = _edge()
    low, high, method = grey_range(volume, options.threshold, options.preset)
    segmentation, segment_id = segments.segment_by_threshold(node, low, high, options.name)
    if options.largest:
        report(progress, 0.2, "Keeping the largest island")
        segments.keep_largest_island(segmentation, segment_id, node)
        method += ", largest island"
    mesh = segments.segment_surface(node, segmentation, segment_id, part(progress, 0.4, 0.9))
    mask = segments.segment_mask(segmentation, segment_id, node)
    record = segment_record(
        mask,
        volume.ijk_to_lps,
        method,
        low,
        high,
        volume.acquired_field,
        largest_island=options.largest,
    )
    return Subject(volume, mask, mesh, low, high, untouched=True), record


def _page(record: dict[str, Any], mesh: TriangleMesh, job: _Job) -> str:
    from ..report.record_page import page

    text, without = page(record, mesh, part(job.progress, 0.9, 1.0))
    if without is not None:
        job.console.note(f"No picture of the model: {without}")
    return text


def _slicer_version() -> str | None:
    from importlib import metadata

    try:
        return metadata.version("slicer-core")
    except metadata.PackageNotFoundError:
        return None
