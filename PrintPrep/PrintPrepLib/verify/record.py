"""Is a geometry record still what was made: its files unchanged, its figures reproducible?"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import __version__
from ..core.errors import PrintPrepError
from ..core.findings import verdict
from ..core.jsonable import JsonError, plain, read_json
from ..core.phrases import Phrase, _
from ..core.progress import Progress, part, report
from ..mesh.io.common import sha256_of
from ..qa.checks.record import MALFORMED, record_checks
from ..qa.record import SCHEMA, SEAL, checksum, seal_holds
from .edge import edge_items
from .items import Difference, Item, Verification, beside
from .mask import mask_items
from .model import model_items
from .source import source_item
from .volume import volume_item

_PARTS = ("software", "source", "volume", "segment", "model")
#: Figures of a check agree when they differ by less than this share.
_SAME_SHARE = 1e-6
_GIVE = _("Give the qa.json of a model")


class RecordError(PrintPrepError):
    """A file is no geometry record that this version can verify."""


def verify(
    path: str | os.PathLike[str],
    source: Sequence[str | os.PathLike[str]] = (),
    progress: Progress | None = None,
) -> Verification:
    """Look at a record, the files beside it, and the series that it was made of.

    :param path: qa.json, or the folder that holds it.
    :param source: files and folders of the series; without them it is not looked at.
    :raises RecordError: there is no record, it cannot be read, or it is of another schema.
    :raises SeriesError: the source does not exist or holds no file.
    :raises Cancelled: progress asked for it.
    """
    path = record_file(path)
    record = read_record(path)
    report(progress, 0.0, _("Reading the record"))
    items = [_sealed(record), *check_items(record), *_file_items(record, path.parent)]
    items += mask_items(record, path.parent)
    items += model_items(record, path.parent, part(progress, 0.1, 0.4))
    items.append(volume_item(record, path))
    items += edge_items(record, path, part(progress, 0.4, 0.7))
    if source:
        items.append(source_item(record, source, part(progress, 0.7, 1.0)))
    return Verification(path, tuple(items))


def record_file(path: str | os.PathLike[str]) -> Path:
    """The record that is meant by a file or folder.

    :raises RecordError: there is none, or the folder holds several.
    """
    path = Path(path)
    if not path.is_dir():
        if path.exists():
            return path
        raise RecordError(_("there is no such file"), file=str(path), remedy=_GIVE)
    found = sorted(path.glob("qa*.json"))
    if len(found) == 1:
        return found[0]
    raise RecordError(
        _("this folder holds {count} records ({names})")
        if found
        else _("this folder holds no qa.json"),
        count=len(found),
        names=", ".join(item.name for item in found),
        file=str(path),
        remedy=_("Give the file itself"),
    )


def read_record(path: Path) -> dict[str, Any]:
    """The record in a file.

    :raises RecordError: it cannot be read, is no JSON, no record, or of an unknown schema.
    """
    try:
        record = read_json(path)
    except JsonError as error:
        cause = error.__cause__
        if isinstance(cause, OSError):
            raise RecordError(
                _("it cannot be read ({reason})"),
                reason=cause.strerror,
                file=str(path),
                remedy=_("Choose another file"),
            ) from error
        told = Phrase(error.template, error.values)
        raise RecordError(
            _("this is no JSON ({reason})"),
            reason=str(cause) if isinstance(cause, ValueError) else told,
            file=str(path),
            remedy=_GIVE,
        ) from error
    schema = record.get("schema") if isinstance(record, dict) else None
    if schema is None:
        problem = _("this is no geometry record: it names no schema")
        raise RecordError(problem, file=str(path), remedy=_GIVE)
    if schema != SCHEMA:
        raise RecordError(
            _("its schema is {schema!r}, this version knows {known!r}"),
            schema=schema,
            known=SCHEMA,
            file=str(path),
            remedy=_("Use the version of PrintPrep that made it"),
        )
    lacking = [name for name in _PARTS if not isinstance(record.get(name), dict)]
    lacking += [] if _is_list_of_objects(record.get("checks")) else ["checks"]
    files = [] if "model" in lacking else record["model"].get("files")
    lacking += [] if _is_list_of_objects(files) else ["model.files"]
    if lacking:
        raise RecordError(
            _("the record lacks {parts}"),
            parts=", ".join(lacking),
            file=str(path),
            remedy=_("Make the record again"),
        )
    return record


def check_items(record: Mapping[str, Any]) -> list[Item]:
    """The checks and the verdict, worked out again from the record's own figures."""
    title = Phrase(_("Checks worked out again"))
    try:
        again = _numbered(check.as_check() for check in record_checks(record))
    except MALFORMED as error:
        template = _(
            "The checks do not run: a part of the record is not as PrintPrep writes it ({error!r})."
        )
        return [Item("checks", title, "changed", Phrase(template, {"error": error}))]
    there = _numbered(record["checks"])
    differences = [
        Difference(f"{name}.{key}", there[name].get(key), check[key])
        for name, check in again.items()
        if name in there
        for key in _compared(record, check)
        if not _same(there[name].get(key), check[key])
    ]
    both = Phrase(
        _("{count} checks give the same results again."),
        {"count": len(again.keys() & there.keys())},
    )
    items = [Item.compared("checks", title, differences, both), *_absent(record, again, there)]
    follows = verdict(str(entry.get("status")) for entry in record["checks"])
    differs = [Difference("verdict", record.get("verdict"), follows)]
    told = Phrase(_("The verdict follows from the checks: {verdict}."), {"verdict": follows})
    unequal = differs if record.get("verdict") != follows else []
    return [*items, Item.compared("verdict", Phrase(_("Verdict")), unequal, told)]


