"""Beside the checks of step 5: colours, another model, known objects, the print, plots."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PrintPrepLib.core.findings import from_entry
from PrintPrepLib.core.phrases import Phrase, _, translated

from .choices import OBJECTS, SIZES, KnownObject, MapOf
from .view import Text, Widgets, joined

_SIZE_DECIMALS = 5
_HINTS = {
    MapOf.NONE: _("The model has the colour of its segment."),
    MapOf.WALL: _("Red: thinner than 1 mm. Blue: 5 mm and more. Grey: not known."),
    MapOf.GREY: _(
        "Red: the model stands out by up to 0.5 mm. Blue: it lies inside. Grey: not known."
    ),
    MapOf.REFERENCE: _(
        "Red: outside the other model by up to 1 mm. Blue: inside it. Grey: not known."
    ),
    MapOf.MOVED: _(
        "Red: the edge lies up to 1 mm outside the segment's own surface. Blue: inside it."
    ),
    MapOf.MARK: _(
        "Blue: the edge was fitted. Yellow: fitted as a thin wall. Red: no sure edge, kept "
        "where the segment has it."
    ),
}
_WAITS = {
    MapOf.REFERENCE: _("Compare with another model first: in the Lab."),
    MapOf.MOVED: _("Make the model with its surface at the edge first."),
    MapOf.MARK: _("Make the model with its surface at the edge first."),
}
_NO_PLOT = {
    "steps": _("The steps of this volume are not known."),
    "drift": _("The slices stand straight above each other: there is no drift."),
    "reference": _("Compare with another model first: in the Lab."),
}
_SIZE_BOXES = ("sizeSpinA", "sizeSpinB", "sizeSpinC")


def map_widgets(chosen: MapOf, model: bool, measured: bool) -> Widgets:
    """What the colours mean, or what they wait for.

    :param model: whether there is a model, and ``measured``: whether it has such values.
    """
    hint = _HINTS[chosen]
    if chosen is not MapOf.NONE and model and not measured:
        hint = _WAITS.get(chosen, _("Check all first."))
    return Widgets(texts={"mapHint": Phrase(hint)})


def no_plot_told(key: str) -> Phrase:
    """Why something cannot be plotted."""
    return Phrase(_NO_PLOT.get(key, _("Check all first.")))


# Another model


def reference_widgets(ready: bool, name: str, result: Mapping[str, Any] | None) -> Widgets:
    """The answer in words.

    :param ready: whether there are two models to compare.
    :param name: of the other model of ``result``, the comparison that was made, or None.
    """
    return Widgets(
        enabled={"referenceButton": ready},
        visible={"referenceTable": result is not None},
        labels={"referenceText": "" if result is None else _reference_told(name, result)},
    )


def _reference_told(name: str, result: Mapping[str, Any]) -> Text:
    distance = result["distance_mm"]
    lines: list[Text] = [
        Phrase(
            _(
                "Against {name}: {mean:.3f} mm away on average, 95 % within {p95:.3f} mm, at "
                "most {most:.3f} mm."
            ),
            {
                "name": name,
                "mean": distance["mean"],
                "p95": distance["p95"],
                "most": distance["max"],
            },
        )
    ]
    if result["aligned"]:
        lines.append(Phrase(_("The model was turned and moved onto it first.")))
    # They have no severity of their own.
    lines += [from_entry({"severity": "info", **item}).said for item in result["findings"]]
    return joined(lines, "\n")


def reference_rows(result: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The scale along the axes."""
    scale = result["scale_axes"]
    percent = [_rounded(None if value is None else 100 * (value - 1), 2) for value in scale]
    return [
        (
            translated(_("Model ÷ reference")),
            *(_rounded(value, _SIZE_DECIMALS) for value in scale),
        ),
        (translated(_("Difference (%)")), *percent),
    ]


def _rounded(value: float | None, decimals: int) -> str:
    # Adding zero takes the sign from a zero.
    return "–" if value is None else f"{round(value, decimals) + 0.0:.{decimals}f}"


# An object of known size


@dataclass(frozen=True)
class CalibrationFacts:
    """What the group depends on.

    :param volume: whether one is chosen.
    :param kind: shape of the object.
    :param place: the marked point, RAS mm, or None; ``placing`` while it is being marked.
    :param fits: how many objects were measured.
    :param store: whether a file for calibrations is named.
    :param told: what was done last, or "".
    """

    volume: bool = False
    kind: KnownObject = KnownObject.BALL
    place: tuple[float, float, float] | None = None
    placing: bool = False
    fits: int = 0
    store: bool = False
    told: Text = ""


def calibration_widgets(facts: CalibrationFacts) -> Widgets:
    """What can be done next with the object."""
    names = SIZES[facts.kind]
    fitted = facts.fits > 0
    words = joined([Phrase(name) for name in names], ", ")
    return Widgets(
        enabled={
            "placeButton": facts.volume,
            "centreButton": facts.volume,
            "fitButton": facts.volume and facts.place is not None,
            "keepButton": fitted and facts.store,
        },
        visible={
            **{box: index < len(names) for index, box in enumerate(_SIZE_BOXES)},
            "fitsTable": fitted,
            "forgetFitButton": fitted,
        },
        checked={"placeButton": facts.placing},
        texts={
            "sizeLabel": Phrase(_("Known {names}:"), {"names": words}),
            "placeText": _place_told(facts),
        },
        labels={"calibrationText": facts.told},
    )


def _place_told(facts: CalibrationFacts) -> Phrase:
    if facts.placing:
        return Phrase(_("Click on the object in a slice view."))
    if facts.place is None:
        return Phrase(_("Mark a place inside the object."))
    return Phrase(
        _("Place: R {r:.1f}, A {a:.1f}, S {s:.1f} mm. The point can be dragged."),
        dict(zip("ras", facts.place, strict=True)),
    )


def fit_row(fit: Mapping[str, Any]) -> tuple[str, ...]:
    """Object, known size, measured size and deviation."""
    nominal, measured = fit["nominal_mm"], fit["measured_mm"]
    half = fit["uncertainty_mm"]
    return (
        translated(OBJECTS[KnownObject(fit["kind"])]),
        # One below the other: side by side they would not fit into the panel.
        "\n".join(f"{value:g}" for value in nominal),
        "\n".join(f"{m:.3f} ± {u:.3f}" for m, u in zip(measured, half, strict=True)),
        # Adding zero takes the sign from a zero.
        "\n".join(
            f"{round(m - n, 3) + 0.0:+.3f} mm" for m, n in zip(measured, nominal, strict=True)
        ),
    )


# The finished print


def read_numbers(text: str) -> tuple[list[float], Text]:
    """The numbers that were typed, and what is wrong with them."""
    found = []
    # A comma with a digit on both sides is a decimal comma.
    for word in filter(None, re.split(r"[;\s]+|,\s+", text.strip())):
        try:
            found.append(float(word.replace(",", ".")))
        except ValueError:
            return [], Phrase(_("{word} is no number."), {"word": word})
    return found, ""


def caliper_widgets(readings: Sequence[float], why_not: Text, record: bool, told: Text) -> Widgets:
    """Whether the readings can be added to the record.

    :param why_not: what is wrong with them, or "".
    :param told: what was done last, or "".
    """
    text = why_not or told
    if readings and not record:
        text = Phrase(_("Check the model first: the readings belong to its record."))
    return Widgets(
        enabled={"caliperButton": record and bool(readings)}, labels={"caliperText": text}
    )
