"""Step 4: the model of the segment, tries of a changed surface, and the comparison."""

from __future__ import annotations

from dataclasses import dataclass

from PrintPrepLib.core.phrases import Phrase, _

from .choices import Keep
from .view import Stage, State, Text, View, Widgets, joined


@dataclass(frozen=True)
class ModelFacts:
    """What the step depends on.

    :param segment: whether the chosen segment has voxels, and a volume.
    :param model: name of its model, or None.
    :param outdated: whether the segment has changed since the model was made.
    :param refined: whether the model is smoothed or made smaller.
    :param previewing: whether a changed surface waits to be accepted.
    :param deviation: what a changed surface costs, as it was told, or "".
    :param comparing: whether Slicer's own surface is shown, and ``comparison`` what was told.
    :param refusal: why no model of the volume and the segment can be made, or "".
    """

    segment: bool = False
    model: str | None = None
    outdated: bool = False
    triangles: int = 0
    refined: bool = False
    previewing: bool = False
    deviation: str = ""
    comparing: bool = False
    comparison: str = ""
    keep: Keep = Keep.ALL
    smooth: bool = False
    decimate: bool = False
    refusal: Text = ""


def model_view(facts: ModelFacts) -> View:
    """Done where the chosen segment has a model that is up to date."""
    state = _state(facts)
    usable = not state.blocked
    made_with = ("makeModelButton", "keepCombo", "partSizeSpin", "detailCombo")
    widgets = Widgets(
        enabled={
            **dict.fromkeys(made_with, usable),
            "modelTools": usable and facts.model is not None,
            "previewButton": facts.smooth or facts.decimate,
            "smoothMmSpin": facts.smooth,
            "decimatePercentSpin": facts.decimate,
            "decimateErrorSpin": facts.decimate,
        },
        visible={
            "partSizeSpin": facts.keep is Keep.ABOVE_SIZE,
            "acceptButton": facts.previewing,
            "discardButton": facts.previewing,
        },
        checked={"compareButton": facts.comparing},
        labels={
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
        what = Phrase(_("Accept or discard the changed surface."))
        return State(Stage.NEXT, Phrase(_("accept?")), what)
    texts = [Phrase(_("{triangles:,} triangles."), {"triangles": facts.triangles})]
    if facts.refined:
        texts.append(Phrase(_("The surface was refined; its deviation stands in the record.")))
    return State(Stage.DONE, facts.model, joined(texts))


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
