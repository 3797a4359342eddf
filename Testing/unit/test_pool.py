"""Work in several processes: nothing is lost, nothing is done twice, and it ends when told to."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from PrintPrepLib.convert.pool import Crew, processors

CHUNKS = [list(range(start, start + 5)) for start in range(0, 600, 5)]
ALL = sorted(3 * item for chunk in CHUNKS for item in chunk)


def is_worker() -> bool:
    return multiprocessing.parent_process() is not None


def triple(
    state: int, chunk: Sequence[int], stopped: Callable[[], bool]
) -> Iterator[tuple[int, int]]:
    for item in chunk:
        if stopped():
            return
        time.sleep(0.003)
        yield os.getpid(), state * item


def die_in_worker(
    state: int, chunk: Sequence[int], stopped: Callable[[], bool]
) -> Iterator[tuple[int, int]]:
    """The second chunk that a worker is given ends it half-way."""
    yield from triple(state, chunk[:2], stopped)
    if is_worker() and getattr(die_in_worker, "again", False):
        os.kill(os.getpid(), signal.SIGKILL)
    die_in_worker.again = True
    yield from triple(state, chunk[2:], stopped)


def working(crew: Crew) -> Crew:
    """The same crew with its processes at hand, so that they take part in little work."""
    for future in crew._starting:
        future.result(60)
    return crew


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_every_item_is_done_once(jobs):
    with Crew(jobs, 3, lambda: False) as crew:
        results = list(working(crew).results(triple, CHUNKS))
    assert sorted(value for _, value in results) == ALL
    assert (len({process for process, _ in results}) > 1) == (jobs > 1)
    assert os.getpid() in {process for process, _ in results}


def test_a_worker_that_dies_costs_nothing():
    with Crew(3, 3, lambda: False) as crew:
        results = list(working(crew).results(die_in_worker, CHUNKS))
    assert sorted(value for _, value in results) == ALL
    assert len({process for process, _ in results}) > 1


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("way", ["asked", "told"])
def test_it_ends_early(jobs, way):
    results: list[object] = []
    with Crew(jobs, 3, lambda: way == "asked" and len(results) >= 20) as crew:
        for result in working(crew).results(triple, CHUNKS):
            results.append(result)
            if way == "told" and len(results) == 20:
                crew.stop()
    # What workers had finished by then still counts.
    assert 20 <= len(results) < 100
    assert len(set(results)) == len(results)


def test_leaving_on_an_error_waits_for_nobody_for_long():
    start = time.monotonic()
    with pytest.raises(KeyError), Crew(3, 3, lambda: False) as crew:
        for _ in working(crew).results(triple, CHUNKS):
            raise KeyError
    assert time.monotonic() - start < 30


def test_the_number_of_processors_is_what_may_be_used():
    assert 1 <= processors() <= (os.cpu_count() or 1)
