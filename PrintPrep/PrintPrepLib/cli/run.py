"""The command ``printprep run``: series to volume, model and geometry record."""

from __future__ import annotations

import argparse
from typing import Any

from ..core.phrases import Phrase, _
from ..qa.protocol import protocol_names
from ..surface.following import REACH_MM
from . import arguments
from .console import Console


def add_run(commands: Any, everywhere: argparse.ArgumentParser) -> None:
    """Add ``run`` to the command line.

    :param commands: what ``add_subparsers`` gave.
    :param everywhere: the options that every command knows.
    """
    told = _("series to volume.nrrd, model.stl and the geometry record (qa.json, qa.html)")
    run = commands.add_parser(
        "run", parents=[everywhere], help=told, description=told, allow_abbrev=False
    )
    _add_options(run)
    run.set_defaults(command=_run, wrong_usage=run.error)


def _add_options(run: argparse.ArgumentParser) -> None:
    run.add_argument("--out", required=True, metavar="DIR", help=_("folder for the results"))
    run.add_argument(
        "--series",
        metavar="NUMBER|UID",
        help=_("which series, by number or UID; otherwise the one with most slices"),
    )
    run.add_argument(
        "--stack",
        type=arguments.stack,
        metavar="N|all",
        help=_(
            "which stack of a series that mixes orientations, rasters or reconstructions, as "
            "printprep inspect numbers them; otherwise the largest. all: a volume and a model of "
            "each"
        ),
    )
    run.add_argument(
        "--section",
        type=arguments.section,
        metavar="N|all|merged",
        help=_(
            "which part of a stack with wide gaps; otherwise the largest. all: a volume and a "
            "model of each; merged: one volume with background in the gaps"
        ),
    )
    run.add_argument(
        "--spacing",
        type=arguments.spacing,
        default="native",
        metavar="native|isotropic|MM",
        help=_(
            "distance of the volume's planes: the smallest step (native), the pixel "
            "(isotropic) or millimetres"
        ),
    )
    range_of_grey = run.add_mutually_exclusive_group()
    range_of_grey.add_argument(
        "--threshold",
        type=arguments.threshold,
        metavar="LOW[:HIGH]",
        help=_("grey values (HU in CT) of the model, both ends included"),
    )
    range_of_grey.add_argument(
        "--preset",
        type=arguments.preset,
        metavar="NAME",
        help=_(
            "grey values by name, e.g. bone (200 HU upwards), which CT takes without this; "
            "another name lists them all"
        ),
    )
    _add_mask_options(run)
    run.add_argument(
        "--largest", action="store_true", help=_("keep only the largest island of the segment")
    )
    run.add_argument(
        "--format",
        type=arguments.formats,
        default=["stl"],
        metavar="stl,3mf,obj,ply",
        help=_("kinds of model files, separated by commas; otherwise stl"),
    )
    run.add_argument(
        "--scale",
        type=arguments.positive,
        default=1.0,
        metavar="F",
        help=_("size of the file ÷ patient's"),
    )
    run.add_argument(
        "--center", action="store_true", help=_("move the middle of the model to the origin")
    )
    run.add_argument(
        "--name",
        type=arguments.name_of_file,
        default="model",
        metavar="NAME",
        help=_("NAME.stl for model.stl, and so on"),
    )
    _add_placing_options(run)
    _add_checking_options(run)


def _add_mask_options(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "--mask",
        type=arguments.mask,
        metavar="FILE[:LABEL[+LABEL…]]",
        help=_(
            "what is meant, from another program: a label map or segmentation (.nrrd, .seg.nrrd, "
            ".nii.gz, .mha). The labels named become one body; without any each label becomes one. "
            "The boundary follows the image, or with --threshold that range of grey values"
        ),
    )
    run.add_argument(
        "--follow",
        type=arguments.follow,
        metavar="MM|off",
        help=Phrase(
            _(
                "how far from the mask's boundary the edge is looked for (default: {reach:g}); "
                "off: the boundary stays where the mask has it"
            ),
            {"reach": REACH_MM},
        ).said,
    )
    run.add_argument(
        "--surface",
        type=arguments.surface,
        metavar="edge|threshold",
        help=_(
            "where the surface lies: where the anatomy ends by the edge in the grey values, or "
            "where they cross the threshold; otherwise the threshold where --threshold names one, "
            "else the edge"
        ),
    )


