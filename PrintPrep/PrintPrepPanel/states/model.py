"""Step 4: the model of the segment, tries of a changed surface, and the comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PrintPrepLib.core.phrases import Phrase, _

from .choices import REDUCTIONS, Detail, Keep, Lie
from .view import Stage, State, Text, View, Widgets, joined


@dataclass(frozen=True)
class Refining:
    """What is done to the exact surface.

    :param smoothing_mm: waves shorter than this are smoothed away; None for none.
    :param reduction: share of the triangles to remove at most; None for none.
    :param farthest_mm: how far both together may move the surface.
    """

    smoothing_mm: float | None = None
    reduction: float | None = None
    farthest_mm: float = 0.1

    @property
    def any(self) -> bool:
        """Whether anything is done to it."""
        return self.smoothing_mm is not None or self.reduction is not None

    @property
    def detail(self) -> Detail:
        """What the choice of detail shows."""
        if self.reduction is None:
            return Detail.FULL
        chosen = (round(100 * self.reduction, 6), round(self.farthest_mm, 6))
        known = {limits: detail for detail, limits in REDUCTIONS.items()}
        return known.get(chosen, Detail.OWN)


@dataclass(frozen=True)
class Lying:
    """Where the surface of the next model lies.

    :param chosen: what is chosen.
    :param by_user: whether a person gave the range of the segment.
    :param ranged: whether a range made the segment at all.
    :param follow: whether one that no range made follows the image.
    """

    chosen: Lie = Lie.AUTOMATIC
    by_user: bool = False
    ranged: bool = True
    follow: bool = True

    @property
    def as_it_is(self) -> bool:
        """Whether the surface stays where the segment has it."""
        return not self.ranged and not self.follow

    @property
    def taken(self) -> Lie:
        """The surface that is made."""
        if self.as_it_is:
            return Lie.THRESHOLD
        if self.chosen is not Lie.AUTOMATIC:
            return self.chosen
        return Lie.THRESHOLD if self.by_user else Lie.EDGE

    @property
    def told(self) -> Phrase:
        """Which surface it is, and why."""
        if self.as_it_is:
            return Phrase(_("As the segment is, half-way between its voxels."))
        if self.chosen is Lie.EDGE:
            return Phrase(_("Edge: where the grey values show that the anatomy ends."))
        if self.chosen is Lie.THRESHOLD and not self.ranged:
            return Phrase(_("Threshold: at half contrast, as no range made the segment."))
        if self.chosen is Lie.THRESHOLD:
            return Phrase(_("Threshold: exactly at the range of the segment."))
        if self.by_user:
            return Phrase(_("Threshold: the range was set by hand."))
        if not self.ranged:
            return Phrase(_("Edge: no range made the segment."))
        return Phrase(_("Edge: no range was set by hand."))


@dataclass(frozen=True)
class ModelFacts:
    """What the step depends on.

    :param segment: whether the chosen segment has voxels, and a volume.
    :param model: name of its model, or None.
    :param outdated: whether the segment has changed since the model was made.
    :param refinement: what was done to the model's surface, as kept with it; {} for nothing.
    :param previewing: whether a changed surface waits to be accepted.
    :param deviation: what a changed surface costs, as it was told, or "".
    :param comparing: whether Slicer's own surface is shown, and ``comparison`` what was told.
    :param refining: what is chosen for the next model.
    :param lying: where the next model's surface lies.
    :param surface: where that of the model lies, ``edge`` or ``threshold``; ``edge`` what was
        kept of it with the model, {} for nothing; ``as_it_is`` whether the image had no say.
    :param refusal: why no model of the volume and the segment can be made, or "".
    """

    segment: bool = False
    model: str | None = None
    outdated: bool = False
    triangles: int = 0
    refinement: Mapping[str, Any] = field(default_factory=dict)
    previewing: bool = False
    deviation: str = ""
    comparing: bool = False
    comparison: str = ""
    keep: Keep = Keep.ALL
    refining: Refining = Refining()
    lying: Lying = Lying()
    surface: str = "edge"
    edge: Mapping[str, Any] = field(default_factory=dict)
    as_it_is: bool = False
    refusal: Text = ""


def model_view(facts: ModelFacts) -> View:
    """Done where the chosen segment has a model that is up to date."""
    state = _state(facts)
    usable, made = not state.blocked, facts.model is not None
    made_with = ("makeModelButton", "keepCombo", "partSizeSpin", "detailCombo", "surfaceCombo")
    widgets = Widgets(
        enabled={
            **dict.fromkeys(made_with, usable),
            "modelTools": usable and made,
            "followCheck": usable,
            "previewButton": usable and made and facts.refining.any,
            "smoothMmSpin": facts.refining.smoothing_mm is not None,
            "decimatePercentSpin": facts.refining.reduction is not None,
            "decimateErrorSpin": facts.refining.any,
        },
        visible={
            "partSizeSpin": facts.keep is Keep.ABOVE_SIZE,
            "acceptButton": facts.previewing,
            "discardButton": facts.previewing,
            "followCheck": facts.segment and not facts.lying.ranged,
        },
        checked={"compareButton": facts.comparing},
        chosen={"detailCombo": list(Detail).index(facts.refining.detail)},
        labels={
            "surfaceHint": facts.lying.told if facts.segment else "",
            "deviationLabel": facts.deviation,
            "compareLabel": facts.comparison if facts.comparing else "",
        },
    )
    return View(state, widgets)


def _state(facts: ModelFacts) -> State:
    if facts.refusal:
        return State(Stage.BLOCKED, Phrase(_("needs a segment")), facts.refusal)
    if not facts.segment:
        what = Phrase(_("The segment is empty: do step 3 first."))
        return State(Stage.BLOCKED, Phrase(_("needs a segment")), what)
    if facts.model is None:
        return State(Stage.NEXT, Phrase(_("make")), Phrase(_("Make the model of the segment.")))
    if facts.outdated:
        what = Phrase(_("The segment has changed since the model was made. Make the model again."))
        return State(Stage.NEXT, Phrase(_("out of date")), what)
    if facts.previewing:
        what = Phrase(_("Accept or discard the changed surface (see More)."))
        return State(Stage.NEXT, Phrase(_("accept?")), what)
    texts = [model_told(facts.triangles, facts.refinement, facts.surface, facts.as_it_is)]
    if facts.edge:
        texts.append(edge_told(facts.edge))
    if not _lies_as_chosen(facts):
        texts.append(Phrase(_("Make the model again for the surface that is chosen now.")))
    elif not _as_chosen(facts):
        texts.append(Phrase(_("Make the model again for the detail that is chosen now.")))
    return State(Stage.DONE, facts.model, joined(texts))


def _lies_as_chosen(facts: ModelFacts) -> bool:
    """Whether the model's surface lies where that of the next one would."""
    wanted = facts.lying
    return (facts.surface, facts.as_it_is) == (wanted.taken.value, wanted.as_it_is)


