"""The command line ``printprep``.

Exit status: 0 the files were written or the question answered, whatever the verdict;
1 refused or failed, with one clear line on stderr and nothing half-written, and ``verify``
where anything differs; 2 wrong usage.
"""

from __future__ import annotations

import argparse
import re
import sys
import traceback
from collections.abc import Sequence

from .. import __version__
from ..core.errors import Cancelled, PrintPrepError
from ..core.outward import lines
from ..core.phrases import Phrase, _, translated, use_language
from ..core.progress import part
from .arguments import Parser, add_language, language_asked
from .calibrate import add_calibrate
from .compare import add_compare
from .console import Console
from .convert import PROFILES, add_convert
from .run import add_run
from .verify import add_verify

ISSUES = "https://github.com/PrintPrep/SlicerPrintPrep/issues"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status.

    :raises SystemExit: wrong usage (status 2), or help was asked for (status 0).
    """
    words = sys.argv[1:] if arguments is None else arguments
    use_language(language_asked(words))
    options = _parser().parse_args(_joined(words))
    console = Console(options.debug)
    try:
        with console.cancellable():
            status: int | None = options.command(options, console)
        return status or 0
    except Cancelled as error:
        console.error(str(error))
        return 1
    except PrintPrepError as error:
        failure = str(error)
    except KeyboardInterrupt:
        failure = str(Cancelled())
    except MemoryError:
        failure = translated(
            _("there is not enough memory. Choose a larger --spacing or a smaller series.")
        )
    except BrokenPipeError:
        sys.stdout = None  # nobody reads any more: nothing is left to be flushed at exit
        return 1
    except Exception as error:  # noqa: BLE001  the user gets a line, --debug the traceback
        told = _("internal error ({error}). Please report it with what --debug adds: {address}")
        if options.debug:
            sys.stderr.write(lines(traceback.format_exc()))
            told = _("internal error ({error}). Please report it: {address}")
        problem = f"{type(error).__name__}: {error}"
        failure = Phrase(told, {"error": problem, "address": ISSUES}).said
    # C++ code may turn an interrupt into some error of its own.
    console.error(str(Cancelled()) if console.cancelled else failure)
    return 1


def _parser() -> Parser:
    parser = Parser(
        prog="printprep",
        description=_(
            "From a CT series to a printable model of true size, with a record that proves it."
        ),
    )
    parser.add_argument("--version", action="version", version=f"printprep {__version__}")
    add_language(parser)
    commands = parser.add_subparsers(title=_("commands"), metavar="COMMAND", required=True)
    answering = Parser(add_help=False)
    answering.add_argument(
        "--json", action="store_true", help=_("print one JSON document and nothing else")
    )
    answering.add_argument(
        "--debug", action="store_true", help=_("show tracebacks and what Slicer and VTK print")
    )
    add_language(answering)
    everywhere = Parser(add_help=False, parents=[answering])
    everywhere.add_argument(
        "inputs", nargs="+", metavar="INPUT", help=_("folder (with all below it) or file")
    )
    everywhere.add_argument(
        "--identify",
        action="store_true",
        help=_("show and write patient, UIDs and absolute paths, which otherwise stay out"),
    )
    told = _("what is in there, and is its geometry fit for printing")
    inspect = commands.add_parser("inspect", parents=[everywhere], help=told, description=told)
    inspect.set_defaults(command=_inspect)
    add_run(commands, everywhere)
    add_convert(commands, everywhere)
    add_compare(commands, answering)
    add_calibrate(commands, everywhere)
    add_verify(commands, answering)
    return parser


#: Options with what is a value of theirs, where argparse is mistaken: it takes a leading minus
#: for an option, and the word behind ``--deidentify`` for a profile.
_VALUES = {
    **dict.fromkeys(("--threshold", "--at", "--known", "--apply-tilt"), r"-[\d.].*"),
    "--deidentify": "|".join(PROFILES),
}


def _joined(arguments: Sequence[str]) -> list[str]:
    """``--threshold -700:-200`` in one piece, and the profile that is meant where none is named."""
    joined: list[str] = []
    end = arguments.index("--") if "--" in arguments else len(arguments)
    for argument in arguments[:end]:
        option = joined[-1] if joined else ""
        if option in _VALUES and re.fullmatch(_VALUES[option], argument):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    basic = f"--deidentify={PROFILES[0]}"
    joined = [basic if argument == "--deidentify" else argument for argument in joined]
    return [*joined, *arguments[end:]]


def _inspect(options: argparse.Namespace, console: Console) -> None:
    from ..core.findings import for_programs
    from ..core.jsonable import to_json
    from ..qa.inspection import inspect_record
    from ..series.reader import read_series
    from ..series.selection import inspected
    from .text import inspection

    with console.quiet():
        collection = read_series(options.inputs, part(console.progress, 0.0, 0.8))
        stacks = inspected(collection, part(console.progress, 0.8, 1.0))
        record = inspect_record(
            collection,
            stacks,
            options.inputs,
            options.identify,
            names=not options.json and not options.identify,
        )
    if options.json:
        for entry in record["series"]:
            entry["findings"] = [for_programs(finding) for finding in entry["findings"]]
        console.answer(to_json(record, ascii_only=True))
    else:
        console.answer(inspection(record))