def _add_placing_options(run: argparse.ArgumentParser) -> None:
    """What a person knows better than the headers; the record says so."""
    run.add_argument(
        "--apply-tilt",
        nargs="?",
        type=arguments.tilt,
        const=True,
        metavar="DEG",
        help=_(
            "tip straight slices that have lost their gantry tilt, by what the header states or "
            "by degrees; plus: the upper edge of the images along row × column (lying on the back, "
            "head first: the front towards the head). Compare the model with the original images"
        ),
    )
    run.add_argument(
        "--geometry",
        type=arguments.geometry,
        metavar="ROWxCOLUMNxSTEP",
        help=_(
            "for headers that do not say where slices lie: distance of the rows, of the columns "
            "and of the slices in mm, axial unless :coronal or :sagittal follows. Slices go by "
            "their numbers towards head, back or right; a negative step turns them round"
        ),
    )


def _add_checking_options(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "--protocol",
        metavar="NAME|FILE.json",
        help=Phrase(
            _("compare the scan with an acquisition protocol: {known}, or one of your own"),
            {"known": ", ".join(protocol_names())},
        ).said,
    )
    run.add_argument(
        "--surgery-date",
        type=arguments.day,
        metavar="YYYY-MM-DD",
        help=_("for protocols that limit the age of the scan; only the age enters the record"),
    )
    run.add_argument(
        "--printer",
        metavar="NAME|X×Y×Z",
        help=_("does the model fit on this printer, by name or size of its build volume in mm"),
    )
    run.add_argument(
        "--calibration",
        metavar="FILE.json",
        help=_("calibrations of the scanners, as printprep calibrate --store keeps them"),
    )
    run.add_argument(
        "--quick",
        action="store_true",
        help=_("leave out the checks that take long on large models; the record names them"),
    )


def _require_fitting(options: argparse.Namespace) -> None:
    """Options that contradict each other are wrong usage."""
    if options.mask is not None and options.preset is not None:
        problem = _(
            "--mask says what is meant, so --preset has no place: give --threshold, or none"
        )
        options.wrong_usage(problem)
    if options.follow is not None and options.mask is None:
        options.wrong_usage(_("--follow is for --mask"))
    if options.surface == "edge" and options.follow == 0:
        options.wrong_usage(
            _("--follow off leaves the mask as it is: there is no edge to look for")
        )


def _run(options: argparse.Namespace, console: Console) -> None:
    _require_fitting(options)
    with console.sheltered():
        from ..core.jsonable import to_json
        from ..job.run import Request, run
        from .text import result

    mask, labels = options.mask or (None, ())
    request = Request(
        options.inputs,
        options.out,
        series=options.series,
        stack=options.stack,
        section=options.section,
        spacing=options.spacing,
        geometry=options.geometry,
        apply_tilt=options.apply_tilt,
        threshold=options.threshold,
        preset=options.preset,
        mask=mask,
        labels=labels,
        surface=options.surface,
        follow_mm=REACH_MM if options.follow is None else options.follow,
        largest=options.largest,
        formats=options.format,
        scale=options.scale,
        center=options.center,
        name=options.name,
        protocol=options.protocol or "",
        surgery_date=options.surgery_date,
        printer=options.printer or "",
        calibration=options.calibration or "",
        identify=options.identify,
        quick=options.quick,
    )
    with console.quiet():
        results = run(request, console.progress, console.note)
    if options.json:
        records = [item.record for item in results]
        console.answer(to_json(records if request.several else records[0], ascii_only=True))
    else:
        texts = [result(item.record, options.out, item.files) for item in results]
        console.answer("\n".join(texts))
