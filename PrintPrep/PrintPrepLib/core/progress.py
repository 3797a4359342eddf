"""Progress of long work, and the way to cancel it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from .errors import Cancelled
from .phrases import Phrase, translated

#: ``progress(fraction, message)``: fraction 0 … 1, a few words in the language in use.
#: A true return value asks the work to stop.
Progress = Callable[[float, str], object]
#: Progress is told so often while a thread works.
_PAUSE_S = 0.05
_Result = TypeVar("_Result")


def report(progress: Progress | None, fraction: float, message: str | Phrase) -> None:
    """Tell the caller how far the work is.

    :param message: a marked sentence, or a phrase.
    :raises Cancelled: the callback returned a true value.
    """
    if progress is None:
        return
    said = message.said if isinstance(message, Phrase) else translated(message)
    if progress(min(max(fraction, 0.0), 1.0), said):
        raise Cancelled


def part(progress: Progress | None, start: float, end: float) -> Progress | None:
    """The callback for a sub-task that takes the share start … end of the whole."""
    if progress is None:
        return None
    return lambda fraction, message: progress(start + (end - start) * fraction, message)


def meanwhile(
    progress: Progress | None,
    fraction: float,
    message: str | Phrase,
    work: Callable[[], _Result],
) -> _Result:
    """What ``work`` returns; progress is told at ``fraction`` again and again until it is done.

    For a stretch of numpy or scipy, or a VTK filter's ``Update``, that cannot tell of itself:
    they let other threads run meanwhile. Nor can they be stopped: a cancelled one is waited for,
    while the window stays alive. Nothing in there may touch the scene or a widget.

    :raises Cancelled: progress asked for it. Errors of the work come out as they are.
    """
    if progress is None:
        return work()
    cancelled: Cancelled | None = None
    with ThreadPoolExecutor(1) as thread:
        future = thread.submit(work)
        while not wait([future], _PAUSE_S).done:
            try:
                report(progress, fraction, message)
            except Cancelled as error:
                cancelled = error
    if cancelled is not None:
        raise cancelled
    return future.result()