def _compared(record: Mapping[str, Any], check: Mapping[str, Any]) -> Sequence[str]:
    """What has to be as recorded. Versions 0.1 named the limit for passing where a check failed."""
    earlier = str(record["software"].get("printprep")).startswith("0.1.")
    known = earlier and check["status"] == "fail"
    return ("status", "measured", "unit") if known else ("status", "measured", "limit", "unit")


def _absent(
    record: Mapping[str, Any], again: Mapping[str, Any], there: Mapping[str, Any]
) -> Iterator[Item]:
    """What only one side has: findings are not kept in older records, checks may be new."""
    if only_there := sorted(there.keys() - again.keys()):
        template = _("The record does not hold what {checks} was worked out from.")
        told = Phrase(template, {"checks": ", ".join(only_there)})
        yield Item("checks_not_repeated", Phrase(_("Other checks")), "unchecked", told)
    if only_again := sorted(again.keys() - there.keys()):
        same = record["software"].get("printprep") == __version__
        template = (
            _("The record lacks the checks {checks}, which this same version makes.")
            if same
            else _("The record lacks the checks {checks}, which its version did not make.")
        )
        told, title = (
            Phrase(template, {"checks": ", ".join(only_again)}),
            _("Checks that are not there"),
        )
        outcome = "changed" if same else "unchecked"
        yield Item("checks_lacking", Phrase(title), outcome, told)


def _sealed(record: Mapping[str, Any]) -> Item:
    title, holds = Phrase(_("Record")), seal_holds(record)
    if holds is None:
        told = _("The record carries no checksum: a change by hand would show in its figures only.")
        return Item("record", title, "unchecked", Phrase(told))
    if holds:
        told = _("The record is as it was written. Its checksum is no signature.")
        return Item("record", title, "unchanged", Phrase(told))
    told = _("The record was changed after it was made: its checksum does not fit.")
    different = Difference(SEAL, record[SEAL], checksum(record))
    return Item("record", title, "changed", Phrase(told), (different,))


def _file_items(record: Mapping[str, Any], folder: Path) -> Iterator[Item]:
    """Each file that the record names: is it there, and is it the same?"""
    if not record["model"]["files"]:
        none = Phrase(_("The record names no file."))
        yield Item("files", Phrase(_("Files")), "unchecked", none)
    for entry in record["model"]["files"]:
        name, path = str(entry.get("file")), beside(folder, str(entry.get("file")))
        found = None if path is None else sha256_of(path)
        different: tuple[Difference, ...] = ()
        if found is None:
            outcome, template = "unchecked", _("{name} is not there.")
        elif found == entry.get("sha256"):
            outcome, template = "unchanged", _("{name} is the file as written.")
        else:
            outcome = "changed"
            template = _("{name} is not the file that was written: its SHA-256 is {found}.")
            different = (Difference("sha256", entry.get("sha256"), found),)
        values = {"name": name, "found": found}
        title = Phrase(_("File {name}"), {"name": name})
        yield Item(f"file:{name}", title, outcome, Phrase(template, values), different)


def _numbered(checks: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Checks by their id; the second of one id is called id 2."""
    named: dict[str, Mapping[str, Any]] = {}
    for check in checks:
        identity, number = str(check.get("id")), 1
        while (name := identity if number == 1 else f"{identity} {number}") in named:
            number += 1
        named[name] = plain(check)
    return named


def _same(recorded: Any, found: Any) -> bool:
    both = (recorded, found)
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in both):
        return abs(found - recorded) <= _SAME_SHARE * max(abs(found), abs(recorded))
    return recorded == found


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)
