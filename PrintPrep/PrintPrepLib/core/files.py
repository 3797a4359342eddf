"""Files that appear whole or not at all.

Everything is written under a temporary name on the same disk and moved into place
when it is complete, so that a full disk, an error or Ctrl-C never leaves half a file
and never costs the previous one.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import platform
import re
import shutil
import stat
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from .errors import ExportError
from .phrases import _

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_PREFIX, _LOCK, _LONGEST_LOCK = ".printprep-", "lock", 1000
#: How long to wait for another run that moves its files into the same folder.
_PATIENCE_S = 10.0
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str], workshop: Path | None = None) -> Iterator[Path]:
    """A temporary path to write to; moved to ``path`` when the block ends.

    :param workshop: a folder of the same disk for the temporary file, else beside ``path``.
    :raises ExportError: the folder is missing or cannot be written, ``path`` is a folder,
        the disk is full, or the target is locked; nothing is left behind.
    """
    target = Path(path)
    if target.is_dir():
        raise ExportError(
            _("this is a folder, not a file"),
            file=str(target),
            remedy=_("Give the name of a file"),
        )
    require_folder(target.parent)
    temporary = (workshop or target.parent) / (_unfinished_name() + target.suffix)
    try:
        with _explained(target):
            yield temporary
        with _explained(target, moving=True):
            os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file that appears whole or not at all.

    :raises ExportError: as ``replacing``.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text in UTF-8, whole or not at all.

    Names of files that are no UTF-8 hold halves of characters (surrogates): they are written
    as escapes, which JSON reads back as they were.

    :raises ExportError: as ``replacing``.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def require_folder(folder: Path) -> None:
    """:raises ExportError: ``folder`` is not an existing folder."""
    if not folder.is_dir():
        is_file, missing = _("this is a file, not a folder"), _("there is no such folder")
        raise ExportError(
            is_file if folder.exists() else missing,
            file=str(folder),
            remedy=_("Create the folder or choose another one"),
        )


@contextlib.contextmanager
def staging(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary folder whose files move into ``folder`` together when the block ends.

    What a killed run has left in ``folder`` is removed before, where that is certain. ``folder``
    is created where it is missing. When anything fails, also while moving,
    the files that were there before are there again and what was created is removed.

    :raises ExportError: the folder cannot be made or written, the disk is full, or a
        target is locked.
    """
    target = Path(folder)
    created = _missing_folders(target)
    staged: Path | None = None
    try:
        with _explained(target):
            target.mkdir(parents=True, exist_ok=True)
            tidy(target)
            staged = target / _unfinished_name()
            staged.mkdir(mode=0o700)
            (staged / _LOCK).write_text(json.dumps([_computer(), os.getpid()]), encoding="ascii")
            files = staged / "new"
            files.mkdir()
        try:
            yield files
        except ExportError as error:
            raise _as_in(target, files, error) from error
        with _alone(target):
            _move_together(files, staged / "old", target)
    except BaseException:
        if staged is not None:
            shutil.rmtree(staged, ignore_errors=True)
        for made in reversed(created):
            with contextlib.suppress(OSError):
                made.rmdir()
        raise
    shutil.rmtree(staged, ignore_errors=True)


def tidy(folder: Path) -> None:
    """Remove what runs of this computer left in a folder that were killed, where that is certain.

    One that was killed while its files, which were complete, moved into place has the rest of
    them moved first: all are there then.
    """
    with _alone(folder):
        for path in [folder / name for name in leftovers(folder)]:
            if _abandoned(path) and _completed(path, folder):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    with contextlib.suppress(OSError):
                        path.unlink()


def leftovers(folder: Path) -> list[str]:
    """Names of what runs have left in a folder that were killed, or are at work there."""
    with contextlib.suppress(OSError):
        return sorted(entry.name for entry in os.scandir(folder) if _is_unfinished(entry.name))
    return []


def _unfinished_name() -> str:
    """A name that nobody else has, and that tells of this process."""
    return f"{_PREFIX}{os.getpid():08x}{_mark()}{uuid.uuid4().hex[:16]}"


def _is_unfinished(name: str) -> bool:
    return (
        re.fullmatch(re.escape(_PREFIX) + r"[0-9a-z_]{8}|\.printprep-[0-9a-f]{32}.*", name)
        is not None
    )


def _abandoned(path: Path) -> bool:
    """Whether a process of this computer made that file or folder that is no more; nothing is
    followed through links.
    """
    if os.name != "posix":
        return False
    lock = path / _LOCK
    try:
        kind = os.lstat(path).st_mode
        if stat.S_ISREG(kind) or (stat.S_ISDIR(kind) and _without_lock(path)):
            return _ended(*_named(path.name))
        state = os.lstat(lock)
        if not (stat.S_ISDIR(kind) and stat.S_ISREG(state.st_mode)):
            return False
        if state.st_size > _LONGEST_LOCK:
            return False
        computer, process = json.loads(lock.read_text(encoding="ascii"))
        return _ended(computer == _computer(), process)
    except (OSError, ValueError, TypeError, OverflowError, RecursionError):
        return False


