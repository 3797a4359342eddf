"""Pytest fixtures: ``pytest_plugins = ("standin.fixtures",)``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from . import Desktop, install
from .panel import ModulePanel


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    """A fresh stand-in; the test fails when the code made a mistake that Slicer only prints."""
    running = install()
    yield running
    mistakes = running.mistakes
    running.reset()
    assert not mistakes, mistakes


@pytest.fixture
def open_panel(desktop: Desktop) -> Iterator[Callable[[str, str | Path], ModulePanel]]:
    """``open_panel(name, path)``: the panel of a scripted module, entered; cleaned up after."""
    opened = []

    def open_(name: str, path: str | Path) -> ModulePanel:
        panel = ModulePanel(desktop, name, path)
        opened.append(panel)
        panel.enter()
        return panel

    yield open_
    for panel in opened:
        panel.exit()
        panel.cleanup()
