"""The command ``printprep compare``."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..core.progress import part, report
from .console import Console


def add_compare(commands: Any) -> None:
    """Add ``compare`` to the command line.

    :param commands: what ``add_subparsers`` gave.
    """
    told = "a model against another one: distances, and what differs in plain words"
    compare = commands.add_parser(
        "compare",
        help=told,
        description=f"{told[0].upper()}{told[1:]}. Reads STL, OBJ, PLY and 3MF. "
        "docs/compare.md tells more.",
        allow_abbrev=False,
    )
    compare.add_argument("model", metavar="MODEL", help="the file that is measured")
    compare.add_argument("reference", metavar="REFERENCE", help="the file that it should equal")
    compare.add_argument(
        "--align",
        choices=("none", "rigid"),
        default="none",
        help="rigid: turn and move the model onto the reference first, never scale it "
        "(default: none)",
    )
    compare.add_argument(
        "--out", metavar="DIR", help="also write compare.json, compare.html and a coloured PLY"
    )
    compare.add_argument(
        "--json", action="store_true", help="print one JSON document and nothing else"
    )
    compare.add_argument("--debug", action="store_true", help="show tracebacks and what VTK prints")
    compare.set_defaults(command=run_compare)


def run_compare(options: argparse.Namespace, console: Console) -> None:
    """Carry the command out.

    :raises PrintPrepError: a file cannot be read or written, or it was cancelled.
    """
    with console.quiet():
        from ..compare.comparison import compare
        from ..compare.record import comparison_record
        from ..mesh.io.read import read_model_file

        report(console.progress, 0.0, "Reading the models")
        model = read_model_file(options.model)
        report(console.progress, 0.1, "Reading the models")
        reference = read_model_file(options.reference)
        result = compare(
            model.mesh,
            reference.mesh,
            align=options.align == "rigid",
            progress=part(console.progress, 0.2, 0.8 if options.out else 1.0),
        )
        record = comparison_record(result)
        record["files"] = {
            name: {"format": file.format, "mm_per_unit": file.mm_per_unit, "space": file.space}
            for name, file in (("model", model), ("reference", reference))
        }
        if options.out:
            from ..report.comparison_page import write_comparison

            write_comparison(
                record, model.mesh, reference.mesh, options.out, part(console.progress, 0.8, 1.0)
            )
    if options.json:
        console.answer(json.dumps(record, indent=2) + "\n")
    else:
        from ..compare.record import comparison_text

        console.answer(comparison_text(record, options.out))
