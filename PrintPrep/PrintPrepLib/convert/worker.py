"""One file after another, as a worker of the conversion does them."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import DamagedFile, ExportError, NotServed, PrintPrepError
from ..core.files import replacing
from ..dicom.elements import OTHERWISE_ENCODED, Cut, Irregular, elements, envelope
from .inventory import FOLDER, Source
from .summary import CONVERTED, COPIED, DONE_BEFORE, FAILED, REFUSED, SKIPPED

if TYPE_CHECKING:
    from ..deidentify.deidentifier import Deidentified, Deidentifier
    from ..deidentify.options import Options

#: What is read first: all of a slice, and of a larger file what tells how to go on.
_WHOLE = 8 << 20
_BEGINNING = 64 << 10
_LARGE = 24 << 20
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


@dataclass(frozen=True)
class Settings:
    """What every worker needs to know.

    :param copy: whether files that need no conversion are copied.
    :param secret: of the de-identification; None where there is none.
    """

    out: Path
    copy: bool = True
    deidentify: Options | None = None
    secret: bytes | None = None

    @property
    def workshop(self) -> Path:
        """Where new files are written before they move to their places."""
        return self.out / FOLDER

    @cached_property
    def deidentifier(self) -> Deidentifier | None:
        if self.deidentify is None:
            return None
        from ..deidentify.deidentifier import Deidentifier

        return Deidentifier(self.deidentify, self.secret)


@dataclass(frozen=True, slots=True)
class Task:
    """One file to be done.

    :param target: the new file's place below the folder of the results.
    :param replaceable: an earlier run has written a file of that name.
    """

    index: int
    source: Source
    target: str
    replaceable: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a task.

    :param full: no file can be written any more.
    :param changes: tag, keyword, action and reason of each element that was treated.
    :param notices: id and text of what a person should look at after a de-identification.
    :param unclaimed: the header does not claim that the identity is removed.
    :param warned: the file was written, and the reason tells what to look at.
    """

    index: int
    fate: str
    reason: str = ""
    size: int = 0
    compression: str = ""
    full: bool = False
    changes: tuple[tuple[str, str, str, str], ...] | None = None
    notices: tuple[tuple[str, str], ...] = ()
    unclaimed: bool = False
    warned: bool = False


def prepare() -> None:
    """Load what the work needs; called first in each process of a crew."""
    from . import transcode  # noqa: F401

    _keep_memory()


@cache
def _keep_memory() -> None:
    """Let freed memory stay with the process, where the allocator learns so (glibc).

    Otherwise every image's arrays come from the system anew, page by page: a quarter of the
    time. Freeing one large block that was never touched teaches it.
    """
    bytearray(_LARGE)


def convert_chunk(
    settings: Settings, tasks: Sequence[Task], stopped: Callable[[], bool]
) -> Iterator[Done]:
    """Do the tasks until it is time to stop; a file is done whole or not at all."""
    _keep_memory()
    for task in tasks:
        if stopped():
            return
        yield _done(settings, task)


def _done(settings: Settings, task: Task) -> Done:
    try:
        return _treat(settings, task)
    except (NotServed, _Occupied) as error:
        return Done(task.index, REFUSED, error.problem)
    except ExportError as error:
        cause = error.__cause__
        full = isinstance(cause, OSError) and cause.errno in _FULL
        return Done(task.index, FAILED, error.problem, full=full)
    except PrintPrepError as error:
        return Done(task.index, FAILED, error.problem)
    except Irregular as error:
        return Done(task.index, FAILED, f"the data set is damaged: {error}")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Done(task.index, FAILED, f"cannot be read ({reason})")
    except MemoryError:
        return Done(task.index, FAILED, "there is not enough memory for this file")
    except Exception as error:  # noqa: BLE001  one bad file must not stop the others
        # Its text may quote values of a patient.
        return Done(task.index, FAILED, f"internal error ({type(error).__name__})")


class _Occupied(PrintPrepError):
    """Another file has the new file's name."""


