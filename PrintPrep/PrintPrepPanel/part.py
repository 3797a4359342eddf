"""What the groups of the QA step and of the Lab share."""

from __future__ import annotations

import os
from typing import Any, Protocol

import qt
import slicer


class QaHost(Protocol):
    """What a group asks of the QA step, which has the record."""

    panel: Any
    ui: Any

    @property
    def logic(self) -> Any: ...

    def record(self) -> dict[str, Any] | None: ...

    def add_part(self, name: str, part: Any) -> None: ...


class QaPart:
    """One group: reads its state from the scene, as steps do."""

    def __init__(self, step: QaHost) -> None:
        self.step, self.panel, self.ui = step, step.panel, step.ui
        self.setup()

    @property
    def parameters(self) -> Any:
        """The panel's parameters; None while the scene is being closed."""
        return self.panel.parameters

    @property
    def busy(self) -> bool:
        """Whether a widget's signal comes from showing the scene, not from the user."""
        return self.panel.refreshing or self.parameters is None

    def setup(self) -> None:
        """Connect the widgets, once."""

    def scene_changed(self) -> None:
        """Give the scene to the widgets."""

    def enter(self) -> None:
        """The module is shown, or another scene was loaded."""

    def exit(self) -> None:
        """Another module is shown, or the scene is about to go."""

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        """Bring the widgets up to date.

        :param record: of the model as it is, or None.
        :param model: the node of the model, or None.
        """

    def forget(self) -> None:
        """The model has changed."""


def setting(name: str) -> str:
    """A text that is kept for all scenes of this user."""
    return slicer.util.settingsValue(f"PrintPrep/{name}", "") or ""


def keep_setting(name: str, value: str) -> None:
    """Keep a text for all scenes of this user."""
    qt.QSettings().setValue(f"PrintPrep/{name}", value)


def folder_setting(name: str) -> str:
    """A folder that was used last, where it is still there."""
    folder = setting(name)
    return folder if os.path.isdir(folder) else ""


def table_columns(table: Any, titles: list[str], wide: int) -> None:
    """Make a table to read and choose lines in.

    :param wide: the column that takes the room left.
    """
    table.setColumnCount(len(titles))
    table.setHorizontalHeaderLabels(titles)
    table.setEditTriggers(qt.QTableWidget.NoEditTriggers)
    table.setSelectionBehavior(qt.QTableWidget.SelectRows)
    table.setSelectionMode(qt.QTableWidget.SingleSelection)
    table.verticalHeader().visible = False
    table.wordWrap = False
    # As high as its lines: nothing scrolls inside the panel, which scrolls itself.
    table.sizeAdjustPolicy = qt.QTableWidget.AdjustToContents
    header = table.horizontalHeader()
    header.setSectionResizeMode(qt.QHeaderView.ResizeToContents)
    header.setSectionResizeMode(wide, qt.QHeaderView.Stretch)


def fill_table(table: Any, rows: list[tuple[str, ...]]) -> None:
    """Show lines of texts."""
    table.setRowCount(len(rows))
    for number, texts in enumerate(rows):
        for column, text in enumerate(texts):
            table.setItem(number, column, qt.QTableWidgetItem(text))
    table.resizeRowsToContents()
