"""The command ``printprep convert``."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..convert.progress import ConversionProgress, duration
from ..core.errors import Cancelled, ExportError, PrintPrepError
from .console import Console

if TYPE_CHECKING:
    from ..convert.archive import Request
    from ..convert.summary import Summary
    from ..deidentify.options import Options

_PROFILES = ("basic", "pet")
_SECRET_BYTES = 32
_MOST_SECRET_BYTES = 4096
_RETAIN = {
    "safe-private": "private elements known to hold nothing but numbers",
    "patient-characteristics": "sex, age, size and weight",
    "device-identity": "what names the scanner",
    "institution-identity": "what names the institution",
}
_LINE_EVERY_S = 1.0


def add_convert(commands: Any, everywhere: argparse.ArgumentParser) -> None:
    """Add the command to the parser of the command line."""
    told = "private-compressed files to standard DICOM, whole archives at once"
    convert = commands.add_parser(
        "convert",
        parents=[everywhere],
        help=told,
        description=f"{told[0].upper()}{told[1:]}. docs/convert.md tells more.",
        allow_abbrev=False,
    )
    convert.add_argument("--out", metavar="DIR", help="folder for the results")
    convert.add_argument(
        "--layout",
        choices=("keep", "patient"),
        default="keep",
        help="keep the folders (default), or make one for each patient, study and series",
    )
    convert.add_argument(
        "--untouched",
        choices=("copy", "skip"),
        default="copy",
        help="what becomes of DICOM files that need no conversion (default: copy)",
    )
    convert.add_argument(
        "--jobs",
        type=_jobs,
        metavar="N",
        help="processes to work in (default: one a processor); 1 starts none",
    )
    convert.add_argument(
        "--part",
        type=_part,
        metavar="I/N",
        help="do one of N shares of the series, for N jobs that know nothing of each other",
    )
    convert.add_argument(
        "--list", action="store_true", help="list the series and write nothing; needs no --out"
    )
    convert.add_argument(
        "--stop-file", metavar="FILE", help="stop after the file in hand once this file exists"
    )
    _add_deidentification(convert)
    convert.set_defaults(command=run_convert, wrong_usage=convert.error)


def _add_deidentification(convert: argparse.ArgumentParser) -> None:
    group = convert.add_argument_group(
        "de-identification", "by PS3.15 Annex E; new UIDs and names are made only with this"
    )
    group.add_argument(
        "--deidentify",
        nargs="?",
        const=_PROFILES[0],
        choices=_PROFILES,
        metavar="PROFILE",
        help="basic, or pet, which keeps what SUV needs: safe private elements, patient "
        "characteristics, shifted dates; basic when no profile is named",
    )
    group.add_argument("--dates", choices=("remove", "shift", "keep"), help="dates and times")
    group.add_argument("--uids", choices=("replace", "keep"), help="UIDs")
    for name, what in _RETAIN.items():
        group.add_argument(
            f"--retain-{name}",
            action=argparse.BooleanOptionalAction,
            default=None,
            help=f"keep {what}",
        )
    group.add_argument(
        "--pseudonyms",
        metavar="FILE",
        help="lines of PatientID,pseudonym; the others get one that is worked out",
    )
    group.add_argument(
        "--secret-file",
        metavar="FILE",
        help="what pseudonyms, UIDs and shifts are worked out from; made where it is missing. "
        "Runs with the same file agree. Without it each run draws its own and forgets it",
    )
    group.add_argument(
        "--preview",
        action="store_true",
        help="show what would change in one file of each series (with --identify its values, "
        "too), and write nothing; needs no --out",
    )


def with_profile(arguments: Sequence[str]) -> list[str]:
    """``--deidentify`` without a profile means basic; argparse would take the next word."""
    made: list[str] = []
    for index, argument in enumerate(arguments):
        if argument == "--":
            return [*made, *arguments[index:]]
        alone = argument == "--deidentify" and arguments[index + 1 : index + 2] not in (
            [name] for name in _PROFILES
        )
        made.append("--deidentify=basic" if alone else argument)
    return made


def _jobs(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes")
    return int(text)


def _part(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no share I/N with I from 1 to N, such as 3/8"
        )
    return int(found[1]), int(found[2])


# Running it


def run_convert(options: argparse.Namespace, console: Console) -> None:
    """Carry the command out.

    :raises PrintPrepError: refused, stopped, or nothing could be written.
    """
    _check_usage(options)
    request = _request(options)
    stop = options.stop_file

    def stopped() -> bool:
        return console.cancelled or (stop is not None and os.path.lexists(stop))

    terminal = sys.stderr.isatty()
    told: list[str] = []

    def warn(text: str) -> None:
        told.append(text)
        console.note(f"Note: {text}")

    # An interrupt waits until the file in hand is done.
    with console.quiet(), console.sheltered():
        if options.list or options.preview:
            from ..convert.preview import listing, preview

            record, text = (preview if options.preview else listing)(request, stopped)
            answer = json.dumps(record, indent=2) + "\n" if options.json else text
        else:
            from ..convert.archive import convert

            summary = convert(request, _progress(console, terminal), stopped, warn)
            _check_end(summary)
            answer = summary.to_json() if options.json else _words(summary, options)
    if not (options.list or options.preview):
        for warning in summary.warnings:
            if warning not in told:
                warn(warning)
    console.answer(answer)


def _check_usage(options: argparse.Namespace) -> None:
    wrong = options.wrong_usage
    if options.out is None and not (options.list or options.preview):
        wrong("the following arguments are required: --out")
    if options.deidentify is not None:
        if options.part is not None and options.secret_file is None:
            wrong("--part with --deidentify needs --secret-file, so that the jobs agree")
        return
    only = ["dates", "uids", "pseudonyms", "secret_file"]
    only += [f"retain_{name.replace('-', '_')}" for name in _RETAIN]
    given = [name for name in only if getattr(options, name) is not None]
    given += ["preview"] if options.preview else []
    if given:
        wrong(f"--{given[0].replace('_', '-')} needs --deidentify")


def _request(options: argparse.Namespace) -> Request:
    from ..convert.archive import Request
    from ..convert.pool import processors

    deidentify = None if options.deidentify is None else _deidentification(options)
    secret = None
    looks = options.list or options.preview
    if options.secret_file is not None and not (looks and not os.path.exists(options.secret_file)):
        secret = shared_secret(Path(options.secret_file))
    return Request(
        inputs=options.inputs,
        # A folder that cannot exist stands for none.
        out=Path(options.out if options.out is not None else os.devnull),
        deidentify=deidentify,
        secret=secret,
        layout=options.layout,
        untouched=options.untouched,
        part=options.part,
        jobs=options.jobs or processors(),
        identify=options.identify,
    )


def _deidentification(options: argparse.Namespace) -> Options:
    from ..deidentify.options import PROFILES

    chosen = {name: getattr(options, name) for name in ("dates", "uids")}
    for name in _RETAIN:
        field = f"retain_{name.replace('-', '_')}"
        chosen[field] = getattr(options, field)
    given = {name: value for name, value in chosen.items() if value is not None}
    if options.pseudonyms is not None:
        given["pseudonyms"] = dict(_pseudonyms(options.pseudonyms))
    return replace(PROFILES[options.deidentify], **given)


def _pseudonyms(path: str) -> Iterator[tuple[str, str]]:
    """:raises PrintPrepError: the file cannot be read or has other lines."""
    import csv

    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PrintPrepError(
            f"the list of pseudonyms cannot be read ({error})", file=path
        ) from error
    for number, row in enumerate(rows, 1):
        if len(row) != 2:
            raise PrintPrepError(
                f"line {number} has {len(row)} columns instead of two",
                file=path,
                remedy="Write one line PatientID,pseudonym for each patient",
            )
        yield row[0].strip(), row[1].strip()


def shared_secret(path: Path) -> bytes:
    """The secret in a file, which is made where it is missing; jobs that start at the same
    time get the same one.

    :raises ExportError: it cannot be read or made.
    """
    try:
        if not path.exists():
            own = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
            own.touch(mode=0o600, exist_ok=False)
            try:
                own.write_bytes(os.urandom(_SECRET_BYTES))
                _take_name(own, path)
            finally:
                own.unlink(missing_ok=True)
        with open(path, "rb") as file:
            return file.read(_MOST_SECRET_BYTES)
    except OSError as error:
        raise ExportError(
            f"the secret cannot be read or made ({error.strerror or error})", file=str(path)
        ) from error


def _take_name(own: Path, path: Path) -> None:
    """Give a file another name unless somebody else was quicker."""
    try:
        os.link(own, path)
    except FileExistsError:
        return
    except OSError:  # a disk without links
        if not path.exists():
            os.replace(own, path)


def _progress(console: Console, terminal: bool) -> Callable[[ConversionProgress], None]:
    told = [float("-inf")]

    def progress(now: ConversionProgress) -> None:
        if terminal:
            console.progress(now.fraction, now.words())
        elif now.files_done in (0, now.files) or time.monotonic() - told[0] >= _LINE_EVERY_S:
            told[0] = time.monotonic()
            console.note(now.line())

    return progress


def _check_end(summary: Summary) -> None:
    """:raises Stopped: it was stopped.
    :raises PrintPrepError: the disk is full, or nothing could be written.
    """
    from ..convert.archive import FULL

    counts = summary.counts
    total = sum(counts.values())
    reached = total - counts["not reached"]
    if summary.stopped == FULL:
        raise PrintPrepError(
            f"the disk is full after {reached} of {total} files",
            file=str(summary.out),
            remedy="Free some space; the same command goes on from there",
        )
    if summary.stopped:
        raise Stopped(reached, total)
    bad = [fate for fate in summary.fates if fate.fate in ("refused", "failed")]
    if bad and not summary.written and not summary.done_before:
        raise PrintPrepError(
            f"no file could be written ({len(bad)} refused or failed, such as {bad[0].file!r}: "
            f"{bad[0].reason})",
            remedy=f"The summary in {summary.out} tells the reason for each",
        )


class Stopped(Cancelled):
    """The user stopped the conversion; every new file is whole."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__()
        self.problem = f"Cancelled after {done} of {total} files"
        self.remedy = "The same command goes on from there"
        self.args = (self._text(),)


def _words(summary: Summary, options: argparse.Namespace) -> str:
    """The result for a person."""
    from ..core.phrases import grouped

    lines = []
    for fate, count in summary.counts.items():
        if not count:
            continue
        lines.append(f"{fate.capitalize():15}{count:,} file{'s' * (count != 1)}")
        if fate in ("converted", "copied"):
            continue
        rows = [
            {"reason": item.reason, "file": item.file}
            for item in summary.fates
            if item.fate == fate
        ]
        for reason, files in grouped(rows):
            lines.append(f"  {len(files):,} × {reason}, such as {files[0]!r}")
    pace = ""
    if summary.written:
        rate = summary.source_bytes / 1e6 / summary.seconds
        pace = f", {summary.written / summary.seconds:.0f} files or {rate:.0f} MB a second"
    lines.append(f"{'Time':15}{duration(summary.seconds)}{pace}")
    lines.append(f"{'Written':15}{options.out}, where {summary.names[0]} names every file")
    if options.deidentify is not None and options.secret_file is None:
        lines.append(
            "The secret of this run is forgotten: another run makes other pseudonyms and UIDs "
            "(--secret-file keeps it)."
        )
    return "\n".join(lines) + "\n"
