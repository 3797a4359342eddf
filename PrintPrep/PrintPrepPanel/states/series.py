"""Step 1: a volume is chosen, or a series among those that were found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PrintPrepLib.core.phrases import Phrase, _, counted, translated

from .view import Stage, State, Text, View, Widgets, joined


@dataclass(frozen=True)
class SeriesFacts:
    """What the step depends on.

    :param volume: name of the chosen volume, or None.
    :param found: how many series are offered to choose among.
    """

    volume: str | None = None
    found: int = 0


def series_view(facts: SeriesFacts) -> View:
    """Done with a volume; the table is there where a folder holds several series."""
    if facts.volume is None:
        what = Phrase(_("Load a series, or choose a volume."))
        state = State(Stage.NEXT, Phrase(_("choose")), what)
    else:
        state = State(Stage.DONE, facts.volume)
    offered = ("foundLabel", "foundTable", "loadChosenButton")
    return View(state, Widgets(visible=dict.fromkeys(offered, facts.found > 0)))


def found_line(description: str, count: int, patient: str, study: str, date: str) -> str:
    """A series to choose, on two lines: what it is, then whose and when.

    :param count: of its images.
    :param patient, study: pseudonyms: a name is not to be read over somebody's shoulder.
    :param date: of the scan, ISO, or "".
    """
    name = description or translated(_("no description"))
    first = counted(count, _("{name} (1 image)"), _("{name} ({count} images)"), name=name)
    second = Phrase(_("patient {patient}, study {study}"), {"patient": patient, "study": study})
    return f"{first.said}\n{second.said}" + (f", {date}" if date else "")


def loaded(volumes: int, left_out: Sequence[Text]) -> Text:
    """What came of a series where it was not just one volume; "" where it was."""
    texts = []
    if volumes > 1:
        texts.append(
            Phrase(
                _("{count} volumes were loaded; choose one of them in step 1."),
                {"count": volumes},
            )
        )
    if left_out:
        texts.append(Phrase(_("Left out: {left_out}."), {"left_out": joined(left_out, "; ")}))
    return joined(texts)
