"""Step 5: whether the model was checked, with what, what came of it, and who signs for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from PrintPrepLib.core.phrases import Phrase, _, translated

from .view import Stage, State, Text, View, Widgets, badge, joined, link

#: In the place of a printer's name: the size stands in a field of its own.
OWN_SIZE = "*"
#: Smaller figures say no more than that they are small.
SMALLEST_SHOWN = 0.001
#: More of what needs attention would push the export out of sight; the rest stands under More.
MOST_LINES = 4
_VERDICTS = {
    "pass": (Stage.DONE, _("pass"), _("Fit for printing: every check passed.")),
    "warn": (Stage.CARE, _("with care"), _("Fit for printing with care:")),
    "fail": (Stage.CARE, _("fail"), _("Not fit for printing true to size:")),
}
_SHORT_PASS = Stage.DONE, _("short checks passed"), _("Fit for printing, as far as was looked at.")
#: The gravest first.
_RESULTS = ("fail", "warn", "info", "pass")
_VERIFIED = {
    "unchanged": _("Nothing has changed since the record was made."),
    "changed": _("Something has changed since the record was made: do not rely on it."),
    "incomplete": _("Nothing is found to have changed, but not all could be checked."),
}
_MARKS = {"changed": "✗", "unchecked": "?", "unchanged": "✓"}


@dataclass(frozen=True)
class QaFacts:
    """What the step depends on.

    :param model: whether there is one; ``ready`` tells whether it is up to date.
    :param verdict: of the record of the model as it is, or None without such a record.
    :param otherwise: whether the model was checked with another protocol, date or printer.
    :param refusal: why nothing of the volume and the segment can be checked, or "".
    :param checks: of the record, title and message in the language in use.
    :param left_out: the checks that the short way left out, in words, or "".
    :param standards: what the scan and the model are compared with, or "".
    """

    model: bool = False
    ready: bool = False
    verdict: str | None = None
    otherwise: bool = False
    refusal: Text = ""
    checks: Sequence[Mapping[str, Any]] = ()
    left_out: Text = ""
    standards: Text = ""


def qa_view(facts: QaFacts) -> View:
    """Done where the model was checked."""
    left_out = Phrase(_("Not looked at yet: {names}. Export does."), {"names": facts.left_out})
    against = Phrase(_("Checked against: {names}."), {"names": facts.standards})
    widgets = Widgets(
        enabled={"checkButton": facts.ready and not facts.refusal, "dimensionsCheck": facts.model},
        labels={
            "standardsLabel": against if facts.standards else "",
            "attentionLabel": attention(facts.checks),
            "leftOutLabel": left_out if facts.left_out else "",
        },
    )
    return View(_state(facts), widgets)


def _state(facts: QaFacts) -> State:
    if facts.refusal:
        return State(Stage.BLOCKED, Phrase(_("needs a model")), facts.refusal)
    if not facts.ready:
        what = Phrase(_("There is no model yet that is up to date (step 4)."))
        return State(Stage.BLOCKED, Phrase(_("needs a model")), what)
    if facts.verdict is None and facts.otherwise:
        what = Phrase(
            _("The protocol, the date or the printer has changed. Check the model again.")
        )
        return State(Stage.NEXT, Phrase(_("check again")), what)
    if facts.verdict is None:
        what = Phrase(_("Check the model before it is printed."))
        return State(Stage.NEXT, Phrase(_("check")), what)
    stage, brief, text = _VERDICTS[facts.verdict]
    if facts.left_out and facts.verdict == "pass":
        stage, brief, text = _SHORT_PASS
    return State(stage, Phrase(brief), Phrase(text), grave=facts.verdict == "fail")


# What the model is checked with


@dataclass(frozen=True)
class SettingsFacts:
    """The choices.

    :param protocols: what is offered, as ``offered_protocols`` names it.
    :param printers: names in the order of the combo box.
    :param source: where the protocol of the record comes from, or "".
    """

    protocols: Sequence[str]
    printers: Sequence[str]
    protocol: str = ""
    printer: str = ""
    surgery_date: str = ""
    source: str = ""


def settings_widgets(facts: SettingsFacts) -> Widgets:
    """The choices of protocol, printer and date."""
    known = facts.printer in facts.printers
    own_size = facts.printer == OWN_SIZE
    return Widgets(
        enabled={"surgeryDateEdit": bool(facts.surgery_date)},
        visible={"printerSizeLabel": own_size, "printerSizeEdit": own_size},
        checked={"surgeryCheck": bool(facts.surgery_date)},
        labels={"protocolSource": facts.source},
        chosen={
            "protocolCombo": list(facts.protocols).index(facts.protocol),
            "printerCombo": list(facts.printers).index(facts.printer) if known else 0,
        },
    )


def standards_told(protocol: Text, printer: str, surgery_date: str) -> Text:
    """What the scan and the model are compared with, by name; "" where nothing was chosen.

    :param protocol: title of the protocol, or ""; ``printer``: its name or size, or "".
    """
    parts: list[Text] = []
    if protocol:
        parts.append(Phrase(_("protocol {name}"), {"name": protocol}))
    if printer:
        parts.append(Phrase(_("printer {name}"), {"name": printer}))
    if surgery_date:
        parts.append(Phrase(_("surgery on {date}"), {"date": surgery_date}))
    return joined(parts, ", ")


def offered_protocols(known: Mapping[str, str], own: Iterable[str], chosen: str) -> dict[str, Text]:
    """Titles by name: none, those of the library, the user's own, one that is not here.

    :param known: titles of the library's protocols.
    :param own: names of the user's files.
    """
    titles: dict[str, Text] = {"": Phrase(_("none"))}
    titles |= {name: Phrase(title) for name, title in known.items()}
    titles |= {name: name for name in own}
    if chosen not in titles:
        titles[chosen] = Phrase(_("{name} (not on this computer)"), {"name": chosen})
    return titles


# The checks


def gravest_first(checks: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The checks of a record in the order in which they are shown."""
    return sorted(checks, key=lambda item: _RESULTS.index(item["status"]))


