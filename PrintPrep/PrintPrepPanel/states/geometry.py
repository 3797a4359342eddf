"""Step 2: how the slices were taken, and whether the volume is regular."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from PrintPrepLib.core.findings import from_entry
from PrintPrepLib.core.phrases import Phrase, _

from .choices import Spacing
from .view import Stage, State, Text, View, Widgets, badge, joined

_VERDICTS = {
    "pass": (Stage.DONE, _("fit for printing"), _("The geometry is fit for printing.")),
    "warn": (
        Stage.CARE,
        _("with care"),
        _("Fit for printing; this needs care:"),
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
    :param spacing: the distance of planes that is chosen for a regular volume, ``spacing_mm``
        where it is given in millimetres.
    :param planes: the spacing of the volume along i, j and k in mm.
    """

    volume: bool = False
    problem: str = ""
    verdict: str = "pass"
    findings: Sequence[Mapping[str, Any]] = ()
    treatment: str = ""
    absences: Sequence[Text] = ()
    spacing: Spacing = Spacing.NATIVE
    spacing_mm: float = 1.0
    planes: Sequence[float] = (1.0, 1.0, 1.0)


def geometry_view(facts: GeometryFacts) -> View:
    """Done where the volume is regular and its acquisition known."""
    told = joined([text for text in (facts.treatment, *facts.absences) if text], "\n")
    widgets = Widgets(
        enabled={"regularButton": facts.volume},
        visible={
            "spacingMmSpin": facts.spacing is Spacing.MILLIMETRES,
            "regularButton": _regular_does_something(facts),
        },
        labels={
            "findingsLabel": finding_list(facts.findings, ("fail", "warn")),
            "notesLabel": finding_list(facts.findings, ("info",)),
            "treatmentLabel": told,
        },
    )
    return View(_state(facts), widgets)


def _regular_does_something(facts: GeometryFacts) -> bool:
    """Whether another volume would come of it: this one is irregular, or other planes are asked."""
    if not facts.volume:
        return False
    if facts.problem:
        return True
    in_plane, other, step = facts.planes
    if facts.spacing is Spacing.ISOTROPIC:
        return not math.isclose(step, min(in_plane, other), rel_tol=1e-6)
    return facts.spacing is Spacing.MILLIMETRES and not math.isclose(
        step, facts.spacing_mm, rel_tol=1e-6
    )


def _state(facts: GeometryFacts) -> State:
    if not facts.volume:
        what = Phrase(_("Choose a volume first (step 1)."))
        return State(Stage.BLOCKED, Phrase(_("needs a volume")), what)
    if facts.problem:
        return State(Stage.NEXT, Phrase(_("make regular")), facts.problem)
    stage, brief, text = _VERDICTS[facts.verdict]
    return State(stage, Phrase(brief), Phrase(text), grave=facts.verdict == "fail")


def finding_list(findings: Sequence[Mapping[str, Any]], severities: Sequence[str]) -> str:
    """The findings of these severities as rich text in the language in use; "" for none."""
    rows = [
        f"<p>{badge(severity)} {escape(from_entry(finding).said)}</p>"
        for severity in severities
        for finding in findings
        if finding["severity"] == severity
    ]
    return "".join(rows).replace("<p>", '<p style="margin:0px 0px 2px 0px">')
