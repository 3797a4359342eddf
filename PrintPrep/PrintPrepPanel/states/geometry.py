"""Step 2: how the slices were taken, and whether the volume is regular."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from PrintPrepLib.core.findings import from_entry
from PrintPrepLib.core.phrases import Phrase, _

from .choices import Spacing
from .view import Stage, State, Text, View, Widgets, joined

_MARKS = {"fail": ("#c62828", "✗"), "warn": ("#c77700", "!"), "info": ("#1565c0", "i")}
_VERDICTS = {
    "pass": (Stage.DONE, _("fit for printing"), _("The geometry is fit for printing.")),
    "warn": (
        Stage.CARE,
        _("with care"),
        _("Fit for printing; this was found and put right, or needs care:"),
    ),
    "fail": (
        Stage.CARE,
        _("not true to size"),
        _("Not fit for printing true to size, because:"),
    ),
}


@dataclass(frozen=True)
class GeometryFacts:
    """What the step depends on.

    :param volume: whether one is chosen; the rest is its own.
    :param problem: why it is not regular yet, or "".
    :param findings: entries as ``core.findings`` writes them.
    :param treatment: what was done to the voxels, or "".
    :param absences: where slices are missing, or were there twice.
    :param spacing: the distance of planes that is chosen for a regular volume.
    """

    volume: bool = False
    problem: str = ""
    verdict: str = "pass"
    findings: Sequence[Mapping[str, Any]] = ()
    treatment: str = ""
    absences: Sequence[Text] = ()
    spacing: Spacing = Spacing.NATIVE


def geometry_view(facts: GeometryFacts) -> View:
    """Done where the volume is regular and its acquisition known."""
    told = joined([text for text in (facts.treatment, *facts.absences) if text], "\n")
    widgets = Widgets(
        enabled={"regularButton": facts.volume},
        visible={"spacingMmSpin": facts.spacing is Spacing.MILLIMETRES},
        labels={"findingsLabel": finding_list(facts.findings), "treatmentLabel": told},
    )
    return View(_state(facts), widgets)


def _state(facts: GeometryFacts) -> State:
    if not facts.volume:
        what = Phrase(_("Choose a volume first (step 1)."))
        return State(Stage.BLOCKED, Phrase(_("needs a volume")), what)
    if facts.problem:
        return State(Stage.NEXT, Phrase(_("make regular")), facts.problem)
    stage, brief, text = _VERDICTS[facts.verdict]
    return State(stage, Phrase(brief), Phrase(text), grave=facts.verdict == "fail")


def finding_list(findings: Sequence[Mapping[str, Any]]) -> str:
    """The findings as rich text in the language in use, the gravest first; "" for none."""
    rows = []
    for severity, (color, mark) in _MARKS.items():
        for finding in findings:
            if finding["severity"] == severity:
                rows.append(
                    f'<tr><td style="color:{color}; font-weight:bold; padding-right:6px">{mark}'
                    f"</td><td>{escape(from_entry(finding).said)}</td></tr>"
                )
    return f"<table>{''.join(rows)}</table>" if rows else ""