def attention(checks: Iterable[Mapping[str, Any]]) -> str:
    """What failed or needs care, one line each, as rich text; "" for nothing."""
    grave = [item for item in gravest_first(checks) if item["status"] in ("fail", "warn")]
    lines = [f"{badge(item['status'])} {_headline(item)}" for item in grave[:MOST_LINES]]
    if len(grave) > MOST_LINES:
        more = Phrase(_("{count} more: see More."), {"count": len(grave) - MOST_LINES})
        lines.append(escape(more.said))
    return "<br>".join(lines)


def check_list(checks: Iterable[Mapping[str, Any]], placed: Collection[str] = ()) -> str:
    """The checks as rich text, the gravest first: what, figures, and below what it means.

    :param checks: entries of a record, title and message in the language in use.
    :param placed: ids of those whose place can be shown: a click tells the id.
    """
    show = Phrase(_("show"))
    entries = []
    for item in gravest_first(checks):
        where = f" {link(item['id'], show)}" if item["id"] in placed else ""
        limit = figure(item["limit"], item["unit"])
        told = Phrase(_("limit {limit}"), {"limit": limit})
        bound = f" ({escape(told.said)})" if limit else ""
        entries.append(
            f'<p style="margin:0px 0px 6px 0px">{badge(item["status"])} <b>{_headline(item)}</b>'
            f"{bound}{where}<br>{escape(item['message'])}</p>"
        )
    return "".join(entries)


def _headline(check: Mapping[str, Any]) -> str:
    """Title and figure of a check, escaped."""
    measured = figure(check["measured"], check["unit"])
    return escape(f"{check['title']}: {measured}" if measured else check["title"])


def shown_checks(
    checks: Iterable[Mapping[str, Any]], only_attention: bool
) -> list[Mapping[str, Any]]:
    """The checks of a record that the table shows."""
    return [item for item in checks if not only_attention or item["status"] in ("fail", "warn")]


def figure(value: float | None, unit: str | None) -> str:
    """A figure and its unit with as many digits as mean something."""
    if value is None:
        return ""
    if value and abs(value) < SMALLEST_SHOWN:
        text = f"< {SMALLEST_SHOWN:g}"
    else:
        text = f"{value:g}" if float(value).is_integer() else f"{value:.3g}"
    return f"{text} {unit}" if unit else text


# What a person signs for


def asked(record: Mapping[str, Any] | None) -> list[str]:
    """The sentences of the record's protocol that a person has to confirm."""
    return list(((record or {}).get("protocol") or {}).get("confirm") or ())


def review_widgets(sentences: Sequence[str], ticked: Iterable[str]) -> Widgets:
    """How many of the sentences are still to be confirmed."""
    missing = len(set(sentences) - set(ticked))
    open_ = Phrase(_("Confirm what no check can tell ({missing} open):"), {"missing": missing})
    told = open_ if missing else Phrase(_("All that no check can tell is confirmed:"))
    return Widgets(
        visible=dict.fromkeys(("confirmLabel", "confirmFrame"), bool(sentences)),
        texts={"confirmLabel": told},
    )


def signed(
    sentences: Sequence[str], ticked: Iterable[str], people: Mapping[str, str]
) -> dict[str, Any]:
    """What a record gains: ``confirmed`` and ``reviewer``, where there is any."""
    kept = set(ticked)
    confirmed = [sentence for sentence in sentences if sentence in kept]
    typed = {name: text.strip() for name, text in people.items() if text.strip()}
    found: dict[str, Any] = {"confirmed": confirmed} if confirmed else {}
    return {**found, "reviewer": typed} if typed else found


def verification_told(name: str, verdict: str, items: Iterable[tuple[str, str, str]]) -> str:
    """The verification in words: what has changed comes first.

    :param items: outcome, title and sentence of what was looked at, in the language in use.
    """
    items = list(items)
    lines = [
        f"{_MARKS[outcome]} {title}: {message}"
        for mark in _MARKS
        for outcome, title, message in items
        if outcome == mark
    ]
    return "\n".join([f"{name}: {translated(_VERIFIED[verdict])}", *lines])
