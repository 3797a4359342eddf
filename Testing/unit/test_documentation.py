"""The documentation names every finding and check that the code can produce, and what is there."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest
from test_packages import ORDER

PRODUCERS = (
    "compare/findings",
    "deidentify/pixels",
    "geometry/analysis",
    "geometry/header_claims",
    "geometry/hounsfield",
    "geometry/stack",
    "pet/suv",
    "qa/checks/accuracy",
    "qa/checks/calibration",
    "qa/checks/edge",
    "qa/checks/mask",
    "qa/checks/mesh",
    "qa/checks/model",
    "qa/checks/printability",
    "qa/checks/protocol",
    "qa/checks/record",
    "mrml/regularize",
    "qa/checks/source",
    "series/membership",
    "series/selection",
    "series/stack_pixels",
    "surface/masks",
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


# What the pages name is there


def pages(project_root: Path) -> list[Path]:
    """Everything in Markdown that is read on its own or linked to."""
    return [*project_root.glob("*.md"), *sorted((project_root / "docs").rglob("*.md"))]


def test_links_lead_somewhere(project_root: Path) -> None:
    wrong = []
    for page in pages(project_root):
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
            path, _, anchor = target.partition("#")
            if path.startswith(("https://", "mailto:")):
                continue
            found = page.parent / path if path else page
            if not found.exists() or (anchor and anchor not in anchors(found)):
                wrong.append(f"{page.relative_to(project_root)}: {target}")
    assert not wrong


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def defined(library: Path, name: str) -> bool:
    """Whether ``package.module.name`` is a function or a class of the library."""
    *module, last = name.split(".")
    file = library.joinpath(*module).with_suffix(".py")
    pattern = rf"^(def|class) {last}\b|^{last}\b.* = "
    return file.is_file() and bool(re.search(pattern, file.read_text("utf-8"), re.MULTILINE))


def named_in_architecture(project_root: Path) -> list[str]:
    text = (project_root / "docs" / "architecture.md").read_text("utf-8")
    return re.findall(r"`((?:[a-z_]+\.){2,}[A-Za-z_]+)`", text)


def test_architecture_names_what_exists(project_root: Path) -> None:
    library = project_root / "PrintPrep" / "PrintPrepLib"
    names = named_in_architecture(project_root)
    assert len(names) > 20
    # The packages of the road are there, or about to come.
    missing = [
        name
        for name in names
        if name.split(".")[-1] != "py"
        and (library / name.split(".")[0]).is_dir()
        and not defined(library, name)
    ]
    assert not missing


def test_architecture_has_the_packages_in_their_order(project_root: Path) -> None:
    text = (project_root / "docs" / "architecture.md").read_text("utf-8")
    part = text[text.index("## The packages") : text.index("### The rules")]
    listed = re.findall(r"^\| `([a-z_]+)` \|", part, re.MULTILINE)
    assert listed == list(ORDER)


def test_moved_names_are_where_the_table_says(project_root: Path) -> None:
    text = (project_root / "docs" / "changes-from-0.1.md").read_text("utf-8")
    rows = re.findall(r"^\| (`.+`) \| `(PrintPrepLib\S*)` \| (.+) \|$", text, re.MULTILINE)
    assert len(rows) > 15
    for names, before, now in rows:
        module = importlib.import_module(before if now == "the same" else now.strip("`"))
        for name in re.findall(r"`(\w+)`", names):
            assert hasattr(module, name), f"{name} is not in {module.__name__}"


def test_decisions_are_listed_and_name_tests_that_exist(project_root: Path) -> None:
    folder = project_root / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    records = sorted(folder.glob("0*.md"))
    for number, record in enumerate(records, 1):
        text = record.read_text("utf-8")
        assert record.name.startswith(f"{number:04}-")
        title = text.splitlines()[0].removeprefix(f"# {number}. ")
        assert f"| [{number}]({record.name}) | {title} |" in index
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Held by"]
        held = text[text.index("## Held by") :]
        files = re.findall(r"`(test_\w+\.py)`", held)
        assert files, f"{record.name} names no test"
        tests = "".join((project_root / "Testing" / "unit" / n).read_text("utf-8") for n in files)
        for name in re.findall(r"`(test_\w+)`", held):
            assert f"def {name}(" in tests, f"{record.name}: {name}"
