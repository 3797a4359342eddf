"""Is a geometry record still what was made: its files unchanged, its figures reproducible?"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import PrintPrepError
from ..core.findings import Check, overall
from ..core.jsonable import plain
from ..core.progress import Progress, part, report
from ..mesh.io.common import sha256_of
from ..qa.checks import record_checks
from ..qa.record import SCHEMA, SEAL, checksum, seal_holds
from .items import Difference, Item, Verification, beside
from .model import model_items
from .source import source_item
from .volume import volume_item

_PARTS = ("software", "source", "volume", "segment", "model")
#: Figures of a check agree when they differ by less than this share.
_SAME_SHARE = 1e-6


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
    report(progress, 0.0, "Reading the record")
    items = [_sealed(record), *check_items(record), *_file_items(record, path.parent)]
    items += model_items(record, path.parent, part(progress, 0.1, 0.7))
    items.append(volume_item(record, path))
    if source:
        items.append(source_item(record, source, part(progress, 0.7, 1.0)))
    return Verification(path, tuple(items))


def record_file(path: str | os.PathLike[str]) -> Path:
    """The record that is meant by a file or folder.

    :raises RecordError: there is none, or the folder holds several.
    """
    path = Path(path)
    if not path.is_dir():
        if not path.exists():
            raise RecordError(
                "there is no such file", file=str(path), remedy="Give the qa.json of a model"
            )
        return path
    found = sorted(path.glob("qa*.json"))
    if len(found) != 1:
        names = ", ".join(item.name for item in found)
        raise RecordError(
            f"this folder holds {len(found)} records ({names})"
            if found
            else "this folder holds no qa.json",
            file=str(path),
            remedy="Give the file itself",
        )
    return found[0]


def read_record(path: Path) -> dict[str, Any]:
    """The record in a file.

    :raises RecordError: it cannot be read, is no JSON, no record, or of an unknown schema.
    """
    try:
        record = json.loads(path.read_text("utf-8"), parse_constant=_no_number)
    except OSError as error:
        raise RecordError(
            f"it cannot be read ({error.strerror})", file=str(path), remedy="Choose another file"
        ) from error
    except (ValueError, RecursionError) as error:
        raise RecordError(
            f"this is no JSON ({error})", file=str(path), remedy="Give the qa.json of a model"
        ) from error
    schema = record.get("schema") if isinstance(record, dict) else None
    if schema is None:
        raise RecordError(
            "this is no geometry record: it names no schema",
            file=str(path),
            remedy="Give the qa.json of a model",
        )
    if schema != SCHEMA:
        raise RecordError(
            f"its schema is {schema!r}, this version knows {SCHEMA!r}",
            file=str(path),
            remedy="Use the version of PrintPrep that made it",
        )
    lacking = [name for name in _PARTS if not isinstance(record.get(name), dict)]
    lacking += [] if _is_list_of_objects(record.get("checks")) else ["checks"]
    files = [] if "model" in lacking else record["model"].get("files")
    lacking += [] if _is_list_of_objects(files) else ["model.files"]
    if lacking:
        raise RecordError(
            f"the record lacks {', '.join(lacking)}",
            file=str(path),
            remedy="Make the record again",
        )
    return record


def check_items(record: Mapping[str, Any]) -> list[Item]:
    """The checks and the verdict, worked out again from the record's own figures."""
    title = "Checks worked out again"
    try:
        again = _numbered(check.as_dict() for check in record_checks(record))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        reason = f"a part of the record is not as PrintPrep writes it ({error!r})"
        return [Item("checks", title, "changed", f"The checks do not run: {reason}.")]
    there = _numbered(record["checks"])
    differences = [
        Difference(f"{name}.{key}", there[name].get(key), check[key])
        for name, check in again.items()
        if name in there
        for key in ("status", "measured", "limit", "unit")
        if not _same(there[name].get(key), check[key])
    ]
    items = [
        Item.compared(
            "checks",
            title,
            differences,
            f"{len(again.keys() & there.keys())} checks give the same results again.",
        )
    ]
    items += _absent_checks(record, again, there)
    statuses = [Check(**{**_NOTHING, "status": entry.get("status")}) for entry in record["checks"]]
    verdict = Difference("verdict", record.get("verdict"), overall(statuses))
    unequal = [] if verdict.recorded == verdict.found else [verdict]
    told = f"The verdict follows from the checks: {verdict.found}."
    return [*items, Item.compared("verdict", "Verdict", unequal, told)]


_NOTHING = dict.fromkeys(("id", "title", "status", "measured", "limit", "unit", "message"))


def _absent_checks(
    record: Mapping[str, Any], again: Mapping[str, Any], there: Mapping[str, Any]
) -> list[Item]:
    """What only one side has: findings are not kept in older records, checks may be new."""
    from .. import __version__

    items = []
    if only_there := sorted(there.keys() - again.keys()):
        message = f"The record does not hold what {', '.join(only_there)} was worked out from."
        items.append(Item("checks_not_repeated", "Other checks", "unchecked", message))
    if only_again := sorted(again.keys() - there.keys()):
        same = record["software"].get("printprep") == __version__
        message = f"The record lacks the checks {', '.join(only_again)}" + (
            ", which this same version makes." if same else ", which its version did not make."
        )
        outcome = "changed" if same else "unchecked"
        items.append(Item("checks_lacking", "Checks that are not there", outcome, message))
    return items


def _sealed(record: Mapping[str, Any]) -> Item:
    title, holds = "Record", seal_holds(record)
    if holds is None:
        message = "The record carries no checksum: a change by hand would show in its figures only."
        return Item("record", title, "unchecked", message)
    if holds:
        message = "The record is as it was written. Its checksum is no signature."
        return Item("record", title, "unchanged", message)
    message = "The record was changed after it was made: its checksum does not fit."
    different = Difference(SEAL, record[SEAL], checksum(record))
    return Item("record", title, "changed", message, (different,))


def _file_items(record: Mapping[str, Any], folder: Path) -> list[Item]:
    """Each file that the record names: is it there, and is it the same?"""
    items = []
    for entry in record["model"]["files"]:
        name = str(entry.get("file"))
        identity, title = f"file:{name}", f"File {name}"
        path = beside(folder, name)
        if path is None:
            message = f"{name} is not there."
            items.append(Item(identity, title, "unchecked", message))
            continue
        recorded, found = entry.get("sha256"), sha256_of(path)
        message = f"{name} is not the file that was written: its SHA-256 is {found}."
        if recorded == found:
            items.append(Item(identity, title, "unchanged", f"{name} is the file as written."))
        else:
            different = Difference("sha256", recorded, found)
            items.append(Item(identity, title, "changed", message, (different,)))
    if not items:
        items.append(Item("files", "Files", "unchecked", "The record names no file."))
    return items


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


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number in JSON")
