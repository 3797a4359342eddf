"""One file after another, as a worker of the conversion does them."""

from __future__ import annotations

import errno
import io
import os
import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..core.errors import DamagedFile, ExportError, NotServed, PrintPrepError
from ..core.files import replacing
from ..core.phrases import Phrase, _, joined
from ..dicom.elements import OTHERWISE_ENCODED, Cut, Irregular, elements, envelope
from .inventory import FOLDER, Source
from .summary import (
    CONVERTED,
    COPIED,
    DAMAGED,
    DONE_BEFORE,
    FAILED,
    REFUSED,
    SKIPPED,
    unreadable,
)

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from ..deidentify.deidentifier import Deidentifier, Treated
    from ..deidentify.options import Options

#: What is read first: all of a slice, and of a larger file what tells how to go on.
_WHOLE = 8 << 20
_BEGINNING = 64 << 10
_LARGE = 24 << 20
_BUFFER = 1 << 16
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


@dataclass(frozen=True)
class Request:
    """What is to be done.

    :param inputs: any mix of folders (with all below them) and files.
    :param deidentify: options of a de-identification, or None.
    :param secret: what pseudonyms are worked out from; None draws one, so that no other run
        agrees with this one.
    :param layout: ``keep`` the folders, or one for each ``patient``, study and series.
    :param untouched: ``copy`` or ``skip`` files that need no conversion.
    :param part: do this share of the series only: (number from 1, of how many).
    :param jobs: processes; inside Slicer 1.
    :param identify: name files and series in the summary as they are, with their places.
    """

    inputs: Sequence[str | os.PathLike[str]]
    out: Path
    deidentify: Options | None = None
    secret: bytes | None = None
    layout: str = "keep"
    untouched: str = "copy"
    part: tuple[int, int] | None = None
    jobs: int = 1
    identify: bool = False

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

    :param why: what has to be said of it, or None.
    :param full: no file can be written any more.
    :param treated: what a de-identification did.
    :param warned: the file was written, and ``why`` tells what to look at.
    """

    index: int
    fate: str
    why: Phrase | None = None
    size: int = 0
    compression: str = ""
    full: bool = False
    treated: Treated | None = None
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
    request: Request, tasks: Sequence[Task], stopped: Callable[[], bool]
) -> Iterator[Done]:
    """Do the tasks until it is time to stop; a file is done whole or not at all."""
    _keep_memory()
    for task in tasks:
        if stopped():
            return
        yield _done(request, task)


def _done(request: Request, task: Task) -> Done:
    try:
        return _treat(request, task)
    except PrintPrepError as error:
        fate = REFUSED if isinstance(error, NotServed) else FAILED
        cause = error.__cause__ if isinstance(error, ExportError) else None
        full = isinstance(cause, OSError) and cause.errno in _FULL
        return Done(task.index, fate, Phrase(error.template, error.values), full=full)
    except Exception as error:  # noqa: BLE001  one bad file must not stop the others
        return Done(task.index, FAILED, reason_of(error))


def reason_of(error: Exception) -> Phrase:
    """Why a file could not be treated; never a text of others, which may quote a patient."""
    if isinstance(error, PrintPrepError):
        return Phrase(error.template, error.values)
    if isinstance(error, Irregular):
        return Phrase(DAMAGED, {"reason": error.why})
    if isinstance(error, OSError):
        return unreadable(error)
    if isinstance(error, MemoryError):
        return Phrase(_("there is not enough memory for this file"))
    return Phrase(_("the data set is damaged ({kind})"), {"kind": type(error).__name__})


def whole_of(file: BinaryIO, path: str) -> bytes:
    """All bytes of a file, which has to be there: what was never written takes no memory.

    :raises DamagedFile: the file is large and little of it was ever written.
    """
    size = os.fstat(file.fileno()).st_size
    if size > _LARGE:
        there = _written_bytes(file.fileno(), size)
        if there < size // 2:
            raise DamagedFile(
                _("only {there:,} of its {size:,} bytes were ever written"),
                there=there,
                size=size,
                file=path,
                remedy=_("Copy the file again from its source"),
            )
    file.seek(0)
    return file.read()


def _written_bytes(descriptor: int, size: int) -> int:
    """How much of a file is data and no hole, where the system tells."""
    if not hasattr(os, "SEEK_DATA"):
        return size
    there = at = 0
    while at < size:
        try:
            start = os.lseek(descriptor, at, os.SEEK_DATA)
        except OSError as error:
            # No data behind this place; whatever else means that the disk knows no holes.
            return there if error.errno == errno.ENXIO else size
        at = os.lseek(descriptor, start, os.SEEK_HOLE)
        there += at - start
    return there


def _treat(request: Request, task: Task) -> Done:
    # Not before: the processes of a crew are started first and load numpy at the same time.
    from .transcode import Conversion, convert, needs_conversion

    path, copies = task.source.path, request.untouched == "copy"
    with open(path, "rb") as file:
        data = file.read(_WHOLE if copies else _BEGINNING)
        whole = len(data) >= task.source.size
        found = envelope(data)
        if found is None:
            raise DamagedFile(_("the file has changed and is not DICOM any more"), file=path)
        needed = needs_conversion(data, found, whole)
        if needed is None or (not whole and (needed or request.deidentify is not None)):
            data = b""  # not twice in memory
            data = whole_of(file, path)
            needed = needs_conversion(data, found)
            whole = True
    if not needed and not copies:
        return Done(task.index, SKIPPED, Phrase(_("needs no conversion")))
    if not whole:
        return Done(task.index, COPIED, size=_written(None, request, task)[0])
    made = convert(data, found, path) if needed else Conversion([data], "")
    done = Done(task.index, CONVERTED if needed else COPIED, compression=made.compression)
    pieces = made.pieces
    said = [made.warning] if made.warning else []
    if request.deidentifier is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = readable(b"".join(pieces), path)
            result = request.deidentifier.apply(dataset)
            pieces = [_encoded(dataset, path)]
        said += [Phrase(finding.template, finding.values) for finding in result.warnings]
        done = replace(done, treated=result.treated)
    size, before = _written(pieces, request, task)
    if before:
        return replace(done, fate=SKIPPED, why=Phrase(DONE_BEFORE), size=size)
    if said:
        done = replace(done, why=said[0] if len(said) == 1 else joined(said, " "), warned=True)
    return replace(done, size=size)


def _written(
    pieces: Sequence[bytes | memoryview] | None, request: Request, task: Task
) -> tuple[int, bool]:
    """Size of the new file, and whether it stood there already.

    :param pieces: None copies the source, which is too large to hold.
    :raises NotServed: another file stands there.
    """
    target = request.out / task.target
    size = task.source.size if pieces is None else sum(map(len, pieces))
    if os.path.lexists(target) and not task.replaceable:
        # A run that was killed could not note its last files any more.
        if (
            pieces is not None
            and target.is_file()
            and target.stat().st_size == size
            and target.read_bytes() == b"".join(pieces)
        ):
            return size, True
        raise NotServed(_("another file of this name is there already"), file=str(target))
    _make_folder(target.parent)
    with replacing(target, request.workshop) as temporary:
        if pieces is None:
            shutil.copyfile(task.source.path, temporary)
        else:
            _write_all(temporary, pieces)
    return size, False


def _write_all(path: Path, pieces: Sequence[bytes | memoryview]) -> None:
    """Small pieces go together, and a large one goes without being copied."""
    with open(path, "wb", buffering=_BUFFER) as file:
        file.writelines(pieces)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in _FULL:
            raise ExportError(_("the disk is full"), file=str(folder)) from error
        raise ExportError(
            _("the folder cannot be made ({reason})"),
            file=str(folder),
            reason=error.strerror or str(error),
        ) from error


def readable(data: bytes, path: str) -> Dataset:
    """The data set of a whole file that needs no conversion (any more).

    :raises DamagedFile: the data set is damaged or cut off.
    """
    from pydicom import dcmread

    from .transcode import with_header

    found, size = envelope(data), len(data)
    if found is not None and found.syntax not in OTHERWISE_ENCODED:
        data = with_header(data, found, path)
        try:
            for _element in elements(data, found.start + len(data) - size, found.explicit):
                pass
        except Cut as error:
            raise DamagedFile(DAMAGED, file=path, reason=error.why) from error
        except Irregular:
            pass  # pydicom is more patient
    try:
        return dcmread(io.BytesIO(data), force=True)
    except Exception as error:  # pydicom raises whatever its parser stumbles over
        raise DamagedFile(
            _("the data set is damaged ({kind})"), file=path, kind=type(error).__name__
        ) from error


def _encoded(dataset: Dataset, path: str) -> bytes:
    from pydicom import dcmwrite

    out = io.BytesIO()
    try:
        dcmwrite(out, dataset)
    except Exception as error:
        raise DamagedFile(
            _("it cannot be written again ({kind})"), file=path, kind=type(error).__name__
        ) from error
    return out.getvalue()