def _without_lock(folder: Path) -> bool:
    """Whether its process came no further than to make it, or to begin its lock."""
    names = os.listdir(folder)
    return not names or (names == [_LOCK] and os.lstat(folder / _LOCK).st_size == 0)


def _named(name: str) -> tuple[bool, int]:
    """Whether a name was given by this computer, and the process that gave it."""
    digits = name[len(_PREFIX) :][:16]
    return digits[8:] == _mark(), int(digits[:8], 16)


def _ended(here: bool, process: object) -> bool:
    """Whether a process, if it is one of this computer, is no more."""
    if not here or type(process) is not int or process <= 0:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        pass
    return False


def _completed(staged: Path, target: Path) -> bool:
    """Move the rest of the files whose moving was cut short; False where that cannot be done.

    ``old`` is made once all files are complete, and holds those that were there before.
    """
    old, new = staged / "old", staged / "new"
    if not os.path.lexists(old):
        return True
    try:
        for folder in (new, old):
            for entry in os.scandir(folder) if folder.is_dir() and not folder.is_symlink() else ():
                there = target / entry.name
                if folder == new or not os.path.lexists(there):
                    _refuse_folder(there)
                    os.replace(entry.path, there)
    except (OSError, ExportError):
        return False
    return True


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other runs from moving files into the same folder, where the system can do that."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.01)
            except OSError:  # a disk that knows no locks
                break
        yield
    finally:
        os.close(handle)


def _computer() -> str:
    """This computer, as far as processes have their numbers in common."""
    name = platform.node()
    with contextlib.suppress(OSError):
        name += f" {os.readlink('/proc/self/ns/pid')}"
    return name


def _mark() -> str:
    """This computer in a few letters."""
    return hashlib.sha256(_computer().encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _as_in(target: Path, staged: Path, error: ExportError) -> ExportError:
    """The error with the name that the user knows, not that of the temporary folder."""
    if error.file is None or staged not in Path(error.file).parents:
        return error
    file = target / Path(error.file).relative_to(staged)
    return ExportError(
        error.template,
        file=str(file),
        tag=error.tag,
        remedy=error.remedy_template,
        **error.values,
    )


def _missing_folders(folder: Path) -> list[Path]:
    """The folders that making ``folder`` would create, outermost first."""
    missing: list[Path] = []
    while not os.path.lexists(folder) and folder != folder.parent:
        missing.insert(0, folder)
        folder = folder.parent
    return missing


def _move_together(source: Path, old: Path, target: Path) -> None:
    old.mkdir()
    names = sorted(entry.name for entry in source.iterdir())
    saved: list[str] = []
    moved: list[str] = []
    try:
        for name in names:
            with _explained(target / name, moving=True):
                if os.path.lexists(target / name):
                    _refuse_folder(target / name)
                    os.replace(target / name, old / name)
                    saved.append(name)
                os.replace(source / name, target / name)
                moved.append(name)
    except BaseException:
        for name in moved:
            os.replace(target / name, source / name)
        for name in saved:
            os.replace(old / name, target / name)
        raise


def _refuse_folder(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        raise ExportError(
            _("there is a folder of this name"),
            file=str(path),
            remedy=_("Choose another name"),
        )


@contextlib.contextmanager
def _explained(path: Path, moving: bool = False) -> Iterator[None]:
    """Turn an operating system's error into one that says what to do."""
    try:
        yield
    except OSError as error:
        raise _explanation(error, path, moving) from error


def _explanation(error: OSError, path: Path, moving: bool) -> ExportError:
    if error.errno in _FULL:
        return ExportError(
            _("the disk is full, or the file is larger than this disk allows"),
            file=str(path),
            remedy=_("Free some space or choose another folder"),
        )
    if moving and isinstance(error, PermissionError):
        return ExportError(
            _("the file is locked or protected, so it was not replaced"),
            file=str(path),
            remedy=_("Close it in the other program, or choose another name"),
        )
    if error.errno in _DENIED:
        return ExportError(
            _("writing is not allowed here"),
            file=str(path),
            remedy=_("Choose another folder"),
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return ExportError(
            _("a file stands where a folder should be"),
            file=str(path),
            remedy=_("Choose another folder"),
        )
    reason = error.strerror or type(error).__name__
    return ExportError(
        _("it could not be written ({reason})"),
        file=str(path),
        remedy=_("Choose another folder"),
        reason=reason,
    )
