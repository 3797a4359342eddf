"""The command ``printprep compare``."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..core.phrases import _
from ..core.progress import part, report
from .console import Console


def add_compare(commands: Any, answering: argparse.ArgumentParser) -> None:
    """Add the command to the parser of the command line."""
    compare = commands.add_parser(
        "compare",
        parents=[answering],
        help=_("a model against another one: distances, and what differs in plain words"),
        description=_(
            "A model against another one: distances, and what differs in plain words. Reads STL, "
            "OBJ, PLY and 3MF. docs/compare.md tells more."
        ),
    )
    compare.add_argument("model", metavar="MODEL", help=_("the file that is measured"))
    compare.add_argument("reference", metavar="REFERENCE", help=_("the file that it should equal"))
    compare.add_argument(
        "--align",
        choices=("none", "rigid"),
        default="none",
        help=_(
            "rigid: turn and move the model onto the reference first, never scale it "
            "(default: none)"
        ),
    )
    compare.add_argument(
        "--out", metavar="DIR", help=_("also write compare.json, compare.html and a coloured PLY")
    )
    compare.set_defaults(command=run_compare)


def run_compare(options: argparse.Namespace, console: Console) -> None:
    """Carry the command out.

    :raises PrintPrepError: a file cannot be read or written, or it was cancelled.
    """
    with console.quiet():
        from ..compare.comparison import compare
        from ..compare.record import comparison_record, comparison_text
        from ..mesh.io.read import read_model_file

        report(console.progress, 0.0, _("Reading the models"))
        model = read_model_file(options.model)
        report(console.progress, 0.1, _("Reading the models"))
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
        text = comparison_text(record, options.out)
    console.answer(json.dumps(record, indent=2) + "\n" if options.json else text)
