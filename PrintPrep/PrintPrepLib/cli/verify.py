"""The command ``printprep verify``."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from ..core.phrases import _, translated
from .console import Console

if TYPE_CHECKING:
    from ..verify.items import Verification

_WORD = {
    "unchanged": _("unchanged"),
    "changed": _("CHANGED"),
    "unchecked": _("cannot be checked"),
}
_VERDICT = {
    "unchanged": _("Nothing has changed since the record was made."),
    "changed": _("Something has changed since the record was made: do not rely on it."),
    "incomplete": _("Nothing is found to have changed, but not all could be checked."),
}


def add_verify(commands: Any, answering: argparse.ArgumentParser) -> None:
    """Add the command to the parser of the command line."""
    told = _("are the files of a record unchanged, and are its figures reproducible")
    verify = commands.add_parser("verify", parents=[answering], help=told, description=told)
    verify.add_argument("record", metavar="RECORD", help=_("qa.json, or the folder that holds it"))
    verify.add_argument(
        "--source",
        nargs="+",
        metavar="INPUT",
        default=[],
        help=_("folder or file of the series, which is then analysed again"),
    )
    verify.set_defaults(command=run_verify)


def run_verify(options: argparse.Namespace, console: Console) -> int:
    """Verify a record and answer.

    :return: the exit status: 1 where anything differs, so that scripts notice.
    :raises PrintPrepError: there is no record to verify.
    """
    from ..verify.record import verify

    with console.quiet():
        done = verify(options.record, options.source, console.progress)
    if options.json:
        console.answer(json.dumps(done.as_dict(), indent=2) + "\n")
    else:
        console.answer(answer(done))
    return 1 if done.verdict == "changed" else 0


def answer(done: Verification) -> str:
    """The verification in words."""
    lines = [
        f"{translated(_WORD[item.outcome]):17} {item.title.said}: {item.told.said}"
        for item in done.items
    ]
    return "\n".join([*lines, "", translated(_VERDICT[done.verdict]), ""])
