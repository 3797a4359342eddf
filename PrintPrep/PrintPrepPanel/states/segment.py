"""Step 3: the segment, and which ways there are to make it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PrintPrepLib.core.phrases import Phrase, _

from .view import Stage, State, Text, View, Widgets, joined

#: Before the name of a preset: its button.
PRESET_BUTTON = "preset_"


@dataclass(frozen=True)
class SegmentFacts:
    """What the step depends on.

    :param volume: whether one is chosen.
    :param regular: whether it is regular.
    :param hounsfield: whether its values are HU.
    :param segment: name of the chosen segment where it has voxels, else None.
    :param threshold: whether the Threshold effect is active.
    :param presets: titles of all presets by name; ``preset`` is the one that was used last, or "".
    :param half_contrast: what was measured, as it was told, or "".
    :param foreign: why the chosen segment is not the volume's, or "".
    """

    volume: bool = False
    regular: bool = False
    hounsfield: bool = False
    segment: str | None = None
    threshold: bool = False
    presets: Mapping[str, Text] = field(default_factory=dict)
    preset: str = ""
    half_contrast: str = ""
    foreign: Text = ""


def segment_view(facts: SegmentFacts) -> View:
    """Done where the chosen segment has voxels."""
    state = _state(facts)
    usable = not state.blocked
    buttons = {name: f"{PRESET_BUTTON}{name}" for name in facts.presets}
    enabled = {
        **dict.fromkeys(buttons.values(), usable and facts.hounsfield),
        **dict.fromkeys(("automaticButton", "halfContrastButton", "segmentEditor"), usable),
        "applyThresholdButton": usable and facts.threshold and not facts.foreign,
    }
    no_units = Phrase(_("This volume has no Hounsfield units: use an automatic threshold."))
    widgets = Widgets(
        enabled=enabled,
        checked={button: name == facts.preset for name, button in buttons.items()},
        # In the dark style a pressed button looks like the others.
        texts={
            button: joined(["✓", facts.presets[name]])
            if name == facts.preset
            else facts.presets[name]
            for name, button in buttons.items()
        },
        labels={
            "presetsHint": no_units if usable and not facts.hounsfield else "",
            "contrastLabel": facts.half_contrast,
        },
    )
    return View(state, widgets)


def _state(facts: SegmentFacts) -> State:
    if not facts.volume:
        what = Phrase(_("Choose a volume first (step 1)."))
        return State(Stage.BLOCKED, Phrase(_("needs a volume")), what)
    if not facts.regular:
        what = Phrase(_("The volume has to be made regular first (step 2)."))
        return State(Stage.BLOCKED, Phrase(_("needs a regular volume")), what)
    if facts.foreign:
        return State(Stage.NEXT, Phrase(_("choose a tissue")), facts.foreign)
    if facts.segment is None:
        what = Phrase(_("Choose a tissue, watch the preview in the slice views, and apply it."))
        return State(Stage.NEXT, Phrase(_("choose a tissue")), what)
    return State(Stage.DONE, facts.segment)


def half_contrast_told(half: float, inside: float, outside: float, shift_mm: float) -> Phrase:
    """What half contrast was measured, and what it changes.

    :param shift_mm: how far too far out the range before put the surface.
    """
    values = {"half": half, "inside": inside, "outside": outside, "shift": abs(shift_mm)}
    if shift_mm > 0:
        return Phrase(
            _(
                "Half contrast is {half:.0f}: inside {inside:.0f}, outside {outside:.0f}. The "
                "range before put the surface {shift:.2f} mm too far out."
            ),
            values,
        )
    return Phrase(
        _(
            "Half contrast is {half:.0f}: inside {inside:.0f}, outside {outside:.0f}. The "
            "range before put the surface {shift:.2f} mm too far in."
        ),
        values,
    )


def limits_told(low: float, high: float | None) -> Phrase:
    """The range of a preset."""
    if high is None:
        return Phrase(_("{low:g} HU and more"), {"low": low})
    return Phrase(_("{low:g} to {high:g} HU"), {"low": low, "high": high})