def _as_chosen(facts: ModelFacts) -> bool:
    """Whether the model is as the next one would be."""
    made, wanted = facts.refinement, facts.refining
    if (made.get("smoothing_mm"), made.get("reduction")) != (
        wanted.smoothing_mm,
        wanted.reduction,
    ):
        return False
    return not wanted.any or made.get("bound_mm", wanted.farthest_mm) == wanted.farthest_mm


def edge_told(edge: Mapping[str, Any]) -> Phrase:
    """Where the edge was found, in shares of the surface."""
    return Phrase(
        _("Edge: {fitted:.0f} % fitted, {thin:.0f} % thin walls, {kept:.0f} % kept."),
        {
            "fitted": 100 * edge["share_fitted"],
            "thin": 100 * edge["share_thin"],
            "kept": 100 * edge["share_kept"],
        },
    )


def model_told(
    triangles: int,
    refinement: Mapping[str, Any],
    surface: str = "threshold",
    as_it_is: bool = False,
) -> Phrase:
    """What the model in the scene is, whatever is chosen for the next one.

    :param refinement: as kept with the model; {} where it is the exact surface.
    :param surface: where it lies, ``edge`` or ``threshold``; ``as_it_is``: where the segment has
        it.
    """
    if not refinement:
        if as_it_is:
            text = _("{triangles:,} triangles, just as the segment is.")
        elif surface == "edge":
            text = _("{triangles:,} triangles, at the edge of the anatomy.")
        else:
            text = _("{triangles:,} triangles, just as the grey values give them.")
        return Phrase(text, {"triangles": triangles})
    values = {
        "triangles": triangles,
        "smoothing": refinement.get("smoothing_mm"),
        "most": (refinement.get("deviation") or {}).get("max_mm", 0.0),
    }
    if refinement.get("smoothing_mm") is None:
        text = _("{triangles:,} triangles, thinned out; at most {most:.3f} mm off.")
    elif refinement.get("reduction") is None:
        text = _(
            "{triangles:,} triangles, smoothed below {smoothing:g} mm; at most {most:.3f} mm off."
        )
    else:
        text = _(
            "{triangles:,} triangles, smoothed below {smoothing:g} mm and thinned out; at most "
            "{most:.3f} mm off."
        )
    return Phrase(text, values)


def deviation_told(
    before: int, after: int, volume_percent: float, mean_mm: float, most_mm: float
) -> Phrase:
    """What a changed surface costs.

    :param before, after: triangles.
    """
    return Phrase(
        _(
            "{before:,} → {after:,} triangles. Volume {volume:+.2f} %; distance to the exact "
            "surface: mean {mean:.3f} mm, at most {most:.3f} mm."
        ),
        {
            "before": before,
            "after": after,
            # Adding zero takes the sign from a zero.
            "volume": round(volume_percent, 2) + 0.0,
            "mean": mean_mm,
            "most": most_mm,
        },
    )


def comparison_told(volume_percent: float, mean_mm: float, most_mm: float) -> Phrase:
    """How Slicer's own surface differs."""
    return Phrase(
        _(
            "Slicer's surface (blue): volume {volume:+.1f} %, {mean:.3f} mm away on average, at "
            "most {most:.2f} mm."
        ),
        {"volume": volume_percent, "mean": mean_mm, "most": most_mm},
    )
