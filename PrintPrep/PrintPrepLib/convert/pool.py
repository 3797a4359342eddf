"""Work shared out to processes of one's own, the calling one included.

Only for the command line: inside Slicer no process can be forked or spawned safely, so
Slicer starts the command line as a child. The calling process works, too, so that little
work never waits for others to start.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, wait
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Future

#: ``function(state, chunk, stopped)`` yields one result for each item of the chunk, and ends
#: early when ``stopped()`` is true.
Function = Callable[[Any, Any, Callable[[], bool]], Iterator[Any]]

_QUEUED = 2
#: What giving work to processes that died at their start may raise.
_NO_PROCESSES = (BrokenExecutor, OSError, ValueError, RuntimeError)
_PATIENCE_S = 0.1


def processors() -> int:
    """How many processors this process may use (a cluster's scheduler grants a few)."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Windows and macOS
        return os.cpu_count() or 1


class Crew:
    """Processes that share one state; use as a context.

    :param jobs: number of processes, this one included; 1 starts none.
    :param state: what every call gets; it has to be picklable.
    :param stopped: asked between items; once it says yes, the work ends early.
    :param prepare: what every new process does first, such as loading what it will need.
    """

    def __init__(
        self,
        jobs: int,
        state: Any,
        stopped: Callable[[], bool],
        prepare: Callable[[], object] = bool,  # which does nothing
    ) -> None:
        self._state = state
        self._prepare = prepare
        self._starting: list[Future[object]] = []
        self._asked = stopped
        self._ended = False
        self._pool: ProcessPoolExecutor | None = None
        self._workers = jobs - 1
        if self._workers > 0:
            # One process alone needs none of this, and starts sooner without it.
            import multiprocessing
            from concurrent.futures.process import ProcessPoolExecutor

            context = multiprocessing.get_context("spawn")
            self._halt = context.Event()
            self._pool = ProcessPoolExecutor(self._workers, context, _begin, (state, self._halt))

    def __enter__(self) -> Crew:
        if self._pool is not None:
            # They start while this process looks around.
            try:
                self._starting += [self._pool.submit(self._prepare) for _ in range(self._workers)]
            except _NO_PROCESSES:
                self._go_on_alone()
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._halt.set()
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _stopped(self) -> bool:
        return self._ended or self._asked()

    def stop(self) -> None:
        """End the work early, as if ``stopped()`` had said so."""
        self._ended = True

    def results(self, function: Function, chunks: Iterable[Any]) -> Iterator[Any]:
        """The results of all items of all chunks, in no particular order."""
        waiting = deque(chunks)
        running: dict[Future[list[Any]], Any] = {}
        while waiting or running:
            if self._stopped():
                waiting.clear()
                if self._pool is not None:
                    self._halt.set()
            self._feed(function, waiting, running)
            done = [future for future in running if future.done()]
            if not done and waiting:
                yield from function(self._state, waiting.popleft(), self._stopped)
                continue
            if not done:
                done = list(wait(running, _PATIENCE_S, FIRST_COMPLETED).done)
            for future in done:
                chunk = running.pop(future)
                try:
                    yield from future.result()
                except (BrokenExecutor, CancelledError):
                    waiting.append(chunk)
                    self._go_on_alone()

    def _feed(
        self, function: Function, waiting: deque[Any], running: dict[Future[list[Any]], Any]
    ) -> None:
        try:
            # Nothing is given to a process that is still starting: this one would wait for it.
            ready = sum(future.done() for future in self._starting)
            while self._pool is not None and waiting and len(running) < _QUEUED * ready:
                running[self._pool.submit(_call, function, waiting[0])] = waiting[0]
                waiting.popleft()
        except _NO_PROCESSES:
            self._go_on_alone()

    def _go_on_alone(self) -> None:
        """Spawning does not work here, or a process was killed, for instance for its memory."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


# In the processes

_shared: tuple[Any, Any] | None = None


def _begin(state: Any, halt: Any) -> None:
    """Ready a new process: it stops when told to, or when its parent is gone."""
    global _shared
    _shared = (state, halt)
    # A terminal interrupts all its processes; the first one alone decides what that means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _call(function: Function, chunk: Any) -> list[Any]:
    assert _shared is not None
    state, halt = _shared
    return list(function(state, chunk, halt.is_set))
