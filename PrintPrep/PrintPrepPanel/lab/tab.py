"""The tab beside the steps, and what its groups share."""

from __future__ import annotations

from typing import Any

from ..part import QaHost, QaPart
from .calibration import Calibration
from .caliper import Caliper
from .compare import Reference
from .conversion import Conversion
from .settings import Settings
from .verification import Verification

#: Labels whose underlined letter goes to a widget.
_BUDDIES = {
    "protocolLabel": "protocolCombo",
    "printerLabel": "printerCombo",
    "referenceLabel": "referenceSelector",
    "referenceFileLabel": "referenceFile",
    "objectLabel": "objectCombo",
}


class Lab:
    """Holds the groups; what they add goes into the QA step's record."""

    def __init__(self, qa: QaHost) -> None:
        self._qa, ui = qa, qa.ui
        for label, widget in _BUDDIES.items():
            getattr(ui, label).setBuddy(getattr(ui, widget))
        self.settings, self.calibration = Settings(qa), Calibration(qa)
        self.conversion = Conversion(ui)
        self.parts: list[QaPart] = [
            self.settings,
            Reference(qa),
            Caliper(qa),
            self.calibration,
            Verification(qa),
        ]

    def scene_changed(self) -> None:
        """Give the scene to the groups."""
        for part in self.parts:
            part.scene_changed()

    def enter(self) -> None:
        """The module is shown."""
        for part in self.parts:
            part.enter()

    def exit(self) -> None:
        """Another module is shown, or the scene is about to go."""
        for part in self.parts:
            part.exit()

    def clean_up(self) -> None:
        """The panel goes away."""
        self.conversion.clean_up()

    def forget(self) -> None:
        """The model has changed."""
        for part in self.parts:
            part.forget()

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        """Bring the groups up to date.

        :param record: of the model as it is, or None; ``model`` is its node, or None.
        """
        for part in self.parts:
            part.refresh(record, model)
