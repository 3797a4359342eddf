"""Progress of long work, and the way to cancel it."""

from __future__ import annotations

from collections.abc import Callable

from .errors import Cancelled
from .phrases import Phrase, translated

#: ``progress(fraction, message)``: fraction 0 … 1, a few words in the language in use.
#: A true return value asks the work to stop.
Progress = Callable[[float, str], object]


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
