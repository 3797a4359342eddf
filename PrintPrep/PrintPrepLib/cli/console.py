"""The command line's two streams: the answer on stdout, everything else on stderr.

Slicer's and VTK's C++ code prints to both file descriptors when it likes. While work
is under way both lead into a file, so that stdout carries the answer alone and stderr
the progress and at most one line of error.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import Any, TextIO

from ..core.outward import lines, one_line
from ..core.phrases import Phrase, _


class Interrupt(KeyboardInterrupt):
    """Ctrl-C, or a request to terminate, as Python need not know it.

    Where KeyboardInterrupt itself passes through code that a compiled module runs, such as while
    it loads, Python ends with the signal's status however it was dealt with.
    """


class Console:
    """What a command says to the user.

    :param debug: show at the end what C++ code printed meanwhile.
    """

    def __init__(self, debug: bool = False) -> None:
        self.debug = debug
        self._stderr: TextIO = sys.stderr
        self._shown = ""
        #: The user asked to stop.
        self.cancelled = False
        self._sheltered = False

    @contextlib.contextmanager
    def cancellable(self) -> Iterator[None]:
        """Let Ctrl-C and a request to terminate stop the work inside.

        The first one raises KeyboardInterrupt; should that get lost in C++ code, the next
        progress stops the work. Later ones do not disturb the tidying up.
        """
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread may receive signals
            return
        kinds = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(kind, self._interrupt) for kind in kinds]
        try:
            yield
        finally:
            # Once cancelled the process is about to end: it shall do so with its own status.
            for kind, handler in zip(kinds, before, strict=True):
                signal.signal(kind, signal.SIG_IGN if self.cancelled else handler)

    @contextlib.contextmanager
    def sheltered(self) -> Iterator[None]:
        """Put an interrupt off: compiled modules that it hits while they load may crash."""
        self._sheltered = True
        try:
            yield
        finally:
            self._sheltered = False
        if self.cancelled:
            raise Interrupt

    def _interrupt(self, number: int, frame: object) -> None:
        first, self.cancelled = not self.cancelled, True
        if first and not self._sheltered:
            raise Interrupt

    def progress(self, fraction: float, message: str) -> bool:
        """Show how far the work is: one line that renews itself, or a line a step in a log.

        :return: whether the work shall stop.
        """
        if self._stderr.isatty():
            self._write(f"\r\x1b[K{100 * fraction:3.0f} % {one_line(message)}")
            self._shown = message
        elif message != self._shown:
            self._write(f"{one_line(message)} ...\n")
            self._shown = message
        return self.cancelled

    def note(self, text: str) -> None:
        """Tell something on stderr, on a line of its own."""
        self._end_progress()
        self._write(f"{one_line(text)}\n")

    def remark(self, text: str) -> None:
        """Tell what a person may want to look at."""
        self.note(Phrase(_("Note: {text}"), {"text": text}).said)

    def error(self, text: str) -> None:
        """Say in one line what went wrong."""
        self.note(f"printprep: {' '.join(text.split())}")

    def answer(self, text: str) -> None:
        """Print the answer on stdout."""
        self._end_progress()
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")
        sys.stdout.write(lines(text))
        sys.stdout.flush()

    @contextlib.contextmanager
    def quiet(self) -> Iterator[None]:
        """Keep what is printed past this object out of both streams."""
        sys.stdout.flush()
        sys.stderr.flush()
        with tempfile.TemporaryFile() as printed, contextlib.ExitStack() as undo:
            kept = {number: os.dup(number) for number in (1, 2)}
            for number, copy in kept.items():
                os.dup2(printed.fileno(), number)
                undo.callback(_restore, copy, number)
            self._stderr = undo.enter_context(
                open(os.dup(kept[2]), "w", encoding=sys.stderr.encoding, errors="replace")
            )
            undo.callback(self._back_to_normal, printed)
            yield

    def _back_to_normal(self, printed: Any) -> None:
        self._end_progress()
        if self.debug:
            printed.seek(0)
            self._stderr.flush()
            self._write(lines(printed.read().decode("utf-8", "replace").replace("\r", "\n")))
            self._stderr.flush()
        self._stderr = sys.stderr

    def _end_progress(self) -> None:
        if self._shown and self._stderr.isatty():
            self._write("\r\x1b[K")
        self._shown = ""

    def _write(self, text: str) -> None:
        # A reader that went away (a closed pipe) must not stop the work.
        with contextlib.suppress(BrokenPipeError):
            self._stderr.write(text)
            self._stderr.flush()


def _restore(copy: int, number: int) -> None:
    os.dup2(copy, number)
    os.close(copy)
