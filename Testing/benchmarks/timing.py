"""Best times of several candidates, taken in turns so that the machine's moods hit all."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Timed:
    """A candidate: ``call(prepared)`` is timed, ``prepare()`` and ``finish(prepared)`` are not."""

    call: Callable[[Any], object]
    prepare: Callable[[], Any] = lambda: None
    finish: Callable[[Any], object] = lambda prepared: None


def best_times(
    candidates: Mapping[str, Callable[[], object] | Timed],
    repetitions: int | Mapping[str, int],
    warm_up: bool = True,
) -> dict[str, float]:
    """Seconds of the best call of each.

    :param repetitions: how many counted calls, for all or by name.
    :param warm_up: one call each beforehand that does not count.
    """
    jobs = {
        name: job if isinstance(job, Timed) else Timed(lambda _, call=job: call())
        for name, job in candidates.items()
    }
    counts = dict.fromkeys(jobs, repetitions) if isinstance(repetitions, int) else repetitions
    best = dict.fromkeys(jobs, float("inf"))
    for turn in range(-1 if warm_up else 0, max(counts.values())):
        for name, job in jobs.items():
            if turn >= counts[name]:
                continue
            seconds = _once(job)
            if turn >= 0:
                best[name] = min(best[name], seconds)
    return best


def _once(job: Timed) -> float:
    prepared = job.prepare()
    gc.collect()
    try:
        start = time.perf_counter()
        result = job.call(prepared)
        seconds = time.perf_counter() - start
        del result  # freeing it is not the work
        return seconds
    finally:
        job.finish(prepared)
