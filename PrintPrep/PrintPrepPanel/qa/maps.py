"""Colours on the model: walls, and how far its surface is off."""

from __future__ import annotations

from typing import Any

import slicer
from PrintPrepLib.core.phrases import translated
from PrintPrepLib.mrml import maps as mrml_maps

from ..part import QaPart
from ..states.choices import MAP_TITLES, MAPS, MapOf
from ..states.measuring import map_widgets
from ..step import bind, show


class Maps(QaPart):
    """The map is kept with the scene; it waits where the model has no such values yet."""

    def setup(self) -> None:
        self._fresh = True
        bind(self.ui.mapCombo, MAPS, self.panel, "map")

    def enter(self) -> None:
        # A saved scene has lost the colour of what is not known.
        self._fresh = True

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        for node in slicer.util.getNodesByClass("vtkMRMLModelNode"):
            if node is not model:
                _uncolour(node)
        chosen = self.parameters.map
        wanted = chosen is not MapOf.NONE and model is not None
        measured = wanted and mrml_maps.has_map(model, chosen.value)
        show(self.ui, map_widgets(chosen, model is not None, measured))
        if not measured:
            _uncolour(model)
        elif self._fresh or mrml_maps.shown_map(model) != chosen.value:
            mrml_maps.show_map(model, chosen.value, translated(MAP_TITLES[chosen]))
            self._fresh = False


def _uncolour(node: Any) -> None:
    if mrml_maps.shown_map(node):
        mrml_maps.remove_maps(node)
