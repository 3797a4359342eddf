"""The documentation names every finding and check that the code can produce."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PRODUCERS = (
    "compare/findings",
    "deidentify/pixels",
    "geometry/findings",
    "geometry/header_claims",
    "geometry/hounsfield",
    "geometry/stack",
    "pet/suv",
    "qa/checks/accuracy",
    "qa/checks/calibration",
    "qa/checks/mesh",
    "qa/checks/model",
    "qa/checks/printability",
    "qa/checks/protocol",
    "qa/checks/source",
    "series/selection",
)


def identifiers(source: Path) -> set[str]:
    """First arguments of Finding(...) that are written out."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id in ("Finding", "counted") and isinstance(node.args[0], ast.Constant):
            found.add(node.args[0].value)
    return found


@pytest.fixture(scope="module")
def documented(project_root) -> set[str]:
    text = (project_root / "docs" / "findings.md").read_text("utf-8")
    return set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE))


@pytest.mark.parametrize("producer", PRODUCERS)
def test_every_identifier_is_in_the_table(project_root, documented, producer):
    source = project_root / "PrintPrep" / "PrintPrepLib" / f"{producer}.py"
    produced = identifiers(source)
    assert produced, f"{producer} produces nothing any more: take it out of the list"
    assert produced <= documented, f"not in docs/findings.md: {produced - documented}"


def test_the_table_holds_nothing_that_does_not_exist(project_root, documented):
    library = project_root / "PrintPrep" / "PrintPrepLib"
    text = "".join((library / f"{name}.py").read_text("utf-8") for name in PRODUCERS)
    assert {name for name in documented if f'"{name}"' not in text} == set()
