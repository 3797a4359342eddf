"""Pytest fixtures: ``pytest_plugins = ("standin.fixtures",)``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from . import Desktop, install


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    """A fresh stand-in; the test fails when the code made a mistake that Slicer only prints."""
    running = install()
    yield running
    mistakes = running.mistakes
    running.reset()
    assert not mistakes, mistakes
