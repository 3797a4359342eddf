"""What the DICOM module shall do with PrintPrep: Slicer's settings, and their page.

The page is Application Settings > DICOM > PrintPrepDICOMPlugin. Everything stands in Slicer's
settings under the keys below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ctk
import qt
import slicer
from slicer.i18n import tr as _

#: Which series PrintPrep takes over: "needed", "ct" or "never".
TAKE_OVER = "PrintPrep/DICOM/TakeOver"
#: Series with wide gaps: one volume a section ("split"), or one of all ("merged").
SECTIONS = "PrintPrep/DICOM/Sections"
#: Distance of the planes: "native", "isotropic" or "mm".
SPACING = "PrintPrep/DICOM/Spacing"
#: The distance in mm where SPACING is "mm".
SPACING_MM = "PrintPrep/DICOM/SpacingMm"

_VALUES = {
    TAKE_OVER: ("needed", "ct", "never"),
    SECTIONS: ("split", "merged"),
    SPACING: ("native", "isotropic", "mm"),
}
_DEFAULT_MM, _LEAST_MM, _MOST_MM = 1.0, 0.05, 20.0


@dataclass(frozen=True)
class DicomSettings:
    """The settings' values; ``planes`` is what the library calls the spacing."""

    take_over: str
    sections: str
    planes: str | float


def dicom_settings() -> DicomSettings:
    """The settings as they are now; what is missing or unknown takes its default."""
    spacing: str | float = _chosen(SPACING)
    if spacing == "mm":
        spacing = _millimetres()
    return DicomSettings(_chosen(TAKE_OVER), _chosen(SECTIONS), spacing)


def add_rows(panel: Any, parent: Any) -> None:
    """Lay the settings out.

    :param panel: the ``ctkSettingsPanel`` that keeps them.
    :param parent: the box for the plugin.
    """
    form = qt.QFormLayout(parent)
    _add_choice(
        panel,
        form,
        TAKE_OVER,
        _("Load with PrintPrep:"),
        _(
            "Series that need it are those that Slicer's own reader loads wrongly, in part or not "
            "at all: tilted gantry, uneven or rounded positions, sections, several stacks, "
            "private compression."
        ),
        (_("series that need it"), _("every CT series"), _("only what is chosen by hand")),
    )
    _add_choice(
        panel,
        form,
        SECTIONS,
        _("Series with wide gaps:"),
        _("Where nothing was scanned between two parts of a series, background fills the gap."),
        (_("one volume for each section"), _("one volume with all sections")),
    )
    spacing = _add_choice(
        panel,
        form,
        SPACING,
        _("Distance of the planes:"),
        _("As acquired leaves the voxels of regular series as they are."),
        (_("as acquired"), _("equal in all directions"), _("millimetres")),
    )
    spin = qt.QDoubleSpinBox()
    spin.decimals = 3
    spin.minimum, spin.maximum, spin.singleStep = _LEAST_MM, _MOST_MM, 0.1
    spin.suffix = _(" mm")
    spin.value = _DEFAULT_MM
    form.addRow(_("Millimetres:"), spin)
    signal = str(qt.SIGNAL("valueChanged(double)"))
    panel.registerProperty(SPACING_MM, spin, "value", signal, _("Millimetres"))

    def enable(*_index: int) -> None:
        spin.enabled = spacing.currentUserDataAsString == "mm"

    spacing.connect("currentIndexChanged(int)", enable)
    enable()


def _add_choice(
    panel: Any, form: Any, key: str, label: str, tip: str, texts: tuple[str, ...]
) -> Any:
    combo = ctk.ctkComboBox()
    for value, text in zip(_VALUES[key], texts, strict=True):
        combo.addItem(text, value)
    combo.toolTip = tip
    form.addRow(label, combo)
    signal = str(qt.SIGNAL("currentIndexChanged(int)"))
    panel.registerProperty(key, combo, "currentUserDataAsString", signal, label.rstrip(":"))
    return combo


def _chosen(key: str) -> str:
    known = _VALUES[key]
    value = slicer.util.settingsValue(key, known[0])
    return value if value in known else known[0]


def _millimetres() -> float:
    try:
        value = float(slicer.util.settingsValue(SPACING_MM, _DEFAULT_MM))
    except (TypeError, ValueError):
        return _DEFAULT_MM
    return value if _LEAST_MM <= value <= _MOST_MM else _DEFAULT_MM
