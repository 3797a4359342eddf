"""A step's state and the values of its widgets, as data that the panel's files bind to Qt."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from PrintPrepLib.core.phrases import Phrase, _

#: What a widget shows: a phrase, which is translated when it is shown, or a name or figure.
Text = Phrase | str


def said(text: Text) -> str:
    """A phrase in the language in use; names and figures as they are."""
    return text.said if isinstance(text, Phrase) else text


def joined(texts: Iterable[Text], between: str = " ") -> Text:
    """Several texts in a row; "" for none."""
    values = {f"part{number}": text for number, text in enumerate(texts)}
    return Phrase(between.join(f"{{{name}}}" for name in values), values) if values else ""


class Stage(enum.Enum):
    """Where a step stands; the value is its mark in the title."""

    DONE = "✓"
    CARE = "!"
    NEXT = "▸"
    BLOCKED = "–"


@dataclass(frozen=True)
class State:
    """A step's state at a glance.

    :param brief: a few words for the step's title.
    :param text: what is done, what to do next, or why it cannot be done.
    :param grave: whether it means that the model is not to be printed as it is.
    :param unseen: whether the user has not opened the step since it stands so.
    """

    stage: Stage
    brief: Text = ""
    text: Text = ""
    grave: bool = False
    unseen: bool = False

    @property
    def done(self) -> bool:
        """Whether the step after it can be next."""
        return self.stage is Stage.DONE or (self.stage is Stage.CARE and not self.unseen)

    @property
    def blocked(self) -> bool:
        """Whether something before it has to be done first."""
        return self.stage is Stage.BLOCKED


@dataclass(frozen=True)
class Widgets:
    """Values of widgets by their names in PrintPrep.ui; what is not named stays as it is.

    :param labels: texts of labels that are hidden where they have none.
    :param chosen: index of what a combo box shows.
    """

    enabled: Mapping[str, bool] = field(default_factory=dict)
    visible: Mapping[str, bool] = field(default_factory=dict)
    checked: Mapping[str, bool] = field(default_factory=dict)
    texts: Mapping[str, Text] = field(default_factory=dict)
    labels: Mapping[str, Text] = field(default_factory=dict)
    chosen: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """All that a step shows."""

    state: State
    widgets: Widgets = field(default_factory=Widgets)


def next_step(states: Sequence[State]) -> int:
    """The first step that is not done; the last one when all are."""
    return next((i for i, state in enumerate(states) if not state.done), len(states) - 1)


#: White signs on these colours can be read in light and dark styles alike.
_BADGES = {
    "fail": ("#c62828", "✗"),
    "warn": ("#9a5b00", "!"),
    "info": ("#1565c0", "i"),
    "pass": ("#2e7d32", "✓"),
}
#: Longer words in a step's title would widen the panel, and Slicer's window with it.
_LONGEST_BRIEF = 22


def red(text: Text) -> str:
    """A text that nobody is to miss, as rich text for light and dark styles alike."""
    return _badge("#c62828", f"✗ {escape(said(text))}")


def badge(status: str) -> str:
    """The mark of a finding or check as rich text.

    :param status: "fail", "warn", "info" or "pass".
    """
    return _badge(*_BADGES[status])


def link(target: str, text: Text) -> str:
    """Something to click on within rich text; the colours of links cannot be read in every style.

    :param target: what the label tells when it is clicked.
    """
    color = _BADGES["info"][0]
    style = f"background-color:{color}; color:white; text-decoration:none"
    return f'<a href="{escape(target)}" style="{style}">&nbsp;{escape(said(text))}&nbsp;</a>'


def _badge(color: str, text: str) -> str:
    style = f"background-color:{color}; color:white; font-weight:bold"
    return f'<span style="{style}">&nbsp;{text}&nbsp;</span>'


def short(text: str) -> str:
    """A text for a step's title, cut off where it is too long."""
    return text if len(text) <= _LONGEST_BRIEF else f"{text[: _LONGEST_BRIEF - 1].rstrip()}…"


def alarm(failed: Sequence[Text], geometry: bool) -> str:
    """What stays in view above all steps, as rich text; "" where nothing failed.

    :param failed: titles of the checks that failed.
    :param geometry: whether the geometry is not true to size.
    """
    if failed:
        return red(Phrase(_("Failed: {names}"), {"names": joined(failed, ", ")}))
    return red(Phrase(_("The geometry is not true to size: see step 2."))) if geometry else ""


def guide(titles: Sequence[str], states: Sequence[State]) -> Phrase:
    """The sentence above all steps: what is to be done next."""
    upcoming = next_step(states)
    state = states[upcoming]
    exported = all(item.stage in (Stage.DONE, Stage.CARE) for item in states)
    if exported and states[-1].stage is Stage.DONE:
        state = states[-1]
    if state.stage is Stage.CARE and state.unseen:
        return Phrase(
            _("Next: open {step} and see what was found there."), {"step": titles[upcoming]}
        )
    if state.stage is Stage.DONE:
        return Phrase(_("Done: the model is exported. {text}"), {"text": state.text})
    return Phrase(_("Next: {step}.  {text}"), {"step": titles[upcoming], "text": state.text})
