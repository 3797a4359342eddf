"""Colours on the model: walls, and how far its surface is off."""

from __future__ import annotations

from typing import Any

import slicer
from PrintPrepLib.mrml import maps as mrml_maps
from slicer.i18n import tr as _

from ..parameters import MapOf
from ..step import bind
from .part import QaPart


class Maps(QaPart):
    """The map is kept with the scene; it waits where the model has no such values yet."""

    def setup(self) -> None:
        self._fresh = True
        self._titles = {
            MapOf.WALL: _("Wall thickness (mm)"),
            MapOf.GREY: _("Distance to the grey values (mm)"),
            MapOf.REFERENCE: _("Distance to the reference (mm)"),
        }
        titles = {
            MapOf.NONE: _("nothing: its own colour"),
            MapOf.WALL: _("thickness of its walls"),
            MapOf.GREY: _("distance to the grey values"),
            MapOf.REFERENCE: _("distance to the other model"),
        }
        bind(self.ui.mapCombo, titles, self.panel, "map")
        self._hints = {
            MapOf.NONE: _("The model has the colour of its segment."),
            MapOf.WALL: _("Red: thinner than 1 mm. Blue: 5 mm and more. Grey: not known."),
            MapOf.GREY: _(
                "Red: the model stands out by up to 0.5 mm. Blue: it lies inside. Grey: not known."
            ),
            MapOf.REFERENCE: _(
                "Red: outside the other model by up to 1 mm. Blue: inside it. Grey: not known."
            ),
        }

    def enter(self) -> None:
        # A saved scene has lost the colour of what is not known.
        self._fresh = True

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        for node in slicer.util.getNodesByClass("vtkMRMLModelNode"):
            if node is not model:
                _uncolour(node)
        chosen = self.parameters.map
        self.ui.mapHint.text = self._hints[chosen]
        if chosen is MapOf.NONE or model is None:
            _uncolour(model)
        elif not mrml_maps.has_map(model, chosen.value):
            _uncolour(model)
            self.ui.mapHint.text = (
                _("Compare with another model first: below.")
                if chosen is MapOf.REFERENCE
                else _("Check the model first.")
            )
        elif self._fresh or mrml_maps.shown_map(model) != chosen.value:
            mrml_maps.show_map(model, chosen.value, self._titles[chosen])
            self._fresh = False


def _uncolour(node: Any) -> None:
    if mrml_maps.shown_map(node):
        mrml_maps.remove_maps(node)
