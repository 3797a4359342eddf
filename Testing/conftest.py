"""What every test of the suite shares."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

# Before anything imports Qt: no test may need a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

PROJECT = Path(__file__).resolve().parent.parent
REAL_DATA = PROJECT.parent / "shared" / "data"


def pytest_report_header() -> list[str]:
    """The versions that decide what a run has shown."""
    import numpy
    import pydicom

    data = "present" if REAL_DATA.is_dir() else "absent, the tests that need them are skipped"
    return [
        f"numpy {numpy.__version__}, pydicom {pydicom.__version__}",
        f"real acquisitions: {data}",
    ]


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder that holds the top CMakeLists.txt."""
    return PROJECT


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """``real_data(name)``: the folder of a real acquisition; skips where it is absent.

    Real acquisitions are no part of the project, so a user's clone has none.
    """

    def folder(name: str) -> Path:
        path = REAL_DATA / name
        if not path.exists():
            pytest.skip(f"the real acquisition {name} is not on this machine (../shared/data)")
        return path

    return folder
