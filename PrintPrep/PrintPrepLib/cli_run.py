"""The command ``printprep run``: series to volume, model and geometry record."""

from __future__ import annotations

import argparse
import importlib.util
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import typed
from .calibration_store import latest_for, load_calibrations
from .console import Console
from .errors import PrintPrepError
from .printers import Printer, find_printer
from .progress import Progress, part, report
from .protocol import Protocol, load_protocol, protocol_names, protocol_record

if TYPE_CHECKING:
    from .assessment import Subject
    from .mesh import TriangleMesh
    from .regularize import RegularVolume


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
        "--spacing",
        type=typed.spacing,
        default="native",
        metavar="native|isotropic|MM",
        help="distance of the volume's planes: the smallest step (native), the pixel "
        "(isotropic) or millimetres",
    )
    range_of_grey = run.add_mutually_exclusive_group()
    range_of_grey.add_argument(
        "--threshold",
        type=typed.threshold,
        metavar="LOW[:HIGH]",
        help="grey values (HU in CT) of the model, both ends included",
    )
    range_of_grey.add_argument(
        "--preset",
        type=typed.preset,
        metavar="NAME",
        help="grey values by name, e.g. bone (200 HU upwards), which CT takes without this; "
        "another name lists them all",
    )
    run.add_argument(
        "--largest", action="store_true", help="keep only the largest island of the segment"
    )
    run.add_argument(
        "--format",
        type=typed.formats,
        default=["stl"],
        metavar="stl,3mf,obj,ply",
        help="kinds of model files, separated by commas; otherwise stl",
    )
    run.add_argument(
        "--scale",
        type=typed.positive,
        default=1.0,
        metavar="F",
        help="size of the file ÷ patient's",
    )
    run.add_argument(
        "--center", action="store_true", help="move the middle of the model to the origin"
    )
    run.add_argument(
        "--name",
        type=typed.name_of_file,
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
        type=typed.tilt,
        const=True,
        metavar="DEG",
        help="tip straight slices that have lost their gantry tilt, by what the header states or "
        "by degrees; plus: the upper edge of the images along row × column (lying on the back, "
        "head first: the front towards the head). Compare the model with the original images",
    )
    run.add_argument(
        "--geometry",
        type=typed.geometry,
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
        type=typed.day,
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


def _run(options: argparse.Namespace, console: Console) -> None:
    from .files import staging
    from .record import to_json
    from .words import result

    _require_slicer()
    beside = _Beside(
        load_protocol(options.protocol) if options.protocol else None,
        find_printer(options.printer) if options.printer else None,
        load_calibrations(options.calibration) if options.calibration else [],
    )
    with console.quiet(), staging(options.out) as folder:
        record = _make(options, beside, console, folder)
        report(console.progress, 1.0, "Moving the files into place")
    if options.json:
        console.answer(to_json(record, ascii_only=True))
    else:
        models = [entry["file"] for entry in record["model"]["files"]]
        files = ["volume.nrrd", *models, "qa.json", "qa.html"]
        console.answer(result(record, options.out, files))


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
        from . import mrml, mrml_segments
    except ImportError as error:
        raise PrintPrepError(
            f"Slicer's core cannot be loaded ({error})",
            remedy="Install the library that is missing and try again",
        ) from error
    return mrml, mrml_segments


def _make(
    options: argparse.Namespace, beside: _Beside, console: Console, folder: Path
) -> dict[str, Any]:
    """Write all files into ``folder`` and return the record."""
    from .assessment import assess
    from .files import write_bytes
    from .formats import FORMATS, export_model
    from .record import model_record, qa_record, to_json

    progress: Progress = console.progress
    volume, provenance = _load(options, console)
    report(progress, 0.3, "Loading Slicer's core")
    with console.sheltered():
        mrml, _ = _edge()
    report(progress, 0.3, "Segmenting")
    node = mrml.add_volume_node(volume, "Volume")
    volume = mrml.volume_from_node(node)  # the node's own voxels: one copy less in memory
    subject, segment = _segment(options, node, volume, part(progress, 0.3, 0.5))
    report(progress, 0.5, "Writing the model")
    exported = [
        export_model(
            [(options.name, subject.mesh)],
            folder / f"{options.name}{FORMATS[kind].suffix}",
            kind,
            options.scale,
            options.center,
        )
        for kind in options.format
    ]
    report(progress, 0.55, "Writing the volume")
    mrml.save_volume(node, folder / "volume.nrrd")
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
    write_bytes(folder / "qa.json", to_json(record).encode())
    write_bytes(folder / "qa.html", _page(record, subject.mesh, console).encode())
    return record


def _load(options: argparse.Namespace, console: Console) -> tuple[RegularVolume, dict[str, Any]]:
    """The volume, and its provenance as the record shall hold it."""
    from .applied_tilt import apply_tilt
    from .entered import read_series_by_hand
    from .geometry import analyse
    from .pixel_findings import refuse_maps
    from .provenance import source_record
    from .record import rejected_files
    from .regularize import load_stack
    from .selection import choose
    from .series import read_series

    reading = part(console.progress, 0.0, 0.1)
    if options.geometry is None:
        collection = read_series(options.inputs, reading)
    else:
        collection = read_series_by_hand(options.inputs, options.geometry, reading)
    stack, choice = choose(collection, options.series, options.inputs)
    if options.apply_tilt is not None:
        # Without degrees what the header states.
        stack = apply_tilt(stack, None if options.apply_tilt is True else options.apply_tilt)
    refuse_maps(stack)
    if choice:
        console.note(choice.message)
    volume = load_stack(stack, options.spacing, part(console.progress, 0.1, 0.4))
    left_out = [item for series in collection.series for item in series.rejected]
    rejected = rejected_files([*left_out, *collection.rejected], options.inputs, options.identify)
    source = source_record(stack, analyse(stack), identify=options.identify)
    findings = [*volume.provenance["findings"], *([choice.as_dict()] if choice else [])]
    return volume, {
        **volume.provenance,
        "source": {**source, "rejected": rejected},
        "findings": findings,
    }


def _segment(
    options: argparse.Namespace, node: Any, volume: RegularVolume, progress: Progress
) -> tuple[Subject, dict[str, Any]]:
    """The segment with its surface, and what the record says of it."""
    from .assessment import Subject
    from .record import segment_record
    from .selection import grey_range

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


def _page(record: dict[str, Any], mesh: TriangleMesh, console: Console) -> str:
    from .report import page

    text, without = page(record, mesh, part(console.progress, 0.9, 1.0))
    if without is not None:
        console.note(f"No picture of the model: {without}")
    return text


def _slicer_version() -> str | None:
    from importlib import metadata

    try:
        return metadata.version("slicer-core")
    except metadata.PackageNotFoundError:
        return None
