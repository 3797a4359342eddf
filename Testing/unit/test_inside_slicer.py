"""The tests that Slicer runs itself (PrintPrep/Testing/Python), run here in the stand-in."""

from __future__ import annotations

import importlib.util
import unittest
from pathlib import Path

import pytest

pytest_plugins = ("standin.fixtures",)

MODULE = Path(__file__).resolve().parents[2] / "PrintPrep" / "PrintPrep.py"
FILES = sorted((MODULE.parent / "Testing" / "Python").glob("*.py"))


def methods_of(path: Path) -> list[tuple[Path, str]]:
    """The names of the test methods, read without running the file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(path, line.split("(")[0].split()[-1]) for line in lines if "    def test_" in line]


@pytest.mark.parametrize(
    ("path", "name"),
    [pytest.param(path, name, id=name) for file in FILES for path, name in methods_of(file)],
)
def test_inside_slicer(open_panel, path, name) -> None:
    if "panel" in name or "editor" in name:
        open_panel("PrintPrep", MODULE)
    result = unittest.TestResult()
    case(path, name).run(result)
    problems = [text for _test, text in (*result.errors, *result.failures)]
    assert result.testsRun == 1 and not problems, "\n".join(problems)


def case(path: Path, name: str) -> unittest.TestCase:
    """One test, found as Slicer's own runner finds it."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    suite = unittest.TestLoader().loadTestsFromName(f"{path.stem}.{name}", module)
    (found,) = suite
    return found