def _treat(settings: Settings, task: Task) -> Done:
    # Not before: the processes of a crew are started first and load numpy at the same time.
    from .transcode import Conversion, convert, needs_conversion

    path = task.source.path
    with open(path, "rb") as file:
        data = file.read(_WHOLE if settings.copy else _BEGINNING)
        whole = len(data) >= task.source.size
        found = envelope(data)
        if found is None:
            raise DamagedFile("the file has changed and is not DICOM any more", file=path)
        needed = needs_conversion(data, found, whole)
        if needed is None or (not whole and (needed or settings.deidentify is not None)):
            data += file.read()
            needed = needs_conversion(data, found)
            whole = True
    if not needed and not settings.copy:
        return Done(task.index, SKIPPED, "needs no conversion")
    target = settings.out / task.target
    if not whole:
        return Done(task.index, COPIED, size=_copied(task, target, settings.workshop))
    made = convert(data, found, path) if needed else Conversion([data], "")
    done = Done(task.index, CONVERTED if needed else COPIED, compression=made.compression)
    pieces, warnings = made.pieces, [made.warning] if made.warning else []
    if settings.deidentifier is not None:
        data, result = _deidentified(settings.deidentifier, b"".join(pieces), path)
        pieces = [data]
        warnings += [finding.message for finding in result.warnings]
        done = replace(
            done,
            changes=tuple((c.tag, c.keyword, c.action, c.reason) for c in result),
            notices=tuple((finding.id, finding.message) for finding in result.warnings),
            unclaimed=not result.identity_removed,
        )
    size, before = _written(pieces, task, target, settings.workshop)
    if before:
        return replace(done, fate=SKIPPED, reason=DONE_BEFORE, size=size)
    return replace(done, reason=" ".join(warnings), size=size, warned=bool(warnings))


def _written(
    pieces: Sequence[bytes | memoryview], task: Task, target: Path, workshop: Path
) -> tuple[int, bool]:
    """Size of the new file, and whether it stood there already.

    :raises _Occupied: another file stands there.
    """
    size = sum(len(piece) for piece in pieces)
    if os.path.lexists(target) and not task.replaceable:
        # A run that was killed could not note its last files any more.
        if _size(target) == size and target.read_bytes() == b"".join(pieces):
            return size, True
        raise _Occupied("another file of this name is there already", file=str(target))
    _make_folder(target.parent)
    with replacing(target, workshop) as temporary, open(temporary, "wb", buffering=0) as file:
        _write_all(file, pieces)
    return size, False


def _write_all(file: io.FileIO, pieces: Sequence[bytes | memoryview]) -> None:
    small: list[bytes | memoryview] = []
    for piece in pieces:
        small.append(piece)
        if len(piece) > 1 << 16:
            _write(file, b"".join(small[:-1]))
            _write(file, piece)
            small.clear()
    _write(file, b"".join(small))


def _write(file: io.FileIO, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while len(view):
        view = view[file.write(view) :]


def _copied(task: Task, target: Path, workshop: Path) -> int:
    """Copy a file too large to hold; its size.

    :raises _Occupied: another file stands there.
    """
    if os.path.lexists(target) and not task.replaceable:
        raise _Occupied("another file of this name is there already", file=str(target))
    _make_folder(target.parent)
    with replacing(target, workshop) as temporary:
        shutil.copyfile(task.source.path, temporary)
    return task.source.size


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in _FULL:
            raise ExportError("the disk is full", file=str(folder)) from error
        raise ExportError(
            f"the folder cannot be made ({error.strerror or error})", file=str(folder)
        ) from error


def _size(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return -1


def _deidentified(deidentifier: Deidentifier, data: bytes, path: str) -> tuple[bytes, Deidentified]:
    """The file without identity, and what was done."""
    from pydicom import dcmread, dcmwrite

    from .transcode import with_header

    found, size = envelope(data), len(data)
    if found is not None and found.syntax not in OTHERWISE_ENCODED:
        data = with_header(data, found, path)
        try:
            start = found.start + len(data) - size
            for _ in elements(data, start, found.explicit):
                pass
        except Cut as error:
            raise DamagedFile(f"the data set is damaged: {error}", file=path) from error
        except Irregular:
            pass  # pydicom is more patient
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = dcmread(io.BytesIO(data), force=True)
        except Exception as error:  # pydicom raises whatever its parser stumbles over
            problem = f"the data set is damaged ({type(error).__name__})"
            raise DamagedFile(problem, file=path) from error
        result = deidentifier.apply(dataset)
        try:
            dcmwrite(out, dataset)
        except Exception as error:
            problem = f"it cannot be written again ({type(error).__name__})"
            raise DamagedFile(problem, file=path) from error
    return out.getvalue(), result
