"""The command ``printprep convert``."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..convert.progress import ConversionProgress, duration
from ..core.errors import Cancelled, ExportError, PrintPrepError
from ..core.phrases import Phrase, _, counted, grouped, translated
from .arguments import wrong
from .console import Console

if TYPE_CHECKING:
    from ..convert.archive import Request
    from ..convert.summary import Summary
    from ..deidentify.options import Options

#: The first one is meant where none is named.
PROFILES = ("basic", "pet")
_SECRET_BYTES = 32
_MOST_SECRET_BYTES = 4096
_RETAIN = {
    "safe-private": _("keep private elements known to hold nothing but numbers"),
    "patient-characteristics": _("keep sex, age, size and weight"),
    "device-identity": _("keep what names the scanner"),
    "institution-identity": _("keep what names the institution"),
}
#: The fields of ``deidentify.Options`` that have an option of their own.
_FIELDS = ("dates", "uids", *(f"retain_{name.replace('-', '_')}" for name in _RETAIN))
_FATES = {
    "converted": _("Converted"),
    "copied": _("Copied"),
    "skipped": _("Skipped"),
    "refused": _("Refused"),
    "failed": _("Failed"),
    "not reached": _("Not reached"),
}
_TIME, _WRITTEN = _("Time"), _("Written")
_LINE_EVERY_S = 1.0


def add_convert(commands: Any, everywhere: argparse.ArgumentParser) -> None:
    """Add the command to the parser of the command line."""
    convert = commands.add_parser(
        "convert",
        parents=[everywhere],
        help=_("private-compressed files to standard DICOM, whole archives at once"),
        description=_(
            "Private-compressed files to standard DICOM, whole archives at once. docs/convert.md "
            "tells more."
        ),
    )
    convert.add_argument("--out", metavar="DIR", help=_("folder for the results"))
    convert.add_argument(
        "--layout",
        choices=("keep", "patient"),
        default="keep",
        help=_("keep the folders (default), or make one for each patient, study and series"),
    )
    convert.add_argument(
        "--untouched",
        choices=("copy", "skip"),
        default="copy",
        help=_("what becomes of DICOM files that need no conversion (default: copy)"),
    )
    convert.add_argument(
        "--jobs",
        type=_jobs,
        metavar="N",
        help=_("processes to work in (default: one a processor); 1 starts none"),
    )
    convert.add_argument(
        "--part",
        type=_part,
        metavar="I/N",
        help=_("do one of N shares of the series, for N jobs that know nothing of each other"),
    )
    convert.add_argument(
        "--list", action="store_true", help=_("list the series and write nothing; needs no --out")
    )
    convert.add_argument(
        "--stop-file", metavar="FILE", help=_("stop after the file in hand once this file exists")
    )
    group = convert.add_argument_group(
        _("de-identification"),
        _("by PS3.15 Annex E; new UIDs and names are made only with this"),
    )
    group.add_argument(
        "--deidentify",
        nargs="?",
        const=PROFILES[0],
        choices=PROFILES,
        metavar="PROFILE",
        help=_(
            "basic, or pet, which keeps what SUV needs: safe private elements, patient "
            "characteristics, shifted dates; basic when no profile is named"
        ),
    )
    group.add_argument("--dates", choices=("remove", "shift", "keep"), help=_("dates and times"))
    group.add_argument("--uids", choices=("replace", "keep"), help=_("UIDs"))
    for name, told in _RETAIN.items():
        group.add_argument(
            f"--retain-{name}", action=argparse.BooleanOptionalAction, default=None, help=told
        )
    group.add_argument(
        "--pseudonyms",
        metavar="FILE",
        help=_("lines of PatientID,pseudonym; the others get one that is worked out"),
    )
    group.add_argument(
        "--secret-file",
        metavar="FILE",
        help=_(
            "what pseudonyms, UIDs and shifts are worked out from; made where it is missing. "
            "Runs with the same file agree. Without it each run draws its own and forgets it"
        ),
    )
    group.add_argument(
        "--preview",
        action="store_true",
        help=_(
            "show what would change in one file of each series (with --identify its values, "
            "too), and write nothing; needs no --out"
        ),
    )
    convert.set_defaults(command=run_convert, wrong_usage=convert.error)


def _jobs(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) < 1:
        raise wrong(_("{text!r} is no number of processes"), text=text)
    return int(text)


def _part(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise wrong(_("{text!r} is no share I/N with I from 1 to N, such as 3/8"), text=text)
    return int(found[1]), int(found[2])


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
        console.remark(text)

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
            if warning.said not in told:
                warn(warning.said)
    console.answer(answer)


def _check_usage(options: argparse.Namespace) -> None:
    error = options.wrong_usage
    if options.out is None and not (options.list or options.preview):
        error(_("the following arguments are required: --out"))
    if options.deidentify is not None:
        if options.part is not None and options.secret_file is None:
            error(_("--part with --deidentify needs --secret-file, so that the jobs agree"))
        return
    only = (*_FIELDS, "pseudonyms", "secret_file")
    given = [name for name in only if getattr(options, name) is not None]
    given += ["preview"] if options.preview else []
    if given:
        name = given[0].replace("_", "-")
        error(Phrase(_("--{name} needs --deidentify"), {"name": name}))


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
    from ..deidentify import options as deidentify

    chosen = {name: getattr(options, name) for name in _FIELDS}
    given = {name: value for name, value in chosen.items() if value is not None}
    if options.pseudonyms is not None:
        given["pseudonyms"] = dict(_pseudonyms(options.pseudonyms))
    return replace(deidentify.PROFILES[options.deidentify], **given)


def _pseudonyms(path: str) -> Iterator[tuple[str, str]]:
    """:raises PrintPrepError: the file cannot be read or has other lines."""
    import csv

    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PrintPrepError(
            _("the list of pseudonyms cannot be read ({reason})"), reason=str(error), file=path
        ) from error
    for number, row in enumerate(rows, 1):
        if len(row) != 2:
            raise PrintPrepError(
                _("line {number} has {count} columns instead of two"),
                number=number,
                count=len(row),
                file=path,
                remedy=_("Write one line PatientID,pseudonym for each patient"),
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
                try:
                    os.link(own, path)
                except FileExistsError:
                    pass  # another job was quicker
                except OSError:  # a disk without links
                    if not path.exists():
                        os.replace(own, path)
            finally:
                own.unlink(missing_ok=True)
        with open(path, "rb") as file:
            return file.read(_MOST_SECRET_BYTES)
    except OSError as error:
        raise ExportError(
            _("the secret cannot be read or made ({reason})"),
            reason=error.strerror or str(error),
            file=str(path),
        ) from error


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
            _("the disk is full after {reached} of {total} files"),
            reached=reached,
            total=total,
            file=str(summary.out),
            remedy=_("Free some space; the same command goes on from there"),
        )
    if summary.stopped:
        raise Stopped(reached, total)
    bad = [fate for fate in summary.fates if fate.fate in ("refused", "failed")]
    if bad and not summary.written and not summary.done_before:
        raise PrintPrepError(
            _(
                "no file could be written ({count} refused or failed, such as {example!r}: "
                "{reason})"
            ),
            count=len(bad),
            example=bad[0].file,
            reason=bad[0].why,
            remedy=_("The summary in {out} tells the reason for each"),
            out=str(summary.out),
        )


class Stopped(Cancelled):
    """The user stopped the conversion; every new file is whole."""

    def __init__(self, done: int, total: int) -> None:
        PrintPrepError.__init__(
            self,
            _("Cancelled after {done} of {total} files"),
            done=done,
            total=total,
            remedy=_("The same command goes on from there"),
        )


def _words(summary: Summary, options: argparse.Namespace) -> str:
    """The result for a person."""
    rows: list[tuple[str, Phrase]] = []
    for fate, count in summary.counts.items():
        if not count:
            continue
        files = counted(count, _("{count:,} file"), _("{count:,} files"))
        rows.append((f"{translated(_FATES[fate]):14} ", files))
        if fate in ("converted", "copied"):
            continue
        reasons = [
            {"reason": item.why.said if item.why else "", "file": item.file}
            for item in summary.fates
            if item.fate == fate
        ]
        for reason, names in grouped(reasons):
            values = {"count": len(names), "reason": reason, "example": names[0]}
            rows.append(("  ", Phrase(_("{count:,} × {reason}, such as {example!r}"), values)))
    time = duration(summary.seconds)
    if summary.written:
        rate = {
            "time": time,
            "files": summary.written / summary.seconds,
            "size": summary.source_bytes / 1e6 / summary.seconds,
        }
        time = Phrase(_("{time}, {files:.0f} files or {size:.0f} MB a second"), rate)
    rows.append((f"{translated(_TIME):14} ", time))
    written = {"out": options.out, "names": summary.names[0]}
    where = Phrase(_("{out}, where {names} names every file"), written)
    rows.append((f"{translated(_WRITTEN):14} ", where))
    if options.deidentify is not None and options.secret_file is None:
        forgotten = _(
            "The secret of this run is forgotten: another run makes other pseudonyms and UIDs "
            "(--secret-file keeps it)."
        )
        rows.append(("", Phrase(forgotten)))
    return "".join(f"{start}{said.said}\n" for start, said in rows)
