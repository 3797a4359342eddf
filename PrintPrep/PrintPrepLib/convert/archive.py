"""Whole archives of private-compressed files → standard DICOM.

One look at every file's beginning tells which series there are; then the files are converted,
here or in several processes, each whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ..core.errors import Cancelled, SeriesError
from ..core.phrases import Phrase, _
from ..deidentify.deidentifier import Deidentifier, Tally
from ..deidentify.options import Options, pet_warnings
from .inventory import Found, Identity, Names, Source, find, header_texts, identify_chunk, share
from .journal import Journal
from .pool import Crew
from .progress import ConversionProgress, Pace
from .summary import DONE_BEFORE, FAILED, NOT_REACHED, SKIPPED, UNREADABLE, Fate, Summary
from .worker import Done, Request, Task, convert_chunk, prepare

FULL = _("the disk is full")
STOPPED = _("it was stopped")
_FILES_A_CHUNK, _LOOKS_A_CHUNK = 8, 64
#: Fewer files are done before other processes have started.
_WORTH_A_CREW = 24
_WORTH_LOOKING_TOGETHER = 2000


@dataclass(frozen=True)
class Look:
    """What is in the archive, as far as this part of the work goes.

    :param chosen: the DICOM files.
    :param unusable: the others, each with its fate and the reason.
    """

    found: Found
    chosen: tuple[Identity, ...]
    unusable: tuple[tuple[Source, str, Phrase], ...]

    def source(self, identity: Identity) -> Source:
        return self.found.sources[identity.index]

    @property
    def by_series(self) -> dict[str, list[Identity]]:
        """The chosen files of each series."""
        series: dict[str, list[Identity]] = {}
        for identity in self.chosen:
            series.setdefault(identity.series, []).append(identity)
        return series

    @property
    def has_pet(self) -> bool:
        return any(identity.modality == "PT" for identity in self.chosen)


def look(
    request: Request,
    progress: Callable[[ConversionProgress], object] = lambda now: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Look:
    """Find the files, and what series they belong to, without converting.

    :raises SeriesError: an input is missing, or there is no DICOM file at all.
    :raises Cancelled: ``stopped`` said so.
    """
    found = find(request.inputs, request.out)
    jobs = request.jobs if len(found.sources) >= _WORTH_LOOKING_TOGETHER else 1
    with Crew(jobs, None, stopped) as crew:
        return _look(request, found, crew, progress, stopped)


def convert(
    request: Request,
    progress: Callable[[ConversionProgress], object] = lambda now: None,
    stopped: Callable[[], bool] = lambda: False,
    warn: Callable[[str], object] = lambda text: None,
) -> Summary:
    """Convert everything and tell each file's fate, in the result and in summary files.

    :param warn: told at once what a person may want to stop for, in the language in use; the
        result has it, too.
    :param stopped: asked between files; once it says yes, the run ends after whole files.
    :raises SeriesError: an input is missing, or there is no DICOM file at all.
    :raises ExportError: the folder for the results cannot be written, or holds the files of
        another de-identification.
    :raises DeidentifyError: the secret is too short.
    :raises Cancelled: ``stopped`` said so before there was anything to convert.
    """
    start = time.perf_counter()
    request = replace(request, out=Path(request.out))
    if request.deidentify is None:
        request = replace(request, secret=None)
    else:
        # Refuses bad secrets before work is done, and draws one where there is none.
        request = replace(request, secret=Deidentifier(request.deidentify, request.secret).secret)
    found = find(request.inputs, request.out)
    jobs = request.jobs if len(found.sources) >= _WORTH_A_CREW else 1
    with Crew(jobs, request, stopped, prepare) as crew:
        seen = _look(request, found, crew, progress, stopped)
        run = _Run(request, seen)
        for warning in run.early_warnings:
            warn(warning.said)
        run.work(crew, progress)
    summary = run.summary(time.perf_counter() - start)
    summary.write()
    return summary


def _look(
    request: Request,
    found: Found,
    crew: Crew,
    progress: Callable[[ConversionProgress], object],
    stopped: Callable[[], bool],
) -> Look:
    def mine(key: str) -> bool:
        return request.part is None or share(key, request.part[1]) == request.part[0]

    pace = Pace(progress, "look", len(found.sources))
    chosen: list[Identity] = []
    left_out = list(found.left_out)
    chunks = _chunks(list(enumerate(found.sources)), _LOOKS_A_CHUNK)
    for identity in crew.results(identify_chunk, chunks):
        if identity.unusable is None:
            chosen.append(identity)
        else:
            left_out.append((found.sources[identity.index], identity.unusable))
        pace.step()
    if stopped():
        raise Cancelled
    if not chosen:
        raise _nothing(request, [why for source, why in left_out])
    return Look(
        found,
        tuple(sorted((i for i in chosen if mine(i.series)), key=lambda i: i.index)),
        tuple(
            (source, FAILED if why.template == UNREADABLE else SKIPPED, why)
            for source, why in left_out
            if mine(source.label)
        ),
    )


class _Run:
    """The second half of a conversion: what is there is known."""

    def __init__(self, request: Request, seen: Look) -> None:
        self._request = request
        self._seen = seen
        options = request.deidentify
        self._tally = None if options is None else Tally(options)
        self._names = Names(request.secret)
        self._places = self._new_places()
        self._done: dict[int, Done] = {}
        self._full = False
        #: What is wrong with the options, whatever becomes of the files.
        self.early_warnings: list[Phrase] = []
        if options is not None and seen.has_pet:
            self.early_warnings += map(Phrase, pet_warnings(options))

    def _new_places(self) -> dict[int, str]:
        files = [(self._seen.source(i), i) for i in self._seen.chosen]
        if self._request.layout == "keep":
            return {i.index: self._names.kept(source.label) for source, i in files}
        deidentifier = self._request.deidentifier
        if deidentifier is None:
            return self._names.by_series(files, header_texts)
        return self._names.by_series(files, partial(_pseudonym_texts, deidentifier))

    def work(self, crew: Crew, progress: Callable[[ConversionProgress], object]) -> None:
        """Convert what an earlier run has not."""
        out, chosen = self._request.out, self._seen.chosen
        treatment = self._request.deidentify and _treatment(self._request.deidentify)
        size = sum(self._seen.source(i).size for i in chosen)
        pace = Pace(progress, "convert", len(chosen), (i.series for i in chosen), size)
        with Journal(out, self._request.secret, treatment) as journal:
            keys: dict[int, str] = {}
            tasks: list[Task] = []
            for identity in chosen:
                source, place = self._seen.source(identity), self._places[identity.index]
                keys[identity.index] = journal.key(source, place)
                there = journal.size(keys[identity.index], out)
                if there is None:
                    tasks.append(Task(identity.index, source, place, place in journal.written))
                else:
                    done = Done(identity.index, SKIPPED, Phrase(DONE_BEFORE), there)
                    self._done[identity.index] = done
                    pace.skip(identity.series, source.size)
            series = {i.index: i.series for i in chosen}
            for done in crew.results(convert_chunk, _chunks(tasks, _FILES_A_CHUNK)):
                self._done[done.index] = done
                if done.size:
                    journal.add(keys[done.index], self._places[done.index], done.size)
                if self._tally is not None and done.treated is not None:
                    self._tally.add(done.treated)
                if done.full and not self._full:
                    self._full = True
                    crew.stop()
                pace.step(series[done.index], self._seen.found.sources[done.index].size)

    def summary(self, seconds: float) -> Summary:
        """What became of everything."""
        request, chosen = self._request, self._seen.chosen
        fates = [Fate(self._called(source), fate, why) for source, fate, why in self._seen.unusable]
        fates += [self._fate(identity) for identity in chosen]
        ended = len(self._done) < len(chosen)
        return Summary(
            out=self._request.out,
            fates=tuple(sorted(fates, key=lambda fate: fate.file)),
            options={
                "layout": request.layout,
                "untouched": request.untouched,
                "deidentify": request.deidentify and request.deidentify.as_dict(),
            },
            series=len({identity.series for identity in chosen}),
            seconds=seconds,
            source_bytes=sum(self._seen.source(identity).size for identity in chosen),
            part=request.part,
            stopped=FULL if self._full else STOPPED if ended else "",
            deidentification=None if self._tally is None else self._tally.record(),
            warnings=self._warnings(),
        )

    def _called(self, source: Source) -> str:
        return source.path if self._request.identify else self._names.label(source.label)

    def _fate(self, identity: Identity) -> Fate:
        done = self._done.get(identity.index)
        if done is None:
            done = Done(identity.index, NOT_REACHED, Phrase(FULL if self._full else STOPPED))
        return Fate(
            self._called(self._seen.source(identity)),
            done.fate,
            done.why,
            self._places[identity.index] if done.size else "",
            done.compression,
            identity.series if self._request.identify else self._names.short(identity.series, 16),
            done.size,
        )

    def _warnings(self) -> list[Phrase]:
        said = Counter(done.why for done in self._done.values() if done.warned and done.why)
        every = sorted(said.items(), key=lambda item: item[0].text)
        counted = [{"count": count, "reason": why} for why, count in every]
        return [*self.early_warnings, *(Phrase(_("{count} × {reason}"), one) for one in counted)]


def _nothing(request: Request, reasons: Sequence[Phrase]) -> SeriesError:
    places = ", ".join(os.fspath(item) for item in request.inputs)
    if not reasons:
        return SeriesError(_("there is no file in this folder"), file=places)
    reason, count = Counter(reasons).most_common(1)[0]
    return SeriesError(
        _("there is no DICOM file to convert ({count} of {total} files: {reason})"),
        count=count,
        total=len(reasons),
        reason=reason,
        file=places,
        remedy=_("Choose the folder that holds the DICOM files"),
    )


def _chunks(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _treatment(options: Options) -> dict[str, Any]:
    """The options, with what stands for a list of pseudonyms."""
    pseudonyms = repr(sorted(options.pseudonyms.items()))
    digest = hashlib.sha256(pseudonyms.encode("utf-8", "surrogateescape")).hexdigest()
    return {**options.as_dict(), "pseudonyms": digest}


def _pseudonym_texts(deidentifier: Deidentifier, source: Source) -> tuple[str, str, str]:
    """What the folders of a de-identified series may be called: the patient's new number."""
    from pydicom import dcmread

    number = series = ""
    with contextlib.suppress(Exception):  # what is wrong is told when the file is converted
        dataset = dcmread(source.path, stop_before_pixels=True, force=True)
        series = str(dataset.get("SeriesNumber") or "")
        for change in deidentifier.preview(dataset):
            if change.tag == "(0010,0020)" and not change.path:
                number = change.after
    return number, "study", f"series {series}"
