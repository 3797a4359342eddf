"""How far a conversion is: for a person, and for the panel that started it as a child.

The panel builds the command with ``convert_command``, runs it in ``LIBRARY`` with Slicer's
own Python, reads lines from its standard error and gives each to ``ConversionProgress.parse``,
and cancels by making the stop file.
"""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.phrases import Phrase, _

#: The folder to run the child in, so that it finds the library.
LIBRARY = Path(__file__).resolve().parents[2]

_LINE = re.compile(
    r"printprep-progress stage=(look|convert) files=(\d+)/(\d+) series=(\d+)/(\d+)"
    r" seconds_left=(\d+|-)\s*"
)
_EVERY_S = 0.2
#: Before that a guess at the remaining time is worth nothing.
_FIRST_GUESS_S = 1.0


@dataclass(frozen=True)
class ConversionProgress:
    """How far a run is.

    :param stage: ``look`` while the archive is searched, then ``convert``.
    :param seconds_left: None where it cannot be told yet.
    """

    stage: str
    files_done: int
    files: int
    series_done: int = 0
    series: int = 0
    seconds_left: int | None = None

    @property
    def fraction(self) -> float:
        """0 … 1, of this stage."""
        return self.files_done / self.files if self.files else 1.0

    def line(self) -> str:
        """One line for a program to read."""
        left = "-" if self.seconds_left is None else self.seconds_left
        return (
            f"printprep-progress stage={self.stage} files={self.files_done}/{self.files} "
            f"series={self.series_done}/{self.series} seconds_left={left}"
        )

    @classmethod
    def parse(cls, line: str) -> ConversionProgress | None:
        """What such a line says; None where it is none."""
        found = _LINE.fullmatch(line)
        if found is None:
            return None
        done, files, series_done, series = map(int, found.groups()[1:5])
        left = None if found[6] == "-" else int(found[6])
        return cls(found[1], done, files, series_done, series, left)

    def words(self) -> str:
        """The same for a person, in the language in use."""
        if self.stage == "look":
            return Phrase(_("Looking at {files_done:,} of {files:,} files"), vars(self)).said
        done = _("{files_done:,} of {files:,} files, {series_done:,} of {series:,} series")
        text = Phrase(done, vars(self))
        if self.seconds_left is not None:
            left = {"progress": text, "time": duration(self.seconds_left)}
            text = Phrase(_("{progress}, {time} left"), left)
        return text.said


def duration(seconds: float) -> Phrase:
    """A time in the units that a person would use."""
    seconds = round(seconds)
    if seconds < 90:
        return Phrase(_("{seconds} s"), {"seconds": seconds})
    minutes = round(seconds / 60)
    if minutes < 90:
        return Phrase(_("{minutes} min"), {"minutes": minutes})
    return Phrase(_("{hours} h {minutes} min"), {"hours": minutes // 60, "minutes": minutes % 60})


class Pace:
    """Counts what is done and tells it a few times a second.

    :param keys: the series of each file that is to be done.
    :param size: bytes to be done, by which the remaining time is guessed.
    """

    def __init__(
        self,
        tell: Callable[[ConversionProgress], object],
        stage: str,
        files: int,
        keys: Iterable[str] = (),
        size: int = 0,
    ) -> None:
        self._tell, self._stage, self._files = tell, stage, files
        self._waiting = Counter(keys)
        self._series = len(self._waiting)
        self._size, self._bytes, self._done = size, 0, 0
        self._start = self._told = time.monotonic()
        self._report()

    def skip(self, key: str, size: int) -> None:
        """A file was done before: it says nothing about the pace."""
        self._size -= size
        self._count(key)

    def step(self, key: str = "", size: int = 0) -> None:
        """A file is done."""
        self._bytes += size
        self._count(key)

    def _count(self, key: str) -> None:
        self._done += 1
        if self._waiting:
            self._waiting[key] -= 1
            if self._waiting[key] <= 0:
                del self._waiting[key]
        if self._done >= self._files or time.monotonic() - self._told >= _EVERY_S:
            self._report()

    def _report(self) -> None:
        self._told = time.monotonic()
        elapsed = self._told - self._start
        left = None
        if self._bytes and elapsed >= _FIRST_GUESS_S:
            left = round(elapsed * max(self._size - self._bytes, 0) / self._bytes)
        series_done = self._series - len(self._waiting)
        self._tell(
            ConversionProgress(
                self._stage, self._done, self._files, series_done, self._series, left
            )
        )


def convert_command(
    python: str | os.PathLike[str],
    inputs: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    stop_file: str | os.PathLike[str],
    options: Sequence[str] = (),
    jobs: int = 1,
) -> list[str]:
    """Program and arguments that convert as a child process, to be run in ``LIBRARY``.

    :param python: Slicer's PythonSlicer; on a command line ``sys.executable``.
    :param stop_file: to be made when the child shall stop; it may not exist before.
    :param options: more of the command's own, such as ``--deidentify=pet``.
    :param jobs: processes; 1 always works.
    """
    places = [os.path.abspath(item) for item in inputs]
    return [
        os.fspath(python),
        "-m",
        "PrintPrepLib.cli",
        "convert",
        "--json",
        f"--out={os.path.abspath(out)}",
        f"--jobs={jobs}",
        f"--stop-file={os.path.abspath(stop_file)}",
        *options,
        *places,
    ]
