"""What earlier runs have written, so that a restart goes on where they stopped.

Every run adds a file of its own to a hidden folder beside the results, one line for each new
file: a keyed hash of where it came from (place, size, time of the last change) and how it was
made, then its name and size. Nothing in there names a patient.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

from .. import __version__
from ..core.errors import ExportError
from ..core.files import tidy
from ..core.phrases import _
from .inventory import FOLDER, Source

_UNFINISHED = ".printprep-*"
_ABANDONED_S = 24 * 3600


class Journal:
    """The journal of one folder of results.

    :param secret: of a de-identification, else None.
    :param treatment: what was asked for that changes the contents of files.
    :raises ExportError: the folder cannot be written, or it holds the results of another
        de-identification.
    """

    def __init__(self, out: Path, secret: bytes | None, treatment: Any) -> None:
        self._key = secret or b"printprep"
        self._treatment = json.dumps(treatment, sort_keys=True)
        self._folder = out / FOLDER
        self._done: dict[str, tuple[str, int]] = {}
        #: Names of files that a run has written; such a file may be replaced.
        self.written: set[str] = set()
        mark = self._digest("the same de-identification") if secret else "none"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for path in sorted(self._folder.glob("*.jsonl")):
                self._read(path, mark, out)
            name = f"{uuid.uuid4().hex}.jsonl"
            self._file = open(self._folder / name, "wb", buffering=0)  # noqa: SIM115
            self._put({"deidentification": mark})
            self._tidy(out)
        except OSError as error:
            raise ExportError(
                _("the folder for the results cannot be written ({reason})"),
                reason=error.strerror or str(error),
                file=str(out),
                remedy=_("Choose another folder"),
            ) from error

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def key(self, source: Source, target: str) -> str:
        """What stands for a source in its present state, and for what becomes of it."""
        return self._digest(
            f"{__version__}\0{source.label}\0{source.size}\0{source.mtime_ns}\0{target}"
        )

    def size(self, key: str, out: Path) -> int | None:
        """Size of the new file that is there already; None where there is none."""
        name, size = self._done.get(key, ("", 0))
        if not name:
            return None
        try:
            return size if os.stat(out / name).st_size == size else None
        except OSError:
            return None

    def add(self, key: str, name: str, size: int) -> None:
        """Note a file that is written.

        :raises ExportError: the journal cannot be written any more.
        """
        try:
            self._put([key, name, size])
        except OSError as error:
            raise ExportError(
                _("the journal cannot be written ({reason})"),
                reason=error.strerror or str(error),
                file=str(self._folder),
                remedy=_("Free some space; the same command goes on from there"),
            ) from error

    def _put(self, entry: Any) -> None:
        self._file.write(f"{json.dumps(entry)}\n".encode("ascii"))

    def _tidy(self, out: Path) -> None:
        """Remove what runs left that were killed here, or elsewhere long ago; others may be at
        work."""
        tidy(out)
        tidy(self._folder)
        for path in self._folder.glob(_UNFINISHED):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > _ABANDONED_S:
                    path.unlink()

    def _read(self, path: Path, mark: str, out: Path) -> None:
        for line in path.read_text(encoding="ascii", errors="replace").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # the last line of a run that was killed
            if isinstance(entry, dict):
                if entry.get("deidentification") != mark:
                    raise ExportError(
                        _(
                            "this folder holds files that were de-identified otherwise, or not at "
                            "all"
                        ),
                        file=str(out),
                        remedy=_(
                            "Choose another folder, or give the same options and the same "
                            "secret as before"
                        ),
                    )
            elif isinstance(entry, list) and len(entry) == 3:
                key, name, size = entry
                self._done[key] = name, size
                self.written.add(name)

    def _digest(self, text: str) -> str:
        data = f"{self._treatment}\0{text}".encode("utf-8", "surrogateescape")
        return hmac.new(self._key, data, hashlib.sha256).hexdigest()
