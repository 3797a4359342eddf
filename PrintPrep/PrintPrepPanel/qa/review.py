"""What a person confirms and decides; it enters the record where something is ticked or typed."""

from __future__ import annotations

import json
from typing import Any

import qt
from slicer.i18n import tr as _

from ..part import QaPart
from ..states.qa import asked, review_widgets, signed
from ..step import show

_PEOPLE = ("operator", "reviewer", "decision")


class Review(QaPart):
    """Confirmations count for the volume they were made for."""

    def setup(self) -> None:
        self._boxes: dict[str, Any] = {}
        self._rows: list[Any] = []

    def parts(self, record: dict[str, Any]) -> dict[str, Any]:
        """What the record gains: ``confirmed`` and ``reviewer``, where there is any."""
        typed = {name: getattr(self.parameters, name) for name in _PEOPLE}
        return signed(asked(record), self._ticked(), typed)

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        sentences, ticked = asked(record), self._ticked()
        if sentences != list(self._boxes):
            self._make_boxes(sentences)
        for sentence, box in self._boxes.items():
            box.checked = sentence in ticked
        show(self.ui, review_widgets(sentences, ticked))

    def forget(self) -> None:
        self.parameters.decision = ""

    def _make_boxes(self, sentences: list[str]) -> None:
        frame = self.ui.confirmFrame
        for row in self._rows:
            frame.layout().removeWidget(row)
            row.deleteLater()
        self._boxes, self._rows = {}, []
        for sentence in sentences:
            # The text of a check box itself cannot be broken into lines.
            row, box, label = qt.QFrame(frame), qt.QCheckBox(), qt.QLabel(sentence)
            layout = qt.QHBoxLayout(row)
            layout.setContentsMargins(0, 0, 0, 0)
            layout.addWidget(box, 0, qt.Qt.AlignTop)
            layout.addWidget(label, 1)
            label.wordWrap = True
            box.toolTip = _("Tick it when you have made sure of it.")
            box.connect("toggled(bool)", self._toggled)
            frame.layout().addWidget(row)
            self._boxes[sentence] = box
            self._rows.append(row)

    def _toggled(self, checked: bool) -> None:
        if self.busy or self.parameters.volume is None:
            return
        ticked = [sentence for sentence, box in self._boxes.items() if box.checked]
        kept = {"volume": self.parameters.volume.GetID(), "sentences": ticked}
        self.parameters.confirmed = json.dumps(kept)
        self.panel.refresh_soon()

    def _ticked(self) -> list[str]:
        text, volume = self.parameters.confirmed, self.parameters.volume
        if not text or volume is None:
            return []
        kept = json.loads(text)
        return kept["sentences"] if kept["volume"] == volume.GetID() else []
